#include "config.h"

#include <stdlib.h>

#include <criterion/criterion.h>

#include "ui/screen_internal.h"

/* In simulated time, with loops that come late and frames of any size. */
static const struct {
    int64_t rate;
    size_t frame;
    int step_ms; /* at most */
} lines[] = { { 100, 40, 50 },     { 100, 20000, 300 },    { 960, 5000, 20 },    { 9600, 30000, 1 },
              { 9600, 200, 1000 }, { 1000000, 60000, 10 }, { 2400, 4000, 30000 } };

enum { LOOKS = 20000 };

static int64_t at_ms[LOOKS], sum[LOOKS];

/* No second has more than its bytes and what may go at once. */
Test(hold, no_second_has_more_than_its_bytes)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        int64_t once = lines[i].rate / 5 > 16 ? lines[i].rate / 5 : 16, now_ms = 1000000, total = 0;
        struct hold hold = { .rate = lines[i].rate };
        size_t left = 0;

        srand(7);
        for (int n = 0, a = 0; n < LOOKS; n++) {
            size_t may;

            now_ms += rand() % (lines[i].step_ms + 1);
            if (left == 0)
                left = 1 + (size_t)rand() % lines[i].frame;
            may = hold_allows(&hold, left, now_ms);
            cr_assert_leq(may, left);
            left -= may;
            total += (int64_t)may;
            at_ms[n] = now_ms;
            sum[n] = total;
            while (at_ms[n] - at_ms[a] > 1000)
                a++;
            cr_assert_leq(sum[n] - (a > 0 ? sum[a - 1] : 0), lines[i].rate + once + 1,
                          "line %zu, look %d", i, n);
        }
    }
}

/* All of them are used as long as there is something to say. */
Test(hold, all_its_bytes_are_used)
{
    for (int64_t rate = 100; rate <= 100000; rate *= 10) {
        struct hold hold = { .rate = rate };
        int64_t total = 0;

        for (int64_t ms = 1000; ms < 61000; ms += 20)
            total += (int64_t)hold_allows(&hold, 1 << 20, ms);
        cr_expect_geq(total, rate * 60 * 95 / 100, "%lld: %lld", (long long)rate, (long long)total);
    }
}

Test(hold, without_a_rate_all_may_go)
{
    struct hold hold = { .rate = 0 };

    cr_expect_eq(hold_allows(&hold, 12345678, 5), 12345678);
}
