#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/alerting.h"
#include "store/derive.h"
#include "store_kit.h"

TestSuite(store_rules, .init = kit_init, .fini = kit_done);

static struct arena arena;

static struct stored_rule linux_xl(void)
{
    return (struct stored_rule){ .rule = "slow",
                                 .subject = "linux-xl",
                                 .severity = DX_SEVERITY_CRITICAL,
                                 .above = true,
                                 .limit = 600,
                                 .value = 720,
                                 .unit = DX_UNIT_SECONDS };
}

static void put(struct stored_rule *rule, enum rule_deed deed, int64_t now_ms,
                const struct stored_notice *notice)
{
    struct rule_change change = { rule, deed, "{pool=\"linux-xl\"}", "linux-xl: 12m, above 10m",
                                  false };
    struct rules_write write = { &change, 1, notice, notice != NULL, now_ms, 0 };
    struct dx_error err = { 0 };

    cr_assert(store_put_rules(kit.store, &write, &err), "%s", err.text);
}

/* Somebody looks, and nothing changed. */
static void look(int64_t now_ms)
{
    struct dx_error err = { 0 };

    cr_assert(store_put_rules(kit.store, &(struct rules_write){ .now_ms = now_ms }, &err), "%s",
              err.text);
}

/* Pending at T0, firing from T0 + 5 min. */
static struct stored_rule fire(void)
{
    struct stored_rule rule = linux_xl();

    rule.state = 1;
    rule.since_ms = rule.began_ms = rule.at_ms = T0;
    put(&rule, RULE_BEGINS, T0, NULL);
    rule.state = 2;
    rule.since_ms = rule.fired_ms = rule.at_ms = T0 + 5 * MINUTE;
    put(&rule, RULE_FIRES, T0 + 5 * MINUTE, NULL);
    return rule;
}

static const char *alerts(int64_t now_ms, int64_t from_ms)
{
    look(now_ms);
    return ROWS(kit.store, DX_QUERY_ALERTS, DX_FILTER(.source = "dxtop", .from_ms = from_ms),
                now_ms, DX_FIELD_NAME, DX_FIELD_STATE, DX_FIELD_SINCE, DX_FIELD_ENDED,
                DX_FIELD_SUMMARY, DX_FIELD_N);
}

static const char *said(int64_t now_ms)
{
    look(now_ms);
    return ROWS(kit.store, DX_QUERY_ALERTS, DX_FILTER(.source = "dxtop"), now_ms, DX_FIELD_STATE,
                DX_FIELD_MUTED_BY, DX_FIELD_NEXT, DX_FIELD_ASSIGNEE, DX_FIELD_TEXT);
}

static const char *stands(int64_t now_ms)
{
    look(now_ms);
    return ROWS(kit.store, DX_QUERY_RULES, NULL, now_ms, DX_FIELD_NAME, DX_FIELD_TITLE,
                DX_FIELD_STATE, DX_FIELD_SINCE, DX_FIELD_VALUE, DX_FIELD_N, DX_FIELD_LOST,
                DX_FIELD_MAX, DX_FIELD_LAST_SEEN);
}

Test(store_rules, what_fires_is_an_alert_from_its_beginning_to_its_end)
{
    struct stored_rule rule;

    kit_collect();
    rule = fire();
    cr_expect_str_eq(alerts(T0 + MINUTE, 0),
                     "slow|0|0|-|linux-xl: what it was then is not kept|0\n");
    cr_expect_str_eq(alerts(T0 + 5 * MINUTE, 0), "slow|1|0|-|linux-xl: 12m, above 10m|1\n");
    rule.state = 0;
    rule.since_ms = T0 + 20 * MINUTE;
    rule.fired_ms = rule.began_ms = 0;
    put(&rule, RULE_ENDS, T0 + 20 * MINUTE, NULL);
    cr_expect_eq(rule.alert, 0);
    cr_expect_str_eq(alerts(T0 + 21 * MINUTE, 0), "");
    cr_expect_str_eq(alerts(T0 + 21 * MINUTE, T0), "slow|4|0|1200|linux-xl: 12m, above 10m|1\n");
    cr_expect_str_eq(alerts(T0 + 19 * MINUTE, 0),
                     "slow|1|0|-|linux-xl: what it was then is not kept|1\n", "and then it fired");
}

