/* Another program that writes in the store and does not end, as a shell with an open transaction:
 * what is said of it, and that the same write succeeds once it is gone. */
#include "config.h"

#include "child.h"
#include "store_kit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/internal.h"

enum { USUAL_MS = 400 }; /* that another one is waited for, here */

static pid_t writer;

static void setup(void)
{
    kit_init();
    kit_collect();
    kit.store->busy_ms = USUAL_MS;
    held_patience(kit.store);
}

static void let_go(void)
{
    if (writer > 0)
        child_kill(writer);
    writer = 0;
}

static void teardown(void)
{
    let_go();
    kit_done();
}

TestSuite(held_store, .init = setup, .fini = teardown, .timeout = 30);

static const char *writer_name;

static void write_for_ever(int fd)
{
    sqlite3 *db = NULL;

    if (prctl(PR_SET_NAME, writer_name) != 0 || sqlite3_open(kit.path, &db) != SQLITE_OK ||
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        _exit(1);
    child_ready(fd);
    child_stay();
}

/* A process of this name takes the store for itself. */
static void hold(const char *name)
{
    int fd;

    writer_name = name;
    writer = child_start(write_for_ever, &fd);
    (void)close(fd);
}

static bool beat(void)
{
    struct dx_error err = { 0 };
    bool ok = store_heartbeat(kit.store, T0, &err);

    cr_expect_eq(ok, err.fault == DX_FAULT_NONE, "%s", err.text);
    return ok;
}

static int64_t beat_ms(void)
{
    int64_t began_ms = kit_boot_ms();

    (void)beat();
    return kit_boot_ms() - began_ms;
}

Test(held_store, is_said_with_who_does_it_and_for_how_long)
{
    char want[64];
    int64_t ms;

    cr_expect(beat() && !store_is_held_up(kit.store));
    hold("a\x1bshell");
    (void)snprintf(want, sizeof(want), "a\uFFFDshell (process %d)", (int)writer);
    cr_expect(!beat());
    cr_expect(store_is_held_up(kit.store));
    cr_expect_str_eq(store_held_by(kit.store, &ms), want);
    cr_expect_geq(ms, USUAL_MS, "it was waited for, too");
    let_go();
    cr_expect(beat());
    cr_expect(!store_is_held_up(kit.store));
    cr_expect_str_eq(store_held_by(kit.store, &ms), want, "so that it can be told");
    cr_expect_eq(ms, 0);
}

/* Whoever writes has a loop to go on with. */
Test(held_store, is_waited_for_once)
{
    hold("shell");
    cr_expect_geq(beat_ms(), USUAL_MS);
    for (int i = 0; i < 3; i++)
        cr_expect_lt(beat_ms(), USUAL_MS);
    cr_expect(store_is_held_up(kit.store));
    let_go();
    cr_expect(beat());
    hold("shell");
    cr_expect_geq(beat_ms(), USUAL_MS, "anew");
}

Test(held_store, a_commit_comes_whole_afterwards_and_once)
{
    struct poll poll = { .source = kit.id[0], .name = "prom", .ok = true, .now_ms = T0 };
    const struct etag etag = { "key", "value" };
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    char text[16];

    kit_sample(&b, "q", "{}", T0, 1);
    batch_cursor(&b, "at", 7);
    batch_note(&b, DX_LOG_WARN, "once");
    hold("shell");
    for (int i = 0; i < 3; i++)
        cr_expect(!store_commit(kit.store, &poll, &b, &etag, 1, &err));
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, T0), 0);
    let_go();
    cr_expect(store_commit(kit.store, &poll, &b, &etag, 1, &err), "%s", err.text);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, T0), 1);
    cr_expect_eq(store_cursor(kit.store, kit.id[0], "at"), 7);
    cr_expect_str_eq(store_etag(kit.store, "key", text, sizeof(text)), "value");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_LOG, DX_FILTER(.source = "prom"), T0, DX_FIELD_TEXT, DX_FIELD_N),
        "once|1\n");
    batch_done(&b);
}

/* What is wrong besides is not taken for it, or it would be tried again for ever. */
Test(held_store, another_failure_is_none)
{
    struct dx_error err = { 0 };

    cr_expect(!store_exec(kit.store, "SELECT nonsense", &err));
    cr_expect(!store_is_held_up(kit.store));
    hold("shell");
    cr_expect(!beat());
    cr_expect(!store_exec(kit.store, "SELECT nonsense", &err));
    cr_expect(!store_is_held_up(kit.store));
}

/* A viewer has its own words for it, and its 50 ms. */
Test(held_store, is_nothing_to_who_looks_on)
{
    struct dx_error err = { 0 };
    struct store *viewer = store_open(kit.path, STORE_VIEW, &err);

    hold("shell");
    cr_expect(!store_wish(viewer, "poll", "", &err));
    cr_expect(!store_is_held_up(viewer));
    store_close(viewer);
}

/* Takes and drops locks of its own, many at a time, as other programs on the machine do. */
static _Noreturn void take_and_drop(void)
{
    enum { FILES = 250 };
    struct flock take = { .l_type = F_WRLCK }, drop = { .l_type = F_UNLCK };
    char path[160];
    int fds[FILES];

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof(path), "%s/%d.%d", kit.dir, (int)getpid(), i);
        fds[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    }
    for (;;) {
        for (int i = 0; i < FILES; i++)
            (void)fcntl(fds[i], F_SETLK, &take);
        for (int i = 0; i < FILES; i++)
            (void)fcntl(fds[i], F_SETLK, &drop);
    }
}

/* The kernel leaves some out of a list that changes while it is read. */
Test(held_store, is_found_among_locks_that_come_and_go)
{
    enum { OTHERS = 2, LOOKS = 1000 };
    char name[STORE_WRITER];
    pid_t others[OTHERS];
    int missed = 0;

    hold("shell");
    for (int i = 0; i < OTHERS; i++) {
        others[i] = fork();
        cr_assert_geq(others[i], 0);
        if (others[i] == 0)
            take_and_drop();
    }
    for (int i = 0; i < LOOKS; i++)
        missed += store_writer(kit.store, name) != writer;
    for (int i = 0; i < OTHERS; i++) {
        (void)kill(others[i], SIGKILL);
        cr_assert_eq(waitpid(others[i], NULL, 0), others[i]);
    }
    cr_expect_eq(missed, 0, "%d of %d times", missed, LOOKS);
}
