#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "derive/past.h"
#include "store/internal.h"
#include "store/past.h"
#include "derive_kit.h"

/* What is older than the retention goes; what was made of it stays as it was. */

static struct batch batch;

TestSuite(store_retain, .init = derive_start, .fini = derive_stop, .timeout = 120);

static struct job_step steps[1] = {
    { .name = "make", .raw_result = "", .phase = DX_PHASE_DONE, .result = DX_RESULT_FAILURE }
};

static void add(int id, int64_t attempt, int64_t finished_ms, enum dx_result result)
{
    struct run *run = batch_run(&batch);
    struct job *job;

    run->project = "acme/a";
    run->pipeline = "ci";
    run->id = arena_print(&batch.arena, "%d", id);
    run->attempt = attempt;
    run->outcome.phase = DX_PHASE_DONE;
    run->outcome.result = result;
    run->timing.started_ms = finished_ms - MINUTE;
    run->timing.finished_ms = run->updated_ms = finished_ms;
    run->timing.duration_ms = MINUTE;
    run->jobs_whole = true;
    job = batch_job(&batch, batch.run_count - 1);
    job->id = run->id;
    job->name = "test";
    job->pool = "big";
    job->runner = arena_print(&batch.arena, "runner-%d", id);
    job->started = true;
    job->outcome = run->outcome;
    job->timing = run->timing;
    job->timing.queued_ms = 5 * SECOND;
    job->steps = steps;
    job->step_count = 1;
}

/* Of one day, a minute apart: all failed but each fifth one. */
static void add_day(int first, int count, int64_t day_ms)
{
    day_ms -= day_ms % DAY;
    for (int i = 0; i < count; i++)
        add(first + i, 1, day_ms + (i + 2) * MINUTE,
            i % 5 == 0 ? DX_RESULT_SUCCESS : DX_RESULT_FAILURE);
    kit_poll(0, day_ms + DAY - MINUTE, &batch);
}

static int64_t number(const char *sql)
{
    sqlite3_stmt *stmt;
    int64_t n;

    cr_assert_eq(sqlite3_prepare_v2(kit.store->db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sql);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW, "%s", sql);
    n = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return n;
}

/* All rows that were made of what ended before; the caller frees. */
static char *made_before(int64_t ms)
{
    char sql[900];
    sqlite3_stmt *stmt;
    char *out;

    (void)snprintf(
        sql, sizeof(sql),
        "SELECT group_concat(row, char(10)) FROM (SELECT printf('run|%%s|%%s|%%s|%%s|%%s|%%s',"
        " pipeline, day, n, ok, p50, p90) AS row FROM pipeline_day WHERE day < %d"
        " UNION ALL SELECT printf('hour|%%s|%%s|%%s|%%s|%%s', pool, hour, n, p50, p95)"
        " FROM pool_hour WHERE hour < %d * 24"
        " UNION ALL SELECT printf('bucket|%%s|%%s|%%s|%%s', pool, day, bucket, n)"
        " FROM pool_bucket WHERE day < %d"
        " UNION ALL SELECT printf('%%s|%%s|%%s|%%s', id, nth, value, n) FROM kpi_point"
        " WHERE step_ms = 86400000 AND nth < %d)",
        (int)(ms / DAY), (int)(ms / DAY), (int)(ms / DAY), (int)(ms / DAY));
    cr_assert_eq(sqlite3_prepare_v2(kit.store->db, sql, -1, &stmt, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(kit.store->db));
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW);
    out = strdup(sqlite3_column_text(stmt, 0) ? (const char *)sqlite3_column_text(stmt, 0) : "");
    (void)sqlite3_finalize(stmt);
    return out;
}

static void upkeep(int64_t now_ms)
{
    struct dx_error err = { 0 };

    cr_assert(store_upkeep(kit.store, now_ms, &err), "%s", err.text);
}

#define JOBS  number("SELECT count(*) FROM job")
#define RUNS  number("SELECT count(*) FROM run")
#define STEPS number("SELECT count(*) FROM step")

/* What it was when the oldest sample that is left came is a text from before. */
Test(store_retain, texts_that_change_go_with_their_samples)
{
    static const int days[] = { 100, 90, 80, 1, 0 };

    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        struct series version = { .query = "version", .labels = "{}" };

        version.text = arena_print(&batch.arena, "1.%zu", i);
        batch_sample(&batch, batch_series(&batch, version), T0 - days[i] * DAY, (double)NAN);
        kit_poll(0, T0 - days[i] * DAY, &batch);
    }
    upkeep(T0);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SERIES, NULL, T0, DX_FIELD_TEXT), "1.4\n");
    cr_expect_eq(number("SELECT count(*) FROM series_text"), 3, "1.2 is what it was then");
}

