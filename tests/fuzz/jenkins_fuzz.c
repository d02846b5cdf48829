/* Any bytes as a reply to any request of the source, as success and as refusal, and as
 * the id of a run: no crash, no text that is not clean, no job without a run. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "source/jenkins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct jenkins config = { .executors = true, .logs = true };

static const char *const about[JENKINS_STEPS] = {
    [JENKINS_NODES] = "",
    [JENKINS_QUEUE] = "",
    [JENKINS_TREE] = "acme",
    [JENKINS_BUILDS] = "1 13 0 0 acme/web/main",
    [JENKINS_FILL] = "0 25 0 0 acme/deploy",
    [JENKINS_BUILD] = "0 -1 -1 0 0 0 0\nacme\ndeploy#9@1795518000000",
    [JENKINS_STAGES] = "3 3000 2 1 4 2 1\nacme/web\nmain/12@1795518000000\n\n\nFAILURE\nwhy",
    [JENKINS_LOG] = "0 0 0 1 4 2 1\nacme/web\nmain/12@1795518000000\n8",
    [JENKINS_VERSION] = "",
};

static int64_t a_cursor(void *self, const char *name)
{
    (void)self;
    return name[0] == 'n' ? 5 : 0;
}

static const char *no_more(void *self, const char *name)
{
    (void)self;
    (void)name;
    return NULL;
}

static void expect_clean(const char *text)
{
    char again[4096];
    size_t len = strlen(text);

    if (text_clean(again, sizeof(again), text, len) != len)
        abort();
}

static void expect_outcome(const struct outcome *outcome, const struct timing *timing)
{
    expect_clean(outcome->raw_status);
    expect_clean(outcome->raw_result);
    expect_clean(outcome->evidence);
    if (timing->queued_ms < -1 || timing->duration_ms < -1)
        abort();
}

static void expect_sound(const struct batch *batch)
{
    for (size_t i = 0; i < batch->run_count; i++) {
        struct jenkins_build build;

        expect_clean(batch->runs[i].title);
        expect_clean(batch->runs[i].branch);
        expect_clean(batch->runs[i].url);
        expect_outcome(&batch->runs[i].outcome, &batch->runs[i].timing);
        (void)jenkins_build_of(batch->runs[i].project, batch->runs[i].id, &build);
    }
    for (size_t i = 0; i < batch->job_count; i++) {
        const struct job *job = &batch->jobs[i];

        if (job->run >= batch->run_count)
            abort();
        expect_clean(job->name);
        expect_clean(job->pool);
        expect_clean(job->runner);
        expect_clean(job->why);
        expect_outcome(&job->outcome, &job->timing);
        for (size_t m = 0; m < job->message_count; m++)
            expect_clean(job->messages[m]);
    }
    for (size_t i = 0; i < batch->runner_count; i++)
        expect_clean(batch->runners[i].name);
}

/* A console is no JSON: it does not come through source_decode(). */
static bool decode(struct reply *reply, struct plan *plan, struct batch *batch,
                   struct dx_error *err)
{
    if (reply->step == JENKINS_LOG || reply->status >= 300)
        return source_jenkins.decode(&config, reply, plan, batch, err);
    return source_decode(&source_jenkins, &config, reply, plan, batch, err);
}

static void one(unsigned step, int status, const char *body, size_t len)
{
    const struct cursors cursors = { .get = a_cursor, .after = no_more };
    struct plan plan = {
        .now_ms = 1795518007000, .every_ms = 60000, .history_ms = JENKINS_DAY, .cursors = &cursors
    };
    struct batch batch = { 0 };
    struct dx_error err = { 0 };
    struct reply reply = { .step = step,
                           .detail_text = about[step],
                           .status = status,
                           .content_type = "application/json",
                           .now_ms = plan.now_ms,
                           .body = body,
                           .len = len,
                           .next = "",
                           .head = "x-jenkins: 2.516.3\n" };

    if (!decode(&reply, &plan, &batch, &err) && err.fault == DX_FAULT_NONE)
        abort();
    expect_sound(&batch);
    (void)dx_fail(&err, DX_FAULT_REPLY, "answered %d", status);
    source_refused(&source_jenkins, &config, &reply, &err);
    batch_done(&batch);
    plan_done(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body = malloc(size + 1); /* as net hands it over: NUL behind it */
    struct jenkins_build build;

    if (!body)
        return 0;
    memcpy(body, data, size);
    body[size] = '\0';
    (void)jenkins_build_of("acme", body, &build);
    for (unsigned step = 0; step < JENKINS_STEPS; step++) {
        one(step, 200, body, size);
        one(step, 403, body, size);
        one(step, 404, body, size);
    }
    free(body);
    return 0;
}
