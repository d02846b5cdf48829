/* What a panel draws with: roles, the canvas, glyphs, widgets. Part of the panel interface;
 * <dxtop/panel.h> includes it. Structs begin with their size (set by the macros DX_GRAPH ...), so
 * that they can grow at their tail. */
#ifndef DXTOP_DRAW_H
#define DXTOP_DRAW_H

#include <dxtop/record.h>

/* ---- text and style ---- */

/* A panel names a meaning; the theme gives it a colour. */
enum dx_role {
    DX_ROLE_TEXT,
    DX_ROLE_DIM,
    DX_ROLE_TITLE,
    DX_ROLE_BORDER,
    DX_ROLE_BORDER_FOCUS,
    DX_ROLE_KEY,
    DX_ROLE_SELECTED, /* a background */
    DX_ROLE_GOOD,
    DX_ROLE_WARN,
    DX_ROLE_BAD,
    DX_ROLE_BUSY,
    DX_ROLE_STALE,
    DX_ROLE_SERIES_1,
    DX_ROLE_SERIES_2,
    DX_ROLE_SERIES_3,
    DX_ROLE_SERIES_4,
    DX_ROLE_SERIES_5,
    DX_ROLE_SERIES_6,
    DX_ROLE_HEAT_0,
    DX_ROLE_HEAT_1,
    DX_ROLE_HEAT_2,
    DX_ROLE_HEAT_3,
    DX_ROLE_HEAT_4,
    DX_ROLE_HEAT_5,
    DX_ROLE_HEAT_6,
    DX_ROLE_HEAT_7,
    DX_ROLE_COUNT
};

enum dx_attr {
    DX_BOLD = 1 << 0,
    DX_CHIP = 1 << 1, /* the background's colour on the role's colour; for bad and lost only */
    DX_ON_SELECTED = 1 << 2, /* on the background of a selected row */
    DX_SPAN = 1 << 3,  /* of a cell: its text goes on over the cells after it whose text is "" */
    DX_FLOOR = 1 << 4, /* of a cell with a sparkline: its values are to stay above the goal */
};

struct dx_style {
    enum dx_role role;
    unsigned attr;    /* enum dx_attr, or-ed */
    const char *link; /* NULL, or the URL that the text leads to; http and https only */
};

struct dx_box { /* a part of a canvas; may reach over its edge: it is clipped */
    int row, col, rows, cols;
};

struct dx_canvas; /* (0, 0) is the panel's own corner, inside its frame */
DX_EXPORT int dx_canvas_rows(const struct dx_canvas *canvas);
DX_EXPORT int dx_canvas_cols(const struct dx_canvas *canvas);

/* Put text at row, col, clipped to the canvas; a wide character is never
 * halved. style NULL: DX_ROLE_TEXT. Returns the columns used. */
DX_EXPORT int dx_put(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
                     const char *text);
/* The same within cols columns: right-aligned when align > 0, and cut with an
 * ellipsis at the end, or in the middle when middle is set. */
enum dx_fit { DX_FIT_LEFT, DX_FIT_RIGHT, DX_FIT_MIDDLE /* left, cut in the middle */ };
DX_EXPORT int dx_put_fit(struct dx_canvas *canvas, struct dx_box box, enum dx_fit fit,
                         const struct dx_style *style, const char *text);
/* The same over the box's rows, wrapped at blanks. Returns the rows used. */
DX_EXPORT int dx_put_wrapped(struct dx_canvas *canvas, struct dx_box box,
                             const struct dx_style *style, const char *text);
DX_EXPORT int dx_width(const char *text); /* in columns */

/* Write value as the unit asks into out (64 bytes hold any); NaN gives the
 * dash that means no data. Returns out. */
DX_EXPORT const char *dx_format(char *out, size_t cap, enum dx_unit unit, double value);

/* Glyphs that degrade with the terminal; one column each. */
enum dx_glyph {
    DX_GLYPH_GOOD,
    DX_GLYPH_WARN,
    DX_GLYPH_BAD,
    DX_GLYPH_NONE, /* no data */
    DX_GLYPH_FEW,  /* too few to say */
    DX_GLYPH_RUNNING,
    DX_GLYPH_LIVE,
    DX_GLYPH_LIMITED,
    DX_GLYPH_LOST,
    DX_GLYPH_UP,
    DX_GLYPH_DOWN,
    DX_GLYPH_SORTED,
    DX_GLYPH_ELLIPSIS,
    DX_GLYPH_PATH,
    DX_GLYPH_AT_MOST,
    DX_GLYPH_AT_LEAST,
    DX_GLYPH_PLUS_MINUS,
    DX_GLYPH_DOT,       /* quiet */
    DX_GLYPH_EDGE,      /* of a tile */
    DX_GLYPH_EDGE_LOUD, /* of one that is to be seen */
    DX_GLYPH_COUNT
};
DX_EXPORT const char *dx_glyph(const struct dx_canvas *canvas, enum dx_glyph glyph);

