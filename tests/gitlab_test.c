/* gitlab: what its replies about runs and jobs mean. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known_kit.h"
#include "source/field.h"
#include "source/gitlab.h"

static const int64_t NOW = 1795518000000;   /* 2026-11-24T11:00:00Z */
static const int64_t EIGHT = 1795161600000; /* 2026-11-20T08:00:00Z: when the jobs begin */

static const char *projects[] = { "acme/web" };
static struct gitlab config = { .projects = { projects, 1 }, .group = "" };
static struct known_kit store;
static struct kit kit;

/* As the reply to a request about acme/web. */
static bool decode(unsigned step, int64_t detail, const char *name)
{
    known_poll(&store, &kit, NOW);
    return kit_decode_file(
        &kit, &source_gitlab, &config,
        (struct reply){
            .step = step, .status = 200, .detail = detail, .detail_text = "0 0 0 acme/web" },
        name);
}

static const struct job *jobs(const char *name)
{
    cr_assert(decode(GITLAB_JOBS, 50, name), "%s: %s", name, kit.err.text);
    return kit.batch.jobs;
}

static const struct run *run(int64_t id, const char *name)
{
    cr_assert(decode(GITLAB_PIPELINE, id, name), "%s: %s", name, kit.err.text);
    cr_assert_eq(kit.batch.run_count, 1);
    return kit.batch.runs;
}

/* ---- times ---- */

Test(gitlab, a_job_of_a_later_stage_waited_what_the_server_says)
{
    const struct job *j = jobs("gitlab/later_stage_waited_27_s_not_189.json");

    cr_expect_eq(j->timing.queued_ms, 27128);
    cr_expect_str_eq(j->timing.queued_basis, "queued_duration");
    cr_expect_eq(j->timing.started_ms - j->timing.created_ms, 189460);
    cr_expect_eq(j->timing.duration_ms, 60000);
    cr_expect_str_eq(j->timing.duration_basis, "duration");
    cr_expect_str_eq(j->pool, "docker,linux", "tags, sorted");
    cr_expect_str_eq(j->runner, "big-1 #12");
    cr_expect(j->started);
    kit_done(&kit);
}

Test(gitlab, without_queued_duration_the_wait_of_a_job_is_unknown)
{
    const struct job *j = jobs("gitlab/no_queued_duration_on_an_old_server.json");

    cr_expect_eq(j->timing.queued_ms, -1);
    cr_expect_str_eq(j->timing.queued_basis, "");
    cr_expect_eq(j->timing.duration_ms, 60000);
    cr_expect_str_eq(j->timing.duration_basis, "finished_at - started_at");
    cr_expect_str_eq(j->pool, "shared");
    kit_done(&kit);
}

Test(gitlab, the_duration_of_a_pipeline_leaves_out_its_gaps)
{
    const struct run *r = run(1078343570, "gitlab/pipeline_with_a_gap.json");

    cr_expect_eq(r->timing.duration_ms, 1512000);
    cr_expect_str_eq(r->timing.duration_basis, "duration");
    cr_expect_eq(r->timing.finished_ms - r->timing.started_ms, 67040000);
    cr_expect_eq(r->timing.queued_ms, 7000);
    cr_expect_eq(r->gate_ms, -1);
    cr_expect_str_eq(r->actor, "ann");
    cr_expect_str_eq(r->event, "push");
    cr_expect_str_eq(r->url, "https://gl.example/root/acme/web/-/pipelines/1078343570");
    kit_done(&kit);
}

Test(gitlab, a_pipeline_that_began_at_once_has_no_queued_duration)
{
    const struct run *r = run(9, "gitlab/pipeline_that_began_at_once_has_no_queued_duration.json");

    cr_expect_eq(r->timing.queued_ms, 500);
    cr_expect_str_eq(r->timing.queued_basis, "started_at - created_at");
    cr_expect_eq(r->outcome.cause, DX_CAUSE_UNKNOWN);
    cr_expect_str_eq(r->outcome.evidence, "");
    kit_done(&kit);
}

