#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_kit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool load(const char *text)
{
    return config_kit_load(text, NULL);
}

static const struct alert_rule *rule(size_t i)
{
    cr_assert_lt(i, config.rules.count);
    return &((const struct alert_rule *)config.rules.item)[i];
}

#define WORKDAY_MS (8 * 3600000)

static double limit(const struct alert_rule *r)
{
    double out;

    cr_assert(alert_rule_limit(r, r->is_above ? r->above : r->below, WORKDAY_MS, &out));
    return out;
}

Test(config_rules, what_a_rule_looks_at)
{
    cr_assert(load("rules:\n"
                   "  slow queue: {pool: 'linux-*', above: 10m, for: 5m}\n"
                   "  waits: {pool: '*', value: waiting, above: 20, least: }\n"
                   "  red: {pipeline: acme/*, below: 90%, recover: 95%, least: 20}\n"
                   "  platform: {kpi: platform_success, below: 98%}\n"
                   "  disk: {query: prom/disk_free, below: 5%}\n"
                   "  load: {query: load, above: 7.5}\n"),
              "%s", said);
    cr_assert_eq(config.rules.count, 6);
    cr_expect_str_eq(rule(0)->name, "slow queue");
    cr_expect_eq(rule(0)->on, RULE_POOL);
    cr_expect_str_eq(rule(0)->pattern, "linux-*");
    cr_expect_eq(rule(0)->value, RULE_P95);
    cr_expect(rule(0)->is_above);
    cr_expect_float_eq(limit(rule(0)), 600., 0.);
    cr_expect_eq(rule(0)->hold_ms, 300000);
    cr_expect_eq(rule(0)->cool_ms, 600000);
    cr_expect_eq(rule(0)->severity, 1);
    cr_expect_eq(rule(0)->no_data, 0);
    cr_expect_not(rule(0)->has_quiet);
    cr_expect_eq(rule(1)->value, RULE_WAITING);
    cr_expect_float_eq(limit(rule(1)), 20., 0.);
    cr_expect_eq(rule(1)->least, 1);
    cr_expect_eq(rule(2)->value, RULE_SUCCESS);
    cr_expect_eq(rule(2)->least, 20);
    cr_expect_not(rule(2)->is_above);
    cr_expect_float_eq(limit(rule(2)), .9, 1e-9);
    cr_expect_eq(rule(3)->which, KPI_PLATFORM_SUCCESS);
    cr_expect_float_eq(limit(rule(3)), .98, 1e-9);
    cr_expect_str_eq(rule(4)->source, "prom");
    cr_expect_str_eq(rule(4)->pattern, "disk_free");
    cr_expect(alert_rule_is_share(rule(4)));
    cr_expect_str_eq(rule(5)->source, "");
    cr_expect_not(alert_rule_is_share(rule(5)));
    cr_expect_float_eq(limit(rule(5)), 7.5, 0.);
    config_done(&config);
}

Test(config_rules, quiet_hours_and_who_is_told)
{
    cr_assert(load("calendar: {zone: Europe/Berlin}\n"
                   "notices:\n"
                   "  team: {webhook: slack, url: {env: SLACK}}\n"
                   "  pager: {command: [page, --now], timeout: 3s, ends: no}\n"
                   "rules:\n"
                   "  - name: a\n"
                   "    pool: x\n"
                   "    above: 1m\n"
                   "    quiet:\n"
                   "      mon-fri: [00:00-07:00, 20:00-24:00]\n"
                   "      sat-sun: 00:00-24:00\n"
                   "    notify: [bell, pager, title, team]\n"
                   "  - {name: b, pool: y, above: 1m, quiet_off_hours: yes, notify: osc777}\n"
                   "  - {name: c, pool: z, above: 1m, quiet: {mon: 00:00-24:00}, zone: UTC}\n"),
              "%s", said);
    cr_expect(rule(0)->has_quiet);
    cr_expect_str_eq(rule(0)->hours.zone, "Europe/Berlin");
    cr_expect_eq(rule(0)->hours.days[0].count, 2);
    cr_expect_eq(rule(0)->hours.days[0].hours[1].from_ms, INT64_C(20) * 3600000);
    cr_expect_eq(rule(0)->hours.days[6].count, 1);
    cr_expect_eq(rule(0)->ways, NOTICE_BELL | NOTICE_TITLE);
    cr_assert(rule(0)->tell[0] && rule(0)->tell[1] && !rule(0)->tell[2]);
    cr_expect_str_eq(rule(0)->tell[0]->name, "pager");
    cr_expect_eq(rule(0)->tell[0]->command.count, 2);
    cr_expect_eq(rule(0)->tell[0]->endpoint.timeout_ms, 3000);
    cr_expect_not(rule(0)->tell[0]->ends);
    cr_expect_eq(rule(0)->tell[1]->webhook, WEBHOOK_SLACK);
    cr_expect_eq(rule(0)->tell[1]->url.kind, SECRET_ENV);
    cr_expect(rule(1)->quiet_off_hours);
    cr_expect_not(rule(1)->has_quiet);
    cr_expect_eq(rule(1)->ways, NOTICE_OSC777);
    cr_expect_str_eq(rule(2)->hours.zone, "UTC");
    config_done(&config);
}

