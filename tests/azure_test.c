/* azure: what builds and timelines mean, one reply a trap. */
#include "config.h"

#include <string.h>

#include "source/azure.h"
#include "source_kit.h"

static const int64_t T = 1795507200000; /* 2026-11-24T08:00:00Z, when the phase began */
static const int64_t NOW = 1795510800000;
static struct azure config = { .api_version = "7.1", .pools = true };
static struct kit kit;

static bool decode(struct reply reply, const char *file)
{
    char name[200];

    snprintf(name, sizeof(name), "azure/%s", file);
    reply.detail = reply.detail ? reply.detail : 900;
    return kit_decode_file(&kit, &source_azure, &config, reply, name);
}

/* flags, from, gate, queue, pool, number, attempt, project, run, pool, timeline */
static const char of_build[] =
    "0\t1795507180000\t-1\t18\t3\t0\t0\tBilling\tBilling/invoices\tLinux\t";
static const char of_done[] =
    "4\t1795507180000\t-1\t18\t3\t0\t0\tBilling\tBilling/invoices\tLinux\t";
static const char of_list[] = "0\t0\t0\t0\t0\t0\t0\tBilling\t\t\t";

static const struct job *jobs_of(const char *file, const char *about)
{
    kit_poll(&kit, NOW);
    cr_assert(decode((struct reply){ .step = AZURE_TIMELINE, .detail_text = about }, file),
              "%s: %s", file, kit.err.text);
    cr_assert(kit.batch.job_count > 0, "%s", file);
    return kit.batch.jobs;
}

static const struct job *jobs(const char *file)
{
    return jobs_of(file, of_build);
}

static const struct run *builds(const char *file)
{
    kit_poll(&kit, NOW);
    cr_assert(decode((struct reply){ .step = AZURE_NEWEST, .detail_text = of_list }, file),
              "%s: %s", file, kit.err.text);
    cr_assert(kit.batch.run_count > 0, "%s", file);
    return kit.batch.runs;
}

/* ---- jobs ---- */

static const char by_phase[] = "startTime - phase's startTime (approximate)";
static const char cut_off[] = "finishTime - phase's startTime (never started)";

