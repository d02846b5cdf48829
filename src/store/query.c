/* query: what viewers read, as of a moment: what happened after it has not
 * happened yet. */
#include "config.h"

#include "core/time.h"
#include "store/rows.h"
#include "store/search.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum { IDS_MOST = 64 * 1024 };

/* ---- the queries: SQL, and which field each column is ---- */

/* The last value, when it is not older than five minutes, two and a half
 * intervals of its source, or two and a half of its own steps (the smaller of
 * the last two, and a day at most: a hole is not a step). A series that went
 * away has no value, not an old one; a NaN that the server sent is a text. CROSS
 * JOIN keeps SQLite to this order: it would rather read all samples. */
static const struct query series_query = {
    "SELECT source, query, labels, labels, unit, at_ms,"
    " CASE WHEN fresh THEN coalesce(value, 'nan') END, CASE WHEN fresh THEN text END,"
    " (SELECT value FROM meta WHERE key = 'expr/' || id || '/' || query)"
    " FROM (SELECT src.id AS id, src.name AS source, src.place AS place, s.query AS query, "
    "s.labels AS labels,"
    "  s.unit AS unit, l.at_ms AS at_ms, l.value AS value,"
    "  (SELECT text FROM series_text t WHERE t.series = s.id AND t.at_ms <= ?1"
    "   ORDER BY t.at_ms DESC LIMIT 1) AS text,"
    "  ?1 - l.at_ms <= max(300000,"
    "   5 * max(src.every_ms, coalesce((SELECT every_ms FROM poll WHERE poll.source = src.id"
    "    AND at_ms <= ?1 ORDER BY at_ms DESC LIMIT 1), 0)) / 2,"
    "   5 * min(86400000, l.at_ms - coalesce(p.at_ms, l.at_ms),"
    "    coalesce(p.at_ms - (SELECT max(at_ms) FROM sample WHERE series = s.id"
    "     AND at_ms < p.at_ms), 86400000)) / 2) AS fresh"
    "  FROM source src CROSS JOIN series s CROSS JOIN sample l"
    "  LEFT JOIN sample p ON p.series = s.id AND p.at_ms ="
    "   (SELECT max(at_ms) FROM sample WHERE series = s.id AND at_ms < l.at_ms)"
    "  WHERE src.place IS NOT NULL AND s.source = src.id AND l.series = s.id AND l.at_ms ="
    "   (SELECT max(at_ms) FROM sample WHERE series = s.id AND at_ms <= ?1) AND l.at_ms > ?2 AND "
    "(?3 = '' OR src.name = ?3)"
    "  AND (?4 = '' OR s.query = ?4)) AS last"
    " ORDER BY place, query, labels LIMIT ?5",
    { DX_FIELD_SOURCE, DX_FIELD_NAME, DX_FIELD_KEY, DX_FIELD_LABELS, DX_FIELD_UNIT, DX_FIELD_AT,
      DX_FIELD_VALUE, DX_FIELD_TEXT, DX_FIELD_DEFINITION, DX_FIELD_COUNT },
};

/* The series whose samples are asked for, and SERIES_ID; points.c walks them. */
static const struct query samples_query = {
    "SELECT src.name, s.query, s.labels, s.labels, s.unit, s.id"
    " FROM source src CROSS JOIN series s WHERE src.place IS NOT NULL AND s.source = src.id"
    " AND ?1 IS NOT NULL AND ?2 IS NOT NULL AND (?3 = '' OR src.name = ?3)"
    " AND (?4 = '' OR s.query = ?4) ORDER BY src.place, s.query, s.labels LIMIT ?5",
    { DX_FIELD_SOURCE, DX_FIELD_NAME, DX_FIELD_KEY, DX_FIELD_LABELS, DX_FIELD_UNIT,
      DX_FIELD_COUNT },
};

/* A row of poll stands for many that ended alike. Between its at_ms and last_ms
 * there was a poll at most an interval ago; what only the last of them said is
 * not said of the ones before it. */
