/* derive_write: the rows that insight made. */
#include "config.h"

#include "store/derive.h"

#include <inttypes.h>

#include "core/buf.h"
#include "store/ci.h"
#include "store/derive_internal.h"

/* ---- the transaction ---- */

struct deriving {
    store_derive_fn *derive;
    void *self;
    int64_t now_ms;
};

static bool derive_all(struct store *store, void *what, struct dx_error *err)
{
    const struct deriving *d = what;
    sqlite3_int64 changes = sqlite3_total_changes(store->db);

    touched_done(&store->touched);
    /* A cause that is known better now touches what is made of it. Viewers read
     * anew only where a number moved. */
    return d->derive(d->self, store, NULL, d->now_ms, err) &&
           store_put_dirty(store, &store->touched, err) &&
           (sqlite3_total_changes(store->db) == changes || store_touch(store, err));
}

bool store_derive(struct store *store, store_derive_fn *derive, void *self, int64_t now_ms,
                  struct dx_error *err)
{
    struct deriving d = { .derive = derive, .self = self, .now_ms = now_ms };

    bool ok = store_write(store, derive_all, &d, err);

    touched_done(&store->touched);
    store->undone += !ok;
    return ok;
}

int64_t store_undone(const struct store *store)
{
    return store->undone;
}

bool store_put_derived_at(struct store *store, int64_t at_ms, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO meta (key, value) VALUES ('derived_ms', ?1)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, at_ms);
    return store_step(store, stmt, err);
}

static bool with_policy(struct store *store, const char *sql, const char *policy,
                        struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, policy);
    return store_step(store, stmt, err);
}

bool store_put_policy(struct store *store, const char *policy, struct dx_error *err)
{
    if (!with_policy(store,
                     "UPDATE meta SET value = ?1 WHERE key = 'success_policy' AND value <> ?1",
                     policy, err) ||
        (sqlite3_changes(store->db) > 0 && !dirty_put_days(store, err)))
        return false;
    return with_policy(store,
                       "INSERT INTO meta (key, value) VALUES ('success_policy', ?1)"
                       " ON CONFLICT DO NOTHING",
                       policy, err);
}

/* ---- pools ---- */

bool store_put_pool(struct store *store, const struct pool_row *row, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO pool_now (pool, window_ms, n, p50, p90, p95, p99, approx, before, n_before,"
        " skewed, gate_n, gate_p50, never, per_hour_in, per_hour_out) VALUES (?1, ?2, ?3, ?4, ?5,"
        " ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT (pool, window_ms)"
        " DO UPDATE SET (n, p50, p90, p95, p99, approx, before, n_before, skewed, gate_n, gate_p50,"
        " never, per_hour_in, per_hour_out) = (excluded.n, excluded.p50, excluded.p90,"
        " excluded.p95, excluded.p99, excluded.approx, excluded.before, excluded.n_before,"
        " excluded.skewed, excluded.gate_n, excluded.gate_p50, excluded.never,"
        " excluded.per_hour_in, excluded.per_hour_out) WHERE (n, p50, p90, p95, p99, approx,"
        " before, n_before, skewed, gate_n, gate_p50, never, per_hour_in, per_hour_out) IS NOT"
        " (excluded.n, excluded.p50, excluded.p90, excluded.p95, excluded.p99, excluded.approx,"
        " excluded.before, excluded.n_before, excluded.skewed, excluded.gate_n, excluded.gate_p50,"
        " excluded.never, excluded.per_hour_in, excluded.per_hour_out)",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, row->pool);
    (void)sqlite3_bind_int64(stmt, 2, row->window_ms);
    (void)sqlite3_bind_int64(stmt, 3, row->n);
    bind_number(stmt, 4, row->p50);
    bind_number(stmt, 5, row->p90);
    bind_number(stmt, 6, row->p95);
    bind_number(stmt, 7, row->p99);
    (void)sqlite3_bind_int(stmt, 8, row->approx);
    bind_number(stmt, 9, row->before);
    (void)sqlite3_bind_int64(stmt, 10, row->n_before);
    (void)sqlite3_bind_int64(stmt, 11, row->skewed);
    (void)sqlite3_bind_int64(stmt, 12, row->gate_n);
    bind_number(stmt, 13, row->gate_p50);
    (void)sqlite3_bind_int64(stmt, 14, row->never);
    bind_number(stmt, 15, row->per_hour_in);
    bind_number(stmt, 16, row->per_hour_out);
    return store_step(store, stmt, err);
}

/* ?1 and ?2 the key of what is removed. */
static bool remove_two(struct store *store, const char *sql, int64_t one, int64_t two,
                       struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, one);
    (void)sqlite3_bind_int64(stmt, 2, two);
    return store_step(store, stmt, err);
}

