#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "insight/quantile.h"
#include "insight/rank.h"
#include "insight/reach.h"
#include "insight/success.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static uint64_t state = 88172645463325252u;

static uint64_t next(void) /* xorshift64 */
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static double uniform(void)
{
    return (double)(next() >> 11) / 9007199254740992.;
}

static bool near(double a, double b, double by)
{
    return fabs(a - b) <= by;
}

/* ---- quantiles ---- */

static const struct {
    const char *name;
    double values[6];
    size_t n;
    double p, result;
} quantiles[] = {
    { "one value is every quantile", { 7 }, 1, 0.95, 7 },
    { "median of an even count", { 1, 2, 3, 4 }, 4, 0.5, 2.5 },
    { "PERCENTILE_CONT of 0.95", { 10, 20, 30, 40, 50 }, 5, 0.95, 48 },
    { "PERCENTILE_CONT of 0.9", { 10, 20, 30, 40, 50 }, 5, 0.9, 46 },
    { "least", { 10, 20 }, 2, 0, 10 },
    { "most", { 10, 20 }, 2, 1, 20 },
    { "below 0 is 0", { 10, 20 }, 2, -1, 10 },
    { "above 1 is 1", { 10, 20 }, 2, 7, 20 },
};

/* The two smallest that are left stand where the median of three finds them, each time: what is
 * parted becomes shorter by two. */
static void make_slow(double *values, size_t n)
{
    size_t place[3000], begin, left, was;
    double value = 0;

    for (size_t i = 0; i < n; i++)
        place[i] = i;
    for (begin = 0, left = n; left > 2; begin += 2, left -= 2) {
        values[place[begin]] = value++;
        values[place[begin + left / 2]] = value++;
        was = place[begin + 1];
        place[begin + 1] = place[begin + left / 2];
        place[begin + left / 2] = was;
    }
    for (; begin < n; begin++)
        values[place[begin]] = value++;
}

static double value_at(int pattern, size_t i, size_t n)
{
    switch (pattern) {
    case 0:
        return (double)i;
    case 1:
        return (double)(n - i);
    case 2:
        return 7.;
    case 3:
        return (double)(i < n / 2 ? i : n - i); /* an organ's pipes */
    case 4:
        return (double)(i % 3);
    default:
        return (double)(lrand48() % 1000) - 500.;
    }
}

Test(quantile, sorted_is_sorted_whatever_the_order_was)
{
    enum { PATTERNS = 6, MOST = 3000 };
    static double values[MOST];

    srand48(1);
    for (int pattern = 0; pattern < PATTERNS; pattern++)
        for (size_t n = 0; n <= MOST; n = n < 40 ? n + 1 : n * 3 / 2) {
            double sum = 0, was = 0;

            for (size_t i = 0; i < n; i++)
                was += values[i] = value_at(pattern, i, n);
            quantile_sort(values, n);
            for (size_t i = 0; i < n; i++) {
                sum += values[i];
                cr_assert(i == 0 || values[i - 1] <= values[i], "%d: %zu of %zu", pattern, i, n);
            }
            cr_assert(sum >= was && sum <= was, "%d: %zu", pattern, n);
        }
}

Test(quantile, values_that_want_it_slow_are_in_order_too)
{
    enum { N = 3000 };
    static double values[N];

    make_slow(values, N);
    quantile_sort(values, N);
    for (size_t i = 0; i < N; i++)
        cr_assert(near(values[i], (double)i, 0), "%zu", i);
    make_slow(values, N);
    cr_expect(near(quantile_of(values, N, 0.99), 2969.01, 1e-9));
}

Test(quantile, interpolates_as_percentile_cont_does)
{
    for (size_t i = 0; i < COUNT(quantiles); i++) {
        double got = quantile(quantiles[i].values, quantiles[i].n, quantiles[i].p);

        cr_expect(near(got, quantiles[i].result, 1e-9), "%s: %g", quantiles[i].name, got);
    }
    cr_expect(isnan(quantile(NULL, 0, 0.5)), "no data is no number");
}

/* By the definition: the share p of the way through the sorted values. */
static double naive(const double *sorted, size_t n, double p)
{
    double rank = p * (double)(n - 1);
    size_t low = (size_t)rank, high = low + 1 < n ? low + 1 : low;

    return sorted[low] * (1 - (rank - (double)low)) + sorted[high] * (rank - (double)low);
}

static int ascending(const void *a, const void *b)
{
    const struct bucket *x = a, *y = b;

    return x->index - y->index;
}

