/* panel_kit: a panel that does what the test says, on a screen of 8 x 60. */
#ifndef TESTS_PANEL_KIT_H
#define TESTS_PANEL_KIT_H

#include <criterion/criterion.h>

#include "panel/host.h"
#include "reader.h"

static const int64_t NOW = 1790000000000;

/* What the panel does when it is called, and how often it was. */
struct panel_kit {
    int opens, closes, updates, draws, events;
    bool fail;                  /* open() and update() */
    const char *words;          /* NULL: without any */
    int slow_update, slow_draw; /* ms */
    int rows;                   /* that it lists: "row 0" ... */
    void (*update)(const struct dx_view *view, struct dx_list *list);
    void (*event)(struct dx_host *host);
};
extern struct panel_kit panel;

struct state { /* its options, then its own */
    int64_t limit;
    const char *title;
    int64_t own;
};

extern struct dx_panel paints, lists; /* both are called "fake"; one has a column */
extern struct instance in;
extern struct grid grid;
extern struct dx_canvas canvas;

void panel_start(void); /* for .init */
void panel_stop(void);  /* for .fini: closes the instance; no rows may be open */

void panel_update(void);
/* A line of the panel as it is drawn now, without the blanks at its end; what is
 * not ASCII as <hex>. */
const char *panel_line(int row);
bool panel_shows(const char *what); /* in one of its lines */

#endif
