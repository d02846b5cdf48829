/* buf: a growing run of bytes with a ceiling. */
#include "config.h"

#include "core/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum { FIRST = 256 };

void buf_init(struct buf *buf, size_t ceiling)
{
    *buf = (struct buf){ .ceiling = ceiling };
}

void buf_done(struct buf *buf)
{
    free(buf->bytes);
    *buf = (struct buf){ .ceiling = buf->ceiling };
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->full = false;
    if (buf->bytes)
        buf->bytes[0] = '\0';
}

/* Room for len more bytes and the final NUL. */
static bool make_room(struct buf *buf, size_t len)
{
    size_t cap = buf->cap ? buf->cap : FIRST;

    if (len > buf->ceiling || buf->len > buf->ceiling - len) {
        buf->full = true;
        return false;
    }
    while (cap - 1 < buf->len + len)
        cap = cap > SIZE_MAX / 2 ? buf->len + len + 1 : 2 * cap;
    if (cap != buf->cap) {
        buf->bytes = mem_grow(buf->bytes, cap, 1);
        buf->cap = cap;
    }
    return true;
}

bool buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (!make_room(buf, len))
        return false;
    if (len > 0)
        memcpy(buf->bytes + buf->len, bytes, len);
    buf->len += len;
    buf->bytes[buf->len] = '\0';
    return true;
}

bool buf_text(struct buf *buf, const char *text)
{
    return buf_add(buf, text, strlen(text));
}

bool buf_print(struct buf *buf, const char *fmt, ...)
{
    va_list ap, again;
    bool ok;

    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    ok = len >= 0 && make_room(buf, (size_t)len);
    if (ok) {
        (void)vsnprintf(buf->bytes + buf->len, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    return ok;
}
