#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "source/field.h"

static struct batch batch;

static json_t *parse(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);

    cr_assert(json, "%s", text);
    return json;
}

Test(field, what_is_missing_or_of_another_type_is_empty)
{
    json_t *o = parse("{\"n\":null,\"i\":7,\"o\":{},\"a\":[1],\"s\":\" a\\tb\\u001b \"}");

    cr_expect_str_eq(field_text(&batch, o, "gone"), "");
    cr_expect_str_eq(field_text(&batch, o, "n"), "");
    cr_expect_str_eq(field_text(&batch, o, "i"), "");
    cr_expect_str_eq(field_text(&batch, o, "o"), "");
    cr_expect_str_eq(field_text(&batch, o, "s"), "a b\xEF\xBF\xBD");
    cr_expect_str_eq(field_text(&batch, NULL, "s"), "");
    cr_expect_str_eq(field_text(&batch, json_object_get(o, "a"), "s"), "");
    cr_expect_eq(field_int(o, "i"), 7);
    cr_expect_eq(field_int(o, "s"), 0);
    cr_expect_eq(field_time(o, "i"), 0);
    cr_expect_not(value_is(NULL, ""));
    json_decref(o);
    batch_done(&batch);
}

Test(field, a_time_without_a_zone_is_utc)
{
    static const struct {
        const char *json;
        int64_t ms;
    } cases[] = { { "\"2026-11-24 11:00:00\"", 1795518000000 },
                  { "\"2026-11-24 11:00\"", 0 },
                  { "\"24.11.2026 11:00:00\"", 0 },
                  { "\"2026-11-24 11:00:00Z\"", 0 },
                  { "\"\"", 0 },
                  { "1795518000000", 0 } };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *value = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);

        cr_expect_eq(value_time_utc(value), cases[i].ms, "%s", cases[i].json);
        json_decref(value);
    }
}

