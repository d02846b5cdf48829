/* truth_flaky: which jobs are flaky or broken, by the evidence that anybody can see:
 * both outcomes on one commit. What the platform did is left out. */
#include "config.h"

#include <stdlib.h>

#include "core/time.h"
#include "sim/noise.h"
#include "sim/truth.h"

#define WINDOW_MS (14 * DAY_MS)
enum { LEAST_COMMITS = 5, LEAST_BROKEN = 3 };

struct verdicts { /* finished executions, to be sorted by job, commit and time */
    const struct company_job **jobs;
    size_t count, room;
};

static bool counts(const struct company_job *job, int64_t now_ms)
{
    if (job->copy || job->absent || job->finished_ms > now_ms ||
        job->finished_ms < now_ms - WINDOW_MS)
        return false;
    return job->result == DX_RESULT_SUCCESS ||
           (job->result == DX_RESULT_FAILURE && job->failure->cause != DX_CAUSE_PLATFORM);
}

static void collect(struct verdicts *v, const struct company_run *run, int64_t now_ms)
{
    for (int a = 0; a < run->attempt_count; a++)
        for (int j = 0; j < run->attempts[a]->job_count; j++) {
            const struct company_job *job = &run->attempts[a]->jobs[j];

            if (!counts(job, now_ms))
                continue;
            if (v->count == v->room) {
                v->room = v->room ? v->room * 2 : 1024;
                v->jobs = mem_grow(v->jobs, v->room, sizeof(const struct company_job *));
            }
            v->jobs[v->count++] = job;
        }
}

static int place_of(const struct company_job *job)
{
    return job->attempt->run->pipeline->index * COMPANY_JOBS_MOST + job->index;
}

static int by_finish(const struct company_job *a, const struct company_job *b)
{
    return (a->finished_ms > b->finished_ms) - (a->finished_ms < b->finished_ms);
}

static int by_commit(const void *a, const void *b)
{
    const struct company_job *one = *(const struct company_job *const *)a,
                             *other = *(const struct company_job *const *)b;
    uint64_t commit = one->attempt->run->commit, another = other->attempt->run->commit;

    if (place_of(one) != place_of(other))
        return place_of(one) - place_of(other);
    if (commit != another)
        return commit < another ? -1 : 1;
    return by_finish(one, other);
}

static int by_time(const void *a, const void *b)
{
    return by_finish(*(const struct company_job *const *)a, *(const struct company_job *const *)b);
}

struct evidence {
    int both;     /* commits with both outcomes */
    int later;    /* commits that failed, and passed later */
    int repeated; /* commits with two outcomes or a further attempt */
    int streak;   /* failures on the default branch since the last success there */
};

/* One commit: jobs[0 .. count - 1], in the order of time. */
static void weigh_commit(struct evidence *e, const struct company_job *const *jobs, size_t count)
{
    bool failed = false, passed = false, later = false, further = count > 1;

    for (size_t i = 0; i < count; i++) {
        bool good = jobs[i]->result == DX_RESULT_SUCCESS;

        later = later || (good && failed);
        failed = failed || !good;
        passed = passed || good;
        further = further || jobs[i]->attempt->number > 1 || jobs[i]->attempt->run->again;
    }
    e->both += failed && passed;
    e->later += later;
    e->repeated += further;
}

static struct evidence weigh(const struct company_job **jobs, size_t count)
{
    struct evidence e = { 0 };
    size_t from = 0;

    for (size_t i = 1; i <= count; i++)
        if (i == count || jobs[i]->attempt->run->commit != jobs[from]->attempt->run->commit) {
            weigh_commit(&e, jobs + from, i - from);
            from = i;
        }
    qsort(jobs, count, sizeof(const struct company_job *), by_time);
    for (size_t i = count; i-- > 0;) {
        if (!jobs[i]->attempt->run->on_default)
            continue;
        if (jobs[i]->result == DX_RESULT_SUCCESS)
            break;
        e.streak++;
    }
    return e;
}

static void put_evidence(struct exchange *x, const struct company_job *job,
                         const struct evidence *e, size_t count)
{
    const struct company_pipeline *p = job->attempt->run->pipeline;
    const char *state = "suspect";
    char project[COMPANY_TEXT];

    if (e->both == 0 && e->streak < LEAST_BROKEN)
        return;
    if (e->both == 0)
        state = "broken";
    else if (e->repeated >= LEAST_COMMITS)
        state = "flaky";
    truth_line(x, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:I, s:b}", "kind",
                            "flaky", "system", company_system_names[p->repo->system], "project",
                            truth_project(p->repo, project), "pipeline", p->print->name, "job",
                            job->def->name, "state", state, "same_sha_pairs", e->both, "k",
                            e->later, "n", e->repeated, "streak", e->streak, "outcomes",
                            (json_int_t)count, "made_flaky", p->flaky[job->index] > 0.));
}

void truth_flaky(struct exchange *x, const struct company *company)
{
    /* An old run can be tried again, but not from before the week. */
    struct company_query query = { -1, -1, -1, x->now_ms - WINDOW_MS - WEEK_MS, x->now_ms };
    const struct company_run **runs;
    struct verdicts v = { 0 };
    size_t count = company_runs(company, &query, &runs), from = 0;

    for (size_t i = 0; i < count; i++)
        collect(&v, runs[i], x->now_ms);
    free(runs);
    if (v.count > 0)
        qsort(v.jobs, v.count, sizeof(const struct company_job *), by_commit);
    for (size_t i = 1; i <= v.count; i++)
        if (i == v.count || place_of(v.jobs[i]) != place_of(v.jobs[from])) {
            struct evidence e = weigh(v.jobs + from, i - from);

            put_evidence(x, v.jobs[from], &e, i - from);
            from = i;
        }
    free(v.jobs);
}
