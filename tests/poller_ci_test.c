#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "collect/causes.h"
#include "collect/poller.h"
#include "core/time.h"
#include "run.h"
#include "server.h"
#include "source/field.h"
#include "source/plan.h"
#include "source/source.h"

/* A source whose replies say what they bring and what to ask for next:
 *   {"runs": [{"id", "whole", "jobs": N}], "alerts": N, "pools": N, "whole": true,
 *    "get": ["/path", ...], "flags": N}
 * so that a test is the script of its server. */

static struct {
    int64_t known[8]; /* of the runs in "ask", as the poller said */
    size_t known_count;
    size_t open; /* at the beginning of the last poll */
    char heads[8][64], bodies[8][64];
    int statuses[8];
    size_t replies;
    unsigned flags; /* of the first request */
} script;

static void ask_for(const struct reply *reply, struct plan *plan)
{
    const json_t *path, *list = json_object_get(reply->json, "get");
    size_t i;

    json_array_foreach (list, i, path) {
        struct plan_request *r = plan_get(plan, 1, "", NULL);

        plan_append(plan, r, json_string_value(path), NULL);
        r->flags = (unsigned)field_int(reply->json, "flags");
    }
}

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    struct open_run open[64];

    (void)config;
    (void)cursors;
    script.open = plan->known->open(plan->known->self, "", open, 64);
    plan_get(plan, 0, "/list", NULL)->flags = script.flags;
}

static void take_run(const json_t *item, const struct reply *reply, struct batch *batch)
{
    size_t at = batch->run_count;
    struct run *run = batch_run(batch);

    run->project = "acme/web";
    run->id = field_text(batch, item, "id");
    run->attempt = 1;
    run->outcome.phase = DX_PHASE_DONE;
    run->outcome.result = json_object_get(item, "failed") ? DX_RESULT_FAILURE : DX_RESULT_SUCCESS;
    run->timing.created_ms = run->timing.started_ms = run->timing.finished_ms =
        reply->now_ms - 1000;
    for (int64_t i = 0; i < field_int(item, "jobs"); i++) {
        struct job *job = batch_job(batch, at);

        job->id = arena_print(&batch->arena, "%d", (int)i);
        job->name = "test";
        job->attempt = 1;
        job->pool = "linux";
        job->outcome = batch->runs[at].outcome;
        job->timing = batch->runs[at].timing;
    }
    if (json_is_true(json_object_get(item, "whole")))
        batch_jobs_whole(batch, at);
    if (json_is_true(json_object_get(item, "owed")))
        batch_owe(batch, at);
}

/* {"run", "job", "text"} */
static void take_tail(const json_t *item, struct batch *batch)
{
    struct log_tail *tail;

    if (!item)
        return;
    tail = batch_tail(batch);
    tail->project = "acme/web";
    tail->run = field_text(batch, item, "run");
    tail->job = field_text(batch, item, "job");
    tail->run_attempt = tail->job_attempt = 1;
    tail->text = field_text(batch, item, "text");
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    const json_t *item;
    size_t i, n = script.replies++ % 8;

    (void)config;
    snprintf(script.heads[n], sizeof(script.heads[n]), "%s", reply_header(batch, reply, "x-page"));
    snprintf(script.bodies[n], sizeof(script.bodies[n]), "%s", reply->body);
    script.statuses[n] = reply->status;
    json_array_foreach (json_object_get(reply->json, "runs"), i, item)
        take_run(item, reply, batch);
    json_array_foreach (json_object_get(reply->json, "ask"), i, item)
        script.known[script.known_count++ % 8] =
            plan->known->run(plan->known->self, "acme/web", field_text(batch, item, "id"), 1,
                             field_int(item, "updated_ms"));
    for (int64_t j = 0; j < field_int(reply->json, "pools"); j++) {
        struct pool *pool = batch_pool(batch);

        pool->name = arena_print(&batch->arena, "pool %d", (int)j);
        pool->online = 1;
        pool->busy = pool->offline = pool->waiting = -1;
    }
    take_tail(json_object_get(reply->json, "tail"), batch);
    batch->pools_whole |= json_is_true(json_object_get(reply->json, "whole"));
    if (json_object_get(reply->json, "fail"))
        return dx_fail(err, DX_FAULT_REPLY, "not understood");
    ask_for(reply, plan);
    return true;
}

