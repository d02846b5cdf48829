/* When a source is polled: limits, refusals, the interval, wishes, and
 * what others leave it. */
#include "config.h"

#include <arpa/inet.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/time.h"
#include "poller_kit.h"

TestSuite(poller_time, .init = poller_kit_start, .fini = poller_kit_stop, .timeout = 60);

/* ---- secrets and limits ---- */

Test(poller_time, a_401_reads_the_secret_again_once_and_then_stops)
{
    t.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_TEST_TOKEN" };
    setenv("DX_TEST_TOKEN", "old", 1);
    server_ok(t.server, "", "{\"value\": 1}");
    refuse(401, "");
    server_ok(t.server, "", "{\"value\": 2}");
    refuse(401, "");
    new_poller();
    poll_once();
    cr_expect(asked(0, "Bearer old"));
    setenv("DX_TEST_TOKEN", "fr3sh", 1);
    poll_once();
    cr_expect(asked(1, "Bearer old"));
    cr_expect(asked(2, "Bearer fr3sh"), "%s", server_request(t.server, 2));
    cr_expect(t.ok);
    cr_expect_str_eq(samples(), "15|1\n30|2\n", "%s", samples());
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_eq(server_requests(t.server), 5);
    cr_expect(strncmp(source_text(), "5|2|refused (401)", 17) == 0, "%s", source_text());
    cr_expect_null(strstr(source_text(), "fr3sh"), "%s", source_text());
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_NEXT),
                     "945\n"); /* and asks again a quarter of an hour later */
}

static void say_page(int status, const char *title)
{
    char page[128];

    snprintf(page, sizeof(page), "<html><title>%s</title></html>", title);
    server_say(t.server, 0,
               "HTTP/1.1 %d Odd\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n\r\n%s",
               status, strlen(page), page);
}

/* Azure DevOps refuses with 203, a gateway with 200, each with a page to sign in. */
Test(poller_time, any_refusal_has_the_secret_read_again_by_the_next_poll)
{
    t.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_TEST_TOKEN" };
    say_page(203, "Azure DevOps");
    say_page(200, "Sign in");
    refuse(403, "");
    server_ok(t.server, "", "{\"value\": 1}");
    new_poller();
    for (size_t i = 0; i < 4; i++) {
        char token[] = "Bearer t0ken-0";

        token[sizeof(token) - 2] = (char)('0' + i);
        setenv("DX_TEST_TOKEN", strchr(token, 't'), 1);
        poll_once();
        cr_expect_eq(t.ok, i == 3, "%zu: %s", i, source_text());
        cr_expect(i == 3 || strncmp(source_text(), "5|2|", 4) == 0, "%s", source_text());
        cr_expect(asked(i, token), "%zu: %s", i, server_request(t.server, i));
    }
}

Test(poller_time, without_its_secret_nothing_is_asked)
{
    t.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_TEST_NONE" };
    unsetenv("DX_TEST_NONE");
    new_poller();
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_eq(server_requests(t.server), 0);
    cr_expect(strstr(source_text(), "5|2|") && strstr(source_text(), "DX_TEST_NONE"), "%s",
              source_text());
}

Test(poller_time, a_429_waits_as_long_as_it_says)
{
    server_ok(t.server, "", "{\"value\": 1}");
    refuse(429, "Retry-After: 120\r\n");
    poll_once();
    poll_once();
    cr_expect(strncmp(source_text(), "3|3|", 4) == 0, "%s", source_text());
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_NEXT, DX_FIELD_LAST_OK),
        "150|15\n");
    cr_expect_str_eq(samples(), "15|1\n");
}

/* ---- patience ---- */

static void fast(void)
{
    t.clock.speed = 100.;
    t.clock.boot_ms = time_boot_ms();
}

Test(poller_time, a_moment_of_patience_ends_no_poll)
{
    fast();
    t.paths[1] = "/b";
    server_ok(t.server, "", "{\"value\": 1}");
    refuse(429, "Retry-After: 5\r\n");
    server_ok(t.server, "", "{\"from\": 3}");
    poll_once();
    cr_expect(t.ok);
    cr_expect_eq(server_requests(t.server), 3);
    cr_expect(asked(1, "GET /b") && asked(2, "GET /b"), "the same, once more");
    cr_expect(strncmp(source_text(), "1|0|", 4) == 0, "%s", source_text());
}

