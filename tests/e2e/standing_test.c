/* A screen on the wall that stands for long, on a clock that runs fast: servers that fail,
 * tokens that expire, networks that are lost, windows that change their size. At the end it
 * is still right, by the store and by the company's truth, and has grown by nothing.
 * Two hours of it in each check; DXTOP_STAND=7d is the week (ten minutes). */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "pty.h"
#include "truth_kit.h"

enum { DAY_S = 86400, HISTORY_S = 8 * DAY_S, SOURCES = 4, ROWS = 24, COLS = 80, TILE_ROWS = 19 };
enum { LIGHT_MS = 60000 }; /* what comes is seen at once; only what never comes takes this */

/* A Friday, eight. Programs that take longer for an hour are given longer for it. */
static struct kit_clock clock_of = { .began_s = 1795161600, .speed = SANITIZED ? 150 : 600 };
static struct pty *p;

static void company(const char *how, const char *when, int64_t history_s)
{
    char history[32];

    snprintf(history, sizeof(history), "%lldd%lldh%lldm", (long long)(history_s / DAY_S),
             (long long)(history_s % DAY_S / 3600), (long long)(history_s % 3600 / 60));
    kit_company((struct kit_company){ "6", "12", history, how, when, NULL });
}

static void setup(void)
{
    kit_init();
    write_file(kit.config,
               "title: acme\n"
               "wall: {every: 60m, kpis: [platform_success, queue_p95, duration, flaky,"
               " success, first_attempt]}\n"
               "sources:\n"
               "  - {type: github, url: 'http://127.0.0.1:%d/api/v3', org: acme, logs: yes,"
               " history: 40d, every: 10m, timeout: 5s}\n"
               "  - {type: gitlab, url: 'http://127.0.0.1:%d/gitlab', group: acme, logs: yes,"
               " history: 40d, every: 10m, timeout: 5s}\n"
               "  - {type: jenkins, url: 'http://127.0.0.1:%d/jenkins', logs: yes,"
               " history: 40d, every: 10m, timeout: 5s}\n"
               "  - {type: azure, url: 'http://127.0.0.1:%d/azure', logs: yes,"
               " history: 40d, every: 10m, timeout: 5s}\n",
               kit.port, kit.port, kit.port, kit.port);
}

TestSuite(standing, .init = setup, .fini = kit_done, .timeout = 3600);

/* ---- what goes wrong ---- */

static void expect(const char *light, const char *when)
{
    cr_expect(pty_shows(p, light, LIGHT_MS), "%s: no %s on:\n%s", when, light, pty_text(p));
}

static const struct trouble {
    const char *fault, *light; /* what is to be seen of it */
} troubles[] = {
    { "status:503", "○ 4 lost" },
    { "status:401", "○ 4 lost" },
    { "rst", "○ 4 lost" },
    { "hang", "○ 4 lost" },
    { "limit:60", "◐ 4 limited" },
    { "html", "○ 4 lost" },
    { "status:401@/api/v3", "○ github lost" },
};
enum { TROUBLES = sizeof(troubles) / sizeof(troubles[0]) };

static void storm(void)
{
    static const int sizes[][2] = { { 10, 40 }, { 60, 200 }, { 3, 10 }, { 45, 160 }, { 1, 1 } };

    for (int i = 0; i < 10; i++) {
        pty_resize(p, sizes[i % 5][0], sizes[i % 5][1]);
        pty_read(p, 20);
    }
    pty_resize(p, ROWS, COLS);
}

static void go_through(const struct trouble *trouble)
{
    kit_fault(trouble->fault);
    expect(trouble->light, trouble->fault);
    storm();
    expect(trouble->light, trouble->fault);
    kit_fault("");
    expect("● 4 live", trouble->fault);
}

/* ---- memory ---- */

static pid_t collector(void)
{
    pid_t pid = (pid_t)strtol(sh("pgrep -P %d", (int)p->pid), NULL, 10);

    cr_assert_gt(pid, 0, "nobody collects for the wall");
    return pid;
}

static bool is_gone(void *pid)
{
    return rss_kb(*(pid_t *)pid) == 0; /* also one whose status nobody took yet */
}

/* ---- is it right ---- */

/* Without blanks at the ends of lines. */
static char *tiles_of(const char *text)
{
    char *out = calloc(1, strlen(text) + 1), *end = out;
    int row = 0;

    for (; *text && row < TILE_ROWS; text++) {
        if (*text == '\n') {
            while (end > out && end[-1] == ' ')
                end--;
            row++;
        }
        if (row > 0 && row < TILE_ROWS) /* the first one has the time */
            *end++ = *text;
    }
    *end = '\0';
    return out;
}

static const char *now_text(int64_t now_s)
{
    static char text[32];
    time_t now = (time_t)now_s;
    struct tm utc;

    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    return text;
}

static int64_t now_s(void)
{
    return clock_of.began_s + (int64_t)kit_clock_gone_s(&clock_of);
}

static char *what_stands(int ms)
{
    char *text, *tiles;

    pty_read(p, ms);
    pty_whole(p);
    text = pty_text(p);
    tiles = tiles_of(text);
    free(text);
    return tiles;
}

