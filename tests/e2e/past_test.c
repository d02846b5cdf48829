/* A past moment of a simulated company: what `dxtop once --offline --now T` says is what
 * follows from the raw records (past.py), and what the screen shows that was stepped back. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "sim_store.h"
#include "tests/where.h"

#define NOON SIM_NOON
enum { ROWS = 60, COLS = 200 };

TestSuite(past, .init = sim_store_fill, .fini = sim_store_end, .timeout = 300);

Test(past, is_what_follows_from_the_records)
{
    static const char *const moments[] = { "2026-11-20T11:00:00Z", "2026-11-19T12:00:00Z",
                                           "2026-11-18T09:23:00Z", "2026-11-16T16:00:00Z" };
    const char *out;

    out = sh("for kind in jobs runs tickets; do $X --now " NOON
             " export $kind --since 400d >$D/$kind.jsonl || exit; done;"
             " sqlite3 -readonly $D/state/*.db \"SELECT s.name, n.text, t.key"
             " FROM ticket_ref r JOIN ticket t ON t.id = r.ticket JOIN pool q ON"
             " q.id = r.id JOIN source s ON s.id = q.source JOIN text n ON n.id ="
             " q.name WHERE r.kind = 1\" >$D/refs.txt");
    cr_assert_eq(sh_code, 0, "%s", out);
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        out = sh("T=%s; $X --now $T once --offline >$D/then.json &&"
                 " for view in queues pipelines overview; do $X --now $T screen --view"
                 " $view --size 200x60 >$D/$view.txt || exit; done;"
                 " $X --now $T screen --view tickets --size 200x900 >$D/tickets.txt &&"
                 " python3 '%s/tests/e2e/past.py' $D $T",
                 moments[i], SRC_DIR);
        cr_expect_eq(sh_code, 0, "%s: %s", moments[i], out);
    }
}

/* Without --offline, and without --now, it is of now; the store is not asked to be of then. */
Test(past, leaves_the_store_as_it_was)
{
    const char *out =
        sh("$X --now " NOON " once --offline >$D/before.json &&"
           " F=$(cat $D/state/*.db | cksum) &&"
           " $X --now 2026-11-18T12:00:00Z once --offline >$D/then.json &&"
           " test \"$F\" = \"$(cat $D/state/*.db | cksum)\" &&"
           " $X --now " NOON " once --offline >$D/after.json &&"
           " cmp $D/before.json $D/after.json && ! cmp -s $D/before.json $D/then.json");

    cr_expect_eq(sh_code, 0, "%s", out);
}

/* What it was is what once says of a week before: there is no second definition of it. */
Test(past, week_against_week_is_both_moments)
{
    const char *out = sh("$X --now " NOON " once --offline >$D/now.json &&"
                         " $X --now 2026-11-13T12:00:00Z once --offline >$D/then.json &&"
                         " $X --now " NOON " screen --week --view queues --size 200x60"
                         " >$D/queues.txt && python3 '%s/tests/e2e/past.py' --week $D",
                         SRC_DIR);

    cr_expect_eq(sh_code, 0, "%s", out);
    out = sh("cp -r $D/state $D/broken && sqlite3 $D/broken/*.db 'DROP TABLE ticket_day' &&"
             " $X --now " NOON " --state $D/broken screen --week --view queues");
    cr_expect_eq(sh_code, 1, "%s", out);
    cr_expect(strstr(out, "dxtop: the week before cannot be read: there is no table ticket_day"),
              "%s", out);
}

Test(past, w_is_week_against_week)
{
    struct pty *pty = sim_store_view(40, 120, NULL);

    cr_assert(pty_shows(pty, "12:00:00", PTY_PATIENCE_MS));
    pty_whole(pty);
    cr_expect(pty_lacks(pty, "CHANGE", 100));
    pty_send(pty, "w");
    cr_expect(pty_shows(pty, "Fri 20 Nov 12:00  against  Fri 13 Nov 12:00", PTY_PATIENCE_MS));
    cr_expect(pty_shows(pty, "CHANGE", PTY_PATIENCE_MS));
    pty_send(pty, "?");
    cr_expect(pty_shows(pty, "P95 rose", PTY_PATIENCE_MS));
    pty_send(pty, "?{"); /* of another day too */
    cr_expect(pty_shows(pty, "Thu 19 Nov 12:00  against  Thu 12 Nov 12:00", PTY_PATIENCE_MS), "%s",
              pty_text(pty));
    cr_expect(pty_shows(pty, "as of Thu 19 Nov 12:00", PTY_PATIENCE_MS));
    pty_send(pty, "=w");
    cr_expect(pty_lacks(pty, "CHANGE", PTY_PATIENCE_MS));
    pty_send(pty, "q");
    cr_expect(pty_ended(pty));
    pty_free(pty);
}

/* Its rows, without the first and the last line, which tell of the clock and the sources. */
static char *rows_of(struct pty *pty)
{
    char *text = pty_text(pty), *from = strchr(text, '\n'), *to;

    cr_assert_not_null(from);
    to = strrchr(text, '\n');
    while (to > from && to[1] == '\0')
        *to = '\0', to = strrchr(text, '\n');
    *to = '\0';
    memmove(text, from + 1, strlen(from));
    return text;
}

