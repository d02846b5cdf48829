/* collect: the collector's loop. */
#include "config.h"

#include "collect/collect.h"

#include <inttypes.h>
#include <malloc.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collect/causes.h"
#include "collect/confine.h"
#include "collect/derive.h"
#include "collect/kpi_settings.h"
#include "collect/poller.h"
#include "collect/process.h"
#include "collect/program.h"
#include "collect/rules.h"
#include "collect/runbooks.h"
#include "collect/service.h"
#include "core/log.h"
#include "core/mem.h"

static const double HEART_S = 2., UPKEEP_S = 60., FIRST_UPKEEP_S = 10., WISH_S = 0.25;
static const double SLICE_S = 1., NEXT_SLICE_S = 0.05;
static const double RUNBOOKS_S = 60., NEXT_RUNBOOKS_S = 0.2;
static const double LOCK_AGAIN_S = 1., STAGGER_S = 0.005;

enum { ONCE_LOCK_TRIES = 5, WISH_MOST = 1300 };

struct collect {
    const struct collect_options *options;
    struct ev_loop *loop;
    struct store *store;
    struct http *http;
    struct clock clock;
    struct pollers shared;
    struct deriver *deriver;
    struct kpi_setup kpis;
    struct causes *causes;
    struct rules *rules; /* NULL in a single round, whose end would be theirs */
    struct poller **pollers;
    size_t count;
    size_t started;
    size_t polled, failed; /* sources, in the first round */
    int lock_tries;
    int64_t until_boot_ms; /* that the one round may take; 0: for ever */
    int64_t data_version;
    bool stdin_closed, ended;
    bool full; /* pages of polls, or of what is derived, are in memory */
    struct dx_error error;
    int status;

    ev_timer heart, upkeep, slice, wish, runbooks, lock, deadline;
    ev_io in;
    ev_signal signals[3];
};

static void end(struct collect *c, int status)
{
    c->status = status;
    c->ended = true; /* ev_break() does nothing before ev_run() */
    ev_break(c->loop, EVBREAK_ALL);
}

static void start_timer(struct collect *c, ev_timer *timer, double after, double every,
                        void (*callback)(struct ev_loop *, ev_timer *, int))
{
    ev_timer_init(timer, callback, after, every);
    timer->data = c;
    ev_timer_start(c->loop, timer);
}

/* ---- while it collects ---- */

/* All together; by a clock that stands one after the other, so that two runs
 * write the same in the same order. */
static void start_pollers(struct collect *c)
{
    bool in_turn = isinf(clock_real_s(&c->clock, 1));

    while (c->started < c->count) {
        poller_start(c->pollers[c->started], in_turn ? 0. : (double)c->started * STAGGER_S);
        c->started++;
        if (in_turn)
            return;
    }
}

static void on_polled(void *self, bool first, bool ok)
{
    struct collect *c = self;

    if (!first)
        return;
    c->failed += !ok;
    start_pollers(c);
    if (++c->polled < c->count || !c->options->once)
        return;
    if (deriver_settle(c->deriver, c->store, clock_now(&c->clock), &c->error))
        end(c, c->failed > 0 ? COLLECT_SOURCE_FAILED : COLLECT_OK);
    else
        end(c, COLLECT_SOURCE_FAILED);
}

static void on_broken(void *self, const struct dx_error *err)
{
    struct collect *c = self;

    c->error = *err;
    end(c, COLLECT_SOURCE_FAILED);
}

static void warn(void *self, const struct dx_error *err)
{
    struct collect *c = self;

    log_line(DX_LOG_WARN, "%s", err->text);
    (void)store_log(c->store, clock_now(&c->clock), DX_LOG_WARN, "", err->text,
                    &(struct dx_error){ 0 });
}