Test(quantile, random_data_agree_with_the_definition_and_the_histogram_within_a_per_cent)
{
    static const double shares[] = { 0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1 };
    enum { MOST = 2000 };
    static double values[MOST];
    static struct bucket buckets[MOST];

    for (int round = 0; round < 200; round++) {
        size_t n = 1 + (size_t)(next() % MOST);
        double spread = uniform() * 20; /* up to e^20 ms: 15 years */

        for (size_t i = 0; i < n; i++)
            values[i] = uniform() < 0.1 ? 0 : floor(exp(uniform() * spread));
        quantile_sort(values, n);
        for (size_t i = 0; i < n; i++)
            buckets[i] = (struct bucket){ bucket_of((int64_t)values[i]), 1 };
        qsort(buckets, n, sizeof(*buckets), ascending);
        for (size_t s = 0; s < COUNT(shares); s++) {
            double exact = quantile(values, n, shares[s]);
            double rough = bucket_quantile(buckets, n, shares[s]);

            cr_assert(near(exact, naive(values, n, shares[s]), 1e-6 * (1 + exact)));
            cr_assert(near(exact, rough, 0.01 * exact), "n %zu p %g: %g for %g", n, shares[s],
                      rough, exact);
        }
    }
}

/* Also of such as come in an order, or in few sizes, or make a selection slow. */
Test(quantile, without_sorting_it_is_the_same)
{
    enum { MOST = 3000 };
    static double values[MOST], sorted[MOST];

    for (int round = 0; round < 400; round++) {
        size_t n = 1 + (size_t)(next() % MOST);
        double p = round % 7 ? uniform() : (double)(round % 2), got;

        for (size_t i = 0; i < n; i++)
            values[i] = sorted[i] = round % 4 == 0   ? floor(uniform() * 3)
                                    : round % 4 == 1 ? (double)(i < n / 2 ? i : n - i)
                                    : round % 4 == 2 ? (double)(round % 8 < 4 ? i : n - i)
                                                     : uniform() * 1e9;
        quantile_sort(sorted, n);
        got = quantile_of(values, n, p);
        cr_assert(near(got, quantile(sorted, n, p), 0), "n %zu p %g: %g", n, p, got);
        quantile_sort(values, n);
        cr_assert_arr_eq(values, sorted, n * sizeof(*values), "none is lost");
    }
    cr_expect(isnan(quantile_of(NULL, 0, 0.5)));
}

Test(quantile, every_span_is_in_its_bucket)
{
    int64_t spans[] = { -5, 0, 1, 2, 50, 51, 999, 1000, 86400000, INT64_C(1) << 52, INT64_MAX };

    for (size_t i = 0; i < COUNT(spans); i++) {
        int b = bucket_of(spans[i]);

        if (spans[i] <= 0)
            cr_expect_eq(b, 0);
        else
            cr_expect(b > 0 && bucket_low(b) <= (double)spans[i] &&
                          (double)spans[i] < bucket_high(b),
                      "%lld in bucket %d", (long long)spans[i], b);
    }
    for (int64_t ms = 1; ms < 200000; ms++) {
        int b = bucket_of(ms);

        cr_assert(b >= bucket_of(ms - 1) && bucket_low(b) <= (double)ms &&
                  (double)ms < bucket_high(b));
    }
}

Test(quantile, buckets_without_values_do_no_harm)
{
    const struct bucket none[] = { { 3, 0 }, { 9, -2 } };
    const struct bucket twice[] = { { 0, 1 }, { 200, 2 }, { 200, 1 }, { 300, 0 } };

    cr_expect(isnan(bucket_quantile(NULL, 0, 0.5)));
    cr_expect(isnan(bucket_quantile(none, 2, 0.5)));
    cr_expect(near(bucket_quantile(twice, 4, 1), pow(1.02, 199.5), 1e-6));
    cr_expect(near(bucket_quantile(twice, 4, 0), 0, 0), "0 ms is exact");
}

/* ---- success ---- */

static void add(struct success *s, enum success_policy policy, int count, struct success_item item)
{
    while (count-- > 0)
        success_add(s, policy, &item);
}

/* The worked case: 75 jobs, 22 succeeded, 43 failed, 33 of them never had a runner. */
Test(success, thirty_three_that_never_started)
{
    struct success s = { 0 };

    add(&s, SUCCESS_EXCLUDE_CANCELLED, 22, (struct success_item){ DX_RESULT_SUCCESS, 0, 1, 0 });
    add(&s, SUCCESS_EXCLUDE_CANCELLED, 33,
        (struct success_item){ DX_RESULT_FAILURE, DX_CAUSE_PLATFORM, 1, 0 });
    add(&s, SUCCESS_EXCLUDE_CANCELLED, 10,
        (struct success_item){ DX_RESULT_FAILURE, DX_CAUSE_CODE, 1, 0 });
    add(&s, SUCCESS_EXCLUDE_CANCELLED, 10, (struct success_item){ DX_RESULT_SKIPPED, 0, 1, 0 });
    cr_expect_eq(s.n, 65);
    cr_expect_eq(s.ok, 22);
    cr_expect_eq(s.platform, 33);
    cr_expect_eq(s.unknown, 0);
    cr_expect_eq(s.left_out, 10);
}

