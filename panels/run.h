/* run: the list of runs. */
#ifndef PANELS_RUN_H
#define PANELS_RUN_H

#include "ci.h"

extern const struct dx_column run_columns[];

struct run_list {
    const char *source, *key; /* key: a pipeline's; NULL: runs of all */
    enum ci_part part;
    bool open;        /* only those that are not done */
    int64_t since_ms; /* 0: however old */
    int64_t stuck_ms; /* those that run for longer are told; 0: none */
};

/* Yields rows for run_columns; how many. */
int64_t run_list(const struct dx_view *view, struct dx_list *list, const struct run_list *of);

#endif
