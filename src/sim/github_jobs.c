/* github_jobs: jobs with their steps, annotations and logs. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/github.h"
#include "sim/noise.h"

#define LOG_URL_MS INT64_C(60000) /* how long the place of a log is good */

/* ---- jobs ---- */

static const char *status_of(enum dx_phase phase)
{
    switch (phase) {
    case DX_PHASE_GATE:
        return "waiting";
    case DX_PHASE_UNKNOWN:
    case DX_PHASE_QUEUED:
        return "queued";
    case DX_PHASE_RUNNING:
        return "in_progress";
    case DX_PHASE_DONE:
        break;
    }
    return "completed";
}

static const char *word_of(enum dx_result result)
{
    switch (result) {
    case DX_RESULT_SUCCESS:
        return "success";
    case DX_RESULT_FAILURE:
        return "failure";
    case DX_RESULT_CANCELLED:
        return "cancelled";
    case DX_RESULT_SKIPPED:
        return "skipped";
    case DX_RESULT_NEUTRAL:
        return "neutral";
    case DX_RESULT_NONE:
    case DX_RESULT_UNKNOWN:
        break;
    }
    return NULL;
}

static const char *conclusion_of(const struct company_job *job)
{
    return job->timed_out ? "cancelled" : word_of(job->result);
}

static json_t *steps_json(const struct company_job *job, int64_t at_ms)
{
    struct company_step steps[COMPANY_STEPS_MOST];
    size_t count = company_steps(job, steps);
    json_t *list = json_array();

    for (size_t i = 0; i < count && at_ms >= job->started_ms; i++) {
        const struct company_step *step = &steps[i];
        bool done = at_ms >= step->finished_ms, begun = at_ms >= step->started_ms;
        const char *word = job->timed_out && step->result == DX_RESULT_FAILURE
                               ? "cancelled"
                               : word_of(step->result);

        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s?, s:i, s:o, s:o}", "name", step->name, "status",
                            done    ? "completed"
                            : begun ? "in_progress"
                                    : "queued",
                            "conclusion", done ? word : NULL, "number", (int)i + 1, "started_at",
                            begun ? github_time(step->started_ms) : json_null(), "completed_at",
                            done ? github_time(step->finished_ms) : json_null()));
    }
    return list;
}

/* Required and never null: until a runner has it, it is when it began to wait. */
static int64_t shown_start_ms(const struct company_job *job, bool begun)
{
    return begun ? company_started_ms(job) : job->created_ms;
}

static void add_runner(json_t *json, const struct company_job *job, bool begun)
{
    const char *pool = world_pools[job->def->pool].name;
    char name[COMPANY_NAME];

    (void)json_object_update_new(
        json,
        json_pack("{s:[s, s], s:i, s:s, s:i, s:s}", "labels", "self-hosted", pool, "runner_id",
                  begun ? job->def->pool * 1000 + job->runner : 0, "runner_name",
                  begun ? company_runner_name(name, COMPANY_GITHUB, job->def->pool, job->runner)
                        : "",
                  "runner_group_id", begun ? 1 : 0, "runner_group_name", begun ? "Default" : ""));
}

static json_t *job_json(const struct github_call *call, const struct company_job *job)
{
    const struct company_run *run = job->attempt->run;
    int64_t at_ms = call->x->now_ms;
    enum dx_phase phase = company_job_phase(job, at_ms);
    bool done = phase == DX_PHASE_DONE, begun = job->started_ms && at_ms >= job->started_ms;
    char sha[COMPANY_SHA], branch[COMPANY_NAME];
    json_t *json;

    json = json_pack(
        "{s:I, s:I, s:s, s:s, s:o, s:i, s:o, s:s, s:o, s:o, s:s, s:s?}", "id", (json_int_t)job->id,
        "run_id", (json_int_t)run->id, "workflow_name", run->pipeline->print->name, "head_branch",
        company_branch(branch, run), "run_url",
        json_sprintf("%s/actions/runs/%" PRId64, call->api, run->id), "run_attempt",
        job->attempt->number, "node_id", json_sprintf("CR_%" PRId64, job->id), "head_sha",
        company_sha(sha, run->commit), "url",
        json_sprintf("%s/actions/jobs/%" PRId64, call->api, job->id), "html_url",
        json_sprintf("%s/actions/runs/%" PRId64 "/job/%" PRId64, call->html, run->id, job->id),
        "status", status_of(phase), "conclusion", done ? conclusion_of(job) : NULL);
    (void)json_object_update_new(
        json,
        json_pack("{s:o, s:o, s:o, s:s, s:o, s:o}", "created_at", github_time(job->created_ms),
                  "started_at", github_time(shown_start_ms(job, begun)), "completed_at",
                  done ? github_time(job->finished_ms) : json_null(), "name", job->def->name,
                  "steps", steps_json(job, at_ms), "check_run_url",
                  json_sprintf("%s/check-runs/%" PRId64, call->api, job->id)));
    add_runner(json, job, begun);
    return json;
}

