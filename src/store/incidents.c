/* incidents: failures that may be the platform's, and the alerts of dxtop's own
 * that are made of them. They belong to a source of their own, "dxtop", which
 * nobody polls. */
#include "config.h"

#include <string.h>

#include "core/text.h"
#include "store/ci.h"
#include "store/derive.h"
#include "store/derive_internal.h"

/* "registry: ..." is of a category, "registry?: ..." is not sure of it. */
static void take_category(struct stored_failure *f, const char *evidence)
{
    size_t len = strspn(evidence, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    bool ambiguous = evidence[len] == '?';

    if (strncmp(evidence + len + ambiguous, ": ", 2) != 0)
        return;
    f->ambiguous = ambiguous;
    if (len < sizeof(f->category))
        memcpy(f->category, evidence, len);
}

static void take_failure(sqlite3_stmt *stmt, void *item, void *self)
{
    struct stored_failure *f = item;
    const char *evidence = column_text(stmt, 5);

    (void)self;
    f->at_ms = column_int(stmt, 0);
    f->project = column_int(stmt, 1);
    f->pool = column_int(stmt, 2);
    f->job = column_int(stmt, 3);
    f->cause = (enum dx_cause)sqlite3_column_int(stmt, 4);
    take_category(f, evidence);
    text_copy(f->evidence, sizeof(f->evidence), evidence);
    text_copy(f->pool_name, sizeof(f->pool_name), column_text(stmt, 6));
    f->source = column_int(stmt, 7);
    text_copy(f->source_name, sizeof(f->source_name), column_text(stmt, 8));
    f->blamed = (sqlite3_column_int(stmt, 9) & JOB_BLAMED) != 0;
}

bool store_failures(struct store *store, int64_t from_ms, int64_t to_ms,
                    struct stored_failure **out, size_t *count, struct dx_error *err)
{
    static const struct gather how = { .take = take_failure,
                                       .size = sizeof(struct stored_failure) };
    void *list;
    bool ok = derive_gather(
        store,
        derive_over(
            store,
            "SELECT j.finished_ms, r.project, coalesce(j.pool, 0), j.id, j.cause,"
            " e.text, (SELECT text FROM text WHERE id = q.name), r.source,"
            " (SELECT name FROM source WHERE id = r.source), j.flags FROM job j"
            " JOIN run r ON r.id = j.run LEFT JOIN text e ON e.id = j.evidence"
            " LEFT JOIN pool q ON q.id = j.pool WHERE ?1 = 0 AND j.result = 2"
            " AND j.finished_ms > ?2 AND j.finished_ms <= ?3 AND (j.cause = 2"
            " OR (j.cause < 2 AND instr(e.text, '?: ') > 1 AND substr(e.text, 1,"
            " instr(e.text, '?: ') - 1) NOT GLOB '*[^a-z0-9_-]*')) ORDER BY j.finished_ms, j.id",
            0, from_ms, to_ms, err),
        &how, &list, count, err);

    *out = list;
    return ok;
}

/* ---- what is corroborated ---- */

bool own_source(struct store *store, int64_t *id, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store,
                                         "SELECT id FROM source WHERE type = 'dxtop' AND url = ''"
                                         " AND nth = 0",
                                         err);

    *id = 0;
    if (!store_number(store, stmt, id, err))
        return false;
    if (*id > 0)
        return true;
    stmt = store_statement(store,
                           "INSERT INTO source (type, url, nth, name, yields, every_ms, place)"
                           " VALUES ('dxtop', '', 0, 'dxtop', 0, 0, -1)",
                           err);
    if (!stmt || !store_step(store, stmt, err))
        return false;
    *id = sqlite3_last_insert_rowid(store->db);
    return true;
}

