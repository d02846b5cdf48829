/* Who waits for the store is woken, and looks no oftener than by a timer. */
#include "config.h"

#include "store_kit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/bell.h"
#include "store/internal.h"

/* ---- a kernel that has no more of them: ours is found before the one of libc ---- */

static bool none_left, watches_left = true;

int inotify_init1(int flags)
{
    errno = EMFILE;
    return none_left ? -1 : (int)syscall(SYS_inotify_init1, flags);
}

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    errno = ENOSPC;
    return watches_left ? (int)syscall(SYS_inotify_add_watch, fd, path, mask) : -1;
}

/* ---- somebody who waits ---- */

static const double PAUSE_S = 0.05;

static struct ev_loop *loop;
static struct bell bell;
static struct store *viewer;
static int looks;
static int64_t seen; /* what the store had at the last look */

static int left; /* looks that leave something */

static enum bell_found on_look(void *self)
{
    int64_t before = seen;

    looks++;
    seen = store_data_version(self);
    if (left > 0 && left-- > 0)
        return BELL_LEFT;
    return seen != before ? BELL_SOMETHING : BELL_NOTHING;
}

static void on_end(struct ev_loop *l, ev_timer *timer, int revents)
{
    (void)timer;
    (void)revents;
    ev_break(l, EVBREAK_ALL);
}

static void run_for(double s)
{
    ev_timer end;

    ev_timer_init(&end, on_end, s, 0.);
    ev_now_update(loop);
    ev_timer_start(loop, &end);
    ev_run(loop, 0);
    ev_timer_stop(loop, &end);
}

/* true: there was one more look than before, within what nobody has to wait for. */
static bool is_looked(int before)
{
    for (int i = 0; i < 500 && looks == before; i++)
        run_for(0.01);
    return looks > before;
}

/* Nothing is looked for any more: what was there before is seen. */
static void settle(void)
{
    for (int i = 0; i < 500 && !ev_is_active(&bell.heard); i++)
        run_for(0.01);
    cr_assert(ev_is_active(&bell.heard));
}

static void wait_as(struct store *store, double pause_s)
{
    bell_start(&bell, store, &(struct bell_look){ on_look, store, { pause_s, pause_s, pause_s } });
}

static void setup(void)
{
    struct dx_error err = { 0 };

    kit_init();
    kit_collect();
    viewer = store_open(kit.path, STORE_VIEW, &err);
    cr_assert_not_null(viewer, "%s", err.text);
    loop = ev_loop_new(EVFLAG_AUTO);
    bell_init(&bell, loop);
}

static void teardown(void)
{
    bell_stop(&bell);
    ev_loop_destroy(loop);
    store_close(viewer);
    kit_done();
}

TestSuite(bell, .init = setup, .fini = teardown, .timeout = 60);

static void say(const char *text)
{
    struct dx_error err = { 0 };

    cr_assert(store_log(kit.store, T0, DX_LOG_INFO, "", text, &err), "%s", err.text);
}

static void wish(const char *arg)
{
    struct dx_error err = { 0 };

    cr_assert(store_wish(viewer, "poll", arg, &err), "%s", err.text);
}

/* ---- rings ---- */

Test(bell, a_commit_wakes_viewers_and_nothing_else_does)
{
    int before;

    wait_as(viewer, PAUSE_S);
    settle();
    cr_expect_eq(looks, 1, "what was before is looked for once");
    run_for(6 * PAUSE_S);
    cr_expect_eq(looks, 1, "nobody rang");
    before = looks;
    say("something new");
    cr_expect(is_looked(before), "nobody heard of the commit");
    cr_expect_eq(seen, store_data_version(viewer));
}

Test(bell, a_heartbeat_wakes_no_viewer)
{
    struct dx_error err = { 0 };

    wait_as(viewer, PAUSE_S);
    settle();
    cr_assert(store_heartbeat(kit.store, T0, &err), "%s", err.text);
    cr_expect_neq(store_data_version(viewer), seen);
    run_for(6 * PAUSE_S);
    cr_expect_eq(looks, 1);
}

Test(bell, a_wish_wakes_the_collector_and_its_own_commits_do_not)
{
    int before;

    wait_as(kit.store, PAUSE_S);
    settle();
    say("something new");
    run_for(6 * PAUSE_S);
    cr_expect_eq(looks, 1);
    before = looks;
    wish("prom");
    cr_expect(is_looked(before), "nobody heard of the wish");
}

Test(bell, a_new_collector_is_heard)
{
    struct dx_error err = { 0 };
    int before;

    wait_as(viewer, PAUSE_S);
    settle();
    before = looks;
    store_close(kit.store);
    kit.store = store_open(kit.path, STORE_COLLECT, &err);
    cr_assert_not_null(kit.store, "%s", err.text);
    cr_assert(store_lock(kit.store));
    cr_expect(is_looked(before), "nobody heard that another collects");
    settle();
    before = looks;
    kit_name_sources();
    cr_expect(is_looked(before), "nobody heard of its commit");
}

