/* plain: --plain: no full screen: a line for each change, for screen readers and logs. */
#ifndef APP_PLAIN_H
#define APP_PLAIN_H

#include "app/app.h"

/* Until SIGINT, SIGTERM, or nobody reads it. Returns the exit code. */
int plain_run(struct app *app, struct dx_error *err);

#endif
