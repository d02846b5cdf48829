/* github: why a job failed, and who runs jobs. */
#include "config.h"

#include <string.h>

#include "source/github.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000;
static const char *web[] = { "acme/web" };
static struct github config = { .repos = { web, 1 }, .org = "", .annotations = true };
static struct kit kit;

static bool decode(unsigned step, const char *text, const char *file)
{
    char name[200];

    snprintf(name, sizeof(name), "github/%s", file);
    return kit_decode_file(&kit, &source_github, &config,
                           (struct reply){ .step = step, .detail_text = text }, name);
}

static const struct run *runs(const char *file)
{
    kit_poll(&kit, NOW);
    cr_assert(decode(STEP_RUNS, "acme/web", file), "%s: %s", file, kit.err.text);
    cr_assert(kit.batch.run_count > 0, "%s", file);
    return kit.batch.runs;
}

/* ---- evidence ---- */

static struct plan_request *ask_evidence(const char *run, const char *file)
{
    runs(run);
    while (plan_take(&kit.plan))
        continue;
    cr_assert(decode(STEP_JOBS, "acme/web 501 1", file));
    return plan_take(&kit.plan);
}

Test(github_evidence, a_job_that_its_timeout_ended_is_a_failure)
{
    struct plan_request *r = ask_evidence("cancelled_run.json", "cancelled_by_its_timeout.json");

    cr_assert(r);
    cr_expect_str_eq(r->path, "/repos/acme/web/check-runs/9001/annotations?per_page=100");
    cr_expect_not(batch_run_whole(&kit.batch.runs[0]), "not before its annotations came");
    cr_assert(decode(STEP_ANNOTATIONS, r->detail_text, "annotation_of_a_timeout.json"));
    cr_expect_eq(kit.batch.jobs[0].outcome.result, DX_RESULT_FAILURE);
    cr_expect_str_eq(kit.batch.jobs[0].outcome.evidence,
                     "The job has exceeded the maximum execution time of 6h0m0s");
    cr_expect_str_eq(kit.batch.jobs[0].outcome.raw_result, "cancelled");
    cr_expect_eq(kit.batch.runs[0].outcome.result, DX_RESULT_FAILURE);
    cr_expect(batch_run_whole(&kit.batch.runs[0]));
    r = ask_evidence("cancelled_run.json", "cancelled_by_its_timeout.json");
    cr_assert(decode(STEP_ANNOTATIONS, r->detail_text, "annotation_of_a_cancel.json"));
    cr_expect_eq(kit.batch.jobs[0].outcome.result, DX_RESULT_CANCELLED);
    kit_done(&kit);
}

/* Only what failed beside it is run again: it takes the job over that its timeout ended, and is
 * said to be cancelled for it. The annotations are asked for with the attempt that had it. */
static void rerun(const char *run, const char *jobs)
{
    struct plan_request *r;

    if (run)
        runs(run);
    else
        kit_poll(&kit, NOW);
    while (plan_take(&kit.plan))
        continue;
    cr_assert(decode(STEP_JOBS, "acme/web 501 2", jobs));
    while ((r = plan_take(&kit.plan)) != NULL)
        if (strstr(r->path, "9001/annotations"))
            break;
    cr_assert(r);
    cr_assert(decode(STEP_ANNOTATIONS, r->detail_text, "annotation_of_a_timeout.json"));
}

static const struct run *attempt_2(void)
{
    size_t at = batch_find_run(&kit.batch, "acme/web", "501", 2);

    cr_assert_neq(at, SIZE_MAX);
    return &kit.batch.runs[at];
}

Test(github_evidence, a_rerun_that_took_a_timeout_over_failed_for_it)
{
    rerun("cancelled_rerun.json", "rerun_inherits_a_timeout.json");
    cr_expect_eq(attempt_2()->outcome.result, DX_RESULT_FAILURE);
    cr_expect_str_eq(attempt_2()->outcome.evidence,
                     "The job has exceeded the maximum execution time of 6h0m0s");
    kit_done(&kit);
    rerun("cancelled_rerun.json", "rerun_inherits_a_timeout_and_is_cancelled.json");
    cr_expect_eq(attempt_2()->outcome.result, DX_RESULT_CANCELLED, "somebody cancelled it");
    kit_done(&kit);
}

