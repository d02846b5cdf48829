/* The panels of CI on a company that the test made: as `dxtop screen` draws them at
 * every size and in every state, and in a terminal: opening, following, going back. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../golden.h"
#include "../company_kit.h"
#include "../run.h"
#include "pty.h"
#include "stage.h"
#include "store/store.h"

static const char *const sizes[] = { "200x60", "120x40", "80x24", "40x10" };
static const char *const views[] = {
    "Overview", "Queues", "Pipelines", "Flaky", "Failures", "Runs"
};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), VIEWS = sizeof(views) / sizeof(views[0]) };

static char health[256];

static void setup(void)
{
    stage_set();
    company_config(config, store);
    snprintf(health, sizeof(health), "%s/h.yaml", dir);
    write_file(health,
               "title: acme\nstore: %s\nviews:\n  - name: Health\n    rows:\n"
               "      - panels: [{panel: overview, priority: 0}]\n"
               "      - panels: [{panel: queue, priority: 1}, {panel: pipelines, priority: 2}]\n",
               store);
}

TestSuite(panels, .init = setup, .timeout = 300);

/* ---- golden screens ---- */

struct shot {
    const char *file, *state, *now, *option, *view;
};

static void shoot(const struct shot *shot, const char *size)
{
    const char *argv[] = { "dxtop",    "-c",     shot->file,   "--state",  dir,      "--now",
                           shot->now,  "screen", "--view",     shot->view, "--size", size,
                           "--format", "roles",  shot->option, NULL };
    char name[128], *text;
    int status;

    text = program_run(argv, &status);
    cr_assert_eq(status, 0, "%s", text);
    snprintf(name, sizeof(name), "screens/ci-%s%s-%s", shot->state, shot->view, size);
    golden_text(text, name);
    free(text);
}

static void screen_of(const char *file, const char *state, const char *now, const char *option,
                      const char *view)
{
    for (int i = 0; i < SIZES; i++)
        shoot(&(struct shot){ file, state, now, option, view }, sizes[i]);
}

static void screens(const char *state, const char *now, const char *option)
{
    for (int v = 0; v < VIEWS; v++)
        screen_of(config, state, now, option, views[v]);
    screen_of(health, state, now, option, "Health");
}

Test(panels, of_a_normal_day)
{
    company_write(store, KIT_NORMAL);
    screens("", KIT_NOW, NULL);
}

Test(panels, in_ascii)
{
    company_write(store, KIT_NORMAL);
    screens("ascii-", KIT_NOW, "--ascii");
}

Test(panels, with_names_that_are_long_wide_or_hostile)
{
    company_write(store, KIT_HOSTILE);
    screens("hostile-", KIT_NOW, NULL);
}

Test(panels, with_old_data)
{
    company_write(store, KIT_NORMAL);
    screens("stale-", "2026-11-24T14:42:07Z", NULL);
}

/* The review: each number beside that of a week before. */
Test(panels, week_against_week)
{
    company_write(store, KIT_NORMAL);
    screens("week-", KIT_NOW, "--week");
    /* Where what is compared has just room for itself. */
    shoot(&(struct shot){ health, "week-", KIT_NOW, "--week", "Health" }, "100x32");
}

/* What was not listed a week before was 0 where records go back to where that list begins:
 * 14 days before it. Else nobody can say. */
Test(panels, a_week_before_the_records_begin_nobody_can_say)
{
    char statement[100] = "UPDATE pipeline_day SET day = day - 30";
    const char *update[] = { "sqlite3", store, statement, NULL };
    const char *argv[] = { "dxtop",  "-c",     config,  "--state", dir,      "--now",  KIT_NOW,
                           "screen", "--view", "Flaky", "--size",  "120x40", "--week", NULL };
    static const char *const rows[] = { "oidc)           2 %      –        – ",
                                        "oidc)           2 %      0    ▲ 1.7 " };
    int status;

    company_write(store, KIT_NORMAL);
    for (int i = 0; i < 2; i++) {
        char *out = program_run(argv, &status);

        cr_assert_eq(status, 0, "%s", out);
        cr_expect(strstr(out, rows[i]), "%s", out);
        free(out);
        free(program_run(update, &status));
        cr_assert_eq(status, 0);
    }
}

