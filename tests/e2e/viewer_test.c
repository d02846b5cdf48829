/* The real programs in a terminal, against the simulated platform. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "pty.h"

static char *dir, config[256];
static struct sim sim;

static const char NOW[] = "2026-11-24T14:32:07Z@1";

static void setup(void)
{
    set_paths();
    dir = test_dir();
    sim = sim_start("--clock", NOW);
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    write_file(config,
               "title: acme\nsources:\n"
               "  - type: prometheus\n    url: %s\n    every: 1s\n    history: 6h\n    alerts: "
               "no\n    timeout: 2s\n"
               "    queries:\n      waiting: {query: 'sum by (pool) (ci_jobs_waiting)', unit: "
               "count, step: 60s}\n"
               "  - type: alertmanager\n    url: %s\n    every: 1s\n    timeout: 2s\n"
               "views:\n  - name: One\n    rows:\n"
               "      - panels: [{panel: metric, title: Waiting, query: waiting, warn: 8, bad: "
               "15}, alerts]\n"
               "      - panels: [sources, log]\n"
               "  - name: Two\n    rows:\n      - panels: [{panel: metric, query: waiting, show: "
               "graph}]\n",
               sim.url, sim.url);
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
}

static struct pty *view(int rows, int cols)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--clock", NOW, NULL };
    struct pty *p = pty_start(argv, rows, cols, "xterm-256color");

    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s", pty_text(p));
    return p;
}

TestSuite(viewer, .init = setup, .fini = teardown, .timeout = 300);

Test(viewer, starts_shows_and_quits)
{
    struct pty *p = view(40, 120);

    SHOWS(p, "QueueTooLong");
    SHOWS(p, "2 of 2 live");
    SHOWS(p, "1 One");
    cr_expect_eq(pty_cell(p, 1, 1).attrs.reverse, 0);
    cr_expect(strstr(p->raw, "\033[?2026h"), "frames are synchronized");
    pty_quit(p, "q");
}

Test(viewer, moves_filters_sorts_zooms_and_helps)
{
    struct pty *p = view(40, 120);

    LACKS(p, "•"); /* what comes at first is nothing new */
    pty_send(p, "/arm\r");
    SHOWS(p, "/arm  1 of 9");
    LACKS(p, "windows");
    pty_send(p, "\033");
    SHOWS(p, "windows");
    pty_send(p, "jj");
    pty_send(p, "s");
    SHOWS(p, "sorted by state");
    pty_send(p, "z");
    LACKS(p, "Alerts ");
    pty_send(p, "\033");
    SHOWS(p, "Alerts ");
    pty_send(p, "?");
    SHOWS(p, "newest value; – when the series went away");
    pty_send(p, "G");
    SHOWS(p, "what the focused panel shows,");
    pty_send(p, "\033");
    SHOWS(p, "Sources");
    pty_send(p, "2");
    SHOWS(p, "max ");
    pty_send(p, "L");
    SHOWS(p, "collector 0.1.0 started");
    pty_quit(p, "q");
}

Test(viewer, goes_by_pages)
{
    struct pty *p = view(24, 80);

    pty_send(p, "?");
    SHOWS(p, "queries of a Prometheus as table");
    SHOWS(p, " 1-19 of ");
    pty_send(p, "\033[6~"); /* PgDn: of the help's own lines, whatever list is below it */
    SHOWS(p, " 20-38 of ");
    LACKS(p, "queries of a Prometheus as table");
    pty_send(p, "\033[5~");
    SHOWS(p, "queries of a Prometheus as table");
    pty_quit(p, "q");
}

/* What is frozen stays, all of it, and says since when; the data goes on coming in. */
Test(viewer, is_frozen_until_it_is_told_to_go_on)
{
    static const int sizes[][2] = { { 24, 80 }, { 10, 40 }, { 40, 120 } };
    struct pty *p = view(40, 120);

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t len = SIZE_MAX;
        char *was, *is;

        pty_resize(p, sizes[i][0], sizes[i][1]);
        pty_send(p, "p");
        SHOWS(p, sizes[i][1] < 80 ? "frozen" : "frozen at 14:3");
        for (int k = 0; k < 20 && p->raw_len != len; k++) { /* its answer to the key */
            len = p->raw_len;
            pty_read(p, 500);
        }
        was = pty_text(p);
        pty_read(p, 2200); /* two polls */
        is = pty_text(p);
        cr_expect_str_eq(is, was);
        free(was);
        free(is);
        pty_send(p, "p");
        LACKS(p, "frozen");
    }
    pty_send(p, "p");
    SHOWS(p, "frozen at 14:3");
    pty_send(p, "="); /* now */
    LACKS(p, "frozen");
    pty_quit(p, "q");
}

