#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive/kpi_settings.h"
#include "derive/past.h"
#include "derive_kit.h"
#include "insight/business.h"
#include "store/internal.h"

/* Key numbers of records that were made by hand. T0 is a Monday, 14:13:20 UTC. */

static struct batch batch;
static int next_id;

TestSuite(derive_kpi, .init = kit_init, .fini = derive_kpi_stop, .timeout = 60);

struct ended {
    const char *pipeline;
    int64_t ago_ms, wait_ms, took_ms;
    enum dx_result result;
    enum dx_cause cause;
};

static void add(const struct ended *m)
{
    char *id = arena_print(&batch.arena, "%d", 1000 + next_id++);
    struct run *run = batch_run(&batch);
    struct job *job;

    run->project = "acme";
    run->pipeline = m->pipeline;
    run->id = id;
    run->attempt = 1;
    run->outcome.phase = DX_PHASE_DONE;
    run->outcome.result = m->result;
    run->timing.finished_ms = T0 - m->ago_ms;
    run->timing.started_ms = run->timing.finished_ms - m->took_ms;
    run->timing.created_ms = run->timing.started_ms - m->wait_ms;
    run->timing.duration_ms = m->took_ms;
    run->jobs_whole = true;
    job = batch_job(&batch, batch.run_count - 1);
    job->id = id;
    job->name = "test";
    job->pool = "linux";
    job->started = true;
    job->outcome = run->outcome;
    job->outcome.cause = m->cause;
    job->outcome.evidence = m->cause == DX_CAUSE_PLATFORM ? "runner: lost" : "";
    job->timing = run->timing;
    job->timing.queued_ms = m->wait_ms;
}

/* ---- CI ---- */

/* Of 10 to 50 s p95 is at rank 3.8: 40 + .8 * 10. */
Test(derive_kpi, waits_of_a_day_against_the_week_before)
{
    derive_kpi_collect("");
    for (int i = 1; i <= 5; i++) {
        add(&(struct ended){ "ci", HOUR, i * 10 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
        add(&(struct ended){ "ci", 2 * DAY, 100 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
        add(&(struct ended){ "ci", 9 * DAY, 900 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
    }
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("queue_p95", T0), "48|5|100|5|3|\n", "%s",
                     derive_kpi("queue_p95", T0));
    cr_expect_str_eq(derive_kpi("queue_p50", T0), "30|5|100|5|1|\n", "%s",
                     derive_kpi("queue_p50", T0));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_KPI_POINTS,
                          DX_FILTER(.key = "queue_p95", .step_ms = HOUR), T0, DX_FIELD_VALUE,
                          DX_FIELD_N),
                     "100|5\n48|5\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_KPI_POINTS,
                          DX_FILTER(.key = "queue_p95", .step_ms = DAY), T0, DX_FIELD_VALUE,
                          DX_FIELD_N),
                     "900|5\n100|5\n48|5\n");
}

static const char *hours(const char *key, int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_KPI_POINTS,
                DX_FILTER(.key = key, .step_ms = HOUR, .from_ms = now_ms - 2 * DAY), now_ms,
                DX_FIELD_AT, DX_FIELD_VALUE, DX_FIELD_N);
}

/* ---- days that are over ---- */

static const char *days_of(const char *key, int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_KPI_POINTS, DX_FILTER(.key = key, .step_ms = DAY), now_ms,
                DX_FIELD_VALUE, DX_FIELD_N);
}

