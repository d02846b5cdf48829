/* graph: a line graph with axes. One series is filled below its line, several
 * are lines; braille where the terminal has it (its texture stays calm where
 * solid blocks shout), else blocks, else ASCII. */
#include "config.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "ui/widgets.h"

enum { DOTS_DOWN = 4, DOTS_ACROSS = 2, AXIS_MOST = 12, LEGEND_MOST = 6, TIME_ROW = 1 };

struct plot {
    struct dx_canvas *canvas;
    const struct dx_graph *graph;
    struct dx_box area; /* of the dots */
    double min, max;
    int down, across; /* dots a cell */
};

/* ---- scale ---- */

static void widen_by(double *min, double *max, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (isfinite(values[i])) {
            *min = fmin(*min, values[i]);
            *max = fmax(*max, values[i]);
        }
    }
}

static void widen(double *min, double *max, const struct dx_graph *graph)
{
    for (size_t s = 0; s < graph->count; s++)
        widen_by(min, max, graph->series[s].value, graph->series[s].count);
    if (graph->ghost)
        widen_by(min, max, graph->ghost, graph->ghost_count);
}

/* The power of ten below. Dividing needs no table of the maths library, whose
 * pages would be resident for this alone. */
static double decade(double value)
{
    double scale = 1;

    while (value / scale >= 10.)
        scale *= 10.;
    while (value / scale < 1. && scale > DBL_MIN)
        scale /= 10.;
    return scale;
}

/* The next of 1, 2, 2.5, 5, 10 ... that is not smaller. */
static double round_up(double value, enum dx_unit unit)
{
    static const double times[] = { 1,   2,   5,    10,   15,   20,   30,    60,    120,  300,
                                    600, 900, 1200, 1800, 3600, 7200, 14400, 28800, 86400 };
    static const double steps[] = { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 };
    double scale = decade(value);

    for (size_t i = 0; unit == DX_UNIT_SECONDS && i < sizeof(times) / sizeof(times[0]); i++)
        if (value <= times[i] && value > 1.)
            return times[i];
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (value <= steps[i] * scale * (1. + 1e-9))
            return steps[i] * scale;
    return value;
}

static void set_scale(struct plot *plot)
{
    const struct dx_graph *graph = plot->graph;
    double min = (double)NAN, max = (double)NAN;

    widen(&min, &max, graph);
    if (!isnan(graph->goal))
        max = fmax(max, graph->goal);
    plot->min = !isnan(graph->min) ? graph->min : isnan(min) || min > 0. ? 0. : min;
    plot->max = !isnan(graph->max) ? graph->max
                : isnan(max)       ? plot->min + 1.
                : max > 0.         ? round_up(max, graph->unit)
                                   : max;
    if (!(plot->max > plot->min))
        plot->max = plot->min + 1.;
}

/* ---- values at dots ---- */

/* The value that column x of n dots shows: the largest of its own (a peak must
 * not vanish; where the goal is a floor, a dip), or the one between its neighbours
 * where there are fewer values than dots. */
static double value_at(const struct dx_series *s, bool floor, int x, int n)
{
    size_t from = (size_t)x * s->count / (size_t)n, to = (size_t)(x + 1) * s->count / (size_t)n;
    double worst = (double)NAN;

    if (s->count == 0)
        return worst;
    if (to <= from)
        to = from + 1;
    for (size_t i = from; i < to && i < s->count; i++)
        if (!isnan(s->value[i]))
            worst = floor ? fmin(worst, s->value[i]) : fmax(worst, s->value[i]);
    return worst;
}

/* Dots from the bottom, 1 to rows * down; 0 for nothing. */
static int height_of(const struct plot *plot, double value)
{
    int dots = plot->area.rows * plot->down;
    double share = (value - plot->min) / (plot->max - plot->min);

    if (isnan(value))
        return 0;
    if (share >= 1.)
        return dots;
    return !(share > 0.) ? 1 : 1 + (int)(share * (dots - 1) + 0.5);
}

/* ---- drawing ---- */

static bool is_past(const struct dx_graph *graph, double value)
{
    if (isnan(graph->goal))
        return false;
    return graph->goal_is_floor ? value < graph->goal : value > graph->goal;
}

static void put_braille(struct plot *plot, int row, int col, unsigned dots, enum dx_role role)
{
    char utf8[5] = "";

    utf8[utf8_put(utf8, 0x2800 + dots)] = '\0';
    (void)canvas_put(plot->canvas, plot->area.row + row, plot->area.col + col,
                     &(struct dx_style){ .role = role }, utf8);
}

