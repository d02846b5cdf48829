/* jql: which tickets a query finds, and in which order. */
#include "config.h"

#include "sim/jql.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/jql_node.h"

#define MANY(list) (sizeof(list) / sizeof((list)[0]))

static const char *const priorities[] = { "Highest", "High", "Medium", "Low", "Lowest" };
static const char *const resolutions[] = { "Done", "Won't Do" };

const char *jql_category_key(enum ticket_status status)
{
    if (ticket_is_over(status))
        return "done";
    return status == TICKET_NEW || status == TICKET_SORTED ? "new" : "indeterminate";
}

static bool is_category(enum ticket_status status, const char *value)
{
    static const char *const names[][5] = {
        { "new", "To Do", "2", "待办", "Zu erledigen" },
        { "indeterminate", "In Progress", "4", "正在进行", "In Arbeit" },
        { "done", "Done", "3", "完成", "Fertig" },
    };
    const char *key = jql_category_key(status);

    for (size_t i = 0; i < MANY(names); i++)
        for (size_t k = 0; k < MANY(names[0]); k++)
            if (strcasecmp(names[i][k], value) == 0)
                return strcmp(names[i][0], key) == 0;
    return false;
}

/* ---- values that there are ---- */

static bool is_one_of(const char *value, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(list[i], value) == 0)
            return true;
    return false;
}

static bool is_project(const struct jql_account *account, const char *value)
{
    return strcasecmp(account->projects[0], value) == 0 ||
           strcasecmp(account->projects[1], value) == 0;
}

bool jql_knows(const struct jql_account *account, enum jql_field field, const char *value)
{
    switch (field) {
    case JQL_PROJECT:
        return is_project(account, value);
    case JQL_KEY:
        return ticket_by_key(account->desk, account->system, value, account->now_ms) != NULL ||
               strtoll(value, NULL, 10) > 0;
    case JQL_CATEGORY:
        return is_category(TICKET_NEW, value) || is_category(TICKET_WORK, value) ||
               is_category(TICKET_DONE, value);
    case JQL_STATUS:
        return is_one_of(value, account->statuses, TICKET_STATUSES);
    case JQL_COMPONENT:
        return is_one_of(value, ticket_categories, TICKET_CATEGORIES);
    case JQL_TYPE:
        return is_one_of(value, ticket_type_names, TICKET_TYPES);
    case JQL_PRIORITY:
        return is_one_of(value, priorities, MANY(priorities)) ||
               (value[0] >= '1' && value[0] <= '5' && !value[1]);
    case JQL_RESOLUTION:
        return is_one_of(value, resolutions, MANY(resolutions)) ||
               strcasecmp(value, "Unresolved") == 0;
    case JQL_LABELS:
    case JQL_CREATED:
    case JQL_UPDATED:
    case JQL_RESOLVED:
    case JQL_FIELDS:
        break;
    }
    return true;
}

/* ---- terms ---- */

struct row {
    struct ticket *ticket;
    struct ticket_state state;
};

static int64_t time_of(const struct row *row, enum jql_field field)
{
    if (field == JQL_CREATED)
        return row->ticket->created_ms;
    return field == JQL_UPDATED ? row->state.updated_ms : row->state.resolved_ms;
}

static bool has(const struct jql *q, const struct row *row, enum jql_field field, const char *value)
{
    const struct ticket *t = row->ticket;
    char key[TICKET_KEY];

    switch (field) {
    case JQL_PROJECT:
        return strcasecmp(q->account->projects[t->software ? 1 : 0], value) == 0;
    case JQL_KEY:
        return strcasecmp(ticket_key(key, q->account->desk->company, t), value) == 0 ||
               strtoll(value, NULL, 10) == t->number + 10000;
    case JQL_CATEGORY:
        return is_category(row->state.status, value);
    case JQL_STATUS:
        return strcasecmp(q->account->statuses[row->state.status], value) == 0;
    case JQL_LABELS:
        return strcasecmp(t->label, value) == 0;
    case JQL_COMPONENT:
        return strcasecmp(ticket_categories[t->category], value) == 0;
    case JQL_TYPE:
        return strcasecmp(ticket_type_names[t->type], value) == 0;
    case JQL_PRIORITY:
        return strcasecmp(priorities[t->priority - 1], value) == 0 ||
               (value[0] == '0' + t->priority && !value[1]);
    case JQL_RESOLUTION:
        if (strcasecmp(value, "Unresolved") == 0)
            return !row->state.resolved_ms;
        return row->state.resolved_ms &&
               strcasecmp(value, resolutions[row->state.status == TICKET_CANCELLED]) == 0;
    case JQL_CREATED:
    case JQL_UPDATED:
    case JQL_RESOLVED:
    case JQL_FIELDS:
        break;
    }
    return false;
}

