#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive/derive.h"
#include "derive/kpi_settings.h"
#include "store_kit.h"

/* Key numbers of records that were made by hand. T0 is a Monday, 14:13:20 UTC. */

static struct deriver *deriver;
static struct kpi_setup setup;
static struct config config;
static struct batch batch;
static int next_id;

/* yaml: more of the configuration. */
static void collect(const char *yaml)
{
    static const struct source_row rows[] = {
        { "all", "exec", "cmd:x",
          1U << DX_KIND_RUN | 1U << DX_KIND_TICKET | 1U << DX_KIND_CHANGE | 1U << DX_KIND_SAMPLE,
          15 * SECOND },
    };
    struct dx_error err = { 0 };
    struct buf complaints;
    char text[2000];

    buf_init(&complaints, 4096);
    (void)snprintf(text, sizeof(text),
                   "calendar: {zone: UTC, hours: {mon-fri: 09:00-17:00}, holidays: [2026-09-18]}\n"
                   "%s",
                   yaml);
    cr_assert(config_load(&config, "t.yaml", text, &(struct config_kinds){ 0 },
                          &(struct config_kinds){ 0 }, &complaints),
              "%s", complaints.bytes);
    kpi_setup(&setup, &config, &err);
    cr_assert_eq(err.fault, DX_FAULT_NONE, "%s", err.text);
    deriver = deriver_new(SUCCESS_EXCLUDE_CANCELLED);
    deriver_kpis(deriver, &setup.settings);
    kit_collect();
    cr_assert(store_sources(kit.store, rows, 1, kit.id, &err), "%s", err.text);
    store_on_derive(kit.store, deriver_commit, deriver);
    buf_done(&complaints);
}

static void stop(void)
{
    kit_done();
    deriver_free(deriver);
    kpi_setup_done(&setup);
    config_done(&config);
}

TestSuite(derive_kpi, .init = kit_init, .fini = stop, .timeout = 60);

static void settle(int64_t now_ms)
{
    struct dx_error err = { 0 };

    cr_assert(deriver_settle(deriver, kit.store, now_ms, &err), "%s", err.text);
}

struct made {
    const char *pipeline;
    int64_t ago_ms, wait_ms, took_ms;
    enum dx_result result;
    enum dx_cause cause;
};

static void add(const struct made *m)
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

static const char *kpi(const char *id, int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_KPIS, DX_FILTER(.key = id), now_ms, DX_FIELD_VALUE, DX_FIELD_N,
                DX_FIELD_BEFORE, DX_FIELD_N_BEFORE, DX_FIELD_STATE, DX_FIELD_TEXT);
}

/* ---- CI ---- */

