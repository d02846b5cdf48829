/* company_heap: what happens next in a week. */
#include "config.h"

#include "sim/company_heap.h"

static bool is_before(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->key < b->key;
}

void heap_put(struct heap *h, const struct heap_entry *entry)
{
    size_t at = h->count++;

    if (h->count > h->room) {
        h->room = h->room ? h->room * 2 : 4096;
        h->entries = mem_grow(h->entries, h->room, sizeof(*h->entries));
    }
    for (; at > 0 && is_before(entry, &h->entries[(at - 1) / 2]); at = (at - 1) / 2)
        h->entries[at] = h->entries[(at - 1) / 2];
    h->entries[at] = *entry;
}

struct heap_entry heap_take(struct heap *h)
{
    struct heap_entry first = h->entries[0], last = h->entries[--h->count];
    size_t at = 0, child;

    while ((child = 2 * at + 1) < h->count) {
        child += child + 1 < h->count && is_before(&h->entries[child + 1], &h->entries[child]);
        if (!is_before(&h->entries[child], &last))
            break;
        h->entries[at] = h->entries[child];
        at = child;
    }
    if (h->count > 0)
        h->entries[at] = last;
    return first;
}
