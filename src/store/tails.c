/* tails: what the end of a job's log said of its failure. */
#include "config.h"

#include "store/ci.h"

/* Only where nothing better is known: what the server says goes first, and doubt is no
 * better than doubt. */
static sqlite3_stmt *update(struct writing *w, const struct log_tail *tail, struct dx_error *err)
{
    int64_t project = text_id(w->store, tail->project, err);
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "UPDATE job SET cause = ?6, evidence = ?7 WHERE ext = ?5 AND attempt = ?8 AND run ="
        " (SELECT id FROM run WHERE ext = ?1 AND project = ?2 AND source = ?3 AND attempt = ?4)"
        " AND result = 2 AND cause < 2 AND (?6 > 1 OR evidence IS NULL) RETURNING run, "
        "coalesce(finished_ms, 0)",
        err);

    if (!stmt || project < 0)
        return NULL;
    bind_ext(stmt, 1, tail->run);
    (void)sqlite3_bind_int64(stmt, 2, project);
    (void)sqlite3_bind_int64(stmt, 3, w->poll->source);
    (void)sqlite3_bind_int64(stmt, 4, tail->run_attempt);
    bind_ext(stmt, 5, tail->job);
    (void)sqlite3_bind_int(stmt, 6, (int)tail->cause);
    (void)sqlite3_bind_int64(stmt, 8, tail->job_attempt);
    return bind_intern(w->store, stmt, 7, tail->evidence, err) ? stmt : NULL;
}

static bool put_tail(struct writing *w, const struct log_tail *tail, struct dx_error *err)
{
    sqlite3_stmt *stmt;
    int64_t run = 0, finished_ms = 0;
    bool row;

    if (tail->cause == DX_CAUSE_NONE || !*tail->evidence)
        return true; /* it said nothing */
    stmt = update(w, tail, err);
    if (!stmt || !store_row(w->store, stmt, &row, err))
        return false;
    if (row) {
        run = sqlite3_column_int64(stmt, 0);
        finished_ms = sqlite3_column_int64(stmt, 1);
    }
    (void)sqlite3_reset(stmt);
    if (run == 0)
        return true;
    touch_failure(w, finished_ms);
    return run_blame(w->store, run, err);
}

bool tails_put(struct writing *w, struct dx_error *err)
{
    for (size_t i = 0; i < w->batch->tail_count; i++)
        if (!put_tail(w, &w->batch->tails[i], err))
            return false;
    return true;
}
