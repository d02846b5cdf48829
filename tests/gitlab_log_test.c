/* gitlab: which logs are read, and what of them is kept. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known_kit.h"
#include "source/field.h"
#include "source/gitlab.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */

static const char *projects[] = { "acme/web" };
static struct gitlab config = { .projects = { projects, 1 }, .group = "" };
static struct known_kit store;
static struct kit kit;

TestSuite(gitlab_log, .timeout = 20);

/* As the reply to a request about acme/web. */
static bool decode(unsigned step, int64_t detail, const char *name)
{
    known_poll(&store, &kit, NOW);
    return kit_decode_file(
        &kit, &source_gitlab, &config,
        (struct reply){
            .step = step, .status = 200, .detail = detail, .detail_text = "0 0 0 acme/web" },
        name);
}

/* 903 was failed by its runner, it is said: what of it, the log may tell. */
Test(gitlab_log, logs_are_read_of_jobs_that_nothing_else_explains_well)
{
    config.logs = true;
    known_poll(&store, &kit, NOW);
    cr_assert(kit_decode_file(
        &kit, &source_gitlab, &config,
        (struct reply){
            .step = GITLAB_JOBS, .status = 200, .detail = 50, .detail_text = "4 0 0 acme/web" },
        "gitlab/retried_jobs_are_attempts.json"));
    cr_expect(kit_asks(&kit, "/api/v4/projects/acme%2Fweb/jobs/904/trace"));
    cr_expect(kit_asks(&kit, "/api/v4/projects/acme%2Fweb/jobs/901/trace"));
    cr_expect(kit_asks(&kit, "/api/v4/projects/acme%2Fweb/jobs/903/trace"));
    cr_expect_eq(kit.plan.count, 3);
    cr_expect_eq(kit.batch.runs[0].owed, 3);
    cr_expect_eq(kit.plan.first->flags, PLAN_OPTIONAL | PLAN_ANSWER | PLAN_TEXT);
    cr_assert(decode(GITLAB_JOBS, 50, "gitlab/retried_jobs_are_attempts.json"));
    cr_expect_eq(kit.plan.count, 0, "its run is not done yet");
    kit_done(&kit);
}

/* Which attempt a job is, is known when all pages came: so its log is asked for then. */
Test(gitlab_log, logs_are_asked_for_when_all_pages_came)
{
    static const char pages[2][200] = {
        "[{\"id\":20,\"name\":\"b\",\"status\":\"failed\",\"failure_reason\":\"script_failure\","
        "\"started_at\":\"2026-11-24T10:00:00Z\"}]",
        "[{\"id\":10,\"name\":\"b\",\"status\":\"failed\",\"failure_reason\":\"script_failure\","
        "\"started_at\":\"2026-11-24T09:00:00Z\"}]"
    };
    struct reply reply = { .step = GITLAB_JOBS, .detail = 50, .detail_text = "4 0 0 acme/web" };
    struct plan_request *r;

    config.logs = true;
    known_poll(&store, &kit, NOW);
    reply.body = pages[0];
    reply.head = "x-next-page: 2\n";
    cr_assert(kit_decode(&kit, &source_gitlab, &config, reply), "%s", kit.err.text);
    cr_expect_eq(kit_asked(&kit, GITLAB_TRACE), 0);
    r = plan_take(&kit.plan);
    reply.body = pages[1];
    reply.head = "";
    reply.detail_text = r->detail_text;
    cr_assert(kit_decode(&kit, &source_gitlab, &config, reply));
    cr_assert_eq(kit_asked(&kit, GITLAB_TRACE), 2);
    cr_expect_str_eq(kit_request(&kit, GITLAB_TRACE)->detail_text, "4 20 2 acme/web");
    cr_expect_eq(kit.batch.runs[0].owed, 2);
    kit_done(&kit);
}

/* Where logs are in a storage, the server leads to a link that is good for a minute. */
Test(gitlab_log, a_log_whose_link_was_too_old_is_asked_for_again)
{
    static const struct {
        int status;
        const char *body;
        bool whole;
    } answers[] = { { 403, "<Error><Code>AccessDenied</Code></Error>", false },
                    { 403, "{\"message\":\"403 Forbidden\"}", true },
                    { 404, "{\"message\":\"404 Not Found\"}", true } };
    size_t run;

    for (size_t i = 0; i < 3; i++) {
        known_poll(&store, &kit, NOW);
        run = batch_known_run(&kit.batch, "acme/web", "50", 1);
        batch_jobs_whole(&kit.batch, run);
        batch_owe(&kit.batch, run);
        cr_assert(kit_decode(&kit, &source_gitlab, &config,
                             (struct reply){ .step = GITLAB_TRACE,
                                             .status = answers[i].status,
                                             .detail = 50,
                                             .detail_text = "4 904 2 acme/web",
                                             .text = true,
                                             .body = answers[i].body }));
        cr_expect_eq(batch_run_whole(&kit.batch.runs[run]), answers[i].whole, "%zu", i);
    }
    kit_done(&kit);
}

static bool decode_log(const char *body, size_t len, int status)
{
    struct reply reply = { .step = GITLAB_TRACE,
                           .status = status,
                           .detail = 50,
                           .detail_text = "4 904 2 acme/web",
                           .content_type = "text/plain",
                           .body = body,
                           .len = len,
                           .next = "" };

    known_poll(&store, &kit, NOW);
    return source_gitlab.decode(&config, &reply, &kit.plan, &kit.batch, &kit.err);
}

Test(gitlab_log, of_a_log_the_last_lines_are_kept_clean)
{
    size_t len, lines = 1;
    char *body = kit_fixture("gitlab/trace_of_a_failed_job.txt", &len);
    const struct log_tail *tail;

    cr_assert(decode_log(body, len, 200));
    cr_assert_eq(kit.batch.tail_count, 1);
    tail = kit.batch.tails;
    cr_expect_str_eq(tail->run, "50");
    cr_expect_str_eq(tail->job, "904");
    cr_expect_eq(tail->job_attempt, 2);
    cr_expect(strstr(tail->text, "\nExecuting \"step_script\" stage\n$ make test\n"
                                 "curl: (28) timed out\n100%\nERROR: Job failed: exit code 1"),
              "%s", tail->text);
    for (const char *c = tail->text; *c; c++)
        lines += *c == '\n';
    cr_expect_eq(lines, 199, "the last 200, of which one is empty: %zu", lines);
    cr_assert(decode_log("", 0, 200));
    cr_expect_eq(kit.batch.tail_count, 0);
    cr_assert(decode_log("{}", 2, 404));
    cr_expect_eq(kit.batch.tail_count, 0);
    free(body);
    kit_done(&kit);
}
