/* jenkins: what its replies about builds and jobs mean. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"
#include "source/jenkins.h"
#include "source_kit.h"

static const int64_t T = 1795518000000; /* 2026-11-24T11:00:00Z: the builds begin */
static const int64_t NOW = 1795518600000;

static struct jenkins config = { .executors = true };
static struct kit kit;

static void poll_anew(void)
{
    kit_poll(&kit, NOW);
    kit.plan.history_ms = JENKINS_DAY;
}

static struct reply answer(unsigned step, const char *detail_text)
{
    return (struct reply){ .step = step, .status = 200, .detail_text = detail_text };
}

/* A page of the builds of a plain job. */
static const struct job *page(const char *name)
{
    poll_anew();
    cr_assert(kit_decode_file(&kit, &source_jenkins, &config,
                              answer(JENKINS_BUILDS, "0 13 0 0 acme/deploy"), name),
              "%s: %s", name, kit.err.text);
    return kit.batch.jobs;
}

/* One that was open: build 9. */
static const struct run *one(const char *name)
{
    poll_anew();
    cr_assert(kit_decode_file(
                  &kit, &source_jenkins, &config,
                  answer(JENKINS_BUILD, "0 -1 -1 0 0 0 0\nacme\ndeploy#9@1795518000000"), name),
              "%s: %s", name, kit.err.text);
    return kit.batch.runs;
}

/* ---- times ---- */

Test(jenkins, the_wait_for_an_executor_is_the_jobs_and_all_of_it_the_runs)
{
    const struct job *j = page("jenkins/freestyle_waited_for_an_executor.json");
    const struct run *r = kit.batch.runs;

    cr_expect_eq(j->timing.queued_ms, 22938);
    cr_expect_str_eq(j->timing.queued_basis, "buildableDurationMillis");
    cr_expect_eq(r->timing.queued_ms, 27940);
    cr_expect_str_eq(r->timing.queued_basis, "queuingDurationMillis");
    cr_expect_eq(r->gate_ms, 5002, "the quiet period");
    cr_expect_eq(r->timing.created_ms, T - 27940);
    cr_expect_eq(r->timing.started_ms, T);
    cr_expect_eq(r->timing.finished_ms, T + 15358);
    cr_expect_eq(j->timing.duration_ms, 15358);
    cr_expect_str_eq(j->timing.duration_basis, "duration");
    cr_expect_str_eq(j->queue_ref, "21");
    cr_expect_str_eq(j->runner, "agent-7");
    cr_expect_str_eq(j->pool, "linux", "its node is gone: what its job asks for");
    cr_expect_str_eq(r->project, "acme");
    cr_expect_str_eq(r->pipeline, "deploy");
    cr_expect_str_eq(r->id, "deploy#9@1795518000000");
    cr_expect_str_eq(r->number, "9");
    cr_expect_str_eq(r->event, "manual");
    cr_expect_str_eq(r->actor, "admin");
    cr_expect_str_eq(r->title, "Started by user Jenkins Admin");
    cr_expect_str_eq(r->url, "http://localhost:8090/job/acme/job/deploy/9/");
    cr_expect_str_eq(j->url, "http://localhost:8090/job/acme/job/deploy/9/console");
    cr_expect(r->jobs_whole && j->started);
    cr_expect_not(kit_notes(&kit, "Metrics"));
    kit_done(&kit);
}

/* Without the nodes nobody knows on which pools it ran: asked again while it is new. */
Test(jenkins, without_the_nodes_a_run_is_not_whole_while_it_is_new)
{
    static const int64_t after[] = { 30000, JENKINS_HOUR };
    struct jenkins asking = config;

    asking.executors = true;
    for (int i = 0; i < 4; i++) {
        const struct job *j = page("jenkins/freestyle_waited_for_an_executor.json");
        struct reply reply = { .now_ms = j->timing.finished_ms + after[i / 2] };
        struct jenkins_poll poll = { &asking, &kit.plan, &kit.batch, &reply, false, false };

        kit.batch.runs[0].jobs_whole = false;
        kit.batch.pools_whole = i % 2;
        jenkins_whole(&poll, 0);
        cr_expect_eq(batch_run_whole(&kit.batch.runs[0]), i > 0, "%d", i);
        kit_done(&kit);
    }
}

