/* github: what replies mean, one recorded or made reply a trap. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "source/github.h"
#include "source_kit.h"

static const int64_t T = 1795507200000; /* 2026-11-24T08:00:00Z, when the jobs were made */
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

static const struct job *jobs(const char *file)
{
    kit_poll(&kit, NOW);
    cr_assert(decode(STEP_JOBS, "acme/web 501 1", file), "%s: %s", file, kit.err.text);
    cr_assert(kit.batch.job_count > 0, "%s", file);
    return kit.batch.jobs;
}

static const struct run *runs(const char *file)
{
    kit_poll(&kit, NOW);
    cr_assert(decode(STEP_RUNS, "acme/web", file), "%s: %s", file, kit.err.text);
    cr_assert(kit.batch.run_count > 0, "%s", file);
    return kit.batch.runs;
}

/* ---- jobs ---- */

static const struct {
    const char *file;
    enum dx_phase phase;
    enum dx_result result;
    bool started, skewed;
    int64_t started_s, queued_s, duration_s; /* after T; -1: unknown, not yet */
    const char *queued_basis;
} times[] = {
    { "job.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 30, 32, 300,
      "first step's started_at - created_at" },
    { "queued_job_has_started_at.json", DX_PHASE_QUEUED, DX_RESULT_NONE, false, false, -1, -1, -1,
      "" },
    { "queued_job_has_runner_id.json", DX_PHASE_QUEUED, DX_RESULT_NONE, false, false, -1, -1, -1,
      "" },
    { "waiting_job.json", DX_PHASE_GATE, DX_RESULT_NONE, false, false, -1, -1, -1, "" },
    { "started_at_is_that_of_queueing.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 32, 32,
      298, "first step's started_at - created_at" },
    { "started_at_is_created_at_without_steps.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false,
      -1, -1, -1, "" },
    { "no_steps_but_started_at.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 30, 30, 300,
      "started_at - created_at" },
    { "running_without_steps.json", DX_PHASE_RUNNING, DX_RESULT_NONE, true, false, -1, -1, -1, "" },
    { "first_step_before_created_at.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, true, -1, 0, 331,
      "first step's started_at - created_at" },
    { "completed_at_before_started_at.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, true, 331, 32,
      0, "first step's started_at - created_at" },
    { "created_at_null.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 30, -1, 300, "" },
    { "step_times_with_offset_and_ms.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 30, 32,
      300, "first step's started_at - created_at" },
    { "words_in_upper_case.json", DX_PHASE_DONE, DX_RESULT_FAILURE, true, false, 30, 32, 300,
      "first step's started_at - created_at" },
    { "result_in_status.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, true, false, 30, 32, 300,
      "first step's started_at - created_at" },
    { "conclusion_before_status.json", DX_PHASE_DONE, DX_RESULT_CANCELLED, true, false, 30, 32, 300,
      "first step's started_at - created_at" },
    { "runner_id_0_without_steps_failed.json", DX_PHASE_DONE, DX_RESULT_FAILURE, false, false, -1,
      6000, -1, "completed_at - created_at (never started)" },
    { "runner_id_null_without_steps_failed.json", DX_PHASE_DONE, DX_RESULT_FAILURE, false, false,
      -1, 6000, -1, "completed_at - created_at (never started)" },
    { "skipped_job.json", DX_PHASE_DONE, DX_RESULT_SKIPPED, false, false, -1, -1, -1, "" },
};

static int64_t s(int64_t ms)
{
    return ms < 0 ? -1 : ms / 1000;
}

Test(github, a_job_waits_and_runs_as_long_as_its_fields_can_say)
{
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        const struct job *job = jobs(times[i].file);
        const struct timing *t = &job->timing;

        cr_expect_eq(job->outcome.phase, times[i].phase, "%s", times[i].file);
        cr_expect_eq(job->outcome.result, times[i].result, "%s", times[i].file);
        cr_expect_eq(job->started, times[i].started, "%s", times[i].file);
        cr_expect_eq(t->skewed, times[i].skewed, "%s", times[i].file);
        cr_expect_eq(t->started_ms > T ? s(t->started_ms - T) : -1, times[i].started_s, "%s %ld",
                     times[i].file, (long)(t->started_ms - T));
        cr_expect_eq(s(t->queued_ms), times[i].queued_s, "%s %ld", times[i].file,
                     (long)t->queued_ms);
        cr_expect_eq(s(t->duration_ms), times[i].duration_s, "%s %ld", times[i].file,
                     (long)t->duration_ms);
        cr_expect_str_eq(t->queued_basis, times[i].queued_basis, "%s", times[i].file);
    }
    kit_done(&kit);
}

