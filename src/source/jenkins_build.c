/* jenkins: one build: a run, and where it is no Pipeline's the one job of it. */
#include "config.h"

#include "source/jenkins.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "source/field.h"

const char jenkins_build_tree[] =
    "number,timestamp,duration,result,building,inProgress,queueId,url,displayName,builtOn,"
    "actions[_class,causes[_class,shortDescription,userId,userName],"
    "lastBuiltRevision[SHA1,branch[name]],foundFailureCauses[name,description,categories],"
    "failCount,totalCount,queuingDurationMillis,blockedDurationMillis,waitingDurationMillis,"
    "buildableDurationMillis,buildableTimeMillis,subTaskCount]";

int64_t jenkins_span(int64_t from_ms, int64_t to_ms, bool *skewed)
{
    if (from_ms == 0 || to_ms == 0)
        return -1;
    if (to_ms < from_ms)
        *skewed = true;
    return to_ms < from_ms ? 0 : to_ms - from_ms;
}

const char *jenkins_url(struct batch *batch, const json_t *item)
{
    const char *url = field_text(batch, item, "url");

    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ? url : "";
}

static bool is_pipeline(const json_t *item)
{
    return value_has(json_object_get(item, "_class"), "WorkflowRun");
}

/* ---- what became of it ---- */

static enum dx_result unstable(const struct jenkins_poll *p)
{
    switch ((enum jenkins_unstable)p->config->unstable) {
    case UNSTABLE_FAILURE:
        break;
    case UNSTABLE_SUCCESS:
        return DX_RESULT_SUCCESS;
    case UNSTABLE_EXCLUDED:
        return DX_RESULT_NEUTRAL;
    }
    return DX_RESULT_FAILURE;
}

/* Those of builds, and those of stages. */
enum dx_result jenkins_result(const struct jenkins_poll *p, const char *word)
{
    static const struct {
        const char *word;
        enum dx_result result;
    } words[] = {
        { "SUCCESS", DX_RESULT_SUCCESS },   { "FAILURE", DX_RESULT_FAILURE },
        { "FAILED", DX_RESULT_FAILURE },    { "ABORTED", DX_RESULT_CANCELLED },
        { "NOT_BUILT", DX_RESULT_SKIPPED }, { "NOT_EXECUTED", DX_RESULT_SKIPPED },
    };

    if (strcmp(word, "UNSTABLE") == 0)
        return unstable(p);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(word, words[i].word) == 0)
            return words[i].result;
    p->batch->unknown++;
    return DX_RESULT_UNKNOWN;
}

/* Jenkins aborts what exceeds its time or loses its node as it aborts what a person
 * stops, but only the last is nobody's failure. */
static void set_abort(struct batch *batch, struct outcome *out,
                      const struct jenkins_actions *actions)
{
    out->evidence = actions->interrupted;
    if (!actions->by_timeout && !actions->by_node)
        return;
    out->result = DX_RESULT_FAILURE;
    out->cause = actions->by_node ? DX_CAUSE_PLATFORM : DX_CAUSE_UNKNOWN;
    out->evidence =
        arena_print(&batch->arena, "%s: %s", actions->by_node ? "runner: node removed" : "timeout",
                    actions->interrupted);
}

/* A result while it is building is not its last one: a step may have made it UNSTABLE
 * already. */
static void set_outcome(struct jenkins_poll *p, struct outcome *out, const json_t *item,
                        const struct jenkins_actions *actions)
{
    const char *result = field_text(p->batch, item, "result");
    bool building = json_is_true(json_object_get(item, "building"));

    out->raw_result = result;
    if (building)
        out->raw_status = "building";
    else
        out->raw_status =
            json_is_true(json_object_get(item, "inProgress")) ? "in progress" : "completed";
    if (building || !*result) {
        out->phase = DX_PHASE_RUNNING;
        return;
    }
    out->phase = DX_PHASE_DONE;
    out->result = jenkins_result(p, result);
    out->with_issues = out->result == DX_RESULT_SUCCESS && strcmp(result, "UNSTABLE") == 0;
    if (out->result == DX_RESULT_CANCELLED)
        set_abort(p->batch, out, actions);
    if (out->result == DX_RESULT_FAILURE && out->cause == DX_CAUSE_NONE) {
        out->cause = actions->cause;
        out->evidence = actions->evidence;
    }
}

