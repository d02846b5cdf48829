/* jenkins_queue: what waits, and the nodes that it waits for. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/jenkins.h"
#include "sim/noise.h"

#define OPEN_MOST_MS (4 * DAY_MS) /* what is older is done */

/* ---- the queue ---- */

static json_t *blocked_json(struct jenkins_call *call, const struct company_run *run)
{
    struct jenkins_place place = jenkins_place_of(call, run);

    return json_pack("{s:s, s:[], s:b, s:b, s:I, s:I, s:b, s:o, s:o, s:I, s:{s:s, s:s, s:s}}",
                     "_class", "hudson.model.Queue$BlockedItem", "actions", "blocked", 1,
                     "buildable", 0, "id", (json_int_t)jenkins_queue_id(run), "inQueueSince",
                     (json_int_t)run->attempts[0]->created_ms, "stuck", 0, "url",
                     json_sprintf("queue/item/%" PRId64 "/", jenkins_queue_id(run)), "why",
                     json_sprintf("Build #%" PRId64 " is already in progress (ETA: 2 min 30 sec)",
                                  run->number - 1),
                     "buildableStartMilliseconds", (json_int_t)run->attempts[0]->created_ms, "task",
                     "_class", "org.jenkinsci.plugins.workflow.job.WorkflowJob", "name",
                     place.branch ? place.branch : place.pipeline->print->name, "url",
                     jenkins_place_url(call, &place));
}

static bool any_online(const struct jenkins_call *call, int pool)
{
    for (int i = 1; i <= call->company->capacity[COMPANY_JENKINS][pool]; i++)
        if (company_runner_online(call->company, COMPANY_JENKINS, pool, i, call->x->now_ms))
            return true;
    return false;
}

/* A node block: its task says nothing of itself. */
static json_t *buildable_json(const struct jenkins_call *call, const struct company_job *job)
{
    const char *label = world_pools[job->def->pool].name;
    int64_t id = job->attempt->run->id * 16 + job->index;
    bool online = any_online(call, job->def->pool);

    return json_pack("{s:s, s:[], s:b, s:b, s:I, s:I, s:b, s:b, s:o, s:o, s:I, s:{s:s}}", "_class",
                     "hudson.model.Queue$BuildableItem", "actions", "blocked", 0, "buildable", 1,
                     "id", (json_int_t)id, "inQueueSince", (json_int_t)job->ready_ms, "stuck",
                     call->x->now_ms - job->ready_ms > 10 * MINUTE_MS, "pending", 0, "url",
                     json_sprintf("queue/item/%" PRId64 "/", id), "why",
                     json_sprintf(online ? "Waiting for next available executor on "
                                           "\xE2\x80\x98%s\xE2\x80\x99"
                                         : "All nodes of label \xE2\x80\x98%s\xE2\x80\x99 are "
                                           "offline",
                                  label),
                     "buildableStartMilliseconds", (json_int_t)job->ready_ms, "task", "_class",
                     "org.jenkinsci.plugins.workflow.support.steps."
                     "ExecutorStepExecution$PlaceholderTask");
}

void jenkins_queue(struct jenkins_call *call)
{
    int64_t at_ms = call->x->now_ms;
    const struct company_query query = { COMPANY_JENKINS, -1, -1, at_ms - OPEN_MOST_MS, at_ms };
    const struct company_run **runs;
    size_t count = company_runs(call->company, &query, &runs);
    json_t *items = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct company_attempt *attempt = runs[i]->attempts[0];

        if (jenkins_begun_ms(runs[i]) > at_ms) {
            (void)json_array_append_new(items, blocked_json(call, runs[i]));
            continue;
        }
        for (int j = 0; j < attempt->job_count; j++)
            if (!attempt->jobs[j].absent &&
                company_job_phase(&attempt->jobs[j], at_ms) == DX_PHASE_QUEUED)
                (void)json_array_append_new(items, buildable_json(call, &attempt->jobs[j]));
    }
    free(runs);
    jenkins_put(call, json_pack("{s:s, s:[], s:o}", "_class", "hudson.model.Queue",
                                "discoverableItems", "items", items));
}

/* ---- nodes ---- */

/* An agent that is gone still counts as busy while its job does. */
static json_t *node_json(const struct jenkins_call *call, int pool, int runner, bool busy)
{
    bool online =
        company_runner_online(call->company, COMPANY_JENKINS, pool, runner, call->x->now_ms) ||
        busy;
    char name[COMPANY_NAME];

    (void)company_runner_name(name, COMPANY_JENKINS, pool, runner);
    return json_pack("{s:s, s:[{s:s}, {s:s}], s:s, s:[{s:b}], s:b, s:i, s:b, s:b, s:s}", "_class",
                     "hudson.slaves.SlaveComputer", "assignedLabels", "name",
                     world_pools[pool].name, "name", name, "displayName", name, "executors", "idle",
                     !busy, "idle", !busy, "numExecutors", 1, "offline", !online,
                     "temporarilyOffline", 0, "offlineCauseReason",
                     online ? "" : "Ping response time is too long or timed out.");
}

static json_t *built_in_json(void)
{
    return json_pack("{s:s, s:[{s:s}], s:s, s:[], s:b, s:i, s:b, s:b, s:s}", "_class",
                     "hudson.model.Hudson$MasterComputer", "assignedLabels", "name", "built-in",
                     "displayName", "Built-In Node", "executors", "idle", 1, "numExecutors", 0,
                     "offline", 0, "temporarilyOffline", 0, "offlineCauseReason", "");
}

void jenkins_computers(struct jenkins_call *call)
{
    json_t *list = json_pack("[o]", built_in_json());
    int busy = 0, total = 0;

    for (int pool = 0; pool < WORLD_POOLS; pool++) {
        int capacity = call->company->capacity[COMPANY_JENKINS][pool];
        const struct company_job **jobs = arena_alloc(
            &call->x->arena, ((size_t)capacity + 1) * sizeof(const struct company_job *));

        company_runners(call->company, COMPANY_JENKINS, pool, call->x->now_ms, jobs);
        for (int i = 0; i < capacity; i++) {
            json_t *node = node_json(call, pool, i + 1, jobs[i] != NULL);

            busy += jobs[i] != NULL;
            total += json_is_false(json_object_get(node, "offline"));
            (void)json_array_append_new(list, node);
        }
    }
    jenkins_put(call, json_pack("{s:s, s:i, s:i, s:o}", "_class", "hudson.model.ComputerSet",
                                "busyExecutors", busy, "totalExecutors", total, "computer", list));
}