Test(field, numbers_are_read_as_prometheus_writes_them)
{
    static const struct {
        const char *json;
        bool ok;
        double value;
    } cases[] = {
        { "\"1\"", true, 1 },
        { "\"1e+06\"", true, 1e6 },
        { "\"-0.25\"", true, -0.25 },
        { "\"+Inf\"", true, INFINITY },
        { "\"-Inf\"", true, -INFINITY },
        { "\"NaN\"", true, NAN },
        { "\"1e999\"", true, INFINITY },
        { "3.5", true, 3.5 },
        { "99999999999999999999", true, 1e20 },
        { "\"\"", false, 0 },
        { "\"12 jobs\"", false, 0 },
        { "null", false, 0 },
        { "{}", false, 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *json = parse(cases[i].json);
        double value = 0;

        cr_expect_eq(value_number(json, &value), cases[i].ok, "%s", cases[i].json);
        if (cases[i].ok)
            cr_expect(isnan(cases[i].value) ? isnan(value) : value == cases[i].value, "%s",
                      cases[i].json);
        json_decref(json);
    }
}

Test(field, plain_numbers_are_the_same_as_by_strtod)
{
    static const char *const texts[] = { "0",       "-0",     "1",         "007",
                                         "0.1",     "-12.25", "3.",        "123456789012345",
                                         "0.00001", "99.999", "1.7976931", "123456789.123456" };
    unsigned seed = 1;

    for (int i = 0; i < 20000; i++) {
        char text[40], json[44];
        double value, wanted;

        seed = seed * 1103515245 + 12345;
        if ((size_t)i < sizeof(texts) / sizeof(texts[0]))
            snprintf(text, sizeof(text), "%s", texts[i]);
        else
            snprintf(text, sizeof(text), "%.*g", (int)(seed >> 16) % 18, (double)seed / 977.);
        snprintf(json, sizeof(json), "\"%s\"", text);
        json_t *o = parse(json);

        cr_assert(value_number(o, &value), "%s", text);
        wanted = strtod(text, NULL);
        cr_assert_eq(memcmp(&value, &wanted, sizeof(value)), 0, "%s", text);
        json_decref(o);
    }
}

Test(field, seconds_with_a_fraction_become_whole_milliseconds)
{
    static const struct {
        const char *json;
        int64_t ms;
    } cases[] = {
        { "1795516395", 1795516395000 },
        { "1795516396.909", 1795516396909 },
        { "\"1795516395.5\"", 1795516395500 },
        { "-1.5", -1500 },
        { "1e300", 0 },
        { "\"NaN\"", 0 },
        { "null", 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *json = parse(cases[i].json);

        cr_expect_eq(value_seconds(json), cases[i].ms, "%s", cases[i].json);
        json_decref(json);
    }
    cr_expect_eq(value_seconds(NULL), 0);
}

Test(field, labels_are_sorted_and_escaped)
{
    static const struct {
        const char *json, *without, *labels;
    } cases[] = {
        { "{}", NULL, "{}" },
        { "null", NULL, "{}" },
        { "{\"b\":\"2\",\"a\":\"1\"}", NULL, "{a=\"1\", b=\"2\"}" },
        { "{\"__name__\":\"up\",\"a\":\"1\"}", "__name__", "{a=\"1\"}" },
        { "{\"__name__\":\"up\"}", "__name__", "{}" },
        { "{\"a\":\"say \\\"hi\\\" \\\\ you\"}", NULL, "{a=\"say \\\"hi\\\" \\\\ you\"}" },
        { "{\"a\":\"one\\ntwo\\tthree\"}", NULL, "{a=\"one two three\"}" },
        { "{\"a\":7,\"b\":null,\"c\":\"\"}", NULL, "{c=\"\"}" },
        { "{\"k8s.pod\":\"x\",\"a\\\"}, b=\\\"\":\"y\"}", NULL, "{a____b__=\"y\", k8s.pod=\"x\"}" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *json = parse(cases[i].json);
        const char *labels = value_labels(&batch, json, cases[i].without);

        cr_expect_str_eq(labels, cases[i].labels, "%s", labels);
        json_decref(json);
    }
    batch_done(&batch);
}

static const char *many(size_t count, const char *last)
{
    json_t *o = json_object();
    const char *labels;

    for (size_t i = 0; i < count; i++) {
        char name[32], value[64];

        snprintf(name, sizeof(name), "label_%03zu", i);
        snprintf(value, sizeof(value), "%s %zu", i + 1 == count ? last : "some value or other", i);
        json_object_set_new(o, name, json_string(value));
    }
    labels = value_labels(&batch, o, NULL);
    json_decref(o);
    return labels;
}

Test(field, labels_that_do_not_fit_still_tell_series_apart)
{
    const char *one = many(200, "one"), *other = many(200, "other");

    cr_expect_leq(strlen(one), 1999);
    cr_expect_str_eq(one + strlen(one) - 2, "\"}");
    cr_expect(strstr(one, ", cut=\""));
    cr_expect_str_neq(one, other);
    cr_expect_str_eq(one, many(200, "one"));
    cr_expect_null(strstr(many(30, "one"), "cut="));
    batch_done(&batch);
}

Test(field, a_long_value_of_controls_stays_a_whole_text)
{
    char value[3001], json[9100] = "{\"a\":\"";

    memset(value, 0, sizeof(value));
    for (size_t i = 0; i < 1000; i++)
        memcpy(value + 3 * i, "\xEF\xBF\xBD", 3);
    strcat(json, value);
    strcat(json, "\",\"b\":\"c\"}");
    json_t *o = parse(json);
    const char *labels = value_labels(&batch, o, NULL);

    cr_expect(strncmp(labels, "{cut=\"", 6) == 0, "%s", labels);
    json_decref(o);
    batch_done(&batch);
}

Test(field, severity_speaks_many_dialects)
{
    static const struct {
        const char *labels;
        enum dx_severity severity;
    } cases[] = {
        { "{\"severity\":\"critical\"}", DX_SEVERITY_CRITICAL },
        { "{\"severity\":\"Page\"}", DX_SEVERITY_CRITICAL },
        { "{\"severity\":\"warn\"}", DX_SEVERITY_WARNING },
        { "{\"severity\":\"none\"}", DX_SEVERITY_INFO },
        { "{\"severity\":\"p3\"}", DX_SEVERITY_UNKNOWN },
        { "{\"severity\":3}", DX_SEVERITY_UNKNOWN },
        { "{}", DX_SEVERITY_UNKNOWN },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *json = parse(cases[i].labels);

        cr_expect_eq(field_severity(json), cases[i].severity, "%s", cases[i].labels);
        json_decref(json);
    }
    cr_expect_eq(field_severity(NULL), DX_SEVERITY_UNKNOWN);
}

Test(field, the_summary_is_the_first_annotation_that_says_something)
{
    json_t *all = parse("{\"message\":\"m\",\"description\":\"d\",\"summary\":\"s\"}");
    json_t *some = parse("{\"message\":\"m\",\"summary\":\"\"}");

    cr_expect_str_eq(field_summary(&batch, all), "s");
    cr_expect_str_eq(field_summary(&batch, some), "m");
    cr_expect_str_eq(field_summary(&batch, NULL), "");
    json_decref(all);
    json_decref(some);
    batch_done(&batch);
}
