/* Servers whose every text tries to drive what shows it (the fault "hostile" of the simulated
 * platform): no byte of it reaches the terminal, a spreadsheet or a page as anything but text. */
#include "config.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "pty.h"

static const char NOW[] = "2026-11-24T14:32:07Z";

static char *dir, config[256];
static struct sim sim;

static void setup(void)
{
    set_paths();
    dir = test_dir();
}

static void teardown(void)
{
    if (sim.program.pid > 0)
        program_end(&sim.program, SIGTERM);
}

/* The store, filled by servers of which half of the fields are hostile. With one seed some never
 * come to an end, whatever time they are given. */
static void fill(int seed)
{
    char fault[32];
    const char *const serve[] = {
        "dxtop-sim", "--until-stdin", "--now",        NOW, "--repos", "8", "--history", "6h",
        "--fault",   fault,           "--rate-limit", "0", NULL
    };
    const char *const once[] = { "dxtop", "once", "-c",     config, "--state", dir,
                                 "--now", NOW,    "--wait", "20s",  NULL };
    char *text;
    int code;

    snprintf(fault, sizeof(fault), "hostile:%d", seed);
    sim = sim_start_as(serve);
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    write_file(
        config,
        "title: acme\nsources:\n"
        "  - {type: github, url: %s/api/v3, org: acme, logs: yes, issues: yes, history: 6h}\n"
        "  - {type: gitlab, url: %s/gitlab, group: acme, logs: yes, history: 6h}\n"
        "  - {type: jenkins, url: %s/jenkins, logs: yes, history: 6h}\n"
        "  - {type: azure, url: %s/azure, logs: yes, history: 6h}\n"
        "  - {type: jira, url: %s/jira, history: 7d}\n"
        "  - {type: servicenow, url: %s/snow, history: 7d}\n"
        "  - {type: prometheus, url: %s, queries: {waiting: 'sum by (pool) "
        "(ci_jobs_waiting)'}}\n"
        "  - {type: alertmanager, url: %s}\n",
        sim.url, sim.url, sim.url, sim.url, sim.url, sim.url, sim.url, sim.url);
    text = program_run(once, &code);
    cr_assert(code == 0 || code == 1, "%d: %.2000s", code, text);
    cr_assert_not_null(strstr(text, "EVIL"), "nothing hostile came: %.2000s", text);
    free(text);
}

/* ---- texts ---- */

/* The first character that is no text: controls (C0 but for line ends, DEL, C1), bidi controls.
 * NULL: there is none. */
static const char *no_text(const char *at)
{
    for (const unsigned char *c = (const unsigned char *)at; *c; c++) {
        if ((*c < ' ' && *c != '\n' && *c != '\r') || *c == 0x7F)
            return (const char *)c;
        if (*c == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0)
            return (const char *)c;
        if (*c == 0xD8 && c[1] == 0x9C)
            return (const char *)c;
        if (*c == 0xE2 && c[1] == 0x80 && (c[2] == 0x8E || c[2] == 0x8F || (c[2] & ~7) == 0xA8))
            return (const char *)c;
        if (*c == 0xE2 && c[1] == 0x81 && c[2] >= 0xA6 && c[2] <= 0xA9)
            return (const char *)c;
    }
    return NULL;
}

static char *run(const char *command, const char *what, const char *format)
{
    const char *const with[] = { "dxtop", command,   what, "--format", format, "-c",
                                 config,  "--state", dir,  "--now",    NOW,    NULL };
    const char *const without[] = { "dxtop", command, "--view", what,      "--format",
                                    format,  "-c",    config,   "--state", dir,
                                    "--now", NOW,     "--size", "200x60",  NULL };
    int code;
    char *text = program_run(strcmp(command, "export") == 0 ? with : without, &code);

    cr_assert_eq(code, 0, "%s %s %s: %d", command, what, format, code);
    return text;
}

/* A cell that a spreadsheet takes for a formula. A number below zero is none. */
static const char *formula(const char *csv)
{
    bool quoted = false, first = true;

    for (const char *c = csv; *c; c++) {
        if (first && !quoted && strchr("=+@", *c))
            return c;
        if (first && *c == '"' && strchr("=+-@", c[1]) && c[1])
            return c;
        first = !quoted && (*c == ',' || *c == '\n');
        if (*c == '"')
            quoted = !quoted;
    }
    return NULL;
}

static void exports_are_text(void)
{
    static const char *const kinds[] = { "samples",   "alerts", "runs",     "jobs",    "pools",
                                         "pipelines", "flaky",  "failures", "tickets", "kpis" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        char *csv = run("export", kinds[i], "csv"), *json = run("export", kinds[i], "jsonl");

        cr_expect_null(no_text(csv), "%s: %.80s", kinds[i], no_text(csv));
        cr_expect_null(no_text(json), "%s: %.80s", kinds[i], no_text(json));
        cr_expect_null(formula(csv), "%s: %.80s", kinds[i], formula(csv));
        free(csv);
        free(json);
    }
}

static const char *const views[] = { "Overview", "Queues",  "Pipelines", "Flaky",
                                     "Failures", "Tickets", "Metrics",   "Sources" };
enum { VIEWS = sizeof(views) / sizeof(views[0]) };

static void pictures_are_text(void)
{
    static const char *const formats[] = { "text", "svg", "html" };

    for (size_t i = 0; i < VIEWS * 3; i++) {
        char *text = run("screen", views[i / 3], formats[i % 3]);
        const char *at = strstr(text, "<script");

        cr_expect_null(no_text(text), "%s: %.80s", formats[i % 3], no_text(text));
        cr_expect(i % 3 == 0 || !at, "%s %s: %.80s", formats[i % 3], views[i / 3], at);
        cr_expect_null(strstr(text, "<!--="), "%s %s", formats[i % 3], views[i / 3]);
        free(text);
    }
}

