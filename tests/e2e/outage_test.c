/* The dashboard while its servers go wrong, through a proxy: it answers keys, what it showed
 * stays and is marked as old, the reason is a sentence, and it recovers by itself. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../certificates.h"
#include "../proxy.h"
#include "../run.h"
#include "pty.h"
#include "tests/where.h"

enum { ANSWER_MS = 1000, TRIES = 5, FAST = 3, TRIES_MS = 40000, LOST_MS = 60000 };

static const char NOW[] = "2026-11-24T14:32:07Z@20";

static char *dir, config[256];
static struct sim sim;
static struct proxy proxy;
static struct program relay;

static void be_many(struct answer *a, const char *request)
{
    enum { MOST = 8 << 20 };
    char *body = malloc(MOST);

    (void)request;
    body[0] = '[';
    for (size_t i = 1; i < MOST; i++)
        body[i] = "[],"[(i - 1) % 3];
    answer_set(a, body, MOST);
    free(body);
}

static void be_deep(struct answer *a, const char *request)
{
    enum { LEVELS = 100000 };
    char *body = malloc(LEVELS);

    (void)request;
    memset(body, '[', LEVELS);
    answer_set(a, body, LEVELS);
    free(body);
}

/* 64 MiB of zeros in 64 KiB: made once, for that takes as long as an answer may. */
static char bomb[1 << 20];
static size_t bomb_len;

static void make_the_bomb(void)
{
    FILE *pipe = popen("head -c 67108864 /dev/zero | gzip -9", "r");

    cr_assert(pipe);
    bomb_len = fread(bomb, 1, sizeof(bomb), pipe);
    cr_assert(pclose(pipe) == 0 && bomb_len > 0);
}

static void be_a_bomb(struct answer *a, const char *request)
{
    (void)request;
    answer_set(a, bomb, bomb_len);
    answer_header(a, "Content-Encoding: gzip");
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
    { "black hole", "within 2 s", { .door = PROXY_HOLE } },
    { "a byte now and then", "within 2 s", { .drip_ms = 50 } },
    { "a web page",
      "answered with a web page",
      { .reply = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n"
                 "<title>It works!</title>" } },
    { "8 MiB of empty lists", "too much in it", { .spoil = be_many } },
    { "nested without end", "nested too deeply", { .spoil = be_deep } },
    { "a gzip bomb", "larger than max_body", { .spoil = be_a_bomb } },
    { "1 GiB", "larger than max_body", { .spoil = say_1_gib, .flood = 1 << 30 } },
};
enum { OUTAGES = sizeof(outages) / sizeof(outages[0]) };

/* Two sources at this address, with these options. */
static void write_config(const char *scheme, int port, const char *options)
{
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    write_file(
        config,
        "sources:\n"
        "  - {type: prometheus, url: '%s://127.0.0.1:%d', every: 10s, history: 1h, %s,\n"
        "     alerts: no, queries: {waiting: {query: 'sum by (pool) "
        "(ci_jobs_waiting)', unit: count, step: 60s}}}\n"
        "  - {type: alertmanager, url: '%s://127.0.0.1:%d', every: 10s, %s}\n"
        "views:\n"
        "  - {name: One, rows: [{panels: [{panel: metric, query: waiting}, alerts]},\n"
        "     {panels: [sources, log]}]}\n"
        "  - {name: Two, rows: [{panels: [{panel: metric, query: waiting, show: graph}]}]}\n",
        scheme, port, options, scheme, port, options);
}

static void setup(void)
{
    set_paths();
    dir = test_dir();
    sim = sim_start("--clock", NOW);
}

static void setup_proxy(void)
{
    setup();
    make_the_bomb();
    proxy = proxy_start(sim.port);
    write_config("http", proxy.port, "timeout: 2s");
}

/* A file says which certificate the relay shows. */
static void serve(const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/serve", dir);
    write_file(path, "%s", name);
}

