/* company_kit: a company with pools, pipelines, flaky jobs and failures in a store of
 * its own, written as the collector writes it, for tests of what panels show. */
#ifndef COMPANY_KIT_H
#define COMPANY_KIT_H

#include <stdint.h>

#define KIT_NOW "2026-11-24T14:32:07Z"

enum kit_world {
    KIT_NORMAL,  /* a pool past its goal, one without a runner, an outage, flaky jobs */
    KIT_HOSTILE, /* the same, with names that are long, wide, or try to break the screen */
};

/* Make the store at path, as of KIT_NOW. */
void company_write(const char *path, enum kit_world world);
/* Hold the store as its collector would, so that no viewer starts one that knows of
 * other sources; to the end of the test, or the next one. Its one beat is good for an hour:
 * however long the machine takes, nobody says that it has not moved. */
void company_hold(const char *path);
/* A configuration that shows it: views Overview, Queues, Pipelines, Flaky, Failures,
 * Runs, and one a panel ("queue" ...). */
void company_config(const char *path, const char *store);
/* Another one, with a view Health: key numbers above queues and pipelines. */
void company_health(const char *path, const char *store);

#endif
