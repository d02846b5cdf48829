/* poller: one source: timer, plan, requests one after the other, commit. */
#include "config.h"

#include "collect/poller.h"

#include <inttypes.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/tell.h"
#include "core/log.h"
#include "core/mem.h"
#include "net/auth.h"
#include "net/budget.h"
#include "net/retry.h"
#include "source/plan.h"
#include "source/source.h"

enum {
    REQUESTS_MOST = 200, /* of a poll: the bound against a server that pages for ever */
    POLL_MOST_MS = 10 * 60 * 1000,
    PIECE_SAMPLES = 50000,             /* of a back-fill, committed by itself */
    STOPPED_AGAIN_MS = 15 * 60 * 1000, /* refused: ask again, for the wall that stands for weeks */
    WISH_LEAST_MS = 5000,
    TRIM_BYTES = 256 << 10,
    ETAGS_MOST = 64
};

static const double JITTER = 0.05;

struct poller {
    struct pollers *shared;
    const struct source_settings *settings;
    const struct source *source;
    int64_t id;
    struct auth *auth;
    struct cursors cursors;
    char cursor[256]; /* the name that cursor_after() found */
    ev_timer timer;

    /* from poll to poll */
    struct retry retry;
    struct budget budget;
    struct teller teller;
    double per_poll; /* requests that a poll begins with */
    bool probed, polled;
    int64_t started_boot_ms; /* of the last poll */

    /* of the poll under way */
    bool polling, forgot, waits; /* waits: the back-fill does */
    int64_t now_ms, latency_ms, bytes, skew_ms, largest;
    bool skew_known;
    size_t sent, answered, good;
    struct dx_error error; /* the first of an optional request */
    size_t optional_failed;
    struct plan plan;
    struct batch batch;
    struct plan_request *request;
    struct http_call *call;
    struct etag etags[ETAGS_MOST];
    size_t etag_count;
};

static void next_request(struct poller *p);

const char *poller_name(const struct poller *p)
{
    return p->settings->name;
}

uint32_t poller_yields(const struct source_settings *settings)
{
    const struct source *source = settings->kind;

    return source->yields_of ? source->yields_of(settings->settings) : source->yields;
}

int64_t poller_reach(const struct source_settings *settings)
{
    const struct source *source = settings->kind;

    return source->reach ? source->reach(settings->settings, settings->history_ms)
                         : settings->history_ms;
}

static int64_t get_cursor(void *self, const char *name)
{
    struct poller *p = self;

    return store_cursor(p->shared->store, p->id, name);
}

static const char *cursor_after(void *self, const char *name)
{
    struct poller *p = self;

    return store_cursor_after(p->shared->store, p->id, name, p->cursor, sizeof(p->cursor));
}

/* ---- the end of a poll ---- */

static int64_t interval(struct poller *p, const struct dx_error *err, enum dx_source_state *state)
{
    int64_t every = p->settings->every_ms, stretched, wait;

    stretched = budget_every(&p->budget, p->now_ms, every, p->per_poll, p->settings->share);
    wait = retry_next(&p->retry, err, stretched, drand48());
    if (wait < 0) {
        *state = DX_SOURCE_STOPPED;
        return STOPPED_AGAIN_MS;
    }
    if (err)
        *state = err->fault == DX_FAULT_LIMITED ? DX_SOURCE_LIMITED : DX_SOURCE_LOST;
    else
        *state = stretched > every ? DX_SOURCE_LIMITED : DX_SOURCE_LIVE;
    return wait;
}

static void drop_etags(struct poller *p)
{
    for (size_t i = 0; i < p->etag_count; i++) {
        free((void *)(uintptr_t)p->etags[i].key);
        free((void *)(uintptr_t)p->etags[i].value);
    }
    p->etag_count = 0;
}

/* Only what the log needs survives of a poll that failed. Its ETags go with its
 * records: one that stayed would keep them away with a 304. */
static void drop_records(struct poller *p)
{
    struct batch *batch = &p->batch;

    batch->series_count = batch->sample_count = batch->alert_count = batch->cursor_count = 0;
    batch->run_count = batch->job_count = batch->tail_count = 0;
    batch->pool_count = batch->runner_count = 0;
    batch->alerts_whole = batch->pools_whole = batch->waiting_whole = false;
    drop_etags(p);
}

