#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "source/prometheus.h"
#include "source_kit.h"

enum { STEP = 15000, POINTS_MOST = 40000 };

static const int64_t T0 = 1795500000000; /* a multiple of the step */

static struct query queries[] = { { .name = "q", .query = "up" }, { .name = "r", .query = "up" } };
static struct prometheus config = { { queries, 1 }, false, false };
static struct kit kit;

/* What the collector's store would hold: which points are known, how often each
 * was asked for. */
static unsigned char asked[POINTS_MOST];
static size_t requests, points;
static const char *beside = ""; /* the data of an answer */
static bool fills;              /* after the last answer: is history missing? */

static int64_t number_behind(const char *path, const char *key)
{
    const char *at = strstr(path, key);

    cr_assert(at, "%s in %s", key, path);
    return strtoll(at + strlen(key), NULL, 10);
}

/* A server with so many series that all have every point. */
static bool answer(const struct plan_request *r, size_t series)
{
    int64_t from = number_behind(r->path, "start=") * 1000, to = number_behind(r->path, "end=");
    struct buf body;
    bool ok;

    to *= 1000;
    cr_assert_eq(from % STEP, 0);
    cr_assert_eq(to % STEP, 0);
    cr_assert_leq((to - from) / STEP, 11000);
    cr_assert_lt(from, to);
    requests++;
    points += (size_t)((to - from) / STEP + 1);
    for (int64_t at = from; at <= to; at += STEP)
        asked[(at - T0) / STEP + POINTS_MOST / 2]++;
    buf_init(&body, 1 << 20);
    buf_print(&body, "{\"status\":\"success\",%s\"data\":{\"resultType\":\"matrix\",\"result\":[",
              beside);
    for (size_t i = 0; i < series; i++)
        buf_print(&body, "%s{\"metric\":{\"i\":\"%zu\"},\"values\":[[%" PRId64 ",\"1\"]]}",
                  i ? "," : "", i, to / 1000);
    buf_text(&body, "]}}");
    ok = kit_decode(&kit, &source_prometheus, &config,
                    (struct reply){ .step = r->step,
                                    .detail = r->detail,
                                    .detail_text = r->detail_text,
                                    .body = body.bytes });
    buf_done(&body);
    fills = kit.batch.done < kit.batch.total;
    return ok;
}

/* A poll that is ended after `most` requests, each committed by itself. */
static void poll_until(int64_t now, size_t series, size_t most)
{
    kit_poll(&kit, now);
    requests = points = 0;
    source_prometheus.begin(&config, &kit.cursors, &kit.plan);
    for (struct plan_request *r = plan_take(&kit.plan); r && most > 0; most--) {
        cr_assert(answer(r, series), "%s", kit.err.text);
        kit_commit(&kit);
        r = plan_take(&kit.plan);
    }
    kit_done(&kit);
}

static bool all_known(int64_t from, int64_t to)
{
    for (int64_t at = from; at <= to; at += STEP)
        if (asked[(at - T0) / STEP + POINTS_MOST / 2] == 0)
            return false;
    return true;
}

Test(range, the_first_poll_fills_the_history_newest_first)
{
    poll_until(T0, 3, 100);
    cr_expect(all_known(T0 - 3600000, T0));
    cr_expect_eq(requests, 2);
    poll_until(T0 + STEP, 3, 100);
    cr_expect_eq(requests, 1, "and then only the newest are asked for");
    cr_expect_eq(points, 6);
}

Test(range, a_long_history_comes_in_chunks_that_fit_its_series)
{
    queries[0].history_ms = 86400000;
    poll_until(T0, 3, 1000);
    cr_expect(all_known(T0 - 86400000, T0));
    cr_expect_eq(requests, 4);
    memset(asked, 0, sizeof(asked));
    kit = (struct kit){ 0 };
    poll_until(T0, 500, 1000);
    cr_expect(all_known(T0 - 86400000, T0));
    cr_expect_eq(requests, 95, "60 points of 500 series each: %zu", requests);
}

Test(range, a_restart_goes_on_where_it_stopped)
{
    queries[0].history_ms = 86400000;
    poll_until(T0, 100, 5);
    cr_expect_not(all_known(T0 - 86400000, T0));
    poll_until(T0 + 4 * STEP, 100, 1000);
    cr_expect(all_known(T0 + 4 * STEP - 86400000, T0 + 4 * STEP));
    size_t twice = 0;

    for (size_t i = 0; i < POINTS_MOST; i++)
        twice += asked[i] > 1;
    cr_expect_leq(twice, 40, "only the ends of chunks overlap: %zu", twice);
}

