/* azure: what is refused, odd or too much of its parts. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azure_kit.h"
#include "core/buf.h"

TestSuite(azure_parts, .init = azure_setup);

static const char of_billing[] = "0\t0\t-1\t0\t0\t0\t0\tBilling\tBilling/invoices\tLinux\t";

static bool is_noted(const char *words)
{
    for (size_t i = 0; i < kit.batch.note_count; i++)
        if (strstr(kit.batch.notes[i].text, words))
            return true;
    return false;
}

static const struct plan_request *asked(unsigned step)
{
    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        if (r->step == step)
            return r;
    cr_assert_fail("%u is not asked for", step);
    return NULL;
}

Test(azure_parts, so_many_pools_are_watched_and_it_is_said)
{
    const struct plan_request r = { .step = AZURE_POOLS, .detail_text = of_billing };
    struct buf body;

    buf_init(&body, 1 << 16);
    for (int i = 1; i <= 61; i++)
        (void)buf_print(&body, "%s{\"id\":%d,\"name\":\"pool %d\",\"poolType\":\"automation\"}",
                        i == 1 ? "{\"value\":[" : ",", i, i);
    (void)buf_text(&body, "]}");
    kit_poll(&kit, NOW);
    cr_assert(azure_answer_text(&r, 200, body.bytes, ""), "%s", kit.err.text);
    buf_done(&body);
    cr_expect_eq(azure_count(AZURE_AGENTS), 60);
    cr_expect(is_noted("of 61 agent pools the first 60 are watched"));
    kit_done(&kit);
}

Test(azure_parts, agents_and_requests_that_are_refused_are_said_and_no_error)
{
    static const struct {
        unsigned step;
        const char *words;
    } parts[] = { { AZURE_AGENTS, "agent pools (403)" },
                  { AZURE_REQUESTS, "job requests of pools (403)" } };

    for (size_t i = 0; i < 2; i++) {
        const struct plan_request r = { .step = parts[i].step,
                                        .detail = 3,
                                        .detail_text = of_billing };

        kit_poll(&kit, NOW);
        cr_expect(azure_answer(&r, 403, "access_denied_403.json"), "%s", kit.err.text);
        cr_expect(is_noted(parts[i].words));
        cr_expect_eq(kit.batch.pool_count, 0);
    }
    kit_done(&kit);
}

Test(azure_parts, a_job_request_without_a_build_or_a_time_says_nothing)
{
    const struct plan_request r = { .step = AZURE_REQUESTS,
                                    .detail = 3,
                                    .detail_text = of_billing };

    kit_poll(&kit, NOW);
    cr_expect(azure_answer_text(&r, 200,
                                "{\"value\":[{\"owner\":{\"id\":900}},7,"
                                "{\"queueTime\":\"2026-11-24T08:00:00Z\"}]}",
                                ""),
              "%s", kit.err.text);
    cr_expect_eq(kit.batch.job_count, 0);
    kit_done(&kit);
}

/* Its address would be another one. */
Test(azure_parts, what_is_no_name_of_a_project_is_none)
{
    const struct plan_request r = { .step = AZURE_PROJECTS, .detail_text = "" };

    kit_poll(&kit, NOW);
    cr_assert(azure_answer_text(&r, 200,
                                "{\"value\":[{\"name\":\".\"},{\"name\":\"..\"},{},"
                                "{\"name\":\"Web\"}]}",
                                ""),
              "%s", kit.err.text);
    cr_expect_eq(kit.batch.unknown, 3);
    for (const struct plan_request *q = kit.plan.first; q; q = q->next)
        cr_expect_eq(strncmp(q->path, "/Web/", 5), 0, "%s", q->path);
    cr_expect_eq(kit_asked(&kit, AZURE_QUEUES), 1);
    kit_done(&kit);
}

Test(azure_parts, a_build_that_is_refused_is_said_with_its_number)
{
    const struct plan_request r = { .step = AZURE_BUILD, .detail = 900, .detail_text = of_billing };

    kit_poll(&kit, NOW);
    cr_expect_not(azure_answer_text(&r, 500, "{}", ""));
    cr_expect_str_eq(kit.err.text, "Billing/invoices: build 900 answered 500");
    kit_done(&kit);
}

/* Its run went to the store before its timeline came: of the wait at a gate it is asked for once
 * more, and its jobs, which are known, are not. */
