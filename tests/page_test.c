/* What the full-screen program shows, without a terminal: pages, and the lines
 * around them. */
#include "config.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bars.h"
#include "app/wall_lines.h"
#include "app/help.h"
#include "app/move.h"
#include "app_kit.h"

TestSuite(page, .init = app_start, .fini = app_stop, .timeout = 60);

/* ---- pages ---- */

static void judge_boxes(const struct page *page, int rows, int cols)
{
    for (size_t i = 0; i < page->slot_count; i++) {
        const struct dx_box *b = &page->slots[i].box;

        if (b->rows < 1)
            continue;
        cr_assert(
            b->row >= 0 && b->col >= 0 && b->row + b->rows <= rows && b->col + b->cols <= cols,
            "%dx%d: panel %zu at %d,%d %dx%d", cols, rows, i, b->row, b->col, b->cols, b->rows);
        for (size_t j = 0; j < i; j++) {
            const struct dx_box *o = &page->slots[j].box;
            bool apart = b->row >= o->row + o->rows || o->row >= b->row + b->rows ||
                         b->col >= o->col + o->cols || o->col >= b->col + b->cols;

            cr_assert(apart, "%dx%d: panels %zu and %zu overlap", cols, rows, i, j);
        }
    }
}

Test(page, stands_at_any_size)
{
    for (int rows = 1; rows <= 45; rows++)
        for (int cols = 1; cols <= 130; cols += cols < 45 ? 1 : 7) {
            draw_frame(rows, cols);
            if (rows > 3)
                judge_boxes(&a.v.pages[0], rows - 3, cols);
            cr_assert(rows <= 3 || page_focus(&a.v.pages[0]), "%dx%d: no panel", cols, rows);
        }
}

Test(page, forty_by_ten_is_one_panel_and_three_lines)
{
    cr_expect_str_eq(draw_frame(10, 40), " dxtop|acme 1 One  2              14:14\n"
                                         " Waiting for the first answers.\n"
                                         "+- List -------------------------------+\n"
                                         "| NAME     N                           |\n"
                                         "|#row 0    0                           |\n"
                                         "| row 1 1.00                           |\n"
                                         "| row 2 2.00                           |\n"
                                         "|                                      |\n"
                                         "+--------------------------------------+\n"
                                         " jk move  / filter  s sort  ? help\n");
    cr_expect_eq(a.v.pages[0].slots[1].box.rows, 0);
    cr_expect_eq(a.v.pages[0].slots[2].box.rows, 0);
}

Test(page, only_what_is_shown_is_read)
{
    draw_frame(10, 40);
    cr_expect_eq(a.updates, 1);
    a.updates = 0;
    draw_frame(40, 120);
    cr_expect_eq(a.updates, 3);
    a.updates = 0;
    a.v.pages[0].zoomed = 1;
    cr_expect(strstr(draw_frame(40, 120), "painted"));
    cr_expect_eq(a.updates, 1);
}

/* A picture has all at once; on a terminal the rest comes behind the first frame, once. */
Test(page, what_takes_long_comes_behind_the_first_frame)
{
    struct page *page = &a.v.pages[0];

    a.takes_long = true;
    draw_frame(40, 120);
    cr_expect_not(page_owes(page));
    page_rest(page);
    page->hurried = true;
    page_update(page, &a.v.reader, T0, 37, 120);
    cr_expect(page_owes(page));
    a.updates = 0;
    page_follow(page, &a.v.reader, T0);
    cr_expect_eq(a.updates, 3);
    cr_expect_not(page_owes(page));
    page_follow(page, &a.v.reader, T0);
    page_update(page, &a.v.reader, T0, 37, 120);
    cr_expect_eq(a.updates, 6);
    cr_expect_not(page_owes(page));
}

Test(page, what_is_not_on_the_screen_any_more_is_not_owed)
{
    struct page *page = &a.v.pages[0];

    draw_frame(40, 120);
    page_rest(page);
    a.takes_long = page->hurried = true;
    page_update(page, &a.v.reader, T0, 37, 120);
    page->zoomed = 1;
    page_update(page, &a.v.reader, T0, 37, 120);
    cr_expect_not(page_owes(page));
}

