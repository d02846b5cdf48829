/* hours: the desk's business hours, Monday to Friday 09:00 to 17:00 in Berlin. */
#include "config.h"

#include "sim/hours.h"

#include <time.h>

#include "core/time.h"
#include "sim/noise.h"

enum { SUNDAY = 0, SATURDAY = 6, THURSDAY = 4, MARCH = 2, OCTOBER = 9 };

#define OPENS_MS  (9 * HOUR_MS)
#define CLOSES_MS (17 * HOUR_MS)

static int64_t day_of(int64_t ms)
{
    return ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
}

static int weekday(int64_t day)
{
    return (int)(((day + THURSDAY) % 7 + 7) % 7); /* 1970 began with a Thursday */
}

/* 01:00 UTC on the last Sunday of a month that has 31 days. */
static int64_t change_ms(int year, int month)
{
    struct tm last = { .tm_year = year, .tm_mon = month, .tm_mday = 31 };
    int64_t day = day_of((int64_t)timegm(&last) * 1000);

    return (day - weekday(day)) * DAY_MS + HOUR_MS;
}

int64_t hours_offset_ms(int64_t at_ms)
{
    time_t s = (time_t)(at_ms / 1000);
    struct tm tm;

    (void)gmtime_r(&s, &tm);
    return at_ms >= change_ms(tm.tm_year, MARCH) && at_ms < change_ms(tm.tm_year, OCTOBER)
               ? 2 * HOUR_MS
               : HOUR_MS;
}

static int64_t local_day(int64_t at_ms)
{
    return day_of(at_ms + hours_offset_ms(at_ms));
}

/* false: nobody works that day. Clocks change on Sundays at night, so that the
 * offset of the morning is that of the whole working day. */
static bool hours_of(int64_t day, int64_t *from_ms, int64_t *to_ms)
{
    int64_t offset_ms = hours_offset_ms(day * DAY_MS + OPENS_MS);

    *from_ms = day * DAY_MS + OPENS_MS - offset_ms;
    *to_ms = day * DAY_MS + CLOSES_MS - offset_ms;
    return weekday(day) != SUNDAY && weekday(day) != SATURDAY;
}

bool hours_open(int64_t at_ms)
{
    int64_t from_ms, to_ms;

    return hours_of(local_day(at_ms), &from_ms, &to_ms) && at_ms >= from_ms && at_ms < to_ms;
}

int64_t hours_between(int64_t from_ms, int64_t to_ms)
{
    int64_t sum_ms = 0;

    for (int64_t day = local_day(from_ms); to_ms > from_ms && day <= local_day(to_ms); day++) {
        int64_t opens_ms, closes_ms;

        if (!hours_of(day, &opens_ms, &closes_ms))
            continue;
        if (opens_ms < from_ms)
            opens_ms = from_ms;
        if (closes_ms > to_ms)
            closes_ms = to_ms;
        sum_ms += closes_ms > opens_ms ? closes_ms - opens_ms : 0;
    }
    return sum_ms;
}

int64_t hours_after(int64_t from_ms, int64_t length_ms)
{
    for (int64_t day = local_day(from_ms);; day++) {
        int64_t opens_ms, closes_ms;

        if (!hours_of(day, &opens_ms, &closes_ms) || closes_ms <= from_ms)
            continue;
        if (opens_ms < from_ms)
            opens_ms = from_ms;
        if (length_ms <= closes_ms - opens_ms)
            return opens_ms + length_ms;
        length_ms -= closes_ms - opens_ms;
    }
}