/* Bit of the dot at x (0, 1), y from the top (0 to 3) of a braille cell. */
static unsigned bit_of(int x, int y)
{
    static const unsigned bits[2][4] = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } };

    return bits[x][y];
}

/* One series: filled; cells above the goal take the role `past`. */
static void fill(struct plot *plot)
{
    const struct dx_graph *graph = plot->graph;
    const struct dx_series *s = &graph->series[0];
    int goal = isnan(graph->goal) ? 1 << 20 : height_of(plot, graph->goal);

    for (int col = 0; col < plot->area.cols; col++) {
        int height[DOTS_ACROSS] = { 0 };
        bool past = false;

        for (int x = 0; x < plot->across; x++) {
            double value = value_at(s, graph->goal_is_floor, col * plot->across + x,
                                    plot->area.cols * plot->across);

            height[x] = height_of(plot, value);
            past = past || is_past(graph, value);
        }
        for (int row = 0; row < plot->area.rows; row++) {
            int base = (plot->area.rows - 1 - row) * plot->down; /* dots below this cell */
            int top = height[0] > height[1] ? height[0] : height[1];
            /* The uppermost cell is loud also where the goal lies in it. */
            bool over = past && (graph->goal_is_floor || base + 1 >= goal ||
                                 (top > goal && base + plot->down >= top));
            enum dx_role role = over ? graph->past : s->role;
            unsigned dots = 0;
            int full = height[0] - base;

            for (int x = 0; plot->down == DOTS_DOWN && x < DOTS_ACROSS; x++)
                for (int y = 0; y < DOTS_DOWN; y++)
                    if (base + (DOTS_DOWN - y) <= height[x])
                        dots |= bit_of(x, y);
            if (plot->down == DOTS_DOWN) {
                if (dots)
                    put_braille(plot, row, col, dots, role);
            } else if (full > 0) {
                const struct glyphs *g = plot->canvas->grid->glyphs;
                const char *glyph = g->set == GLYPHS_ASCII
                                        ? (full >= 2 ? "#" : ".")
                                        : g->spark[full >= plot->down ? 7 : full - 1];

                (void)canvas_put(plot->canvas, plot->area.row + row, plot->area.col + col,
                                 &(struct dx_style){ .role = role }, glyph);
            }
        }
    }
}

/* Who a cell with dots belongs to: the series from 1 on, PAST for the first one's part past the
 * goal, GHOST, or nobody. */
enum { NOBODY, GHOST = 1000, PAST };

struct lines {
    struct plot *plot;
    unsigned *dots;
    int *owner;
};

static void put_dot(struct lines *l, int x, int y, int owner)
{
    const struct plot *plot = l->plot;
    int row = plot->area.rows - 1 - (y - 1) / plot->down;
    size_t cell = (size_t)row * (size_t)plot->area.cols + (size_t)(x / plot->across);

    if (owner != GHOST && l->owner[cell] == GHOST)
        l->dots[cell] = 0; /* the ghost is behind it */
    l->dots[cell] |= plot->down == DOTS_DOWN
                         ? bit_of(x % DOTS_ACROSS, DOTS_DOWN - 1 - (y - 1) % DOTS_DOWN)
                         : 1u << ((y - 1) % plot->down);
    l->owner[cell] = owner;
}

static void one_line(struct lines *l, const struct dx_series *s, int owner)
{
    const struct plot *plot = l->plot;
    int before = 0, wide = plot->area.cols * plot->across;

    for (int x = 0; x < wide; x++) {
        double value = value_at(s, plot->graph->goal_is_floor, x, wide);
        int height = height_of(plot, value);
        int from = before && before < height ? before + 1 : height;
        int to = before && before > height ? before - 1 : height;
        bool past = plot->graph->ghost && owner == 1 && is_past(plot->graph, value);

        for (int y = from; height > 0 && y <= (to > from ? to : from); y++)
            put_dot(l, x, y, past ? PAST : owner);
        before = height;
    }
}

static enum dx_role role_of(const struct dx_graph *graph, int owner)
{
    switch (owner) {
    case NOBODY:
        return DX_ROLE_TEXT;
    case GHOST:
        return DX_ROLE_BORDER;
    case PAST:
        return graph->past;
    default:
        return graph->series[owner - 1].role;
    }
}

/* Several series: a line each; where two share a cell the first one's colour wins. A ghost is
 * behind all of them. */
