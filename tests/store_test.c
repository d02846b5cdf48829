/* Samples and alerts: what the store gives back of them, as of any moment. */
#include "config.h"

#include "store_kit.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include "store/internal.h"
#include "store/schema.h"

static void collect(void)
{
    kit_init();
    kit_collect();
}

TestSuite(store, .init = collect, .fini = kit_done, .timeout = 30);

static const char *series(int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_SERIES, NULL, now_ms, DX_FIELD_SOURCE, DX_FIELD_NAME,
                DX_FIELD_LABELS, DX_FIELD_AT, DX_FIELD_VALUE, DX_FIELD_TEXT);
}

static const char *samples(const struct dx_filter *filter, int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_SAMPLES, filter, now_ms, DX_FIELD_NAME, DX_FIELD_KEY,
                DX_FIELD_AT, DX_FIELD_VALUE, DX_FIELD_MIN, DX_FIELD_MAX, DX_FIELD_N);
}

static const char *alerts(const struct dx_filter *filter, int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_ALERTS, filter, now_ms, DX_FIELD_NAME, DX_FIELD_STATE,
                DX_FIELD_SINCE, DX_FIELD_ENDED, DX_FIELD_SEEN, DX_FIELD_MUTED_BY);
}

/* ---- the schema ---- */

/* What the tables of each number are, by the hash of their SQL. Files that others have were
 * made with it: when the tables change, the number grows, and gets a line here. */
static const struct {
    int schema;
    uint64_t hash;
} schemas[] = {
    { 5, UINT64_C(0x5bc45a92af35b391) },
    { 6, UINT64_C(0xf63f3d1e5d768c41) },
    { 7, UINT64_C(0xef34baa282a68e07) },
    { 8, UINT64_C(0xce343b78396af4fc) },
};

Test(store, tables_that_change_have_another_number)
{
    const size_t last = sizeof(schemas) / sizeof(schemas[0]) - 1;
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; schema_sql[i]; i++)
        for (const char *c = schema_sql[i]; *c; c++)
            hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    cr_expect_eq(schemas[last].schema, STORE_SCHEMA,
                 "the last line here is that of another number");
    cr_expect_eq(schemas[last].hash, hash,
                 "the tables are not those of schema %d: raise STORE_SCHEMA, and add its line with "
                 "0x%016llx",
                 STORE_SCHEMA, (unsigned long long)hash);
    for (size_t i = 0; i < last; i++) {
        cr_expect_eq(schemas[i].schema + 1, schemas[i + 1].schema);
        cr_expect_neq(schemas[i].hash, schemas[i + 1].hash);
    }
}

/* ---- files ---- */

Test(store, files_are_private_and_directories_are_made)
{
    static const char *const parts[] = { "", "-wal", "-shm", ".lock" };
    char path[128];
    struct stat st;

    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof(path), "%s%s", kit.path, parts[i]);
        cr_assert_eq(stat(path, &st), 0, "%s", path);
        cr_expect_eq(st.st_mode & 0777, 0600, "%s %o", path, st.st_mode);
    }
    (void)snprintf(path, sizeof(path), "%s/state", kit.dir);
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0700);
    cr_expect_str_eq(store_path(kit.store), kit.path);
    cr_expect_str_eq(store_where(kit.store), "");
}

Test(store, what_is_asked_in_a_row_is_of_one_moment_until_the_next_write)
{
    struct batch batch = { 0 };

    for (int64_t value = 1; value < 4; value++) {
        store_look(kit.store);
        store_look(kit.store);
        cr_expect_eq(store_cursor(kit.store, kit.id[0], "n"), value - 1);
        if (value == 2) {
            store_look_end(kit.store);
            store_look_end(kit.store);
        }
        batch_cursor(&batch, "n", value);
        kit_poll(0, T0 + value * SECOND, &batch);
    }
    cr_expect_eq(store_cursor(kit.store, kit.id[0], "n"), 3);
}

