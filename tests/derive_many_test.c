/* Waits of a pool that very many jobs use: exact as long as they are few enough, else within 1 %.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "derive_kit.h"

enum { MANY = 6000 };

static struct batch batch;

TestSuite(derive_many, .init = derive_start, .fini = derive_stop, .timeout = 120);

/* One that waited 1 s, one 2 s ..., of which the last began so long ago. */
static void add_many(int64_t id, int64_t last_ms, int64_t now_ms)
{
    for (int i = 0; i < MANY; i++)
        derive_add(&batch, &(struct made){ .id = id + i,
                                           .attempt = 1,
                                           .started_ms = T0 - last_ms - i * SECOND,
                                           .finished_ms = T0 - last_ms - i * SECOND + MINUTE,
                                           .queued_ms = (i + 1) * SECOND,
                                           .result = DX_RESULT_SUCCESS });
    kit_poll(0, now_ms, &batch);
    derive_all(now_ms);
}

static const char *row(int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_POOLS, DX_FILTER(.window_ms = 30 * DAY), now_ms, DX_FIELD_N,
                DX_FIELD_P50, DX_FIELD_P95, DX_FIELD_APPROX);
}

Test(derive_many, a_month_is_exact_as_long_as_it_has_few_enough)
{
    double p50, p95;
    char *end;

    add_many(1000, 40 * DAY, T0);
    add_many(20000, 10 * DAY, T0 + MINUTE);
    cr_expect_str_eq(row(T0 + MINUTE), "6000|3.0005e+06|5.70005e+06|0\n");
    add_many(40000, 20 * DAY, T0 + 2 * MINUTE);
    cr_assert_eq(strncmp(row(T0 + 2 * MINUTE), "12000|", 6), 0, "%s", row(T0 + 2 * MINUTE));
    p50 = strtod(row(T0 + 2 * MINUTE) + 6, &end);
    p95 = strtod(end + 1, &end);
    cr_expect_float_eq(p50 / 3.0005e6, 1., 0.01, "%g", p50);
    cr_expect_float_eq(p95 / 5.7005e6, 1., 0.01, "%g", p95);
    cr_expect_str_eq(end, "|1\n", "and said to be about");
}
