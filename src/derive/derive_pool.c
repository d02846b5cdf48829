/* derive_pool: how long jobs waited for a pool's runners. Exact up to 7 days and
 * up to 10,000 jobs; beyond it from the days' histograms, within 1 %. */
#include "config.h"

#include "derive/derive.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "core/time.h"
#include "insight/quantile.h"
#include "insight/reach.h"

enum {
    EXACT_MOST = 10000,
    SHORT_WINDOWS = 2, /* 1 h, 24 h */
    EXACT_WINDOWS = 3, /* 7 d too */
};

struct waits { /* ascending by start */
    int64_t pool;
    struct stored_wait *wait;
    size_t count;
    int64_t from_ms;  /* they are those that started after it */
    int64_t raw_ms;   /* what was before it may be gone */
    int64_t first_ms; /* when the first run of its source ended; 0: none did */
};

/* ---- one window ---- */

struct spans { /* in ms; exact ones ascending, else buckets */
    double *value;
    struct bucket *bucket;
    size_t count, bucket_count;
    int64_t n;
};

static void spans_done(struct spans *spans)
{
    free(spans->value);
    free(spans->bucket);
    *spans = (struct spans){ .n = 0 };
}

static double spans_quantile(const struct spans *s, double p)
{
    return s->bucket ? bucket_quantile(s->bucket, s->bucket_count, p)
                     : quantile(s->value, s->count, p);
}