/* attempt 0: as filter= says, of the newest one or of all. */
void github_jobs(struct github_call *call, const struct company_run *run, int attempt)
{
    struct exchange *x = call->x;
    const char *filter = exchange_parameter(x, "filter");
    bool all = attempt == 0 && filter && strcmp(filter, "all") == 0;
    int only = attempt ? attempt : company_attempt_at(run, x->now_ms)->number;
    const struct company_job *jobs[COMPANY_ATTEMPTS_MOST * COMPANY_JOBS_MOST];
    json_t *list = json_array();
    struct page page;
    size_t count = 0;

    for (int a = 0; a < run->attempt_count; a++)
        for (int j = 0; j < run->attempts[a]->job_count; j++) {
            const struct company_job *job = &run->attempts[a]->jobs[j];

            if ((all || a + 1 == only) && company_job_listed_ms(job) <= x->now_ms)
                jobs[count++] = job;
        }
    page = github_page(call, count, SIZE_MAX);
    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append_new(list, job_json(call, jobs[i]));
    github_put(x, json_pack("{s:I, s:o}", "total_count", (json_int_t)count, "jobs", list));
}

/* ---- approvals ---- */

/* Who let which environment go; when is not said. */
void github_reviews(struct github_call *call, const struct company_run *run)
{
    json_t *list = json_array();

    for (int a = 0; a < run->attempt_count; a++)
        for (int j = 0; j < run->attempts[a]->job_count; j++) {
            const struct company_job *job = &run->attempts[a]->jobs[j];

            if (job->copy || job->gate != GATE_APPROVAL || !job->started_ms ||
                job->ready_ms > call->x->now_ms)
                continue;
            (void)json_array_append_new(
                list, json_pack("{s:s, s:s, s:[{s:i, s:s}], s:o}", "state", "approved", "comment",
                                "", "environments", "id", 1, "name", job->def->name, "user",
                                github_person(call->x, company_person(run->person))));
        }
    github_put(call->x, list);
}

/* ---- annotations ---- */

static const struct company_job *find_job(const struct github_call *call, int64_t id)
{
    const struct company_job *job = company_job_by_id(call->company, id, call->x->now_ms);

    return job && job->attempt->run->pipeline->repo == call->repo ? job : NULL;
}

static void annotate(json_t *list, const char *level, json_t *message)
{
    (void)json_array_append_new(
        list,
        json_pack("{s:s, s:i, s:i, s:n, s:n, s:s, s:s, s:o, s:s, s:s}", "path", ".github",
                  "start_line", 1, "end_line", 1, "start_column", "end_column", "annotation_level",
                  level, "title", "", "message", message, "raw_details", "", "blob_href", ""));
}

static void annotate_failure(json_t *list, const struct company_job *job)
{
    const struct company_failure *f = job->failure;
    char name[COMPANY_NAME];
    const char *lost = f->annotation ? strstr(f->annotation, "%s") : NULL;

    if (lost) /* it names the runner */
        annotate(
            list, "failure",
            json_sprintf("%.*s%s%s", (int)(lost - f->annotation), f->annotation,
                         company_runner_name(name, COMPANY_GITHUB, job->def->pool, job->runner),
                         lost + 2));
    else if (f->annotation)
        annotate(list, "failure", json_string(f->annotation));
    if (job->timed_out)
        annotate(list, "failure", json_string("The operation was canceled."));
    else if (!f->abandoned)
        annotate(list, "failure",
                 json_sprintf("Process completed with exit code %d.", f->exit_code));
}

