/* Any bytes as a reply to any request of the source, as success and as refusal: no
 * crash, no text that is not clean, no job without a run. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "source/azure.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct azure config = { .api_version = "7.1", .pools = true, .logs = true };

static int64_t a_cursor(void *self, const char *name)
{
    (void)self;
    return name[0] == 'n' ? 1795510000000 : 0;
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
        expect_clean(batch->runs[i].title);
        expect_clean(batch->runs[i].branch);
        expect_clean(batch->runs[i].url);
        expect_outcome(&batch->runs[i].outcome, &batch->runs[i].timing);
    }
    for (size_t i = 0; i < batch->job_count; i++) {
        if (batch->jobs[i].run >= batch->run_count || batch->jobs[i].attempt < 1)
            abort();
        expect_clean(batch->jobs[i].name);
        expect_clean(batch->jobs[i].pool);
        expect_clean(batch->jobs[i].runner);
        expect_outcome(&batch->jobs[i].outcome, &batch->jobs[i].timing);
    }
    for (size_t i = 0; i < batch->runner_count; i++)
        expect_clean(batch->runners[i].name);
}

/* A log is no JSON: it does not come through source_decode(). */
static bool decode(struct reply *reply, struct plan *plan, struct batch *batch,
                   struct dx_error *err)
{
    if (reply->step == AZURE_LOG)
        return source_azure.decode(&config, reply, plan, batch, err);
    return source_decode(&source_azure, &config, reply, plan, batch, err);
}

static void one(unsigned step, int status, const char *body, size_t len)
{
    const struct cursors cursors = { .get = a_cursor, .after = no_more };
    struct plan plan = {
        .now_ms = 1795518007000, .every_ms = 30000, .history_ms = 3600000, .cursors = &cursors
    };
    struct batch batch = { 0 };
    struct dx_error err = { 0 };
    struct reply reply = { .step = step,
                           .detail = 5,
                           .detail_text = "8\t1\t-1\t18\t3\t1\t1\tBilling\tBilling/x\tLinux\t",
                           .status = status,
                           .content_type = "application/json",
                           .now_ms = plan.now_ms,
                           .body = body,
                           .len = len,
                           .next = "",
                           .head = "x-ms-continuationtoken: 2\n" };

    if (!decode(&reply, &plan, &batch, &err) && err.fault == DX_FAULT_NONE)
        abort();
    expect_sound(&batch);
    (void)dx_fail(&err, DX_FAULT_REPLY, "answered %d", status);
    source_refused(&source_azure, &config, &reply, &err);
    batch_done(&batch);
    plan_done(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body = malloc(size + 1); /* as net hands it over: NUL behind it */

    if (!body)
        return 0;
    memcpy(body, data, size);
    body[size] = '\0';
    for (unsigned step = 0; step < AZURE_STEPS; step++) {
        one(step, 200, body, size);
        one(step, 403, body, size);
        one(step, 404, body, size);
    }
    free(body);
    return 0;
}
