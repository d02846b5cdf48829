/* kpi_ticket_lists: tickets as key numbers are made of them, read bit by bit. Those of a source
 * that is not in the configuration any more are left out. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "store/derive_internal.h"
#include "store/kpi_tickets.h"
#include "store/tickets.h"

enum { FIRST = 64 };

#define DONE_MS TICKETS_DONE_MS /* as its index has it */
#define KNOWN   " AND +source IN (SELECT id FROM source WHERE " TICKETS_WANTED("") ")"
#define THERE   " AND gone_ms IS NULL"
#define RISK    TICKETS_RISK("?3", TICKETS_AT_RISK)

/* In the order of struct kpi_entry, and last the source, where lists go by it first. */
#define ANSWERED                                                                                   \
    "SELECT id, first_ms, 0, first_business_ms, category, priority, 0, 0, 0, 0 FROM ticket"        \
    " WHERE first_ms > ?2 AND first_ms <= ?3" THERE KNOWN
#define ENDED                                                                                      \
    "SELECT id, " DONE_MS ", created_ms, business_ms, category, priority,"                         \
    " (SELECT text" TICKETS_INCIDENT " FROM text WHERE id = type), resolved_ms IS NOT NULL, 0, 0"  \
    " FROM ticket WHERE state = 3 AND " DONE_MS " > ?2 AND " DONE_MS " <= ?3" THERE KNOWN
#define CREATED                                                                                    \
    "SELECT id, created_ms, created_ms, NULL, category, priority, 0, 0, 0, 0 FROM ticket"          \
    " WHERE created_ms > ?2 AND created_ms <= ?3" THERE KNOWN
/* What is done by now may not have been done then. */
#define OPEN                                                                                       \
    "SELECT id, created_ms, created_ms, NULL, category, priority, 0, 0, " RISK ", source"          \
    " FROM ticket t WHERE state < 3 AND (source, created_ms) > (?1, ?2) AND created_ms <= "        \
    "?3" KNOWN
/* What is done by now, or gone, was not then. */
#define RISK_THEN TICKETS_RISK_THEN(TICKETS_SAME("?3"), "?3", TICKETS_AT_RISK)
static const char open_then[] =
    "SELECT id, created_ms, created_ms, NULL, category, priority, 0, 0, " RISK_THEN ", source"
    " FROM ticket t WHERE (state < 3 OR (gone_ms IS NULL AND " DONE_MS " > ?3)"
    " OR (gone_ms > ?3 AND created_ms < gone_ms)) AND (source, created_ms) > (?1, ?2)"
    " AND created_ms <= ?3" KNOWN " ORDER BY source, created_ms";
#define GONE                                                                                       \
    "SELECT id, gone_ms, created_ms, NULL, 0, 0, 0, 0, 0, 0 FROM ticket"                           \
    " WHERE gone_ms > ?2 AND gone_ms <= ?3 AND created_ms < gone_ms" KNOWN
#define WHOSE " AND id = ?4"

/* How a list is read, and what one ticket has in it. ?1 and ?2: source and time of the last one
 * that was read, of all but the open ones the source is 0. */
static const char *const walks[KPI_LISTS] = {
    [KPI_ANSWERED] = ANSWERED " AND ?1 = 0 ORDER BY first_ms",
    [KPI_ENDED] = ENDED " AND ?1 = 0 ORDER BY " DONE_MS,
    [KPI_CREATED] = CREATED " AND ?1 = 0 ORDER BY created_ms",
    [KPI_OPEN] = OPEN " ORDER BY source, created_ms",
    [KPI_GONE] = GONE " AND ?1 = 0 ORDER BY gone_ms",
};
static const char *const ones[KPI_LISTS] = {
    [KPI_ANSWERED] = ANSWERED WHOSE " AND ?1 = 0", [KPI_ENDED] = ENDED WHOSE " AND ?1 = 0",
    [KPI_CREATED] = CREATED WHOSE " AND ?1 = 0",   [KPI_OPEN] = OPEN WHOSE,
    [KPI_GONE] = GONE WHOSE " AND ?1 = 0",
};

/* Thirds of the span that a list goes back; 0: all of it. */
static int64_t from_of(const struct kpi_tickets *t, enum kpi_list list)
{
    static const int thirds[KPI_LISTS] = {
        [KPI_ANSWERED] = 1, [KPI_ENDED] = 2, [KPI_CREATED] = 3, [KPI_OPEN] = 0, [KPI_GONE] = 2
    };

    return thirds[list] == 0 ? INT64_MIN : t->at_ms - t->span_ms / 3 * thirds[list];
}

static void turn_to(struct kpi_tickets *t, enum kpi_list list)
{
    t->reading = list;
    t->source = 0;
    t->from_ms = list < KPI_LISTS ? from_of(t, list) : 0;
}

void kpi_tickets_begin(struct kpi_tickets *t, int64_t at_ms, int64_t span_ms)
{
    *t = (struct kpi_tickets){ .at_ms = at_ms, .span_ms = span_ms };
    turn_to(t, KPI_ANSWERED);
}

