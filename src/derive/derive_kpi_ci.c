/* derive_kpi_ci: key numbers of CI: waits, results and durations of all pools and
 * pipelines together. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/time.h"
#include "derive/derive.h"
#include "derive/derive_kpi.h"
#include "core/mem.h"
#include "insight/quantile.h"
#include "insight/reach.h"
#include "source/pattern.h"

enum { EXACT_MOST = 10000 };

/* (from, to] of each point; the last one is under way. */
static struct kpi_range range_of(int64_t nth, int64_t step_ms)
{
    return (struct kpi_range){ nth * step_ms - 1, (nth + 1) * step_ms - 1 };
}

/* ---- waits ---- */

/* Is some of the range gone? raw_ms: see store_raw_from(), here and below. */
static bool is_gone(int64_t raw_ms, const struct kpi_range *range)
{
    return range->from_ms + 1 < raw_ms;
}

/* Is all of what is compared with known? */
static bool is_known(struct store *store, int64_t raw_ms, const struct kpi_range *range)
{
    return !is_gone(raw_ms, range) &&
           reaches(store_first_run(store), range->from_ms, range->to_ms - range->from_ms);
}

/* From when on all is there, where some of the range is gone; 0: it is not. */
static int64_t kept_of(int64_t raw_ms, const struct kpi_range *range)
{
    return is_gone(raw_ms, range) ? raw_ms : 0;
}

struct steps { /* first to last of them */
    int64_t ms, first, last;
};

/* How many there are, without those at the beginning of which something is gone. */
static size_t steps_there(int64_t raw_ms, struct steps *s)
{
    while (s->first <= s->last && range_of(s->first, s->ms).from_ms + 1 < raw_ms)
        s->first++;
    return (size_t)(s->last - s->first + 1);
}

static bool read_waits(struct store *store, const struct kpi_range *range, struct kpi_event **out,
                       size_t *count, struct dx_error *err)
{
    struct stored_wait *waits;

    *out = NULL;
    if (!store_all_waits(store, range, &waits, count, err))
        return false;
    *out = mem_new(*count + 1, sizeof(**out));
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (struct kpi_event){ waits[i].started_ms, (double)waits[i].queued_ms / 1000. };
    free(waits);
    return true;
}

static int by_index(const void *a, const void *b)
{
    return ((const struct bucket *)a)->index - ((const struct bucket *)b)->index;
}

/* Of a busy week only its ends from the records, its whole days from their histograms:
 * within 1 %, and it is only what the day is compared with. */
static bool waits_by_buckets(struct store *store, const struct kpi_range *range, double p[2],
                             struct kpi_value out[2], struct dx_error *err)
{
    int64_t first = range->from_ms / DAY_MS + 1, end = (range->to_ms + 1) / DAY_MS;
    struct kpi_range head = { range->from_ms, first * DAY_MS - 1 };
    struct kpi_range tail = { end * DAY_MS - 1, range->to_ms };
    struct stored_wait *ends[2] = { NULL, NULL };
    struct pool_bucket *days = NULL;
    size_t count = 0, n[2] = { 0, 0 }, used = 0;
    struct bucket *all;
    int64_t total = 0;
    bool ok = store_all_buckets(store, first, end, &days, &count, err) &&
              store_all_waits(store, &head, &ends[0], &n[0], err) &&
              store_all_waits(store, &tail, &ends[1], &n[1], err);

    all = mem_new(count + n[0] + n[1] + 1, sizeof(*all));
    for (size_t i = 0; ok && i < count; i++)
        all[used++] = (struct bucket){ (int)days[i].bucket, days[i].count };
    for (int e = 0; ok && e < 2; e++)
        for (size_t i = 0; i < n[e]; i++)
            all[used++] = (struct bucket){ bucket_of(ends[e][i].queued_ms), 1 };
    qsort(all, used, sizeof(*all), by_index);
    for (size_t i = 0; i < used; i++)
        total += all[i].count;
    for (int i = 0; i < 2; i++) {
        out[i] = KPI_NOTHING;
        out[i].value = bucket_quantile(all, used, p[i]) / 1000.;
        out[i].n = total;
    }
    free(all);
    free(days);
    free(ends[0]);
    free(ends[1]);
    return ok;
}

static bool waits_before(struct store *store, const struct kpi_range *range, double p[2],
                         struct kpi_value out[2], struct dx_error *err)
{
    struct kpi_event *events;
    size_t count;
    int64_t n, raw_ms;

