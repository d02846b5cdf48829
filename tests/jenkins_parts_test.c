/* jenkins: stages, queue, nodes, the tree of jobs, and what is refused. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"
#include "source/jenkins.h"
#include "source_kit.h"

static const int64_t T = 1795518000000;
static const int64_t NOW = 1795518600000;

static struct jenkins config = { .executors = true };
static struct kit kit;

static void poll_anew(void)
{
    kit_poll(&kit, NOW);
    kit.plan.history_ms = JENKINS_DAY;
}

static void decode(unsigned step, const char *detail_text, const char *name)
{
    cr_assert(kit_decode_file(
                  &kit, &source_jenkins, &config,
                  (struct reply){ .step = step, .status = 200, .detail_text = detail_text }, name),
              "%s: %s", name, kit.err.text);
}

/* A page in place of JSON, with a status that the request accepts. */
static bool refuse(unsigned step, const char *detail_text, int status)
{
    struct reply reply = { .step = step,
                           .status = status,
                           .detail_text = detail_text,
                           .content_type = "text/html",
                           .now_ms = NOW,
                           .body = "<html>",
                           .next = "" };

    return source_jenkins.decode(&config, &reply, &kit.plan, &kit.batch, &kit.err);
}

/* ---- stages ---- */

#define WEB "acme/web\nmain/12@1795518000000\n\n"

/* done, and failed as a whole, with this wait of this many node blocks */
static void stages(const char *head, const char *name)
{
    char text[300];

    snprintf(text, sizeof(text), "%s\n" WEB "\nFAILURE\nfrom an action", head);
    poll_anew();
    decode(JENKINS_NODES, "", "jenkins/nodes.json");
    decode(JENKINS_STAGES, text, name);
}

Test(jenkins_parts, stages_are_the_jobs_of_a_run)
{
    const struct job *j;

    stages("0 3000 1 1 4 2 1", "jenkins/stages.json");
    j = kit.batch.jobs;
    cr_assert_eq(kit.batch.job_count, 4);
    cr_expect_str_eq(j[0].name, "Build");
    cr_expect_str_eq(j[0].id, "5");
    cr_expect_str_eq(j[0].pool, "docker,linux", "of the node that ran its steps");
    cr_expect_str_eq(j[0].runner, "agent-7");
    cr_expect_eq(j[0].outcome.result, DX_RESULT_SUCCESS);
    cr_expect_eq(j[0].timing.queued_ms, 3000, "one node block: its wait is the build's");
    cr_expect_str_eq(j[0].timing.queued_basis, "buildableTimeMillis of its one node block");
    cr_expect_eq(j[0].timing.started_ms, T + 4000, "the wait was before the first stage");
    cr_expect_eq(j[0].timing.created_ms, T + 1000);
    cr_expect_eq(j[0].timing.duration_ms, 20000);
    cr_expect_eq(j[1].timing.queued_ms, -1, "it waited for nothing of its own");
    cr_expect_eq(j[1].outcome.result, DX_RESULT_FAILURE);
    cr_expect_eq(j[1].outcome.cause, DX_CAUSE_UNKNOWN);
    cr_assert_eq(j[1].message_count, 2);
    cr_expect_str_eq(j[1].messages[0], "script returned exit code 1");
    cr_expect_str_eq(j[1].messages[1], "from an action");
    cr_assert_eq(j[1].step_count, 1);
    cr_expect_str_eq(j[1].steps[0].name, "Shell Script");
    cr_expect_eq(j[1].steps[0].result, DX_RESULT_FAILURE);
    cr_expect_eq(j[1].steps[0].finished_ms, T + 73010);
    cr_expect_eq(j[2].outcome.result, DX_RESULT_SKIPPED, "its condition did not hold");
    cr_expect_not(j[2].started);
    cr_expect_eq(j[3].outcome.result, DX_RESULT_FAILURE, "unstable");
    cr_expect(kit.batch.runs[0].jobs_whole && kit.batch.runs[0].bare);
    cr_expect_eq(kit_asked(&kit, JENKINS_LOG), 0);
    kit_done(&kit);
}

