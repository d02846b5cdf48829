/* gitlab_jobs: jobs and their traces. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/gitlab.h"
#include "sim/noise.h"

static const char *status_of(const struct company_job *job, int64_t at_ms)
{
    switch (company_job_phase(job, at_ms)) {
    case DX_PHASE_UNKNOWN:
        return "created";
    case DX_PHASE_GATE:
        return "manual";
    case DX_PHASE_QUEUED:
        return "pending";
    case DX_PHASE_RUNNING:
        return "running";
    case DX_PHASE_DONE:
        break;
    }
    switch (job->result) {
    case DX_RESULT_SUCCESS:
        return "success";
    case DX_RESULT_FAILURE:
        return "failed";
    case DX_RESULT_CANCELLED:
        return "canceled";
    case DX_RESULT_SKIPPED:
    case DX_RESULT_NEUTRAL:
    case DX_RESULT_NONE:
    case DX_RESULT_UNKNOWN:
        break;
    }
    return "skipped";
}

/* Another execution of it has begun. */
static bool is_retried(const struct company_job *job, int64_t at_ms)
{
    const struct company_run *run = job->attempt->run;

    for (int a = job->attempt->number; a < run->attempt_count; a++)
        if (run->attempts[a]->created_ms <= at_ms && !run->attempts[a]->jobs[job->index].copy)
            return true;
    return false;
}

static bool is_listed(const struct company_job *job, int64_t at_ms)
{
    return !job->absent && !job->copy && company_job_listed_ms(job) <= at_ms;
}

static json_t *commit_json(const struct company_run *run)
{
    char sha[COMPANY_SHA], title[COMPANY_TEXT];
    const struct company_person *p = company_person(run->person);

    (void)company_sha(sha, run->commit);
    return json_pack("{s:s, s:s#, s:s, s:s, s:s, s:o, s:o, s:[]}", "id", sha, "short_id", sha, 8,
                     "title", company_title(title, run), "message", title, "author_name", p->name,
                     "author_email", json_sprintf("%" PRId64 "@acme.example", p->id), "created_at",
                     gitlab_time(run->created_ms - 60000), "parent_ids");
}

/* What has begun to wait and not started waits until now, even when it is over. */
static int64_t queued_ms(const struct company_job *job, int64_t at_ms)
{
    if (at_ms < job->ready_ms || (job->finished_ms <= job->ready_ms && !job->started_ms))
        return -1;
    return (job->started_ms && job->started_ms <= at_ms ? job->started_ms : at_ms) - job->ready_ms;
}

static json_t *job_json(const struct gitlab_call *call, const struct company_job *job)
{
    const struct company_run *run = job->attempt->run;
    int64_t at_ms = call->x->now_ms;
    bool done = at_ms >= job->finished_ms, begun = job->started_ms && at_ms >= job->started_ms;
    const char *pool = world_pools[job->def->pool].name;
    char ref[COMPANY_NAME];
    json_t *json;

    json = json_pack("{s:I, s:s, s:s, s:s, s:s, s:b, s:n, s:b, s:o, s:o, s:o, s:n, s:o, s:o, s:o}",
                     "id", (json_int_t)job->id, "status", status_of(job, at_ms), "stage",
                     job->def->stage, "name", job->def->name, "ref", gitlab_ref(ref, run), "tag", 0,
                     "coverage", "allow_failure", (job->def->flags & JOB_MAY_FAIL) != 0,
                     "created_at", gitlab_time(job->attempt->created_ms), "started_at",
                     gitlab_time(begun ? job->started_ms : 0), "finished_at",
                     gitlab_time(done ? job->finished_ms : 0), "erased_at", "duration",
                     gitlab_real(begun ? (done ? job->finished_ms : at_ms) - job->started_ms : -1),
                     "queued_duration", gitlab_real(queued_ms(job, at_ms)), "user",
                     gitlab_user(call, run->person));
    (void)json_object_update_new(
        json, json_pack("{s:o, s:o, s:o, s:{s:b}, s:[], s:o, s:[s], s:n}", "commit",
                        commit_json(run), "pipeline", gitlab_pipeline_json(call, run), "web_url",
                        json_sprintf("%s/%s/%s/-/jobs/%" PRId64, call->web, call->repo->owner,
                                     call->repo->name, job->id),
                        "project", "ci_job_token_scope_enabled", 0, "artifacts", "runner",
                        begun ? gitlab_runner_json(call, job->def->pool, job->runner) : json_null(),
                        "tag_list", pool, "artifacts_expire_at"));
    if (done && job->result == DX_RESULT_FAILURE)
        (void)json_object_set_new(json, "failure_reason", json_string(job->failure->reason));
    return json;
}

/* ---- lists ---- */

static bool is_in_scope(const struct exchange *x, const char *status)
{
    const char *scope = exchange_parameter(x, "scope");
    size_t n = 0;

    if (scope)
        return strcmp(scope, status) == 0;
    for (; (scope = exchange_nth(x, "scope[]", n)) != NULL; n++)
        if (strcmp(scope, status) == 0)
            return true;
    return n == 0;
}

