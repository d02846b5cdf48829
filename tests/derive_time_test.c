/* What time does to what is derived: what leaves a window is gone, whoever was there to see it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "derive_kit.h"

static struct batch batch;
static const int64_t now_ms = T0;

TestSuite(time_derive, .init = derive_start, .fini = derive_stop, .timeout = 120);

#define PROJECTS(w)                                                                                \
    ROWS(kit.store, DX_QUERY_PROJECTS, DX_FILTER(.window_ms = w), now_ms, DX_FIELD_PROJECT)

/* A collector of one round, days after the last one: of what nothing touched the windows have
 * moved all the same. */
Test(time_derive, what_left_the_window_is_gone_after_one_round_too)
{
    struct made m = { .id = 1,
                      .attempt = 1,
                      .started_ms = now_ms - 2 * HOUR,
                      .finished_ms = now_ms - HOUR,
                      .result = DX_RESULT_SUCCESS };

    derive_add(&batch, &m);
    kit_poll(0, now_ms, &batch);
    cr_expect(strstr(PIPELINE_ROW("acme/p0", DAY), "acme/p0|1|"));
    cr_expect(strstr(POOL_ROW("pool0", DAY), "pool0|1|"));
    derive_again(SUCCESS_EXCLUDE_CANCELLED);
    derive_settle(now_ms + 2 * DAY);
    cr_expect_str_eq(PIPELINE_ROW("acme/p0", DAY), "", "%s", PIPELINE_ROW("acme/p0", DAY));
    cr_expect(strstr(POOL_ROW("pool0", DAY), "pool0|0|"), "%s", POOL_ROW("pool0", DAY));
}

Test(time_derive, what_left_the_window_is_gone_a_minute_later)
{
    struct made m = { .id = 1,
                      .attempt = 1,
                      .started_ms = now_ms - 2 * HOUR,
                      .finished_ms = now_ms - DAY + 30 * SECOND,
                      .result = DX_RESULT_SUCCESS };

    derive_add(&batch, &m);
    m.id = 2;
    derive_add(&batch, &m);
    batch.runs[batch.run_count - 1].pipeline = "nightly"; /* of the same project */
    kit_poll(0, now_ms, &batch);
    cr_expect(strstr(PIPELINE_ROW("", DAY), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", DAY));
    cr_expect_str_eq(PROJECTS(DAY), "acme/p0\n");
    derive_slices(now_ms + MINUTE);
    cr_expect(!strstr(PIPELINE_ROW("", DAY), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", DAY));
    cr_expect(strstr(PIPELINE_ROW("", 7 * DAY), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", 7 * DAY));
    cr_expect_str_eq(PROJECTS(DAY), "");
    cr_expect_str_eq(PROJECTS(7 * DAY), "acme/p0\n");
}

/* It was a day ahead: numbers are of the time that it is, not of what was taken for it, and they do
 * not wait for that to come. */
Test(time_derive, what_a_clock_that_was_set_back_left_is_made_anew)
{
    struct made m = { .id = 1,
                      .attempt = 1,
                      .started_ms = now_ms - 2 * MINUTE,
                      .finished_ms = now_ms - MINUTE,
                      .result = DX_RESULT_SUCCESS };

    derive_add(&batch, &m);
    kit_poll(0, now_ms, &batch);
    derive_all(now_ms + DAY);
    cr_expect(!strstr(PIPELINE_ROW("", HOUR), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", HOUR));
    derive_all(now_ms);
    cr_expect(strstr(PIPELINE_ROW("", HOUR), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", HOUR));
    cr_expect(strstr(POOL_ROW("pool0", HOUR), "pool0|1|"), "%s", POOL_ROW("pool0", HOUR));
    cr_expect_leq(store_derived_at(kit.store), now_ms);
}

/* Numbers are of whole minutes, and the clocks of servers are ahead: what ends after the minute
 * counts from the minute on that it ended in. */
Test(time_derive, what_ends_after_the_minute_counts_in_the_next_one)
{
    struct made m = { .id = 1,
                      .attempt = 1,
                      .started_ms = now_ms + 10 * SECOND,
                      .finished_ms = now_ms + 5 * MINUTE,
                      .queued_ms = 10 * SECOND,
                      .result = DX_RESULT_SUCCESS };

    derive_add(&batch, &m);
    kit_poll(0, now_ms + 20 * SECOND, &batch);
    derive_all(now_ms + 4 * MINUTE);
    cr_expect(!strstr(PIPELINE_ROW("", DAY), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", DAY));
    cr_expect(strstr(POOL_ROW("pool0", DAY), "|1|10000|"), "%s", POOL_ROW("pool0", DAY));
    derive_all(now_ms + 6 * MINUTE);
    cr_expect(strstr(PIPELINE_ROW("", DAY), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", DAY));
}

/* As `dxtop once` does on a store that was left for a while. */
Test(time_derive, what_left_the_window_is_gone_for_who_comes_later)
{
    struct made m = { .id = 1,
                      .attempt = 1,
                      .started_ms = now_ms - 2 * HOUR,
                      .finished_ms = now_ms - DAY + HOUR,
                      .result = DX_RESULT_SUCCESS };

    derive_add(&batch, &m);
    kit_poll(0, now_ms, &batch);
    cr_expect(strstr(PIPELINE_ROW("", DAY), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", DAY));
    derive_again(SUCCESS_EXCLUDE_CANCELLED);
    derive_settle(now_ms + 2 * HOUR);
    cr_expect(!strstr(PIPELINE_ROW("", DAY), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", DAY));
    cr_expect(strstr(PIPELINE_ROW("", 7 * DAY), "acme/p0|1|1|"), "%s", PIPELINE_ROW("", 7 * DAY));
}
