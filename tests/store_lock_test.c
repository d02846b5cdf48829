/* The store between processes: one writes, many read, and any may be killed. */
#include "config.h"

#include "child.h"
#include "store_kit.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/internal.h"

TestSuite(store_lock, .init = kit_init, .fini = kit_done, .timeout = 60);

static struct store *open_as(enum store_mode mode)
{
    struct dx_error err = { 0 };
    struct store *store = store_open(kit.path, mode, &err);

    cr_assert_not_null(store, "%s", err.text);
    return store;
}

static void hold_lock(int fd)
{
    struct dx_error err = { 0 };

    kit_collect();
    cr_assert(store_heartbeat(kit.store, T0, &err));
    child_ready(fd);
    child_stay();
}

Test(store_lock, one_holds_it_and_the_others_know_who)
{
    struct store *viewer = open_as(STORE_VIEW), *waiter = open_as(STORE_COLLECT);
    struct dx_error err = { 0 };
    struct holder holder;
    char host[64] = "";
    int fd;
    pid_t pid;

    store_holder(viewer, &holder);
    cr_expect(!holder.held);
    cr_expect(!store_heartbeat(waiter, T0, &err), "without the lock nothing is written");
    pid = child_start(hold_lock, &fd);
    store_holder(viewer, &holder);
    cr_expect(holder.held);
    cr_expect_eq(holder.pid, pid);
    cr_expect_eq(holder.heartbeat_ms, T0);
    cr_expect(kit_boot_ms() - holder.boot_ms < 60000);
    (void)gethostname(host, sizeof(host) - 1);
    cr_expect_str_eq(holder.host, host);
    cr_expect(!store_lock(waiter));
    child_kill(pid);
    store_holder(viewer, &holder);
    cr_expect(!holder.held);
    cr_expect(store_lock(waiter), "after kill -9 at once");
    cr_expect(store_lock(waiter), "asking again is fine");
    cr_expect(store_heartbeat(waiter, T0 + 1, &err), "%s", err.text);
    store_holder(waiter, &holder);
    cr_expect(holder.held);
    cr_expect_eq(holder.pid, getpid());
    store_close(viewer);
    store_close(waiter);
}

Test(store_lock, it_is_not_inherited_by_programs_that_are_started)
{
    kit_collect();
    cr_assert(store_view_lock(kit.store));
    cr_expect(fcntl(kit.store->lock_fd, F_GETFD) & FD_CLOEXEC);
    cr_expect(fcntl(kit.store->viewers_fd, F_GETFD) & FD_CLOEXEC);
}

Test(store_lock, a_holder_whose_number_was_passed_writes_nothing)
{
    struct poll poll = { .name = "prom", .ok = true, .now_ms = T0 };
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    struct store *second;
    char path[128];
    struct wish wish = { .id = 1, .what = "poll" };
    int64_t id;

    kit_collect();
    poll.source = kit.id[0];
    kit_sample(&b, "q", "{}", T0, 1);
    (void)snprintf(path, sizeof(path), "%s.lock", kit.path);
    cr_assert_eq(unlink(path), 0); /* a tidy administrator */
    second = open_as(STORE_COLLECT);
    cr_assert(store_lock(second));
    cr_expect(store_wish(second, "poll", "", &err));
    cr_expect(!store_commit(kit.store, &poll, &b, NULL, 0, &err));
    cr_expect(strstr(err.text, "taken over") != NULL, "%s", err.text);
    cr_expect(!store_heartbeat(kit.store, T0, &err));
    cr_expect(!store_log(kit.store, T0, DX_LOG_INFO, "", "x", &err));
    cr_expect(!store_upkeep(kit.store, T0, &err));
    cr_expect(!store_grant_wish(kit.store, &wish, T0, &err, &err));
    cr_expect(!store_sources(kit.store, &(struct source_row){ "a", "b", "c", 1, 1 }, 1, &id, &err));
    cr_expect_eq(kit_count(second, DX_QUERY_SERIES, T0), 0);
    cr_expect_eq(kit_count(second, DX_QUERY_SOURCES, T0), 3);
    cr_expect(store_commit(second, &poll, &b, NULL, 0, &err), "%s", err.text);
    cr_expect_eq(kit_count(second, DX_QUERY_SERIES, T0), 1);
    batch_done(&b);
    store_close(second);
}

static void view(int fd)
{
    struct store *store = open_as(STORE_VIEW);

    cr_assert(store_view_lock(store));
    child_ready(fd);
    child_stay();
}

Test(store_lock, the_collector_knows_whether_viewers_are_there)
{
    pid_t pid;
    int fd;

    kit_collect();
    cr_expect(!store_has_viewers(kit.store));
    pid = child_start(view, &fd);
    cr_expect(store_has_viewers(kit.store));
    child_kill(pid);
    cr_expect(!store_has_viewers(kit.store));
}

Test(store_lock, a_wish_does_not_wait_long_for_the_collector)
{
    struct store *viewer = open_as(STORE_VIEW);
    struct dx_error err = { 0 };
    int64_t before;

    kit_collect();
    cr_assert(store_exec(kit.store, "BEGIN IMMEDIATE", &err));
    before = kit_boot_ms();
    cr_expect(!store_wish(viewer, "poll", "", &err));
    cr_expect(kit_boot_ms() - before < 1000);
    cr_expect_eq(err.fault, DX_FAULT_SYSTEM);
    cr_assert(store_exec(kit.store, "COMMIT", &err));
    cr_expect(store_wish(viewer, "poll", "", &err), "%s", err.text);
    store_close(viewer);
}

