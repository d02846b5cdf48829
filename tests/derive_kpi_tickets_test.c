/* Key numbers of tickets and of changes that were made by hand. T0 is a Monday, 14:13:20 UTC. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "derive_kit.h"

static struct batch batch;

TestSuite(derive_kpi_tickets, .init = kit_init, .fini = derive_kpi_stop, .timeout = 60);

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

static int kit_count_of(const char *kpi)
{
    int n = 0;

    for (const char *c = ROWS(kit.store, DX_QUERY_KPI_POINTS, DX_FILTER(.key = kpi, .step_ms = DAY),
                              T0, DX_FIELD_AT);
         *c; c++)
        n += *c == '\n';
    return n;
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
Test(derive_kpi_tickets, business_time_leaves_out_nights_holidays_and_pauses)
{
    int64_t nine = T0 + NINE * SECOND, thursday = nine - 4 * DAY + 7 * HOUR;
    struct ticket_pause pause = { nine, nine + 20 * MINUTE };
    struct ticket *t;

    derive_kpi_collect("");
    t = answer(add_ticket("DX-1", thursday), nine + HOUR, nine + 2 * HOUR);
    t->pauses = &pause;
    t->pause_count = 1;
    kit_poll(0, T0, &batch);
    cr_expect_str_eq(business("DX-1"), "6000000|9600000\n", "%s", business("DX-1"));
}

Test(derive_kpi_tickets, what_ended_before_it_began_took_nobody_knows_how_long)
{
    int64_t nine = T0 + NINE * SECOND;

    derive_kpi_collect("");
    (void)answer(add_ticket("DX-1", nine), nine - HOUR, nine - 1);
    kit_poll(0, T0, &batch);
    cr_expect_str_eq(business("DX-1"), "-|-\n", "%s", business("DX-1"));
}

Test(derive_kpi_tickets, with_another_calendar_all_business_times_are_computed_anew)
{
    int64_t nine = T0 + NINE * SECOND;
    struct calendar_hours half = { 9 * HOUR, 9 * HOUR + 30 * MINUTE };

    derive_kpi_collect("");
    (void)answer(add_ticket("DX-1", nine), nine + HOUR, nine + 2 * HOUR);
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(business("DX-1"), "3600000|7200000\n", "%s", business("DX-1"));
    for (int i = 0; i < 7; i++)
        derive_config.calendar.days[i] = (struct calendar_day){ &half, 1 };
    kit_poll(0, T0 + SECOND, &batch); /* of nothing that has to do with it */
    derive_settle(T0);
    cr_expect_str_eq(business("DX-1"), "1800000|1800000\n", "%s", business("DX-1"));
}

/* Of what was done in the week nobody knows, but for what is open still. */
Test(derive_kpi_tickets, how_many_were_open_is_known_as_far_back_as_what_was_done)
{
    derive_kpi_collect("");
    (void)add_ticket("DX-1", T0 - 20 * DAY);
    (void)answer(add_ticket("DX-2", T0 - 20 * DAY), 0, T0 - 2 * DAY);
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("open_tickets", T0), "1|1|-|0|1|\n", "%s",
                     derive_kpi("open_tickets", T0));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_DAYS, NULL, T0, DX_FIELD_OPENED,
                          DX_FIELD_CLOSED, DX_FIELD_OPEN),
                     "0|1|1\n0|0|1\n0|0|1\n");
    cr_expect_eq(kit_count_of("open_tickets"), 3);
    (void)answer(add_ticket("DX-3", T0 - 20 * DAY), 0, T0 - 7 * DAY);
    kit_poll(0, T0, &batch);
    derive_settle(T0 + MINUTE);
    cr_expect_str_eq(derive_kpi("open_tickets", T0 + MINUTE), "1|1|2|2|1|\n", "%s",
                     derive_kpi("open_tickets", T0 + MINUTE));
}

/* A first list that takes longer than until midnight: how many were open then is known when it is
 * through, be it that nothing was done yet. */
Test(derive_kpi_tickets, what_was_open_at_midnight_while_the_list_came_is_made_anew)
{
    static const char *const keys[] = { "DX-1", "DX-2", "DX-3", "DX-4", "DX-5" };

    derive_kpi_collect("");
    for (int i = 0; i < 2; i++)
        (void)add_ticket(keys[i], T0 - 20 * DAY);
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    for (int i = 2; i < 5; i++)
        (void)add_ticket(keys[i], T0 - 20 * DAY);
    kit_poll(0, T0 + DAY, &batch);
    derive_settle(T0 + DAY);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_DAYS, NULL, T0 + DAY, DX_FIELD_OPEN),
                     "5\n5\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_KPI_POINTS, DX_FILTER(.key = "open_tickets"),
                          T0 + DAY, DX_FIELD_VALUE),
                     "5\n5\n");
}

