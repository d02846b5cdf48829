/* views: what is shown when the configuration names no views. */
#ifndef APP_VIEWS_H
#define APP_VIEWS_H

#include <stdbool.h>

/* As a configuration; metrics: all there is comes from a Prometheus or an
 * Alertmanager. */
const char *views_builtin(bool metrics);

#endif
