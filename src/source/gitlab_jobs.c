/* gitlab: the jobs and bridges of a run. Retried jobs come too: each is a job with a
 * name that another one has, and the order of their ids is that of the attempts. */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"

enum { LOGS_MOST = 10 }; /* of a run */

static size_t run_of(const struct reply *reply, struct batch *batch, const char *project)
{
    char id[32];

    (void)snprintf(id, sizeof(id), "%" PRId64, reply->detail);
    return batch_known_run(batch, project, id, 1);
}

static bool no_list(const struct reply *reply, const char *of, struct dx_error *err)
{
    return dx_fail(err, DX_FAULT_REPLY, "%s: no list of the %s of pipeline %" PRId64 " (%d)",
                   gitlab_about(reply).project, of, reply->detail, reply->status);
}

/* ---- attempts ---- */

struct named {
    const char *name;
    int64_t id;
    size_t at; /* in the batch */
};

static int by_name_and_id(const void *a, const void *b)
{
    const struct named *one = a, *other = b;
    int names = strcmp(one->name, other->name);

    if (names != 0)
        return names;
    return (one->id > other->id) - (one->id < other->id);
}

/* Number the attempts of all jobs of the run that the batch has from first on. The
 * same job may be there twice, from pages that overlap. */
static void number_attempts(struct batch *batch, size_t run, size_t first)
{
    struct named *jobs = mem_new(batch->job_count - first + 1, sizeof(*jobs));
    size_t n = 0;

    for (size_t i = first; i < batch->job_count; i++)
        if (batch->jobs[i].run == run)
            jobs[n++] =
                (struct named){ batch->jobs[i].name, strtoll(batch->jobs[i].id, NULL, 10), i };
    qsort(jobs, n, sizeof(jobs[0]), by_name_and_id);
    for (size_t i = 1; i < n; i++) {
        bool same_name = strcmp(jobs[i].name, jobs[i - 1].name) == 0;
        int64_t before = batch->jobs[jobs[i - 1].at].attempt;

        if (same_name)
            batch->jobs[jobs[i].at].attempt = before + (jobs[i].id != jobs[i - 1].id);
    }
    free(jobs);
}

static int64_t count_jobs(const struct batch *batch, size_t run)
{
    int64_t n = 0;

    for (size_t i = 0; i < batch->job_count; i++)
        n += batch->jobs[i].run == run;
    return n;
}

/* ---- the logs of those that failed ---- */

/* That the runner's system failed is said of a registry that is down as well: which it
 * was, the log says. */
static bool wants_log(const struct job *job)
{
    return job->outcome.result == DX_RESULT_FAILURE && job->started &&
           (job->outcome.cause == DX_CAUSE_UNKNOWN || job->outcome.cause == DX_CAUSE_PLATFORM);
}

/* It came on the page before, too. */
static bool is_again(const struct batch *batch, size_t i)
{
    const struct job *job = &batch->jobs[i];

    for (size_t n = i; n-- > 0;)
        if (batch->jobs[n].run == job->run && strcmp(batch->jobs[n].id, job->id) == 0)
            return true;
    return false;
}

/* Of all pages together, for only then their attempts are known. */
static void ask_logs(struct plan *plan, struct batch *batch, const struct reply *reply, size_t run,
                     const struct gitlab_about *about)
{
    size_t asked = 0;

    for (size_t i = 0; i < batch->job_count && asked < LOGS_MOST; i++) {
        const struct job *job = &batch->jobs[i];
        struct gitlab_about of = *about;

        if (job->run != run || !wants_log(job) || is_again(batch, i))
            continue;
        of.seen = strtoll(job->id, NULL, 10);
        of.attempt = job->attempt;
        of.go_on = false;
        (void)gitlab_ask(plan, GITLAB_TRACE, reply->detail, &of);
        batch_owe(batch, run);
        asked++;
    }
}

/* ---- jobs ---- */

static void set_title(struct run *run, struct batch *batch, const json_t *item)
{
    if (!run->bare && !*run->title)
        run->title = field_text(batch, json_object_get(item, "commit"), "title");
}

/* All jobs are there when the last page is, and those before it are in this batch
 * still. */
