#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "source/prometheus.h"
#include "source_kit.h"

static const int64_t NOW = 1795518007000;

static struct query queries[] = { { .name = "q", .query = "up" } };
static const struct prometheus config = { { queries, 1 }, false, false };
static struct kit kit, plain; /* what comes, and what comes where nothing stays text */

TestSuite(points);

/* In memory of just its size: reading on would be seen. */
static struct reply range_of(const char *body, size_t len)
{
    char *exact = malloc(len ? len : 1);

    memcpy(exact, body, len);
    return (struct reply){ .step = STEP_RANGE,
                           .status = 200,
                           .content_type = "application/json",
                           .detail_text = "1795517700000 1795518000000 0 0",
                           .now_ms = NOW,
                           .body = exact,
                           .len = len,
                           .next = "" };
}

static bool decode(struct kit *into, const struct source *source, const struct reply *reply)
{
    kit_poll(into, NOW);
    return source_decode(source, &config, reply, &into->plan, &into->batch, &into->err);
}

static void expect_same(const char *body)
{
    const struct batch *a = &kit.batch, *b = &plain.batch;

    cr_expect_str_eq(kit.err.text, plain.err.text, "%s", body);
    cr_expect_eq(a->unknown, b->unknown, "%s", body);
    cr_expect_eq(a->repaired, b->repaired, "%s", body);
    cr_expect_eq(a->note_count, b->note_count, "%s", body);
    cr_assert_eq(a->series_count, b->series_count, "%s", body);
    for (size_t i = 0; i < a->series_count; i++)
        cr_expect_str_eq(a->series[i].labels, b->series[i].labels, "%s", body);
    cr_assert_eq(a->sample_count, b->sample_count, "%s: %zu, not %zu", body, a->sample_count,
                 b->sample_count);
    for (size_t i = 0; i < a->sample_count; i++) {
        const struct sample *x = &a->samples[i], *y = &b->samples[i];

        cr_expect(x->series == y->series && x->at_ms == y->at_ms, "%s: %zu", body, i);
        cr_expect_eq(memcmp(&x->value, &y->value, sizeof(x->value)), 0, "%s: %zu", body, i);
    }
}

/* How many samples come, the same as of values; whether they stayed text until then: *stayed. */
static size_t samples_of(const char *body, size_t len, bool *stayed)
{
    struct source as_values = source_prometheus;
    struct reply reply = range_of(body, len);
    struct buf shorter;
    size_t count;

    as_values.shorten = NULL;
    buf_init(&shorter, 2 * len + 1);
    *stayed = range_shorten(&reply, &shorter);
    buf_done(&shorter);
    cr_expect_eq(decode(&kit, &source_prometheus, &reply), decode(&plain, &as_values, &reply));
    expect_same(body);
    count = kit.batch.sample_count;
    kit_done(&kit);
    kit_done(&plain);
    free((char *)reply.body);
    return count;
}

