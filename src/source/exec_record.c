/* exec_record: a line as a record. */
#include "config.h"

#include "source/exec.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "source/field.h"
#include "source/plan.h"

#define WORDS(list, absent_, other_)                                                               \
    (&(const struct exec_words){ .word = (list),                                                   \
                                 .count = sizeof(list) / sizeof((list)[0]),                        \
                                 .absent = (absent_),                                              \
                                 .other = (other_) })

static const char *const phases[] = { "unknown", "waiting_gate", "queued", "running", "done" };
static const char *const results[] = { NULL,      "success", "failure", "cancelled",
                                       "skipped", "neutral", "unknown" };
static const char *const causes[] = { NULL,   "unknown",    "platform", "code", "test",
                                      "lint", "dependency", "config",   "user" };
static const char *const alert_states[] = { "pending",   "firing",   "silenced",
                                            "inhibited", "resolved", "stale" };
static const char *const severities[] = { "unknown", "info", "warning", "critical" };
static const char *const units[] = { "none",    "count", "seconds", "ratio",
                                     "percent", "bytes", "per_s",   "bytes_per_s" };

/* ---- what runs and jobs have in common ---- */

static struct outcome outcome_of(struct exec_line *line, const struct timing *timing)
{
    struct outcome o = {
        .result = (enum dx_result)exec_word(line, "result",
                                            WORDS(results, DX_RESULT_NONE, DX_RESULT_UNKNOWN)),
        .cause =
            (enum dx_cause)exec_word(line, "cause", WORDS(causes, DX_CAUSE_NONE, DX_CAUSE_UNKNOWN)),
        .evidence = exec_text(line, "evidence"),
        .raw_status = exec_text(line, "raw_status"),
        .raw_result = exec_text(line, "raw_result"),
    };
    enum dx_phase absent = o.result != DX_RESULT_NONE || timing->finished_ms > 0 ? DX_PHASE_DONE
                           : timing->started_ms > 0                              ? DX_PHASE_RUNNING
                                                                                 : DX_PHASE_QUEUED;

    o.phase = (enum dx_phase)exec_word(line, "phase", WORDS(phases, (int)absent, DX_PHASE_UNKNOWN));
    if (o.phase == DX_PHASE_DONE && o.result == DX_RESULT_NONE)
        o.result = DX_RESULT_UNKNOWN;
    if (o.phase != DX_PHASE_DONE)
        o.result = DX_RESULT_NONE;
    return o;
}

/* The span that was printed, else the one between two times that were; a negative one is
 * 0 and counted. */
static int64_t span_of(struct exec_line *line, const char *name, const int64_t between[2],
                       bool *skewed)
{
    int64_t ms = exec_span(line, name);

    if (ms >= 0 || between[0] == 0 || between[1] == 0)
        return ms;
    *skewed |= between[1] < between[0];
    return between[1] > between[0] ? between[1] - between[0] : 0;
}

static struct timing timing_of(struct exec_line *line)
{
    struct timing t = { .created_ms = exec_time(line, "created_at"),
                        .started_ms = exec_time(line, "started_at"),
                        .finished_ms = exec_time(line, "finished_at"),
                        .queued_basis = exec_text(line, "queued_basis"),
                        .duration_basis = "" };
    bool queued = json_is_number(json_object_get(line->object, "queued_s"));
    bool lasted = json_is_number(json_object_get(line->object, "duration_s"));

    t.queued_ms =
        span_of(line, "queued_s", (const int64_t[2]){ t.created_ms, t.started_ms }, &t.skewed);
    t.duration_ms =
        span_of(line, "duration_s", (const int64_t[2]){ t.started_ms, t.finished_ms }, &t.skewed);
    if (t.queued_ms >= 0 && !*t.queued_basis)
        t.queued_basis = queued ? "queued_s" : "started_at - created_at";
    if (t.duration_ms >= 0)
        t.duration_basis = lasted ? "duration_s" : "finished_at - started_at";
    return t;
}

/* ---- runs by identity ---- */

static uint64_t hash_of(const struct run *run)
{
    return text_hash(run->project) * 31 + text_hash(run->id) * 7 + (uint64_t)run->attempt;
}

static size_t *slot_of(const struct exec_poll *poll, const struct run *run)
{
    size_t at = (size_t)hash_of(run) & (poll->runs.cap - 1);

    for (;; at = (at + 1) & (poll->runs.cap - 1)) {
        size_t *slot = &poll->runs.slots[at];
        const struct run *other = *slot ? &poll->batch->runs[*slot - 1] : NULL;

        if (!other || (other->attempt == run->attempt && strcmp(other->id, run->id) == 0 &&
                       strcmp(other->project, run->project) == 0))
            return slot;
    }
}

