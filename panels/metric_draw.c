/* metric: its series as a graph, as a large number, and below a list. */
#include "metric.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool paints(const struct metric *p)
{
    return p->show == SHOW_GRAPH || p->show == SHOW_BIG;
}

/* The lines from `first` on as a graph in this part of the canvas. */
void metric_graph(const struct metric *p, struct dx_canvas *canvas, struct dx_box box,
                  const struct line *first, size_t n)
{
    struct dx_series series[GRAPH_MOST];

    for (size_t i = 0; i < n; i++)
        series[i] = (struct dx_series){ .name = first[i].name,
                                        .role = (enum dx_role)(DX_ROLE_SERIES_1 + (int)i),
                                        .value = first[i].points,
                                        .count = p->points };
    dx_graph(canvas, box,
             DX_GRAPH(.series = series, .count = n, .min = p->min, .max = p->max,
                      .goal = metric_goal(p), .goal_is_floor = p->worse == WORSE_BELOW,
                      .legend = first == p->lines && !*p->only && paints(p),
                      .past = isnan(p->bad) ? DX_ROLE_WARN : DX_ROLE_BAD,
                      .unit = metric_unit(p, first), .from_ms = p->from_ms, .to_ms = p->to_ms,
                      .ghost = n == 1 ? first->ghost : NULL, .ghost_count = p->points));
}

/* Under the rows: the selected series as a graph. */
void metric_draw_under(const void *state, const char *row_key, struct dx_canvas *canvas)
{
    const struct metric *p = state;
    struct dx_style dim = { .role = DX_ROLE_DIM };
    int rows = dx_canvas_rows(canvas), cols = dx_canvas_cols(canvas);

    for (size_t i = 0; i < p->count; i++) {
        const struct line *line = &p->lines[i];
        char query[NAME_MOST];

        if (strcmp(line->key, row_key) != 0)
            continue;
        (void)snprintf(query, sizeof(query), "%.*s", (int)(metric_labels(line) - line->whole),
                       line->whole);
        int used = dx_put_fit(canvas, (struct dx_box){ 0, 1, 1, cols - 2 }, DX_FIT_MIDDLE, NULL,
                              line->name);
        if (p->queries.count == 1 && used + 2 < cols - 2)
            dx_put_fit(canvas, (struct dx_box){ 0, used + 2, 1, cols - used - 3 }, DX_FIT_LEFT,
                       &dim, query);
        metric_graph(p, canvas, (struct dx_box){ 1, 1, rows - 1, cols - 2 }, line, 1);
        return;
    }
}

/* Value, trend against the window before, and the window as one row. */
static void draw_big(const struct metric *p, struct dx_canvas *canvas)
{
    const struct line *line = &p->lines[0];
    int rows = dx_canvas_rows(canvas), cols = dx_canvas_cols(canvas);
    enum dx_role role = metric_role(p, line->now);
    struct dx_style style = { .role = role, .attr = DX_BOLD }, dim = { .role = DX_ROLE_DIM };
    char now[64], change[64], text[160];
    double by = line->now - line->before, least = 1e-9 * fabs(line->now); /* a mean is rounded */
    const char *arrow = by > least    ? dx_glyph(canvas, DX_GLYPH_UP)
                        : by < -least ? dx_glyph(canvas, DX_GLYPH_DOWN)
                                      : "=";

    (void)dx_format(now, sizeof(now), p->used_unit, line->now);
    for (char *c = now; *c; c++) /* the large digits have no blank before the unit */
        if (*c == ' ')
            memmove(c, c + 1, strlen(c));
    dx_big(canvas, (struct dx_box){ 0, 0, rows > 4 ? rows - 2 : rows, cols }, &style,
           *line->text && isnan(line->now) ? line->text : now);
    if (rows <= 4)
        return;
    (void)snprintf(text, sizeof(text), "%s  %s %s", line->name, isnan(by) ? "" : arrow,
                   fabs(by) > least ? dx_format(change, sizeof(change), p->used_unit, fabs(by))
                                    : "");
    dx_put_fit(canvas, (struct dx_box){ rows - 2, 1, 1, cols - 2 }, DX_FIT_LEFT, &dim, text);
    dx_spark(canvas, (struct dx_box){ rows - 1, 1, 1, cols - 2 },
             DX_SPARK(.value = line->points, .count = p->points, .max = p->max,
                      .goal = metric_goal(p), .goal_is_floor = p->worse == WORSE_BELOW,
                      .role = DX_ROLE_SERIES_1,
                      .past = isnan(p->bad) ? DX_ROLE_WARN : DX_ROLE_BAD));
}

void metric_draw(const struct metric *p, struct dx_canvas *canvas)
{
    struct dx_style dim = { .role = DX_ROLE_DIM };

    if (p->count == 0)
        dx_put(canvas, dx_canvas_rows(canvas) > 2 ? 1 : 0, 1, &dim, p->none);
    else if (p->show == SHOW_BIG)
        draw_big(p, canvas);
    else
        metric_graph(p, canvas,
                     (struct dx_box){ 0, 0, dx_canvas_rows(canvas), dx_canvas_cols(canvas) - 1 },
                     p->lines, p->count < GRAPH_MOST ? p->count : GRAPH_MOST);
}
