/* servicenow_query: encoded queries: "active=true^priorityIN1,2^ORDERBYsys_updated_on".
 * Parts are joined by AND, within a part by ^OR; ^NQ begins another query. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sim/servicenow.h"

enum { PARTS_MOST = 64, ORDERS_MOST = 8 };

enum op {
    OP_IS,
    OP_IS_NOT,
    OP_AT_LEAST,
    OP_AT_MOST,
    OP_ABOVE,
    OP_BELOW,
    OP_IN,
    OP_NOT_IN,
    OP_LIKE,
    OP_BEGINS,
    OP_EMPTY,
    OP_NOT_EMPTY,
};

/* Longer ones first, where one begins like another. */
static const struct {
    const char *word;
    enum op op;
} ops[] = {
    { "ISNOTEMPTY", OP_NOT_EMPTY },
    { "ISEMPTY", OP_EMPTY },
    { "STARTSWITH", OP_BEGINS },
    { "NOT IN", OP_NOT_IN },
    { "LIKE", OP_LIKE },
    { "IN", OP_IN },
    { "!=", OP_IS_NOT },
    { ">=", OP_AT_LEAST },
    { "<=", OP_AT_MOST },
    { "=", OP_IS },
    { ">", OP_ABOVE },
    { "<", OP_BELOW },
};

struct part {
    const char *field, *value;
    enum op op;
    bool or, new_query; /* joined to the part before; it begins another query */
};

struct query {
    struct part parts[PARTS_MOST];
    size_t part_count;
    struct {
        const char *field;
        bool descending;
    } orders[ORDERS_MOST];
    size_t order_count;
};

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* javascript:gs.dateGenerate('2026-11-24','14:32:00') is what the web pages write. */
static const char *value_of(const struct glide_call *call, const char *text)
{
    const char *date = strstr(text, "gs.dateGenerate('");

    if (!begins(text, "javascript:") || !date || strlen(date) < 17 + 10 + 3 + 8)
        return text;
    date += 17;
    return arena_print(&call->x->arena, "%.10s %.8s", date, date + 13);
}

/* A field is lower case, digits, _ and dots: the operator begins behind it. */
static bool read_part(const struct glide_call *call, char *text, struct part *part)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.");

    for (size_t i = 0; len > 0 && i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (!begins(text + len, ops[i].word))
            continue;
        part->op = ops[i].op;
        part->value = value_of(call, text + len + strlen(ops[i].word));
        text[len] = '\0';
        part->field = text;
        return true;
    }
    return false;
}

static void read_order(struct query *q, const char *text)
{
    bool descending = begins(text, "ORDERBYDESC");

    if (q->order_count == ORDERS_MOST)
        return;
    q->orders[q->order_count].field = text + strlen(descending ? "ORDERBYDESC" : "ORDERBY");
    q->orders[q->order_count++].descending = descending;
}

static void read_query(const struct glide_call *call, struct query *q, char *text)
{
    for (char *word = strsep(&text, "^"); word; word = strsep(&text, "^")) {
        struct part part = { 0 };

        if (begins(word, "ORDERBY")) {
            read_order(q, word);
            continue;
        }
        part.new_query = begins(word, "NQ");
        word += part.new_query ? 2 : 0;
        part.or = begins(word, "OR");
        word += part.or ? 2 : 0;
        if (q->part_count < PARTS_MOST && read_part(call, word, &part))
            q->parts[q->part_count++] = part;
    }
}

/* ---- rows ---- */

static int compare(const char *a, const char *b)
{
    char *end_a, *end_b;
    double one = strtod(a, &end_a), other = strtod(b, &end_b);

    if (*a && *b && !*end_a && !*end_b)
        return (one > other) - (one < other);
    return strcmp(a, b);
}

static bool is_listed(const char *list, const char *value)
{
    size_t len = strlen(value);

    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, value, len) == 0 && (at[len] == ',' || !at[len]))
            return true;
    return false;
}

static bool holds(const struct part *part, const char *has)
{
    switch (part->op) {
    case OP_IS:
        return strcmp(has, part->value) == 0;
    case OP_IS_NOT:
        return strcmp(has, part->value) != 0;
    case OP_AT_LEAST:
        return compare(has, part->value) >= 0;
    case OP_AT_MOST:
        return *has && compare(has, part->value) <= 0;
    case OP_ABOVE:
        return compare(has, part->value) > 0;
    case OP_BELOW:
        return *has && compare(has, part->value) < 0;
    case OP_IN:
        return is_listed(part->value, has);
    case OP_NOT_IN:
        return !is_listed(part->value, has);
    case OP_LIKE:
        return strstr(has, part->value) != NULL;
    case OP_BEGINS:
        return begins(has, part->value);
    case OP_EMPTY:
        return !*has;
    case OP_NOT_EMPTY:
        return *has != '\0';
    }
    return false;
}

/* Parts about a field that there is not are passed over. */
static bool fits(const struct query *q, const struct glide_row *row)
{
    bool all = true, some = true, any = false;

    for (size_t i = 0; i < q->part_count; i++) {
        const struct part *part = &q->parts[i];
        const struct glide_cell *cell = glide_find(row, part->field);
        bool good;

        if (!cell)
            continue;
        good = holds(part, cell->value);
        if (part->new_query) {
            any = any || (all && some);
            all = some = true;
        }
        if (part->or) {
            some = some || good;
            continue;
        }
        all = all && some;
        some = good;
    }
    return any || (all && some);
}

static const struct query *sorting; /* qsort() takes no argument for it */

static int by_orders(const void *a, const void *b)
{
    const struct glide_row *one = *(const struct glide_row *const *)a,
                           *other = *(const struct glide_row *const *)b;

    for (size_t i = 0; i < sorting->order_count; i++) {
        const struct glide_cell *cell = glide_find(one, sorting->orders[i].field),
                                *rival = glide_find(other, sorting->orders[i].field);
        int order = cell && rival ? compare(cell->value, rival->value) : 0;

        if (order != 0)
            return sorting->orders[i].descending ? -order : order;
    }
    return strcmp(one->cells[0].value, other->cells[0].value); /* sys_id */
}

void glide_query(const struct glide_call *call, const char *query, struct glide_rows *rows)
{
    struct arena *arena = &call->x->arena;
    const struct glide_row **kept =
        arena_alloc(arena, (rows->count + 1) * sizeof(const struct glide_row *));
    struct glide_row *sorted;
    struct query q = { 0 };
    size_t count = 0;

    read_query(call, &q, arena_text(arena, query));
    for (size_t i = 0; i < rows->count; i++)
        if (fits(&q, &rows->rows[i]))
            kept[count++] = &rows->rows[i];
    sorting = &q;
    qsort(kept, count, sizeof(const struct glide_row *), by_orders);
    sorted = arena_alloc(arena, (count + 1) * sizeof(*sorted));
    for (size_t i = 0; i < count; i++)
        sorted[i] = *kept[i];
    *rows = (struct glide_rows){ .rows = sorted, .count = count, .room = count };
}
