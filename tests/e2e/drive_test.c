/* How it is driven, in a terminal: commands, keys of one's own, links, marks of what
 * changed, what is pasted; on a company that the test made. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../company_kit.h"
#include "../golden.h"
#include "../run.h"
#include "core/time.h"
#include "pty.h"
#include "stage.h"

static void write_config(const char *more)
{
    write_file(config,
               "title: acme\nstore: %s\n%sviews:\n"
               "  - name: Overview\n    rows:\n"
               "      - panels: [queue, pipelines]\n      - panels: [flaky, alerts]\n"
               "  - name: Queues\n    rows: [{panels: [queue]}]\n",
               store, more);
}

static void setup(void)
{
    stage_set();
    write_config("");
    company_write(store, KIT_NORMAL);
    company_hold(store);
    cr_assert_eq(chdir(dir), 0);
}

TestSuite(drive, .init = setup, .timeout = 300);

static struct pty *start(void)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--now", KIT_NOW, NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");

    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s", pty_text(p));
    return p;
}

Test(drive, commands_are_completed_run_and_found_again)
{
    struct pty *p = start();

    pty_send(p, ":vi\tq");
    SHOWS(p, ":view q");
    pty_send(p, "\t");
    SHOWS(p, ":view Queues");
    pty_send(p, "\r");
    LACKS(p, "Pipelines");
    pty_send(p, ":zoo");
    SHOWS(p, "zoom");
    pty_send(p, "\033");
    LACKS(p, ":zoo");
    pty_quit(p, ":quit\r");
    p = start();
    pty_send(p, ":\033OA\033OA");
    SHOWS(p, ":view Queues");
    pty_send(p, "\033");
    LACKS(p, ":view Queues");
    pty_quit(p, "q");
}

Test(drive, the_screen_is_saved_in_the_format_that_is_asked_for)
{
    struct pty *p = start();

    pty_send(p, "x");
    SHOWS(p, ":save svg");
    pty_send(p, "\r");
    SHOWS(p, "saved dxtop-2026-11-24-143207.svg");
    cr_expect(strstr(read_file("dxtop-2026-11-24-143207.svg"), "<svg "));
    cr_expect_null(strstr(read_file("dxtop-2026-11-24-143207.svg"), ":save"));
    pty_send(p, "x\t\t\r"); /* html, then text */
    SHOWS(p, "saved dxtop-2026-11-24-143207.txt");
    cr_expect(strstr(read_file("dxtop-2026-11-24-143207.txt"), "linux-xl"));
    pty_send(p, ":save html mine.html\r");
    SHOWS(p, "saved mine.html");
    cr_expect(strstr(read_file("mine.html"), "<!doctype html>"));
    pty_send(p, ":save ansi mine.html\r");
    SHOWS(p, "cannot save mine.html: File exists");
    pty_quit(p, "q");
}

Test(drive, keys_are_where_the_configuration_puts_them)
{
    struct pty *p;

    write_config("keys: {quit: Q, zoom: [f5, ctrl-x], theme: []}\n");
    p = start();
    SHOWS(p, "f5 zoom");
    SHOWS(p, "Q quit");
    pty_send(p, "\033[15~"); /* F5 */
    LACKS(p, "Pipelines");
    pty_send(p, "\030"); /* Ctrl-X */
    SHOWS(p, "Pipelines");
    pty_send(p, "t");
    pty_resize(p, 100, 120);
    pty_send(p, "?");
    SHOWS(p, "f5 ctrl-x");
    pty_send(p, "\033");
    LACKS(p, "f5 ctrl-x");
    pty_send(p, "q");
    pty_read(p, 200);
    cr_expect_not(pty_ends_unread(p, 100));
    pty_quit(p, "Q");
    p = start();
    pty_quit(p, "\003"); /* whatever is bound */
}

/* What the help screen has, at its top and at its end, as the program itself saves it. */
static void save_help(const char *name, int rows, int cols, const char *keys)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--now", KIT_NOW, NULL };
    struct pty *p = pty_start(argv, rows, cols, "xterm-256color");
    char command[400], golden[80];

    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s", pty_text(p));
    pty_send(p, keys);
    SHOWS(p, "Help");
    pty_read(p, 200);
    snprintf(command, sizeof(command), ":save text %s.txt\r", name);
    pty_send(p, command);
    SHOWS(p, "saved ");
    snprintf(golden, sizeof(golden), "screens/%s", name);
    snprintf(command, sizeof(command), "%s.txt", name);
    golden_text(read_file(command), golden);
    pty_quit(p, "q");
}

Test(drive, help_at_every_size)
{
    save_help("help-120x40", 40, 120, "?");
    save_help("help-end-120x40", 40, 120, "?G");
    save_help("help-80x24", 24, 80, "?");
    save_help("help-40x10", 10, 40, "?");
}

/* ---- links ---- */

