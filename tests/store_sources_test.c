/* Sources, log, cursors, wishes, and what is forgotten. */
#include "config.h"

#include "store_kit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void collect(void)
{
    kit_init();
    kit_collect();
}

TestSuite(store_sources, .init = collect, .fini = kit_done, .timeout = 30);

static const char *sources(int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_SOURCES, NULL, now_ms, DX_FIELD_SOURCE, DX_FIELD_STATE,
                DX_FIELD_LAST_TRY, DX_FIELD_LAST_OK, DX_FIELD_NEXT, DX_FIELD_FAULT, DX_FIELD_TEXT,
                DX_FIELD_BYTES);
}

static const char *values(int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_SERIES, NULL, now_ms, DX_FIELD_SOURCE, DX_FIELD_NAME,
                DX_FIELD_VALUE);
}

/* ---- sources ---- */

Test(store_sources, sources_say_how_their_last_poll_ended_as_of_a_moment)
{
    struct batch b = { 0 };

    kit_poll(0, T0, &b);
    kit_poll(0, T0 + 15 * SECOND, &b);
    kit_fail(0, T0 + 30 * SECOND, DX_SOURCE_LOST, "refused");
    kit_fail(0, T0 + 45 * SECOND, DX_SOURCE_LOST, "refused");
    kit_poll(0, T0 + 60 * SECOND, &b);
    cr_expect_str_eq(sources(T0 - 1), "prom|0|-|-|-|0|-|-\nam|0|-|-|-|0|-|-\nslow|0|-|-|-|0|-|-\n");
#define PROM(now, row)                                                                             \
    cr_expect(strncmp(sources(now), row, strlen(row)) == 0, "at %d: %s", (int)((now)-T0),          \
              sources(now))
    PROM(T0 + 20 * SECOND, "prom|1|15|15|30|0||200\n");
    PROM(T0 + 50 * SECOND, "prom|4|45|15|60|4|refused|400\n");
    PROM(T0 + 65 * SECOND, "prom|1|60|60|75|0||500\n");
}

Test(store_sources, a_row_of_many_polls_does_not_tell_the_past_what_the_last_one_said)
{
    struct batch b = { 0 };

    for (int i = 0; i <= 40; i++)
        kit_poll(0, T0 + i * 15 * SECOND, &b);
    PROM(T0 + 600 * SECOND, "prom|1|600|600|615|0||4100\n");
    PROM(T0 + 590 * SECOND, "prom|1|590|590|615|0||4100\n"); /* at most an interval */
    PROM(T0 + 300 * SECOND, "prom|1|300|300|-|0||-\n");
}

/* What is longer than what is kept of it ends at a character. */
Test(store_sources, a_version_is_never_cut_within_a_character)
{
    char version[200] = "v1";
    struct batch b = { .version = version };

    for (int i = 0; i < 90; i++)
        strcat(version, "\u00e9");
    kit_poll(0, T0, &b);
    kit_poll(0, T0 + SECOND, &b);
    memcpy(version + 126, "\n", 2);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, DX_FILTER(.source = "prom"), T0 + SECOND,
                          DX_FIELD_VERSION),
                     version);
}

Test(store_sources, sources_keep_limits_version_and_progress)
{
    struct batch b = { .version = "2.42.0", .done = 3, .total = 9 };
    struct poll poll = { .source = kit.id[0],
                         .name = "prom",
                         .ok = true,
                         .now_ms = T0,
                         .state = DX_SOURCE_FILLING,
                         .limit = 5000,
                         .remaining = 4000,
                         .reset_ms = T0 + HOUR,
                         .per_hour = NAN,
                         .skew_ms = -20,
                         .skew_known = true };
    struct dx_error err = { 0 };

    cr_assert(store_commit(kit.store, &poll, &b, NULL, 0, &err), "%s", err.text);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, DX_FILTER(.source = "prom"), T0,
                          DX_FIELD_TYPE, DX_FIELD_URL, DX_FIELD_YIELDS, DX_FIELD_STATE,
                          DX_FIELD_LIMIT, DX_FIELD_REMAINING, DX_FIELD_RESET, DX_FIELD_PER_HOUR,
                          DX_FIELD_SKEW, DX_FIELD_VERSION, DX_FIELD_DONE, DX_FIELD_TOTAL),
                     "prometheus|http://p|17|2|5000|4000|3600|-|-20|2.42.0|3|9\n");
    poll.limit = 0;
    poll.skew_known = false;
    poll.now_ms += SECOND;
    cr_assert(store_commit(kit.store, &poll, NULL, NULL, 0, &err), "%s", err.text);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, DX_FILTER(.source = "prom"), T0 + SECOND,
                          DX_FIELD_LIMIT, DX_FIELD_REMAINING, DX_FIELD_SKEW, DX_FIELD_VERSION),
                     "-|-|-|2.42.0\n");
}

