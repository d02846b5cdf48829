/* derive: what a commit touched is computed anew with it, as far as there is room; the rest is left
 * to slices. */
#include "config.h"

#include "derive/derive.h"

#include "core/time.h"
#include "derive/deriver.h"

/* Sources are polled together, so that one commit is followed by others within some seconds: they
 * share one pass over the key numbers, which costs as much as two of them. */
enum { HOURS_A_DAY = 24, KPI_WAIT_MS = 3000 };

struct room { /* of a commit: how much it may still read */
    int64_t until;
    struct touched rest; /* what does not fit */
};

static bool has_room(struct room *room, const struct store *store, struct ids *rest, int64_t id)
{
    if (store_gathered(store) < room->until)
        return true;
    ids_add(rest, id);
    return false;
}

static bool commit_pools(struct deriver *d, struct store *store, const struct touched *touched,
                         int64_t at_ms, struct room *room, struct dx_error *err)
{
    struct part day = { .id = 0 };

    for (size_t i = 0; i < touched->pool_hours.count; i++) { /* by pool, then time */
        const struct part *hour = &touched->pool_hours.part[i];
        bool same = hour->id == day.id && hour->nth / HOURS_A_DAY == day.nth;

        day = (struct part){ .id = hour->id, .nth = hour->nth / HOURS_A_DAY };
        if (!derive_pool_hour(store, hour, INT64_MAX, err) ||
            (!same && !derive_pool_day(store, &day, err)))
            return false;
    }
    for (int64_t id = 0; (id = ids_next(&touched->pools, id)) > 0;)
        if (has_room(room, store, &room->rest.pools, id) &&
            !deriver_pool(d, store, id, at_ms, d->waits, err))
            return false;
    return true;
}

static bool commit_pipelines(struct deriver *d, struct store *store, const struct touched *touched,
                             int64_t at_ms, struct room *room, struct dx_error *err)
{
    bool any = false;

    for (size_t i = 0; i < touched->pipeline_days.count; i++)
        if (!derive_pipeline_day(store, d->policy, &touched->pipeline_days.part[i], INT64_MAX, err))
            return false;
    for (int64_t id = 0; (id = ids_next(&touched->pipelines, id)) > 0; any = true)
        if (has_room(room, store, &room->rest.pipelines, id) &&
            !deriver_pipeline(d, store, id, at_ms, err))
            return false;
    if (any && !derive_totals(store, err))
        return false;
    for (int64_t id = 0; (id = ids_next(&touched->pipelines, id)) > 0;)
        if (has_room(room, store, &room->rest.flaky, id) && !derive_flaky(store, id, at_ms, err))
            return false;
    for (int64_t id = 0; (id = ids_next(&touched->flaky, id)) > 0;)
        if (!ids_has(&touched->pipelines, id) && has_room(room, store, &room->rest.flaky, id) &&
            !derive_flaky(store, id, at_ms, err))
            return false;
    return true;
}

void deriver_touch_kpis(struct deriver *d)
{
    int64_t due_ms = time_boot_ms() + KPI_WAIT_MS;

    if (!d->kpis_touched && d->kpis_due_ms < due_ms)
        d->kpis_due_ms = due_ms;
    d->kpis_touched = true;
}

/* Of the day that is going on they are made with all others. For a poll that began before midnight
 * that may be the next one by now. */
static void note_kpis(struct deriver *d, const struct touched *touched, int64_t at_ms,
                      struct touched *rest)
{
    int64_t today = at_ms / DAY_MS > d->day ? at_ms / DAY_MS : d->day;

    for (size_t i = 0; i < touched->pool_hours.count; i++)
        if (touched->pool_hours.part[i].nth / HOURS_A_DAY < today)
            parts_add(&rest->kpi_days, 0, touched->pool_hours.part[i].nth / HOURS_A_DAY);
    for (size_t i = 0; i < touched->pipeline_days.count; i++)
        if (touched->pipeline_days.part[i].nth < today) {
            parts_add(&rest->kpi_days, 0, touched->pipeline_days.part[i].nth);
            ids_add(&rest->flaky_days, touched->pipeline_days.part[i].id);
        }
    for (size_t i = 0; i < rest->kpi_days.count; i++)
        if (rest->kpi_days.part[i].nth >= today - DERIVER_BEFORE_DAYS)
            d->before_is_made = false;
    for (int64_t id = 0; (id = ids_next(&touched->flaky_days, id)) > 0;)
        ids_add(&rest->flaky_days, id);
    for (int64_t id = 0; (id = ids_next(&touched->tickets, id)) > 0;)
        kpi_pass_moved(&d->kpi, id);
    if (ids_next(&touched->pools, 0) > 0 || ids_next(&touched->pipelines, 0) > 0 ||
        ids_next(&touched->flaky, 0) > 0 || ids_next(&touched->tickets, 0) > 0 || touched->changes)
        deriver_touch_kpis(d);
}

static bool commit_tickets(struct deriver *d, struct store *store, const struct touched *touched,
                           struct room *room, struct dx_error *err)
{
    if (!refs_look_for_new(&d->names, store, err))
        return false;
    for (int64_t id = 0; (id = ids_next(&touched->tickets, id)) > 0;)
        if (has_room(room, store, &room->rest.tickets, id) &&
            (!derive_ticket(store, &d->kpis, id, err) || !derive_refs(&d->names, store, id, err)))
            return false;
    return true;
}

bool deriver_commit(void *self, struct store *store, const struct touched *touched, int64_t now_ms,
                    struct dx_error *err)
{
    struct deriver *d = self;
    struct room room = { .until = store_gathered(store) + d->room };
    int64_t at_ms = deriver_minute(now_ms);
    bool ok;

    deriver_forget_undone(d, store);
    ok = deriver_know_feeds(d, store, err) && commit_pools(d, store, touched, at_ms, &room, err);
    /* Before the pipelines: it touches those where the platform turns out to be at fault. */
    if (ok && touched->failed_to_ms > 0)
        ok = derive_incidents(store, touched->failed_from_ms, touched->failed_to_ms, now_ms, err);
    note_kpis(d, touched, at_ms, &room.rest);
    ok = ok && commit_pipelines(d, store, touched, at_ms, &room, err) &&
         commit_tickets(d, store, touched, &room, err) && store_put_dirty(store, &room.rest, err) &&
         derive_moment(store, &d->kpis, at_ms, err);
    touched_done(&room.rest);
    return ok;
}
