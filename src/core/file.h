/* file: files that are read whole. */
#ifndef CORE_FILE_H
#define CORE_FILE_H

#include <stddef.h>

#include <dxtop/record.h>

/* All of an ordinary file of at most so many bytes, with a NUL behind them, yours to free; it
 * never waits, as a FIFO would have one do. NULL: *err is why not, without the path: "cannot be
 * read: Permission denied". */
char *file_read(const char *path, size_t most, size_t *len, struct dx_error *err);

#endif
