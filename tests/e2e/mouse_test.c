/* The mouse in a terminal: tabs, rows, the wheel, and the switch that leaves it to the
 * terminal. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <criterion/criterion.h>

#include "../company_kit.h"
#include "../run.h"
#include "pty.h"
#include "stage.h"

static void write_config(const char *more)
{
    write_file(config,
               "store: %s\n%sviews:\n"
               "  - name: Overview\n    rows: [{panels: [queue]}, {panels: [flaky]}]\n"
               "  - name: Pipes\n    rows: [{panels: [pipelines]}]\n"
               "  - name: Fails\n    rows: [{panels: [failures]}]\n",
               store, more);
}

static void setup(void)
{
    stage_set();
    write_config("");
    company_write(store, KIT_NORMAL);
    company_hold(store);
}

TestSuite(mouse, .init = setup, .timeout = 300);

static struct pty *start(void)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--now", KIT_NOW, NULL };
    struct pty *p = pty_start(argv, 30, 100, "xterm-256color");

    cr_assert(pty_shows(p, "linux-spot", PTY_PATIENCE_MS), "%s", pty_text(p));
    return p;
}

/* ---- where things are ---- */

struct place {
    int row, col; /* from 1, as the mouse counts */
};

static struct place place_of(struct pty *p, const char *text)
{
    struct place place = { 1, 1 };
    char *screen, *at, *line;

    cr_assert(pty_shows(p, text, PTY_PATIENCE_MS), "no \"%s\" on:\n%s", text, pty_text(p));
    line = screen = pty_text(p);
    at = strstr(screen, text);
    for (char *c = screen; c < at; c++) {
        if (*c == '\n') {
            place.row++;
            line = c + 1;
        }
    }
    for (char *c = line; c < at; c++)
        place.col += (*c & 0xC0) != 0x80;
    free(screen);
    return place;
}

/* Button 0: the left one; 64 and 65: the wheel up and down. */
static void press(struct pty *p, int button, struct place at)
{
    char bytes[64];

    snprintf(bytes, sizeof(bytes), "\033[<%d;%d;%dM\033[<%d;%d;%dm", button, at.col, at.row, button,
             at.col, at.row);
    pty_send(p, bytes);
    pty_read(p, 150);
}

struct row {
    struct pty *p;
    const char *text;
};

/* The mark at the left edge of the row that is selected. */
static bool is_selected(void *self)
{
    const struct row *row = self;

    return pty_cell(row->p, place_of(row->p, row->text).row - 1, 1).chars[0] == 0x258C;
}

#define SELECTED(p, text)                                                                          \
    cr_expect(wait_for(is_selected, &(struct row){ p, text }, PTY_PATIENCE_MS), "%s:\n%s", text,   \
              pty_text(p))

/* ---- tests ---- */

Test(mouse, a_click_on_a_tab_changes_the_view)
{
    struct pty *p = start();

    press(p, 0, place_of(p, "3 Fails"));
    LACKS(p, "linux-spot");
    SHOWS(p, "Failures");
    press(p, 0, place_of(p, "1 Overview"));
    SHOWS(p, "linux-spot");
    press(p, 0, (struct place){ 1, 95 }); /* the time is no tab */
    pty_read(p, 100);
    SHOWS(p, "linux-spot");
    pty_quit(p, "q");
}

Test(mouse, a_click_selects_a_row_and_a_second_one_opens_it)
{
    struct pty *p = start();

    SELECTED(p, "linux-xl  ");
    press(p, 0, place_of(p, "linux-spot"));
    SELECTED(p, "linux-spot");
    LACKS(p, "› linux-spot");
    press(p, 0, place_of(p, "linux-spot"));
    SHOWS(p, "› linux-spot");
    pty_quit(p, "q");
}

