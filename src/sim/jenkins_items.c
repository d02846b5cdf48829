/* jenkins_items: the tree of folders, multibranch projects and jobs. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/jenkins.h"
#include "sim/noise.h"

enum { BUILDS_MOST = 100 /* in `builds`; `allBuilds` has them all */ };

#define FOLDER      "com.cloudbees.hudson.plugins.folder.Folder"
#define MULTIBRANCH "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"
#define JOB         "org.jenkinsci.plugins.workflow.job.WorkflowJob"

/* ---- names ---- */

bool jenkins_is_multibranch(const struct company_repo *repo)
{
    return repo->pipelines == 1;
}

const char *jenkins_branch(char out[COMPANY_NAME], const struct company_run *run)
{
    if (!run->pull)
        return company_branch(out, run);
    (void)snprintf(out, COMPANY_NAME, "PR-%" PRId64, run->pull);
    return out;
}

static const char *escaped(const struct jenkins_call *call, const char *name)
{
    const char *text = "";

    for (; *name; name++)
        if ((*name >= '0' && *name <= '9') || (*name >= 'A' && *name <= 'Z') ||
            (*name >= 'a' && *name <= 'z') || strchr("-._~", *name))
            text = arena_print(&call->x->arena, "%s%c", text, *name);
        else
            text = arena_print(&call->x->arena, "%s%%%02X", text, (unsigned char)*name);
    return text;
}

static const char *url_below(const struct jenkins_call *call, const char *above, const char *name)
{
    return arena_print(&call->x->arena, "%sjob/%s/", above, escaped(call, name));
}

static const char *repo_url(const struct jenkins_call *call, const struct company_repo *repo)
{
    const char *root = arena_print(&call->x->arena, "%s/", call->web);

    return url_below(call, url_below(call, root, repo->owner), repo->name);
}

const char *jenkins_place_url(const struct jenkins_call *call, const struct jenkins_place *place)
{
    return url_below(call, repo_url(call, place->pipeline->repo),
                     place->branch ? place->branch : place->pipeline->print->name);
}

struct jenkins_place jenkins_place_of(struct jenkins_call *call, const struct company_run *run)
{
    struct jenkins_place place = { .pipeline = run->pipeline };
    char branch[COMPANY_NAME];

    if (jenkins_is_multibranch(run->pipeline->repo))
        place.branch = arena_text(&call->x->arena, jenkins_branch(branch, run));
    return place;
}

/* ---- builds ---- */

/* Builds that exist, newest first; *runs is yours to free. */
static size_t builds_of(const struct jenkins_call *call, const struct jenkins_place *place,
                        const struct company_run ***runs)
{
    const struct company_query query = { -1, -1, place->pipeline->index, call->company->first_ms,
                                         call->x->now_ms };
    size_t count = company_runs(call->company, &query, runs), n = 0;

    for (size_t i = 0; i < count; i++) {
        const struct company_run *run = (*runs)[i];
        char branch[COMPANY_NAME];

        if (jenkins_begun_ms(run) <= call->x->now_ms &&
            (!place->branch || strcmp(jenkins_branch(branch, run), place->branch) == 0))
            (*runs)[n++] = run;
    }
    return n;
}

static const struct company_run *numbered(const struct jenkins_call *call,
                                          const struct jenkins_place *place, int64_t number)
{
    const struct company_run **runs, *found = NULL;
    size_t count = builds_of(call, place, &runs);

    for (size_t i = 0; i < count && !found; i++)
        found = runs[i]->number == number ? runs[i] : NULL;
    free(runs);
    return found;
}

/* ---- jobs ---- */

static const char *colour_of(const struct company_run *run, int64_t now_ms)
{
    const struct company_attempt *attempt = run->attempts[0];

    if (attempt->finished_ms > now_ms)
        return "blue_anime";
    if (attempt->result == DX_RESULT_SUCCESS)
        return "blue";
    return attempt->result == DX_RESULT_FAILURE ? "red" : "aborted";
}

