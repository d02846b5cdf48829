/* header: what a reply's headers mean. Pure. */
#ifndef NET_HEADER_H
#define NET_HEADER_H

#include <dxtop/record.h>

/* Seconds to wait, from a number or a date (now_ms: the server's Date, else
 * ours); -1: not readable. */
int64_t header_retry_after(const char *value, int64_t now_ms);
/* "Tue, 24 Nov 2026 08:43:00 GMT" -> Unix ms; 0: not a date. */
int64_t header_date(const char *value);
/* The URL of rel="next" in a Link header, "" when there is none. Returns out. */
const char *header_next(const char *value, char *out, size_t cap);

/* Rate limits in the dialects of the systems that are polled (X-RateLimit-*,
 * RateLimit-*): -1 and 0 until said. */
struct limits {
    int64_t limit, remaining, reset_ms;
};
/* Takes the header over if it is one of them. A reset is Unix seconds, seconds
 * to wait, or a date in RFC 3339: told apart by its size and shape. */
void header_limit(struct limits *limits, const char *name, const char *value, int64_t now_ms);

#endif
