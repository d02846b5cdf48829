/* azure: what a poll asks for, page by page, and what refusals mean. */
#include "config.h"

#include <string.h>

#include "azure_kit.h"

TestSuite(azure_poll, .init = azure_setup);

static const char *one[] = { "Billing" };
static const int64_t DAY = 86400000;

/* ---- what is asked for ---- */

static const char *const asked[] = {
    "/Billing/_apis/distributedtask/queues?api-version=7.1-preview",
    "/Billing/_apis/build/builds?statusFilter=inProgress,notStarted,postponed,cancelling"
    "&queryOrder=queueTimeDescending&$top=100&api-version=7.1",
    "/Billing/_apis/build/builds?statusFilter=completed&queryOrder=finishTimeDescending&$top=100"
    "&api-version=7.1",
    "/_apis/distributedtask/pools?api-version=7.1",
    NULL,
};

Test(azure_poll, a_poll_reads_the_open_builds_and_then_the_newest_completed_ones)
{
    config.projects = (struct dx_items){ one, 1 };
    azure_begin(NOW);
    for (size_t i = 0; asked[i]; i++)
        cr_expect_str_eq(azure_take()->path, asked[i]);
    cr_expect_null(plan_take(&kit.plan));
    kit_done(&kit);
}

Test(azure_poll, a_server_that_is_older_is_asked_with_its_version)
{
    config.projects = (struct dx_items){ one, 1 };
    config.api_version = "6.0-preview.2";
    config.pools = false;
    azure_begin(NOW);
    cr_expect_str_eq(azure_take()->path,
                     "/Billing/_apis/distributedtask/queues?api-version=6.0-preview.2");
    kit_done(&kit);
}

Test(azure_poll, projects_are_discovered_and_remembered)
{
    static const char *no_sandbox[] = { "sandbox/*" };
    struct plan_request *r;

    config.exclude = (struct dx_items){ no_sandbox, 1 };
    azure_begin(NOW);
    r = azure_take();
    cr_expect_str_eq(r->path, "/_apis/projects?stateFilter=wellFormed&$top=500&api-version=7.1");
    cr_assert(azure_answer(r, 200, "projects.json"));
    cr_expect_eq(azure_count(AZURE_OPEN), 2, "the sandbox is left out, in any case");
    kit_commit(&kit);
    azure_begin(NOW + 30000);
    cr_expect_eq(azure_count(AZURE_PROJECTS), 0, "once an hour");
    cr_expect_eq(azure_count(AZURE_OPEN), 2);
    azure_begin(NOW + 3600000);
    cr_expect_eq(azure_count(AZURE_PROJECTS), 1);
    kit_done(&kit);
}

Test(azure_poll, projects_come_in_pages)
{
    struct plan_request *r;

    azure_begin(NOW);
    r = azure_take();
    cr_assert(azure_answer_text(r, 200, "{\"value\":[{\"name\":\"A\"}]}",
                                "x-ms-continuationtoken: 500\n"));
    r = azure_take();
    cr_expect_eq(r->step, AZURE_PROJECTS);
    cr_expect(strstr(r->path, "&continuationToken=500"), "%s", r->path);
    cr_assert(azure_answer_text(r, 200, "{\"value\":[{\"name\":\"B\"}]}", ""));
    kit_commit(&kit);
    azure_begin(NOW + 30000);
    cr_expect_eq(azure_count(AZURE_NEWEST), 2);
    kit_done(&kit);
}

static const struct {
    const char *include, *exclude;
    bool wanted;
} filters[] = {
    { NULL, NULL, true },
    { "Billing/*", NULL, true },
    { "billing/INVOICES-*", NULL, true },
    { "Other/*", NULL, false },
    { "*-ci", NULL, true },
    { NULL, "Billing/invoices-ci", false },
    { NULL, "Billing/*", false },
    { "Billing/*", "*/nightly", true },
};

static void know(const char *project, int64_t listed_days)
{
    azure_remember(&kit.batch, AZURE_LATEST, project, NOW);
    azure_remember(&kit.batch, AZURE_OLDEST, project, NOW - listed_days * DAY);
}

/* Whatever the clock says: with --now it stands. */
Test(azure_poll, history_goes_on_where_least_of_it_is_there)
{
    static const char *four[] = { "A", "B", "C", "D" };
    const struct plan_request *r;

    config.projects = (struct dx_items){ four, 4 };
    azure_begin(NOW);
    know("A", 9);
    know("B", 40);
    know("C", 3);
    know("D", 4);
    azure_tell_progress(&config, &kit.plan, &kit.batch);
    cr_expect_eq(kit.batch.total, 4 * 35 * 24 * 60);
    cr_expect_eq(kit.batch.done, (9 + 35 + 3 + 4) * 24 * 60);
    kit_commit(&kit);
    azure_begin(NOW);
    cr_expect_eq(azure_count(AZURE_FILL), 2);
    for (int i = 0; (r = plan_take(&kit.plan)) != NULL;)
        if (r->step == AZURE_FILL)
            cr_expect_eq(r->path[1], i++ == 0 ? 'C' : 'D', "%s", r->path);
    kit_done(&kit);
}