/* Names and polls of the sources, read in the transaction that is open. */
static const char *look(const struct reader *reader, const struct dx_filter *filter, int64_t now_ms)
{
    static char text[200];
    void *rows = reader->open(reader->self, DX_QUERY_SOURCES, filter, now_ms);

    text[0] = '\0';
    while (reader->ops->next(rows))
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s %.0f%s%s ",
                 reader->ops->text(rows, DX_FIELD_SOURCE),
                 (reader->ops->number(rows, DX_FIELD_LAST_TRY) - (double)T0) / 1000.,
                 reader->ops->has(rows, DX_FIELD_RESET) ? "!" : "",
                 reader->ops->integer(rows, DX_FIELD_STATE) == DX_SOURCE_LIVE ? "" : "?");
    reader->ops->close(rows);
    return text;
}

Test(store_sources, what_is_asked_for_again_in_one_look_is_the_same)
{
    const int64_t now_ms = T0 + 95 * SECOND;
    struct batch b = { 0 };
    struct dx_error err = { 0 };
    struct reader r = store_reader(kit.store);

    for (int i = 0; i < 3; i++)
        kit_poll(i, T0, &b);
    kit_poll(0, T0 + 90 * SECOND, &b);
    cr_assert(store_begin(kit.store, &err));
    for (int i = 0; i < 2; i++) {
        cr_expect_str_eq(look(&r, NULL, now_ms), "prom 90 am 0 slow 0 ");
        cr_expect_str_eq(look(&r, DX_FILTER(.source = "prom"), now_ms), "prom 90 ");
        cr_expect_str_eq(look(&r, DX_FILTER(.name = "am"), now_ms), "am 0 ");
        cr_expect_str_eq(look(&r, DX_FILTER(.limit = 2), now_ms), "prom 90 am 0 ");
        cr_expect_str_eq(look(&r, DX_FILTER(.source = "prom"), T0), "prom 0 ");
    }
    store_end(kit.store);
    kit_poll(0, now_ms - SECOND, &b);
    cr_assert(store_begin(kit.store, &err));
    cr_expect_str_eq(look(&r, DX_FILTER(.source = "prom"), now_ms), "prom 94 ");
    store_end(kit.store);
}

Test(store_sources, a_source_is_its_type_and_url_not_its_name)
{
    static const struct source_row first[] = {
        { "one", "prometheus", "http://x", 1, 1000 },
        { "two", "prometheus", "http://x", 1, 1000 }, /* another tenant, say */
        { "gone", "prometheus", "http://y", 1, 1000 },
    };
    static const struct source_row second[] = {
        { "two", "prometheus", "http://x", 1, 1000 },
        { "uno", "prometheus", "http://x", 1, 1000 },
        { "three", "prometheus", "http://x", 1, 1000 },
    };
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    int64_t a[3], c[3];

    cr_assert(store_sources(kit.store, first, 3, a, &err), "%s", err.text);
    cr_expect_neq(a[0], a[1]);
    kit.id[0] = a[2];
    kit_sample(&b, "q", "{}", T0, 1);
    kit_poll(0, T0, &b);
    cr_assert(store_sources(kit.store, second, 3, c, &err), "%s", err.text);
    cr_expect_eq(c[0], a[1]);
    cr_expect_eq(c[1], a[0], "renamed");
    cr_expect(c[2] != a[0] && c[2] != a[1] && c[2] != a[2]);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, NULL, T0, DX_FIELD_SOURCE),
                     "two\nuno\nthree\n");
    cr_expect_str_eq(values(T0), "");
    cr_assert(store_sources(kit.store, first, 3, c, &err), "%s", err.text);
    cr_expect_eq(c[2], a[2]);
    cr_expect_str_eq(values(T0), "gone|q|1\n", "its data was kept");
}

