/* load: json_loadb() into an arena. A body becomes thousands of small pieces, of which
 * none is let go before the others: to ask malloc() for each, and to give each back,
 * would be half of the work. */
#ifndef SOURCE_LOAD_H
#define SOURCE_LOAD_H

#include <jansson.h>

#include "core/mem.h"

/* NULL: *why; json_error_out_of_memory: it would become more than 64 MiB and twelve times its
 * size, as only what is made for it does. What comes is to be read only, and lives as long as the
 * arena: no json_decref(), and nothing is put into it. */
json_t *load_json(struct arena *arena, const char *body, size_t len, size_t flags,
                  json_error_t *why);

#endif