Test(azure_poll, pipelines_are_chosen_by_project_and_name)
{
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        const char *in[] = { filters[i].include }, *out[] = { filters[i].exclude };
        struct plan_request r = { .step = AZURE_NEWEST,
                                  .detail_text = "0\t0\t0\t0\t0\t0\t0\tBilling\t" };

        config.include = (struct dx_items){ in, filters[i].include != NULL };
        config.exclude = (struct dx_items){ out, filters[i].exclude != NULL };
        azure_begin(NOW);
        cr_assert(azure_answer(&r, 200, "build.json"));
        cr_expect_eq(kit.batch.run_count, filters[i].wanted, "%zu", i);
    }
    kit_done(&kit);
}

/* ---- lists ---- */

static struct plan_request newest(void)
{
    return (struct plan_request){ .step = AZURE_NEWEST,
                                  .detail_text = "0\t0\t0\t0\t0\t0\t0\tBilling\t" };
}

Test(azure_poll, a_build_that_is_known_is_not_asked_for_again)
{
    struct plan_request r = newest(), *t;

    azure_begin(NOW);
    while (plan_take(&kit.plan))
        ;
    cr_assert(azure_answer(&r, 200, "build.json"));
    t = azure_take();
    cr_expect_str_eq(t->path, "/Billing/_apis/build/builds/900/timeline?api-version=7.1");
    cr_assert(azure_answer(t, 200, "job.json"));
    kit_commit(&kit);
    kit_poll(&kit, NOW + 30000);
    kit.plan.history_ms = 35LL * 86400000;
    cr_assert(azure_answer(&r, 200, "build.json"));
    cr_expect_null(plan_take(&kit.plan));
    cr_assert(azure_answer(&r, 200, "run_again_has_an_old_finish_time.json"));
    cr_expect_eq(kit.batch.run_count, 0, "the list of completed ones has the old state");
    r.step = AZURE_OPEN;
    cr_assert(azure_answer(&r, 200, "run_again_has_an_old_finish_time.json"));
    cr_expect_eq(azure_take()->step, AZURE_TIMELINE, "a stage of it is run again");
    cr_expect_eq(kit.batch.runs->outcome.phase, DX_PHASE_RUNNING);
    kit_done(&kit);
}

Test(azure_poll, a_build_that_is_postponed_has_no_jobs)
{
    struct plan_request r = newest();

    r.step = AZURE_OPEN;
    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&r, 200, "postponed.json"));
    cr_expect_eq(kit.batch.run_count, 1);
    cr_expect_null(plan_take(&kit.plan));
    cr_assert(azure_answer(&r, 200, "not_started_has_no_start_time.json"));
    cr_expect_null(plan_take(&kit.plan), "it came in this poll already");
    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&r, 200, "not_started_has_no_start_time.json"));
    cr_expect_eq(azure_take()->step, AZURE_TIMELINE, "its jobs may wait for an agent");
    kit_done(&kit);
}

static const char *const nothing[] = { "null", "{\"records\":[]}" };

Test(azure_poll, a_timeline_that_is_not_there_is_one_without_jobs)
{
    const struct plan_request r = { .step = AZURE_TIMELINE,
                                    .detail = 900,
                                    .detail_text = "4\t0\t-1\t0\t0\t0\t0\tB\tB/x\t\t" };

    for (size_t i = 0; i < 2; i++) {
        kit_poll(&kit, NOW);
        cr_assert(azure_answer_text(&r, 200, nothing[i], ""), "%s", kit.err.text);
        cr_expect(kit.batch.runs->jobs_whole);
    }
    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&r, 404, "no_project_404.json"), "%s", kit.err.text);
    cr_expect(kit.batch.runs->jobs_whole);
    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_azure, &config,
                         (struct reply){ .step = r.step,
                                         .detail = 900,
                                         .detail_text = r.detail_text,
                                         .status = 204,
                                         .body = "" }),
              "%s", kit.err.text);
    cr_expect(kit.batch.runs->jobs_whole);
    kit_poll(&kit, NOW);
    cr_expect_not(azure_answer_text(&r, 200, "{\"value\":[]}", ""));
    cr_expect_str_eq(kit.err.text, "B/x: no timeline of build 900 (200)");
    kit_done(&kit);
}

/* ---- attempts ---- */

