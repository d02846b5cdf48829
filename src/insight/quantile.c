/* quantile: linear interpolation between order statistics. */
#include "config.h"

#include "insight/quantile.h"

#include <math.h>
#include <stdlib.h>

enum { ROUNDS_MOST = 64 }; /* halving them, 32 do for all that there can be */

static const double ratio = 1.02;

static double clamp_share(double p)
{
    return p > 0 ? fmin(p, 1) : 0; /* NaN too */
}

double quantile(const double *sorted, size_t n, double p)
{
    double rank, below;
    size_t i;

    if (n == 0)
        return (double)NAN;
    rank = clamp_share(p) * (double)(n - 1);
    below = floor(rank);
    i = (size_t)below;
    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + (rank - below) * (sorted[i + 1] - sorted[i]);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void quantile_sort(double *values, size_t n)
{
    if (n > 1)
        qsort(values, n, sizeof(*values), by_value);
}

static void swap(double *a, double *b)
{
    double was = *a;

    *a = *b;
    *b = was;
}

static double middle_of(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* Hoare's selection, after Wirth: number k of the order comes to values[k], what is less before
 * it and what is more behind it. Values that want to make it slow are sorted. */
static void select_nth(double *values, size_t n, size_t k)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, at = (ptrdiff_t)k;

    for (int round = 0; low < high; round++) {
        double pivot = middle_of(values[low], values[low + (high - low) / 2], values[high]);
        ptrdiff_t i = low, j = high;

        if (round == ROUNDS_MOST) {
            quantile_sort(values + low, (size_t)(high - low + 1));
            return;
        }
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j)
                swap(&values[i++], &values[j--]);
        }
        if (j < at)
            low = i;
        if (at < i)
            high = j;
    }
}

double quantile_of(double *values, size_t n, double p)
{
    double rank, below, next;
    size_t i;

    if (n == 0)
        return (double)NAN;
    rank = clamp_share(p) * (double)(n - 1);
    below = floor(rank);
    i = (size_t)below;
    select_nth(values, n, i);
    if (i + 1 >= n)
        return values[i];
    next = values[i + 1];
    for (size_t k = i + 2; k < n; k++)
        next = fmin(next, values[k]);
    return values[i] + (rank - below) * (next - values[i]);
}

double bucket_low(int index)
{
    return index > 0 ? pow(ratio, index - 1) : 0;
}

double bucket_high(int index)
{
    return index > 0 ? pow(ratio, index) : 0;
}

int bucket_of(int64_t ms)
{
    double value = (double)ms;
    int index;

    if (ms <= 0)
        return 0;
    index = 1 + (int)(log(value) / log(ratio));
    /* The logarithm may round to either side of a bound. */
    while (index > 1 && value < bucket_low(index))
        index--;
    while (value >= bucket_high(index))
        index++;
    return index;
}

static double middle(int index)
{
    return index > 0 ? pow(ratio, index - 0.5) : 0;
}

/* Value number `rank`, from 0, of all in the buckets. */
static double nth(const struct bucket *by_index, size_t n, int64_t rank)
{
    int64_t seen = 0;
    int last = 0;

    for (size_t i = 0; i < n; i++) {
        if (by_index[i].count <= 0)
            continue;
        seen += by_index[i].count;
        last = by_index[i].index;
        if (rank < seen)
            break;
    }
    return middle(last);
}

double bucket_quantile(const struct bucket *by_index, size_t n, double p)
{
    int64_t total = 0, i;
    double rank, low, high;

    for (size_t b = 0; b < n; b++)
        total += by_index[b].count > 0 ? by_index[b].count : 0;
    if (total == 0)
        return (double)NAN;
    rank = clamp_share(p) * (double)(total - 1);
    i = (int64_t)floor(rank);
    low = nth(by_index, n, i);
    high = nth(by_index, n, i + 1 < total ? i + 1 : i);
    return low + (rank - (double)i) * (high - low);
}
