/* company: the weeks of the simulated company, and how they look at a moment. */
#include "config.h"

#include "sim/company.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/company_plan.h"
#include "sim/incident.h"
#include "sim/noise.h"
#include "sim/tickets.h"

/* ---- weeks ---- */

struct company *company_new(const struct world *world, const struct company_options *options)
{
    struct company *company = mem_new(1, sizeof(*company));

    company->world = *world;
    company->options = *options;
    company->first_ms = options->start_ms - options->history_ms;
    company_plan(company);
    return company;
}

void company_free(struct company *company)
{
    if (!company)
        return;
    for (size_t i = 0; i < company->week_count; i++)
        company_week_free(company->weeks[i]);
    helpdesk_free(company->desk);
    free(company->weeks);
    free(company->pipelines);
    free(company->repos);
    free(company);
}

static void forget(struct company *company, int64_t at_ms)
{
    int64_t until_ms = at_ms - 2 * company->options.history_ms - 31 * DAY_MS;

    while (company->week_count > 0 && company->weeks[0]->to_ms < until_ms) {
        company->first_ms = company->weeks[0]->to_ms;
        company_week_free(company->weeks[0]);
        company->week_count--;
        memmove(company->weeks, company->weeks + 1,
                company->week_count * sizeof(struct company_week *));
    }
}

void company_extend(struct company *company, int64_t at_ms)
{
    int64_t last = company_week_of(at_ms), next = company_week_of(company->first_ms);

    if (company->week_count > 0)
        next = company->weeks[company->week_count - 1]->index + 1;
    for (; next <= last; next++) {
        company->weeks =
            mem_grow(company->weeks, company->week_count + 1, sizeof(struct company_week *));
        company->weeks[company->week_count++] = company_week_new(company, next);
        forget(company, at_ms);
    }
}

/* ---- looking up ---- */

static bool is_wanted(const struct company_run *run, const struct company_query *q)
{
    const struct company_repo *repo = run->pipeline->repo;

    return (q->system < 0 || q->system == (int)repo->system) &&
           (q->repo < 0 || q->repo == repo->index) &&
           (q->pipeline < 0 || q->pipeline == run->pipeline->index) &&
           run->created_ms >= q->from_ms && run->created_ms <= q->to_ms;
}

size_t company_runs(const struct company *company, const struct company_query *query,
                    const struct company_run ***runs)
{
    struct company_query q = *query;
    size_t count = 0, room = 0;

    *runs = NULL;
    if (q.from_ms < company->first_ms)
        q.from_ms = company->first_ms;
    for (size_t w = company->week_count; w-- > 0;) {
        const struct company_week *week = company->weeks[w];

        if (week->to_ms < q.from_ms || week->from_ms > q.to_ms)
            continue;
        for (size_t i = week->run_count; i-- > 0;) {
            if (!is_wanted(week->runs[i], &q))
                continue;
            if (count == room) {
                room = room ? room * 2 : 256;
                *runs = mem_grow(*runs, room, sizeof(const struct company_run *));
            }
            (*runs)[count++] = week->runs[i];
        }
    }
    return count;
}

const struct company_repo *company_repo_named(const struct company *company,
                                              enum company_system system, const char *owner,
                                              const char *name)
{
    for (size_t i = 0; i < company->repo_count; i++)
        if (company->repos[i].system == system && strcmp(company->repos[i].owner, owner) == 0 &&
            strcmp(company->repos[i].name, name) == 0)
            return &company->repos[i];
    return NULL;
}

/* ---- at a moment ---- */

const struct company_attempt *company_attempt_at(const struct company_run *run, int64_t at_ms)
{
    for (int i = run->attempt_count; i-- > 0;)
        if (run->attempts[i]->created_ms <= at_ms)
            return run->attempts[i];
    return NULL;
}

int64_t company_job_listed_ms(const struct company_job *job)
{
    /* GitHub makes a job when its turn has come, and copies when an attempt begins. */
    if (job->attempt->run->pipeline->repo->system == COMPANY_GITHUB && !job->copy)
        return job->created_ms;
    return job->attempt->created_ms;
}

enum dx_phase company_job_phase(const struct company_job *job, int64_t at_ms)
{
    if (at_ms < company_job_listed_ms(job) || at_ms < job->created_ms)
        return DX_PHASE_UNKNOWN;
    if (at_ms >= job->finished_ms)
        return DX_PHASE_DONE;
    if (job->started_ms && at_ms >= job->started_ms)
        return DX_PHASE_RUNNING;
    return at_ms >= job->ready_ms ? DX_PHASE_QUEUED : DX_PHASE_GATE;
}

