/* ci_derived_query: what viewers read of the derived tables. */
#include "config.h"

#include "store/rows.h"

/* A source's "now" numbers are those of the moment that they were derived for. */
#define T(column) "word(" column "), "

// clang-format off

/* Some of what ended within the window is gone: of what is there no number is made. */
#define GONE                                                                                       \
    " LEFT JOIN cursor gone ON gone.source = src.id AND gone.name = ''"                            \
    " AND gone.value > ?1 - ?8 + 1"
#define IS_GONE "gone.source IS NOT NULL"

/* c: the server's count of the pool that was the last one then. One that nothing has used
 * for a month, and whose runners left that long ago, is not there any more. */
#define WAIT_NOW(what)                                                                             \
    "(SELECT " what " FROM job WHERE pool = q.id AND phase < 4 AND phase = 2"                      \
    " AND created_ms <= ?1)"
#define POOLS(waiting, oldest, is_used) \
    "SELECT src.name, src.type, 'q' || q.id, " T("q.name") \
    "max(coalesce(" waiting ", c.waiting), coalesce(c.waiting, 0)), " oldest "," \
    " c.online, c.busy, c.offline, c.note," \
    " CASE WHEN c.online = 0 THEN (SELECT min(at_ms) FROM pool_count" \
    "  WHERE pool = q.id AND at_ms <= ?1 AND at_ms > coalesce((SELECT max(at_ms) FROM pool_count" \
    "  WHERE pool = q.id AND at_ms <= ?1 AND online > 0), 0)) END," \
    " CASE WHEN NOT (" IS_GONE ") THEN coalesce(n.n, 0) END, n.p50, n.p90, n.p95, n.p99," \
    " n.approx, n.before, n.n_before, n.skewed," \
    " n.gate_n, n.gate_p50, n.never, n.per_hour_in, n.per_hour_out" \
    " FROM pool q JOIN source src ON src.id = q.source AND src.place IS NOT NULL" GONE \
    " LEFT JOIN pool_count c ON c.pool = q.id AND c.at_ms =" \
    "  (SELECT max(at_ms) FROM pool_count WHERE pool = q.id AND at_ms <= ?1)" \
    " LEFT JOIN pool_now n ON n.pool = q.id AND n.window_ms = ?8" \
    " WHERE (?3 = '' OR src.name = ?3) AND (?6 = 0 OR q.id = ?6)" \
    " AND (?4 = '' OR word(q.name) = ?4)" \
    " AND (EXISTS (SELECT 1 FROM pool_now m WHERE m.pool = q.id AND m.n + m.never > 0)" \
    "  OR coalesce(c.online, 0) + coalesce(c.offline, 0) + coalesce(c.waiting, 0) > 0" \
    "  OR (c.at_ms > ?1 - 2592000000 AND EXISTS (SELECT 1 FROM pool_count" \
    "   WHERE pool = q.id AND at_ms < c.at_ms AND online > 0))" \
    "  OR EXISTS (" is_used ")" \
    "  OR (" IS_GONE " AND EXISTS (SELECT 1 FROM pool_hour WHERE pool = q.id" \
    "   AND hour BETWEEN (?1 - ?8) / 3600000 AND ?1 / 3600000)))" \
    " ORDER BY src.place, 4 LIMIT ?5"
#define POOL_FIELDS { DX_FIELD_SOURCE, DX_FIELD_TYPE, DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_WAITING, DX_FIELD_OLDEST, DX_FIELD_ONLINE, DX_FIELD_BUSY, DX_FIELD_OFFLINE, DX_FIELD_TEXT, DX_FIELD_NONE_SINCE, DX_FIELD_N, DX_FIELD_P50, DX_FIELD_P90, DX_FIELD_P95, DX_FIELD_P99, DX_FIELD_APPROX, DX_FIELD_BEFORE, DX_FIELD_N_BEFORE, DX_FIELD_SKEWED, DX_FIELD_GATE_N, DX_FIELD_GATE_P50, DX_FIELD_NEVER, DX_FIELD_PER_HOUR_IN, DX_FIELD_PER_HOUR_OUT, DX_FIELD_COUNT }
/* Where jobs of then are forgotten nobody can say but the server, who counted them. */
#define WAIT_THEN(what)                                                                            \
    "CASE WHEN NOT EXISTS (SELECT 1 FROM cursor WHERE source = q.source AND name = ''"             \
    "  AND value > ?1) THEN (SELECT " what " FROM temp.job_then WHERE pool = q.id AND phase = 2) END"
