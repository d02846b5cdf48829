/* truth: what really happened at the company: GET /truth, a line of JSON for each
 * run, job, pool, incident, flaky job, ticket and review. */
#include "config.h"

#include "sim/truth.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/azure.h"
#include "sim/incident.h"
#include "sim/jenkins.h"
#include "sim/noise.h"

static const char *const causes[DX_CAUSE_COUNT] = {
    [DX_CAUSE_UNKNOWN] = "unknown", [DX_CAUSE_PLATFORM] = "platform",
    [DX_CAUSE_CODE] = "code",       [DX_CAUSE_TEST] = "test",
    [DX_CAUSE_LINT] = "lint",       [DX_CAUSE_DEPENDENCY] = "dependency",
    [DX_CAUSE_CONFIG] = "config",   [DX_CAUSE_USER] = "user",
};
static const char *const results[] = { NULL,      "success", "failure", "cancelled",
                                       "skipped", "neutral", "unknown" };
static const char *const phases[] = { "waiting", "gate", "queued", "running", "done" };
static const char *const events[] = { "push", "pull_request", "schedule", "manual" };
static const char *const gates[] = { NULL, "approval", "concurrency" };

int64_t truth_shown_ms(enum company_system system, int64_t ms, int64_t now_ms)
{
    if (ms > now_ms)
        return 0;
    return system == COMPANY_GITHUB ? ms - ms % 1000 : ms;
}

const char *truth_project(const struct company_repo *repo, char out[COMPANY_TEXT])
{
    (void)snprintf(out, COMPANY_TEXT, "%s/%s", repo->owner, repo->name);
    return out;
}

void truth_line(struct exchange *x, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    if (text) {
        (void)buf_text(&x->body, text);
        (void)buf_text(&x->body, "\n");
    }
    free(text);
    json_decref(json);
}

static json_t *time_json(int64_t ms)
{
    char text[TIME_TEXT];

    return ms > 0 ? json_string(time_format(text, ms)) : json_null();
}

/* From one shown moment to another; null when one is not there. */
static json_t *span_json(int64_t from_ms, int64_t to_ms)
{
    if (from_ms <= 0 || to_ms <= 0)
        return json_null();
    return json_real(to_ms > from_ms ? (double)(to_ms - from_ms) / 1e3 : 0.);
}

/* ---- what APIs call things that the company has numbers for ---- */

/* The job of a multibranch project, by its name; NULL: the run belongs to none. */
static const char *branch_job(const struct company_run *run, char out[COMPANY_NAME])
{
    const struct company_repo *repo = run->pipeline->repo;

    if (repo->system != COMPANY_JENKINS || !jenkins_is_multibranch(repo))
        return NULL;
    return jenkins_branch(out, run);
}

/* NULL: its number. */
static const char *record_id(const struct company_job *job, char out[COMPANY_NAME])
{
    switch (job->attempt->run->pipeline->repo->system) {
    case COMPANY_JENKINS:
        (void)snprintf(out, COMPANY_NAME, "%d", jenkins_stage_id(job));
        return out;
    case COMPANY_AZURE:
        return devops_job_id(out, job);
    case COMPANY_GITHUB:
    case COMPANY_GITLAB:
    case COMPANY_SYSTEMS:
        break;
    }
    return NULL;
}

/* ---- jobs ---- */

static void add_outcome(json_t *json, const struct company_job *job, bool done)
{
    const struct company_failure *f = done ? job->failure : NULL;
    enum company_system system = job->attempt->run->pipeline->repo->system;

    (void)json_object_update_new(
        json,
        json_pack("{s:s?, s:s?, s:s?, s:s?, s:i, s:b, s:b, s:b, s:b, s:b}", "result",
                  done ? results[job->result] : NULL, "cause", f ? causes[f->cause] : NULL,
                  "failure", f ? f->name : NULL, "signal",
                  f ? company_signal_names[company_signal(f, system)] : NULL, "pattern",
                  f ? f->pattern : 0, "never_started", f && !job->started_ms, "timed_out",
                  done && job->timed_out, "allow_failure", (job->def->flags & JOB_MAY_FAIL) != 0,
                  "skewed", job->skewed, "with_issues", done && job->with_issues));
}