/* The first that started after it. */
static size_t first_after(const struct waits *waits, int64_t ms)
{
    size_t low = 0, high = waits->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (waits->wait[middle].started_ms > ms)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Those that started in (from, to]. */
static struct spans pick(const struct waits *waits, int64_t from_ms, int64_t to_ms)
{
    size_t first = first_after(waits, from_ms), end = first_after(waits, to_ms);
    struct spans s = { .value = mem_new(end - first, sizeof(double)) };

    for (size_t i = first; i < end; i++)
        s.value[s.count++] = (double)waits->wait[i].queued_ms;
    quantile_sort(s.value, s.count);
    s.n = (int64_t)s.count;
    return s;
}

static bool read_exact(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                       struct spans *out, struct dx_error *err)
{
    struct waits waits = { .pool = pool };

    if (!store_waits(store, waits.pool, from_ms, to_ms, &waits.wait, &waits.count, err))
        return false;
    *out = pick(&waits, from_ms, to_ms);
    free(waits.wait);
    return true;
}

static int by_index(const void *a, const void *b)
{
    return ((const struct bucket *)a)->index - ((const struct bucket *)b)->index;
}

/* Whole days from the histogram, what is left at both ends from the records. */
static bool read_buckets(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                         struct spans *out, struct dx_error *err)
{
    int64_t first = from_ms / DAY_MS + 1, end = (to_ms + 1) / DAY_MS;
    struct spans head = { .n = 0 }, tail = { .n = 0 };
    struct pool_bucket *days = NULL;
    size_t count = 0;
    bool ok = store_buckets(store, pool, first, end, &days, &count, err) &&
              read_exact(store, pool, from_ms, first * DAY_MS - 1, &head, err) &&
              read_exact(store, pool, end * DAY_MS - 1, to_ms, &tail, err);

    *out = (struct spans){ .n = 0 };
    if (ok) {
        out->bucket = mem_new(count + head.count + tail.count + 1, sizeof(*out->bucket));
        for (size_t i = 0; i < count; i++)
            out->bucket[out->bucket_count++] =
                (struct bucket){ (int)days[i].bucket, days[i].count };
        for (size_t i = 0; i < head.count; i++)
            out->bucket[out->bucket_count++] =
                (struct bucket){ bucket_of((int64_t)head.value[i]), 1 };
        for (size_t i = 0; i < tail.count; i++)
            out->bucket[out->bucket_count++] =
                (struct bucket){ bucket_of((int64_t)tail.value[i]), 1 };
        qsort(out->bucket, out->bucket_count, sizeof(*out->bucket), by_index);
        for (size_t i = 0; i < out->bucket_count; i++)
            out->n += out->bucket[i].count;
    }
    free(days);
    spans_done(&head);
    spans_done(&tail);
    return ok;
}

static bool read_long(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                      struct spans *out, struct dx_error *err)
{
    int64_t n;

    if (!store_hours_n(store, pool, from_ms / HOUR_MS, to_ms / HOUR_MS + 1, &n, err))
        return false;
    return n <= EXACT_MOST ? read_exact(store, pool, from_ms, to_ms, out, err)
                           : read_buckets(store, pool, from_ms, to_ms, out, err);
}

/* ---- the rows ---- */

static bool fill_counts(struct store *store, struct pool_row *row, int64_t at_ms,
                        struct dx_error *err)
{
    struct pool_counts counts = { 0 };
    bool ok = store_pool_counts(store, row->pool, at_ms - row->window_ms, at_ms, &counts, err);

    row->skewed = counts.skewed;
    row->never = counts.never;
    row->gate_n = counts.gates;
    row->gate_p50 = quantile(counts.gate_ms, (size_t)counts.gates, 0.5);
    free(counts.gate_ms);
    return ok;
}

static bool put_window(struct store *store, struct pool_row *row, const struct spans *now,
                       const struct spans *before, int64_t at_ms, struct dx_error *err)
{
    row->n = now->n;
    row->p50 = spans_quantile(now, 0.5);
    row->p90 = spans_quantile(now, 0.9);
    row->p95 = spans_quantile(now, 0.95);
    row->p99 = spans_quantile(now, 0.99);
    row->approx = now->bucket != NULL;
    row->n_before = before->n;
    row->before = spans_quantile(before, 0.95);
    return fill_counts(store, row, at_ms, err) && store_put_pool(store, row, err);
}

/* Nothing of a window of which some is gone. */
static bool read_window(struct store *store, const struct waits *waits, int w, int64_t to_ms,
                        struct spans *out, struct dx_error *err)
{
    int64_t from_ms = to_ms - derive_windows[w];

    *out = (struct spans){ .n = 0 };
    if (from_ms + 1 < waits->raw_ms)
        return true;
    if (from_ms < waits->from_ms)
        return read_long(store, waits->pool, from_ms, to_ms, out, err);
    *out = pick(waits, from_ms, to_ms);
    return true;
}

static bool put_windows(struct store *store, struct pool_row *row, const struct waits *waits,
                        int windows, int64_t at_ms, struct dx_error *err)
{
    bool ok = true;

    for (int w = 0; ok && w < windows; w++) {
        int64_t since = at_ms - derive_windows[w];
        struct spans now = { .n = 0 }, before = { .n = 0 };

        ok = read_window(store, waits, w, at_ms, &now, err) &&
             (!reaches(waits->first_ms, since - derive_windows[w], derive_windows[w]) ||
              read_window(store, waits, w, since, &before, err));
        row->window_ms = derive_windows[w];
        ok = ok && put_window(store, row, &now, &before, at_ms, err);
        spans_done(&now);
        spans_done(&before);
    }
    return ok;
}

static int64_t sooner(int64_t ms, int64_t other_ms)
{
    return ms < other_ms ? ms : other_ms;
}

/* When an edge of a window next passes a start. Those of the longest window are
 * not in the list: its numbers move slowly, so they are looked at once an hour. */
static int64_t next_start(const struct waits *waits, int64_t at_ms)
{
    int64_t due_ms = at_ms + HOUR_MS;

    for (int w = 0; w < EXACT_WINDOWS; w++) {
        for (int edge = 1; edge <= 2; edge++) {
            int64_t back_ms = edge * derive_windows[w];
            size_t next = first_after(waits, at_ms - back_ms);

            if (next < waits->count)
                due_ms = sooner(due_ms, waits->wait[next].started_ms + back_ms);
        }
    }
    return due_ms;
}

/* When what started in the last hour, or waits, came an hour ago. */
static int64_t next_flow(const struct waits *waits, int64_t came_ms, int64_t at_ms)
{
    int64_t due_ms = came_ms < INT64_MAX ? came_ms + HOUR_MS : INT64_MAX;

    for (size_t i = first_after(waits, at_ms - HOUR_MS); i < waits->count; i++) {
        const struct stored_wait *wait = &waits->wait[i];

        if (wait->queued_ms < 0 || wait->queued_ms >= HOUR_MS)
            continue;
        came_ms = wait->started_ms - wait->queued_ms;
        if (came_ms > at_ms - HOUR_MS)
            due_ms = sooner(due_ms, came_ms + HOUR_MS);
    }
    return due_ms;
}

static bool next_due(struct store *store, const struct waits *waits, int64_t at_ms, int64_t *due_ms,
                     struct dx_error *err)
{
    struct pool_firsts firsts;
    int64_t next_ms;

    /* what starts only now is not in the list */
    if (!store_next_of_pool(store, waits->pool, at_ms, &next_ms, err))
        return false;
    *due_ms = sooner(next_ms, next_start(waits, at_ms));
    for (int w = 0; w < EXACT_WINDOWS; w++) {
        int64_t window_ms = derive_windows[w];

        if (!store_firsts_of_pool(store, waits->pool, at_ms - window_ms, at_ms, &firsts, err))
            return false;
        if (firsts.never_ms < INT64_MAX)
            *due_ms = sooner(*due_ms, firsts.never_ms + window_ms);
        if (window_ms == HOUR_MS)
            *due_ms = sooner(*due_ms, next_flow(waits, firsts.came_ms, at_ms));
    }
    return true;
}

/* Of how many windows, with what was before them, the waits are few enough to be read. */
static bool few_enough(struct store *store, int64_t pool, int64_t at_ms, int64_t most, int *windows,
                       struct dx_error *err)
{
    int64_t n;

    for (*windows = SHORT_WINDOWS; *windows < WINDOWS; ++*windows) {
        int64_t from_ms = at_ms - 2 * derive_windows[*windows];

        if (!store_hours_n(store, pool, from_ms / HOUR_MS, at_ms / HOUR_MS + 1, &n, err))
            return false;
        if (n > most)
            return true;
    }
    return true;
}

bool derive_pool(struct store *store, int64_t pool, int64_t at_ms, int64_t most, int64_t *due_ms,
                 struct dx_error *err)
{
    struct pool_row row = { .pool = pool };
    struct pool_flow flow;
    struct waits waits = { .pool = pool };
    bool gone, ok;
    int read;

    *due_ms = 0;
    if (!store_raw_of_pool(store, pool, &waits.raw_ms, err) ||
        !store_first_of_pool(store, pool, &waits.first_ms, err) ||
        !few_enough(store, pool, at_ms, most > 0 ? most : EXACT_MOST, &read, err))
        return false;
    if (most == 0 && read < EXACT_WINDOWS)
        read = EXACT_WINDOWS;
    waits.from_ms = at_ms - 2 * derive_windows[read - 1];
    if (!store_waits(store, pool, waits.from_ms, at_ms, &waits.wait, &waits.count, err))
        return false;
    gone = at_ms - HOUR_MS + 1 < waits.raw_ms;
    ok = store_pool_flow(store, pool, at_ms - HOUR_MS, at_ms, &flow, err);
    row.per_hour_in = gone ? (double)NAN : (double)flow.arrived;
    row.per_hour_out = gone ? (double)NAN : (double)flow.started;
    ok = ok && put_windows(store, &row, &waits, most > 0 ? read : WINDOWS, at_ms, err) &&
         next_due(store, &waits, at_ms, due_ms, err);
    if (ok && most > 0 && read < WINDOWS)
        *due_ms = at_ms;
    free(waits.wait);
    return ok;
}

bool derive_pool_hour(struct store *store, const struct part *part, int64_t at_ms,
                      struct dx_error *err)
{
    int64_t from_ms = part->nth * HOUR_MS - 1, to_ms = from_ms + HOUR_MS, raw_ms;
    struct pool_hour hour = { .pool = part->id, .hour = part->nth };
    struct spans spans;
    bool ok;

    if (!store_raw_of_pool(store, part->id, &raw_ms, err))
        return false;
    if (part->nth * HOUR_MS < raw_ms)
        return true; /* it was made when all of its jobs were there */
    if (!read_exact(store, part->id, from_ms, to_ms < at_ms ? to_ms : at_ms, &spans, err))
        return false;
    hour.n = spans.n;
    hour.p50 = quantile(spans.value, spans.count, 0.5);
    hour.p95 = quantile(spans.value, spans.count, 0.95);
    ok = store_put_pool_hour(store, &hour, err);
    spans_done(&spans);
    return ok;
}

bool derive_pool_day(struct store *store, const struct part *part, struct dx_error *err)
{
    int64_t from_ms = part->nth * DAY_MS - 1, raw_ms;
    struct pool_bucket *buckets;
    struct spans spans;
    size_t count = 0;
    bool ok;

    if (!store_raw_of_pool(store, part->id, &raw_ms, err))
        return false;
    if (part->nth * DAY_MS < raw_ms)
        return true;
    if (!read_exact(store, part->id, from_ms, from_ms + DAY_MS, &spans, err))
        return false;
    buckets = mem_new(spans.count, sizeof(*buckets));
    for (size_t i = 0; i < spans.count; i++) {
        int64_t bucket = bucket_of((int64_t)spans.value[i]);

        if (count == 0 || buckets[count - 1].bucket != bucket)
            buckets[count++] = (struct pool_bucket){ bucket, 0 };
        buckets[count - 1].count++;
    }
    ok = store_put_pool_day(store, part, buckets, count, err);
    free(buckets);
    spans_done(&spans);
    return ok;
}
