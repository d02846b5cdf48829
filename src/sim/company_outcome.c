/* company_outcome: what becomes of a job that has a runner. */
#include "config.h"

#include <math.h>

#include "core/time.h"
#include "sim/company_plan.h"
#include "sim/noise.h"

/* Places of noise. */
enum { WRONG = 7000, BREAKING = 7001 };

#define BROKEN_SLOT_MS (5 * DAY_MS)
#define TIMEOUT_MS     HOUR_MS

/* How often a commit is wrong in a way that a kind of work finds. */
static double wrong_share(enum company_work work)
{
    switch (work) {
    case WORK_LINT:
        return 0.03;
    case WORK_BUILD:
        return 0.025;
    case WORK_TEST:
        return 0.045;
    case WORK_DEPLOY:
        return 0.015;
    case WORK_TRAIN:
        break;
    }
    return 0.02;
}

/* Somebody broke this job on the default branch, and it stays so for days. */
static bool is_broken(const struct company *company, const struct company_job *job)
{
    const struct company_run *run = job->attempt->run;
    int64_t slot = run->created_ms / BROKEN_SLOT_MS;

    return run->pipeline->breaks[job->index] && run->on_default &&
           noise_chance(company->world.seed, BREAKING + (uint64_t)run->pipeline->index, slot) < 0.6;
}

/* Each time anew, by the commit: it fails however often it is tried. */
static bool is_wrong(const struct company *company, const struct company_job *job)
{
    const struct company_run *run = job->attempt->run;
    double share = wrong_share(job->def->work) * run->pipeline->repo->quality;

    if (company->world.calm)
        share *= 0.6;
    if (run->on_default)
        share *= 0.4; /* what is merged has passed before */
    return noise_chance(run->commit, WRONG + (uint64_t)run->pipeline->index, job->index) < share;
}

static const struct company_failure *
platform_failure(const struct company *company, const struct company_job *job, struct dice *dice)
{
    double chance = dice_roll(dice), which = dice_roll(dice);
    double used = world_disk_used(&company->world, job->started_ms);

    if (!world_registry_up(&company->world, job->started_ms) && chance < 0.45)
        return &company_registry_down;
    if (used > 0.9 && chance < 0.03)
        return &company_disk_full;
    if (chance >= (company->world.calm ? 0.001 : 0.006))
        return NULL;
    if (which < 0.2)
        return &company_runner_lost;
    return company_failure_of(DX_CAUSE_PLATFORM, job->def->work, (which - 0.2) / 0.8);
}

static const struct company_failure *failure_of(const struct company *company,
                                                const struct company_job *job, struct dice *dice)
{
    const struct company_failure *failure = platform_failure(company, job, dice);
    double how = noise_chance(job->attempt->run->commit, WRONG, job->index),
           chance = dice_roll(dice);

    if (failure)
        return failure;
    if (is_broken(company, job)) /* always the same way */
        return company_failure_of(DX_CAUSE_CODE, job->def->work,
                                  noise_chance(company->world.seed, BREAKING, job->index));
    if (is_wrong(company, job))
        return company_failure_of(DX_CAUSE_CODE, job->def->work, how);
    if (chance < job->attempt->run->pipeline->flaky[job->index])
        return company_failure_of(DX_CAUSE_TEST, job->def->work, dice_roll(dice));
    return NULL;
}

/* Normal, by the sum of uniform ones. */
static double bell(struct dice *dice)
{
    double sum = 0.;

    for (int i = 0; i < 6; i++)
        sum += dice_roll(dice);
    return (sum - 3.) * 1.414;
}

void company_outcome(const struct company *company, struct company_job *job)
{
    struct dice dice = { .key = job->key, .n = 300 };
    double ms = job->def->minutes * 60e3 * exp(0.22 * bell(&dice));
    bool hangs = dice_roll(&dice) < (company->world.calm ? 0.0003 : 0.0015);

    job->skewed = (job->attempt->run->pipeline->repo->system == COMPANY_GITHUB ||
                   job->attempt->run->pipeline->repo->system == COMPANY_AZURE) &&
                  dice_roll(&dice) < 0.01;
    job->failure = failure_of(company, job, &dice);
    job->result = job->failure ? DX_RESULT_FAILURE : DX_RESULT_SUCCESS;
    job->with_issues = !job->failure &&
                       job->attempt->run->pipeline->repo->system == COMPANY_AZURE &&
                       dice_roll(&dice) < 0.03;
    if (job->failure && job->failure->place == PLACE_CONTAINERS)
        ms = dice_between(&dice, 8e3, 40e3);
    else if (job->failure && job->failure->place == PLACE_CHECKOUT)
        ms = dice_between(&dice, 5e3, 20e3);
    else if (job->failure)
        ms *= dice_between(&dice, 0.25, 0.97);
    if (!job->failure && hangs) {
        ms = (double)TIMEOUT_MS;
        job->timed_out = true;
        job->with_issues = false;
        job->result = DX_RESULT_FAILURE;
        job->failure = &company_timeout;
    }
    job->finished_ms = job->started_ms + (int64_t)fmax(ms, 4e3);
}
