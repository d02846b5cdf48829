#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "sim/promql.h"
#include "sim/sim.h"

static const struct world world = { .seed = 7 };
static const int64_t T = 1795530727000;

Test(world, the_same_instant_is_the_same_for_every_reader)
{
    for (int pool = 0; pool < WORLD_POOLS; pool++) {
        struct pool_state a = world_pool(&world, pool, T), b = world_pool(&world, pool, T);

        cr_expect_eq(memcmp(&a, &b, sizeof(a)), 0);
    }
}

Test(world, a_month_of_it_is_possible)
{
    for (int pool = 0; pool < WORLD_POOLS; pool++) {
        double before = 0;

        for (int64_t at = T - (int64_t)30 * 86400000; at < T; at += 1800000) {
            struct pool_state s = world_pool(&world, pool, at);
            double jobs = world_jobs(&world, pool, false, at);

            cr_expect_leq(s.busy, s.online);
            cr_expect_leq(s.online, world_pools[pool].capacity);
            cr_expect_geq(s.waiting, 0);
            cr_expect_geq(s.busy, 0);
            cr_expect((s.waiting > 0) == (s.oldest_wait_s > 0));
            cr_expect(isnan(s.wait_p95_s) || s.wait_p95_s >= s.wait_p50_s);
            cr_expect_geq(s.fail_share, 0);
            cr_expect_leq(s.fail_share, 1);
            if ((at / 604800000) == ((at - 1800000) / 604800000))
                cr_expect_geq(jobs, before, "a counter never falls within its week");
            before = jobs;
        }
    }
}

Test(world, another_seed_is_another_company)
{
    struct world other = { .seed = 8 };
    int differ = 0;

    for (int i = 0; i < 50; i++)
        differ += world_pool(&world, 2, T + i * 600000).wait_p95_s !=
                  world_pool(&other, 2, T + i * 600000).wait_p95_s;
    cr_expect_gt(differ, 40);
}

Test(world, alerts_begin_when_their_condition_did)
{
    struct sim_alert alerts[ALERTS_MOST];
    int seen = 0;

    for (int64_t at = T - 86400000; at < T; at += 1800000) {
        size_t n = sim_alerts(alerts, &world, at);

        for (size_t i = 0; i < n; i++, seen++) {
            cr_expect_leq(alerts[i].since_ms, at);
            cr_expect(alerts[i].firing_ms == 0 || alerts[i].firing_ms > alerts[i].since_ms);
        }
    }
    cr_expect_gt(seen, 10);
}

static bool eval(const char *query, struct result *r, char error[256])
{
    static struct arena arena;

    arena_free(&arena);
    return promql_eval(r, &world, query, T, &arena, error);
}

static const struct {
    const char *query;
    size_t count;
} good[] = {
    { "ci_runner_capacity", 9 },
    { "ci_runner_capacity{pool=\"gpu\"}", 1 },
    { "ci_runner_capacity{pool!=\"gpu\"}", 8 },
    { "ci_runner_capacity{pool=~\"linux.*\"}", 4 },
    { "ci_runner_capacity{pool!~'linux.*', team=\"ml\"}", 1 },
    { "sum(ci_runner_capacity)", 1 },
    { "sum by (team) (ci_runner_capacity)", 5 },
    { "max(ci_runner_capacity) by (team)", 5 },
    { "topk(3, ci_runner_capacity)", 3 },
    { "ci_runner_capacity > 30", 4 },
    { "ci_runner_busy / ci_runner_capacity", 9 },
    { "rate(ci_jobs_total[5m])", 18 },
    { "sum by (result) (increase(ci_jobs_total[1h]))", 2 },
    { "vector(1)", 1 },
    { "unknown_metric", 0 },
    { "(1 + 2) * ci_runner_capacity", 9 },
};

Test(promql, the_part_that_is_understood_is_answered)
{
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct result r;
        char error[256];

        cr_assert(eval(good[i].query, &r, error), "%s: %s", good[i].query, error);
        cr_expect_eq(r.count, good[i].count, "%s: %zu", good[i].query, r.count);
    }
}

Test(promql, arithmetic_has_its_order)
{
    struct result r;
    char error[256];

    cr_assert(eval("1 + 2 * 3 - 4 / 2", &r, error));
    cr_expect_float_eq(r.scalar, 5., 1e-9);
    cr_assert(eval("sum(ci_runner_capacity)", &r, error));
    cr_expect_float_eq(r.elements[0].value, 312., 1e-9);
    cr_assert(eval("\"text\"", &r, error));
    cr_expect_str_eq(r.text, "text");
}

static const char *const bad[] = { "",          "sum by (", "foo{",       "foo{a=b}", "1 +",
                                   "rate(foo)", "nope(1)",  "topk(a, b)", "foo}",     "\"a" };

Test(promql, the_rest_is_refused_in_words)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct result r;
        char error[256];

        cr_expect_not(eval(bad[i], &r, error), "%s", bad[i]);
        cr_expect(strstr(error, "parse error"), "%s: %s", bad[i], error);
    }
}

Test(faults, are_named_or_refused)
{
    struct fault fault;
    struct dx_error err = { 0 };

    cr_assert(fault_parse(&fault, "latency:20", &err));
    cr_expect_eq(fault.kind, FAULT_LATENCY);
    cr_expect_eq(fault.argument, 20);
    cr_assert(fault_parse(&fault, "", &err));
    cr_expect_eq(fault.kind, FAULT_NONE);
    cr_expect_not(fault_parse(&fault, "nonsense", &err));
}
