/* jenkins: what is refused, odd or deep of its jobs, builds, stages and consoles. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "source/jenkins.h"
#include "source_kit.h"

static const int64_t NOW = 1795518600000;

static const char *protect = "release/*";
static struct jenkins config = { .executors = true };
static struct kit kit;

#define MAIN_12 "acme/web\nmain/12@1795518000000\n\n"

static bool answer(struct reply reply, const char *body)
{
    kit_poll(&kit, NOW);
    kit.plan.history_ms = JENKINS_DAY;
    reply.body = body;
    reply.now_ms = NOW;
    if (!reply.detail_text)
        reply.detail_text = "";
    if (reply.status == 0)
        reply.status = 200;
    return kit_decode(&kit, &source_jenkins, &config, reply);
}

static bool is_noted(const char *words)
{
    for (size_t i = 0; i < kit.batch.note_count; i++)
        if (strstr(kit.batch.notes[i].text, words))
            return true;
    return false;
}

static size_t asked(unsigned step)
{
    size_t n = 0;

    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        n += r->step == step;
    return n;
}

/* ---- the tree ---- */

Test(jenkins_odd, folders_within_folders_have_an_end)
{
    struct buf body;

    buf_init(&body, 1 << 16);
    for (int i = 0; i < 25; i++)
        (void)buf_text(&body, i == 0 ? "{\"jobs\":["
                                     : "{\"name\":\"f\",\"_class\":\"x.Folder\",\"jobs\":[");
    (void)buf_text(&body, "{\"name\":\"\"}");
    for (int i = 0; i < 25; i++)
        (void)buf_text(&body, "]}");
    cr_assert(answer((struct reply){ .step = JENKINS_TREE }, body.bytes), "%s", kit.err.text);
    buf_done(&body);
    cr_expect_eq(kit.batch.unknown, 1, "it is counted, and what is in it is not looked at");
    cr_expect_null(kit.plan.first);
    kit_done(&kit);
}

Test(jenkins_odd, a_folder_that_is_hidden_is_said_and_the_others_go_on)
{
    cr_expect(answer(
                  (struct reply){
                      .step = JENKINS_TREE, .status = 403, .detail = 2, .detail_text = "acme" },
                  "{}"),
              "%s", kit.err.text);
    cr_expect(is_noted("the user may not read acme (403)"));
    kit_done(&kit);
}

/* Asked for by itself it answers without the list around it. */
Test(jenkins_odd, a_job_by_itself_is_looked_at)
{
    cr_expect(answer((struct reply){ .step = JENKINS_TREE, .detail_text = "acme/web" },
                     "{\"_class\":\"hudson.model.FreeStyleProject\",\"name\":\"web\","
                     "\"builds\":[{\"number\":12,\"timestamp\":1795518000000}],"
                     "\"lastBuild\":{\"number\":12,\"timestamp\":1795518000000}}"),
              "%s", kit.err.text);
    cr_expect_eq(asked(JENKINS_BUILDS), 1);
    kit_done(&kit);
}

/* ---- builds ---- */

#define BUILD                                                                                      \
    "\"number\":12,\"timestamp\":1795518000000,\"duration\":60000,\"result\":\"FAILURE\","         \
    "\"building\":false"

Test(jenkins_odd, a_build_that_is_hidden_or_another_one_is_said)
{
    const char *about = "0 0 0 0 0 0 0\n" MAIN_12;

    cr_expect(
        answer((struct reply){ .step = JENKINS_BUILD, .status = 403, .detail_text = about }, "{}"));
    cr_expect(is_noted("the user may not read acme/web/main (403)"));
    cr_expect_not(
        answer((struct reply){ .step = JENKINS_BUILD, .status = 500, .detail_text = about }, "{}"));
    cr_expect(strstr(kit.err.text, "acme/web/main: answered 500"), "%s", kit.err.text);
    kit_done(&kit);
}

/* One without stages and without a cause: its console is asked for as a whole. */
Test(jenkins_odd, the_console_of_a_plain_job_that_failed_is_asked_for)
{
    config.logs = true;
    cr_expect(
        answer((struct reply){ .step = JENKINS_BUILD, .detail_text = "0 0 0 0 0 0 0\n" MAIN_12 },
               "{\"_class\":\"hudson.model.FreeStyleBuild\"," BUILD "}"),
        "%s", kit.err.text);
    config.logs = false;
    cr_assert_eq(kit.batch.run_count, 1);
    cr_expect_eq(asked(JENKINS_LOG), 1);
    cr_expect_not(batch_run_whole(&kit.batch.runs[0]), "until it came");
    kit_done(&kit);
}

