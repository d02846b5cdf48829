/* viewer: the full-screen program. Callbacks only change state and say what
 * the next frame needs; before_sleep() makes the frame. */
#include "config.h"

#include "app/viewer.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "app/actions.h"
#include "app/moment.h"
#include "app/state.h"
#include "core/lean.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/time.h"
#include "panel/watchdog.h"

/* What is new in the store is on the screen at once after some quiet; what follows it, not even
 * twice a second. Where nobody says that there is something, five looks a second find it. */
static const double QUIET_S = 0.2, BUSY_S = 0.6;

enum { REST_MS = 600, MESSAGE_MS = 5000, TICK_LEAST_MS = 200, TICK_MOST_MS = 2000 };

struct page *viewer_page(struct viewer *v)
{
    struct page *weeks = weeks_page(v);

    if (weeks)
        return weeks;
    return v->overlay == OVERLAY_LOG ? &v->log : &v->pages[v->page];
}

int64_t viewer_now(const struct viewer *v)
{
    return v->frozen_ms > 0 ? v->frozen_ms : clock_now(&v->app->clock);
}

void viewer_say(struct viewer *v, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(v->message, sizeof(v->message), fmt, ap);
    va_end(ap);
    v->message_until = time_boot_ms() + MESSAGE_MS;
    v->want_draw = true;
}

/* What reading the store and drawing took for a moment goes back. Not at once: the next
 * key, or the next commit, reads again. */
static void rest(struct viewer *v)
{
    struct page *page = v->wall.on ? wall_view(v) : viewer_page(v);

    v->rested = true;
    for (size_t i = 0; i < v->page_count; i++)
        if (&v->pages[i] != page)
            page_rest(&v->pages[i]);
    if (page != &v->weeks.page)
        page_rest(&v->weeks.page);
    if (v->rested_page && v->rested_page != page) /* it asks other things than the one before */
        store_forget(v->app->store);
    v->rested_page = page;
    store_rest(v->app->store);
    screen_rest(v->screen);
    lean();
}

/* The first picture is on the terminal: only now is anything else started, and
 * what reading the configuration took goes back. */
static void settle(struct viewer *v)
{
    v->settled = true;
    (void)store_view_lock(v->app->store);
    if (!moment_is_past(v))
        collector_look(&v->collector);
    lean();
}

/* Until the terminal takes more, or more may be sent. */
static void wait_to_send(struct viewer *v)
{
    double wait_s = screen_wait(v->screen);

    if (!screen_pending(v->screen))
        return;
    if (wait_s > 0.) {
        ev_now_update(v->loop);
        ev_timer_set(&v->pace, wait_s, 0.);
        ev_timer_start(v->loop, &v->pace);
    } else {
        ev_io_start(v->loop, &v->out);
    }
}

static void make_frame(struct viewer *v)
{
    if (v->want_update || v->want_draw || v->want_follow)
        viewer_draw(v, screen_grid(v->screen));
    else if (v->want_panel)
        viewer_draw_panel(v, screen_grid(v->screen));
    else
        viewer_draw_clock(v, screen_grid(v->screen));
    if (screen_show(v->screen))
        v->want_update = v->want_draw = v->want_panel = v->want_follow = v->want_clock = false;
    if (page_owes(viewer_page(v)) && moment_is_ready(v) && !*v->store_trouble)
        ev_idle_start(v->loop, &v->owed);
    wait_to_send(v);
}

