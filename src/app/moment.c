/* moment: which moment is shown. */
#include "config.h"

#include "app/moment.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/viewer.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"
#include "core/time.h"
#include "derive/kpi_settings.h"
#include "derive/past.h"
#include "store/past.h"

enum { SLICE_MS = 5, TOLD_MS = 200, LIVE_STEP_MS = 600000 };

static const char no_week[] = "the week before cannot be read: ";

/* ---- all at once ---- */

bool moment_is_given(const struct app *app)
{
    return *app->arguments.common.now || *app->arguments.common.clock || app->arguments.offline;
}

static void set_up(struct kpi_setup *setup, const struct app *app)
{
    struct dx_error err = { 0 };

    kpi_setup(setup, &app->config, &err);
    setup->settings.policy = (enum success_policy)app->config.success_policy;
    if (err.fault != DX_FAULT_NONE)
        log_line(DX_LOG_WARN, "%s", err.text);
}

bool moment_settle(struct app *app, int64_t now_ms, struct dx_error *err)
{
    struct kpi_setup setup;
    struct past *past;
    bool ok = true;

    if (!moment_is_given(app) ||
        !past_is_needed(app->store, now_ms, app->arguments.mode != MODE_SCREEN))
        return true;
    set_up(&setup, app);
    past = past_new(app->store, &setup.settings, now_ms);
    while (ok && !past_is_done(past))
        ok = past_slice(past, INT64_MAX, err);
    past_free(past);
    kpi_setup_done(&setup);
    return ok;
}

/* ---- in slices ---- */

/* The numbers of one store as of one moment: worked on, or made. */
struct slices {
    struct viewer *v;
    struct store *store;
    struct past *past;
    int64_t at_ms;   /* its minute; 0: none */
    int64_t told_ms; /* boot time when the progress was drawn last */
    ev_idle work;
    bool failed; /* the log says why; the next step tries again */
};

struct moment {
    struct kpi_setup setup;      /* empty until a past moment is asked for */
    struct slices shown, before; /* what is shown; the week before, in a connection of its own */
    struct as_of as_of;          /* that one, for the panels */
    struct reader reader;
    struct redact redact;
};

static void stop(struct slices *s)
{
    ev_idle_stop(s->v->loop, &s->work);
    past_free(s->past);
    s->past = NULL;
    s->at_ms = 0;
}

static void on_idle(struct ev_loop *loop, ev_idle *w, int revents)
{
    struct slices *s = w->data;
    struct viewer *v = s->v;
    struct dx_error err = { 0 };
    bool ok;

    (void)revents;
    ok = store_begin(s->store, &err) && past_slice(s->past, time_boot_ms() + SLICE_MS, &err);
    store_end(s->store);
    if (!ok) {
        viewer_say(v, "%s%s", s == &v->moment->before ? no_week : "", err.text);
        log_line(DX_LOG_WARN, "as of a past moment: %s", err.text);
        s->failed = true;
        if (s == &v->moment->before) /* what is shown goes on without it */
            v->week = false;
    }
    if (!ok || past_is_done(s->past)) {
        ev_idle_stop(loop, w);
        v->want_update = true;
    } else if (time_boot_ms() - s->told_ms >= TOLD_MS) {
        s->told_ms = time_boot_ms();
        v->want_clock = true;
    }
}

/* Not at once: its zone, offset by offset, took a twentieth of the time to the first picture. */
static const struct kpi_settings *settings_of(struct viewer *v)
{
    struct kpi_setup *setup = &v->moment->setup;

    if (!setup->settings.business)
        set_up(setup, v->app);
    return &setup->settings;
}

static void start(struct slices *s, int64_t at_ms)
{
    stop(s);
    s->failed = false;
    s->at_ms = past_minute(at_ms);
    s->past = past_new(s->store, settings_of(s->v), s->at_ms);
    s->told_ms = time_boot_ms();
    ev_idle_start(s->v->loop, &s->work);
}

static bool is_ready(struct slices *s, int64_t at_ms)
{
    if (s->at_ms == past_minute(at_ms) && s->failed)
        return false;
    if (s->at_ms == past_minute(at_ms) && s->past) {
        if (!past_is_done(s->past))
            return false;
        if (store_past(s->store) == s->at_ms)
            return true;
    }
    start(s, at_ms);
    return false;
}

