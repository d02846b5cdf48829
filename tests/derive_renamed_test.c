/* A project that is called something else now: what comes by its new name is what was there by the
 * old one, where the server counts the runs of all its projects in one. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "derive_kit.h"

static struct batch batch;

static void stop(void)
{
    kit.ids_are_unique = false;
    derive_stop();
}

TestSuite(derive_renamed, .init = derive_start, .fini = stop, .timeout = 120);

/* Six commits, each failed and then passed: twelve runs. */
static void add_runs(const char *project)
{
    for (int i = 0; i < 12; i++) {
        struct made m = { .id = 10 + i,
                          .attempt = 1,
                          .started_ms = T0 - (40 - i) * HOUR,
                          .finished_ms = T0 - (40 - i) * HOUR + 10 * MINUTE,
                          .result = i % 2 ? DX_RESULT_SUCCESS : DX_RESULT_FAILURE,
                          .cause = i % 2 ? DX_CAUSE_NONE : DX_CAUSE_TEST };

        derive_add(&batch, &m);
        batch.runs[i].project = project;
        batch.runs[i].sha = arena_print(&batch.arena, "c%d", i / 2);
    }
}

static const char *pipelines(void)
{
    return ROWS(kit.store, DX_QUERY_PIPELINES, DX_FILTER(.window_ms = 7 * DAY), T0,
                DX_FIELD_PROJECT, DX_FIELD_N, DX_FIELD_SUCCESS);
}

static const char *flaky(void)
{
    return ROWS(kit.store, DX_QUERY_FLAKY, NULL, T0, DX_FIELD_PROJECT, DX_FIELD_NAME, DX_FIELD_N,
                DX_FIELD_PAIRS);
}

Test(derive_renamed, its_runs_are_there_once)
{
    kit.ids_are_unique = true;
    add_runs("acme/old");
    kit_poll(0, T0 - MINUTE, &batch);
    add_runs("acme/new");
    kit_poll(0, T0, &batch);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_RUNS, T0), 12, "%d",
                 (int)kit_count(kit.store, DX_QUERY_RUNS, T0));
    cr_expect_eq(kit_count(kit.store, DX_QUERY_JOBS, T0), 12);
    cr_expect_str_eq(pipelines(), "acme/new|12|0.5\n");
    cr_expect_str_eq(flaky(), "acme/new|test|6|6\n");
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/old", "10", 1, 0), STORED_NOT);
}

/* Of a run that was run again each attempt comes by itself. */
Test(derive_renamed, attempts_come_one_after_the_other)
{
    struct made m = { .id = 7,
                      .started_ms = T0 - HOUR,
                      .finished_ms = T0 - 50 * MINUTE,
                      .result = DX_RESULT_FAILURE,
                      .cause = DX_CAUSE_TEST };

    kit.ids_are_unique = true;
    for (int i = 0; i < 4; i++) { /* 1 and 2 by the old name, 2 and 1 by the new one */
        m.attempt = i == 1 || i == 2 ? 2 : 1;
        m.result = m.attempt == 2 ? DX_RESULT_SUCCESS : DX_RESULT_FAILURE;
        m.finished_ms = T0 - (m.attempt == 2 ? 30 : 50) * MINUTE;
        derive_add(&batch, &m);
        batch.runs[0].project = i < 2 ? "acme/old" : "acme/new";
        kit_poll(0, T0 - (4 - i) * MINUTE, &batch);
    }
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RUNS, NULL, T0, DX_FIELD_PROJECT, DX_FIELD_RUN_ID),
                     "acme/new|7\nacme/new|7\n");
    cr_expect_str_eq(pipelines(), "acme/new|1|1\n", "the last attempt counts: %s", pipelines());
}

Test(derive_renamed, numbers_that_each_project_counts_for_itself_are_others)
{
    add_runs("acme/old");
    kit_poll(0, T0 - MINUTE, &batch);
    add_runs("acme/new");
    kit_poll(0, T0, &batch);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_RUNS, T0), 24);
}

Test(derive_renamed, another_source_has_ids_of_its_own)
{
    kit.ids_are_unique = true;
    add_runs("acme/old");
    kit_poll(0, T0 - MINUTE, &batch);
    add_runs("acme/new");
    kit_poll(1, T0, &batch);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_RUNS, T0), 24);
}