Test(gitlab, times_come_with_milliseconds_and_offsets)
{
    const struct run *r = run(9, "gitlab/pipeline_passed_with_warnings.json");

    cr_expect_eq(r->timing.created_ms % 1000, 100);
    cr_expect_eq(r->timing.created_ms - r->timing.started_ms, 1000, "08:00 at +02:00");
    cr_expect_eq(r->timing.queued_ms, 0);
    cr_expect(r->timing.skewed);
    cr_expect(r->outcome.with_issues);
    cr_expect_eq(r->outcome.result, DX_RESULT_SUCCESS);
    kit_done(&kit);
}

Test(gitlab, a_job_that_never_started_is_the_platforms)
{
    const struct job *j = jobs("gitlab/failed_without_a_runner.json");

    for (int i = 0; i < 2; i++) {
        cr_expect_not(j[i].started);
        cr_expect_eq(j[i].outcome.result, DX_RESULT_FAILURE);
        cr_expect_eq(j[i].outcome.cause, DX_CAUSE_PLATFORM);
        cr_expect_eq(j[i].timing.queued_ms, 100 * 60000, "not what goes on counting");
        cr_expect_str_eq(j[i].timing.queued_basis, "finished_at - created_at (never started)");
        cr_expect_eq(j[i].timing.started_ms, 0);
        cr_expect_eq(j[i].timing.duration_ms, -1);
    }
    cr_expect_str_eq(j[0].outcome.evidence,
                     "capacity: failure_reason "
                     "stuck_pending_no_matching_runners (before: stuck_or_timeout_failure)");
    cr_expect_str_eq(j[1].outcome.evidence, "capacity: no runner took it within 1h40m");
    cr_expect_eq(j[2].outcome.result, DX_RESULT_CANCELLED);
    cr_expect_eq(j[2].outcome.cause, DX_CAUSE_NONE);
    cr_expect_eq(j[2].timing.queued_ms, 10 * 60000);
    kit_done(&kit);
}

/* ---- states ---- */

static const struct {
    const char *word;
    enum dx_phase run, job;
    enum dx_result result;
} words[] = {
    { "created", DX_PHASE_QUEUED, DX_PHASE_GATE, DX_RESULT_NONE },
    { "waiting_for_resource", DX_PHASE_GATE, DX_PHASE_GATE, DX_RESULT_NONE },
    { "preparing", DX_PHASE_QUEUED, DX_PHASE_QUEUED, DX_RESULT_NONE },
    { "waiting_for_callback", DX_PHASE_GATE, DX_PHASE_GATE, DX_RESULT_NONE },
    { "pending", DX_PHASE_QUEUED, DX_PHASE_QUEUED, DX_RESULT_NONE },
    { "PENDING", DX_PHASE_QUEUED, DX_PHASE_QUEUED, DX_RESULT_NONE },
    { "running", DX_PHASE_RUNNING, DX_PHASE_RUNNING, DX_RESULT_NONE },
    { "canceling", DX_PHASE_RUNNING, DX_PHASE_RUNNING, DX_RESULT_NONE },
    { "manual", DX_PHASE_GATE, DX_PHASE_GATE, DX_RESULT_NONE },
    { "scheduled", DX_PHASE_GATE, DX_PHASE_GATE, DX_RESULT_NONE },
    { "success", DX_PHASE_DONE, DX_PHASE_DONE, DX_RESULT_SUCCESS },
    { "failed", DX_PHASE_DONE, DX_PHASE_DONE, DX_RESULT_FAILURE },
    { "canceled", DX_PHASE_DONE, DX_PHASE_DONE, DX_RESULT_CANCELLED },
    { "skipped", DX_PHASE_DONE, DX_PHASE_DONE, DX_RESULT_SKIPPED },
};

Test(gitlab, knows_every_status)
{
    struct batch batch = { 0 };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct gitlab_state state = gitlab_state(&batch, words[i].word);

        cr_expect_eq(state.run, words[i].run, "%s", words[i].word);
        cr_expect_eq(state.job, words[i].job, "%s", words[i].word);
        cr_expect_eq(state.result, words[i].result, "%s", words[i].word);
    }
    cr_expect_eq(batch.unknown, 0);
    cr_expect_eq(gitlab_state(&batch, "").run, DX_PHASE_UNKNOWN);
    cr_expect_eq(batch.unknown, 1);
}

