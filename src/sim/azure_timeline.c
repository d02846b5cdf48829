/* devops_timeline: what a build did: stages, their checks, phases, jobs, tasks. A job that
 * is run again has a new record in the build's timeline; the timeline of the attempt
 * before has the old one. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/azure.h"
#include "sim/noise.h"

enum { STAGE = 10, PHASE, JOB, TASK, CHECK, CHECK_KIND, TIMELINE };

struct timeline {
    const struct devops_call *call;
    const struct company_run *run;
    const struct company_job *jobs[COMPANY_JOBS_MOST]; /* NULL: not in this one */
    int count;
    json_t *records;
};

/* ---- names ---- */

const char *devops_job_id(char out[DEVOPS_GUID], const struct company_job *job)
{
    return devops_guid(out, JOB, job->attempt->run->pipeline->id, job->index);
}

static int64_t log_of(const struct company_job *job, int step)
{
    return ((int64_t)job->attempt->number * COMPANY_JOBS_MOST + job->index) * 16 + step + 1;
}

const struct company_job *devops_job_of_log(const struct company_run *run, int64_t number)
{
    int64_t of = (number - 1) / 16, attempt = of / COMPANY_JOBS_MOST,
            index = of % COMPANY_JOBS_MOST;

    if (number < 1 || attempt < 1 || attempt > run->attempt_count ||
        index >= run->attempts[attempt - 1]->job_count)
        return NULL;
    return &run->attempts[attempt - 1]->jobs[index];
}

const char *devops_result(const struct company_job *job)
{
    switch (job->result) {
    case DX_RESULT_SUCCESS:
        return job->with_issues ? "succeededWithIssues" : "succeeded";
    case DX_RESULT_FAILURE:
        if (job->timed_out)
            return "canceled"; /* and its issue says why */
        return job->failure->abandoned ? "abandoned" : "failed";
    case DX_RESULT_CANCELLED:
        return "canceled";
    case DX_RESULT_SKIPPED:
    case DX_RESULT_NEUTRAL:
    case DX_RESULT_NONE:
    case DX_RESULT_UNKNOWN:
        break;
    }
    return "skipped";
}

/* ---- records ---- */

struct record {
    const char *id, *parent, *type, *name;
    int64_t started_ms, finished_ms; /* 0: not yet */
    bool done, begun;
    const char *result; /* once it is done */
    int attempt, order;
};

static json_t *add(struct timeline *t, const struct record *r)
{
    int64_t at_ms = t->call->x->now_ms;
    int64_t started = r->started_ms <= at_ms ? r->started_ms : 0;
    int64_t finished = r->done ? r->finished_ms : 0;
    json_t *json = json_pack(
        "{s:[], s:s, s:s?, s:s, s:s, s:o, s:o, s:n, s:s, s:s?, s:n, s:s, s:n, s:i, s:i, s:i, s:n}",
        "previousAttempts", "id", r->id, "parentId", r->parent, "type", r->type, "name", r->name,
        "startTime", devops_time(started, t->run->key), "finishTime",
        devops_time(finished, t->run->key), "currentOperation", "state",
        r->done    ? "completed"
        : r->begun ? "inProgress"
                   : "pending",
        "result", r->done ? r->result : NULL, "resultCode", "lastModified", "0001-01-01T00:00:00",
        "workerName", "order", r->order, "attempt", r->attempt, "errorCount", 0, "log");

    (void)json_array_append_new(t->records, json);
    return json;
}

static void add_issue(json_t *record, const char *type, const char *message)
{
    json_t *issue = json_pack("{s:s, s:s, s:s, s:{s:s}}", "type", type, "category", "General",
                              "message", message, "data", "logFileLineNumber", "7");

    (void)json_object_set_new(record, "issues", json_pack("[o]", issue));
    (void)json_object_set_new(record, "errorCount", json_integer(*type == 'e'));
}

static void add_log(const struct timeline *t, json_t *record, const struct company_job *job,
                    int step)
{
    int64_t number = log_of(job, step);

    (void)json_object_set_new(
        record, "log",
        json_pack("{s:I, s:s, s:o}", "id", (json_int_t)number, "type", "Container", "url",
                  json_sprintf("%s/_apis/build/builds/%" PRId64 "/logs/%" PRId64, t->call->web,
                               t->run->id, number)));
}

static void add_attempts(const struct timeline *t, json_t *record, const char *id, int attempt)
{
    json_t *list = json_object_get(record, "previousAttempts");
    char timeline[DEVOPS_GUID];

    for (int a = 1; a < attempt; a++)
        (void)json_array_append_new(list, json_pack("{s:i, s:s, s:s}", "attempt", a, "timelineId",
                                                    devops_guid(timeline, TIMELINE, t->run->id, a),
                                                    "recordId", id));
}