Test(store_retain, the_old_go_in_slices_and_their_days_stay)
{
    char *before, *after;
    int rounds = 0;

    add_day(1000, 450, T0 - 72 * DAY);
    add_day(2000, 50, T0 - 69 * DAY);
    derive_settle(T0);
    before = made_before(T0 - 60 * DAY);
    cr_expect(strstr(before, "run|") && strstr(before, "hour|") && strstr(before, "bucket|"));
    cr_expect_eq(STEPS, 400);
    upkeep(T0);
    cr_expect_eq(RUNS, 300);
    cr_expect_eq(JOBS, 300);
    for (rounds = 1; RUNS > 50 && rounds < 9; rounds++)
        upkeep(T0);
    cr_expect_eq(rounds, 3);
    cr_expect_eq(JOBS, 50);
    cr_expect_eq(STEPS, 40);
    upkeep(T0);
    cr_expect_eq(RUNS, 50, "those of 69 days ago are young");
    derive_settle(T0 + DAY);
    after = made_before(T0 - 60 * DAY);
    cr_expect_str_eq(after, before);
    free(before);
    free(after);
}

/* A day of which a part is gone is as it was, whatever touches it. */
Test(store_retain, a_rerun_of_an_old_run_leaves_its_day)
{
    char *before, *after;

    add_day(1000, 300, T0 - 72 * DAY);
    derive_settle(T0);
    before = made_before(T0 - 60 * DAY);
    upkeep(T0);
    cr_expect_eq(RUNS, 100);
    add(1290, 2, T0 - HOUR, DX_RESULT_SUCCESS);
    add(1291, 1, number("SELECT finished_ms FROM run WHERE ext = 1291"), DX_RESULT_SUCCESS);
    kit_poll(0, T0, &batch);
    derive_settle(T0 + DAY);
    cr_expect_eq(RUNS, 101);
    after = made_before(T0 - 60 * DAY);
    cr_expect_str_eq(after, before);
    free(before);
    free(after);
    cr_expect_eq(number("SELECT later_ms FROM run WHERE ext = 1290 AND attempt = 1"), T0 - HOUR);
    cr_expect_eq(number("SELECT result FROM run WHERE ext = 1291"), DX_RESULT_SUCCESS);
}

Test(store_retain, what_is_gone_is_not_asked_for_again)
{
    int64_t old_ms = T0 - 72 * DAY;

    add(1, 1, old_ms, DX_RESULT_SUCCESS);
    kit_poll(0, old_ms + HOUR, &batch);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/a", "1", 1, old_ms), STORED_DONE);
    upkeep(T0);
    cr_expect_eq(RUNS, 0);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/a", "1", 1, old_ms), STORED_DONE);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/a", "2", 1, T0 - 60 * DAY), STORED_NOT);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/a", "1", 2, T0 - HOUR), STORED_NOT);
    add(1, 1, old_ms, DX_RESULT_SUCCESS);
    add(3, 1, T0 - HOUR, DX_RESULT_SUCCESS);
    kit_poll(0, T0, &batch);
    cr_expect_eq(RUNS, 1);
    cr_expect_eq(JOBS, 1);
}

Test(store_retain, a_longer_history_keeps_them)
{
    add_day(1000, 3, T0 - 110 * DAY);
    add_day(2000, 3, T0 - 90 * DAY);
    store_keep(kit.store, 100 * DAY);
    upkeep(T0);
    cr_expect_eq(RUNS, 3);
}

Test(store_retain, what_never_ended_goes_when_nobody_speaks_of_it)
{
    struct run *run = batch_run(&batch);

    run->project = "acme/a";
    run->pipeline = "ci";
    run->id = "7";
    run->attempt = 1;
    run->outcome.phase = DX_PHASE_RUNNING;
    run->timing.created_ms = T0 - 80 * DAY;
    kit_poll(0, T0 - 60 * DAY, &batch);
    upkeep(T0);
    cr_expect_eq(RUNS, 1);
    upkeep(T0 + 12 * DAY);
    cr_expect_eq(RUNS, 0);
}

