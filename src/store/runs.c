/* runs: the runs of a batch, each attempt a row of its own. */
#include "config.h"

#include "store/ci.h"

#include <string.h>

#include "core/time.h"
#include "store/retain.h"

/* ---- the pipeline ---- */

static bool find_pipeline(struct writing *w, int64_t project, int64_t name, int64_t *id,
                          struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        w->store, "SELECT id FROM pipeline WHERE source = ?1 AND project = ?2 AND name = ?3", err);
    bool there;

    *id = 0;
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, w->poll->source);
    (void)sqlite3_bind_int64(stmt, 2, project);
    (void)sqlite3_bind_int64(stmt, 3, name);
    if (!store_row(w->store, stmt, &there, err))
        return false;
    if (there)
        *id = column_int(stmt, 0);
    (void)sqlite3_reset(stmt);
    return true;
}

static bool pipeline_id(struct writing *w, const struct run *run, int64_t *id, struct dx_error *err)
{
    int64_t project = text_id(w->store, run->project, err);
    int64_t name = text_id(w->store, run->pipeline, err);
    sqlite3_stmt *stmt;

    if (project < 0 || name < 0 || !find_pipeline(w, project, name, id, err))
        return false;
    if (*id > 0)
        return true;
    stmt = store_statement(w->store,
                           "INSERT INTO pipeline (source, project, name) VALUES (?1, ?2, ?3)", err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, w->poll->source);
    (void)sqlite3_bind_int64(stmt, 2, project);
    (void)sqlite3_bind_int64(stmt, 3, name);
    if (!store_step(w->store, stmt, err))
        return false;
    *id = sqlite3_last_insert_rowid(w->store->db);
    return true;
}

/* ---- what is there already ---- */

struct old_run {
    int64_t id, pipeline, finished_ms, updated_ms, flags;
    enum dx_phase phase;
    enum dx_result result;
    bool others; /* other attempts of it are there */
};

static void read_old(sqlite3_stmt *stmt, const struct run *run, struct old_run *old)
{
    if (column_int(stmt, 7) != run->attempt) {
        old->others = true;
        return;
    }
    old->id = column_int(stmt, 0);
    old->pipeline = column_int(stmt, 1);
    old->finished_ms = column_int(stmt, 2);
    old->updated_ms = column_int(stmt, 3);
    old->flags = column_int(stmt, 4);
    old->phase = (enum dx_phase)sqlite3_column_int(stmt, 5);
    old->result = (enum dx_result)sqlite3_column_int(stmt, 6);
}

static bool find_run(struct writing *w, const struct run *run, struct old_run *old,
                     struct dx_error *err)
{
    int64_t project = text_id(w->store, run->project, err);
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "SELECT id, pipeline, finished_ms, updated_ms, flags, phase, result, attempt FROM run"
        " WHERE ext = ?1 AND project = ?2 AND source = ?3",
        err);
    bool there = true;

    *old = (struct old_run){ .id = 0 };
    if (project < 0 || !stmt)
        return false;
    bind_ext(stmt, 1, run->id);
    (void)sqlite3_bind_int64(stmt, 2, project);
    (void)sqlite3_bind_int64(stmt, 3, w->poll->source);
    while (there) {
        if (!store_row(w->store, stmt, &there, err))
            return false;
        if (there)
            read_old(stmt, run, old);
    }
    (void)sqlite3_reset(stmt);
    return true;
}

/* It may be there by another name of its project. *moved: it is by this one now, of a pipeline of
 * the other one still. */
static bool take_over(struct writing *w, const struct run *run, bool *moved, struct dx_error *err)
{
    int64_t project = text_id(w->store, run->project, err);
    sqlite3_stmt *stmt =
        store_statement(w->store,
                        "UPDATE run SET project = ?2 WHERE id = (SELECT id FROM run WHERE ext = ?1"
                        " AND project <> ?2 AND source = ?3 AND attempt = ?4 LIMIT 1)",
                        err);

    if (project < 0 || !stmt)
        return false;
    bind_ext(stmt, 1, run->id);
    (void)sqlite3_bind_int64(stmt, 2, project);
    (void)sqlite3_bind_int64(stmt, 3, w->poll->source);
    (void)sqlite3_bind_int64(stmt, 4, run->attempt);
    if (!store_step(w->store, stmt, err))
        return false;
    *moved = sqlite3_changes(w->store->db) > 0;
    return true;
}

