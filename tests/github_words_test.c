/* github: what is configured, and what a refusal means. */
#include "config.h"

#include <string.h>

#include "core/time.h"
#include "source/github.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000;
static const char *web[] = { "acme/web" }, *two[] = { "acme/web", "acme/api" };
static struct github one = { .repos = { web, 1 }, .org = "", .runners = true };
static struct github both = { .repos = { two, 2 }, .org = "", .runners = true };
static struct github org = { .org = "acme", .runners = true };
static struct kit kit;

/* ---- the configuration ---- */

static struct {
    const char *repo, *org, *words;
} wrong[] = {
    { NULL, "", "`repos` or `org` has to be given" },
    { "web", "", "`repos`: \"web\" is not of the form owner/name" },
    { "acme/web/x", "", "`repos`: \"acme/web/x\" is not of the form owner/name" },
    { "acme/", "", "`repos`: \"acme/\" is not of the form owner/name" },
    { "acme/..", "", "`repos`: \"acme/..\" is not of the form owner/name" },
    { "acme/a b", "", "`repos`: \"acme/a b\" is not of the form owner/name" },
    { "https://github.com/acme/web", "",
      "`repos`: \"https://github.com/acme/web\" is not of the form owner/name" },
    { NULL, "acme/web", "`org`: \"acme/web\" is no name of an organisation" },
    { NULL, "acme", "" },
    { "acme/web.js_2-x", "", "" },
};

Test(github_words, names_are_checked)
{
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct github config = { .repos = { &wrong[i].repo, wrong[i].repo ? 1 : 0 },
                                 .org = wrong[i].org };
        struct dx_error err = { 0 };

        cr_expect_eq(source_github.check(&config, &err), *wrong[i].words == '\0', "%zu", i);
        cr_expect_str_eq(err.text, wrong[i].words);
    }
}

Test(github_words, the_version_of_the_api_is_always_sent)
{
    cr_expect_str_eq(source_github.headers[0], "X-GitHub-Api-Version: 2022-11-28");
    cr_expect_str_eq(source_github.accept, "application/vnd.github+json");
    cr_expect_eq(source_github.auth, SOURCE_AUTH_BEARER);
    cr_expect_eq(source_find("github"), &source_github);
}

/* ---- refusals ---- */