static bool is_empty(const struct row *row, enum jql_field field)
{
    return (field == JQL_RESOLVED || field == JQL_RESOLUTION) && !row->state.resolved_ms;
}

static bool fits_time(const struct row *row, const struct jql_node *n)
{
    int64_t ms = time_of(row, n->field);

    if (!ms)
        return false;
    switch (n->op) {
    case JQL_IS:
        return ms == n->ms;
    case JQL_IS_NOT:
        return ms != n->ms;
    case JQL_AT_LEAST:
        return ms >= n->ms;
    case JQL_AFTER:
        return ms > n->ms;
    case JQL_AT_MOST:
        return ms <= n->ms;
    case JQL_BEFORE:
        return ms < n->ms;
    }
    return false;
}

/* As deep as the parser allows. NOLINTNEXTLINE(misc-no-recursion) */
static bool fits(const struct jql *q, const struct row *row, const struct jql_node *n)
{
    bool found = false;

    if (n->kind == JQL_AND)
        return fits(q, row, n->left) && fits(q, row, n->right);
    if (n->kind == JQL_OR)
        return fits(q, row, n->left) || fits(q, row, n->right);
    if (n->empty)
        return is_empty(row, n->field) == (n->op == JQL_IS);
    if (jql_is_time(n->field))
        return fits_time(row, n);
    for (size_t i = 0; i < n->value_count; i++)
        found = found || has(q, row, n->field, n->values[i]);
    return found == (n->op == JQL_IS);
}

/* ---- order ---- */

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_field(const struct row *a, const struct row *b, enum jql_field field)
{
    if (jql_is_time(field))
        return compare(time_of(a, field), time_of(b, field));
    switch (field) {
    case JQL_PROJECT:
        return compare(a->ticket->software, b->ticket->software);
    case JQL_PRIORITY: /* the highest comes last when it ascends */
        return compare(b->ticket->priority, a->ticket->priority);
    case JQL_TYPE:
        return compare(a->ticket->type, b->ticket->type);
    case JQL_CATEGORY:
    case JQL_STATUS:
        return compare(a->state.status, b->state.status);
    case JQL_LABELS:
        return strcmp(a->ticket->label, b->ticket->label);
    case JQL_COMPONENT:
        return compare(a->ticket->category, b->ticket->category);
    case JQL_RESOLUTION:
        return compare(a->state.resolved_ms > 0, b->state.resolved_ms > 0);
    case JQL_KEY:
    case JQL_CREATED:
    case JQL_UPDATED:
    case JQL_RESOLVED:
    case JQL_FIELDS:
        break;
    }
    return compare(a->ticket->number, b->ticket->number);
}

static const struct jql *sorting; /* qsort() takes no argument for it */

static int by_orders(const void *one, const void *other)
{
    const struct row *a = one, *b = other;

    for (size_t i = 0; i < sorting->order_count; i++) {
        int order = by_field(a, b, (enum jql_field)sorting->orders[i].field);

        if (order != 0)
            return sorting->orders[i].descending ? -order : order;
    }
    return compare(b->ticket->number, a->ticket->number); /* the newest first */
}

size_t jql_run(struct jql *q, struct ticket ***found)
{
    enum ticket_system system = q->account->system;
    size_t all = q->account->desk->count[system], count = 0;
    struct row *rows = arena_alloc(q->arena, (all + 1) * sizeof(*rows));

    for (size_t i = 0; i < all; i++) {
        struct row row = { .ticket = q->account->desk->tickets[system][i] };

        if (row.ticket->created_ms > q->account->now_ms)
            continue;
        row.state = ticket_at(row.ticket, q->account->now_ms);
        if (!q->root || fits(q, &row, q->root))
            rows[count++] = row;
    }
    sorting = q;
    qsort(rows, count, sizeof(*rows), by_orders);
    *found = arena_alloc(q->arena, (count + 1) * sizeof(struct ticket *));
    for (size_t i = 0; i < count; i++)
        (*found)[i] = rows[i].ticket;
    return count;
}
