/* promql: a recursive descent over the part of PromQL that is understood here. */
#include "config.h"

#include "sim/promql.h"

#include <ctype.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/metrics.h"

enum { ELEMENTS_MOST = 256, DEPTH_MOST = 32, NAME_MOST = 64, MATCHERS_MOST = 8 };

struct parser {
    const struct world *world;
    const char *start, *at;
    int64_t at_ms;
    struct arena *arena;
    char *error;
    int depth;
};

static bool expression(struct parser *p, struct result *out, int level);

static bool fail(struct parser *p, const char *what)
{
    if (!*p->error)
        (void)snprintf(p->error, 256, "invalid parameter \"query\": 1:%d: parse error: %s",
                       (int)(p->at - p->start) + 1, what);
    return false;
}

static void blank(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

static bool take(struct parser *p, const char *word)
{
    size_t len = strlen(word);

    blank(p);
    if (strncmp(p->at, word, len) != 0)
        return false;
    p->at += len;
    return true;
}

static bool name(struct parser *p, char out[NAME_MOST])
{
    size_t n = 0;

    blank(p);
    while ((isalnum((unsigned char)p->at[n]) || p->at[n] == '_' || p->at[n] == ':') &&
           n + 1 < NAME_MOST)
        n++;
    (void)snprintf(out, NAME_MOST, "%.*s", (int)n, p->at);
    if (n == 0 || isdigit((unsigned char)out[0]))
        return false;
    p->at += n;
    return true;
}

static bool quoted(struct parser *p, char *out, size_t cap)
{
    char quote;
    size_t n = 0;

    blank(p);
    quote = *p->at;
    if (quote != '"' && quote != '\'')
        return fail(p, "unexpected character, expected a string");
    for (p->at++; *p->at && *p->at != quote; p->at++) {
        if (*p->at == '\\' && p->at[1])
            p->at++;
        if (n + 1 < cap)
            out[n++] = *p->at;
    }
    out[n] = '\0';
    if (*p->at != quote)
        return fail(p, "unterminated quoted string");
    p->at++;
    return true;
}

/* ---- selectors ---- */

struct matcher {
    char name[NAME_MOST], value[256];
    bool regex, negative;
};

static const char *label_of(const struct element *e, const char *label)
{
    for (size_t i = 0; i < e->label_count; i++)
        if (strcmp(e->labels[i].name, label) == 0)
            return e->labels[i].value;
    return "";
}

static bool fits(const struct element *e, const struct matcher *m)
{
    const char *value = label_of(e, m->name);
    char whole[300];
    bool same;
    regex_t re;

    if (!m->regex)
        return (strcmp(value, m->value) == 0) != m->negative;
    (void)snprintf(whole, sizeof(whole), "^(%s)$", m->value);
    if (regcomp(&re, whole, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    same = regexec(&re, value, 0, NULL, 0) == 0;
    regfree(&re);
    return same != m->negative;
}

static bool matchers(struct parser *p, struct matcher *m, size_t *count)
{
    *count = 0;
    if (!take(p, "{"))
        return true;
    while (!take(p, "}")) {
        struct matcher *one = &m[*count];

        if (*count == MATCHERS_MOST || !name(p, one->name))
            return fail(p, "unexpected character in label matching, expected identifier or \"}\"");
        one->regex = one->negative = false;
        if (take(p, "=~"))
            one->regex = true;
        else if (take(p, "!~"))
            one->regex = one->negative = true;
        else if (take(p, "!="))
            one->negative = true;
        else if (!take(p, "="))
            return fail(p,
                        "unexpected character in label matching, expected label matching operator");
        if (!quoted(p, one->value, sizeof(one->value)))
            return false;
        (*count)++;
        (void)take(p, ",");
    }
    return true;
}

static void select_at(struct parser *p, struct result *out, const char *metric,
                      const struct matcher *m, size_t count, int64_t at_ms)
{
    size_t n, kept = 0;

    out->type = RESULT_VECTOR;
    out->elements = arena_alloc(p->arena, ELEMENTS_MOST * sizeof(*out->elements));
    n = metrics_read(out->elements, ELEMENTS_MOST, p->world, metric, at_ms);
    for (size_t i = 0; i < n; i++) {
        bool all = true;

        for (size_t j = 0; j < count; j++)
            all = all && fits(&out->elements[i], &m[j]);
        if (all)
            out->elements[kept++] = out->elements[i];
    }
    out->count = kept;
}

static void drop_name(struct element *e)
{
    size_t kept = 0;

    for (size_t i = 0; i < e->label_count; i++)
        if (strcmp(e->labels[i].name, "__name__") != 0)
            e->labels[kept++] = e->labels[i];
    e->label_count = kept;
}

/* rate(metric[5m]), increase(metric[5m]): the counters here never reset. */
static bool range_function(struct parser *p, struct result *out, bool per_second)
{
    char metric[NAME_MOST], span[32];
    struct matcher m[MATCHERS_MOST];
    struct result before = { 0 };
    int64_t ms = 0;
    size_t count, n = 0;

    if (!take(p, "(") || !name(p, metric) || !matchers(p, m, &count) || !take(p, "["))
        return fail(p, "expected type range vector");
    while (p->at[n] && p->at[n] != ']' && n + 1 < sizeof(span))
        n++;
    (void)snprintf(span, sizeof(span), "%.*s", (int)n, p->at);
    p->at += n;
    if (!duration_parse(&ms, span) || ms <= 0 || !take(p, "]") || !take(p, ")"))
        return fail(p, "bad duration");
    select_at(p, out, metric, m, count, p->at_ms);
    select_at(p, &before, metric, m, count, p->at_ms - ms);
    for (size_t i = 0; i < out->count && i < before.count; i++) {
        out->elements[i].value -= before.elements[i].value;
        if (per_second)
            out->elements[i].value /= (double)ms / 1e3;
        drop_name(&out->elements[i]);
    }
    return true;
}

/* ---- aggregation ---- */

enum aggregate { SUM, AVG, MIN, MAX, COUNT };

static bool labels_list(struct parser *p, char names[LABELS_MOST][NAME_MOST], size_t *count)
{
    *count = 0;
    if (!take(p, "("))
        return fail(p, "unexpected token, expected \"(\"");
    while (!take(p, ")")) {
        if (*count == LABELS_MOST || !name(p, names[*count]))
            return fail(p, "unexpected token in grouping opts, expected label");
        (*count)++;
        (void)take(p, ",");
    }
    return true;
}

static bool in_list(char names[LABELS_MOST][NAME_MOST], size_t count, const char *label)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], label) == 0)
            return true;
    return false;
}

