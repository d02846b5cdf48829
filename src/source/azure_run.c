/* azure: one build as a run. A stage that is run again keeps its build, so each has one
 * attempt; its jobs have theirs. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/field.h"

static const char refs_heads[] = "refs/heads/";

/* ---- what it is of ---- */

const char *azure_run_project(struct batch *batch, const char *project, const json_t *item)
{
    const json_t *repository = json_object_get(item, "repository");
    const char *name = field_text(batch, repository, "name");

    if (!*name) /* older servers say its id only */
        return batch_text(batch, project, strlen(project));
    name = arena_print(&batch->arena, "%s/%s", project, name);
    return batch_text(batch, name, strlen(name));
}

bool azure_is_wanted(const struct azure *az, struct batch *batch, const char *project,
                     const json_t *item)
{
    const char *name = arena_print(&batch->arena, "%s/%s", project,
                                   field_text(batch, json_object_get(item, "definition"), "name"));

    return (az->include.count == 0 || azure_fits(&az->include, name)) &&
           !azure_fits(&az->exclude, name);
}

static const char *short_branch(const char *ref)
{
    size_t len = sizeof(refs_heads) - 1;

    return strncmp(ref, refs_heads, len) == 0 ? ref + len : ref;
}

/* Of a pull request the branch that it came from: refs/pull/12/merge says nobody anything. */
static const char *branch_of(struct batch *batch, const json_t *item)
{
    const char *of_request =
        field_text(batch, json_object_get(item, "triggerInfo"), "pr.sourceBranch");

    return short_branch(*of_request ? of_request : field_text(batch, item, "sourceBranch"));
}

static bool is_protected(const struct azure *az, struct batch *batch, const json_t *item)
{
    const char *ref = field_text(batch, item, "sourceBranch");
    const char *reason = field_text(batch, item, "reason");
    static const char *usual[] = { "main", "master" };
    const struct dx_items fallback = { .item = usual, .count = 2 };
    const struct dx_items *patterns = az->protect.count > 0 ? &az->protect : &fallback;

    return *ref && strncmp(ref, "refs/pull/", 10) != 0 && strncmp(ref, "refs/tags/", 10) != 0 &&
           strcasecmp(reason, "pullRequest") != 0 &&
           (azure_fits(patterns, short_branch(ref)) || azure_fits(patterns, ref));
}

static const char *title_of(struct batch *batch, const json_t *item)
{
    const json_t *trigger = json_object_get(item, "triggerInfo");
    const char *title = field_text(batch, trigger, "pr.title");

    return *title ? title : field_text(batch, trigger, "ci.message");
}

static const char *url_of(struct batch *batch, const json_t *item)
{
    const char *url =
        field_text(batch, json_object_get(json_object_get(item, "_links"), "web"), "href");

    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ? url : "";
}

/* ---- what became of it ---- */

/* A pipeline that could not even be read has these, and no job. */
static const char *validation_error(struct batch *batch, const json_t *item)
{
    const json_t *one;
    size_t i;

    json_array_foreach (json_object_get(item, "validationResults"), i, one)
        if (strcasecmp(field_text(batch, one, "result"), "error") == 0)
            return field_text(batch, one, "message");
    return "";
}

static void set_outcome(struct batch *batch, struct outcome *out, const json_t *item)
{
    const char *status = field_text(batch, item, "status");
    const char *result = field_text(batch, item, "result");
    const struct azure_word now = azure_status(batch, status);
    struct azure_word end;
    const char *error;

    out->raw_status = status;
    out->raw_result = result;
    out->phase = now.phase;
    out->result = now.result;
    if (now.phase == DX_PHASE_UNKNOWN && field_time(item, "finishTime") > 0)
        out->phase = DX_PHASE_DONE;
    if (out->phase != DX_PHASE_DONE)
        return;
    end = azure_result(batch, result);
    out->result = end.result;
    out->with_issues = end.with_issues;
    error = out->result == DX_RESULT_FAILURE ? validation_error(batch, item) : "";
    if (*error) {
        out->cause = DX_CAUSE_CONFIG;
        out->evidence = error;
    }
}

