/* The screen on the wall: as `dxtop screen --wall` draws it at every size and in every
 * state, and in a terminal: its pages turn, keys hold them, it comes and goes. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../company_kit.h"
#include "../golden.h"
#include "../run.h"
#include "pty.h"
#include "stage.h"
#include "tests/where.h"

static const char *const sizes[] = { "160x45", "120x40", "80x24", "40x10" };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static void write_config(const char *wall)
{
    write_file(config,
               "title: acme platform\nstore: %s\n%sviews:\n"
               "  - name: Overview\n    rows:\n"
               "      - panels: [{panel: overview, priority: 0}]\n"
               "      - panels: [queue, pipelines]\n      - panels: [flaky, alerts]\n"
               "  - name: Queues\n    rows: [{panels: [queue]}]\n",
               store, wall);
}

static void setup(void)
{
    stage_set();
    write_config("");
}

TestSuite(wall, .init = setup, .timeout = 300);

/* ---- golden screens ---- */

static char *wall_at(const char *now, const char *size, const char *format, const char *option,
                     const char *value)
{
    const char *argv[] = { "dxtop",  "-c",     config, "--state",  dir,    "--now", now,   "screen",
                           "--wall", "--size", size,   "--format", format, option,  value, NULL };
    int status;
    char *text = program_run(argv, &status);

    cr_assert_eq(status, 0, "%s", text);
    return text;
}

static void screens(const char *state, const char *now, const char *option)
{
    for (int i = 0; i < SIZES; i++) {
        char *text = wall_at(now, sizes[i], "roles", option, NULL), name[128];

        snprintf(name, sizeof(name), "screens/wall%s-%s", state, sizes[i]);
        golden_text(text, name);
        free(text);
    }
}

Test(wall, of_a_normal_day)
{
    company_write(store, KIT_NORMAL);
    screens("", KIT_NOW, NULL);
}

Test(wall, in_ascii)
{
    company_write(store, KIT_NORMAL);
    screens("-ascii", KIT_NOW, "--ascii");
}

Test(wall, with_names_that_are_long_wide_or_hostile)
{
    company_write(store, KIT_HOSTILE);
    screens("-hostile", KIT_NOW, NULL);
}

Test(wall, with_old_data)
{
    company_write(store, KIT_NORMAL);
    screens("-stale", "2026-11-24T14:42:07Z", NULL);
}

Test(wall, without_data)
{
    screens("-empty", KIT_NOW, NULL);
}

/* Those that are asked for, in their order. */
Test(wall, of_chosen_numbers)
{
    char *text;

    write_config("wall: {kpis: [duration, queue_p95]}\n");
    company_write(store, KIT_NORMAL);
    text = wall_at(KIT_NOW, "120x40", "text", NULL, NULL);
    cr_expect(strstr(text, "CI median"), "%s", text);
    cr_expect_lt(strstr(text, "CI median"), strstr(text, "Queue p95"));
    cr_expect_null(strstr(text, "Platform success"), "%s", text);
    cr_expect_null(strstr(text, "1 of"), "%s", text);
    free(text);
}

Test(wall, in_another_theme_says_the_same)
{
    char *dark, *light;

    company_write(store, KIT_NORMAL);
    dark = wall_at(KIT_NOW, "160x45", "roles", NULL, NULL);
    light = wall_at(KIT_NOW, "160x45", "roles", "--theme", "light");
    cr_expect_str_eq(dark, light);
    free(dark);
    free(light);
}

/* ---- what is wrong with it ---- */

static const struct {
    const char *wall, *complaint;
} wrong[] = {
    { "wall: {evry: 5s}\n", "t.yaml:3:8: unknown key \"evry\"; did you mean \"every\"?" },
    { "wall: {every: 1s}\n", "t.yaml:3:15: every: a page stays two seconds at least" },
    { "wall: {kpis: [queue]}\n", "t.yaml:3:15: unknown KPI \"queue\"" },
    { "wall: {views: [Queue]}\n", "t.yaml:3:16: unknown view \"Queue\"; did you mean \"Queues\"?" },
    { "wall: 5s\n", "t.yaml:3:7: this has to be a mapping" },
};

Test(wall, a_wrong_one_is_said)
{
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char line[512];
        const char *argv[] = { "sh", "-c", line, NULL };
        int status;
        char *text;

        snprintf(line, sizeof(line), "%s/dxtop -c %s --state %s screen --wall 2>&1", BUILD_DIR,
                 config, dir);

        write_config(wrong[i].wall);
        text = program_run(argv, &status);
        cr_expect_eq(status, 2, "%s", wrong[i].wall);
        cr_expect(strstr(text, wrong[i].complaint), "%s%s", wrong[i].wall, text);
        free(text);
    }
}