/* *moved: it was there by another name. */
static bool find_or_move(struct writing *w, const struct run *run, struct old_run *old, bool *moved,
                         struct dx_error *err)
{
    *moved = false;
    if (!find_run(w, run, old, err))
        return false;
    if (old->id > 0 || run->bare || !w->poll->ids_are_unique)
        return true;
    return take_over(w, run, moved, err) && (!*moved || find_run(w, run, old, err));
}

/* A page that was made before the run moved on may come after. */
static bool is_older(const struct old_run *old, const struct run *run)
{
    if (run->updated_ms > 0 && old->updated_ms > 0 && run->updated_ms != old->updated_ms)
        return run->updated_ms < old->updated_ms;
    return old->phase == DX_PHASE_DONE && run->outcome.phase != DX_PHASE_DONE;
}

/* ---- writing ---- */

/* A time that was known of a queue item only stays (queue.c). */
static const char put_sql[] =
    "INSERT INTO run (pipeline, source, project, ext, attempt, number, title, sha, branch, event,"
    " actor, url, flags, phase, result, cause, evidence, raw_status, raw_result, created_ms,"
    " started_ms, finished_ms, queued_ms, duration_ms, queued_basis, duration_basis, gate_ms,"
    " updated_ms, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
    " ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)"
    " ON CONFLICT (ext, project, source, attempt) DO UPDATE SET (pipeline, number, title, sha,"
    " branch, event, actor, url, flags, phase, result, cause, evidence, raw_status, raw_result,"
    " created_ms, started_ms, finished_ms, queued_ms, duration_ms, queued_basis, duration_basis,"
    " gate_ms, updated_ms, seen_ms) = (excluded.pipeline, excluded.number, excluded.title,"
    " excluded.sha, excluded.branch, excluded.event, excluded.actor, excluded.url, excluded.flags,"
    " excluded.phase, excluded.result, excluded.cause, excluded.evidence, excluded.raw_status,"
    " excluded.raw_result, coalesce(excluded.created_ms, created_ms), excluded.started_ms,"
    " excluded.finished_ms,"
    " coalesce(excluded.queued_ms, CASE WHEN excluded.created_ms IS NULL THEN queued_ms END),"
    " excluded.duration_ms,"
    " coalesce(excluded.queued_basis, CASE WHEN excluded.created_ms IS NULL THEN queued_basis END),"
    " excluded.duration_basis, excluded.gate_ms, excluded.updated_ms, excluded.seen_ms)"
    /* what is as it was makes no page dirty; an open one is marked as seen */
    " WHERE phase < 4 OR (flags, phase, result, cause, updated_ms, finished_ms, raw_result,"
    " duration_ms, queued_ms, pipeline, title) IS NOT (excluded.flags, excluded.phase,"
    " excluded.result, excluded.cause, excluded.updated_ms, excluded.finished_ms,"
    " excluded.raw_result, excluded.duration_ms,"
    " coalesce(excluded.queued_ms, CASE WHEN excluded.created_ms IS NULL THEN queued_ms END),"
    " excluded.pipeline, excluded.title)";

static int64_t flags_of(const struct run *run, const struct old_run *old)
{
    bool own = run->outcome.cause != DX_CAUSE_NONE && run->outcome.cause != DX_CAUSE_UNKNOWN;
    /* Jobs that came with the state that the run still is in need not come again. */
    bool same = old->id > 0 && old->phase == DX_PHASE_DONE && run->outcome.phase == DX_PHASE_DONE &&
                old->updated_ms == run->updated_ms && old->finished_ms == run->timing.finished_ms;
    bool whole = batch_run_whole(run) || (same && (old->flags & RUN_JOBS_WHOLE));

    return (whole ? RUN_JOBS_WHOLE : 0) | (run->protected_branch ? RUN_PROTECTED : 0) |
           (run->timing.skewed ? RUN_SKEWED : 0) | (run->outcome.with_issues ? RUN_ISSUES : 0) |
           (own ? RUN_OWN_CAUSE : 0);
}

