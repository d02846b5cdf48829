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
void world_end(struct world *w);

#endif
