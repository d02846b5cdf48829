/* actions: what keys and the mouse do. */
#include "config.h"

#include "app/actions.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/link.h"
#include "app/picture.h"
#include "app/state.h"
#include "core/text.h"
#include "ui/keys.h"

enum { FRAME_AND_HEAD = 3, WHEEL_ROWS = 3 };

static struct instance *focused(struct viewer *v)
{
    struct slot *slot = page_focus(viewer_page(v));

    return slot ? &slot->instance : NULL;
}

/* Rows of the focused list that are on the screen. */
static int visible(struct viewer *v)
{
    struct slot *slot = page_focus(viewer_page(v));
    int rows = slot ? slot->box.rows - FRAME_AND_HEAD : 1;

    return rows > 0 ? rows : 1;
}

static void move(struct viewer *v, int by)
{
    struct instance *in = focused(v);

    if (v->overlay == OVERLAY_HELP) {
        int far = by > INT_MAX / 2 ? 100000 : by;

        v->help_top = by == INT_MIN || v->help_top + far < 0 ? 0 : v->help_top + far;
    } else if (in && in->columns) {
        table_move(in->table, by, visible(v));
        v->want_follow = v->want_follow || in->followed;
    }
    v->want_draw = true;
}

static void do_up(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    move(v, -1);
}

static void do_down(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    move(v, 1);
}

static void do_page_up(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    move(v, -visible(v));
}

static void do_page_down(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    move(v, visible(v));
}

static void do_first(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    move(v, INT_MIN);
}

static void do_last(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    move(v, INT_MAX);
}

static void go_to_page(struct viewer *v, size_t page)
{
    if (page >= v->page_count)
        return;
    v->page = page;
    v->overlay = OVERLAY_NONE;
    v->want_update = true;
}

static void do_view(struct viewer *v, const struct dx_event *event)
{
    go_to_page(v, event->key - '1');
}

/* Where tiles stand side by side the arrows go from one to the next, Tab to the panel. */
static bool to_next_tile(struct viewer *v, const struct dx_event *event, int by)
{
    struct instance *in = focused(v);
    bool tab = event->key == DX_KEY_TAB;

    if (tab || !in || v->overlay != OVERLAY_NONE || !instance_paints(in) ||
        (by < 0 ? in->table->at == 0 : in->table->at + 1 >= in->table->shown))
        return false;
    move(v, by);
    return true;
}

static void do_next_panel(struct viewer *v, const struct dx_event *event)
{
    if (to_next_tile(v, event, 1))
        return;
    page_move_focus(viewer_page(v), 1);
    v->want_update = true;
}

static void do_previous_panel(struct viewer *v, const struct dx_event *event)
{
    if (to_next_tile(v, event, -1))
        return;
    page_move_focus(viewer_page(v), -1);
    v->want_update = true;
}

static void wishes(struct viewer *v, const struct dx_host *host)
{
    struct dx_error err = { 0 };

    if (host->changed)
        v->want_update = true;
    switch (host->wish) {
    case WISH_NONE:
        break;
    case WISH_URL:
        link_open(v, host->text);
        break;
    case WISH_COPY:
        link_copy(v, host->text);
        break;
    case WISH_MESSAGE:
        viewer_say(v, "%s", host->text);
        break;
    case WISH_POLL:
        if (store_wish(v->app->store, "poll", host->text, &err))
            viewer_say(v, "polling %s", *host->text ? host->text : "all sources");
        else
            viewer_say(v, "%s", err.text);
        break;
    case WISH_VERDICT:
        if (!store_wish(v->app->store, "triage", host->text, &err))
            viewer_say(v, "%s", err.text);
        break;
    }
}

/* Let the focused panel have the event. */
static bool to_panel(struct viewer *v, struct instance *in, const struct dx_event *event)
{
    struct dx_host host = { .instance = in };
    struct dx_event mine = *event;
    const struct table_row *row = in->columns ? table_selected(in->table) : NULL;
    enum dx_reply reply;

    mine.row_key = row ? row->key : "";
    reply = instance_event(in, &mine, &host);
    wishes(v, &host);
    return reply == DX_USED || host.changed || host.wish != WISH_NONE;
}

/* Where a follower shows what is in the row, that is where to go. */
void actions_open(struct viewer *v, const struct dx_event *event)
{
    struct page *page = viewer_page(v);
    struct instance *in = focused(v);
    const struct table_row *row = in && in->columns ? table_selected(in->table) : NULL;
    size_t follower = row && *row->into ? page_follower(page, page->focus) : SIZE_MAX;

    (void)event; /* the panel has had it already */
    v->want_draw = true;
    if (v->overlay == OVERLAY_HELP)
        v->overlay = OVERLAY_NONE;
    else if (follower != SIZE_MAX)
        page->focus = follower;
    else if (in && instance_enter(in))
        v->want_update = true;
    else if (row && *row->url)
        viewer_say(v, "%s", row->url);
}