static json_t *job_json(const struct company_job *job, int64_t now_ms)
{
    const struct company_run *run = job->attempt->run;
    enum company_system system = run->pipeline->repo->system;
    int64_t ready_ms = truth_shown_ms(system, job->ready_ms, now_ms);
    int64_t started_ms =
        job->started_ms <= now_ms ? truth_shown_ms(system, company_started_ms(job), now_ms) : 0;
    int64_t finished_ms = truth_shown_ms(system, job->finished_ms, now_ms);
    char project[COMPANY_TEXT], sha[COMPANY_SHA], branch[COMPANY_NAME], runner[COMPANY_NAME],
        record[COMPANY_NAME];
    json_t *json;

    json = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:I, s:i, s:I, s:I, s:s?, s:s, s:s, s:i, s:s, s:s?}", "kind",
        "job", "system", company_system_names[system], "project",
        truth_project(run->pipeline->repo, project), "pipeline", run->pipeline->print->name, "job",
        job->def->name, "run_id", (json_int_t)run->id, "attempt", job->attempt->number, "job_id",
        (json_int_t)job->id, "copy_of", (json_int_t)(job->copy ? job->copy->id : 0), "record",
        record_id(job, record), "sha", company_sha(sha, run->commit), "branch",
        company_branch(branch, run), "tries", job->tries, "pool", world_pools[job->def->pool].name,
        "runner",
        started_ms ? company_runner_name(runner, system, job->def->pool, job->runner) : NULL);
    (void)json_object_update_new(
        json,
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s?, s:o}", "phase",
                  phases[company_job_phase(job, now_ms)], "created",
                  time_json(truth_shown_ms(system, job->created_ms, now_ms)), "ready",
                  time_json(ready_ms), "started", time_json(started_ms), "finished",
                  time_json(finished_ms), "queued_s", span_json(ready_ms, started_ms), "duration_s",
                  span_json(started_ms, finished_ms), "gate", gates[job->gate], "gate_s",
                  span_json(truth_shown_ms(system, job->created_ms, now_ms), ready_ms)));
    add_outcome(json, job, finished_ms > 0);
    return json;
}

/* ---- runs ---- */

/* Whether a rerun is an attempt with a record of its own, or changes the run. */
static bool has_attempts(const struct company_run *run)
{
    return run->pipeline->repo->system == COMPANY_GITHUB;
}

static json_t *run_json(const struct company_run *run, const struct company_attempt *first,
                        const struct company_attempt *last, int64_t now_ms)
{
    enum company_system system = run->pipeline->repo->system;
    char project[COMPANY_TEXT], sha[COMPANY_SHA], branch[COMPANY_NAME], title[COMPANY_TEXT],
        place[COMPANY_NAME];
    int64_t finished_ms = truth_shown_ms(system, last->finished_ms, now_ms);
    bool done = finished_ms > 0;
    json_t *json;

    json = json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:I, s:s, s:s, s:s, s:s, s:s, s:b}", "kind",
                     "run", "system", company_system_names[system], "project",
                     truth_project(run->pipeline->repo, project), "pipeline",
                     run->pipeline->print->name, "run_id", (json_int_t)run->id, "attempt",
                     has_attempts(run) ? last->number : 1, "number", (json_int_t)run->number,
                     "title", company_title(title, run), "sha", company_sha(sha, run->commit),
                     "branch", company_branch(branch, run), "event", events[run->event], "actor",
                     company_person(run->person)->login, "protected", run->on_default);
    (void)json_object_update_new(
        json, json_pack("{s:s, s:s?, s:o, s:o, s:o, s:o, s:i, s:i, s:I, s:s?}", "phase",
                        phases[company_attempt_phase(last, now_ms)], "result",
                        done ? results[last->result] : NULL, "created",
                        time_json(truth_shown_ms(system, first->created_ms, now_ms)), "released",
                        time_json(truth_shown_ms(system, last->released_ms, now_ms)), "started",
                        time_json(truth_shown_ms(system, first->started_ms, now_ms)), "finished",
                        time_json(finished_ms), "special", (int)run->special, "jobs",
                        last->job_count, "again_of", (json_int_t)(run->again ? run->again->id : 0),
                        "branch_job", branch_job(run, place)));
    return json;
}

static void put_run(struct exchange *x, const struct company_run *run, const char *kind)
{
    const struct company_attempt *last = company_attempt_at(run, x->now_ms);
    bool with_runs = !kind || strcmp(kind, "run") == 0, with_jobs = !kind || !strcmp(kind, "job");

    if (!last)
        return;
    if (with_runs && !has_attempts(run))
        truth_line(x, run_json(run, run->attempts[0], last, x->now_ms));
    for (int a = 0; a < last->number; a++) {
        const struct company_attempt *attempt = run->attempts[a];

        if (with_runs && has_attempts(run))
            truth_line(x, run_json(run, attempt, attempt, x->now_ms));
        for (int j = 0; with_jobs && j < attempt->job_count; j++) {
            const struct company_job *job = &attempt->jobs[j];

            if (!job->absent && (!job->copy || has_attempts(run)) &&
                company_job_listed_ms(job) <= x->now_ms)
                truth_line(x, job_json(job, x->now_ms));
        }
    }
}

