/* kpi_tickets: the business times of tickets, and the numbers of groups and days of them. */
#include "config.h"

#include "store/kpi_tickets.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/buf.h"
#include "store/ci.h"
#include "store/derive_internal.h"

enum { IDS_MOST = 16 << 20 };

/* ---- one ticket ---- */

static void take_pause(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct ticket_pause_row *)item =
        (struct ticket_pause_row){ column_int(stmt, 0), column_int(stmt, 1) };
}

bool store_ticket_times(struct store *store, int64_t ticket, struct ticket_times *out,
                        struct dx_error *err)
{
    static const struct gather how = { .take = take_pause,
                                       .size = sizeof(struct ticket_pause_row) };
    sqlite3_stmt *stmt = derive_over(store,
                                     "SELECT created_ms, first_ms, resolved_ms FROM ticket"
                                     " WHERE id = ?1 AND ?2 = ?3",
                                     ticket, 0, 0, err);
    void *list;
    bool row, ok;

    *out = (struct ticket_times){ 0 };
    if (!stmt || !store_row(store, stmt, &row, err))
        return false;
    if (row) {
        out->created_ms = column_int(stmt, 0);
        out->first_ms = column_int(stmt, 1);
        out->resolved_ms = column_int(stmt, 2);
    }
    (void)sqlite3_reset(stmt);
    ok = derive_gather(store,
                       derive_over(store,
                                   "SELECT from_ms, to_ms FROM ticket_pause WHERE ticket = ?1"
                                   " AND ?2 = ?3 ORDER BY from_ms",
                                   ticket, 0, 0, err),
                       &how, &list, &out->pause_count, err);
    out->pauses = list;
    return ok;
}

bool store_put_business(struct store *store, int64_t ticket, int64_t first_ms, int64_t resolved_ms,
                        struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store,
                        "UPDATE ticket SET (first_business_ms, business_ms) = (?2, ?3)"
                        " WHERE id = ?1 AND (first_business_ms, business_ms) IS NOT (?2, ?3)",
                        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, ticket);
    bind_span(stmt, 2, first_ms);
    bind_span(stmt, 3, resolved_ms);
    return store_step(store, stmt, err);
}

static bool with_text(struct store *store, const char *sql, const char *text, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, text);
    return store_step(store, stmt, err);
}

bool store_put_calendar(struct store *store, const char *fingerprint, struct dx_error *err)
{
    return with_text(store,
                     "INSERT INTO meta (key, value) VALUES ('calendar', ?1) ON CONFLICT (key)"
                     " DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
                     fingerprint, err) &&
           (sqlite3_changes(store->db) == 0 || dirty_put_tickets(store, err));
}

bool store_put_critical(struct store *store, const char *fingerprint, struct dx_error *err)
{
    return with_text(store,
                     "INSERT INTO meta (key, value) VALUES ('critical', ?1) ON CONFLICT (key)"
                     " DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
                     fingerprint, err) &&
           (sqlite3_changes(store->db) == 0 || dirty_put_kpi_days(store, err));
}

/* ---- what is made of them ---- */

#define GROUP                                                                                      \
    "open, due, breached, opened, closed, answered, resolved, restored, first_p50, first_p90,"     \
    " resolution_p50, before, restore_p50, repeats"
#define GROUP_NEW                                                                                  \
    "excluded.open, excluded.due, excluded.breached, excluded.opened, excluded.closed,"            \
    " excluded.answered, excluded.resolved, excluded.restored, excluded.first_p50,"                \
    " excluded.first_p90, excluded.resolution_p50, excluded.before, excluded.restore_p50,"         \
    " excluded.repeats"

static bool put_group(struct store *store, enum ticket_group_kind kind,
                      const struct ticket_group *g, struct dx_error *err)
{
    const int64_t whole[] = { (int64_t)kind, g->id,     g->open,     g->due,      g->breached,
                              g->opened,     g->closed, g->answered, g->resolved, g->restored };
    const double numbers[] = { g->first_p50, g->first_p90,   g->resolution_p50,
                               g->before,    g->restore_p50, g->repeats };
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO ticket_group (kind, id, open, due, breached, opened, closed, answered,"
        " resolved, restored, first_p50, first_p90, resolution_p50, before, restore_p50, repeats)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
        " ON CONFLICT (kind, id) DO UPDATE SET (" GROUP ") = (" GROUP_NEW ") WHERE (" GROUP ")"
        " IS NOT (" GROUP_NEW ")",
        err);
    int at = 1;

    if (!stmt)
        return false;
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
        (void)sqlite3_bind_int64(stmt, at++, whole[i]);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        bind_number(stmt, at++, numbers[i]);
    return store_step(store, stmt, err);
}

bool store_put_ticket_groups(struct store *store, enum ticket_group_kind kind,
                             const struct ticket_group *groups, size_t count, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "DELETE FROM ticket_group WHERE kind = ?1 AND id NOT IN (SELECT value FROM json_each(?2))",
        err);
    struct buf ids;
    bool ok = stmt != NULL;

    buf_init(&ids, IDS_MOST);
    (void)buf_text(&ids, "[");
    for (size_t i = 0; i < count; i++)
        (void)buf_print(&ids, "%s%" PRId64, i > 0 ? "," : "", groups[i].id);
    (void)buf_text(&ids, "]");
    if (ok) {
        (void)sqlite3_bind_int(stmt, 1, (int)kind);
        bind_text(stmt, 2, ids.bytes);
        ok = store_step(store, stmt, err);
    }
    for (size_t i = 0; ok && i < count; i++)
        ok = put_group(store, kind, &groups[i], err);
    buf_done(&ids);
    return ok;
}

static const char put_day_sql[] =
    "INSERT INTO ticket_day (day, opened, closed, backlog) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (day) DO UPDATE SET (opened, closed, backlog) = (excluded.opened,"
    " excluded.closed, excluded.backlog) WHERE (opened, closed, backlog) IS NOT"
    " (excluded.opened, excluded.closed, excluded.backlog)";
static const char put_day_again_sql[] =
    "UPDATE ticket_day SET (opened, closed, backlog) = (?2, ?3, ?4) WHERE day = ?1"
    " AND (opened, closed, backlog) IS NOT (?2, ?3, ?4)";

static bool put_day(struct store *store, const struct ticket_day *day, bool known,
                    struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, known ? put_day_sql : put_day_again_sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, day->day);
    (void)sqlite3_bind_int64(stmt, 2, day->opened);
    (void)sqlite3_bind_int64(stmt, 3, day->closed);
    (void)sqlite3_bind_int64(stmt, 4, day->backlog);
    return store_step(store, stmt, err);
}

bool store_put_ticket_days(struct store *store, const struct ticket_day *days, size_t count,
                           size_t unknown, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, "DELETE FROM ticket_day WHERE day < ?1", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, count > 0 ? days[0].day : INT64_MAX);
    if (!store_step(store, stmt, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!put_day(store, &days[i], i >= unknown, err))
            return false;
    return true;
}