static void make_room(struct exec_poll *poll)
{
    struct exec_runs *runs = &poll->runs;

    if (2 * (poll->batch->run_count + 1) < runs->cap)
        return;
    runs->cap = runs->cap ? 2 * runs->cap : 256;
    free(runs->slots);
    runs->slots = mem_new(runs->cap, sizeof(*runs->slots));
    runs->made = mem_grow(runs->made, runs->cap, sizeof(*runs->made));
    for (size_t i = 0; i < poll->batch->run_count; i++)
        *slot_of(poll, &poll->batch->runs[i]) = i + 1;
}

/* The place of this run in the batch, which it takes over where it is new. */
static size_t put_run(struct exec_poll *poll, const struct run *run, bool made)
{
    size_t *slot;

    make_room(poll);
    slot = slot_of(poll, run);
    if (*slot == 0) {
        *batch_run(poll->batch) = *run;
        *slot = poll->batch->run_count;
        poll->runs.made[*slot - 1] = made;
    } else if (!made) { /* printed twice, or behind its jobs */
        poll->batch->runs[*slot - 1] = *run;
        poll->runs.made[*slot - 1] = false;
    }
    return *slot - 1;
}

static bool is_printed(struct exec_poll *poll, const struct run *run)
{
    make_room(poll);
    return *slot_of(poll, run) != 0;
}

static bool is_stored(const struct exec_poll *poll, const struct run *run)
{
    const struct known *known = poll->plan->known;

    return known && known->run(known->self, run->project, run->id, run->attempt, 0) != KNOWN_NOT;
}

/* ---- runs and jobs ---- */

/* What a line says of a run, its own or that of a job. */
static struct run run_of(struct exec_line *line)
{
    struct batch empty = { 0 };
    struct run run = *batch_run(&empty);

    batch_done(&empty); /* its texts are constants */
    run.project = exec_needed(line, "project");
    run.pipeline = exec_text(line, "pipeline");
    run.id = exec_needed(line, "run_id");
    run.attempt = exec_count(line, "attempt", 1);
    run.sha = exec_text(line, "sha");
    run.branch = exec_text(line, "branch");
    run.event = exec_text(line, "event");
    run.protected_branch = exec_flag(line, "protected", false);
    run.attempt = run.attempt > 0 ? run.attempt : 1;
    return run;
}

static void read_run(struct exec_poll *poll, struct exec_line *line)
{
    struct run run = run_of(line);

    run.number = exec_text(line, "number");
    run.title = exec_text(line, "title");
    run.actor = exec_text(line, "actor");
    run.url = exec_url(line, "url");
    run.timing = timing_of(line);
    run.outcome = outcome_of(line, &run.timing);
    run.gate_ms = exec_span(line, "gate_s");
    run.updated_ms = exec_time(line, "updated_at");
    if (line->error.fault == DX_FAULT_NONE)
        (void)put_run(poll, &run, false);
}

/* The run of a job: of the job's own attempt, else the first one; printed before it, else
 * known from before, else made of what the job says. */
static size_t run_for(struct exec_poll *poll, struct run run)
{
    struct run first = run;

    first.attempt = 1;
    if (is_printed(poll, &run))
        return put_run(poll, &run, true);
    if (is_printed(poll, &first))
        return put_run(poll, &first, true);
    run.bare = is_stored(poll, &run);
    if (run.bare)
        return put_run(poll, &run, true);
    first.bare = is_stored(poll, &first);
    return put_run(poll, &first, true);
}

static void read_messages(struct exec_line *line, struct job *job)
{
    const json_t *list = json_object_get(line->object, "messages"), *item;
    size_t n = json_array_size(list), i;
    const char **texts = arena_alloc(&line->batch->arena, (n + 1) * sizeof(*texts));

    exec_know(line, "messages");
    json_array_foreach (list, i, item)
        texts[job->message_count++] = value_text(line->batch, item);
    job->messages = texts;
}

/* It failed before a runner had it, and began to wait when it was created. */
static void set_cut_off_wait(struct timing *t)
{
    if (t->created_ms == 0 || t->finished_ms < t->created_ms)
        return;
    t->queued_ms = t->finished_ms - t->created_ms;
    t->queued_basis = "finished_at - created_at (never started)";
}

static void read_job(struct exec_poll *poll, struct exec_line *line)
{
    struct run run = run_of(line);
    struct batch empty = { 0 };
    struct job job = *batch_job(&empty, 0);

    batch_done(&empty);
    job.name = exec_needed(line, "job");
    job.id = exec_text(line, "job_id");
    job.id = *job.id ? job.id : job.name;
    job.attempt = run.attempt;
    job.pool = exec_text(line, "pool");
    job.runner = exec_text(line, "runner");
    job.stage = exec_text(line, "stage");
    job.why = exec_text(line, "why");
    job.url = exec_url(line, "url");
    job.allow_failure = exec_flag(line, "allow_failure", false);
    job.timing = timing_of(line);
    job.outcome = outcome_of(line, &job.timing);
    job.started = job.timing.started_ms > 0;
    if (!job.started && job.timing.queued_ms < 0 && job.outcome.result == DX_RESULT_FAILURE)
        set_cut_off_wait(&job.timing);
    read_messages(line, &job);
    if (line->error.fault != DX_FAULT_NONE)
        return;
    job.run = run_for(poll, run);
    *batch_job(poll->batch, job.run) = job;
}

