/* github: the GitHub REST API, as far as it concerns Actions. */
#include "config.h"

#include "sim/github.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/noise.h"

static const char docs[] = "https://docs.github.com/rest";

/* ---- limits ---- */

static void begin_hour(struct exchange *x)
{
    struct sim *sim = x->sim;

    if (x->now_ms < sim->rate.reset_ms)
        return;
    sim->rate.used = 0;
    sim->rate.reset_ms = x->now_ms + HOUR_MS;
}

static void put_limit(struct exchange *x)
{
    const struct sim *sim = x->sim;
    int64_t left = sim->rate.limit - sim->rate.used;

    exchange_header(x, "X-GitHub-Request-Id", "%04" PRIX64 ":%05" PRIX64 ":%06" PRIX64,
                    (uint64_t)sim->requests & 0xFFFF, (uint64_t)x->now_ms & 0xFFFFF,
                    (uint64_t)sim->requests);
    exchange_header(x, "X-GitHub-Media-Type", "github.v3; format=json");
    exchange_header(x, "X-GitHub-Api-Version-Selected", "2022-11-28");
    if (sim->rate.limit == 0)
        return;
    exchange_header(x, "X-RateLimit-Limit", "%" PRId64, sim->rate.limit);
    exchange_header(x, "X-RateLimit-Remaining", "%" PRId64, left > 0 ? left : 0);
    exchange_header(x, "X-RateLimit-Reset", "%" PRId64, sim->rate.reset_ms / 1000);
    exchange_header(x, "X-RateLimit-Used", "%" PRId64, sim->rate.used);
    exchange_header(x, "X-RateLimit-Resource", "core");
}

void github_count(struct exchange *x)
{
    x->sim->rate.used++;
    put_limit(x);
}

/* What has not changed is free. */
void github_put(struct exchange *x, json_t *json)
{
    exchange_json(x, 200, json);
    x->content_type = "application/json; charset=utf-8";
    exchange_header(x, "Cache-Control", "private, max-age=60, s-maxage=60");
    if (!exchange_spare(x, true))
        x->sim->rate.used++;
    put_limit(x);
}

static void github_error(struct exchange *x, int status, const char *message)
{
    char text[16];

    (void)snprintf(text, sizeof(text), "%d", status);
    exchange_json(x, status,
                  json_pack("{s:s, s:s, s:s}", "message", message, "documentation_url", docs,
                            "status", text));
    x->content_type = "application/json; charset=utf-8";
    github_count(x);
}

void github_not_found(struct exchange *x)
{
    github_error(x, 404, "Not Found");
}

/* false: the answer is there already. */
static bool is_welcome(struct exchange *x)
{
    const char *version = exchange_asked(x, "X-GitHub-Api-Version");

    begin_hour(x);
    if (!*exchange_asked(x, "User-Agent")) {
        exchange_text(x, 403,
                      "Request forbidden by administrative rules. Please make sure your request "
                      "has a User-Agent header.\n");
        return false;
    }
    if (*version && strcmp(version, "2022-11-28") != 0) {
        github_error(x, 400,
                     arena_print(&x->arena, "\"%.40s\" is not a supported version.", version));
        return false;
    }
    if (x->sim->rate.limit == 0 || x->sim->rate.used < x->sim->rate.limit)
        return true;
    github_error(x, 403, "API rate limit exceeded for user ID 1201.");
    return false;
}

/* ---- what many answers have ---- */

json_t *github_time(int64_t ms)
{
    char text[TIME_TEXT];

    return ms > 0 ? json_string(time_format(text, ms - ms % 1000)) : json_null();
}

json_t *github_person(const struct exchange *x, const struct company_person *p)
{
    bool bot = strstr(p->login, "bot") != NULL;

    return json_pack("{s:s, s:I, s:o, s:o, s:s, s:b}", "login", p->login, "id", (json_int_t)p->id,
                     "node_id", json_sprintf("U_%" PRId64, p->id), "html_url",
                     json_sprintf("%s/%s", x->sim->public_url, p->login), "type",
                     bot ? "Bot" : "User", "site_admin", 0);
}

static json_t *owner_json(const struct exchange *x, const char *owner)
{
    return json_pack("{s:s, s:i, s:o, s:s, s:b}", "login", owner, "id", 900, "html_url",
                     json_sprintf("%s/%s", x->sim->public_url, owner), "type", "Organization",
                     "site_admin", 0);
}

json_t *github_repository(const struct exchange *x, const struct company_repo *repo)
{
    return json_pack("{s:I, s:o, s:s, s:o, s:b, s:o, s:o, s:n, s:b}", "id", (json_int_t)repo->id,
                     "node_id", json_sprintf("R_%" PRId64, repo->id), "name", repo->name,
                     "full_name", json_sprintf("%s/%s", repo->owner, repo->name), "private", 1,
                     "owner", owner_json(x, repo->owner), "html_url",
                     json_sprintf("%s/%s/%s", x->sim->public_url, repo->owner, repo->name),
                     "description", "fork", 0);
}

