/* The service desk of the simulated Jira Cloud, Jira Data Center, and tickets that are
 * made by hand. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/noise.h"
#include "sim_kit.h"

#define CLOUD  "/jira/rest/api/3/"
#define SERVER "/jiradc/rest/api/2/"
#define DESK   "/jira/rest/servicedeskapi/"

static int64_t ms_of(const char *text)
{
    return time_parse(text, strlen(text));
}

/* ---- the desk ---- */

/* All pages, by their links; yours. */
static json_t *all_of(const char *url)
{
    json_t *all = json_array();
    char next[3000];

    snprintf(next, sizeof(next), "%s", url);
    while (*next) {
        json_t *page = sim_json(next), *values = json_object_get(page, "values");
        const char *link = text_of(json_object_get(page, "_links"), "next");

        cr_assert_eq(int_of(page, "size"), (int64_t)json_array_size(values));
        cr_assert_eq(json_is_true(json_object_get(page, "isLastPage")), !*link);
        json_array_extend(all, values);
        snprintf(next, sizeof(next), "%s", *link ? strstr(link, "/jira/") : "");
        json_decref(page);
    }
    return all;
}

static const json_t *sla_named(const json_t *request, const char *name)
{
    const json_t *sla;
    size_t i;

    json_array_foreach (json_object_get(json_object_get(request, "sla"), "values"), i, sla)
        if (strcmp(text_of(sla, "name"), name) == 0)
            return sla;
    return NULL;
}

static void compare_cycle(const json_t *cycle, const json_t *truth, const char *key)
{
    int64_t elapsed_ms = int_of(json_object_get(cycle, "elapsedTime"), "millis");
    int64_t left_ms = int_of(json_object_get(cycle, "remainingTime"), "millis");

    cr_assert(cycle, "%s", key);
    cr_expect_eq(int_of(json_object_get(cycle, "startTime"), "epochMillis"),
                 ms_of(text_of(truth, "start")), "%s", key);
    cr_expect_eq(int_of(json_object_get(cycle, "stopTime"), "epochMillis"),
                 ms_of(text_of(truth, "stop")), "%s", key);
    cr_expect_eq(int_of(json_object_get(cycle, "breachTime"), "epochMillis"),
                 ms_of(text_of(truth, "breach")), "%s", key);
    cr_expect_eq(json_is_true(json_object_get(cycle, "breached")), left_ms < 0, "%s", key);
    cr_expect_eq(elapsed_ms + left_ms, int_of(json_object_get(cycle, "goalDuration"), "millis"),
                 "%s", key);
}

static void compare_sla(const json_t *sla, const json_t *truth, const char *key)
{
    const json_t *completed = json_object_get(sla, "completedCycles"), *cycle;
    size_t i;

    json_array_foreach (truth, i, cycle)
        compare_cycle(*text_of(cycle, "stop") ? json_array_get(completed, i)
                                              : json_object_get(sla, "ongoingCycle"),
                      cycle, key);
    cr_expect_eq(json_array_size(completed) + (json_object_get(sla, "ongoingCycle") != NULL),
                 json_array_size(truth), "%s", key);
}

Test(sim_jsm, requests_and_promises_are_the_truth)
{
    json_t *all, *by_key = json_object(), *request, *truth;
    size_t i, total = 0, breached = 0, neither = 0, paused = 0;
    const char *line;
    char *text;

    sim_start(5);
    all = all_of(DESK "request?requestStatus=ALL_REQUESTS&expand=sla,status&limit=40");
    json_array_foreach (all, i, request) {
        const json_t *sla = sla_named(request, "Time to resolution");
        const json_t *ongoing = json_object_get(sla, "ongoingCycle");

        json_object_set(by_key, text_of(request, "issueKey"), request);
        neither += !ongoing && json_array_size(json_object_get(sla, "completedCycles")) == 0;
        breached += json_is_true(json_object_get(ongoing, "breached"));
        paused += json_is_true(json_object_get(ongoing, "paused"));
    }
    line = text = sim_truth("ticket");
    while ((truth = sim_next_of(&line, "jira")) != NULL) {
        const char *key = text_of(truth, "key");

        request = json_object_get(by_key, key);
        cr_assert_eq(request != NULL, strncmp(key, "DX-", 3) == 0, "%s", key);
        total += request != NULL;
        if (request) {
            compare_sla(sla_named(request, "Time to resolution"),
                        json_object_get(truth, "resolution_sla"), key);
            compare_sla(sla_named(request, "Time to first response"),
                        json_object_get(truth, "response_sla"), key);
        }
        json_decref(truth);
    }
    cr_expect_eq(total, json_array_size(all));
    cr_expect_gt(neither, 0);
    cr_expect_gt(breached, 0);
    cr_expect_gt(paused, 0);
    free(text);
    json_decref(by_key);
    json_decref(all);
    sim_stop();
}

