/* Every panel as `dxtop screen` draws it, at every size, in every state it can be
 * in; and two fresh runs of everything that prints, byte for byte. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../golden.h"
#include "../run.h"

#define NOW "2026-11-24T14:32:07Z"

static const char *const sizes[] = { "200x60", "120x40", "80x24", "40x10" };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static char *dir, config[256];
static struct sim sim;

static void write_config(const char *url)
{
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    write_file(
        config,
        "title: acme\nsources:\n"
        "  - type: prometheus\n    url: %s\n    every: 15s\n    history: 6h\n"
        "    alerts: no\n    timeout: 5s\n    queries:\n"
        "      waiting: {query: 'sum by (pool) (ci_jobs_waiting)', unit: count, step: 60s}\n"
        "      wait p95: {query: 'max by (pool) (ci_queue_wait_seconds_p95)', unit: seconds, "
        "step: 60s}\n"
        "      busy: {query: 'sum by (pool) (ci_runner_busy) / sum by (pool) "
        "(ci_runner_capacity)', unit: ratio, step: 60s}\n"
        "      all busy: {query: 'sum(ci_runner_busy) / sum(ci_runner_capacity)', unit: ratio, "
        "step: 60s}\n"
        "  - type: alertmanager\n    url: %s\n    every: 15s\n    timeout: 5s\n"
        "views:\n"
        "  - name: graph\n    rows: [{panels: [{panel: metric, title: Waiting, query: waiting, "
        "show: graph, top: 3}]}]\n"
        "  - name: table\n    rows: [{panels: [{panel: metric, title: Wait p95, query: wait p95, "
        "show: table, warn: 300, bad: 480}]}]\n"
        "  - name: gauge\n    rows: [{panels: [{panel: metric, title: Busy, query: busy, show: "
        "gauge, warn: 0.9}]}]\n"
        "  - name: big\n    rows: [{panels: [{panel: metric, title: All runners, query: all "
        "busy, show: big, warn: 0.5, bad: 0.99}]}]\n"
        "  - name: heat\n    rows: [{panels: [{panel: metric, title: Goal, query: wait p95, "
        "show: heat, bad: 480}]}]\n"
        "  - name: alerts\n    rows: [{panels: [alerts]}]\n"
        "  - name: sources\n    rows: [{panels: [sources]}]\n"
        "  - name: log\n    rows: [{panels: [log]}]\n"
        "  - name: all\n    rows:\n"
        "      - panels: [{panel: metric, title: Wait p95, query: wait p95, show: table, warn: "
        "300, bad: 480, priority: 0}, {panel: alerts, priority: 1}]\n"
        "      - panels: [{panel: metric, title: Waiting, query: waiting, show: graph, top: 3, "
        "priority: 2}, {panel: sources, priority: 3}]\n",
        url, url);
}

static void setup(void)
{
    set_paths();
    setenv("TZ", "UTC", 1);
    dir = test_dir();
    sim = sim_start("--now=" NOW, "--public-url=https://sim.example");
    write_config(sim.url);
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
}

/* Run dxtop with these and the configuration, at `now`; what it printed. */
static char *run_at(const char *now, int want, const char *const *more)
{
    const char *argv[24] = { "dxtop", "-c", config, "--state", dir, "--now", now };
    int n = 7, status;
    char *text;

    while (*more)
        argv[n++] = *more++;
    text = program_run(argv, &status);
    cr_assert_eq(status, want, "%s: %d\n%s", argv[7], status, text);
    return text;
}
#define RUN_AT(now, want, ...) run_at(now, want, (const char *const[]){ __VA_ARGS__, NULL })

static void fill(void)
{
    free(RUN_AT(NOW, 0, "once"));
}

static void screens(const char *view, const char *name, const char *now, const char *option,
                    const char *value)
{
    for (int i = 0; i < SIZES; i++) {
        char *text = RUN_AT(now, 0, "screen", "--view", view, "--size", sizes[i], "--format",
                            "roles", option, value);
        char path[128];

        snprintf(path, sizeof(path), "screens/%s-%s", name, sizes[i]);
        golden_hide_port(text, sim.port);
        golden_text(text, path);
        free(text);
    }
}

TestSuite(screen, .init = setup, .fini = teardown, .timeout = 300);

Test(screen, panels)
{
    static const char *const views[] = { "graph",  "table",   "gauge", "big", "heat",
                                         "alerts", "sources", "log",   "all" };

    fill();
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
        screens(views[i], views[i], NOW, NULL, NULL);
}

