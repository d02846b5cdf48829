/* What the collector derives of failures of the platform: incidents, alerts of its own. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "derive_kit.h"
#include "store/internal.h"

static struct batch batch;
static const int64_t now_ms = T0;

TestSuite(derive_incident, .init = derive_start, .fini = derive_stop, .timeout = 120);

/* The run of the nth project, with the job that failed it, minutes ago. */
static void add(int nth, enum dx_cause cause, const char *evidence)
{
    struct run *run = batch_run(&batch);
    struct job *job;

    run->project = arena_print(&batch.arena, "acme/p%d", nth);
    run->pipeline = "ci";
    run->id = arena_print(&batch.arena, "%d", 30 + nth);
    run->attempt = 1;
    run->sha = run->id;
    run->outcome.phase = DX_PHASE_DONE;
    run->outcome.result = DX_RESULT_FAILURE;
    run->timing.started_ms = run->timing.created_ms = now_ms - 20 * MINUTE;
    run->timing.finished_ms = now_ms - (5 - nth) * MINUTE;
    run->jobs_whole = true;
    job = batch_job(&batch, batch.run_count - 1);
    job->id = run->id;
    job->name = "test";
    job->pool = arena_print(&batch.arena, "pool%d", nth);
    job->started = true;
    job->outcome = run->outcome;
    job->outcome.cause = cause;
    job->outcome.evidence = evidence;
    job->timing = run->timing;
}

static const char *summaries_at(int64_t at_ms)
{
    return ROWS(kit.store, DX_QUERY_ALERTS, NULL, at_ms, DX_FIELD_SOURCE, DX_FIELD_NAME,
                DX_FIELD_STATE, DX_FIELD_SUMMARY);
}

static const char *summaries(void)
{
    return summaries_at(now_ms);
}

/* ---- one alert ---- */

Test(derive_incident, failures_of_the_platform_in_three_projects_raise_one_alert)
{
    for (int i = 0; i < 3; i++)
        add(i, DX_CAUSE_PLATFORM, "runner: lost");
    kit_poll(0, now_ms, &batch);
    cr_expect(strstr(summaries(), "dxtop|PlatformIncident|1|runner: 3 jobs of 3 projects failed"),
              "%s", summaries());
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 1);
    /* and it clears by itself */
    derive_slices(now_ms + HOUR);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms + HOUR), 0);
}

/* What is derived once a minute begins at the minute, and knows of what failed since. */
Test(derive_incident, one_of_this_minute_stays)
{
    static const int64_t at_ms[] = { -10 * SECOND, -5 * SECOND, 20 * SECOND };
    const int64_t minute_ms = now_ms / MINUTE * MINUTE;

    for (int i = 0; i < 3; i++) {
        add(i, DX_CAUSE_PLATFORM, "runner: lost");
        batch.runs[i].timing.finished_ms = batch.jobs[i].timing.finished_ms = minute_ms + at_ms[i];
    }
    kit_poll(0, minute_ms + 25 * SECOND, &batch);
    cr_assert_eq(kit_count(kit.store, DX_QUERY_ALERTS, minute_ms + 25 * SECOND), 1);
    derive_slices(minute_ms + 30 * SECOND);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, minute_ms + 30 * SECOND), 1);
}

/* Another collector, on the same store. */
static void begin_again(void)
{
    deriver_free(deriver);
    derive_begin(SUCCESS_EXCLUDE_CANCELLED);
}

static void three_lost_runners(void)
{
    for (int i = 0; i < 3; i++)
        add(i, DX_CAUSE_PLATFORM, "runner: lost");
    kit_poll(0, now_ms, &batch);
    cr_assert_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 1);
}

/* Somebody takes care of the one that there is. */
static void claim(void)
{
    const char *key = ROWS(kit.store, DX_QUERY_ALERTS, NULL, now_ms, DX_FIELD_KEY);
    struct dx_error err = { 0 };
    char wish[256];

    (void)snprintf(wish, sizeof(wish), "%.*s\t0\tbob\tI look", (int)strcspn(key, "\n"), key);
    cr_assert(kit_grant("claim", wish, now_ms, &err), "%s", err.text);
}