#define AT_LAST(column) "CASE WHEN ?1 >= p.last_ms - p.every_ms THEN p." column " END, "
static const struct query sources_query = {
    "SELECT src.name, src.name, src.type, src.url, src.yields, p.version, coalesce(p.state, 0),"
    " min(p.last_ms, ?1),"
    " (SELECT min(o.last_ms, ?1) FROM poll o WHERE o.source = src.id AND o.ok AND o.at_ms <= ?1"
    "  ORDER BY o.at_ms DESC LIMIT 1),"
    " coalesce(p.every_ms, src.every_ms), coalesce(p.fault, 0), p.text, "
    // clang-format off
    AT_LAST("next_ms") AT_LAST("latency_ms") AT_LAST("bytes") AT_LAST("lim")
    AT_LAST("remaining") AT_LAST("reset_ms") AT_LAST("per_hour") AT_LAST("skew_ms")
    AT_LAST("done") AT_LAST("total")
    // clang-format on
    " (SELECT c.value FROM cursor c WHERE c.source = src.id AND c.name = " ALERTS_PART
    "  AND c.value <= ?1)"
    " FROM source src LEFT JOIN poll p ON p.source = src.id AND p.at_ms ="
    "  (SELECT max(at_ms) FROM poll WHERE source = src.id AND at_ms <= ?1)"
    " WHERE src.place >= 0 AND ?2 IS NOT NULL AND (?3 = '' OR src.name = ?3)"
    " AND (?4 = '' OR src.name = ?4) ORDER BY src.place LIMIT ?5",
    { DX_FIELD_SOURCE,  DX_FIELD_KEY,       DX_FIELD_TYPE,       DX_FIELD_URL,      DX_FIELD_YIELDS,
      DX_FIELD_VERSION, DX_FIELD_STATE,     DX_FIELD_LAST_TRY,   DX_FIELD_LAST_OK,  DX_FIELD_EVERY,
      DX_FIELD_FAULT,   DX_FIELD_TEXT,      DX_FIELD_NEXT,       DX_FIELD_LATENCY,  DX_FIELD_BYTES,
      DX_FIELD_LIMIT,   DX_FIELD_REMAINING, DX_FIELD_RESET,      DX_FIELD_PER_HOUR, DX_FIELD_SKEW,
      DX_FIELD_DONE,    DX_FIELD_TOTAL,     DX_FIELD_NONE_SINCE, DX_FIELD_COUNT },
};

/* What was said again later was, at the moment, said once. */
static const struct query log_query = {
    "SELECT id, last_ms, level, source,"
    " CASE WHEN times > 1 THEN text || ' (×' || times || ')' ELSE text END, at_ms, times"
    " FROM log WHERE last_ms <= ?1 AND last_ms > ?2 AND (?3 = '' OR source = ?3)"
    " AND (?21 = '' OR id = CAST(?21 AS INTEGER))"
    " UNION ALL SELECT id, at_ms, level, source, text, at_ms, 1"
    " FROM log WHERE last_ms > ?1 AND at_ms <= ?1 AND at_ms > ?2 AND (?3 = '' OR source = ?3)"
    " AND (?21 = '' OR id = CAST(?21 AS INTEGER)) AND ?4 IS NOT NULL"
    " ORDER BY 2 DESC, 4 DESC, 1 DESC LIMIT ?5", /* of one moment by source */
    { DX_FIELD_KEY, DX_FIELD_AT, DX_FIELD_LEVEL, DX_FIELD_SOURCE, DX_FIELD_TEXT, DX_FIELD_SINCE,
      DX_FIELD_N, DX_FIELD_COUNT },
};

static const struct query polls_query = {
    "SELECT src.name, p.at_ms, min(p.last_ms, ?1), p.state, p.fault, p.text, p.version"
    " FROM source src JOIN poll p ON p.source = src.id WHERE src.place >= 0 AND p.at_ms <= ?1"
    " AND p.last_ms > ?2 AND (?3 = '' OR src.name = ?3) AND ?4 IS NOT NULL"
    " ORDER BY p.at_ms DESC, src.place LIMIT ?5",
    { DX_FIELD_SOURCE, DX_FIELD_AT, DX_FIELD_SEEN, DX_FIELD_STATE, DX_FIELD_FAULT, DX_FIELD_TEXT,
      DX_FIELD_VERSION, DX_FIELD_COUNT },
};

