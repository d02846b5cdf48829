/* gitlab_pipelines: pipelines, in lists and whole. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/gitlab.h"
#include "sim/noise.h"

static const char *const sources[] = { "push", "merge_request_event", "schedule", "web" };

static const char *status_of(const struct company_run *run, int64_t at_ms)
{
    const struct company_attempt *attempt = company_attempt_at(run, at_ms);

    switch (company_attempt_phase(attempt, at_ms)) {
    case DX_PHASE_GATE:
        return at_ms < attempt->released_ms ? "waiting_for_resource" : "manual";
    case DX_PHASE_UNKNOWN:
    case DX_PHASE_QUEUED:
        return "pending";
    case DX_PHASE_RUNNING:
        return "running";
    case DX_PHASE_DONE:
        break;
    }
    if (attempt->result == DX_RESULT_SUCCESS)
        return "success";
    if (attempt->result == DX_RESULT_FAILURE)
        return "failed";
    return attempt->result == DX_RESULT_CANCELLED ? "canceled" : "skipped";
}

json_t *gitlab_pipeline_json(const struct gitlab_call *call, const struct company_run *run)
{
    char sha[COMPANY_SHA], ref[COMPANY_NAME];
    const struct company_repo *repo = run->pipeline->repo;

    return json_pack(
        "{s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "id", (json_int_t)run->id, "iid",
        (json_int_t)run->number, "project_id", (json_int_t)repo->id, "sha",
        company_sha(sha, run->commit), "ref", gitlab_ref(ref, run), "status",
        status_of(run, call->x->now_ms), "source", sources[run->event], "created_at",
        gitlab_time(run->created_ms), "updated_at",
        gitlab_time(company_run_updated_ms(run, call->x->now_ms)), "web_url",
        json_sprintf("%s/%s/%s/-/pipelines/%" PRId64, call->web, repo->owner, repo->name, run->id),
        "name", run->pipeline->print->name);
}

/* ---- times of the whole ---- */

struct span {
    int64_t from_ms, to_ms;
};

static int by_beginning(const void *a, const void *b)
{
    const struct span *one = a, *other = b;

    return (one->from_ms > other->from_ms) - (one->from_ms < other->from_ms);
}

/* How long at least one job ran, and when the first did: waiting does not count. */
static int64_t busy_ms(const struct company_run *run, int64_t at_ms, int64_t *first_ms)
{
    struct span spans[COMPANY_ATTEMPTS_MOST * COMPANY_JOBS_MOST];
    size_t count = 0;
    int64_t sum_ms = 0, until_ms = 0;

    for (int a = 0; a < run->attempt_count; a++)
        for (int j = 0; j < run->attempts[a]->job_count; j++) {
            const struct company_job *job = &run->attempts[a]->jobs[j];

            if (!job->copy && job->started_ms && job->started_ms <= at_ms)
                spans[count++] =
                    (struct span){ job->started_ms,
                                   job->finished_ms < at_ms ? job->finished_ms : at_ms };
        }
    *first_ms = 0;
    if (count == 0)
        return -1;
    qsort(spans, count, sizeof(*spans), by_beginning);
    *first_ms = spans[0].from_ms;
    for (size_t i = 0; i < count; i++) {
        int64_t from_ms = spans[i].from_ms > until_ms ? spans[i].from_ms : until_ms;

        if (spans[i].to_ms <= from_ms)
            continue;
        sum_ms += spans[i].to_ms - from_ms;
        until_ms = spans[i].to_ms;
    }
    return sum_ms;
}

static json_t *whole_seconds(int64_t ms)
{
    return ms < 0 ? json_null() : json_integer(ms / 1000);
}

static json_t *whole_json(const struct gitlab_call *call, const struct company_run *run)
{
    int64_t at_ms = call->x->now_ms, first_ms, busy = busy_ms(run, at_ms, &first_ms);
    const struct company_attempt *attempt = company_attempt_at(run, at_ms);
    bool done = at_ms >= attempt->finished_ms;
    json_t *json = gitlab_pipeline_json(call, run);
    const char *status = status_of(run, at_ms);
    char before[COMPANY_SHA];

    (void)json_object_update_new(
        json,
        json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:n, s:o, s:o, s:n, s:{s:o, s:s, s:s, s:s, s:s, "
                  "s:b}, s:b}",
                  "before_sha", company_sha(before, run->commit ^ 1), "tag", 0, "yaml_errors",
                  run->special == SPECIAL_BROKEN_FILE
                      ? json_string("jobs:test config contains unknown keys: scirpt")
                      : json_null(),
                  "user", gitlab_user(call, run->person), "started_at", gitlab_time(first_ms),
                  "finished_at", gitlab_time(done ? attempt->finished_ms : 0), "committed_at",
                  "duration", whole_seconds(done ? busy : -1), "queued_duration",
                  whole_seconds(first_ms ? first_ms - run->created_ms : -1), "coverage",
                  "detailed_status", "icon", json_sprintf("status_%s", status), "text", status,
                  "label", status, "group", status, "tooltip", status, "has_details", 1, "archived",
                  0));
    return json;
}

