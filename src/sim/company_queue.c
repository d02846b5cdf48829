/* company_queue: who waits for whom in a week, from the first to the last job.
 *
 * Jobs are taken in the order in which they become ready, and get the runner of
 * their pool that is free first: what waits for a job becomes ready only after it,
 * so one pass over a heap is the whole simulation. */
#include "config.h"

#include <stdlib.h>

#include "core/time.h"
#include "sim/company_heap.h"
#include "sim/company_plan.h"
#include "sim/incident.h"
#include "sim/noise.h"

/* Who waits this long for a runner gets none any more. */
#define PATIENCE_MS (100 * MINUTE_MS)

/* An attempt while it is worked off. */
struct course {
    struct company_run *run;
    struct company_attempt *attempt;
    int open;                /* jobs whose end is not known yet */
    unsigned begun, settled; /* bits: those that wait no more, those whose end is known */
    bool whole_again;        /* if it is repeated */
};

struct hall {
    const struct company *company;
    struct company_week *week;
    struct run_list *list;
    struct arena arena; /* for courses */
    struct heap heap;
    int64_t *free_ms[COMPANY_SYSTEMS][WORLD_POOLS]; /* when each runner is free again */
};

/* ---- attempts ---- */

/* These do not list a job whose condition does not hold. */
static bool is_absent(const struct company_run *run)
{
    enum company_system system = run->pipeline->repo->system;

    return system == COMPANY_GITLAB || system == COMPANY_JENKINS;
}

/* Whether what needs this job may go on. */
static bool is_good(const struct company_job *job)
{
    return job->result == DX_RESULT_SUCCESS || job->def->flags & JOB_MAY_FAIL;
}

static void put_job(struct hall *h, struct course *course, struct company_job *job, int64_t at_ms)
{
    heap_put(&h->heap, &(struct heap_entry){ at_ms, job->key, course, job });
}

/* It ends at at_ms without a runner. What needs it is told when it is taken from
 * the heap again. */
static void end_unstarted(struct hall *h, struct course *course, struct company_job *job,
                          int64_t at_ms, enum dx_result result)
{
    if (!job->created_ms || job->created_ms > at_ms)
        job->created_ms = at_ms;
    if (!job->ready_ms || job->ready_ms > at_ms)
        job->ready_ms = at_ms;
    job->finished_ms = at_ms;
    job->result = result;
    put_job(h, course, job, at_ms);
}

/* What it needs is done at at_ms. */
static void make_ready(struct hall *h, struct course *course, struct company_job *job,
                       int64_t at_ms)
{
    struct dice dice = { .key = job->key, .n = 100 };

    job->created_ms = at_ms + 1000 + (int64_t)(dice_roll(&dice) * 3000.);
    job->ready_ms = job->created_ms;
    if (job->def->flags & JOB_APPROVAL) {
        double hours = dice_roll(&dice);

        job->gate = GATE_APPROVAL;
        job->ready_ms += (int64_t)((0.02 + 6. * hours * hours * hours) * 36e5);
    }
    if (job->ready_ms >= h->week->to_ms)
        end_unstarted(h, course, job, h->week->to_ms, DX_RESULT_CANCELLED);
    else
        put_job(h, course, job, job->ready_ms);
}

/* Let a job begin, or never begin, if all that it needs is done. */
static void try_job(struct hall *h, struct course *course, int index)
{
    const struct company_attempt *attempt = course->attempt;
    struct company_job *job = &course->attempt->jobs[index];
    int64_t at_ms = attempt->released_ms;
    unsigned needs = job->def->needs;
    bool good = true;

    if ((needs & course->settled) != needs || course->begun & 1u << index)
        return;
    course->begun |= 1u << index;
    for (int n = 0; n < attempt->job_count; n++) {
        if (!(needs & 1u << n))
            continue;
        good = good && is_good(&attempt->jobs[n]);
        if (attempt->jobs[n].finished_ms > at_ms)
            at_ms = attempt->jobs[n].finished_ms;
    }
    if (good)
        make_ready(h, course, job, at_ms);
    else
        end_unstarted(h, course, job, at_ms,
                      course->run->cancel_ms && at_ms >= course->run->cancel_ms
                          ? DX_RESULT_CANCELLED
                          : DX_RESULT_SKIPPED);
}

/* How likely somebody tries a failed attempt again. */
static double hope(const struct company_attempt *attempt)
{
    double most = 0.;

    if (attempt->result == DX_RESULT_CANCELLED)
        return attempt->run->cancelled_by_person ? 0.3 : 0.;
    for (int i = 0; i < attempt->job_count; i++) {
        const struct company_job *job = &attempt->jobs[i];
        double chance = 0.08;

        if (!job->failure)
            continue;
        if (job->failure->cause == DX_CAUSE_PLATFORM)
            chance = 0.6;
        else if (attempt->run->pipeline->flaky[job->index] > 0.)
            chance = 0.75;
        most = chance > most ? chance : most;
    }
    return most;
}