Test(store, a_cursor_that_is_nothing_is_forgotten)
{
    struct batch batch = { 0 };
    char name[8];

    batch_cursor(&batch, "n", 7);
    kit_poll(0, T0, &batch);
    batch_cursor(&batch, "n", 0);
    kit_poll(0, T0 + SECOND, &batch);
    cr_expect_eq(store_cursor(kit.store, kit.id[0], "n"), 0);
    cr_expect_null(store_cursor_after(kit.store, kit.id[0], "", name, sizeof(name)));
}

Test(store, files_of_a_shared_directory_are_the_groups)
{
    char dir[96], path[128];
    struct dx_error err = { 0 };
    struct stat st;
    struct store *store;

    (void)snprintf(dir, sizeof(dir), "%s/shared", kit.dir);
    cr_assert_eq(mkdir(dir, 0700), 0);
    cr_assert_eq(chmod(dir, 02770), 0);
    (void)snprintf(path, sizeof(path), "%s/acme.db", dir);
    store = store_open(path, STORE_VIEW, &err);
    cr_assert_not_null(store, "%s", err.text);
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0660);
    (void)snprintf(path, sizeof(path), "%s/acme.db-wal", dir);
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0660);
    store_close(store);
}

/* ---- samples ---- */

Test(store, samples_come_back_by_series_and_time_and_overlaps_count_once)
{
    struct batch b = { 0 };

    kit_sample(&b, "q", "{a=\"2\"}", T0 + 10 * SECOND, 5);
    kit_sample(&b, "q", "{a=\"1\"}", T0 + 20 * SECOND, 2);
    kit_sample(&b, "q", "{a=\"1\"}", T0 + 10 * SECOND, 1);
    kit_poll(0, T0 + 20 * SECOND, &b);
    kit_sample(&b, "q", "{a=\"1\"}", T0 + 20 * SECOND, 2.5);
    kit_sample(&b, "q", "{a=\"1\"}", T0 + 30 * SECOND, 3);
    kit_poll(0, T0 + 30 * SECOND, &b);
    cr_expect_str_eq(samples(NULL, T0 + MINUTE), "q|{a=\"1\"}|10|1|1|1|1\n"
                                                 "q|{a=\"1\"}|20|2.5|2.5|2.5|1\n"
                                                 "q|{a=\"1\"}|30|3|3|3|1\n"
                                                 "q|{a=\"2\"}|10|5|5|5|1\n");
}

Test(store, samples_as_of_a_moment_and_filtered)
{
    struct batch b = { 0 };

    for (int i = 1; i <= 6; i++)
        kit_sample(&b, i % 2 ? "odd" : "even", "{}", T0 + i * SECOND, i);
    kit_poll(0, T0 + 6 * SECOND, &b);
    kit_sample(&b, "odd", "{}", T0 + SECOND, 100);
    kit_poll(2, T0 + 6 * SECOND, &b);
    cr_expect_str_eq(samples(DX_FILTER(.source = "prom", .name = "odd"), T0 + 4 * SECOND),
                     "odd|{}|1|1|1|1|1\nodd|{}|3|3|3|3|1\n");
    cr_expect_str_eq(samples(DX_FILTER(.source = "slow"), T0 + 9 * SECOND),
                     "odd|{}|1|100|100|100|1\n");
    cr_expect_str_eq(
        samples(DX_FILTER(.name = "even", .from_ms = T0 + 2 * SECOND, .to_ms = T0 + 4 * SECOND),
                T0 + 9 * SECOND),
        "even|{}|4|4|4|4|1\n");
    cr_expect_str_eq(samples(DX_FILTER(.name = "even", .limit = 1), T0 + 9 * SECOND),
                     "even|{}|2|2|2|2|1\n");
    cr_expect_str_eq(samples(DX_FILTER(.name = "even' OR 1"), T0 + 9 * SECOND), "");
}

