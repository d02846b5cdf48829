/* store/queue: items that wait, and the builds that come of them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/internal.h"
#include "store_kit.h"

static struct batch batch;

static void start(void)
{
    kit_init();
    kit_collect();
    batch = (struct batch){ .run_count = 0 };
}

TestSuite(store_queue, .init = start, .fini = kit_done, .timeout = 60);

static struct job *add_item(const char *id, const char *ref, int64_t since_ms)
{
    struct run *run = batch_run(&batch);
    struct job *job;

    run->project = "acme";
    run->pipeline = "deploy";
    run->id = id;
    run->outcome.phase = DX_PHASE_QUEUED;
    run->timing.created_ms = since_ms;
    job = batch_job(&batch, batch.run_count - 1);
    job->id = ref;
    job->name = "deploy";
    job->pool = "linux";
    job->why = "Waiting for next available executor on linux";
    job->queue_ref = ref;
    job->outcome.phase = DX_PHASE_QUEUED;
    job->timing.created_ms = since_ms;
    return job;
}

/* A build, which has no time of its own for when it began to wait. */
static struct job *add_build(const char *id, const char *ref, bool done)
{
    struct run *run = batch_run(&batch);
    struct job *job;

    run->project = "acme";
    run->pipeline = "deploy";
    run->id = id;
    run->outcome.phase = done ? DX_PHASE_DONE : DX_PHASE_RUNNING;
    run->outcome.result = done ? DX_RESULT_SUCCESS : DX_RESULT_NONE;
    run->timing.started_ms = T0;
    run->timing.finished_ms = done ? T0 + MINUTE : 0;
    job = batch_job(&batch, batch.run_count - 1);
    job->id = "build";
    job->name = "deploy";
    job->pool = "linux";
    job->started = true;
    job->queue_ref = ref;
    job->outcome = run->outcome;
    job->timing = run->timing;
    if (done)
        batch_jobs_whole(&batch, batch.run_count - 1);
    return job;
}

static void poll(int64_t at_ms, bool whole)
{
    batch.waiting_whole = whole;
    kit_poll(0, at_ms, &batch);
}

#define JOBS(now)                                                                                  \
    ROWS(kit.store, DX_QUERY_JOBS, NULL, now, DX_FIELD_RUN_ID, DX_FIELD_PHASE, DX_FIELD_QUEUED,    \
         DX_FIELD_QUEUED_BASIS)
#define RUNS(now)                                                                                  \
    ROWS(kit.store, DX_QUERY_RUNS, NULL, now, DX_FIELD_RUN_ID, DX_FIELD_PHASE, DX_FIELD_QUEUED)

#define BASIS "queue item inQueueSince -> build timestamp"

static void expect_text(const char *have, const char *want)
{
    cr_expect(strcmp(have, want) == 0, "have\n%swant\n%s", have, want);
}

Test(store_queue, an_item_that_waits_is_a_job_until_its_build_comes)
{
    add_item("queue/18", "18", T0 - 40 * SECOND);
    poll(T0 - 10 * SECOND, true);
    expect_text(JOBS(T0 - 10 * SECOND), "queue/18|2|-|-\n");
    expect_text(ROWS(kit.store, DX_QUERY_JOBS, NULL, T0 - 10 * SECOND, DX_FIELD_WHY, DX_FIELD_POOL),
                "Waiting for next available executor on linux|linux\n");
    add_build("#9@1", "18", false);
    poll(T0 + 20 * SECOND, true);
    expect_text(JOBS(T0 + 20 * SECOND), "#9@1|3|40000|" BASIS "\n");
    expect_text(RUNS(T0 + 20 * SECOND), "#9@1|3|40000\n");
    /* and it stays so when the build comes again, without that time */
    add_build("#9@1", "18", true);
    poll(T0 + 80 * SECOND, true);
    expect_text(JOBS(T0 + 80 * SECOND), "#9@1|4|40000|" BASIS "\n");
    expect_text(RUNS(T0 + 80 * SECOND), "#9@1|4|40000\n");
}

Test(store_queue, a_build_that_knows_since_when_it_waited_keeps_that)
{
    struct job *job;

    add_item("queue/18", "18", T0 - 40 * SECOND);
    poll(T0 - 10 * SECOND, true);
    job = add_build("#9@1", "18", true);
    job->timing.created_ms = batch.runs[0].timing.created_ms = T0 - 41 * SECOND;
    job->timing.queued_ms = 30 * SECOND;
    job->timing.queued_basis = "buildableDurationMillis";
    batch.runs[0].timing.queued_ms = 41 * SECOND;
    poll(T0 + 2 * MINUTE, true);
    expect_text(JOBS(T0 + 2 * MINUTE), "#9@1|4|30000|buildableDurationMillis\n");
    expect_text(RUNS(T0 + 2 * MINUTE), "#9@1|4|41000\n");
}

