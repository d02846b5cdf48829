/* github: how long a job waited and ran, and who failed it where that is plain.
 * GitHub writes started_at when a job is queued, and does not always correct it
 * when a runner takes it: the first step is better evidence. */
#include "config.h"

#include "source/github.h"

#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/field.h"

static const char queued_by_step[] = "first step's started_at - created_at",
                  queued_by_job[] = "started_at - created_at",
                  cut_off[] = "completed_at - created_at (never started)",
                  ran_by_job[] = "completed_at - started_at",
                  ran_by_step[] = "completed_at - first step's started_at",
                  run_queued[] = "first job's start - run_started_at",
                  run_queued_gate[] = "first job's start - its created_at",
                  run_ran[] = "last job's completed_at - run_started_at";

/* Until its first job is made a run waits for its turn in a concurrency group, or
 * for an approval; what is shorter is GitHub's own work. */
static const int64_t GATE_LEAST = MINUTE_MS;

static int64_t span(int64_t from_ms, int64_t to_ms, struct timing *t)
{
    if (to_ms >= from_ms)
        return to_ms - from_ms;
    t->skewed = true;
    return 0;
}

/* ---- steps ---- */

static int64_t take_steps(const json_t *list, struct job *job, struct batch *batch)
{
    size_t n = json_array_size(list);
    int64_t first = 0;

    if (n == 0)
        return 0;
    job->steps = arena_alloc(&batch->arena, n * sizeof(*job->steps));
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        struct job_step *step = &job->steps[job->step_count++];
        struct outcome out = { .evidence = "" };

        github_outcome(item, &out, batch);
        *step = (struct job_step){ .name = field_text(batch, item, "name"),
                                   .raw_result = out.raw_result,
                                   .phase = out.phase,
                                   .result = out.result,
                                   .started_ms = field_time(item, "started_at"),
                                   .finished_ms = field_time(item, "completed_at") };
        if (step->started_ms > 0 && (first == 0 || step->started_ms < first))
            first = step->started_ms;
    }
    return first;
}

/* ---- a job ---- */

/* A queued job has a started_at, and some have a runner_id: its status counts
 * first. No runner is null, 0 or "". */
static bool has_started(const json_t *item, const struct job *job, int64_t first_step)
{
    enum dx_phase phase = job->outcome.phase;

    if (phase != DX_PHASE_RUNNING && phase != DX_PHASE_DONE)
        return false;
    return phase == DX_PHASE_RUNNING || first_step > 0 || *job->runner ||
           field_int(item, "runner_id") > 0;
}

static void take_queue(struct timing *t, int64_t first_step, int64_t started)
{
    int64_t start = first_step > 0 ? first_step : started;

    if (first_step == 0 && started == t->created_ms)
        start = 0; /* nobody says when it began */
    t->started_ms = started != t->created_ms && started > 0 ? started : start;
    if (start == 0 || t->created_ms == 0)
        return;
    t->queued_ms = span(t->created_ms, start, t);
    t->queued_basis = first_step > 0 ? queued_by_step : queued_by_job;
}

static void take_duration(struct timing *t, int64_t first_step, int64_t started)
{
    bool by_step = started == 0 || (started == t->created_ms && first_step > 0);
    int64_t start = by_step ? first_step : started;

    if (t->finished_ms == 0 || start == 0 || t->started_ms == 0)
        return;
    t->duration_ms = span(start, t->finished_ms, t);
    t->duration_basis = by_step ? ran_by_step : ran_by_job;
}

/* Steps that are the runner's, not the workflow's, and what it is that failed in them.
 * NULL: it is the workflow's. */
static const char *set_up_category(const char *name)
{
    static const struct {
        const char *name, *category;
    } steps[] = {
        { "Set up job", "runner" },
        { "Set up runner", "runner" },
        { "Initialize containers", "registry" },
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (strcasecmp(steps[i].name, name) == 0)
            return steps[i].category;
    return NULL;
}

static void set_cut_off_wait(struct timing *t)
{
    if (t->created_ms == 0 || t->finished_ms == 0)
        return;
    t->queued_ms = span(t->created_ms, t->finished_ms, t);
    t->queued_basis = cut_off;
}

static void take_cause(struct job *job, struct batch *batch)
{
    struct outcome *out = &job->outcome;

    if (out->result != DX_RESULT_FAILURE || out->cause != DX_CAUSE_NONE)
        return;
    if (!job->started && job->step_count == 0) {
        out->cause = DX_CAUSE_PLATFORM;
        out->evidence = "capacity: no runner took it: no step, no runner";
        set_cut_off_wait(&job->timing);
    }
    for (size_t i = 0; i < job->step_count; i++) {
        const char *category = set_up_category(job->steps[i].name);

        if (job->steps[i].result != DX_RESULT_FAILURE || !category)
            continue;
        out->cause = DX_CAUSE_PLATFORM;
        out->evidence =
            arena_print(&batch->arena, "%s: step \"%s\" failed", category, job->steps[i].name);
        return;
    }
}

void github_job_timing(const json_t *item, struct job *job, struct batch *batch)
{
    int64_t first = take_steps(json_object_get(item, "steps"), job, batch);
    int64_t started = field_time(item, "started_at");
    struct timing *t = &job->timing;

    t->created_ms = field_time(item, "created_at");
    job->started = has_started(item, job, first);
    if (job->outcome.phase == DX_PHASE_DONE)
        t->finished_ms = field_time(item, "completed_at");
    if (job->started && job->outcome.result != DX_RESULT_SKIPPED) {
        take_queue(t, first, started);
        take_duration(t, first, started);
    }
    take_cause(job, batch);
}

/* ---- a run ---- */

static void earlier(int64_t *ms, int64_t other)
{
    if (other > 0 && (*ms == 0 || other < *ms))
        *ms = other;
}

/* Only of a run that is in the batch: of one that is just named there the store
 * keeps what it knows. */
void github_run_timing(struct batch *batch, size_t at)
{
    struct run *run = &batch->runs[at];
    struct timing *t = &run->timing;
    int64_t begun = t->created_ms, created = 0, started = 0, finished = 0;
    bool open = false;

    for (size_t i = 0; i < batch->job_count; i++) {
        const struct job *job = &batch->jobs[i];

        if (job->run != at)
            continue;
        open = open || job->outcome.phase != DX_PHASE_DONE;
        earlier(&created, job->timing.created_ms);
        if (job->timing.queued_ms >= 0)
            earlier(&started, job->timing.created_ms + job->timing.queued_ms);
        if (job->timing.finished_ms > finished && job->outcome.result != DX_RESULT_SKIPPED)
            finished = job->timing.finished_ms;
    }
    if (run->bare || begun == 0)
        return;
    if (created > 0)
        run->gate_ms = created - begun >= GATE_LEAST ? created - begun : 0;
    if (started > 0) {
        bool gate = run->gate_ms > 0;

        t->started_ms = started;
        t->queued_ms = span(gate ? created : begun, started, t);
        t->queued_basis = gate ? run_queued_gate : run_queued;
    }
    if (run->outcome.phase == DX_PHASE_DONE && finished > 0 && !open) {
        t->finished_ms = finished;
        t->duration_ms = span(begun, finished, t);
        t->duration_basis = run_ran;
    }
}
