/* Alert rules and what people say of alerts, as `dxtop screen` draws them: a store with a rule
 * in every state it can be in. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../golden.h"
#include "../run.h"
#include "store/alerting.h"
#include "store_kit.h"

static const char *const sizes[] = { "200x60", "120x40", "80x24", "40x10" };
static char config[256];

/* Of these subjects, which looks at the same; began 0: it is fine. Minutes before T0. */
static const struct standing {
    const char *rule, *subject;
    int state; /* enum alerting */
    double value, limit;
    enum dx_unit unit;
    enum dx_severity severity;
    int began, fired, no_data;
    bool below;
} standings[] = {
    { "slow queue", "linux-xl (github)", 2, 569, 300, DX_UNIT_SECONDS, DX_SEVERITY_CRITICAL, 41, 36,
      0, false },
    { "slow queue", "macos (github)", 3, 280, 300, DX_UNIT_SECONDS, DX_SEVERITY_CRITICAL, 90, 85, 0,
      false },
    { "slow queue", "linux (github)", 0, 53, 300, DX_UNIT_SECONDS, DX_SEVERITY_CRITICAL, 0, 0, 0,
      false },
    { "many wait", "gpu (gitlab)", 1, 23, 20, DX_UNIT_COUNT, DX_SEVERITY_WARNING, 2, 0, 0, false },
    { "red", "acme/web/deploy (github)", 2, .871, .9, DX_UNIT_RATIO, DX_SEVERITY_WARNING, 130, 100,
      0, true },
    { "no runners", "gpu (gitlab)", 2, 0, 1, DX_UNIT_COUNT, DX_SEVERITY_WARNING, 33, 33, 0, true },
    { "disk", "disk_free", 0, (double)NAN, .05, DX_UNIT_RATIO, DX_SEVERITY_CRITICAL, 0, 0, 300,
      true },
};
enum { STANDINGS = sizeof(standings) / sizeof(standings[0]) };

static void put(struct stored_rule *rule, enum rule_deed deed, const char *summary, int64_t now_ms)
{
    struct rule_change change = { rule, deed, "{pool=\"linux-xl\", severity=\"critical\"}", summary,
                                  false };
    struct rules_write write = { .changes = &change, .change_count = 1, .now_ms = now_ms };
    struct dx_error err = { 0 };

    cr_assert(store_put_rules(kit.store, &write, &err), "%s", err.text);
}

static void stand(size_t i)
{
    const struct standing *s = &standings[i];
    int64_t began = T0 - s->began * MINUTE, fired = T0 - s->fired * MINUTE;
    struct stored_rule rule = { .rule = s->rule,
                                .subject = s->subject,
                                .state = s->began ? 1 : 0,
                                .severity = s->severity,
                                .above = !s->below,
                                .limit = s->limit,
                                .value = s->value,
                                .unit = s->unit,
                                .place = (int64_t)i,
                                .since_ms = s->began ? began : T0 - 26 * HOUR,
                                .began_ms = s->began ? began : 0,
                                .no_data_ms = s->no_data ? T0 - s->no_data * MINUTE : 0,
                                .at_ms = T0 };
    char summary[200];

    snprintf(summary, sizeof(summary), "%s: it is past its limit", s->subject);
    put(&rule, s->began ? RULE_BEGINS : RULE_STANDS, summary, s->began ? began : T0 - 26 * HOUR);
    if (!s->fired)
        return;
    rule.state = s->state;
    rule.since_ms = s->state == 3 ? T0 - 3 * MINUTE : fired;
    rule.fired_ms = fired;
    put(&rule, RULE_FIRES, summary, fired);
}

/* Somebody looks, and nothing changed. */
static void look(int64_t now_ms)
{
    struct dx_error err = { 0 };

    cr_assert(store_put_rules(kit.store, &(struct rules_write){ .now_ms = now_ms }, &err), "%s",
              err.text);
}

