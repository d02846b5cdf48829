/* past: the derived tables as of a past moment. */
#include "config.h"

#include "store/past.h"

#include <string.h>

#include "core/buf.h"
#include "store/ci.h"
#include "store/derive_internal.h"

enum { SQL_LEN_MOST = 64 << 10 };

/* What hides a table of the file: each that the numbers of a moment are written to. One that
 * was left out would have those of the moment in the file. */
static const char *const hidden[] = { "pool_hour",     "pool_now",  "pipeline_day", "pipeline_now",
                                      "pipeline_last", "flaky_now", "failed_now",   "flaky_day",
                                      "kpi",           "kpi_point", "ticket_group", "ticket_day" };
enum { HIDDEN = sizeof(hidden) / sizeof(hidden[0]) };

/* What the file has columns for only as it is now: who waited (phase 2) or ran (3) then.
 * never: it has not begun since. */
static const char then_sql[] =
    "CREATE TEMP TABLE run_then (pipeline INTEGER NOT NULL, run INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, PRIMARY KEY (pipeline, run)) WITHOUT ROWID;"
    "CREATE TEMP TABLE job_then (pool INTEGER NOT NULL, phase INTEGER NOT NULL,"
    " since_ms INTEGER NOT NULL, job INTEGER NOT NULL, never INTEGER NOT NULL,"
    " PRIMARY KEY (pool, phase, since_ms, job)) WITHOUT ROWID;";

static bool drop_all(struct store *store, struct dx_error *err)
{
    struct buf sql;
    bool ok;

    buf_init(&sql, SQL_LEN_MOST);
    for (int i = 0; i < HIDDEN; i++)
        (void)buf_print(&sql, "DROP TABLE IF EXISTS temp.%s;", hidden[i]);
    (void)buf_text(&sql, "DROP TABLE IF EXISTS temp.run_then; DROP TABLE IF EXISTS temp.job_then;");
    ok = store_exec(store, sql.bytes, err);
    buf_done(&sql);
    return ok;
}

/* As the file has it, so that the two cannot differ. */
static bool hide(struct store *store, const char *name, struct buf *out, struct dx_error *err)
{
    static const char create[] = "CREATE TABLE ";
    sqlite3_stmt *stmt = store_statement(
        store, "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1", err);
    const char *sql;
    bool row;

    if (!stmt)
        return false;
    bind_text(stmt, 1, name);
    if (!store_row(store, stmt, &row, err))
        return false;
    sql = row ? column_text(stmt, 0) : "";
    row = strncmp(sql, create, sizeof(create) - 1) == 0;
    if (row)
        (void)buf_print(out, "CREATE TEMP TABLE %s;", sql + sizeof(create) - 1);
    (void)sqlite3_reset(stmt);
    return row || dx_fail(err, DX_FAULT_SYSTEM, "there is no table %s", name);
}

/* The file's tables are read again, whatever it takes: with the connection all go. */
static void show(struct store *store)
{
    if (!drop_all(store, &(struct dx_error){ 0 }))
        close_db(store);
    store->past_ms = 0;
}

bool store_past_begin(struct store *store, int64_t at_ms, struct dx_error *err)
{
    struct buf sql;
    bool ok = drop_all(store, err);

    store->past_ms = 0;
    buf_init(&sql, SQL_LEN_MOST);
    for (int i = 0; ok && i < HIDDEN; i++)
        ok = hide(store, hidden[i], &sql, err);
    (void)buf_text(&sql, then_sql);
    ok = ok && store_exec(store, sql.bytes, err);
    buf_done(&sql);
    if (ok)
        store->past_ms = at_ms;
    else
        show(store);
    return ok;
}

int64_t store_past(const struct store *store)
{
    return store->past_ms;
}

void store_past_end(struct store *store)
{
    if (store->past_ms > 0)
        show(store);
}

/* ---- what was over ---- */

static bool copy(struct store *store, const char *sql, int64_t id, struct dx_error *err)
{
    sqlite3_stmt *stmt = derive_over(store, sql, id, store->past_ms, 0, err);

    return stmt && store_step(store, stmt, err);
}

