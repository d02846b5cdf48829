/* Whatever a program printed before it ended, well or not: records that are sound, or words. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz_kit.h"

static enum known_run known_run(void *self, const char *project, const char *id, int64_t attempt,
                                int64_t updated_ms)
{
    (void)self;
    (void)project;
    (void)updated_ms;
    return (strlen(id) + (size_t)attempt) % 2 ? KNOWN_DONE : KNOWN_NOT;
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
    reply.status = data[0] & 2 ? 0 : 200;
    if (!source_decode(&source_exec, NULL, &reply, &plan, &batch, &err) &&
        err.fault == DX_FAULT_NONE)
        abort();
    fuzz_expect_sound(&batch);
    batch_done(&batch);
out:
    free(body);
    return 0;
}