Test(github, milliseconds_and_offsets_of_steps_are_read)
{
    cr_expect_eq(jobs("step_times_with_offset_and_ms.json")->timing.queued_ms, 32500);
    cr_expect_eq(kit.batch.jobs[0].steps[0].started_ms, T + 32500);
    kit_done(&kit);
}

Test(github, a_duration_leaves_out_the_queue_where_started_at_is_that_of_queueing)
{
    cr_expect_str_eq(jobs("started_at_is_that_of_queueing.json")->timing.duration_basis,
                     "completed_at - first step's started_at");
    cr_expect_str_eq(jobs("job.json")->timing.duration_basis, "completed_at - started_at");
    kit_done(&kit);
}

static const struct {
    const char *file;
    enum dx_cause cause;
    const char *evidence;
} causes[] = {
    { "job.json", DX_CAUSE_NONE, "" },
    { "own_step_failed.json", DX_CAUSE_NONE, "" },
    { "set_up_job_failed.json", DX_CAUSE_PLATFORM, "runner: step \"Set up job\" failed" },
    { "set_up_runner_failed.json", DX_CAUSE_PLATFORM, "runner: step \"Set up runner\" failed" },
    { "initialize_containers_failed.json", DX_CAUSE_PLATFORM,
      "registry: step \"Initialize containers\" failed" },
    { "runner_id_0_without_steps_failed.json", DX_CAUSE_PLATFORM,
      "capacity: no runner took it: no step, no runner" },
    { "runner_id_null_without_steps_failed.json", DX_CAUSE_PLATFORM,
      "capacity: no runner took it: no step, no runner" },
    { "cancelled_by_its_timeout.json", DX_CAUSE_NONE, "" },
};

Test(github, a_cause_is_told_where_the_structure_tells_it)
{
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        const struct outcome *out = &jobs(causes[i].file)->outcome;

        cr_expect_eq(out->cause, causes[i].cause, "%s", causes[i].file);
        cr_expect_str_eq(out->evidence, causes[i].evidence, "%s", causes[i].file);
    }
    kit_done(&kit);
}

Test(github, a_job_carries_what_people_look_for)
{
    const struct job *job = jobs("job.json");

    cr_expect_str_eq(job->name, "test (jdk21)");
    cr_expect_str_eq(job->id, "9001");
    cr_expect_str_eq(job->runner, "GitHub Actions 7");
    cr_expect_str_eq(job->pool, "ubuntu-latest");
    cr_expect_str_eq(job->url, "https://github.com/acme/web/actions/runs/501/job/9001");
    cr_expect_str_eq(job->outcome.raw_status, "completed");
    cr_expect_str_eq(job->outcome.raw_result, "success");
    cr_assert_eq(job->step_count, 2);
    cr_expect_str_eq(job->steps[1].name, "Run make test");
    cr_expect_eq(job->steps[1].result, DX_RESULT_SUCCESS);
    cr_expect_eq(job->steps[1].finished_ms, T + 328000);
    cr_expect(kit.batch.runs[0].bare && kit.batch.runs[0].jobs_whole);
    kit_done(&kit);
}

