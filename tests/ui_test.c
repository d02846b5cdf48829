#include "config.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "golden.h"
#include "core/letters.h"
#include "core/text.h"
#include "ui/canvas.h"
#include "model/keys.h"
#include "ui/layout.h"
#include "ui/screen_internal.h"
#include "ui/table.h"
#include "ui/theme.h"
#include "ui/widgets.h"

static struct grid grid;
static struct dx_canvas canvas;

static void start(int rows, int cols, enum glyph_set set)
{
    grid_init(&grid, rows, cols, &glyph_sets[set]);
    canvas = canvas_of(&grid);
}

Test(canvas, a_wide_character_is_never_halved)
{
    start(1, 4, GLYPHS_BRAILLE);
    cr_expect_eq(canvas_put(&canvas, 0, 3, NULL, "作"), 0);
    cr_expect_eq(canvas_put(&canvas, 0, 0, NULL, "作业"), 4);
    cr_expect_eq(canvas_put(&canvas, 0, 1, NULL, "x"), 1);
    cr_expect_eq(grid.cells[0].cp[0], 0);
    cr_expect_eq(grid.cells[0].width, 1);
    cr_expect_eq(grid.cells[2].cp[0], U'业');
    canvas_put(&canvas, 0, 2, NULL, "y");
    cr_expect_eq(grid.cells[3].width, 1);
    grid_done(&grid);
}

Test(canvas, a_mark_joins_the_letter_before_it)
{
    start(1, 6, GLYPHS_BRAILLE);
    cr_expect_eq(canvas_put(&canvas, 0, 0, NULL, "abe\xCC\x81z"), 4);
    cr_expect_eq(grid.cells[1].cp[0], 'b');
    cr_expect_eq(grid.cells[2].cp[0], 'e');
    cr_expect_eq(grid.cells[2].cp[1], 0x301);
    cr_expect_eq(grid.cells[3].cp[0], 'z');
    grid_done(&grid);
}
Test(canvas, a_line_fills_its_box_and_no_more)
{
    start(2, 5, GLYPHS_BRAILLE);
    (void)canvas_put(&canvas, 0, 2, NULL, "作");
    canvas_line(&canvas, (struct dx_box){ 0, 3, 1, 9 }, &(struct dx_style){ .role = DX_ROLE_DIM },
                "─");
    cr_expect_eq(grid.cells[2].cp[0], 0, "half of a wide one does not stay");
    cr_expect_eq(grid.cells[2].width, 1);
    for (int i = 3; i < 5; i++) {
        cr_expect_eq(grid.cells[i].cp[0], U'─');
        cr_expect_eq(grid.cells[i].role, DX_ROLE_DIM);
    }
    cr_expect_eq(grid.cells[5].cp[0], 0, "not of the next row");
    canvas_line(&canvas, (struct dx_box){ 1, 4, 1, -1 }, NULL, "─");
    cr_expect_eq(grid.cells[9].cp[0], 0);
    grid_done(&grid);
}
Test(canvas, clips_on_every_side)
{
    start(2, 5, GLYPHS_BRAILLE);
    cr_expect_eq(canvas_put(&canvas, 2, 0, NULL, "x"), 0);
    cr_expect_eq(canvas_put(&canvas, -1, 0, NULL, "x"), 0);
    canvas_put(&canvas, 0, -2, NULL, "abcd");
    cr_expect_eq(grid.cells[0].cp[0], 'c');
    struct dx_canvas sub = canvas_sub(&canvas, (struct dx_box){ 1, 3, 9, 9 });
    cr_expect_eq(sub.rows, 1);
    cr_expect_eq(sub.cols, 2);
    cr_expect_eq(canvas_put(&sub, 0, 0, NULL, "wxyz"), 2);
    cr_expect_null(canvas_cell(&sub, 0, 2));
    grid_done(&grid);
}

