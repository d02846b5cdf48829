/* A store that may have so many bytes and no more: the oldest go, and it is said. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/time.h"
#include "derive/derive.h"
#include "store/internal.h"
#include "store_kit.h"

enum { A_DAY = 100, UPKEEPS_MOST = 3000, KIB = 1024 };

static struct deriver *deriver;
static struct batch batch;
static int64_t empty_bytes; /* of the store at its beginning */

static void set_limit(int64_t bytes)
{
    struct dx_error err = { 0 };

    cr_assert(store_limit(kit.store, bytes, &err), "%s", err.text);
}

static int64_t used_bytes(void);

static void start(void)
{
    kit_init();
    kit_collect();
    empty_bytes = used_bytes();
    deriver = deriver_new(SUCCESS_EXCLUDE_CANCELLED);
    store_on_derive(kit.store, deriver_commit, deriver);
    batch = (struct batch){ .run_count = 0 };
}

static void stop(void)
{
    kit_done();
    deriver_free(deriver);
}

TestSuite(store_limit, .init = start, .fini = stop, .timeout = 120);

static int64_t number_in(const struct store *store, const char *sql)
{
    sqlite3_stmt *stmt;
    int64_t n;

    cr_assert_eq(sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sql);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW, "%s", sql);
    n = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return n;
}

static int64_t number(const char *sql)
{
    return number_in(kit.store, sql);
}

#define RUNS   number("SELECT count(*) FROM run")
#define OLDEST number("SELECT min(finished_ms) FROM run")

static int64_t used_bytes(void)
{
    return (number("PRAGMA page_count") - number("PRAGMA freelist_count")) * 4096;
}

/* What leaves a part of its records. */
static int64_t limit_at(double share)
{
    return empty_bytes + (int64_t)((double)(used_bytes() - empty_bytes) * share);
}

static void add_run(int id, int64_t finished_ms)
{
    struct run *run = batch_run(&batch);
    struct job *job;

    run->project = "acme/a";
    run->pipeline = "ci";
    run->id = arena_print(&batch.arena, "%d", id);
    run->attempt = 1;
    run->branch = arena_print(&batch.arena, "change-%d-of-somebody", id);
    run->outcome.phase = DX_PHASE_DONE;
    run->outcome.result = DX_RESULT_SUCCESS;
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
}

/* The day's runs, at its beginning; and it is its end. */
static void add_day(int day)
{
    int64_t begin_ms = T0 - T0 % DAY + day * DAY;

    for (int i = 0; i < A_DAY; i++)
        add_run((day + 1000) * A_DAY + i, begin_ms + (i + 2) * MINUTE);
    kit_poll(0, begin_ms + DAY - MINUTE, &batch);
}

/* Until it has room again. */
static void keep_up(int64_t now_ms)
{
    struct dx_error err = { 0 };
    int n = 0;

    do
        cr_assert(store_upkeep(kit.store, now_ms, &err), "%s", err.text);
    while (store_is_full(kit.store) && ++n < UPKEEPS_MOST);
    cr_assert_lt(n, UPKEEPS_MOST, "it never has room");
}

static int64_t end_of(int day)
{
    return T0 - T0 % DAY + (day + 1) * DAY - 1;
}

static const char *log_of(int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_LOG, NULL, now_ms, DX_FIELD_TEXT);
}

Test(store_limit, the_oldest_days_go_and_it_is_said)
{
    int64_t limit = 0, oldest_ms;
    char date[TIME_TEXT], words[100];

    for (int day = 0; day < 60; day++) {
        add_day(day);
        if (day == 20) {
            limit = used_bytes();
            set_limit(limit);
        }
        keep_up(end_of(day));
        if (day > 20)
            cr_assert_leq(used_bytes(), limit, "day %d", day);
    }
    oldest_ms = OLDEST;
    cr_expect_geq(RUNS, 8 * A_DAY);
    cr_expect_lt(RUNS, 25 * A_DAY);
    cr_expect_eq(RUNS % A_DAY, 0, "no day is there in part");
    cr_expect_eq(number("SELECT count(*) FROM job"), RUNS);
    cr_expect_eq(number("SELECT count(*) FROM pipeline_day"), 60);
    (void)time_format(date, oldest_ms - oldest_ms % DAY);
    snprintf(words, sizeof(words), "samples before %.10s are forgotten\n", date);
    cr_expect(strstr(log_of(end_of(59)), words), "%s in:\n%s", words, log_of(end_of(59)));
}

#define PIPELINE(window)                                                                           \
    ROWS(kit.store, DX_QUERY_PIPELINES, DX_FILTER(.window_ms = window, .limit = 1), end_of(39),    \
         DX_FIELD_N, DX_FIELD_SUCCESS)
#define POOL(window)                                                                               \
    ROWS(kit.store, DX_QUERY_POOLS, DX_FILTER(.window_ms = window), end_of(39), DX_FIELD_N,        \
         DX_FIELD_P50)

static void settle(int64_t now_ms)
{
    struct dx_error err = { 0 };

    cr_assert(deriver_settle(deriver, kit.store, now_ms, &err), "%s", err.text);
}

/* Nobody touches anything: what is in the windows is less all the same, and says so. */
Test(store_limit, what_is_gone_is_in_no_number)
{
    struct dx_error err = { 0 };
    bool dirty;

    for (int day = 0; day < 40; day++)
        add_day(day);
    settle(end_of(39));
    cr_expect_str_eq(PIPELINE(30 * DAY), "3000|1\n");
    cr_expect_str_eq(POOL(30 * DAY), "3000|5000\n");
    set_limit(limit_at(0.6));
    keep_up(end_of(39));
    cr_expect_lt(RUNS, 3000);
    cr_expect_gt(RUNS, 700);
    cr_expect(store_is_dirty(kit.store, &dirty, &err) && dirty);
    settle(end_of(39));
    cr_expect_str_eq(PIPELINE(30 * DAY), "-|-\n");
    cr_expect_str_eq(POOL(30 * DAY), "-|-\n");
    cr_expect_str_eq(PIPELINE(7 * DAY), "700|1\n");
    cr_expect_str_eq(POOL(7 * DAY), "700|5000\n");
}

