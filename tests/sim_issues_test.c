/* Issues, pull and merge requests of the simulated GitHub and GitLab, without sockets. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/noise.h"
#include "sim_kit.h"

#define GITHUB "/api/v3/"
#define GITLAB "/gitlab/api/v4/"

static int64_t ms_of(const char *text)
{
    return time_parse(text, strlen(text));
}

/* All pages of a list, by the links; yours. */
static json_t *all_of(const char *url)
{
    json_t *all = json_array();
    char next[3000];

    snprintf(next, sizeof(next), "%s", url);
    while (*next) {
        json_t *page = sim_json(next);
        const char *links = sim_header("Link"), *end = strstr(links, ">; rel=\"next\""), *begin;

        json_array_extend(all, page);
        json_decref(page);
        *next = '\0';
        for (begin = end; begin && *begin != '<';)
            begin--;
        if (end) {
            begin = strchr(begin + strlen("<http://"), '/');
            snprintf(next, sizeof(next), "%.*s", (int)(end - begin), begin);
        }
    }
    return all;
}

/* By "acme/web#12"; web: a part of the URL that comes before the number. */
static json_t *by_key(const json_t *issues, const char *root, const char *web)
{
    json_t *map = json_object(), *issue;
    size_t i;

    json_array_foreach (issues, i, issue) {
        const char *url = text_of(issue, strcmp(web, "/issues/") == 0 ? "html_url" : "web_url");
        const char *project = strstr(url, root) ? strstr(url, root) + strlen(root) : "";
        const char *end = strstr(project, web);
        char key[300];

        if (!end)
            continue;
        snprintf(key, sizeof(key), "%.*s#%s", (int)(end - project), project, end + strlen(web));
        json_object_set(map, key, issue);
    }
    return map;
}

/* ---- GitHub ---- */

static void compare_github(const json_t *issue, const json_t *truth)
{
    bool open = json_is_true(json_object_get(truth, "open"));
    const char *key = text_of(truth, "key"), *reason = text_of(issue, "state_reason");

    cr_expect_str_eq(text_of(issue, "title"), text_of(truth, "title"));
    cr_expect_str_eq(text_of(issue, "state"), open ? "open" : "closed", "%s", key);
    cr_expect_str_eq(reason,
                     open ? (int_of(truth, "reopened") ? "reopened" : "")
                     : strcmp(text_of(truth, "state"), "cancelled") == 0 ? "not_planned"
                                                                         : "completed",
                     "%s", key);
    cr_expect_eq(ms_of(text_of(issue, "created_at")), ms_of(text_of(truth, "created")));
    cr_expect_eq(ms_of(text_of(issue, "updated_at")), ms_of(text_of(truth, "updated")));
    cr_expect_eq(ms_of(text_of(issue, "closed_at")), ms_of(text_of(truth, "resolved")));
    cr_expect_eq(int_of(issue, "comments"), int_of(truth, "comments"), "%s", key);
}

static int64_t first_comment(const json_t *issue)
{
    const char *author = text_of(json_object_get(issue, "user"), "login");
    const json_t *comment;
    int64_t ms = 0;
    json_t *list;
    size_t i;

    list = all_of(strstr(text_of(issue, "comments_url"), GITHUB));
    json_array_foreach (list, i, comment) {
        const json_t *user = json_object_get(comment, "user");

        if (!ms && strcmp(text_of(user, "login"), author) != 0 &&
            strcmp(text_of(user, "type"), "Bot") != 0)
            ms = ms_of(text_of(comment, "created_at"));
    }
    json_decref(list);
    return ms;
}

Test(sim_issues, issues_of_github_are_the_truth)
{
    json_t *all, *map, *truth;
    size_t total = 0, pulls = 0, i;
    const char *line;
    json_t *issue;
    char *text;

    sim_start(5);
    all = all_of(GITHUB "orgs/acme/issues?filter=all&state=all&per_page=100");
    json_array_foreach (all, i, issue)
        pulls += json_object_get(issue, "pull_request") != NULL;
    map = by_key(all, "https://sim.example/", "/issues/");
    line = text = sim_truth("ticket");
    while ((truth = sim_next_of(&line, "github")) != NULL) {
        issue = json_object_get(map, text_of(truth, "key"));
        cr_assert(issue, "%s", text_of(truth, "key"));
        compare_github(issue, truth);
        if (total++ % 5 == 0)
            cr_expect_eq(first_comment(issue), ms_of(text_of(truth, "first_response")), "%s",
                         text_of(truth, "key"));
        json_decref(truth);
    }
    cr_expect_gt(total, 150);
    cr_expect_gt(pulls, 20);
    cr_expect_eq(total + pulls, json_array_size(all));
    free(text);
    json_decref(map);
    json_decref(all);
    sim_stop();
}

static size_t count(const char *url)
{
    json_t *all = all_of(url);
    size_t n = json_array_size(all);

    json_decref(all);
    return n;
}