Test(store, samples_by_step_end_at_multiples_of_it)
{
    struct batch b = { 0 };

    /* steps of 10 s: (T0, T0+10], (T0+10, T0+20] ... */
    kit_sample(&b, "q", "{a=\"1\"}", T0, 1);
    kit_sample(&b, "q", "{a=\"1\"}", T0 + 1, 7);
    kit_sample(&b, "q", "{a=\"1\"}", T0 + 5 * SECOND, NAN);
    kit_sample(&b, "q", "{a=\"1\"}", T0 + 10 * SECOND, 3);
    kit_sample(&b, "q", "{a=\"1\"}", T0 + 31 * SECOND, INFINITY);
    kit_sample(&b, "q", "{a=\"1\"}", T0 + 32 * SECOND, -INFINITY);
    kit_sample(&b, "q", "{a=\"2\"}", T0 + 32 * SECOND, NAN);
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect_str_eq(samples(DX_FILTER(.step_ms = 10 * SECOND), T0 + MINUTE),
                     "q|{a=\"1\"}|0|1|1|1|1\n"
                     "q|{a=\"1\"}|10|3|3|7|3\n"
                     "q|{a=\"1\"}|40|-inf|-inf|inf|2\n"
                     "q|{a=\"2\"}|40|nan|nan|nan|1\n");
    cr_expect_str_eq(samples(DX_FILTER(.step_ms = 10 * SECOND, .limit = 2), T0 + 5 * SECOND),
                     "q|{a=\"1\"}|0|1|1|1|1\nq|{a=\"1\"}|10|nan|7|7|2\n");
    cr_expect_str_eq(samples(DX_FILTER(.step_ms = INT64_MAX, .name = "none"), T0), "");
}

Test(store, reads_on_after_it_forgot_its_statements)
{
    struct batch b = { 0 };

    kit_sample(&b, "q", "{}", T0, 1);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(series(T0), "prom|q|{}|0|1|-\n");
    store_forget(kit.store);
    cr_expect_str_eq(series(T0), "prom|q|{}|0|1|-\n");
}

Test(store, series_give_the_last_value_unless_it_is_old)
{
    struct batch b = { 0 };

    kit_sample(&b, "q", "{}", T0, 1);
    kit_sample(&b, "q", "{}", T0 + 15 * SECOND, 2);
    kit_poll(0, T0 + 15 * SECOND, &b);
    kit_sample(&b, "q", "{}", T0, 9);
    kit_poll(2, T0, &b); /* every 10 minutes: 25 minutes */
    cr_expect_str_eq(series(T0 - 1), "");
    cr_expect_str_eq(series(T0), "prom|q|{}|0|1|-\nslow|q|{}|0|9|-\n");
    cr_expect_str_eq(series(T0 + 5 * MINUTE), "prom|q|{}|15|2|-\nslow|q|{}|0|9|-\n");
    cr_expect_str_eq(series(T0 + 5 * MINUTE + 15 * SECOND), "prom|q|{}|15|2|-\nslow|q|{}|0|9|-\n");
    cr_expect_str_eq(series(T0 + 5 * MINUTE + 15 * SECOND + 1),
                     "prom|q|{}|15|-|-\nslow|q|{}|0|9|-\n");
    cr_expect_str_eq(series(T0 + 25 * MINUTE), "prom|q|{}|15|-|-\nslow|q|{}|0|9|-\n");
    cr_expect_str_eq(series(T0 + 25 * MINUTE + 1), "prom|q|{}|15|-|-\nslow|q|{}|0|-|-\n");
}

Test(store, a_series_of_hours_is_not_old_after_minutes_but_a_hole_is_no_step)
{
    struct batch b = { 0 };

    for (int i = 0; i < 4; i++)
        kit_sample(&b, "hourly", "{}", T0 + i * HOUR, i);
    kit_sample(&b, "hole", "{}", T0, 1);
    kit_sample(&b, "hole", "{}", T0 + 10 * SECOND, 1);
    kit_sample(&b, "hole", "{}", T0 + 3 * HOUR, 1);
    kit_poll(0, T0 + 3 * HOUR, &b);
    cr_expect_str_eq(series(T0 + 3 * HOUR + 10 * MINUTE),
                     "prom|hole|{}|10800|-|-\nprom|hourly|{}|10800|3|-\n");
    cr_expect_str_eq(series(T0 + 6 * HOUR), "prom|hole|{}|10800|-|-\nprom|hourly|{}|10800|-|-\n");
}

