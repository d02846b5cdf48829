/* plain: a line for each change. What is looked at are the states of the sources, the
 * alerts (incidents of the platform are among them) and what the panels of a view find
 * wrong: goals that are broken. */
#include "config.h"

#include "app/plain.h"

#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/collector.h"
#include "app/found.h"
#include "app/viewer.h"
#include "app/watch.h"
#include "core/letters.h"
#include "core/log.h"
#include "core/time.h"

/* A page as large that all its panels are on it. */
enum { PAGE_ROWS = 57, PAGE_COLS = 200, LOOK_MS = 1000 };

struct plain {
    struct viewer v;    /* its pages and its reader; there is no screen */
    struct watch watch; /* sources, alerts, the collector */
    struct watch found; /* what panels find: of many the first, of one that fails, nothing */
    ev_timer tick;
    ev_signal signals[3];
};

/* ---- one look ---- */

static void see_source(struct watch *watch, const struct rows_ops *ops, const void *rows,
                       int64_t now_ms)
{
    enum dx_source_state state = (enum dx_source_state)ops->integer(rows, DX_FIELD_STATE);
    const char *name = ops->text(rows, DX_FIELD_SOURCE), *why = ops->text(rows, DX_FIELD_TEXT);
    enum light light = facts_light(ops, rows, now_ms);
    char key[80], line[400];

    if (light == LIGHT_NONE)
        return; /* it has not been polled yet */
    (void)snprintf(key, sizeof(key), "source %s", name);
    (void)snprintf(line, sizeof(line), "source %s: %s%s%s", name,
                   state == DX_SOURCE_STOPPED ? "stopped" : light_looks[light].word,
                   *why && light != LIGHT_LIVE ? ": " : "", light != LIGHT_LIVE ? why : "");
    watch_see(watch, key,
              state == DX_SOURCE_STOPPED ? WATCH_BAD
              : light == LIGHT_LIVE      ? WATCH_OK
                                         : WATCH_WARNING,
              line);
}

static void see_alert(struct watch *watch, const struct rows_ops *ops, const void *rows,
                      int64_t now_ms)
{
    int64_t severity = ops->integer(rows, DX_FIELD_SEVERITY);
    const char *summary = ops->text(rows, DX_FIELD_SUMMARY);
    char key[640], line[400];

    int64_t state = ops->integer(rows, DX_FIELD_STATE);
    bool stale = state == DX_ALERT_STALE && ops->has(rows, DX_FIELD_STARTED);
    bool own = strcmp(ops->text(rows, DX_FIELD_SOURCE), "dxtop") == 0;

    (void)now_ms;
    if ((state != DX_ALERT_FIRING && !stale) || severity < DX_SEVERITY_WARNING)
        return;
    (void)snprintf(key, sizeof(key), "alert %s", ops->text(rows, DX_FIELD_KEY));
    (void)snprintf(line, sizeof(line), "alert %s: %s%s", ops->text(rows, DX_FIELD_NAME),
                   !stale ? ""
                   : own  ? "nobody looks any more; it fired: "
                          : "not seen any more; it fired: ",
                   *summary ? summary : "fires");
    watch_see(watch, key, severity == DX_SEVERITY_CRITICAL && !stale ? WATCH_BAD : WATCH_WARNING,
              line);
}

static void see_unseen(struct watch *watch, const struct rows_ops *ops, const void *rows,
                       int64_t now_ms)
{
    char line[120], at[TIME_TEXT];

    (void)now_ms;
    (void)snprintf(line, sizeof(line), "alert rules: not looked at since %s",
                   time_format(at, ops->integer(rows, DX_FIELD_SEEN)));
    watch_see(watch, "alert rules", WATCH_WARNING, line);
}

static void see_rows(struct plain *p, enum dx_query query, int64_t now_ms,
                     void (*see)(struct watch *watch, const struct rows_ops *ops, const void *rows,
                                 int64_t now_ms))
{
    const struct reader *reader = &p->v.reader;
    void *rows = reader->open(reader->self, query, NULL, now_ms);

    while (reader->ops->next(rows))
        see(&p->watch, reader->ops, rows, now_ms);
    reader->ops->close(rows);
}

/* All that was told of stands as it did. */
static void tell_broken(struct plain *p, int64_t now_ms, const struct dx_error *err)
{
    char line[400];

    (void)snprintf(line, sizeof(line), "store: %s", err->text);
    log_line(DX_LOG_WARN, "%s", line);
    watch_begin(&p->watch);
    watch_see(&p->watch, "store", WATCH_BAD, line);
    (void)watch_tell(&p->watch, now_ms, false, letters_out());
    if (fflush(letters_out()) != 0)
        ev_break(p->v.loop, EVBREAK_ALL);
}

