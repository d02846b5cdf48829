/* widgets: what panels paint with; the exported dx_... functions of
 * panel/api.c are these, and <dxtop/panel.h> explains them. */
#ifndef UI_WIDGETS_H
#define UI_WIDGETS_H

#include "core/time.h"
#include "ui/canvas.h"

void graph_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_graph *graph);
/* graph_times.c: as many marks as leave "-10d" and "-2h" rather than "-10d12h" and "-1h30m", if any
 * do; and one of them, so long ago. */
int time_marks(int64_t span_ms, int cols);
const char *time_mark(char out[TIME_TEXT], int64_t ago_ms, int64_t span_ms);
void spark_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_spark *spark);
void gauge_draw(struct dx_canvas *canvas, struct dx_box box, double share, double goal,
                enum dx_role role);
void progress_draw(struct dx_canvas *canvas, struct dx_box box, double done, double total,
                   const char *words);
void heat_draw(struct dx_canvas *canvas, struct dx_box box, const double *value, size_t count,
               double goal);
/* A sentence, cut behind a word where that leaves most of it. least > 0: it is a name, and what is
 * said of it two blanks behind: the name gives way, in its middle, down to so many columns:
 * "acme/sea…ws, x64)  3 commits, 5 needed to say". */
void span_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
               const char *text, int least);
void strip_draw(struct dx_canvas *canvas, struct dx_box box, const char *marks);
/* The same results as a glyph each, with blanks between them where they fit. */
void tries_draw(struct dx_canvas *canvas, struct dx_box box, const char *marks);
void interval_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_interval *of);
void big_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
              const char *text);
int big_cols(const struct dx_canvas *canvas, int rows, const char *text);

/* dx_format(): unknown (NaN) is the dash of `glyphs`, NULL: "–". */
const char *format_value(char *out, size_t cap, enum dx_unit unit, double value);

/* A panel's frame in the whole canvas: title at column 3, after the path that led
 * there (NULL: none; what does not fit of it is left out from its start); note at the right of
 * the top line (role: dim, or stale), foot at the right of the bottom line.
 * focused changes the frame's colour only. Returns the inside. */
struct frame {
    const char *title, *note, *foot, *path;
    enum dx_role note_role;
    bool focused;
    bool heat; /* a legend of the steps of heat, after the foot */
};
struct dx_canvas frame_draw(struct dx_canvas *canvas, const struct frame *frame);
/* How many columns of a note are seen beside that title and path. */
int frame_note_cols(const struct dx_canvas *canvas, const struct frame *frame);
void frame_loud(struct dx_canvas *canvas, struct dx_box box, enum dx_role role);

#endif
