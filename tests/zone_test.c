#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "core/zone.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct zone zone;

static void open_zone(const char *name)
{
    struct dx_error err = { 0 };

    zone_done(&zone);
    cr_assert(zone_open(&zone, name, &err), "%s: %s", name, err.text);
}

static int64_t ms(const char *text)
{
    int64_t at = time_parse(text, strlen(text));

    cr_assert(at, "%s", text);
    return at;
}

static uint64_t state = 88172645463325252u;

static uint64_t next(void) /* xorshift64 */
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

/* ---- against the C library ---- */

static const char *const zones[] = {
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/Recife", /* summer time of one week, October 2000 */
    "Asia/Gaza",      /* and so in October 2040 */
    "Africa/Casablanca",
    "America/Sao_Paulo",
};

static void expect_local(const char *name, int64_t at_s)
{
    time_t at = (time_t)at_s;
    struct tm tm;

    cr_assert(localtime_r(&at, &tm));
    int64_t shown = (int64_t)timegm(&tm), got = zone_local(&zone, at_s * 1000) / 1000;
    cr_expect_eq(got, shown, "%s at %lld: %lld s off", name, (long long)at_s,
                 (long long)(got - shown));
}

Test(zone, shows_what_the_c_library_shows)
{
    const int64_t first = 631152000, last = 3155760000;

    for (size_t i = 0; i < COUNT(zones); i++) {
        open_zone(zones[i]);
        setenv("TZ", zones[i], 1);
        tzset();
        for (int n = 0; n < 20000; n++)
            expect_local(zones[i], first + (int64_t)(next() % (uint64_t)(last - first)));
        for (size_t s = 1; s < zone.count; s++) {
            expect_local(zones[i], zone.spans[s].from_ms / 1000 - 1);
            expect_local(zones[i], zone.spans[s].from_ms / 1000);
        }
    }
    zone_done(&zone);
}

Test(zone, has_no_more_changes_than_there_are)
{
    open_zone("UTC");
    cr_expect_eq(zone.count, 1);
    open_zone("Asia/Kolkata");
    cr_expect_eq(zone.count, 1);
    open_zone("Europe/Berlin");
    cr_expect_eq(zone.count, 161, "two a year from 1990 to 2069; got %zu", zone.count);
    open_zone("Pacific/Apia");
    for (size_t s = 1; s < zone.count; s++)
        cr_expect_neq(zone.spans[s].offset_ms, zone.spans[s - 1].offset_ms);
    zone_done(&zone);
}

/* ---- from local time ---- */

static const struct {
    const char *name, *zone, *local, *instant; /* local: written as if it were UTC */
} instants[] = {
    { "winter", "Europe/Berlin", "2026-01-15T09:00:00Z", "2026-01-15T08:00:00Z" },
    { "summer", "Europe/Berlin", "2026-07-15T09:00:00Z", "2026-07-15T07:00:00Z" },
    { "before a gap", "Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z" },
    { "a gap begins", "Europe/Berlin", "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z" },
    { "in a gap: its end", "Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:00:00Z" },
    { "a gap ends", "Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z" },
    { "after a gap", "Europe/Berlin", "2026-03-29T03:01:00Z", "2026-03-29T01:01:00Z" },
    { "before a fold", "Europe/Berlin", "2026-10-25T01:59:00Z", "2026-10-24T23:59:00Z" },
    { "twice: the first", "Europe/Berlin", "2026-10-25T02:00:00Z", "2026-10-25T00:00:00Z" },
    { "twice: the first, to its end", "Europe/Berlin", "2026-10-25T02:59:00Z",
      "2026-10-25T00:59:00Z" },
    { "after a fold", "Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z" },
    { "half an hour is skipped", "Australia/Lord_Howe", "2026-10-04T02:15:00Z",
      "2026-10-03T15:30:00Z" },
    { "half an hour comes twice", "Australia/Lord_Howe", "2026-04-05T01:45:00Z",
      "2026-04-04T14:45:00Z" },
    { "no change of the clock", "Asia/Kolkata", "2026-03-29T02:30:00Z", "2026-03-28T21:00:00Z" },
    { "a day that never was", "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z" },
    { "the day after it", "Pacific/Apia", "2011-12-31T00:00:00Z", "2011-12-30T10:00:00Z" },
    { "the clock goes back to the day before", "America/Sao_Paulo", "2018-02-18T00:00:00Z",
      "2018-02-18T03:00:00Z" },
    { "UTC", "UTC", "2026-03-29T02:30:00Z", "2026-03-29T02:30:00Z" },
};

static int64_t instant_of(int64_t local_ms)
{
    size_t at = 0;

    return zone_instant_next(&zone, local_ms, &at);
}

Test(zone, a_local_time_is_the_first_instant_that_shows_it_or_a_later_one)
{
    for (size_t i = 0; i < COUNT(instants); i++) {
        char got[TIME_TEXT];

        open_zone(instants[i].zone);
        time_format(got, instant_of(ms(instants[i].local)));
        cr_expect_str_eq(got, instants[i].instant, "%s: %s", instants[i].name, got);
    }
    zone_done(&zone);
}

