/* The report: its numbers are those of `once` and `export`, its page needs nothing
 * else and is taken as markup by nobody, whatever names there are. report.py looks. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../golden.h"
#include "../run.h"
#include "shell.h"
#include "stage.h"
#include "../ticket_kit.h"
#include "tests/where.h"

static void setup(void)
{
    stage_set();
    /* $X is to be eval-ed; $L: report.py. */
    sh_begin("D='%s'; X=\"$B/dxtop -c '%s' --now " KIT_NOW "\";"
             " L=\"python3 %s/tests/e2e/report.py\"; ",
             dir, config, SRC_DIR);
    write_file(config, "title: acme <platform> & co\nstore: %s\nsources: []\n", store);
}

TestSuite(report, .init = setup, .timeout = 300);

#define RUNS(...)                                                                                  \
    do {                                                                                           \
        const char *said = sh(__VA_ARGS__);                                                        \
        cr_assert_eq(sh_code, 0, "%s", said);                                                      \
    } while (0)

static void write_world(enum kit_world world)
{
    company_write(store, world);
    tickets_write(store, world);
}

/* ---- numbers ---- */

Test(report, its_numbers_are_those_of_once_and_export)
{
    write_world(KIT_NORMAL);
    company_hold(store); /* `once` waits for a collector that does nothing, and polls nobody */
    RUNS("eval $X once --wait 100ms >$D/once.json; test $? -le 1 && for d in 24h 7d; do"
         " eval $X report --since $d --format json >$D/report-$d.json || exit 1;"
         " for k in kpis pools pipelines flaky failures tickets alerts; do"
         "  eval $X export $k --since $d >$D/$k-$d.jsonl || exit 1; done; done &&"
         " eval $X export jobs --since 14d >$D/jobs-14d.jsonl");
    RUNS("$L numbers $D");
}

/* ---- the page ---- */

Test(report, is_one_page_that_asks_nobody)
{
    write_world(KIT_NORMAL);
    RUNS("eval $X report -o $D/r.html && $L page $D/r.html && $L colours $D/r.html");
    HAS(sh("cat $D/r.html"), "<h1>acme &#60;platform&#62; &#38; co</h1>");
    RUNS("eval $X -t high-contrast report -o $D/r.html && $L colours $D/r.html &&"
         " grep -q 'card:#000000' $D/r.html");
    RUNS("eval $X -t colour-blind report -o $D/r.html && $L colours $D/r.html");
    for (int i = 0; i < 2; i++)
        RUNS("eval $X report --since %s -o $D/r.html && $L page $D/r.html", i ? "30d" : "24h");
}

/* Whoever reads the pipe is told, and nothing takes its place, nor that of a link. */
Test(report, goes_into_what_is_there)
{
    write_world(KIT_NORMAL);
    RUNS("mkfifo $D/pipe; timeout 60 head -1 $D/pipe >$D/head & eval $X report --format md -o"
         " $D/pipe; wait; test -p $D/pipe && grep -q '^# ' $D/head");
    RUNS("ln -s r.md $D/link && echo old >$D/r.md && eval $X report --format md -o $D/link &&"
         " test -L $D/link && grep -q '^# ' $D/r.md && test $(ls $D/r.md* | wc -l) = 1");
    RUNS("eval $X report -o $D/no/r.html 2>$D/err && exit 1; grep -q 'cannot write .*no/r.html: No"
         " such file' $D/err");
}

Test(report, names_are_no_markup)
{
    write_world(KIT_HOSTILE);
    RUNS("eval $X report -o $D/r.html && $L page $D/r.html");
    HAS(sh("cat $D/r.html"), "&#60;b&#62;&#38;amp;");
    RUNS("eval $X report --format md -o $D/r.md && $L table $D/r.md");
    RUNS("eval $X report --format json | python3 -c 'import json, sys; json.load(sys.stdin)'");
}

/* A store that is as large as it may be has forgotten what was before. */
Test(report, says_from_when_on_all_runs_are_there)
{
    write_world(KIT_NORMAL);
    RUNS(
        "python3 -c 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute(\"INSERT"
        " INTO cursor SELECT source, \\\"\\\", 1795219200000 FROM source_first\"); db.commit()' %s",
        store);
    HAS(sh("eval $X report --format json"), "\"runs_from\": \"2026-11-21T00:00:00Z\"");
    HAS(sh("eval $X report --format md"), "Runs and jobs are known since 21 Nov 00");
}

