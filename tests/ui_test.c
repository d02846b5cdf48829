/* What screens are made of: numbers, keys, the layout, graphs and widgets. */
#include "config.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "golden.h"
#include "grid_kit.h"
#include "model/keys.h"
#include "ui/layout.h"
#include "ui/screen.h"
#include "ui/widgets.h"

TestSuite(format, .timeout = 20);
TestSuite(keys, .timeout = 20);
TestSuite(layout, .timeout = 20);
TestSuite(widgets, .timeout = 20);

/* ---- numbers ---- */

static const struct {
    enum dx_unit unit;
    double value;
    const char *text;
} numbers[] = {
    { DX_UNIT_NONE, NAN, "–" },
    { DX_UNIT_NONE, INFINITY, "+Inf" },
    { DX_UNIT_NONE, 0, "0" },
    { DX_UNIT_NONE, -0., "0" }, /* as what falls by nothing has it */
    { DX_UNIT_NONE, -1e-12, "0" },
    { DX_UNIT_RATIO, -0., "0.0 %" },
    { DX_UNIT_PER_S, -0., "0 /s" },
    { DX_UNIT_BYTES_PER_S, -0.3, "0 B/s" },
    { DX_UNIT_NONE, 12.34, "12.3" },
    { DX_UNIT_NONE, 0.0123, "0.012" },
    { DX_UNIT_NONE, 1234567, "1.2 M" },
    { DX_UNIT_COUNT, 1240, "1,240" },
    { DX_UNIT_COUNT, -1240, "-1,240" },
    { DX_UNIT_SECONDS, 0.25, "250ms" },
    { DX_UNIT_SECONDS, 0.0004, "0.4ms" }, /* of a fast server */
    { DX_UNIT_SECONDS, 0.0000123, "0.012ms" },
    { DX_UNIT_SECONDS, 0.001, "1ms" },
    { DX_UNIT_SECONDS, 62, "1m02s" },
    { DX_UNIT_RATIO, 0.938, "93.8 %" },
    { DX_UNIT_RATIO, 1., "100.0 %" },
    { DX_UNIT_RATIO, 2999. / 3000, "99.97 %" }, /* one of them failed */
    { DX_UNIT_RATIO, 99999. / 100000, ">99.99 %" },
    { DX_UNIT_RATIO, 1. / 3000, "0.03 %" },
    { DX_UNIT_RATIO, 1e-6, "<0.01 %" },
    { DX_UNIT_PERCENT, 99.96, "99.96 %" },
    { DX_UNIT_PERCENT, 100.04, "100.0 %" },
    { DX_UNIT_COUNT, 0.4, "0.40" }, /* the mean of counts */
    { DX_UNIT_COUNT, 0., "0" },
    { DX_UNIT_PERCENT, 100, "100.0 %" },
    { DX_UNIT_BYTES, 1536, "1.5 KiB" },
    { DX_UNIT_PER_S, 2, "2.00 /s" },
    { DX_UNIT_BYTES_PER_S, 10, "10 B/s" },
    /* what rounding takes to the next unit, or to a digit less, is written as of there */
    { DX_UNIT_SECONDS, 0.9994, "999ms" },
    { DX_UNIT_SECONDS, 0.9996, "1s" },
    { DX_UNIT_SECONDS, -0.9996, "-1s" },
    { DX_UNIT_SECONDS, 0.0009996, "1ms" },
    { DX_UNIT_SECONDS, 9.96, "10s" },
    { DX_UNIT_SECONDS, 59.96, "1m00s" },
    { DX_UNIT_SECONDS, 3599.6, "1h00m" },
    { DX_UNIT_SECONDS, 86399.6, "1d00h" },
    { DX_UNIT_NONE, 0.0009996, "0.001" },
    { DX_UNIT_NONE, 9.996, "10.0" },
    { DX_UNIT_NONE, 99.96, "100" },
    { DX_UNIT_NONE, 999.6, "1,000" },
    { DX_UNIT_NONE, 999999.6, "1.0 M" },
    { DX_UNIT_NONE, -999960000., "-1.0 G" },
    { DX_UNIT_COUNT, 999999999.6, "1.0 G" },
    { DX_UNIT_BYTES, 99.96 * 1024, "100 KiB" },
    { DX_UNIT_BYTES, 1023.6, "1.0 KiB" },
    { DX_UNIT_BYTES, 1023.6 * 1048576, "1.0 GiB" },
    { DX_UNIT_BYTES, -1023.6, "-1.0 KiB" },
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

/* Shares are of the whole, not of what the least heights leave: a lower row with high panels in
 * it does not get half of the page. What wants no more than it needs takes no part. */
Test(layout, rows_share_by_weight_as_far_as_the_least_heights_allow)
{
    struct layout_panel p[] = {
        { .min_rows = 7, .want_rows = 7, .min_cols = 30 },
        { .min_rows = 8, .min_cols = 30 },
        { .min_rows = 10, .min_cols = 30 },
    };
    struct layout_row lines[] = { { .panels = p, .count = 1 },
                                  { .weight = 3, .panels = p + 1, .count = 1 },
                                  { .weight = 2, .panels = p + 2, .count = 1 } };

    layout_place(lines, 3, (struct dx_box){ 0, 0, 37, 120 }, -1);
    cr_expect_eq(p[0].box.rows, 7);
    cr_expect_eq(p[1].box.rows, 18);
    cr_expect_eq(p[2].box.rows, 12);
    layout_place(lines, 3, (struct dx_box){ 0, 0, 27, 120 }, -1);
    cr_expect_eq(p[1].box.rows, 10);
    cr_expect_eq(p[2].box.rows, 10, "no less than it needs");
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

/* A row as ASCII, blanks folded. */
static const char *row_of(int row, int cols)
{
    static char line[400];
    size_t n = 0;

    for (int col = 0; col < cols; col++) {
        char32_t cp = grid.cells[row * cols + col].cp;
        bool blank = cp == 0 || cp == ' ';

        if (!blank || (n > 0 && line[n - 1] != ' '))
            line[n++] = blank ? ' ' : (char)cp;
    }
    while (n > 0 && line[n - 1] == ' ')
        n--;
    line[n] = '\0';
    grid_done(&grid);
    return line;
}

/* ---- a sentence over cells ---- */

static const char *span_of(const char *text, int cols, int least)
{
    struct dx_style style = { .role = DX_ROLE_DIM };

    grid_start(1, cols, GLYPHS_ASCII);
    span_draw(&canvas, (struct dx_box){ 0, 0, 1, cols }, &style, text, least);
    return row_of(0, cols);
}

Test(widgets, a_name_gives_way_to_what_is_said_of_it)
{
    static const char text[] = "acme/search/CI (linux)  3 commits, 5 needed";

    cr_expect_str_eq(span_of(text, 60, 10), "acme/search/CI (linux) 3 commits, 5 needed");
    cr_expect_str_eq(span_of(text, 36, 10), "acme/se~(linux) 3 commits, 5 needed");
    cr_expect_str_eq(span_of(text, 31, 10), "acme/~nux) 3 commits, 5 needed");
    cr_expect_str_eq(span_of(text, 30, 10), "acme/search/CI (linux) 3 ~", "too little is left");
    cr_expect_str_eq(span_of(text, 36, 0), "acme/search/CI (linux) 3 commits, ~");
    cr_expect_str_eq(span_of("no runner since", 14, 10), "no runner ~");
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
    grid_start(34, 60, set);
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
    grid_start(8, 30, set);
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
            grid_start(5, 12, GLYPHS_BRAILLE);
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

/* A panel may ask for any: what is not seen is not drawn, nor does it take time. */
Test(widgets, no_box_is_too_large)
{
    static const double values[] = { 1, 2, 3 };
    struct dx_box box = { 0, 3, 1, INT_MAX };

    grid_start(2, 12, GLYPHS_ASCII);
    gauge_draw(&canvas, box, 1., NAN, DX_ROLE_TEXT);
    box.row = 1;
    heat_draw(&canvas, box, values, 3, NAN);
    for (int row = 0; row < 2; row++) {
        cr_expect_eq(grid.cells[row * 12 + 2].cp, grid.cells[0].cp);
        cr_expect_neq(grid.cells[row * 12 + 11].cp, grid.cells[0].cp);
    }
    grid_done(&grid);
}
