/* metrics: what the simulated company exports. */
#include "config.h"

#include "sim/metrics.h"

#include <math.h>
#include <string.h>

enum metric {
    RUNNER_CAPACITY,
    RUNNER_ONLINE,
    RUNNER_BUSY,
    JOBS_WAITING,
    OLDEST_WAIT,
    WAIT_P50,
    WAIT_P95,
    JOBS_TOTAL,
    REGISTRY_UP,
    DISK_USED,
    UP
};

const char *const metric_names[] = {
    [RUNNER_CAPACITY] = "ci_runner_capacity",
    [RUNNER_ONLINE] = "ci_runner_online",
    [RUNNER_BUSY] = "ci_runner_busy",
    [JOBS_WAITING] = "ci_jobs_waiting",
    [OLDEST_WAIT] = "ci_oldest_wait_seconds",
    [WAIT_P50] = "ci_queue_wait_seconds_p50",
    [WAIT_P95] = "ci_queue_wait_seconds_p95",
    [JOBS_TOTAL] = "ci_jobs_total",
    [REGISTRY_UP] = "ci_registry_up",
    [DISK_USED] = "ci_cache_disk_used_ratio",
    [UP] = "up",
    NULL,
};

static double of_pool(enum metric metric, const struct pool_state *s, int pool)
{
    switch (metric) {
    case RUNNER_CAPACITY:
        return world_pools[pool].capacity;
    case RUNNER_ONLINE:
        return s->online;
    case RUNNER_BUSY:
        return s->busy;
    case JOBS_WAITING:
        return s->waiting;
    case OLDEST_WAIT:
        return s->oldest_wait_s;
    case WAIT_P50:
        return s->wait_p50_s;
    case WAIT_P95:
        return s->wait_p95_s;
    case JOBS_TOTAL:
    case REGISTRY_UP:
    case DISK_USED:
    case UP:
        break;
    }
    return (double)NAN;
}

static void add(struct element *out, size_t *n, size_t cap, struct element element)
{
    if (*n < cap && !isnan(element.value))
        out[(*n)++] = element;
}

static struct element pool_element(const char *name, int pool, double value)
{
    return (struct element){ .labels = { { "__name__", name },
                                         { "pool", world_pools[pool].name },
                                         { "team", world_pools[pool].team } },
                             .label_count = 3,
                             .value = value };
}

size_t metrics_read(struct element *out, size_t cap, const struct world *w, const char *name,
                    int64_t at_ms)
{
    static const char *const jobs[] = { "ci-exporter", "node", "registry" };
    static const char *const results[] = { "failure", "success" };
    size_t n = 0, metric = 0;

    while (metric_names[metric] && strcmp(metric_names[metric], name) != 0)
        metric++;
    name = metric_names[metric];
    if (!name)
        return 0;
    for (int pool = 0; metric <= WAIT_P95 && pool < WORLD_POOLS; pool++) {
        struct pool_state s = world_pool(w, pool, at_ms);

        add(out, &n, cap, pool_element(name, pool, of_pool((enum metric)metric, &s, pool)));
    }
    for (int pool = 0; metric == JOBS_TOTAL && pool < WORLD_POOLS; pool++)
        for (int r = 0; r < 2; r++)
            add(out, &n, cap,
                (struct element){ .labels = { { "__name__", name },
                                              { "pool", world_pools[pool].name },
                                              { "result", results[r] } },
                                  .label_count = 3,
                                  .value = world_jobs(w, pool, r == 0, at_ms) });
    for (size_t j = 0; metric == UP && j < 3; j++)
        add(out, &n, cap,
            (struct element){ .labels = { { "__name__", name },
                                          { "instance", "sim.example:9100" },
                                          { "job", jobs[j] } },
                              .label_count = 3,
                              .value = j < 2 || world_registry_up(w, at_ms) });
    if (metric == REGISTRY_UP || metric == DISK_USED)
        add(out, &n, cap,
            (struct element){ .labels = { { "__name__", name } },
                              .label_count = 1,
                              .value = metric == DISK_USED ? world_disk_used(w, at_ms)
                                                           : world_registry_up(w, at_ms) });
    return n;
}