Test(gitlab, jobs_that_wait_wait_for_different_things)
{
    const struct job *j = jobs("gitlab/jobs_that_wait.json");

    cr_expect_eq(j[0].outcome.phase, DX_PHASE_GATE);
    cr_expect_str_eq(j[0].why, "waits for a person");
    cr_expect_eq(j[1].outcome.phase, DX_PHASE_GATE, "no runner is wanted yet");
    cr_expect_eq(j[2].outcome.phase, DX_PHASE_GATE);
    cr_expect_eq(j[3].outcome.phase, DX_PHASE_QUEUED);
    cr_expect_eq(j[3].timing.created_ms, NOW - 30500, "since it is pending, not since 08:00");
    cr_expect_eq(j[3].timing.queued_ms, -1, "the wait is not over");
    cr_expect_str_eq(j[3].pool, "linux,x64");
    cr_expect_eq(j[4].timing.created_ms, EIGHT);
    cr_expect_str_eq(j[4].pool, "shared");
    cr_expect_eq(j[5].outcome.phase, DX_PHASE_RUNNING);
    cr_expect_eq(j[5].timing.queued_ms, 4000);
    cr_expect_eq(j[5].timing.duration_ms, -1, "it is not over");
    cr_expect_str_eq(j[5].pool, "own-box");
    cr_expect_eq(kit.batch.unknown, 0);
    kit_done(&kit);
}

Test(gitlab, what_still_waits_in_a_done_pipeline_was_skipped)
{
    known_poll(&store, &kit, NOW);
    cr_assert(kit_decode_file(
        &kit, &source_gitlab, &config,
        (struct reply){
            .step = GITLAB_JOBS, .status = 200, .detail = 50, .detail_text = "4 0 0 p" },
        "gitlab/jobs_that_wait.json"));
    cr_expect_eq(kit.batch.jobs[0].outcome.phase, DX_PHASE_DONE);
    cr_expect_eq(kit.batch.jobs[0].outcome.result, DX_RESULT_SKIPPED);
    cr_expect_str_eq(kit.batch.jobs[0].outcome.raw_status, "manual");
    cr_expect_eq(kit.batch.jobs[3].outcome.phase, DX_PHASE_QUEUED);
    kit_done(&kit);
}

Test(gitlab, words_that_nobody_knows_lose_nothing)
{
    const struct job *j = jobs("gitlab/words_that_nobody_knows.json");

    cr_assert_eq(kit.batch.job_count, 3);
    cr_expect_eq(j[0].outcome.phase, DX_PHASE_UNKNOWN);
    cr_expect_str_eq(j[0].outcome.raw_status, "hibernating");
    cr_expect_eq(j[1].outcome.phase, DX_PHASE_DONE);
    cr_expect_eq(j[1].outcome.result, DX_RESULT_UNKNOWN);
    cr_expect_eq(j[1].timing.queued_ms, -1);
    cr_expect_eq(j[2].outcome.cause, DX_CAUSE_UNKNOWN);
    cr_expect_str_eq(j[2].outcome.raw_result, "cosmic_rays");
    cr_expect_eq(kit.batch.unknown, 6, "two states, a reason, and three that are no jobs");
    cr_expect(kit.batch.runs[0].jobs_whole);
    kit_done(&kit);
}

/* ---- causes ---- */

