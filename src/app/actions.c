/* actions: what keys and the mouse do. */
#include "config.h"

#include "app/actions.h"

#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/complete.h"
#include "app/deeds.h"
#include "app/lists.h"
#include "app/moment.h"
#include "app/mouse.h"
#include "app/move.h"
#include "app/picture.h"
#include "app/state.h"
#include "app/wishes.h"
#include "model/action.h"

static void do_freeze(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    moment_freeze(v);
}

static void do_earlier(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    moment_step_hour(v, -1);
}

static void do_later(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    moment_step_hour(v, 1);
}

static void do_day_earlier(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    moment_step_day(v, -1);
}

static void do_day_later(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    moment_step_day(v, 1);
}

static void do_live(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    moment_live(v);
}

static void do_week(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    moment_week(v);
}

/* What was opened is closed: the path may have names in it. What was read with names is gone at
 * once: it may be long until it can be read again. */
static void do_redact(struct viewer *v, const struct deed *deed)
{
    void (*shut)(struct page * page) = v->redacted ? page_close_steps : page_hide;
    char key[64];

    (void)deed;
    v->redacted = v->veiled = !v->redacted;
    for (size_t i = 0; i < v->page_count; i++)
        shut(&v->pages[i]);
    shut(&v->log);
    shut(&v->weeks.page);
    moment_again(v);
    v->want_update = true;
    if (v->redacted)
        viewer_say(v, "people, branches and titles have aliases; %s shows them again",
                   keymap_say(&v->app->config.keymap, ACTION_REDACT, key, sizeof(key)));
    else
        viewer_say(v, "names are shown");
}

static void do_theme(struct viewer *v, const struct deed *deed)
{
    const char *name;
    size_t count;

    if (!*deed->text) {
        state_next_theme(v);
        return;
    }
    name = complete_only(v, ACTION_THEME, deed->text, &count);
    state_use_theme(v, name ? name : deed->text); /* it may be one of the user's own */
}

static void do_notices(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    notify_switch(v);
}

static void do_wall(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    if (v->stepped) /* it tells of now */
        moment_live(v);
    (void)wall_enter(v);
}

static void do_log(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    v->overlay = v->overlay == OVERLAY_LOG ? OVERLAY_NONE : OVERLAY_LOG;
    v->want_update = true;
}

static void do_help(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    v->overlay = v->overlay == OVERLAY_HELP ? OVERLAY_NONE : OVERLAY_HELP;
    v->help_top = 0;
    v->want_draw = true;
}

/* By its key it asks first: Tab goes through the formats, Enter saves. */
static void do_save(struct viewer *v, const struct deed *deed)
{
    char path[512], format[16];
    size_t len = strcspn(deed->text, " ");
    const char *file = deed->text + len + strspn(deed->text + len, " "), *name;
    struct dx_error err = { 0 };

    if (!*deed->text) {
        command_begin(v, "save svg");
        return;
    }
    (void)snprintf(format, sizeof(format), "%.*s", (int)(len < 15 ? len : 15), deed->text);
    name = complete_meant(v, ACTION_SAVE, format);
    if (!name)
        return;
    if (picture_save(v, picture_format(name), file, path, sizeof(path), &err))
        viewer_say(v, "saved %s", path);
    else
        viewer_say(v, "%s", err.text);
}

static void do_command(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    command_begin(v, "");
}

static void do_redraw(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    screen_redraw(v->screen);
    v->want_update = true;
}

static void do_suspend(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    viewer_suspend(v);
}

static void do_quit(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    v->status = EXIT_OK;
    ev_break(v->loop, EVBREAK_ALL);
}

static void (*const run[ACTION_COUNT])(struct viewer *v, const struct deed *deed) = {
    [ACTION_UP] = do_up,
    [ACTION_DOWN] = do_down,
    [ACTION_PAGE_UP] = do_page_up,
    [ACTION_PAGE_DOWN] = do_page_down,
    [ACTION_FIRST] = do_first,
    [ACTION_LAST] = do_last,
    [ACTION_NEXT_PANEL] = do_next_panel,
    [ACTION_PREVIOUS_PANEL] = do_previous_panel,
    [ACTION_VIEW] = do_view,
    [ACTION_OPEN] = do_open,
    [ACTION_BACK] = do_back,
    [ACTION_FILTER] = do_filter,
    [ACTION_NEXT_MATCH] = do_next_match,
    [ACTION_PREVIOUS_MATCH] = do_previous_match,
    [ACTION_SORT] = do_sort,
    [ACTION_REVERSE] = do_reverse,
    [ACTION_ZOOM] = do_zoom,
    [ACTION_SEEN] = do_seen,
    [ACTION_URL] = do_url,
    [ACTION_COPY] = do_copy,
    [ACTION_FREEZE] = do_freeze,
    [ACTION_EARLIER] = do_earlier,
    [ACTION_LATER] = do_later,
    [ACTION_DAY_EARLIER] = do_day_earlier,
    [ACTION_DAY_LATER] = do_day_later,
    [ACTION_LIVE] = do_live,
    [ACTION_POLL] = do_poll,
    [ACTION_CLAIM] = do_claim,
    [ACTION_SNOOZE] = do_snooze,
    [ACTION_ACCEPT] = do_accept,
    [ACTION_IGNORE] = do_ignore,
    [ACTION_UNDO] = do_undo,
    [ACTION_WEEK] = do_week,
    [ACTION_REDACT] = do_redact,
    [ACTION_THEME] = do_theme,
    [ACTION_SAVE] = do_save,
    [ACTION_WALL] = do_wall,
    [ACTION_LOG] = do_log,
    [ACTION_COMMAND] = do_command,
    [ACTION_MOUSE] = do_mouse,
    [ACTION_NOTICES] = do_notices,
    [ACTION_REDRAW] = do_redraw,
    [ACTION_SUSPEND] = do_suspend,
    [ACTION_HELP] = do_help,
    [ACTION_QUIT] = do_quit,
};