#define A "rules:\n  a: {pool: x, above: 1m, "
#define NEEDS_MANY(column)                                                                         \
    "t.yaml:2:" #column ": least: it goes with p95 of a pool, with a pipeline, and with a kpi "    \
    "that is of jobs, runs or tickets\n"

static const struct {
    const char *text, *said;
} bad[] = {
    { "rules:\n  a: {above: 1m}\n",
      "t.yaml:2:3: a: a rule looks at one of kpi, pool, pipeline and query\n" },
    { "rules:\n  a: {pool: x, kpi: flaky, above: 1}\n",
      "t.yaml:2:3: a: a rule looks at one of kpi, pool, pipeline and query\n" },
    { "rules:\n  a: {kpi: platform_sucess, below: 98%}\n",
      "t.yaml:2:12: unknown KPI \"platform_sucess\"; did you mean \"platform_success\"?\n" },
    { "rules:\n  a: {pol: x, above: 1m}\n",
      "t.yaml:2:7: unknown key \"pol\"; did you mean \"pool\"?\n" },
    { "rules:\n  a: {pool: x, value: success, above: 1m}\n",
      "t.yaml:2:23: value: a pool has waiting, oldest, p95 and runners\n" },
    { "rules:\n  a: {pipeline: x, value: runners, above: 1}\n",
      "t.yaml:2:27: value: a pipeline has success and p90\n" },
    { "rules:\n  a: {kpi: flaky, value: p90, above: 1}\n",
      "t.yaml:2:26: value: a kpi has no value but itself\n" },
    { "rules:\n  a: {pool: x, value: waiting, above: 9, least: 2}\n", NEEDS_MANY(49) },
    { "rules:\n  a: {query: x, above: 9, least: 2}\n", NEEDS_MANY(34) },
    { "rules:\n  a: {kpi: open_tickets, above: 9, least: 2}\n", NEEDS_MANY(43) },
    { A "least: -2}\n", "t.yaml:2:34: least: \"-2\" is not a whole number\n" },
    { "rules:\n  a: {pool: x}\n", "t.yaml:2:3: a: a rule has a limit: above or below\n" },
    { "rules:\n  a: {pool: x, above: 1m, below: 2m}\n",
      "t.yaml:2:3: a: a rule has a limit: above or below\n" },
    { "rules:\n  a: {pool: x, above: 95%}\n",
      "t.yaml:2:23: above: \"95%\" is not a span like 5m or 2h\n" },
    { "rules:\n  a: {pipeline: x, below: 5m}\n",
      "t.yaml:2:27: below: \"5m\" is not a share like 95%\n" },
    { "rules:\n  a: {pool: x, value: waiting, above: 5m}\n",
      "t.yaml:2:39: above: \"5m\" is not a number\n" },
    { "rules:\n  a: {query: x, above: much}\n",
      "t.yaml:2:24: above: \"much\" is not a number, a share like 95% or a span like 5m\n" },
    { A "recover: 2m}\n",
      "t.yaml:2:36: recover: \"2m\" is past the limit; it is over at a better number\n" },
    { "rules:\n  a: {pipeline: x, below: 90%, recover: 80%}\n",
      "t.yaml:2:41: recover: \"80%\" is past the limit; it is over at a better number\n" },
    { A "for: soon}\n", "t.yaml:2:32: for: \"soon\" is not a duration like 30s, 5m, 2h or 7d\n" },
    { A "severity: critcal}\n",
      "t.yaml:2:37: severity: \"critcal\" is none of info, warning, critical; did you mean "
      "\"critical\"?\n" },
    { A "notify: [bel]}\n",
      "t.yaml:2:36: notify: unknown notice \"bel\"; did you mean \"bell\"?\n" },
    { "notices:\n  team: {command: x}\n" A "notify: taem}\n",
      "t.yaml:4:35: notify: unknown notice \"taem\"; did you mean \"team\"?\n" },
    { A "zone: UTC}\n", "t.yaml:2:33: zone: it goes with quiet\n" },
    { A "zone: Europe/Berln, quiet: {mon: 00:00-01:00}}\n",
      "t.yaml:2:33: zone: there is no \"Europe/Berln\"; did you mean \"Europe/Berlin\"?\n" },
    { A "quiet: {mon: 22:00-07:00}}\n",
      "t.yaml:2:40: hours: \"22:00-07:00\" ends before it begins; over midnight there are two, "
      "22:00-24:00 and, of the next day, 00:00-07:00\n" },
    { A "quiet: [tpri: hing]}\n", "t.yaml:2:35: unknown key \"tpri\"\n" },
    { A "quiet: [{days: mon}]}\n",
      "t.yaml:2:36: \"hours\" is missing: like 09:00-17:00, or several; a day ends at 24:00\n" },
    { A "quiet: [{days: [mon, tue], hours: 09:00-17:00}]}\n",
      "t.yaml:2:43: days has to be one value\n" },
    { A "quiet: {mon: {a: b}}}\n", "t.yaml:2:41: unknown key \"a\"\n" },
    { "rules:\n  - {pool: x, above: 1m}\n",
      "t.yaml:2:6: name: a rule has a name of at most 60 printable letters\n" },
    { "rules:\n  - {name: a, pool: x, above: 1m}\n  - {name: a, pool: y, above: 1m}\n",
      "t.yaml:3:12: a second rule is called \"a\"\n" },
    { "rules:\n  \"a\\e]9;x\": {pool: x, above: 1m}\n",
      "t.yaml:2:4: name: a rule has a name of at most 60 printable letters\n" },
    { "notices:\n  a: {}\n", "t.yaml:2:3: a: a notice is a command or a webhook\n" },
    { "notices:\n  a: {command: x, webhook: json, url: {env: U}}\n",
      "t.yaml:2:3: a: a notice is a command or a webhook\n" },
    { "notices:\n  a: {command: [./page, x]}\n",
      "t.yaml:2:3: a: command: \"./page\" has to begin with /, or to be a name that is found in "
      "PATH\n" },
    { "notices:\n  a: {webhook: slack}\n",
      "t.yaml:2:3: a: a webhook has a url, like url: {env: NAME}\n" },
    { "notices:\n  a: {command: x, url: {env: U}}\n", "t.yaml:2:3: a: url goes with webhook\n" },
    { "notices:\n  title: {command: x}\n",
      "t.yaml:2:3: name: \"title\" is what viewers do; give it another name\n" },
    { "notices:\n  a b: {command: x}\n",
      "t.yaml:2:3: name: \"a b\" has to be of letters, digits and _ . - (40 at most)\n" },
    { "notices:\n  - {name: a, command: x}\n  - {name: a, command: y}\n",
      "t.yaml:3:12: a second notice is called \"a\"\n" },
    { "notices:\n  a: {command: x, timeout: 0s}\n",
      "t.yaml:2:3: a: timeout: it has to be more than nothing\n" },
};

Test(config_rules, complaints_say_where_and_what_was_meant)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_expect_not(load(bad[i].text), "%s", bad[i].text);
        cr_expect_str_eq(said, bad[i].said, "%s: %s", bad[i].text, said);
        config_done(&config);
    }
}

Test(config_rules, all_complaints_come_together)
{
    cr_expect_not(load("notices:\n  a: {}\nrules:\n  b: {pool: x, above: 1}\n"
                       "  c: {pool: x, above: 1m, notify: nobody}\n"));
    cr_expect_str_eq(said, "t.yaml:2:3: a: a notice is a command or a webhook\n"
                           "t.yaml:4:23: above: \"1\" is not a span like 5m or 2h\n"
                           "t.yaml:5:35: notify: unknown notice \"nobody\"\n");
    config_done(&config);
}
