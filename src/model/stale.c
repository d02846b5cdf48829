/* stale: from when on what a source brought is old. */
#include "config.h"

#include "model/stale.h"

enum { INTERVALS = 2 };

int64_t stale_from(enum dx_source_state state, int64_t last_ok_ms, int64_t every_ms)
{
    if (last_ok_ms > 0 && every_ms > (INT64_MAX - last_ok_ms) / INTERVALS)
        return INT64_MAX;
    if (last_ok_ms > 0)
        return last_ok_ms + INTERVALS * (every_ms > 0 ? every_ms : 0);
    return state == DX_SOURCE_LOST || state == DX_SOURCE_STOPPED ? 0 : INT64_MAX;
}
