/* PromQL as far as it is understood, and ranges of what it gives. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "sim/exchange.h"
#include "sim/promql.h"
#include "sim/sim.h"

static const int64_t T = 1795530727000; /* 2026-11-24T14:32:07Z */
static struct sim sim = { .world = { .seed = 163886 }, .public_url = "https://sim.example" };

static struct arena arena;
static struct promql *query;
static struct promql_error error;

static bool eval_at(const char *text, int64_t at_ms, struct promql_result *r)
{
    arena_free(&arena);
    promql_free(query);
    query = promql_new(text, &error);
    return query && promql_eval(query, &sim.world, at_ms, &arena, r, &error);
}

static bool eval(const char *text, struct promql_result *r)
{
    return eval_at(text, T, r);
}

static void done(void)
{
    arena_free(&arena);
    promql_free(query);
    query = NULL;
}

TestSuite(promql, .fini = done, .timeout = 60);
TestSuite(range, .timeout = 60);

static const struct {
    const char *query;
    size_t count;
} good[] = {
    { "ci_runner_capacity", 9 },
    { "ci_runner_capacity{}", 9 },
    { "ci_runner_capacity{pool=\"gpu\"}", 1 },
    { "ci_runner_capacity{pool=\"gpu\",}", 1 },
    { "ci_runner_capacity{pool!=\"gpu\"}", 8 },
    { "ci_runner_capacity{pool=~\"linux.*\"}", 4 },
    { "ci_runner_capacity{pool=~\"linux\"}", 1 },
    { "ci_runner_capacity{pool=~\"(?:gpu|macos)\"}", 2 },
    { "ci_runner_capacity{pool!~'linux.*', team=\"ml\"}", 1 },
    { "ci_runner_capacity{nothing=\"\"}", 9 },
    { "{__name__=\"ci_registry_up\"}", 1 },
    { "{__name__=~\"ci_runner_(busy|online)\", pool=`gpu`}", 2 },
    { "sum(ci_runner_capacity)", 1 },
    { "sum by (team) (ci_runner_capacity)", 5 },
    { "sum without (pool) (ci_runner_capacity)", 5 },
    { "max(ci_runner_capacity) by (team)", 5 },
    { "count(ci_runner_capacity) by ()", 1 },
    { "topk(3, ci_runner_capacity)", 3 },
    { "topk(1, ci_runner_capacity) by (team)", 5 },
    { "topk by (team) (1, ci_runner_capacity)", 5 },
    { "topk(0, ci_runner_capacity)", 0 },
    { "ci_runner_capacity > 30", 4 },
    { "30 < ci_runner_capacity", 4 },
    { "ci_runner_capacity == 8", 1 },
    { "ci_runner_capacity != 8", 8 },
    { "ci_runner_busy / ci_runner_capacity", 9 },
    { "ci_runner_online < ci_runner_capacity", 1 },
    { "ci_queue_wait_seconds_p95", 8 }, /* in gpu no job begins */
    { "rate(ci_jobs_total[5m])", 18 },
    { "sum by (result) (increase(ci_jobs_total[1h]))", 2 },
    { "rate(ci_queue_wait_seconds_bucket[30m])", 108 },
    { "histogram_quantile(0.95, sum by (le, pool) (rate(ci_queue_wait_seconds_bucket[30m])))", 9 },
    { "sum(rate(ci_pipeline_runs_total[1h])) by (pipeline)", 14 },
    { "ci_jobs_waiting offset 1w", 9 },
    { "up", 3 },
    { "vector(1)", 1 },
    { "-vector(1)", 1 },
    { "unknown_metric", 0 },
    { "(1 + 2) * ci_runner_capacity # a comment", 9 },
};

Test(promql, the_part_that_is_understood_is_answered)
{
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct promql_result r;

        cr_assert(eval(good[i].query, &r), "%s: %s", good[i].query, error.text);
        cr_expect_eq(r.type, PROMQL_VECTOR, "%s", good[i].query);
        cr_expect_eq(r.count, good[i].count, "%s: %zu", good[i].query, r.count);
    }
}

