/* Each statement of the store fails once, while it is prepared and when it is run, in all that a
 * collector writes: it is said, nothing is written in half, and the next try does what it would
 * have done. */
#include "config.h"

#include "store_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "statement_fault.h"
#include "store/internal.h"
#include "world_kit.h"

TestSuite(store_statements, .init = kit_init, .fini = kit_done, .timeout = 120);

enum { STEPS_MOST = 1000 };

/* ---- what a collector writes ---- */

static uint64_t hash_table(sqlite3 *db, const char *name)
{
    uint64_t h = UINT64_C(14695981039346656037);
    sqlite3_stmt *stmt;
    char sql[128];

    (void)snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", name);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sql);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            int type = sqlite3_column_type(stmt, i);

            h = world_hash(h, &type, sizeof(type));
            h = world_hash(h, sqlite3_column_blob(stmt, i), (size_t)sqlite3_column_bytes(stmt, i));
        }
    (void)sqlite3_finalize(stmt);
    return h;
}

/* What its file holds, as another program sees it, but for its own numbers. */
static uint64_t hash_of(const struct world *w, bool meta)
{
    uint64_t h = 0;
    sqlite3_stmt *stmt;
    sqlite3 *db;

    cr_assert_eq(sqlite3_open(store_path(w->store), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db,
                                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql"
                                    " NOT LIKE 'CREATE VIRTUAL%' AND (?1 OR name <> 'meta')",
                                    -1, &stmt, NULL),
                 SQLITE_OK);
    (void)sqlite3_bind_int(stmt, 1, meta);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        h = h * 31 + hash_table(db, (const char *)sqlite3_column_text(stmt, 0));
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return h;
}

/* The n-th of them fails, for every n there is, until none is left that could: how many there
 * were. What was done is done then. */
static int fail_each(struct world *w, const struct world_deed *deed, void (*fail)(int))
{
    const char *name = deed->name;
    uint64_t before = hash_of(w, true);

    for (int n = 0; n < STEPS_MOST; n++) {
        struct dx_error err = { 0 };
        char failed[256];
        bool ok;

        store_forget(w->store);
        fail(n);
        ok = deed->run(w, &err);
        (void)snprintf(failed, sizeof(failed), "%s", statement_failed());
        fail(-1);
        cr_assert(sqlite3_get_autocommit(w->store->db), "%s: it never ended: %s", name, failed);
        if (!*failed) {
            cr_expect(ok, "%s: %s", name, err.text);
            return n;
        }
        cr_expect(!ok, "%s, %d: nobody noticed: %s", name, n, failed);
        if (ok)
            return n;
        cr_expect(err.fault == DX_FAULT_SYSTEM && strchr(err.text, ' '), "%s: %s: \"%s\"", name,
                  failed, err.text);
        cr_expect(deed->slices || hash_of(w, true) == before, "%s: written in half: %s", name,
                  failed);
    }
    return STEPS_MOST;
}

static void expect_each_fails_whole(void (*fail)(int))
{
    struct world whole, tried;

    world_begin(&whole, "whole");
    world_begin(&tried, "tried");
    statement_watch(tried.store->db);
    for (const struct world_deed *deed = world_deeds; deed->name; deed++) {
        struct dx_error err = { 0 };
        int n;

        cr_assert(deed->run(&whole, &err), "%s: %s", deed->name, err.text);
        n = fail_each(&tried, deed, fail);
        cr_expect(n > 0 && n < STEPS_MOST, "%s: %d statements", deed->name, n);
        cr_expect_eq(hash_of(&whole, false), hash_of(&tried, false), "%s: is not the same",
                     deed->name);
    }
    world_end(&whole);
    world_end(&tried);
}

Test(store_statements, that_cannot_be_prepared_are_said_and_write_nothing)
{
    expect_each_fails_whole(statement_fail_prepare);
}

Test(store_statements, that_cannot_be_run_are_said_and_write_nothing)
{
    expect_each_fails_whole(statement_fail_step);
}