/* It was open, and its jobs were asked for before it could say how it ended. */
Test(github_evidence, a_timeout_that_is_known_before_its_run_fails_it)
{
    rerun(NULL, "rerun_inherits_a_timeout.json");
    cr_expect(attempt_2()->bare);
    cr_assert(decode(STEP_RUN, "acme/web 501 2", "cancelled_rerun_by_id.json"));
    cr_expect_eq(attempt_2()->outcome.result, DX_RESULT_FAILURE);
    kit_done(&kit);
}

Test(github_evidence, what_was_cancelled_at_once_is_not_asked_why)
{
    cr_expect_null(ask_evidence("cancelled_run.json", "cancelled_by_a_newer_run.json"));
    cr_expect(batch_run_whole(&kit.batch.runs[0]));
    kit_done(&kit);
}

/* Between two replies of one poll a run can end: the jobs that came before are not as
 * they will stay. */
Test(github_evidence, jobs_of_a_run_that_goes_on_are_asked_for_again)
{
    cr_expect_null(ask_evidence("run_in_progress.json", "job_in_progress.json"));
    cr_expect_not(batch_run_whole(&kit.batch.runs[0]));
    cr_assert(decode(STEP_RUNS, "acme/web", "run.json"));
    struct plan_request *r = plan_take(&kit.plan);

    cr_assert(r);
    cr_expect_eq(r->step, STEP_JOBS);
    kit_done(&kit);
}

/* Nothing says when it was approved. */
Test(github_evidence, a_wait_behind_an_approval_is_no_queue_time)
{
    struct plan_request *r = ask_evidence("run.json", "waited_long.json");

    cr_assert(r);
    cr_expect_str_eq(r->path, "/repos/acme/web/actions/runs/501/approvals");
    cr_expect_not(batch_run_whole(&kit.batch.runs[0]));
    cr_expect_eq(kit.batch.jobs[1].timing.queued_ms, 5401000);
    cr_assert(decode(STEP_REVIEWS, r->detail_text, "approved.json"));
    cr_expect_eq(kit.batch.jobs[1].timing.queued_ms, -1);
    cr_expect_str_eq(kit.batch.jobs[1].timing.queued_basis,
                     "unknown: it waited for an approval too");
    cr_expect_eq(kit.batch.jobs[0].timing.queued_ms, 10000);
    cr_expect_eq(kit.batch.runs[0].timing.queued_ms, 10000);
    cr_expect(batch_run_whole(&kit.batch.runs[0]));
    kit_done(&kit);
}

Test(github_evidence, a_long_wait_that_nobody_approved_is_queue_time)
{
    struct plan_request *r = ask_evidence("run.json", "waited_long.json");

    cr_assert(decode(STEP_REVIEWS, r->detail_text, "rejected.json"));
    cr_expect_eq(kit.batch.jobs[1].timing.queued_ms, 5401000);
    cr_expect(batch_run_whole(&kit.batch.runs[0]));
    r = ask_evidence("run.json", "waited_long.json");
    cr_assert(kit_decode_file(
        &kit, &source_github, &config,
        (struct reply){ .step = STEP_REVIEWS, .status = 404, .detail_text = r->detail_text },
        "github/not_found_404.json"));
    cr_expect(batch_run_whole(&kit.batch.runs[0]),
              "the token may not see it: no reason to ask for ever");
    kit_done(&kit);
}

/* The list shows the last attempt only: with that one the others are asked for again, until
 * each came or is known to be gone. */
Test(github_evidence, a_run_is_not_whole_without_its_earlier_attempts)
{
    for (int gone = 0; gone < 2; gone++) {
        struct plan_request *r;

        runs("rerun_a_day_later.json");
        r = plan_take(&kit.plan);
        cr_assert_str_eq(r->path, "/repos/acme/web/actions/runs/501/attempts/1");
        batch_jobs_whole(&kit.batch, 0);
        cr_expect_not(batch_run_whole(&kit.batch.runs[0]));
        if (gone)
            cr_assert(kit_decode_file(
                &kit, &source_github, &config,
                (struct reply){ .step = STEP_RUN, .status = 404, .detail_text = r->detail_text },
                "github/not_found_404.json"));
        else
            cr_assert(decode(STEP_RUN, r->detail_text, "attempt_1.json"), "%s", kit.err.text);
        cr_expect(batch_run_whole(&kit.batch.runs[0]));
        kit_done(&kit);
    }
}