static void annotate_cancel(json_t *list, const struct company_job *job)
{
    const struct company_run *run = job->attempt->run;
    char branch[COMPANY_NAME];

    if (job->by_person)
        annotate(list, "failure",
                 json_sprintf("The run was canceled by @%s.", company_person(run->person)->login));
    else
        annotate(
            list, "failure",
            json_sprintf("Canceling since a higher priority waiting request for '%s-%s' exists",
                         run->pipeline->print->file, company_branch(branch, run)));
    if (job->started_ms)
        annotate(list, "failure", json_string("The operation was canceled."));
}

void github_annotations(struct github_call *call, int64_t id)
{
    const struct company_job *job = find_job(call, id);
    json_t *list, *all;
    struct page page;

    if (!job) {
        github_not_found(call->x);
        return;
    }
    all = json_array();
    if (call->x->now_ms >= job->finished_ms) {
        if (job->failure)
            annotate_failure(all, job);
        else if (job->result == DX_RESULT_CANCELLED)
            annotate_cancel(all, job);
        if (job->started_ms && job->key % 9 == 0)
            annotate(all, "warning",
                     json_string("The following actions use a deprecated Node.js version and will "
                                 "be forced to run on node20: actions/cache@v3"));
    }
    page = github_page(call, json_array_size(all), SIZE_MAX);
    list = json_array();
    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append(list, json_array_get(all, i));
    json_decref(all);
    github_put(call->x, list);
}

/* ---- logs ---- */

/* Who has the address may read the log, for a minute and without a token. */
static uint64_t signature(const struct sim *sim, int64_t id, int64_t until_ms)
{
    return noise_hash(sim->world.seed ^ (uint64_t)sim->start_ms, 8200 + (uint64_t)id, until_ms);
}

/* The minute is one of the network, which a fast clock does not make faster. */
static int64_t log_until(const struct exchange *x)
{
    const struct clock *clock = &x->sim->clock;
    double speed = clock->simulated && clock->speed > 1. ? clock->speed : 1.;

    return x->now_ms + (int64_t)((double)LOG_URL_MS * speed);
}

static void send_to_log(struct github_call *call, const struct company_job *job)
{
    struct exchange *x = call->x;
    int64_t until_ms = log_until(x);
    const struct company_job *real = job->copy ? job->copy : job;

    if (!real->started_ms || x->now_ms < real->finished_ms) {
        github_not_found(x);
        return;
    }
    exchange_text(x, 302, "");
    exchange_header(x, "Location", "%s/logs/%" PRId64 "?se=%" PRId64 "&sig=%016" PRIx64,
                    call->origin, real->id, until_ms, signature(x->sim, real->id, until_ms));
    github_count(x);
}

void github_job(struct github_call *call, const char *rest)
{
    char *end;
    const struct company_job *job = find_job(call, strtoll(rest, &end, 10));

    if (job && !*end)
        github_put(call->x, job_json(call, job));
    else if (job && strcmp(end, "/logs") == 0)
        send_to_log(call, job);
    else
        github_not_found(call->x);
}

void github_log(struct exchange *x)
{
    const struct company *company = sim_company(x->sim, x->now_ms);
    const char *until = exchange_parameter(x, "se"), *sign = exchange_parameter(x, "sig");
    char *end;
    int64_t id = strtoll(x->path + strlen("/logs/"), &end, 10);
    int64_t until_ms = until ? strtoll(until, NULL, 10) : 0;
    const struct company_job *job = company_job_by_id(company, id, x->now_ms);
    char want[24];

    (void)snprintf(want, sizeof(want), "%016" PRIx64, signature(x->sim, id, until_ms));
    if (!sign || strcmp(sign, want) != 0 || x->now_ms > until_ms || !job || *end) {
        exchange_text(x, 403,
                      "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthenticationFailed"
                      "</Code><Message>Server failed to authenticate the request.</Message>"
                      "</Error>");
        x->content_type = "application/xml";
        return;
    }
    exchange_text(x, 200, "");
    company_log(job, x->now_ms, &x->body);
    x->content_type = "text/plain";
}
