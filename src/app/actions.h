/* actions: what keys and the mouse do. Names, keys and words are in model/action.h. */
#ifndef APP_ACTIONS_H
#define APP_ACTIONS_H

#include "app/deeds.h"
#include "core/buf.h"
#include "model/action.h"

/* An event of the screen: the text line first, then the focused panel, then the keys. */
void actions_event(struct viewer *v, const struct dx_event *event);
void actions_do(struct viewer *v, enum action action, const struct deed *deed);
void actions_print_mdoc(struct buf *out);
void actions_print_commands(struct buf *out); /* those that take something after them */

#endif
