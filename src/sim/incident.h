/* incident: what goes wrong in the simulated company, and when. Time is cut into
 * slots, one incident at most in each, which begins and ends within it; which
 * pool it hits and how hard comes from the seed. One is under way most of the
 * time, so that there is something to see; where the world is calm there is one
 * every third day. */
#ifndef SIM_INCIDENT_H
#define SIM_INCIDENT_H

#include "sim/world.h"

enum incident_kind {
    INCIDENT_CRUNCH,   /* a pool is too small for what it gets: its goal is missed */
    INCIDENT_STRAIN,   /* a pool comes near its goal */
    INCIDENT_OUTAGE,   /* a pool loses all its runners */
    INCIDENT_REGISTRY, /* the container registry fails, and jobs with it */
};

struct incident {
    int pool; /* -1: none */
    int64_t from_ms, to_ms;
    double size; /* 0 to 1, how hard */
};

/* The incident of the slot that at_ms lies in: over, under way or to come. */
struct incident incident_of(const struct world *world, enum incident_kind kind, int64_t at_ms);
bool incident_is_on(const struct incident *incident, int64_t at_ms);
/* 0 to 1: how far it has grown, or faded, at at_ms. */
double incident_force(const struct incident *incident, int64_t at_ms);

#endif