static void bind_times(sqlite3_stmt *stmt, const struct run *run)
{
    bind_time(stmt, 20, run->timing.created_ms);
    bind_time(stmt, 21, run->timing.started_ms);
    bind_time(stmt, 22, run->timing.finished_ms);
    bind_span(stmt, 23, run->timing.queued_ms);
    bind_span(stmt, 24, run->timing.duration_ms);
    bind_span(stmt, 27, run->gate_ms);
    bind_time(stmt, 28, run->updated_ms);
}

static bool bind_names(struct store *store, sqlite3_stmt *stmt, const struct run *run,
                       struct dx_error *err)
{
    char url[URL_TEXT];

    bind_ext(stmt, 4, run->id);
    if (*run->number && strcmp(run->number, run->id) != 0)
        bind_ext(stmt, 6, run->number);
    if (*run->title)
        bind_text(stmt, 7, run->title);
    bind_sha(stmt, 8, run->sha);
    return bind_intern(store, stmt, 9, run->branch, err) &&
           bind_intern(store, stmt, 10, run->event, err) &&
           bind_intern(store, stmt, 11, run->actor, err) &&
           bind_intern(store, stmt, 12, url_fold(url, run->url, run, ""), err) &&
           bind_intern(store, stmt, 17, run->outcome.evidence, err) &&
           bind_intern(store, stmt, 18, run->outcome.raw_status, err) &&
           bind_intern(store, stmt, 19, run->outcome.raw_result, err) &&
           bind_intern(store, stmt, 25, run->timing.queued_basis, err) &&
           bind_intern(store, stmt, 26, run->timing.duration_basis, err);
}

static void touch(struct writing *w, int64_t pipeline, int64_t finished_ms)
{
    ids_add(&w->store->touched.pipelines, pipeline);
    if (finished_ms > 0)
        parts_add(&w->store->touched.pipeline_days, pipeline, finished_ms / DAY_MS);
}

static bool write_run(struct writing *w, const struct run *run, const struct old_run *old,
                      struct dx_error *err)
{
    int64_t pipeline, project = text_id(w->store, run->project, err);
    sqlite3_stmt *stmt = store_statement(w->store, put_sql, err);

    if (!stmt || project < 0 || !pipeline_id(w, run, &pipeline, err))
        return false;
    (void)sqlite3_bind_int64(stmt, 1, pipeline);
    (void)sqlite3_bind_int64(stmt, 2, w->poll->source);
    (void)sqlite3_bind_int64(stmt, 3, project);
    (void)sqlite3_bind_int64(stmt, 5, run->attempt);
    (void)sqlite3_bind_int64(stmt, 13, flags_of(run, old));
    (void)sqlite3_bind_int(stmt, 14, (int)run->outcome.phase);
    (void)sqlite3_bind_int(stmt, 15, (int)run->outcome.result);
    (void)sqlite3_bind_int(stmt, 16, (int)run->outcome.cause);
    bind_times(stmt, run);
    bind_time(stmt, 29, w->poll->now_ms);
    if (!bind_names(w->store, stmt, run, err) || !store_step(w->store, stmt, err))
        return false;
    if (sqlite3_changes(w->store->db) == 0)
        return true;
    touch(w, pipeline, run->timing.finished_ms);
    if (old->id > 0)
        touch(w, old->pipeline, old->finished_ms);
    if (old->id > 0 && old->pipeline != pipeline) { /* and with it jobs that are as they were */
        touch_tries(w, old->pipeline, run->timing.created_ms);
        touch_tries(w, pipeline, run->timing.created_ms);
        touch_failure(w, run->timing.finished_ms);
    }
    return true;
}

