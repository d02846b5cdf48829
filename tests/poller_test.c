/* One source's polls, against a scripted server, with a store of their own. The
 * source is the test's: what its answers say is what it does. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/poller.h"
#include "server.h"
#include "source/plan.h"
#include "source/source.h"
#include "store_kit.h"

enum { STEP_PART, STEP_PROBE };

static struct {
    struct ev_loop *loop;
    struct server *server;
    struct clock clock;
    struct pollers shared;
    struct source_settings settings;
    struct poller *poller;
    int64_t id;
    int polled, decoded;
    bool ok;                /* of the last poll */
    struct dx_error broken; /* what the store refused with */
    const char *paths[4];   /* what a poll asks for; the first with "?from=<cursor>" */
    unsigned flags[4];      /* enum plan_flags of each */
} t;

/* ---- the source ---- */

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    int64_t from = cursors->get(cursors->self, "from");

    (void)config;
    for (int i = 0; t.paths[i]; i++) {
        struct plan_request *r = plan_get(plan, STEP_PART, t.paths[i], NULL);

        if (i == 0 && from > 0)
            plan_append(plan, r, "?from={}", (char[]){ (char)('0' + from), '\0' }, NULL);
        r->flags = t.flags[i];
    }
}

/* {"value": of a sample now, "samples": how many before it, "from": the cursor,
 *  "more": a path to ask for, "fail": words} */
static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    const json_t *said = reply->json;
    int64_t count = (int64_t)json_number_value(json_object_get(said, "samples"));
    const char *more = json_string_value(json_object_get(said, "more"));
    const char *fail = json_string_value(json_object_get(said, "fail"));

    (void)config;
    t.decoded++;
    if (reply->step == STEP_PROBE) {
        batch->version = "9.9";
        return true;
    }
    /* What came before it failed is in the batch already. */
    if (json_object_get(said, "value"))
        kit_sample(batch, "q", "{}", reply->now_ms,
                   json_number_value(json_object_get(said, "value")));
    if (fail)
        return dx_fail(err, DX_FAULT_REPLY, "%s", fail);
    for (int64_t i = 0; i < count; i++)
        kit_sample(batch, "q", "{}", reply->now_ms - (t.decoded * count + i) * SECOND, 1.);
    if (json_object_get(said, "from"))
        batch_cursor(batch, "from", (int64_t)json_number_value(json_object_get(said, "from")));
    if (more) {
        plan_get(plan, STEP_PART, more, NULL);
        batch->done = 1;
        batch->total = 4;
    }
    return true;
}

static void probe(const void *config, struct plan *plan)
{
    (void)config;
    plan_get(plan, STEP_PROBE, "/probe", NULL)->flags = PLAN_OPTIONAL;
}

static struct source fake = {
    .name = "fake", .yields = 1U << DX_KIND_SAMPLE, .version = 3, .begin = begin, .decode = decode
};

/* ---- polling it ---- */

static void on_polled(void *self, bool first, bool ok)
{
    (void)self;
    cr_expect_eq(first, t.polled == 0);
    t.polled++;
    t.ok = ok;
    ev_break(t.loop, EVBREAK_ALL);
}

static void on_broken(void *self, const struct dx_error *err)
{
    (void)self;
    t.broken = *err;
    ev_break(t.loop, EVBREAK_ALL);
}

static void new_poller(void)
{
    poller_free(t.poller);
    t.poller = poller_new(&t.shared, &t.settings, t.id);
}

static void open_store(void)
{
    const struct source_row row = { "fake", "fake", server_url(t.server), fake.yields,
                                    15 * SECOND };
    struct dx_error err = { 0 };

    kit.store = store_open(kit.path, STORE_COLLECT, &err);
    cr_assert_not_null(kit.store, "%s", err.text);
    cr_assert(store_lock(kit.store));
    cr_assert(store_sources(kit.store, &row, 1, &t.id, &err), "%s", err.text);
}

