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

static const int64_t minute_ms = T0 - T0 % MINUTE;

static const char *flow_at(int64_t at_ms)
{
    derive_all(at_ms);
    return ROWS(kit.store, DX_QUERY_POOLS, DX_FILTER(.name = "pool0", .window_ms = HOUR), at_ms,
                DX_FIELD_PER_HOUR_IN, DX_FIELD_PER_HOUR_OUT, DX_FIELD_NEVER);
}

static void expect_flow(int64_t after_ms, const char *want)
{
    const char *have = flow_at(minute_ms + after_ms);

    cr_expect_str_eq(have, want, "%d s: %s", (int)(after_ms / SECOND), have);
}

static struct job *add_pool_job(int64_t id, int64_t created_ms)
{
    struct made m = { .id = id, .attempt = 1, .result = DX_RESULT_NONE };
    struct job *job;

    derive_add(&batch, &m);
    job = &batch.jobs[batch.job_count - 1];
    job->started = false;
    job->outcome.phase = DX_PHASE_QUEUED;
    job->timing = (struct timing){ .created_ms = created_ms,
                                   .queued_ms = -1,
                                   .duration_ms = -1,
                                   .queued_basis = "",
                                   .duration_basis = "" };
    batch.runs[batch.run_count - 1].outcome.phase = DX_PHASE_QUEUED;
    batch.runs[batch.run_count - 1].timing = job->timing;
    return job;
}

/* Of a pool that nothing else moves: jobs came in behind the minute of their poll. */
Test(time_derive, what_came_in_counts_from_the_next_minute_on_for_an_hour)
{
    (void)add_pool_job(1, minute_ms + 30 * SECOND);
    kit_poll(0, minute_ms + 40 * SECOND, &batch);
    expect_flow(40 * SECOND, "0|0|0\n");
    expect_flow(MINUTE, "1|0|0\n");
    expect_flow(60 * MINUTE, "1|0|0\n");
    expect_flow(61 * MINUTE, "0|0|0\n");
}

/* It left the queue when it started, but came in before. */
Test(time_derive, what_started_came_in_when_it_was_queued)
{
    struct job *job = add_pool_job(1, minute_ms - 30 * MINUTE);

    job->started = true;
    job->outcome.phase = DX_PHASE_RUNNING;
    job->timing.started_ms = minute_ms;
    job->timing.queued_ms = 30 * MINUTE;
    kit_poll(0, minute_ms, &batch);
    expect_flow(0, "1|1|0\n");
    expect_flow(29 * MINUTE, "1|1|0\n");
    expect_flow(30 * MINUTE, "0|1|0\n");
    expect_flow(60 * MINUTE, "0|0|0\n");
}

Test(time_derive, what_no_runner_took_counts_from_its_end_on_for_an_hour)
{
    struct job *job = add_pool_job(1, minute_ms - 2 * HOUR);

    job->timing.finished_ms = minute_ms + 30 * SECOND;
    job->outcome = (struct outcome){ .phase = DX_PHASE_DONE,
                                     .result = DX_RESULT_FAILURE,
                                     .evidence = "",
                                     .raw_status = "",
                                     .raw_result = "" };
    kit_poll(0, minute_ms + 40 * SECOND, &batch);
    expect_flow(40 * SECOND, "");
    expect_flow(MINUTE, "0|0|1\n");
    expect_flow(60 * MINUTE, "0|0|1\n");
    expect_flow(61 * MINUTE, "0|0|0\n");
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
