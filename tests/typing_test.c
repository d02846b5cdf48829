/* What is typed: a line and its editing, the filter and what it fits, commands with their
 * completion and their history. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "app/actions.h"
#include "app/history.h"
#include "ui/line.h"
#include "app/state.h"
#include "app_kit.h"
#include "core/text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

TestSuite(line, .timeout = 20);
TestSuite(history, .timeout = 20);
TestSuite(command, .init = app_start, .fini = app_stop, .timeout = 20);
TestSuite(match, .init = app_start, .fini = app_stop, .timeout = 20);

/* ---- a line ---- */

static struct dx_event key_of(uint32_t key, unsigned mods)
{
    return (struct dx_event){
        .size = sizeof(struct dx_event), .type = DX_EVENT_KEY, .key = key, .mods = mods
    };
}

static bool type_key(struct line *line, uint32_t key, unsigned mods)
{
    struct dx_event event = key_of(key, mods);

    return line_type(line, &event);
}

static void type_text(struct line *line, const char *text)
{
    for (size_t len = strlen(text), n; len > 0; text += n, len -= n) {
        char32_t cp;

        n = utf8_next(text, len, &cp);
        (void)type_key(line, (uint32_t)cp, 0);
    }
}

Test(line, is_edited_where_the_cursor_stands)
{
    struct line line = { .text = "" };

    type_text(&line, "ab é漢");
    cr_expect_str_eq(line.text, "ab é漢");
    type_key(&line, DX_KEY_BACKSPACE, 0);
    cr_expect_str_eq(line.text, "ab é");
    type_key(&line, DX_KEY_LEFT, 0);
    type_text(&line, "x");
    cr_expect_str_eq(line.text, "ab xé");
    type_key(&line, DX_KEY_DELETE, 0);
    cr_expect_str_eq(line.text, "ab x");
    type_key(&line, DX_KEY_DELETE, 0);
    type_key(&line, DX_KEY_RIGHT, 0);
    cr_expect_str_eq(line.text, "ab x");
    type_key(&line, DX_KEY_HOME, 0);
    type_text(&line, "-");
    cr_expect_str_eq(line.text, "-ab x");
    type_key(&line, DX_KEY_END, 0);
    type_key(&line, 'w', DX_MOD_CTRL);
    cr_expect_str_eq(line.text, "-ab ");
    type_key(&line, 'w', DX_MOD_CTRL);
    cr_expect_str_eq(line.text, "");
    type_text(&line, "one two");
    type_key(&line, 'a', DX_MOD_CTRL);
    type_key(&line, DX_KEY_RIGHT, 0);
    type_key(&line, 'k', DX_MOD_CTRL);
    cr_expect_str_eq(line.text, "o");
    type_key(&line, 'e', DX_MOD_CTRL);
    type_key(&line, 'u', DX_MOD_CTRL);
    cr_expect_str_eq(line.text, "");
    type_key(&line, DX_KEY_BACKSPACE, 0);
    type_key(&line, DX_KEY_LEFT, 0);
    cr_expect_eq(line.at, 0);
}

/* What could drive a terminal, or turn what is written, is not typed. */
Test(line, takes_nothing_that_a_terminal_cannot_be_trusted_with)
{
    static const uint32_t hostile[] = { 0x1B,   0x07,   0x7F,      0x80,     0x9B,     0x9D,
                                        0x202E, 0x2066, 0x200F,    0xD800,   0x110000, '\n',
                                        '\r',   '\t',   DX_KEY_F1, DX_KEY_UP };
    struct line line = { .text = "" };

    type_text(&line, "a");
    for (size_t i = 0; i < COUNT(hostile); i++)
        (void)type_key(&line, hostile[i], 0);
    cr_expect_str_eq(line.text, "a");
    cr_expect_not(type_key(&line, 'x', DX_MOD_ALT));
    cr_expect_not(type_key(&line, 'x', DX_MOD_CTRL));
    cr_expect_str_eq(line.text, "a");
}

Test(line, that_is_full_takes_no_half_character)
{
    struct line line = { .text = "" };

    for (int i = 0; i < 300; i++)
        (void)type_key(&line, 0x4f5c, 0);
    cr_expect_eq(strlen(line.text), LINE_MOST / 3 * 3);
    line.most = 10;
    line_set(&line, "äöüäöüäöü");
    cr_expect_str_eq(line.text, "äöüäö");
    type_text(&line, "x");
    cr_expect_str_eq(line.text, "äöüäö");
}

/* ---- what was typed before ---- */

