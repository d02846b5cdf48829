/* What numbers are compared with, and how far back records have to reach for that. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "derive_kit.h"

static struct batch batch;
static const int64_t now_ms = T0;

TestSuite(reach_derive, .init = derive_start, .fini = derive_stop, .timeout = 120);

#define AGAINST_BEFORE                                                                             \
    ROWS(kit.store, DX_QUERY_PIPELINES, DX_FILTER(.window_ms = DAY), now_ms, DX_FIELD_SUCCESS,     \
         DX_FIELD_SUCCESS_BEFORE, DX_FIELD_SUCCESS_WAS_N, DX_FIELD_WORSE)

/* Two runs of a pipeline, in the 24 h and in those before. */
static void add_two(void)
{
    for (int i = 0; i < 2; i++)
        derive_add(&batch, &(struct made){ .id = 80 + i,
                                           .attempt = 1,
                                           .started_ms = now_ms - (10 + 17 * i) * HOUR,
                                           .finished_ms = now_ms - (9 + 17 * i) * HOUR,
                                           .result = DX_RESULT_SUCCESS });
}

/* One that began before the day that is compared with. */
static void add_old(int pipeline)
{
    derive_add(&batch, &(struct made){ .id = 79,
                                       .attempt = 1,
                                       .pipeline = pipeline,
                                       .started_ms = now_ms - 50 * HOUR,
                                       .finished_ms = now_ms - 49 * HOUR,
                                       .result = DX_RESULT_SUCCESS });
}

/* Eight of ten failed, and one of ten the day before. */
Test(reach_derive, a_rate_that_fell_is_worse)
{
    for (int i = 0; i < 20; i++) {
        bool now = i < 10, failed = now ? i < 8 : i == 10;
        struct made m = { .id = 80 + i,
                          .attempt = 1,
                          .started_ms = now_ms - (now ? 10 : 34) * HOUR,
                          .finished_ms = now_ms - (now ? 9 : 33) * HOUR,
                          .result = failed ? DX_RESULT_FAILURE : DX_RESULT_SUCCESS,
                          .cause = failed ? DX_CAUSE_TEST : DX_CAUSE_NONE };

        derive_add(&batch, &m);
    }
    kit_poll(0, now_ms, &batch);
    cr_expect_str_eq(AGAINST_BEFORE, "0.2|-|0|0\n",
                     "the day before is not known from its beginning");
    add_old(0);
    kit_poll(0, now_ms, &batch);
    cr_expect_str_eq(AGAINST_BEFORE, "0.2|0.9|10|1\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TOTALS, DX_FILTER(.window_ms = DAY), now_ms,
                          DX_FIELD_NAME, DX_FIELD_SUCCESS_BEFORE, DX_FIELD_WORSE),
                     "all|0.9|1\nprotected|-|0\nother|0.9|1\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_PIPELINES, DX_FILTER(.window_ms = 7 * DAY), now_ms,
                          DX_FIELD_SUCCESS_WAS_N, DX_FIELD_WORSE),
                     "0|0\n", "nothing was before");
}

/* A pipeline that hardly runs, of a source that is known for longer than it; which is only seen
 * when all of the history is there. */
Test(reach_derive, what_a_history_reaches_is_known_of_all_of_its_pipelines)
{
    add_two();
    kit_fill(0, now_ms, &batch);
    derive_slices(now_ms);
    cr_expect_str_eq(AGAINST_BEFORE, "1|-|0|0\n");
    add_old(1);
    kit_fill(0, now_ms, &batch);
    kit_poll(0, now_ms, &batch); /* of now, and nothing is new */
    derive_slices(now_ms);
    cr_expect_str_eq(AGAINST_BEFORE, "1|1|1|0\n");
}

/* The last run of what nobody runs any more comes with the newest ones: of the time from then to
 * where the history begins, it says nothing. */
Test(reach_derive, an_old_run_that_came_by_itself_is_no_history)
{
    add_two();
    add_old(1);
    kit.history_ms = 40 * HOUR;
    kit_poll(0, now_ms, &batch);
    derive_slices(now_ms);
    cr_expect_str_eq(AGAINST_BEFORE, "1|-|0|0\n");
}
