/* rate: Wilson's interval and Fisher's test. */
#include "config.h"

#include "insight/rate.h"

#include <math.h>

struct range wilson(int64_t k, int64_t n)
{
    const double z = 1.96;
    double count = (double)n, p, scale, centre, half;

    if (n <= 0)
        return (struct range){ (double)NAN, (double)NAN };
    p = fmin(fmax((double)k / count, 0), 1);
    scale = 1 + z * z / count;
    centre = (p + z * z / (2 * count)) / scale;
    half = z * sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / scale;
    /* The ends of all and none are exact; rounding would make them 99.99999 %. */
    return (struct range){ k > 0 ? fmax(centre - half, 0) : 0.,
                           k < n ? fmin(centre + half, 1) : 1. };
}

/* ln of n over k; lgamma's sign is of no interest here, all arguments are >= 1. */
static double ln_choose(double n, double k)
{
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* The hypergeometric distribution: x of n now failed, all_failed of all. */
struct table {
    double n, all, all_failed;
};

static double probability(const struct table *t, double x)
{
    return exp(ln_choose(t->all_failed, x) + ln_choose(t->all - t->all_failed, t->n - x) -
               ln_choose(t->all, t->n));
}

/* P(X >= from), or P(X <= from) downwards; each term from its neighbour. Called for
 * tails beyond the mean only, whose terms fall, so that none is lost to underflow
 * that would count. */
static double tail(const struct table *t, double from, bool upwards)
{
    double term = probability(t, from), sum = 0;

    while (term > sum * 1e-17) {
        double x = from, rest = t->all - t->all_failed - t->n + x;

        sum += term;
        from += upwards ? 1 : -1;
        if (upwards)
            term *= (t->all_failed - x) * (t->n - x) / ((x + 1) * (rest + 1));
        else
            term *= x * rest / ((t->all_failed - x + 1) * (t->n - x + 1));
    }
    return sum;
}

double fisher_worse(struct rate now, struct rate before)
{
    double failed = (double)(now.n - now.ok);
    struct table t = { .n = (double)now.n,
                       .all = (double)now.n + (double)before.n,
                       .all_failed = failed + (double)(before.n - before.ok) };
    double least;

    if (now.n <= 0 || before.n <= 0)
        return 1;
    if (failed > t.n * t.all_failed / t.all)
        return fmin(tail(&t, failed, true), 1);
    least = fmax(t.n + t.all_failed - t.all, 0);
    return failed > least ? fmax(1 - tail(&t, failed - 1, false), 0) : 1;
}

bool rate_worse(struct rate now, struct rate before)
{
    double drop;

    if (now.n <= 0 || before.n <= 0 || now.n - now.ok < WORSE_MIN_FAILURES)
        return false;
    drop = (double)before.ok / (double)before.n - (double)now.ok / (double)now.n;
    return drop > WORSE_PITY_PERCENT / 100. &&
           fisher_worse(now, before) < 1 - WORSE_CONFIDENCE_PERCENT / 100.;
}