Test(github, a_pool_is_named_by_its_labels)
{
    static const char *const pools[] = {
        "gpu,linux", "self-hosted", "my runner group", "ubuntu-latest", "", "a,gpu"
    };

    jobs("labels.json");
    cr_assert_eq(kit.batch.job_count, 6);
    for (size_t i = 0; i < 6; i++)
        cr_expect_str_eq(kit.batch.jobs[i].pool, pools[i]);
    cr_expect_str_eq(jobs("words_in_upper_case.json")->pool, "gpu");
    kit_done(&kit);
}

Test(github, words_that_nobody_knows_are_counted_and_lose_nothing)
{
    jobs("unknown_words.json");
    cr_expect_eq(kit.batch.job_count, 2);
    cr_expect_eq(kit.batch.jobs[0].outcome.phase, DX_PHASE_DONE);
    cr_expect_eq(kit.batch.jobs[0].outcome.result, DX_RESULT_UNKNOWN);
    cr_expect_str_eq(kit.batch.jobs[0].outcome.raw_result, "exploded");
    cr_expect_eq(kit.batch.jobs[1].outcome.phase, DX_PHASE_UNKNOWN);
    cr_expect_eq(kit.batch.unknown, 2);
    kit_done(&kit);
}

Test(github, entries_that_are_no_jobs_or_runs_are_counted_and_left_out)
{
    jobs("odd_entries.json");
    cr_expect_eq(kit.batch.job_count, 1);
    cr_expect_eq(kit.batch.unknown, 4);
    runs("odd_run_entries.json");
    cr_expect_eq(kit.batch.run_count, 1);
    cr_expect_eq(kit.batch.unknown, 4);
    kit_done(&kit);
}

/* Each attempt is a run; what the second took over from the first is its, and is
 * counted there only: known by run_started_at, or by its times. */
Test(github, a_rerun_does_not_count_the_jobs_that_it_inherits)
{
    for (int with_run = 0; with_run < 2; with_run++) {
        kit_poll(&kit, NOW);
        if (with_run)
            cr_assert(decode(STEP_RUNS, "acme/web", "rerun_a_day_later.json"));
        cr_assert(decode(STEP_JOBS, "acme/web 501 2", "rerun_inherits_jobs.json"));
        cr_assert_eq(kit.batch.job_count, 3, "%d", with_run);
        cr_expect_str_eq(kit.batch.jobs[2].id, "4");
        cr_expect_eq(kit.batch.jobs[2].attempt, 2);
        cr_expect_eq(kit.batch.runs[kit.batch.jobs[2].run].attempt, 2);
        cr_expect_eq(kit.batch.runs[kit.batch.jobs[0].run].attempt, 1);
        cr_expect_eq(kit.batch.jobs[2].timing.queued_ms, 21000);
    }
    kit_done(&kit);
}

static void decode_jobs(json_t *all, size_t from, const char *next)
{
    json_t *page =
        json_pack("{s:[O, O]}", "jobs", json_array_get(all, from), json_array_get(all, from + 1));
    char *body = json_dumps(page, 0);

    cr_assert(kit_decode(
        &kit, &source_github, &config,
        (struct reply){
            .step = STEP_JOBS, .detail_text = "acme/web 501 2", .next = next, .body = body }));
    free(body);
    json_decref(page);
}

/* Of a large matrix they are on another page, behind it or before it. */
Test(github, jobs_that_a_rerun_inherits_are_known_over_pages)
{
    size_t len;
    char *body = kit_fixture("github/rerun_inherits_jobs.json", &len);
    json_t *all = json_loads(body, 0, NULL), *list = json_object_get(all, "jobs"), *item;
    size_t i;

    json_array_foreach (list, i, item)
        cr_assert_eq(json_object_set_new(item, "conclusion", json_string("failure")), 0);
    for (size_t first = 0; first <= 2; first += 2) {
        kit_poll(&kit, NOW);
        decode_jobs(list, first, "/repos/acme/web/actions/runs/501/jobs?page=2");
        decode_jobs(list, 2 - first, "");
        cr_assert_eq(kit.batch.job_count, 3, "%zu", kit.batch.job_count);
        for (i = 0; i < 3; i++)
            cr_expect_str_neq(kit.batch.jobs[i].id, "3");
        /* Nothing is asked for of what is dropped at once: nobody would take it. */
        for (const struct plan_request *r = kit.plan.first; r && first == 0; r = r->next)
            cr_expect_null(strstr(r->path, "/check-runs/3/"), "%s", r->path);
    }
    json_decref(all);
    free(body);
    kit_done(&kit);
}

