/* Every option of every panel: set to another value the screen differs, and what it cannot be is
 * refused in words, at its place in the file. Which options there are is asked of the program. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "../ticket_kit.h"
#include "tests/where.h"

enum { SIZE_ROWS = 48 };

/* A panel as it is, and with an option. */
static const struct changed {
    const char *panel, *option, *before, *with;
} changed[] = {
    { "overview", "show", "", "show: wall" },
    { "overview", "show", "", "show: review" },
    { "overview", "kpis", "show: wall", "show: wall, kpis: [duration_p90]" },
    { "queue", "source", "", "source: gitlab" },
    { "queue", "window", "", "window: 7d" },
    { "queue", "warn", "", "warn: 1s" },
    { "queue", "bad", "", "bad: 2h" },
    { "queue", "goals", "", "goals: {linux-xl: 1h}" },
    { "queue", "show", "", "show: heat" },
    { "queue", "show", "", "show: graph" },
    { "pipelines", "source", "", "source: jenkins" },
    { "pipelines", "window", "", "window: 7d" },
    { "pipelines", "warn", "", "warn: 100%" },
    { "pipelines", "bad", "warn: 100%", "warn: 100%, bad: 99%" },
    { "pipelines", "protected", "", "protected: protected" },
    { "pipelines", "show", "", "show: graph" },
    { "flaky", "source", "", "source: gitlab" },
    { "flaky", "warn", "", "warn: 1%" },
    { "flaky", "least", "", "least: 5" },
    { "flaky", "show", "", "show: detail" },
    { "failures", "source", "", "source: gitlab" },
    { "failures", "window", "", "window: 1h" },
    { "failures", "cause", "", "cause: test" },
    { "failures", "warn", "", "warn: 1" },
    { "desk", "show", "", "show: [days, replies]" },
    { "changes", "show", "", "show: better" },
    { "changes", "window", "", "window: 24h" },
    { "changes", "flaky", "", "flaky: 100%" },
    { "tickets", "source", "", "source: github" },
    { "tickets", "project", "", "project: OTHER" },
    { "tickets", "category", "", "category: runners" },
    { "tickets", "up_to", "", "up_to: 2" },
    { "tickets", "assignee", "", "assignee: nobody" },
    { "tickets", "label", "", "label: registry" },
    { "tickets", "recent", "", "recent: 30d" },
    { "tickets", "at_risk", "", "at_risk: 30d" },
    { "tickets", "old", "", "old: 1s" },
    { "runs", "source", "", "source: jenkins" },
    { "runs", "open", "", "open: yes" },
    { "runs", "window", "", "window: 1h" },
    { "runs", "stuck", "", "stuck: 1s" },
    { "runs", "protected", "", "protected: other" },
    /* of the platform's metrics and alerts, and of runbooks: */
    { "metric", "source", "", "source: p2" },
    { "metric", "query", "", "query: [busy]" },
    { "metric", "show", "query: [busy]", "query: [busy], show: graph" },
    { "metric", "show", "query: [busy]", "query: [busy], show: gauge" },
    { "metric", "show", "query: [busy]", "query: [busy], show: big" },
    { "metric", "show", "query: [busy]", "query: [busy], show: heat" },
    { "metric", "window", "query: [busy]", "query: [busy], window: 1h" },
    { "metric", "unit", "query: [busy]", "query: [busy], unit: percent" },
    { "metric", "worse", "query: [busy], warn: 0.5", "query: [busy], warn: 0.5, worse: below" },
    { "metric", "warn", "query: [busy]", "query: [busy], warn: 0.1" },
    { "metric", "bad", "query: [busy]", "query: [busy], bad: 0.1" },
    { "metric", "min", "query: [busy], show: graph", "query: [busy], show: graph, min: -5" },
    { "metric", "max", "query: [busy], show: graph", "query: [busy], show: graph, max: 7" },
    { "metric", "top", "query: [busy]", "query: [busy], top: 2" },
    { "metric", "by", "query: [waiting]", "query: [waiting], by: [pool]" },
    { "alerts", "source", "", "source: a2" },
    { "alerts", "severity", "", "severity: critical" },
    { "alerts", "muted", "", "muted: no" },
    { "alerts", "resolved", "", "resolved: 2d" },
    { "sources", "type", "", "type: prometheus" },
    { "log", "level", "", "level: error" },
    { "log", "source", "", "source: p1" },
    { "runbooks", "words", "", "words: drained" },
    { "rules", "rule", "", "rule: red" }, /* rules_screen_test has a store with rules */
};
enum { CHANGED = sizeof(changed) / sizeof(changed[0]) };

