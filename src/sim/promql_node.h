/* promql_node: the tree that promql_parse.c makes and promql_eval.c reads. */
#ifndef SIM_PROMQL_NODE_H
#define SIM_PROMQL_NODE_H

#include "sim/matcher.h"
#include "sim/promql.h"

enum node_kind {
    NODE_NUMBER,
    NODE_STRING,
    NODE_SELECTOR, /* with a window_ms: of type range */
    NODE_AGGREGATE,
    NODE_CALL,
    NODE_BINARY,
    NODE_NEGATE,
};

enum aggregate { SUM, AVG, MIN, MAX, COUNT, TOPK, AGGREGATES };
enum function { RATE, INCREASE, HISTOGRAM_QUANTILE, VECTOR, TIME, FUNCTIONS };
enum binary { ADD, SUBTRACT, MULTIPLY, DIVIDE, GREATER, LESS, AT_LEAST, AT_MOST, EQUAL, UNEQUAL };
enum { ARGUMENTS_MOST = 2, MATCHERS_MOST = 8, NODES_MOST = 500, REGEXES_MOST = 32 };

struct node {
    enum node_kind kind;
    enum promql_type type;
    const char *at; /* where it begins in the query's text */
    double number;
    const char *text; /* of a string; of a selector the metric, "" any */
    struct matcher matchers[MATCHERS_MOST];
    size_t matcher_count;
    int64_t window_ms, offset_ms;
    enum aggregate aggregate;
    bool without; /* the grouping names what goes, not what stays */
    const char *grouping[LABELS_MOST];
    size_t grouping_count;
    enum function function;
    enum binary binary;
    struct node *arguments[ARGUMENTS_MOST]; /* operands; topk: number, vector */
    size_t argument_count;
};

struct promql {
    struct arena arena; /* of the nodes and their text */
    struct node *root;
    regex_t *regexes[REGEXES_MOST];
    size_t regex_count, node_count;
};

#endif
