/* poller: one source: timer, plan, requests one after the other, commit. */
#include "config.h"

#include "collect/poller.h"

#include <inttypes.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/ask.h"
#include "collect/causes.h"
#include "collect/piece.h"
#include "collect/poller_internal.h"
#include "collect/program.h"
#include "core/log.h"
#include "core/mem.h"
#include "source/denied.h"

enum { IDLE_MOST = 3, WISH_LEAST_MS = 5000, OVERDUE_MS = 1000, TRIM_BYTES = 256 << 10 };

static const double JITTER = 0.05;

const char *poller_name(const struct poller *p)
{
    return p->settings->name;
}

int64_t poller_brought(const struct poller *p)
{
    return p->brought;
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

/* ---- the end of a poll ---- */

static void prepare(struct poller *p, const struct dx_error *err, enum dx_source_state state)
{
    struct poller_commit *c = &p->commit;

    c->failed = err != NULL;
    c->etags = etags_ready(&p->etags, !c->piece && !err, &c->etag_count);
    c->poll = (struct poll){
        .source = p->id,
        .name = p->settings->name,
        .ok = err == NULL,
        /* Where a round's time is over its last poll is cut short, behind others that were not. */
        .piece = c->piece || (p->shared->once && p->request),
        .state = state,
        .error = err ? *err : p->error,
        .now_ms = p->now_ms,
        .next_ms = p->now_ms + c->wait_ms,
        .every_ms = err ? p->settings->every_ms : c->wait_ms,
        .latency_ms = p->latency_ms,
        .bytes = p->bytes,
        .history_ms = poller_reach(p->settings),
        .limit = p->pace.budget.limit,
        .remaining = p->pace.budget.remaining,
        .reset_ms = p->pace.budget.reset_ms,
        .per_hour = budget_per_hour(&p->pace.budget, c->wait_ms, p->pace.per_poll),
        .skew_ms = p->skew_ms,
        .skew_known = p->skew_known,
        .filling = state == DX_SOURCE_FILLING || p->filling || p->count.fills > 0,
        .ids_are_unique = p->source->ids_are_unique,
        .tries_are_counted = p->source->tries_are_counted,
    };
    p->bytes = 0;
    causes_of_jobs(p->shared->causes, &p->batch);
}

static void commit(struct poller *p)
{
    struct poller_commit *c = &p->commit;
    struct dx_error err = { 0 };

    c->waits = false;
    if (store_commit(p->shared->store, &c->poll, &p->batch, c->etags, c->etag_count, &err)) {
        p->shared->committed(p->shared->self);
        if (c->piece) {
            batch_done(&p->batch);
            p->batch = c->rest;
            c->rest = (struct batch){ 0 };
        }
        c->then(p);
        return;
    }
    poller_ahead_drop(p); /* nobody is here for its answer; it is still in the plan */
    if (store_is_held_up(p->shared->store)) {
        c->waits = true;
        p->shared->held(p->shared->self, &err);
        return;
    }
    log_line(DX_LOG_ERROR, "%s: %s", p->settings->name, err.text);
    p->shared->broken(p->shared->self, &err);
}

void poller_go_on(struct poller *p)
{
    if (!p->commit.waits)
        return;
    p->commit.poll.next_ms = clock_now(p->shared->clock) + p->commit.wait_ms;
    commit(p);
}

static void set_timer(struct poller *p, double real_s)
{
    p->due_boot_ms = time_boot_ms() + (int64_t)(real_s * 1e3);
    ev_timer_stop(p->shared->loop, &p->timer);
    ev_timer_set(&p->timer, real_s, 0.);
    ev_timer_start(p->shared->loop, &p->timer);
}

/* least: not earlier, for a server said so, or may have. */
static void arm(struct poller *p, int64_t wait_ms, bool least)
{
    double jitter = 1. + JITTER * (least ? drand48() : 2. * drand48() - 1.);
    double real_s = clock_real_s(p->shared->clock, wait_ms) * jitter;

    if (isinf(real_s))
        return; /* the clock stands still */
    ev_now_update(p->shared->loop);
    set_timer(p, real_s);
}

static void clear(struct poller *p)
{
    asked_done(&p->asked);
    etags_done(&p->etags);
    batch_done(&p->batch);
    batch_done(&p->commit.rest);
    plan_done(&p->plan);
    p->request = p->vain = NULL;
}

static void hide_in_notes(struct poller *p)
{
    for (size_t i = 0; i < p->batch.note_count; i++)
        auth_hide(p->auth, p->batch.notes[i].text);
}

static void poll_now(struct poller *p, bool goes_on);

/* With --once history comes whole, however many polls it takes: until one asks for none of it,
 * there is no room for more, or some polls on end get none: what is refused stays so. What a
 * collector that was killed left is history too, as long as polls make it less. */
static bool goes_on(struct poller *p)
{
    int64_t owed;

    if (!p->shared->once || p->commit.failed || p->waits)
        return false;
    p->idle = p->filled ? 0 : p->idle + 1;
    owed = p->memory.known.owed(&p->memory);
    return ((p->filling || p->count.fills > 0) && p->idle < IDLE_MOST) ||
           (owed > 0 && owed < p->owed);
}

/* All that it brought is in the store. */
static void over(struct poller *p)
{
    const struct poller_commit *c = &p->commit;
    bool first = !p->polled;

    clear(p);
    p->polling = false;
    p->shared->under_way--;
    if (p->largest > TRIM_BYTES)
        (void)malloc_trim(0);
    if (goes_on(p)) {
        poll_now(p, true);
        return;
    }
    if (!p->shared->once)
        arm(p, c->wait_ms, c->failed || c->poll.state == DX_SOURCE_LIMITED);
    p->polled = true;
    p->brought = 0;
    p->shared->polled(p->shared->self, first, !c->failed);
    if (p->wished_again)
        poller_wish(p);
}

/* They go back in the line: else they would be asked for again and again, and no others. */
static void name_asked_in_vain(struct poller *p)
{
    for (const struct plan_request *r = p->vain; r; r = r->next)
        (void)batch_known_run(&p->batch, r->project, r->run, r->attempt);
}

void poller_finish(struct poller *p, const struct dx_error *err)
{
    enum dx_source_state state;
    struct dx_error copy = err ? *err : (struct dx_error){ 0 };

    poller_ahead_drop(p);
    err = err ? &copy : NULL;
    p->commit.wait_ms = pace_end(&p->pace, p->now_ms, &p->count, err, &state);
    if (err && !program_is(p->settings)) /* the lists of one that failed end nothing anyhow */
        piece_rescue(&p->batch);
    name_asked_in_vain(p);
    if (!err)
        p->probed = true;
    if (!p->filling)
        p->batch.done = p->batch.total = 0; /* the back-fill is through */
    if (p->batch.repaired > 0)
        batch_note(&p->batch, DX_LOG_WARN, "%zu bytes of its answer had to be mended",
                   p->batch.repaired);
    hide_in_notes(p);
    if (err && err->fault == DX_FAULT_AUTH)
        auth_forget(p->auth); /* the next poll reads what was renewed meanwhile */
    tell_poll(&p->teller, &p->batch, p->count.sent, p->commit.wait_ms, err);
    tell_state(&p->teller, &p->batch, p->now_ms, state, err);
    if (p->skew_known)
        tell_skew(&p->teller, &p->batch, p->skew_ms);
    tell_waiting(&p->teller, &p->batch, p->waits, &p->error);
    p->commit.piece = false;
    p->commit.then = over;
    prepare(p, err, state);
    commit(p);
}

void poller_commit_piece(struct poller *p, enum dx_source_state state,
                         void (*then)(struct poller *))
{
    piece_cut(&p->batch, &p->commit.rest);
    p->kept = p->commit.rest.run_count + p->commit.rest.job_count;
    hide_in_notes(p);
    p->commit.wait_ms = p->settings->every_ms;
    p->commit.piece = true;
    p->commit.then = then;
    prepare(p, NULL, state);
    commit(p);
}

/* ---- what came of it ---- */

/* The error of a poll of which nothing went well, be it that each request by itself might go
 * wrong; NULL: something did. Then it is the server or what stands before it that refuses, and
 * what was to be remembered of single projects ("ask again tomorrow") is forgotten. */
static const struct dx_error *nothing_good(struct poller *p)
{
    bool refused = p->declined.fault == DX_FAULT_AUTH || p->optional_failed == 0;
    const struct dx_error *err = refused ? &p->declined : &p->error;

    if (p->good > 0 || err->fault == DX_FAULT_NONE)
        return NULL;
    batch_rewind(&p->batch, &(struct batch_mark){ .series = 0 });
    return err;
}

/* Was all that is wanted refused before this poll? Then it asked for some of it again, and
 * that these were refused again is remembered. */
static bool was_denied(struct poller *p)
{
    struct denied before = denied_of(p->source, p->settings->settings, &p->plan, NULL);

    return denied_all(&before);
}

/* The error of a poll that is through. Where all that is wanted is refused, the source is not
 * live, whatever else went well. */
static const struct dx_error *outcome(struct poller *p)
{
    const struct dx_error *err = p->good > 0 || was_denied(p) ? NULL : nothing_good(p);
    struct denied now;
    bool all;

    if (err)
        return err;
    now = denied_of(p->source, p->settings->settings, &p->plan, &p->batch);
    memory_rest(&p->memory);
    all = denied_all(&now);
    if (all || p->error.fault == DX_FAULT_NONE)
        (void)denied_words(&now, &p->error);
    return all ? &p->error : NULL;
}

void poller_end(struct poller *p)
{
    poller_finish(p, outcome(p));
}

void poller_on_ready(void *self, const struct dx_error *err)
{
    struct poller *p = self;

    if (err)
        poller_finish(p, err);
    else if (p->request)
        poller_send(p); /* again, after a 401 */
    else
        poller_next(p);
}

/* ---- polls ---- */

static void on_program(void *self, const struct command_result *result)
{
    struct poller *p = self;
    struct dx_error err = { 0 };
    bool ok;

    p->command = NULL;
    p->bytes += (int64_t)result->len;
    p->largest = (int64_t)result->len;
    if (!isinf(clock_real_s(p->shared->clock, 1)))
        p->latency_ms = result->took_ms;
    ok = program_take(p->settings, result, &p->plan, &p->batch, &err);
    poller_finish(p, ok ? NULL : &err);
}

static void poll_now(struct poller *p, bool goes_on)
{
    if (p->polling)
        return;
    p->polling = true;
    p->shared->under_way++;
    p->forgot = p->waits = p->filling = p->filled = p->circles = false;
    p->now_ms = clock_now(p->shared->clock);
    p->started_boot_ms = time_boot_ms();
    p->latency_ms = p->largest = 0;
    p->skew_known = false;
    p->kept = 0;
    p->decoding_ms = 0;
    p->answered = p->good = p->optional_failed = 0;
    p->count = (struct pace_count){ 0 };
    p->error = p->declined = (struct dx_error){ 0 };
    p->plan = (struct plan){ .now_ms = p->now_ms,
                             .wished = p->wished,
                             .goes_on = goes_on,
                             .round = p->shared->once && !goes_on,
                             .every_ms = p->settings->every_ms,
                             .history_ms = p->settings->history_ms,
                             .cursors = &p->memory.cursors,
                             .known = &p->memory.known };
    memory_begin(&p->memory, p->shared->store, p->now_ms);
    p->owed = p->memory.known.owed(&p->memory);
    if (program_is(p->settings)) {
        p->count.sent = 1;
        pace_begin(&p->pace, 1);
        p->command = program_begin(p->shared->loop, p->settings, on_program, p);
        return;
    }
    p->source->begin(p->settings->settings, &p->memory.cursors, &p->plan);
    memory_rest(&p->memory);
    p->plan.begun = p->plan.count;
    pace_begin(&p->pace, p->plan.count); /* without the back-fill and the probe */
    if (!p->probed && p->source->probe)
        p->source->probe(p->settings->settings, &p->plan);
    auth_ready(p->auth, poller_on_ready, p);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    poll_now(timer->data, false);
}

void poller_start(struct poller *p, double delay_s)
{
    set_timer(p, delay_s);
}

bool poller_is_overdue(const struct poller *p)
{
    return ev_is_active(&p->timer) && time_boot_ms() > p->due_boot_ms + OVERDUE_MS;
}

void poller_wish(struct poller *p)
{
    if (time_boot_ms() - p->started_boot_ms < WISH_LEAST_MS)
        return;
    p->wished_again = p->polling; /* what it asked first is older than the wish */
    if (p->polling)
        return;
    poller_elapse(p);
    if (pace_is_held(&p->pace, clock_now(p->shared->clock)) ||
        (p->pace.budget.limit > 0 && p->teller.state == DX_SOURCE_LIMITED))
        return; /* the wish of a person does not spend what the budget holds back */
    ev_timer_stop(p->shared->loop, &p->timer);
    p->wished = true;
    poll_now(p, false);
    p->wished = false;
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
    p->pace = (struct pace){ .every_ms = settings->every_ms, .share = settings->share };
    p->auth = ask_auth(shared->loop, settings);
    memory_init(&p->memory, id);
    p->memory.history_ms = settings->history_ms;
    if (p->source->prepare) {
        memory_begin(&p->memory, shared->store, clock_now(shared->clock));
        p->source->prepare(&p->memory.cursors);
        memory_rest(&p->memory);
    }
    ev_timer_init(&p->timer, on_timer, 0., 0.);
    ev_timer_init(&p->pause, poller_on_pause, 0., 0.);
    p->timer.data = p->pause.data = p;
    return p;
}

void poller_free(struct poller *p)
{
    if (!p)
        return;
    if (p->polling)
        p->shared->under_way--;
    if (p->call)
        http_cancel(p->call);
    command_stop(p->command);
    ev_timer_stop(p->shared->loop, &p->timer);
    ev_timer_stop(p->shared->loop, &p->pause);
    clear(p);
    memory_done(&p->memory);
    auth_free(p->auth);
    free(p);
}