Test(range, what_came_in_part_is_asked_for_again_until_it_is_whole)
{
    poll_until(T0, 3, 100);
    beside = "\"warnings\":[\"w\"],";
    poll_until(T0 + STEP, 3, 100);
    beside = "\"isPartial\":true,";
    poll_until(T0 + 2 * STEP, 3, 100);
    cr_expect_eq(points, 6, "a warning is no part");
    poll_until(T0 + 3 * STEP, 3, 100);
    cr_expect_eq(points, 7);
    cr_expect_not(fills, "it is no history");
    beside = "";
    poll_until(T0 + 4 * STEP, 3, 100);
    cr_expect_eq(points, 8);
    poll_until(T0 + 5 * STEP, 3, 100);
    cr_expect_eq(points, 6);
    cr_expect_eq(requests, 1);
}

Test(range, of_a_server_that_has_parts_only_they_are_taken_for_all_after_a_while)
{
    size_t most = 0;

    queries[0].history_ms = 86400000;
    beside = "\"isPartial\":true,";
    poll_until(T0, 3, 2);
    poll_until(T0 + STEP, 3, 1000);
    cr_expect(all_known(T0 + STEP - 86400000, T0 + STEP), "history does not wait for it");
    cr_expect_not(fills);
    for (int i = 2; i < 200; i++) {
        poll_until(T0 + i * STEP, 3, 1000);
        cr_expect_eq(requests, 1);
        cr_expect_not(fills);
        most = points > most ? points : most;
    }
    cr_expect_eq(most, 46, "%zu", most);
}

Test(range, after_an_outage_only_the_gap_is_asked_for)
{
    queries[0].history_ms = 86400000;
    poll_until(T0, 3, 1000);
    poll_until(T0 + 14400000, 3, 1000); /* four hours: 960 points */
    cr_expect(all_known(T0 - 72000000, T0 + 14400000));
    cr_expect_leq(points, 970, "%zu", points);
    poll_until(T0 + 14400000 + STEP, 3, 1000);
    cr_expect_eq(requests, 1);
}

Test(range, an_outage_and_a_restart_while_the_gap_is_filled_lose_nothing)
{
    queries[0].history_ms = 86400000;
    poll_until(T0, 300, 1000);
    poll_until(T0 + 14400000, 300, 2);
    cr_expect_not(all_known(T0, T0 + 14400000));
    poll_until(T0 + 14400000 + STEP, 300, 3);
    poll_until(T0 + 14400000 + 2 * STEP, 300, 1000);
    cr_expect(all_known(T0 - 72000000, T0 + 14400000 + 2 * STEP));
    cr_expect_leq(points, 960, "what was known before the gap is not asked for again");
}

Test(range, a_second_outage_inside_of_the_first_is_filled_too)
{
    queries[0].history_ms = 86400000;
    poll_until(T0, 300, 1000);
    poll_until(T0 + 14400000, 300, 2);
    poll_until(T0 + 28800000, 300, 2);
    poll_until(T0 + 28800000 + STEP, 300, 1000);
    cr_expect(all_known(T0 - 57600000, T0 + 28800000 + STEP));
}

Test(range, another_expression_or_step_starts_anew)
{
    poll_until(T0, 3, 1000);
    queries[0].query = "down";
    poll_until(T0, 3, 1000);
    cr_expect_eq(requests, 2);
    queries[0].step_ms = 2 * STEP;
    poll_until(T0, 3, 1000);
    cr_expect_eq(requests, 1, "120 points of 30 s");
}

Test(range, the_furthest_history_is_what_has_to_be_kept)
{
    cr_expect_eq(source_prometheus.reach(&config, 1000), 1000);
    queries[0].history_ms = 5000;
    cr_expect_eq(source_prometheus.reach(&config, 1000), 5000);
    queries[0].instant = true;
    cr_expect_eq(source_prometheus.reach(&config, 1000), 1000);
}

