/* calendar: when people are at work. Filled from the configuration, counted with by
 * insight. */
#ifndef MODEL_CALENDAR_H
#define MODEL_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#include "core/time.h"

/* Open from, and not any more at to; by the clock on the wall, in ms since midnight. */
struct calendar_hours {
    int64_t from_ms, to_ms; /* 0 <= from_ms < to_ms <= DAY_MS */
};

struct calendar_day {
    const struct calendar_hours *hours; /* in order; they may touch, but not overlap */
    size_t count;                       /* 0: closed */
};

struct calendar {
    const char *zone;            /* for zone_open() */
    struct calendar_day days[7]; /* from Monday */
    const int64_t *holidays;     /* days since 1970-01-01, in order; closed from 00:00 to 24:00 */
    size_t holiday_count;
};

/* How long a usual day is open, without holidays and changes of the clock: the median of the
 * weekdays that are not closed (the longer one of two); 0: all are. */
int64_t calendar_day_ms(const struct calendar *calendar);

#endif
