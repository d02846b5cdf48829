/* etags: which ETags of a poll may be kept, and when. */
#include "config.h"

#include "collect/etags.h"

#include <stdlib.h>

#include "core/mem.h"

struct etag_mark { /* a reply */
    size_t parent; /* the mark of its request */
    size_t open;   /* its decoder, and requests that it asked for, which are not through */
    bool failed, late, kept;
    char *key, *value; /* NULL: it has no ETag */
};

size_t etags_reply(struct etags *e, size_t mark, const char *key, const char *value)
{
    if (e->count == e->cap) {
        e->cap = e->cap ? 2 * e->cap : 64;
        e->marks = mem_grow(e->marks, e->cap, sizeof(*e->marks));
    }
    e->marks[e->count++] = (struct etag_mark){ .parent = mark,
                                               .open = 1,
                                               .key = *value ? mem_text(key) : NULL,
                                               .value = *value ? mem_text(value) : NULL };
    return e->count;
}

void etags_asked(struct etags *e, size_t mark, size_t requests, bool late)
{
    if (mark == 0)
        return;
    e->marks[mark - 1].open += requests;
    /* What comes of the pages behind it is late as well, so they are looked at too. */
    for (size_t m = mark; late && m > 0; m = e->marks[m - 1].parent)
        e->marks[m - 1].late = true;
}

void etags_through(struct etags *e, size_t mark, bool good)
{
    while (mark > 0) {
        struct etag_mark *m = &e->marks[mark - 1];

        m->failed |= !good;
        m->open--;
        if (m->open > 0)
            return;
        good = !m->failed;
        mark = m->parent;
    }
}

const struct etag *etags_ready(struct etags *e, bool last, size_t *count)
{
    if (e->ready_cap < e->count) {
        e->ready_cap = e->cap;
        e->ready = mem_grow(e->ready, e->ready_cap, sizeof(*e->ready));
    }
    *count = 0;
    for (size_t i = 0; i < e->count; i++) {
        struct etag_mark *m = &e->marks[i];

        if (!m->key || m->kept || m->failed || m->open > 0 || (m->late && !last))
            continue;
        m->kept = true;
        e->ready[(*count)++] = (struct etag){ .key = m->key, .value = m->value };
    }
    return e->ready;
}

void etags_done(struct etags *e)
{
    for (size_t i = 0; i < e->count; i++) {
        free(e->marks[i].key);
        free(e->marks[i].value);
    }
    free(e->marks);
    free(e->ready);
    *e = (struct etags){ .marks = NULL };
}