static const struct {
    const char *file;
    enum dx_phase phase;
    enum dx_result result;
    bool started, skewed;
    int64_t created_s, queued_s, duration_s; /* created: after T. -1: unknown, not yet */
    const char *queued_basis;
} times[] = {
    { "job.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 0, 30, 300, by_phase },
    { "no_queue_id.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 0, 30, 300, by_phase },
    { "job_that_waits_for_an_agent.json", DX_PHASE_QUEUED, DX_RESULT_NONE, false, false, 0, -1, -1,
      "" },
    { "job_whose_phase_waits.json", DX_PHASE_GATE, DX_RESULT_NONE, false, false, -1, -1, -1, "" },
    { "waits_for_an_approval.json", DX_PHASE_GATE, DX_RESULT_NONE, false, false, -1, -1, -1, "" },
    { "year_1_is_no_time.json", DX_PHASE_QUEUED, DX_RESULT_NONE, false, false, 0, -1, -1, "" },
    { "running_job.json", DX_PHASE_RUNNING, DX_RESULT_NONE, true, false, 0, 30, -1, by_phase },
    { "approved_after_ten_minutes.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 600, 30,
      300, by_phase },
    { "succeeded_with_issues.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 0, 30, 300,
      by_phase },
    { "abandoned.json", DX_PHASE_DONE, DX_RESULT_FAILURE, true, false, 0, 30, 300, by_phase },
    { "words_in_upper_case.json", DX_PHASE_DONE, DX_RESULT_FAILURE, true, false, 0, 30, 300,
      by_phase },
    { "skipped_job.json", DX_PHASE_DONE, DX_RESULT_SKIPPED, false, false, -1, -1, -1, "" },
    { "canceled_by_a_person.json", DX_PHASE_DONE, DX_RESULT_CANCELLED, true, false, 0, 30, 300,
      by_phase },
    { "canceled_by_its_timeout.json", DX_PHASE_DONE, DX_RESULT_FAILURE, true, false, 0, 30, 300,
      by_phase },
    { "no_agent_took_it.json", DX_PHASE_DONE, DX_RESULT_FAILURE, false, false, 0, 330, -1,
      cut_off },
    { "no_agent_took_it_and_nobody_says_why.json", DX_PHASE_DONE, DX_RESULT_FAILURE, false, false,
      0, 330, -1, cut_off },
    { "canceled_before_an_agent_took_it.json", DX_PHASE_DONE, DX_RESULT_CANCELLED, false, false, 0,
      330, -1, cut_off },
    { "job_of_the_server_has_no_agent.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 0, 30,
      300, by_phase },
    { "time_without_zone.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 0, 30, 299,
      by_phase },
    { "started_before_its_phase.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, true, 0, 0, 331,
      by_phase },
    { "finished_before_it_started.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, true, 0, 30, 0,
      by_phase },
    { "phase_without_a_start.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, -1, -1, 300,
      "" },
    { "words_that_nobody_knows.json", DX_PHASE_DONE, DX_RESULT_UNKNOWN, true, false, 0, 30, 300,
      by_phase },
};

static int64_t s(int64_t ms)
{
    return ms < 0 ? -1 : ms / 1000;
}

Test(azure, a_job_waits_and_runs_as_long_as_its_fields_can_say)
{
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        const struct job *job = jobs(times[i].file);
        const struct timing *t = &job->timing;

        cr_expect_eq(job->outcome.phase, times[i].phase, "%s", times[i].file);
        cr_expect_eq(job->outcome.result, times[i].result, "%s", times[i].file);
        cr_expect_eq(job->started, times[i].started, "%s", times[i].file);
        cr_expect_eq(t->skewed, times[i].skewed, "%s", times[i].file);
        cr_expect_eq(s(t->created_ms - T), times[i].created_s, "%s %ld", times[i].file,
                     (long)(t->created_ms - T));
        cr_expect_eq(s(t->queued_ms), times[i].queued_s, "%s %ld", times[i].file,
                     (long)t->queued_ms);
        cr_expect_eq(s(t->duration_ms), times[i].duration_s, "%s %ld", times[i].file,
                     (long)t->duration_ms);
        cr_expect_str_eq(t->queued_basis, times[i].queued_basis, "%s", times[i].file);
        cr_expect(kit.batch.runs[0].jobs_whole, "%s", times[i].file);
    }
    kit_done(&kit);
}

Test(azure, the_documented_timeline_has_one_job_without_a_phase)
{
    const struct job *job = jobs_of("documented_timeline.json",
                                    "4\t1741099298650\t-1\t2\t0\t0\t0\tShop\tShop\tlinux\t");

    cr_assert_eq(kit.batch.job_count, 1);
    cr_expect_str_eq(job->name, "Build");
    cr_expect_str_eq(job->runner, "agent-7");
    cr_expect_str_eq(job->pool, "linux");
    cr_expect_eq(job->timing.queued_ms, 27707);
    cr_expect_str_eq(job->timing.queued_basis, "startTime - build's queueTime (approximate)");
    cr_expect_eq(job->timing.duration_ms, 94376);
    cr_assert_eq(job->step_count, 3);
    cr_expect_str_eq(job->steps[0].name, "Get sources");
    cr_expect_eq(job->message_count, 0, "a warning is no error");
    kit_done(&kit);
}

Test(azure, the_documented_build_is_a_run)
{
    const struct run *run;

    kit_poll(&kit, NOW);
    kit.plan.history_ms = NOW;
    cr_assert(
        decode((struct reply){ .step = AZURE_NEWEST, .detail_text = "0\t0\t0\t0\t0\t0\t0\tShop\t" },
               "documented_builds.json"),
        "%s", kit.err.text);
    cr_assert_eq(kit.batch.run_count, 1);
    run = kit.batch.runs;
    cr_expect_str_eq(run->project, "Shop", "old servers do not name the repository");
    cr_expect_str_eq(run->pipeline, "nightly");
    cr_expect_str_eq(run->id, "4711");
    cr_expect_str_eq(run->number, "20250304.2");
    cr_expect_str_eq(run->branch, "master");
    cr_expect_str_eq(run->actor, "M. Ito");
    cr_expect(run->protected_branch);
    cr_expect_eq(run->timing.queued_ms, 4127);
    cr_expect_eq(run->timing.duration_ms, 119007);
    cr_expect_eq(run->outcome.result, DX_RESULT_SUCCESS);
    kit_done(&kit);
}

static const struct {
    const char *file;
    enum dx_cause cause;
    const char *evidence;
} causes[] = {
    { "job.json", DX_CAUSE_NONE, "" },
    { "failed_task.json", DX_CAUSE_NONE, "" },
    { "abandoned.json", DX_CAUSE_PLATFORM,
      "runner: abandoned, its agent was lost: We stopped hearing from agent linux-3. Verify the "
      "agent "
      "machine is running and has a healthy network connection." },
    { "no_agent_took_it.json", DX_CAUSE_PLATFORM,
      "capacity: no agent took it: No agent found in pool Linux which satisfies the specified "
      "demands: gpu" },
    { "no_agent_took_it_and_nobody_says_why.json", DX_CAUSE_PLATFORM,
      "capacity: no agent took it" },
    { "canceled_by_a_person.json", DX_CAUSE_NONE, "" },
    { "canceled_before_an_agent_took_it.json", DX_CAUSE_NONE, "" },
    { "canceled_by_its_timeout.json", DX_CAUSE_NONE,
      "The job running on agent linux-3 ran longer than the maximum time of 60 minutes. For more "
      "information, see https://go.microsoft.com/fwlink/?linkid=2077134" },
};

Test(azure, what_failed_it_is_told_where_the_server_is_sure)
{
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        const struct job *job = jobs(causes[i].file);

        cr_expect_eq(job->outcome.cause, causes[i].cause, "%s", causes[i].file);
        cr_expect_str_eq(job->outcome.evidence, causes[i].evidence, "%s", causes[i].file);
    }
    kit_done(&kit);
}

