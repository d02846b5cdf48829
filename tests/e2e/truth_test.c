/* The simulated company, polled over the network, against what the simulator knows
 * of it: truth.py computes every number by itself from the raw truth. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "truth_kit.h"

static const char *history_of; /* of the sources */
static const char *systems;    /* that are polled */

static void setup(void)
{
    kit_init();
    history_of = "40d";
    systems = "github gitlab jenkins azure";
}

TestSuite(truth, .init = setup, .fini = kit_done, .timeout = 600);

static void company(const char *seed, const char *repos, const char *history, const char *how,
                    const char *when)
{
    kit_company((struct kit_company){ seed, repos, history, how, when, NULL });
    write_file(kit.config,
               "sources:\n"
               "  - {type: github, url: 'http://127.0.0.1:%d/api/v3', org: acme, logs: yes,"
               " history: %s}\n"
               "%s  - {type: gitlab, url: 'http://127.0.0.1:%d/gitlab', group: acme, logs: yes,"
               " history: %s}\n"
               "  - {type: jenkins, url: 'http://127.0.0.1:%d/jenkins', logs: yes, history: %s}\n"
               "%s  - {type: azure, url: 'http://127.0.0.1:%d/azure', logs: yes, history: %s}\n",
               kit.port, history_of, strstr(systems, "gitlab") ? "" : "#", kit.port, history_of,
               kit.port, history_of, strstr(systems, "azure") ? "" : "#", kit.port, history_of);
}

static void export_all(const char *now)
{
    const char *out =
        sh("for kind in alerts runs jobs pools pipelines flaky failures; do"
           "  $B/dxtop $C $S --now %s export $kind --since 5000d >$D/$kind.jsonl || exit;"
           " done",
           now);

    cr_assert_eq(sh_code, 0, "%d %s", sh_code, out);
}

static void compare(const char *option, const char *now)
{
    fetch_truth("");
    expect_same("truth.py %s $D %s %s", option, now, systems);
}

/* The company has to stand at now. */
static void expect_truth(const char *now)
{
    export_all(now);
    compare("", now);
}

/* ---- as it stands ---- */

/* The more repositories, the more kinds of days the numbers are held against. Sanitized it is about
 * what is done with memory, and a part of them does all of that. */
static void a_whole_company(const char *seed)
{
    company(seed, SANITIZED ? "20" : "50", "30d", "--now", NOON);
    poll_once("--now", NOON);
    expect_truth(NOON);
}

Test(truth, of_the_first_company)
{
    a_whole_company("1");
}

Test(truth, of_the_second_company, .disabled = SANITIZED)
{
    a_whole_company("2");
}

Test(truth, of_the_third_company, .disabled = SANITIZED)
{
    a_whole_company("163886");
}

/* A store that knows Friday, as of days before: what was true then. Not GitLab and Azure
 * DevOps: what they run again in its place ended later, by all that they tell. */
Test(truth, as_of_days_before)
{
    static const struct {
        const char *now, *history;
    } before[] = { { "2026-11-19T12:00:00Z", "7d" }, { "2026-11-17T12:00:00Z", "5d" } };

    systems = "github jenkins";
    company("4", "12", "8d", "--now", NOON);
    poll_once("--now", NOON);
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        company("4", "12", before[i].history, "--now", before[i].now);
        sh("$B/dxtop $C $S --now %s once --offline >$D/once.json", before[i].now);
        cr_assert_eq(sh_code, 0);
        export_all(before[i].now);
        compare("--then", before[i].now);
    }
}

/* What was read once is read again, page over page: nothing comes twice. */
Test(truth, polled_three_times)
{
    company("4", "12", "8d", "--now", NOON);
    for (int i = 0; i < 3; i++)
        poll_once("--now", NOON);
    expect_truth(NOON);
}

/* Records of any age are taken in, whatever the clock says. */
Test(truth, of_years_ago)
{
    history_of = "4000d";
    company("7", "16", "9d", "--now", "2018-06-15T12:00:00Z");
    poll_once("--now", NOON);
    poll_once("--now", NOON); /* and stay */
    export_all(NOON);
    compare("--records", "2018-06-15T12:00:00Z");
    sh("rm -r $D/state");
    poll_once("--now", "2018-06-15T12:00:00Z");
    expect_truth("2018-06-15T12:00:00Z");
}

/* ---- a collector that is killed ---- */

static int stored_runs(void)
{
    return (int)strtol(sh("sqlite3 -readonly $D/state/*.db 'SELECT count(*) FROM run' 2>/dev/null"),
                       NULL, 10);
}

Test(truth, killed_during_the_back_fill)
{
    static const int at_least[] = { 1, 500, 1200 };

    company("5", "25", "12d", "--now", NOON);
    for (size_t i = 0; i < sizeof(at_least) / sizeof(at_least[0]); i++)
        kill_collector(stored_runs, at_least[i]);
    poll_once("--now", NOON);
    expect_truth(NOON);
}

/* ---- a company at work ---- */

/* Runs begin, end and are tried again between two pages of one list, from eight o'clock on. When it
 * stands, a day later, all is as it was. */
Test(truth, while_records_change)
{
    struct kit_clock clock = { .began_s = 1795161600, .speed = SANITIZED ? 600 : 1200 };

    kit_clock_start(&clock);
    company("6", "12", "9d", "--clock", kit_clock_now(&clock));
    for (int i = 0; i < 4 && kit_clock_gone_s(&clock) < 8 * 3600; i++) /* slow: fewer */
        poll_once("--clock", kit_clock_now(&clock));
    cr_expect_lt(kit_clock_gone_s(&clock), 23 * 3600, "it worked past the next morning");
    company("6", "12", "9d22h59m", "--now", "2026-11-21T07:00:00Z"); /* as far back as before */
    poll_once("--now", "2026-11-21T07:00:00Z");
    expect_truth("2026-11-21T07:00:00Z");
}
