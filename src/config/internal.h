/* internal: what the files of config/ share. */
#ifndef CONFIG_INTERNAL_H
#define CONFIG_INTERNAL_H

#include "config/config.h"
#include "config/option.h"

struct settings { /* the top level, as the table fills it */
    const char *title, *store, *theme;
    int color, glyphs, success_policy;
    bool mouse;
    struct dx_items patterns;
    const char *runbooks;
};

struct calendar_settings {
    const char *zone;
    struct dx_items hours, holidays; /* of struct calendar_days_settings, of const char * */
};

struct calendar_days_settings {
    const char *days;      /* "mon-fri" */
    struct dx_items hours; /* of const char *: "09:00-17:00" */
};

/* section: NULL, none. Always fills calendar, as far as there is nothing to complain of. */
void calendar_load(struct option_context *context, struct calendar *calendar,
                   const struct yaml *section);

#endif