/* ---- a job and what is around it ---- */

static const char *word_of(enum dx_result result)
{
    if (result == DX_RESULT_SUCCESS)
        return "succeeded";
    if (result == DX_RESULT_FAILURE)
        return "failed";
    return result == DX_RESULT_CANCELLED ? "canceled" : "skipped";
}

static void add_tasks(struct timeline *t, const struct company_job *job, const char *parent,
                      const char *worker)
{
    struct company_step steps[COMPANY_STEPS_MOST];
    size_t count = company_steps(job, steps);
    int64_t at_ms = t->call->x->now_ms;

    for (size_t i = 0; i < count; i++) {
        char id[DEVOPS_GUID];
        bool begun = steps[i].started_ms && steps[i].started_ms <= at_ms;
        bool done = at_ms >= job->finished_ms || (begun && steps[i].finished_ms <= at_ms);
        struct record r = { .id = devops_guid(id, TASK, job->attempt->run->pipeline->id,
                                              job->index * COMPANY_STEPS_MOST + (int)i),
                            .parent = parent,
                            .type = "Task",
                            .name = steps[i].name,
                            .started_ms = begun ? steps[i].started_ms : 0,
                            .finished_ms = steps[i].finished_ms,
                            .done = done,
                            .begun = begun,
                            .result = word_of(steps[i].result),
                            .attempt = job->attempt->number,
                            .order = (int)i + 1 };
        json_t *json = add(t, &r);

        (void)json_object_set_new(json, "workerName", json_string(worker));
        if (begun)
            add_log(t, json, job, (int)i + 1);
        if (done && steps[i].result == DX_RESULT_FAILURE && !job->timed_out &&
            !job->failure->abandoned)
            add_issue(json, "error",
                      job->failure->annotation
                          ? job->failure->annotation
                          : arena_print(&t->call->x->arena, "Bash exited with code '%d'.",
                                        job->failure->exit_code));
    }
}

static void add_job_issue(struct timeline *t, json_t *json, const struct company_job *job,
                          const char *worker)
{
    if (job->timed_out)
        add_issue(json, "error",
                  arena_print(&t->call->x->arena,
                              "The job running on agent %s ran longer than the maximum time of 60 "
                              "minutes. For more information, see "
                              "https://go.microsoft.com/fwlink/?linkid=2077134",
                              worker));
    else if (job->failure && (job->failure->abandoned || !job->started_ms))
        add_issue(json, "error",
                  job->failure->annotation ? job->failure->annotation : job->failure->line);
    else if (job->with_issues)
        add_issue(json, "warning", "The task is deprecated and will be removed.");
}

/* A check of its stage: an approval, or the lock of what runs one at a time. */
static void add_check(struct timeline *t, const struct company_job *job, const char *stage)
{
    int64_t at_ms = t->call->x->now_ms, pipeline = t->run->pipeline->id;
    char id[DEVOPS_GUID], below[DEVOPS_GUID];
    struct record r = { .id = devops_guid(id, CHECK, pipeline, job->index),
                        .parent = stage,
                        .type = "Checkpoint",
                        .name = "Checkpoint",
                        .started_ms = job->created_ms,
                        .finished_ms = job->ready_ms,
                        .done = at_ms >= job->ready_ms,
                        .begun = true,
                        .result = "succeeded",
                        .attempt = job->attempt->number };

    if (job->gate == GATE_NONE || at_ms < job->created_ms)
        return;
    (void)add(t, &r);
    r.parent = id;
    r.id = devops_guid(below, CHECK_KIND, pipeline, job->index);
    r.type = r.name =
        job->gate == GATE_APPROVAL ? "Checkpoint.Approval" : "Checkpoint.ExclusiveLock";
    (void)add(t, &r);
}

