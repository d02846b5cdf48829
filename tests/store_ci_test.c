/* Runs, jobs and pools in the store. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "store_ci_kit.h"

TestSuite(store_ci, .init = store_ci_start, .fini = kit_done, .timeout = 60);

Test(store_ci, a_run_and_its_jobs_come_back_as_they_were)
{
    add_run("77", 1, DX_RESULT_SUCCESS, T0 - MINUTE);
    add_job(0, "8", "test (jdk21)", DX_RESULT_SUCCESS);
    kit_poll(0, T0, &batch);
    expect_text(ROWS(kit.store, DX_QUERY_RUNS, NULL, T0, DX_FIELD_SOURCE, DX_FIELD_TYPE,
                     DX_FIELD_KEY, DX_FIELD_PROJECT, DX_FIELD_PIPELINE, DX_FIELD_RUN_ID,
                     DX_FIELD_NUMBER, DX_FIELD_SHA, DX_FIELD_BRANCH, DX_FIELD_PROTECTED,
                     DX_FIELD_URL, DX_FIELD_RAW_STATUS, DX_FIELD_GATE),
                "prom|prometheus|r1|acme/web|ci|77|77|" SHA_A
                "|main|1|https://ci.example/acme/web/runs/77|completed|-\n");
    expect_text(JOBS(T0, "r1"),
                "test (jdk21)|4|1|0|linux|20000|https://ci.example/acme/web/runs/77/job/8\n");
    for (size_t i = 0; i < 2; i++)
        expect_text(JOBS(T0, i ? "j1" : "q1"),
                    "test (jdk21)|4|1|0|linux|20000|https://ci.example/acme/web/runs/77/job/8\n");
    expect_text(JOBS(T0, "r2"), "");
}

Test(store_ci, a_url_with_the_number_of_its_run_comes_back_whole)
{
    struct run *run = add_run("main/12@1700000000000", 1, DX_RESULT_SUCCESS, T0 - MINUTE);

    run->number = "12";
    run->url = "https://ci.example/job/acme/job/web/job/main/12/";
    add_job(0, "6", "build", DX_RESULT_SUCCESS)->url =
        "https://ci.example/job/acme/job/web/job/main/12/console";
    kit_poll(0, T0, &batch);
    expect_text(ROWS(kit.store, DX_QUERY_RUNS, NULL, T0, DX_FIELD_NUMBER, DX_FIELD_URL),
                "12|https://ci.example/job/acme/job/web/job/main/12/\n");
    expect_text(ROWS(kit.store, DX_QUERY_JOBS, NULL, T0, DX_FIELD_URL),
                "https://ci.example/job/acme/job/web/job/main/12/console\n");
}

Test(store_ci, what_happened_after_the_moment_has_not_happened)
{
    add_run("77", 1, DX_RESULT_SUCCESS, T0 - MINUTE);
    add_job(0, "8", "test", DX_RESULT_SUCCESS);
    kit_poll(0, T0, &batch);
    expect_text(RUNS(T0 - 5 * MINUTE), "77|1|3|0|0|1\n");
    expect_text(JOBS(T0 - 30 * MINUTE, ""),
                "test|3|0|0|linux|20000|https://ci.example/acme/web/runs/77/job/8\n");
    expect_text(RUNS(T0 - 2 * HOUR), "");
}

Test(store_ci, overlapping_pages_count_once_and_older_ones_change_nothing)
{
    add_run("77", 1, DX_RESULT_SUCCESS, T0 - MINUTE)->updated_ms = T0 - MINUTE;
    add_job(0, "8", "test", DX_RESULT_SUCCESS);
    kit_poll(0, T0, &batch);
    add_run("77", 1, DX_RESULT_SUCCESS, T0 - MINUTE)->updated_ms = T0 - MINUTE;
    add_job(0, "8", "test", DX_RESULT_SUCCESS);
    kit_poll(0, T0 + SECOND, &batch);
    /* made before it ended, delivered after */
    add_run("77", 1, DX_RESULT_NONE, 0)->updated_ms = T0 - 2 * MINUTE;
    add_job(0, "8", "test", DX_RESULT_NONE);
    kit_poll(0, T0 + 2 * SECOND, &batch);
    expect_text(RUNS(T0 + MINUTE), "77|1|4|1|0|1\n");
    cr_expect_eq(kit_count(kit.store, DX_QUERY_JOBS, T0 + MINUTE), 1);
}