static void expect_claimed(const char *why)
{
    const char *who = ROWS(kit.store, DX_QUERY_ALERTS, NULL, now_ms, DX_FIELD_ASSIGNEE);

    cr_expect_str_eq(who, "bob\n", "%s: %s", why, who);
}

/* Of one pool it is another one no more, and it began before it was thought to. */
Test(derive_incident, who_took_it_keeps_it_while_it_spreads)
{
    for (int i = 0; i < 3; i++) {
        add(i, DX_CAUSE_PLATFORM, "runner: lost");
        batch.jobs[i].pool = "big";
    }
    kit_poll(0, now_ms, &batch);
    claim();
    expect_claimed("on one pool");
    add(3, DX_CAUSE_PLATFORM, "runner: lost");
    kit_poll(0, now_ms, &batch);
    expect_claimed("on two pools");
    add(-4, DX_CAUSE_PLATFORM, "runner: lost");
    kit_poll(0, now_ms, &batch);
    cr_expect(strstr(summaries(), "|runner: 5 jobs of"), "%s", summaries());
    expect_claimed("since an earlier failure");
}

/* Its pool was a part of its name. */
Test(derive_incident, who_took_one_that_an_older_dxtop_raised_keeps_it)
{
    struct dx_error err = { 0 };

    three_lost_runners();
    cr_assert(store_exec(kit.store, "UPDATE alert SET key = 'runner@0'", &err), "%s", err.text);
    claim();
    begin_again();
    derive_settle(now_ms + MINUTE);
    cr_expect(strstr(ROWS(kit.store, DX_QUERY_ALERTS, NULL, now_ms, DX_FIELD_KEY), "/runner/"));
    expect_claimed("under another name");
}

/* Nothing failed since: no commit touches it. */
Test(derive_incident, it_clears_with_a_collector_of_one_round_too)
{
    three_lost_runners();
    begin_again();
    derive_settle(now_ms + HOUR);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms + HOUR), 0);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 1);
}

Test(derive_incident, it_clears_though_nobody_collected_for_days)
{
    three_lost_runners();
    begin_again();
    kit_poll(0, now_ms + 4 * DAY, &batch); /* and moves the moment of all that is derived */
    derive_slices(now_ms + 4 * DAY);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms + 4 * DAY), 0);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 1);
}

/* What a server whose clock is ahead says happened is none before it did. */
Test(derive_incident, it_is_raised_when_its_time_has_come)
{
    for (int i = 0; i < 3; i++)
        add(i, DX_CAUSE_PLATFORM, "runner: lost");
    kit_poll(0, now_ms - 10 * MINUTE, &batch);
    cr_assert_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms - 10 * MINUTE), 0);
    begin_again();
    derive_settle(now_ms + 3 * DAY);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 1);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms + 3 * DAY), 0);
}

/* How many failed is counted to the end: before it nobody says it. */
Test(derive_incident, of_a_moment_in_it_it_says_no_number)
{
    for (int i = 0; i < 5; i++)
        add(i, DX_CAUSE_PLATFORM, "runner: lost");
    kit_poll(0, now_ms, &batch);
    cr_expect(strstr(summaries(), "|runner: 5 jobs of"), "%s", summaries());
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, NULL, now_ms - 2 * MINUTE, DX_FIELD_NAME,
                          DX_FIELD_SUMMARY),
                     "PlatformIncident|runner: jobs fail, and went on to\n");
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms - 4 * MINUTE), 0);
}

/* ---- whatever systems show it ---- */

static void failure_in(int source, int nth, const char *evidence)
{
    add(nth, DX_CAUSE_PLATFORM, evidence);
    kit_poll(source, now_ms, &batch);
}

/* What each says of one outage differs; what failed is the same. */
Test(derive_incident, an_outage_that_two_systems_show_is_one)
{
    failure_in(0, 0, "registry: step \"Initialize containers\" failed");
    failure_in(0, 1, "registry: status: 503 (rule 34)");
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 0, "two are not enough");
    failure_in(1, 2, "registry: toomanyrequests (rule 30)");
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 1);
    cr_expect(strstr(summaries(), "|registry: 3 jobs of 3 projects failed"), "%s", summaries());
    cr_expect(strstr(summaries(), ": toomanyrequests (rule 30); "), "%s", summaries());
    cr_expect(strstr(summaries(), ": status: 503 (rule 34)\n"), "%s", summaries());
}

