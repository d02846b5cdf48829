/* A page is a 304 only where it, and all that it led to, is in the store. */
#include "config.h"

#include <stdlib.h>

#include "poller_ci_kit.h"

TestSuite(poller_etag, .init = poller_ci_start, .fini = poller_kit_stop, .timeout = 60);

Test(poller_etag, a_page_is_a_304_once_it_and_what_it_led_to_are_there)
{
    script.flags = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"runs\": [{\"id\": \"1\"}], \"get\": [\"/jobs\"]}");
    server_ok(t.server, "", "{\"runs\": [{\"id\": \"1\", \"whole\": true}]}");
    server_say(t.server, 0, "HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\n\r\n");
    cr_assert(poll_now());
    cr_assert(poll_now());
    cr_expect(asked(2, "If-None-Match: \"one\"\r\n"), "%s", server_request(t.server, 2));
    cr_expect_eq(stored("1"), STORED_DONE);
}

Test(poller_etag, a_page_comes_again_where_what_it_led_to_failed)
{
    script.flags = PLAN_CONDITIONAL;
    for (int i = 0; i < 2; i++) {
        server_ok(t.server, "ETag: \"one\"\r\n",
                  "{\"runs\": [{\"id\": \"1\"}], \"get\": [\"/page2\"], \"flags\": 4}");
        server_say(t.server, 0, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    }
    cr_expect(poll_now(), "one of many failed");
    cr_expect(poll_now());
    cr_expect_not(asked(2, "If-None-Match"), "%s", server_request(t.server, 2));
    cr_expect_eq(stored("1"), STORED_OPEN, "what came is there");
}

Test(poller_etag, a_page_comes_again_where_the_poll_broke_off_behind_it)
{
    script.flags = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"one\"\r\n",
              "{\"runs\": [{\"id\": \"1\"}], \"get\": [\"/page2\"]}");
    server_say(t.server, SERVE_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    server_ok(t.server, "", "{}");
    cr_expect_not(poll_now());
    cr_expect_eq(stored("1"), STORED_OPEN, "what came before is kept");
    restart();
    cr_assert(poll_now());
    cr_expect_not(asked(2, "If-None-Match"), "%s", server_request(t.server, 2));
    cr_expect_eq(script.open, 1, "and its run is asked for again");
}

Test(poller_etag, a_reply_that_was_not_understood_leaves_no_etag)
{
    script.flags = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"fail\": 1}");
    cr_expect_not(poll_now());
    cr_expect_not(poll_now());
    cr_expect_not(asked(1, "If-None-Match"));
}

/* Oldest first: a full page stays as it is, whatever comes on the one behind it. */
Test(poller_etag, a_page_behind_which_all_comes_that_is_new_comes_again)
{
    script.flags = PLAN_CONDITIONAL;
    for (int i = 0; i < 2; i++) {
        server_ok(t.server, "ETag: \"full\"\r\n",
                  "{\"runs\": [{\"id\": \"1\"}], \"behind\": true, \"get\": [\"/page2\"],"
                  " \"flags\": 1}");
        server_ok(t.server, i == 0 ? "ETag: \"one\"\r\n" : "ETag: \"two\"\r\n",
                  i == 0 ? "{}" : "{\"runs\": [{\"id\": \"2\", \"whole\": true}]}");
    }
    cr_assert(poll_now());
    cr_assert(poll_now());
    cr_expect_not(asked(2, "If-None-Match"), "%s", server_request(t.server, 2));
    cr_expect(asked(3, "If-None-Match: \"one\""), "the last page: %s", server_request(t.server, 3));
    cr_expect_eq(stored("2"), STORED_DONE);
}

Test(poller_etag, an_etag_is_for_these_credentials_only)
{
    setenv("DX_SECRET", "one", 1);
    t.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_SECRET" };
    new_poller();
    script.flags = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"one\"\r\n", "{}");
    cr_assert(poll_now());
    cr_assert(poll_now());
    cr_expect(asked(1, "If-None-Match: \"one\"\r\n"));
    setenv("DX_SECRET", "two", 1);
    new_poller();
    cr_assert(poll_now());
    cr_expect_not(asked(2, "If-None-Match"), "another token sees other things");
    cr_assert(poll_now());
    cr_expect(asked(3, "If-None-Match: \"one\"\r\n"), "%s", server_request(t.server, 3));
    cr_expect_eq(number("SELECT count(*) FROM etag"), 1, "that of the token before is gone");
}

/* ---- pieces ---- */

static void serve_pieces(bool break_off)
{
    server_ok(t.server, "ETag: \"one\"\r\n",
              "{\"runs\": [{\"id\": \"1\", \"jobs\": 2500, \"whole\": true}, {\"id\": \"2\"}],"
              " \"pools\": 2, \"get\": [\"/page2\", \"/jobs\"], \"flags\": 1}");
    server_ok(t.server, "ETag: \"two\"\r\n",
              "{\"runs\": [{\"id\": \"3\", \"jobs\": 1, \"whole\": true}], \"pools\": 3,"
              " \"whole\": true}");
    if (break_off)
        server_say(t.server, SERVE_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    else
        server_ok(t.server, "", "{\"runs\": [{\"id\": \"2\", \"jobs\": 1, \"whole\": true}]}");
}

Test(poller_etag, a_long_poll_is_committed_in_pieces_and_lists_that_are_whole_at_its_end)
{
    script.flags = PLAN_CONDITIONAL;
    serve_pieces(false);
    server_say(t.server, 0, "HTTP/1.1 304 Not Modified\r\n\r\n");
    cr_assert(poll_now());
    cr_expect_eq(number("SELECT count(*) FROM job"), 2502);
    cr_expect_eq(number("SELECT count(DISTINCT pool) FROM pool_count"), 3);
    cr_assert(poll_now());
    cr_expect(asked(3, "If-None-Match: \"one\"\r\n"));
}

Test(poller_etag, a_crash_between_pieces_loses_nothing)
{
    script.flags = PLAN_CONDITIONAL;
    serve_pieces(true);
    server_ok(t.server, "", "{}");
    cr_expect_not(poll_now());
    restart();
    cr_expect_eq(number("SELECT count(*) FROM job"), 2501);
    cr_expect_eq(stored("1"), STORED_DONE);
    cr_expect_eq(stored("2"), STORED_OPEN);
    cr_expect_eq(number("SELECT count(*) FROM pool_count"), 0, "half a list is no list");
    cr_expect_eq(number("SELECT count(*) FROM etag"), 0, "both pages have to come again");
    cr_assert(poll_now());
    cr_expect_eq(script.open, 1);
    cr_expect_not(asked(3, "If-None-Match"));
}
