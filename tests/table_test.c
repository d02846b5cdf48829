/* Tables: sorted, narrowed, selected and drawn. */
#include "config.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/text.h"
#include "golden.h"
#include "grid_kit.h"
#include "ui/table.h"

TestSuite(table, .timeout = 20);

static const struct dx_column columns[] = {
    { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT, "" },
    { "POOL", DX_CELL_TEXT, DX_UNIT_NONE, 0, 6, 14, DX_FIT_MIDDLE, "" },
    { "WAIT", DX_CELL_NUMBER, DX_UNIT_COUNT, 0, 5, 6, DX_FIT_RIGHT, "" },
    { "P95", DX_CELL_NUMBER, DX_UNIT_SECONDS, 1, 6, 8, DX_FIT_RIGHT, "" },
    { "24 H", DX_CELL_SPARK, DX_UNIT_NONE, 2, 8, 24, DX_FIT_LEFT, "" },
    { 0 },
};

static void fill(struct table *t)
{
    static const char *const names[] = { "linux-xl", "gpu", "linux", "windows-server-2022" };
    static const double waits[] = { 18, NAN, 4, 6 }, p95[] = { 571, NAN, 80, 544 };
    static const double spark[] = { 1, 2, 3, 5, 8, 13, NAN, 21 };

    table_clear(t);
    for (int i = 0; i < 4; i++) {
        struct dx_cell cells[] = {
            { .value = i == 0 ? DX_GLYPH_BAD : DX_GLYPH_GOOD,
              .role = i == 0 ? DX_ROLE_BAD : DX_ROLE_GOOD },
            { .text = names[i] },
            { .value = waits[i] },
            { .value = p95[i], .role = i == 0 ? DX_ROLE_BAD : DX_ROLE_TEXT },
            { .values = spark, .count = 8, .goal = 10, .role = DX_ROLE_BAD },
        };

        table_add(t, DX_ROW(.key = names[i], .url = "", .cells = cells, .apart = i == 2));
    }
    table_arrange(t);
}

Test(table, sorts_with_unknown_last_and_what_is_apart_at_the_end)
{
    struct table t;

    table_init(&t, columns);
    fill(&t);
    t.sort = 2;
    table_arrange(&t);
    cr_expect_str_eq(t.rows[t.order[0]].key, "linux-xl");
    cr_expect_str_eq(t.rows[t.order[2]].key, "gpu");
    cr_expect_str_eq(t.rows[t.order[3]].key, "linux");
    t.reverse = true;
    table_arrange(&t);
    cr_expect_str_eq(t.rows[t.order[0]].key, "windows-server-2022");
    cr_expect_str_eq(t.rows[t.order[2]].key, "gpu");
    table_done(&t);
}

Test(table, the_selection_follows_the_thing)
{
    struct table t;

    table_init(&t, columns);
    fill(&t);
    table_move(&t, 1, 10);
    cr_expect_str_eq(table_selected(&t)->key, "gpu");
    t.sort = 2;
    fill(&t);
    cr_expect_str_eq(table_selected(&t)->key, "gpu");
    cr_expect_eq(t.at, 2);
    table_move(&t, INT_MAX, 10);
    cr_expect_eq(t.at, 3);
    table_move(&t, INT_MIN, 10);
    cr_expect_eq(t.at, 0);
    table_done(&t);
}

/* What is wrong comes up by the sort: a screen that nobody touches shows it. */
Test(table, until_somebody_moves_it_the_selection_is_on_what_comes_first)
{
    struct table t;

    table_init(&t, columns);
    fill(&t);
    cr_expect_str_eq(table_selected(&t)->key, "linux-xl");
    t.sort = 2;
    t.reverse = true;
    fill(&t);
    cr_expect_str_eq(table_selected(&t)->key, "windows-server-2022");
    table_move(&t, 1, 10);
    table_move(&t, -1, 10); /* now it is chosen */
    t.reverse = false;
    fill(&t);
    cr_expect_str_eq(table_selected(&t)->key, "windows-server-2022");
    table_move(&t, INT_MIN, 10);
    cr_expect_str_eq(table_selected(&t)->key, "linux-xl");
    t.reverse = true;
    fill(&t);
    cr_expect_eq(t.at, 0);
    table_done(&t);
}

