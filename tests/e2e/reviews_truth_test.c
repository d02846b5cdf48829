/* The pull and merge requests of the simulated company, polled over the network, against
 * what the simulator knows of them. */
#include "config.h"

#include "truth_kit.h"

TestSuite(reviews_truth, .init = kit_init, .fini = kit_done, .timeout = 600);

static void company(const char *seed, const char *history, const char *how, const char *when)
{
    kit_company((struct kit_company){ seed, "6", history, how, when, NULL });
    write_file(kit.config,
               "sources:\n"
               "  - {type: github, name: github, url: 'http://127.0.0.1:%d/api/v3', org: acme,"
               " reviews: yes, history: 20d}\n"
               "  - {type: gitlab, name: gitlab, url: 'http://127.0.0.1:%d/gitlab', group: acme,"
               " reviews: yes, history: 20d}\n",
               kit.port, kit.port);
}

/* The company has to stand; from: where the history began. */
static void expect_truth(const char *from)
{
    fetch_truth("?kind=review");
    expect_same("reviews_truth.py $D/state/*.db $D/truth.jsonl %s github gitlab", from);
}

/* ---- as it stands ---- */

static void a_whole_company(const char *seed)
{
    company(seed, "40d", "--now", NOON);
    poll_once("--now", NOON);
    expect_truth("2026-10-31T12:00:00Z");
    poll_once("--now", NOON); /* nothing comes twice, nothing goes */
    expect_truth("2026-10-31T12:00:00Z");
}

Test(reviews_truth, of_the_first_company)
{
    a_whole_company("1");
}

Test(reviews_truth, of_the_second_company, .disabled = SANITIZED)
{
    a_whole_company("2");
}

/* ---- within a limit ---- */

/* An organisation whose jobs of weeks would take the whole hour: how long its reviews take
 * shows by what the first polls ask, and nobody waits for the rest. What is asked is the same
 * sanitized. */
Test(reviews_truth, of_an_organisation_they_show_before_its_history_is_there, .disabled = SANITIZED)
{
    static const char script[] =
        "import json, sys, urllib.request as u\n"
        "kpis = {k['id']: k for k in json.load(open(sys.argv[1]))['kpis']}\n"
        "kpi, limit = kpis['review_turnaround'], u.urlopen(sys.argv[2]).headers\n"
        "used = int(limit['X-RateLimit-Used'])\n"
        "print(used, kpi)\n"
        "assert kpi['n'] >= 20 and kpi['value'] > 60 and used <= 2500\n";
    const char *out;

    kit_company((struct kit_company){ "1", "50", "30d", "--now", NOON, "5000" });
    write_file(kit.config,
               "sources:\n"
               "  - {type: github, url: 'http://127.0.0.1:%d/api/v3', org: acme, reviews: yes}\n",
               kit.port);
    poll_once("--now", NOON);
    out = sh("python3 -c \"%s\" $D/once.json http://127.0.0.1:%d/api/v3/rate_limit", script,
             kit.port);
    cr_log_info("%s", out);
    cr_expect_eq(sh_code, 0, "%s", out);
}

/* ---- people at work ---- */

/* Pull requests are opened, reviewed and merged between two pages of one list. When the
 * clock stands, a week later, all is as it was. */
Test(reviews_truth, while_people_review)
{
    /* Monday, eight o'clock */
    struct kit_clock clock = { .began_s = 1794816000, .speed = SANITIZED ? 3600 : 7200 };

    kit_clock_start(&clock);
    company("6", "40d", "--clock", kit_clock_now(&clock));
    for (int i = 0; i < 12 && kit_clock_gone_s(&clock) < 4 * 86400;
         i++) /* on a slow machine fewer */
        poll_once("--clock", kit_clock_now(&clock));
    cr_expect_lt(kit_clock_gone_s(&clock), 7 * 86400, "they worked past the next week");
    company("6", "47d", "--now", "2026-11-23T08:00:00Z"); /* as far back as before */
    poll_once("--now", "2026-11-23T08:00:00Z");
    expect_truth("2026-11-03T08:00:00Z");
}
