/* Key numbers in a terminal: as tiles, and as what got worse. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "../company_kit.h"
#include "../run.h"
#include "pty.h"
#include "stage.h"

static void setup(void)
{
    stage_set();
    company_health(config, store);
    company_write(store, KIT_NORMAL);
    company_hold(store);
}

TestSuite(tiles, .init = setup, .timeout = 300);

static struct pty *view_health_with(const char *option, int rows, int cols)
{
    const char *argv[] = { "dxtop", "-c",     config,   "--state", dir, "--now",
                           KIT_NOW, "--view", "Health", option,    NULL };
    struct pty *p = pty_start(argv, rows, cols, "xterm-256color");

    cr_assert(pty_shows(p, "Queue p95", PTY_PATIENCE_MS), "%s", pty_text(p));
    return p;
}

static struct pty *view_health(int rows, int cols)
{
    return view_health_with(NULL, rows, cols);
}

Test(tiles, every_tile_opens)
{
    static const char *const names[] = { "Platform success", "Queue p95",      "Queue median",
                                         "CI median",        "CI p90",         "CI success",
                                         "First attempt",    "Lost to flakes", "Flaky jobs" };
    bool seen[sizeof(names) / sizeof(names[0])] = { false };
    struct pty *p = view_health(60, 200); /* all of them */
    char *text;

    pty_send(p, "\033[Z");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        pty_send(p, "\r");
        SHOWS(p, "Health › ");
        SHOWS(p, "all: ");
        text = pty_text(p);
        for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
            char path[80];

            snprintf(path, sizeof(path), "Health › %s ", names[n]);
            seen[n] = seen[n] || strstr(text, path) != NULL;
        }
        free(text);
        pty_send(p, "\033");
        LACKS(p, "all: ");
        pty_send(p, "l");
    }
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
        cr_expect(seen[n], "%s", names[n]);
    pty_quit(p, "q");
}

/* ---- the review ---- */

Test(tiles, what_got_worse_is_opened_down_to_the_evidence)
{
    struct pty *p = view_health_with("--week", 40, 120);

    unsetenv("BROWSER");
    SHOWS(p, "Got worse");
    SHOWS(p, "10 worse, 7 better");
    pty_send(p, "\r"); /* the worst: a pipeline */
    SHOWS(p, "Got worse › docs/lint");
    pty_send(p, "\r");
    SHOWS(p, "› docs/lint › #");
    pty_send(p, "\r");
    SHOWS(p, "started_at - created_at");
    for (int i = 0; i < 3; i++)
        pty_send(p, PTY_ESC);
    pty_send(p, "/linux-xl\r\r"); /* a pool: its jobs */
    SHOWS(p, "Got worse › linux-xl · github");
    SHOWS(p, "api/test #");
    pty_send(p, "o");
    SHOWS(p, "https://ci.acme.example/acme/");
    for (int i = 0; i < 2; i++)
        pty_send(p, PTY_ESC);
    pty_send(p, "/jdk21\r\r"); /* a flaky job: its commits */
    SHOWS(p, "Got worse › api/test (jdk21)");
    pty_send(p, "\r"); /* the tries on one of them, then the job */
    SHOWS(p, "api/test (jdk21) › ");
    SHOWS(p, " jdk21 ");
    pty_send(p, "\r");
    SHOWS(p, "started_at - created_at");
    pty_send(p, "w");
    LACKS(p, "Got worse");
    SHOWS(p, "Queues");
    pty_quit(p, "q");
}

Test(tiles, a_tile_of_the_review_is_clicked_and_has_the_page_once_it_is_opened)
{
    struct pty *p = view_health_with("--week", 40, 120);

    SHOWS(p, "Got worse");
    pty_send(p, "\033[<0;50;18M\033[<0;50;18m"); /* the second one of the second row */
    pty_read(p, 100);
    pty_send(p, "\033[<0;50;18M\033[<0;50;18m");
    SHOWS(p, "Health › Platform success");
    LACKS(p, "Got worse");
    pty_send(p, "\033");
    SHOWS(p, "Got worse");
    pty_send(p, "z"); /* all of them, each in its frame and none around them */
    LACKS(p, "Got worse");
    SHOWS(p, "╭─ CI p90");
    LACKS(p, "╭─ Health");
    pty_send(p, "z/flaky\r"); /* as a list it has a frame of its own */
    SHOWS(p, "╭─ Health");
    pty_quit(p, "q");
}