static const struct {
    const char *file;
    int status;
    unsigned step;
    const char *head;
    enum dx_fault net, fault;
    const char *words;
} refusals[] = {
    { "bad_credentials_401.json", 401, STEP_RUNS, "", DX_FAULT_AUTH, DX_FAULT_AUTH,
      "refused (401): Bad credentials; the token is wrong, expired or revoked" },
    { "secondary_limit_403.json", 403, STEP_RUNS, "", DX_FAULT_AUTH, DX_FAULT_LIMITED,
      "GitHub's secondary limit: too many requests in a short time" },
    { "secondary_limit_403.json", 429, STEP_RUNS, "", DX_FAULT_LIMITED, DX_FAULT_LIMITED,
      "GitHub's secondary limit: too many requests in a short time" },
    { "rate_limit_403.json", 403, STEP_RUNS, "x-ratelimit-remaining: 0\n", DX_FAULT_LIMITED,
      DX_FAULT_LIMITED, "the hour's requests of this token are used up" },
    { "sso_403.json", 403, STEP_RUNS,
      "server: github.com\nx-github-sso: required; url=https://github.com/orgs/acme/sso?a=1\n",
      DX_FAULT_AUTH, DX_FAULT_AUTH,
      "refused (403): the token is not authorised for the single sign-on of the organisation; "
      "authorise it at https://github.com/orgs/acme/sso?a=1" },
    { "not_accessible_403.json", 403, STEP_RUNS, "", DX_FAULT_AUTH, DX_FAULT_AUTH,
      "refused (403) for acme/web: Resource not accessible by personal access token" },
    { "not_found_404.json", 404, STEP_RUNS, "", DX_FAULT_REPLY, DX_FAULT_REPLY,
      "acme/web: not found (404); is the name right, and may the token see it?" },
    { "not_found_404.json", 404, STEP_REPOS, "", DX_FAULT_REPLY, DX_FAULT_CONFIG,
      "no organisation \"acme\" (404), or the token may not see it" },
    { "not_found_404.json", 404, STEP_META, "", DX_FAULT_REPLY, DX_FAULT_REPLY,
      "answered 404: Not Found; check `url` (a GHES ends in /api/v3)" },
    { "logs_gone_410.json", 410, STEP_LOG, "", DX_FAULT_REPLY, DX_FAULT_REPLY,
      "acme/web: gone (410): Server Error" },
    { "unsupported_version_400.json", 400, STEP_RUNS, "", DX_FAULT_REPLY, DX_FAULT_CONFIG,
      "it does not speak version 2022-11-28 of the API (400: 2022-11-28 is not a supported "
      "version.)" },
    { "retired_version_410.json", 410, STEP_RUNS, "", DX_FAULT_REPLY, DX_FAULT_CONFIG,
      "it does not speak version 2022-11-28 of the API (410: API version 2022-11-28 has been "
      "retired and is no longer available.)" },
    { "logs_gone_410.json", 502, STEP_RUNS, "", DX_FAULT_NETWORK, DX_FAULT_NETWORK,
      "answered 502: Server Error" },
    { "../prometheus/html_from_a_proxy.html", 404, STEP_RUNS, "", DX_FAULT_REPLY, DX_FAULT_REPLY,
      "answered 404 with a web page \"503 Service Unavailable\"" },
};

static struct reply reply_of(size_t i)
{
    return (struct reply){ .step = refusals[i].step,
                           .status = refusals[i].status,
                           .head = refusals[i].head,
                           .detail_text = "acme/web 501 1 9001" };
}

static const char *file_of(size_t i)
{
    static char name[200];

    snprintf(name, sizeof(name), "github/%s", refusals[i].file);
    return name;
}

Test(github_words, a_refusal_says_what_to_do)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct reply reply = reply_of(i);
        char *body = kit_fixture(file_of(i), &reply.len);

        kit_poll(&kit, NOW);
        reply.body = body;
        reply.next = reply.content_type = "";
        (void)dx_fail(&kit.err, refusals[i].net, "answered %d", refusals[i].status);
        source_refused(&source_github, &org, &reply, &kit.err);
        cr_expect_eq(kit.err.fault, refusals[i].fault, "%zu", i);
        cr_expect_str_eq(kit.err.text, refusals[i].words);
        free(body);
    }
    kit_done(&kit);
}

/* The same where decode() gets them. */
static bool answer(const struct github *config, unsigned step, int status, const char *text,
                   const char *file)
{
    struct reply reply = { .step = step, .status = status, .detail_text = text };

    return kit_decode_file(&kit, &source_github, config, reply, file);
}

Test(github_words, one_repository_that_is_refused_loses_no_other)
{
    static const int statuses[] = { 403, 404, 410 };
    static const char *const files[] = { "github/not_accessible_403.json",
                                         "github/not_found_404.json", "github/logs_gone_410.json" };

    for (size_t i = 0; i < 3; i++) {
        kit_poll(&kit, NOW);
        cr_expect_not(answer(&one, STEP_RUNS, statuses[i], "acme/web", files[i]),
                      "there is no other");
        kit_poll(&kit, NOW);
        cr_expect(answer(&both, STEP_RUNS, statuses[i], "acme/web", files[i]));
        cr_expect_eq(kit.err.fault, DX_FAULT_NONE);
        cr_assert_eq(kit.batch.note_count, 1);
        cr_expect_eq(kit.batch.notes[0].level, DX_LOG_WARN);
    }
    kit_done(&kit);
}

