/* company_week: a week of the company, made whole. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/company_plan.h"
#include "sim/noise.h"

/* Numbers are given by the week, so that they do not depend on other weeks. */
#define RUNS_OF_WEEK INT64_C(1000000)
#define JOBS_OF_WEEK INT64_C(10000000)

/* Monday, 1970-01-05, 04:00 UTC. */
#define FIRST_WEEK_MS (4 * DAY_MS + 4 * HOUR_MS)
enum { FOUNDED = 2600 }; /* in 2019: run numbers begin there, unless it is older */

int64_t company_week_of(int64_t at_ms)
{
    int64_t since_ms = at_ms - FIRST_WEEK_MS;

    return since_ms >= 0 ? since_ms / WEEK_MS : -((-since_ms + WEEK_MS - 1) / WEEK_MS);
}

static int by_creation(const void *a, const void *b)
{
    const struct company_run *one = *(struct company_run *const *)a,
                             *other = *(struct company_run *const *)b;

    if (one->created_ms != other->created_ms)
        return one->created_ms < other->created_ms ? -1 : 1;
    return (one->key > other->key) - (one->key < other->key);
}

static int by_listing(const void *a, const void *b)
{
    const struct company_job *one = *(struct company_job *const *)a,
                             *other = *(struct company_job *const *)b;
    int64_t one_ms = company_job_listed_ms(one), other_ms = company_job_listed_ms(other);

    if (one_ms != other_ms)
        return one_ms < other_ms ? -1 : 1;
    if (one->attempt != other->attempt) /* which may begin at the same moment */
        return (one->attempt->key > other->attempt->key) -
               (one->attempt->key < other->attempt->key);
    return one->index - other->index;
}

static void number_runs(const struct company *company, struct company_week *week)
{
    int64_t *counts = mem_new(company->pipeline_count, sizeof(*counts));
    int64_t weeks = week->index >= FOUNDED ? week->index - FOUNDED : week->index;

    qsort(week->runs, week->run_count, sizeof(struct company_run *), by_creation);
    for (size_t i = 0; i < week->run_count; i++) {
        struct company_run *run = week->runs[i];

        run->id = week->index * RUNS_OF_WEEK + (int64_t)i;
        run->number = weeks * run->pipeline->week_numbers + 1 + counts[run->pipeline->index]++;
    }
    free(counts);
}

static size_t list_jobs(const struct company_week *week, struct company_job **jobs)
{
    size_t count = 0;

    for (size_t r = 0; r < week->run_count; r++)
        for (int a = 0; a < week->runs[r]->attempt_count; a++)
            for (int j = 0; j < week->runs[r]->attempts[a]->job_count; j++, count++)
                if (jobs)
                    jobs[count] = &week->runs[r]->attempts[a]->jobs[j];
    return count;
}

static void number_jobs(struct company_week *week)
{
    week->job_count = list_jobs(week, NULL);
    week->jobs = mem_new(week->job_count, sizeof(struct company_job *));
    (void)list_jobs(week, week->jobs);
    if (week->job_count > 0)
        qsort(week->jobs, week->job_count, sizeof(struct company_job *), by_listing);
    for (size_t i = 0; i < week->job_count; i++)
        week->jobs[i]->id = week->index * JOBS_OF_WEEK + (int64_t)i;
}

struct company_week *company_week_new(const struct company *company, int64_t index)
{
    struct company_week *week = mem_new(1, sizeof(*week));
    struct run_list list = { 0 };

    week->index = index;
    week->from_ms = FIRST_WEEK_MS + index * WEEK_MS;
    week->to_ms = week->from_ms + WEEK_MS;
    company_arrivals(company, week, &list);
    company_work_off(company, week, &list);
    week->runs = list.runs;
    week->run_count = list.count;
    if (list.count > 0)
        number_runs(company, week);
    number_jobs(week);
    return week;
}

void company_week_free(struct company_week *week)
{
    free(week->runs);
    free(week->jobs);
    arena_free(&week->arena);
    free(week);
}

/* ---- looking up ---- */

static const struct company_week *week_at(const struct company *company, int64_t index)
{
    int64_t first = company->week_count > 0 ? company->weeks[0]->index : 0;

    return index >= first && index < first + (int64_t)company->week_count
               ? company->weeks[index - first]
               : NULL;
}

const struct company_run *company_run_by_id(const struct company *company, int64_t id,
                                            int64_t at_ms)
{
    const struct company_week *week = id >= 0 ? week_at(company, id / RUNS_OF_WEEK) : NULL;
    const struct company_run *run;

    if (!week || id % RUNS_OF_WEEK >= (int64_t)week->run_count)
        return NULL;
    run = week->runs[id % RUNS_OF_WEEK];
    return run->created_ms <= at_ms && run->created_ms >= company->first_ms ? run : NULL;
}

const struct company_job *company_job_by_id(const struct company *company, int64_t id,
                                            int64_t at_ms)
{
    const struct company_week *week = id >= 0 ? week_at(company, id / JOBS_OF_WEEK) : NULL;
    const struct company_job *job;

    if (!week || id % JOBS_OF_WEEK >= (int64_t)week->job_count)
        return NULL;
    job = week->jobs[id % JOBS_OF_WEEK];
    return company_job_listed_ms(job) <= at_ms && !job->absent &&
                   job->attempt->run->created_ms >= company->first_ms
               ? job
               : NULL;
}
