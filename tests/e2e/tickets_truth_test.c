/* The tickets of the simulated company, polled over the network, against what the
 * simulator knows of them. */
#include "config.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"

#define NOON "2026-11-20T12:00:00Z"

static char *dir, config[256];
static struct program sim;
static int port;

static void setup(void)
{
    set_paths();
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    sim = (struct program){ .pid = -1 };
    port = free_port();
}

static void teardown(void)
{
    program_end(&sim, SIGTERM);
}

TestSuite(tickets_truth, .init = setup, .fini = teardown, .timeout = 300);

/* A company at a moment ("--now", NOON) or at work ("--clock", "T@N"). Its port stays the
 * same, so that a later one is the same server to dxtop. */
static void company(const char *seed, const char *history, const char *how, const char *when)
{
    char number[16], line[256] = "";
    const char *argv[] = {
        "dxtop-sim", "--until-stdin", "--port", number, "--seed",       seed, "--repos", "4",
        "--history", history,         how,      when,   "--rate-limit", "0",  NULL
    };
    size_t len = 0;

    program_end(&sim, SIGTERM);
    snprintf(number, sizeof(number), "%d", port);
    sim = program_start(argv);
    while (len + 1 < sizeof(line) && !strchr(line, '\n') && read(sim.out, line + len, 1) == 1)
        line[++len] = '\0';
    cr_assert(strstr(line, "\"port\""), "%s", line);
    /* Data Center does not say who is a machine, and names are the account's language's. */
    write_file(config,
               "calendar: {zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}\n"
               "sources:\n"
               "  - {type: jira, name: cloud, url: 'http://127.0.0.1:%d/jira', pauses: ['10003']}\n"
               "  - {type: jira, name: dc, url: 'http://127.0.0.1:%d/jiradc', pauses: ['10003'],"
               " bots: ['* bot']}\n"
               "  - {type: servicenow, name: snow, url: 'http://127.0.0.1:%d/snow',"
               " history: 120d}\n",
               port, port, port);
}

/* A shell's command line, with $B the programs, $D the directory, $C and $S the
 * options for configuration and store; its output lives until the next one. */
static int code;

static const char *sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static const char *sh(const char *fmt, ...)
{
    static char *out;
    char command[2048];
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    int n = snprintf(command, sizeof(command),
                     "exec 2>&1; B='%s'; D='%s'; C=--config='%s'; S=--state='%s/state'; ",
                     getenv("DX_BUILD"), dir, config, dir);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(command + n, sizeof(command) - (size_t)n, fmt, ap);
    va_end(ap);
    free(out);
    out = program_run(argv, &code);
    return out;
}

static void poll_once(const char *how, const char *when)
{
    const char *out = sh("$B/dxtop $C $S %s %s once --wait 4m >$D/once.json", how, when);

    cr_assert_eq(code, 0, "%d %s", code, out);
}

/* The company has to stand at now. */
static void expect_truth(const char *now)
{
    const char *out = sh("$B/dxtop $C $S --now %s export tickets --since 400d >$D/tickets.jsonl &&"
                         " python3 -c 'import sys, urllib.request; sys.stdout.buffer.write("
                         "urllib.request.urlopen(sys.argv[1]).read())'"
                         " 'http://127.0.0.1:%d/truth?kind=ticket' >$D/truth.jsonl &&"
                         " python3 '%s/tests/e2e/tickets_truth.py' $D %s cloud=jira dc=jiradc"
                         " snow=servicenow",
                         now, port, getenv("DX_SRC"), now);

    cr_expect_eq(code, 0, "%s", out);
}

/* ---- as it stands ---- */

static void a_whole_company(const char *seed)
{
    company(seed, "90d", "--now", NOON);
    poll_once("--now", NOON);
    expect_truth(NOON);
    poll_once("--now", NOON); /* nothing comes twice, nothing goes */
    expect_truth(NOON);
}

Test(tickets_truth, of_the_first_company)
{
    a_whole_company("1");
}

Test(tickets_truth, of_the_second_company)
{
    a_whole_company("2");
}

/* ---- a collector that is killed ---- */

static int stored(void)
{
    return (int)strtol(
        sh("$B/dxtop $C $S --now " NOON " export tickets --since 400d 2>/dev/null | wc -l"), NULL,
        10);
}

Test(tickets_truth, killed_during_the_back_fill)
{
    static const int at_least[] = { 1, 60, 200 };

    company("5", "90d", "--now", NOON);
    for (size_t i = 0; i < sizeof(at_least) / sizeof(at_least[0]); i++) {
        char state[300], file[300];
        const char *argv[] = { "dxtop-collect", file, state, "--now", NOON, "--once", NULL };
        struct program collector;
        int there = 0;

        snprintf(state, sizeof(state), "--state=%s/state", dir);
        snprintf(file, sizeof(file), "--config=%s", config);
        collector = program_start(argv);
        for (int tries = 0; tries < 600 && (there = stored()) < at_least[i]; tries++)
            nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
        program_end(&collector, SIGKILL);
        cr_expect_geq(there, at_least[i]);
    }
    poll_once("--now", NOON);
    expect_truth(NOON);
}

/* ---- people at work ---- */

enum { SPEED = 7200 }; /* two hours of theirs a second */

static double real_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What their clock says by now: Monday, eight o'clock, and what has gone by. */
static const char *at_work(double since_s)
{
    static char text[64];
    time_t now = 1794816000 + (time_t)((real_s() - since_s) * SPEED);
    struct tm utc;

    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "@%d", SPEED);
    return text;
}

/* Tickets are written, answered, moved and reopened between two pages of one list. When
 * the clock stands, a week later, all is as it was. */
Test(tickets_truth, while_tickets_change)
{
    double since_s = real_s();

    company("6", "100d", "--clock", at_work(since_s));
    for (int i = 0; i < 16; i++)
        poll_once("--clock", at_work(since_s));
    cr_expect_lt((real_s() - since_s) * SPEED, 7 * 86400, "they worked past the next week");
    company("6", "107d", "--now", "2026-11-23T08:00:00Z"); /* as far back as before */
    poll_once("--now", "2026-11-23T08:00:00Z");
    expect_truth("2026-11-23T08:00:00Z");
}