Test(screen, panels_in_ascii)
{
    static const char *const views[] = { "graph", "gauge", "heat", "all" };
    char name[32];

    fill();
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        snprintf(name, sizeof(name), "ascii-%s", views[i]);
        screens(views[i], name, NOW, "--ascii", NULL);
    }
}

/* Nothing was polled yet. */
Test(screen, panels_without_data)
{
    static const char *const views[] = { "graph", "table", "alerts", "sources", "all" };
    char name[32];

    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        snprintf(name, sizeof(name), "empty-%s", views[i]);
        screens(views[i], name, NOW, NULL, NULL);
    }
}

/* The last poll was ten minutes ago: old data is marked. */
Test(screen, panels_with_old_data)
{
    static const char *const views[] = { "graph", "table", "big", "alerts", "sources", "all" };
    char name[32];

    fill();
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        snprintf(name, sizeof(name), "stale-%s", views[i]);
        screens(views[i], name, "2026-11-24T14:42:07Z", NULL, NULL);
    }
}

/* The platform answers with an error page. */
Test(screen, panels_after_an_error)
{
    static const char *const views[] = { "table", "alerts", "sources", "log", "all" };
    char name[32];

    fill();
    teardown();
    sim = sim_start("--now=" NOW, "--fault=html");
    write_config(sim.url);
    free(RUN_AT("2026-11-24T14:33:07Z", 1, "once"));
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        snprintf(name, sizeof(name), "error-%s", views[i]);
        screens(views[i], name, "2026-11-24T14:33:07Z", NULL, NULL);
    }
}

/* Themes differ in colours alone, never in what is said. */
Test(screen, themes_change_no_text)
{
    static const char *const themes[] = { "light", "high-contrast", "colour-blind", "mono" };
    char *dark, *other, *ansi, *dark_ansi;

    fill();
    dark = RUN_AT(NOW, 0, "screen", "--view", "all", "--format", "roles", "--theme", "dark");
    dark_ansi = RUN_AT(NOW, 0, "screen", "--view", "all", "--format", "ansi", "--theme", "dark");
    for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++) {
        other =
            RUN_AT(NOW, 0, "screen", "--view", "all", "--format", "roles", "--theme", themes[i]);
        ansi = RUN_AT(NOW, 0, "screen", "--view", "all", "--format", "ansi", "--theme", themes[i]);
        cr_expect(strcmp(dark, other) == 0, "%s", themes[i]);
        cr_expect(strcmp(dark_ansi, ansi) != 0, "%s has the colours of dark", themes[i]);
        free(other);
        free(ansi);
    }
    free(dark);
    free(dark_ansi);
}

/* ---- two fresh runs with the same seed and the same time ---- */

enum { PRINTED = 6 };

static void print_everything(int port, const char *seed, char *out[PRINTED])
{
    char option[64];

    teardown();
    free(dir);
    dir = test_dir();
    snprintf(option, sizeof(option), "--port=%d", port);
    sim = (struct sim){ .port = port };
    sim.program = program_start((const char *[]){ "dxtop-sim", "--until-stdin", "--now", NOW,
                                                  "--seed", seed, option, NULL });
    snprintf(sim.url, sizeof(sim.url), "http://127.0.0.1:%d", port);
    cr_assert(read(sim.program.out, option, 1) == 1, "it does not listen");
    write_config(sim.url);
    out[0] = RUN_AT(NOW, 0, "once", "--format", "json");
    out[1] = RUN_AT(NOW, 0, "once", "--format", "text");
    out[2] = RUN_AT(NOW, 0, "export", "samples", "--format", "jsonl");
    out[3] = RUN_AT(NOW, 0, "export", "samples", "--format", "csv");
    out[4] = RUN_AT(NOW, 0, "export", "alerts", "--format", "jsonl");
    out[5] = RUN_AT(NOW, 0, "screen", "--view", "all", "--format", "svg");
}

Test(screen, two_runs_print_the_same_bytes)
{
    char *first[PRINTED], *second[PRINTED], *other[PRINTED];
    int port = free_port();

    print_everything(port, "7", first);
    print_everything(port, "7", second);
    print_everything(port, "8", other);
    for (int i = 0; i < PRINTED; i++) {
        cr_expect(strcmp(first[i], second[i]) == 0, "output %d:\n%.2000s\n---\n%.2000s", i,
                  first[i], second[i]);
        cr_expect(strcmp(first[i], other[i]) != 0, "output %d knows no seed", i);
        free(first[i]);
        free(second[i]);
        free(other[i]);
    }
}