/* ---- lists ---- */

/* false: it is none; the answer is there. */
static bool parse_time(struct exchange *x, const char *name, int64_t *ms)
{
    const char *text = exchange_parameter(x, name);

    if (!text)
        return true;
    *ms = time_parse(text, strlen(text));
    if (*ms > 0)
        return true;
    exchange_json(x, 400, json_pack("{s:o}", "error", json_sprintf("%s is invalid", name)));
    return false;
}

static bool is(const char *wanted, const char *has)
{
    return !wanted || strcmp(wanted, has) == 0;
}

static bool is_wanted(const struct exchange *x, const struct company_run *run)
{
    char ref[COMPANY_NAME], sha[COMPANY_SHA];

    return is(exchange_parameter(x, "status"), status_of(run, x->now_ms)) &&
           is(exchange_parameter(x, "source"), sources[run->event]) &&
           is(exchange_parameter(x, "ref"), gitlab_ref(ref, run)) &&
           is(exchange_parameter(x, "sha"), company_sha(sha, run->commit));
}

struct entry {
    const struct company_run *run;
    int64_t by; /* the list is in the order of it, descending */
};

static int by_order(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;

    if (one->by != other->by)
        return one->by < other->by ? 1 : -1;
    return (one->run->id < other->run->id) - (one->run->id > other->run->id);
}

static size_t list_runs(const struct gitlab_call *call, int64_t after_ms, int64_t before_ms,
                        struct entry **entries)
{
    struct exchange *x = call->x;
    struct company_query query = { -1, call->repo->index, -1, 0, x->now_ms };
    const char *order = exchange_parameter(x, "order_by"), *sort = exchange_parameter(x, "sort");
    bool by_update = order && strcmp(order, "updated_at") == 0, up = sort && !strcmp(sort, "asc");
    const struct company_run **runs;
    size_t count = company_runs(call->company, &query, &runs), kept = 0;
    struct entry *list = mem_new(count + 1, sizeof(*list));

    for (size_t i = 0; i < count; i++) {
        int64_t updated_ms = company_run_updated_ms(runs[i], x->now_ms);
        int64_t by = by_update ? updated_ms : runs[i]->id;

        if (updated_ms > after_ms && updated_ms < before_ms && is_wanted(x, runs[i]))
            list[kept++] = (struct entry){ runs[i], up ? -by : by };
    }
    free(runs);
    if (kept > 0)
        qsort(list, kept, sizeof(*list), by_order);
    *entries = list;
    return kept;
}

void gitlab_pipelines(struct gitlab_call *call)
{
    struct exchange *x = call->x;
    const char *paging = exchange_parameter(x, "pagination");
    int64_t after_ms = 0, before_ms = INT64_MAX;
    struct entry *entries;
    struct page page;
    json_t *list;
    size_t count;

    if (paging && strcmp(paging, "keyset") == 0) {
        exchange_json(x, 405,
                      json_pack("{s:s}", "error",
                                "Keyset pagination is not yet available for this type of request"));
        return;
    }
    if (!parse_time(x, "updated_after", &after_ms) || !parse_time(x, "updated_before", &before_ms))
        return;
    count = list_runs(call, after_ms, before_ms, &entries);
    page = gitlab_page(call, count,
                       arena_print(&x->arena, "/projects/%" PRId64 "/pipelines", call->repo->id));
    list = json_array();
    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append_new(list, gitlab_pipeline_json(call, entries[i].run));
    free(entries);
    gitlab_put(x, list);
}

void gitlab_pipeline(struct gitlab_call *call, const char *rest)
{
    char *end;
    int64_t id = strtoll(rest, &end, 10);
    const struct company_run *run = company_run_by_id(call->company, id, call->x->now_ms);
    bool there = run && end > rest && run->pipeline->repo == call->repo;

    if (there && !*end)
        gitlab_put(call->x, whole_json(call, run));
    else if (there && strcmp(end, "/jobs") == 0)
        gitlab_pipeline_jobs(call, run);
    else if (there && strcmp(end, "/bridges") == 0) /* no pipeline begins another one */
        gitlab_put_page(call, json_array(),
                        arena_print(&call->x->arena,
                                    "/projects/%" PRId64 "/pipelines/%" PRId64 "/bridges",
                                    call->repo->id, id));
    else
        gitlab_error(call->x, 404, "404 Not found");
}
