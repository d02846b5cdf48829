/* reach: whether records go back far enough for a window to be compared with. */
#include "config.h"

#include "insight/reach.h"

enum { PART = 8 }; /* of a window: so much of its beginning may have been quiet */

bool reaches(int64_t first_ms, int64_t from_ms, int64_t window_ms)
{
    return first_ms > 0 && first_ms <= from_ms + window_ms / PART;
}

int64_t reaches_from(int64_t first_ms, int64_t window_ms)
{
    return first_ms + 2 * window_ms - window_ms / PART;
}
