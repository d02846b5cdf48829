/* azure: the source against the simulated company, poll by poll, without sockets: what it
 * knows in the end is what happened, each once, wherever polls and outages fell. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azure_company.h"
#include "core/time.h"
#include "source/azure.h"
#include "source_kit.h"

static const int64_t T = 1795530727000; /* 2026-11-24T14:32:07Z, a Tuesday */
enum { REPOS = 40, JOBS_MOST = 60000, EVERY_MS = 30000, HISTORY_DAYS = 9, BUCKETS = 4096 };

static struct kit kit;
static struct azure config;
static int64_t now;
static size_t requests, logs, holes;

static struct seen { /* of a job or, with an empty id, a run */
    char run[24], id[40], project[64], pipeline[40], pool[40], runner[64], basis[48];
    int64_t attempt, queued_ms, duration_ms, gate_ms;
    enum dx_phase phase;
    enum dx_result result;
    enum dx_cause cause;
    size_t next; /* in its bucket; from 1, 0: the last */
} * seen;
static size_t seen_count, buckets[BUCKETS]; /* by run */

/* As the collector does it. */
static void answer(const struct plan_request *r)
{
    struct company_answer got = azure_company_ask("/azure", r->path, now);
    struct reply reply = { .step = r->step,
                           .detail = r->detail,
                           .detail_text = r->detail_text,
                           .status = got.status,
                           .content_type = got.content_type,
                           .now_ms = kit.plan.now_ms,
                           .body = got.body,
                           .len = got.len,
                           .next = "",
                           .head = got.head };
    bool ok;

    requests++;
    holes += r->step == AZURE_FILL && azure_about(&reply, &kit.batch).hole;
    cr_assert_lt(got.status, 500);
    cr_assert(got.status < 300 || (r->flags & PLAN_ANSWER), "%s: %d", r->path, got.status);
    if (r->flags & PLAN_TEXT) {
        logs++;
        ok = source_azure.decode(&config, &reply, &kit.plan, &kit.batch, &kit.err);
    } else {
        ok = source_decode(&source_azure, &config, &reply, &kit.plan, &kit.batch, &kit.err);
    }
    cr_assert(ok, "%s: %s", r->path, kit.err.text);
}

/* ---- the store ---- */

static size_t *bucket_of(const char *run)
{
    return &buckets[strtoull(run, NULL, 10) % BUCKETS];
}

static struct seen *find(const char *project, const char *run, const char *id, int64_t attempt)
{
    for (size_t i = *bucket_of(run); i > 0; i = seen[i - 1].next) {
        struct seen *at = &seen[i - 1];

        if (at->attempt == attempt && strcmp(at->run, run) == 0 && strcmp(at->id, id) == 0 &&
            strcmp(at->project, project) == 0)
            return at;
    }
    return NULL;
}

static struct seen *keep(const struct run *run, const char *id, int64_t attempt)
{
    struct seen *at = find(run->project, run->id, id, attempt);

    if (!at) {
        cr_assert_lt(seen_count, JOBS_MOST);
        at = &seen[seen_count++];
        snprintf(at->project, sizeof(at->project), "%s", run->project);
        snprintf(at->run, sizeof(at->run), "%s", run->id);
        snprintf(at->id, sizeof(at->id), "%s", id);
        at->attempt = attempt;
        at->next = *bucket_of(run->id);
        *bucket_of(run->id) = seen_count;
    }
    return at;
}

static void keep_outcome(struct seen *at, const struct outcome *out, const struct timing *t)
{
    at->phase = out->phase;
    at->result = out->result;
    at->cause = out->cause;
    at->queued_ms = t->queued_ms;
    at->duration_ms = t->duration_ms;
    snprintf(at->basis, sizeof(at->basis), "%s", t->queued_basis);
}

static void commit(void)
{
    for (size_t i = 0; i < kit.batch.run_count; i++) {
        const struct run *run = &kit.batch.runs[i];
        struct seen *at;

        if (run->bare)
            continue;
        at = keep(run, "", 0);
        keep_outcome(at, &run->outcome, &run->timing);
        at->gate_ms = run->gate_ms;
        snprintf(at->pipeline, sizeof(at->pipeline), "%s", run->pipeline);
    }
    for (size_t i = 0; i < kit.batch.job_count; i++) {
        const struct job *job = &kit.batch.jobs[i];
        struct seen *at = keep(&kit.batch.runs[job->run], job->id, job->attempt);

        keep_outcome(at, &job->outcome, &job->timing);
        snprintf(at->pool, sizeof(at->pool), "%s", job->pool);
        snprintf(at->runner, sizeof(at->runner), "%s", job->runner);
    }
    kit_commit(&kit);
}

/* Each request takes a while, in which the world goes on. most: the program is ended after
 * so many; what came by then is committed, as pieces are. */
static void poll(size_t most, int64_t step_ms)
{
    const struct plan_request *r;

    kit_poll(&kit, now);
    kit.plan.every_ms = EVERY_MS;
    kit.plan.history_ms = HISTORY_DAYS * DAY_MS;
    source_azure.begin(&config, &kit.cursors, &kit.plan);
    while (most-- > 0 && (r = plan_take(&kit.plan)) != NULL) {
        answer(r);
        now += step_ms;
    }
    commit();
}

static void start(uint64_t seed)
{
    azure_company_start(seed, REPOS, T, (HISTORY_DAYS + 1) * DAY_MS);
    config = (struct azure){ .api_version = "7.1", .pools = true, .logs = true };
    memset(&kit, 0, sizeof(kit));
    seen = calloc(JOBS_MOST, sizeof(*seen));
    cr_assert(seen);
    memset(buckets, 0, sizeof(buckets));
    seen_count = requests = logs = holes = 0;
    now = T;
}

