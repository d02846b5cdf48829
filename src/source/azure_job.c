/* azure: one job of a timeline, with its tasks as steps. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/field.h"

enum { MESSAGES_MOST = 20 };

static const char by_phase[] = "startTime - phase's startTime (approximate)",
                  by_build[] = "startTime - build's queueTime (approximate)",
                  cut_off[] = "finishTime - phase's startTime (never started)";

/* ---- issues ---- */

static bool is_error(const json_t *issue)
{
    return value_is_word(json_object_get(issue, "type"), "error");
}

const char *azure_error_of(struct batch *batch, const json_t *item)
{
    const json_t *issue;
    size_t i;

    json_array_foreach (json_object_get(item, "issues"), i, issue)
        if (is_error(issue))
            return field_text(batch, issue, "message");
    return "";
}

static void add_messages(struct batch *batch, struct job *job, const char **out, const json_t *item)
{
    const json_t *issue;
    size_t i;

    json_array_foreach (json_object_get(item, "issues"), i, issue) {
        const char *message = field_text(batch, issue, "message");

        if (is_error(issue) && *message && job->message_count < MESSAGES_MOST)
            out[job->message_count++] = message;
    }
}

static void set_messages(struct batch *batch, struct job *job, const json_t *item,
                         const struct azure_record **tasks, size_t count)
{
    const char **out = arena_alloc(&batch->arena, MESSAGES_MOST * sizeof(*out));

    add_messages(batch, job, out, item);
    for (size_t i = 0; i < count; i++)
        add_messages(batch, job, out, tasks[i]->item);
    job->messages = out;
}

/* ---- steps ---- */

static void set_steps(struct batch *batch, struct job *job, const struct azure_record **tasks,
                      size_t count)
{
    job->steps = arena_alloc(&batch->arena, (count + 1) * sizeof(*job->steps));
    for (size_t i = 0; i < count; i++) {
        const json_t *item = tasks[i]->item;
        struct job_step *step = &job->steps[job->step_count++];

        *step = (struct job_step){ .name = field_text(batch, item, "name"),
                                   .raw_result = field_text(batch, item, "result"),
                                   .phase = azure_state(batch, field_text(batch, item, "state")),
                                   .started_ms = field_time(item, "startTime"),
                                   .finished_ms = field_time(item, "finishTime") };
        if (step->phase == DX_PHASE_DONE)
            step->result = azure_result(batch, step->raw_result).result;
    }
}

/* ---- where it waits and runs ---- */

/* A project names pools by queues of its own. Old timelines have no queueId: then it is
 * the build's. */
static const char *pool_of(struct batch *batch, const struct azure_of *of, const json_t *item,
                           int64_t *pool)
{
    int64_t queue = field_int(item, "queueId");
    const char *name = "";

    *pool = of->about->pool_id;
    if (queue <= 0 || queue == of->about->queue)
        return batch_text(batch, of->about->pool, strlen(of->about->pool));
    *pool = 0;
    return azure_queue(of->plan, batch, of->about->project, queue, pool, &name) ? name : "";
}

/* Since when it could have had an agent. */
static int64_t begun(const struct azure_of *of, const struct azure_record *phase)
{
    return phase ? field_time(phase->item, "startTime") : of->about->from_ms;
}

static void set_times(struct job *job, const struct azure_of *of, const json_t *item,
                      const struct azure_record *phase)
{
    struct timing *t = &job->timing;
    bool done = job->outcome.phase == DX_PHASE_DONE;

    if (job->outcome.result == DX_RESULT_SKIPPED)
        t->finished_ms = field_time(item, "finishTime");
    if (job->outcome.result == DX_RESULT_SKIPPED || job->outcome.phase == DX_PHASE_GATE)
        return;
    t->created_ms = begun(of, phase);
    if (done)
        t->finished_ms = field_time(item, "finishTime");
    if (!job->started) {
        if (done && job->outcome.result != DX_RESULT_SUCCESS)
            t->queued_ms = azure_span(t->created_ms, t->finished_ms, &t->skewed);
        t->queued_basis = t->queued_ms < 0 ? "" : cut_off;
        return;
    }
    t->started_ms = field_time(item, "startTime");
    t->queued_ms = azure_span(t->created_ms, t->started_ms, &t->skewed);
    t->queued_basis = t->queued_ms < 0 ? "" : phase ? by_phase : by_build;
    if (done) {
        t->duration_ms = azure_span(t->started_ms, t->finished_ms, &t->skewed);
        t->duration_basis = t->duration_ms < 0 ? "" : "finishTime - startTime";
    }
}

/* ---- what became of it ---- */

static bool has_open_check(struct batch *batch, const struct azure_records *records,
                           const struct azure_record *stage)
{
    size_t count;
    const struct azure_record **checks = azure_below(batch, records, stage, "Checkpoint", &count);

    for (size_t i = 0; i < count; i++)
        if (strcasecmp(field_text(batch, checks[i]->item, "state"), "completed") != 0)
            return true;
    return false;
}

