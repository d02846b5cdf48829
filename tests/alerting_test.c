/* What the collector makes of alert rules: numbers of the store in, alerts and notices out. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/alerting.h"
#include "insight/business.h"
#include "store/alerting.h"
#include "store/internal.h"
#include "store_kit.h"

static struct config config;
static struct alerting_loop *loop;
static struct zone zone;
static struct business business;
static const struct clock standing = { .simulated = true, .start_ms = T0 };
static struct batch batch;
static struct arena arena;

static void load(const char *text)
{
    static const struct config_kinds none = { 0 };
    struct buf complaints;

    buf_init(&complaints, 1 << 16);
    cr_assert(config_load(&config, "t.yaml", text, &none, &none, &complaints), "%s",
              complaints.bytes);
    buf_done(&complaints);
    cr_assert(zone_open(&zone, "UTC", &(struct dx_error){ 0 }));
    business = (struct business){ &config.calendar, &zone };
    loop = alerting_new(kit.store, &config, &business, &standing);
}

static void unload(void)
{
    alerting_free(loop);
    config_done(&config);
    zone_done(&zone);
}

static void start(void)
{
    kit_init();
    kit_collect();
    batch = (struct batch){ .series_count = 0 };
    load("title: acme\n"
         "notices:\n"
         "  pager: {command: [page]}\n"
         "  team: {webhook: json, url: {env: U}, ends: no}\n"
         "rules:\n"
         "  busy: {query: load, above: 10, for: 2m, notify: [pager, team, bell], cool_down: 0s}\n");
}

static void stop(void)
{
    unload();
    kit_done();
    arena_free(&arena);
}

TestSuite(alerting, .init = start, .fini = stop);

/* The source tells this number, and the rules are looked at. */
static void look(int64_t minute, double value)
{
    struct dx_error err = { 0 };

    kit_sample(&batch, "load", "{host=\"a\"}", T0 + minute * MINUTE, value);
    kit_poll(0, T0 + minute * MINUTE, &batch);
    cr_assert(alerting_pass(loop, T0 + minute * MINUTE, &err), "%s", err.text);
}

static void look_only(int64_t minute)
{
    struct dx_error err = { 0 };

    cr_assert(alerting_pass(loop, T0 + minute * MINUTE, &err), "%s", err.text);
}

/* All notices so far: "pager critical: busy|...\n" */
static const char *told(void)
{
    static char out[8192];
    struct stored_notice list[32];
    size_t n = 0, count = store_notices_after(kit.store, 0, list, 32, &arena);

    out[0] = '\0';
    for (size_t i = 0; i < count; i++)
        n +=
            (size_t)snprintf(out + n, sizeof(out) - n, "%s %s|%s\n",
                             *list[i].name ? list[i].name : "viewers", list[i].title, list[i].text);
    return out;
}

static const char *alerts(int64_t minute)
{
    return ROWS(kit.store, DX_QUERY_ALERTS, DX_FILTER(.source = "dxtop"), T0 + minute * MINUTE,
                DX_FIELD_NAME, DX_FIELD_STATE, DX_FIELD_SEVERITY, DX_FIELD_LABELS,
                DX_FIELD_SUMMARY);
}

#define ALERT "busy|%s|2|{query=\"load{host=\\\"a\\\"}\", severity=\"warning\", source=\"prom\"}|"

Test(alerting, a_rule_fires_and_ends_and_each_is_told_once)
{
    look(0, 11);
    cr_expect(strstr(alerts(0), "busy|0|2|"), "%s", alerts(0));
    look(1, 12);
    cr_expect_str_eq(told(), "");
    look(2, 13);
    cr_expect_str_eq(alerts(2), "busy|1|2|{query=\"load{host=\\\"a\\\"}\", severity=\"warning\", "
                                "source=\"prom\"}|load{host=\"a\"} (prom): 13, above 10\n");
    look(3, 13);
    cr_expect_str_eq(told(), "pager warning: busy|load{host=\"a\"} (prom): 13, above 10\n"
                             "team warning: busy|load{host=\"a\"} (prom): 13, above 10\n"
                             "viewers warning: busy|load{host=\"a\"} (prom): 13, above 10\n");
    look(4, 9);
    cr_expect_str_eq(alerts(4), "");
    cr_expect(strstr(told(), "pager over: busy|load{host=\"a\"} (prom): over after 2m 00s, 9\n"),
              "%s", told());
    cr_expect(!strstr(told(), "team over"), "it wants no ends");
}

