/* The simulated company, polled over the network, against what the simulator knows
 * of it: truth.py computes every number by itself from the raw truth. */
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

/* Friday noon: a week's work lies behind, the pools are busy. */
#define NOON "2026-11-20T12:00:00Z"

static char *dir, config[256];
static struct program sim;
static int port;
static const char *history_of; /* of the sources */

static void setup(void)
{
    set_paths();
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    sim = (struct program){ .pid = -1 };
    port = free_port();
    history_of = "40d";
}

static void teardown(void)
{
    program_end(&sim, SIGTERM);
}

TestSuite(truth, .init = setup, .fini = teardown, .timeout = 600);

/* A company at a moment ("--now", NOON) or at work ("--clock", "T@N"). Its port stays
 * the same, so that a later one is the same server to dxtop. */
static void company(const char *seed, const char *repos, const char *history, const char *how,
                    const char *when)
{
    char number[16], line[256] = "";
    const char *argv[] = {
        "dxtop-sim", "--until-stdin", "--port", number, "--seed",       seed, "--repos", repos,
        "--history", history,         how,      when,   "--rate-limit", "0",  NULL
    };
    size_t len = 0;

    program_end(&sim, SIGTERM);
    snprintf(number, sizeof(number), "%d", port);
    sim = program_start(argv);
    while (len + 1 < sizeof(line) && !strchr(line, '\n') && read(sim.out, line + len, 1) == 1)
        line[++len] = '\0';
    cr_assert(strstr(line, "\"port\""), "%s", line);
    write_file(config,
               "sources:\n"
               "  - {type: github, url: 'http://127.0.0.1:%d/api/v3', org: acme, logs: yes,"
               " history: %s}\n"
               "  - {type: gitlab, url: 'http://127.0.0.1:%d/gitlab', group: acme, logs: yes,"
               " history: %s}\n"
               "  - {type: jenkins, url: 'http://127.0.0.1:%d/jenkins', logs: yes, history: %s}\n"
               "  - {type: azure, url: 'http://127.0.0.1:%d/azure', logs: yes, history: %s}\n",
               port, history_of, port, history_of, port, history_of, port, history_of);
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
    const char *out = sh("$B/dxtop $C $S %s %s once --wait 9m >$D/once.json", how, when);

    cr_assert_eq(code, 0, "%d %s", code, out);
}

static void export_all(const char *now)
{
    const char *out =
        sh("for kind in alerts runs jobs pools pipelines flaky failures; do"
           "  $B/dxtop $C $S --now %s export $kind --since 5000d >$D/$kind.jsonl || exit;"
           " done",
           now);

    cr_assert_eq(code, 0, "%d %s", code, out);
}

static void compare(const char *option, const char *now)
{
    const char *out;

    out = sh("python3 -c 'import sys, urllib.request; sys.stdout.buffer.write("
             "urllib.request.urlopen(sys.argv[1]).read())' http://127.0.0.1:%d/truth"
             " >$D/truth.jsonl && python3 '%s/tests/e2e/truth.py' %s $D %s github gitlab jenkins"
             " azure",
             port, getenv("DX_SRC"), option, now);
    cr_expect_eq(code, 0, "%s", out);
}

/* The company has to stand at now. */
static void expect_truth(const char *now)
{
    export_all(now);
    compare("", now);
}

/* ---- as it stands ---- */

static void a_whole_company(const char *seed)
{
    company(seed, "50", "30d", "--now", NOON);
    poll_once("--now", NOON);
    expect_truth(NOON);
}

Test(truth, of_the_first_company)
{
    a_whole_company("1");
}

Test(truth, of_the_second_company)
{
    a_whole_company("2");
}

Test(truth, of_the_third_company)
{
    a_whole_company("163886");
}

/* What was read once is read again, page over page: nothing comes twice. */
Test(truth, polled_three_times)
{
    company("4", "12", "8d", "--now", NOON);
    for (int i = 0; i < 3; i++)
        poll_once("--now", NOON);
    expect_truth(NOON);
}

/* Records of any age are taken in, whatever the clock says. */
Test(truth, of_years_ago)
{
    history_of = "4000d";
    company("7", "16", "9d", "--now", "2018-06-15T12:00:00Z");
    poll_once("--now", NOON);
    poll_once("--now", NOON); /* and stay */
    export_all(NOON);
    compare("--records", "2018-06-15T12:00:00Z");
    sh("rm -r $D/state");
    poll_once("--now", "2018-06-15T12:00:00Z");
    expect_truth("2018-06-15T12:00:00Z");
}

/* ---- a collector that is killed ---- */

static int stored_runs(void)
{
    return (int)strtol(
        sh("$B/dxtop $C $S --now " NOON " export runs --since 90d 2>/dev/null | wc -l"), NULL, 10);
}

Test(truth, killed_during_the_back_fill)
{
    static const int at_least[] = { 1, 500, 1200 };

    company("5", "25", "12d", "--now", NOON);
    for (size_t i = 0; i < sizeof(at_least) / sizeof(at_least[0]); i++) {
        char state[300], file[300];
        const char *argv[] = { "dxtop-collect", file, state, "--now", NOON, "--once", NULL };
        struct program collector;
        int runs = 0;

        snprintf(state, sizeof(state), "--state=%s/state", dir);
        snprintf(file, sizeof(file), "--config=%s", config);
        collector = program_start(argv);
        for (int tries = 0; tries < 600 && (runs = stored_runs()) < at_least[i]; tries++)
            nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
        program_end(&collector, SIGKILL);
        cr_expect_geq(runs, at_least[i]);
    }
    poll_once("--now", NOON);
    expect_truth(NOON);
}

/* ---- a company at work ---- */

enum { SPEED = 1200 }; /* twenty minutes of it a second */

static double real_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What its clock says by now: eight o'clock, and what has gone by. */
static const char *at_work(double since_s)
{
    static char text[64];
    time_t now = 1795161600 + (time_t)((real_s() - since_s) * SPEED);
    struct tm utc;

    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "@%d", SPEED);
    return text;
}

/* Runs begin, end and are tried again between two pages of one list. When it stands,
 * a day later, all is as it was. */
Test(truth, while_records_change)
{
    double since_s = real_s();

    company("6", "12", "9d", "--clock", at_work(since_s));
    for (int i = 0; i < 4; i++)
        poll_once("--clock", at_work(since_s));
    cr_expect_lt((real_s() - since_s) * SPEED, 23 * 3600, "it worked past the next morning");
    company("6", "12", "9d22h59m", "--now", "2026-11-21T07:00:00Z"); /* as far back as before */
    poll_once("--now", "2026-11-21T07:00:00Z");
    expect_truth("2026-11-21T07:00:00Z");
}