/* A list of GitHub's links goes by the repository's number, whatever was asked. */
struct page github_page(const struct github_call *call, size_t total, size_t most)
{
    size_t reach = total < most ? total : most;
    struct page page = page_of(call->x, reach, 30, 100);

    page_link(call->x, &page,
              arena_print(&call->x->arena, GITHUB_BASE "/repositories/%" PRId64 "/%s",
                          call->repo->id, call->rest),
              true);
    return page;
}

/* ---- repositories ---- */

static int64_t pushed_ms(const struct company *company, const struct company_repo *repo,
                         int64_t at_ms)
{
    struct company_query query = { -1, repo->index, -1, at_ms - 10 * DAY_MS, at_ms };
    const struct company_run **runs;
    size_t count = company_runs(company, &query, &runs);
    int64_t ms = count > 0 ? runs[0]->created_ms - 2000 : company->first_ms;

    free(runs);
    return ms;
}

static json_t *whole_repository(struct exchange *x, const struct company *company,
                                const struct company_repo *repo)
{
    json_t *json = github_repository(x, repo);
    int64_t pushed = pushed_ms(company, repo, x->now_ms);

    (void)json_object_update_new(
        json,
        json_pack(
            "{s:s, s:b, s:b, s:s, s:o, s:o, s:o, s:o}", "default_branch", repo->default_branch,
            "archived", 0, "disabled", 0, "visibility", "private", "url",
            json_sprintf("%s" GITHUB_BASE "/repos/%s/%s", page_origin(x), repo->owner, repo->name),
            "pushed_at", github_time(pushed), "updated_at", github_time(pushed), "created_at",
            github_time(company->first_ms - 400 * DAY_MS)));
    return json;
}

static void org_repos(struct exchange *x)
{
    const struct company *company = sim_company(x->sim, x->now_ms);
    const struct company_repo **repos =
        arena_alloc(&x->arena, company->repo_count * sizeof(const struct company_repo *));
    json_t *list = json_array();
    struct page page;
    size_t count = 0;

    for (size_t i = 0; i < company->repo_count; i++)
        if (company->repos[i].system == COMPANY_GITHUB &&
            strcmp(company->repos[i].owner, "acme") == 0)
            repos[count++] = &company->repos[i];
    page = page_of(x, count, 30, 100);
    page_link(x, &page, GITHUB_BASE "/organizations/900/repos", true);
    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append_new(list, whole_repository(x, company, repos[i]));
    github_put(x, list);
}

static void answer_orgs(struct exchange *x)
{
    const char *rest = x->path + strlen(GITHUB_BASE "/orgs/");

    if (!is_welcome(x))
        return;
    if (strcmp(rest, "acme/repos") == 0)
        org_repos(x);
    else if (strcmp(rest, "acme/actions/runners") == 0)
        github_runners(x, true);
    else if (strcmp(rest, "acme/issues") == 0)
        github_put_org_issues(x);
    else
        github_not_found(x);
}

static void answer_org_pages(struct exchange *x)
{
    if (is_welcome(x))
        org_repos(x);
}

static void answer_org_issue_pages(struct exchange *x)
{
    if (is_welcome(x))
        github_put_org_issues(x);
}

/* ---- what a repository has ---- */

int64_t github_take_number(const char *text, const char **more)
{
    char *end;
    int64_t number = strtoll(text, &end, 10);

    *more = *end == '/' ? end + 1 : end;
    return end > text && (*end == '/' || !*end) ? number : -1;
}

