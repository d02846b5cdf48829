/* kpi_read: raw records of all sources, as key numbers are made of them. Those of a
 * source that is not in the configuration any more are left out. */
#include "config.h"

#include "store/kpi.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "store/ci.h"
#include "store/derive_internal.h"
#include "store/haul.h"
#include "store/tickets.h"

/* Sources first, then by their own indexes: SQLite is kept to this order. */
#define OF_POOLS                                                                                   \
    " FROM source s CROSS JOIN pool q ON q.source = s.id AND s.place IS NOT NULL CROSS JOIN "
#define OF_PIPELINES                                                                               \
    " FROM source s CROSS JOIN pipeline p ON p.source = s.id AND s.place IS NOT NULL CROSS JOIN "

bool store_all_waits(struct store *store, const struct kpi_range *range, struct stored_wait **out,
                     size_t *count, struct dx_error *err)
{
    static const struct haul how = { .take = take_wait, .size = sizeof(struct stored_wait) };
    void *list;
    bool ok = haul(store,
                   derive_over(store,
                               "SELECT haul(j.started_ms, j.queued_ms)" OF_POOLS
                               "job j ON j.pool = q.id AND j.started_ms > ?2"
                               " AND j.started_ms <= ?3 AND j.queued_ms IS NOT NULL"
                               " WHERE ?1 = 0",
                               0, range->from_ms, range->to_ms, err),
                   &how, &list, count, err);

    *out = list;
    return ok;
}

bool store_all_hours_n(struct store *store, int64_t from_hour, int64_t to_hour, int64_t *count,
                       struct dx_error *err)
{
    sqlite3_stmt *stmt = derive_over(store,
                                     "SELECT sum(h.n)" OF_POOLS
                                     "pool_hour h ON h.pool = q.id AND h.hour >= ?2 AND h.hour < ?3"
                                     " WHERE ?1 = 0",
                                     0, from_hour, to_hour, err);

    *count = 0;
    return store_number(store, stmt, count, err);
}

static void take_bucket(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct pool_bucket *)item = (struct pool_bucket){ column_int(stmt, 0), column_int(stmt, 1) };
}

bool store_all_buckets(struct store *store, int64_t from_day, int64_t to_day,
                       struct pool_bucket **out, size_t *count, struct dx_error *err)
{
    static const struct gather how = { .take = take_bucket, .size = sizeof(struct pool_bucket) };
    void *list;
    bool ok = derive_gather(store,
                            derive_over(store,
                                        "SELECT b.bucket, sum(b.n)" OF_POOLS
                                        "pool_bucket b ON b.pool = q.id AND b.day >= ?2"
                                        " AND b.day < ?3 WHERE ?1 = 0 GROUP BY b.bucket",
                                        0, from_day, to_day, err),
                            &how, &list, count, err);

    *out = list;
    return ok;
}

static void take_run(sqlite3_value **row, void *item)
{
    bool took = sqlite3_value_type(row[2]) != SQLITE_NULL;

    *(struct kpi_run *)item = (struct kpi_run){
        .pipeline = sqlite3_value_int64(row[0]),
        .run = { .finished_ms = sqlite3_value_int64(row[1]),
                 .duration_ms = took ? sqlite3_value_int64(row[2]) : -1,
                 .result = (enum dx_result)sqlite3_value_int(row[3]),
                 .cause = (enum dx_cause)sqlite3_value_int(row[4]),
                 .attempt = sqlite3_value_int64(row[5]),
                 .later_ms = sqlite3_value_int64(row[6]) },
    };
}

bool store_all_runs(struct store *store, const struct kpi_range *range, struct kpi_run **out,
                    size_t *count, struct dx_error *err)
{
    static const struct haul how = { .take = take_run, .size = sizeof(struct kpi_run) };
    void *list;
    bool ok = haul(store,
                   derive_over(store,
                               "SELECT haul(r.pipeline, r.finished_ms, r.duration_ms,"
                               " r.result, r.cause, r.attempt, r.later_ms)" OF_PIPELINES
                               "run r ON r.pipeline = p.id AND r.finished_ms > ?2"
                               " AND r.finished_ms <= ?3 AND r.phase = 4 WHERE ?1 = 0",
                               0, range->from_ms, range->to_ms, err),
                   &how, &list, count, err);

    *out = list;
    return ok;
}

