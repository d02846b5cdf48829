/* derive_read: raw records in the shape that insight takes them. */
#include "config.h"

#include "store/derive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "store/ci.h"
#include "store/derive_internal.h"
#include "store/haul.h"

enum { FIRST = 64 };

sqlite3_stmt *derive_over(struct store *store, const char *sql, int64_t id, int64_t from,
                          int64_t to, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return NULL;
    (void)sqlite3_bind_int64(stmt, 1, id);
    (void)sqlite3_bind_int64(stmt, 2, from);
    (void)sqlite3_bind_int64(stmt, 3, to);
    return stmt;
}

bool derive_gather(struct store *store, sqlite3_stmt *stmt, const struct gather *how, void **out,
                   size_t *count, struct dx_error *err)
{
    size_t cap = 0, n = 0;
    char *list = NULL;
    bool row = true, ok = stmt != NULL;

    while (ok && row) {
        ok = store_row(store, stmt, &row, err);
        if (!ok || !row)
            break;
        if (n == cap) {
            cap = cap ? 2 * cap : FIRST;
            list = mem_grow(list, cap, how->size);
        }
        memset(list + n * how->size, 0, how->size);
        how->take(stmt, list + n++ * how->size, how->self);
    }
    if (stmt)
        (void)sqlite3_reset(stmt);
    store->gathered += (int64_t)n;
    if (!ok) {
        free(list);
        list = NULL;
        n = 0;
    }
    *out = list;
    *count = n;
    return ok;
}

int64_t store_gathered(const struct store *store)
{
    return store->gathered;
}

static int64_t span_in(sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_NULL ? -1 : sqlite3_value_int64(value);
}

/* What comes by an index is mostly in order already. */
static void sort(void *list, size_t count, size_t size, int (*order)(const void *, const void *))
{
    const char *at = list;

    for (size_t i = 1; i < count; i++, at += size)
        if (order(at, at + size) > 0) {
            qsort(list, count, size, order);
            return;
        }
}

static bool number_of(struct store *store, sqlite3_stmt *stmt, int64_t *number,
                      struct dx_error *err)
{
    *number = 0;
    return store_number(store, stmt, number, err);
}

/* Of a statement that gives a moment, or none. */
static bool moment_of(struct store *store, sqlite3_stmt *stmt, int64_t *ms, struct dx_error *err)
{
    if (!number_of(store, stmt, ms, err))
        return false;
    if (*ms == 0)
        *ms = INT64_MAX;
    return true;
}

/* What is asked for is an id and a span of time, what comes a list and its length. With
 * the store and the error these are seven parameters, which a struct would only hide.
 * NOLINTBEGIN(readability-function-size) */

/* ---- pools ---- */

void take_wait(sqlite3_value **row, void *item)
{
    *(struct stored_wait *)item =
        (struct stored_wait){ sqlite3_value_int64(row[0]), sqlite3_value_int64(row[1]) };
}

static int by_start(const void *a, const void *b)
{
    const struct stored_wait *x = a, *y = b;

    return (x->started_ms > y->started_ms) - (x->started_ms < y->started_ms);
}

bool store_waits(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                 struct stored_wait **out, size_t *count, struct dx_error *err)
{
    static const struct haul how = { .take = take_wait, .size = sizeof(struct stored_wait) };
    void *list;
    bool ok = haul(store,
                   derive_over(store,
                               "SELECT haul(started_ms, queued_ms) FROM job WHERE pool = ?1"
                               " AND started_ms > ?2 AND started_ms <= ?3"
                               " AND queued_ms IS NOT NULL",
                               pool, from_ms, to_ms, err),
                   &how, &list, count, err);

    *out = list;
    sort(list, *count, how.size, by_start);
    return ok;
}

static void take_gate(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(double *)item = sqlite3_column_double(stmt, 0);
}

