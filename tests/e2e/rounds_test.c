/* Rounds of `dxtop once` now and then, as from cron: with gaps of seconds and of more than a day,
 * over an outage, over both nights on which clocks are changed and over an end of a month. They
 * end where a collector ends that stays, and where the company does by its own account. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "truth_kit.h"

/* Tickets go back 90 days, or as far as the company: so far in each round. */
enum { DAY_S = 86400, HISTORY_S = 91 * DAY_S };

static const char *seed;
static int64_t began_s; /* the first round; the company is HISTORY_S older */

TestSuite(rounds, .init = kit_init, .fini = kit_done, .timeout = 1800);

/* ---- time ---- */

static int64_t moment(const char *text)
{
    struct tm tm = { 0 };

    cr_assert(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm), "%s", text);
    return timegm(&tm);
}

/* Lives until the next one. */
static const char *moment_text(int64_t at_s)
{
    static char text[32];
    time_t at = (time_t)at_s;
    struct tm utc;

    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
    return text;
}

/* ---- the company ---- */

static void company(const char *how, const char *when, int64_t at_s)
{
    char history[32];

    snprintf(history, sizeof(history), "%llds", (long long)(HISTORY_S + at_s - began_s));
    /* The seventh one is Azure DevOps's: of what is done with memory it is no other than these. */
    kit_company((struct kit_company){ seed, SANITIZED ? "4" : "7", history, how, when, NULL });
}

static void company_at(const char *when)
{
    company("--now", when, moment(when));
}

/* The views have nothing of how often a source was asked. */
static void configure(void)
{
    static const char common[] = "history: 120d, every: 10m";
    int port = kit.port;

    write_file(kit.config,
               "calendar: {zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}\n"
               "sources:\n"
               "  - {type: github, name: github, url: 'http://127.0.0.1:%d/api/v3', org: acme,"
               " logs: yes, reviews: yes, issues: yes, %s}\n"
               "  - {type: gitlab, name: gitlab, url: 'http://127.0.0.1:%d/gitlab', group: acme,"
               " logs: yes, reviews: yes, issues: yes, %s}\n"
               "  - {type: jenkins, name: jenkins, url: 'http://127.0.0.1:%d/jenkins', logs: yes,"
               " %s}\n"
               "  - {type: azure, name: azure, url: 'http://127.0.0.1:%d/azure', logs: yes, %s}\n"
               "  - {type: jira, name: cloud, url: 'http://127.0.0.1:%d/jira', pauses: ['10003'],"
               " %s}\n"
               "  - {type: jira, name: dc, url: 'http://127.0.0.1:%d/jiradc', pauses: ['10003'],"
               " bots: ['* bot'], %s}\n"
               "  - {type: servicenow, name: snow, url: 'http://127.0.0.1:%d/snow', %s}\n"
               "  - {type: prometheus, name: prom, url: 'http://127.0.0.1:%d', %s,\n"
               "     queries: {waiting: {query: 'sum by (pool) (ci_jobs_waiting)', step: 1h}}}\n"
               "  - {type: alertmanager, name: alerts, url: 'http://127.0.0.1:%d', every: 10m}\n"
               "views:\n"
               "  - {name: Queues, rows: [{panels: [queue]}]}\n"
               "  - {name: Pipelines, rows: [{panels: [pipelines, flaky]}]}\n"
               "  - {name: Desk, rows: [{panels: [desk]}]}\n"
               "  - {name: Overview, rows: [{height: 12, panels: [overview]},"
               " {panels: [failures, changes]}]}\n",
               port, common, port, common, port, common, port, common, port, common, port, common,
               port, common, port, common, port);
}

/* ---- who goes ---- */

struct round {
    const char *when, *fault; /* NULL: nothing goes wrong */
};

static void go(const struct round *round)
{
    company_at(round->when);
    if (!round->fault) {
        poll_once("--now", round->when);
        return;
    }
    kit_fault(round->fault);
    sh("$B/dxtop $C $S --now %s once --wait 9m >$D/once.json", round->when);
    cr_expect_eq(sh_code, 1, "%s: %d", round->fault, sh_code); /* it is said */
}

/* Five days of spring. */
static const struct round spring[] = {
    { "2026-03-27T17:00:00Z", NULL },
    { "2026-03-27T17:00:07Z", NULL },
    { "2026-03-27T17:12:00Z", NULL },
    { "2026-03-27T22:40:31Z", NULL },
    { "2026-03-29T00:59:30Z", NULL }, /* 02:00 is 03:00 */
    { "2026-03-29T01:00:10Z", NULL },
    { "2026-03-29T01:31:00Z", NULL },
    { "2026-03-29T22:10:00Z", NULL }, /* Monday */
    { "2026-03-30T07:00:05Z", NULL }, /* nine o'clock */
    { "2026-03-30T07:43:00Z", "status:503@/gitlab" },
    { "2026-03-30T08:20:00Z", NULL },
    { "2026-03-30T13:47:12Z", "rst@/jiradc" },
    { "2026-03-31T21:59:50Z", NULL }, /* the end of the month */
    { "2026-03-31T22:00:04Z", NULL },
    { "2026-04-01T05:59:00Z", NULL },
};

