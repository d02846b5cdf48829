/* actions: what keys and the mouse do. The table is also the help screen and
 * the table of keys in dxtop(1). */
#ifndef APP_ACTIONS_H
#define APP_ACTIONS_H

#include "app/viewer.h"

struct action {
    const char *name; /* "sort" */
    const char *keys; /* names of ui/keys.h, separated by blanks */
    const char *help;
    void (*run)(struct viewer *v, const struct dx_event *event);
    bool hint; /* shown in the last line when there is room */
    const char *hint_key, *hint_word;
};

extern const struct action actions[]; /* ends at name NULL */

/* An event of the screen: the text line first, then the focused panel, then the table. */
void actions_event(struct viewer *v, const struct dx_event *event);
/* The action of the table that opens a row. */
void actions_open(struct viewer *v, const struct dx_event *event);
void actions_print_mdoc(struct buf *out);

#endif