/* The clock stands, so a poll comes when the test says so. */
static void start(void)
{
    kit_init();
    t.loop = ev_loop_new(EVFLAG_AUTO);
    t.server = server_new(t.loop);
    open_store();
    t.clock = (struct clock){ .simulated = true, .start_ms = T0, .boot_ms = time_boot_ms() };
    t.shared = (struct pollers){ .loop = t.loop,
                                 .http = http_new(t.loop, "dxtop/test"),
                                 .store = kit.store,
                                 .clock = &t.clock,
                                 .polled = on_polled,
                                 .broken = on_broken };
    t.settings = (struct source_settings){ .type = "fake",
                                           .name = "fake",
                                           .kind = &fake,
                                           .endpoint = { .url = server_url(t.server),
                                                         .user = "",
                                                         .ca = "",
                                                         .cert = "",
                                                         .key = "",
                                                         .proxy = "",
                                                         .timeout_ms = 2000,
                                                         .connect_timeout_ms = 1000,
                                                         .max_body = 1 << 20 },
                                           .every_ms = 15 * SECOND,
                                           .history_ms = HOUR,
                                           .share = 0.5 };
    t.paths[0] = "/a";
    new_poller();
}

static void stop(void)
{
    poller_free(t.poller);
    http_free(t.shared.http);
    server_free(t.server);
    kit_done();
    ev_loop_destroy(t.loop);
}

TestSuite(poller, .init = start, .fini = stop, .timeout = 60);

static void on_late(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)revents;
    timer->data = timer;
    ev_break(loop, EVBREAK_ALL);
}

/* Run the loop until it was polled so often, the server asked so often, or the time is up. */
static void run_until(int polled, size_t asked, double seconds)
{
    ev_timer late, look;

    ev_timer_init(&late, on_late, seconds, 0.);
    ev_timer_init(&look, on_late, 0.01, 0.01); /* at the counts, every 10 ms */
    late.data = look.data = NULL;
    ev_now_update(t.loop);
    ev_timer_start(t.loop, &late);
    ev_timer_start(t.loop, &look);
    while (t.polled < polled && server_requests(t.server) < asked && !late.data)
        ev_run(t.loop, 0);
    ev_timer_stop(t.loop, &late);
    ev_timer_stop(t.loop, &look);
}

static void poll(void)
{
    int before = t.polled;

    t.clock.start_ms += 15 * SECOND;
    poller_start(t.poller, 0.);
    run_until(before + 1, SIZE_MAX, 20.);
    cr_assert_eq(t.polled, before + 1, "no poll ended: %s", t.broken.text);
}

static const char *samples(void)
{
    return ROWS(kit.store, DX_QUERY_SAMPLES, NULL, t.clock.start_ms, DX_FIELD_AT, DX_FIELD_VALUE);
}

static const char *source(void)
{
    return ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_STATE, DX_FIELD_FAULT,
                DX_FIELD_TEXT);
}

static const char *said(void)
{
    return ROWS(kit.store, DX_QUERY_LOG, NULL, t.clock.start_ms, DX_FIELD_LEVEL, DX_FIELD_TEXT);
}

static void refuse(int status, const char *headers)
{
    server_say(t.server, 0, "HTTP/1.1 %d No\r\n%sContent-Length: 0\r\n\r\n", status, headers);
}

static bool asked(size_t n, const char *text)
{
    return strstr(server_request(t.server, n), text) != NULL;
}

/* ---- whole or not at all ---- */

Test(poller, a_poll_brings_all_of_its_parts_or_none)
{
    t.paths[1] = "/b";
    server_ok(t.server, "", "{\"value\": 1}");
    refuse(500, "");
    server_ok(t.server, "", "{\"value\": 2}");
    server_ok(t.server, "", "{}");
    poll();
    cr_expect_not(t.ok);
    cr_expect_str_eq(samples(), "");
    cr_expect_str_eq(source(), "4|4|answered 500 (internal error)\n", "%s", source());
    poll();
    cr_expect(t.ok);
    cr_expect_str_eq(samples(), "30|2\n", "%s", samples());
    cr_expect_str_eq(source(), "1|0|\n", "%s", source());
    cr_expect_str_eq(said(), "1|back after 15s\n2|lost: answered 500 (internal error)\n", "%s",
                     said());
}

Test(poller, what_was_decoded_before_an_answer_failed_does_not_stay)
{
    server_ok(t.server, "", "{\"value\": 1, \"fail\": \"odd\"}");
    poll();
    cr_expect_not(t.ok);
    cr_expect_str_eq(samples(), "");
    cr_expect_str_eq(source(), "4|5|odd\n", "%s", source());
}

Test(poller, a_silent_server_is_lost_and_its_data_stays)
{
    server_ok(t.server, "", "{\"value\": 1}");
    server_bytes(t.server, SERVE_CLOSE, "", 0);
    poll();
    poll();
    cr_expect_not(t.ok);
    cr_expect_str_eq(samples(), "15|1\n", "%s", samples());
    cr_expect(strncmp(source(), "4|4|", 4) == 0, "%s", source());
}

