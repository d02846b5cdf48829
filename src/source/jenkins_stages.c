/* jenkins: the stages of a Pipeline's build as the jobs of its run, with their steps;
 * from the plugin Pipeline: REST API, which not every Jenkins has.
 *
 * Cursors: stages, when such an answer came last; missing, when none did and none ever
 * had. */
#include "config.h"

#include "source/jenkins.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"

enum { STEPS_MOST = 200, MESSAGES_MOST = 20 };

/* ---- what a request is about ---- */

void jenkins_set_about(struct plan *plan, struct plan_request *request,
                       const struct jenkins_about *about)
{
    const char *evidence = about->outcome.evidence ? about->outcome.evidence : "";
    const char *raw = about->outcome.raw_result ? about->outcome.raw_result : "";
    const char *text = arena_print(
        &plan->arena, "%" PRId64 " %" PRId64 " %" PRId64 " %d %d %d %d\n%s\n%s\n%s\n%s\n%s",
        about->fill, about->steps_ms, about->nodes, about->done, (int)about->outcome.phase,
        (int)about->outcome.result, (int)about->outcome.cause, about->project, about->id,
        about->job, evidence, raw);

    for (size_t i = 0; i < about->message_count; i++)
        text = arena_print(&plan->arena, "%s\n%s", text, about->messages[i]);
    request->detail_text = text;
}

void jenkins_mark_fill(struct plan *plan, struct plan_request *request, int64_t listed)
{
    const char *rest = strchr(request->detail_text, ' ');

    request->detail_text = arena_print(&plan->arena, "%" PRId64 "%s", listed, rest ? rest : "");
}

static const char *take_line(struct batch *batch, const char **at)
{
    size_t len = strcspn(*at, "\n");
    const char *line = batch_text(batch, *at, len);

    *at += len + ((*at)[len] == '\n');
    return line;
}

struct jenkins_about jenkins_about(struct batch *batch, const struct reply *reply)
{
    struct jenkins_about about = { .job = "" };
    int64_t number[7] = { 0 };
    const char *at = strchr(reply->detail_text, '\n');
    char *rest = NULL;
    const char **messages;

    for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
        number[i] = strtoll(rest ? rest : reply->detail_text, &rest, 10);
    about.fill = number[0];
    about.steps_ms = number[1];
    about.nodes = number[2];
    about.done = number[3] != 0;
    about.outcome = (struct outcome){ .phase = (enum dx_phase)number[4],
                                      .result = (enum dx_result)number[5],
                                      .cause = (enum dx_cause)number[6] };
    at = at ? at + 1 : "";
    about.project = take_line(batch, &at);
    about.id = take_line(batch, &at);
    about.job = take_line(batch, &at);
    about.outcome.evidence = take_line(batch, &at);
    about.outcome.raw_result = take_line(batch, &at);
    messages = arena_alloc(&batch->arena, MESSAGES_MOST * sizeof(*messages));
    while (*at && about.message_count < MESSAGES_MOST)
        messages[about.message_count++] = take_line(batch, &at);
    about.messages = messages;
    return about;
}

/* ---- asking ---- */

/* Asked once a reply: it holds many builds. */
bool jenkins_no_stages(struct jenkins_poll *p)
{
    if (!p->stages_asked)
        p->no_stages = !jenkins_due(p, "missing", "", 6 * JENKINS_HOUR);
    p->stages_asked = true;
    return p->no_stages;
}

struct plan_request *jenkins_stages_ask(struct plan *plan, const struct jenkins_about *about,
                                        unsigned flags)
{
    struct jenkins_build build = { .number = 0 };
    struct plan_request *r;
    char number[32];

    (void)jenkins_build_of(about->project, about->id, &build);
    (void)snprintf(number, sizeof(number), "%" PRId64, build.number);
    r = jenkins_ask(plan, JENKINS_STAGES, build.job.full, "");
    plan_append(plan, r, "/{}/wfapi/describe?fullStages=true", number, NULL);
    r->flags |= PLAN_OPTIONAL | PLAN_ANSWER | flags;
    jenkins_set_about(plan, r, about);
    return r;
}

