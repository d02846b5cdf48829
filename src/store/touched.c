/* touched: sets of what a commit changed. */
#include "config.h"

#include "store/touched.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

/* No store has so many rows: a number behind them is a damaged one. */
enum { BITS = 64, FIRST = 64, IDS_MOST = 1 << 28 };

void ids_add(struct ids *ids, int64_t id)
{
    size_t at = (size_t)id / BITS, words = ids->words ? ids->words : FIRST;

    if (id <= 0 || id > IDS_MOST)
        return;
    if (at >= ids->words) {
        while (words <= at)
            words *= 2;
        ids->word = mem_grow(ids->word, words, sizeof(*ids->word));
        memset(ids->word + ids->words, 0, (words - ids->words) * sizeof(*ids->word));
        ids->words = words;
    }
    ids->word[at] |= UINT64_C(1) << ((size_t)id % BITS);
}

bool ids_has(const struct ids *ids, int64_t id)
{
    size_t at = (size_t)id / BITS;

    return at < ids->words && (ids->word[at] >> ((size_t)id % BITS) & 1) != 0;
}

int64_t ids_next(const struct ids *ids, int64_t after)
{
    size_t id = (size_t)after + 1;

    for (; id / BITS < ids->words; id++) {
        uint64_t rest = ids->word[id / BITS] >> (id % BITS);

        if (rest != 0)
            return (int64_t)id + __builtin_ctzll(rest);
        id |= BITS - 1; /* to the last one of this word */
    }
    return 0;
}

void ids_done(struct ids *ids)
{
    free(ids->word);
    *ids = (struct ids){ 0 };
}

void parts_add(struct parts *parts, int64_t id, int64_t nth)
{
    const struct part *last = parts->count > 0 ? &parts->part[parts->count - 1] : NULL;

    if (last && last->id == id && last->nth == nth)
        return;
    if (!parts->part || parts->count == parts->cap) {
        parts->cap = parts->cap ? 2 * parts->cap : FIRST;
        parts->part = mem_grow(parts->part, parts->cap, sizeof(*parts->part));
    }
    parts->part[parts->count++] = (struct part){ .id = id, .nth = nth };
}

static int by_id(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x->nth > y->nth) - (x->nth < y->nth);
}

void parts_sort(struct parts *parts)
{
    size_t n = 0;

    if (parts->count == 0)
        return;
    qsort(parts->part, parts->count, sizeof(*parts->part), by_id);
    for (size_t i = 1; i < parts->count; i++)
        if (by_id(&parts->part[n], &parts->part[i]) != 0)
            parts->part[++n] = parts->part[i];
    parts->count = n + 1;
}

static void parts_done(struct parts *parts)
{
    free(parts->part);
    *parts = (struct parts){ 0 };
}

void touched_done(struct touched *touched)
{
    ids_done(&touched->pools);
    ids_done(&touched->pipelines);
    ids_done(&touched->tickets);
    ids_done(&touched->flaky);
    ids_done(&touched->flaky_days);
    parts_done(&touched->pool_hours);
    parts_done(&touched->pipeline_days);
    parts_done(&touched->kpi_days);
    parts_done(&touched->failed_days);
    *touched = (struct touched){ .failed_to_ms = 0 };
}
