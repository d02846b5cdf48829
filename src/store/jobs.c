/* jobs: the jobs of a batch, their steps, and what they say of their run. */
#include "config.h"

#include "store/ci.h"

#include <string.h>

#include "core/time.h"

static const int64_t AGAIN_LEAST_MS = 30000;

/* ---- what is there already ---- */

struct old_job {
    int64_t id, pool, started_ms, created_ms, finished_ms;
    enum dx_phase phase;
    enum dx_result result;
};

static void read_old(sqlite3_stmt *stmt, struct old_job *old)
{
    *old = (struct old_job){ .id = column_int(stmt, 0),
                             .pool = column_int(stmt, 1),
                             .started_ms = column_int(stmt, 2),
                             .created_ms = column_int(stmt, 3),
                             .finished_ms = column_int(stmt, 4),
                             .phase = (enum dx_phase)sqlite3_column_int(stmt, 5),
                             .result = (enum dx_result)sqlite3_column_int(stmt, 6) };
}

#define OLD_JOB                                                                                    \
    "SELECT id, pool, started_ms, created_ms, finished_ms, phase, result FROM job"                 \
    " WHERE run = ?1 AND ext = ?2"

/* id 0: there is none. */
static bool find_old(struct writing *w, sqlite3_stmt *stmt, int64_t run, const char *id,
                     struct old_job *old, struct dx_error *err)
{
    bool there;

    *old = (struct old_job){ .id = 0 };
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, run);
    bind_ext(stmt, 2, id);
    if (!store_row(w->store, stmt, &there, err))
        return false;
    if (there)
        read_old(stmt, old);
    (void)sqlite3_reset(stmt);
    return true;
}

static bool find_job(struct writing *w, const struct job *job, struct old_job *old,
                     struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(w->store, OLD_JOB " AND attempt = ?3", err);

    if (stmt)
        (void)sqlite3_bind_int64(stmt, 3, job->attempt);
    return find_old(w, stmt, w->runs[job->run], job->id, old, err);
}

/* ---- writing ---- */

/* A cause that was found in the log stays when the server's words come again, and so
 * does the time that was known of a queue item only (queue.c). A log that was in doubt gives way to
 * what the server says at last, as if that had come first (tails.c). What an incident made of it is
 * made anew. */
#define INTO_JOB                                                                                   \
    " INTO job (run, ext, attempt, name, pool, runner, stage, url, flags, phase, result,"          \
    " cause, evidence, raw_status, raw_result, created_ms, started_ms, finished_ms, queued_ms,"    \
    " duration_ms, queued_basis, duration_basis, why, queue_ref) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"  \
    " ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)"
static const char put_sql[] =
    "INSERT" INTO_JOB
    " ON CONFLICT (run, ext, attempt) DO UPDATE SET (name, pool, runner, stage, url, flags, phase,"
    " result, cause, evidence, raw_status, raw_result, created_ms, started_ms, finished_ms,"
    " queued_ms, duration_ms, queued_basis, duration_basis, why, queue_ref) = (excluded.name,"
    " excluded.pool, excluded.runner, excluded.stage, excluded.url, excluded.flags,"
    " excluded.phase, excluded.result,"
    " CASE WHEN excluded.result = 2 AND excluded.cause < 2 AND job.result = 2 THEN"
    " " JOB_SAID_CAUSE " ELSE excluded.cause END,"
    " CASE WHEN excluded.result = 2 AND ((excluded.cause < 2 AND (" JOB_SAID_CAUSE " > 1 OR"
    " excluded.evidence IS NULL)) OR (excluded.cause = 2 AND " JOB_SAID_CAUSE
    " = 2)) AND job.result = 2"
    " THEN job.evidence ELSE excluded.evidence END,"
    " excluded.raw_status, excluded.raw_result, coalesce(excluded.created_ms, created_ms),"
    " excluded.started_ms, excluded.finished_ms,"
    " coalesce(excluded.queued_ms, CASE WHEN excluded.created_ms IS NULL THEN queued_ms END),"
    " excluded.duration_ms,"
    " coalesce(excluded.queued_basis, CASE WHEN excluded.created_ms IS NULL THEN queued_basis END),"
    " excluded.duration_basis, excluded.why, excluded.queue_ref)"
    " WHERE (name, pool, runner, flags & ~32, phase, result, raw_result, created_ms, started_ms,"
    " finished_ms, queued_ms, duration_ms, why) IS NOT (excluded.name, excluded.pool,"
    " excluded.runner, excluded.flags, excluded.phase, excluded.result, excluded.raw_result,"
    " coalesce(excluded.created_ms, created_ms), excluded.started_ms, excluded.finished_ms,"
    " coalesce(excluded.queued_ms, CASE WHEN excluded.created_ms IS NULL THEN queued_ms END),"
    " excluded.duration_ms, excluded.why) OR (excluded.cause > 1 AND"
    " " JOB_SAID_CAUSE " <> excluded.cause)"
    " OR (excluded.result = 2 AND max(excluded.cause, " JOB_SAID_CAUSE ") < 2 AND"
    " coalesce(excluded.evidence, evidence) IS NOT evidence)";

