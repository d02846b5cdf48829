/* jenkins: the live queue. Each item that waits is a job in a run of its own, until a
 * build with its number takes its place. */
#include "config.h"

#include "source/jenkins.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "source/field.h"

enum { NAME_MOST = 200 };

#define TREE                                                                                       \
    "items[_class,id,inQueueSince,blocked,buildable,pending,stuck,why,"                            \
    "task[_class,name,url,labelExpression]]"

void jenkins_queue_begin(struct plan *plan)
{
    struct plan_request *r = plan_get(plan, JENKINS_QUEUE, "/queue/api/json?tree={}", TREE, NULL);

    r->flags |= PLAN_OPTIONAL | PLAN_ANSWER;
}

/* ---- which pool it waits for ---- */

/* The next name in quotes, which every language puts around nodes and labels: ‘ ’ “ ”
 * « » „ and those of the keyboard. false: there are no more. */
static bool next_quoted(const char **at, char out[NAME_MOST])
{
    static const char *const quotes[][2] = {
        { "\xE2\x80\x98", "\xE2\x80\x99" },
        { "\xE2\x80\x9E", "\xE2\x80\x9C" },
        { "\xE2\x80\x9C", "\xE2\x80\x9D" },
        { "\xC2\xAB", "\xC2\xBB" },
        { "\"", "\"" },
        { "'", "'" },
    };
    const char *begin = NULL, *end = NULL;
    size_t len = 0;

    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        const char *open = strstr(*at, quotes[i][0]);
        const char *shut = open ? strstr(open + strlen(quotes[i][0]), quotes[i][1]) : NULL;

        if (!shut || (begin && open >= begin))
            continue;
        begin = open;
        end = shut + strlen(quotes[i][1]);
        len = (size_t)(shut - open) - strlen(quotes[i][0]);
        (void)snprintf(out, NAME_MOST, "%.*s", (int)len, open + strlen(quotes[i][0]));
    }
    *at = end ? end : *at;
    return begin != NULL;
}

static bool is_label(const struct batch *batch, const char *name)
{
    for (size_t i = 0; i < batch->runner_count; i++) {
        const char *at = strstr(batch->runners[i].labels, name);

        if (*name && at && (at == batch->runners[i].labels || at[-1] == ',') &&
            (at[strlen(name)] == '\0' || at[strlen(name)] == ','))
            return true;
    }
    return false;
}

/* No field says it but for freestyle jobs: only why it waits, in the language of the
 * server, names nodes or a label. A name that no node has or bears is a label without
 * nodes. */
static const char *pool_of_why(struct batch *batch, const char *why)
{
    char name[NAME_MOST], last[NAME_MOST] = "";

    while (next_quoted(&why, name)) {
        const char *pool = jenkins_pool_of_node(batch, name);

        if (pool)
            return pool;
        if (is_label(batch, name))
            return jenkins_pool_of_label(batch, name);
        (void)snprintf(last, sizeof(last), "%s", name);
    }
    return *last ? batch_text(batch, last, strlen(last)) : "any";
}

/* ---- reading ---- */

static bool is_class(const json_t *object, const char *part)
{
    return value_has(json_object_get(object, "_class"), part);
}

/* In its quiet period, or held up by another build, it wants no executor yet. */
static enum dx_phase phase_of(const json_t *item)
{
    if (is_class(item, "WaitingItem") || json_is_true(json_object_get(item, "blocked")))
        return DX_PHASE_GATE;
    return DX_PHASE_QUEUED;
}

/* A node block of a Pipeline that runs has no job to its name, but says whose part it
 * is where it has a URL. */
static const char *full_of(struct batch *batch, const json_t *task)
{
    const char *full = jenkins_full_of_url(batch, field_text(batch, task, "url"));

    return *full ? full : field_text(batch, task, "name");
}

static void add_item(struct jenkins_poll *p, const json_t *item)
{
    const json_t *task = json_object_get(item, "task");
    const char *full = full_of(p->batch, task);
    const char *label = field_text(p->batch, task, "labelExpression");
    struct jenkins_job name = jenkins_job_named(*full ? full : "Pipeline",
                                                jenkins_recall(p->plan, p->batch, "b", full) > 0);
    const char *id = arena_print(&p->batch->arena, "%" PRId64, field_int(item, "id"));
    struct run *run;
    struct job *job;

    if (*full && !jenkins_wanted(p->config, full))
        return;
    run = batch_run(p->batch);
    run->project = batch_text(p->batch, name.project, strlen(name.project));
    run->pipeline = name.branch ? "" : batch_text(p->batch, name.leaf, strlen(name.leaf));
    run->branch = name.branch ? jenkins_decoded(p->batch, name.leaf) : "";
    run->id = arena_print(&p->batch->arena, "queue/%s", id);
    run->number = run->id;
    run->url = jenkins_url(p->batch, task);
    run->outcome.phase = phase_of(item);
    run->outcome.raw_status = json_is_true(json_object_get(item, "stuck")) ? "stuck" : "waiting";
    run->timing.created_ms = field_ms(item, "inQueueSince");
    job = batch_job(p->batch, p->batch->run_count - 1);
    job->id = id;
    job->queue_ref = id;
    job->name = *run->pipeline ? run->pipeline : "build";
    job->url = run->url;
    job->why = field_text(p->batch, item, "why");
    job->pool = *label ? jenkins_pool_of_label(p->batch, label)
                       : pool_of_why(p->batch, run->outcome.phase == DX_PHASE_GATE ? "" : job->why);
    job->outcome = run->outcome;
    job->timing.created_ms = run->timing.created_ms;
}

bool jenkins_queue_decode(struct jenkins_poll *p, struct dx_error *err)
{
    const json_t *list = json_object_get(p->reply->json, "items"), *item;
    size_t i;

    if (!jenkins_is_answer(p->reply)) {
        if (jenkins_due(p, "queue", "", JENKINS_DAY))
            batch_note(p->batch, DX_LOG_INFO, "the user may not see the queue (%d)",
                       p->reply->status);
        jenkins_remember(p->batch, "queue", "", p->plan->now_ms);
        return true;
    }
    if (!json_is_array(list))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jenkins (no \"items\")");
    json_array_foreach (list, i, item) {
        if (field_int(item, "id") > 0)
            add_item(p, item);
        else
            p->batch->unknown++;
    }
    p->batch->waiting_whole = true;
    return true;
}