bool gitlab_decode_jobs(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                        struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    size_t first = batch->job_count, run, i;
    bool whole;
    const json_t *item;

    if (!gitlab_is_answer(reply) || !json_is_array(reply->json))
        return no_list(reply, "jobs", err);
    run = run_of(reply, batch, about.project);
    whole = about.seen == 0 || count_jobs(batch, run) == about.seen;
    json_array_foreach (reply->json, i, item) {
        if (field_int(item, "id") <= 0) {
            batch->unknown++;
            continue;
        }
        (void)gitlab_add_job(batch, run, item, reply, about.done, false);
    }
    set_title(&batch->runs[run], batch, json_array_get(reply->json, 0));
    number_attempts(batch, run, about.seen > 0 ? 0 : first);
    if (gitlab_has_next(reply)) {
        about.seen = count_jobs(batch, run);
        (void)gitlab_ask_next(plan, reply, &about);
        return true;
    }
    if (g->logs && about.done)
        ask_logs(plan, batch, reply, run, &about);
    if (whole)
        batch_jobs_whole(batch, run);
    if (about.go_on)
        (void)gitlab_go_on(plan, batch, about.project);
    return true;
}

/* ---- bridges, and the child pipelines that they start ---- */

/* A URL of a pipeline up to what is the project's. */
static size_t project_part(const char *url)
{
    const char *end = strstr(url, "/-/pipelines/");

    end = end ? end : strstr(url, "/pipelines/");
    return end ? (size_t)(end - url) : 0;
}

/* Another project's pipeline is that project's run. Older servers give no
 * project_id. */
static bool is_child(struct batch *batch, const json_t *bridge, const json_t *downstream)
{
    const json_t *parent = json_object_get(bridge, "pipeline");
    int64_t ours = field_int(parent, "project_id"), theirs = field_int(downstream, "project_id");
    const char *our_url = gitlab_url(batch, parent), *their_url = gitlab_url(batch, downstream);
    size_t len = project_part(our_url);

    if (ours > 0 && theirs > 0)
        return ours == theirs;
    return len > 0 && len == project_part(their_url) && strncmp(our_url, their_url, len) == 0;
}

/* As far as the bridge names it; it is open until its own page and its jobs came. */
static void add_child(const struct gitlab *g, const struct plan *plan, struct batch *batch,
                      const char *project, const json_t *downstream)
{
    size_t at = gitlab_add_run(g, plan, batch, project, downstream); /* it may move all runs */
    struct run *run = &batch->runs[at];

    run->event = "parent_pipeline";
    run->pipeline = GITLAB_CHILD;
}

/* A list of pipelines has no children, so a bridge is the only way to them. */
static void follow(const struct gitlab *g, struct plan *plan, struct batch *batch,
                   const json_t *bridge, const struct gitlab_about *of)
{
    const json_t *downstream = json_object_get(bridge, "downstream_pipeline");
    struct gitlab_about about = { .project = of->project, .fill = of->fill };
    int64_t number = field_int(downstream, "id");
    enum known_run known = KNOWN_NOT;
    char id[32];

    (void)snprintf(id, sizeof(id), "%" PRId64, number);
    if (number <= 0 || !is_child(batch, bridge, downstream) ||
        batch_find_run(batch, of->project, id, 1) != SIZE_MAX)
        return;
    if (plan->known)
        known = plan->known->run(plan->known->self, of->project, id, 1,
                                 field_time(downstream, "updated_at"));
    if (known == KNOWN_DONE || known == KNOWN_OPEN)
        return;
    add_child(g, plan, batch, of->project, downstream);
    (void)gitlab_ask(plan, GITLAB_PIPELINE, number, &about);
}

static void add_bridge(const struct reply *reply, struct batch *batch, size_t run,
                       const json_t *item, bool done)
{
    struct job *job = gitlab_add_job(batch, run, item, reply, done, true);
    const char *below = field_text(batch, json_object_get(item, "downstream_pipeline"), "status");

    if (job->outcome.result == DX_RESULT_FAILURE && !*job->outcome.raw_result && *below)
        job->outcome.raw_result = arena_print(&batch->arena, "downstream pipeline %s", below);
}

bool gitlab_decode_bridges(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                           struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    bool there = reply->status != 404; /* old servers have none */
    const json_t *item;
    size_t run, i;

    if (there && !(gitlab_is_answer(reply) && json_is_array(reply->json)))
        return no_list(reply, "bridges", err);
    run = run_of(reply, batch, about.project);
    json_array_foreach (there ? reply->json : NULL, i, item) {
        if (field_int(item, "id") <= 0) {
            batch->unknown++;
            continue;
        }
        add_bridge(reply, batch, run, item, about.done);
        follow(g, plan, batch, item, &about);
    }
    if (!there || !gitlab_ask_next(plan, reply, &about))
        plan_at_once(plan, gitlab_ask(plan, GITLAB_JOBS, reply->detail, &about));
    return true;
}
