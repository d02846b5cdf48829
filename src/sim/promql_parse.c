/* promql_parse: a query as a tree, by recursive descent. Complaints are worded
 * and placed as Prometheus 2.42 does. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sim/promql_parser.h"

enum { DEPTH_MOST = 100 };

/* A grammar of nested things; DEPTH_MOST bounds it.
 * NOLINTBEGIN(misc-no-recursion) */
static struct node *expression(struct parser *p, int level);

/* ---- calls and aggregations ---- */

static const struct {
    const char *name;
    size_t count;
    enum promql_type arguments[ARGUMENTS_MOST];
    enum promql_type type;
} functions[FUNCTIONS] = {
    [RATE] = { "rate", 1, { PROMQL_RANGE }, PROMQL_VECTOR },
    [INCREASE] = { "increase", 1, { PROMQL_RANGE }, PROMQL_VECTOR },
    [HISTOGRAM_QUANTILE] = { "histogram_quantile",
                             2,
                             { PROMQL_SCALAR, PROMQL_VECTOR },
                             PROMQL_VECTOR },
    [VECTOR] = { "vector", 1, { PROMQL_SCALAR }, PROMQL_VECTOR },
    [TIME] = { "time", 0, { PROMQL_SCALAR }, PROMQL_SCALAR },
};

static const char *const aggregates[AGGREGATES] = { "sum", "avg", "min", "max", "count", "topk" };

/* What stands between parentheses; *given may be more than are kept. */
static bool arguments(struct parser *p, struct node *node, size_t *given)
{
    *given = 0;
    if (!parser_accept(p, "(") || parser_accept(p, ")"))
        return !p->failed;
    do {
        struct node *argument = expression(p, 0);

        if (!argument)
            return false;
        if (*given < ARGUMENTS_MOST)
            node->arguments[node->argument_count++] = argument;
        (*given)++;
    } while (parser_accept(p, ","));
    return parser_accept(p, ")") || parser_unexpected(p, "");
}

static struct node *call(struct parser *p, enum function f, const char *at)
{
    struct node *node = parser_node(p, NODE_CALL, functions[f].type, at);
    size_t given;

    if (!node || !arguments(p, node, &given))
        return NULL;
    node->function = f;
    if (given != functions[f].count)
        return parser_fail(p, at, "expected %zu argument(s) in call to \"%s\", got %zu",
                           functions[f].count, functions[f].name, given);
    for (size_t i = 0; i < given; i++)
        if (node->arguments[i]->type != functions[f].arguments[i])
            return parser_fail(p, node->arguments[i]->at,
                               "expected type %s in call to function \"%s\", got %s",
                               promql_type_name(functions[f].arguments[i]), functions[f].name,
                               promql_type_name(node->arguments[i]->type));
    return node;
}

static bool grouping(struct parser *p, struct node *node)
{
    node->without = token_is(&p->token, "without");
    if (!parser_accept(p, "by") && !parser_accept(p, "without"))
        return !p->failed;
    if (!parser_accept(p, "("))
        return parser_unexpected(p, " in grouping opts, expected \"(\"");
    while (!parser_accept(p, ")")) {
        if (p->failed)
            return false;
        if (p->token.kind != TOKEN_NAME || node->grouping_count == LABELS_MOST)
            return parser_unexpected(p, " in grouping opts, expected label");
        node->grouping[node->grouping_count++] = parser_copy(p);
        if (!parser_next(p))
            return false;
        if (!parser_accept(p, ",") && !token_is(&p->token, ")") && p->token.kind != TOKEN_END)
            return parser_unexpected(p, " in grouping opts, expected \",\" or \")\"");
    }
    return true;
}

static struct node *aggregation(struct parser *p, enum aggregate how, const char *at)
{
    struct node *node = parser_node(p, NODE_AGGREGATE, PROMQL_VECTOR, at);
    size_t given, wanted = how == TOPK ? 2 : 1;
    bool first;

