#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "net/budget.h"
#include "net/header.h"
#include "net/http.h"
#include "net/origin.h"
#include "net/retry.h"

enum { NOW = 1795500000 };

Test(header, retry_after_is_seconds_or_a_date)
{
    int64_t now = (int64_t)NOW * 1000;

    cr_expect_eq(header_retry_after("120", now), 120);
    cr_expect_eq(header_retry_after("0", now), 0);
    cr_expect_eq(header_retry_after("-5", now), 0);
    cr_expect_eq(header_retry_after("soon", now), -1);
    cr_expect_eq(header_date("Fri, 02 Jan 2026 03:04:05 GMT"), 1767323045000);
    cr_expect_eq(header_retry_after("Fri, 02 Jan 2026 03:04:15 GMT", 1767323045000), 10);
    cr_expect_eq(header_retry_after("Fri, 02 Jan 2026 03:04:05 GMT", 1767323045000 + 60000), 0);
    cr_expect_eq(header_date("Fri, 02 Foo 2026 03:04:05 GMT"), 0);
}

Test(header, the_next_page_is_found_among_the_links)
{
    char out[200];

    cr_expect_str_eq(
        header_next("<https://h/a?page=2>; rel=\"next\", <https://h/a?page=9>; rel=\"last\"", out,
                    sizeof(out)),
        "https://h/a?page=2");
    cr_expect_str_eq(
        header_next("<https://h/a>; rel=\"last\", <https://h/b>; rel=next", out, sizeof(out)),
        "https://h/b");
    cr_expect_str_eq(header_next("<https://h/a>; rel=\"prev\"", out, sizeof(out)), "");
    cr_expect_str_eq(header_next("<broken", out, sizeof(out)), "");
}

Test(origin, scheme_host_and_port_make_an_origin)
{
    struct origin a, b;
    char url[URL_MAX];

    cr_assert(origin_of(&a, "https://h/x"));
    cr_assert(origin_of(&b, "https://H:443/y"));
    cr_expect(origin_same(&a, &b));
    cr_assert(origin_of(&b, "https://h:444/y"));
    cr_expect_not(origin_same(&a, &b));
    cr_expect_not(origin_of(&b, "ftp://h/"));
    cr_expect(origin_join(url, "https://h/a/b", "../c?d=1"));
    cr_expect_str_eq(url, "https://h/c?d=1");
    cr_expect(origin_join(url, "https://h/a", "http://evil/"));
    cr_expect_str_eq(url, "http://evil/");
    cr_assert(origin_of(&a, "http://127.0.0.1:9090"));
    cr_expect(origin_is_loopback(&a));
    cr_assert(origin_of(&a, "http://127.evil.example"));
    cr_expect_not(origin_is_loopback(&a));
}

Test(retry, backs_off_with_jitter_and_forgets_at_a_success)
{
    struct retry retry = { 0 };
    struct dx_error err = { .fault = DX_FAULT_NETWORK };

    cr_expect_eq(retry_next(&retry, NULL, 15000, .5), 15000);
    cr_expect_eq(retry_next(&retry, &err, 15000, 1.), 15000);
    cr_expect_eq(retry_next(&retry, &err, 15000, 1.), 30000);
    cr_expect_eq(retry_next(&retry, &err, 15000, 0.), 1000);
    for (int i = 0; i < 30; i++)
        cr_expect_leq(retry_next(&retry, &err, 15000, 1.), 300000);
    cr_expect_eq(retry_next(&retry, NULL, 15000, 1.), 15000);
    cr_expect_eq(retry.failures, 0);
}

Test(retry, never_asks_before_it_was_told_and_stops_when_refused)
{
    struct retry retry = { 0 };
    struct dx_error limited = { .fault = DX_FAULT_LIMITED, .retry_after_s = 90 };
    struct dx_error absurd = { .fault = DX_FAULT_LIMITED, .retry_after_s = 1000000 };
    struct dx_error refused = { .fault = DX_FAULT_AUTH };

    cr_expect_geq(retry_next(&retry, &limited, 15000, 0.), 90000);
    cr_expect_eq(retry_next(&retry, &absurd, 15000, 0.), 3600000);
    cr_expect_eq(retry_next(&retry, &refused, 15000, 0.), -1);
}

Test(budget, stretches_the_interval_so_that_the_share_lasts)
{
    struct budget b = { 0 };
    int64_t now = (int64_t)NOW * 1000;

    cr_expect_eq(budget_every(&b, now, 30000, 10, .5), 30000);
    budget_seen(&b, now, 5000, 5000, now + 3600000);
    cr_expect_eq(budget_every(&b, now, 30000, 10, .5), 30000);
    cr_expect_eq(budget_every(&b, now, 30000, 100, .5), 144000);
    budget_seen(&b, now, 5000, 2500, now + 3600000);
    cr_expect_eq(budget_every(&b, now, 30000, 10, .5), 3600000);
    cr_expect_eq(budget_every(&b, now + 3600001, 30000, 10, .5), 30000);
    budget_seen(&b, now, -1, -1, 0);
    cr_expect_eq(b.limit, 5000);
}

Test(budget, a_clock_that_jumped_back_is_not_waited_for)
{
    const int64_t now = (int64_t)NOW * 1000, day = 24 * 3600000;
    struct budget b = { 0 };

    budget_seen(&b, now, 5000, 2500, now + 3600000);
    cr_expect_eq(budget_every(&b, now - 2 * day, 30000, 10, .5), day);
}