static void lines(struct plot *plot)
{
    const struct dx_graph *graph = plot->graph;
    size_t cells = (size_t)plot->area.rows * (size_t)plot->area.cols;
    struct lines l = { plot, mem_new(cells, sizeof(*l.dots)), mem_new(cells, sizeof(*l.owner)) };

    if (graph->ghost)
        one_line(&l, &(struct dx_series){ .value = graph->ghost, .count = graph->ghost_count },
                 GHOST);
    for (size_t s = graph->count; s-- > 0;)
        one_line(&l, &graph->series[s], (int)s + 1);
    for (size_t i = 0; i < cells; i++) {
        int row = (int)(i / (size_t)plot->area.cols), col = (int)(i % (size_t)plot->area.cols);
        enum dx_role role = role_of(graph, l.owner[i]);

        if (!l.dots[i])
            continue;
        if (plot->down == DOTS_DOWN)
            put_braille(plot, row, col, l.dots[i], role);
        else
            (void)canvas_put(plot->canvas, plot->area.row + row, plot->area.col + col,
                             &(struct dx_style){ .role = role },
                             plot->canvas->grid->glyphs->set == GLYPHS_ASCII
                                 ? (l.owner[i] == GHOST ? "." : "*")
                                 : (l.owner[i] == GHOST ? "·" : "▪"));
    }
    free(l.dots);
    free(l.owner);
}

static void draw_series(struct plot *plot)
{
    if (plot->graph->count == 1 && !plot->graph->ghost)
        fill(plot);
    else
        lines(plot);
}

/* ---- axes ---- */

/* On an axis whole things are said shortly: 10m, 2h, 0. */
static const char *axis_value(char *out, size_t cap, enum dx_unit unit, double value)
{
    size_t len = strlen(format_value(out, cap, unit, value));

    if (!(fabs(value) > 0.))
        (void)snprintf(out, cap, "0");
    else if (unit == DX_UNIT_SECONDS && len > 3 &&
             (strcmp(out + len - 3, "00s") == 0 || strcmp(out + len - 3, "00m") == 0))
        out[len - 3] = '\0';
    return out;
}

static void put_label(struct plot *plot, int row, double value, const char *before)
{
    char number[64], label[80];
    struct dx_box box = { row, 0, 1, plot->area.col - 1 };

    (void)snprintf(label, sizeof(label), "%s%s", before,
                   axis_value(number, sizeof(number), plot->graph->unit, value));
    (void)canvas_put_fit(plot->canvas, box, DX_FIT_RIGHT, &(struct dx_style){ .role = DX_ROLE_DIM },
                         label);
}

static void draw_goal(struct plot *plot, bool label)
{
    const struct glyphs *g = plot->canvas->grid->glyphs;
    int row;

    if (isnan(plot->graph->goal))
        return;
    row = plot->area.row + plot->area.rows - 1 -
          (height_of(plot, plot->graph->goal) - 1) / plot->down;
    for (int col = 0; col < plot->area.cols; col++)
        (void)canvas_put(plot->canvas, row, plot->area.col + col,
                         &(struct dx_style){ .role = DX_ROLE_BORDER }, g->goal_line);
    if (label)
        put_label(plot, row, plot->graph->goal,
                  g->glyph[plot->graph->goal_is_floor ? DX_GLYPH_AT_LEAST : DX_GLYPH_AT_MOST]);
}

static void draw_axes(struct plot *plot)
{
    int goal_row =
        isnan(plot->graph->goal)
            ? -1
            : plot->area.rows - 1 - (height_of(plot, plot->graph->goal) - 1) / plot->down;

    if (goal_row != 0)
        put_label(plot, plot->area.row, plot->max, "");
    if (plot->area.rows > 1 && goal_row != plot->area.rows - 1)
        put_label(plot, plot->area.row + plot->area.rows - 1, plot->min, "");
}

static void draw_times(struct plot *plot, int row)
{
    int64_t span = plot->graph->to_ms - plot->graph->from_ms;
    int marks = time_marks(span, plot->area.cols);
    struct dx_style dim = { .role = DX_ROLE_DIM };

    if (span <= 0 || plot->area.cols < 8)
        return;
    for (int i = 0; i < marks; i++) {
        int64_t ago = span * (marks - i) / marks;
        char label[TIME_TEXT];

        (void)canvas_put(plot->canvas, row, plot->area.col + plot->area.cols * i / marks, &dim,
                         time_mark(label, ago, span));
    }
    (void)canvas_put(plot->canvas, row, plot->area.col + plot->area.cols - 3, &dim, "now");
}

