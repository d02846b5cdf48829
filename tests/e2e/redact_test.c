/* `R` and --redact: no name of a person, branch or title is in anything that dxtop writes. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "sim_store.h"
#include "tests/where.h"

/* A command that looks for names in files of $D. */
static const char canaries[] = "python3 '" SRC_DIR "/tests/e2e/redact.py' $D";

static void setup(void)
{
    sim_store_fill();
    sh("for kind in runs jobs tickets; do"
       " $X --now " SIM_NOON " export $kind --since 400d >$D/$kind.jsonl || exit; done");
    cr_assert_eq(sh_code, 0);
}

TestSuite(redact, .init = setup, .fini = sim_store_end, .timeout = 300);

static const char *const views[] = { "Queues", "Pipelines", "Tickets", "Overview" };

Test(redact, screens_have_no_names)
{
    static const char *const sizes[] = { "200x60", "80x24" };
    const char *out;

    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            out = sh("$X --now " SIM_NOON " screen --redact --format html --view %s"
                     " --size %s >$D/frame && %s $D/frame",
                     views[i], sizes[k], canaries);
            cr_expect_eq(sh_code, 0, "%s %s: %s", views[i], sizes[k], out);
        }
    }
    out = sh("$X --now " SIM_NOON " screen --view Tickets --size 200x60 >$D/frame;"
             " %s $D/frame",
             canaries);
    cr_expect_eq(sh_code, 1, "it would not see them: %s", out);
}

Test(redact, exports_have_no_names_and_the_same_aliases)
{
    const char *out =
        sh("for kind in runs jobs tickets flaky failures pipelines; do"
           " $X --now " SIM_NOON " export $kind --redact --since 400d >>$D/all || exit 9; done;"
           " $X --now " SIM_NOON " once --offline --redact >>$D/all || exit 9; %s $D/all",
           canaries);

    cr_expect_eq(sh_code, 0, "%s", out);
    out = sh("$X --now " SIM_NOON " export tickets --redact --since 400d >$D/one;"
             " $X --now " SIM_NOON " export tickets --redact --since 400d | cmp - $D/one"
             " && grep -c '\"title\":\"title-[0-9a-z]\\{5\\}\"' $D/one");
    cr_expect_eq(sh_code, 0, "%s", out);
    cr_expect(strtol(out, NULL, 10) > 40, "%s", out);
}

static void walk(struct pty *pty)
{
    for (char view = '1'; view <= '4'; view++) {
        pty_send(pty, (char[]){ view, '\0' });
        pty_read(pty, 500);
        for (int depth = 0; depth < 3; depth++) {
            pty_send(pty, "\r");
            pty_read(pty, 300);
            pty_send(pty, "y"); /* copies the URL, and says so */
            pty_read(pty, 300);
        }
    }
}

Test(redact, no_byte_of_a_frame_has_a_name)
{
    struct pty *pty = sim_store_view(60, 200, "--redact");
    FILE *file;
    const char *out;
    char path[400];

    cr_assert(pty_shows(pty, "names hidden", PTY_PATIENCE_MS), "%s", pty_text(pty));
    walk(pty);
    cr_expect(pty->raw_len > 10000);
    snprintf(path, sizeof(path), "%s", sh("printf %%s $D"));
    cr_assert(strlen(path) < sizeof(path) - 5);
    memcpy(path + strlen(path), "/raw", 5);
    file = fopen(path, "w");
    cr_assert_not_null(file);
    fwrite(pty->raw, 1, pty->raw_len, file);
    fclose(file);
    out = sh("%s $D/raw", canaries);
    cr_expect_eq(sh_code, 0, "%s", out);
    pty_send(pty, "R"); /* and back */
    cr_expect(pty_lacks(pty, "names hidden", PTY_PATIENCE_MS));
    pty_send(pty, "q");
    cr_expect(pty_ended(pty));
    pty_free(pty);
}

/* What was opened has a name in the path. */
Test(redact, the_key_hides_them_at_once)
{
    struct pty *pty = sim_store_view(40, 120, NULL);

    cr_assert(pty_shows(pty, "12:00:00", PTY_PATIENCE_MS));
    pty_send(pty, "3");
    cr_assert(pty_shows(pty, "TITLE", PTY_PATIENCE_MS));
    cr_expect(pty_lacks(pty, "title-", 100));
    pty_send(pty, "R");
    cr_expect(pty_shows(pty, "title-", PTY_PATIENCE_MS));
    cr_expect(pty_shows(pty, "person-", PTY_PATIENCE_MS));
    cr_expect(pty_shows(pty, "names hidden", PTY_PATIENCE_MS));
    pty_send(pty, "R");
    cr_expect(pty_lacks(pty, "title-", PTY_PATIENCE_MS));
    pty_send(pty, "q");
    cr_expect(pty_ended(pty));
    pty_free(pty);
}

/* Also where all stands, and nothing else would be read again. Nobody collects meanwhile, who would
 * begin a new store. */
Test(redact, a_store_that_cannot_be_read_for_a_moment_hides_no_more_than_that)
{
    char lock[400];
    const char *argv[] = { "flock", "-F", lock, "sleep", "100", NULL };
    struct program holder;
    struct pty *pty;

    snprintf(lock, sizeof(lock), "%s", sh("printf %%s $D/state/*.db.lock"));
    holder = program_start(argv);
    pty = sim_store_view(40, 120, NULL);
    cr_assert(pty_shows(pty, "12:00:00", PTY_PATIENCE_MS));
    pty_send(pty, "3");
    cr_assert(pty_shows(pty, "TITLE", PTY_PATIENCE_MS));
    pty_send(pty, "p");
    cr_assert(pty_shows(pty, "frozen", PTY_PATIENCE_MS));
    (void)sh("for f in $D/state/*.db $D/state/*.db-*; do test ! -e $f || mv $f $D/${f##*/} || "
             "exit; done");
    cr_assert_eq(sh_code, 0);
    pty_send(pty, "R");
    cr_expect(pty_shows(pty, "Hiding names", PTY_PATIENCE_MS), "%s", pty_text(pty));
    (void)sh("for f in $D/*.db $D/*.db-*; do test ! -e $f || mv $f $D/state/ || exit; done");
    cr_assert_eq(sh_code, 0);
    cr_expect(pty_shows(pty, "title-", PTY_PATIENCE_MS), "%s", pty_text(pty));
    pty_send(pty, "q");
    cr_expect(pty_ended(pty));
    pty_free(pty);
    program_end(&holder, SIGTERM);
}
