/* fuzz_kit: what the fuzzers of sources share. */
#include "config.h"

#include "fuzz_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { HOWS = 3 };

static const int64_t NOW = 1795518007000;

/* ---- what the source asks of the store ---- */

static int64_t get_cursor(void *self, const char *name)
{
    const struct fuzz_source *fuzz = self;

    return name[0] == 'n' ? fuzz->cursor : 0;
}

static const char *no_more(void *self, const char *name)
{
    (void)self;
    (void)name;
    return NULL;
}

/* ---- what it brought ---- */

static void expect_clean(const char *text)
{
    char again[4096];
    size_t len = strlen(text);

    if (text_clean(again, sizeof(again), text, len) != len)
        abort();
}

static void expect_outcome(const struct outcome *outcome, const struct timing *timing)
{
    expect_clean(outcome->raw_status);
    expect_clean(outcome->raw_result);
    expect_clean(outcome->evidence);
    if (timing->queued_ms < -1 || timing->duration_ms < -1)
        abort();
}

static void expect_run(const struct run *run)
{
    expect_clean(run->pipeline);
    expect_clean(run->title);
    expect_clean(run->branch);
    expect_clean(run->url);
    expect_outcome(&run->outcome, &run->timing);
}

static void expect_job(const struct job *job, const struct batch *batch)
{
    if (job->run >= batch->run_count || job->attempt < 1)
        abort();
    expect_clean(job->name);
    expect_clean(job->pool);
    expect_clean(job->runner);
    expect_clean(job->why);
    expect_outcome(&job->outcome, &job->timing);
    for (size_t i = 0; i < job->step_count; i++)
        expect_clean(job->steps[i].name);
    for (size_t i = 0; i < job->message_count; i++)
        expect_clean(job->messages[i]);
}

static void expect_ticket(const struct ticket *ticket)
{
    const char *const texts[] = { ticket->project,  ticket->key,        ticket->title,
                                  ticket->type,     ticket->category,   ticket->labels,
                                  ticket->reporter, ticket->raw_status, ticket->assignee,
                                  ticket->url,      ticket->text };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect_clean(texts[i]);
    for (size_t i = 0; i < ticket->sla_count; i++)
        expect_clean(ticket->slas[i].name);
    for (size_t i = 0; i < ticket->link_count; i++)
        expect_clean(ticket->links[i]);
    if (ticket->priority < 0 || ticket->priority > 5)
        abort();
}

static void expect_change(const struct change *change)
{
    expect_clean(change->project);
    expect_clean(change->id);
    expect_clean(change->title);
    expect_clean(change->author);
    expect_clean(change->url);
}

static void expect_pool(const struct pool *pool)
{
    expect_clean(pool->name);
    expect_clean(pool->note);
    if (pool->online < -1 || pool->busy < -1 || pool->offline < -1 || pool->waiting < -1)
        abort();
}

static void expect_alert(const struct alert *alert)
{
    expect_clean(alert->key);
    expect_clean(alert->name);
    expect_clean(alert->labels);
    expect_clean(alert->summary);
    expect_clean(alert->url);
}

static void expect_metrics(const struct batch *batch)
{
    for (size_t i = 0; i < batch->series_count; i++) {
        expect_clean(batch->series[i].query);
        expect_clean(batch->series[i].labels);
        expect_clean(batch->series[i].text);
    }
    for (size_t i = 0; i < batch->sample_count; i++)
        if (batch->samples[i].series >= batch->series_count)
            abort();
    for (size_t i = 0; i < batch->alert_count; i++)
        expect_alert(&batch->alerts[i]);
}

void fuzz_expect_sound(const struct batch *batch)
{
    for (size_t i = 0; i < batch->run_count; i++)
        expect_run(&batch->runs[i]);
    for (size_t i = 0; i < batch->job_count; i++)
        expect_job(&batch->jobs[i], batch);
    for (size_t i = 0; i < batch->pool_count; i++)
        expect_pool(&batch->pools[i]);
    for (size_t i = 0; i < batch->runner_count; i++) {
        expect_clean(batch->runners[i].name);
        expect_clean(batch->runners[i].pool);
        expect_clean(batch->runners[i].labels);
        expect_clean(batch->runners[i].note);
    }
    for (size_t i = 0; i < batch->ticket_count; i++)
        expect_ticket(&batch->tickets[i]);
    for (size_t i = 0; i < batch->change_count; i++)
        expect_change(&batch->changes[i]);
    for (size_t i = 0; i < batch->note_count; i++)
        expect_clean(batch->notes[i].text);
    expect_metrics(batch);
}

/* libcurl takes dots for the way up: then it is another path. */
static bool is_way(const char *at)
{
    size_t len = strcspn(at, "/?");

    return (len == 1 && *at == '.') || (len == 2 && at[0] == '.' && at[1] == '.');
}

static bool is_path(const char *path)
{
    bool query = false;

    if (path[0] != '/' || path[1] == '/')
        return false;
    for (; *path; path++) {
        query = query || *path == '?';
        if (*path <= ' ' || *path >= 0x7F || *path == '#' ||
            (*path == '/' && !query && is_way(path + 1)))
            return false;
    }
    return true;
}

