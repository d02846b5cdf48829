/* wish: the one thing that viewers write; the collector takes it. */
#include "config.h"

#include "store/internal.h"

#include <stdio.h>
#include <string.h>

#include "store/bell.h"

enum { WISHES_MOST = 100 }; /* that nobody took yet: no collector is there */

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
    bell_ring(store);
    return true;
}

struct taken {
    char *what, *arg;
    size_t cap;
    int64_t id; /* 0: there is none */
};

/* Read it, and without a transaction: mostly there is none. */
static bool find_wish(struct store *store, struct taken *taken, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT id, what, arg FROM wish ORDER BY id LIMIT 1", err);
    bool there;

    taken->id = 0;
    if (!stmt || !store_row(store, stmt, &there, err))
        return false;
    if (there) {
        taken->id = sqlite3_column_int64(stmt, 0);
        (void)snprintf(taken->what, taken->cap, "%s", column_text(stmt, 1));
        (void)snprintf(taken->arg, taken->cap, "%s", column_text(stmt, 2));
    }
    (void)sqlite3_reset(stmt);
    return true;
}

static bool take(struct store *store, void *what, struct dx_error *err)
{
    struct taken *taken = what;
    sqlite3_stmt *stmt;

    /* Again, now that nobody else can: another file may have taken its place. */
    if (!find_wish(store, taken, err))
        return false;
    if (taken->id == 0)
        return true;
    stmt = store_statement(store, "DELETE FROM wish WHERE id = ?1", err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, taken->id);
    return store_step(store, stmt, err);
}

bool store_take_wish(struct store *store, char *what, char *arg, size_t cap)
{
    struct taken taken = { .what = what, .arg = arg, .cap = cap };
    struct dx_error err = { 0 };

    while (find_wish(store, &taken, &err) && taken.id > 0) {
        if (!store_write(store, take, &taken, &err) || taken.id == 0)
            return false;
        if (strcmp(what, "check") != 0)
            return true;
        store_check(store); /* a viewer met damage; see store_end() */
    }
    return false;
}