/* The clock's next second; what goes from the screen, or turns its page, by itself. */
static double until_tick_s(const struct viewer *v)
{
    const struct clock *clock = &v->app->clock;
    int64_t now_ms = clock_now(clock), boot_ms = time_boot_ms(), due_ms = INT64_MAX;
    bool ticked = now_ms / SECOND_MS == v->ticked_second;
    double second_s = ticked ? clock_real_s(clock, SECOND_MS - now_ms % SECOND_MS) : 0.;
    double due_s;

    second_s = fmax(second_s, (double)(v->ticked_ms + TICK_LEAST_MS - boot_ms) / SECOND_MS);
    if (v->message_until > 0)
        due_ms = v->message_until;
    if (!v->rested && v->drawn_ms + REST_MS < due_ms)
        due_ms = v->drawn_ms + REST_MS;
    if (v->wall.on && v->wall.turn_ms < due_ms)
        due_ms = v->wall.turn_ms;
    if (due_ms > boot_ms + TICK_MOST_MS)
        due_ms = boot_ms + TICK_MOST_MS;
    due_s = (double)(due_ms - boot_ms) / SECOND_MS;
    return fmax(fmin(due_s, second_s), 0.);
}

static void wait_for_tick(struct viewer *v)
{
    const double late_s = 0.001; /* lest it be woken just before */

    ev_now_update(v->loop);
    ev_timer_stop(v->loop, &v->tick);
    ev_timer_set(&v->tick, until_tick_s(v) + late_s, 0.);
    ev_timer_start(v->loop, &v->tick);
}

/* The one place where frames are made: after all events, before the loop
 * sleeps. While bytes of the last frame are left, it is not even drawn. */
static void before_sleep(struct ev_loop *loop, ev_prepare *w, int revents)
{
    struct viewer *v = w->data;

    (void)loop;
    (void)revents;
    if (v->collector.changed) {
        v->collector.changed = false;
        v->want_draw = true;
    }
    if (!screen_pending(v->screen) &&
        (v->want_update || v->want_draw || v->want_panel || v->want_follow || v->want_clock))
        make_frame(v);
    if (!screen_pending(v->screen) && !v->settled)
        settle(v);
    wait_for_tick(v);
}

/* ---- events ---- */

static void end(struct viewer *v, int status)
{
    v->status = status;
    ev_break(v->loop, EVBREAK_ALL);
}

static void on_out(struct ev_loop *loop, ev_io *w, int revents)
{
    struct viewer *v = w->data;

    (void)revents;
    if (!screen_flush(v->screen))
        end(v, EXIT_OK);
    if (!screen_pending(v->screen))
        ev_io_stop(loop, w);
}

static void on_owed(struct ev_loop *loop, ev_idle *w, int revents)
{
    struct viewer *v = w->data;

    (void)revents;
    ev_idle_stop(loop, w);
    v->want_follow = true;
}

static void on_pace(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct viewer *v = w->data;

    (void)loop;
    (void)revents;
    if (!screen_flush(v->screen))
        end(v, EXIT_OK);
    wait_to_send(v);
}

static void on_keys(struct ev_loop *loop, ev_io *w, int revents)
{
    struct viewer *v = w->data;
    struct dx_event event;
    bool gone = false;

    (void)loop;
    (void)revents;
    while (screen_event(v->screen, &event, &gone))
        actions_event(v, &event);
    if (gone)
        end(v, EXIT_OK);
}

static enum bell_found on_bell(void *self)
{
    struct viewer *v = self;
    int64_t change = store_change(v->app->store);

    if (change == v->change)
        return BELL_NOTHING;
    v->change = change;
    notify_look(v);
    if (v->frozen_ms == 0)
        v->want_update = true;
    return BELL_SOMETHING;
}