Test(sim_issues, github_filters_and_sorts)
{
    json_t *all, *issue;
    int64_t before = INT64_MAX;
    size_t i;

    sim_start(5);
    cr_expect_eq(count(GITHUB "repos/acme/web/issues?state=all"),
                 count(GITHUB "repos/acme/web/issues?state=closed") +
                     count(GITHUB "repos/acme/web/issues"));
    all = all_of(GITHUB "repos/acme/web/issues?state=all&sort=updated&since=2026-11-20T00:00:00Z");
    cr_expect_gt(json_array_size(all), 3);
    json_array_foreach (all, i, issue) {
        cr_expect_leq(ms_of(text_of(issue, "updated_at")), before);
        before = ms_of(text_of(issue, "updated_at"));
    }
    cr_expect_geq(before, ms_of("2026-11-20T00:00:00Z"));
    json_decref(all);
    cr_expect_lt(count(GITHUB "orgs/acme/issues?state=all"),
                 count(GITHUB "orgs/acme/issues?state=all&filter=all"), "only what is assigned");
    cr_expect_lt(count(GITHUB "repos/acme/web/issues/comments?since=2026-11-20T00:00:00Z"),
                 count(GITHUB "repos/acme/web/issues/comments"));
    cr_expect_str_neq(sim_header("ETag"), "");
    sim_get(GITHUB "repos/acme/web/issues/31999");
    cr_expect_eq(got.status, 404);
    sim_stop();
}

/* ---- GitLab ---- */

static int64_t first_note(const json_t *issue)
{
    const char *author = text_of(json_object_get(issue, "author"), "username");
    const json_t *note;
    int64_t ms = 0;
    char url[200];
    json_t *list;
    size_t i;

    snprintf(url, sizeof(url), GITLAB "projects/%" PRId64 "/issues/%" PRId64 "/notes?sort=asc",
             int_of(issue, "project_id"), int_of(issue, "iid"));
    list = all_of(url);
    json_array_foreach (list, i, note) {
        const char *by = text_of(json_object_get(note, "author"), "username");

        if (!ms && !json_is_true(json_object_get(note, "system")) &&
            !json_is_true(json_object_get(note, "internal")) && strcmp(by, author) != 0 &&
            !strstr(by, "bot"))
            ms = ms_of(text_of(note, "created_at"));
    }
    json_decref(list);
    return ms;
}

Test(sim_issues, issues_of_gitlab_are_the_truth)
{
    json_t *all, *map, *truth;
    size_t total = 0;
    const char *line;
    char *text;

    sim_start(5);
    all = all_of(GITLAB "groups/acme/issues?per_page=100");
    map = by_key(all, "/gitlab/", "/-/issues/");
    line = text = sim_truth("ticket");
    while ((truth = sim_next_of(&line, "gitlab")) != NULL) {
        const json_t *issue = json_object_get(map, text_of(truth, "key"));
        bool open = json_is_true(json_object_get(truth, "open"));

        cr_assert(issue, "%s", text_of(truth, "key"));
        cr_expect_str_eq(text_of(issue, "title"), text_of(truth, "title"));
        cr_expect_str_eq(text_of(issue, "state"), open ? "opened" : "closed");
        cr_expect_eq(ms_of(text_of(issue, "closed_at")), ms_of(text_of(truth, "resolved")));
        cr_expect_eq(first_note(issue), ms_of(text_of(truth, "first_response")), "%s",
                     text_of(truth, "key"));
        total++;
        json_decref(truth);
    }
    cr_expect_gt(total, 150);
    cr_expect_eq(total, json_array_size(all));
    cr_expect_eq(total, count(GITLAB "issues?scope=all&per_page=100"));
    cr_expect_lt(count(GITLAB "issues?per_page=100"), total, "only what one has written");
    cr_expect_eq(count(GITLAB "groups/acme/issues?state=opened") +
                     count(GITLAB "groups/acme/issues?state=closed&per_page=100"),
                 total);
    cr_expect_lt(count(GITLAB "groups/acme/issues?updated_after=2026-11-20T00:00:00Z"), total / 2);
    free(text);
    json_decref(map);
    json_decref(all);
    sim_stop();
}

/* ---- reviews ---- */

/* What somebody else who is no machine said first, of a list of reviews or notes. */
static int64_t first_of(const json_t *list, const char *author, const char *who, const char *when)
{
    const json_t *one;
    size_t i;

    json_array_foreach (list, i, one) {
        const json_t *user = json_object_get(one, who);
        const char *login =
            *text_of(user, "login") ? text_of(user, "login") : text_of(user, "username");

        if (strcmp(login, author) != 0 && !strstr(login, "bot"))
            return ms_of(text_of(one, when));
    }
    return 0;
}

/* What is no review is taken out of a timeline. */
static json_t *reviewed_of(json_t *events)
{
    for (size_t i = json_array_size(events); i-- > 0;)
        if (strcmp(text_of(json_array_get(events, i), "event"), "reviewed") != 0)
            json_array_remove(events, i);
    return events;
}

