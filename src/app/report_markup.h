/* report_markup: pieces of the report's page. Text from outside enters markup by
 * markup() only, which escapes it. */
#ifndef APP_REPORT_MARKUP_H
#define APP_REPORT_MARKUP_H

#include "app/report_words.h"
#include "core/buf.h"
#include "ui/theme.h"

/* Each '$' of the format is the next argument (const char *), escaped for HTML and SVG, in
 * text and in quoted attributes. */
void markup(struct buf *out, const char *format, ...);
/* "7m 12s" with its units small: numbers are read, units are known. */
void markup_value(struct buf *out, const char *text);

const char *report_glyph(const char *state); /* "✗"; of a state of key numbers */
const char *report_word(const char *state);  /* "bad" */

/* The style sheet, with the colours of both themes. */
struct report_themes;
void report_style(struct buf *out, const struct report_themes *themes);

/* ---- charts: report_chart.c ---- */

/* A course, against that of the window before. Quiet, but for what is past the goal. */
struct report_chart {
    int id;                     /* unique on the page */
    const char *title, *course; /* for those who do not see it; course: in words */
    const double *now, *before; /* NaN: unknown */
    size_t count;
    double goal, bad; /* NaN: none */
    bool floor;       /* the goal is to be reached, not to be kept under */
    bool share;       /* 1 is all */
};
void report_chart(struct buf *out, const struct report_chart *chart);
/* How far down the goal lies, 0 to 1; NaN: there is none. *top: the value at the top. */
double report_chart_goal(const struct report_chart *chart, double *top);

/* Two counts a day beside each other. */
struct report_pairs {
    int id;
    const char *title, *course;
    const double *first, *second;
    size_t count;
};
void report_pairs(struct buf *out, const struct report_pairs *pairs);

/* In a table: a share (0 to 1) as a bar, and an interval with its estimate. */
void report_bar(struct buf *out, double share, const char *class);
void report_interval(struct buf *out, double low, double rate, double high);

/* When something was so: from and to as shares of the window. */
struct report_span {
    double from, to;
};
void report_lane(struct buf *out, int id, const char *title, const struct report_span *spans,
                 size_t count, size_t days);

#endif
