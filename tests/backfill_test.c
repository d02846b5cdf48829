/* One source polled into a store: what it asks for, and what is committed. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "collect/poller.h"
#include "server.h"
#include "source/prometheus.h"
#include "store/internal.h"
#include "store_kit.h"

enum { WAIT_MS = 10000 };

static const char EMPTY[] =
    "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}";
static const char TOO_MANY[] =
    "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"query processing would load too "
    "many samples into memory in query execution\"}";

static struct query query = { .name = "q", .query = "up", .step_ms = 15000 };
static struct prometheus prometheus = { { &query, 1 }, false, false };
static struct source_settings settings;
static struct clock now;
static struct pollers shared;
static struct server *server;
static struct poller *poller;
static size_t commits;
static int ended; /* -1: under way */

static void on_polled(void *self, bool first, bool ok)
{
    (void)self;
    (void)first;
    ended = ok;
}

static void on_committed(void *self)
{
    (void)self;
    commits++;
}

static void on_broken(void *self, const struct dx_error *err)
{
    (void)self;
    cr_assert_fail("%s", err->text);
}

static void start(void)
{
    struct dx_error err = { 0 };

    kit_init();
    kit_collect();
    cr_assert(clock_parse(&now, "2026-11-24T14:30:00Z", &err));
    shared = (struct pollers){ .loop = ev_loop_new(EVFLAG_AUTO),
                               .store = kit.store,
                               .clock = &now,
                               .polled = on_polled,
                               .committed = on_committed,
                               .broken = on_broken };
    shared.http = http_new(shared.loop, "test");
    server = server_new(shared.loop);
    settings = (struct source_settings){
        .type = "prometheus",
        .name = "prom",
        .kind = &source_prometheus,
        .settings = &prometheus,
        .endpoint = { .url = server_url(server),
                      .user = "",
                      .ca = "",
                      .cert = "",
                      .key = "",
                      .proxy = "",
                      .timeout_ms = 5000,
                      .connect_timeout_ms = 5000,
                      .max_body = 4000 },
        .every_ms = 15000,
        .history_ms = 86400000,
        .share = 0.5,
    };
    poller = poller_new(&shared, &settings, kit.id[0]);
}

static void stop(void)
{
    poller_free(poller);
    server_free(server);
    http_free(shared.http);
    ev_loop_destroy(shared.loop);
    kit_done();
}

TestSuite(backfill, .init = start, .fini = stop, .timeout = 60);

static void say(int status, const char *body)
{
    server_say(server, 0,
               "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
               status, strlen(body), body);
}

/* One poll, whole; how many requests it was. */
static size_t poll_once(void)
{
    size_t before = server_requests(server);
    int64_t until = kit_boot_ms() + WAIT_MS;

    ended = -1;
    poller_start(poller, 0.);
    while (ended < 0 && kit_boot_ms() < until)
        ev_run(shared.loop, EVRUN_ONCE);
    cr_assert_neq(ended, -1, "it did not end");
    return server_requests(server) - before;
}

static const char *the_log(void)
{
    return ROWS(kit.store, DX_QUERY_LOG, NULL, clock_now(&now), DX_FIELD_LEVEL, DX_FIELD_TEXT);
}

static const char *the_source(void)
{
    return ROWS(kit.store, DX_QUERY_SOURCES, DX_FILTER(.source = "prom"), clock_now(&now),
                DX_FIELD_STATE, DX_FIELD_TEXT);
}

Test(backfill, the_back_fill_waits_while_a_reader_holds_the_store_up)
{
    const char *log;

    say(200, EMPTY);
    kit.store->strain_bytes = -1;
    cr_expect_eq(poll_once(), 2, "only what is new, and the version");
    cr_expect(ended);
    log = the_log();
    cr_expect(strstr(log, "the back-fill waits: a reader"), "%s", log);
    cr_expect(strstr(the_source(), "the back-fill waits"), "%s", the_source());
    cr_expect_eq(poll_once(), 1);
    log = the_log();
    cr_expect_null(strstr(strstr(log, "waits") + 1, "waits"), "said once: %s", log);
    kit.store->strain_bytes = STRAIN_BYTES;
    cr_expect_eq(poll_once(), 4, "120 points are known, 5640 are left: 3 chunks and the newest");
    log = the_log();
    cr_expect(strstr(log, "the back-fill goes on"), "%s", log);
    cr_expect_null(strstr(the_source(), "waits"), "%s", the_source());
    cr_expect_eq(poll_once(), 1, "all is there");
}

Test(backfill, a_chunk_that_is_refused_or_too_large_is_asked_for_in_halves)
{
    char large[6000];

    memset(large, ' ', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    say(200, EMPTY); /* the newest */
    say(200, EMPTY); /* the version */
    say(422, TOO_MANY);
    say(200, large);
    say(200, EMPTY);
    /* 2000 are refused, 1000 too large, so it goes on with 500 */
    cr_expect_eq(poll_once(), 4 + (5640 + 499) / 500);
    cr_expect(ended);
    cr_expect_null(strstr(the_log(), "cannot be answered"), "%s", the_log());
    cr_expect_null(strstr(the_log(), "larger"), "%s", the_log());
    cr_expect_eq(poll_once(), 1, "all is there");
}

Test(backfill, what_cannot_be_asked_for_in_less_fails_the_poll_in_words)
{
    say(422, TOO_MANY);
    cr_expect_eq(poll_once(), 5, "120, 60, 30 and 15 points, and the version");
    cr_expect_not(ended);
    cr_expect(strstr(the_source(), "query \"q\" cannot be answered: query processing"), "%s",
              the_source());
}

Test(backfill, each_commit_is_told)
{
    say(200, EMPTY);
    poll_once();
    cr_expect_eq(commits, 1);
}