/* ---- the terminal ---- */

/* Where a link of OSC 8 ends: ST behind an http or https URL or nothing; NULL: it is none. */
static const char *link_end(const char *at)
{
    const char *url = at + 2;

    if (strncmp(at, "8;", 2) != 0)
        return NULL;
    while (isgraph((unsigned char)*url) && *url != ';')
        url++;
    if (*url++ != ';')
        return NULL;
    if (*url != '\033' && strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return NULL;
    while (isgraph((unsigned char)*url))
        url++;
    return strncmp(url, "\033\\", 2) == 0 ? url + 2 : NULL;
}

/* Behind an escape sequence that the screen means to send; NULL: it does not. */
static const char *meant(const char *at)
{
    if (strncmp(at, "\033]2;", 4) == 0) /* the title: text up to ST */
        return strstr(at + 4, "\033\\") == strchr(at + 4, '\033') ? strchr(at + 4, '\033') + 2
                                                                  : NULL;
    if (strncmp(at, "\033]", 2) == 0)
        return link_end(at + 2);
    if (at[1] && strchr("78=>M", at[1]))
        return at + 2;
    if (at[1] == '(' && (at[2] == 'B' || at[2] == '0'))
        return at + 3;
    if (at[1] != '[')
        return NULL;
    at += 2;
    if (strncmp(at, "22;0;0t", 7) == 0 || strncmp(at, "23;0;0t", 7) == 0)
        return at + 7; /* keeps the title, and gives it back */
    while (isdigit((unsigned char)*at) || *at == '?' || *at == ';' || *at == ':')
        at++;
    return *at && strchr("mHGdABCDJKhlXbPLMSTr@", *at) ? at + 1 : NULL;
}

/* The first byte of the stream that the screen did not mean to send. */
static const char *unmeant(const char *raw)
{
    char text[2] = { 0 };

    for (const char *at = raw; *at;) {
        if (*at == '\033') {
            const char *behind = meant(at);

            if (!behind)
                return at;
            at = behind;
            continue;
        }
        text[0] = *at;
        if ((unsigned char)*at < 0x80 ? *at != '\b' && *at != '\t' && no_text(text) != NULL
                                      : no_text(at) == at)
            return at;
        at++;
    }
    return NULL;
}

static void check_bytes(const char *raw, const char *where)
{
    const char *bad = unmeant(raw);

    cr_expect_null(bad, "%s: \"%.60s\" at %td", where, bad ? bad + 1 : "", bad ? bad - raw : 0);
}

static void check_all(struct pty *p, const char *where)
{
    cr_expect_eq(strlen(p->raw), p->raw_len, "%s: a NUL", where);
    check_bytes(p->raw, where);
}

/* The frames that are whole: of the next one a sequence may have come half. */
static void check_frames(struct pty *p, const char *where)
{
    static const char whole[] = "\033[?2026l";
    char *end = NULL, next;

    for (char *at = p->raw; (at = strstr(at, whole)) != NULL; end = at)
        at += strlen(whole);
    if (!end)
        return;
    next = *end;
    *end = '\0';
    check_bytes(p->raw, where);
    *end = next;
}

static void the_terminal_is_not_driven(void)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--now", NOW, NULL };
    struct pty *p = pty_start(argv, 50, 160, "xterm-256color");

    cr_assert(pty_shows(p, "Overview", PTY_PATIENCE_MS), "%s", pty_text(p));
    for (size_t i = 0; i < VIEWS; i++) {
        char key[2] = { (char)('1' + i), '\0' };

        pty_send(p, key);
        pty_read(p, 150);
        check_frames(p, views[i]);
        for (int level = 0; level < 3; level++) { /* a row, and what is in it */
            pty_send(p, "j\r?");
            pty_read(p, 80);
            pty_send(p, PTY_ESC);
            pty_read(p, 80);
        }
        check_frames(p, views[i]);
        pty_send(p, "\t\r/EVIL\r");
        pty_read(p, 80);
        pty_send(p, PTY_ESC PTY_ESC PTY_ESC);
        pty_read(p, 80);
        check_frames(p, views[i]);
    }
    cr_expect_not_null(strstr(p->raw, "EVIL"), "nothing hostile was shown");
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    check_all(p, "the end");
    cr_expect(pty_restored(p));
    pty_free(p);
}

TestSuite(hostile, .init = setup, .fini = teardown, .timeout = 600);

static void survives(int seed)
{
    fill(seed);
    exports_are_text();
    pictures_are_text();
    the_terminal_is_not_driven();
}

Test(hostile, half_of_all_fields)
{
    survives(1);
}

Test(hostile, another_half)
{
    survives(2);
}

Test(hostile, a_third_half)
{
    survives(3);
}

/* The check itself. */
Test(hostile, is_told_from_what_the_screen_sends)
{
    cr_expect_null(
        unmeant("\033[?2026h\033[1;31ma\303\244\033(B\033]8;;http://h/\033\\x\033]8;;\033\\"));
    cr_expect_not_null(unmeant("a\033]0;t\a"));
    cr_expect_not_null(unmeant("\033[6n"));
    cr_expect_not_null(unmeant("\302\233"
                               "5n"));
    cr_expect_not_null(unmeant("\342\200\256"));
    cr_expect_not_null(unmeant("\033]8;;javascript:x\033\\"));
    cr_expect_not_null(formula("a,b\r\n\"=1\",2\r\n"));
    cr_expect_null(formula("a,b\r\n\"'=1, =2\",-2\r\n"));
}