/* ---- the others ---- */

/* {"a": "b"} as the text that is its identity, or that text itself. */
static const char *labels_of(struct exec_line *line)
{
    json_t *labels = json_object_get(line->object, "labels");

    if (json_is_string(labels))
        return exec_text(line, "labels");
    exec_know(line, "labels");
    return json_is_object(labels) ? value_labels(line->batch, labels, NULL) : "{}";
}

static void read_sample(struct exec_poll *poll, struct exec_line *line)
{
    struct series series = { .query = exec_needed(line, "query"),
                             .labels = labels_of(line),
                             .text = exec_text(line, "text") };
    int64_t at_ms = exec_time(line, "at");
    const json_t *given = json_object_get(line->object, "value");
    double value = 0.;
    bool number = value_number(given, &value);
    size_t at;

    series.unit = (enum dx_unit)exec_word(line, "unit", WORDS(units, DX_UNIT_NONE, DX_UNIT_NONE));
    exec_know(line, "value");
    if (!number && !*series.text && !json_is_null(given))
        dx_fail(&line->error, DX_FAULT_REPLY, "value is no number");
    if (line->error.fault != DX_FAULT_NONE)
        return;
    at = batch_series(poll->batch, series);
    /* NaN: there was a text in its place, or what JSON can only call null. */
    batch_sample(poll->batch, at, at_ms > 0 ? at_ms : poll->now_ms, number ? value : (double)NAN);
}

static void read_alert(struct exec_poll *poll, struct exec_line *line)
{
    struct alert alert = {
        .key = exec_text(line, "key"),
        .name = exec_needed(line, "name"),
        .labels = labels_of(line),
        .summary = exec_text(line, "summary"),
        .url = exec_url(line, "url"),
        .muted_by = exec_text(line, "muted_by"),
        .severity = (enum dx_severity)exec_word(
            line, "severity", WORDS(severities, DX_SEVERITY_UNKNOWN, DX_SEVERITY_UNKNOWN)),
        .state = (enum dx_alert_state)exec_word(
            line, "state", WORDS(alert_states, DX_ALERT_FIRING, DX_ALERT_FIRING)),
        .since_ms = exec_time(line, "since"),
        .ended_ms = exec_time(line, "ended"),
    };

    if (!*alert.key)
        alert.key = arena_print(&poll->batch->arena, "%s%s", alert.name, alert.labels);
    if (line->error.fault != DX_FAULT_NONE)
        return;
    if (alert.state == DX_ALERT_STALE) /* an export's: who printed it did not see it, either */
        poll->alerts_missing = true;
    else
        *batch_alert(poll->batch) = alert;
}

static void read_pool(struct exec_poll *poll, struct exec_line *line)
{
    struct pool pool = { .name = exec_needed(line, "pool"),
                         .online = exec_count(line, "online", -1),
                         .busy = exec_count(line, "busy", -1),
                         .offline = exec_count(line, "offline", -1),
                         .waiting = exec_count(line, "waiting", -1),
                         .note = exec_text(line, "note") };

    if (line->error.fault == DX_FAULT_NONE)
        *batch_pool(poll->batch) = pool;
}

static void read_runner(struct exec_poll *poll, struct exec_line *line)
{
    struct runner runner = { .pool = exec_needed(line, "pool"),
                             .name = exec_needed(line, "runner"),
                             .labels = exec_text(line, "labels"),
                             .note = exec_text(line, "note"),
                             .online = exec_flag(line, "online", true),
                             .busy = exec_flag(line, "busy", false) };

    if (line->error.fault == DX_FAULT_NONE)
        *batch_runner(poll->batch) = runner;
}

static void read_ticket(struct exec_poll *poll, struct exec_line *line)
{
    (void)poll;
    exec_ticket(line);
}

static void read_change(struct exec_poll *poll, struct exec_line *line)
{
    (void)poll;
    exec_change(line);
}

/* ---- a line ---- */

static const struct {
    const char *type;
    void (*read)(struct exec_poll *poll, struct exec_line *line);
} kinds[] = { { "run", read_run },       { "job", read_job },      { "sample", read_sample },
              { "alert", read_alert },   { "pool", read_pool },    { "runner", read_runner },
              { "ticket", read_ticket }, { "change", read_change } };

