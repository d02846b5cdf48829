/* nosource: the option source of a panel may name none that there is. */
#ifndef PANELS_NOSOURCE_H
#define PANELS_NOSOURCE_H

#include <dxtop/panel.h>

/* In update(), for dx_empty(): `There is no source "jria"; there are github, jira.` false: there
 * is one of that name, none is asked for (""), or nobody knows yet which there are. */
bool no_source(char *out, size_t cap, const struct dx_view *view, const char *source);

#endif