Test(store_ci, a_job_that_comes_twice_with_its_new_run_is_one)
{
    add_run("77", 1, DX_RESULT_NONE, 0);
    add_job(0, "8", "test", DX_RESULT_NONE);
    add_job(0, "8", "test", DX_RESULT_SUCCESS); /* the page behind it is younger */
    add_job(0, "9", "lint", DX_RESULT_SUCCESS);
    add_job(0, "9", "lint", DX_RESULT_NONE);
    kit_poll(0, T0, &batch);
    expect_text(
        ROWS(kit.store, DX_QUERY_JOBS, NULL, T0, DX_FIELD_NAME, DX_FIELD_PHASE, DX_FIELD_QUEUED),
        "test|4|20000\nlint|4|20000\n");
}

Test(store_ci, each_attempt_is_a_run_of_its_own)
{
    add_run("77", 1, DX_RESULT_FAILURE, T0 - 30 * MINUTE);
    add_run("77", 2, DX_RESULT_SUCCESS, T0 - MINUTE);
    kit_poll(0, T0, &batch);
    expect_text(RUNS(T0), "77|2|4|1|0|0\n77|1|4|2|1|0\n");
}

static const struct {
    enum dx_cause a, b, want;
} blames[] = {
    { DX_CAUSE_PLATFORM, DX_CAUSE_PLATFORM, DX_CAUSE_PLATFORM },
    { DX_CAUSE_PLATFORM, DX_CAUSE_UNKNOWN, DX_CAUSE_UNKNOWN },
    { DX_CAUSE_PLATFORM, DX_CAUSE_TEST, DX_CAUSE_TEST },
    { DX_CAUSE_UNKNOWN, DX_CAUSE_CODE, DX_CAUSE_CODE },
    { DX_CAUSE_NONE, DX_CAUSE_NONE, DX_CAUSE_UNKNOWN },
};

Test(store_ci, a_run_has_the_cause_of_its_jobs)
{
    char want[64];

    for (size_t i = 0; i < sizeof(blames) / sizeof(blames[0]); i++) {
        char id[16];

        snprintf(id, sizeof(id), "%zu", 100 + i);
        add_run(id, 1, DX_RESULT_FAILURE, T0 - MINUTE);
        add_job(0, "1", "a", DX_RESULT_FAILURE)->outcome.cause = blames[i].a;
        add_job(0, "2", "b", DX_RESULT_FAILURE)->outcome.cause = blames[i].b;
        kit_poll(0, T0 + (int64_t)i, &batch);
        snprintf(want, sizeof(want), "%s|1|4|2|%u|2\n", id, blames[i].want);
        cr_expect(strstr(RUNS(T0 + MINUTE), want), "%zu: want %s in %s", i, want,
                  RUNS(T0 + MINUTE));
    }
}

