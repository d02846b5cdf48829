/* time: the one clock, and how times and durations are read and written.
 * Only the loops ask the clock; everything else is told the time. */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include <stddef.h>

#include <dxtop/record.h>

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)
#define WEEK_MS   (7 * DAY_MS)

/* --clock T[@N]: starts at T and runs N times as fast; N 0 stands still
 * (--now T is T@0). { 0 } is the machine's own clock. */
struct clock {
    bool simulated;
    int64_t start_ms; /* T */
    double speed;     /* N */
    int64_t boot_ms;  /* CLOCK_BOOTTIME at the start */
};

bool clock_parse(struct clock *clock, const char *text, struct dx_error *err);
int64_t clock_now(const struct clock *clock); /* Unix ms */
/* Real seconds to sleep for an interval of the clock; +inf where it stands still. */
double clock_real_s(const struct clock *clock, int64_t interval_ms);
int64_t time_boot_ms(void); /* CLOCK_BOOTTIME: goes on during suspend, never jumps */

/* RFC 3339 (any fraction, Z or offset with or without colon, a blank in place
 * of T) to Unix ms; 0 where it cannot be read or is year 1. */
int64_t time_parse(const char *text, size_t len);
/* "2026-11-24T08:43:00Z", with ".123" where ms is not whole; 0 gives "". */
enum { TIME_TEXT = 32 };
const char *time_format(char out[TIME_TEXT], int64_t ms);

/* Two units at most, the second padded: 12s 1m02s 11m40s 3h02m 2d16h, from ten
 * days 12d; negative with "-"; spaced: "1m 02s". */
const char *duration_format(char out[TIME_TEXT], int64_t ms, bool spaced);
/* As it is written in configurations, in one unit: 7d 24h (a day) 90m 30s 250ms; not
 * negative. duration_parse() reads it back as the same. */
const char *duration_write(char out[TIME_TEXT], int64_t ms);
/* "30s" "5m" "2h" "7d" "1h30m" "250ms" "2w" -> ms; false: not one. */
bool duration_parse(int64_t *ms, const char *text);

#endif