static void stop(void)
{
    kit_done(&kit);
    azure_company_stop();
    free(seen);
}

/* ---- the truth ---- */

struct known_sum {
    size_t runs, jobs;
};

static void expect_run(const struct true_run *run, void *self)
{
    const struct seen *at = find(run->project, run->id, "", 0);

    ((struct known_sum *)self)->runs++;
    cr_assert(at, "%s %s is missing", run->project, run->id);
    cr_expect_str_eq(at->pipeline, run->pipeline);
    cr_expect_eq(at->phase == DX_PHASE_DONE, run->done, "%s %s", run->project, run->id);
    if (run->done)
        cr_expect_eq(at->result, run->result, "%s %s", run->project, run->id);
    if (run->queued_ms >= 0)
        cr_expect_eq(at->queued_ms, run->queued_ms, "%s %s", run->project, run->id);
}

/* The end of the record's id is the place of the job in its pipeline. */
static const struct seen *find_job(const struct true_run *run, const struct true_job *job)
{
    for (size_t i = *bucket_of(run->id); i > 0; i = seen[i - 1].next) {
        const struct seen *at = &seen[i - 1];

        if (*at->id && at->attempt == job->attempt && strcmp(at->run, run->id) == 0 &&
            strcmp(at->project, run->project) == 0 &&
            strtol(strrchr(at->id, '-') + 9, NULL, 16) == job->index)
            return at;
    }
    return NULL;
}

static void expect_job(const struct true_run *run, const struct true_job *job, void *self)
{
    const struct seen *at = find_job(run, job);

    ((struct known_sum *)self)->jobs++;
    cr_assert(at, "%s %s: %s of attempt %d is missing", run->project, run->id, job->name,
              (int)job->attempt);
    cr_expect_str_eq(at->pool, job->pool);
    cr_expect_eq(at->phase == DX_PHASE_DONE, job->done, "%s %s: %s", run->project, run->id,
                 job->name);
    if (!job->done)
        return;
    cr_expect_eq(at->result, job->result, "%s %s: %s", run->project, run->id, job->name);
    if (job->ran) {
        cr_expect_eq(at->queued_ms, job->queued_ms, "%s %s: %ld by %s", run->id, job->name,
                     (long)at->queued_ms, at->basis);
        cr_expect_eq(at->duration_ms, job->duration_ms, "%s %s", run->id, job->name);
        cr_expect_str_eq(at->runner, job->runner);
    }
    if (job->lost)
        cr_expect_eq(at->cause, DX_CAUSE_PLATFORM, "%s %s", run->id, job->name);
    if (at->cause != DX_CAUSE_NONE)
        cr_expect_eq(at->cause, job->cause, "%s %s", run->id, job->name);
}

static void count_run(const struct true_run *run, void *self)
{
    (void)run;
    ((struct known_sum *)self)->runs++;
}

static void count_job(const struct true_run *run, const struct true_job *job, void *self)
{
    const struct seen *at = find_job(run, job);

    /* A job that is there twice would be one too many. */
    ((struct known_sum *)self)->jobs += at != NULL;
}

/* Every run and job once: as many as there are, and each of those is there. */
static void expect_truth(int64_t from_ms)
{
    struct known_sum known = { 0 };
    size_t seen_runs = 0;

    azure_company_truth(from_ms, now, expect_run, expect_job, &known);
    cr_expect_gt(known.runs, 300);
    cr_expect_gt(known.jobs, 1000);
    for (size_t i = 0; i < seen_count; i++)
        seen_runs += !*seen[i].id;
    cr_expect_leq(known.runs, seen_runs);
    known = (struct known_sum){ 0 };
    azure_company_truth(0, now, count_run, count_job, &known);
    cr_expect_leq(seen_runs, known.runs, "%zu seen, %zu there", seen_runs, known.runs);
    cr_expect_eq(seen_count - seen_runs, known.jobs, "%zu seen, %zu there", seen_count - seen_runs,
                 known.jobs);
}

/* ---- the walk ---- */

static void walk(uint64_t seed)
{
    start(seed);
    for (int i = 0; i < 16; i++) { /* the history, ended in the middle again and again */
        poll(i % 3 == 0 ? 40 : SIZE_MAX, 20);
        now += EVERY_MS;
    }
    for (int i = 0; i < 12; i++) { /* live polls */
        poll(SIZE_MAX, 400);
        now += 3 * (int64_t)EVERY_MS;
    }
    now += 7 * DAY_MS; /* an outage, which leaves a hole */
    for (int i = 0; i < 28; i++) {
        poll(i % 4 == 0 ? 25 : SIZE_MAX, 50);
        now += EVERY_MS;
    }
    poll(SIZE_MAX, 0);
    cr_expect_gt(holes, 0);
    expect_truth(T - (HISTORY_DAYS - 1) * DAY_MS);
    cr_expect_gt(logs, 20);
    stop();
}

/* Every run and job is known once, wherever polls and outages fell. */
Test(azure_walk, seed_1, .timeout = 120)
{
    walk(1);
}

Test(azure_walk, seed_7, .timeout = 120)
{
    walk(7);
}

Test(azure_walk, seed_163886, .timeout = 120)
{
    walk(163886);
}

Test(azure_walk, a_steady_poll_costs_little, .timeout = 60)
{
    start(7);
    for (int i = 0; i < 12; i++) {
        poll(SIZE_MAX, 0);
        now += EVERY_MS;
    }
    requests = 0;
    for (int i = 0; i < 10; i++) {
        poll(SIZE_MAX, 0);
        now += EVERY_MS;
    }
    cr_expect_lt(requests, 10 * 40, "%zu requests in 10 polls", requests);
    stop();
}
