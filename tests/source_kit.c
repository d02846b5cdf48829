/* source_kit: recorded replies; cursors and known runs in memory. */
#include "config.h"

#include "source_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/where.h"

enum { FIXTURE_MAX = 1 << 20 };

char *kit_fixture(const char *name, size_t *len)
{
    char path[512], *text = calloc(1, FIXTURE_MAX);
    FILE *file;

    snprintf(path, sizeof(path), "%s/tests/fixtures/%s", SRC_DIR, name);
    file = fopen(path, "r");
    cr_assert(file && text, "%s", path);
    *len = fread(text, 1, FIXTURE_MAX - 1, file);
    fclose(file);
    return text;
}

/* Where a name is or would be. */
static size_t place_of(const struct kit *kit, const char *name)
{
    size_t from = 0, to = kit->known_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (strcmp(kit->known[middle].name, name) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool is_at(const struct kit *kit, size_t at, const char *name)
{
    return at < kit->known_count && strcmp(kit->known[at].name, name) == 0;
}

static int64_t get(void *self, const char *name)
{
    const struct kit *kit = self;
    size_t at = place_of(kit, name);

    return is_at(kit, at, name) ? kit->known[at].value : 0;
}

static const char *after(void *self, const char *name)
{
    const struct kit *kit = self;
    size_t at = place_of(kit, name);

    at += is_at(kit, at, name);
    return at < kit->known_count ? kit->known[at].name : NULL;
}

/* ---- runs ---- */

struct kit_run *kit_known(struct kit *kit, const char *project, const char *id, int64_t attempt)
{
    for (size_t i = 0; i < kit->run_count; i++) {
        struct kit_run *run = &kit->run[i];

        if (run->attempt == attempt && strcmp(run->id, id) == 0 &&
            strcmp(run->project, project) == 0)
            return run;
    }
    return NULL;
}

static enum known_run known_run(void *self, const char *project, const char *id, int64_t attempt,
                                int64_t updated_ms)
{
    const struct kit_run *run = kit_known(self, project, id, attempt);

    if (!run)
        return KNOWN_NOT;
    if (!run->done || !run->whole)
        return KNOWN_OPEN;
    return updated_ms > run->updated_ms ? KNOWN_MOVED : KNOWN_DONE;
}

static size_t known_open(void *self, const char *project, struct open_run *out, size_t cap)
{
    struct kit *kit = self;
    size_t n = 0, at;

    for (size_t i = 0; i < kit->run_count; i++) {
        const struct kit_run *run = &kit->run[i];

        if ((run->done && run->whole) || (*project && strcmp(project, run->project) != 0))
            continue;
        for (at = n; at > 0 && out[at - 1].seen_ms > run->seen_ms; at--)
            if (at < cap)
                out[at] = out[at - 1];
        if (at < cap)
            out[at] =
                (struct open_run){ run->project, run->id, run->attempt, run->seen_ms, run->done };
        n += n < cap;
    }
    return n;
}

static int64_t known_owed(void *self)
{
    const struct kit *kit = self;
    int64_t n = 0;

    for (size_t i = 0; i < kit->run_count; i++)
        n += kit->run[i].done && !kit->run[i].whole;
    return n;
}

/* What two replies of a poll bring is one job. */
static bool is_twice(const struct batch *batch, size_t i)
{
    const struct job *job = &batch->jobs[i];

    for (size_t n = i; n-- > 0;)
        if (batch->jobs[n].run == job->run && strcmp(batch->jobs[n].id, job->id) == 0 &&
            batch->jobs[n].attempt == job->attempt)
            return true;
    return false;
}

static void commit_runs(struct kit *kit)
{
    for (size_t i = 0; i < kit->batch.run_count; i++) {
        const struct run *run = &kit->batch.runs[i];
        struct kit_run *to = kit_known(kit, run->project, run->id, run->attempt);

        if (!to) {
            cr_assert(kit->run_count < KIT_RUNS);
            to = &kit->run[kit->run_count++];
            *to = (struct kit_run){ .attempt = run->attempt };
            cr_assert(snprintf(to->project, sizeof(to->project), "%s", run->project) <
                      (int)sizeof(to->project));
            cr_assert(snprintf(to->id, sizeof(to->id), "%s", run->id) < (int)sizeof(to->id));
        }
        if (!run->bare || run->gone)
            to->done = run->gone || run->outcome.phase == DX_PHASE_DONE;
        if (!run->bare)
            to->updated_ms = run->updated_ms;
        to->whole = batch_run_whole(run) || (to->whole && run->bare);
        to->seen_ms = kit->plan.now_ms;
    }
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < kit->batch.job_count; i++) {
            const struct run *run = &kit->batch.runs[kit->batch.jobs[i].run];
            struct kit_run *to = kit_known(kit, run->project, run->id, run->attempt);

            to->jobs =
                round == 0 ? 0 : to->jobs + !is_twice(&kit->batch, i); /* those of the last time */
        }
}

void kit_poll(struct kit *kit, int64_t now_ms)
{
    kit_done(kit);
    kit->err = (struct dx_error){ 0 };
    kit->cursors = (struct cursors){ .get = get, .after = after, .self = kit };
    kit->runs =
        (struct known){ .run = known_run, .open = known_open, .owed = known_owed, .self = kit };
    kit->plan = (struct plan){ .now_ms = now_ms,
                               .every_ms = 15000,
                               .history_ms = 3600000,
                               .cursors = &kit->cursors,
                               .known = &kit->runs };
}

void kit_commit(struct kit *kit)
{
    for (size_t i = 0; i < kit->batch.cursor_count; i++) {
        const struct cursor *c = &kit->batch.cursors[i];
        size_t at = place_of(kit, c->name);

        if (c->value == 0) {
            if (is_at(kit, at, c->name))
                memmove(&kit->known[at], &kit->known[at + 1],
                        (--kit->known_count - at) * sizeof(kit->known[0]));
            continue;
        }
        if (!is_at(kit, at, c->name)) {
            cr_assert_lt(kit->known_count, KIT_CURSORS);
            memmove(&kit->known[at + 1], &kit->known[at],
                    (kit->known_count++ - at) * sizeof(kit->known[0]));
            snprintf(kit->known[at].name, sizeof(kit->known[at].name), "%s", c->name);
        }
        kit->known[at].value = c->value;
    }
    commit_runs(kit);
    batch_done(&kit->batch);
}

void kit_done(struct kit *kit)
{
    batch_done(&kit->batch);
    plan_done(&kit->plan);
}

static void complete(struct kit *kit, struct reply *reply)
{
    reply->now_ms = kit->plan.now_ms;
    reply->content_type = reply->content_type ? reply->content_type : "application/json";
    reply->detail_text = reply->detail_text ? reply->detail_text : "";
    reply->next = reply->next ? reply->next : "";
    reply->status = reply->status ? reply->status : 200;
}

bool kit_decode(struct kit *kit, const struct source *source, const void *config,
                struct reply reply)
{
    complete(kit, &reply);
    reply.len = reply.len > 0 ? reply.len : strlen(reply.body);
    return source_decode(source, config, &reply, &kit->plan, &kit->batch, &kit->err);
}

bool kit_decode_file(struct kit *kit, const struct source *source, const void *config,
                     struct reply reply, const char *name)
{
    char *body = kit_fixture(name, &reply.len);
    bool ok;

    reply.body = body;
    ok = kit_decode(kit, source, config, reply);
    free(body);
    return ok;
}

void kit_refuse(struct kit *kit, const struct source *source, const void *config,
                struct reply reply, const char *name)
{
    char *body = kit_fixture(name, &reply.len);
    enum dx_fault fault = reply.status >= 500   ? DX_FAULT_NETWORK
                          : reply.status == 401 ? DX_FAULT_AUTH
                                                : DX_FAULT_REPLY;

    complete(kit, &reply);
    reply.body = body;
    dx_fail(&kit->err, fault, "answered %d", reply.status); /* net's own words */
    kit->err.retry_after_s = 7;
    source_refused(source, config, &reply, &kit->err);
    free(body);
}

bool kit_asks(const struct kit *kit, const char *path)
{
    for (const struct plan_request *r = kit->plan.first; r; r = r->next)
        if (strcmp(r->path, path) == 0)
            return true;
    return false;
}

size_t kit_asked(const struct kit *kit, unsigned step)
{
    size_t n = 0;

    for (const struct plan_request *r = kit->plan.first; r; r = r->next)
        n += r->step == step;
    return n;
}

const struct plan_request *kit_request(const struct kit *kit, unsigned step)
{
    static const struct plan_request nothing = { .path = "", .detail_text = "" };

    for (const struct plan_request *r = kit->plan.first; r; r = r->next)
        if (r->step == step)
            return r;
    return &nothing;
}

bool kit_notes(const struct kit *kit, const char *words)
{
    for (size_t i = 0; i < kit->batch.note_count; i++)
        if (strstr(kit->batch.notes[i].text, words))
            return true;
    return false;
}

int64_t kit_remembers(const struct kit *kit, const char *name)
{
    for (size_t i = kit->batch.cursor_count; i-- > 0;)
        if (strcmp(kit->batch.cursors[i].name, name) == 0)
            return kit->batch.cursors[i].value;
    return -1;
}

size_t kit_keeps(const struct kit *kit, const char *prefix)
{
    size_t n = 0;

    for (size_t i = 0; i < kit->known_count; i++)
        n += strncmp(kit->known[i].name, prefix, strlen(prefix)) == 0;
    return n;
}

char *kit_decoded(const char *path)
{
    static char out[4000];
    size_t n = 0;
    unsigned byte;

    for (; *path && n + 1 < sizeof(out); path++) {
        if (*path == '%' && sscanf(path + 1, "%2x", &byte) == 1) {
            out[n++] = (char)byte;
            path += 2;
        } else {
            out[n++] = *path;
        }
    }
    out[n] = '\0';
    return out;
}
