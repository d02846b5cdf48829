/* world_kit: a store, its collector's deriver, and all that is ever written into it, deed by
 * deed: each does to two such stores the same. */
#ifndef TESTS_WORLD_KIT_H
#define TESTS_WORLD_KIT_H

#include "derive/derive.h"
#include "store/store.h"

enum { WORLD_SOURCES = 4 };

struct world {
    struct store *store; /* the collector's, with the lock */
    struct deriver *deriver;
    int64_t id[WORLD_SOURCES];
};

struct world_deed {
    const char *name;
    bool (*run)(struct world *w, struct dx_error *err);
    bool slices; /* of several transactions */
};
extern const struct world_deed world_deeds[]; /* in their order; ends at NULL */

void world_begin(struct world *w, const char *name); /* in a directory of this name in kit.dir */
/* The same for a child process, in which nothing may be asserted, as deeds do not: Criterion would
 * go on there as if it were the test. */
bool world_open(struct world *w, const char *name, struct dx_error *err);
void world_end(struct world *w);

/* What its file holds, as another program sees it; meta: its own numbers too. */
uint64_t world_sum(const struct world *w, bool meta);

/* The rows of a query, as a sum; *said: an error was. */
uint64_t world_rows(struct store *store, enum dx_query query, const char *key, bool *said);
extern const char *const world_keys[]; /* of each kind; ends at NULL */

/* FNV-1a, which goes on with h. */
static inline uint64_t world_hash(uint64_t h, const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        h = (h ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
    return h;
}

#endif