/* ---- optional requests ---- */

Test(poller, one_that_may_fail_is_told_and_the_source_stays_live)
{
    t.paths[1] = "/b";
    t.flags[0] = t.flags[1] = PLAN_OPTIONAL;
    server_ok(t.server, "", "{\"fail\": \"odd\"}");
    server_ok(t.server, "", "{\"value\": 2}");
    poll();
    cr_expect(t.ok);
    cr_expect_str_eq(source(), "1|5|odd\n", "%s", source());
    cr_expect_str_eq(said(), "1|live\n2|odd\n", "%s", said());
    cr_expect_str_eq(samples(), "15|2\n");
}

Test(poller, when_all_that_may_fail_do_the_poll_does)
{
    t.paths[1] = "/b";
    t.flags[0] = t.flags[1] = PLAN_OPTIONAL;
    refuse(404, "");
    refuse(503, "");
    poll();
    cr_expect_not(t.ok);
    cr_expect(strncmp(source(), "4|", 2) == 0 && strstr(source(), "404"), "%s", source());
}

Test(poller, one_that_may_fail_fails_the_poll_where_nobody_answers)
{
    t.flags[0] = t.flags[1] = PLAN_OPTIONAL;
    t.paths[1] = "/b";
    server_bytes(t.server, SERVE_CLOSE, "", 0);
    poll();
    cr_expect_not(t.ok);
    cr_expect_not(asked(0, "/b") || asked(1, "/b"), "a dead server was asked on");
    cr_expect(strncmp(source(), "4|4|", 4) == 0, "%s", source());
}

Test(poller, one_that_may_fail_fails_the_poll_where_a_limit_is_met)
{
    t.flags[0] = t.flags[1] = PLAN_OPTIONAL;
    t.paths[1] = "/b";
    server_ok(t.server, "", "{\"value\": 1}");
    refuse(429, "Retry-After: 30\r\n");
    poll();
    cr_expect_not(t.ok);
    cr_expect(strncmp(source(), "3|3|", 4) == 0, "%s", source());
    cr_expect_str_eq(samples(), "");
}

/* ---- ETags ---- */

Test(poller, a_304_keeps_what_there_is)
{
    t.flags[0] = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 1}");
    server_say(t.server, 0, "HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\n\r\n");
    poll();
    cr_expect_not(asked(0, "If-None-Match"));
    poll();
    cr_expect(asked(1, "If-None-Match: \"one\""), "%s", server_request(t.server, 1));
    cr_expect(t.ok);
    cr_expect_str_eq(samples(), "15|1\n", "%s", samples());
    cr_expect_str_eq(source(), "1|0|\n", "%s", source());
}

Test(poller, an_etag_goes_with_its_path_and_the_decoder)
{
    t.flags[0] = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 1}");
    poll();
    t.paths[0] = "/b";
    poll();
    cr_expect_not(asked(1, "If-None-Match"));
    t.paths[0] = "/a";
    fake.version++;
    poll();
    fake.version--;
    cr_expect_not(asked(2, "If-None-Match"));
    poll();
    cr_expect(asked(3, "If-None-Match"));
}

Test(poller, an_answer_that_cannot_be_read_leaves_no_etag)
{
    t.flags[0] = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"bad\"\r\n", "{\"fail\": \"odd\"}");
    server_say(t.server, 0, "HTTP/1.1 500 No\r\nETag: \"worse\"\r\nContent-Length: 0\r\n\r\n");
    server_ok(t.server, "", "{\"value\": 1}");
    poll();
    poll();
    poll();
    cr_expect_not(asked(1, "If-None-Match"), "%s", server_request(t.server, 1));
    cr_expect_not(asked(2, "If-None-Match"), "%s", server_request(t.server, 2));
    cr_expect(t.ok);
}

/* Its records went; an ETag that stayed would keep them away with a 304. */
Test(poller, a_poll_that_failed_leaves_no_etag_of_its_good_parts)
{
    t.flags[0] = PLAN_CONDITIONAL;
    t.paths[1] = "/b";
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 1}");
    refuse(500, "");
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 2}");
    poll();
    cr_expect_str_eq(samples(), "");
    poll();
    cr_expect_not(asked(2, "If-None-Match"), "%s", server_request(t.server, 2));
    cr_expect(t.ok);
}

/* ---- secrets and limits ---- */

