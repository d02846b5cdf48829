/* gitlab: one job, retried ones and bridges too. */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "source/field.h"

enum { TAGS_MOST = 32 };

static const double SECONDS_MOST = 1e9;

int64_t gitlab_seconds(const json_t *item, const char *name, bool *skewed)
{
    double s;

    if (!value_number(json_object_get(item, name), &s) || !(fabs(s) < SECONDS_MOST))
        return -1;
    if (s < 0)
        *skewed = true;
    return s < 0 ? 0 : (int64_t)llround(s * 1e3);
}

int64_t gitlab_span(int64_t from_ms, int64_t to_ms, bool *skewed)
{
    if (from_ms == 0 || to_ms == 0)
        return -1;
    if (to_ms < from_ms)
        *skewed = true;
    return to_ms < from_ms ? 0 : to_ms - from_ms;
}

const char *gitlab_url(struct batch *batch, const json_t *item)
{
    const char *url = field_text(batch, item, "web_url");

    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ? url : "";
}

/* ---- pools ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *gitlab_tags(struct batch *batch, const json_t *tags)
{
    const char *sorted[TAGS_MOST] = { NULL }, *text = "";
    const json_t *tag;
    size_t n = 0, i;

    json_array_foreach (tags, i, tag) {
        const char *clean = value_text(batch, tag);

        if (*clean && n < TAGS_MOST)
            sorted[n++] = clean;
    }
    qsort(sorted, n, sizeof(sorted[0]), by_text);
    for (i = 0; i < n; i++)
        text = i == 0 ? sorted[0] : arena_print(&batch->arena, "%s,%s", text, sorted[i]);
    return batch_text(batch, text, strlen(text));
}

/* A runner of the project's or group's own is a pool by itself, all of the instance
 * are one. */
const char *gitlab_untagged_pool(struct batch *batch, const json_t *runner)
{
    const char *name = field_text(batch, runner, "description");

    return *name && !json_is_true(json_object_get(runner, "is_shared")) ? name : "shared";
}

/* Many have the same description, made by one template. */
const char *gitlab_runner_name(struct batch *batch, const json_t *runner)
{
    const char *name = field_text(batch, runner, "description");
    int64_t id = field_int(runner, "id");

    name = *name ? name : field_text(batch, runner, "name");
    if (id <= 0)
        return name;
    return arena_print(&batch->arena, "%s%s#%" PRId64, name, *name ? " " : "", id);
}

/* The tags that it asks for; without any it takes what there is. */
static const char *pool_of(struct batch *batch, const json_t *item)
{
    const char *tags = gitlab_tags(batch, json_object_get(item, "tag_list"));

    return *tags ? tags : gitlab_untagged_pool(batch, json_object_get(item, "runner"));
}

/* ---- times ---- */

/* What is waited for a runner is the server's own figure: a job of a later stage is
 * created long before it may begin. Where the server does not say it, nobody knows. */
static void set_times(struct job *job, const json_t *item, int64_t now_ms)
{
    struct timing *t = &job->timing;
    int64_t queued = gitlab_seconds(item, "queued_duration", &t->skewed);

    t->created_ms = field_time(item, "created_at");
    t->started_ms = field_time(item, "started_at");
    t->finished_ms = field_time(item, "finished_at");
    job->started = t->started_ms > 0;
    if (job->started && queued >= 0) {
        t->queued_ms = queued;
        t->queued_basis = "queued_duration";
    } else if (job->outcome.phase == DX_PHASE_QUEUED && queued >= 0) {
        /* It waits since it became pending, not since its pipeline was made. */
        if (now_ms - queued > t->created_ms)
            t->created_ms = now_ms - queued;
    }
    if (job->outcome.phase != DX_PHASE_DONE || !job->started)
        return;
    t->duration_ms = gitlab_seconds(item, "duration", &t->skewed);
    t->duration_basis = "duration";
    if (t->duration_ms < 0) {
        t->duration_ms = gitlab_span(t->started_ms, t->finished_ms, &t->skewed);
        t->duration_basis = t->duration_ms < 0 ? "" : "finished_at - started_at";
    }
}

/* Then queued_duration is null; older servers have none of it at all. */
static bool was_never_pending(const json_t *item)
{
    return json_is_null(json_object_get(item, "queued_duration"));
}

/* Ended before a runner had it: the wait was cut off. What it waited for others before is
 * none. queued_duration of what was pending goes on counting, from then to this day. */
