/* report_chart: the report's charts, as inline SVG without text in it: they stretch,
 * and what is written stands beside them. */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "app/report_markup.h"

enum { STEP = 10, HIGH = 100, BARS_MOST = 40 };

struct scale {
    double low, top;
};

static void grow(struct scale *s, double value)
{
    if (isnan(value))
        return;
    s->low = fmin(s->low, value);
    s->top = fmax(s->top, value);
}

/* From nothing on, but for what is to be large: of 97 % and 98 % the difference counts. */
static struct scale scale_of(const struct report_chart *c)
{
    struct scale s = { c->floor ? (double)INFINITY : 0., c->floor ? -(double)INFINITY : 0. };

    for (size_t i = 0; i < c->count; i++) {
        grow(&s, c->now[i]);
        grow(&s, c->before[i]);
    }
    grow(&s, c->floor ? c->goal : 1.15 * c->goal);
    if (!(s.top > s.low))
        return (struct scale){ fmin(s.low, 0.), fmax(s.top, 0.) + 1. };
    if (c->floor)
        s.low = fmax(s.low - 0.25 * (s.top - s.low), 0.);
    s.top += 0.06 * (s.top - s.low);
    if (c->share)
        s.top = fmin(s.top, 1.04); /* so that a line at 100 % is seen */
    return s;
}

static double height(const struct scale *s, double value)
{
    return HIGH * (1. - fmin(fmax((value - s->low) / (s->top - s->low), 0.), 1.));
}

double report_chart_goal(const struct report_chart *chart, double *top)
{
    struct scale s = scale_of(chart);

    *top = s.top;
    return isnan(chart->goal) ? (double)NAN : height(&s, chart->goal) / HIGH;
}

static void begin(struct buf *out, int id, size_t wide, const char *title, const char *course)
{
    char name[16];

    (void)buf_print(out,
                    "<svg class=\"chart\" viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\" "
                    "role=\"img\" aria-labelledby=\"t%d d%d\">",
                    wide, HIGH, id, id);
    (void)snprintf(name, sizeof(name), "%d", id);
    markup(out, "<title id=\"t$\">$</title><desc id=\"d$\">$</desc>", name, title, name, course);
}

static void rect(struct buf *out, double x, double wide, double top, double bottom)
{
    if (bottom - top > 0.05)
        (void)buf_print(out, "M%.5g %.4gh%.4gV%.4gh-%.4gz", x, top, wide, bottom, wide);
}

/* ---- a course ---- */

enum part { QUIET, WARN, BAD };

/* The part of a bar that is quiet, or past the goal. */
static void bar_part(struct buf *out, const struct report_chart *c, const struct scale *s, size_t i,
                     enum part part)
{
    const double gap = c->count > BARS_MOST ? 0. : 1.5;
    const double x = (double)(i * STEP) + gap, wide = STEP - 2. * gap, value = c->now[i];
    const bool past = c->floor ? value < c->goal : value > c->goal;
    const bool bad = past && (c->floor ? value < c->bad : value > c->bad);
    double top = height(s, value), goal = past ? height(s, c->goal) : top;

    if (isnan(value))
        return;
    if (part == QUIET)
        rect(out, x, wide, fmax(top, goal), HIGH);
    else if (past && (part == BAD) == bad)
        rect(out, x, wide, fmin(top, goal), fmax(top, goal));
}

static void put_path(struct buf *out, const struct report_chart *c, const struct scale *s,
                     enum part part)
{
    static const char *const classes[] = { "quiet", "warn", "bad" };

    (void)buf_print(out, "<path class=\"%s\" d=\"M0 0", classes[part]);
    for (size_t i = 0; i < c->count; i++)
        bar_part(out, c, s, i, part);
    (void)buf_text(out, "\"/>");
}

static void put_ghost(struct buf *out, const struct report_chart *c, const struct scale *s)
{
    bool drawn = false;

    (void)buf_text(out, "<path class=\"ghost\" d=\"M0 0");
    for (size_t i = 0; i < c->count; i++) {
        const double x = (double)(i * STEP) + STEP / 2.;

        if (!isnan(c->before[i]))
            (void)buf_print(out, "%s%.5g %.4g", drawn ? "L" : "M", x, height(s, c->before[i]));
        drawn = !isnan(c->before[i]);
    }
    (void)buf_text(out, "\"/>");
}

void report_chart(struct buf *out, const struct report_chart *c)
{
    const struct scale s = scale_of(c);

    begin(out, c->id, c->count * STEP, c->title, c->course);
    put_path(out, c, &s, QUIET);
    put_path(out, c, &s, WARN);
    put_path(out, c, &s, BAD);
    put_ghost(out, c, &s);
    if (!isnan(c->goal))
        (void)buf_print(out, "<path class=\"goal\" d=\"M0 %.4gH%zu\"/>", height(&s, c->goal),
                        c->count * STEP);
    (void)buf_text(out, "</svg>");
}

/* ---- counts a day ---- */

void report_pairs(struct buf *out, const struct report_pairs *p)
{
    struct scale s = { 0., 1. };

    for (size_t i = 0; i < p->count; i++) {
        grow(&s, p->first[i]);
        grow(&s, p->second[i]);
    }
    begin(out, p->id, p->count * STEP, p->title, p->course);
    (void)buf_text(out, "<path class=\"quiet\" d=\"M0 0");
    for (size_t i = 0; i < p->count; i++)
        rect(out, (double)(i * STEP) + 1.6, 3.2, height(&s, p->first[i]), HIGH);
    (void)buf_text(out, "\"/><path class=\"other\" d=\"M0 0");
    for (size_t i = 0; i < p->count; i++)
        rect(out, (double)(i * STEP) + 5.2, 3.2, height(&s, p->second[i]), HIGH);
    (void)buf_text(out, "\"/></svg>");
}

/* ---- in tables: what they show stands in the cell beside them ---- */

void report_bar(struct buf *out, double share, const char *class)
{
    (void)buf_print(out,
                    "<svg class=\"gauge\" aria-hidden=\"true\"><rect class=\"%s\" width=\"%.4g%%\" "
                    "height=\"100%%\"/></svg>",
                    class, 100. * fmin(fmax(share, 0.), 1.));
}

void report_interval(struct buf *out, double low, double rate, double high)
{
    if (isnan(low) || isnan(rate) || isnan(high))
        return;
    (void)buf_print(
        out,
        "<svg class=\"gauge\" aria-hidden=\"true\"><line class=\"whisker\" x1=\"%.4g%%\" "
        "x2=\"%.4g%%\" y1=\"50%%\" y2=\"50%%\"/><circle class=\"quiet\" cx=\"%.4g%%\" "
        "cy=\"50%%\" r=\"3.5\"/></svg>",
        100. * low, 100. * high, 100. * rate);
}

void report_lane(struct buf *out, int id, const char *title, const struct report_span *spans,
                 size_t count, size_t days)
{
    const double wide = 1000.;

    begin(out, id, (size_t)wide, title, "their times are in the table");
    for (size_t d = 1; d < days; d++)
        (void)buf_print(out, "<path class=\"day\" d=\"M%.5g 0V%d\"/>",
                        wide * (double)d / (double)days, HIGH);
    (void)buf_text(out, "<path class=\"bad\" d=\"M0 0");
    for (size_t i = 0; i < count; i++) {
        double from = wide * fmax(spans[i].from, 0.);

        rect(out, from, fmax(wide * fmin(spans[i].to, 1.) - from, 3.), 15., 85.);
    }
    (void)buf_text(out, "\"/></svg>");
}