Test(derive_incident, failures_that_are_not_alike_are_none)
{
    failure_in(0, 0, "registry: status: 503 (rule 34)");
    failure_in(0, 1, "capacity: no runner took it");
    failure_in(1, 2, "runner: failure_reason runner_system_failure");
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 0);
}

Test(derive_incident, what_is_long_or_has_quotes_is_cut_and_written_as_it_has_to_be)
{
    char *long_one = mem_print("%0200d", 0), *cut;

    for (size_t i = 0; i < 200; i += 2)
        memcpy(long_one + i, "\xc3\xa4", 2);
    for (int i = 0; i < 3; i++) {
        add(i, DX_CAUSE_PLATFORM, arena_print(&batch.arena, "runner: x%s", long_one));
        batch.jobs[i].pool = arena_print(&batch.arena, "an \"x\" %s", long_one);
    }
    kit_poll(0, now_ms, &batch);
    long_one[88] = '\0';
    cut = mem_print(": x%s\n", long_one);
    cr_expect(strstr(summaries(), cut), "%s", summaries());
    free(cut);
    cr_expect(strstr(ROWS(kit.store, DX_QUERY_ALERTS, NULL, now_ms, DX_FIELD_LABELS),
                     "pool=\"an \\\"x\\\" \xc3\xa4\xc3\xa4"));
    free(long_one);
}

/* ---- what may be the platform's ---- */

static const char *causes(void)
{
    return ROWS(kit.store, DX_QUERY_JOBS, NULL, now_ms, DX_FIELD_PROJECT, DX_FIELD_CAUSE,
                DX_FIELD_EVIDENCE);
}

static void three_ambiguous_failures(void)
{
    for (int i = 0; i < 3; i++)
        add(i, DX_CAUSE_UNKNOWN, "disk?: No space left on device");
}

static void check_blame(void)
{
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_FAILURES, NULL, now_ms, DX_FIELD_CAUSE, DX_FIELD_N,
                          DX_FIELD_PROJECTS),
                     "2|3|3\n");
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 1);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_PIPELINES,
                          DX_FILTER(.name = "acme/p0", .window_ms = DAY), now_ms, DX_FIELD_N,
                          DX_FIELD_FAILED, DX_FIELD_PLATFORM, DX_FIELD_UNKNOWN),
                     "1|1|0|0\n");
}

Test(derive_incident, an_ambiguous_failure_is_the_platforms_where_others_like_it_are)
{
    three_ambiguous_failures();
    kit_poll(0, now_ms, &batch);
    check_blame();
}

/* The category stands in front: what follows is anybody's words. */
Test(derive_incident, a_question_mark_in_the_words_of_a_failure_says_nothing)
{
    static const char *const words[] = { "script: continue?: no", "what now?: no" };

    for (int w = 0; w < 2; w++) {
        for (int i = 0; i < 3; i++)
            add(3 * w + i, DX_CAUSE_UNKNOWN, words[w]);
        kit_poll(0, now_ms + HOUR, &batch);
        cr_expect_null(strstr(causes(), "|2|"), "%s", causes());
        cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 0, "%s", summaries());
    }
}

Test(derive_incident, so_it_is_in_history)
{
    three_ambiguous_failures();
    kit_fill(0, now_ms, &batch);
    derive_slices(now_ms);
    check_blame();
}

static const char doubtful[] = "disk?: No space left on device";

/* Of three projects, of which the last one ended so. */
static void on_one_pool(enum dx_cause cause, enum dx_result last)
{
    for (int i = 0; i < 3; i++) {
        add(i, cause, doubtful);
        batch.jobs[i].pool = "big";
    }
    batch.runs[2].outcome.result = batch.jobs[2].outcome.result = last;
    kit_poll(0, now_ms, &batch);
}

