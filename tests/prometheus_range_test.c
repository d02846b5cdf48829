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

static struct query queries[] = { { .name = "q", .query = "up" } };
static struct prometheus config = { { queries, 1 }, false, false };
static struct kit kit;

/* What the collector's store would hold: which points are known, how often each
 * was asked for. */
static unsigned char asked[POINTS_MOST];
static size_t requests, points;

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
    buf_text(&body, "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
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
