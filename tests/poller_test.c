/* What a poll brings to the store: each answer whole or not at all, ETags, optional
 * parts, long back-fills. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/ask.h"
#include "poller_kit.h"

TestSuite(poller, .init = poller_kit_start, .fini = poller_kit_stop, .timeout = 60);

/* ---- each answer whole or not at all ---- */

Test(poller, a_poll_that_fails_keeps_what_came_before)
{
    t.paths[1] = "/b";
    server_ok(t.server, "", "{\"value\": 1}");
    refuse(500, "");
    server_ok(t.server, "", "{\"value\": 2}");
    server_ok(t.server, "", "{}");
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_str_eq(samples(), "15|1\n", "%s", samples());
    cr_expect_str_eq(source_text(), "4|4|answered 500 (internal error)\n", "%s", source_text());
    poll_once();
    cr_expect(t.ok);
    cr_expect_str_eq(samples(), "15|1\n30|2\n", "%s", samples());
    cr_expect_str_eq(source_text(), "1|0|\n", "%s", source_text());
    cr_expect_str_eq(said(), "1|back after 15s\n2|lost: answered 500 (internal error)\n", "%s",
                     said());
}

Test(poller, what_was_decoded_before_an_answer_failed_does_not_stay)
{
    server_ok(t.server, "", "{\"value\": 1, \"fail\": \"odd\"}");
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_str_eq(samples(), "");
    cr_expect_str_eq(source_text(), "4|5|odd\n", "%s", source_text());
}

Test(poller, one_that_is_lost_is_asked_on_a_new_connection)
{
    server_ok(t.server, "", "{}");
    refuse(500, "");
    server_ok(t.server, "", "{}");
    poll_once();
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_eq(server_connections(t.server), 1);
    usleep(2100 * 1000); /* a younger one is not old */
    poll_once();
    cr_expect(t.ok);
    cr_expect_eq(server_connections(t.server), 2);
    usleep(2100 * 1000);
    poll_once();
    cr_expect_eq(server_connections(t.server), 2);
}

Test(poller, a_silent_server_is_lost_and_its_data_stays)
{
    server_ok(t.server, "", "{\"value\": 1}");
    server_bytes(t.server, SERVE_CLOSE, "", 0);
    poll_once();
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_str_eq(samples(), "15|1\n", "%s", samples());
    cr_expect(strncmp(source_text(), "4|4|", 4) == 0, "%s", source_text());
}

/* ---- the one that goes ahead ---- */

Test(poller, the_next_request_is_sent_before_a_reply_is_decoded)
{
    fake.ahead = true;
    t.paths[1] = "/b";
    t.awaits = 2;
    server_ok(t.server, "", "{\"value\": 1}");
    server_ok(t.server, "", "{\"value\": 2}");
    poll_once();
    cr_expect(t.ok);
    cr_expect_eq(t.decoded, 2);
    cr_expect_eq(t.asked_first, 2, "%zu", t.asked_first);
    cr_expect_eq(server_requests(t.server), 2, "each of them once");
    cr_expect_str_eq(samples(), "15|2\n", "the later answer counts: %s", samples());
}

Test(poller, what_was_sent_ahead_ends_with_its_poll)
{
    fake.ahead = true;
    t.paths[1] = "/b";
    t.awaits = 2;
    server_ok(t.server, "", "{\"fail\": \"odd\"}");
    server_ok(t.server, "", "{\"value\": 2}");
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_eq(t.decoded, 1);
    cr_expect_str_eq(samples(), "");
    cr_expect_str_eq(source_text(), "4|5|odd\n", "%s", source_text());
    t.awaits = 0;
    poll_once();
    cr_expect(t.ok);
    cr_expect_eq(t.decoded, 3);
    cr_expect_str_eq(samples(), "30|2\n", "%s", samples());
}

/* Its deadline is over before it is looked at. */
Test(poller, what_we_kept_waiting_is_asked_for_again)
{
    fake.ahead = true;
    t.settings.endpoint.timeout_ms = 300;
    t.paths[1] = "/b";
    t.awaits = 2;
    t.lingers_ms = 500;
    server_ok(t.server, "", "{\"value\": 1}");
    server_ok(t.server, "", "{\"value\": 2}");
    poll_once();
    cr_expect(t.ok, "%s", source_text());
    cr_expect_eq(server_requests(t.server), 3);
    cr_expect(asked(2, "/b"), "%s", server_request(t.server, 2));
    cr_expect_str_eq(samples(), "15|2\n", "%s", samples());
}