Test(store, nan_is_set_and_infinities_stay)
{
    struct batch b = { 0 };

    kit_sample(&b, "nan", "{}", T0, NAN);
    kit_sample(&b, "neg", "{}", T0, -INFINITY);
    kit_sample(&b, "pos", "{}", T0, INFINITY);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(series(T0),
                     "prom|nan|{}|0|nan|-\nprom|neg|{}|0|-inf|-\nprom|pos|{}|0|inf|-\n");
}

Test(store, texts_of_string_results_are_kept_with_their_time)
{
    struct batch b = { 0 };
    static const char *const said[] = { "v1", "v1", "v2" };

    for (int i = 0; i < 3; i++) {
        kit_sample(&b, "version", "{}", T0 + i * MINUTE, NAN);
        b.series[0].text = said[i];
        kit_poll(0, T0 + i * MINUTE, &b);
    }
    cr_expect_str_eq(series(T0 + 90 * SECOND), "prom|version|{}|60|nan|v1\n");
    cr_expect_str_eq(series(T0 + 2 * MINUTE), "prom|version|{}|120|nan|v2\n");
    cr_expect_str_eq(series(T0 + 2 * HOUR), "prom|version|{}|120|-|-\n");
}

Test(store, units_follow_the_configuration)
{
    struct batch b = { 0 };

    for (int i = 0; i < 2; i++) {
        size_t s = batch_series(
            &b, (struct series){ .query = "q", .unit = i ? DX_UNIT_BYTES : DX_UNIT_RATIO });
        batch_sample(&b, s, T0 + i, 1);
        kit_poll(0, T0 + i, &b);
    }
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SERIES, NULL, T0 + 1, DX_FIELD_UNIT, DX_FIELD_KEY),
                     "5|{}\n");
}

/* ---- alerts ---- */

Test(store, alerts_that_are_missing_from_a_whole_list_have_ended)
{
    struct batch b = { 0 };

    kit_alert(&b, "disk", DX_ALERT_FIRING, T0);
    kit_alert(&b, "cpu", DX_ALERT_FIRING, T0 + SECOND);
    kit_poll(1, T0 + 30 * SECOND, &b);
    kit_alert(&b, "disk", DX_ALERT_FIRING, T0);
    kit_poll(1, T0 + 60 * SECOND, &b);
    cr_expect_str_eq(alerts(NULL, T0 + 29 * SECOND), "", "not seen yet");
    cr_expect_str_eq(alerts(NULL, T0 + 59 * SECOND), "disk|1|0|-|59|\ncpu|1|1|-|30|\n");
    cr_expect_str_eq(alerts(NULL, T0 + 60 * SECOND), "disk|1|0|-|60|\n");
    cr_expect_str_eq(alerts(DX_FILTER(.from_ms = T0), T0 + 60 * SECOND),
                     "disk|1|0|-|60|\ncpu|4|1|60|30|\n");
    cr_expect_str_eq(alerts(DX_FILTER(.from_ms = T0 + 60 * SECOND), T0 + 90 * SECOND),
                     "disk|1|0|-|60|\n");
    kit_fail(1, T0 + 90 * SECOND, DX_SOURCE_LOST, "refused");
    cr_expect_str_eq(alerts(NULL, T0 + 90 * SECOND), "disk|1|0|-|60|\n",
                     "a failed poll ends nothing");
    b.alerts_whole = true;
    kit_poll(1, T0 + 120 * SECOND, &b);
    cr_expect_str_eq(alerts(NULL, T0 + 120 * SECOND), "");
}

