/* budget: a source may spend at most a share of the rate limit that its server
 * announces. Pure: told the time. */
#ifndef NET_BUDGET_H
#define NET_BUDGET_H

#include <dxtop/record.h>

struct budget {               /* { 0 }: nothing known, nothing spent */
    int64_t limit, remaining; /* as announced; limit 0: none announced */
    int64_t reset_ms;
    int64_t seen_ms;       /* when it was announced */
    int64_t hour_start_ms; /* of the count below */
    double spent, rate;    /* requests since then; smoothed requests an hour */
    int64_t counted;       /* answers until reset_ms, where the server does not say what is left */
};

/* The requests of a poll were sent (304s that cost nothing are not counted by the caller). */
void budget_spend(struct budget *budget, int64_t now_ms, unsigned requests);
/* What a reply announced; limit < 0: it said nothing. Where it does not say what remains
 * (ServiceNow), the answers until the reset are counted, as if nobody else spent. GitLab names the
 * limit by the minute whatever its period is: where more is left than the limit, so
 * much is the limit. */
void budget_seen(struct budget *budget, int64_t now_ms, int64_t limit, int64_t remaining,
                 int64_t reset_ms);
/* How many requests may still be sent until the reset so that at most share (0 to 1)
 * of the limit is spent; HUGE_VAL where none was announced, or it was reset since. */
double budget_left(const struct budget *budget, int64_t now_ms, double share);
double budget_per_hour(const struct budget *budget, int64_t every_ms, double per_poll);
/* The interval, stretched so that at per_poll requests a poll at most share (0
 * to 1) of the limit is spent until the reset; never shorter than every_ms. */
int64_t budget_every(const struct budget *budget, int64_t now_ms, int64_t every_ms, double per_poll,
                     double share);

#endif
