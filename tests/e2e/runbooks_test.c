/* Runbooks and suggestions from a folder and a program that prints tickets to the screen:
 * found, read, accepted and ignored. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "pty.h"

#define NOW "2026-11-24T12:00:00Z"

static char *dir, config[256];

static void put(const char *name, const char *text)
{
    char path[300];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    write_file(path, "%s", text);
}

static const char tickets[] =
    "{\"type\":\"ticket\",\"key\":\"DX-1\",\"title\":\"linux-xl: jobs wait for ever\",\"category\":"
    "\"runners\",\"created_at\":\"2026-11-20T08:00:00Z\",\"resolved_at\":\"2026-11-20T09:00:00Z\"}"
    "\n"
    "{\"type\":\"ticket\",\"key\":\"DX-2\",\"title\":\"Jobs of linux-xl wait\",\"category\":"
    "\"runners\",\"created_at\":\"2026-11-21T08:00:00Z\",\"resolved_at\":\"2026-11-21T09:00:00Z\"}"
    "\n"
    "{\"type\":\"ticket\",\"key\":\"DX-3\",\"title\":\"Access to a repository\",\"category\":"
    "\"access\",\"created_at\":\"2026-11-21T08:00:00Z\",\"resolved_at\":\"2026-11-21T09:00:00Z\"}\n"
    "{\"type\":\"ticket\",\"key\":\"DX-9\",\"title\":\"Since noon jobs of linux-xl wait\","
    "\"created_at\":\"2026-11-24T11:00:00Z\"}\n";

static void prepare(const char *more)
{
    char books[300];

    set_paths();
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    snprintf(books, sizeof(books), "%s/books", dir);
    cr_assert_eq(mkdir(books, 0700), 0);
    put("books/pool.md", "# A pool is offline\n\nWhere jobs of linux-xl wait, ask who drained it.\n"
                         "```\nfleet start --pool linux-xl\n```\n");
    put("books/registry.md", "# Registry answers 503\n\nLook at the proxy.\n");
    put("tickets", tickets);
    write_file(config,
               "%sstore: %s/t.db\nrunbooks: books\nsources:\n  - {type: exec, name: desk, command:"
               " [/bin/cat, %s/tickets], every: 1s}\nviews:\n  - {name: Tickets, rows: [{panels:"
               " [tickets]}]}\n  - {name: Runbooks, rows: [{panels: [runbooks]}]}\n",
               more, dir, dir);
}

static void setup(void)
{
    prepare("");
}

TestSuite(runbooks, .init = setup, .timeout = 300);

static struct pty *start(const char *view)
{
    const char *argv[] = { "dxtop",   "-c", config,   "--state", dir,
                           "--clock", NOW,  "--view", view,      NULL };

    return pty_start(argv, 30, 110, "xterm-256color");
}

Test(runbooks, are_found_by_words_in_their_text_and_read)
{
    struct pty *p = start("Runbooks");

    SHOWS(p, "Registry answers 503");
    SHOWS(p, "A pool is offline");
    pty_send(p, "/drained\r");
    LACKS(p, "Registry answers 503");
    SHOWS(p, "ask who [drained]");
    pty_send(p, "\r");
    SHOWS(p, "Runbooks › A pool is offline");
    SHOWS(p, "fleet start --pool linux-xl");
    LACKS(p, "```");
    pty_quit(p, "q");
}

Test(runbooks, one_that_is_written_anew_is_read_anew)
{
    struct pty *p = start("Runbooks");

    SHOWS(p, "A pool is offline");
    put("books/pool.md", "# A pool is gone\n");
    pty_send(p, "r"); /* or within a minute */
    SHOWS(p, "A pool is gone");
    LACKS(p, "A pool is offline");
    pty_quit(p, "q");
}

/* Its source has answered before a collector that stays would look for them. */
Test(runbooks, are_there_after_one_round)
{
    const char *once[] = { "dxtop", "-c", config, "--state", dir, "--now", NOW, "once", NULL };
    const char *screen[] = { "dxtop",  "-c",     config,     "--state", dir,      "--now", NOW,
                             "screen", "--view", "Runbooks", "--size",  "110x30", NULL };
    char *text;
    int status;

    free(program_run(once, &status));
    cr_assert_eq(status, 0);
    text = program_run(screen, &status);
    cr_expect(strstr(text, "A pool is offline") && strstr(text, "Registry answers 503"), "%s",
              text);
    free(text);
}

Test(runbooks, what_is_suggested_for_a_ticket_is_accepted_or_ignored)
{
    struct pty *p = start("Tickets");

    SHOWS(p, "DX-9");
    pty_send(p, "\r");
    SHOWS(p, "runners  2 of 2 like it");
    SHOWS(p, "DX-2  Jobs of linux-xl wait");
    SHOWS(p, "pool.md  A pool is offline");
    LACKS(p, "DX-3");
    pty_send(p, "a");
    SHOWS(p, "runners  accepted here; u undoes it");
    pty_send(p, "u");
    SHOWS(p, "runners  2 of 2 like it");
    pty_send(p, "i");
    SHOWS(p, "Suggestions are ignored");
    LACKS(p, "DX-2");
    pty_quit(p, "q");
    p = start("Tickets"); /* it is kept, and other viewers see it */
    SHOWS(p, "DX-9");
    pty_send(p, "\r");
    SHOWS(p, "Suggestions are ignored");
    pty_quit(p, "q");
}

/* They are actions as all others: bound anew, on no key, and by name. */
Test(runbooks, what_is_said_of_a_suggestion_is_on_the_keys_of_the_user)
{
    struct pty *p;

    prepare("keys: {accept: A, ignore: [], undo: [f5, u]}\n");
    p = start("Tickets");
    SHOWS(p, "DX-9");
    pty_send(p, "\r");
    SHOWS(p, "A accepts, :ignore ignores");
    pty_send(p, "ai");
    pty_read(p, 300);
    SHOWS(p, "runners  2 of 2 like it");
    pty_send(p, "A");
    SHOWS(p, "runners  accepted here; f5 undoes it");
    pty_send(p, "\033[15~");
    SHOWS(p, "runners  2 of 2 like it");
    pty_send(p, ":ignore\r");
    SHOWS(p, "Suggestions are ignored; f5 shows them");
    pty_send(p, "?G");
    SHOWS(p, ":ignore");
    SHOWS(p, "f5 u");
    pty_send(p, "\033");
    LACKS(p, ":ignore");
    pty_quit(p, "q");
}