static int depth_of(const struct company_run *run)
{
    int depth = run->attempt_count;

    for (; run->again; run = run->again)
        depth++;
    return depth;
}

static void maybe_again(struct hall *h, struct course *course)
{
    struct company_attempt *attempt = course->attempt;
    struct dice dice = { .key = attempt->key, .n = 50 };
    double chance = dice_roll(&dice), minutes = dice_between(&dice, 2., 50.);
    bool whole = dice_roll(&dice) < 0.25;
    int64_t at_ms;

    if (attempt->result == DX_RESULT_SUCCESS || depth_of(course->run) >= COMPANY_ATTEMPTS_MOST ||
        chance >= hope(attempt))
        return;
    if (dice_roll(&dice) < 0.08)
        minutes = dice_between(&dice, 25. * 60., 32. * 60.); /* the day after */
    at_ms = attempt->finished_ms + (int64_t)(minutes * 60e3);
    course->whole_again = whole;
    if (at_ms < h->week->to_ms - 2 * HOUR_MS)
        heap_put(&h->heap, &(struct heap_entry){ at_ms, attempt->key, course, NULL });
}

static void end_attempt(struct hall *h, struct course *course)
{
    struct company_attempt *attempt = course->attempt;
    bool failed = false, cancelled = false;

    for (int i = 0; i < attempt->job_count; i++) {
        const struct company_job *job = &attempt->jobs[i];

        if (job->finished_ms > attempt->finished_ms && !job->copy)
            attempt->finished_ms = job->finished_ms;
        if (!job->copy && job->started_ms &&
            (!attempt->started_ms || job->started_ms < attempt->started_ms))
            attempt->started_ms = job->started_ms;
        cancelled = cancelled || job->result == DX_RESULT_CANCELLED;
        failed = failed || (job->result == DX_RESULT_FAILURE && !(job->def->flags & JOB_MAY_FAIL));
    }
    attempt->result = DX_RESULT_SUCCESS;
    if (failed)
        attempt->result = DX_RESULT_FAILURE;
    else if (cancelled)
        attempt->result = DX_RESULT_CANCELLED;
    maybe_again(h, course);
}

static void settle(struct hall *h, struct course *course, struct company_job *job)
{
    course->settled |= 1u << job->index;
    for (int i = job->index + 1; i < course->attempt->job_count; i++)
        if (course->attempt->jobs[i].def->needs & 1u << job->index)
            try_job(h, course, i);
    if (--course->open == 0)
        end_attempt(h, course);
}

/* ---- beginning ---- */

/* What failed is run again, and what needs it. */
static unsigned to_repeat(const struct company_attempt *before)
{
    unsigned again = 0;

    for (int i = 0; i < before->job_count; i++) {
        const struct company_job *job = &before->jobs[i];

        if (!job->absent && (job->def->needs & again ||
                             (job->result != DX_RESULT_SUCCESS &&
                              !(job->result == DX_RESULT_SKIPPED && job->def->needs == 0))))
            again |= 1u << i;
    }
    return again;
}

static void copy_job(struct company_job *job, const struct company_job *old)
{
    const struct company_attempt *attempt = job->attempt;

    *job = *old;
    job->attempt = attempt;
    job->copy = old->copy ? old->copy : old;
}

static void init_job(struct company_job *job, const struct company_attempt *attempt, int index)
{
    *job = (struct company_job){
        .attempt = attempt,
        .def = &attempt->run->pipeline->print->jobs[index],
        .index = index,
        .tries = 1,
        .key = dice_key(attempt->key, 20, index),
    };
}

static struct course *new_course(struct hall *h, struct company_run *run,
                                 struct company_attempt *before, int64_t at_ms, bool whole)
{
    struct course *course = arena_alloc(&h->arena, sizeof(*course));
    struct company_attempt *attempt = arena_alloc(&h->week->arena, sizeof(*attempt));
    unsigned again = before && !whole ? to_repeat(before) : ~0u;