Test(store_ci, a_job_that_may_fail_and_a_try_that_was_repeated_blame_nobody)
{
    struct job *job;

    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    job = add_job(0, "1", "lint", DX_RESULT_FAILURE);
    job->allow_failure = true;
    job->outcome.cause = DX_CAUSE_LINT;
    add_job(0, "2", "test", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_TEST;
    job = add_job(0, "3", "test", DX_RESULT_FAILURE);
    job->attempt = 2;
    job->outcome.cause = DX_CAUSE_PLATFORM;
    kit_poll(0, T0, &batch);
    expect_text(RUNS(T0), "77|1|4|2|2|3\n");
}

Test(store_ci, a_cause_that_was_found_stays_when_the_server_repeats_itself)
{
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    add_job(0, "8", "test", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_TEST;
    kit_poll(0, T0, &batch);
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    add_job(0, "8", "test", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_UNKNOWN;
    kit_poll(0, T0 + SECOND, &batch);
    cr_expect(strstr(JOBS(T0 + SECOND, "r1"), "test|4|2|4|"), "%s", JOBS(T0 + SECOND, "r1"));
}

Test(store_ci, jobs_of_a_run_that_was_committed_before)
{
    size_t run;

    add_run("77", 1, DX_RESULT_SUCCESS, T0 - MINUTE);
    kit_poll(0, T0, &batch);
    run = batch_known_run(&batch, "acme/web", "77", 1);
    add_job(run, "8", "test", DX_RESULT_SUCCESS);
    batch_jobs_whole(&batch, run);
    kit_poll(0, T0 + SECOND, &batch);
    expect_text(RUNS(T0 + SECOND), "77|1|4|1|0|1\n");
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/web", "77", 1, 0), STORED_DONE);
    /* of one that the store does not have, nothing is made up */
    run = batch_known_run(&batch, "acme/web", "78", 1);
    add_job(run, "9", "test", DX_RESULT_SUCCESS);
    kit_poll(0, T0 + 2 * SECOND, &batch);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_JOBS, T0 + MINUTE), 1);
}

/* Nobody said of which jobs the run was: so one stood for all of it. */
Test(store_ci, a_job_that_stands_for_its_run_goes_when_others_are_known)
{
    size_t run;

    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE)->stand_in = "build";
    add_job(0, "build", "build", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_CODE;
    add_run("78", 1, DX_RESULT_SUCCESS, T0 - MINUTE)->stand_in = "build";
    add_job(1, "build", "build", DX_RESULT_SUCCESS);
    kit_poll(0, T0, &batch);
    expect_text(RUNS(T0), "78|1|4|1|0|1\n77|1|4|2|3|1\n");
    run = batch_known_run(&batch, "acme/web", "77", 1);
    batch.runs[run].stand_in = "build";
    add_job(run, "8", "test", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_TEST;
    kit_poll(0, T0 + SECOND, &batch);
    expect_text(RUNS(T0 + SECOND), "78|1|4|1|0|1\n77|1|4|2|4|1\n");
    expect_text(ROWS(kit.store, DX_QUERY_JOBS, NULL, T0 + SECOND, DX_FIELD_RUN_ID, DX_FIELD_NAME),
                "78|build\n77|test\n");
    /* and comes no more: once its server did not answer */
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE)->stand_in = "build";
    add_job(0, "build", "build", DX_RESULT_FAILURE);
    kit_poll(0, T0 + 2 * SECOND, &batch);
    expect_text(RUNS(T0 + 2 * SECOND), "78|1|4|1|0|1\n77|1|4|2|4|1\n");
}

Test(store_ci, steps_are_kept_of_jobs_that_did_not_succeed)
{
    struct job_step step[2] = {
        { .name = "Set up job",
          .raw_result = "success",
          .phase = DX_PHASE_DONE,
          .result = DX_RESULT_SUCCESS,
          .started_ms = T0 - MINUTE },
        { .name = "make", .raw_result = "failure", .result = DX_RESULT_FAILURE },
    };
    struct job *job;

    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    job = add_job(0, "8", "build", DX_RESULT_FAILURE);
    job->steps = step;
    job->step_count = 2;
    job = add_job(0, "9", "test", DX_RESULT_SUCCESS);
    job->steps = step;
    job->step_count = 2;
    kit_poll(0, T0, &batch);
    expect_text(ROWS(kit.store, DX_QUERY_STEPS, DX_FILTER(.key = "j1"), T0, DX_FIELD_NAME,
                     DX_FIELD_RESULT, DX_FIELD_RAW_RESULT),
                "Set up job|1|success\nmake|2|failure\n");
    expect_text(ROWS(kit.store, DX_QUERY_STEPS, DX_FILTER(.key = "j2"), T0, DX_FIELD_NAME), "");
}

static void add_pool(const char *name, int64_t online, int64_t busy)
{
    struct pool *pool = batch_pool(&batch);

    pool->name = name;
    pool->online = online;
    pool->busy = busy;
    pool->offline = 0;
}

#define POOLS(now)                                                                                 \
    ROWS(kit.store, DX_QUERY_POOLS, NULL, now, DX_FIELD_NAME, DX_FIELD_ONLINE, DX_FIELD_BUSY,      \
         DX_FIELD_WAITING, DX_FIELD_OLDEST, DX_FIELD_NONE_SINCE)

Test(store_ci, pools_are_as_they_were_then)
{
    char want[200];

    add_pool("linux", 40, 40);
    add_pool("gpu", 2, 1);
    batch.pools_whole = true;
    kit_poll(0, T0, &batch);
    add_pool("linux", 40, 38); /* all runners of gpu are gone, even from the list */
    batch.pools_whole = true;
    add_run("77", 1, DX_RESULT_NONE, 0);
    add_job(0, "8", "train", DX_RESULT_NONE)->pool = "gpu";
    kit_poll(0, T0 + MINUTE, &batch);
    expect_text(POOLS(T0), "gpu|2|1|1|1789996400000|-\nlinux|40|40|0|-|-\n");
    snprintf(want, sizeof(want), "gpu|0|0|1|%lld|%lld\nlinux|40|38|0|-|-\n", (long long)(T0 - HOUR),
             (long long)(T0 + MINUTE));
    expect_text(POOLS(T0 + 2 * MINUTE), want);
}

/* Of a job that was retried the newest came first, and was taken for the only one. */
Test(store_ci, a_job_is_one_whatever_attempt_it_turns_out_to_be)
{
    size_t run;

    kit.tries_are_counted = true;
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    kit_poll(0, T0, &batch);
    run = batch_known_run(&batch, "acme/web", "77", 1);
    add_job(run, "20", "test", DX_RESULT_FAILURE);
    kit_poll(0, T0 + SECOND, &batch);
    for (int i = 0; i < 2; i++) {
        run = batch_known_run(&batch, "acme/web", "77", 1);
        add_job(run, "20", "test", DX_RESULT_FAILURE)->attempt = 2;
        add_job(run, "10", "test", DX_RESULT_FAILURE);
        *batch_tail(&batch) =
            (struct log_tail){ "acme/web", "77", "20", 1, 2, "oom", DX_CAUSE_TEST, "assertion" };
        kit_poll(0, T0 + MINUTE, &batch);
        /* a poll that ends behind its first page knows less, and changes nothing */
        add_job(batch_known_run(&batch, "acme/web", "77", 1), "20", "test", DX_RESULT_FAILURE);
        kit_poll(0, T0 + 2 * MINUTE, &batch);
        expect_text(ROWS(kit.store, DX_QUERY_JOBS, NULL, T0 + HOUR, DX_FIELD_NAME, DX_FIELD_ATTEMPT,
                         DX_FIELD_CAUSE),
                    "test|2|4\ntest|1|0\n");
    }
}

/* Its server listed it no more, or as waiting for ever: nobody will ask for it again. */
Test(store_ci, of_a_run_that_is_done_no_job_waits)
{
    size_t run;

    add_run("77", 1, DX_RESULT_NONE, 0);
    add_job(0, "8", "test", DX_RESULT_NONE);
    kit_poll(0, T0, &batch);
    expect_text(POOLS(T0), "linux|-|-|1|1789996400000|-\n");
    add_run("77", 1, DX_RESULT_CANCELLED, T0 + MINUTE);
    kit_poll(0, T0 + MINUTE, &batch); /* its jobs are asked for */
    expect_text(POOLS(T0 + MINUTE), "linux|-|-|1|1789996400000|-\n");
    run = batch_known_run(&batch, "acme/web", "77", 1);
    add_job(run, "9", "report", DX_RESULT_NONE);
    batch_jobs_whole(&batch, run);
    kit_poll(0, T0 + 2 * MINUTE, &batch);
    expect_text(POOLS(T0 + 2 * MINUTE), "");
    expect_text(ROWS(kit.store, DX_QUERY_JOBS, NULL, T0 + 2 * MINUTE, DX_FIELD_NAME, DX_FIELD_PHASE,
                     DX_FIELD_RESULT, DX_FIELD_FINISHED),
                "test|4|6|1790000060000\nreport|4|6|1790000060000\n");
    /* how it ended counts, where it is said later */
    run = batch_known_run(&batch, "acme/web", "77", 1);
    add_job(run, "8", "test", DX_RESULT_SUCCESS);
    kit_poll(0, T0 + 3 * MINUTE, &batch);
    expect_text(
        ROWS(kit.store, DX_QUERY_JOBS, NULL, T0 + 3 * MINUTE, DX_FIELD_NAME, DX_FIELD_RESULT),
        "test|1\nreport|6\n");
}

/* A token that may not see runners any more, or not all of them, says nothing of those it saw. */
Test(store_ci, runners_that_may_not_be_seen_any_more_are_not_known)
{
    add_pool("linux", 40, 40);
    add_pool("gpu", 0, 0);
    add_pool("macos", 3, 1);
    batch.pools_whole = true;
    add_run("77", 1, DX_RESULT_NONE, 0);
    add_job(0, "8", "train", DX_RESULT_NONE)->pool = "gpu";
    add_job(0, "9", "test", DX_RESULT_NONE)->pool = "linux";
    kit_poll(0, T0, &batch);
    add_pool("macos", 3, 2);
    batch.pools_whole = batch.pools_hidden = true;
    kit_poll(0, T0 + MINUTE, &batch);
    expect_text(POOLS(T0 + 2 * MINUTE),
                "gpu|-|-|1|1789996400000|-\nlinux|-|-|1|1789996400000|-\nmacos|3|2|0|-|-\n");
}

/* What was counted by a clock that was a day ahead. */
Test(store_ci, runners_of_a_time_that_has_not_come_are_forgotten)
{
    struct runner *runner;

    add_pool("gpu", 2, 1);
    batch.pools_whole = true;
    kit_poll(0, T0 - HOUR, &batch);
    runner = batch_runner(&batch);
    runner->pool = "linux";
    runner->name = "r-1";
    add_pool("linux", 40, 40);
    add_pool("gpu", 0, 0);
    add_pool("spot", -1, -1); /* which nobody counts */
    batch.pools_whole = true;
    kit_poll(0, T0 + DAY, &batch);
    add_pool("linux", 2, 1);
    batch.pools_whole = true;
    kit_poll(0, T0, &batch);
    expect_text(ROWS(kit.store, DX_QUERY_RUNNERS, NULL, T0, DX_FIELD_NAME), "");
    expect_text(POOLS(T0 + 2 * DAY), "gpu|0|0|-|-|1790000000000\nlinux|2|1|-|-|-\n");
}

Test(store_ci, urls_are_folded_and_come_back)
{
    static const char *const urls[] = {
        "https://h/acme/web/runs/77/job/8",
        "https://h/other/place?x=1",
        "http://127.0.0.77/acme/web/77/8/8/8",
        "https://h/77/77/acme/web/",
        "https://h/%7Br%7D/8",
        "",
    };

    add_run("77", 1, DX_RESULT_SUCCESS, T0 - MINUTE);
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct job *job = add_job(0, "8", "test", DX_RESULT_SUCCESS);

        job->attempt = 1 + (int64_t)i;
        job->url = urls[i];
    }
    kit_poll(0, T0, &batch);
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        char key[16], want[100];

        snprintf(key, sizeof(key), "j%zu", i + 1);
        snprintf(want, sizeof(want), "%s\n", *urls[i] ? urls[i] : "-");
        expect_text(ROWS(kit.store, DX_QUERY_JOBS, DX_FILTER(.key = key), T0, DX_FIELD_URL), want);
    }
}