/* Nor does one that tells of no jobs, but of how many wait. */
#define TELLS_JOBS "EXISTS (SELECT 1 FROM pipeline WHERE source = q.source)"
static const struct query pools = { POOLS("CASE WHEN " TELLS_JOBS " THEN " WAIT_NOW("count(*)") " END",
                                          WAIT_NOW("min(created_ms)"),
                                          "SELECT 1 FROM job WHERE pool = q.id AND phase < 4"),
                                    POOL_FIELDS };
static const struct query pools_then = { POOLS(WAIT_THEN("count(*)"), WAIT_THEN("min(since_ms)"),
                                               "SELECT 1 FROM temp.job_then WHERE pool = q.id"),
                                         POOL_FIELDS };

// clang-format on

/* Of each pool, by the index: hours are kept for months. */
static const struct query pool_hours = {
    "SELECT 'q' || h.pool, (h.hour + 1) * 3600000, h.n, h.p50, h.p95 FROM pool q"
    " CROSS JOIN pool_hour h ON h.pool = q.id AND h.hour BETWEEN ?2 / 3600000 AND ?1 / 3600000"
    " WHERE (?6 = 0 OR q.id = ?6) ORDER BY q.id, h.hour LIMIT ?5",
    { DX_FIELD_KEY, DX_FIELD_AT, DX_FIELD_N, DX_FIELD_P50, DX_FIELD_P95, DX_FIELD_COUNT },
};

/* Of a past moment only their numbers are known: nothing is kept of one that was. */
static const struct query runners_then = {
    "SELECT NULL WHERE ?1 IS NULL AND ?5 IS NULL AND ?6 IS NULL",
    { DX_FIELD_KEY, DX_FIELD_COUNT },
};
static const struct query runners = {
    "SELECT r.name, r.name, " T("q.name") "r.labels, r.online + (r.online AND r.busy), r.note,"
                                          " r.seen_ms FROM runner r JOIN pool q ON q.id = r.pool "
                                          "WHERE (?6 = 0 OR r.pool = ?6)"
                                          " ORDER BY r.online, r.name LIMIT ?5",
    { DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_POOL, DX_FIELD_LABELS, DX_FIELD_STATE, DX_FIELD_TEXT,
      DX_FIELD_SEEN, DX_FIELD_COUNT },
};

/* ---- pipelines ---- */

#define SUCCESS_COLUMNS(is_gone)                                                                   \
    "CASE WHEN NOT " is_gone                                                                       \
    " THEN coalesce(n.n, 0) END, CASE WHEN n.n > 0 THEN 1.0 * n.ok / n.n END, n.n - n.ok,"         \
    " CASE WHEN n.first_n > 0 THEN 1.0 * n.first_ok / n.first_n END, n.first_n,"                   \
    " CASE WHEN n.n > 0 THEN 1.0 - 1.0 * n.platform / n.n END,"                                    \
    " CASE WHEN n.n > 0 THEN 1.0 - 1.0 * (n.platform + n.unknown) / n.n END, n.unknown,"           \
    " n.low, n.high, n.left_out, n.duration_n, n.p50, n.p90, n.before, n.n_before, n.slower,"      \
    " CASE WHEN n.was_n > 0 THEN 1.0 * n.was_ok / n.was_n END, n.was_n, n.worse,"                  \
    " (SELECT value FROM meta WHERE key = 'success_policy'),"                                      \
    " CASE n.part WHEN 0 THEN 'all' WHEN 1 THEN 'protected' ELSE 'other' END"
#define SUCCESS_FIELDS                                                                             \
    DX_FIELD_N, DX_FIELD_SUCCESS, DX_FIELD_FAILED, DX_FIELD_FIRST, DX_FIELD_FIRST_N,               \
        DX_FIELD_PLATFORM, DX_FIELD_PLATFORM_LOW, DX_FIELD_UNKNOWN, DX_FIELD_LOW, DX_FIELD_HIGH,   \
        DX_FIELD_LEFT_OUT, DX_FIELD_DURATION_N, DX_FIELD_P50, DX_FIELD_P90, DX_FIELD_BEFORE,       \
        DX_FIELD_N_BEFORE, DX_FIELD_SLOWER, DX_FIELD_SUCCESS_BEFORE, DX_FIELD_SUCCESS_WAS_N,       \
        DX_FIELD_WORSE, DX_FIELD_POLICY, DX_FIELD_NAME

