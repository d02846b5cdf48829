/* lists: what a list shows and in which order. */
#include "config.h"

#include "app/lists.h"

#include <string.h>

#include "app/deeds.h"
#include "app/move.h"
#include "core/text.h"

void do_filter(struct viewer *v, const struct deed *deed)
{
    struct instance *in = move_focused(v);

    (void)deed;
    if (!in || !in->columns)
        viewer_say(v, "this panel has no list to filter");
    else
        v->filtering = true;
    v->want_draw = true;
}

void do_sort(struct viewer *v, const struct deed *deed)
{
    struct instance *in = move_focused(v);

    (void)deed;
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

void do_reverse(struct viewer *v, const struct deed *deed)
{
    struct instance *in = move_focused(v);

    (void)deed;
    if (!in || !in->columns)
        return;
    in->table->reverse = !in->table->reverse;
    viewer_arrange(v, in);
}

static void erase_last(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && ((unsigned char)text[len - 1] & 0xC0) == 0x80)
        len--;
    if (len > 0)
        len--;
    text[len] = '\0';
}

void lists_type(struct viewer *v, const struct dx_event *event)
{
    struct instance *in = move_focused(v);
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
