/* demo: the simulated platform on loopback, and the normal program against it. */
#ifndef APP_DEMO_H
#define APP_DEMO_H

#include <stdio.h>

#include "app/app.h"

/* Start dxtop-sim, write a configuration for it in a fresh directory (or in
 * --state DIR, which is kept), load it and run `view`; then end both. */
int demo_run(struct app *app, int (*view)(struct app *app));

/* Its configuration, with the simulated platform at url. */
void demo_print_config(const char *url, FILE *out);

#endif
