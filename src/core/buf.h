/* buf: a growing run of bytes that knows its ceiling from birth. What would
 * pass the ceiling is not taken, and the buffer says so from then on. */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stddef.h>

#include <dxtop/record.h>

struct buf {
    char *bytes; /* NUL behind the last byte; NULL while empty */
    size_t len, cap, ceiling;
    bool full; /* something did not fit */
};

void buf_init(struct buf *buf, size_t ceiling);
void buf_done(struct buf *buf);  /* frees; buf can be init'ed again */
void buf_clear(struct buf *buf); /* keeps the memory */

/* false: past the ceiling; nothing was added and buf->full is set. */
bool buf_add(struct buf *buf, const void *bytes, size_t len);
bool buf_text(struct buf *buf, const char *text);
bool buf_print(struct buf *buf, const char *fmt, ...) DX_PRINTF(2, 3);

#endif