static bool same_labels(const struct element *a, const struct element *b)
{
    if (a->label_count != b->label_count)
        return false;
    for (size_t i = 0; i < a->label_count; i++)
        if (strcmp(a->labels[i].name, b->labels[i].name) != 0 ||
            strcmp(a->labels[i].value, b->labels[i].value) != 0)
            return false;
    return true;
}

static void reduce(struct result *in, enum aggregate how, char names[LABELS_MOST][NAME_MOST],
                   size_t count)
{
    double n[ELEMENTS_MOST] = { 0 };
    size_t groups = 0;

    for (size_t i = 0; i < in->count; i++) {
        struct element e = { .value = in->elements[i].value };
        size_t g = 0;

        for (size_t j = 0; j < in->elements[i].label_count; j++)
            if (in_list(names, count, in->elements[i].labels[j].name))
                e.labels[e.label_count++] = in->elements[i].labels[j];
        while (g < groups && !same_labels(&in->elements[g], &e))
            g++;
        if (g == groups) {
            in->elements[groups++] = e;
        } else {
            double *v = &in->elements[g].value;

            *v = how == MIN ? fmin(*v, e.value) : how == MAX ? fmax(*v, e.value) : *v + e.value;
        }
        n[g]++;
    }
    in->count = groups;
    for (size_t g = 0; g < groups; g++) {
        if (how == AVG)
            in->elements[g].value /= n[g];
        else if (how == COUNT)
            in->elements[g].value = n[g];
    }
}