    run->attempts[run->attempt_count++] = attempt;
    *attempt = (struct company_attempt){
        .run = run,
        .number = run->attempt_count,
        .created_ms = at_ms,
        .released_ms = at_ms,
        .whole = whole,
        .job_count = run->special ? 0 : run->pipeline->jobs,
        .key = dice_key(run->key, 10, run->attempt_count),
    };
    attempt->jobs =
        arena_alloc(&h->week->arena, (size_t)run->pipeline->jobs * sizeof(*attempt->jobs));
    for (int i = 0; i < attempt->job_count; i++) {
        init_job(&attempt->jobs[i], attempt, i);
        if (before && !(again & 1u << i))
            copy_job(&attempt->jobs[i], &before->jobs[i]);
        else if (before)
            attempt->jobs[i].tries = before->jobs[i].tries + (before->jobs[i].started_ms != 0);
    }
    *course = (struct course){ run, attempt, attempt->job_count, 0, 0, false };
    return course;
}

/* What is not run again, and what has no condition met: known at once. */
static void settle_early(struct course *course, struct company_job *job)
{
    const struct company_run *run = course->run;
    unsigned bit = 1u << job->index;

    if (!job->copy && !(job->def->flags & JOB_DEFAULT_ONLY && !run->on_default))
        return;
    if (!job->copy) {
        job->created_ms = job->ready_ms = job->finished_ms = course->attempt->released_ms;
        job->result = DX_RESULT_SKIPPED;
        job->absent = is_absent(run);
    }
    course->begun |= bit;
    course->settled |= bit;
    course->open--;
}

static void begin_attempt(struct hall *h, struct company_run *run, struct company_attempt *before,
                          int64_t at_ms, bool whole)
{
    struct course *course = new_course(h, run, before, at_ms, whole);
    struct company_attempt *attempt = course->attempt;
    struct dice dice = { .key = attempt->key };

    if (run->pipeline->print->concurrency && dice_roll(&dice) < 0.3)
        attempt->released_ms += (int64_t)(dice_between(&dice, 20., 400.) * 1e3);
    if (attempt->job_count == 0) {
        attempt->finished_ms = at_ms + 1000;
        attempt->result =
            run->special == SPECIAL_BROKEN_FILE ? DX_RESULT_FAILURE : DX_RESULT_SKIPPED;
        if (run->special == SPECIAL_NEEDS_PERSON)
            attempt->result = DX_RESULT_NEUTRAL;
        return;
    }
    for (int i = 0; i < attempt->job_count; i++)
        settle_early(course, &attempt->jobs[i]);
    /* One is kept open, so that the attempt does not end before all have begun. */
    course->open++;
    for (int i = 0; i < attempt->job_count; i++)
        try_job(h, course, i);
    if (--course->open == 0)
        end_attempt(h, course);
}

/* Build by build in Jenkins, attempt by attempt elsewhere. */
static void begin_again(struct hall *h, const struct course *course, int64_t at_ms)
{
    struct company_run *run = course->run, *again;

    if (run->pipeline->repo->system != COMPANY_JENKINS) {
        begin_attempt(h, run, course->attempt, at_ms, course->whole_again);
        return;
    }
    again = run_list_add(h->list, &h->week->arena);
    *again = *run;
    again->created_ms = at_ms;
    again->cancel_ms = again->edited_ms = 0;
    again->again = run;
    again->attempt_count = 0;
    again->key = dice_key(run->key, 7, 0);
    begin_attempt(h, again, NULL, at_ms, true);
}

/* ---- runners ---- */

/* The first moment from at_ms on at which this runner takes a job. */
static int64_t next_online(const struct hall *h, const struct company_job *job, int runner,
                           int64_t at_ms)
{
    enum company_system system = job->attempt->run->pipeline->repo->system;

    while (at_ms < h->week->to_ms &&
           !company_runner_online(h->company, system, job->def->pool, runner, at_ms)) {
        struct incident crunch = incident_of(&h->company->world, INCIDENT_CRUNCH, at_ms),
                        outage = incident_of(&h->company->world, INCIDENT_OUTAGE, at_ms);
        int64_t to_ms = at_ms + MINUTE_MS;

        if (incident_is_on(&outage, at_ms) && outage.pool == job->def->pool)
            to_ms = outage.to_ms;
        else if (incident_is_on(&crunch, at_ms) && crunch.pool == job->def->pool)
            to_ms = crunch.to_ms;
        at_ms = to_ms;
    }
    return at_ms;
}

/* The runner that is free first, from 0; *from_ms: when. */
static int pick_runner(const struct hall *h, const struct company_job *job, int64_t *from_ms)
{
    enum company_system system = job->attempt->run->pipeline->repo->system;
    int capacity = h->company->capacity[system][job->def->pool];
    const int64_t *free_ms = h->free_ms[system][job->def->pool];
    int best = -1, first = (int)(job->key % (uint64_t)capacity);

    for (int n = 0; n < capacity; n++) {
        int runner = (first + n) % capacity;
        int64_t at_ms = free_ms[runner] > job->ready_ms ? free_ms[runner] : job->ready_ms;

        if (best >= 0 && at_ms >= *from_ms)
            continue;
        at_ms = next_online(h, job, runner + 1, at_ms);
        if (best < 0 || at_ms < *from_ms) {
            best = runner;
            *from_ms = at_ms;
        }
        if (at_ms == job->ready_ms)
            break;
    }
    return best;
}

