/* What time does to what is derived: what leaves a window is gone, whoever was there to see it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "derive/past.h"
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

/* A job of an hour that no runner ever took; it waited for one since so long before its end, -1:
 * never. */
static void add_untaken(int64_t id, enum dx_result result, int64_t waited_ms)
{
    struct made m = { .id = id, .attempt = 1, .finished_ms = now_ms, .result = result };
    struct job *job;

    derive_add(&batch, &m);
    job = &batch.jobs[batch.job_count - 1];
    job->started = false;
    job->timing = (struct timing){ .created_ms = now_ms - HOUR,
                                   .finished_ms = now_ms,
                                   .queued_ms = waited_ms,
                                   .duration_ms = -1,
                                   .queued_basis = "",
                                   .duration_basis = "" };
    batch.runs[batch.run_count - 1].timing.created_ms = now_ms - HOUR;
}

static const char *waiting_at(int64_t at_ms)
{
    struct past *past = past_new(kit.store, &(struct kpi_settings){ 0 }, at_ms);
    struct dx_error err = { 0 };

    cr_assert(store_begin(kit.store, &err) && past_slice(past, INT64_MAX, &err), "%s", err.text);
    cr_assert(past_is_done(past));
    store_end(kit.store);
    past_free(past);
    return ROWS(kit.store, DX_QUERY_POOLS, DX_FILTER(.window_ms = HOUR), at_ms, DX_FIELD_WAITING,
                DX_FIELD_OLDEST);
}

/* What failed before its turn, as a delayed job that was too late, did not wait for a runner then,
 * as it did not while it was under way. */
Test(time_derive, at_a_past_moment_what_no_runner_took_waits_since_it_was_pending)
{
    char want[40];

    add_untaken(1, DX_RESULT_FAILURE, -1);
    add_untaken(2, DX_RESULT_FAILURE, 20 * MINUTE);
    add_untaken(3, DX_RESULT_CANCELLED, 10 * MINUTE);
    add_untaken(4, DX_RESULT_CANCELLED, -1);
    kit_poll(0, now_ms + MINUTE, &batch);
    derive_settle(now_ms + 2 * MINUTE);
    cr_expect_str_eq(waiting_at(now_ms - 30 * MINUTE), "", "%s", waiting_at(now_ms - 30 * MINUTE));
    (void)snprintf(want, sizeof(want), "1|%lld\n", (long long)(now_ms - 20 * MINUTE));
    cr_expect_str_eq(waiting_at(now_ms - 15 * MINUTE), want, "%s",
                     waiting_at(now_ms - 15 * MINUTE));
    (void)snprintf(want, sizeof(want), "2|%lld\n", (long long)(now_ms - 20 * MINUTE));
    cr_expect_str_eq(waiting_at(now_ms - 5 * MINUTE), want, "%s", waiting_at(now_ms - 5 * MINUTE));
}