bool store_put_pool_hour(struct store *store, const struct pool_hour *hour, struct dx_error *err)
{
    sqlite3_stmt *stmt;

    if (hour->n == 0)
        return remove_two(store, "DELETE FROM pool_hour WHERE pool = ?1 AND hour = ?2", hour->pool,
                          hour->hour, err);
    stmt = store_statement(
        store,
        "INSERT INTO pool_hour (pool, hour, n, p50, p95) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (pool, hour) DO UPDATE SET (n, p50, p95) = (excluded.n, excluded.p50,"
        " excluded.p95)",
        err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, hour->pool);
    (void)sqlite3_bind_int64(stmt, 2, hour->hour);
    (void)sqlite3_bind_int64(stmt, 3, hour->n);
    bind_number(stmt, 4, hour->p50);
    bind_number(stmt, 5, hour->p95);
    return store_step(store, stmt, err);
}

static bool put_bucket(struct store *store, const struct part *day,
                       const struct pool_bucket *bucket, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store, "INSERT INTO pool_bucket (pool, day, bucket, n) VALUES (?1, ?2, ?3, ?4)", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, day->id);
    (void)sqlite3_bind_int64(stmt, 2, day->nth);
    (void)sqlite3_bind_int64(stmt, 3, bucket->bucket);
    (void)sqlite3_bind_int64(stmt, 4, bucket->count);
    return store_step(store, stmt, err);
}