/* Those that ended alike are one row; of a past moment none that came later. */
Test(store_sources, polls_are_told_with_how_long_they_ended_alike)
{
    struct batch b = { 0 };

    kit_poll(0, T0, &b);
    kit_poll(1, T0 + SECOND, &b);
    kit_poll(0, T0 + 15 * SECOND, &b);
    kit_fail(0, T0 + 30 * SECOND, DX_SOURCE_LOST, "refused");
    kit_fail(0, T0 + 45 * SECOND, DX_SOURCE_LOST, "refused");
#define POLLS(now, limit_)                                                                         \
    ROWS(kit.store, DX_QUERY_POLLS, DX_FILTER(.source = "prom", .limit = limit_), now,             \
         DX_FIELD_SOURCE, DX_FIELD_AT, DX_FIELD_SEEN, DX_FIELD_STATE, DX_FIELD_FAULT,              \
         DX_FIELD_TEXT)
    cr_expect_str_eq(POLLS(T0 + MINUTE, 0), "prom|30|45|4|4|refused\nprom|0|15|1|0|\n");
    cr_expect_str_eq(POLLS(T0 + MINUTE, 1), "prom|30|45|4|4|refused\n");
    cr_expect_str_eq(POLLS(T0 + 35 * SECOND, 0), "prom|30|35|4|4|refused\nprom|0|15|1|0|\n");
    cr_expect_str_eq(POLLS(T0 + 10 * SECOND, 0), "prom|0|10|1|0|\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_POLLS, DX_FILTER(.from_ms = T0 + 15 * SECOND),
                          T0 + MINUTE, DX_FIELD_SOURCE, DX_FIELD_AT),
                     "prom|30\n", "what ended before that is left out");
}

Test(store_sources, a_series_says_what_its_query_asks)
{
    struct batch b = { 0 };
    size_t at = batch_series(
        &b, (struct series){ .query = "busy", .labels = "{}", .expr = "sum(ci_runner_busy)" });

    batch_sample(&b, at, T0, 3.);
    kit_sample(&b, "other", "{}", T0, 1);
    kit_poll(0, T0, &b);
#define ASKED                                                                                      \
    ROWS(kit.store, DX_QUERY_SERIES, NULL, T0 + SECOND, DX_FIELD_NAME, DX_FIELD_DEFINITION)
    cr_expect_str_eq(ASKED, "busy|sum(ci_runner_busy)\nother|-\n");
    at = batch_series(&b, (struct series){ .query = "busy", .labels = "{}", .expr = "1" });
    batch_sample(&b, at, T0 + SECOND, 4.);
    kit_poll(0, T0 + SECOND, &b);
    cr_expect_str_eq(ASKED, "busy|1\nother|-\n", "the configuration was changed");
}

/* ---- log, cursors, etags, wishes ---- */

static const char *log_rows(int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_LOG, NULL, now_ms, DX_FIELD_AT, DX_FIELD_LEVEL, DX_FIELD_SOURCE,
                DX_FIELD_TEXT);
}

static void say(int64_t now_ms, const char *source, const char *text)
{
    struct dx_error err = { 0 };

    cr_assert(store_log(kit.store, now_ms, DX_LOG_WARN, source, text, &err), "%s", err.text);
}

