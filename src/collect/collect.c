/* collect: the collector's loop, how it begins and how it ends. */
#include "config.h"

#include "collect/collect_internal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collect/confine.h"
#include "collect/process.h"
#include "collect/program.h"
#include "collect/service.h"
#include "core/lean.h"
#include "core/log.h"
#include "core/mem.h"
#include "derive/derive.h"
#include "derive/kpi_settings.h"

static const double LOCK_AGAIN_S = 1.;

enum { ONCE_LOCK_TRIES = 5, POLL_BYTES = 512 << 20 };

void collect_end(struct collect *c, int status)
{
    c->status = status;
    c->ended = true; /* ev_break() does nothing before ev_run() */
    ev_break(c->loop, EVBREAK_ALL);
}

void collect_timer(struct collect *c, ev_timer *timer, double after, double every,
                   void (*callback)(struct ev_loop *, ev_timer *, int))
{
    ev_timer_init(timer, callback, after, every);
    timer->data = c;
    ev_timer_start(c->loop, timer);
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
    ok = store_limit(c->store, config->store_size, &c->error) &&
         store_sources(c->store, rows, config->source_count, ids, &c->error);
    if (ok)
        c->pollers = mem_new(config->source_count, sizeof(struct poller *));
    for (size_t i = 0; ok && i < config->source_count; i++) {
        c->pollers[c->count] = poller_new(&c->shared, &config->sources[i], ids[i]);
        c->count++;
    }
    collect_pollers(c);
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
        collect_warn(c, &err);
        at += len + (at[len] != '\0');
    }
    buf_done(&complaints);
}

/* They go on in a collector that stays. Without rules those that the store has end. */
static void start_rules(struct collect *c)
{
    const struct notices_needs needs = { c->loop,   c->http,      c->store, c->options->config,
                                         &c->clock, collect_warn, c };

    if (!c->options->once)
        c->rules = rules_new(&needs, &c->kpis.business);
}

static void begin(struct collect *c);

static void on_again(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;

    (void)revents;
    ev_timer_stop(loop, timer);
    service_alive();
    begin(c);
}

/* Not before the store knows the sources: somebody may keep it from being written. */
static void begin(struct collect *c)
{
    if (!make_pollers(c)) {
        if (!store_is_held_up(c->store)) {
            collect_end(c, COLLECT_SOURCE_FAILED);
            return;
        }
        collect_warn(c, &c->error);
        c->error = (struct dx_error){ 0 };
        service_held();
        collect_timer(c, &c->lock, LOCK_AGAIN_S, 0., on_again);
        return;
    }
    if (!collect_beat(c))
        return;
    say_started(c);
    if (c->count == 0 && c->options->once)
        collect_end(c, COLLECT_OK);
    service_ready();
    collect_duties(c);
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
                                  .most_bytes = POLL_BYTES };
    collect_listen(c);
    c->deriver = deriver_new((enum success_policy)c->options->config->success_policy);
    kpi_setup(&c->kpis, c->options->config, &err);
    if (err.fault != DX_FAULT_NONE)
        collect_warn(c, &err);
    deriver_kpis(c->deriver, &c->kpis.settings);
    store_on_derive(c->store, deriver_commit, c->deriver);
    start_rules(c);
    begin(c);
}

static void say_waiting(struct collect *c)
{
    int64_t ms;

    if (store_is_held_up(c->store)) {
        service_held();
        log_line(DX_LOG_WARN, "%s writes in %s and does not end; waiting",
                 store_held_by(c->store, &ms), store_path(c->store));
    } else {
        service_waits();
        log_line(DX_LOG_INFO, "another collects into %s; waiting", store_path(c->store));
    }
}

/* A round does not wait for ever. */
static void give_up(struct collect *c)
{
    int64_t ms;

    if (!store_is_held_up(c->store)) {
        collect_end(c, COLLECT_LOCKED);
        return;
    }
    (void)dx_fail(&c->error, DX_FAULT_SYSTEM, "%s writes in %.120s and does not end",
                  store_held_by(c->store, &ms), store_path(c->store));
    collect_end(c, COLLECT_SOURCE_FAILED);
}

/* Nobody collects, and neither can we: to wait for somebody's end would hide why. */
static bool cannot_write(struct collect *c)
{
    if (store_is_held_up(c->store) || !store_lock_failed(c->store, &c->error))
        return false;
    collect_end(c, COLLECT_SOURCE_FAILED);
    return true;
}

/* Somebody else collects, or writes there: ask every second. A collector that waits so is how
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
    if (cannot_write(c))
        return;
    if (c->stdin_closed)
        collect_end(c, COLLECT_OK);
    else if (c->options->once && ++c->lock_tries >= ONCE_LOCK_TRIES)
        give_up(c);
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    (void)loop;
    log_line(DX_LOG_INFO, "signal %d", w->signum);
    (void)revents;
    collect_end(w->data, COLLECT_OK);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct collect *c = timer->data;

    struct dx_error err = { 0 };

    (void)loop;
    (void)revents;
    /* Of the others, and of what is there, the numbers are as of now all the same. */
    if (c->deriver && !collect_settle(c, &err))
        collect_warn(c, &err);
    dx_fail(&c->error, DX_FAULT_NETWORK, "not all sources answered in time");
    collect_end(c, COLLECT_SOURCE_FAILED);
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
        collect_end(c, COLLECT_OK);
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
        collect_timer(c, &c->deadline, (double)c->options->wait_ms / 1e3, 0., on_deadline);
    }
}

static void stop(struct collect *c)
{
    for (size_t i = 0; i < c->count; i++)
        poller_free(c->pollers[i]);
    free(c->pollers);
    rules_free(c->rules);
    http_free(c->http);
    bell_stop(&c->bell);
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

    process_be_small();
    srand48((long)time(NULL) ^ (long)getpid());
    c.loop = ev_loop_new(EVFLAG_AUTO);
    bell_init(&c.bell, c.loop);
    watch(&c);
    c.store = options->at && *options->at ? store_open_at(options->store, options->at, err)
                                          : store_open(options->store, STORE_COLLECT, err);
    if (!c.store) {
        ev_loop_destroy(c.loop);
        return COLLECT_SOURCE_FAILED;
    }
    if (store_lock(c.store)) {
        collect_now(&c);
    } else if (!cannot_write(&c)) {
        say_waiting(&c);
        lean();
        collect_timer(&c, &c.lock, LOCK_AGAIN_S * (1. + drand48() / 2.), LOCK_AGAIN_S, on_lock);
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