/* The same, of one that has such series. */
static size_t samples_in(const char *series, bool *stayed)
{
    static const char before[] =
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[";
    struct buf body;
    size_t count;

    buf_init(&body, 1 << 16);
    buf_print(&body, "%s%s]}}", before, series);
    count = samples_of(body.bytes, body.len, stayed);
    buf_done(&body);
    return count;
}

Test(points, of_recorded_replies_are_those_that_they_are_as_values)
{
    static const struct {
        const char *name;
        bool stay;
        size_t samples;
    } cases[] = {
        { "prometheus/range.json", true, 24 },
        { "prometheus/range_with_gaps.json", true, 9 },
        { "prometheus/range_of_floats.json", true, 48 },
        { "prometheus/victoria_range.json", true, 42 },
        { "prometheus/range_empty.json", false, 0 },
        { "prometheus/truncated.json", false, 0 },
        { "prometheus/odd_entries_and_a_native_histogram.json", false, 3 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t len;
        char *body = kit_fixture(cases[i].name, &len);
        bool stayed;

        cr_expect_eq(samples_of(body, len, &stayed), cases[i].samples, "%s", cases[i].name);
        cr_expect_eq(stayed, cases[i].stay, "%s", cases[i].name);
        free(body);
    }
}

Test(points, that_are_a_time_and_a_text_stay_text)
{
    static const struct {
        const char *series;
        size_t samples;
    } cases[] = {
        { "{\"values\":[[1795518000,\"1\"]]}", 1 },
        { "{\"metric\":{},\"values\" :\n[ [ 1795517985.781 , \"+Inf\" ] "
          ",\t[1795518000,\"NaN\"]\r]}",
          2 },
        { "{\"values\":[[1795518000,\"-1.5e-300\"],[1795518000,\"1e999\"],[1795518000,\"0x1p3\"]]}",
          3 },
        { "{\"values\":[[1795518000,\"\"],[1795518000,\"1 \"],[1795518000,\" 1\"],"
          "[1795518000,\"nan(7)\"],[1795518000,\"nan(\"],[1795518000,\"] , [2\"]]}",
          2 },
        { "{\"values\":[[0,\"1\"],[0.5,\"1\"],[1795509999,\"1\"],[999999999999999999,\"1\"],"
          "[1795517985.0000001,\"1\"],[1795517999.9999999,\"1\"]]}",
          2 },
        { "{\"values\":[[1795518000,\"123456789.123456789012345678901234567890123456789\"]]}", 1 },
        { "{\"values\":[[1795518000,\"1\"]],\"values\":[[1795517985,\"2\"],[1795518000,\"3\"]]}",
          2 },
        { "{\"values\":[[1795518000,\"1\"]],\"value\":[1795518000,\"2\"],\"histograms\":[]}", 2 },
        { "{\"metric\":{\"values\":[[1795518000,\"1\"]],\"a\\\"b\":\"values\"},"
          "\"values\":[[1795518000,\"1\"]]},{\"a\":\"values\"}",
          1 }, /* not where points are */
    };
    bool stayed;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_eq(samples_in(cases[i].series, &stayed), cases[i].samples, "%s", cases[i].series);
        cr_expect(stayed, "%s", cases[i].series);
    }
}

Test(points, of_anything_else_are_values_and_so_are_all_of_the_reply)
{
    static const char plain_one[] = "{\"values\":[[1795518000,\"1\"]]},";
    static const struct {
        const char *series;
        size_t samples; /* with that of the plain one */
    } cases[] = {
        { "{\"values\":[]}", 1 },
        { "{\"values\":[75]}", 1 }, /* as a place in the body looks */
        { "{\"val\\u0075es\":[75]}", 1 },
        { "{\"val\\u0075es\":[[1795518000,\"1\"]]}", 2 },
        { "{\"values\":null}", 1 },
        { "{\"values\":{}}", 1 },
        { "{\"values\":\"[[1795518000,\\\"1\\\"]]\"}", 1 },
        { "{\"values\":[[1795518000,\"1\"],[]]}", 2 },
        { "{\"values\":[[1795518000,\"1\"],null]}", 2 },
        { "{\"values\":[[1795518000,\"1\",2]]}", 2 },
        { "{\"values\":[[1795518000,2]]}", 2 },
        { "{\"values\":[[1795518000,\"\\u0032\"]]}", 2 },
        { "{\"values\":[[1795518000,\"\xC3\xA4\"]]}", 1 },
        { "{\"values\":[[\"1795518000\",\"1\"]]}", 2 },
        { "{\"values\":[[1.795518e9,\"1\"]]}", 2 },
        { "{\"values\":[[-1795518000,\"1\"]]}", 1 },
        { "{\"values\":[[1795518000.00000000,\"1\"]]}", 2 },
        { "{\"values\":[[9999999999999999999,\"1\"]]}", 1 },
    };
    struct buf series;
    bool stayed;

    buf_init(&series, 1000);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf_clear(&series);
        buf_print(&series, "%s%s", plain_one, cases[i].series);
        cr_expect_eq(samples_in(series.bytes, &stayed), cases[i].samples, "%s", cases[i].series);
        cr_expect_not(stayed, "%s", cases[i].series);
    }
    buf_done(&series);
}

