/* tally: what the simulated exporters count since their weekly restart. */
#include "config.h"

#include "sim/tally.h"

#include <math.h>
#include <string.h>

#include "core/time.h"
#include "sim/noise.h"

enum {
    STEP_MS = 5 * MINUTE_MS,
    STEPS = WEEK_MS / STEP_MS,
    /* 1970-01-05T04:00:00Z was a Monday. */
    FIRST_RESTART_MS = 4 * DAY_MS + 4 * HOUR_MS,
    WEEKS = 6
};

const char *const tally_bounds[TALLY_BUCKETS] = { "1",   "5",   "10",   "30",   "60",   "120",
                                                  "300", "600", "1200", "1800", "3600", "+Inf" };
static const double bounds_s[TALLY_BUCKETS] = { 1.,   5.,   10.,   30.,   60.,   120.,
                                                300., 600., 1200., 1800., 3600., (double)INFINITY };

/* Sums since the restart, one every STEP_MS. */
struct pool_sums {
    double jobs[2][STEPS + 1];
    double waits[TALLY_BUCKETS][STEPS + 1];
    double waits_s[STEPS + 1];
};

/* A week's sums are the same for every reader: worked out once, kept while it is
 * among the last few that were asked for. */
static struct week {
    bool filled;
    uint64_t seed;
    int64_t number;
    struct pool_sums pool[WORLD_POOLS];
    double runs[WORLD_PIPELINES][2][STEPS + 1];
} weeks[WEEKS];

/* Share of a log-normal distribution, known by two quantiles, up to bound. */
static double share_below(double bound, double p50, double p95)
{
    double sigma = log(p95 / p50) / 1.6448536;

    return isinf(bound) ? 1. : 0.5 * erfc(-log(bound / p50) / sigma / sqrt(2.));
}

static void fill_pool(struct pool_sums *sums, const struct world *w, int pool, int step,
                      int64_t at_ms)
{
    struct pool_state s = world_pool(w, pool, at_ms);
    double jobs = s.jobs_per_s * STEP_MS / 1e3;
    bool begins = jobs > 0. && !isnan(s.wait_p95_s);
    double sigma = begins ? log(s.wait_p95_s / s.wait_p50_s) / 1.6448536 : 0.;

    sums->jobs[0][step + 1] = sums->jobs[0][step] + jobs * s.fail_share;
    sums->jobs[1][step + 1] = sums->jobs[1][step] + jobs * (1. - s.fail_share);
    sums->waits_s[step + 1] =
        sums->waits_s[step] + (begins ? jobs * s.wait_p50_s * exp(sigma * sigma / 2.) : 0.);
    for (int b = 0; b < TALLY_BUCKETS; b++)
        sums->waits[b][step + 1] =
            sums->waits[b][step] +
            (begins ? jobs * share_below(bounds_s[b], s.wait_p50_s, s.wait_p95_s) : 0.);
}

static const struct week *week_at(const struct world *w, int64_t restart_ms)
{
    int64_t number = (restart_ms - FIRST_RESTART_MS + WEEK_MS) / WEEK_MS;
    struct week *week = &weeks[number % WEEKS];

    if (week->filled && week->seed == w->seed && week->number == number)
        return week;
    week->filled = true;
    week->seed = w->seed;
    week->number = number;
    for (int step = 0; step < STEPS; step++) {
        int64_t at_ms = restart_ms + (int64_t)step * STEP_MS + STEP_MS / 2;

        at_ms = at_ms > 0 ? at_ms : 0;
        for (int pool = 0; pool < WORLD_POOLS; pool++)
            fill_pool(&week->pool[pool], w, pool, step, at_ms);
        for (int i = 0; i < WORLD_PIPELINES; i++) {
            double runs = world_runs_per_s(w, i, at_ms) * STEP_MS / 1e3;
            double failed = runs * world_runs_fail_share(w, i, at_ms);

            week->runs[i][0][step + 1] = week->runs[i][0][step] + failed;
            week->runs[i][1][step + 1] = week->runs[i][1][step] + runs - failed;
        }
    }
    return week;
}

int64_t tally_restart_ms(int64_t at_ms)
{
    int64_t since = at_ms - FIRST_RESTART_MS + WEEK_MS;

    return since / WEEK_MS * WEEK_MS + FIRST_RESTART_MS - WEEK_MS;
}

/* Between two sums a straight line, in whole things. */
static double read_sum(const double *sums, int64_t into_ms)
{
    int64_t step = into_ms / STEP_MS;
    double share = (double)(into_ms % STEP_MS) / STEP_MS;

    return floor(fmin(sums[step] + (sums[step + 1] - sums[step]) * share, sums[step + 1]));
}

double tally_jobs(const struct world *w, int pool, int result, int64_t at_ms)
{
    int64_t restart = tally_restart_ms(at_ms);

    return read_sum(week_at(w, restart)->pool[pool].jobs[result], at_ms - restart);
}

double tally_runs(const struct world *w, int pipeline, int result, int64_t at_ms)
{
    int64_t restart = tally_restart_ms(at_ms);

    return read_sum(week_at(w, restart)->runs[pipeline][result], at_ms - restart);
}

double tally_waits(const struct world *w, int pool, int bucket, int64_t at_ms)
{
    int64_t restart = tally_restart_ms(at_ms);

    return read_sum(week_at(w, restart)->pool[pool].waits[bucket], at_ms - restart);
}

double tally_waits_sum_s(const struct world *w, int pool, int64_t at_ms)
{
    int64_t restart = tally_restart_ms(at_ms);

    return read_sum(week_at(w, restart)->pool[pool].waits_s, at_ms - restart);
}
