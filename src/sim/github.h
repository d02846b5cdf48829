/* github: what the files of the GitHub face share. Its base is /api/v3, as on a
 * GitHub Enterprise Server. */
#ifndef SIM_GITHUB_H
#define SIM_GITHUB_H

#include "sim/exchange.h"
#include "sim/page.h"
#include "sim/sim.h"

#define GITHUB_BASE "/api/v3"

/* A request for something of a repository. */
struct github_call {
    struct exchange *x;
    const struct company *company;
    const struct company_repo *repo;
    const char *rest;         /* of the path behind the repository: "actions/runs" */
    const char *origin, *api; /* "http://HOST", "http://HOST/api/v3/repos/acme/web" */
    const char *html;         /* "https://sim.example/acme/web" */
};

/* Take json; count the request, give the ETag and the limit's headers. */
void github_put(struct exchange *x, json_t *json);
void github_not_found(struct exchange *x);
/* Count a request that is answered otherwise. */
void github_count(struct exchange *x);

json_t *github_time(int64_t ms); /* whole seconds; null for 0 */
json_t *github_person(const struct exchange *x, const struct company_person *person);
json_t *github_repository(const struct exchange *x, const struct company_repo *repo);
/* The page of a list of runs or jobs, with its Link header. */
struct page github_page(const struct github_call *call, size_t total, size_t most);

/* The number of "123" or "123/more"; *more: what comes behind. -1: it is none. */
int64_t github_take_number(const char *text, const char **more);

/* github_issues.c */
void github_put_issues(struct github_call *call);
void github_put_issue(struct github_call *call, const char *rest); /* "12/comments", "comments" */
void github_put_org_issues(struct exchange *x);
const char *github_standing(int person);
/* github_pulls.c */
struct pull;
void github_put_pulls(struct github_call *call);
void github_put_pull(struct github_call *call, const char *rest);
/* What happened to a pull request, the oldest first; false: there is none of this number. */
bool github_put_timeline(const struct github_call *call, int64_t number);
/* As an issue, which a pull request is too. */
json_t *github_pull_issue(const struct github_call *call, const struct pull *pull);

/* github_runs.c */
void github_runs(struct github_call *call, int workflow); /* -1: of all */
void github_run(struct github_call *call, const char *rest);
void github_workflows(struct github_call *call);

/* github_jobs.c */
void github_jobs(struct github_call *call, const struct company_run *run, int attempt);
void github_job(struct github_call *call, const char *rest);
void github_annotations(struct github_call *call, int64_t id);
void github_reviews(struct github_call *call, const struct company_run *run);
void github_log(struct exchange *x);
/* github_runners.c */
void github_runners(struct exchange *x, bool organisation);

#endif