static void set_cut_off_wait(struct job *job, const json_t *item, const struct reply *reply)
{
    struct timing *t = &job->timing;
    int64_t queued = gitlab_seconds(item, "queued_duration", &t->skewed);
    int64_t pending = (reply->date_ms > 0 ? reply->date_ms : reply->now_ms) - queued;

    if (was_never_pending(item))
        return;
    if (queued >= 0 && pending > t->created_ms && pending <= t->finished_ms) {
        t->queued_ms = t->finished_ms - pending;
        t->queued_basis = "finished_at - queued_at by queued_duration (never started)";
        return;
    }
    t->queued_ms = gitlab_span(t->created_ms, t->finished_ms, &t->skewed);
    t->queued_basis = t->queued_ms < 0 ? "" : "finished_at - created_at (never started)";
}

/* ---- what became of it ---- */

/* The old word for stuck is for jobs that no runner took, and for those that a runner
 * took and was heard of no more. */
static const char *category_of(const struct gitlab_reason *reason, const struct job *job)
{
    return job->started && strcmp(reason->name, "stuck_or_timeout_failure") == 0 ? "runner"
                                                                                 : reason->category;
}

static void set_cause(struct batch *batch, struct job *job, const json_t *item, bool bridge)
{
    const char *name = job->outcome.raw_result;
    const struct gitlab_reason *reason = gitlab_reason(name);
    const char *category = reason ? category_of(reason, job) : "";
    char waited[TIME_TEXT];

    if (*name && !reason)
        batch->unknown++;
    job->outcome.cause = reason ? reason->cause : DX_CAUSE_UNKNOWN;
    if (job->outcome.cause != DX_CAUSE_UNKNOWN) {
        job->outcome.evidence =
            reason->before ? arena_print(&batch->arena, "%s: failure_reason %s (before: %s)",
                                         category, name, reason->before)
                           : arena_print(&batch->arena, "%s: failure_reason %s", category, name);
    } else if (!job->started && !bridge && !was_never_pending(item)) {
        job->outcome.cause = DX_CAUSE_PLATFORM;
        job->outcome.evidence = arena_print(
            &batch->arena, "capacity: no runner took it%s%s",
            job->timing.queued_ms < 0 ? "" : " within ",
            job->timing.queued_ms < 0 ? "" : duration_format(waited, job->timing.queued_ms, false));
    }
}

static void set_outcome(struct batch *batch, struct job *job, const json_t *item, bool done,
                        bool bridge)
{
    const char *status = field_text(batch, item, "status");
    struct gitlab_state state = gitlab_state(batch, status);

    job->outcome.raw_status = status;
    job->outcome.phase = state.job;
    job->outcome.result = state.result;
    job->why = state.why;
    if (state.job == DX_PHASE_UNKNOWN && field_time(item, "finished_at") > 0) {
        job->outcome.phase = DX_PHASE_DONE;
        job->outcome.result = DX_RESULT_UNKNOWN;
    } else if (state.job == DX_PHASE_GATE && done) {
        /* Its run is done without it: nobody has to wait for it. */
        job->outcome.phase = DX_PHASE_DONE;
        job->outcome.result = DX_RESULT_SKIPPED;
        job->why = "";
    } else if (state.job == DX_PHASE_QUEUED && bridge) {
        job->outcome.phase = DX_PHASE_GATE; /* for another run, not for a runner */
        job->why = "waits for the pipeline that it starts";
    }
    if (job->outcome.result == DX_RESULT_FAILURE)
        job->outcome.raw_result = field_text(batch, item, "failure_reason");
}

struct job *gitlab_add_job(struct batch *batch, size_t run, const json_t *item,
                           const struct reply *reply, bool done, bool bridge)
{
    struct job *job = batch_job(batch, run);

    job->id = arena_print(&batch->arena, "%" PRId64, field_int(item, "id"));
    job->name = field_text(batch, item, "name");
    job->stage = field_text(batch, item, "stage");
    job->url = gitlab_url(batch, item);
    job->allow_failure = json_is_true(json_object_get(item, "allow_failure"));
    if (!bridge) {
        job->pool = pool_of(batch, item);
        job->runner = gitlab_runner_name(batch, json_object_get(item, "runner"));
    }
    set_outcome(batch, job, item, done, bridge);
    set_times(job, item, reply->now_ms);
    if (bridge) {
        job->timing.queued_ms = -1;
        job->timing.queued_basis = "";
    } else if (!job->started && (job->outcome.result == DX_RESULT_FAILURE ||
                                 job->outcome.result == DX_RESULT_CANCELLED)) {
        set_cut_off_wait(job, item, reply);
    }
    if (job->outcome.result == DX_RESULT_FAILURE)
        set_cause(batch, job, item, bridge);
    return job;
}
