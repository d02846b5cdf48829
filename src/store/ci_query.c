/* ci_query: what viewers read of runs, jobs and pools, as of a moment. Keys: q a
 * pool, l a pipeline, r a run, j a job, f a job of a pipeline by name. */
#include "config.h"

#include "store/rows.h"

/* The text of an interned column; the id itself where it is the server's. */
#define T(column) "(SELECT text FROM text WHERE id = " column "), "
#define SHA(column)                                                                                \
    "CASE typeof(" column ") WHEN 'blob' THEN lower(hex(" column ")) ELSE " column " END, "
/* src/store/url.c folded it. */
#define URL(x, run, job)                                                                           \
    "replace(replace(replace(replace((SELECT text FROM text WHERE id = " x "), '{p}', (SELECT"     \
    " text FROM text WHERE id = r.project)), '{r}', " run "), '{n}', coalesce(r.number, r.ext)),"  \
    " '{j}', " job "), "
/* What ends after the moment has not ended, what begins after it waits; where that was for a
 * gate, for some time, nobody knows for what. */
#define PHASE(x, gated, begun)                                                                     \
    "CASE WHEN " x ".phase < 3 OR (" x ".phase = 4 AND " x ".finished_ms IS NULL) OR " x           \
    ".finished_ms <= ?1 THEN " x ".phase WHEN " begun x ".started_ms <= ?1 OR (" x                 \
    ".phase = 3 AND " x ".started_ms IS NULL) THEN 3 WHEN " gated " THEN 0 ELSE 2 END, "
#define RUN_PHASE                                                                                  \
    PHASE("r", "r.gate_ms > 0", "(r.phase < 4 OR r.gate_ms IS NULL OR r.gate_ms = 0) AND ")
#define JOB_PHASE PHASE("j", "j.flags & 16", "")
#define THEN(x, column, otherwise)                                                                 \
    "CASE WHEN " x ".finished_ms > ?1 THEN " otherwise " ELSE " x "." column " END, "
#define BEGUN(x, column) "CASE WHEN " x ".started_ms > ?1 THEN NULL ELSE " x "." column " END, "
/* What the server said at last: of an earlier moment nobody knows what it said. */
#define SAID(x, column)                                                                            \
    "CASE WHEN " x                                                                                 \
    ".finished_ms <= ?1 OR r.seen_ms <= ?1 THEN (SELECT text FROM text WHERE id = " x "." column   \
    ") END, "
#define OUTCOME(x, phase)                                                                          \
    phase THEN(x, "result", "0") THEN(x, "cause", "0") SAID(x, "evidence") SAID(x, "raw_status")   \
        SAID(x, "raw_result")
#define TIMES(x, created)                                                                          \
    created ", " BEGUN(x, "started_ms") THEN(x, "finished_ms", "NULL") BEGUN(x, "queued_ms")       \
        T(x ".queued_basis") THEN(x, "duration_ms", "NULL") T(x ".duration_basis")

#define OUTCOME_FIELDS                                                                             \
    DX_FIELD_PHASE, DX_FIELD_RESULT, DX_FIELD_CAUSE, DX_FIELD_EVIDENCE, DX_FIELD_RAW_STATUS,       \
        DX_FIELD_RAW_RESULT
#define TIMES_FIELDS                                                                               \
    DX_FIELD_CREATED, DX_FIELD_STARTED, DX_FIELD_FINISHED, DX_FIELD_QUEUED, DX_FIELD_QUEUED_BASIS, \
        DX_FIELD_DURATION, DX_FIELD_DURATION_BASIS

#define FROM_SOURCE "JOIN source src ON src.id = r.source AND src.place IS NOT NULL "
/* Open ones and those that ended in (from, moment]; newest first. */
#define WITHIN(x)                                                                                  \
    "coalesce(" x ".created_ms, " x ".started_ms, " x ".finished_ms, 0) <= ?1 AND (" x             \
    ".finished_ms IS NULL OR " x ".finished_ms > ?2) AND (?3 = '' OR src.name = ?3) "              \
    "AND (?9 = 0 OR " x ".phase < 4 OR " x ".finished_ms > ?1) AND (?10 = 0 OR " x                 \
    ".cause = ?10) "
/* By the index of run.finished_ms: those that run first, and no more rows are
 * looked at than are shown. */
#define NEWEST      "ORDER BY r.finished_ms DESC NULLS FIRST, r.id DESC LIMIT ?5"
#define NEWEST_JOBS "ORDER BY r.finished_ms DESC NULLS FIRST, r.id DESC, j.id LIMIT ?5"

/* ---- runs ---- */

