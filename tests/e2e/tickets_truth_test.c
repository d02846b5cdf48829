/* The tickets of the simulated company, polled over the network, against what the
 * simulator knows of them. */
#include "config.h"

#include <stdlib.h>

#include "truth_kit.h"

TestSuite(tickets_truth, .init = kit_init, .fini = kit_done, .timeout = 600);

static void company(const char *seed, const char *history, const char *how, const char *when)
{
    kit_company((struct kit_company){ seed, "4", history, how, when, NULL });
    /* Data Center does not say who is a machine, and names are the account's language's; of
     * GitHub and GitLab labels say what Jira has fields for. */
    write_file(kit.config,
               "calendar: {zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}\n"
               "sources:\n"
               "  - {type: jira, name: cloud, url: 'http://127.0.0.1:%d/jira', pauses: ['10003']}\n"
               "  - {type: jira, name: dc, url: 'http://127.0.0.1:%d/jiradc', pauses: ['10003'],"
               " bots: ['* bot']}\n"
               "  - {type: servicenow, name: snow, url: 'http://127.0.0.1:%d/snow',"
               " history: 120d}\n"
               "  - {type: github, name: github, url: 'http://127.0.0.1:%d/api/v3', org: acme,"
               " issues: yes, history: 120d}\n"
               "  - {type: gitlab, name: gitlab, url: 'http://127.0.0.1:%d/gitlab', group: acme,"
               " issues: yes, history: 120d}\n",
               kit.port, kit.port, kit.port, kit.port, kit.port);
}

/* The company has to stand at now. */
static void expect_truth(const char *now)
{
    const char *out =
        sh("$B/dxtop $C $S --now %s export tickets --since 400d >$D/tickets.jsonl", now);

    cr_assert_eq(kit.code, 0, "%s", out);
    fetch_truth("?kind=ticket");
    expect_same("tickets_truth.py $D %s cloud=jira dc=jiradc snow=servicenow github=github"
                " gitlab=gitlab",
                now);
}

/* ---- as it stands ---- */

static void a_whole_company(const char *seed)
{
    company(seed, "90d", "--now", NOON);
    poll_once("--now", NOON);
    expect_truth(NOON);
    poll_once("--now", NOON); /* nothing comes twice, nothing goes */
    expect_truth(NOON);
}

Test(tickets_truth, of_the_first_company)
{
    a_whole_company("1");
}

Test(tickets_truth, of_the_second_company)
{
    a_whole_company("2");
}

/* ---- a collector that is killed ---- */

static int stored(void)
{
    return (int)strtol(
        sh("$B/dxtop $C $S --now " NOON " export tickets --since 400d 2>/dev/null | wc -l"), NULL,
        10);
}

Test(tickets_truth, killed_during_the_back_fill)
{
    static const int at_least[] = { 1, 60, 200 };

    company("5", "90d", "--now", NOON);
    for (size_t i = 0; i < sizeof(at_least) / sizeof(at_least[0]); i++)
        kill_collector(stored, at_least[i]);
    poll_once("--now", NOON);
    expect_truth(NOON);
}

/* ---- people at work ---- */

/* Tickets are written, answered, moved and reopened between two pages of one list. When
 * the clock stands, a week later, all is as it was. */
Test(tickets_truth, while_tickets_change)
{
    struct kit_clock clock = { .began_s = 1794816000, .speed = 7200 }; /* Monday, eight o'clock */

    kit_clock_start(&clock);
    company("6", "100d", "--clock", kit_clock_now(&clock));
    for (int i = 0; i < 16; i++)
        poll_once("--clock", kit_clock_now(&clock));
    cr_expect_lt(kit_clock_gone_s(&clock), 7 * 86400, "they worked past the next week");
    company("6", "107d", "--now", "2026-11-23T08:00:00Z"); /* as far back as before */
    poll_once("--now", "2026-11-23T08:00:00Z");
    expect_truth("2026-11-23T08:00:00Z");
}
