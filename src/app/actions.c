/* actions: what keys and the mouse do. */
#include "config.h"

#include "app/actions.h"

#include <stdio.h>
#include <string.h>

#include "app/deeds.h"
#include "app/lists.h"
#include "app/mouse.h"
#include "app/move.h"
#include "app/picture.h"
#include "app/state.h"
#include "app/wishes.h"
#include "ui/keys.h"

static void do_freeze(struct viewer *v, const struct dx_event *event)
{
    (void)event;
    v->frozen_ms = v->frozen_ms > 0 ? 0 : clock_now(&v->app->clock);
    v->want_update = true;
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

void actions_event(struct viewer *v, const struct dx_event *event)
{
    struct instance *in = move_focused(v);

    if (event->type == DX_EVENT_MOUSE) {
        mouse_event(v, event);
        return;
    }
    if (v->filtering && !(event->key == 'c' && event->mods == DX_MOD_CTRL)) {
        lists_type(v, event);
        return;
    }
    if (v->overlay != OVERLAY_HELP && in && wishes_offer(v, in, event)) {
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
