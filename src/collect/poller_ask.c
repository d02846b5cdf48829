/* poller: which request is next, when it may go, and the one that goes ahead: while a reply is
 * decoded and stored the server would be idle, so the next request of the plan is sent before.
 * There is never more than one that is not answered. It stays in the plan until its turn, so that
 * a decoder finds there what is yet to be answered. */
#include "config.h"

#include <math.h>

#include "collect/ask.h"
#include "collect/piece.h"
#include "collect/poller_internal.h"
#include "core/log.h"

enum {
    REQUESTS_MOST = 5000, /* of a poll: the bound against a server that pages for ever */
    POLL_MOST_MS = 10 * 60 * 1000,
    PAUSE_MOST_MS = 60 * 1000, /* for a longer one the poll ends */
    PAUSE_LONG_MS = 1000,      /* before it what came is committed */
    LONG_MS = 100,             /* a decoder that takes longer gives way to others */
    MOMENT_MS = 5 * 1000,      /* of patience that a poll has with a server that refuses */
    MOMENTS = 3                /* of them, for one request */
};

static void send_it(struct poller *p, struct plan_request *what)
{
    struct http_request request = ask_request(p->settings, what, p->auth);
    char key[ASK_KEY], kept[ASK_ETAG] = "";

    if (what->flags & PLAN_CONDITIONAL)
        (void)store_etag(p->shared->store, ask_etag_key(key, p->id, p->settings, what), kept,
                         sizeof(kept));
    request.etag = ask_etag_kept(kept, p->auth);
    request.fresh = p->teller.state == DX_SOURCE_LOST && p->answered == 0;
    p->had_etag = *request.etag != '\0';
    p->count.sent++;
    p->count.fills += (what->flags & PLAN_FILL) != 0;
    p->call = http_start(p->shared->http, &request, poller_on_reply, p);
}

void poller_send(struct poller *p)
{
    p->busy_ms = 0;
    send_it(p, p->request);
}

/* History is left to another poll where there is no room. */
static bool has_room(struct poller *p, const struct plan_request *request, int64_t now_ms)
{
    bool strained;

    if (!(request->flags & PLAN_FILL))
        return true;
    strained = store_is_strained(p->shared->store);
    if (!strained && pace_has_room(&p->pace, now_ms))
        return true;
    p->waits = p->waits || strained;
    return false;
}

/* Where the next page is one that came before, the list has no end, and what comes with it is
 * there. */
static bool is_left_out(struct poller *p, const struct plan_request *request, int64_t now_ms)
{
    if (asked_enough(&p->asked, request->path, request->form)) {
        if (!p->circles)
            batch_note(&p->batch, DX_LOG_WARN,
                       "its pages lead in a circle; what they do not bring is not seen");
        p->circles = true;
        return true;
    }
    return !has_room(p, request, now_ms);
}

static struct plan_request *take_request(struct poller *p, int64_t now_ms)
{
    struct plan_request *request = plan_take(&p->plan);

    while (request && is_left_out(p, request, now_ms)) {
        etags_through(&p->etags, request->mark, false);
        request = plan_take(&p->plan);
    }
    return request;
}

/* ---- pauses ---- */

void poller_on_pause(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    poller_send(timer->data);
}

/* Where the clock stands, time goes on for servers. */
static double pause_s(const struct poller *p, int64_t wait_ms)
{
    double real_s = clock_real_s(p->shared->clock, wait_ms);

    return isinf(real_s) ? (double)wait_ms / 1e3 : real_s;
}

static void pause_for(struct poller *p, double real_s)
{
    ev_now_update(p->shared->loop);
    ev_timer_set(&p->pause, real_s, 0.);
    ev_timer_start(p->shared->loop, &p->pause);
}

static void pause_request(struct poller *p, int64_t wait_ms)
{
    pause_for(p, pause_s(p, wait_ms));
}

static void pause_now(struct poller *p)
{
    pause_request(p, p->pause_ms);
}

/* There is one loop for all: who had it for long leaves it to the others for as long, or a server
 * that brings one huge page behind the other would have it between any two of their bytes. */
static bool gives_way(const struct poller *p)
{
    return p->decoding_ms > LONG_MS && p->shared->under_way > 1;
}

