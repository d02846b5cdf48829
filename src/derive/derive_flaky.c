/* derive_flaky: a pipeline's flaky jobs, now, and how many were so at the end of each of the
 * days that are over. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/time.h"
#include "derive/derive.h"
#include "derive/derive_kpi.h"
#include "core/mem.h"
#include "insight/flaky.h"
#include "insight/reach.h"

enum { DAYS = 14 };

_Static_assert(DAYS * 5 <= FLAKY_TREND, "a day takes five characters at most");
_Static_assert(DAYS *DAY_MS >= FLAKY_WINDOW_MS, "what the days need holds what now needs");

/* ---- what was tried ---- */

struct tries {
    struct stored_try *stored; /* by job, then time */
    struct flaky_try *list;    /* the same */
    size_t count;
    int64_t raw_ms; /* what ended before it may be gone */
};

/* Is some of what is judged at the moment gone? */
static bool is_gone(int64_t raw_ms, int64_t at_ms)
{
    return at_ms - FLAKY_WINDOW_MS + 1 < raw_ms;
}

static struct flaky_try try_of(const struct stored_try *t)
{
    return (struct flaky_try){ .sha = t->sha,
                               .at_ms = t->at_ms,
                               .duration_ms = t->duration_ms,
                               .queued_ms = t->queued_ms,
                               .result = t->result,
                               .cause = t->cause,
                               .attempt = (int)t->attempt,
                               .never_started = !t->started,
                               .default_branch = t->protected_branch };
}

static bool read_tries(struct store *store, int64_t pipeline, int64_t from_ms, int64_t to_ms,
                       struct tries *t, struct dx_error *err)
{
    *t = (struct tries){ .raw_ms = 0 };
    if (!store_raw_of_pipeline(store, pipeline, &t->raw_ms, err) ||
        !store_tries(store, pipeline, from_ms, to_ms, &t->stored, &t->count, err))
        return false;
    t->list = mem_new(t->count + 1, sizeof(*t->list));
    for (size_t i = 0; i < t->count; i++)
        t->list[i] = try_of(&t->stored[i]);
    return true;
}

/* Where those of the job end that begin at i. */
static size_t job_end(const struct tries *t, size_t i)
{
    size_t end = i;

    while (end < t->count && t->stored[end].name == t->stored[i].name)
        end++;
    return end;
}

static void done(struct tries *t)
{
    free(t->stored);
    free(t->list);
}

/* ---- now ---- */

/* By whole days, so that it stays as it is until the day is over; of fewer commits than a
 * flaky job has to have, a rate says nothing. */
static void set_trend(struct flaky_row *row, const struct tries *of, int64_t at_ms)
{
    int64_t today_ms = at_ms / DAY_MS * DAY_MS;
    size_t len = 0;

    for (int i = DAYS - 1; i >= 0; i--) {
        int64_t end_ms = i == 0 ? at_ms : today_ms - (i - 1) * DAY_MS - 1;
        struct flaky then = flaky_judge(of->list, of->count, end_ms);
        char rate[16] = "-";

        if (then.n >= FLAKY_MIN_COMMITS && !is_gone(of->raw_ms, end_ms))
            (void)snprintf(rate, sizeof(rate), "%.0f", 1e3 * then.rate);
        len += (size_t)snprintf(row->trend + len, sizeof(row->trend) - len, "%s%s",
                                len > 0 ? " " : "", rate);
    }
}

static struct flaky_row row_of(int64_t name, const struct flaky *now, const struct flaky *before)
{
    return (struct flaky_row){ .name = name,
                               .state = (int)now->state,
                               .n = now->n,
                               .failed = now->k,
                               .pairs = now->pairs,
                               .lost_ms = now->lost_ms,
                               .first_ms = now->first_seen_ms,
                               .last_ms = now->last_seen_ms,
                               .rate = now->rate,
                               .low = now->low,
                               .high = now->high,
                               .before = before->rate };
}

/* However it was judged, and where no rerun says whose fault it is. */
static bool has_failed(const struct flaky_try *tries, size_t n, int64_t from_ms)
{
    for (size_t i = 0; i < n; i++)
        if (tries[i].at_ms > from_ms && tries[i].result == DX_RESULT_FAILURE)
            return true;
    return false;
}

static bool put_now(struct store *store, int64_t pipeline, const struct tries *t, int64_t at_ms,
                    struct dx_error *err)
{
    struct flaky_row *rows = mem_new(t->count, sizeof(*rows));
    int64_t *failed = mem_new(t->count, sizeof(*failed));
    size_t n = 0, failed_n = 0, end;
    bool ok;

    for (size_t i = 0; i < t->count; i = end) {
        const struct flaky_try *of = t->list + i;
        int64_t name = t->stored[i].name;
        struct flaky now, before;

        end = job_end(t, i);
        now = flaky_judge(of, end - i, at_ms);
        before = flaky_judge(of, end - i, at_ms - FLAKY_WINDOW_MS);
        if (is_gone(t->raw_ms, at_ms - FLAKY_WINDOW_MS))
            before.rate = (double)NAN;
        if (now.listed && name > 0 && !is_gone(t->raw_ms, at_ms)) {
            rows[n] = row_of(name, &now, &before);
            if (now.state == DX_FLAKY_FLAKY)
                set_trend(
                    &rows[n],
                    &(struct tries){ .list = t->list + i, .count = end - i, .raw_ms = t->raw_ms },
                    at_ms);
            n++;
        }
        if (name > 0 && has_failed(of, end - i, at_ms - 2 * FLAKY_WINDOW_MS))
            failed[failed_n++] = name;
    }
    ok = store_put_flaky(store, pipeline, rows, n, err) &&
         store_put_failed(store, pipeline, failed, failed_n, err);
    free(failed);
    free(rows);
    return ok;
}

