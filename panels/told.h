/* told: one thing that happened, whole: a line of the log, or polls of a source that ended
 * alike; and the source that it speaks of. */
#ifndef PANELS_TOLD_H
#define PANELS_TOLD_H

#include "facts.h"

struct told {
    bool found;
    int64_t now_ms, first_ms, last_ms, n;
    enum dx_glyph glyph;
    enum dx_role role;
    char text[2400];
    struct facts source; /* look NULL: it is of no source */
};

/* How much a line of the log matters; returns its glyph. */
enum dx_glyph told_level(int64_t level, enum dx_role *role);

/* In update(): the line of the log with this key; the polls of the source that began to end so
 * at that moment. */
void told_line(struct told *told, const struct dx_view *view, const char *key);
void told_polls(struct told *told, const struct dx_view *view, const char *source, int64_t at_ms);
void told_draw(const struct told *told, struct dx_canvas *canvas); /* in draw() */

#endif