/* ---- rows ---- */

static void end_rows(struct rows *rows)
{
    store_give_back(rows->store, rows->stmt);
    store_give_back(rows->store, rows->points.sample);
    rows->stmt = rows->points.sample = NULL;
    rows->tape = NULL;
    if (rows->self) {
        *rows->self = rows->next;
        if (rows->next)
            rows->next->self = rows->self;
        rows->self = NULL;
    }
}

void rows_end_all(struct store *store)
{
    while (store->open_rows)
        end_rows(store->open_rows);
    tapes_forget(store);
    arena_free(&store->foul);
}

static bool next(void *self)
{
    struct rows *rows = self;
    bool row = false;

    if (!rows->stmt && !rows->tape)
        return false;
    if (rows->tape)
        row = rows->played++ < tape_rows(rows->tape);
    else if (rows->points.sample)
        row = points_next(rows);
    else
        (void)store_row(rows->store, rows->stmt, &row, &rows->store->read_error);
    if (!row)
        end_rows(rows);
    return row;
}

static void close_rows(void *self)
{
    end_rows(self);
    free(self);
}

static const struct rows_ops ops = {
    .next = next,
    .has = row_has,
    .integer = row_integer,
    .number = row_number,
    .text = row_text,
    .close = close_rows,
};

/* ---- opening ---- */

static const struct query *query_of(enum dx_query query, const struct dx_filter *filter, bool past)
{
    switch (query) {
    case DX_QUERY_SERIES:
        return &series_query;
    case DX_QUERY_SAMPLES:
        return &samples_query;
    case DX_QUERY_ALERTS:
    case DX_QUERY_RULES:
    case DX_QUERY_ENDED:
    case DX_QUERY_UNSEEN:
        return alerts_query(query);
    case DX_QUERY_SOURCES:
        return &sources_query;
    case DX_QUERY_LOG:
        return &log_query;
    case DX_QUERY_POLLS:
        return &polls_query;
    case DX_QUERY_RUNS:
    case DX_QUERY_STEPS:
        return ci_raw_query(query, filter->key ? filter->key : "");
    case DX_QUERY_JOBS:
        return ci_jobs_query(filter->key ? filter->key : "", filter, past);
    case DX_QUERY_POOLS:
    case DX_QUERY_POOL_HOURS:
    case DX_QUERY_RUNNERS:
    case DX_QUERY_PIPELINES:
    case DX_QUERY_PIPELINE_DAYS:
    case DX_QUERY_TOTALS:
    case DX_QUERY_FLAKY:
    case DX_QUERY_FLAKY_COMMITS:
    case DX_QUERY_FAILURES:
    case DX_QUERY_PROJECTS:
        return ci_derived_query(query, past);
    case DX_QUERY_TICKETS:
    case DX_QUERY_TICKET_SLAS:
    case DX_QUERY_TICKET_COUNTS:
    case DX_QUERY_TICKET_PAUSES:
    case DX_QUERY_TICKET_STAYS:
    case DX_QUERY_TICKET_LINKS:
        return ticket_query(query, filter, past);
    case DX_QUERY_TICKET_REFS:
        return ticket_ref_query(filter->key ? filter->key : "", past);
    case DX_QUERY_RUNBOOKS:
    case DX_QUERY_SEARCH:
    case DX_QUERY_SIMILAR:
    case DX_QUERY_TRIAGE:
        return search_query(query, filter);
    case DX_QUERY_TICKET_GROUPS:
    case DX_QUERY_TICKET_DAYS:
    case DX_QUERY_KPIS:
    case DX_QUERY_KPI_POINTS:
        return kpi_query(query);
    case DX_QUERY_COUNT:
        break;
    }
    return NULL;
}

