/* Tables: in which order their rows are. */
#include "config.h"

#include <math.h>

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
