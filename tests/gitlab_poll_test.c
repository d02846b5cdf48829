/* gitlab: which projects are asked, runners and refusals. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known_kit.h"
#include "source/field.h"
#include "source/gitlab.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */

static const char *projects[] = { "acme/web" };
static const char *patterns[] = { "release/*", "main" };
static struct gitlab config = { .projects = { projects, 1 }, .group = "" };
static struct known_kit store;
static struct kit kit;

/* ---- protected branches ---- */

static bool is_protected(const char *more)
{
    char body[300];

    known_poll(&store, &kit, NOW);
    snprintf(body, sizeof(body), "{\"id\":5,\"status\":\"success\",%s}", more);
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_PIPELINE,
                                         .status = 200,
                                         .detail = 5,
                                         .detail_text = "0 0 0 acme/web",
                                         .body = body }),
              "%s", kit.err.text);
    return kit.batch.runs[0].protected_branch;
}

Test(gitlab_poll, the_default_branch_is_protected_or_what_the_patterns_say)
{
    cr_expect_not(is_protected("\"ref\":\"trunk\""), "nobody said yet which it is");
    known_poll(&store, &kit, NOW);
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_PROJECT,
                                         .status = 200,
                                         .detail_text = "2 0 0 acme/web",
                                         .body = "{\"path_with_namespace\":\"acme/moved\","
                                                 "\"default_branch\":\"trunk\"}" }));
    known_commit(&store, &kit);
    cr_expect(is_protected("\"ref\":\"trunk\",\"source\":\"push\""));
    cr_expect_not(is_protected("\"ref\":\"main\""));
    cr_expect_not(is_protected("\"ref\":\"trunk\",\"source\":\"merge_request_event\""));
    cr_expect_not(is_protected("\"ref\":\"trunk\",\"tag\":true"));
    config.protect = (struct dx_items){ patterns, 2 };
    cr_expect(is_protected("\"ref\":\"main\""));
    cr_expect(is_protected("\"ref\":\"release/2.1\""));
    cr_expect_not(is_protected("\"ref\":\"trunk\""));
    cr_expect_not(is_protected("\"ref\":\"refs/merge-requests/3/head\""));
    kit_done(&kit);
}

/* ---- projects, groups ---- */

static struct plan_request *begin(int64_t now_ms)
{
    known_poll(&store, &kit, now_ms);
    kit.plan.every_ms = 30000;
    source_gitlab.begin(&config, &kit.cursors, &kit.plan);
    return kit.plan.first;
}

Test(gitlab_poll, asks_for_the_newest_page_by_a_constant_url)
{
    struct plan_request *r = begin(NOW);

    cr_expect_str_eq(r->path, "/api/v4/projects/acme%2Fweb");
    cr_expect_str_eq(r->next->path, "/api/v4/projects/acme%2Fweb/pipelines?order_by=updated_at"
                                    "&sort=desc&per_page=100");
    cr_expect(r->next->flags & PLAN_CONDITIONAL);
    cr_expect_null(r->next->next);
    kit_done(&kit);
}

Test(gitlab_poll, the_path_of_a_number_has_to_be_asked_for)
{
    projects[0] = "42";
    cr_expect_str_eq(begin(NOW)->path, "/api/v4/projects/42");
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_PROJECT,
                                         .status = 200,
                                         .detail_text = kit.plan.first->detail_text,
                                         .body = "{\"path_with_namespace\":\"acme/api\","
                                                 "\"default_branch\":\"main\"}" }));
    cr_expect_str_eq(kit.plan.first->next->path,
                     "/api/v4/projects/acme%2Fapi/pipelines?order_by=updated_at"
                     "&sort=desc&per_page=100");
    kit_done(&kit);
}

