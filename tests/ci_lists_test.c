/* Lists of runs, jobs and lines that are narrowed by an option: it looks at all of them, and where
 * there is no room for what it finds that is said. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "panel/host.h"
#include "store/internal.h"
#include "store_ci_kit.h"

extern const struct dx_panel dx_panel_runs, dx_panel_log, dx_panel_failures, dx_panel_flaky,
    dx_panel_alerts;

static struct instance in;
static char ids[1200][8];

static void setup(void)
{
    store_ci_start();
    for (int i = 0; i < 1200; i++)
        (void)snprintf(ids[i], sizeof(ids[i]), "%d", i);
}

static void teardown(void)
{
    instance_close(&in);
    kit_done();
}

TestSuite(ci_lists, .init = setup, .fini = teardown, .timeout = 60);

static void show(void)
{
    struct reader reader = store_reader(kit.store);
    struct dx_error err = { 0 };

    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    instance_update(&in, &reader, T0 + MINUTE, 20, 100);
    store_end(kit.store);
    cr_assert_eq(in.error.fault, DX_FAULT_NONE, "%s", in.error.text);
}

static void open_panel(const struct dx_panel *panel, const void *options, size_t size)
{
    cr_assert(instance_open(&in, panel, "", options, size), "%s", in.error.text);
    show();
}

static void open_row(const char *key)
{
    struct step step = { .name = "x" };

    (void)snprintf(step.key, sizeof(step.key), "%s", key);
    instance_push(&in, &step);
    show();
}

/* The newest ones last. */
static void put_runs(int first, int end, bool is_protected, bool done)
{
    for (int i = first; i < end; i++) {
        struct run *run = add_run(ids[i], 1, done ? DX_RESULT_SUCCESS : DX_RESULT_NONE,
                                  done ? T0 - HOUR + i * SECOND : 0);

        run->protected_branch = is_protected;
        if (!done && i >= first + 5)
            run->outcome.phase = DX_PHASE_QUEUED;
    }
}

Test(ci_lists, runs_of_protected_branches_are_looked_for_among_all)
{
    struct { /* as they stand in struct runs */
        const char *source;
        bool open;
        int64_t window_ms, stuck_ms;
        int part;
    } options = { "", false, DAY, 0, 1 };

    put_runs(0, 103, true, true);
    put_runs(103, 703, false, true);
    kit_poll(0, T0, &batch);
    open_panel(&dx_panel_runs, &options, sizeof(options));
    cr_expect_eq(in.table->row_count, 103, "%zu", in.table->row_count);
}

Test(ci_lists, runs_that_wait_leave_those_that_run_their_room)
{
    struct { /* as they stand in struct runs */
        const char *source;
        bool open;
        int64_t window_ms, stuck_ms;
        int part;
    } options = { "", true, DAY, 0, 0 };

    put_runs(0, 400, false, false); /* the oldest five run */
    kit_poll(0, T0, &batch);
    open_panel(&dx_panel_runs, &options, sizeof(options));
    cr_assert_eq(in.table->row_count, 300, "%zu", in.table->row_count);
    for (int i = 0; i < 5; i++)
        cr_expect_eq((int)in.table->rows[i].cells[0].value, DX_GLYPH_RUNNING, "row %d", i);
}

static const struct { /* as they stand in struct runs */
    const char *source;
    bool open;
    int64_t window_ms, stuck_ms;
    int part;
} of_a_day = { "", false, DAY, 0, 0 };

Test(ci_lists, runs_that_are_left_out_are_said_beside_open_ones)
{
    put_runs(0, 288, false, true);
    put_runs(288, 300, false, false);
    kit_poll(0, T0, &batch);
    open_panel(&dx_panel_runs, &of_a_day, sizeof(of_a_day));
    cr_expect_eq(in.table->row_count, 300, "%zu", in.table->row_count);
    cr_expect_eq(in.total, 0, "these are all: %lld", (long long)in.total);
    cr_expect_str_eq(in.note, "12 not done");

    put_runs(300, 1000, false, true);
    kit_poll(0, T0, &batch);
    show();
    cr_expect_eq(in.table->row_count, 300, "%zu", in.table->row_count);
    cr_expect_eq(in.total, -1, "%lld", (long long)in.total);
    cr_expect_str_eq(in.note, "12 not done");
}