/* ---- widgets ---- */

struct dx_series {
    const char *name;
    enum dx_role role;
    const double *value; /* oldest first, evenly spaced over the graph; NaN is a gap */
    size_t count;
};

/* A line graph; with one series it is filled below the line, and the part past
 * the goal takes the role `past`. Axes: top, zero, the goal, and times. */
struct dx_graph {
    size_t size;
    const struct dx_series *series;
    size_t count;
    double min, max;    /* NaN: from the data (min: 0 when all are positive) */
    double goal;        /* NaN: none */
    bool goal_is_floor; /* the goal is to stay above it */
    bool legend;        /* name, min, max and current of each series, one row each */
    enum dx_role past;
    enum dx_unit unit;
    int64_t from_ms, to_ms; /* the times of the first and last column */
    bool bare;              /* nothing but the graph and the line of its goal: it is small */
    /* The first series a week before (NULL: none): a line behind it, which then is a line too. */
    const double *ghost;
    size_t ghost_count;
};
#define DX_GRAPH(...) (&(struct dx_graph){ .size = sizeof(struct dx_graph), __VA_ARGS__ })
DX_EXPORT void dx_graph(struct dx_canvas *canvas, struct dx_box box, const struct dx_graph *graph);

/* One row of eighth blocks. Values above `goal` take the role `past`. The scale
 * runs from 0 to max (NaN: the largest value). */
struct dx_spark {
    size_t size;
    const double *value;
    size_t count; /* where there are more than columns, each shows the worst of its own */
    double max, goal;
    enum dx_role role, past;
    bool goal_is_floor; /* the values below it are past it */
};
#define DX_SPARK(...) (&(struct dx_spark){ .size = sizeof(struct dx_spark), __VA_ARGS__ })
DX_EXPORT void dx_spark(struct dx_canvas *canvas, struct dx_box box, const struct dx_spark *spark);

/* A gauge: share 0 to 1 of the box's first row; goal NaN: none; share NaN: the
 * dash. */
DX_EXPORT void dx_gauge(struct dx_canvas *canvas, struct dx_box box, double share, double goal,
                        enum dx_role role);

/* Progress with its words: "filling: 1,240 of ~8,600 jobs" and a bar. */
DX_EXPORT void dx_progress(struct dx_canvas *canvas, struct dx_box box, double done, double total,
                           const char *words);

/* One row of heat: each value against goal (NaN: max of the values), 8 steps. */
DX_EXPORT void dx_heat(struct dx_canvas *canvas, struct dx_box box, const double *value,
                       size_t count, double goal);

/* The last results, oldest first, as enum dx_mark; where there are more than
 * columns, the newest. Height means state: ok is flat, a failure of the code
 * half as high as one of the platform, one of unknown cause between them. */
DX_EXPORT void dx_strip(struct dx_canvas *canvas, struct dx_box box, const char *marks);

/* An estimate and its interval, on a scale from 0 to max: ···──●──···  */
struct dx_interval {
    size_t size;
    double value, low, high, max; /* NaN value: the dash */
    enum dx_role role;            /* of the value */
};
#define DX_INTERVAL(...) (&(struct dx_interval){ .size = sizeof(struct dx_interval), __VA_ARGS__ })
DX_EXPORT void dx_interval(struct dx_canvas *canvas, struct dx_box box,
                           const struct dx_interval *interval);

/* Large digits, centred in the box: five rows when the box has room, else
 * three, else plain text. text: digits and . : % m s h d and the dash. */
DX_EXPORT void dx_big(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
                      const char *text);
/* Columns that it takes in digits of 5 or 3 rows; -1: it cannot be drawn so. */
DX_EXPORT int dx_big_cols(const struct dx_canvas *canvas, int rows, const char *text);

/* A frame as a panel has it in the outermost cells of the box: a title, a note at the right. */
DX_EXPORT void dx_frame(struct dx_canvas *canvas, struct dx_box box, const char *title,
                        const char *note, bool focused);

/* A heavy frame in the outermost cells of the box, for what has to be seen from afar. */
DX_EXPORT void dx_loud_frame(struct dx_canvas *canvas, struct dx_box box, enum dx_role role);

#endif