/* Its pool goes away while it runs: it dies with its runner. */
static void meet_outages(const struct hall *h, struct company_job *job)
{
    for (int64_t at_ms = job->started_ms; at_ms < job->finished_ms + 2 * HOUR_MS;
         at_ms += 2 * HOUR_MS) {
        struct incident outage = incident_of(&h->company->world, INCIDENT_OUTAGE, at_ms);
        int64_t end_ms = outage.from_ms + 20000 + (int64_t)(job->key % 60000);

        if (outage.pool != job->def->pool || outage.from_ms <= job->started_ms ||
            end_ms >= job->finished_ms)
            continue;
        job->finished_ms = end_ms;
        job->result = DX_RESULT_FAILURE;
        job->failure = &company_runner_lost;
        job->timed_out = job->with_issues = false;
    }
}

static void run_job(const struct hall *h, const struct course *course, struct company_job *job)
{
    int64_t cancel_ms = course->run->cancel_ms;

    company_outcome(h->company, job);
    meet_outages(h, job);
    if (job->finished_ms > h->week->to_ms) {
        job->finished_ms = h->week->to_ms;
        job->result = DX_RESULT_FAILURE;
        job->failure = &company_shutdown;
        job->timed_out = false;
    }
    if (cancel_ms > course->attempt->created_ms && job->finished_ms > cancel_ms) {
        job->finished_ms = cancel_ms;
        job->result = DX_RESULT_CANCELLED;
        job->failure = NULL;
        job->timed_out = job->with_issues = false;
        job->by_person = course->run->cancelled_by_person;
    }
}

/* One job from the moment that it is ready. */
static void work_off(struct hall *h, struct course *course, struct company_job *job)
{
    enum company_system system = course->run->pipeline->repo->system;
    struct dice dice = { .key = job->key, .n = 200 };
    double start_s = world_pools[job->def->pool].start_s * dice_between(&dice, 0.3, 1.8);
    int64_t cancel_ms = course->run->cancel_ms, from_ms = 0;
    int64_t patience_ms = PATIENCE_MS + (int64_t)(dice_roll(&dice) * (double)MINUTE_MS);
    int runner = pick_runner(h, job, &from_ms);

    from_ms += (int64_t)(start_s * 1e3);
    if (cancel_ms > course->attempt->created_ms && from_ms >= cancel_ms &&
        job->ready_ms + patience_ms >= cancel_ms) {
        job->by_person = course->run->cancelled_by_person;
        end_unstarted(h, course, job, cancel_ms, DX_RESULT_CANCELLED);
        return;
    }
    if (from_ms - job->ready_ms >= patience_ms || from_ms >= h->week->to_ms) {
        int64_t end_ms = job->ready_ms + patience_ms;

        job->failure = &company_never_started;
        end_unstarted(h, course, job, end_ms < h->week->to_ms ? end_ms : h->week->to_ms,
                      DX_RESULT_FAILURE);
        return;
    }
    job->started_ms = from_ms;
    job->runner = runner + 1;
    run_job(h, course, job);
    h->free_ms[system][job->def->pool][runner] = job->finished_ms;
    settle(h, course, job);
}

void company_work_off(const struct company *company, struct company_week *week,
                      struct run_list *list)
{
    struct hall h = { .company = company, .week = week, .list = list };
    size_t first = list->count;

    for (int s = 0; s < COMPANY_SYSTEMS; s++)
        for (int pool = 0; pool < WORLD_POOLS; pool++)
            h.free_ms[s][pool] =
                arena_alloc(&h.arena, ((size_t)company->capacity[s][pool] + 1) * sizeof(int64_t));
    /* Begun by themselves; what Jenkins repeats is added behind them. */
    for (size_t i = 0; i < first; i++)
        begin_attempt(&h, list->runs[i], NULL, list->runs[i]->created_ms, true);
    while (h.heap.count > 0) {
        struct heap_entry e = heap_take(&h.heap);

        if (!e.job)
            begin_again(&h, e.course, e.at_ms);
        else if (e.job->result != DX_RESULT_NONE)
            settle(&h, e.course, e.job);
        else
            work_off(&h, e.course, e.job);
    }
    arena_free(&h.arena);
    free(h.heap.entries);
}