/* stmt gives the run and its pipeline of a job that is another's fault now; or nothing. */
static bool blame(struct store *store, sqlite3_stmt *stmt, struct dx_error *err)
{
    int64_t run = 0;
    bool row;

    if (!stmt || !store_row(store, stmt, &row, err))
        return false;
    if (row) {
        run = column_int(stmt, 0);
        ids_add(&store->touched.flaky, column_int(stmt, 1));
        ids_add(&store->touched.flaky_days, column_int(stmt, 1));
    }
    (void)sqlite3_reset(stmt);
    return run == 0 || run_blame(store, run, err);
}

bool store_blame_platform(struct store *store, int64_t job, struct dx_error *err)
{
    return blame(store,
                 derive_over(store,
                             "UPDATE job SET cause = 2, flags = flags | 32 WHERE id = ?1"
                             " AND cause < 2 RETURNING run,"
                             " (SELECT pipeline FROM run WHERE id = job.run)",
                             job, 0, 0, err),
                 err);
}

bool store_blame_nobody(struct store *store, int64_t job, int64_t from_ms, struct dx_error *err)
{
    int64_t source;

    return own_source(store, &source, err) &&
           blame(store,
                 derive_over(store,
                             "UPDATE job SET cause = 1, flags = flags & ~32 WHERE id = ?1"
                             " AND flags & 32 AND NOT EXISTS (SELECT 1 FROM alert a"
                             " WHERE a.source = ?3 AND a.since_ms <= ?2"
                             " AND a.seen_ms >= job.finished_ms AND a.key NOT GLOB 'rule:*')"
                             " RETURNING run, (SELECT pipeline FROM run WHERE id = job.run)",
                             job, from_ms, source, err),
                 err);
}

/* ---- the alerts ---- */

static bool put_state(struct store *store, int64_t alert, int64_t at_ms, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store,
                                         "INSERT INTO alert_state (alert, at_ms, state, muted_by)"
                                         " VALUES (?1, ?2, 1, '') ON CONFLICT DO NOTHING",
                                         err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, alert);
    (void)sqlite3_bind_int64(stmt, 2, at_ms);
    return store_step(store, stmt, err);
}

/* What is as it was is left alone, so that viewers have nothing to read anew. */
static bool put_incident(struct store *store, int64_t source, const struct stored_incident *in,
                         int64_t *alert, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO alert (source, key, since_ms, name, severity, labels, summary, url, first_ms,"
        " seen_ms, ended_ms) VALUES (?1, ?2, ?3, 'PlatformIncident', 3, ?4, ?5, '', ?6, ?7, ?8)"
        " ON CONFLICT (source, key, since_ms) DO UPDATE SET (labels, summary, first_ms, seen_ms,"
        " ended_ms) = (excluded.labels, excluded.summary, excluded.first_ms, excluded.seen_ms,"
        " excluded.ended_ms) WHERE (labels, summary, seen_ms, ended_ms) IS NOT (excluded.labels,"
        " excluded.summary, excluded.seen_ms, excluded.ended_ms)",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, source);
    bind_text(stmt, 2, in->key);
    (void)sqlite3_bind_int64(stmt, 3, in->from_ms);
    bind_text(stmt, 4, in->labels);
    bind_text(stmt, 5, in->summary);
    (void)sqlite3_bind_int64(stmt, 6, in->raised_ms);
    (void)sqlite3_bind_int64(stmt, 7, in->to_ms);
    bind_time(stmt, 8, in->cleared_ms);
    if (!store_step(store, stmt, err))
        return false;
    stmt = store_statement(
        store, "SELECT id FROM alert WHERE source = ?1 AND key = ?2 AND since_ms = ?3", err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, source);
    bind_text(stmt, 2, in->key);
    (void)sqlite3_bind_int64(stmt, 3, in->from_ms);
    bool row;
    if (!store_row(store, stmt, &row, err))
        return false;
    *alert = column_int(stmt, 0);
    (void)sqlite3_reset(stmt);
    return put_state(store, *alert, in->raised_ms, err);
}

/* What people said of one is of the one that was found in its place. Older keys end in "@" and a
 * pool. */
