/* load: json_loadb() into an arena. */
#include "config.h"

#include "source/load.h"

#include <stdio.h>

/* Answers become eight times their size, lists of empty objects ninety times. */
enum { ROOM_LEAST = 64 << 20, ROOM_TIMES = 12 };

/* jansson asks for memory by two functions that know nothing of whom they work for. */
static struct arena *loading;
static size_t room;

static void *take(size_t size)
{
    if (size > room) {
        room = 0;
        return NULL;
    }
    room -= size;
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
    room = ROOM_LEAST + ROOM_TIMES * len;
    json_set_alloc_funcs(take, keep);
    json = json_loadb(body, len, flags, why);
    json_set_alloc_funcs(usual_malloc, usual_free);
    loading = NULL;
    if (!json && room == 0) { /* jansson does not say it, where it noticed at all */
        (void)snprintf(why->text, sizeof(why->text), "too much in it");
        why->text[sizeof(why->text) - 1] = json_error_out_of_memory;
    }
    return json;
}
