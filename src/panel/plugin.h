/* plugin: find and load panel modules. A loaded panel stays loaded. */
#ifndef PANEL_PLUGIN_H
#define PANEL_PLUGIN_H

#include <dxtop/panel.h>

/* Where modules are looked for, first wins: each directory (and its parents)
 * must belong to the user or root and be writable by nobody else. */
struct plugins {
    const char *const *dirs; /* ends at NULL */
};

/* Load <dir>/<name>.so and return its panel; NULL: *err says why. */
const struct dx_panel *plugin_load(const struct plugins *plugins, const char *name,
                                   struct dx_error *err);
/* Names of the modules there are, sorted, ends at NULL; free with plugin_names_free(). */
char **plugin_names(const struct plugins *plugins);
void plugin_names_free(char **names);

#endif
