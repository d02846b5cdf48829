/* json_schema: the option tables as a JSON Schema, for editors. It says what
 * option.c and config.c accept. */
#ifndef CONFIG_JSON_SCHEMA_H
#define CONFIG_JSON_SCHEMA_H

#include <jansson.h>

#include "config/config.h"

/* An entry of `sources` or of a row's `panels`: any of the kinds, each with the
 * common options and its own. key: the option that names the kind ("type",
 * "panel"). The caller's reference. */
json_t *json_schema_kinds(const struct config_kinds *kinds, const struct dx_option *common,
                          const char *key);
/* The whole file; both references are taken. */
json_t *json_schema_file(json_t *source, json_t *panel);

#endif
