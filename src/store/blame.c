/* blame: what failed a run: the code of one of its jobs counts before what is unknown, and that
 * before the platform: a run that a test failed would have failed without the outage too. Of a
 * job's attempts the last one speaks. */
#include "config.h"

#include <stdlib.h>

#include "store/ci.h"
#include "store/derive_internal.h"

struct blamed {
    int64_t name, attempt, cause;
    int64_t evidence; /* a text's; 0: none */
    bool failed;
};

static void take(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct blamed *)item = (struct blamed){ .name = column_int(stmt, 0),
                                              .attempt = column_int(stmt, 1),
                                              .cause = column_int(stmt, 2),
                                              .evidence = column_int(stmt, 3),
                                              .failed = sqlite3_column_int(stmt, 4) != 0 };
}

static bool is_last(const struct blamed *jobs, size_t count, const struct blamed *job)
{
    for (size_t i = 0; i < count; i++)
        if (jobs[i].name == job->name && jobs[i].attempt > job->attempt)
            return false;
    return true;
}

static int rank_of(const struct blamed *job)
{
    if (job->cause > DX_CAUSE_PLATFORM)
        return 0;
    return job->cause < DX_CAUSE_PLATFORM ? 1 : 2;
}

static struct blamed worst_of(const struct blamed *jobs, size_t count)
{
    const struct blamed *worst = NULL;

    for (size_t i = 0; i < count; i++)
        if (jobs[i].failed && (!worst || rank_of(&jobs[i]) < rank_of(worst)) &&
            is_last(jobs, count, &jobs[i]))
            worst = &jobs[i];
    return worst ? *worst : (struct blamed){ .cause = DX_CAUSE_UNKNOWN };
}

static bool put(struct store *store, int64_t run, const struct blamed *worst, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "UPDATE run SET cause = ?2, evidence = ?3 WHERE id = ?1 AND phase = 4 AND result = 2"
        " AND flags & 16 = 0 AND (cause, evidence) IS NOT (?2, ?3)"
        " RETURNING pipeline, finished_ms / 86400000",
        err);
    bool row;

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, run);
    (void)sqlite3_bind_int64(stmt, 2,
                             worst->cause > DX_CAUSE_UNKNOWN ? worst->cause : DX_CAUSE_UNKNOWN);
    if (worst->evidence > 0)
        (void)sqlite3_bind_int64(stmt, 3, worst->evidence);
    if (!store_row(store, stmt, &row, err))
        return false;
    if (row) {
        ids_add(&store->touched.pipelines, column_int(stmt, 0));
        parts_add(&store->touched.pipeline_days, column_int(stmt, 0), column_int(stmt, 1));
    }
    (void)sqlite3_reset(stmt);
    return true;
}

bool run_blame(struct store *store, int64_t run, struct dx_error *err)
{
    static const struct gather how = { .take = take, .size = sizeof(struct blamed) };
    struct blamed worst;
    size_t count;
    void *jobs;
    bool ok;

    if (!derive_gather(store,
                       derive_over(store,
                                   "SELECT name, attempt, cause, evidence, result = 2 AND flags & 1"
                                   " = 0 FROM job WHERE run = ?1 AND ?2 = ?3"
                                   " ORDER BY finished_ms, id",
                                   run, 0, 0, err),
                       &how, &jobs, &count, err))
        return false;
    worst = worst_of(jobs, count);
    ok = put(store, run, &worst, err);
    free(jobs);
    return ok;
}