Test(jenkins, where_the_whole_wait_is_not_shown_its_parts_are)
{
    const struct job *j = page("jenkins/queuing_duration_is_not_shown.json");

    cr_expect_eq(j->timing.queued_ms, 7);
    cr_expect_eq(kit.batch.runs->timing.queued_ms, 9353);
    cr_expect_eq(kit.batch.runs->gate_ms, 9346);
    cr_expect_str_eq(j->runner, "built-in", "builtOn is empty");
    cr_expect_str_eq(j->pool, "built-in");
    kit_done(&kit);
}

Test(jenkins, without_the_plugin_metrics_nobody_knows_the_wait)
{
    const struct job *j = page("jenkins/no_metrics_plugin.json");

    cr_expect_eq(j->timing.queued_ms, -1);
    cr_expect_eq(kit.batch.runs->timing.queued_ms, -1);
    cr_expect_eq(kit.batch.runs->timing.created_ms, 0);
    cr_expect_eq(kit.batch.runs->gate_ms, -1);
    cr_expect_eq(j->timing.duration_ms, 60000);
    cr_expect_str_eq(kit.batch.runs->event, "schedule");
    cr_expect_str_eq(kit.batch.runs->title, "nightly 2026-11-24");
    cr_expect_eq(j->outcome.cause, DX_CAUSE_UNKNOWN);
    cr_expect_not(kit_asks(&kit, "/job/acme/job/deploy/9/logText/progressiveText?start=0"));
    cr_expect(kit_notes(&kit, "the plugin Metrics is missing"));
    kit_commit(&kit);
    (void)page("jenkins/no_metrics_plugin.json");
    cr_expect_not(kit_notes(&kit, "Metrics"), "once");
    kit_done(&kit);
}

Test(jenkins, a_result_while_it_is_building_is_not_its_last)
{
    const struct run *r = one("jenkins/building_with_a_result.json");

    cr_expect_eq(r->outcome.phase, DX_PHASE_RUNNING);
    cr_expect_eq(r->outcome.result, DX_RESULT_NONE);
    cr_expect_eq(r->outcome.cause, DX_CAUSE_NONE);
    cr_expect_str_eq(r->outcome.raw_result, "UNSTABLE");
    cr_expect_eq(r->timing.finished_ms, 0);
    cr_expect_eq(r->timing.duration_ms, -1);
    cr_expect_not(r->jobs_whole);
    kit_done(&kit);
}

Test(jenkins, in_the_post_build_phase_it_is_done_but_asked_again)
{
    const struct run *r = one("jenkins/post_build_phase.json");

    cr_expect_eq(r->outcome.phase, DX_PHASE_DONE);
    cr_expect_eq(r->outcome.result, DX_RESULT_FAILURE);
    cr_expect_str_eq(r->outcome.raw_status, "in progress");
    cr_expect_not(r->jobs_whole);
    kit_done(&kit);
}

/* ---- results ---- */

Test(jenkins, knows_every_result)
{
    static const enum dx_result want[] = { DX_RESULT_SUCCESS,   DX_RESULT_FAILURE,
                                           DX_RESULT_FAILURE,   DX_RESULT_SKIPPED,
                                           DX_RESULT_CANCELLED, DX_RESULT_UNKNOWN };
    const struct job *j = page("jenkins/results.json");

    for (size_t i = 0; i < 6; i++)
        cr_expect_eq(j[i].outcome.result, want[i], "%s", j[i].outcome.raw_result);
    cr_expect_eq(kit.batch.unknown, 1);
    cr_expect_eq(j[1].outcome.cause, DX_CAUSE_TEST);
    cr_expect_str_eq(j[1].outcome.evidence, "test: 3 of 120 failed, by its report");
    cr_expect_eq(j[2].outcome.cause, DX_CAUSE_UNKNOWN);
    cr_expect_eq(kit.batch.runs[1].outcome.cause, DX_CAUSE_TEST);
    kit_done(&kit);
}

Test(jenkins, unstable_counts_as_the_configuration_says)
{
    static const enum dx_result want[] = { DX_RESULT_FAILURE, DX_RESULT_SUCCESS,
                                           DX_RESULT_NEUTRAL };

    for (int i = 0; i < 3; i++) {
        const struct job *j;

        config.unstable = i;
        j = page("jenkins/results.json");
        cr_expect_eq(j[1].outcome.result, want[i]);
        cr_expect_eq(j[1].outcome.with_issues, i == UNSTABLE_SUCCESS);
        cr_expect_str_eq(j[1].outcome.raw_result, "UNSTABLE");
        kit_done(&kit);
    }
    config.unstable = UNSTABLE_FAILURE;
}

