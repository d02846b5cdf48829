/* schema_ci: the tables of runs, jobs and pools, and of what is derived of them. */
#include "config.h"

#include "store/schema.h"

const char schema_ci_sql[] =
    /* names that come again and again; 0 stands for "" and has no row */
    "CREATE TABLE text (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE pipeline (id INTEGER PRIMARY KEY, source INTEGER NOT NULL,"
    " project INTEGER NOT NULL, name INTEGER NOT NULL, UNIQUE (source, project, name));"
    /* when its first run that ever was here ended; told_ms: as all that is derived knows it */
    "CREATE TABLE source_first (source INTEGER PRIMARY KEY, first_ms INTEGER NOT NULL,"
    " told_ms INTEGER);"
    "CREATE TABLE pool (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, name INTEGER NOT NULL,"
    " UNIQUE (source, name));"
    /* what the server counted, changes only; NULL: it does not say */
    "CREATE TABLE pool_count (pool INTEGER NOT NULL, at_ms INTEGER NOT NULL, online INTEGER,"
    " busy INTEGER, offline INTEGER, waiting INTEGER, note TEXT NOT NULL,"
    " PRIMARY KEY (pool, at_ms)) WITHOUT ROWID;"
    "CREATE TABLE runner (pool INTEGER NOT NULL, name TEXT NOT NULL, labels TEXT NOT NULL,"
    " note TEXT NOT NULL, online INTEGER NOT NULL, busy INTEGER NOT NULL, seen_ms INTEGER NOT NULL,"
    " PRIMARY KEY (pool, name)) WITHOUT ROWID;"

    /* ext: the server's id, a number where it is one. url: a text with {p} {r} {n}
     * {j} for project, ids and number. flags: store/runs.c. later_ms: a later attempt of the
     * run ended then, and counts in its place. -1 spans are NULL */
    "CREATE TABLE run (id INTEGER PRIMARY KEY, pipeline INTEGER NOT NULL, source INTEGER NOT NULL,"
    " project INTEGER NOT NULL, ext NOT NULL, attempt INTEGER NOT NULL, number, title TEXT,"
    " sha, branch INTEGER, event INTEGER, actor INTEGER, url INTEGER, flags INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, result INTEGER NOT NULL, cause INTEGER NOT NULL, evidence INTEGER,"
    " raw_status INTEGER, raw_result INTEGER, created_ms INTEGER, started_ms INTEGER,"
    " finished_ms INTEGER, queued_ms INTEGER, duration_ms INTEGER, queued_basis INTEGER,"
    " duration_basis INTEGER, gate_ms INTEGER, updated_ms INTEGER, seen_ms INTEGER,"
    " later_ms INTEGER);"
    "CREATE UNIQUE INDEX run_ext ON run (ext, project, source, attempt);"
    /* all that rates and durations are made of */
    "CREATE INDEX run_pipeline ON run (pipeline, finished_ms, phase, flags, attempt, result, cause,"
    " duration_ms, later_ms);"
    "CREATE INDEX run_finished ON run (finished_ms);"
    "CREATE INDEX run_open ON run (source, seen_ms) WHERE phase < 4 OR flags & 1 = 0;"
    "CREATE TABLE job (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, ext NOT NULL,"
    " attempt INTEGER NOT NULL, name INTEGER NOT NULL, pool INTEGER, runner INTEGER, stage INTEGER,"
    " url INTEGER, flags INTEGER NOT NULL, phase INTEGER NOT NULL, result INTEGER NOT NULL,"
    " cause INTEGER NOT NULL, evidence INTEGER, raw_status INTEGER, raw_result INTEGER,"
    " created_ms INTEGER, started_ms INTEGER, finished_ms INTEGER, queued_ms INTEGER,"
    " duration_ms INTEGER, queued_basis INTEGER, duration_basis INTEGER, why TEXT, queue_ref);"
    "CREATE UNIQUE INDEX job_ext ON job (run, ext, attempt);"
    "CREATE INDEX job_pool ON job (pool, started_ms, queued_ms) WHERE started_ms IS NOT NULL;"
    "CREATE INDEX job_failed ON job (finished_ms) WHERE result = 2;"
    "CREATE INDEX job_open ON job (pool, phase, created_ms) WHERE phase < 4;"
    "CREATE INDEX job_skewed ON job (pool, started_ms) WHERE flags & 4;"
    "CREATE INDEX job_gated ON job (pool, started_ms) WHERE flags & 16;"
    "CREATE INDEX job_never ON job (pool, finished_ms) WHERE started_ms IS NULL AND result = 2;"
    "CREATE INDEX job_queue ON job (queue_ref) WHERE queue_ref IS NOT NULL;"
    /* items that left a queue some minutes ago, and whose job may still come */
    "CREATE TABLE waited (source INTEGER NOT NULL, queue_ref NOT NULL, created_ms INTEGER NOT NULL,"
    " left_ms INTEGER NOT NULL, PRIMARY KEY (source, queue_ref)) WITHOUT ROWID;"
    /* of jobs that run or did not succeed */
    "CREATE TABLE step (job INTEGER NOT NULL, nth INTEGER NOT NULL, name INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, result INTEGER NOT NULL, raw_result INTEGER, started_ms INTEGER,"
    " finished_ms INTEGER, PRIMARY KEY (job, nth)) WITHOUT ROWID;";

