/* time: the one clock, and how times and durations are read and written. */
#include "config.h"

#include "core/time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, TEN_DAYS_S = 10 * DAY_S };

/* ---- the clock ---- */

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;

    (void)clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * SECOND_MS + ts.tv_nsec / 1000000;
}

int64_t time_boot_ms(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

/* time_parse() takes February 30 for March 2, as servers may write it, but a user errs. */
static bool is_a_day(const char *text)
{
    char midnight[TIME_TEXT], back[TIME_TEXT];
    int n = snprintf(midnight, sizeof(midnight), "%.10sT00:00:00Z", text);

    return strncmp(time_format(back, time_parse(midnight, (size_t)n)), text, 10) == 0;
}

bool clock_parse(struct clock *clock, const char *text, struct dx_error *err)
{
    const char *at = strchr(text, '@');
    size_t len = at ? (size_t)(at - text) : strlen(text);
    char *end = NULL;

    *clock = (struct clock){ .simulated = true, .speed = 1., .boot_ms = time_boot_ms() };
    if (len == 3 && strncmp(text, "now", 3) == 0)
        clock->start_ms = read_clock(CLOCK_REALTIME);
    else
        clock->start_ms = is_a_day(text) ? time_parse(text, len) : 0;
    if (at) {
        clock->speed = strtod(at + 1, &end);
        if (end == at + 1 || *end || !(clock->speed >= 0.) || clock->speed > 1e6)
            return dx_fail(err, DX_FAULT_CONFIG,
                           "the clock's speed \"%s\" is not a number from 0 to 1000000", at + 1);
    }
    if (clock->start_ms == 0)
        return dx_fail(err, DX_FAULT_CONFIG,
                       "\"%s\" is not a time; write it like 2026-11-24T08:43:00Z", text);
    return true;
}

int64_t clock_now(const struct clock *clock)
{
    if (!clock->simulated)
        return read_clock(CLOCK_REALTIME);
    return clock->start_ms + (int64_t)((double)(time_boot_ms() - clock->boot_ms) * clock->speed);
}

double clock_real_s(const struct clock *clock, int64_t interval_ms)
{
    double real = (double)interval_ms / SECOND_MS;

    if (!clock->simulated)
        return real;
    return clock->speed > 0. ? real / clock->speed : (double)INFINITY;
}

/* ---- times ---- */

/* n digits at *s; -1: not there. Moves *s. */
static int digits(const char **s, const char *end, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++, (*s)++) {
        if (*s >= end || **s < '0' || **s > '9')
            return -1;
        value = value * 10 + (**s - '0');
    }
    return value;
}

static bool skip(const char **s, const char *end, const char *any)
{
    if (*s >= end || !strchr(any, **s))
        return false;
    (*s)++;
    return true;
}

static int fraction_ms(const char **s, const char *end)
{
    int ms = 0, weight = 100;

    if (!skip(s, end, ".,"))
        return 0;
    for (; *s < end && **s >= '0' && **s <= '9'; (*s)++, weight /= 10)
        ms += (**s - '0') * weight;
    return ms;
}

/* Z, +08:00, +0800, +08, or nothing (taken as UTC); false: something else. */
static bool offset_s(const char **s, const char *end, int *offset)
{
    *offset = 0;
    if (*s >= end || skip(s, end, "Zz"))
        return *s == end;
    int sign = **s == '-' ? -1 : 1;
    if (!skip(s, end, "+-"))
        return false;
    int hours = digits(s, end, 2), minutes = 0;
    (void)skip(s, end, ":");
    if (*s < end)
        minutes = digits(s, end, 2);
    *offset = sign * (hours * HOUR_S + minutes * MINUTE_S);
    return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && *s == end;
}