static const char *const timelines[] = { "run_again.json", "earlier_timeline.json",
                                         "second_timeline.json" };

Test(azure_poll, attempts_before_come_from_timelines_of_their_own)
{
    const struct plan_request first = { .step = AZURE_TIMELINE,
                                        .detail = 900,
                                        .detail_text = "4\t0\t-1\t18\t3\t0\t0\tB\tB/x\tLinux\t" };
    const struct plan_request *r = &first;
    static const int64_t attempts[] = { 3, 1, 2 };

    kit_poll(&kit, NOW);
    for (size_t i = 0; i < 3; i++) {
        cr_assert(azure_answer(r, 200, timelines[i]), "%s", kit.err.text);
        cr_expect_eq(kit.batch.runs->jobs_whole, i == 2, "%zu", i);
        cr_assert_eq(kit.batch.job_count, i + 1);
        cr_expect_eq(kit.batch.jobs[i].attempt, attempts[i]);
        r = i < 2 ? azure_take() : NULL;
    }
    cr_expect_eq(kit.batch.jobs[1].outcome.result, DX_RESULT_FAILURE);
    cr_expect_eq(kit.batch.jobs[0].outcome.result, DX_RESULT_SUCCESS);
    kit_done(&kit);
}

Test(azure_poll, a_timeline_is_asked_for_by_a_guid_only)
{
    const struct plan_request r = { .step = AZURE_TIMELINE,
                                    .detail = 900,
                                    .detail_text = "4\t0\t-1\t18\t0\t0\t0\tB\tB/x\tLinux\t" };

    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&r, 200, "timeline_id_that_is_none.json"));
    cr_expect_null(plan_take(&kit.plan));
    cr_expect(kit.batch.runs->jobs_whole);
    kit_done(&kit);
}

/* ---- refusals ---- */

static const struct {
    int status;
    unsigned step;
    const char *file;
    enum dx_fault fault;
    const char *text;
} words[] = {
    { 401, AZURE_PROJECTS, "unauthorized_401.html", DX_FAULT_AUTH,
      "refused (401): the token is missing, wrong or expired, or lacks Build (read)" },
    { 400, AZURE_PROJECTS, "unknown_version_400.json", DX_FAULT_CONFIG,
      "this server knows the API up to version 6.0 only; set `api_version: 6.0`" },
    { 404, AZURE_PROBE, "unauthorized_401.html", DX_FAULT_CONFIG,
      "there is no organisation or collection at `url` (404): give it like "
      "https://dev.azure.com/acme or https://tfs.example/DefaultCollection" },
    { 403, AZURE_PROJECTS, "access_denied_403.json", DX_FAULT_REPLY,
      "answered 403: TF400813: The user 'x' is not authorized to access this resource." },
};

Test(azure_poll, refusals_say_what_to_do)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char name[200];

        azure_begin(NOW);
        snprintf(name, sizeof(name), "azure/%s", words[i].file);
        kit_refuse(&kit, &source_azure, &config,
                   (struct reply){ .step = words[i].step, .status = words[i].status }, name);
        cr_expect_eq(kit.err.fault, words[i].fault, "%zu", i);
        cr_expect_str_eq(kit.err.text, words[i].text, "%zu", i);
        cr_expect_eq(kit.err.retry_after_s, 7);
    }
    kit_done(&kit);
}

static const struct {
    const char *file, *text;
} pages[] = {
    { "sign_in_203.html", "refused (203, the web page \"Azure DevOps Services | Sign In\"): the "
                          "token is missing, wrong or expired" },
    { "page_without_a_title_203.html", "refused (203): the token is missing, wrong or expired" },
};

Test(azure_poll, a_203_with_a_page_is_a_refused_token)
{
    for (size_t i = 0; i < 2; i++) {
        struct plan_request r = newest();

        azure_begin(NOW);
        cr_expect_not(azure_answer(&r, 203, pages[i].file));
        cr_expect_eq(kit.err.fault, DX_FAULT_AUTH);
        cr_expect_str_eq(kit.err.text, pages[i].text);
    }
    kit_done(&kit);
}

Test(azure_poll, one_project_of_many_that_is_refused_is_left_out_for_a_while)
{
    static const char *two[] = { "Billing", "Desktop" };
    struct plan_request r = newest();

    config.projects = (struct dx_items){ two, 2 };
    azure_begin(NOW);
    cr_assert(azure_answer(&r, 404, "no_project_404.json"));
    cr_expect_eq(kit.batch.note_count, 1);
    kit_commit(&kit);
    azure_begin(NOW + 60000);
    cr_expect_eq(azure_count(AZURE_NEWEST), 1);
    azure_begin(NOW + 7 * 3600000);
    cr_expect_eq(azure_count(AZURE_NEWEST), 2);
    config.projects.count = 1;
    cr_expect_not(azure_answer(&r, 404, "no_project_404.json"), "the only one is no detail");
    cr_expect_eq(kit.err.fault, DX_FAULT_CONFIG);
    cr_expect_not(azure_answer(&r, 400, "unknown_version_400.json"));
    cr_expect(strstr(kit.err.text, "set `api_version: 6.0`"), "%s", kit.err.text);
    kit_done(&kit);
}

