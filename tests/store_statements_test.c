/* Each statement of the store fails once, while it is prepared and when it is run, in all that a
 * collector writes and a viewer reads: it is said, nothing is written in half, and the next try
 * does what it would have done. */
#include "config.h"

#include "store_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive/past.h"
#include "statement_fault.h"
#include "store/internal.h"
#include "store/past.h"
#include "world_kit.h"

TestSuite(store_statements, .init = kit_init, .fini = kit_done, .timeout = 120);

enum { STEPS_MOST = 1000 };

/* ---- what a collector writes ---- */

static uint64_t hash_on(uint64_t h, const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        h = (h ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
    return h;
}

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

            h = hash_on(h, &type, sizeof(type));
            h = hash_on(h, sqlite3_column_blob(stmt, i), (size_t)sqlite3_column_bytes(stmt, i));
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

/* ---- what a viewer reads ---- */

static const char *const keys[] = { "", "p1", "q1", "r1", "j1", "f1:1", "t1", "b1", "c1" };

/* Its rows, as a sum; *said: an error was. */
static uint64_t read_rows(struct store *store, enum dx_query query, const char *key, bool *said)
{
    struct reader reader = store_reader(store);
    struct dx_filter filter = { .size = sizeof(filter), .key = key, .parts = true };
    uint64_t h = 0;
    void *rows;

    if (query >= DX_QUERY_RUNBOOKS && query <= DX_QUERY_SIMILAR && !*key)
        filter.name = "disk";
    rows = reader.open(reader.self, query, &filter, T0 + 2 * MINUTE);
    while (reader.ops->next(rows))
        for (int f = 0; f < DX_FIELD_COUNT; f++) {
            const char *text = reader.ops->text(rows, (enum dx_field)f);

            h = hash_on(h, text, strlen(text) + 1);
        }
    reader.ops->close(rows);
    *said = reader.error(reader.self) != NULL;
    return h;
}

/* Whether all that could fail did. */
static bool read_with_fault(struct store *store, enum dx_query query, const char *key, int n,
                            void (*fail)(int))
{
    struct dx_error err = { 0 };
    bool said, failed;

    cr_assert(store_begin(store, &err), "%s", err.text);
    fail(n);
    (void)read_rows(store, query, key, &said);
    failed = *statement_failed() != '\0';
    cr_expect_eq(said, failed, "query %d of \"%s\": %s", (int)query, key, statement_failed());
    fail(-1);
    store_end(store);
    store_forget(store);
    return !failed;
}

static void expect_each_is_said(struct store *store, enum dx_query query, const char *key,
                                void (*fail)(int))
{
    struct dx_error err = { 0 };
    uint64_t before;
    bool said;

    cr_assert(store_begin(store, &err), "%s", err.text);
    before = read_rows(store, query, key, &said);
    store_end(store);
    cr_expect_not(said, "query %d of \"%s\"", (int)query, key);
    for (int n = 0; n < STEPS_MOST && !read_with_fault(store, query, key, n, fail); n++)
        ;
    cr_assert(store_begin(store, &err), "%s", err.text);
    cr_expect_eq(read_rows(store, query, key, &said), before, "query %d of \"%s\"", (int)query,
                 key);
    store_end(store);
}

static struct store *viewer_of(const struct world *w)
{
    struct dx_error err = { 0 };
    struct store *viewer = store_open(store_path(w->store), STORE_VIEW, &err);

    cr_assert_not_null(viewer, "%s", err.text);
    return viewer;
}

/* What was written until the years later. */
static void write_all(struct world *w)
{
    world_begin(w, "whole");
    for (const struct world_deed *deed = world_deeds; strcmp(deed->name, "upkeep") != 0; deed++) {
        struct dx_error err = { 0 };

        cr_assert(deed->run(w, &err), "%s: %s", deed->name, err.text);
    }
}

Test(store_statements, that_fail_are_said_to_who_reads)
{
    struct store *viewer;
    struct world w;

    write_all(&w);
    viewer = viewer_of(&w);
    statement_watch(viewer->db);
    for (int query = 0; query < DX_QUERY_COUNT; query++) {
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            expect_each_is_said(viewer, (enum dx_query)query, keys[k], statement_fail_prepare);
            expect_each_is_said(viewer, (enum dx_query)query, keys[k], statement_fail_step);
        }
    }
    store_close(viewer);
    world_end(&w);
}

/* ---- a past moment ---- */

static uint64_t pools_of(struct store *store)
{
    bool said;
    uint64_t h = read_rows(store, DX_QUERY_POOLS, "", &said) * 31 +
                 read_rows(store, DX_QUERY_PIPELINES, "", &said) * 7 +
                 read_rows(store, DX_QUERY_KPIS, "", &said);

    cr_expect_not(said);
    return h;
}

static uint64_t look_at(struct store *store)
{
    struct dx_error err = { 0 };
    uint64_t h;

    cr_assert(store_begin(store, &err), "%s", err.text);
    h = pools_of(store);
    store_end(store);
    return h;
}

static bool make(struct store *store, struct past *past, struct dx_error *err)
{
    bool ok = store_begin(store, err);

    while (ok && !past_is_done(past))
        ok = past_slice(past, INT64_MAX, err);
    store_end(store);
    return ok;
}

/* Where a step of it fails the present is there again, or the moment is made anew: never a bit
 * of the one in the other. */
static void expect_past_is_whole(void (*fail)(int))
{
    struct kpi_settings settings = { .business = NULL };
    uint64_t now, then;
    struct store *viewer;
    struct past *past;
    struct world w;
    int n = 0;

    write_all(&w);
    viewer = viewer_of(&w);
    now = look_at(viewer);
    past = past_new(viewer, &settings, T0 - 2 * HOUR);
    cr_assert(make(viewer, past, &(struct dx_error){ 0 }));
    then = look_at(viewer);
    cr_assert_neq(now, then);
    past_free(past);
    store_past_end(viewer);
    cr_expect_eq(look_at(viewer), now);
    statement_watch(viewer->db);
    for (bool failed = true; failed && n < STEPS_MOST; n++) {
        struct dx_error err = { 0 };
        bool ok;

        past = past_new(viewer, &settings, T0 - 2 * HOUR);
        store_forget(viewer);
        fail(n);
        ok = make(viewer, past, &err);
        failed = *statement_failed() != '\0';
        cr_expect(!failed == ok || strstr(statement_failed(), "COMMIT"), "%s", statement_failed());
        cr_expect(ok || strchr(err.text, ' '), "%s: \"%s\"", statement_failed(), err.text);
        fail(-1);
        if (store_past(viewer) == 0) {
            cr_expect_eq(look_at(viewer), now, "after %d", n);
            past_free(past);
            past = past_new(viewer, &settings, T0 - 2 * HOUR);
        }
        cr_assert(make(viewer, past, &err), "%s", err.text);
        cr_expect_eq(look_at(viewer), then, "after %d", n);
        past_free(past);
        store_past_end(viewer);
        cr_expect_eq(look_at(viewer), now, "after %d", n);
    }
    cr_expect(n > 50 && n < STEPS_MOST, "%d", n);
    store_close(viewer);
    world_end(&w);
}

Test(store_statements, of_a_past_moment_that_cannot_be_prepared_leave_nothing_in_half)
{
    expect_past_is_whole(statement_fail_prepare);
}

Test(store_statements, of_a_past_moment_that_cannot_be_run_leave_nothing_in_half)
{
    expect_past_is_whole(statement_fail_step);
}