Test(azure_parts, a_gate_of_a_run_that_is_in_the_store_is_written_with_the_build)
{
    static const char of_done[] = "4\t0\t-1\t0\t0\t0\t0\tBilling\tBilling/invoices\tLinux\t";
    const struct plan_request timeline = { .step = AZURE_TIMELINE,
                                           .detail = 900,
                                           .detail_text = of_done };
    struct plan_request build = { .step = AZURE_BUILD, .detail = 900 };
    char about[200];

    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&timeline, 200, "approved_after_ten_minutes.json"), "%s", kit.err.text);
    snprintf(about, sizeof(about), "%s", asked(AZURE_BUILD)->detail_text);
    build.detail_text = about;
    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&build, 200, "build_by_itself.json"), "%s", kit.err.text);
    cr_assert_eq(kit.batch.run_count, 1);
    cr_expect_eq(kit.batch.runs->gate_ms, 600000);
    cr_expect(kit.batch.runs->jobs_whole);
    cr_expect_eq(azure_count(AZURE_TIMELINE), 0);
    kit_done(&kit);
}

/* A page full of builds that ended in one millisecond: by the server's token, or past it. */
Test(azure_parts, a_millisecond_of_more_builds_than_a_page_is_passed)
{
    static const char *const heads[] = { "x-ms-continuationtoken: abc\n", "" };
    struct plan_request r = { .step = AZURE_FILL,
                              .detail = T + 1,
                              .detail_text = "1\t0\t-1\t0\t0\t0\t0\tBilling\t" };
    struct buf body;

    buf_init(&body, 1 << 16);
    for (int i = 1; i <= AZURE_FILL_PAGE; i++)
        (void)buf_print(&body, "%s{\"id\":%d,\"finishTime\":\"2026-11-24T08:00:00.000Z\"}",
                        i == 1 ? "{\"value\":[" : ",", i);
    (void)buf_text(&body, "]}");
    for (size_t i = 0; i < 2; i++) {
        kit_poll(&kit, NOW);
        kit.plan.history_ms = 35LL * 86400000;
        cr_assert(azure_answer_text(&r, 200, body.bytes, heads[i]), "%s", kit.err.text);
        if (*heads[i])
            cr_expect(strstr(asked(AZURE_FILL)->path, "continuationToken=abc"), "%s",
                      asked(AZURE_FILL)->path);
        else
            cr_expect(strstr(asked(AZURE_FILL)->path, "maxTime=2026-11-24T08%3A00%3A00Z"), "%s",
                      asked(AZURE_FILL)->path);
    }
    buf_done(&body);
    kit_done(&kit);
}

/* Of many projects those where nothing ran for a day are asked now and then. */
Test(azure_parts, idle_projects_of_many_wait_for_their_turn)
{
    static char name[12][16];
    static const char *all[12];
    size_t polls = 0, most = 0;

    for (size_t i = 0; i < 12; i++) {
        snprintf(name[i], sizeof(name[i]), "project%zu", i);
        all[i] = name[i];
    }
    config.projects = (struct dx_items){ all, 12 };
    kit_poll(&kit, NOW);
    for (size_t i = 0; i < 12; i++) {
        azure_remember(&kit.batch, AZURE_LATEST, all[i], NOW - 2 * 86400000LL);
        azure_remember(&kit.batch, AZURE_OLDEST, all[i], 1);
    }
    kit_commit(&kit);
    for (int i = 0; i < 10; i++) {
        azure_begin(NOW + i * 30000LL);
        polls += azure_count(AZURE_NEWEST);
        most = azure_count(AZURE_NEWEST) > most ? azure_count(AZURE_NEWEST) : most;
    }
    cr_expect_eq(polls, 12, "each once in ten polls");
    cr_expect_leq(most, 2);
    kit_poll(&kit, NOW);
    kit.plan.every_ms = 30000;
    kit.plan.round = true;
    source_azure.begin(&config, &kit.cursors, &kit.plan);
    cr_expect_eq(azure_count(AZURE_NEWEST), 12, "rounds by the clock would be at the same turn");
    kit_done(&kit);
}

Test(azure_parts, only_projects_that_a_pattern_may_be_in_are_asked)
{
    static const char *in[] = { "Billing/inv*" };
    struct plan_request *r;

    config.include = (struct dx_items){ in, 1 };
    azure_begin(NOW);
    r = azure_take();
    cr_assert(azure_answer(r, 200, "projects.json"), "%s", kit.err.text);
    cr_expect_eq(azure_count(AZURE_OPEN), 1);
    cr_expect(strstr(asked(AZURE_OPEN)->path, "/Billing/"), "%s", asked(AZURE_OPEN)->path);
    kit_done(&kit);
}

/* Others may write into the store. */
Test(azure_parts, what_is_no_projects_name_in_the_store_is_passed_over)
{
    static const char *const names[] = { "", ".", "..", "Web" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        azure_remember_project(&kit.batch, names[i], NOW);
    kit_commit(&kit);
    kit_poll(&kit, NOW);
    cr_expect_str_eq(azure_next_project(&kit.plan, ""), "Web");
    cr_expect_null(azure_next_project(&kit.plan, "Web"));
    kit_done(&kit);
}
