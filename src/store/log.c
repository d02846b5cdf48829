/* log: what happened, for people; the same thing again is counted, not repeated. */
#include "config.h"

#include "store/internal.h"

enum {
    REPEAT_MS = 3600 * 1000, /* for so long after the first one */
    LOOK_BACK = 50           /* rows, for what every poll repeats */
};

/* The row that says the same; 0: none. */
static bool find_same(struct store *store, const struct entry *e, int64_t *id, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "SELECT id FROM (SELECT id, at_ms, level, text FROM log WHERE source = ?1"
        " ORDER BY last_ms DESC, id DESC LIMIT ?2) AS last WHERE level = ?3 AND text = ?4"
        " AND at_ms > ?5 LIMIT 1",
        err);

    *id = 0;
    if (!stmt)
        return false;
    bind_text(stmt, 1, e->source);
    (void)sqlite3_bind_int(stmt, 2, e->standing ? LOOK_BACK : 1);
    (void)sqlite3_bind_int(stmt, 3, (int)e->level);
    bind_text(stmt, 4, e->text);
    (void)sqlite3_bind_int64(stmt, 5, e->now_ms - REPEAT_MS);
    return store_number(store, stmt, id, err);
}

static bool count_again(struct store *store, int64_t id, int64_t now_ms, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store, "UPDATE log SET times = times + 1, last_ms = max(last_ms, ?2) WHERE id = ?1", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, id);
    (void)sqlite3_bind_int64(stmt, 2, now_ms);
    return store_step(store, stmt, err);
}

bool log_put(struct store *store, const struct entry *e, struct dx_error *err)
{
    sqlite3_stmt *stmt;
    int64_t id;

    if (!store_touch(store, err) || !find_same(store, e, &id, err))
        return false;
    if (id > 0)
        return count_again(store, id, e->now_ms, err);
    stmt = store_statement(store,
                           "INSERT INTO log (at_ms, last_ms, level, source, text)"
                           " VALUES (?1, ?1, ?2, ?3, ?4)",
                           err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, e->now_ms);
    (void)sqlite3_bind_int(stmt, 2, (int)e->level);
    bind_text(stmt, 3, e->source);
    bind_text(stmt, 4, e->text);
    return store_step(store, stmt, err);
}

bool log_pending(struct store *store, int64_t now_ms, struct dx_error *err)
{
    const struct entry entry = {
        .now_ms = now_ms, .level = DX_LOG_ERROR, .source = "", .text = store->pending
    };

    if (!*store->pending)
        return true;
    if (!log_put(store, &entry, err))
        return false;
    store->pending_put = true;
    return true;
}

static bool put_entry(struct store *store, void *what, struct dx_error *err)
{
    const struct entry *e = what;

    return log_pending(store, e->now_ms, err) && log_put(store, e, err);
}

bool store_log(struct store *store, int64_t now_ms, enum dx_log_level level, const char *source,
               const char *text, struct dx_error *err)
{
    struct entry entry = { .now_ms = now_ms, .level = level, .source = source, .text = text };

    return store_write(store, put_entry, &entry, err);
}
