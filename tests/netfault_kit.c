/* netfault_kit: one source polls the simulated company through a proxy. */
#include "config.h"

#include "netfault_kit.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/kinds.h"
#include "collect/poller.h"
#include "core/time.h"
#include "run.h"

static const char NOW[] = "2026-11-24T14:32:07Z";
static const int64_t NOW_MS = 1795530727000;

struct proxy proxy;
unsigned netfault_usual;

static bool running;

static struct sim sim;
static int64_t ahead_ms;
static const char *history;
static struct {
    struct ev_loop *loop;
    struct clock clock;
    struct pollers shared;
    struct config config;
    struct poller *poller;
    int polled;
    int64_t id;
} t;

static const struct {
    const char *type, *path, *history, *more;
} kinds[] = {
    { "prometheus", "", "30m", "queries: {waiting: 'sum by (pool) (ci_jobs_waiting)'}" },
    { "alertmanager", "", "1h", "" },
    { "github", "/api/v3", "6h", "org: acme, logs: yes, issues: yes" },
    { "gitlab", "/gitlab", "6h", "group: acme, logs: yes" },
    { "jenkins", "/jenkins", "6h", "user: me, logs: yes" },
    { "azure", "/azure", "6h", "logs: yes" },
    { "jira", "/jira", "1d", "" },
    { "servicenow", "/snow", "1d", "" },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const char *const netfault_types[] = { "prometheus", "alertmanager", "github",
                                       "gitlab",     "jenkins",      "azure",
                                       "jira",       "servicenow",   NULL };

/* ---- the company ---- */

void netfault_start(void)
{
    const char *argv[] = { "dxtop-sim", "--until-stdin", "--now", NOW, "--repos", "8", "--history",
                           "1d",        "--rate-limit",  "0",     NULL };

    set_paths();
    setenv("DX_TEST_TOKEN", "t0ken", 1);
    sim = sim_start_as(argv);
    proxy = proxy_start(sim.port);
    t.loop = ev_loop_new(EVFLAG_AUTO);
    t.clock = (struct clock){ .simulated = true, .start_ms = NOW_MS, .boot_ms = time_boot_ms() };
}

static void forget(void)
{
    poller_free(t.poller);
    t.poller = NULL;
    if (!t.shared.http)
        return;
    http_free(t.shared.http);
    t.shared.http = NULL;
    config_done(&t.config);
    kit_done();
}

void netfault_stop(void)
{
    forget();
    ev_loop_destroy(t.loop);
    proxy_end(&proxy);
    program_end(&sim.program, SIGTERM);
}

void netfault_clock(long ahead_s, const char *all_of)
{
    history = all_of;
    ahead_ms = ahead_s * INT64_C(1000);
}

/* ---- the source ---- */

static void on_committed(void *self)
{
    (void)self;
}

static void on_polled(void *self, bool first, bool ok)
{
    (void)self;
    (void)first;
    (void)ok;
    t.polled++;
    if (!running)
        ev_break(t.loop, EVBREAK_ALL);
}

static void on_broken(void *self, const struct dx_error *err)
{
    (void)self;
    cr_assert_fail("the store refuses: %s", err->text);
}

static void load(const char *type)
{
    struct config_kinds ours = kinds_of_sources(), none = { 0 };
    struct buf complaints;
    char text[512];
    size_t i = 0;

    while (i < KINDS && strcmp(kinds[i].type, type) != 0)
        i++;
    cr_assert_lt(i, KINDS, "%s", type);
    snprintf(text, sizeof(text),
             "sources:\n  - {type: %s, name: it, url: 'http://127.0.0.1:%d%s', every: 30s, "
             "token: {env: DX_TEST_TOKEN}, history: %s, %s}\n",
             type, proxy.port, kinds[i].path, history ? history : kinds[i].history, kinds[i].more);
    buf_init(&complaints, 4096);
    config_load(&t.config, "t.yaml", text, &ours, &none, &complaints);
    cr_assert_eq(complaints.len, 0, "%s", complaints.bytes);
    buf_done(&complaints);
}

static void open_store(void)
{
    const struct source_settings *s = &t.config.sources[0];
    const struct source_row row = { s->name, s->type, s->endpoint.url, poller_yields(s),
                                    s->every_ms };
    struct dx_error err = { 0 };

    kit_init();
    kit.store = store_open(kit.path, STORE_COLLECT, &err);
    cr_assert_not_null(kit.store, "%s", err.text);
    cr_assert(store_lock(kit.store));
    cr_assert(store_sources(kit.store, &row, 1, &t.id, &err), "%s", err.text);
}

void netfault_source(const char *type)
{
    static const struct proxy_fault no_etags;
    long before = -1;
    unsigned requests;

    forget();
    t.clock.start_ms = NOW_MS + ahead_ms;
    t.clock.speed = 0.;
    proxy_fault(&proxy, NULL);
    load(type);
    open_store();
    t.shared = (struct pollers){ .loop = t.loop,
                                 .http = http_new(t.loop, "dxtop/test"),
                                 .store = kit.store,
                                 .clock = &t.clock,
                                 .polled = on_polled,
                                 .committed = on_committed,
                                 .broken = on_broken };
    netfault_deadline(NETFAULT_LATE_MS);
    t.poller = poller_new(&t.shared, &t.config.sources[0], t.id);
    netfault_usual = 0;
    for (int polls = 0, same = 0; polls < 20 && same < 2; polls++) {
        same = netfault_records() == before ? same + 1 : 0;
        before = netfault_records();
        requests = netfault_poll();
        netfault_usual = polls > 1 && requests > netfault_usual ? requests : netfault_usual;
    }
    proxy_fault(&proxy, &no_etags);
    requests = netfault_poll();
    netfault_usual = requests > netfault_usual ? requests : netfault_usual;
    proxy_fault(&proxy, NULL);
    cr_assert_gt(netfault_records(), 0, "%s: nothing came: %s", type, netfault_standing().text);
    cr_assert_eq(netfault_standing().state, DX_SOURCE_LIVE, "%s: %s", type,
                 netfault_standing().text);
}

/* ---- polls ---- */

static void on_late(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)timer;
    (void)revents;
    cr_assert_fail("no poll ended within a minute");
}

