/* lines: a log as lines that can be read and shown. */
#ifndef SOURCE_LINES_H
#define SOURCE_LINES_H

#include "core/buf.h"
#include "model/batch.h"

/* Each line of text, cleaned, behind a line feed but for the first, at most 2,000
 * bytes of it; lines with nothing in them are left out. Escape sequences go, so do
 * marks of GitLab's sections, and what a carriage return overwrote. cut: text
 * begins in the middle of a line, which is left out. */
void source_lines(struct buf *out, const char *text, size_t len, bool cut);

/* The end of a failed job's log that is kept: so many lines of it, in so many bytes at most. */
enum { TAIL_LINES = 200, TAIL_BYTES = 32 << 10 };
const char *lines_tail(const char *text, size_t len); /* where it begins */
/* Its lines, each as clean() has it, with a line feed between them; without those that are ""
 * then. It is the batch's. */
const char *lines_kept(struct batch *batch, const char *text, size_t len,
                       const char *(*clean)(struct batch *batch, const char *line, size_t len));

#endif