/* What it brings comes when the day that it began in is over, and was looked at. */
Test(derive_kpi, a_day_has_what_a_poll_brings_that_began_in_it)
{
    const int64_t midnight_ms = T0 / DAY * DAY + DAY;

    derive_kpi_collect("");
    add(&(struct ended){ "ci", HOUR, 10 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
    kit_poll(0, midnight_ms - HOUR, &batch);
    derive_all(midnight_ms - HOUR);
    derive_all(midnight_ms + 2 * HOUR);
    cr_expect_str_eq(days_of("queue_p50", midnight_ms + 2 * HOUR), "10|1\n");
    add(&(struct ended){ "ci", MINUTE, 30 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
    kit_poll(0, midnight_ms - MINUTE, &batch);
    derive_all(midnight_ms + 2 * HOUR + MINUTE);
    cr_expect_str_eq(days_of("queue_p50", midnight_ms + 2 * HOUR + MINUTE), "20|2\n");
}

/* The clock of a server is ahead, and the machine sleeps over two nights: a store that was new when
 * the collector began is no other than one that was there. */
Test(derive_kpi, a_day_has_what_ended_in_it_after_the_last_minute_of_a_collector)
{
    derive_kpi_collect("");
    add(&(struct ended){ "ci", -5 * MINUTE, 0, MINUTE, DX_RESULT_SUCCESS, 0 });
    kit_poll(0, T0, &batch);
    derive_all(T0);
    derive_all(T0 + 2 * DAY);
    cr_expect_str_eq(days_of("success", T0 + 2 * DAY), "1|1\n", "%s",
                     days_of("success", T0 + 2 * DAY));
}

/* ---- hours ---- */

/* A day is compared with the one before, hour by hour, whoever was there then to make these: a
 * round, a collector that stays, one that was told later what ended then, and a past moment. */
Test(derive_kpi, hours_of_two_days_are_there)
{
    struct dx_error err = { 0 };
    struct past *past;

    derive_kpi_collect("");
    for (int i = 0; i < 2; i++)
        add(&(struct ended){ "ci", HOUR + i * 29 * HOUR, 10 * SECOND, MINUTE, DX_RESULT_SUCCESS,
                             0 });
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(hours("queue_p95", T0), "-105200|10|1\n-800|10|1\n", "%s",
                     hours("queue_p95", T0));
    cr_expect_str_eq(hours("duration", T0), "-105200|60|1\n-800|60|1\n", "%s",
                     hours("duration", T0));
    deriver_free(deriver);
    derive_begin(SUCCESS_EXCLUDE_CANCELLED);
    cr_assert(store_exec(kit.store, "DELETE FROM kpi_point", &err));
    derive_slices(T0);
    cr_expect_str_eq(hours("success", T0), "-105200|1|1\n-800|1|1\n", "%s", hours("success", T0));
    add(&(struct ended){ "ci", 30 * HOUR, 20 * SECOND, MINUTE, DX_RESULT_FAILURE, DX_CAUSE_CODE });
    kit_poll(0, T0 + MINUTE, &batch);
    derive_slices(T0 + MINUTE);
    cr_expect_str_eq(hours("success", T0 + MINUTE), "-105200|0.5|2\n-800|1|1\n", "%s",
                     hours("success", T0 + MINUTE));
    cr_expect_str_eq(hours("queue_p50", T0 + MINUTE), "-105200|15|2\n-800|10|1\n", "%s",
                     hours("queue_p50", T0 + MINUTE));
    past = past_new(kit.store, &(struct kpi_settings){ .policy = SUCCESS_EXCLUDE_CANCELLED },
                    T0 - 10 * MINUTE);
    cr_assert(store_exec(kit.store, "DELETE FROM kpi_point", &err));
    cr_assert(store_begin(kit.store, &err) && past_slice(past, INT64_MAX, &err), "%s", err.text);
    cr_expect(past_is_done(past));
    store_end(kit.store);
    cr_expect_str_eq(hours("success", T0 - 10 * MINUTE), "-105200|0.5|2\n-800|1|1\n", "%s",
                     hours("success", T0 - 10 * MINUTE));
    past_free(past);
}

/* The last build of what nobody builds any more is older than all that was asked for; and flaky
 * jobs of a week ago would be those of the 14 days before. */
Test(derive_kpi, an_old_run_that_came_by_itself_makes_nothing_of_its_time_known)
{
    derive_kpi_collect("");
    for (int i = 1; i <= 5; i++) {
        add(&(struct ended){ "ci", HOUR, i * 10 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
        add(&(struct ended){ "ci", 4 * DAY, 100 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
    }
    add(&(struct ended){ "old", 30 * DAY, SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
    kit.history_ms = 5 * DAY;
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("queue_p95", T0), "48|5|-|0|3|\n", "%s",
                     derive_kpi("queue_p95", T0));
    cr_expect_str_eq(derive_kpi("duration", T0), "60|5|-|0|1|\n", "%s", derive_kpi("duration", T0));
    cr_expect_str_eq(derive_kpi("flaky", T0), "0|10|-|0|1|\n", "%s", derive_kpi("flaky", T0));
}

enum { COMMIT_DAYS = 28, PIPELINES = 4 };

static const char *const pipelines[PIPELINES] = { "p0", "p1", "p2", "p3" };

/* A commit each day, each second, third or fourth one, that is tried twice; some failed first. */
static bool commits(int pipeline, int day)
{
    return day % (pipeline + 1) == 0;
}

static bool failed_first(int pipeline, int day)
{
    return (day * 7 + pipeline) % 11 < 2;
}

static void add_tries(int days)
{
    for (int p = 0; p < PIPELINES; p++) {
        for (int day = 0; day < days; day++) {
            for (int n = 0; n < 2 && commits(p, day); n++) {
                bool fails = n == 0 && failed_first(p, day);

                add(&(struct ended){ pipelines[p], day * DAY + (2 - n) * HOUR, 0, MINUTE,
                                     fails ? DX_RESULT_FAILURE : DX_RESULT_SUCCESS,
                                     fails ? DX_CAUSE_TEST : DX_CAUSE_NONE });
                batch.runs[batch.run_count - 1].sha = arena_print(&batch.arena, "%d/%d", p, day);
            }
        }
    }
}

/* In words: of five commits that were tried again, one failed and passed; in 14 days. */
static int plain_flaky(int days_ago)
{
    int flaky = 0;

    for (int p = 0; p < PIPELINES; p++) {
        int tried = 0, both = 0;

        for (int day = days_ago; day < days_ago + 14; day++) {
            tried += commits(p, day);
            both += commits(p, day) && failed_first(p, day);
        }
        flaky += tried >= 5 && both > 0;
    }
    return flaky;
}

static int flaky_at(int64_t at_ms)
{
    struct past *past = past_new(kit.store, &(struct kpi_settings){ 0 }, at_ms);
    struct dx_error err = { 0 };

    cr_assert(store_begin(kit.store, &err) && past_slice(past, INT64_MAX, &err), "%s", err.text);
    cr_assert(past_is_done(past));
    store_end(kit.store);
    past_free(past);
    return atoi(derive_kpi("flaky", at_ms));
}

/* Week against week it is compared with the same number of seven days before: of its 14 days. */
Test(derive_kpi, flaky_jobs_of_a_week_before_are_those_of_the_14_days_before_it)
{
    int before = plain_flaky(7);
    char want[40];

    derive_kpi_collect("");
    add_tries(COMMIT_DAYS);
    kit.history_ms = COMMIT_DAYS * DAY;
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    (void)snprintf(want, sizeof(want), "%d|", plain_flaky(0));
    cr_expect_eq(strncmp(derive_kpi("flaky", T0), want, strlen(want)), 0, "%s",
                 derive_kpi("flaky", T0));
    cr_expect_neq(before, plain_flaky(0), "or it would say nothing");
    cr_expect_eq(flaky_at(T0 - 7 * DAY), before, "%d of %d", flaky_at(T0 - 7 * DAY), before);
}

/* 16 days are known: of the 14 that end a week ago nine. They have flaky jobs, but not those of 14
 * days, and the number says that it has none to be compared with. */
Test(derive_kpi, flaky_jobs_of_a_week_before_are_not_known_where_records_are_short)
{
    derive_kpi_collect("");
    add_tries(16);
    kit.history_ms = 16 * DAY;
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_KPIS, DX_FILTER(.key = "flaky"), T0, DX_FIELD_BEFORE),
                     "-\n");
    cr_expect_gt(flaky_at(T0 - 7 * DAY), 0);
    cr_expect_neq(flaky_at(T0 - 7 * DAY), plain_flaky(7), "of fewer days");
}

/* Of those that are kept no more it stays as it was while its pipelines have their turn. */
Test(derive_kpi, flaky_jobs_of_a_day_that_is_over_stay_as_they_were)
{
    char was[400];

    derive_kpi_collect("");
    add_tries(COMMIT_DAYS);
    kit.history_ms = COMMIT_DAYS * DAY;
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    (void)snprintf(was, sizeof(was), "%s", days_of("flaky", T0));
    was[strlen(was) - 1] = '\0';
    *strrchr(was, '\n') = '\0'; /* but for today's */
    deriver_slices(deriver, 0, 1);
    derive_all(T0 + DAY);
    cr_expect_eq(strncmp(days_of("flaky", T0 + DAY), was, strlen(was)), 0, "%s\n%s",
                 days_of("flaky", T0 + DAY), was);
}

/* Nor is it made of those that are left by numbers of the minute before midnight, which come when
 * the first of its pipelines had their turn: however many slices there were before it. */
Test(derive_kpi, flaky_jobs_of_a_day_that_is_over_stay_over_midnight)
{
    int64_t midnight_ms = T0 / DAY * DAY + DAY;
    char was[400];

    derive_kpi_collect("");
    add_tries(COMMIT_DAYS);
    kit.history_ms = COMMIT_DAYS * DAY;
    kit_poll(0, T0, &batch);
    for (int slices = 1; slices < 14; slices++, midnight_ms += DAY) {
        deriver_slices(deriver, INT32_MAX, INT32_MAX);
        derive_settle(midnight_ms - 2 * MINUTE);
        derive_all(midnight_ms - 2 * MINUTE);
        (void)snprintf(was, sizeof(was), "%s", days_of("flaky", midnight_ms));
        was[strlen(was) - 1] = '\0';
        *strrchr(was, '\n') = '\0'; /* but for today's */
        deriver_slices(deriver, 0, 1);
        for (int i = 0; i < slices; i++)
            (void)derive_slice(midnight_ms - MINUTE);
        for (int p = 0; p < PIPELINES; p++)
            add(&(struct ended){ pipelines[p], T0 - midnight_ms + 2 * HOUR, 0, MINUTE,
                                 DX_RESULT_SUCCESS, DX_CAUSE_NONE });
        kit_poll(0, midnight_ms, &batch);
        derive_all(midnight_ms);
        cr_expect_eq(strncmp(days_of("flaky", midnight_ms), was, strlen(was)), 0,
                     "%d slices:\n%s\n%s", slices, days_of("flaky", midnight_ms), was);
    }
}

/* 10 runs: 7 passed, 1 failed by the platform, 1 by a test, 1 nobody knows. */
Test(derive_kpi, what_the_platform_controls_is_a_range)
{
    derive_kpi_collect("critical: ['acme/c*']\n");
    for (int i = 0; i < 7; i++)
        add(&(struct ended){ i < 5 ? "ci" : "docs", HOUR, 0, (i + 1) * MINUTE, DX_RESULT_SUCCESS,
                             0 });
    add(&(struct ended){ "ci", HOUR, 0, MINUTE, DX_RESULT_FAILURE, DX_CAUSE_PLATFORM });
    add(&(struct ended){ "ci", HOUR, 0, MINUTE, DX_RESULT_FAILURE, DX_CAUSE_TEST });
    add(&(struct ended){ "ci", HOUR, 0, MINUTE, DX_RESULT_FAILURE, DX_CAUSE_UNKNOWN });
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_KPIS, DX_FILTER(.key = "platform_success"), T0,
                          DX_FIELD_VALUE, DX_FIELD_LOW, DX_FIELD_HIGH, DX_FIELD_N, DX_FIELD_STATE),
                     "0.9|0.8|0.9|10|5\n");
    cr_expect_str_eq(derive_kpi("success", T0), "0.7|10|-|0|1|\n", "%s", derive_kpi("success", T0));
    cr_expect_str_eq(derive_kpi("duration", T0), "180|5|-|0|1|critical pipelines: 5 of 7 runs\n",
                     "docs is not critical: %s", derive_kpi("duration", T0));
    cr_expect_str_eq(derive_kpi("flaky", T0), "0|10|-|0|1|\n", "%s", derive_kpi("flaky", T0));
}

/* That no run succeeded would be wrong. */
Test(derive_kpi, where_no_critical_pipeline_ran_others_are_told_of)
{
    derive_kpi_collect("critical: ['acme/none*']\n");
    add(&(struct ended){ "ci", HOUR, 0, MINUTE, DX_RESULT_SUCCESS, 0 });
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("duration_p90", T0), "-|0|-|0|0|critical pipelines: 0 of 1 runs\n",
                     "%s", derive_kpi("duration_p90", T0));
    cr_expect_str_eq(derive_kpi("success", T0), "1|1|-|0|1|\n", "%s", derive_kpi("success", T0));
}

Test(derive_kpi, a_window_without_data_says_why)
{
    derive_kpi_collect("");
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("platform_success", T0), "-|0|-|0|0|no run ended in 24 h\n");
    cr_expect_str_eq(derive_kpi("mttr", T0), "-|0|-|0|0|no incident was resolved in 30 d\n");
    cr_expect_str_eq(derive_kpi("open_tickets", T0), "-|0|-|0|0|no ticket was seen\n");
    cr_expect_str_eq(derive_kpi("csat", T0), "", "what is not fed is not there");
}

Test(derive_kpi, a_number_that_no_source_tells_of_is_not_there)
{
    static const struct source_row only[] = { { "all", "exec", "cmd:x", 1U << DX_KIND_TICKET,
                                                15 * SECOND } };
    struct dx_error err = { 0 };

    derive_kpi_collect("");
    derive_settle(T0);
    cr_expect_eq(strncmp(derive_kpi("queue_p95", T0), "-|", 2), 0);
    cr_assert(store_sources(kit.store, only, 1, kit.id, &err), "%s", err.text);
    cr_expect_str_eq(derive_kpi("queue_p95", T0), "");
    cr_expect_eq(strncmp(derive_kpi("open_tickets", T0), "-|", 2), 0);
}

static char *all_rows(void)
{
    static char out[200000];

    (void)snprintf(out, sizeof(out), "%s",
                   ROWS(kit.store, DX_QUERY_KPIS, NULL, T0, DX_FIELD_KEY, DX_FIELD_VALUE,
                        DX_FIELD_N, DX_FIELD_BEFORE, DX_FIELD_N_BEFORE, DX_FIELD_STATE));
    for (int i = 0; i < 2; i++)
        (void)strncat(out,
                      ROWS(kit.store, DX_QUERY_KPI_POINTS, DX_FILTER(.step_ms = i ? DAY : HOUR), T0,
                           DX_FIELD_KEY, DX_FIELD_AT, DX_FIELD_VALUE, DX_FIELD_N),
                      sizeof(out) - strlen(out) - 1);
    return out;
}

static void add_random(int count, bool fill)
{
    for (int i = 0; i < count; i++)
        add(&(struct ended){
            drand48() < .5 ? "ci" : "docs", (int64_t)(drand48() * 20 * (double)DAY),
            (int64_t)(drand48() * 600) * SECOND, (int64_t)(drand48() * 60) * MINUTE,
            drand48() < .8 ? DX_RESULT_SUCCESS : DX_RESULT_FAILURE,
            drand48() < .5 ? DX_CAUSE_PLATFORM : DX_CAUSE_TEST });
    if (fill)
        kit_fill(0, T0, &batch);
    else
        kit_poll(0, T0, &batch);
}

/* In whatever order records come, and however often it is computed between. */
Test(derive_kpi, is_a_function_of_the_records_and_the_moment)
{
    char *once, *pieces;

    srand48(7);
    derive_kpi_collect("");
    add_random(600, false);
    derive_settle(T0);
    once = strdup(all_rows());
    derive_kpi_stop();
    kit_init();
    srand48(7);
    next_id = 0;
    derive_kpi_collect("");
    for (int i = 0; i < 6; i++) {
        add_random(100, i % 2 == 0);
        if (i % 3 == 1)
            derive_settle(T0);
    }
    derive_settle(T0);
    pieces = all_rows();
    cr_expect_str_eq(pieces, once, "%s\n----\n%s", pieces, once);
    cr_expect_gt(strlen(once), 2000);
    free(once);
}

/* Between two readings of the file it was removed. */
Test(derive_kpi, a_calendar_of_a_zone_that_is_gone_is_of_utc)
{
    struct kpi_setup setup;
    struct dx_error err = { 0 };

    derive_kpi_start("calendar: {zone: America/New_York, hours: {mon: 14:00-15:00}}\n", 0);
    cr_assert_eq(setenv("TZDIR", "/none", 1), 0);
    kpi_setup(&setup, &derive_config, &err);
    cr_expect(strstr(err.text, "there are no time zones in"), "%s", err.text);
    cr_expect_eq(business_ms(setup.settings.business, T0, T0 + 1, NULL, 0), 1);
    kpi_setup_done(&setup);
}