Test(store_rules, what_lapses_leaves_nothing)
{
    struct stored_rule rule = linux_xl();

    kit_collect();
    rule.state = 1;
    rule.since_ms = rule.began_ms = T0;
    put(&rule, RULE_BEGINS, T0, NULL);
    rule.state = 0;
    put(&rule, RULE_LAPSES, T0 + MINUTE, NULL);
    cr_expect_str_eq(alerts(T0 + MINUTE, T0 - DAY), "");
    cr_expect_str_eq(alerts(T0, 0), "");
}

Test(store_rules, another_collector_finds_how_they_stand)
{
    struct stored_rule *list, rule;
    struct dx_error err = { 0 };
    size_t count;

    kit_collect();
    rule = fire();
    rule.told = true;
    rule.told_ms = T0 + 5 * MINUTE;
    rule.held_fires = 2;
    rule.held_ends = 1;
    rule.no_data_ms = T0 + 6 * MINUTE;
    rule.value = (double)NAN;
    put(&rule, RULE_GOES_ON, T0 + 6 * MINUTE, NULL);
    store_close(kit.store);
    kit_collect();
    cr_assert(store_begin(kit.store, &err));
    cr_assert(store_rules(kit.store, T0 + 6 * MINUTE, &arena, &list, &count, &err), "%s", err.text);
    store_end(kit.store);
    cr_assert_eq(count, 1);
    cr_expect_str_eq(list[0].rule, "slow");
    cr_expect_str_eq(list[0].subject, "linux-xl");
    cr_expect_eq(list[0].state, 2);
    cr_expect_eq(list[0].since_ms, T0 + 5 * MINUTE);
    cr_expect_eq(list[0].began_ms, T0);
    cr_expect_eq(list[0].fired_ms, T0 + 5 * MINUTE);
    cr_expect_eq(list[0].no_data_ms, T0 + 6 * MINUTE);
    cr_expect_eq(list[0].told_ms, T0 + 5 * MINUTE);
    cr_expect(list[0].told);
    cr_expect_eq(list[0].held_fires, 2);
    cr_expect_eq(list[0].held_ends, 1);
    cr_expect_eq(list[0].alert, rule.alert);
    cr_expect(isnan(list[0].value));
    cr_expect_float_eq(list[0].limit, 600., 0.);
    cr_expect_eq(store_rules_looked(kit.store), T0 + 6 * MINUTE);
    free(list);
    arena_free(&arena);
}

Test(store_rules, the_list_says_how_often_and_how_long)
{
    struct stored_rule rule;

    kit_collect();
    rule = fire();
    cr_expect_str_eq(stands(T0 + 15 * MINUTE),
                     "slow|linux-xl|2|300|720|1|600000|600000|1790000300000\n");
    cr_expect_str_eq(stands(T0 + MINUTE), "slow|linux-xl|1|0|-|0|0|-|-\n", "then it was pending");
    cr_expect_str_eq(stands(T0 - MINUTE), "slow|linux-xl|0|-|-|0|0|-|-\n");
    rule.state = 0;
    rule.since_ms = T0 + 20 * MINUTE;
    rule.fired_ms = rule.began_ms = 0;
    put(&rule, RULE_ENDS, T0 + 20 * MINUTE, NULL);
    rule.state = 2;
    rule.since_ms = rule.fired_ms = rule.began_ms = T0 + HOUR;
    put(&rule, RULE_BEGINS, T0 + HOUR, NULL);
    cr_expect_str_eq(stands(T0 + 2 * HOUR),
                     "slow|linux-xl|2|3600|720|2|4500000|3.6e+06|1790003600000\n");
    cr_expect_str_eq(stands(T0 + 7 * DAY + 10 * MINUTE),
                     "slow|linux-xl|2|3600|720|2|602400000|6.018e+08|1790003600000\n",
                     "of the first one 10 minutes are in the week, and all of the second");
    rule.no_data_ms = T0 + 3 * HOUR;
    rule.state = 0;
    rule.since_ms = T0 + 3 * HOUR;
    put(&rule, RULE_ENDS, T0 + 3 * HOUR, NULL);
    cr_expect_eq(strncmp(stands(T0 + 4 * HOUR), "slow|linux-xl|4|", 16), 0, "no data is not fine");
}

