/* What the faces have alike: how numbers are written, matchers and faults read. */
#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "sim/faults.h"
#include "sim/matcher.h"
#include "sim/number.h"

TestSuite(number, .timeout = 20);
TestSuite(matcher, .timeout = 20);
TestSuite(faults, .timeout = 20);

static const int64_t T = 1795530727000; /* 2026-11-24T14:32:07Z */

/* ---- numbers ---- */

static const struct {
    double value;
    const char *plain, *exponent;
} numbers[] = {
    { 0, "0", "0e+00" },
    { 1, "1", "1e+00" },
    { -1.5, "-1.5", "-1.5e+00" },
    { 0.1 + 0.2, "0.30000000000000004", "3.0000000000000004e-01" },
    { 1e-9, "0.000000001", "1e-09" },
    { 1e30, "1000000000000000000000000000000", "1e+30" },
    { 1234567.125, "1234567.125", "1.234567125e+06" },
    { 100, "100", "1e+02" },
    { NAN, "NaN", "NaN" },
    { INFINITY, "+Inf", "+Inf" },
    { -INFINITY, "-Inf", "-Inf" },
};

Test(number, is_written_as_prometheus_does)
{
    char text[NUMBER_TEXT], instant[INSTANT_TEXT];

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        cr_expect_str_eq(number_plain(text, numbers[i].value), numbers[i].plain);
        cr_expect_str_eq(number_exponent(text, numbers[i].value), numbers[i].exponent);
    }
    cr_expect_lt(strlen(number_plain(text, -5e-324)), sizeof(text) - 1);
    cr_expect_str_eq(number_instant(instant, T), "2026-11-24T14:32:07.000Z");
}

/* ---- matchers and faults ---- */

static const struct {
    const char *text, *value;
    bool fits;
} matches[] = {
    { "a=\"b\"", "b", true },
    { "a=b", "b", true },
    { "a=b", "c", false },
    { "a!=\"b\"", "c", true },
    { "a=~\"b.*\"", "bcd", true },
    { "a=~\"b\"", "bcd", false },
    { "a!~\"b|c\"", "d", true },
    { "a!~\"b|c\"", "c", false },
    { " a = \"b\"", "b", true },
    { "a=\"q\\\"q\"", "q\"q", true },
    { "a=~\"b.*?d\"", "bcd", true },
    { "a=~\"[+*?]+x\"", "++x", true },
    { "a=~\"(?:b|c)+\"", "bcb", true },
    { "a=~\"b\\\\.c\"", "b.c", true },
    { "a=~\"b\\\\.c\"", "bxc", false },
};

Test(matcher, is_read_as_alertmanager_does)
{
    char words[WORDS_MOST];
    struct matcher m;

    for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
        cr_assert(matcher_parse(&m, matches[i].text, words), "%s", matches[i].text);
        cr_expect_str_eq(m.name, "a");
        cr_expect_eq(matcher_fits(&m, matches[i].value), matches[i].fits, "%s on %s",
                     matches[i].text, matches[i].value);
        matcher_done(&m);
    }
    cr_expect_not(matcher_parse(&m, "x", words));
    cr_expect_str_eq(words, "bad matcher format: x");
    cr_expect_not(matcher_parse(&m, "a=~\"(\"", words));
    cr_expect_str_eq(words, "error parsing regexp: missing closing ): `^(?:()$`");
    cr_expect_not(matcher_parse(&m, "a=~\"b++\"", words),
                  "glibc takes all memory for many of them");
    cr_expect(strstr(words, "invalid nested repetition operator"), "%s", words);
    cr_expect_not(matcher_parse(&m, "a=~\"((((((a+)+)+)+)+)+)+\"", words));
    cr_expect_not(matcher_parse(&m, "a=~\"b{2}\"", words));
}

static const struct {
    const char *text;
    enum fault_kind kind;
    int64_t number;
    int share;
    const char *prefix;
} faults[] = {
    { "latency:20", FAULT_LATENCY, 20, 100, "" },
    { "latency=20", FAULT_LATENCY, 20, 100, "" },
    { "latency", FAULT_LATENCY, 1000, 100, "" },
    { "hang:25%", FAULT_HANG, 0, 25, "" },
    { "status:502:10%@/api/v1/", FAULT_STATUS, 502, 10, "/api/v1/" },
    { "reset@/api/v2", FAULT_RESET, 0, 100, "/api/v2" },
    { "redirect:https://other.example/x", FAULT_REDIRECT, 0, 100, "" },
    { "redirect:8080", FAULT_REDIRECT, 8080, 100, "" },
    { "type:application/xml", FAULT_TYPE, 0, 100, "" },
};

static const struct {
    const char *text, *words;
} no_faults[] = {
    { "latncy", "unknown fault \"latncy\"; did you mean latency?" },
    { "", "unknown fault \"\"; dxtop-sim --help lists them" },
    { "status:9", "the fault status takes a number from 400 to 599, not \"9\"" },
    { "drip:0", "the fault drip takes a number from 1 to 2147483647, not \"0\"" },
    { "big:99999999999", "the fault big takes a number from 0 to 67108864, not \"99999999999\"" },
    { "hang:5", "the fault hang takes no argument" },
    { "hang:200%", "\"200%\" is not a share from 0% to 100%" },
};

Test(faults, are_named_or_refused)
{
    struct fault f;
    struct dx_error err = { 0 };

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        cr_assert(fault_parse(&f, faults[i].text, &err), "%s: %s", faults[i].text, err.text);
        cr_expect_eq(f.kind, faults[i].kind, "%s", faults[i].text);
        cr_expect_eq(f.number, faults[i].number, "%s", faults[i].text);
        cr_expect_eq(f.share, faults[i].share, "%s", faults[i].text);
        cr_expect_str_eq(f.prefix, faults[i].prefix);
    }
    for (size_t i = 0; i < sizeof(no_faults) / sizeof(no_faults[0]); i++) {
        cr_expect_not(fault_parse(&f, no_faults[i].text, &err), "%s", no_faults[i].text);
        cr_expect_str_eq(err.text, no_faults[i].words, "%s", err.text);
    }
}

Test(faults, hit_their_share_of_their_paths)
{
    struct faults all = { 0 };
    struct dx_error err;
    int hit = 0;

    cr_assert(faults_add(&all, "status:500:30%@/api/v2", &err));
    for (int i = 0; i < 100; i++) {
        hit += faults_hit(&all, "/api/v2/alerts") != NULL;
        cr_expect_null(faults_hit(&all, "/api/v1/query"));
    }
    cr_expect_eq(hit, 30);
    for (int i = 1; i < FAULTS_MOST; i++)
        cr_assert(faults_add(&all, "hang@/x", &err));
    cr_expect_not(faults_add(&all, "hang", &err), "there is an end to them");
}