static const char *const headers[] = { "X-Kind: test", NULL };
static const struct dx_option options[] = { { 0 } };
static const struct source source = {
    .name = "test",
    .yields = 1u << DX_KIND_RUN,
    .version = 3,
    .options = options,
    .every = "30s",
    .auth = SOURCE_AUTH_PRIVATE_TOKEN,
    .accept = "application/vnd.test+json",
    .headers = headers,
    .begin = begin,
    .decode = decode,
};

/* ---- a collector of one source ---- */

static struct {
    struct ev_loop *loop;
    struct server *server;
    struct store *store;
    struct clock clock;
    struct pollers shared;
    struct source_settings settings;
    struct poller *poller;
    char *dir, path[256];
    int64_t id;
    int polls;
    bool ok;
} c;

static void on_polled(void *self, bool first, bool ok)
{
    (void)self;
    (void)first;
    c.polls++;
    c.ok = ok;
    ev_break(c.loop, EVBREAK_ALL);
}

static void on_committed(void *self)
{
    (void)self;
}

static void on_broken(void *self, const struct dx_error *err)
{
    (void)self;
    cr_assert_fail("the store is broken: %s", err->text);
}

static void open_store(void)
{
    struct source_row row = { .name = "ci", .type = "test", .url = "http://h", .every_ms = 30000 };
    struct dx_error err = { 0 };

    c.store = store_open(c.path, STORE_COLLECT, &err);
    cr_assert(c.store && store_lock(c.store), "%s", err.text);
    cr_assert(store_sources(c.store, &row, 1, &c.id, &err), "%s", err.text);
}

static struct causes *causes;

static void new_poller(void)
{
    c.shared =
        (struct pollers){ .loop = c.loop,
                          .http = c.shared.http ? c.shared.http : http_new(c.loop, "dxtop/t"),
                          .store = c.store,
                          .causes = causes,
                          .clock = &c.clock,
                          .polled = on_polled,
                          .committed = on_committed,
                          .broken = on_broken };
    c.poller = poller_new(&c.shared, &c.settings, c.id);
}

static void start(void)
{
    struct dx_error err = { 0 };

    memset(&script, 0, sizeof(script));
    memset(&c, 0, sizeof(c));
    /* Fast, so that pauses of the server's are short. */
    cr_assert(clock_parse(&c.clock, "2026-11-24T08:00:00Z@100", &err));
    c.loop = ev_loop_new(EVFLAG_AUTO);
    c.server = server_new(c.loop);
    c.dir = test_dir();
    snprintf(c.path, sizeof(c.path), "%s/test.db", c.dir);
    c.settings = (struct source_settings){
        .type = "test",
        .name = "ci",
        .kind = &source,
        .every_ms = 30000,
        .history_ms = 86400000,
        .share = .5,
        .endpoint = { .url = server_url(c.server),
                      .user = "",
                      .ca = "",
                      .cert = "",
                      .key = "",
                      .proxy = "",
                      .timeout_ms = 5000,
                      .connect_timeout_ms = 1000,
                      .max_body = 8 << 20 },
    };
    open_store();
    new_poller();
}

static void stop(void)
{
    poller_free(c.poller);
    http_free(c.shared.http);
    store_close(c.store);
    server_free(c.server);
    ev_loop_destroy(c.loop);
    free(c.dir);
}

TestSuite(poller_ci, .init = start, .fini = stop, .timeout = 60);

static bool poll_once(void)
{
    int before = c.polls;

    poller_start(c.poller, 0.);
    while (c.polls == before)
        ev_run(c.loop, 0);
    return c.ok;
}