Test(range, a_history_before_the_epoch_begins_with_it)
{
    queries[0].history_ms = 2 * T0;
    queries[0].step_ms = 86400000;
    kit_poll(&kit, T0);
    source_prometheus.begin(&config, &kit.cursors, &kit.plan);
    for (struct plan_request *r = plan_take(&kit.plan); r; r = plan_take(&kit.plan))
        cr_assert_geq(number_behind(r->path, "start="), 0);
    kit_done(&kit);
}

Test(range, a_longer_history_is_filled_when_it_is_asked_for)
{
    poll_until(T0, 3, 1000);
    queries[0].history_ms = 7200000;
    poll_until(T0, 3, 1000);
    cr_expect(all_known(T0 - 7200000, T0));
    cr_expect_leq(points, 250);
}

Test(range, a_clock_that_was_set_back_asks_for_nothing_odd)
{
    poll_until(T0, 3, 1000);
    poll_until(T0 - 600000, 3, 1000);
    cr_expect_eq(requests, 2, "the newest point, and the ten minutes before the history");
    poll_until(T0 + STEP, 3, 1000);
    cr_expect(all_known(T0 - 3600000, T0 + STEP));
}

/* Nobody knows from when on it was ahead: what it asked for then is not what was then. */
Test(range, what_was_asked_for_by_a_clock_that_was_ahead_is_asked_for_again)
{
    queries[0].history_ms = 86400000;
    poll_until(T0, 3, 100);
    for (int i = 1; i < 120; i++)
        poll_until(T0 + 7200000 + i * STEP, 3, 100);
    memset(asked, 0, sizeof(asked));
    poll_until(T0 + 120 * STEP, 3, 100);
    cr_expect(all_known(T0, T0 + 120 * STEP));
    poll_until(T0 + 121 * STEP, 3, 100);
    cr_expect_eq(requests, 1, "once");
}

Test(range, says_how_far_it_is)
{
    queries[0].history_ms = 86400000;
    kit_poll(&kit, T0);
    source_prometheus.begin(&config, &kit.cursors, &kit.plan);
    cr_assert(answer(plan_take(&kit.plan), 3));
    cr_expect_eq(kit.batch.done, 120);
    cr_expect_eq(kit.batch.total, 5760);
    kit_done(&kit);
}

/* ---- a server that refuses what is too much ---- */

struct refusal {
    const char *fixture; /* NULL: the body passed max_body */
    int status;
    int64_t more_than; /* points: those are refused */
    int64_t before;    /* 0, or also what begins before */
};
static size_t refused, notes;
static int64_t largest; /* points of an answered request */
static char said[2000];

static bool refuse(const struct plan_request *r, const struct refusal *how)
{
    struct reply reply = { .step = r->step,
                           .detail = r->detail,
                           .detail_text = r->detail_text,
                           .status = how->status,
                           .too_large = !how->fixture,
                           .now_ms = kit.plan.now_ms,
                           .content_type = "application/json" };
    char *body = NULL;
    bool ok;

    if (how->fixture) {
        kit_refuse(&kit, &source_prometheus, &config, reply, how->fixture);
        reply.body = body = kit_fixture(how->fixture, &reply.len);
    } else {
        dx_fail(&kit.err, DX_FAULT_REPLY, "the answer is larger than max_body (8388608 bytes)");
    }
    refused++;
    ok = source_less(&source_prometheus, &config, &reply, &kit.err, &kit.plan, &kit.batch);
    free(body);
    for (size_t i = 0; i < kit.batch.note_count; i++, notes++)
        snprintf(said, sizeof(said), "%s", kit.batch.notes[i].text);
    return ok;
}

/* Whether the poll came to its end. */
static bool poll_refused(int64_t now, const struct refusal *how)
{
    bool ok = true;

    kit_poll(&kit, now);
    requests = points = refused = notes = 0;
    largest = 0;
    source_prometheus.begin(&config, &kit.cursors, &kit.plan);
    for (struct plan_request *r = plan_take(&kit.plan); ok && r; r = plan_take(&kit.plan)) {
        int64_t from = number_behind(r->path, "start=") * 1000;
        int64_t n = (number_behind(r->path, "end=") * 1000 - from) / STEP;

        cr_assert_lt(requests + refused, 2000, "it goes on for ever");
        if (n > how->more_than || from < how->before) {
            ok = refuse(r, how);
        } else {
            cr_assert(answer(r, 3));
            largest = n > largest ? n : largest;
        }
        kit_commit(&kit);
    }
    kit_done(&kit);
    return ok;
}