static void find_group(int64_t now_ms, const char *name)
{
    begin(now_ms);
    cr_assert(kit_decode_file(&kit, &source_gitlab, &config,
                              (struct reply){ .step = GITLAB_GROUP,
                                              .status = 200,
                                              .detail_text = "0 0 0 acme",
                                              .head = "x-next-page: \n" },
                              name),
              "%s", kit.err.text);
}

static size_t lists(void)
{
    size_t n = 0;

    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        n += r->step == GITLAB_PIPELINES;
    return n;
}

Test(gitlab_poll, finds_the_projects_of_a_group_and_its_subgroups)
{
    static const char *include[] = { "acme/*" }, *exclude[] = { "*/attic/*", "acme/old-*" };

    config =
        (struct gitlab){ .group = "acme", .include = { include, 1 }, .exclude = { exclude, 2 } };
    cr_expect_str_eq(begin(NOW)->path,
                     "/api/v4/groups/acme/projects?include_subgroups=true&archived=false"
                     "&with_shared=false&simple=true&order_by=id&sort=asc&per_page=100");
    cr_expect_not(kit.plan.first->flags & PLAN_OPTIONAL, "without it there is nothing");
    find_group(NOW, "gitlab/projects_of_a_group.json");
    cr_expect_eq(lists(), 2, "at once, when they are seen first");
    known_commit(&store, &kit);
    begin(NOW + 30000);
    cr_expect_eq(lists(), 2, "and in each poll");
    cr_expect(kit_asks(&kit, "/api/v4/projects/acme%2Ftools%2Flint/pipelines?order_by=updated_at"
                             "&sort=desc&per_page=100"));
    cr_expect_eq(kit.plan.count, 2, "the group is looked through once an hour");
    begin(NOW + 3600000);
    cr_expect_eq(kit.plan.count, 3);
    kit_done(&kit);
}

Test(gitlab_poll, a_project_that_left_the_group_is_asked_no_more)
{
    config = (struct gitlab){ .group = "acme" };
    find_group(NOW, "gitlab/projects_of_a_group.json");
    known_commit(&store, &kit);
    begin(NOW + 30000);
    cr_expect_eq(lists(), 4);
    begin(NOW + 3600000);
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_GROUP,
                                         .status = 200,
                                         .detail_text = "0 0 0 acme",
                                         .body = "[{\"path_with_namespace\":\"acme/web\"}]" }));
    known_commit(&store, &kit);
    begin(NOW + 3630000);
    cr_expect_eq(lists(), 1);
    kit_done(&kit);
}

Test(gitlab_poll, a_path_that_is_too_long_is_left_out)
{
    char body[500], path[300];

    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    config = (struct gitlab){ .group = "acme" };
    begin(NOW);
    snprintf(body, sizeof(body),
             "[{\"path_with_namespace\":\"%s\"},{\"path_with_namespace\":\"y\"}]", path);
    cr_assert(kit_decode(
        &kit, &source_gitlab, &config,
        (struct reply){
            .step = GITLAB_GROUP, .status = 200, .detail_text = "0 0 0 acme", .body = body }));
    cr_expect_eq(lists(), 1);
    cr_expect_eq(kit.batch.note_count, 1);
    kit_done(&kit);
}

Test(gitlab_poll, of_many_projects_a_hundred_are_asked_in_one_poll)
{
    static const char *many[250];
    static char names[250][16];
    static unsigned char asked[250];

    for (size_t i = 0; i < 250; i++) {
        snprintf(names[i], sizeof(names[i]), "acme/p%zu", i);
        many[i] = names[i];
    }
    config = (struct gitlab){ .projects = { many, 250 }, .group = "" };
    for (int poll = 0; poll < 3; poll++) {
        begin(NOW + poll * 30000);
        cr_expect_leq(lists(), 100);
        for (const struct plan_request *r = kit.plan.first; r; r = r->next)
            if (r->step == GITLAB_PIPELINES)
                asked[strtoul(strchr(r->detail_text, 'p') + 1, NULL, 10)]++;
    }
    for (size_t i = 0; i < 250; i++)
        cr_expect_eq(asked[i], 1, "%zu", i);
    kit_poll(&kit, NOW);
    kit.plan.every_ms = 30000;
    kit.plan.round = true;
    source_gitlab.begin(&config, &kit.cursors, &kit.plan);
    cr_expect_eq(lists(), 250, "rounds by the clock would be at the same turn");
    kit_done(&kit);
}