/* A clock that was a year ahead for a while: what comes is taken, and counted in its days. */
Test(store_retain, a_clock_that_was_ahead_leaves_no_border)
{
    add_day(1000, 3, T0 - 2 * DAY);
    upkeep(T0 + 365 * DAY);
    cr_expect_eq(RUNS, 0);
    upkeep(T0);
    add_day(2000, 5, T0 - DAY);
    cr_expect_eq(RUNS, 5);
    derive_settle(T0);
    cr_expect_eq(number("SELECT n FROM pipeline_day ORDER BY day DESC LIMIT 1"), 5);
}

/* A year: all that grows is a row for each day and hour. */
Test(store_retain, the_store_stays_as_large_as_it_is)
{
    enum { DAYS = 360, A_DAY = 20, KEPT = 71 };
    int64_t begin_ms = T0 - T0 % DAY, pages = 0;

    for (int day = 0; day < DAYS; day++) {
        add_day(day * A_DAY, A_DAY, begin_ms + day * DAY);
        upkeep(begin_ms + (day + 1) * DAY);
        if (day == DAYS / 3)
            pages = number("PRAGMA page_count");
        if (day > DAYS / 3)
            cr_assert_leq(RUNS, KEPT * A_DAY, "day %d", day);
    }
    cr_expect_eq(RUNS, JOBS);
    cr_expect_geq(RUNS, 70 * A_DAY);
    cr_expect_eq(STEPS, RUNS / 5 * 4);
    cr_expect_eq(number("SELECT count(*) FROM pipeline_day"), DAYS);
    cr_expect_eq(number("SELECT sum(n) FROM pipeline_day"), DAYS * A_DAY);
    cr_expect_leq(number("PRAGMA page_count"), pages + pages / 10);
    cr_expect_leq(number("SELECT count(*) FROM text"), (KEPT + 30) * A_DAY,
                  "names are looked through in some days of one upkeep each");
}

/* A pool whose runners are counted anew. */
static void count(const char *name, int64_t online, int64_t waiting)
{
    struct pool *pool = batch_pool(&batch);

    pool->name = name;
    pool->online = online;
    pool->waiting = waiting;
}

/* More than a year ago; what is counted since then says so as before. */
Test(store_retain, old_counts_of_pools_go)
{
    for (int days = 500; days > 390; days--) {
        count("busy", days % 7 + 1, 0);
        if (days == 500)
            count("idle", 2, 0);
        if (days == 480 || days == 470)
            count("left", days == 480 ? 1 : 3, 0);
        if (days <= 460 && days > 395)
            count("left", 0, days);
        kit_poll(0, T0 - days * DAY, &batch);
    }
    upkeep(T0);
    cr_expect_eq(number("SELECT count(*) FROM pool_count WHERE pool = 1"), 10);
    cr_expect_eq(number("SELECT min(at_ms) FROM pool_count WHERE pool = 1"), T0 - 400 * DAY);
    cr_expect_eq(number("SELECT count(*) FROM pool_count WHERE pool = 2"), 1);
    cr_expect_eq(number("SELECT count(*) FROM pool_count WHERE pool = 3"), 7);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_POOLS, DX_FILTER(.name = "left"), T0 - 399 * DAY,
                          DX_FIELD_ONLINE, DX_FIELD_WAITING, DX_FIELD_NONE_SINCE),
                     "0|399|1750256000000\n");
}

/* Of days that nobody can look at any more, how long jobs waited, by the length of the wait. */
Test(store_retain, histograms_of_a_year_ago_go)
{
    add_day(1000, 30, T0 - 420 * DAY);
    add_day(2000, 30, T0 - 2 * DAY);
    derive_settle(T0 - 2 * DAY);
    cr_expect_eq(number("SELECT count(DISTINCT day) FROM pool_bucket"), 2);
    upkeep(T0);
    cr_expect_eq(number("SELECT count(DISTINCT day) FROM pool_bucket"), 1);
    cr_expect_eq(number("SELECT count(*) FROM pipeline_day"), 2);
}

#define AT(at)                                                                                     \
    ROWS(view, DX_QUERY_PIPELINES, DX_FILTER(.window_ms = 30 * DAY, .limit = 1), at, DX_FIELD_N,   \
         DX_FIELD_SUCCESS)
#define WAITED_AT(at)                                                                              \
    ROWS(view, DX_QUERY_POOLS, DX_FILTER(.window_ms = 30 * DAY), at, DX_FIELD_N, DX_FIELD_P50)