Test(canvas, wraps_at_blanks_and_cuts_what_is_too_long)
{
    static const struct {
        const char *text, *row[3];
        int used;
    } cases[] = {
        { "", { "      ", "      ", "      " }, 0 },
        { "one", { "one   ", "      ", "      " }, 1 },
        { "one two", { "one   ", "two   ", "      " }, 2 },
        { "ab  cd ef", { "ab cd ", "ef    ", "      " }, 2 },
        { "abcdefghij k", { "abcde…", "k     ", "      " }, 2 },
        { "a b c d e f g h i j", { "a b c ", "d e f ", "g h i " }, 3 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(3, 8, GLYPHS_BRAILLE);
        cr_expect_eq(
            canvas_put_wrapped(&canvas, (struct dx_box){ 0, 1, 3, 6 }, NULL, cases[i].text),
            cases[i].used, "%s", cases[i].text);
        for (int row = 0; row < 3; row++) {
            char have[64] = "";

            for (int col = 1; col < 7; col++) {
                uint32_t cp = grid.cells[row * 8 + col].cp[0];

                have[strlen(have) + utf8_put(have + strlen(have), cp ? cp : ' ')] = '\0';
            }
            cr_expect_str_eq(have, cases[i].row[row], "%s", cases[i].text);
        }
        cr_expect_eq(grid.cells[7].cp[0], 0, "the edge is left alone");
        grid_done(&grid);
    }
}

Test(colour, a_direct_terminal_is_asked_for_fewer_colours_by_its_plain_name)
{
    static const struct {
        const char *term, *wanted, *direct, *indexed;
    } cases[] = {
        { "xterm-direct", "", "xterm-direct", "xterm-256color" },
        { "xterm-direct", "256", NULL, "xterm-256color" },
        { "xterm-direct", "truecolor", "xterm-direct", "xterm-256color" },
        { "xterm-256color", "", NULL, "xterm-256color" },
        { "xterm-256color", "truecolor", "xterm-direct", "xterm-256color" },
        { "vt100", "truecolor", NULL, "vt100" },
        { "nobody-direct", "16", NULL, "nobody-direct" },
    };

    unsetenv("COLORTERM");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[64], plain[64];
        const char *direct = colour_direct_term(cases[i].term, cases[i].wanted, out, sizeof(out));

        cr_expect_str_eq(direct ? direct : "", cases[i].direct ? cases[i].direct : "", "%s %s",
                         cases[i].term, cases[i].wanted);
        cr_expect_str_eq(colour_indexed_term(cases[i].term, plain, sizeof(plain)),
                         cases[i].indexed);
    }
    setenv("COLORTERM", "24bit", 1);
    char out[64];
    cr_expect_str_eq(colour_direct_term("xterm-256color", "", out, sizeof(out)), "xterm-direct");
    cr_expect_null(colour_direct_term("xterm-256color", "16", out, sizeof(out)));
}

/* A box that a panel reckoned wrongly: within moments, and nothing outside. */
Test(canvas, any_box_is_cut_to_the_window)
{
    static const struct dx_box boxes[] = {
        { 0, 0, INT_MAX, INT_MAX }, { INT_MAX, INT_MAX, INT_MAX, INT_MAX },
        { 1, 1, INT_MIN, INT_MIN }, { INT_MIN, INT_MIN, INT_MAX, INT_MAX },
        { 1, INT_MAX, 1, INT_MAX }, { -5, -5, 1, 1 },
    };

    start(2, 5, GLYPHS_BRAILLE);
    for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++) {
        struct dx_canvas sub = canvas_sub(&canvas, boxes[i]);

        cr_expect(sub.row >= 0 && sub.col >= 0 && sub.row + sub.rows <= 2 &&
                      sub.col + sub.cols <= 5,
                  "box %zu", i);
        canvas_attr(&canvas, boxes[i], DX_ON_SELECTED);
        for (int fit = DX_FIT_LEFT; fit <= DX_FIT_MIDDLE; fit++)
            (void)canvas_put_fit(&canvas, boxes[i], (enum dx_fit)fit, NULL, "text");
    }
    cr_expect_eq(canvas_cell(&canvas, 1, 4)->attr, DX_ON_SELECTED);
    grid_done(&grid);
}

Test(canvas, stale_is_dim_and_keeps_its_place)
{
    start(1, 3, GLYPHS_BRAILLE);
    canvas.stale = true;
    canvas_put(&canvas, 0, 0, &(struct dx_style){ .role = DX_ROLE_BAD, .attr = DX_CHIP | DX_BOLD },
               "x");
    cr_expect_eq(grid.cells[0].role, DX_ROLE_DIM);
    cr_expect_eq(grid.cells[0].attr, DX_BOLD);
    grid_done(&grid);
}

Test(canvas, links_are_web_links_only)
{
    start(1, 4, GLYPHS_BRAILLE);
    canvas_put(&canvas, 0, 0, &(struct dx_style){ .link = "https://h/" }, "a");
    canvas_put(&canvas, 0, 1, &(struct dx_style){ .link = "javascript:x" }, "b");
    cr_expect_str_eq(grid_link(&grid, &grid.cells[0]), "https://h/");
    cr_expect_null(grid_link(&grid, &grid.cells[1]));
    grid_done(&grid);
}