Test(poller, a_401_reads_the_secret_again_once_and_then_stops)
{
    t.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_TEST_TOKEN" };
    setenv("DX_TEST_TOKEN", "old", 1);
    server_ok(t.server, "", "{\"value\": 1}");
    refuse(401, "");
    server_ok(t.server, "", "{\"value\": 2}");
    refuse(401, "");
    new_poller();
    poll();
    cr_expect(asked(0, "Bearer old"));
    setenv("DX_TEST_TOKEN", "fr3sh", 1);
    poll();
    cr_expect(asked(1, "Bearer old"));
    cr_expect(asked(2, "Bearer fr3sh"), "%s", server_request(t.server, 2));
    cr_expect(t.ok);
    cr_expect_str_eq(samples(), "15|1\n30|2\n", "%s", samples());
    poll();
    cr_expect_not(t.ok);
    cr_expect_eq(server_requests(t.server), 5);
    cr_expect(strncmp(source(), "5|2|refused (401)", 17) == 0, "%s", source());
    cr_expect_null(strstr(source(), "fr3sh"), "%s", source());
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_NEXT),
                     "945\n"); /* and asks again a quarter of an hour later */
}

Test(poller, without_its_secret_nothing_is_asked)
{
    t.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_TEST_NONE" };
    unsetenv("DX_TEST_NONE");
    new_poller();
    poll();
    cr_expect_not(t.ok);
    cr_expect_eq(server_requests(t.server), 0);
    cr_expect(strstr(source(), "5|2|") && strstr(source(), "DX_TEST_NONE"), "%s", source());
}

Test(poller, a_429_waits_as_long_as_it_says)
{
    server_ok(t.server, "", "{\"value\": 1}");
    refuse(429, "Retry-After: 120\r\n");
    poll();
    poll();
    cr_expect(strncmp(source(), "3|3|", 4) == 0, "%s", source());
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_NEXT, DX_FIELD_LAST_OK),
        "150|15\n");
    cr_expect_str_eq(samples(), "15|1\n");
}

/* ---- when ---- */

/* Real milliseconds between so many polls, at a clock that runs 100 times as fast. */
static void pace(int polls, double *least, double *most)
{
    double before = 0.;

    t.clock.speed = 100.;
    t.clock.boot_ms = time_boot_ms();
    *least = HUGE_VAL;
    *most = 0.;
    poller_start(t.poller, 0.);
    for (int i = 0; i < polls; i++) {
        run_until(i + 1, SIZE_MAX, 20.);
        double now = ev_time(), took = (now - before) * 1e3;
        if (i > 0) {
            *least = fmin(*least, took);
            *most = fmax(*most, took);
        }
        before = now;
    }
}

Test(poller, polls_stay_within_five_per_cent_of_the_interval_and_differ)
{
    double least, most;

    server_ok(t.server, "", "{\"value\": 1}");
    pace(12, &least, &most);
    cr_expect_geq(least, 142., "%g ms", least);
    cr_expect_geq(most - least, 2., "%g to %g ms", least, most);
    cr_expect_eq(t.polled, 12);
}

Test(poller, what_a_server_told_us_to_wait_is_never_shortened)
{
    double least, most;

    t.settings.every_ms = SECOND; /* so that the back-off stays below it */
    refuse(429, "Retry-After: 20\r\n");
    pace(6, &least, &most);
    cr_expect_geq(least, 199.5, "%g ms", least);
}

Test(poller, the_next_poll_is_said_to_be_an_interval_away)
{
    server_ok(t.server, "", "{\"value\": 1}");
    poll();
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_NEXT,
                          DX_FIELD_EVERY, DX_FIELD_PER_HOUR),
                     "30|15000|240\n");
}

Test(poller, a_budget_that_runs_out_stretches_the_interval_and_ends_wishes)
{
    char headers[128];

    snprintf(headers, sizeof(headers),
             "X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 60\r\nX-RateLimit-Reset: %lld\r\n",
             (long long)(T0 + 15 * SECOND + HOUR) / 1000);
    server_ok(t.server, headers, "{\"value\": 1}");
    poll();
    cr_expect(strncmp(source(), "3|", 2) == 0, "%s", source());
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_EVERY,
                          DX_FIELD_REMAINING),
                     "360000|60\n"); /* ten of them are ours, for an hour */
    cr_expect(strstr(said(), "slowed down by its budget"), "%s", said());
    usleep(5100 * 1000);
    poller_wish(t.poller);
    run_until(2, 2, 0.3);
    cr_expect_eq(server_requests(t.server), 1);
}

