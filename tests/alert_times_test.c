/* Alerts and rules at their edges: of what fired very often the latest times are shown, and that
 * there are more is said; names and labels of every kind. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "panel/host.h"
#include "store/alerting.h"
#include "store_kit.h"

extern const struct dx_panel dx_panel_alerts, dx_panel_rules;

static struct instance in;
static struct grid grid;

static void setup(void)
{
    kit_init();
    kit_collect();
    grid_init(&grid, 30, 90, &glyph_sets[GLYPHS_ASCII]);
}

static void teardown(void)
{
    instance_close(&in);
    grid_done(&grid);
    kit_done();
}

TestSuite(alert_times, .init = setup, .fini = teardown, .timeout = 60);

static void show(int64_t now_ms)
{
    struct reader reader = store_reader(kit.store);
    struct dx_canvas canvas = canvas_of(&grid);
    struct dx_error err = { 0 };

    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    instance_update(&in, &reader, now_ms, grid.rows - 2, grid.cols - 2);
    store_end(kit.store);
    cr_assert_eq(in.error.fault, DX_FAULT_NONE, "%s", in.error.text);
    grid_clear(&grid);
    instance_draw(&in, &canvas, now_ms, true);
}

static bool shows(const char *text)
{
    char row[201];

    for (int i = 0; i < grid.rows; i++) {
        for (int col = 0; col < grid.cols; col++) {
            char32_t cp = grid.cells[i * grid.cols + col].cp;

            row[col] = cp == 0 ? ' ' : cp < 0x80 ? (char)cp : '?';
        }
        row[grid.cols] = '\0';
        if (strstr(row, text))
            return true;
    }
    return false;
}

/* On the minute of each hour up to T0, for half an hour; it fires now. */
static void fire_each_hour(int times)
{
    struct batch b = { 0 };

    for (int i = times; i >= 0; i--) {
        b = (struct batch){ .alerts_whole = true };
        kit_alert(&b, "k", DX_ALERT_FIRING, T0 - i * HOUR);
        kit_poll(1, T0 - i * HOUR, &b);
        if (i > 0) {
            b = (struct batch){ .alerts_whole = true };
            kit_poll(1, T0 - i * HOUR + HOUR / 2, &b);
        }
    }
}

static const struct { /* as they stand in struct alerts */
    const char *source;
    int severity;
    bool muted;
    int64_t resolved_ms;
} all_alerts = { "", 0, true, 0 };

Test(alert_times, the_latest_ones_are_shown_of_an_alert)
{
    struct step step = { .name = "k" };

    setenv("TZ", "UTC", 1);
    fire_each_hour(15);
    cr_assert(instance_open(&in, &dx_panel_alerts, "", &all_alerts, sizeof(all_alerts)));
    snprintf(step.key, sizeof(step.key), "am/k/%lld", (long long)T0);
    instance_push(&in, &step);
    show(T0 + MINUTE);
    cr_expect(shows("before  Mon 21 Sep 13:13"), "the last one");
    cr_expect(shows("02:13, for"), "the twelfth");
    cr_expect_not(shows("01:13, for"));
    cr_expect(shows("and 3 more times in 7 d"));
}

static const char *states(int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_ALERTS, NULL, now_ms, DX_FIELD_NAME, DX_FIELD_STATE,
                DX_FIELD_SEEN);
}

/* Of a list of which only a part came. */
static void poll_part(const char *name, int64_t now_ms)
{
    struct batch b = { 0 };

    kit_alert(&b, name, DX_ALERT_FIRING, T0);
    b.alerts_whole = false;
    kit_poll(1, now_ms, &b);
}

Test(alert_times, what_polls_do_without_is_stale_where_none_brings_the_whole_list)
{
    enum { EVERY = 30 * SECOND };

    poll_part("disk", T0);
    for (int i = 0; i <= 3; i++)
        poll_part("cpu", T0 + i * EVERY);
    kit_fail(1, T0 + 4 * EVERY, DX_SOURCE_LOST, "refused");
    cr_expect_str_eq(states(T0 + 2 * EVERY), "disk|1|0\ncpu|1|60\n",
                     "it may have been left out by chance");
    cr_expect_str_eq(states(T0 + 9 * EVERY), "cpu|1|90\ndisk|5|0\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, DX_FILTER(.name = "disk"), T0 + 9 * EVERY,
                          DX_FIELD_NAME, DX_FIELD_STARTED),
                     "disk|1790000000000\n", "it fired");
    poll_part("disk", T0 + 10 * EVERY);
    cr_expect_str_eq(states(T0 + 10 * EVERY), "disk|1|300\ncpu|5|90\n");
}

/* Other systems' rules nobody looks at from here. */
Test(alert_times, what_is_stale_of_another_system_is_said_not_to_be_seen)
{
    struct step step = { .name = "disk" };

    setenv("TZ", "UTC", 1);
    poll_part("disk", T0);
    for (int i = 1; i <= 3; i++)
        kit_poll(1, T0 + i * MINUTE, &(struct batch){ .alerts_whole = false });
    cr_assert(instance_open(&in, &dx_panel_alerts, "", &all_alerts, sizeof(all_alerts)));
    show(T0 + 3 * MINUTE);
    cr_expect(shows("disk not seen since 14:13"));
    snprintf(step.key, sizeof(step.key), "am/disk/%lld", (long long)T0);
    instance_push(&in, &step);
    show(T0 + 3 * MINUTE);
    cr_expect(shows("disk  not seen since 14:13"));
}

