/* wall: pages that turn by themselves. */
#include "config.h"

#include "app/wall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/actions.h"
#include "app/viewer.h"
#include "app/wall_lines.h"
#include "config/option.h"
#include "core/mem.h"

/* The findings of the first view are read as if it had all the room there is. */
enum { FINDINGS_ROWS = 57, FINDINGS_COLS = 200 };

/* ---- which pages there are ---- */

static size_t pages_of(const struct wall *wall)
{
    return (wall->open && wall->health.columns ? wall->health.table->row_count : 0) +
           wall->view_count;
}

static size_t health_pages(const struct wall *wall)
{
    return pages_of(wall) - wall->view_count;
}

/* Those of the configuration; where there are no key numbers, all but those of sources. */
static void choose_views(struct viewer *v)
{
    const struct dx_items *wanted = &v->app->config.wall.views;
    struct wall *wall = &v->wall;

    wall->view_count = 0;
    for (size_t n = 0; n < wanted->count; n++)
        for (size_t i = 0; i < v->page_count && wall->view_count < WALL_VIEWS; i++)
            if (strcmp(v->pages[i].settings->name, ((const char *const *)wanted->item)[n]) == 0)
                wall->view[wall->view_count++] = i;
    if (wanted->count > 0 || health_pages(wall) > 0)
        return;
    for (size_t i = 0; i < v->page_count && wall->view_count < WALL_VIEWS; i++)
        if (v->page_count == 1 || strcmp(v->pages[i].settings->name, "Sources") != 0)
            wall->view[wall->view_count++] = i;
}

struct page *wall_view(struct viewer *v)
{
    size_t health = health_pages(&v->wall);

    return v->wall.at < health || pages_of(&v->wall) == 0
               ? NULL
               : &v->pages[v->wall.view[v->wall.at - health]];
}

/* What there is may have become less. */
static void stay_within(struct viewer *v)
{
    struct wall *wall = &v->wall;
    size_t pages = pages_of(wall);
    char key[32];

    if (wall->at >= pages)
        wall->at = 0;
    if (wall->at < health_pages(wall)) {
        (void)snprintf(key, sizeof(key), "%zu", wall->at);
        (void)table_select_key(wall->health.table, key);
    }
}

/* ---- beginning and end ---- */

static char *panel_text(const struct config *config)
{
    const struct dx_items *wanted = &config->wall.kpis;
    char *list = mem_text(""), *text;

    for (size_t i = 0; i < wanted->count; i++) {
        char *longer =
            mem_print("%s%s%s", list, i > 0 ? ", " : "", ((const char *const *)wanted->item)[i]);

        free(list);
        list = longer;
    }
    text = mem_print("views:\n  - name: health\n    rows:\n"
                     "      - panels: [{panel: overview, show: wall, kpis: [%s]}]\n",
                     list);
    free(list);
    return text;
}

static bool open_panel(struct viewer *v)
{
    struct wall *wall = &v->wall;
    char overview[] = "overview", *names[] = { overview, NULL };
    struct config_kinds panels = app_panels(v->app, names), none = { 0 };
    char *text = panel_text(&v->app->config);
    const struct panel_settings *panel;
    struct buf complaints;
    bool ok;

    buf_init(&complaints, 4096);
    ok = config_load(&wall->config, "wall", text, &none, &panels, &complaints);
    if (ok) {
        panel = &wall->config.views[0].rows[0].panels[0];
        ok = instance_open(&wall->health, panel->kind, "", panel->settings,
                           options_size(((const struct dx_panel *)panel->kind)->options));
        wall->health.bare = true;
        wall->open = true;
    } else {
        viewer_say(v, "%s", complaints.bytes);
        config_done(&wall->config); /* the next try begins anew */
    }
    buf_done(&complaints);
    free(text);
    return ok;
}

void wall_done(struct wall *wall)
{
    if (wall->open)
        instance_close(&wall->health);
    config_done(&wall->config);
    wall->open = wall->on = false;
}

/* What is wrong is told of by all of a view, and nobody stands there to go back to it. */
static void show_whole(struct page *page)
{
    page_close_steps(page);
    page->zoomed = -1;
}

bool wall_enter(struct viewer *v)
{
    struct wall *wall = &v->wall;

    if (!wall->open && !open_panel(v))
        return false;
    for (size_t i = 0; i < v->page_count; i++)
        show_whole(&v->pages[i]);
    wall->on = true;
    wall->paused = false;
    wall->at = 0;
    wall->turn_ms = time_boot_ms() + v->app->config.wall.every_ms;
    v->overlay = OVERLAY_NONE;
    v->typing = TYPING_NONE;
    v->want_update = true;
    return true;
}

static void leave(struct viewer *v)
{
    v->wall.on = false;
    v->want_update = true;
}

/* ---- what it shows ---- */

