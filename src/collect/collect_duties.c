/* collect_duties: what the collector does while it collects: what polls leave to do, the
 * heartbeat, upkeep, the minute's derivations, alert rules, runbooks and viewers' wishes. */
#include "config.h"

#include "collect/collect_internal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "collect/runbooks.h"
#include "collect/service.h"
#include "core/lean.h"
#include "core/log.h"
#include "core/time.h"

static const double HEART_S = 2., UPKEEP_S = 60., FULL_UPKEEP_S = 0.5, FIRST_UPKEEP_S = 10.,
                    WISH_S = 0.25, WISH_AGAIN_S = 1.;
/* A round derives everything at its end: until then whoever looks on gets a slice a second. */
static const double SLICE_S = 1., NEXT_SLICE_S = 0.05;
static const double RUNBOOKS_S = 60., NEXT_RUNBOOKS_S = 0.2;
static const double STAGGER_S = 0.005;

enum { TURN_BYTES = 64 << 20, ROUND_UPKEEP_MS = 5000 };

static bool in_turn(const struct collect *c)
{
    return isinf(clock_real_s(&c->clock, 1));
}

/* All together; by a clock that stands one after the other, so that two runs
 * write the same in the same order. */
void collect_pollers(struct collect *c)
{
    bool one = in_turn(c);

    while (c->started < c->count) {
        poller_start(c->pollers[c->started], one ? 0. : (double)c->started * STAGGER_S);
        c->started++;
        if (one)
            return;
    }
}

/* One that brings more than any that comes to an end does not keep the others from their turn. */
static void go_past(struct collect *c)
{
    if (in_turn(c) && c->started > 0 && poller_brought(c->pollers[c->started - 1]) > TURN_BYTES)
        collect_pollers(c);
}

/* A round that is over at once has them too. */
static void read_runbooks(struct collect *c)
{
    struct dx_error err = { 0 };
    bool more = *c->options->config->runbooks != '\0';

    while (more)
        if (!runbooks_read(c->store, c->options->config->runbooks, &more, &err)) {
            collect_warn(c, &err);
            return;
        }
}

/* What came meanwhile waits for the next beat. */
static void say_held(struct collect *c, const struct dx_error *err)
{
    int64_t ms;
    const char *who = store_held_by(c->store, &ms);

    if (c->held_ms == 0)
        log_line(DX_LOG_WARN, "%s: %s writes in it and does not end; what comes waits", err->text,
                 who);
    c->held_ms = time_boot_ms() - ms;
}

void collect_warn(void *self, const struct dx_error *err)
{
    struct collect *c = self;

    if (store_is_held_up(c->store)) {
        say_held(c, err);
        return;
    }
    log_line(DX_LOG_WARN, "%s", err->text);
    (void)store_log(c->store, clock_now(&c->clock), DX_LOG_WARN, "", err->text,
                    &(struct dx_error){ 0 });
}

/* It is over before the upkeep's turn comes, and where rounds are all there ever is, nothing else
 * would keep the store small. */
static void keep_small(struct collect *c)
{
    int64_t until_ms = time_boot_ms() + ROUND_UPKEEP_MS;
    struct dx_error err = { 0 };

    do {
        if (!store_upkeep(c->store, clock_now(&c->clock), &err)) {
            collect_warn(c, &err);
            return;
        }
    } while (store_owes_upkeep(c->store) && time_boot_ms() < until_ms);
}

/* What is derived is so before what it is made of goes, and again where that changed it. */
bool collect_settle(struct collect *c, struct dx_error *err)
{
    bool dirty;

    if (!deriver_settle(c->deriver, c->store, clock_now(&c->clock), err))
        return false;
    keep_small(c);
    return store_is_dirty(c->store, &dirty, err) &&
           (!dirty || deriver_settle(c->deriver, c->store, clock_now(&c->clock), err));
}

static void end_round(struct collect *c)
{
    struct dx_error err = { 0 };
    bool ok = collect_settle(c, &err);

    c->settles = !ok && store_is_held_up(c->store);
    if (c->settles) {
        collect_warn(c, &err);
        return;
    }
    c->error = err;
    collect_end(c, ok && c->failed == 0 ? COLLECT_OK : COLLECT_SOURCE_FAILED);
}

static void on_polled(void *self, bool first, bool ok)
{
    struct collect *c = self;

    if (!first)
        return;
    c->failed += !ok;
    collect_pollers(c);
    if (++c->polled < c->count || !c->options->once)
        return;
    read_runbooks(c);
    end_round(c);
}

static void on_broken(void *self, const struct dx_error *err)
{
    struct collect *c = self;

    c->error = *err;
    collect_end(c, COLLECT_SOURCE_FAILED);
}

static void go_on(struct collect *c)
{
    int64_t held_ms = time_boot_ms() - c->held_ms, ms;
    struct dx_error err;

    c->held_ms = 0;
    (void)dx_fail(&err, DX_FAULT_SYSTEM,
                  "%s wrote in the store for %" PRId64 " s and let nobody else: what came meanwhile"
                  " is taken in now",
                  store_held_by(c->store, &ms), held_ms / SECOND_MS);
    collect_warn(c, &err);
    for (size_t i = 0; i < c->started; i++)
        poller_go_on(c->pollers[i]);
    if (c->settles)
        end_round(c);
}

