/* Any bytes as a reply to any request of the source, as success, as answer and as
 * refusal: no crash, no text that is not clean, no job without a run. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "source/github.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t no_cursor(void *self, const char *name)
{
    (void)self;
    (void)name;
    return 0;
}

static void expect_clean(const char *text)
{
    char again[4096];
    size_t len = strlen(text);

    if (text_clean(again, sizeof(again), text, len) != len)
        abort();
}

static void expect_timing(const struct timing *t)
{
    if (t->queued_ms < -1 || t->duration_ms < -1)
        abort();
}

static void expect_sane(const struct batch *batch)
{
    for (size_t i = 0; i < batch->run_count; i++) {
        expect_clean(batch->runs[i].title);
        expect_clean(batch->runs[i].pipeline);
        expect_timing(&batch->runs[i].timing);
    }
    for (size_t i = 0; i < batch->job_count; i++) {
        const struct job *job = &batch->jobs[i];

        if (job->run >= batch->run_count)
            abort();
        expect_clean(job->name);
        expect_clean(job->pool);
        expect_timing(&job->timing);
        for (size_t s = 0; s < job->step_count; s++)
            expect_clean(job->steps[s].name);
        for (size_t m = 0; m < job->message_count; m++)
            expect_clean(job->messages[m]);
    }
    for (size_t i = 0; i < batch->runner_count; i++)
        expect_clean(batch->runners[i].pool);
}

/* A job to which annotations can belong. */
static void add_job(struct batch *batch)
{
    struct job *job = batch_job(batch, batch_known_run(batch, "acme/web", "501", 1));

    job->id = "9001";
    job->outcome.result = DX_RESULT_CANCELLED;
}

static void one(unsigned step, int status, const char *body, size_t len)
{
    static const char *repos[] = { "acme/web", "acme/api" };
    static const struct github config = {
        .repos = { repos, 2 }, .org = "acme", .annotations = true, .logs = true, .runners = true
    };
    const struct cursors cursors = { .get = no_cursor };
    struct plan plan = {
        .now_ms = 1795518007000, .every_ms = 30000, .history_ms = 3024000000, .cursors = &cursors
    };
    struct batch batch = { 0 };
    struct dx_error err = { 0 };
    struct reply reply = { .step = step,
                           .status = status,
                           .content_type = "application/json",
                           .detail_text = step == STEP_FILL || step == STEP_SCAN
                                              ? "acme/web 1795431600000 1795518000000"
                                              : "acme/web 501 1 9001 last",
                           .now_ms = plan.now_ms,
                           .body = body,
                           .len = len,
                           .next = "" };

    add_job(&batch);
    if (step == STEP_LOG && status == 200)
        (void)source_github.decode(&config, &reply, &plan, &batch, &err);
    else if (!source_decode(&source_github, &config, &reply, &plan, &batch, &err) &&
             err.fault == DX_FAULT_NONE)
        abort();
    expect_sane(&batch);
    (void)dx_fail(&err, DX_FAULT_REPLY, "answered %d", status);
    source_refused(&source_github, &config, &reply, &err);
    batch_done(&batch);
    plan_done(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int refusals[] = { 403, 404 };
    char *body = malloc(size + 1); /* as net hands it over: NUL behind it */

    if (!body)
        return 0;
    memcpy(body, data, size);
    body[size] = '\0';
    for (unsigned step = 0; step < STEP_COUNT; step++)
        one(step, 200, body, size);
    for (size_t i = 0; i < 2; i++)
        one(STEP_RUNS, refusals[i], body, size);
    free(body);
    return 0;
}
