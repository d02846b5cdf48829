/* shrink: what is free in a file that is larger than it may be goes back to the system. */
#ifndef STORE_SHRINK_H
#define STORE_SHRINK_H

#include "store/internal.h"

struct file_size {
    int64_t pages, free_pages, page_bytes;
};
bool file_size(struct store *store, struct file_size *size, struct dx_error *err);
/* Of the lock's holder: a slice, in a write of its own. store->shrinks says whether there may be
 * more to give back. */
bool shrink(struct store *store, struct dx_error *err);

#endif
