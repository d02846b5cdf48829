/* derive_pipeline: success rates and durations of a pipeline's runs. A run counts
 * once, by its last attempt that ended; first attempts are counted beside it. */
#include "config.h"

#include "derive/derive.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "core/time.h"
#include "insight/flaky.h"
#include "insight/quantile.h"
#include "insight/rank.h"
#include "insight/reach.h"

enum { LAST_RESULTS = 24 };

struct runs {
    struct ended_run *run; /* ascending by end */
    size_t count;
    int64_t raw_ms;   /* what ended before it may be gone */
    int64_t first_ms; /* when the first of its source ended; 0: none did */
};

/* ---- one window ---- */

static bool in_part(const struct ended_run *run, enum store_part part)
{
    return part == PART_ALL || run->protected_branch == (part == PART_PROTECTED);
}

/* A later attempt took its place, by the moment. */
static bool is_superseded(const struct ended_run *run, int64_t at_ms)
{
    return run->later_ms > 0 && run->later_ms <= at_ms;
}

struct range_of_runs {
    int64_t from_ms, to_ms, at_ms; /* (from, to] as of at */
    enum store_part part;
};

void derive_count_run(struct success *s, enum success_policy policy, const struct ended_run *run,
                      int64_t at_ms)
{
    const struct success_item item = { .result = run->result,
                                       .cause = run->cause,
                                       .attempt = run->attempt };
    struct success one = { 0 };

    if (!is_superseded(run, at_ms)) {
        success_add(s, policy, &item);
        return;
    }
    success_add(&one, policy, &item);
    s->first_n += one.first_n;
    s->first_ok += one.first_ok;
}

static struct success count(const struct runs *runs, enum success_policy policy,
                            const struct range_of_runs *of)
{
    struct success s = { 0 };

    for (size_t i = 0; i < runs->count; i++) {
        const struct ended_run *run = &runs->run[i];

        if (run->finished_ms > of->from_ms && run->finished_ms <= of->to_ms &&
            in_part(run, of->part))
            derive_count_run(&s, policy, run, of->at_ms);
    }
    return s;
}

/* Durations of successes, ascending: a run that failed early is no fast run. */
static double *durations(const struct runs *runs, const struct range_of_runs *of, size_t *n)
{
    double *value = mem_new(runs->count, sizeof(*value));

    *n = 0;
    for (size_t i = 0; i < runs->count; i++) {
        const struct ended_run *run = &runs->run[i];

        if (run->finished_ms > of->from_ms && run->finished_ms <= of->to_ms &&
            run->result == DX_RESULT_SUCCESS && run->duration_ms >= 0 && in_part(run, of->part))
            value[(*n)++] = (double)run->duration_ms;
    }
    quantile_sort(value, *n);
    return value;
}

static enum dx_mark mark_of(const struct ended_run *run)
{
    if (run->result == DX_RESULT_SUCCESS)
        return DX_MARK_OK;
    if (run->result != DX_RESULT_FAILURE)
        return DX_MARK_OTHER;
    if (run->cause == DX_CAUSE_PLATFORM)
        return DX_MARK_PLATFORM;
    return run->cause == DX_CAUSE_UNKNOWN || run->cause == DX_CAUSE_NONE ? DX_MARK_UNKNOWN
                                                                         : DX_MARK_CODE;
}

static void last_results(const struct runs *runs, int64_t at_ms, enum store_part part,
                         char out[LAST_RESULTS + 1])
{
    size_t n = 0;

    for (size_t i = runs->count; i-- > 0 && n < LAST_RESULTS;)
        n += in_part(&runs->run[i], part) && !is_superseded(&runs->run[i], at_ms);
    out[n] = '\0';
    for (size_t i = runs->count; i-- > 0 && n > 0;)
        if (in_part(&runs->run[i], part) && !is_superseded(&runs->run[i], at_ms))
            out[--n] = (char)mark_of(&runs->run[i]);
}

/* Where the window up to then begins; at its end, where some of what ended in it is gone. */
static int64_t whole(const struct runs *runs, int64_t window_ms, int64_t to_ms)
{
    return to_ms - window_ms + 1 < runs->raw_ms ? to_ms : to_ms - window_ms;
}

/* The same of what a window is compared with, of which all has to be known. */
static int64_t before_from(const struct runs *runs, int64_t window_ms, int64_t to_ms)
{
    return reaches(runs->first_ms, to_ms - window_ms, window_ms) ? whole(runs, window_ms, to_ms)
                                                                 : to_ms;
}

static bool put_part(struct store *store, enum success_policy policy, const struct runs *runs,
                     struct pipeline_row *row, int64_t at_ms, struct dx_error *err)
{
    int64_t window_ms = row->window_ms, from_ms = at_ms - window_ms;
    struct range_of_runs now = { whole(runs, window_ms, at_ms), at_ms, at_ms, row->part };
    struct range_of_runs before = { before_from(runs, window_ms, from_ms), from_ms, at_ms,
                                    row->part };
    struct success s = count(runs, policy, &now), was = count(runs, policy, &before);
    struct range interval = wilson(s.ok, s.n);
    size_t n, n_before;
    double *took = durations(runs, &now, &n), *took_before = durations(runs, &before, &n_before);