Test(jenkins_odd, a_branch_of_a_pull_request_is_one_and_a_protected_one_fits_the_pattern)
{
    static const struct {
        const char *about, *event;
        bool protected;
    } leaves[] = {
        { "0 0 0 0 0 0 0\nacme/web\nPR-7/12@1795518000000\n\n", "pull_request", false },
        { "0 0 0 0 0 0 0\nacme/web\nrelease%2f1.2/12@1795518000000\n\n", "", true },
        { "0 0 0 0 0 0 0\nacme/web\nmain/12@1795518000000\n\n", "", false },
    };

    config.protect = (struct dx_items){ &protect, 1 };
    for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
        cr_assert(answer((struct reply){ .step = JENKINS_BUILD, .detail_text = leaves[i].about },
                         "{\"_class\":\"org.jenkinsci.plugins.workflow.job.WorkflowRun\"," BUILD
                         "}"),
                  "%s", kit.err.text);
        cr_assert_eq(kit.batch.run_count, 1);
        cr_expect_str_eq(kit.batch.runs->event, leaves[i].event, "%zu: %s", i,
                         kit.batch.runs->event);
        cr_expect_eq(kit.batch.runs->protected_branch, leaves[i].protected, "%zu: %s", i,
                     kit.batch.runs->branch);
    }
    config.protect.count = 0;
    kit_done(&kit);
}

Test(jenkins_odd, a_span_that_runs_back_is_nothing_and_marked)
{
    bool skewed = false;

    cr_expect_eq(jenkins_span(2000, 5000, &skewed), 3000);
    cr_expect_eq(jenkins_span(0, 5000, &skewed), -1);
    cr_expect_not(skewed);
    cr_expect_eq(jenkins_span(5000, 2000, &skewed), 0);
    cr_expect(skewed);
}

/* ---- stages ---- */

/* What waits in another run of the same reply says nothing of this one. */
Test(jenkins_odd, a_run_is_where_its_own_stages_are)
{
    static const char body[] = "{\"stages\":[{\"id\":\"5\",\"name\":\"Test\",\"status\":\"%s\"}]}";
    struct reply reply = { .step = JENKINS_STAGES, .status = 200, .now_ms = NOW };
    char text[200];

    snprintf(text, sizeof(text), body, "PAUSED_PENDING_INPUT");
    reply.detail_text = "0 0 0 0 3 0 0\nacme/web\nmain/11@1795517000000\n\n\n";
    cr_assert(answer(reply, text), "%s", kit.err.text);
    snprintf(text, sizeof(text), body, "IN_PROGRESS");
    reply.body = text;
    reply.detail_text = "0 0 0 0 3 0 0\n" MAIN_12 "\n";
    cr_assert(kit_decode(&kit, &source_jenkins, &config, reply), "%s", kit.err.text);
    cr_assert_eq(kit.batch.job_count, 2);
    cr_expect_eq(kit.batch.jobs[0].outcome.phase, DX_PHASE_GATE);
    cr_expect_eq(kit.batch.jobs[1].outcome.phase, DX_PHASE_RUNNING);
    kit_done(&kit);
}

/* At first it has none, or its server does not say. */
Test(jenkins_odd, a_pipeline_is_one_job_until_its_stages_are_known)
{
    static const char *const bodies[] = {
        "{\"stages\":[]}",
        "{\"stages\":[{\"id\":\"5\",\"name\":\"Test\",\"status\":\"IN_PROGRESS\"}]}",
    };
    static const char *const ids[] = { "build", "5" };

    for (size_t i = 0; i < 2; i++) {
        struct reply stages = { .step = JENKINS_STAGES, .status = 200, .now_ms = NOW };

        cr_assert(answer((struct reply){ .step = JENKINS_BUILD,
                                         .detail_text = "0 0 0 0 0 0 0\n" MAIN_12 },
                         "{\"_class\":\"org.jenkinsci.plugins.workflow.job.WorkflowRun\"," BUILD
                         "}"),
                  "%s", kit.err.text);
        cr_assert_eq(kit.batch.job_count, 0);
        stages.body = bodies[i];
        stages.detail_text = "0 0 0 0 3 0 0\n" MAIN_12 "\n";
        cr_assert(kit_decode(&kit, &source_jenkins, &config, stages), "%s", kit.err.text);
        cr_assert_eq(kit.batch.job_count, 1);
        cr_expect_str_eq(kit.batch.jobs->id, ids[i]);
        cr_expect_str_eq(kit.batch.runs->stand_in, "build", "which goes when others are there");
        kit_done(&kit);
    }
}