Test(poller_time, a_server_that_wants_one_moment_after_the_other_ends_it)
{
    fast();
    refuse(429, "Retry-After: 1\r\n");
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_eq(server_requests(t.server), 4);
    cr_expect(strncmp(source_text(), "3|3|limited by the server for 1 s", 33) == 0, "%s",
              source_text());
}

Test(poller_time, a_refused_request_goes_on_with_the_etags_of_the_poll)
{
    fast();
    t.flags[0] = PLAN_CONDITIONAL;
    refuse(429, "Retry-After: 1\r\n");
    server_ok(t.server, "ETag: \"one\"\r\n", "{\"value\": 1}");
    poll_once();
    cr_expect(t.ok);
    poll_once();
    cr_expect(asked(2, "If-None-Match: \"one\""), "%s", server_request(t.server, 2));
}

Test(poller_time, the_one_round_waits_as_long_as_it_may)
{
    fast();
    t.shared.once = true;
    t.shared.until_boot_ms = time_boot_ms() + 20 * SECOND;
    refuse(429, "Retry-After: 30\r\n");
    server_ok(t.server, "", "{\"value\": 1}");
    poll_once();
    cr_expect(t.ok, "%s", source_text());
    cr_expect_eq(server_requests(t.server), 2);
}

Test(poller_time, the_one_round_does_not_wait_for_what_comes_too_late)
{
    fast();
    t.shared.once = true;
    t.shared.until_boot_ms = time_boot_ms() + 20 * SECOND;
    refuse(429, "Retry-After: 2100\r\n"); /* 21 s */
    poll_once();
    cr_expect_not(t.ok);
    cr_expect_eq(server_requests(t.server), 1);
    cr_expect(strncmp(source_text(), "3|3|limited by the server for 2100 s", 36) == 0, "%s",
              source_text());
}

/* ---- where the clock stands ---- */

/* Headers of a server whose own time is another one: what is left of 100, for so long. */
static const char *limited(int left, int64_t server_ms, int reset_s)
{
    static char headers[200];
    time_t at = (time_t)(server_ms / 1000);
    char date[64];
    struct tm tm;

    gmtime_r(&at, &tm);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    snprintf(headers, sizeof(headers),
             "Date: %s\r\nX-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: %d\r\n"
             "X-RateLimit-Reset: %lld\r\n",
             date, left, (long long)(server_ms / 1000 + reset_s));
    return headers;
}

static void ask_three(void)
{
    t.paths[1] = "/b";
    t.paths[2] = "/c";
    t.shared.once = true;
    t.shared.until_boot_ms = time_boot_ms() + 20 * SECOND;
}

/* Half of 100 is ours, and spent; in a second all of it is there again, by the server's clock.
 * That it said so is a second ago for the third request, too, which it says nothing of. */
static void is_refilled(int64_t server_ms)
{
    int64_t began = time_boot_ms(), took;

    ask_three();
    server_ok(t.server, limited(50, server_ms, 1), "{\"value\": 1}");
    for (int n = 0; n < 2; n++)
        server_ok(t.server, "", "{}");
    poll_once();
    took = time_boot_ms() - began;
    cr_expect(t.ok, "%s", source_text());
    cr_expect_eq(server_requests(t.server), 3, "%zu", server_requests(t.server));
    cr_expect(took >= 900 && took < 1950, "%d ms", (int)took);
}

Test(poller_time, a_budget_is_refilled_by_real_time)
{
    is_refilled(T0);
}

Test(poller_time, a_budget_is_refilled_where_the_clock_stands_in_another_month)
{
    is_refilled(T0 + 30 * DAY);
}

Test(poller_time, a_budget_is_refilled_where_the_clock_stands_in_a_month_to_come)
{
    is_refilled(T0 - 30 * DAY);
}