static const char add_sql[] = "INSERT OR IGNORE" INTO_JOB;

static int64_t flags_of(const struct job *job, const struct run *run)
{
    return (run->gate_ms > 0 ? JOB_GATED : 0) | (job->allow_failure ? JOB_MAY_FAIL : 0) |
           (job->started ? JOB_STARTED : 0) | (job->timing.skewed ? JOB_SKEWED : 0) |
           (job->outcome.with_issues ? JOB_ISSUES : 0);
}

static void bind_times(sqlite3_stmt *stmt, const struct job *job)
{
    bind_time(stmt, 16, job->timing.created_ms);
    bind_time(stmt, 17, job->timing.started_ms);
    bind_time(stmt, 18, job->timing.finished_ms);
    bind_span(stmt, 19, job->timing.queued_ms);
    bind_span(stmt, 20, job->timing.duration_ms);
}

static bool bind_names(struct writing *w, sqlite3_stmt *stmt, const struct job *job,
                       struct dx_error *err)
{
    const struct run *run = &w->batch->runs[job->run];
    struct store *store = w->store;
    char url[URL_TEXT];

    bind_ext(stmt, 2, job->id);
    if (*job->why && job->outcome.phase != DX_PHASE_DONE)
        bind_text(stmt, 23, job->why);
    if (*job->queue_ref)
        bind_ext(stmt, 24, job->queue_ref);
    return bind_intern(store, stmt, 4, job->name, err) &&
           bind_intern(store, stmt, 6, job->runner, err) &&
           bind_intern(store, stmt, 7, job->stage, err) &&
           bind_intern(store, stmt, 8, url_fold(url, job->url, run, job->id), err) &&
           bind_intern(store, stmt, 13, job->outcome.evidence, err) &&
           bind_intern(store, stmt, 14, job->outcome.raw_status, err) &&
           bind_intern(store, stmt, 15, job->outcome.raw_result, err) &&
           bind_intern(store, stmt, 21, job->timing.queued_basis, err) &&
           bind_intern(store, stmt, 22, job->timing.duration_basis, err);
}

static void touch(struct writing *w, int64_t pool, int64_t started_ms)
{
    if (pool <= 0)
        return;
    ids_add(&w->store->touched.pools, pool);
    if (started_ms > 0)
        parts_add(&w->store->touched.pool_hours, pool, started_ms / HOUR_MS);
}

void touch_failure(struct writing *w, int64_t finished_ms)
{
    struct touched *t = &w->store->touched;

    if (finished_ms <= 0)
        return;
    if (t->failed_from_ms == 0 || finished_ms < t->failed_from_ms)
        t->failed_from_ms = finished_ms;
    if (finished_ms > t->failed_to_ms)
        t->failed_to_ms = finished_ms;
    parts_add(&t->failed_days, 0, finished_ms / DAY_MS);
}

void touch_tries(struct writing *w, int64_t pipeline, int64_t finished_ms)
{
    if (pipeline <= 0)
        return;
    ids_add(&w->store->touched.flaky, pipeline);
    if (finished_ms > 0 && finished_ms / DAY_MS < w->poll->now_ms / DAY_MS)
        ids_add(&w->store->touched.flaky_days, pipeline);
}

/* *written: it is not as it was. */
static bool write_row(struct writing *w, const struct job *job, const char *sql, int64_t pool,
                      bool *written, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(w->store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, w->runs[job->run]);
    (void)sqlite3_bind_int64(stmt, 3, job->attempt);
    if (!*job->name)
        (void)sqlite3_bind_int64(stmt, 4, 0);
    if (pool > 0)
        (void)sqlite3_bind_int64(stmt, 5, pool);
    (void)sqlite3_bind_int64(stmt, 9, flags_of(job, &w->batch->runs[job->run]));
    (void)sqlite3_bind_int(stmt, 10, (int)job->outcome.phase);
    (void)sqlite3_bind_int(stmt, 11, (int)job->outcome.result);
    (void)sqlite3_bind_int(stmt, 12, (int)job->outcome.cause);
    bind_times(stmt, job);
    if (!bind_names(w, stmt, job, err) || !store_step(w->store, stmt, err))
        return false;
    *written = sqlite3_changes(w->store->db) > 0;
    return true;
}

static bool is_try(enum dx_result result)
{
    return result == DX_RESULT_SUCCESS || result == DX_RESULT_FAILURE;
}