static void set_times(struct run *run, const json_t *item)
{
    struct timing *t = &run->timing;

    t->created_ms = field_time(item, "queueTime");
    t->started_ms = field_time(item, "startTime");
    t->finished_ms = field_time(item, "finishTime");
    run->updated_ms = field_time(item, "lastChangedDate");
    t->queued_ms = azure_span(t->created_ms, t->started_ms, &t->skewed);
    t->queued_basis = t->queued_ms < 0 ? "" : "startTime - queueTime";
    if (run->outcome.phase != DX_PHASE_DONE) {
        t->finished_ms = 0; /* of the time before a stage was run again */
        return;
    }
    if (t->started_ms == 0) { /* it ended in the queue */
        t->queued_ms = azure_span(t->created_ms, t->finished_ms, &t->skewed);
        t->queued_basis = t->queued_ms < 0 ? "" : "finishTime - queueTime (never started)";
        return;
    }
    t->duration_ms = azure_span(t->started_ms, t->finished_ms, &t->skewed);
    t->duration_basis = t->duration_ms < 0 ? "" : "finishTime - startTime";
}

size_t azure_add_run(const struct azure *az, struct batch *batch, const char *project,
                     const json_t *item)
{
    struct run *run = batch_run(batch);

    run->project = azure_run_project(batch, project, item);
    run->id = arena_print(&batch->arena, "%" PRId64, field_int(item, "id"));
    run->number = field_text(batch, item, "buildNumber");
    run->pipeline = field_text(batch, json_object_get(item, "definition"), "name");
    run->title = title_of(batch, item);
    run->sha = field_text(batch, item, "sourceVersion");
    run->branch = branch_of(batch, item);
    run->event = field_text(batch, item, "reason");
    run->actor = field_text(batch, json_object_get(item, "requestedFor"), "displayName");
    run->url = url_of(batch, item);
    run->protected_branch = is_protected(az, batch, item);
    set_outcome(batch, &run->outcome, item);
    set_times(run, item);
    return batch->run_count - 1;
}

struct azure_about azure_about_run(struct batch *batch, const char *project, const json_t *item,
                                   size_t run)
{
    const json_t *queue = json_object_get(item, "queue"), *pool = json_object_get(queue, "pool");
    const char *name = field_text(batch, pool, "name");

    return (struct azure_about){ .project = project,
                                 .run = batch->runs[run].project,
                                 .pool = *name ? name : field_text(batch, queue, "name"),
                                 .queue = field_int(queue, "id"),
                                 .pool_id = field_int(pool, "id"),
                                 .done = batch->runs[run].outcome.phase == DX_PHASE_DONE,
                                 .from_ms = batch->runs[run].timing.created_ms,
                                 .gate_ms = -1 };
}

/* ---- its own page ---- */

/* A build can be deleted, and a project can be out of sight for a while: only the second
 * time on end it counts as gone; where it may not be read any more, after a day. */
static void is_there(const struct reply *reply, const struct plan *plan, struct batch *batch,
                     const char *project, bool there)
{
    const char *id = arena_print(&batch->arena, "%" PRId64, reply->detail);
    const char *name = arena_print(&batch->arena, "%s#%s", project, id);
    int64_t missed_ms = azure_cursor(plan, batch, AZURE_GONE, name);
    bool early = reply->status == 403 && reply->now_ms - missed_ms < DAY_MS;
    bool gone = missed_ms != 0 && !there && !early;
    size_t run;

    if ((missed_ms != 0) == (there || gone))
        azure_remember(batch, AZURE_GONE, name, missed_ms != 0 ? 0 : reply->now_ms);
    if (!gone)
        return;
    run = batch_known_run(batch, project, id, 1);
    batch->runs[run].gone = true;
    if (reply->status != 403) /* which may be read again one day */
        batch_jobs_whole(batch, run);
}

bool azure_decode_build(const struct azure *az, const struct reply *reply, struct plan *plan,
                        struct batch *batch, struct dx_error *err)
{
    struct azure_about about = azure_about(reply, batch), of;
    size_t run;

    if (reply->status == 404 || reply->status == 403) {
        is_there(reply, plan, batch, about.run, false);
        return true;
    }
    if (!azure_is_answer(reply))
        return dx_fail(err, DX_FAULT_REPLY, "%s: build %" PRId64 " answered %d", about.run,
                       reply->detail, reply->status);
    if (field_int(reply->json, "id") != reply->detail)
        return dx_fail(err, DX_FAULT_REPLY, "%s: this is not build %" PRId64, about.run,
                       reply->detail);
    is_there(reply, plan, batch, about.run, true);
    run = azure_add_run(az, batch, about.project, reply->json);
    of = azure_about_run(batch, about.project, reply->json, run);
    of.fill = about.fill;
    if (about.gate_ms >= 0) {
        batch->runs[run].gate_ms = about.gate_ms;
        batch_jobs_whole(batch, run);
    } else if (batch->runs[run].outcome.phase != DX_PHASE_GATE) {
        (void)azure_ask(az, plan, AZURE_TIMELINE, reply->detail, &of);
        plan_at_once(plan, plan->last);
    }
    return true;
}
