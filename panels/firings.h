/* firings: when an alert rule fired for one of the things it looks at: the rows in a rule. */
#ifndef PANELS_FIRINGS_H
#define PANELS_FIRINGS_H

#include <dxtop/panel.h>

extern const struct dx_column firing_columns[];

/* In update(): rows for these columns, the latest first, of the row of RULES with this key. */
void firings_list(const struct dx_view *view, struct dx_list *list, const char *rule_key);

#endif
