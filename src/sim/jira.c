/* jira: Jira Cloud and Jira Data Center: who asks, and how often. */
#include "config.h"

#include "sim/jira.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/time.h"
#include "sim/hours.h"
#include "sim/noise.h"
#include "sim/page.h"

#define CLOUD  "/jira"
#define SERVER "/jiradc"

/* Of the cloud: so many requests in a window; of the server: a bucket that fills again. */
enum { BURST = 350, BUCKET = 500, FILL_RATE = 50 };
#define BURST_MS (20 * INT64_C(1000))

/* ---- times ---- */

static int64_t offset_cloud(int64_t at_ms)
{
    (void)at_ms;
    return 8 * HOUR_MS; /* of the account, wherever the company is */
}

const char *atlas_time_text(const struct atlas_call *call, int64_t ms, bool friendly)
{
    int64_t offset_ms = call->account.offset_ms(ms);
    time_t s = (time_t)((ms + offset_ms) / 1000);
    char text[64];
    struct tm tm;

    (void)gmtime_r(&s, &tm);
    if (friendly)
        (void)strftime(text, sizeof(text), "%d/%b/%Y %I:%M %p", &tm);
    else
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    return arena_text(&call->x->arena, text);
}

json_t *atlas_time(const struct atlas_call *call, int64_t ms)
{
    int64_t offset_ms = call->account.offset_ms(ms);

    if (ms <= 0)
        return json_null();
    return json_sprintf("%s.%03d+%02d00", atlas_time_text(call, ms, false), (int)(ms % 1000),
                        (int)(offset_ms / HOUR_MS));
}

/* ---- answers ---- */

void atlas_put(const struct atlas_call *call, json_t *json)
{
    exchange_json(call->x, 200, json);
    call->x->content_type = "application/json;charset=UTF-8";
}

void atlas_error(struct exchange *x, int status, const char *message)
{
    exchange_json(x, status, json_pack("{s:[s], s:{}}", "errorMessages", message, "errors"));
    x->content_type = "application/json;charset=UTF-8";
}

int64_t atlas_number(const struct exchange *x, const char *name, int64_t fallback, int64_t most)
{
    const char *text = exchange_parameter(x, name);
    int64_t number = text && *text ? strtoll(text, NULL, 10) : fallback;

    if (number < 0)
        return 0;
    return number < most ? number : most;
}

static bool limit_cloud(struct exchange *x)
{
    struct sim *sim = x->sim;
    int64_t left;
    char reset[32];
    struct tm tm;
    time_t s;

    if (x->now_ms >= sim->burst.reset_ms || x->now_ms + BURST_MS < sim->burst.reset_ms) {
        sim->burst.used = 0;
        sim->burst.reset_ms = x->now_ms + BURST_MS;
    }
    sim->burst.used++;
    left = BURST - sim->burst.used;
    s = (time_t)(sim->burst.reset_ms / 1000 + 59);
    (void)gmtime_r(&s, &tm);
    (void)strftime(reset, sizeof(reset), "%Y-%m-%dT%H:%MZ", &tm);
    exchange_header(x, "X-RateLimit-Limit", "%d", BURST);
    exchange_header(x, "X-RateLimit-Remaining", "%" PRId64, left > 0 ? left : 0);
    exchange_header(x, "X-RateLimit-Reset", "%s", reset);
    if (left < BURST / 5)
        exchange_header(x, "X-RateLimit-NearLimit", "true");
    if (left >= 0)
        return true;
    exchange_header(x, "RateLimit-Reason", "jira-burst-based");
    exchange_header(x, "Retry-After", "%" PRId64, (sim->burst.reset_ms - x->now_ms) / 1000 + 1);
    atlas_error(x, 429, "Rate limit exceeded.");
    return false;
}

/* Retry-After stands on every answer, and means nothing while it is 0. */
static bool limit_server(struct exchange *x)
{
    struct sim *sim = x->sim;
    double back = (double)(x->now_ms - sim->bucket.at_ms) / 1e3 * FILL_RATE;
    int64_t left;

    if (back > 0.)
        sim->bucket.taken = sim->bucket.taken > back ? sim->bucket.taken - back : 0.;
    sim->bucket.at_ms = x->now_ms;
    sim->bucket.taken += 1.;
    left = BUCKET - (int64_t)sim->bucket.taken;
    exchange_header(x, "X-RateLimit-Limit", "%d", BUCKET);
    exchange_header(x, "X-RateLimit-Remaining", "%" PRId64, left > 0 ? left : 0);
    exchange_header(x, "X-RateLimit-FillRate", "%d", FILL_RATE);
    exchange_header(x, "X-RateLimit-Interval-Seconds", "1");
    exchange_header(x, "Retry-After", "%d", left < 0 ? 1 : 0);
    if (left >= 0)
        return true;
    sim->bucket.taken = BUCKET;
    exchange_text(x, 429, "Rate limit exceeded.\n");
    return false;
}

bool atlas_begin(struct atlas_call *call, struct exchange *x, bool cloud)
{
    struct helpdesk *desk = sim_helpdesk(x->sim, x->now_ms);

    *call = (struct atlas_call){ .x = x, .desk = desk, .cloud = cloud };
    call->account = (struct jql_account){
        .system = cloud ? TICKETS_JIRA : TICKETS_JIRADC,
        .desk = desk,
        .now_ms = x->now_ms,
        .offset_ms = cloud ? offset_cloud : hours_offset_ms,
        .projects = cloud ? atlas_projects_cloud : atlas_projects_server,
        .statuses = cloud ? atlas_statuses_cloud : atlas_statuses_server,
    };
    call->base = arena_print(&x->arena, "%s%s", page_origin(x), cloud ? CLOUD : SERVER);
    call->api = arena_print(&x->arena, "%s/rest/api/%d", call->base, cloud ? 3 : 2);
    exchange_header(x, "X-AREQUESTID", "%06" PRIx64, (uint64_t)x->sim->requests);
    exchange_header(x, "Cache-Control", "no-cache, no-store, no-transform");
    if (x->sim->rate.limit == 0)
        return true;
    return cloud ? limit_cloud(x) : limit_server(x);
}