    for (int i = 0; i < 2; i++)
        out[i] = KPI_NOTHING;
    if (!store_raw_from(store, &raw_ms, err))
        return false;
    if (!is_known(store, raw_ms, range))
        return true;
    if (!store_all_hours_n(store, range->from_ms / HOUR_MS, range->to_ms / HOUR_MS + 1, &n, err))
        return false;
    if (n > EXACT_MOST)
        return waits_by_buckets(store, range, p, out, err);
    if (!read_waits(store, range, &events, &count, err))
        return false;
    for (int i = 0; i < 2; i++)
        out[i] = kpi_quantile(events, count, range->from_ms, range->to_ms, p[i]);
    free(events);
    return true;
}

static bool wait_points(struct store *store, const struct kpi_settings *settings, enum kpi kpi,
                        const struct kpi_events *e, struct steps hours, struct dx_error *err)
{
    double p = kpi == KPI_QUEUE_P95 ? 0.95 : 0.5;
    struct kpi_point points[KPI_HOURS];
    int64_t raw_ms;
    size_t n;

    if (!store_raw_from(store, &raw_ms, err))
        return false;
    n = steps_there(raw_ms, &hours);
    for (size_t i = 0; i < n; i++) {
        int64_t nth = hours.first + (int64_t)i;
        struct kpi_range hour = range_of(nth, HOUR_MS);
        struct kpi_value value = kpi_quantile(e->event, e->count, hour.from_ms, hour.to_ms, p);

        points[i] = (struct kpi_point){ .nth = nth, .n = value.n, .value = value.value };
    }
    return derive_put_points(
        store, settings,
        &(struct kpi_points){ .id = kpis[kpi].id, .step_ms = HOUR_MS, .point = points, .count = n },
        err);
}

bool derive_kpi_waits_day(struct store *store, const struct kpi_settings *settings, int64_t day,
                          struct dx_error *err)
{
    struct kpi_range range = range_of(day, DAY_MS);
    struct kpi_event *events;
    size_t count;
    int64_t raw_ms;
    bool ok = true;

    if (!store_raw_from(store, &raw_ms, err))
        return false;
    if (is_gone(raw_ms, &range))
        return true; /* it was made when all was there */
    if (!read_waits(store, &range, &events, &count, err))
        return false;
    for (int i = 0; ok && i < 2; i++) {
        struct kpi_value v =
            kpi_quantile(events, count, range.from_ms, range.to_ms, i == 0 ? 0.95 : 0.5);
        struct kpi_point point = { .nth = day, .n = v.n, .value = v.value };

        ok = derive_put_points(
            store, settings,
            &(struct kpi_points){ .id = kpis[i == 0 ? KPI_QUEUE_P95 : KPI_QUEUE_P50].id,
                                  .step_ms = DAY_MS,
                                  .point = &point,
                                  .count = 1 },
            err);
    }
    free(events);
    return ok;
}

bool derive_kpi_waits(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                      struct dx_error *err)
{
    static const enum kpi which[2] = { KPI_QUEUE_P95, KPI_QUEUE_P50 };
    struct kpi_range now = { at_ms - DAY_MS, at_ms };
    struct kpi_range before = { now.from_ms - WEEK_MS, now.from_ms };
    /* An hour that began before the window is whole, too. */
    struct steps hours = { HOUR_MS, at_ms / HOUR_MS - KPI_HOURS + 1, at_ms / HOUR_MS };
    struct kpi_range read = { range_of(hours.first, HOUR_MS).from_ms, at_ms };
    double p[2] = { 0.95, 0.5 };
    struct kpi_result result[2] = { { .note = NULL } };
    struct kpi_value was[2];
    struct kpi_event *events;
    size_t count;
    int64_t day = at_ms / DAY_MS, raw_ms;
    bool ok;

    if (!store_raw_from(store, &raw_ms, err) || !waits_before(store, &before, p, was, err) ||
        !read_waits(store, &read, &events, &count, err))
        return false;
    ok = true;
    for (int i = 0; ok && i < 2; i++) {
        result[i].now = is_gone(raw_ms, &now)
                            ? KPI_NOTHING
                            : kpi_quantile(events, count, now.from_ms, at_ms, p[i]);
        result[i].before = was[i];
        result[i].kept_ms = kept_of(raw_ms, &now);
        ok = derive_put_kpi(store, settings, which[i], &result[i], err) &&
             wait_points(store, settings, which[i], &(struct kpi_events){ events, count, 0 }, hours,
                         err);
    }
    free(events);
    /* Of yesterday the last minute, too. */
    return ok && derive_kpi_waits_day(store, settings, day, err) &&
           (at_ms % DAY_MS > HOUR_MS || derive_kpi_waits_day(store, settings, day - 1, err));
}

/* ---- runs ---- */

struct runs {
    struct kpi_run *run;
    size_t count;
    struct ids critical;
    bool all_critical;
    int64_t at_ms, raw_ms;
};

