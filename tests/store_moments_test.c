/* A machine that fails the store at any moment of all that is written and read: memory that runs
 * out, a disk that cannot be read or is full, whatever runs is broken off, another one holds the
 * file. It is said, nothing is written or shown in half, and the next try does what it would have
 * done. */
#include "config.h"

#include "store_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine_fault.h"
#include "statement_fault.h"
#include "store/internal.h"
#include "store/past.h"
#include "world_kit.h"

TestSuite(store_moments, .init = kit_init, .fini = kit_done, .timeout = 300);

/* What fails, and whether it did. */
struct way {
    void (*fail)(int n); /* after n of them; < 0: nothing */
    bool (*failed)(void);
};

static void fail_machine(int n)
{
    machine_fail(n, false);
}

static bool broke_off(void)
{
    return *statement_failed() != '\0';
}

static const struct way of_machine = { fail_machine, machine_failed };
static const struct way of_statements = { statement_fail_moment, broke_off };

/* ---- what a collector writes ---- */

/* One transaction and nothing behind it, as the checkpoint of an upkeep is. */
static bool is_one(const struct world_deed *deed)
{
    return !deed->slices && strncmp(deed->name, "upkeep", strlen("upkeep")) != 0;
}

/* Something fails, at ever later moments, until nothing is left that could, or it went well all
 * the same: how often it was said. */
static int fail_at_moments(struct world *w, const struct world_deed *deed, const struct way *way,
                           int from)
{
    uint64_t before = world_sum(w, true);

    for (int n = from, hits = 0;; n += 1 + n / 4, hits++) {
        struct dx_error err = { 0 };
        bool failed, ok;

        store_forget(w->store);
        way->fail(n);
        ok = deed->run(w, &err);
        failed = way->failed();
        way->fail(-1);
        cr_assert(sqlite3_get_autocommit(w->store->db), "%s, %d: it never ended", deed->name, n);
        cr_assert(failed || ok, "%s: %s", deed->name, err.text);
        if (ok)
            return hits;
        cr_expect(err.fault == DX_FAULT_SYSTEM && strchr(err.text, ' '), "%s, %d: \"%s\"",
                  deed->name, n, err.text);
        cr_expect(!is_one(deed) || world_sum(w, true) == before, "%s, %d: written in half: %s",
                  deed->name, n, err.text);
    }
}

static void live(struct world *w, const char *name)
{
    world_begin(w, name);
    for (const struct world_deed *deed = world_deeds; deed->name; deed++) {
        struct dx_error err = { 0 };

        cr_assert(deed->run(w, &err), "%s: %s", deed->name, err.text);
    }
}

/* How often it was said. */
static int live_through(const struct way *way, int from, uint64_t sum)
{
    struct world w;
    char name[32];
    int hits = 0;

    (void)snprintf(name, sizeof(name), "from-%d", from);
    world_begin(&w, name);
    if (way == &of_statements)
        statement_watch(w.store->db);
    for (const struct world_deed *deed = world_deeds; deed->name; deed++)
        hits += fail_at_moments(&w, deed, way, from);
    cr_expect_eq(world_sum(&w, false), sum, "from %d: it is not the same", from);
    world_end(&w);
    return hits;
}

static void expect_whole_at_any_moment(const struct way *way, int least)
{
    static const int from[] = { 0, 7, 60, 500 };
    struct world whole;
    uint64_t sum;
    int hits = 0;

    live(&whole, "whole");
    sum = world_sum(&whole, false);
    world_end(&whole);
    for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++)
        hits += live_through(way, from[i], sum);
    cr_expect_gt(hits, least, "%d", hits);
}

Test(store_moments, without_memory)
{
    machine_bad_memory();
    expect_whole_at_any_moment(&of_machine, 100);
}

Test(store_moments, of_a_disk_that_is_full_or_cannot_be_read)
{
    machine_bad_disk();
    expect_whole_at_any_moment(&of_machine, 50);
}

Test(store_moments, of_what_is_broken_off)
{
    expect_whole_at_any_moment(&of_statements, 100);
}

/* ---- what a viewer reads ---- */