/* From the overview with a breached queue, in three keys at most: here two. */
Test(drive, the_oldest_waiting_job_of_a_breached_queue_is_opened_in_two_keys)
{
    char browser[300], out[300];
    struct pty *p;

    snprintf(browser, sizeof(browser), "%s/browser", dir);
    snprintf(out, sizeof(out), "%s/opened", dir);
    write_file(browser, "#!/bin/sh\nprintf '%%s\\n' \"$1\" >%s.new\nmv %s.new %s\n", out, out, out);
    cr_assert_eq(chmod(browser, 0700), 0);
    setenv("BROWSER", browser, 1);
    p = start();
    pty_send(p, "\r");
    SHOWS(p, "Queues › linux-xl › waiting");
    SHOWS(p, "11m40s"); /* the first row: the oldest of the pool, by its list */
    pty_send(p, "o");
    SHOWS(p, "opened https://ci.acme.example/");
    for (int i = 0; i < 1000 && access(out, F_OK) != 0; i++)
        usleep(20 * 1000);
    cr_expect(strstr(read_file(out), "https://ci.acme.example/"));
    pty_quit(p, "q");
}

Test(drive, links_and_copies_can_be_switched_off)
{
    struct pty *p = start();

    unsetenv("BROWSER");
    pty_send(p, "\r");
    SHOWS(p, "› waiting");
    cr_expect(pty_says(p, "\033]8;;https://ci.acme.example/"), "no link was told of");
    pty_send(p, "y");
    SHOWS(p, "copied https://");
    cr_expect(pty_says(p, "\033]52;c;"));
    pty_quit(p, "q");
    write_config("links: no\nclipboard: no\n");
    p = start();
    pty_send(p, "\r");
    SHOWS(p, "› waiting");
    pty_send(p, "y");
    SHOWS(p, "https://ci.acme.example/");
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    cr_expect_null(strstr(p->raw, "\033]8;"));
    cr_expect_null(strstr(p->raw, "\033]52;"));
    pty_free(p);
}

/* ---- what changed ---- */

/* An alert of this name begins, as the collector would write it. */
static void add_alert(const char *name)
{
    char statement[800];
    const char *argv[] = { "sqlite3", store, statement, NULL };
    int status;

    snprintf(statement, sizeof(statement),
             "INSERT INTO alert (source, key, since_ms, name, severity, labels, summary, url, "
             "first_ms, seen_ms) VALUES (1, '%s', 1795530600000, '%s', 2, '', 'it fires', '', "
             "1795530600000, 1795530720000); "
             "INSERT INTO alert_state VALUES ((SELECT max(id) FROM alert), 1795530600000, 1, ''); "
             "UPDATE meta SET value = value + 1 WHERE key = 'change';",
             name, name);
    free(program_run(argv, &status));
    cr_assert_eq(status, 0);
}

Test(drive, what_is_new_is_marked_until_it_was_seen)
{
    struct pty *p = start();

    LACKS(p, "•");
    add_alert("DiskFull");
    SHOWS(p, "DiskFull");
    SHOWS(p, "•");
    pty_send(p, "p"); /* other keys look at nothing */
    pty_send(p, "p");
    SHOWS(p, "•");
    pty_send(p, " ");
    LACKS(p, "•");
    add_alert("DiskSlow");
    SHOWS(p, "DiskSlow");
    SHOWS(p, "•");
    pty_send(p, "\033[I"); /* the window has the focus, and loses it */
    SHOWS(p, "•");
    pty_send(p, "\033[O");
    LACKS(p, "•");
    pty_quit(p, "q");
}

/* The terminal is asked for what it tells, and that ends with the program. */
Test(drive, the_terminal_tells_of_focus_and_pasting_and_stops_to)
{
    struct pty *p = start();

    cr_expect(pty_says(p, "\033[?1004h") && pty_says(p, "\033[?2004h"));
    cr_expect_null(strstr(p->raw, "\033[?1004l"));
    pty_send(p, "\033[200~q\n2\033[201~");
    pty_read(p, 300);
    SHOWS(p, "Pipelines");
    pty_send(p, "/\033[200~lin\nux\033[201~");
    SHOWS(p, "/lin ux");
    pty_send(p, "\033");
    LACKS(p, "/lin ux");
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    cr_expect(strstr(p->raw, "\033[?1004l") && strstr(p->raw, "\033[?2004l"));
    pty_free(p);
}

/* ---- a slow line, and none ---- */

/* Never more than so many bytes a second, and at the end what is so then: what was between
 * is not sent late. */
