/* kpi_tickets: tickets as key numbers are made of them. Those of a source that is not in
 * the configuration any more are left out. */
#include "config.h"

#include "store/kpi_tickets.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/buf.h"
#include "store/ci.h"
#include "store/derive_internal.h"
#include "store/tickets.h"

enum { IDS_MOST = 16 << 20 };

#define KNOWN   " AND source IN (SELECT id FROM source WHERE place IS NOT NULL)"
#define THERE   " AND gone_ms IS NULL"
#define DONE_MS "coalesce(resolved_ms, updated_ms, created_ms)"

static int64_t span_of(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL ? -1
                                                            : sqlite3_column_int64(stmt, column);
}

/* ---- one ticket ---- */

static void take_pause(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct ticket_pause_row *)item =
        (struct ticket_pause_row){ sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1) };
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
        out->created_ms = sqlite3_column_int64(stmt, 0);
        out->first_ms = sqlite3_column_int64(stmt, 1);
        out->resolved_ms = sqlite3_column_int64(stmt, 2);
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

/* ---- all of them ---- */

static void take_answered(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct kpi_answered *)item =
        (struct kpi_answered){ .at_ms = sqlite3_column_int64(stmt, 0),
                               .business_ms = span_of(stmt, 1),
                               .category = sqlite3_column_int64(stmt, 2),
                               .priority = sqlite3_column_int64(stmt, 3) };
}

static void take_ended(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct kpi_ended *)item = (struct kpi_ended){ .at_ms = sqlite3_column_int64(stmt, 0),
                                                    .created_ms = sqlite3_column_int64(stmt, 1),
                                                    .resolved_ms = sqlite3_column_int64(stmt, 2),
                                                    .business_ms = span_of(stmt, 3),
                                                    .category = sqlite3_column_int64(stmt, 4),
                                                    .priority = sqlite3_column_int64(stmt, 5),
                                                    .incident = sqlite3_column_int(stmt, 6) != 0 };
}

static void take_created(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct kpi_created *)item = (struct kpi_created){ .at_ms = sqlite3_column_int64(stmt, 0),
                                                        .category = sqlite3_column_int64(stmt, 1),
                                                        .priority = sqlite3_column_int64(stmt, 2) };
}

static void take_open(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct kpi_open *)item = (struct kpi_open){ .created_ms = sqlite3_column_int64(stmt, 0),
                                                  .risk = (enum dx_risk)sqlite3_column_int(stmt, 1),
                                                  .category = sqlite3_column_int64(stmt, 2),
                                                  .priority = sqlite3_column_int64(stmt, 3) };
}

static void take_gone(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct kpi_gone *)item =
        (struct kpi_gone){ sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1) };
}

/* ?1 is not used but by ?1 = 0, so that all have the same three. */
static const char answered_sql[] =
    "SELECT first_ms, first_business_ms, category, priority FROM ticket"
    " WHERE first_ms > ?2 AND first_ms <= ?3 AND ?1 = 0" THERE KNOWN;
static const char ended_sql[] =
    "SELECT " DONE_MS ", created_ms, resolved_ms, business_ms, category, priority,"
    " (SELECT text" TICKETS_INCIDENT " FROM text WHERE id = type) FROM ticket WHERE state = 3"
    " AND " DONE_MS " > ?2 AND " DONE_MS " <= ?3 AND ?1 = 0" THERE KNOWN;
static const char created_sql[] =
    "SELECT created_ms, category, priority FROM ticket WHERE created_ms > ?2 AND created_ms <= ?3"
    " AND ?1 = 0" THERE KNOWN " ORDER BY category, created_ms";
static const char gone_sql[] =
    "SELECT created_ms, gone_ms FROM ticket WHERE gone_ms > ?2 AND gone_ms <= ?3"
    " AND created_ms < gone_ms AND ?1 = 0" KNOWN;