/* As if the collector had been killed and started again: what is not in the store is
 * gone. */
static void restart(void)
{
    poller_free(c.poller);
    store_close(c.store);
    open_store();
    new_poller();
}

static enum stored_run stored(const char *id)
{
    return store_run(
        c.store, &(struct run_key){ .source = c.id, .project = "acme/web", .id = id, .attempt = 1 },
        0, 0);
}

static bool asked(size_t n, const char *what)
{
    return strstr(server_request(c.server, n), what) != NULL;
}

static int64_t number(const char *sql)
{
    const char *argv[] = { "sqlite3", c.path, sql, NULL };
    int code;
    char *text = program_run(argv, &code);
    int64_t n = strtoll(text, NULL, 10);

    cr_assert_eq(code, 0, "sqlite3: %s", sql);
    free(text);
    return n;
}

/* ---- history with --once ---- */

/* A collector that was killed left runs without their jobs: each poll brings what it
 * can of them, and only when none is left, or none came, it is through. */
Test(poller_ci, goes_on_until_nothing_is_owed)
{
    server_ok(c.server, "", "{\"runs\": [{\"id\": \"1\"}, {\"id\": \"2\"}, {\"id\": \"3\"}]}");
    cr_assert(poll_once());
    c.shared.once = true;
    server_ok(c.server, "", "{\"runs\": [{\"id\": \"1\", \"whole\": true}]}");
    server_ok(c.server, "", "{\"runs\": [{\"id\": \"2\", \"whole\": true}]}");
    server_ok(c.server, "", "{}");
    cr_assert(poll_once());
    cr_expect_eq(server_requests(c.server), 4);
    cr_expect_eq(stored("2"), STORED_DONE);
    cr_expect_eq(stored("3"), STORED_OPEN);
}

/* ---- what is sent ---- */

Test(poller_ci, sends_what_the_kind_of_source_wants)
{
    setenv("DX_SECRET", "glpat-1", 1);
    c.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_SECRET" };
    poller_free(c.poller);
    new_poller();
    server_ok(c.server, "X-Page: 7\r\n", "{}");
    cr_assert(poll_once());
    cr_expect(asked(0, "PRIVATE-TOKEN: glpat-1\r\n"), "%s", server_request(c.server, 0));
    cr_expect_not(asked(0, "Authorization"));
    cr_expect(asked(0, "X-Kind: test\r\n"));
    cr_expect(asked(0, "Accept: application/vnd.test+json\r\n"));
    cr_expect_str_eq(script.heads[0], "7", "and hands on the head");
}

Test(poller_ci, a_log_on_another_host_is_read_without_our_token)
{
    struct server *there = server_new(c.loop);

    setenv("DX_SECRET", "glpat-1", 1);
    c.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_SECRET" };
    poller_free(c.poller);
    new_poller();
    script.flags = PLAN_TEXT;
    server_say(c.server, 0,
               "HTTP/1.1 302 Found\r\nLocation: %s/blob?sig=1\r\nContent-Length: 0\r\n\r\n",
               server_url(there));
    server_ok(there, "Content-Type: text/plain\r\n", "a\r\n\x1b[31mb\n");
    cr_assert(poll_once());
    cr_expect_str_eq(script.bodies[0], "a\nb");
    cr_expect_not(strstr(server_request(there, 0), "glpat-1"), "%s", server_request(there, 0));
    cr_expect_not(strstr(server_request(there, 0), "X-Kind"));
    server_free(there);
}