Test(viewer, is_right_at_every_size)
{
    static const int sizes[][2] = { { 60, 200 }, { 24, 80 }, { 10, 40 }, { 5, 20 },
                                    { 1, 1 },    { 2, 3 },   { 40, 120 } };
    struct pty *p = view(40, 120);

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pty_resize(p, sizes[i][0], sizes[i][1]);
        pty_read(p, 100);
        if (sizes[i][1] >= 40) {
            SHOWS(p, "linux-xl");
            SHOWS(p, "dxtop");
        }
    }
    pty_quit(p, "q");
}

Test(viewer, survives_a_storm_of_sizes)
{
    struct pty *p = view(40, 120);

    for (int i = 0; i < 300; i++) {
        pty_resize(p, 1 + i * 7 % 100, 1 + i * 13 % 250);
        pty_read(p, 2);
    }
    pty_resize(p, 40, 120);
    SHOWS(p, "linux-xl");
    SHOWS(p, "2 of 2 live");
    pty_quit(p, "q");
}

Test(viewer, themes_change_and_are_found_again)
{
    struct pty *p = view(40, 120);

    pty_send(p, "t");
    SHOWS(p, "theme light");
    pty_send(p, "2");
    pty_quit(p, "q");
    p = view(40, 120);
    pty_send(p, "t");
    SHOWS(p, "theme high-contrast");
    SHOWS(p, "max ");
    pty_quit(p, "q");
}

/* How often the colour changes from one cell that shows something to the next. */
static int seen_changes(struct pty *p)
{
    VTermScreenCell before = { 0 };
    int changes = 0;

    for (int row = 0; row < p->rows; row++) {
        for (int col = 0; col < p->cols; col++) {
            VTermScreenCell cell = pty_cell(p, row, col);

            if (cell.chars[0] == 0 || cell.chars[0] == ' ')
                continue;
            changes +=
                !vterm_color_is_equal(&cell.fg, &before.fg) || cell.attrs.bold != before.attrs.bold;
            before = cell;
        }
    }
    return changes;
}

/* Colours in what it sent from there on, up to the end of its last whole frame. */
static int sent_colours(const struct pty *p, size_t from)
{
    int count = 0, whole = 0;

    for (const char *at = p->raw + from; (at = strchr(at, '\033')) != NULL; at++) {
        count += strncmp(at, "\033[38;5;", 7) == 0;
        if (strncmp(at, "\033[?2026l", 8) == 0)
            whole = count;
    }
    return whole;
}

/* All of it is drawn anew; what was under way is not counted. */
static int colours_of_a_screen(struct pty *p)
{
    size_t from;
    int sent = 0;

    pty_whole(p);
    from = p->raw_len;
    pty_send(p, "\f");
    for (int ms = 0; sent <= 50 && ms < PTY_PATIENCE_MS; ms += 20) {
        pty_read(p, 20);
        sent = sent_colours(p, from);
    }
    cr_assert_gt(sent, 50);
    return sent;
}

Test(viewer, colours_change_only_for_what_is_seen)
{
    struct pty *p = view(40, 120);
    int sent, seen, tries = 0;

    SHOWS(p, "2 of 2 live");
    do { /* until nothing came meanwhile but the clock and some more */
        sent = colours_of_a_screen(p);
        seen = seen_changes(p) + 20;
    } while (sent > seen && ++tries < 10);
    cr_expect_leq(sent, seen, "%d for %d", sent, seen);
    pty_send(p, "tt");
    SHOWS(p, "theme high-contrast");
    pty_whole(p);
    for (int row = 0; row < p->rows; row++)
        for (int col = 0; col < p->cols; col++) {
            VTermScreenCell cell = pty_cell(p, row, col);

            cr_expect(!VTERM_COLOR_IS_DEFAULT_BG(&cell.bg), "%d, %d is not painted", row, col);
        }
    pty_quit(p, "q");
}