/* ---- runs ---- */

Test(github, a_run_carries_what_people_look_for)
{
    const struct run *run = runs("run.json");

    cr_expect_str_eq(run->project, "acme/web");
    cr_expect_str_eq(run->pipeline, "ci");
    cr_expect_str_eq(run->id, "501");
    cr_expect_str_eq(run->number, "4812");
    cr_expect_str_eq(run->title, "Fix the retry of uploads");
    cr_expect_str_eq(run->sha, "acb5820ced9479c074f688cc328bf03f341a511d");
    cr_expect_str_eq(run->branch, "main");
    cr_expect_str_eq(run->event, "push");
    cr_expect_str_eq(run->actor, "ann");
    cr_expect_str_eq(run->url, "https://github.com/acme/web/actions/runs/501");
    cr_expect_eq(run->outcome.result, DX_RESULT_SUCCESS);
    cr_expect(run->protected_branch);
    cr_expect_eq(run->timing.duration_ms, 340000);
    cr_expect_not(run->bare || run->jobs_whole);
    kit_done(&kit);
}

/* updated_at moves when somebody deletes a log; the jobs say when it ended. */
Test(github, a_run_ends_with_its_last_job)
{
    runs("updated_at_moves_later.json");
    cr_assert(decode(STEP_JOBS, "acme/web 501 1", "job.json"));
    cr_expect_eq(kit.batch.runs[0].timing.finished_ms, T + 330000);
    cr_expect_eq(kit.batch.runs[0].timing.duration_ms, 330000);
    cr_expect_str_eq(kit.batch.runs[0].timing.duration_basis,
                     "last job's completed_at - run_started_at");
    cr_expect_eq(kit.batch.runs[0].timing.queued_ms, 32000);
    cr_expect_str_eq(kit.batch.runs[0].timing.queued_basis, "first job's start - run_started_at");
    cr_expect_eq(kit.batch.runs[0].gate_ms, 0);
    kit_done(&kit);
}

Test(github, the_hours_until_somebody_reran_it_are_no_queue)
{
    const struct run *run = runs("rerun_a_day_later.json");

    cr_expect_eq(run->attempt, 2);
    cr_expect_eq(run->timing.created_ms, T + 91790000);
    cr_expect_str_eq(run->actor, "bob");
    cr_assert(decode(STEP_JOBS, "acme/web 501 2", "rerun_inherits_jobs.json"));
    cr_expect_eq(kit.batch.runs[0].timing.queued_ms, 31000);
    cr_expect_str_eq(plan_take(&kit.plan)->path, "/repos/acme/web/actions/runs/501/attempts/1");
    kit_done(&kit);
}

Test(github, a_wait_for_a_concurrency_group_is_a_gate)
{
    cr_expect_eq(runs("concurrency_group.json")->outcome.phase, DX_PHASE_GATE);
    runs("run.json");
    kit.batch.runs[0].timing.created_ms -= 600000; /* ten minutes before its first job was made */
    cr_assert(decode(STEP_JOBS, "acme/web 501 1", "job.json"));
    cr_expect_eq(kit.batch.runs[0].gate_ms, 600000);
    cr_expect_eq(kit.batch.runs[0].timing.queued_ms, 32000);
    kit_done(&kit);
}

