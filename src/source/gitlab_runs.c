/* gitlab: one run: a pipeline, by itself or as a list names it. A retry happens
 * within a pipeline, so each has one attempt; its jobs have theirs. */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"
#include "source/field.h"
#include "source/pattern.h"

/* ---- what it is of ---- */

static bool is_of_request(const char *event)
{
    return strcmp(event, "merge_request_event") == 0 ||
           strcmp(event, "external_pull_request_event") == 0;
}

static bool is_protected(const struct gitlab *g, const struct plan *plan, const struct batch *batch,
                         const struct run *run)
{
    if (!*run->branch || is_of_request(run->event) ||
        strncmp(run->branch, "refs/merge-requests/", 20) == 0)
        return false;
    if (g->protect.count > 0)
        return pattern_fits(&g->protect, run->branch, PATTERN_EXACT);
    return gitlab_branch(plan, batch, run->project) == (int64_t)text_hash(run->branch);
}

/* ---- what became of it ---- */

static void set_outcome(struct batch *batch, struct run *run, const json_t *item)
{
    const char *status = field_text(batch, item, "status");
    struct gitlab_state state = gitlab_state(batch, status);
    const json_t *detail = json_object_get(item, "detailed_status");
    const char *group = field_text(batch, detail, "group");
    const char *errors = field_text(batch, item, "yaml_errors");

    run->outcome.raw_status = status;
    run->outcome.raw_result = field_text(batch, detail, "text");
    run->outcome.phase = state.run;
    run->outcome.result = state.result;
    run->outcome.with_issues = strncmp(group, "success", 7) == 0 && strstr(group, "warnings");
    if (state.run == DX_PHASE_UNKNOWN && field_time(item, "finished_at") > 0) {
        run->outcome.phase = DX_PHASE_DONE;
        run->outcome.result = DX_RESULT_UNKNOWN;
    }
    if (state.result != DX_RESULT_FAILURE)
        return;
    run->outcome.cause = *errors ? DX_CAUSE_CONFIG : DX_CAUSE_UNKNOWN;
    run->outcome.evidence = *errors ? errors : "";
}

/* Its duration leaves out the gaps in which no job ran, so it is the server's own
 * figure. What it waited is created to started, to the second; the server leaves the
 * field out where that is 0. */
static void set_times(struct run *run, const json_t *item)
{
    struct timing *t = &run->timing;

    t->created_ms = field_time(item, "created_at");
    t->started_ms = field_time(item, "started_at");
    t->finished_ms = field_time(item, "finished_at");
    run->updated_ms = field_time(item, "updated_at");
    if (t->started_ms > 0) {
        t->queued_ms = gitlab_seconds(item, "queued_duration", &t->skewed);
        t->queued_basis = "queued_duration";
    }
    if (t->started_ms > 0 && t->queued_ms < 0) {
        t->queued_ms = gitlab_span(t->created_ms, t->started_ms, &t->skewed);
        t->queued_basis = t->queued_ms < 0 ? "" : "started_at - created_at";
    }
    if (run->outcome.phase != DX_PHASE_DONE) {
        t->finished_ms = 0; /* of the time before a job of it was retried */
        return;
    }
    t->duration_ms = gitlab_seconds(item, "duration", &t->skewed);
    t->duration_basis = t->duration_ms < 0 ? "" : "duration";
}

size_t gitlab_add_run(const struct gitlab *g, const struct plan *plan, struct batch *batch,
                      const char *project, const json_t *item)
{
    struct run *run = batch_run(batch);

    run->project = batch_text(batch, project, strlen(project));
    run->id = arena_print(&batch->arena, "%" PRId64, field_int(item, "id"));
    run->number = run->id;
    run->title = field_text(batch, item, "name");
    run->sha = field_text(batch, item, "sha");
    run->branch = field_text(batch, item, "ref");
    run->event = field_text(batch, item, "source");
    run->actor = field_text(batch, json_object_get(item, "user"), "username");
    run->url = gitlab_url(batch, item);
    if (strcmp(run->event, "parent_pipeline") == 0)
        run->pipeline = GITLAB_CHILD;
    set_outcome(batch, run, item);
    set_times(run, item);
    run->protected_branch =
        !json_is_true(json_object_get(item, "tag")) && is_protected(g, plan, batch, run);
    return batch->run_count - 1;
}

/* ---- its own page ---- */

/* A pipeline can be deleted, and a project can be out of sight for a while: only the
 * second time on end it counts as gone; where it may not be read any more, after a day. */
static void is_there(const struct reply *reply, const struct plan *plan, struct batch *batch,
                     const struct gitlab_about *about, bool there)
{
    const char *id = arena_print(&batch->arena, "%" PRId64, reply->detail);
    const char *name = arena_print(&batch->arena, "%s#%s", about->project, id);
    int64_t missed_ms = gitlab_cursor(plan, batch, GITLAB_GONE, name);
    bool early = reply->status == 403 && reply->now_ms - missed_ms < DAY_MS;
    bool gone = missed_ms != 0 && !there && !early;
    size_t run;

    if ((missed_ms != 0) == (there || gone))
        gitlab_remember(batch, GITLAB_GONE, name, missed_ms != 0 ? 0 : reply->now_ms);
    if (!gone)
        return;
    run = batch_known_run(batch, about->project, id, 1);
    batch->runs[run].gone = true;
    if (reply->status != 403) /* which may be read again one day */
        batch_jobs_whole(batch, run);
}

bool gitlab_decode_run(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                       struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    size_t run;

    if (reply->status == 404 || (reply->status == 403 && !gitlab_lacks_scope(reply))) {
        is_there(reply, plan, batch, &about, false);
        if (about.go_on)
            (void)gitlab_go_on(plan, batch, about.project);
        return true;
    }
    if (!gitlab_is_answer(reply))
        return dx_fail(err, DX_FAULT_REPLY, "%s: pipeline %" PRId64 " answered %d", about.project,
                       reply->detail, reply->status);
    if (field_int(reply->json, "id") != reply->detail)
        return dx_fail(err, DX_FAULT_REPLY, "%s: this is not pipeline %" PRId64, about.project,
                       reply->detail);
    is_there(reply, plan, batch, &about, true);
    run = gitlab_add_run(g, plan, batch, about.project, reply->json);
    about.done = batch->runs[run].outcome.phase == DX_PHASE_DONE;
    plan_at_once(plan, gitlab_ask(plan, GITLAB_BRIDGES, reply->detail, &about));
    return true;
}
