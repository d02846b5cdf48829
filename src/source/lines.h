/* lines: a log as lines that can be read and shown. */
#ifndef SOURCE_LINES_H
#define SOURCE_LINES_H

#include "core/buf.h"

/* Each line of text, cleaned, behind a line feed but for the first, at most 2,000
 * bytes of it; lines with nothing in them are left out. Escape sequences go, so do
 * marks of GitLab's sections, and what a carriage return overwrote. cut: text
 * begins in the middle of a line, which is left out. */
void source_lines(struct buf *out, const char *text, size_t len, bool cut);

#endif
