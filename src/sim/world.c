/* world: the simulated company, a pure function of seed and time. */
#include "config.h"

#include "sim/world.h"

#include <math.h>

enum {
    MINUTE_MS = 60000,
    HOUR_MS = 3600000,
    DAY_MS = 86400000,
    OUTAGE_EVERY_MS = 4 * HOUR_MS, /* one slot a pool; not every slot has one */
    LOOK_BACK = 12 * 60            /* minutes that world_since() goes back */
};

static const double PI = 3.14159265358979323846;

const struct pool_info world_pools[WORLD_POOLS] = {
    { "linux-xl", "build", 40, 0.90, 300 },   { "gpu", "ml", 8, 0.55, 600 },
    { "linux", "build", 120, 0.60, 300 },     { "linux-arm", "build", 32, 0.40, 300 },
    { "windows", "desktop", 24, 0.80, 600 },  { "macos", "mobile", 12, 0.60, 600 },
    { "linux-spot", "build", 64, 0.58, 300 }, { "android", "mobile", 10, 0.45, 300 },
    { "release", "release", 2, 0.10, 60 },
};

/* splitmix64: https://prng.di.unimi.it/splitmix64.c */
static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* 0 to 1, for a place and a whole number of something. */
static double chance(const struct world *w, uint64_t place, int64_t n)
{
    return (double)(mix(mix(w->seed ^ place * 0x632BE59BD9B4E019u) + (uint64_t)n) >> 11) *
           0x1.0p-53;
}

/* Noise that is smooth in time: between two chances a cosine. */
static double smooth(const struct world *w, uint64_t place, int64_t at_ms, int64_t every_ms)
{
    int64_t n = at_ms / every_ms;
    double share = (double)(at_ms % every_ms) / (double)every_ms;
    double way = (1. - cos(share * PI)) / 2.;

    return chance(w, place, n) * (1. - way) + chance(w, place, n + 1) * way;
}

/* Night 0.25, workday noon 1, weekend half of it. */
static double rhythm(int64_t at_ms)
{
    double hour = (double)(at_ms % DAY_MS) / HOUR_MS;
    int day = (int)((at_ms / DAY_MS + 4) % 7); /* 1970-01-01 was a Thursday; 0 Sunday */
    double curve = 0.25 + 0.75 * pow((1. + cos((hour - 13.) / 24. * 2. * PI)) / 2., 1.5);

    return day == 0 || day == 6 ? curve / 2. : curve;
}

/* Trouble of a pool: 0 to 1, growing and fading within its slot. */
static double trouble(const struct world *w, int pool, uint64_t kind, double share, int64_t at_ms)
{
    uint64_t place = 100 + kind * 50 + (uint64_t)pool;
    int64_t shifted = at_ms + (int64_t)(chance(w, place, -1) * OUTAGE_EVERY_MS);
    int64_t slot = shifted / OUTAGE_EVERY_MS;
    double at = (double)(shifted % OUTAGE_EVERY_MS) / OUTAGE_EVERY_MS;

    if (chance(w, place, slot) >= share || at < 0.05 || at > 0.95)
        return 0.;
    return sin((at - 0.05) / 0.9 * PI);
}

struct pool_state world_pool(const struct world *w, int pool, int64_t at_ms)
{
    const struct pool_info *info = &world_pools[pool];
    uint64_t place = (uint64_t)pool;
    struct pool_state s = { .online = info->capacity };
    /* linux-xl is too small for its company; gpu loses its runners now and then. */
    double slow = trouble(w, pool, 0, pool == 0 ? 0.9 : 0.08, at_ms);
    double gone = trouble(w, pool, 1, pool == 1 ? 0.75 : 0.02, at_ms);
    double noise = smooth(w, place, at_ms, 7 * MINUTE_MS) - 0.5;
    double demand = info->load * rhythm(at_ms) * (1. + 0.35 * noise) + 0.75 * slow;
    double wanted = demand * info->capacity;

