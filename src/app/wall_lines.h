/* wall_lines: what stands around the pages of the wall: the title and the time above; below a
 * rule the sentence, which page it is, how the sources are. */
#ifndef APP_WALL_LINES_H
#define APP_WALL_LINES_H

#include "app/facts.h"
#include "ui/canvas.h"

struct wall_lines {
    const char *title, *page, *message, *trouble; /* message, trouble: "" none */
    const struct facts *facts;
    size_t at, pages;
    bool paused, frozen, redacted;
    int64_t now_ms;
};

/* Where the page is. */
struct dx_box wall_inside(int rows, int cols);
void wall_lines_draw(struct dx_canvas *canvas, const struct wall_lines *lines);
void wall_lines_clock(struct dx_canvas *canvas, const struct wall_lines *lines);

#endif
