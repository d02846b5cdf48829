/* strip: a line of a log without what was put around the words of the program that
 * wrote it. */
#ifndef INSIGHT_STRIP_H
#define INSIGHT_STRIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STRIP_MAX = 2000 }; /* bytes of a line that count */

struct stripped {
    const char *text; /* in the line or in the room; not terminated */
    size_t len;
    size_t mark_len; /* "##[error]" stands right before text: its length, else 0 */
    bool has_time;
    int64_t at_ms; /* see `timed` */
};

/* room: STRIP_MAX bytes, needed where something in the middle is left out. timed: read
 * the line's time, which is 0 otherwise. */
struct stripped strip_line(char *room, const char *line, size_t len, bool timed);

#endif
