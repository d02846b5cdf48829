/* A configuration is accepted without a complaint or refused with one. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libfyaml 0.7 loses its list of diagnostics after some syntax errors. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml";
}

static const struct dx_option options[] = { { 0 } };

static bool find(void *self, const char *name, struct config_kind *kind, struct dx_error *err)
{
    (void)self;
    if (strcmp(name, "thing") != 0)
        return dx_fail(err, DX_FAULT_CONFIG, "no such kind");
    *kind = (struct config_kind){ .name = "thing", .options = options, .size = 8, .every = "15s" };
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "thing", NULL };
    static const struct config_kinds kinds = { .find = find, .names = names };
    struct config config;
    struct buf complaints;
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    buf_init(&complaints, 1 << 20);
    if (config_load(&config, "fuzz", text, &kinds, &kinds, &complaints) != (complaints.len == 0))
        abort();
    config_done(&config);
    buf_done(&complaints);
    free(text);
    return 0;
}
