/* collect: the collector's loop: timers, plans, commits, heartbeat. */
#ifndef COLLECT_COLLECT_H
#define COLLECT_COLLECT_H

#include "config/config.h"
#include "core/time.h"

enum { /* exit codes of dxtop-collect, and of dxtop once and check */
       COLLECT_OK = 0,
       COLLECT_SOURCE_FAILED = 1,
       COLLECT_CONFIG = 2,
       COLLECT_LOCKED = 3, /* somebody else collects */
};

struct collect_options {
    const struct config *config;
    const char *store; /* path */
    const char *at;    /* this one alone; "": it goes elsewhere where that cannot be written */
    struct clock clock;
    bool once;        /* one round, back-fill included, then end */
    int64_t wait_ms;  /* once: give up after it */
    bool until_stdin; /* end when stdin closes, unless other viewers are there */
};

/* Runs until SIGTERM, SIGINT, SIGHUP, the end of stdin, or the round's end. */
int collect_run(const struct collect_options *options, struct dx_error *err);

/* Reach each source without writing a store, and print what was found as text
 * or JSON: reachable, authenticated, version, clock skew, projected requests an hour. */
int collect_check(const struct config *config, const struct clock *clock, bool json);

#endif
