/* jenkins: the ends of consoles, of a build and of its stages. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"
#include "source/jenkins.h"
#include "source_kit.h"

static const int64_t NOW = 1795518600000;

static struct jenkins config = { .executors = true };
static struct kit kit;

TestSuite(jenkins_console, .timeout = 20);

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

Test(jenkins_console, the_console_of_a_failure_without_a_cause_is_read_where_asked)
{
    struct reply reply = { .step = JENKINS_LOG, .status = 200, .next = "", .now_ms = NOW };
    const struct log_tail *tail;
    char *body;

    config.logs = true;
    stages("0 3000 1 1 4 2 1", "jenkins/stages.json");
    cr_assert(kit_asks(&kit, "/job/acme/job/web/job/main/12/logText/progressiveText?start=0"));
    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        if (r->step == JENKINS_LOG)
            reply.detail_text = r->detail_text;
    body = kit_fixture("jenkins/console_of_a_failed_build.txt", &reply.len);
    reply.body = body;
    cr_expect_not(batch_run_whole(&kit.batch.runs[0]), "until it came");
    cr_assert(source_jenkins.decode(&config, &reply, &kit.plan, &kit.batch, &kit.err));
    cr_expect(batch_run_whole(&kit.batch.runs[0]));
    free(body);
    cr_assert_eq(kit.batch.tail_count, 1);
    tail = kit.batch.tails;
    cr_expect_str_eq(tail->project, "acme/web");
    cr_expect_str_eq(tail->run, "main/12@1795518000000");
    cr_expect_str_eq(tail->job, "8", "the first stage that failed");
    cr_expect(strstr(tail->text, "cc: error: no input files"));
    cr_expect(strstr(tail->text, "\nFinished: FAILURE"));
    cr_expect_null(strchr(tail->text, '\x1b'));
    kit_done(&kit);
    config.logs = false;
}

static const char mixed[] = "Started by user amara\n"
                            "[Pipeline] stage\n[Pipeline] { (Test)\n"
                            "[Pipeline] parallel\n"
                            "[Pipeline] { (Branch: unit)\n"
                            "[Pipeline] { (Branch: lint)\n"
                            "[unit] FAILED t.py::test_a\n"
                            "[lint] app.py:1:2: E501 too long\n"
                            "[Pipeline] // parallel\n[Pipeline] }\n[Pipeline] }\n[Pipeline] }\n"
                            "[Pipeline] { (Publish)\n[Pipeline] node\n[Pipeline] {\n"
                            "docker push\r\n[Pipeline] }\n"
                            "503 Service Unavailable\n[Pipeline] }\n"
                            "Finished: FAILURE\n";
static const struct {
    const char *job, *text;
} parts[] = {
    { "21", "[unit] FAILED t.py::test_a" },
    { "22", "[lint] app.py:1:2: E501 too long" },
    { "40", "docker push\n503 Service Unavailable" },
};

static void decode_console(const char *stages, const char *body)
{
    struct reply reply = { .step = JENKINS_LOG,
                           .status = 200,
                           .next = "",
                           .now_ms = NOW,
                           .body = body,
                           .len = strlen(body),
                           .detail_text = stages };

    poll_anew();
    cr_assert(source_jenkins.decode(&config, &reply, &kit.plan, &kit.batch, &kit.err));
}

Test(jenkins_console, the_console_of_several_stages_that_failed_is_taken_apart)
{
    decode_console("0 0 0 1 4 2 1\nacme/web\nmain/12@1795518000000\n21\n\nFAILURE\n"
                   "21 unit\n22 lint\n40 Publish",
                   mixed);
    cr_assert_eq(kit.batch.tail_count, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_str_eq(kit.batch.tails[i].job, parts[i].job);
        cr_expect_str_eq(kit.batch.tails[i].text, parts[i].text, "%s", kit.batch.tails[i].text);
    }
    kit_done(&kit);
}

Test(jenkins_console, a_console_without_stages_is_of_the_first_that_failed)
{
    decode_console("0 0 0 1 4 2 1\nacme/web\nmain/12@1795518000000\n21\n\nFAILURE\n"
                   "21 unit\n22 lint",
                   "make\nmake: *** [all] Error 2\n");
    cr_assert_eq(kit.batch.tail_count, 1);
    cr_expect_str_eq(kit.batch.tails[0].job, "21");
    cr_expect_str_eq(kit.batch.tails[0].text, "make\nmake: *** [all] Error 2");
    kit_done(&kit);
}

/* Or the poll that found the job would be thought to be the last. */
