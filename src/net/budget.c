/* budget: at most a share of the rate limit that a server announces. */
#include "config.h"

#include "net/budget.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/time.h"

enum {
    SMOOTH_MS = 10 * 60 * 1000,
    SAME_MS = 10 * 1000,           /* of one hour; a reset that was translated is not so exact */
    STRETCH_MOST_MS = 24 * HOUR_MS /* a reset that is further away is not believed */
};

void budget_spend(struct budget *budget, int64_t now_ms, unsigned requests)
{
    if (budget->hour_start_ms == 0 || now_ms < budget->hour_start_ms) {
        /* These were due before the count begins: a count from poll to poll has as
         * many intervals as polls. */
        budget->hour_start_ms = now_ms;
        budget->spent = 0;
        return;
    }
    budget->spent += requests;
    if (now_ms - budget->hour_start_ms >= SMOOTH_MS) {
        budget->rate = budget->spent * HOUR_MS / (double)(now_ms - budget->hour_start_ms);
        budget->hour_start_ms = now_ms;
        budget->spent = 0;
    }
}

void budget_seen(struct budget *budget, int64_t now_ms, int64_t limit, int64_t remaining,
                 int64_t reset_ms)
{
    bool same;

    if (limit <= 0)
        return;
    if (remaining < 0) {
        if (reset_ms <= now_ms)
            return;
        same = llabs(reset_ms - budget->reset_ms) <= SAME_MS;
        budget->counted = same ? budget->counted + 1 : 1;
        remaining = budget->counted < limit ? limit - budget->counted : 0;
    }
    /* By the server's clock it is not yet over: times are cut to whole seconds, and clocks
     * differ. */
    if (reset_ms > 0 && reset_ms <= now_ms)
        reset_ms = now_ms + SECOND_MS;
    if (reset_ms > now_ms + STRETCH_MOST_MS)
        reset_ms = now_ms + STRETCH_MOST_MS;
    budget->limit = limit > remaining ? limit : remaining;
    budget->remaining = remaining;
    budget->reset_ms = reset_ms;
    budget->seen_ms = now_ms;
}

/* Others spend from the same limit: ours is what is left above their share. */
static double ours(const struct budget *budget, double share)
{
    return (double)budget->remaining - (double)budget->limit * (1. - share);
}

double budget_left(const struct budget *budget, int64_t now_ms, double share)
{
    if (budget->limit <= 0 || budget->reset_ms <= now_ms)
        return HUGE_VAL;
    return ours(budget, share);
}

double budget_per_hour(const struct budget *budget, int64_t every_ms, double per_poll)
{
    /* What was measured is truer than what is planned, once there is something. */
    if (budget->rate > 0.)
        return budget->rate;
    return every_ms > 0 ? per_poll * HOUR_MS / (double)every_ms : 0.;
}

int64_t budget_every(const struct budget *budget, int64_t now_ms, int64_t every_ms, double per_poll,
                     double share)
{
    double polls, needed, until = (double)(budget->reset_ms - now_ms);

    if (budget->limit <= 0 || budget->reset_ms <= now_ms || per_poll <= 0.)
        return every_ms; /* nothing announced, or it was reset since */
    if (until > STRETCH_MOST_MS)
        until = STRETCH_MOST_MS;
    polls = ours(budget, share) / per_poll;
    needed = polls < 1. ? until : ceil(until / polls);
    return needed > (double)every_ms ? (int64_t)needed : every_ms;
}
