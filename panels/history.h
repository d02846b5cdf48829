/* history: what a source went through, newest first: its polls, those that ended alike in one
 * row, and what the log has of it. */
#ifndef PANELS_HISTORY_H
#define PANELS_HISTORY_H

#include <dxtop/panel.h>

extern const struct dx_column history_columns[];

/* In update(): the rows of the source with this name and URL. */
void history_list(const struct dx_view *view, struct dx_list *list, const char *source,
                  const char *url);
/* What the key of such a row is of: the moment at which polls began to end so, or with *line the
 * key of a line of the log. */
int64_t history_polls(const char *key, const char **line);

#endif
