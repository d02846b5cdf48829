/* Jobs that both failed and passed on the same commit, and their evidence. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "derive_kit.h"

static struct batch batch;
static const int64_t now_ms = T0;

TestSuite(derive_flaky, .init = derive_start, .fini = derive_stop, .timeout = 120);

static void add_try(int64_t id, const char *sha, enum dx_result result, enum dx_cause cause,
                    int64_t ago_ms)
{
    struct made m = { .id = id,
                      .attempt = 1,
                      .started_ms = now_ms - ago_ms - 10 * MINUTE,
                      .finished_ms = now_ms - ago_ms,
                      .result = result,
                      .cause = cause };

    derive_add(&batch, &m);
    batch.runs[batch.run_count - 1].sha = sha;
    batch.jobs[batch.job_count - 1].outcome.evidence = "test: RetryTest.backs_off";
    batch.jobs[batch.job_count - 1].url =
        arena_print(&batch.arena, "https://ci/%lld", (long long)id);
}

Test(derive_flaky, a_flaky_job_and_its_evidence)
{
    static const char *const shas[] = { "a", "b", "c", "d", "e", "f" };

    for (int i = 0; i < 6; i++) {
        add_try(10 + i, shas[i], DX_RESULT_FAILURE, DX_CAUSE_TEST, (10 - i) * HOUR);
        add_try(20 + i, shas[i], DX_RESULT_SUCCESS, DX_CAUSE_NONE, (10 - i) * HOUR - 30 * MINUTE);
    }
    kit_poll(0, now_ms, &batch);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_FLAKY, NULL, now_ms, DX_FIELD_PROJECT, DX_FIELD_NAME,
                          DX_FIELD_STATE, DX_FIELD_N, DX_FIELD_PAIRS, DX_FIELD_RATE),
                     "acme/p0|test|1|6|6|1\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_FLAKY, NULL, now_ms, DX_FIELD_NAME, DX_FIELD_URL),
                     "test|-\n", "only where it is asked for");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_FLAKY, DX_FILTER(.parts = true), now_ms,
                          DX_FIELD_NAME, DX_FIELD_URL),
                     "test|https://ci/15\n");
    cr_expect_eq(kit_count(kit.store, DX_QUERY_FLAKY_COMMITS, now_ms), 0, "of no job");

    const char *key = ROWS(kit.store, DX_QUERY_FLAKY, NULL, now_ms, DX_FIELD_KEY);
    char name[32];

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(key, "\n"), key);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_FLAKY_COMMITS, DX_FILTER(.key = name, .limit = 2),
                          now_ms, DX_FIELD_SHA, DX_FIELD_STRIP, DX_FIELD_TEXT, DX_FIELD_TYPE),
                     "f|co|test: RetryTest.backs_off|prometheus\n"
                     "e|co|test: RetryTest.backs_off|prometheus\n");
}

/* The builds of Jenkins are found by their number, which is not their id. */
Test(derive_flaky, the_page_of_its_last_failure_is_found_by_the_number_of_the_run)
{
    for (int i = 0; i < 2; i++) {
        add_try(10 + i, "a", i == 0 ? DX_RESULT_FAILURE : DX_RESULT_SUCCESS,
                i == 0 ? DX_CAUSE_TEST : DX_CAUSE_NONE, (10 - i) * HOUR);
        batch.runs[batch.run_count - 1].number = i == 0 ? "7" : "8";
        batch.jobs[batch.job_count - 1].url = i == 0 ? "https://ci/7/console" : "https://ci/8";
    }
    kit_poll(0, now_ms, &batch);
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_FLAKY, DX_FILTER(.parts = true), now_ms, DX_FIELD_URL),
        "https://ci/7/console\n");
}

/* On each of the last three days: two commits, of which one failed first. Before them four that
 * passed twice, and on the day before them one: of fewer than five nothing is said. */
