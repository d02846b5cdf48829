/* github_runs: workflow runs and their attempts. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/github.h"
#include "sim/noise.h"

/* As many entries of a filtered list as GitHub gives. */
enum { FILTERED_MOST = 1000 };

static const char *const events[] = { "push", "pull_request", "schedule", "workflow_dispatch" };

/* ---- one run ---- */

static const char *status_of(const struct company_attempt *attempt, int64_t at_ms)
{
    switch (company_attempt_phase(attempt, at_ms)) {
    case DX_PHASE_GATE:
        /* A group has the whole run wait, an approval a job of it. */
        return at_ms < attempt->released_ms ? "pending" : "waiting";
    case DX_PHASE_QUEUED:
    case DX_PHASE_UNKNOWN:
        return "queued";
    case DX_PHASE_RUNNING:
        return "in_progress";
    case DX_PHASE_DONE:
        break;
    }
    return "completed";
}

/* A job that ran too long is cancelled, and so is its run if nothing else failed. */
static bool only_timed_out(const struct company_attempt *attempt)
{
    for (int i = 0; i < attempt->job_count; i++) {
        const struct company_job *job = &attempt->jobs[i];

        if (job->result == DX_RESULT_FAILURE && !job->timed_out &&
            !(job->def->flags & JOB_MAY_FAIL))
            return false;
    }
    return attempt->job_count > 0;
}

static const char *github_conclusion(const struct company_attempt *attempt)
{
    switch (attempt->run->special) {
    case SPECIAL_NONE:
        break;
    case SPECIAL_BROKEN_FILE:
        return "startup_failure";
    case SPECIAL_NEEDS_PERSON:
        return "action_required";
    case SPECIAL_SKIPPED_WHOLE:
        return "skipped";
    }
    if (attempt->result == DX_RESULT_SUCCESS)
        return "success";
    if (attempt->result == DX_RESULT_FAILURE && !only_timed_out(attempt))
        return "failure";
    return "cancelled";
}

/* An edit touches the newest attempt only. */
static int64_t updated_ms(const struct company_attempt *attempt, int64_t at_ms)
{
    const struct company_run *run = attempt->run;

    if (attempt == company_attempt_at(run, at_ms))
        return company_run_updated_ms(run, at_ms);
    return attempt->finished_ms;
}

static json_t *commit_json(const struct company_run *run)
{
    const struct company_person *person = company_person(run->person);
    char sha[COMPANY_SHA], tree[COMPANY_SHA], title[COMPANY_TEXT];
    json_t *author = json_pack("{s:s, s:o}", "name", person->name, "email",
                               json_sprintf("%" PRId64 "+dev@acme.example", person->id));

    return json_pack("{s:s, s:s, s:s, s:o, s:O, s:o}", "id", company_sha(sha, run->commit),
                     "tree_id", company_sha(tree, ~run->commit), "message",
                     company_title(title, run), "timestamp", github_time(run->created_ms - 60000),
                     "author", author, "committer", author);
}

static json_t *pulls_json(const struct github_call *call, const struct company_run *run)
{
    char sha[COMPANY_SHA], branch[COMPANY_NAME];

    if (!run->pull)
        return json_array();
    return json_pack("[{s:I, s:I, s:o, s:{s:s, s:s}, s:{s:s}}]", "id",
                     (json_int_t)run->pull + 700000, "number", (json_int_t)run->pull, "url",
                     json_sprintf("%s/pulls/%" PRId64, call->api, run->pull), "head", "ref",
                     company_branch(branch, run), "sha", company_sha(sha, run->commit), "base",
                     "ref", call->repo->default_branch);
}

static void add_urls(const struct github_call *call, json_t *json,
                     const struct company_attempt *attempt)
{
    int64_t id = attempt->run->id;
    const char *url = arena_print(&call->x->arena, "%s/actions/runs/%" PRId64, call->api, id);

    (void)json_object_update_new(
        json,
        json_pack(
            "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "url", url, "html_url",
            json_sprintf("%s/actions/runs/%" PRId64, call->html, id), "jobs_url",
            json_sprintf("%s/jobs", url), "logs_url", json_sprintf("%s/logs", url), "artifacts_url",
            json_sprintf("%s/artifacts", url), "cancel_url", json_sprintf("%s/cancel", url),
            "rerun_url", json_sprintf("%s/rerun", url), "workflow_url",
            json_sprintf("%s/actions/workflows/%" PRId64, call->api, attempt->run->pipeline->id),
            "previous_attempt_url",
            attempt->number > 1 ? json_sprintf("%s/attempts/%d", url, attempt->number - 1)
                                : json_null()));
}

