/* The panel of tickets, and the tickets of pools and pipelines beside these: as `dxtop
 * screen` draws them at every size, and in a terminal. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../golden.h"
#include "../run.h"
#include "../ticket_kit.h"
#include "pty.h"
#include "stage.h"

static const char *const sizes[] = { "200x60", "120x40", "80x24", "40x10" };
static const char *const views[] = { "Tickets", "Overview", "Queues", "Flaky" };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), VIEWS = sizeof(views) / sizeof(views[0]) };

static void setup(void)
{
    stage_set();
    company_write(store, KIT_NORMAL);
    tickets_config(config, store);
}

TestSuite(tickets, .init = setup, .timeout = 300);

/* ---- golden screens ---- */

static char *screen(const char *view, const char *size, const char *now, const char *option)
{
    const char *argv[] = { "dxtop",    "-c",     config,   "--state", dir,      "--now",
                           now,        "screen", "--view", view,      "--size", size,
                           "--format", "roles",  option,   NULL };
    int status;
    char *text = program_run(argv, &status);

    cr_assert_eq(status, 0, "%s", text);
    return text;
}

static void screens(const char *state, const char *now, int count, const char *option)
{
    for (int v = 0; v < count; v++) {
        for (int i = 0; i < SIZES; i++) {
            char *text = screen(views[v], sizes[i], now, option), name[128];

            snprintf(name, sizeof(name), "screens/tickets-%s%s-%s", state, views[v], sizes[i]);
            golden_text(text, name);
            free(text);
        }
    }
}

Test(tickets, of_a_normal_day)
{
    tickets_write(store, KIT_NORMAL);
    screens("", KIT_NOW, VIEWS, NULL);
}

Test(tickets, in_ascii)
{
    tickets_write(store, KIT_NORMAL);
    screens("ascii-", KIT_NOW, 1, "--ascii");
}

Test(tickets, whose_titles_are_wide_long_or_hostile)
{
    tickets_write(store, KIT_HOSTILE);
    screens("hostile-", KIT_NOW, 1, NULL);
}

Test(tickets, of_old_data)
{
    tickets_write(store, KIT_NORMAL);
    screens("stale-", "2026-11-24T14:42:07Z", 1, NULL);
}

Test(tickets, of_which_there_are_more_than_are_listed)
{
    tickets_write_many(store);
    screens("many-", KIT_NOW, 1, NULL);
}

Test(tickets, of_a_source_that_has_not_answered)
{
    screens("empty-", KIT_NOW, 1, NULL);
}

/* On 80 columns the list would have no room for titles. */
Test(tickets, how_they_fare_stands_beside_them_where_there_is_room)
{
    tickets_write_history(store);
    write_file(config,
               "title: acme\nstore: %s\n"
               "views:\n"
               "  - name: Tickets\n    rows:\n"
               "      - weight: 3\n"
               "        panels:\n"
               "          - {panel: tickets, weight: 13, priority: 0}\n"
               "          - {panel: desk, show: [replies, categories], weight: 7, priority: 2,"
               " min_cols: 108}\n"
               "      - weight: 2\n"
               "        panels:\n"
               "          - {panel: tickets, follow: yes, weight: 13, priority: 1}\n"
               "          - {panel: desk, show: [days], weight: 7, priority: 3, min_cols: 108}\n",
               store);
    screens("desk-", KIT_NOW, 1, NULL);
    screens("desk-ascii-", KIT_NOW, 1, "--ascii");
}

/* ---- in a terminal ---- */

static struct pty *view(const char *name, int rows, int cols)
{
    const char *argv[] = { "dxtop", "-c",    config,   "--state", dir,
                           "--now", KIT_NOW, "--view", name,      NULL };
    struct pty *p;

    company_hold(store);
    p = pty_start(argv, rows, cols, "xterm-256color");
    cr_assert(pty_shows(p, "TITLE", PTY_PATIENCE_MS), "%s", pty_text(p));
    return p;
}

Test(tickets, enter_shows_all_of_one_and_o_opens_it)
{
    struct pty *p;

    tickets_write(store, KIT_NORMAL);
    p = view("Overview", 40, 120);
    unsetenv("BROWSER");
    pty_send(p, "\t\t\t\r"); /* past the queues, the pipelines and the flaky jobs */
    SHOWS(p, "Tickets › DX-412");
    SHOWS(p, "SLA -41m");
    SHOWS(p, "linux-xl (18 wait");
    SHOWS(p, "api/test › jdk21 (flaky");
    pty_send(p, "o");
    SHOWS(p, "https://acme.atlassian.example/browse/DX-412");
    pty_send(p, "\033");
    LACKS(p, "Tickets › DX-412");
    pty_quit(p, "q");
}

/* The clock stands still and nothing is polled: only the frame itself brings it. */
Test(tickets, those_that_are_like_one_are_looked_for_behind_the_first_frame)
{
    struct pty *p;

    tickets_write(store, KIT_NORMAL);
    p = view("Tickets", 70, 120);
    pty_send(p, "\r");
    SHOWS(p, "Tickets › ");
    SHOWS(p, "first reply");
    LACKS(p, "looking for them");
    pty_quit(p, "q");
}

Test(tickets, that_nobody_answered_is_said_where_it_is_known)
{
    struct pty *p;

    tickets_write(store, KIT_NORMAL);
    p = view("Tickets", 40, 120);
    pty_send(p, "/DX-349\r");
    SHOWS(p, "Tickets › DX-349");
    SHOWS(p, "15d without one");
    pty_send(p, "\033");
    LACKS(p, "/DX-349");
    pty_send(p, "/DX-345\r");
    SHOWS(p, "Tickets › DX-345");
    SHOWS(p, "first reply  not known");
    LACKS(p, "without one");
    pty_quit(p, "q");
}

