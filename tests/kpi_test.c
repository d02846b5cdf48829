#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "insight/kpi.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define HOUR        INT64_C(3600000)
#define DAY         (24 * HOUR)

static bool near(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9;
}

/* ---- the table ---- */

Test(kpi, each_has_an_id_a_name_a_definition_and_a_reason_for_nothing)
{
    for (int i = 0; i < KPI_COUNT; i++) {
        cr_assert_str_eq(kpis[i].id, kpi_ids[i]);
        cr_expect_eq(kpi_find(kpis[i].id), i);
        cr_expect(*kpis[i].name && *kpis[i].brief && *kpis[i].nothing, "%s", kpis[i].id);
        cr_expect_gt(strlen(kpis[i].definition), 30, "%s", kpis[i].id);
        cr_expect_gt(kpis[i].before_ms, 0, "%s is compared with nothing", kpis[i].id);
    }
    cr_expect_null(kpi_ids[KPI_COUNT]);
    cr_expect_eq(kpi_find("queue"), KPI_COUNT);
}

/* ---- goals ---- */

static const struct {
    enum kpi kpi;
    const char *text;
    double goal; /* NaN: it is none */
} goals[] = {
    { KPI_QUEUE_P95, "5m", 300 },
    { KPI_QUEUE_P95, "<= 5m", 300 },
    { KPI_QUEUE_P95, "<=1h30m", 5400 },
    { KPI_QUEUE_P95, "1d", 86400 },
    { KPI_FIRST_RESPONSE, "1d", 8 * 3600. }, /* of business time */
    { KPI_FIRST_RESPONSE, "1.5d", 12 * 3600. },
    { KPI_FIRST_RESPONSE, "2h", 7200 },
    { KPI_FIRST_RESPONSE, "infd", NAN },
    { KPI_FIRST_RESPONSE, "nand", NAN },
    { KPI_FIRST_RESPONSE, "1e9d", NAN },
    { KPI_MTTR, "1d", 86400 }, /* around the clock */
    { KPI_PLATFORM_SUCCESS, "98%", 0.98 },
    { KPI_PLATFORM_SUCCESS, ">= 98 %", 0.98 },
    { KPI_PLATFORM_SUCCESS, "0.98", 0.98 },
    { KPI_CSAT, ">= 4.2", 4.2 },
    { KPI_FLAKY, "10", 10 },
    { KPI_PLATFORM_SUCCESS, "<= 98%", NAN }, /* the wrong way round */
    { KPI_PLATFORM_SUCCESS, "98", NAN },
    { KPI_QUEUE_P95, ">= 5m", NAN },
    { KPI_QUEUE_P95, "98%", NAN },
    { KPI_QUEUE_P95, "", NAN },
    { KPI_CSAT, "4.2 of 5", NAN },
    { KPI_FLAKY, "-1", NAN },
};

Test(kpi, goals_are_read_in_the_unit_of_their_number)
{
    for (size_t i = 0; i < COUNT(goals); i++) {
        double got = (double)NAN;
        bool ok = kpi_parse_goal(&kpis[goals[i].kpi], goals[i].text, 8 * HOUR, &got);

        cr_expect_eq(ok, !isnan(goals[i].goal), "%s %s", kpis[goals[i].kpi].id, goals[i].text);
        cr_expect(!ok || near(got, goals[i].goal), "%s %s: %g", kpis[goals[i].kpi].id,
                  goals[i].text, got);
    }
}