Test(page, the_focus_goes_round_what_is_shown)
{
    struct page *page = &a.v.pages[0];

    draw_frame(40, 120);
    cr_expect_eq(page->focus, 0);
    page_move_focus(page, 1);
    page_move_focus(page, 1);
    cr_expect_eq(page->focus, 2);
    page_move_focus(page, 1);
    cr_expect_eq(page->focus, 0);
    page_move_focus(page, -1);
    cr_expect_eq(page->focus, 2);
    draw_frame(10, 40); /* it is not shown any more */
    cr_expect_eq(page->focus, 0);
    page_move_focus(page, 1);
    cr_expect_eq(page->focus, 0);
}

Test(page, a_panel_is_found_where_it_stands)
{
    struct page *page = &a.v.pages[0];

    draw_frame(40, 120);
    for (size_t i = 0; i < page->slot_count; i++) {
        const struct dx_box *b = &page->slots[i].box;

        cr_expect_eq(page_at(page, b->row, b->col), &page->slots[i]);
        cr_expect_eq(page_at(page, b->row + b->rows - 1, b->col + b->cols - 1), &page->slots[i]);
    }
    cr_expect_null(page_at(page, 37, 0));
    cr_expect_null(page_at(page, 0, 120));
    cr_expect_null(page_at(page, -1, 5));
}

/* ---- the lines around them ---- */

/* The tabs of eight views, of which the nth is shown. */
static const char *tabs(int cols, size_t view)
{
    static const struct view_settings eight[] = {
        { .name = "Overview" }, { .name = "Queues" },  { .name = "Pipelines" },
        { .name = "Flaky" },    { .name = "Tickets" }, { .name = "Failures" },
        { .name = "Metrics" },  { .name = "Sources" },
    };
    static char out[512];
    struct top_bar top = { .title = "acme",
                           .views = eight,
                           .view_count = 8,
                           .view = view,
                           .now_ms = T0,
                           .keymap = &a.app.config.keymap };
    struct dx_canvas line;
    struct grid grid;
    const char *clock;

    grid_init(&grid, 1, cols, &glyph_sets[GLYPHS_ASCII]);
    line = canvas_of(&grid);
    bars_top(&line, &top);
    (void)snprintf(out, sizeof(out), "%s", grid_line(&grid, 0));
    for (size_t i = 0; i < 8; i++) { /* each is where it is drawn */
        char number[4];

        (void)snprintf(number, sizeof(number), " %zu", i + 1);
        cr_expect_eq(bars_tab_at(&top, cols, (int)(strstr(out, number) - out) + 1), (int)i, "%d %s",
                     cols, out);
    }
    clock = strrchr(out, ' ');
    cr_expect(strchr(clock, ':'), "%s", out);
    out[clock - out] = '\0';
    for (size_t n = strlen(out); n > 0 && out[n - 1] == ' ';)
        out[--n] = '\0';
    grid_done(&grid);
    return out + 11; /* without the name of the program */
}

Test(page, as_many_tabs_have_names_as_there_is_room_for)
{
    const char *all = "   1 Overview  2 Queues  3 Pipelines  4 Flaky  5 Tickets  6 Failures  7 "
                      "Metrics  8 Sources";

    cr_expect_str_eq(tabs(200, 2), all);
    cr_expect_str_eq(tabs(112, 2), all);
    cr_expect_str_eq(tabs(111, 0),
                     "   1 Overview  2 Queues  3 Pipelin~  4 Flaky  5 Tickets  6 Failures  7 "
                     "Metrics  8 Sources");
    cr_expect_str_eq(tabs(96, 2),
                     "   1 Overview  2 Queues  3 Pipelines  4 Flaky  5 Tickets  6 Failures  7  8");
    cr_expect_str_eq(tabs(96, 7),
                     "   1  2  3 Pipelines  4 Flaky  5 Tickets  6 Failures  7 Metrics  8 Sources");
    cr_expect_str_eq(tabs(95, 2), "   1  2  3 Pipelines  4  5  6  7  8");
    cr_expect_str_eq(tabs(50, 7), " 1 2 3 4 5 6 7 8 Sources");
}

