/* jenkins: what the files of the Jenkins face share. It lives under /jenkins, as many
 * do. Each owner is a folder. A repository with several pipelines is a folder with a
 * job for each, one with a single pipeline a multibranch project. */
#ifndef SIM_JENKINS_H
#define SIM_JENKINS_H

#include "sim/exchange.h"
#include "sim/sim.h"

/* ---- jenkins_tree.c: the parameter `tree` ---- */

struct tree {
    const char *name; /* "*": all there are */
    int64_t from, to; /* of a list, half open; to -1: no range was asked for */
    struct tree *below, *next;
};
/* "a,b[c,d[e]]{0,5}" as a list; NULL: there is none, or it is not well formed. */
struct tree *tree_parse(struct arena *arena, const char *text);
const struct tree *tree_find(const struct tree *list, const char *name); /* NULL: not asked for */
/* A copy with what is asked for, and _class; NULL for list: all of it. Takes json. */
json_t *tree_keep(json_t *json, const struct tree *list);

/* ---- what a path is about ---- */

struct jenkins_call {
    struct exchange *x;
    const struct company *company;
    const char *web;         /* "https://sim.example/jenkins" */
    const struct tree *tree; /* NULL: all that depth 0 shows */
};

/* A job with builds: a pipeline, and of a multibranch project one branch. */
struct jenkins_place {
    const struct company_pipeline *pipeline;
    const char *branch; /* as the job is named: "main", "PR-12"; NULL: of all branches */
};

/* ---- jenkins_items.c: folders, projects and jobs ---- */

void jenkins_root(struct jenkins_call *call);
/* Whatever is behind "/job/": takes the path apart. */
void jenkins_item(struct jenkins_call *call, const char *path);
/* "https://sim.example/jenkins/job/payments/job/web/" */
const char *jenkins_place_url(const struct jenkins_call *call, const struct jenkins_place *place);
bool jenkins_is_multibranch(const struct company_repo *repo);
/* What the job of a multibranch project is called. */
const char *jenkins_branch(char out[COMPANY_NAME], const struct company_run *run);
struct jenkins_place jenkins_place_of(struct jenkins_call *call, const struct company_run *run);

/* ---- jenkins_builds.c ---- */

json_t *jenkins_build_json(const struct jenkins_call *call, const struct jenkins_place *place,
                           const struct company_run *run);
/* What is behind the number of a build. */
void jenkins_build(struct jenkins_call *call, const struct jenkins_place *place,
                   const struct company_run *run, const char *rest);
/* When it left the queue: builds exist from then on. */
int64_t jenkins_begun_ms(const struct company_run *run);
int64_t jenkins_queue_id(const struct company_run *run);

/* ---- jenkins_stages.c ---- */

int jenkins_stage_id(const struct company_job *job);
json_t *jenkins_stages_json(const struct jenkins_call *call, const struct company_run *run,
                            bool full);

/* ---- jenkins_queue.c ---- */

void jenkins_queue(struct jenkins_call *call);
void jenkins_computers(struct jenkins_call *call);

/* ---- answers ---- */

void jenkins_put(struct jenkins_call *call, json_t *json); /* what the tree asks of it; takes it */
void jenkins_not_found(struct exchange *x);

#endif
