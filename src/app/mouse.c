/* mouse: it selects, scrolls and opens. */
#include "config.h"

#include "app/mouse.h"

#include "app/deeds.h"
#include "app/lists.h"
#include "app/move.h"
#include "app/wishes.h"

enum { WHEEL_ROWS = 3 };

void mouse_event(struct viewer *v, const struct dx_event *event)
{
    struct page *page = viewer_page(v);
    struct dx_event mine = *event;
    struct slot *slot = page_at(page, event->row - 2, event->col);
    bool was_focused;
    size_t at;
    int head;

    if (!v->mouse) /* some other program left it on */
        return;
    v->typing = TYPING_NONE; /* what is typed would go to another list */
    if (event->row == 0) {
        move_to_view(v, (size_t)viewer_tab_at(v, event->col));
        return;
    }
    if (v->overlay == OVERLAY_HELP) { /* it covers the panels */
        if (event->key >= 4)
            move_by(v, event->key == 4 ? -WHEEL_ROWS : WHEEL_ROWS);
        return;
    }
    if (!slot)
        return;
    was_focused = page->focus == (size_t)(slot - page->slots);
    page->focus = (size_t)(slot - page->slots);
    v->want_draw = true;
    if (event->key >= 4) {
        move_by(v, event->key == 4 ? -WHEEL_ROWS : WHEEL_ROWS);
        return;
    }
    mine.row = event->row - 2 - slot->box.row - !slot->instance.bare;
    mine.col = event->col - slot->box.col - !slot->instance.bare;
    if (wishes_offer(v, &slot->instance, &mine) || event->key != 1 || !slot->instance.columns)
        return;
    head = instance_paints(&slot->instance)
               ? -1
               : table_head_at(slot->instance.table, mine.row, mine.col);
    if (head >= 0) {
        lists_sort_at(v, &slot->instance, head);
        return;
    }
    at = slot->instance.table->at;
    if (!instance_select_at(&slot->instance, mine.row, mine.col))
        return;
    v->want_follow = v->want_follow || slot->instance.followed;
    if (was_focused && at == slot->instance.table->at)
        move_into(v); /* a second click */
}

void do_mouse(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    if (!screen_mouse(v->screen, !v->mouse)) {
        viewer_say(v, "this terminal reports no mouse");
        return;
    }
    v->mouse = !v->mouse;
    viewer_say(v, v->mouse ? "the mouse selects, scrolls and opens"
                           : "the mouse is the terminal's: it selects text");
}
