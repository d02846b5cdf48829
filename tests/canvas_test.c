/* A canvas: text in cells, clipped and cut; what ASCII has in the place of signs. */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/letters.h"
#include "core/text.h"
#include "grid_kit.h"
#include "ui/screen_internal.h"

TestSuite(canvas, .timeout = 20);
TestSuite(colour, .timeout = 20);

Test(canvas, a_wide_character_is_never_halved)
{
    grid_start(1, 4, GLYPHS_BRAILLE);
    cr_expect_eq(canvas_put(&canvas, 0, 3, NULL, "作"), 0);
    cr_expect_eq(canvas_put(&canvas, 0, 0, NULL, "作业"), 4);
    cr_expect_eq(canvas_put(&canvas, 0, 1, NULL, "x"), 1);
    cr_expect_eq(grid.cells[0].cp, 0);
    cr_expect_eq(grid.cells[0].width, 1);
    cr_expect_eq(grid.cells[2].cp, U'业');
    canvas_put(&canvas, 0, 2, NULL, "y");
    cr_expect_eq(grid.cells[3].width, 1);
    grid_done(&grid);
}

Test(canvas, a_mark_joins_the_letter_before_it)
{
    grid_start(1, 6, GLYPHS_BRAILLE);
    cr_expect_eq(canvas_put(&canvas, 0, 0, NULL, "abe\xCC\x81z"), 4);
    cr_expect_eq(grid.cells[1].cp, 'b');
    cr_expect_eq(grid.cells[2].cp, 'e');
    cr_expect_str_eq(grid_marks(&grid, &grid.cells[2]), "\xCC\x81");
    cr_expect_str_eq(grid_marks(&grid, &grid.cells[3]), "");
    cr_expect_eq(grid.cells[3].cp, 'z');
    grid_done(&grid);
}
Test(canvas, a_line_fills_its_box_and_no_more)
{
    grid_start(2, 5, GLYPHS_BRAILLE);
    (void)canvas_put(&canvas, 0, 2, NULL, "作");
    canvas_line(&canvas, (struct dx_box){ 0, 3, 1, 9 }, &(struct dx_style){ .role = DX_ROLE_DIM },
                "─");
    cr_expect_eq(grid.cells[2].cp, 0, "half of a wide one does not stay");
    cr_expect_eq(grid.cells[2].width, 1);
    for (int i = 3; i < 5; i++) {
        cr_expect_eq(grid.cells[i].cp, U'─');
        cr_expect_eq(grid.cells[i].role, DX_ROLE_DIM);
    }
    cr_expect_eq(grid.cells[5].cp, 0, "not of the next row");
    canvas_line(&canvas, (struct dx_box){ 1, 4, 1, -1 }, NULL, "─");
    cr_expect_eq(grid.cells[9].cp, 0);
    grid_done(&grid);
}

/* The grid ends with the row, and the panel beside it begins there. */
Test(canvas, a_line_of_wide_glyphs_stays_in_its_box)
{
    grid_start(2, 5, GLYPHS_BRAILLE);
    (void)canvas_put(&canvas, 0, 3, NULL, "x");
    canvas_line(&canvas, (struct dx_box){ 0, 0, 1, 3 }, NULL, "作");
    cr_expect_eq(grid.cells[0].cp, U'作');
    cr_expect_eq(grid.cells[0].width, 2);
    cr_expect_eq(grid.cells[2].cp, 0);
    cr_expect_eq(grid.cells[2].width, 1);
    cr_expect_eq(grid.cells[3].cp, 'x');
    canvas_line(&canvas, (struct dx_box){ 1, 0, 1, 5 }, NULL, "作");
    cr_expect_eq(grid.cells[7].cp, U'作');
    cr_expect_eq(grid.cells[9].cp, 0, "there is no room behind it");
    cr_expect_eq(grid.cells[9].width, 1);
    canvas_line(&canvas, (struct dx_box){ 1, 0, 1, 5 }, NULL, "");
    cr_expect_eq(grid.cells[5].cp, U'作', "no glyph, no line");
    grid_done(&grid);
}

Test(canvas, clips_on_every_side)
{
    grid_start(2, 5, GLYPHS_BRAILLE);
    cr_expect_eq(canvas_put(&canvas, 2, 0, NULL, "x"), 0);
    cr_expect_eq(canvas_put(&canvas, -1, 0, NULL, "x"), 0);
    canvas_put(&canvas, 0, -2, NULL, "abcd");
    cr_expect_eq(grid.cells[0].cp, 'c');
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
        grid_start(3, 8, GLYPHS_BRAILLE);
        cr_expect_eq(
            canvas_put_wrapped(&canvas, (struct dx_box){ 0, 1, 3, 6 }, NULL, cases[i].text),
            cases[i].used, "%s", cases[i].text);
        for (int row = 0; row < 3; row++) {
            char have[64] = "";

            for (int col = 1; col < 7; col++) {
                uint32_t cp = grid.cells[row * 8 + col].cp;

                have[strlen(have) + utf8_put(have + strlen(have), cp ? cp : ' ')] = '\0';
            }
            cr_expect_str_eq(have, cases[i].row[row], "%s", cases[i].text);
        }
        cr_expect_eq(grid.cells[7].cp, 0, "the edge is left alone");
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

    grid_start(2, 5, GLYPHS_BRAILLE);
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
    grid_start(1, 3, GLYPHS_BRAILLE);
    canvas.stale = true;
    canvas_put(&canvas, 0, 0, &(struct dx_style){ .role = DX_ROLE_BAD, .attr = DX_CHIP | DX_BOLD },
               "x");
    cr_expect_eq(grid.cells[0].role, DX_ROLE_DIM);
    cr_expect_eq(grid.cells[0].attr, DX_BOLD);
    grid_done(&grid);
}

Test(canvas, links_are_web_links_only)
{
    grid_start(1, 4, GLYPHS_BRAILLE);
    canvas_put(&canvas, 0, 0, &(struct dx_style){ .link = "https://h/" }, "a");
    canvas_put(&canvas, 0, 1, &(struct dx_style){ .link = "javascript:x" }, "b");
    cr_expect_str_eq(grid_link(&grid, &grid.cells[0]), "https://h/");
    cr_expect_null(grid_link(&grid, &grid.cells[1]));
    grid_done(&grid);
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
            n += utf8_put(out + n,
                          canvas_cell(&canvas, 0, i)->cp ? canvas_cell(&canvas, 0, i)->cp : U' ');
        out[n] = '\0';
        cr_expect_str_eq(out, ascii ? "- ~ > 100 x12 ↑ ä" : text);
        grid_done(&grid);
    }
}
