/* What the tails of logs say of why jobs failed. */
#include "config.h"

#include "store_ci_kit.h"

TestSuite(store_tails, .init = store_ci_start, .fini = kit_done, .timeout = 60);

static void add_tail(const char *job, enum dx_cause cause, const char *evidence)
{
    struct log_tail *tail = batch_tail(&batch);

    tail->project = "acme/web";
    tail->run = "77";
    tail->job = job;
    tail->run_attempt = tail->job_attempt = 1;
    tail->cause = cause;
    tail->evidence = evidence;
}

#define CAUSES(now)                                                                                \
    ROWS(kit.store, DX_QUERY_JOBS, DX_FILTER(.key = "r1"), now, DX_FIELD_NAME, DX_FIELD_CAUSE,     \
         DX_FIELD_EVIDENCE)

Test(store_tails, a_log_speaks_where_nothing_better_is_known)
{
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    add_job(0, "1", "a", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_UNKNOWN;
    add_job(0, "2", "b", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_TEST;
    add_job(0, "3", "c", DX_RESULT_SUCCESS);
    batch.jobs[1].allow_failure = true; /* so that the first one fails the run */
    kit_poll(0, T0, &batch);
    expect_text(RUNS(T0), "77|1|4|2|1|3\n");
    /* In a later poll: jobs that are known, one that is not, and one that says nothing. */
    add_tail("1", DX_CAUSE_UNKNOWN, "network?: reset (rule 21)");
    add_tail("2", DX_CAUSE_PLATFORM, "runner: gone (rule 2)");
    add_tail("3", DX_CAUSE_PLATFORM, "runner: gone (rule 2)");
    add_tail("4", DX_CAUSE_PLATFORM, "runner: gone (rule 2)");
    kit_poll(0, T0 + 1, &batch);
    expect_text(CAUSES(T0 + 1), "a|1|network?: reset (rule 21)\nb|4|-\nc|0|-\n");
    /* Doubt is no better than doubt, a cause is. */
    add_tail("1", DX_CAUSE_UNKNOWN, "disk?: full (rule 38)");
    kit_poll(0, T0 + 2, &batch);
    expect_text(CAUSES(T0 + 2), "a|1|network?: reset (rule 21)\nb|4|-\nc|0|-\n");
    add_tail("1", DX_CAUSE_NONE, "");
    add_tail("1", DX_CAUSE_PLATFORM, "runner: gone (rule 2)");
    kit_poll(0, T0 + 3, &batch);
    expect_text(CAUSES(T0 + 3), "a|2|runner: gone (rule 2)\nb|4|-\nc|0|-\n");
    expect_text(RUNS(T0 + 3), "77|1|4|2|2|3\n");
    /* It stays when the server's words come again. */
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    add_job(0, "1", "a", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_UNKNOWN;
    kit_poll(0, T0 + 4, &batch);
    expect_text(CAUSES(T0 + 4), "a|2|runner: gone (rule 2)\nb|4|-\nc|0|-\n");
}

/* As if it had said so at first, whether a log came before or comes with it; and again that says
 * nothing new. */
Test(store_tails, a_log_in_doubt_gives_way_to_what_the_server_says_at_last)
{
    static const char *const said[] = { "", "timeout: of the server", "",
                                        "timeout: of the server" };

    for (int i = 0; i < 4; i++) {
        add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
        for (int j = 0; j < 2; j++) {
            const char *id = j == 0 ? "1" : "2", *name = j == 0 ? "a" : "b";
            struct job *job = add_job(0, id, name, DX_RESULT_FAILURE);

            job->outcome.cause = DX_CAUSE_UNKNOWN;
            job->outcome.evidence = said[i];
            if (i > 0 || j == 0)
                add_tail(id, DX_CAUSE_UNKNOWN, "timeout?: of the log (rule 44)");
        }
        kit_poll(0, T0 + i, &batch);
        expect_text(CAUSES(T0 + i),
                    i == 0 ? "a|1|timeout?: of the log (rule 44)\nb|1|-\n"
                           : "a|1|timeout: of the server\nb|1|timeout: of the server\n");
    }
}

Test(store_tails, a_log_may_come_with_its_job)
{
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    add_job(0, "1", "a", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_UNKNOWN;
    add_tail("1", DX_CAUSE_PLATFORM, "runner: gone (rule 2)");
    kit_poll(0, T0, &batch);
    expect_text(CAUSES(T0), "a|2|runner: gone (rule 2)\n");
    expect_text(RUNS(T0), "77|1|4|2|2|1\n");
}

/* That the platform failed it, the server says in one word for much; the log knows what
 * of it did. It stays when the server's word comes again. */
Test(store_tails, a_log_says_which_part_of_the_platform_it_was)
{
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    for (int i = 0; i < 2; i++) {
        struct job *job = add_job(0, i == 0 ? "1" : "2", i == 0 ? "a" : "b", DX_RESULT_FAILURE);

        job->outcome.cause = DX_CAUSE_PLATFORM;
        job->outcome.evidence =
            i == 0 ? "runner: failure_reason runner_system_failure" : "disk: full (rule 38)";
    }
    kit_poll(0, T0, &batch);
    add_tail("1", DX_CAUSE_PLATFORM, "registry: 503 (rule 34)");
    add_tail("2", DX_CAUSE_PLATFORM, "runner: gone (rule 2)");
    kit_poll(0, T0 + 1, &batch);
    expect_text(CAUSES(T0 + 1), "a|2|registry: 503 (rule 34)\nb|2|disk: full (rule 38)\n");
    add_tail("1", DX_CAUSE_CODE, "compile: x.c:1:1: error: y (rule 56)");
    kit_poll(0, T0 + 2, &batch);
    expect_text(CAUSES(T0 + 2), "a|2|registry: 503 (rule 34)\nb|2|disk: full (rule 38)\n");
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    batch.runs[0].title = "again";
    add_job(0, "1", "a", DX_RESULT_FAILURE)->outcome.cause = DX_CAUSE_PLATFORM;
    batch.jobs[0].outcome.evidence = "runner: failure_reason runner_system_failure";
    batch.jobs[0].runner = "r-2";
    kit_poll(0, T0 + 3, &batch);
    expect_text(CAUSES(T0 + 3), "a|2|registry: 503 (rule 34)\nb|2|disk: full (rule 38)\n");
}

/* While it waits that is no reason yet, for it may run later. */
Test(store_tails, that_no_runner_is_there_is_why_a_job_never_started)
{
    add_run("77", 1, DX_RESULT_FAILURE, T0 - MINUTE);
    add_job(0, "1", "a", DX_RESULT_FAILURE)->started = true;
    add_job(0, "2", "b", DX_RESULT_FAILURE)->started = false;
    kit_poll(0, T0, &batch);
    add_tail("1", DX_CAUSE_UNKNOWN, "capacity?: All nodes are offline (rule 17)");
    add_tail("2", DX_CAUSE_UNKNOWN, "capacity?: All nodes are offline (rule 17)");
    kit_poll(0, T0 + 1, &batch);
    expect_text(CAUSES(T0 + 1), "a|1|capacity?: All nodes are offline (rule 17)\n"
                                "b|2|capacity: All nodes are offline (rule 17)\n");
}