static void add_builds(const struct jenkins_call *call, const struct jenkins_place *place,
                       const struct tree *tree, json_t *json, const struct company_run **runs,
                       size_t count)
{
    static const char *const names[] = { "builds", "allBuilds" };

    for (size_t k = 0; k < 2; k++) {
        const struct tree *asked = tree ? tree_find(tree, names[k]) : NULL;
        size_t to = k == 0 && count > BUILDS_MOST ? BUILDS_MOST : count;
        json_t *list;

        if (!asked || strcmp(asked->name, names[k]) != 0)
            continue;
        list = json_array();
        /* Those before the range only count. */
        for (size_t i = 0; i < to; i++)
            (void)json_array_append_new(
                list, asked->to < 0 || ((int64_t)i >= asked->from && (int64_t)i < asked->to)
                          ? jenkins_build_json(call, place, runs[i])
                          : json_null());
        (void)json_object_set_new(json, names[k], list);
    }
}

static json_t *job_json(const struct jenkins_call *call, const struct jenkins_place *place,
                        const struct tree *tree)
{
    const struct company_run **runs;
    size_t count = builds_of(call, place, &runs);
    const char *name = place->branch ? place->branch : place->pipeline->print->name;
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:o}", "_class", JOB, "name", name, "url",
                  jenkins_place_url(call, place), "color",
                  count > 0 ? colour_of(runs[0], call->x->now_ms) : "notbuilt", "buildable", 1,
                  "lastBuild", count > 0 ? jenkins_build_json(call, place, runs[0]) : json_null());

    add_builds(call, place, tree, json, runs, count);
    free(runs);
    return json;
}

/* The branches that have builds. */
static json_t *branches_json(const struct jenkins_call *call,
                             const struct company_pipeline *pipeline, const struct tree *tree)
{
    const struct jenkins_place all = { .pipeline = pipeline };
    const struct company_run **runs;
    size_t count = builds_of(call, &all, &runs);
    json_t *list = json_array(), *seen = json_object();

    for (size_t i = 0; i < count; i++) {
        char branch[COMPANY_NAME];
        struct jenkins_place place = { pipeline, jenkins_branch(branch, runs[i]) };

        if (json_object_get(seen, branch))
            continue;
        (void)json_object_set_new(seen, branch, json_true());
        (void)json_array_append_new(list, job_json(call, &place, tree));
    }
    json_decref(seen);
    free(runs);
    return list;
}

/* ---- folders ---- */

static json_t *folder(const char *class, const char *name, const char *url, json_t *jobs)
{
    return json_pack("{s:s, s:s, s:s, s:o}", "_class", class, "name", name, "url", url, "jobs",
                     jobs);
}

static const struct tree *below(const struct tree *tree)
{
    const struct tree *jobs = tree ? tree_find(tree, "jobs") : NULL;

    return jobs ? jobs->below : NULL;
}

static json_t *repo_json(const struct jenkins_call *call, const struct company_repo *repo,
                         const struct tree *tree)
{
    const struct company_pipeline *first = &call->company->pipelines[repo->first_pipeline];
    json_t *list = json_array();

    if (tree && !tree_find(tree, "jobs"))
        return folder(jenkins_is_multibranch(repo) ? MULTIBRANCH : FOLDER, repo->name,
                      repo_url(call, repo), list);
    if (jenkins_is_multibranch(repo)) {
        json_decref(list);
        return folder(MULTIBRANCH, repo->name, repo_url(call, repo),
                      branches_json(call, first, below(tree)));
    }
    for (int i = 0; i < repo->pipelines; i++)
        (void)json_array_append_new(
            list, job_json(call, &(struct jenkins_place){ .pipeline = &first[i] }, below(tree)));
    return folder(FOLDER, repo->name, repo_url(call, repo), list);
}

static json_t *owner_json(const struct jenkins_call *call, const char *owner,
                          const struct tree *tree)
{
    json_t *list = json_array();

    for (size_t i = 0; i < call->company->repo_count && (!tree || tree_find(tree, "jobs")); i++) {
        const struct company_repo *repo = &call->company->repos[i];

        if (repo->system == COMPANY_JENKINS && strcmp(repo->owner, owner) == 0)
            (void)json_array_append_new(list, repo_json(call, repo, below(tree)));
    }
    return folder(FOLDER, owner,
                  url_below(call, arena_print(&call->x->arena, "%s/", call->web), owner), list);
}