Test(derive_flaky, the_rate_of_a_flaky_job_by_day)
{
    static const char *const shas[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k" };
    const char *trend;

    for (int i = 0; i < 11; i++) {
        int64_t ago_ms = i < 5 ? (5 + (i == 0)) * DAY : (2 - (i - 5) / 2) * DAY;
        bool fails = i >= 5 && i % 2 == 1;

        add_try(10 + i, shas[i], fails ? DX_RESULT_FAILURE : DX_RESULT_SUCCESS,
                fails ? DX_CAUSE_TEST : DX_CAUSE_NONE, ago_ms + HOUR);
        add_try(30 + i, shas[i], DX_RESULT_SUCCESS, DX_CAUSE_NONE, ago_ms + MINUTE);
    }
    kit_poll(0, now_ms, &batch);
    trend = ROWS(kit.store, DX_QUERY_FLAKY, NULL, now_ms, DX_FIELD_TREND);
    cr_expect_str_eq(trend, "- - - - - - - - 0 0 0 143 222 273\n", "%s", trend);
}

/* Of a pipeline that nothing else moves: not only when the day is over. */
Test(derive_flaky, what_left_the_window_before_is_compared_with_no_more)
{
    static const char *const shas[] = { "a", "b", "c", "d", "e", "f" };

    for (int i = 0; i < 12; i++) {
        int64_t ago_ms = i < 6 ? 5 * DAY : 28 * DAY - HOUR;

        add_try(10 + i, shas[i % 6], DX_RESULT_FAILURE, DX_CAUSE_TEST, ago_ms + 30 * MINUTE);
        add_try(30 + i, shas[i % 6], DX_RESULT_SUCCESS, DX_CAUSE_NONE, ago_ms);
    }
    kit_poll(0, now_ms, &batch);
    derive_all(now_ms);
    for (int later = 0; later < 2; later++) {
        const char *before;

        derive_all(now_ms + 2 * later * HOUR);
        before = ROWS(kit.store, DX_QUERY_FLAKY, NULL, now_ms, DX_FIELD_N, DX_FIELD_BEFORE);
        cr_expect_str_eq(before, later ? "6|-\n" : "6|1\n", "%d: %s", later, before);
    }
}

static const char *flaky_jobs(void)
{
    return ROWS(kit.store, DX_QUERY_FLAKY, NULL, now_ms, DX_FIELD_NAME, DX_FIELD_N, DX_FIELD_PAIRS);
}

/* Their runs were done and counted before: nothing else says that there is more to count. */
Test(derive_flaky, jobs_that_come_after_their_runs_are_judged_at_once)
{
    static const char *const shas[] = { "a", "b", "c", "d", "e", "f" };

    for (int later = 0; later < 2; later++) {
        for (int i = 0; i < 6; i++)
            add_try(10 + i, shas[i], DX_RESULT_FAILURE, DX_CAUSE_TEST, (30 - i) * HOUR);
        for (int i = 0; i < 6; i++)
            add_try(20 + i, shas[i], DX_RESULT_SUCCESS, DX_CAUSE_NONE, (29 - i) * HOUR);
        for (size_t i = 0; i < batch.run_count; i++) {
            batch.runs[i].outcome.result = DX_RESULT_SUCCESS; /* the job may fail */
            batch.runs[i].bare = later;
        }
        batch.job_count = later ? batch.job_count : 0;
        kit_poll(0, now_ms, &batch);
        cr_expect_str_eq(flaky_jobs(), later ? "test|6|6\n" : "");
    }
}

/* What a runner lost says nothing of the job, and its log is often read later. */
Test(derive_flaky, a_job_that_the_platform_failed_by_its_log_is_judged_anew)
{
    static const char *const shas[] = { "a", "b", "c", "d", "e", "f" };
    struct log_tail *tail;

    for (int i = 0; i < 6; i++) {
        add_try(10 + i, shas[i], DX_RESULT_FAILURE, i == 0 ? DX_CAUSE_UNKNOWN : DX_CAUSE_TEST,
                (30 - i) * HOUR);
        if (i == 0) /* its run succeeded all the same, so nobody asks whose fault that is */
            batch.runs[0].outcome.result = DX_RESULT_SUCCESS;
        add_try(20 + i, shas[i], DX_RESULT_SUCCESS, DX_CAUSE_NONE, (29 - i) * HOUR);
    }
    kit_poll(0, now_ms, &batch);
    cr_expect_str_eq(flaky_jobs(), "test|6|6\n");
    tail = batch_tail(&batch);
    *tail = (struct log_tail){ .project = "acme/p0",
                               .run = "10",
                               .job = "10",
                               .run_attempt = 1,
                               .job_attempt = 1,
                               .text = "",
                               .cause = DX_CAUSE_PLATFORM,
                               .evidence = "runner: lost (rule 1)" };
    kit_poll(0, now_ms, &batch);
    cr_expect_str_eq(flaky_jobs(), "test|5|5\n");
}
