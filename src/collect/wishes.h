/* wishes: what viewers wish is granted soon after they said so, and once, whoever is killed or
 * holds the store meanwhile. */
#ifndef COLLECT_WISHES_H
#define COLLECT_WISHES_H

#include "core/time.h"
#include "store/bell.h"

struct wishes {
    struct store *store;
    const struct clock *clock;
    void (*granted)(void *self, const struct wish *wish);
    void (*warn)(void *self, const struct dx_error *err); /* what cannot be granted, and why */
    void *self;
    int64_t version; /* of the store, when none was left; 0: some may be */
    bool failed;     /* the last look did, and that was told */
};

/* Where nobody else wrote it costs next to nothing. BELL_LEFT: what is left waits, and is tried
 * again by the next look. */
enum bell_found wishes_look(struct wishes *wishes);

#endif
