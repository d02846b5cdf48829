/* jenkins_builds: builds with what plugins add to them, and their consoles. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/jenkins.h"
#include "sim/noise.h"

#define RUN "org.jenkinsci.plugins.workflow.job.WorkflowRun"

int64_t jenkins_begun_ms(const struct company_run *run)
{
    return run->attempts[0]->released_ms;
}

int64_t jenkins_queue_id(const struct company_run *run)
{
    return run->id * 16 + COMPANY_JOBS_MOST;
}

/* ---- results ---- */

/* Only what exceeded its time failed it: then it was aborted. */
static bool is_timeout(const struct company_attempt *attempt)
{
    bool timeout = false;

    for (int i = 0; i < attempt->job_count; i++) {
        const struct company_job *job = &attempt->jobs[i];

        if (job->result != DX_RESULT_FAILURE || job->def->flags & JOB_MAY_FAIL)
            continue;
        if (!job->timed_out)
            return false;
        timeout = true;
    }
    return timeout;
}

static const char *result_of(const struct company_attempt *attempt)
{
    switch (attempt->result) {
    case DX_RESULT_SUCCESS:
        return "SUCCESS";
    case DX_RESULT_FAILURE:
        return is_timeout(attempt) ? "ABORTED" : "FAILURE";
    case DX_RESULT_CANCELLED:
        return "ABORTED";
    case DX_RESULT_NONE:
    case DX_RESULT_SKIPPED:
    case DX_RESULT_NEUTRAL:
    case DX_RESULT_UNKNOWN:
        break;
    }
    return "NOT_BUILT";
}

/* ---- actions ---- */

static json_t *cause(const struct company_run *run)
{
    const struct company_person *p = company_person(run->person);

    if (run->again || run->event == EVENT_MANUAL)
        return json_pack("{s:s, s:o, s:s, s:s}", "_class", "hudson.model.Cause$UserIdCause",
                         "shortDescription", json_sprintf("Started by user %s", p->name), "userId",
                         p->login, "userName", p->name);
    switch (run->event) {
    case EVENT_SCHEDULE:
        return json_pack("{s:s, s:s}", "_class", "hudson.triggers.TimerTrigger$TimerTriggerCause",
                         "shortDescription", "Started by timer");
    case EVENT_PULL_REQUEST:
        return json_pack(
            "{s:s, s:o}", "_class", "org.jenkinsci.plugins.github.pullrequest.GitHubPRCause",
            "shortDescription", json_sprintf("Pull request #%" PRId64 " updated", run->pull));
    case EVENT_PUSH:
    case EVENT_MANUAL:
        break;
    }
    return json_pack("{s:s, s:o}", "_class", "com.cloudbees.jenkins.GitHubPushCause",
                     "shortDescription", json_sprintf("Started by GitHub push by %s", p->login));
}

static json_t *revision(const struct company_run *run)
{
    char sha[COMPANY_SHA], branch[COMPANY_NAME];

    (void)company_sha(sha, run->commit);
    (void)company_branch(branch, run);
    return json_pack("{s:s, s:{s:s, s:[{s:s, s:o}]}, s:s}", "_class",
                     "hudson.plugins.git.util.BuildData", "lastBuiltRevision", "SHA1", sha,
                     "branch", "SHA1", sha, "name", json_sprintf("refs/remotes/origin/%s", branch),
                     "scmName", "");
}

/* The plugin Metrics: what was waited before, and what its node blocks waited. */
static json_t *times(const struct company_run *run, int64_t now_ms)
{
    const struct company_attempt *attempt = run->attempts[0];
    int64_t blocked = attempt->released_ms - attempt->created_ms, nodes = 0, buildable = 0;
    bool done = now_ms >= attempt->finished_ms;

    for (int i = 0; i < attempt->job_count; i++) {
        const struct company_job *job = &attempt->jobs[i];

        if (!job->started_ms || job->started_ms > now_ms)
            continue;
        nodes++;
        buildable += job->started_ms - job->ready_ms;
    }
    return json_pack("{s:s, s:I, s:I, s:i, s:I, s:i, s:i, s:I, s:I, s:I}", "_class",
                     "jenkins.metrics.impl.TimeInQueueAction", "blockedDurationMillis",
                     (json_int_t)blocked, "blockedTimeMillis", (json_int_t)blocked,
                     "buildableDurationMillis", 0, "buildableTimeMillis", (json_int_t)buildable,
                     "waitingDurationMillis", 0, "waitingTimeMillis", 0, "queuingDurationMillis",
                     (json_int_t)blocked, "subTaskCount", (json_int_t)nodes,
                     "buildingDurationMillis",
                     (json_int_t)(done ? attempt->finished_ms - attempt->released_ms : 0));
}

static json_t *interruption(const struct company_run *run)
{
    const struct company_attempt *attempt = run->attempts[0];
    const char *class = "jenkins.model.CauseOfInterruption$UserInterruption";
    json_t *why = json_sprintf("Aborted by %s", company_person(run->person)->name);

    if (attempt->result == DX_RESULT_FAILURE) {
        class = "org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution$ExceededTimeout";
        json_decref(why);
        why = json_string("Timeout has been exceeded");
    } else if (!run->cancelled_by_person) {
        class = "org.jenkinsci.plugins.workflow.job.properties."
                "DisableConcurrentBuildsJobProperty$CancelledCause";
        json_decref(why);
        why = json_sprintf("Superseded by #%" PRId64, run->number + 1);
    }
    return json_pack("{s:s, s:[{s:s, s:o}]}", "_class", "jenkins.model.InterruptedBuildAction",
                     "causes", "_class", class, "shortDescription", why);
}