/* ---- times ---- */

/* A build exists from when it leaves the queue, so what it waited is known only to the
 * plugin. Not even where it says nothing the wait is 0. */
static void set_times(struct timing *t, const json_t *item, const struct jenkins_actions *actions,
                      bool done)
{
    int64_t duration = field_ms(item, "duration");

    t->started_ms = field_ms(item, "timestamp");
    if (actions->queuing_ms >= 0) {
        t->created_ms = t->started_ms - actions->queuing_ms;
        t->queued_ms = actions->queuing_ms;
        t->queued_basis = "queuingDurationMillis";
    }
    if (!done)
        return;
    t->skewed = duration < 0;
    t->duration_ms = duration > 0 ? duration : 0;
    t->duration_basis = "duration";
    t->finished_ms = t->started_ms + t->duration_ms;
}

static int64_t gate_of(const struct jenkins_actions *actions)
{
    if (actions->blocked_ms < 0 || actions->waiting_ms < 0)
        return -1;
    return actions->blocked_ms + actions->waiting_ms;
}

/* ---- the run ---- */

static bool is_request(const char *leaf)
{
    return (strncmp(leaf, "PR-", 3) == 0 || strncmp(leaf, "MR-", 3) == 0) &&
           leaf[3 + strspn(leaf + 3, "0123456789")] == '\0' && leaf[3];
}

static void set_names(struct jenkins_poll *p, struct run *run, const struct jenkins_job *job,
                      const json_t *item, const struct jenkins_actions *actions)
{
    int64_t number = field_int(item, "number");
    const char *title = field_text(p->batch, item, "displayName");
    bool request = job->branch && is_request(job->leaf);

    run->project = batch_text(p->batch, job->project, strlen(job->project));
    run->pipeline = job->branch ? "" : batch_text(p->batch, job->leaf, strlen(job->leaf));
    run->id = jenkins_run_id(p->batch, job, number, field_ms(item, "timestamp"));
    run->number = arena_print(&p->batch->arena, "%" PRId64, number);
    run->title = *title == '#' ? actions->started_by : title;
    run->sha = actions->sha;
    run->branch = job->branch ? jenkins_decoded(p->batch, job->leaf) : actions->branch;
    run->event = actions->event;
    if (request && (strcmp(run->event, "push") == 0 || !*run->event))
        run->event = "pull_request";
    run->actor = actions->actor;
    run->url = jenkins_url(p->batch, item);
    run->protected_branch = !request && strcmp(run->event, "pull_request") != 0 && *run->branch &&
                            jenkins_protected(p->config, run->branch);
}

/* ---- the job of a build that has no stages ---- */

static const char *pool_of(struct jenkins_poll *p, const char *node, const char *label)
{
    const char *pool = jenkins_pool_of_node(p->batch, node);

    if (pool)
        return pool;
    if (*label)
        return jenkins_pool_of_label(p->batch, label);
    return strcmp(node, JENKINS_BUILT_IN) == 0 ? node : "";
}

void jenkins_add_whole(struct jenkins_poll *p, size_t run, const struct jenkins_job *job)
{
    struct job *whole = batch_job(p->batch, run);
    struct run *of = &p->batch->runs[run];

    of->stand_in = JENKINS_WHOLE;
    whole->id = JENKINS_WHOLE;
    whole->name = *job->leaf && !job->branch ? of->pipeline : "build";
    whole->url = *of->url ? arena_print(&p->batch->arena, "%sconsole", of->url) : "";
    whole->outcome = of->outcome;
    whole->timing = of->timing;
    whole->timing.queued_ms = -1;
    whole->timing.queued_basis = "";
    whole->started = true;
}

