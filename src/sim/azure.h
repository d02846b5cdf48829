/* azure: what the files of the Azure DevOps face share, called devops_ since the source
 * that reads it has the other name. It lives under /azure, as an
 * organisation does under dev.azure.com. */
#ifndef SIM_AZURE_H
#define SIM_AZURE_H

#include "sim/exchange.h"
#include "sim/sim.h"

#define DEVOPS_ROOT "/azure"

struct devops_call {
    struct exchange *x;
    const struct company *company;
    const char *project; /* NULL: not for a project */
    const char *web;     /* "https://sim.example/azure" */
};

void devops_put(struct exchange *x, json_t *json); /* takes json */
void devops_put_list(struct exchange *x, json_t *list);
void devops_error(struct exchange *x, int status, const char *key, const char *message);
/* With seven digits, the last four of which are made from key; null for 0. */
json_t *devops_time(int64_t ms, uint64_t key);
enum { DEVOPS_GUID = 37 };
const char *devops_guid(char out[DEVOPS_GUID], int kind, int64_t a, int64_t b);

/* devops_builds.c; rest: "", "/42", "/42/timeline", ... */
void devops_builds(struct devops_call *call, const char *rest);
/* devops_timeline.c; id "": that of the newest attempts. */
void devops_timeline(const struct devops_call *call, const struct company_run *run, const char *id);
/* The job behind the number of a log; NULL: there is none. */
const struct company_job *devops_job_of_log(const struct company_run *run, int64_t number);
/* The record that the job has in each timeline. */
const char *devops_job_id(char out[DEVOPS_GUID], const struct company_job *job);
const char *devops_result(const struct company_job *job);
/* devops_pools.c */
void devops_queues(struct devops_call *call);
void devops_pools(struct devops_call *call, const char *rest);
json_t *devops_queue_json(int pool); /* as a build names it */
int64_t devops_queue_id(int pool);

#endif