static json_t *run_json(const struct github_call *call, const struct company_attempt *attempt)
{
    const struct company_run *run = attempt->run;
    int64_t at_ms = call->x->now_ms;
    const char *status = status_of(attempt, at_ms);
    bool done = strcmp(status, "completed") == 0;
    char sha[COMPANY_SHA], branch[COMPANY_NAME], title[COMPANY_TEXT];
    const struct company_person *person = company_person(run->person);
    json_t *json;

    json = json_pack(
        "{s:I, s:s, s:o, s:I, s:s, s:s, s:o, s:I, s:i, s:s, s:s, s:s, s:s?, s:I}", "id",
        (json_int_t)run->id, "name", run->pipeline->print->name, "node_id",
        json_sprintf("WFR_%" PRId64, run->id), "check_suite_id", (json_int_t)run->id + 500,
        "head_branch", company_branch(branch, run), "head_sha", company_sha(sha, run->commit),
        "path", json_sprintf(".github/workflows/%s.yml", run->pipeline->print->file), "run_number",
        (json_int_t)run->number, "run_attempt", attempt->number, "event", events[run->event],
        "display_title", company_title(title, run), "status", status, "conclusion",
        done ? github_conclusion(attempt) : NULL, "workflow_id", (json_int_t)run->pipeline->id);
    (void)json_object_update_new(
        json, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:[], s:o, s:o, s:o}", "pull_requests",
                        pulls_json(call, run), "created_at", github_time(run->created_ms),
                        "updated_at", github_time(updated_ms(attempt, at_ms)), "run_started_at",
                        github_time(attempt->created_ms), "actor", github_person(call->x, person),
                        "triggering_actor",
                        github_person(call->x, company_person(run->person + (attempt->number > 1))),
                        "referenced_workflows", "head_commit", commit_json(run), "repository",
                        github_repository(call->x, call->repo), "head_repository",
                        github_repository(call->x, call->repo)));
    add_urls(call, json, attempt);
    return json;
}

/* ---- lists ---- */

/* "2026-11-01" is the whole day: its end for an upper bound. */
static int64_t parse_bound(const char *text, size_t len, bool upper)
{
    int64_t ms;
    char whole[40];

    if (len == 10) {
        (void)snprintf(whole, sizeof(whole), "%.10sT00:00:00Z", text);
        ms = time_parse(whole, strlen(whole));
        return ms > 0 && upper ? ms + DAY_MS - 1 : ms;
    }
    ms = time_parse(text, len);
    return ms > 0 && upper ? ms + 999 : ms;
}

/* created=>=T, <=T, >T, <T, T..T, *..T, T..*, T. */
static bool parse_created(const char *text, int64_t *from_ms, int64_t *to_ms)
{
    const char *dots = strstr(text, "..");
    size_t skip = strspn(text, "<>=");
    int64_t ms;

    if (dots) {
        *from_ms = *text == '*' ? 0 : parse_bound(text, (size_t)(dots - text), false);
        *to_ms = dots[2] == '*' ? INT64_MAX : parse_bound(dots + 2, strlen(dots + 2), true);
        return (*from_ms > 0 || *text == '*') && *to_ms > 0;
    }
    if (*text == '>') {
        ms = parse_bound(text + skip, strlen(text + skip), text[1] != '=');
        *from_ms = text[1] == '=' ? ms : ms + 1;
        return ms > 0;
    }
    if (*text == '<') {
        ms = parse_bound(text + skip, strlen(text + skip), text[1] == '=');
        *to_ms = text[1] == '=' ? ms : ms - 1;
        return ms > 0;
    }
    *from_ms = parse_bound(text, strlen(text), false);
    *to_ms = parse_bound(text, strlen(text), true);
    return *from_ms > 0;
}

static bool is(const char *wanted, const char *has)
{
    return !wanted || strcmp(wanted, has) == 0;
}

