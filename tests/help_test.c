/* Keys, and the help that names them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/actions.h"
#include "app/help.h"
#include "app/move.h"
#include "app_kit.h"

TestSuite(help, .init = app_start, .fini = app_stop, .timeout = 20);
TestSuite(keys, .init = app_start, .fini = app_stop, .timeout = 20);

/* ---- help ---- */

Test(help, begins_with_the_focused_panel_and_names_every_key)
{
    struct grid grid;
    struct dx_canvas canvas;
    int count, seen = 0;

    draw_frame(40, 120);
    grid_init(&grid, 200, 264, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    canvas_put(&canvas, 150, 30, NULL, "beneath");
    count = help_draw(&a.v, &canvas, 0);
    cr_expect_not(grid_shows(&grid, "beneath"), "the screen shines through");
    cr_expect(strstr(grid_line(&grid, 1), "List"), "%s", grid_line(&grid, 1));
    cr_expect(strstr(grid_line(&grid, 2), "Lists what there is."), "%s", grid_line(&grid, 2));
    cr_expect(grid_shows(&grid, "Nothing is left out."));
    cr_expect(grid_shows(&grid, "what it is called"));
    cr_expect(grid_shows(&grid, "goes down a step"));
    for (int i = 0; i < ACTION_COUNT; i++)
        seen += grid_shows(&grid, action_kinds[i].keys) && grid_shows(&grid, action_kinds[i].help);
    cr_expect_eq(seen, ACTION_COUNT, "%d of the keys", seen);
    for (int row = count + 1; row < 199; row++)
        cr_expect(strlen(grid_line(&grid, row)) <= 264 && !strpbrk(grid_line(&grid, row), "abc"),
                  "line %d is not counted: %s", row, grid_line(&grid, row));
    grid_done(&grid);
}

static bool on_one_line(const struct grid *grid, const char *one, const char *other)
{
    for (int row = 0; row < grid->rows; row++) {
        char line[800];

        (void)snprintf(line, sizeof(line), "%s", grid_line(grid, row));
        if (strstr(line, one) && strstr(strstr(line, one), other))
            return true;
    }
    return false;
}

Test(help, has_the_keys_beside_it_where_there_is_room)
{
    struct grid grid;
    struct dx_canvas canvas;

    draw_frame(40, 120);
    grid_init(&grid, 200, 120, &glyph_sets[GLYPHS_BRAILLE]);
    canvas = canvas_of(&grid);
    (void)help_draw(&a.v, &canvas, 0);
    cr_expect(on_one_line(&grid, "List", "Keys"));
    cr_expect(on_one_line(&grid, "k", "one row up"));
    cr_expect_not(grid_shows(&grid, "page-up"), "as it is engraved");
    cr_expect(grid_shows(&grid, "PgUp"));
    grid_done(&grid);
    grid_init(&grid, 200, 100, &glyph_sets[GLYPHS_BRAILLE]);
    canvas = canvas_of(&grid);
    (void)help_draw(&a.v, &canvas, 0);
    cr_expect_not(on_one_line(&grid, "List", "Keys"));
    grid_done(&grid);
}

Test(help, scrolls_to_its_end_and_no_further)
{
    char first[64];

    a.v.overlay = OVERLAY_HELP;
    cr_expect(strstr(draw_frame(12, 60), " 1-7 of "), "it goes on: %s", draw_frame(12, 60));
    a.v.help_top = 100000;
    cr_expect(strstr(draw_frame(12, 60), "quit"), "at once");
    cr_expect_lt(a.v.help_top, 100);
    cr_expect(strstr(draw_frame(12, 60), "quit"), "%s", draw_frame(12, 60));
    snprintf(first, sizeof(first), "%d", a.v.help_top);
    draw_frame(12, 60);
    cr_expect_eq(a.v.help_top, atoi(first));
}

/* ---- keys ---- */

static void press(uint32_t key, unsigned mods)
{
    actions_event(&a.v, &(struct dx_event){ .size = sizeof(struct dx_event),
                                            .type = DX_EVENT_KEY,
                                            .key = key,
                                            .mods = mods });
}

Test(keys, move_sort_filter_and_step)
{
    struct instance *in = &a.v.pages[0].slots[0].instance;

    draw_frame(40, 120);
    press('j', 0);
    cr_expect_str_eq(table_selected(in->table)->key, "row 1");
    press('G', 0);
    cr_expect_str_eq(table_selected(in->table)->key, "row 2");
    press('g', 0);
    cr_expect_str_eq(table_selected(in->table)->key, "row 0");
    press('s', 0);
    press('s', 0);
    cr_expect_eq(in->tables[0].sort, 1);
    press('s', 0);
    cr_expect_eq(in->tables[0].sort, -1);
    press('/', 0);
    press('q', 0); /* is text now */
    press(0x00e9, 0);
    cr_expect_str_eq(in->tables[0].filter, "q\u00e9");
    press(DX_KEY_BACKSPACE, 0);
    cr_expect_str_eq(in->tables[0].filter, "q");
    press(DX_KEY_ENTER, 0);
    cr_expect_eq(a.v.typing, TYPING_NONE);
    press(DX_KEY_ESC, 0);
    cr_expect_str_eq(in->tables[0].filter, "");
    a.step = "down";
    press(DX_KEY_ENTER, 0);
    cr_expect_eq(in->depth, 1);
    press(DX_KEY_ESC, 0);
    cr_expect_eq(in->depth, 0);
    press('2', 0);
    cr_expect_eq(a.v.page, 1);
    press('9', 0);
    cr_expect_eq(a.v.page, 1);
}

Test(keys, a_filter_that_is_full_takes_no_half_character)
{
    struct instance *in = &a.v.pages[0].slots[0].instance;

    draw_frame(40, 120);
    press('/', 0);
    for (int i = 0; i < 200; i++)
        press(0x4f5c, 0);
    cr_expect_eq(strlen(in->tables[0].filter) % 3, 0);
    cr_expect_lt(strlen(in->tables[0].filter), sizeof(in->tables[0].filter));
}

Test(keys, the_next_panel_does_not_forget_that_there_is_something_new)
{
    draw_frame(40, 120);
    a.v.want_update = true;
    press(DX_KEY_TAB, 0);
    cr_expect_eq(a.v.pages[0].focus, 1);
    cr_expect(a.v.want_update);
}

/* On other keys: the press, the help, the hints and the tabs know of it. */
Test(keys, are_where_the_configuration_puts_them)
{
    struct keymap *map = &a.app.config.keymap;
    struct instance *in = &a.v.pages[0].slots[0].instance;
    const char *screen;

    map->count = 0;
    keymap_add(map, ACTION_DOWN, (struct key){ 'x', 0 });
    keymap_add(map, ACTION_SORT, (struct key){ DX_KEY_F1 + 4, 0 });
    keymap_add(map, ACTION_VIEW, (struct key){ 'e', DX_MOD_ALT });
    keymap_add(map, ACTION_VIEW, (struct key){ 'r', DX_MOD_ALT });
    map->keys[ACTION_SORT] = "f5";
    map->keys[ACTION_THEME] = "";
    screen = draw_frame(40, 120);
    cr_expect(strstr(screen, "f5 sort") && !strstr(screen, "q quit"), "%s", screen);
    cr_expect(strstr(screen, " alt-e One  alt-r Two "), "%s", screen);
    press('j', 0);
    cr_expect_str_eq(table_selected(in->table)->key, "row 0");
    press('x', 0);
    cr_expect_str_eq(table_selected(in->table)->key, "row 1");
    press('2', 0);
    cr_expect_eq(a.v.page, 0);
    press('r', DX_MOD_ALT);
    cr_expect_eq(a.v.page, 1);
    a.v.overlay = OVERLAY_HELP;
    screen = draw_frame(100, 120);
    cr_expect(strstr(screen, "f5"), "%s", screen);
    cr_expect_not(strstr(screen, " s  "), "%s", screen);
    cr_expect(strstr(screen, " :theme "), "%s", screen);
}

Test(keys, ctrl_c_quits_whatever_is_bound_and_typed_into)
{
    a.app.config.keymap.count = 0;
    a.v.loop = ev_loop_new(EVFLAG_AUTO);
    a.v.status = 7;
    draw_frame(40, 120);
    a.v.typing = TYPING_COMMAND;
    press('c', DX_MOD_CTRL);
    cr_expect_eq(a.v.status, EXIT_OK);
    ev_loop_destroy(a.v.loop);
}
