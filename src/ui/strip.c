/* strip: the last results in a row, and an estimate with its interval. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "ui/widgets.h"

struct look {
    const char *height, *glyph;
    enum dx_role role;
};

/* Height means state, so that it reads without colour, and a failed test never
 * looks like an outage. */
static struct look look_of(const struct glyphs *g, char mark)
{
    switch (mark) {
    case DX_MARK_OK:
        return (struct look){ g->strip_ok, g->glyph[DX_GLYPH_GOOD], DX_ROLE_BORDER };
    case DX_MARK_CODE:
        return (struct look){ g->strip_code, g->glyph[DX_GLYPH_BAD], DX_ROLE_DIM };
    case DX_MARK_UNKNOWN:
        return (struct look){ g->strip_unknown, g->glyph[DX_GLYPH_BAD], DX_ROLE_DIM };
    case DX_MARK_PLATFORM:
        return (struct look){ g->strip_platform, g->glyph[DX_GLYPH_BAD], DX_ROLE_BAD };
    case DX_MARK_RUNNING:
        return (struct look){ g->strip_running, g->glyph[DX_GLYPH_RUNNING], DX_ROLE_BUSY };
    default:
        return (struct look){ g->gap, g->glyph[DX_GLYPH_NONE], DX_ROLE_BORDER };
    }
}

void strip_draw(struct dx_canvas *canvas, struct dx_box box, const char *marks)
{
    size_t count = strlen(marks), fit = box.cols > 0 ? (size_t)box.cols : 0;
    size_t n = count < fit ? count : fit;

    for (size_t i = 0; i < n; i++) {
        struct look look = look_of(canvas->grid->glyphs, marks[count - n + i]);

        (void)canvas_put(canvas, box.row, box.col + box.cols - (int)n + (int)i,
                         &(struct dx_style){ .role = look.role }, look.height);
    }
}

void tries_draw(struct dx_canvas *canvas, struct dx_box box, const char *marks)
{
    size_t count = strlen(marks), cols = box.cols > 0 ? (size_t)box.cols : 0;
    size_t step = 2 * count <= cols + 1 ? 2 : 1;
    size_t n = step == 1 && count > cols ? cols : count;

    for (size_t i = 0; i < n; i++) {
        struct look look = look_of(canvas->grid->glyphs, marks[count - n + i]);
        enum dx_role role = look.role;

        if (role == DX_ROLE_BORDER || role == DX_ROLE_DIM) /* a glyph has to be read */
            role = marks[count - n + i] == DX_MARK_OK ? DX_ROLE_GOOD : DX_ROLE_TEXT;
        (void)canvas_put(canvas, box.row, box.col + (int)(i * step),
                         &(struct dx_style){ .role = role }, look.glyph);
    }
}

static int place(double value, double max, int cols)
{
    double share = max > 0. ? value / max : 0.;

    return (int)lround(fmin(fmax(share, 0.), 1.) * (cols - 1));
}

void interval_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_interval *of)
{
    const struct glyphs *g = canvas->grid->glyphs;
    struct dx_style border = { .role = DX_ROLE_BORDER }, dim = { .role = DX_ROLE_DIM };
    int at, low, high;

    if (box.cols < 1)
        return;
    if (isnan(of->value)) {
        (void)canvas_put(canvas, box.row, box.col, &dim, g->glyph[DX_GLYPH_NONE]);
        return;
    }
    at = place(of->value, of->max, box.cols);
    low = isnan(of->low) ? at : place(of->low, of->max, box.cols);
    high = isnan(of->high) ? at : place(of->high, of->max, box.cols);
    for (int i = 0; i < box.cols; i++) {
        bool inside = i >= low && i <= high;
        const char *glyph = inside ? g->gauge_rest : g->glyph[DX_GLYPH_DOT];

        (void)canvas_put(canvas, box.row, box.col + i, inside ? &dim : &border, glyph);
    }
    (void)canvas_put(canvas, box.row, box.col + at, &(struct dx_style){ .role = of->role },
                     g->glyph[DX_GLYPH_LIVE]);
}
