/* azure: the Azure DevOps REST API, as far as it concerns builds and pools. */
#include "config.h"

#include "sim/azure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "sim/noise.h"

#define API "/_apis"

/* Its unit is the TSTU, of which an identity has 200 in five minutes. A request of ours
 * costs a fiftieth. */
enum { TSTU = 200, REQUESTS_EACH = 50, DELAY_FROM = 8000, WARN_FROM = 5000, PAGE = 100 };

/* ---- answers ---- */

void devops_put(struct exchange *x, json_t *json)
{
    exchange_json(x, 200, json);
    x->content_type = "application/json; charset=utf-8; api-version=7.1";
}

void devops_put_list(struct exchange *x, json_t *list)
{
    devops_put(x,
               json_pack("{s:I, s:o}", "count", (json_int_t)json_array_size(list), "value", list));
}

void devops_error(struct exchange *x, int status, const char *key, const char *message)
{
    exchange_json(x, status,
                  json_pack("{s:s, s:n, s:s, s:s, s:s, s:i, s:i}", "$id", "1", "innerException",
                            "message", message, "typeName", key, "typeKey", key, "errorCode", 0,
                            "eventId", 3000));
}

json_t *devops_time(int64_t ms, uint64_t key)
{
    char text[TIME_TEXT], whole[TIME_TEXT + 8];

    if (ms <= 0)
        return json_null();
    (void)time_format(text, ms - ms % 1000);
    (void)snprintf(whole, sizeof(whole), "%.19s.%03d%04dZ", text, (int)(ms % 1000),
                   (int)(key % 10000));
    return json_string(whole);
}

const char *devops_guid(char out[DEVOPS_GUID], int kind, int64_t a, int64_t b)
{
    uint64_t h = noise_hash((uint64_t)kind, (uint64_t)a, b);

    (void)snprintf(out, DEVOPS_GUID, "%08x-%04x-5%03x-8%03x-%08x%04x", (unsigned)(h >> 32),
                   (unsigned)(h >> 16 & 0xFFFF), (unsigned)(h & 0xFFF), (unsigned)(h >> 12 & 0xFFF),
                   (unsigned)a, (unsigned)(b & 0xFFFF));
    return out;
}

/* ---- limits ---- */

/* Headers come when much is spent only; then the server is slow, which Retry-After says
 * on a good answer too; then it refuses. */
static bool is_welcome(struct exchange *x)
{
    struct sim *sim = x->sim;
    int64_t left;

    if (sim->rate.limit == 0)
        return true;
    if (x->now_ms >= sim->tstu.reset_ms) {
        sim->tstu.used = 0;
        sim->tstu.reset_ms = x->now_ms + 5 * MINUTE_MS;
    }
    sim->tstu.used++;
    left = TSTU - sim->tstu.used / REQUESTS_EACH;
    if (sim->tstu.used < WARN_FROM)
        return true;
    exchange_header(x, "X-RateLimit-Resource", "TSTU/build");
    exchange_header(x, "X-RateLimit-Limit", "%d", TSTU);
    exchange_header(x, "X-RateLimit-Remaining", "%" PRId64, left > 0 ? left : 0);
    exchange_header(x, "X-RateLimit-Reset", "%" PRId64, sim->tstu.reset_ms / 1000);
    if (sim->tstu.used < DELAY_FROM)
        return true;
    exchange_header(x, "X-RateLimit-Delay", "0.500");
    exchange_header(x, "Retry-After", "%" PRId64,
                    left > 0 ? 1 : (sim->tstu.reset_ms - x->now_ms) / 1000 + 1);
    if (left > 0)
        return true;
    devops_error(x, 429, "TooManyRequestsException",
                 "TF400733: The request has been canceled: Request was blocked due to exceeding "
                 "usage of resource 'TSTU' in namespace 'User'.");
    return false;
}

/* ---- projects ---- */

static bool is_first(const struct company *company, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (company->repos[i].system == COMPANY_AZURE &&
            strcmp(company->repos[i].owner, company->repos[at].owner) == 0)
            return false;
    return company->repos[at].system == COMPANY_AZURE;
}