Test(gitlab_poll, wants_projects_or_a_group)
{
    struct dx_error err = { 0 };

    cr_expect(source_gitlab.check(&config, &err));
    config.include = (struct dx_items){ patterns, 1 };
    cr_expect_not(source_gitlab.check(&config, &err));
    config = (struct gitlab){ .group = "" };
    cr_expect_not(source_gitlab.check(&config, &err));
    cr_expect_str_eq(err.text, "give `projects`, or a `group`");
}

/* ---- runners ---- */

static bool decode_runner(unsigned step, int status, const char *name)
{
    return kit_decode_file(&kit, &source_gitlab, &config,
                           (struct reply){ .step = step,
                                           .status = status,
                                           .detail = 8,
                                           .detail_text = "8 1 0 acme",
                                           .head = "x-next-page: \n" },
                           name);
}

static void decode_own_page(const char *body, int status)
{
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_RUNNER,
                                         .status = status,
                                         .detail = 6,
                                         .detail_text = "8 1 1 acme",
                                         .body = body }));
}

Test(gitlab_poll, runners_make_pools)
{
    config = (struct gitlab){ .group = "acme", .runners = true };
    begin(NOW);
    cr_expect(kit_asks(&kit, "/api/v4/groups/acme/runners?per_page=100"));
    cr_assert(decode_runner(GITLAB_RUNNERS, 200, "gitlab/documented_runners.json"));
    cr_expect(kit_asks(&kit, "/api/v4/runners/1") && kit_asks(&kit, "/api/v4/runners/3"));
    cr_expect(kit_asks(&kit, "/api/v4/runners/6") && kit_asks(&kit, "/api/v4/runners/8"));
    decode_own_page("{\"id\":1,\"description\":\"s\",\"is_shared\":true,\"status\":\"offline\"}",
                    200);
    decode_own_page("{\"message\":\"404 Not found\"}", 404);
    decode_own_page("{\"message\":\"403 Forbidden\"}", 403);
    cr_expect_not(kit.batch.pools_whole);
    cr_assert(decode_runner(GITLAB_RUNNER, 200, "gitlab/runner_with_tags.json"));
    cr_expect(kit.batch.pools_whole, "each answer came");
    cr_assert_eq(kit.batch.runner_count, 3);
    const struct runner *r = kit.batch.runners;

    cr_expect(!r[0].online && r[1].online && r[2].online);
    cr_expect_str_eq(r[0].note, "offline");
    cr_expect_str_eq(r[1].name, "#6", "all that its list said");
    cr_expect_str_eq(r[2].name, "acme-2 #8");
    cr_expect_str_eq(r[2].pool, "docker,linux");
    cr_expect(r[2].busy);
    cr_assert_eq(kit.batch.pool_count, 2);
    cr_expect_str_eq(kit.batch.pools[0].name, "shared");
    cr_expect_eq(kit.batch.pools[0].online, 1);
    cr_expect_eq(kit.batch.pools[0].offline, 1);
    cr_expect_eq(kit.batch.pools[0].busy, -1, "an old server does not say it");
    cr_expect_eq(kit.batch.pools[1].busy, 1);
    known_commit(&store, &kit);
    begin(NOW + 30000);
    cr_expect_not(kit_asks(&kit, "/api/v4/groups/acme/runners?per_page=100"));
    begin(NOW + 600000);
    cr_expect(kit_asks(&kit, "/api/v4/groups/acme/runners?per_page=100"));
    kit_done(&kit);
}