static const struct {
    const char *reason;
    enum dx_cause cause;
} causes[] = {
    /* what GitLab counts as the system's */
    { "stuck_or_timeout_failure", DX_CAUSE_PLATFORM },
    { "stale_schedule", DX_CAUSE_PLATFORM },
    { "runner_system_failure", DX_CAUSE_PLATFORM },
    { "scheduler_failure", DX_CAUSE_PLATFORM },
    { "data_integrity_failure", DX_CAUSE_PLATFORM },
    { "environment_creation_failure", DX_CAUSE_PLATFORM },
    { "job_router_failure", DX_CAUSE_PLATFORM },
    /* what a platform team answers for besides */
    { "no_matching_runner", DX_CAUSE_PLATFORM },
    { "runner_unsupported", DX_CAUSE_PLATFORM },
    { "ci_quota_exceeded", DX_CAUSE_PLATFORM },
    { "secrets_provider_not_found", DX_CAUSE_PLATFORM },
    { "api_failure", DX_CAUSE_PLATFORM },
    /* the new names of stuck_or_timeout_failure and of job_execution_timeout */
    { "stuck_pending_with_matching_runners", DX_CAUSE_PLATFORM },
    { "stuck_pending_no_matching_runners", DX_CAUSE_PLATFORM },
    { "no_updates_running", DX_CAUSE_PLATFORM },
    { "no_updates_canceling", DX_CAUSE_PLATFORM },
    { "job_execution_timeout", DX_CAUSE_UNKNOWN },
    { "server_timeout_running", DX_CAUSE_UNKNOWN },
    { "server_timeout_canceling", DX_CAUSE_UNKNOWN },
    { "job_execution_server_timeout", DX_CAUSE_UNKNOWN },
    { "runner_configuration_error", DX_CAUSE_PLATFORM },
    { "runner_external_dependency_failure", DX_CAUSE_PLATFORM },
    { "runner_interrupted", DX_CAUSE_PLATFORM },
    { "unmet_prerequisites", DX_CAUSE_PLATFORM },
    { "ip_restriction_failure", DX_CAUSE_PLATFORM },
    /* whose log has to say it */
    { "script_failure", DX_CAUSE_UNKNOWN },
    { "unknown_failure", DX_CAUSE_UNKNOWN },
    /* neither */
    { "missing_dependency_failure", DX_CAUSE_CONFIG },
    { "archived_failure", DX_CAUSE_CONFIG },
    { "forward_deployment_failure", DX_CAUSE_CONFIG },
    { "failed_outdated_deployment_job", DX_CAUSE_CONFIG },
    { "user_blocked", DX_CAUSE_USER },
    { "project_deleted", DX_CAUSE_USER },
    { "pipeline_loop_detected", DX_CAUSE_CONFIG },
    { "trace_size_exceeded", DX_CAUSE_CODE },
    { "builds_disabled", DX_CAUSE_CONFIG },
    { "deployment_rejected", DX_CAUSE_USER },
    { "protected_environment_failure", DX_CAUSE_USER },
    { "insufficient_bridge_permissions", DX_CAUSE_USER },
    { "downstream_bridge_project_not_found", DX_CAUSE_CONFIG },
    { "invalid_bridge_trigger", DX_CAUSE_CONFIG },
    { "upstream_bridge_project_not_found", DX_CAUSE_CONFIG },
    { "insufficient_upstream_permissions", DX_CAUSE_USER },
    { "bridge_pipeline_is_child_pipeline", DX_CAUSE_CONFIG },
    { "downstream_pipeline_creation_failed", DX_CAUSE_CONFIG },
    { "reached_max_descendant_pipelines_depth", DX_CAUSE_CONFIG },
    { "reached_max_pipeline_hierarchy_size", DX_CAUSE_CONFIG },
    { "reached_downstream_pipeline_trigger_rate_limit", DX_CAUSE_CONFIG },
    { "duo_workflow_not_allowed", DX_CAUSE_USER },
    { "job_token_expired", DX_CAUSE_CONFIG },
    { "id_token_burned_project_path", DX_CAUSE_CONFIG },
    { "downstream_project_trigger_resolved_to_empty", DX_CAUSE_CONFIG },
};

Test(gitlab, knows_every_failure_reason_old_and_new)
{
    char body[300];

    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        known_poll(&store, &kit, NOW);
        snprintf(body, sizeof(body),
                 "[{\"id\":1,\"name\":\"j\",\"status\":\"failed\",\"failure_reason\":\"%s\","
                 "\"started_at\":\"2026-11-20T08:00:00Z\"}]",
                 causes[i].reason);
        cr_assert(kit_decode(&kit, &source_gitlab, &config,
                             (struct reply){ .step = GITLAB_JOBS,
                                             .status = 200,
                                             .detail = 5,
                                             .detail_text = "0 0 0 acme/web",
                                             .body = body }));
        const struct outcome *o = &kit.batch.jobs[0].outcome;

        cr_expect_eq(o->cause, causes[i].cause, "%s", causes[i].reason);
        cr_expect_eq(*o->evidence == '\0', o->cause == DX_CAUSE_UNKNOWN, "%s", o->evidence);
        cr_expect_str_eq(o->raw_result, causes[i].reason);
        cr_expect_eq(kit.batch.unknown, 0, "%s", causes[i].reason);
    }
    kit_done(&kit);
}

