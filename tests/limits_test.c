#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "net/limits.h"

enum { NOW = 1795500000 }; /* 2026-11-24T06:00:00Z */

/* What one reply's headers say, "Name: value" each. -1 and 0: not said. */
static const struct {
    const char *server, *headers[4];
    int64_t limit, remaining, reset_s;
} replies[] = {
    { "GitHub",
      { "x-ratelimit-limit: 5000", "x-ratelimit-remaining: 4999", "x-ratelimit-reset: 1795503600" },
      5000,
      4999,
      1795503600 },
    { "GitLab says the reset twice",
      { "RateLimit-Limit: 60", "RateLimit-Remaining: 59", "RateLimit-Reset: 1795500060",
        "RateLimit-ResetTime: Tue, 24 Nov 2026 06:02:00 GMT" },
      60,
      59,
      1795500060 },
    { "a date alone", { "RateLimit-ResetTime: Tue, 24 Nov 2026 06:02:00 GMT" }, -1, -1, NOW + 120 },
    { "PagerDuty: seconds to wait",
      { "ratelimit-limit: 960", "ratelimit-remaining: 958", "ratelimit-reset: 42" },
      960,
      958,
      NOW + 42 },
    { "Jira Cloud: ISO 8601 without seconds",
      { "X-RateLimit-Limit: 350", "X-RateLimit-Remaining: 0",
        "X-RateLimit-Reset: 2026-11-24T06:05Z" },
      350,
      0,
      NOW + 300 },
    { "Jira Data Center: a bucket that is full again in 3 intervals",
      { "X-RateLimit-Limit: 50", "X-RateLimit-Remaining: 36", "X-RateLimit-FillRate: 5",
        "X-RateLimit-Interval-Seconds: 10" },
      50,
      36,
      NOW + 30 },
    { "a full bucket",
      { "X-RateLimit-Limit: 50", "X-RateLimit-Remaining: 50", "X-RateLimit-FillRate: 5",
        "X-RateLimit-Interval-Seconds: 10" },
      50,
      50,
      NOW },
    { "a bucket that never fills says nothing of when",
      { "X-RateLimit-Limit: 50", "X-RateLimit-Remaining: 36", "X-RateLimit-FillRate: 0",
        "X-RateLimit-Interval-Seconds: 10" },
      50,
      36,
      0 },
    { "a bucket that is full again when all is over",
      { "X-RateLimit-Limit: 99999999999999", "X-RateLimit-Remaining: 0", "X-RateLimit-FillRate: 1",
        "X-RateLimit-Interval-Seconds: 3600" },
      99999999999999,
      0,
      0 },
    { "a moment before all", { "X-RateLimit-Reset: 1013-11-24T06:05Z" }, -1, -1, 0 },
    { "ISO 8601 with seconds and offset",
      { "X-RateLimit-Reset: 2026-11-24T07:05:00+01:00" },
      -1,
      -1,
      NOW + 300 },
    { "ISO 8601 without seconds, with an offset",
      { "X-RateLimit-Reset: 2026-11-24T07:05+0100" },
      -1,
      -1,
      NOW + 300 },
    { "Azure counts in fractions",
      { "X-RateLimit-Limit: 200", "X-RateLimit-Remaining: 199.5" },
      200,
      199,
      0 },
    { "Azure's TSTU, in seconds since 1970",
      { "X-RateLimit-Resource: https://dev.azure.com/acme/", "X-RateLimit-Limit: 200",
        "X-RateLimit-Remaining: 12", "X-RateLimit-Reset: 1795500120" },
      200,
      12,
      1795500120 },
    { "GitLab's names",
      { "RateLimit-Name: throttle_authenticated_api", "RateLimit-Observed: 61",
        "RateLimit-Limit: 2000", "RateLimit-Remaining: 1939" },
      2000,
      1939,
      0 },
    { "milliseconds", { "X-RateLimit-Reset: 1795503600000" }, -1, -1, 1795503600 },
    { "a fraction of seconds", { "RateLimit-Reset: 1.5" }, -1, -1, NOW + 1 },
    { "now", { "RateLimit-Reset: 0" }, -1, -1, NOW },
    { "IETF draft 6", { "RateLimit: limit=100, remaining=50, reset=5" }, 100, 50, NOW + 5 },
    { "IETF draft 8",
      { "RateLimit-Policy: \"burst\";q=100;w=60,\"daily\";q=1000;w=86400",
        "RateLimit: \"burst\";r=50;t=30, \"daily\";r=999;t=80000" },
      100,
      50,
      NOW + 30 },
    { "Jira's beta", { "Beta-RateLimit: \"tenant-app-quota\";r=7;t=9" }, -1, 7, NOW + 9 },
    { "Jira's other beta", { "X-Beta-RateLimit-Reset: 2026-11-24T06:05Z" }, -1, -1, NOW + 300 },
    { "a hyphen more", { "X-Rate-Limit-Limit: 600", "X-Rate-Limit-Remaining: 599" }, 600, 599, 0 },
    { "policies behind the number", { "RateLimit-Limit: 10, 10;w=1, 50;w=60" }, 10, -1, 0 },
    { "below nothing is nothing", { "X-RateLimit-Remaining: -3" }, -1, 0, 0 },
    { "blanks", { "X-RateLimit-Limit:  7 ", "X-RateLimit-Reset:  30  " }, 7, -1, NOW + 30 },
    { "Jira Data Center's bucket",
      { "X-RateLimit-Limit: 20", "X-RateLimit-Remaining: 19", "X-RateLimit-FillRate: 5",
        "X-RateLimit-Interval-Seconds: 1" },
      20,
      19,
      NOW + 1 },
    { "words, nothing and infinity",
      { "X-RateLimit-Limit: many", "X-RateLimit-Remaining:", "X-RateLimit-Reset: soon",
        "RateLimit-Limit: inf" },
      -1,
      -1,
      0 },
    { "numbers past all bounds",
      { "X-RateLimit-Limit: 1e300", "X-RateLimit-Reset: 99999999999999999999" },
      -1,
      -1,
      0 },
    { "a time before it counts", { "X-RateLimit-Reset: -5" }, -1, -1, 0 },
    { "other headers",
      { "X-Limit: 1", "RateLimits-Limit: 2", "X-RateLimit-Used: 3", "Reset: 4" },
      -1,
      -1,
      0 },
    { "broken parameters", { "RateLimit: ;;r=,=5;\"q=;limit" }, -1, -1, 0 },
};

