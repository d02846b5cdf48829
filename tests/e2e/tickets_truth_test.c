/* The tickets of the simulated company, polled over the network, against what the
 * simulator knows of them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "truth_kit.h"

TestSuite(tickets_truth, .init = kit_init, .fini = kit_done, .timeout = 600);

/* What is polled: systems whose tickets are tickets, and those where labels say it all. */
enum { DESKS = 1, LABELS = 2 };
static const struct {
    int of;
    const char *source, *face, *options;
} systems[] = {
    /* Data Center does not say who is a machine, and names are the account's language's. */
    { DESKS, "cloud=jira", "jira", "type: jira, name: cloud, pauses: ['10003']" },
    { DESKS, "dc=jiradc", "jiradc", "type: jira, name: dc, pauses: ['10003'], bots: ['* bot']" },
    { DESKS, "snow=servicenow", "snow", "type: servicenow, name: snow, history: 120d" },
    { LABELS, "github=github", "api/v3",
      "type: github, name: github, org: acme, issues: yes, history: 120d" },
    { LABELS, "gitlab=gitlab", "gitlab",
      "type: gitlab, name: gitlab, group: acme, issues: yes, history: 120d" },
};
static char compared[200]; /* SOURCE=SYSTEM ... */

static void company(const char *seed, const char *history, const char *how, const char *when)
{
    kit_company((struct kit_company){ seed, "4", history, how, when, NULL });
}

static void configure(int of)
{
    char sources[1500] = "";
    size_t len = 0;

    compared[0] = '\0';
    for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
        if (!(systems[i].of & of))
            continue;
        len += (size_t)snprintf(sources + len, sizeof(sources) - len,
                                "  - {%s, url: 'http://127.0.0.1:%d/%s'}\n", systems[i].options,
                                kit.port, systems[i].face);
        snprintf(compared + strlen(compared), sizeof(compared) - strlen(compared), " %s",
                 systems[i].source);
    }
    write_file(kit.config,
               "calendar: {zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}\nsources:\n%s",
               sources);
}

/* The company has to stand at now. */
static void expect_truth(const char *now)
{
    const char *out =
        sh("$B/dxtop $C $S --now %s export tickets --since 400d >$D/tickets.jsonl", now);

    cr_assert_eq(sh_code, 0, "%s", out);
    fetch_truth("?kind=ticket");
    expect_same("tickets_truth.py $D %s%s", now, compared);
}

/* ---- as it stands ---- */

static void a_whole_company(const char *seed)
{
    company(seed, "90d", "--now", NOON);
    configure(DESKS | LABELS);
    poll_once("--now", NOON);
    expect_truth(NOON);
    poll_once("--now", NOON); /* nothing comes twice, nothing goes */
    expect_truth(NOON);
}

Test(tickets_truth, of_the_first_company)
{
    a_whole_company("1");
}

Test(tickets_truth, of_the_second_company, .disabled = SANITIZED)
{
    a_whole_company("2");
}

/* ---- a collector that is killed ---- */

static int stored(void)
{
    return (int)strtol(
        sh("sqlite3 -readonly $D/state/*.db 'SELECT count(*) FROM ticket' 2>/dev/null"), NULL, 10);
}

Test(tickets_truth, killed_during_the_back_fill)
{
    static const int at_least[] = { 1, 60, 200 };

    company("5", "90d", "--now", NOON);
    configure(DESKS | LABELS);
    for (size_t i = 0; i < sizeof(at_least) / sizeof(at_least[0]); i++)
        kill_collector(stored, at_least[i]);
    poll_once("--now", NOON);
    expect_truth(NOON);
}

/* ---- people at work ---- */

/* Tickets are written, answered, moved and reopened between two pages of one list. When
 * the clock stands, a week later, all is as it was. */
static void at_work(int of, int speed)
{
    struct kit_clock clock = { .began_s = 1794816000, .speed = speed }; /* Monday, eight o'clock */

    kit_clock_start(&clock);
    company("6", "100d", "--clock", kit_clock_now(&clock));
    configure(of);
    for (int i = 0; i < 16 && kit_clock_gone_s(&clock) < 4 * 86400; i++) /* slow: fewer */
        poll_once("--clock", kit_clock_now(&clock));
    cr_expect_lt(kit_clock_gone_s(&clock), 7 * 86400, "they worked past the next week");
    company("6", "107d", "--now", "2026-11-23T08:00:00Z"); /* as far back as before */
    poll_once("--now", "2026-11-23T08:00:00Z");
    expect_truth("2026-11-23T08:00:00Z");
}

Test(tickets_truth, while_tickets_change)
{
    at_work(DESKS, SANITIZED ? 3600 : 7200); /* two hours of theirs a second */
}

/* These have the runs of a hundred days too. */
Test(tickets_truth, while_issues_change)
{
    at_work(LABELS, SANITIZED ? 1800 : 3600);
}