static const struct dx_column age_columns[] = {
    { "POOL", DX_CELL_TEXT, DX_UNIT_NONE, 0, 6, 14, DX_FIT_MIDDLE, "" },
    { "SINCE", DX_CELL_AGE, DX_UNIT_NONE, 0, 5, 6, DX_FIT_RIGHT, "" },
    { "AT", DX_CELL_TEXT, DX_UNIT_NONE, 3, 5, 9, DX_FIT_RIGHT, "" },
    { "WHY", DX_CELL_TEXT, DX_UNIT_NONE, 2, 5, 0, DX_FIT_LEFT, "" },
    { "MARK", DX_CELL_STRIP, DX_UNIT_NONE, 1, 4, 8, DX_FIT_LEFT, "" },
    { 0 },
};

/* Times as texts: "Mon" is before "10:00". */
static void fill_ages(struct table *t)
{
    static const char *const at[] = { "10:00", "Mon 09:00", "11:00" };
    static const double since[] = { 5000, 1000, 9000 };

    table_init(t, age_columns);
    for (int i = 0; i < 3; i++) {
        struct dx_cell cells[] = { { .text = at[i] },
                                   { .value = since[i] },
                                   { .text = i == 1 ? "gone since Monday" : at[i],
                                     .value = since[i],
                                     .attr = i == 1 ? DX_SPAN : 0 },
                                   { .text = "" },
                                   { .text = i == 1 ? "" : "oocpur-" } };

        table_add(t, DX_ROW(.key = at[i], .url = "", .cells = cells, .into = "x"));
    }
    table_arrange(t);
}

Test(table, the_oldest_comes_first_and_times_are_no_words)
{
    struct table t;

    fill_ages(&t);
    t.sort = 1;
    table_arrange(&t);
    cr_expect_str_eq(t.rows[t.order[0]].key, "Mon 09:00", "the longest ago");
    cr_expect_str_eq(t.rows[t.order[2]].key, "11:00");
    t.sort = 2;
    table_arrange(&t);
    cr_expect_str_eq(t.rows[t.order[0]].key, "11:00", "the latest");
    cr_expect_str_eq(t.rows[t.order[2]].key, "Mon 09:00");
    cr_expect_str_eq(t.rows[0].into, "x");
    table_done(&t);
}

/* WHY is empty in all rows, so that it takes no room; the notice of the second row
 * stands also where its own column has none. */
Test(table, a_notice_covers_the_empty_cells_after_it)
{
    static const int widths[] = { 40, 24, 20 };
    struct table t;

    fill_ages(&t);
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        char name[64];

        grid_start(5, widths[i], GLYPHS_BRAILLE);
        table_draw(&t, &canvas, 10000, true);
        snprintf(name, sizeof(name), "widgets/notice-%d", widths[i]);
        golden(&grid, name);
        grid_done(&grid);
    }
    table_done(&t);
}

static const struct dx_column time_columns[] = {
    { "RUN", DX_CELL_TEXT, DX_UNIT_NONE, 0, 5, 12, DX_FIT_LEFT, "" },
    { "AT", DX_CELL_TEXT, DX_UNIT_NONE, 2, 5, 9, DX_FIT_RIGHT, "" },
    { "REF", DX_CELL_TEXT, DX_UNIT_NONE, 2, 6, 20, DX_FIT_LEFT, "" },
    { 0 },
};

static bool is_drawn(const char *what, int cols)
{
    char line[64] = "";

    for (int col = 0; col < cols; col++)
        line[col] = (char)(grid.cells[cols + col].cp ? grid.cells[cols + col].cp : ' ');
    return strstr(line, what) != NULL;
}