static void take_name(sqlite3_stmt *stmt, void *item, void *self)
{
    struct kpi_pipeline *pipeline = item;

    (void)self;
    pipeline->id = column_int(stmt, 0);
    text_copy(pipeline->name, sizeof(pipeline->name), column_text(stmt, 1));
}

bool store_pipeline_names(struct store *store, struct kpi_pipeline **out, size_t *count,
                          struct dx_error *err)
{
    static const struct gather how = { .take = take_name, .size = sizeof(struct kpi_pipeline) };
    void *list;
    bool ok = derive_gather(
        store,
        derive_over(store,
                    "SELECT p.id, coalesce((SELECT text || '/' FROM text WHERE id = p.project), '')"
                    " || coalesce((SELECT text FROM text WHERE id = p.name), '') FROM pipeline p"
                    " WHERE ?1 = ?2 AND ?2 = ?3 ORDER BY p.id",
                    0, 0, 0, err),
        &how, &list, count, err);

    *out = list;
    return ok;
}

static void take_change(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct kpi_change *)item = (struct kpi_change){ column_int(stmt, 0), column_int(stmt, 1) };
}

bool store_kpi_changes(struct store *store, const struct kpi_range *range, struct kpi_change **out,
                       size_t *count, struct dx_error *err)
{
    static const struct gather how = { .take = take_change, .size = sizeof(struct kpi_change) };
    void *list;
    bool ok = derive_gather(
        store,
        derive_over(store,
                    "SELECT created_ms, reviewed_ms FROM change WHERE reviewed_ms > ?2"
                    " AND reviewed_ms <= ?3 AND created_ms IS NOT NULL AND ?1 = 0"
                    " AND source IN (SELECT id FROM source WHERE place IS NOT NULL)",
                    0, range->from_ms, range->to_ms, err),
        &how, &list, count, err);

    *out = list;
    return ok;
}

bool store_flaky_now(struct store *store, const struct kpi_range *range, struct kpi_flaky *out,
                     struct dx_error *err)
{
    sqlite3_stmt *stmt = derive_over(
        store,
        "SELECT (SELECT count(*)" OF_PIPELINES "run r ON r.pipeline = p.id AND r.finished_ms > ?2"
        " AND r.finished_ms <= ?3 AND r.phase = 4),"
        " coalesce(sum(f.state = 1), 0), coalesce(sum(f.state = 0), 0),"
        " coalesce(sum(CASE WHEN f.state = 1 THEN f.lost_ms END), 0)" OF_PIPELINES
        "flaky_now f ON f.pipeline = p.id WHERE ?1 = 0",
        0, range->from_ms, range->to_ms, err);
    bool row;

    *out = (struct kpi_flaky){ 0 };
    if (!stmt || !store_row(store, stmt, &row, err))
        return false;
    if (row)
        *out = (struct kpi_flaky){ .runs = column_int(stmt, 0),
                                   .flaky = column_int(stmt, 1),
                                   .suspect = column_int(stmt, 2),
                                   .lost_ms = column_int(stmt, 3) };
    (void)sqlite3_reset(stmt);
    return true;
}

static void take_point(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct kpi_point *)item = (struct kpi_point){ .nth = column_int(stmt, 0),
                                                    .value = sqlite3_column_double(stmt, 1),
                                                    .n = column_int(stmt, 2) };
}

static const struct gather points = { .take = take_point, .size = sizeof(struct kpi_point) };

bool store_kpi_points(struct store *store, const char *id, int64_t after_day,
                      struct kpi_point **out, size_t *count, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store,
                                         "SELECT nth, value, n FROM kpi_point WHERE id = ?1"
                                         " AND step_ms = 86400000 AND nth > ?2 ORDER BY nth",
                                         err);
    void *list;
    bool ok;

    if (stmt) {
        bind_text(stmt, 1, id);
        (void)sqlite3_bind_int64(stmt, 2, after_day);
    }
    ok = derive_gather(store, stmt, &points, &list, count, err);
    *out = list;
    return ok;
}

