/* promql_vector: what can be done to instant vectors. */
#include "config.h"

#include "sim/promql_vector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- labels ---- */

static bool grouped(const struct node *node, const char *label)
{
    for (size_t i = 0; i < node->grouping_count; i++)
        if (strcmp(node->grouping[i], label) == 0)
            return true;
    return false;
}

/* The labels that its group has. */
static struct element group_of(const struct node *node, const struct element *e)
{
    struct element group = { 0 };

    for (size_t i = 0; i < e->label_count; i++) {
        bool name = strcmp(e->labels[i].name, "__name__") == 0;

        if (node->without ? !name && !grouped(node, e->labels[i].name)
                          : grouped(node, e->labels[i].name))
            group.labels[group.label_count++] = e->labels[i];
    }
    return group;
}

static void print_labels(char out[160], const struct element *e)
{
    size_t n = (size_t)snprintf(out, 160, "{");

    for (size_t i = 0; i < e->label_count && n < 150; i++)
        n += (size_t)snprintf(out + n, 160 - n, "%s%s=\"%s\"", i ? ", " : "", e->labels[i].name,
                              e->labels[i].value);
    if (n < 159)
        (void)snprintf(out + n, 160 - n, "}");
}

bool vector_unique(const struct promql_result *v, struct promql_error *error)
{
    for (size_t i = 0; i < v->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (!element_same(&v->elements[i], &v->elements[j]))
                continue;
            error->execution = true;
            (void)snprintf(error->text, sizeof(error->text),
                           "vector cannot contain metrics with the same labelset");
            return false;
        }
    }
    return true;
}

/* ---- aggregation ---- */

static double merge(enum aggregate how, double a, double b)
{
    switch (how) {
    case MIN:
        return b < a || isnan(a) ? b : a;
    case MAX:
        return b > a || isnan(a) ? b : a;
    case SUM:
    case AVG:
    case COUNT:
    case TOPK:
    case AGGREGATES:
        break;
    }
    return a + b;
}

void vector_aggregate(struct promql_result *v, const struct node *node)
{
    double *n = mem_new(v->count, sizeof(*n));
    size_t groups = 0;

    for (size_t i = 0; i < v->count; i++) {
        struct element group = group_of(node, &v->elements[i]);
        size_t g = 0;

        group.value = v->elements[i].value;
        while (g < groups && !element_same(&v->elements[g], &group))
            g++;
        if (g == groups)
            v->elements[groups++] = group;
        else
            v->elements[g].value = merge(node->aggregate, v->elements[g].value, group.value);
        n[g]++;
    }
    v->count = groups;
    for (size_t g = 0; g < groups; g++) {
        if (node->aggregate == AVG)
            v->elements[g].value /= n[g];
        else if (node->aggregate == COUNT)
            v->elements[g].value = n[g];
    }
    free(n);
}

static int by_value(const void *a, const void *b)
{
    const struct element *x = a, *y = b;

    if (isnan(x->value) || isnan(y->value))
        return isnan(x->value) - isnan(y->value);
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? 1 : -1;
    return element_compare(a, b);
}

/* The k largest of each group, with all their labels. */
void vector_top(struct promql_result *v, const struct node *node, double k)
{
    size_t kept = 0;

    qsort(v->elements, v->count, sizeof(*v->elements), by_value);
    for (size_t i = 0; i < v->count; i++) {
        struct element group = group_of(node, &v->elements[i]);
        double before = 0.;

        for (size_t j = 0; j < kept; j++) {
            struct element other = group_of(node, &v->elements[j]);

            before += element_same(&group, &other);
        }
        if (before + 1. <= k)
            v->elements[kept++] = v->elements[i];
    }
    v->count = kept;
}

/* ---- histograms ---- */

struct bucket {
    double bound, count;
};

static int by_bound(const void *a, const void *b)
{
    double x = ((const struct bucket *)a)->bound, y = ((const struct bucket *)b)->bound;

    return (x > y) - (x < y);
}

/* As bucketQuantile() of Prometheus: linear within a bucket. */
static double quantile(struct bucket *buckets, size_t n, double q)
{
    double start = 0., before = 0., rank;
    size_t b = 0;

    qsort(buckets, n, sizeof(*buckets), by_bound);
    if (isnan(q) || n < 2 || !isinf(buckets[n - 1].bound))
        return (double)NAN;
    if (q < 0. || q > 1.)
        return q < 0. ? (double)-INFINITY : (double)INFINITY;
    for (size_t i = 1; i < n; i++) /* rates round: a larger bucket has no less in it */
        buckets[i].count = fmax(buckets[i].count, buckets[i - 1].count);
    if (!(buckets[n - 1].count > 0.))
        return (double)NAN;
    rank = q * buckets[n - 1].count;
    while (b + 1 < n && buckets[b].count < rank)
        b++;
    if (b == n - 1)
        return buckets[n - 2].bound;
    if (b > 0) {
        start = buckets[b - 1].bound;
        before = buckets[b - 1].count;
    } else if (buckets[0].bound <= 0.) {
        return buckets[0].bound;
    }
    return start + (buckets[b].bound - start) * ((rank - before) / (buckets[b].count - before));
}