Test(jenkins, it_matters_who_aborted_a_build)
{
    const struct job *j = page("jenkins/aborted_by_whom.json");

    cr_expect_eq(j[0].outcome.result, DX_RESULT_CANCELLED);
    cr_expect_eq(j[0].outcome.cause, DX_CAUSE_NONE);
    cr_expect_str_eq(j[0].outcome.evidence, "Aborted by admin");
    cr_expect_eq(j[1].outcome.result, DX_RESULT_FAILURE);
    cr_expect_eq(j[1].outcome.cause, DX_CAUSE_UNKNOWN, "most timeouts are not the platform's");
    cr_expect_str_eq(j[1].outcome.evidence, "timeout: Timeout has been exceeded");
    cr_expect_eq(j[2].outcome.result, DX_RESULT_FAILURE);
    cr_expect_eq(j[2].outcome.cause, DX_CAUSE_PLATFORM);
    cr_expect_str_eq(j[2].outcome.evidence, "runner: node removed: Agent was removed");
    cr_expect_str_eq(j[2].outcome.raw_result, "ABORTED");
    cr_expect_eq(j[3].outcome.result, DX_RESULT_CANCELLED);
    kit_done(&kit);
}

Test(jenkins, found_failure_causes_are_messages_and_their_categories_causes)
{
    const struct job *j = page("jenkins/failure_causes.json");

    cr_expect_eq(j[0].outcome.cause, DX_CAUSE_PLATFORM);
    cr_expect_str_eq(j[0].outcome.evidence,
                     "platform: Connection time-out (Infrastructure), by Build Failure Analyzer");
    cr_assert_eq(j[0].message_count, 1);
    cr_expect_str_eq(j[0].messages[0],
                     "Connection time-out (Infrastructure): The registry did not answer");
    cr_expect_eq(j[1].outcome.cause, DX_CAUSE_CODE);
    cr_assert_eq(j[1].message_count, 2);
    cr_expect_str_eq(j[1].messages[0], "Team's own: See the wiki");
    cr_expect_str_eq(j[1].messages[1], "Does not compile (compilation)");
    cr_expect_eq(j[2].outcome.cause, DX_CAUSE_UNKNOWN);
    cr_expect_eq(j[2].message_count, 0);
    kit_done(&kit);
}

/* ---- names ---- */

Test(jenkins, a_branch_of_a_multibranch_project)
{
    const struct run *r;

    poll_anew();
    cr_assert(kit_decode_file(&kit, &source_jenkins, &config,
                              answer(JENKINS_BUILDS, "1 13 0 0 acme/web/feature%2Flogin"),
                              "jenkins/shared_library_revision.json"));
    r = kit.batch.runs;
    cr_expect_str_eq(r->project, "acme/web");
    cr_expect_str_eq(r->pipeline, "");
    cr_expect_str_eq(r->id, "feature%2Flogin/12@1795518000000");
    cr_expect_str_eq(r->branch, "feature/login");
    cr_expect_str_eq(r->sha, "21c2b6ff6c842a86969f36f75424e17ae27eae68", "not the library's");
    cr_expect_str_eq(r->event, "push");
    cr_expect_not(r->protected_branch);
    cr_expect_eq(kit.batch.job_count, 0, "its stages come by themselves");
    cr_expect(kit_asks(
        &kit, "/job/acme/job/web/job/feature%252Flogin/12/wfapi/describe?fullStages=true"));
    kit_done(&kit);
}

static const struct {
    const char *full;
    bool branch;
    const char *project, *id;
} names[] = {
    { "top", false, "top", "#12@99" },
    { "acme/deploy", false, "acme", "deploy#12@99" },
    { "a/b/\xE5\xBE\xAE job", false, "a/b", "\xE5\xBE\xAE job#12@99" },
    { "acme/web/main", true, "acme/web", "main/12@99" },
    { "acme/web/feature%2Fx", true, "acme/web", "feature%2Fx/12@99" },
};

Test(jenkins, the_id_of_a_run_leads_back_to_its_job)
{
    struct batch batch = { 0 };
    struct jenkins_build build;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct jenkins_job job = jenkins_job_named(names[i].full, names[i].branch);

        cr_expect_str_eq(job.project, names[i].project);
        cr_expect_str_eq(jenkins_run_id(&batch, &job, 12, 99), names[i].id);
        cr_assert(jenkins_build_of(names[i].project, names[i].id, &build));
        cr_expect_str_eq(build.job.full, names[i].full);
        cr_expect_str_eq(build.job.project, names[i].project);
        cr_expect_str_eq(build.job.leaf, job.leaf);
        cr_expect_eq(build.job.branch, names[i].branch);
        cr_expect_eq(build.number, 12);
        cr_expect_eq(build.timestamp, 99);
    }
    cr_expect_not(jenkins_build_of("acme", "queue/18", &build));
    cr_expect_not(jenkins_build_of("acme", "", &build));
    batch_done(&batch);
}

