/* jql: the part of JQL that the simulated Jira understands: project, key, created,
 * updated, resolved, statusCategory, status, labels, component, issuetype, priority and
 * resolution, with = != >= > <= < in, not in, is EMPTY; AND, OR, parentheses, ORDER BY.
 * What it does not understand it refuses, in Jira's words as far as possible. A time is
 * read in the zone of the account that asks, as Jira does. */
#ifndef SIM_JQL_H
#define SIM_JQL_H

#include "core/mem.h"
#include "sim/tickets.h"

enum { JQL_ERROR = 400, JQL_NODES_MOST = 64, JQL_VALUES_MOST = 200, JQL_ORDERS_MOST = 7 };

/* Whose query it is, and when. */
struct jql_account {
    enum ticket_system system;
    const struct helpdesk *desk;
    int64_t now_ms;
    int64_t (*offset_ms)(int64_t at_ms); /* so far is the account's clock ahead of UTC */
    const char *const *projects;         /* ends with NULL: the software project is the second */
    const char *const *statuses;         /* their names, TICKET_STATUSES */
};

struct jql_node;
struct jql {
    struct arena *arena;
    const struct jql_account *account;
    struct jql_node *root; /* NULL: everything */
    struct {
        int field;
        bool descending;
    } orders[JQL_ORDERS_MOST];
    size_t order_count, node_count;
    char error[JQL_ERROR];
};

/* false: query->error says why. Lives as long as the arena and the account. */
bool jql_parse(struct jql *query, struct arena *arena, const struct jql_account *account,
               const char *text);
/* The tickets that it finds, in its order; *found lives in the arena. */
size_t jql_run(struct jql *query, struct ticket ***found);
/* "new" "indeterminate" "done" */
const char *jql_category_key(enum ticket_status status);

#endif
