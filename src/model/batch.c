/* batch: what one reply brought, in one arena. */
#include "config.h"

#include "model/batch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { TEXT_MAX = 2000, FIRST = 32 };

/* Make room for one more item of a list. */
static void *grow(void *list, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return list;
    *cap = *cap ? 2 * *cap : FIRST;
    return mem_grow(list, *cap, size);
}

void batch_done(struct batch *batch)
{
    arena_free(&batch->arena);
    free(batch->series);
    free(batch->series_index);
    free(batch->samples);
    free(batch->alerts);
    free(batch->runs);
    free(batch->run_index);
    free(batch->jobs);
    free(batch->tails);
    free(batch->pools);
    free(batch->runners);
    free(batch->tickets);
    free(batch->changes);
    free(batch->cursors);
    free(batch->notes);
    *batch = (struct batch){ 0 };
}

struct batch_mark batch_mark(const struct batch *batch)
{
    return (struct batch_mark){ .series = batch->series_count,
                                .samples = batch->sample_count,
                                .alerts = batch->alert_count,
                                .runs = batch->run_count,
                                .jobs = batch->job_count,
                                .tails = batch->tail_count,
                                .pools = batch->pool_count,
                                .runners = batch->runner_count,
                                .tickets = batch->ticket_count,
                                .changes = batch->change_count,
                                .cursors = batch->cursor_count,
                                .alerts_whole = batch->alerts_whole,
                                .pools_whole = batch->pools_whole,
                                .pools_hidden = batch->pools_hidden,
                                .waiting_whole = batch->waiting_whole };
}

void batch_rewind(struct batch *batch, const struct batch_mark *mark)
{
    batch->series_count = mark->series;
    batch->sample_count = mark->samples;
    batch->alert_count = mark->alerts;
    batch->run_count = mark->runs;
    batch->job_count = mark->jobs;
    batch->tail_count = mark->tails;
    batch->pool_count = mark->pools;
    batch->runner_count = mark->runners;
    batch->ticket_count = mark->tickets;
    batch->change_count = mark->changes;
    batch->cursor_count = mark->cursors;
    batch->alerts_whole = mark->alerts_whole;
    batch->pools_whole = mark->pools_whole;
    batch->pools_hidden = mark->pools_hidden;
    batch->waiting_whole = mark->waiting_whole;
    batch->index_cap = 0; /* it knows series that are gone: made anew with the next one */
    batch->run_index_cap = batch->run_indexed = 0; /* so it is with runs */
}

/* ---- series: found by hash, for a reply may bring thousands ---- */