/* ---- one stage ---- */

struct stage {
    const json_t *item;
    int64_t from_ms, to_ms;     /* 0: it does not say */
    int64_t first_ms, pause_ms; /* when its first step began; paused for a person */
    bool listed;                /* whether its steps are: older plugins know only of stages */
    size_t steps;
    const char *node; /* that ran it; "": none did */
};

/* Whether it says a node, "" being none. */
static bool has_node(const json_t *item)
{
    const json_t *node = json_object_get(item, "execNode");

    return json_is_string(node) && !value_is(node, "");
}

static struct stage stage_of(struct batch *batch, const json_t *item)
{
    const json_t *steps = json_object_get(item, "stageFlowNodes"), *step;
    struct stage stage = { .item = item, .node = field_text(batch, item, "execNode") };
    size_t i;

    stage.from_ms = field_ms(item, "startTimeMillis");
    stage.pause_ms = field_ms(item, "pauseDurationMillis");
    if (stage.from_ms > 0)
        stage.to_ms = stage.from_ms + field_ms(item, "durationMillis");
    stage.listed = json_is_array(steps);
    stage.steps = json_array_size(steps);
    json_array_foreach (steps, i, step) {
        int64_t ms = field_ms(step, "startTimeMillis");

        if (!has_node(step))
            continue;
        if (ms > 0 && (stage.first_ms == 0 || ms < stage.first_ms))
            stage.first_ms = ms;
        if (!*stage.node)
            stage.node = field_text(batch, step, "execNode");
    }
    return stage;
}

static void set_phase(struct jenkins_poll *p, struct job *job, const struct jenkins_about *about,
                      bool waits)
{
    const char *status = job->outcome.raw_status;
    bool over = about->outcome.phase == DX_PHASE_DONE;

    if (strcmp(status, "PAUSED_PENDING_INPUT") == 0 && !over) {
        job->outcome.phase = DX_PHASE_GATE;
        job->why = "waits for input";
    } else if (strcmp(status, "IN_PROGRESS") == 0 && !over) {
        job->outcome.phase = waits ? DX_PHASE_QUEUED : DX_PHASE_RUNNING;
        job->why = !waits ? "" : "no step of it has begun; a node may be missing";
    } else {
        job->outcome.phase = DX_PHASE_DONE;
        job->outcome.result =
            strcmp(status, "IN_PROGRESS") == 0 || strcmp(status, "PAUSED_PENDING_INPUT") == 0
                ? about->outcome.result
                : jenkins_result(p, status);
    }
    /* What its build was aborted by, aborted the stage. */
    if (job->outcome.result == DX_RESULT_CANCELLED && about->outcome.result == DX_RESULT_FAILURE &&
        strcmp(about->outcome.raw_result, "ABORTED") == 0)
        job->outcome.result = DX_RESULT_FAILURE;
}

/* ---- times ---- */

/* What stages wait for is in nobody's books; but where each has a node of its own,
 * nothing happens in it until that is there. */
enum waits { WAITS_UNKNOWN, WAITS_ONE, WAITS_EACH };

static void set_wait(struct timing *t, struct stage *stage, enum waits waits, int64_t steps_ms,
                     bool first)
{
    int64_t wait_ms = stage->first_ms - stage->from_ms;

    if (waits == WAITS_ONE && first && steps_ms >= 0) {
        t->queued_ms = steps_ms;
        t->queued_basis = JENKINS_ONE_NODE;
        if (stage->first_ms > 0 && wait_ms >= steps_ms / 2) /* it waited within the stage */
            t->started_ms = stage->first_ms;
        t->created_ms = t->started_ms - steps_ms;
    } else if (waits == WAITS_EACH && stage->first_ms > 0) {
        t->started_ms = stage->first_ms;
        t->queued_ms = jenkins_span(stage->from_ms, stage->first_ms, &t->skewed);
        t->queued_basis = "first step - startTimeMillis of its stage";
        if (stage->pause_ms > 0 && wait_ms >= stage->pause_ms) { /* an approval came first */
            t->queued_ms -= stage->pause_ms;
            t->queued_basis = "first step - startTimeMillis - pauseDurationMillis of its stage";
            stage->pause_ms = 0;
        }
    }
}