/* Of the same rows, or it is said that they are not all. */
static int read_at_moments(struct store *viewer, enum dx_query query, const char *key,
                           const struct way *way)
{
    struct dx_error err = { 0 };
    uint64_t whole, rows = 0;
    bool said;

    cr_assert(store_begin(viewer, &err), "%s", err.text);
    whole = world_rows(viewer, query, key, &said);
    store_end(viewer);
    for (int n = 0, hits = 0;; n += 1 + n / 4, hits++) {
        bool failed, ok;

        store_forget(viewer);
        (void)sqlite3_db_release_memory(viewer->db);
        way->fail(n);
        ok = store_begin(viewer, &err);
        if (ok)
            rows = world_rows(viewer, query, key, &said);
        failed = way->failed();
        way->fail(-1);
        store_end(viewer);
        cr_expect(!ok || said || rows == whole, "query %d of \"%s\", %d: shown in half", (int)query,
                  key, n);
        cr_expect(ok ? !said || failed : *err.text, "query %d of \"%s\", %d", (int)query, key, n);
        if (!failed)
            return hits;
    }
}

static void expect_rows_are_whole(const struct way *way, int least)
{
    struct dx_error err = { 0 };
    struct store *viewer;
    struct world w;
    int hits = 0;

    world_begin(&w, "whole");
    for (const struct world_deed *deed = world_deeds; strcmp(deed->name, "upkeep") != 0; deed++)
        cr_assert(deed->run(&w, &err), "%s: %s", deed->name, err.text);
    viewer = store_open(store_path(w.store), STORE_VIEW, &err);
    cr_assert_not_null(viewer, "%s", err.text);
    for (int query = 0; query < DX_QUERY_COUNT; query++)
        for (const char *const *key = world_keys; *key; key++)
            hits += read_at_moments(viewer, (enum dx_query)query, *key, way);
    cr_expect_gt(hits, least, "%d", hits);
    store_close(viewer);
    world_end(&w);
}

Test(store_moments, without_memory_to_read)
{
    machine_bad_memory();
    expect_rows_are_whole(&of_machine, 1000);
}

Test(store_moments, of_a_disk_that_cannot_be_read)
{
    machine_bad_disk();
    expect_rows_are_whole(&of_machine, 200);
}

/* Its tables hide those of the file: where they cannot go, the connection does. */
Test(store_moments, of_a_past_one_that_cannot_be_left)
{
    struct dx_error err = { 0 };
    struct store *viewer;
    uint64_t now;
    struct world w;
    bool said;

    machine_bad_memory();
    live(&w, "whole");
    viewer = store_open(store_path(w.store), STORE_VIEW, &err);
    cr_assert(viewer && store_begin(viewer, &err), "%s", err.text);
    now = world_rows(viewer, DX_QUERY_PIPELINES, "", &said);
    cr_assert(store_past_begin(viewer, T0 - HOUR, &err), "%s", err.text);
    cr_expect_neq(world_rows(viewer, DX_QUERY_PIPELINES, "", &said), now);
    store_end(viewer);
    machine_fail(0, true);
    store_past_end(viewer);
    machine_fail(-1, false);
    cr_expect_eq(store_past(viewer), 0);
    cr_assert(store_begin(viewer, &err), "%s", err.text);
    cr_expect_eq(world_rows(viewer, DX_QUERY_PIPELINES, "", &said), now);
    store_close(viewer);
    world_end(&w);
}

/* ---- another one holds the file ---- */

static bool only_reads(const struct world_deed *deed)
{
    return strcmp(deed->name, "all keys") == 0 || strcmp(deed->name, "a limit") == 0;
}

Test(store_moments, while_another_one_writes)
{
    struct world whole, tried;

    live(&whole, "whole");
    world_begin(&tried, "tried");
    for (const struct world_deed *deed = world_deeds; deed->name; deed++) {
        struct dx_error err = { 0 };
        sqlite3 *other;

        cr_assert_eq(sqlite3_open(store_path(tried.store), &other), SQLITE_OK);
        cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
        (void)sqlite3_busy_timeout(tried.store->db, 1);
        if (!only_reads(deed)) {
            cr_expect_not(deed->run(&tried, &err), "%s", deed->name);
            cr_expect(strstr(err.text, "locked"), "%s: \"%s\"", deed->name, err.text);
        }
        (void)sqlite3_close(other);
        cr_expect(deed->run(&tried, &err), "%s: %s", deed->name, err.text);
    }
    cr_expect_eq(world_sum(&whole, false), world_sum(&tried, false));
    world_end(&whole);
    world_end(&tried);
}