/* Of 10 to 50 s p95 is at rank 3.8: 40 + .8 * 10. */
Test(derive_kpi, waits_of_a_day_against_the_week_before)
{
    collect("");
    for (int i = 1; i <= 5; i++) {
        add(&(struct made){ "ci", HOUR, i * 10 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
        add(&(struct made){ "ci", 2 * DAY, 100 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
        add(&(struct made){ "ci", 9 * DAY, 900 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
    }
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect_str_eq(kpi("queue_p95", T0), "48|5|100|5|3|\n", "%s", kpi("queue_p95", T0));
    cr_expect_str_eq(kpi("queue_p50", T0), "30|5|100|5|1|\n", "%s", kpi("queue_p50", T0));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_KPI_POINTS,
                          DX_FILTER(.key = "queue_p95", .step_ms = HOUR), T0, DX_FIELD_VALUE,
                          DX_FIELD_N),
                     "48|5\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_KPI_POINTS,
                          DX_FILTER(.key = "queue_p95", .step_ms = DAY), T0, DX_FIELD_VALUE,
                          DX_FIELD_N),
                     "900|5\n100|5\n48|5\n");
}

/* 10 runs: 7 passed, 1 failed by the platform, 1 by a test, 1 nobody knows. */
Test(derive_kpi, what_the_platform_controls_is_a_range)
{
    collect("critical: ['acme/c*']\n");
    for (int i = 0; i < 7; i++)
        add(&(struct made){ i < 5 ? "ci" : "docs", HOUR, 0, (i + 1) * MINUTE, DX_RESULT_SUCCESS,
                            0 });
    add(&(struct made){ "ci", HOUR, 0, MINUTE, DX_RESULT_FAILURE, DX_CAUSE_PLATFORM });
    add(&(struct made){ "ci", HOUR, 0, MINUTE, DX_RESULT_FAILURE, DX_CAUSE_TEST });
    add(&(struct made){ "ci", HOUR, 0, MINUTE, DX_RESULT_FAILURE, DX_CAUSE_UNKNOWN });
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_KPIS, DX_FILTER(.key = "platform_success"), T0,
                          DX_FIELD_VALUE, DX_FIELD_LOW, DX_FIELD_HIGH, DX_FIELD_N, DX_FIELD_STATE),
                     "0.9|0.8|0.9|10|5\n");
    cr_expect_str_eq(kpi("success", T0), "0.7|10|-|0|1|\n", "%s", kpi("success", T0));
    cr_expect_str_eq(kpi("duration", T0), "180|5|-|0|1|\n", "docs is not critical: %s",
                     kpi("duration", T0));
    cr_expect_str_eq(kpi("flaky", T0), "0|10|-|0|1|\n", "%s", kpi("flaky", T0));
}

Test(derive_kpi, a_window_without_data_says_why)
{
    collect("");
    settle(T0);
    cr_expect_str_eq(kpi("platform_success", T0), "-|0|-|0|0|no run ended in 24 h\n");
    cr_expect_str_eq(kpi("mttr", T0), "-|0|-|0|0|no incident was resolved in 30 d\n");
    cr_expect_str_eq(kpi("open_tickets", T0), "-|0|-|0|0|no ticket was seen\n");
    cr_expect_str_eq(kpi("csat", T0), "", "what is not fed is not there");
}

Test(derive_kpi, a_number_that_no_source_tells_of_is_not_there)
{
    static const struct source_row only[] = { { "all", "exec", "cmd:x", 1U << DX_KIND_TICKET,
                                                15 * SECOND } };
    struct dx_error err = { 0 };

    collect("");
    settle(T0);
    cr_expect_eq(strncmp(kpi("queue_p95", T0), "-|", 2), 0);
    cr_assert(store_sources(kit.store, only, 1, kit.id, &err), "%s", err.text);
    cr_expect_str_eq(kpi("queue_p95", T0), "");
    cr_expect_eq(strncmp(kpi("open_tickets", T0), "-|", 2), 0);
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
        add(&(struct made){ drand48() < .5 ? "ci" : "docs", (int64_t)(drand48() * 20 * (double)DAY),
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
    collect("");
    add_random(600, false);
    settle(T0);
    once = strdup(all_rows());
    stop();
    kit_init();
    srand48(7);
    next_id = 0;
    collect("");
    for (int i = 0; i < 6; i++) {
        add_random(100, i % 2 == 0);
        if (i % 3 == 1)
            settle(T0);
    }
    settle(T0);
    pieces = all_rows();
    cr_expect_str_eq(pieces, once, "%s\n----\n%s", pieces, once);
    cr_expect_gt(strlen(once), 2000);
    free(once);
}

/* ---- tickets ---- */

static struct ticket *add_ticket(const char *key, int64_t created_ms)
{
    struct ticket *t = batch_ticket(&batch);

    t->parts = TICKET_FIELDS | TICKET_RESPONSE | TICKET_PAUSES | TICKET_SLAS;
    t->key = key;
    t->title = key;
    t->type = "Request";
    t->category = "runner";
    t->priority = 2;
    t->state = DX_TICKET_NEW;
    t->created_ms = created_ms;
    t->updated_ms = T0;
    return t;
}

static struct ticket *answer(struct ticket *t, int64_t first_ms, int64_t resolved_ms)
{
    t->first_response_ms = first_ms;
    t->resolved_ms = resolved_ms;
    t->state = resolved_ms > 0 ? DX_TICKET_DONE : DX_TICKET_IN_PROGRESS;
    return t;
}

static struct ticket *bare_ticket(const char *key)
{
    struct ticket *t = batch_ticket(&batch);

    t->key = key;
    return t;
}

static const char *business(const char *key)
{
    return ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.name = key, .from_ms = 1), T0,
                DX_FIELD_RESPONSE_BUSINESS, DX_FIELD_RESOLUTION_BUSINESS);
}

enum { NINE = 9 * 3600 - (14 * 3600 + 13 * 60 + 20) }; /* today's opening, in s after T0 */

/* Thursday 16:00 to Monday 10:00: an hour of Thursday, none of Friday, which is a
 * holiday, one of Monday; the pause from 09:00 to 09:20 left out. */
Test(derive_kpi, business_time_leaves_out_nights_holidays_and_pauses)
{
    int64_t nine = T0 + NINE * SECOND, thursday = nine - 4 * DAY + 7 * HOUR;
    struct ticket_pause pause = { nine, nine + 20 * MINUTE };
    struct ticket *t;

    collect("");
    t = answer(add_ticket("DX-1", thursday), nine + HOUR, nine + 2 * HOUR);
    t->pauses = &pause;
    t->pause_count = 1;
    kit_poll(0, T0, &batch);
    cr_expect_str_eq(business("DX-1"), "6000000|9600000\n", "%s", business("DX-1"));
}

Test(derive_kpi, what_ended_before_it_began_took_nobody_knows_how_long)
{
    int64_t nine = T0 + NINE * SECOND;

    collect("");
    (void)answer(add_ticket("DX-1", nine), nine - HOUR, nine - 1);
    kit_poll(0, T0, &batch);
    cr_expect_str_eq(business("DX-1"), "-|-\n", "%s", business("DX-1"));
}

Test(derive_kpi, with_another_calendar_all_business_times_are_computed_anew)
{
    int64_t nine = T0 + NINE * SECOND;
    struct dx_error err = { 0 };
    struct calendar_hours half = { 9 * HOUR, 9 * HOUR + 30 * MINUTE };

    collect("");
    (void)answer(add_ticket("DX-1", nine), nine + HOUR, nine + 2 * HOUR);
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect_str_eq(business("DX-1"), "3600000|7200000\n", "%s", business("DX-1"));
    for (int i = 0; i < 7; i++)
        config.calendar.days[i] = (struct calendar_day){ &half, 1 };
    kit_poll(0, T0 + SECOND, &batch); /* of nothing that has to do with it */
    cr_assert(deriver_settle(deriver, kit.store, T0, &err), "%s", err.text);
    cr_expect_str_eq(business("DX-1"), "1800000|1800000\n", "%s", business("DX-1"));
}

/* Answers after 1, 2 and 6 business hours; the week before after 4. */
Test(derive_kpi, first_replies_of_a_week)
{
    static const char *const keys[] = { "A-1", "A-2", "A-3", "A-4", "A-5", "A-6" };
    static const int hours[] = { 1, 2, 6 };
    int64_t nine = T0 + NINE * SECOND;

    collect("");
    for (int i = 0; i < 3; i++)
        (void)answer(add_ticket(keys[i], nine - 5 * DAY), nine - 5 * DAY + hours[i] * HOUR, 0);
    for (int i = 3; i < 6; i++)
        (void)answer(add_ticket(keys[i], nine - 12 * DAY), nine - 12 * DAY + 4 * HOUR, 0);
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect_str_eq(kpi("first_response", T0), "7200|3|14400|3|3|\n", "%s",
                     kpi("first_response", T0));
    /* p90 of 1, 2, 6 is at rank 1.8: 2 + .8 * 4 = 5.2 h; the goal is a day of 8 hours */
    cr_expect_str_eq(kpi("first_response_p90", T0), "18720|3|14400|3|3|\n", "%s",
                     kpi("first_response_p90", T0));
}

/* As the panel of tickets says it: at risk is half an hour or a fifth of the goal. */
Test(derive_kpi, what_is_due_is_what_is_at_risk)
{
    static struct ticket_sla slas[] = {
        { "runs", DX_SLA_RUNNING, T0 + 29 * MINUTE, SLA_UNSAID, -1, 0 },
        { "runs", DX_SLA_RUNNING, T0 + 31 * MINUTE, SLA_UNSAID, -1, 0 },
        { "a fifth", DX_SLA_RUNNING, T0 + 4 * HOUR, 4 * HOUR, DAY, 0 },
        { "more", DX_SLA_RUNNING, T0 + 5 * HOUR, 5 * HOUR, DAY, 0 },
        { "by its calendar", DX_SLA_RUNNING, T0 + DAY, 10 * MINUTE, -1, 0 },
        { "waits", DX_SLA_PAUSED, T0 + MINUTE, MINUTE, -1, 0 },
        { "waits", DX_SLA_PAUSED, T0 - MINUTE, SLA_UNSAID, -1, 0 },
        { "by the clock", DX_SLA_RUNNING, T0 - HOUR, HOUR, -1, 0 },
    };
    static const char *const keys[] = { "A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "A-7", "A-8" };

    collect("");
    for (int i = 0; i < 8; i++) {
        struct ticket *t = add_ticket(keys[i], T0 - DAY);

        t->slas = &slas[i];
        t->sla_count = 1;
    }
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect(strstr(kpi("open_tickets", T0), "|3 due, 1 over\n"), "%s", kpi("open_tickets", T0));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"), T0,
                          DX_FIELD_OPEN, DX_FIELD_DUE, DX_FIELD_BREACHED),
                     "8|3|1\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_COUNTS, DX_FILTER(.at_risk_ms = 30 * MINUTE),
                          T0, DX_FIELD_N, DX_FIELD_DUE, DX_FIELD_OVER),
                     "8|3|1\n");
}