/* ---- by id ---- */

Test(azure_poll, a_build_that_no_list_brings_is_asked_for_by_its_id)
{
    const struct plan_request *r;
    struct plan_request list = newest();

    config.projects = (struct dx_items){ one, 1 };
    list.step = AZURE_OPEN;
    azure_begin(NOW);
    cr_assert(azure_answer(&list, 200, "run_again_has_an_old_finish_time.json"));
    kit_commit(&kit);
    azure_begin(NOW + 60000);
    cr_expect_eq(azure_count(AZURE_BUILD), 0, "a list may still have it");
    for (int i = 0; i < 2; i++) {
        azure_begin(NOW + 3600000);
        r = azure_take();
        cr_assert_eq(r->step, AZURE_BUILD);
        cr_expect_str_eq(r->path, "/Billing/_apis/build/builds/900?api-version=7.1");
        cr_assert(azure_answer(r, 404, "no_project_404.json"));
        cr_expect_eq(kit.batch.run_count, i, "only the second time it is gone");
        cr_expect(i == 0 || (kit.batch.run_count == 1 && kit.batch.runs->gone));
        cr_expect(i == 0 || kit.batch.runs->jobs_whole, "one that was done owes no jobs any more");
        kit_commit(&kit);
        cr_expect_eq(kit_keeps(&kit, "x:"), 1 - i);
    }
    kit_done(&kit);
}

Test(azure_poll, a_build_that_is_refused_for_a_day_is_gone)
{
    static const int64_t hours[] = { 1, 2, 24, 25 };
    const struct plan_request *r;
    struct plan_request list = newest();

    config.projects = (struct dx_items){ one, 1 };
    list.step = AZURE_OPEN;
    azure_begin(NOW);
    cr_assert(azure_answer(&list, 200, "run_again_has_an_old_finish_time.json"));
    kit_commit(&kit);
    for (size_t i = 0; i < 4; i++) {
        azure_begin(NOW + hours[i] * 3600000);
        r = azure_take();
        cr_assert_eq(r->step, AZURE_BUILD);
        cr_assert(azure_answer(r, 403, "access_denied_403.json"));
        cr_expect_eq(kit.batch.run_count == 1 && kit.batch.runs->gone, i == 3, "%zu", i);
        kit_commit(&kit);
    }
    kit_done(&kit);
}

Test(azure_poll, a_build_by_itself_brings_its_jobs)
{
    const struct plan_request r = { .step = AZURE_BUILD,
                                    .detail = 900,
                                    .detail_text = "0\t0\t-1\t0\t0\t0\t0\tBilling\tBilling/x\t\t" };

    kit_poll(&kit, NOW);
    cr_assert(azure_answer(&r, 200, "build_by_itself.json"), "%s", kit.err.text);
    cr_expect_eq(azure_take()->step, AZURE_TIMELINE);
    cr_expect_not(azure_answer(&r, 200, "build.json"), "this is a list");
    kit_done(&kit);
}

Test(azure_poll, check_says_which_version_answers)
{
    struct plan_request *r;

    kit_poll(&kit, NOW);
    source_azure.probe(&config, &kit.plan);
    r = azure_take();
    cr_expect_str_eq(r->path, "/_apis/projects?$top=1&api-version=7.1");
    cr_assert(kit_decode(
        &kit, &source_azure, &config,
        (struct reply){ .step = r->step,
                        .body = "{\"value\":[]}",
                        .content_type = "application/json; charset=utf-8; api-version=7.1" }));
    cr_expect_str_eq(kit.batch.version, "API 7.1");
    kit_done(&kit);
}

static const struct {
    const char *version, *project;
    bool good;
} settings[] = {
    { "7.1", "Billing", true },      { "6.0-preview.2", "Fabrikam Fiber", true },
    { "latest", "Billing", false },  { "7.1&x", "Billing", false },
    { "7.1", "Billing/web", false }, { "", "Billing", false },
};

Test(azure_poll, settings_are_checked)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        const char *project[] = { settings[i].project };
        struct dx_error err = { 0 };

        config.api_version = settings[i].version;
        config.projects = (struct dx_items){ project, 1 };
        cr_expect_eq(source_azure.check(&config, &err), settings[i].good, "%zu", i);
    }
}