/* What is no JSON is none without its points either: it fails, or is mended, in the same words. */
Test(points, do_not_make_json_of_what_is_none)
{
    static const char *const series[] = {
        "{\"values\":[[1795518000,\"1\"]]5}",
        "{\"values\":[[1795518000,\"1\"]][]}",
        "{\"values\":[[1795518000,\"1\"]]]}",
        "{\"values\":[[1795518000,\"1\"],]}",
        "{\"values\":[[01795518000,\"1\"]]}",
        "{\"values\":[[1795518000.,\"1\"]]}",
        "{\"values\":[[.5,\"1\"]]}",
        "{\"values\":[[1795518000 \"1\"]]}",
        "{\"values\":[[1795518000,\"1\n\"]]}",
        "{\"values\":[[1795518000,\"\xff\"]]}",
        "{\"values\":[[1795518000,\"1\"]],\"a\":NaN}",
        "{\"values\":[[1795518000,\"1\"]],\"\\x\":1}",
        "{\"values\"[[1795518000,\"1\"]]}",
        "{\"values\":[[1795518000,\"1\"]],\"a\":\"\xff\"}",
    };
    bool stayed;

    for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++)
        (void)samples_in(series[i], &stayed);
}

Test(points, of_a_reply_that_is_cut_anywhere)
{
    size_t len, came = 0;
    char *body = kit_fixture("prometheus/range.json", &len);
    bool stayed;

    for (size_t n = 0; n <= len; n++)
        came += samples_of(body, n, &stayed);
    cr_expect_geq(came, 24);                          /* of the whole one */
    cr_expect_eq(samples_of("[\"\\", 3, &stayed), 0); /* inside of an escape */
    free(body);
}

static void expect_shorter(const char *body, const char *wanted)
{
    struct reply reply = range_of(body, strlen(body));
    struct buf shorter;

    buf_init(&shorter, 1000);
    cr_assert(range_shorten(&reply, &shorter), "%s", body);
    cr_expect_str_eq(shorter.bytes, wanted);
    buf_done(&shorter);
    free((char *)reply.body);
}

Test(points, stand_in_the_shorter_text_as_where_they_are)
{
    expect_shorter("[[[{\"values\" : [[1,\"2\"],[3,\"4\"]],\"b\":1},{\"values\":[[5,\"6\"]]}]]]",
                   "[[[{\"values\" :[14],\"b\":1},{\"values\":[50]}]]]");
    expect_shorter("[[[{\"a\":\"\\\"values\\\\\",\"values\":[[1,\"2\"]]}]]]",
                   "[[[{\"a\":\"\\\"values\\\\\",\"values\":[30]}]]]");
}

Test(points, are_those_of_a_range_alone)
{
    static const char body[] = "[[[{\"values\":[[1,\"2\"]]}]]]";
    struct reply reply = range_of(body, sizeof(body) - 1);
    struct buf shorter;

    buf_init(&shorter, 1000);
    reply.step = STEP_INSTANT;
    cr_expect_not(range_shorten(&reply, &shorter));
    reply.step = STEP_RANGE;
    cr_expect(range_shorten(&reply, &shorter));
    buf_done(&shorter);
    free((char *)reply.body);
}

/* range_points() is told a place, and what is no place has no points. */
Test(points, are_not_looked_for_outside_of_the_body)
{
    static const char *const places[] = { "[-5]",    "[0]", "[9]", "[10]", "[1000000000000]",
                                          "[\"1\"]", "[]",  "{}",  "5" };
    struct reply reply = range_of("{\"a\":[[1,\"2\"]]}", 10);
    struct point point;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        json_t *place = json_loads(places[i], JSON_DECODE_ANY, NULL);
        struct points points = range_points(&reply, place);

        cr_expect_not(range_next_point(&points, &point), "%s", places[i]);
        json_decref(place);
    }
    free((char *)reply.body);
}
