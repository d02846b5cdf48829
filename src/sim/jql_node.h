/* jql_node: the tree that jql_parse.c makes and jql.c walks. */
#ifndef SIM_JQL_NODE_H
#define SIM_JQL_NODE_H

#include "sim/jql.h"

enum jql_field {
    JQL_PROJECT,
    JQL_KEY,
    JQL_CREATED,
    JQL_UPDATED,
    JQL_RESOLVED,
    JQL_CATEGORY, /* statusCategory */
    JQL_STATUS,
    JQL_LABELS,
    JQL_COMPONENT,
    JQL_TYPE,
    JQL_PRIORITY,
    JQL_RESOLUTION,
    JQL_FIELDS
};

enum jql_op { JQL_IS, JQL_IS_NOT, JQL_AT_LEAST, JQL_AFTER, JQL_AT_MOST, JQL_BEFORE };

enum jql_kind { JQL_AND, JQL_OR, JQL_TERM };

struct jql_node {
    enum jql_kind kind;
    struct jql_node *left, *right;
    enum jql_field field;
    enum jql_op op; /* in and not in are JQL_IS and JQL_IS_NOT of several values */
    bool empty;     /* is EMPTY: no values */
    const char *values[JQL_VALUES_MOST];
    size_t value_count;
    int64_t ms; /* of a time */
};

bool jql_is_time(enum jql_field field);

/* jql.c: whether a value can be meant for the field. */
bool jql_knows(const struct jql_account *account, enum jql_field field, const char *value);
/* jql_time.c: "2026-11-24 14:32", "2026/11/24", "-15m"; false: it is none. */
bool jql_time(const struct jql_account *account, const char *text, int64_t *ms);

#endif