static bool aggregation(struct parser *p, struct result *out, enum aggregate how)
{
    char names[LABELS_MOST][NAME_MOST];
    size_t count = 0;

    if (take(p, "by") && !labels_list(p, names, &count))
        return false;
    if (!take(p, "(") || !expression(p, out, 0) || !take(p, ")"))
        return fail(p, "unexpected token in aggregation");
    if (take(p, "by") && !labels_list(p, names, &count))
        return false;
    if (out->type != RESULT_VECTOR)
        return fail(p, "expected type instant vector in aggregation expression");
    reduce(out, how, names, count);
    return true;
}

static int by_value(const void *a, const void *b)
{
    double x = ((const struct element *)a)->value, y = ((const struct element *)b)->value;

    return (x < y) - (x > y);
}

static bool topk(struct parser *p, struct result *out)
{
    struct result k;

    if (!take(p, "(") || !expression(p, &k, 0) || !take(p, ",") || !expression(p, out, 0) ||
        !take(p, ")") || k.type != RESULT_SCALAR || out->type != RESULT_VECTOR)
        return fail(p, "wrong arguments to topk");
    qsort(out->elements, out->count, sizeof(*out->elements), by_value);
    if (k.scalar < (double)out->count)
        out->count = k.scalar > 0. ? (size_t)k.scalar : 0;
    return true;
}

/* ---- terms ---- */

static bool call(struct parser *p, struct result *out, const char *word, bool *known)
{
    static const char *const aggregates[] = { "sum", "avg", "min", "max", "count" };

    *known = true;
    for (int i = 0; i < 5; i++)
        if (strcmp(word, aggregates[i]) == 0)
            return aggregation(p, out, (enum aggregate)i);
    if (strcmp(word, "topk") == 0)
        return topk(p, out);
    if (strcmp(word, "rate") == 0 || strcmp(word, "increase") == 0)
        return range_function(p, out, word[0] == 'r');
    if (strcmp(word, "time") == 0 && take(p, "(") && take(p, ")")) {
        *out = (struct result){ .type = RESULT_SCALAR, .scalar = (double)p->at_ms / 1e3 };
        return true;
    }
    if (strcmp(word, "vector") == 0) {
        struct result scalar;

        if (!take(p, "(") || !expression(p, &scalar, 0) || !take(p, ")") ||
            scalar.type != RESULT_SCALAR)
            return fail(p, "expected type scalar in call to function \"vector\"");
        *out = (struct result){ .type = RESULT_VECTOR, .count = 1 };
        out->elements = arena_alloc(p->arena, ELEMENTS_MOST * sizeof(*out->elements));
        out->elements[0].value = scalar.scalar;
        return true;
    }
    *known = false;
    return true;
}

static bool term(struct parser *p, struct result *out)
{
    char word[NAME_MOST], text[256];
    struct matcher m[MATCHERS_MOST];
    size_t count;
    char *end;
    bool known, ok;

    blank(p);
    if (take(p, "("))
        return (expression(p, out, 0) && take(p, ")")) || fail(p, "unclosed left parenthesis");
    if (*p->at == '"' || *p->at == '\'') {
        ok = quoted(p, text, sizeof(text));
        *out = (struct result){ .type = RESULT_STRING, .text = arena_text(p->arena, text) };
        return ok;
    }
    if (isdigit((unsigned char)*p->at) || *p->at == '.' || *p->at == '-') {
        *out = (struct result){ .type = RESULT_SCALAR, .scalar = strtod(p->at, &end) };
        if (end == p->at)
            return fail(p, "unexpected character");
        p->at = end;
        return true;
    }
    if (!name(p, word))
        return fail(p, *p->at ? "unexpected character" : "unexpected end of input");
    ok = call(p, out, word, &known);
    if (known)
        return ok;
    blank(p);
    if (*p->at == '(')
        return fail(p, "unknown function");
    if (!matchers(p, m, &count))
        return false;
    select_at(p, out, word, m, count, p->at_ms);
    return true;
}

