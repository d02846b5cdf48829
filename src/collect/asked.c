/* asked: what a poll asked for. */
#include "config.h"

#include "collect/asked.h"

#include <stdlib.h>

#include "core/mem.h"
#include "core/text.h"
#include "source/field.h"

enum { TIMES_MOST = 3, SLOTS_LEAST = 64 };

static struct asked_one *slot_of(const struct asked *asked, uint64_t hash)
{
    size_t at = (size_t)hash & (asked->cap - 1);

    while (asked->slots[at].hash != 0 && asked->slots[at].hash != hash)
        at = (at + 1) & (asked->cap - 1);
    return &asked->slots[at];
}

static void grow(struct asked *asked)
{
    struct asked old = *asked;

    asked->cap = old.cap > 0 ? 2 * old.cap : SLOTS_LEAST;
    asked->slots = mem_new(asked->cap, sizeof(*asked->slots));
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].hash != 0)
            *slot_of(asked, old.slots[i].hash) = old.slots[i];
    free(old.slots);
}

bool asked_enough(struct asked *asked, const char *path, const char *form)
{
    uint64_t hash = text_hash(path) + (form ? 31 * text_hash(form) : 0);
    struct asked_one *one;

    hash = hash != 0 ? hash : 1;
    if (2 * (asked->count + 1) > asked->cap)
        grow(asked);
    one = slot_of(asked, hash);
    asked->count += one->hash == 0;
    one->hash = hash;
    return ++one->times > TIMES_MOST;
}

void asked_done(struct asked *asked)
{
    free(asked->slots);
    *asked = (struct asked){ .cap = 0 };
}