/* Ten of autumn. */
static const struct round autumn[] = {
    { "2026-10-23T17:00:00Z", NULL },
    { "2026-10-24T22:30:00Z", NULL },
    { "2026-10-25T00:10:00Z", NULL }, /* 02:10 */
    { "2026-10-25T00:40:00Z", NULL },
    { "2026-10-25T01:10:00Z", NULL }, /* 02:10 */
    { "2026-10-25T01:10:20Z", NULL },
    { "2026-10-25T01:50:00Z", NULL },
    { "2026-10-26T09:30:00Z", "status:500@/jenkins" },
    { "2026-10-27T15:00:00Z", "status:503@/snow" },
    { "2026-10-27T15:01:00Z", NULL },
    { "2026-10-29T23:59:30Z", NULL },
    { "2026-10-30T00:00:30Z", "status:502@/azure" },
    { "2026-10-31T22:59:50Z", NULL }, /* the end of the month */
    { "2026-10-31T23:00:10Z", NULL },
    { "2026-11-02T08:30:00Z", NULL },
};

enum { SPRING = sizeof(spring) / sizeof(spring[0]), AUTUMN = sizeof(autumn) / sizeof(autumn[0]) };

static void go_all(const struct round *rounds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        go(&rounds[i]);
}

/* ---- who stays ---- */

/* From the first round's moment until until_s by its clock, which is some minutes ahead of the
 * company's, lest it see what has not happened yet. When that was. */
static int64_t stay(int64_t until_s)
{
    /* Five hours a second: as many polls as the machine can do. */
    struct kit_clock theirs = { .began_s = began_s, .speed = 18000 }, ours;
    char state[300], file[300];
    const char *argv[] = { "dxtop-collect", file, state, "--clock", NULL, NULL };
    struct program collector;

    snprintf(state, sizeof(state), "--state=%s/stayed", kit.dir);
    snprintf(file, sizeof(file), "--config=%s", kit.config);
    kit_clock_start(&theirs);
    company("--clock", kit_clock_now(&theirs), began_s);
    ours = theirs;
    ours.began_s += 900;
    argv[4] = kit_clock_now(&ours);
    collector = program_start(argv);
    while (ours.began_s + (int64_t)kit_clock_gone_s(&ours) < until_s) {
        cr_assert_eq(waitpid(collector.pid, NULL, WNOHANG), 0, "it did not stay");
        nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
    }
    cr_expect_eq(program_end(&collector, SIGTERM), 0);
    return ours.began_s + (int64_t)kit_clock_gone_s(&ours);
}

/* ---- what they know ---- */

/* As of that moment, into $D/NAME. */
static void tell(const char *name, const char *when)
{
    const char *out;

    kit_state(name);
    out = sh("T=%s; N=$D/%s.told; rm -rf $N; mkdir $N;"
             " for kind in samples alerts runs jobs pools pipelines flaky failures tickets kpis; do"
             "  $B/dxtop $C $S --now $T export $kind --since 5000d >$N/$kind.jsonl || exit; done;"
             " for d in 24h 7d 30d; do"
             "  $B/dxtop $C $S --now $T report --since $d -f json -o $N/$d.json || exit; done;"
             " for view in Queues Pipelines Desk Overview; do"
             "  $B/dxtop $C $S --now $T screen --view $view --size 200x60 >$N/$view.txt || exit;"
             " done; cp $N/*.jsonl $D",
             when, name);
    cr_assert_eq(sh_code, 0, "%s: %s", when, out);
}

static void expect_the_truth(const char *now)
{
    fetch_truth("");
    expect_same("truth.py $D %s github gitlab jenkins azure", now);
    fetch_truth("?kind=ticket");
    expect_same("tickets_truth.py $D %s cloud=jira dc=jiradc snow=servicenow github=github"
                " gitlab=gitlab",
                now);
    fetch_truth("?kind=review");
    expect_same("reviews_truth.py $D/rounds/*.db $D/truth.jsonl %s github gitlab",
                moment_text(began_s - HISTORY_S));
}

/* ---- both ---- */

Test(rounds, end_where_a_collector_ends_that_stays)
{
    static const struct {
        const char *when, *how;
    } then[] = { { "2026-03-27T12:00:00Z", "" },          { "2026-03-29T00:30:00Z", "" },
                 { "2026-03-29T01:30:00Z", "" },          { "2026-03-30T04:00:00Z", "" },
                 { "2026-03-30T12:10:00Z", "--records" }, { "2026-03-31T22:30:00Z", "" } };
    char end[32];
    int64_t end_s;

    seed = "8";
    began_s = moment(spring[0].when);
    configure();
    kit_state("stayed");
    company_at(spring[0].when);
    poll_once("--now", spring[0].when);
    sh("cp -R $D/stayed $D/rounds");
    cr_assert_eq(sh_code, 0);
    end_s = stay(moment("2026-04-01T08:00:00Z")) / 3600 * 3600 + 7200; /* slow: later */
    snprintf(end, sizeof(end), "%s", moment_text(end_s));
    kit_state("rounds");
    go_all(spring + 1, SPRING - 1);
    company_at(end);
    kit_state("stayed");
    poll_once("--now", end);
    kit_state("rounds");
    poll_once("--now", end);
    tell("stayed", end);
    tell("rounds", end);
    expect_same("rounds.py $D/rounds.told $D/stayed.told");
    expect_the_truth(end);
    for (size_t i = 0; !SANITIZED && i < sizeof(then) / sizeof(then[0]); i++) {
        tell("stayed", then[i].when);
        tell("rounds", then[i].when);
        expect_same("rounds.py --then %s $D/rounds.told $D/stayed.told", then[i].how);
    }
}

/* The hour that comes twice, and a server that writes its local time. */
Test(rounds, end_where_the_company_does)
{
    seed = "1";
    began_s = moment(autumn[0].when);
    configure();
    kit_state("rounds");
    go_all(autumn, AUTUMN);
    tell("rounds", "2026-11-02T08:30:00Z");
    expect_the_truth("2026-11-02T08:30:00Z");
}
