/* tails: what the end of a job's log said of its failure. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "store/ci.h"

static const char waits[] = "capacity?: ";

/* That no runner is there is printed while a job waits, and it may run later: so it is
 * ambiguous. Of one that never ran it is the reason. */
static const char *sure(char *out, size_t cap, const char *evidence)
{
    size_t len = strlen(waits);

    out[0] = '\0';
    if (strncmp(evidence, waits, len) == 0)
        (void)snprintf(out, cap, "capacity: %s", evidence + len);
    return out;
}

/* Only where nothing better is known: what the server says goes first, and doubt is no
 * better than doubt. But that the platform failed it, the server says in words for much:
 * which part of it failed, the log knows. What a rule found needs no other. */
static sqlite3_stmt *update(struct writing *w, const struct log_tail *tail, struct dx_error *err)
{
    int64_t project = text_id(w->store, tail->project, err);
    char reason[300];
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "UPDATE job SET flags = flags & ~32,"
        " cause = CASE WHEN ?9 > 0 AND flags & 2 = 0 THEN 2 ELSE ?6 END, evidence ="
        " CASE WHEN ?9 > 0 AND flags & 2 = 0 THEN ?9 ELSE ?7 END WHERE ext = ?5 AND attempt = ?8"
        " AND run = (SELECT id FROM run WHERE ext = ?1 AND project = ?2 AND source = ?3"
        " AND attempt = ?4)"
        " AND result = 2 AND ((" JOB_SAID_CAUSE " < 2 AND (?6 > 1 OR evidence IS NULL))"
        " OR (cause = 2 AND ?6 = 2 AND NOT EXISTS (SELECT 1 FROM text WHERE id = evidence"
        " AND text LIKE '%(rule %)'))) RETURNING run, coalesce(finished_ms, 0),"
        " (SELECT pipeline FROM run WHERE id = job.run)",
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
    return bind_intern(w->store, stmt, 7, tail->evidence, err) &&
                   bind_intern(w->store, stmt, 9, sure(reason, sizeof(reason), tail->evidence), err)
               ? stmt
               : NULL;
}

static bool put_tail(struct writing *w, const struct log_tail *tail, struct dx_error *err)
{
    sqlite3_stmt *stmt;
    int64_t run = 0, finished_ms = 0, pipeline = 0;
    bool row;

    if (tail->cause == DX_CAUSE_NONE || !*tail->evidence)
        return true; /* it said nothing */
    stmt = update(w, tail, err);
    if (!stmt || !store_row(w->store, stmt, &row, err))
        return false;
    if (row) {
        run = column_int(stmt, 0);
        finished_ms = column_int(stmt, 1);
        pipeline = column_int(stmt, 2);
    }
    (void)sqlite3_reset(stmt);
    if (run == 0)
        return true;
    touch_failure(w, finished_ms);
    touch_tries(w, pipeline, finished_ms);
    return run_blame(w->store, run, err);
}

bool tails_put(struct writing *w, struct dx_error *err)
{
    for (size_t i = 0; i < w->batch->tail_count; i++)
        if (!put_tail(w, &w->batch->tails[i], err))
            return false;
    return true;
}