Test(tickets, what_is_beyond_the_list_is_found_and_sorted_to_its_top)
{
    struct pty *p;

    tickets_write_many(store);
    p = view("Tickets", 40, 120);
    SHOWS(p, "1-19 of 1,000 of 1,223");
    LACKS(p, "needle");
    pty_send(p, "/title:needle\r");
    SHOWS(p, "needle in the hay");
    SHOWS(p, "/title:needle  1 of 1,223");
    pty_send(p, "\033");
    SHOWS(p, " of 1,000 of 1,223"); /* at the needle */
    pty_send(p, "ssssssssss");      /* to the last column */
    SHOWS(p, "sorted by TITLE");
    pty_send(p, "S");
    pty_read(p, 200); /* another thousand */
    pty_send(p, "g");
    SHOWS(p, "1-19 of 1,000 of 1,223");
    SHOWS(p, "Windows images");
    SHOWS(p, "DX-412 passed its SLA 41m ago"); /* told, although it is not listed */
    pty_quit(p, "q");
}

static bool has_bytes(const struct pty *p, const char *bytes)
{
    return memmem(p->raw, p->raw_len, bytes, strlen(bytes)) != NULL;
}

/* libvterm reads what a terminal would: each row of the frame ends in its last column, so
 * that no text was wider than it was thought to be, and nothing of it was obeyed. */
Test(tickets, hostile_titles_leave_the_terminal_and_the_table_as_they_are)
{
    enum { ROWS = 40, COLS = 120, BAR = 0x2502 };
    struct pty *p;
    int framed = 0;

    tickets_write(store, KIT_HOSTILE);
    p = view("Tickets", ROWS, COLS);
    SHOWS(p, "DX-412");
    SHOWS(p, "combining");
    for (int row = 0; row < ROWS; row++) {
        if (pty_cell(p, row, 0).chars[0] != BAR)
            continue;
        framed++;
        cr_expect_eq(pty_cell(p, row, COLS - 1).chars[0], BAR, "row %d of\n%s", row, pty_text(p));
    }
    cr_expect_gt(framed, 30, "%d", framed);
    cr_expect(has_bytes(p, "owned")); /* its letters are there */
    cr_expect_not(has_bytes(p, "\033]0;owned"));
    cr_expect_not(has_bytes(p, "\033[2J\033[31m"));
    cr_expect_not(has_bytes(p, "\xe2\x80\xae"), "a bidi override");
    cr_expect_not(has_bytes(p, "\xe2\x81\xa6"), "a bidi isolate");
    pty_quit(p, "q");
}

/* ---- tiles ---- */

/* The charts beside the list are no list: what they are made of is opened. */
Test(tickets, how_they_fare_is_opened_down_to_a_ticket)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--now", KIT_NOW, NULL };
    struct pty *p;

    unsetenv("BROWSER");
    write_file(config,
               "title: acme\nstore: %s\nviews:\n  - name: Desk\n    rows:\n"
               "      - panels: [{panel: desk}]\n",
               store);
    tickets_write_history(store);
    company_hold(store);
    p = pty_start(argv, 40, 120, "xterm-256color");
    cr_assert(pty_shows(p, "First reply", PTY_PATIENCE_MS), "%s", pty_text(p));
    pty_send(p, "\r");
    SHOWS(p, "› by category");
    SHOWS(p, "business time to the first reply, 7 d");
    pty_send(p, "/access\r\r");
    SHOWS(p, "› access");
    SHOWS(p, "DX-");
    pty_send(p, "o");
    SHOWS(p, "https://acme.atlassian.example/browse/DX-");
    pty_send(p, "\r");
    SHOWS(p, "first reply");
    SHOWS(p, "opened by");
    for (int i = 0; i < 4; i++) /* three levels and a filter */
        pty_send(p, PTY_ESC);
    SHOWS(p, "First reply");
    LACKS(p, "› by category");
    pty_quit(p, "q");
}

/* However many are open, what was done is listed, and of it what the number is made of. */
Test(tickets, of_a_tile_are_those_that_it_counts)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--now", KIT_NOW, NULL };
    struct pty *p;

    write_file(config,
               "title: acme\nstore: %s\nviews:\n  - name: Numbers\n    rows:\n"
               "      - panels: [{panel: overview}]\n",
               store);
    tickets_write_many(store);
    company_hold(store);
    p = pty_start(argv, 40, 120, "xterm-256color");
    cr_assert(pty_shows(p, "Time to restore", PTY_PATIENCE_MS), "%s", pty_text(p));
    pty_send(p, "/restore\r\r");
    SHOWS(p, "priority 3");
    pty_send(p, "jjj\r"); /* past none, 1 and 2 */
    SHOWS(p, "› priority 3");
    SHOWS(p, "DX-410");
    LACKS(p, "DX-408");
    unsetenv("BROWSER");
    pty_send(p, "/DX-410\r\r"); /* its times, and what each was read from */
    SHOWS(p, "› DX-410");
    SHOWS(p, "1d21h");
    pty_send(p, "o");
    SHOWS(p, "https://acme.atlassian.example/browse/DX-410");
    pty_send(p, "\r"); /* all of it */
    SHOWS(p, "last change");
    SHOWS(p, "opened by");
    pty_send(p, "y");
    SHOWS(p, "https://acme.atlassian.example/browse/DX-410");
    pty_quit(p, "q");
}