/* ---- making it together ---- */

static int open_and_read(enum store_mode mode)
{
    struct dx_error err = { 0 };
    struct store *store = store_open(kit.path, mode, &err);
    int status = store && store_begin(store, &err) ? 0 : 1;

    if (status)
        (void)fprintf(stderr, "%s\n", err.text);
    if (store) {
        store_end(store);
        store_close(store);
    }
    return status;
}

Test(store_lock, many_that_make_it_at_once_agree)
{
    for (int round = 0; round < 6; round++) {
        pid_t pids[6];
        int status;

        (void)snprintf(kit.path, sizeof(kit.path), "%s/new/%d.db", kit.dir, round);
        for (int i = 0; i < 6; i++) {
            pids[i] = fork();
            if (pids[i] == 0)
                _exit(open_and_read(i == 0 ? STORE_COLLECT : STORE_VIEW));
        }
        for (int i = 0; i < 6; i++) {
            cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
            cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "round %d", round);
        }
    }
}

/* A slow machine: its maker has all of it to himself for longer than a viewer waits for a lock. */
static void make_slowly(int fd)
{
    sqlite3 *db;

    cr_assert_eq(sqlite3_open(kit.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "PRAGMA user_version = 0; BEGIN EXCLUSIVE", 0, 0, 0), 0);
    child_ready(fd);
    (void)usleep(300000);
    cr_assert_eq(sqlite3_exec(db, "COMMIT", 0, 0, 0), 0);
    (void)sqlite3_close(db);
    child_stay();
}

Test(store_lock, one_that_is_being_made_is_waited_for)
{
    char dir[128];
    pid_t pid;
    int fd;

    (void)snprintf(dir, sizeof(dir), "%s/state", kit.dir);
    cr_assert_eq(mkdir(dir, 0700), 0);
    pid = child_start(make_slowly, &fd);
    cr_expect_eq(open_and_read(STORE_VIEW), 0);
    child_kill(pid);
}

Test(store_lock, what_was_half_made_is_made_whole)
{
    char dir[128];
    sqlite3 *db;

    (void)snprintf(dir, sizeof(dir), "%s/state", kit.dir);
    cr_assert_eq(mkdir(dir, 0700), 0);
    cr_assert_eq(sqlite3_open(kit.path, &db), SQLITE_OK); /* killed before its schema */
    cr_assert_eq(sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA user_version", 0, 0, 0), 0);
    (void)sqlite3_close(db);
    kit_collect();
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SOURCES, T0), 3);
}

/* ---- kill -9 while it writes ---- */

/* Commit number n brings sample n of two series, an alert and the cursor n. */
static void write_for_ever(int fd)
{
    int64_t n;

    kit_collect();
    child_ready(fd);
    for (n = store_cursor(kit.store, kit.id[0], "n") + 1;; n++) {
        struct batch b = { 0 };

        kit_sample(&b, "q", "{a=\"1\"}", T0 + n, (double)n);
        kit_sample(&b, "q", "{a=\"2\"}", T0 + n, (double)n);
        batch_cursor(&b, "n", n);
        kit_poll(0, T0 + n, &b);
        if (write(fd, &n, sizeof(n)) != sizeof(n))
            _exit(1);
        if (n % 7 == 0 && !store_upkeep(kit.store, T0 + n, &(struct dx_error){ 0 }))
            _exit(1);
    }
}

/* The last number that the child said it had committed. */
static int64_t last_said(int fd, int64_t before)
{
    int64_t number;

    while (read(fd, &number, sizeof(number)) == sizeof(number))
        before = number;
    return before;
}

Test(store_lock, kill_9_at_any_moment_loses_and_doubles_nothing)
{
    struct store *viewer = open_as(STORE_VIEW);
    int64_t known = 0;

    for (int round = 0; round < 30; round++) {
        int64_t said = known, there;
        int fd;
        pid_t pid = child_start(write_for_ever, &fd);

        for (int i = 0; i < round % 4; i++)
            cr_assert_eq(read(fd, &said, sizeof(said)), (ssize_t)sizeof(said));
        (void)nanosleep(&(struct timespec){ .tv_nsec = (round * 7919 % 97) * 100000L }, NULL);
        child_kill(pid);
        said = last_said(fd, said);
        (void)close(fd);
        there = kit_count(viewer, DX_QUERY_SAMPLES, T0 + DAY);
        cr_assert_eq(there % 2, 0);
        cr_assert(there / 2 == said || there / 2 == said + 1, "said %d, there %d", (int)said,
                  (int)there / 2);
        known = there / 2;
        cr_assert_eq(store_cursor(viewer, 1, "n"), known);
    }
    cr_expect_gt(known, 40);
    store_close(viewer);
}

Test(store_lock, readers_never_wait_nor_see_half_a_commit)
{
    struct store *viewer = open_as(STORE_VIEW);
    int64_t seen = 0, version = 0, changes = 0;
    char bytes[4096];
    int fd;
    pid_t pid = child_start(write_for_ever, &fd);

    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 200 || seen < 200; i++) {
        int64_t there = kit_count(viewer, DX_QUERY_SAMPLES, T0 + DAY);
        int64_t now = store_data_version(viewer);

        cr_assert_eq(there % 2, 0);
        cr_assert_geq(there, seen);
        seen = there;
        changes += now != version;
        version = now;
        while (read(fd, bytes, sizeof(bytes)) > 0) /* or its pipe fills up */
            continue;
    }
    child_kill(pid);
    cr_expect_gt(changes, 1);
    store_close(viewer);
}
