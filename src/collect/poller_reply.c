/* poller: what becomes of a reply: its records, its ETag, the requests that it asks for,
 * or what its failure means for the poll. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "collect/ask.h"
#include "collect/causes.h"
#include "collect/piece.h"
#include "collect/poller_internal.h"

enum { CLOCKS_ALIKE_MS = 5 * 1000 };

static bool ask_for_less(struct poller *p, const struct http_reply *from,
                         const struct dx_error *err)
{
    struct reply reply = ask_reply(p->request, from, p->now_ms);
    bool less;

    less = source_less(p->source, p->settings->settings, &reply, err, &p->plan, &p->batch);
    memory_rest(&p->memory);
    return less;
}

static void failed(struct poller *p, const struct http_reply *reply, const struct dx_error *err)
{
    /* A server that cannot be reached fails the poll; one that answered before, or
     * whose answer is too large, may still have the rest. */
    bool there = !reply->error || err->fault == DX_FAULT_REPLY || p->answered > 0;
    bool goes_on = there && err->fault != DX_FAULT_AUTH && err->fault != DX_FAULT_LIMITED;

    if (goes_on && ask_for_less(p, reply, err)) {
        poller_next(p);
        return;
    }
    if (!goes_on || !(p->request->flags & PLAN_OPTIONAL)) {
        poller_finish(p, err);
        return;
    }
    if (p->optional_failed++ == 0)
        p->error = *err;
    batch_note(&p->batch, DX_LOG_WARN, "%s", err->text);
    poller_next(p);
}

void poller_elapse(struct poller *p)
{
    int64_t boot_ms = time_boot_ms();

    if (!isinf(clock_real_s(p->shared->clock, 1)))
        return;
    if (p->elapsed_boot_ms > 0)
        pace_elapse(&p->pace, boot_ms - p->elapsed_boot_ms);
    p->elapsed_boot_ms = boot_ms;
}

/* By our clock, which may stand, or be on another day than the server's. */
static int64_t reset_of(const struct poller *p, const struct http_reply *from)
{
    int64_t ahead_ms = from->date_ms - clock_now(p->shared->clock);
    bool alike = !isinf(clock_real_s(p->shared->clock, 1)) && llabs(ahead_ms) <= CLOCKS_ALIKE_MS;

    if (from->reset_ms <= 0 || from->date_ms <= 0 || alike)
        return from->reset_ms;
    return from->reset_ms - ahead_ms;
}

static void take_counts(struct poller *p, const struct http_reply *from)
{
    int64_t latency_ms = from->latency_ms - p->busy_ms;

    p->bytes += from->bytes;
    p->brought += from->bytes > (int64_t)from->len ? from->bytes : (int64_t)from->len;
    if (from->bytes > p->largest)
        p->largest = from->bytes;
    /* By a clock that stands nothing takes time; so two runs of it are the same. */
    if (latency_ms > p->latency_ms && !isinf(clock_real_s(p->shared->clock, 1)))
        p->latency_ms = latency_ms;
    if (from->date_ms > 0) {
        /* Date has whole seconds: half of one is nothing. */
        p->skew_ms = from->date_ms + 500 - clock_now(p->shared->clock);
        p->skew_known = true;
    }
    poller_elapse(p);
    pace_limit(&p->pace, p->now_ms, from, reset_of(p, from));
}

/* The run is named when the poll ends: until then a list may bring it. */
static void asked_in_vain(struct poller *p)
{
    if (!p->request->run)
        return;
    p->request->next = p->vain;
    p->vain = p->request;
}

/* The rest of a reply that is no success, or that could not be decoded. */
static void refused(struct poller *p, const struct http_reply *from, struct dx_error *err)
{
    asked_in_vain(p);
    auth_hide(p->auth, err->text);
    failed(p, from, err);
}

