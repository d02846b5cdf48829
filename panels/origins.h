/* origins: the URL of each source, for rows of which the source is all that can be opened. */
#ifndef PANELS_ORIGINS_H
#define PANELS_ORIGINS_H

#include <dxtop/panel.h>

struct origin {
    char name[80], url[600];
};

struct origins { /* { 0 }: none */
    struct origin *item;
    size_t count, cap;
};

void origins_read(struct origins *origins, const struct dx_view *view);     /* in update() */
const char *origins_url(const struct origins *origins, const char *source); /* "": not known */
void origins_free(struct origins *origins);

#endif