    if (!node)
        return NULL;
    node->aggregate = how;
    first = token_is(&p->token, "by") || token_is(&p->token, "without");
    if (!grouping(p, node))
        return NULL;
    if (!token_is(&p->token, "("))
        return parser_unexpected(p, " in aggregation");
    if (!arguments(p, node, &given) || (!first && !grouping(p, node)))
        return NULL;
    if (given == 0)
        return parser_fail(p, at, "no arguments for aggregate expression provided");
    if (given != wanted)
        return parser_fail(
            p, at,
            "wrong number of arguments for aggregate expression provided, expected %zu, got %zu",
            wanted, given);
    if (how == TOPK && node->arguments[0]->type != PROMQL_SCALAR)
        return parser_fail(p, node->arguments[0]->at,
                           "expected type scalar in aggregation parameter, got %s",
                           promql_type_name(node->arguments[0]->type));
    if (node->arguments[wanted - 1]->type != PROMQL_VECTOR)
        return parser_fail(p, node->arguments[wanted - 1]->at,
                           "expected type instant vector in aggregation expression, got %s",
                           promql_type_name(node->arguments[wanted - 1]->type));
    return node;
}

/* ---- terms ---- */

/* A name is an aggregation, a function, or a metric. */
static struct node *named(struct parser *p)
{
    const char *at = p->token.at, *name = parser_copy(p);

    if (!parser_next(p))
        return NULL;
    for (int i = 0; i < AGGREGATES; i++)
        if (strcmp(name, aggregates[i]) == 0)
            return aggregation(p, (enum aggregate)i, at);
    if (!token_is(&p->token, "("))
        return parser_selector(p, name, at);
    for (int i = 0; i < FUNCTIONS; i++)
        if (strcmp(name, functions[i].name) == 0)
            return call(p, (enum function)i, at);
    return parser_fail(p, at, "unknown function with name \"%.60s\"", name);
}

static struct node *literal(struct parser *p)
{
    bool number = p->token.kind == TOKEN_NUMBER;
    struct node *node = parser_node(p, number ? NODE_NUMBER : NODE_STRING,
                                    number ? PROMQL_SCALAR : PROMQL_STRING, p->token.at);

    if (!node)
        return NULL;
    if (number)
        node->number = strtod(parser_copy(p), NULL);
    else
        node->text = token_unquote(&p->token, &p->query->arena);
    return parser_next(p) ? node : NULL;
}

static struct node *negation(struct parser *p)
{
    const char *at = p->token.at;
    bool minus = token_is(&p->token, "-");
    struct node *of, *node;

    of = parser_next(p) ? expression(p, 3) : NULL;
    if (!of)
        return NULL;
    if (of->type != PROMQL_SCALAR && of->type != PROMQL_VECTOR)
        return parser_fail(p, at,
                           "unary expression only allowed on expressions of type scalar or instant "
                           "vector, got \"%s\"",
                           promql_type_name(of->type));
    if (!minus)
        return of;
    node = parser_node(p, NODE_NEGATE, of->type, at);
    if (node)
        node->arguments[node->argument_count++] = of;
    return node;
}

static struct node *term(struct parser *p)
{
    struct node *node;

    if (token_is(&p->token, "-") || token_is(&p->token, "+"))
        return negation(p);
    if (parser_accept(p, "(")) {
        node = expression(p, 0);
        if (node && !parser_accept(p, ")"))
            return parser_unexpected(p, "");
        return node;
    }
    if (p->token.kind == TOKEN_NAME)
        return named(p);
    if (p->token.kind == TOKEN_NUMBER || p->token.kind == TOKEN_STRING)
        return literal(p);
    if (token_is(&p->token, "{"))
        return parser_selector(p, "", p->token.at);
    return p->failed ? NULL : parser_unexpected(p, "");
}

/* ---- operators ---- */