Test(report, of_nothing_says_so)
{
    RUNS("eval $X report -o $D/r.html && $L page $D/r.html");
    HAS(sh("cat $D/r.html"), "no source has answered yet");
    HAS(sh("eval $X report --format md"), "## Key numbers\n\n–\n");
    HAS(sh("eval $X report --format md"), "## What got worse\n\nNothing, as far as can be told\n");
    HAS(sh("eval $X report --format json"), "\"kpis\": []");
}

/* ---- as a whole ---- */

/* DX_GOLDEN=write; the version goes with releases. */
Test(report, looks_as_it_did)
{
    write_world(KIT_NORMAL);
    golden_text(sh("eval $X report --format md"), "screens/report-md");
    golden_text(sh("eval $X report | sed 's/dxtop [0-9][0-9.]*[0-9]/dxtop V/'"),
                "screens/report-html");
}

Test(report, of_hostile_names_looks_as_it_did)
{
    write_world(KIT_HOSTILE);
    golden_text(sh("eval $X report --format md"), "screens/report-hostile-md");
}

/* ---- the command ---- */

Test(report, is_written_whole_or_not_at_all)
{
    RUNS("ln -s other $D/r.html.part && umask 027 && eval $X report -o $D/r.html && test -s "
         "$D/r.html"
         " && ! test -e $D/other && test $(stat -c %%a $D/r.html) = 640 && chmod 604 $D/r.html &&"
         " eval $X report -o $D/r.html && test $(stat -c %%a $D/r.html) = 604 &&"
         " test $(ls $D/r.html* | wc -l) = 2");
    HAS(sh("eval $X report -o $D/none/r.html"), "cannot write");
    cr_expect_eq(sh_code, 1);
    HAS(sh("eval $X report >/dev/full"), "cannot write");
    cr_expect_eq(sh_code, 1);
}

/* A full disk under what is printed is said by whoever prints; a reader that ended is not. */
Test(report, what_is_printed_to_a_full_disk_is_said_to_be_lost)
{
    static const char *const commands[] = { "once --offline --format json",
                                            "once --offline",
                                            "export kpis",
                                            "report",
                                            "check",
                                            "--help",
                                            "--version" };

    write_world(KIT_NORMAL);
    company_hold(store);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        HAS(sh("eval $X %s >/dev/full", commands[i]), "cannot write: No space left on device\n");
        cr_expect_eq(sh_code, 1, "%s: %d", commands[i], sh_code);
    }
    HAS(sh("$B/dxtop schema >/dev/full"), "cannot write: No space left on device\n");
    cr_expect_eq(sh_code, 1);
    cr_expect_str_eq(
        sh("trap '' PIPE; (sleep 1; eval $X report; echo $? >$D/code) | true; cat $D/code"), "1\n");
}

Test(report, has_the_windows_that_numbers_are_kept_of)
{
    HAS(sh("eval $X report --since 3d"), "24h, 7d or 30d");
    cr_expect_eq(sh_code, 2);
    HAS(sh("eval $X once -o x"), "--output goes with report");
    cr_expect_eq(sh_code, 2);
    HAS(sh("eval $X report --format csv"), "unknown format");
    cr_expect_eq(sh_code, 2);
}

/* ---- in a browser, where there is one ---- */

/* A copy with a script in it, which says how wide the page is and what it fetched. */
Test(report, is_no_wider_than_the_window)
{
    static const char script[] =
        "<script>addEventListener(\"load\",()=>{document.title=\"wide \"+"
        "(document.documentElement.scrollWidth-innerWidth)+\" fetched \"+"
        "performance.getEntriesByType(\"resource\").length})</script></body>";
    static const int widths[] = { 1280, 800, 500 };

    sh("command -v chromium");
    if (sh_code != 0)
        cr_skip_test("there is no chromium");
    write_world(KIT_HOSTILE);
    RUNS("eval $X report -o $D/r.html && sed -e '/Content-Security-Policy/d'"
         " -e 's#</body>#%s#' $D/r.html >$D/s.html",
         script);
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        const char *said = sh("chromium --headless --no-sandbox --disable-gpu --hide-scrollbars"
                              " --user-data-dir=$D/chrome --window-size=%d,900 --dump-dom"
                              " file://$D/s.html 2>/dev/null | grep -o '<title>wide[^<]*'",
                              widths[i]);
        int over = 1, fetched = 1;

        cr_assert_eq(sscanf(said, "<title>wide %d fetched %d", &over, &fetched), 2, "%s", said);
        cr_expect_leq(over, 0, "%d wide: %d too wide", widths[i], over);
        cr_expect_eq(fetched, 0);
    }
}
