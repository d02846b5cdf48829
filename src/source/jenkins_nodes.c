/* jenkins: nodes as runners. Their executors make pools: those of all nodes with the
 * same labels are one. */
#include "config.h"

#include "source/jenkins.h"

#include <stdlib.h>
#include <string.h>

#include "source/field.h"

enum {
    LABELS_MOST = 32,
    EXECUTORS_MOST = 1 << 20 /* of a node; a server that says more is not believed */
};

#define TREE                                                                                       \
    "computer[_class,displayName,offline,temporarilyOffline,offlineCauseReason,numExecutors,"      \
    "idle,assignedLabels[name],executors[idle]]"

void jenkins_nodes_begin(struct plan *plan)
{
    struct plan_request *r =
        plan_get(plan, JENKINS_NODES, "/computer/api/json?tree={}", TREE, NULL);

    r->flags |= PLAN_OPTIONAL | PLAN_ANSWER;
}

/* ---- pools ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Labels, sorted, with commas between. A node's own name is one of them, and says
 * nothing. */
static const char *labels_of(struct batch *batch, const json_t *item, const char *name)
{
    const char *sorted[LABELS_MOST] = { NULL }, *text = "";
    const json_t *label;
    size_t n = 0, i;

    json_array_foreach (json_object_get(item, "assignedLabels"), i, label) {
        const char *clean = field_text(batch, label, "name");

        if (*clean && strcmp(clean, name) != 0 && strcmp(clean, JENKINS_BUILT_IN) != 0 &&
            strcmp(clean, "master") != 0 && n < LABELS_MOST)
            sorted[n++] = clean;
    }
    qsort(sorted, n, sizeof(sorted[0]), by_text);
    for (i = 0; i < n; i++)
        text = i == 0 ? sorted[0] : arena_print(&batch->arena, "%s,%s", text, sorted[i]);
    return batch_text(batch, text, strlen(text));
}

const char *jenkins_pool_of_node(const struct batch *batch, const char *node)
{
    for (size_t i = 0; i < batch->runner_count; i++)
        if (strcmp(batch->runners[i].name, node) == 0)
            return batch->runners[i].pool;
    return NULL;
}

static bool has_label(const char *labels, const char *label)
{
    size_t len = strlen(label);

    for (const char *at = labels; *at;) {
        size_t n = strcspn(at, ",");

        if (n == len && strncmp(at, label, len) == 0)
            return true;
        at += at[n] ? n + 1 : n;
    }
    return false;
}

const char *jenkins_pool_of_label(struct batch *batch, const char *label)
{
    const char *pool = NULL;

    for (size_t i = 0; i < batch->runner_count; i++) {
        const struct runner *runner = &batch->runners[i];

        if (!has_label(runner->labels, label) || (pool && strcmp(pool, runner->pool) == 0))
            continue;
        if (pool)
            return batch_text(batch, label, strlen(label)); /* nodes of several pools have it */
        pool = runner->pool;
    }
    return pool ? pool : batch_text(batch, label, strlen(label));
}

/* They are asked for first. Where that was refused for good, pools are labels. */
static bool nodes_failed(struct jenkins_poll *p)
{
    return p->config->executors && !p->batch->pools_whole &&
           jenkins_recall(p->plan, p->batch, "nodes", "") == 0;
}

void jenkins_whole(struct jenkins_poll *p, size_t run)
{
    int64_t ended_ms = 0;

    if (!nodes_failed(p)) {
        batch_jobs_whole(p->batch, run);
        return;
    }
    for (size_t i = 0; i < p->batch->job_count; i++)
        if (p->batch->jobs[i].run == run && p->batch->jobs[i].timing.finished_ms > ended_ms)
            ended_ms = p->batch->jobs[i].timing.finished_ms;
    if (p->reply->now_ms - ended_ms > 3 * p->plan->every_ms + JENKINS_MINUTE)
        batch_jobs_whole(p->batch, run);
}

/* ---- reading ---- */

static struct pool *pool_named(struct batch *batch, const char *name)
{
    struct pool *pool;

    for (size_t i = 0; i < batch->pool_count; i++)
        if (strcmp(batch->pools[i].name, name) == 0)
            return &batch->pools[i];
    pool = batch_pool(batch);
    pool->name = name;
    pool->online = pool->busy = pool->offline = 0;
    return pool;
}

static bool is_built_in(const json_t *item)
{
    return value_has(json_object_get(item, "_class"), "MasterComputer");
}

static int64_t busy_of(const json_t *item)
{
    const json_t *executor;
    int64_t busy = 0;
    size_t i;

    json_array_foreach (json_object_get(item, "executors"), i, executor) {
        busy += json_is_false(json_object_get(executor, "idle"));
    }
    return busy;
}

/* A node without executors runs no builds; often that is the built-in one. */
static void add_node(struct batch *batch, const json_t *item)
{
    const char *name = field_text(batch, item, "displayName");
    int64_t executors = field_int(item, "numExecutors"), busy = busy_of(item);
    struct runner *runner;
    struct pool *pool;

    if (executors <= 0 || !*name)
        return;
    if (executors > EXECUTORS_MOST)
        executors = EXECUTORS_MOST;
    if (is_built_in(item))
        name = JENKINS_BUILT_IN;
    runner = batch_runner(batch);
    runner->name = name;
    runner->labels = labels_of(batch, item, name);
    runner->pool = *runner->labels ? runner->labels : "any";
    if (!*runner->labels && is_built_in(item))
        runner->pool = JENKINS_BUILT_IN;
    runner->online = !json_is_true(json_object_get(item, "offline")) &&
                     !json_is_true(json_object_get(item, "temporarilyOffline"));
    runner->busy = busy > 0;
    if (!runner->online)
        runner->note = field_text(batch, item, "offlineCauseReason");
    pool = pool_named(batch, runner->pool);
    *(runner->online ? &pool->online : &pool->offline) += executors;
    pool->busy += busy;
    if (!runner->online && !*pool->note)
        pool->note = runner->note;
}

bool jenkins_nodes_decode(struct jenkins_poll *p, struct dx_error *err)
{
    const json_t *list = json_object_get(p->reply->json, "computer"), *item;
    size_t i;

    if (!jenkins_is_answer(p->reply)) {
        if (jenkins_due(p, "nodes", "", JENKINS_DAY))
            batch_note(p->batch, DX_LOG_INFO,
                       "the user may not see the nodes (%d); `executors: no` stops asking",
                       p->reply->status);
        jenkins_remember(p->batch, "nodes", "", p->plan->now_ms);
        return true;
    }
    if (!json_is_array(list))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jenkins (no \"computer\")");
    json_array_foreach (list, i, item) {
        add_node(p->batch, item);
    }
    p->batch->pools_whole = true;
    return true;
}