static bool commit(struct poller *p, const struct dx_error *err, enum dx_source_state state,
                   int64_t wait_ms)
{
    struct poll poll = {
        .source = p->id,
        .name = p->settings->name,
        .ok = err == NULL,
        .state = state,
        .error = err ? *err : p->error,
        .now_ms = p->now_ms,
        .next_ms = p->now_ms + wait_ms,
        .every_ms = err ? p->settings->every_ms : wait_ms,
        .latency_ms = p->latency_ms,
        .bytes = p->bytes,
        .limit = p->budget.limit,
        .remaining = p->budget.remaining,
        .reset_ms = p->budget.reset_ms,
        .per_hour = budget_per_hour(&p->budget, wait_ms, p->per_poll),
        .skew_ms = p->skew_ms,
        .skew_known = p->skew_known,
    };
    struct dx_error broken = { 0 };

    p->bytes = 0;
    if (store_commit(p->shared->store, &poll, &p->batch, p->etags, p->etag_count, &broken)) {
        p->shared->committed(p->shared->self);
        return true;
    }
    log_line(DX_LOG_ERROR, "%s: %s", p->settings->name, broken.text);
    p->shared->broken(p->shared->self, &broken);
    return false;
}

/* least: not earlier, for a server said so, or may have. */
static void arm(struct poller *p, int64_t wait_ms, bool least)
{
    double jitter = 1. + JITTER * (least ? drand48() : 2. * drand48() - 1.);
    double real_s = clock_real_s(p->shared->clock, wait_ms) * jitter;

    if (isinf(real_s))
        return; /* the clock stands still */
    ev_now_update(p->shared->loop);
    ev_timer_stop(p->shared->loop, &p->timer);
    ev_timer_set(&p->timer, real_s, 0.);
    ev_timer_start(p->shared->loop, &p->timer);
}

static void clear(struct poller *p)
{
    drop_etags(p);
    batch_done(&p->batch);
    plan_done(&p->plan);
    p->request = NULL;
}

static void hide_in_notes(struct poller *p)
{
    for (size_t i = 0; i < p->batch.note_count; i++)
        auth_hide(p->auth, p->batch.notes[i].text);
}

/* err NULL: all that had to come came. */
static void finish(struct poller *p, const struct dx_error *err)
{
    enum dx_source_state state;
    struct dx_error copy = err ? *err : (struct dx_error){ 0 };
    int64_t wait;

    err = err ? &copy : NULL;
    budget_spend(&p->budget, p->now_ms, (unsigned)p->sent);
    wait = interval(p, err, &state);
    if (err)
        drop_records(p);
    if (!err)
        p->probed = true;
    p->batch.done = p->batch.total = 0; /* the back-fill is through, or will be told anew */
    if (p->batch.repaired > 0)
        batch_note(&p->batch, DX_LOG_WARN, "%zu bytes of its answer had to be mended",
                   p->batch.repaired);
    hide_in_notes(p);
    tell_poll(&p->teller, &p->batch, p->sent, wait, err);
    tell_state(&p->teller, &p->batch, p->now_ms, state, err);
    if (p->skew_known)
        tell_skew(&p->teller, &p->batch, p->skew_ms);
    tell_waiting(&p->teller, &p->batch, p->waits, &p->error);
    bool ok = commit(p, err, state, wait);
    clear(p);
    p->polling = false;
    if (p->largest > TRIM_BYTES)
        (void)malloc_trim(0);
    if (!ok)
        return;
    if (!p->shared->once)
        arm(p, wait, err != NULL);
    bool first = !p->polled;
    p->polled = true;
    p->shared->polled(p->shared->self, first, err == NULL);
}

/* ---- replies ---- */

/* Commit what a long back-fill brought so far. */
static bool commit_piece(struct poller *p)
{
    bool ok;

    hide_in_notes(p);
    ok = commit(p, NULL, DX_SOURCE_FILLING, p->settings->every_ms);
    batch_done(&p->batch);
    return ok;
}

static void keep_etag(struct poller *p, const struct http_reply *reply, const char *key)
{
    if (!*reply->etag || p->etag_count == ETAGS_MOST)
        return;
    p->etags[p->etag_count++] =
        (struct etag){ .key = mem_text(key), .value = mem_text(reply->etag) };
}