Test(derive_kpi, tickets_by_category_and_day)
{
    static struct ticket_sla over = { "resolution", DX_SLA_BREACHED, T0 - MINUTE, -90500, -1, 0 };
    static struct ticket_sla due = {
        "resolution", DX_SLA_RUNNING, T0 + 20 * MINUTE, SLA_UNSAID, -1, 0
    };
    struct ticket *t;

    collect("targets: {open_tickets: 1}\n");
    t = add_ticket("DX-1", T0 - 10 * DAY); /* open, over */
    t->slas = &over;
    t->sla_count = 1;
    t = add_ticket("DX-2", T0 - 2 * DAY); /* open, due, the category again */
    t->slas = &due;
    t->sla_count = 1;
    t = answer(add_ticket("DX-3", T0 - 20 * DAY), T0 - 19 * DAY, T0 - 3 * DAY);
    t->category = "access";
    t->type = "Incident";
    t->priority = 1;
    kit_poll(0, T0, &batch);
    settle(T0);
    /* a week ago: DX-1 and DX-3 */
    cr_expect_str_eq(kpi("open_tickets", T0), "2|2|2|2|5|1 due, 1 over\n", "%s",
                     kpi("open_tickets", T0));
    cr_expect_str_eq(kpi("repeat_tickets", T0), "0.333333|3|-|0|1|\n", "%s",
                     kpi("repeat_tickets", T0));
    cr_expect_str_eq(kpi("mttr", T0), "1.4688e+06|1|-|0|2|\n", "%s", kpi("mttr", T0));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"), T0,
                          DX_FIELD_NAME, DX_FIELD_OPEN, DX_FIELD_DUE, DX_FIELD_BREACHED,
                          DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_N, DX_FIELD_RESTORE_N,
                          DX_FIELD_RESTORE_P50, DX_FIELD_REPEATS),
                     "runner|2|1|1|2|0|0|0|-|0.5\naccess|0|0|0|1|1|1|1|1.4688e+09|0\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "priority"), T0,
                          DX_FIELD_NAME, DX_FIELD_OPEN, DX_FIELD_CLOSED),
                     "1|0|1\n2|2|0\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_DAYS, DX_FILTER(.from_ms = T0 - 4 * DAY), T0,
                          DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_OPEN),
                     "0|0|2\n0|1|1\n1|0|2\n0|0|2\n0|0|2\n");
}

