/* piece: a poll that brings much is committed in pieces. */
#include "config.h"

#include "collect/piece.h"

#include <stdlib.h>

#include "core/mem.h"

enum { PIECE_RECORDS = 2500, PIECE_SAMPLES = 50000 };

static size_t records(const struct batch *batch)
{
    return batch->job_count + batch->run_count + batch->ticket_count;
}

bool piece_is_full(const struct batch *batch, size_t kept)
{
    return batch->sample_count > PIECE_SAMPLES || records(batch) > PIECE_RECORDS + kept;
}

bool piece_is_new(const struct batch *batch, size_t kept)
{
    return batch->sample_count > 0 || records(batch) > kept;
}

size_t piece_late(const struct batch *batch)
{
    return batch->alert_count + batch->pool_count + batch->runner_count + batch->alerts_whole +
           batch->pools_whole;
}

static void copy_alerts(const struct batch *batch, struct batch *rest)
{
    struct arena *arena = &rest->arena;

    for (size_t i = 0; i < batch->alert_count; i++) {
        struct alert *to = batch_alert(rest);

        *to = batch->alerts[i];
        to->key = arena_text(arena, to->key);
        to->name = arena_text(arena, to->name);
        to->labels = arena_text(arena, to->labels);
        to->summary = arena_text(arena, to->summary);
        to->url = arena_text(arena, to->url);
        to->muted_by = arena_text(arena, to->muted_by);
    }
}

static void copy_pools(const struct batch *batch, struct batch *rest)
{
    struct arena *arena = &rest->arena;

    for (size_t i = 0; i < batch->pool_count; i++) {
        struct pool *to = batch_pool(rest);

        *to = batch->pools[i];
        to->name = arena_text(arena, to->name);
        to->note = arena_text(arena, to->note);
    }
    for (size_t i = 0; i < batch->runner_count; i++) {
        struct runner *to = batch_runner(rest);

        *to = batch->runners[i];
        to->pool = arena_text(arena, to->pool);
        to->name = arena_text(arena, to->name);
        to->labels = arena_text(arena, to->labels);
        to->note = arena_text(arena, to->note);
    }
}

/* ---- runs that something is still asked about ---- */

static void copy_texts(struct arena *arena, const char **const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        *texts[i] = arena_text(arena, *texts[i] ? *texts[i] : "");
}

#define COPY_TEXTS(arena, ...)                                                                     \
    copy_texts(arena, (const char **const[]){ __VA_ARGS__ },                                       \
               sizeof((const char **const[]){ __VA_ARGS__ }) / sizeof(const char **))

static void copy_run(const struct run *from, struct batch *rest)
{
    struct run *to = batch_run(rest);

    *to = *from;
    COPY_TEXTS(&rest->arena, &to->project, &to->pipeline, &to->id, &to->number, &to->title,
               &to->sha, &to->branch, &to->event, &to->actor, &to->url, &to->stand_in,
               &to->outcome.evidence, &to->outcome.raw_status, &to->outcome.raw_result,
               &to->timing.queued_basis, &to->timing.duration_basis);
}

static void copy_job(const struct job *from, size_t run, struct batch *rest)
{
    struct arena *arena = &rest->arena;
    struct job *to = batch_job(rest, run);
    const char **messages = arena_alloc(arena, (from->message_count + 1) * sizeof(*messages));

    *to = *from;
    to->run = run;
    COPY_TEXTS(arena, &to->name, &to->id, &to->pool, &to->runner, &to->stage, &to->url, &to->why,
               &to->queue_ref, &to->outcome.evidence, &to->outcome.raw_status,
               &to->outcome.raw_result, &to->timing.queued_basis, &to->timing.duration_basis);
    to->steps = arena_alloc(arena, (from->step_count + 1) * sizeof(*to->steps));
    for (size_t i = 0; i < from->step_count; i++) {
        to->steps[i] = from->steps[i];
        COPY_TEXTS(arena, &to->steps[i].name, &to->steps[i].raw_result);
    }
    to->messages = messages;
    for (size_t i = 0; i < from->message_count; i++)
        messages[i] = arena_text(arena, from->messages[i]);
}

/* Of one that is in the batch twice the later one counts. */
static bool is_open(struct batch *batch, size_t i)
{
    const struct run *run = &batch->runs[i];

    return !batch_run_whole(run) && batch_find_run(batch, run->project, run->id, run->attempt) == i;
}

/* What is said of them by replies to come is about these very records: annotations
 * of a job, the end of a run by its last job. */
static void copy_open_runs(struct batch *batch, struct batch *rest)
{
    size_t *index = mem_new(batch->run_count, sizeof(*index));

    for (size_t i = 0; i < batch->run_count; i++) {
        index[i] = is_open(batch, i) ? rest->run_count : SIZE_MAX;
        if (index[i] == SIZE_MAX)
            continue;
        copy_run(&batch->runs[i], rest);
        batch->runs[i].owed = 0; /* by the rest, which is yet to be asked for */
        batch->runs[i].jobs_whole = false;
    }
    for (size_t i = 0; i < batch->job_count; i++)
        if (index[batch->jobs[i].run] != SIZE_MAX)
            copy_job(&batch->jobs[i], index[batch->jobs[i].run], rest);
    free(index);
}

/* ---- a piece ---- */

static void drop_lists(struct batch *batch)
{
    batch->alert_count = batch->pool_count = batch->runner_count = 0;
    batch->alerts_whole = batch->pools_whole = batch->pools_hidden = false;
}

void piece_cut(struct batch *batch, struct batch *rest)
{
    copy_alerts(batch, rest);
    copy_pools(batch, rest);
    copy_open_runs(batch, rest);
    rest->alerts_whole = batch->alerts_whole;
    rest->pools_whole = batch->pools_whole;
    rest->pools_hidden = batch->pools_hidden;
    rest->repaired = batch->repaired;
    rest->unknown = batch->unknown;
    rest->done = batch->done;
    rest->total = batch->total;
    drop_lists(batch);
}

void piece_rescue(struct batch *batch)
{
    drop_lists(batch);
}
