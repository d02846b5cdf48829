/* promql_parser: what the files of the parser share. */
#ifndef SIM_PROMQL_PARSER_H
#define SIM_PROMQL_PARSER_H

#include "sim/promql_node.h"
#include "sim/promql_token.h"

struct parser {
    struct promql *query;
    const char *start, *at;
    struct token token; /* the one that is looked at */
    struct promql_error *error;
    bool failed;
    bool braces; /* between { and } */
    int open;    /* parentheses */
    int depth;
};

/* Say what is wrong at a place of the query; the first complaint counts. Returns
 * NULL, which is false as well. */
struct node *parser_fail(struct parser *p, const char *at, const char *fmt, ...) DX_PRINTF(3, 4);
/* The same of the token that is looked at; context: " in aggregation", or "". */
struct node *parser_unexpected(struct parser *p, const char *context);

bool parser_next(struct parser *p);
bool parser_accept(struct parser *p, const char *text); /* a name or symbol: true, and behind it */
const char *parser_copy(struct parser *p);
struct node *parser_node(struct parser *p, enum node_kind kind, enum promql_type type,
                         const char *at);

/* Braces, range and offset, after the metric's name ("": any). */
struct node *parser_selector(struct parser *p, const char *metric, const char *at);

#endif