static void take(sqlite3_stmt *stmt, struct kpi_entries *list)
{
    bool known = sqlite3_column_type(stmt, 3) != SQLITE_NULL;

    if (list->count == list->cap) {
        list->cap = list->cap ? 2 * list->cap : FIRST;
        list->entry = mem_grow(list->entry, list->cap, sizeof(*list->entry));
    }
    list->entry[list->count++] =
        (struct kpi_entry){ .ticket = column_int(stmt, 0),
                            .at_ms = column_int(stmt, 1),
                            .created_ms = column_int(stmt, 2),
                            .business_ms = known ? column_int(stmt, 3) : -1,
                            .category = column_int(stmt, 4),
                            .priority = sqlite3_column_int(stmt, 5),
                            .incident = sqlite3_column_int(stmt, 6) != 0,
                            .solved = sqlite3_column_int(stmt, 7) != 0,
                            .risk = (unsigned char)sqlite3_column_int(stmt, 8) };
}

/* Up to a moment that no other ticket of the list has; *left: 0 where it did not come to its
 * end. */
static bool read_some(struct store *store, struct kpi_tickets *t, size_t *left,
                      struct dx_error *err)
{
    struct kpi_entries *list = &t->list[t->reading];
    bool then = store->past_ms > 0 && t->reading == KPI_OPEN;
    sqlite3_stmt *stmt = derive_over(store, then ? open_then : walks[t->reading], t->source,
                                     t->from_ms, t->at_ms, err);
    bool row = true, ok = stmt != NULL;

    while (ok && (ok = store_row(store, stmt, &row, err)) && row) {
        int64_t at_ms = column_int(stmt, 1), source = column_int(stmt, 9);

        if (*left == 0 && (at_ms != t->from_ms || source != t->source))
            break;
        take(stmt, list);
        store->gathered++;
        t->from_ms = at_ms;
        t->source = source;
        *left -= *left > 0;
    }
    if (stmt)
        (void)sqlite3_reset(stmt);
    if (ok && !row)
        turn_to(t, t->reading + 1);
    return ok;
}

static bool ask_any(struct store *store, bool *any, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "SELECT EXISTS (SELECT 1 FROM ticket WHERE source IN (SELECT id FROM source WHERE place"
        " IS NOT NULL))",
        err);
    bool row;

    if (!stmt || !store_row(store, stmt, &row, err))
        return false;
    *any = row && sqlite3_column_int(stmt, 0) != 0;
    (void)sqlite3_reset(stmt);
    return true;
}

bool store_read_kpi_tickets(struct store *store, struct kpi_tickets *t, size_t most,
                            struct dx_error *err)
{
    while (t->reading < KPI_LISTS && most > 0)
        if (!read_some(store, t, &most, err))
            return false;
    return t->reading < KPI_LISTS || ask_any(store, &t->any, err);
}

/* ---- again ---- */

static void drop(struct kpi_entries *list, const struct ids *ids)
{
    size_t n = 0;

    for (size_t i = 0; i < list->count; i++)
        if (!ids_has(ids, list->entry[i].ticket))
            list->entry[n++] = list->entry[i];
    list->count = n;
}

static bool read_one(struct store *store, struct kpi_tickets *t, enum kpi_list which,
                     int64_t ticket, struct dx_error *err)
{
    sqlite3_stmt *stmt = derive_over(store, ones[which], 0, from_of(t, which), t->at_ms, err);
    bool row;

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 4, ticket);
    if (!store_row(store, stmt, &row, err))
        return false;
    if (row)
        take(stmt, &t->list[which]);
    (void)sqlite3_reset(stmt);
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct kpi_entry *x = a, *y = b;

    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

/* Put those from `from` on, in any order, among those before, which are in order. */
static void put_among(struct kpi_entries *list, size_t from)
{
    size_t rest = from, tail = list->count - from;
    struct kpi_entry *late = mem_new(tail + 1, sizeof(*late));

    if (tail > 0)
        memcpy(late, list->entry + from, tail * sizeof(*late));
    qsort(late, tail, sizeof(*late), by_time);
    for (size_t at = list->count; tail > 0;) {
        bool later = rest > 0 && list->entry[rest - 1].at_ms > late[tail - 1].at_ms;

        list->entry[--at] = later ? list->entry[--rest] : late[--tail];
    }
    free(late);
}

static bool reread(struct store *store, struct kpi_tickets *t, enum kpi_list which,
                   const struct ids *ids, struct dx_error *err)
{
    size_t count;

    drop(&t->list[which], ids);
    count = t->list[which].count;
    for (int64_t id = 0; (id = ids_next(ids, id)) > 0;)
        if (!read_one(store, t, which, id, err))
            return false;
    put_among(&t->list[which], count);
    return true;
}

bool store_reread_kpi_tickets(struct store *store, struct kpi_tickets *t, const struct ids *ids,
                              struct dx_error *err)
{
    for (int which = 0; which < KPI_LISTS; which++)
        if (!reread(store, t, (enum kpi_list)which, ids, err))
            return false;
    return ask_any(store, &t->any, err);
}

void kpi_tickets_done(struct kpi_tickets *t)
{
    for (int which = 0; which < KPI_LISTS; which++)
        free(t->list[which].entry);
    *t = (struct kpi_tickets){ .any = false };
}
