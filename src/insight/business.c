/* business: how much of a time was business time. */
#include "config.h"

#include "insight/business.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/mem.h"

#define FIRST_MS INT64_C(-2208988800000) /* 1900-01-01 */
#define LAST_MS  INT64_C(7258118400000)  /* 2200-01-01 */

enum { DAYS = 7, THURSDAY = 3 /* was 1970-01-01 */, PAUSES_FEW = 16 };

/* ---- the open times, one by one ---- */

struct span_ms {
    int64_t from_ms, to_ms;
};

/* From from_ms on, day by day; all that it keeps moves forward only. */
struct walk {
    const struct business *business;
    int64_t from_ms, to_ms;
    int64_t day;          /* since 1970-01-01 */
    size_t hours;         /* the next ones of that day */
    size_t holiday, span; /* the next one; that of zone_instant_next() */
};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The first holiday that is not before this day. */
static size_t holiday_from(const struct calendar *calendar, int64_t day)
{
    size_t low = 0, high = calendar->holiday_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (calendar->holidays[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where the clock went back over midnight, from_ms may be on the day before once more: its hours
 * are over, and cut away. */
static struct walk walk_from(const struct business *business, int64_t from_ms, int64_t to_ms)
{
    struct walk walk = { .business = business,
                         .from_ms = later(from_ms, FIRST_MS),
                         .to_ms = sooner(to_ms, LAST_MS) };

    walk.day = floor_div(zone_local(business->zone, walk.from_ms), DAY_MS);
    walk.holiday = holiday_from(business->calendar, walk.day);
    return walk;
}

static bool is_holiday(struct walk *walk)
{
    const struct calendar *calendar = walk->business->calendar;

    while (walk->holiday < calendar->holiday_count && calendar->holidays[walk->holiday] < walk->day)
        walk->holiday++;
    return walk->holiday < calendar->holiday_count &&
           calendar->holidays[walk->holiday] == walk->day;
}

static int64_t instant(struct walk *walk, int64_t since_midnight_ms)
{
    return zone_instant_next(walk->business->zone, walk->day * DAY_MS + since_midnight_ms,
                             &walk->span);
}

static bool is_closed(struct walk *walk, const struct calendar_day *day)
{
    return day->count == 0 || is_holiday(walk);
}

/* The next open time, cut to the walk's own; false: there is none. */
static bool walk_next(struct walk *walk, struct span_ms *open)
{
    for (;; walk->day++, walk->hours = 0) {
        int64_t weekday = (walk->day % DAYS + DAYS + THURSDAY) % DAYS;
        const struct calendar_day *day = &walk->business->calendar->days[weekday];

        if (walk->hours == 0 && instant(walk, 0) >= walk->to_ms)
            return false;
        if (walk->hours == 0 && is_closed(walk, day))
            continue;
        while (walk->hours < day->count) {
            const struct calendar_hours *hours = &day->hours[walk->hours++];

            *open = (struct span_ms){ later(walk->from_ms, instant(walk, hours->from_ms)),
                                      sooner(walk->to_ms, instant(walk, hours->to_ms)) };
            if (open->from_ms < open->to_ms)
                return true;
        }
    }
}

/* ---- sums of them ---- */

static int64_t open_ms(const struct business *business, int64_t from_ms, int64_t to_ms)
{
    struct walk walk = walk_from(business, from_ms, to_ms);
    struct span_ms open;
    int64_t sum = 0;

    while (walk.from_ms < walk.to_ms && walk_next(&walk, &open))
        sum += open.to_ms - open.from_ms;
    return sum;
}

static int by_from(const void *a, const void *b)
{
    const struct business_pause *x = a, *y = b;

    return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

/* The pauses are sorted: whatever they overlap, what is open before each is counted once. */
static int64_t open_between(const struct business *business, struct span_ms whole,
                            const struct business_pause *pauses, size_t n)
{
    int64_t sum = 0, at = whole.from_ms;

    for (size_t i = 0; i < n && pauses[i].from_ms < whole.to_ms; i++) {
        int64_t end = pauses[i].to_ms == 0 ? whole.to_ms : pauses[i].to_ms;

        if (end <= at || end <= pauses[i].from_ms)
            continue;
        sum += open_ms(business, at, pauses[i].from_ms);
        at = end;
    }
    return sum + open_ms(business, at, whole.to_ms);
}

int64_t business_ms(const struct business *business, int64_t from_ms, int64_t to_ms,
                    const struct business_pause *pauses, size_t n)
{
    struct business_pause few[PAUSES_FEW], *sorted = few;
    int64_t sum;

    if (n > PAUSES_FEW)
        sorted = mem_new(n, sizeof(*sorted));
    for (size_t i = 0; i < n; i++)
        sorted[i] = pauses[i];
    if (n > 1)
        qsort(sorted, n, sizeof(*sorted), by_from);
    sum = open_between(business, (struct span_ms){ from_ms, to_ms }, sorted, n);
    if (n > PAUSES_FEW)
        free(sorted);
    return sum;
}
