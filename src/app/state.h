/* state: what the user changed on the screen (theme, view, sort) and
 * finds again next time. The configuration is never rewritten. */
#ifndef APP_STATE_H
#define APP_STATE_H

#include "app/viewer.h"

/* <store>.state, JSON; a file that cannot be read is as good as none. */
void state_load(struct viewer *v);
void state_save(struct viewer *v);

void state_next_theme(struct viewer *v);

#endif
