/* grid_kit: a grid without a terminal, and the canvas that is all of it. */
#ifndef GRID_KIT_H
#define GRID_KIT_H

#include "ui/canvas.h"

extern struct grid grid;
extern struct dx_canvas canvas;

void grid_start(int rows, int cols, enum glyph_set set); /* grid_done() ends it */

#endif