Test(viewer, a_second_that_passes_is_a_few_bytes)
{
    struct pty *p;
    size_t from = 0, least = SIZE_MAX;
    int frames = 0;

    write_file(
        config,
        "sources:\n  - {type: prometheus, url: '%s', every: 1h, alerts: no, queries: {waiting: "
        "{query: 'sum by (pool) (ci_jobs_waiting)', unit: count, step: 60s}}}\n"
        "views: [{name: One, rows: [{panels: [{panel: metric, query: waiting}]}]}]\n",
        sim.url);
    p = view(24, 200);
    for (int i = 0; i < 20 && p->raw_len > from + 20; i++) { /* until all else is there */
        from = p->raw_len;
        pty_read(p, 1000);
    }
    from = p->raw_len;
    for (int i = 0; i < 4; i++) {
        size_t before = p->raw_len;

        for (int ms = 0; ms < PTY_PATIENCE_MS && p->raw_len == before; ms += 20)
            pty_read(p, 20);
        if (p->raw_len > before && p->raw_len - before < least)
            least = p->raw_len - before;
    }
    /* Ages go on every ten seconds: one of these frames may be a large one. */
    for (const char *at = p->raw + from; (at = strstr(at, "\033[?2026h")) != NULL; at++)
        frames++;
    cr_expect_leq(frames, 1, "%d of them are synchronized", frames);
    cr_expect(p->raw_len > from && p->raw_len < from + 300, "%zu bytes", p->raw_len - from);
    /* The colour stays from one digit to the next; two may come in a second. */
    cr_expect_leq(least, 4, "%zu bytes for a digit", least);
    pty_quit(p, "q");
}

Test(viewer, stops_and_comes_back)
{
    struct pty *p = view(40, 120);
    int status;

    pty_send(p, "\032");
    pty_read(p, 300);
    /* In a session of its own it is orphaned, and the stop is ignored: either way it has to show
     * again. */
    if (waitpid(p->pid, &status, WNOHANG | WUNTRACED) == p->pid && WIFSTOPPED(status)) {
        cr_expect(pty_restored(p));
        kill(p->pid, SIGCONT);
    }
    SHOWS(p, "linux-xl");
    pty_quit(p, "q");
}

Test(viewer, gives_the_terminal_back_at_every_end)
{
    static const int ends[] = { SIGTERM, SIGINT, SIGSEGV, SIGABRT, SIGBUS };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct pty *p = view(24, 80);

        p->raw_len = 0;
        memset(p->raw, 0, 4096);
        kill(p->pid, ends[i]);
        cr_expect(pty_ended(p), "signal %d", ends[i]);
        cr_expect(pty_restored(p), "signal %d", ends[i]);
        cr_expect(strstr(p->raw, "\033[?1049l"), "signal %d leaves the alternate screen", ends[i]);
        pty_free(p);
    }
}

Test(viewer, a_terminal_that_nobody_reads_holds_nothing_up)
{
    for (int i = 0; i < 2; i++) {
        struct pty *p = view(200, 400);

        for (int j = 0; j < 20; j++) { /* fill the pipe: the screen changes and nobody reads */
            pty_resize(p, 150 + j, 300 + j);
            usleep(20000);
        }
        if (i == 0)
            pty_send(p, "q");
        else
            kill(p->pid, SIGTERM);
        cr_expect(pty_ends_unread(p, PTY_PATIENCE_MS), "%s", i == 0 ? "q" : "SIGTERM");
        pty_free(p);
    }
}

Test(viewer, a_lost_terminal_ends_it)
{
    struct pty *p = view(24, 80);

    close(p->fd);
    close(p->slave);
    p->fd = p->slave = open("/dev/null", 2);
    cr_expect(pty_ends_unread(p, PTY_PATIENCE_MS));
    pty_free(p);
}

Test(viewer, old_data_is_marked_and_recovers_without_a_key)
{
    struct pty *p = view(40, 120);

    SHOWS(p, "2 of 2 live");
    program_end(&sim.program, SIGTERM);
    cr_expect(pty_shows(p, "lost: 127.0.0.1 port", 20000), "%s", pty_text(p));
    cr_expect(pty_shows(p, "stale", 20000), "%s", pty_text(p));
    SHOWS(p, "2 lost");
    SHOWS(p, "linux-xl");
    sim = sim_start_at(sim.port, "--clock=2026-11-24T14:32:30Z", NULL);
    cr_expect(pty_shows(p, "2 of 2 live", 40000), "%s", pty_text(p));
    cr_expect(pty_lacks(p, "stale", PTY_PATIENCE_MS), "%s", pty_text(p));
    SHOWS(p, "back after");
    pty_quit(p, "q");
}

