/* header: what a reply's headers mean. Pure. */
#ifndef NET_HEADER_H
#define NET_HEADER_H

#include <dxtop/record.h>

/* Seconds to wait, from a number or a date (now_ms: the server's Date, else
 * ours); -1: not readable. */
int64_t header_retry_after(const char *value, int64_t now_ms);
/* "Tue, 24 Nov 2026 08:43:00 GMT" -> Unix ms; 0: not a date. The two old forms
 * of RFC 9110 section 5.6.7 are read as well. */
int64_t header_date(const char *value);
/* The URL of rel="next" in a Link header (RFC 8288; several headers are joined
 * by ", "), "" when there is none or it does not fit. Returns out. */
const char *header_next(const char *value, char *out, size_t cap);

#endif
