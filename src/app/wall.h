/* wall: the screen that is read from three metres: pages of key numbers in large digits,
 * and views, that turn by themselves; at the bottom a sentence says what is wrong. */
#ifndef APP_WALL_H
#define APP_WALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "panel/host.h"
#include "ui/canvas.h"

enum { WALL_VIEWS = 9 };

struct wall {
    bool on;
    bool open;            /* the panel of the key numbers is */
    struct config config; /* with that panel alone */
    struct instance health;
    size_t view[WALL_VIEWS], view_count; /* of the viewer's pages, after the health's */
    size_t at;                           /* the page that is shown */
    int64_t turn_ms;                     /* boot time: then the next one comes */
    bool paused;                         /* a key was pressed; until then it stays */
};

struct page;
struct viewer;

/* The panel is loaded with the first time. false: it cannot be, which was said. */
bool wall_enter(struct viewer *v);
void wall_done(struct wall *wall);
/* Read what it shows, within a transaction of the store. */
void wall_update(struct viewer *v, int rows, int cols);
void wall_draw(struct viewer *v, struct grid *grid);
void wall_draw_clock(struct viewer *v, struct grid *grid);
struct page *wall_view(struct viewer *v); /* the view on the screen; NULL: key numbers */
/* A key: most turn a page, all of them pause. */
void wall_event(struct viewer *v, const struct dx_event *event);
/* Is it time for the next page? */
void wall_tick(struct viewer *v, int64_t boot_ms);

#endif
