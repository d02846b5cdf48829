/* The collector that a viewer starts, and what is told of one that runs. */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app_kit.h"
#include "store/internal.h"

TestSuite(collector, .init = app_start, .fini = app_stop, .timeout = 60);

static const struct {
    const char *script, *trouble;
} ends[] = {
    { "echo boom >&2; exit 1", "the collector ended: boom" },
    { "echo one >&2; echo two >&2; exit 1", "the collector ended: two" },
    { "exit 1", "the collector ended: it did not say why" },
    { "echo 'x.yaml:1:2: no' >&2; exit 2", "configuration: x.yaml:1:2: no" },
    { "kill -9 $$", "the collector was ended by signal 9" },
    { "printf 'a\\033[31mb\\n' >&2; exit 1", "the collector ended: a\uFFFD[31mb" },
    { "exit 0", "" },
    { "exit 3", "" },
};

Test(collector, its_end_is_told_in_its_own_words)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);

    store_close(kit.store); /* nobody collects */
    kit.store = NULL;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)ends[i].script, NULL };
        struct collector c;

        collector_init(&c, loop, a.app.store, argv, &a.app.clock);
        collector_look(&c);
        cr_assert_gt(c.pid, 0, "%s", c.trouble);
        ev_run(loop, 0); /* to the end of its stderr */
        cr_expect_eq(c.pid, 0);
        cr_expect_str_eq(c.trouble, ends[i].trouble);
        cr_expect_eq(c.changed, *ends[i].trouble != '\0');
        collector_look(&c);
        if (*ends[i].trouble)
            cr_expect_eq(c.pid, 0, "it was started again at once");
        collector_done(&c);
    }
    ev_loop_destroy(loop);
}

/* It may have been read while somebody wrote it. */
Test(collector, one_that_refused_its_configuration_is_asked_again)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)"echo 'x.yaml: no' >&2; exit 2",
                     NULL };
    struct collector c;

    store_close(kit.store);
    kit.store = NULL;
    collector_init(&c, loop, a.app.store, argv, &a.app.clock);
    for (int i = 0; i < 3; i++) {
        c.again_ms = 0;
        collector_look(&c);
        cr_assert_gt(c.pid, 0, "%d", i);
        ev_run(loop, 0);
        cr_expect_str_eq(c.trouble, "configuration: x.yaml: no");
        cr_expect_geq(c.again_ms, kit_boot_ms() + 25 * SECOND, "but not often");
        collector_look(&c);
        cr_expect_eq(c.pid, 0);
    }
    collector_done(&c);
    ev_loop_destroy(loop);
}

/* The clock that was given goes on, and does not begin anew with each of them. */
Test(collector, is_told_what_the_clock_says_now)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)"echo $0 >&2; exit 1",
                     strdup("--clock=2026-11-24T08:00:00Z@3600"), NULL };
    char said[40] = "";
    struct collector c;
    struct clock clock;

    store_close(kit.store);
    kit.store = NULL;
    cr_assert(clock_parse(&clock, "2026-11-24T08:00:00Z@3600", &(struct dx_error){ 0 }));
    clock.boot_ms -= 10000; /* ten seconds, and hours, ago */
    collector_init(&c, loop, a.app.store, argv, &clock);
    collector_look(&c);
    ev_run(loop, 0);
    cr_assert_eq(sscanf(c.trouble, "the collector ended: --clock=2026-11-24T%39s", said), 1, "%s",
                 c.trouble);
    cr_expect(strncmp(said, "18:", 3) == 0 && strstr(said, "Z@3600"), "%s", said);
    collector_done(&c);
    ev_loop_destroy(loop);
    free(argv[3]);
}

Test(collector, one_that_is_not_there_is_told)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    char *argv[] = { (char *)"/nonexistent/dxtop-collect", NULL };
    struct collector c;

    store_close(kit.store);
    kit.store = NULL;
    collector_init(&c, loop, a.app.store, argv, &a.app.clock);
    collector_look(&c);
    cr_expect_str_eq(c.trouble,
                     "cannot start /nonexistent/dxtop-collect: No such file or directory");
    collector_done(&c);
    ev_loop_destroy(loop);
}

Test(collector, where_somebody_collects_none_is_started)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    char *argv[] = { (char *)"/bin/false", NULL };
    struct collector c;
    struct dx_error err = { 0 };

    cr_assert(store_heartbeat(kit.store, T0, &err));
    collector_init(&c, loop, a.app.store, argv, &a.app.clock);
    collector_look(&c);
    cr_expect_eq(c.pid, 0);
    cr_expect_str_eq(c.trouble, "");
    collector_done(&c);
    ev_loop_destroy(loop);
}

