#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "insight/business.h"

/* Business time against one that only counts minutes, in which the C library shows the
 * wall's clock and nobody knows of zones, spans or sums. */

enum { DAY_MINUTES = 1440, HOURS_MOST = 3, HOLIDAYS = 20, PAUSES = 4 };

static const char *const zones[] = {
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe", /* half an hour */
    "Asia/Kolkata",        /* no change */
    "Pacific/Apia",        /* no 2011-12-30 */
    "America/Sao_Paulo",   /* back over midnight, until 2018 */
    "America/Havana",      /* back to midnight; midnight is skipped */
    "Africa/Casablanca",   /* four changes a year */
};

static uint64_t state = 88172645463325252u;

static int64_t below(int64_t n) /* xorshift64 */
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int64_t)(state % (uint64_t)n);
}

static struct zone zone;
static struct calendar calendar;
static struct calendar_hours hours[7][HOURS_MOST];
static int64_t holidays[HOLIDAYS];
static const struct business business = { &calendar, &zone };

/* ---- the slow one ---- */

static bool is_open(int64_t local_minute)
{
    int64_t day = local_minute / DAY_MINUTES, minute = local_minute % DAY_MINUTES;
    const struct calendar_day *week = &calendar.days[(day + 3) % 7]; /* day 0: Thursday */

    for (size_t i = 0; i < calendar.holiday_count; i++)
        if (calendar.holidays[i] == day)
            return false;
    for (size_t i = 0; i < week->count; i++)
        if (minute * MINUTE_MS >= week->hours[i].from_ms &&
            minute * MINUTE_MS < week->hours[i].to_ms)
            return true;
    return false;
}

static bool is_paused(int64_t at_ms, const struct business_pause *pauses, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (at_ms >= pauses[i].from_ms && (pauses[i].to_ms == 0 || at_ms < pauses[i].to_ms))
            return true;
    return false;
}

/* What opens at a time opens when the clock shows it or a later one for the first time:
 * the latest time that it has shown decides. TZ is that of the zone. */
static int64_t slow_ms(int64_t from_ms, int64_t to_ms, const struct business_pause *pauses,
                       size_t n)
{
    int64_t latest = 0, sum = 0;

    for (int64_t at_ms = from_ms - 2 * DAY_MS; at_ms < to_ms; at_ms += MINUTE_MS) {
        time_t at = (time_t)(at_ms / 1000);
        struct tm tm;

        cr_assert(localtime_r(&at, &tm));
        int64_t local = (int64_t)timegm(&tm) / 60;
        if (local > latest)
            latest = local;
        if (at_ms >= from_ms && is_open(latest) && !is_paused(at_ms, pauses, n))
            sum += MINUTE_MS;
    }
    return sum;
}

/* ---- random cases ---- */

static int64_t some_minutes(int64_t n)
{
    return below(n) * MINUTE_MS;
}

/* Some days closed, some around the clock, others with up to three openings that may touch. */
static void some_week(void)
{
    calendar = (struct calendar){ .holidays = holidays };
    for (int day = 0; day < 7; day++) {
        int64_t at = 0;
        size_t count = 0;

        for (int64_t n = below(HOURS_MOST + 1); n > 0 && at < DAY_MS; n--) {
            int64_t from = at + some_minutes(300);
            int64_t to = from + MINUTE_MS + some_minutes(n == 3 ? 60 : DAY_MINUTES);

            at = to;
            if (to > DAY_MS)
                to = DAY_MS;
            if (from < to)
                hours[day][count++] = (struct calendar_hours){ from, to };
        }
        if (below(4) == 0) {
            hours[day][0] = (struct calendar_hours){ 0, DAY_MS };
            count = 1;
        }
        calendar.days[day] = (struct calendar_day){ hours[day], count };
    }
}

static void some_holidays(int64_t from_ms)
{
    int64_t day = from_ms / DAY_MS - 3;

    calendar.holiday_count = (size_t)below(HOLIDAYS);
    for (size_t i = 0; i < calendar.holiday_count; i++) {
        day += 1 + below(5);
        holidays[i] = day;
    }
}

/* Half of them near a change of the clock. */
static int64_t some_time(void)
{
    int64_t at = INT64_C(1104537600000) + some_minutes(INT64_C(20) * 365 * DAY_MINUTES);

    if (zone.count > 1 && below(2))
        at = zone.spans[1 + below((int64_t)zone.count - 1)].from_ms - some_minutes(3 * DAY_MINUTES);
    return at;
}

static size_t some_pauses(struct business_pause pauses[PAUSES], int64_t from_ms)
{
    size_t n = (size_t)below(PAUSES + 1);

    for (size_t i = 0; i < n; i++) {
        pauses[i].from_ms = from_ms + some_minutes(12 * DAY_MINUTES) - DAY_MS;
        pauses[i].to_ms = pauses[i].from_ms + some_minutes(3 * DAY_MINUTES);
        if (below(8) == 0)
            pauses[i].to_ms = 0;
    }
    return n;
}

static void in_zone(const char *name)
{
    struct dx_error err = { 0 };

    zone_done(&zone);
    cr_assert(zone_open(&zone, name, &err), "%s", err.text);
    setenv("TZ", name, 1);
    tzset();
}

TestSuite(business_slow, .timeout = 120);

Test(business_slow, counts_the_same_minutes)
{
    for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
        in_zone(zones[z]);
        for (int i = 0; i < 60; i++) {
            struct business_pause pauses[PAUSES];
            int64_t from = some_time(), to = from + some_minutes(10 * DAY_MINUTES);
            size_t n = some_pauses(pauses, from);

            some_week();
            some_holidays(from);
            int64_t slow = slow_ms(from, to, pauses, n);
            int64_t got = business_ms(&business, from, to, pauses, n);
            cr_expect_eq(got, slow, "%s %d: from %lld to %lld: %lld min, not %lld", zones[z], i,
                         (long long)from, (long long)to, (long long)got / MINUTE_MS,
                         (long long)slow / MINUTE_MS);
        }
    }
    zone_done(&zone);
}

Test(business_slow, counts_the_same_minutes_of_years)
{
    for (size_t z = 1; z < sizeof(zones) / sizeof(zones[0]); z += 2) {
        int64_t from = INT64_C(1293840000000), to = from + 900 * DAY_MS; /* from 2011 on */

        in_zone(zones[z]);
        some_week();
        some_holidays(from);
        cr_expect_eq(business_ms(&business, from, to, NULL, 0), slow_ms(from, to, NULL, 0), "%s",
                     zones[z]);
    }
    zone_done(&zone);
}