Test(store_queue, both_may_come_in_one_poll)
{
    add_build("#9@1", "18", false);
    add_item("queue/18", "18", T0 - 40 * SECOND);
    add_item("queue/19", "19", T0 - 30 * SECOND);
    poll(T0 + SECOND, true);
    expect_text(RUNS(T0 + SECOND), "queue/19|2|-\n#9@1|3|40000\n");
}

Test(store_queue, an_item_that_is_missing_is_hidden_and_its_build_may_come_later)
{
    add_item("queue/18", "18", T0 - 40 * SECOND);
    add_item("queue/19", "19", T0 - 30 * SECOND);
    poll(T0 - 10 * SECOND, true);
    add_item("queue/19", "19", T0 - 30 * SECOND);
    poll(T0 + SECOND, true);
    expect_text(RUNS(T0 + SECOND), "queue/19|2|-\n");
    add_item("queue/19", "19", T0 - 30 * SECOND);
    add_build("#9@1", "18", false);
    poll(T0 + 9 * MINUTE, true);
    expect_text(JOBS(T0 + 9 * MINUTE), "#9@1|3|40000|" BASIS "\nqueue/19|2|-|-\n");
}

Test(store_queue, after_ten_minutes_an_item_is_forgotten)
{
    add_item("queue/18", "18", T0 - 40 * SECOND);
    poll(T0 - 10 * SECOND, true);
    poll(T0, true);
    poll(T0 + 11 * MINUTE, true);
    add_build("#9@1", "18", false);
    poll(T0 + 11 * MINUTE, true);
    expect_text(JOBS(T0 + 11 * MINUTE), "#9@1|3|-|-\n");
}

Test(store_queue, what_is_not_a_whole_list_hides_nothing)
{
    add_item("queue/18", "18", T0 - 40 * SECOND);
    poll(T0 - 10 * SECOND, true);
    poll(T0, false);
    expect_text(RUNS(T0), "queue/18|2|-\n");
}

Test(store_queue, items_are_hidden_while_the_clock_stands)
{
    add_item("queue/18", "18", T0 - 40 * SECOND);
    poll(T0, true);
    poll(T0, true);
    expect_text(RUNS(T0), "");
}

Test(store_queue, another_source_has_items_of_its_own)
{
    add_item("queue/18", "18", T0 - 40 * SECOND);
    poll(T0 - 10 * SECOND, true);
    add_build("#9@1", "18", false);
    batch.waiting_whole = true;
    kit_poll(2, T0 + SECOND, &batch);
    expect_text(RUNS(T0 + SECOND), "#9@1|3|-\nqueue/18|2|-\n");
}

Test(store_queue, an_item_of_a_page_that_was_made_before_its_build_began)
{
    add_item("queue/18", "18", T0 - 40 * SECOND);
    poll(T0 - 10 * SECOND, true);
    add_build("#9@1", "18", false);
    poll(T0 + SECOND, true);
    add_item("queue/18", "18", T0 - 40 * SECOND);
    poll(T0 + 2 * SECOND, true);
    expect_text(RUNS(T0 + 2 * SECOND), "#9@1|3|40000\n");
}

Test(store_queue, a_build_that_began_before_it_waited_waited_nothing)
{
    add_item("queue/18", "18", T0 + 5 * SECOND);
    add_build("#9@1", "18", false);
    poll(T0 + 6 * SECOND, true);
    expect_text(RUNS(T0 + 6 * SECOND), "#9@1|3|0\n");
}

/* ---- as in an outage, when nothing is begun any more ---- */

static int64_t thousands; /* of SQLite's steps */

static int count_steps(void *self)
{
    (void)self;
    thousands++;
    return 0;
}

/* What it takes to hear of so many once more. */
static int64_t steps_of(int items)
{
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < items; i++) {
            const char *ref = arena_print(&batch.arena, "%d", i);

            add_item(arena_print(&batch.arena, "queue/%s", ref), ref, T0 - MINUTE);
        }
        sqlite3_progress_handler(kit.store->db, 1000, count_steps, NULL);
        thousands = 0;
        poll(T0 + (items + round) * SECOND, true);
    }
    return thousands;
}

Test(store_queue, four_times_as_many_take_four_times_as_long)
{
    int64_t few = steps_of(200), many = steps_of(800);

    cr_expect_lt(many, 6 * few, "%lld, and %lld", (long long)few, (long long)many);
}