/* The same store, as it was the day before. */
Test(panels, of_a_past_moment)
{
    company_write(store, KIT_NORMAL);
    screen_of(config, "past-", "2026-11-23T14:00:00Z", NULL, "Overview");
    screen_of(config, "past-", "2026-11-23T14:00:00Z", NULL, "Queues");
}

/* Its runs and jobs are forgotten up to the 23rd: what there was then is listed, but of none
 * of it there is a number, and that is why. */
Test(panels, of_a_moment_before_what_is_kept)
{
    const int64_t now_ms = INT64_C(1795530727000), day_ms = 86400000; /* KIT_NOW */
    struct dx_error err = { 0 };
    struct store *collected;

    company_write(store, KIT_NORMAL);
    collected = store_open(store, STORE_COLLECT, &err);
    cr_assert(collected && store_lock(collected), "%s", err.text);
    for (int i = 0; i < 200; i++)
        cr_assert(store_upkeep(collected, now_ms + 69 * day_ms, &err), "%s", err.text);
    store_close(collected);
    for (int v = 0; v < VIEWS - 1; v++)
        shoot(&(struct shot){ config, "kept-", "2026-11-22T14:00:00Z", NULL, views[v] }, "120x40");
}

Test(panels, without_data)
{
    screens("empty-", KIT_NOW, NULL);
}

/* Between two polls nothing is asked, and history is still missing. */
Test(panels, a_source_that_fills_says_so_between_its_polls)
{
    char statement[300];
    const char *update[] = { "sqlite3", store, statement, NULL };
    const char *argv[] = { "dxtop",  "-c",     config,    "--state", dir,      "--now", KIT_NOW,
                           "screen", "--view", "Sources", "--size",  "160x24", NULL };
    char *out;
    int status;

    write_file(config, "store: %s\nviews: [{name: Sources, rows: [{panels: [sources]}]}]\n", store);
    company_write(store, KIT_NORMAL);
    snprintf(statement, sizeof(statement), "UPDATE poll SET state = %d, done = 348, total = 400",
             DX_SOURCE_LIVE);
    free(program_run(update, &status));
    cr_assert_eq(status, 0);
    out = program_run(argv, &status);
    cr_assert_eq(status, 0, "%s", out);
    cr_expect(strstr(out, "filling: 348 of 400"), "%s", out);
    free(out);
    snprintf(statement, sizeof(statement), "UPDATE poll SET done = NULL, total = NULL");
    free(program_run(update, &status));
    out = program_run(argv, &status);
    cr_expect_null(strstr(out, "filling"), "%s", out);
    free(out);
}

/* ---- in a terminal ---- */

static struct pty *view(const char *name, int rows, int cols)
{
    const char *argv[] = { "dxtop", "-c",    config,   "--state", dir,
                           "--now", KIT_NOW, "--view", name,      NULL };
    struct pty *p;

    company_write(store, KIT_NORMAL);
    company_hold(store);
    p = pty_start(argv, rows, cols, "xterm-256color");
    cr_assert(pty_shows(p, "linux-xl", 10000) || pty_shows(p, "JOB", 100), "%s", pty_text(p));
    return p;
}

/* Three keys at most: here it takes two. */
Test(panels, from_a_breached_queue_to_the_oldest_waiting_job_it_takes_two_keys)
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

Test(panels, enter_goes_deeper_and_esc_comes_back_to_the_same_row)
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

Test(panels, what_follows_moves_with_the_selection)
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

Test(panels, filter_and_sort_are_of_their_level_and_keep_the_selection)
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