static json_t *actions(const struct company_run *run, int64_t now_ms)
{
    const struct company_attempt *attempt = run->attempts[0];
    json_t *causes = json_pack("[o]", cause(run)), *list;

    if (run->again)
        (void)json_array_append_new(
            causes, json_pack("{s:s, s:o, s:I}", "_class", "com.sonyericsson.rebuild.RebuildCause",
                              "shortDescription",
                              json_sprintf("Rebuilds build #%" PRId64, run->again->number),
                              "upstreamBuild", (json_int_t)run->again->number));
    list = json_pack("[{s:s, s:o}, {}, o, o]", "_class", "hudson.model.CauseAction", "causes",
                     causes, times(run, now_ms), revision(run));
    if (now_ms >= attempt->finished_ms && strcmp(result_of(attempt), "ABORTED") == 0)
        (void)json_array_append_new(list, interruption(run));
    (void)json_array_append_new(list, json_pack("{s:s}", "_class",
                                                "org.jenkinsci.plugins.displayurlapi.actions."
                                                "RunDisplayAction"));
    return list;
}

json_t *jenkins_build_json(const struct jenkins_call *call, const struct jenkins_place *place,
                           const struct company_run *run)
{
    const struct company_attempt *attempt = run->attempts[0];
    bool done = call->x->now_ms >= attempt->finished_ms;
    int64_t begun_ms = jenkins_begun_ms(run);

    return json_pack("{s:s, s:I, s:I, s:I, s:s?, s:b, s:b, s:I, s:o, s:o, s:o, s:n}", "_class", RUN,
                     "number", (json_int_t)run->number, "timestamp", (json_int_t)begun_ms,
                     "duration", (json_int_t)(done ? attempt->finished_ms - begun_ms : 0), "result",
                     done ? result_of(attempt) : NULL, "building", !done, "inProgress", !done,
                     "queueId", (json_int_t)jenkins_queue_id(run), "url",
                     json_sprintf("%s%" PRId64 "/", jenkins_place_url(call, place), run->number),
                     "displayName", json_sprintf("#%" PRId64, run->number), "actions",
                     actions(run, call->x->now_ms), "description");
}

/* ---- the console ---- */

static int by_start(const void *a, const void *b)
{
    const struct company_job *one = *(const struct company_job *const *)a,
                             *other = *(const struct company_job *const *)b;

    return (one->created_ms > other->created_ms) - (one->created_ms < other->created_ms);
}

/* All stages write into one. */
static void console(struct jenkins_call *call, const struct company_run *run)
{
    const struct company_attempt *attempt = run->attempts[0];
    const struct company_job *jobs[COMPANY_JOBS_MOST] = { NULL };
    const char *start = exchange_parameter(call->x, "start");
    int64_t from = start ? strtoll(start, NULL, 10) : 0;
    struct exchange *x = call->x;
    struct buf all;

    buf_init(&all, BODY_MOST);
    (void)buf_print(&all, "Started by user %s\n[Pipeline] Start of Pipeline\n",
                    company_person(run->person)->name);
    for (int i = 0; i < attempt->job_count; i++)
        jobs[i] = &attempt->jobs[i];
    if (attempt->job_count > 0)
        qsort(jobs, (size_t)attempt->job_count, sizeof(const struct company_job *), by_start);
    for (int i = 0; i < attempt->job_count; i++)
        if (jobs[i]->created_ms <= x->now_ms && !jobs[i]->absent &&
            jobs[i]->result != DX_RESULT_SKIPPED) {
            (void)buf_print(&all, "[Pipeline] { (%s)\n", jobs[i]->def->name);
            company_log(jobs[i], x->now_ms, &all);
            (void)buf_text(&all, "[Pipeline] }\n");
        }
    exchange_text(x, 200, from >= 0 && (size_t)from < all.len ? all.bytes + from : "");
    exchange_header(x, "X-Text-Size", "%zu", all.len);
    if (x->now_ms < attempt->finished_ms)
        exchange_header(x, "X-More-Data", "true");
    buf_done(&all);
}

void jenkins_build(struct jenkins_call *call, const struct jenkins_place *place,
                   const struct company_run *run, const char *rest)
{
    const char *full = exchange_parameter(call->x, "fullStages");

    if (strcmp(rest, "/api/json") == 0)
        jenkins_put(call, jenkins_build_json(call, place, run));
    else if (strcmp(rest, "/wfapi/describe") == 0 || strcmp(rest, "/wfapi/") == 0)
        exchange_json(call->x, 200,
                      jenkins_stages_json(call, run, full && strcmp(full, "true") == 0));
    else if (strcmp(rest, "/logText/progressiveText") == 0)
        console(call, run);
    else
        jenkins_not_found(call->x);
}
