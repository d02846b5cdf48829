/* gitlab: the GitLab REST API, as far as it concerns pipelines. */
#include "config.h"

#include "sim/gitlab.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/time.h"
#include "sim/noise.h"

#define ROOT     "/api/v4"
#define RELATIVE "/gitlab" ROOT

enum { TOTAL_MOST = 10000 };

static const struct group {
    int id, parent;
    const char *path;
} groups[] = {
    { 1, 0, "acme" },
    { 2, 1, "acme/platform" },
    { 3, 1, "acme/mobile" },
    { 4, 2, "acme/platform/data" },
};
enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

/* ---- limits and answers ---- */

static void put_limit(struct exchange *x)
{
    const struct sim *sim = x->sim;
    int64_t left = sim->minute.limit - sim->minute.used;
    time_t s = (time_t)(sim->minute.reset_ms / 1000);
    char date[64];
    struct tm tm;

    exchange_header(x, "X-Request-Id", "01SIM%021" PRId64, sim->requests);
    exchange_header(x, "X-Gitlab-Meta", "{\"version\":\"1\"}");
    if (sim->minute.limit == 0)
        return;
    (void)gmtime_r(&s, &tm);
    (void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    exchange_header(x, "RateLimit-Limit", "%" PRId64, sim->minute.limit);
    exchange_header(x, "RateLimit-Name", "throttle_authenticated_api");
    exchange_header(x, "RateLimit-Observed", "%" PRId64, sim->minute.used);
    exchange_header(x, "RateLimit-Remaining", "%" PRId64, left > 0 ? left : 0);
    exchange_header(x, "RateLimit-Reset", "%" PRId64, sim->minute.reset_ms / 1000);
    exchange_header(x, "RateLimit-ResetTime", "%s", date);
}

/* false: the answer is there already. Everything counts, 304 too, and by the minutes of the
 * clock. */
static bool is_welcome(struct exchange *x)
{
    struct sim *sim = x->sim;

    if (x->now_ms >= sim->minute.reset_ms) {
        sim->minute.used = 0;
        sim->minute.reset_ms = (x->now_ms / MINUTE_MS + 1) * MINUTE_MS;
    }
    sim->minute.used++;
    put_limit(x);
    if (sim->minute.limit == 0 || sim->minute.used <= sim->minute.limit)
        return true;
    exchange_text(x, 429, "Retry later\n");
    exchange_header(x, "Retry-After", "%" PRId64, (sim->minute.reset_ms - x->now_ms) / 1000 + 1);
    return false;
}

void gitlab_put(struct exchange *x, json_t *json)
{
    exchange_json(x, 200, json);
    exchange_header(x, "Cache-Control", "max-age=0, private, must-revalidate");
    (void)exchange_spare(x, true);
}

void gitlab_error(struct exchange *x, int status, const char *message)
{
    exchange_json(x, status, json_pack("{s:s}", "message", message));
}

void gitlab_not_found(struct exchange *x, const char *what)
{
    gitlab_error(x, 404, arena_print(&x->arena, "404 %s Not Found", what));
}

struct page gitlab_page(const struct gitlab_call *call, size_t total, const char *path)
{
    struct exchange *x = call->x;
    struct page page = page_of(x, total, 20, 100);
    bool counted = total <= TOTAL_MOST;

    page_link(x, &page, arena_print(&x->arena, "%s%s", call->base, path), counted);
    exchange_header(x, "X-Page", "%" PRId64, page.number);
    exchange_header(x, "X-Per-Page", "%" PRId64, page.size);
    if (page.number < page.last)
        exchange_header(x, "X-Next-Page", "%" PRId64, page.number + 1);
    else
        exchange_header(x, "X-Next-Page", " "); /* libmicrohttpd has no empty ones */
    if (page.number > 1)
        exchange_header(x, "X-Prev-Page", "%" PRId64, page.number - 1);
    else
        exchange_header(x, "X-Prev-Page", " ");
    if (counted) {
        exchange_header(x, "X-Total", "%zu", total);
        exchange_header(x, "X-Total-Pages", "%" PRId64, page.last);
    }
    return page;
}

void gitlab_put_page(const struct gitlab_call *call, json_t *all, const char *path)
{
    struct page page = gitlab_page(call, json_array_size(all), path);
    json_t *list = json_array();

    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append(list, json_array_get(all, i));
    json_decref(all);
    gitlab_put(call->x, list);
}

json_t *gitlab_time(int64_t ms)
{
    char text[TIME_TEXT], whole[TIME_TEXT + 8];

    if (ms <= 0)
        return json_null();
    (void)time_format(text, ms - ms % 1000);
    (void)snprintf(whole, sizeof(whole), "%.19s.%03dZ", text, (int)(ms % 1000));
    return json_string(whole);
}

json_t *gitlab_real(int64_t ms)
{
    return ms < 0 ? json_null() : json_real((double)ms / 1e3);
}

json_t *gitlab_user(const struct gitlab_call *call, int person)
{
    const struct company_person *p = ticket_person(person);

    return json_pack("{s:I, s:s, s:s, s:s, s:b, s:n, s:o}", "id", (json_int_t)p->id, "username",
                     p->login, "name", p->name, "state", "active", "locked", 0, "avatar_url",
                     "web_url", json_sprintf("%s/%s", call->web, p->login));
}

const char *gitlab_ref(char out[COMPANY_NAME], const struct company_run *run)
{
    if (!run->pull)
        return company_branch(out, run);
    (void)snprintf(out, COMPANY_NAME, "refs/merge-requests/%" PRId64 "/head", run->pull);
    return out;
}

/* ---- projects ---- */

static const struct group *group_of(const char *path)
{
    for (size_t i = 0; i < GROUPS; i++)
        if (strcmp(groups[i].path, path) == 0)
            return &groups[i];
    return &groups[0];
}

static json_t *project_json(const struct gitlab_call *call, const struct company_repo *repo)
{
    const struct group *group = group_of(repo->owner);
    struct company_query query = { -1, repo->index, -1, 0, call->x->now_ms };
    const struct company_run **runs;
    size_t count = company_runs(call->company, &query, &runs);
    int64_t active_ms = count > 0 ? runs[0]->created_ms : call->company->first_ms;
    const char *last = strrchr(group->path, '/');
    json_t *json;

    free(runs);
    json = json_pack(
        "{s:I, s:n, s:s, s:o, s:s, s:o, s:o, s:s, s:[], s:o, s:o, s:b, s:b, s:s}", "id",
        (json_int_t)repo->id, "description", "name", repo->name, "name_with_namespace",
        json_sprintf("%s / %s", repo->owner, repo->name), "path", repo->name, "path_with_namespace",
        json_sprintf("%s/%s", repo->owner, repo->name), "created_at",
        gitlab_time(call->company->first_ms - 500 * DAY_MS), "default_branch", repo->default_branch,
        "topics", "web_url", json_sprintf("%s/%s/%s", call->web, repo->owner, repo->name),
        "last_activity_at", gitlab_time(active_ms - active_ms % HOUR_MS), "archived", 0,
        "empty_repo", 0, "visibility", "internal");
    (void)json_object_set_new(
        json, "namespace",
        json_pack("{s:i, s:s, s:s, s:s, s:s, s:o, s:o}", "id", group->id, "name",
                  last ? last + 1 : group->path, "path", last ? last + 1 : group->path, "kind",
                  "group", "full_path", group->path, "parent_id",
                  group->parent ? json_integer(group->parent) : json_null(), "web_url",
                  json_sprintf("%s/groups/%s", call->web, group->path)));
    return json;
}

bool gitlab_is_below(const char *path, const char *group, bool deep)
{
    size_t len = strlen(group);

    return strncmp(path, group, len) == 0 && (!path[len] || (deep && path[len] == '/'));
}

/* group NULL: of all. Newest first, as GitLab has it. */
static void put_projects(struct gitlab_call *call, const struct group *group, const char *path)
{
    const char *below = exchange_parameter(call->x, "include_subgroups");
    const char *sort = exchange_parameter(call->x, "sort");
    bool deep = below && (strcmp(below, "true") == 0 || strcmp(below, "1") == 0);
    json_t *all = json_array();

    for (size_t i = 0; i < call->company->repo_count; i++) {
        const struct company_repo *repo = &call->company->repos[i];

        if (repo->system != COMPANY_GITLAB ||
            (group && !gitlab_is_below(repo->owner, group->path, deep)))
            continue;
        if (sort && strcmp(sort, "asc") == 0)
            (void)json_array_append_new(all, project_json(call, repo));
        else
            (void)json_array_insert_new(all, 0, project_json(call, repo));
    }
    gitlab_put_page(call, all, path);
}

/* A project by its number, or by its path with the %2F decoded. *rest: what comes
 * behind. NULL: there is none. */
static const struct company_repo *find_project(const struct company *company, const char *text,
                                               const char **rest)
{
    char *end;
    int64_t id = strtoll(text, &end, 10);

    for (size_t i = 0; i < company->repo_count; i++) {
        const struct company_repo *repo = &company->repos[i];
        size_t owner = strlen(repo->owner), name = strlen(repo->name);

        if (repo->system != COMPANY_GITLAB)
            continue;
        if (end > text && (!*end || *end == '/') && repo->id == id) {
            *rest = end;
            return repo;
        }
        if (strncmp(text, repo->owner, owner) == 0 && text[owner] == '/' &&
            strncmp(text + owner + 1, repo->name, name) == 0 &&
            (!text[owner + 1 + name] || text[owner + 1 + name] == '/')) {
            *rest = text + owner + 1 + name;
            return repo;
        }
    }
    return NULL;
}

static const char *behind(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static void answer_project(struct gitlab_call *call)
{
    const char *more;

    if (!*call->rest)
        gitlab_put(call->x, project_json(call, call->repo));
    else if (strcmp(call->rest, "/pipelines") == 0)
        gitlab_pipelines(call);
    else if ((more = behind(call->rest, "/pipelines/")) != NULL)
        gitlab_pipeline(call, more);
    else if (strcmp(call->rest, "/jobs") == 0)
        gitlab_project_jobs(call);
    else if ((more = behind(call->rest, "/jobs/")) != NULL)
        gitlab_job(call, more);
    else if (strcmp(call->rest, "/issues") == 0)
        gitlab_put_issues(
            call, NULL,
            arena_print(&call->x->arena, "/projects/%" PRId64 "/issues", call->repo->id));
    else if ((more = behind(call->rest, "/issues/")) != NULL)
        gitlab_put_issue(call, more);
    else if (strcmp(call->rest, "/merge_requests") == 0)
        gitlab_put_merges(
            call, NULL,
            arena_print(&call->x->arena, "/projects/%" PRId64 "/merge_requests", call->repo->id));
    else if ((more = behind(call->rest, "/merge_requests/")) != NULL)
        gitlab_put_merge(call, more);
    else if (strcmp(call->rest, "/runners") == 0)
        gitlab_runners(
            call, -1,
            arena_print(&call->x->arena, "/projects/%" PRId64 "/runners", call->repo->id));
    else
        gitlab_error(call->x, 404, "404 Not Found");
}

/* What comes behind the group's path or number; NULL: it is another. */
static const char *behind_group(const char *text, const struct group *group)
{
    char id[16];
    const char *more = behind(text, group->path);

    if (more && *more == '/')
        return more;
    (void)snprintf(id, sizeof(id), "%d", group->id);
    more = behind(text, id);
    return more && *more == '/' ? more : NULL;
}

static void answer_group(struct gitlab_call *call, const char *text)
{
    for (size_t i = GROUPS; i-- > 0;) {
        const char *more = behind_group(text, &groups[i]);
        const char *path;

        if (!more)
            continue;
        path = arena_print(&call->x->arena, "/groups/%d%s", groups[i].id, more);
        if (strcmp(more, "/projects") == 0)
            put_projects(call, &groups[i], path);
        else if (strcmp(more, "/issues") == 0)
            gitlab_put_issues(call, groups[i].path, path);
        else if (strcmp(more, "/merge_requests") == 0)
            gitlab_put_merges(call, groups[i].path, path);
        else if (strcmp(more, "/runners") == 0)
            gitlab_runners(call, -1, path);
        else
            continue;
        return;
    }
    gitlab_not_found(call->x, "Group");
}

/* ---- the face ---- */

static void answer(struct exchange *x, const char *base)
{
    struct gitlab_call call = { .x = x, .company = sim_company(x->sim, x->now_ms), .base = base };
    const char *path = x->path + strlen(base), *more;

    call.web = strcmp(base, ROOT) == 0 ? x->sim->public_url
                                       : arena_print(&x->arena, "%s/gitlab", x->sim->public_url);
    if (!is_welcome(x))
        return;
    if (strcmp(path, "/version") == 0)
        gitlab_put(x, json_pack("{s:s, s:s}", "version", "17.3.1-ee", "revision", "sim"));
    else if (strcmp(path, "/projects") == 0)
        put_projects(&call, NULL, path);
    else if (strcmp(path, "/issues") == 0)
        gitlab_put_issues(&call, "", path);
    else if (strcmp(path, "/merge_requests") == 0)
        gitlab_put_merges(&call, "", path);
    else if (strcmp(path, "/runners/all") == 0 || strcmp(path, "/runners") == 0)
        gitlab_runners(&call, -1, path);
    else if ((more = behind(path, "/runners/")) != NULL)
        gitlab_runners(&call, strtoll(more, NULL, 10), path);
    else if ((more = behind(path, "/groups/")) != NULL)
        answer_group(&call, more);
    else if ((more = behind(path, "/projects/")) != NULL &&
             (call.repo = find_project(call.company, more, &call.rest)) != NULL)
        answer_project(&call);
    else if (more)
        gitlab_not_found(x, "Project");
    else
        exchange_json(x, 404, json_pack("{s:s}", "error", "404 Not Found"));
}

static void answer_root(struct exchange *x)
{
    answer(x, ROOT);
}

static void answer_relative(struct exchange *x)
{
    answer(x, RELATIVE);
}

static void no_path(struct exchange *x)
{
    exchange_json(x, 404, json_pack("{s:s}", "error", "404 Not Found"));
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s", methods);
    exchange_json(x, 405, json_pack("{s:s}", "error", "405 Not Allowed"));
}

static void refuse(struct exchange *x)
{
    gitlab_error(x, 401, "401 Unauthorized");
}

static const struct route root_routes[] = { { ROOT "/", "GET", answer_root }, { 0 } };
static const struct route relative_routes[] = { { RELATIVE "/", "GET", answer_relative }, { 0 } };

const struct face face_gitlab = {
    .name = "gitlab",
    .routes = relative_routes,
    .prefix = RELATIVE "/",
    .no_path = no_path,
    .no_method = no_method,
    .refuse = refuse,
};

const struct face face_gitlab_root = {
    .name = "gitlab at the root",
    .routes = root_routes,
    .prefix = ROOT "/",
    .no_path = no_path,
    .no_method = no_method,
    .refuse = refuse,
};