/* That it passed at last the server says of one: two are too few. */
Test(derive_incident, blame_is_taken_back_where_there_is_no_incident_any_more)
{
    on_one_pool(DX_CAUSE_UNKNOWN, DX_RESULT_FAILURE);
    check_blame();
    on_one_pool(DX_CAUSE_UNKNOWN, DX_RESULT_SUCCESS);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 0);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_FAILURES, NULL, now_ms, DX_FIELD_CAUSE, DX_FIELD_N,
                          DX_FIELD_PROJECTS),
                     "1|2|2\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_PIPELINES,
                          DX_FILTER(.name = "acme/p0", .window_ms = DAY), now_ms, DX_FIELD_N,
                          DX_FIELD_FAILED, DX_FIELD_PLATFORM, DX_FIELD_UNKNOWN),
                     "1|1|1|1\n");
}

/* What the server said at last was no guess. */
Test(derive_incident, what_a_server_says_stays_where_there_is_no_incident_any_more)
{
    on_one_pool(DX_CAUSE_UNKNOWN, DX_RESULT_FAILURE);
    on_one_pool(DX_CAUSE_PLATFORM, DX_RESULT_FAILURE);
    on_one_pool(DX_CAUSE_UNKNOWN, DX_RESULT_SUCCESS);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_FAILURES, NULL, now_ms, DX_FIELD_CAUSE, DX_FIELD_N),
                     "2|2\n");
}

static void read_log(void)
{
    *batch_tail(&batch) = (struct log_tail){ .project = "acme/p1",
                                             .run = "31",
                                             .job = "31",
                                             .run_attempt = 1,
                                             .job_attempt = 1,
                                             .text = "",
                                             .cause = DX_CAUSE_TEST,
                                             .evidence = "test: 2 of 40 failed (rule 70)" };
}

/* Whichever is known first. */
Test(derive_incident, a_log_says_more_than_an_incident)
{
    for (int log_first = 0; log_first < 2; log_first++) {
        for (int i = 0; i < 3; i++) {
            add(i, DX_CAUSE_UNKNOWN, doubtful);
            if (log_first && i == 1) {
                read_log();
                kit_poll(0, now_ms, &batch);
            }
        }
        kit_poll(0, now_ms, &batch);
        if (!log_first) {
            check_blame();
            read_log();
            kit_poll(0, now_ms, &batch);
        }
        cr_expect_str_eq(causes(),
                         "acme/p2|1|disk?: No space left on device\n"
                         "acme/p1|4|test: 2 of 40 failed (rule 70)\n"
                         "acme/p0|1|disk?: No space left on device\n",
                         "%s", causes());
        derive_stop();
        derive_start();
    }
}

/* A failure every five minutes, in one of three projects after the other. */
static void add_outage(int64_t from_ms, int64_t to_ms)
{
    for (int64_t at_ms = from_ms; at_ms < to_ms; at_ms += 5 * MINUTE) {
        struct run *run;

        add((int)(at_ms / (5 * MINUTE) % 3), DX_CAUSE_PLATFORM, "runner: lost");
        run = &batch.runs[batch.run_count - 1];
        run->id = arena_print(&batch.arena, "at%lld", (long long)at_ms);
        run->timing.finished_ms = batch.jobs[batch.job_count - 1].timing.finished_ms = at_ms;
        run->timing.started_ms = run->timing.created_ms = at_ms - 20 * MINUTE;
    }
}

/* One that lasts longer than what is looked at at once is one as long as it lasts, and clears. */
Test(derive_incident, an_outage_of_two_days_is_one_and_clears)
{
    for (int64_t hour = 1; hour <= 48; hour++) {
        add_outage(now_ms + (hour - 1) * HOUR, now_ms + hour * HOUR);
        kit_poll(0, now_ms + hour * HOUR - MINUTE, &batch);
        derive_slices(now_ms + hour * HOUR);
        cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms + hour * HOUR), 1, "%d: %zu",
                     (int)hour, kit_count(kit.store, DX_QUERY_ALERTS, now_ms + hour * HOUR));
    }
    cr_expect(strstr(summaries_at(now_ms + 48 * HOUR), "runner: 576 jobs of 3 projects"), "%s",
              summaries_at(now_ms + 48 * HOUR));
    derive_slices(now_ms + 49 * HOUR);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms + 49 * HOUR), 0);
}

