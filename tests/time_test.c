#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/time.h"

static const struct {
    const char *text;
    int64_t ms;
} times[] = {
    { "2026-01-02T03:04:05Z", 1767323045000 },
    { "2026-01-02T03:04:05.123Z", 1767323045123 },
    { "2026-01-02T03:04:05.123456789Z", 1767323045123 },
    { "2026-01-02T04:04:05+01:00", 1767323045000 },
    { "2026-01-02T04:04:05+0100", 1767323045000 },
    { "2026-01-02T02:04:05-01", 1767323045000 },
    { "2026-01-02 03:04:05", 1767323045000 },
    { "2026-01-02T03:04:05.1234567Z", 1767323045123 },
    { "2024-02-29T12:00:00Z", 1709208000000 },
    { "1970-01-01T00:00:01Z", 1000 },
    { "1900-03-01T00:00:00Z", -2203891200000 },
    { "2000-02-29T23:59:59Z", 951868799000 },
    { "2100-03-01T00:00:00Z", 4107542400000 },
    { "9999-12-31T00:00:00Z", 253402214400000 },
    { "2026-02-31T00:00:00Z", 1772496000000 }, /* of a server that cannot count: 3 March */
    { "2026-03-02T24:00:00Z", 1772496000000 },
    { "0001-01-01T00:00:00", 0 },
    { "0001-01-01T00:00:00Z", 0 },
    { "2026-13-02T03:04:05Z", 0 },
    { "2026-01-02", 0 },
    { "2026-01-02T03:04:05Zx", 0 },
    { "", 0 },
};

Test(time, every_form_that_servers_write_is_read)
{
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        cr_expect_eq(time_parse(times[i].text, strlen(times[i].text)), times[i].ms, "%s: %lld",
                     times[i].text, (long long)time_parse(times[i].text, strlen(times[i].text)));
}

Test(time, what_is_written_reads_back)
{
    char text[TIME_TEXT];

    cr_expect_str_eq(time_format(text, 1767323045123), "2026-01-02T03:04:05.123Z");
    cr_expect_str_eq(time_format(text, 1767323045000), "2026-01-02T03:04:05Z");
    cr_expect_str_eq(time_format(text, 0), "");
}

static const struct {
    int64_t s;
    const char *text, *spaced;
} durations[] = {
    { 0, "0s", "0s" },
    { 12, "12s", "12s" },
    { 62, "1m02s", "1m 02s" },
    { 700, "11m40s", "11m 40s" },
    { 10920, "3h02m", "3h 02m" },
    { 230400, "2d16h", "2d 16h" },
    { 1036800, "12d", "12d" },
    { -2460, "-41m00s", "-41m 00s" },
};

Test(time, durations_have_two_units_at_most)
{
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        char text[TIME_TEXT];

        cr_expect_str_eq(duration_format(text, durations[i].s * 1000, false), durations[i].text);
        cr_expect_str_eq(duration_format(text, durations[i].s * 1000, true), durations[i].spaced);
    }
}

static const struct {
    int64_t ms;
    const char *text;
} written[] = {
    { 604800000, "7d" },  { 86400000, "24h" },  { 172800000, "2d" }, { INT64_C(2592000000), "30d" },
    { 129600000, "36h" }, { 3600000, "1h" },    { 5400000, "90m" },  { 90060000, "1501m" },
    { 30000, "30s" },     { 90500, "90500ms" }, { 0, "0s" },
};

Test(time, durations_are_written_as_configurations_have_them)
{
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        char text[TIME_TEXT];
        int64_t ms = -1;

        cr_expect_str_eq(duration_write(text, written[i].ms), written[i].text);
        cr_expect(duration_parse(&ms, text) && ms == written[i].ms, "%s", text);
    }
}

static const struct {
    const char *text;
    int64_t ms; /* -1: not a duration */
} spans[] = {
    { "30s", 30000 },     { "5m", 300000 }, { "2h", 7200000 },    { "7d", 604800000 },
    { "1h30m", 5400000 }, { "250ms", 250 }, { "2w", 1209600000 }, { "0s", 0 },
    { "1.5h", 5400000 },  { "", -1 },       { "5", -1 },          { "m", -1 },
    { "5x", -1 },         { "-5m", -1 },    { "99999999w", -1 },
};

Test(time, durations_are_read_as_people_write_them)
{
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
        int64_t ms = -2;
        bool ok = duration_parse(&ms, spans[i].text);

        cr_expect_eq(ok, spans[i].ms >= 0, "%s", spans[i].text);
        if (ok)
            cr_expect_eq(ms, spans[i].ms, "%s: %lld", spans[i].text, (long long)ms);
    }
}

Test(time, a_simulated_clock_starts_where_told_and_can_stand)
{
    struct clock clock;
    struct dx_error err = { 0 };

    cr_assert(clock_parse(&clock, "2026-01-02T03:04:05Z@0", &err));
    cr_expect_eq(clock_now(&clock), 1767323045000);
    cr_expect(isinf(clock_real_s(&clock, 1000)));
    cr_assert(clock_parse(&clock, "2026-01-02T03:04:05Z@100", &err));
    cr_expect_float_eq(clock_real_s(&clock, 1000), 0.01, 1e-9);
    cr_expect(clock_parse(&clock, "2024-02-29T23:04:05+02:00", &err));
    cr_expect_not(clock_parse(&clock, "2026-02-29T03:04:05Z", &err));
    cr_expect_str_eq(err.text, "\"2026-02-29T03:04:05Z\" is not a time; write it like "
                               "2026-11-24T08:43:00Z");
    cr_expect_not(clock_parse(&clock, "yesterday", &err));
    cr_expect_not(clock_parse(&clock, "2026-01-02T03:04:05Z@fast", &err));
}