Test(derive_kpi, a_queue_where_nothing_happens_is_empty_rather_than_unknown)
{
    collect("");
    (void)answer(add_ticket("DX-1", T0 - 99 * DAY), 0, T0 - 98 * DAY);
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect_str_eq(kpi("open_tickets", T0), "0|0|0|0|1|\n", "%s", kpi("open_tickets", T0));
}

/* DX-1 was deleted 2 days ago, and had not changed for 20; DX-2 is DX-3 since it moved. */
Test(derive_kpi, tickets_that_are_gone_count_as_long_as_they_were_there)
{
    collect("");
    add_ticket("DX-1", T0 - 25 * DAY)->updated_ms = T0 - 20 * DAY;
    (void)answer(add_ticket("DX-2", T0 - 5 * DAY), T0 - 4 * DAY, T0 - 3 * DAY);
    kit_poll(0, T0 - 3 * DAY, &batch);
    bare_ticket("DX-1")->gone = true;
    bare_ticket("DX-2")->moved = true;
    (void)answer(add_ticket("DX-3", T0 - 5 * DAY), T0 - 4 * DAY, T0 - 3 * DAY);
    kit_poll(0, T0 - 2 * DAY, &batch);
    settle(T0);
    cr_expect_str_eq(kpi("open_tickets", T0), "0|0|1|1|1|\n", "%s", kpi("open_tickets", T0));
    cr_expect_str_eq(kpi("repeat_tickets", T0), "0|1|-|0|1|\n", "%s", kpi("repeat_tickets", T0));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_DAYS, DX_FILTER(.from_ms = T0 - 7 * DAY), T0,
                          DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_OPEN),
                     "0|0|1\n0|0|1\n1|0|2\n0|0|2\n0|1|1\n0|0|0\n0|0|0\n0|0|0\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"), T0,
                          DX_FIELD_NAME, DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_RESPONSE_N),
                     "runner|1|1|1\n");
    add_ticket("DX-1", T0 - 25 * DAY); /* it was only out of sight */
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect_str_eq(kpi("open_tickets", T0), "1|1|1|1|1|\n", "%s", kpi("open_tickets", T0));
}

