/* alerts: the company's alerting rules, over its world. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/sim.h"

enum { MINUTE = 60000 };

static bool queue_long(const struct world *w, int pool, int64_t at_ms)
{
    struct pool_state s = world_pool(w, pool, at_ms);

    return s.wait_p95_s > world_pools[pool].goal_s;
}

static bool no_runners(const struct world *w, int pool, int64_t at_ms)
{
    return world_pool(w, pool, at_ms).online < 1.;
}

static bool nearly_full(const struct world *w, int pool, int64_t at_ms)
{
    struct pool_state s = world_pool(w, pool, at_ms);

    return s.online > 0. && s.busy / s.online > 0.9;
}

static bool registry_down(const struct world *w, int pool, int64_t at_ms)
{
    (void)pool;
    return !world_registry_up(w, at_ms);
}

static bool disk_filling(const struct world *w, int pool, int64_t at_ms)
{
    (void)pool;
    return world_disk_used(w, at_ms) > 0.8;
}

static const struct rule {
    const char *name, *severity;
    bool (*holds)(const struct world *w, int pool, int64_t at_ms);
    int for_min;
    bool of_pools;
} rules[] = {
    { "NoRunners", "critical", no_runners, 2, true },
    { "QueueTooLong", "critical", queue_long, 5, true },
    { "RegistryErrors", "critical", registry_down, 3, false },
    { "RunnersBusy", "warning", nearly_full, 10, true },
    { "CacheDiskFilling", "info", disk_filling, 10, false },
};

static void describe(struct sim_alert *a, const struct world *w, int pool, int64_t at_ms)
{
    struct pool_state s = world_pool(w, pool < 0 ? 0 : pool, at_ms);
    char wait[TIME_TEXT];
    const char *name = pool < 0 ? "" : world_pools[pool].name;

    if (strcmp(a->name, "NoRunners") == 0)
        (void)snprintf(a->summary, sizeof(a->summary), "%s has no runner, %.0f jobs wait", name,
                       s.waiting);
    else if (strcmp(a->name, "QueueTooLong") == 0)
        (void)snprintf(a->summary, sizeof(a->summary), "%s: %.0f jobs wait, the oldest %s", name,
                       s.waiting, duration_format(wait, (int64_t)s.oldest_wait_s * 1000, true));
    else if (strcmp(a->name, "RunnersBusy") == 0)
        (void)snprintf(a->summary, sizeof(a->summary), "%s: %.0f of %.0f runners are busy", name,
                       s.busy, s.online);
    else if (strcmp(a->name, "RegistryErrors") == 0)
        (void)snprintf(a->summary, sizeof(a->summary), "the container registry answers 503");
    else
        (void)snprintf(a->summary, sizeof(a->summary), "the cache disk is %.0f %% full",
                       100. * world_disk_used(w, at_ms));
}

static void add(struct sim_alert *out, size_t *n, const struct world *w, const struct rule *rule,
                int pool, int64_t at_ms)
{
    int64_t since = world_since(w, at_ms, rule->holds, pool < 0 ? 0 : pool);
    struct sim_alert *a = &out[*n];

    if (since == 0 || *n == ALERTS_MOST)
        return;
    *a = (struct sim_alert){ .name = rule->name,
                             .severity = rule->severity,
                             .pool = pool < 0 ? "" : world_pools[pool].name,
                             .team = pool < 0 ? "platform" : world_pools[pool].team,
                             .since_ms = since,
                             .silenced_by = "",
                             .inhibited_by = "" };
    if (at_ms - since >= (int64_t)rule->for_min * MINUTE)
        a->firing_ms = since + (int64_t)rule->for_min * MINUTE;
    describe(a, w, pool, at_ms);
    (*n)++;
}

/* The queue of a pool without runners needs no alert of its own; and somebody
 * has muted what windows says of itself. */
static void mute(struct sim_alert *alerts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct sim_alert *a = &alerts[i];

        if (strcmp(a->pool, "windows") == 0 && strcmp(a->name, "RunnersBusy") == 0)
            a->silenced_by = "5f2c1ad0-8a63-4f1e-9c55-3d1f0a7be0aa";
        for (size_t j = 0; j < n; j++)
            if (strcmp(alerts[j].pool, a->pool) == 0 && alerts[j].firing_ms > 0 && *a->pool &&
                strcmp(a->name, "RunnersBusy") == 0 && strcmp(alerts[j].name, "QueueTooLong") == 0)
                a->inhibited_by = "QueueTooLong";
    }
}

size_t sim_alerts(struct sim_alert *out, const struct world *w, int64_t at_ms)
{
    size_t n = 0;

    for (size_t r = 0; r < sizeof(rules) / sizeof(rules[0]); r++) {
        for (int pool = 0; rules[r].of_pools && pool < WORLD_POOLS; pool++)
            add(out, &n, w, &rules[r], pool, at_ms);
        if (!rules[r].of_pools)
            add(out, &n, w, &rules[r], -1, at_ms);
    }
    mute(out, n);
    return n;
}