Test(drive, held_back_it_skips_frames)
{
    const char *argv[] = { "dxtop", "-c",    config,   "--state", dir,
                           "--now", KIT_NOW, "--slow", "2000",    NULL };
    int64_t began_ms = time_boot_ms();
    struct pty *p = pty_start(argv, 24, 80, "xterm-256color");
    size_t len;

    for (int i = 0; i < 200 && p->raw_len <= 1000; i++)
        pty_read(p, 100);
    cr_expect_gt(p->raw_len, 1000);
    cr_expect_leq(p->raw_len, 2 * (size_t)(time_boot_ms() - began_ms) + 2500, "%zu bytes",
                  p->raw_len);
    cr_expect(pty_shows(p, "live", PTY_PATIENCE_MS), "%zu bytes\n%s", p->raw_len, pty_text(p));
    pty_read(p, 500);
    len = p->raw_len;
    for (int i = 0; i < 100; i++) { /* a hundred screens, were each one sent */
        pty_send(p, "z");
        pty_read(p, 5);
    }
    pty_send(p, ":view Queues\r");
    cr_expect(pty_lacks(p, "Flaky ·", PTY_PATIENCE_MS), "%s", pty_text(p));
    pty_read(p, 2500);
    cr_expect_lt(p->raw_len - len, 40000, "%zu bytes of frames that nobody saw", p->raw_len - len);
    pty_quit(p, "q");
}

/* What it prints, as far as it has printed. */
static char *printed_so_far(const struct program *program, const char *until)
{
    static char text[1 << 16];
    size_t n = 0;

    memset(text, 0, sizeof(text));
    for (int i = 0; i < 1000 && !strstr(text, until) && n + 1 < sizeof(text); i++) {
        ssize_t got;

        usleep(20 * 1000);
        got = read(program->out, text + n, sizeof(text) - 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    return text;
}

static void change_store(const char *change)
{
    char statement[300];
    const char *argv[] = { "sqlite3", store, statement, NULL };
    int status;

    snprintf(statement, sizeof(statement),
             "%s; UPDATE meta SET value = value + 1 WHERE key = 'change';", change);
    free(program_run(argv, &status));
    cr_assert_eq(status, 0);
}

Test(drive, plain_it_is_a_line_for_each_change)
{
    const char *argv[] = {
        "dxtop", "-c", config, "--state", dir, "--now", KIT_NOW, "--plain", NULL
    };
    struct program program = program_start(argv);
    char *text;

    fcntl(program.out, F_SETFL, O_NONBLOCK);
    text = printed_so_far(&program, "# a line");
    cr_expect(strstr(text, "2026-11-24T14:32:07+0000 ok: source github: live\n"), "%s", text);
    cr_expect(strstr(text, " bad: linux-xl: 18 jobs wait, the oldest 11m 40s\n"), "%s", text);
    cr_expect(strstr(text, " warning: windows: the oldest job waits for 8m 00s\n"), "%s", text);
    cr_expect_null(strpbrk(text, "\033\a\r"), "%s", text);
    add_alert("DiskFull");
    text = printed_so_far(&program, "DiskFull");
    cr_expect_str_eq(text, "2026-11-24T14:32:07+0000 warning: alert DiskFull: it fires\n");
    change_store("UPDATE alert SET ended_ms = 1795530720000 WHERE name = 'DiskFull'");
    text = printed_so_far(&program, "over");
    cr_expect_str_eq(text, "2026-11-24T14:32:07+0000 ok: alert DiskFull: over, after 0s\n");
    cr_expect_eq(program_end(&program, SIGTERM), 0);
}

/* Nobody knows whether it is over; nor is it told as new by the source that is back. */
Test(drive, plain_a_goal_that_is_broken_is_not_over_when_its_source_is_lost)
{
    const char *argv[] = { "dxtop", "-c",      config,   "--state", dir, "--now",
                           KIT_NOW, "--plain", "--view", "Goals",   NULL };
    struct program program;
    char *text;

    write_file(config, "store: %s\nviews: [{name: Goals, rows: [{panels: [overview]}]}]\n", store);
    program = program_start(argv);
    fcntl(program.out, F_SETFL, O_NONBLOCK);
    text = printed_so_far(&program, "# a line");
    cr_expect(strstr(text, "bad: CI median: 6m 00s, the goal is"), "%s", text);
    change_store("UPDATE poll SET at_ms = at_ms - 7200000, last_ms = last_ms - 7200000");
    text = printed_so_far(&program, "jenkins: stale");
    cr_expect_null(strstr(text, "over"), "%s", text);
    change_store("UPDATE poll SET at_ms = at_ms + 7200000, last_ms = last_ms + 7200000");
    text = printed_so_far(&program, "jenkins: live");
    cr_expect_null(strstr(text, "the goal is"), "%s", text);
    cr_expect_eq(program_end(&program, SIGTERM), 0);
}

Test(drive, where_there_is_no_screen_plain_is_named)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, NULL };
    struct pty *p = pty_start(argv, 24, 100, "dumb");

    cr_expect(pty_ended(p));
    SHOWS(p, "dxtop --plain");
    pty_free(p);
}