/* A pause for a person is not work. */
static void set_duration(struct timing *t, const struct stage *stage)
{
    int64_t ms = jenkins_span(t->started_ms, stage->to_ms, &t->skewed);

    if (ms < 0)
        return;
    t->finished_ms = stage->to_ms > t->started_ms ? stage->to_ms : t->started_ms;
    t->duration_ms = ms > stage->pause_ms ? ms - stage->pause_ms : 0;
    t->duration_basis =
        stage->pause_ms > 0 ? "durationMillis - pauseDurationMillis" : "durationMillis";
}

/* It ended before its node came: the wait was cut off. */
static void set_cut_off_wait(struct timing *t, const struct stage *stage)
{
    t->queued_ms = jenkins_span(stage->from_ms, stage->to_ms, &t->skewed);
    t->queued_ms = t->queued_ms > stage->pause_ms ? t->queued_ms - stage->pause_ms : 0;
    t->queued_basis = "durationMillis - pauseDurationMillis (never started)";
}

static void set_times(struct job *job, struct stage *stage, enum waits waits, int64_t steps_ms,
                      bool first)
{
    struct timing *t = &job->timing;
    bool ended = job->outcome.phase == DX_PHASE_DONE;
    bool bad =
        job->outcome.result == DX_RESULT_FAILURE || job->outcome.result == DX_RESULT_CANCELLED;

    t->created_ms = stage->from_ms;
    job->started = job->outcome.result != DX_RESULT_SKIPPED &&
                   job->outcome.phase != DX_PHASE_QUEUED && job->outcome.phase != DX_PHASE_GATE;
    if (bad && stage->listed && stage->steps == 0)
        job->started = false; /* not even its node came */
    if (!job->started) {
        t->finished_ms = ended ? stage->to_ms : 0;
        if (bad && waits == WAITS_EACH)
            set_cut_off_wait(t, stage);
        return;
    }
    t->started_ms = stage->from_ms;
    if (stage->from_ms > 0)
        set_wait(t, stage, waits, steps_ms, first);
    if (ended)
        set_duration(t, stage);
}

/* ---- steps ---- */

static enum dx_phase step_phase(const char *status)
{
    if (strcmp(status, "PAUSED_PENDING_INPUT") == 0)
        return DX_PHASE_GATE;
    return strcmp(status, "IN_PROGRESS") == 0 ? DX_PHASE_RUNNING : DX_PHASE_DONE;
}

static void add_steps(struct jenkins_poll *p, struct job *job, const json_t *list)
{
    size_t count = json_array_size(list) < STEPS_MOST ? json_array_size(list) : STEPS_MOST;
    const char **messages = arena_alloc(&p->batch->arena, MESSAGES_MOST * sizeof(*messages));
    const json_t *item;
    size_t i;

    job->steps = arena_alloc(&p->batch->arena, (count + 1) * sizeof(*job->steps));
    job->step_count = count;
    job->messages = messages;
    json_array_foreach (list, i, item) {
        const char *status = field_text(p->batch, item, "status");
        const char *why = field_text(p->batch, json_object_get(item, "error"), "message");
        struct job_step step = { .name = field_text(p->batch, item, "name"),
                                 .raw_result = status,
                                 .phase = step_phase(status),
                                 .started_ms = field_ms(item, "startTimeMillis") };

        if (step.phase == DX_PHASE_DONE) {
            step.result = jenkins_result(p, status);
            if (step.started_ms > 0)
                step.finished_ms = step.started_ms + field_ms(item, "durationMillis");
        }
        if (i < count)
            job->steps[i] = step;
        if (*why && job->message_count < MESSAGES_MOST)
            messages[job->message_count++] = why;
    }
}

/* ---- stages ---- */

static void add_message(struct job *job, const char **messages, const char *text)
{
    if (*text && job->message_count < MESSAGES_MOST)
        messages[job->message_count++] = text;
}

