/* derive: which numbers have to be computed anew, and when. */
#include "config.h"

#include "derive/derive.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/time.h"
#include "derive/deriver.h"
#include "insight/mention.h"

/* COMMIT_RECORDS: about 25 ms. */
enum { SLICE_MS = 20, COMMIT_RECORDS = 60000, COMMIT_WAITS = 5000 };
enum { KPI_REST_MS = 5000 };
enum { PAST_DAYS_MOST = 400 }; /* as long as history goes */

const int64_t derive_windows[WINDOWS] = { HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS };

void deriver_room(struct deriver *d, int64_t records, int64_t waits)
{
    d->room = records;
    d->waits = waits;
}

struct deriver *deriver_new(enum success_policy policy)
{
    struct deriver *d = mem_new(1, sizeof(*d));

    d->policy = d->kpis.policy = policy;
    for (int i = 0; i < KPI_COUNT; i++)
        d->kpis.target[i] = derive_usual_target(&kpis[i]);
    deriver_room(d, COMMIT_RECORDS, COMMIT_WAITS);
    d->slice_ms = SLICE_MS;
    d->from_ms = -1;
    return d;
}

void deriver_kpis(struct deriver *d, const struct kpi_settings *settings)
{
    d->kpis = *settings;
    d->kpis.policy = d->policy;
    d->knows_feeds = false;
}

void deriver_slices(struct deriver *d, int64_t ms, size_t tickets)
{
    d->slice_ms = ms;
    d->kpi.rows = tickets;
}

void deriver_free(struct deriver *d)
{
    if (!d)
        return;
    dues_done(&d->pools);
    dues_done(&d->pipelines);
    touched_done(&d->all);
    kpi_pass_done(&d->kpi);
    mentions_free(d->names);
    free(d);
}

/* T moves in steps of a minute, so that what is shown together belongs together. */
int64_t deriver_minute(int64_t now_ms)
{
    return now_ms - now_ms % MINUTE_MS;
}

bool deriver_pool(struct deriver *d, struct store *store, int64_t pool, int64_t at_ms, int64_t most,
                  struct dx_error *err)
{
    int64_t due_ms;

    if (!derive_pool(store, pool, at_ms, most, &due_ms, err))
        return false;
    dues_set(&d->pools, pool, due_ms);
    if (most > 0 && due_ms <= at_ms && d->late_ms == 0)
        d->late_ms = time_boot_ms() + MINUTE_MS;
    return true;
}

bool deriver_pipeline(struct deriver *d, struct store *store, int64_t pipeline, int64_t at_ms,
                      struct dx_error *err)
{
    int64_t due_ms;
    bool ok = derive_pipeline(store, d->policy, pipeline, at_ms, &due_ms, err);

    dues_set(&d->pipelines, pipeline, due_ms);
    return ok;
}

static void forget_dues(struct deriver *d)
{
    dues_done(&d->pools);
    dues_done(&d->pipelines);
    d->before_is_made = false;
}

void deriver_forget_undone(struct deriver *d, struct store *store)
{
    if (d->from_ms < 0)
        d->from_ms = store_derived_at(store);
    if (d->undone == store_undone(store))
        return;
    d->undone = store_undone(store);
    forget_dues(d);
    d->new_day = d->day;
    d->knows_feeds = false;
    touched_done(&d->all);
    kpi_pass_done(&d->kpi);
    mentions_free(d->names);
    d->names = NULL;
    d->going = false;
}

bool deriver_know_feeds(struct deriver *d, struct store *store, struct dx_error *err)
{
    bool changed;

    if (d->knows_feeds)
        return true;
    if (!derive_feeds(store, &d->kpis, &changed, err))
        return false;
    d->before_is_made = d->before_is_made && !changed;
    d->knows_feeds = true;
    return true;
}

/* ---- what was left ---- */

enum { RANGE_DAYS = 7 };

