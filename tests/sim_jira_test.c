/* The Jira faces of the simulated company, without sockets: what they say together is the
 * truth about its tickets. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/hours.h"
#include "sim/noise.h"
#include "sim_kit.h"

#define CLOUD  "/jira/rest/api/3/"
#define SERVER "/jiradc/rest/api/2/"
#define DESK   "/jira/rest/servicedeskapi/"

/* ---- business time ---- */

static const struct {
    const char *from, *to;
    double hours;
} spans[] = {
    { "2026-11-24T07:00:00Z", "2026-11-24T17:00:00Z", 8. }, /* a Tuesday in winter, 08 to 18 */
    { "2026-11-24T14:32:07Z", "2026-11-24T15:02:07Z", 0.5 },
    { "2026-11-20T15:30:00Z", "2026-11-23T08:30:00Z", 1. }, /* Friday to Monday */
    { "2026-11-21T00:00:00Z", "2026-11-22T23:00:00Z", 0. },
    { "2026-03-27T15:00:00Z", "2026-03-30T08:00:00Z", 2. }, /* the clock went forward */
    { "2026-10-23T14:00:00Z", "2026-10-26T09:00:00Z", 2. }, /* and back */
    { "2026-07-01T07:00:00Z", "2026-07-01T15:00:00Z", 8. }, /* in summer */
    { "2026-07-01T15:00:00Z", "2026-07-01T07:00:00Z", 0. },
    { "2026-06-01T00:00:00Z", "2026-06-29T00:00:00Z", 160. },
};

static int64_t ms_of(const char *text)
{
    return time_parse(text, strlen(text));
}

Test(sim_jira, business_hours_are_those_of_berlin)
{
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
        int64_t from_ms = ms_of(spans[i].from), to_ms = ms_of(spans[i].to);
        int64_t length_ms = (int64_t)(spans[i].hours * 36e5);

        cr_expect_eq(hours_between(from_ms, to_ms), length_ms, "%s: %" PRId64, spans[i].from,
                     hours_between(from_ms, to_ms));
        cr_expect_eq(hours_between(from_ms, hours_after(from_ms, length_ms)), length_ms, "%s",
                     spans[i].from);
    }
}

/* ---- searching ---- */

static json_t *search(const char *jql, const char *more)
{
    char url[3500];

    snprintf(url, sizeof(url), CLOUD "search/jql?jql=%s%s", sim_escape(jql), more);
    return sim_json(url);
}

/* Every page of a query; yours. */
static json_t *search_all(const char *jql, const char *fields)
{
    json_t *all = json_array(), *page;
    char more[300] = "";
    bool last = false;

    while (!last) {
        char with[700];

        snprintf(with, sizeof(with), "&maxResults=37&fields=%s%s", fields, more);
        page = search(jql, with);
        json_array_extend(all, json_object_get(page, "issues"));
        cr_assert_null(json_object_get(page, "total"));
        last = json_is_true(json_object_get(page, "isLast"));
        cr_assert_eq(json_object_get(page, "nextPageToken") == NULL, last);
        snprintf(more, sizeof(more), "&nextPageToken=%s", text_of(page, "nextPageToken"));
        json_decref(page);
    }
    return all;
}

Test(sim_jira, who_asks_lives_in_a_zone_of_their_own)
{
    json_t *json;

    sim_start(5);
    json = sim_json(CLOUD "myself");
    cr_expect_str_eq(text_of(json, "timeZone"), "Asia/Shanghai");
    json_decref(json);
    json = sim_json(CLOUD "serverInfo");
    cr_expect_str_eq(text_of(json, "deploymentType"), "Cloud");
    cr_expect_str_eq(text_of(json, "serverTime"), "2026-11-24T22:32:07.000+0800");
    json_decref(json);
    json = sim_json(SERVER "myself");
    cr_expect_str_eq(text_of(json, "timeZone"), "Europe/Berlin");
    json_decref(json);
    json = sim_json(SERVER "serverInfo");
    cr_expect_str_eq(text_of(json, "deploymentType"), "Server");
    cr_expect_str_eq(text_of(json, "serverTime"), "2026-11-24T15:32:07.000+0100");
    json_decref(json);
    sim_stop();
}

Test(sim_jira, a_search_gives_ids_unless_fields_are_named)
{
    json_t *json, *issue;

    sim_start(5);
    json = search("project = DX", "");
    issue = json_array_get(json_object_get(json, "issues"), 0);
    cr_expect_eq(json_object_size(issue), 1);
    cr_expect(json_is_string(json_object_get(issue, "id")));
    cr_expect_eq(json_array_size(json_object_get(json, "issues")), 50);
    json_decref(json);

    sim_post(CLOUD "search/jql",
             "{\"jql\":\"project = DX\",\"maxResults\":3,\"fields\":[\"summary\",\"status\"]}");
    cr_assert_eq(got.status, 200);
    json = json_loads(got.body.bytes, 0, NULL);
    cr_expect_eq(json_array_size(json_object_get(json, "issues")), 3);
    issue = json_object_get(json_array_get(json_object_get(json, "issues"), 0), "fields");
    cr_expect_eq(json_object_size(issue), 2);
    json_decref(json);
    sim_post(CLOUD "search/jql", "no JSON");
    cr_expect_eq(got.status, 400);
    sim_stop();
}