/* ---- numbers ---- */

static const struct {
    enum dx_unit unit;
    double value;
    const char *text;
} numbers[] = {
    { DX_UNIT_NONE, NAN, "–" },
    { DX_UNIT_NONE, INFINITY, "+Inf" },
    { DX_UNIT_NONE, 0, "0" },
    { DX_UNIT_NONE, 12.34, "12.3" },
    { DX_UNIT_NONE, 0.0123, "0.012" },
    { DX_UNIT_NONE, 1234567, "1.2 M" },
    { DX_UNIT_COUNT, 1240, "1,240" },
    { DX_UNIT_COUNT, -1240, "-1,240" },
    { DX_UNIT_SECONDS, 0.25, "250ms" },
    { DX_UNIT_SECONDS, 62, "1m02s" },
    { DX_UNIT_RATIO, 0.938, "93.8 %" },
    { DX_UNIT_PERCENT, 100, "100.0 %" },
    { DX_UNIT_BYTES, 1536, "1.5 KiB" },
    { DX_UNIT_PER_S, 2, "2.00 /s" },
    { DX_UNIT_BYTES_PER_S, 10, "10 B/s" },
};

Test(format, numbers_have_their_unit_and_no_data_is_a_dash)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char out[64];

        cr_expect_str_eq(format_value(out, sizeof(out), numbers[i].unit, numbers[i].value),
                         numbers[i].text, "%s: %s", numbers[i].text, out);
    }
}

/* ---- keys ---- */

Test(keys, names_and_keys_go_both_ways)
{
    static const char *const names[] = { "up", "ctrl-c", "alt-x", "shift-tab", "page-down",
                                         "G",  "?",      "f12",   "é",         "space" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct key key;
        char out[32];

        cr_assert(key_parse(&key, names[i]), "%s", names[i]);
        cr_expect_str_eq(key_format(out, sizeof(out), key), names[i]);
    }
    cr_expect_not(key_parse(&(struct key){ 0 }, "nope"));
    cr_expect_not(key_parse(&(struct key){ 0 }, ""));
}

static const struct {
    const char *name, *arrives; /* NULL: nothing comes of it */
} arrivals[] = {
    { "a", "a" },
    { "shift-a", "A" },
    { "shift-1", NULL },
    { "ctrl-a", "ctrl-a" },
    { "ctrl-A", "ctrl-a" },
    { "ctrl-m", "enter" },
    { "ctrl-i", "tab" },
    { "ctrl-h", "backspace" },
    { "ctrl-alt-h", "alt-backspace" },
    { "ctrl-1", NULL },
    { "ctrl-up", NULL },
    { "ctrl-shift-a", NULL },
    { "alt-x", "alt-x" },
    { "alt-enter", "alt-enter" },
    { "alt-f1", NULL },
    { "alt-up", NULL },
    { "shift-up", "shift-up" },
    { "shift-tab", "shift-tab" },
    { "shift-f1", NULL },
    { "shift-esc", NULL },
    { "alt-shift-a", "alt-A" },
    { "ctrl-space", "ctrl-space" },
};

Test(keys, come_in_as_a_terminal_sends_them)
{
    for (size_t i = 0; i < sizeof(arrivals) / sizeof(arrivals[0]); i++) {
        struct key key;
        char out[32];

        cr_assert(key_parse(&key, arrivals[i].name), "%s", arrivals[i].name);
        cr_expect_eq(key_arrives(&key), arrivals[i].arrives != NULL, "%s", arrivals[i].name);
        if (arrivals[i].arrives)
            cr_expect_str_eq(key_format(out, sizeof(out), key), arrivals[i].arrives);
    }
}

/* ---- layout ---- */

static void place(int rows, int cols, struct layout_panel p[4])
{
    struct layout_row lines[2] = { { .weight = 2, .panels = p, .count = 2 },
                                   { .weight = 1, .panels = p + 2, .count = 2 } };

    for (int i = 0; i < 4; i++)
        p[i] = (struct layout_panel){ .weight = 1, .priority = i, .min_rows = 5, .min_cols = 30 };
    layout_place(lines, 2, (struct dx_box){ 0, 0, rows, cols }, -1);
}