/* Of the moment that was gone back to: its table hides that of now. */
static const char *kpi(struct store *view, const char *id)
{
    static char out[80];
    sqlite3_stmt *stmt;

    cr_assert_eq(sqlite3_prepare_v2(view->db,
                                    "SELECT printf('%s|%s', coalesce(value, '-'),"
                                    " coalesce(previous, '-')) FROM kpi WHERE id = ?1",
                                    -1, &stmt, NULL),
                 SQLITE_OK);
    (void)sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW, "%s", id);
    (void)snprintf(out, sizeof(out), "%s", (const char *)sqlite3_column_text(stmt, 0));
    (void)sqlite3_finalize(stmt);
    return out;
}

/* Why there is none. */
static const char *why(struct store *view, const char *id)
{
    static char out[200];
    char sql[100];
    sqlite3_stmt *stmt;

    (void)snprintf(sql, sizeof(sql), "SELECT note FROM kpi WHERE id = '%s'", id);
    cr_assert_eq(sqlite3_prepare_v2(view->db, sql, -1, &stmt, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW, "%s", id);
    (void)snprintf(out, sizeof(out), "%s", (const char *)sqlite3_column_text(stmt, 0));
    (void)sqlite3_finalize(stmt);
    return out;
}

/* Of all pipelines together over 30 days: how many runs, and since when they are kept. */
static const char *kept(struct store *view, int64_t at_ms)
{
    static char out[100], date[TIME_TEXT];
    const char *rows = ROWS(view, DX_QUERY_TOTALS, DX_FILTER(.window_ms = 30 * DAY), at_ms,
                            DX_FIELD_N, DX_FIELD_KEPT);

    (void)snprintf(out, sizeof(out), "%.*s|%s", (int)strcspn(rows, "|"), rows,
                   time_format(date, strtoll(rows + strcspn(rows, "|") + 1, NULL, 10)));
    return out;
}

static void go_back(struct store *view, int64_t at_ms)
{
    struct kpi_settings settings = { .policy = SUCCESS_EXCLUDE_CANCELLED };
    struct past *past = past_new(view, &settings, at_ms);
    struct dx_error err = { 0 };

    while (!past_is_done(past)) {
        cr_assert(store_begin(view, &err), "%s", err.text);
        cr_assert(past_slice(past, INT64_MAX, &err), "%s", err.text);
        store_end(view);
    }
    past_free(past);
}

/* Of a window whose beginning is gone nothing is said. */
Test(store_retain, a_past_moment_says_nothing_of_what_is_gone)
{
    struct dx_error err = { 0 };
    struct store *view;

    for (int i = 0; i < 100; i++)
        add(1000 + i, 1, T0 - 120 * DAY + i * DAY, DX_RESULT_SUCCESS);
    kit_poll(0, T0 - 20 * DAY, &batch);
    derive_settle(T0);
    upkeep(T0);
    view = store_open(kit.path, STORE_VIEW, &err);
    cr_assert(view, "%s", err.text);
    go_back(view, T0 - 35 * DAY);
    cr_expect_str_eq(AT(T0 - 35 * DAY), "30|1\n");
    cr_expect_str_eq(WAITED_AT(T0 - 35 * DAY), "30|5000\n");
    cr_expect_str_eq(kpi(view, "success"), "1.0|1.0");
    go_back(view, T0 - 50 * DAY);
    cr_expect_str_eq(AT(T0 - 50 * DAY), "-|-\n");
    cr_expect_str_eq(WAITED_AT(T0 - 50 * DAY), "-|-\n");
    cr_expect_str_eq(kept(view, T0 - 50 * DAY), "-|2026-07-13T00:00:00Z");
    cr_expect_str_eq(why(view, "success"), "");
    cr_expect_str_eq(kpi(view, "success"), "1.0|1.0");
    go_back(view, T0 - 65 * DAY);
    cr_expect_str_eq(kpi(view, "success"), "1.0|-");
    cr_expect_str_eq(kpi(view, "queue_p95"), "5.0|-");
    go_back(view, T0 - 90 * DAY);
    cr_expect_str_eq(AT(T0 - 90 * DAY), "-|-\n");
    cr_expect_str_eq(WAITED_AT(T0 - 90 * DAY), "-|-\n");
    cr_expect_str_eq(kpi(view, "success"), "-|-");
    cr_expect_str_eq(kpi(view, "queue_p95"), "-|-");
    cr_expect_str_eq(why(view, "success"), "runs and jobs are kept since 2026-07-13");
    cr_expect_str_eq(why(view, "queue_p95"), "runs and jobs are kept since 2026-07-13");
    cr_expect_str_eq(why(view, "flaky"), "runs and jobs are kept since 2026-07-13");
    store_close(view);
}
