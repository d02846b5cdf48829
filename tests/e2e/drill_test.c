/* From every row to what it is made of, and to the URL: of metrics, alerts, sources and the log,
 * as `dxtop screen` draws it and in a terminal. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../golden.h"
#include "../run.h"
#include "pty.h"

#define NOW   "2026-11-24T14:32:07Z"
#define LATER "2026-11-24T14:33:07Z"

static const char *const sizes[] = { "200x60", "120x40", "80x24", "40x10" };
static char *dir, config[256], opened[300];
static struct sim sim;

/* Views of two panels, side by side: what is selected in the first stands in the second. */
static void write_config(const char *more)
{
    char url[64];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d", sim.port);
    write_file(
        config,
        "title: acme\nstore: %s/t.db\n%ssources:\n"
        "  - type: prometheus\n    name: prom\n    url: %s\n    every: 15s\n    history: 6h\n"
        "    alerts: no\n    timeout: 5s\n    queries:\n"
        "      wait p95: {query: 'max by (pool) (ci_queue_wait_seconds_p95)', unit: seconds, "
        "step: 60s}\n"
        "  - type: alertmanager\n    name: am\n    url: %s\n    every: 15s\n    timeout: 5s\n"
        "views:\n"
        "  - {name: series, rows: [{panels: [{panel: metric, query: wait p95, bad: 480}]}, "
        "{panels: "
        "[{panel: metric, query: wait p95, bad: 480, follow: yes}]}]}\n"
        "  - {name: graph, rows: [{panels: [{panel: metric, query: wait p95, show: graph}]}]}\n"
        "  - {name: big, rows: [{panels: [{panel: metric, query: wait p95, show: big}]}]}\n"
        "  - {name: alerts, rows: [{panels: [alerts]}, {panels: [{panel: alerts, follow: yes}]}]}\n"
        "  - {name: sources, rows: [{panels: [sources]}, {panels: [{panel: sources, follow: yes}]},"
        " {panels: [{panel: sources, follow: yes}]}]}\n"
        "  - {name: log, rows: [{panels: [log]}, {panels: [{panel: log, follow: yes}]}]}\n"
        "  - {name: one, rows: [{panels: [sources]}]}\n",
        dir, more, url, url);
}

/* At the time of its round the platform was well; a minute later it answers with a page. */
static void setup(void)
{
    char browser[300];
    int status;

    set_paths();
    setenv("TZ", "UTC", 1);
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    sim = sim_start("--now=" NOW, "--public-url=https://sim.example");
    write_config("");
    free(program_run((const char *[]){ "dxtop", "-c", config, "--now", NOW, "once", NULL },
                     &status));
    cr_assert_eq(status, 0);
    program_end(&sim.program, SIGTERM);
    sim = sim_start_at(sim.port, "--now=" LATER, "--fault=html");
    free(program_run((const char *[]){ "dxtop", "-c", config, "--now", LATER, "once", NULL },
                     &status));
    cr_assert_eq(status, 1);
    snprintf(browser, sizeof(browser), "%s/browser", dir);
    snprintf(opened, sizeof(opened), "%s/opened", dir);
    write_file(browser, "#!/bin/sh\nprintf '%%s' \"$1\" >%s.new\nmv %s.new %s\n", opened, opened,
               opened);
    cr_assert_eq(chmod(browser, 0700), 0);
    setenv("BROWSER", browser, 1);
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
    free(dir);
}

TestSuite(drill, .init = setup, .fini = teardown, .timeout = 300);

/* ---- golden screens ---- */

Test(drill, screens)
{
    static const char *const views[] = { "series", "alerts", "sources", "log" };

    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        for (size_t size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++) {
            const char *argv[] = { "dxtop",    "-c",     config,   "--now",  LATER,
                                   "screen",   "--view", views[i], "--size", sizes[size],
                                   "--format", "roles",  NULL };
            char name[80];
            int status;
            char *text = program_run(argv, &status);

            cr_assert_eq(status, 0, "%s", text);
            golden_hide_port(text, sim.port);
            snprintf(name, sizeof(name), "screens/drill-%s-%s", views[i], sizes[size]);
            golden_text(text, name);
            free(text);
        }
    }
}

/* ---- in a terminal ---- */

static struct pty *start(const char *view)
{
    const char *argv[] = { "dxtop", "-c", config, "--now", LATER, "--view", view, NULL };

    unlink(opened);
    return pty_start(argv, 40, 120, "xterm-256color");
}

static void quit(struct pty *p)
{
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    pty_free(p);
}

/* What o opens there; "": nothing. */
static const char *open_url(struct pty *p)
{
    unlink(opened);
    pty_send(p, "o");
    SHOWS(p, "opened http");
    for (int i = 0; i < 1000 && access(opened, F_OK) != 0; i++)
        usleep(20 * 1000);
    cr_assert_eq(access(opened, F_OK), 0, "nothing was opened");
    return read_file(opened);
}