/* The month before the last one is not known from its beginning. */
Test(derive_kpi_tickets, a_category_is_compared_as_all_are)
{
    int64_t nine = T0 + NINE * SECOND;

    derive_kpi_collect("");
    (void)answer(add_ticket("DX-1", nine - 5 * DAY), 0, nine - 5 * DAY + HOUR);
    (void)answer(add_ticket("DX-2", nine - 33 * DAY), 0, nine - 33 * DAY + 2 * HOUR);
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect(strncmp(derive_kpi("resolution", T0), "3600|1|-|", 9) == 0, "%s",
              derive_kpi("resolution", T0));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"), T0,
                          DX_FIELD_RESOLUTION_P50, DX_FIELD_BEFORE),
                     "3.6e+06|-\n");
    (void)answer(add_ticket("DX-3", nine - 60 * DAY), 0, nine - 59 * DAY);
    kit_poll(0, T0, &batch);
    derive_settle(T0 + MINUTE);
    cr_expect(!strstr(ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"),
                           T0 + MINUTE, DX_FIELD_RESOLUTION_P50, DX_FIELD_BEFORE),
                      "-"));
}

/* One that is in the configuration no more. */
Test(derive_kpi_tickets, what_a_source_that_was_removed_knew_is_no_history)
{
    const struct source_row other = { "new", "exec", "cmd:y", 1U << DX_KIND_TICKET, 15 * SECOND };
    struct dx_error err = { 0 };
    int64_t nine = T0 + NINE * SECOND;

    derive_kpi_collect("");
    (void)answer(add_ticket("A-0", nine - 30 * DAY), 0, nine - 29 * DAY);
    kit_poll(0, T0 - DAY, &batch);
    cr_assert(store_sources(kit.store, &other, 1, kit.id, &err), "%s", err.text);
    (void)answer(add_ticket("B-1", nine - 5 * DAY), nine - 5 * DAY + HOUR, 0);
    (void)answer(add_ticket("B-2", nine - 12 * DAY), nine - 12 * DAY + 4 * HOUR, 0);
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("first_response", T0), "3600|1|-|0|2|\n", "%s",
                     derive_kpi("first_response", T0));
}

/* Answers after 1, 2 and 6 business hours; the week before after 4. */
Test(derive_kpi_tickets, first_replies_of_a_week)
{
    static const char *const keys[] = { "A-1", "A-2", "A-3", "A-4", "A-5", "A-6" };
    static const int hours[] = { 1, 2, 6 };
    int64_t nine = T0 + NINE * SECOND;

    derive_kpi_collect("");
    for (int i = 0; i < 3; i++)
        (void)answer(add_ticket(keys[i], nine - 5 * DAY), nine - 5 * DAY + hours[i] * HOUR, 0);
    for (int i = 3; i < 6; i++)
        (void)answer(add_ticket(keys[i], nine - 12 * DAY), nine - 12 * DAY + 4 * HOUR, 0);
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("first_response", T0), "7200|3|-|0|3|\n",
                     "what was before is not known");
    (void)answer(add_ticket("A-0", nine - 30 * DAY), 0, nine - 29 * DAY);
    kit_poll(0, T0, &batch);
    derive_settle(T0 + MINUTE);
    cr_expect_str_eq(derive_kpi("first_response", T0), "7200|3|14400|3|3|\n", "%s",
                     derive_kpi("first_response", T0));
    /* p90 of 1, 2, 6 is at rank 1.8: 2 + .8 * 4 = 5.2 h; the goal is a day of 8 hours */
    cr_expect_str_eq(derive_kpi("first_response_p90", T0), "18720|3|14400|3|3|\n", "%s",
                     derive_kpi("first_response_p90", T0));
}

/* As the panel of tickets says it: at risk is half an hour or a fifth of the goal. */
Test(derive_kpi_tickets, what_is_due_is_what_is_at_risk)
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

    derive_kpi_collect("");
    for (int i = 0; i < 8; i++) {
        struct ticket *t = add_ticket(keys[i], T0 - DAY);

        t->slas = &slas[i];
        t->sla_count = 1;
    }
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect(strstr(derive_kpi("open_tickets", T0), "|3 due, 1 over\n"), "%s",
              derive_kpi("open_tickets", T0));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"), T0,
                          DX_FIELD_OPEN, DX_FIELD_DUE, DX_FIELD_BREACHED),
                     "8|3|1\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_COUNTS, DX_FILTER(.at_risk_ms = 30 * MINUTE),
                          T0, DX_FIELD_N, DX_FIELD_DUE, DX_FIELD_OVER),
                     "8|3|1\n");
}

Test(derive_kpi_tickets, tickets_by_category_and_day)
{
    static struct ticket_sla over = { "resolution", DX_SLA_BREACHED, T0 - MINUTE, -90500, -1, 0 };
    static struct ticket_sla due = {
        "resolution", DX_SLA_RUNNING, T0 + 20 * MINUTE, SLA_UNSAID, -1, 0
    };
    struct ticket *t;

    derive_kpi_collect("targets: {open_tickets: 1}\n");
    (void)answer(add_ticket("DX-0", T0 - 99 * DAY), 0,
                 T0 - 98 * DAY);           /* so far back all is known */
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
    derive_settle(T0);
    /* a week ago: DX-1 and DX-3 */
    cr_expect_str_eq(derive_kpi("open_tickets", T0), "2|2|2|2|5|1 due, 1 over\n", "%s",
                     derive_kpi("open_tickets", T0));
    cr_expect_str_eq(derive_kpi("repeat_tickets", T0), "0.333333|3|-|0|1|\n", "%s",
                     derive_kpi("repeat_tickets", T0));
    cr_expect_str_eq(derive_kpi("mttr", T0), "1.4688e+06|1|-|0|2|\n", "%s", derive_kpi("mttr", T0));
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

Test(derive_kpi_tickets, a_queue_where_nothing_happens_is_empty_rather_than_unknown)
{
    derive_kpi_collect("");
    (void)answer(add_ticket("DX-1", T0 - 99 * DAY), 0, T0 - 98 * DAY);
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("open_tickets", T0), "0|0|0|0|1|\n", "%s",
                     derive_kpi("open_tickets", T0));
}

