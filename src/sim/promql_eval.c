/* promql_eval: the value of a query's tree at one instant. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "sim/promql_vector.h"
#include "sim/tally.h"

struct at {
    const struct world *world;
    int64_t ms;
    struct arena *arena;
    struct promql_error *error;
};

/* A tree is walked by recursion; the parser has bounded its depth.
 * NOLINTBEGIN(misc-no-recursion) */
static bool eval(const struct at *at, const struct node *node, struct promql_result *out);

const char *promql_type_name(enum promql_type type)
{
    switch (type) {
    case PROMQL_SCALAR:
        return "scalar";
    case PROMQL_VECTOR:
        return "instant vector";
    case PROMQL_RANGE:
        return "range vector";
    case PROMQL_STRING:
        return "string";
    }
    return "";
}

/* ---- selectors ---- */

static bool names(const struct node *node, const struct metric *metric)
{
    if (*node->text && strcmp(node->text, metric->name) != 0)
        return false;
    for (size_t i = 0; i < node->matcher_count; i++)
        if (strcmp(node->matchers[i].name, "__name__") == 0 &&
            !matcher_fits(&node->matchers[i], metric->name))
            return false;
    return true;
}

static bool fits(const struct node *node, const struct element *e)
{
    for (size_t i = 0; i < node->matcher_count; i++)
        if (!matcher_fits(&node->matchers[i], element_label(e, node->matchers[i].name)))
            return false;
    return true;
}

static void select_at(const struct at *at, const struct node *node, int64_t ms,
                      struct promql_result *out)
{
    size_t cap = 0, n, kept = 0;

    for (const struct metric *m = metrics; m->name; m++)
        cap += names(node, m) ? metric_series(m) : 0;
    *out = (struct promql_result){ .type = PROMQL_VECTOR };
    out->elements = arena_alloc(at->arena, cap * sizeof(*out->elements));
    for (const struct metric *m = metrics; m->name; m++) {
        if (!names(node, m))
            continue;
        n = kept + metric_read(m, at->world, ms, out->elements + kept);
        for (size_t i = kept; i < n; i++)
            if (fits(node, &out->elements[i]))
                out->elements[kept++] = out->elements[i];
    }
    out->count = kept;
}

/* The value of the same series in v, where it mostly stands at the same place. */
static double value_in(const struct promql_result *v, const struct element *e, size_t place)
{
    if (place < v->count && element_same(&v->elements[place], e))
        return v->elements[place].value;
    for (size_t i = 0; i < v->count; i++)
        if (element_same(&v->elements[i], e))
            return v->elements[i].value;
    return (double)NAN;
}

/* What the series grew by in (from_ms, to_ms]. Counters begin anew at the weekly
 * restart: then what they had just before it counts too. */
static void grown(const struct at *at, const struct node *node, int64_t from_ms, int64_t to_ms,
                  struct promql_result *out)
{
    struct promql_result since, last;
    int64_t restart_ms;

    select_at(at, node, to_ms, out);
    while (to_ms > from_ms && to_ms >= 0) {
        restart_ms = tally_restart_ms(to_ms);
        select_at(at, node, restart_ms > from_ms ? restart_ms : from_ms, &since);
        for (size_t i = 0; i < out->count; i++)
            out->elements[i].value -= value_in(&since, &out->elements[i], i);
        if (restart_ms <= from_ms)
            break;
        to_ms = restart_ms - 1;
        select_at(at, node, to_ms, &last);
        for (size_t i = 0; i < out->count; i++)
            out->elements[i].value += value_in(&last, &out->elements[i], i);
    }
}

static bool rate(const struct at *at, const struct node *call, struct promql_result *out)
{
    const struct node *of = call->arguments[0];
    int64_t to_ms = at->ms - of->offset_ms;
    size_t kept = 0;

    grown(at, of, to_ms - of->window_ms, to_ms, out);
    for (size_t i = 0; i < out->count; i++) {
        struct element e = out->elements[i];

        if (isnan(e.value)) /* a gauge that was not there at the beginning */
            continue;
        if (call->function == RATE)
            e.value /= (double)of->window_ms / 1e3;
        element_drop(&e, "__name__");
        out->elements[kept++] = e;
    }
    out->count = kept;
    return vector_unique(out, at->error);
}

