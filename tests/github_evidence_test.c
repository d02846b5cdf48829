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
    cr_expect_not(kit.batch.runs[0].jobs_whole, "not before its annotations came");
    cr_assert(decode(STEP_ANNOTATIONS, r->detail_text, "annotation_of_a_timeout.json"));
    cr_expect_eq(kit.batch.jobs[0].outcome.result, DX_RESULT_FAILURE);
    cr_expect_str_eq(kit.batch.jobs[0].outcome.evidence,
                     "The job has exceeded the maximum execution time of 6h0m0s");
    cr_expect_str_eq(kit.batch.jobs[0].outcome.raw_result, "cancelled");
    cr_expect_eq(kit.batch.runs[0].outcome.result, DX_RESULT_FAILURE);
    cr_expect(kit.batch.runs[0].jobs_whole);
    r = ask_evidence("cancelled_run.json", "cancelled_by_its_timeout.json");
    cr_assert(decode(STEP_ANNOTATIONS, r->detail_text, "annotation_of_a_cancel.json"));
    cr_expect_eq(kit.batch.jobs[0].outcome.result, DX_RESULT_CANCELLED);
    kit_done(&kit);
}

Test(github_evidence, what_was_cancelled_at_once_is_not_asked_why)
{
    cr_expect_null(ask_evidence("cancelled_run.json", "cancelled_by_a_newer_run.json"));
    cr_expect(kit.batch.runs[0].jobs_whole);
    kit_done(&kit);
}

/* Between two replies of one poll a run can end: the jobs that came before are not as
 * they will stay. */
Test(github_evidence, jobs_of_a_run_that_goes_on_are_asked_for_again)
{
    cr_expect_null(ask_evidence("run_in_progress.json", "job_in_progress.json"));
    cr_expect_not(kit.batch.runs[0].jobs_whole);
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
    cr_expect_not(kit.batch.runs[0].jobs_whole);
    cr_expect_eq(kit.batch.jobs[1].timing.queued_ms, 5401000);
    cr_assert(decode(STEP_REVIEWS, r->detail_text, "approved.json"));
    cr_expect_eq(kit.batch.jobs[1].timing.queued_ms, -1);
    cr_expect_str_eq(kit.batch.jobs[1].timing.queued_basis,
                     "unknown: it waited for an approval too");
    cr_expect_eq(kit.batch.jobs[0].timing.queued_ms, 10000);
    cr_expect_eq(kit.batch.runs[0].timing.queued_ms, 10000);
    cr_expect(kit.batch.runs[0].jobs_whole);
    kit_done(&kit);
}

Test(github_evidence, a_long_wait_that_nobody_approved_is_queue_time)
{
    struct plan_request *r = ask_evidence("run.json", "waited_long.json");

    cr_assert(decode(STEP_REVIEWS, r->detail_text, "rejected.json"));
    cr_expect_eq(kit.batch.jobs[1].timing.queued_ms, 5401000);
    cr_expect(kit.batch.runs[0].jobs_whole);
    r = ask_evidence("run.json", "waited_long.json");
    cr_assert(kit_decode_file(
        &kit, &source_github, &config,
        (struct reply){ .step = STEP_REVIEWS, .status = 404, .detail_text = r->detail_text },
        "github/not_found_404.json"));
    cr_expect(kit.batch.runs[0].jobs_whole, "the token may not see it: no reason to ask for ever");
    kit_done(&kit);
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
    struct reply reply = { .status = 200, .next = "", .detail_text = "acme/web 501 2 9001 last" };
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
