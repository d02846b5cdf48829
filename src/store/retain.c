/* retain: runs and their jobs go when they are older than anybody looks back; the days and
 * hours that were made of them stay as they were then. Of each source the cursor RAW says
 * from when on all of its runs are there, once some are gone. */
#include "config.h"

#include "core/time.h"
#include "store/retain.h"

#include "store/derive.h"

#define RAW "''" /* no source calls a cursor so, nor finds it when it goes over its own */

/* Of a slice; a run has some ten jobs. */
enum { SLICE_RUNS = 200, SLICE_HOURS = 2000 };
enum { KEPT_DAYS = 70 }; /* of runs, unless a history is longer */

/* ---- what is gone ---- */

#define RAW_OF(table)                                                                              \
    "SELECT c.value FROM " table " t CROSS JOIN cursor c ON c.source = t.source AND c.name = " RAW \
    " WHERE t.id = ?1"

bool store_raw_from(struct store *store, int64_t *ms, struct dx_error *err)
{
    return store_ask(store,
                     "SELECT max(c.value) FROM source s CROSS JOIN cursor c"
                     " ON c.source = s.id AND c.name = " RAW,
                     ms, err);
}

bool store_raw_of_pool(struct store *store, int64_t pool, int64_t *ms, struct dx_error *err)
{
    return store_ask_of(store, RAW_OF("pool"), pool, ms, err);
}

bool store_raw_of_pipeline(struct store *store, int64_t pipeline, int64_t *ms, struct dx_error *err)
{
    return store_ask_of(store, RAW_OF("pipeline"), pipeline, ms, err);
}

/* ---- forgetting ---- */

#define ENDED "FROM run WHERE finished_ms < ?1 ORDER BY finished_ms, id LIMIT ?2"
/* Whose server stopped to speak of them. */
#define UNENDED                                                                                    \
    "FROM run WHERE finished_ms IS NULL AND seen_ms < ?1"                                          \
    " AND coalesce(created_ms, seen_ms) < ?1 LIMIT ?2"
#define MARK(old)                                                                                  \
    "INSERT INTO cursor (source, name, value) SELECT DISTINCT source, " RAW ", ?1 FROM"            \
    " (SELECT source " old ") AS old WHERE true ON CONFLICT (source, name) DO UPDATE"              \
    " SET value = excluded.value WHERE value < excluded.value"
#define STEPS(old)                                                                                 \
    "DELETE FROM step WHERE job IN (SELECT j.id FROM (SELECT id " old ") AS old"                   \
    " CROSS JOIN job j ON j.run = old.id)"
#define JOBS(old) "DELETE FROM job WHERE run IN (SELECT id " old ")"
#define RUNS(old) "DELETE FROM run WHERE id IN (SELECT id " old ")"

/* Each by the same runs, which are there until the last one; of what never ended no number
 * is made. */
static const char *const slices[] = { MARK(ENDED),    STEPS(ENDED),  JOBS(ENDED),  RUNS(ENDED),
                                      STEPS(UNENDED), JOBS(UNENDED), RUNS(UNENDED) };

/* A clock that was ahead has left a border that nothing reaches. */
static bool come_back(struct store *store, int64_t now_ms, struct dx_error *err)
{
    return forget(store,
                  "UPDATE cursor SET value = ?1 - ?2 * 86400000"
                  " WHERE source IN (SELECT id FROM source) AND name = " RAW " AND value > ?1",
                  now_ms, KEPT_DAYS, err);
}

bool retain_runs(struct store *store, int64_t before_ms, int64_t now_ms, struct dx_error *err)
{
    before_ms -= before_ms % DAY_MS; /* so that no day is there in part */
    if (!come_back(store, now_ms, err))
        return false;
    for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
        if (!forget(store, slices[i], before_ms, SLICE_RUNS, err))
            return false;
        if (sqlite3_changes(store->db) > 0)
            store->forgot.round_gone = store->forgot.texts_freed = true;
    }
    store->forgot.gone_ms = before_ms;
    return true;
}

/* Of the counts of a pool its last one before is still so, and since when it had no runner is
 * told by those around the last one that it had. */
static const char old_counts[] =
    "DELETE FROM pool_count WHERE (pool, at_ms) IN (WITH q AS MATERIALIZED (SELECT id,"
    " (SELECT max(at_ms) FROM pool_count WHERE pool = pool.id AND at_ms <= ?1) AS last_ms,"
    " coalesce((SELECT max(at_ms) FROM pool_count WHERE pool = pool.id AND at_ms <= ?1"
    "  AND online > 0), 0) AS had_ms FROM pool)"
    " SELECT c.pool, c.at_ms FROM q CROSS JOIN pool_count c ON c.pool = q.id"
    " AND c.at_ms < q.last_ms WHERE c.at_ms <> q.had_ms AND c.at_ms <>"
    " (SELECT min(at_ms) FROM pool_count WHERE pool = q.id AND at_ms > q.had_ms) LIMIT ?2)";

bool retain_hours(struct store *store, int64_t before_ms, struct dx_error *err)
{
    return forget(store,
                  "DELETE FROM pool_hour WHERE (pool, hour) IN (SELECT h.pool, h.hour"
                  " FROM pool CROSS JOIN pool_hour h ON h.pool = pool.id"
                  " AND h.hour < ?1 / 3600000 LIMIT ?2)",
                  before_ms, SLICE_HOURS, err) &&
           forget(store,
                  "DELETE FROM pool_bucket WHERE (pool, day, bucket) IN"
                  " (SELECT b.pool, b.day, b.bucket FROM pool CROSS JOIN pool_bucket b"
                  " ON b.pool = pool.id AND b.day < ?1 / 86400000 LIMIT ?2)",
                  before_ms, SLICE_HOURS, err) &&
           forget(store, old_counts, before_ms, SLICE_HOURS, err);
}

bool retain_refuses(const struct store *store, int64_t ms)
{
    return ms > 0 && ms < store->forgot.gone_ms;
}