Test(gitlab, a_configuration_that_cannot_be_read_is_the_cause)
{
    const struct run *r = run(9, "gitlab/pipeline_with_yaml_errors.json");

    cr_expect_eq(r->outcome.result, DX_RESULT_FAILURE);
    cr_expect_eq(r->outcome.cause, DX_CAUSE_CONFIG);
    cr_expect(strncmp(r->outcome.evidence, "jobs:test config should implement", 33) == 0);
    cr_expect_eq(r->timing.queued_ms, -1);
    kit_done(&kit);
}

/* ---- attempts, pages ---- */

Test(gitlab, retried_jobs_are_attempts_by_the_order_of_their_ids)
{
    static const int64_t attempts[] = { 3, 1, 2, 1, 1 };
    const struct job *j = jobs("gitlab/retried_jobs_are_attempts.json");

    cr_assert_eq(kit.batch.job_count, 5);
    for (size_t i = 0; i < 5; i++)
        cr_expect_eq(j[i].attempt, attempts[i], "%s %s", j[i].id, j[i].name);
    cr_expect(j[1].allow_failure && !j[4].allow_failure);
    cr_expect_eq(j[2].outcome.cause, DX_CAUSE_PLATFORM);
    cr_expect_eq(j[4].outcome.cause, DX_CAUSE_UNKNOWN);
    kit_done(&kit);
}

static const char first_jobs[] = "[{\"id\":30,\"name\":\"a\",\"status\":\"success\"},"
                                 "{\"id\":20,\"name\":\"b\",\"status\":\"success\"}]";
static const char older_jobs[] = "[{\"id\":20,\"name\":\"b\",\"status\":\"success\"},"
                                 "{\"id\":10,\"name\":\"a\",\"status\":\"failed\"}]";

static bool decode_page(const char *body, const char *about, const char *head, const char *next)
{
    return kit_decode(&kit, &source_gitlab, &config,
                      (struct reply){ .step = GITLAB_JOBS,
                                      .status = 200,
                                      .detail = 50,
                                      .detail_text = about,
                                      .head = head,
                                      .next = next,
                                      .body = body });
}

Test(gitlab, attempts_are_counted_over_pages_that_overlap)
{
    struct plan_request *r;

    known_poll(&store, &kit, NOW);
    cr_assert(decode_page(first_jobs, "0 0 0 acme/web", "x-total: 3\nx-next-page: 2\n", ""));
    cr_expect_not(kit.batch.runs[0].jobs_whole);
    r = plan_take(&kit.plan);
    cr_expect_str_eq(r->path, "/api/v4/projects/acme%2Fweb/pipelines/50/jobs?include_retried=true"
                              "&per_page=100&page=2");
    cr_assert(decode_page(older_jobs, r->detail_text, "x-next-page: \n", ""));
    cr_expect(kit.batch.runs[0].jobs_whole);
    cr_assert_eq(kit.batch.job_count, 4);
    cr_expect_eq(kit.batch.jobs[0].attempt, 2);
    cr_expect_eq(kit.batch.jobs[1].attempt, 1);
    cr_expect_eq(kit.batch.jobs[2].attempt, 1, "the same job again");
    cr_expect_eq(kit.batch.jobs[3].attempt, 1);
    kit_done(&kit);
}

Test(gitlab, jobs_are_whole_only_when_all_pages_are_in_one_batch)
{
    struct plan_request *r;

    known_poll(&store, &kit, NOW);
    cr_assert(decode_page(first_jobs, "0 0 0 acme/web", "x-next-page: 2\n", ""));
    r = plan_take(&kit.plan);
    known_commit(&store, &kit);
    cr_assert(decode_page(older_jobs, r->detail_text, "x-next-page: \n", ""));
    cr_expect_not(kit.batch.runs[0].jobs_whole);
    kit_done(&kit);
}

Test(gitlab, follows_links_where_pages_have_no_number)
{
    struct plan_request *r;

    known_poll(&store, &kit, NOW);
    cr_assert(decode_page(first_jobs, "0 0 0 acme/web", "", "https://gl.example/next?cursor=x"));
    r = plan_take(&kit.plan);
    cr_expect_str_eq(r->path, "https://gl.example/next?cursor=x");
    cr_expect_eq(r->step, GITLAB_JOBS);
    cr_expect_eq(r->detail, 50);
    kit_done(&kit);
}

