/* rate: what k of n can be trusted for. */
#ifndef INSIGHT_RATE_H
#define INSIGHT_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* Shares, 0 to 1; both NaN: no data. */
struct range {
    double low, high;
};

/* The Wilson score interval of k of n, 95 % (z = 1.96), clamped to 0..1:
 *   centre (p + z^2/2n) / (1 + z^2/n),  half z sqrt(p(1-p)/n + z^2/4n^2) / (1 + z^2/n)
 * n 0 (or below): no data, never 0 % or 100 %. k is clamped to 0..n.
 * E. B. Wilson, JASA 22 (1927) 209. */
struct range wilson(int64_t k, int64_t n);

struct rate {
    int64_t ok, n;
};

/* Fisher's exact test, one-sided: how likely it is that as many failures as now
 * or more fall to `now`, were it no worse than `before` (hypergeometric, all
 * margins given). 1 where either has no data. */
double fisher_worse(struct rate now, struct rate before);

/* Is today worse than last week? As OpenShift's Sippy decides it: at least 3
 * failures now, more than 5 percentage points below before (the pity that a
 * small dip gets), and p < 0.05. */
enum { WORSE_MIN_FAILURES = 3, WORSE_PITY_PERCENT = 5, WORSE_CONFIDENCE_PERCENT = 95 };
bool rate_worse(struct rate now, struct rate before);

#endif