static void put_projects(const struct devops_call *call)
{
    const char *top = exchange_parameter(call->x, "$top");
    const char *token = exchange_parameter(call->x, "continuationToken");
    int64_t most = top ? strtoll(top, NULL, 10) : PAGE, skip = token ? strtoll(token, NULL, 10) : 0;
    int64_t n = 0;
    json_t *list = json_array();

    for (size_t i = 0; i < call->company->repo_count; i++) {
        char id[DEVOPS_GUID];

        if (!is_first(call->company, i) || n++ < skip)
            continue;
        if (n > skip + most) {
            exchange_header(call->x, "x-ms-continuationtoken", "%" PRId64, skip + most);
            break;
        }
        (void)json_array_append_new(list,
                                    json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s}", "id",
                                              devops_guid(id, 1, (int64_t)i, 0), "name",
                                              call->company->repos[i].owner, "url", "", "state",
                                              "wellFormed", "revision", 11, "visibility", "private",
                                              "lastUpdateTime", "2026-01-07T10:00:00.113Z"));
    }
    devops_put_list(call->x, list);
}

/* In any case. NULL: there is none. */
static const char *project_named(const struct company *company, const char *name, size_t len)
{
    for (size_t i = 0; i < company->repo_count; i++)
        if (company->repos[i].system == COMPANY_AZURE &&
            strncasecmp(company->repos[i].owner, name, len) == 0 &&
            company->repos[i].owner[len] == '\0')
            return company->repos[i].owner;
    return NULL;
}

/* ---- the face ---- */

static const char *behind(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return text && strncmp(text, prefix, len) == 0 && strchr("/", text[len]) ? text + len : NULL;
}

static void answer_api(struct devops_call *call, const char *path)
{
    const char *rest;

    if (!call->project && behind(path, "/projects"))
        put_projects(call);
    else if (!call->project && (rest = behind(path, "/distributedtask/pools")) != NULL)
        devops_pools(call, rest);
    else if (call->project && behind(path, "/distributedtask/queues"))
        devops_queues(call);
    else if (call->project && (rest = behind(path, "/build/builds")) != NULL)
        devops_builds(call, rest);
    else
        devops_error(call->x, 404, "VssResourceNotFoundException",
                     "VS403049: The controller for path was not found or does not implement "
                     "IController.");
}

static bool knows_version(struct exchange *x)
{
    const char *version = exchange_parameter(x, "api-version");

    if (!version || strtod(version, NULL) <= 7.1 + 1e-9)
        return true;
    devops_error(
        x, 400, "VssVersionOutOfRangeException",
        arena_print(&x->arena,
                    "The requested REST API version of %s is out of range for this server. "
                    "The latest REST API version this server supports is 7.1.",
                    version));
    return false;
}

static void answer(struct exchange *x)
{
    struct devops_call call = { .x = x, .company = sim_company(x->sim, x->now_ms) };
    const char *path = x->path + strlen(DEVOPS_ROOT), *api = behind(path, API);

    call.web = arena_print(&x->arena, "%s" DEVOPS_ROOT, x->sim->public_url);
    if (!is_welcome(x) || !knows_version(x))
        return;
    if (!api) {
        size_t len = strcspn(path + 1, "/");

        call.project = project_named(call.company, path + 1, len);
        api = behind(path + 1 + len, API);
        if (!call.project) {
            devops_error(x, 404, "ProjectDoesNotExistWithNameException",
                         arena_print(&x->arena,
                                     "TF200016: The following project does not exist: "
                                     "%.*s.",
                                     (int)len, path + 1));
            return;
        }
    }
    answer_api(&call, api ? api : "");
}

static void no_path(struct exchange *x)
{
    devops_error(x, 404, "VssResourceNotFoundException", "Page not found.");
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s", methods);
    devops_error(x, 405, "VssRequestMethodNotAllowedException",
                 "The requested resource does not support this method.");
}

/* Who has no token is led to a page, as if all was well. */
static void refuse(struct exchange *x)
{
    exchange_text(x, 203,
                  "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>\n\tAzure DevOps Services | "
                  "Sign In\n</title></head><body></body></html>\n");
    x->content_type = "text/html; charset=utf-8";
}

static const struct route routes[] = { { DEVOPS_ROOT "/", "GET", answer }, { 0 } };

const struct face face_azure = {
    .name = "azure",
    .routes = routes,
    .prefix = DEVOPS_ROOT "/",
    .no_path = no_path,
    .no_method = no_method,
    .refuse = refuse,
};