static void set_wait(struct timing *t, int64_t ms, const char *basis)
{
    if (ms < 0)
        return;
    t->queued_ms = ms;
    t->queued_basis = basis;
}

/* What the job of a freestyle build waited for an executor is the capacity signal; the
 * rest of the time in the queue, the quiet period and what blocked it, is its run's
 * gate. */
static void add_only_job(struct jenkins_poll *p, size_t run, const struct jenkins_job *job,
                         const json_t *item, const struct jenkins_actions *actions,
                         const char *label)
{
    const json_t *node = json_object_get(item, "builtOn"); /* none of a Pipeline */
    struct job *only;

    jenkins_add_whole(p, run, job);
    only = &p->batch->jobs[p->batch->job_count - 1];
    if (json_is_string(node)) {
        only->runner = *value_text(p->batch, node) ? value_text(p->batch, node) : JENKINS_BUILT_IN;
        only->pool = pool_of(p, only->runner, label);
        set_wait(&only->timing, actions->buildable_ms, "buildableDurationMillis");
    } else if (actions->nodes == 1) {
        set_wait(&only->timing, actions->steps_ms, JENKINS_ONE_NODE);
    }
    if (field_int(item, "queueId") > 0)
        only->queue_ref = arena_print(&p->batch->arena, "%" PRId64, field_int(item, "queueId"));
    only->messages = actions->messages;
    only->message_count = actions->message_count;
}

static void ask_log(struct jenkins_poll *p, size_t at)
{
    const struct run *run = &p->batch->runs[at];

    if (!p->config->logs || run->outcome.result != DX_RESULT_FAILURE ||
        run->outcome.cause != DX_CAUSE_UNKNOWN)
        return;
    jenkins_log_ask(p->plan, &(struct jenkins_about){
                                 .project = run->project, .id = run->id, .job = JENKINS_WHOLE });
    batch_owe(p->batch, at);
}

bool jenkins_add_build(struct jenkins_poll *p, const struct jenkins_job *job, const json_t *item,
                       const char *label, struct jenkins_about *stages)
{
    struct jenkins_actions actions = jenkins_actions_of(p, job, item);
    size_t at = p->batch->run_count;
    struct run *run = batch_run(p->batch);
    bool done;

    set_names(p, run, job, item, &actions);
    set_outcome(p, &run->outcome, item, &actions);
    set_times(&run->timing, item, &actions, run->outcome.phase == DX_PHASE_DONE);
    run->gate_ms = gate_of(&actions);
    done = run->outcome.phase == DX_PHASE_DONE && /* else its log may still grow */
           !json_is_true(json_object_get(item, "inProgress"));
    if (is_pipeline(item) && !jenkins_no_stages(p)) {
        *stages = (struct jenkins_about){ .project = run->project,
                                          .id = run->id,
                                          .steps_ms = actions.steps_ms,
                                          .nodes = actions.nodes,
                                          .done = done,
                                          .outcome = run->outcome,
                                          .messages = actions.messages,
                                          .message_count = actions.message_count,
                                          .job = "" };
        return true;
    }
    add_only_job(p, at, job, item, &actions, label);
    if (done) {
        jenkins_whole(p, at);
        ask_log(p, at);
    }
    return false;
}

/* ---- the plugin Metrics ---- */

void jenkins_say_metrics(struct jenkins_poll *p, const json_t *list)
{
    const json_t *item;
    size_t i, done = 0;

    json_array_foreach (list, i, item) {
        struct jenkins_actions actions;
        struct jenkins_job none = { .branch = false };

        if (json_is_true(json_object_get(item, "building")))
            continue;
        done++;
        actions = jenkins_actions_of(p, &none, item);
        if (actions.queuing_ms >= 0)
            return;
    }
    if (done == 0 || !jenkins_due(p, "metrics", "", JENKINS_DAY))
        return;
    jenkins_remember(p->batch, "metrics", "", p->plan->now_ms);
    batch_note(p->batch, DX_LOG_INFO,
               "the plugin Metrics is missing: what builds waited is known only where they were "
               "seen in the queue");
}
