/* What a program printed never crashes the decoder, and what comes of it is clean. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "source/plan.h"
#include "source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum known_run known_run(void *self, const char *project, const char *id, int64_t attempt,
                                int64_t updated_ms)
{
    (void)self;
    (void)project;
    (void)updated_ms;
    return (strlen(id) + (size_t)attempt) % 2 ? KNOWN_DONE : KNOWN_NOT;
}

static void judge(const char *text)
{
    char clean[4096];

    if (!text || text_clean(clean, sizeof(clean), text, strlen(text)) != strlen(text))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct known known = { .run = known_run };
    struct plan plan = { .now_ms = 1795507380000, .known = &known };
    struct batch batch = { 0 };
    struct dx_error err = { 0 };
    struct reply reply = { .status = 200, .content_type = "", .now_ms = plan.now_ms };
    char *body = malloc(size + 1);

    if (size < 1)
        goto out;
    memcpy(body, data + 1, size - 1);
    body[size - 1] = '\0';
    reply.body = body;
    reply.len = size - 1;
    reply.cut = data[0] & 1;
    (void)source_decode(&source_exec, NULL, &reply, &plan, &batch, &err);
    for (size_t i = 0; i < batch.run_count; i++) {
        judge(batch.runs[i].project);
        judge(batch.runs[i].title);
        judge(batch.runs[i].outcome.evidence);
    }
    for (size_t i = 0; i < batch.job_count; i++) {
        if (batch.jobs[i].run >= batch.run_count)
            abort();
        judge(batch.jobs[i].name);
        judge(batch.jobs[i].pool);
    }
    for (size_t i = 0; i < batch.note_count; i++)
        judge(batch.notes[i].text);
    batch_done(&batch);
out:
    free(body);
    return 0;
}