/* Of a title the words that fit beside the numbers of all views. */
Test(page, where_few_columns_are_left_the_title_gives_way_to_the_views)
{
    struct view_settings many[14] = { 0 };
    struct top_bar top = { .title = "acme platform",
                           .views = many,
                           .view_count = 14,
                           .view = 8,
                           .now_ms = T0,
                           .keymap = &a.app.config.keymap };
    struct grid grid;
    struct dx_canvas line;

    for (size_t i = 0; i < 14; i++)
        many[i].name = "A long name of a view";
    grid_init(&grid, 1, 40, &glyph_sets[GLYPHS_ASCII]);
    line = canvas_of(&grid);
    bars_top(&line, &top);
    cr_expect_not(strstr(grid_line(&grid, 0), "acme"), "%s", grid_line(&grid, 0));
    cr_expect(strstr(grid_line(&grid, 0), " 9 "), "what is shown is seen: %s", grid_line(&grid, 0));
    grid_clear(&grid);
    top.view_count = 9;
    bars_top(&line, &top);
    cr_expect(strstr(grid_line(&grid, 0), "dxtop|acme 1 2"), "%s", grid_line(&grid, 0));
    cr_expect_not(strstr(grid_line(&grid, 0), "platform"));
    grid_clear(&grid);
    many[8].name = "Alerts"; /* there is room for that */
    bars_top(&line, &top);
    cr_expect(strstr(grid_line(&grid, 0), "dxtop 1 2 3 4 5 6 7 8 9 Alerts "), "%s",
              grid_line(&grid, 0));
    grid_done(&grid);
}

Test(page, a_tab_is_where_it_is_drawn)
{
    struct top_bar top = { .title = "acme",
                           .views = a.app.config.views,
                           .view_count = 2,
                           .view = 1,
                           .now_ms = T0,
                           .keymap = &a.app.config.keymap };

    for (int cols = 30; cols <= 120; cols += 10) {
        struct grid grid;
        struct dx_canvas line;
        const char *text, *at;

        grid_init(&grid, 1, cols, &glyph_sets[GLYPHS_ASCII]);
        line = canvas_of(&grid);
        bars_top(&line, &top);
        text = grid_line(&grid, 0);
        at = strstr(text, "2 Two");
        cr_assert(at, "%s", text);
        cr_expect_eq(bars_tab_at(&top, cols, (int)(at - text)), 1, "%d: %s", cols, text);
        cr_expect_eq(bars_tab_at(&top, cols, 0), -1);
        cr_expect_eq(bars_tab_at(&top, cols, cols - 1), -1);
        grid_done(&grid);
    }
}

static const char *last_line(int cols)
{
    static const struct hint hints[] = {
        { "up", "move", false }, { "ret", "open", false }, { "/", "filter", false },
        { "s", "sort", false },  { "?", "help", true },    { "q", "quit", false },
        { NULL, NULL, false },
    };
    static char out[256];
    struct facts facts = { .budget = (double)NAN };
    struct grid grid;
    struct dx_canvas line;

    facts.lights[LIGHT_LIVE] = 7;
    grid_init(&grid, 1, cols, &glyph_sets[GLYPHS_ASCII]);
    line = canvas_of(&grid);
    bars_bottom(&line, &facts, hints, "");
    (void)snprintf(out, sizeof(out), "%s", grid_line(&grid, 0));
    grid_done(&grid);
    return out;
}

/* Who knows no key finds the one that tells them all, however little room there is. */
Test(page, the_way_to_help_is_kept)
{
    cr_expect_str_eq(last_line(70), " up move  ret open  / filter  s sort  ? help  q quit         "
                                    "* 7 live");
    cr_expect_str_eq(last_line(60), " up move  ret open  / filter  s sort  ? help       * 7 live");
    cr_expect_str_eq(last_line(40), " up move  ret open  ? help          * 7");
    cr_expect_str_eq(last_line(24), " up move  ? help    * 7");
    cr_expect_str_eq(last_line(14), " ? help   * 7");
}