void fuzz_expect_asked(const struct plan *plan)
{
    for (const struct plan_request *r = plan->first; r; r = r->next) {
        if (is_path(r->path) && (!r->form || text_is_safe(r->form)))
            continue;
        (void)fprintf(stderr, "asks for \"%s\"\n", r->path);
        abort();
    }
}

/* ---- a reply ---- */

struct answer { /* of the source, and what it is about */
    const struct fuzz_source *fuzz;
    struct cursors cursors;
    struct plan plan;
    struct batch batch;
    struct dx_error err;
};

static void begin(struct answer *a, const struct fuzz_source *fuzz)
{
    *a = (struct answer){ .fuzz = fuzz };
    a->cursors =
        (struct cursors){ .get = get_cursor, .after = no_more, .self = (void *)(uintptr_t)fuzz };
    a->plan = (struct plan){ .now_ms = NOW,
                             .every_ms = fuzz->every_ms,
                             .history_ms = fuzz->history_ms,
                             .cursors = &a->cursors };
    if (fuzz->before)
        fuzz->before(&a->batch);
}

static void end(struct answer *a)
{
    fuzz_expect_sound(&a->batch);
    fuzz_expect_asked(&a->plan);
    batch_done(&a->batch);
    plan_done(&a->plan);
}

static void expect_said(bool ok, const struct answer *a)
{
    if (!ok && a->err.fault == DX_FAULT_NONE)
        abort();
}

/* All the way from bytes. */
static void whole(const struct fuzz_source *fuzz, const struct reply *reply)
{
    struct answer a;

    begin(&a, fuzz);
    expect_said(source_decode(fuzz->source, fuzz->config, reply, &a.plan, &a.batch, &a.err), &a);
    (void)dx_fail(&a.err, DX_FAULT_REPLY, "answered %d", reply->status);
    source_refused(fuzz->source, fuzz->config, reply, &a.err);
    (void)source_less(fuzz->source, fuzz->config, reply, &a.err, &a.plan, &a.batch);
    end(&a);
}

/* From JSON that is read already: what source_decode() and the others do with it, for the way to
 * it is the same at every step, and takes most of the time. json is NULL where it is none. */
static void one(const struct fuzz_source *fuzz, const struct reply *reply)
{
    const struct source *source = fuzz->source;
    bool answer = reply->status >= 300 || reply->step == fuzz->plain_step;
    struct answer a;

    begin(&a, fuzz);
    if (reply->json || answer)
        expect_said(source->decode(fuzz->config, reply, &a.plan, &a.batch, &a.err), &a);
    (void)dx_fail(&a.err, DX_FAULT_REPLY, "answered %d", reply->status);
    if (source->refused)
        source->refused(fuzz->config, reply, &a.err);
    if (source->less)
        (void)source->less(fuzz->config, reply, &a.err, &a.plan, &a.batch);
    end(&a);
}

static void step(const struct fuzz_source *fuzz, struct reply *reply, unsigned nth, unsigned how)
{
    static const int statuses[] = { 200, 403, 404 };
    const json_t *json = reply->json;

    reply->step = nth;
    reply->detail_text = fuzz->about(nth);
    reply->status = statuses[how % HOWS];
    if (nth == fuzz->plain_step)
        reply->json = NULL;
    one(fuzz, reply);
    reply->json = json;
}

/* All the way from bytes, then each step as success, as answer and as refusal. */
static void all(const struct fuzz_source *fuzz, struct reply *reply)
{
    struct reply plain = *reply;

    reply->json = NULL;
    whole(fuzz, reply);
    reply->json = plain.json;
    if (fuzz->plain_step < fuzz->steps) {
        plain.json = NULL;
        plain.step = fuzz->plain_step;
        plain.detail_text = fuzz->about(plain.step);
        plain.text = true;
        whole(fuzz, &plain);
    }
    for (unsigned nth = 0; nth < fuzz->steps; nth++)
        for (unsigned how = 0; how < HOWS; how++)
            step(fuzz, reply, nth, how);
}

void fuzz_source(const struct fuzz_source *fuzz, const uint8_t *data, size_t size)
{
    bool chosen = size >= FUZZ_CHOICE && data[0] == FUZZ_CHOSEN;
    unsigned choice = chosen ? data[1] : 0;
    size_t len = size - (chosen ? FUZZ_CHOICE : 0);
    char *body = malloc(len + 1); /* as net hands it over: NUL behind it */
    struct reply reply = { .detail = 5,
                           .detail_text = fuzz->about(0),
                           .status = 200,
                           .content_type = "application/json",
                           .now_ms = NOW,
                           .body = body,
                           .len = len,
                           .next = "",
                           .head = fuzz->head };
    struct parsed parsed;
    json_error_t why;

    if (!body)
        return;
    memcpy(body, data + (size - len), len);
    body[len] = '\0';
    parsed = source_parse(body, len, &why);
    reply.json = parsed.json;
    if (chosen)
        step(fuzz, &reply, choice % fuzz->steps, choice / fuzz->steps);
    else
        all(fuzz, &reply);
    parsed_done(&parsed);
    free(body);
}