static const char *behind(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static void answer_check_run(struct github_call *call, const char *rest)
{
    int64_t id = github_take_number(rest, &rest);

    if (strcmp(rest, "annotations") == 0)
        github_annotations(call, id);
    else
        github_not_found(call->x);
}

static void answer_workflow(struct github_call *call, const char *rest)
{
    int64_t id = github_take_number(rest, &rest);

    for (int i = 0; i < call->repo->pipelines; i++) {
        const struct company_pipeline *p =
            &call->company->pipelines[call->repo->first_pipeline + i];

        if (p->id == id && strcmp(rest, "runs") == 0) {
            github_runs(call, p->index);
            return;
        }
    }
    github_not_found(call->x);
}

static void answer_repo(struct github_call *call)
{
    const char *more;

    if (!*call->rest)
        github_put(call->x, whole_repository(call->x, call->company, call->repo));
    else if (strcmp(call->rest, "actions/runs") == 0)
        github_runs(call, -1);
    else if (strcmp(call->rest, "actions/workflows") == 0)
        github_workflows(call);
    else if (strcmp(call->rest, "actions/runners") == 0)
        github_runners(call->x, false);
    else if ((more = behind(call->rest, "actions/workflows/")) != NULL)
        answer_workflow(call, more);
    else if ((more = behind(call->rest, "actions/runs/")) != NULL)
        github_run(call, more);
    else if ((more = behind(call->rest, "actions/jobs/")) != NULL)
        github_job(call, more);
    else if (strcmp(call->rest, "issues") == 0)
        github_put_issues(call);
    else if ((more = behind(call->rest, "issues/")) != NULL)
        github_put_issue(call, more);
    else if (strcmp(call->rest, "pulls") == 0)
        github_put_pulls(call);
    else if ((more = behind(call->rest, "pulls/")) != NULL)
        github_put_pull(call, more);
    else if ((more = behind(call->rest, "check-runs/")) != NULL)
        answer_check_run(call, more);
    else
        github_not_found(call->x);
}

static void begin_call(struct exchange *x, const struct company_repo *repo, const char *rest)
{
    struct github_call call = { .x = x,
                                .company = sim_company(x->sim, x->now_ms),
                                .repo = repo,
                                .rest = *rest == '/' ? rest + 1 : rest,
                                .origin = page_origin(x) };

    call.api = arena_print(&x->arena, "%s" GITHUB_BASE "/repos/%s/%s", call.origin, repo->owner,
                           repo->name);
    call.html = arena_print(&x->arena, "%s/%s/%s", x->sim->public_url, repo->owner, repo->name);
    answer_repo(&call);
}

static void answer_repos(struct exchange *x)
{
    const struct company *company = sim_company(x->sim, x->now_ms);
    char *owner = arena_text(&x->arena, x->path + strlen(GITHUB_BASE "/repos/"));
    char *name = strchr(owner, '/'), *rest = name ? strchr(name + 1, '/') : NULL;
    const struct company_repo *repo;

    if (!is_welcome(x))
        return;
    if (name)
        *name++ = '\0';
    if (rest)
        *rest++ = '\0';
    repo = name ? company_repo_named(company, COMPANY_GITHUB, owner, name) : NULL;
    if (repo)
        begin_call(x, repo, rest ? rest : "");
    else
        github_not_found(x);
}

static void answer_repositories(struct exchange *x)
{
    const struct company *company = sim_company(x->sim, x->now_ms);
    const char *rest;
    int64_t id = github_take_number(x->path + strlen(GITHUB_BASE "/repositories/"), &rest);

    if (!is_welcome(x))
        return;
    for (size_t i = 0; i < company->repo_count; i++)
        if (company->repos[i].system == COMPANY_GITHUB && company->repos[i].id == id) {
            begin_call(x, &company->repos[i], rest);
            return;
        }
    github_not_found(x);
}

/* ---- the face ---- */

/* It costs nothing, and tells nothing where there is no limit. */
static void answer_rate_limit(struct exchange *x)
{
    const struct sim *sim = x->sim;
    json_t *core;

    begin_hour(x);
    if (sim->rate.limit == 0) {
        exchange_json(x, 404,
                      json_pack("{s:s, s:s}", "message", "Rate limiting is not enabled.",
                                "documentation_url", docs));
        return;
    }
    core = json_pack(
        "{s:I, s:I, s:I, s:I}", "limit", (json_int_t)sim->rate.limit, "used",
        (json_int_t)sim->rate.used, "remaining",
        (json_int_t)(sim->rate.used < sim->rate.limit ? sim->rate.limit - sim->rate.used : 0),
        "reset", (json_int_t)(sim->rate.reset_ms / 1000));
    exchange_json(x, 200, json_pack("{s:{s:O}, s:o}", "resources", "core", core, "rate", core));
    put_limit(x);
}

static void no_path(struct exchange *x)
{
    if (is_welcome(x))
        github_not_found(x);
}

static void no_method(struct exchange *x, const char *methods)
{
    (void)methods; /* GitHub does not say them */
    if (is_welcome(x))
        github_not_found(x);
}

static void refuse(struct exchange *x)
{
    github_error(x, 401,
                 *exchange_asked(x, "Authorization") ? "Bad credentials"
                                                     : "Requires authentication");
}

static const struct route routes[] = {
    { GITHUB_BASE "/repos/", "GET", answer_repos },
    { GITHUB_BASE "/repositories/", "GET", answer_repositories },
    { GITHUB_BASE "/orgs/", "GET", answer_orgs },
    { GITHUB_BASE "/organizations/900/repos", "GET", answer_org_pages },
    { GITHUB_BASE "/organizations/900/issues", "GET", answer_org_issue_pages },
    { GITHUB_BASE "/rate_limit", "GET", answer_rate_limit },
    { "/logs/", "GET", github_log },
    { 0 },
};

const struct face face_github = {
    .name = "github",
    .routes = routes,
    .prefix = GITHUB_BASE "/",
    .no_path = no_path,
    .no_method = no_method,
    .refuse = refuse,
    .open = "/logs/",
};
