/* state: what the user changed on the screen (theme, view, sort) and
 * finds again next time. The configuration is never rewritten. */
#ifndef APP_STATE_H
#define APP_STATE_H

#include "app/viewer.h"

/* <store>.state, JSON, and <store>.history, what was typed behind `:`; a file that cannot
 * be read is as good as none. */
void state_load(struct viewer *v);
void state_save(struct viewer *v);

extern const char *const state_themes[]; /* ends at NULL */
void state_next_theme(struct viewer *v);
void state_use_theme(struct viewer *v, const char *name); /* or say why not */

#endif