Test(store_sources, the_log_is_newest_first_and_counts_repeats)
{
    say(T0, "prom", "lost");
    say(T0 + SECOND, "am", "other");
    say(T0 + 2 * SECOND, "prom", "lost");
    say(T0 + 3 * SECOND, "prom", "live");
    say(T0 + 4 * SECOND, "prom", "lost");
    cr_expect_str_eq(log_rows(T0 + MINUTE), "4|2|prom|lost\n3|2|prom|live\n2|2|prom|lost (×2)\n"
                                            "1|2|am|other\n");
    cr_expect_str_eq(log_rows(T0 + SECOND), "1|2|am|other\n0|2|prom|lost\n",
                     "the second one has not happened");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_LOG, DX_FILTER(.key = "1"), T0 + MINUTE, DX_FIELD_KEY,
                          DX_FIELD_SINCE, DX_FIELD_AT, DX_FIELD_N, DX_FIELD_TEXT),
                     "1|0|2|2|lost (×2)\n", "one line of it");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_LOG, DX_FILTER(.key = "1"), T0 + SECOND,
                          DX_FIELD_SINCE, DX_FIELD_AT, DX_FIELD_N, DX_FIELD_TEXT),
                     "0|0|1|lost\n");
    say(T0 + 2 * HOUR, "prom", "lost");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_LOG, DX_FILTER(.source = "prom", .limit = 1),
                          T0 + 3 * HOUR, DX_FIELD_TEXT),
                     "lost\n", "after an hour it is news again");
}

Test(store_sources, notes_of_polls_are_counted_though_others_come_between)
{
    struct batch b = { 0 };

    for (int i = 0; i < 12; i++) {
        batch_note(&b, DX_LOG_WARN, "query \"a\": cut");
        batch_note(&b, DX_LOG_INFO, "query \"b\": odd");
        kit_poll(0, T0 + i * SECOND, &b);
    }
    cr_expect_str_eq(log_rows(T0 + MINUTE),
                     "11|1|prom|query \"b\": odd (×12)\n11|2|prom|query \"a\": cut (×12)\n");
}

Test(store_sources, cursors_and_etags_are_kept_with_their_reply)
{
    struct etag etag = { "http://p/api json 1", "\"abc\"" };
    struct poll poll = { .source = kit.id[0], .name = "prom", .ok = true, .now_ms = T0 };
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    char out[64];

    cr_expect_eq(store_cursor(kit.store, kit.id[0], "n:q"), 0);
    batch_cursor(&b, "n:q", 5);
    cr_assert(store_commit(kit.store, &poll, &b, &etag, 1, &err), "%s", err.text);
    cr_expect_eq(store_cursor(kit.store, kit.id[0], "n:q"), 5);
    cr_expect_eq(store_cursor(kit.store, kit.id[1], "n:q"), 0);
    cr_expect_str_eq(store_etag(kit.store, etag.key, out, sizeof(out)), "\"abc\"");
    cr_expect_str_eq(store_etag(kit.store, "other", out, sizeof(out)), "");
    cr_expect_str_eq(store_etag(kit.store, etag.key, out, 4), "", "half of one would be wrong");
    b.cursors[0].value = 6;
    etag.value = "\"def\"";
    cr_assert(store_commit(kit.store, &poll, NULL, &etag, 1, &err), "%s", err.text);
    cr_expect_str_eq(store_etag(kit.store, etag.key, out, sizeof(out)), "\"abc\"",
                     "never for a reply that failed");
    cr_assert(store_commit(kit.store, &poll, &b, &etag, 1, &err), "%s", err.text);
    cr_expect_eq(store_cursor(kit.store, kit.id[0], "n:q"), 6);
    cr_expect_str_eq(store_etag(kit.store, etag.key, out, sizeof(out)), "\"def\"");
    batch_done(&b);
}

Test(store_sources, cursors_are_walked_by_name)
{
    struct poll poll = { .source = kit.id[0], .name = "prom", .ok = true, .now_ms = T0 };
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    char out[64];

    cr_expect_null(store_cursor_after(kit.store, kit.id[0], "", out, sizeof(out)));
    batch_cursor(&b, "repo:acme/web", 5);
    batch_cursor(&b, "repo:acme/api", 6);
    cr_assert(store_commit(kit.store, &poll, &b, NULL, 0, &err), "%s", err.text);
    cr_expect_str_eq(store_cursor_after(kit.store, kit.id[0], "", out, sizeof(out)),
                     "repo:acme/api");
    cr_expect_str_eq(store_cursor_after(kit.store, kit.id[0], out, out, sizeof(out)),
                     "repo:acme/web", "a name and what is found may share their memory");
    cr_expect_null(store_cursor_after(kit.store, kit.id[0], out, out, sizeof(out)));
    cr_expect_null(store_cursor_after(kit.store, kit.id[1], "", out, sizeof(out)));
    batch_done(&b);
}