Test(jenkins_parts, a_stage_with_a_node_of_its_own_waits_until_its_first_step)
{
    const struct job *j;

    stages("0 75000 3 1 4 1 0", "jenkins/stages_with_a_node_each.json");
    j = kit.batch.jobs;
    cr_assert_eq(kit.batch.job_count, 5);
    cr_expect_eq(j[0].timing.queued_ms, 40000);
    cr_expect_str_eq(j[0].timing.queued_basis, "first step - startTimeMillis of its stage");
    cr_expect_eq(j[0].timing.created_ms, T + 1000);
    cr_expect_eq(j[0].timing.started_ms, T + 41000);
    cr_expect_eq(j[0].timing.duration_ms, 21000);
    cr_expect_eq(j[1].timing.queued_ms, -1, "an approval runs on no node");
    cr_expect_str_eq(j[1].pool, "");
    cr_expect_eq(j[1].timing.duration_ms, 1000, "a pause for a person is not work");
    cr_expect_str_eq(j[1].timing.duration_basis, "durationMillis - pauseDurationMillis");
    cr_expect_eq(j[2].timing.queued_ms, 5000);
    cr_expect_str_eq(j[2].pool, "", "its node is gone");
    cr_expect_str_eq(j[2].runner, "gone-1");
    cr_expect_eq(j[3].timing.queued_ms, 30000, "behind an approval");
    cr_expect_str_eq(j[3].timing.queued_basis,
                     "first step - startTimeMillis - pauseDurationMillis of its stage");
    cr_expect_eq(j[3].timing.duration_ms, 70000);
    cr_expect_not(j[4].started, "no node came");
    cr_expect_eq(j[4].timing.started_ms, 0);
    cr_expect_eq(j[4].timing.queued_ms, 7200000);
    cr_expect_eq(j[4].timing.duration_ms, -1);
    cr_expect(j[4].allow_failure, "its build succeeded");
    kit_done(&kit);
}

Test(jenkins_parts, what_stages_waited_is_unknown_where_nodes_and_stages_do_not_fit)
{
    static const char *const heads[] = { "0 45000 4 1 4 1 0", "0 -1 -1 1 4 1 0" };

    for (size_t i = 0; i < 2; i++) {
        stages(heads[i], "jenkins/stages_with_a_node_each.json");
        for (size_t k = 0; k < 3; k++)
            cr_expect_eq(kit.batch.jobs[k].timing.queued_ms, -1);
        cr_expect_eq(kit.batch.jobs[0].timing.started_ms, T + 1000);
        kit_done(&kit);
    }
}

Test(jenkins_parts, a_stage_that_waits_for_input_is_at_a_gate)
{
    const struct job *j;

    stages("0 -1 -1 0 3 0 0", "jenkins/stage_paused_for_input.json");
    j = kit.batch.jobs;
    cr_expect_eq(j[0].outcome.phase, DX_PHASE_DONE);
    cr_expect_eq(j[1].outcome.phase, DX_PHASE_RUNNING);
    cr_expect_eq(j[2].outcome.phase, DX_PHASE_QUEUED, "it may wait for its node");
    cr_expect_eq(j[2].timing.started_ms, 0);
    cr_expect_eq(j[3].outcome.phase, DX_PHASE_GATE);
    cr_expect_str_eq(j[3].why, "waits for input");
    cr_expect_eq(j[3].timing.finished_ms, 0);
    cr_expect_eq(j[4].outcome.result, DX_RESULT_UNKNOWN);
    cr_expect_eq(kit.batch.unknown, 1, "DREAMING");
    cr_expect_not(kit.batch.runs[0].jobs_whole, "it is asked again");
    kit_done(&kit);
    /* its build was ended while it paused */
    stages("0 -1 -1 1 4 3 0", "jenkins/stage_paused_for_input.json");
    cr_expect_eq(kit.batch.jobs[3].outcome.phase, DX_PHASE_DONE);
    cr_expect_eq(kit.batch.jobs[3].outcome.result, DX_RESULT_CANCELLED);
    kit_done(&kit);
}

