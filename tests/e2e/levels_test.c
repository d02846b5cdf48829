/* From level to level in a terminal: opening, following, going back. */
#include "config.h"

#include <stdlib.h>

#include <criterion/criterion.h>

#include "../company_kit.h"
#include "../run.h"
#include "pty.h"
#include "stage.h"

static void setup(void)
{
    stage_set();
    company_config(config, store);
    company_write(store, KIT_NORMAL);
    company_hold(store);
}

TestSuite(levels, .init = setup, .timeout = 300);

static bool shows_list(struct pty *p)
{
    return pty_shows(p, "linux-xl", 0) || pty_shows(p, "JOB", 0);
}

static struct pty *view(const char *name, int rows, int cols)
{
    const char *argv[] = { "dxtop", "-c",    config,   "--state", dir,
                           "--now", KIT_NOW, "--view", name,      NULL };
    struct pty *p = pty_start(argv, rows, cols, "xterm-256color");

    for (int ms = 0; ms < PTY_PATIENCE_MS && !shows_list(p); ms += 40)
        ;
    cr_assert(shows_list(p), "%s", pty_text(p));
    return p;
}

/* Three keys at most: here it takes two. */
Test(levels, from_a_breached_queue_to_the_oldest_waiting_job_it_takes_two_keys)
{
    struct pty *p = view("Overview", 40, 120);

    unsetenv("BROWSER");
    pty_send(p, "\r");
    SHOWS(p, "Queues › linux-xl › waiting");
    SHOWS(p, "no free runner");
    pty_send(p, "o");
    SHOWS(p, "https://ci.acme.example/acme/api/");
    pty_quit(p, "q");
}

Test(levels, enter_goes_deeper_and_esc_comes_back_to_the_same_row)
{
    struct pty *p = view("Overview", 40, 120);

    pty_send(p, "\tj"); /* the second pipeline */
    pty_send(p, "\r");
    SHOWS(p, "Pipelines › docs/lint");
    pty_send(p, "j\r");
    SHOWS(p, "› docs/lint › #");
    pty_send(p, "\r");
    SHOWS(p, "› lint ");
    SHOWS(p, "started_at - created_at");
    pty_send(p, "\033");
    LACKS(p, "started_at - created_at");
    pty_send(p, "\033");
    LACKS(p, "› #");
    pty_send(p, "\033");
    LACKS(p, "› docs/lint");
    pty_send(p, "\r"); /* still on the second */
    SHOWS(p, "Pipelines › docs/lint");
    pty_quit(p, "q");
}

Test(levels, what_follows_moves_with_the_selection)
{
    struct pty *p = view("Queues", 40, 120);

    SHOWS(p, "Queues › linux-xl › waiting");
    pty_send(p, "j");
    SHOWS(p, "Queues › gpu › waiting");
    SHOWS(p, "no runner online");
    pty_send(p, "\r"); /* into the follower, and back */
    pty_send(p, "ss"); /* past the state's column */
    SHOWS(p, "WAITS▾");
    pty_send(p, PTY_ESC);
    pty_send(p, "k");
    SHOWS(p, "Queues › linux-xl › waiting");
    SHOWS(p, "WAITS▾"); /* the sort of a level is kept */
    pty_quit(p, "q");
}

Test(levels, filter_and_sort_are_of_their_level_and_keep_the_selection)
{
    struct pty *p = view("Overview", 40, 120);

    pty_send(p, "/linux-a\r");
    SHOWS(p, "/linux-a  1 of 9");
    pty_send(p, "\r");
    SHOWS(p, "Queues › linux-arm › waiting");
    LACKS(p, "/linux-a");
    pty_send(p, "\033"); /* back */
    SHOWS(p, "/linux-a  1 of 9");
    pty_send(p, "\033"); /* the filter goes, the selection stays */
    LACKS(p, "/linux-a");
    pty_send(p, "sss");
    SHOWS(p, "WAIT▾");
    pty_send(p, "\r");
    SHOWS(p, "Queues › linux-arm › waiting");
    pty_quit(p, "q");
}

/* SGR mouse: button, column, row, from 1. */
Test(levels, a_second_click_opens)
{
    struct pty *p = view("Overview", 40, 120);

    pty_send(p, "\033[<0;10;6M\033[<0;10;6m");
    pty_read(p, 100);
    LACKS(p, "› waiting");
    pty_send(p, "\033[<0;10;6M\033[<0;10;6m");
    SHOWS(p, "› waiting");
    pty_quit(p, "q");
}