static const struct {
    const char *name;
    enum kpi kpi;
    double warn, bad;
    struct kpi_value value;
    enum dx_kpi_state state;
} cases[] = {
    { "no data", KPI_QUEUE_P95, 300, 600, { NAN, NAN, NAN, 0 }, DX_KPI_NOTHING },
    { "no target", KPI_QUEUE_P95, NAN, NAN, { 9, NAN, NAN, 50 }, DX_KPI_PLAIN },
    { "at the goal", KPI_QUEUE_P95, 300, 600, { 300, NAN, NAN, 50 }, DX_KPI_GOOD },
    { "past the goal", KPI_QUEUE_P95, 300, 600, { 301, NAN, NAN, 50 }, DX_KPI_WARN },
    { "far past it", KPI_QUEUE_P95, 300, 600, { 601, NAN, NAN, 50 }, DX_KPI_BAD },
    { "of too few", KPI_QUEUE_P95, 300, 600, { 601, NAN, NAN, 4 }, DX_KPI_FEW },
    { "only a bad", KPI_QUEUE_P95, NAN, 600, { 601, NAN, NAN, 50 }, DX_KPI_BAD },
    { "a floor", KPI_PLATFORM_SUCCESS, .98, .97, { .981, .981, .981, 50 }, DX_KPI_GOOD },
    { "below a floor", KPI_PLATFORM_SUCCESS, .98, .97, { .975, .975, .975, 50 }, DX_KPI_WARN },
    { "far below", KPI_PLATFORM_SUCCESS, .98, .97, { .96, .96, .96, 50 }, DX_KPI_BAD },
    { "nobody knows whose failures",
      KPI_PLATFORM_SUCCESS,
      .98,
      .97,
      { .99, .9, .99, 50 },
      DX_KPI_FEW },
    { "whoever's they are", KPI_PLATFORM_SUCCESS, .98, .97, { .99, .985, .99, 50 }, DX_KPI_GOOD },
    { "a count of none is a value", KPI_FLAKY, 10, 15, { 0, NAN, NAN, 0 }, DX_KPI_GOOD },
};

Test(kpi, is_judged_by_its_target_and_by_what_is_known)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kpi_target target = { cases[i].warn, cases[i].bad };

        cr_expect_eq(kpi_judge(&kpis[cases[i].kpi], &target, &cases[i].value), cases[i].state, "%s",
                     cases[i].name);
    }
}

Test(kpi, is_bad_past_its_goal_by_half)
{
    cr_expect(near(kpi_usual_bad(&kpis[KPI_QUEUE_P95], 300), 450));
    cr_expect(near(kpi_usual_bad(&kpis[KPI_PLATFORM_SUCCESS], .98), .97));
    cr_expect(near(kpi_usual_bad(&kpis[KPI_CSAT], 4.2), 2.8));
    cr_expect(near(kpi_usual_bad(&kpis[KPI_CHANGE_FAILURE], .05), .075));
}

/* ---- values ---- */

/* By hand: of 10, 20, 30, 40 s the median is 25, p90 is 30 + .7 * 10 = 37 at rank 2.7. */
Test(kpi, quantiles_are_of_their_window_alone)
{
    static const struct kpi_event events[] = { { 100, 1000 }, { 101, 40 }, { 150, 10 },
                                               { 200, 30 },   { 180, 20 }, { 201, 1000 } };
    struct kpi_value v = kpi_quantile(events, COUNT(events), 100, 200, .5);

    cr_expect(near(v.value, 25));
    cr_expect_eq(v.n, 4);
    cr_expect(near(kpi_quantile(events, COUNT(events), 100, 200, .9).value, 37));
    v = kpi_quantile(events, COUNT(events), 201, 300, .5);
    cr_expect(isnan(v.value), "no data is no number");
    cr_expect_eq(v.n, 0);
}

Test(kpi, open_is_what_began_and_did_not_end)
{
    static const struct kpi_span spans[] = { { 10, 0 }, { 10, 20 }, { 20, 30 }, { 31, 0 } };
    static const int64_t open[][2] = { { 9, 0 },  { 10, 2 }, { 19, 2 },
                                       { 20, 2 }, { 30, 1 }, { 31, 2 } };

    for (size_t i = 0; i < COUNT(open); i++)
        cr_expect_eq(kpi_open_at(spans, COUNT(spans), open[i][0]), open[i][1], "at %d",
                     (int)open[i][0]);
}

/* Category 1: day 0, day 30 (repeats), day 61 (does not). 2: twice on a day. 0: none. */
Test(kpi, repeats_are_tickets_whose_category_came_within_30_days)
{
    static const struct kpi_ticket tickets[] = {
        { 0, 60 * DAY },     { 0, 61 * DAY },     { 1, 1 }, { 1, 30 * DAY + 1 }, { 1, 61 * DAY },
        { 2, 60 * DAY + 1 }, { 2, 60 * DAY + 2 },
    };
    struct kpi_value v = kpi_repeats(tickets, COUNT(tickets), 0, 70 * DAY);

    cr_expect_eq(v.n, 5, "those without a category say nothing");
    cr_expect(near(v.value, 2. / 5.), "%g", v.value);
    v = kpi_repeats(tickets, COUNT(tickets), 29 * DAY, 31 * DAY);
    cr_expect(v.n == 1 && near(v.value, 1), "what it repeats lies before the window");
    cr_expect(isnan(kpi_repeats(tickets, COUNT(tickets), 70 * DAY, 80 * DAY).value));
}
