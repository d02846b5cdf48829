/* stale: from when on what a source brought is old: one rule for screens and alert rules. */
#ifndef MODEL_STALE_H
#define MODEL_STALE_H

#include <dxtop/record.h>

/* Unix ms, as dx_stale_from() of panel.h says. */
int64_t stale_from(enum dx_source_state state, int64_t last_ok_ms, int64_t every_ms);

#endif