Test(github_words, what_was_refused_is_left_alone_for_half_an_hour)
{
    static const int minutes[] = { 0, 15, 29, 30 };

    kit_poll(&kit, NOW);
    cr_assert(answer(&both, STEP_RUNS, 404, "acme/web", "github/not_found_404.json"));
    kit_commit(&kit);
    for (size_t i = 0; i < 4; i++) {
        bool asked = false;

        kit_poll(&kit, NOW + minutes[i] * INT64_C(60000));
        source_github.begin(&both, &kit.cursors, &kit.plan);
        for (struct plan_request *r; (r = plan_take(&kit.plan)) != NULL;)
            asked = asked || (r->step == STEP_RUNS && strstr(r->path, "acme/web/"));
        cr_expect_eq(asked, minutes[i] >= 30, "%d", minutes[i]);
    }
    kit_done(&kit);
}

Test(github_words, limits_and_versions_fail_the_poll_wherever_they_come)
{
    for (unsigned step = 0; step < STEP_COUNT; step++) {
        kit_poll(&kit, NOW);
        cr_expect_not(answer(&both, step, 403, "acme/web 501 1", "github/secondary_limit_403.json"),
                      "%u", step);
        cr_expect_eq(kit.err.fault, DX_FAULT_LIMITED);
        kit_poll(&kit, NOW);
        cr_expect_not(
            answer(&both, step, 400, "acme/web 501 1", "github/unsupported_version_400.json"), "%u",
            step);
        cr_expect_eq(kit.err.fault, DX_FAULT_CONFIG);
    }
    kit_done(&kit);
}

Test(github_words, who_may_not_see_runners_is_told_once_a_day)
{
    static const int hours[] = { 0, 1, 23, 24 };

    kit_poll(&kit, NOW);
    cr_assert(answer(&one, STEP_RUNNERS, 403, "acme/web", "github/not_accessible_403.json"));
    cr_assert_eq(kit.batch.note_count, 1);
    cr_expect_str_eq(kit.batch.notes[0].text,
                     "the token may not see the runners of acme/web (403); pools are known by "
                     "their jobs only");
    cr_expect(kit.batch.pools_hidden, "those it had are neither there nor gone");
    kit_commit(&kit);
    for (size_t i = 0; i < 4; i++) {
        bool asked = false;

        kit_poll(&kit, NOW + hours[i] * HOUR_MS);
        source_github.begin(&one, &kit.cursors, &kit.plan);
        for (struct plan_request *r; (r = plan_take(&kit.plan)) != NULL;)
            asked = asked || r->step == STEP_RUNNERS;
        cr_expect_eq(asked, hours[i] >= 24, "%d", hours[i]);
    }
    kit_done(&kit);
}

/* Not the first time: a server that restores a repository, or fails over, answers so, too. */
Test(github_words, a_run_that_is_gone_twice_on_end_is_done)
{
    static const struct {
        unsigned step;
        int status;
        const char *file;
    } answers[] = { { STEP_RUN, 404, "github/not_found_404.json" },
                    { STEP_JOBS, 200, "github/job.json" },
                    { STEP_JOBS, 404, "github/not_found_404.json" },
                    { STEP_RUN, 404, "github/not_found_404.json" } };

    for (size_t i = 0; i < 4; i++) {
        const struct kit_run *run;

        kit_poll(&kit, NOW + (int64_t)i * 30000);
        cr_assert(
            answer(&one, answers[i].step, answers[i].status, "acme/web 501 1", answers[i].file));
        kit_commit(&kit);
        run = kit_known(&kit, "acme/web", "501", 1);
        cr_expect_eq(run && run->done, i == 3, "%zu", i);
        cr_expect_eq(kit_keeps(&kit, "miss:"), i == 0 || i == 2);
    }
    cr_expect(kit_known(&kit, "acme/web", "501", 1)->whole);
    kit_done(&kit);
}

