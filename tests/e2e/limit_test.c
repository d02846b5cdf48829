/* What an organisation on GitHub costs in the steady state, by the count of its server:
 * the collector and a simulated company at work, two minutes of it a second. */
#include "config.h"

#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "dxtop/record.h"
#include "tests/where.h"

/* What is measured has to be longer than the ten minutes over which the collector counts. */
enum {
    SPEED = SANITIZED ? 30 : 120,
    LOOKS = 1000,
    MEASURE_S = SANITIZED ? 24 : 9,
    NINE = 1795165200 /* Friday, 2026-11-20 */
};

static struct program sim, collector;

static void end_all(void)
{
    program_end(&collector, SIGTERM);
    program_end(&sim, SIGTERM);
}

TestSuite(limit, .init = set_paths, .fini = end_all, .timeout = 300);

/* What the clock of the company says by now. */
static const char *at_work(void)
{
    static double since_s;
    static char text[64];
    struct timespec real;
    struct tm utc;
    double now_s;
    time_t now;

    clock_gettime(CLOCK_MONOTONIC, &real);
    now_s = (double)real.tv_sec + (double)real.tv_nsec / 1e9;
    since_s = since_s > 0. ? since_s : now_s;
    now = NINE + (time_t)((now_s - since_s) * SPEED);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "@%d", SPEED);
    return text;
}

static int sim_port(void)
{
    const char *argv[] = { "dxtop-sim", "--until-stdin", "--repos", "30",           "--history",
                           "1d",        "--clock",       at_work(), "--rate-limit", "100000",
                           NULL };
    char line[256] = "";
    size_t len = 0;
    const char *port;

    sim = program_start(argv);
    while (len + 1 < sizeof(line) && !strchr(line, '\n') && read(sim.out, line + len, 1) == 1)
        line[++len] = '\0';
    port = strstr(line, "\"port\": ");
    cr_assert_not_null(port, "%s", line);
    return atoi(port + strlen("\"port\": "));
}

/* What python3 makes of the server's answer: a number. */
static double ask(int port, const char *path, const char *what)
{
    char script[600];
    const char *argv[] = { "python3", "-c", script, NULL };
    double number;
    char *out;
    int code;

    snprintf(script, sizeof(script),
             "import urllib.request as u, json, email.utils as e\n"
             "r = u.urlopen('http://127.0.0.1:%d/api/v3%s')\n"
             "print(%s)",
             port, path, what);
    out = program_run(argv, &code);
    cr_assert_eq(code, 0, "%s", out);
    number = atof(out);
    free(out);
    return number;
}

static const char used[] = "r.headers['X-RateLimit-Used']";
static const char date[] = "e.parsedate_to_datetime(r.headers['Date']).timestamp()";

/* What the panel of sources says of the only one, under REQ/H. */
static double said(const char *config, const char *state)
{
    char command[700];
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    double number;
    char *out;
    int code;

    snprintf(command, sizeof(command),
             "now=%s; %s/dxtop %s %s --now ${now%%@*} --ascii --size 160x20 --view Sources screen"
             " | awk '$2 == \"github\" { print $6 } $3 == \"github\" { print $7 }'",
             at_work(), BUILD_DIR, config, state);
    out = program_run(argv, &code);
    number = atof(out);
    free(out);
    return number;
}

/* Of the last poll: state, when, requests an hour. */
struct last {
    const char *state; /* the directory */
    int64_t at_ms;
    double per_hour;
};

/* Its history is there, and what it costs was counted, no longer guessed from poll to poll: two
 * that follow each other say the same. */
static bool is_steady(struct last *last)
{
    char command[500];
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    struct last now = { .state = last->state };
    int state = -1, code;
    long long at_ms = 0;
    bool steady;
    char *out;

    snprintf(command, sizeof(command),
             "sqlite3 -readonly -separator ' ' %s/*.db"
             " 'SELECT state, last_ms, per_hour FROM poll ORDER BY last_ms DESC LIMIT 1' 2>&1",
             last->state);
    out = program_run(argv, &code);
    if (sscanf(out, "%d %lld %lf", &state, &at_ms, &now.per_hour) != 3)
        state = -1;
    free(out);
    now.at_ms = at_ms;
    if (state >= 0 && now.at_ms == last->at_ms)
        return false;
    steady = state == DX_SOURCE_LIVE && last->per_hour > 0. &&
             fabs(now.per_hour - last->per_hour) < 1e-9;
    *last = now;
    return steady;
}

/* A poll every 30 s, of which most answers are 304s, which cost nothing. */
Test(limit, an_organisation_stays_under_half_of_the_limit_and_says_what_it_takes)
{
    char *dir = test_dir(), config[200], state[256], file[256];
    struct last last = { .state = state + strlen("--state=") };
    const char *argv[] = { "dxtop-collect", file, state, "--until-stdin", "--clock", NULL, NULL };
    int port = sim_port();
    double spent, hours;

    snprintf(config, sizeof(config), "%s/limit.yaml", dir);
    snprintf(file, sizeof(file), "--config=%s", config);
    snprintf(state, sizeof(state), "--state=%s/state", dir);
    write_file(config,
               "sources:\n"
               "  - {type: github, url: 'http://127.0.0.1:%d/api/v3', org: acme, every: 30s,"
               " history: 1h}\n",
               port);
    argv[5] = at_work();
    collector = program_start(argv);
    for (int looks = 0; !is_steady(&last); looks++) {
        cr_assert_lt(looks, LOOKS, "it still fills, or counts");
        usleep(100000);
    }
    spent = -ask(port, "/rate_limit", used);
    hours = -ask(port, "/rate_limit", date);
    sleep(MEASURE_S);
    spent += ask(port, "/rate_limit", used);
    hours = (hours + ask(port, "/rate_limit", date)) / 3600.;
    cr_log_info("%.0f requests an hour; it says %.0f", spent / hours, said(file, state));
    cr_expect(spent / hours > 60 && spent / hours < 2500, "%.0f an hour", spent / hours);
    cr_expect(said(file, state) > 0.5 * spent / hours && said(file, state) < 2. * spent / hours,
              "%.0f an hour; it says %.0f", spent / hours, said(file, state));
    free(dir);
}