Test(page, nothing_on_the_wall_stands_on_something_else)
{
    static struct facts facts;
    const struct wall_lines lines = { .title = "acme",
                                      .page = "health",
                                      .trouble = "",
                                      .message = "",
                                      .facts = &facts,
                                      .pages = 3,
                                      .now_ms = T0 };
    struct grid grid;
    struct dx_canvas canvas;

    facts = (struct facts){ .budget = (double)NAN, .ok_ms = T0 - 20000, .source_count = 1 };
    facts.lights[LIGHT_LIVE] = 7;
    facts.lights[LIGHT_LIMITED] = 1;
    facts.source[0] = (struct fact_source){ .name = "github", .light = LIGHT_LIMITED };
    grid_init(&grid, 10, 60, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    wall_lines_draw(&canvas, &lines);
    cr_expect_str_eq(grid_line(&grid, 9),
                     "  * * *  1 of 3   * 7 live  o github limited  data 20s old");
    grid_done(&grid);
    grid_init(&grid, 10, 40, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    wall_lines_draw(&canvas, &lines);
    cr_expect_str_eq(grid_line(&grid, 9), "  * * *    * 7  o github  data 20s old");
    grid_done(&grid);
    for (int cols = 39; cols > 0; cols--) { /* half an age is another one */
        const char *data;

        grid_init(&grid, 10, cols, &glyph_sets[GLYPHS_ASCII]);
        canvas = canvas_of(&grid);
        wall_lines_draw(&canvas, &lines);
        data = strstr(grid_line(&grid, 9), "data");
        cr_expect(!data || strcmp(data, "data 20s old") == 0, "%d: %s", cols, grid_line(&grid, 9));
        cr_expect(data || !strstr(grid_line(&grid, 9), "dat"), "%d: %s", cols, grid_line(&grid, 9));
        grid_done(&grid);
    }
}

static const char *headline(const struct facts *facts, const char *trouble, int cols)
{
    static char text[1024];
    struct grid grid;
    struct dx_canvas line;

    grid_init(&grid, 1, cols, &glyph_sets[GLYPHS_ASCII]);
    line = canvas_of(&grid);
    bars_headline(&line, facts, trouble, T0);
    snprintf(text, sizeof(text), "%s", grid_line(&grid, 0));
    grid_done(&grid);
    return text;
}

Test(page, the_headline_says_the_worst_first)
{
    static struct facts facts;

    cr_expect_str_eq(headline(&facts, "", 80), " No source has been polled yet.");
    facts.source_count = 1;
    cr_expect_str_eq(headline(&facts, "", 80), " Waiting for the first answers.");
    facts.lights[LIGHT_LIVE] = 1;
    cr_expect(strstr(headline(&facts, "", 80), "Nothing here has a goal; other views tell."));
    facts.judged = true;
    cr_expect_str_eq(headline(&facts, "", 80), " . This view is within its goals, no alert fires.");
    facts.numbers = true;
    cr_expect_str_eq(headline(&facts, "", 80),
                     " . Key numbers and this view are within their goals, no alert fires.");
    facts.muted = true;
    cr_expect_str_eq(headline(&facts, "", 80),
                     " . Key numbers and this view are within their goals.");
    facts.muted = false;
    facts.part = true;
    cr_expect_str_eq(headline(&facts, "", 80),
                     " . Key numbers and this view are within their goals.", "one may fire");
    cr_expect_str_eq(headline(&facts, "", 40), " . Key numbers, this view within goals.");
    facts.zoomed = true; /* the other panels of the view were not looked at */
    cr_expect_str_eq(headline(&facts, "", 120),
                     " . Key numbers and this panel are within their goals.");
    cr_expect_str_eq(headline(&facts, "", 40), " . Key numbers, this panel within goals.");
    facts.zoomed = false;
    facts.lights[LIGHT_STALE] = 1;
    facts.ok_ms = T0 - 630000;
    cr_expect(
        strstr(headline(&facts, "", 80), "Within their goals when last heard of, 10m 30s ago"),
        "%s", headline(&facts, "", 80));
    facts_add(&facts, DX_ROLE_WARN, "linux", "18 jobs wait");
    cr_expect(strstr(headline(&facts, "", 80), "linux 18 jobs wait"));
    facts_add(&facts, DX_ROLE_BAD, "disk", "is full");
    facts_sort(&facts);
    const char *text = headline(&facts, "", 80);
    cr_expect(strstr(text, "disk is full") && strstr(text, "linux") > strstr(text, "disk"), "%s",
              text);
    text = headline(&facts, "", 24);
    cr_expect(strstr(text, "disk") && !strstr(text, "linux"), "%s", text);
    text = headline(&facts, "the collector ended", 80);
    cr_expect(strstr(text, "the collector ended") && !strstr(text, "disk"), "%s", text);
}

/* Nobody knows what it would find; and one that was switched off found what it did long ago. */
Test(page, a_panel_that_cannot_be_read_is_not_within_its_goals)
{
    struct page *page = &a.v.pages[0];
    struct instance *in = &page->slots[0].instance;
    struct facts facts = { .lights = { [LIGHT_LIVE] = 1 }, .judged = true };
    struct finding old = { .role = DX_ROLE_BAD, .subject = "linux", .sentence = "18 jobs wait" };
    uint64_t found[32];
    char name[16];

    draw_frame(40, 120);
    dx_fail(&in->error, DX_FAULT_SYSTEM, "no such table");
    page_findings(page, &facts);
    cr_expect(facts.failed);
    cr_expect(strstr(headline(&facts, "", 80), "List no such table"), "%s",
              headline(&facts, "", 80));
    in->off = true;
    in->findings = &old;
    in->finding_count = 1;
    facts = (struct facts){ .judged = true };
    page_findings(page, &facts);
    cr_expect_eq(facts.bad, 0);
    cr_expect_eq(facts.warn, 1);
    in->off = false;
    for (int i = 0; i < 32; i++) {
        (void)snprintf(name, sizeof(name), "pool %d", i);
        found[i] = finding_mark(i < 30 ? DX_ROLE_BAD : DX_ROLE_WARN, name, "is full");
    }
    in->found = found;
    in->found_count = 32;
    facts = (struct facts){ .judged = true };
    page_findings(page, &facts);
    in->findings = NULL;
    in->found = NULL;
    cr_expect_eq(facts.bad, 31, "also those that it had no room for");
    cr_expect_eq(facts.warn, 3);
}

/* ---- the panel with the focus alone ---- */

/* But for the clock: are they the same, with their colours and links? */
static void judge_same(const struct grid *kept, const struct grid *whole, int by)
{
    for (int i = kept->cols; i < kept->rows * kept->cols; i++) {
        struct cell x = kept->cells[i], y = whole->cells[i];
        const char *to = grid_link(kept, &x), *also = grid_link(whole, &y);

        x.link = y.link = 0;
        cr_assert_eq(memcmp(&x, &y, sizeof(x)), 0, "by %d: %d, %d", by, i / kept->cols,
                     i % kept->cols);
        cr_assert_str_eq(to ? to : "", also ? also : "", "by %d: %d", by, i / kept->cols);
    }
}

Test(page, another_row_draws_its_panel_alone_as_the_whole_page_has_it)
{
    static const int moves[] = { 1, 1, 7, INT_MAX, -1, -9, INT_MIN, 3 };
    enum { ROWS = 24, COLS = 100 };
    struct grid kept, whole;

    a.list_rows = 50;
    a.url = "https://ci.example/1";
    a.v.want_update = true;
    grid_init(&kept, ROWS, COLS, &glyph_sets[GLYPHS_ASCII]);
    viewer_draw(&a.v, &kept);
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        struct dx_box box;

        a.v.want_update = a.v.want_draw = a.v.want_panel = a.v.want_follow = false;
        move_by(&a.v, moves[i]);
        cr_assert(a.v.want_panel && !a.v.want_draw && !a.v.want_update);
        memset(kept.touched, 0, ROWS * sizeof(*kept.touched));
        viewer_draw_panel(&a.v, &kept);
        box = page_focus(viewer_page(&a.v))->box;
        for (int row = 0; row < ROWS - 1; row++)
            cr_expect_eq(kept.touched[row], row >= box.row + 2 && row < box.row + 2 + box.rows,
                         "row %d", row);
        grid_init(&whole, ROWS, COLS, &glyph_sets[GLYPHS_ASCII]);
        viewer_draw(&a.v, &whole);
        judge_same(&kept, &whole, moves[i]);
        grid_done(&whole);
    }
    grid_done(&kept);
}

Test(page, help_that_covers_it_is_drawn_with_it)
{
    struct grid grid;

    grid_init(&grid, 24, 100, &glyph_sets[GLYPHS_ASCII]);
    a.v.want_update = true;
    viewer_draw(&a.v, &grid);
    a.v.overlay = OVERLAY_HELP;
    viewer_draw_panel(&a.v, &grid);
    cr_expect(grid_shows(&grid, "Lists what there is."));
    grid_done(&grid);
}
