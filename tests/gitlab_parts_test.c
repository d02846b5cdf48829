/* gitlab: what is odd or too much of its parts. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "source/gitlab.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */

static const char *web = "acme/web", *number = "4711";
static struct gitlab config = { .projects = { &web, 1 }, .group = "" };
static struct kit kit;

static bool answer(struct reply reply, const char *body)
{
    kit_poll(&kit, NOW);
    reply.body = body;
    reply.now_ms = NOW;
    if (!reply.detail_text)
        reply.detail_text = "0 0 0 acme/web";
    if (reply.status == 0)
        reply.status = 200;
    return kit_decode(&kit, &source_gitlab, &config, reply);
}

static size_t asked(unsigned step)
{
    size_t n = 0;

    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        n += r->step == step;
    return n;
}

static enum known_run is_open(void *self, const char *project, const char *id, int64_t attempt,
                              int64_t updated_ms)
{
    (void)self;
    (void)project;
    (void)id;
    (void)attempt;
    (void)updated_ms;
    return KNOWN_OPEN;
}

/* What is open is asked for by its number, in its turn; but not what is so old that it had none any
 * more, until somebody retries a job of it. */
Test(gitlab_parts, an_old_pipeline_that_moves_is_asked_for)
{
    static const char list[] =
        "[{\"id\":5,\"status\":\"running\",\"created_at\":\"2026-10-14T10:00:00Z\","
        "\"updated_at\":\"2026-11-24T10:59:00Z\"},"
        "{\"id\":6,\"status\":\"running\",\"created_at\":\"2026-11-24T10:00:00Z\","
        "\"updated_at\":\"2026-11-24T10:59:00Z\"}]";
    const struct known known = { .run = is_open };

    kit_poll(&kit, NOW);
    kit.plan.known = &known;
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_PIPELINES,
                                         .detail_text = "0 0 0 acme/web",
                                         .body = list }),
              "%s", kit.err.text);
    cr_assert_eq(kit_asked(&kit, GITLAB_PIPELINE), 1);
    cr_expect_eq(kit_request(&kit, GITLAB_PIPELINE)->detail, 5);
    kit_done(&kit);
}

/* An entry without a number, or of a state that nobody knows, is counted; the others are read. */
Test(gitlab_parts, entries_that_are_odd_are_counted_and_the_others_read)
{
    static const struct {
        unsigned step;
        const char *body;
        size_t runs, jobs, tickets, unknown;
    } odd[] = {
        { GITLAB_PIPELINES,
          "[{\"status\":\"success\"},7,{\"id\":5,\"status\":\"running\",\"source\":\"push\"}]", 1,
          0, 0, 2 },
        { GITLAB_BRIDGES,
          "[{\"name\":\"x\"},{\"id\":9,\"name\":\"deploy\",\"status\":\"success\"}]", 1, 1, 0, 1 },
        { GITLAB_ISSUES,
          "[{\"iid\":12,\"state\":\"frozen\",\"title\":\"t\","
          "\"updated_at\":\"2026-11-24T10:00:00Z\"}]",
          0, 0, 1, 1 },
    };

    config.issues.on = true;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        cr_assert(answer((struct reply){ .step = odd[i].step, .detail = 7 }, odd[i].body), "%s",
                  kit.err.text);
        cr_expect_eq(kit.batch.run_count, odd[i].runs, "%zu: %zu", i, kit.batch.run_count);
        cr_expect_eq(kit.batch.job_count, odd[i].jobs, "%zu: %zu", i, kit.batch.job_count);
        cr_expect_eq(kit.batch.ticket_count, odd[i].tickets, "%zu", i);
        cr_expect_eq(kit.batch.unknown, odd[i].unknown, "%zu: %zu", i, kit.batch.unknown);
    }
    cr_expect_str_eq(kit.batch.tickets->key, "acme/web#12", "made up of its number");
    kit_done(&kit);
}