/* Where it was, and when it ended: that may have been another day. */
static void touch_old(struct writing *w, const struct old_job *old, int64_t pipeline)
{
    touch(w, old->pool, old->started_ms);
    if (old->result == DX_RESULT_FAILURE)
        touch_failure(w, old->finished_ms);
    if (is_try(old->result))
        touch_tries(w, pipeline, old->finished_ms);
}

static void touch_job(struct writing *w, const struct job *job, const struct old_job *old,
                      int64_t pool)
{
    touch(w, pool, job->timing.started_ms);
    touch_old(w, old, w->state[job->run].pipeline);
    if (job->outcome.result == DX_RESULT_FAILURE || old->result == DX_RESULT_FAILURE)
        touch_failure(w, job->timing.finished_ms);
    if (is_try(job->outcome.result) || is_try(old->result))
        touch_tries(w, w->state[job->run].pipeline, job->timing.finished_ms);
}

/* Of a run that is new the jobs are new too, unless one comes twice: *added is false. */
static bool add_job(struct writing *w, const struct job *job, int64_t pool, bool *added,
                    struct dx_error *err)
{
    static const struct old_job none = { .id = 0 };

    *added = false;
    if (!w->state[job->run].fresh)
        return true;
    if (!write_row(w, job, add_sql, pool, added, err))
        return false;
    if (*added)
        touch_job(w, job, &none, pool);
    return true;
}

static bool update_job(struct writing *w, const struct job *job, const struct old_job *old,
                       int64_t pool, struct dx_error *err)
{
    bool written;

    if (!write_row(w, job, put_sql, pool, &written, err))
        return false;
    if (written)
        touch_job(w, job, old, pool);
    return true;
}

/* ---- steps ---- */

static bool put_step(struct writing *w, int64_t id, const struct job_step *step, size_t nth,
                     struct dx_error *err)
{
    int64_t name = text_id(w->store, step->name, err);
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "INSERT INTO step (job, nth, name, phase, result, raw_result, started_ms, finished_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (job, nth) DO UPDATE SET"
        " (name, phase, result, raw_result, started_ms, finished_ms) = (excluded.name,"
        " excluded.phase, excluded.result, excluded.raw_result, excluded.started_ms,"
        " excluded.finished_ms)",
        err);

    if (name < 0 || !stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, id);
    (void)sqlite3_bind_int64(stmt, 2, (int64_t)nth);
    (void)sqlite3_bind_int64(stmt, 3, name);
    (void)sqlite3_bind_int(stmt, 4, (int)step->phase);
    (void)sqlite3_bind_int(stmt, 5, (int)step->result);
    bind_time(stmt, 7, step->started_ms);
    bind_time(stmt, 8, step->finished_ms);
    return bind_intern(w->store, stmt, 6, step->raw_result, err) && store_step(w->store, stmt, err);
}

/* Only what somebody will look at: of jobs that run, and that did not succeed. */
static bool put_steps(struct writing *w, const struct job *job, int64_t id, bool was_there,
                      struct dx_error *err)
{
    sqlite3_stmt *stmt;
    bool wanted =
        job->outcome.result != DX_RESULT_SUCCESS && job->outcome.result != DX_RESULT_SKIPPED;

    for (size_t i = 0; wanted && i < job->step_count; i++)
        if (!put_step(w, id, &job->steps[i], i, err))
            return false;
    if (wanted || !was_there)
        return true;
    stmt = store_statement(w->store, "DELETE FROM step WHERE job = ?1", err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, id);
    return store_step(w->store, stmt, err);
}

/* ---- one that stood for all of its run ---- */

/* Where others are known now, be it of another poll. */
static bool drop_stand_in(struct writing *w, size_t i, struct dx_error *err)
{
    static const char *const dropping[] = { "DELETE FROM step WHERE job = ?1",
                                            "DELETE FROM job WHERE id = ?1" };
    sqlite3_stmt *find = store_statement(w->store,
                                         OLD_JOB " AND EXISTS (SELECT 1 FROM job o"
                                                 " WHERE o.run = ?1 AND o.ext <> ?2)",
                                         err);
    struct old_job job;

    if (!find_old(w, find, w->runs[i], w->batch->runs[i].stand_in, &job, err))
        return false;
    for (size_t k = 0; job.id > 0 && k < sizeof(dropping) / sizeof(dropping[0]); k++) {
        sqlite3_stmt *stmt = store_statement(w->store, dropping[k], err);

        if (!stmt)
            return false;
        (void)sqlite3_bind_int64(stmt, 1, job.id);
        if (!store_step(w->store, stmt, err))
            return false;
    }
    touch_old(w, &job, w->state[i].pipeline);
    return true;
}

/* ---- all of them ---- */