// clang-format off

/* Of each pipeline of the window, in the order of the table. */
#define PIPELINES(open_runs) \
    "SELECT src.name, src.type, 'l' || p.id, " T("p.project") T("p.name") \
    SUCCESS_COLUMNS(IS_GONE) ", n.last, CASE WHEN n.part = 0 THEN coalesce(o.running, 0) END," \
    " coalesce(l.url, '')" \
    " FROM pipeline_now n CROSS JOIN pipeline p ON p.id = n.pipeline" \
    " CROSS JOIN source src ON src.id = p.source AND src.place IS NOT NULL" GONE \
    " LEFT JOIN pipeline_last l ON l.pipeline = p.id" \
    " LEFT JOIN (" open_runs ") AS o ON o.pipeline = p.id" \
    " WHERE n.window_ms = ?8 AND n.part BETWEEN 0 AND CASE WHEN ?11 THEN 2 ELSE 0 END" \
    " AND (?3 = '' OR src.name = ?3) AND (?6 = 0 OR p.id = ?6)" \
    " AND (?4 = '' OR word(p.project) = ?4)" \
    " AND (n.n + n.left_out > 0 OR o.pipeline IS NOT NULL" \
    "  OR (n.part = 0 AND " IS_GONE " AND EXISTS (SELECT 1 FROM pipeline_day" \
    "   WHERE pipeline = p.id AND day BETWEEN (?1 - ?8) / 86400000 AND ?1 / 86400000)))" \
    " ORDER BY src.place, 4, 5, n.part LIMIT ?5"
#define PIPELINE_FIELDS { DX_FIELD_SOURCE, DX_FIELD_TYPE, DX_FIELD_KEY, DX_FIELD_PROJECT, DX_FIELD_PIPELINE, SUCCESS_FIELDS, DX_FIELD_STRIP, DX_FIELD_RUNNING, DX_FIELD_URL, DX_FIELD_COUNT }
/* Found among all that is open, which is little, and not pipeline by pipeline. */
#define OPEN_NOW \
    "SELECT pipeline, sum(phase <> 1) AS running FROM run INDEXED BY run_finished" \
    " WHERE finished_ms IS NULL AND phase IN (1, 2, 3)" \
    " GROUP BY pipeline"
#define OPEN_THEN "SELECT pipeline, count(*) AS running FROM temp.run_then GROUP BY pipeline"
static const struct query pipelines = { PIPELINES(OPEN_NOW), PIPELINE_FIELDS };
static const struct query pipelines_then = { PIPELINES(OPEN_THEN), PIPELINE_FIELDS };

// clang-format on

/* Much cheaper than PIPELINES: what their names have in common is asked for often. */
#define PROJECTS(is_open)                                                                          \
    "SELECT src.name, (SELECT text FROM text WHERE id = p.project) FROM"                           \
    " (SELECT DISTINCT p.source AS source, p.project AS project FROM pipeline_now n"               \
    "  CROSS JOIN pipeline p ON p.id = n.pipeline WHERE n.window_ms = ?8 AND n.part = 0"           \
    "  AND (n.n + n.left_out > 0 OR EXISTS (" is_open "))) AS p"                                   \
    " JOIN source src ON src.id = p.source AND src.place IS NOT NULL"                              \
    " WHERE (?3 = '' OR src.name = ?3) ORDER BY src.place, 2 LIMIT ?5"
#define PROJECT_FIELDS                                                                             \
    {                                                                                              \
        DX_FIELD_SOURCE, DX_FIELD_PROJECT, DX_FIELD_COUNT                                          \
    }
static const struct query projects = {
    PROJECTS("SELECT 1 FROM run WHERE pipeline = p.id AND finished_ms IS NULL"
             " AND phase IN (1, 2, 3)"),
    PROJECT_FIELDS
};
static const struct query projects_then = {
    PROJECTS("SELECT 1 FROM temp.run_then WHERE pipeline = p.id"), PROJECT_FIELDS
};

#define KEPT                                                                                       \
    "(SELECT max(c.value) FROM source s CROSS JOIN cursor c ON c.source = s.id AND c.name = ''"    \
    " WHERE s.place IS NOT NULL)"