static const struct dx_column cut_columns[] = {
    { "NAME", DX_CELL_TEXT, DX_UNIT_NONE, -1, 6, 0, DX_FIT_MIDDLE, "" },
    { "WAIT", DX_CELL_NUMBER, DX_UNIT_COUNT, 0, 5, 6, DX_FIT_RIGHT, "" },
    { "LAST", DX_CELL_TEXT, DX_UNIT_NONE, 1, 7, 7, DX_FIT_RIGHT, "" },
    { 0 },
};

/* A name may be wanted less whole than a number beside it. */
Test(table, cuts_a_name_before_a_column_goes_where_it_is_told_to)
{
    const struct dx_cell cells[] = { { .text = "mobile/build (ui)" },
                                     { .value = 4 },
                                     { .text = "100.0 %" } };
    struct dx_column usual[4];
    struct table t;

    memcpy(usual, cut_columns, sizeof(usual));
    usual[0].priority = 0;
    for (int asked = 0; asked < 2; asked++) {
        grid_start(3, 24, GLYPHS_BRAILLE);
        table_init(&t, asked ? cut_columns : usual);
        table_add(&t, DX_ROW(.key = "a", .url = "", .cells = cells));
        table_arrange(&t);
        table_draw(&t, &canvas, 0, false);
        cr_expect_eq(is_drawn("100.0 %", 24), asked != 0);
        cr_expect_neq(is_drawn("mobile", 24), asked != 0);
        table_done(&t);
        grid_done(&grid);
    }
}

/* It is whole or not there, for half of one says another. */
Test(table, a_time_is_not_cut)
{
    const struct dx_cell cells[] = { { .text = "#1" },
                                     { .text = "Mon 09:00" },
                                     { .text = "feature-of-a-name" } };
    struct table t;

    table_init(&t, time_columns);
    table_add(&t, DX_ROW(.key = "1", .url = "", .cells = cells));
    table_arrange(&t);
    for (int cols = 12; cols <= 44; cols++) {
        grid_start(5, cols, GLYPHS_ASCII);
        table_draw(&t, &canvas, 10000, true);
        cr_expect_eq(is_drawn("Mon 09:00", cols), cols >= 17, "%d", cols);
        cr_expect_not(is_drawn("Mon", cols) && cols < 17, "%d", cols);
        grid_done(&grid);
    }
    table_done(&t);
}

static const struct dx_column back_columns[] = {
    { "NAME", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 12, DX_FIT_LEFT, "" },
    { "STATE", DX_CELL_TEXT, DX_UNIT_NONE, 5, 5, 9, DX_FIT_LEFT, "" },
    { "WHAT", DX_CELL_TEXT, DX_UNIT_NONE, 3, 20, 40, DX_FIT_LEFT, "" },
    { "OWNER", DX_CELL_TEXT, DX_UNIT_NONE, 4, 5, 20, DX_FIT_LEFT, "" },
    { 0 },
};

static void draw_back(const struct dx_cell *cells, int cols)
{
    struct table t;

    grid_start(3, cols, GLYPHS_ASCII);
    table_init(&t, back_columns);
    table_add(&t, DX_ROW(.key = "1", .url = "", .cells = cells));
    table_arrange(&t);
    table_draw(&t, &canvas, 0, false);
    table_done(&t);
}

/* The narrow one was given up for the wide one, which then had no room either. */
Test(table, what_was_given_up_for_nothing_comes_back)
{
    const struct dx_cell cells[] = { { .text = "NoRunners" },
                                     { .text = "critical" },
                                     { .text = "android has no runner online" },
                                     { .text = "–" } };

    draw_back(cells, 24);
    cr_expect(is_drawn(" NoRunners critical", 24));
    cr_expect_not(is_drawn("android", 24));
    grid_done(&grid);
    draw_back(cells, 18);
    cr_expect_not(is_drawn("crit", 18), "whole or not at all");
    grid_done(&grid);
}