Test(layout, fills_the_screen_without_overlap_at_any_size)
{
    for (int rows = 1; rows <= 60; rows += 3) {
        for (int cols = 1; cols <= 200; cols += 7) {
            struct layout_panel p[4];
            int area = 0, shown = 0;

            place(rows, cols, p);
            for (int i = 0; i < 4; i++) {
                const struct dx_box *b = &p[i].box;

                area += b->rows * b->cols;
                shown += b->rows > 0;
                cr_expect(b->row >= 0 && b->col >= 0 && b->row + b->rows <= rows &&
                              b->col + b->cols <= cols,
                          "%dx%d", cols, rows);
            }
            cr_expect_geq(shown, 1, "%dx%d", cols, rows);
            cr_expect_eq(area, rows * cols, "%dx%d: %d", cols, rows, area);
        }
    }
}

Test(layout, the_least_important_goes_first)
{
    struct layout_panel p[4];

    place(40, 100, p);
    cr_expect(p[3].box.rows > 0);
    cr_expect_gt(p[0].box.rows, p[2].box.rows);
    place(16, 40, p);
    cr_expect_eq(p[3].box.rows, 0);
    cr_expect(p[0].box.rows > 0);
    place(4, 20, p);
    cr_expect_eq(p[0].box.rows, 4);
    cr_expect_eq(p[1].box.rows + p[2].box.rows + p[3].box.rows, 0);
}

Test(layout, what_is_out_leaves_its_room_to_the_others)
{
    struct layout_panel p[2] = { { .min_rows = 5, .min_cols = 30 },
                                 { .min_rows = 5, .min_cols = 30, .out = true } };
    struct layout_row line = { .panels = p, .count = 2 };

    layout_place(&line, 1, (struct dx_box){ 0, 0, 20, 100 }, -1);
    cr_expect_eq(p[0].box.cols, 100);
    cr_expect_eq(p[1].box.rows, 0);
    p[0].out = true; /* never none */
    layout_place(&line, 1, (struct dx_box){ 0, 0, 20, 100 }, -1);
    cr_expect_eq(p[0].box.cols, 100);
    cr_expect_eq(p[1].box.rows, 0);
}

/* ---- table ---- */

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

        start(5, widths[i], GLYPHS_BRAILLE);
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
        line[col] = (char)(grid.cells[cols + col].cp[0] ? grid.cells[cols + col].cp[0] : ' ');
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
        start(3, 24, GLYPHS_BRAILLE);
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
        start(5, cols, GLYPHS_ASCII);
        table_draw(&t, &canvas, 10000, true);
        cr_expect_eq(is_drawn("Mon 09:00", cols), cols >= 17, "%d", cols);
        cr_expect_not(is_drawn("Mon", cols) && cols < 17, "%d", cols);
        grid_done(&grid);
    }
    table_done(&t);
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

        start(6, widths[i], GLYPHS_BRAILLE);
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

    start(6, cols, GLYPHS_BRAILLE);
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
    start(5, 18, GLYPHS_BRAILLE);
    table_draw(&t, &canvas, 1000, false);
    grid_done(&grid);
    start(5, 60, GLYPHS_BRAILLE);
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

/* ---- a graph with the week before ---- */

/* Columns of dots with this role. */
static int cells_of(enum dx_role role)
{
    int n = 0;

    for (int i = 0; i < grid.rows * grid.cols; i++)
        n += grid.cells[i].cp[0] >= 0x2800 && grid.cells[i].cp[0] < 0x2900 &&
             grid.cells[i].role == role;
    return n;
}

Test(graph, a_ghost_is_a_quiet_line_behind)
{
    double values[40], week[40];
    struct dx_series series = { "wait", DX_ROLE_SERIES_1, values, 40 };
    struct dx_box all = { 0, 0, 8, 40 };

    for (int i = 0; i < 40; i++) {
        values[i] = i < 20 ? 20 : 80;
        week[i] = 20;
    }
    start(8, 40, GLYPHS_BRAILLE);
    graph_draw(&canvas, all,
               DX_GRAPH(.series = &series, .count = 1, .min = 0, .max = 100, .goal = 50,
                        .past = DX_ROLE_BAD, .bare = true));
    cr_expect_eq(cells_of(DX_ROLE_BORDER), 0);
    cr_expect_gt(cells_of(DX_ROLE_SERIES_1), 50, "filled");
    grid_clear(&grid);
    graph_draw(&canvas, all,
               DX_GRAPH(.series = &series, .count = 1, .min = 0, .max = 100, .goal = 50,
                        .past = DX_ROLE_BAD, .bare = true, .ghost = week, .ghost_count = 40));
    cr_expect_eq(cells_of(DX_ROLE_BORDER), 19, "where the line is not, nor rises: %d",
                 cells_of(DX_ROLE_BORDER));
    cr_expect_eq(cells_of(DX_ROLE_SERIES_1), 20, "a line: %d", cells_of(DX_ROLE_SERIES_1));
    cr_expect_geq(cells_of(DX_ROLE_BAD), 20, "past the goal: %d", cells_of(DX_ROLE_BAD));
}

