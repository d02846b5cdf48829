#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "sim/alerts.h"
#include "sim/incident.h"
#include "sim/noise.h"
#include "sim/tally.h"

static const struct world world = { .seed = 163886 };
static const int64_t T = 1795530727000; /* 2026-11-24T14:32:07Z, a Tuesday */

Test(world, the_same_instant_is_the_same_for_every_reader)
{
    struct pool_state first[WORLD_POOLS];
    double jobs[WORLD_POOLS];

    for (int pool = 0; pool < WORLD_POOLS; pool++) {
        first[pool] = world_pool(&world, pool, T);
        jobs[pool] = tally_jobs(&world, pool, 1, T);
    }
    /* Whatever was asked for in between, other companies and other years too. */
    for (int64_t at = 0; at < T; at += T / 40)
        for (uint64_t seed = 0; seed < 3; seed++)
            tally_jobs(&(struct world){ .seed = seed }, 3, 0, at);
    for (int pool = 0; pool < WORLD_POOLS; pool++) {
        struct pool_state again = world_pool(&world, pool, T);

        cr_expect_eq(memcmp(&first[pool], &again, sizeof(again)), 0, "%s", world_pools[pool].name);
        cr_expect_eq(jobs[pool], tally_jobs(&world, pool, 1, T), "%s", world_pools[pool].name);
    }
}

static void expect_possible(int pool, int64_t at)
{
    struct pool_state s = world_pool(&world, pool, at);

    cr_expect_leq(s.busy, s.online);
    cr_expect_leq(s.online, world_pools[pool].capacity);
    cr_expect_geq(s.busy, 0);
    cr_expect_geq(s.waiting, 0);
    cr_expect_eq(s.busy, floor(s.busy));
    cr_expect_eq(s.waiting, floor(s.waiting));
    cr_expect((s.waiting > 0) == (s.oldest_wait_s > 0), "%s waits %g, oldest %g",
              world_pools[pool].name, s.waiting, s.oldest_wait_s);
    cr_expect(isnan(s.wait_p95_s) == (s.online < 1), "no job begins without a runner");
    cr_expect(isnan(s.wait_p95_s) || s.wait_p95_s > s.wait_p50_s);
    cr_expect(s.jobs_per_s >= 0 && (s.online > 0 || s.jobs_per_s <= 0));
    cr_expect(s.fail_share >= 0 && s.fail_share <= 1);
}

Test(world, a_month_of_it_is_possible)
{
    for (int64_t at = T - (int64_t)30 * DAY_MS; at < T; at += 20 * MINUTE_MS) {
        double disk = world_disk_used(&world, at);

        for (int pool = 0; pool < WORLD_POOLS; pool++)
            expect_possible(pool, at);
        for (int i = 0; i < WORLD_PIPELINES; i++) {
            double fail = world_runs_fail_share(&world, i, at);

            cr_expect(fail >= 0 && fail <= 1 && world_runs_per_s(&world, i, at) >= 0);
        }
        cr_expect(disk > 0 && disk < 1);
    }
}

Test(world, the_night_and_the_weekend_are_quieter)
{
    /* No incident counts here: the runs of pipelines follow the rhythm alone. */
    double noon = 0, night = 0, sunday = 0;

    for (int i = 0; i < WORLD_PIPELINES; i++) {
        noon += world_runs_per_s(&world, i, T - 2 * HOUR_MS);
        night += world_runs_per_s(&world, i, T - 12 * HOUR_MS);
        sunday += world_runs_per_s(&world, i, T - 2 * DAY_MS - 2 * HOUR_MS);
    }
    cr_expect_gt(noon, 2 * night);
    cr_expect_gt(noon, 1.4 * sunday);
}

Test(world, another_seed_is_another_company)
{
    const struct world other = { .seed = 8 };
    int differ = 0;

    for (int i = 0; i < 50; i++)
        differ += world_pool(&world, POOL_LINUX, T + i * 600000).wait_p95_s !=
                  world_pool(&other, POOL_LINUX, T + i * 600000).wait_p95_s;
    cr_expect_gt(differ, 40);
}

/* The picture that the README and the looks have. */
Test(world, the_default_company_shows_what_the_dashboard_is_for)
{
    int breached = 0, without = 0, strained = 0;

    for (int pool = 0; pool < WORLD_POOLS; pool++) {
        struct pool_state s = world_pool(&world, pool, T);

        breached += s.wait_p95_s > world_pools[pool].goal_s;
        without += s.online < 1;
        strained += s.wait_p95_s > 300 && s.wait_p95_s <= world_pools[pool].goal_s;
    }
    cr_expect_eq(breached, 1);
    cr_expect_eq(without, 1);
    cr_expect_eq(strained, 1);
    cr_expect_eq(world_pool(&world, POOL_LINUX_XL, T).waiting, 18);
    cr_expect_lt(world_pool(&world, POOL_GPU, T).online, 1);
}