Test(poller, a_wish_polls_at_once_but_not_more_than_every_five_seconds)
{
    server_ok(t.server, "", "{\"value\": 1}");
    poller_wish(t.poller);
    poller_wish(t.poller); /* one is under way */
    run_until(1, SIZE_MAX, 5.);
    cr_expect_eq(t.polled, 1);
    poller_wish(t.poller);
    run_until(2, 2, 0.3);
    cr_expect_eq(server_requests(t.server), 1);
    usleep(5000 * 1000);
    poller_wish(t.poller);
    run_until(2, SIZE_MAX, 5.);
    cr_expect_eq(t.polled, 2);
}

/* ---- long ones ---- */

Test(poller, a_long_back_fill_is_kept_in_pieces_and_goes_on_after_a_restart)
{
    server_ok(t.server, "", "{\"value\": 1, \"samples\": 30000, \"from\": 1, \"more\": \"/2\"}");
    server_ok(t.server, "", "{\"samples\": 30000, \"from\": 2, \"more\": \"/3\"}");
    server_bytes(t.server, 0, "", 0); /* and then nothing */
    t.clock.start_ms += 15 * SECOND;
    poller_start(t.poller, 0.);
    run_until(1, 3, 20.);
    cr_expect_eq(t.polled, 0);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, t.clock.start_ms), 60001);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_STATE,
                          DX_FIELD_DONE, DX_FIELD_TOTAL),
                     "2|1|4\n");
    cr_expect_eq(store_cursor(kit.store, t.id, "from"), 2);

    poller_free(t.poller); /* the collector is ended */
    t.poller = NULL;
    store_close(kit.store);
    open_store();
    t.shared.store = kit.store;
    new_poller();
    t.clock.start_ms += 15 * SECOND;
    poller_start(t.poller, 0.);
    run_until(1, 4, 20.);
    cr_expect(asked(3, "GET /a?from=2 "), "%s", server_request(t.server, 3));
}

Test(poller, a_server_that_pages_for_ever_is_asked_two_hundred_times)
{
    server_ok(t.server, "", "{\"value\": 1, \"from\": 5, \"more\": \"/again\"}");
    poll();
    cr_expect(t.ok);
    cr_expect_eq(t.decoded, 200);
    cr_expect(strstr(said(), "a long poll: the rest comes with the next one"), "%s", said());
    cr_expect_str_eq(source(), "1|0|\n", "%s", source());
    t.decoded = 0;
    poll(); /* from where it was */
    cr_expect_eq(t.decoded, 200);
    cr_expect_eq(store_cursor(kit.store, t.id, "from"), 5);
}

/* ---- beside the records ---- */

Test(poller, the_version_is_asked_for_until_a_poll_went_well)
{
    fake.probe = probe;
    refuse(500, "");
    server_ok(t.server, "", "{\"value\": 1}");
    poll(); /* fails before it gets there */
    poll();
    cr_expect(asked(2, "GET /probe "), "%s", server_request(t.server, 2));
    poll();
    fake.probe = NULL;
    cr_expect_eq(server_requests(t.server), 4);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_VERSION),
                     "9.9\n");
}

Test(poller, a_clock_that_is_far_away_is_told_once)
{
    server_ok(t.server, "Date: Mon, 21 Sep 2026 14:14:20 GMT\r\n", "{\"value\": 1}");
    t.clock.start_ms = 1790000000000 - 15 * SECOND;
    poll();
    t.clock.start_ms -= 15 * SECOND;
    poll();
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_SKEW),
                     "60500\n");
    cr_expect_str_eq(said(), "2|its clock is 60 s ahead of ours\n1|live\n", "%s", said());
}

Test(poller, a_store_that_refuses_ends_it_with_words)
{
    struct dx_error err = { 0 };
    struct store *other;

    server_ok(t.server, "", "{\"value\": 1}");
    poll();
    store_close(kit.store);
    other = store_open(kit.path, STORE_COLLECT, &err);
    cr_assert(store_lock(other), "%s", err.text);
    kit.store = t.shared.store = store_open(kit.path, STORE_COLLECT, &err); /* without the lock */
    poller_start(t.poller, 0.);
    run_until(2, SIZE_MAX, 1.);
    cr_expect_eq(t.polled, 1);
    cr_expect_neq(t.broken.fault, DX_FAULT_NONE);
    cr_expect(*t.broken.text);
    store_close(other);
}