static void on_second(struct viewer *v, int64_t now_ms)
{
    v->ticked_second = now_ms / SECOND_MS;
    if (!moment_is_past(v))
        collector_look(&v->collector);
    if (v->frozen_ms > 0)
        return;
    if (v->ticked_second != v->shown_second && !v->wall.on) /* no seconds there */
        v->want_clock = true;
    if (now_ms / AGE_STEP_MS != v->shown_age)
        v->want_draw = true;
    if (now_ms / MINUTE_MS != v->shown_minute ||
        (v->want_draw && *v->collector.trouble)) /* all gets old */
        v->want_update = true;
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct viewer *v = w->data;
    int64_t now_ms = clock_now(&v->app->clock);

    (void)loop;
    (void)revents;
    v->ticked_ms = time_boot_ms();
    if (!v->settled)
        settle(v); /* a terminal that nobody reads holds up no collecting */
    bell_remind(&v->bell);
    say_look(v);
    if (now_ms / SECOND_MS != v->ticked_second)
        on_second(v, now_ms);
    if (viewer_is_veiled(v)) /* what is shown could not be read again; all else may stand */
        v->want_update = true;
    if (v->wall.on)
        wall_tick(v, time_boot_ms());
    if (v->message_until > 0 && time_boot_ms() >= v->message_until) {
        v->message_until = 0;
        v->want_draw = true;
    }
    if (!v->rested && time_boot_ms() - v->drawn_ms >= REST_MS)
        rest(v);
}

static void watch_signals(struct viewer *v, bool on)
{
    for (int i = 0; i < v->signal_count; i++) {
        if (on)
            ev_signal_start(v->loop, &v->signals[i]);
        else
            ev_signal_stop(v->loop, &v->signals[i]);
    }
}

void viewer_suspend(struct viewer *v)
{
    screen_suspend(v->screen);
    watch_signals(v, false); /* the default actions are back */
    (void)kill(0, SIGTSTP);  /* stops here until SIGCONT */
    watch_signals(v, true);
    screen_resume(v->screen);
    v->want_update = true;
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    struct viewer *v = w->data;

    (void)loop;
    (void)revents;
    log_line(w->signum == SIGWINCH ? DX_LOG_DEBUG : DX_LOG_INFO, "signal %d", w->signum);
    switch (w->signum) {
    case SIGWINCH:
        screen_resize(v->screen);
        v->want_update = true;
        break;
    case SIGTSTP:
        viewer_suspend(v);
        break;
    case SIGCONT:
        screen_redraw(v->screen);
        v->want_update = true;
        break;
    default:
        end(v, w->signum == SIGINT ? 128 + SIGINT : EXIT_OK);
    }
}

/* ---- beginning and end ---- */

static void init_signals(struct viewer *v)
{
    static const int caught[] = { SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT };

    v->signal_count = (int)(sizeof(caught) / sizeof(caught[0]));
    for (int i = 0; i < v->signal_count; i++) {
        ev_signal_init(&v->signals[i], on_signal, caught[i]);
        v->signals[i].data = v;
    }
}

static void init_watchers(struct viewer *v)
{
    init_signals(v);
    ev_io_init(&v->keys, on_keys, STDIN_FILENO, EV_READ);
    v->keys.data = v;
    ev_timer_init(&v->tick, on_tick, 0., 0.);
    v->tick.data = v;
    ev_timer_init(&v->pace, on_pace, 0., 0.);
    v->pace.data = v;
    ev_idle_init(&v->owed, on_owed);
    v->owed.data = v;
    ev_prepare_init(&v->before_sleep, before_sleep);
    v->before_sleep.data = v;
    bell_init(&v->bell, v->loop);
}

static bool open_terminal(struct viewer *v, struct dx_error *err)
{
    const struct arguments *args = &v->app->arguments;
    const struct config *config = &v->app->config;
    struct screen_options options = {
        .color = *args->color ? args->color : config->color,
        .glyphs = args->ascii ? "ascii" : config->glyphs,
        .mouse = config->mouse,
        .links = config->links,
        .slow = args->slow,
    };

    v->screen = screen_open(&options, &v->app->theme, err);
    if (!v->screen)
        return false;
    v->mouse = options.mouse;
    mem_on_death(screen_rescue);
    watchdog_on_bite(screen_rescue);
    ev_io_init(&v->out, on_out, screen_fd(v->screen), EV_WRITE);
    v->out.data = v;
    return true;
}

