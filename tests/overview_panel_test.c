/* The panel of key numbers, week against week: which of them are compared. */
#include "config.h"

#include <math.h>

#include "../panels/overview.h"
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

/* Of the jobs of a pool the newest ones are listed, and that there are others is said. */
Test(overview_panel, what_is_left_out_of_what_a_number_is_made_of_is_said)
{
    add_kpi("queue_p95", 5, 4);
    for (int i = 0; i < 300; i++) {
        static char keys[301][8];
        struct fake_row *row = fake_add(DX_QUERY_JOBS);

        (void)snprintf(keys[i], sizeof(keys[i]), "j%d", i);
        fake_text(row, DX_FIELD_KEY, keys[i]);
        fake_text(row, DX_FIELD_NAME, "test");
    }
    instance_push(&in, &(struct step){ .key = "queue_p95", .name = "queue" });
    instance_push(&in, &(struct step){ .key = "q1", .name = "linux" });
    cr_expect(says("1-5 of 300"));
    cr_expect_not(panel_shows("300+"));
    cr_expect_eq(in.total, 0);
    fake_text(fake_add(DX_QUERY_JOBS), DX_FIELD_KEY, "j300");
    cr_expect(says("1-5 of 300+"));
    cr_expect_eq(in.table->row_count, 300);
    instance_update(&in, &reader, NOW, 400, 60);
    cr_expect_eq(in.total, -1);
}

/* Runs of other pipelines are listed, but make no part of the number. */
Test(overview_panel, of_the_pipelines_it_is_said_that_only_critical_ones_count)
{
    struct fake_row *row;

    add_kpi("duration", 5, 4);
    fake_text(&fake.row[0], DX_FIELD_TEXT, "critical pipelines: 3 of 9 runs");
    fake_set(&fake.row[0], DX_FIELD_UNIT, DX_UNIT_SECONDS);
    row = fake_add(DX_QUERY_PIPELINES);
    fake_text(row, DX_FIELD_KEY, "l1");
    fake_text(row, DX_FIELD_NAME, "all");
    fake_text(row, DX_FIELD_PIPELINE, "docs");
    fake_set(row, DX_FIELD_DURATION_N, 6);
    instance_push(&in, &(struct step){ .key = "duration", .name = "CI median" });
    cr_expect(says("critical pipelines: 3 of 9 runs"), "%s", panel_line(0));
    cr_expect_str_eq(in.note, "critical pipelines: 3 of 9 runs · all: 5s");
    cr_expect(panel_shows("docs"));
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

/* Of what is less than a second the unit is of one letter more. */
Test(overview_panel, milliseconds_are_no_minutes_on_the_wall)
{
    cr_expect(wall_says(1., "100%"));
    fake_set(&fake.row[0], DX_FIELD_UNIT, DX_UNIT_SECONDS);
    fake_set(&fake.row[0], DX_FIELD_VALUE, .6);
    cr_expect(says("600ms"), "%s", panel_line(4));
    fake_set(&fake.row[0], DX_FIELD_VALUE, 432.);
    cr_expect(says("7m12") && !says("7m12s"));
}

/* A source that answered an hour ago. */
static void add_old_source(uint32_t yields)
{
    struct fake_row *row = fake_add(DX_QUERY_SOURCES);

    fake_text(row, DX_FIELD_KEY, "ci");
    fake_text(row, DX_FIELD_SOURCE, "ci");
    fake_set(row, DX_FIELD_STATE, DX_SOURCE_LOST);
    fake_set(row, DX_FIELD_LAST_OK, NOW - 3600e3);
    fake_set(row, DX_FIELD_EVERY, 30e3);
    fake_set(row, DX_FIELD_YIELDS, yields);
}

static enum dx_role role_of(int row, char c)
{
    for (int col = 1; col < grid.cols; col++)
        if (grid.cells[row * grid.cols + col].cp == (char32_t)c)
            return grid.cells[row * grid.cols + col].role;
    return DX_ROLE_COUNT;
}

/* What is old has no colour, in a row of words neither. */
Test(overview_panel, what_is_stale_is_not_the_worst_in_words)
{
    add_kpi("old", 77, 70);
    fake_set(&fake.row[0], DX_FIELD_STATE, DX_KPI_BAD);
    fake_set(&fake.row[0], DX_FIELD_READS, 1);
    add_kpi("new", 88, 80);
    fake_set(&fake.row[1], DX_FIELD_STATE, DX_KPI_BAD);
    grid_done(&grid);
    grid_init(&grid, 3, 60, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    instance_update(&in, &reader, NOW, 1, 58);
    (void)panel_line(1);
    cr_expect_eq(role_of(1, '7'), DX_ROLE_BAD, "%s", panel_line(1));
    add_old_source(1);
    instance_update(&in, &reader, NOW, 1, 58);
    cr_expect(panel_shows("88") && panel_shows("0 of 1 ok"), "%s", panel_line(1));
    cr_expect_eq(role_of(1, '8'), DX_ROLE_BAD);
    fake_set(&fake.row[1], DX_FIELD_STATE, DX_KPI_GOOD);
    instance_update(&in, &reader, NOW, 1, 58);
    cr_expect(panel_shows("77") && panel_shows("88"), "%s", panel_line(1));
    cr_expect_eq(role_of(1, '7'), DX_ROLE_DIM);
}

Test(overview_panel, behind_a_page_stands_what_is_bad_now)
{
    static struct overview wall = { .show = SHOW_WALL, .count = 2, .rows = 8, .cols = 60 };

    for (size_t i = 0; i < 2; i++)
        wall.tiles[i] = (struct tile){ .state = DX_KPI_BAD, .target = 1., .value = 2. };
    cr_expect_eq(overview_wall_worst(&wall, 0), &wall.tiles[0]);
    wall.tiles[0].stale = true;
    cr_expect_eq(overview_wall_worst(&wall, 0), &wall.tiles[1]);
}

/* With little room a range is the whole percents that it lies in, and never less. */
Test(overview_panel, ranges_and_ages_are_short)
{
    static const struct {
        double low, high;
        const char *words;
    } ranges[] = {
        { 0.979, 0.994, "97–100%" }, { 0.904, 0.944, "90–95 %" }, { 0.29, 0.57, "29–57 %" },
        { 0.98, 0.98, "98.0 %" },    { NAN, NAN, "98.0 %" },
    };
    struct tile tile = { .unit = DX_UNIT_RATIO, .value = 0.98 };
    char out[TILE_TEXT];

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        tile.low = ranges[i].low;
        tile.high = ranges[i].high;
        cr_expect_str_eq(tile_value_brief(out, &tile), ranges[i].words, "%zu: %s", i, out);
    }
    tile.stale = true;
    tile.stale_ms = 45000;
    cr_expect_str_eq(tile_stale(out, &tile), "stale 40s", "%s", out);
    tile.stale_ms = 61000;
    cr_expect_str_eq(tile_stale(out, &tile), "stale 1m", "%s", out);
}