/* ---- operators ---- */

enum operator{ ADD, SUBTRACT, MULTIPLY, DIVIDE, GREATER, LESS, AT_LEAST, AT_MOST };

static double apply(enum operator op, double a, double b)
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
    }
    return (double)NAN;
}

static void element_apply(struct result *out, enum operator op, struct element e, double other,
                          bool swapped)
{
    double value = swapped ? apply(op, other, e.value) : apply(op, e.value, other);

    if (op >= GREATER && !(value > 0.))
        return; /* a comparison filters */
    if (op < GREATER) {
        drop_name(&e);
        e.value = value;
    }
    out->elements[out->count++] = e;
}

static bool combine(struct parser *p, struct result *a, enum operator op, const struct result *b)
{
    struct result out = { .type = RESULT_VECTOR };

    if (a->type == RESULT_STRING || b->type == RESULT_STRING)
        return fail(p, "binary expression must contain only scalar and instant vector types");
    if (a->type == RESULT_SCALAR && b->type == RESULT_SCALAR) {
        a->scalar = apply(op, a->scalar, b->scalar);
        return true;
    }
    out.elements = arena_alloc(p->arena, ELEMENTS_MOST * sizeof(*out.elements));
    for (size_t i = 0; a->type == RESULT_VECTOR && i < a->count; i++) {
        struct element left = a->elements[i];

        if (b->type == RESULT_SCALAR) {
            element_apply(&out, op, left, b->scalar, false);
            continue;
        }
        drop_name(&left);
        for (size_t j = 0; j < b->count; j++) {
            struct element right = b->elements[j];

            drop_name(&right);
            if (same_labels(&left, &right))
                element_apply(&out, op, op >= GREATER ? a->elements[i] : left, right.value, false);
        }
    }
    for (size_t j = 0; a->type == RESULT_SCALAR && j < b->count; j++)
        element_apply(&out, op, b->elements[j], a->scalar, true);
    *a = out;
    return true;
}

static bool operator_at(struct parser *p, int level, enum operator* op)
{
    static const struct {
        const char *text;
        enum operator op;
        int level;
    } all[] = { { ">=", AT_LEAST, 0 }, { "<=", AT_MOST, 0 }, { ">", GREATER, 0 },
                { "<", LESS, 0 },      { "+", ADD, 1 },      { "-", SUBTRACT, 1 },
                { "*", MULTIPLY, 2 },  { "/", DIVIDE, 2 } };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i].level == level && take(p, all[i].text)) {
            *op = all[i].op;
            return true;
        }
    }
    return false;
}

static bool expression(struct parser *p, struct result *out, int level)
{
    struct result right;
    enum operator op;
    bool ok;

    if (++p->depth > DEPTH_MOST * 3)
        return fail(p, "too deep");
    *out = (struct result){ .type = RESULT_SCALAR };
    ok = level == 2 ? term(p, out) : expression(p, out, level + 1);
    while (ok && operator_at(p, level, &op)) {
        ok = level == 2 ? term(p, &right) : expression(p, &right, level + 1);
        ok = ok && combine(p, out, op, &right);
    }
    p->depth--;
    return ok;
}

bool promql_eval(struct result *result, const struct world *world, const char *query, int64_t at_ms,
                 struct arena *arena, char error[256])
{
    struct parser p = {
        .world = world, .start = query, .at = query, .at_ms = at_ms, .arena = arena, .error = error
    };

    error[0] = '\0';
    blank(&p);
    if (!*p.at) {
        (void)snprintf(error, 256,
                       "invalid parameter \"query\": unknown position: parse error: no "
                       "expression found in input");
        return false;
    }
    if (!expression(&p, result, 0))
        return false;
    blank(&p);
    return !*p.at || fail(&p, "unexpected character after the expression");
}
