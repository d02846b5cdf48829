/* incident: what goes wrong in the simulated company, and when. */
#include "config.h"

#include "core/time.h"
#include "sim/incident.h"

#include "sim/noise.h"

enum { PLACE = 1000, DRAWS = 5 };

/* Whom a kind of incident likes to hit: parts of a hundred. */
struct target {
    int pool, weight;
};

static const struct kind {
    int64_t slot_ms;
    double likely, calm; /* share of the slots that have one; where the world is calm */
    double least, most;  /* share of the slot that it lasts */
    struct target targets[4];
} kinds[] = {
    [INCIDENT_CRUNCH] = { 6 * HOUR_MS,
                          0.95,
                          0.04,
                          0.8,
                          0.94,
                          { { POOL_LINUX_XL, 80 },
                            { POOL_LINUX, 7 },
                            { POOL_LINUX_SPOT, 7 },
                            { POOL_WINDOWS, 6 } } },
    [INCIDENT_STRAIN] = { 4 * HOUR_MS,
                          0.85,
                          0.1,
                          0.6,
                          0.9,
                          { { POOL_WINDOWS, 60 }, { POOL_MACOS, 40 } } },
    [INCIDENT_OUTAGE] = { 2 * HOUR_MS,
                          0.95,
                          0.01,
                          0.45,
                          0.8,
                          { { POOL_GPU, 85 }, { POOL_ANDROID, 15 } } },
    [INCIDENT_REGISTRY] = { 12 * HOUR_MS, 0.5, 0.04, 0.03, 0.07, { { 0, 100 } } },
};

static int hit(const struct target *targets, double chance)
{
    double left = chance * 100.;
    int i = 0;

    while (i < 3 && targets[i + 1].weight > 0 && left >= targets[i].weight)
        left -= targets[i++].weight;
    return targets[i].pool;
}

struct incident incident_of(const struct world *w, enum incident_kind kind, int64_t at_ms)
{
    const struct kind *k = &kinds[kind];
    uint64_t place = PLACE + (uint64_t)kind * DRAWS;
    /* Slots do not begin on the hour, and differ from company to company. */
    int64_t shift = (int64_t)(noise_chance(w->seed, place, -1) * (double)k->slot_ms);
    int64_t slot = (at_ms + shift) / k->slot_ms;
    double share = k->least + (k->most - k->least) * noise_chance(w->seed, place + 1, slot);
    double room = (1. - share) * noise_chance(w->seed, place + 2, slot);
    struct incident incident = { .pool = -1, .size = noise_chance(w->seed, place + 3, slot) };

    if (noise_chance(w->seed, place, slot) >= (w->calm ? k->calm : k->likely))
        return incident;
    incident.pool = hit(k->targets, noise_chance(w->seed, place + 4, slot));
    incident.from_ms = slot * k->slot_ms - shift + (int64_t)(room * (double)k->slot_ms);
    incident.to_ms = incident.from_ms + (int64_t)(share * (double)k->slot_ms);
    return incident;
}

bool incident_is_on(const struct incident *incident, int64_t at_ms)
{
    return incident->pool >= 0 && at_ms >= incident->from_ms && at_ms < incident->to_ms;
}

double incident_force(const struct incident *incident, int64_t at_ms)
{
    double length = (double)(incident->to_ms - incident->from_ms);

    if (!incident_is_on(incident, at_ms))
        return 0.;
    /* It grows for a fifth of its time, and fades for a tenth. */
    return noise_step((double)(at_ms - incident->from_ms) / length * 5.) *
           noise_step((double)(incident->to_ms - at_ms) / length * 10.);
}
