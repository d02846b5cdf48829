#include "config.h"

#include "grid_kit.h"

struct grid grid;
struct dx_canvas canvas;

void grid_start(int rows, int cols, enum glyph_set set)
{
    grid_init(&grid, rows, cols, &glyph_sets[set]);
    canvas = canvas_of(&grid);
}
