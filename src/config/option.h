/* option: fill a struct of settings from a mapping, by its option table. */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include <dxtop/panel.h>

#include "config/yaml.h"

struct option_context {
    struct arena *arena;
    struct complaints complaints;
    const char *dir; /* of the file: relative paths of secrets begin here */
};

/* Complain of the keys of map that neither table knows (also: NULL none) and
 * that are not in others (ends at NULL; NULL none). */
bool options_judge(struct option_context *context, const struct yaml *map,
                   const struct dx_option *options, const struct dx_option *also,
                   const char *const *others);
/* Set every field of the table from map, or from its fallback. Returns false
 * when there was a complaint. */
bool options_fill(struct option_context *context, void *settings, const struct dx_option *options,
                  const struct yaml *map);

/* How long a struct is that has all fields of the table (NULL: none). */
size_t options_size(const struct dx_option *options);

/* A file name of the configuration as a path. */
const char *option_path(struct option_context *context, const char *name);

#endif