bool store_pool_counts(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                       struct pool_counts *counts, struct dx_error *err)
{
    static const struct gather how = { .take = take_gate, .size = sizeof(double) };
    void *gates = NULL;
    size_t gate_count = 0;
    bool ok = number_of(store,
                        derive_over(store,
                                    "SELECT count(*) FROM job WHERE pool = ?1 AND started_ms > ?2"
                                    " AND started_ms <= ?3 AND flags & 4",
                                    pool, from_ms, to_ms, err),
                        &counts->skewed, err) &&
              number_of(store,
                        derive_over(store,
                                    "SELECT count(*) FROM job WHERE pool = ?1 AND finished_ms > ?2"
                                    " AND finished_ms <= ?3 AND started_ms IS NULL AND result = 2",
                                    pool, from_ms, to_ms, err),
                        &counts->never, err) &&
              derive_gather(
                  store,
                  derive_over(store,
                              "SELECT gate_ms FROM run WHERE gate_ms > 0 AND id IN (SELECT run FROM"
                              " job WHERE pool = ?1 AND started_ms > ?2 AND started_ms <= ?3"
                              " AND flags & 16) ORDER BY gate_ms",
                              pool, from_ms, to_ms, err),
                  &how, &gates, &gate_count, err);

    counts->gate_ms = gates;
    counts->gates = (int64_t)gate_count;
    return ok;
}

bool store_pool_flow(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                     struct pool_flow *flow, struct dx_error *err)
{
    static const char wait_now[] =
        "SELECT count(*) FROM job WHERE pool = ?1 AND phase < 4 AND phase = 2"
        " AND created_ms > ?2 AND created_ms <= ?3";
    static const char never_begun[] =
        "SELECT count(*) FROM temp.job_then WHERE pool = ?1 AND phase = 2 AND never"
        " AND since_ms > ?2 AND since_ms <= ?3";
    int64_t waiting = 0;
    bool ok =
        number_of(store,
                  derive_over(store,
                              "SELECT count(*) FROM job WHERE pool = ?1 AND started_ms > ?2"
                              " AND started_ms <= ?3",
                              pool, from_ms, to_ms, err),
                  &flow->started, err) &&
        number_of(store,
                  derive_over(store,
                              "SELECT count(*) FROM job WHERE pool = ?1 AND started_ms > ?2"
                              " AND started_ms - queued_ms > ?2 AND started_ms - queued_ms <= ?3",
                              pool, from_ms, to_ms, err),
                  &flow->arrived, err) &&
        number_of(store,
                  derive_over(store, store->past_ms > 0 ? never_begun : wait_now, pool, from_ms,
                              to_ms, err),
                  &waiting, err);

    flow->arrived += waiting;
    return ok;
}

#define FIRST_CAME                                                                                 \
    "SELECT min(created_ms) FROM job WHERE pool = ?1 AND phase = 2 AND phase < 4"                  \
    " AND created_ms > ?2 AND created_ms <= ?3"
#define FIRST_NEVER                                                                                \
    "SELECT min(finished_ms) FROM job WHERE pool = ?1 AND finished_ms > ?2"                        \
    " AND finished_ms <= ?3 AND started_ms IS NULL AND result = 2"

bool store_firsts_of_pool(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                          struct pool_firsts *firsts, struct dx_error *err)
{
    return moment_of(store, derive_over(store, FIRST_CAME, pool, from_ms, to_ms, err),
                     &firsts->came_ms, err) &&
           moment_of(store, derive_over(store, FIRST_NEVER, pool, from_ms, to_ms, err),
                     &firsts->never_ms, err);
}

bool store_next_of_pool(struct store *store, int64_t pool, int64_t after_ms, int64_t *ms,
                        struct dx_error *err)
{
    struct pool_firsts firsts;

    if (!store_firsts_of_pool(store, pool, after_ms, INT64_MAX, &firsts, err) ||
        !moment_of(store,
                   derive_over(store,
                               "SELECT min(started_ms) FROM job"
                               " WHERE pool = ?1 AND started_ms > ?2 AND ?3 = 0",
                               pool, after_ms, 0, err),
                   ms, err))
        return false;
    *ms = firsts.came_ms < *ms ? firsts.came_ms : *ms;
    *ms = firsts.never_ms < *ms ? firsts.never_ms : *ms;
    return true;
}

static void take_bucket(sqlite3_stmt *stmt, void *item, void *self)
{
    (void)self;
    *(struct pool_bucket *)item = (struct pool_bucket){ column_int(stmt, 0), column_int(stmt, 1) };
}

/* Added up here: SQLite would sort the rows for it. What is no bucket of any time there can be is
 * damage, and was left out. */
static void add_up(struct pool_bucket *list, size_t *count)
{
    int64_t most = 0, *sum;
    size_t n = 0;

    for (size_t i = 0; i < *count; i++)
        most = list[i].bucket > most ? list[i].bucket : most;
    sum = mem_new((size_t)most + 1, sizeof(*sum));
    for (size_t i = 0; i < *count; i++)
        sum[list[i].bucket] += list[i].count;
    for (int64_t bucket = 0; bucket <= most; bucket++)
        if (sum[bucket] > 0)
            list[n++] = (struct pool_bucket){ bucket, sum[bucket] };
    *count = n;
    free(sum);
}