static bool keep_words(struct store *store, int64_t gone, struct dx_error *err)
{
    sqlite3_stmt *stmt = derive_over(
        store,
        "UPDATE OR IGNORE alert_word SET alert = coalesce((SELECT n.id FROM alert o JOIN alert n"
        " ON n.source = o.source AND n.key = substr(o.key, 1, instr(o.key || '@', '@') - 1)"
        " AND n.since_ms <= o.seen_ms AND n.seen_ms >= o.since_ms AND n.id <> o.id"
        " WHERE o.id = ?1 ORDER BY n.since_ms DESC LIMIT 1), alert) WHERE alert = ?1",
        gone, 0, 0, err);

    return stmt && store_step(store, stmt, err);
}

/* Those of the time that were not found again: an earlier start was, or another
 * cause. */
static bool drop_others(struct store *store, int64_t source, const struct ids *found,
                        int64_t from_ms, int64_t to_ms, struct dx_error *err)
{
    sqlite3_stmt *stmt = derive_over(store,
                                     "SELECT id FROM alert WHERE source = ?1 AND since_ms > ?2"
                                     " AND since_ms <= ?3 AND key NOT GLOB 'rule:*'",
                                     source, from_ms, to_ms, err);
    struct ids gone = { 0 };
    bool row = true, ok = stmt != NULL;

    while (ok && row) {
        ok = store_row(store, stmt, &row, err);
        if (ok && row && !ids_has(found, column_int(stmt, 0)))
            ids_add(&gone, column_int(stmt, 0));
    }
    if (stmt)
        (void)sqlite3_reset(stmt);
    for (int64_t id = 0; ok && (id = ids_next(&gone, id)) > 0;) {
        ok = keep_words(store, id, err);
        stmt = ok ? derive_over(store, "DELETE FROM alert_word WHERE alert = ?1", id, 0, 0, err)
                  : NULL;
        ok = stmt && store_step(store, stmt, err);
        stmt = ok ? derive_over(store, "DELETE FROM alert_state WHERE alert = ?1", id, 0, 0, err)
                  : NULL;
        ok = stmt && store_step(store, stmt, err);
        stmt = ok ? derive_over(store, "DELETE FROM alert WHERE id = ?1", id, 0, 0, err) : NULL;
        ok = stmt && store_step(store, stmt, err);
    }
    ids_done(&gone);
    return ok;
}

/* Of dxtop's own alerts those that were under way at ?2. */
#define UNDER_WAY                                                                                  \
    " source IN (SELECT id FROM source WHERE type = 'dxtop' AND url = '' AND nth = 0) AND ?1 = 0"  \
    " AND ?3 = 0 AND since_ms <= ?2 AND (ended_ms IS NULL OR ended_ms > ?2)"                       \
    " AND key NOT GLOB 'rule:*'"

bool store_incident_since(struct store *store, int64_t at_ms, int64_t *since_ms,
                          struct dx_error *err)
{
    return store_number(
        store,
        derive_over(store, "SELECT min(since_ms) FROM alert WHERE" UNDER_WAY, 0, at_ms, 0, err),
        since_ms, err);
}

bool store_cut_incidents(struct store *store, int64_t at_ms, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        derive_over(store, "UPDATE alert SET ended_ms = ?2 WHERE" UNDER_WAY, 0, at_ms, 0, err);

    return stmt && store_step(store, stmt, err);
}

bool store_put_incidents(struct store *store, int64_t from_ms, int64_t to_ms,
                         const struct stored_incident *list, size_t count, struct dx_error *err)
{
    struct ids found = { 0 };
    int64_t source, alert;
    bool ok = own_source(store, &source, err);

    for (size_t i = 0; ok && i < count; i++) {
        ok = put_incident(store, source, &list[i], &alert, err);
        if (ok)
            ids_add(&found, alert);
    }
    ok = ok && drop_others(store, source, &found, from_ms, to_ms, err);
    ids_done(&found);
    return ok;
}