/* DX-1 was deleted 2 days ago, and had not changed for 20; DX-2 is DX-3 since it moved. */
Test(derive_kpi_tickets, tickets_that_are_gone_count_as_long_as_they_were_there)
{
    derive_kpi_collect("");
    (void)answer(add_ticket("DX-0", T0 - 99 * DAY), 0, T0 - 98 * DAY);
    add_ticket("DX-1", T0 - 25 * DAY)->updated_ms = T0 - 20 * DAY;
    (void)answer(add_ticket("DX-2", T0 - 5 * DAY), T0 - 4 * DAY, T0 - 3 * DAY);
    kit_poll(0, T0 - 3 * DAY, &batch);
    bare_ticket("DX-1")->gone = true;
    bare_ticket("DX-2")->moved = true;
    (void)answer(add_ticket("DX-3", T0 - 5 * DAY), T0 - 4 * DAY, T0 - 3 * DAY);
    kit_poll(0, T0 - 2 * DAY, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("open_tickets", T0), "0|0|1|1|1|\n", "%s",
                     derive_kpi("open_tickets", T0));
    cr_expect_str_eq(derive_kpi("repeat_tickets", T0), "0|1|-|0|1|\n", "%s",
                     derive_kpi("repeat_tickets", T0));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_DAYS, DX_FILTER(.from_ms = T0 - 7 * DAY), T0,
                          DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_OPEN),
                     "0|0|1\n0|0|1\n1|0|2\n0|0|2\n0|1|1\n0|0|0\n0|0|0\n0|0|0\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"), T0,
                          DX_FIELD_NAME, DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_RESPONSE_N),
                     "runner|1|1|1\n");
    add_ticket("DX-1", T0 - 25 * DAY); /* it was only out of sight */
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("open_tickets", T0), "1|1|1|1|1|\n", "%s",
                     derive_kpi("open_tickets", T0));
}

/* Its history was read anew by the new key. */
Test(derive_kpi_tickets, of_a_project_that_was_renamed_tickets_are_counted_once)
{
    static const char *const keys[] = { "DX-412", "DEV-412" };

    derive_kpi_collect("");
    for (int64_t i = 0; i < 2; i++) {
        struct ticket *t = add_ticket(keys[i], T0 - 5 * DAY);

        t->id = "10412";
        t->unique = true;
        (void)answer(t, T0 - 4 * DAY, T0 - 3 * DAY);
        kit_poll(0, T0 - 2 * DAY + i * HOUR, &batch);
        derive_settle(T0 - 2 * DAY + i * HOUR);
    }
    derive_settle(T0);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"), T0,
                          DX_FIELD_NAME, DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_RESPONSE_N),
                     "runner|1|1|1\n");
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

Test(derive_kpi_tickets, reviews_are_of_business_time_and_the_first_one_stays)
{
    int64_t nine = T0 + NINE * SECOND;

    derive_kpi_collect("targets: {review_turnaround: {warn: 2h, bad: 1d}}\n");
    for (int i = 0; i < 3; i++)
        add_change(i == 0 ? "1" : i == 1 ? "2" : "3", nine, nine + (i + 2) * HOUR);
    add_change("4", nine, 0); /* nobody looked at it */
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("review_turnaround", T0), "10800|3|-|0|4|\n", "%s",
                     derive_kpi("review_turnaround", T0));
    add_change("3", nine, nine + 5 * HOUR); /* another review of it */
    add_change("2", nine, 0);               /* a list that does not say */
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("review_turnaround", T0), "10800|3|-|0|4|\n", "%s",
                     derive_kpi("review_turnaround", T0));
}

/* As one that was brought over from elsewhere: it was no review that took no time. */
Test(derive_kpi_tickets, a_review_before_the_beginning_says_nothing)
{
    int64_t nine = T0 + NINE * SECOND;

    derive_kpi_collect("targets: {review_turnaround: {warn: 2h, bad: 1d}}\n");
    for (int i = 0; i < 3; i++)
        add_change(i == 0 ? "1" : i == 1 ? "2" : "3", nine, nine + (i + 2) * HOUR);
    add_change("4", nine + 8 * HOUR, nine + HOUR);
    add_change("5", nine + 8 * HOUR, nine + HOUR);
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("review_turnaround", T0), "10800|3|-|0|4|\n", "%s",
                     derive_kpi("review_turnaround", T0));
}
