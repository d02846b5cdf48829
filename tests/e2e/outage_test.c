/* The dashboard while its servers go wrong, through a proxy: it answers keys, what it showed
 * stays and is marked as old, the reason is a sentence, and it recovers by itself. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <criterion/criterion.h>

#include "../proxy.h"
#include "../run.h"
#include "pty.h"

enum { ANSWER_MS = 1000, TRIES = 3, LOST_MS = 30000 };

static const char NOW[] = "2026-11-24T14:32:07Z@20";

static char *dir, config[256];
static struct sim sim;
static struct proxy proxy;

static void be_many(struct answer *a, const char *request)
{
    enum { MOST = 8 << 20 };
    char *body = malloc(MOST);

    (void)request;
    for (size_t i = 0; i < MOST; i++)
        body[i] = "[],"[i % 3];
    body[0] = '[';
    answer_set(a, body, MOST);
    free(body);
}

static void say_1_gib(struct answer *a, const char *request)
{
    (void)request;
    answer_header(a, "Content-Length: 1073741824");
}

static const struct {
    const char *name;
    const char *words; /* on the screen */
    struct proxy_fault fault;
} outages[] = {
    { "black hole", "within 0.6 s", { .door = PROXY_HOLE } },
    { "a byte now and then", "within 0.6 s", { .drip_ms = 50 } },
    { "a web page",
      "answered with a web page",
      { .reply = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n"
                 "<title>It works!</title>" } },
    { "8 MiB of empty lists", "lost: ", { .spoil = be_many } },
    { "1 GiB", "larger than max_body", { .spoil = say_1_gib, .flood = 1 << 30 } },
};
enum { OUTAGES = sizeof(outages) / sizeof(outages[0]) };

static void setup(void)
{
    set_paths();
    dir = test_dir();
    sim = sim_start("--clock", NOW);
    proxy = proxy_start(sim.port);
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    write_file(
        config,
        "sources:\n"
        "  - {type: prometheus, url: 'http://127.0.0.1:%d', every: 10s, history: 1h,\n"
        "     alerts: no, timeout: 600ms, queries: {waiting: {query: 'sum by (pool) "
        "(ci_jobs_waiting)', unit: count, step: 60s}}}\n"
        "  - {type: alertmanager, url: 'http://127.0.0.1:%d', every: 10s, timeout: 600ms}\n"
        "views:\n"
        "  - {name: One, rows: [{panels: [{panel: metric, query: waiting}, alerts]},\n"
        "     {panels: [sources, log]}]}\n"
        "  - {name: Two, rows: [{panels: [{panel: metric, query: waiting, show: graph}]}]}\n",
        proxy.port, proxy.port);
}

static void teardown(void)
{
    proxy_end(&proxy);
    program_end(&sim.program, SIGTERM);
    free(dir);
}

TestSuite(outage, .init = setup, .fini = teardown, .timeout = 240);

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* From the key to the paint, there and back; the best of some tries, for the machine is busy. */
static double answer_ms(struct pty *p)
{
    double best = 1e9;

    for (int i = 0; i < TRIES; i++) {
        double from = now_ms(), took;

        pty_send(p, "2");
        cr_expect(pty_shows(p, "max ", 5000), "%s", pty_text(p));
        took = now_ms() - from;
        pty_send(p, "1");
        cr_expect(pty_shows(p, "Sources", 5000), "%s", pty_text(p));
        best = took < best ? took : best;
    }
    return best;
}

Test(outage, keys_are_answered_old_data_is_marked_and_it_recovers)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--clock", NOW, NULL };
    struct pty *p = pty_start(argv, 40, 140, "xterm-256color");

    cr_assert(pty_shows(p, "2 of 2 live", 20000), "%s", pty_text(p));
    cr_assert(pty_shows(p, "linux-xl", 10000), "%s", pty_text(p));
    for (size_t i = 0; i < OUTAGES; i++) {
        const char *name = outages[i].name;
        double took;

        proxy_fault(&proxy, &outages[i].fault);
        cr_expect(pty_shows(p, "2 lost", LOST_MS), "%s: %s", name, pty_text(p));
        cr_expect(pty_shows(p, outages[i].words, LOST_MS), "%s: %s", name, pty_text(p));
        took = answer_ms(p);
        cr_expect_lt(took, ANSWER_MS, "%s: %g ms from the key to the paint", name, took);
        cr_expect(pty_shows(p, "stale", LOST_MS), "%s: %s", name, pty_text(p));
        cr_expect(pty_shows(p, "linux-xl", 1000), "%s: %s", name, pty_text(p));
        proxy_fault(&proxy, NULL);
        cr_expect(pty_shows(p, "2 of 2 live", LOST_MS), "%s: %s", name, pty_text(p));
        cr_expect(pty_lacks(p, "stale", LOST_MS), "%s: %s", name, pty_text(p));
    }
    pty_send(p, "q");
    cr_expect(pty_ended(p, 3000));
    cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0, "%x", p->status);
    cr_expect(pty_restored(p));
    pty_free(p);
}