Test(store_rules, a_snooze_and_a_claim_are_seen_by_all_until_they_are_over)
{
    char key[128], wish[256];
    struct dx_error err = { 0 };
    struct stored_rule *list;
    size_t count;

    kit_collect();
    (void)fire();
    snprintf(key, sizeof(key), "dxtop/rule:slow/linux-xl/%" PRId64, T0);
    cr_expect_str_eq(said(T0 + HOUR), "1||-|-|-\n");
    snprintf(wish, sizeof(wish), "%s\t%" PRId64 "\tann\tdisks are\x1b[31m ordered", key,
             T0 + 2 * HOUR);
    cr_assert(kit_grant("snooze", wish, T0 + HOUR, &err), "%s", err.text);
    snprintf(wish, sizeof(wish), "%s\t0\tbob\tI look", key);
    cr_assert(kit_grant("claim", wish, T0 + HOUR, &err), "%s", err.text);
    cr_expect_str_eq(said(T0 + HOUR), "2|ann: disks are\xEF\xBF\xBD[31m ordered|7200|bob|I look\n");
    cr_expect_str_eq(said(T0 + HOUR - 1), "1||-|-|-\n", "not before");
    cr_expect_str_eq(said(T0 + 2 * HOUR), "1||-|bob|I look\n", "the snooze is over");
    cr_assert(store_begin(kit.store, &err));
    cr_assert(store_rules(kit.store, T0 + HOUR, &arena, &list, &count, &err));
    cr_expect(list[0].snoozed);
    free(list);
    cr_assert(store_rules(kit.store, T0 + 2 * HOUR, &arena, &list, &count, &err));
    cr_expect_not(list[0].snoozed);
    free(list);
    store_end(kit.store);
    snprintf(wish, sizeof(wish), "%s\t0\t\t", key);
    cr_assert(kit_grant("snooze", wish, T0 + HOUR + MINUTE, &err));
    cr_assert(kit_grant("claim", wish, T0 + HOUR + MINUTE, &err));
    cr_expect_str_eq(said(T0 + HOUR + MINUTE), "1||-||\n", "both are taken back");
    cr_expect_not(kit_grant("claim", "nonsense", T0, &err));
    arena_free(&arena);
}

/* All was noted by a clock that was an hour ahead. */
Test(store_rules, a_clock_that_was_set_back_hides_nothing)
{
    char key[128], wish[256];
    struct stored_rule rule;
    struct dx_error err = { 0 };
    int64_t now_ms = T0 - HOUR;

    kit_collect();
    rule = fire();
    snprintf(key, sizeof(key), "dxtop/rule:slow/linux-xl/%" PRId64, T0);
    snprintf(wish, sizeof(wish), "%s\t0\tbob\tI look", key);
    cr_assert(kit_grant("claim", wish, T0 + 6 * MINUTE, &err), "%s", err.text);
    put(&rule, RULE_GOES_ON, now_ms, NULL);
    cr_expect_str_eq(said(now_ms), "1||-|-|-\n", "%s", said(now_ms));
    snprintf(wish, sizeof(wish), "%s\t0\tann\tI do", key);
    cr_assert(kit_grant("claim", wish, now_ms, &err), "%s", err.text);
    cr_expect_str_eq(said(now_ms), "1||-|ann|I do\n", "%s", said(now_ms));
    cr_expect_str_eq(said(T0 + DAY), "1||-|ann|I do\n", "%s", said(T0 + DAY));
}

