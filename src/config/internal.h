/* internal: what the files of config/ share. */
#ifndef CONFIG_INTERNAL_H
#define CONFIG_INTERNAL_H

#include "config/config.h"

struct settings { /* the top level, as the table fills it */
    const char *title, *store, *theme;
    int color, glyphs, success_policy;
    bool mouse;
    struct dx_items patterns;
};

#endif
