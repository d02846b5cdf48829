/* repair: a body that jansson would refuse whole for one bad byte is mended
 * first. What is fine is not copied. */
#ifndef SOURCE_REPAIR_H
#define SOURCE_REPAIR_H

#include "core/buf.h"

/* A BOM vanishes; invalid UTF-8, lone surrogates (\uD800), \u0000 and control
 * bytes become U+FFFD; a backslash that escapes nothing is doubled. Returns how
 * many places were mended. 0: body is fine as it is and out was not touched;
 * else out (initialised by the caller, with room for 3 * len) holds the copy. */
size_t repair(struct buf *out, const char *body, size_t len);

/* The second attempt, for what did not parse after the first: line breaks and
 * tabs inside of texts become blanks; numbers that no double can hold, NaN and
 * Infinity become null. Slower, for it has to know what is inside of a text. */
size_t repair_harder(struct buf *out, const char *body, size_t len);

#endif