/* ---- who and what ---- */

static void myself(struct exchange *x, bool cloud)
{
    struct atlas_call call;
    json_t *json;

    if (!atlas_begin(&call, x, cloud))
        return;
    json = atlas_user(&call, 0);
    (void)json_object_set_new(json, "locale", json_string(cloud ? "zh_CN" : "de_DE"));
    if (cloud)
        (void)json_object_set_new(json, "emailAddress", json_string("k-wu@sim.example"));
    atlas_put(&call, json);
}

static void server_info(struct exchange *x, bool cloud)
{
    struct atlas_call call;
    json_t *json;

    if (!atlas_begin(&call, x, cloud))
        return;
    json = json_pack("{s:o, s:s, s:[i,i,i], s:s, s:i, s:o, s:s, s:s}", "baseUrl",
                     json_sprintf("%s%s", x->sim->public_url, cloud ? CLOUD : SERVER), "version",
                     cloud ? "1001.0.0-SNAPSHOT" : "9.12.4", "versionNumbers", cloud ? 1001 : 9,
                     cloud ? 0 : 12, cloud ? 0 : 4, "deploymentType", cloud ? "Cloud" : "Server",
                     "buildNumber", cloud ? 100274 : 9120004, "serverTime",
                     atlas_time(&call, x->now_ms), "scmInfo", "sim", "serverTitle",
                     "The desk of acme");
    atlas_put(&call, json);
}

static void myself_cloud(struct exchange *x)
{
    myself(x, true);
}

static void myself_server(struct exchange *x)
{
    myself(x, false);
}

static void info_cloud(struct exchange *x)
{
    server_info(x, true);
}

static void info_server(struct exchange *x)
{
    server_info(x, false);
}

static void statuses(struct exchange *x, bool cloud)
{
    struct atlas_call call;
    json_t *list;

    if (!atlas_begin(&call, x, cloud))
        return;
    list = json_array();
    for (int i = 0; i < TICKET_STATUSES; i++)
        (void)json_array_append_new(list, atlas_status(&call, (enum ticket_status)i));
    atlas_put(&call, list);
}

static void statuses_cloud(struct exchange *x)
{
    statuses(x, true);
}

static void statuses_server(struct exchange *x)
{
    statuses(x, false);
}

static void issue_cloud(struct exchange *x)
{
    struct atlas_call call;

    if (atlas_begin(&call, x, true))
        atlas_answer_issue(&call, x->path + strlen(CLOUD "/rest/api/3/issue/"));
}

static void issue_server(struct exchange *x)
{
    struct atlas_call call;

    if (atlas_begin(&call, x, false))
        atlas_answer_issue(&call, x->path + strlen(SERVER "/rest/api/2/issue/"));
}

/* ---- the faces ---- */

static void no_path(struct exchange *x)
{
    exchange_json(x, 404,
                  json_pack("{s:i, s:s, s:s}", "status-code", 404, "message",
                            "null for uri: ", "error", "Not Found"));
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s", methods);
    exchange_text(x, 405, "");
}

static void refuse(struct exchange *x)
{
    exchange_header(x, "X-Seraph-LoginReason", "AUTHENTICATED_FAILED");
    exchange_header(x, "WWW-Authenticate", "OAuth realm=\"https%%3A%%2F%%2Fsim.example\"");
    exchange_json(x, 401,
                  json_pack("{s:s, s:i}", "message",
                            "Client must be authenticated to access this resource.", "status-code",
                            401));
}

static const struct route cloud_routes[] = {
    { CLOUD "/rest/api/3/myself", "GET", myself_cloud },
    { CLOUD "/rest/api/3/serverInfo", "GET", info_cloud },
    { CLOUD "/rest/api/3/status", "GET", statuses_cloud },
    { CLOUD "/rest/api/3/search/jql", "GET POST", atlas_search_cloud },
    { CLOUD "/rest/api/3/search/approximate-count", "POST", atlas_count },
    { CLOUD "/rest/api/3/search", "GET POST", atlas_search_gone },
    { CLOUD "/rest/api/2/search", "GET POST", atlas_search_gone },
    { CLOUD "/rest/api/3/issue/", "GET", issue_cloud },
    { CLOUD "/rest/servicedeskapi/", "GET", atlas_answer_desk },
    { 0 },
};

static const struct route server_routes[] = {
    { SERVER "/rest/api/2/myself", "GET", myself_server },
    { SERVER "/rest/api/2/serverInfo", "GET", info_server },
    { SERVER "/rest/api/2/status", "GET", statuses_server },
    { SERVER "/rest/api/2/search", "GET POST", atlas_search_server },
    { SERVER "/rest/api/2/issue/", "GET", issue_server },
    { 0 },
};

const struct face face_jira = {
    .name = "jira",
    .routes = cloud_routes,
    .prefix = CLOUD "/",
    .no_path = no_path,
    .no_method = no_method,
    .refuse = refuse,
};

const struct face face_jiradc = {
    .name = "jira data center",
    .routes = server_routes,
    .prefix = SERVER "/",
    .no_path = no_path,
    .no_method = no_method,
    .refuse = refuse,
};
