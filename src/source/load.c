/* load: json_loadb() into an arena. */
#include "config.h"

#include "source/load.h"

/* jansson asks for memory by two functions that know nothing of whom they work for. */
static struct arena *loading;

static void *take(size_t size)
{
    return arena_raw(loading, size);
}

static void keep(void *piece)
{
    (void)piece; /* the arena goes as a whole */
}

json_t *load_json(struct arena *arena, const char *body, size_t len, size_t flags,
                  json_error_t *why)
{
    json_malloc_t usual_malloc;
    json_free_t usual_free;
    json_t *json;

    json_get_alloc_funcs(&usual_malloc, &usual_free);
    loading = arena;
    json_set_alloc_funcs(take, keep);
    json = json_loadb(body, len, flags, why);
    json_set_alloc_funcs(usual_malloc, usual_free);
    loading = NULL;
    return json;
}