    row->n = s.n;
    row->ok = s.ok;
    row->platform = s.platform;
    row->unknown = s.unknown;
    row->first_n = s.first_n;
    row->first_ok = s.first_ok;
    row->left_out = s.left_out;
    row->low = interval.low;
    row->high = interval.high;
    row->was_n = was.n;
    row->was_ok = was.ok;
    row->worse = rate_worse((struct rate){ s.ok, s.n }, (struct rate){ was.ok, was.n });
    row->duration_n = (int64_t)n;
    row->p50 = quantile(took, n, 0.5);
    row->p90 = quantile(took, n, 0.9);
    row->n_before = (int64_t)n_before;
    row->before = quantile(took_before, n_before, 0.5);
    row->slower = rank_change(took, n, took_before, n_before);
    free(took);
    free(took_before);
    return store_put_pipeline(store, row, err);
}

_Static_assert(FLAKY_WINDOW_MS == 14 * DAY_MS, "two weeks are an edge anyway");

/* Of flaky jobs it is when the runs of their tries leave: a try ends no later than its run. */
static int64_t next_due(const struct runs *runs, int64_t at_ms)
{
    int64_t due_ms = INT64_MAX;

    for (int w = 0; w < WINDOWS; w++) {
        int64_t known_ms = reaches_from(runs->first_ms, derive_windows[w]);

        if (runs->first_ms > 0 && known_ms > at_ms && known_ms < due_ms)
            due_ms = known_ms;
    }
    for (size_t i = 0; i < runs->count; i++) {
        int64_t flaky_ms = runs->run[i].finished_ms + 2 * FLAKY_WINDOW_MS;

        if (flaky_ms > at_ms && flaky_ms < due_ms)
            due_ms = flaky_ms;
        for (int w = 0; w < WINDOWS; w++) {
            int64_t leaves_ms = runs->run[i].finished_ms + derive_windows[w];
            int64_t gone_ms = leaves_ms + derive_windows[w];

            if (leaves_ms > at_ms && leaves_ms < due_ms)
                due_ms = leaves_ms;
            if (gone_ms > at_ms && gone_ms < due_ms)
                due_ms = gone_ms;
        }
    }
    return due_ms;
}

bool derive_pipeline(struct store *store, enum success_policy policy, int64_t pipeline,
                     int64_t at_ms, int64_t *due_ms, struct dx_error *err)
{
    char last[PARTS][LAST_RESULTS + 1];
    struct runs runs = { .raw_ms = 0 };
    int64_t end_ms;
    bool ok = true;

    *due_ms = 0;
    if (!store_raw_of_pipeline(store, pipeline, &runs.raw_ms, err) ||
        !store_first_of_pipeline(store, pipeline, &runs.first_ms, err) ||
        !store_runs(store, pipeline, at_ms - 2 * derive_windows[WINDOWS - 1], at_ms, &runs.run,
                    &runs.count, err))
        return false;
    for (int part = 0; part < PARTS; part++)
        last_results(&runs, at_ms, (enum store_part)part, last[part]);
    for (int w = 0; ok && w < WINDOWS; w++) {
        for (int part = 0; ok && part < PARTS; part++) {
            struct pipeline_row row = { .pipeline = pipeline,
                                        .window_ms = derive_windows[w],
                                        .part = (enum store_part)part,
                                        .last = last[part] };

            ok = put_part(store, policy, &runs, &row, at_ms, err);
        }
    }
    /* What ended in the minute that goes on, or by a clock that is ahead, is to count, too. */
    ok = ok && store_next_end(store, pipeline, at_ms, &end_ms, err);
    if (ok) {
        *due_ms = next_due(&runs, at_ms);
        *due_ms = end_ms < *due_ms ? end_ms : *due_ms;
    }
    free(runs.run);
    return ok && store_put_pipeline_last(store, pipeline, at_ms, err);
}

bool derive_pipeline_day(struct store *store, enum success_policy policy, const struct part *part,
                         int64_t at_ms, struct dx_error *err)
{
    int64_t end_ms = (part->nth + 1) * DAY_MS - 1, raw_ms;
    struct range_of_runs of = { .from_ms = part->nth * DAY_MS - 1,
                                .to_ms = end_ms < at_ms ? end_ms : at_ms,
                                .at_ms = at_ms };
    struct pipeline_day day = { .pipeline = part->id, .day = part->nth };
    struct success s;
    struct runs runs;
    double *took;
    size_t n;
    bool ok;

    if (!store_raw_of_pipeline(store, part->id, &raw_ms, err))
        return false;
    if (part->nth * DAY_MS < raw_ms)
        return true; /* it was made when all of its runs were there */
    if (!store_runs(store, part->id, of.from_ms, of.to_ms, &runs.run, &runs.count, err))
        return false;
    s = count(&runs, policy, &of);
    took = durations(&runs, &of, &n);
    day.n = s.n;
    day.ok = s.ok;
    day.p50 = quantile(took, n, 0.5);
    day.p90 = quantile(took, n, 0.9);
    ok = store_put_pipeline_day(store, &day, err);
    free(took);
    free(runs.run);
    return ok;
}

bool derive_totals(struct store *store, struct dx_error *err)
{
    struct pipeline_row rows[WINDOWS * PARTS];
    size_t count = 0;

    for (int w = 0; w < WINDOWS; w++)
        for (int part = 0; part < PARTS; part++)
            rows[count++] = (struct pipeline_row){ .window_ms = derive_windows[w],
                                                   .part = (enum store_part)part };
    if (!store_totals(store, rows, count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct pipeline_row *row = &rows[i];
        struct range interval = wilson(row->ok, row->n);

        row->low = interval.low;
        row->high = interval.high;
        row->worse =
            rate_worse((struct rate){ row->ok, row->n }, (struct rate){ row->was_ok, row->was_n });
        if (!store_put_pipeline(store, row, err))
            return false;
    }
    return true;
}