bool derive_flaky(struct store *store, int64_t pipeline, int64_t at_ms, struct dx_error *err)
{
    struct tries tries;
    bool ok = read_tries(store, pipeline, at_ms - 2 * FLAKY_WINDOW_MS, at_ms, &tries, err) &&
              put_now(store, pipeline, &tries, at_ms, err);

    done(&tries);
    return ok;
}

/* ---- the days that are over ---- */

/* Of one job. */
static void judge_days(const struct flaky_try *tries, size_t n, struct flaky_day days[DAYS])
{
    for (int i = 0; i < DAYS; i++) {
        struct flaky flaky = flaky_judge(tries, n, (days[i].day + 1) * DAY_MS - 1);

        if (!flaky.listed || flaky.state != DX_FLAKY_FLAKY)
            continue;
        days[i].n++;
        days[i].lost_ms += flaky.lost_ms;
    }
}

static bool put_days(struct store *store, int64_t pipeline, const struct tries *t, int64_t today,
                     struct dx_error *err)
{
    struct flaky_day days[DAYS] = { { 0 } };
    size_t end;

    for (int i = 0; i < DAYS; i++)
        days[i].day = today - DAYS + i;
    for (size_t i = 0; i < t->count; i = end) {
        end = job_end(t, i);
        if (t->stored[i].name > 0)
            judge_days(t->list + i, end - i, days);
    }
    return store_put_flaky_days(store, pipeline, days, DAYS, err);
}

bool derive_flaky_days(struct store *store, int64_t pipeline, int64_t at_ms, struct dx_error *err)
{
    int64_t today = at_ms / DAY_MS, from_ms = (today - DAYS) * DAY_MS - FLAKY_WINDOW_MS;
    struct tries tries;
    bool ok = read_tries(store, pipeline, from_ms, at_ms, &tries, err) &&
              put_now(store, pipeline, &tries, at_ms, err) &&
              put_days(store, pipeline, &tries, today, err);

    done(&tries);
    return ok;
}

bool derive_flaky_left(struct store *store, int64_t pipeline, int64_t at_ms, struct dx_error *err)
{
    const struct dirty days = { .kind = DIRTY_FLAKY_DAYS, .id = pipeline };
    bool waits;

    return store_has_dirty(store, &days, &waits, err) &&
           (waits || derive_flaky(store, pipeline, at_ms, err));
}

/* ---- all pipelines together ---- */

bool derive_kpi_flaky(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                      struct dx_error *err)
{
    struct kpi_range range = { at_ms - FLAKY_WINDOW_MS, at_ms };
    int64_t today = at_ms / DAY_MS, first_ms = store_first_run(store);
    int64_t raw_ms = 0;
    struct kpi_result count = { .now = KPI_NOTHING, .before = KPI_NOTHING }, lost = count;
    struct kpi_point counts[DAYS + 1], losts[DAYS + 1];
    struct flaky_day *days = NULL;
    struct kpi_flaky flaky;
    size_t n = 0, day_count = 0;
    bool ok = store_raw_from(store, &raw_ms, err) && store_flaky_now(store, &range, &flaky, err) &&
              store_flaky_days(store, &days, &day_count, err);

    for (size_t i = 0; ok && i < day_count && n < DAYS; i++) {
        if (days[i].day >= today || first_ms == 0 || first_ms >= (days[i].day + 1) * DAY_MS)
            continue; /* before the first run nobody can say */
        if (days[i].day < today - DAYS)
            continue; /* one pipeline after the other forgets it */
        if (is_gone(raw_ms, (days[i].day + 1) * DAY_MS - 1))
            continue;
        counts[n] = (struct kpi_point){ days[i].day, 1, (double)days[i].n };
        losts[n] = (struct kpi_point){ days[i].day, 1, (double)days[i].lost_ms / 1000. };
        /* it is made of the 14 days up to it */
        if (days[i].day == today - 7 &&
            reaches(first_ms, (days[i].day + 1) * DAY_MS - FLAKY_WINDOW_MS, FLAKY_WINDOW_MS)) {
            count.before.value = counts[n].value;
            lost.before.value = losts[n].value;
        }
        n++;
    }
    free(days);
    if (!ok)
        return false;
    count.kept_ms = lost.kept_ms = is_gone(raw_ms, at_ms) ? raw_ms : 0;
    if (flaky.runs > 0 && !is_gone(raw_ms, at_ms)) {
        count.now.value = (double)flaky.flaky;
        lost.now.value = (double)flaky.lost_ms / 1000.;
        count.now.n = lost.now.n = flaky.runs;
        counts[n] = (struct kpi_point){ today, 1, count.now.value };
        losts[n++] = (struct kpi_point){ today, 1, lost.now.value };
    }
    return derive_put_kpi(store, settings, KPI_FLAKY, &count, err) &&
           derive_put_kpi(store, settings, KPI_FLAKY_LOST, &lost, err) &&
           derive_put_points(
               store, settings,
               &(struct kpi_points){
                   .id = kpis[KPI_FLAKY].id, .step_ms = DAY_MS, .point = counts, .count = n },
               err) &&
           derive_put_points(
               store, settings,
               &(struct kpi_points){
                   .id = kpis[KPI_FLAKY_LOST].id, .step_ms = DAY_MS, .point = losts, .count = n },
               err);
}
