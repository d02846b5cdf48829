/* mend: the holder of the lock moves a damaged file aside whole and begins a new
 * one. */
#include "config.h"

#include "store/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/time.h"
#include "store/schema.h"

enum { CHECK_EVERY_MS = 60000 };

/* ---- the schema ---- */

/* Equal where both say the same, row by row. */
static bool equal(sqlite3_stmt *a, sqlite3_stmt *b)
{
    for (;;) {
        int status = sqlite3_step(a);

        if (status != sqlite3_step(b) || (status != SQLITE_ROW && status != SQLITE_DONE))
            return false;
        if (status == SQLITE_DONE)
            return true;
        if (strcmp(column_text(a, 0), column_text(b, 0)) != 0)
            return false;
    }
}

bool schema_is_whole(struct store *store)
{
    static const char all[] = "SELECT type || name || coalesce(sql, '') FROM main.sqlite_schema"
                              " ORDER BY type, name";
    sqlite3_stmt *is = NULL, *should = NULL;
    sqlite3 *anew = NULL;
    bool made = sqlite3_open(":memory:", &anew) == SQLITE_OK, ok;

    for (size_t i = 0; made && schema_sql[i]; i++)
        made = sqlite3_exec(anew, schema_sql[i], NULL, NULL, NULL) == SQLITE_OK;
    made = made && sqlite3_prepare_v2(anew, all, -1, &should, NULL) == SQLITE_OK;
    ok = !made || /* then nothing is known */
         (sqlite3_prepare_v2(store->db, all, -1, &is, NULL) == SQLITE_OK && equal(is, should));
    (void)sqlite3_finalize(is);
    (void)sqlite3_finalize(should);
    (void)sqlite3_close(anew);
    return ok;
}

/* ---- beginning anew ---- */

/* One damaged file is kept, the last: a disk that goes bad shall not be filled
 * with copies. */
static bool move_aside(struct store *store, struct dx_error *err)
{
    static const char *const parts[] = { "", "-wal", "-shm" };
    bool ok = true, moved = false;

    close_db(store);
    /* The database first: who finds no file makes none while we hold the lock. */
    for (size_t i = 0; i < 3; i++) {
        char *from = mem_print("%s%s", store->path, parts[i]);
        char *to = mem_print("%s.damaged%s", store->path, parts[i]);

        if (rename(from, to) == 0)
            moved = true;
        else if (errno != ENOENT)
            ok = dx_fail(err, DX_FAULT_SYSTEM, "cannot move the damaged %.120s aside: %s", from,
                         strerror(errno));
        free(from);
        free(to);
    }
    if (moved) {
        (void)snprintf(store->where, sizeof(store->where),
                       "the store was damaged and begins anew; the old one is %.150s.damaged",
                       store->path);
        memcpy(store->pending, store->where, sizeof(store->pending));
    }
    return ok;
}

bool store_mend(struct store *store, struct dx_error *err)
{
    bool damaged = store->damaged;

    if (store->lock_fd < 0)
        return false;
    if (!damaged) { /* removed or replaced under us */
        (void)snprintf(store->pending, sizeof(store->pending),
                       "the store was removed or replaced from outside; it was opened anew");
        if (!open_db(store, 0, err))
            damaged = store->damaged;
        if (!damaged && !store->db)
            return false;
    }
    if (damaged && (!move_aside(store, err) || !open_db(store, 0, err)))
        return false;
    return lock_claim(store, err);
}

bool store_follow(struct store *store, struct dx_error *err)
{
    if (!was_replaced(store))
        return true;
    return store->lock_fd >= 0 ? store_mend(store, err) : open_db(store, 0, err);
}

void store_check(struct store *store)
{
    int64_t now_ms = time_boot_ms();
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt;
    bool row;

    if (store->checked_ms > 0 && now_ms - store->checked_ms < CHECK_EVERY_MS)
        return;
    store->checked_ms = now_ms;
    stmt = store_statement(store, "PRAGMA quick_check(1)", &err);
    if (stmt && store_row(store, stmt, &row, &err)) {
        if (row && strcmp(column_text(stmt, 0), "ok") != 0)
            store->damaged = true;
        (void)sqlite3_reset(stmt);
    }
    if (!store->damaged && store->db)
        store->damaged = !schema_is_whole(store);
    if (store->damaged)
        (void)store_mend(store, &err);
}