/* What has stood there shows what another that is made now shows. The clock runs on and the
 * store changes meanwhile, so it may take some looks; and another takes its time to start, so it
 * may show what the wall showed before it was asked, or what it shows after. */
static void expect_wall_of_store(void)
{
    char *before = NULL, *fresh = NULL, *after = NULL;
    bool same = false;

    for (int looks = 0; !same && looks < 60; looks++) {
        free(before);
        free(fresh);
        free(after);
        before = what_stands(100);
        fresh =
            tiles_of(sh("$B/dxtop $C $S --now %s screen --wall --size 80x24", now_text(now_s())));
        after = what_stands(0);
        same = strcmp(before, fresh) == 0 || strcmp(after, fresh) == 0;
    }
    cr_expect(same, "it stood:\n%s\nfresh:\n%s\nit stands:\n%s", before, fresh, after);
    cr_expect(strstr(after, "█") && strstr(after, "Queue p95"), "%s", after);
    free(before);
    free(fresh);
    free(after);
}

/* The company stands still, an hour or two after the wall ended: what was polled in all that
 * time, and missed and caught up on, is what happened. */
static void expect_truth(void)
{
    char now[32];
    int64_t end_s = (now_s() / 3600 + 2) * 3600;

    snprintf(now, sizeof(now), "%s", now_text(end_s));
    company("--now", now, HISTORY_S + end_s - clock_of.began_s);
    poll_once("--now", now);
    sh("for kind in alerts runs jobs pools pipelines flaky failures; do"
       "  $B/dxtop $C $S --now %s export $kind --since 5000d >$D/$kind.jsonl || exit;"
       " done",
       now);
    cr_assert_eq(sh_code, 0);
    fetch_truth("");
    expect_same("truth.py $D %s github gitlab jenkins azure", now);
}

/* ---- how long ---- */

static double stand_s(void)
{
    const char *text = getenv("DXTOP_STAND");
    char unit = 'h';
    double n = 2;

    if (text && sscanf(text, "%lf%c", &n, &unit) != 2)
        cr_assert_fail("DXTOP_STAND is like 7d or 2h");
    return n * (unit == 'd' ? DAY_S : 3600);
}

static void stand(double until_s)
{
    int troubled = 0;
    double every_s = until_s / TROUBLES > DAY_S / 3. ? DAY_S / 3. : 0;

    while (kit_clock_gone_s(&clock_of) < until_s && (every_s > 0 || troubled < 3)) {
        go_through(&troubles[troubled++ % TROUBLES]);
        while (kit_clock_gone_s(&clock_of) < troubled * every_s)
            pty_read(p, 200);
        if (every_s > 0)
            fprintf(stderr, "day %.1f: %ld and %ld KiB\n", kit_clock_gone_s(&clock_of) / DAY_S,
                    rss_kb(p->pid), rss_kb(collector()));
    }
}

#ifdef __SANITIZE_ADDRESS__ /* which keeps what was freed */
enum { VIEWER_GROWS_BY = 1 << 20, COLLECTOR_GROWS_BY = 1 << 20 };
#else
enum { VIEWER_GROWS_BY = 1024, COLLECTOR_GROWS_BY = 6 * 1024 };
#endif

Test(standing, on_the_wall_it_is_right_after_all_that_happens)
{
    char clock_text[64];
    const char *argv[] = { "dxtop",   kit.config, "--state", NULL,
                           "--clock", clock_text, "--wall",  NULL };
    char option[300], state[300];
    long viewer, collects;
    pid_t collecting;

    snprintf(option, sizeof(option), "--config=%s", kit.config);
    snprintf(state, sizeof(state), "%s/state", kit.dir);
    argv[1] = option;
    argv[3] = state;
    kit_clock_start(&clock_of);
    company("--clock", kit_clock_now(&clock_of), HISTORY_S);
    poll_once("--clock", kit_clock_now(&clock_of));
    snprintf(clock_text, sizeof(clock_text), "%s", kit_clock_now(&clock_of));
    p = pty_start(argv, ROWS, COLS, "xterm-256color");
    expect("● 4 live", "at first");
    go_through(&troubles[0]); /* all that there is once is there now */
    viewer = rss_kb(p->pid);
    collects = rss_kb(collector());
    stand(stand_s());
    expect("● 4 live", "at last");
    expect_wall_of_store();
    cr_expect_lt(rss_kb(p->pid) - viewer, VIEWER_GROWS_BY, "from %ld to %ld KiB", viewer,
                 rss_kb(p->pid));
    cr_expect_lt(rss_kb(collector()) - collects, COLLECTOR_GROWS_BY, "from %ld to %ld KiB",
                 collects, rss_kb(collector()));
    fprintf(stderr, "viewer %ld to %ld, collector %ld to %ld KiB\n", viewer, rss_kb(p->pid),
            collects, rss_kb(collector()));
    collecting = collector();
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0, "%x", p->status);
    pty_free(p);
    /* with its viewer it ends; its clock is not the next one's */
    cr_assert(wait_for(is_gone, &collecting, 60000), "the wall's collector goes on");
    expect_truth();
}
