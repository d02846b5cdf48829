/* devops_pools: agent pools, their agents, the queues that projects know them by, and what
 * they were asked to run. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/azure.h"
#include "sim/noise.h"

enum { QUEUE = 100, REQUESTS = 50, ACTIVE_DAYS = 3 };

int64_t devops_queue_id(int pool)
{
    return QUEUE + pool;
}

static json_t *pool_json(int pool, int64_t size)
{
    return json_pack("{s:i, s:s, s:b, s:s, s:I}", "id", pool + 1, "name", world_pools[pool].name,
                     "isHosted", 0, "poolType", "automation", "size", (json_int_t)size);
}

json_t *devops_queue_json(int pool)
{
    return json_pack("{s:I, s:s, s:{s:i, s:s}}", "id", (json_int_t)devops_queue_id(pool), "name",
                     world_pools[pool].name, "pool", "id", pool + 1, "name",
                     world_pools[pool].name);
}

void devops_queues(struct devops_call *call)
{
    json_t *list = json_array();

    for (int pool = 0; pool < WORLD_POOLS; pool++)
        if (call->company->capacity[COMPANY_AZURE][pool] > 0)
            (void)json_array_append_new(list, devops_queue_json(pool));
    devops_put_list(call->x, list);
}

/* ---- job requests ---- */

static json_t *request_json(const struct company_job *job, int64_t at_ms)
{
    const struct company_run *run = job->attempt->run;
    bool taken = job->started_ms && job->started_ms <= at_ms;
    char id[DEVOPS_GUID], plan[DEVOPS_GUID];
    json_t *json = json_pack(
        "{s:I, s:o, s:s, s:s, s:s, s:s, s:i, s:{s:I, s:o}, s:{s:I, s:s}}", "requestId",
        (json_int_t)job->id, "queueTime", devops_time(job->ready_ms, run->key), "planType", "Build",
        "planId", devops_guid(plan, 5, run->id, 0), "jobId", devops_job_id(id, job), "jobName",
        job->def->name, "poolId", job->def->pool + 1, "owner", "id", (json_int_t)run->id, "name",
        json_sprintf("%" PRId64, run->number), "definition", "id", (json_int_t)run->pipeline->id,
        "name", run->pipeline->print->name);

    if (taken) {
        (void)json_object_set_new(json, "assignTime", devops_time(job->started_ms, run->key));
        (void)json_object_set_new(json, "receiveTime",
                                  devops_time(company_started_ms(job), run->key));
    }
    if (job->finished_ms <= at_ms) {
        (void)json_object_set_new(json, "finishTime", devops_time(job->finished_ms, run->key));
        (void)json_object_set_new(json, "result", json_string(devops_result(job)));
    }
    return json;
}

static int latest_first(const void *a, const void *b)
{
    const struct company_job *one = *(const struct company_job *const *)a,
                             *other = *(const struct company_job *const *)b;

    return (one->finished_ms < other->finished_ms) - (one->finished_ms > other->finished_ms);
}

static bool was_asked(const struct company_job *job, int pool, int64_t at_ms)
{
    return !job->copy && !job->absent && job->def->pool == pool &&
           job->attempt->run->pipeline->repo->system == COMPANY_AZURE && job->created_ms <= at_ms &&
           job->ready_ms <= at_ms && job->result != DX_RESULT_SKIPPED;
}

/* All that run or wait, and the last of those that are over. */
static void put_requests(const struct devops_call *call, int pool)
{
    const char *asked = exchange_parameter(call->x, "completedRequestCount");
    size_t most = asked ? strtoul(asked, NULL, 10) : REQUESTS, count = 0, cap = 0, done = 0;
    int64_t at_ms = call->x->now_ms;
    const struct company_job **jobs = NULL;
    json_t *list = json_array();

    for (size_t w = 0; w < call->company->week_count; w++) {
        const struct company_week *week = call->company->weeks[w];

        if (week->to_ms < at_ms - ACTIVE_DAYS * DAY_MS || week->from_ms > at_ms)
            continue;
        for (size_t i = 0; i < week->job_count; i++)
            if (was_asked(week->jobs[i], pool, at_ms)) {
                if (count == cap) {
                    cap = cap ? 2 * cap : 256;
                    jobs = mem_grow(jobs, cap, sizeof(const struct company_job *));
                }
                jobs[count++] = week->jobs[i];
            }
    }
    if (count > 0)
        qsort(jobs, count, sizeof(const struct company_job *), latest_first);
    for (size_t i = 0; i < count; i++)
        if (jobs[i]->finished_ms > at_ms || done++ < most)
            (void)json_array_append_new(list, request_json(jobs[i], at_ms));
    free(jobs);
    devops_put_list(call->x, list);
}

/* ---- agents ---- */

static void put_agents(const struct devops_call *call, int pool)
{
    int64_t at_ms = call->x->now_ms;
    int count = call->company->capacity[COMPANY_AZURE][pool];
    const struct company_job **busy =
        arena_alloc(&call->x->arena, ((size_t)count + 1) * sizeof(const struct company_job *));
    json_t *list = json_array();

    company_runners(call->company, COMPANY_AZURE, pool, at_ms, busy);
    for (int i = 0; i < count; i++) {
        char name[COMPANY_NAME];
        /* Who is to go away ends its job first. */
        bool online = company_runner_online(call->company, COMPANY_AZURE, pool, i + 1, at_ms) ||
                      busy[i] != NULL;
        json_t *json = json_pack("{s:i, s:s, s:s, s:s, s:b, s:s}", "id", i + 1, "name",
                                 company_runner_name(name, COMPANY_AZURE, pool, i + 1), "version",
                                 "3.240.1", "osDescription",
                                 pool == POOL_WINDOWS ? "Microsoft Windows 10.0" : "Linux 6.1.0",
                                 "enabled", 1, "status", online ? "online" : "offline");

        if (busy[i])
            (void)json_object_set_new(json, "assignedRequest", request_json(busy[i], at_ms));
        (void)json_array_append_new(list, json);
    }
    devops_put_list(call->x, list);
}

static void put_pools(const struct devops_call *call)
{
    json_t *list = json_array();

    for (int pool = 0; pool < WORLD_POOLS; pool++)
        if (call->company->capacity[COMPANY_AZURE][pool] > 0)
            (void)json_array_append_new(
                list, pool_json(pool, call->company->capacity[COMPANY_AZURE][pool]));
    devops_put_list(call->x, list);
}

void devops_pools(struct devops_call *call, const char *rest)
{
    char *end = NULL;
    long pool = *rest ? strtol(rest + 1, &end, 10) - 1 : 0;

    if (!*rest)
        put_pools(call);
    else if (pool < 0 || pool >= WORLD_POOLS || call->company->capacity[COMPANY_AZURE][pool] == 0)
        devops_error(call->x, 404, "TaskAgentPoolNotFoundException",
                     "VS800034: No agent pool found with this identifier.");
    else if (strcmp(end, "/agents") == 0)
        put_agents(call, (int)pool);
    else if (strcmp(end, "/jobrequests") == 0)
        put_requests(call, (int)pool);
    else
        devops_error(call->x, 404, "VssResourceNotFoundException", "Page not found.");
}