static bool find_critical(struct store *store, const struct kpi_settings *settings,
                          struct runs *runs, struct dx_error *err)
{
    struct kpi_pipeline *pipelines;
    size_t count;

    runs->all_critical = settings->critical.count == 0;
    if (runs->all_critical)
        return true;
    if (!store_pipeline_names(store, &pipelines, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (pattern_fits(&settings->critical, pipelines[i].name, PATTERN_EXACT))
            ids_add(&runs->critical, pipelines[i].id);
    free(pipelines);
    return true;
}

static void runs_done(struct runs *runs)
{
    free(runs->run);
    ids_done(&runs->critical);
}

static bool read_runs(struct store *store, const struct kpi_settings *settings,
                      const struct kpi_range *range, struct runs *runs, struct dx_error *err)
{
    *runs = (struct runs){ .at_ms = range->to_ms };
    return store_raw_from(store, &runs->raw_ms, err) && find_critical(store, settings, runs, err) &&
           store_all_runs(store, range, &runs->run, &runs->count, err);
}

static bool is_in(const struct kpi_run *run, const struct kpi_range *range)
{
    return run->run.finished_ms > range->from_ms && run->run.finished_ms <= range->to_ms;
}

static struct success count_runs(const struct runs *runs, enum success_policy policy,
                                 const struct kpi_range *range)
{
    struct success s = { 0 };

    for (size_t i = 0; i < runs->count; i++)
        if (is_in(&runs->run[i], range))
            derive_count_run(&s, policy, &runs->run[i].run, runs->at_ms);
    return s;
}

static bool has_duration(const struct ended_run *run)
{
    return run->result == DX_RESULT_SUCCESS && run->duration_ms >= 0;
}

static struct kpi_event *durations(const struct runs *runs, size_t *count)
{
    struct kpi_event *events = mem_new(runs->count + 1, sizeof(*events));

    *count = 0;
    for (size_t i = 0; i < runs->count; i++) {
        const struct ended_run *run = &runs->run[i].run;

        if (has_duration(run) &&
            (runs->all_critical || ids_has(&runs->critical, runs->run[i].pipeline)))
            events[(*count)++] =
                (struct kpi_event){ run->finished_ms, (double)run->duration_ms / 1000. };
    }
    return events;
}

enum { CRITICAL_TEXT = 80 };

/* Which runs the durations are of, where others succeeded, too; else NULL. */
static const char *say_critical(const struct runs *runs, const struct kpi_range *range, int64_t n,
                                char out[CRITICAL_TEXT])
{
    int64_t all = 0;

    for (size_t i = 0; i < runs->count; i++)
        all += is_in(&runs->run[i], range) && has_duration(&runs->run[i].run);
    if (runs->all_critical || all == n)
        return NULL;
    (void)snprintf(out, CRITICAL_TEXT, "critical pipelines: %lld of %lld runs", (long long)n,
                   (long long)all);
    return out;
}

enum { RATES = 3, TIMES = 2, OF_RUNS = RATES + TIMES };
static const enum kpi of_runs[OF_RUNS] = { KPI_PLATFORM_SUCCESS, KPI_SUCCESS, KPI_FIRST_ATTEMPT,
                                           KPI_DURATION, KPI_DURATION_P90 };

static double share_of(int64_t k, int64_t n)
{
    return n > 0 ? (double)k / (double)n : (double)NAN;
}

static void values_of(const struct runs *runs, enum success_policy policy,
                      const struct kpi_event *took, size_t took_count,
                      const struct kpi_range *range, struct kpi_value out[OF_RUNS])
{
    struct success s = count_runs(runs, policy, range);
    double high = share_of(s.n - s.platform, s.n);

    out[0] = (struct kpi_value){ high, share_of(s.n - s.platform - s.unknown, s.n), high, s.n };
    out[1] = (struct kpi_value){ share_of(s.ok, s.n), (double)NAN, (double)NAN, s.n };
    out[2] =
        (struct kpi_value){ share_of(s.first_ok, s.first_n), (double)NAN, (double)NAN, s.first_n };
    out[3] = kpi_quantile(took, took_count, range->from_ms, range->to_ms, 0.5);
    out[4] = kpi_quantile(took, took_count, range->from_ms, range->to_ms, 0.9);
}

static bool put_run_points(struct store *store, const struct kpi_settings *settings,
                           const struct runs *runs, struct steps *steps, struct dx_error *err)
{
    size_t took_count, n = steps_there(runs->raw_ms, steps);
    struct kpi_event *took = durations(runs, &took_count);
    struct kpi_point(*points)[KPI_HOURS] = mem_new(OF_RUNS, sizeof(*points));
    bool ok = true;

    for (int64_t nth = steps->first; nth <= steps->last; nth++) {
        struct kpi_range range = range_of(nth, steps->ms);
        struct kpi_value values[OF_RUNS];

        values_of(runs, settings->policy, took, took_count, &range, values);
        for (int i = 0; i < OF_RUNS; i++)
            points[i][nth - steps->first] =
                (struct kpi_point){ .nth = nth, .n = values[i].n, .value = values[i].value };
    }
    for (int i = 0; ok && i < OF_RUNS; i++)
        ok = derive_put_points(
            store, settings,
            &(struct kpi_points){
                .id = kpis[of_runs[i]].id, .step_ms = steps->ms, .point = points[i], .count = n },
            err);
    free(points);
    free(took);
    return ok;
}

bool derive_kpi_runs(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                     struct dx_error *err)
{
    struct kpi_range now = { at_ms - DAY_MS, at_ms };
    struct kpi_range before = { now.from_ms - WEEK_MS, now.from_ms };
    struct kpi_range read = { before.from_ms, at_ms };
    struct kpi_value values[OF_RUNS], was[OF_RUNS];
    struct kpi_event *took;
    struct runs runs;
    size_t count;
    char critical[CRITICAL_TEXT];
    const char *note;
    int64_t hour = at_ms / HOUR_MS;
    bool ok = read_runs(store, settings, &read, &runs, err);

    took = durations(&runs, &count);
    values_of(&runs, settings->policy, took, count, &now, values);
    values_of(&runs, settings->policy, took, count, &before, was);
    for (int i = 0; i < OF_RUNS; i++) {
        values[i] = is_gone(runs.raw_ms, &now) ? KPI_NOTHING : values[i];
        was[i] = is_known(store, runs.raw_ms, &before) ? was[i] : KPI_NOTHING;
    }
    note = is_gone(runs.raw_ms, &now) ? NULL : say_critical(&runs, &now, values[RATES].n, critical);
    for (int i = 0; ok && i < OF_RUNS; i++)
        ok = derive_put_kpi(store, settings, of_runs[i],
                            &(struct kpi_result){ .now = values[i],
                                                  .before = was[i],
                                                  .note = i < RATES ? NULL : note,
                                                  .kept_ms = kept_of(runs.raw_ms, &now) },
                            err);
    ok = ok &&
         put_run_points(store, settings, &runs,
                        &(struct steps){ HOUR_MS, hour - KPI_HOURS + 1, hour }, err) &&
         put_run_points(store, settings, &runs,
                        &(struct steps){ DAY_MS, at_ms / DAY_MS - 1, at_ms / DAY_MS }, err);
    free(took);
    runs_done(&runs);
    return ok;
}

bool derive_kpi_runs_day(struct store *store, const struct kpi_settings *settings, int64_t day,
                         struct dx_error *err)
{
    struct kpi_range range = range_of(day, DAY_MS);
    struct runs runs;
    int64_t raw_ms;
    bool ok;

    if (!store_raw_from(store, &raw_ms, err))
        return false;
    if (is_gone(raw_ms, &range))
        return true;
    ok = read_runs(store, settings, &range, &runs, err);
    runs.at_ms = INT64_MAX; /* what took a run's place later counts, as in pipeline_day */
    ok = ok && put_run_points(store, settings, &runs, &(struct steps){ DAY_MS, day, day }, err);
    runs_done(&runs);
    return ok;
}

/* ---- the day before ---- */

static bool waits_of_hours(struct store *store, const struct kpi_settings *settings,
                           const struct kpi_range *read, struct steps hours, struct dx_error *err)
{
    struct kpi_events e = { .event = NULL };
    bool ok = read_waits(store, read, &e.event, &e.count, err) &&
              wait_points(store, settings, KPI_QUEUE_P95, &e, hours, err) &&
              wait_points(store, settings, KPI_QUEUE_P50, &e, hours, err);

    free(e.event);
    return ok;
}

bool derive_kpi_hours_before(struct store *store, const struct kpi_settings *settings,
                             int64_t at_ms, struct dx_error *err)
{
    int64_t hour = at_ms / HOUR_MS;
    struct steps hours = { HOUR_MS, hour - KPI_HOURS_KEPT, hour - KPI_HOURS };
    struct kpi_range read = { range_of(hours.first, HOUR_MS).from_ms,
                              range_of(hours.last, HOUR_MS).to_ms };
    struct runs runs;
    bool ok = read_runs(store, settings, &read, &runs, err);

    runs.at_ms = at_ms;
    ok = ok && put_run_points(store, settings, &runs, &hours, err) &&
         waits_of_hours(store, settings, &read,
                        (struct steps){ HOUR_MS, hour - KPI_HOURS_KEPT, hour - KPI_HOURS }, err);
    runs_done(&runs);
    return ok;
}
