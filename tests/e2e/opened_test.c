/* What is opened by Enter, level by level, as it looks at three sizes; on a company that the
 * test made. What stands beside a list without a key is in the golden screens of views. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "../company_kit.h"
#include "../golden.h"
#include "../run.h"
#include "pty.h"
#include "stage.h"

/* Each panel alone: what is opened has all of the screen. */
static void setup(void)
{
    stage_set();
    write_file(config,
               "title: acme\nstore: %s\nviews:\n"
               "  - {name: Health, rows: [{panels: [overview]}]}\n"
               "  - {name: Queues, rows: [{panels: [queue]}]}\n"
               "  - {name: Pipelines, rows: [{panels: [pipelines]}]}\n"
               "  - {name: Flaky, rows: [{panels: [flaky]}]}\n"
               "  - {name: Failures, rows: [{panels: [failures]}]}\n",
               store);
    company_write(store, KIT_NORMAL);
    company_hold(store);
}

TestSuite(opened, .init = setup, .timeout = 300);

enum { STEPS_MOST = 5 };

/* What each key opens has this in it, at any size. */
struct way {
    const char *name, *view, *first; /* first: what it shows before any key */
    struct {
        const char *keys, *shows;
    } step[STEPS_MOST];
};

static const struct way ways[] = {
    { "queue", "Queues", "linux-xl", { { "\r", "waiting" }, { "\r", "created" } } },
    { "pipeline",
      "Pipelines",
      "api/test",
      { { "\r", "CAUSE" }, { "\r", "JOB" }, { "\r", "created" } } },
    { "flaky", "Flaky", "RATE", { { "\r", "evidence" }, { "\r", "JOB" }, { "\r", "created" } } },
    { "failures", "Failures", "registry", { { "\r", "JOB" }, { "\r", "created" } } },
    { "key-number",
      "Health",
      "latform",
      { { "/queue p95\r", "/queue p95" },
        { "\r", "all: " },
        { "\r", "train" },
        { "\r", "gpu › gpu" },
        { "\r", "created" } } },
};

static const struct {
    int rows, cols;
} sizes[] = { { 40, 120 }, { 24, 80 }, { 10, 40 } };

static char *look(void *p)
{
    pty_read(p, 0);
    return pty_text(p);
}

static void go(const struct way *way, int rows, int cols)
{
    const char *argv[] = { "dxtop", "-c",    config,   "--state", dir,
                           "--now", KIT_NOW, "--view", way->view, NULL };
    struct pty *p;
    char name[100], *text;

    p = pty_start(argv, rows, cols, "xterm-256color");
    cr_assert(pty_shows(p, way->first, PTY_PATIENCE_MS), "%s", pty_text(p));
    for (int i = 0; i < STEPS_MOST && way->step[i].keys; i++) {
        pty_send(p, way->step[i].keys);
        cr_assert(pty_shows(p, way->step[i].shows, PTY_PATIENCE_MS), "%s %d, no \"%s\":\n%s",
                  way->name, i, way->step[i].shows, pty_text(p));
        snprintf(name, sizeof(name), "screens/opened-%s-%d-%dx%d", way->name, i + 1, cols, rows);
        golden_wait(look, p, name);
        pty_read(p, 100);
        text = pty_text(p);
        golden_text(text, name);
        free(text);
    }
    pty_quit(p, "q");
}

Test(opened, looks_as_it_did)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        for (size_t size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++)
            go(&ways[i], sizes[size].rows, sizes[size].cols);
}
