/* origin: scheme, host and port of a URL; credentials never leave theirs. */
#ifndef NET_ORIGIN_H
#define NET_ORIGIN_H

#include <dxtop/record.h>

enum { URL_MAX = 8192 };

struct origin {
    char scheme[8], host[256];
    int port;
};

/* false: not an http or https URL. */
bool origin_of(struct origin *origin, const char *url);
bool origin_same(const struct origin *a, const struct origin *b);
bool origin_is_loopback(const struct origin *origin);
/* `to` as seen from `from` (a Location header), into out (URL_MAX bytes), without
 * user, password and fragment. Its scheme may be any. */
bool origin_join(char *out, const char *from, const char *to);

#endif