Test(jenkins_parts, the_plugin_that_knows_stages_may_be_missing)
{
    poll_anew();
    decode(JENKINS_BUILDS, "1 13 0 0 acme/web/feature%2Flogin",
           "jenkins/shared_library_revision.json");
    cr_assert(refuse(JENKINS_STAGES,
                     "0 3000 1 1 4 2 1\nacme/web\nfeature%2Flogin/12@1795518000000\n\n\nFAILURE",
                     404));
    cr_assert_eq(kit.batch.job_count, 1);
    cr_expect_str_eq(kit.batch.jobs[0].name, "build");
    cr_expect_eq(kit.batch.jobs[0].timing.duration_ms, 90000);
    cr_expect(kit.batch.runs[0].jobs_whole);
    cr_expect(kit_notes(&kit, "Pipeline: REST API is missing"));
    kit_commit(&kit);
    kit.run_count = 0; /* as if it were another build */
    poll_anew();
    decode(JENKINS_BUILDS, "1 13 0 0 acme/web/feature%2Flogin",
           "jenkins/shared_library_revision.json");
    cr_expect_eq(kit_asked(&kit, JENKINS_STAGES), 0, "not for six hours");
    cr_expect_eq(kit.batch.job_count, 1);
    cr_expect_eq(kit.batch.jobs[0].timing.queued_ms, 3000);
    cr_expect_str_eq(kit.batch.jobs[0].runner, "", "nobody says which node");
    cr_expect_eq(kit.batch.note_count, 0, "said once");
    kit_done(&kit);
}

Test(jenkins_parts, one_build_without_stages_does_not_mean_that_the_plugin_is_missing)
{
    stages("0 3000 1 1 4 2 1", "jenkins/stages.json");
    kit_commit(&kit);
    poll_anew();
    cr_assert(refuse(JENKINS_STAGES, "0 3000 1 1 4 2 1\n" WEB "\nFAILURE", 404));
    cr_expect_eq(kit.batch.note_count, 0);
    cr_expect_eq(kit_remembers(&kit, "missing:"), -1);
    kit_done(&kit);
}

/* ---- the queue ---- */

static const struct {
    const char *project, *pipeline, *ref, *pool;
    enum dx_phase phase;
} items[] = {
    { "acme", "deploy", "18", "docker,linux", DX_PHASE_QUEUED },
    { "acme/web", "main", "19", "any", DX_PHASE_GATE },
    { "\xE5\xBE\xAE\xE5\x8A\xA9\xE6\x95\x99", "Example Job", "20", "docker", DX_PHASE_GATE },
    { "Pipeline", "", "21", "windows", DX_PHASE_QUEUED },
    { "train", "", "22", "gpu", DX_PHASE_QUEUED },
    { "top", "", "23", "any", DX_PHASE_QUEUED },
};

Test(jenkins_parts, items_that_wait_are_jobs_in_runs_of_their_own)
{
    poll_anew();
    decode(JENKINS_NODES, "", "jenkins/nodes.json");
    decode(JENKINS_QUEUE, "", "jenkins/queue.json");
    cr_assert_eq(kit.batch.job_count, 6);
    cr_expect(kit.batch.waiting_whole);
    cr_expect_eq(kit.batch.unknown, 1, "one without an id");
    for (size_t i = 0; i < 6; i++) {
        const struct job *j = &kit.batch.jobs[i];
        const struct run *r = &kit.batch.runs[j->run];
        char id[32];

        snprintf(id, sizeof(id), "queue/%s", items[i].ref);
        cr_expect_str_eq(r->id, id);
        cr_expect_str_eq(r->project, items[i].project);
        cr_expect_str_eq(r->pipeline, items[i].pipeline);
        cr_expect_str_eq(j->queue_ref, items[i].ref);
        cr_expect_str_eq(j->pool, items[i].pool, "%s: %s", items[i].ref, j->pool);
        cr_expect_eq(j->outcome.phase, items[i].phase);
        cr_expect_eq(r->outcome.phase, items[i].phase);
        cr_expect_eq(j->timing.queued_ms, -1, "the wait is not over");
    }
    cr_expect_eq(kit.batch.jobs[0].timing.created_ms, T - 60000);
    cr_expect_str_eq(kit.batch.jobs[0].outcome.raw_status, "stuck");
    cr_expect_str_eq(kit.batch.jobs[1].why, "Build #475 is already in progress (ETA: 23 min)");
    kit_done(&kit);
}

