/* jenkins_kit: a store in memory, and the loop of a poller. */
#include "config.h"

#include "jenkins_kit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "source/jenkins.h"

enum { KEY = 700, POLLS_MOST = 400 };

/* ---- what the source asks of the store ---- */

static int64_t get(void *self, const char *name)
{
    const struct jenkins_kit *kit = self;

    return json_integer_value(json_object_get(kit->cursors, name));
}

static const char *after(void *self, const char *name)
{
    const struct jenkins_kit *kit = self;
    const char *next = NULL, *key;
    json_t *value;

    json_object_foreach (kit->cursors, key, value)
        if (strcmp(key, name) > 0 && (!next || strcmp(key, next) < 0))
            next = key;
    return next;
}

static const char *key_of(char out[KEY], const char *project, const char *id, const char *job)
{
    (void)snprintf(out, KEY, "%s\n%s%s%s", project, id, job ? "\n" : "", job ? job : "");
    return out;
}

static bool is_open(const json_t *run)
{
    return json_integer_value(json_object_get(run, "phase")) != (int)DX_PHASE_DONE ||
           !json_is_true(json_object_get(run, "whole"));
}

static enum known_run known_run(void *self, const char *project, const char *id, int64_t attempt,
                                int64_t updated_ms)
{
    const struct jenkins_kit *kit = self;
    char key[KEY];
    const json_t *run = json_object_get(kit->runs, key_of(key, project, id, NULL));

    cr_expect_eq(attempt, 1);
    cr_expect_eq(updated_ms, 0);
    if (!run)
        return KNOWN_NOT;
    return is_open(run) ? KNOWN_OPEN : KNOWN_DONE;
}

static size_t open_runs(void *self, const char *project, struct open_run *out, size_t cap)
{
    const struct jenkins_kit *kit = self;
    const char *key;
    json_t *run;
    size_t n = 0;

    cr_expect_str_eq(project, "");
    json_object_foreach (kit->runs, key, run)
        if (n < cap && is_open(run))
            out[n++] =
                (struct open_run){ json_string_value(json_object_get(run, "project")),
                                   json_string_value(json_object_get(run, "id")), 1, 0, false };
    return n;
}

/* ---- a commit ---- */

static json_t *times(const struct timing *t, const struct outcome *o)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:i}", "created",
                     (json_int_t)t->created_ms, "started", (json_int_t)t->started_ms, "finished",
                     (json_int_t)t->finished_ms, "queued", (json_int_t)t->queued_ms, "duration",
                     (json_int_t)t->duration_ms, "phase", (int)o->phase, "result", (int)o->result,
                     "cause", (int)o->cause);
}

static void put_run(struct jenkins_kit *kit, const struct run *run)
{
    char key[KEY];
    json_t *old = json_object_get(kit->runs, key_of(key, run->project, run->id, NULL)), *json;

    if (run->bare) {
        if (old && batch_run_whole(run))
            (void)json_object_set_new(old, "whole", json_true());
        if (old && run->gone &&
            json_integer_value(json_object_get(old, "phase")) != DX_PHASE_DONE) {
            (void)json_object_set_new(old, "phase", json_integer(DX_PHASE_DONE));
            (void)json_object_set_new(old, "result", json_integer(DX_RESULT_UNKNOWN));
            (void)json_object_set_new(old, "whole", json_true());
        }
        return;
    }
    json = times(&run->timing, &run->outcome);
    (void)json_object_update_new(
        json,
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:I}", "project", run->project,
                  "pipeline", run->pipeline, "id", run->id, "number", run->number, "sha", run->sha,
                  "branch", run->branch, "event", run->event, "protected", run->protected_branch,
                  "whole", batch_run_whole(run), "gate", (json_int_t)run->gate_ms));
    (void)json_object_set_new(kit->runs, key, json);
}

static void put_job(struct jenkins_kit *kit, const struct batch *batch, const struct job *job)
{
    const struct run *run = &batch->runs[job->run];
    json_t *json = times(&job->timing, &job->outcome);
    char key[KEY];

    (void)json_object_update_new(json, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "project",
                                                 run->project, "run", run->id, "name", job->name,
                                                 "pool", job->pool, "runner", job->runner, "never",
                                                 !job->started));
    (void)json_object_set_new(kit->jobs, key_of(key, run->project, run->id, job->id), json);
}

/* Items that are not in the list any more are hidden. */
static void drop_waiting(struct jenkins_kit *kit)
{
    const char *key;
    json_t *run;
    void *next;

    json_object_foreach_safe(kit->runs, next, key, run) if (strstr(key, "\nqueue/"))(void)
        json_object_del(kit->runs, key);
    json_object_foreach_safe(kit->jobs, next, key, run) if (strstr(key, "\nqueue/"))(void)
        json_object_del(kit->jobs, key);
}