Test(store, an_alert_that_fires_again_is_a_new_one)
{
    struct batch b = { 0 };

    kit_alert(&b, "disk", DX_ALERT_FIRING, T0);
    kit_poll(1, T0, &b);
    b.alerts_whole = true;
    kit_poll(1, T0 + MINUTE, &b);
    kit_alert(&b, "disk", DX_ALERT_FIRING, T0 + 2 * MINUTE);
    kit_poll(1, T0 + 2 * MINUTE, &b);
    cr_expect_str_eq(alerts(DX_FILTER(.from_ms = T0 - 1), T0 + 2 * MINUTE),
                     "disk|1|120|-|120|\ndisk|4|0|60|0|\n");
    cr_expect_str_eq(alerts(NULL, T0 + 90 * SECOND), "");
}

Test(store, alerts_end_even_when_the_clock_stands_still)
{
    struct batch b = { 0 };

    kit_alert(&b, "disk", DX_ALERT_FIRING, T0);
    kit_poll(1, T0 + MINUTE, &b);
    b.alerts_whole = true;
    kit_poll(1, T0 + MINUTE, &b);
    cr_expect_str_eq(alerts(NULL, T0 + MINUTE), "");
}

Test(store, alerts_of_one_source_are_not_ended_by_another)
{
    struct batch b = { 0 };

    kit_alert(&b, "disk", DX_ALERT_FIRING, T0);
    kit_poll(1, T0, &b);
    b.alerts_whole = true;
    kit_poll(0, T0 + SECOND, &b);
    cr_expect_str_eq(alerts(NULL, T0 + SECOND), "disk|1|0|-|0|\n");
}

Test(store, states_of_alerts_are_those_of_the_moment)
{
    struct batch b = { 0 };

    kit_alert(&b, "disk", DX_ALERT_PENDING, T0);
    kit_poll(1, T0, &b);
    for (int i = 1; i < 4; i++) {
        kit_alert(&b, "disk", i < 3 ? DX_ALERT_FIRING : DX_ALERT_SILENCED, T0);
        b.alerts[0].muted_by = i < 3 ? "" : "ann";
        kit_poll(1, T0 + i * MINUTE, &b);
    }
    cr_expect_str_eq(alerts(NULL, T0 + 30 * SECOND), "disk|0|0|-|30|\n");
    cr_expect_str_eq(alerts(NULL, T0 + 150 * SECOND), "disk|1|0|-|150|\n");
    cr_expect_str_eq(alerts(NULL, T0 + 200 * SECOND), "disk|2|0|-|180|ann\n");
}

/* It was first seen, and silenced, by a clock that was a minute ahead. */
Test(store, alerts_of_a_clock_that_was_set_back_are_seen)
{
    struct batch b = { 0 };

    kit_alert(&b, "disk", DX_ALERT_SILENCED, T0);
    kit_poll(1, T0 + 2 * MINUTE, &b);
    kit_alert(&b, "disk", DX_ALERT_FIRING, T0);
    kit_poll(1, T0 + MINUTE, &b);
    cr_expect_str_eq(alerts(NULL, T0 + MINUTE), "disk|1|0|-|60|\n");
    cr_expect_str_eq(alerts(NULL, T0 + 2 * HOUR), "disk|1|0|-|60|\n");
}

Test(store, alerts_without_a_start_begin_when_seen_and_ends_may_be_told)
{
    struct batch b = { 0 };

    for (int i = 0; i < 2; i++) {
        kit_alert(&b, "disk", DX_ALERT_FIRING, 0);
        kit_poll(1, T0 + i * MINUTE, &b);
    }
    cr_expect_str_eq(alerts(NULL, T0 + MINUTE), "disk|1|0|-|60|\n");
    kit_alert(&b, "ahead", DX_ALERT_FIRING, T0 + HOUR); /* the server's clock is */
    kit_alert(&b, "disk", DX_ALERT_RESOLVED, 0);
    b.alerts[1].ended_ms = T0 + 90 * SECOND;
    kit_poll(1, T0 + 2 * MINUTE, &b);
    cr_expect_str_eq(alerts(DX_FILTER(.from_ms = T0), T0 + 2 * MINUTE),
                     "ahead|1|120|-|120|\ndisk|4|0|90|120|\n");
}