Test(ci_lists, runs_that_run_leave_those_that_wait_some_room)
{
    int waiting = 0;

    for (int i = 0; i < 310; i += 5)
        put_runs(i, i + 5, false, false);
    put_runs(310, 450, false, false); /* 135 of them wait */
    kit_poll(0, T0, &batch);
    open_panel(&dx_panel_runs, &of_a_day, sizeof(of_a_day));
    cr_expect_eq(in.table->row_count, 300, "%zu", in.table->row_count);
    for (size_t i = 0; i < in.table->row_count; i++)
        waiting += (int)in.table->rows[i].cells[0].value != DX_GLYPH_RUNNING;
    cr_expect_eq(waiting, 135, "%d", waiting);
    cr_expect_eq(in.total, -1, "%lld", (long long)in.total);
    cr_expect_str_eq(in.note, "≥ 300 not done");
}

Test(ci_lists, lines_of_a_level_are_looked_for_among_all)
{
    struct { /* as they stand in struct log */
        int level;
        const char *source;
    } options = { 3, "" };
    struct dx_error err = { 0 };

    cr_assert(store_log(kit.store, T0 - HOUR, DX_LOG_ERROR, "prom", "it broke", &err));
    for (int i = 0; i < 600; i++)
        cr_assert(store_log(kit.store, T0 - MINUTE, DX_LOG_INFO, "prom", ids[i], &err));
    open_panel(&dx_panel_log, &options, sizeof(options));
    cr_expect_eq(in.table->row_count, 1, "%zu", in.table->row_count);
    cr_expect_eq(in.total, 0);
    instance_close(&in);
    options.level = 1;
    open_panel(&dx_panel_log, &options, sizeof(options));
    cr_expect_eq(in.table->row_count, 500, "%zu", in.table->row_count);
    cr_expect_eq(in.total, -1, "there are more");
}

static void put_failures(int first, int end, const char *evidence)
{
    for (int i = first; i < end; i++) {
        size_t at = batch.run_count;
        struct job *job;

        (void)add_run(ids[i], 1, DX_RESULT_FAILURE, T0 - HOUR + i * SECOND);
        job = add_job(at, ids[i], "test", DX_RESULT_FAILURE);
        job->timing.finished_ms = T0 - HOUR + i * SECOND;
        job->outcome.cause = DX_CAUSE_CODE;
        job->outcome.evidence = evidence;
    }
}

/* Those without a category are older than 600 others. */
Test(ci_lists, failed_jobs_are_as_many_as_the_row_says_or_there_are_more)
{
    struct { /* as they stand in struct failures */
        const char *source;
        int64_t window_ms, warn;
        int cause;
    } options = { "", DAY, 0, 0 };

    put_failures(0, 20, "no category");
    put_failures(20, 620, "test: it failed");
    kit_poll(0, T0, &batch);
    open_panel(&dx_panel_failures, &options, sizeof(options));
    open_row("3:");
    cr_expect_eq(in.table->row_count, 20, "%zu", in.table->row_count);
    cr_expect_eq(in.total, 0);
    cr_assert(instance_back(&in));
    open_row("3:test");
    cr_expect_eq(in.table->row_count, 500, "%zu", in.table->row_count);
    cr_expect_eq(in.total, -1, "there are more");
}

/* Categories that LIKE would take for one another; none where the colon is the first. */
Test(ci_lists, failed_jobs_of_a_category_are_those_of_no_other)
{
    static const struct {
        const char *evidence, *key;
        int count, rows;
    } of[] = { { "a_b: x", "3:a_b", 2, 2 },     { "a-b: x: y", "3:a-b", 3, 3 },
               { "A_B: x", "3:A_B", 503, 500 }, { ": x", "3:", 4, 9 },
               { "no category", "3:", 5, 9 },   { "a_b", "3:", 0, 9 } };
    struct { /* as they stand in struct failures */
        const char *source;
        int64_t window_ms, warn;
        int cause;
    } options = { "", DAY, 0, 0 };
    int n = 0;

    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); n += of[i++].count)
        put_failures(n, n + of[i].count, of[i].evidence);
    kit_poll(0, T0, &batch);
    open_panel(&dx_panel_failures, &options, sizeof(options));
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        open_row(of[i].key);
        cr_expect_eq((int)in.table->row_count, of[i].rows, "%s: %zu", of[i].key,
                     in.table->row_count);
        cr_expect_eq(in.total, of[i].rows == 500 ? -1 : 0, "%s: %lld", of[i].key,
                     (long long)in.total);
        cr_assert(instance_back(&in));
    }
}

static int64_t hundreds; /* of SQLite's steps */