/* What it stands on, not what has the focus. */
Test(mouse, the_wheel_scrolls_the_panel_under_it)
{
    struct pty *p = start();
    struct place queue = place_of(p, "POOL"), flaky = place_of(p, "RATE");

    press(p, 65, queue);
    SELECTED(p, "linux  ");
    press(p, 64, queue);
    SELECTED(p, "linux-xl  ");
    press(p, 65, flaky);
    SELECTED(p, "payments/test");
    pty_quit(p, "q");
}

/* As in other programs of its kind: once more turns it round, and then it is as it was. */
Test(mouse, a_click_on_the_head_of_a_column_sorts_by_it)
{
    struct pty *p = start();

    press(p, 0, place_of(p, "OLDEST"));
    SHOWS(p, "OLDEST▾");
    SHOWS(p, "sorted by OLDEST");
    SELECTED(p, "gpu  "); /* none was chosen: the first */
    press(p, 0, place_of(p, "OLDEST"));
    SHOWS(p, "sorted by OLDEST, the other way round");
    press(p, 0, place_of(p, "OLDEST"));
    LACKS(p, "OLDEST▾");
    SHOWS(p, "sorted as the panel yields");
    press(p, 0, place_of(p, "RATE")); /* of the panel under it */
    SHOWS(p, "RATE▾");
    LACKS(p, "› web/e2e");
    pty_quit(p, "q");
}

/* Help covers the panels: what is under it stays as it is. */
Test(mouse, in_the_help_it_scrolls_and_nothing_else)
{
    struct pty *p = start();
    struct place flaky = place_of(p, "RATE");

    pty_send(p, "?");
    SHOWS(p, "how long jobs wait for a runner");
    press(p, 65, flaky);
    LACKS(p, "how long jobs wait for a runner");
    press(p, 64, flaky);
    SHOWS(p, "how long jobs wait for a runner");
    press(p, 0, flaky);
    pty_read(p, 100);
    SHOWS(p, "how long jobs wait for a runner"); /* not that of flaky jobs */
    pty_send(p, "\033");
    LACKS(p, "how long jobs wait for a runner");
    SELECTED(p, "linux-xl  ");
    pty_quit(p, "q");
}

Test(mouse, is_asked_for_and_given_back)
{
    struct pty *p = start();
    const char *on, *off;

    pty_send(p, "q");
    cr_expect(pty_ended(p));
    on = strstr(p->raw, "\033[?1000h\033[?1006h");
    off = strstr(p->raw, "\033[?1006l\033[?1000l");
    cr_expect(on && off && on < off);
    pty_free(p);
}

static bool told_of_it(const struct pty *p)
{
    return strstr(p->raw, "\033[?1000") || strstr(p->raw, "\033[?1006");
}

Test(mouse, nothing_is_sent_where_the_configuration_says_no)
{
    struct pty *p;

    write_config("mouse: no\n");
    p = start();
    press(p, 0, place_of(p, "3 Fails")); /* what some other program left on */
    pty_read(p, 200);
    SHOWS(p, "linux-spot");
    pty_send(p, "\032"); /* stops, and comes back */
    pty_read(p, 300);
    if (waitpid(p->pid, &p->status, WNOHANG | WUNTRACED) == p->pid && WIFSTOPPED(p->status))
        kill(p->pid, SIGCONT);
    SHOWS(p, "linux-spot");
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    cr_expect_not(told_of_it(p));
    pty_free(p);
}

Test(mouse, a_key_leaves_it_to_the_terminal_and_takes_it_back)
{
    struct pty *p = start();
    struct place tab = place_of(p, "3 Fails");

    p->raw_len = 0;
    memset(p->raw, 0, 65536);
    pty_send(p, "m");
    SHOWS(p, "the mouse is the terminal's");
    cr_expect(pty_says(p, "\033[?1006l\033[?1000l"));
    press(p, 0, tab);
    SHOWS(p, "linux-spot");
    pty_send(p, "m");
    SHOWS(p, "the mouse selects");
    cr_expect(pty_says(p, "\033[?1000h\033[?1006h"));
    press(p, 0, tab);
    LACKS(p, "linux-spot");
    pty_quit(p, "q");
}