static void tidy(struct collect *c)
{
    struct dx_error err = { 0 };
    bool dirty;

    if (!store_tidy(c->store, &err))
        collect_warn(c, &err);
    if (c->options->once || !store_is_dirty(c->store, &dirty, &err) || !dirty ||
        ev_timer_remaining(c->loop, &c->slice) <= NEXT_SLICE_S)
        return;
    c->slice.repeat = NEXT_SLICE_S; /* what it left is wanted on the screen */
    ev_timer_again(c->loop, &c->slice);
}

static void on_committed(void *self)
{
    struct collect *c = self;

    c->full = true;
    tidy(c);
}

bool collect_beat(struct collect *c)
{
    struct dx_error err = { 0 };

    if (store_heartbeat(c->store, clock_now(&c->clock), &err)) {
        if (c->held_ms > 0)
            go_on(c);
        return true;
    }
    if (store_is_held_up(c->store)) {
        collect_warn(c, &err);
        return true;
    }
    on_broken(c, &err);
    return false;
}

static void wake_pollers(struct collect *c)
{
    size_t woken = 0;

    for (size_t i = 0; i < c->started; i++)
        if (poller_is_overdue(c->pollers[i]))
            poller_start(c->pollers[i], (double)woken++ * STAGGER_S);
}

static void on_heart(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;

    (void)loop;
    (void)revents;
    if (collect_beat(c) && !store_is_held_up(c->store))
        tidy(c);
    wake_pollers(c);
    service_alive();
    bell_remind(&c->bell);
    if (c->stdin_closed && !store_has_viewers(c->store))
        collect_end(c, COLLECT_OK);
}

static void on_upkeep(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;
    struct dx_error err = { 0 };

    (void)revents;
    log_line(DX_LOG_DEBUG, "upkeep: the WAL has %" PRId64 " bytes", store_wal_bytes(c->store));
    if (!store_upkeep(c->store, clock_now(&c->clock), &err))
        collect_warn(c, &err);
    timer->repeat = store_is_full(c->store) ? FULL_UPKEEP_S : UPKEEP_S;
    ev_timer_again(loop, timer);
}

/* With the heart: what is to be done every second wakes it once, not twice. */
static double until_slice_s(struct collect *c)
{
    double left_s = fmod(ev_timer_remaining(c->loop, &c->heart), SLICE_S);

    return left_s < SLICE_S / 2. ? left_s + SLICE_S : left_s;
}

/* Windows move with the minute: a slice at a time, so that polls go on. */
static void on_slice(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;
    struct dx_error err = { 0 };
    int64_t before = store_gathered(c->store);
    bool more;

    (void)revents;
    if (store_is_held_up(c->store)) {
        timer->repeat = until_slice_s(c);
        ev_timer_again(loop, timer);
        return;
    }
    if (!deriver_slice(c->deriver, c->store, clock_now(&c->clock), &more, &err)) {
        if (store_is_held_up(c->store))
            say_held(c, &err);
        else
            log_line(DX_LOG_WARN, "%s", err.text);
    }
    c->full = c->full || store_gathered(c->store) != before;
    if (!more && c->full) {
        store_rest(c->store); /* some time of nothing like it is to come */
        lean();
        c->full = false;
    }
    timer->repeat = more && !c->options->once ? NEXT_SLICE_S : until_slice_s(c);
    ev_timer_again(loop, timer);
    go_past(c);
    rules_look(c->rules, c->polled >= c->count);
}

static void on_runbooks(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;
    struct dx_error err = { 0 };
    bool more;

    (void)revents;
    if (!runbooks_read(c->store, c->options->config->runbooks, &more, &err))
        collect_warn(c, &err);
    timer->repeat = more ? NEXT_RUNBOOKS_S : RUNBOOKS_S;
    ev_timer_again(loop, timer);
}

/* A collector that is killed before it began the poll begins one as the next one starts. */
static void on_granted(void *self, const struct wish *wish)
{
    struct collect *c = self;

    if (strcmp(wish->what, "poll") != 0)
        return;
    for (size_t i = 0; i < c->count; i++)
        if (!*wish->arg || strcmp(wish->arg, poller_name(c->pollers[i])) == 0)
            poller_wish(c->pollers[i]);
    if (!*wish->arg && ev_is_active(&c->runbooks)) {
        c->runbooks.repeat = NEXT_RUNBOOKS_S;
        ev_timer_again(c->loop, &c->runbooks);
    }
}

static enum bell_found on_wish(void *self)
{
    struct collect *c = self;

    return wishes_look(&c->wishes);
}

void collect_listen(struct collect *c)
{
    c->shared.polled = on_polled;
    c->shared.committed = on_committed;
    c->shared.held = collect_warn;
    c->shared.broken = on_broken;
    c->shared.self = c;
}

void collect_duties(struct collect *c)
{
    c->wishes = (struct wishes){ .store = c->store,
                                 .clock = &c->clock,
                                 .granted = on_granted,
                                 .warn = collect_warn,
                                 .self = c };
    collect_timer(c, &c->heart, HEART_S, HEART_S, on_heart);
    collect_timer(c, &c->upkeep, FIRST_UPKEEP_S, UPKEEP_S, on_upkeep);
    collect_timer(c, &c->slice, SLICE_S, SLICE_S, on_slice);
    bell_start(&c->bell, c->store,
               &(struct bell_look){ on_wish, c, { WISH_S, WISH_S, WISH_AGAIN_S } });
    if (*c->options->config->runbooks)
        collect_timer(c, &c->runbooks, NEXT_RUNBOOKS_S, RUNBOOKS_S, on_runbooks);
}
