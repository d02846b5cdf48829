/* world: the simulated company: runner pools with their jobs, pipelines, a
 * container registry, a cache disk. Every value is a pure function of the seed
 * and the time (from 1970 on), so that the same instant looks the same whatever
 * range or step was asked for. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <dxtop/record.h>

enum {
    POOL_LINUX_XL,
    POOL_GPU,
    POOL_LINUX,
    POOL_LINUX_ARM,
    POOL_WINDOWS,
    POOL_MACOS,
    POOL_LINUX_SPOT,
    POOL_ANDROID,
    POOL_RELEASE,
    WORLD_POOLS
};
enum { WORLD_PIPELINES = 14 };

struct world {
    uint64_t seed;
    int64_t ahead_ms; /* so far is the office's clock ahead of UTC */
    bool calm;        /* little goes wrong, as most people's platforms are on most days */
};

struct pool_info {
    const char *name, *team;
    int capacity;
    double load;       /* busy share at noon of a workday */
    double goal_s;     /* of the queue time's 95th percentile */
    double duration_s; /* of a job */
    double start_s;    /* until a free runner has begun */
};
extern const struct pool_info world_pools[WORLD_POOLS];

struct pipeline_info {
    const char *name;
    double runs; /* on a workday */
    double fail_share;
};
extern const struct pipeline_info world_pipelines[WORLD_PIPELINES];

struct pool_state {
    double online, busy, waiting;  /* runners, runners, jobs */
    double oldest_wait_s;          /* 0 when nobody waits */
    double wait_p50_s, wait_p95_s; /* of the jobs that begin; NaN: none does */
    double jobs_per_s;             /* that begin, and end */
    double fail_share;             /* of the jobs that end */
};

/* How much happens: 0.25 at night to 1 at noon of a workday. */
double world_rhythm(const struct world *world, int64_t at_ms);
struct pool_state world_pool(const struct world *world, int pool, int64_t at_ms);
double world_image_age_s(const struct world *world, int pool, int64_t at_ms);
double world_runs_per_s(const struct world *world, int pipeline, int64_t at_ms);
double world_runs_fail_share(const struct world *world, int pipeline, int64_t at_ms);
bool world_registry_up(const struct world *world, int64_t at_ms);
double world_disk_used(const struct world *world, int64_t at_ms); /* 0 to 1 */

#endif