static char *dir, config[256];
static const char *now;

static char *run(const char *view, bool week, int *status)
{
    const char *argv[] = { "dxtop",  "-c",     config,     "--state", dir,
                           "--now",  now,      "screen",   "--view",  view,
                           "--size", "160x48", "--format", "text",    week ? "--week" : NULL,
                           NULL };

    return program_run(argv, status);
}

/* What is compared is shown week against week. */
static bool is_weekly(const struct changed *c)
{
    return strcmp(c->panel, "changes") == 0;
}

/* The screen without what is above the panel, which names the view. */
static char *screen(const char *head, const char *panel, const char *options, bool week)
{
    int status;
    char *text, *at;

    write_file(config, "%sviews: [{name: v, rows: [{panels: [{panel: %s%s%s}]}]}]\n", head, panel,
               *options ? ", " : "", options);
    text = run("v", week, &status);
    cr_assert_eq(status, 0, "%s, %s: %s", panel, options, text);
    at = strchr(text, '\n');
    at = at ? strchr(at + 1, '\n') : NULL;
    cr_assert(at, "%s", text);
    memmove(text, at, strlen(at) + 1);
    return text;
}

static bool is_of(const struct changed *c, const char *const *panels)
{
    for (; *panels; panels++)
        if (strcmp(*panels, c->panel) == 0)
            return true;
    return false;
}

static void expect_changes(const char *head, const char *const *panels)
{
    for (int i = 0; i < CHANGED; i++) {
        const struct changed *c = &changed[i];
        char *before, *with;

        if (!is_of(c, panels))
            continue;
        before = screen(head, c->panel, c->before, is_weekly(c));
        with = screen(head, c->panel, c->with, is_weekly(c));
        cr_expect(strcmp(before, with) != 0, "%s {%s} is as {%s}:\n%s", c->panel, c->with,
                  c->before, with);
        free(before);
        free(with);
    }
}

static void setup(void)
{
    set_paths();
    setenv("TZ", "UTC", 1);
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    now = KIT_NOW;
}

static void teardown(void)
{
    free(dir);
}

TestSuite(panel_options, .init = setup, .fini = teardown, .timeout = 300);

Test(panel_options, of_a_company_change_the_screen)
{
    static const char *const panels[] = { "overview", "queue",   "pipelines", "flaky", "failures",
                                          "desk",     "changes", "tickets",   "runs",  NULL };
    char store[256], head[400];

    snprintf(store, sizeof(store), "%s/t.db", dir);
    snprintf(head, sizeof(head), "store: %s\n", store);
    company_write(store, KIT_NORMAL);
    tickets_write_history(store);
    expect_changes(head, panels);
}

/* Two servers of each kind, at two moments: in between alerts came and went. */
Test(panel_options, of_metrics_alerts_and_runbooks_change_the_screen)
{
    static const char *const panels[] = { "metric", "alerts", "sources", "log", "runbooks", NULL };
    static const char *const times[] = { "2026-11-24T14:32:07Z", "2026-11-24T23:32:07Z" };
    char head[2400], path[300];
    int status, port = 0;

    snprintf(path, sizeof(path), "%s/books", dir);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/books/pool.md", dir);
    write_file(path, "# A pool is offline\n\nAsk who drained it.\n");
    snprintf(path, sizeof(path), "%s/books/proxy.md", dir);
    write_file(path, "# Registry answers 503\n\nLook at the proxy.\n");
    for (int i = 0; i < 2; i++) {
        char at[64], port_option[24];
        struct sim sim;

        snprintf(at, sizeof(at), "--now=%s", times[i]);
        snprintf(port_option, sizeof(port_option), "--port=%d", port); /* the same servers */
        now = times[i];
        sim = sim_start(at, port_option);
        port = sim.port;
        snprintf(head, sizeof(head),
                 "store: %s/s.db\nrunbooks: books\nsources:\n"
                 "  - {type: prometheus, name: p1, url: %s, alerts: no, queries: {waiting: "
                 "{query: ci_jobs_waiting}, busy: {query: 'sum by (pool) (ci_runner_busy) / sum by "
                 "(pool) (ci_runner_capacity)', unit: ratio, step: 60s}}}\n"
                 "  - {type: prometheus, name: p2, url: '%s/', alerts: no, queries: {capacity: "
                 "{query: sum(ci_runner_capacity)}}}\n"
                 "  - {type: alertmanager, name: a1, url: %s}\n"
                 "  - {type: alertmanager, name: a2, url: '%s/'}\n",
                 dir, sim.url, sim.url, sim.url, sim.url);
        write_file(config, "%sviews: [{name: v, rows: [{panels: [log]}]}]\n", head);
        free(program_run(
            (const char *[]){ "dxtop", "-c", config, "--state", dir, "--now", now, "once", NULL },
            &status));
        cr_assert_eq(status, 0);
        program_end(&sim.program, SIGTERM);
    }
    expect_changes(head, panels);
}