/* ---- bridges ---- */

Test(gitlab, a_child_pipeline_is_a_run_and_its_bridge_a_job)
{
    const struct job *j;

    cr_assert(decode(GITLAB_BRIDGES, 50, "gitlab/bridges_to_a_child_and_to_another_project.json"));
    j = kit.batch.jobs;
    cr_assert_eq(kit.batch.job_count, 4);
    cr_expect_str_eq(j[0].pool, "", "no runner runs it");
    cr_expect_eq(j[0].timing.queued_ms, -1);
    cr_expect_eq(j[0].outcome.cause, DX_CAUSE_UNKNOWN);
    cr_expect_str_eq(j[0].outcome.raw_result, "downstream pipeline failed");
    cr_expect_eq(j[2].outcome.phase, DX_PHASE_GATE);
    cr_assert_eq(kit.batch.run_count, 3, "the parent, and the two that are of its project");
    cr_expect(kit.batch.runs[0].bare);
    for (size_t i = 1; i < 3; i++) {
        cr_expect_str_eq(kit.batch.runs[i].id, i == 1 ? "51" : "52");
        cr_expect_str_eq(kit.batch.runs[i].pipeline, "child");
        cr_expect_str_eq(kit.batch.runs[i].event, "parent_pipeline");
    }
    cr_expect(kit_asks(&kit, "/api/v4/projects/acme%2Fweb/pipelines/51"));
    cr_expect(kit_asks(&kit, "/api/v4/projects/acme%2Fweb/pipelines/52"));
    cr_expect_not(kit_asks(&kit, "/api/v4/projects/acme%2Fweb/pipelines/77"));
    cr_expect(kit_asks(&kit, "/api/v4/projects/acme%2Fweb/pipelines/50/jobs?include_retried=true"
                             "&per_page=100"));
    kit_done(&kit);
}

Test(gitlab, a_server_without_bridges_has_jobs)
{
    known_poll(&store, &kit, NOW);
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_BRIDGES,
                                         .status = 404,
                                         .detail = 50,
                                         .detail_text = "0 0 0 acme/web",
                                         .body = "{\"error\":\"404 Not Found\"}" }));
    cr_expect_eq(plan_take(&kit.plan)->step, GITLAB_JOBS);
    kit_done(&kit);
}

/* ---- documented forms ---- */

Test(gitlab, decodes_the_documented_examples)
{
    const struct run *r = run(46, "gitlab/documented_pipeline.json");
    const struct job *j;

    cr_expect_str_eq(r->title, "A name of its own");
    cr_expect_str_eq(r->branch, "main");
    cr_expect_eq(r->timing.duration_ms, 123000);
    cr_expect_eq(r->timing.queued_ms, -1, "it never started");
    j = jobs("gitlab/documented_jobs.json");
    cr_assert_eq(kit.batch.job_count, 1);
    cr_expect_eq(j->timing.queued_ms, 10);
    cr_expect_eq(j->timing.duration_ms, 468);
    cr_expect_str_eq(j->pool, "two words,win-2022");
    cr_expect_str_eq(j->stage, "test");
    cr_assert(decode(GITLAB_BRIDGES, 6, "gitlab/documented_bridges.json"));
    cr_expect_eq(kit.batch.job_count, 1);
    cr_expect_eq(kit.batch.run_count, 1, "the pipeline below is of another project");
    kit_done(&kit);
}

Test(gitlab, says_when_it_is_no_gitlab)
{
    static const unsigned steps[] = { GITLAB_GROUP,    GITLAB_PIPELINES, GITLAB_FILL,
                                      GITLAB_PIPELINE, GITLAB_BRIDGES,   GITLAB_JOBS,
                                      GITLAB_RUNNERS,  GITLAB_PROJECT };

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        cr_expect_not(decode(steps[i], 1, "gitlab/ci_is_off_403.json"), "%u", steps[i]);
        cr_expect_eq(kit.err.fault, DX_FAULT_REPLY);
        cr_expect(*kit.err.text);
    }
    kit_done(&kit);
}