static const struct {
    const char *query;
    double value;
} scalars[] = {
    { "1 + 2 * 3 - 4 / 2", 5 },
    { "(1 + 2) * 3", 9 },
    { "2 - 1 - 1", 0 },
    { "-2 * -3", 6 },
    { "- - 1", 1 },
    { "0x10", 16 },
    { "1e3", 1000 },
    { ".5", 0.5 },
    { "1 / 0", INFINITY },
    { "Inf", INFINITY },
    { "time()", 1795530727 },
};

Test(promql, arithmetic_has_its_order)
{
    struct promql_result r;

    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        cr_assert(eval(scalars[i].query, &r), "%s: %s", scalars[i].query, error.text);
        cr_expect_eq(r.type, PROMQL_SCALAR);
        cr_expect_eq(r.scalar, scalars[i].value, "%s: %g", scalars[i].query, r.scalar);
    }
    cr_assert(eval("0 / 0", &r));
    cr_expect(isnan(r.scalar));
    cr_assert(eval("sum(ci_runner_capacity)", &r));
    cr_expect_eq(r.elements[0].value, 312);
    cr_assert(eval("'te\\'xt'", &r));
    cr_expect_str_eq(r.text, "te'xt");
}

Test(promql, operators_drop_the_name_and_comparisons_keep_it)
{
    struct promql_result r;

    cr_assert(eval("ci_runner_capacity{pool=\"gpu\"} * 2", &r));
    cr_expect_str_eq(element_label(&r.elements[0], "__name__"), "");
    cr_expect_str_eq(element_label(&r.elements[0], "pool"), "gpu");
    cr_expect_eq(r.elements[0].value, 16);
    cr_assert(eval("ci_runner_capacity > 100", &r));
    cr_expect_str_eq(element_label(&r.elements[0], "__name__"), "ci_runner_capacity");
    cr_expect_eq(r.elements[0].value, 120);
    cr_assert(eval("topk(2, ci_runner_capacity)", &r));
    cr_expect_eq(r.elements[0].value, 120);
    cr_expect_eq(r.elements[1].value, 64);
}

Test(promql, a_rate_goes_over_the_weekly_restart)
{
    const int64_t restart = 1795406400000 - 1795406400000 % 86400000 + 4 * 3600000;
    struct promql_result r;
    double before, over;

    cr_assert(eval_at("sum(ci_jobs_total)", restart - 1, &r));
    before = r.elements[0].value;
    cr_assert(eval_at("sum(ci_jobs_total)", restart, &r));
    cr_expect_eq(r.elements[0].value, 0);
    cr_expect_gt(before, 1000);
    cr_assert(eval_at("sum(increase(ci_jobs_total[1h]))", restart - 1, &r));
    before = r.elements[0].value;
    cr_assert(eval_at("sum(increase(ci_jobs_total[1h]))", restart + 1800000, &r));
    over = r.elements[0].value;
    cr_expect(over > before * 0.7 && over < before * 1.5, "%g and %g", before, over);
    cr_assert(eval_at("sum(increase(ci_jobs_total[4w]))", restart + 1800000, &r));
    cr_expect_gt(r.elements[0].value, 4000, "%g", r.elements[0].value);
}

Test(promql, the_histogram_tells_what_the_quantile_says)
{
    struct promql_result r;
    double exact;

    cr_assert(eval("ci_queue_wait_seconds_p95{pool=\"linux-xl\"}", &r));
    exact = r.elements[0].value;
    cr_assert(eval("histogram_quantile(0.95, sum by (le) "
                   "(rate(ci_queue_wait_seconds_bucket{pool=\"linux-xl\"}[30m])))",
                   &r));
    /* As near as buckets that double can be. */
    cr_expect(r.elements[0].value > exact / 2 && r.elements[0].value < exact * 2, "%g, exact %g",
              r.elements[0].value, exact);
}

