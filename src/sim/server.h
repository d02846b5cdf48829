/* server: the simulated platform over HTTP, on loopback, in one thread. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "sim/sim.h"

/* Serve until SIGTERM or SIGINT, or the end of stdin. Says on stdout where it
 * listens, in one line of JSON. Port 0: any that is free. false: it never
 * listened, *err says why. */
bool server_run(struct sim *sim, int port, bool until_stdin, struct dx_error *err);

#endif