void wall_update(struct viewer *v, int rows, int cols)
{
    struct wall *wall = &v->wall;
    struct dx_box inside = wall_inside(rows, cols);
    int64_t now_ms = viewer_now(v);
    struct page *page;

    page_update(&v->pages[0], &v->reader, now_ms, FINDINGS_ROWS, FINDINGS_COLS);
    page_findings(&v->pages[0], &v->facts);
    instance_update(&wall->health, &v->reader, now_ms, inside.rows, inside.cols);
    page_panel_findings(&wall->health, &v->facts);
    facts_numbers(&v->facts, &v->reader, now_ms);
    choose_views(v);
    stay_within(v);
    page = wall_view(v);
    if (page)
        page_update(page, &v->reader, now_ms, inside.rows, inside.cols);
}

/* No panel has the focus, and nothing is marked as new: nobody stands at the keys. */
static void draw_view(struct page *page, struct dx_canvas *canvas, int64_t now_ms)
{
    size_t focus = page->focus;

    page->focus = page->slot_count;
    for (size_t i = 0; i < page->slot_count; i++)
        page->slots[i].instance.unmarked = true;
    page_draw(page, canvas, now_ms);
    for (size_t i = 0; i < page->slot_count; i++)
        page->slots[i].instance.unmarked = false;
    page->focus = focus;
}

static struct wall_lines lines_of(struct viewer *v)
{
    const struct wall *wall = &v->wall;
    const struct page *page = wall_view(v);

    return (struct wall_lines){
        .title = v->app->config.title,
        .page = page ? page->settings->name : "health",
        .message = time_boot_ms() < v->message_until ? v->message : "",
        .trouble = viewer_trouble(v),
        .facts = &v->facts,
        .at = wall->at,
        .pages = pages_of(wall),
        .paused = wall->paused,
        .now_ms = viewer_now(v),
        .frozen = v->frozen_ms > 0,
        .redacted = v->redacted,
    };
}

void wall_draw_clock(struct viewer *v, struct grid *grid)
{
    struct wall_lines lines = lines_of(v);
    struct dx_canvas all = canvas_of(grid);

    wall_lines_clock(&all, &lines);
}

void wall_draw(struct viewer *v, struct grid *grid)
{
    struct wall_lines lines = lines_of(v);
    struct page *page = wall_view(v);
    struct dx_canvas all = canvas_of(grid),
                     inside = canvas_sub(&all, wall_inside(grid->rows, grid->cols));

    if (page)
        draw_view(page, &inside, lines.now_ms);
    else
        instance_draw(&v->wall.health, &inside, lines.now_ms, true);
    wall_lines_draw(&all, &lines);
}

/* ---- turning ---- */

static void turn(struct viewer *v, int by)
{
    size_t pages = pages_of(&v->wall);

    if (pages > 0)
        v->wall.at = (v->wall.at + pages + (size_t)(by + (int)pages)) % pages;
    v->want_update = true;
}

void wall_tick(struct viewer *v, int64_t boot_ms)
{
    struct wall *wall = &v->wall;

    if (boot_ms < wall->turn_ms)
        return;
    wall->paused = false;
    wall->turn_ms = boot_ms + v->app->config.wall.every_ms;
    if (pages_of(wall) > 1)
        turn(v, 1);
    else
        v->want_draw = true;
}

static int turns(enum action action)
{
    if (action == ACTION_UP || action == ACTION_PAGE_UP || action == ACTION_PREVIOUS_PANEL)
        return -1;
    return action == ACTION_DOWN || action == ACTION_PAGE_DOWN || action == ACTION_NEXT_PANEL;
}

/* Others are about rows and panels, which there are none of. */
static bool is_understood(enum action action)
{
    static const enum action here[] = {
        ACTION_QUIT,   ACTION_THEME,   ACTION_FREEZE, ACTION_POLL,
        ACTION_REDACT, ACTION_NOTICES, ACTION_REDRAW, ACTION_SUSPEND
    };
    bool found = false;

    for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++)
        found = found || here[i] == action;
    return found;
}

/* What its page is of, with keys: that view, or the first one of the key numbers. */
static void open_page(struct viewer *v)
{
    const struct page *page = wall_view(v);

    leave(v);
    actions_do(v, ACTION_VIEW,
               &(struct deed){ .nth = page ? (int)(page - v->pages) : 0, .text = "" });
}

static void act(struct viewer *v, const struct bind *bind)
{
    if (bind->action == ACTION_BACK || bind->action == ACTION_WALL)
        leave(v);
    else if (bind->action == ACTION_OPEN)
        open_page(v);
    else if (turns(bind->action) != 0)
        turn(v, turns(bind->action));
    else if (bind->action == ACTION_VIEW && (size_t)bind->nth < pages_of(&v->wall))
        v->wall.at = (size_t)bind->nth;
    else if (is_understood(bind->action))
        actions_do(v, bind->action, &(struct deed){ .text = "" });
}

void wall_event(struct viewer *v, const struct dx_event *event)
{
    const struct bind *bind =
        event->type == DX_EVENT_KEY
            ? keymap_find(&v->app->config.keymap, (struct key){ event->key, event->mods })
            : NULL;

    v->wall.paused = true;
    v->wall.turn_ms = time_boot_ms() + v->app->config.wall.resume_ms;
    v->want_update = true;
    if (bind)
        act(v, bind);
}
