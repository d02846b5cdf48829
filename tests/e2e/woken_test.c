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

enum { BOTH = 2, LOOK_MS = 250 };

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

TestSuite(woken, .init = setup, .fini = teardown, .timeout = 300);

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

    cr_assert(pty_shows(p, "first of all", PTY_PATIENCE_MS), "%s", pty_text(p));
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

static void read_both(struct pty *const pair[2], long ms)
{
    for (int64_t end_ms = time_boot_ms() + ms; time_boot_ms() < end_ms;)
        for (size_t n = 0; n < 2; n++)
            pty_read(pair[n], 5);
}

/* A look of who looks by the clock comes anywhere between two of the other's, should that one do
 * so too: its clock goes on from where it was stopped. */
static void come_to_rest(struct pty *const pair[2])
{
    kill(pair[0]->pid, SIGSTOP);
    pty_read(pair[1], 300 + (int)(random() % LOOK_MS));
    kill(pair[0]->pid, SIGCONT);
    read_both(pair, 450 + random() % LOOK_MS);
}

/* Who is not woken looks four times a second, as the other one does: it is first half of the times.
 * Who is woken is first but where the other one looks just then, or the machine is busy. So a loss
 * weighs twice as much as a win, and it goes on until it is clear: six wins on end, or more with
 * losses among them. By chance alone that is one run of eighteen, and who loses one of five by the
 * load of the machine fails once in sixty. */
Test(woken, shows_a_change_before_who_looks_by_the_clock)
{
    enum { CLEAR = 6, HOPELESS = -9, TRIES = 60 };
    struct pty *pair[2];
    int score = 0, first = 0, seen = 0;
    char text[32];

    say("first of all");
    pair[1] = view();
    refuse();
    pair[0] = view();
    for (int i = 0; i < TRIES && score < CLEAR && score > HOPELESS; i++) {
        size_t which;

        come_to_rest(pair);
        snprintf(text, sizeof(text), "change number %d", i);
        say(text);
        which = first_of(pair, text);
        first += which == 1;
        seen += which != BOTH;
        score = first - 2 * (seen - first);
        SHOWS(pair[0], text);
        SHOWS(pair[1], text);
    }
    cr_expect_gt(score, HOPELESS, "%d of %d times", first, seen);
    if (score > HOPELESS && score < CLEAR)
        fprintf(stderr,
                "NOT RUN: who is first: it is not clear on a machine that is so busy"
                " (%d of %d times)\n",
                first, seen);
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

/* Eleven times at most in four seconds, or in more where it is busy. */
static bool sleeps(struct pty *p, char words[64])
{
    int64_t count = wakeups(p->pid), began_ms = time_boot_ms(), took_ms;

    for (int i = 0; i < 2; i++) { /* of who collects, but nothing to show */
        beat();
        pty_read(p, 2000);
    }
    count = wakeups(p->pid) - count;
    took_ms = time_boot_ms() - began_ms;
    snprintf(words, 64, "%" PRId64 " times in %" PRId64 " ms", count, took_ms);
    return count <= 11 * took_ms / 4000;
}

/* Once is enough: one who looks does so always, and a machine may have it wait for memory. */
Test(woken, sleeps_while_there_is_nothing_new)
{
    char words[64] = "";
    bool slept = false;
    struct pty *p;

    say("first of all");
    p = view();
    pty_read(p, 1500);
    for (int i = 0; i < 3 && !slept; i++)
        slept = sleeps(p, words);
    cr_expect(slept, "%s", words);
    pty_quit(p, "q");
}