static void set_cause(struct jenkins_poll *p, struct job *job, const json_t *item,
                      const struct jenkins_about *about)
{
    const char **messages = arena_alloc(&p->batch->arena, MESSAGES_MOST * sizeof(*messages));
    const char *const *of_steps = job->messages;
    size_t count = job->message_count;

    job->message_count = 0;
    job->messages = messages;
    add_message(job, messages, field_text(p->batch, json_object_get(item, "error"), "message"));
    for (size_t i = 0; i < count; i++)
        if (job->message_count == 0 || strcmp(messages[job->message_count - 1], of_steps[i]) != 0)
            add_message(job, messages, of_steps[i]);
    for (size_t i = 0; i < about->message_count; i++)
        add_message(job, messages, about->messages[i]);
    job->outcome.cause = DX_CAUSE_UNKNOWN;
    if (about->outcome.result == DX_RESULT_FAILURE) {
        job->outcome.cause = about->outcome.cause;
        job->outcome.evidence = about->outcome.evidence;
    }
}

static void add_stage(struct jenkins_poll *p, size_t run, struct stage *stage,
                      const struct jenkins_about *about, enum waits waits, bool first)
{
    const struct run *of = &p->batch->runs[run];
    struct job *job = batch_job(p->batch, run);
    const char *pool = *stage->node ? jenkins_pool_of_node(p->batch, stage->node) : NULL;

    job->id = field_text(p->batch, stage->item, "id");
    job->name = field_text(p->batch, stage->item, "name");
    job->url = *of->url ? arena_print(&p->batch->arena, "%sconsole", of->url) : "";
    job->runner = stage->node;
    job->pool = pool ? pool : "";
    job->outcome.raw_status = field_text(p->batch, stage->item, "status");
    set_phase(p, job, about, stage->listed && stage->steps == 0);
    set_times(job, stage, waits, about->steps_ms, first);
    /* What failed and did not fail the build was allowed to. */
    job->allow_failure =
        job->outcome.result == DX_RESULT_FAILURE && about->outcome.result == DX_RESULT_SUCCESS;
    add_steps(p, job, json_object_get(stage->item, "stageFlowNodes"));
    if (job->outcome.result == DX_RESULT_FAILURE)
        set_cause(p, job, stage->item, about);
}

static bool ran_on_a_node(const json_t *stage)
{
    const json_t *step;
    size_t i;

    if (has_node(stage))
        return true;
    json_array_foreach (json_object_get(stage, "stageFlowNodes"), i, step) {
        if (has_node(step))
            return true;
    }
    return false;
}

static enum waits waits_of(const json_t *list, int64_t nodes)
{
    const json_t *item;
    int64_t stages = 0;
    size_t i;

    json_array_foreach (list, i, item) {
        stages += ran_on_a_node(item);
    }
    if (nodes == 1)
        return WAITS_ONE;
    return nodes > 1 && nodes == stages ? WAITS_EACH : WAITS_UNKNOWN;
}

/* The console belongs to the whole build: where it does not tell its stages apart, the
 * first that failed gets it. */
static void ask_log(struct jenkins_poll *p, size_t run, size_t first_job,
                    const struct jenkins_about *about)
{
    const char *stages[MESSAGES_MOST] = { NULL };
    struct jenkins_about log = {
        .project = about->project, .id = about->id, .job = NULL, .messages = stages
    };

    for (size_t i = first_job; i < p->batch->job_count; i++) {
        const struct job *job = &p->batch->jobs[i];

        if (job->run != run || job->outcome.result != DX_RESULT_FAILURE ||
            job->outcome.cause != DX_CAUSE_UNKNOWN || log.message_count == MESSAGES_MOST)
            continue;
        log.job = log.job ? log.job : job->id;
        stages[log.message_count++] = arena_print(&p->plan->arena, "%s %s", job->id, job->name);
    }
    if (!log.job)
        return;
    jenkins_log_ask(p->plan, &log);
    batch_owe(p->batch, run);
}