bool store_buckets(struct store *store, int64_t pool, int64_t from_day, int64_t to_day,
                   struct pool_bucket **out, size_t *count, struct dx_error *err)
{
    static const struct gather how = { .take = take_bucket, .size = sizeof(struct pool_bucket) };
    void *list;
    bool ok =
        derive_gather(store,
                      derive_over(store,
                                  "SELECT bucket, n FROM pool_bucket WHERE pool = ?1 AND day >= ?2"
                                  " AND day < ?3 AND bucket BETWEEN 0 AND 2300",
                                  pool, from_day, to_day, err),
                      &how, &list, count, err);

    *out = list;
    if (*out)
        add_up(*out, count);
    return ok;
}

bool store_hours_n(struct store *store, int64_t pool, int64_t from_hour, int64_t to_hour,
                   int64_t *count, struct dx_error *err)
{
    return number_of(store,
                     derive_over(store,
                                 "SELECT sum(n) FROM pool_hour WHERE pool = ?1 AND hour >= ?2"
                                 " AND hour < ?3",
                                 pool, from_hour, to_hour, err),
                     count, err);
}

/* ---- pipelines ---- */

static void take_run(sqlite3_value **row, void *item)
{
    *(struct ended_run *)item =
        (struct ended_run){ .id = sqlite3_value_int64(row[0]),
                            .finished_ms = sqlite3_value_int64(row[1]),
                            .duration_ms = span_in(row[2]),
                            .result = (enum dx_result)sqlite3_value_int(row[3]),
                            .cause = (enum dx_cause)sqlite3_value_int(row[4]),
                            .attempt = sqlite3_value_int64(row[5]),
                            .later_ms = sqlite3_value_int64(row[6]),
                            .protected_branch = sqlite3_value_int(row[7]) != 0 };
}

