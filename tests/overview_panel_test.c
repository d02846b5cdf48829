/* The panel of key numbers, week against week: which of them are compared. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* Whether some width draws of how many it is made of as `right`, and none as `wrong`. */
static bool count_is_written(double n, const char *right, const char *wrong)
{
    bool found = false, erred = false;

    fake.count = 0;
    add_kpi("failed", 123456789, (double)NAN);
    fake_set(&fake.row[0], DX_FIELD_N, n);
    for (int cols = 60; cols > 8; cols--) {
        grid_done(&grid);
        grid_init(&grid, 8, cols, &glyph_sets[GLYPHS_ASCII]);
        canvas = canvas_of(&grid);
        instance_update(&in, &reader, NOW, 6, cols - 2);
        found = found || panel_shows(right);
        erred = erred || panel_shows(wrong);
    }
    return found && !erred;
}

Test(overview_panel, thousands_that_round_to_more_are_written_as_more)
{
    in.before = NULL;
    cr_expect(count_is_written(9940, "n 9.9k", "n 10k"));
    cr_expect(count_is_written(9960, "n 10k", "n 10.0k"));
    cr_expect(count_is_written(999960, "n 1.0M", "n 1000k"));
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

/* ---- tickets: by group, the tickets of one, and one of them ---- */

static const double HOUR = 3600e3, DAY = 24 * 3600e3;

static void large(void)
{
    grid_done(&grid);
    grid_init(&grid, 24, 160, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
}

static const char *line_with(const char *what)
{
    instance_update(&in, &reader, NOW, 22, 158);
    for (int row = 1; row < grid.rows; row++)
        if (strstr(panel_line(row), what))
            return panel_line(row);
    return "";
}

static struct fake_row *add_group(const char *key, const char *name)
{
    struct fake_row *row = fake_add(DX_QUERY_TICKET_GROUPS);

    fake_text(row, DX_FIELD_KEY, key);
    fake_text(row, DX_FIELD_NAME, name);
    fake_set(row, DX_FIELD_OPEN, 5);
    fake_set(row, DX_FIELD_DUE, 2);
    fake_set(row, DX_FIELD_BREACHED, 1);
    fake_set(row, DX_FIELD_OPENED, 40);
    fake_set(row, DX_FIELD_CLOSED, 38);
    fake_set(row, DX_FIELD_RESPONSE_N, 31);
    fake_set(row, DX_FIELD_P50, 2 * HOUR);
    fake_set(row, DX_FIELD_P90, 9 * HOUR);
    fake_set(row, DX_FIELD_N, 33);
    fake_set(row, DX_FIELD_RESOLUTION_P50, 20 * HOUR);
    fake_set(row, DX_FIELD_BEFORE, 30 * HOUR);
    fake_set(row, DX_FIELD_RESTORE_N, 3);
    fake_set(row, DX_FIELD_RESTORE_P50, 4 * HOUR);
    fake_set(row, DX_FIELD_REPEATS, .25);
    return row;
}

static void open_tile(const char *id, enum dx_unit unit, double target)
{
    struct step step = { .name = "opened" };

    large();
    add_kpi(id, 7, 8);
    fake_set(&fake.row[0], DX_FIELD_UNIT, unit);
    fake_set(&fake.row[0], DX_FIELD_TARGET, target);
    fake_set(&fake.row[0], DX_FIELD_TARGET_BAD, 2 * target);
    fake_set(&fake.row[0], DX_FIELD_BETTER, -1);
    (void)snprintf(step.key, sizeof(step.key), "%s", id);
    instance_push(&in, &step);
}

/* Each key number has its own of a group, and how many that is made of. */
Test(overview_panel, tickets_are_told_apart_by_the_number_that_was_opened)
{
    static const struct {
        const char *id;
        enum dx_unit unit;
        double target;
        const char *group, *value, *before, *n;
        char glyph;
    } tiles[] = {
        { "open_tickets", DX_UNIT_COUNT, 1., "access", " 5 ", NULL, NULL, '.' },
        { "first_response", DX_UNIT_SECONDS, 3600., "access", " 2h00m ", NULL, " 31 ", '!' },
        { "first_response_p90", DX_UNIT_SECONDS, 3600., "access", " 9h00m ", NULL, " 31 ", 'X' },
        { "resolution", DX_UNIT_SECONDS, 86400., "access", " 20h00m ", " 1d06h ", " 33 ", '.' },
        { "mttr", DX_UNIT_SECONDS, 3600., "priority 1", " 4h00m ", NULL, " 3 ", 'X' },
        { "repeat_tickets", DX_UNIT_RATIO, .2, "access", " 25.0 % ", NULL, " 40 ", '!' },
    };

    for (size_t i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++) {
        const char *line;

        fake.count = 0;
        open_tile(tiles[i].id, tiles[i].unit, tiles[i].target);
        (void)add_group("c1", *tiles[i].group == 'p' ? "1" : "access");
        line = line_with(tiles[i].group);
        cr_expect(strstr(line, tiles[i].value), "%s: %s", tiles[i].id, line);
        cr_expect(!tiles[i].before || strstr(line, tiles[i].before), "%s: %s", tiles[i].id, line);
        cr_expect(!tiles[i].n || strstr(line, tiles[i].n), "%s: %s", tiles[i].id, line);
        cr_expect(tiles[i].before || !strstr(line, "1d06h"), "%s: %s", tiles[i].id, line);
        cr_expect(strstr(line, "5 open, 2 due, 1 over; 40 opened and 38 closed in 30 d"), "%s",
                  line);
        cr_expect_eq(line[2] == ' ' ? line[3] : line[2], tiles[i].glyph, "%s: %s", tiles[i].id,
                     line);
        (void)instance_back(&in);
    }
}

/* What has no category or priority is a group, too; one without answers has no number. */
Test(overview_panel, a_group_without_a_name_or_a_number_says_so)
{
    struct fake_row *row;

    open_tile("first_response", DX_UNIT_SECONDS, 3600.);
    row = add_group("c0", "");
    row->has[DX_FIELD_P50] = false;
    fake_set(row, DX_FIELD_RESPONSE_N, 0);
    cr_expect(strstr(line_with("none"), " - "), "%s", line_with("none"));
}

static struct fake_row *add_ticket(const char *name, double created_ago, enum dx_ticket_state state)
{
    struct fake_row *row = fake_add(DX_QUERY_TICKETS);

    fake_text(row, DX_FIELD_KEY, name);
    fake_text(row, DX_FIELD_NAME, name);
    fake_text(row, DX_FIELD_TITLE, "no access");
    fake_set(row, DX_FIELD_CREATED, NOW - created_ago);
    fake_set(row, DX_FIELD_STATE, state);
    fake_set(row, DX_FIELD_REPLY_KNOWN, 1);
    return row;
}

static void answer(struct fake_row *row, double ago, double business)
{
    fake_set(row, DX_FIELD_RESPONDED, NOW - ago);
    fake_set(row, DX_FIELD_RESPONSE_BUSINESS, business);
}

static void open_group(const char *id, enum dx_unit unit)
{
    open_tile(id, unit, 3600.);
    instance_push(&in, &(struct step){ .key = "c1", .name = "access" });
}

/* A reply counts for seven days; who waits for one is listed with how long. */
Test(overview_panel, of_replies_those_of_seven_days_and_who_waits_are_listed)
{
    struct fake_row *unknown;

    open_group("first_response", DX_UNIT_SECONDS);
    answer(add_ticket("IT-1", 2 * DAY, DX_TICKET_IN_PROGRESS), DAY, 2 * HOUR);
    answer(add_ticket("IT-2", 9 * DAY, DX_TICKET_IN_PROGRESS), 8 * DAY, 3 * HOUR);
    (void)add_ticket("IT-3", 5 * HOUR, DX_TICKET_OPEN);
    (void)add_ticket("IT-4", 6 * HOUR, DX_TICKET_DONE); /* closed without a reply */
    unknown = add_ticket("IT-5", 7 * HOUR, DX_TICKET_OPEN);
    fake_set(unknown, DX_FIELD_REPLY_KNOWN, 0);
    cr_expect(strstr(line_with("IT-1"), "2h00m"), "%s", line_with("IT-1"));
    cr_expect_str_eq(line_with("IT-2"), "");
    cr_expect(strstr(line_with("IT-3"), "5h 00m old: no access"), "%s", line_with("IT-3"));
    cr_expect_str_eq(line_with("IT-4"), "");
    cr_expect(strstr(line_with("IT-5"), " - ") && !strstr(line_with("IT-5"), "old:"), "%s",
              line_with("IT-5"));
}

Test(overview_panel, of_repeats_what_was_opened_in_thirty_days_is_listed)
{
    open_group("repeat_tickets", DX_UNIT_RATIO);
    (void)add_ticket("IT-1", 29 * DAY, DX_TICKET_OPEN);
    (void)add_ticket("IT-2", 31 * DAY, DX_TICKET_OPEN);
    cr_expect(strstr(line_with("IT-1"), "29d"), "%s", line_with("IT-1"));
    cr_expect_str_eq(line_with("IT-2"), "");
}

/* What is open has no time to resolution, and what is done is asked for apart. */
Test(overview_panel, of_times_to_an_end_only_what_is_done_is_asked_for)
{
    struct fake_row *row;

    open_group("resolution", DX_UNIT_SECONDS);
    row = add_ticket("IT-1", 3 * DAY, DX_TICKET_DONE);
    fake_set(row, DX_FIELD_RESOLVED, NOW - DAY);
    fake_set(row, DX_FIELD_RESOLUTION_BUSINESS, 16 * HOUR);
    fake_set(row, DX_FIELD_DURATION, 48 * HOUR);
    (void)add_ticket("IT-2", 3 * DAY, DX_TICKET_DONE);
    cr_expect(strstr(line_with("IT-1"), "16h00m"), "%s", line_with("IT-1"));
    cr_expect_str_eq(line_with("IT-2"), "", "nobody knows how long it took");
    cr_expect(!fake.filter.open && fake.filter.done == DX_DONE_ONLY);
    (void)instance_back(&in);
    (void)instance_back(&in);
    fake.count = 0;
    open_group("mttr", DX_UNIT_SECONDS);
    row = add_ticket("IT-1", 3 * DAY, DX_TICKET_DONE);
    fake_set(row, DX_FIELD_DURATION, 48 * HOUR);
    cr_expect(strstr(line_with("IT-1"), "2d00h"), "%s", line_with("IT-1"));
    cr_expect(!fake.filter.open && fake.filter.done == DX_DONE_INCIDENTS);
}

static void add_sla(const char *name, enum dx_sla_state state, double due_in, double left)
{
    struct fake_row *row = fake_add(DX_QUERY_TICKET_SLAS);

    fake_text(row, DX_FIELD_NAME, name);
    fake_set(row, DX_FIELD_SLA_STATE, state);
    fake_set(row, DX_FIELD_BREACH, NOW + due_in);
    if (!isnan(left))
        fake_set(row, DX_FIELD_LEFT, left);
}

/* Only what runs out, or did, is red; what became of each is said. */
Test(overview_panel, of_one_ticket_the_times_and_slas_are_rows)
{
    struct fake_row *row;

    open_group("first_response", DX_UNIT_SECONDS);
    instance_push(&in, &(struct step){ .key = "IT-1", .name = "IT-1" });
    row = add_ticket("IT-1", 2 * DAY, DX_TICKET_IN_PROGRESS);
    answer(row, DAY, 2 * HOUR);
    fake_text(row, DX_FIELD_RESPONDED_BASIS, "comment");
    fake_set(row, DX_FIELD_RESPONSE, 24 * HOUR);
    add_sla("runs", DX_SLA_RUNNING, HOUR, (double)NAN);
    add_sla("ran out", DX_SLA_RUNNING, -HOUR, (double)NAN);
    add_sla("kept", DX_SLA_MET, HOUR, 3 * HOUR);
    add_sla("too late", DX_SLA_BREACHED, -HOUR, -2 * HOUR);
    add_sla("void", DX_SLA_CANCELLED, -HOUR, -2 * HOUR);
    add_sla("stands", DX_SLA_PAUSED, HOUR, 4 * HOUR);
    cr_expect(strstr(line_with("first reply"), "2h00m") &&
                  strstr(line_with("first reply"), "from comment; in business time"),
              "%s", line_with("first reply"));
    cr_expect_str_eq(line_with("resolved"), "");
    cr_expect(strstr(line_with("runs"), "1h00m") && strstr(line_with("runs"), ". runs"), "%s",
              line_with("runs"));
    cr_expect(strstr(line_with("ran out"), "X ran out"), "%s", line_with("ran out"));
    cr_expect(strstr(line_with("kept"), ". kept") && strstr(line_with("kept"), "met;"), "%s",
              line_with("kept"));
    cr_expect(strstr(line_with("too late"), "X too late"), "%s", line_with("too late"));
    cr_expect(strstr(line_with("void"), ". void") && strstr(line_with("void"), "counts no more"),
              "%s", line_with("void"));
    cr_expect(strstr(line_with("stands"), ". stands") && strstr(line_with("stands"), "paused;"),
              "%s", line_with("stands"));
}