static bool was_read(struct plain *p)
{
    const struct dx_error *err = p->v.reader.error(p->v.reader.self);
    char line[400];

    if (!err)
        return true;
    (void)snprintf(line, sizeof(line), "store: %s", err->text);
    watch_see(&p->watch, "store", WATCH_BAD, line);
    return false;
}

/* A key number is not told of as long as a source of it is stale: then nobody knows whether it is
 * over. false: nor is that known. */
static bool keep_stale(struct plain *p, int64_t now_ms)
{
    const struct reader *reader = &p->v.reader;
    void *rows;

    facts_read(&p->v.facts, reader, now_ms);
    rows = reader->open(reader->self, DX_QUERY_KPIS, NULL, now_ms);
    while (reader->ops->next(rows))
        if ((uint32_t)reader->ops->integer(rows, DX_FIELD_READS) & p->v.facts.stale_yields)
            found_keep(viewer_page(&p->v), &p->found, reader->ops->text(rows, DX_FIELD_NAME));
    reader->ops->close(rows);
    return !reader->error(reader->self);
}

static void look(struct plain *p)
{
    struct viewer *v = &p->v;
    int64_t now_ms = clock_now(&v->app->clock);
    bool first = !p->found.begun, read, whole;
    struct dx_error err = { 0 };

    if (!store_begin(v->app->store, &err)) {
        tell_broken(p, now_ms, &err);
        return;
    }
    v->reader = redact_store(&v->redact, v->app->store, v->app->arguments.redact);
    watch_begin(&p->watch);
    see_rows(p, DX_QUERY_SOURCES, now_ms, see_source);
    see_rows(p, DX_QUERY_ALERTS, now_ms, see_alert);
    see_rows(p, DX_QUERY_UNSEEN, now_ms, see_unseen);
    read = was_read(p);
    watch_begin(&p->found);
    page_update(viewer_page(v), &v->reader, now_ms, PAGE_ROWS, PAGE_COLS);
    whole = found_see(viewer_page(v), &p->watch, &p->found);
    whole = keep_stale(p, now_ms) && whole;
    store_end(v->app->store);
    if (*v->collector.trouble)
        watch_see(&p->watch, "collector", WATCH_BAD, v->collector.trouble);
    (void)watch_tell(&p->watch, now_ms, read, letters_out());
    (void)watch_tell(&p->found, now_ms, whole, letters_out());
    if (first)
        (void)fputs("# a line for each change from here on; Ctrl-C ends\n", letters_out());
    v->shown_minute = now_ms / MINUTE_MS;
    if (fflush(letters_out()) != 0)
        ev_break(v->loop, EVBREAK_ALL);
}

/* ---- the loop ---- */

static void on_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct plain *p = w->data;
    struct viewer *v = &p->v;
    int64_t change;

    (void)loop;
    (void)revents;
    collector_look(&v->collector);
    change = store_change(v->app->store);
    if (change == v->change && !v->collector.changed &&
        clock_now(&v->app->clock) / MINUTE_MS == v->shown_minute)
        return;
    v->change = change;
    v->collector.changed = false;
    look(p);
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    (void)w;
    (void)revents;
    ev_break(loop, EVBREAK_ALL);
}

static void run(struct plain *p)
{
    static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
    struct viewer *v = &p->v;

    for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
        ev_signal_init(&p->signals[i], on_signal, caught[i]);
        ev_signal_start(v->loop, &p->signals[i]);
    }
    ev_timer_init(&p->tick, on_tick, LOOK_MS / 1e3, LOOK_MS / 1e3);
    p->tick.data = p;
    (void)store_view_lock(v->app->store);
    collector_look(&v->collector);
    v->change = store_change(v->app->store);
    look(p);
    ev_timer_start(v->loop, &p->tick);
    ev_run(v->loop, 0);
    ev_timer_stop(v->loop, &p->tick);
    for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
        ev_signal_stop(v->loop, &p->signals[i]);
}

int plain_run(struct app *app, struct dx_error *err)
{
    struct plain p = { .v = { .app = app } };
    int status = EXIT_FAILED;

    (void)signal(SIGPIPE, SIG_IGN); /* that nobody reads on is found by writing */
    if (!app_open(app, err))
        return EXIT_FAILED;
    p.v.loop = ev_loop_new(EVFLAG_AUTO);
    if (viewer_open_pages(&p.v, app->arguments.view, err)) {
        collector_init(&p.v.collector, p.v.loop, app->store, app->collector, &app->clock);
        run(&p);
        collector_done(&p.v.collector);
        status = EXIT_OK;
    } else {
        status = EXIT_USAGE;
    }
    viewer_close_pages(&p.v);
    watch_done(&p.watch);
    watch_done(&p.found);
    ev_loop_destroy(p.v.loop);
    return status;
}