/* It fired three times before, for an hour each. */
static void stood(void)
{
    struct stored_rule rule = { .rule = "slow queue", .subject = "linux-xl (github)" };

    for (int day = 1; day <= 3; day++) {
        rule.state = 2;
        rule.began_ms = rule.fired_ms = T0 - day * DAY;
        put(&rule, RULE_BEGINS, "x", T0 - day * DAY);
        put(&rule, RULE_ENDS, "linux-xl (github): over after 1h 00m", T0 - day * DAY + HOUR);
    }
}

static void say(const char *what, const char *key, int began, const char *words)
{
    struct dx_error err = { 0 };
    char wish[400];

    snprintf(wish, sizeof(wish), "dxtop/rule:%s/%" PRId64 "\t%" PRId64 "\t%s", key,
             T0 - began * MINUTE, T0 + 2 * HOUR, words);
    cr_assert(kit_grant(what, wish, T0 - MINUTE, &err), "%s", err.text);
}

static void setup(void)
{
    char *dir = test_dir();

    set_paths();
    setenv("TZ", "UTC", 1);
    kit_init();
    kit_collect();
    stood();
    for (size_t i = 0; i < STANDINGS; i++)
        stand(i);
    look(T0);
    say("claim", "slow queue/linux-xl (github)", 41, "ann\ttwo runners are on their way");
    say("snooze", "no runners/gpu (gitlab)", 33, "bob\tthe rack is moved");
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    write_file(config,
               "title: acme\ntheme: dark\nstore: %s\nviews:\n"
               "  - {name: rules, rows: [{panels: [rules]}]}\n"
               "  - {name: firings, rows: [{panels: [{panel: rules, priority: 0}]}, "
               "{panels: [{panel: rules, follow: yes}]}, {panels: [{panel: rules, follow: yes}]}]}"
               "\n"
               "  - {name: one, rows: [{panels: [{panel: rules, rule: red}]}]}\n"
               "  - {name: alerts, rows: [{panels: [{panel: alerts, resolved: 2d}]}]}\n",
               kit.path);
    free(dir);
}

TestSuite(rules_screen, .init = setup, .fini = kit_done, .timeout = 300);

static char *screen(const char *view, const char *size, const char *now, bool ascii)
{
    const char *argv[] = { "dxtop",
                           "screen",
                           "-c",
                           config,
                           "--now",
                           now,
                           "--size",
                           size,
                           "--view",
                           view,
                           "--format",
                           "text",
                           ascii ? "--ascii" : NULL,
                           NULL };
    int status;
    char *text = program_run(argv, &status);

    cr_assert_eq(status, 0, "%s", text);
    return text;
}

static void draw(const char *view, const char *now, const char *then)
{
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char *text = screen(view, sizes[i], now, false), name[80];

        snprintf(name, sizeof(name), "screens/of-%s%s-%s", view, then, sizes[i]);
        golden_text(text, name);
        free(text);
    }
}

/* T0 */
#define NOW    "2026-09-21T14:13:20Z"
#define THEN   "2026-09-21T13:00:00Z"
/* Nobody has looked at the rules for three hours: only single rounds keep the store up. */
#define UNSEEN "2026-09-21T17:13:20Z"

Test(rules_screen, rules_in_every_state)
{
    draw("rules", NOW, "");
}

Test(rules_screen, rules_and_alerts_that_nobody_looks_at)
{
    static const char *const views[] = { "rules", "firings", "alerts" };

    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        char *text = screen(views[i], "120x40", UNSEEN, false);

        cr_expect(strstr(text, "not looked at since 14:13"), "%s", text);
        cr_expect(strstr(text, "! 1 "), "%s", text);
        cr_expect_null(strstr(text, "fires"), "%s", text);
        cr_expect_null(strstr(text, "firing "), "%s", text);
        free(text);
        draw(views[i], UNSEEN, "-unseen");
    }
}