Test(gitlab_poll, a_paused_runner_takes_no_job)
{
    config = (struct gitlab){ .group = "acme", .runners = true };
    begin(NOW);
    decode_own_page("{\"id\":6,\"description\":\"own\",\"paused\":true,\"online\":true,"
                    "\"status\":\"online\"}",
                    200);
    cr_expect_not(kit.batch.runners[0].online);
    cr_expect_str_eq(kit.batch.runners[0].note, "paused");
    cr_expect_str_eq(kit.batch.runners[0].pool, "own");
    kit_done(&kit);
}

Test(gitlab_poll, a_token_that_may_not_see_runners_is_told_so_once)
{
    config = (struct gitlab){ .group = "acme", .runners = true };
    begin(NOW);
    cr_assert(decode_runner(GITLAB_RUNNERS, 403, "gitlab/ci_is_off_403.json"));
    cr_assert_eq(kit.batch.note_count, 1);
    cr_expect_str_eq(kit.batch.notes[0].text, "the token may not see the runners of acme (403); "
                                              "`runners: no` stops asking");
    cr_expect(kit.batch.pools_whole && kit.batch.pools_hidden,
              "nobody knows whether there are any");
    known_commit(&store, &kit);
    begin(NOW + 3600000);
    cr_expect_not(kit_asks(&kit, "/api/v4/groups/acme/runners?per_page=100"));
    begin(NOW + 86400000);
    cr_expect(kit_asks(&kit, "/api/v4/groups/acme/runners?per_page=100"));
    kit_done(&kit);
}

/* Of two projects one refused before: it is not asked, and its runners are not gone. */
Test(gitlab_poll, runners_of_a_project_that_may_not_be_seen_are_hidden)
{
    static const char *both[] = { "acme/web", "acme/api" };
    struct plan_request *r;

    config = (struct gitlab){ .projects = { both, 2 }, .group = "", .runners = true };
    begin(NOW);
    cr_assert(kit_decode(&kit, &source_gitlab, &config,
                         (struct reply){ .step = GITLAB_RUNNERS,
                                         .status = 403,
                                         .detail_text = "0 2 0 acme/web",
                                         .body = "{}" }));
    known_commit(&store, &kit);
    begin(NOW + 3600000);
    for (r = kit.plan.first; r && r->step != GITLAB_RUNNERS; r = r->next)
        ;
    cr_assert(r && strstr(r->detail_text, "acme/api"));
    cr_assert(kit_decode(
        &kit, &source_gitlab, &config,
        (struct reply){ .step = GITLAB_RUNNERS, .detail_text = r->detail_text, .body = "[]" }));
    cr_expect(kit.batch.pools_whole && kit.batch.pools_hidden);
    kit_done(&kit);
}

/* ---- refusals ---- */

static const struct {
    const char *name;
    unsigned step;
    int status;
    enum dx_fault fault;
    const char *words;
} refusals[] = {
    { "gitlab/unauthorized_401.json", GITLAB_PIPELINES, 401, DX_FAULT_AUTH,
      "refused (401): the token is missing, wrong or expired" },
    { "gitlab/expired_token_401.json", GITLAB_PIPELINES, 401, DX_FAULT_AUTH,
      "refused (401): Token is expired. You can either do re-authorization or token refresh.; "
      "renew the token" },
    { "gitlab/insufficient_scope_403.json", GITLAB_GROUP, 403, DX_FAULT_AUTH,
      "refused (403): the token lacks the scope read_api" },
    { "gitlab/no_project_404.json", GITLAB_GROUP, 404, DX_FAULT_CONFIG,
      "there is no group acme, or the token may not see it (404)" },
    { "gitlab/nested_message_400.json", GITLAB_GROUP, 400, DX_FAULT_REPLY,
      "answered 400: is wrong" },
    { "gitlab/broken_500.json", GITLAB_GROUP, 500, DX_FAULT_NETWORK,
      "answered 500: 500 Internal Server Error" },
};

