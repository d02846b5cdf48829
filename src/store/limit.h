/* limit: the size that the store may have. */
#ifndef STORE_LIMIT_H
#define STORE_LIMIT_H

#include "store/internal.h"

/* From when on records stay, where by their age they would from kept_ms on. */
int64_t limit_before(const struct store *store, int64_t kept_ms);
/* Within the upkeep's write, behind what forgets by limit_before(): where the store is still too
 * large, it forgets a day more from now on. keep_ms: of records, by their age. */
bool limit_look(struct store *store, int64_t now_ms, int64_t keep_ms, struct dx_error *err);

#endif