Test(alerting, what_lapses_was_no_alert)
{
    look(0, 11);
    look(1, 9);
    cr_expect_str_eq(alerts(1), "");
    cr_expect_str_eq(told(), "");
}

Test(alerting, another_collector_goes_on_and_tells_nobody_twice)
{
    struct stored_notice n;
    struct dx_error err = { 0 };

    look(0, 11);
    alerting_free(loop); /* as kill -9 does: nothing is written at the end */
    store_close(kit.store);
    kit_collect();
    loop = alerting_new(kit.store, &config, &business, &standing);
    look(2, 11);
    cr_expect(strstr(told(), "pager warning"), "it was held back since before: %s", told());
    cr_assert(store_next_notice(kit.store, T0 + 2 * MINUTE, &arena, &n));
    cr_assert(store_notice_is(kit.store, n.id, NOTICE_UNDER_WAY, 0, &err));
    alerting_free(loop);
    store_close(kit.store);
    kit_collect();
    loop = alerting_new(kit.store, &config, &business, &standing);
    look(3, 12);
    look(4, 12);
    cr_expect_eq(store_notices_after(kit.store, 0, (struct stored_notice[8]){ { 0 } }, 8, &arena),
                 3, "%s", told());
}

Test(alerting, after_a_time_without_a_collector_what_was_held_back_begins_anew)
{
    look(0, 11);
    look(60, 11);
    cr_expect_str_eq(told(), "");
    look(62, 11);
    cr_expect(strstr(told(), "pager warning"));
}

Test(alerting, data_that_is_old_is_none)
{
    look(0, 11);
    look(2, 11);
    cr_expect(strstr(alerts(2), "busy|1|"));
    look_only(30);
    cr_expect(strstr(alerts(30), "busy|1|"), "it does not end: %s", alerts(30));
    cr_expect(strstr(alerts(30), "no data"), "%s", alerts(30));
    look(31, 9);
    cr_expect_str_eq(alerts(31), "");
}

Test(alerting, a_rule_that_finds_nothing_is_known_to_have_no_data)
{
    look_only(0);
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_RULES, NULL, T0, DX_FIELD_NAME, DX_FIELD_TITLE, DX_FIELD_STATE),
        "busy|load|4\n");
    look(1, 3);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RULES, NULL, T0 + MINUTE, DX_FIELD_NAME,
                          DX_FIELD_TITLE, DX_FIELD_STATE),
                     "busy|load{host=\"a\"} (prom)|0\n", "and is forgotten when it finds some");
}

/* Whoever was told that there was none is told when there is some. */
Test(alerting, a_rule_that_found_nothing_ends_when_it_finds_some)
{
    unload();
    load("notices: {pager: {command: [page]}}\n"
         "rules: {busy: {query: load, above: 10, no_data: alert, notify: pager, cool_down: 0s}}\n");
    look_only(0);
    cr_expect_str_eq(told(), "pager warning: busy|load: no data\n", "%s", told());
    look(5, 3);
    cr_expect(strstr(told(), "pager over: busy|load: over after 5m 00s, there is data\n"), "%s",
              told());
    cr_expect_str_eq(alerts(5), "");
    look(6, 3);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RULES, NULL, T0 + 6 * MINUTE, DX_FIELD_TITLE),
                     "load{host=\"a\"} (prom)\n");
}