Test(poller, a_server_that_wants_patience_is_not_asked_ahead)
{
    fake.ahead = true;
    t.paths[1] = "/b";
    t.awaits = 2;
    server_ok(t.server, "Retry-After: 1\r\n", "{\"value\": 1}");
    server_ok(t.server, "", "{\"value\": 2}");
    poll_once();
    cr_expect(t.ok);
    cr_expect_eq(t.asked_first, 1, "%zu", t.asked_first);
    cr_expect_eq(server_requests(t.server), 2);
}

/* ---- optional requests ---- */

Test(poller, one_that_may_fail_is_told_and_the_source_stays_live)
{
    t.paths[1] = "/b";
    t.flags[0] = t.flags[1] = PLAN_OPTIONAL;
    server_ok(t.server, "", "{\"fail\": \"odd\"}");
    server_ok(t.server, "", "{\"value\": 2}");
    poll_once();
    cr_expect(t.ok);
    cr_expect_str_eq(source_text(), "1|5|odd\n", "%s", source_text());
    cr_expect_str_eq(said(), "1|live\n2|odd\n", "%s", said());
    cr_expect_str_eq(samples(), "15|2\n");
}

Test(poller, when_all_that_may_fail_do_the_poll_does)
{
    t.paths[1] = "/b";
    t.flags[0] = t.flags[1] = PLAN_OPTIONAL;
    refuse(404, "");
    refuse(503, "");
    poll_once();
    cr_expect_not(t.ok);
    cr_expect(strncmp(source_text(), "4|", 2) == 0 && strstr(source_text(), "404"), "%s",
              source_text());
}

/* The source takes a 403 for an answer, and remembers it: here it is the server that refuses. */
Test(poller, when_all_answers_are_refusals_the_poll_fails_and_none_is_remembered)
{
    t.paths[1] = "/b";
    t.flags[0] = t.flags[1] = PLAN_OPTIONAL | PLAN_ANSWER;
    server_say(t.server, 0, "HTTP/1.1 403 No\r\nContent-Length: 11\r\n\r\n{\"from\": 7}");
    server_say(t.server, 0, "HTTP/1.1 403 No\r\nContent-Length: 11\r\n\r\n{\"from\": 7}");
    server_say(t.server, 0, "HTTP/1.1 403 No\r\nContent-Length: 11\r\n\r\n{\"from\": 7}");
    server_ok(t.server, "", "{\"value\": 2}");
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_eq(t.decoded, 2);
    cr_expect(strncmp(source_text(), "5|2|refused (403)", 17) == 0, "%s", source_text());
    cr_expect_eq(store_cursor(kit.store, t.id, "from"), 0);
    poll_once();
    cr_expect(t.ok);
    cr_expect(strncmp(source_text(), "1|0|", 4) == 0, "%s", source_text());
    cr_expect_eq(store_cursor(kit.store, t.id, "from"), 7, "one of two is that one's own matter");
}

Test(poller, one_that_may_fail_fails_the_poll_where_nobody_answers)
{
    t.flags[0] = t.flags[1] = PLAN_OPTIONAL;
    t.paths[1] = "/b";
    server_bytes(t.server, SERVE_CLOSE, "", 0);
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_not(asked(0, "/b") || asked(1, "/b"), "a dead server was asked on");
    cr_expect(strncmp(source_text(), "4|4|", 4) == 0, "%s", source_text());
}

Test(poller, one_that_may_fail_fails_the_poll_where_a_limit_is_met)
{
    t.flags[0] = t.flags[1] = PLAN_OPTIONAL;
    t.paths[1] = "/b";
    server_ok(t.server, "", "{\"value\": 1}");
    refuse(429, "Retry-After: 30\r\n");
    poll_once();
    cr_expect_not(t.ok);
    cr_expect(strncmp(source_text(), "3|3|", 4) == 0, "%s", source_text());
    cr_expect_str_eq(samples(), "15|1\n", "%s", samples());
}

/* ---- less ---- */

/* An answer of so many bytes, most of which are blanks. */
static void say_much(const char *json, size_t bytes)
{
    char *body = malloc(bytes + 1);

    memset(body, ' ', bytes);
    memcpy(body, json, strlen(json));
    body[bytes] = '\0';
    server_ok(t.server, "", body);
    free(body);
}