static json_t *truths_of(const char *system)
{
    json_t *map = json_object(), *truth;
    char *text = sim_truth("review");
    const char *line = text;

    while ((truth = sim_next_of(&line, system)) != NULL) {
        char key[300];

        snprintf(key, sizeof(key), "%s#%" PRId64, text_of(truth, "project"),
                 int_of(truth, "number"));
        json_object_set_new(map, key, truth);
    }
    free(text);
    return map;
}

static void compare_pull(const json_t *truth, const char *key)
{
    const char *project = text_of(truth, "project");
    json_t *pull, *reviews;
    char url[300];

    snprintf(url, sizeof(url), GITHUB "repos/%s/pulls/%" PRId64, project, int_of(truth, "number"));
    pull = sim_json(url);
    snprintf(url + strlen(url), 20, "/reviews");
    reviews = all_of(url);
    cr_expect_eq(
        first_of(reviews, text_of(json_object_get(pull, "user"), "login"), "user", "submitted_at"),
        ms_of(text_of(truth, "first_review")), "%s", key);
    cr_expect_eq(ms_of(text_of(pull, "merged_at")), ms_of(text_of(truth, "merged")), "%s", key);
    cr_expect_eq(ms_of(text_of(pull, "created_at")), ms_of(text_of(truth, "created")), "%s", key);
    cr_expect_eq(strcmp(text_of(pull, "state"), "open") == 0,
                 strcmp(text_of(truth, "state"), "open") == 0, "%s", key);
    json_decref(reviews);
    snprintf(url, sizeof(url), GITHUB "repos/%s/issues/%" PRId64 "/timeline", project,
             int_of(truth, "number"));
    reviews = reviewed_of(all_of(url));
    cr_expect_eq(
        first_of(reviews, text_of(json_object_get(pull, "user"), "login"), "user", "submitted_at"),
        ms_of(text_of(truth, "first_review")), "%s", key);
    json_decref(reviews);
    json_decref(pull);
}

Test(sim_issues, reviews_of_github_are_the_truth)
{
    size_t reviewed = 0, merged = 0, of_web = 0, i;
    json_t *truths, *truth, *pulls, *pull;
    int64_t before = INT64_MAX;
    const char *key;

    sim_start(5);
    truths = truths_of("github");
    json_object_foreach (truths, key, truth) {
        compare_pull(truth, key);
        reviewed += *text_of(truth, "first_review") != '\0';
        merged += *text_of(truth, "merged") != '\0';
        of_web += strncmp(key, "acme/web#", 9) == 0;
    }
    cr_expect_gt(reviewed, 30);
    cr_expect_gt(merged, 30);
    pulls = all_of(GITHUB "repos/acme/web/pulls?state=all&sort=updated&direction=desc&per_page=3");
    cr_expect_eq(json_array_size(pulls), of_web);
    json_array_foreach (pulls, i, pull) {
        cr_expect_leq(ms_of(text_of(pull, "updated_at")), before);
        before = ms_of(text_of(pull, "updated_at"));
    }
    json_decref(pulls);
    json_decref(truths);
    sim_stop();
}

Test(sim_issues, reviews_of_gitlab_are_the_truth)
{
    json_t *truths, *merges, *merge, *map;
    const char *key;
    size_t reviewed = 0;

    sim_start(5);
    truths = truths_of("gitlab");
    merges = all_of(GITLAB "groups/acme/merge_requests?per_page=100");
    cr_expect_eq(json_array_size(merges), json_object_size(truths));
    map = by_key(merges, "/gitlab/", "/-/merge_requests/");
    json_object_foreach (map, key, merge) {
        const json_t *truth = json_object_get(truths, key);
        json_t *notes;
        char url[200];

        cr_assert(truth, "%s", key);
        snprintf(url, sizeof(url),
                 GITLAB "projects/%" PRId64 "/merge_requests/%" PRId64 "/notes?sort=asc",
                 int_of(merge, "project_id"), int_of(merge, "iid"));
        notes = all_of(url);
        cr_expect_eq(first_of(notes, text_of(json_object_get(merge, "author"), "username"),
                              "author", "created_at"),
                     ms_of(text_of(truth, "first_review")), "%s", key);
        cr_expect_eq(ms_of(text_of(merge, "merged_at")), ms_of(text_of(truth, "merged")), "%s",
                     key);
        reviewed += *text_of(truth, "first_review") != '\0';
        json_decref(notes);
    }
    cr_expect_gt(reviewed, 30);
    json_decref(map);
    json_decref(merges);
    json_decref(truths);
    sim_stop();
}

Test(sim_issues, a_seed_has_the_same_issues)
{
    char *once;

    sim_start(5);
    sim_get(GITHUB "orgs/acme/issues?filter=all&state=all&per_page=100");
    once = strdup(got.body.bytes);
    sim_stop();
    sim_start(5);
    now = T - 2 * DAY_MS;
    sim_get(GITHUB "orgs/acme/issues?filter=all&state=all&per_page=100");
    cr_expect_str_neq(got.body.bytes, once, "two days before");
    now = T;
    sim_get(GITHUB "orgs/acme/issues?filter=all&state=all&per_page=100");
    cr_expect_str_eq(got.body.bytes, once);
    sim_stop();
    free(once);
}
