/* Any bytes as a reply to any request of the source, as success and as refusal:
 * no crash, no text that is not clean. Points that stay text are those that they are as values. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "fuzz_kit.h"
#include "source/prometheus.h"

enum { STEPS = 5 };

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

static void expect_same(const struct batch *batch, const struct batch *plain)
{
    if (batch->sample_count != plain->sample_count || batch->unknown != plain->unknown ||
        batch->series_count != plain->series_count || batch->note_count != plain->note_count ||
        batch->repaired != plain->repaired || batch->cursor_count != plain->cursor_count)
        abort();
    for (size_t i = 0; i < batch->sample_count; i++) {
        const struct sample *a = &batch->samples[i], *b = &plain->samples[i];

        if (a->series != b->series || a->at_ms != b->at_ms ||
            memcmp(&a->value, &b->value, sizeof(a->value)) != 0)
            abort();
    }
    for (size_t i = 0; i < batch->series_count; i++)
        if (strcmp(batch->series[i].labels, plain->series[i].labels) != 0)
            abort();
    for (size_t i = 0; i < batch->note_count; i++)
        if (strcmp(batch->notes[i].text, plain->notes[i].text) != 0)
            abort();
}

static void one(unsigned step, const char *body, size_t len)
{
    static struct query queries[] = { { .name = "q", .query = "up" } };
    static const struct prometheus config = { { queries, 1 }, true, true };
    const struct cursors cursors = { .get = no_cursor };
    struct plan plan = {
        .now_ms = 1795518007000, .every_ms = 15000, .history_ms = 3600000, .cursors = &cursors
    };
    struct source as_values = source_prometheus;
    struct batch batch = { 0 }, plain = { 0 };
    struct dx_error err = { 0 }, plain_err = { 0 };
    struct reply reply = { .step = step,
                           .status = 200,
                           .content_type = "application/json",
                           .detail_text = "1795516200000 1795518000000 0 0",
                           .now_ms = plan.now_ms,
                           .body = body,
                           .len = len,
                           .next = "" };

    if (!source_decode(&source_prometheus, &config, &reply, &plan, &batch, &err) &&
        err.fault == DX_FAULT_NONE)
        abort();
    as_values.shorten = NULL;
    if (step == STEP_RANGE) {
        (void)source_decode(&as_values, &config, &reply, &plan, &plain, &plain_err);
        expect_same(&batch, &plain);
        if (err.fault != plain_err.fault || strcmp(err.text, plain_err.text) != 0)
            abort();
    }
    batch_done(&plain);
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
    source_refused(&source_prometheus, &config, &reply, &err);
    batch_done(&batch);
    plan_done(&plan);
}

/* As net hands it over: NUL behind it. */
static void body_of(const char *before, const uint8_t *data, size_t size, const char *behind)
{
    const bool chosen = size >= FUZZ_CHOICE && data[0] == FUZZ_CHOSEN;
    unsigned from = STEP_RANGE, to = *before ? STEP_INSTANT : STEPS;
    size_t first = strlen(before), last = strlen(behind), len;
    char *body;

    if (chosen) {
        from = data[1] % to;
        to = from + 1;
        data += FUZZ_CHOICE;
        size -= FUZZ_CHOICE;
    }
    len = first + size + last;
    body = malloc(len + 1);
    if (!body)
        return;
    memcpy(body, before, first);
    memcpy(body + first, data, size);
    memcpy(body + first + size, behind, last + 1);
    for (unsigned step = from; step < to; step++)
        one(step, body, len);
    free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char before[] =
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
        "{\"values\":[[1795516200,\"1\"]]},{\"values\":[[1795516200,\"";

    body_of("", data, size, "");
    body_of(before, data, size, "]}]}}"); /* from inside of a range's points on */
    return 0;
}