Test(jenkins_parts, items_of_jobs_that_are_not_wanted_are_not_shown)
{
    const char *exclude[] = { "acme/*" };

    config.exclude = (struct dx_items){ exclude, 1 };
    poll_anew();
    decode(JENKINS_QUEUE, "", "jenkins/queue.json");
    cr_expect_eq(kit.batch.job_count, 4);
    kit_done(&kit);
    config.exclude = (struct dx_items){ NULL, 0 };
}

/* ---- nodes ---- */

Test(jenkins_parts, nodes_with_the_same_labels_are_one_pool)
{
    static const struct {
        const char *name;
        int64_t online, busy, offline;
    } pools[] = { { "built-in", 2, 0, 0 },
                  { "docker,linux", 3, 3, 0 },
                  { "windows", 0, 0, 2 },
                  { "docker,windows", 0, 0, 2 } };

    poll_anew();
    decode(JENKINS_NODES, "", "jenkins/nodes.json");
    cr_assert_eq(kit.batch.pool_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct pool *p = &kit.batch.pools[i];

        cr_expect_str_eq(p->name, pools[i].name);
        cr_expect_eq(p->online, pools[i].online);
        cr_expect_eq(p->busy, pools[i].busy);
        cr_expect_eq(p->offline, pools[i].offline);
    }
    cr_expect_str_eq(kit.batch.pools[2].note, "Disconnected by admin : disk is full");
    cr_assert_eq(kit.batch.runner_count, 5, "without executors it runs nothing");
    cr_expect_str_eq(kit.batch.runners[0].name, "built-in");
    cr_expect_str_eq(kit.batch.runners[3].note, "Disconnected by admin : disk is full");
    cr_expect(kit.batch.runners[1].busy && kit.batch.runners[1].online);
    cr_expect(kit.batch.pools_whole);
    cr_expect_str_eq(jenkins_pool_of_label(&kit.batch, "linux"), "docker,linux");
    cr_expect_str_eq(jenkins_pool_of_label(&kit.batch, "docker"), "docker", "of several pools");
    cr_expect_str_eq(jenkins_pool_of_label(&kit.batch, "a && b"), "a && b");
    kit_done(&kit);
}

/* ---- the tree ---- */

Test(jenkins_parts, folders_are_walked_and_names_escaped)
{
    poll_anew();
    decode(JENKINS_TREE, "", "jenkins/tree_of_folders.json");
    cr_expect_eq(kit_asked(&kit, JENKINS_BUILDS), 4, "PR-7 has none");
    cr_expect_eq(kit_asked(&kit, JENKINS_TREE), 1);
    for (const struct plan_request *r = kit.plan.first; r; r = r->next) {
        cr_expect_null(strpbrk(r->path, "[]{} "), "%s", r->path);
        if (r->step != JENKINS_TREE)
            cr_expect(strstr(r->path, "builds%5Bnumber"), "%s", r->path);
        cr_expect_null(strstr(r->path, "depth"), "%s", r->path);
    }
    cr_expect(strstr(kit.plan.first->path, "/job/acme/job/deploy/api/json?tree=") ==
              kit.plan.first->path);
    cr_expect(strstr(kit.plan.first->next->path, "/job/acme/job/web/job/feature%252Flogin/"));
    cr_expect(strstr(kit.plan.first->next->next->path,
                     "/job/%E5%BE%AE%E5%8A%A9%E6%95%99/job/Example%20Job/"));
    cr_expect(strstr(kit.plan.first->next->next->next->path, "/job/b/job/c/job/d/job/too%20deep/"),
              "beyond what came in one reply");
    cr_expect_eq(kit.batch.unknown, 1, "one without a name");
    kit_done(&kit);
}