Test(sim_jsm, open_requests_are_those_of_the_queue)
{
    json_t *open, *queue, *json;
    const json_t *first;

    sim_start(5);
    open = all_of(DESK "request?requestStatus=OPEN_REQUESTS&limit=10");
    queue = all_of(DESK "servicedesk/1/queue/10/issue?limit=10");
    cr_expect_gt(json_array_size(open), 20);
    cr_expect_eq(json_array_size(open), json_array_size(queue));
    cr_expect_null(json_object_get(json_array_get(open, 0), "sla"), "it was not asked for");
    json = sim_json(DESK "servicedesk/1/queue?includeCount=true");
    first = json_array_get(json_object_get(json, "values"), 0);
    cr_expect_eq(int_of(first, "issueCount"), (int64_t)json_array_size(open));
    json_decref(json);
    json_decref(queue);
    json_decref(open);
    json = sim_json(DESK "info");
    cr_expect(json_is_true(json_object_get(json, "isLicensedForUse")));
    json_decref(json);
    sim_get(DESK "request/DX-1");
    cr_expect_eq(got.status, 404);
    sim_stop();
}

/* ---- limits ---- */

Test(sim_jsm, limits_are_said_as_each_product_says_them)
{
    sim_start(5);
    sim.rate.limit = 5000;
    sim_get(CLOUD "myself");
    cr_expect_str_eq(sim_header("X-RateLimit-Reset"), "2026-11-24T14:33Z");
    cr_expect_str_eq(sim_header("Retry-After"), "");
    for (int i = 0; i < 400 && got.status == 200; i++)
        sim_get(CLOUD "myself");
    cr_expect_eq(got.status, 429);
    cr_expect_str_eq(sim_header("RateLimit-Reason"), "jira-burst-based");
    cr_expect_str_eq(sim_header("X-RateLimit-NearLimit"), "true");
    now += 1000 * strtoll(sim_header("Retry-After"), NULL, 10);
    sim_get(CLOUD "myself");
    cr_expect_eq(got.status, 200);

    sim_get(SERVER "myself");
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(sim_header("Retry-After"), "0");
    for (int i = 0; i < 600 && got.status == 200; i++)
        sim_get(SERVER "myself");
    cr_expect_eq(got.status, 429);
    cr_expect_str_eq(sim_header("Retry-After"), "1");
    cr_expect_str_eq(sim_header("X-RateLimit-FillRate"), "50");
    now += 1000;
    sim_get(SERVER "myself");
    cr_expect_eq(got.status, 200);
    sim_stop();
}

/* ---- Data Center ---- */