Test(sim_jira, the_old_search_is_gone)
{
    sim_start(5);
    sim_get(CLOUD "search?jql=project%3DDX");
    cr_expect_eq(got.status, 410);
    cr_expect(strstr(got.body.bytes, "Please migrate to the /rest/api/3/search/jql API"));
    sim_stop();
}

static const struct {
    const char *jql, *complaint; /* NULL: none */
} queries[] = {
    { "project = DX", NULL },
    { "project = dx order by updated ASC", NULL },
    { "(project in (DX, PLAT)) AND statusCategory != Done ORDER BY created, key DESC", NULL },
    { "updated >= \"2026-11-24 22:00\"", NULL },
    { "updated >= '2026/11/24 22:00'", NULL },
    { "updated >= 2026-11-24 and created >= -4w", NULL },
    { "updated >= \"4w 2d\"", NULL },
    { "labels in (access, sso) and issuetype = Incident", NULL },
    { "type not in (Bug, Task) or priority = Highest", NULL },
    { "status = Done and component = \"Flaky jobs\"", NULL },
    { "resolution is EMPTY and resolved is not EMPTY", NULL },
    { "resolution = Unresolved", NULL },
    { "", "Unbounded JQL" },
    { "ORDER BY created", "Unbounded JQL" },
    { "foo = 1", "Field 'foo' does not exist" },
    { "project = NOPE", "The value 'NOPE' does not exist for the field 'project'" },
    { "project >= DX", "The operator '>=' is not supported by the 'project' field" },
    { "updated >= yesterday", "Date value 'yesterday' for field 'updated' is invalid" },
    { "updated >= \"2026-11-24T22:00\"", "is invalid" },
    { "updated >= \"2026-11-24 22:00:00\"", "is invalid" },
    { "updated >= \"2026-11-24 22:00 +0800\"", "is invalid" },
    { "updated >= \"2026-02-30 22:00\"", "is invalid" },
    { "updated >= -5y", "is invalid" },
    { "updated >= startOfDay()", "Unable to find JQL function 'startOfDay'" },
    { "project", "before the end of the query" },
    { "project DX", "but got 'DX'" },
    { "project = DX AND", "before the end of the query" },
    { "project = DX created >= -1d", "Expecting either 'OR' or 'AND' but got 'created'" },
    { "(project = DX", "Expecting ')'" },
    { "project in (DX", "Expecting ')' or ','" },
    { "project = \"DX", "has not been completed" },
    { "project ~ DX", "operator" },
    { "project = DX order created", "'by'" },
    { "project = DX order by nothing", "Field 'nothing' does not exist" },
};

Test(sim_jira, jql_is_understood_or_refused)
{
    sim_start(5);
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        char url[3500];
        json_t *json;

        snprintf(url, sizeof(url), CLOUD "search/jql?jql=%s", sim_escape(queries[i].jql));
        sim_get(url);
        json = json_loads(got.body.bytes, 0, NULL);
        cr_assert(json);
        cr_expect_eq(got.status, queries[i].complaint ? 400 : 200, "%s: %d", queries[i].jql,
                     got.status);
        if (queries[i].complaint)
            cr_expect(
                strstr(json_string_value(json_array_get(json_object_get(json, "errorMessages"), 0)),
                       queries[i].complaint),
                "%s: %s", queries[i].jql, got.body.bytes);
        json_decref(json);
    }
    sim_stop();
}

static size_t count(const char *jql)
{
    json_t *all = search_all(jql, "key");
    size_t n = json_array_size(all);

    json_decref(all);
    return n;
}

Test(sim_jira, a_time_is_read_in_the_zone_of_who_asks)
{
    sim_start(5);
    /* It is 22:32 in Shanghai. */
    cr_expect_eq(count("updated >= \"2026-11-24 22:33\""), 0);
    cr_expect_eq(count("updated >= \"2026-11-23 22:32\""), count("updated >= -1440m"));
    cr_expect_gt(count("updated >= -1d"), 0);
    cr_expect_gt(count("updated >= \"2026-11-23 14:32\""), count("updated >= -1d"));
    sim_stop();
}

/* ---- the truth ---- */

static bool has(const json_t *issue, const char *field, const char *name, const char *want)
{
    return strcmp(text_of(json_object_get(json_object_get(issue, "fields"), field), name), want) ==
           0;
}

static int64_t field_ms(const json_t *issue, const char *field)
{
    return ms_of(text_of(json_object_get(issue, "fields"), field));
}

