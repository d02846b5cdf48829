/* move: where one is: rows, panels, views, and what was opened. */
#ifndef APP_MOVE_H
#define APP_MOVE_H

#include "app/viewer.h"

struct instance *move_focused(struct viewer *v); /* NULL: there is no panel */
int move_visible(struct viewer *v); /* rows of the focused list that are on the screen */
/* Rows, or to an end with INT_MIN and INT_MAX; lines, where the help is shown. */
void move_by(struct viewer *v, int by);
void move_into(struct viewer *v); /* open what is selected */
void move_to_view(struct viewer *v, size_t page);

#endif