static bool less(const void *config, const struct reply *reply, const struct dx_error *err,
                 struct plan *plan, struct batch *batch)
{
    (void)config;
    (void)err;
    (void)batch;
    if (reply->too_large)
        plan_get(plan, STEP_PART, "/less", NULL);
    return reply->too_large;
}

Test(poller, what_is_too_large_is_asked_for_in_less_be_it_optional_or_not)
{
    fake.less = less;
    say_much("{\"value\": 1}", (1 << 20) + 1);
    server_ok(t.server, "", "{\"value\": 2}");
    poll_once();
    cr_expect(t.ok, "%s", source_text());
    cr_expect(asked(1, "GET /less "), "%s", server_request(t.server, 1));
    cr_expect_str_eq(samples(), "15|2\n", "%s", samples());
    fake.less = NULL;
}

/* ---- ETags ---- */

Test(poller, a_304_keeps_what_there_is)
{
    t.flags[0] = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 1}");
    server_say(t.server, 0, "HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\n\r\n");
    poll_once();
    cr_expect_not(asked(0, "If-None-Match"));
    poll_once();
    cr_expect(asked(1, "If-None-Match: \"one\""), "%s", server_request(t.server, 1));
    cr_expect(t.ok);
    cr_expect_str_eq(samples(), "15|1\n", "%s", samples());
    cr_expect_str_eq(source_text(), "1|0|\n", "%s", source_text());
}

/* "Nothing new" to who has nothing. */
Test(poller, a_304_that_nobody_asked_for_is_no_answer)
{
    t.flags[0] = PLAN_CONDITIONAL;
    server_say(t.server, 0, "HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\n\r\n");
    poll_once();
    cr_expect_not(t.ok);
    cr_expect(strstr(source_text(), "answered 304"), "%s", source_text());
    server_say(t.server, 0, "HTTP/1.1 304 Not Modified\r\n\r\n");
    poll_once();
    cr_expect_not(asked(1, "If-None-Match"));
    cr_expect_not(t.ok);
}

Test(poller, an_etag_goes_with_its_path_and_the_decoder)
{
    t.flags[0] = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 1}");
    poll_once();
    t.paths[0] = "/b";
    poll_once();
    cr_expect_not(asked(1, "If-None-Match"));
    t.paths[0] = "/a";
    fake.version++;
    poll_once();
    fake.version--;
    cr_expect_not(asked(2, "If-None-Match"));
    poll_once();
    cr_expect(asked(3, "If-None-Match"));
}

Test(poller, an_answer_that_cannot_be_read_leaves_no_etag)
{
    t.flags[0] = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"bad\"\r\n", "{\"fail\": \"odd\"}");
    server_say(t.server, 0, "HTTP/1.1 500 No\r\nETag: \"worse\"\r\nContent-Length: 0\r\n\r\n");
    server_ok(t.server, "", "{\"value\": 1}");
    poll_once();
    poll_once();
    poll_once();
    cr_expect_not(asked(1, "If-None-Match"), "%s", server_request(t.server, 1));
    cr_expect_not(asked(2, "If-None-Match"), "%s", server_request(t.server, 2));
    cr_expect(t.ok);
}

/* Its records went; an ETag that stayed would keep them away with a 304. */
Test(poller, an_etag_stays_where_the_records_of_its_answer_do)
{
    t.flags[0] = PLAN_CONDITIONAL;
    t.paths[1] = "/b";
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 1}");
    refuse(500, "");
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 2}");
    poll_once();
    cr_expect_str_eq(samples(), "15|1\n", "%s", samples());
    poll_once();
    cr_expect(asked(2, "If-None-Match: \"one\""), "%s", server_request(t.server, 2));
    cr_expect(t.ok);
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

    restart();
    t.clock.start_ms += 15 * SECOND;
    poller_start(t.poller, 0.);
    run_until(1, 4, 20.);
    cr_expect(asked(3, "GET /a?from=2 "), "%s", server_request(t.server, 3));
}

/* Until there is no more of it, and each poll but the first is for history alone. */
Test(poller, a_round_fills_in_polls_that_go_on)
{
    t.shared.once = true;
    server_ok(t.server, "", "{\"value\": 1, \"more\": \"/2\"}");
    server_ok(t.server, "", "{}");
    server_ok(t.server, "", "{\"value\": 2}");
    poll_once();
    cr_expect_eq(server_requests(t.server), 3);
    cr_expect(asked(0, "GET /a "), "%s", server_request(t.server, 0));
    cr_expect(asked(1, "GET /2 "), "%s", server_request(t.server, 1));
    cr_expect(asked(2, "GET /a?goes_on "), "%s", server_request(t.server, 2));
    poll_once();
    cr_expect(asked(3, "GET /a "), "%s", server_request(t.server, 3));
}

