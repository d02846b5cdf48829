/* Goals of key numbers, and those that are fed. */
#include "config.h"

#include <string.h>

#include "config_kit.h"

static bool find(void *self, const char *name, struct config_kind *out, struct dx_error *err)
{
    (void)self;
    if (strcmp(name, "thing") != 0)
        return dx_fail(err, DX_FAULT_CONFIG, "%s: there is no such thing", name);
    *out = (struct config_kind){ .name = "thing", .every = "15s", .size = 1 };
    return true;
}

static bool load(const char *text)
{
    static const char *const names[] = { "thing", NULL };
    static const struct config_kinds kinds = { .find = find, .names = names };

    return config_kit_load(text, &kinds);
}

static const struct {
    const char *text, *said; /* NULL: it is taken */
} kpi_cases[] = {
    { "targets: {queue_p95: <= 5m, platform_success: '>= 98%'}\n", NULL },
    { "targets: {first_response: {warn: 2h, bad: 1d}, csat: none}\n", NULL },
    { "targets: [{kpi: flaky, bad: 10}]\n", NULL },
    { "targets:\n  queue_p96: 5m\n",
      "t.yaml:2:3: unknown KPI \"queue_p96\"; did you mean \"queue_p95\"?\n" },
    { "targets:\n  queue_p95: soon\n",
      "t.yaml:2:14: queue_p95: \"soon\" is not a span like 5m, 2h or 1d, with or without <= before "
      "it\n" },
    { "targets:\n  platform_success: <= 98%\n", "t.yaml:2:21: platform_success: \"<= 98%\" is not "
                                                "a share like 98%, with or without >= before "
                                                "it\n" },
    { "targets:\n  - {kpi: flaky}\n", "t.yaml:2:11: flaky: a target has warn, bad, or both\n" },
    { "targets: {queue_p95: {warn: none, bad: 5m}, csat: {warn: 4, bad: 4}}\n", NULL },
    { "targets:\n  queue_p95: {warn: 10m, bad: 5m}\n",
      "t.yaml:2:15: queue_p95: bad: \"5m\" is better than warn, \"10m\"; it has to be a worse "
      "number\n" },
    { "targets:\n  success: {warn: 90%, bad: '>= 95%'}\n",
      "t.yaml:2:13: success: bad: \">= 95%\" is better than warn, \"90%\"; it has to be a worse "
      "number\n" },
    { "targets: {first_response: {warn: 10h, bad: 1d}}\n",
      "t.yaml:1:28: first_response: bad: \"1d\" is better than warn, \"10h\"; it has to be a worse "
      "number\n" },
    { "calendar: {hours: {mon-sun: 00:00-24:00}}\n"
      "targets: {first_response: {warn: 10h, bad: 1d}}\n"
      "rules: {slow: {kpi: first_response, above: 1d, recover: 20h}}\n",
      NULL },
    { "targets:\n  - {kpi: flaky, warn: 5}\n  - {kpi: flaky, warn: 8}\n",
      "t.yaml:3:11: flaky stands here twice\n" },
    { "kpis:\n  - {kpi: csat, file: a}\n  - {kpi: csat, file: b}\n",
      "t.yaml:3:11: csat stands here twice\n" },
    { "targets:\n  flaky: {warm: 3}\n",
      "t.yaml:2:11: unknown key \"warm\"; did you mean \"warn\"?\n" },
    { "kpis: {csat: {file: a.csv}, onboarding: {query: q, source: s, unit: days}}\n", NULL },
    { "kpis:\n  csat: {}\n", "t.yaml:2:3: csat: it is fed by a query or by a file\n" },
    { "kpis:\n  csat: {file: a, query: b}\n",
      "t.yaml:2:3: csat: it is fed by a query or by a file\n" },
    { "kpis:\n  csat: {file: a, source: b}\n", "t.yaml:2:3: csat: source goes with query\n" },
    { "sources: [{type: thing, url: 'https://h'}]\n"
      "kpis:\n  csat: {query: a, source: thng}\n",
      "t.yaml:3:3: csat: unknown source \"thng\"; did you mean \"thing\"?\n" },
    { "kpis:\n  csat: {file: a, unit: days}\n", "t.yaml:2:3: csat: unit: it is no span\n" },
    { "kpis: {csat: {file: a, unit: scores}}\n", NULL },
    { "kpis:\n  csat: {query: a, unit: scores}\n",
      "t.yaml:2:3: csat: unit: it is no file of scores\n" },
    { "kpis:\n  cast: {file: a}\n", "t.yaml:2:3: unknown KPI \"cast\"; did you mean \"csat\"?\n" },
};

Test(config_kpis, targets_and_what_is_fed_are_judged_where_they_stand)
{
    for (size_t i = 0; i < sizeof(kpi_cases) / sizeof(kpi_cases[0]); i++) {
        bool ok = load(kpi_cases[i].text);

        cr_expect_eq(ok, !kpi_cases[i].said, "%s: %s", kpi_cases[i].text, said);
        if (kpi_cases[i].said)
            cr_expect_str_eq(said, kpi_cases[i].said, "%s: %s", kpi_cases[i].text, said);
        config_done(&config);
    }
}

Test(config_kpis, targets_are_those_of_the_table_unless_given)
{
    cr_assert(load("targets: {queue_p95: {bad: 10m}, flaky: 9}\ncritical: 'acme/*'\n"
                   "kpis: {csat: {file: a.csv}}\n"),
              "%s", said);
    cr_expect_str_eq(config.goals[KPI_QUEUE_P95].warn, "");
    cr_expect_str_eq(config.goals[KPI_QUEUE_P95].bad, "10m");
    cr_expect_str_eq(config.goals[KPI_FLAKY].warn, "9");
    cr_expect_str_eq(config.goals[KPI_PLATFORM_SUCCESS].warn, "98%");
    cr_expect_str_eq(config.goals[KPI_DURATION].warn, "none");
    cr_assert_eq(config.critical.count, 1);
    cr_assert_eq(config.feeds.count, 1);
    cr_expect_eq(((const struct kpi_feed *)config.feeds.item)->kpi, KPI_CSAT);
    cr_expect(strstr(((const struct kpi_feed *)config.feeds.item)->file, "/a.csv"), "%s",
              ((const struct kpi_feed *)config.feeds.item)->file);
    config_done(&config);
}
