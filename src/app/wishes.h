/* wishes: what a panel, or the user, asks of others: a browser, the clipboard, the
 * collector. */
#ifndef APP_WISHES_H
#define APP_WISHES_H

#include "app/viewer.h"

/* Let a panel have the event. false: it has no use for it. */
bool wishes_offer(struct viewer *v, struct instance *in, const struct dx_event *event);

#endif
