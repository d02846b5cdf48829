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
#include "../store_kit.h"
#include "core/time.h"
#include "pty.h"

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
    const char *cc = getenv("CC"), *options = getenv("ASAN_OPTIONS");
    char source[300], command[1200], path[300], more[800];

    snprintf(source, sizeof(source), "%s/shim.c", dir);
    write_file(source, "%s", shim);
    snprintf(path, sizeof(path), "%s/shim.so", dir);
    snprintf(command, sizeof(command), "%s -O1 -shared -fPIC -w -o '%s' '%s'",
             cc && *cc ? cc : "cc", path, source);
    cr_assert_eq(system(command), 0, "%s", command);
    snprintf(more, sizeof(more), "%s%sverify_asan_link_order=0", options ? options : "",
             options && *options ? ":" : "");
    setenv("LD_PRELOAD", path, 1);
    setenv("ASAN_OPTIONS", more, 1);
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

/* Which of the two has it on its screen first. */
static size_t first_of(struct pty *const pair[2], const char *text)
{
    for (int i = 0; i < 10000; i++) {
        struct pollfd fds[2] = { { .fd = pair[0]->fd, .events = POLLIN },
                                 { .fd = pair[1]->fd, .events = POLLIN } };

        (void)poll(fds, 2, 100);
        for (size_t n = 0; n < 2; n++)
            if ((fds[n].revents & POLLIN) && pty_shows(pair[n], text, 0))
                return n;
    }
    cr_assert_fail("nobody shows \"%s\"", text);
    return 2;
}

Test(woken, shows_a_change_before_who_looks_by_the_clock)
{
    enum { CHANGES = 7 };
    struct pty *pair[2];
    int first = 0;
    char text[32];

    say("first of all");
    pair[1] = view();
    refuse();
    pair[0] = view();
    for (int i = 0; i < CHANGES; i++) {
        for (int ms = 0; ms < 700 + 43 * i; ms += 10) /* at rest, and anywhere in a second */
            for (size_t n = 0; n < 2; n++)
                pty_read(pair[n], 5);
        snprintf(text, sizeof(text), "change number %d", i);
        say(text);
        first += first_of(pair, text) == 1;
        SHOWS(pair[0], text);
        SHOWS(pair[1], text);
    }
    cr_expect_geq(first, CHANGES - 1, "%d of %d times", first, CHANGES);
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
    int64_t before;

    say("first of all");
    p = view();
    pty_read(p, 1500);
    before = wakeups(p->pid);
    for (int i = 0; i < 2; i++) { /* of who collects, but nothing to show */
        beat();
        pty_read(p, 2000);
    }
    cr_expect_leq(wakeups(p->pid) - before, 11, "%" PRId64 " times in 4 s",
                  wakeups(p->pid) - before);
    pty_quit(p, "q");
}