static void on_end(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)timer;
    (void)revents;
    ev_break(loop, EVBREAK_ALL);
}

unsigned netfault_poll(void)
{
    int before = t.polled;
    unsigned requests = proxy.seen->requests;
    int64_t due_ms = netfault_standing().next_ms;
    ev_timer late;

    if (due_ms > netfault_now_ms())
        t.clock.start_ms = due_ms;
    ev_timer_init(&late, on_late, 60., 0.);
    ev_timer_start(t.loop, &late);
    poller_start(t.poller, 0.);
    while (t.polled == before)
        ev_run(t.loop, 0);
    ev_timer_stop(t.loop, &late);
    return proxy.seen->requests - requests;
}

void netfault_deadline(int ms)
{
    t.config.sources[0].endpoint.timeout_ms = ms;
    t.config.sources[0].endpoint.connect_timeout_ms = ms;
}

void netfault_run(double speed, double seconds)
{
    bool stood = t.clock.speed <= 0.;
    ev_timer end;

    t.clock.start_ms = clock_now(&t.clock);
    t.clock.boot_ms = time_boot_ms();
    t.clock.speed = speed;
    ev_timer_init(&end, on_end, seconds, 0.);
    ev_timer_start(t.loop, &end);
    if (stood)
        poller_start(t.poller, 0.);
    running = true;
    ev_run(t.loop, 0);
    running = false;
    ev_timer_stop(t.loop, &end);
}

struct standing netfault_standing(void)
{
    struct reader reader = store_reader(kit.store);
    struct dx_error err = { 0 };
    struct standing s = { 0 };
    void *rows;

    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    rows = reader.open(reader.self, DX_QUERY_SOURCES, NULL, clock_now(&t.clock));
    cr_assert(reader.ops->next(rows));
    s.state = (int)reader.ops->integer(rows, DX_FIELD_STATE);
    s.fault = (int)reader.ops->integer(rows, DX_FIELD_FAULT);
    s.last_ok_ms = reader.ops->integer(rows, DX_FIELD_LAST_OK);
    s.next_ms = reader.ops->integer(rows, DX_FIELD_NEXT);
    s.skew_ms = reader.ops->integer(rows, DX_FIELD_SKEW);
    snprintf(s.text, sizeof(s.text), "%s", reader.ops->text(rows, DX_FIELD_TEXT));
    reader.ops->close(rows);
    store_end(kit.store);
    return s;
}

/* How far back those that are done go depends on the clock. */
static int64_t open_tickets(int64_t now_ms)
{
    struct reader reader = store_reader(kit.store);
    struct dx_error err = { 0 };
    int64_t n = 0;
    void *rows;

    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    rows = reader.open(reader.self, DX_QUERY_TICKETS, NULL, now_ms);
    while (reader.ops->next(rows))
        n += !reader.ops->has(rows, DX_FIELD_RESOLVED);
    reader.ops->close(rows);
    store_end(kit.store);
    return n;
}

/* Alerts and samples are by our clock, runs and tickets by the server's. */
long netfault_records(void)
{
    int64_t ours_ms = clock_now(&t.clock), theirs_ms = ours_ms - ahead_ms;

    return (long)(kit_count(kit.store, DX_QUERY_SAMPLES, ours_ms) +
                  kit_count(kit.store, DX_QUERY_ALERTS, ours_ms) +
                  kit_count(kit.store, DX_QUERY_RUNS, theirs_ms) + open_tickets(theirs_ms));
}

int64_t netfault_now_ms(void)
{
    return clock_now(&t.clock);
}

const char *netfault_log(void)
{
    return ROWS(kit.store, DX_QUERY_LOG, NULL, clock_now(&t.clock), DX_FIELD_LEVEL, DX_FIELD_TEXT);
}

/* ---- what is promised ---- */

void netfault_is_sentence(const char *text, const char *where)
{
    cr_expect(strlen(text) > 10 && strlen(text) < 200, "%s: %s", where, text);
    for (const char *c = text; *c; c++)
        cr_expect(!iscntrl((unsigned char)*c) && *c != '<', "%s: %s", where, text);
    cr_expect_null(strstr(text, "t0ken"), "%s: %s", where, text);
}

void netfault_recovers(const char *type, const char *what)
{
    long records = netfault_records();
    struct standing now;

    proxy_fault(&proxy, NULL);
    netfault_deadline(NETFAULT_LATE_MS);
    netfault_poll();
    now = netfault_standing();
    cr_expect_eq(now.state, DX_SOURCE_LIVE, "%s, %s: %d, %s", type, what, now.state, now.text);
    cr_expect_geq(netfault_records(), records, "%s, %s", type, what);
}