static char *export(const char *what, const char *now)
{
    const char *argv[] = { "dxtop", "export", "-c", config, "--now", now, what, NULL };
    int status;
    char *text = program_run(argv, &status);

    cr_assert_eq(status, 0, "%s", text);
    return text;
}

Test(rules_screen, exports_name_what_nobody_looks_at)
{
    static const char *const kinds[] = { "rules", "alerts" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        char *text = export(kinds[i], NOW);

        cr_expect(strstr(text, "\"firing\"") && !strstr(text, "\"stale\""), "%s", text);
        free(text);
        text = export(kinds[i], UNSEEN);
        cr_expect(strstr(text, "\"stale\"") && !strstr(text, "\"firing\""), "%s", text);
        free(text);
    }
}

/* Of a list of which only a part came. */
static void poll_alert(const char *name, int64_t now_ms)
{
    struct batch b = { 0 };

    kit_alert(&b, name, DX_ALERT_FIRING, T0 - HOUR);
    b.alerts_whole = false;
    kit_poll(1, now_ms, &b);
}

/* As lines: none that it fires, none that it is over. Of another system nobody looks at rules. */
Test(rules_screen, plain_it_is_a_line_that_nobody_looks)
{
    const char *argv[] = { "dxtop", "-c", config, "--now", UNSEEN, "--plain", NULL };
    struct program program;
    char text[8192] = "";
    size_t len = 0;
    ssize_t n;

    poll_alert("DiskFull", T0);
    for (int i = 1; i <= 3; i++)
        poll_alert("HighLoad", T0 + i * MINUTE);
    program = program_start(argv);
    while (!strstr(text, "# a line") && len + 1 < sizeof(text) &&
           (n = read(program.out, text + len, sizeof(text) - 1 - len)) > 0) {
        len += (size_t)n;
        text[len] = '\0';
    }
    cr_expect(strstr(text, "warning: alert rules: not looked at since 2026-09-21T14:13:20Z\n"),
              "%s", text);
    cr_expect(strstr(text, "warning: alert slow queue: nobody looks any more; it fired: linux-xl"),
              "%s", text);
    cr_expect(strstr(text, "warning: alert DiskFull: not seen any more; it fired: "), "%s", text);
    cr_expect_null(strstr(text, "bad: alert"), "%s", text);
    (void)program_end(&program, SIGTERM);
}

Test(rules_screen, only_the_one_that_is_asked_for)
{
    char *text = screen("one", "120x40", NOW, false);

    cr_expect(strstr(text, "acme/web/deploy (github)") && strstr(text, "1 of 1 fire"), "%s", text);
    cr_expect_null(strstr(text, "many wait"), "%s", text);
    free(text);
}

/* Each time that the selected one fired, the latest first. */
Test(rules_screen, what_is_in_a_rule)
{
    char *text = screen("firings", "120x40", NOW, false);

    cr_expect(strstr(text, "Rules › slow queue · linux-xl (github)"), "%s", text);
    cr_expect(strstr(text, "claimed by ann: two runners are on their way"), "%s", text);
    golden_text(text, "screens/of-firings-120x40");
    free(text);
    text = screen("firings", "80x24", NOW, false);
    golden_text(text, "screens/of-firings-80x24");
    free(text);
}

Test(rules_screen, alerts_that_are_claimed_and_snoozed)
{
    draw("alerts", NOW, "");
}

/* At 13:00 of the same day two of them fired, and nobody had said anything. */
Test(rules_screen, as_they_stood_then)
{
    char *text = screen("rules", "120x40", THEN, false);

    golden_text(text, "screens/of-rules-then-120x40");
    cr_expect(!strstr(text, "ann") && !strstr(text, "snoozed"), "%s", text);
    free(text);
}

Test(rules_screen, in_ascii)
{
    char *text = screen("rules", "120x40", NOW, true);

    golden_text(text, "screens/of-rules-ascii-120x40");
    for (const char *c = text; *c; c++)
        cr_assert_lt((unsigned char)*c, 0x80, "%s", text);
    free(text);
}