Test(jenkins_parts, only_jobs_that_moved_are_asked_for)
{
    poll_anew();
    decode(JENKINS_BUILDS, "0 13 0 0 acme/deploy", "jenkins/freestyle_waited_for_an_executor.json");
    cr_expect_eq(kit_remembers(&kit, "n:acme/deploy"), 9);
    cr_expect_eq(kit_remembers(&kit, "t:acme/deploy"), T);
    kit_commit(&kit);
    poll_anew();
    decode(JENKINS_TREE, "", "jenkins/tree_of_folders.json");
    cr_expect_eq(kit_asked(&kit, JENKINS_BUILDS), 3);
    cr_expect_not(strstr(kit.plan.first->path, "deploy"));
    kit_done(&kit);
}

Test(jenkins_parts, anonymous_may_see_no_jobs)
{
    poll_anew();
    decode(JENKINS_TREE, "", "jenkins/anonymous_sees_no_jobs.json");
    cr_expect(kit_notes(&kit, "it shows no jobs"));
    kit_done(&kit);
}

Test(jenkins_parts, a_list_of_jobs_is_asked_for_by_name)
{
    const char *jobs[] = { "acme/web", "top job" };
    struct jenkins j = { .jobs = { jobs, 2 }, .executors = false };

    poll_anew();
    source_jenkins.begin(&j, &kit.cursors, &kit.plan);
    cr_expect_eq(kit_asked(&kit, JENKINS_NODES), 0);
    cr_expect_eq(kit_asked(&kit, JENKINS_QUEUE), 1);
    cr_assert_eq(kit_asked(&kit, JENKINS_TREE), 2);
    cr_expect(strstr(kit.plan.first->next->path, "/job/acme/job/web/api/json?tree=name"));
    cr_expect(strstr(kit.plan.first->next->next->path, "/job/top%20job/api/json?tree=name"));
    kit_done(&kit);
}

/* ---- refused ---- */

Test(jenkins_parts, a_job_that_is_hidden_is_named_and_fails_no_poll)
{
    poll_anew();
    cr_expect(refuse(JENKINS_BUILDS, "0 13 0 0 acme/deploy", 403));
    cr_expect(kit_notes(&kit, "the user may not read acme/deploy (403): Job/Read is missing"));
    cr_expect(refuse(JENKINS_BUILDS, "0 13 0 0 acme/api", 404));
    cr_expect(kit_notes(&kit, "there is no job acme/api, or the user may not see it (404)"));
    cr_expect(refuse(JENKINS_QUEUE, "", 403));
    cr_expect(kit_notes(&kit, "may not see the queue (403)"));
    cr_expect(refuse(JENKINS_NODES, "", 403));
    cr_expect(kit_notes(&kit, "may not see the nodes (403); `executors: no`"));
    cr_expect_not(kit.batch.pools_whole || kit.batch.waiting_whole);
    kit_commit(&kit);
    poll_anew();
    cr_expect(refuse(JENKINS_BUILDS, "0 13 0 0 acme/deploy", 403));
    cr_expect_eq(kit.batch.note_count, 0, "said once");
    cr_expect_not(refuse(JENKINS_BUILDS, "0 13 0 0 acme/deploy", 400));
    kit_done(&kit);
}

