/* sim_store: a simulated company on a Friday noon, and a store that was filled from it. */
#ifndef TESTS_E2E_SIM_STORE_H
#define TESTS_E2E_SIM_STORE_H

#include "pty.h"

#define SIM_NOON "2026-11-20T12:00:00Z"

/* Start the company and poll it once. Views: Queues, Pipelines, Tickets, Overview. */
void sim_store_fill(void);
void sim_store_end(void);

/* A shell's command line, with $X dxtop and its options for configuration and store, $D a
 * directory; its output lives until the next one. */
extern int sim_store_code; /* of the last one */
const char *sim_store_sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* dxtop on it at noon, in a terminal; option may be NULL. */
struct pty *sim_store_view(int rows, int cols, const char *option);

#endif
