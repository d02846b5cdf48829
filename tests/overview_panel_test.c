/* The panel of key numbers, week against week: which of them are compared. */
#include "config.h"

#include <math.h>

#include "panel_kit.h"

extern const struct dx_panel dx_panel_overview;

static struct reader reader;

static void start(void)
{
    static struct as_of before;

    panel_start();
    reader = fake_reader();
    before = (struct as_of){ &reader, NOW - INT64_C(604800000) };
    cr_assert(instance_open(&in, &dx_panel_overview, "", NULL, 0));
    in.before = &before;
}

TestSuite(overview_panel, .init = start, .fini = panel_stop);

/* The same a week before. */
static void add_kpi(const char *id, double value, double before)
{
    struct fake_row *row = fake_add(DX_QUERY_KPIS);

    fake_text(row, DX_FIELD_KEY, id);
    fake_text(row, DX_FIELD_NAME, id);
    fake_text(row, DX_FIELD_BRIEF, id);
    fake_set(row, DX_FIELD_UNIT, DX_UNIT_COUNT);
    fake_set(row, DX_FIELD_STATE, DX_KPI_GOOD);
    fake_set(row, DX_FIELD_VALUE, value);
    fake_set(row, DX_FIELD_BEFORE, before);
    fake_set(row, DX_FIELD_N, 40);
    fake_set(row, DX_FIELD_WINDOW, 14 * 86400000.);
}

static bool says(const char *what)
{
    instance_update(&in, &reader, NOW, 8, 60);
    return panel_shows(what);
}

Test(overview_panel, flaky_jobs_are_compared_where_their_14_days_are_known)
{
    add_kpi("flaky", 5, 4);
    cr_expect(says("was 5"));
}

/* Of some days of them there are always fewer. */
Test(overview_panel, flaky_jobs_are_not_compared_where_records_are_too_short)
{
    add_kpi("flaky", 5, (double)NAN);
    add_kpi("flaky_lost", 6, (double)NAN);
    cr_expect(!says("was 5"));
    cr_expect(!says("was 6"));
}

Test(overview_panel, others_are_compared_with_what_there_is)
{
    add_kpi("first_response", 7, (double)NAN);
    cr_expect(says("was 7"));
}

/* On the wall, where there are no digits to be drawn with. */
static bool wall_says(double share, const char *what)
{
    const struct {
        int show; /* as its options lie */
        struct dx_items kpis;
    } wall = { .show = 1 };

    fake.count = 0;
    instance_close(&in);
    cr_assert(instance_open(&in, &dx_panel_overview, "", &wall, sizeof(wall)));
    add_kpi("success", share, (double)NAN);
    fake_set(&fake.row[0], DX_FIELD_UNIT, DX_UNIT_RATIO);
    fake_set(&fake.row[0], DX_FIELD_TARGET, .98);
    return says(what);
}

Test(overview_panel, of_three_thousand_with_one_failure_not_all_succeeded)
{
    cr_expect(wall_says(1., "100%"));
    cr_expect(wall_says(2999. / 3000, "99.97%"));
    cr_expect(wall_says(99999. / 100000, "99.99%"));
}
