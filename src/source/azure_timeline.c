/* azure: the jobs of a build, from its timeline and from those of the attempts before. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "source/field.h"

enum {
    LOGS_MOST = 10,     /* of a run */
    ATTEMPTS_MOST = 20, /* timelines of a run */
    GUID = 64,
    /* Of what waited longer ago, the pool's list of requests has nothing any more. */
    RECENT_MS = 3 * 60 * 60 * 1000,
};

/* ---- attempts ---- */

static bool is_listed(const char *list, const char *id)
{
    size_t len = strlen(id);

    for (const char *at = strcasestr(list, id); at; at = strcasestr(at + 1, id))
        if ((at == list || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
            return true;
    return false;
}

static bool is_guid(const char *text)
{
    return *text && strlen(text) < GUID && text[strspn(text, "0123456789abcdefABCDEF-")] == '\0';
}

/* The timelines that stages, phases and jobs had before they were run again. */
static const char *earlier_timelines(struct batch *batch, const struct azure_records *records)
{
    const char *list = "";
    size_t n = 0;

    for (size_t i = 0; i < records->count; i++) {
        const json_t *one;
        size_t k;

        json_array_foreach (json_object_get(records->by_id[i].item, "previousAttempts"), k, one) {
            const char *id = field_text(batch, one, "timelineId");

            if (!is_guid(id) || is_listed(list, id) || n++ >= ATTEMPTS_MOST)
                continue;
            list = arena_print(&batch->arena, "%s%s%s", list, *list ? "," : "", id);
        }
    }
    return list;
}

/* ---- jobs ---- */

/* A timeline of an attempt before may have jobs that were not run again. */
static bool is_there(const struct batch *batch, size_t run, const char *id, int64_t attempt)
{
    for (size_t i = 0; i < batch->job_count; i++)
        if (batch->jobs[i].run == run && batch->jobs[i].attempt == attempt &&
            strcasecmp(batch->jobs[i].id, id) == 0)
            return true;
    return false;
}

static bool wants_log(const struct job *job)
{
    return job->outcome.result == DX_RESULT_FAILURE && job->started &&
           job->outcome.cause == DX_CAUSE_NONE;
}

static bool ask_log(const struct azure *az, struct plan *plan, const struct reply *reply,
                    const struct azure_about *about, const struct job *job, int64_t log)
{
    struct azure_about of = { .project = about->project,
                              .run = about->run,
                              .timeline = job->id,
                              .fill = about->fill,
                              .number = log,
                              .attempt = job->attempt };

    return log > 0 && azure_ask(az, plan, AZURE_LOG, reply->detail, &of);
}

/* Whose wait the pool's own list can still say better. */
static void ask_wait(const struct azure *az, struct plan *plan, struct batch *batch,
                     const struct azure_of *of, const struct job *job, const json_t *item)
{
    int64_t pool = of->about->pool_id, queue = field_int(item, "queueId");
    const char *name;

    if (job->timing.created_ms < plan->now_ms - RECENT_MS || of->about->fill)
        return;
    if (queue > 0 && queue != of->about->queue &&
        !azure_queue(plan, batch, of->about->project, queue, &pool, &name))
        return;
    if (pool > 0)
        azure_ask_requests(az, plan, batch, pool);
}

static void add_jobs(const struct azure *az, const struct reply *reply, struct plan *plan,
                     struct batch *batch, const struct azure_of *of,
                     const struct azure_records *records)
{
    size_t logs = 0;

    for (size_t i = 0; i < records->count; i++) {
        const struct azure_record *record = &records->by_id[i];
        int64_t attempt = field_int(record->item, "attempt");
        bool twice = i > 0 && strcasecmp(record[-1].id, record->id) == 0;
        const struct job *job;

        if (!azure_is(record, "Job") || !*record->id || twice ||
            (*of->about->timeline &&
             is_there(batch, of->run, record->id, attempt > 0 ? attempt : 1)))
            continue;
        job = azure_add_job(batch, of, records, record);
        if (az->logs && wants_log(job) && logs++ < LOGS_MOST &&
            ask_log(az, plan, reply, of->about, job, azure_log_of(batch, records, record)))
            batch_owe(batch, of->run);
        ask_wait(az, plan, batch, of, job, record->item);
    }
}

/* ---- checkpoints: approvals, business hours, exclusive locks ---- */

/* How long stages waited at them, in all. Each is a record below its stage; what is
 * below it says which checks it had. */
static int64_t gate_wait(const struct azure_records *records, int64_t now_ms, bool *waits)
{
    int64_t sum = 0;
    bool skewed = false;

    for (size_t i = 0; i < records->count; i++) {
        const json_t *item = records->by_id[i].item;
        int64_t started, finished;
        bool open;

        if (!azure_is(&records->by_id[i], "Checkpoint"))
            continue;
        started = field_time(item, "startTime");
        finished = field_time(item, "finishTime");
        open = !value_is_word(json_object_get(item, "state"), "completed");
        *waits = *waits || open;
        if (started > 0 && (open || finished > 0))
            sum += azure_span(started, open ? now_ms : finished, &skewed);
    }
    return sum;
}

static bool has_work(const struct batch *batch, size_t run)
{
    for (size_t i = 0; i < batch->job_count; i++)
        if (batch->jobs[i].run == run && (batch->jobs[i].outcome.phase == DX_PHASE_QUEUED ||
                                          batch->jobs[i].outcome.phase == DX_PHASE_RUNNING))
            return true;
    return false;
}

/* A stage or phase that failed before it had a job. */
static void set_evidence(struct batch *batch, struct run *run, const struct azure_records *records)
{
    struct outcome *out = &run->outcome;

    for (size_t i = 0; i < records->count && !*out->evidence; i++)
        if (azure_is(&records->by_id[i], "Stage") || azure_is(&records->by_id[i], "Phase"))
            out->evidence = azure_error_of(batch, records->by_id[i].item);
}

/* What only the timeline knows of the run. Where the run went to the store before, and
 * is known by its name only, a build that is done is asked for once more. */
static void complete_run(const struct azure *az, const struct reply *reply, struct plan *plan,
                         struct batch *batch, const struct azure_of *of,
                         const struct azure_records *records)
{
    struct run *run = &batch->runs[of->run];
    bool waits = false;
    int64_t gate = gate_wait(records, reply->now_ms, &waits);
    struct azure_about about = *of->about;

    if (run->bare) {
        about.gate_ms = gate;
        about.timeline = "";
        if (gate > 0 && about.done)
            (void)azure_ask(az, plan, AZURE_BUILD, reply->detail, &about);
        return;
    }
    run->gate_ms = gate;
    if (waits && run->outcome.phase == DX_PHASE_RUNNING && !has_work(batch, of->run))
        run->outcome.phase = DX_PHASE_GATE;
    if (run->outcome.result == DX_RESULT_FAILURE)
        set_evidence(batch, run, records);
}

/* ---- the reply ---- */

static void ask_earlier(const struct azure *az, struct plan *plan, const struct reply *reply,
                        const struct azure_about *about, const char *list)
{
    struct azure_about of = *about;

    of.timeline = list;
    (void)azure_ask(az, plan, AZURE_TIMELINE, reply->detail, &of);
    plan_at_once(plan, plan->last);
}

/* A build that never got so far has none: 404, 204, or null. */
static bool has_none(const struct reply *reply)
{
    return reply->status == 404 || reply->status == 204 || json_is_null(reply->json);
}

/* All jobs are there when the timelines of all attempts are, each of which is asked for
 * by the one before. */
bool azure_decode_timeline(const struct azure *az, const struct reply *reply, struct plan *plan,
                           struct batch *batch, struct dx_error *err)
{
    struct azure_about about = azure_about(reply, batch);
    const json_t *list = json_object_get(reply->json, "records");
    const char *id = arena_print(&batch->arena, "%" PRId64, reply->detail), *rest;
    struct azure_of of = { .about = &about, .plan = plan };
    struct azure_records records;

    if (!has_none(reply) && !(azure_is_answer(reply) && json_is_array(list)))
        return dx_fail(err, DX_FAULT_REPLY, "%s: no timeline of build %s (%d)", about.run, id,
                       reply->status);
    of.run = batch_known_run(batch, about.run, id, 1);
    of.url = batch->runs[of.run].url;
    records = azure_records(batch, list);
    add_jobs(az, reply, plan, batch, &of, &records);
    if (*about.timeline) {
        rest = strchr(about.timeline, ',');
        rest = rest ? rest + 1 : "";
    } else {
        complete_run(az, reply, plan, batch, &of, &records);
        rest = earlier_timelines(batch, &records);
    }
    if (*rest)
        ask_earlier(az, plan, reply, &about, rest);
    else
        batch_jobs_whole(batch, of.run);
    return true;
}
