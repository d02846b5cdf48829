/* gitlab: what the files of the GitLab face share. It lives under a relative root,
 * /gitlab, and at the root too. */
#ifndef SIM_GITLAB_H
#define SIM_GITLAB_H

#include "sim/exchange.h"
#include "sim/page.h"
#include "sim/sim.h"

struct gitlab_call {
    struct exchange *x;
    const struct company *company;
    const struct company_repo *repo; /* NULL: not for a project */
    const char *rest;                /* of the path, behind the project */
    const char *base;                /* "/gitlab/api/v4", "/api/v4" */
    const char *web;                 /* "https://sim.example/gitlab" */
};

void gitlab_put(struct exchange *x, json_t *json); /* takes json */
void gitlab_error(struct exchange *x, int status, const char *message);
void gitlab_not_found(struct exchange *x, const char *what); /* "Project" */
/* The page of a list, with its headers; path: behind the base. */
struct page gitlab_page(const struct gitlab_call *call, size_t total, const char *path);
/* Those of a list that are on the page; takes all. */
void gitlab_put_page(const struct gitlab_call *call, json_t *all, const char *path);

json_t *gitlab_time(int64_t ms); /* ms; null for 0 */
json_t *gitlab_real(int64_t ms); /* a fraction; null below 0 */
json_t *gitlab_user(const struct gitlab_call *call, int person);
const char *gitlab_ref(char out[COMPANY_NAME], const struct company_run *run);

/* gitlab_pipelines.c */
void gitlab_pipelines(struct gitlab_call *call);
void gitlab_pipeline(struct gitlab_call *call, const char *rest);
json_t *gitlab_pipeline_json(const struct gitlab_call *call, const struct company_run *run);
/* gitlab_jobs.c */
void gitlab_pipeline_jobs(struct gitlab_call *call, const struct company_run *run);
void gitlab_project_jobs(struct gitlab_call *call);
void gitlab_job(struct gitlab_call *call, const char *rest);
/* gitlab_runners.c; id -1: the list. */
void gitlab_runners(struct gitlab_call *call, int64_t id, const char *path);
json_t *gitlab_runner_json(const struct gitlab_call *call, int pool, int runner);

bool gitlab_is_below(const char *path, const char *group, bool deep);
/* gitlab_issues.c; group NULL: of the project; "": of everything */
void gitlab_put_issues(struct gitlab_call *call, const char *group, const char *path);
void gitlab_put_issue(struct gitlab_call *call, const char *rest); /* "12/notes" */
json_t *gitlab_note_json(const struct gitlab_call *call, const char *body, int person,
                         int64_t at_ms, bool system);
/* What the parameters of a list say of something with that state and those times. */
bool gitlab_wants(const struct gitlab_call *call, const char *state, int64_t created_ms,
                  int64_t updated_ms);
/* Sorts by order_by and sort, puts the page; takes list. */
void gitlab_put_sorted(struct gitlab_call *call, json_t *list, const char *path);
/* gitlab_merges.c */
void gitlab_put_merges(struct gitlab_call *call, const char *group, const char *path);
void gitlab_put_merge(struct gitlab_call *call, const char *rest);

#endif
