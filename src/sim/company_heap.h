/* company_heap: jobs by the moment at which they are ready. */
#ifndef SIM_COMPANY_HEAP_H
#define SIM_COMPANY_HEAP_H

#include "sim/company.h"

struct course; /* whatever the job belongs to */

struct heap_entry {
    int64_t ready_ms;
    uint64_t key; /* decides between equals */
    struct course *course;
    struct company_job *job;
};

struct heap {
    struct heap_entry *entries; /* yours to free */
    size_t count, room;
};

void heap_put(struct heap *heap, struct course *course, struct company_job *job);
struct heap_entry heap_take(struct heap *heap); /* the earliest; there must be one */

#endif
