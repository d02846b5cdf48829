/* jenkins_stages: the stages of a build, as the plugin Pipeline: REST API has them.
 * Each has a node of its own. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/jenkins.h"

int jenkins_stage_id(const struct company_job *job)
{
    return 6 + 10 * job->index;
}

static bool jenkins_has_node(const struct company_job *job, int64_t at_ms)
{
    return job->started_ms && job->started_ms <= at_ms;
}

static const char *word_of(enum dx_result result)
{
    switch (result) {
    case DX_RESULT_SUCCESS:
        return "SUCCESS";
    case DX_RESULT_FAILURE:
        return "FAILED";
    case DX_RESULT_CANCELLED:
        return "ABORTED";
    case DX_RESULT_NONE:
    case DX_RESULT_SKIPPED:
    case DX_RESULT_NEUTRAL:
    case DX_RESULT_UNKNOWN:
        break;
    }
    return "NOT_EXECUTED";
}

static const char *status_of(const struct company_job *job, int64_t at_ms)
{
    if (at_ms >= job->finished_ms)
        return word_of(job->result);
    return company_job_phase(job, at_ms) == DX_PHASE_GATE ? "PAUSED_PENDING_INPUT" : "IN_PROGRESS";
}

static json_t *node_json(int id, const char *name, const char *node, const char *status,
                         int64_t from_ms, int64_t to_ms)
{
    return json_pack("{s:o, s:s, s:s, s:s, s:I, s:I, s:i}", "id", json_sprintf("%d", id), "name",
                     name, "execNode", node, "status", status, "startTimeMillis",
                     (json_int_t)from_ms, "durationMillis", (json_int_t)(to_ms - from_ms),
                     "pauseDurationMillis", 0);
}

static void add_error(json_t *json, const struct company_job *job)
{
    if (job->failure->abandoned)
        (void)json_object_set_new(
            json, "error", json_pack("{s:s, s:s}", "message", "", "type", "java.io.IOException"));
    else
        (void)json_object_set_new(
            json, "error",
            json_pack("{s:o, s:s}", "message",
                      json_sprintf("script returned exit code %d", job->failure->exit_code), "type",
                      "hudson.AbortException"));
}

/* The first begins when the node is there. */
static json_t *nodes_json(const struct company_job *job, int first, int64_t at_ms)
{
    struct company_step steps[COMPANY_STEPS_MOST];
    size_t count = company_steps(job, steps);
    char node[COMPANY_NAME];
    json_t *list = json_array();

    (void)company_runner_name(node, COMPANY_JENKINS, job->def->pool, job->runner);
    for (size_t i = 0; i + 1 < count && steps[i].started_ms <= at_ms; i++) {
        bool done = steps[i].finished_ms <= at_ms;
        json_t *json;

        if (steps[i].result == DX_RESULT_SKIPPED)
            break;
        json = node_json(first + (int)i, i == 0 ? "Check out from version control" : "Shell Script",
                         node, done ? word_of(steps[i].result) : "IN_PROGRESS", steps[i].started_ms,
                         done ? steps[i].finished_ms : at_ms);
        if (done && steps[i].result == DX_RESULT_FAILURE)
            add_error(json, job);
        (void)json_array_append_new(list, json);
    }
    return list;
}

static json_t *stage_json(const struct company_job *job, int64_t at_ms, bool full)
{
    int id = jenkins_stage_id(job);
    int64_t end_ms = at_ms >= job->finished_ms ? job->finished_ms : at_ms;
    int64_t paused_ms = (end_ms < job->ready_ms ? end_ms : job->ready_ms) - job->created_ms;
    json_t *json =
        node_json(id, job->def->name, "", status_of(job, at_ms), job->created_ms, end_ms);

    (void)json_object_set_new(json, "pauseDurationMillis",
                              json_integer(job->gate == GATE_APPROVAL ? paused_ms : 0));
    if (at_ms >= job->finished_ms && job->result == DX_RESULT_FAILURE && job->started_ms)
        add_error(json, job);
    if (full)
        (void)json_object_set_new(json, "stageFlowNodes",
                                  jenkins_has_node(job, at_ms) ? nodes_json(job, id + 1, at_ms)
                                                               : json_array());
    return json;
}

json_t *jenkins_stages_json(const struct jenkins_call *call, const struct company_run *run,
                            bool full)
{
    const struct company_attempt *attempt = run->attempts[0];
    int64_t at_ms = call->x->now_ms, begun_ms = jenkins_begun_ms(run);
    int64_t end_ms = at_ms >= attempt->finished_ms ? attempt->finished_ms : at_ms;
    json_t *stages = json_array();

    for (int i = 0; i < attempt->job_count; i++)
        if (!attempt->jobs[i].absent && attempt->jobs[i].created_ms <= at_ms)
            (void)json_array_append_new(stages, stage_json(&attempt->jobs[i], at_ms, full));
    return json_pack("{s:{}, s:o, s:o, s:s, s:I, s:I, s:I, s:o}", "_links", "id",
                     json_sprintf("%" PRId64, run->number), "name",
                     json_sprintf("#%" PRId64, run->number), "status",
                     at_ms >= attempt->finished_ms ? word_of(attempt->result) : "IN_PROGRESS",
                     "startTimeMillis", (json_int_t)begun_ms, "endTimeMillis", (json_int_t)end_ms,
                     "durationMillis", (json_int_t)(end_ms - begun_ms), "stages", stages);
}
