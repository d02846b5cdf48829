/* page: one view of the configuration on the screen: its panels, where they
 * stand, which has the focus. */
#ifndef APP_PAGE_H
#define APP_PAGE_H

#include "app/facts.h"
#include "config/config.h"
#include "panel/host.h"
#include "ui/layout.h"

struct slot {
    struct instance instance;
    const struct panel_settings *settings;
    struct dx_box box; /* on the page; rows 0: not shown */
    bool restore;      /* sort as it was when the program ended last */
    int sort;
    bool reverse;
};

struct page {
    const struct view_settings *settings;
    struct slot *slots; /* row by row */
    size_t slot_count;
    size_t focus;
    int zoomed; /* slot, or -1 */
    bool open;
    bool veiled;  /* it was read with names that are hidden now: it is not drawn until it is read */
    bool large;   /* key numbers have their share of it, and no frame around their own */
    bool hurried; /* the first frame of what is opened there does not wait for what takes long */
    const struct keymap *keymap; /* for what panels say of keys; NULL: as shipped */
    const struct as_of *before;  /* week against week, for the next update; NULL: not */
};

void page_init(struct page *page, const struct view_settings *settings);
void page_done(struct page *page);
/* Open the panels if they are not, place them in rows x cols, and read the
 * store into those that are shown. */
void page_update(struct page *page, const struct reader *reader, int64_t now_ms, int rows,
                 int cols);
void page_missed(struct page *page); /* the store could not be read */
/* A panel left out what takes long: page_follow() is to come behind the frame. */
bool page_owes(const struct page *page);
/* After a selection moved: read what follows it; and what was owed. */
void page_follow(struct page *page, const struct reader *reader, int64_t now_ms);
/* The panel before it of its kind that it follows; the one that shows what is
 * selected in it, with a list, and is on the screen. SIZE_MAX: none. */
size_t page_master(const struct page *page, size_t slot);
size_t page_follower(const struct page *page, size_t slot);
void page_rest(struct page *page);        /* it is not shown: rows go until the next update */
void page_close_steps(struct page *page); /* whatever was opened in it */
void page_hide(struct page *page);        /* that, too; what it was read with goes at once */
void page_draw(struct page *page, struct dx_canvas *canvas, int64_t now_ms);
/* The panel with the focus alone, where the others stand as they were drawn. */
void page_draw_focus(struct page *page, struct dx_canvas *canvas, int64_t now_ms);
/* What its panels, or one of them, found to be wrong. */
void page_findings(const struct page *page, struct facts *facts);
void page_panel_findings(const struct instance *in, struct facts *facts);
struct slot *page_focus(struct page *page);                /* NULL: no panel */
void page_move_focus(struct page *page, int by);           /* among those that are shown */
struct slot *page_at(struct page *page, int row, int col); /* NULL: none */

#endif