/* "1" of 18 would be another number. */
Test(table, of_a_number_that_has_no_room_nothing_is_drawn)
{
    for (int cols = 6; cols < 30; cols++) {
        struct table t;

        grid_start(6, cols, GLYPHS_ASCII);
        table_init(&t, columns);
        fill(&t);
        table_draw(&t, &canvas, 0, false);
        cr_expect(!is_drawn(" 1", cols) || is_drawn(" 18", cols), "%d columns", cols);
        table_done(&t);
        grid_done(&grid);
    }
}

/* A dash in every row is no news. */
Test(table, what_is_known_of_no_row_takes_no_room)
{
    struct dx_cell cells[] = {
        { .text = "NoRunners" }, { .text = "critical" }, { .text = "android" }, { .text = "–" }
    };

    draw_back(cells, 60);
    cr_expect(is_drawn(" NoRunners critical android", 60));
    for (int col = 0; col < 60; col++)
        cr_expect_neq(grid.cells[60 + col].cp, 0x2013);
    grid_done(&grid);
    cells[3].text = "k.wu";
    draw_back(cells, 60);
    cr_expect(is_drawn("k.wu", 60));
    grid_done(&grid);
}

Test(table, a_notice_is_cut_behind_a_word)
{
    const struct dx_cell cells[] = { { .text = "gpu" },
                                     { .text = "no runner since 13:58", .attr = DX_SPAN },
                                     { .text = "" },
                                     { .text = "" } };

    draw_back(cells, 34);
    cr_expect(is_drawn("no runner since 13:58", 34));
    grid_done(&grid);
    draw_back(cells, 27);
    cr_expect(is_drawn("no runner ~ ", 27));
    grid_done(&grid);
    draw_back(cells, 17);
    cr_expect(is_drawn("no ru", 17), "a word alone says too little");
    grid_done(&grid);
}

static const struct {
    const char *filter;
    size_t shown;
} filters[] = {
    { "", 4 },         { "linux", 2 },   { "LINUX", 2 },      { "!linux", 2 },  { "linux xl", 1 },
    { "pool:win", 1 }, { "wait:18", 1 }, { "wait:linux", 0 }, { "nothing", 0 },
};

Test(table, filters_by_words_without_and_in_columns)
{
    struct table t;

    table_init(&t, columns);
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        snprintf(t.filter, sizeof(t.filter), "%s", filters[i].filter);
        fill(&t);
        cr_expect_eq(t.shown, filters[i].shown, "%s: %zu", filters[i].filter, t.shown);
    }
    table_done(&t);
}

Test(table, drops_columns_and_never_wraps)
{
    static const int widths[] = { 60, 40, 24, 12, 3 };
    struct table t;

    table_init(&t, columns);
    fill(&t);
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        char name[64];

        grid_start(6, widths[i], GLYPHS_BRAILLE);
        table_draw(&t, &canvas, 0, true);
        snprintf(name, sizeof(name), "widgets/table-%d", widths[i]);
        golden(&grid, name);
        grid_done(&grid);
    }
    table_done(&t);
}

/* What the table looks like, yours to free. */
static char *drawn(struct table *t, int cols)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    grid_start(6, cols, GLYPHS_BRAILLE);
    table_draw(t, &canvas, 0, false);
    grid_dump(&grid, out);
    (void)fclose(out);
    grid_done(&grid);
    return text;
}

