/* azure: pools, agents, job requests, and logs of jobs. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "azure_kit.h"

TestSuite(azure_pools, .init = azure_setup);

static const char *one[] = { "Billing" };

/* ---- pools, agents, job requests ---- */

Test(azure_pools, pools_count_their_agents_and_deployment_pools_are_none)
{
    struct plan_request *r;

    config.projects = (struct dx_items){ one, 1 };
    azure_begin(NOW);
    while ((r = azure_take())->step != AZURE_POOLS)
        ;
    cr_assert(azure_answer(r, 200, "pools.json"));
    r = azure_take();
    cr_expect_str_eq(r->path, "/_apis/distributedtask/pools/3/agents?includeAssignedRequest=true"
                              "&api-version=7.1");
    cr_assert(azure_answer(r, 200, "agents.json"));
    cr_expect_not(kit.batch.pools_whole);
    cr_expect_str_eq(kit.batch.pools->name, "Linux");
    cr_expect_eq(kit.batch.pools->online, 2);
    cr_expect_eq(kit.batch.pools->offline, 3);
    cr_expect_eq(kit.batch.pools->busy, 2, "a disabled agent ends what it has");
    cr_assert_eq(kit.batch.runner_count, 5);
    cr_expect_str_eq(kit.batch.runners[2].note, "disabled");
    cr_expect_str_eq(kit.batch.runners[3].note, "offline since 2026-11-24T07:00:00.123Z");
    cr_expect_str_eq(kit.batch.runners[4].note, "offline");
    r = azure_take();
    cr_assert(azure_answer_text(r, 200, "{\"count\":0,\"value\":[]}", ""));
    cr_expect(kit.batch.pools_whole);
    cr_expect_null(plan_take(&kit.plan));
    kit_commit(&kit);
    azure_begin(NOW + 30000);
    cr_expect_eq(azure_count(AZURE_POOLS), 0, "every five minutes");
    azure_begin(NOW + 300000);
    cr_expect_eq(azure_count(AZURE_POOLS), 1);
    kit_done(&kit);
}

Test(azure_pools, pools_are_not_whole_where_one_did_not_answer)
{
    struct plan_request *r;

    config.projects = (struct dx_items){ one, 1 };
    azure_begin(NOW);
    while ((r = azure_take())->step != AZURE_POOLS)
        ;
    cr_assert(azure_answer(r, 200, "pools.json"));
    (void)azure_take();
    cr_assert(azure_answer_text(azure_take(), 200, "{\"count\":0,\"value\":[]}", ""));
    cr_expect_not(kit.batch.pools_whole);
    kit_done(&kit);
}

static const int refusals[] = { 403, 404 };

Test(azure_pools, a_token_that_may_not_see_pools_is_told_so_once)
{
    for (size_t i = 0; i < 2; i++) {
        struct plan_request r = { .step = AZURE_POOLS };

        azure_setup();
        azure_begin(NOW);
        cr_assert(azure_answer(&r, refusals[i], "access_denied_403.json"));
        cr_expect_eq(kit.batch.note_count, 1);
        cr_expect(kit.batch.pools_whole && kit.batch.pools_hidden, "none of them is known");
        kit_commit(&kit);
        azure_begin(NOW + 3600000);
        cr_expect_eq(azure_count(AZURE_POOLS), 0);
        azure_begin(NOW + 25 * 3600000);
        cr_expect_eq(azure_count(AZURE_POOLS), 1, "it may have been widened");
        kit_done(&kit);
    }
}

Test(azure_pools, a_401_about_pools_stops_not_the_source)
{
    struct reply reply = { .step = AZURE_REQUESTS, .status = 401, .detail_text = "" };
    struct reply other = { .step = AZURE_NEWEST, .status = 401, .detail_text = "" };

    azure_begin(NOW);
    kit_refuse(&kit, &source_azure, &config, reply, "azure/unauthorized_401.html");
    cr_expect_neq(kit.err.fault, DX_FAULT_AUTH);
    reply.content_type = "text/html";
    reply.now_ms = NOW;
    cr_expect(source_less(&source_azure, &config, &reply, &kit.err, &kit.plan, &kit.batch));
    cr_expect_eq(kit.batch.note_count, 1);
    other.content_type = "text/html";
    cr_expect_not(source_less(&source_azure, &config, &other, &kit.err, &kit.plan, &kit.batch));
    kit_refuse(&kit, &source_azure, &config, other, "azure/unauthorized_401.html");
    cr_expect_eq(kit.err.fault, DX_FAULT_AUTH);
    kit_done(&kit);
}