Test(store_sources, wishes_are_taken_once_and_in_order)
{
    struct dx_error err = { 0 };
    struct store *viewer = store_open(kit.path, STORE_VIEW, &err);
    char arg[16];

    cr_assert_not_null(viewer, "%s", err.text);
    cr_expect_str_eq(kit_wished(), "");
    cr_expect(store_wish(viewer, "poll", "prom", &err));
    cr_expect(store_wish(viewer, "poll", "", &err));
    cr_expect(store_wish(viewer, "poll", "prom", &err), "a second time");
    cr_expect_str_eq(kit_wished(), "poll|prom");
    cr_expect_str_eq(kit_wished(), "poll|");
    cr_expect_str_eq(kit_wished(), "");
    for (int i = 0; i < 100; i++) {
        (void)snprintf(arg, sizeof(arg), "%d", i);
        cr_expect(store_wish(viewer, "poll", arg, &err), "%s", err.text);
    }
    cr_expect(store_wish(viewer, "poll", "99", &err), "it waits already");
    cr_expect_not(store_wish(viewer, "poll", "100", &err));
    cr_expect_str_eq(err.text, "100 wishes wait, and no collector takes them");
    for (int i = 0; i < 100; i++)
        cr_expect(*kit_wished());
    cr_expect_str_eq(kit_wished(), "");
    cr_assert(store_begin(viewer, &err));
    cr_expect(!store_wish(viewer, "poll", "", &err), "a read never becomes a write");
    store_end(viewer);
    store_close(viewer);
}

/* ---- reading ---- */

Test(store_sources, viewers_see_changes_and_whole_commits_only)
{
    struct dx_error err = { 0 };
    struct store *viewer = store_open(kit.path, STORE_VIEW, &err);
    struct reader reader = store_reader(viewer);
    struct batch b = { 0 };
    int64_t before = store_data_version(viewer), change;
    void *rows;

    cr_expect_eq(store_data_version(viewer), before);
    kit_sample(&b, "q", "{}", T0, 1);
    kit_poll(0, T0, &b);
    cr_expect_neq(store_data_version(viewer), before);
    change = store_change(viewer);
    before = store_data_version(viewer);
    cr_assert(store_heartbeat(kit.store, T0, &err));
    cr_expect_neq(store_data_version(viewer), before);
    cr_expect_eq(store_change(viewer), change, "a heartbeat is nothing to be shown");
    cr_assert(store_log(kit.store, T0, DX_LOG_INFO, "", "said", &err));
    cr_expect_neq(store_change(viewer), change);
    cr_assert(store_begin(viewer, &err));
    rows = reader.open(reader.self, DX_QUERY_SERIES, NULL, T0);
    cr_expect(reader.ops->next(rows));
    kit_sample(&b, "r", "{}", T0, 1);
    kit_poll(0, T0, &b);
    cr_expect(!reader.ops->next(rows), "a commit after the first read is not seen");
    reader.ops->close(rows);
    store_end(viewer);
    cr_expect_eq(kit_count(viewer, DX_QUERY_SERIES, T0), 2);
    store_close(viewer);
}

Test(store_sources, rows_end_with_their_transaction_and_side_by_side)
{
    struct dx_error err = { 0 };
    struct reader reader = store_reader(kit.store);
    struct batch b = { 0 };
    void *rows[3];

    kit_sample(&b, "q", "{}", T0, 1);
    kit_sample(&b, "r", "{}", T0, 2);
    kit_poll(0, T0, &b);
    cr_assert(store_begin(kit.store, &err));
    for (int i = 0; i < 3; i++) {
        rows[i] = reader.open(reader.self, i < 2 ? DX_QUERY_SERIES : DX_QUERY_SAMPLES, NULL, T0);
        cr_expect(reader.ops->next(rows[i]));
    }
    cr_expect_str_eq(reader.ops->text(rows[0], DX_FIELD_NAME), "q");
    reader.ops->close(rows[1]);
    cr_expect(reader.ops->next(rows[0]));
    cr_expect_str_eq(reader.ops->text(rows[0], DX_FIELD_NAME), "r");
    store_end(kit.store);
    cr_expect(!reader.ops->next(rows[0]));
    cr_expect(!reader.ops->next(rows[2]));
    cr_expect(!reader.ops->has(rows[2], DX_FIELD_VALUE));
    cr_expect_str_eq(reader.ops->text(rows[0], DX_FIELD_NAME), "");
    reader.ops->close(rows[0]);
    reader.ops->close(rows[2]);
    rows[0] = reader.open(reader.self, DX_QUERY_LOG, NULL, T0);
    cr_expect(!reader.ops->next(rows[0]));
    cr_expect_not_null(reader.error(reader.self), "no transaction");
    cr_expect_null(reader.error(reader.self), "said once");
    reader.ops->close(rows[0]);
}