void actions_do(struct viewer *v, enum action action, const struct deed *deed)
{
    run[action](v, deed);
}

enum { PASTE_MS = 2000 }; /* without its end, it ends so long after the last of it */

/* Whatever else is bound or typed into, this ends the program. */
static bool is_end(const struct dx_event *event)
{
    return event->key == 'c' && event->mods == DX_MOD_CTRL;
}

/* What is pasted is text: into a line it is typed, without its ends of lines; as keys it
 * would do what nobody asked for. */
static void paste(struct viewer *v, const struct dx_event *event)
{
    struct dx_event mine = *event;

    if (event->type != DX_EVENT_KEY || v->typing == TYPING_NONE)
        return;
    if (event->key == DX_KEY_ENTER || event->key == DX_KEY_TAB)
        mine.key = ' ';
    if (mine.key < ' ' || mine.key >= DX_KEY_UP || mine.mods != 0)
        return;
    if (v->typing == TYPING_FILTER)
        lists_type(v, &mine);
    else if (v->typing == TYPING_WORD)
        say_type(v, &mine);
    else
        command_type(v, &mine);
}

/* What the terminal tells by itself. false: it is a key, or the mouse. */
static bool is_told(struct viewer *v, const struct dx_event *event)
{
    int64_t boot_ms = time_boot_ms();
    bool pasting = v->pasted_ms > 0 && boot_ms - v->pasted_ms < PASTE_MS;

    if (event->type == DX_EVENT_KEY && event->key == SCREEN_FOCUS_OUT)
        lists_look(v);
    else if (event->type == DX_EVENT_KEY && event->key == SCREEN_PASTE_END)
        v->pasted_ms = 0;
    else if (event->type == DX_EVENT_KEY && event->key == SCREEN_PASTE_BEGIN)
        v->pasted_ms = boot_ms;
    else if (pasting)
        paste(v, event);
    else
        return event->type == DX_EVENT_KEY && event->key == SCREEN_FOCUS_IN;
    if (pasting && v->pasted_ms > 0)
        v->pasted_ms = boot_ms;
    return true;
}

static void to_key(struct viewer *v, const struct dx_event *event)
{
    struct instance *in = move_focused(v);
    const struct bind *bind;

    if (v->overlay != OVERLAY_HELP && in && wishes_offer(v, in, event)) {
        v->want_draw = true;
        return;
    }
    bind = keymap_find(&v->app->config.keymap, (struct key){ event->key, event->mods });
    if (bind)
        actions_do(v, bind->action,
                   &(struct deed){ .nth = bind->nth, .tab = event->key == DX_KEY_TAB, .text = "" });
}

void actions_event(struct viewer *v, const struct dx_event *event)
{
    if (is_told(v, event))
        return;
    if (event->type == DX_EVENT_KEY && is_end(event))
        do_quit(v, NULL);
    else if (v->wall.on)
        wall_event(v, event);
    else if (event->type == DX_EVENT_MOUSE)
        mouse_event(v, event);
    else if (v->typing == TYPING_FILTER)
        lists_type(v, event);
    else if (v->typing == TYPING_COMMAND)
        command_type(v, event);
    else if (v->typing == TYPING_WORD)
        say_type(v, event);
    else
        to_key(v, event);
}

/* ---- the manual ---- */

void actions_print_mdoc(struct buf *out)
{
    for (int i = 0; i < ACTION_COUNT; i++)
        (void)buf_print(out, ".It Ic \\&%s Pq Ic %s\n%s\n", action_kinds[i].keys, action_names[i],
                        action_kinds[i].help);
}

void actions_print_commands(struct buf *out)
{
    for (int i = 0; i < ACTION_COUNT; i++)
        if (action_kinds[i].argument)
            (void)buf_print(out, ".It Ic %s Ar %s\n%s\n", action_names[i], action_kinds[i].argument,
                            action_kinds[i].help);
}