/* It would not come within the round; what came is kept. */
Test(poller_time, the_one_round_does_not_wait_for_a_budget_that_comes_too_late)
{
    int64_t began = time_boot_ms();

    ask_three();
    server_ok(t.server, limited(50, T0, 50), "{\"value\": 1}");
    poll_once();
    cr_expect(t.ok, "%s", source_text());
    cr_expect_eq(server_requests(t.server), 1);
    cr_expect_str_eq(samples(), "15|1\n");
    cr_expect(strncmp(source_text(), "3|", 2) == 0, "%s", source_text());
    cr_expect_lt(time_boot_ms() - began, 5 * SECOND);
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

Test(poller_time, polls_stay_within_five_per_cent_of_the_interval_and_differ)
{
    double least, most;

    server_ok(t.server, "", "{\"value\": 1}");
    pace(12, &least, &most);
    cr_expect_geq(least, 142., "%g ms", least);
    cr_expect_geq(most - least, 2., "%g to %g ms", least, most);
    cr_expect_eq(t.polled, 12);
}

Test(poller_time, what_a_server_told_us_to_wait_is_never_shortened)
{
    double least, most;

    t.settings.every_ms = SECOND; /* so that the back-off stays below it */
    refuse(429, "Retry-After: 20\r\n");
    pace(6, &least, &most);
    cr_expect_geq(least, 199.5, "%g ms", least);
}

Test(poller_time, the_next_poll_is_said_to_be_an_interval_away)
{
    server_ok(t.server, "", "{\"value\": 1}");
    poll_once();
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_NEXT,
                          DX_FIELD_EVERY, DX_FIELD_PER_HOUR),
                     "30|15000|240\n");
}

/* Jira Data Center says so on every answer, while there are tokens left. */
Test(poller_time, a_good_answer_that_says_retry_after_0_stops_nothing)
{
    server_ok(t.server,
              "Date: Mon, 21 Sep 2026 14:13:35 GMT\r\nRetry-After: 0\r\nX-RateLimit-Limit: "
              "500\r\nX-RateLimit-Remaining: 499\r\n"
              "X-RateLimit-FillRate: 50\r\nX-RateLimit-Interval-Seconds: 1\r\n",
              "{\"value\": 1}");
    poll_once();
    cr_expect(strncmp(source_text(), "1|", 2) == 0, "%s", source_text());
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_NEXT,
                          DX_FIELD_EVERY, DX_FIELD_REMAINING),
                     "30|15000|499\n");
}

/* The first poll may be cheap only because it does not know yet what there is. */
Test(poller_time, history_takes_a_quarter_while_nobody_knows_what_a_poll_costs)
{
    char headers[128];

    t.paths[0] = "/now";
    t.paths[1] = "/history";
    t.flags[1] = PLAN_FILL;
    snprintf(headers, sizeof(headers),
             "X-RateLimit-Limit: 5000\r\nX-RateLimit-Remaining: 3100\r\n"
             "X-RateLimit-Reset: %lld\r\n",
             (long long)(T0 + 15 * SECOND + HOUR) / 1000);
    server_ok(t.server, headers, "{\"value\": 1}");
    poll_once();
    cr_expect_eq(server_requests(t.server), 1); /* 600 are left of our 2,500 */
}

Test(poller_time, a_budget_that_runs_out_stretches_the_interval_and_ends_wishes)
{
    char headers[128];

    snprintf(headers, sizeof(headers),
             "X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 60\r\nX-RateLimit-Reset: %lld\r\n",
             (long long)(T0 + 15 * SECOND + HOUR) / 1000);
    server_ok(t.server, headers, "{\"value\": 1}");
    poll_once();
    cr_expect(strncmp(source_text(), "3|", 2) == 0, "%s", source_text());
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, t.clock.start_ms, DX_FIELD_EVERY,
                          DX_FIELD_REMAINING),
                     "360000|60\n"); /* ten of them are ours, for an hour */
    cr_expect(strstr(said(), "slowed down by its budget"), "%s", said());
    usleep(5100 * 1000);
    poller_wish(t.poller);
    run_until(2, 2, 0.3);
    cr_expect_eq(server_requests(t.server), 1);
}

/* The interval in ms, where ten of a hundred are ours for an hour. */
static int64_t stretched(int64_t server_ms)
{
    const char *every;

    t.clock.speed = 1.;
    t.clock.boot_ms = time_boot_ms();
    server_ok(t.server, limited(60, server_ms, 3600), "{\"value\": 1}");
    poll_once();
    cr_expect(strncmp(source_text(), "3|", 2) == 0, "%s", source_text());
    every = ROWS(kit.store, DX_QUERY_SOURCES, NULL, clock_now(&t.clock), DX_FIELD_EVERY);
    return strtoll(every, NULL, 10);
}