struct round { /* one slice of it */
    int64_t at_ms, now_ms;
    int64_t day, days; /* of failures: they are looked at together, as their margins overlap */
    bool pipelines;
};

static bool do_failures(struct store *store, struct round *r, struct dx_error *err)
{
    int64_t from_ms = r->day * DAY_MS, to_ms = from_ms + r->days * DAY_MS;

    if (r->days == 0)
        return true;
    r->days = 0;
    return derive_incidents(store, from_ms - 1, to_ms - 1, r->now_ms, err);
}

/* What is made of a pool's day. It may have had its turn already: a day that a commit leaves
 * behind this one waits for the next round. */
static bool leave_day(struct store *store, const struct part *day, struct dx_error *err)
{
    struct touched made = { .totals = false };
    bool ok;

    ids_add(&made.pools, day->id);
    parts_add(&made.kpi_days, 0, day->nth);
    ok = store_put_dirty(store, &made, err);
    touched_done(&made);
    return ok;
}

static bool do_key(struct deriver *d, struct store *store, struct round *r, struct dx_error *err)
{
    const struct part part = { .id = d->left.id, .nth = d->left.nth };
    bool goes_on = d->left.kind == DIRTY_FAILURES && r->day + r->days == part.nth;

    if ((!goes_on || r->days == RANGE_DAYS) && !do_failures(store, r, err))
        return false;
    switch (d->left.kind) {
    case DIRTY_NONE:
        return true;
    case DIRTY_POOL_HOUR:
        return derive_pool_hour(store, &part, INT64_MAX, err);
    case DIRTY_POOL_DAY:
        return derive_pool_day(store, &part, err) && leave_day(store, &part, err);
    case DIRTY_POOL:
        return deriver_pool(d, store, part.id, r->at_ms, 0, err);
    case DIRTY_FAILURES:
        r->day = r->days == 0 ? part.nth : r->day;
        r->days++;
        return true;
    case DIRTY_PIPELINE_DAY:
        return derive_pipeline_day(store, d->policy, &part, INT64_MAX, err);
    case DIRTY_PIPELINE:
        r->pipelines = true;
        return deriver_pipeline(d, store, part.id, r->at_ms, err) &&
               derive_flaky_left(store, part.id, r->at_ms, err);
    case DIRTY_FLAKY:
        return derive_flaky_left(store, part.id, r->at_ms, err);
    case DIRTY_TOTALS:
        return derive_totals(store, err);
    case DIRTY_TICKET:
        deriver_touch_kpis(d);
        kpi_pass_moved(&d->kpi, part.id);
        return derive_ticket(store, &d->kpis, part.id, err) &&
               derive_refs(&d->names, store, part.id, err);
    case DIRTY_FLAKY_DAYS:
        deriver_touch_kpis(d);
        return derive_flaky_days(store, part.id, r->at_ms, err);
    case DIRTY_KPI_DAY:
        deriver_touch_kpis(d);
        if (part.nth >= r->at_ms / DAY_MS - DERIVER_BEFORE_DAYS)
            d->before_is_made = false;
        return derive_kpi_day(store, &d->kpis, part.nth, err);
    }
    return true;
}

/* Round and round: what is touched behind this slice waits for the next round, so
 * that a long back-fill keeps no row from its turn. */
static bool left_slice(void *self, struct store *store, const struct touched *touched,
                       int64_t now_ms, struct dx_error *err)
{
    struct deriver *d = self;
    struct round r = { .at_ms = deriver_minute(now_ms), .now_ms = now_ms };
    int64_t until_ms = time_boot_ms() + d->slice_ms;
    bool there = true;

    (void)touched;
    if (!deriver_know_feeds(d, store, err))
        return false;
    do {
        if (!store_take_dirty(store, &d->left, &there, err) || !do_key(d, store, &r, err))
            return false;
    } while (there && time_boot_ms() < until_ms);
    /* The totals are read from all pipelines: they come when those are through. */
    return do_failures(store, &r, err) && refs_look_for_new(&d->names, store, err) &&
           store_put_dirty(store, &(struct touched){ .totals = r.pipelines }, err) &&
           derive_moment(store, &d->kpis, r.at_ms, err);
}