static bool no_incidents(void *self, struct store *store, const struct touched *touched,
                         int64_t now_ms, struct dx_error *err)
{
    (void)self;
    (void)touched;
    return store_put_incidents(store, now_ms - DAY, now_ms, NULL, 0, err);
}

Test(store_rules, incidents_do_not_take_alerts_of_rules_with_them)
{
    struct dx_error err = { 0 };

    kit_collect();
    (void)fire();
    cr_assert(store_derive(kit.store, no_incidents, NULL, T0 + HOUR, &err), "%s", err.text);
    cr_expect_str_eq(alerts(T0 + HOUR, 0), "slow|1|0|-|linux-xl: 12m, above 10m|1\n");
}

static struct stored_notice next_notice(int64_t now_ms)
{
    struct stored_notice n = { .id = 0 };

    return store_next_notice(kit.store, now_ms, &arena, &n) ? n : (struct stored_notice){ .id = 0 };
}

Test(store_rules, a_notice_is_begun_once)
{
    struct stored_notice team = { .at_ms = T0,
                                  .name = "team",
                                  .loud = true,
                                  .title = "slow",
                                  .text = "linux-xl",
                                  .facts = "{}" };
    struct stored_notice mine = { .at_ms = T0,
                                  .name = "",
                                  .ways = 3,
                                  .loud = true,
                                  .title = "slow",
                                  .text = "linux-xl",
                                  .facts = "" };
    struct stored_notice found, seen[4];
    struct stored_rule rule;
    struct dx_error err = { 0 };

    kit_collect();
    rule = fire();
    put(&rule, RULE_GOES_ON, T0, &mine);
    cr_expect_eq(next_notice(T0).id, 0, "that one is the viewers'");
    put(&rule, RULE_GOES_ON, T0, &team);
    found = next_notice(T0);
    cr_expect_str_eq(found.name, "team");
    cr_expect_str_eq(found.facts, "{}");
    cr_assert(store_notice_is(kit.store, found.id, NOTICE_UNDER_WAY, 0, &err));
    cr_expect_eq(next_notice(T0 + DAY).id, 0, "it is under way");
    cr_assert(store_notice_is(kit.store, found.id, NOTICE_WAITS, T0 + MINUTE, &err));
    cr_expect_eq(next_notice(T0).id, 0, "not yet");
    cr_expect_eq(next_notice(T0 - HOUR).id, found.id,
                 "the clock was ahead: it does not wait for it");
    cr_expect_eq(next_notice(T0 + MINUTE).tries, 1);
    cr_assert(store_notice_is(kit.store, found.id, NOTICE_UNDER_WAY, 0, &err));
    cr_expect_eq(store_lost_notices(kit.store, &err), 1, "another collector does not know");
    cr_expect_eq(next_notice(T0 + DAY).id, 0, "and so does not begin it again");
    cr_expect_eq(store_lost_notices(kit.store, &err), 0);
    cr_expect_eq(store_last_notice(kit.store), found.id);
    cr_expect_eq(store_notices_after(kit.store, 0, seen, 4, &arena), 2);
    cr_expect_eq(seen[0].ways, 3);
    cr_expect_str_eq(seen[0].title, "slow");
    cr_expect_eq(store_notices_after(kit.store, seen[0].id, seen, 4, &arena), 1);
    arena_free(&arena);
}

