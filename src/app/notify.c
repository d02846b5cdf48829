/* notify: what a viewer does when an alert rule fires. */
#include "config.h"

#include "app/notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/viewer.h"
#include "core/text.h"

enum { AT_ONCE = 8, TEXT_MOST = 200, BYTES_MOST = 16 << 10 };

/* Of foreign text nothing is left that could end the sequence, nor, in 777, a field. */
static void add_text(struct buf *out, const char *text, bool fields)
{
    char clean[TEXT_MOST];

    (void)text_clean(clean, sizeof(clean), text, strlen(text));
    for (char *c = clean; *c; c++)
        if (fields && *c == ';')
            *c = ',';
    (void)buf_text(out, clean);
}

/* Within tmux each ESC is doubled, and ESC \ ends what is passed on. */
static void add_wrapped(struct buf *out, const struct buf *inner, enum notify_inside inside)
{
    if (inside != NOTIFY_PLAIN)
        (void)buf_text(out, inside == NOTIFY_TMUX ? "\033Ptmux;" : "\033P");
    for (size_t i = 0; i < inner->len; i++) {
        if (inside == NOTIFY_TMUX && inner->bytes[i] == '\033')
            (void)buf_text(out, "\033");
        (void)buf_add(out, &inner->bytes[i], 1);
    }
    if (inside != NOTIFY_PLAIN)
        (void)buf_text(out, "\033\\");
}

void notify_bytes(struct buf *out, const struct stored_notice *notice, enum notify_inside inside)
{
    struct buf inner;

    buf_init(&inner, BYTES_MOST);
    if (notice->ways & NOTICE_OSC9) {
        (void)buf_text(&inner, "\033]9;");
        add_text(&inner, notice->title, false);
        (void)buf_text(&inner, ": ");
        add_text(&inner, notice->text, false);
        (void)buf_text(&inner, "\a"); /* screen would take ESC \ for the end of its own */
    }
    if (notice->ways & NOTICE_OSC777) {
        (void)buf_text(&inner, "\033]777;notify;");
        add_text(&inner, notice->title, true);
        (void)buf_text(&inner, ";");
        add_text(&inner, notice->text, true);
        (void)buf_text(&inner, "\a");
    }
    if (inner.len > 0)
        add_wrapped(out, &inner, inside);
    if ((notice->ways & NOTICE_BELL) && notice->loud)
        (void)buf_text(out, "\a");
    buf_done(&inner);
}

static enum notify_inside where(void)
{
    const char *tmux = getenv("TMUX"), *screen = getenv("STY");

    if (tmux && *tmux)
        return NOTIFY_TMUX;
    return screen && *screen ? NOTIFY_SCREEN : NOTIFY_PLAIN;
}

static void set_title(struct viewer *v, int64_t firing)
{
    const char *name = *v->app->config.title ? v->app->config.title : "dxtop";
    char title[200];

    if (firing == v->notify.titled)
        return;
    v->notify.titled = firing;
    (void)snprintf(title, sizeof(title), "(%" PRId64 "!) %.150s", firing, name);
    screen_title(v->screen, firing > 0 ? title : name);
    v->want_draw = true;
}

/* Where names are hidden it is as on the screen: what a rule looks at has labels. */
static void add_notice(struct viewer *v, struct buf *out, const struct stored_notice *notice)
{
    struct stored_notice said = *notice;
    char *text = v->redacted ? redact_labels(&v->redact, notice->text) : NULL;

    if (text)
        said.text = text;
    notify_bytes(out, &said, where());
    free(text);
}

static void show(struct viewer *v, const struct stored_notice *list, size_t count, bool rings)
{
    struct buf out;

    buf_init(&out, (size_t)AT_ONCE * BYTES_MOST);
    for (size_t i = 0; i < count; i++)
        if (!v->notify.off)
            add_notice(v, &out, &list[i]);
    if (rings && !v->notify.off)
        (void)buf_text(&out, "\a");
    if (out.len > 0) {
        screen_send(v->screen, out.bytes, out.len);
        v->want_draw = true;
    }
    buf_done(&out);
}

/* Of very many the first are enough to read, but not to hear. */
static bool rings_behind(struct store *store, int64_t id, struct arena *arena)
{
    struct stored_notice list[AT_ONCE];
    size_t count;

    while ((count = store_notices_after(store, id, list, AT_ONCE, arena)) > 0) {
        for (size_t i = 0; i < count; i++)
            if ((list[i].ways & NOTICE_BELL) && list[i].loud)
                return true;
        id = list[count - 1].id;
    }
    return false;
}

void notify_look(struct viewer *v)
{
    struct stored_notice list[AT_ONCE];
    struct arena arena = { 0 };
    bool rings = false, failed;
    struct dx_error err = { 0 };
    int64_t last, firing;
    size_t count = 0;

    if (!store_begin(v->app->store, &err))
        return; /* the frame says so */
    /* What failed before this is no matter. */
    (void)store_failed(v->app->store, &err);
    last = store_last_notice(v->app->store);
    if (v->notify.begun && last > v->notify.last)
        count = store_notices_after(v->app->store, v->notify.last, list, AT_ONCE, &arena);
    if (count == AT_ONCE)
        rings = rings_behind(v->app->store, list[AT_ONCE - 1].id, &arena);
    firing = store_titled(v->app->store, clock_now(&v->app->clock));
    failed = store_failed(v->app->store, &err);
    store_end(v->app->store);
    if (failed) { /* the next look tells of it; 0 would be all that ever was */
        arena_free(&arena);
        return;
    }
    v->notify.begun = true;
    v->notify.last = last;
    show(v, list, count, rings);
    set_title(v, v->notify.off ? 0 : firing);
    arena_free(&arena);
}

void notify_switch(struct viewer *v)
{
    v->notify.off = !v->notify.off;
    notify_look(v);
    viewer_say(v, v->notify.off ? "alert rules ring no bell here, and leave the title alone"
                                : "alert rules ring the bell here, as they ask for");
}