Test(jenkins_parts, says_what_a_refusal_means)
{
    kit_refuse(&kit, &source_jenkins, &config,
               (struct reply){ .step = JENKINS_TREE, .status = 403 }, "jenkins/forbidden_403.html");
    cr_expect_str_eq(kit.err.text,
                     "refused (403): the user, or anonymous without one, lacks Overall/Read");
    cr_expect_eq(kit.err.fault, DX_FAULT_AUTH);
    kit_refuse(&kit, &source_jenkins, &config,
               (struct reply){ .step = JENKINS_TREE, .status = 401 }, "jenkins/forbidden_403.html");
    cr_expect_str_eq(kit.err.text,
                     "refused (401): `user` or its API token is wrong, or was revoked");
    kit_refuse(&kit, &source_jenkins, &config,
               (struct reply){ .step = JENKINS_TREE, .status = 404 }, "jenkins/not_found_404.html");
    cr_expect(strstr(kit.err.text, "context path"));
    cr_expect_eq(kit.err.fault, DX_FAULT_CONFIG);
}

Test(jenkins_parts, a_page_that_is_too_large_is_asked_for_in_halves)
{
    struct reply reply = {
        .step = JENKINS_FILL, .detail = 97, .detail_text = "1 100 0 0 a b/c d", .too_large = true
    };
    struct dx_error err = { 0 };

    poll_anew();
    cr_expect(source_jenkins.less(&config, &reply, &err, &kit.plan, &kit.batch));
    cr_expect(strstr(kit.plan.first->path, "%7B97%2C147%7D"));
    cr_expect(
        strstr(kit.plan.first->path, "/job/a%20b/job/c%20d/api/json?tree=labelExpression%2Call"));
    cr_expect(kit.plan.first->flags & PLAN_FILL);
    reply.detail_text = "1 6 0 0 a b/c d";
    cr_expect_not(source_jenkins.less(&config, &reply, &err, &kit.plan, &kit.batch));
    kit_done(&kit);
}

/* ---- what is new, and the version ---- */

Test(jenkins_parts, a_job_that_is_new_says_that_it_has_history)
{
    poll_anew();
    decode(JENKINS_BUILDS, "1 13 0 0 acme/web/feature%2Flogin",
           "jenkins/shared_library_revision.json");
    cr_expect_eq(kit.batch.total, 1);
    cr_expect_eq(kit.batch.done, 1, "its page was not full");
    kit_done(&kit);
    poll_anew();
    decode(JENKINS_BUILDS, "1 1 0 0 acme/web/feature%2Flogin",
           "jenkins/shared_library_revision.json");
    cr_expect_eq(kit.batch.total, 1);
    cr_expect_eq(kit.batch.done, 0);
    kit_done(&kit);
}

/* The clock was a month ahead when it was refused, and was put right. */
Test(jenkins_parts, what_was_hidden_in_a_month_s_time_is_looked_for)
{
    poll_anew();
    jenkins_remember(&kit.batch, "n", "web", 40);
    jenkins_remember(&kit.batch, "f", "web", 10);
    jenkins_remember(&kit.batch, "x", "web", NOW + 30 * JENKINS_DAY);
    kit_commit(&kit);
    poll_anew();
    jenkins_fill_begin(&config, &kit.plan);
    cr_expect_eq(kit_asked(&kit, JENKINS_FILL), 1);
    kit_done(&kit);
}

Test(jenkins_parts, its_version_is_in_a_header)
{
    poll_anew();
    cr_assert(kit_decode(&kit, &source_jenkins, &config,
                         (struct reply){ .step = JENKINS_VERSION,
                                         .status = 200,
                                         .head = "x-jenkins: 2.516.3\n",
                                         .body = "{\"mode\":\"NORMAL\"}" }));
    cr_expect_str_eq(kit.batch.version, "2.516.3");
    kit_done(&kit);
}

Test(jenkins_parts, jobs_are_given_by_full_name)
{
    static const char *const bad[] = { "", "/acme/web", "acme/web/", "job/acme/job/web" };
    const char *good = "acme/web";
    struct jenkins j = { .jobs = { (void *)&good, 1 } };
    struct dx_error err = { 0 };

    cr_expect(source_jenkins.check(&j, &err));
    for (size_t i = 0; i < 4; i++) {
        j.jobs.item = (void *)&bad[i];
        cr_expect_not(source_jenkins.check(&j, &err), "%s", bad[i]);
    }
}