Test(world, something_is_wrong_most_of_the_time_in_any_company)
{
    int all = 0, some = 0;

    for (uint64_t seed = 1; seed <= 5; seed++)
        for (int64_t at = T - 7 * (int64_t)DAY_MS; at < T; at += HOUR_MS, all++) {
            const struct world w = { .seed = seed };
            bool wrong = false;

            for (int pool = 0; pool < WORLD_POOLS; pool++) {
                struct pool_state s = world_pool(&w, pool, at);

                wrong = wrong || s.online < 1 || s.wait_p95_s > world_pools[pool].goal_s;
            }
            some += wrong;
        }
    cr_expect_gt(some, all * 3 / 4, "%d of %d", some, all);
    cr_expect_lt(some, all);
}

/* What it shows of a day is an incident now and then, and mostly none. */
Test(world, a_calm_company_has_a_bad_day_now_and_then)
{
    const int days = 400;
    int days_bad = 0;

    for (int day = 0; day < days; day++) {
        const struct world w = { .seed = 163886, .calm = true };
        bool wrong = false;

        for (int64_t at = T - (day + 1) * DAY_MS; at < T - day * DAY_MS; at += 10 * MINUTE_MS)
            for (int kind = INCIDENT_CRUNCH; kind <= INCIDENT_REGISTRY; kind++) {
                struct incident i = incident_of(&w, (enum incident_kind)kind, at);

                wrong = wrong || (kind != INCIDENT_STRAIN && incident_is_on(&i, at));
            }
        days_bad += wrong;
    }
    cr_expect(days_bad > days / 4 && days_bad < days / 2, "%d of %d days", days_bad, days);
}

Test(world, incidents_stay_in_their_slot_and_end)
{
    for (int kind = INCIDENT_CRUNCH; kind <= INCIDENT_REGISTRY; kind++) {
        for (int64_t at = T - 7 * (int64_t)DAY_MS; at < T; at += 7 * MINUTE_MS) {
            struct incident i = incident_of(&world, (enum incident_kind)kind, at);
            double force = incident_force(&i, at);

            cr_expect(force >= 0 && force <= 1);
            if (i.pool < 0)
                continue;
            cr_expect_lt(i.from_ms, i.to_ms);
            cr_expect_lt(i.pool, WORLD_POOLS);
            /* Seen from its own beginning and end it is the same. */
            cr_expect_eq(incident_of(&world, (enum incident_kind)kind, i.from_ms).to_ms, i.to_ms);
            cr_expect_eq(incident_of(&world, (enum incident_kind)kind, i.to_ms - 1).from_ms,
                         i.from_ms);
        }
    }
}

Test(tally, counts_never_fall_between_two_restarts)
{
    for (int64_t from = T - 15 * (int64_t)DAY_MS; from < T; from += 13 * MINUTE_MS) {
        int64_t to = from + 13 * MINUTE_MS;
        bool restarted = tally_restart_ms(to) > from;

        for (int pool = 0; pool < WORLD_POOLS; pool++) {
            for (int result = 0; result < 2; result++)
                cr_expect(restarted || tally_jobs(&world, pool, result, to) >=
                                           tally_jobs(&world, pool, result, from));
            for (int b = 0; b < TALLY_BUCKETS; b++)
                cr_expect(restarted ||
                          tally_waits(&world, pool, b, to) >= tally_waits(&world, pool, b, from));
            cr_expect(restarted ||
                      tally_waits_sum_s(&world, pool, to) >= tally_waits_sum_s(&world, pool, from));
        }
    }
}

Test(tally, a_larger_bucket_holds_the_smaller)
{
    for (int64_t at = T - 7 * (int64_t)DAY_MS; at < T; at += HOUR_MS)
        for (int pool = 0; pool < WORLD_POOLS; pool++)
            for (int b = 1; b < TALLY_BUCKETS; b++)
                cr_expect_geq(tally_waits(&world, pool, b, at),
                              tally_waits(&world, pool, b - 1, at));
}

Test(tally, restarts_on_mondays_at_four)
{
    int64_t monday = 1795406400000 - 1795406400000 % DAY_MS; /* 2026-11-23 */

    cr_expect_eq(tally_restart_ms(T), monday + 4 * HOUR_MS);
    cr_expect_eq(tally_restart_ms(monday + 4 * HOUR_MS), monday + 4 * HOUR_MS);
    cr_expect_eq(tally_restart_ms(monday + 4 * HOUR_MS - 1), monday + 4 * HOUR_MS - WEEK_MS);
    for (int pool = 0; pool < WORLD_POOLS; pool++)
        cr_expect_eq(tally_jobs(&world, pool, 1, monday + 4 * HOUR_MS), 0);
    cr_expect_leq(tally_restart_ms(0), 0);
    cr_expect_geq(tally_jobs(&world, 0, 1, 0), 0);
}

