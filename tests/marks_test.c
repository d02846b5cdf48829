/* Marks of what changed since somebody looked last. */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "ui/canvas.h"
#include "ui/table.h"

static const struct dx_column columns[] = {
    { .title = "", .type = DX_CELL_STATE, .min = 1, .max = 1 },
    { .title = "NAME", .min = 4 },
    { .title = "N", .type = DX_CELL_NUMBER, .min = 3, .max = 4 },
    { 0 },
};

static struct table table;

/* "a1 b2": rows by these names, in these states; numbers are never the same. */
static void fill(const char *rows)
{
    static int n;

    table_clear(&table);
    for (; *rows; rows += rows[2] ? 3 : 2) {
        char key[2] = { rows[0], '\0' };
        struct dx_cell cells[3] = { { .value = rows[1] - '0', .role = DX_ROLE_TEXT },
                                    { .text = key },
                                    { .value = n++ } };

        table_add(&table, DX_ROW(.key = key, .cells = cells));
    }
    table_arrange(&table);
}

/* Which rows are marked, in their order; '>' the selected one. */
static const char *marked(bool focused)
{
    static char out[16];
    struct grid grid;
    struct dx_canvas canvas;

    grid_init(&grid, 8, 30, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    table_draw(&table, &canvas, 0, focused);
    for (int row = 0; row < 7; row++) {
        char32_t cp = grid.cells[(row + 1) * 30].cp;

        out[row] = cp == '+' ? '+' : cp == '#' ? '>' : '.';
    }
    out[table.shown] = '\0';
    grid_done(&grid);
    return out;
}

static void setup(void)
{
    table_init(&table, columns);
}

static void teardown(void)
{
    table_done(&table);
}

TestSuite(marks, .init = setup, .fini = teardown, .timeout = 20);

Test(marks, are_on_what_is_new_or_of_another_state)
{
    fill("a1 b1 c1");
    cr_expect_str_eq(marked(false), "...", "nobody has looked yet");
    marks_look(&table.marks, &table);
    cr_expect_str_eq(marked(false), "...");
    fill("a1 b1 c1"); /* other numbers */
    cr_expect_str_eq(marked(false), "...");
    fill("a1 b2 c1 d1");
    cr_expect_str_eq(marked(false), ".+.+");
    fill("d1 a1 c1 b1"); /* as it was; one is new */
    cr_expect_str_eq(marked(false), "+...");
    marks_look(&table.marks, &table);
    cr_expect_str_eq(marked(false), "....");
}

Test(marks, on_a_list_that_was_empty)
{
    marks_look(&table.marks, &table);
    fill("a1");
    cr_expect_str_eq(marked(false), "+");
}

Test(marks, the_row_that_one_goes_to_is_seen_and_no_other)
{
    fill("a1 b1 c1");
    marks_look(&table.marks, &table);
    fill("a2 b2 c2 d2");
    cr_expect_str_eq(marked(true), ">+++", "nobody went to the first one");
    cr_expect_str_eq(marked(false), "++++");
    table_move(&table, 1, 5);
    cr_expect_str_eq(marked(true), "+>++");
    table_move(&table, 2, 5);
    cr_expect_str_eq(marked(true), "+.+>");
    fill("a2 b3 c2 d2");
    cr_expect_str_eq(marked(true), "+++>");
}

Test(marks, of_many_rows_are_found)
{
    char rows[64 * 3 + 1] = "";

    for (int i = 0; i < 60; i++) {
        rows[3 * i] = (char)(' ' + i);
        rows[3 * i + 1] = '1';
        rows[3 * i + 2] = ' ';
    }
    rows[60 * 3 - 1] = '\0';
    fill(rows);
    marks_look(&table.marks, &table);
    rows[1] = '2';
    fill(rows);
    for (size_t i = 0; i < table.row_count; i++)
        cr_expect_eq(marks_changed(&table.marks, &table, &table.rows[i]), i == 0, "%zu", i);
}
