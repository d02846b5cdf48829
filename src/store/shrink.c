/* shrink: what is free in a file that is larger than it may be goes back to the system, some
 * pages after the other: those at its end move into the free ones. A checkpoint then cuts it.
 * Nothing else of a file ever gets smaller, for what is free is used again. */
#include "config.h"

#include "store/shrink.h"

#include <stdio.h>

enum { SLICE_PAGES = 512 }; /* 2 MiB: some milliseconds, and no more than that in the WAL */

bool file_size(struct store *store, struct file_size *size, struct dx_error *err)
{
    return store_ask(store, "PRAGMA page_count", &size->pages, err) &&
           store_ask(store, "PRAGMA freelist_count", &size->free_pages, err) &&
           store_ask(store, "PRAGMA page_size", &size->page_bytes, err);
}

static bool give_back(struct store *store, void *what, struct dx_error *err)
{
    const int64_t *pages = what;
    char sql[64];

    (void)snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)", (int)*pages);
    return store_exec(store, sql, err);
}

/* While a reader keeps checkpoints from finishing it would only make the WAL longer. */
bool shrink(struct store *store, struct dx_error *err)
{
    struct file_size size;
    int64_t pages;

    store->shrinks = false;
    if (store->limit_bytes <= 0 || store->stuck_since_ms > 0)
        return true;
    if (!file_size(store, &size, err))
        return false;
    pages = size.pages - store->limit_bytes / size.page_bytes; /* too many */
    if (pages > size.free_pages)
        pages = size.free_pages;
    if (pages <= 0)
        return true;
    store->shrinks = pages > SLICE_PAGES;
    if (store->shrinks)
        pages = SLICE_PAGES;
    return store_write(store, give_back, &pages, err);
}
