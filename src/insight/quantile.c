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

enum { FEW = 12, RANGES_MOST = 64 };

static void sort_few(double *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double value = values[i];
        size_t at = i;

        for (; at > 0 && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

/* What is at most the pivot before *end, what is at least that from *begin on. */
static void part(double *values, size_t n, size_t *end, size_t *begin)
{
    double pivot = middle_of(values[0], values[n / 2], values[n - 1]);
    ptrdiff_t i = 0, j = (ptrdiff_t)n - 1;

    while (i <= j) {
        while (values[i] < pivot)
            i++;
        while (values[j] > pivot)
            j--;
        if (i <= j)
            swap(&values[i++], &values[j--]);
    }
    *end = (size_t)(j + 1);
    *begin = (size_t)i;
}

/* Some four times as fast as qsort(), which calls a function for each comparison. Values that
 * want to make it slow are left to that one. */
void quantile_sort(double *values, size_t n)
{
    struct {
        double *values;
        size_t n;
    } wait[RANGES_MOST] = { { NULL, 0 } };
    size_t waiting = 0, end, begin, parted = 0, most = 64 * (n + 1);

    while (n > FEW || waiting > 0) {
        if (n <= FEW) {
            sort_few(values, n);
            waiting--;
            values = wait[waiting].values;
            n = wait[waiting].n;
            continue;
        }
        parted += n;
        if (parted > most || waiting == RANGES_MOST) {
            qsort(values, n, sizeof(*values), by_value);
            n = 0;
            continue;
        }
        part(values, n, &end, &begin);
        wait[waiting].values = end > n - begin ? values : values + begin;
        wait[waiting++].n = end > n - begin ? end : n - begin;
        values = end > n - begin ? values + begin : values;
        n = end > n - begin ? n - begin : end;
    }
    sort_few(values, n);
}

/* Hoare's selection, after Wirth: number k of the order comes to values[k], what is less before
 * it and what is more behind it. Values that want to make it slow are sorted. */
static void select_nth(double *values, size_t n, size_t k)
{
    size_t end, begin;

    for (int round = 0; n > 1; round++) {
        if (round == ROUNDS_MOST) {
            quantile_sort(values, n);
            return;
        }
        part(values, n, &end, &begin);
        if (k >= begin) {
            values += begin;
            n -= begin;
            k -= begin;
        } else if (k < end) {
            n = end;
        } else {
            return;
        }
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
