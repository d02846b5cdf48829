/* business: how much of a time was business time, by a calendar in its time zone.
 *
 * The openings and closings of each local day are instants, and what lies between them
 * counts as it passed: a day whose clock is put on during its open hours is an hour
 * shorter. What opens or closes at a time that the clock skips does so at the end of
 * the gap; where a time occurs twice it is the first. From counts, to does not. */
#ifndef INSIGHT_BUSINESS_H
#define INSIGHT_BUSINESS_H

#include "core/zone.h"
#include "model/calendar.h"

struct business {
    const struct calendar *calendar;
    const struct zone *zone; /* of calendar->zone */
};

/* In any order; they may overlap, touch and lie outside. */
struct business_pause {
    int64_t from_ms, to_ms; /* to_ms 0: it still goes on */
};

/* Of [from_ms, to_ms) what is open and not within a pause; 0 where it is empty. Nothing is open
 * before 1900 and from 2200 on. */
int64_t business_ms(const struct business *business, int64_t from_ms, int64_t to_ms,
                    const struct business_pause *pauses, size_t n);

#endif
