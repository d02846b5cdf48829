/* lists: what a list shows and in which order. */
#ifndef APP_LISTS_H
#define APP_LISTS_H

#include "app/viewer.h"

/* A key while the filter of the focused panel is typed. */
void lists_type(struct viewer *v, const struct dx_event *event);

/* A click on the head of a column: sorted by it, then the other way round, then as the panel
 * yields. */
void lists_sort_at(struct viewer *v, struct instance *in, int column);

/* What the screen shows has been seen. */
void lists_look(struct viewer *v);

#endif
