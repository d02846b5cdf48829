/* derive_kpi: from values to rows. */
#include "config.h"

#include "derive/derive_kpi.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/time.h"
#include "insight/reach.h"

enum { BUSINESS_HOURS = 8 };

struct kpi_target derive_usual_target(const struct kpi_about *about)
{
    struct kpi_target target = KPI_NO_TARGET;

    if (!about->goal || !kpi_parse_goal(about, about->goal, BUSINESS_HOURS * HOUR_MS, &target.warn))
        return KPI_NO_TARGET;
    target.bad = kpi_usual_bad(about, target.warn);
    return target;
}

/* "no run ended in 24 h" */
static const char *why_nothing(char *out, size_t cap, const struct kpi_about *about,
                               int64_t kept_ms)
{
    long long hours = about->window_ms / HOUR_MS;
    char date[TIME_TEXT];

    if (kept_ms > 0)
        (void)snprintf(out, cap, "runs and jobs are kept since %.10s", time_format(date, kept_ms));
    else if (hours == 0)
        (void)snprintf(out, cap, "%s", about->nothing);
    else if (hours % 24 == 0 && hours > 24)
        (void)snprintf(out, cap, "%s in %lld d", about->nothing, hours / 24);
    else
        (void)snprintf(out, cap, "%s in %lld h", about->nothing, hours);
    return out;
}

bool derive_put_kpi(struct store *store, const struct kpi_settings *settings, enum kpi kpi,
                    const struct kpi_result *result, struct dx_error *err)
{
    struct kpi_about own = kpis[kpi];
    const struct kpi_about *about = &own;
    const struct kpi_target *target = &settings->target[kpi];
    char nothing[120];

    if (result->fed)
        own.few = 0; /* what is counted there is another thing */
    struct kpi_row row = { .id = about->id,
                           .place = (int64_t)kpi,
                           .name = about->name,
                           .brief = about->brief,
                           .definition = about->definition,
                           .unit = (int64_t)about->unit,
                           .better = about->better == KPI_MORE,
                           .reads = result->fed ? result->reads : about->reads,
                           .window_ms = about->window_ms,
                           .before_ms = about->before_ms,
                           .warn = target->warn,
                           .bad = target->bad,
                           .state = (int64_t)kpi_judge(about, target, &result->now),
                           .value = result->now.value,
                           .low = result->now.low,
                           .high = result->now.high,
                           .n = result->now.n,
                           .previous = result->before.value,
                           .n_before = result->before.n,
                           .note = result->note ? result->note : "" };

    if (!result->fed && derive_is_fed(settings, kpi))
        return true;
    if (isnan(row.value) && !result->note)
        row.note = why_nothing(nothing, sizeof(nothing), about, result->kept_ms);
    return store_put_kpi(store, &row, err);
}

bool derive_put_points(struct store *store, const struct kpi_settings *settings,
                       const struct kpi_points *points, struct dx_error *err)
{
    struct kpi_points all = *points;

    if (derive_is_fed(settings, kpi_find(points->id)))
        return true;
    if (all.count > 0 && all.step_ms < DAY_MS)
        all.keep = all.point[all.count - 1].nth - KPI_HOURS_KEPT;
    return store_put_kpi_points(store, &all, err);
}

static int by_time(const void *a, const void *b)
{
    const struct kpi_event *x = a, *y = b;

    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* The first event behind a moment. */
static size_t behind(const struct kpi_events *e, int64_t at_ms)
{
    size_t low = 0, high = e->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (e->event[middle].at_ms > at_ms)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Only those of the window are looked at: there are many windows. */
static struct kpi_value quantile_in(const struct kpi_events *e, int64_t from_ms, int64_t to_ms,
                                    double p)
{
    size_t first = behind(e, from_ms), end = behind(e, to_ms);

    return kpi_quantile(e->event + first, end - first, from_ms, to_ms, p);
}

void derive_sort_events(struct kpi_events *e)
{
    if (e->count > 1)
        qsort(e->event, e->count, sizeof(*e->event), by_time);
}

bool derive_put_quantile(struct store *store, const struct kpi_settings *settings, enum kpi kpi,
                         const struct kpi_events *e, int64_t at_ms, struct dx_error *err)
{
    double p = kpi == KPI_FIRST_RESPONSE_P90 ? 0.9 : 0.5;
    int64_t window_ms = kpis[kpi].window_ms, today = at_ms / DAY_MS;
    struct kpi_result result = {
        .now = quantile_in(e, at_ms - window_ms, at_ms, p),
        .before = reaches(e->first_ms, at_ms - 2 * window_ms, window_ms)
                      ? quantile_in(e, at_ms - 2 * window_ms, at_ms - window_ms, p)
                      : KPI_NOTHING,
    };
    struct kpi_point points[KPI_DAYS];

    for (int i = 0; i < KPI_DAYS; i++) {
        int64_t day = today - KPI_DAYS + 1 + i;
        struct kpi_value v = quantile_in(e, day * DAY_MS - 1, (day + 1) * DAY_MS - 1, p);

        points[i] = (struct kpi_point){ .nth = day, .n = v.n, .value = v.value };
    }
    return derive_put_kpi(store, settings, kpi, &result, err) &&
           derive_put_points(
               store, settings,
               &(struct kpi_points){
                   .id = kpis[kpi].id, .step_ms = DAY_MS, .point = points, .count = KPI_DAYS },
               err);
}

bool derive_kpis(struct store *store, const struct kpi_settings *settings, struct kpi_pass *pass,
                 struct dx_error *err)
{
    int64_t at_ms = pass->at_ms;
    bool ok = true, more = false;

    switch (pass->part) {
    case KPI_PART_WAITS:
        ok = derive_kpi_waits(store, settings, at_ms, err);
        break;
    case KPI_PART_RUNS:
        ok = derive_kpi_runs(store, settings, at_ms, err);
        break;
    case KPI_PART_HOURS:
        ok = !pass->before || derive_kpi_hours_before(store, settings, at_ms, err);
        break;
    case KPI_PART_FLAKY:
        ok = derive_kpi_flaky(store, settings, at_ms, err);
        break;
    case KPI_PART_TICKETS:
        ok = derive_kpi_tickets(store, settings, pass, &more, err);
        break;
    case KPI_PART_CHANGES:
        ok = derive_kpi_changes(store, settings, at_ms, err);
        break;
    case KPI_PART_FED:
        ok = derive_kpi_fed(store, settings, at_ms, err);
        break;
    case KPI_PARTS:
        return true;
    }
    if (ok && !more)
        pass->part++;
    return ok;
}

void kpi_pass_done(struct kpi_pass *pass)
{
    ticket_pass_free(pass->tickets);
    *pass = (struct kpi_pass){ .rows = pass->rows };
}

bool derive_kpi_day(struct store *store, const struct kpi_settings *settings, int64_t day,
                    struct dx_error *err)
{
    return derive_kpi_waits_day(store, settings, day, err) &&
           derive_kpi_runs_day(store, settings, day, err);
}

bool derive_moment(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                   struct dx_error *err)
{
    char calendar[20], critical[20];

    return (!settings->business ||
            store_put_calendar(store, derive_calendar(settings->business, calendar), err)) &&
           store_put_critical(store, derive_critical(settings, critical), err) &&
           store_put_policy(store, success_policy_names[settings->policy], err) &&
           store_put_derived_at(store, at_ms, err);
}
