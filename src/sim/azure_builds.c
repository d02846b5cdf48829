/* devops_builds: builds, in the orders and by the filters that the API has. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "sim/azure.h"
#include "sim/noise.h"

enum { MOST = 5000, TOP = 1000 };

static const char *const reasons[] = { "individualCI", "pullRequest", "schedule", "manual" };

enum order { BY_QUEUED, BY_STARTED, BY_FINISHED };

/* ---- one build ---- */

static int64_t shown(int64_t ms, int64_t at_ms)
{
    return ms <= at_ms ? ms : 0;
}

static bool is_done(const struct company_run *run, int64_t at_ms)
{
    return company_attempt_phase(company_attempt_at(run, at_ms), at_ms) == DX_PHASE_DONE;
}

/* A build of which something is run again keeps the time when it finished before. */
static int64_t finished_ms(const struct company_run *run, int64_t at_ms)
{
    int64_t last_ms = 0;

    for (int a = 0; a < run->attempt_count; a++)
        if (run->attempts[a]->finished_ms <= at_ms)
            last_ms = run->attempts[a]->finished_ms;
    return last_ms;
}

static int64_t started_ms(const struct company_run *run, int64_t at_ms)
{
    return shown(run->attempts[0]->started_ms, at_ms);
}

static const char *status_of(const struct company_run *run, int64_t at_ms)
{
    if (is_done(run, at_ms))
        return "completed";
    return started_ms(run, at_ms) ? "inProgress" : "notStarted";
}

static bool has_issues(const struct company_attempt *attempt)
{
    for (int j = 0; j < attempt->job_count; j++)
        if (attempt->jobs[j].with_issues || attempt->jobs[j].result == DX_RESULT_FAILURE)
            return true;
    return false;
}

static const char *result_of(const struct company_run *run, int64_t at_ms)
{
    const struct company_attempt *attempt = company_attempt_at(run, at_ms);

    switch (attempt->result) {
    case DX_RESULT_SUCCESS:
        return has_issues(attempt) ? "partiallySucceeded" : "succeeded";
    case DX_RESULT_FAILURE:
        return "failed";
    case DX_RESULT_CANCELLED:
    case DX_RESULT_SKIPPED:
    case DX_RESULT_NEUTRAL:
    case DX_RESULT_NONE:
    case DX_RESULT_UNKNOWN:
        break;
    }
    return "canceled";
}

static json_t *trigger_json(const struct company_run *run)
{
    char title[COMPANY_TEXT], branch[COMPANY_NAME], sha[COMPANY_SHA];

    (void)company_title(title, run);
    (void)company_branch(branch, run);
    (void)company_sha(sha, run->commit);
    if (run->pull)
        return json_pack("{s:s, s:o, s:o, s:s}", "pr.title", title, "pr.number",
                         json_sprintf("%" PRId64, run->pull), "pr.sourceBranch",
                         json_sprintf("refs/heads/%s", branch), "pr.sourceSha", sha);
    if (run->event == EVENT_MANUAL)
        return json_object();
    return json_pack("{s:s, s:o, s:s}", "ci.message", title, "ci.sourceBranch",
                     json_sprintf("refs/heads/%s", branch), "ci.sourceSha", sha);
}

static json_t *ref_json(const struct company_run *run)
{
    char branch[COMPANY_NAME];

    if (run->pull)
        return json_sprintf("refs/pull/%" PRId64 "/merge", run->pull);
    return json_sprintf("refs/heads/%s", company_branch(branch, run));
}