static void add_job(struct timeline *t, const struct company_job *job, const char *stage)
{
    int64_t at_ms = t->call->x->now_ms, started = company_started_ms(job);
    bool done = company_job_phase(job, at_ms) == DX_PHASE_DONE;
    bool begun = job->started_ms && at_ms >= job->started_ms, ran = job->started_ms != 0;
    bool skipped = job->result == DX_RESULT_SKIPPED;
    char phase[DEVOPS_GUID], id[DEVOPS_GUID], worker[COMPANY_NAME] = "";
    struct record r = { .id = devops_guid(phase, PHASE, t->run->pipeline->id, job->index),
                        .parent = stage,
                        .type = "Phase",
                        .name = job->def->name,
                        .started_ms = at_ms >= job->created_ms ? job->ready_ms : 0,
                        .finished_ms = job->finished_ms,
                        .done = done,
                        .begun = at_ms >= job->ready_ms && at_ms >= job->created_ms,
                        .result = word_of(job->result),
                        .attempt = job->attempt->number,
                        .order = job->index + 1 };
    json_t *json;

    add_check(t, job, stage);
    add_attempts(t, add(t, &r), r.id, r.attempt);
    r.id = devops_job_id(id, job);
    r.parent = phase;
    r.type = "Job";
    r.started_ms = begun ? started : skipped && done ? job->finished_ms : 0;
    r.begun = begun;
    r.result = devops_result(job);
    json = add(t, &r);
    add_attempts(t, json, r.id, r.attempt);
    (void)json_object_set_new(json, "queueId", json_integer(devops_queue_id(job->def->pool)));
    if (ran && begun) {
        (void)company_runner_name(worker, COMPANY_AZURE, job->def->pool, job->runner);
        (void)json_object_set_new(json, "workerName", json_string(worker));
        add_log(t, json, job, 0);
        add_tasks(t, job, id, worker);
    }
    if (done)
        add_job_issue(t, json, job, worker);
}

/* ---- stages ---- */

static bool is_first_of_stage(const struct timeline *t, int at)
{
    for (int j = 0; j < at; j++)
        if (t->jobs[j] && strcmp(t->jobs[j]->def->stage, t->jobs[at]->def->stage) == 0)
            return false;
    return true;
}

static void add_stage(struct timeline *t, int at)
{
    int64_t at_ms = t->call->x->now_ms;
    char id[DEVOPS_GUID];
    struct record r = { .id = devops_guid(id, STAGE, t->run->pipeline->id, at),
                        .type = "Stage",
                        .name = t->jobs[at]->def->stage,
                        .done = true,
                        .result = "succeeded",
                        .order = at + 1 };

    for (int j = at; j < t->count; j++) {
        const struct company_job *job = t->jobs[j];

        if (!job || strcmp(job->def->stage, r.name) != 0)
            continue;
        r.attempt = job->attempt->number > r.attempt ? job->attempt->number : r.attempt;
        r.done = r.done && company_job_phase(job, at_ms) == DX_PHASE_DONE;
        r.begun = r.begun || (at_ms >= job->ready_ms && at_ms >= job->created_ms);
        if (r.started_ms == 0 || job->ready_ms < r.started_ms)
            r.started_ms = job->ready_ms;
        if (job->finished_ms > r.finished_ms)
            r.finished_ms = job->finished_ms;
        if (job->result == DX_RESULT_FAILURE)
            r.result = "failed";
        add_job(t, job, id);
    }
    r.started_ms = r.begun ? r.started_ms : 0;
    add_attempts(t, add(t, &r), id, r.attempt);
}

/* ---- timelines ---- */

/* attempt 0: the newest execution of each job; else those of that attempt. */
static void choose(struct timeline *t, int attempt)
{
    int64_t at_ms = t->call->x->now_ms;

    t->count = t->run->attempts[0]->job_count;
    for (int a = t->run->attempt_count; a-- > 0;)
        for (int j = 0; j < t->count; j++) {
            const struct company_job *job = &t->run->attempts[a]->jobs[j];

            if (!t->jobs[j] && !job->copy && !job->absent && company_job_listed_ms(job) <= at_ms &&
                (attempt == 0 || attempt == a + 1))
                t->jobs[j] = job;
        }
}

static int attempt_of(const struct company_run *run, const char *id)
{
    char guid[DEVOPS_GUID];

    for (int a = 1; a < run->attempt_count; a++)
        if (strcmp(devops_guid(guid, TIMELINE, run->id, a), id) == 0)
            return a;
    return -1;
}

void devops_timeline(const struct devops_call *call, const struct company_run *run, const char *id)
{
    struct timeline t = { .call = call, .run = run };
    int attempt = *id ? attempt_of(run, id) : 0;
    char guid[DEVOPS_GUID];

    if (attempt < 0) {
        devops_error(call->x, 404, "TimelineNotFoundException", "The timeline could not be found.");
        return;
    }
    t.records = json_array();
    choose(&t, attempt);
    for (int j = 0; j < t.count; j++)
        if (t.jobs[j] && is_first_of_stage(&t, j))
            add_stage(&t, j);
    devops_put(call->x, json_pack("{s:o, s:s, s:I}", "records", t.records, "id",
                                  devops_guid(guid, TIMELINE, run->id, attempt), "changeId",
                                  (json_int_t)company_run_updated_ms(run, call->x->now_ms)));
}