/* A bare column beside max() is of the row that has it. */
bool store_fed_days(struct store *store, const struct fed *fed, struct kpi_point **out,
                    size_t *count, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "SELECT at_ms / 86400000, value, count(*), max(at_ms) FROM sample WHERE series ="
        " (SELECT s.id FROM series s JOIN source src ON src.id = s.source"
        "  AND src.place IS NOT NULL WHERE s.query = ?1 AND (?2 = '' OR src.name = ?2)"
        "  ORDER BY src.place, s.labels LIMIT 1) AND at_ms <= ?3 AND value IS NOT NULL"
        " GROUP BY at_ms / 86400000",
        err);
    void *list;
    bool ok;

    if (stmt) {
        bind_text(stmt, 1, fed->query);
        bind_text(stmt, 2, fed->source);
        (void)sqlite3_bind_int64(stmt, 3, fed->to_ms);
    }
    ok = derive_gather(store, stmt, &points, &list, count, err);
    *out = list;
    return ok;
}

static void take_flaky_day(sqlite3_value **row, void *item)
{
    *(struct flaky_day *)item = (struct flaky_day){ .day = sqlite3_value_int64(row[0]),
                                                    .n = sqlite3_value_int64(row[1]),
                                                    .lost_ms = sqlite3_value_int64(row[2]) };
}

static int by_day(const void *a, const void *b)
{
    const struct flaky_day *x = a, *y = b;

    return (x->day > y->day) - (x->day < y->day);
}

/* Of each pipeline: all of a day together. */
static size_t join_days(struct flaky_day *days, size_t count)
{
    size_t n = 0;

    if (count == 0)
        return 0;
    qsort(days, count, sizeof(*days), by_day);
    for (size_t i = 1; i < count; i++) {
        if (days[i].day != days[n].day) {
            days[++n] = days[i];
            continue;
        }
        days[n].n += days[i].n;
        days[n].lost_ms += days[i].lost_ms;
    }
    return n + 1;
}

bool store_flaky_days(struct store *store, struct flaky_day **out, size_t *count,
                      struct dx_error *err)
{
    static const struct haul how = { .take = take_flaky_day, .size = sizeof(struct flaky_day) };
    void *list;
    bool ok = haul(store,
                   store_statement(store,
                                   "SELECT haul(f.day, f.n, f.lost_ms)" OF_PIPELINES
                                   "flaky_day f ON f.pipeline = p.id",
                                   err),
                   &how, &list, count, err);

    *out = list;
    if (*out)
        *count = join_days(*out, *count);
    return ok;
}

/* 0: there is none. */
static int64_t first_of(struct store *store, sqlite3_stmt *stmt)
{
    struct dx_error err = { 0 };
    int64_t first_ms = 0;

    return store_number(store, stmt, &first_ms, &err) ? first_ms : 0;
}

int64_t store_first_run(struct store *store)
{
    return first_of(store, store_statement(store,
                                           "SELECT min(f.first_ms) FROM source_first f"
                                           " JOIN source s ON s.id = f.source"
                                           " WHERE s.place IS NOT NULL",
                                           &(struct dx_error){ 0 }));
}

int64_t store_first_done(struct store *store)
{
    static const char sql[] =
        "SELECT " TICKETS_DONE_MS " FROM ticket WHERE state = 3 AND +source"
        " IN (SELECT id FROM source WHERE " TICKETS_WANTED("") ") ORDER BY " TICKETS_DONE_MS
                                                               ", id LIMIT 1";

    return first_of(store, store_statement(store, sql, &(struct dx_error){ 0 }));
}

int64_t store_first_review(struct store *store)
{
    return first_of(store,
                    store_statement(store,
                                    "SELECT reviewed_ms FROM change WHERE reviewed_ms > 0"
                                    " AND source IN (SELECT id FROM source WHERE place IS NOT NULL)"
                                    " ORDER BY reviewed_ms LIMIT 1",
                                    &(struct dx_error){ 0 }));
}