static void setup_relay(void)
{
    char server[16], options[300], line[64] = "";
    const char *argv[] = { "python3", SRC_DIR "/tests/e2e/tls_relay.py", server, NULL, NULL };
    int port = 0;

    setup();
    certificates_make(dir);
    serve("good");
    snprintf(server, sizeof(server), "%d", sim.port);
    argv[3] = dir;
    relay = program_start(argv);
    for (size_t len = 0; len + 1 < sizeof(line) && !strchr(line, '\n'); len++)
        if (read(relay.out, line + len, 1) != 1)
            break;
    cr_assert(sscanf(line, "%d", &port) == 1, "%s", line);
    snprintf(options, sizeof(options), "ca: '%s/ca.pem', timeout: 5s", dir);
    write_config("https", port, options);
}

static void teardown(void)
{
    if (proxy.pid > 0)
        proxy_end(&proxy);
    program_end(&relay, SIGKILL);
    program_end(&sim.program, SIGTERM);
    free(dir);
}

TestSuite(outage, .init = setup_proxy, .fini = teardown, .timeout = 600);
TestSuite(certificate, .init = setup_relay, .fini = teardown, .timeout = 600);

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* From the key to the paint, there and back: most of some tries are fast; not all, for the machine
 * is busy. All of them have one deadline. */
static void expect_answers(struct pty *p, const char *name)
{
    double began = now_ms(), slowest = 0.;
    int fast = 0, tries = 0;

    while (fast < FAST && tries - fast <= TRIES - FAST && now_ms() - began < TRIES_MS) {
        double from = now_ms(), took;

        pty_send(p, "2");
        cr_expect(pty_shows(p, "max ", PTY_PATIENCE_MS), "%s", pty_text(p));
        took = now_ms() - from;
        pty_send(p, "1");
        cr_expect(pty_shows(p, "Sources", PTY_PATIENCE_MS), "%s", pty_text(p));
        tries++;
        fast += took < ANSWER_MS;
        slowest = took > slowest ? took : slowest;
    }
    cr_expect_eq(fast, FAST, "%s: of %d keys %d were answered within %d ms, the slowest in %g ms",
                 name, tries, fast, ANSWER_MS, slowest);
}

static struct pty *start(void)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--clock", NOW, NULL };
    struct pty *p = pty_start(argv, 40, 140, "xterm-256color");

    cr_assert(pty_shows(p, "2 of 2 live", 20000), "%s", pty_text(p));
    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s", pty_text(p));
    return p;
}

static void expect_lost(struct pty *p, const char *name, const char *words)
{
    cr_expect(pty_shows(p, "2 lost", LOST_MS), "%s: %s", name, pty_text(p));
    cr_expect(pty_shows(p, words, LOST_MS), "%s: %s", name, pty_text(p));
    expect_answers(p, name);
    cr_expect(pty_shows(p, "stale", LOST_MS), "%s: %s", name, pty_text(p));
    cr_expect(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s: %s", name, pty_text(p));
}

static void expect_live(struct pty *p, const char *name)
{
    cr_expect(pty_shows(p, "2 of 2 live", LOST_MS), "%s: %s", name, pty_text(p));
    cr_expect(pty_lacks(p, "stale", LOST_MS), "%s: %s", name, pty_text(p));
}

static void quit(struct pty *p)
{
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0, "%x", p->status);
    cr_expect(pty_restored(p));
    pty_free(p);
}

Test(outage, keys_are_answered_old_data_is_marked_and_it_recovers)
{
    struct pty *p = start();

    for (size_t i = 0; i < OUTAGES; i++) {
        proxy_fault(&proxy, &outages[i].fault);
        expect_lost(p, outages[i].name, outages[i].words);
        proxy_fault(&proxy, NULL);
        expect_live(p, outages[i].name);
    }
    quit(p);
}

static const struct {
    const char *name, *serve, *words;
} certificates[] = {
    { "that has expired", "old", "the certificate of 127.0.0.1 has expired" },
    { "of another host", "other", "the certificate of 127.0.0.1 is for another host" },
    { "of an unknown authority", "stranger", "the certificate of 127.0.0.1 is not trusted" },
};

Test(certificate, that_turns_bad_is_said_and_a_good_one_is_taken_without_a_key)
{
    struct pty *p = start();

    for (size_t i = 0; i < sizeof(certificates) / sizeof(certificates[0]); i++) {
        serve(certificates[i].serve);
        expect_lost(p, certificates[i].name, certificates[i].words);
        serve("good");
        expect_live(p, certificates[i].name);
    }
    quit(p);
}