/* ---- upkeep ---- */

Test(store_sources, old_samples_alerts_and_log_are_forgotten)
{
    const int64_t now = T0 + 500 * DAY;
    struct dx_error err = { 0 };
    struct batch b = { 0 };

    kit_sample(&b, "q", "{}", now - 71 * DAY, 1);
    kit_sample(&b, "q", "{}", now - 69 * DAY, 2);
    kit_sample(&b, "old", "{}", now - 71 * DAY, 3);
    kit_poll(0, now - 71 * DAY, &b);
    kit_fail(0, now - 70 * DAY - HOUR, DX_SOURCE_LOST, "old");
    kit_fail(0, now - DAY, DX_SOURCE_LOST, "new");
    kit_alert(&b, "old", DX_ALERT_FIRING, T0);
    kit_alert(&b, "open", DX_ALERT_FIRING, T0);
    kit_poll(1, T0, &b);
    kit_alert(&b, "open", DX_ALERT_FIRING, T0);
    kit_poll(1, now - 401 * DAY, &b);
    say(now - 401 * DAY, "", "old");
    say(now - 399 * DAY, "", "new");
    cr_assert(store_upkeep(kit.store, now, &err), "%s", err.text);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, now), 1);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SERIES, now), 1);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, DX_FILTER(.from_ms = T0), now, DX_FIELD_NAME),
                     "open\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_LOG, NULL, now, DX_FIELD_TEXT), "new\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SOURCES, DX_FILTER(.source = "prom"), now - 2 * DAY,
                          DX_FIELD_STATE),
                     "1\n", "the last good one stays, the lost one between them went");
    cr_expect_eq(store_wal_bytes(kit.store) > 0, true);
}

Test(store_sources, a_longer_history_is_kept_longer)
{
    struct dx_error err = { 0 };
    struct batch b = { 0 };

    kit_sample(&b, "q", "{}", T0 - 90 * DAY, 1);
    kit_sample(&b, "q", "{}", T0 - 110 * DAY, 1);
    kit_poll(0, T0, &b);
    store_keep(kit.store, 100 * DAY);
    store_keep(kit.store, DAY);
    for (int i = 0; i < 3; i++)
        cr_expect(store_upkeep(kit.store, T0, &err), "%s", err.text);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, T0), 1);
}

Test(store_sources, pruning_goes_in_slices)
{
    const int64_t now = T0 + 500 * DAY;
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    int64_t left = -1;
    int rounds = 0;

    for (int i = 0; i < 50000; i++)
        kit_sample(&b, "q", "{}", T0 + i * SECOND, i);
    kit_poll(0, T0 + 50000 * SECOND, &b);
    while (left != 0 && rounds < 9) {
        cr_assert(store_upkeep(kit.store, now, &err), "%s", err.text);
        left = kit_count(kit.store, DX_QUERY_SAMPLES, now);
        rounds++;
    }
    cr_expect_eq(rounds, 3, "%d", rounds);
}

Test(store_sources, the_log_has_10000_rows)
{
    struct dx_error err = { 0 };
    struct batch b = { 0 };

    for (int i = 0; i < 10100; i++)
        batch_note(&b, DX_LOG_INFO, "row %d", i);
    kit_poll(0, T0, &b);
    cr_assert(store_upkeep(kit.store, T0, &err), "%s", err.text);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_LOG, T0), 10000);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_LOG, DX_FILTER(.limit = 1), T0, DX_FIELD_TEXT),
                     "row 10099\n");
}
