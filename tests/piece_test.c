/* piece: what of a long poll is committed early, and what stays for its end. */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "collect/piece.h"

static struct batch batch, rest;

static struct run *add_run(const char *id, bool whole)
{
    struct run *run = batch_run(&batch);

    run->project = "acme/web";
    run->id = batch_text(&batch, id, strlen(id));
    run->attempt = 1;
    run->jobs_whole = whole;
    return run;
}

static struct job *add_job(size_t run, const char *id)
{
    struct job *job = batch_job(&batch, run);

    job->id = batch_text(&batch, id, strlen(id));
    job->name = "test";
    return job;
}

static void cut(void)
{
    rest = (struct batch){ .run_count = 0 };
    piece_cut(&batch, &rest);
    batch_done(&batch); /* what stays has to be a copy */
}

Test(piece, is_full_of_records_and_of_samples_beside_what_was_kept)
{
    struct batch much = { .run_count = 1000, .job_count = 1501 };
    struct batch samples = { .sample_count = 50001 };

    cr_expect(piece_is_full(&much, 0));
    cr_expect_not(piece_is_full(&much, 1), "one of them is in the store already");
    cr_expect(piece_is_full(&samples, 0));
    samples.sample_count--;
    cr_expect_not(piece_is_full(&samples, 0));
}

/* Its jobs are there, but not why one of them failed. */
Test(piece, a_run_that_waits_for_evidence_is_whole_in_the_piece_that_has_it)
{
    add_run("1", true);
    batch_owe(&batch, 0);
    add_job(0, "11");
    rest = (struct batch){ .run_count = 0 };
    piece_cut(&batch, &rest);
    cr_expect_not(batch_run_whole(batch.runs));
    cr_expect_eq(batch.runs[0].owed, 0, "it is the rest's");
    cr_assert_eq(rest.run_count, 1);
    cr_expect_not(batch_run_whole(rest.runs));
    batch_paid(&rest, "acme/web", "1", 1);
    cr_expect(batch_run_whole(rest.runs));
    batch_done(&batch);
    batch_done(&rest);
}

/* Replies to come say more of a run whose jobs are not all there. */
Test(piece, a_run_that_is_open_stays_with_its_jobs)
{
    static const char *const words[] = { "lost" };
    struct job *job;

    add_run("1", true);
    add_job(0, "11");
    add_run("2", false);
    job = add_job(1, "21");
    job->messages = words;
    job->message_count = 1;
    job->steps = arena_alloc(&batch.arena, sizeof(*job->steps));
    job->steps[0] = (struct job_step){ .name = "Build", .raw_result = "failed" };
    job->step_count = 1;
    add_job(1, "22")->outcome.evidence = "test: x";
    cut();
    cr_assert_eq(rest.run_count, 1);
    cr_expect_str_eq(rest.runs[0].id, "2");
    cr_expect_str_eq(rest.runs[0].project, "acme/web");
    cr_assert_eq(rest.job_count, 2);
    cr_expect_eq(rest.jobs[0].run, 0);
    cr_expect_str_eq(rest.jobs[0].id, "21");
    cr_expect_str_eq(rest.jobs[0].messages[0], "lost");
    cr_expect_str_eq(rest.jobs[0].steps[0].name, "Build");
    cr_expect_str_eq(rest.jobs[0].steps[0].raw_result, "failed");
    cr_expect_str_eq(rest.jobs[1].outcome.evidence, "test: x");
    cr_expect_eq(batch_find_run(&rest, "acme/web", "2", 1), 0, "replies to come find it");
    batch_done(&rest);
}

Test(piece, of_a_run_that_is_there_twice_the_later_one_counts)
{
    add_run("7", false)->title = "before";
    add_job(0, "71");
    add_run("7", false)->title = "after";
    add_job(1, "72");
    cut();
    cr_assert_eq(rest.run_count, 1);
    cr_expect_str_eq(rest.runs[0].title, "after");
    cr_assert_eq(rest.job_count, 1);
    cr_expect_str_eq(rest.jobs[0].id, "72");
    batch_done(&rest);
}

static void add_lists(void)
{
    struct alert *alert = batch_alert(&batch);
    struct pool *pool = batch_pool(&batch);
    struct runner *runner = batch_runner(&batch);

    *alert = (struct alert){ .key = "k",
                             .name = batch_text(&batch, "Down", 4),
                             .labels = "{}",
                             .summary = "",
                             .url = "",
                             .muted_by = "" };
    pool->name = batch_text(&batch, "linux", 5);
    pool->note = "";
    pool->online = 3;
    runner->pool = runner->labels = "linux";
    runner->name = batch_text(&batch, "l-1", 3);
    runner->note = "";
    batch.alerts_whole = batch.pools_whole = true;
    batch.done = 3;
    batch.total = 9;
    batch.unknown = 2;
}

/* Half a list of alerts would say that the others ended. */
Test(piece, lists_of_which_only_the_whole_says_something_stay)
{
    add_lists();
    cr_expect_eq(piece_late(&batch), 5);
    rest = (struct batch){ .run_count = 0 };
    piece_cut(&batch, &rest);
    cr_expect_eq(piece_late(&batch), 0, "the piece has none");
    batch_done(&batch);
    cr_expect_eq(piece_late(&rest), 5);
    cr_expect_str_eq(rest.alerts[0].name, "Down");
    cr_expect_str_eq(rest.pools[0].name, "linux");
    cr_expect_eq(rest.pools[0].online, 3);
    cr_expect_str_eq(rest.runners[0].name, "l-1");
    cr_expect(rest.done == 3 && rest.total == 9 && rest.unknown == 2);
    batch_done(&rest);
}

Test(piece, of_a_poll_that_failed_they_are_dropped)
{
    add_run("1", false);
    add_lists();
    piece_rescue(&batch);
    cr_expect_eq(piece_late(&batch), 0);
    cr_expect_eq(batch.run_count, 1);
    batch_done(&batch);
}