    if (gone > 0.)
        s.online = gone > 0.2 ? 0. : floor(info->capacity * (1. - gone * 4.));
    s.busy = floor(fmin(wanted, s.online));
    s.jobs_per_s = wanted / 540.; /* a job takes nine minutes */
    double over = fmax(wanted - s.online, 0.) + fmax(demand - 0.85, 0.) * info->capacity * 0.25;
    s.waiting = floor(over);
    s.wait_p50_s = 8. + 30. * demand * demand + 12. * over / (1. + info->capacity / 40.);
    s.wait_p95_s = s.wait_p50_s * (2.5 + smooth(w, place + 30, at_ms, 20 * MINUTE_MS));
    if (gone > 0.2)
        s.wait_p95_s = s.wait_p50_s = (double)NAN; /* no job has begun */
    if (s.waiting > 0.)
        s.oldest_wait_s =
            fmax(20., 0.9 * (isnan(s.wait_p95_s) ? 1800. * gone : s.wait_p95_s) + 20. * s.waiting);
    s.fail_share = 0.04 + 0.05 * smooth(w, place + 60, at_ms, 90 * MINUTE_MS);
    if (!world_registry_up(w, at_ms))
        s.fail_share += 0.3;
    return s;
}

enum { HOURS = 2 * 7 * 24 };

/* Jobs that ended in the hours since the start of the week before, added up; it
 * is the same for every reader, so it is worked out once a week and pool. */
static const double *sums_of(const struct world *w, int pool, int64_t week, bool failed)
{
    static struct {
        uint64_t seed;
        int64_t week;
        double sum[2][HOURS + 1];
    } cache[WORLD_POOLS];

    if (cache[pool].week == week && cache[pool].seed == w->seed)
        return cache[pool].sum[failed];
    cache[pool].seed = w->seed;
    cache[pool].week = week;
    for (int hour = 0; hour < HOURS; hour++) {
        int64_t at = week * 7 * DAY_MS + (int64_t)hour * HOUR_MS + HOUR_MS / 2;
        struct pool_state s = world_pool(w, pool, at);
        double jobs = s.jobs_per_s * HOUR_MS / 1e3;

        cache[pool].sum[0][hour + 1] = cache[pool].sum[0][hour] + jobs * (1. - s.fail_share);
        cache[pool].sum[1][hour + 1] = cache[pool].sum[1][hour] + jobs * s.fail_share;
    }
    return cache[pool].sum[failed];
}

double world_jobs(const struct world *w, int pool, bool failed, int64_t at_ms)
{
    int64_t week = at_ms / ((int64_t)7 * DAY_MS) - 1, into = at_ms - week * 7 * DAY_MS;
    const double *sums = sums_of(w, pool, week, failed);
    double before = (double)week * world_pools[pool].capacity * 4000. * (failed ? 0.07 : 0.93);
    double share = (double)(into % HOUR_MS) / HOUR_MS;
    int hour = (int)(into / HOUR_MS);

    return floor(before + sums[hour] * (1. - share) + sums[hour + 1] * share);
}

bool world_registry_up(const struct world *w, int64_t at_ms)
{
    return trouble(w, 40, 2, 0.15, at_ms) < 0.6;
}

double world_disk_used(const struct world *w, int64_t at_ms)
{
    double day = (double)(at_ms % ((int64_t)3 * DAY_MS)) / (3. * DAY_MS);

    return 0.55 + 0.38 * day + 0.02 * smooth(w, 90, at_ms, HOUR_MS);
}

int64_t world_since(const struct world *w, int64_t at_ms,
                    bool (*holds)(const struct world *world, int pool, int64_t at_ms), int pool)
{
    int64_t minute = at_ms / MINUTE_MS * MINUTE_MS;

    if (!holds(w, pool, minute))
        return 0;
    for (int i = 0; i < LOOK_BACK; i++) {
        if (!holds(w, pool, minute - MINUTE_MS))
            break;
        minute -= MINUTE_MS;
    }
    return minute;
}
