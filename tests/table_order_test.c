/* Tables: which rows there are, and in which order. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "ui/table.h"

TestSuite(order, .timeout = 20);

/* A moment that is not known is shown as "–", and is no long time ago. */
Test(order, a_moment_that_is_not_known_comes_last)
{
    static const struct dx_column since[] = {
        { "SINCE", DX_CELL_AGE, DX_UNIT_NONE, 0, 5, 6, DX_FIT_RIGHT, "" }, { 0 }
    };
    static const double values[] = { 0., 5000., NAN, 1000. };
    static const char *const keys[] = { "zero", "young", "nan", "old" };
    struct table t;

    table_init(&t, since);
    for (size_t i = 0; i < 4; i++)
        table_add(&t, DX_ROW(.key = keys[i], .cells = &(struct dx_cell){ .value = values[i] }));
    for (int reverse = t.sort = 0; reverse < 2; reverse++) {
        t.reverse = reverse;
        table_arrange(&t);
        cr_expect_str_eq(t.rows[t.order[0]].key, reverse ? "young" : "old");
        cr_expect_str_eq(t.rows[t.order[1]].key, reverse ? "old" : "young");
    }
    table_done(&t);
}

/* Numbers in words: 0 is the smallest of them and no word, and what is not known comes last. */
Test(order, of_numbers_in_words_zero_is_one)
{
    static const struct dx_column rate[] = {
        { "RATE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 5, 9, DX_FIT_RIGHT, "" }, { 0 }
    };
    static const struct {
        const char *text;
        double value;
    } cells[] = { { "–", NAN }, { "0.0 %", 0. },   { "93.8 %", .938 }, { "", 0. },
                  { "–", 0. },  { "100.0 %", 1. }, { "-4.0 %", -.04 } };
    static const char *const down[] = { "100.0 %", "93.8 %", "0.0 %", "-4.0 %" };
    struct table t;

    table_init(&t, rate);
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
        table_add(&t, DX_ROW(.key = cells[i].text,
                             .cells = &(struct dx_cell){ .text = cells[i].text,
                                                         .value = cells[i].value }));
    t.sort = 0;
    for (int reverse = 0; reverse < 2; reverse++) {
        t.reverse = reverse;
        table_arrange(&t);
        for (int i = 0; i < 4; i++)
            cr_expect_str_eq(t.rows[t.order[i]].key, down[reverse ? 3 - i : i], "%d, %d", reverse,
                             i);
    }
    table_done(&t);
}

/* Where no cell has a number they are words. */
Test(order, words_are_sorted_as_words)
{
    static const struct dx_column name[] = {
        { "NAME", DX_CELL_TEXT, DX_UNIT_NONE, 0, 5, 9, DX_FIT_LEFT, "" }, { 0 }
    };
    static const char *const names[] = { "web", "API", "cli" };
    struct table t;

    table_init(&t, name);
    for (size_t i = 0; i < 3; i++)
        table_add(&t, DX_ROW(.key = names[i], .cells = &(struct dx_cell){ .text = names[i] }));
    t.sort = 0;
    table_arrange(&t);
    cr_expect_str_eq(t.rows[t.order[0]].key, "API");
    cr_expect_str_eq(t.rows[t.order[2]].key, "web");
    table_done(&t);
}

/* "–" is what stands there of one that is not known, and "now" is not all that there is. */
Test(order, ages_and_times_are_filtered_as_they_are_shown)
{
    static const struct dx_column both[] = {
        { "AGE", DX_CELL_AGE, DX_UNIT_NONE, 0, 5, 8, DX_FIT_RIGHT, "" },
        { "TIME", DX_CELL_TIME, DX_UNIT_NONE, 0, 5, 14, DX_FIT_RIGHT, "" },
        { 0 }
    };
    static const struct {
        const char *filter;
        size_t shown;
    } filters[] = { { "age:3h01m", 1 }, { "age:3d", 1 }, { "age:–", 1 }, { "time:21", 1 } };
    const int64_t now_ms = INT64_C(1795530727000); /* 24 Nov 2026 14:32:07 UTC */
    const int64_t ago[] = { INT64_C(10860000), INT64_C(259200000) };
    struct dx_canvas canvas;
    struct table t;
    struct grid grid;

    setenv("TZ", "UTC", 1);
    table_init(&t, both);
    for (size_t i = 0; i < 3; i++) {
        double at = i < 2 ? (double)(now_ms - ago[i]) : 0.;

        table_add(&t, DX_ROW(.key = "123" + i,
                             .cells = (struct dx_cell[]){ { .value = at }, { .value = at } }));
    }
    grid_init(&grid, 10, 60, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    table_draw(&t, &canvas, now_ms, true);
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        snprintf(t.filter, sizeof(t.filter), "%s", filters[i].filter);
        table_arrange(&t);
        cr_expect_eq(t.shown, filters[i].shown, "%s: %zu", filters[i].filter, t.shown);
    }
    grid_done(&grid);
    table_done(&t);
}