/* What is done by now may not have been done then. */
#define RISK TICKETS_RISK("?3", TICKETS_AT_RISK)
static const char open_sql[] =
    "SELECT created_ms, " RISK ", category, priority FROM ticket t WHERE state < 3"
    " AND created_ms <= ?3 AND ?1 = 0 AND ?2 IS NOT NULL" KNOWN;
static const char any_sql[] =
    "SELECT EXISTS (SELECT 1 FROM ticket WHERE ?1 = 0 AND ?2 <= ?3" KNOWN ")";

static sqlite3_stmt *over(struct store *store, const char *sql, const struct kpi_range *range,
                          struct dx_error *err)
{
    return derive_over(store, sql, 0, range->from_ms, range->to_ms, err);
}

static bool ask_any(struct store *store, const struct kpi_range *range, bool *any,
                    struct dx_error *err)
{
    sqlite3_stmt *stmt = over(store, any_sql, range, err);
    bool row;

    if (!stmt || !store_row(store, stmt, &row, err))
        return false;
    *any = row && sqlite3_column_int(stmt, 0) != 0;
    (void)sqlite3_reset(stmt);
    return true;
}

bool store_kpi_tickets(struct store *store, const struct kpi_range *range, struct kpi_tickets *out,
                       struct dx_error *err)
{
    static const struct gather answered = { take_answered, sizeof(struct kpi_answered), NULL };
    static const struct gather ended = { take_ended, sizeof(struct kpi_ended), NULL };
    static const struct gather created = { take_created, sizeof(struct kpi_created), NULL };
    static const struct gather open = { take_open, sizeof(struct kpi_open), NULL };
    static const struct gather gone = { take_gone, sizeof(struct kpi_gone), NULL };
    int64_t third_ms = (range->to_ms - range->from_ms) / 3;
    struct kpi_range month = { range->to_ms - third_ms, range->to_ms };
    struct kpi_range two = { range->to_ms - 2 * third_ms, range->to_ms };
    void *list[5] = { NULL };
    bool ok;

    *out = (struct kpi_tickets){ .answered = NULL };
    ok = ask_any(store, range, &out->any, err) &&
         derive_gather(store, over(store, answered_sql, &month, err), &answered, &list[0],
                       &out->answered_count, err) &&
         derive_gather(store, over(store, ended_sql, &two, err), &ended, &list[1],
                       &out->ended_count, err) &&
         derive_gather(store, over(store, created_sql, range, err), &created, &list[2],
                       &out->created_count, err) &&
         derive_gather(store, over(store, open_sql, range, err), &open, &list[3], &out->open_count,
                       err) &&
         derive_gather(store, over(store, gone_sql, &two, err), &gone, &list[4], &out->gone_count,
                       err);
    out->answered = list[0];
    out->ended = list[1];
    out->created = list[2];
    out->open = list[3];
    out->gone = list[4];
    return ok;
}

void kpi_tickets_done(struct kpi_tickets *tickets)
{
    free(tickets->answered);
    free(tickets->ended);
    free(tickets->created);
    free(tickets->open);
    free(tickets->gone);
    *tickets = (struct kpi_tickets){ .answered = NULL };
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

static bool put_day(struct store *store, const struct ticket_day *day, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO ticket_day (day, opened, closed, backlog) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (day) DO UPDATE SET (opened, closed, backlog) = (excluded.opened,"
        " excluded.closed, excluded.backlog) WHERE (opened, closed, backlog) IS NOT"
        " (excluded.opened, excluded.closed, excluded.backlog)",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, day->day);
    (void)sqlite3_bind_int64(stmt, 2, day->opened);
    (void)sqlite3_bind_int64(stmt, 3, day->closed);
    (void)sqlite3_bind_int64(stmt, 4, day->backlog);
    return store_step(store, stmt, err);
}

bool store_put_ticket_days(struct store *store, const struct ticket_day *days, size_t count,
                           struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, "DELETE FROM ticket_day WHERE day < ?1", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, count > 0 ? days[0].day : INT64_MAX);
    if (!store_step(store, stmt, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!put_day(store, &days[i], err))
            return false;
    return true;
}