bool store_put_pool_day(struct store *store, const struct part *day,
                        const struct pool_bucket *buckets, size_t count, struct dx_error *err)
{
    if (!remove_two(store, "DELETE FROM pool_bucket WHERE pool = ?1 AND day = ?2", day->id,
                    day->nth, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!put_bucket(store, day, &buckets[i], err))
            return false;
    return true;
}

/* ---- pipelines ---- */

static void bind_pipeline(sqlite3_stmt *stmt, const struct pipeline_row *row)
{
    const int64_t whole[] = { row->pipeline, row->window_ms, (int64_t)row->part, row->n,
                              row->ok,       row->platform,  row->unknown,       row->first_n,
                              row->first_ok, row->left_out,  row->duration_n,    row->n_before,
                              row->slower,   row->was_n,     row->was_ok,        row->worse };
    const double numbers[] = { row->low, row->high, row->p50, row->p90, row->before };
    int at = 1;

    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
        (void)sqlite3_bind_int64(stmt, at++, whole[i]);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        bind_number(stmt, at++, numbers[i]);
    bind_text(stmt, at, row->last);
}

bool store_put_pipeline(struct store *store, const struct pipeline_row *row, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO pipeline_now (pipeline, window_ms, part, n, ok, platform, unknown,"
        " first_n, first_ok, left_out, duration_n, n_before, slower, was_n, was_ok, worse, low,"
        " high, p50, p90, before, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
        " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22) ON CONFLICT (window_ms,"
        " part, pipeline) DO UPDATE SET (n, ok, platform, unknown, first_n, first_ok, left_out,"
        " duration_n, n_before, slower, was_n, was_ok, worse, low, high, p50, p90, before, last)"
        " = (excluded.n, excluded.ok, excluded.platform, excluded.unknown, excluded.first_n,"
        " excluded.first_ok, excluded.left_out, excluded.duration_n, excluded.n_before,"
        " excluded.slower, excluded.was_n, excluded.was_ok, excluded.worse, excluded.low,"
        " excluded.high, excluded.p50, excluded.p90, excluded.before, excluded.last) WHERE (n,"
        " ok, platform, unknown, first_n, first_ok, left_out, duration_n, n_before, slower,"
        " was_n, was_ok, worse, low, high, p50, p90, before, last) IS NOT (excluded.n,"
        " excluded.ok, excluded.platform, excluded.unknown, excluded.first_n, excluded.first_ok,"
        " excluded.left_out, excluded.duration_n, excluded.n_before, excluded.slower,"
        " excluded.was_n, excluded.was_ok, excluded.worse, excluded.low, excluded.high,"
        " excluded.p50, excluded.p90, excluded.before, excluded.last)",
        err);

    if (!stmt)
        return false;
    bind_pipeline(stmt, row);
    return store_step(store, stmt, err);
}

bool store_put_pipeline_last(struct store *store, int64_t pipeline, int64_t at_ms,
                             struct dx_error *err)
{
    sqlite3_stmt *stmt = derive_over(
        store,
        "INSERT INTO pipeline_last (pipeline, url) SELECT r.pipeline, replace(replace(replace("
        "  coalesce(u.text, ''), '{p}', coalesce(t.text, '')), '{r}', r.ext), '{n}',"
        "  coalesce(r.number, r.ext))"
        " FROM (SELECT * FROM run WHERE pipeline = ?1 AND finished_ms <= ?2 AND ?3 = 0"
        "  ORDER BY finished_ms DESC LIMIT 1) AS r LEFT JOIN text u ON u.id = r.url"
        " LEFT JOIN text t ON t.id = r.project WHERE true ON CONFLICT (pipeline) DO UPDATE"
        " SET url = excluded.url WHERE url <> excluded.url",
        pipeline, at_ms, 0, err);

    return stmt && store_step(store, stmt, err);
}

bool store_put_pipeline_day(struct store *store, const struct pipeline_day *day,
                            struct dx_error *err)
{
    sqlite3_stmt *stmt;

    if (day->n == 0)
        return remove_two(store, "DELETE FROM pipeline_day WHERE pipeline = ?1 AND day = ?2",
                          day->pipeline, day->day, err);
    stmt = store_statement(
        store,
        "INSERT INTO pipeline_day (pipeline, day, n, ok, p50, p90) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT (pipeline, day) DO UPDATE SET (n, ok, p50, p90) = (excluded.n, excluded.ok,"
        " excluded.p50, excluded.p90)",
        err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, day->pipeline);
    (void)sqlite3_bind_int64(stmt, 2, day->day);
    (void)sqlite3_bind_int64(stmt, 3, day->n);
    (void)sqlite3_bind_int64(stmt, 4, day->ok);
    bind_number(stmt, 5, day->p50);
    bind_number(stmt, 6, day->p90);
    return store_step(store, stmt, err);
}

/* ---- flaky jobs ---- */

static bool put_flaky(struct store *store, int64_t pipeline, const struct flaky_row *row,
                      struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO flaky_now (pipeline, name, state, n, failed, pairs, rate, low, high, lost_ms,"
        " first_ms, last_ms, before, trend) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
        " ?12, ?13, ?14) ON CONFLICT (pipeline, name) DO UPDATE SET (state, n, failed, pairs, "
        "rate, low,"
        " high, lost_ms, first_ms, last_ms, before, trend) = (excluded.state, excluded.n, "
        "excluded.failed,"
        " excluded.pairs, excluded.rate, excluded.low, excluded.high, excluded.lost_ms,"
        " excluded.first_ms, excluded.last_ms, excluded.before, excluded.trend) WHERE (state, n, "
        "failed, pairs,"
        " rate, lost_ms, first_ms, last_ms, before, trend) IS NOT (excluded.state, excluded.n,"
        " excluded.failed, excluded.pairs, excluded.rate, excluded.lost_ms, excluded.first_ms,"
        " excluded.last_ms, excluded.before, excluded.trend)",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, pipeline);
    (void)sqlite3_bind_int64(stmt, 2, row->name);
    (void)sqlite3_bind_int(stmt, 3, row->state);
    (void)sqlite3_bind_int64(stmt, 4, row->n);
    (void)sqlite3_bind_int64(stmt, 5, row->failed);
    (void)sqlite3_bind_int64(stmt, 6, row->pairs);
    bind_number(stmt, 7, row->rate);
    bind_number(stmt, 8, row->low);
    bind_number(stmt, 9, row->high);
    (void)sqlite3_bind_int64(stmt, 10, row->lost_ms);
    bind_time(stmt, 11, row->first_ms);
    bind_time(stmt, 12, row->last_ms);
    bind_number(stmt, 13, row->before);
    bind_text(stmt, 14, row->trend);
    return store_step(store, stmt, err);
}

static bool drop_others(struct store *store, int64_t pipeline, const struct flaky_row *rows,
                        size_t count, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT name FROM flaky_now WHERE pipeline = ?1", err);
    struct ids gone = { 0 };
    bool row = true, ok = stmt != NULL;

    if (ok)
        (void)sqlite3_bind_int64(stmt, 1, pipeline);
    while (ok && row) {
        bool listed = false;

        ok = store_row(store, stmt, &row, err);
        if (!ok || !row)
            break;
        for (size_t i = 0; i < count && !listed; i++)
            listed = rows[i].name == column_int(stmt, 0);
        if (!listed)
            ids_add(&gone, column_int(stmt, 0));
    }
    if (stmt)
        (void)sqlite3_reset(stmt);
    for (int64_t name = 0; ok && (name = ids_next(&gone, name)) > 0;)
        ok = remove_two(store, "DELETE FROM flaky_now WHERE pipeline = ?1 AND name = ?2", pipeline,
                        name, err);
    ids_done(&gone);
    return ok;
}

bool store_put_flaky(struct store *store, int64_t pipeline, const struct flaky_row *rows,
                     size_t count, struct dx_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!put_flaky(store, pipeline, &rows[i], err))
            return false;
    return drop_others(store, pipeline, rows, count, err);
}

static bool change_failed(struct store *store, const char *sql, int64_t pipeline, const char *names,
                          struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, pipeline);
    bind_text(stmt, 2, names);
    return store_step(store, stmt, err);
}

bool store_put_failed(struct store *store, int64_t pipeline, const int64_t *names, size_t count,
                      struct dx_error *err)
{
    struct buf list;
    bool ok;

    buf_init(&list, 4 + 24 * count);
    (void)buf_text(&list, "[");
    for (size_t i = 0; i < count; i++)
        (void)buf_print(&list, "%s%" PRId64, i > 0 ? "," : "", names[i]);
    (void)buf_text(&list, "]");
    ok = change_failed(store,
                       "DELETE FROM failed_now WHERE pipeline = ?1 AND name NOT IN (SELECT value"
                       " FROM json_each(?2))",
                       pipeline, list.bytes, err) &&
         change_failed(store,
                       "INSERT INTO failed_now (pipeline, name) SELECT ?1, value FROM"
                       " json_each(?2) WHERE true ON CONFLICT DO NOTHING",
                       pipeline, list.bytes, err);
    buf_done(&list);
    return ok;
}
