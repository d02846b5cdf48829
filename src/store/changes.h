/* changes: pull and merge requests, their part of a commit; inside store only. */
#ifndef STORE_CHANGES_H
#define STORE_CHANGES_H

#include "store/internal.h"

/* What a reply does not say (a title, a first review, an end) stays as it was. */
bool changes_put(struct store *store, const struct poll *poll, const struct batch *batch,
                 struct dx_error *err);

#endif
