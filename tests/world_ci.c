/* world_kit: runs and their jobs, queues, pools, and what goes wrong in them. */
#include "config.h"

#include "world_deeds.h"

#include <stdio.h>
#include <string.h>

#include "store_kit.h"

static struct run *add_run(struct batch *b, const char *id, int64_t attempt, enum dx_result result,
                           int64_t age_ms)
{
    struct run *run = batch_run(b);

    *run = (struct run){ .project = "acme/web",
                         .pipeline = "ci",
                         .id = id,
                         .attempt = attempt,
                         .number = id,
                         .title = "Retry",
                         .sha = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                         .branch = "main",
                         .event = "push",
                         .actor = "m.ito",
                         .url = "https://ci.example/acme/web/runs/77",
                         .protected_branch = true,
                         .outcome = { .phase = result ? DX_PHASE_DONE : DX_PHASE_RUNNING,
                                      .result = result,
                                      .evidence = "",
                                      .raw_status = "completed",
                                      .raw_result = "" },
                         .timing = { .created_ms = T0 - age_ms,
                                     .started_ms = T0 - age_ms,
                                     .finished_ms = result ? T0 - age_ms + 5 * MINUTE : 0,
                                     .queued_ms = -1,
                                     .duration_ms = result ? 5 * MINUTE : -1,
                                     .queued_basis = "",
                                     .duration_basis = "" },
                         .stand_in = "",
                         .gate_ms = 3000,
                         .updated_ms = T0 - age_ms + 6 * MINUTE };
    return run;
}

static struct job *add_job(struct batch *b, size_t nth, const char *id, const char *name)
{
    struct job *job = batch_job(b, nth);
    const struct run *run = &b->runs[nth];

    job->id = id;
    job->name = name;
    job->attempt = run->attempt;
    job->pool = "linux-xl";
    job->runner = "r-1";
    job->stage = "test";
    job->url = "https://ci.example/acme/web/runs/77/job/8";
    job->started = true;
    job->outcome = run->outcome;
    job->timing = run->timing;
    job->timing.queued_ms = 20 * SECOND;
    job->timing.queued_basis = "started_at - created_at";
    return job;
}

static void add_pools(struct batch *b, int64_t online)
{
    struct pool *pool = batch_pool(b);
    struct runner *runner = batch_runner(b);

    *pool = (struct pool){ "linux-xl", online, 1, 4 - online, 3, "" };
    *runner = (struct runner){ "linux-xl", "r-1", "linux, xl", "", online > 0, true };
    b->pools_whole = true;
}

bool world_runs(struct world *w, struct dx_error *err)
{
    static struct job_step steps[] = { { "checkout", "success", DX_PHASE_DONE, DX_RESULT_SUCCESS, 1,
                                         2 } };
    static const char *const messages[] = { "No space left on device" };
    struct batch b = { 0 };
    struct job *job;

    add_run(&b, "77", 1, DX_RESULT_FAILURE, HOUR);
    add_run(&b, "77", 2, DX_RESULT_SUCCESS, 50 * MINUTE);
    add_run(&b, "78", 1, DX_RESULT_FAILURE, 3 * DAY);
    add_run(&b, "79", 1, DX_RESULT_NONE, MINUTE)->pipeline = "nightly";
    job = add_job(&b, 0, "8", "test");
    job->steps = steps;
    job->step_count = 1;
    job->messages = messages;
    job->message_count = 1;
    job->outcome.cause = DX_CAUSE_PLATFORM;
    job->outcome.evidence = "No space left on device";
    add_job(&b, 1, "9", "test");
    add_job(&b, 2, "10", "lint")->outcome.cause = DX_CAUSE_UNKNOWN;
    job = add_job(&b, 3, "11", "build");
    job->outcome.phase = DX_PHASE_QUEUED;
    job->queue_ref = "q-5";
    job->why = "Waiting for next available executor";
    job->started = false;
    b.waiting_whole = true;
    for (size_t i = 0; i < 3; i++)
        batch_jobs_whole(&b, i);
    batch_owe(&b, 2);
    *batch_tail(&b) = (struct log_tail){ "acme/web",        "77",       "8", 1, 1, "disk full",
                                         DX_CAUSE_PLATFORM, "disk full" };
    add_pools(&b, 2);
    batch_cursor(&b, "runs", T0);
    batch_note(&b, DX_LOG_WARN, "a note of ci");
    b.version = "3.20";
    return world_commit(w, CI, T0, &b, err);
}