Test(gitlab_parts, a_child_pipeline_is_called_so_and_times_that_run_back_are_marked)
{
    cr_assert(answer((struct reply){ .step = GITLAB_PIPELINE, .detail = 7 },
                     "{\"id\":7,\"status\":\"success\",\"source\":\"parent_pipeline\"}"));
    cr_expect_str_eq(kit.batch.runs->pipeline, GITLAB_CHILD);
    cr_assert(answer((struct reply){ .step = GITLAB_JOBS, .detail = 7 },
                     "[{\"id\":1,\"name\":\"j\",\"status\":\"success\",\"queued_duration\":-3,"
                     "\"started_at\":\"2026-11-24T08:00:00Z\","
                     "\"finished_at\":\"2026-11-24T08:01:00Z\"}]"));
    cr_assert_eq(kit.batch.job_count, 1);
    cr_expect_eq(kit.batch.jobs->timing.queued_ms, 0);
    cr_expect(kit.batch.jobs->timing.skewed);
    cr_assert(answer((struct reply){ .step = GITLAB_JOBS, .detail = 7 },
                     "[{\"id\":1,\"name\":\"j\",\"status\":\"success\","
                     "\"started_at\":\"2026-11-24T08:01:00Z\","
                     "\"finished_at\":\"2026-11-24T08:00:00Z\"}]"));
    cr_expect_eq(kit.batch.jobs->timing.duration_ms, 0);
    cr_expect(kit.batch.jobs->timing.skewed);
    kit_done(&kit);
}

/* Who cancels a pipeline cancels jobs that wait for those before them, of which queued_duration is
 * null, for they have no queued_at; of others it goes on to this day, by the server's clock. */
Test(gitlab_parts, a_job_that_was_cancelled_before_its_turn_waited_for_no_runner)
{
    static const struct {
        const char *queued;
        int64_t date_ms, waited_ms;
        const char *basis;
    } jobs[] = {
        { "\"queued_duration\":null,", 0, -1, "" },
        { "\"queued_duration\":9600.0,", 0, 10 * 60000LL, /* pending since 08:20 */
          "finished_at - queued_at by queued_duration (never started)" },
        { "\"queued_duration\":9000.0,", NOW - 600000, 10 * 60000LL,
          "finished_at - queued_at by queued_duration (never started)" },
        { "\"queued_duration\":99999.0,", 0, 30 * 60000LL,
          "finished_at - created_at (never started)" },
        { "", 0, 30 * 60000LL, "finished_at - created_at (never started)" },
    };

    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        char body[512];

        (void)snprintf(body, sizeof(body),
                       "[{\"id\":1,\"name\":\"deploy\",\"status\":\"canceled\",%s"
                       "\"created_at\":\"2026-11-24T08:00:00Z\",\"started_at\":null,"
                       "\"finished_at\":\"2026-11-24T08:30:00Z\"}]",
                       jobs[i].queued);
        cr_assert(answer(
            (struct reply){ .step = GITLAB_JOBS, .detail = 7, .date_ms = jobs[i].date_ms }, body));
        cr_assert_eq(kit.batch.job_count, 1);
        cr_expect_eq(kit.batch.jobs->timing.queued_ms, jobs[i].waited_ms, "%zu: %lld", i,
                     (long long)kit.batch.jobs->timing.queued_ms);
        cr_expect_str_eq(kit.batch.jobs->timing.queued_basis, jobs[i].basis, "%zu", i);
    }
    kit_done(&kit);
}

Test(gitlab_parts, a_job_that_failed_before_its_turn_is_not_for_want_of_a_runner)
{
    static const struct {
        const char *queued;
        enum dx_cause cause;
    } jobs[] = { { "null", DX_CAUSE_UNKNOWN }, { "9600.0", DX_CAUSE_PLATFORM } };

    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        char body[512];

        (void)snprintf(body, sizeof(body),
                       "[{\"id\":1,\"name\":\"deploy\",\"status\":\"failed\","
                       "\"failure_reason\":\"unknown_failure\",\"queued_duration\":%s,"
                       "\"created_at\":\"2026-11-24T08:00:00Z\",\"started_at\":null,"
                       "\"finished_at\":\"2026-11-24T08:30:00Z\"}]",
                       jobs[i].queued);
        cr_assert(answer((struct reply){ .step = GITLAB_JOBS, .detail = 7 }, body));
        cr_assert_eq(kit.batch.job_count, 1);
        cr_expect_eq(kit.batch.jobs->outcome.cause, jobs[i].cause, "%zu: %s", i,
                     kit.batch.jobs->outcome.evidence);
    }
    kit_done(&kit);
}