/* result, cause, attempt -> what it adds, by policy */
static const struct {
    const char *name;
    struct success_item item;
    int n[3], ok[3], failed[3]; /* exclude-cancelled, strict, all */
} items[] = {
    { "success", { DX_RESULT_SUCCESS, 0, 1, 0 }, { 1, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 } },
    { "failure", { DX_RESULT_FAILURE, 0, 1, 0 }, { 1, 1, 1 }, { 0, 0, 0 }, { 1, 1, 1 } },
    { "cancelled", { DX_RESULT_CANCELLED, 0, 1, 0 }, { 0, 1, 1 }, { 0, 0, 0 }, { 0, 1, 0 } },
    { "skipped", { DX_RESULT_SKIPPED, 0, 1, 0 }, { 0, 0, 1 }, { 0, 0, 0 }, { 0, 0, 0 } },
    { "neutral", { DX_RESULT_NEUTRAL, 0, 1, 0 }, { 0, 0, 1 }, { 0, 0, 0 }, { 0, 0, 0 } },
    { "a word we do not know", { DX_RESULT_UNKNOWN, 0, 1, 0 }, { 0, 0, 1 }, { 0 }, { 0 } },
    { "not done", { DX_RESULT_NONE, 0, 1, 0 }, { 0, 0, 0 }, { 0 }, { 0 } },
};

Test(success, each_policy_counts_by_its_table)
{
    for (size_t i = 0; i < COUNT(items); i++) {
        for (int policy = 0; policy < 3; policy++) {
            struct success s = { 0 };
            bool done = items[i].item.result != DX_RESULT_NONE;

            success_add(&s, (enum success_policy)policy, &items[i].item);
            cr_expect(s.n == items[i].n[policy] && s.ok == items[i].ok[policy] &&
                          s.failed == items[i].failed[policy] && s.left_out == done - s.n,
                      "%s, %s", items[i].name, success_policy_names[policy]);
        }
    }
    cr_expect_null(success_policy_names[3]);
}

Test(success, unknown_causes_and_reruns_are_counted_apart)
{
    struct success s = { 0 };

    add(&s, SUCCESS_EXCLUDE_CANCELLED, 6, (struct success_item){ DX_RESULT_SUCCESS, 0, 1, 0 });
    add(&s, SUCCESS_EXCLUDE_CANCELLED, 1, (struct success_item){ DX_RESULT_SUCCESS, 0, 2, true });
    add(&s, SUCCESS_EXCLUDE_CANCELLED, 1,
        (struct success_item){ DX_RESULT_FAILURE, DX_CAUSE_UNKNOWN, 1, 0 });
    add(&s, SUCCESS_EXCLUDE_CANCELLED, 1, (struct success_item){ DX_RESULT_FAILURE, 0, 1, 0 });
    add(&s, SUCCESS_EXCLUDE_CANCELLED, 1,
        (struct success_item){ DX_RESULT_FAILURE, DX_CAUSE_PLATFORM, 1, 0 });
    cr_expect(s.n == 10 && s.ok == 7 && s.failed == 3);
    cr_expect(s.first_n == 9 && s.first_ok == 6, "retries do not help it");
    cr_expect(s.unknown == 2 && s.platform == 1);
    cr_expect_eq(s.issues, 1);
}

Test(success, what_a_person_ended_is_not_of_unknown_cause)
{
    struct success s = { 0 };

    add(&s, SUCCESS_STRICT, 1, (struct success_item){ DX_RESULT_CANCELLED, 0, 1, 0 });
    cr_expect(s.failed == 1 && s.unknown == 0 && s.platform == 0);
}

/* ---- ranks ---- */

Test(rank, small_samples_are_exact)
{
    const double a[] = { 1, 2, 3 }, b[] = { 4, 5, 6 }, mixed[] = { 1, 3, 5 }, same[] = { 2, 4, 6 };
    const double five[] = { 1, 2, 3, 4, 5 }, ten[] = { 6, 7, 8, 9, 10 }, tied[] = { 2, 2, 2 };

    cr_expect(near(rank_p(a, 3, b, 3), 0.1, 1e-9), "2 of 20");
    cr_expect(near(rank_p(b, 3, a, 3), 0.1, 1e-9));
    cr_expect(near(rank_p(five, 5, ten, 5), 2. / 252, 1e-9));
    cr_expect(near(rank_p(mixed, 3, same, 3), 0.7, 1e-9), "%g", rank_p(mixed, 3, same, 3));
    cr_expect(near(rank_p(tied, 3, tied, 3), 1, 1e-9));
    cr_expect(near(rank_p(a, 3, b, 0), 1, 0) && near(rank_p(a, 0, b, 3), 1, 0));
}