/* A program prints each minute that it was over at T0. */
Test(alert_times, what_is_over_is_kept_once_however_often_it_is_told_without_a_beginning)
{
    struct batch b = { 0 };

    for (int i = 1; i <= 3; i++) {
        kit_alert(&b, "disk", DX_ALERT_RESOLVED, 0);
        b.alerts[0].ended_ms = T0;
        kit_poll(1, T0 + i * MINUTE, &b);
    }
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, DX_FILTER(.from_ms = T0 - HOUR),
                          T0 + 3 * MINUTE, DX_FIELD_NAME, DX_FIELD_STATE, DX_FIELD_SINCE,
                          DX_FIELD_ENDED),
                     "disk|4|0|0\n");
    kit_alert(&b, "disk", DX_ALERT_RESOLVED, 0);
    b.alerts[0].ended_ms = T0 + 3 * MINUTE;
    kit_poll(1, T0 + 4 * MINUTE, &b);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, T0 + 4 * MINUTE), 0);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, DX_FILTER(.from_ms = T0 - HOUR),
                          T0 + 4 * MINUTE, DX_FIELD_SINCE, DX_FIELD_ENDED),
                     "0|0\n180|180\n", "another time");
}

/* A poll of which a part failed. */
static void poll_with_fault(bool piece, bool alerts_whole, int64_t now_ms)
{
    struct poll poll = { .source = kit.id[1],
                         .name = "am",
                         .ok = true,
                         .piece = piece,
                         .state = DX_SOURCE_LIVE,
                         .error = { .fault = DX_FAULT_CONFIG, .text = "query \"x\": a typo" },
                         .now_ms = now_ms,
                         .next_ms = now_ms + MINUTE,
                         .every_ms = MINUTE };
    struct batch batch = { .alerts_whole = alerts_whole };
    struct dx_error err = { 0 };

    cr_assert(store_commit(kit.store, &poll, &batch, NULL, 0, &err), "%s", err.text);
}

static const char *part_since(int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_SOURCES, DX_FILTER(.source = "am"), now_ms,
                DX_FIELD_NONE_SINCE);
}

Test(alert_times, that_nothing_fires_is_said_with_the_source_whose_list_did_not_come_whole)
{
    static const char but[] = "Nothing fires that is known of; not all alerts of am came.";

    cr_assert(instance_open(&in, &dx_panel_alerts, "", &all_alerts, sizeof(all_alerts)));
    poll_with_fault(false, true, T0);
    show(T0);
    cr_expect(shows("Nothing fires."), "it was a query that failed");
    poll_with_fault(true, false, T0 + MINUTE);
    show(T0 + MINUTE);
    cr_expect(shows("Nothing fires."), "the list is in the rest");
    poll_with_fault(false, false, T0 + 2 * MINUTE);
    poll_with_fault(false, false, T0 + 3 * MINUTE);
    kit_fail(1, T0 + 4 * MINUTE, DX_SOURCE_LOST, "refused");
    show(T0 + 4 * MINUTE);
    cr_expect(shows(but));
    cr_expect_str_eq(part_since(T0 + 4 * MINUTE), "1790000120000\n");
    cr_expect_str_eq(part_since(T0 + MINUTE), "-\n", "as of then");
    poll_with_fault(false, true, T0 + 5 * MINUTE);
    show(T0 + 5 * MINUTE);
    cr_expect(shows("Nothing fires."));
    cr_expect_not(shows(but));
}

static void put(const struct stored_rule *of, enum rule_deed deed, int64_t now_ms)
{
    struct stored_rule rule = *of;
    struct rule_change change = { &rule, deed, "{}", "linux: 12m", false };
    struct rules_write write = { .changes = &change, .change_count = 1, .now_ms = now_ms };
    struct dx_error err = { 0 };

    cr_assert(store_put_rules(kit.store, &write, &err), "%s", err.text);
}

Test(alert_times, the_latest_firings_of_a_rule_are_listed_and_all_of_them_counted)
{
    struct { /* as they stand in struct rules */
        const char *rule;
    } options = { "" };
    struct stored_rule rule = {
        .rule = "slow", .subject = "linux", .severity = DX_SEVERITY_WARNING, .above = true
    };

    for (int i = 210; i > 0; i--) {
        int64_t at_ms = T0 - i * 10 * MINUTE;

        rule.state = 2;
        rule.since_ms = rule.began_ms = rule.fired_ms = rule.at_ms = at_ms;
        put(&rule, RULE_BEGINS, at_ms);
        rule.state = 0;
        rule.at_ms = at_ms + MINUTE;
        put(&rule, RULE_ENDS, at_ms + MINUTE);
    }
    cr_assert(instance_open(&in, &dx_panel_rules, "", &options, sizeof(options)));
    instance_push(&in, &(struct step){ .key = "slow/linux", .name = "slow" });
    show(T0);
    cr_expect_eq(in.table->row_count, 200, "%zu", in.table->row_count);
    cr_expect_eq(in.total, 210, "%d", (int)in.total);
    cr_expect(shows("13:03"), "the last one");
}