/* A key is a letter and one or two numbers: "q12", "f3:7". */
static void bind_ci(sqlite3_stmt *stmt, const struct dx_filter *filter)
{
    const char *key = filter->key && *filter->key ? filter->key + 1 : "";
    const char *second = strchr(key, ':');

    (void)sqlite3_bind_int64(stmt, 6, strtoll(key, NULL, 10));
    (void)sqlite3_bind_int64(stmt, 7, second ? strtoll(second + 1, NULL, 10) : 0);
    (void)sqlite3_bind_int64(stmt, 8, filter->window_ms > 0 ? filter->window_ms : DAY_MS);
    (void)sqlite3_bind_int(stmt, 9, filter->open);
    (void)sqlite3_bind_int(stmt, 10, filter->cause);
    (void)sqlite3_bind_int(stmt, 11, filter->parts);
    bind_copy(stmt, 21, filter->key);
    (void)sqlite3_bind_int64(stmt, 22, filter->step_ms > 0 ? filter->step_ms : DAY_MS);
}

static bool bind_found(struct rows *rows, const struct hunt *hunt)
{
    struct buf ids, list;
    bool ok;

    buf_init(&ids, IDS_MOST);
    buf_init(&list, IDS_MOST);
    ok = search_tickets(rows->store, hunt, &ids, &rows->store->read_error) &&
         buf_print(&list, "[%s]", ids.len > 0 ? ids.bytes : "");
    if (ok)
        bind_copy(rows->stmt, 13, list.bytes);
    buf_done(&ids);
    buf_done(&list);
    return ok;
}

/* Where the query looks for words; false: there is nothing to be found. */
static bool bind_search(struct rows *rows, enum dx_query which, const struct dx_filter *filter,
                        int64_t to_ms)
{
    const char *key = filter->key ? filter->key : "";
    int match = sqlite3_bind_parameter_index(rows->stmt, "?12");
    bool searches =
        which == DX_QUERY_RUNBOOKS || which == DX_QUERY_SEARCH || which == DX_QUERY_SIMILAR;
    char words[MATCH_MOST];

    if (!searches || match == 0)
        return true;
    if (!*key)
        search_typed(filter->name ? filter->name : "", words);
    else if (!search_like(rows->store, which, key, words, &rows->store->read_error))
        return false;
    if (!*words)
        return false;
    bind_copy(rows->stmt, match, words);
    if (which == DX_QUERY_RUNBOOKS)
        return true;
    return bind_found(rows, &(struct hunt){ .match = words,
                                            .typed = !*key,
                                            .resolved = which == DX_QUERY_SIMILAR,
                                            .ticket = *key == 't' ? strtoll(key + 1, NULL, 10) : 0,
                                            .to_ms = to_ms,
                                            .limit = filter->limit });
}

static void bind_tickets(sqlite3_stmt *stmt, const struct dx_filter *filter)
{
    const char *group = filter->group ? filter->group : "";

    bind_copy(stmt, 12, filter->project);
    bind_copy(stmt, 13, filter->category);
    bind_copy(stmt, 14, filter->label);
    bind_copy(stmt, 15, filter->assignee);
    (void)sqlite3_bind_int(stmt, 16, filter->priority);
    (void)sqlite3_bind_int64(stmt, 17, filter->at_risk_ms);
    bind_copy(stmt, 18, filter->text);
    (void)sqlite3_bind_int(stmt, 19, filter->order);
    (void)sqlite3_bind_int(stmt, 20, filter->reverse);
    (void)sqlite3_bind_text(stmt, 23, group, *group != '\0', SQLITE_TRANSIENT);
    (void)sqlite3_bind_int64(stmt, 24, *group ? strtoll(group + 1, NULL, 10) : 0);
    (void)sqlite3_bind_int(stmt, 25, filter->done);
}

static void bind_all(sqlite3_stmt *stmt, const struct dx_filter *filter, int64_t to_ms,
                     int64_t limit)
{
    (void)sqlite3_bind_int64(stmt, 1, to_ms);
    (void)sqlite3_bind_int64(stmt, 2, filter->from_ms);
    bind_copy(stmt, 3, filter->source); /* the caller's text may be gone by next() */
    bind_copy(stmt, 4, filter->name);
    (void)sqlite3_bind_int64(stmt, 5, limit);
    bind_ci(stmt, filter); /* where a query has none of them, nothing happens */
    bind_tickets(stmt, filter);
}