static size_t hash(const char *one, const char *other)
{
    size_t h = 14695981039346656037u;

    for (const char *p = one; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    for (const char *p = other; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    return h;
}

/* The slot of the series, or the free slot where it belongs. */
static size_t *slot_of(const struct batch *batch, const struct series *series)
{
    size_t mask = batch->index_cap - 1;

    for (size_t i = hash(series->query, series->labels) & mask;; i = (i + 1) & mask) {
        size_t *slot = &batch->series_index[i];
        const struct series *there = *slot ? &batch->series[*slot - 1] : NULL;

        if (!there || (strcmp(there->labels, series->labels) == 0 &&
                       strcmp(there->query, series->query) == 0))
            return slot;
    }
}

static void rehash(struct batch *batch)
{
    if (batch->index_cap > 2 * batch->series_count)
        return;
    free(batch->series_index);
    batch->index_cap = batch->index_cap ? 4 * batch->index_cap : (size_t)4 * FIRST;
    batch->series_index = mem_new(batch->index_cap, sizeof(*batch->series_index));
    for (size_t i = 0; i < batch->series_count; i++)
        *slot_of(batch, &batch->series[i]) = i + 1;
}

size_t batch_series(struct batch *batch, struct series series)
{
    size_t *slot;

    series.query = series.query ? series.query : "";
    series.labels = series.labels ? series.labels : "{}";
    series.text = series.text ? series.text : "";
    series.expr = series.expr ? series.expr : "";
    rehash(batch);
    slot = slot_of(batch, &series);
    if (*slot) {
        if (*series.text)
            batch->series[*slot - 1].text = series.text;
        return *slot - 1;
    }
    batch->series =
        grow(batch->series, batch->series_count, &batch->series_cap, sizeof(*batch->series));
    batch->series[batch->series_count] = series;
    *slot = ++batch->series_count;
    return batch->series_count - 1;
}

void batch_sample(struct batch *batch, size_t series, int64_t at_ms, double value)
{
    batch->samples =
        grow(batch->samples, batch->sample_count, &batch->sample_cap, sizeof(*batch->samples));
    batch->samples[batch->sample_count++] =
        (struct sample){ .series = series, .at_ms = at_ms, .value = value };
}

struct alert *batch_alert(struct batch *batch)
{
    batch->alerts =
        grow(batch->alerts, batch->alert_count, &batch->alert_cap, sizeof(*batch->alerts));
    struct alert *alert = &batch->alerts[batch->alert_count++];

    *alert = (struct alert){
        .key = "", .name = "", .labels = "{}", .summary = "", .url = "", .muted_by = ""
    };
    return alert;
}

/* ---- runs and jobs ---- */

static const struct outcome no_outcome = { .evidence = "", .raw_status = "", .raw_result = "" };
static const struct timing no_timing = {
    .queued_ms = -1, .duration_ms = -1, .queued_basis = "", .duration_basis = ""
};

struct run *batch_run(struct batch *batch)
{
    batch->runs = grow(batch->runs, batch->run_count, &batch->run_cap, sizeof(*batch->runs));
    struct run *run = &batch->runs[batch->run_count++];

    *run = (struct run){ .project = "",
                         .pipeline = "",
                         .id = "",
                         .attempt = 1,
                         .number = "",
                         .title = "",
                         .sha = "",
                         .branch = "",
                         .event = "",
                         .actor = "",
                         .url = "",
                         .stand_in = "",
                         .outcome = no_outcome,
                         .timing = no_timing,
                         .gate_ms = -1 };
    return run;
}

static bool is_run(const struct run *run, const char *project, const char *id, int64_t attempt)
{
    return run->attempt == attempt && strcmp(run->id, id) == 0 &&
           strcmp(run->project, project) == 0;
}

/* The slot of a run with this identity, or the free slot where it belongs. */
static size_t *run_slot(const struct batch *batch, const char *project, const char *id,
                        int64_t attempt)
{
    size_t mask = batch->run_index_cap - 1;

    for (size_t i = hash(id, project) & mask;; i = (i + 1) & mask) {
        size_t *slot = &batch->run_index[i];

        if (*slot == 0 || is_run(&batch->runs[*slot - 1], project, id, attempt))
            return slot;
    }
}

/* All but the last run: that one may still be without its identity. */
static void index_runs(struct batch *batch)
{
    if (batch->run_index_cap < 2 * batch->run_count) {
        free(batch->run_index);
        batch->run_index_cap = batch->run_index_cap ? batch->run_index_cap : FIRST;
        while (batch->run_index_cap < 2 * batch->run_count)
            batch->run_index_cap *= 2;
        batch->run_index = mem_new(batch->run_index_cap, sizeof(*batch->run_index));
        batch->run_indexed = 0;
    }
    for (; batch->run_indexed + 1 < batch->run_count; batch->run_indexed++) {
        const struct run *run = &batch->runs[batch->run_indexed];

        *run_slot(batch, run->project, run->id, run->attempt) = batch->run_indexed + 1;
    }
}

size_t batch_find_run(struct batch *batch, const char *project, const char *id, int64_t attempt)
{
    if (batch->run_count == 0)
        return SIZE_MAX;
    if (is_run(&batch->runs[batch->run_count - 1], project, id, attempt))
        return batch->run_count - 1;
    index_runs(batch);
    return *run_slot(batch, project, id, attempt) - 1; /* 0 - 1 is SIZE_MAX */
}

size_t batch_known_run(struct batch *batch, const char *project, const char *id, int64_t attempt)
{
    size_t at = batch_find_run(batch, project, id, attempt);
    struct run *run;

    if (at != SIZE_MAX)
        return at;
    run = batch_run(batch);
    run->project = arena_text(&batch->arena, project);
    run->id = arena_text(&batch->arena, id);
    run->attempt = attempt;
    run->bare = true;
    return batch->run_count - 1;
}

void batch_jobs_whole(struct batch *batch, size_t run)
{
    batch->runs[run].jobs_whole = true;
}

void batch_owe(struct batch *batch, size_t run)
{
    batch->runs[run].owed++;
}

void batch_paid(struct batch *batch, const char *project, const char *id, int64_t attempt)
{
    size_t at = batch_find_run(batch, project, id, attempt);

    if (at != SIZE_MAX && batch->runs[at].owed > 0)
        batch->runs[at].owed--;
}

bool batch_run_whole(const struct run *run)
{
    return run->jobs_whole && run->owed == 0;
}

struct job *batch_job(struct batch *batch, size_t run)
{
    batch->jobs = grow(batch->jobs, batch->job_count, &batch->job_cap, sizeof(*batch->jobs));
    struct job *job = &batch->jobs[batch->job_count++];

    *job = (struct job){ .run = run,
                         .name = "",
                         .id = "",
                         .attempt = 1,
                         .pool = "",
                         .runner = "",
                         .stage = "",
                         .url = "",
                         .why = "",
                         .outcome = no_outcome,
                         .timing = no_timing,
                         .queue_ref = "" };
    return job;
}

struct log_tail *batch_tail(struct batch *batch)
{
    batch->tails = grow(batch->tails, batch->tail_count, &batch->tail_cap, sizeof(*batch->tails));
    struct log_tail *tail = &batch->tails[batch->tail_count++];

    *tail = (struct log_tail){ .project = "", .run = "", .job = "", .text = "", .evidence = "" };
    return tail;
}

struct pool *batch_pool(struct batch *batch)
{
    batch->pools = grow(batch->pools, batch->pool_count, &batch->pool_cap, sizeof(*batch->pools));
    struct pool *pool = &batch->pools[batch->pool_count++];

    *pool = (struct pool){
        .name = "", .online = -1, .busy = -1, .offline = -1, .waiting = -1, .note = ""
    };
    return pool;
}

struct runner *batch_runner(struct batch *batch)
{
    batch->runners =
        grow(batch->runners, batch->runner_count, &batch->runner_cap, sizeof(*batch->runners));
    struct runner *runner = &batch->runners[batch->runner_count++];

    *runner = (struct runner){ .pool = "", .name = "", .labels = "", .note = "" };
    return runner;
}

struct ticket *batch_ticket(struct batch *batch)
{
    batch->tickets =
        grow(batch->tickets, batch->ticket_count, &batch->ticket_cap, sizeof(*batch->tickets));
    struct ticket *ticket = &batch->tickets[batch->ticket_count++];

    *ticket = (struct ticket){ .project = "",
                               .key = "",
                               .id = "",
                               .title = "",
                               .type = "",
                               .category = "",
                               .raw_priority = "",
                               .raw_status = "",
                               .reporter = "",
                               .assignee = "",
                               .url = "",
                               .labels = "",
                               .text = "",
                               .created_basis = "",
                               .response_basis = "",
                               .resolved_basis = "" };
    return ticket;
}

struct change *batch_change(struct batch *batch)
{
    batch->changes =
        grow(batch->changes, batch->change_count, &batch->change_cap, sizeof(*batch->changes));
    struct change *change = &batch->changes[batch->change_count++];

    *change = (struct change){ .project = "", .id = "", .title = "", .author = "", .url = "" };
    return change;
}

void batch_cursor(struct batch *batch, const char *name, int64_t value)
{
    batch->cursors =
        grow(batch->cursors, batch->cursor_count, &batch->cursor_cap, sizeof(*batch->cursors));
    batch->cursors[batch->cursor_count++] = (struct cursor){
        .name = arena_text(&batch->arena, name), .hash = hash(name, ""), .value = value
    };
}

const struct cursor *batch_find_cursor(const struct batch *batch, const char *name)
{
    size_t wanted = hash(name, "");

    for (size_t i = batch->cursor_count; i-- > 0;)
        if (batch->cursors[i].hash == wanted && strcmp(batch->cursors[i].name, name) == 0)
            return &batch->cursors[i];
    return NULL;
}

void batch_note(struct batch *batch, enum dx_log_level level, const char *fmt, ...)
{
    char text[TEXT_MAX], clean[TEXT_MAX];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    (void)text_clean(clean, sizeof(clean), text, strlen(text));
    batch->notes = grow(batch->notes, batch->note_count, &batch->note_cap, sizeof(*batch->notes));
    batch->notes[batch->note_count++] =
        (struct note){ .level = level, .text = arena_text(&batch->arena, clean) };
}

const char *batch_text(struct batch *batch, const char *foreign, size_t len)
{
    char clean[TEXT_MAX];
    size_t n = text_clean(clean, sizeof(clean), foreign, len);

    if (n == 0)
        return "";
    return memcpy(arena_raw(&batch->arena, n + 1), clean, n + 1);
}
