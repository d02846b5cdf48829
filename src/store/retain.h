/* retain: what goes of runs and jobs when they are old, and how far back they reach. */
#ifndef STORE_RETAIN_H
#define STORE_RETAIN_H

#include "store/internal.h"

/* Within the upkeep's write: a slice of what ended before the day of before_ms. */
bool retain_runs(struct store *store, int64_t before_ms, int64_t now_ms, struct dx_error *err);
bool retain_hours(struct store *store, int64_t before_ms, struct dx_error *err);
/* A run that ended or changed last at ms is not taken, nor asked for: it would go at once. */
bool retain_refuses(const struct store *store, int64_t ms);

#endif