static int count_steps(void *self)
{
    (void)self;
    hundreds++;
    return 0;
}

/* The columns of a job take some hundred steps, its category some ten. */
Test(ci_lists, failed_jobs_with_a_category_cost_little_where_those_without_are_listed)
{
    struct { /* as they stand in struct failures */
        const char *source;
        int64_t window_ms, warn;
        int cause;
    } options = { "", DAY, 0, 0 };

    put_failures(0, 3, "no category");
    put_failures(3, 1103, "test: it failed");
    kit_poll(0, T0, &batch);
    open_panel(&dx_panel_failures, &options, sizeof(options));
    sqlite3_progress_handler(kit.store->db, 100, count_steps, NULL);
    open_row("3:");
    cr_expect_eq(in.table->row_count, 3, "%zu", in.table->row_count);
    cr_expect_lt(hundreds, 1100, "%lld", (long long)hundreds);
}

Test(ci_lists, tries_on_a_commit_are_looked_for_among_all)
{
    static const char old[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    char key[48] = "";
    sqlite3_stmt *stmt;

    put_failures(0, 603, "test: it failed");
    for (int i = 0; i < 3; i++)
        batch.runs[i].sha = old;
    kit_poll(0, T0, &batch);
    cr_assert_eq(sqlite3_prepare_v2(kit.store->db,
                                    "SELECT 'f' || r.pipeline || ':' || j.name FROM job j"
                                    " JOIN run r ON r.id = j.run LIMIT 1",
                                    -1, &stmt, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW);
    (void)snprintf(key, sizeof(key), "%s", (const char *)sqlite3_column_text(stmt, 0));
    (void)sqlite3_finalize(stmt);
    open_panel(&dx_panel_flaky, NULL, 0);
    open_row(key);
    open_row(old);
    cr_expect_eq(in.table->row_count, 3, "%zu", in.table->row_count);
}

/* ---- what an option leaves out is there all the same ---- */

Test(ci_lists, causes_that_are_left_out_are_counted)
{
    struct { /* as they stand in struct failures */
        const char *source;
        int64_t window_ms, warn;
        int cause;
    } options = { "", DAY, 0, DX_CAUSE_PLATFORM };

    put_failures(0, 9, "test: it failed");
    batch.jobs[0].outcome.cause = DX_CAUSE_PLATFORM;
    kit_poll(0, T0, &batch);
    open_panel(&dx_panel_failures, &options, sizeof(options));
    cr_assert_eq(in.table->row_count, 1);
    cr_expect_str_eq(in.note, "platform 1, unknown 0, code 8");
    cr_expect_float_eq(in.table->rows[0].cells[4].value, 1. / 9, 1e-9, "of all failed jobs");
    instance_close(&in);
    options.cause = DX_CAUSE_CONFIG;
    cr_assert_eq(sqlite3_exec(kit.store->db, "UPDATE source SET yields = 255", NULL, NULL, NULL),
                 SQLITE_OK); /* none of the kit's is one of runs */
    open_panel(&dx_panel_failures, &options, sizeof(options));
    cr_assert_eq(in.table->row_count, 0);
    cr_expect(strstr(in.empty, "by this cause"), "%s", in.empty);
}

static void expect_empty(int severity, bool muted, const char *sentence)
{
    struct { /* as they stand in struct alerts */
        const char *source;
        int severity;
        bool muted;
        int64_t resolved_ms;
    } options = { "", severity, muted, 0 };

    open_panel(&dx_panel_alerts, &options, sizeof(options));
    cr_expect_eq(in.table->row_count, 0);
    cr_expect_str_eq(in.empty, sentence);
    instance_close(&in);
}

Test(ci_lists, alerts_that_are_left_out_are_not_said_not_to_fire)
{
    batch.alerts_whole = true;
    kit_poll(1, T0, &batch);
    expect_empty(DX_SEVERITY_CRITICAL, false, "Nothing fires.");
    kit_alert(&batch, "a", DX_ALERT_SILENCED, T0 - HOUR);
    batch.alerts_whole = true;
    kit_poll(1, T0 + SECOND, &batch);
    expect_empty(0, false, "Nothing fires that is not muted.");
    kit_alert(&batch, "b", DX_ALERT_FIRING, T0 - HOUR);
    batch.alerts[0].severity = DX_SEVERITY_WARNING;
    batch.alerts_whole = true;
    kit_poll(1, T0 + 2 * SECOND, &batch);
    expect_empty(DX_SEVERITY_CRITICAL, true, "Nothing fires that is critical.");
}