Test(sim_jsm, the_server_counts_and_embeds_changes)
{
    json_t *by_key = json_object(), *json, *issue, *truth;
    size_t i, total = 0;
    const char *line;
    char *text;

    sim_start(5);
    for (int from = 0, all = 1; from < all; from += 30) {
        char url[300];

        snprintf(url, sizeof(url),
                 SERVER "search?jql=&startAt=%d&maxResults=30&fields=status,resolutiondate,"
                        "description&expand=changelog",
                 from);
        json = sim_json(url);
        all = (int)int_of(json, "total");
        cr_expect_eq(int_of(json, "startAt"), from);
        json_array_foreach (json_object_get(json, "issues"), i, issue)
            json_object_set(by_key, text_of(issue, "key"), issue);
        json_decref(json);
    }
    line = text = sim_truth("ticket");
    while ((truth = sim_next_of(&line, "jiradc")) != NULL) {
        const json_t *fields, *changes;

        issue = json_object_get(by_key, text_of(truth, "key"));
        total++;
        cr_assert(issue, "%s", text_of(truth, "key"));
        fields = json_object_get(issue, "fields");
        changes = json_object_get(issue, "changelog");
        cr_expect(json_is_string(json_object_get(fields, "description")));
        cr_expect_eq(ms_of(text_of(fields, "resolutiondate")), ms_of(text_of(truth, "resolved")));
        cr_expect_eq(int_of(changes, "total"),
                     (int64_t)json_array_size(json_object_get(changes, "histories")));
        if (*text_of(truth, "resolved"))
            cr_expect_gt(int_of(changes, "total"), 0, "%s", text_of(truth, "key"));
        json_decref(truth);
    }
    cr_expect_eq(total, json_object_size(by_key));
    cr_expect_gt(total, 100);
    free(text);
    json_decref(by_key);
    sim_stop();
}

Test(sim_jsm, the_server_reads_times_in_berlin)
{
    json_t *json;

    sim_start(5);
    sim_post("/sim/ticket?do=create&system=jiradc", NULL);
    json = sim_json(SERVER "search?jql=updated%20%3E%3D%20%222026-11-24%2015:32%22");
    cr_expect_eq(int_of(json, "total"), 1);
    json_decref(json);
    json = sim_json(SERVER "search?jql=updated%20%3E%3D%20%222026-11-24%2015:33%22");
    cr_expect_eq(int_of(json, "total"), 0);
    json_decref(json);
    sim_stop();
}

/* The status that its changelog ends with. */
static const char *changed(const char *key)
{
    static char value[100];
    const json_t *history, *item;
    char url[200];
    json_t *json;
    size_t i, k;

    snprintf(url, sizeof(url), CLOUD "issue/%s/changelog", key);
    json = sim_json(url);

    *value = '\0';
    json_array_foreach (json_object_get(json, "values"), i, history)
        json_array_foreach (json_object_get(history, "items"), k, item)
            if (strcmp(text_of(item, "field"), "status") == 0)
                snprintf(value, sizeof(value), "%s", text_of(item, "toString"));
    json_decref(json);
    return value;
}

/* ---- by hand ---- */

static json_t *line_of(const char *key)
{
    char *text = sim_truth("ticket");
    const char *line = text;
    json_t *truth;

    while ((truth = sim_next_of(&line, "jira")) != NULL && strcmp(text_of(truth, "key"), key) != 0)
        json_decref(truth);
    free(text);
    return truth;
}

static void do_to(const char *key, const char *deed, int status)
{
    char url[200];

    snprintf(url, sizeof(url), "/sim/ticket?do=%s&key=%s", deed, key);
    sim_post(url, NULL);
    cr_expect_eq(got.status, status, "%s: %d", deed, got.status);
}