Test(wall, one_that_names_a_view_that_is_not_built_in_is_said_where_it_stands)
{
    char line[512];
    const char *argv[] = { "sh", "-c", line, NULL };
    int status;
    char *text;

    snprintf(line, sizeof(line), "%s/dxtop -c %s --state %s screen --wall 2>&1", BUILD_DIR, config,
             dir);
    write_file(config, "sources: [{type: exec, command: [/bin/true]}]\n"
                       "wall: {views: [Overview, Queue]}\n");
    text = program_run(argv, &status);
    cr_expect_eq(status, 2);
    cr_expect(strstr(text, "t.yaml:2:16: unknown view \"Queue\"; did you mean \"Queues\"?"), "%s",
              text);
    free(text);
}

/* ---- in a terminal ---- */

static struct pty *start(const char *wall, const char *option)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--now", KIT_NOW, option, NULL };

    write_config(wall);
    company_write(store, KIT_NORMAL);
    company_hold(store);
    return pty_start(argv, 24, 80, "xterm-256color");
}

Test(wall, turns_its_pages_until_a_key_is_pressed_and_again_after_a_while)
{
    struct pty *p = start("wall: {every: 4s, resume: 9s, views: Queues}\n", "--wall");

    SHOWS(p, "1 of 2");
    SHOWS(p, "Platform success");
    SHOWS(p, "2 of 2");
    SHOWS(p, "OLDEST");
    SHOWS(p, "1 of 2");
    pty_send(p, "a"); /* any key */
    SHOWS(p, "1 of 2  paused");
    pty_read(p, 5000);
    SHOWS(p, "1 of 2  paused");
    LACKS(p, "paused");
    SHOWS(p, "2 of 2");
    pty_send(p, "k");
    SHOWS(p, "1 of 2  paused");
    pty_send(p, "2");
    SHOWS(p, "2 of 2  paused");
    pty_quit(p, "q");
}

Test(wall, comes_and_goes_by_its_key)
{
    struct pty *p = start("", NULL);

    SHOWS(p, "? help");
    pty_send(p, "W");
    LACKS(p, "? help"); /* nobody stands at the keys */
    SHOWS(p, "health");
    pty_resize(p, 40, 120);
    SHOWS(p, "██████");
    pty_send(p, "W");
    SHOWS(p, "? help");
    LACKS(p, "██████");
    pty_send(p, ":wall\r");
    SHOWS(p, "██████");
    pty_send(p, "\033");
    SHOWS(p, "? help");
    pty_quit(p, "q");
}

/* Whatever was looked at before: nobody stands there to close it. */
Test(wall, tells_of_all_of_its_view)
{
    struct pty *p = start("", NULL);

    SHOWS(p, "? help");
    pty_send(p, "\tz"); /* a panel alone */
    LACKS(p, "OLDEST");
    pty_send(p, "W");
    SHOWS(p, "linux-xl: 18 jobs wait");
    pty_send(p, "W");
    SHOWS(p, "OLDEST");
    pty_send(p, "\033[Z\r"); /* what is in a row */
    LACKS(p, "OLDEST");
    pty_send(p, "W");
    SHOWS(p, "linux-xl: 18 jobs wait");
    pty_quit(p, "q");
}

/* What is about names and noise is so on the wall, too. */
Test(wall, hides_names_by_its_key)
{
    struct pty *p = start("", "--wall");

    SHOWS(p, "health");
    pty_send(p, "R");
    SHOWS(p, "names hidden");
    pty_send(p, "R");
    LACKS(p, "names hidden");
    pty_send(p, "b");
    SHOWS(p, "ring no bell here");
    pty_quit(p, "q");
}

/* Enter goes to the view that a page is of, with keys. */
Test(wall, a_page_opens_to_its_view)
{
    struct pty *p = start("wall: {views: Queues}\n", "--wall");

    SHOWS(p, "1 of 2");
    pty_send(p, "2");
    SHOWS(p, "2 of 2  paused");
    pty_send(p, "\r");
    SHOWS(p, "? help");
    SHOWS(p, "linux-xl");
    LACKS(p, "PIPELINE");
    pty_send(p, "W1\r");
    SHOWS(p, "? help");
    SHOWS(p, "PIPELINE");
    pty_quit(p, "q");
}

/* Of one page there is none to count. */
Test(wall, one_page_is_held_and_frozen_in_words)
{
    struct pty *p = start("wall: {resume: 2s}\n", "--wall");

    SHOWS(p, "health");
    pty_send(p, "a");
    SHOWS(p, "paused");
    LACKS(p, "1 of");
    LACKS(p, "paused");
    pty_send(p, "p");
    SHOWS(p, "frozen");
    pty_send(p, "p");
    LACKS(p, "frozen");
    pty_quit(p, "q");
}

/* As long as nothing changes, nothing is sent: no seconds, no redrawing. */
Test(wall, is_silent_while_nothing_changes)
{
    struct pty *p = start("", "--wall");
    size_t len = 0;

    SHOWS(p, "health");
    for (int i = 0; i < 10 && p->raw_len != len; i++) { /* all that there is to say at first */
        len = p->raw_len;
        pty_read(p, 1500);
    }
    len = p->raw_len;
    pty_read(p, 2500);
    cr_expect_eq(p->raw_len, len, "%zu bytes", p->raw_len - len);
    pty_quit(p, "q");
}