Test(bell, what_is_left_is_looked_at_again_though_nobody_rings)
{
    int before;

    wait_as(viewer, 0.02);
    settle();
    before = looks;
    left = 3;
    say("something new");
    cr_expect(is_looked(before));
    settle();
    cr_expect_eq(looks - before, 4, "%d", looks - before);
    run_for(0.1);
    cr_expect_eq(looks - before, 4);
}

Test(bell, a_storm_is_looked_at_as_often_as_by_a_timer)
{
    const double pause_s = 0.5;
    int64_t began_ms, most;
    char text[32];

    wait_as(viewer, pause_s);
    settle();
    began_ms = kit_boot_ms();
    for (int i = 0; i < 60; i++) {
        snprintf(text, sizeof(text), "commit %d", i);
        say(text);
        run_for(0.01);
    }
    most = 2 + (kit_boot_ms() - began_ms) / 500;
    cr_expect_geq(looks, 2, "the first is looked at");
    cr_expect_leq(looks, most, "%d looks, %d by a timer", looks, (int)most);
    settle();
    cr_expect_eq(seen, store_data_version(viewer), "the last one is seen too");
}

/* ---- where nobody rings, or nobody can hear it ---- */

Test(bell, a_file_that_was_removed_or_moved_is_listened_to_anew)
{
    char path[128], aside[128];
    int before;

    snprintf(path, sizeof(path), "%s.viewers", kit.path);
    snprintf(aside, sizeof(aside), "%s.aside", kit.path);
    wait_as(kit.store, PAUSE_S);
    settle();
    before = looks;
    (void)unlink(path);
    cr_expect(is_looked(before), "nobody heard that it went");
    settle();
    before = looks;
    wish("prom");
    cr_expect(is_looked(before), "what took the place of a file that was removed is not heard");
    settle();
    before = looks;
    cr_assert_eq(rename(path, aside), 0);
    cr_expect(is_looked(before), "nobody heard that it was moved");
    settle();
    before = looks;
    wish("am");
    cr_expect(is_looked(before), "what took the place of a file that was moved is not heard");
}

static void looks_by_the_timer(void)
{
    int64_t before;

    wait_as(viewer, PAUSE_S);
    for (int i = 0; i < 500 && looks < 4; i++)
        run_for(0.01);
    cr_expect_eq(looks, 4, "the timer goes on");
    cr_expect_not(ev_is_active(&bell.heard));
    before = store_data_version(viewer);
    say("something new");
    for (int i = 0; i < 500 && seen == before; i++)
        run_for(0.01);
    cr_expect_neq(seen, before, "it is seen all the same");
    none_left = false;
    watches_left = true;
    bell_remind(&bell);
    settle();
    before = looks;
    say("something else");
    cr_expect(is_looked((int)before));
}

Test(bell, without_a_kernel_that_tells_a_timer_looks_until_it_does)
{
    none_left = true;
    looks_by_the_timer();
}

Test(bell, without_a_watch_a_timer_looks_until_there_is_one)
{
    watches_left = false;
    looks_by_the_timer();
}

/* Somebody who may write there put something else in the place of the file. */
Test(bell, what_cannot_be_rung_keeps_nothing_from_being_written)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s.viewers", kit.path);
    (void)unlink(path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    wish("all");
    cr_expect_str_eq(kit_wished(), "poll|all");
}

Test(bell, who_does_not_ring_is_looked_for_until_somebody_does)
{
    struct dx_error err = { 0 };
    int before;

    wait_as(viewer, PAUSE_S);
    settle();
    bell_remind(&bell);
    cr_expect_eq(looks, 1, "that was just now");
    bell.looked_ms -= 3 * SECOND;
    bell_remind(&bell);
    cr_expect_eq(looks, 2);
    cr_expect(ev_is_active(&bell.heard), "where there was nothing, no pause wakes it");
    cr_assert(store_exec(kit.store, "UPDATE meta SET value = value + 1 WHERE key = 'change'", &err),
              "%s", err.text);
    bell.looked_ms -= 3 * SECOND;
    bell_remind(&bell);
    cr_expect_eq(looks, 3);
    for (int i = 0; i < 500 && looks < 6; i++)
        run_for(0.01);
    cr_expect_eq(looks, 6, "the timer goes on");
    cr_expect_not(ev_is_active(&bell.heard));
    before = looks;
    say("by who rings");
    cr_expect(is_looked(before));
    settle();
}

Test(bell, what_is_told_is_no_reason_to_doubt)
{
    wait_as(viewer, PAUSE_S);
    settle();
    bell.looked_ms -= 3 * SECOND;
    say("something new");
    bell_remind(&bell);
    cr_expect_eq(looks, 2);
    settle();
    run_for(6 * PAUSE_S);
    cr_expect_eq(looks, 2);
}