bool exec_record(struct exec_poll *poll, struct exec_line *line)
{
    const char *type = exec_needed(line, "type");

    exec_know(line, "source"); /* exports have it */
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(type, kinds[i].type) == 0) {
            kinds[i].read(poll, line);
            return line->error.fault == DX_FAULT_NONE;
        }
    if (*type)
        dx_fail(&line->error, DX_FAULT_REPLY, "\"%.40s\" is no type of record", type);
    return false;
}

struct attempt {     /* of a job */
    size_t run, job; /* index in the batch */
    const char *name;
    int64_t attempt;
};

static bool is_same(const struct attempt *one, const struct attempt *other)
{
    return one->run == other->run && strcmp(one->name, other->name) == 0;
}

static int by_attempt(const void *a, const void *b)
{
    const struct attempt *one = a, *other = b;
    int order = strcmp(one->name, other->name);

    if (one->run != other->run)
        return one->run < other->run ? -1 : 1;
    if (order != 0)
        return order;
    return (one->attempt > other->attempt) - (one->attempt < other->attempt);
}

/* What may fail is as good as what succeeded. */
static enum dx_result result_of(const struct job *job)
{
    return job->allow_failure && job->outcome.result == DX_RESULT_FAILURE ? DX_RESULT_SUCCESS
                                                                          : job->outcome.result;
}

static void add_job(struct run *run, const struct job *job)
{
    static const int badness[] = {
        [DX_RESULT_NONE] = 0,    [DX_RESULT_SKIPPED] = 1, [DX_RESULT_NEUTRAL] = 2,
        [DX_RESULT_SUCCESS] = 3, [DX_RESULT_UNKNOWN] = 4, [DX_RESULT_CANCELLED] = 5,
        [DX_RESULT_FAILURE] = 6
    };
    const struct timing *t = &job->timing;
    enum dx_result result = result_of(job);

    if (t->created_ms > 0 &&
        (run->timing.created_ms == 0 || t->created_ms < run->timing.created_ms))
        run->timing.created_ms = t->created_ms;
    if (t->started_ms > 0 &&
        (run->timing.started_ms == 0 || t->started_ms < run->timing.started_ms))
        run->timing.started_ms = t->started_ms;
    if (t->finished_ms > run->timing.finished_ms)
        run->timing.finished_ms = t->finished_ms;
    /* What is least far on, and what went worst. */
    if (run->outcome.phase == DX_PHASE_UNKNOWN || job->outcome.phase < run->outcome.phase)
        run->outcome.phase = job->outcome.phase;
    if (badness[result] > badness[run->outcome.result])
        run->outcome.result = result;
}

/* Of several attempts of a job the last one counts. */
static void add_jobs(struct exec_poll *poll)
{
    struct batch *batch = poll->batch;
    struct attempt *all = mem_new(batch->job_count, sizeof(*all));

    for (size_t i = 0; i < batch->job_count; i++)
        all[i] = (struct attempt){ .run = batch->jobs[i].run,
                                   .job = i,
                                   .name = batch->jobs[i].name,
                                   .attempt = batch->jobs[i].attempt };
    qsort(all, batch->job_count, sizeof(*all), by_attempt);
    for (size_t i = 0; i < batch->job_count; i++) {
        struct run *run = &batch->runs[all[i].run];
        bool last = i + 1 == batch->job_count || !is_same(&all[i], &all[i + 1]);

        if (poll->runs.made[all[i].run] && !run->bare && last)
            add_job(run, &batch->jobs[all[i].job]);
    }
    free(all);
}

void exec_complete(struct exec_poll *poll, bool whole)
{
    struct batch *batch = poll->batch;

    add_jobs(poll);
    for (size_t i = 0; i < batch->run_count; i++) {
        struct run *run = &batch->runs[i];

        if (poll->runs.made[i] && !run->bare && run->outcome.phase != DX_PHASE_DONE) {
            run->outcome.result = DX_RESULT_NONE;
            run->timing.finished_ms = 0;
        }
        if (whole && (run->bare || run->outcome.phase == DX_PHASE_DONE))
            batch_jobs_whole(batch, i);
    }
    /* One that was done when it was stored has new jobs. */
    for (size_t i = 0; i < batch->job_count; i++)
        if (batch->jobs[i].outcome.phase != DX_PHASE_DONE && batch->runs[batch->jobs[i].run].bare)
            batch->runs[batch->jobs[i].run].jobs_whole = false;
    batch->pools_whole = whole;
    batch->alerts_whole = whole && !poll->alerts_missing;
}

void exec_done(struct exec_poll *poll)
{
    free(poll->runs.slots);
    free(poll->runs.made);
    poll->runs = (struct exec_runs){ .slots = NULL };
}