static void tidy(struct collect *c)
{
    struct dx_error err = { 0 };

    if (!store_tidy(c->store, &err))
        warn(c, &err);
    if (!store_is_dirty(c->store) || ev_timer_remaining(c->loop, &c->slice) <= NEXT_SLICE_S)
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

static void on_heart(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;
    struct dx_error err = { 0 };

    (void)loop;
    (void)revents;
    if (!store_heartbeat(c->store, clock_now(&c->clock), &err))
        on_broken(c, &err);
    else
        tidy(c);
    service_alive();
    if (c->stdin_closed && !store_has_viewers(c->store))
        end(c, COLLECT_OK);
}

static void on_upkeep(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;
    struct dx_error err = { 0 };

    (void)loop;
    (void)revents;
    log_line(DX_LOG_DEBUG, "upkeep: the WAL has %" PRId64 " bytes", store_wal_bytes(c->store));
    if (!store_upkeep(c->store, clock_now(&c->clock), &err))
        warn(c, &err);
}

/* Windows move with the minute: a slice at a time, so that polls go on. */
static void on_slice(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;
    struct dx_error err = { 0 };
    int64_t before = store_gathered(c->store);
    bool more;

    (void)revents;
    if (!deriver_slice(c->deriver, c->store, clock_now(&c->clock), &more, &err))
        log_line(DX_LOG_WARN, "%s", err.text);
    c->full = c->full || store_gathered(c->store) != before;
    if (!more && c->full) {
        store_rest(c->store); /* some time of nothing like it is to come */
        (void)malloc_trim(0);
        c->full = false;
    }
    timer->repeat = more ? NEXT_SLICE_S : SLICE_S;
    ev_timer_again(loop, timer);
    rules_look(c->rules, c->polled >= c->count);
}

static void on_runbooks(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;
    struct dx_error err = { 0 };
    bool more;

    (void)revents;
    if (!runbooks_read(c->store, c->options->config->runbooks, &more, &err))
        warn(c, &err);
    timer->repeat = more ? NEXT_RUNBOOKS_S : RUNBOOKS_S;
    ev_timer_again(loop, timer);
}

static void grant(struct collect *c, const char *what, const char *arg)
{
    struct dx_error err = { 0 };

    log_line(DX_LOG_DEBUG, "a viewer wishes: %s %s", what, arg);
    for (size_t i = 0; strcmp(what, "poll") == 0 && i < c->count; i++)
        if (!*arg || strcmp(arg, poller_name(c->pollers[i])) == 0)
            poller_wish(c->pollers[i]);
    if (strcmp(what, "poll") == 0 && !*arg && ev_is_active(&c->runbooks)) {
        c->runbooks.repeat = NEXT_RUNBOOKS_S;
        ev_timer_again(c->loop, &c->runbooks);
    }
    if (strcmp(what, "triage") == 0 &&
        !store_put_verdict(c->store, arg, clock_now(&c->clock), &err))
        warn(c, &err);
    rules_wish(c->rules, what, arg);
}

static void on_wish(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;
    int64_t version = store_data_version(c->store);
    char what[WISH_MOST], arg[WISH_MOST];

    (void)loop;
    (void)revents;
    if (version == c->data_version)
        return;
    c->data_version = version;
    while (store_take_wish(c->store, what, arg, sizeof(what)))
        grant(c, what, arg);
}

/* ---- beginning ---- */

static bool make_pollers(struct collect *c)
{
    const struct config *config = c->options->config;
    struct source_row *rows = mem_new(config->source_count, sizeof(*rows));
    int64_t *ids = mem_new(config->source_count, sizeof(*ids));
    struct arena names = { 0 };
    bool ok;

    for (size_t i = 0; i < config->source_count; i++) {
        const struct source_settings *s = &config->sources[i];
        const char *url = s->endpoint.url;

        /* Sources are known by type and address; a program has its name only. */
        if (program_is(s) && !*url)
            url = arena_print(&names, "exec:%s", s->name);
        rows[i] = (struct source_row){ .name = s->name,
                                       .type = s->type,
                                       .url = url,
                                       .yields = poller_yields(s),
                                       .every_ms = s->every_ms };
        store_keep(c->store, poller_reach(s));
    }
    ok = store_sources(c->store, rows, config->source_count, ids, &c->error);
    c->pollers = mem_new(config->source_count, sizeof(struct poller *));
    for (size_t i = 0; ok && i < config->source_count; i++) {
        c->pollers[c->count] = poller_new(&c->shared, &config->sources[i], ids[i]);
        c->count++;
    }
    start_pollers(c);
    free(rows);
    free(ids);
    arena_free(&names);
    return ok;
}

/* Before the first byte from outside. The store is open: what it lies in is known. */
static void confine_to_store(struct collect *c)
{
    const char *path = store_path(c->store), *slash = strrchr(path, '/'), *words;
    char *dir = slash ? mem_print("%.*s", (int)(slash - path + 1), path) : mem_print(".");

    if (confine_has_commands(c->options->config))
        words = "not confined: the configuration has commands";
    else
        (void)confine(dir, &words);
    log_line(DX_LOG_INFO, "%s", words);
    free(dir);
}

static void say_started(struct collect *c)
{
    char words[256];

    (void)snprintf(words, sizeof(words), "collector " PACKAGE_VERSION " started, %zu source%s%s%s",
                   c->count, c->count == 1 ? "" : "s", *store_where(c->store) ? "; " : "",
                   store_where(c->store));
    (void)store_log(c->store, clock_now(&c->clock), DX_LOG_INFO, "", words,
                    &(struct dx_error){ 0 });
    log_line(DX_LOG_INFO, "%s; the store is %s", words, store_path(c->store));
}

/* A pattern that cannot be used keeps nobody from collecting. */
static void load_causes(struct collect *c)
{
    struct dx_error err;
    struct buf complaints;

    buf_init(&complaints, 64 << 10);
    c->causes = causes_new(c->options->config, &complaints);
    for (const char *at = complaints.bytes ? complaints.bytes : ""; *at;) {
        size_t len = strcspn(at, "\n");

        (void)dx_fail(&err, DX_FAULT_CONFIG, "patterns: %.*s", (int)(len < 200 ? len : 200), at);
        warn(c, &err);
        at += len + (at[len] != '\0');
    }
    buf_done(&complaints);
}

/* They go on in a collector that stays. Without rules those that the store has end. */
static void start_rules(struct collect *c)
{
    const struct notices_needs needs = { c->loop,   c->http, c->store, c->options->config,
                                         &c->clock, warn,    c };

    if (!c->options->once)
        c->rules = rules_new(&needs, &c->kpis.business);
}

static void collect_now(struct collect *c)
{
    struct dx_error err = { 0 };

    confine_to_store(c);
    load_causes(c);
    c->http = http_new(c->loop, "dxtop/" PACKAGE_VERSION);
    c->shared = (struct pollers){ .loop = c->loop,
                                  .http = c->http,
                                  .store = c->store,
                                  .clock = &c->clock,
                                  .causes = c->causes,
                                  .once = c->options->once,
                                  .until_boot_ms = c->until_boot_ms,
                                  .polled = on_polled,
                                  .committed = on_committed,
                                  .broken = on_broken,
                                  .self = c };
    c->deriver = deriver_new((enum success_policy)c->options->config->success_policy);
    kpi_setup(&c->kpis, c->options->config, &err);
    if (err.fault != DX_FAULT_NONE)
        warn(c, &err);
    deriver_kpis(c->deriver, &c->kpis.settings);
    store_on_derive(c->store, deriver_commit, c->deriver);
    start_rules(c);
    if (!make_pollers(c) || !store_heartbeat(c->store, clock_now(&c->clock), &c->error)) {
        end(c, COLLECT_SOURCE_FAILED);
        return;
    }
    say_started(c);
    if (c->count == 0 && c->options->once)
        end(c, COLLECT_OK);
    service_ready();
    start_timer(c, &c->heart, HEART_S, HEART_S, on_heart);
    start_timer(c, &c->upkeep, FIRST_UPKEEP_S, UPKEEP_S, on_upkeep);
    start_timer(c, &c->slice, SLICE_S, SLICE_S, on_slice);
    start_timer(c, &c->wish, WISH_S, WISH_S, on_wish);
    if (*c->options->config->runbooks)
        start_timer(c, &c->runbooks, NEXT_RUNBOOKS_S, RUNBOOKS_S, on_runbooks);
}

/* Somebody else collects: ask every second. A collector that waits so is how
 * another takes over when this one ends, however it ends. */
static void on_lock(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;

    (void)revents;
    service_alive();
    if (store_lock(c->store)) {
        ev_timer_stop(loop, timer);
        collect_now(c);
        return;
    }
    if (c->stdin_closed)
        end(c, COLLECT_OK);
    else if (c->options->once && ++c->lock_tries >= ONCE_LOCK_TRIES)
        end(c, COLLECT_LOCKED);
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    (void)loop;
    log_line(DX_LOG_INFO, "signal %d", w->signum);
    (void)revents;
    end(w->data, COLLECT_OK);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;

    (void)loop;
    (void)revents;
    dx_fail(&c->error, DX_FAULT_NETWORK, "not all sources answered in time");
    end(c, COLLECT_SOURCE_FAILED);
}

/* The viewer that started us ended. */
static void on_stdin(struct ev_loop *loop, ev_io *io, int revents)
{
    struct collect *c = io->data;
    char bytes[256];

    (void)revents;
    if (read(STDIN_FILENO, bytes, sizeof(bytes)) > 0)
        return;
    ev_io_stop(loop, io);
    c->stdin_closed = true;
    log_line(DX_LOG_INFO, "the viewer that started us ended; others %s",
             store_has_viewers(c->store) ? "are there" : "are not");
    if (!store_has_viewers(c->store))
        end(c, COLLECT_OK);
}

static void watch(struct collect *c)
{
    static const int caught[] = { SIGTERM, SIGINT, SIGHUP };

    for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
        ev_signal_init(&c->signals[i], on_signal, caught[i]);
        c->signals[i].data = c;
        ev_signal_start(c->loop, &c->signals[i]);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* past the limit of file sizes a write fails in words */
    if (c->options->until_stdin) {
        ev_io_init(&c->in, on_stdin, STDIN_FILENO, EV_READ);
        c->in.data = c;
        ev_io_start(c->loop, &c->in);
    }
    if (c->options->once && c->options->wait_ms > 0) {
        c->until_boot_ms = time_boot_ms() + c->options->wait_ms;
        start_timer(c, &c->deadline, (double)c->options->wait_ms / 1e3, 0., on_deadline);
    }
}

static void stop(struct collect *c)
{
    for (size_t i = 0; i < c->count; i++)
        poller_free(c->pollers[i]);
    free(c->pollers);
    rules_free(c->rules);
    http_free(c->http);
    store_close(c->store);
    deriver_free(c->deriver);
    kpi_setup_done(&c->kpis);
    causes_free(c->causes);
    for (size_t i = 0; i < sizeof(c->signals) / sizeof(c->signals[0]); i++)
        ev_signal_stop(c->loop, &c->signals[i]);
    ev_loop_destroy(c->loop);
}

int collect_run(const struct collect_options *options, struct dx_error *err)
{
    struct collect c = { .options = options, .clock = options->clock };

    process_harden();
    process_be_small();
    srand48((long)time(NULL) ^ (long)getpid());
    c.loop = ev_loop_new(EVFLAG_AUTO);
    watch(&c);
    c.store = store_open(options->store, STORE_COLLECT, err);
    if (!c.store) {
        ev_loop_destroy(c.loop);
        return COLLECT_SOURCE_FAILED;
    }
    if (store_lock(c.store)) {
        collect_now(&c);
    } else {
        service_waits();
        log_line(DX_LOG_INFO, "another collects into %s; waiting", store_path(c.store));
        start_timer(&c, &c.lock, LOCK_AGAIN_S * (1. + drand48() / 2.), LOCK_AGAIN_S, on_lock);
    }
    if (!c.ended)
        ev_run(c.loop, 0);
    service_ends();
    log_line(c.error.fault == DX_FAULT_NONE ? DX_LOG_INFO : DX_LOG_ERROR, "ends with %d%s%s",
             c.status, c.error.fault == DX_FAULT_NONE ? "" : ": ", c.error.text);
    stop(&c);
    *err = c.error;
    return c.status;
}