Test(store, alerts_are_sorted_by_what_matters)
{
    struct batch b = { 0 };
    static const struct {
        const char *key;
        enum dx_alert_state state;
        enum dx_severity severity;
    } in[] = { { "muted", DX_ALERT_SILENCED, DX_SEVERITY_CRITICAL },
               { "note", DX_ALERT_FIRING, DX_SEVERITY_INFO },
               { "page", DX_ALERT_FIRING, DX_SEVERITY_CRITICAL } };

    for (size_t i = 0; i < 3; i++) {
        kit_alert(&b, in[i].key, in[i].state, T0);
        b.alerts[i].severity = in[i].severity;
    }
    kit_poll(1, T0, &b);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, NULL, T0, DX_FIELD_NAME),
                     "page\nnote\nmuted\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, DX_FILTER(.name = "page"), T0, DX_FIELD_NAME),
                     "page\n");
}

Test(store, alerts_that_ended_come_the_last_first)
{
    struct batch all = { 0 }, b = { 0 }, c = { 0 };
    const int64_t now = T0 + 3 * MINUTE;

    for (int i = 0; i < 3; i++)
        kit_alert(&all, (const char *[]){ "a", "b", "c" }[i], DX_ALERT_FIRING, T0);
    kit_alert(&b, "b", DX_ALERT_FIRING, T0);
    kit_alert(&b, "c", DX_ALERT_FIRING, T0);
    kit_alert(&c, "c", DX_ALERT_FIRING, T0);
    kit_poll(1, T0, &all);
    kit_poll(1, T0 + MINUTE, &b);
    kit_poll(1, T0 + 2 * MINUTE, &c);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ENDED, NULL, now, DX_FIELD_NAME), "b\na\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ENDED, DX_FILTER(.limit = 1), now, DX_FIELD_NAME),
                     "b\n");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_ENDED, DX_FILTER(.from_ms = T0 + MINUTE), now, DX_FIELD_NAME),
        "b\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ENDED, NULL, T0 + 2 * MINUTE - 1, DX_FIELD_NAME),
                     "a\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ENDED, DX_FILTER(.name = "a"), now, DX_FIELD_NAME,
                          DX_FIELD_SOURCE, DX_FIELD_SUMMARY),
                     "a|am|\n");
}

/* What is open is read on; what was not used for two rests is prepared again. */
Test(store, rests_while_rows_are_open)
{
    struct reader reader;
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    struct store *viewer;
    void *rows;
    int n = 0;

    for (int i = 0; i < 3; i++)
        kit_alert(&b, (const char *[]){ "a", "b", "c" }[i], DX_ALERT_FIRING, T0);
    kit_poll(1, T0, &b);
    viewer = store_open(kit.path, STORE_VIEW, &err);
    cr_assert_not_null(viewer, "%s", err.text);
    reader = store_reader(viewer);
    cr_assert(store_begin(viewer, &err));
    rows = reader.open(reader.self, DX_QUERY_ALERTS, NULL, T0);
    for (; reader.ops->next(rows); n++) {
        store_rest(viewer);
        store_rest(viewer);
        cr_expect_eq(viewer->statement_count, 1, "what is lent");
    }
    reader.ops->close(rows);
    store_end(viewer);
    cr_expect_eq(n, 3);
    cr_expect_str_eq(ROWS(viewer, DX_QUERY_ALERTS, NULL, T0, DX_FIELD_NAME), "a\nb\nc\n");
    store_close(viewer);
}

Test(store, a_collector_keeps_the_statements_of_the_last_polls)
{
    struct batch b = { 0 };
    size_t count;

    kit_poll(1, T0, &b);
    store_rest(kit.store);
    count = kit.store->statement_count;
    cr_expect_gt(count, 0);
    store_rest(kit.store);
    cr_expect_eq(kit.store->statement_count, count);
    kit.store->forgot_ms -= 2 * MINUTE;
    store_rest(kit.store);
    cr_expect_eq(kit.store->statement_count, 0, "nobody used them since");
}