static const struct query totals = {
    "SELECT CASE n.part WHEN 0 THEN 'all' WHEN 1 THEN 'protected' ELSE 'other' "
    "END, " SUCCESS_COLUMNS("(coalesce(" KEPT
                            ", 0) > ?1 - ?8 + 1)") ", " KEPT
                                                   " FROM pipeline_now n WHERE n.pipeline = 0 AND "
                                                   "n.window_ms = ?8 AND n.part IN (0, 1, 2)"
                                                   " ORDER BY n.part",
    { DX_FIELD_KEY, SUCCESS_FIELDS, DX_FIELD_KEPT, DX_FIELD_COUNT },
};

static const struct query pipeline_days = {
    "SELECT 'l' || d.pipeline, (d.day + 1) * 86400000, d.n, d.p50, d.p90,"
    " CASE WHEN d.n > 0 THEN 1.0 * d.ok / d.n END FROM pipeline p"
    " CROSS JOIN pipeline_day d ON d.pipeline = p.id"
    " AND d.day BETWEEN ?2 / 86400000 AND ?1 / 86400000"
    " WHERE (?6 = 0 OR p.id = ?6) AND (?3 = '' OR p.source = (SELECT id FROM source"
    " WHERE place IS NOT NULL AND name = ?3)) ORDER BY p.id, d.day LIMIT ?5",
    { DX_FIELD_KEY, DX_FIELD_AT, DX_FIELD_N, DX_FIELD_P50, DX_FIELD_P90, DX_FIELD_SUCCESS,
      DX_FIELD_COUNT },
};

/* ---- flaky jobs, failures ---- */

/* Its last failure is looked for run by run, which is most of the time that all of this takes:
 * only where it is asked for (?11). */
static const struct query flaky = {
    "SELECT src.name, src.type, 'f' || f.pipeline || ':' || f.name, " T("p.project") T("p.name") T(
        "f.name") "f.state, f.rate, f.low, f.high, f.n, f.failed, f.pairs, f.lost_ms, f.first_ms,"
                  " f.last_ms, f.before,"
                  " CASE WHEN ?11 THEN (SELECT"
                  "  replace(replace(replace(replace(u.text, '{p}', pr.text), '{r}', r.ext),"
                  "   '{n}', coalesce(r.number, r.ext)), '{j}', j.ext)"
                  "  FROM run r CROSS JOIN job j ON j.run = r.id AND j.name = f.name"
                  "  AND j.result = 2 JOIN text u ON u.id = j.url JOIN text pr ON pr.id = r.project"
                  "  WHERE r.pipeline = f.pipeline AND r.finished_ms <= ?1"
                  "  ORDER BY r.finished_ms DESC LIMIT 1) END, f.trend"
                  " FROM flaky_now f JOIN pipeline p ON p.id = f.pipeline"
                  " JOIN source src ON src.id = p.source AND src.place IS NOT NULL"
                  " WHERE (?3 = '' OR src.name = ?3) AND (?6 = 0 OR (f.pipeline = ?6 AND f.name "
                  "= ?7))"
                  " ORDER BY f.lost_ms DESC, f.pairs DESC, 4, 5, 6 LIMIT ?5",
    { DX_FIELD_SOURCE,    DX_FIELD_TYPE,   DX_FIELD_KEY,   DX_FIELD_PROJECT, DX_FIELD_PIPELINE,
      DX_FIELD_NAME,      DX_FIELD_STATE,  DX_FIELD_RATE,  DX_FIELD_LOW,     DX_FIELD_HIGH,
      DX_FIELD_N,         DX_FIELD_FAILED, DX_FIELD_PAIRS, DX_FIELD_LOST,    DX_FIELD_FIRST_SEEN,
      DX_FIELD_LAST_SEEN, DX_FIELD_BEFORE, DX_FIELD_URL,   DX_FIELD_TREND,   DX_FIELD_COUNT },
};