/* A round has no next poll that could bring the rest: it waits as long as it may. */
static bool has_patience(const struct poller *p, int64_t wait_ms)
{
    int64_t left_ms = p->shared->until_boot_ms - time_boot_ms();

    if (!p->shared->once)
        return wait_ms <= MOMENT_MS && p->refused < MOMENTS;
    return p->shared->until_boot_ms == 0 || pause_s(p, wait_ms) * 1e3 < (double)left_ms;
}

bool poller_again(struct poller *p, const struct dx_error *err)
{
    int64_t wait_ms = (int64_t)err->retry_after_s * 1000;

    if (err->fault != DX_FAULT_LIMITED || wait_ms <= 0 || !has_patience(p, wait_ms))
        return false;
    p->refused++;
    log_line(DX_LOG_DEBUG, "%s: %s; asks again then", p->settings->name, err->text);
    pause_request(p, wait_ms);
    return true;
}

/* What came is not kept from the screen, nor in memory, while the server is waited for. */
static void commit_and_pause(struct poller *p, int64_t wait_ms)
{
    enum dx_source_state state = DX_SOURCE_LIVE;

    p->pause_ms = wait_ms;
    if (wait_ms < PAUSE_LONG_MS || !piece_is_new(&p->batch, p->kept)) {
        pause_now(p);
        return;
    }
    if (p->teller.state == DX_SOURCE_LIMITED)
        state = DX_SOURCE_LIMITED;
    else if (p->filling || p->count.fills > 0)
        state = DX_SOURCE_FILLING;
    poller_commit_piece(p, state, pause_now);
}

/* The rest is left to the next poll; --once has none, and a time limit of its own. */
static bool is_long(const struct poller *p)
{
    int64_t most_bytes = p->shared->most_bytes;

    return (p->count.sent >= REQUESTS_MOST || (most_bytes > 0 && p->brought >= most_bytes) ||
            time_boot_ms() - p->started_boot_ms > POLL_MOST_MS) &&
           !p->shared->once;
}

/* ---- the one that goes ahead ---- */

void poller_ahead(struct poller *p)
{
    struct plan_request *next = p->plan.first;
    int64_t now_ms = clock_now(p->shared->clock);

    if (!p->source->ahead || gives_way(p) || !next || !has_room(p, next, now_ms) || is_long(p) ||
        pace_wait(&p->pace, now_ms, false) > 0 || !has_patience(p, 0) ||
        asked_enough(&p->asked, next->path, next->form))
        return;
    p->ahead = next;
    p->ahead_boot_ms = time_boot_ms();
    send_it(p, next);
    http_push(p->shared->http);
}

void poller_ahead_drop(struct poller *p)
{
    if (!p->ahead)
        return;
    http_cancel(p->call);
    p->call = NULL;
    p->ahead = NULL;
}

static void take_ahead(struct poller *p)
{
    plan_at_once(&p->plan, p->ahead); /* whatever was asked for at once meanwhile */
    p->request = plan_take(&p->plan);
    p->ahead = NULL;
    p->busy_ms = time_boot_ms() - p->ahead_boot_ms;
}

bool poller_was_busy(const struct poller *p)
{
    return 2 * p->busy_ms > p->settings->endpoint.timeout_ms;
}

void poller_next(struct poller *p)
{
    int64_t now_ms = clock_now(p->shared->clock), wait_ms;

    p->refused = 0;
    if (p->ahead) {
        take_ahead(p);
        return;
    }
    p->request = take_request(p, now_ms);
    if (!p->request) {
        poller_end(p);
        return;
    }
    poller_elapse(p);
    wait_ms = pace_wait(&p->pace, now_ms, p->count.sent == 0 && !p->plan.goes_on);
    if (is_long(p) || wait_ms > PAUSE_MOST_MS || (p->shared->once && !has_patience(p, wait_ms))) {
        batch_note(&p->batch, DX_LOG_INFO, "a long poll: the rest comes with the next one");
        poller_end(p);
    } else if (wait_ms > 0) {
        commit_and_pause(p, wait_ms);
    } else if (gives_way(p)) {
        pause_for(p, (double)p->decoding_ms / 1e3);
    } else {
        poller_send(p);
    }
}