Test(azure, errors_of_a_job_and_its_tasks_are_its_messages)
{
    const struct job *job = jobs("failed_task.json");

    cr_assert_eq(job->message_count, 1);
    cr_expect_str_eq(job->messages[0], "Bash exited with code '1'.");
    cr_expect_eq(job->step_count, 3);
    cr_expect_eq(job->steps[1].result, DX_RESULT_FAILURE);
    job = jobs("issue_type_in_upper_case.json");
    cr_assert_eq(job->message_count, 1);
    cr_expect_str_eq(job->messages[0], "It broke");
    kit_done(&kit);
}

Test(azure, a_success_with_issues_is_a_success)
{
    cr_expect(jobs("succeeded_with_issues.json")->outcome.with_issues);
    cr_expect_not(jobs("job.json")->outcome.with_issues);
    cr_expect(builds("partially_succeeded.json")->outcome.with_issues);
    cr_expect_eq(kit.batch.runs->outcome.result, DX_RESULT_SUCCESS);
    cr_expect(builds("build_words_in_upper_case.json")->outcome.with_issues);
    kit_done(&kit);
}

Test(azure, words_that_nobody_knows_are_counted)
{
    (void)jobs("words_that_nobody_knows.json");
    cr_expect_eq(kit.batch.unknown, 3);
    (void)jobs("words_in_upper_case.json");
    cr_expect_eq(kit.batch.unknown, 0);
    kit_done(&kit);
}

Test(azure, what_was_left_pending_in_a_completed_build_never_runs)
{
    const struct job *job = jobs_of("still_pending_in_a_completed_build.json", of_done);

    cr_expect_eq(job->outcome.phase, DX_PHASE_DONE);
    cr_expect_eq(job->outcome.result, DX_RESULT_SKIPPED);
    cr_expect_str_eq(job->why, "");
    kit_done(&kit);
}

Test(azure, a_job_that_waits_says_for_what)
{
    cr_expect_str_eq(jobs("waits_for_an_approval.json")->why, "waits for an approval or a check");
    cr_expect_str_eq(jobs("job_whose_phase_waits.json")->why, "waits for the jobs before it");
    cr_expect_str_eq(jobs("job_that_waits_for_an_agent.json")->why, "");
    kit_done(&kit);
}

/* ---- pools ---- */

Test(azure, a_pool_is_the_builds_queue_or_the_one_that_the_project_names)
{
    cr_expect_str_eq(jobs("job.json")->pool, "Linux");
    cr_expect_str_eq(jobs("no_queue_id.json")->pool, "Linux");
    cr_expect_str_eq(jobs("queue_that_nobody_knows.json")->pool, "");
    kit_poll(&kit, NOW);
    cr_assert(
        decode((struct reply){ .step = AZURE_QUEUES, .detail_text = of_list }, "queues.json"));
    kit_commit(&kit);
    cr_expect_str_eq(jobs("queue_of_another_pool.json")->pool, "GPU");
    cr_expect_str_eq(jobs("queue_that_nobody_knows.json")->pool, "");
    kit_done(&kit);
}