void vector_histogram_quantile(struct promql_result *v, double q)
{
    static const struct node by_rest = { .without = true,
                                         .grouping = { "le" },
                                         .grouping_count = 1 };
    struct bucket *buckets = mem_new(v->count, sizeof(*buckets));
    bool *used = mem_new(v->count, sizeof(*used));
    size_t groups = 0;

    for (size_t i = 0; i < v->count; i++) {
        struct element group = group_of(&by_rest, &v->elements[i]);
        size_t n = 0;

        if (used[i])
            continue;
        for (size_t j = i; j < v->count; j++) { /* the groups are written over what was used */
            struct element other = group_of(&by_rest, &v->elements[j]);
            const char *bound = element_label(&v->elements[j], "le");

            if (used[j] || !element_same(&group, &other))
                continue;
            used[j] = true;
            if (*bound)
                buckets[n++] = (struct bucket){ strtod(bound, NULL), v->elements[j].value };
        }
        group.value = n > 0 ? quantile(buckets, n, q) : 0.;
        if (n > 0)
            v->elements[groups++] = group;
    }
    v->count = groups;
    free(used);
    free(buckets);
}

/* ---- operators ---- */

double binary_apply(enum binary op, double a, double b)
{
    switch (op) {
    case ADD:
        return a + b;
    case SUBTRACT:
        return a - b;
    case MULTIPLY:
        return a * b;
    case DIVIDE:
        return a / b;
    case GREATER:
        return a > b;
    case LESS:
        return a < b;
    case AT_LEAST:
        return a >= b;
    case AT_MOST:
        return a <= b;
    case EQUAL:
        return a >= b && a <= b;
    case UNEQUAL:
        return !(a >= b && a <= b);
    }
    return (double)NAN;
}

/* A comparison keeps e as it is, or drops it. */
static void put(struct promql_result *out, enum binary op, struct element e, double value)
{
    if (op >= GREATER && !(value > 0.))
        return;
    if (op < GREATER) {
        element_drop(&e, "__name__");
        e.value = value;
    }
    out->elements[out->count++] = e;
}

void vector_with_scalar(struct promql_result *v, enum binary op, double scalar, bool swapped)
{
    size_t count = v->count;

    v->count = 0;
    for (size_t i = 0; i < count; i++) {
        double value = v->elements[i].value;

        put(v, op, v->elements[i],
            swapped ? binary_apply(op, scalar, value) : binary_apply(op, value, scalar));
    }
}

static struct element nameless(struct element e)
{
    element_drop(&e, "__name__");
    return e;
}

/* The one element of v with these labels; *many: there are several. */
static const struct element *partner(const struct promql_result *v, const struct element *labels,
                                     const struct element **many)
{
    const struct element *found = NULL;

    for (size_t i = 0; i < v->count; i++) {
        struct element e = nameless(v->elements[i]);

        if (!element_same(&e, labels))
            continue;
        if (found)
            *many = &v->elements[i];
        else
            found = &v->elements[i];
    }
    return found;
}

static bool ambiguous(const struct element *labels, const struct element *one,
                      const struct element *other, struct promql_error *error)
{
    char group[160], first[160], second[160];

    print_labels(group, labels);
    print_labels(first, one);
    print_labels(second, other);
    error->execution = true;
    (void)snprintf(error->text, sizeof(error->text),
                   "found duplicate series for the match group %.80s on the right hand-side of the "
                   "operation: [%.80s, %.80s];many-to-many matching not allowed: matching labels "
                   "must be unique on one side",
                   group, second, first);
    return false;
}

bool vector_with_vector(struct promql_result *left, enum binary op,
                        const struct promql_result *right, struct promql_error *error)
{
    size_t count = left->count;

    for (size_t i = 0; i < right->count; i++) {
        struct element labels = nameless(right->elements[i]);
        const struct element *many = NULL, *one = partner(right, &labels, &many);

        if (many)
            return ambiguous(&labels, one, many, error);
    }
    left->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct element e = left->elements[i], labels = nameless(e);
        const struct element *many = NULL, *other = partner(right, &labels, &many);

        if (other)
            put(left, op, e, binary_apply(op, e.value, other->value));
    }
    if (op >= GREATER || vector_unique(left, error))
        return true;
    (void)snprintf(error->text, sizeof(error->text),
                   "multiple matches for labels: many-to-one matching must be explicit "
                   "(group_left/group_right)");
    return false;
}