/* What waited has begun, a run that was known ended, a runner went. */
bool world_more_runs(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };
    struct job *job;
    size_t known;

    add_run(&b, "79", 1, DX_RESULT_CANCELLED, MINUTE)->pipeline = "nightly";
    job = add_job(&b, 0, "11", "build");
    job->queue_ref = "q-5";
    job->outcome.phase = DX_PHASE_RUNNING;
    known = batch_known_run(&b, "acme/web", "78", 1);
    add_job(&b, known, "12", "deploy");
    batch_paid(&b, "acme/web", "78", 1);
    b.waiting_whole = true;
    add_pools(&b, 0);
    batch_cursor(&b, "runs", T0 + MINUTE);
    return world_commit(w, CI, T0 + MINUTE, &b, err);
}

/* An item that waits in a queue: a run of its own. */
static struct job *add_item(struct batch *b, const char *ref)
{
    size_t nth = b->run_count;
    struct run *run =
        add_run(b, arena_print(&b->arena, "queue/%s", ref), 1, DX_RESULT_NONE, MINUTE);
    struct job *job;

    run->outcome.phase = DX_PHASE_QUEUED;
    run->timing.started_ms = 0;
    job = add_job(b, nth, ref, "build");
    job->queue_ref = ref;
    job->started = false;
    return job;
}

bool world_queue(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    (void)add_item(&b, "21");
    (void)add_item(&b, "22");
    b.waiting_whole = true;
    return world_commit(w, CI, T0 + 2 * MINUTE, &b, err);
}

/* The one became a build that does not know since when it waited, the other one left. */
bool world_queue_moves(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };
    struct run *run = add_run(&b, "81", 1, DX_RESULT_FAILURE, MINUTE);
    struct job *job = add_job(&b, 0, "81", "build");

    run->timing.created_ms = job->timing.created_ms = 0;
    job->queue_ref = "21";
    b.waiting_whole = true;
    return world_commit(w, CI, T0 + 3 * MINUTE, &b, err);
}

/* And is a build, too. */
bool world_queue_is_empty(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };
    struct run *run = add_run(&b, "82", 1, DX_RESULT_NONE, MINUTE);
    struct job *job = add_job(&b, 0, "82", "build");

    run->timing.created_ms = job->timing.created_ms = 0;
    job->queue_ref = "22";
    b.waiting_whole = true;
    return world_commit(w, CI, T0 + 4 * MINUTE, &b, err);
}

/* Of a project of its own; what broke it may be the platform. */
static void add_outage(struct batch *b, int nth, int64_t age_ms)
{
    size_t at = b->run_count;
    struct run *run =
        add_run(b, arena_print(&b->arena, "%d", 90 + nth), 1, DX_RESULT_FAILURE, age_ms);
    struct job *job;

    run->project = arena_print(&b->arena, "acme/p%d", nth);
    job = add_job(b, at, run->id, "test");
    job->outcome.cause = DX_CAUSE_UNKNOWN;
    job->outcome.evidence = "disk?: No space left on device";
    batch_jobs_whole(b, at);
}

bool world_outage(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    for (int i = 0; i < 3; i++)
        add_outage(&b, i, (20 - i) * MINUTE);
    return world_commit(w, CI, T0 + 5 * MINUTE, &b, err);
}

/* It began before: what was raised is another one. */
bool world_outage_was_earlier(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    add_outage(&b, 3, 25 * MINUTE);
    return world_commit(w, CI, T0 + 6 * MINUTE, &b, err);
}

bool world_changes(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    for (int i = 0; i < 2; i++) {
        struct change *change = batch_change(&b);

        change->project = "acme/web";
        change->id = i ? "6" : "5";
        change->title = "Faster";
        change->author = "a.berg";
        change->url = "https://ci.example/acme/web/pull/5";
        change->created_ms = T0 - DAY;
        change->reviews_known = i == 0;
        change->first_review_ms = i ? 0 : T0 - HOUR;
        change->merged_ms = change->closed_ms = i ? 0 : T0 - MINUTE;
    }
    return world_commit(w, CI, T0 + 2 * MINUTE, &b, err);
}