static const char of_build[] = "0\t0\t-1\t18\t3\t0\t0\tBilling\tBilling/invoices\tLinux\t";

static void timeline_and_requests(const char *timeline, const char *requests)
{
    const struct plan_request t = { .step = AZURE_TIMELINE,
                                    .detail = 900,
                                    .detail_text = of_build };
    struct plan_request *r;

    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&t, 200, timeline), "%s", kit.err.text);
    r = azure_take();
    cr_expect_str_eq(r->path, "/_apis/distributedtask/pools/3/jobrequests?completedRequestCount=100"
                              "&api-version=7.1-preview");
    cr_assert(azure_answer(r, 200, requests), "%s", kit.err.text);
    cr_expect_null(plan_take(&kit.plan));
}

Test(azure_pools, a_job_request_knows_how_long_the_job_waited)
{
    timeline_and_requests("job.json", "job_requests.json");
    cr_expect_eq(kit.batch.jobs->timing.queued_ms, 22000, "of this build, and of this attempt");
    cr_expect_eq(kit.batch.jobs->timing.created_ms, T + 3123);
    cr_expect_str_eq(kit.batch.jobs->timing.queued_basis,
                     "receiveTime - queueTime of the job request");
    timeline_and_requests("job_that_waits_for_an_agent.json", "job_request_that_waits.json");
    cr_expect_eq(kit.batch.jobs->timing.created_ms, T + 12123);
    cr_expect_eq(kit.batch.jobs->timing.queued_ms, -1);
    cr_expect_str_eq(kit.batch.jobs->why, "All eligible agents are in use");
    kit_done(&kit);
}

Test(azure_pools, history_asks_no_pool)
{
    const struct plan_request t = { .step = AZURE_TIMELINE,
                                    .detail = 900,
                                    .detail_text =
                                        "1\t0\t-1\t18\t3\t0\t0\tBilling\tBilling/x\tLinux\t" };

    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&t, 200, "job.json"));
    cr_expect_null(plan_take(&kit.plan));
    kit_done(&kit);
}

/* ---- logs ---- */

Test(azure_pools, the_log_of_the_task_that_failed_is_read_from_its_end)
{
    const struct plan_request t = { .step = AZURE_TIMELINE,
                                    .detail = 900,
                                    .detail_text =
                                        "5\t0\t-1\t18\t3\t0\t0\tBilling\tBilling/x\tLinux\t" };
    struct plan_request *r;
    char *body;
    size_t len, lines = 1;

    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&t, 200, "failed_task.json"));
    r = azure_take();
    cr_expect_str_eq(r->path, "/Billing/_apis/build/builds/900/logs/12?api-version=7.1");
    cr_expect(r->flags & PLAN_TEXT);
    cr_expect_str_eq(r->accept, "text/plain");
    cr_expect_not(batch_run_whole(kit.batch.runs), "until it came");
    body = kit_fixture("azure/log.txt", &len);
    cr_assert(source_azure.decode(&config,
                                  &(struct reply){ .step = r->step,
                                                   .detail = r->detail,
                                                   .detail_text = r->detail_text,
                                                   .status = 200,
                                                   .body = body,
                                                   .len = len },
                                  &kit.plan, &kit.batch, &kit.err));
    free(body);
    cr_expect(batch_run_whole(kit.batch.runs));
    cr_assert_eq(kit.batch.tail_count, 1);
    cr_expect_str_eq(kit.batch.tails->project, "Billing/x");
    cr_expect_str_eq(kit.batch.tails->run, "900");
    cr_expect_str_eq(kit.batch.tails->job, kit.batch.jobs->id);
    for (const char *p = kit.batch.tails->text; *p; p++)
        lines += *p == '\n';
    cr_expect_eq(lines, 200);
    cr_expect(strstr(kit.batch.tails->text, "##[error]Bash exited with code '1'."));
    kit_done(&kit);
}

Test(azure_pools, no_log_is_read_where_the_cause_is_known_or_nobody_asked)
{
    const struct plan_request t = { .step = AZURE_TIMELINE,
                                    .detail = 900,
                                    .detail_text =
                                        "5\t0\t-1\t18\t3\t0\t0\tBilling\tBilling/x\tLinux\t" };

    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&t, 200, "abandoned.json"));
    cr_expect_null(plan_take(&kit.plan));
    config.logs = false;
    cr_assert(azure_answer(&t, 200, "failed_task.json"));
    cr_expect_null(plan_take(&kit.plan));
    kit_done(&kit);
}
