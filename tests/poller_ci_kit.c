/* poller_ci_kit: a source of CI that does what its server says. */
#include "config.h"

#include "poller_ci_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "source/field.h"

struct script script;

static void ask_for(const struct reply *reply, struct plan *plan)
{
    const json_t *path, *list = json_object_get(reply->json, "get");
    size_t i;

    json_array_foreach (list, i, path) {
        struct plan_request *r = plan_get(plan, 1, "", NULL);

        plan_append(plan, r, json_string_value(path), NULL);
        r->flags = (unsigned)field_int(reply->json, "flags");
    }
}

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    struct open_run open[64];

    (void)config;
    (void)cursors;
    script.open = plan->known->open(plan->known->self, "", open, 64);
    for (size_t i = 0; i < script.open && i < script.slots; i++) {
        struct plan_request *r = plan_get(plan, 1, "/run/{}", open[i].id, NULL);

        r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
        plan_of_run(plan, r, &open[i]);
    }
    plan_get(plan, 0, "/list", NULL)->flags = script.flags;
}

static void take_run(const json_t *item, const struct reply *reply, struct batch *batch)
{
    size_t at = batch->run_count;
    struct run *run = batch_run(batch);

    run->project = "acme/web";
    run->id = field_text(batch, item, "id");
    run->attempt = 1;
    run->outcome.phase = DX_PHASE_DONE;
    run->outcome.result = json_object_get(item, "failed") ? DX_RESULT_FAILURE : DX_RESULT_SUCCESS;
    run->timing.created_ms = run->timing.started_ms = run->timing.finished_ms =
        reply->now_ms - 1000;
    for (int64_t i = 0; i < field_int(item, "jobs"); i++) {
        struct job *job = batch_job(batch, at);

        job->id = arena_print(&batch->arena, "%d", (int)i);
        job->name = "test";
        job->attempt = 1;
        job->pool = "linux";
        job->outcome = batch->runs[at].outcome;
        job->timing = batch->runs[at].timing;
    }
    if (json_is_true(json_object_get(item, "whole")))
        batch_jobs_whole(batch, at);
    if (json_is_true(json_object_get(item, "owed")))
        batch_owe(batch, at);
}

static void take_tail(const json_t *item, struct batch *batch)
{
    struct log_tail *tail;

    if (!item)
        return;
    tail = batch_tail(batch);
    tail->project = "acme/web";
    tail->run = field_text(batch, item, "run");
    tail->job = field_text(batch, item, "job");
    tail->run_attempt = tail->job_attempt = 1;
    tail->text = field_text(batch, item, "text");
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    const json_t *item;
    size_t i, n = script.replies++ % 8;

    (void)config;
    snprintf(script.heads[n], sizeof(script.heads[n]), "%s", reply_header(batch, reply, "x-page"));
    snprintf(script.bodies[n], sizeof(script.bodies[n]), "%s", reply->body);
    script.statuses[n] = reply->status;
    json_array_foreach (json_object_get(reply->json, "runs"), i, item)
        take_run(item, reply, batch);
    json_array_foreach (json_object_get(reply->json, "ask"), i, item)
        script.known[script.known_count++ % 8] =
            plan->known->run(plan->known->self, "acme/web", field_text(batch, item, "id"), 1,
                             field_int(item, "updated_ms"));
    for (int64_t j = 0; j < field_int(reply->json, "pools"); j++) {
        struct pool *pool = batch_pool(batch);

        pool->name = arena_print(&batch->arena, "pool %d", (int)j);
        pool->online = 1;
        pool->busy = pool->offline = pool->waiting = -1;
    }
    take_tail(json_object_get(reply->json, "tail"), batch);
    batch->pools_whole |= json_is_true(json_object_get(reply->json, "whole"));
    if (json_object_get(reply->json, "fail"))
        return dx_fail(err, DX_FAULT_REPLY, "not understood");
    plan->new_is_behind = json_is_true(json_object_get(reply->json, "behind"));
    ask_for(reply, plan);
    return true;
}

static const char *const headers[] = { "X-Kind: test", NULL };
static const struct dx_option options[] = { { 0 } };
static const struct source scripted = {
    .name = "test",
    .yields = 1u << DX_KIND_RUN,
    .version = 3,
    .options = options,
    .every = "30s",
    .auth = SOURCE_AUTH_PRIVATE_TOKEN,
    .accept = "application/vnd.test+json",
    .headers = headers,
    .begin = begin,
    .decode = decode,
};

void poller_ci_start(void)
{
    struct dx_error err = { 0 };

    memset(&script, 0, sizeof(script));
    poller_kit_start_of(&scripted);
    cr_assert(clock_parse(&t.clock, "2026-11-24T08:00:00Z@100", &err), "%s", err.text);
    t.settings.every_ms = 30 * SECOND;
    t.settings.history_ms = DAY;
    new_poller();
}

enum stored_run stored(const char *id)
{
    return store_run(
        kit.store,
        &(struct run_key){ .source = t.id, .project = "acme/web", .id = id, .attempt = 1 }, 0, 0);
}

int64_t number(const char *sql)
{
    const char *argv[] = { "sqlite3", kit.path, sql, NULL };
    int code;
    char *text = program_run(argv, &code);
    int64_t n = strtoll(text, NULL, 10);

    cr_assert_eq(code, 0, "sqlite3: %s", sql);
    free(text);
    return n;
}
