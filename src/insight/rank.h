/* rank: did durations change, by a rank test and not by a glance at two means, for
 * one job that hung moves a mean. */
#ifndef INSIGHT_RANK_H
#define INSIGHT_RANK_H

#include <stddef.h>

/* The Mann-Whitney U test, two-sided: how likely ranks as far apart as these are,
 * were both samples of the same thing. Both arrays in ascending order, without NaN.
 * Up to 20 values each: the exact permutation distribution of the (mid)ranks; above:
 * the normal approximation, corrected for ties and continuity. 1 where either is
 * empty. H. B. Mann, D. R. Whitney, Ann. Math. Stat. 18 (1947) 50. */
enum { RANK_EXACT_MAX = 20 };
double rank_p(const double *a, size_t n_a, const double *b, size_t n_b);

/* 1: `now` is slower than `before`, -1: faster, 0: no difference that can be told.
 * It takes p < 0.01 and medians that differ by at least 10 % of the one before and
 * by one second (GitHub's times are whole seconds). Values in ms, ascending. */
#define RANK_P          0.01
#define RANK_MIN_EFFECT 0.10
#define RANK_MIN_MS     1000.0
int rank_change(const double *now, size_t n_now, const double *before, size_t n_before);

#endif
