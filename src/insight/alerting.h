/* alerting: a rule over a number that is looked at again and again: when it begins to fire,
 * when it is over, and when somebody is to be told. Pure: told the time and the number.
 *
 *   inactive -> pending    the number is past the limit
 *   pending -> firing      it was so for as long as the rule holds back
 *   firing -> recovering   it is good again: at `recover`, which may be better than the limit
 *   recovering -> inactive it stayed so long enough; past `recover` in between, it fires on,
 *                          and that is the same firing: nobody is told twice
 *
 * No data is never good: it ends nothing, and a recovery begins anew after it. Nor is it past
 * the limit, unless the rule says so. Where nobody looked for long (no collector ran), what
 * was pending or recovering begins anew; what fires goes on.
 *
 * Of a firing people are told once, and of its end if they were told that it began. Within
 * the cool-down after such a notice there is no other one; what still fires then is told. In
 * quiet hours all goes on, and what happened is summed up after them. What is snoozed is not
 * told; what still fires when that is over is, anew. */
#ifndef INSIGHT_ALERTING_H
#define INSIGHT_ALERTING_H

#include <stdbool.h>
#include <stdint.h>

#include "insight/business.h"

/* Stored by number. */
enum alerting { ALERTING_INACTIVE, ALERTING_PENDING, ALERTING_FIRING, ALERTING_RECOVERING };

struct alerting_rule {
    bool above;            /* past the limit is above it; else below it */
    double limit, recover; /* recover: on the good side of the limit, or the limit */
    int64_t hold_ms, recover_ms, cool_ms;
    bool no_data_fires; /* no data is past the limit */
};

struct alerting_look {
    int64_t at_ms;
    double value; /* NaN: no data */
    bool lost;    /* nobody looked for long before this */
    bool quiet;   /* quiet hours */
    bool snoozed; /* somebody said so */
    bool gone;    /* it is known that there is nothing to look at: it ends */
};

struct alerting_state { /* { 0 }: nobody looked yet */
    enum alerting state;
    int64_t since_ms;   /* of the state */
    int64_t began_ms;   /* when the number passed the limit; 0: it is inactive */
    int64_t fired_ms;   /* when it began to fire; 0: it does not */
    int64_t no_data_ms; /* since when there is no data; 0: there is */
    int64_t told_ms;    /* when people were told last that it fires; 0: never */
    bool told;          /* of the firing under way */
    /* In quiet hours, and still to be told: how often it fired, how many ended that people
     * knew of. */
    int held_fires, held_ends;
};

enum alerting_tell {
    ALERTING_TELL_NOTHING,
    ALERTING_TELL_FIRES,
    ALERTING_TELL_ENDS,
    ALERTING_TELL_SUMMARY
};

struct alerting_outcome {
    enum alerting_tell tell;
    int fires, ends; /* of a summary */
};

struct alerting_outcome alerting_step(struct alerting_state *state,
                                      const struct alerting_rule *rule,
                                      const struct alerting_look *look);

/* Firing, or recovering from it. */
bool alerting_is_firing(const struct alerting_state *state);

/* When nobody wants to be disturbed. NULL: never. */
struct alerting_quiet {
    const struct business *hours; /* open: quiet */
    const struct business *work;  /* closed: quiet */
};
bool alerting_is_quiet(const struct alerting_quiet *quiet, int64_t at_ms);

#endif
