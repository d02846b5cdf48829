/* canvas: a grid of cells that panels paint on. Knows no terminal; the screen
 * shows it, tests dump it. A canvas may be a window into a larger one. */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdint.h>
#include <stdio.h>
#include <uchar.h>

#include <dxtop/panel.h>

#include "ui/glyphs.h"

/* Of one grapheme. Eight bytes: a screen has many thousands, twice. */
struct cell {
    uint32_t cp : 21;   /* its base; 0: blank, or the right half of a wide one */
    uint32_t width : 2; /* 1 or 2; 0: the right half */
    uint32_t attr : 4;  /* enum dx_attr */
    uint32_t none : 5;  /* with it there is no padding: cells are compared byte by byte */
    uint32_t role : 6;  /* enum dx_role */
    uint32_t link : 13; /* index + 1 in the grid's extras; 0 none */
    uint32_t marks : 13;
};
_Static_assert(sizeof(struct cell) == 8 && DX_ROLE_COUNT <= 1 << 6, "a cell has room for all");

/* What few cells have: where it links to, or the marks on the base, in UTF-8. */
struct extra {
    char *text;
    uint64_t hash;
};

/* The cells and what belongs to them; canvases are windows into it. */
struct grid {
    int rows, cols;
    struct cell *cells; /* rows * cols */
    bool *touched;      /* of each row: something was put there since who shows it looked */
    struct extra *extras;
    size_t extra_count, extra_cap;
    const struct glyphs *glyphs;
};

void grid_init(struct grid *grid, int rows, int cols, const struct glyphs *glyphs);
void grid_done(struct grid *grid);
void grid_clear(struct grid *grid);
void grid_touch(struct grid *grid); /* all of it */
/* Where it goes has ASCII only: what is more becomes that, in the columns it has. */
void grid_ascii(struct grid *grid);
const char *grid_link(const struct grid *grid, const struct cell *cell);  /* NULL: none */
const char *grid_marks(const struct grid *grid, const struct cell *cell); /* "": none */

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
/* A box full of a glyph; of a wide one half never stands in a last column. */
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