static void set_beat(int64_t boot_ms)
{
    struct dx_error err = { 0 };
    char sql[80];

    snprintf(sql, sizeof(sql), "UPDATE meta SET value = %" PRId64 " WHERE key = 'boot'", boot_ms);
    cr_assert(store_exec(kit.store, sql, &err), "%s", err.text);
}

/* Its first beat comes at once, and tells nothing of one that dies a moment later. */
Test(collector, one_that_dies_again_and_again_is_started_less_and_less)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)"exec sleep 60", NULL };
    struct collector c;
    struct dx_error err = { 0 };
    pid_t pid;

    store_close(kit.store);
    kit.store = NULL;
    collector_init(&c, loop, a.app.store, argv, &a.app.clock);
    collector_look(&c);
    cr_assert_gt(c.pid, 0, "%s", c.trouble);
    pid = c.pid;
    kit_collect(); /* as it would */
    cr_assert(store_heartbeat(kit.store, T0, &err));
    c.failures = 4;
    collector_look(&c);
    cr_expect_eq(c.failures, 4, "%d", c.failures);
    c.began_ms -= 30 * SECOND;
    c.still_ms = 0;
    collector_look(&c);
    cr_expect_eq(c.failures, 0, "it stays");
    c.failures = 4;
    c.began_ms = kit_boot_ms();
    c.still_ms = 0;
    c.pid = 0;
    collector_look(&c);
    cr_expect_eq(c.failures, 0, "it is another one");
    c.pid = pid;
    (void)kill(pid, SIGKILL);
    collector_done(&c);
    ev_loop_destroy(loop);
}

/* The machine slept, and all that beats with it. */
Test(collector, behind_a_sleep_its_heart_has_time_to_beat)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    char *argv[] = { (char *)"/bin/false", NULL };
    struct collector c;
    struct dx_error err = { 0 };

    cr_assert(store_heartbeat(kit.store, T0, &err));
    collector_init(&c, loop, a.app.store, argv, &a.app.clock);
    collector_look(&c);
    set_beat(kit_boot_ms() - 8 * HOUR);
    c.looked_ms = kit_boot_ms() - 8 * HOUR;
    c.still_ms = 0;
    for (int i = 0; i < 3; i++)
        collector_look(&c);
    cr_expect_str_eq(c.trouble, "");
    c.still_ms = kit_boot_ms();
    for (int i = 0; i < 3; i++)
        collector_look(&c);
    cr_expect(strstr(c.trouble, "has not moved for 288"), "%s", c.trouble);
    collector_done(&c);
    ev_loop_destroy(loop);
}

/* What was read of it says for how long it need not be read again. */
Test(collector, one_whose_heart_is_still_is_told_and_only_then_looked_at_often)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    char *argv[] = { (char *)"/bin/false", NULL };
    struct collector c;
    struct dx_error err = { 0 };
    int64_t beat_ms;

    cr_assert(store_heartbeat(kit.store, T0, &err));
    collector_init(&c, loop, a.app.store, argv, &a.app.clock);
    beat_ms = kit_boot_ms() - 5 * SECOND;
    set_beat(beat_ms);
    collector_look(&c);
    cr_expect_str_eq(c.trouble, "");
    cr_expect_eq(c.still_ms, beat_ms + 10 * SECOND);
    set_beat(kit_boot_ms() - 60 * SECOND);
    c.still_ms = kit_boot_ms() + HOUR;
    collector_look(&c);
    cr_expect_str_eq(c.trouble, "", "it is not read");
    c.still_ms = kit_boot_ms();
    collector_look(&c);
    cr_expect_str_eq(c.trouble, "",
                     "it may be of the one before: who takes over has yet to say so");
    collector_look(&c);
    cr_expect(strstr(c.trouble, "has not moved for 6"), "%s", c.trouble);
    set_beat(kit_boot_ms());
    collector_look(&c);
    cr_expect_str_eq(c.trouble, "", "it is asked each time while it is still");
    set_beat(kit_boot_ms() + WEEK_MS);
    c.still_ms = 0;
    collector_look(&c);
    cr_expect_leq(c.still_ms, kit_boot_ms() + 10 * SECOND, "of the boot before this one");
    set_beat(kit_boot_ms() - 60 * SECOND);
    c.still_ms = 0;
    collector_look(&c);
    collector_look(&c);
    cr_expect(*c.trouble);
    store_close(kit.store);
    kit.store = NULL;
    c.again_ms = kit_boot_ms() + HOUR;
    collector_look(&c);
    cr_expect_str_eq(c.trouble, "", "nobody has the lock");
    collector_done(&c);
    ev_loop_destroy(loop);
}