/* finished_at stays where it was when a job of it is retried or played. */
Test(gitlab_parts, a_pipeline_that_runs_again_has_not_ended)
{
    static const char *const states[] = { "running", "pending", "manual", "canceling" };

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        char body[512];

        (void)snprintf(body, sizeof(body),
                       "{\"id\":7,\"status\":\"%s\",\"source\":\"push\","
                       "\"created_at\":\"2026-11-24T08:00:00Z\","
                       "\"started_at\":\"2026-11-24T08:00:05Z\","
                       "\"finished_at\":\"2026-11-24T08:30:00Z\"}",
                       states[i]);
        cr_assert(answer((struct reply){ .step = GITLAB_PIPELINE, .detail = 7 }, body));
        cr_assert_eq(kit.batch.run_count, 1);
        cr_expect_eq(kit.batch.runs->timing.finished_ms, 0, "%s", states[i]);
    }
    kit_done(&kit);
}

/* Of a hundred runners each is asked for its tags; the others are in the pool of those without. */
Test(gitlab_parts, runners_beyond_a_hundred_are_counted_without_their_tags)
{
    struct buf body;

    buf_init(&body, 1 << 16);
    for (int i = 1; i <= 102; i++)
        (void)buf_print(&body, "%s{\"id\":%d,\"description\":\"r%d\",\"online\":true}",
                        i == 1 ? "[" : ",", i, i);
    (void)buf_text(&body, ",{\"id\":0}]");
    cr_assert(answer((struct reply){ .step = GITLAB_RUNNERS, .detail_text = "0 1 0 acme/web" },
                     body.bytes),
              "%s", kit.err.text);
    buf_done(&body);
    cr_expect_eq(asked(GITLAB_RUNNER), 100);
    cr_assert_eq(kit.batch.runner_count, 2);
    cr_expect(kit.batch.runners->online, "an old server says so");
    kit_done(&kit);
}

/* What is asked for by its number has its path from there: where that is refused there is none. */
Test(gitlab_parts, a_project_by_number_that_is_refused_is_said)
{
    config.projects = (struct dx_items){ &number, 1 };
    cr_expect_not(
        answer((struct reply){ .step = GITLAB_PROJECT, .status = 404, .detail_text = "0 0 0 4711" },
               "{\"message\":\"404 Project Not Found\"}"));
    cr_expect(strstr(kit.err.text, "4711"), "%s", kit.err.text);
    config.projects = (struct dx_items){ &web, 1 };
    cr_expect(answer((struct reply){ .step = GITLAB_PROJECT, .status = 404 }, "{}"),
              "the list of its pipelines says it");
    kit_done(&kit);
}

/* The run at which a back-fill went on is gone: it goes on without it. */
Test(gitlab_parts, history_goes_on_behind_a_pipeline_that_is_gone)
{
    kit_poll(&kit, NOW);
    gitlab_remember(&kit.batch, GITLAB_OLDEST, web, NOW - 3600000);
    kit_commit(&kit);
    kit_poll(&kit, NOW);
    kit.plan.history_ms = 35LL * 86400000;
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_PIPELINE,
                                         .detail = 7,
                                         .status = 404,
                                         .now_ms = NOW,
                                         .detail_text = "3 0 0 acme/web",
                                         .body = "{}" }));
    cr_expect_eq(asked(GITLAB_FILL), 1);
    kit_done(&kit);
}

/* One that is configured by itself is not taken from the group, too. */
Test(gitlab_parts, a_project_that_is_named_twice_is_asked_once)
{
    static const struct gitlab both = { .projects = { &web, 1 }, .group = "acme" };
    size_t lists = 0;

    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_gitlab, &both,
                         (struct reply){ .step = GITLAB_GROUP,
                                         .status = 200,
                                         .now_ms = NOW,
                                         .detail_text = "8 0 0 acme",
                                         .body = "[{\"path_with_namespace\":\"acme/web\"},"
                                                 "{\"path_with_namespace\":\"acme/api\"}]" }),
              "%s", kit.err.text);
    for (const struct plan_request *r = kit.plan.first; r; r = r->next) {
        cr_expect_not(strstr(r->path, "acme%2Fweb"), "%s", r->path);
        lists += strstr(r->path, "acme%2Fapi") != NULL;
    }
    cr_expect_gt(lists, 0);
    kit_done(&kit);
}

