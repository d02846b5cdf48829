/* jenkins: which jobs there are, and which of them have new builds. The last builds
 * of all come with the list itself, so that a poll in which nothing moved is one
 * request, whatever the number of jobs. */
#include "config.h"

#include "source/jenkins.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "source/field.h"

enum {
    LEVELS = 5,       /* of folders that come in one reply */
    DEPTH_MOST = 20,  /* of folders at all */
    FIRST_BUILDS = 10 /* of a job that was never seen; the rest is history */
};

#define FIELDS "name,url,color,lastBuild[number,timestamp]"

/* ---- asking ---- */

/* "?tree=jobs[...,jobs[...]]", with the brackets escaped. */
static const char *tree(struct plan *plan, bool itself)
{
    struct buf text;
    const char *kept;

    buf_init(&text, 4096);
    (void)buf_text(&text, itself ? FIELDS "," : "");
    for (int i = 0; i < LEVELS; i++)
        (void)buf_print(&text, "jobs[" FIELDS "%s", i + 1 < LEVELS ? "," : "");
    for (int i = 0; i < LEVELS; i++)
        (void)buf_text(&text, "]");
    kept = arena_text(&plan->arena, text.bytes);
    buf_done(&text);
    return kept;
}

static void ask(struct plan *plan, const char *full, int64_t depth, bool itself)
{
    struct plan_request *r = jenkins_ask(plan, JENKINS_TREE, full, "/api/json?tree=");

    plan_append(plan, r, "{}", tree(plan, itself), NULL);
    r->detail = depth;
    r->detail_text = arena_text(&plan->arena, full);
    if (*full)
        r->flags |= PLAN_OPTIONAL | PLAN_ANSWER;
}

void jenkins_jobs_begin(const struct jenkins *config, struct plan *plan)
{
    const char *const *jobs = config->jobs.item;

    if (config->jobs.count == 0)
        ask(plan, "", 0, false);
    for (size_t i = 0; i < config->jobs.count; i++)
        ask(plan, jobs[i], 0, true);
}

/* ---- reading ---- */

static bool is_multibranch(const json_t *item)
{
    return value_has(json_object_get(item, "_class"), "MultiBranchProject");
}

/* Folders have neither a colour nor builds. */
static bool is_folder(const json_t *item)
{
    return json_object_get(item, "jobs") ||
           (!json_object_get(item, "color") && !json_object_get(item, "lastBuild"));
}

/* The number alone is not enough: a job that was deleted and made again counts anew. */
static void take_job(struct jenkins_poll *p, const struct jenkins_job *job, const json_t *item)
{
    const json_t *last = json_object_get(item, "lastBuild");
    int64_t number = field_int(last, "number"), timestamp = field_ms(last, "timestamp");
    int64_t seen = jenkins_recall(p->plan, p->batch, "n", job->full);
    int64_t seen_ms = jenkins_recall(p->plan, p->batch, "t", job->full);

    if (number <= 0 || !jenkins_wanted(p->config, job->full))
        return;
    if (number == seen && (timestamp == seen_ms || timestamp == 0))
        return;
    if (seen == 0 && jenkins_is_old(p->plan, timestamp))
        return;
    if (!jenkins_due(p, "x", job->full, 6 * JENKINS_HOUR))
        return;
    if (seen == 0)
        jenkins_builds_ask(p->plan, job, FIRST_BUILDS);
    else
        jenkins_builds_ask(p->plan, job, number > seen ? number - seen : number);
}

/* Folders lie in folders, and what is deeper than DEPTH_MOST is left out.
 * NOLINTBEGIN(misc-no-recursion) */
static void walk(struct jenkins_poll *p, const char *above, const json_t *list, int64_t depth,
                 bool branches);

static void take_item(struct jenkins_poll *p, const char *full, const json_t *item, int64_t depth,
                      bool branch)
{
    const json_t *below = json_object_get(item, "jobs");
    struct jenkins_job job;

    if (!is_folder(item)) {
        job = jenkins_job_named(full, branch);
        take_job(p, &job, item);
    } else if (depth >= DEPTH_MOST) {
        p->batch->unknown++;
    } else if (json_is_array(below)) {
        walk(p, full, below, depth + 1, is_multibranch(item));
    } else {
        ask(p->plan, full, depth + 1, true);
    }
}

static void walk(struct jenkins_poll *p, const char *above, const json_t *list, int64_t depth,
                 bool branches)
{
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        const char *name = field_text(p->batch, item, "name");
        char full[JENKINS_NAME];

        (void)snprintf(full, sizeof(full), "%s%s%s", above, *above ? "/" : "", name);
        if (!*name) {
            p->batch->unknown++;
        } else if (strlen(full) > JENKINS_FULL_MOST) {
            batch_note(p->batch, DX_LOG_WARN, "the name of %.100s... is too long; it is left out",
                       full);
        } else {
            take_item(p, full, item, depth, branches);
        }
    }
}

/* NOLINTEND(misc-no-recursion) */

/* Who may not read jobs gets a list without them, not a refusal. */
static void say_empty(struct jenkins_poll *p)
{
    batch_note(p->batch, DX_LOG_WARN,
               "it shows no jobs; the user, or anonymous without one, may lack Job/Read");
}

bool jenkins_jobs_decode(struct jenkins_poll *p, struct dx_error *err)
{
    const char *full = p->reply->detail_text;
    const json_t *json = p->reply->json, *list = json_object_get(json, "jobs");

    if (!jenkins_is_answer(p->reply))
        return jenkins_hidden(p, full, err);
    if (!json_is_object(json) || (list && !json_is_array(list)) ||
        (!*full && !list && !json_object_get(json, "_class")))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jenkins (no \"jobs\")");
    if (!*full && json_array_size(list) == 0)
        say_empty(p);
    if (!*full)
        walk(p, "", list, p->reply->detail, false);
    else if (list || !is_folder(json))
        take_item(p, arena_text(&p->batch->arena, full), json, p->reply->detail, false);
    if (p->reply->detail == 0)
        jenkins_forget(p);
    return true;
}
