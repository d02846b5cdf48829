/* How tickets fare: what the desk says of answers, categories and days. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/time.h"

#include "../panels/desk.h"
#include "panel_kit.h"

extern const struct dx_panel dx_panel_desk;

static bool begin(size_t count, const char **parts)
{
    struct dx_items show = { (void *)parts, count };

    if (in.panel)
        instance_close(&in);
    return instance_open(&in, &dx_panel_desk, "", &show, sizeof(show));
}

static void show(const char *part)
{
    cr_assert(begin(1, (const char *[]){ part }), "%s", in.error.text);
    panel_update();
}

TestSuite(desk, .init = panel_start, .fini = panel_stop);

static void put_kpi(const char *id, double seconds, double target, enum dx_kpi_state state)
{
    struct fake_row *row = fake_add(DX_QUERY_KPIS);

    fake_text(row, DX_FIELD_KEY, id);
    fake_set(row, DX_FIELD_VALUE, seconds);
    fake_set(row, DX_FIELD_TARGET, target);
    fake_set(row, DX_FIELD_STATE, state);
    fake_set(row, DX_FIELD_N, 54);
    fake_set(row, DX_FIELD_WINDOW, 7. * DAY_MS);
}

static void put_group(const char *name, int n, double hours)
{
    struct fake_row *row = fake_add(DX_QUERY_TICKET_GROUPS);

    fake_text(row, DX_FIELD_NAME, name);
    fake_set(row, DX_FIELD_N, n);
    fake_set(row, DX_FIELD_RESOLUTION_P50, hours * 3600e3);
}

/* The day that was so many days ago; 0: today. */
static void put_day(int ago, int opened, int closed, int open)
{
    struct fake_row *row = fake_add(DX_QUERY_TICKET_DAYS);

    fake_set(row, DX_FIELD_AT, (double)((NOW / DAY_MS + 1 - ago) * DAY_MS));
    fake_set(row, DX_FIELD_OPENED, opened);
    fake_set(row, DX_FIELD_CLOSED, closed);
    fake_set(row, DX_FIELD_OPEN, open);
}

static enum dx_role role_at(int row, const char *text)
{
    const char *line = panel_line(row), *at = strstr(line, text);

    cr_assert(at, "\"%s\" lacks \"%s\"", line, text);
    return grid.cells[row * grid.cols + (at - line)].role;
}

Test(desk, only_the_number_that_is_past_its_goal_is_loud)
{
    put_kpi("first_response", 4200, 7200, DX_KPI_GOOD);
    put_kpi("first_response_p90", 33600, 28800, DX_KPI_WARN);
    put_kpi("resolution", 60, 70, DX_KPI_BAD); /* is none of these */
    show("replies");
    cr_expect_str_eq(panel_line(1), "| . p50 1h 10m < 2h  ! p90 9h 20m < 8h                     |");
    cr_expect_eq(role_at(1, "1h 10m"), DX_ROLE_TEXT);
    cr_expect_eq(role_at(1, "9h 20m"), DX_ROLE_WARN);
    cr_expect(panel_shows("First reply"));
    cr_expect(panel_shows("n 54, 7 d"));
}

Test(desk, nothing_answered_is_said_and_no_zero)
{
    static const char *const parts[] = { "replies", "categories", "days" };
    struct fake_row *source = fake_add(DX_QUERY_SOURCES);

    fake_set(source, DX_FIELD_YIELDS, 1 << DX_KIND_TICKET);
    for (int i = 0; i < 3; i++) {
        show(parts[i]);
        cr_expect(panel_shows("No source of tickets has answered yet."), "%s", parts[i]);
        cr_expect_not(panel_shows("Nothing was") || panel_shows("No ticket was"), "%s", parts[i]);
    }
    fake_set(source, DX_FIELD_LAST_OK, (double)NOW);
    show("replies");
    cr_expect_str_eq(panel_line(1), "| p50 -  p90 -                                             |");
    cr_expect(panel_shows("Nothing was answered"));
    show("categories");
    cr_expect(panel_shows("Nothing was resolved"));
    show("days");
    cr_expect(panel_shows("No ticket was opened"));
    put_day(0, 0, 0, 0);
    show("days");
    cr_expect(panel_shows("No ticket was opened"));
}

