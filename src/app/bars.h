/* bars: the three lines around the panels: name and views, the headline (what
 * is wrong, in words), keys and the state of the sources. */
#ifndef APP_BARS_H
#define APP_BARS_H

#include "app/facts.h"
#include "ui/line.h"
#include "config/config.h"
#include "ui/canvas.h"

struct top_bar {
    const char *title; /* "acme platform" */
    const struct view_settings *views;
    size_t view_count, view;
    int64_t now_ms;
    int64_t frozen_ms;           /* 0: not frozen */
    const char *moment;          /* "as of Fri 20 Nov 14:00"; NULL or "": live */
    const struct keymap *keymap; /* each view stands behind its key */
};

void bars_top(struct dx_canvas *line, const struct top_bar *top);

/* trouble: of the collector or the store; it comes first. "" none. */
void bars_headline(struct dx_canvas *line, const struct facts *facts, const char *trouble,
                   int64_t now_ms);

/* In its place, week against week. */
struct compared {
    int64_t now_ms, before_ms;
    size_t worse, better; /* rows on the screen */
};
void bars_compared(struct dx_canvas *line, const struct compared *compared);

struct hint {
    const char *key, *what;
    bool kept; /* others go before it */
};
/* message: in place of the hints; "" none. hints end at key NULL. */
void bars_bottom(struct dx_canvas *line, const struct facts *facts, const struct hint *hints,
                 const char *message);

/* A line that is typed, in their place, and what it is about where there is room. Returns
 * the column of the cursor. */
int bars_type(struct dx_canvas *line, const struct facts *facts, char prompt,
              const struct line *typed, const char *about);

/* Where each view's tab stands, for the mouse: the view at col, or -1. */
int bars_tab_at(const struct top_bar *top, int cols, int col);

#endif