Test(budget, what_is_left_is_our_share_of_what_is_left)
{
    struct budget b = { 0 };
    int64_t now = (int64_t)NOW * 1000;

    cr_expect(budget_left(&b, now, .5) > 1e300, "nothing announced");
    budget_seen(&b, now, 5000, 2600, now + 60000);
    cr_expect_float_eq(budget_left(&b, now, .5), 100., 1e-9);
    cr_expect_float_eq(budget_left(&b, now, 1.), 2600., 1e-9);
    cr_expect(budget_left(&b, now, .4) < 0., "others spent it");
    cr_expect(budget_left(&b, now + 60000, .5) > 1e300, "reset since");
}

Test(budget, what_is_over_by_our_clock_only_is_not_over)
{
    struct budget b = { 0 };
    int64_t now = (int64_t)NOW * 1000;

    budget_seen(&b, now, 2000, 1000, now - 300); /* its second was cut */
    cr_expect_float_eq(budget_left(&b, now, .5), 0., 1e-9);
    cr_expect(budget_left(&b, now + 1000, .5) > 1e300, "and is asked again a second later");
    budget_seen(&b, now, 2000, 1000, 0);
    cr_expect(budget_left(&b, now, .5) > 1e300, "nobody said until when");
}

Test(budget, gitlab_names_the_limit_by_the_minute_whatever_its_period_is)
{
    struct budget b = { 0 };
    int64_t now = (int64_t)NOW * 1000;

    budget_seen(&b, now, 60, 3500, now + 3000000); /* 3,600 an hour */
    cr_expect_eq(b.limit, 3500);
    cr_expect_float_eq(budget_left(&b, now, .5), 1750., 1e-9);
}

Test(budget, where_nobody_says_what_is_left_the_answers_are_counted)
{
    struct budget b = { 0 };
    int64_t now = (int64_t)NOW * 1000, reset = now + 1800000;

    budget_seen(&b, now, 100, -1, now);
    cr_expect_eq(b.limit, 0, "nobody knows until when");
    for (int i = 0; i < 30; i++)
        budget_seen(&b, now, 100, -1, reset);
    cr_expect_eq(b.remaining, 70);
    cr_expect_float_eq(budget_left(&b, now, .5), 20., 1e-9);
    for (int i = 0; i < 100; i++)
        budget_seen(&b, now, 100, -1, reset);
    cr_expect_eq(b.remaining, 0);
    budget_seen(&b, now, 100, -1, reset + 3600000);
    cr_expect_eq(b.remaining, 99, "another hour");
    budget_seen(&b, now, 100, -1, reset + 3600000 - 900);
    budget_seen(&b, now, 100, -1, reset + 3600000);
    cr_expect_eq(b.remaining, 97, "the same, by a clock that has whole seconds");
}

Test(retry, a_limit_without_headers_is_a_minute_and_more_each_time)
{
    struct retry least = { 0 }, most = { 0 };
    struct dx_error limited = { .fault = DX_FAULT_LIMITED };
    const int64_t upper[] = { 60000, 120000, 240000, 300000, 300000 };

    for (size_t i = 0; i < sizeof(upper) / sizeof(upper[0]); i++) {
        cr_expect_geq(retry_next(&least, &limited, 30000, 0.), 60000);
        cr_expect_eq(retry_next(&most, &limited, 30000, 1.), upper[i]);
    }
}

Test(budget, the_projection_is_measured_once_there_is_something)
{
    struct budget b = { 0 };
    int64_t now = (int64_t)NOW * 1000;

    cr_expect_float_eq(budget_per_hour(&b, 30000, 2), 240., 1e-6);
    for (int i = 0; i <= 20; i++)
        budget_spend(&b, now + i * 30000, 3);
    cr_expect_float_eq(budget_per_hour(&b, 30000, 2), 360., 1e-6, "3 each 30 s");
}

/* ---- what a refusal means ---- */

#define DATE INT64_C(1795500000000)

static const struct {
    struct http_reply reply;
    enum dx_fault fault;
    const char *words;
} refusals[] = {
    { { .status = 429, .date_ms = DATE, .reset_ms = DATE + 29500, .remaining = 3 },
      DX_FAULT_LIMITED,
      "limited by the server for 30 s" },
    { { .status = 429, .date_ms = DATE, .reset_ms = DATE - 1, .remaining = 3 },
      DX_FAULT_LIMITED,
      "limited by the server" },
    { { .status = 403, .remaining = 0, .retry_after_s = 7 },
      DX_FAULT_LIMITED,
      "limited by the server for 7 s" },
    { { .status = 403, .remaining = 3, .body = "API rate limit exceeded", .len = 23 },
      DX_FAULT_LIMITED,
      "limited by the server" },
    { { .status = 403, .remaining = 3 },
      DX_FAULT_AUTH,
      "refused (403): the credentials may not see this; widen their scope" },
    { { .status = 407, .remaining = -1 }, DX_FAULT_AUTH, "the proxy wants credentials (407)" },
    { { .status = 410, .remaining = -1 },
      DX_FAULT_REPLY,
      "answered 410: there is nothing at this address any more; check `url`" },
    { { .status = 304, .remaining = -1 },
      DX_FAULT_REPLY,
      "answered 304, that nothing is new, though all was asked for" },
};

Test(net, a_refusal_is_a_limit_a_right_or_a_wrong_address)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct http_reply reply = refusals[i].reply;
        struct dx_error err = { 0 };

        reply.content_type = "";
        reply.body = reply.body ? reply.body : "";
        cr_expect_not(http_refused(&reply, &err), "%zu", i);
        cr_expect_eq(err.fault, refusals[i].fault, "%zu: %s", i, err.text);
        cr_expect_str_eq(err.text, refusals[i].words);
    }
}