static bool is_busy(const struct slices *s)
{
    return s->past && !s->failed && !past_is_done(s->past);
}

static void init(struct slices *s, struct viewer *v, struct store *store)
{
    *s = (struct slices){ .v = v, .store = store };
    ev_idle_init(&s->work, on_idle);
    s->work.data = s;
}

void moment_init(struct viewer *v)
{
    v->moment = mem_new(1, sizeof(*v->moment));
    init(&v->moment->shown, v, v->app->store);
    init(&v->moment->before, v, NULL);
}

static void close_before(struct viewer *v)
{
    struct slices *s = &v->moment->before;

    if (!s->store)
        return;
    if (v->loop)
        stop(s);
    store_close(s->store);
    s->store = NULL;
}

void moment_done(struct viewer *v)
{
    if (!v->moment)
        return;
    if (v->loop)
        stop(&v->moment->shown);
    close_before(v);
    kpi_setup_done(&v->moment->setup);
    free(v->moment);
    v->moment = NULL;
}

/* ---- the week before ---- */

static bool open_before(struct viewer *v, struct dx_error *err)
{
    struct slices *s = &v->moment->before;

    if (!s->store)
        s->store = store_open(v->app->store_path, STORE_VIEW, err);
    return s->store != NULL;
}

int64_t moment_week_before(const struct viewer *v)
{
    int64_t now_ms = viewer_now(v);

    if (v->frozen_ms == 0 && v->loop) /* live it is not made anew with every minute */
        now_ms -= now_ms % LIVE_STEP_MS;
    return now_ms - WEEK_MS;
}

static bool week_is_ready(struct viewer *v)
{
    struct slices *s = &v->moment->before;
    struct dx_error err = { 0 };

    if (!v->week) {
        close_before(v);
        return true;
    }
    if (open_before(v, &err))
        return is_ready(s, moment_week_before(v));
    viewer_say(v, "%s%s", no_week, err.text);
    v->week = false;
    return true;
}

const struct as_of *moment_before(struct viewer *v)
{
    struct moment *m = v->moment;
    struct dx_error err = { 0 };

    if (!v->week || !m || !m->before.store || !store_begin(m->before.store, &err))
        return NULL;
    m->reader = redact_store(&m->redact, m->before.store, v->redacted);
    m->as_of = (struct as_of){ &m->reader, moment_week_before(v) };
    return &m->as_of;
}

void moment_before_end(struct viewer *v)
{
    if (v->moment && v->moment->before.store)
        store_end(v->moment->before.store);
}

bool moment_settle_week(struct viewer *v, struct dx_error *err)
{
    struct slices *s;
    bool ok = true;

    moment_init(v);
    s = &v->moment->before;
    if (!open_before(v, err) || !store_begin(s->store, err))
        return false;
    s->past = past_new(s->store, settings_of(v), moment_week_before(v));
    while (ok && !past_is_done(s->past))
        ok = past_slice(s->past, INT64_MAX, err);
    past_free(s->past);
    s->past = NULL;
    store_end(s->store);
    return ok;
}

/* ---- what is shown ---- */

bool moment_is_ready(struct viewer *v)
{
    struct store *store = v->app->store;
    struct moment *m = v->moment;
    bool week;

    if (!m || !v->loop) /* who reads once has settled it */
        return true;
    week = v->wall.on || week_is_ready(v); /* it shows none, and waits for none */
    if (v->frozen_ms == 0 || !past_is_needed(store, v->frozen_ms, v->stepped)) {
        stop(&m->shown);
        store_past_end(store);
        return week;
    }
    return is_ready(&m->shown, v->frozen_ms) && week;
}

/* ---- steps ---- */

int64_t moment_next_hour(int64_t at_ms, int by, int64_t now_ms)
{
    int64_t whole_ms = at_ms - at_ms % HOUR_MS;
    int64_t next_ms = by > 0 ? whole_ms + HOUR_MS : whole_ms - (whole_ms == at_ms) * HOUR_MS;

    return next_ms < now_ms ? next_ms : 0;
}