Test(alerting, a_rule_that_finds_some_in_quiet_hours_says_so_after_them)
{
    unload();
    load("notices: {pager: {command: [page]}}\n"
         "rules: {busy: {query: load, above: 10, no_data: alert, notify: pager, cool_down: 0s,"
         " quiet: {mon: 14:15-15:00}, zone: UTC}}\n");
    look_only(0);
    look(5, 3);
    look(10, 3);
    cr_expect_str_eq(alerts(10), "");
    cr_expect(!strstr(told(), "ended"), "%s", told());
    look(47, 3);
    look(48, 3);
    cr_expect(strstr(told(), "0 fired, 1 ended, 0 still fire|busy load: is over\n"), "%s", told());
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RULES, NULL, T0 + 48 * MINUTE, DX_FIELD_TITLE),
                     "load{host=\"a\"} (prom)\n");
}

Test(alerting, while_its_source_is_lost_it_ends_never)
{
    look(0, 11);
    look(2, 11);
    for (int64_t hour = 1; hour < 50; hour++)
        look_only(hour * 60);
    cr_expect(strstr(alerts(50 * 60), "no data"), "%s", alerts(50 * 60));
}

Test(alerting, what_is_gone_for_a_day_ends)
{
    look(0, 11);
    look(2, 11);
    for (int64_t hour = 1; hour < 26; hour++) {
        kit_sample(&batch, "load", "{host=\"b\"}", T0 + hour * HOUR, 1);
        kit_poll(0, T0 + hour * HOUR, &batch);
        look_only(hour * 60);
        cr_expect(hour > 24 || strstr(alerts(hour * 60), "no data"), "%d", (int)hour);
    }
    cr_expect_str_eq(alerts(26 * 60), "");
    cr_expect(!strstr(told(), "over"), "nobody knows that it is good: %s", told());
}

Test(alerting, without_its_rule_it_ends)
{
    look(0, 11);
    look(2, 11);
    unload();
    load("rules: {other: {query: load, above: 100}}\n");
    look(3, 11);
    cr_expect_str_eq(alerts(3), "");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_RULES, NULL, T0 + 3 * MINUTE, DX_FIELD_NAME, DX_FIELD_STATE),
        "other|0\n");
    unload();
    load("title: none\n");
    look_only(4);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RULES, NULL, T0 + 4 * MINUTE, DX_FIELD_NAME), "");
}

/* T0 is a Monday, 14:13:20 UTC. */
Test(alerting, quiet_hours_are_summed_up_in_one_notice)
{
    unload();
    load("notices: {pager: {command: [page]}}\n"
         "rules:\n"
         "  busy: {query: load, above: 10, quiet: {mon: 14:00-15:00}, zone: UTC,"
         " notify: [pager, title], cool_down: 0s}\n"
         "  full: {query: load, above: 20, quiet: {mon: 14:00-15:00}, zone: UTC,"
         " notify: [pager, title], cool_down: 0s, severity: critical}\n");
    look(0, 30);
    look(5, 5);
    look(10, 15);
    cr_expect(strstr(alerts(10), "busy|1|"), "the state goes on");
    cr_expect_str_eq(told(), "");
    look(47, 15); /* 15:00:20 */
    look(48, 15);
    cr_expect_str_eq(told(),
                     "pager in quiet hours: 3 fired, 2 ended, 1 still fires|busy load{host=\"a\"} "
                     "(prom): fires since 2026-09-21T14:23:20Z; full load{host=\"a\"} (prom): is "
                     "over\n"
                     "viewers in quiet hours: 3 fired, 2 ended, 1 still fires|busy "
                     "load{host=\"a\"} (prom): fires since 2026-09-21T14:23:20Z; full "
                     "load{host=\"a\"} (prom): is over\n");
}

/* One of them, to whom the rule does not tell, hears nothing. */
Test(alerting, of_quiet_hours_only_those_hear_whom_the_rule_tells)
{
    unload();
    load("notices: {pager: {command: [page]}, team: {command: [page]}}\n"
         "rules:\n"
         "  busy: {query: load, above: 10, quiet: {mon: 14:00-15:00}, zone: UTC, notify: team}\n"
         "  full: {query: load, above: 20, quiet: {mon: 14:00-15:00}, zone: UTC, notify: title}\n");
    look(0, 30);
    look(47, 30);
    cr_expect_str_eq(told(), "team in quiet hours: 1 fired, 0 ended, 1 still fires|busy "
                             "load{host=\"a\"} (prom): fires since 2026-09-21T14:13:20Z\n"
                             "viewers in quiet hours: 1 fired, 0 ended, 1 still fires|full "
                             "load{host=\"a\"} (prom): fires since 2026-09-21T14:13:20Z\n");
}

