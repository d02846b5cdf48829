/* metrics: what the simulated company exports to its Prometheus. */
#include "config.h"

#include "sim/metrics.h"

#include <math.h>
#include <string.h>

#include "sim/tally.h"

/* ---- elements ---- */

const char *element_label(const struct element *e, const char *name)
{
    for (size_t i = 0; i < e->label_count; i++)
        if (strcmp(e->labels[i].name, name) == 0)
            return e->labels[i].value;
    return "";
}

int element_compare(const void *a, const void *b)
{
    const struct element *x = a, *y = b;

    for (size_t i = 0; i < x->label_count && i < y->label_count; i++) {
        int order = strcmp(x->labels[i].name, y->labels[i].name);

        if (order == 0)
            order = strcmp(x->labels[i].value, y->labels[i].value);
        if (order != 0)
            return order;
    }
    return (x->label_count > y->label_count) - (x->label_count < y->label_count);
}

bool element_same(const struct element *a, const struct element *b)
{
    return a->label_count == b->label_count && element_compare(a, b) == 0;
}

void element_drop(struct element *e, const char *label)
{
    size_t kept = 0;

    for (size_t i = 0; i < e->label_count; i++)
        if (strcmp(e->labels[i].name, label) != 0)
            e->labels[kept++] = e->labels[i];
    e->label_count = kept;
}

/* ---- values ---- */

static double capacity(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)w;
    (void)column;
    (void)at_ms;
    return world_pools[pool].capacity;
}

static double goal(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)w;
    (void)column;
    (void)at_ms;
    return world_pools[pool].goal_s;
}

static double online(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)column;
    return world_pool(w, pool, at_ms).online;
}

static double busy(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)column;
    return world_pool(w, pool, at_ms).busy;
}

static double waiting(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)column;
    return world_pool(w, pool, at_ms).waiting;
}

static double in_ms(double s) /* as an exporter would round it */
{
    return round(s * 1e3) / 1e3;
}

static double oldest_wait(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)column;
    return in_ms(world_pool(w, pool, at_ms).oldest_wait_s);
}

static double wait_p50(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)column;
    return in_ms(world_pool(w, pool, at_ms).wait_p50_s);
}

static double wait_p95(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)column;
    return in_ms(world_pool(w, pool, at_ms).wait_p95_s);
}

static double image_age(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)column;
    return floor(world_image_age_s(w, pool, at_ms));
}

static double waits_count(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)column;
    return tally_waits(w, pool, TALLY_BUCKETS - 1, at_ms);
}

static double waits_sum(const struct world *w, int pool, int column, int64_t at_ms)
{
    (void)column;
    return tally_waits_sum_s(w, pool, at_ms);
}

static double registry_up(const struct world *w, int row, int column, int64_t at_ms)
{
    (void)row;
    (void)column;
    return world_registry_up(w, at_ms);
}

static double disk_used(const struct world *w, int row, int column, int64_t at_ms)
{
    (void)row;
    (void)column;
    return in_ms(world_disk_used(w, at_ms));
}

enum { TARGETS = 3, TARGET_REGISTRY = 2 };
static const struct {
    const char *job, *instance;
} targets[TARGETS] = { { "ci-exporter", "ci.acme.example:9101" },
                       { "node", "ci.acme.example:9100" },
                       { "registry", "registry.acme.example:5001" } };

static double target_up(const struct world *w, int row, int column, int64_t at_ms)
{
    (void)column;
    return row != TARGET_REGISTRY || world_registry_up(w, at_ms);
}

/* ---- the metrics ---- */

enum over { POOLS, POOL_RESULTS, POOL_BUCKETS, PIPELINE_RESULTS, TARGETS_UP, ONE };

static const struct {
    size_t rows, columns;
} sizes[] = {
    [POOLS] = { WORLD_POOLS, 1 },
    [POOL_RESULTS] = { WORLD_POOLS, 2 },
    [POOL_BUCKETS] = { WORLD_POOLS, TALLY_BUCKETS },
    [PIPELINE_RESULTS] = { WORLD_PIPELINES, 2 },
    [TARGETS_UP] = { TARGETS, 1 },
    [ONE] = { 1, 1 },
};