/* In the words and at the places of Prometheus 2.42.0, asked the same. */
static const struct {
    const char *query, *words;
} bad[] = {
    { "", "1:1: parse error: no expression found in input" },
    { "#x", "1:1: parse error: no expression found in input" },
    { "sum by (", "1:9: parse error: unclosed left parenthesis" },
    { "sum by (a) (up", "1:15: parse error: unclosed left parenthesis" },
    { "sum(", "1:5: parse error: unclosed left parenthesis" },
    { "rate(up[5m]", "1:12: parse error: unclosed left parenthesis" },
    { "up)", "1:4: parse error: unexpected right parenthesis ')'" },
    { "()", "1:2: parse error: unexpected \")\"" },
    { "foo{", "1:5: parse error: unexpected end of input inside braces" },
    { "foo{a", "1:6: parse error: unexpected end of input inside braces" },
    { "foo{a=\"b\"", "1:10: parse error: unexpected end of input inside braces" },
    { "foo{a=b}",
      "1:7: parse error: unexpected identifier \"b\" in label matching, expected string" },
    { "foo{,}",
      "1:5: parse error: unexpected \",\" in label matching, expected identifier or \"}\"" },
    { "foo{a~\"b\"}", "1:6: parse error: unexpected character inside braces: '~'" },
    { "up{job=\"a\" instance=\"b\"}",
      "1:12: parse error: unexpected identifier \"instance\" in label "
      "matching, expected \",\" or \"}\"" },
    { "{}", "1:1: parse error: vector selector must contain at least one non-empty matcher" },
    { "{a=\"\"}", "1:1: parse error: vector selector must contain at least one non-empty matcher" },
    { "up{__name__=\"x\"}",
      "1:1: parse error: metric name must not be set twice: \"up\" or \"x\"" },
    { "up{a=~\"(\"}", "1:4: parse error: error parsing regexp: missing closing ): `^(?:()$`" },
    { "foo}", "1:4: parse error: unexpected character: '}'" },
    { "\"a", "1:1: parse error: unterminated quoted string" },
    { "1 +", "1:4: parse error: unexpected end of input" },
    { "1 + * 2", "1:5: parse error: unexpected <op:*>" },
    { "1 2", "1:3: parse error: unexpected number \"2\"" },
    { "up up", "1:4: parse error: unexpected identifier \"up\"" },
    { "up = 1", "1:4: parse error: unexpected \"=\"" },
    { "5m", "1:1: parse error: unexpected duration \"5m\"" },
    { "up offset", "1:10: parse error: unexpected end of input in offset, expected duration" },
    { "rate(up)", "1:6: parse error: expected type range vector in call to function \"rate\", got "
                  "instant vector" },
    { "rate(1)", "1:6: parse error: expected type range vector in call to function \"rate\", got "
                 "scalar" },
    { "rate(up[5q])", "1:9: parse error: bad duration syntax: \"5\"" },
    { "rate(up[])", "1:9: parse error: missing unit character in duration" },
    { "up[5m", "1:6: parse error: unclosed left bracket" },
    { "rate(sum(up)[5m])", "1:13: parse error: ranges only allowed for vector selectors" },
    { "nope(1)", "1:1: parse error: unknown function with name \"nope\"" },
    { "vector(up)", "1:8: parse error: expected type scalar in call to function \"vector\", got "
                    "instant vector" },
    { "vector(1,2)", "1:1: parse error: expected 1 argument(s) in call to \"vector\", got 2" },
    { "time(1)", "1:1: parse error: expected 0 argument(s) in call to \"time\", got 1" },
    { "histogram_quantile(0.9)",
      "1:1: parse error: expected 2 argument(s) in call to \"histogram_quantile\", got 1" },
    { "sum()", "1:1: parse error: no arguments for aggregate expression provided" },
    { "sum(1)",
      "1:5: parse error: expected type instant vector in aggregation expression, got scalar" },
    { "sum(up[5m])", "1:5: parse error: expected type instant vector in aggregation expression, "
                     "got range vector" },
    { "topk(a, b)",
      "1:6: parse error: expected type scalar in aggregation parameter, got instant vector" },
    { "topk(up)", "1:1: parse error: wrong number of arguments for aggregate expression provided, "
                  "expected 2, got 1" },
    { "sum by job (up)",
      "1:8: parse error: unexpected identifier \"job\" in grouping opts, expected \"(\"" },
    { "sum by (a) up", "1:12: parse error: unexpected identifier \"up\" in aggregation" },
    { "1 + \"a\"",
      "1:5: parse error: binary expression must contain only scalar and instant vector "
      "types" },
    { "1 > 2", "1:3: parse error: comparisons between scalars must use BOOL modifier" },
    { "1 +\n\n )", "3:3: parse error: unexpected right parenthesis ')'" },
    /* What is beyond the simulation says so. */
    { "up and up", "1:4: parse error: \"and\" is not part of this simulation" },
    { "up * on(job) up", "1:6: parse error: \"on\" is not part of this simulation" },
    { "2 ^ 3", "1:3: parse error: \"^\" is not part of this simulation" },
    { "rate(up[5m:1m])", "1:11: parse error: subqueries are not part of this simulation" },
    { "rate(up[90d])", "1:9: parse error: ranges over 35d are not part of this simulation" },
};

