/* stage: a directory of its own for dxtop, with the names of a configuration and a store in it. */
#ifndef TESTS_E2E_STAGE_H
#define TESTS_E2E_STAGE_H

#include "../run.h"

extern char *dir, config[256], store[256];

void stage_set(void); /* all times are UTC */

/* The same, and a configuration with the Prometheus and the Alertmanager of a company that runs. */
extern struct sim sim;
void stage_company(void);
void stage_end(void);

#endif
