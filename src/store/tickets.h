/* tickets: their part of a commit; inside store only. */
#ifndef STORE_TICKETS_H
#define STORE_TICKETS_H

#include "store/internal.h"

/* Of the same ticket as it was, nothing changes. */
bool tickets_put(struct store *store, const struct poll *poll, const struct batch *batch,
                 struct dx_error *err);

#endif