#define RUN_COLUMNS                                                                                \
    "SELECT src.name, src.type, 'r' || r.id, " T("r.project") T(                                   \
        "p.name") "r.ext, "                                                                        \
                  "coalesce(r.number, r.ext), r.attempt, " SHA("r.sha") T("r.branch") T(           \
                      "r.event") "r.flags & 2 > 0, r.title, " T("r.actor")                         \
                      URL("r.url", "r.ext", "''") OUTCOME("r", RUN_PHASE) TIMES(                   \
                          "r", "r.created_ms") "r.gate_ms, (SELECT count(*) FROM job WHERE run = " \
                                               "r.id) FROM run r "                                 \
                                               "JOIN pipeline p ON p.id = r.pipeline " FROM_SOURCE
#define RUN_FIELDS                                                                                 \
    {                                                                                              \
        DX_FIELD_SOURCE, DX_FIELD_TYPE, DX_FIELD_KEY, DX_FIELD_PROJECT, DX_FIELD_PIPELINE,         \
            DX_FIELD_RUN_ID, DX_FIELD_NUMBER, DX_FIELD_ATTEMPT, DX_FIELD_SHA, DX_FIELD_BRANCH,     \
            DX_FIELD_EVENT, DX_FIELD_PROTECTED, DX_FIELD_TITLE, DX_FIELD_ACTOR, DX_FIELD_URL,      \
            OUTCOME_FIELDS, TIMES_FIELDS, DX_FIELD_GATE, DX_FIELD_N, DX_FIELD_COUNT                \
    }

/* Of protected branches, or of others. */
#define OF_PART "AND (?4 = '' OR (r.flags & 2 > 0) = (?4 = 'protected')) "

static const struct query runs = { RUN_COLUMNS "WHERE " WITHIN("r") OF_PART NEWEST, RUN_FIELDS };
static const struct query runs_of_pipeline = { RUN_COLUMNS "WHERE r.pipeline = ?6 AND " WITHIN("r")
                                                   OF_PART NEWEST,
                                               RUN_FIELDS };
static const struct query one_run = { RUN_COLUMNS "WHERE r.id = ?6", RUN_FIELDS };

/* ---- jobs ---- */

#define JOB_COLUMNS_SINCE(created)                                                                 \
    "SELECT src.name, src.type, 'j' || j.id, 'r' || r.id, " T("r.project")                         \
        T("p.name") "r.ext, "                                                                      \
                    "coalesce(r.number, r.ext), max(r.attempt, j.attempt), " SHA("r.sha")          \
                        T("r.branch") T("r.event") "r.flags & 2 > 0, j.ext, " T(                   \
                            "j.name") "(SELECT text FROM text WHERE id = q.name), CASE WHEN "      \
                                      "j.started_ms > ?1 THEN NULL ELSE (SELECT text FROM text "   \
                                      "WHERE id = "                                                \
                                      "j.runner) END, " T(                                         \
                                          "j.stage") "CASE WHEN r.seen_ms <= ?1 THEN j.why "       \
                                                     "END, " URL("j.url", "r.ext", "j.ext")        \
                                                         OUTCOME("j", JOB_PHASE)                   \
                                                             TIMES("j", created) "NULL "
#define JOB_COLUMNS JOB_COLUMNS_SINCE("j.created_ms")
#define OF_JOBS                                                                                    \
    "FROM job j JOIN run r ON r.id = j.run JOIN pipeline p ON p.id = r.pipeline " FROM_SOURCE      \
    "LEFT JOIN pool q ON q.id = j.pool "
/* For NEWEST_JOBS: the runs in their order, then the jobs of each. */
#define OF_RUNS                                                                                    \
    "FROM run r CROSS JOIN job j ON j.run = r.id JOIN pipeline p ON p.id = "                       \
    "r.pipeline " FROM_SOURCE "LEFT JOIN pool q ON q.id = j.pool "
#define JOB_FIELDS                                                                                 \
    {                                                                                              \
        DX_FIELD_SOURCE, DX_FIELD_TYPE, DX_FIELD_KEY, DX_FIELD_RUN, DX_FIELD_PROJECT,              \
            DX_FIELD_PIPELINE, DX_FIELD_RUN_ID, DX_FIELD_NUMBER, DX_FIELD_ATTEMPT, DX_FIELD_SHA,   \
            DX_FIELD_BRANCH, DX_FIELD_EVENT, DX_FIELD_PROTECTED, DX_FIELD_JOB_ID, DX_FIELD_NAME,   \
            DX_FIELD_POOL, DX_FIELD_RUNNER, DX_FIELD_STAGE, DX_FIELD_WHY, DX_FIELD_URL,            \
            OUTCOME_FIELDS, TIMES_FIELDS, DX_FIELD_COUNT                                           \
    }

static const struct query jobs = { JOB_COLUMNS OF_RUNS "WHERE " WITHIN("j") NEWEST_JOBS,
                                   JOB_FIELDS };