Test(range, what_is_too_much_is_asked_for_in_halves)
{
    static const struct refusal refusals[] = {
        { "prometheus/too_many_samples_422.json", 422, 70, 0 },
        { "prometheus/victoria_too_many_samples_422.json", 422, 70, 0 },
        { "prometheus/victoria_too_many_series_422.json", 422, 70, 0 },
        { "prometheus/victoria_too_many_points_422.json", 422, 70, 0 },
        { "prometheus/too_many_points_400.json", 400, 70, 0 },
        { "prometheus/html_from_a_proxy.html", 413, 70, 0 },
        { NULL, 0, 70, 0 },
    };

    queries[0].history_ms = 86400000;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        kit = (struct kit){ 0 };
        memset(asked, 0, sizeof(asked));
        cr_expect(poll_refused(T0, &refusals[i]), "%zu: %s", i, kit.err.text);
        cr_expect(all_known(T0 - 86400000, T0), "%zu", i);
        cr_expect_eq(largest, 60, "%zu: %" PRId64, i, largest);
        cr_expect_eq(refused, 1, "%zu: what it gives is remembered: %zu", i, refused);
        cr_expect_eq(notes, 0, "%zu", i);
    }
}

Test(range, a_query_that_is_wrong_is_not_asked_for_again)
{
    static const struct refusal wrong[] = {
        { "prometheus/execution_422.json", 422, 0, 0 },
        { "prometheus/victoria_bad_query_422.json", 422, 0, 0 },
        { "prometheus/bad_query_400.json", 400, 0, 0 },
        { "prometheus/timeout_503.json", 503, 0, 0 },
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        kit = (struct kit){ 0 };
        cr_expect_not(poll_refused(T0, &wrong[i]));
        cr_expect_eq(refused, 1, "%zu", i);
    }
}

Test(range, where_even_the_least_is_too_much_the_newest_fail_and_nothing_goes_on_for_ever)
{
    static const struct refusal all = { "prometheus/too_many_samples_422.json", 422, 0, 0 };

    cr_expect_not(poll_refused(T0, &all));
    cr_expect_eq(refused, 4, "120, 60, 30 and 15 points: %zu", refused);
}

Test(range, history_that_cannot_be_had_is_named_and_left_out)
{
    static const struct refusal early = { "prometheus/too_many_samples_422.json", 422, 2000,
                                          T0 - 43200000 };

    queries[0].history_ms = 86400000;
    cr_expect(poll_refused(T0, &early), "%s", kit.err.text);
    cr_expect(all_known(T0 - 43200000 + 20 * STEP, T0));
    cr_expect_eq(notes, 3, "two pieces, and then all before: %zu", notes);
    cr_expect(strstr(said, "query \"q\" cannot be answered: query processing would load too many "
                           "samples into memory in query execution; its history from "
                           "2026-11-23T"),
              "%s", said);
    cr_expect(strstr(said, " is left out"), "%s", said);
    cr_expect_leq(refused, 12, "%zu", refused);
    cr_expect(poll_refused(T0 + STEP, &early));
    cr_expect_eq(refused + requests, 1, "and it is not asked for again");
}

Test(range, the_progress_is_that_of_all_queries)
{
    const struct plan_request *first, *second;

    config.queries.count = 2;
    queries[0].history_ms = 86400000;
    queries[1].history_ms = 43200000;
    queries[1].step_ms = 2 * STEP;
    kit_poll(&kit, T0);
    source_prometheus.begin(&config, &kit.cursors, &kit.plan);
    first = plan_take(&kit.plan);
    second = plan_take(&kit.plan);
    cr_assert(answer(first, 3));
    cr_expect_eq(kit.batch.total, 5760 + 1440, "%" PRId64, kit.batch.total);
    cr_expect_eq(kit.batch.done, 120, "%" PRId64, kit.batch.done);
    cr_assert(answer(second, 3));
    cr_expect_eq(kit.batch.done, 240, "what is not committed yet counts too");
    kit_commit(&kit);
    for (struct plan_request *r = plan_take(&kit.plan); r; r = plan_take(&kit.plan)) {
        cr_assert(r->flags & PLAN_FILL);
        cr_assert(answer(r, 3));
    }
    cr_expect_eq(kit.batch.total, 5760 + 1440);
    cr_expect_eq(kit.batch.done, kit.batch.total);
    kit_done(&kit);
}
