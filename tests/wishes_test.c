/* What viewers wish, granted by the collector: once and soon, whoever is killed, or holds the
 * store, meanwhile. */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/wishes.h"
#include "store/internal.h"
#include "store_kit.h"

static const struct clock clock_at = { .simulated = true, .start_ms = T0 };
static struct wishes wishes;
static int granted, warned;
static char last[200]; /* what was granted, or warned of */
static char claim[200];

static void on_granted(void *self, const struct wish *wish)
{
    (void)self;
    granted++;
    snprintf(last, sizeof(last), "%s|%.150s", wish->what, wish->arg);
}

static void on_warn(void *self, const struct dx_error *err)
{
    (void)self;
    warned++;
    snprintf(last, sizeof(last), "%.150s", err->text);
}

/* As a collector that begins. */
static void collect(void)
{
    kit_collect();
    wishes = (struct wishes){
        .store = kit.store, .clock = &clock_at, .granted = on_granted, .warn = on_warn
    };
}

static struct store *viewer(void)
{
    struct dx_error err = { 0 };
    struct store *store = store_open(kit.path, STORE_VIEW, &err);

    cr_assert_not_null(store, "%s", err.text);
    return store;
}

static void wish(struct store *store, const char *what, const char *arg)
{
    struct dx_error err = { 0 };

    cr_assert(store_wish(store, what, arg, &err), "%s", err.text);
}

static void start(void)
{
    struct batch b = { 0 };

    kit_init();
    collect();
    kit_alert(&b, "k", DX_ALERT_FIRING, T0 - MINUTE);
    kit_poll(1, T0 - MINUTE, &b);
    snprintf(claim, sizeof(claim), "am/k/%" PRId64 "\t0\tann\tI look", T0 - MINUTE);
}

TestSuite(wishes, .init = start, .fini = kit_done, .timeout = 60);

static const char *owner(void)
{
    return ROWS(kit.store, DX_QUERY_ALERTS, NULL, T0 + SECOND, DX_FIELD_ASSIGNEE, DX_FIELD_TEXT);
}

/* ---- kill -9 ---- */

static int moments; /* until it comes */

static int on_statement(unsigned what, void *self, void *stmt, void *more)
{
    (void)what;
    (void)self;
    (void)stmt;
    (void)more;
    if (moments-- == 0)
        (void)kill(getpid(), SIGKILL);
    return 0;
}

/* A collector that grants what there is, and is killed before or behind one of its statements:
 * the n-th such moment. false: there are not so many. */
static bool is_killed(int n)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        collect();
        moments = n;
        (void)sqlite3_trace_v2(kit.store->db, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE,
                               on_statement, NULL);
        _exit(wishes_look(&wishes) == BELL_LEFT);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "%d", status);
    return WIFSIGNALED(status);
}

Test(wishes, of_a_collector_that_is_killed_at_any_moment_are_granted_once)
{
    struct store *store = viewer();
    bool killed = true;
    int n;

    for (n = 0; killed; n++) {
        wish(store, "claim", claim);
        store_close(kit.store);
        kit.store = NULL;
        killed = is_killed(n);
        collect();
        cr_expect_neq(wishes_look(&wishes), BELL_LEFT);
        cr_expect_str_eq(owner(), "ann|I look\n", "killed at %d: %s", n, owner());
        cr_expect_str_eq(kit_wished(), "", "%d", n);
        cr_assert(store_exec(kit.store, "DELETE FROM alert_word", &(struct dx_error){ 0 }));
    }
    cr_expect_gt(n, 10, "%d", n);
    store_close(store);
}

/* ---- a store that is held ---- */

Test(wishes, that_meet_a_store_that_is_held_are_tried_again)
{
    struct store *store = viewer(), *holder = viewer();
    struct dx_error err = { 0 };

    cr_expect_neq(wishes_look(&wishes), BELL_LEFT);
    wish(store, "claim", claim);
    cr_assert(store_exec(holder, "BEGIN IMMEDIATE", &err), "%s", err.text);
    (void)sqlite3_busy_timeout(kit.store->db, 1);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(wishes_look(&wishes), BELL_LEFT);
    cr_expect_eq(warned, 1, "that is told once: %d", warned);
    cr_expect(strstr(last, "locked"), "%s", last);
    cr_expect_eq(granted, 0);
    cr_assert(store_exec(holder, "ROLLBACK", &err)); /* nobody writes */
    cr_expect_neq(wishes_look(&wishes), BELL_LEFT);
    cr_expect_eq(granted, 1);
    cr_expect_str_eq(owner(), "ann|I look\n", "%s", owner());
    store_close(holder);
    store_close(store);
}

/* ---- each of them ---- */

Test(wishes, are_the_stores_or_the_callers)
{
    struct store *store = viewer();

    wish(store, "poll", "am");
    cr_expect_neq(wishes_look(&wishes), BELL_LEFT);
    cr_expect_str_eq(last, "poll|am");
    wish(store, "claim", "nonsense");
    wish(store, "triage", "t1 maybe");
    cr_expect_neq(wishes_look(&wishes), BELL_LEFT);
    cr_expect_eq(warned, 2);
    cr_expect_str_eq(last, "no verdict: t1 maybe");
    cr_expect_eq(granted, 1);
    cr_expect_str_eq(kit_wished(), "", "neither is tried again");
    store_close(store);
}

/* Longer than any that a viewer writes. */
Test(wishes, that_are_too_long_hold_up_no_other)
{
    struct store *store = viewer();
    char much[3000];

    memset(much, 'x', sizeof(much) - 1);
    much[sizeof(much) - 1] = '\0';
    wish(store, "poll", much);
    wish(store, "claim", claim);
    cr_expect_neq(wishes_look(&wishes), BELL_LEFT);
    cr_expect_str_eq(owner(), "ann|I look\n", "%s", owner());
    cr_expect_eq(granted, 2);
    store_close(store);
}