static void do_back(struct viewer *v, const struct dx_event *event)
{
    struct page *page = viewer_page(v);
    struct instance *in = focused(v);
    size_t master = page_master(page, page->focus);

    (void)event;
    v->want_update = true;
    if (v->overlay != OVERLAY_NONE) {
        v->overlay = OVERLAY_NONE;
    } else if (in && in->columns && in->table->filter[0]) {
        in->table->filter[0] = '\0';
        table_arrange(in->table);
    } else if (in && instance_back(in)) {
        return;
    } else if (page->zoomed >= 0) {
        page->zoomed = -1;
    } else if (master != SIZE_MAX && page->slots[master].box.rows > 0) {
        page->focus = master;
    }
}

static void do_filter(struct viewer *v, const struct dx_event *event)
{
    struct instance *in = focused(v);

    (void)event;
    if (!in || !in->columns)
        viewer_say(v, "this panel has no list to filter");
    else
        v->filtering = true;
    v->want_draw = true;
}

static void do_sort(struct viewer *v, const struct dx_event *event)
{
    struct instance *in = focused(v);

    (void)event;
    if (!in || !in->columns)
        return;
    struct table *t = in->table;
    t->sort = t->sort + 1 < t->column_count ? t->sort + 1 : -1;
    viewer_arrange(v, in);
    if (t->sort < 0)
        viewer_say(v, "sorted as the panel yields");
    else
        viewer_say(v, "sorted by %s",
                   *t->columns[t->sort].title ? t->columns[t->sort].title : "state");
}

static void do_reverse(struct viewer *v, const struct dx_event *event)
{
    struct instance *in = focused(v);

    (void)event;
    if (!in || !in->columns)
        return;
    in->table->reverse = !in->table->reverse;
    viewer_arrange(v, in);
}

static void do_zoom(struct viewer *v, const struct dx_event *event)
{
    struct page *page = viewer_page(v);

    (void)event;
    page->zoomed = page->zoomed >= 0 ? -1 : (int)page->focus;
    v->want_update = true;
}

static const char *selected_url(struct viewer *v)
{
    struct instance *in = focused(v);

    return in ? instance_url(in) : "";
}

static void do_url(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    link_open(v, selected_url(v));
}

static void do_copy(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    link_copy(v, selected_url(v));
}

static void do_freeze(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    v->frozen_ms = v->frozen_ms > 0 ? 0 : clock_now(&v->app->clock);
    v->want_update = true;
}

static void do_poll(struct viewer *v, const struct dx_event *event)
{
    struct dx_host host = { .wish = WISH_POLL };

    (void)event;
    wishes(v, &host);
}

static void do_theme(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    state_next_theme(v);
}

static void do_log(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    v->overlay = v->overlay == OVERLAY_LOG ? OVERLAY_NONE : OVERLAY_LOG;
    v->want_update = true;
}

static void do_help(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    v->overlay = v->overlay == OVERLAY_HELP ? OVERLAY_NONE : OVERLAY_HELP;
    v->help_top = 0;
    v->want_draw = true;
}

static void do_mouse(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    v->mouse = !v->mouse;
    screen_mouse(v->screen, v->mouse);
    viewer_say(v, v->mouse ? "the mouse selects, scrolls and opens"
                           : "the mouse is the terminal's: it selects text");
}

static void do_save(struct viewer *v, const struct dx_event *event)
{
    char path[512];
    struct dx_error err = { 0 };

    (void)event;
    if (picture_save(v, path, sizeof(path), &err))
        viewer_say(v, "saved %s", path);
    else
        viewer_say(v, "%s", err.text);
}

static void do_redraw(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    screen_redraw(v->screen);
    v->want_update = true;
}

static void do_suspend(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    viewer_suspend(v);
}

static void do_quit(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    v->status = EXIT_OK;
    ev_break(v->loop, EVBREAK_ALL);
}

const struct action actions[] = {
    { "up", "up k", "one row up", do_up, true, NULL, "move" },
    { "down", "down j", "one row down", do_down, false, NULL, NULL },
    { "page-up", "page-up", "one page up", do_page_up, false, NULL, NULL },
    { "page-down", "page-down", "one page down", do_page_down, false, NULL, NULL },
    { "first", "home g", "to the first row", do_first, false, NULL, NULL },
    { "last", "end G", "to the last row", do_last, false, NULL, NULL },
    { "next-panel", "tab right l", "to the next panel", do_next_panel, false, NULL, NULL },
    { "previous-panel", "shift-tab left h", "to the panel before", do_previous_panel, false, NULL,
      NULL },
    { "view", "1 2 3 4 5 6 7 8 9", "show that view", do_view, false, NULL, NULL },
    { "open", "enter", "open the row: what is in it, else its URL", actions_open, false, NULL,
      NULL },
    { "back", "esc", "back: out of help, the log, the filter, what was opened, the zoom", do_back,
      false, NULL, NULL },
    { "filter", "/", "filter the list: text, !text leaves out, column:text", do_filter, true, "/",
      "filter" },
    { "sort", "s", "sort by the next column", do_sort, true, "s", "sort" },
    { "reverse", "S", "sort the other way round", do_reverse, false, NULL, NULL },
    { "zoom", "z", "give the panel the whole screen, and back", do_zoom, true, "z", "zoom" },
    { "url", "o", "open the row's URL with $BROWSER, else show and copy it", do_url, false, NULL,
      NULL },
    { "copy", "y", "copy the row's URL (OSC 52)", do_copy, false, NULL, NULL },
    { "freeze", "p", "freeze the screen; data goes on coming in", do_freeze, false, NULL, NULL },
    { "poll", "r", "poll all sources now, within their budget", do_poll, false, NULL, NULL },
    { "theme", "t", "next theme", do_theme, false, NULL, NULL },
    { "save", "x", "save the screen as an SVG picture in the current directory", do_save, false,
      NULL, NULL },
    { "log", "L", "what happened", do_log, false, NULL, NULL },
    { "mouse", "m", "leave the mouse to the terminal, and back", do_mouse, false, NULL, NULL },
    { "redraw", "ctrl-l", "draw the screen anew", do_redraw, false, NULL, NULL },
    { "suspend", "ctrl-z", "stop; fg brings it back", do_suspend, false, NULL, NULL },
    { "help", "?", "what the focused panel shows, and all keys", do_help, true, "?", "help" },
    { "quit", "q ctrl-c", "quit", do_quit, true, "q", "quit" },
    { 0 },
};