const struct metric metrics[] = {
    { "ci_cache_disk_used_ratio", "gauge", "Share of the build cache's disk in use.", ONE,
      disk_used },
    { "ci_jobs_total", "counter", "Jobs that ended.", POOL_RESULTS, tally_jobs },
    { "ci_jobs_waiting", "gauge", "Jobs that wait for a runner.", POOLS, waiting },
    { "ci_oldest_wait_seconds", "gauge", "How long the oldest waiting job has waited.", POOLS,
      oldest_wait },
    { "ci_pipeline_runs_total", "counter", "Pipeline runs that ended.", PIPELINE_RESULTS,
      tally_runs },
    { "ci_queue_goal_seconds", "gauge", "Goal for the 95th percentile of the queue time.", POOLS,
      goal },
    { "ci_queue_wait_seconds_bucket", "counter", "Queue time of the jobs that began.", POOL_BUCKETS,
      tally_waits },
    { "ci_queue_wait_seconds_count", "counter", "Queue time of the jobs that began.", POOLS,
      waits_count },
    { "ci_queue_wait_seconds_p50", "gauge", "Median queue time of the jobs that begin now.", POOLS,
      wait_p50 },
    { "ci_queue_wait_seconds_p95", "gauge",
      "95th percentile of the queue time of the jobs that begin now.", POOLS, wait_p95 },
    { "ci_queue_wait_seconds_sum", "counter", "Queue time of the jobs that began.", POOLS,
      waits_sum },
    { "ci_registry_up", "gauge", "Whether the container registry answers.", ONE, registry_up },
    { "ci_runner_busy", "gauge", "Runners that run a job.", POOLS, busy },
    { "ci_runner_capacity", "gauge", "Runners that there should be.", POOLS, capacity },
    { "ci_runner_image_age_seconds", "gauge", "Age of the image that the runners boot.", POOLS,
      image_age },
    { "ci_runner_online", "gauge", "Runners that are there.", POOLS, online },
    { "up", "gauge", "Whether the target could be scraped.", TARGETS_UP, target_up },
    { 0 },
};

static void add_label(struct element *e, const char *name, const char *value)
{
    e->labels[e->label_count++] = (struct label){ name, value };
}

static struct element labelled(const struct metric *metric, int row, int column)
{
    const char *result = column == 0 ? "failure" : "success";
    struct element e = { 0 };

    add_label(&e, "__name__", metric->name);
    switch ((enum over)metric->over) {
    case POOLS:
        add_label(&e, "pool", world_pools[row].name);
        add_label(&e, "team", world_pools[row].team);
        break;
    case POOL_RESULTS:
        add_label(&e, "pool", world_pools[row].name);
        add_label(&e, "result", result);
        break;
    case POOL_BUCKETS:
        add_label(&e, "le", tally_bounds[column]);
        add_label(&e, "pool", world_pools[row].name);
        break;
    case PIPELINE_RESULTS:
        add_label(&e, "pipeline", world_pipelines[row].name);
        add_label(&e, "result", result);
        break;
    case TARGETS_UP:
        add_label(&e, "instance", targets[row].instance);
        add_label(&e, "job", targets[row].job);
        break;
    case ONE:
        break;
    }
    return e;
}

size_t metric_series(const struct metric *metric)
{
    return sizes[metric->over].rows * sizes[metric->over].columns;
}

size_t metric_read(const struct metric *metric, const struct world *w, int64_t at_ms,
                   struct element *out)
{
    size_t n = 0;

    if (at_ms < 0)
        return 0;
    for (size_t row = 0; row < sizes[metric->over].rows; row++) {
        for (size_t column = 0; column < sizes[metric->over].columns; column++) {
            double value = metric->value(w, (int)row, (int)column, at_ms);

            if (isnan(value))
                continue;
            out[n] = labelled(metric, (int)row, (int)column);
            out[n++].value = value;
        }
    }
    return n;
}