static int newest_first(const void *a, const void *b)
{
    const struct company_job *one = *(const struct company_job *const *)a,
                             *other = *(const struct company_job *const *)b;

    return (one->id < other->id) - (one->id > other->id);
}

/* Those of a run that are wanted; room for all of them. */
static size_t add_jobs(const struct gitlab_call *call, const struct company_run *run, bool retried,
                       const struct company_job **jobs)
{
    int64_t at_ms = call->x->now_ms;
    size_t count = 0;

    for (int a = 0; a < run->attempt_count; a++)
        for (int j = 0; j < run->attempts[a]->job_count; j++) {
            const struct company_job *job = &run->attempts[a]->jobs[j];

            if (is_listed(job, at_ms) && (retried || !is_retried(job, at_ms)) &&
                is_in_scope(call->x, status_of(job, at_ms)))
                jobs[count++] = job;
        }
    return count;
}

void gitlab_pipeline_jobs(struct gitlab_call *call, const struct company_run *run)
{
    const struct company_job *jobs[COMPANY_ATTEMPTS_MOST * COMPANY_JOBS_MOST];
    const char *retried = exchange_parameter(call->x, "include_retried");
    size_t count =
        add_jobs(call, run, retried && (!strcmp(retried, "true") || !strcmp(retried, "1")), jobs);
    json_t *list = json_array();
    struct page page;

    if (count > 0)
        qsort(jobs, count, sizeof(const struct company_job *), newest_first);
    page =
        gitlab_page(call, count,
                    arena_print(&call->x->arena, "/projects/%" PRId64 "/pipelines/%" PRId64 "/jobs",
                                call->repo->id, run->id));
    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append_new(list, job_json(call, jobs[i]));
    gitlab_put(call->x, list);
}

/* Those with an id below `before`; the next page goes on behind the last one. */
static void put_keyset(struct gitlab_call *call, const struct company_job **jobs, size_t count)
{
    struct exchange *x = call->x;
    const char *cursor = exchange_parameter(x, "cursor");
    int64_t before = cursor ? strtoll(cursor, NULL, 10) : INT64_MAX;
    struct page page = page_of(x, count, 20, 100);
    json_t *list = json_array();
    size_t i = 0;

    while (i < count && jobs[i]->id >= before)
        i++;
    for (int64_t n = 0; i < count && n < page.size; n++, i++)
        (void)json_array_append_new(list, job_json(call, jobs[i]));
    if (i > 0 && i < count)
        exchange_header(
            x, "Link", "<%s%s/projects/%" PRId64 "/jobs?%s>; rel=\"next\"", page_origin(x),
            call->base, call->repo->id,
            page_query(x, "cursor", arena_print(&x->arena, "%" PRId64, jobs[i - 1]->id)));
    gitlab_put(x, list);
}

void gitlab_project_jobs(struct gitlab_call *call)
{
    struct exchange *x = call->x;
    struct company_query query = { -1, call->repo->index, -1, 0, x->now_ms };
    const char *paging = exchange_parameter(x, "pagination");
    const struct company_run **runs;
    size_t run_count = company_runs(call->company, &query, &runs), count = 0;
    const struct company_job **jobs =
        mem_new(run_count * COMPANY_ATTEMPTS_MOST * COMPANY_JOBS_MOST + 1,
                sizeof(const struct company_job *));

    for (size_t i = 0; i < run_count; i++)
        count += add_jobs(call, runs[i], true, jobs + count);
    free(runs);
    if (count > 0)
        qsort(jobs, count, sizeof(const struct company_job *), newest_first);
    if (paging && strcmp(paging, "keyset") == 0) {
        put_keyset(call, jobs, count);
    } else {
        struct page page = gitlab_page(
            call, count, arena_print(&x->arena, "/projects/%" PRId64 "/jobs", call->repo->id));
        json_t *list = json_array();

        for (size_t i = page.from; i < page.to; i++)
            (void)json_array_append_new(list, job_json(call, jobs[i]));
        gitlab_put(x, list);
    }
    free(jobs);
}

void gitlab_job(struct gitlab_call *call, const char *rest)
{
    char *end;
    const struct company_job *job =
        company_job_by_id(call->company, strtoll(rest, &end, 10), call->x->now_ms);
    bool there = job && end > rest && job->attempt->run->pipeline->repo == call->repo &&
                 is_listed(job, call->x->now_ms);

    if (there && !*end) {
        gitlab_put(call->x, job_json(call, job));
    } else if (there && strcmp(end, "/trace") == 0) {
        exchange_text(call->x, 200, "");
        company_log(job, call->x->now_ms, &call->x->body);
        call->x->content_type = "text/plain";
    } else {
        gitlab_error(call->x, 404, "404 Not found");
    }
}
