/* past: all derived numbers as of a past moment. */
#include "config.h"

#include "derive/past.h"

#include <stdlib.h>

#include "core/mem.h"
#include "core/time.h"
#include "derive/derive.h"
#include "store/past.h"

/* So much of what ended after the moment is looked at in one step. */
#define RANGE_MS (6 * HOUR_MS)

enum { RANGES_MOST = 2000 }; /* a server may say that a run ended in a thousand years */

enum stage { BEGIN, UNDER_WAY, POOLS, PIPELINES, TOTALS, KPIS, DONE };

struct past {
    struct store *store;
    struct kpi_settings settings;
    int64_t at_ms;
    enum stage stage;
    struct touched all;
    int64_t ended_ms, last_ms; /* what ended up to there was looked at; and the end of it */
    int64_t range_ms;          /* of that, at once */
    int64_t id;                /* of the last pool or pipeline */
    struct kpi_pass kpis;
    size_t done, total; /* steps */
};

int64_t past_minute(int64_t at_ms)
{
    return at_ms - at_ms % MINUTE_MS;
}

bool past_is_needed(struct store *store, int64_t at_ms, bool later_too)
{
    int64_t derived_ms = store_derived_at(store), minute_ms = past_minute(at_ms);

    return derived_ms > 0 && (derived_ms > minute_ms || (later_too && derived_ms < minute_ms));
}

struct past *past_new(struct store *store, const struct kpi_settings *settings, int64_t at_ms)
{
    struct past *p = mem_new(1, sizeof(*p));

    *p = (struct past){ .store = store, .settings = *settings, .at_ms = past_minute(at_ms) };
    p->settings.no_files = true;
    return p;
}

void past_free(struct past *p)
{
    if (!p)
        return;
    touched_done(&p->all);
    kpi_pass_done(&p->kpis);
    free(p);
}

bool past_is_done(const struct past *p)
{
    return p->stage == DONE;
}

double past_progress(const struct past *p)
{
    if (p->stage == DONE)
        return 1.;
    return p->total > 0 && p->done < p->total ? (double)p->done / (double)p->total : 0.;
}

/* ---- steps ---- */

static void next_stage(struct past *p)
{
    p->stage++;
    p->id = 0;
}

static bool begin(struct past *p, struct dx_error *err)
{
    if (!store_past_begin(p->store, p->at_ms, err) || !store_all_keys(p->store, &p->all, err))
        return false;
    p->ended_ms = p->at_ms;
    p->last_ms = store_last_end(p->store);
    p->total = KPI_PARTS + 2;
    p->range_ms = RANGE_MS + (p->last_ms > p->at_ms ? (p->last_ms - p->at_ms) / RANGES_MOST : 0);
    if (p->last_ms > p->at_ms)
        p->total += (size_t)((p->last_ms - p->at_ms) / p->range_ms + 1);
    for (int64_t id = 0; (id = ids_next(&p->all.pools, id)) > 0;)
        p->total++;
    for (int64_t id = 0; (id = ids_next(&p->all.pipelines, id)) > 0;)
        p->total++;
    next_stage(p);
    return store_past_points(p->store, err) && store_past_open(p->store, 0, 0, err);
}

static bool under_way(struct past *p, struct dx_error *err)
{
    int64_t from_ms = p->ended_ms;

    p->ended_ms += p->range_ms;
    if (p->ended_ms >= p->last_ms)
        next_stage(p);
    return store_past_open(p->store, from_ms, p->ended_ms, err);
}

static bool one_pool(struct past *p, struct dx_error *err)
{
    struct part hour = { .nth = p->at_ms / HOUR_MS };
    int64_t due_ms;

    p->id = ids_next(&p->all.pools, p->id);
    if (p->id == 0) {
        next_stage(p);
        return true;
    }
    hour.id = p->id;
    return store_past_pool(p->store, p->id, err) &&
           derive_pool_hour(p->store, &hour, p->at_ms, err) &&
           derive_pool(p->store, p->id, p->at_ms, 0, &due_ms, err);
}

static bool one_pipeline(struct past *p, struct dx_error *err)
{
    struct part day = { .nth = p->at_ms / DAY_MS };
    int64_t due_ms;

    p->id = ids_next(&p->all.pipelines, p->id);
    if (p->id == 0) {
        next_stage(p);
        return true;
    }
    day.id = p->id;
    return store_past_pipeline(p->store, p->id, err) &&
           derive_pipeline_day(p->store, p->settings.policy, &day, p->at_ms, err) &&
           derive_pipeline(p->store, p->settings.policy, p->id, p->at_ms, &due_ms, err) &&
           derive_flaky_days(p->store, p->id, p->at_ms, err);
}

static bool one_kpi_part(struct past *p, struct dx_error *err)
{
    if (p->kpis.part == KPI_PARTS) {
        next_stage(p);
        return true;
    }
    p->kpis.at_ms = p->at_ms;
    p->kpis.before = true;
    return derive_kpis(p->store, &p->settings, &p->kpis, err);
}

static bool step(struct past *p, struct dx_error *err)
{
    switch (p->stage) {
    case BEGIN:
        return begin(p, err);
    case UNDER_WAY:
        return under_way(p, err);
    case POOLS:
        return one_pool(p, err);
    case PIPELINES:
        return one_pipeline(p, err);
    case TOTALS:
        next_stage(p);
        return derive_totals(p->store, err);
    case KPIS:
        return one_kpi_part(p, err);
    case DONE:
        break;
    }
    return true;
}

static void begin_anew(struct past *p)
{
    touched_done(&p->all);
    kpi_pass_done(&p->kpis);
    *p = (struct past){ .store = p->store, .settings = p->settings, .at_ms = p->at_ms };
}

/* Nothing that failed is taken for nothing that is there, nor left out the next time. */
static bool whole_step(struct past *p, struct dx_error *err)
{
    (void)store_failed(p->store, &(struct dx_error){ 0 });
    if (step(p, err) && !store_failed(p->store, err))
        return true;
    begin_anew(p);
    return false;
}

bool past_slice(struct past *p, int64_t until_ms, struct dx_error *err)
{
    /* Another file took the place of the one that it was begun with. */
    if (p->stage != BEGIN && store_past(p->store) != p->at_ms)
        begin_anew(p);
    do {
        if (!whole_step(p, err))
            return false;
        p->done++;
    } while (p->stage != DONE && time_boot_ms() < until_ms);
    return true;
}