Test(history, keeps_the_last_ones_each_once)
{
    struct history history = { .count = 0 };
    char text[32];

    history_add(&history, "");
    history_add(&history, "a");
    history_add(&history, "b");
    history_add(&history, "a");
    cr_expect_eq(history.count, 2);
    cr_expect_str_eq(history.lines[1], "a");
    for (int i = 0; i < 150; i++) {
        snprintf(text, sizeof(text), "line %d", i);
        history_add(&history, text);
    }
    cr_expect_eq(history.count, HISTORY_MOST);
    cr_expect_str_eq(history.lines[0], "line 50");
    history_done(&history);
}

Test(history, is_found_again_readable_by_its_owner_only)
{
    char dir[] = "/tmp/history-XXXXXX", path[64], *text;
    struct history history = { .count = 0 }, again = { .count = 0 };
    struct stat st;

    cr_assert(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/h", dir);
    history_save(&history, path);
    cr_expect_neq(stat(path, &st), 0, "nothing was typed, and it is written");
    history_add(&history, "view Queues");
    history_add(&history, "filter ä");
    history_save(&history, path);
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    history_load(&again, path);
    cr_assert_eq(again.count, 2);
    cr_expect_str_eq(again.lines[0], "view Queues");
    cr_expect_str_eq(again.lines[1], "filter ä");
    cr_expect_not(again.changed);
    history_done(&history);
    history_done(&again);

    /* A file that somebody else wrote. */
    FILE *file = fopen(path, "w");
    cr_assert(file);
    for (int i = 0; i < 10000; i++)
        fprintf(file, "old %d\n", i);
    fprintf(file, "a\033]52;c;aGk=\a\n\n\xff\xfe\n");
    for (int i = 0; i < 1000; i++)
        fputc('x', file);
    fputs("\nlast", file);
    fclose(file);
    history_load(&again, path);
    cr_expect_leq(again.count, HISTORY_MOST);
    cr_expect_str_eq(again.lines[again.count - 1], "last");
    cr_expect_eq(strlen(again.lines[again.count - 2]), LINE_MOST);
    for (size_t i = 0; i < again.count; i++)
        for (text = again.lines[i]; *text; text++)
            cr_expect((unsigned char)*text >= ' ' && *text != 0x7F, "%s", again.lines[i]);
    history_done(&again);
    unlink(path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    history_load(&again, path); /* does not wait for a writer */
    cr_expect_eq(again.count, 0);
    unlink(path);
    rmdir(dir);
}

/* ---- commands ---- */

static void press(uint32_t key, unsigned mods)
{
    struct dx_event event = key_of(key, mods);

    actions_event(&a.v, &event);
}

static void enter_text(const char *text)
{
    for (; *text; text++)
        press((unsigned char)*text, 0);
}

static const char *command(const char *text)
{
    a.v.message[0] = '\0';
    press(':', 0);
    enter_text(text);
    press(DX_KEY_ENTER, 0);
    cr_expect_eq(a.v.typing, TYPING_NONE);
    return a.v.message;
}

static const char *typed_after(const char *text, int tabs, unsigned mods)
{
    press(':', 0);
    enter_text(text);
    for (int i = 0; i < tabs; i++)
        press(DX_KEY_TAB, mods);
    press(DX_KEY_ESC, 0);
    return a.v.line.text;
}

Test(command, does_what_its_name_says)
{
    struct instance *in = &a.v.pages[0].slots[0].instance;

    draw_frame(40, 120);
    command("down");
    cr_expect_str_eq(table_selected(in->table)->key, "row 1");
    command("last");
    cr_expect_str_eq(table_selected(in->table)->key, "row 2");
    cr_expect_str_eq(command("sort n"), "sorted by N");
    cr_expect_eq(in->table->sort, 1);
    command("filter row 1");
    cr_expect_str_eq(in->table->filter, "row 1");
    cr_expect_eq(in->table->shown, 1);
    command("view two");
    cr_expect_eq(a.v.page, 1);
    command("view O"); /* the only one that begins so */
    cr_expect_eq(a.v.page, 0);
    command("view 2");
    cr_expect_eq(a.v.page, 1);
    command("view 1");
    cr_expect_eq(a.v.page, 0);
    cr_expect_str_eq(command("view 3"), "view: there is no \"3\"");
    command("view 0");
    cr_expect_eq(a.v.page, 0);
    cr_expect_str_eq(command("theme light"), "theme light");
    cr_expect_str_eq(command("  zoom  "), "");
    cr_expect_eq(a.v.pages[0].zoomed, 0);
    command("z");
    cr_expect_eq(a.v.pages[0].zoomed, -1);
    command("");
    press(':', 0);
    enter_text("filter"); /* as by its key */
    press(DX_KEY_ENTER, 0);
    cr_expect_eq(a.v.typing, TYPING_FILTER);
}

static const struct {
    const char *text, *message;
} complaints[] = {
    { "zom", "unknown command \"zom\"; did you mean \"zoom\"?" },
    { "s", "unknown command \"s\"" },
    { "zoom in", "zoom takes nothing after it" },
    { "view", "view NAME|NUMBER: something is missing" },
    { "view Thee", "view: there is no \"Thee\"" },
    { "view Tow", "view: there is no \"Tow\"; did you mean \"Two\"?" },
    { "sort NMAE", "sort: there is no \"NMAE\"; did you mean \"NAME\"?" },
    { "sort", "sorted by NAME" },
    { "poll nobody", "poll: there is no \"nobody\"" },
    { "save png", "save: there is no \"png\"; did you mean \"svg\"?" },
    { "save s", "cannot save dxtop-2026-09-21-141420.svg: No such file or directory" },
};

Test(command, says_what_is_wrong_with_it)
{
    cr_assert_eq(chdir("/proc/self"), 0); /* where nothing can be saved */
    terminal_open(40, 120);               /* what is saved is drawn first */
    draw_frame(40, 120);
    for (size_t i = 0; i < COUNT(complaints); i++)
        cr_expect_str_eq(command(complaints[i].text), complaints[i].message);
    terminal_close();
}

static const struct {
    const char *text;
    int tabs;
    unsigned mods;
    const char *whole;
} completions[] = {
    { "vi", 1, 0, "view " },
    { "vi", 2, 0, "view One" },
    { "zo", 1, 0, "zoom" },
    { "zo", 2, 0, "zoom" },
    { "re", 1, 0, "reverse" },
    { "re", 2, 0, "redact" },
    { "re", 3, 0, "redraw" },
    { "re", 4, 0, "reverse" },
    { "re", 1, DX_MOD_SHIFT, "redraw" },
    { "xy", 1, 0, "xy" },
    { "view ", 1, 0, "view One" },
    { "view t", 1, 0, "view Two" },
    { "theme hi", 1, 0, "theme high-contrast" },
    { "th hi", 1, 0, "th high-contrast" }, /* it would be run so, too */
    { "s hi", 1, 0, "s hi" },              /* there are several */
    { "sort ", 2, 0, "sort N" },
    { "cla", 1, 0, "claim " },
    { "snooze ", 2, 0, "snooze 1h" },
    { "snooze 4", 1, 0, "snooze 4h" },
    { "snooze 4h a", 1, 0, "snooze 4h a" },
    { "save svg", 1, 0, "save html" }, /* it is one: on to the next */
    { "save svg", 2, 0, "save text" },
    { "save svg x", 1, 0, "save svg x" },
    { "filter a", 1, 0, "filter a" },
    { "nothing a", 1, 0, "nothing a" },
};

Test(command, is_completed)
{
    draw_frame(40, 120);
    for (size_t i = 0; i < COUNT(completions); i++)
        cr_expect_str_eq(typed_after(completions[i].text, completions[i].tabs, completions[i].mods),
                         completions[i].whole);
}

Test(command, what_was_typed_comes_back)
{
    draw_frame(40, 120);
    command("zoom");
    command("view two");
    press(':', 0);
    enter_text("so");
    press(DX_KEY_UP, 0);
    cr_expect_str_eq(a.v.line.text, "view two");
    press(DX_KEY_UP, 0);
    press(DX_KEY_UP, 0);
    cr_expect_str_eq(a.v.line.text, "zoom");
    press(DX_KEY_DOWN, 0);
    cr_expect_str_eq(a.v.line.text, "view two");
    press(DX_KEY_DOWN, 0);
    press(DX_KEY_DOWN, 0);
    cr_expect_str_eq(a.v.line.text, "so");
    press(DX_KEY_ESC, 0);
    history_done(&a.v.command.history);
}

/* The state directory keeps it from one start to the next. */
Test(command, what_was_typed_is_there_at_the_next_start)
{
    draw_frame(40, 120);
    command("view two");
    state_save(&a.v);
    history_done(&a.v.command.history);
    state_load(&a.v);
    press(':', 0);
    press(DX_KEY_UP, 0);
    cr_expect_str_eq(a.v.line.text, "view two");
    history_done(&a.v.command.history);
}

Test(command, the_last_line_shows_it_and_what_it_is_about)
{
    const char *screen;

    press(':', 0);
    enter_text("theme ");
    screen = draw_frame(40, 120);
    cr_expect(strstr(screen, "\n :theme "), "%s", screen);
    cr_expect(strstr(screen, "dark  light  high-contrast"), "%s", screen);
    press('u', DX_MOD_CTRL);
    enter_text("zoom");
    screen = draw_frame(40, 120);
    cr_expect(strstr(screen, "\n :zoom"), "%s", screen);
    cr_expect(strstr(screen, "zoom: give the panel"), "%s", screen);
    press('u', DX_MOD_CTRL);
    enter_text("filter a very long line of text that is longer than the screen");
    screen = draw_frame(10, 40);
    cr_expect(strstr(screen, "than the screen"), "%s", screen);
    press(DX_KEY_ESC, 0);
    press('x', 0);
    screen = draw_frame(40, 120);
    cr_expect(strstr(screen, "\n :save svg"), "%s", screen);
    press(DX_KEY_TAB, 0);
    screen = draw_frame(40, 120);
    cr_expect(strstr(screen, "\n :save html"), "%s", screen);
}

Test(command, ends_with_escape_and_with_a_backspace_too_many)
{
    draw_frame(40, 120);
    press(':', 0);
    enter_text("q");
    press(DX_KEY_BACKSPACE, 0);
    cr_expect_eq(a.v.typing, TYPING_COMMAND);
    press(DX_KEY_BACKSPACE, 0);
    cr_expect_eq(a.v.typing, TYPING_NONE);
    press(':', 0);
    enter_text("zoom");
    press(DX_KEY_ESC, 0);
    cr_expect_eq(a.v.typing, TYPING_NONE);
    cr_expect_eq(a.v.pages[0].zoomed, -1);
}

/* ---- what is pasted ---- */

static void paste(const char *text)
{
    press(SCREEN_PASTE_BEGIN, 0);
    for (; *text; text++)
        press(*text == '\n' ? DX_KEY_ENTER : (unsigned char)*text, 0);
    press(SCREEN_PASTE_END, 0);
}

Test(command, what_is_pasted_is_text_and_never_keys)
{
    a.v.loop = ev_loop_new(EVFLAG_AUTO);
    a.v.status = 7;
    draw_frame(40, 120);
    paste("q2z\n");
    press(SCREEN_PASTE_BEGIN, 0);
    press('c', DX_MOD_CTRL);
    press(SCREEN_PASTE_END, 0);
    cr_expect_eq(a.v.status, 7);
    cr_expect_eq(a.v.page, 0);
    cr_expect_eq(a.v.pages[0].zoomed, -1);
    press(':', 0);
    paste("view\ntwo\n");
    cr_expect_str_eq(a.v.line.text, "view two ");
    cr_expect_eq(a.v.page, 0);
    press(DX_KEY_ESC, 0);
    press('/', 0);
    paste("ab\nq");
    cr_expect_str_eq(a.v.pages[0].slots[0].instance.table->filter, "ab q");
    press(DX_KEY_ESC, 0);
    press('2', 0); /* a key again */
    cr_expect_eq(a.v.page, 1);
    /* One whose end is lost ends by itself. */
    press(SCREEN_PASTE_BEGIN, 0);
    press('1', 0);
    cr_expect_eq(a.v.page, 1);
    a.v.pasted_ms -= 3000;
    press('1', 0);
    cr_expect_eq(a.v.page, 0);
    ev_loop_destroy(a.v.loop);
}

/* ---- what a filter fits ---- */

static const char *selected(void)
{
    return table_selected(a.v.pages[0].slots[0].instance.table)->key;
}

Test(match, next_and_previous_also_once_the_filter_is_taken_away)
{
    a.list_rows = 25;
    draw_frame(40, 120);
    press('n', 0);
    cr_expect_str_eq(a.v.message, "nothing was filtered for yet");
    press('/', 0);
    enter_text("row 2");
    press(DX_KEY_ENTER, 0);
    cr_expect_str_eq(selected(), "row 2");
    press('n', 0);
    cr_expect_str_eq(selected(), "row 12");
    press(DX_KEY_ESC, 0); /* all rows are back */
    cr_expect_eq(a.v.pages[0].slots[0].instance.table->shown, 25);
    press('n', 0);
    cr_expect_str_eq(selected(), "row 20");
    press('N', 0);
    press('N', 0);
    cr_expect_str_eq(selected(), "row 2");
    press('N', 0); /* from the end on */
    cr_expect_str_eq(selected(), "row 24");
    press('n', 0);
    cr_expect_str_eq(selected(), "row 2");
}

Test(match, none_is_said)
{
    draw_frame(40, 120);
    command("filter row 1");
    press(DX_KEY_ESC, 0);
    press('n', 0);
    cr_expect_str_eq(selected(), "row 1");
    press('n', 0);
    cr_expect_str_eq(a.v.message, "no other row fits row 1");
}