static pid_t collector_of(void)
{
    char path[512];
    pid_t pid = 0;
    FILE *f;

    snprintf(path, sizeof(path), "pgrep -f 'dxtop-collect --config=%s' 2>/dev/null", config);
    f = popen(path, "r");
    char line[64];
    while (f && fgets(line, sizeof(line), f)) {
        char exe[64], target[512];
        pid_t one = (pid_t)atoi(line);
        ssize_t n;

        snprintf(exe, sizeof(exe), "/proc/%d/exe", one);
        n = readlink(exe, target, sizeof(target) - 1);
        if (n > 0 && (target[n] = '\0', strstr(target, "dxtop-collect")))
            pid = one;
    }
    if (f)
        pclose(f);
    return pid;
}

enum { GROWS_BY = SANITIZED ? 1 << 20 : 4096 }; /* AddressSanitizer keeps what was freed */

/* Where there are no key numbers the views take turns; what is wrong is said below whichever is
 * shown, nothing has to be pressed, and it grows by nothing. */
Test(viewer, on_the_wall_it_stays_right_through_an_outage_and_a_storm_of_sizes)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--clock", NOW, "--wall", NULL };
    struct pty *p = pty_start(argv, 24, 80, "xterm-256color");
    static const int sizes[][2] = { { 10, 40 }, { 60, 200 }, { 3, 10 }, { 45, 160 }, { 24, 80 } };
    long before;

    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s", pty_text(p));
    SHOWS(p, "● 2 live");
    before = rss_kb(p->pid);
    program_end(&sim.program, SIGTERM);
    cr_expect(pty_shows(p, "○ 2 lost", 20000), "%s", pty_text(p));
    for (int i = 0; i < 50; i++) {
        pty_resize(p, sizes[i % 5][0], sizes[i % 5][1]);
        pty_read(p, 20);
    }
    SHOWS(p, "○ 2 lost");
    sim = sim_start_at(sim.port, "--clock=2026-11-24T14:32:30Z", NULL);
    cr_expect(pty_shows(p, "● 2 live", 40000), "%s", pty_text(p));
    cr_expect(pty_lacks(p, "○ 2 lost", PTY_PATIENCE_MS), "%s", pty_text(p));
    LACKS(p, "•");
    SHOWS(p, "linux-xl");
    cr_expect_lt(rss_kb(p->pid) - before, GROWS_BY, "from %ld to %ld KiB", before, rss_kb(p->pid));
    pty_quit(p, "q");
}

Test(viewer, another_collector_takes_over)
{
    struct pty *one = view(40, 120), *two = view(40, 120);
    pid_t first = collector_of(), second = 0;

    cr_assert(first > 0);
    kill(first, SIGKILL);
    for (int i = 0; i < 1000 && (second == 0 || second == first); i++) {
        usleep(20000);
        second = collector_of();
    }
    cr_expect(second > 0 && second != first, "nobody took over");
    SHOWS(one, "2 of 2 live");
    SHOWS(two, "2 of 2 live");
    pty_quit(one, "q");
    pty_quit(two, "q");
    for (int i = 0; i < 1000 && collector_of() > 0; i++)
        usleep(20000);
    cr_expect_eq(collector_of(), 0, "with its last viewer it ends");
}

Test(viewer, a_wrong_configuration_is_said_before_anything_is_drawn)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, NULL };

    write_file(config, "tilte: x\n");
    struct pty *p = pty_start(argv, 24, 80, "xterm-256color");
    cr_expect(pty_ended(p));
    cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 2, "%x", p->status);
    pty_read(p, 50);
    SHOWS(p, "did you mean \"title\"?");
    pty_free(p);
}

Test(viewer, a_wrong_source_is_said_on_the_screen)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, NULL };

    write_file(config, "sources:\n  - type: promtheus\n    url: http://127.0.0.1:1\n");
    struct pty *p = pty_start(argv, 24, 120, "xterm-256color");
    SHOWS(p, "unknown type of source \"promtheus\"");
    pty_quit(p, "q");
}

Test(viewer, every_terminal_gets_what_it_can_show)
{
    static const char *const terms[] = { "xterm", "tmux-256color", "screen-256color", "linux",
                                         "vt100" };

    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--clock", NOW, NULL };
        struct pty *p = pty_start(argv, 24, 80, terms[i]);

        cr_expect(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s:\n%s", terms[i], pty_text(p));
        pty_quit(p, "q");
    }
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, NULL };
    struct pty *p = pty_start(argv, 24, 80, "dumb");
    cr_expect(pty_ended(p));
    SHOWS(p, "TERM=dumb cannot show a screen");
    pty_free(p);
}