static void etag_key(const struct poller *p, const struct plan_request *request, char *out,
                     size_t cap)
{
    (void)snprintf(out, cap, "%" PRId64 ":%u:%s", p->id, p->source->version, request->path);
}

static struct reply reply_of(const struct poller *p, const struct http_reply *from)
{
    return (struct reply){
        .step = p->request->step,
        .detail = p->request->detail,
        .detail_text = p->request->detail_text,
        .status = from->status,
        .too_large = from->too_large,
        .content_type = from->content_type,
        .now_ms = p->now_ms,
        .body = from->body,
        .len = from->len,
        .next = from->next,
    };
}

static bool ask_for_less(struct poller *p, const struct http_reply *from,
                         const struct dx_error *err)
{
    struct reply reply = reply_of(p, from);

    return source_less(p->source, p->settings->settings, &reply, err, &p->plan, &p->batch);
}

static void failed(struct poller *p, const struct http_reply *reply, const struct dx_error *err)
{
    /* A server that cannot be reached fails the poll; one that answered before, or
     * whose answer is too large, may still have the rest. */
    bool there = !reply->error || err->fault == DX_FAULT_REPLY || p->answered > 0;
    bool one_of_many = (p->request->flags & PLAN_OPTIONAL) && there &&
                       err->fault != DX_FAULT_AUTH && err->fault != DX_FAULT_LIMITED;

    if (!one_of_many) {
        finish(p, err);
        return;
    }
    if (ask_for_less(p, reply, err)) {
        next_request(p);
        return;
    }
    if (p->optional_failed++ == 0)
        p->error = *err;
    batch_note(&p->batch, DX_LOG_WARN, "%s", err->text);
    next_request(p);
}

static void take_counts(struct poller *p, const struct http_reply *from)
{
    p->bytes += from->bytes;
    if (from->bytes > p->largest)
        p->largest = from->bytes;
    /* By a clock that stands nothing takes time; so two runs of it are the same. */
    if (from->latency_ms > p->latency_ms && !isinf(clock_real_s(p->shared->clock, 1)))
        p->latency_ms = from->latency_ms;
    if (from->date_ms > 0) {
        /* Date has whole seconds: half of one is nothing. */
        p->skew_ms = from->date_ms + 500 - clock_now(p->shared->clock);
        p->skew_known = true;
    }
    budget_seen(&p->budget, p->now_ms, from->limit, from->remaining, from->reset_ms);
}

static void on_ready(void *self, const struct dx_error *err);

/* The rest of a reply that is no success, or that could not be decoded. */
static void refused(struct poller *p, const struct http_reply *from, struct dx_error *err)
{
    auth_hide(p->auth, err->text);
    failed(p, from, err);
}

static void on_reply(void *self, const struct http_reply *from)
{
    struct poller *p = self;
    struct reply reply = reply_of(p, from);
    struct dx_error err = { 0 };
    char key[2048];

    p->call = NULL;
    tell_reply(&p->teller, p->request->path, from);
    take_counts(p, from);
    if (from->error) {
        err = *from->error;
        refused(p, from, &err);
        return;
    }
    if (from->status == 401 && !p->forgot) {
        p->forgot = true; /* a secret may have been renewed since it was read */
        auth_forget(p->auth);
        auth_ready(p->auth, on_ready, p);
        return;
    }
    p->answered++;
    if (from->status == 304) {
        p->good++;
        next_request(p);
        return;
    }
    if (from->status < 200 || from->status > 299) {
        (void)http_refused(from, &err);
        source_refused(p->source, p->settings->settings, &reply, &err);
        refused(p, from, &err);
        return;
    }
    if (!source_decode(p->source, p->settings->settings, &reply, &p->plan, &p->batch, &err)) {
        refused(p, from, &err);
        return;
    }
    p->good++;
    if (p->request->flags & PLAN_CONDITIONAL) {
        etag_key(p, p->request, key, sizeof(key));
        keep_etag(p, from, key);
    }
    if (p->batch.sample_count > PIECE_SAMPLES && p->plan.first && !commit_piece(p))
        return;
    next_request(p);
}