/* Widths are kept between drawings: of these rows, and on this canvas. */
Test(table, one_that_was_drawn_before_looks_like_a_new_one)
{
    static const struct {
        const char *filter;
        int cols;
    } looks[] = { { "", 60 }, { "linux-xl", 60 }, { "", 24 }, { "", 60 }, { "gpu", 24 } };
    struct table old, new;

    table_init(&old, columns);
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        char *a, *b;

        table_init(&new, columns);
        snprintf(old.filter, sizeof(old.filter), "%s", looks[i].filter);
        snprintf(new.filter, sizeof(new.filter), "%s", looks[i].filter);
        fill(&old);
        fill(&new);
        for (int again = 0; again < 2; again++) {
            a = drawn(&old, looks[i].cols);
            b = drawn(&new, looks[i].cols);
            cr_expect_str_eq(a, b, "%zu", i);
            free(a);
            free(b);
        }
        table_done(&new);
    }
    table_done(&old);
}

/* Of a number that is no moment nothing is said that is none. */
Test(table, a_moment_is_no_larger_than_there_are_moments)
{
    const int64_t now_ms = 1790000000000;
    static const double values[] = { 1e300, -1e300, (double)INFINITY, 9.3e18 };
    const struct dx_column age = { "A", DX_CELL_AGE, DX_UNIT_NONE, 0, 1, 8, DX_FIT_RIGHT, "" };
    const struct dx_column at = { "T", DX_CELL_TIME, DX_UNIT_NONE, 0, 1, 8, DX_FIT_RIGHT, "" };
    char text[80];

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct dx_cell cell = { .value = values[i] };

        cr_expect_str_eq(table_cell_text(&age, &cell, now_ms, text, sizeof(text)), "–");
        cr_expect_leq(strlen(table_cell_text(&at, &cell, now_ms, text, sizeof(text))), 8);
    }
}

/* What time and a wider canvas change without another row. */
Test(table, what_grows_has_its_room)
{
    static const struct dx_column growing[] = {
        { "NAME", DX_CELL_TEXT, DX_UNIT_NONE, 0, 1, 0, DX_FIT_LEFT, "" },
        { "A", DX_CELL_AGE, DX_UNIT_NONE, 0, 1, 8, DX_FIT_RIGHT, "" },
        { 0 },
    };
    static const char *const names[] = { "linux", "linux-extra-extra-large",
                                         "windows-server-2022-the-longest" };
    const int64_t later_ms = (int64_t)4200 * 1000;
    char text[64];
    struct table t;

    table_init(&t, growing);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct dx_cell cells[] = { { .text = names[i] }, { .value = 1000. } };

        table_add(&t, DX_ROW(.key = names[i], .url = "", .cells = cells));
    }
    table_arrange(&t);
    grid_start(5, 18, GLYPHS_BRAILLE);
    table_draw(&t, &canvas, 1000, false);
    grid_done(&grid);
    grid_start(5, 60, GLYPHS_BRAILLE);
    table_draw(&t, &canvas, 1000, false);
    grid_clear(&grid);
    table_draw(&t, &canvas, later_ms, false);
    cr_expect(
        is_drawn(table_cell_text(&growing[1], &t.rows[0].cells[1], later_ms, text, sizeof(text)),
                 60),
        "%s", text);
    memmove(grid.cells + 60, grid.cells + 180, 60 * sizeof(*grid.cells));
    cr_expect(is_drawn(names[2], 60));
    grid_done(&grid);
    table_done(&t);
}

/* A panel of others may put anything into a cell. */
Test(table, a_state_that_there_is_not_is_no_glyph)
{
    static const struct dx_column state[] = {
        { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT, "" }, { 0 }
    };
    static const double values[] = { -1., -2147483648., 1e300, (double)INFINITY, DX_GLYPH_COUNT };
    struct table t;

    table_init(&t, state);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        table_add(&t, DX_ROW(.key = "x", .cells = &(struct dx_cell){ .value = values[i] }));
    table_arrange(&t);
    grid_start(8, 4, GLYPHS_ASCII);
    table_draw(&t, &canvas, 0, false);
    for (int row = 1; row < 6; row++)
        cr_expect_eq(grid.cells[row * 4 + 1].cp, 0, "%d", row);
    grid_done(&grid);
    table_done(&t);
}
