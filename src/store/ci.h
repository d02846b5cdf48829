/* ci: what the files about runs, jobs and pools share; inside store only. */
#ifndef STORE_CI_H
#define STORE_CI_H

#include "store/internal.h"

/* ---- intern.c: texts that come again and again ---- */

/* The number of a text, 0 for ""; -1: *err. */
int64_t text_id(struct store *store, const char *text, struct dx_error *err);
/* The same of one that may have none, then 0: nothing is written. */
int64_t text_known(struct store *store, const char *text, struct dx_error *err);
/* The same, as a parameter of a statement; "" is NULL. */
bool bind_intern(struct store *store, sqlite3_stmt *stmt, int index, const char *text,
                 struct dx_error *err);
void intern_forget(struct store *store); /* after a rollback, or with another file */
/* A server's id: a number where it is written as one. */
void bind_ext(sqlite3_stmt *stmt, int index, const char *id);
/* A commit's hash takes 20 bytes, not 40. */
void bind_sha(sqlite3_stmt *stmt, int index, const char *sha);
void bind_span(sqlite3_stmt *stmt, int index, int64_t ms); /* -1: NULL */

/* ---- url.c ---- */

enum { URL_TEXT = 2048 };
/* A URL with {p} {r} {n} {j} in place of project, ids and the run's number: there are
 * few such texts. "" where it cannot be put so. Returns out (URL_TEXT). */
const char *url_fold(char *out, const char *url, const struct run *run, const char *job);

/* ---- runs.c, jobs.c, queue.c, pools.c: parts of a commit ---- */

enum { /* run.flags */
       RUN_JOBS_WHOLE = 1,
       RUN_PROTECTED = 2,
       RUN_SKEWED = 4,
       RUN_ISSUES = 8,
       RUN_OWN_CAUSE = 16, /* the source said it, so it is not made of the jobs' */
};
enum { /* job.flags */
       JOB_MAY_FAIL = 1,
       JOB_STARTED = 2,
       JOB_SKEWED = 4,
       JOB_ISSUES = 8,
       JOB_GATED = 16,  /* its run waited at a gate */
       JOB_BLAMED = 32, /* its cause, 2, is of an incident: it was unknown before */
};

/* The cause that was said, and not made of others like it. */
#define JOB_SAID_CAUSE "(CASE WHEN job.flags & 32 THEN 1 ELSE job.cause END)"

/* Until then a run whose server could not give all that was asked for is not asked again. */
enum { AGAIN_MOST_MS = 3600 * 1000 };

struct row_state {
    bool fresh;       /* it is of this commit */
    bool failed;      /* as it is now; no other run has a cause */
    int64_t pipeline; /* of one that was there before; 0: the commit touches it anyway */
};
struct writing { /* a commit under way */
    struct store *store;
    const struct poll *poll;
    const struct batch *batch;
    int64_t *runs;           /* row of each run of the batch; 0: the store has none */
    struct row_state *state; /* of the same rows */
};
bool runs_put(struct writing *w, struct dx_error *err);
/* first.c: how far back this source is known, of the runs of the batch. */
bool first_put(struct store *store, const struct poll *poll, const struct batch *batch,
               struct dx_error *err);
bool jobs_put(struct writing *w, struct dx_error *err);
bool tails_put(struct writing *w, struct dx_error *err);
/* A failed job that ended then is there, or its cause is known better. */
void touch_failure(struct writing *w, int64_t finished_ms);
/* A job that ended then is there, or is judged otherwise: so are its pipeline's flaky jobs, now
 * and on the days since. */
void touch_tries(struct writing *w, int64_t pipeline, int64_t finished_ms);
/* Give a failed run the cause that its jobs have. */
bool run_blame(struct store *store, int64_t run, struct dx_error *err);
bool pools_put(struct writing *w, struct dx_error *err);
/* dirty.c: another policy holds: all days of all pipelines are to be computed anew. */
bool dirty_put_days(struct store *store, struct dx_error *err);
/* The same of the business times of all tickets. */
bool dirty_put_tickets(struct store *store, struct dx_error *err);
/* The same of the points of key numbers alone. */
bool dirty_put_kpi_days(struct store *store, struct dx_error *err);
/* Items that wait in a queue give way to the jobs that came of them, or leave. */
bool queue_put(struct writing *w, struct dx_error *err);
/* The row of a pool, made where it is new; 0 for "". -1: *err. */
int64_t pool_id(struct store *store, int64_t source, const char *name, struct dx_error *err);

#endif
