/* server: the simulated platform over HTTP, on loopback, in one thread. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "sim/sim.h"

/* Serve until a signal, or the end of stdin. Says on stdout where it listens,
 * one line of JSON. Returns the exit code. */
int server_run(struct sim *sim, int port, bool until_stdin);

#endif
