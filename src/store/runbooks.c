/* runbooks: the Markdown files of the configured folder, as they were last read. */
#include "config.h"

#include "store/internal.h"

bool store_has_runbook(struct store *store, const char *path, int64_t changed_ms, int64_t size)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(
        store, "SELECT 1 FROM runbook WHERE path = ?1 AND changed_ms = ?2 AND size = ?3", &err);
    bool there;

    if (!stmt)
        return false;
    bind_text(stmt, 1, path);
    (void)sqlite3_bind_int64(stmt, 2, changed_ms);
    (void)sqlite3_bind_int64(stmt, 3, size);
    if (!store_row(store, stmt, &there, &err))
        return false;
    (void)sqlite3_reset(stmt);
    return there;
}

size_t store_runbook_count(struct store *store)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(store, "SELECT count(*) FROM runbook", &err);
    size_t n = 0;
    bool there;

    if (!stmt || !store_row(store, stmt, &there, &err))
        return 0;
    if (there)
        n = (size_t)column_int(stmt, 0);
    (void)sqlite3_reset(stmt);
    return n;
}

/* ---- writing ---- */

struct folder {
    const struct stored_runbook *runbooks;
    size_t count;
};

static bool put(struct store *store, const struct stored_runbook *runbook, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO runbook (path, title, text, changed_ms, size) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (path) DO UPDATE SET (title, text, changed_ms, size) = (excluded.title,"
        " excluded.text, excluded.changed_ms, excluded.size)",
        err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, runbook->path);
    bind_text(stmt, 2, runbook->title);
    bind_text(stmt, 3, runbook->text);
    (void)sqlite3_bind_int64(stmt, 4, runbook->changed_ms);
    (void)sqlite3_bind_int64(stmt, 5, runbook->size);
    return store_step(store, stmt, err);
}

/* Their paths are the ones that are kept, in a table of this connection. */
static bool forget_others(struct store *store, const struct folder *folder, struct dx_error *err)
{
    if (!store_exec(store,
                    "CREATE TEMP TABLE IF NOT EXISTS kept (path TEXT PRIMARY KEY);"
                    " DELETE FROM temp.kept",
                    err))
        return false;
    for (size_t i = 0; i < folder->count; i++) {
        sqlite3_stmt *stmt =
            store_statement(store, "INSERT OR IGNORE INTO temp.kept (path) VALUES (?1)", err);

        if (!stmt)
            return false;
        bind_text(stmt, 1, folder->runbooks[i].path);
        if (!store_step(store, stmt, err))
            return false;
    }
    return store_exec(store,
                      "DELETE FROM runbook WHERE path NOT IN (SELECT path FROM temp.kept);"
                      " DELETE FROM temp.kept",
                      err);
}

static bool put_all(struct store *store, void *what, struct dx_error *err)
{
    const struct folder *folder = what;

    if (!store_touch(store, err) || !forget_others(store, folder, err))
        return false;
    for (size_t i = 0; i < folder->count; i++)
        if (folder->runbooks[i].text && !put(store, &folder->runbooks[i], err))
            return false;
    return true;
}

bool store_put_runbooks(struct store *store, const struct stored_runbook *runbooks, size_t count,
                        struct dx_error *err)
{
    return store_write(store, put_all, &(struct folder){ runbooks, count }, err);
}
