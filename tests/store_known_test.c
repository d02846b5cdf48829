/* What the store knows of runs, and which of them are asked for again. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "store_ci_kit.h"

TestSuite(store_known, .init = store_ci_start, .fini = kit_done, .timeout = 60);

/* Why a job failed could not be told: it is asked again, the sooner the younger it is. */
Test(store_known, a_run_that_lacks_evidence_is_asked_for_again)
{
    static const int64_t ends[] = { MINUTE, DAY }, waits[] = { 30 * SECOND, HOUR };
    const struct run_key key[] = { { kit.id[0], 1, "acme/web", "77" },
                                   { kit.id[0], 1, "acme/web", "78" } };
    struct open_of of = { .source = kit.id[0], .now_ms = T0, .project = "" };
    struct stored_open open[4];
    struct arena arena = { 0 };

    for (size_t i = 0; i < 2; i++) {
        struct run *run = add_run(i == 0 ? "77" : "78", 1, DX_RESULT_FAILURE, T0 - ends[i]);

        run->jobs_whole = true;
        batch_owe(&batch, i);
        add_job(i, "8", "test", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_UNKNOWN;
    }
    kit_poll(0, T0, &batch);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/web", "77", 1, 0), STORED_OPEN);
    cr_expect_eq(store_owed_runs(kit.store, &of), 2);
    for (size_t i = 0; i < 2; i++) {
        of.now_ms = T0 + waits[i] - 1;
        cr_expect_eq(store_open_runs(kit.store, &of, open, 4, &arena), i);
        cr_expect_eq(store_run(kit.store, &key[i], 0, of.now_ms), STORED_DONE, "put off");
        cr_expect_eq(store_run(kit.store, &key[i], T0, of.now_ms), STORED_MOVED);
        of.now_ms++;
        cr_expect_eq(store_open_runs(kit.store, &of, open, 4, &arena), i + 1);
        cr_expect_eq(store_run(kit.store, &key[i], 0, of.now_ms), STORED_OPEN);
    }
    batch_jobs_whole(&batch, batch_known_run(&batch, "acme/web", "77", 1));
    kit_poll(0, T0 + DAY, &batch);
    of.now_ms = T0 + DAY;
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/web", "77", 1, 0), STORED_DONE);
    cr_expect_eq(store_owed_runs(kit.store, &of), 1);
    arena_free(&arena);
}

Test(store_known, what_is_known_of_a_run)
{
    struct open_of of, of_api, of_am, later;
    struct stored_open open[4];
    struct arena arena = { 0 };
    struct run *run = add_run("77", 1, DX_RESULT_SUCCESS, T0 - MINUTE);

    run->updated_ms = T0 - MINUTE;
    run->jobs_whole = true;
    add_run("78", 1, DX_RESULT_NONE, 0);
    add_run("79", 1, DX_RESULT_SUCCESS, T0 - MINUTE); /* its jobs did not come */
    kit_poll(0, T0, &batch);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/web", "77", 1, T0 - MINUTE), STORED_DONE);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/web", "77", 1, T0), STORED_MOVED);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/web", "77", 2, 0), STORED_NOT);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/api", "77", 1, 0), STORED_NOT);
    cr_expect_eq(KIT_RUN(kit.id[1], "acme/web", "77", 1, 0), STORED_NOT);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/web", "78", 1, 0), STORED_OPEN);
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/web", "79", 1, 0), STORED_OPEN);
    of = (struct open_of){ .source = kit.id[0], .now_ms = T0, .project = "" };
    of_api = (struct open_of){ .source = kit.id[0], .now_ms = T0, .project = "acme/api" };
    of_am = (struct open_of){ .source = kit.id[1], .now_ms = T0, .project = "" };
    later = (struct open_of){ .source = kit.id[0], .now_ms = T0 + 36 * DAY, .project = "" };
    cr_assert_eq(store_open_runs(kit.store, &of, open, 4, &arena), 2);
    expect_text(open[0].id, "78");
    expect_text(open[1].project, "acme/web");
    cr_expect_eq(store_open_runs(kit.store, &of_api, open, 4, &arena), 0);
    cr_expect_eq(store_owed_runs(kit.store, &of), 1); /* 79 */
    cr_expect_eq(store_owed_runs(kit.store, &of_am), 0);
    cr_expect_eq(store_owed_runs(kit.store, &later), 0);
    /* for ever open is given up */
    cr_expect_eq(store_open_runs(kit.store, &later, open, 4, &arena), 0);
    arena_free(&arena);
}

