/* derive_flaky_days: how many of a pipeline's jobs were flaky at the end of each of the
 * days that are over. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "collect/derive_kpi.h"
#include "core/mem.h"
#include "insight/flaky.h"

enum { DAYS = 14 };

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

/* Of one job. */
static void judge_days(const struct flaky_try *tries, size_t n, struct flaky_day days[DAYS])
{
    for (int i = 0; i < DAYS; i++) {
        struct flaky flaky = flaky_judge(tries, n, (days[i].day + 1) * KPI_DAY_MS - 1);

        if (!flaky.listed || flaky.state != DX_FLAKY_FLAKY)
            continue;
        days[i].n++;
        days[i].lost_ms += flaky.lost_ms;
    }
}

bool derive_flaky_days(struct store *store, int64_t pipeline, int64_t at_ms, struct dx_error *err)
{
    int64_t today = at_ms / KPI_DAY_MS, from_ms = (today - DAYS) * KPI_DAY_MS - FLAKY_WINDOW_MS;
    struct flaky_day days[DAYS] = { { 0 } };
    struct stored_try *stored;
    struct flaky_try *tries;
    size_t count, end;
    bool ok;

    if (!store_tries(store, pipeline, from_ms, today * KPI_DAY_MS - 1, &stored, &count, err))
        return false;
    for (int i = 0; i < DAYS; i++)
        days[i].day = today - DAYS + i;
    tries = mem_new(count + 1, sizeof(*tries));
    for (size_t i = 0; i < count; i++)
        tries[i] = try_of(&stored[i]);
    for (size_t i = 0; i < count; i = end) {
        for (end = i; end < count && stored[end].name == stored[i].name; end++)
            ;
        if (stored[i].name > 0)
            judge_days(tries + i, end - i, days);
    }
    ok = store_put_flaky_days(store, pipeline, days, DAYS, err);
    free(stored);
    free(tries);
    return ok;
}

/* ---- all pipelines together ---- */

bool derive_kpi_flaky(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                      struct dx_error *err)
{
    struct kpi_range range = { at_ms - FLAKY_WINDOW_MS, at_ms };
    int64_t today = at_ms / KPI_DAY_MS, first_ms = store_first_run(store);
    struct kpi_result count = { .now = KPI_NOTHING, .before = KPI_NOTHING }, lost = count;
    struct kpi_point counts[DAYS + 1], losts[DAYS + 1];
    struct flaky_day *days = NULL;
    struct kpi_flaky flaky;
    size_t n = 0, day_count = 0;
    bool ok = store_flaky_now(store, &range, &flaky, err) &&
              store_flaky_days(store, &days, &day_count, err);

    for (size_t i = 0; ok && i < day_count && n < DAYS; i++) {
        if (days[i].day >= today || first_ms == 0 || first_ms >= (days[i].day + 1) * KPI_DAY_MS)
            continue; /* before the first run nobody can say */
        counts[n] = (struct kpi_point){ days[i].day, 1, (double)days[i].n };
        losts[n] = (struct kpi_point){ days[i].day, 1, (double)days[i].lost_ms / 1000. };
        if (days[i].day == today - 7) {
            count.before.value = counts[n].value;
            lost.before.value = losts[n].value;
        }
        n++;
    }
    free(days);
    if (!ok)
        return false;
    if (flaky.runs > 0) {
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
                   .id = kpis[KPI_FLAKY].id, .step_ms = KPI_DAY_MS, .point = counts, .count = n },
               err) &&
           derive_put_points(store, settings,
                             &(struct kpi_points){ .id = kpis[KPI_FLAKY_LOST].id,
                                                   .step_ms = KPI_DAY_MS,
                                                   .point = losts,
                                                   .count = n },
                             err);
}
