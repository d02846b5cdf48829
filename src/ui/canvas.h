/* canvas: a grid of cells that panels paint on. Knows no terminal; the screen
 * shows it, tests dump it. A canvas may be a window into a larger one. */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdint.h>
#include <stdio.h>
#include <uchar.h>

#include <dxtop/panel.h>

#include "ui/glyphs.h"

struct cell {
    char32_t cp[4]; /* one grapheme; cp[0] 0: blank, or the right half of a wide one */
    uint8_t width;  /* 1 or 2; 0: the right half */
    uint8_t role;   /* enum dx_role */
    uint8_t attr;   /* enum dx_attr */
    uint8_t none;   /* with it there is no padding: cells are compared byte by byte */
    uint32_t link;  /* index + 1 in the grid's links; 0 none */
};

/* The cells and links that belong together; canvases are windows into it. */
struct grid {
    int rows, cols;
    struct cell *cells; /* rows * cols */
    bool *touched;      /* of each row: something was put there since who shows it looked */
    char **links;
    size_t link_count, link_cap;
    const struct glyphs *glyphs;
};

void grid_init(struct grid *grid, int rows, int cols, const struct glyphs *glyphs);
void grid_done(struct grid *grid);
void grid_clear(struct grid *grid);
void grid_touch(struct grid *grid); /* all of it */
/* Where it goes has ASCII only: what is more becomes that, in the columns it has. */
void grid_ascii(struct grid *grid);
const char *grid_link(const struct grid *grid, const struct cell *cell); /* NULL: none */

struct dx_canvas {
    struct grid *grid;
    int row, col, rows, cols; /* the window; clipped to it */
    bool stale; /* everything put becomes dim (old data loses its colour before its place) */
};

struct dx_canvas canvas_of(struct grid *grid);
struct dx_canvas canvas_sub(const struct dx_canvas *canvas, struct dx_box box);
struct cell *canvas_cell(const struct dx_canvas *canvas, int row, int col); /* NULL: outside */

/* dx_put(), dx_put_fit() and dx_put_wrapped() of <dxtop/panel.h>. */
int canvas_put(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
               const char *text);
int canvas_put_fit(struct dx_canvas *canvas, struct dx_box box, enum dx_fit fit,
                   const struct dx_style *style, const char *text);
int canvas_put_wrapped(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
                       const char *text);
/* A box full of a glyph that is one column wide. */
void canvas_line(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
                 const char *glyph);
/* Formatted: returns the columns used. */
int canvas_print(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
                 const char *fmt, ...) DX_PRINTF(5, 6);

/* As it was before anything was put there. */
void canvas_clear(struct dx_canvas *canvas);

/* Put the attributes on what stands in the box (a selected row). */
void canvas_attr(struct dx_canvas *canvas, struct dx_box box, unsigned attr);

/* The glyphs, then roles as letters (a: first role) with attributes in a third
 * block (0-7): golden tests. */
void grid_dump(const struct grid *grid, FILE *out);

#endif