/* ---- pools, incidents ---- */

static void put_pools(struct exchange *x, const struct company *company)
{
    for (int s = 0; s < COMPANY_SYSTEMS; s++)
        for (int pool = 0; pool < WORLD_POOLS; pool++) {
            int capacity = company->capacity[s][pool], online = 0, busy = 0;
            const struct company_job **jobs =
                arena_alloc(&x->arena, ((size_t)capacity + 1) * sizeof(const struct company_job *));

            company_runners(company, (enum company_system)s, pool, x->now_ms, jobs);
            for (int i = 0; i < capacity; i++) {
                busy += jobs[i] != NULL;
                online += company_runner_online(company, (enum company_system)s, pool, i + 1,
                                                x->now_ms) ||
                          jobs[i];
            }
            if (capacity > 0)
                truth_line(x, json_pack("{s:s, s:s, s:s, s:i, s:i, s:i}", "kind", "pool", "system",
                                        company_system_names[s], "pool", world_pools[pool].name,
                                        "capacity", capacity, "online", online, "busy", busy));
        }
}

static void put_incidents(struct exchange *x, const struct company *company, int64_t from_ms,
                          int64_t to_ms)
{
    static const char *const names[] = { "crunch", "strain", "outage", "registry" };

    for (int kind = INCIDENT_CRUNCH; kind <= INCIDENT_REGISTRY; kind++) {
        int64_t last_ms = 0;

        for (int64_t at_ms = from_ms; at_ms <= to_ms; at_ms += 30 * MINUTE_MS) {
            struct incident i = incident_of(&company->world, (enum incident_kind)kind, at_ms);

            if (i.pool < 0 || i.from_ms == last_ms || i.to_ms < from_ms || i.from_ms > to_ms)
                continue;
            last_ms = i.from_ms;
            truth_line(x, json_pack("{s:s, s:s, s:s?, s:o, s:o}", "kind", "incident", "what",
                                    names[kind], "pool",
                                    kind == INCIDENT_REGISTRY ? NULL : world_pools[i.pool].name,
                                    "from", time_json(i.from_ms), "to", time_json(i.to_ms)));
        }
    }
}

/* ---- the face ---- */

static bool parse_time(struct exchange *x, const char *name, int64_t *ms)
{
    const char *text = exchange_parameter(x, name);

    if (!text || !*text)
        return true;
    *ms = time_parse(text, strlen(text));
    if (*ms > 0)
        return true;
    exchange_text(x, 400, arena_print(&x->arena, "%s is not a time\n", name));
    return false;
}

/* from= and to= are about when a run was created; kind= picks one kind of line. */
static void answer(struct exchange *x)
{
    const struct company *company = sim_company(x->sim, x->now_ms);
    const char *kind = exchange_parameter(x, "kind");
    struct company_query query = { -1, -1, -1, company->first_ms, x->now_ms };
    const struct company_run **runs;
    size_t count;

    if (!parse_time(x, "from", &query.from_ms) || !parse_time(x, "to", &query.to_ms))
        return;
    if (query.to_ms > x->now_ms)
        query.to_ms = x->now_ms;
    exchange_text(x, 200, "");
    x->content_type = "application/x-ndjson";
    if (!kind || strcmp(kind, "pool") == 0)
        put_pools(x, company);
    if (!kind || strcmp(kind, "incident") == 0)
        put_incidents(x, company, query.from_ms, query.to_ms);
    if (!kind || strcmp(kind, "flaky") == 0)
        truth_flaky(x, company);
    if (!kind || strcmp(kind, "ticket") == 0)
        truth_tickets(x, exchange_parameter(x, "from") ? query.from_ms : 0, query.to_ms);
    if (!kind || strcmp(kind, "review") == 0)
        truth_reviews(x, query.from_ms, query.to_ms);
    if (kind && strcmp(kind, "run") != 0 && strcmp(kind, "job") != 0)
        return;
    count = company_runs(company, &query, &runs);
    for (size_t i = count; i-- > 0;)
        put_run(x, runs[i], kind);
    free(runs);
    if (x->body.full) /* better nothing than a part of the truth */
        exchange_text(x, 413, "that is too much at once; ask with from=, to= and kind=\n");
}

static void no_path(struct exchange *x)
{
    exchange_text(x, 404, "here is /truth\n");
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s", methods);
    exchange_text(x, 405, "Method Not Allowed\n");
}

static const struct route routes[] = { { "/truth", "GET", answer }, { 0 } };

const struct face face_truth = {
    .name = "truth",
    .routes = routes,
    .no_path = no_path,
    .no_method = no_method,
};