/* They are counted in the title: what there is no room for is not passed over in silence. */
Test(alerting, of_very_many_in_quiet_hours_the_first_are_told)
{
    const char *last;

    unload();
    load("rules: {busy: {query: load, above: 10, quiet: {mon: 14:00-15:00}, zone: UTC,"
         " notify: title}}\n");
    for (int minute = 0; minute < 48; minute += 47) {
        for (int i = 0; i < 200; i++)
            kit_sample(&batch, "load", arena_print(&arena, "{host=\"h%03d\"}", i),
                       T0 + minute * MINUTE, 12);
        look(minute, 11);
    }
    cr_expect(strncmp(told(), "viewers in quiet hours: 201 fired", 33) == 0, "%s", told());
    last = strstr(told(), "; and ");
    cr_assert(last, "%s", told());
    cr_expect(strstr(last, " more\n"));
    cr_expect_lt(strlen(told()), 3000);
}

/* Between two readings of the file it was removed. */
Test(alerting, quiet_hours_of_a_zone_that_is_gone_are_those_of_utc)
{
    alerting_free(loop);
    config_done(&config);
    zone_done(&zone);
    load("rules: {busy: {query: load, above: 10, quiet: {mon: 14:00-15:00},"
         " zone: America/New_York, notify: title}}\n");
    alerting_free(loop);
    cr_assert_eq(setenv("TZDIR", "/none", 1), 0);
    loop = alerting_new(kit.store, &config, &business, &standing);
    look(0, 30);
    cr_expect_str_eq(told(), "");
    look(47, 30);
    cr_expect(strstr(told(), "in quiet hours: 1 fired"), "%s", told());
}

static void exec(const char *sql)
{
    struct dx_error err = { 0 };

    cr_assert(store_exec(kit.store, sql, &err), "%s", err.text);
}

/* What cannot be read is no number, and no reason to change anything. */
Test(alerting, a_store_that_cannot_be_read_changes_nothing)
{
    struct dx_error err = { 0 };

    look(0, 11);
    look(2, 11);
    exec("ALTER TABLE series RENAME TO elsewhere");
    for (int64_t minute = 3; minute < 60; minute += 5)
        cr_expect_not(alerting_pass(loop, T0 + minute * MINUTE, &err));
    cr_expect(strstr(err.text, "series"), "%s", err.text);
    exec("ALTER TABLE elsewhere RENAME TO series");
    exec("ALTER TABLE rule_state RENAME TO elsewhere");
    cr_expect_not(alerting_pass(loop, T0 + HOUR, &err));
    cr_expect(strstr(err.text, "rule_state"), "%s", err.text);
    exec("ALTER TABLE elsewhere RENAME TO rule_state");
    look(61, 12);
    cr_expect(strstr(alerts(61), "busy|1|2|"), "%s", alerts(61));
    cr_expect_eq(store_last_notice(kit.store), 3, "%s", told());
}

Test(alerting, a_snoozed_one_is_not_told_until_that_is_over)
{
    char wish[200];
    struct dx_error err = { 0 };

    look(0, 11);
    look(2, 11);
    cr_expect_eq(store_last_notice(kit.store), 3);
    snprintf(wish, sizeof(wish), "dxtop/rule:busy/load{host=\"a\"} (prom)/%lld\t%lld\tann\tlater",
             (long long)T0, (long long)(T0 + 10 * MINUTE));
    cr_assert(kit_grant("snooze", wish, T0 + 3 * MINUTE, &err));
    cr_expect(strstr(alerts(3), "busy|2|"), "%s", alerts(3));
    for (int64_t minute = 4; minute < 10; minute++)
        look(minute, 11);
    cr_expect_eq(store_last_notice(kit.store), 3);
    look(10, 11);
    cr_expect_eq(store_last_notice(kit.store), 6, "it fires still: %s", told());
}