Test(promql, the_rest_is_refused_in_the_words_of_the_real_one)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct promql_result r;

        cr_expect_not(eval(bad[i].query, &r), "%s", bad[i].query);
        cr_expect_not(error.execution);
        cr_expect_str_eq(error.text, bad[i].words, "%s\n  gives %s\n  not   %s", bad[i].query,
                         error.text, bad[i].words);
    }
}

static const struct {
    const char *query, *words;
} failing[] = {
    { "-{__name__=~\"ci_runner_.*\"}", "vector cannot contain metrics with the same labelset" },
    { "ci_runner_busy / {__name__=~\"ci_runner_(capacity|online)\"}",
      "found duplicate series for the match group {pool=\"linux-xl\", team=\"build\"} on the right "
      "hand-side of the operation: " },
    { "{__name__=~\"ci_runner_(capacity|online)\"} / ci_runner_busy",
      "multiple matches for labels: many-to-one matching must be explicit "
      "(group_left/group_right)" },
};

Test(promql, what_cannot_be_worked_out_is_said)
{
    for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
        struct promql_result r;

        cr_expect_not(eval(failing[i].query, &r), "%s", failing[i].query);
        cr_expect(error.execution);
        cr_expect(strncmp(error.text, failing[i].words, strlen(failing[i].words)) == 0, "%s",
                  error.text);
    }
}

Test(promql, no_query_is_too_strange)
{
    struct promql_result r;
    char *deep = mem_new(1, 20001), *wide = mem_new(1, 20001);

    memset(deep, '(', 20000);
    for (int i = 0; i < 20000; i++)
        wide[i] = i % 2 ? '+' : '1';
    cr_expect_not(eval(deep, &r));
    cr_expect(strstr(error.text, "too deep"), "%s", error.text);
    cr_expect_not(eval(wide, &r));
    cr_expect(strstr(error.text, "too large"), "%s", error.text);
    memset(deep, '-', 20000);
    cr_expect_not(eval(deep, &r));
    memset(deep, '{', 20000);
    cr_expect_not(eval(deep, &r));
    free(deep);
    free(wide);
}

/* ---- ranges, without a socket ---- */

