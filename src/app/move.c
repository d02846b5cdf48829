/* move: where one is: rows, panels, views, and what was opened. */
#include "config.h"

#include "app/move.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "app/complete.h"
#include "app/deeds.h"
#include "core/text.h"
#include "model/action.h"

enum { FRAME = 2 };

struct instance *move_focused(struct viewer *v)
{
    struct slot *slot = page_focus(viewer_page(v));

    return slot ? &slot->instance : NULL;
}

int move_visible(struct viewer *v)
{
    struct slot *slot = page_focus(viewer_page(v));
    int rows = slot && slot->instance.columns
                   ? instance_list_rows(&slot->instance, slot->box.rows - FRAME) - 1
                   : 1;

    return rows > 0 ? rows : 1;
}

/* Tiles for which there is no room are not gone to: nobody would see where one is. */
static void stay_painted(struct viewer *v, struct instance *in)
{
    size_t painted = instance_painted(in);

    if (painted > 0 && in->table->at >= painted)
        table_move(in->table, -(int)(in->table->at + 1 - painted), move_visible(v));
}

void move_by(struct viewer *v, int by)
{
    struct instance *in = move_focused(v);

    if (v->overlay == OVERLAY_HELP) {
        int far = by > INT_MAX / 2 ? 100000 : by;

        v->help_top = by == INT_MIN || v->help_top + far < 0 ? 0 : v->help_top + far;
        v->want_draw = true;
    } else if (in && in->columns) {
        table_move(in->table, by, move_visible(v));
        stay_painted(v, in);
        v->want_follow = v->want_follow || in->followed;
        v->want_panel = true;
    }
}

void do_up(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    move_by(v, -1);
}

void do_down(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    move_by(v, 1);
}

static int page_rows(struct viewer *v)
{
    if (v->overlay != OVERLAY_HELP)
        return move_visible(v);
    return v->help_rows > 1 ? v->help_rows : 1;
}

void do_page_up(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    move_by(v, -page_rows(v));
}

void do_page_down(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    move_by(v, page_rows(v));
}

void do_first(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    move_by(v, INT_MIN);
}

void do_last(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    move_by(v, INT_MAX);
}

void move_to_view(struct viewer *v, size_t page)
{
    if (page >= v->page_count)
        return;
    v->page = page;
    v->overlay = OVERLAY_NONE;
    v->want_update = true;
}

void do_view(struct viewer *v, const struct deed *deed)
{
    const char *name;

    if (!*deed->text) {
        move_to_view(v, (size_t)deed->nth);
        return;
    }
    if (deed->text[strspn(deed->text, "0123456789")] == '\0' &&
        strtoul(deed->text, NULL, 10) <= v->page_count) {
        move_to_view(v, strtoul(deed->text, NULL, 10) - 1); /* 0: past all of them */
        return;
    }
    name = complete_meant(v, ACTION_VIEW, deed->text);
    for (size_t i = 0; name && i < v->page_count; i++) {
        if (strcmp(v->pages[i].settings->name, name) == 0) {
            move_to_view(v, i);
            return;
        }
    }
}

/* Where tiles stand side by side the arrows go from one to the next, Tab to the panel. */
static bool to_next_tile(struct viewer *v, const struct deed *deed, int by)
{
    struct instance *in = move_focused(v);

    if (deed->tab || !in || v->overlay != OVERLAY_NONE || !instance_paints(in) ||
        (by < 0 ? in->table->at == 0 : in->table->at + 1 >= instance_painted(in)))
        return false;
    move_by(v, by);
    return true;
}

void do_next_panel(struct viewer *v, const struct deed *deed)
{
    if (to_next_tile(v, deed, 1))
        return;
    page_move_focus(viewer_page(v), 1);
    v->want_update = true;
}

void do_previous_panel(struct viewer *v, const struct deed *deed)
{
    if (to_next_tile(v, deed, -1))
        return;
    page_move_focus(viewer_page(v), -1);
    v->want_update = true;
}

/* Where a follower shows what is in the row, that is where to go. */
void move_into(struct viewer *v)
{
    struct page *page = viewer_page(v);
    struct instance *in = move_focused(v);
    const struct table_row *row = in && in->columns ? table_selected(in->table) : NULL;
    size_t follower = row && *row->into ? page_follower(page, page->focus) : SIZE_MAX;

    v->want_draw = true;
    if (v->overlay == OVERLAY_HELP)
        v->overlay = OVERLAY_NONE;
    else if (follower != SIZE_MAX)
        page->focus = follower;
    else if (in && instance_enter(in))
        v->want_update = true;
    else if (in && *instance_url(in))
        viewer_say(v, "%s", instance_url(in));
}

void do_open(struct viewer *v, const struct deed *deed)
{
    (void)deed; /* the panel has had it already */
    move_into(v);
}

void do_back(struct viewer *v, const struct deed *deed)
{
    struct page *page = viewer_page(v);
    struct instance *in = move_focused(v);
    size_t master = page_master(page, page->focus);

    (void)deed;
    v->want_update = true;
    if (v->overlay == OVERLAY_HELP)
        in = NULL; /* it covers the panel */
    if (in && in->columns && in->table->filter[0]) {
        text_copy(v->match, sizeof(v->match), in->table->filter);
        in->table->filter[0] = '\0';
        table_arrange(in->table);
    } else if (in && instance_back(in)) {
        return;
    } else if (v->overlay != OVERLAY_NONE) {
        v->overlay = OVERLAY_NONE;
    } else if (page->zoomed >= 0) {
        page->zoomed = -1;
    } else if (master != SIZE_MAX && page->slots[master].box.rows > 0) {
        page->focus = master;
    }
}

void do_zoom(struct viewer *v, const struct deed *deed)
{
    struct page *page = viewer_page(v);

    (void)deed;
    page->zoomed = page->zoomed >= 0 ? -1 : (int)page->focus;
    v->want_update = true;
}