Test(github_words, a_run_that_is_refused_for_a_day_is_gone)
{
    static const int64_t hours[] = { 0, 1, 23, 24 };

    for (size_t i = 0; i < 4; i++) {
        kit_poll(&kit, NOW + hours[i] * HOUR_MS);
        cr_assert(answer(&one, STEP_JOBS, 403, "acme/web 501 1", "github/not_accessible_403.json"));
        kit_commit(&kit);
        cr_expect_eq(kit_known(&kit, "acme/web", "501", 1) != NULL, i == 3, "%zu", i);
    }
    cr_expect(kit_known(&kit, "acme/web", "501", 1)->done);
    kit_done(&kit);
}

Test(github_words, jobs_that_are_not_found_once_are_asked_for_again)
{
    static const char list[] =
        "{\"workflow_runs\":[{\"id\":501,\"run_attempt\":1,\"status\":"
        "\"completed\",\"conclusion\":\"success\",\"created_at\":"
        "\"2026-11-24T10:50:00Z\",\"updated_at\":\"2026-11-24T10:58:00Z\"}]}";

    kit_poll(&kit, NOW);
    cr_assert(
        kit_decode(&kit, &source_github, &one,
                   (struct reply){ .step = STEP_RUNS, .detail_text = "acme/web", .body = list }));
    cr_assert(answer(&one, STEP_JOBS, 404, "acme/web 501 1", "github/not_found_404.json"));
    kit_commit(&kit);
    cr_expect_not(kit_known(&kit, "acme/web", "501", 1)->whole);
    kit_poll(&kit, NOW + 30000);
    source_github.begin(&one, &kit.cursors, &kit.plan);
    cr_expect_eq(kit_asked(&kit, STEP_JOBS), 1);
    cr_assert(answer(&one, STEP_JOBS, 404, "acme/web 501 1", "github/not_found_404.json"));
    kit_commit(&kit);
    cr_expect(kit_known(&kit, "acme/web", "501", 1)->whole, "it has none any more");
    kit_done(&kit);
}

Test(github_words, a_log_that_is_gone_leaves_the_run_whole)
{
    size_t run;

    kit_poll(&kit, NOW);
    run = batch_known_run(&kit.batch, "acme/web", "501", 1);
    batch_jobs_whole(&kit.batch, run);
    batch_owe(&kit.batch, run);
    cr_expect_not(batch_run_whole(kit.batch.runs));
    cr_assert(answer(&one, STEP_LOG, 410, "acme/web 501 1 9001", "github/logs_gone_410.json"));
    cr_expect(batch_run_whole(kit.batch.runs));
    kit_done(&kit);
}

static const char *const not_github[] = { "{}", "[]", "{\"workflow_runs\":7,\"jobs\":{}}", "null" };

Test(github_words, what_is_not_github_fails_with_a_sentence)
{
    for (unsigned step = 0; step < STEP_COUNT; step++) {
        for (size_t i = 0; i < sizeof(not_github) / sizeof(not_github[0]); i++) {
            bool list = step == STEP_ANNOTATIONS || step == STEP_REPOS || step == STEP_REVIEWS ||
                        step == STEP_ISSUES || step == STEP_COMMENTS || step == STEP_PULLS ||
                        step == STEP_TIMELINE;

            if (step == STEP_LOG || step == STEP_META || (list && i == 1) ||
                (step == STEP_REPO && (i == 0 || i == 2)))
                continue;
            kit_poll(&kit, NOW);
            cr_expect_not(kit_decode(&kit, &source_github, &both,
                                     (struct reply){ .step = step,
                                                     .detail_text = "acme/web 1 2",
                                                     .body = not_github[i] }),
                          "%u %s", step, not_github[i]);
            cr_expect_eq(kit.err.fault, DX_FAULT_REPLY);
            cr_expect(*kit.err.text);
        }
    }
    kit_done(&kit);
}