static int by_end(const void *a, const void *b)
{
    const struct ended_run *x = a, *y = b;

    if (x->finished_ms != y->finished_ms)
        return x->finished_ms < y->finished_ms ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

bool store_runs(struct store *store, int64_t pipeline, int64_t from_ms, int64_t to_ms,
                struct ended_run **out, size_t *count, struct dx_error *err)
{
    static const struct haul how = { .take = take_run, .size = sizeof(struct ended_run) };
    void *list;
    bool ok = haul(store,
                   derive_over(store,
                               "SELECT haul(id, finished_ms, duration_ms, result, cause, attempt,"
                               " later_ms, flags & 2) FROM run WHERE pipeline = ?1"
                               " AND finished_ms > ?2 AND finished_ms <= ?3 AND phase = 4",
                               pipeline, from_ms, to_ms, err),
                   &how, &list, count, err);

    *out = list;
    sort(list, *count, how.size, by_end);
    return ok;
}

bool store_next_end(struct store *store, int64_t pipeline, int64_t after_ms, int64_t *ms,
                    struct dx_error *err)
{
    return moment_of(store,
                     derive_over(store,
                                 "SELECT min(finished_ms) FROM run"
                                 " WHERE pipeline = ?1 AND finished_ms > ?2 AND ?3 = 0",
                                 pipeline, after_ms, 0, err),
                     ms, err);
}

/* Equal ones are the same commit: of 10,000 commits two share a number with a chance of
 * 1 in 10^11. 0: it is not known. */
static int64_t sha_number(sqlite3_value *value)
{
    const unsigned char *sha = sqlite3_value_blob(value);
    int len = sqlite3_value_bytes(value);
    uint64_t h = UINT64_C(14695981039346656037);

    for (int i = 0; sha && i < len; i++)
        h = (h ^ sha[i]) * UINT64_C(1099511628211);
    return sha ? (int64_t)(h >> 1) | 1 : 0;
}

static void take_try(sqlite3_value **row, void *item)
{
    *(struct stored_try *)item =
        (struct stored_try){ .id = sqlite3_value_int64(row[0]),
                             .name = sqlite3_value_int64(row[1]),
                             .sha = sha_number(row[2]),
                             .at_ms = sqlite3_value_int64(row[3]),
                             .duration_ms = span_in(row[4]),
                             .queued_ms = span_in(row[5]),
                             .attempt = sqlite3_value_int64(row[6]),
                             .result = (enum dx_result)sqlite3_value_int(row[7]),
                             .cause = (enum dx_cause)sqlite3_value_int(row[8]),
                             .started = sqlite3_value_int(row[9]) != 0,
                             .protected_branch = sqlite3_value_int(row[10]) != 0 };
}

static int by_name(const void *a, const void *b)
{
    const struct stored_try *x = a, *y = b;

    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

bool store_tries(struct store *store, int64_t pipeline, int64_t from_ms, int64_t to_ms,
                 struct stored_try **out, size_t *count, struct dx_error *err)
{
    static const struct haul how = { .take = take_try, .size = sizeof(struct stored_try) };
    void *list;
    /* A try ends at most as late as its run; runs that are under way have tries too. */
    bool ok = haul(
        store,
        derive_over(store,
                    "SELECT haul(j.id, j.name, r.sha, j.finished_ms, j.duration_ms, j.queued_ms,"
                    " max(r.attempt, j.attempt), j.result, j.cause, j.flags & 2, r.flags & 2)"
                    " FROM run r CROSS JOIN job j ON j.run = r.id WHERE r.pipeline = ?1"
                    " AND (r.finished_ms > ?2 OR r.finished_ms IS NULL) AND j.result IN (1, 2)"
                    " AND j.finished_ms > ?2 AND j.finished_ms <= ?3",
                    pipeline, from_ms, to_ms, err),
        &how, &list, count, err);

    sort(list, *count, how.size, by_name);

    store->gathered += 3 * (int64_t)*count; /* each takes as long as four of other kinds */
    *out = list;
    return ok;
}

enum { TOTALS_FROM = 2 }; /* columns */

static void add_total(sqlite3_stmt *stmt, struct pipeline_row *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct pipeline_row *row = &rows[r];
        int64_t *const fields[] = { &row->n,        &row->ok,      &row->platform,
                                    &row->unknown,  &row->first_n, &row->first_ok,
                                    &row->left_out, &row->was_n,   &row->was_ok };

        if (row->window_ms != column_int(stmt, 0) || (int64_t)row->part != column_int(stmt, 1))
            continue;
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
            *fields[i] += column_int(stmt, (int)i + TOTALS_FROM);
    }
}

/* Added up here: SQLite would sort the rows for it, or go over them for each sum. */
bool store_totals(struct store *store, struct pipeline_row *rows, size_t count,
                  struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "SELECT n.window_ms, n.part, n.n, n.ok, n.platform, n.unknown, n.first_n, n.first_ok,"
        " n.left_out, n.was_n, n.was_ok FROM pipeline_now n CROSS JOIN pipeline p"
        " ON p.id = n.pipeline CROSS JOIN source s ON s.id = p.source AND s.place IS NOT NULL",
        err);
    bool row = stmt != NULL;

    for (size_t r = 0; r < count; r++)
        rows[r] = (struct pipeline_row){ .window_ms = rows[r].window_ms,
                                         .part = rows[r].part,
                                         .p50 = (double)NAN,
                                         .p90 = (double)NAN,
                                         .before = (double)NAN,
                                         .last = "" };
    while (row) {
        if (!store_row(store, stmt, &row, err))
            return false;
        if (row)
            add_total(stmt, rows, count);
    }
    if (stmt)
        (void)sqlite3_reset(stmt);
    return stmt != NULL;
}

/* ---- keys ---- */

static bool all_of(struct store *store, const char *sql, struct ids *ids, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);
    bool row = true;

    while (stmt && row) {
        if (!store_row(store, stmt, &row, err))
            return false;
        if (row)
            ids_add(ids, column_int(stmt, 0));
    }
    if (stmt)
        (void)sqlite3_reset(stmt);
    return stmt != NULL;
}

bool store_all_keys(struct store *store, struct touched *all, struct dx_error *err)
{
    return all_of(store, "SELECT id FROM pool", &all->pools, err) &&
           all_of(store, "SELECT id FROM pipeline", &all->pipelines, err);
}

int64_t store_derived_at(struct store *store)
{
    struct dx_error err = { 0 };
    int64_t at_ms;

    return number_of(
               store,
               store_statement(store, "SELECT value FROM meta WHERE key = 'derived_ms'", &err),
               &at_ms, &err)
               ? at_ms
               : 0;
}

/* NOLINTEND(readability-function-size) */
