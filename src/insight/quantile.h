/* quantile: p50, p90, p95, p99 of spans: exact from sorted values, and from a
 * histogram where a window holds too many to keep. Both interpolate linearly
 * between the two order statistics next to rank p (n - 1), as PERCENTILE_CONT
 * of SQL, type 7 of R and numpy's default do. */
#ifndef INSIGHT_QUANTILE_H
#define INSIGHT_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

/* Of n values in ascending order without NaN, in their unit; p is 0 to 1 and is
 * clamped to that. NaN where n is 0. */
double quantile(const double *sorted, size_t n, double p);

/* The same of values in any order, which are put into another one: for one quantile it is much
 * less work than to sort them. */
double quantile_of(double *values, size_t n, double p);

/* Puts values in ascending order, for quantile() and rank.h. */
void quantile_sort(double *values, size_t n);

/* Log buckets of ratio 1.02. Bucket 0 is 0 ms (and below: a span is clamped
 * before it is counted); bucket i > 0 holds 1.02^(i-1) <= ms < 1.02^i. A value
 * that is taken for the geometric middle of its bucket is off by at most
 * sqrt(1.02) - 1 = 0.995 %. */
int bucket_of(int64_t ms);
double bucket_low(int index);  /* ms, in the bucket */
double bucket_high(int index); /* ms, the first that is not; 0 for bucket 0 */

struct bucket {
    int index;
    int64_t count;
};

/* As quantile(), from buckets in ascending order of index: both neighbouring
 * order statistics are within 1 %, and so is the result. Buckets of the same
 * index twice, and counts of 0 or below, do no harm. */
double bucket_quantile(const struct bucket *by_index, size_t n, double p);

#endif