/* The commits on which the job both failed, by no fault of the platform, and passed. */
static const struct query flaky_commits = {
    "SELECT sha, max(finished_ms), actor, group_concat(mark, ''),"
    " max(CASE WHEN failed_nth = 1 THEN evidence END), url, type FROM (SELECT"
    "  CASE typeof(r.sha) WHEN 'blob' THEN lower(hex(r.sha)) ELSE r.sha END AS sha, r.actor_text"
    "   AS actor, j.finished_ms AS finished_ms, CASE WHEN j.result = 1 THEN 'o' WHEN j.cause < 2"
    "   THEN 'u' ELSE 'c' END AS mark,"
    "  (SELECT text FROM text WHERE id = j.evidence) AS evidence,"
    "  CASE WHEN j.result = 2 THEN row_number() OVER (PARTITION BY r.sha, j.result"
    "   ORDER BY j.finished_ms) END AS failed_nth,"
    "  replace(replace(replace(replace((SELECT text FROM text WHERE id = j.url), '{p}',"
    "   r.project_text), '{r}', r.ext), '{n}', coalesce(r.number, r.ext)), '{j}', j.ext) AS url,"
    "  (SELECT type FROM source WHERE id = r.source) AS type"
    "  FROM (SELECT run.*, (SELECT text FROM text WHERE id = run.actor) AS actor_text,"
    "   (SELECT text FROM text WHERE id = run.project) AS project_text FROM run"
    "   WHERE pipeline = ?6 AND finished_ms > ?1 - 1209600000 AND finished_ms <= ?1"
    "   AND sha IS NOT NULL) AS r"
    "  JOIN job j ON j.run = r.id AND j.name = ?7 AND (j.result = 1 OR (j.result = 2"
    "   AND j.cause <> 2 AND j.flags & 2)) ORDER BY j.finished_ms, j.id) AS tries"
    " GROUP BY sha HAVING count(DISTINCT mark = 'o') = 2 ORDER BY 2 DESC LIMIT ?5",
    { DX_FIELD_SHA, DX_FIELD_AT, DX_FIELD_ACTOR, DX_FIELD_STRIP, DX_FIELD_TEXT, DX_FIELD_URL,
      DX_FIELD_TYPE, DX_FIELD_COUNT },
};

/* A category stands before the colon of the evidence. */
static const struct query failures = {
    "SELECT cause || ':' || category, cause, category, max(evidence), count(*),"
    " count(DISTINCT project), CASE WHEN count(DISTINCT pool_id) = 1 THEN max(pool) END,"
    " max(finished_ms) FROM (SELECT max(j.cause, 1) AS cause, e.text AS evidence,"
    "  CASE WHEN instr(e.text, ':') > 1 THEN substr(e.text, 1, instr(e.text, ':') - 1)"
    "   ELSE '' END AS category, r.project AS project,"
    "  coalesce(j.pool, 0) AS pool_id, (SELECT text FROM text WHERE id = q.name) AS pool,"
    "  j.finished_ms AS finished_ms"
    "  FROM job j JOIN run r ON r.id = j.run JOIN source src ON src.id = r.source"
    "   AND src.place IS NOT NULL LEFT JOIN text e ON e.id = j.evidence"
    "   LEFT JOIN pool q ON q.id = j.pool"
    "  WHERE j.result = 2 AND j.finished_ms > ?1 - ?8 AND j.finished_ms <= ?1"
    "  AND (?3 = '' OR src.name = ?3) AND (?10 = 0 OR max(j.cause, 1) = ?10)) AS failed"
    " GROUP BY cause, category ORDER BY 5 DESC, 2, 3 LIMIT ?5",
    { DX_FIELD_KEY, DX_FIELD_CAUSE, DX_FIELD_NAME, DX_FIELD_TEXT, DX_FIELD_N, DX_FIELD_PROJECTS,
      DX_FIELD_POOL, DX_FIELD_LAST_SEEN, DX_FIELD_COUNT },
};

struct as_of { /* now, and then where that is another query */
    const struct query *now, *then;
};
static const struct as_of by_query[DX_QUERY_COUNT] = {
    [DX_QUERY_POOLS] = { &pools, &pools_then },
    [DX_QUERY_POOL_HOURS] = { &pool_hours, NULL },
    [DX_QUERY_RUNNERS] = { &runners, &runners_then },
    [DX_QUERY_PIPELINES] = { &pipelines, &pipelines_then },
    [DX_QUERY_TOTALS] = { &totals, NULL },
    [DX_QUERY_PIPELINE_DAYS] = { &pipeline_days, NULL },
    [DX_QUERY_FLAKY] = { &flaky, NULL },
    [DX_QUERY_FLAKY_COMMITS] = { &flaky_commits, NULL },
    [DX_QUERY_FAILURES] = { &failures, NULL },
    [DX_QUERY_PROJECTS] = { &projects, &projects_then },
};

const struct query *ci_derived_query(enum dx_query which, bool past)
{
    const struct as_of *of = &by_query[which];

    return past && of->then ? of->then : of->now;
}