/* Played rows have no statement. */
static bool find_tape(struct rows *rows, const struct query *query, enum dx_query which,
                      const struct dx_filter *filter, int64_t to_ms)
{
    if (tape_wanted(which, filter))
        rows->tape = tape_find(rows->store, query, filter, to_ms);
    return rows->tape != NULL;
}

static void record(struct rows *rows, const struct query *query, const struct dx_filter *filter,
                   int64_t to_ms)
{
    rows->tape = tape_record(rows->store, query, filter, to_ms, rows->stmt);
    store_give_back(rows->store, rows->stmt);
    rows->stmt = NULL;
}

/* What has a row where the query may have some, for those that take longer to prepare than
 * to run, and that many have nothing for; NULL: it is asked itself. */
static const char *any_of(enum dx_query which)
{
    switch (which) {
    case DX_QUERY_ALERTS:
        return "SELECT 1 FROM alert LIMIT 1";
    case DX_QUERY_RULES:
        return "SELECT 1 FROM rule_state LIMIT 1";
    case DX_QUERY_TICKET_REFS:
        return "SELECT 1 FROM ticket_ref LIMIT 1";
    default:
        return NULL;
    }
}

static bool may_have(struct store *store, enum dx_query which)
{
    const char *any = any_of(which);
    sqlite3_stmt *stmt = any ? store_statement(store, any, &store->read_error) : NULL;
    bool row = !any;

    if (stmt && store_row(store, stmt, &row, &store->read_error))
        (void)sqlite3_reset(stmt);
    return row;
}

static void start(struct rows *rows, const struct query *query, enum dx_query which,
                  const struct dx_filter *filter, int64_t to_ms)
{
    struct store *store = rows->store;
    const bool samples = which == DX_QUERY_SAMPLES;

    memset(rows->column, -1, sizeof(rows->column));
    for (int i = 0; query->fields[i] != DX_FIELD_COUNT; i++)
        rows->column[query->fields[i]] = (signed char)i;
    if (!may_have(store, which))
        return;
    if (!find_tape(rows, query, which, filter, to_ms)) {
        rows->stmt = store_borrow(store, query->sql, &store->read_error);
        if (!rows->stmt)
            return;
        bind_all(rows->stmt, filter, to_ms, !samples && filter->limit > 0 ? filter->limit : -1);
        if (tape_wanted(which, filter))
            record(rows, query, filter, to_ms);
    }
    rows->next = store->open_rows;
    if (rows->next)
        rows->next->self = &rows->next;
    rows->self = &store->open_rows;
    store->open_rows = rows;
    if (!rows->stmt)
        return;
    if (!bind_search(rows, which, filter, to_ms))
        end_rows(rows);
    if (!samples)
        return;
    points_open(rows, filter, to_ms);
    if (!rows->points.sample)
        end_rows(rows);
}

static void *open_rows(void *self, enum dx_query which, const struct dx_filter *filter,
                       int64_t now_ms)
{
    static const struct dx_filter everything = { .size = sizeof(everything) };
    const struct dx_filter *f = filter ? filter : &everything;
    struct store *store = self;
    const struct query *query = query_of(which, f, store->past_ms > 0);
    struct rows *rows = mem_new(1, sizeof(*rows));

    rows->store = store;
    if (!store->in_read)
        dx_fail(&store->read_error, DX_FAULT_SYSTEM, "the store cannot be read now");
    else if (query)
        start(rows, query, which, f, f->to_ms > 0 && f->to_ms < now_ms ? f->to_ms : now_ms);
    return rows;
}

static const struct dx_error *read_error(void *self)
{
    struct store *store = self;

    if (store->read_error.fault == DX_FAULT_NONE)
        return NULL;
    store->read_error_given = store->read_error;
    store->read_error = (struct dx_error){ .fault = DX_FAULT_NONE };
    return &store->read_error_given;
}

struct reader store_reader(struct store *store)
{
    return (struct reader){ .ops = &ops, .open = open_rows, .error = read_error, .self = store };
}
