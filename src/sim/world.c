/* world: the simulated company, a pure function of seed and time. */
#include "config.h"

#include "sim/world.h"

#include <math.h>

#include "core/time.h"
#include "sim/incident.h"
#include "sim/noise.h"

/* Places of noise, apart from each other and from those of incidents. */
enum { DEMAND = 0, BURST = 50, START = 100, FAILING = 150, DISK = 200, IMAGE = 201, RUNS = 300 };

enum { RECOVERY_MS = 15 * MINUTE_MS };

static const double PI = 3.14159265358979323846;

const struct pool_info world_pools[WORLD_POOLS] = {
    [POOL_LINUX_XL] = { "linux-xl", "build", 40, 0.80, 300., 540., 12. },
    [POOL_GPU] = { "gpu", "ml", 8, 0.55, 600., 1800., 25. },
    [POOL_LINUX] = { "linux", "build", 120, 0.60, 300., 480., 12. },
    [POOL_LINUX_ARM] = { "linux-arm", "build", 32, 0.40, 300., 540., 9. },
    [POOL_WINDOWS] = { "windows", "desktop", 24, 0.72, 600., 900., 36. },
    [POOL_MACOS] = { "macos", "mobile", 12, 0.60, 600., 720., 36. },
    [POOL_LINUX_SPOT] = { "linux-spot", "build", 64, 0.58, 300., 480., 20. },
    [POOL_ANDROID] = { "android", "mobile", 10, 0.45, 300., 600., 28. },
    [POOL_RELEASE] = { "release", "release", 2, 0.10, 60., 180., 3. },
};

const struct pipeline_info world_pipelines[WORLD_PIPELINES] = {
    { "api/test", 97, 0.22 },     { "web/e2e", 88, 0.12 },       { "docs/lint", 12, 0.08 },
    { "web/deploy", 142, 0.09 },  { "lib/build", 61, 0.05 },     { "payments/test", 44, 0.09 },
    { "mobile/build", 36, 0.06 }, { "infra/plan", 210, 0.03 },   { "search/index", 25, 0.04 },
    { "auth/test", 73, 0.07 },    { "data/nightly", 4, 0.20 },   { "web/unit", 166, 0.07 },
    { "cli/release", 9, 0.01 },   { "ops/terraform", 58, 0.02 },
};

/* Night 0.25, workday noon 1, weekend half of it. Smooth, but at midnight before
 * and after a weekend. */
double world_rhythm(const struct world *w, int64_t at_ms)
{
    at_ms += w->ahead_ms;

    double hour = (double)(at_ms % DAY_MS) / HOUR_MS;
    int day = (int)((at_ms / DAY_MS + 4) % 7); /* 1970-01-01 was a Thursday; 0 Sunday */
    double curve = 0.25 + 0.75 * pow((1. + cos((hour - 13.) / 24. * 2. * PI)) / 2., 1.5);

    return day == 0 || day == 6 ? curve / 2. : curve;
}

/* How far the last incident of this kind drives a pool now. */
static double force_on(const struct world *w, enum incident_kind kind, int pool, int64_t at_ms,
                       double *size)
{
    struct incident incident = incident_of(w, kind, at_ms);

    *size = incident.size;
    return incident.pool == pool ? incident_force(&incident, at_ms) : 0.;
}

/* What a newcomer waits because others wait before it, in seconds (the queue
 * over the rate at which it is served), and how busy the pool is. */
static double delay_s(const struct world *w, int pool, int64_t at_ms, double *load)
{
    const struct pool_info *info = &world_pools[pool];
    double size,
        jitter = 0.9 + 0.2 * noise_smooth(w->seed, DEMAND + (uint64_t)pool, at_ms, 9 * MINUTE_MS);
    double crunch = force_on(w, INCIDENT_CRUNCH, pool, at_ms, &size);
    double delay = crunch * info->goal_s * (0.62 + 0.5 * size);
    double strain = force_on(w, INCIDENT_STRAIN, pool, at_ms, &size);

    /* 0.65 to 0.75 of the goal, once the start of a machine is added. */
    delay = fmax(delay, strain * (info->goal_s * (0.65 + 0.1 * size) - 4.2 * info->start_s) / 2.4);
    if (crunch > 0. || strain > 0.)
        *load = fmax(*load, fmin(1., 0.6 + fmax(crunch, 0.35 * strain)));
    else
        delay += fmax(*load - 0.85, 0.) * 300.;
    return delay * jitter;
}

/* All runners gone: jobs come as before, and none begins. */
static void take_away(struct pool_state *s, const struct world *w, const struct incident *outage,
                      int64_t at_ms)
{
    const struct pool_info *info = &world_pools[outage->pool];
    double away_s = (double)(at_ms - outage->from_ms) / 1e3;
    double arrivals =
        info->load * world_rhythm(w, outage->from_ms) * info->capacity / info->duration_s;

    s->online = s->busy = s->jobs_per_s = 0.;
    s->waiting = floor(arrivals * away_s);
    s->oldest_wait_s = s->waiting > 0. ? away_s - 0.5 / arrivals : 0.;
    s->wait_p50_s = s->wait_p95_s = (double)NAN;
}