static bool is_wanted(const struct exchange *x, const struct company_run *run)
{
    const struct company_attempt *attempt = company_attempt_at(run, x->now_ms);
    const char *wanted = exchange_parameter(x, "status"), *status;
    char branch[COMPANY_NAME], sha[COMPANY_SHA];

    if (!attempt)
        return false;
    status = status_of(attempt, x->now_ms);
    return (!wanted || strcmp(wanted, status) == 0 ||
            (strcmp(status, "completed") == 0 &&
             strcmp(wanted, github_conclusion(attempt)) == 0)) &&
           is(exchange_parameter(x, "branch"), company_branch(branch, run)) &&
           is(exchange_parameter(x, "event"), events[run->event]) &&
           is(exchange_parameter(x, "actor"), company_person(run->person)->login) &&
           is(exchange_parameter(x, "head_sha"), company_sha(sha, run->commit));
}

static bool is_filtered(const struct exchange *x)
{
    static const char *const filters[] = { "actor", "branch",   "check_suite_id", "created",
                                           "event", "head_sha", "status" };

    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
        if (exchange_parameter(x, filters[i]))
            return true;
    return false;
}

void github_runs(struct github_call *call, int workflow)
{
    struct exchange *x = call->x;
    struct company_query query = { -1, call->repo->index, workflow, 0, x->now_ms };
    const char *created = exchange_parameter(x, "created");
    const struct company_run **runs;
    json_t *list = json_array();
    struct page page;
    size_t count, kept = 0;

    /* GitHub takes what it cannot read for no filter at all. */
    if (created && !parse_created(created, &query.from_ms, &query.to_ms)) {
        query.from_ms = 0;
        query.to_ms = INT64_MAX;
    }
    if (query.to_ms > x->now_ms)
        query.to_ms = x->now_ms;
    count = company_runs(call->company, &query, &runs);
    for (size_t i = 0; i < count; i++)
        if (is_wanted(x, runs[i]))
            runs[kept++] = runs[i];
    page = github_page(call, kept, is_filtered(x) ? FILTERED_MOST : SIZE_MAX);
    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append_new(list, run_json(call, company_attempt_at(runs[i], x->now_ms)));
    free(runs);
    github_put(x, json_pack("{s:I, s:o}", "total_count", (json_int_t)kept, "workflow_runs", list));
}

void github_workflows(struct github_call *call)
{
    json_t *list = json_array();

    for (int i = 0; i < call->repo->pipelines; i++) {
        const struct company_pipeline *p =
            &call->company->pipelines[call->repo->first_pipeline + i];

        (void)json_array_append_new(
            list,
            json_pack("{s:I, s:s, s:o, s:s, s:o, s:o}", "id", (json_int_t)p->id, "name",
                      p->print->name, "path",
                      json_sprintf(".github/workflows/%s.yml", p->print->file), "state", "active",
                      "created_at", github_time(call->company->first_ms - 300 * DAY_MS),
                      "updated_at", github_time(call->company->first_ms - 90 * DAY_MS)));
    }
    github_put(call->x,
               json_pack("{s:i, s:o}", "total_count", call->repo->pipelines, "workflows", list));
}

/* ---- below a run ---- */

static void answer_attempt(struct github_call *call, const struct company_run *run,
                           const char *rest)
{
    char *end;
    long number = strtol(rest, &end, 10);
    const struct company_attempt *attempt =
        number >= 1 && number <= run->attempt_count ? run->attempts[number - 1] : NULL;
    bool there = attempt && attempt->created_ms <= call->x->now_ms;

    if (there && !*end)
        github_put(call->x, run_json(call, attempt));
    else if (there && strcmp(end, "/jobs") == 0)
        github_jobs(call, run, attempt->number);
    else
        github_not_found(call->x);
}

void github_run(struct github_call *call, const char *rest)
{
    char *end;
    int64_t id = strtoll(rest, &end, 10);
    const struct company_run *run = company_run_by_id(call->company, id, call->x->now_ms);
    bool there = run && end > rest && run->pipeline->repo == call->repo;

    if (there && !*end)
        github_put(call->x, run_json(call, company_attempt_at(run, call->x->now_ms)));
    else if (there && strcmp(end, "/jobs") == 0)
        github_jobs(call, run, 0);
    else if (there && strcmp(end, "/approvals") == 0)
        github_reviews(call, run);
    else if (there && strncmp(end, "/attempts/", 10) == 0)
        answer_attempt(call, run, end + 10);
    else
        github_not_found(call->x);
}