static json_t *ask(const char *path, const char *parameters)
{
    struct exchange x;
    char text[512];
    json_t *json;

    snprintf(text, sizeof(text), "%s", parameters);
    exchange_init(&x, &sim, "GET", path);
    x.now_ms = T;
    exchange_add_parameters(&x, text);
    faces_answer(&x);
    json = json_loadb(x.body.bytes, x.body.len, JSON_DECODE_ANY, NULL);
    cr_assert(json, "%s", x.body.bytes);
    exchange_done(&x);
    return json;
}

static json_t *value_of(json_t *answer, const char *pool, int64_t at)
{
    json_t *list = json_object_get(json_object_get(answer, "data"), "result"), *series, *pair;
    size_t i, j;

    json_array_foreach (list, i, series) {
        const char *name =
            json_string_value(json_object_get(json_object_get(series, "metric"), "pool"));

        if (strcmp(name, pool) != 0)
            continue;
        json_array_foreach (json_object_get(series, "values"), j, pair)
            if (json_integer_value(json_array_get(pair, 0)) == at)
                return json_array_get(pair, 1);
    }
    return NULL;
}

Test(range, history_is_the_same_whatever_start_and_step_were_asked_for)
{
    static const char *const queries[] = { "ci_jobs_waiting", "ci_queue_wait_seconds_p95",
                                           "sum by (pool) (rate(ci_jobs_total[5m]))" };

    for (size_t q = 0; q < sizeof(queries) / sizeof(queries[0]); q++) {
        int64_t to = T / 1000, compared = 0;
        char fine[256], coarse[256];

        snprintf(fine, sizeof(fine), "query=%s&start=%lld&end=%lld&step=60", queries[q],
                 (long long)to - 7200, (long long)to);
        snprintf(coarse, sizeof(coarse), "query=%s&start=%lld&end=%lld&step=5m", queries[q],
                 (long long)to - 86400, (long long)to);
        json_t *a = ask("/api/v1/query_range", fine), *b = ask("/api/v1/query_range", coarse);

        for (int pool = 0; pool < WORLD_POOLS; pool++)
            for (int64_t at = to - 7200; at <= to; at += 300) {
                json_t *x = value_of(a, world_pools[pool].name, at),
                       *y = value_of(b, world_pools[pool].name, at);

                cr_expect((!x && !y) || json_equal(x, y), "%s %s", queries[q],
                          world_pools[pool].name);
                compared += x != NULL;
            }
        cr_expect_gt(compared, 190);
        json_decref(a);
        json_decref(b);
    }
}

Test(range, a_gap_is_a_gap)
{
    char text[256];

    snprintf(text, sizeof(text),
             "query=ci_queue_wait_seconds_p95{pool=\"gpu\"}&start=%lld&end=%lld&step=1m",
             (long long)(T / 1000 - 86400), (long long)(T / 1000));
    json_t *answer = ask("/api/v1/query_range", text);
    json_t *series = json_array_get(json_object_get(json_object_get(answer, "data"), "result"), 0);
    size_t n = json_array_size(json_object_get(series, "values"));

    cr_expect(n > 100 && n < 1400, "%zu of 1441 minutes", n);
    json_decref(answer);
}

Test(range, a_limit_cuts_and_says_so)
{
    json_t *all = ask("/api/v1/query", "query=ci_jobs_waiting"),
           *some = ask("/api/v1/query", "query=ci_jobs_waiting&limit=2"),
           *many = ask("/api/v1/query", "query=ci_jobs_waiting&limit=9");

    cr_expect_eq(json_array_size(json_object_get(json_object_get(all, "data"), "result")), 9);
    cr_expect_eq(json_array_size(json_object_get(json_object_get(some, "data"), "result")), 2);
    cr_expect_str_eq(json_string_value(json_array_get(json_object_get(some, "warnings"), 0)),
                     "results truncated due to limit");
    cr_expect_null(json_object_get(all, "warnings"));
    cr_expect_null(json_object_get(many, "warnings"));
    json_decref(all);
    json_decref(some);
    json_decref(many);
}
