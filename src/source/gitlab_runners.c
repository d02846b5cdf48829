/* gitlab: the runners of a group or of projects, and the pools that they make. */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <string.h>

#include "source/field.h"

enum {
    EVERY_MS = 10 * 60 * 1000,
    /* A token that may not see them is told so, and asks again the next day. */
    REFUSED_AGAIN_MS = 24 * 60 * 60 * 1000,
    OWN_PAGES_MOST = 100,
    RUNNERS_MOST = 10000,
};

/* ---- asking ---- */

static bool is_time(const struct plan *plan, const struct batch *batch, const char *of)
{
    int64_t next = gitlab_cursor(plan, batch, GITLAB_RUNNERS_NEXT, of);

    return plan->now_ms >= next || next - plan->now_ms > REFUSED_AGAIN_MS; /* a clock set back */
}

/* The runners of a group are those of its projects too. All lists are asked for in
 * one poll, so that a runner that is in none of them is known to be gone. */
void gitlab_runners_begin(const struct gitlab *g, struct plan *plan)
{
    bool group = *g->group;
    const char *const *of = group ? &g->group : (const char *const *)g->projects.item;
    size_t count = group ? 1 : g->projects.count;
    struct gitlab_about about = { .group = group };

    if (!g->runners || !is_time(plan, NULL, ""))
        return;
    for (size_t i = 0; i < count; i++)
        about.seen += is_time(plan, NULL, of[i]);
    about.hidden = about.seen < (int64_t)count;
    for (size_t i = 0; i < count; i++) {
        about.project = of[i];
        if (is_time(plan, NULL, of[i]))
            (void)gitlab_ask(plan, GITLAB_RUNNERS, 0, &about);
    }
}

/* The first answer of a round says how many there have to be. */
static void begin_round(const struct plan *plan, struct batch *batch,
                        const struct gitlab_about *about)
{
    if (!is_time(plan, batch, ""))
        return;
    gitlab_remember(batch, GITLAB_RUNNERS_NEXT, "", plan->now_ms + EVERY_MS);
    gitlab_remember(batch, GITLAB_RUNNERS_DUE, "", about->seen);
    gitlab_remember(batch, GITLAB_RUNNERS_HIDDEN, "", about->hidden);
}

/* An answer came, which asked for so many more. When none is missing, the runners
 * are all there are. */
static void settle(const struct plan *plan, struct batch *batch, int64_t more)
{
    int64_t due = gitlab_cursor(plan, batch, GITLAB_RUNNERS_DUE, "") + more - 1;

    gitlab_remember(batch, GITLAB_RUNNERS_DUE, "", due);
    if (due != 0)
        return;
    batch->pools_whole = true;
    batch->pools_hidden = gitlab_cursor(plan, batch, GITLAB_RUNNERS_HIDDEN, "") > 0;
}

/* A runner can serve many projects. */
static bool is_asked(const struct plan *plan, int64_t id)
{
    for (const struct plan_request *r = plan->first; r; r = r->next)
        if (r->step == GITLAB_RUNNER && r->detail == id)
            return true;
    return false;
}

static size_t count_asked(const struct plan *plan)
{
    size_t n = 0;

    for (const struct plan_request *r = plan->first; r; r = r->next)
        n += r->step == GITLAB_RUNNER;
    return n;
}

static bool is_there(const struct batch *batch, const char *name)
{
    for (size_t i = 0; i < batch->runner_count; i++)
        if (strcmp(batch->runners[i].name, name) == 0)
            return true;
    return false;
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
    pool->online = pool->offline = 0;
    return pool;
}

static void count_runner(struct batch *batch, const struct runner *runner, bool busy_is_said)
{
    struct pool *pool = pool_named(batch, runner->pool);

    pool->online += runner->online;
    pool->offline += !runner->online;
    if (busy_is_said)
        pool->busy = (pool->busy < 0 ? 0 : pool->busy) + runner->busy;
}

/* A paused runner takes no job, whether it is there or not. */
static void add_runner(struct batch *batch, const json_t *item)
{
    const char *name = gitlab_runner_name(batch, item);
    const char *status = field_text(batch, item, "status");
    const json_t *at_work = json_object_get(item, "job_execution_status");
    bool paused = json_is_true(json_object_get(item, "paused")) ||
                  json_is_false(json_object_get(item, "active")) || strcmp(status, "paused") == 0;
    struct runner *runner;

    if (is_there(batch, name))
        return;
    runner = batch_runner(batch);
    runner->name = name;
    runner->labels = gitlab_tags(batch, json_object_get(item, "tag_list"));
    runner->pool = *runner->labels ? runner->labels : gitlab_untagged_pool(batch, item);
    runner->online = !paused && (*status ? strcmp(status, "online") == 0
                                         : json_is_true(json_object_get(item, "online")));
    runner->busy = value_is(at_work, "active");
    if (!runner->online)
        runner->note = paused ? "paused" : status;
    count_runner(batch, runner, json_is_string(at_work));
}

static void no_runners(const struct reply *reply, const struct plan *plan, struct batch *batch,
                       const char *of)
{
    batch_note(batch, DX_LOG_INFO,
               "the token may not see the runners of %s (%d); `runners: no` stops asking", of,
               reply->status);
    gitlab_remember(batch, GITLAB_RUNNERS_NEXT, of, plan->now_ms + REFUSED_AGAIN_MS);
    gitlab_remember(batch, GITLAB_RUNNERS_HIDDEN, "", 1);
    settle(plan, batch, 0);
}

/* A list has no tags, so each has to be asked for by itself, up to a bound. Beyond it,
 * or where an own page is refused, an untagged pool is all that can be said. */
bool gitlab_decode_runners(const struct reply *reply, struct plan *plan, struct batch *batch,
                           struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    const json_t *item;
    int64_t more = 0;
    size_t i;

    begin_round(plan, batch, &about);
    if (!gitlab_is_answer(reply)) {
        no_runners(reply, plan, batch, about.project);
        return true;
    }
    if (!json_is_array(reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a GitLab (no list of runners)");
    json_array_foreach (reply->json, i, item) {
        int64_t id = field_int(item, "id");

        if (id <= 0 || is_asked(plan, id) || is_there(batch, gitlab_runner_name(batch, item)))
            continue;
        if (count_asked(plan) == OWN_PAGES_MOST) {
            add_runner(batch, item);
            continue;
        }
        about.attempt = value_is(json_object_get(item, "status"), "online");
        (void)gitlab_ask(plan, GITLAB_RUNNER, id, &about);
        more++;
    }
    if (batch->runner_count < RUNNERS_MOST)
        more += gitlab_ask_next(plan, reply, &about);
    else
        more += gitlab_has_next(reply); /* which is not asked for: nobody knows them all */
    settle(plan, batch, more);
    return true;
}

/* What its list said of it. */
static void add_hidden(const struct reply *reply, struct batch *batch)
{
    struct runner *runner = batch_runner(batch);

    runner->name = arena_print(&batch->arena, "#%" PRId64, reply->detail);
    runner->pool = "shared";
    runner->online = gitlab_about(reply).attempt > 0;
    runner->note = runner->online ? "" : "offline";
    count_runner(batch, runner, false);
}

bool gitlab_decode_runner(const struct reply *reply, struct plan *plan, struct batch *batch)
{
    if (gitlab_is_answer(reply) && field_int(reply->json, "id") > 0)
        add_runner(batch, reply->json);
    else if (reply->status == 403)
        add_hidden(reply, batch);
    settle(plan, batch, 0);
    return true;
}