/* Another day is over, or some are while nobody collected. What was known to end after the day's
 * key numbers were made, by a server's clock or ours, touches them no more. */
static bool past_days(struct deriver *d, struct store *store, int64_t at_ms, struct dx_error *err)
{
    int64_t today = at_ms / DAY_MS, day = d->day;
    struct touched all = { .totals = false };
    struct touched days = { .totals = false }; /* incidents begin and end by the clock */
    bool ok;

    if (d->day == today)
        return true;
    if (d->from_ms == 0)
        d->from_ms = at_ms; /* nothing was there before */
    if (day == 0)
        day = d->from_ms / DAY_MS;
    if (day > today) /* the clock was ahead */
        day = today;
    if (day < today - PAST_DAYS_MOST)
        day = today - PAST_DAYS_MOST;
    parts_add(&days.kpi_days, 0, day - 1);
    for (; day < today; day++) {
        parts_add(&days.failed_days, 0, day);
        parts_add(&days.kpi_days, 0, day);
    }
    ok = store_all_keys(store, &all, err) &&
         store_put_dirty(store, &(struct touched){ .flaky_days = all.pipelines }, err) &&
         store_put_dirty(store, &days, err);
    d->new_day = today;
    touched_done(&all);
    touched_done(&days);
    return ok;
}

/* Windows moved over what nothing touches, too, since a collector was here the last time. */
static bool all_of_time(void *self, struct store *store, const struct touched *touched,
                        int64_t now_ms, struct dx_error *err)
{
    struct deriver *d = self;
    struct touched all = { .totals = false }, due = { .totals = true };
    bool ok = deriver_know_feeds(d, store, err) && store_all_keys(store, &all, err) &&
              past_days(d, store, now_ms, err);

    (void)touched;
    for (int64_t id = 0; (id = ids_next(&all.pools, id)) > 0;)
        if (dues_has(&d->pools, id, deriver_minute(now_ms)))
            ids_add(&due.pools, id);
    for (int64_t id = 0; (id = ids_next(&all.pipelines, id)) > 0;)
        if (dues_has(&d->pipelines, id, deriver_minute(now_ms)))
            ids_add(&due.pipelines, id);
    parts_add(&due.failed_days, 0, now_ms / DAY_MS);
    ok = ok && store_put_dirty(store, &due, err);
    touched_done(&all);
    touched_done(&due);
    return ok;
}

/* All key numbers, as of the minute. */
static bool all_kpis(void *self, struct store *store, const struct touched *touched, int64_t now_ms,
                     struct dx_error *err)
{
    struct deriver *d = self;
    struct kpi_pass pass = { .at_ms = deriver_minute(now_ms), .rows = d->kpi.rows, .before = true };
    bool ok = true;

    (void)touched;
    while (ok && pass.part < KPI_PARTS)
        ok = derive_kpis(store, &d->kpis, &pass, err);
    d->kpis_touched = d->kpis_touched && !ok;
    kpi_pass_done(&pass);
    return ok;
}

bool deriver_settle(struct deriver *d, struct store *store, int64_t now_ms, struct dx_error *err)
{
    bool dirty;

    deriver_forget_undone(d, store);
    if (!store_derive(store, all_of_time, d, now_ms, err))
        return false;
    d->day = d->new_day;
    if (!store_is_dirty(store, &dirty, err))
        return false;
    while (dirty)
        if (!store_derive(store, left_slice, d, now_ms, err) || !store_is_dirty(store, &dirty, err))
            return false;
    return store_derive(store, all_kpis, d, now_ms, err);
}

/* ---- time ---- */