Test(desk, categories_with_the_most_tickets_come_first)
{
    put_group("docs", 5, 17.);
    put_group("access", 41, 4.5);
    put_group("moot", 0, 0.); /* none was resolved */
    put_group("", 12, 8.);
    show("categories");
    cr_expect(strstr(panel_line(1), "CATEGORY    N     P50"), "%s", panel_line(1));
    cr_expect(strstr(panel_line(2), "access     41   4h30m"), "%s", panel_line(2));
    cr_expect(strstr(panel_line(3), "none       12   8h00m"), "%s", panel_line(3));
    cr_expect(strstr(panel_line(4), "docs        5  17h00m  ==="), "%s", panel_line(4));
    cr_expect_not(panel_shows("moot"));
}

Test(desk, that_more_come_than_are_done_is_a_warning)
{
    put_day(14, 90, 0, 70); /* before the first of these days */
    put_day(13, 3, 1, 50);
    put_day(1, 4, 2, 54);
    put_day(0, 2, 1, 55);
    show("days");
    cr_expect(strstr(panel_line(1), "| 9 "), "%s", panel_line(1));
    cr_expect(strstr(panel_line(2), "| opened "), "%s", panel_line(2));
    cr_expect(strstr(panel_line(3), "| 4 "), "%s", panel_line(3));
    cr_expect_eq(role_at(5, "5 more opened than closed"), DX_ROLE_WARN);
    cr_expect(panel_shows("55 open, 5 more than 13 d ago"), "%s", panel_line(6));
}

Test(desk, that_as_many_are_done_or_more_is_none)
{
    put_day(1, 4, 2, 54);
    put_day(0, 2, 6, 50);
    show("days");
    cr_expect_eq(role_at(5, "2 more closed than opened"), DX_ROLE_TEXT);
    cr_expect(panel_shows("50 open") && !panel_shows("d ago"), "where it began is not known");
    put_day(2, 2, 0, 52);
    show("days");
    cr_expect(panel_shows("as many closed as opened"));
}

Test(desk, parts_stand_in_the_order_that_was_asked_for_as_far_as_there_is_room)
{
    put_group("docs", 5, 17.);
    put_day(0, 2, 1, 55);
    cr_assert(begin(2, (const char *[]){ "days", "categories" }));
    panel_update();
    cr_expect(panel_shows("Opened and closed"));
    cr_expect_not(panel_shows("Resolution by category"), "of 6 rows it has none left");
    grid_done(&grid);
    grid_init(&grid, 20, 60, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    cr_expect(panel_shows("Opened and closed"));
    cr_expect(panel_shows("Resolution by category") && panel_shows("docs"));
    cr_assert(begin(0, NULL));
    panel_update();
    cr_expect(panel_shows("First reply"), "all of them");
}

Test(desk, a_part_that_is_none_is_told)
{
    cr_expect_not(begin(1, (const char *[]){ "queues" }));
    cr_expect_str_eq(in.error.text, "show: \"queues\" is none of replies, categories and days");
    cr_expect_not(begin(4, (const char *[]){ "days", "days", "days", "days" }));
}

/* However the store sorts them: by those that were opened. */
Test(desk, of_many_categories_those_with_the_most_tickets_are_kept)
{
    char names[20][16];

    for (int i = 0; i < 20; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "of %d", i + 1);
        put_group(names[i], i + 1, 4.);
    }
    show("categories");
    cr_expect(strstr(panel_line(2), "of 20 "), "%s", panel_line(2));
    cr_expect(strstr(panel_line(3), "of 19 "), "%s", panel_line(3));
}

Test(desk, of_a_thousand_tickets_all_digits_are_seen_on_a_row)
{
    put_day(1, 1200, 1100, 54);
    put_day(0, 34, 134, 54);
    grid_done(&grid);
    grid_init(&grid, 12, 60, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    cr_assert(begin(2, (const char *[]){ "replies", "days" }));
    panel_update();
    cr_expect(panel_shows("| 1,234 opened "), "%s", panel_line(7));
    cr_expect(panel_shows("| 1,234 closed "), "%s", panel_line(8));
}