/* ---- hostile and odd ---- */

Test(azure, text_is_cleaned_and_cut)
{
    const struct job *job = jobs("hostile_text.json");

    cr_expect_str_eq(job->name, "test\xEF\xBF\xBD[31m red\xEF\xBF\xBD");
    cr_expect_str_eq(job->runner, "l\xEF\xBF\xBDinux");
    cr_assert_eq(job->message_count, 2);
    cr_expect_leq(strlen(job->messages[0]), 2000);
    cr_expect_gt(strlen(job->messages[0]), 1900);
    cr_expect_str_eq(builds("hostile_build.json")->url, "");
    cr_expect_str_eq(kit.batch.runs->number, "1\xEF\xBF\xBD[2J");
    cr_expect_str_eq(kit.batch.runs->branch, "main");
    cr_expect_str_eq(kit.batch.runs->actor, "");
    kit_done(&kit);
}

Test(azure, odd_records_are_no_jobs_and_loops_have_an_end)
{
    const struct job *job = jobs("odd_records.json");

    cr_assert_eq(kit.batch.job_count, 2);
    job = strcmp(job->name, "loop") == 0 ? job : job + 1;
    cr_expect_str_eq(job->name, "loop");
    cr_expect_eq(job->attempt, 1);
    cr_expect_str_eq(job->stage, "");
    (void)builds("odd_builds.json");
    cr_expect_eq(kit.batch.run_count, 1);
    cr_expect_str_eq(kit.batch.runs->id, "902");
    cr_expect_eq(kit.batch.runs->outcome.phase, DX_PHASE_UNKNOWN);
    kit_done(&kit);
}

/* ---- builds ---- */

static const struct {
    const char *file;
    enum dx_phase phase;
    enum dx_result result;
    bool protect, skewed;
    int64_t queued_s, duration_s;
    const char *basis, *branch, *title;
} runs[] = {
    { "build.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 20, 600, "startTime - queueTime",
      "main", "Fix the invoice" },
    { "not_started_has_no_start_time.json", DX_PHASE_QUEUED, DX_RESULT_NONE, true, false, -1, -1,
      "", "main", "Fix the invoice" },
    { "postponed.json", DX_PHASE_GATE, DX_RESULT_NONE, true, false, -1, -1, "", "main",
      "Fix the invoice" },
    { "cancelling.json", DX_PHASE_RUNNING, DX_RESULT_NONE, true, false, 20, -1,
      "startTime - queueTime", "main", "Fix the invoice" },
    { "status_none.json", DX_PHASE_UNKNOWN, DX_RESULT_NONE, true, false, 20, -1,
      "startTime - queueTime", "main", "Fix the invoice" },
    { "failed.json", DX_PHASE_DONE, DX_RESULT_FAILURE, true, false, 20, 600,
      "startTime - queueTime", "main", "Fix the invoice" },
    { "canceled_in_the_queue.json", DX_PHASE_DONE, DX_RESULT_CANCELLED, true, false, 300, -1,
      "finishTime - queueTime (never started)", "main", "Fix the invoice" },
    { "run_again_has_an_old_finish_time.json", DX_PHASE_RUNNING, DX_RESULT_NONE, true, false, 20,
      -1, "startTime - queueTime", "main", "Fix the invoice" },
    { "pull_request.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, false, false, 20, 600,
      "startTime - queueTime", "fix/totals", "Round totals" },
    { "tag.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, false, false, 20, 600, "startTime - queueTime",
      "refs/tags/main", "Fix the invoice" },
    { "started_before_it_was_queued.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, true, 0, 620,
      "startTime - queueTime", "main", "Fix the invoice" },
    { "build_words_that_nobody_knows.json", DX_PHASE_DONE, DX_RESULT_UNKNOWN, true, false, 20, 600,
      "startTime - queueTime", "main", "Fix the invoice" },
};

static const struct run *run_900(const char *file)
{
    const struct run *run = builds(file);

    for (size_t i = 0; i < kit.batch.run_count; i++)
        if (strcmp(run[i].id, "900") == 0)
            return &run[i];
    cr_assert_fail("%s", file);
    return run;
}