/* Since 1970-01-01, by the calendar that timegm() goes by, but in a tenth of its time: a
 * record has several. March begins the year, so that the odd day is its last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return 365 * y + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

int64_t time_parse(const char *text, size_t len)
{
    const char *s = text, *end = text + len;
    struct tm tm = { 0 };
    int64_t seconds;
    int offset, ms;

    tm.tm_year = digits(&s, end, 4) - 1900;
    bool ok = skip(&s, end, "-");
    tm.tm_mon = digits(&s, end, 2) - 1;
    ok = ok && skip(&s, end, "-");
    tm.tm_mday = digits(&s, end, 2);
    ok = ok && skip(&s, end, "Tt ");
    tm.tm_hour = digits(&s, end, 2);
    ok = ok && skip(&s, end, ":");
    tm.tm_min = digits(&s, end, 2);
    ok = ok && skip(&s, end, ":");
    tm.tm_sec = digits(&s, end, 2);
    if (!ok || tm.tm_year < 1 - 1900 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
        tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 24 || tm.tm_min < 0 || tm.tm_min > 59 ||
        tm.tm_sec < 0 || tm.tm_sec > 60)
        return 0;
    ms = fraction_ms(&s, end);
    if (!offset_s(&s, end, &offset) || tm.tm_year + 1900 == 1)
        return 0;
    seconds = days_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * DAY_S +
              (int64_t)tm.tm_hour * HOUR_S + (int64_t)tm.tm_min * MINUTE_S + tm.tm_sec - offset;
    return seconds * SECOND_MS + ms;
}

const char *time_format(char out[TIME_TEXT], int64_t ms)
{
    time_t s = (time_t)(ms / SECOND_MS);
    int rest = (int)(ms % SECOND_MS);
    struct tm tm;
    size_t n;

    out[0] = '\0';
    if (rest < 0) {
        rest += (int)SECOND_MS;
        s--;
    }
    if (ms == 0 || !gmtime_r(&s, &tm))
        return out;
    n = strftime(out, TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest)
        (void)snprintf(out + n, TIME_TEXT - n, ".%03dZ", rest);
    else
        (void)snprintf(out + n, TIME_TEXT - n, "Z");
    return out;
}

/* ---- durations ---- */

const char *duration_format(char out[TIME_TEXT], int64_t ms, bool spaced)
{
    const char *minus = ms < 0 ? "-" : "", *gap = spaced ? " " : "";
    long long s = (long long)(ms / SECOND_MS);

    s = s < 0 ? -s : s;
    if (s < MINUTE_S)
        (void)snprintf(out, TIME_TEXT, "%s%llds", s ? minus : "", s);
    else if (s < HOUR_S)
        (void)snprintf(out, TIME_TEXT, "%s%lldm%s%02llds", minus, s / MINUTE_S, gap, s % MINUTE_S);
    else if (s < DAY_S)
        (void)snprintf(out, TIME_TEXT, "%s%lldh%s%02lldm", minus, s / HOUR_S, gap,
                       s % HOUR_S / MINUTE_S);
    else if (s < TEN_DAYS_S)
        (void)snprintf(out, TIME_TEXT, "%s%lldd%s%02lldh", minus, s / DAY_S, gap,
                       s % DAY_S / HOUR_S);
    else
        (void)snprintf(out, TIME_TEXT, "%s%lldd", minus, s / DAY_S);
    return out;
}

enum { MS, SECONDS, MINUTES, HOURS, DAYS, WEEKS, UNITS };

static const struct {
    const char *name;
    int64_t ms;
} units[UNITS] = {
    [MS] = { "ms", 1 },
    [SECONDS] = { "s", SECOND_MS },
    [MINUTES] = { "m", INT64_C(60000) },
    [HOURS] = { "h", INT64_C(3600000) },
    [DAYS] = { "d", INT64_C(86400000) },
    [WEEKS] = { "w", INT64_C(604800000) },
};

const char *duration_write(char out[TIME_TEXT], int64_t ms)
{
    int unit = ms > units[DAYS].ms ? DAYS : ms > 0 ? HOURS : SECONDS;

    while (ms % units[unit].ms != 0)
        unit--;
    (void)snprintf(out, TIME_TEXT, "%lld%s", (long long)(ms / units[unit].ms), units[unit].name);
    return out;
}

static const double DURATION_MOST_MS = 1e15;

bool duration_parse(int64_t *ms, const char *text)
{
    int64_t total = 0;

    if (!*text)
        return false;
    while (*text) {
        char *end = NULL;
        double n = *text >= '0' && *text <= '9' ? strtod(text, &end) : -1.;
        size_t len = end ? strspn(end, "mshdw") : 0, i = 0;

        while (i < UNITS &&
               (strlen(units[i].name) != len || !end || strncmp(units[i].name, end, len) != 0))
            i++;
        if (n < 0. || i == UNITS || n * (double)units[i].ms > DURATION_MOST_MS)
            return false;
        total += (int64_t)llround(n * (double)units[i].ms);
        if ((double)total > DURATION_MOST_MS)
            return false;
        text = end + len;
    }
    *ms = total;
    return true;
}