/* Each row is f(raw records, the moment in meta 'derived_ms'): computed anew where
 * they changed, never counted up. */
const char schema_derived_sql[] =
    /* by the day: an hour has hardly a bucket with two in it */
    "CREATE TABLE pool_bucket (pool INTEGER NOT NULL, day INTEGER NOT NULL,"
    " bucket INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (pool, day, bucket)) WITHOUT ROWID;"
    "CREATE TABLE pool_hour (pool INTEGER NOT NULL, hour INTEGER NOT NULL, n INTEGER NOT NULL,"
    " p50 REAL, p95 REAL, PRIMARY KEY (pool, hour)) WITHOUT ROWID;"
    "CREATE TABLE pool_now (pool INTEGER NOT NULL, window_ms INTEGER NOT NULL, n INTEGER NOT NULL,"
    " p50 REAL, p90 REAL, p95 REAL, p99 REAL, approx INTEGER NOT NULL, before REAL,"
    " n_before INTEGER NOT NULL, skewed INTEGER NOT NULL, gate_n INTEGER NOT NULL, gate_p50 REAL,"
    " never INTEGER NOT NULL, per_hour_in REAL, per_hour_out REAL,"
    " PRIMARY KEY (pool, window_ms)) WITHOUT ROWID;"
    "CREATE TABLE pipeline_day (pipeline INTEGER NOT NULL, day INTEGER NOT NULL,"
    " n INTEGER NOT NULL, ok INTEGER NOT NULL, p50 REAL, p90 REAL, PRIMARY KEY (pipeline, day))"
    " WITHOUT ROWID;"
    /* pipeline 0: all of them; part: enum store_part. By the window first: who looks at pipelines
     * looks at one window of all, which are a few pages so, and a hundred by the pipeline */
    "CREATE TABLE pipeline_now (pipeline INTEGER NOT NULL, window_ms INTEGER NOT NULL,"
    " part INTEGER NOT NULL, n INTEGER NOT NULL, ok INTEGER NOT NULL, platform INTEGER NOT NULL,"
    " unknown INTEGER NOT NULL, first_n INTEGER NOT NULL, first_ok INTEGER NOT NULL,"
    " left_out INTEGER NOT NULL, low REAL, high REAL, duration_n INTEGER NOT NULL, p50 REAL, p90 "
    "REAL, before REAL,"
    " n_before INTEGER NOT NULL, slower INTEGER NOT NULL, was_n INTEGER NOT NULL,"
    " was_ok INTEGER NOT NULL, worse INTEGER NOT NULL, last TEXT NOT NULL,"
    " PRIMARY KEY (window_ms, part, pipeline)) WITHOUT ROWID;"
    /* where its last run that ended is seen */
    "CREATE TABLE pipeline_last (pipeline INTEGER PRIMARY KEY, url TEXT NOT NULL);"
    /* trend: the rate at the end of each of the last days, and now; per mille, - where unknown */
    "CREATE TABLE flaky_now (pipeline INTEGER NOT NULL, name INTEGER NOT NULL,"
    " state INTEGER NOT NULL, n INTEGER NOT NULL, failed INTEGER NOT NULL, pairs INTEGER NOT NULL,"
    " rate REAL, low REAL, high REAL, lost_ms INTEGER NOT NULL, first_ms INTEGER, last_ms INTEGER,"
    " before REAL, trend TEXT NOT NULL, PRIMARY KEY (pipeline, name)) WITHOUT ROWID;"
    /* jobs that failed, whatever of, within twice the window of the flaky ones */
    "CREATE TABLE failed_now (pipeline INTEGER NOT NULL, name INTEGER NOT NULL,"
    " PRIMARY KEY (pipeline, name)) WITHOUT ROWID;"
    /* which of these rows are still to be computed anew: enum dirty_kind */
    "CREATE TABLE dirty (kind INTEGER NOT NULL, id INTEGER NOT NULL, nth INTEGER NOT NULL,"
    " PRIMARY KEY (kind, id, nth)) WITHOUT ROWID;";