Test(azure, a_build_is_a_run_with_the_times_it_has)
{
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        const struct run *run = run_900(runs[i].file);

        cr_expect_str_eq(run->project, "Billing/invoices", "%s", runs[i].file);
        cr_expect_eq(run->outcome.phase, runs[i].phase, "%s", runs[i].file);
        cr_expect_eq(run->outcome.result, runs[i].result, "%s", runs[i].file);
        cr_expect_eq(run->protected_branch, runs[i].protect, "%s", runs[i].file);
        cr_expect_eq(run->timing.skewed, runs[i].skewed, "%s", runs[i].file);
        cr_expect_eq(s(run->timing.queued_ms), runs[i].queued_s, "%s", runs[i].file);
        cr_expect_eq(s(run->timing.duration_ms), runs[i].duration_s, "%s", runs[i].file);
        cr_expect_str_eq(run->timing.queued_basis, runs[i].basis, "%s", runs[i].file);
        cr_expect_str_eq(run->branch, runs[i].branch, "%s", runs[i].file);
        cr_expect_str_eq(run->title, runs[i].title, "%s", runs[i].file);
        cr_expect_eq(run->attempt, 1, "%s", runs[i].file);
    }
    kit_done(&kit);
}

Test(azure, a_pipeline_that_cannot_be_read_fails_by_its_configuration)
{
    const struct run *run = run_900("yaml_error.json");

    cr_expect_eq(run->outcome.cause, DX_CAUSE_CONFIG);
    cr_expect_str_eq(run->outcome.evidence,
                     "/azure-pipelines.yml (Line: 3, Col: 1): Unexpected value 'stepz'");
    kit_done(&kit);
}

Test(azure, a_repository_of_github_keeps_its_owner)
{
    cr_expect_str_eq(builds("repository_of_github.json")->project, "Billing/acme/web");
    kit_done(&kit);
}

Test(azure, protected_branches_are_patterns)
{
    static const char *release[] = { "release/*", "refs/heads/ma?n" };

    config.protect = (struct dx_items){ release, 2 };
    cr_expect(builds("build.json")->protected_branch);
    config.protect.count = 1;
    cr_expect_not(builds("build.json")->protected_branch);
    kit_done(&kit);
}

/* ---- both together ---- */

/* The build and its timeline in one poll, as they come. */
static const struct run *whole(const char *list, const char *timeline)
{
    struct plan_request *r;

    (void)builds(list);
    r = plan_take(&kit.plan);
    cr_assert(r && r->step == AZURE_TIMELINE);
    cr_assert(
        decode(
            (struct reply){ .step = r->step, .detail = r->detail, .detail_text = r->detail_text },
            timeline),
        "%s", kit.err.text);
    return kit.batch.runs;
}

Test(azure, approvals_are_a_wait_of_the_run_for_its_gate)
{
    cr_expect_eq(whole("build.json", "approved_after_ten_minutes.json")->gate_ms, 600000);
    cr_expect_eq(whole("build.json", "job.json")->gate_ms, 0);
    cr_expect_eq(whole("cancelling.json", "waits_for_an_approval.json")->gate_ms, NOW - T - 123);
    cr_expect_eq(kit.batch.runs->outcome.phase, DX_PHASE_GATE, "no job has anything to do");
    cr_expect_eq(whole("cancelling.json", "running_job.json")->outcome.phase, DX_PHASE_RUNNING);
    kit_done(&kit);
}

Test(azure, a_stage_that_failed_without_a_job_says_why)
{
    cr_expect_str_eq(whole("failed.json", "stage_failed_without_jobs.json")->outcome.evidence,
                     "There was a resource authorization issue: the pipeline is not permitted to "
                     "use pool Linux");
    kit_done(&kit);
}

Test(azure, a_job_is_found_on_the_builds_page)
{
    (void)whole("build.json", "job.json");
    cr_expect_str_eq(kit.batch.jobs->url,
                     "https://dev.azure.com/acme/p/_build/results?buildId=900&view=logs&"
                     "j=12f1170f-54f2-53f3-20dd-22fc7dff55f9");
    cr_expect_str_eq(kit.batch.jobs->stage, "Build");
    kit_done(&kit);
}