/* Until the slice is over; going says whether something is left. */
static bool slice(void *self, struct store *store, const struct touched *touched, int64_t now_ms,
                  struct dx_error *err)
{
    struct deriver *d = self;
    int64_t until_ms = time_boot_ms() + d->slice_ms;

    (void)touched;
    if (!deriver_know_feeds(d, store, err))
        return false;
    while ((d->pool = ids_next(&d->all.pools, d->pool)) > 0) {
        if (!dues_has(&d->pools, d->pool, d->at_ms))
            continue;
        if (!deriver_pool(d, store, d->pool, d->at_ms, 0, err))
            return false;
        if (time_boot_ms() >= until_ms)
            return true;
    }
    d->pool = INT32_MAX;
    while ((d->pipeline = ids_next(&d->all.pipelines, d->pipeline)) > 0) {
        if (!dues_has(&d->pipelines, d->pipeline, d->at_ms))
            continue;
        d->totals = true;
        if (!deriver_pipeline(d, store, d->pipeline, d->at_ms, err) ||
            !derive_flaky(store, d->pipeline, d->at_ms, err))
            return false;
        if (time_boot_ms() >= until_ms)
            return true;
    }
    d->pipeline = INT32_MAX;
    if (d->kpi.part == 0 && !past_days(d, store, d->at_ms, err))
        return false;
    if (d->kpi.part == 0 && (!derive_incidents(store, d->at_ms, now_ms, now_ms, err) ||
                             (d->totals && !derive_totals(store, err))))
        return false;
    while (d->kpi.part < KPI_PARTS) {
        if (!derive_kpis(store, &d->kpis, &d->kpi, err))
            return false;
        if (time_boot_ms() >= until_ms)
            return true;
    }
    d->going = false;
    return refs_look_for_new(&d->names, store, err) &&
           derive_moment(store, &d->kpis, d->at_ms, err);
}

/* A new minute, be it one before for the clock was set back, or key numbers that a commit touched:
 * those not with every one. */
static bool begin(struct deriver *d, struct store *store, int64_t now_ms, struct dx_error *err)
{
    bool late = d->late_ms > 0 && time_boot_ms() >= d->late_ms;
    bool minute = deriver_minute(now_ms) != d->at_ms || late;

    if (deriver_minute(now_ms) < d->at_ms)
        forget_dues(d);
    if (!minute && !(d->kpis_touched && time_boot_ms() >= d->kpis_due_ms))
        return true;
    d->late_ms = minute ? 0 : d->late_ms;
    touched_done(&d->all);
    if (minute && !store_all_keys(store, &d->all, err))
        return false;
    d->at_ms = deriver_minute(now_ms);
    d->pool = d->pipeline = 0;
    kpi_pass_done(&d->kpi);
    d->kpi.at_ms = d->at_ms;
    d->kpi.before = !d->before_is_made;
    d->before_is_made = true;
    d->totals = d->kpis_touched = false;
    d->kpis_due_ms = time_boot_ms() + KPI_REST_MS;
    d->going = true;
    return true;
}

bool deriver_slice(struct deriver *d, struct store *store, int64_t now_ms, bool *more,
                   struct dx_error *err)
{
    bool left;

    *more = false;
    deriver_forget_undone(d, store);
    if (!store_is_dirty(store, &left, err))
        return false;
    *more = left;
    d->was_left = left && !(d->was_left && (d->going || deriver_minute(now_ms) != d->at_ms));
    if (d->was_left)
        return store_derive(store, left_slice, d, now_ms, err);
    if (!d->going && !begin(d, store, now_ms, err))
        return false;
    if (!d->going)
        return true;
    if (!store_derive(store, slice, d, now_ms, err))
        return false;
    d->day = d->new_day;
    if (!store_is_dirty(store, more, err))
        return false;
    *more = *more || d->going; /* another policy may have made it dirty */
    return true;
}
