/* sim_store: a store that was filled from a simulated company. */
#include "config.h"

#include "sim_store.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "shell.h"

static char *dir, config[256];
static struct program sim;
static int port;

static void company(void)
{
    char number[16], line[256] = "";
    const char *argv[] = { "dxtop-sim", "--until-stdin", "--port",       number,      "--seed",
                           "4",         "--repos",       "12",           "--history", "8d",
                           "--now",     SIM_NOON,        "--rate-limit", "0",         NULL };
    size_t len = 0;

    snprintf(number, sizeof(number), "%d", port);
    sim = program_start(argv);
    while (len + 1 < sizeof(line) && !strchr(line, '\n') && read(sim.out, line + len, 1) == 1)
        line[++len] = '\0';
    cr_assert(strstr(line, "\"port\""), "%s", line);
    write_file(config,
               "sources:\n"
               "  - {type: github, url: 'http://127.0.0.1:%d/api/v3', org: acme, logs: yes}\n"
               "  - {type: gitlab, url: 'http://127.0.0.1:%d/gitlab', group: acme, logs: yes}\n"
               "  - {type: jira, url: 'http://127.0.0.1:%d/jira'}\n"
               "views:\n"
               "  - {name: Queues, rows: [{panels: [queue]}]}\n"
               "  - {name: Pipelines, rows: [{panels: [pipelines, flaky]}]}\n"
               "  - {name: Tickets, rows: [{panels: [tickets]}]}\n"
               "  - {name: Overview, rows: [{height: 6, panels: [overview]},"
               " {panels: [failures, alerts]}]}\n",
               port, port, port);
}

void sim_store_fill(void)
{
    const char *out;

    set_paths();
    setenv("TZ", "UTC", 1);
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    sh_begin("D='%s'; X=\"$B/dxtop --config=%s --state=%s/state\"; ", dir, config, dir);
    port = free_port();
    company();
    out = sh("$X --now " SIM_NOON " once --wait 4m >$D/once.json");
    cr_assert_eq(sh_code, 0, "%s", out);
}

void sim_store_end(void)
{
    program_end(&sim, SIGTERM);
}

struct pty *sim_store_view(int rows, int cols, const char *option)
{
    char file[300], state[300];
    const char *argv[] = { "dxtop", file, state, "--now", SIM_NOON, option, NULL };

    snprintf(file, sizeof(file), "--config=%s", config);
    snprintf(state, sizeof(state), "--state=%s/state", dir);
    return pty_start(argv, rows, cols, "xterm-256color");
}