static json_t *build_json(const struct devops_call *call, const struct company_run *run)
{
    int64_t at_ms = call->x->now_ms, finished = finished_ms(run, at_ms);
    const struct company_repo *repo = run->pipeline->repo;
    const struct company_person *person = company_person(run->person);
    char sha[COMPANY_SHA], plan[DEVOPS_GUID], id[DEVOPS_GUID];
    json_t *json;

    json = json_pack(
        "{s:{s:{s:o}}, s:[], s:[], s:o, s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "_links", "web",
        "href",
        json_sprintf("%s/%s/_build/results?buildId=%" PRId64, call->web, repo->owner, run->id),
        "tags", "validationResults", "triggerInfo", trigger_json(run), "id", (json_int_t)run->id,
        "buildNumber", json_sprintf("%" PRId64, run->number), "status", status_of(run, at_ms),
        "result", is_done(run, at_ms) ? json_string(result_of(run, at_ms)) : json_null(),
        "queueTime", devops_time(run->created_ms, run->key), "startTime",
        devops_time(started_ms(run, at_ms), run->key), "finishTime",
        devops_time(finished, run->key), "lastChangedDate",
        devops_time(company_run_updated_ms(run, at_ms), 0));
    (void)json_object_update_new(
        json,
        json_pack("{s:{s:I, s:s, s:o, s:s}, s:{s:s, s:s}, s:o, s:s, s:o, s:s, s:s, s:{s:s, s:o}, "
                  "s:{s:s}, s:{s:s, s:s, s:s}}",
                  "definition", "id", (json_int_t)run->pipeline->id, "name",
                  run->pipeline->print->name, "path", json_sprintf("\\%s", repo->name), "type",
                  "build", "project", "name", repo->owner, "state", "wellFormed", "sourceBranch",
                  ref_json(run), "sourceVersion", company_sha(sha, run->commit), "queue",
                  devops_queue_json(run->pipeline->print->jobs[0].pool), "priority", "normal",
                  "reason", reasons[run->event], "requestedFor", "displayName", person->login,
                  "uniqueName", json_sprintf("%s@acme.example", person->login), "orchestrationPlan",
                  "planId", devops_guid(plan, 5, run->id, 0), "repository", "id",
                  devops_guid(id, 6, repo->id, 0), "type", "TfsGit", "name", repo->name));
    return json;
}

/* ---- lists ---- */

struct listed {
    const struct company_run *run;
    int64_t at_ms; /* by what it is ordered */
};

static int newest_first(const void *a, const void *b)
{
    const struct listed *one = a, *other = b;

    if (one->at_ms != other->at_ms)
        return one->at_ms < other->at_ms ? 1 : -1;
    return one->run->id < other->run->id ? 1 : -1;
}

static bool is_among(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
        if (strncasecmp(at, word, len) == 0 && (at[len] == ',' || at[len] == '\0'))
            return true;
    return strcasecmp(list, "all") == 0;
}

static enum order order_of(const struct exchange *x)
{
    const char *order = exchange_parameter(x, "queryOrder");

    if (order && strncasecmp(order, "queueTime", 9) == 0)
        return BY_QUEUED;
    return order && strncasecmp(order, "startTime", 9) == 0 ? BY_STARTED : BY_FINISHED;
}

static int64_t time_of(const struct company_run *run, enum order order, int64_t at_ms)
{
    if (order == BY_QUEUED)
        return run->created_ms;
    return order == BY_STARTED ? started_ms(run, at_ms) : finished_ms(run, at_ms);
}

static int64_t limit_of(const struct exchange *x, const char *name, int64_t fallback)
{
    const char *text = exchange_parameter(x, name);
    int64_t ms = text ? time_parse(text, strlen(text)) : 0;

    return ms > 0 ? ms : fallback;
}

/* What the filters leave; room for all. */
static size_t choose(const struct devops_call *call, const struct company_run **runs, size_t count,
                     struct listed *out)
{
    const struct exchange *x = call->x;
    const char *statuses = exchange_parameter(x, "statusFilter");
    const char *definitions = exchange_parameter(x, "definitions");
    int64_t from = limit_of(x, "minTime", 0), to = limit_of(x, "maxTime", INT64_MAX);
    enum order order = order_of(x);
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t ms = time_of(runs[i], order, x->now_ms);
        char definition[24];