Test(poller_ci, answers_that_are_no_success_are_decoded_where_the_source_takes_them)
{
    const struct {
        int status;
        const char *head, *body;
        bool taken;
    } cases[] = {
        { 404, "", "gone", true },
        { 410, "", "{}", true },
        { 403, "", "{\"message\": \"no\"}", true },
        { 403, "Retry-After: 1\r\n", "{}", false },
        { 403, "", "{\"message\": \"You have exceeded a secondary rate limit\"}", false },
        { 429, "", "{}", false },
        { 500, "", "{}", false },
        { 503, "", "{}", false },
    };

    script.flags = PLAN_ANSWER;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t before = script.replies;

        server_say(c.server, 0, "HTTP/1.1 %d No\r\n%sContent-Length: %zu\r\n\r\n%s",
                   cases[i].status, cases[i].head, strlen(cases[i].body), cases[i].body);
        cr_expect_not(poll_once(), "%d: nothing else came", cases[i].status);
        cr_expect_eq(script.replies - before, cases[i].taken, "%d", cases[i].status);
        if (cases[i].taken)
            cr_expect_eq(script.statuses[before % 8], cases[i].status);
    }
}

/* ---- what it knows ---- */

Test(poller_ci, a_source_can_ask_what_the_store_knows_of_its_runs)
{
    server_ok(c.server, "",
              "{\"runs\": [{\"id\": \"1\", \"whole\": true}, {\"id\": \"2\"},"
              " {\"id\": \"4\", \"owed\": true}], \"ask\": [{\"id\": \"1\"}]}");
    server_ok(c.server, "",
              "{\"ask\": [{\"id\": \"1\"}, {\"id\": \"1\", \"updated_ms\": 9}, {\"id\": \"2\"},"
              " {\"id\": \"3\"}, {\"id\": \"4\"}]}");
    cr_assert(poll_once());
    cr_expect_eq(script.open, 0);
    cr_expect_eq(script.known[0], KNOWN_NOT, "it is not committed yet");
    cr_assert(poll_once());
    cr_expect_eq(script.open, 1, "the jobs of run 2 did not come");
    cr_expect_eq(script.known[1], KNOWN_DONE);
    cr_expect_eq(script.known[2], KNOWN_MOVED);
    cr_expect_eq(script.known[3], KNOWN_OPEN);
    cr_expect_eq(script.known[4], KNOWN_NOT);
    cr_expect_eq(script.known[5], KNOWN_DONE, "its log did not come: not just now");
}

/* ---- ETags ---- */

Test(poller_ci, a_page_is_a_304_once_it_and_what_it_led_to_are_there)
{
    script.flags = PLAN_CONDITIONAL;
    server_ok(c.server, "ETag: \"one\"\r\n", "{\"runs\": [{\"id\": \"1\"}], \"get\": [\"/jobs\"]}");
    server_ok(c.server, "", "{\"runs\": [{\"id\": \"1\", \"whole\": true}]}");
    server_say(c.server, 0, "HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\n\r\n");
    cr_assert(poll_once());
    cr_assert(poll_once());
    cr_expect(asked(2, "If-None-Match: \"one\"\r\n"), "%s", server_request(c.server, 2));
    cr_expect_eq(stored("1"), STORED_DONE);
}

