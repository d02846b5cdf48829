/* pools: runner pools as the servers count them, and their runners. */
#include "config.h"

#include "store/ci.h"

#include <string.h>

static bool find_pool(struct store *store, int64_t source, int64_t name, int64_t *id,
                      struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT id FROM pool WHERE source = ?1 AND name = ?2", err);

    *id = 0;
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, source);
    (void)sqlite3_bind_int64(stmt, 2, name);
    return store_number(store, stmt, id, err);
}

int64_t pool_id(struct store *store, int64_t source, const char *name, struct dx_error *err)
{
    int64_t text = text_id(store, name, err), id;
    sqlite3_stmt *stmt;

    if (text <= 0)
        return text;
    if (!find_pool(store, source, text, &id, err))
        return -1;
    if (id > 0)
        return id;
    stmt = store_statement(store, "INSERT INTO pool (source, name) VALUES (?1, ?2)", err);
    if (!stmt)
        return -1;
    (void)sqlite3_bind_int64(stmt, 1, source);
    (void)sqlite3_bind_int64(stmt, 2, text);
    return store_step(store, stmt, err) ? sqlite3_last_insert_rowid(store->db) : -1;
}

static void bind_count(sqlite3_stmt *stmt, int index, int64_t count)
{
    if (count >= 0)
        (void)sqlite3_bind_int64(stmt, index, count);
}

/* Only a count that differs from the last one is kept. */
static bool put_count(struct writing *w, int64_t id, const struct pool *pool, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "INSERT INTO pool_count (pool, at_ms, online, busy, offline, waiting, note)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM (SELECT * FROM"
        " pool_count WHERE pool = ?1 AND at_ms <= ?2 ORDER BY at_ms DESC LIMIT 1) AS last"
        " WHERE (online, busy, offline, waiting, note) IS (?3, ?4, ?5, ?6, ?7))"
        " ON CONFLICT (pool, at_ms) DO UPDATE SET (online, busy, offline, waiting, note) ="
        " (excluded.online, excluded.busy, excluded.offline, excluded.waiting, excluded.note)",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, id);
    (void)sqlite3_bind_int64(stmt, 2, w->poll->now_ms);
    bind_count(stmt, 3, pool->online);
    bind_count(stmt, 4, pool->busy);
    bind_count(stmt, 5, pool->offline);
    bind_count(stmt, 6, pool->waiting);
    bind_text(stmt, 7, pool->note);
    return store_step(w->store, stmt, err);
}

static bool put_runner(struct writing *w, const struct runner *runner, struct dx_error *err)
{
    int64_t pool = pool_id(w->store, w->poll->source, runner->pool, err);
    sqlite3_stmt *stmt;

    if (pool <= 0)
        return pool == 0; /* of no pool: nothing to list it under */
    stmt = store_statement(
        w->store,
        "INSERT INTO runner (pool, name, labels, note, online, busy, seen_ms) VALUES (?1, ?2, ?3,"
        " ?4, ?5, ?6, ?7) ON CONFLICT (pool, name) DO UPDATE SET (labels, note, online, busy,"
        " seen_ms) = (excluded.labels, excluded.note, excluded.online, excluded.busy,"
        " excluded.seen_ms)",
        err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, pool);
    bind_text(stmt, 2, runner->name);
    bind_text(stmt, 3, runner->labels);
    bind_text(stmt, 4, runner->note);
    (void)sqlite3_bind_int(stmt, 5, runner->online);
    (void)sqlite3_bind_int(stmt, 6, runner->busy);
    (void)sqlite3_bind_int64(stmt, 7, w->poll->now_ms);
    return store_step(w->store, stmt, err);
}

/* ?1 the source, ?2 now. */
static bool forget_of(struct writing *w, const char *sql, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(w->store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, w->poll->source);
    (void)sqlite3_bind_int64(stmt, 2, w->poll->now_ms);
    return store_step(w->store, stmt, err);
}

/* A pool that had runners and is in no count of all pools has none now: that its
 * runners are not even listed is the worst that can be said of it. Where some may not be seen any
 * more, what was counted of it is not known any more, either. */
static bool put_empty(struct writing *w, const struct ids *seen, struct dx_error *err)
{
    static const struct pool empty = { .waiting = -1, .note = "" };
    static const struct pool hidden = {
        .online = -1, .busy = -1, .offline = -1, .waiting = -1, .note = ""
    };
    struct ids gone = { 0 };
    sqlite3_stmt *stmt = store_statement(
        w->store,
        "SELECT id FROM pool WHERE source = ?1 AND (SELECT online + offline FROM pool_count"
        " WHERE pool = pool.id ORDER BY at_ms DESC LIMIT 1) >= ?2",
        err);
    bool ok = stmt != NULL, row = ok;

    if (ok) {
        (void)sqlite3_bind_int64(stmt, 1, w->poll->source);
        (void)sqlite3_bind_int(stmt, 2, !w->batch->pools_hidden);
    }
    while (ok && row) {
        ok = store_row(w->store, stmt, &row, err);
        if (ok && row && !ids_has(seen, column_int(stmt, 0)))
            ids_add(&gone, column_int(stmt, 0));
    }
    if (ok)
        (void)sqlite3_reset(stmt);
    for (int64_t id = 0; ok && (id = ids_next(&gone, id)) > 0;)
        ok = put_count(w, id, w->batch->pools_hidden ? &hidden : &empty, err);
    ids_done(&gone);
    return ok;
}

static bool put_counts(struct writing *w, struct ids *seen, struct dx_error *err)
{
    for (size_t i = 0; i < w->batch->pool_count; i++) {
        int64_t id = pool_id(w->store, w->poll->source, w->batch->pools[i].name, err);

        if (id < 0 || (id > 0 && !put_count(w, id, &w->batch->pools[i], err)))
            return false;
        if (id > 0)
            ids_add(seen, id);
    }
    return true;
}

bool pools_put(struct writing *w, struct dx_error *err)
{
    const struct batch *batch = w->batch;
    struct ids seen = { 0 };
    bool ok = true;

    /* What a clock counted that was ahead would be taken for the last when it is that time. */
    if (batch->pool_count > 0 || batch->pools_whole)
        ok = forget_of(w,
                       "DELETE FROM pool_count WHERE at_ms > ?2 AND pool IN"
                       " (SELECT id FROM pool WHERE source = ?1)",
                       err);
    ok = ok && put_counts(w, &seen, err);
    for (size_t i = 0; ok && i < batch->runner_count; i++)
        ok = put_runner(w, &batch->runners[i], err);
    if (ok && batch->pools_whole)
        ok = put_empty(w, &seen, err) &&
             forget_of(w,
                       "DELETE FROM runner WHERE seen_ms <> ?2 AND pool IN"
                       " (SELECT id FROM pool WHERE source = ?1)",
                       err);
    ids_done(&seen);
    return ok;
}
