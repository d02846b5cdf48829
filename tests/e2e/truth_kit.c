/* truth_kit: the simulated company, programs that poll it, and its truth. */
#include "config.h"

#include "truth_kit.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/where.h"

struct truth_kit kit;
static struct program sim;

void kit_state(const char *name)
{
    sh_begin("D='%s'; C=--config='%s'; S=--state='%s/%s'; ", kit.dir, kit.config, kit.dir, name);
}

void kit_init(void)
{
    set_paths();
    kit.dir = test_dir();
    snprintf(kit.config, sizeof(kit.config), "%s/t.yaml", kit.dir);
    kit_state("state");
    kit.port = free_port();
    sim = (struct program){ .pid = -1 };
}

void kit_done(void)
{
    program_end(&sim, SIGTERM);
}

void kit_company(struct kit_company company)
{
    char number[16], line[256] = "";
    const char *argv[] = { "dxtop-sim",
                           "--until-stdin",
                           "--port",
                           number,
                           "--seed",
                           company.seed,
                           "--repos",
                           company.repos,
                           "--history",
                           company.history,
                           company.how,
                           company.when,
                           "--rate-limit",
                           company.limit ? company.limit : "0",
                           NULL };
    size_t len = 0;

    program_end(&sim, SIGTERM);
    snprintf(number, sizeof(number), "%d", kit.port);
    sim = program_start(argv);
    while (len + 1 < sizeof(line) && !strchr(line, '\n') && read(sim.out, line + len, 1) == 1)
        line[++len] = '\0';
    cr_assert(strstr(line, "\"port\""), "%s", line);
}

void kit_fault(const char *fault)
{
    const char *out = sh("python3 -c 'import sys, urllib.request as u; "
                         "u.urlopen(u.Request(sys.argv[1], method=\"POST\")).read()' "
                         "'http://127.0.0.1:%d/sim/fault?fault=%s'",
                         kit.port, fault);

    cr_assert_eq(sh_code, 0, "%s", out);
}

/* ---- programs ---- */

void poll_once(const char *how, const char *when)
{
    const char *out = sh("$B/dxtop $C $S %s %s once --wait 9m >$D/once.json", how, when);

    cr_assert_eq(sh_code, 0, "%d %s", sh_code, out);
}

void kill_collector(int (*stored)(void), int at_least)
{
    char state[300], file[300];
    const char *argv[] = { "dxtop-collect", file, state, "--now", NOON, "--once", NULL };
    struct program collector;
    int there = 0;

    snprintf(state, sizeof(state), "--state=%s/state", kit.dir);
    snprintf(file, sizeof(file), "--config=%s", kit.config);
    collector = program_start(argv);
    for (int looks = 0; looks < 3000 && there < at_least; looks++) {
        kill(collector.pid, SIGCONT);
        nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
        kill(collector.pid, SIGSTOP); /* lest it end before it is killed */
        there = stored();
    }
    cr_expect(WIFSIGNALED(program_end(&collector, SIGKILL)), "it had ended before");
    cr_expect_geq(there, at_least);
}

/* ---- the truth ---- */

void fetch_truth(const char *query)
{
    const char *out = sh("python3 -c 'import sys, urllib.request; sys.stdout.buffer.write("
                         "urllib.request.urlopen(sys.argv[1]).read())'"
                         " 'http://127.0.0.1:%d/truth%s' >$D/truth.jsonl",
                         kit.port, query);

    cr_assert_eq(sh_code, 0, "%s", out);
}

void expect_same(const char *fmt, ...)
{
    char command[1024];
    const char *out;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(command, sizeof(command), fmt, ap);
    va_end(ap);
    out = sh("python3 -B '%s'/tests/e2e/%s", SRC_DIR, command);
    cr_expect_eq(sh_code, 0, "%s", out);
}

/* ---- a clock that runs ---- */

static double real_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void kit_clock_start(struct kit_clock *clock)
{
    clock->since_s = real_s();
}

double kit_clock_gone_s(const struct kit_clock *clock)
{
    return (real_s() - clock->since_s) * clock->speed;
}

const char *kit_clock_now(const struct kit_clock *clock)
{
    static char text[64];
    time_t now = (time_t)clock->began_s + (time_t)kit_clock_gone_s(clock);
    struct tm utc;

    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "@%d", clock->speed);
    return text;
}
