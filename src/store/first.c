/* first: how far back the runs of each source are known. What is seldom used has a first run of
 * its own, which says less. What was derived while a history was being filled knew less of it,
 * and is made anew when that is done. */
#include "config.h"

#include "store/ci.h"
#include "store/derive.h"
#include "store/internal.h"
#include "store/retain.h"

bool store_first_of_pipeline(struct store *store, int64_t pipeline, int64_t *ms,
                             struct dx_error *err)
{
    return store_ask_of(
        store,
        "SELECT f.first_ms FROM pipeline p JOIN source_first f ON f.source = p.source"
        " WHERE p.id = ?1",
        pipeline, ms, err);
}

bool store_first_of_pool(struct store *store, int64_t pool, int64_t *ms, struct dx_error *err)
{
    return store_ask_of(store,
                        "SELECT f.first_ms FROM pool p JOIN source_first f ON f.source = p.source"
                        " WHERE p.id = ?1",
                        pool, ms, err);
}

static bool run_for(struct store *store, const char *sql, int64_t source, int64_t more,
                    struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, source);
    (void)sqlite3_bind_int64(stmt, 2, more);
    return store_step(store, stmt, err);
}

static bool tell(struct store *store, int64_t source, struct dx_error *err)
{
    if (!run_for(store,
                 "UPDATE source_first SET told_ms = first_ms WHERE source = ?1"
                 " AND told_ms IS NOT first_ms AND ?2 = 0",
                 source, 0, err))
        return false;
    return sqlite3_changes(store->db) == 0 ||
           (run_for(store,
                    "INSERT INTO dirty (kind, id, nth) SELECT ?2, id, 0 FROM pipeline"
                    " WHERE source = ?1 ON CONFLICT DO NOTHING",
                    source, DIRTY_PIPELINE, err) &&
            run_for(store,
                    "INSERT INTO dirty (kind, id, nth) SELECT ?2, id, 0 FROM pool"
                    " WHERE source = ?1 ON CONFLICT DO NOTHING",
                    source, DIRTY_POOL, err) &&
            run_for(store,
                    "INSERT INTO dirty (kind, id, nth) SELECT ?2, 0, 0 WHERE ?1 > 0"
                    " ON CONFLICT DO NOTHING",
                    source, DIRTY_TOTALS, err));
}

/* What is older than what is asked for came by itself, such as the last build of what nobody
 * builds any more: of what else ran then, nothing is known. */
static bool counts(const struct store *store, const struct poll *poll, int64_t ms)
{
    return ms > 0 && !retain_refuses(store, ms) &&
           (poll->history_ms == 0 || ms >= poll->now_ms - poll->history_ms);
}

bool first_put(struct store *store, const struct poll *poll, const struct batch *batch,
               struct dx_error *err)
{
    int64_t first_ms = INT64_MAX;

    for (size_t i = 0; i < batch->run_count; i++) {
        int64_t ms = batch->runs[i].timing.finished_ms;

        if (ms < first_ms && counts(store, poll, ms))
            first_ms = ms;
    }
    if (first_ms < INT64_MAX &&
        !run_for(store,
                 "INSERT INTO source_first (source, first_ms) VALUES (?1, ?2)"
                 " ON CONFLICT (source) DO UPDATE SET first_ms = excluded.first_ms"
                 " WHERE first_ms > excluded.first_ms",
                 poll->source, first_ms, err))
        return false;
    return poll->filling || tell(store, poll->source, err);
}
