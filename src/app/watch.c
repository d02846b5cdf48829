/* watch: what is wrong, from one look to the next. */
#include "config.h"

#include "app/watch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/mem.h"
#include "core/text.h"
#include "core/time.h"

struct watched {
    char key[640], words[420];
    enum watch_level level, told;
    int64_t since_ms; /* of what is wrong: when it was told of first */
    bool here, fresh; /* seen in this look; for the first time */
};

void watch_begin(struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        watch->items[i].here = false;
}

static struct watched *find(struct watch *watch, const char *key)
{
    for (size_t i = 0; i < watch->count; i++)
        if (strcmp(watch->items[i].key, key) == 0)
            return &watch->items[i];
    return NULL;
}

void watch_see(struct watch *watch, const char *key, enum watch_level level, const char *words)
{
    char own[sizeof(watch->items->key)];
    struct watched *item;

    text_copy(own, sizeof(own), key);
    item = find(watch, own);
    if (!item) {
        if (watch->count == watch->cap) {
            watch->cap = watch->cap ? 2 * watch->cap : 32;
            watch->items = mem_grow(watch->items, watch->cap, sizeof(*watch->items));
        }
        item = &watch->items[watch->count++];
        *item = (struct watched){ .fresh = true };
        text_copy(item->key, sizeof(item->key), own);
    } else if (item->here && item->level >= level) { /* of several the worst */
        return;
    }
    item->here = true;
    item->level = level;
    text_copy(item->words, sizeof(item->words), words);
}

void watch_keep(struct watch *watch, const char *key)
{
    struct watched *item = find(watch, key);

    if (item)
        item->here = true;
}

static void put(FILE *out, int64_t now_ms, enum watch_level level, const char *words)
{
    static const char *const names[] = { "ok", "warning", "bad" };
    time_t at = (time_t)(now_ms / 1000);
    char stamp[40];
    struct tm tm;

    (void)localtime_r(&at, &tm);
    (void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S%z", &tm);
    (void)fprintf(out, "%s %s: %s\n", stamp, names[level], words);
}

static int head_of(const struct watched *item)
{
    const char *colon = strstr(item->words, ": ");

    return (int)(colon ? colon - item->words : (int)strlen(item->words));
}

/* Of no other does a line begin so: then its beginning says what it is. */
static bool is_alone(const struct watch *watch, const struct watched *item)
{
    size_t head = (size_t)head_of(item);

    for (size_t i = 0; i < watch->count; i++) {
        const struct watched *other = &watch->items[i];

        if (other != item && (size_t)head_of(other) == head &&
            strncmp(other->words, item->words, head) == 0)
            return false;
    }
    return true;
}

/* It is over: what it was, and how long. */
static void put_over(FILE *out, int64_t now_ms, const struct watched *item, bool alone)
{
    char words[500], span[TIME_TEXT];

    (void)snprintf(words, sizeof(words), "%.*s: over, after %s",
                   alone ? head_of(item) : (int)strlen(item->words), item->words,
                   duration_format(span, now_ms - item->since_ms, true));
    put(out, now_ms, WATCH_OK, words);
}

static size_t tell_one(struct watched *item, int64_t now_ms, FILE *out)
{
    bool said = item->fresh || item->level != item->told;

    if (said)
        put(out, now_ms, item->level, item->words);
    if (item->level != WATCH_OK && (item->fresh || item->told == WATCH_OK))
        item->since_ms = now_ms;
    item->told = item->level;
    item->fresh = false;
    return said;
}

size_t watch_tell(struct watch *watch, int64_t now_ms, bool whole, FILE *out)
{
    size_t lines = 0, kept = 0;

    for (size_t i = 0; i < watch->count; i++) {
        struct watched *item = &watch->items[i];

        if (item->here) {
            lines += tell_one(item, now_ms, out);
        } else if (whole && item->told != WATCH_OK) {
            put_over(out, now_ms, item, is_alone(watch, item));
            lines++;
        }
    }
    for (size_t i = 0; i < watch->count; i++)
        if (watch->items[i].here || !whole)
            watch->items[kept++] = watch->items[i];
    watch->count = kept;
    watch->begun = true;
    return lines;
}

void watch_done(struct watch *watch)
{
    free(watch->items);
    *watch = (struct watch){ .begun = false };
}