Test(github_evidence, annotations_are_kept_failures_first)
{
    struct plan_request *r = ask_evidence("run.json", "own_step_failed.json");

    cr_assert(decode(STEP_ANNOTATIONS, r->detail_text, "annotations.json"));
    cr_assert_eq(kit.batch.jobs[0].message_count, 2);
    cr_expect(strncmp(kit.batch.jobs[0].messages[0], "The hosted runner lost comm", 27) == 0);
    cr_expect_str_eq(kit.batch.jobs[0].messages[1], "Node.js 16 actions are deprecated.");
    kit_done(&kit);
}

Test(github_evidence, the_end_of_a_log_comes_line_by_line_and_plain)
{
    struct github_poll p = { &config, &kit.plan, &kit.batch, NULL };
    struct reply reply = { .status = 200, .next = "", .detail_text = "acme/web 501 2 9001" };
    char *body;

    config.logs = true;
    cr_expect_str_eq(ask_evidence("run.json", "own_step_failed.json")->path,
                     "/repos/acme/web/check-runs/9001/annotations?per_page=100");
    struct plan_request *r = plan_take(&kit.plan);

    cr_expect_str_eq(r->path, "/repos/acme/web/actions/jobs/9001/logs");
    cr_expect_eq(r->flags & (PLAN_TEXT | PLAN_ANSWER), PLAN_TEXT | PLAN_ANSWER);
    body = kit_fixture("github/log.txt", &reply.len);
    reply.body = body;
    p.reply = &reply;
    github_log_decode(&p);
    free(body);
    cr_assert_eq(kit.batch.tail_count, 1);
    cr_expect_str_eq(kit.batch.tails[0].job, "9001");
    cr_expect_eq(kit.batch.tails[0].run_attempt, 2);
    cr_expect_str_eq(kit.batch.tails[0].text,
                     "##[group]Run make test\nmake test\n100% done\n"
                     "##[error]Process completed with exit code 2.\xEF\xBF\xBD");
    kit_done(&kit);
}

Test(github_evidence, only_the_end_of_a_long_log_is_kept)
{
    struct reply reply = { .status = 200, .next = "", .detail_text = "acme/web 501 1 9001" };
    struct github_poll p = { &config, &kit.plan, &kit.batch, &reply };
    char *body = malloc(100000);

    for (unsigned i = 0; i < 5000; i++)
        snprintf(body + i * 10, 100000 - (size_t)i * 10, "line %04u\n", i % 10000);
    kit_poll(&kit, NOW);
    reply.body = body;
    reply.len = 50000;
    github_log_decode(&p);
    cr_expect(strncmp(kit.batch.tails[0].text, "line 4800\n", 10) == 0, "%.20s",
              kit.batch.tails[0].text);
    cr_expect_eq(strlen(kit.batch.tails[0].text), 1999);
    memset(body, 'x', 100000);
    reply.len = 100000;
    github_log_decode(&p);
    cr_expect(strlen(kit.batch.tails[1].text) <= 1000, "one line without an end");
    free(body);
    kit_done(&kit);
}

/* ---- evidence that did not come ---- */

static bool refuse_log(const char *text, int status, const char *body)
{
    return kit_decode(
        &kit, &source_github, &config,
        (struct reply){
            .step = STEP_LOG, .status = status, .detail_text = text, .text = true, .body = body });
}

