/* mouse: it selects, scrolls and opens. */
#ifndef APP_MOUSE_H
#define APP_MOUSE_H

#include "app/viewer.h"

void mouse_event(struct viewer *v, const struct dx_event *event);

#endif
