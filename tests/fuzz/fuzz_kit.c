/* fuzz_kit: what the fuzzers of sources share. */
#include "config.h"

#include "fuzz_kit.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

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

static void expect_sound(const struct batch *batch)
{
    for (size_t i = 0; i < batch->run_count; i++)
        expect_run(&batch->runs[i]);
    for (size_t i = 0; i < batch->job_count; i++)
        expect_job(&batch->jobs[i], batch);
    for (size_t i = 0; i < batch->runner_count; i++) {
        expect_clean(batch->runners[i].name);
        expect_clean(batch->runners[i].pool);
    }
    for (size_t i = 0; i < batch->ticket_count; i++)
        expect_ticket(&batch->tickets[i]);
    for (size_t i = 0; i < batch->change_count; i++)
        expect_change(&batch->changes[i]);
}

/* ---- a reply ---- */

static bool decode(const struct fuzz_source *fuzz, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    if (reply->step == fuzz->plain_step)
        return fuzz->source->decode(fuzz->config, reply, plan, batch, err);
    return source_decode(fuzz->source, fuzz->config, reply, plan, batch, err);
}

static void one(const struct fuzz_source *fuzz, struct reply reply)
{
    struct fuzz_source self = *fuzz;
    const struct cursors cursors = { .get = get_cursor, .after = no_more, .self = &self };
    struct plan plan = { .now_ms = NOW,
                         .every_ms = fuzz->every_ms,
                         .history_ms = fuzz->history_ms,
                         .cursors = &cursors };
    struct batch batch = { 0 };
    struct dx_error err = { 0 };

    if (fuzz->before)
        fuzz->before(&batch);
    if (!decode(fuzz, &reply, &plan, &batch, &err) && err.fault == DX_FAULT_NONE)
        abort();
    expect_sound(&batch);
    (void)dx_fail(&err, DX_FAULT_REPLY, "answered %d", reply.status);
    source_refused(fuzz->source, fuzz->config, &reply, &err);
    batch_done(&batch);
    plan_done(&plan);
}

void fuzz_source(const struct fuzz_source *fuzz, const uint8_t *data, size_t size)
{
    static const int statuses[] = { 200, 403, 404 };
    char *body = malloc(size + 1); /* as net hands it over: NUL behind it */

    if (!body)
        return;
    memcpy(body, data, size);
    body[size] = '\0';
    for (unsigned step = 0; step < fuzz->steps; step++)
        for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
            one(fuzz, (struct reply){ .step = step,
                                      .detail = 5,
                                      .detail_text = fuzz->about(step),
                                      .status = statuses[i],
                                      .content_type = "application/json",
                                      .now_ms = NOW,
                                      .body = body,
                                      .len = size,
                                      .next = "",
                                      .head = fuzz->head });
    free(body);
}