/* By the clock that the screen shows: a day has 23 or 25 hours when it changes. */
int64_t moment_next_day(int64_t at_ms, int by, int64_t now_ms)
{
    time_t at = (time_t)((at_ms - at_ms % HOUR_MS) / 1000);
    int64_t next_ms;
    struct tm tm;

    if (!localtime_r(&at, &tm))
        return 0;
    tm.tm_mday += by;
    tm.tm_isdst = -1;
    next_ms = (int64_t)mktime(&tm) * 1000;
    return next_ms < now_ms ? next_ms : 0;
}

/* --now is of the past: the store's own numbers are of a later time. 0: they are not. */
static int64_t given_past(const struct viewer *v)
{
    int64_t now_ms = clock_now(&v->app->clock);

    return *v->app->arguments.common.now && past_is_needed(v->app->store, now_ms, false) ? now_ms
                                                                                         : 0;
}

bool moment_is_past(const struct viewer *v)
{
    return given_past(v) > 0;
}

static void forget_failure(struct slices *s)
{
    if (s->failed)
        stop(s); /* so that is_ready() starts it */
    s->failed = false;
}

void moment_again(struct viewer *v)
{
    if (!v->moment)
        return;
    forget_failure(&v->moment->shown);
    forget_failure(&v->moment->before);
}

static void go_to(struct viewer *v, int64_t at_ms)
{
    v->frozen_ms = at_ms > 0 ? at_ms : given_past(v);
    v->stepped = v->frozen_ms > 0;
    v->want_update = v->want_clock = true;
    moment_again(v);
}

void moment_week(struct viewer *v)
{
    v->week = !v->week;
    v->want_update = v->want_clock = true;
}

void moment_step_hour(struct viewer *v, int by)
{
    go_to(v, moment_next_hour(viewer_now(v), by, clock_now(&v->app->clock)));
}

void moment_step_day(struct viewer *v, int by)
{
    go_to(v, moment_next_day(viewer_now(v), by, clock_now(&v->app->clock)));
}

void moment_freeze(struct viewer *v)
{
    bool on = v->frozen_ms == 0;

    go_to(v, on ? clock_now(&v->app->clock) : 0);
    if (on)
        v->stepped = false;
}

void moment_live(struct viewer *v)
{
    go_to(v, 0);
}

/* ---- its words ---- */

static double progress(const struct moment *m)
{
    double shown = is_busy(&m->shown) ? past_progress(m->shown.past) : 1.;
    double before = is_busy(&m->before) ? past_progress(m->before.past) : 1.;

    return shown < before ? shown : before;
}

bool moment_is_busy(const struct viewer *v)
{
    const struct moment *m = v->moment;

    return m && (is_busy(&m->shown) || is_busy(&m->before));
}

bool moment_is_failed(const struct viewer *v)
{
    return v->moment && v->moment->shown.failed;
}

const char *moment_text(const struct viewer *v, int cols, char *out, size_t cap)
{
    const struct moment *m = v->moment;
    const bool failed = moment_is_failed(v);
    bool busy = moment_is_busy(v);
    time_t at = (time_t)(v->frozen_ms / 1000);
    char day[8], month[8], done[16] = "", clock[8];
    struct tm tm;

    out[0] = '\0';
    if (busy)
        (void)snprintf(done, sizeof(done), "%d %%", (int)(100 * progress(m)));
    if (!v->stepped) {
        if (busy)
            (void)snprintf(out, cap, "reading the week before %s", done);
        if (text_width(out) > cols)
            (void)snprintf(out, cap, "%s", done);
        return out;
    }
    (void)localtime_r(&at, &tm);
    (void)strftime(day, sizeof(day), "%a", &tm);
    (void)strftime(month, sizeof(month), "%b", &tm);
    (void)strftime(clock, sizeof(clock), "%H:%M", &tm);
    (void)snprintf(out, cap, "%s %s %d %s %s%s%s",
                   failed ? "cannot read"
                   : busy ? "reading"
                          : "as of",
                   day, tm.tm_mday, month, clock, busy ? " " : "", done);
    if (text_width(out) > cols)
        (void)snprintf(out, cap, "%s %d %s %s", failed ? "cannot read" : "as of", tm.tm_mday, month,
                       clock);
    if (text_width(out) > cols)
        (void)snprintf(out, cap, "%d %s %s", tm.tm_mday, month, clock);
    return out;
}
