/* tally: what the simulated exporters count. They are restarted once a week,
 * Mondays at 04:00 UTC, and count from 0 again, as counters do. Between two
 * restarts a count never falls, and it is the integral of the world's rates. */
#ifndef SIM_TALLY_H
#define SIM_TALLY_H

#include "sim/world.h"

enum { TALLY_BUCKETS = 12 };                          /* of the waits; the last is +Inf */
extern const char *const tally_bounds[TALLY_BUCKETS]; /* as the label le has them */

int64_t tally_restart_ms(int64_t at_ms); /* the last one, at or before at_ms */

/* result 0: failed, 1: succeeded. */
double tally_jobs(const struct world *world, int pool, int result, int64_t at_ms);
double tally_runs(const struct world *world, int pipeline, int result, int64_t at_ms);
/* Jobs that began after a wait of at most the bound. */
double tally_waits(const struct world *world, int pool, int bucket, int64_t at_ms);
double tally_waits_sum_s(const struct world *world, int pool, int64_t at_ms);

#endif