/* The list of runs moves as it grows. */
Test(gitlab_parts, each_of_many_children_is_a_child)
{
    enum { CHILDREN = 300 };
    struct buf body;

    buf_init(&body, 1 << 16);
    for (int i = 1; i <= CHILDREN; i++)
        (void)buf_print(&body,
                        "%s{\"id\":%d,\"pipeline\":{\"project_id\":1},\"downstream_pipeline\":"
                        "{\"id\":%d,\"project_id\":1}}",
                        i == 1 ? "[" : ",", i, 1000 + i);
    (void)buf_text(&body, "]");
    cr_assert(answer((struct reply){ .step = GITLAB_BRIDGES, .detail = 7 }, body.bytes), "%s",
              kit.err.text);
    cr_assert_eq(kit.batch.run_count, 1 + CHILDREN);
    for (size_t i = 1; i <= CHILDREN; i++)
        cr_expect_str_eq(kit.batch.runs[i].event, "parent_pipeline", "%zu", i);
    buf_done(&body);
    kit_done(&kit);
}

/* To put them together takes the longer the more there are. */
Test(gitlab_parts, of_very_many_runners_nothing_is_said)
{
    kit_poll(&kit, NOW);
    for (int i = 0; i < 10000; i++)
        batch_runner(&kit.batch)->name = "r";
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_RUNNERS,
                                         .detail_text = "0 1 0 acme/web",
                                         .head = "x-next-page: 101\n",
                                         .body = "[]" }));
    cr_expect_eq(asked(GITLAB_RUNNERS), 0);
    cr_expect_not(kit.batch.pools_whole);
    kit_done(&kit);
}

/* Behind a proxy a server may call itself by another name; its pages have numbers, mostly. */
Test(gitlab_parts, a_list_that_goes_on_elsewhere_is_said_not_to_be_whole)
{
    for (int numbers = 0; numbers < 2; numbers++) {
        cr_assert(answer((struct reply){ .step = GITLAB_PIPELINES,
                                         .head = numbers ? "x-next-page: 2\n" : "",
                                         .astray = true },
                         "[]"));
        cr_expect_eq(kit_notes(&kit, "its lists go on at another address"), !numbers);
    }
    kit_done(&kit);
}

static size_t lists_of(const char *path)
{
    size_t n = 0;

    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        n += r->step == GITLAB_PIPELINES && strstr(r->path, path);
    return n;
}

static void take(unsigned step, const char *about, const char *body)
{
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = step, .detail_text = about, .body = body }),
              "%s", kit.err.text);
}

/* By a name that it had, or in other letters: in its group it is there by the one that it has. */
Test(gitlab_parts, a_project_that_is_in_the_group_by_another_name_is_polled_once)
{
    const char *old = "acme/old";

    config = (struct gitlab){ .projects = { &old, 1 }, .group = "acme" };
    for (int i = 0; i < 3; i++) {
        kit_poll(&kit, NOW + i * 15000);
        source_gitlab.begin(&config, &kit.cursors, &kit.plan);
        cr_expect_eq(lists_of("acme%2Fold"), i < 2, "%d", i);
        cr_expect_eq(lists_of("acme%2Fnew"), i > 0, "%d", i);
        if (i < 2) {
            cr_expect_eq(asked(GITLAB_PROJECT), 1, "%d", i);
            take(GITLAB_PROJECT, "2 0 0 acme/old",
                 "{\"path_with_namespace\":\"acme/new\",\"default_branch\":\"main\"}");
        }
        if (i == 0)
            take(GITLAB_GROUP, "0 0 0 acme", "[{\"path_with_namespace\":\"acme/new\"}]");
        kit_commit(&kit);
    }
    /* It left the group. */
    kit_poll(&kit, NOW + 7200000);
    take(GITLAB_GROUP, "0 0 0 acme", "[]");
    kit_commit(&kit);
    kit_poll(&kit, NOW + 7215000);
    take(GITLAB_PROJECT, "2 0 0 acme/old", "{\"path_with_namespace\":\"acme/new\"}");
    kit_commit(&kit);
    kit_poll(&kit, NOW + 7230000);
    source_gitlab.begin(&config, &kit.cursors, &kit.plan);
    cr_expect_eq(lists_of("acme%2Fold"), 1);
    cr_expect_eq(lists_of("acme%2Fnew"), 0);
    config = (struct gitlab){ .projects = { &web, 1 }, .group = "" };
    kit_done(&kit);
}
