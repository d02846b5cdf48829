/* sim: what the faces of the simulated platform share. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "core/buf.h"
#include "core/time.h"
#include "sim/faults.h"
#include "sim/world.h"

struct sim {
    struct world world;
    struct clock clock;
    const char *public_url; /* in the URLs that are handed out */
    char token[40];         /* "" none asked for */
    struct faults faults;
    int64_t requests, refused; /* since the start */
};

/* A request, and the answer that a face fills in. */
struct exchange {
    struct sim *sim;
    const char *method, *path;
    const char *(*parameter)(void *self, const char *name); /* query or form; NULL: not there */
    /* The n-th value of a parameter that repeats; NULL: no more. */
    const char *(*repeated)(void *self, const char *name, size_t n);
    void *self;
    int status;
    const char *content_type;
    struct buf body;
};

/* false: the path is not of this face. */
bool prometheus_answer(struct exchange *x);
bool alertmanager_answer(struct exchange *x);

/* ---- alerts.c: what the company's rules say ---- */

struct sim_alert {
    const char *name, *severity, *pool, *team; /* pool "": none */
    char summary[160];
    int64_t since_ms, firing_ms; /* when the condition began, when it fired; firing 0: pending */
    const char *silenced_by, *inhibited_by; /* "" */
};

enum { ALERTS_MOST = 48 };
size_t sim_alerts(struct sim_alert *out, const struct world *world, int64_t at_ms);

#endif