/* As a client would find it; 0: there is none. */
static int64_t first_response(const json_t *issue)
{
    const json_t *fields = json_object_get(issue, "fields"), *comment;
    const char *reporter = text_of(json_object_get(fields, "reporter"), "accountId");
    size_t i;

    json_array_foreach (json_object_get(json_object_get(fields, "comment"), "comments"), i,
                        comment) {
        const json_t *author = json_object_get(comment, "author");

        if (!json_is_false(json_object_get(comment, "jsdPublic")) &&
            !json_object_get(comment, "visibility") &&
            strcmp(text_of(author, "accountId"), reporter) != 0 &&
            strcmp(text_of(author, "accountType"), "app") != 0)
            return ms_of(text_of(comment, "created"));
    }
    return 0;
}

/* The key of the first issue that it is linked to in that direction; "": none. */
static const char *linked(const json_t *issue, const char *direction)
{
    const json_t *link, *other;
    size_t i;

    json_array_foreach (json_object_get(json_object_get(issue, "fields"), "issuelinks"), i, link) {
        other = json_object_get(link, direction);
        if (other)
            return text_of(other, "key");
    }
    return "";
}

static void compare(const json_t *issue, const json_t *truth)
{
    const char *key = text_of(truth, "key");
    bool open = json_is_true(json_object_get(truth, "open"));
    const json_t *status = json_object_get(
        json_object_get(json_object_get(issue, "fields"), "status"), "statusCategory");

    cr_expect_str_eq(text_of(json_object_get(issue, "fields"), "summary"), text_of(truth, "title"));
    cr_expect_eq(strcmp(text_of(status, "key"), "done") != 0, open, "%s", key);
    cr_expect_eq(field_ms(issue, "created"), ms_of(text_of(truth, "created")), "%s", key);
    cr_expect_eq(field_ms(issue, "updated"), ms_of(text_of(truth, "updated")), "%s", key);
    cr_expect_eq(field_ms(issue, "resolutiondate"), ms_of(text_of(truth, "resolved")), "%s", key);
    cr_expect_eq(first_response(issue), ms_of(text_of(truth, "first_response")), "%s", key);
    cr_expect(has(issue, "issuetype", "name", text_of(truth, "type")), "%s", key);
    cr_expect_str_eq(linked(issue, "outwardIssue"), text_of(truth, "duplicates"), "%s", key);
}

Test(sim_jira, all_issues_together_are_the_truth)
{
    size_t total = 0, open = 0, odd = 0, links = 0, i;
    json_t *all, *by_key = json_object(), *issue, *truth;
    const char *line;
    char *text;

    sim_start(5);
    all = search_all("project in (DX, PLAT)", "*all");
    json_array_foreach (all, i, issue) {
        json_object_set(by_key, text_of(issue, "key"), issue);
        odd +=
            has(issue, "status", "name", "Done") &&
            strcmp(
                text_of(json_object_get(json_object_get(json_object_get(issue, "fields"), "status"),
                                        "statusCategory"),
                        "key"),
                "new") == 0;
    }
    line = text = sim_truth("ticket");
    while ((truth = sim_next_of(&line, "jira")) != NULL) {
        issue = json_object_get(by_key, text_of(truth, "key"));
        total++;
        open += json_is_true(json_object_get(truth, "open"));
        if (*text_of(truth, "duplicates")) {
            cr_expect_str_neq(
                linked(json_object_get(by_key, text_of(truth, "duplicates")), "inwardIssue"), "");
            links++;
        }
        cr_assert(issue, "%s", text_of(truth, "key"));
        compare(issue, truth);
        json_decref(truth);
    }
    cr_expect_eq(total, json_array_size(all));
    cr_expect_gt(links, 0);
    cr_expect_gt(total, 450); /* about six a day */
    cr_expect_lt(total, 630);
    cr_expect_gt(open, 30);
    cr_expect_lt(open, 75);
    cr_expect_eq(open, count("statusCategory != Done"));
    cr_expect_eq(odd, count("status = Done"), "a status called Done, in a category that is new");
    free(text);
    json_decref(by_key);
    json_decref(all);
    sim_stop();
}

Test(sim_jira, titles_are_hostile_now_and_then)
{
    static const char *const marks[] = {
        "\x1b]0;owned\x07", "\xE2\x80\xAE", "\n",
        "ランナー",         "المستودع",     "גישה",
        "\xCC\xB5",         "\xE2\x80\x8B", "👩‍👩‍👧‍👦"
    };
    size_t seen[sizeof(marks) / sizeof(marks[0])] = { 0 };

    /* No company has them all. */
    for (uint64_t seed = 1; seed < 8; seed++) {
        json_t *all, *issue;
        size_t i;

        sim_start(seed);
        all = search_all("project in (DX, PLAT)", "summary");
        json_array_foreach (all, i, issue)
            for (size_t m = 0; m < sizeof(marks) / sizeof(marks[0]); m++)
                seen[m] +=
                    strstr(text_of(json_object_get(issue, "fields"), "summary"), marks[m]) != NULL;
        json_decref(all);
        sim_stop();
    }
    for (size_t m = 0; m < sizeof(marks) / sizeof(marks[0]); m++)
        cr_expect_gt(seen[m], 0, "%zu", m);
}