/* ---- widgets ---- */

static void widgets(enum glyph_set set, const char *name)
{
    static double values[120], other[120];
    struct dx_series series[] = { { "linux-xl", DX_ROLE_SERIES_1, values, 120 },
                                  { "gpu", DX_ROLE_SERIES_2, other, 120 } };
    struct dx_style big = { .role = DX_ROLE_BAD, .attr = DX_BOLD };

    for (int i = 0; i < 120; i++) {
        values[i] = i > 50 && i < 60 ? NAN : 300 + 250 * sin(i / 12.);
        other[i] = i * 2;
    }
    start(34, 60, set);
    graph_draw(&canvas, (struct dx_box){ 0, 0, 10, 60 },
               DX_GRAPH(.series = series, .count = 1, .min = NAN, .max = NAN, .goal = 300,
                        .past = DX_ROLE_BAD, .unit = DX_UNIT_SECONDS, .from_ms = 0,
                        .to_ms = 86400000));
    graph_draw(&canvas, (struct dx_box){ 10, 0, 10, 60 },
               DX_GRAPH(.series = series, .count = 2, .min = NAN, .max = NAN, .goal = NAN,
                        .legend = true, .unit = DX_UNIT_SECONDS, .from_ms = 0, .to_ms = 21600000));
    spark_draw(&canvas, (struct dx_box){ 20, 0, 1, 30 },
               DX_SPARK(.value = values, .count = 120, .max = NAN, .goal = 400,
                        .role = DX_ROLE_SERIES_1, .past = DX_ROLE_BAD));
    gauge_draw(&canvas, (struct dx_box){ 21, 0, 1, 30 }, .4, .8, DX_ROLE_SERIES_1);
    gauge_draw(&canvas, (struct dx_box){ 22, 0, 1, 30 }, NAN, NAN, DX_ROLE_SERIES_1);
    heat_draw(&canvas, (struct dx_box){ 23, 0, 1, 60 }, values, 120, NAN);
    progress_draw(&canvas, (struct dx_box){ 24, 0, 1, 60 }, 3, 35, "filling: 3 days of 35");
    big_draw(&canvas, (struct dx_box){ 25, 0, 5, 60 }, &big, "7m12s");
    big_draw(&canvas, (struct dx_box){ 30, 0, 3, 30 }, &big, "98.9%");
    golden(&grid, name);
    grid_done(&grid);
}

static void strips(enum glyph_set set, const char *name)
{
    start(8, 30, set);
    strip_draw(&canvas, (struct dx_box){ 0, 0, 1, 30 }, "oocpur-o");
    strip_draw(&canvas, (struct dx_box){ 1, 0, 1, 4 }, "ppppooooccr");
    tries_draw(&canvas, (struct dx_box){ 2, 0, 1, 30 }, "cupro-");
    tries_draw(&canvas, (struct dx_box){ 3, 0, 1, 4 }, "cccccoo");
    interval_draw(
        &canvas, (struct dx_box){ 4, 0, 1, 30 },
        DX_INTERVAL(.value = .18, .low = .09, .high = .27, .max = .4, .role = DX_ROLE_WARN));
    interval_draw(
        &canvas, (struct dx_box){ 5, 0, 1, 30 },
        DX_INTERVAL(.value = 0, .low = 0, .high = .9, .max = .4, .role = DX_ROLE_SERIES_1));
    interval_draw(&canvas, (struct dx_box){ 6, 0, 1, 30 }, DX_INTERVAL(.value = NAN));
    interval_draw(&canvas, (struct dx_box){ 7, 0, 1, 0 }, DX_INTERVAL(.value = NAN));
    golden(&grid, name);
    grid_done(&grid);
}

Test(widgets, strips_tell_who_failed_without_colour)
{
    strips(GLYPHS_BRAILLE, "widgets/strips-braille");
    strips(GLYPHS_BLOCK, "widgets/strips-block");
    strips(GLYPHS_ASCII, "widgets/strips-ascii");
}