static void opens(struct pty *p, const char *path)
{
    char url[200];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", sim.port, path);
    cr_expect_str_eq(open_url(p), url);
}

#define QUERY                                                                                      \
    "/graph?g0.expr=max%20by%20%28pool%29%20%28ci_queue_wait_seconds_p95%29&g0.tab=0&g0.range_"    \
    "input=360m"

Test(drill, a_series_opens_to_its_labels_and_its_query)
{
    struct pty *p = start("series");

    SHOWS(p, "wait p95");
    opens(p, QUERY);
    pty_send(p, "\r"); /* to the panel that follows */
    SHOWS(p, "max by (pool) (ci_queue_wait_seconds_p95)");
    opens(p, QUERY);
    quit(p);
}

/* These are no lists: the worst series is what is in them. */
Test(drill, a_graph_and_a_large_number_open_to_their_series)
{
    static const char *const views[] = { "graph", "big" };

    for (size_t i = 0; i < 2; i++) {
        struct pty *p = start(views[i]);

        SHOWS(p, "wait p95");
        LACKS(p, "ci_queue_wait_seconds_p95");
        opens(p, QUERY);
        pty_send(p, "\r");
        SHOWS(p, "ci_queue_wait_seconds_p95");
        SHOWS(p, "pool  ");
        opens(p, QUERY);
        pty_send(p, "\033");
        LACKS(p, "ci_queue_wait_seconds_p95");
        quit(p);
    }
}

Test(drill, a_source_opens_to_how_its_polls_ended_and_that_to_the_whole_of_it)
{
    struct pty *p = start("one");

    SHOWS(p, "SOURCE");
    opens(p, "");
    pty_send(p, "\r");
    SHOWS(p, "Sources › prom");
    SHOWS(p, "LASTED");
    opens(p, "");
    pty_send(p, "\r");
    LACKS(p, "LASTED");
    SHOWS(p, "the server announces none");
    opens(p, "");
    pty_send(p, "\033");
    SHOWS(p, "LASTED");
    pty_send(p, "\033");
    SHOWS(p, "REQ/H");
    quit(p);
}

Test(drill, a_line_of_the_log_opens_to_all_of_it_and_its_source)
{
    struct pty *p = start("one");

    SHOWS(p, "SOURCE");
    pty_send(p, "L");
    SHOWS(p, "WHAT");
    pty_send(p, "\r");
    LACKS(p, "WHAT");
    SHOWS(p, "yields");
    opens(p, "");
    pty_send(p, "\033"); /* back to the log, then out of it */
    SHOWS(p, "WHAT");
    LACKS(p, "yields");
    pty_send(p, "\033");
    SHOWS(p, "REQ/H");
    quit(p);
}

/* What people say of it is said there, too. */
Test(drill, an_alert_opens_to_all_that_is_known_of_it)
{
    struct pty *p = start("alerts");

    SHOWS(p, "ALERT");
    pty_send(p, "z\r");
    LACKS(p, "ALERT");
    SHOWS(p, "since");
    cr_expect(strncmp(open_url(p), "https://sim.example/", 20) == 0 ||
              strncmp(open_url(p), "http://127.0.0.1:", 17) == 0);
    pty_send(p, "c");
    SHOWS(p, "claim: with a note");
    pty_send(p, "\033");
    LACKS(p, "claim:");
    pty_send(p, "\033");
    SHOWS(p, "ALERT");
    quit(p);
}

/* What has no parts has days; each with those before it, and where it came from. */
Test(drill, a_day_of_a_key_number_opens_to_those_before_it)
{
    char path[300], text[600];
    struct pty *p;
    int status;

    snprintf(path, sizeof(path), "%s/csat.csv", dir);
    write_file(path, "2026-11-16,4.9,8\n2026-11-22,3.1,21\n2026-11-23,4.4,31\n");
    snprintf(text, sizeof(text),
             "title: acme\nstore: %s/k.db\nkpis: {csat: {file: %s}}\nsources:\n"
             "  - {type: prometheus, name: prom, url: 'http://127.0.0.1:%d', timeout: 5s}\n"
             "views: [{name: numbers, rows: [{panels: [overview]}]}]\n",
             dir, path, sim.port);
    write_file(config, "%s", text);
    free(program_run((const char *[]){ "dxtop", "-c", config, "--now", LATER, "once", NULL },
                     &status));
    p = start("numbers");
    SHOWS(p, "Satisfaction");
    pty_send(p, "/Satis\r\r");
    SHOWS(p, "by the day");
    SHOWS(p, "Mon 23 Nov 2026");
    pty_send(p, "/23 Nov\r\r");
    SHOWS(p, "the day before");
    SHOWS(p, "that day");
    SHOWS(p, "Mon 16 Nov 2026");
    SHOWS(p, "4.9");
    SHOWS(p, "kpis` of the configuration");
    quit(p);
}
