/* spark: the widgets of one row: sparkline, gauge, progress, heat strip. */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "core/text.h"
#include "ui/widgets.h"

enum { STEPS = 8 };

/* NaN: there is none. */
static double extreme(const double *value, size_t count, bool smallest)
{
    double found = (double)NAN;

    for (size_t i = 0; i < count; i++)
        if (isfinite(value[i]))
            found = smallest ? fmin(found, value[i]) : fmax(found, value[i]);
    return found;
}

/* 0 to 7 of value on a scale up to max. */
static int step_of(double value, double max)
{
    double share = max > 0. ? value / max : 0.;

    if (!(share > 0.))
        return 0;
    return share >= 1. ? STEPS - 1 : (int)(share * STEPS);
}

/* The worst value that falls on column i of n: the largest, of those with a floor the smallest.
 * NaN: a gap. */
static double column_worst(const struct dx_spark *spark, size_t n, size_t i)
{
    size_t from = i * spark->count / n, to = (i + 1) * spark->count / n;

    return extreme(spark->value + from, to > from ? to - from : 1, spark->goal_is_floor);
}

void spark_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_spark *spark)
{
    const struct glyphs *g = canvas->grid->glyphs;
    size_t fit = box.cols > 0 ? (size_t)box.cols : 0;
    size_t n = spark->count < fit ? spark->count : fit;
    double max = isnan(spark->max) ? extreme(spark->value, spark->count, false) : spark->max;

    for (size_t i = 0; i < n; i++) {
        double value = column_worst(spark, n, i);
        bool past = !isnan(spark->goal) &&
                    (spark->goal_is_floor ? value < spark->goal : value > spark->goal);
        struct dx_style style = { .role = past ? spark->past : spark->role };
        int col = box.col + box.cols - (int)n + (int)i;

        if (isnan(value))
            (void)canvas_put(canvas, box.row, col, &(struct dx_style){ .role = DX_ROLE_BORDER },
                             g->gap);
        else
            (void)canvas_put(canvas, box.row, col, &style, g->spark[step_of(value, max)]);
    }
}

void gauge_draw(struct dx_canvas *canvas, struct dx_box box, double share, double goal,
                enum dx_role role)
{
    const struct glyphs *g = canvas->grid->glyphs;
    int full = isnan(share) ? 0 : (int)lround(fmin(fmax(share, 0.), 1.) * box.cols);
    int mark = isnan(goal) ? -1 : (int)lround(fmin(fmax(goal, 0.), 1.) * (box.cols - 1));
    int seen = canvas->cols - box.col;

    if (isnan(share)) {
        (void)canvas_put(canvas, box.row, box.col, &(struct dx_style){ .role = DX_ROLE_DIM },
                         g->glyph[DX_GLYPH_NONE]);
        return;
    }
    if (full == 0 && share > 0. && box.cols > 1)
        full = 1; /* a little is not nothing */
    for (int i = 0; i < box.cols && i < seen; i++) {
        bool filled = i < full;
        struct dx_style style = { .role = filled ? role : DX_ROLE_BORDER };
        const char *glyph = filled ? g->gauge_full : g->gauge_rest;

        if (i == mark && !filled)
            glyph = g->goal_line;
        (void)canvas_put(canvas, box.row, box.col + i, &style, glyph);
    }
}

void progress_draw(struct dx_canvas *canvas, struct dx_box box, double done, double total,
                   const char *words)
{
    int width = text_width(words), bar = box.cols - width - 1;

    (void)canvas_put_fit(canvas, (struct dx_box){ box.row, box.col, 1, box.cols }, DX_FIT_LEFT,
                         &(struct dx_style){ .role = DX_ROLE_BUSY }, words);
    if (bar >= 4)
        gauge_draw(canvas, (struct dx_box){ box.row, box.col + width + 1, 1, bar },
                   total > 0. ? done / total : (double)NAN, (double)NAN, DX_ROLE_BUSY);
}

/* The mean of the values that fall on column i of cols; NaN: a gap. */
static double column_mean(const double *value, size_t count, int cols, int i)
{
    size_t from = (size_t)i * count / (size_t)cols, to = (size_t)(i + 1) * count / (size_t)cols;
    double sum = 0.;
    size_t n = 0;

    if (to <= from)
        to = from + 1;
    for (size_t j = from; j < to && j < count; j++) {
        if (isfinite(value[j])) {
            sum += value[j];
            n++;
        }
    }
    return n > 0 ? sum / (double)n : (double)NAN;
}

void heat_draw(struct dx_canvas *canvas, struct dx_box box, const double *value, size_t count,
               double goal)
{
    const struct glyphs *g = canvas->grid->glyphs;
    double max = isnan(goal) ? extreme(value, count, false) : goal;
    int seen = canvas->cols - box.col;

    for (int i = 0; i < box.cols && i < seen && count > 0; i++) {
        double mean = column_mean(value, count, box.cols, i);
        int step = step_of(mean, max);
        struct dx_style style = { .role = (enum dx_role)(DX_ROLE_HEAT_0 + step) };

        if (isnan(mean))
            (void)canvas_put(canvas, box.row, box.col + i,
                             &(struct dx_style){ .role = DX_ROLE_BORDER }, g->gap);
        else
            (void)canvas_put(canvas, box.row, box.col + i, &style, g->heat[step]);
    }
}
