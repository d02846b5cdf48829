/* config_kit: a configuration that is loaded from a text, and what is said of it. */
#ifndef TESTS_CONFIG_KIT_H
#define TESTS_CONFIG_KIT_H

#include <criterion/criterion.h>

#include "config/config.h"

extern struct config config; /* what was loaded last */
extern char said[8192];      /* of it, "t.yaml:2:5: ..." a line */

/* These are the kinds of its sources and of its panels; NULL: there are none. */
bool config_kit_load(const char *text, const struct config_kinds *kinds);

#endif