/* ---- changes ---- */

static void add_change(const char *id, int64_t created_ms, int64_t reviewed_ms)
{
    struct change *c = batch_change(&batch);

    c->project = "acme/web";
    c->id = id;
    c->title = "fix";
    c->author = "ann";
    c->url = "https://x";
    c->created_ms = created_ms;
    c->first_review_ms = reviewed_ms;
}

Test(derive_kpi, reviews_are_of_business_time_and_the_first_one_stays)
{
    int64_t nine = T0 + NINE * SECOND;

    collect("targets: {review_turnaround: {warn: 2h, bad: 1d}}\n");
    for (int i = 0; i < 3; i++)
        add_change(i == 0 ? "1" : i == 1 ? "2" : "3", nine, nine + (i + 2) * HOUR);
    add_change("4", nine, 0); /* nobody looked at it */
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect_str_eq(kpi("review_turnaround", T0), "10800|3|-|0|4|\n", "%s",
                     kpi("review_turnaround", T0));
    add_change("3", nine, nine + 5 * HOUR); /* another review of it */
    add_change("2", nine, 0);               /* a list that does not say */
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect_str_eq(kpi("review_turnaround", T0), "10800|3|-|0|4|\n", "%s",
                     kpi("review_turnaround", T0));
}

/* ---- fed ---- */

Test(derive_kpi, a_query_feeds_its_last_value)
{
    collect("kpis: {change_failure: {query: cfr, source: all, unit: percent},"
            " queue_p95: {query: p95}}\n");
    kit_sample(&batch, "cfr", "{}", T0 - 40 * DAY, 2);
    kit_sample(&batch, "cfr", "{}", T0 - 2 * HOUR, 9);
    kit_sample(&batch, "cfr", "{}", T0 - HOUR, 6);
    kit_sample(&batch, "p95", "{}", T0 - HOUR, 77);
    add(&(struct made){ "ci", HOUR, 10 * SECOND, MINUTE, DX_RESULT_SUCCESS, 0 });
    kit_poll(0, T0, &batch);
    settle(T0);
    cr_expect_str_eq(kpi("change_failure", T0), "0.06|2|0.02|1|4|\n", "%s",
                     kpi("change_failure", T0));
    cr_expect_str_eq(kpi("queue_p95", T0), "77|1|-|0|3|\n", "it stands for what is counted: %s",
                     kpi("queue_p95", T0));
}