static const struct query jobs_of_run = {
    JOB_COLUMNS OF_JOBS
    "WHERE j.run = ?6 AND coalesce(j.created_ms, j.started_ms, j.finished_ms, 0) <= ?1"
    " ORDER BY j.started_ms IS NULL OR j.started_ms > ?1, j.started_ms, j.id LIMIT ?5",
    JOB_FIELDS
};
/* The longest wait first; then what ran last. */
static const struct query jobs_of_pool = {
    JOB_COLUMNS OF_JOBS "WHERE j.pool = ?6 AND " WITHIN(
        "j") "ORDER BY j.phase IN (1, 2) OR j.started_ms > ?1 DESC, CASE WHEN j.phase IN (1, 2)"
             " OR j.started_ms > ?1 THEN j.created_ms ELSE -coalesce(j.started_ms, j.finished_ms)"
             " END, j.id LIMIT ?5",
    JOB_FIELDS
};
static const struct query waiting_jobs_of_pool = {
    JOB_COLUMNS OF_JOBS "WHERE j.pool = ?6 AND j.phase < 4 AND j.phase IN (1, 2)"
                        " AND coalesce(j.created_ms, 0) <= ?1 ORDER BY j.created_ms, j.id LIMIT ?5",
    JOB_FIELDS
};
/* past.c has listed those that waited then. */
static const struct query waiting_jobs_then = {
    "WITH w AS (SELECT job, since_ms FROM temp.job_then WHERE pool = ?6 AND phase = "
    "2) " JOB_COLUMNS_SINCE(
        "w.since_ms") "FROM w CROSS JOIN job j ON j.id = w.job JOIN run r ON r.id = j.run JOIN "
                      "pipeline p ON p.id ="
                      " r.pipeline " FROM_SOURCE
                      "LEFT JOIN pool q ON q.id = j.pool ORDER BY w.since_ms, j.id LIMIT ?5",
    JOB_FIELDS
};
static const struct query one_job = { JOB_COLUMNS OF_JOBS "WHERE j.id = ?6", JOB_FIELDS };
/* A server keeps them as jobs of one run, or as runs with the same id. */
static const struct query attempts_of_job = {
    JOB_COLUMNS OF_JOBS
    "WHERE r.id IN (SELECT o.id FROM job m JOIN run mr ON mr.id = m.run JOIN run o ON o.ext = "
    "mr.ext"
    " AND o.project = mr.project AND o.source = mr.source WHERE m.id = ?6)"
    " AND j.name = (SELECT name FROM job WHERE id = ?6) AND coalesce(j.created_ms, 0) <= ?1"
    " ORDER BY r.attempt, j.attempt, j.id LIMIT ?5",
    JOB_FIELDS
};
static const struct query jobs_by_name = {
    JOB_COLUMNS OF_RUNS "WHERE r.pipeline = ?6 AND j.name = ?7"
                        " AND (r.finished_ms IS NULL OR r.finished_ms > ?2) AND (?4 = ''"
                        " OR CASE typeof(r.sha) WHEN 'blob' THEN"
                        " lower(hex(r.sha)) ELSE r.sha END = ?4) AND " WITHIN("j") NEWEST_JOBS,
    JOB_FIELDS
};
/* ?4: the category, which stands before the first colon of the evidence; ":", which none is, for
 * jobs that have none. It is as is_of() in panels/ci.c has it: behind the limit may be more. */
static const struct query failed_jobs = {
    JOB_COLUMNS OF_JOBS
    "WHERE j.result = 2 AND j.finished_ms > max(?2, ?1 - ?8) AND j.finished_ms <= ?1"
    " AND (?3 = '' OR src.name = ?3) AND (?10 = 0 OR max(j.cause, 1) = ?10)"
    " AND (?4 = '' OR ?4 = coalesce((SELECT CASE WHEN instr(text, ':') > 1 THEN"
    " substr(text, 1, instr(text, ':') - 1) END FROM text WHERE id = j.evidence), ':'))"
    " ORDER BY j.finished_ms DESC, j.id DESC LIMIT ?5",
    JOB_FIELDS
};

static const struct query steps = {
    "SELECT s.nth, " T("s.name") "s.phase, s.result, " T(
        "s.raw_result") "s.started_ms, s.finished_ms FROM step s WHERE s.job = ?6 ORDER BY s.nth",
    { DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_PHASE, DX_FIELD_RESULT, DX_FIELD_RAW_RESULT,
      DX_FIELD_STARTED, DX_FIELD_FINISHED, DX_FIELD_COUNT },
};

const struct query *ci_jobs_query(const char *key, const struct dx_filter *filter, bool past)
{
    switch (key[0]) {
    case 'r':
        return &jobs_of_run;
    case 'q':
        if (!filter->open)
            return &jobs_of_pool;
        return past ? &waiting_jobs_then : &waiting_jobs_of_pool;
    case 'j':
        return filter->attempts ? &attempts_of_job : &one_job;
    case 'f':
        return &jobs_by_name;
    default:
        return filter->cause != 0 ? &failed_jobs : &jobs;
    }
}

const struct query *ci_raw_query(enum dx_query which, const char *key)
{
    if (which == DX_QUERY_STEPS)
        return &steps;
    return key[0] == 'l' ? &runs_of_pipeline : key[0] == 'r' ? &one_run : &runs;
}