/* Of the build whose jobs these are. To Jenkins it is building from when it leaves the queue,
 * though it may only wait for a node, or for a person. */
static enum dx_phase phase_of(const struct batch *batch, size_t first_job)
{
    bool begun = false, queued = false, gate = false;

    for (size_t i = first_job; i < batch->job_count; i++) {
        const struct job *job = &batch->jobs[i];

        if (job->outcome.phase == DX_PHASE_RUNNING)
            return DX_PHASE_RUNNING;
        begun = begun || job->started;
        queued = queued || job->outcome.phase == DX_PHASE_QUEUED;
        gate = gate || job->outcome.phase == DX_PHASE_GATE;
    }
    if (gate && !queued)
        return DX_PHASE_GATE;
    return queued && !begun ? DX_PHASE_QUEUED : DX_PHASE_RUNNING;
}

static void add_stages(struct jenkins_poll *p, size_t run, const json_t *list,
                       const struct jenkins_about *about)
{
    enum waits waits = waits_of(list, about->nodes);
    size_t first_job = p->batch->job_count, i;
    int64_t pause_ms = 0;
    bool first = true;
    const json_t *item;

    p->batch->runs[run].stand_in = JENKINS_WHOLE;
    json_array_foreach (list, i, item) {
        struct stage stage = stage_of(p->batch, item);

        if (!*field_text(p->batch, item, "id")) {
            p->batch->unknown++;
            continue;
        }
        pause_ms += stage.pause_ms;
        add_stage(p, run, &stage, about, waits, first && *stage.node);
        first = first && !*stage.node;
    }
    if (pause_ms > 0 && !p->batch->runs[run].bare)
        p->batch->runs[run].gate_ms =
            pause_ms + (p->batch->runs[run].gate_ms > 0 ? p->batch->runs[run].gate_ms : 0);
    if (p->batch->runs[run].outcome.phase == DX_PHASE_RUNNING)
        p->batch->runs[run].outcome.phase = phase_of(p->batch, first_job);
    if (p->config->logs && about->done)
        ask_log(p, run, first_job, about);
}

/* ---- the answer ---- */

static void say_missing(struct jenkins_poll *p)
{
    if (jenkins_recall(p->plan, p->batch, "stages", "") > 0)
        return; /* it is there; this build is not any more */
    if (jenkins_due(p, "missing", "", JENKINS_DAY))
        batch_note(p->batch, DX_LOG_INFO,
                   "the plugin Pipeline: REST API is missing (404): Pipelines are shown without "
                   "their stages");
    jenkins_remember(p->batch, "missing", "", p->plan->now_ms);
}

static void end_page(struct jenkins_poll *p, const struct jenkins_about *about)
{
    struct jenkins_build build;

    if (about->fill != 0 && jenkins_build_of(about->project, about->id, &build))
        jenkins_filled(p, build.job.full, about->fill);
}

bool jenkins_stages_decode(struct jenkins_poll *p, struct dx_error *err)
{
    struct jenkins_about about = jenkins_about(p->batch, p->reply);
    const json_t *list = json_object_get(p->reply->json, "stages");
    bool answer = jenkins_is_answer(p->reply);
    struct jenkins_build build;
    size_t run;

    if (!jenkins_build_of(about.project, about.id, &build))
        return true;
    if (answer && !json_is_array(list))
        return dx_fail(err, DX_FAULT_REPLY, "%s #%" PRId64 ": no \"stages\"", build.job.full,
                       build.number);
    run = batch_known_run(p->batch, about.project, about.id, 1);
    if (!answer && p->reply->status == 404)
        say_missing(p);
    if (answer && jenkins_due(p, "stages", "", JENKINS_DAY))
        jenkins_remember(p->batch, "stages", "", p->plan->now_ms);
    if (json_array_size(list) > 0)
        add_stages(p, run, list, &about);
    else if (!p->batch->runs[run].bare)
        jenkins_add_whole(p, run, &build.job);
    if (about.done && (answer || p->reply->status == 404))
        jenkins_whole(p, run);
    end_page(p, &about);
    return true;
}