/* Moments are whole minutes: what was said within this one is of now, too. */
Test(derive_kpi, what_was_fed_in_this_minute_counts)
{
    const int64_t minute = T0 - T0 % MINUTE;

    collect("kpis: {csat: {query: score}}\n");
    kit_sample(&batch, "score", "{}", minute + 20 * SECOND, 4);
    kit_sample(&batch, "score", "{}", minute + MINUTE, 5);
    kit_poll(0, minute + 30 * SECOND, &batch);
    settle(minute + 30 * SECOND);
    cr_expect_str_eq(kpi("csat", minute + 30 * SECOND), "4|1|-|0|4|\n", "%s",
                     kpi("csat", minute + 30 * SECOND));
}

static void write_feed(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    cr_assert(f && fputs(text, f) >= 0);
    (void)fclose(f);
}

/* A row for each day that is over: nothing of 2026-09-21, today. */
Test(derive_kpi, a_number_of_a_day_that_is_fed_is_the_last_one_against_a_week)
{
    char path[128], yaml[256];

    (void)snprintf(path, sizeof(path), "%s/p95.csv", kit.dir);
    (void)snprintf(yaml, sizeof(yaml), "kpis: {queue_p95: {file: %s}}\n", path);
    collect(yaml);
    write_feed(path, "2026-09-12,900\n2026-09-13,70\n2026-09-19,50\n2026-09-20,40\n");
    settle(T0);
    cr_expect_str_eq(kpi("queue_p95", T0), "40|1|60|2|3|\n", "%s", kpi("queue_p95", T0));
    write_feed(path, "2026-09-19,50\n");
    settle(T0);
    cr_expect_str_eq(kpi("queue_p95", T0), "-|0|50|1|0|no job got a runner in 24 h\n", "%s",
                     kpi("queue_p95", T0));
}

Test(derive_kpi, of_scores_it_says_how_many_are_high)
{
    char path[128], yaml[256];

    (void)snprintf(path, sizeof(path), "%s/csat.csv", kit.dir);
    (void)snprintf(yaml, sizeof(yaml), "kpis: {csat: {file: %s, unit: scores}}\n", path);
    collect(yaml);
    write_feed(path, "2026-09-19,5,8\n2026-09-20,3,2\n2026-09-20,4\n2026-05-01,1,99\n");
    settle(T0);
    cr_expect_str_eq(kpi("csat", T0), "4.54545|11|1|99|3|82 % gave 4 or 5\n", "%s",
                     kpi("csat", T0));
    write_feed(path, "2026-09-19,5,8\n2026-09-20,87,2\n");
    settle(T0);
    cr_expect(strstr(kpi("csat", T0), "csat.csv: 87 is no score from 1 to 5"), "%s",
              kpi("csat", T0));
}

Test(derive_kpi, a_file_feeds_a_mean_and_is_read_again)
{
    char path[128], yaml[256];

    (void)snprintf(path, sizeof(path), "%s/csat.csv", kit.dir);
    (void)snprintf(yaml, sizeof(yaml), "kpis: {csat: {file: %s}}\n", path);
    collect(yaml);
    settle(T0);
    cr_expect(strstr(kpi("csat", T0), "csat.csv: No such file"), "%s", kpi("csat", T0));
    write_feed(path, "date,value,n\n2026-09-01,4.0,10\n2026-09-20,5.0,30\n2026-05-01,3.5,2\n");
    settle(T0);
    cr_expect_str_eq(kpi("csat", T0), "4.75|40|3.5|2|3|\n", "%s", kpi("csat", T0));
    write_feed(path, "2026-09-20,4.0,30\n");
    settle(T0);
    cr_expect_str_eq(kpi("csat", T0), "4|30|-|0|4|\n", "what it says no more is gone: %s",
                     kpi("csat", T0));
    write_feed(path, "2026-09-20,4.0,30\n2026-09-21,good\n");
    settle(T0);
    cr_expect(strstr(kpi("csat", T0), "csat.csv: line 2"), "%s", kpi("csat", T0));
}