/* Two windows of 30 days, as far as any number looks back. */
bool store_past_pool(struct store *store, int64_t pool, struct dx_error *err)
{
    return copy(store,
                "INSERT INTO temp.pool_hour SELECT * FROM main.pool_hour WHERE pool = ?1"
                " AND (hour + 1) * 3600000 <= ?2 AND hour >= ?2 / 3600000 - 61 * 24"
                " AND ?3 = 0",
                pool, err);
}

bool store_past_pipeline(struct store *store, int64_t pipeline, struct dx_error *err)
{
    return copy(store,
                "INSERT INTO temp.pipeline_day SELECT * FROM main.pipeline_day WHERE pipeline = ?1"
                " AND (day + 1) * 86400000 <= ?2 AND ?3 = 0",
                pipeline, err);
}

bool store_past_points(struct store *store, struct dx_error *err)
{
    return copy(store,
                "INSERT INTO temp.kpi_point SELECT * FROM main.kpi_point"
                " WHERE (nth + 1) * step_ms <= ?2 AND ?1 = 0 AND ?3 = 0",
                0, err);
}

/* ---- what was under way ---- */

/* What has a column for when it began and ended says so. One that never began waited if it
 * was to have a runner: that is known of one that still waits, and where it is known how long
 * it waited. */
#define ALIVE(x)                                                                                   \
    "(" x ".finished_ms > ?1 OR (" x ".finished_ms IS NULL AND " x ".phase BETWEEN 2 AND 3))"
#define SINCE                                                                                      \
    "CASE WHEN j.started_ms IS NOT NULL THEN coalesce(j.started_ms - j.queued_ms,"                 \
    "  CASE WHEN j.flags & 16 = 0 THEN j.created_ms END)"                                          \
    " WHEN j.phase < 4 THEN j.created_ms ELSE j.finished_ms - j.queued_ms END"
#define RUNS_THEN(which)                                                                           \
    "INSERT OR IGNORE INTO temp.run_then SELECT r.pipeline, r.id, CASE WHEN r.started_ms <= ?1 OR" \
    " (r.phase = 3 AND r.started_ms IS NULL) THEN 3 ELSE 2 END FROM run r WHERE " which            \
    " AND coalesce(r.created_ms, r.started_ms) <= ?1 AND " ALIVE("r")
#define JOBS_THEN(which)                                                                           \
    "INSERT OR IGNORE INTO temp.job_then SELECT coalesce(pool, 0), phase, since_ms, id, never "    \
    "FROM"                                                                                         \
    " (SELECT j.pool AS pool, j.id AS id, CASE WHEN j.started_ms <= ?1 OR (j.phase = 3 AND"        \
    "  j.started_ms IS NULL) THEN 3 ELSE 2 END AS phase, CASE WHEN j.started_ms <= ?1 THEN "       \
    "j.started_ms ELSE " SINCE " END AS since_ms,"                                                 \
    "  j.started_ms IS NULL AS never FROM run r CROSS JOIN job j ON j.run = r.id WHERE " which     \
    "  AND coalesce(r.created_ms, r.started_ms, j.created_ms) <= ?1 AND " ALIVE(                   \
        "j") ") AS open"                                                                           \
             " WHERE since_ms <= ?1"
#define ENDED     "r.finished_ms > ?2 AND r.finished_ms <= ?3"
/* Some have jobs that go on; those that never came to an end have none. */
#define NOT_ENDED "r.finished_ms IS NULL AND r.phase < 4 AND ?2 IS NOT NULL AND ?3 = 0"

bool store_past_open(struct store *store, int64_t from_ms, int64_t to_ms, struct dx_error *err)
{
    const bool ended = to_ms > 0;
    sqlite3_stmt *runs = derive_over(store, ended ? RUNS_THEN(ENDED) : RUNS_THEN(NOT_ENDED),
                                     store->past_ms, from_ms, to_ms, err);
    sqlite3_stmt *jobs;

    if (!runs || !store_step(store, runs, err))
        return false;
    jobs = derive_over(store, ended ? JOBS_THEN(ENDED) : JOBS_THEN(NOT_ENDED), store->past_ms,
                       from_ms, to_ms, err);
    return jobs && store_step(store, jobs, err);
}

int64_t store_last_end(struct store *store)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(store, "SELECT max(finished_ms) FROM run", &err);
    int64_t last_ms = 0;

    return store_number(store, stmt, &last_ms, &err) ? last_ms : 0;
}