enum dx_phase company_attempt_phase(const struct company_attempt *attempt, int64_t at_ms)
{
    bool begun = false, queued = false, gate = false;

    if (at_ms < attempt->created_ms)
        return DX_PHASE_UNKNOWN;
    if (at_ms >= attempt->finished_ms)
        return DX_PHASE_DONE;
    for (int i = 0; i < attempt->job_count; i++) {
        const struct company_job *job = &attempt->jobs[i];
        enum dx_phase phase = company_job_phase(job, at_ms);

        if (phase == DX_PHASE_RUNNING)
            return DX_PHASE_RUNNING;
        begun = begun || (phase == DX_PHASE_DONE && !job->copy && job->started_ms);
        queued = queued || phase == DX_PHASE_QUEUED;
        gate = gate || phase == DX_PHASE_GATE;
    }
    if (!queued && (gate || at_ms < attempt->released_ms))
        return DX_PHASE_GATE;
    return begun ? DX_PHASE_RUNNING : DX_PHASE_QUEUED;
}

static void note(int64_t *last_ms, int64_t ms, int64_t at_ms)
{
    if (ms <= at_ms && ms > *last_ms)
        *last_ms = ms;
}

int64_t company_run_updated_ms(const struct company_run *run, int64_t at_ms)
{
    int64_t last_ms = run->created_ms;

    note(&last_ms, run->edited_ms, at_ms);
    for (int a = 0; a < run->attempt_count; a++) {
        const struct company_attempt *attempt = run->attempts[a];

        note(&last_ms, attempt->created_ms, at_ms);
        note(&last_ms, attempt->released_ms, at_ms);
        note(&last_ms, attempt->finished_ms, at_ms);
        for (int j = 0; j < attempt->job_count; j++) {
            note(&last_ms, attempt->jobs[j].created_ms, at_ms);
            note(&last_ms, attempt->jobs[j].ready_ms, at_ms);
            note(&last_ms, attempt->jobs[j].started_ms, at_ms);
            note(&last_ms, attempt->jobs[j].finished_ms, at_ms);
        }
    }
    return last_ms;
}

int64_t company_started_ms(const struct company_job *job)
{
    return job->started_ms && job->skewed ? job->ready_ms - 1000 : job->started_ms;
}

/* ---- runners ---- */

/* Which part of a pool a crunch takes: where there are runners to spare, those too. */
static double lost_of(const struct company *company, const struct incident *crunch)
{
    return company->world.calm ? 0.85 : 0.15 + 0.25 * crunch->size;
}

bool company_runner_online(const struct company *company, enum company_system system, int pool,
                           int runner, int64_t at_ms)
{
    struct incident outage = incident_of(&company->world, INCIDENT_OUTAGE, at_ms),
                    crunch = incident_of(&company->world, INCIDENT_CRUNCH, at_ms);
    int capacity = company->capacity[system][pool];

    if (outage.pool == pool && incident_is_on(&outage, at_ms))
        return false;
    if (crunch.pool == pool && incident_is_on(&crunch, at_ms))
        return runner <= capacity - (int)(capacity * lost_of(company, &crunch) + 0.5) ||
               runner == 1;
    return true;
}

void company_runners(const struct company *company, enum company_system system, int pool,
                     int64_t at_ms, const struct company_job **busy)
{
    for (int i = 0; i < company->capacity[system][pool]; i++)
        busy[i] = NULL;
    for (size_t w = 0; w < company->week_count; w++) {
        const struct company_week *week = company->weeks[w];

        if (at_ms < week->from_ms || at_ms >= week->to_ms)
            continue;
        for (size_t i = 0; i < week->job_count; i++) {
            const struct company_job *job = week->jobs[i];

            if (!job->copy && job->runner && job->def->pool == pool && job->started_ms <= at_ms &&
                at_ms < job->finished_ms && job->attempt->run->pipeline->repo->system == system)
                busy[job->runner - 1] = job;
        }
    }
}

const char *company_runner_name(char out[COMPANY_NAME], enum company_system system, int pool,
                                int runner)
{
    static const char *const prefixes[COMPANY_SYSTEMS] = { "gh", "gl", "jk", "az" };

    (void)snprintf(out, COMPANY_NAME, "%s-%s-%d", prefixes[system], world_pools[pool].name, runner);
    return out;
}