static const struct {
    const char *file;
    enum dx_phase phase;
    enum dx_result result;
    enum dx_cause cause;
} outcomes[] = {
    { "startup_failure.json", DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_CONFIG },
    { "waits_for_approval.json", DX_PHASE_GATE, DX_RESULT_NONE, DX_CAUSE_NONE },
    { "nobody_approved.json", DX_PHASE_DONE, DX_RESULT_NEUTRAL, DX_CAUSE_NONE },
    { "status_null.json", DX_PHASE_UNKNOWN, DX_RESULT_NONE, DX_CAUSE_NONE },
    { "no_attempt.json", DX_PHASE_DONE, DX_RESULT_SUCCESS, DX_CAUSE_NONE },
    { "cancelled_run.json", DX_PHASE_DONE, DX_RESULT_CANCELLED, DX_CAUSE_NONE },
};

Test(github, a_run_has_the_outcome_of_its_words)
{
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        const struct run *run = runs(outcomes[i].file);

        cr_expect_eq(run->outcome.phase, outcomes[i].phase, "%s", outcomes[i].file);
        cr_expect_eq(run->outcome.result, outcomes[i].result, "%s", outcomes[i].file);
        cr_expect_eq(run->outcome.cause, outcomes[i].cause, "%s", outcomes[i].file);
        cr_expect_eq(run->attempt, 1);
        cr_expect_eq(kit.batch.unknown, 0);
    }
    kit_done(&kit);
}

static size_t protected_runs(void)
{
    size_t n = 0;

    for (size_t i = 0; i < kit.batch.run_count; i++)
        n |= (size_t)kit.batch.runs[i].protected_branch << i;
    return n;
}

Test(github, protected_is_the_default_branch_but_no_pull_request)
{
    static const char *patterns[] = { "release/*" };

    runs("branches.json");
    cr_expect_eq(protected_runs(), 1, "main, until the default branch is known");
    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_github, &config,
                         (struct reply){ .step = STEP_REPO,
                                         .detail_text = "acme/web",
                                         .body = "{\"default_branch\":\"fix/retry\"}" }));
    cr_assert(decode(STEP_RUNS, "acme/web", "branches.json"));
    cr_expect_eq(protected_runs(), 4);
    config.branches = (struct dx_items){ patterns, 1 };
    runs("branches.json");
    cr_expect_eq(protected_runs(), 32);
    kit_done(&kit);
}

Test(github, a_workflow_without_a_name_is_called_by_its_file)
{
    cr_expect_str_eq(runs("no_name.json")->pipeline, "nightly.yml");
    kit_done(&kit);
}

Test(github, foreign_text_is_cleaned)
{
    const struct run *run = runs("hostile_text.json");

    cr_expect_null(strpbrk(run->title, "\x1b\x07\n\t"));
    cr_expect_null(strstr(run->title, "\xE2\x80\xAE"));
    cr_expect_null(strstr(run->branch, "\xC2\x9B"));
    kit_done(&kit);
}

/* ---- recorded by others ---- */

Test(github, all_recorded_objects_decode)
{
    kit_poll(&kit, NOW);
    cr_assert(decode(STEP_JOBS, "octo-org/octo-repo 501 1", "recorded_jobs.json"));
    cr_expect_eq(kit.batch.job_count, 7);
    for (size_t i = 0; i < kit.batch.job_count; i++) {
        cr_expect_neq(kit.batch.jobs[i].outcome.phase, DX_PHASE_UNKNOWN, "%zu", i);
        cr_expect(*kit.batch.jobs[i].name && *kit.batch.jobs[i].pool, "%zu", i);
    }
    cr_expect_eq(kit.batch.jobs[0].timing.queued_ms, -1, "it has no created_at");
    cr_expect_str_eq(kit.batch.jobs[0].pool, "db-app,dc-03,gpu");
    cr_expect_eq(kit.batch.jobs[1].timing.queued_ms, 0, "its steps begin before it was made");
    cr_expect(kit.batch.jobs[1].timing.skewed);
    cr_expect_eq(kit.batch.jobs[5].outcome.phase, DX_PHASE_QUEUED);
    cr_expect_eq(kit.batch.jobs[6].outcome.phase, DX_PHASE_GATE);
    cr_assert(decode(STEP_RUNS, "octo-org/octo-repo", "recorded_runs.json"));
    cr_expect_eq(kit.batch.unknown, 0);
    kit_done(&kit);
}