/* The latest first, as a history comes: of what is long over nothing goes on. */
Test(derive_incident, an_outage_of_three_days_in_history_is_one_and_is_over)
{
    for (int day = 8; day <= 10; day++) {
        add_outage(now_ms - day * DAY, now_ms - (day - 1) * DAY);
        kit_poll(0, now_ms, &batch);
    }
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms), 0, "%s", summaries());
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms - 8 * DAY), 1);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, NULL, now_ms - 8 * DAY, DX_FIELD_SINCE),
                     "-864000\n");
}

static void end_at(int nth, int64_t at_ms)
{
    add(nth, DX_CAUSE_PLATFORM, "runner: lost");
    batch.runs[nth].timing.finished_ms = batch.jobs[nth].timing.finished_ms = at_ms;
    batch.runs[nth].timing.started_ms = batch.jobs[nth].timing.started_ms = at_ms - MINUTE;
}

/* A server may say at last that they ended otherwise: far from each other. */
Test(derive_incident, failures_that_did_not_end_when_it_was_said_are_none)
{
    const int64_t old_ms = now_ms - 5 * DAY;

    for (int later = 0; later < 2; later++) {
        for (int i = 0; i < 3; i++)
            end_at(i, later ? now_ms - (6 + 6 * i) * HOUR : old_ms - i * MINUTE);
        kit_poll(0, now_ms, &batch);
        derive_slices(now_ms);
        cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, old_ms + MINUTE), later ? 0 : 1, "%s",
                     summaries_at(old_ms + MINUTE));
    }
}

static void doubtful_at(int nth, int64_t at_ms)
{
    end_at(nth, at_ms);
    batch.jobs[nth].outcome.cause = DX_CAUSE_UNKNOWN;
    batch.jobs[nth].outcome.evidence = doubtful;
}

/* One of them is touched, the others are days before what is. */
Test(derive_incident, blame_is_taken_back_in_history_too)
{
    const int64_t old_ms = now_ms - 5 * DAY;

    for (int later = 0; later < 2; later++) {
        for (int i = 0; i < 3; i++)
            doubtful_at(i, later && i == 2 ? now_ms - HOUR : old_ms - i * MINUTE);
        kit_poll(0, now_ms, &batch);
        derive_slices(now_ms);
        cr_expect_null(strstr(causes(), later ? "|2|" : "|1|"), "%d: %s", later, causes());
    }
}

/* Where the platform fails for ever, a week of it is looked at, not a year. */
Test(derive_incident, one_that_never_ends_is_one_of_each_week)
{
    for (int day = 1; day <= 23; day++) {
        add_outage(now_ms + (day - 1) * DAY, now_ms + day * DAY);
        kit_poll(0, now_ms + day * DAY, &batch);
        derive_slices(now_ms + day * DAY);
        cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms + day * DAY), 1, "%d: %s", day,
                     summaries_at(now_ms + day * DAY));
    }
    derive_slices(now_ms + 23 * DAY + HOUR);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_ALERTS, now_ms + 23 * DAY + HOUR), 0);
}

/* Two that ran on no pool that is known did not run on that of the third one; nor did those of
 * two systems on one, where it is called the same. */
Test(derive_incident, failures_name_a_pool_where_all_of_them_ran_on_it)
{
    static const char *const pools[][3] = { { "big", "big", "big" }, { "big", "", "" } };

    for (int i = 0; i < 2; i++) {
        for (int nth = 0; nth < 3; nth++) {
            add(nth + 3 * i, DX_CAUSE_TEST, i == 0 ? "test: a" : "lint: a");
            batch.jobs[batch.job_count - 1].pool = pools[i][nth];
        }
    }
    kit_poll(0, now_ms + HOUR, &batch);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_FAILURES, NULL, now_ms + HOUR, DX_FIELD_NAME,
                          DX_FIELD_N, DX_FIELD_POOL),
                     "lint|3|-\ntest|3|big\n");
    add(6, DX_CAUSE_TEST, "test: a");
    batch.jobs[0].pool = "big";
    kit_poll(1, now_ms + HOUR, &batch);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_FAILURES, NULL, now_ms + HOUR, DX_FIELD_NAME,
                          DX_FIELD_N, DX_FIELD_POOL),
                     "test|4|-\nlint|3|-\n");
}