Test(zone, the_instant_is_the_first_in_any_order)
{
    for (size_t i = 0; i < COUNT(zones); i++) {
        int64_t local = ms("1991-01-01T00:00:00Z");
        size_t at = 0;

        open_zone(zones[i]);
        for (; local < ms("2069-01-01T00:00:00Z"); local += (int64_t)(next() % 400000000)) {
            int64_t got = zone_instant_next(&zone, local, &at);

            cr_expect_eq(got, instant_of(local));
            cr_expect_geq(zone_local(&zone, got), local, "%s at %lld", zones[i], (long long)got);
            cr_expect_lt(zone_local(&zone, got - 1), local, "%s at %lld", zones[i], (long long)got);
        }
    }
    zone_done(&zone);
}

/* ---- the process's own ---- */

static int local_hour(void)
{
    time_t at = 1780000000; /* 2026-05-28T20:26:40Z */
    struct tm tm;

    return localtime_r(&at, &tm) ? tm.tm_hour : -1;
}

Test(zone, leaves_the_process_in_its_own_zone)
{
    setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    open_zone("Europe/Berlin");
    cr_expect_str_eq(getenv("TZ"), "Asia/Tokyo");
    cr_expect_eq(local_hour(), 5);
    unsetenv("TZ");
    tzset();
    int before = local_hour();
    open_zone("Pacific/Kiritimati");
    cr_expect_null(getenv("TZ"));
    cr_expect_eq(local_hour(), before);
    zone_done(&zone);
}

Test(zone, without_a_name_it_is_that_of_the_process)
{
    setenv("TZ", "Asia/Tokyo", 1);
    open_zone("");
    cr_expect_eq(zone_local(&zone, 0), 9 * 3600 * INT64_C(1000));
    open_zone("UTC");
    cr_expect_eq(zone_local(&zone, 0), 0);
    zone_done(&zone);
}

/* ---- names ---- */

static const struct {
    const char *name, *complaint;
} wrong[] = {
    { "Europe/Berln", "there is no \"Europe/Berln\"; did you mean \"Europe/Berlin\"?" },
    { "europe/berlin", "there is no \"europe/berlin\"; did you mean \"Europe/Berlin\"?" },
    { "berlin", "there is no \"berlin\"; did you mean \"Europe/Berlin\"?" },
    { "New York", "there is no \"New York\"; did you mean \"America/New_York\"?" },
    { "utc", "there is no \"utc\"; did you mean \"UTC\"?" },
    { "Middle-Earth/Shire",
      "there is no \"Middle-Earth/Shire\"; names are like Europe/Berlin, or UTC" },
    { "Europe", "there is no \"Europe\"" }, /* a directory */
    { "leapseconds", "there is no \"leapseconds\"" },
    { "../../../etc/localtime", "there is no \"" },
    { "/etc/localtime", "there is no \"" },
    { "Etc/../UTC", "there is no \"" },
};

Test(zone, one_that_is_kept_is_the_same)
{
    const struct zone *kept = zone_named("Europe/Berlin");

    cr_assert(kept);
    open_zone("Europe/Berlin");
    cr_assert_eq(zone.count, kept->count);
    for (size_t i = 0; i < zone.count; i++)
        cr_expect_eq(memcmp(&zone.spans[i], &kept->spans[i], sizeof(zone.spans[i])), 0, "%zu", i);
    zone_done(&zone);
    cr_expect_eq(zone_named("Europe/Berlin"), kept);
    cr_expect_eq(zone_local(zone_named("UTC"), 1000), 1000);
    cr_expect_null(zone_named("Europe/Berln"));
    cr_expect_null(zone_named("Europe/Berln"), "again");
}

Test(zone, a_name_that_is_unknown_is_not_utc)
{
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct dx_error err = { 0 };

        cr_expect_not(zone_open(&zone, wrong[i].name, &err), "%s", wrong[i].name);
        cr_expect(strncmp(err.text, wrong[i].complaint, strlen(wrong[i].complaint)) == 0, "%s: %s",
                  wrong[i].name, err.text);
        cr_expect_not(zone_check(wrong[i].name, &err));
    }
    for (size_t i = 0; i < COUNT(zones); i++)
        cr_expect(zone_check(zones[i], &(struct dx_error){ 0 }), "%s", zones[i]);
}

Test(zone, without_a_database_there_is_utc)
{
    char dir[] = "/tmp/dxtop-zone-XXXXXX", wanted[160];
    struct dx_error err = { 0 };

    cr_assert(mkdtemp(dir));
    setenv("TZDIR", dir, 1);
    cr_expect_not(zone_open(&zone, "Europe/Berlin", &err));
    snprintf(wanted, sizeof(wanted), "there are no time zones in %s; install tzdata, or write UTC",
             dir);
    cr_expect_str_eq(err.text, wanted);
    open_zone("UTC");
    cr_expect_eq(zone_local(&zone, 1000), 1000);
    zone_done(&zone);
    rmdir(dir);
}