/* Of a run's attempts the last one that ended counts: say so in the ones before. */
static bool mark_earlier(struct writing *w, const struct run *run, struct dx_error *err)
{
    int64_t project = text_id(w->store, run->project, err);
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "UPDATE run SET later_ms = l.min_ms FROM (SELECT e.id AS id, (SELECT min(l.finished_ms)"
        " FROM run l WHERE l.ext = e.ext AND l.project = e.project AND l.source = e.source"
        " AND l.attempt > e.attempt AND l.phase = 4) AS min_ms FROM run e WHERE e.ext = ?1"
        " AND e.project = ?2 AND e.source = ?3) AS l WHERE run.id = l.id"
        " AND run.later_ms IS NOT l.min_ms RETURNING run.pipeline, run.finished_ms",
        err);
    bool row = true;

    if (project < 0 || !stmt)
        return false;
    bind_ext(stmt, 1, run->id);
    (void)sqlite3_bind_int64(stmt, 2, project);
    (void)sqlite3_bind_int64(stmt, 3, w->poll->source);
    while (row) {
        if (!store_row(w->store, stmt, &row, err))
            return false;
        if (row)
            touch(w, column_int(stmt, 0), column_int(stmt, 1));
    }
    (void)sqlite3_reset(stmt);
    return true;
}

/* Its server has it no more, so nobody will ever say how it ended. */
static bool close_gone(struct writing *w, const struct old_run *old, struct dx_error *err)
{
    static const char *const closing[] = {
        "UPDATE job SET phase = 4, result = 6 WHERE run = ?1 AND phase < 4",
        "UPDATE run SET phase = 4, result = 6, flags = flags | 1, finished_ms = ?2 WHERE id = ?1",
    };

    for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++) {
        sqlite3_stmt *stmt = store_statement(w->store, closing[i], err);

        if (!stmt)
            return false;
        (void)sqlite3_bind_int64(stmt, 1, old->id);
        (void)sqlite3_bind_int64(stmt, 2, w->poll->now_ms);
        if (!store_step(w->store, stmt, err))
            return false;
    }
    touch(w, old->pipeline, w->poll->now_ms);
    return true;
}

/* Of one that goes on, or lacks its jobs, nothing is known but that it was asked for. */
static bool mark_asked(struct writing *w, const struct old_run *old, struct dx_error *err)
{
    sqlite3_stmt *stmt;

    if (old->id == 0 || (old->phase == DX_PHASE_DONE && (old->flags & RUN_JOBS_WHOLE)))
        return true;
    stmt =
        store_statement(w->store, "UPDATE run SET seen_ms = max(seen_ms, ?2) WHERE id = ?1", err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, old->id);
    (void)sqlite3_bind_int64(stmt, 2, w->poll->now_ms);
    return store_step(w->store, stmt, err);
}

static bool has_failed(enum dx_phase phase, enum dx_result result)
{
    return phase == DX_PHASE_DONE && result == DX_RESULT_FAILURE;
}

static bool put_run(struct writing *w, size_t i, struct dx_error *err)
{
    const struct run *run = &w->batch->runs[i];
    struct old_run old;
    bool moved;

    if (!find_or_move(w, run, &old, &moved, err))
        return false;
    w->runs[i] = old.id;
    w->state[i].failed = has_failed(old.phase, old.result);
    w->state[i].pipeline = old.pipeline;
    if (run->bare && run->gone && old.id > 0 && old.phase != DX_PHASE_DONE)
        return close_gone(w, &old, err);
    if (run->bare)
        return mark_asked(w, &old, err);
    if (old.id > 0 && is_older(&old, run))
        return true;
    if (old.id == 0 && run->outcome.phase == DX_PHASE_DONE &&
        retain_refuses(w->store, run->timing.finished_ms))
        return true;
    if (!write_run(w, run, &old, err))
        return false;
    w->state[i].failed = has_failed(run->outcome.phase, run->outcome.result);
    if (old.id == 0) {
        w->runs[i] = sqlite3_last_insert_rowid(w->store->db);
        w->state[i].fresh = true;
    }
    return !old.others || (old.id > 0 && old.phase == DX_PHASE_DONE && !moved) ||
           mark_earlier(w, run, err);
}

bool runs_put(struct writing *w, struct dx_error *err)
{
    for (size_t i = 0; i < w->batch->run_count; i++)
        if (!put_run(w, i, err))
            return false;
    return true;
}
