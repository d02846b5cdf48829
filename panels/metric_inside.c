/* metric: one series whole: its value, its labels, the query, and where that can be looked at. */
#include "metric.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MARGIN = 1, LABEL_COLS = 20, GRAPH_LEAST = 6 };

static const struct dx_style dim = { .role = DX_ROLE_DIM };

/* ---- where the query can be looked at ---- */

static void encode(char *out, size_t cap, const char *text)
{
    size_t n = 0;

    out[0] = '\0';
    for (; *text && n + 4 < cap; text++)
        n += (size_t)(isalnum((unsigned char)*text) || strchr("-._~", *text)
                          ? snprintf(out + n, cap - n, "%c", *text)
                          : snprintf(out + n, cap - n, "%%%02X", (unsigned char)*text));
}

/* The page of a Prometheus that draws a query; an expression of all servers that speak its
 * language. */
const char *metric_url(const struct metric *p, const struct line *line, char *out, size_t cap)
{
    const char *base = origins_url(&p->origins, line->source);
    size_t len = strlen(base);
    char expr[1500];

    while (len > 0 && base[len - 1] == '/')
        len--;
    encode(expr, sizeof(expr), line->expr);
    if (*base && *line->expr && !line->expr_cut && strlen(expr) + 8 < sizeof(expr))
        (void)snprintf(out, cap, "%.*s/graph?g0.expr=%s&g0.tab=0&g0.range_input=%lldm", (int)len,
                       base, expr, (long long)(p->window_ms / 60000));
    else
        (void)snprintf(out, cap, "%s", base);
    return out;
}

/* ---- painting ---- */

struct page {
    struct dx_canvas *canvas;
    int row, rows, cols, label; /* label: columns of the names at the left */
};

static void put(struct page *page, const char *name, const struct dx_style *style, const char *text)
{
    const int col = MARGIN + page->label + 1;

    if (page->row >= page->rows || !*text)
        return;
    (void)dx_put_fit(page->canvas, (struct dx_box){ page->row, MARGIN, 1, page->label },
                     DX_FIT_MIDDLE, &dim, name);
    page->row += dx_put_wrapped(
        page->canvas, (struct dx_box){ page->row, col, page->rows - page->row, page->cols - col },
        style, text);
}

static void put_value(struct page *page, const struct metric *p, const struct line *line)
{
    const struct dx_style now = { .role = metric_role(p, line->now), .attr = DX_BOLD };
    const enum dx_unit unit = metric_unit(p, line);
    time_t at = (time_t)(line->at_ms / 1000);
    char value[64], clock[32] = "", text[240], min[64], max[64], before[64];
    struct tm tm;

    if (line->at_ms > 0 && localtime_r(&at, &tm))
        (void)strftime(clock, sizeof(clock), "at %H:%M:%S", &tm);
    (void)snprintf(text, sizeof(text), "%s  %s",
                   isnan(line->now) && *line->text
                       ? line->text
                       : dx_format(value, sizeof(value), unit, line->now),
                   clock);
    put(page, "now", &now, text);
    (void)snprintf(text, sizeof(text), "%s to %s; on average %s in the window before",
                   dx_format(min, sizeof(min), unit, line->min),
                   dx_format(max, sizeof(max), unit, line->max),
                   dx_format(before, sizeof(before), unit, line->before));
    put(page, "window", NULL, text);
    if (isnan(metric_goal(p)))
        return;
    (void)snprintf(text, sizeof(text), "%s %s", p->worse == WORSE_ABOVE ? "at most" : "at least",
                   dx_format(value, sizeof(value), unit, metric_goal(p)));
    put(page, "goal", NULL, text);
}

static int widest(const char *labels)
{
    char name[LABEL_MOST], value[LABEL_MOST];
    int wide = 6;

    while (metric_label(&labels, name, value))
        if (dx_width(name) > wide)
            wide = dx_width(name);
    return wide < LABEL_COLS ? wide : LABEL_COLS;
}

static void put_labels(struct page *page, const char *labels)
{
    char name[LABEL_MOST], value[LABEL_MOST];

    while (metric_label(&labels, name, value))
        put(page, name, NULL, value);
}

void metric_draw_inside(const struct metric *p, struct dx_canvas *canvas)
{
    const struct line *line = &p->lines[0];
    struct page page = { .canvas = canvas,
                         .rows = dx_canvas_rows(canvas),
                         .cols = dx_canvas_cols(canvas) - MARGIN };
    char query[NAME_MOST], url[URL_MOST], asks[sizeof(line->expr) + 8];
    const char *labels;

    if (p->count == 0) {
        (void)dx_put(canvas, 1, MARGIN, &dim, "It gave no sample within the window.");
        return;
    }
    labels = metric_labels(line);
    page.label = widest(labels);
    (void)metric_url(p, line, url, sizeof(url));
    (void)snprintf(query, sizeof(query), "%.*s", (int)(metric_labels(line) - line->whole),
                   line->whole);
    put_value(&page, p, line);
    put_labels(&page, labels);
    put(&page, "query", NULL, query);
    (void)snprintf(asks, sizeof(asks), "%s%s", line->expr, line->expr_cut ? " …" : "");
    put(&page, "asks", NULL, asks);
    put(&page, "source", NULL, line->source);
    put(&page, "URL", &(struct dx_style){ .role = DX_ROLE_TEXT, .link = url }, url);
    if (page.rows - page.row > GRAPH_LEAST)
        metric_graph(p, canvas,
                     (struct dx_box){ page.row + 1, MARGIN, page.rows - page.row - 1,
                                      dx_canvas_cols(canvas) - 2 * MARGIN },
                     line, 1);
}