/* The terminal that the test plays does not put such marks together as dxtop does. */
static bool has_joined_marks(const char *line, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if ((unsigned char)line[i] == 0xF0 ||
            ((unsigned char)line[i] == 0xE0 && (unsigned char)line[i + 1] < 0xA6))
            return true;
    return false;
}

/* The first line that is another one, and what it should be, in out; false: there is none. */
static bool differs(const char *have, const char *want, char *out, size_t cap)
{
    while (*want) {
        size_t all = strcspn(have, "\n"), n = all, len = strcspn(want, "\n");

        while (n > 0 && have[n - 1] == ' ')
            n--;
        if (!has_joined_marks(want, len) && (n != len || strncmp(have, want, n) != 0)) {
            snprintf(out, cap, "%.*s\n%.*s", (int)n, have, (int)len, want);
            return true;
        }
        have += all + (have[all] != '\0');
        want += len + (want[len] != '\0');
    }
    return false;
}

/* However long it takes to draw it. */
static void expect_as_of(struct pty *pty, const char *moment, const char *view)
{
    const char *want =
        sh("$X --now %s screen --view %s --size %dx%d | sed '1d;$d'", moment, view, COLS, ROWS);
    char wrong[2000];
    bool other = true;

    cr_assert_eq(sh_code, 0, "%s", want);
    for (int waited = 0; other && waited < PTY_PATIENCE_MS; waited += 50) {
        char *have;

        pty_read(pty, 50);
        have = rows_of(pty);
        other = differs(have, want, wrong, sizeof(wrong));
        free(have);
    }
    cr_expect_not(other, "%s, %s:\n%s", view, moment, wrong);
}

Test(past, is_what_the_screen_shows_that_was_stepped_back)
{
    static const char *const views[] = { "Queues", "Pipelines", "Tickets", "Overview" };
    struct pty *pty = sim_store_view(ROWS, COLS, NULL);

    cr_assert(pty_shows(pty, "12:00:00", PTY_PATIENCE_MS), "%s", pty_text(pty));
    pty_send(pty, "{");
    cr_assert(pty_shows(pty, "as of Thu 19 Nov 12:00", PTY_PATIENCE_MS), "%s", pty_text(pty));
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        pty_send(pty, (char[]){ (char)('1' + i), '\0' });
        expect_as_of(pty, "2026-11-19T12:00:00Z", views[i]);
    }
    pty_send(pty, "1[[");
    cr_assert(pty_shows(pty, "as of Thu 19 Nov 10:00", PTY_PATIENCE_MS));
    expect_as_of(pty, "2026-11-19T10:00:00Z", "Queues");
    pty_send(pty, "]");
    cr_expect(pty_shows(pty, "as of Thu 19 Nov 11:00", PTY_PATIENCE_MS));
    pty_send(pty, "{");
    cr_expect(pty_shows(pty, "as of Wed 18 Nov 11:00", PTY_PATIENCE_MS));
    pty_send(pty, "}");
    cr_expect(pty_shows(pty, "as of Thu 19 Nov 11:00", PTY_PATIENCE_MS));
    pty_send(pty, "=");
    cr_expect(pty_lacks(pty, "as of", PTY_PATIENCE_MS));
    expect_as_of(pty, NOON, "Queues");
    pty_send(pty, "[");
    cr_expect(pty_shows(pty, "as of Fri 20 Nov 11:00", PTY_PATIENCE_MS));
    pty_send(pty, "]"); /* later than that is now */
    cr_expect(pty_lacks(pty, "as of", PTY_PATIENCE_MS));
    pty_send(pty, "q");
    cr_expect(pty_ended(pty));
    pty_free(pty);
}

/* Nor is anybody polled for it: what they say is of now. */
Test(past, is_what_now_of_the_command_line_shows)
{
    struct pty *pty = sim_store_view(ROWS, COLS, "--now=2026-11-19T12:00:00Z");

    cr_assert(pty_shows(pty, "as of Thu 19 Nov 12:00", PTY_PATIENCE_MS), "%s", pty_text(pty));
    expect_as_of(pty, "2026-11-19T12:00:00Z", "Queues");
    pty_send(pty, "[");
    cr_expect(pty_shows(pty, "as of Thu 19 Nov 11:00", PTY_PATIENCE_MS));
    pty_send(pty, "=");
    cr_expect(pty_shows(pty, "as of Thu 19 Nov 12:00", PTY_PATIENCE_MS), "there is no later now");
    expect_as_of(pty, "2026-11-19T12:00:00Z", "Queues");
    pty_send(pty, "q");
    cr_expect(pty_ended(pty));
    pty_free(pty);
}

/* Without --offline, which is easily forgotten. */
Test(past, is_not_polled)
{
    const char *before = sh("$X --now " NOON " export kpis");
    const char *said = sh("$X --now 2026-11-19T12:00:00Z once");

    cr_expect_eq(sh_code, 2, "%s", said);
    HAS(said, "--now is before what the store knows");
    said = sh("$X --now 2026-11-19T12:00:00Z export kpis --poll");
    cr_expect_eq(sh_code, 2, "%s", said);
    cr_expect_str_eq(sh("$X --now " NOON " export kpis"), before);
    (void)sh("$X --now " NOON " once");
    cr_expect_eq(sh_code, 0);
}
