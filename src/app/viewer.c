/* viewer: the full-screen program. Callbacks only change state and say what
 * the next frame needs; before_sleep() makes the frame. */
#include "config.h"

#include "app/viewer.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "app/actions.h"
#include "app/bars.h"
#include "app/help.h"
#include "app/lean.h"
#include "app/state.h"
#include "core/log.h"
#include "core/mem.h"

enum {
    BARS = 3,           /* two lines above the panels, one below */
    LOOKS_A_SECOND = 5, /* at the store: what is new is on the screen within 300 ms ... */
    BETWEEN_MS = 450,   /* ... after some quiet; what follows it, twice a second */
    REST_MS = 600,
    AGE_STEP_MS = 10000,
    MINUTE_MS = 60000,
    MESSAGE_MS = 5000
};

struct page *viewer_page(struct viewer *v)
{
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

/* ---- drawing ---- */

/* Things that can be acted on come before numbers over all of them. */
static void add_findings(struct viewer *v, const struct page *page)
{
    size_t count = page->slot_count;

    for (size_t n = 0; n < 2 * count; n++) {
        const struct slot *slot = &page->slots[n < count ? n : n - count];
        const struct instance *in = &slot->instance;

        v->facts.opened = v->facts.opened || (slot->box.rows > 0 && in->depth > in->base);
        if ((n >= count) != (in->panel->paint != NULL))
            continue;
        for (size_t f = 0; slot->box.rows > 0 && f < in->finding_count; f++)
            facts_add(&v->facts, in->findings[f].role, in->findings[f].subject,
                      in->findings[f].sentence);
    }
    facts_sort(&v->facts);
}

/* One read transaction for all that the frame shows; it never spans a write to
 * the terminal. */
static void update(struct viewer *v, const struct grid *grid)
{
    struct dx_error err = { 0 };
    struct page *page = viewer_page(v);
    int64_t now_ms = viewer_now(v);

    v->store_trouble[0] = '\0';
    v->rested = false;
    v->read_ms = time_boot_ms();
    if (!store_begin(v->app->store, &err)) {
        (void)snprintf(v->store_trouble, sizeof(v->store_trouble), "store: %s", err.text);
        log_line(DX_LOG_WARN, "%s", v->store_trouble);
        return; /* what was read last stays on the screen, with its age */
    }
    v->reader = store_reader(v->app->store);
    facts_read(&v->facts, &v->reader, now_ms);
    page_update(page, &v->reader, now_ms, grid->rows - BARS, grid->cols);
    store_end(v->app->store);
    add_findings(v, page);
    v->shown_minute = now_ms / MINUTE_MS;
}

/* Only what shows the inside of what is selected elsewhere. */
static void follow(struct viewer *v)
{
    struct dx_error err = { 0 };

    v->want_follow = v->rested = false;
    v->read_ms = time_boot_ms();
    if (!store_begin(v->app->store, &err)) {
        (void)snprintf(v->store_trouble, sizeof(v->store_trouble), "store: %s", err.text);
        return;
    }
    v->reader = store_reader(v->app->store);
    page_follow(viewer_page(v), &v->reader, viewer_now(v));
    store_end(v->app->store);
}

static struct top_bar top_bar(struct viewer *v)
{
    return (struct top_bar){
        .title = v->app->config.title,
        .views = v->app->config.views,
        .view_count = v->page_count,
        .view = v->page,
        .now_ms = clock_now(&v->app->clock),
        .frozen_ms = v->frozen_ms,
    };
}

int viewer_tab_at(struct viewer *v, int col)
{
    struct top_bar top = top_bar(v);

    return bars_tab_at(&top, screen_grid(v->screen)->cols, col);
}

void viewer_arrange(struct viewer *v, struct instance *in)
{
    table_arrange(in->table);
    v->want_draw = true;
    if (in->total > 0 ||
        in->table->searched) /* it lists a part of what there is: another one now */
        v->want_update = true;
}

static void draw_bottom(struct viewer *v, struct dx_canvas *line)
{
    struct hint hints[16] = { { NULL, NULL } };
    struct slot *slot = page_focus(viewer_page(v));
    char words[sizeof(v->message)] = "";
    size_t n = 0;

    for (const struct action *a = actions; a->name && n + 1 < 16; a++) {
        if (a->run == actions_open && slot && instance_opens(&slot->instance))
            hints[n++] = (struct hint){ line->grid->glyphs->enter, "open" };
        else if (a->hint)
            hints[n++] = (struct hint){ a->hint_key ? a->hint_key : line->grid->glyphs->up_down,
                                        a->hint_word };
    }
    hints[n] = (struct hint){ NULL, NULL };
    if (v->filtering && slot)
        (void)snprintf(words, sizeof(words), "/%s", slot->instance.table->filter);
    else if (time_boot_ms() < v->message_until)
        (void)snprintf(words, sizeof(words), "%s", v->message);
    bars_bottom(line, &v->facts, hints, words);
    if (v->screen)
        screen_cursor(v->screen, v->filtering ? line->row : -1, 1 + dx_width(words));
}

static void draw_top(struct viewer *v, struct grid *grid)
{
    struct dx_canvas all = canvas_of(grid);
    struct dx_canvas line = canvas_sub(&all, (struct dx_box){ 0, 0, 1, grid->cols });
    struct top_bar top = top_bar(v);

    bars_top(&line, &top);
    v->shown_second = top.now_ms / 1000;
}

void viewer_draw(struct viewer *v, struct grid *grid)
{
    const char *trouble = *v->store_trouble ? v->store_trouble : v->collector.trouble;
    int64_t now_ms = viewer_now(v);
    struct dx_canvas all, part;

    if (v->want_update)
        update(v, grid);
    else if (v->want_follow)
        follow(v);
    grid_clear(grid);
    all = canvas_of(grid);
    draw_top(v, grid);
    part = canvas_sub(&all, (struct dx_box){ 1, 0, 1, grid->cols });
    bars_headline(&part, &v->facts, trouble, now_ms);
    part = canvas_sub(&all, (struct dx_box){ 2, 0, grid->rows - BARS, grid->cols });
    page_draw(viewer_page(v), &part, now_ms);
    if (v->overlay == OVERLAY_HELP) {
        int lines = help_draw(v, &part, v->help_top);

        if (v->help_top > lines - part.rows + 2)
            v->help_top = lines - part.rows + 2 > 0 ? lines - part.rows + 2 : 0;
    }
    part = canvas_sub(&all, (struct dx_box){ grid->rows - 1, 0, 1, grid->cols });
    draw_bottom(v, &part);
    v->shown_age = now_ms / AGE_STEP_MS;
}

/* What the reading of the store took for a moment goes back. Not at once: the next
 * key, or the next commit, reads again. */
static void rest(struct viewer *v)
{
    struct page *page = viewer_page(v);

    v->rested = true;
    for (size_t i = 0; i < v->page_count; i++)
        if (&v->pages[i] != page)
            page_rest(&v->pages[i]);
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
    collector_look(&v->collector);
    lean();
}

static void make_frame(struct viewer *v)
{
    if (v->want_update || v->want_draw || v->want_follow)
        viewer_draw(v, screen_grid(v->screen));
    else
        draw_top(v, screen_grid(v->screen));
    if (screen_show(v->screen))
        v->want_update = v->want_draw = v->want_follow = v->want_clock = false;
    if (screen_pending(v->screen))
        ev_io_start(v->loop, &v->out);
}

/* The one place where frames are made: after all events, before the loop
 * sleeps. While bytes of the last frame are left, it is not even drawn. */
static void before_sleep(struct ev_loop *loop, ev_prepare *w, int revents)
{
    struct viewer *v = w->data;

    (void)loop;
    (void)revents;
    if (!screen_pending(v->screen) &&
        (v->want_update || v->want_draw || v->want_follow || v->want_clock))
        make_frame(v);
    if (!screen_pending(v->screen) && !v->settled)
        settle(v);
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

static void look_at_store(struct viewer *v)
{
    int64_t boot_ms = time_boot_ms(), change;

    if (boot_ms - v->changed_ms < BETWEEN_MS)
        return;
    change = store_change(v->app->store);
    if (change == v->change)
        return;
    v->change = change;
    v->changed_ms = boot_ms;
    if (v->frozen_ms == 0)
        v->want_update = true;
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct viewer *v = w->data;
    int64_t now_ms = clock_now(&v->app->clock);

    (void)loop;
    (void)revents;
    if (!v->settled)
        settle(v); /* a terminal that nobody reads holds up no collecting */
    look_at_store(v);
    if (now_ms / 1000 != v->shown_second) {
        v->want_clock = v->frozen_ms == 0;
        collector_look(&v->collector);
        if (v->frozen_ms == 0 && now_ms / AGE_STEP_MS != v->shown_age)
            v->want_draw = true;
        if (v->frozen_ms == 0 && now_ms / MINUTE_MS != v->shown_minute)
            v->want_update = true;
    }
    if (v->message_until > 0 && time_boot_ms() >= v->message_until) {
        v->message_until = 0;
        v->want_draw = true;
    }
    if (v->collector.changed) {
        v->collector.changed = false;
        v->want_draw = true;
    }
    if (!v->rested && time_boot_ms() - v->read_ms >= REST_MS)
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

static void init_watchers(struct viewer *v)
{
    static const int caught[] = { SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT };

    v->signal_count = (int)(sizeof(caught) / sizeof(caught[0]));
    for (int i = 0; i < v->signal_count; i++) {
        ev_signal_init(&v->signals[i], on_signal, caught[i]);
        v->signals[i].data = v;
    }
    ev_io_init(&v->keys, on_keys, STDIN_FILENO, EV_READ);
    v->keys.data = v;
    ev_timer_init(&v->tick, on_tick, 1. / LOOKS_A_SECOND, 1. / LOOKS_A_SECOND);
    v->tick.data = v;
    ev_prepare_init(&v->before_sleep, before_sleep);
    v->before_sleep.data = v;
}

static bool open_terminal(struct viewer *v, struct dx_error *err)
{
    const struct arguments *args = &v->app->arguments;
    const struct config *config = &v->app->config;
    struct screen_options options = {
        .color = *args->color ? args->color : config->color,
        .glyphs = args->ascii ? "ascii" : config->glyphs,
        .mouse = config->mouse,
        .links = true,
    };

    v->screen = screen_open(&options, &v->app->theme, err);
    if (!v->screen)
        return false;
    v->mouse = options.mouse;
    mem_on_death(screen_rescue);
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
    free(v->pages);
    v->pages = NULL;
    v->page_count = 0;
}

int viewer_run(struct app *app, struct dx_error *err)
{
    struct viewer v = { .app = app, .want_update = true };
    int status = EXIT_FAILED;

    (void)setlocale(LC_CTYPE, "");
    if (log_is_terminal()) {
        (void)dx_fail(err, DX_FAULT_CONFIG, "--log: a terminal is no place for it here");
        return EXIT_USAGE;
    }
    (void)signal(SIGXFSZ, SIG_IGN); /* past the limit of file sizes a write fails in words */
    if (!app_open(app, err))
        return EXIT_FAILED;
    log_line(DX_LOG_INFO, "dxtop " PACKAGE_VERSION " shows %s with theme %s",
             store_path(app->store), app->theme.name);
    v.loop = ev_loop_new(EVFLAG_AUTO);
    init_watchers(&v);
    watch_signals(&v, true); /* before the terminal is touched */
    if (!viewer_open_pages(&v, app->arguments.view, err))
        goto out;
    collector_init(&v.collector, v.loop, app->store, app->collector);
    state_load(&v);
    if (open_terminal(&v, err)) {
        screen_title(v.screen, *app->config.title ? app->config.title : "dxtop");
        v.change = store_change(app->store);
        before_sleep(v.loop, &v.before_sleep, 0);
        ev_io_start(v.loop, &v.keys);
        ev_timer_start(v.loop, &v.tick);
        ev_prepare_start(v.loop, &v.before_sleep);
        ev_run(v.loop, 0);
        screen_close(v.screen);
        log_line(DX_LOG_INFO, "ends with %d", v.status);
        state_save(&v);
        status = v.status;
    }
    collector_done(&v.collector);
out:
    viewer_close_pages(&v);
    watch_signals(&v, false);
    ev_loop_destroy(v.loop);
    return status;
}