/* From the tile to the evidence: pipelines, runs, jobs, the job itself. */
Test(tiles, a_tile_opens_down_to_the_evidence)
{
    struct pty *p = view_health(40, 120);

    pty_send(p, "\033[Z"); /* Shift-Tab: one begins in a list */
    pty_send(p, "\r");
    SHOWS(p, "Health › Platform success");
    SHOWS(p, "all: 97.9–98.1 %");
    SHOWS(p, "api/test");
    pty_send(p, "/api/test\r\r");
    SHOWS(p, "› api/test");
    SHOWS(p, "platform: runner");
    pty_send(p, "/platform\r\r");
    SHOWS(p, "› #");
    pty_send(p, "\r");
    SHOWS(p, "started_at - created_at");
    for (int i = 0; i < 6; i++) /* four levels and two filters */
        pty_send(p, PTY_ESC);
    SHOWS(p, "Queue p95");
    SHOWS(p, "linux-xl");
    pty_quit(p, "q");
}

Test(tiles, a_tile_of_flaky_jobs_opens_down_to_a_try)
{
    struct pty *p = view_health(60, 200);

    pty_send(p, "\033[Z/flaky jobs\r\r");
    SHOWS(p, "Health › Flaky jobs");
    pty_send(p, "\r");
    SHOWS(p, "› web/e2e (chrome)");
    pty_send(p, "\r"); /* a commit */
    SHOWS(p, "web/e2e #");
    pty_send(p, "\r");
    SHOWS(p, "started_at - created_at");
    pty_quit(p, "q");
}

/* Where records do not go back to where the window before began. */
Test(tiles, a_number_with_nothing_to_compare_it_with_says_so)
{
    const char *update[] = { "sqlite3", store, "UPDATE kpi SET previous = NULL", NULL };
    struct pty *p = view_health(40, 120);
    int status;

    SHOWS(p, "24 h against the 7 days before");
    pty_quit(p, "q");
    free(program_run(update, &status));
    cr_assert_eq(status, 0);
    p = pty_start((const char *[]){ "dxtop", "-c", config, "--state", dir, "--now", KIT_NOW,
                                    "--view", "Health", NULL },
                  40, 120, "xterm-256color");
    SHOWS(p, "24 h · nothing before them is known");
    LACKS(p, "against the 7 days");
    pty_send(p, "\033[Zl?"); /* the second tile */
    SHOWS(p, "The last 24 h; of the 7 d before there is nothing to compare");
    pty_quit(p, "q");
}

Test(tiles, help_on_a_tile_says_what_it_means)
{
    struct pty *p = view_health(40, 120);

    pty_send(p, "\033[Zl"); /* the second tile */
    pty_send(p, "?");
    SHOWS(p, "p95 of the waits for a runner of all jobs");
    SHOWS(p, "The last 24 h, against the 7 d before. n: 949. Goal: ≤ 5m,");
    pty_send(p, "\033");
    LACKS(p, "p95 of the waits for a runner");
    pty_quit(p, "q");
}

/* Six of nine tiles have room: past the last of them is the next panel. */
Test(tiles, a_tile_that_is_not_seen_is_not_gone_to)
{
    struct pty *p = view_health(40, 120);

    SHOWS(p, " 6 of 9 ");
    pty_send(p, "\033[ZG\r");
    SHOWS(p, "Health › First attempt");
    pty_send(p, "\033");
    SHOWS(p, " 6 of 9 ");
    pty_send(p, "l\r");
    SHOWS(p, "Queues › linux-xl › waiting");
    pty_quit(p, "q");
}

/* Filtered, it is a list as any other. */
Test(tiles, tiles_are_a_list_too)
{
    struct pty *p = view_health(40, 120);

    pty_send(p, "\033[Z/flaky\r");
    SHOWS(p, "VALUE");
    SHOWS(p, "/flaky  1 of 9");
    LACKS(p, "Platform success");
    pty_send(p, "\033");
    SHOWS(p, "Platform success");
    pty_quit(p, "q");
}

Test(tiles, a_click_selects_a_tile_and_a_second_one_opens_it)
{
    struct pty *p = view_health(40, 120);

    pty_send(p, "\033[<0;30;6M\033[<0;30;6m");
    pty_read(p, 100);
    pty_send(p, "\033[<0;30;6M\033[<0;30;6m");
    SHOWS(p, "Health › Queue p95");
    pty_quit(p, "q");
}