static bool operator_at(struct parser *p, int level, enum binary *op)
{
    static const struct {
        const char *text;
        enum binary op;
        int level;
    } all[] = { { ">=", AT_LEAST, 0 }, { "<=", AT_MOST, 0 }, { ">", GREATER, 0 },
                { "<", LESS, 0 },      { "==", EQUAL, 0 },   { "!=", UNEQUAL, 0 },
                { "+", ADD, 1 },       { "-", SUBTRACT, 1 }, { "*", MULTIPLY, 2 },
                { "/", DIVIDE, 2 } };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i].level == level && token_is(&p->token, all[i].text)) {
            *op = all[i].op;
            return true;
        }
    }
    return false;
}

/* What the real one would understand here. */
static struct node *beyond(struct parser *p)
{
    static const char *const words[] = { "and",      "or",   "unless",     "on",
                                         "ignoring", "bool", "group_left", "group_right",
                                         "^",        "%",    "@",          "atan2" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (token_is(&p->token, words[i]))
            return parser_fail(p, p->token.at, "\"%s\" is not part of this simulation", words[i]);
    return NULL;
}

static struct node *combine(struct parser *p, struct node *left, enum binary op, int level)
{
    struct node *right, *node;
    const char *at = p->token.at;

    if (!parser_next(p))
        return NULL;
    (void)beyond(p);
    right = expression(p, level + 1);
    if (!right)
        return NULL;
    for (int i = 0; i < 2; i++) {
        const struct node *side = i == 0 ? left : right;

        if (side->type != PROMQL_SCALAR && side->type != PROMQL_VECTOR)
            return parser_fail(
                p, side->at, "binary expression must contain only scalar and instant vector types");
    }
    if (op >= GREATER && left->type == PROMQL_SCALAR && right->type == PROMQL_SCALAR)
        return parser_fail(p, at, "comparisons between scalars must use BOOL modifier");
    node = parser_node(p, NODE_BINARY, left->type == PROMQL_SCALAR ? right->type : PROMQL_VECTOR,
                       left->at);
    if (!node)
        return NULL;
    node->binary = op;
    node->arguments[0] = left;
    node->arguments[1] = right;
    node->argument_count = 2;
    return node;
}

/* Level 0 compares, 1 adds, 2 multiplies, 3 is a term. */
static struct node *expression(struct parser *p, int level)
{
    struct node *node;
    enum binary op;

    if (level == 3 && ++p->depth > DEPTH_MOST)
        return parser_fail(p, p->token.at, "the query is too deep for this simulation");
    node = level == 3 ? term(p) : expression(p, level + 1);
    if (level == 3 && node && token_is(&p->token, "["))
        return parser_fail(p, p->token.at, "ranges only allowed for vector selectors");
    while (level < 3 && node && operator_at(p, level, &op))
        node = combine(p, node, op, level);
    p->depth -= level == 3;
    return p->failed ? NULL : node;
}

/* NOLINTEND(misc-no-recursion) */

struct promql *promql_new(const char *text, struct promql_error *error)
{
    struct promql *query = mem_new(1, sizeof(*query));
    struct parser p = { .query = query, .error = error };

    /* The tree points into the text. */
    p.start = p.at = arena_text(&query->arena, text);
    *error = (struct promql_error){ 0 };
    if (parser_next(&p) && p.token.kind == TOKEN_END)
        parser_fail(&p, p.start, "no expression found in input");
    query->root = p.failed ? NULL : expression(&p, 0);
    if (query->root && p.token.kind != TOKEN_END && !beyond(&p)) {
        if (p.token.kind == TOKEN_SYMBOL && strchr("}~!", p.token.at[0]) && p.token.len == 1)
            parser_fail(&p, p.token.at, "unexpected character: '%c'", p.token.at[0]);
        else
            parser_unexpected(&p, "");
    }
    if (!p.failed)
        return query;
    promql_free(query);
    return NULL;
}

void promql_free(struct promql *query)
{
    if (!query)
        return;
    for (size_t i = 0; i < query->regex_count; i++)
        regex_free(query->regexes[i]);
    arena_free(&query->arena);
    free(query);
}
