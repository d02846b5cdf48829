/* repair: a body that jansson would refuse whole for one bad byte is mended
 * first: a BOM, invalid UTF-8, lone surrogates as \uD800, and NUL bytes. */
#ifndef SOURCE_REPAIR_H
#define SOURCE_REPAIR_H

#include "core/buf.h"

/* How many places were mended. 0: body is fine as it is and out was not
 * touched; else out (initialised by the caller) holds the mended copy. */
size_t repair(struct buf *out, const char *body, size_t len);

#endif