Test(limits, every_dialect_of_rate_limits_is_understood)
{
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        struct limits l;
        int64_t reset_ms;

        limits_clear(&l);
        for (size_t j = 0; j < 4 && replies[i].headers[j]; j++) {
            char name[64];
            const char *colon = strchr(replies[i].headers[j], ':');

            snprintf(name, sizeof(name), "%.*s", (int)(colon - replies[i].headers[j]),
                     replies[i].headers[j]);
            limits_take(&l, name, colon + 1);
        }
        reset_ms = limits_reset_ms(&l, (int64_t)NOW * 1000);
        cr_expect_eq(l.limit, replies[i].limit, "%s: %lld", replies[i].server, (long long)l.limit);
        cr_expect_eq(l.remaining, replies[i].remaining, "%s: %lld", replies[i].server,
                     (long long)l.remaining);
        cr_expect_eq(reset_ms / 1000, replies[i].reset_s, "%s: %lld", replies[i].server,
                     (long long)reset_ms);
    }
}

Test(limits, a_delay_of_azure_is_in_seconds_and_bounded)
{
    const struct {
        const char *value;
        int64_t delay_ms;
    } cases[] = { { "1.5", 1500 }, { " 30", 30000 }, { "0", 0 },
                  { "-1", 0 },     { "1e9", 0 },     { "x", 0 } };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct limits l;

        limits_clear(&l);
        cr_expect_eq(l.delay_ms, 0);
        cr_expect(limits_take(&l, "X-RateLimit-Delay", cases[i].value));
        cr_expect_eq(l.delay_ms, cases[i].delay_ms, "%s", cases[i].value);
    }
}

Test(limits, tells_its_own_headers_from_others)
{
    struct limits l;

    limits_clear(&l);
    cr_expect(limits_take(&l, "X-RateLimit-Limit", "1"));
    cr_expect(limits_take(&l, "ratelimit", "limit=1"));
    cr_expect_not(limits_take(&l, "X-RateLimit-Resource", "core"));
    cr_expect_not(limits_take(&l, "X-Rate", "1"));
    cr_expect_not(limits_take(&l, "", ""));
}

Test(limits, a_reset_too_long_to_be_one_is_not_half_read)
{
    struct limits l;
    char text[200];

    memset(text, '1', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    limits_clear(&l);
    limits_take(&l, "RateLimit-Reset", text);
    cr_expect_eq(limits_reset_ms(&l, 5000), 0);
}
