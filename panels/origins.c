/* origins: the URL of each source. */
#include "origins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct origin *add(struct origins *o)
{
    if (o->count == o->cap) {
        size_t cap = o->cap ? 2 * o->cap : 8;
        struct origin *item = realloc(o->item, cap * sizeof(*item));

        if (!item)
            return NULL;
        o->item = item;
        o->cap = cap;
    }
    return &o->item[o->count++];
}

void origins_read(struct origins *o, const struct dx_view *view)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, NULL);

    o->count = 0;
    while (dx_next(rows)) {
        struct origin *origin = add(o);

        if (!origin)
            continue; /* then it is one that is not known */
        (void)snprintf(origin->name, sizeof(origin->name), "%s", dx_text(rows, DX_FIELD_SOURCE));
        (void)snprintf(origin->url, sizeof(origin->url), "%s", dx_text(rows, DX_FIELD_URL));
    }
}

const char *origins_url(const struct origins *o, const char *source)
{
    for (size_t i = 0; i < o->count; i++)
        if (strcmp(o->item[i].name, source) == 0)
            return o->item[i].url;
    return "";
}

void origins_free(struct origins *o)
{
    free(o->item);
    *o = (struct origins){ 0 };
}
