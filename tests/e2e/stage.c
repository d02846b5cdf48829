#include "config.h"

#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct sim sim;
char *dir, config[256], store[256];

void stage_set(void)
{
    set_paths();
    setenv("TZ", "UTC", 1);
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    snprintf(store, sizeof(store), "%s/t.db", dir);
}

void stage_company(void)
{
    stage_set();
    sim = sim_start(NULL, NULL);
    write_file(config,
               "sources:\n  - type: prometheus\n    url: %s\n    every: 1s\n    queries:\n"
               "      waiting: {query: 'sum by (pool) (ci_jobs_waiting)', step: 60s}\n"
               "  - type: alertmanager\n    url: %s\n    every: 1s\n",
               sim.url, sim.url);
}

void stage_end(void)
{
    program_end(&sim.program, SIGTERM);
}
