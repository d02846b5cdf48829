/* piece: a poll that brings much is committed in pieces. */
#include "config.h"

#include "collect/piece.h"

#include "core/mem.h"

enum { PIECE_JOBS = 2000, PIECE_SAMPLES = 50000 };

bool piece_is_full(const struct batch *batch)
{
    return batch->sample_count > PIECE_SAMPLES || batch->job_count > PIECE_JOBS ||
           batch->run_count > PIECE_JOBS;
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

static void drop_lists(struct batch *batch)
{
    batch->alert_count = batch->pool_count = batch->runner_count = 0;
    batch->alerts_whole = batch->pools_whole = false;
}

void piece_cut(struct batch *batch, struct batch *rest)
{
    copy_alerts(batch, rest);
    copy_pools(batch, rest);
    rest->alerts_whole = batch->alerts_whole;
    rest->pools_whole = batch->pools_whole;
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
