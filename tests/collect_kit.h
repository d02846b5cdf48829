/* collect_kit: a collector in a process of its own, as it is for dxtop, and the servers that it
 * asks. */
#ifndef COLLECT_KIT_H
#define COLLECT_KIT_H

#include "config/config.h"
#include "core/time.h"
#include "server.h"
#include "store_kit.h"

extern struct collector {
    struct ev_loop *loop;
    struct server *server[2];
    struct clock clock; /* stands at T0 */
    struct config config;
    char out[128]; /* path of what the child prints */
    int in;        /* its stdin */
    pid_t pid;
    int status;
} collector;

void collector_start(void); /* for .init */
void collector_stop(void);  /* for .fini */
void collector_load(const char *yaml);
/* Alertmanagers "a" and, where there shall be two, "b", every ten seconds; more: options. */
void collector_sources(int count, const char *more);

void child_start(int (*run)(void *self), void *self);
bool child_ended(double seconds); /* serve until it did, or for so long */
int child_code(void);             /* its exit code */
const char *child_printed(void);  /* until the next one */

#endif
