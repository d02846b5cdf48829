/* line: a line of text that the user types: the filter, a command. */
#ifndef UI_LINE_H
#define UI_LINE_H

#include <dxtop/panel.h>

enum { LINE_MOST = 255 };

struct line {
    char text[LINE_MOST + 1];
    size_t at;   /* the cursor stands before this byte */
    size_t most; /* bytes that it may have; 0: LINE_MOST */
};

void line_set(struct line *line, const char *text); /* what fits, the cursor behind it */
/* A key that types or edits. false: it does neither. What could not be shown as it is
 * (control and bidi characters) is not taken. */
bool line_type(struct line *line, const struct dx_event *event);

#endif