Test(sim_jsm, a_ticket_by_hand_is_answered_and_breached)
{
    const json_t *cycle;
    json_t *json, *truth;
    char key[40];

    sim_start(5);
    sim_post("/sim/ticket?do=create&title=down&priority=1&category=Runners&goal=60s", NULL);
    cr_assert_eq(got.status, 200);
    json = json_loads(got.body.bytes, 0, NULL);
    snprintf(key, sizeof(key), "%s", text_of(json, "key"));
    json_decref(json);

    now += 30000;
    do_to(key, "note", 200);
    now += 10000;
    do_to(key, "answer", 200);
    truth = line_of(key);
    cr_expect_eq(ms_of(text_of(truth, "first_response")), T + 40000);
    json_decref(truth);

    now = T + 90000;
    json = sim_json(CLOUD "search/jql?jql=updated%20%3E%3D%20-5m%20order%20by%20created%20desc&"
                          "fields=summary,customfield_10030,customfield_10031");
    cycle = json_array_get(json_object_get(json, "issues"), 0);
    cr_expect_str_eq(text_of(cycle, "key"), key);
    cycle = json_object_get(cycle, "fields");
    cr_expect_str_eq(text_of(cycle, "summary"), "down");
    cycle = json_object_get(json_object_get(cycle, "customfield_10030"), "ongoingCycle");
    cr_expect(json_is_true(json_object_get(cycle, "breached")));
    cr_expect_eq(int_of(json_object_get(cycle, "remainingTime"), "millis"), -30000);
    json_decref(json);

    do_to(key, "reopen", 400); /* it is open */
    do_to(key, "ask", 200);
    now += 60000;
    do_to(key, "resolve", 200);
    truth = line_of(key);
    cycle = json_array_get(json_object_get(truth, "resolution_sla"), 0);
    cr_expect_float_eq(json_real_value(json_object_get(cycle, "elapsed_s")), 90., 1e-6,
                       "waiting for the reporter does not count");
    json_decref(truth);
    do_to(key, "answer", 400);
    now += 60000;
    do_to(key, "reopen", 200);
    truth = line_of(key);
    cr_expect(json_is_true(json_object_get(truth, "open")));
    cr_expect_eq(int_of(truth, "reopened"), 1);
    cr_expect_eq(json_array_size(json_object_get(truth, "resolution_sla")), 2);
    json_decref(truth);
    cr_expect_str_eq(changed(key), "处理中");
    sim_stop();
}

/* It is 15:32:07 in Berlin, on a Tuesday. */
static const struct {
    const char *priority, *response, *resolution;
} promises[] = {
    { "1", "2026-11-24T15:02:07Z", "2026-11-24T18:32:07Z" }, /* around the clock */
    { "2", "2026-11-25T08:32:07Z", "2026-11-25T14:32:07Z" },
    { "3", "2026-11-25T10:32:07Z", "2026-11-27T14:32:07Z" },
    { "4", "2026-11-25T14:32:07Z", "2026-12-01T14:32:07Z" }, /* over a weekend */
    { "5", "2026-11-26T14:32:07Z", "2026-12-08T14:32:07Z" },
};

static const char *breach_of(const json_t *truth, const char *name)
{
    return text_of(json_array_get(json_object_get(truth, name), 0), "breach");
}

Test(sim_jsm, promises_count_business_hours)
{
    sim_start(5);
    for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
        json_t *json, *truth;
        char url[100];

        snprintf(url, sizeof(url), "/sim/ticket?do=create&priority=%s", promises[i].priority);
        sim_post(url, NULL);
        cr_assert_eq(got.status, 200);
        json = json_loads(got.body.bytes, 0, NULL);
        truth = line_of(text_of(json, "key"));
        cr_expect_str_eq(breach_of(truth, "response_sla"), promises[i].response);
        cr_expect_str_eq(breach_of(truth, "resolution_sla"), promises[i].resolution);
        json_decref(truth);
        json_decref(json);
    }
    sim_stop();
}

Test(sim_jsm, what_cannot_be_is_refused)
{
    sim_start(5);
    do_to("DX-1", "answer", 404);
    sim_post("/sim/ticket?do=create&priority=6", NULL);
    cr_expect_eq(got.status, 400);
    sim_post("/sim/ticket?do=create&category=Nothing", NULL);
    cr_expect_eq(got.status, 400);
    sim_post("/sim/ticket?do=create&goal=soon", NULL);
    cr_expect_eq(got.status, 400);
    sim_post("/sim/ticket?do=create&system=rt", NULL);
    cr_expect_eq(got.status, 400);
    sim_stop();
}

/* ---- always the same ---- */

Test(sim_jsm, a_seed_has_the_same_tickets_however_one_gets_there)
{
    char *once, *again, *other;

    sim_start(5);
    once = sim_truth("ticket");
    sim_stop();
    sim_start(5);
    for (now = T - 3 * DAY_MS; now < T; now += HOUR_MS)
        free(sim_truth("ticket"));
    now = T;
    again = sim_truth("ticket");
    sim_stop();
    cr_expect_str_eq(once, again);
    sim_start(6);
    other = sim_truth("ticket");
    sim_stop();
    cr_expect_str_neq(once, other);
    free(once);
    free(again);
    free(other);
}
