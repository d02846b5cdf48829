/* queue: items that wait, each a job in a run of its own ("queue/18"), until a job with
 * the same reference takes its place. Such a job often does not know since when it
 * waited: the item does. An item that left the queue is not shown any more, but is
 * remembered for a while, for its build may come with a later poll. */
#include "config.h"

#include <stdlib.h>

#include "core/time.h"
#include "store/ci.h"
#include "store/derive_internal.h"

static const int64_t REMEMBERED_MS = (int64_t)10 * 60 * 1000;

static const char basis[] = "queue item inQueueSince -> build timestamp";

/* An item that waits, or waited; or the job that came of it. job 0: there is none. */
struct item {
    int64_t job, run, pool, pipeline, created_ms, started_ms, run_created_ms, finished_ms;
};

#define ITEM                                                                                       \
    "SELECT j.id, r.id, j.pool, r.pipeline, j.created_ms, j.started_ms, r.created_ms,"             \
    " r.finished_ms FROM run r JOIN job j ON j.run = r.id WHERE r.source = ?1"

static bool run_sql(struct store *store, sqlite3_stmt *stmt, int64_t a, int64_t b,
                    struct dx_error *err)
{
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, a);
    (void)sqlite3_bind_int64(stmt, 2, b);
    return store_step(store, stmt, err);
}

/* ---- finding ---- */

static void take_item(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct item *)item = (struct item){ .job = column_int(stmt, 0),
                                          .run = column_int(stmt, 1),
                                          .pool = column_int(stmt, 2),
                                          .pipeline = column_int(stmt, 3),
                                          .created_ms = column_int(stmt, 4),
                                          .started_ms = column_int(stmt, 5),
                                          .run_created_ms = column_int(stmt, 6),
                                          .finished_ms = column_int(stmt, 7) };
}

/* The first of what this statement selects. */
static bool read_item(struct writing *w, sqlite3_stmt *stmt, struct item *item,
                      struct dx_error *err)
{
    bool there;

    *item = (struct item){ .job = 0 };
    if (!store_row(w->store, stmt, &there, err))
        return false;
    if (there)
        take_item(stmt, item, NULL);
    (void)sqlite3_reset(stmt);
    return true;
}

/* What waits under this reference, or what came of it. */
static bool find(struct writing *w, bool waits, const char *ref, struct item *item,
                 struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(w->store,
                        waits ? ITEM " AND j.queue_ref = ?2 AND j.phase < 4"
                                     " AND r.ext = 'queue/' || ?2"
                              : ITEM " AND j.queue_ref = ?2 AND r.ext <> 'queue/' || ?2"
                                     " ORDER BY j.id DESC LIMIT 1",
                        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, w->poll->source);
    bind_ext(stmt, 2, ref);
    return read_item(w, stmt, item, err);
}

static bool find_waited(struct writing *w, const char *ref, int64_t *created_ms,
                        struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(w->store,
                                         "SELECT created_ms FROM waited WHERE source = ?1"
                                         " AND queue_ref = ?2 AND left_ms >= ?3",
                                         err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, w->poll->source);
    bind_ext(stmt, 2, ref);
    (void)sqlite3_bind_int64(stmt, 3, w->poll->now_ms - REMEMBERED_MS);
    return store_number(w->store, stmt, created_ms, err);
}

/* ---- one item ---- */

#define SET_CREATED(table)                                                                         \
    "UPDATE " table                                                                                \
    " SET created_ms = ?2, queued_ms = max(started_ms - ?2, 0), queued_basis = ?3,"                \
    " flags = flags | CASE WHEN started_ms < ?2 THEN 4 ELSE 0 END WHERE id = ?1"

static bool set_created(struct writing *w, const char *sql, int64_t id, int64_t created_ms,
                        struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(w->store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, id);
    (void)sqlite3_bind_int64(stmt, 2, created_ms);
    return bind_intern(w->store, stmt, 3, basis, err) && store_step(w->store, stmt, err);
}

static bool give_job(struct writing *w, const struct item *t, int64_t created_ms,
                     struct dx_error *err)
{
    if (t->created_ms > 0)
        return true;
    if (t->pool > 0) {
        ids_add(&w->store->touched.pools, t->pool);
        parts_add(&w->store->touched.pool_hours, t->pool, t->started_ms / HOUR_MS);
    }
    return set_created(w, SET_CREATED("job"), t->job, created_ms, err);
}

