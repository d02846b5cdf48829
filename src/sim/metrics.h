/* metrics: what the simulated company exports. */
#ifndef SIM_METRICS_H
#define SIM_METRICS_H

#include "sim/promql.h"

extern const char *const metric_names[]; /* ends at NULL */

/* All series of a metric at at_ms; an absent one (NaN) is left out. Returns how many. */
size_t metrics_read(struct element *out, size_t cap, const struct world *world, const char *name,
                    int64_t at_ms);

#endif