/* Where nobody looked for long what was pending begins anew: both panels say since when. */
Test(alert_times, what_is_pending_is_so_since_it_began_anew)
{
    struct { /* as they stand in struct rules */
        const char *rule;
    } of_rules = { "" };
    struct { /* as they stand in struct alerts */
        const char *source;
        int severity;
        bool muted;
        int64_t resolved_ms;
    } of_alerts = { "", 0, true, 0 };
    struct stored_rule rule = { .rule = "slow",
                                .subject = "linux",
                                .state = 1,
                                .since_ms = T0 - 3 * HOUR,
                                .began_ms = T0 - 3 * HOUR,
                                .at_ms = T0 - 3 * HOUR,
                                .severity = DX_SEVERITY_WARNING,
                                .above = true };

    put(&rule, RULE_BEGINS, T0 - 3 * HOUR);

    rule.alert = 1;
    rule.since_ms = rule.at_ms = T0 - 5 * MINUTE;
    put(&rule, RULE_STANDS, T0 - 5 * MINUTE);
    cr_assert(instance_open(&in, &dx_panel_rules, "", &of_rules, sizeof(of_rules)));
    show(T0);
    cr_expect(shows("5m00s") && !shows("3h00m"), "rules");
    instance_close(&in);
    cr_assert(instance_open(&in, &dx_panel_alerts, "", &of_alerts, sizeof(of_alerts)));
    show(T0);
    cr_expect(shows("5m00s") && !shows("3h00m"), "alerts");
    show(T0 - HOUR);
    cr_expect(shows("2h00m"), "as it was before");
}

/* A rule on a query looks at series with all their labels. */
Test(alert_times, what_a_rule_looks_at_opens_however_long_its_name_is)
{
    struct { /* as they stand in struct rules */
        const char *rule;
    } options = { "" };
    struct stored_rule rule = {
        .rule = "slow", .state = 2, .severity = DX_SEVERITY_WARNING, .above = true
    };
    char subject[381];

    memset(subject, 'x', sizeof(subject) - 1);
    subject[sizeof(subject) - 1] = '\0';
    rule.subject = subject;
    rule.since_ms = rule.began_ms = rule.fired_ms = rule.at_ms = T0;
    put(&rule, RULE_BEGINS, T0);
    cr_assert(instance_open(&in, &dx_panel_rules, "", &options, sizeof(options)));
    show(T0 + MINUTE);
    cr_assert(instance_enter(&in));
    show(T0 + MINUTE);
    cr_expect_eq(in.table->row_count, 1, "its firing");
    cr_assert(instance_enter(&in));
    show(T0 + MINUTE);
    cr_expect(shows("linux: 12m"));
    cr_expect_not(shows("no longer kept"));
}

/* Whoever has no fingerprint of an alert names it by all of its labels. */
Test(alert_times, an_alert_opens_however_long_its_key_is)
{
    struct batch b = { .alerts_whole = true };
    char keys[2][1990];

    for (int i = 0; i < 2; i++) {
        struct alert *alert = batch_alert(&b);

        memset(keys[i], 'x', sizeof(keys[i]));
        snprintf(keys[i] + 1980, 10, "end%d", i);
        alert->key = keys[i];
        alert->name = i ? "second" : "first";
        alert->summary = i ? "is full" : "is hot";
        alert->state = DX_ALERT_FIRING;
        alert->since_ms = T0;
    }
    kit_poll(1, T0, &b);
    cr_assert(instance_open(&in, &dx_panel_alerts, "", &all_alerts, sizeof(all_alerts)));
    show(T0 + MINUTE);
    cr_expect_eq(in.table->row_count, 2, "two that differ in the end of their keys");
    cr_assert(instance_enter(&in));
    show(T0 + MINUTE);
    cr_expect(shows("is hot") && !shows("is full"));
    cr_expect_not(shows("no longer kept"));
}

Test(alert_times, other_labels_are_those_that_have_no_column)
{
    struct batch b = { .alerts_whole = true };
    struct alert *alert = batch_alert(&b);

    alert->key = alert->name = "k";
    alert->state = DX_ALERT_FIRING;
    alert->since_ms = T0;
    alert->labels =
        "{alert=\"disk\", alertname=\"k\", path=\"C:\\\\\", s=\"2\", severity=\"info\"}";
    kit_poll(1, T0, &b);
    grid_done(&grid);
    grid_init(&grid, 10, 200, &glyph_sets[GLYPHS_ASCII]);
    cr_assert(instance_open(&in, &dx_panel_alerts, "", &all_alerts, sizeof(all_alerts)));
    show(T0 + MINUTE);
    cr_expect(shows("alert=disk path=C:\\\\ s=2"));
}