/* It waits for an agent when its phase has begun; before that it waits for others. */
static void set_waiting(struct batch *batch, struct job *job, const struct azure_records *records,
                        const struct azure_record *record, const struct azure_record *phase)
{
    const struct azure_record *stage = azure_above(records, record, "Stage");

    if (!phase || field_time(phase->item, "startTime") > 0) {
        job->why = field_text(batch, record->item, "currentOperation");
        return;
    }
    job->outcome.phase = DX_PHASE_GATE;
    job->why = stage && has_open_check(batch, records, stage) ? "waits for an approval or a check"
                                                              : "waits for the jobs before it";
}

/* One that the server ended for its length is called canceled, as if somebody did it. */
static const char *overrun(const struct job *job)
{
    for (size_t i = 0; i < job->message_count; i++)
        if (strcasestr(job->messages[i], "ran longer than the maximum time") ||
            strcasestr(job->messages[i], "exceeded the maximum execution time"))
            return job->messages[i];
    return NULL;
}

static void set_cause(struct batch *batch, struct job *job)
{
    struct outcome *out = &job->outcome;
    const char *said = job->message_count > 0 ? job->messages[0] : "";

    if (!job->started) {
        out->cause = DX_CAUSE_PLATFORM;
        out->evidence =
            arena_print(&batch->arena, "capacity: no agent took it%s%s", *said ? ": " : "", said);
    } else if (strcasecmp(out->raw_result, "abandoned") == 0) {
        out->cause = DX_CAUSE_PLATFORM;
        out->evidence = arena_print(&batch->arena, "runner: abandoned, its agent was lost%s%s",
                                    *said ? ": " : "", said);
    }
    out->evidence = batch_text(batch, out->evidence, strlen(out->evidence));
}

/* done: its build is, so nothing that is left there goes on. */
static void set_outcome(struct batch *batch, struct job *job, const json_t *item, bool done)
{
    struct outcome *out = &job->outcome;
    struct azure_word word;

    out->raw_status = field_text(batch, item, "state");
    out->raw_result = field_text(batch, item, "result");
    out->phase = azure_state(batch, out->raw_status);
    if (out->phase == DX_PHASE_UNKNOWN && field_time(item, "finishTime") > 0)
        out->phase = DX_PHASE_DONE;
    if (out->phase != DX_PHASE_DONE && done) {
        out->result = out->phase == DX_PHASE_QUEUED ? DX_RESULT_SKIPPED : DX_RESULT_UNKNOWN;
        out->phase = DX_PHASE_DONE;
        return;
    }
    if (out->phase != DX_PHASE_DONE)
        return;
    word = azure_result(batch, out->raw_result);
    out->result = word.result;
    out->with_issues = word.with_issues;
}

/* An agent's name, or tasks: jobs without an agent have tasks all the same. */
static bool has_started(const struct job *job, const json_t *item, size_t tasks)
{
    return job->outcome.phase >= DX_PHASE_RUNNING && job->outcome.result != DX_RESULT_SKIPPED &&
           field_time(item, "startTime") > 0 && (*job->runner || tasks > 0);
}

struct job *azure_add_job(struct batch *batch, const struct azure_of *of,
                          const struct azure_records *records, const struct azure_record *record)
{
    const struct azure_record *phase = azure_above(records, record, "Phase");
    const struct azure_record *stage = azure_above(records, record, "Stage");
    size_t count;
    const struct azure_record **tasks = azure_below(batch, records, record, "Task", &count);
    const json_t *item = record->item;
    struct job *job = batch_job(batch, of->run);
    int64_t pool = 0, attempt = field_int(item, "attempt");
    const char *overran;

    job->id = record->id;
    job->name = field_text(batch, item, "name");
    job->attempt = attempt > 0 ? attempt : 1;
    job->runner = field_text(batch, item, "workerName");
    job->stage = stage ? field_text(batch, stage->item, "name") : "";
    job->stage = strcmp(job->stage, "__default") == 0 ? "" : job->stage;
    job->pool = pool_of(batch, of, item, &pool);
    if (*of->url)
        job->url = arena_print(&batch->arena, "%s%cview=logs&j=%s", of->url,
                               strchr(of->url, '?') ? '&' : '?', job->id);
    set_outcome(batch, job, item, of->about->done);
    set_messages(batch, job, item, tasks, count);
    set_steps(batch, job, tasks, count);
    job->started = has_started(job, item, count);
    overran = job->outcome.result == DX_RESULT_CANCELLED ? overrun(job) : NULL;
    if (overran) {
        job->outcome.result = DX_RESULT_FAILURE;
        job->outcome.evidence = overran;
    }
    if (job->outcome.phase == DX_PHASE_QUEUED)
        set_waiting(batch, job, records, record, phase);
    set_times(job, of, item, phase);
    if (job->outcome.result == DX_RESULT_FAILURE)
        set_cause(batch, job);
    return job;
}

/* ---- its log ---- */

static int64_t log_id(const struct azure_record *record)
{
    return field_int(json_object_get(record->item, "log"), "id");
}

/* That of the last task that failed: the job's own begins with setting up and ends with
 * cleaning up. */
int64_t azure_log_of(struct batch *batch, const struct azure_records *records,
                     const struct azure_record *record)
{
    size_t count;
    const struct azure_record **tasks = azure_below(batch, records, record, "Task", &count);

    for (size_t i = count; i-- > 0;)
        if (strcasecmp(field_text(batch, tasks[i]->item, "result"), "failed") == 0 &&
            log_id(tasks[i]) > 0)
            return log_id(tasks[i]);
    return log_id(record);
}