Test(store_limit, what_is_gone_is_not_asked_for_again_nor_taken)
{
    struct dx_error err = { 0 };
    int64_t oldest_ms, now_ms = end_of(19);

    for (int day = 0; day < 20; day++)
        add_day(day);
    set_limit(limit_at(0.7));
    keep_up(now_ms);
    oldest_ms = OLDEST;
    cr_expect_gt(oldest_ms, T0 + DAY);
    store_close(kit.store);
    kit.store = store_open(kit.path, STORE_COLLECT, &err);
    cr_assert(kit.store && store_lock(kit.store), "%s", err.text);
    set_limit(used_bytes() * 2); /* there is room again */
    kit_name_sources();
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/a", "1", 1, T0), STORED_DONE);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/a", "1", 1, oldest_ms), STORED_NOT);
    add_run(1, T0);
    kit_poll(0, now_ms, &batch);
    cr_expect_eq(OLDEST, oldest_ms);
    set_limit(0); /* nobody wants a limit any more */
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/a", "1", 1, T0), STORED_NOT);
}

Test(store_limit, room_for_all_of_it_forgets_the_border)
{
    int64_t now_ms = end_of(19), gone_ms;

    for (int day = 0; day < 20; day++)
        add_day(day);
    set_limit(limit_at(0.7));
    keep_up(now_ms);
    gone_ms = number("SELECT max(value) FROM cursor WHERE name = ''");
    cr_expect_gt(gone_ms, T0);
    set_limit(used_bytes() * 3);
    keep_up(now_ms);
    keep_up(now_ms + MINUTE);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/a", "1", 1, T0), STORED_NOT);
    cr_expect_eq(number("SELECT max(value) FROM cursor WHERE name = ''"), gone_ms,
                 "numbers are of what is there");
}

Test(store_limit, samples_go_as_well)
{
    int64_t limit, now_ms = end_of(29), before;
    char labels[40];

    for (int day = 0; day < 30; day++) {
        for (int i = 0; i < 24; i++) {
            for (int s = 0; s < 20; s++) {
                snprintf(labels, sizeof(labels), "{s=\"%d\"}", s);
                kit_sample(&batch, "q", labels, T0 - T0 % DAY + day * DAY + i * HOUR, i * s + day);
            }
        }
        kit_poll(0, end_of(day), &batch);
    }
    limit = limit_at(0.6);
    before = number("SELECT count(*) FROM sample");
    set_limit(limit);
    keep_up(now_ms);
    cr_expect_leq(used_bytes(), limit);
    cr_expect_lt(number("SELECT count(*) FROM sample"), before);
    cr_expect_gt(number("SELECT count(*) FROM sample"), before / 4);
    cr_expect(strstr(log_of(now_ms), "store_size lets it be"), "%s", log_of(now_ms));
}

static int64_t file_bytes(void)
{
    struct stat st;

    cr_assert_eq(stat(kit.path, &st), 0);
    return st.st_size;
}

static void change(const char *sql)
{
    cr_assert_eq(sqlite3_exec(kit.store->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sql);
}

/* Its records are behind what is free. Who reads meanwhile reads what there was. */
Test(store_limit, a_file_that_was_larger_before_gets_smaller)
{
    struct dx_error err = { 0 };
    struct store *viewer;
    int64_t limit, runs;

    change("CREATE TABLE waste AS SELECT zeroblob(10000000)");
    for (int day = 0; day < 40; day++)
        add_day(day);
    change("DROP TABLE waste");
    keep_up(end_of(39));
    cr_expect_geq(file_bytes(), 10000000, "without a limit it stays as it is");
    limit = limit_at(0.7);
    set_limit(limit);
    viewer = store_open(kit.path, STORE_VIEW, &err);
    cr_assert(viewer && store_begin(viewer, &err), "%s", err.text);
    runs = number_in(viewer, "SELECT count(*) FROM run");
    keep_up(end_of(39));
    cr_expect_lt(RUNS, runs);
    cr_expect_eq(number_in(viewer, "SELECT count(*) FROM run"), runs);
    cr_expect_geq(file_bytes(), 10000000, "as long as somebody reads it");
    store_end(viewer);
    cr_assert(store_upkeep(kit.store, end_of(39), &err), "%s", err.text);
    keep_up(end_of(39));
    cr_assert(store_upkeep(kit.store, end_of(39), &err), "%s", err.text); /* a checkpoint cuts it */
    cr_expect_leq(file_bytes(), limit);
    cr_expect_eq(number_in(viewer, "SELECT count(*) FROM run"), RUNS);
    cr_expect_eq(number("SELECT count(*) FROM pragma_integrity_check"
                        " WHERE integrity_check <> 'ok'"),
                 0);
    store_close(viewer);
}

/* Today is not forgotten, nor asked for each half a second. */
Test(store_limit, too_small_for_a_day_is_said)
{
    for (int day = 0; day < 3; day++)
        add_day(day);
    set_limit(4 * KIB);
    keep_up(end_of(2));
    cr_expect_eq(RUNS, A_DAY);
    cr_expect(strstr(log_of(end_of(2)), "nothing left to forget but today"), "%s",
              log_of(end_of(2)));
}