/* Where attempts are counted by those that came, it may be there as an earlier one than it is now
 * known to be, or as a later one, where not all came this time: the latest is right. */
static bool renumber(struct writing *w, struct job *job, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "UPDATE job SET attempt = max(attempt, ?3) WHERE id = (SELECT id FROM job WHERE run = ?1"
        " AND ext = ?2 ORDER BY attempt DESC LIMIT 1) RETURNING attempt",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, w->runs[job->run]);
    bind_ext(stmt, 2, job->id);
    (void)sqlite3_bind_int64(stmt, 3, job->attempt);
    return store_number(w->store, stmt, &job->attempt, err);
}

static bool find_or_renumber(struct writing *w, struct job *job, struct old_job *old,
                             struct dx_error *err)
{
    if (!find_job(w, job, old, err))
        return false;
    if (old->id > 0 || !w->poll->tries_are_counted)
        return true;
    if (!renumber(w, job, err) || !find_job(w, job, old, err))
        return false;
    touch_old(w, old, w->state[job->run].pipeline);
    return true;
}

static bool put_job(struct writing *w, const struct job *brought, struct dx_error *err)
{
    struct job copy = *brought, *job = &copy;
    struct old_job old;
    int64_t pool, id;
    bool added;

    if (w->runs[job->run] == 0)
        return true; /* its run was dropped by the retention meanwhile */
    pool = pool_id(w->store, w->poll->source, job->pool, err);
    if (pool < 0 || !add_job(w, job, pool, &added, err))
        return false;
    if (added)
        return put_steps(w, job, sqlite3_last_insert_rowid(w->store->db), false, err);
    if (!find_or_renumber(w, job, &old, err))
        return false;
    if (old.phase == DX_PHASE_DONE && job->outcome.phase != DX_PHASE_DONE)
        return true; /* a page that was made before */
    if (!update_job(w, job, &old, pool, err))
        return false;
    id = old.id > 0 ? old.id : sqlite3_last_insert_rowid(w->store->db);
    return put_steps(w, job, id, old.id > 0, err);
}

static bool set_whole(struct writing *w, int64_t run, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        w->store, "UPDATE run SET flags = flags | 1 WHERE id = ?1 AND flags & 1 = 0", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, run);
    return store_step(w->store, stmt, err);
}

/* Of a run that is done, and whose jobs all came, none goes on: what still waits or runs was left
 * out of the list, or the server forgot to end it, and nobody will ask for it again. Where it does
 * say later how it ended, that counts. */
static bool close_left(struct writing *w, int64_t run, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "UPDATE job SET phase = 4, result = 6, finished_ms = coalesce(job.finished_ms,"
        " r.finished_ms) FROM run r WHERE r.id = ?1 AND r.phase = 4 AND r.flags & 1"
        " AND job.run = ?1 AND job.phase < 4 RETURNING job.pool, job.started_ms",
        err);
    bool row = true;

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, run);
    while (row) {
        if (!store_row(w->store, stmt, &row, err))
            return false;
        if (row)
            touch(w, column_int(stmt, 0), column_int(stmt, 1));
    }
    (void)sqlite3_reset(stmt);
    return true;
}

/* What its server could not give now, it may give later: soon of what ended just now, and
 * less often of what is old, so that a log that never comes costs little. */
static bool put_off(struct writing *w, int64_t run, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "UPDATE run SET seen_ms = ?2 + max(?3, min(?4, (?2 - coalesce(finished_ms, ?2)) / 4))"
        " WHERE id = ?1 AND phase = 4 AND flags & 1 = 0",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, run);
    (void)sqlite3_bind_int64(stmt, 2, w->poll->now_ms);
    (void)sqlite3_bind_int64(stmt, 3, AGAIN_LEAST_MS);
    (void)sqlite3_bind_int64(stmt, 4, AGAIN_MOST_MS);
    return store_step(w->store, stmt, err);
}

bool jobs_put(struct writing *w, struct dx_error *err)
{
    for (size_t i = 0; i < w->batch->job_count; i++)
        if (!put_job(w, &w->batch->jobs[i], err))
            return false;
    for (size_t i = 0; i < w->batch->run_count; i++) {
        const struct run *run = &w->batch->runs[i];

        if (w->runs[i] == 0)
            continue;
        if (*run->stand_in && !drop_stand_in(w, i, err))
            return false;
        if (run->bare && batch_run_whole(run) && !set_whole(w, w->runs[i], err))
            return false;
        if (batch_run_whole(run) && !close_left(w, w->runs[i], err))
            return false;
        if (run->owed > 0 && !put_off(w, w->runs[i], err))
            return false;
        if (w->state[i].failed && !run_blame(w->store, w->runs[i], err))
            return false;
    }
    return true;
}
