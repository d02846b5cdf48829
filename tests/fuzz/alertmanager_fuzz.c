/* Any bytes as a reply to any request of the source, as success and as refusal:
 * no crash, no text that is not clean. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "fuzz_kit.h"

enum { STEPS = 2 };

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

static void one(unsigned step, const char *body, size_t len)
{
    static const struct { /* as the option table fills it */
        struct dx_items filter;
        const char *receiver;
    } config = { { NULL, 0 }, "" };
    const struct cursors cursors = { .get = no_cursor };
    struct plan plan = {
        .now_ms = 1795518007000, .every_ms = 15000, .history_ms = 3600000, .cursors = &cursors
    };
    struct batch batch = { 0 };
    struct dx_error err = { 0 };
    struct reply reply = { .step = step,
                           .status = 200,
                           .content_type = "application/json",
                           .detail_text = "1795516200000 1795518000000 0 0",
                           .now_ms = plan.now_ms,
                           .body = body,
                           .len = len,
                           .next = "" };

    if (!source_decode(&source_alertmanager, &config, &reply, &plan, &batch, &err) &&
        err.fault == DX_FAULT_NONE)
        abort();
    for (size_t i = 0; i < batch.series_count; i++)
        expect_clean(batch.series[i].labels);
    for (size_t i = 0; i < batch.sample_count; i++)
        if (batch.samples[i].series >= batch.series_count)
            abort();
    for (size_t i = 0; i < batch.alert_count; i++) {
        expect_clean(batch.alerts[i].name);
        expect_clean(batch.alerts[i].labels);
        expect_clean(batch.alerts[i].summary);
    }
    reply.status = 422;
    (void)dx_fail(&err, DX_FAULT_REPLY, "answered 422");
    source_refused(&source_alertmanager, &config, &reply, &err);
    batch_done(&batch);
    plan_done(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bool chosen = size >= FUZZ_CHOICE && data[0] == FUZZ_CHOSEN;
    size_t len = size - (chosen ? FUZZ_CHOICE : 0);
    char *body = malloc(len + 1); /* as net hands it over: NUL behind it */

    if (!body)
        return 0;
    memcpy(body, data + (size - len), len);
    body[len] = '\0';
    for (unsigned step = 0; step < STEPS; step++)
        if (!chosen || step == data[1] % STEPS)
            one(step, body, len);
    free(body);
    return 0;
}