/* Of which nothing is brought but its name, it was asked for all the same: the next one's turn. */
Test(store_known, an_open_run_that_is_asked_in_vain_goes_back_in_the_line)
{
    struct open_of of = { .source = kit.id[0], .now_ms = T0 + MINUTE, .project = "" };
    struct stored_open open[4];
    struct arena arena = { 0 };

    add_run("77", 1, DX_RESULT_NONE, 0);
    add_run("78", 1, DX_RESULT_NONE, 0);
    add_run("79", 1, DX_RESULT_SUCCESS, T0 - MINUTE);
    add_run("80", 1, DX_RESULT_SUCCESS, T0 - MINUTE);
    kit_poll(0, T0, &batch);
    (void)batch_known_run(&batch, "acme/web", "77", 1);
    (void)batch_known_run(&batch, "acme/web", "79", 1);
    kit_poll(0, T0 + MINUTE, &batch);
    cr_assert_eq(store_open_runs(kit.store, &of, open, 4, &arena), 4);
    expect_text(open[0].id, "78");
    expect_text(open[1].id, "77");
    expect_text(open[2].id, "80");
    arena_free(&arena);
}

/* One of long ago goes on again, when somebody retries a job of it; and of a history that goes back
 * further, what was cut off is still owed. */
Test(store_known, an_old_run_that_goes_on_again_is_asked_for)
{
    struct open_of of = { .source = kit.id[0], .now_ms = T0, .project = "" };
    struct stored_open open[4];
    struct arena arena = { 0 };
    struct run *run = add_run("77", 1, DX_RESULT_NONE, 0);

    run->timing.created_ms = T0 - 40 * DAY;
    run->updated_ms = T0 - MINUTE;
    add_run("78", 1, DX_RESULT_SUCCESS, T0 - 60 * DAY)->timing.created_ms = T0 - 60 * DAY;
    run = add_run("79", 1, DX_RESULT_NONE, 0); /* it waits for somebody who never comes */
    run->timing.created_ms = run->updated_ms = T0 - 60 * DAY;
    kit_poll(0, T0, &batch);
    cr_assert_eq(store_open_runs(kit.store, &of, open, 4, &arena), 1);
    expect_text(open[0].id, "77");
    cr_expect_eq(store_owed_runs(kit.store, &of), 0);
    of.history_ms = 90 * DAY;
    cr_expect_eq(store_open_runs(kit.store, &of, open, 4, &arena), 2);
    cr_expect_eq(store_owed_runs(kit.store, &of), 1);
    of.now_ms = T0 + 36 * DAY;
    of.history_ms = DAY;
    cr_expect_eq(store_open_runs(kit.store, &of, open, 4, &arena), 0, "for ever open is given up");
    arena_free(&arena);
}

Test(store_known, a_run_that_its_server_has_no_more_is_closed)
{
    size_t run;

    add_run("77", 1, DX_RESULT_NONE, 0);
    add_job(0, "8", "test", DX_RESULT_NONE);
    kit_poll(0, T0, &batch);
    run = batch_known_run(&batch, "acme/web", "77", 1);
    batch.runs[run].gone = true;
    kit_poll(0, T0 + MINUTE, &batch);
    expect_text(RUNS(T0 + MINUTE), "77|1|4|6|0|1\n");
    cr_expect(strstr(JOBS(T0 + MINUTE, "r1"), "test|4|6|0|linux|"), "%s", JOBS(T0 + MINUTE, "r1"));
    cr_expect_eq(KIT_RUN(kit.id[0], "acme/web", "77", 1, 0), STORED_DONE);
}