Test(jenkins_odd, stages_say_what_aborted_them_and_each_error_once)
{
    const struct job *job;

    cr_assert(
        answer(
            (struct reply){ .step = JENKINS_STAGES,
                            .detail_text = "0 0 0 1 4 2 1\n" MAIN_12 "\nABORTED\nthe node went" },
            "{\"stages\":[{\"name\":\"no id\"},"
            "{\"id\":\"5\",\"name\":\"Test\",\"status\":\"ABORTED\","
            "\"error\":{\"message\":\"first\"},\"stageFlowNodes\":["
            "{\"name\":\"sh\",\"status\":\"FAILED\",\"error\":{\"message\":\"first\"}},"
            "{\"name\":\"sh\",\"status\":\"FAILED\",\"error\":{\"message\":\"second\"}}]}]}"),
        "%s", kit.err.text);
    cr_expect_eq(kit.batch.unknown, 1);
    cr_assert_eq(kit.batch.job_count, 1);
    job = kit.batch.jobs;
    cr_expect_eq(job->outcome.result, DX_RESULT_FAILURE, "as its build");
    cr_assert_eq(job->message_count, 3);
    cr_expect_str_eq(job->messages[0], "first");
    cr_expect_str_eq(job->messages[1], "second");
    cr_expect_str_eq(job->messages[2], "the node went");
    kit_done(&kit);
}

Test(jenkins_odd, a_stage_that_does_not_say_when_it_was_has_no_times)
{
    const struct job *job;

    cr_assert(answer((struct reply){ .step = JENKINS_NODES, .detail_text = "" },
                     "{\"computer\":[{\"displayName\":\"agent-7\",\"assignedLabels\":[]}]}"),
              "%s", kit.err.text);
    cr_assert(answer((struct reply){ .step = JENKINS_STAGES,
                                     .detail_text = "0 5000 1 1 4 1 0\n" MAIN_12 "\nSUCCESS" },
                     "{\"stages\":[{\"id\":\"5\",\"name\":\"Test\",\"status\":\"SUCCESS\","
                     "\"durationMillis\":700000,\"pauseDurationMillis\":600000,"
                     "\"stageFlowNodes\":[{\"name\":\"sh\",\"status\":\"SUCCESS\","
                     "\"execNode\":\"agent-7\",\"startTimeMillis\":1795518877000},"
                     "{\"name\":\"sh\",\"status\":\"SUCCESS\",\"execNode\":\"agent-7\","
                     "\"durationMillis\":60000}]}]}"),
              "%s", kit.err.text);
    cr_assert_eq(kit.batch.job_count, 1);
    job = kit.batch.jobs;
    cr_expect_eq(job->timing.queued_ms, -1);
    cr_expect_eq(job->timing.created_ms, 0);
    cr_expect_eq(job->timing.duration_ms, -1);
    cr_expect_eq(job->timing.finished_ms, 0);
    cr_expect_eq(job->steps[1].finished_ms, 0);
    kit_done(&kit);
}

/* ---- the console ---- */

/* Blocks deeper than the stack are counted, so that those around them end where they do. */
Test(jenkins_odd, blocks_that_lie_too_deep_end_where_they_do)
{
    struct reply reply = {
        .step = JENKINS_LOG,
        .status = 200,
        .next = "",
        .now_ms = NOW,
        .detail_text = "0 0 0 1 4 2 1\nacme/web\nmain/12@1795518000000\n21\n\nFAILURE\n"
                       "21 Test\n22 Lint",
    };
    struct buf body;

    buf_init(&body, 1 << 16);
    (void)buf_text(&body, "[Pipeline] { (Test)\n");
    for (int i = 0; i < JENKINS_DEPTH + 3; i++)
        (void)buf_text(&body, "[Pipeline] {\n");
    (void)buf_text(&body, "deep\n");
    for (int i = 0; i < JENKINS_DEPTH + 3; i++)
        (void)buf_text(&body, "[Pipeline] }\n");
    (void)buf_text(&body, "of the test\n[Pipeline] }\nof nobody\nFinished: FAILURE\n");
    kit_poll(&kit, NOW);
    reply.body = body.bytes;
    reply.len = body.len;
    cr_assert(source_jenkins.decode(&config, &reply, &kit.plan, &kit.batch, &kit.err));
    buf_done(&body);
    cr_assert_eq(kit.batch.tail_count, 1);
    cr_expect_str_eq(kit.batch.tails->job, "21");
    cr_expect(strstr(kit.batch.tails->text, "of the test"), "%s", kit.batch.tails->text);
    cr_expect_not(strstr(kit.batch.tails->text, "of nobody"), "%s", kit.batch.tails->text);
    kit_done(&kit);
}
