/* sim_store: a simulated company on a Friday noon, and a store that was filled from it. */
#ifndef TESTS_E2E_SIM_STORE_H
#define TESTS_E2E_SIM_STORE_H

#include "pty.h"
#include "shell.h"

#define SIM_NOON "2026-11-20T12:00:00Z"

/* Start the company and poll it once; sh() then has $X, dxtop and its options for configuration
 * and store, and a directory $D. Views: Queues, Pipelines, Tickets, Overview. */
void sim_store_fill(void);
void sim_store_end(void);

/* dxtop on it at noon, in a terminal; option may be NULL. */
struct pty *sim_store_view(int rows, int cols, const char *option);

#endif
