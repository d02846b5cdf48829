/* company_heap: what happens next in a week. */
#ifndef SIM_COMPANY_HEAP_H
#define SIM_COMPANY_HEAP_H

#include "sim/company.h"

struct course; /* an attempt that is worked off */

struct heap_entry {
    int64_t at_ms;
    uint64_t key; /* decides between equals */
    struct course *course;
    struct company_job *job; /* that is ready, or over; NULL: the attempt is to be repeated */
};

struct heap {
    struct heap_entry *entries; /* yours to free */
    size_t count, room;
};

void heap_put(struct heap *heap, const struct heap_entry *entry);
struct heap_entry heap_take(struct heap *heap); /* the earliest; there must be one */

#endif