Test(rank, the_approximation_meets_the_exact_value)
{
    double a[RANK_EXACT_MAX + 1], b[RANK_EXACT_MAX + 1];

    for (int round = 0; round < 50; round++) {
        double exact, rough, shift = uniform() * 4;

        for (int i = 0; i <= RANK_EXACT_MAX; i++) {
            a[i] = floor(uniform() * 12); /* ties */
            b[i] = floor(uniform() * 12 + shift);
        }
        quantile_sort(a, RANK_EXACT_MAX);
        quantile_sort(b, RANK_EXACT_MAX);
        exact = rank_p(a, RANK_EXACT_MAX, b, RANK_EXACT_MAX);
        a[RANK_EXACT_MAX] = b[RANK_EXACT_MAX] = 100; /* the same on both sides moves little */
        rough = rank_p(a, RANK_EXACT_MAX + 1, b, RANK_EXACT_MAX + 1);
        cr_assert(near(exact, rough, 0.06), "%g %g", exact, rough);
        cr_assert(exact > 0 && exact <= 1 && rough > 0 && rough <= 1);
    }
}

/* scipy.stats.mannwhitneyu(range(30), [x + 10 for x in range(30)], method="asymptotic")
 * by its own formula: U = 200, mean 450, ties of 20 pairs. */
Test(rank, large_samples_are_corrected_for_ties_and_continuity)
{
    double a[30], b[30], variance;

    for (int i = 0; i < 30; i++) {
        a[i] = i;
        b[i] = i + 10;
    }
    variance = 900. / 12 * (61 - 20 * 6 / (60. * 59));
    cr_expect(near(rank_p(a, 30, b, 30), erfc((250 - 0.5) / sqrt(2 * variance)), 1e-12));
}

static const struct {
    const char *name;
    double now[12], before[12]; /* seconds */
    size_t n_now, n_before;
    int change;
} changes[] = {
    { "one that hung is no trend",
      { 60, 61, 62, 63, 64, 65, 66, 67, 68, 7200 },
      { 60, 61, 62, 63, 64, 65, 66, 67, 68, 69 },
      10,
      10,
      0 },
    { "slower", { 90, 91, 92, 93, 94, 95 }, { 60, 61, 62, 63, 64, 65 }, 6, 6, 1 },
    { "faster", { 60, 61, 62, 63, 64, 65 }, { 90, 91, 92, 93, 94, 95 }, 6, 6, -1 },
    { "sure, but too little to matter",
      { 103, 103, 103, 104, 104, 104, 105, 105 },
      { 100, 100, 100, 101, 101, 101, 102, 102 },
      8,
      8,
      0 },
    { "much, but of too few to tell", { 90, 95 }, { 60, 65 }, 2, 2, 0 },
    { "less than a second", { .9, .91, .92, .93, .94, .95 }, { .1, .1, .1, .1, .1, .1 }, 6, 6, 0 },
    { "nothing before", { 90, 91, 92, 93, 94, 95 }, { 0 }, 6, 0, 0 },
};

Test(rank, slower_takes_an_effect_and_a_proof)
{
    for (size_t i = 0; i < COUNT(changes); i++) {
        double now[12], before[12];

        for (int j = 0; j < 12; j++) {
            now[j] = changes[i].now[j] * 1000;
            before[j] = changes[i].before[j] * 1000;
        }
        cr_expect_eq(rank_change(now, changes[i].n_now, before, changes[i].n_before),
                     changes[i].change, "%s", changes[i].name);
    }
}

/* ---- what is compared with ---- */

Test(reach, an_eighth_of_a_window_may_have_been_quiet)
{
    const int64_t day = 86400000, from = 100 * day;

    cr_expect_not(reaches(0, from, day), "there is none");
    cr_expect(reaches(from - 30 * day, from, day));
    cr_expect(reaches(from + day / 8, from, day));
    cr_expect_not(reaches(from + day / 8 + 1, from, day));
    cr_expect(reaches(from + 3 * day, from, 30 * day));
    for (int i = -1; i <= 0; i++) {
        int64_t at = reaches_from(from, 7 * day) + i;

        cr_expect_eq(reaches(from, at - 14 * day, 7 * day), i == 0);
    }
}
