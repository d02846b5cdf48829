/* rank: the Mann-Whitney U test. */
#include "config.h"

#include "insight/rank.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/mem.h"
#include "insight/quantile.h"

/* The pooled ranks of both samples. Ranks are doubled, so that midranks are whole. */
struct pooled {
    int64_t *rank2; /* of each value, in order; NULL: not wanted */
    double sum;     /* the ranks of a */
    double ties;    /* sum of t^3 - t over groups of equal values */
};

static size_t run_length(const double *values, size_t n, size_t at, double value)
{
    size_t end = at;

    while (end < n && values[end] <= value)
        end++;
    return end - at;
}

static void pool(struct pooled *pooled, const double *a, size_t n_a, const double *b, size_t n_b)
{
    size_t i = 0, j = 0;

    while (i < n_a || j < n_b) {
        double value = j >= n_b || (i < n_a && a[i] <= b[j]) ? a[i] : b[j];
        size_t of_a = run_length(a, n_a, i, value), of_b = run_length(b, n_b, j, value);
        double t = (double)(of_a + of_b);
        double rank = (double)(i + j) + (t + 1) / 2;

        for (size_t r = 0; pooled->rank2 && r < of_a + of_b; r++)
            pooled->rank2[i + j + r] = (int64_t)lround(2 * rank);
        pooled->sum += rank * (double)of_a;
        pooled->ties += t * t * t - t;
        i += of_a;
        j += of_b;
    }
}

/* The share of all ways to pick n_a of the ranks whose sum is as far from the mean as
 * this one or farther. ways[k][s]: how many ways there are to pick k with sum s. */
static double exact(const struct pooled *pooled, size_t n_a, size_t n)
{
    size_t width = n * (n + 1) + 1; /* of doubled ranks, all together */
    double *ways = mem_new((n_a + 1) * width, sizeof(*ways));
    double mean2 = (double)n_a * (double)(n + 1), off = fabs(2 * pooled->sum - mean2);
    double far = 0, all = 0;

    ways[0] = 1;
    for (size_t i = 0; i < n; i++) {
        size_t rank2 = (size_t)pooled->rank2[i];

        for (size_t k = i + 1 < n_a ? i + 1 : n_a; k > 0; k--)
            for (size_t s = rank2; s < width; s++)
                ways[k * width + s] += ways[(k - 1) * width + s - rank2];
    }
    for (size_t s = 0; s < width; s++) {
        all += ways[n_a * width + s];
        if (fabs((double)s - mean2) > off - 0.25)
            far += ways[n_a * width + s];
    }
    free(ways);
    return far / all;
}

static double approximate(const struct pooled *pooled, double n_a, double n_b)
{
    double n = n_a + n_b;
    double off = fabs(pooled->sum - n_a * (n + 1) / 2) - 0.5; /* continuity */
    double variance = n_a * n_b / 12 * (n + 1 - pooled->ties / (n * (n - 1)));

    if (variance <= 0 || off <= 0)
        return 1; /* all values are equal, or nearly no difference */
    return erfc(off / sqrt(2 * variance));
}

double rank_p(const double *a, size_t n_a, const double *b, size_t n_b)
{
    struct pooled pooled = { 0 };
    double p;

    if (n_a == 0 || n_b == 0)
        return 1;
    if (n_a > RANK_EXACT_MAX || n_b > RANK_EXACT_MAX) {
        pool(&pooled, a, n_a, b, n_b);
        return approximate(&pooled, (double)n_a, (double)n_b);
    }
    pooled.rank2 = mem_new(n_a + n_b, sizeof(*pooled.rank2));
    pool(&pooled, a, n_a, b, n_b);
    p = exact(&pooled, n_a, n_a + n_b);
    free(pooled.rank2);
    return p;
}

int rank_change(const double *now, size_t n_now, const double *before, size_t n_before)
{
    double was = quantile(before, n_before, 0.5), by = quantile(now, n_now, 0.5) - was;

    if (n_now == 0 || n_before == 0 || fabs(by) < RANK_MIN_MS || fabs(by) < RANK_MIN_EFFECT * was)
        return 0;
    if (rank_p(now, n_now, before, n_before) >= RANK_P)
        return 0;
    return by > 0 ? 1 : -1;
}
