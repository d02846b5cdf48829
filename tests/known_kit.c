/* known_kit: the runs and cursors of a source, in memory. */
#include "config.h"

#include "known_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t get(void *self, const char *name)
{
    const struct known_kit *store = self;

    for (size_t i = 0; i < store->cursor_count; i++)
        if (strcmp(store->cursor[i].name, name) == 0)
            return store->cursor[i].value;
    return 0;
}

static const char *after(void *self, const char *name)
{
    const struct known_kit *store = self;
    const char *next = NULL;

    for (size_t i = 0; i < store->cursor_count; i++)
        if (strcmp(store->cursor[i].name, name) > 0 &&
            (!next || strcmp(store->cursor[i].name, next) < 0))
            next = store->cursor[i].name;
    return next;
}

size_t known_find(const struct known_kit *store, const char *project, const char *id)
{
    for (size_t i = 0; i < store->run_count; i++)
        if (strcmp(store->run[i].id, id) == 0 && strcmp(store->run[i].project, project) == 0)
            return i;
    return SIZE_MAX;
}

static enum known_run run_of(void *self, const char *project, const char *id, int64_t attempt,
                             int64_t updated_ms)
{
    const struct known_kit *store = self;
    size_t i = known_find(store, project, id);

    cr_expect_eq(attempt, 1);
    if (i == SIZE_MAX)
        return KNOWN_NOT;
    if (!store->run[i].done || !store->run[i].whole)
        return KNOWN_OPEN;
    return updated_ms > store->run[i].updated_ms ? KNOWN_MOVED : KNOWN_DONE;
}

static size_t open_runs(void *self, const char *project, struct open_run *out, size_t cap)
{
    const struct known_kit *store = self;
    size_t n = 0;

    for (size_t i = 0; i < store->run_count; i++) {
        size_t at = n;

        if ((store->run[i].done && store->run[i].whole) ||
            (*project && strcmp(project, store->run[i].project) != 0))
            continue;
        while (at > 0 && out[at - 1].seen_ms > store->run[i].seen_ms)
            at--;
        if (at == cap)
            continue;
        n += n < cap;
        memmove(&out[at + 1], &out[at], (n - at - 1) * sizeof(*out));
        out[at] = (struct open_run){ store->run[i].project, store->run[i].id, 1,
                                     store->run[i].seen_ms, store->run[i].done };
    }
    return n;
}

static int64_t owed_runs(void *self)
{
    const struct known_kit *store = self;
    int64_t n = 0;

    for (size_t i = 0; i < store->run_count; i++)
        n += store->run[i].done && !store->run[i].whole;
    return n;
}

void known_poll(struct known_kit *store, struct kit *kit, int64_t now_ms)
{
    kit_poll(kit, now_ms);
    store->known =
        (struct known){ .run = run_of, .open = open_runs, .owed = owed_runs, .self = store };
    kit->cursors = (struct cursors){ .get = get, .after = after, .self = store };
    kit->plan.known = &store->known;
}

static size_t commit_run(struct known_kit *store, const struct run *run, int64_t now_ms)
{
    size_t i = known_find(store, run->project, run->id);

    if (i == SIZE_MAX && run->bare)
        return SIZE_MAX; /* nothing is known of it */
    if (i == SIZE_MAX) {
        i = store->run_count++;
        cr_assert(i < KNOWN_RUNS);
        snprintf(store->run[i].project, KNOWN_TEXT, "%s", run->project);
        snprintf(store->run[i].id, sizeof(store->run[i].id), "%s", run->id);
    }
    store->run[i].seen_ms = now_ms;
    if (run->gone && !store->run[i].done)
        store->run[i].gone = store->run[i].done = store->run[i].whole = true;
    if (run->bare) {
        store->run[i].whole |= batch_run_whole(run);
        return i;
    }
    snprintf(store->run[i].event, sizeof(store->run[i].event), "%s", run->event);
    store->run[i].done = run->outcome.phase == DX_PHASE_DONE;
    store->run[i].whole = batch_run_whole(run);
    store->run[i].updated_ms = run->updated_ms;
    return i;
}

static void commit_job(struct known_kit *store, const struct job *job, size_t run)
{
    for (size_t i = 0; i < store->job_count; i++)
        if (store->job[i].run == run && strcmp(store->job[i].id, job->id) == 0 &&
            store->job[i].attempt == job->attempt)
            return;
    cr_assert(store->job_count < KNOWN_JOBS);
    store->job[store->job_count].run = run;
    store->job[store->job_count].attempt = job->attempt;
    snprintf(store->job[store->job_count++].id, sizeof(store->job[0].id), "%s", job->id);
}

static void commit_cursor(struct known_kit *store, const struct cursor *cursor)
{
    size_t at = 0;

    while (at < store->cursor_count && strcmp(store->cursor[at].name, cursor->name) != 0)
        at++;
    cr_assert(at < KNOWN_CURSORS && strlen(cursor->name) < KNOWN_TEXT);
    store->cursor_count += at == store->cursor_count;
    snprintf(store->cursor[at].name, KNOWN_TEXT, "%s", cursor->name);
    store->cursor[at].value = cursor->value;
}

/* Of the same run twice the later one counts. */
void known_commit(struct known_kit *store, struct kit *kit)
{
    const struct batch *b = &kit->batch;
    size_t *row = calloc(b->run_count + 1, sizeof(*row));

    cr_assert(row);
    for (size_t i = 0; i < b->run_count; i++)
        row[i] = commit_run(store, &b->runs[i], kit->plan.now_ms);
    for (size_t i = 0; i < b->job_count; i++)
        if (row[b->jobs[i].run] != SIZE_MAX)
            commit_job(store, &b->jobs[i], row[b->jobs[i].run]);
    for (size_t i = 0; i < b->cursor_count; i++)
        commit_cursor(store, &b->cursors[i]);
    free(row);
    batch_done(&kit->batch);
}
