/* The real programs are woken by each other, where the kernel tells of it, and else look by
 * themselves; and they sleep when there is nothing. The store is ours: who collects is this test.
 */
#include "config.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../run.h"
#include "../shared.h"
#include "../store_kit.h"
#include "core/time.h"
#include "pty.h"

enum { BOTH = 2 };

static char *dir, config[256];

static void setup(void)
{
    set_paths();
    setenv("TZ", "UTC", 1);
    dir = test_dir();
    kit_init();
    kit_collect();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    write_file(config,
               "store: %s\nsources:\n  - {type: prometheus, url: 'http://127.0.0.1:1', every: 1h}\n"
               "views:\n  - name: One\n    rows:\n      - panels: [log]\n",
               kit.path);
}

static void teardown(void)
{
    kit_done();
    free(dir);
}

TestSuite(woken, .init = setup, .fini = teardown, .timeout = 100);

/* Programs that are started from now on find no inotify, as where all instances are in use. */
static void refuse(void)
{
    static const char shim[] = "#include <errno.h>\n"
                               "int inotify_init1(int flags) { errno = EMFILE; return -1; }\n";

    shared_preload(dir, shim);
}

static void beat(void)
{
    struct dx_error err = { 0 };

    cr_assert(store_heartbeat(kit.store, clock_now(&(struct clock){ 0 }), &err), "%s", err.text);
}

static void say(const char *text)
{
    struct dx_error err = { 0 };

    beat();
    cr_assert(store_log(kit.store, clock_now(&(struct clock){ 0 }), DX_LOG_INFO, "", text, &err),
              "%s", err.text);
}

static struct pty *view(void)
{
    const char *argv[] = { "dxtop", "-c", config, NULL };
    struct pty *p = pty_start(argv, 20, 80, "xterm-256color");

    cr_assert(pty_shows(p, "first of all", 10000), "%s", pty_text(p));
    return p;
}

static bool shows_by_now(struct pty *p, const char *text)
{
    char *screen;
    bool there;

    pty_read(p, 0);
    screen = pty_text(p);
    there = strstr(screen, text) != NULL;
    free(screen);
    return there;
}

/* Which of the two has it on its screen first; BOTH: this test was too slow itself to see it. */
static size_t first_of(struct pty *const pair[2], const char *text)
{
    for (int i = 0; i < 10000; i++) {
        struct pollfd fds[2] = { { .fd = pair[0]->fd, .events = POLLIN },
                                 { .fd = pair[1]->fd, .events = POLLIN } };
        bool other, woken;

        (void)poll(fds, 2, 100);
        other = shows_by_now(pair[0], text);
        woken = shows_by_now(pair[1], text);
        if (other || woken)
            return other && woken ? BOTH : woken;
    }
    cr_assert_fail("nobody shows \"%s\"", text);
    return BOTH;
}

Test(woken, shows_a_change_before_who_looks_by_the_clock)
{
    enum { CHANGES = 7, TRIES = 40 };
    struct pty *pair[2];
    int first = 0, seen = 0;
    char text[32];

    say("first of all");
    pair[1] = view();
    refuse();
    pair[0] = view();
    for (int i = 0; i < TRIES && seen < CHANGES; i++) {
        size_t which;

        /* at rest, and anywhere in a second */
        for (int ms = 0; ms < 700 + 43 * (i % CHANGES); ms += 10)
            for (size_t n = 0; n < 2; n++)
                pty_read(pair[n], 5);
        snprintf(text, sizeof(text), "change number %d", i);
        say(text);
        which = first_of(pair, text);
        first += which == 1;
        seen += which != BOTH;
        SHOWS(pair[0], text);
        SHOWS(pair[1], text);
    }
    cr_expect_geq(first, CHANGES - 1, "%d of %d times", first, seen);
    pty_quit(pair[1], "q");
    pty_quit(pair[0], "q");
}

/* ---- sleep ---- */

static int64_t wakeups(pid_t pid)
{
    static const char name[] = "voluntary_ctxt_switches:";
    char path[64], line[128];
    int64_t count = -1;
    FILE *status;

    snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    status = fopen(path, "r");
    cr_assert_not_null(status);
    while (fgets(line, sizeof(line), status))
        if (strncmp(line, name, sizeof(name) - 1) == 0)
            count = strtoll(line + sizeof(name) - 1, NULL, 10);
    fclose(status);
    return count;
}

Test(woken, sleeps_while_there_is_nothing_new)
{
    struct pty *p;
    int64_t count, began_ms, took_ms;

    say("first of all");
    p = view();
    pty_read(p, 1500);
    count = wakeups(p->pid);
    began_ms = time_boot_ms();
    for (int i = 0; i < 2; i++) { /* of who collects, but nothing to show */
        beat();
        pty_read(p, 2000);
    }
    count = wakeups(p->pid) - count;
    took_ms = time_boot_ms() - began_ms; /* four seconds, or more where it is busy */
    cr_expect_leq(count, 11 * took_ms / 4000, "%" PRId64 " times in %" PRId64 " ms", count,
                  took_ms);
    pty_quit(p, "q");
}
