/* lists: what a list shows and in which order. */
#include "config.h"

#include "app/lists.h"

#include <string.h>
#include <strings.h>

#include "app/complete.h"
#include "app/deeds.h"
#include "app/move.h"
#include "core/text.h"
#include "model/action.h"

/* ---- the filter ---- */

static void set_filter(struct viewer *v, struct instance *in, const char *text)
{
    text_copy(in->table->filter, sizeof(in->table->filter), text);
    viewer_arrange(v, in);
    v->want_follow = v->want_follow || in->followed;
}

static void remember(struct viewer *v, const char *text)
{
    if (*text)
        text_copy(v->match, sizeof(v->match), text);
}

void do_filter(struct viewer *v, const struct deed *deed)
{
    struct instance *in = move_focused(v);

    v->want_draw = true;
    if (!in || !in->columns) {
        viewer_say(v, "this panel has no list to filter");
    } else if (*deed->text) {
        set_filter(v, in, deed->text);
        remember(v, in->table->filter);
    } else {
        v->typing = TYPING_FILTER;
        v->line.most = sizeof(in->table->filter) - 1;
        line_set(&v->line, in->table->filter);
    }
}

void lists_type(struct viewer *v, const struct dx_event *event)
{
    struct instance *in = move_focused(v);

    v->want_draw = true;
    if (!in || !in->columns || event->key == DX_KEY_ENTER || event->key == DX_KEY_ESC) {
        v->typing = TYPING_NONE;
        if (!in || !in->columns)
            return;
        if (event->key == DX_KEY_ESC)
            set_filter(v, in, "");
        else
            remember(v, in->table->filter);
    } else if (line_type(&v->line, event)) {
        set_filter(v, in, v->line.text);
    }
}

/* ---- what it fits ---- */

static void to_match(struct viewer *v, int by)
{
    struct instance *in = move_focused(v);

    if (!in || !in->columns) {
        viewer_say(v, "this panel has no list to search");
        return;
    }
    remember(v, in->table->filter);
    if (!*v->match) {
        viewer_say(v, "nothing was filtered for yet");
        return;
    }
    if (!table_find(in->table, v->match, by, move_visible(v)))
        viewer_say(v, "no other row fits %s", v->match);
    v->want_follow = v->want_follow || in->followed;
    v->want_draw = true;
}

void do_next_match(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    to_match(v, 1);
}

void do_previous_match(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    to_match(v, -1);
}

/* ---- the order ---- */

/* false: there is no such column, which was said. */
static bool sort_by(struct viewer *v, struct table *t, const char *text)
{
    const char *title = complete_meant(v, ACTION_SORT, text);

    for (int i = 0; title && i < t->column_count; i++) {
        if (strcasecmp(t->columns[i].title, title) == 0) {
            t->sort = i;
            return true;
        }
    }
    return false;
}

static void say_order(struct viewer *v, const struct table *t)
{
    if (t->sort < 0)
        viewer_say(v, "sorted as the panel yields");
    else
        viewer_say(v, "sorted by %s%s",
                   *t->columns[t->sort].title ? t->columns[t->sort].title : "state",
                   t->reverse ? ", the other way round" : "");
}

void do_sort(struct viewer *v, const struct deed *deed)
{
    struct instance *in = move_focused(v);

    if (!in || !in->columns)
        return;
    struct table *t = in->table;
    if (*deed->text && !sort_by(v, t, deed->text))
        return;
    if (!*deed->text)
        t->sort = t->sort + 1 < t->column_count ? t->sort + 1 : -1;
    viewer_arrange(v, in);
    say_order(v, t);
}

void lists_sort_at(struct viewer *v, struct instance *in, int column)
{
    struct table *t = in->table;
    bool again = t->sort == column;

    t->sort = again && t->reverse ? -1 : column;
    t->reverse = again && !t->reverse;
    viewer_arrange(v, in);
    say_order(v, t);
}

void do_reverse(struct viewer *v, const struct deed *deed)
{
    struct instance *in = move_focused(v);

    (void)deed;
    if (!in || !in->columns)
        return;
    in->table->reverse = !in->table->reverse;
    viewer_arrange(v, in);
}

/* ---- what changed ---- */

void lists_look(struct viewer *v)
{
    struct page *page = viewer_page(v);

    for (size_t i = 0; page->open && i < page->slot_count; i++)
        if (page->slots[i].box.rows > 0)
            instance_look(&page->slots[i].instance);
    v->want_draw = true;
}

void do_seen(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    lists_look(v);
}