/* ---- the rest ---- */

static struct promql_result scalar_of(double value)
{
    return (struct promql_result){ .type = PROMQL_SCALAR, .scalar = value };
}

static bool call(const struct at *at, const struct node *node, struct promql_result *out)
{
    struct promql_result first = { 0 };

    switch (node->function) {
    case RATE:
    case INCREASE:
        return rate(at, node, out);
    case HISTOGRAM_QUANTILE:
        if (!eval(at, node->arguments[0], &first) || !eval(at, node->arguments[1], out))
            return false;
        vector_histogram_quantile(out, first.scalar);
        return true;
    case VECTOR:
        if (!eval(at, node->arguments[0], &first))
            return false;
        *out = (struct promql_result){ .type = PROMQL_VECTOR, .count = 1 };
        out->elements = arena_alloc(at->arena, sizeof(*out->elements));
        out->elements[0].value = first.scalar;
        return true;
    case TIME:
        *out = scalar_of((double)at->ms / 1e3);
        return true;
    case FUNCTIONS:
        break;
    }
    return false;
}

static bool aggregate(const struct at *at, const struct node *node, struct promql_result *out)
{
    struct promql_result k;

    if (!eval(at, node->arguments[node->argument_count - 1], out))
        return false;
    if (node->aggregate != TOPK) {
        vector_aggregate(out, node);
        return true;
    }
    if (!eval(at, node->arguments[0], &k))
        return false;
    vector_top(out, node, k.scalar);
    return true;
}

static bool binary(const struct at *at, const struct node *node, struct promql_result *out)
{
    struct promql_result right;

    if (!eval(at, node->arguments[0], out) || !eval(at, node->arguments[1], &right))
        return false;
    if (out->type == PROMQL_VECTOR && right.type == PROMQL_VECTOR)
        return vector_with_vector(out, node->binary, &right, at->error);
    if (out->type == PROMQL_VECTOR) {
        vector_with_scalar(out, node->binary, right.scalar, false);
    } else if (right.type == PROMQL_VECTOR) {
        vector_with_scalar(&right, node->binary, out->scalar, true);
        *out = right;
    } else {
        out->scalar = binary_apply(node->binary, out->scalar, right.scalar);
        return true;
    }
    return vector_unique(out, at->error);
}

static bool negate(const struct at *at, const struct node *node, struct promql_result *out)
{
    if (!eval(at, node->arguments[0], out))
        return false;
    if (out->type == PROMQL_SCALAR) {
        out->scalar = -out->scalar;
        return true;
    }
    vector_with_scalar(out, MULTIPLY, -1., false);
    return vector_unique(out, at->error);
}

static bool eval(const struct at *at, const struct node *node, struct promql_result *out)
{
    switch (node->kind) {
    case NODE_NUMBER:
        *out = scalar_of(node->number);
        return true;
    case NODE_STRING:
        *out = (struct promql_result){ .type = PROMQL_STRING, .text = node->text };
        return true;
    case NODE_SELECTOR:
        select_at(at, node, at->ms - node->offset_ms, out);
        out->type = node->type;
        return true;
    case NODE_AGGREGATE:
        return aggregate(at, node, out);
    case NODE_CALL:
        return call(at, node, out);
    case NODE_BINARY:
        return binary(at, node, out);
    case NODE_NEGATE:
        return negate(at, node, out);
    }
    return false;
}

/* NOLINTEND(misc-no-recursion) */

enum promql_type promql_type_of(const struct promql *query)
{
    return query->root->type;
}

int64_t promql_window_ms(const struct promql *query)
{
    return query->root->window_ms;
}

bool promql_is_selector(const struct promql *query)
{
    return query->root->kind == NODE_SELECTOR && query->root->type == PROMQL_VECTOR;
}

bool promql_eval(const struct promql *query, const struct world *world, int64_t at_ms,
                 struct arena *arena, struct promql_result *result, struct promql_error *error)
{
    const struct at at = { .world = world, .ms = at_ms, .arena = arena, .error = error };

    *error = (struct promql_error){ 0 };
    return eval(&at, query->root, result);
}