/* ---- legend ---- */

static void summary(const struct dx_series *s, double *min, double *max, double *last)
{
    *min = *max = *last = (double)NAN;
    for (size_t i = 0; i < s->count; i++) {
        if (isnan(s->value[i]))
            continue;
        *min = fmin(*min, s->value[i]);
        *max = fmax(*max, s->value[i]);
        *last = s->value[i];
    }
    if (s->count > 0 && isnan(s->value[s->count - 1]))
        *last = (double)NAN; /* the newest is a gap: there is no current value */
}

static void draw_legend(struct plot *plot, int row, int rows, int cols)
{
    const struct dx_graph *graph = plot->graph;
    struct dx_style dim = { .role = DX_ROLE_DIM };
    int name = cols - 3 - 3 * 14;

    if (name < 8)
        name = cols - 3 - 10;
    for (int i = 0; i < rows && i < (int)graph->count; i++) {
        const struct dx_series *s = &graph->series[i];
        double value[3];
        static const char *const heads[] = { "min ", "max ", "" };
        int col = 3 + name;

        summary(s, &value[0], &value[1], &value[2]);
        (void)canvas_put(plot->canvas, row + i, 1, &(struct dx_style){ .role = s->role },
                         plot->canvas->grid->glyphs->gauge_full);
        (void)canvas_put_fit(plot->canvas, (struct dx_box){ row + i, 3, 1, name - 1 },
                             DX_FIT_MIDDLE, NULL, s->name);
        for (int j = name == cols - 3 - 3 * 14 ? 0 : 2; j < 3; j++, col += 14) {
            char number[64], label[80];
            struct dx_box box = { row + i, col, 1, j == 2 && name != cols - 45 ? 10 : 13 };

            (void)snprintf(label, sizeof(label), "%s%s", heads[j],
                           format_value(number, sizeof(number), graph->unit, value[j]));
            (void)canvas_put_fit(plot->canvas, box, DX_FIT_RIGHT, j == 2 ? NULL : &dim, label);
        }
    }
}

/* ---- the whole ---- */

static int axis_width(const struct plot *plot)
{
    const double values[] = { plot->max, plot->min, plot->graph->goal };
    int width = 0;

    for (size_t i = 0; i < 3; i++) {
        char number[64];
        int w =
            text_width(axis_value(number, sizeof(number), plot->graph->unit, values[i])) + (i == 2);

        if (!isnan(values[i]) && w > width)
            width = w;
    }
    return (width < AXIS_MOST ? width : AXIS_MOST) + 1;
}

void graph_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_graph *graph)
{
    struct dx_canvas inside = canvas_sub(canvas, box);
    bool braille = canvas->grid->glyphs->set == GLYPHS_BRAILLE;
    struct plot plot = { .canvas = &inside, .graph = graph };
    int legend, axis;

    if (inside.rows < 1 || inside.cols < 4 || graph->count == 0)
        return;
    plot.down = braille ? DOTS_DOWN : canvas->grid->glyphs->set == GLYPHS_BLOCK ? 8 : 2;
    plot.across = braille ? DOTS_ACROSS : 1;
    set_scale(&plot);
    if (inside.rows == 1) {
        spark_draw(&inside, (struct dx_box){ 0, 0, 1, inside.cols },
                   DX_SPARK(.value = graph->series[0].value, .count = graph->series[0].count,
                            .max = plot.max, .goal = graph->goal, .role = graph->series[0].role,
                            .past = graph->past, .goal_is_floor = graph->goal_is_floor));
        return;
    }
    if (graph->bare) {
        plot.area = (struct dx_box){ 0, 0, inside.rows, inside.cols };
        draw_goal(&plot, false);
        draw_series(&plot);
        return;
    }
    legend = graph->legend && inside.rows >= 5 ? (int)graph->count : 0;
    if (legend > LEGEND_MOST)
        legend = LEGEND_MOST;
    while (legend > 0 && inside.rows - legend - TIME_ROW < 3)
        legend--;
    axis = axis_width(&plot);
    if (axis > inside.cols / 3)
        axis = 0;
    plot.area = (struct dx_box){ 0, axis, inside.rows - TIME_ROW - legend, inside.cols - axis };
    if (axis > 0)
        draw_goal(&plot, true);
    draw_series(&plot);
    if (axis > 0)
        draw_axes(&plot);
    draw_times(&plot, plot.area.rows);
    draw_legend(&plot, inside.rows - legend, legend, inside.cols);
}