Test(poller, a_server_that_pages_for_ever_is_asked_so_often_and_no_more)
{
    enum { MOST = 5000 };

    server_ok(t.server, "", "{\"value\": 1, \"from\": 5, \"more\": \"/again/{}\"}");
    poll_once();
    cr_expect(t.ok);
    cr_expect_eq(t.decoded, MOST);
    cr_expect(strstr(said(), "a long poll: the rest comes with the next one"), "%s", said());
    cr_expect_str_eq(source_text(), "1|0|\n", "%s", source_text());
    cr_expect_eq(store_cursor(kit.store, t.id, "from"), 5, "the next one goes on from there");
}

Test(poller, a_server_that_brings_more_and_more_is_left_for_a_while)
{
    t.shared.most_bytes = 3 << 20;
    say_much("{\"value\": 1, \"from\": 5, \"more\": \"/again/{}\"}", 1 << 20);
    poll_once();
    cr_expect(t.ok);
    cr_expect_eq(t.decoded, 3);
    cr_expect(strstr(said(), "a long poll: the rest comes with the next one"), "%s", said());
    cr_expect_str_eq(source_text(), "1|0|\n", "%s", source_text());
    cr_expect_eq(store_cursor(kit.store, t.id, "from"), 5, "the next one goes on from there");
    poll_once();
    cr_expect_eq(t.decoded, 6);
}

Test(poller, pages_that_lead_in_a_circle_are_left)
{
    server_ok(t.server, "", "{\"value\": 1, \"from\": 5, \"more\": \"/again\"}");
    poll_once();
    cr_expect(t.ok);
    cr_expect_eq(t.decoded, 1 + 3);
    cr_expect(strstr(said(), "its pages lead in a circle"), "%s", said());
    poll_once();
    cr_expect_eq(t.decoded, 2 * (1 + 3), "the next poll begins anew");
}

/* ---- beside the records ---- */

static void probe(const void *config, struct plan *plan)
{
    (void)config;
    plan_get(plan, STEP_PROBE, "/probe", NULL)->flags = PLAN_OPTIONAL;
}

Test(poller, the_version_is_asked_for_until_a_poll_went_well)
{
    fake.probe = probe;
    refuse(500, "");
    server_ok(t.server, "", "{\"value\": 1}");
    poll_once(); /* fails before it gets there */
    poll_once();
    cr_expect(asked(2, "GET /probe "), "%s", server_request(t.server, 2));
    poll_once();
    fake.probe = NULL;
    cr_expect_eq(server_requests(t.server), 4);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_VERSION),
                     "9.9\n");
}

Test(poller, a_clock_that_is_far_away_is_told_once)
{
    server_ok(t.server, "Date: Mon, 21 Sep 2026 14:14:20 GMT\r\n", "{\"value\": 1}");
    t.clock.start_ms = 1790000000000 - 15 * SECOND;
    poll_once();
    t.clock.start_ms -= 15 * SECOND;
    poll_once();
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_SKEW),
                     "60500\n");
    cr_expect_str_eq(said(), "2|its clock is 60 s ahead of ours\n1|live\n", "%s", said());
}

Test(poller, a_store_that_refuses_ends_it_with_words)
{
    struct dx_error err = { 0 };
    struct store *other;

    server_ok(t.server, "", "{\"value\": 1}");
    poll_once();
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

Test(poller, a_web_page_is_no_log)
{
    static const struct {
        unsigned flags;
        const char *type;
        bool taken;
    } cases[] = {
        { PLAN_TEXT | PLAN_OPTIONAL, "text/html; charset=utf-8", false },
        { PLAN_TEXT, "Text/HTML", false },
        { PLAN_TEXT, "text/plain; charset=utf-8", true },
        { PLAN_TEXT, NULL, true },
        { 0, "text/html", true }, /* what is no JSON says so by itself */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct plan_request request = { .flags = cases[i].flags };
        struct http_reply from = { .status = 200, .content_type = cases[i].type };
        struct dx_error err = { 0 };

        cr_expect_eq(ask_taken(NULL, &request, &from, NULL, &err), cases[i].taken, "%zu", i);
        cr_expect_eq(err.fault, cases[i].taken ? DX_FAULT_NONE : DX_FAULT_REPLY);
    }
}