Test(poller_time, a_budget_lasts_as_long_as_the_server_says_where_our_clock_is_a_day_behind)
{
    int64_t every_ms = stretched(T0 + DAY);

    cr_expect(every_ms > 359000 && every_ms < 362000, "%lld ms", (long long)every_ms);
}

Test(poller_time, a_budget_lasts_as_long_as_the_server_says_where_our_clock_is_a_day_ahead)
{
    int64_t every_ms = stretched(T0 - DAY);

    cr_expect(every_ms > 359000 && every_ms < 362000, "%lld ms", (long long)every_ms);
}

Test(poller_time, a_wish_polls_at_once_but_not_more_than_every_five_seconds)
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

/* Who asks while a long poll is under way is not told what that found before. */
Test(poller_time, a_wish_within_a_long_poll_is_granted_behind_it)
{
    t.settings.endpoint.timeout_ms = 30000;
    server_say(t.server, SERVE_DRIP, /* some 6 s */
               "HTTP/1.1 200 OK\r\nX-Long: %0250d\r\nContent-Length: 12\r\n\r\n{\"value\": 1}", 0);
    server_ok(t.server, "", "{\"value\": 1}");
    poller_wish(t.poller);
    run_until(1, SIZE_MAX, 5.1);
    cr_assert_eq(t.polled, 0);
    poller_wish(t.poller);
    poller_wish(t.poller);
    run_until(2, SIZE_MAX, 10.);
    cr_expect_eq(t.polled, 2);
    run_until(3, 3, 0.3);
    cr_expect_eq(server_requests(t.server), 2);
}

/* ---- beside others ---- */

/* Behind every request a page that is there at once, from a process of its own. */
static pid_t flood(int listener)
{
    static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 46\r\n\r\n"
                               "{\"value\": 1, \"ms\": 150, \"more\": \"/again/{}\"  }";
    char request[4096];
    pid_t pid = fork();
    int fd;

    if (pid != 0)
        return pid;
    fd = accept(listener, NULL, NULL);
    while (read(fd, request, sizeof(request)) > 0 && write(fd, page, sizeof(page) - 1) > 0)
        ; /* each is one segment */
    _exit(0);
}

static int listen_at(char *url, size_t cap)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    cr_assert_eq(listen(fd, 8), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    snprintf(url, cap, "http://127.0.0.1:%d", ntohs(at.sin_port));
    return fd;
}

/* Each of its pages takes long to decode; what the other one gets meanwhile is all it needs. */
Test(poller_time, a_server_that_brings_more_and_more_keeps_no_other_waiting)
{
    struct source_settings settings = t.settings;
    struct dx_error err = { 0 };
    struct poller *flooded;
    char url[64];
    int listener = listen_at(url, sizeof(url)), before;
    struct source_row rows[2] = { { "fake", "fake", server_url(t.server), fake.yields, 15000 },
                                  { "flood", "fake", url, fake.yields, 15000 } };
    pid_t pid = flood(listener);
    int64_t ids[2];

    settings.name = "flood";
    settings.endpoint.url = url;
    cr_assert(store_sources(kit.store, rows, 2, ids, &err), "%s", err.text);
    flooded = poller_new(&t.shared, &settings, ids[1]);
    poller_start(flooded, 0.);
    for (int i = 0; i < 500 && t.decoded < 5; i++)
        run_until(1, SIZE_MAX, 0.01);
    cr_assert_geq(t.decoded, 5);
    before = t.decoded;
    t.paths[1] = "/b";
    t.paths[2] = "/c";
    server_ok(t.server, "", "{\"value\": 1}");
    poller_start(t.poller, 0.);
    run_until(1, SIZE_MAX, 20.);
    cr_expect_eq(t.polled, 1, "the other one");
    cr_expect_eq(server_requests(t.server), 3);
    cr_expect_leq(t.decoded - before - 3, 2 * 3, "%d pages meanwhile", t.decoded - before - 3);
    poller_free(flooded);
    (void)close(listener);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}