/* ---- key numbers ---- */

static struct pty *view_health_with(const char *option, int rows, int cols)
{
    const char *argv[] = { "dxtop", "-c",     health,   "--state", dir, "--now",
                           KIT_NOW, "--view", "Health", option,    NULL };
    struct pty *p;

    company_write(store, KIT_NORMAL);
    company_hold(store);
    p = pty_start(argv, rows, cols, "xterm-256color");
    cr_assert(pty_shows(p, "Queue p95", 10000), "%s", pty_text(p));
    return p;
}

static struct pty *view_health(int rows, int cols)
{
    return view_health_with(NULL, rows, cols);
}

Test(panels, every_tile_opens)
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

Test(panels, what_got_worse_is_opened_down_to_the_evidence)
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

Test(panels, a_tile_of_the_review_is_clicked_and_has_the_page_once_it_is_opened)
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
Test(panels, a_tile_opens_down_to_the_evidence)
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

Test(panels, a_tile_of_flaky_jobs_opens_down_to_a_try)
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
Test(panels, a_number_with_nothing_to_compare_it_with_says_so)
{
    const char *update[] = { "sqlite3", store, "UPDATE kpi SET previous = NULL", NULL };
    struct pty *p = view_health(40, 120);
    int status;

    SHOWS(p, "24 h against the 7 days before");
    pty_quit(p, "q");
    free(program_run(update, &status));
    cr_assert_eq(status, 0);
    p = pty_start((const char *[]){ "dxtop", "-c", health, "--state", dir, "--now", KIT_NOW,
                                    "--view", "Health", NULL },
                  40, 120, "xterm-256color");
    SHOWS(p, "24 h · nothing before them is known");
    LACKS(p, "against the 7 days");
    pty_send(p, "\033[Zl?"); /* the second tile */
    SHOWS(p, "The last 24 h; of the 7 d before there is nothing to compare");
    pty_quit(p, "q");
}

Test(panels, help_on_a_tile_says_what_it_means)
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
Test(panels, a_tile_that_is_not_seen_is_not_gone_to)
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

/* Each store has its own aliases; here they are those of one key. */
static void fix_aliases(void)
{
    static const char statement[] = "UPDATE meta SET value = x'00112233445566778899aabbccddeeff'"
                                    " WHERE key = 'alias_key' RETURNING key";
    int status;
    char *out = program_run((const char *[]){ "sqlite3", store, statement, NULL }, &status);

    cr_assert_eq(status, 0);
    cr_assert_str_eq(out, "alias_key\n");
    free(out);
}

Test(panels, with_hidden_names)
{
    static const char *const shown[] = { "Flaky", "Runs" };

    company_write(store, KIT_NORMAL);
    fix_aliases();
    for (size_t v = 0; v < 2; v++)
        for (int i = 0; i < SIZES; i++)
            shoot(&(struct shot){ config, "hidden-", KIT_NOW, "--redact", shown[v] }, sizes[i]);
}

/* Filtered, it is a list as any other. */
Test(panels, tiles_are_a_list_too)
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

Test(panels, a_click_selects_a_tile_and_a_second_one_opens_it)
{
    struct pty *p = view_health(40, 120);

    pty_send(p, "\033[<0;30;6M\033[<0;30;6m");
    pty_read(p, 100);
    pty_send(p, "\033[<0;30;6M\033[<0;30;6m");
    SHOWS(p, "Health › Queue p95");
    pty_quit(p, "q");
}

/* SGR mouse: button, column, row, from 1. */
Test(panels, a_second_click_opens)
{
    struct pty *p = view("Overview", 40, 120);

    pty_send(p, "\033[<0;10;6M\033[<0;10;6m");
    pty_read(p, 100);
    LACKS(p, "› waiting");
    pty_send(p, "\033[<0;10;6M\033[<0;10;6m");
    SHOWS(p, "› waiting");
    pty_quit(p, "q");
}