static bool bound(const struct action *action, const struct dx_event *event)
{
    char names[128], *rest = names;

    (void)snprintf(names, sizeof(names), "%s", action->keys);
    for (char *name = strsep(&rest, " "); name; name = strsep(&rest, " ")) {
        struct key key;

        if (key_parse(&key, name) && key.key == event->key && key.mods == event->mods)
            return true;
    }
    return false;
}

/* ---- the text line ---- */

static void erase_last(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && ((unsigned char)text[len - 1] & 0xC0) == 0x80)
        len--;
    if (len > 0)
        len--;
    text[len] = '\0';
}

static void to_filter(struct viewer *v, const struct dx_event *event)
{
    struct instance *in = focused(v);
    char utf8[5] = "";

    if (!in || event->key == DX_KEY_ENTER || event->key == DX_KEY_ESC) {
        v->filtering = false;
        if (in && event->key == DX_KEY_ESC)
            in->table->filter[0] = '\0';
    } else if (event->key == DX_KEY_BACKSPACE) {
        erase_last(in->table->filter);
    } else if (event->key == 'u' && event->mods == DX_MOD_CTRL) {
        in->table->filter[0] = '\0';
    } else if (event->key >= ' ' && event->key < DX_KEY_UP && event->key != 0x7F &&
               !(event->mods & (DX_MOD_CTRL | DX_MOD_ALT))) {
        size_t n = utf8_put(utf8, (char32_t)event->key), len = strlen(in->table->filter);

        if (len + n < sizeof(in->table->filter))
            memcpy(in->table->filter + len, utf8, n + 1);
    }
    if (in) {
        viewer_arrange(v, in);
        v->want_follow = v->want_follow || in->followed;
    }
    v->want_draw = true;
}

/* ---- the mouse ---- */

static void click(struct viewer *v, const struct dx_event *event)
{
    struct page *page = viewer_page(v);
    struct dx_event mine = *event;
    struct slot *slot = page_at(page, event->row - 2, event->col);
    bool was_focused;
    size_t at;

    if (event->row == 0) {
        go_to_page(v, (size_t)viewer_tab_at(v, event->col));
        return;
    }
    if (!slot)
        return;
    was_focused = page->focus == (size_t)(slot - page->slots);
    page->focus = (size_t)(slot - page->slots);
    v->want_draw = true;
    if (event->key >= 4) {
        move(v, event->key == 4 ? -WHEEL_ROWS : WHEEL_ROWS);
        return;
    }
    mine.row = event->row - 2 - slot->box.row - !slot->instance.bare;
    mine.col = event->col - slot->box.col - !slot->instance.bare;
    if (to_panel(v, &slot->instance, &mine) || event->key != 1 || !slot->instance.columns)
        return;
    at = slot->instance.table->at;
    if (!instance_select_at(&slot->instance, mine.row, mine.col))
        return;
    v->want_follow = v->want_follow || slot->instance.followed;
    if (was_focused && at == slot->instance.table->at)
        actions_open(v, event); /* a second click */
}

void actions_event(struct viewer *v, const struct dx_event *event)
{
    struct instance *in = focused(v);

    if (event->type == DX_EVENT_MOUSE) {
        click(v, event);
        return;
    }
    if (v->filtering && !(event->key == 'c' && event->mods == DX_MOD_CTRL)) {
        to_filter(v, event);
        return;
    }
    if (v->overlay != OVERLAY_HELP && in && to_panel(v, in, event)) {
        v->want_draw = true;
        return;
    }
    for (const struct action *a = actions; a->name; a++) {
        if (bound(a, event)) {
            a->run(v, event);
            return;
        }
    }
}

void actions_print_mdoc(struct buf *out)
{
    for (const struct action *a = actions; a->name; a++)
        (void)buf_print(out, ".It Ic \\&%s\n%s\n", a->keys, a->help);
}