        (void)snprintf(definition, sizeof(definition), "%" PRId64, runs[i]->pipeline->id);
        if (strcmp(runs[i]->pipeline->repo->owner, call->project) != 0 || ms < from || ms > to ||
            (statuses && !is_among(statuses, status_of(runs[i], x->now_ms))) ||
            (definitions && !is_among(definitions, definition)))
            continue;
        out[n++] = (struct listed){ runs[i], ms };
    }
    return n;
}

/* The token is the time of the first that is not on the page, and how many of the same
 * time were on it. */
static size_t begin_of(const struct exchange *x, const struct listed *list, size_t count)
{
    const char *token = exchange_parameter(x, "continuationToken");
    const char *comma = token ? strchr(token, ',') : NULL;
    int64_t ms = token ? time_parse(token, comma ? (size_t)(comma - token) : strlen(token)) : 0;
    size_t at = 0;

    if (!token)
        return 0;
    while (at < count && list[at].at_ms > ms)
        at++;
    return at + (comma ? strtoul(comma + 1, NULL, 10) : 0);
}

static void put_token(struct exchange *x, const struct listed *list, size_t next)
{
    char text[TIME_TEXT];
    size_t same = 0;

    while (same < next && list[next - 1 - same].at_ms == list[next].at_ms)
        same++;
    exchange_header(x, "x-ms-continuationtoken", "%s,%zu", time_format(text, list[next].at_ms),
                    same);
}

static void put_builds(const struct devops_call *call)
{
    struct exchange *x = call->x;
    const struct company_query query = { COMPANY_AZURE, -1, -1, 0, x->now_ms };
    const char *asked = exchange_parameter(x, "$top");
    size_t top = asked ? strtoul(asked, NULL, 10) : TOP;
    const struct company_run **runs;
    size_t run_count = company_runs(call->company, &query, &runs), count, from;
    struct listed *list = mem_new(run_count + 1, sizeof(*list));
    json_t *page = json_array();

    top = top < 1 ? 1 : top < MOST ? top : MOST;
    count = choose(call, runs, run_count, list);
    free(runs);
    qsort(list, count, sizeof(*list), newest_first);
    from = begin_of(x, list, count);
    for (size_t i = from; i < count && i < from + top; i++)
        (void)json_array_append_new(page, build_json(call, list[i].run));
    if (from < count && count - from > top)
        put_token(x, list, from + top);
    free(list);
    devops_put_list(x, page);
}

/* ---- paths ---- */

static void put_log(const struct devops_call *call, const struct company_run *run,
                    const char *number)
{
    struct exchange *x = call->x;
    const struct company_job *job = devops_job_of_log(run, strtoll(number, NULL, 10));

    if (!job || !job->started_ms || job->started_ms > x->now_ms) {
        devops_error(x, 404, "BuildLogNotFoundException", "The requested log does not exist.");
        return;
    }
    exchange_text(x, 200, "");
    company_log(job, x->now_ms, &x->body);
    x->content_type = "text/plain";
}

void devops_builds(struct devops_call *call, const char *rest)
{
    char *end = NULL;
    const struct company_run *run;

    if (!*rest) {
        put_builds(call);
        return;
    }
    run = company_run_by_id(call->company, strtoll(rest + 1, &end, 10), call->x->now_ms);
    if (!run || run->pipeline->repo->system != COMPANY_AZURE ||
        strcmp(run->pipeline->repo->owner, call->project) != 0)
        devops_error(call->x, 404, "BuildNotFoundException",
                     "The requested build could not be found.");
    else if (!*end)
        devops_put(call->x, build_json(call, run));
    else if (strncmp(end, "/timeline", 9) == 0 && strchr("/", end[9]))
        devops_timeline(call, run, end[9] ? end + 10 : "");
    else if (strncmp(end, "/logs/", 6) == 0)
        put_log(call, run, end + 6);
    else
        devops_error(call->x, 404, "VssResourceNotFoundException", "Page not found.");
}
