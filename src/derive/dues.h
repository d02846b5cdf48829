/* dues: by id, when its numbers change although no record does. */
#ifndef DERIVE_DUES_H
#define DERIVE_DUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dues {
    int64_t *ms;
    size_t count;
};

void dues_set(struct dues *dues, int64_t id, int64_t ms);
bool dues_has(const struct dues *dues, int64_t id, int64_t at_ms); /* so has who was never set */
void dues_done(struct dues *dues);

#endif
