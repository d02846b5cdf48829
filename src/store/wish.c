/* wish: the one thing that viewers write; the collector grants it, and takes it away in the same
 * transaction: one who is killed has done both or neither. */
#include "config.h"

#include "store/alerting.h"
#include "store/internal.h"

#include <stdio.h>
#include <string.h>

#include "store/bell.h"

enum { WISHES_MOST = 100 }; /* that nobody took yet: no collector is there */

/* It was not written: because it was there before, or there are so many. */
static bool is_there(struct store *store, const char *what, const char *arg, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store,
                                         "SELECT count(*) < ?3 OR EXISTS (SELECT 1 FROM wish"
                                         " WHERE what = ?1 AND arg = ?2) FROM wish",
                                         err);
    int64_t there = 1; /* or was, and was taken between the two */

    if (!stmt)
        return false;
    bind_text(stmt, 1, what);
    bind_text(stmt, 2, arg);
    (void)sqlite3_bind_int(stmt, 3, WISHES_MOST);
    if (!store_number(store, stmt, &there, err))
        return false;
    return there != 0 || dx_fail(err, DX_FAULT_SYSTEM,
                                 "%d wishes wait, and no collector takes them", WISHES_MOST);
}

bool store_wish(struct store *store, const char *what, const char *arg, struct dx_error *err)
{
    sqlite3_stmt *stmt;

    if (store->in_read) /* a read never becomes a write */
        return dx_fail(err, DX_FAULT_SYSTEM, "the store is being read");
    if (!store_follow(store, err))
        return false;
    stmt = store_statement(store,
                           "INSERT INTO wish (what, arg) SELECT ?1, ?2 WHERE NOT EXISTS"
                           " (SELECT 1 FROM wish WHERE what = ?1 AND arg = ?2)"
                           " AND (SELECT count(*) FROM wish) < ?3",
                           err);
    if (!stmt)
        return false;
    bind_text(stmt, 1, what);
    bind_text(stmt, 2, arg);
    (void)sqlite3_bind_int(stmt, 3, WISHES_MOST);
    if (!store_step(store, stmt, err))
        return false;
    if (sqlite3_changes(store->db) == 0)
        return is_there(store, what, arg, err);
    bell_ring(store);
    return true;
}

/* Without a transaction: mostly there is none. */
bool store_next_wish(struct store *store, struct wish *wish, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT id, what, arg FROM wish ORDER BY id LIMIT 1", err);
    bool there;

    wish->id = 0;
    if (!stmt || !store_row(store, stmt, &there, err))
        return false;
    if (there) {
        wish->id = column_int(stmt, 0);
        (void)snprintf(wish->what, sizeof(wish->what), "%s", column_text(stmt, 1));
        (void)snprintf(wish->arg, sizeof(wish->arg), "%s", column_text(stmt, 2));
    }
    (void)sqlite3_reset(stmt);
    return true;
}

static bool take(struct store *store, int64_t id, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, "DELETE FROM wish WHERE id = ?1", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, id);
    return store_step(store, stmt, err);
}

static bool grant(struct store *store, void *what, struct dx_error *err)
{
    const struct granting *g = what;
    const struct wish *wish = g->wish;
    struct wish still;

    *g->refused = (struct dx_error){ .fault = DX_FAULT_NONE };
    /* Again, now that nobody else can: another file may have taken its place. */
    if (!store_next_wish(store, &still, err))
        return false;
    if (still.id != wish->id || strcmp(still.what, wish->what) != 0 ||
        strcmp(still.arg, wish->arg) != 0)
        return true;
    if (!take(store, wish->id, err))
        return false;
    if (strcmp(wish->what, "claim") == 0)
        return word_put(store, WORD_CLAIM, g, err);
    if (strcmp(wish->what, "snooze") == 0)
        return word_put(store, WORD_SNOOZE, g, err);
    if (strcmp(wish->what, "triage") == 0)
        return verdict_put(store, g, err);
    return true;
}

bool store_grant_wish(struct store *store, const struct wish *wish, int64_t now_ms,
                      struct dx_error *refused, struct dx_error *err)
{
    struct granting granting = { .wish = wish, .now_ms = now_ms, .refused = refused };

    if (strcmp(wish->what, "check") == 0)
        store_check(store); /* a viewer met damage; see store_end() */
    return store_write(store, grant, &granting, err);
}
