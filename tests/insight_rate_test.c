/* Rates: what they may be off by, and whether one is worse than another. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "insight/rate.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static uint64_t state = 88172645463325252u;

static uint64_t next(void) /* xorshift64 */
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static bool near(double a, double b, double by)
{
    return fabs(a - b) <= by;
}

/* ---- rates ---- */

static const struct {
    int64_t k, n;
    double low, high;
} intervals[] = {
    { 0, 10, 0, .2775 }, { 0, 1, 0, .7935 },      { 1, 1, .2065, 1 },
    { 5, 5, .5655, 1 },  { 9, 10, .5958, .9821 }, { 95, 100, .8882, .9785 },
};

Test(rate, wilson_has_its_published_values)
{
    for (size_t i = 0; i < COUNT(intervals); i++) {
        struct range got = wilson(intervals[i].k, intervals[i].n);

        cr_expect(near(got.low, intervals[i].low, 5e-5) && near(got.high, intervals[i].high, 5e-5),
                  "%lld/%lld: [%g, %g]", (long long)intervals[i].k, (long long)intervals[i].n,
                  got.low, got.high);
    }
    cr_expect(isnan(wilson(0, 0).low) && isnan(wilson(0, 0).high), "no data");
}

Test(rate, wilson_is_monotone_and_holds_its_rate)
{
    for (int64_t n = 1; n < 300; n++) {
        for (int64_t k = 0; k <= n; k++) {
            struct range r = wilson(k, n);
            double p = (double)k / (double)n;

            cr_assert(r.low >= 0 && r.high <= 1 && r.low <= p + 1e-12 && p - 1e-12 <= r.high);
            if (k > 0) {
                struct range less = wilson(k - 1, n);

                cr_assert(less.low < r.low && less.high <= r.high);
            }
        }
        cr_assert(wilson(n, n).low < wilson(n + 1, n + 1).low, "more of the same says more");
    }
}

static const struct {
    struct rate now, before;
    double p;
} tables[] = {
    /* By hand: the tea-tasting table, 3 of 4: (16 + 1) / 70. */
    { { 1, 4 }, { 3, 4 }, 17. / 70 },
    { { 0, 4 }, { 4, 4 }, 1. / 70 },
    { { 4, 4 }, { 0, 4 }, 1 },
    /* 2 of 3 fail now, 0 of 3 before: C(2,2) C(4,1) / C(6,3). */
    { { 1, 3 }, { 3, 3 }, 4. / 20 },
    { { 5, 5 }, { 5, 5 }, 1 },
    { { 0, 0 }, { 5, 5 }, 1 },
    { { 5, 5 }, { 0, 0 }, 1 },
};

Test(rate, fisher_counts_the_tables_that_are_as_bad)
{
    for (size_t i = 0; i < COUNT(tables); i++) {
        double got = fisher_worse(tables[i].now, tables[i].before);

        cr_expect(near(got, tables[i].p, 1e-9), "%zu: %g for %g", i, got, tables[i].p);
    }
}

/* The same by brute force over all tables with these margins. */
static double choose(int n, int k)
{
    double ways = 1;

    if (k < 0 || k > n)
        return 0;
    for (int i = 0; i < k; i++)
        ways *= (double)(n - i) / (i + 1);
    return ways;
}

Test(rate, fisher_agrees_with_brute_force_and_survives_large_numbers)
{
    for (int round = 0; round < 2000; round++) {
        int n = 1 + (int)(next() % 40), m = 1 + (int)(next() % 40);
        int f = (int)(next() % (uint64_t)(n + 1)), g = (int)(next() % (uint64_t)(m + 1));
        double sum = 0;

        for (int x = f; x <= n; x++)
            sum += choose(f + g, x) * choose(n + m - f - g, n - x) / choose(n + m, n);
        cr_assert(
            near(fisher_worse((struct rate){ n - f, n }, (struct rate){ m - g, m }), sum, 1e-8),
            "%d/%d against %d/%d", f, n, g, m);
    }
    cr_expect(near(fisher_worse((struct rate){ 100000, 100000 }, (struct rate){ 50000, 100000 }), 1,
                   1e-9),
              "no failure at all is not worse");
    cr_expect(fisher_worse((struct rate){ 50000, 100000 }, (struct rate){ 99000, 100000 }) < 1e-9);
}

static const struct {
    const char *name;
    struct rate now, before;
    bool worse;
} days[] = {
    { "a bad day", { 60, 100 }, { 950, 1000 }, true },
    { "two failures are no trend", { 0, 2 }, { 1000, 1000 }, false },
    { "three are, where nothing ever failed", { 7, 10 }, { 1000, 1000 }, true },
    { "a dip within the pity", { 9500, 10000 }, { 9990, 10000 }, false },
    { "too few to tell", { 7, 10 }, { 8, 10 }, false },
    { "better", { 100, 100 }, { 50, 100 }, false },
    { "nothing to compare with", { 1, 10 }, { 0, 0 }, false },
    { "nothing yet", { 0, 0 }, { 9, 10 }, false },
};

Test(rate, today_is_worse_as_sippy_decides_it)
{
    for (size_t i = 0; i < COUNT(days); i++)
        cr_expect_eq(rate_worse(days[i].now, days[i].before), days[i].worse, "%s", days[i].name);
}

/* They are shown: "100.0 %", or ">99.99 %". */
Test(rate, of_all_and_of_none_one_end_is_exact)
{
    for (int n = 1; n < 1000; n++) {
        cr_expect(wilson(n, n).high >= 1., "%d of them: %.17g", n, wilson(n, n).high);
        cr_expect(wilson(0, n).low <= 0., "%d of them: %.17g", n, wilson(0, n).low);
    }
}