Test(store_rules, the_title_counts_what_fires_and_is_not_snoozed)
{
    char wish[256];
    struct stored_rule rule;
    struct dx_error err = { 0 };

    kit_collect();
    rule = fire();
    cr_expect_eq(store_titled(kit.store, T0 + HOUR), 0, "not asked for");
    rule.ways = 8;
    put(&rule, RULE_GOES_ON, T0 + HOUR, NULL);
    cr_expect_eq(store_titled(kit.store, T0 + HOUR), 1);
    snprintf(wish, sizeof(wish), "dxtop/rule:slow/linux-xl/%" PRId64 "\t%" PRId64 "\tann\t", T0,
             T0 + 2 * HOUR);
    cr_assert(kit_grant("snooze", wish, T0 + HOUR, &err));
    cr_expect_eq(store_titled(kit.store, T0 + HOUR), 0);
    look(T0 + 2 * HOUR);
    cr_expect_eq(store_titled(kit.store, T0 + 2 * HOUR), 1);
}

static const char *unseen(int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_UNSEEN, NULL, now_ms, DX_FIELD_SEEN);
}

/* As with a store that single rounds keep up, which look at no rules. */
Test(store_rules, what_nobody_looks_at_any_more_is_not_said_to_fire)
{
    static const int64_t seen = T0 + 10 * MINUTE;
    struct stored_rule rule, fine = linux_xl();

    kit_collect();
    rule = fire();
    rule.ways = 8;
    put(&rule, RULE_GOES_ON, seen, NULL);
    fine.subject = "linux";
    put(&fine, RULE_STANDS, seen, NULL);
    cr_expect_str_eq(unseen(seen + 5 * MINUTE), "");
    cr_expect_eq(store_titled(kit.store, seen + 5 * MINUTE), 1);
    cr_expect_eq(store_titled(kit.store, seen + 5 * MINUTE + 1), 0);
    cr_expect_str_eq(unseen(T0 + DAY), "600\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, NULL, T0 + DAY, DX_FIELD_STATE,
                          DX_FIELD_SINCE, DX_FIELD_STARTED, DX_FIELD_SEEN),
                     "5|0|1790000300000|600\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RULES, NULL, T0 + DAY, DX_FIELD_TITLE, DX_FIELD_STATE,
                          DX_FIELD_SINCE, DX_FIELD_N, DX_FIELD_LOST, DX_FIELD_MAX,
                          DX_FIELD_STARTED),
                     "linux-xl|5|600|1|300000|300000|1790000300000\nlinux|5|600|0|0|-|-\n",
                     "how long it fired after that nobody knows");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, NULL, T0 + 6 * MINUTE, DX_FIELD_STATE), "1\n",
                     "at that moment it did");
    look(T0 + DAY);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, NULL, T0 + DAY, DX_FIELD_STATE), "1\n");
    cr_expect_str_eq(unseen(T0 + DAY), "");
}

/* A simulated day may last a minute. */
Test(store_rules, a_look_is_good_for_longer_by_a_clock_that_runs_fast)
{
    struct dx_error err = { 0 };

    kit_collect();
    (void)fire();
    cr_assert(store_put_rules(kit.store,
                              &(struct rules_write){ .now_ms = T0 + HOUR, .good_ms = HOUR }, &err));
    cr_expect_str_eq(unseen(T0 + 2 * HOUR), "");
    cr_expect_str_eq(unseen(T0 + 2 * HOUR + 1), "3600\n");
}

/* How often it fired in seven days: also where it began before them. */
Test(store_rules, what_fires_for_longer_than_a_week_has_fired_in_it)
{
    struct stored_rule rule;
    const char *rows;

    kit_collect();
    rule = fire();
    rows = alerts(T0 + 8 * DAY, 0);
    cr_expect(strstr(rows, "|1\n"), "%s", rows);
    rule.state = 0;
    put(&rule, RULE_ENDS, T0 + 9 * DAY, NULL);
    rule.state = 2;
    rule.since_ms = rule.began_ms = rule.fired_ms = rule.at_ms = T0 + 12 * DAY;
    put(&rule, RULE_BEGINS, T0 + 12 * DAY, NULL);
    rows = alerts(T0 + 15 * DAY, 0);
    cr_expect(strstr(rows, "|2\n"), "%s", rows);
    rows = alerts(T0 + 18 * DAY, 0);
    cr_expect(strstr(rows, "|1\n"), "the other one ended nine days before: %s", rows);
}
