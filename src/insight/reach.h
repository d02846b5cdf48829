/* reach: whether records go back far enough for a window to be compared with. */
#ifndef INSIGHT_REACH_H
#define INSIGHT_REACH_H

#include <stdbool.h>
#include <stdint.h>

/* Do they reach to the beginning of a window of that length, or nearly? first_ms: the first
 * record; 0: there is none. Of a window of which only a part is known, nothing is said. */
bool reaches(int64_t first_ms, int64_t from_ms, int64_t window_ms);
/* From when on they do, for the window before one that ends then. */
int64_t reaches_from(int64_t first_ms, int64_t window_ms);

#endif