static bool has_owner(const json_t *list, const char *owner)
{
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        if (strcmp(json_string_value(json_object_get(item, "name")), owner) == 0)
            return true;
    }
    return false;
}

void jenkins_root(struct jenkins_call *call)
{
    json_t *list = json_array();

    for (size_t i = 0; i < call->company->repo_count; i++) {
        const struct company_repo *repo = &call->company->repos[i];

        if (repo->system == COMPANY_JENKINS && !has_owner(list, repo->owner) &&
            (!call->tree || tree_find(call->tree, "jobs")))
            (void)json_array_append_new(list, owner_json(call, repo->owner, below(call->tree)));
    }
    jenkins_put(call, json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:o}", "_class",
                                "hudson.model.Hudson", "mode", "EXCLUSIVE", "nodeDescription",
                                "the Jenkins controller's built-in node", "url",
                                arena_print(&call->x->arena, "%s/", call->web), "numExecutors", 0,
                                "useSecurity", *call->x->sim->token != '\0', "jobs", list));
}

/* ---- the path ---- */

/* The next name of "/job/NAME/job/...", which is cut out of *path; NULL: no more. */
static const char *take_name(struct jenkins_call *call, const char **path)
{
    const char *end;
    const char *name;

    if (strncmp(*path, "/job/", 5) != 0)
        return NULL;
    end = strchr(*path + 5, '/');
    end = end ? end : *path + strlen(*path);
    name = arena_print(&call->x->arena, "%.*s", (int)(end - *path - 5), *path + 5);
    *path = end;
    return name;
}

static bool is_json(const char *rest)
{
    return strcmp(rest, "/api/json") == 0;
}

/* Of a job: itself, or one of its builds. */
static void answer_place(struct jenkins_call *call, const struct jenkins_place *place,
                         const char *rest)
{
    const struct company_run *run;
    char *end;

    if (is_json(rest)) {
        json_t *json = job_json(call, place, call->tree);

        if (!json_object_get(json, "builds") && !call->tree)
            (void)json_object_set_new(json, "builds", json_array());
        jenkins_put(call, json);
        return;
    }
    run = *rest == '/' ? numbered(call, place, strtoll(rest + 1, &end, 10)) : NULL;
    if (run)
        jenkins_build(call, place, run, end);
    else
        jenkins_not_found(call->x);
}

static bool find_place(const struct jenkins_call *call, const struct company_repo *repo,
                       const char *name, struct jenkins_place *place)
{
    *place = (struct jenkins_place){ &call->company->pipelines[repo->first_pipeline], name };
    if (jenkins_is_multibranch(repo)) {
        const struct company_run **runs;
        size_t count = builds_of(call, place, &runs);

        free(runs);
        return count > 0;
    }
    place->branch = NULL;
    for (int i = 0; i < repo->pipelines; i++, place->pipeline++)
        if (strcmp(place->pipeline->print->name, name) == 0)
            return true;
    return false;
}

static bool is_owner(const struct jenkins_call *call, const char *owner)
{
    for (size_t i = 0; i < call->company->repo_count; i++)
        if (call->company->repos[i].system == COMPANY_JENKINS &&
            strcmp(call->company->repos[i].owner, owner) == 0)
            return true;
    return false;
}

void jenkins_item(struct jenkins_call *call, const char *path)
{
    const char *owner = take_name(call, &path), *name = take_name(call, &path);
    const char *job = take_name(call, &path);
    const struct company_repo *repo =
        owner && name ? company_repo_named(call->company, COMPANY_JENKINS, owner, name) : NULL;
    struct jenkins_place place;

    if (job && repo && find_place(call, repo, job, &place))
        answer_place(call, &place, path);
    else if (!job && repo && is_json(path))
        jenkins_put(call, repo_json(call, repo, call->tree));
    else if (!name && owner && is_owner(call, owner) && is_json(path))
        jenkins_put(call, owner_json(call, owner, call->tree));
    else
        jenkins_not_found(call->x);
}
