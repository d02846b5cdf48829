/* kinds: the sources as the configuration asks for them. */
#include "config.h"

#include "collect/kinds.h"

#include "source/source.h"

enum { KINDS_MOST = 32 };

static bool find(void *self, const char *name, struct config_kind *kind, struct dx_error *err)
{
    const struct source *source = source_find(name);

    (void)self;
    if (!source)
        return dx_fail(err, DX_FAULT_CONFIG, "unknown type of source");
    *kind = (struct config_kind){ .name = source->name,
                                  .summary = source->summary,
                                  .options = source->options,
                                  .size = source->config_size,
                                  .every = source->every,
                                  .history = source->history,
                                  .url = source->command ? "" : source->url,
                                  .check = source->check,
                                  .kind = source };
    return true;
}

struct config_kinds kinds_of_sources(void)
{
    static const char *names[KINDS_MOST + 1];

    for (size_t i = 0; i < KINDS_MOST && sources[i]; i++)
        names[i] = sources[i]->name;
    return (struct config_kinds){ .find = find, .names = names };
}