/* ---- requests ---- */

static void send_request(struct poller *p)
{
    struct http_request request = {
        .endpoint = &p->settings->endpoint,
        .path = p->request->path,
        .form = p->request->form,
        .accept = "application/json",
    };
    char key[2048], etag[256] = "";

    auth_fill(p->auth, &request);
    if (p->request->flags & PLAN_CONDITIONAL) {
        etag_key(p, p->request, key, sizeof(key));
        request.etag = store_etag(p->shared->store, key, etag, sizeof(etag));
    }
    p->sent++;
    p->call = http_start(p->shared->http, &request, on_reply, p);
}

/* The next request; history is left to another poll while the store cannot take more. */
static struct plan_request *take_request(struct poller *p)
{
    struct plan_request *request = plan_take(&p->plan);

    while (request && (request->flags & PLAN_HISTORY) && store_is_strained(p->shared->store)) {
        p->waits = true;
        request = plan_take(&p->plan);
    }
    return request;
}

static void next_request(struct poller *p)
{
    p->request = take_request(p);
    if (!p->request) {
        bool none = p->optional_failed > 0 && p->good == 0;

        finish(p, none ? &p->error : NULL);
        return;
    }
    if (p->sent >= REQUESTS_MOST || time_boot_ms() - p->started_boot_ms > POLL_MOST_MS) {
        batch_note(&p->batch, DX_LOG_INFO, "a long poll: the rest comes with the next one");
        finish(p, NULL);
        return;
    }
    send_request(p);
}

static void on_ready(void *self, const struct dx_error *err)
{
    struct poller *p = self;

    if (err)
        finish(p, err);
    else if (p->request)
        send_request(p); /* again, after a 401 */
    else
        next_request(p);
}

static void poll_now(struct poller *p)
{
    if (p->polling)
        return;
    p->polling = true;
    p->forgot = p->waits = false;
    p->now_ms = clock_now(p->shared->clock);
    p->started_boot_ms = time_boot_ms();
    p->latency_ms = p->largest = 0;
    p->skew_known = false;
    p->sent = p->answered = p->good = p->optional_failed = 0;
    p->error = (struct dx_error){ 0 };
    p->plan = (struct plan){ .now_ms = p->now_ms,
                             .every_ms = p->settings->every_ms,
                             .history_ms = p->settings->history_ms,
                             .cursors = &p->cursors };
    p->source->begin(p->settings->settings, &p->cursors, &p->plan);
    p->per_poll = (double)p->plan.count; /* without the back-fill and the probe */
    if (!p->probed && p->source->probe)
        p->source->probe(p->settings->settings, &p->plan);
    auth_ready(p->auth, on_ready, p);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    poll_now(timer->data);
}

void poller_start(struct poller *p, double delay_s)
{
    ev_timer_stop(p->shared->loop, &p->timer);
    ev_timer_set(&p->timer, delay_s, 0.);
    ev_timer_start(p->shared->loop, &p->timer);
}

void poller_wish(struct poller *p)
{
    if (p->polling || time_boot_ms() - p->started_boot_ms < WISH_LEAST_MS)
        return;
    if (p->budget.limit > 0 && p->teller.state == DX_SOURCE_LIMITED)
        return; /* the wish of a person does not spend what the budget holds back */
    ev_timer_stop(p->shared->loop, &p->timer);
    poll_now(p);
}

struct poller *poller_new(struct pollers *shared, const struct source_settings *settings,
                          int64_t id)
{
    struct poller *p = mem_new(1, sizeof(*p));

    p->shared = shared;
    p->settings = settings;
    p->source = settings->kind;
    p->id = id;
    p->teller.name = settings->name;
    p->auth = auth_new(shared->loop, &settings->endpoint);
    p->cursors = (struct cursors){ .get = get_cursor, .after = cursor_after, .self = p };
    ev_timer_init(&p->timer, on_timer, 0., 0.);
    p->timer.data = p;
    return p;
}

void poller_free(struct poller *p)
{
    if (!p)
        return;
    if (p->call)
        http_cancel(p->call);
    ev_timer_stop(p->shared->loop, &p->timer);
    clear(p);
    auth_free(p->auth);
    free(p);
}