Test(tally, counts_are_the_integral_of_the_rates)
{
    int64_t from = tally_restart_ms(T), at = from;
    double jobs = 0;

    for (; at < T; at += MINUTE_MS)
        jobs += world_pool(&world, POOL_LINUX, at).jobs_per_s * 60;
    double counted = tally_jobs(&world, POOL_LINUX, 0, at) + tally_jobs(&world, POOL_LINUX, 1, at);
    cr_expect_float_eq(counted / jobs, 1., 0.01, "%g counted, %g begun", counted, jobs);
}

/* ---- alerts ---- */

static const struct alert *find(const struct board *board, const char *name, const char *pool)
{
    for (size_t i = 0; i < board->count; i++)
        if (strcmp(board->alerts[i].rule->name, name) == 0 &&
            strcmp(alert_label(&board->alerts[i], "pool"), pool) == 0)
            return &board->alerts[i];
    return NULL;
}

Test(alerts, tell_what_the_world_has)
{
    static struct board board;
    const struct alert *queue, *runners, *busy, *image = NULL;

    board_fill(&board, &world, T);
    queue = find(&board, "QueueTooLong", "linux-xl");
    runners = find(&board, "NoRunners", "gpu");
    busy = find(&board, "RunnersBusy", "linux-xl");
    for (size_t i = 0; i < board.count; i++)
        if (*board.alerts[i].silenced_by)
            image = &board.alerts[i];
    cr_assert(queue && runners && busy && image);
    cr_expect_gt(queue->firing_ms, 0);
    cr_expect_str_eq(alert_label(queue, "severity"), "critical");
    cr_expect_str_eq(alert_label(queue, "team"), "build");
    cr_expect_str_eq(alert_label(queue, "alertname"), "QueueTooLong");
    cr_expect_str_eq(runners->summary, "gpu has no runner online");
    cr_expect_str_eq(busy->summary, "linux-xl: 100% of the runners are busy");
    cr_expect_str_eq(busy->inhibited_by, queue->fingerprint);
    cr_expect_str_eq(queue->inhibited_by, "");
    cr_expect_str_eq(image->silenced_by, silence_of(&world, T, 0).id);
}

Test(alerts, begin_when_their_condition_did_and_fire_after_its_time)
{
    static struct board board, before;
    int seen = 0, pending = 0;

    for (int64_t at = T - DAY_MS; at < T; at += 9 * MINUTE_MS) {
        board_fill(&board, &world, at);
        for (size_t i = 0; i < board.count; i++, seen++) {
            const struct alert *a = &board.alerts[i], *again;

            cr_expect_leq(a->active_ms, at);
            pending += a->firing_ms == 0;
            if (a->firing_ms)
                cr_expect_eq(a->firing_ms - a->active_ms, (int64_t)a->rule->for_s * 1000);
            else
                cr_expect_lt(rule_evaluated_ms(a->rule, at) - a->active_ms,
                             (int64_t)a->rule->for_s * 1000);
            /* A while ago it was there too, since the same moment. */
            if (a->active_ms > at - 5 * MINUTE_MS)
                continue;
            board_fill(&before, &world, at - 5 * MINUTE_MS);
            again = find(&before, a->rule->name, alert_label(a, "pool"));
            cr_assert(again, "%s %s", a->rule->name, alert_label(a, "pool"));
            cr_expect_eq(again->active_ms, a->active_ms, "%s", a->rule->name);
        }
    }
    cr_expect_gt(seen, 100);
    cr_expect_gt(pending, 5);
}

Test(alerts, rules_are_queries_that_are_understood)
{
    struct promql_error error;

    for (const struct rule *rule = rules; rule->name; rule++) {
        struct promql *query = promql_new(rule->query, &error);

        cr_assert(query, "%s: %s", rule->name, error.text);
        cr_expect_eq(promql_type_of(query), PROMQL_VECTOR);
        promql_free(query);
    }
}

Test(alerts, are_known_by_their_sorted_labels)
{
    static struct board board;

    board_fill(&board, &world, T);
    for (size_t i = 0; i < board.count; i++) {
        cr_expect_eq(strlen(board.alerts[i].fingerprint), 16);
        for (size_t j = 1; j < board.alerts[i].label_count; j++)
            cr_expect_lt(strcmp(board.alerts[i].labels[j - 1].name, board.alerts[i].labels[j].name),
                         0);
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(board.alerts[i].fingerprint, board.alerts[j].fingerprint);
    }
}

Test(alerts, a_silence_covers_the_week_without_a_gap)
{
    struct silence now = silence_of(&world, T, 0), before = silence_of(&world, T, 1);

    cr_expect(now.from_ms <= T && T < now.to_ms);
    cr_expect_eq(before.to_ms, now.from_ms);
    cr_expect_eq(strlen(now.id), 36);
    cr_expect_str_neq(now.id, before.id);
    cr_expect_str_eq(silence_of(&world, now.from_ms, 0).id, now.id);
    cr_expect_str_eq(silence_of(&world, now.to_ms - 1, 0).id, now.id);
}
