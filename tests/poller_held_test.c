/* A poll that comes to an end while another program keeps the store from being written: what it
 * brought waits, and is committed once. */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "poller_kit.h"
#include "store/internal.h"

static sqlite3 *shell; /* of another, as far as SQLite knows */

static void say(const char *sql)
{
    cr_assert_eq(sqlite3_exec(shell, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(shell));
}

static void setup(void)
{
    poller_kit_start();
    kit.store->busy_ms = 50;
    held_patience(kit.store);
    cr_assert_eq(sqlite3_open(kit.path, &shell), SQLITE_OK);
}

static void teardown(void)
{
    poller_kit_stop();
    (void)sqlite3_close(shell);
    fake.ahead = false;
}

TestSuite(held_poller, .init = setup, .fini = teardown, .timeout = 60);

/* Until its commit waits. */
static void poll_in_vain(void)
{
    int before = t.held;

    say("BEGIN IMMEDIATE");
    t.clock.start_ms += 15 * SECOND;
    poller_start(t.poller, 0.);
    run_until(t.polled + 1, SIZE_MAX, 5.);
    cr_assert_eq(t.held, before + 1, "%s", t.broken.text);
}

static void go_on(double seconds)
{
    int before = t.polled;

    say("COMMIT");
    poller_go_on(t.poller);
    run_until(before + 1, SIZE_MAX, seconds);
    cr_assert_eq(t.polled, before + 1, "no poll ended: %s", t.broken.text);
}

Test(held_poller, what_it_brought_comes_whole_and_once)
{
    server_ok(t.server, "", "{\"value\": 1, \"from\": 1}");
    server_ok(t.server, "", "{}");
    poll_in_vain();
    cr_expect_str_eq(samples(), "");
    poller_start(t.poller, 0.); /* its time, or a wish */
    poller_go_on(t.poller);
    run_until(1, SIZE_MAX, .2);
    cr_expect_eq(t.held, 2, "not yet");
    go_on(5.);
    cr_expect(t.ok);
    cr_expect_str_eq(samples(), "15|1\n", "%s", samples());
    cr_expect_eq(store_cursor(kit.store, t.id, "from"), 1);
    cr_expect_eq(server_requests(t.server), 1, "it is not asked again");
    cr_expect_eq(t.broken.fault, DX_FAULT_NONE, "%s", t.broken.text);
    poll_once();
    cr_expect(asked(1, "GET /a?from=1 "), "%s", server_request(t.server, 1));
    poller_go_on(t.poller);
    cr_expect_eq(t.polled, 2, "there is nothing that waits");
}

Test(held_poller, its_etag_is_kept_too)
{
    t.flags[0] = PLAN_CONDITIONAL;
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 1}");
    server_say(t.server, 0, "HTTP/1.1 304 Not Modified\r\n\r\n");
    poll_in_vain();
    go_on(5.);
    poll_once();
    cr_expect(asked(1, "If-None-Match: \"one\""), "%s", server_request(t.server, 1));
}

Test(held_poller, that_it_failed_is_told_once)
{
    refuse(500, "");
    poll_in_vain();
    go_on(5.);
    cr_expect_not(t.ok);
    cr_expect_str_eq(source_text(), "4|4|answered 500 (internal error)\n", "%s", source_text());
    cr_expect_str_eq(said(), "2|lost: answered 500 (internal error)\n", "%s", said());
}

/* The page that was asked for while this one was decoded has nobody to wait for it. */
Test(held_poller, a_piece_waits_and_then_its_poll_goes_on)
{
    fake.ahead = true;
    t.paths[1] = "/b";
    t.awaits = 2;
    server_ok(t.server, "", "{\"value\": 1, \"samples\": 60000}");
    server_ok(t.server, "", "{\"samples\": 1}");
    server_ok(t.server, "", "{\"samples\": 2}");
    poll_in_vain();
    cr_expect_eq(t.decoded, 1);
    go_on(5.);
    cr_expect(t.ok);
    cr_expect_eq(server_requests(t.server), 3);
    cr_expect(asked(2, "GET /b "), "%s", server_request(t.server, 2));
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, t.clock.start_ms), 60003);
}

/* Half of 100 is ours, and spent; in two seconds there is more. What came is committed before. */
Test(held_poller, what_comes_before_a_pause_waits_and_then_the_pause_begins)
{
    t.paths[1] = "/b";
    t.shared.once = true;
    t.shared.until_boot_ms = time_boot_ms() + 20 * SECOND;
    server_ok(t.server,
              "Date: Mon, 21 Sep 2026 14:13:20 GMT\r\nX-RateLimit-Limit: 100\r\n"
              "X-RateLimit-Remaining: 50\r\nX-RateLimit-Reset: 1790000002\r\n",
              "{\"value\": 1}");
    server_ok(t.server, "", "{\"samples\": 1}");
    poll_in_vain();
    cr_expect_eq(server_requests(t.server), 1);
    go_on(5.);
    cr_expect(t.ok, "%s", source_text());
    cr_expect(asked(1, "GET /b "), "%s", server_request(t.server, 1));
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, t.clock.start_ms), 2);
}

/* The collector is ended meanwhile: the next one finds nothing of it, and polls it again. */
Test(held_poller, what_waits_when_it_ends_is_as_if_it_had_not_been_asked_for)
{
    server_ok(t.server, "", "{\"value\": 1, \"from\": 1}");
    server_ok(t.server, "", "{\"value\": 1, \"from\": 1}");
    poll_in_vain();
    new_poller();
    say("COMMIT");
    cr_expect_eq(store_cursor(kit.store, t.id, "from"), 0);
    poll_once();
    cr_expect(asked(1, "GET /a "), "%s", server_request(t.server, 1));
    cr_expect_str_eq(samples(), "30|1\n", "%s", samples());
}