Test(poller_ci, a_page_comes_again_where_what_it_led_to_failed)
{
    script.flags = PLAN_CONDITIONAL;
    for (int i = 0; i < 2; i++) {
        server_ok(c.server, "ETag: \"one\"\r\n",
                  "{\"runs\": [{\"id\": \"1\"}], \"get\": [\"/page2\"], \"flags\": 4}");
        server_say(c.server, 0, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    }
    cr_expect(poll_once(), "one of many failed");
    cr_expect(poll_once());
    cr_expect_not(asked(2, "If-None-Match"), "%s", server_request(c.server, 2));
    cr_expect_eq(stored("1"), STORED_OPEN, "what came is there");
}

Test(poller_ci, a_page_comes_again_where_the_poll_broke_off_behind_it)
{
    script.flags = PLAN_CONDITIONAL;
    server_ok(c.server, "ETag: \"one\"\r\n",
              "{\"runs\": [{\"id\": \"1\"}], \"get\": [\"/page2\"]}");
    server_say(c.server, SERVE_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    server_ok(c.server, "", "{}");
    cr_expect_not(poll_once());
    cr_expect_eq(stored("1"), STORED_OPEN, "what came before is kept");
    restart();
    cr_assert(poll_once());
    cr_expect_not(asked(2, "If-None-Match"), "%s", server_request(c.server, 2));
    cr_expect_eq(script.open, 1, "and its run is asked for again");
}

Test(poller_ci, a_reply_that_was_not_understood_leaves_no_etag)
{
    script.flags = PLAN_CONDITIONAL;
    server_ok(c.server, "ETag: \"one\"\r\n", "{\"fail\": 1}");
    cr_expect_not(poll_once());
    cr_expect_not(poll_once());
    cr_expect_not(asked(1, "If-None-Match"));
}

Test(poller_ci, an_etag_is_for_these_credentials_only)
{
    setenv("DX_SECRET", "one", 1);
    c.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_SECRET" };
    poller_free(c.poller);
    new_poller();
    script.flags = PLAN_CONDITIONAL;
    server_ok(c.server, "ETag: \"one\"\r\n", "{}");
    cr_assert(poll_once());
    cr_assert(poll_once());
    cr_expect(asked(1, "If-None-Match: \"one\"\r\n"));
    setenv("DX_SECRET", "two", 1);
    poller_free(c.poller);
    new_poller();
    cr_assert(poll_once());
    cr_expect_not(asked(2, "If-None-Match"), "another token sees other things");
}

/* ---- pieces ---- */

static void serve_pieces(bool break_off)
{
    server_ok(c.server, "ETag: \"one\"\r\n",
              "{\"runs\": [{\"id\": \"1\", \"jobs\": 2500, \"whole\": true}, {\"id\": \"2\"}],"
              " \"pools\": 2, \"get\": [\"/page2\", \"/jobs\"], \"flags\": 1}");
    server_ok(c.server, "ETag: \"two\"\r\n",
              "{\"runs\": [{\"id\": \"3\", \"jobs\": 1, \"whole\": true}], \"pools\": 3,"
              " \"whole\": true}");
    if (break_off)
        server_say(c.server, SERVE_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    else
        server_ok(c.server, "", "{\"runs\": [{\"id\": \"2\", \"jobs\": 1, \"whole\": true}]}");
}

Test(poller_ci, a_long_poll_is_committed_in_pieces_and_lists_that_are_whole_at_its_end)
{
    script.flags = PLAN_CONDITIONAL;
    serve_pieces(false);
    server_say(c.server, 0, "HTTP/1.1 304 Not Modified\r\n\r\n");
    cr_assert(poll_once());
    cr_expect_eq(number("SELECT count(*) FROM job"), 2502);
    cr_expect_eq(number("SELECT count(DISTINCT pool) FROM pool_count"), 3);
    cr_assert(poll_once());
    cr_expect(asked(3, "If-None-Match: \"one\"\r\n"));
}

Test(poller_ci, a_crash_between_pieces_loses_nothing)
{
    script.flags = PLAN_CONDITIONAL;
    serve_pieces(true);
    server_ok(c.server, "", "{}");
    cr_expect_not(poll_once());
    restart();
    cr_expect_eq(number("SELECT count(*) FROM job"), 2501);
    cr_expect_eq(stored("1"), STORED_DONE);
    cr_expect_eq(stored("2"), STORED_OPEN);
    cr_expect_eq(number("SELECT count(*) FROM pool_count"), 0, "half a list is no list");
    cr_expect_eq(number("SELECT count(*) FROM etag"), 0, "both pages have to come again");
    cr_assert(poll_once());
    cr_expect_eq(script.open, 1);
    cr_expect_not(asked(3, "If-None-Match"));
}

/* ---- patience ---- */

Test(poller_ci, waits_between_requests_where_a_good_answer_says_so)
{
    double before;

    server_ok(c.server, "Retry-After: 20\r\n", "{\"get\": [\"/page2\"]}");
    server_ok(c.server, "", "{}");
    ev_now_update(c.loop);
    before = ev_now(c.loop);
    cr_assert(poll_once());
    cr_expect_eq(server_requests(c.server), 2);
    ev_now_update(c.loop);
    cr_expect_geq(ev_now(c.loop) - before, 0.19, "20 s of a clock that runs 100 times as fast");
}

static void look(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    if (server_requests(c.server) == 1)
        *(enum stored_run *)timer->data = stored("1");
}

Test(poller_ci, commits_what_came_before_it_waits)
{
    enum stored_run meanwhile = STORED_NOT;
    ev_timer timer;

    server_ok(c.server, "Retry-After: 20\r\n",
              "{\"runs\": [{\"id\": \"1\", \"jobs\": 1, \"whole\": true}], \"pools\": 2,"
              " \"get\": [\"/page2\"]}");
    server_ok(c.server, "", "{\"pools\": 3, \"whole\": true}");
    ev_timer_init(&timer, look, 0.1, 0.);
    timer.data = &meanwhile;
    ev_now_update(c.loop);
    ev_timer_start(c.loop, &timer);
    cr_assert(poll_once());
    cr_expect_eq(server_requests(c.server), 2);
    cr_expect_eq(meanwhile, STORED_DONE);
    cr_expect_eq(number("SELECT count(DISTINCT pool) FROM pool_count"), 3, "lists are for the end");
    cr_expect_eq(number("SELECT state FROM poll"), 1, "and then it is live");
}

Test(poller_ci, ends_a_poll_where_it_would_have_to_wait_long_or_to_spend_others_share)
{
    server_ok(c.server, "Retry-After: 300\r\n", "{\"get\": [\"/page2\"]}");
    cr_assert(poll_once());
    cr_expect_eq(server_requests(c.server), 1);
    poller_free(c.poller);
    new_poller();
    server_ok(c.server,
              "X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 50\r\nX-RateLimit-Reset: 3600\r\n",
              "{\"get\": [\"/page2\"]}");
    cr_assert(poll_once());
    cr_expect_eq(server_requests(c.server), 2, "half of the limit is others'");
}

Test(poller_ci, history_does_not_take_what_the_polls_need)
{
    /* 50 of 100 are others', and 20 polls come before the reset. */
    server_ok(
        c.server,
        "X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 90\r\nX-RateLimit-Reset: 1795507800\r\n",
        "{\"get\": [\"/fill\"], \"flags\": 32}");
    server_ok(
        c.server,
        "X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 60\r\nX-RateLimit-Reset: 1795507800\r\n",
        "{\"get\": [\"/fill\"], \"flags\": 32}");
    server_ok(c.server, "", "{}");
    cr_assert(poll_once());
    cr_expect_eq(server_requests(c.server), 2, "there was room for one");
    cr_assert(poll_once());
    cr_expect_eq(server_requests(c.server), 3, "and then for none");
}

/* ---- logs ---- */

Test(poller_ci, the_end_of_a_log_says_why_its_job_failed)
{
    struct config config = { .patterns = { .count = 0 } };
    struct buf complaints;

    set_paths();
    buf_init(&complaints, 4096);
    causes = causes_new(&config, &complaints);
    cr_assert_eq(complaints.len, 0, "%s", complaints.bytes);
    poller_free(c.poller);
    new_poller();
    server_ok(c.server, "",
              "{\"runs\": [{\"id\": \"1\", \"jobs\": 2, \"failed\": 1, \"whole\": true}],"
              " \"get\": [\"/log\"]}");
    server_ok(c.server, "",
              "{\"tail\": {\"run\": \"1\", \"job\": \"1\","
              " \"text\": \"ERROR: Job failed (system failure): prepare environment\"}}");
    cr_assert(poll_once());
    cr_expect_eq(number("SELECT cause FROM job WHERE ext = 1"), DX_CAUSE_PLATFORM);
    cr_expect_eq(number("SELECT cause FROM job WHERE ext = 0"), DX_CAUSE_UNKNOWN);
    poller_free(c.poller);
    c.poller = NULL;
    causes_free(causes);
    causes = NULL;
    buf_done(&complaints);
}
