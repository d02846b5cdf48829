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