Test(widgets, look_as_they_did_in_braille)
{
    widgets(GLYPHS_BRAILLE, "widgets/all-braille");
}

Test(widgets, look_as_they_did_in_blocks)
{
    widgets(GLYPHS_BLOCK, "widgets/all-block");
}

Test(widgets, look_as_they_did_in_ascii)
{
    widgets(GLYPHS_ASCII, "widgets/all-ascii");
}

Test(widgets, no_box_is_too_small)
{
    static const double values[] = { 1, NAN, 3 };
    struct dx_series series = { "s", DX_ROLE_SERIES_1, values, 3 };

    for (int rows = 0; rows < 5; rows++) {
        for (int cols = 0; cols < 12; cols++) {
            start(5, 12, GLYPHS_BRAILLE);
            struct dx_box box = { 0, 0, rows, cols };

            graph_draw(&canvas, box,
                       DX_GRAPH(.series = &series, .count = 1, .min = NAN, .max = NAN, .goal = 2,
                                .legend = true, .from_ms = 1, .to_ms = 2));
            spark_draw(&canvas, box,
                       DX_SPARK(.value = values, .count = 3, .max = NAN, .goal = NAN));
            heat_draw(&canvas, box, values, 3, NAN);
            gauge_draw(&canvas, box, .5, .5, DX_ROLE_TEXT);
            big_draw(&canvas, box, NULL, "12");
            struct dx_canvas sub = canvas_sub(&canvas, box);
            frame_draw(&sub, &(struct frame){
                                 .title = "A long title", .note = "a note", .foot = "1 of 2" });
            grid_done(&grid);
        }
    }
}

/* ---- themes ---- */

static const struct {
    const char *text, *words;
} wrong[] = {
    { "kind grey\n", "t:1: kind is dark or light, not \"grey\"" },
    { "txet #000000 1 1\n", "t:1: unknown role \"txet\"; did you mean \"text\"?" },
    { "text 000000 1 1\n", "t:1: a colour is written #rrggbb, not \"000000\"" },
    { "text #000000 300 1\n", "t:1: an index of 256 colours is -1 to 255, not \"300\"" },
    { "text #000000 1 1 shiny\n", "t:1: bold, underline or reverse, not \"shiny\"" },
    { "text #000000 1 1\ntext #000000 1 1\n", "t:2: a second line for \"text\"" },
    { "text #000000 1 1\n", "t: there is no line for the role dim" },
};

Test(theme, complaints_name_the_line)
{
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct theme t;
        struct dx_error err = { 0 };

        cr_expect_not(theme_parse(&t, "t", wrong[i].text, strlen(wrong[i].text), &err));
        cr_expect_str_eq(err.text, wrong[i].words, "%s", err.text);
    }
}

Test(canvas, a_glyph_is_the_same_in_ascii_wherever_it_is_made_of)
{
    for (size_t i = 0; i < DX_GLYPH_COUNT; i++) {
        const char *sign = glyph_sets[GLYPHS_BRAILLE].glyph[i];
        char32_t cp;

        (void)utf8_next(sign, strlen(sign), &cp);
        cr_expect_eq(letters_narrow(cp), glyph_sets[GLYPHS_ASCII].glyph[i][0], "%s", sign);
        if (cp >= 0x80)
            cr_expect_eq(letters_sign(cp), letters_narrow(cp), "%s", sign);
    }
}

Test(canvas, among_ascii_glyphs_our_own_signs_are_ascii_and_foreign_words_stay)
{
    static const char text[] = "– … ≥ 100 ×12 ↑ ä";

    for (int ascii = 0; ascii < 2; ascii++) {
        char out[64] = "";
        size_t n = 0;

        grid_init(&grid, 1, 40, &glyph_sets[ascii ? GLYPHS_ASCII : GLYPHS_BRAILLE]);
        canvas = canvas_of(&grid);
        canvas_put(&canvas, 0, 0, NULL, text);
        for (int i = 0; i < 17; i++)
            n += utf8_put(out + n, canvas_cell(&canvas, 0, i)->cp[0]
                                       ? canvas_cell(&canvas, 0, i)->cp[0]
                                       : U' ');
        out[n] = '\0';
        cr_expect_str_eq(out, ascii ? "- ~ > 100 x12 ↑ ä" : text);
        grid_done(&grid);
    }
}
