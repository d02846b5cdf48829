/* dues: when numbers change although no record does. */
#include "config.h"

#include "derive/dues.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum { FIRST = 64 };

void dues_set(struct dues *dues, int64_t id, int64_t ms)
{
    size_t count = dues->count ? dues->count : FIRST;

    while (count <= (size_t)id)
        count *= 2;
    if (count > dues->count) {
        dues->ms = mem_grow(dues->ms, count, sizeof(*dues->ms));
        memset(dues->ms + dues->count, 0, (count - dues->count) * sizeof(*dues->ms));
        dues->count = count;
    }
    dues->ms[id] = ms;
}

bool dues_has(const struct dues *dues, int64_t id, int64_t at_ms)
{
    return (size_t)id >= dues->count || dues->ms[id] <= at_ms;
}

void dues_done(struct dues *dues)
{
    free(dues->ms);
    *dues = (struct dues){ .count = 0 };
}