Test(alerting, of_each_rule_that_begins_in_the_same_moment_there_is_one_notice)
{
    unload();
    load("rules:\n"
         "  busy: {query: load, above: 10, notify: bell}\n"
         "  full: {query: load, above: 20, notify: bell}\n");
    kit_sample(&batch, "load", "{host=\"b\"}", T0, 22);
    look(0, 21);
    cr_expect_str_eq(told(), "viewers warning: busy (2)|load{host=\"a\"} (prom): 21, above 10; "
                             "load{host=\"b\"} (prom): 22, above 10\n"
                             "viewers warning: full (2)|load{host=\"a\"} (prom): 21, above 20; "
                             "load{host=\"b\"} (prom): 22, above 20\n");
}

Test(alerting, what_begins_in_the_same_moment_is_one_notice)
{
    struct stored_notice n;

    unload();
    load("notices: {pager: {command: [page]}}\n"
         "rules: {busy: {query: load, above: 10, notify: pager}}\n");
    kit_sample(&batch, "load", "{host=\"b\"}", T0, 12);
    look(0, 11);
    cr_expect_str_eq(told(), "pager warning: busy (2)|load{host=\"a\"} (prom): 11, above 10; "
                             "load{host=\"b\"} (prom): 12, above 10\n");
    cr_assert(store_next_notice(kit.store, T0, &arena, &n));
    cr_expect(strstr(n.facts, "DXTOP_SUBJECT=load{host=\"a\"} (prom), load{host=\"b\"} (prom)\n"),
              "%s", n.facts);
    cr_expect(strstr(n.facts, "DXTOP_COUNT=2\n") && strstr(n.facts, "DXTOP_VALUE=\n"));
    kit_sample(&batch, "load", "{host=\"b\"}", T0 + MINUTE, 12);
    look(1, 9);
    cr_expect(strstr(told(), "pager over: busy|load{host=\"a\"} (prom): over"), "%s", told());
}

/* More than a notice has room for: whole ones only, and how many more there are. */
Test(alerting, of_very_many_the_first_are_told)
{
    const char *last;

    unload();
    load("rules: {busy: {query: load, above: 10, notify: bell}}\n");
    for (int i = 0; i < 200; i++)
        kit_sample(&batch, "load", arena_print(&arena, "{host=\"h%03d\"}", i), T0, 12);
    look(0, 11);
    last = strstr(told(), "; and ");
    cr_assert(last, "%s", told());
    cr_expect(strstr(last, " more\n"));
    cr_expect(strncmp(told(), "viewers warning: busy (201)|", 28) == 0, "%s", told());
    cr_expect_lt(strlen(told()), 3000);
}

Test(alerting, shares_and_spans_of_a_query_fit_its_unit)
{
    unload();
    load("rules:\n"
         "  share: {query: load, below: 5%}\n"
         "  span: {query: load, above: 1m, recover: 30s}\n");
    look(0, .04);
    cr_expect(strstr(alerts(0), "share|1|2|"), "%s", alerts(0));
    cr_expect(strstr(alerts(0), "(prom): 4.0 %, below 5.0 %"), "%s", alerts(0));
    look(1, 61);
    cr_expect(strstr(alerts(1), "span|1|2|"), "%s", alerts(1));
    look(2, 45);
    cr_expect(strstr(alerts(2), "span|1|2|"), "not yet good enough: %s", alerts(2));
    look(3, 30);
    cr_expect_str_eq(alerts(3), "");
}

Test(alerting, names_from_outside_stay_text)
{
    struct dx_error err = { 0 };

    kit_sample(&batch, "load", "{host=\"\\\"}\\n$(id)\x1b]9;x\"}", T0, 11);
    kit_poll(0, T0, &batch);
    cr_assert(alerting_pass(loop, T0, &err), "%s", err.text);
    cr_assert(alerting_pass(loop, T0 + 2 * MINUTE, &err), "%s", err.text);
    cr_expect(strlen(told()) > 0);
    for (const char *c = told(); *c; c++)
        cr_assert((unsigned char)*c >= ' ' || *c == '\n', "%s", told());
}