Test(jenkins, the_name_of_a_job_is_in_its_url)
{
    static const char *const urls[][2] = {
        { "https://h/jenkins/job/acme/job/web/job/feature%252Fx/", "acme/web/feature%2Fx" },
        { "http://h:8080/job/%E5%BE%AE/job/Example%20Job", "\xE5\xBE\xAE/Example Job" },
        { "http://h/job/acme/job/web/12/", "acme/web" },
        { "http://h/computer/x/", "" },
        { "", "" },
        { "http://h/job//job/", "" },
        { "/job/a%2", "a%2" },
    };
    struct batch batch = { 0 };

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        cr_expect_str_eq(jenkins_full_of_url(&batch, urls[i][0]), urls[i][1]);
    batch_done(&batch);
}

Test(jenkins, a_job_that_was_made_again_is_another_one)
{
    poll_anew();
    cr_assert(kit_decode_file(&kit, &source_jenkins, &config,
                              answer(JENKINS_BUILDS, "0 4 0 0 acme/deploy"),
                              "jenkins/job_made_again.json"));
    cr_expect_str_eq(kit.batch.runs->id, "deploy#1@1795518050000");
    kit_done(&kit);
    /* and build 9 is not what answers to its number now */
    poll_anew();
    cr_assert(kit_decode(&kit, &source_jenkins, &config,
                         (struct reply){ .step = JENKINS_BUILD,
                                         .status = 200,
                                         .detail_text = "0 -1 -1 0 0 0 0\nacme\ndeploy#9@5\n",
                                         .body = "{\"number\":9,\"timestamp\":6}" }));
    cr_expect_eq(kit.batch.run_count, 0, "it may be back the next time");
    kit_commit(&kit);
    poll_anew();
    cr_assert(kit_decode(&kit, &source_jenkins, &config,
                         (struct reply){ .step = JENKINS_BUILD,
                                         .status = 200,
                                         .detail_text = "0 -1 -1 0 0 0 0\nacme\ndeploy#9@5\n",
                                         .body = "{\"number\":9,\"timestamp\":6}" }));
    cr_assert_eq(kit.batch.run_count, 1);
    cr_expect(kit.batch.runs->gone && kit.batch.runs->bare);
    kit_done(&kit);
}

static const struct {
    const char *include, *exclude, *full;
    bool want;
} patterns[] = {
    { NULL, NULL, "acme/web/main", true },
    { "acme/web*", NULL, "acme/web/main", true },
    { "acme/web", NULL, "acme/web/main", true },
    { "acme/web", NULL, "acme/webhooks", false },
    { "*/main", NULL, "acme/web/PR-7", false },
    { NULL, "*sandbox*", "acme/sandbox/main", false },
    { "acme/*", "acme/web/PR-*", "acme/web/PR-7", false },
    { "acme/*", "acme/web/PR-*", "acme/web/main", true },
};

Test(jenkins, jobs_are_chosen_by_patterns)
{
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        struct jenkins j = { .executors = false };

        j.include = (struct dx_items){ (void *)&patterns[i].include, patterns[i].include != NULL };
        j.exclude = (struct dx_items){ (void *)&patterns[i].exclude, patterns[i].exclude != NULL };
        cr_expect_eq(jenkins_wanted(&j, patterns[i].full), patterns[i].want, "%s",
                     patterns[i].full);
    }
}

/* ---- what nobody expects ---- */

Test(jenkins, odd_entries_are_left_out)
{
    (void)page("jenkins/odd_entries.json");
    cr_assert_eq(kit.batch.run_count, 1);
    cr_expect_str_eq(kit.batch.runs->number, "6");
    cr_expect_eq(kit.batch.runs->timing.duration_ms, 0);
    cr_expect(kit.batch.runs->timing.skewed);
    cr_expect_eq(kit.batch.runs->timing.queued_ms, -1);
    cr_expect_str_eq(kit.batch.runs->url, "");
    cr_expect_null(strchr(kit.batch.runs->title, '\x1b'));
    cr_expect_geq(kit.batch.unknown, 4);
    kit_done(&kit);
}