/* No success, but an answer that the source knows what to do with. */
static void declined(struct poller *p, const struct http_reply *from, const struct reply *reply)
{
    asked_in_vain(p);
    if (p->declined.fault != DX_FAULT_NONE)
        return;
    (void)http_refused(from, &p->declined);
    source_refused(p->source, p->settings->settings, reply, &p->declined);
    auth_hide(p->auth, p->declined.text);
}

/* A reply that the source takes: its records, its ETag, and what it asks for. */
static bool decode(struct poller *p, const struct http_reply *from, const struct reply *reply,
                   struct dx_error *err)
{
    char key[ASK_KEY], etag[ASK_ETAG];
    bool tagged = (p->request->flags & PLAN_CONDITIONAL) && from->status < 300;
    size_t before = p->plan.count, late = piece_late(&p->batch), tails = p->batch.tail_count, mark;
    struct batch_mark here = batch_mark(&p->batch);
    int64_t began_ms, left;
    bool ok;

    p->count.tagged += tagged && *from->etag && !p->had_etag;
    if (from->status < 300)
        poller_ahead(p);
    mark =
        etags_reply(&p->etags, p->request->mark, ask_etag_key(key, p->id, p->settings, p->request),
                    tagged ? ask_etag_keep(etag, from->etag, p->auth) : "");
    p->plan.mark = mark;
    p->plan.new_is_behind = false;
    began_ms = time_boot_ms();
    ok = source_decode(p->source, p->settings->settings, reply, &p->plan, &p->batch, err);
    p->decoding_ms = time_boot_ms() - began_ms;
    memory_rest(&p->memory);
    p->plan.mark = 0;
    left = p->batch.total - p->batch.done;
    p->filled = p->filled || (ok && p->request->flags & PLAN_FILL);
    if (p->batch.total > 0) {
        p->filling = left > 0;
        p->filled = p->filled || left != p->left;
        p->left = left;
    }
    if (!ok)
        batch_rewind(&p->batch, &here);
    etags_asked(&p->etags, mark, p->plan.count - before, piece_late(&p->batch) > late);
    etags_through(&p->etags, mark, ok && !p->plan.new_is_behind);
    causes_of_tails(p->shared->causes, &p->batch, tails);
    return ok;
}

void poller_on_reply(void *self, const struct http_reply *from)
{
    struct poller *p = self;
    struct reply reply = ask_reply(p->request, from, p->now_ms);
    struct dx_error err = { 0 };

    p->call = NULL;
    tell_reply(&p->teller, p->request->path, from);
    take_counts(p, from);
    if (from->error && !from->too_large && poller_was_busy(p)) {
        poller_send(p);
        return;
    }
    if (from->error) {
        etags_through(&p->etags, p->request->mark, false);
        err = *from->error;
        refused(p, from, &err);
        return;
    }
    if (from->status == 401 && !p->forgot) {
        p->forgot = true; /* a secret may have been renewed since it was read */
        auth_forget(p->auth);
        auth_ready(p->auth, poller_on_ready, p);
        return;
    }
    p->answered++;
    if (from->status == 304 && p->had_etag) {
        p->good++;
        p->count.unchanged++;
        pace_seen(&p->pace, clock_now(p->shared->clock), from);
        etags_through(&p->etags, p->request->mark, true);
        poller_next(p);
        return;
    }
    if (!ask_taken(p->settings, p->request, from, &reply, &err)) {
        if (poller_again(p, &err))
            return;
        etags_through(&p->etags, p->request->mark, false);
        refused(p, from, &err);
        return;
    }
    pace_seen(&p->pace, clock_now(p->shared->clock), from);
    if (!decode(p, from, &reply, &err)) {
        refused(p, from, &err);
        return;
    }
    if (from->status < 300)
        p->good++;
    else
        declined(p, from, &reply);
    if (piece_is_full(&p->batch, p->kept) && p->plan.first)
        poller_commit_piece(p, DX_SOURCE_FILLING, poller_next);
    else
        poller_next(p);
}