static bool give_run(struct writing *w, const struct item *t, int64_t created_ms,
                     struct dx_error *err)
{
    if (t->run_created_ms > 0)
        return true;
    ids_add(&w->store->touched.pipelines, t->pipeline);
    if (t->finished_ms > 0)
        parts_add(&w->store->touched.pipeline_days, t->pipeline, t->finished_ms / DAY_MS);
    return set_created(w, SET_CREATED("run"), t->run, created_ms, err);
}

static bool drop(struct writing *w, const struct item *item, struct dx_error *err)
{
    struct store *store = w->store;

    if (item->pool > 0)
        ids_add(&store->touched.pools, item->pool);
    ids_add(&store->touched.pipelines, item->pipeline);
    return run_sql(store, store_statement(store, "DELETE FROM job WHERE id = ?1 AND ?2 = 0", err),
                   item->job, 0, err) &&
           run_sql(store, store_statement(store, "DELETE FROM run WHERE id = ?1 AND ?2 = 0", err),
                   item->run, 0, err);
}

/* What waits and what came of it, whichever is in the batch. */
static bool settle(struct writing *w, const char *ref, struct dx_error *err)
{
    struct item item, taker;
    int64_t created_ms;

    if (!find(w, false, ref, &taker, err))
        return false;
    if (taker.job == 0)
        return true;
    if (!find(w, true, ref, &item, err))
        return false;
    created_ms = item.created_ms;
    if (item.job == 0 && taker.created_ms == 0 && !find_waited(w, ref, &created_ms, err))
        return false;
    if (created_ms > 0 &&
        !(give_job(w, &taker, created_ms, err) && give_run(w, &taker, created_ms, err)))
        return false;
    return item.job == 0 || drop(w, &item, err);
}

/* ---- those that left ---- */

static bool remember(struct writing *w, const struct item *item, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(w->store,
                        "INSERT INTO waited (source, queue_ref, created_ms, left_ms)"
                        " SELECT ?1, queue_ref, created_ms, ?3 FROM job WHERE id = ?2"
                        " AND created_ms IS NOT NULL ON CONFLICT (source, queue_ref) DO UPDATE SET"
                        " (created_ms, left_ms) = (excluded.created_ms, excluded.left_ms)",
                        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 3, w->poll->now_ms);
    return run_sql(w->store, stmt, w->poll->source, item->job, err);
}

/* All that wait, at once: each by itself would be looked for among all of them. */
static bool waiting(struct writing *w, struct item **items, size_t *count, struct dx_error *err)
{
    static const struct gather how = { .take = take_item, .size = sizeof(struct item) };
    void *list;
    bool ok = derive_gather(w->store,
                            derive_over(w->store,
                                        ITEM " AND (r.phase < 4 OR r.flags & 1 = 0) AND j.phase < 4"
                                             " AND r.ext = 'queue/' || j.queue_ref AND ?2 = ?3"
                                             " ORDER BY j.id",
                                        w->poll->source, 0, 0, err),
                            &how, &list, count, err);

    *items = list;
    return ok;
}

static bool hide_missing(struct writing *w, const struct ids *seen, struct dx_error *err)
{
    struct item *items;
    size_t count;
    bool ok = waiting(w, &items, &count, err);

    for (size_t i = 0; ok && i < count; i++)
        if (!ids_has(seen, items[i].run))
            ok = remember(w, &items[i], err) && drop(w, &items[i], err);
    free(items);
    return ok &&
           run_sql(w->store,
                   store_statement(w->store,
                                   "DELETE FROM waited WHERE source = ?1 AND left_ms < ?2", err),
                   w->poll->source, w->poll->now_ms - REMEMBERED_MS, err);
}

bool queue_put(struct writing *w, struct dx_error *err)
{
    const struct batch *batch = w->batch;
    struct ids seen = { 0 };
    bool ok = true;

    for (size_t i = 0; ok && i < batch->job_count; i++) {
        const struct job *job = &batch->jobs[i];

        if (!*job->queue_ref || w->runs[job->run] == 0)
            continue;
        ids_add(&seen, w->runs[job->run]);
        ok = settle(w, job->queue_ref, err);
    }
    if (ok && batch->waiting_whole)
        ok = hide_missing(w, &seen, err);
    ids_done(&seen);
    return ok;
}
