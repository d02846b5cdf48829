/* Each statement of the store fails once, while it is prepared and when it is run, in all that a
 * collector writes: it is said, nothing is written in half, and the next try does what it would
 * have done. */
#include "config.h"

#include "store_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "statement_fault.h"
#include "store/derive.h"
#include "store/internal.h"
#include "store/kpi_tickets.h"
#include "store/limit.h"
#include "world_kit.h"

TestSuite(store_statements, .init = kit_init, .fini = kit_done, .timeout = 120);

enum { STEPS_MOST = 1000 };

/* ---- what a collector writes ---- */

/* The n-th of them fails, for every n there is, until none is left that could: how many there
 * were. What was done is done then. */
static int fail_each(struct world *w, const struct world_deed *deed, void (*fail)(int))
{
    const char *name = deed->name;
    uint64_t before = world_sum(w, true);

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
        cr_expect(deed->slices || world_sum(w, true) == before, "%s: written in half: %s", name,
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
        cr_expect_eq(world_sum(&whole, false), world_sum(&tried, false), "%s: is not the same",
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

/* ---- who runs them ---- */

static bool blame(struct store *store, struct dx_error *err)
{
    return store_blame_platform(store, 3, err);
}

static bool times(struct store *store, struct dx_error *err)
{
    struct ticket_times times;
    bool ok = store_ticket_times(store, 1, &times, err);

    free(times.pauses);
    return ok;
}

static bool look_at_limit(struct store *store, struct dx_error *err)
{
    const struct forgot before = store->forgot;
    bool ok;

    store->limit_bytes = 64 << 10;
    ok = limit_look(store, T0 + 2 * MINUTE, HOUR, err);
    store->limit_bytes = 0;
    store->forgot = before;
    return ok;
}

static const struct {
    const char *name;
    bool (*run)(struct store *store, struct dx_error *err);
    int least; /* statements */
} steps[] = { { "blame", blame, 2 }, { "times", times, 2 }, { "limit", look_at_limit, 3 } };

/* In a transaction that the store knows nothing of, so that after one that failed others go well,
 * and that is taken back; how many statements there were. */
static int fail_step(struct store *store, size_t which, void (*fail)(int))
{
    for (int n = 0; n < STEPS_MOST; n++) {
        struct dx_error err = { 0 };
        char failed[256];
        bool ok;

        store_forget(store);
        cr_assert_eq(sqlite3_exec(store->db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
        fail(n);
        ok = steps[which].run(store, &err);
        (void)snprintf(failed, sizeof(failed), "%s", statement_failed());
        fail(-1);
        cr_expect_eq(ok, !*failed, "%s: %s", steps[which].name, failed);
        cr_expect(ok || strchr(err.text, ' '), "%s: %s: \"%s\"", steps[which].name, failed,
                  err.text);
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL); /* if SQLite did not */
        cr_assert(sqlite3_get_autocommit(store->db));
        (void)store_failed(store, &err);
        if (!*failed)
            return n;
    }
    return STEPS_MOST;
}

/* And not only by those that come after them in a transaction, or by its end. */
Test(store_statements, that_fail_are_said_by_who_ran_them)
{
    static void (*const fails[])(int) = { statement_fail_prepare, statement_fail_step };
    struct world w;

    world_begin(&w, "whole");
    for (const struct world_deed *deed = world_deeds; strcmp(deed->name, "upkeep") != 0; deed++) {
        struct dx_error err = { 0 };

        cr_assert(deed->run(&w, &err), "%s: %s", deed->name, err.text);
    }
    statement_watch(w.store->db);
    for (size_t which = 0; which < sizeof(steps) / sizeof(steps[0]); which++)
        for (size_t f = 0; f < 2; f++) {
            int n = fail_step(w.store, which, fails[f]);

            cr_expect(n >= steps[which].least && n < STEPS_MOST, "%s: %d", steps[which].name, n);
        }
    world_end(&w);
}