Test(gitlab_poll, tells_refusals_apart)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        known_poll(&store, &kit, NOW);
        kit_refuse(&kit, &source_gitlab, &config,
                   (struct reply){ .step = refusals[i].step,
                                   .status = refusals[i].status,
                                   .detail_text = "0 0 0 acme" },
                   refusals[i].name);
        cr_expect_eq(kit.err.fault, refusals[i].fault, "%s", refusals[i].name);
        cr_expect_str_eq(kit.err.text, refusals[i].words, "%s", kit.err.text);
        cr_expect_eq(kit.err.retry_after_s, 7);
    }
    kit_done(&kit);
}

Test(gitlab_poll, whatever_a_throttle_says_its_status_counts)
{
    static const char *const names[] = { "gitlab/throttled_429.txt", "gitlab/throttled_429.json" };

    for (size_t i = 0; i < 2; i++) {
        size_t len;
        char *body = kit_fixture(names[i], &len);
        struct reply reply = { .step = GITLAB_PIPELINES,
                               .status = 429,
                               .content_type = "text/plain",
                               .detail_text = "0 0 0 acme/web",
                               .body = body,
                               .len = len,
                               .next = "" };

        dx_fail(&kit.err, DX_FAULT_LIMITED, "limited by the server for 60 s");
        source_refused(&source_gitlab, &config, &reply, &kit.err);
        cr_expect_eq(kit.err.fault, DX_FAULT_LIMITED);
        cr_expect_str_eq(kit.err.text, "limited by the server for 60 s");
        free(body);
    }
}

static bool decode_refusal(int status, const char *name)
{
    known_poll(&store, &kit, NOW);
    return kit_decode_file(&kit, &source_gitlab, &config,
                           (struct reply){ .step = GITLAB_PIPELINES,
                                           .status = status,
                                           .detail_text = "0 0 0 acme/web" },
                           name);
}

Test(gitlab_poll, one_project_without_ci_does_not_stop_the_others)
{
    static const char *two[] = { "acme/web", "acme/api" };

    cr_expect_not(decode_refusal(403, "gitlab/ci_is_off_403.json"));
    cr_expect_eq(kit.err.fault, DX_FAULT_AUTH);
    cr_expect_not(decode_refusal(404, "gitlab/no_project_404.json"));
    cr_expect_eq(kit.err.fault, DX_FAULT_CONFIG);
    config.projects = (struct dx_items){ two, 2 };
    cr_expect_not(decode_refusal(403, "gitlab/insufficient_scope_403.json"), "all are refused");
    cr_assert(decode_refusal(403, "gitlab/ci_is_off_403.json"));
    cr_expect_eq(kit.err.fault, DX_FAULT_NONE);
    cr_assert_eq(kit.batch.note_count, 1);
    cr_expect_str_eq(kit.batch.notes[0].text,
                     "acme/web: CI is off, or the token may not read its pipelines (403)");
    known_commit(&store, &kit);
    begin(NOW + 30000);
    cr_expect_eq(lists(), 1);
    begin(NOW + 6 * 3600000);
    cr_expect_eq(lists(), 2, "it may have been switched on");
    kit_done(&kit);
}

Test(gitlab_poll, reads_the_version)
{
    known_poll(&store, &kit, NOW);
    source_gitlab.probe(&config, &kit.plan);
    cr_expect_str_eq(kit.plan.first->path, "/api/v4/version");
    cr_assert(
        kit_decode(&kit, &source_gitlab, &config,
                   (struct reply){ .step = GITLAB_VERSION,
                                   .status = 200,
                                   .body = "{\"version\":\"17.5.2-ee\",\"revision\":\"1f\"}" }));
    cr_expect_str_eq(kit.batch.version, "17.5.2-ee");
    kit_done(&kit);
}