static void commit(struct jenkins_kit *kit, struct batch *batch)
{
    if (batch->waiting_whole)
        drop_waiting(kit);
    for (size_t i = 0; i < batch->run_count; i++)
        put_run(kit, &batch->runs[i]);
    for (size_t i = 0; i < batch->job_count; i++)
        put_job(kit, batch, &batch->jobs[i]);
    for (size_t i = 0; i < batch->cursor_count; i++)
        if (batch->cursors[i].value != 0)
            (void)json_object_set_new(kit->cursors, batch->cursors[i].name,
                                      json_integer(batch->cursors[i].value));
        else
            (void)json_object_del(kit->cursors, batch->cursors[i].name);
    for (size_t i = 0; i < batch->note_count; i++) {
        size_t len = strlen(kit->notes);

        (void)snprintf(kit->notes + len, sizeof(kit->notes) - len, "%s\n", batch->notes[i].text);
    }
    batch_done(batch);
}

/* ---- a poll ---- */

static const struct jenkins without_logs = { .executors = true },
                            with_logs = { .executors = true, .logs = true };

static const struct jenkins *config_of(const struct jenkins_kit *kit)
{
    return kit->logs ? &with_logs : &without_logs;
}

static bool decode(struct jenkins_kit *kit, const struct plan_request *request, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    struct kit_answer answer = kit->server(kit->self, request->path, plan->now_ms);
    struct reply reply = { .step = request->step,
                           .detail = request->detail,
                           .detail_text = request->detail_text,
                           .status = answer.status,
                           .content_type = "application/json",
                           .now_ms = plan->now_ms,
                           .body = answer.body,
                           .len = answer.len,
                           .next = "",
                           .head = answer.head };

    kit->requests++;
    if (answer.status >= 300 && !(request->flags & PLAN_ANSWER))
        return dx_fail(err, DX_FAULT_REPLY, "%s: %d", request->path, answer.status);
    if (answer.status >= 300 || request->flags & PLAN_TEXT)
        return source_jenkins.decode(config_of(kit), &reply, plan, batch, err);
    return source_decode(&source_jenkins, config_of(kit), &reply, plan, batch, err);
}

bool kit_poll_once(struct jenkins_kit *kit, int64_t now_ms)
{
    const struct cursors cursors = { .get = get, .after = after, .self = kit };
    const struct known known = { .run = known_run, .open = open_runs, .self = kit };
    struct plan plan = { .now_ms = now_ms,
                         .every_ms = 60000,
                         .history_ms = kit->history_ms,
                         .cursors = &cursors,
                         .known = &known };
    const struct plan_request *request;
    struct batch batch = { 0 };
    struct dx_error err = { 0 };
    size_t begun = kit->requests;
    bool ok = true;

    source_jenkins.begin(config_of(kit), &cursors, &plan);
    while (ok && (request = plan_take(&plan)) != NULL &&
           (kit->most == 0 || kit->requests - begun < kit->most)) {
        ok = decode(kit, request, &plan, &batch, &err);
        cr_expect(ok || kit->may_fail, "%s: %s", request->path, err.text);
    }
    kit->polls++;
    if (ok || kit->may_fail)
        commit(kit, &batch);
    batch_done(&batch);
    plan_done(&plan);
    return ok;
}

static size_t count_open(const struct jenkins_kit *kit)
{
    const char *key;
    json_t *run;
    size_t n = 0;

    json_object_foreach (kit->runs, key, run)
        n += is_open(run) && !strstr(key, "\nqueue/") &&
             json_integer_value(json_object_get(run, "phase")) == (int)DX_PHASE_DONE;
    return n;
}

static bool is_filled(const struct jenkins_kit *kit)
{
    const char *key;
    json_t *value;
    char name[KEY];

    json_object_foreach (kit->cursors, key, value) {
        (void)snprintf(name, sizeof(name), "d:%s", key + 2);
        if (strncmp(key, "n:", 2) == 0 && !json_object_get(kit->cursors, name))
            return false;
    }
    return true;
}

void kit_poll_all(struct jenkins_kit *kit, int64_t now_ms)
{
    size_t before;

    for (int i = 0; i < POLLS_MOST; i++) {
        before = json_object_size(kit->runs) + json_object_size(kit->jobs);
        cr_assert(kit_poll_once(kit, now_ms));
        if (is_filled(kit) && count_open(kit) == 0 &&
            before == json_object_size(kit->runs) + json_object_size(kit->jobs))
            return;
    }
    cr_assert(false, "it never ends");
}

size_t kit_runs(const struct jenkins_kit *kit, bool of_queue)
{
    const char *key;
    json_t *run;
    size_t n = 0;

    json_object_foreach (kit->runs, key, run)
        n += (strstr(key, "\nqueue/") != NULL) == of_queue;
    return n;
}

void kit_start(struct jenkins_kit *kit)
{
    kit->cursors = json_object();
    kit->runs = json_object();
    kit->jobs = json_object();
}

void kit_stop(struct jenkins_kit *kit)
{
    json_decref(kit->cursors);
    json_decref(kit->runs);
    json_decref(kit->jobs);
}
