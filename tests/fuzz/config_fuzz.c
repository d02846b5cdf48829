/* A configuration is accepted without a complaint or refused with one, by the collector and by the
 * viewer, with a kind of the test's and with all that there are. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collect/kinds.h"
#include "config/config.h"
#include "fuzz_views.h"

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

static void load(const char *text, const struct config_kinds *sources,
                 const struct config_kinds *panels)
{
    struct config config;
    struct buf complaints;

    buf_init(&complaints, 1 << 20);
    if (config_load(&config, "fuzz", text, sources, panels, &complaints) != (complaints.len == 0))
        abort();
    config_done(&config);
    buf_done(&complaints);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "thing", NULL };
    static const struct config_kinds kinds = { .find = find, .names = names };
    const struct config_kinds sources = kinds_of_sources();
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    load(text, &kinds, &kinds);
    load(text, &sources, &fuzz_panels);
    free(text);
    return 0;
}
