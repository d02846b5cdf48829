/* world: the simulated company: runner pools with their jobs. Every value is a
 * pure function of the seed and the time, so that the same instant looks the
 * same whatever range or step was asked for. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <dxtop/record.h>

enum { WORLD_POOLS = 9 };

struct world {
    uint64_t seed;
};

struct pool_info {
    const char *name, *team;
    int capacity;
    double load;   /* busy share at noon of a workday */
    double goal_s; /* of the queue time's 95th percentile */
};
extern const struct pool_info world_pools[WORLD_POOLS];

struct pool_state {
    double online, busy, waiting; /* runners, runners, jobs */
    double oldest_wait_s;         /* 0 when nobody waits */
    double wait_p50_s, wait_p95_s;
    double jobs_per_s; /* that begin */
    double fail_share; /* of the jobs that end */
};

struct pool_state world_pool(const struct world *world, int pool, int64_t at_ms);
/* Jobs that have ended since the beginning of the world: failed or not. */
double world_jobs(const struct world *world, int pool, bool failed, int64_t at_ms);
bool world_registry_up(const struct world *world, int64_t at_ms);
double world_disk_used(const struct world *world, int64_t at_ms); /* 0 to 1 */

/* Since when a condition of the world holds at at_ms; 0: it does not. */
int64_t world_since(const struct world *world, int64_t at_ms,
                    bool (*holds)(const struct world *world, int pool, int64_t at_ms), int pool);

#endif