/* ---- which options there are ---- */

struct option {
    char panel[32], name[32], type[32];
};

/* The next option of --print-options whose section is a panel's; false: no more. */
static bool next_option(const char **at, struct option *o)
{
    for (; **at; *at += strcspn(*at, "\n"), *at += **at == '\n') {
        char section[64];

        if (sscanf(*at, ".\\\" %63[a-z-]", section) == 1) {
            o->panel[0] = '\0';
            for (int i = 0; i < CHANGED; i++)
                if (strcmp(changed[i].panel, section) == 0)
                    snprintf(o->panel, sizeof(o->panel), "%.31s", section);
        } else if (*o->panel &&
                   sscanf(*at, ".It Ic %31[a-z_] : Ar %31[a-z |]", o->name, o->type) == 2) {
            *at += strcspn(*at, "\n");
            return true;
        }
    }
    return false;
}

static char *printed_options(void)
{
    int status;
    char *text = program_run((const char *[]){ "dxtop", "--print-options", NULL }, &status);

    cr_assert_eq(status, 0);
    return text;
}

/* One that is new has to be here too, and a panel that is. */
Test(panel_options, are_all_here)
{
    char *text = printed_options();
    const char *at = text;
    struct option o = { .panel = "" };
    int count = 0;

    for (; next_option(&at, &o); count++) {
        bool here = false;

        for (int i = 0; i < CHANGED; i++)
            here = here || (strcmp(changed[i].panel, o.panel) == 0 &&
                            strcmp(changed[i].option, o.name) == 0);
        cr_expect(here, "%s: %s", o.panel, o.name);
    }
    cr_expect_geq(count, 59, "%d", count);
    free(text);
}

/* ---- what they cannot be ---- */

static const struct wrong {
    const char *type, *value, *words;
} wrongs[] = {
    { "choice", "nonsense", "nonsense" },
    { "duration", "soon", "soon" },
    { "share", "much", "much" },
    { "count", "-1", "-1" },
    { "number", "a lot", "a lot" },
    { "yes | no", "perhaps", "perhaps" },
    { "list", "{a: b}", "list" },
    { "mapping", "[a, b]", "mapping" },
    { "text", "{a: b}", "" },
};

static const struct wrong *wrong_of(const char *type)
{
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++)
        if (strcmp(wrongs[i].type, type) == 0)
            return &wrongs[i];
    return NULL;
}

/* The line of the file, the option, and what is wrong with it; status 2. */
Test(panel_options, that_are_wrong_are_refused_in_words)
{
    char *text = printed_options();
    const char *at = text;
    struct option o = { .panel = "" };

    while (next_option(&at, &o)) {
        const struct wrong *w = wrong_of(o.type);
        char command[600], place[64], *said;
        int status;

        cr_assert(w, "%s: %s is a %s", o.panel, o.name, o.type);
        write_file(config,
                   "views:\n  - name: v\n    rows:\n      - panels:\n          - panel: %s\n"
                   "            %s: %s\n",
                   o.panel, o.name, w->value);
        snprintf(command, sizeof(command), "%s/dxtop -c %s --state %s screen 2>&1", BUILD_DIR,
                 config, dir);
        said = program_run((const char *[]){ "/bin/sh", "-c", command, NULL }, &status);
        snprintf(place, sizeof(place), "t.yaml:6:");
        cr_expect_eq(status, 2, "%s {%s: %s}: %d", o.panel, o.name, w->value, status);
        cr_expect(strstr(said, place) && strstr(said, o.name) && strstr(said, w->words),
                  "%s {%s: %s}: %s", o.panel, o.name, w->value, said);
        free(said);
    }
    free(text);
}