static const char expired[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>"
                              "AuthenticationFailed</Code><Message>Server failed to authenticate "
                              "the request.</Message></Error>";

/* Whether the run is whole when its log was answered so. */
static bool is_whole_with(int status, const char *body)
{
    struct plan_request *r;
    bool whole;

    config.logs = true;
    r = ask_evidence("run.json", "own_step_failed.json");
    cr_assert(decode(STEP_ANNOTATIONS, r->detail_text, "annotations.json"));
    cr_expect_not(batch_run_whole(&kit.batch.runs[0]), "its log is still to come");
    cr_assert(refuse_log(r->detail_text, status, body), "%s", kit.err.text);
    whole = batch_run_whole(&kit.batch.runs[0]);
    kit_done(&kit);
    config.logs = false;
    return whole;
}

/* A link to a log is good for a minute: on a slow machine it may be over. */
Test(github_evidence, a_log_whose_link_was_too_old_is_asked_for_again)
{
    cr_expect_not(is_whole_with(403, expired));
    cr_expect(is_whole_with(403, "{\"message\":\"Must have admin rights to Repository.\"}"));
    cr_expect(is_whole_with(410, "{\"message\":\"Server Error\"}"));
    cr_expect(is_whole_with(404, "{\"message\":\"Not Found\"}"));
}

Test(github_evidence, a_log_that_is_still_being_made_is_asked_for_again)
{
    struct plan_request *r;

    config.logs = true;
    r = ask_evidence("run.json", "own_step_failed.json");
    cr_assert(decode(STEP_ANNOTATIONS, r->detail_text, "annotations.json"));
    kit.plan.now_ms = kit.batch.jobs[0].timing.finished_ms + 60000;
    cr_assert(refuse_log(r->detail_text, 404, "{\"message\":\"Not Found\"}"));
    cr_expect_not(batch_run_whole(&kit.batch.runs[0]));
    kit_done(&kit);
    config.logs = false;
}

/* The last that came is not all that was asked for. */
Test(github_evidence, of_two_jobs_the_evidence_of_both_has_to_come)
{
    static const char two[] =
        "{\"jobs\":[{\"id\":1,\"status\":\"completed\",\"conclusion\":\"failure\",\"name\":\"a\"},"
        "{\"id\":2,\"status\":\"completed\",\"conclusion\":\"failure\",\"name\":\"b\"}]}";
    const char *first, *last;

    runs("run.json");
    while (plan_take(&kit.plan))
        continue;
    cr_assert(kit_decode(
        &kit, &source_github, &config,
        (struct reply){ .step = STEP_JOBS, .detail_text = "acme/web 501 1", .body = two }));
    first = plan_take(&kit.plan)->detail_text;
    last = plan_take(&kit.plan)->detail_text;
    cr_assert(decode(STEP_ANNOTATIONS, last, "annotations.json"));
    cr_expect_not(batch_run_whole(&kit.batch.runs[0]), "the first failed on its way");
    cr_assert(decode(STEP_ANNOTATIONS, first, "annotations.json"));
    cr_expect(batch_run_whole(&kit.batch.runs[0]));
    kit_done(&kit);
}

/* A job that needs others is made when they are done: the run may have gone on between
 * the list of its jobs and its own page. */
Test(github_evidence, jobs_older_than_the_end_of_their_run_are_asked_for_again)
{
    static const char run[] = "{\"id\":501,\"run_attempt\":1,\"status\":\"completed\","
                              "\"conclusion\":\"success\",\"updated_at\":\"2026-11-24T08:05:40Z\"}";
    static const int64_t updated = 1795507540000;
    struct plan_request *r;

    for (int later = 0; later < 2; later++) {
        kit_poll(&kit, NOW);
        cr_assert(kit_decode_file(&kit, &source_github, &config,
                                  (struct reply){ .step = STEP_JOBS,
                                                  .detail_text = "acme/web 501 1",
                                                  .date_ms = later ? updated + 1000 : updated },
                                  "github/job.json"));
        r = plan_take(&kit.plan);
        cr_assert_eq(r->step, STEP_RUN);
        cr_assert(kit_decode(
            &kit, &source_github, &config,
            (struct reply){ .step = STEP_RUN, .detail_text = r->detail_text, .body = run }));
        r = plan_take(&kit.plan);
        cr_expect_eq(batch_run_whole(&kit.batch.runs[0]), later);
        cr_expect_eq(r && r->step == STEP_JOBS, !later);
    }
    kit_done(&kit);
}

/* ---- runners ---- */

Test(github_evidence, runners_make_up_pools)
{
    static const struct {
        const char *name;
        int online, busy, offline;
    } pools[] = { { "gpu", 2, 1, 1 }, { "arm,big", 0, 0, 1 }, { "linux,x64", 1, 0, 0 } };

    kit_poll(&kit, NOW);
    cr_assert(decode(STEP_RUNNERS, "acme/web", "runners.json"), "%s", kit.err.text);
    cr_expect_eq(kit.batch.runner_count, 5);
    cr_assert_eq(kit.batch.pool_count, 3);
    cr_expect(kit.batch.pools_whole);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_str_eq(kit.batch.pools[i].name, pools[i].name);
        cr_expect_eq(kit.batch.pools[i].online, pools[i].online);
        cr_expect_eq(kit.batch.pools[i].busy, pools[i].busy);
        cr_expect_eq(kit.batch.pools[i].offline, pools[i].offline);
    }
    kit_done(&kit);
}

Test(github_evidence, the_version_of_a_server_is_told)
{
    kit_poll(&kit, NOW);
    cr_assert(decode(STEP_META, "", "meta_of_ghes.json"));
    cr_expect_str_eq(kit.batch.version, "3.19.1");
    kit_done(&kit);
}