static void outage_to(struct pool_state *s, const struct world *w, int pool, int64_t at_ms)
{
    struct incident outage = incident_of(w, INCIDENT_OUTAGE, at_ms);
    struct pool_state last = { 0 };
    double left;

    if (outage.pool != pool || at_ms < outage.from_ms || at_ms >= outage.to_ms + RECOVERY_MS)
        return;
    if (at_ms < outage.to_ms) {
        take_away(s, w, &outage, at_ms);
        return;
    }
    /* The runners are back, and what waited is worked off. */
    take_away(&last, w, &outage, outage.to_ms);
    left = 1. - (double)(at_ms - outage.to_ms) / RECOVERY_MS;
    s->waiting = fmax(s->waiting, floor(last.waiting * left));
    if (s->waiting > 0.) {
        s->busy = s->online;
        s->oldest_wait_s = fmax(s->oldest_wait_s, last.oldest_wait_s * left);
        s->wait_p95_s = fmax(s->wait_p95_s, last.oldest_wait_s * left);
        s->wait_p50_s = fmax(s->wait_p50_s, last.oldest_wait_s * left / 2.);
    }
}

struct pool_state world_pool(const struct world *w, int pool, int64_t at_ms)
{
    const struct pool_info *info = &world_pools[pool];
    uint64_t place = (uint64_t)pool;
    double load = info->load * world_rhythm(w, at_ms) *
                  (0.85 + 0.3 * noise_smooth(w->seed, DEMAND + place, at_ms, 17 * MINUTE_MS));
    double start = 0.8 + 0.4 * noise_smooth(w->seed, START + place, at_ms, 20 * MINUTE_MS);
    double burst = noise_smooth(w->seed, BURST + place, at_ms, 3 * MINUTE_MS);
    double delay = delay_s(w, pool, at_ms, &load);
    struct pool_state s = { .online = info->capacity };

    s.busy = floor(fmin(load, 1.) * s.online);
    s.waiting = floor(delay * s.online / info->duration_s + 0.06 * burst * load * s.online);
    s.wait_p50_s = info->start_s * start + 0.55 * delay;
    s.wait_p95_s = 4.2 * info->start_s * start + 2.4 * delay;
    if (s.waiting > 0.)
        s.oldest_wait_s = s.wait_p95_s * (0.55 + 0.6 * fmin(1., s.waiting / 8.));
    outage_to(&s, w, pool, at_ms);
    s.jobs_per_s = s.busy / info->duration_s;
    s.fail_share = 0.04 + 0.05 * noise_smooth(w->seed, FAILING + place, at_ms, 90 * MINUTE_MS);
    if (!world_registry_up(w, at_ms))
        s.fail_share += 0.3;
    return s;
}

/* Each pool's image is renewed every 45 days, one pool after the other. */
double world_image_age_s(const struct world *w, int pool, int64_t at_ms)
{
    const int64_t every_ms = 45 * DAY_MS;
    int64_t phase_ms = (int64_t)(noise_chance(w->seed, IMAGE, 0) * (double)every_ms);

    return (double)((at_ms + phase_ms + pool * (every_ms / WORLD_POOLS)) % every_ms) / 1e3;
}

double world_runs_per_s(const struct world *w, int pipeline, int64_t at_ms)
{
    double usual = world_pipelines[pipeline].runs / (DAY_MS / 1e3) * 2.;

    return usual * world_rhythm(w, at_ms) *
           (0.7 + 0.6 * noise_smooth(w->seed, RUNS + (uint64_t)pipeline, at_ms, HOUR_MS));
}

double world_runs_fail_share(const struct world *w, int pipeline, int64_t at_ms)
{
    double usual = world_pipelines[pipeline].fail_share;
    uint64_t place = RUNS + 50 + (uint64_t)pipeline;

    return usual * (0.5 + noise_smooth(w->seed, place, at_ms, 3 * HOUR_MS)) +
           (world_registry_up(w, at_ms) ? 0. : 0.4);
}

bool world_registry_up(const struct world *w, int64_t at_ms)
{
    struct incident incident = incident_of(w, INCIDENT_REGISTRY, at_ms);

    return !incident_is_on(&incident, at_ms);
}

/* It fills for three days and is then emptied. */
double world_disk_used(const struct world *w, int64_t at_ms)
{
    double full = (double)(at_ms % (3 * DAY_MS)) / (3. * DAY_MS);

    return 0.55 + 0.36 * full + 0.02 * noise_smooth(w->seed, DISK, at_ms, HOUR_MS);
}