static const struct view_settings *log_view(void)
{
    static struct panel_settings panel = { .panel = "log", .title = "Log" };
    static struct row_settings row = { .panels = &panel, .panel_count = 1, .weight = 1 };
    static struct view_settings view = { .name = "Log", .rows = &row, .row_count = 1 };

    return &view;
}

bool viewer_open_pages(struct viewer *v, const char *name, struct dx_error *err)
{
    struct config *config = &v->app->config;
    const struct view_settings *log = log_view();
    bool found = !*name;

    v->page_count = config->view_count;
    v->pages = mem_new(v->page_count, sizeof(*v->pages));
    for (size_t i = 0; i < v->page_count; i++) {
        page_init(&v->pages[i], &config->views[i]);
        if (!found && strcasecmp(config->views[i].name, name) == 0) {
            v->page = i;
            found = true;
        }
    }
    log->rows[0].panels[0].kind = plugin_load(&v->app->plugins, "log", err);
    if (!log->rows[0].panels[0].kind)
        return false;
    page_init(&v->log, log);
    return found || dx_fail(err, DX_FAULT_CONFIG, "there is no view \"%s\"", name);
}

void viewer_close_pages(struct viewer *v)
{
    for (size_t i = 0; i < v->page_count; i++)
        page_done(&v->pages[i]);
    page_done(&v->log);
    weeks_done(&v->weeks);
    free(v->pages);
    v->pages = NULL;
    v->page_count = 0;
}

int viewer_run(struct app *app, struct dx_error *err)
{
    struct viewer v = { .app = app,
                        .want_update = true,
                        .redacted = app->arguments.redact,
                        .week = app->arguments.week };
    int status = EXIT_FAILED;

    (void)setlocale(LC_CTYPE, "");
    if (log_is_terminal()) {
        (void)dx_fail(err, DX_FAULT_CONFIG, "--log: a terminal is no place for it here");
        return EXIT_USAGE;
    }
    (void)signal(SIGXFSZ, SIG_IGN); /* past the limit of file sizes a write fails in words */
    (void)signal(SIGPIPE, SIG_IGN); /* nor does it end us that nobody reads a pipe */
    if (!app_open(app, err))
        return EXIT_FAILED;
    log_line(DX_LOG_INFO, "dxtop " PACKAGE_VERSION " shows %s with theme %s",
             store_path(app->store), app->theme.name);
    v.loop = ev_loop_new(EVFLAG_AUTO);
    init_watchers(&v);
    watch_signals(&v, true); /* before the terminal is touched */
    if (!viewer_open_pages(&v, app->arguments.view, err)) {
        status = EXIT_USAGE;
        goto out;
    }
    collector_init(&v.collector, v.loop, app->store, app->collector, &app->clock);
    moment_init(&v);
    moment_live(&v);
    state_load(&v);
    if (open_terminal(&v, err)) {
        if (app->arguments.wall)
            (void)wall_enter(&v);
        screen_title(v.screen, *app->config.title ? app->config.title : "dxtop");
        v.ticked_ms = time_boot_ms();
        v.change = store_change(app->store);
        notify_look(&v);
        before_sleep(v.loop, &v.before_sleep, 0);
        ev_io_start(v.loop, &v.keys);
        bell_start(&v.bell, app->store,
                   &(struct bell_look){ on_bell, &v, { QUIET_S, BUSY_S, BUSY_S } });
        ev_prepare_start(v.loop, &v.before_sleep);
        ev_run(v.loop, 0);
        screen_close(v.screen);
        log_line(DX_LOG_INFO, "ends with %d", v.status);
        state_save(&v);
        status = v.status;
    }
    bell_stop(&v.bell);
    collector_done(&v.collector);
    moment_done(&v);
out:
    history_done(&v.command.history);
    wall_done(&v.wall);
    viewer_close_pages(&v);
    watch_signals(&v, false);
    ev_loop_destroy(v.loop);
    return status;
}
