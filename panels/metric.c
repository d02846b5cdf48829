/* metric: queries of a Prometheus as table, graph, gauge, big number or heat. */
#include "metric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const shows[] = { "table", "graph", "gauge", "big", "heat", NULL };
static const char *const worses[] = { "above", "below", NULL };
static const char *const units[] = { "auto",    "none",  "count", "seconds",     "ratio",
                                     "percent", "bytes", "per_s", "bytes_per_s", NULL };

#define OPTION(field) offsetof(struct metric, field)

static const struct dx_option options[] = {
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(source),
      .fallback = "",
      .help = "only series of this source" },
    { .name = "query",
      .type = DX_OPTION_LIST,
      .offset = OPTION(queries),
      .fallback = "",
      .help = "names of the queries; without it all" },
    { .name = "show",
      .type = DX_OPTION_CHOICE,
      .offset = OPTION(show),
      .fallback = "table",
      .choices = shows,
      .help = "as what they are shown" },
    { .name = "window",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(window_ms),
      .fallback = "6h",
      .help = "time that graphs, minimum, maximum and trend are over" },
    { .name = "unit",
      .type = DX_OPTION_CHOICE,
      .offset = OPTION(unit),
      .fallback = "auto",
      .choices = units,
      .help = "how numbers are written; auto: as the query says" },
    { .name = "worse",
      .type = DX_OPTION_CHOICE,
      .offset = OPTION(worse),
      .fallback = "above",
      .choices = worses,
      .help = "on which side of warn and bad a number is wrong" },
    { .name = "warn",
      .type = DX_OPTION_NUMBER,
      .offset = OPTION(warn),
      .fallback = "none",
      .help = "from here on a number is a warning" },
    { .name = "bad",
      .type = DX_OPTION_NUMBER,
      .offset = OPTION(bad),
      .fallback = "none",
      .help = "from here on it is bad; the goal that graphs show" },
    { .name = "min",
      .type = DX_OPTION_NUMBER,
      .offset = OPTION(min),
      .fallback = "none",
      .help = "lower end of the scale; none: from the data" },
    { .name = "max",
      .type = DX_OPTION_NUMBER,
      .offset = OPTION(max),
      .fallback = "none",
      .help = "upper end of the scale; none: from the data" },
    { .name = "top",
      .type = DX_OPTION_COUNT,
      .offset = OPTION(top),
      .fallback = "0",
      .help = "only so many series, the worst ones; the rest is counted; 0: all" },
    { .name = "by",
      .type = DX_OPTION_LIST,
      .offset = OPTION(by),
      .fallback = "",
      .help = "labels that name a series; without it all that differ" },
    { 0 },
};

/* ---- judging ---- */

static bool past(const struct metric *p, double value, double limit)
{
    if (isnan(value) || isnan(limit))
        return false;
    return p->worse == WORSE_ABOVE ? value > limit : value < limit;
}

static enum dx_role role_of(const struct metric *p, double value)
{
    if (past(p, value, p->bad))
        return DX_ROLE_BAD;
    return past(p, value, p->warn) ? DX_ROLE_WARN : DX_ROLE_TEXT;
}

static double goal_of(const struct metric *p)
{
    return isnan(p->bad) ? p->warn : p->bad;
}

/* The goal of a strip, which knows an upper one only. */
static double ceiling_of(const struct metric *p)
{
    return p->worse == WORSE_ABOVE ? goal_of(p) : (double)NAN;
}

/* ---- the table ---- */

enum { STATE, SERIES, NOW, LOW, HIGH, TREND, STRIP, COUNT };

#define COLUMNS(strip_type, strip_title)                                                           \
    {                                                                                              \
        [STATE] = { "",                                                                            \
                    DX_CELL_STATE,                                                                 \
                    DX_UNIT_NONE,                                                                  \
                    0,                                                                             \
                    1,                                                                             \
                    1,                                                                             \
                    DX_FIT_LEFT,                                                                   \
                    "✓ within warn and bad, ! past warn, ✗ past bad, · no limits given" },         \
        [SERIES] = { "SERIES",                                                                     \
                     DX_CELL_TEXT,                                                                 \
                     DX_UNIT_NONE,                                                                 \
                     0,                                                                            \
                     8,                                                                            \
                     32,                                                                           \
                     DX_FIT_MIDDLE,                                                                \
                     "the labels that differ, or those of `by`" },                                 \
        [NOW] = { "NOW",                                                                           \
                  DX_CELL_NUMBER,                                                                  \
                  DX_UNIT_NONE,                                                                    \
                  0,                                                                               \
                  6,                                                                               \
                  10,                                                                              \
                  DX_FIT_RIGHT,                                                                    \
                  "newest value; – when the series went away" },                                   \
        [LOW] = { "MIN",                                                                           \
                  DX_CELL_NUMBER,                                                                  \
                  DX_UNIT_NONE,                                                                    \
                  4,                                                                               \
                  6,                                                                               \
                  10,                                                                              \
                  DX_FIT_RIGHT,                                                                    \
                  "smallest value of the window" },                                                \
        [HIGH] = { "MAX",                                                                          \
                   DX_CELL_NUMBER,                                                                 \
                   DX_UNIT_NONE,                                                                   \
                   3,                                                                              \
                   6,                                                                              \
                   10,                                                                             \
                   DX_FIT_RIGHT,                                                                   \
                   "largest value of the window" },                                                \
        [TREND] = { "BEFORE",                                                                      \
                    DX_CELL_NUMBER,                                                                \
                    DX_UNIT_NONE,                                                                  \
                    5,                                                                             \
                    6,                                                                             \
                    10,                                                                            \
                    DX_FIT_RIGHT,                                                                  \
                    "mean of the window before" },                                                 \
        [STRIP] = { strip_title,                                                                   \
                    strip_type,                                                                    \
                    DX_UNIT_NONE,                                                                  \
                    2,                                                                             \
                    10,                                                                            \
                    STRIP_MOST,                                                                    \
                    DX_FIT_LEFT,                                                                   \
                    "the window, up to twice the goal; without a goal up to its maximum" },        \
        [COUNT] = { 0 },                                                                           \
    }

static const struct dx_column table_columns[] = COLUMNS(DX_CELL_SPARK, "WINDOW");
static const struct dx_column heat_columns[] = COLUMNS(DX_CELL_HEAT, "AGAINST THE GOAL");
static const struct dx_column gauge_columns[] = COLUMNS(DX_CELL_GAUGE, "");

static const struct dx_column *columns_of(const void *state)
{
    const struct metric *p = state;

    switch ((enum show)p->show) {
    case SHOW_TABLE:
        return table_columns;
    case SHOW_HEAT:
        return heat_columns;
    case SHOW_GAUGE:
        return gauge_columns;
    case SHOW_GRAPH:
    case SHOW_BIG:
        break;
    }
    return NULL;
}

static enum dx_unit unit_of(const struct metric *p, const struct line *line)
{
    return p->unit > 0 ? (enum dx_unit)(p->unit - 1) : line->unit;
}

static double share_of(const struct metric *p, const struct line *line)
{
    double min = isnan(p->min) ? 0. : p->min;
    double max = !isnan(p->max)                        ? p->max
                 : unit_of(p, line) == DX_UNIT_RATIO   ? 1.
                 : unit_of(p, line) == DX_UNIT_PERCENT ? 100.
                                                       : line->max;

    return max > min ? (line->now - min) / (max - min) : (double)NAN;
}

/* Number cells are formatted here, for each series may have its own unit. */
static void list_line(struct metric *p, struct dx_list *list, struct line *line)
{
    enum dx_role role = role_of(p, line->now);
    bool judged = !isnan(p->warn) || !isnan(p->bad), wrong = role != DX_ROLE_TEXT;
    double values[] = { line->now, line->min, line->max, line->before };
    char text[4][64];
    enum dx_glyph glyph = isnan(line->now)       ? DX_GLYPH_NONE
                          : role == DX_ROLE_BAD  ? DX_GLYPH_BAD
                          : role == DX_ROLE_WARN ? DX_GLYPH_WARN
                          : judged               ? DX_GLYPH_GOOD
                                                 : DX_GLYPH_DOT;
    struct dx_cell cells[COUNT] = {
        [STATE] = { .value = glyph,
                    .role = wrong                    ? role
                            : glyph == DX_GLYPH_GOOD ? DX_ROLE_GOOD
                                                     : DX_ROLE_DIM },
        [SERIES] = { .text = line->name,
                     .role = DX_ROLE_TEXT,
                     .attr = role == DX_ROLE_BAD ? DX_BOLD : 0 },
        [NOW] = { .role = role, .attr = role == DX_ROLE_BAD ? DX_BOLD : 0 },
        [LOW] = { .role = DX_ROLE_DIM },
        [HIGH] = { .role = DX_ROLE_DIM },
        [TREND] = { .role = DX_ROLE_DIM },
        [STRIP] = { .values = line->points,
                    .count = p->points,
                    .goal = ceiling_of(p),
                    .role = isnan(p->bad) ? DX_ROLE_WARN : DX_ROLE_BAD },
    };

    for (int i = 0; i < 4; i++) {
        cells[NOW + i].value = values[i];
        cells[NOW + i].text = dx_format(text[i], sizeof(text[i]), unit_of(p, line), values[i]);
    }
    if (isnan(line->now) && *line->text)
        cells[NOW].text = line->text;
    if (p->show == SHOW_GAUGE) {
        cells[STRIP].value = share_of(p, line);
        cells[STRIP].goal = (double)NAN;
        cells[STRIP].role = role;
    }
    dx_add(list, DX_ROW(.key = line->key, .url = "", .cells = cells));
}

/* ---- update and draw ---- */

static void find(struct metric *p, struct dx_list *list)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct line *line = &p->lines[i];
        enum dx_role role = role_of(p, line->now);
        double limit = role == DX_ROLE_BAD ? p->bad : p->warn;
        char now[64], goal[64], subject[2 * NAME_MOST], sentence[200];

        if (role == DX_ROLE_TEXT)
            continue;
        (void)snprintf(subject, sizeof(subject), "%s", line->name);
        (void)snprintf(sentence, sizeof(sentence), "%.*s %s, past %s",
                       (int)(strchr(line->key, '{') - line->key), line->key,
                       dx_format(now, sizeof(now), unit_of(p, line), line->now),
                       dx_format(goal, sizeof(goal), unit_of(p, line), limit));
        dx_finding(list, role, subject, sentence);
    }
}

static void say_note(const struct metric *p, struct dx_list *list)
{
    char note[96];
    long long hours = (long long)p->window_ms / 3600000;

    if (p->window_ms % 3600000 == 0)
        (void)snprintf(note, sizeof(note), "%lld h", hours);
    else
        (void)snprintf(note, sizeof(note), "%lld min", (long long)p->window_ms / 60000);
    if (p->left_out > 0)
        (void)snprintf(note + strlen(note), sizeof(note) - strlen(note), " · +%zu more",
                       p->left_out);
    dx_note(list, note);
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct metric *p = state;

    (void)err;
    metric_read(p, view);
    p->used_unit = p->count > 0 ? unit_of(p, &p->lines[0]) : DX_UNIT_NONE;
    for (size_t i = 0; i < p->count && columns_of(p); i++)
        list_line(p, list, &p->lines[i]);
    find(p, list);
    say_note(p, list);
    dx_empty(list, "No data for this query yet.");
    return true;
}

/* The lines from `first` on as a graph in this part of the canvas. */
static void draw_graph(const struct metric *p, struct dx_canvas *canvas, struct dx_box box,
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
                      .goal = goal_of(p), .goal_is_floor = p->worse == WORSE_BELOW,
                      .legend = first == p->lines && columns_of(p) == NULL,
                      .past = isnan(p->bad) ? DX_ROLE_WARN : DX_ROLE_BAD, .unit = unit_of(p, first),
                      .from_ms = p->from_ms, .to_ms = p->to_ms,
                      .ghost = n == 1 ? first->ghost : NULL, .ghost_count = p->points));
}

/* Under the rows: the selected series as a graph. */
static void draw_under(const void *state, const char *row_key, struct dx_canvas *canvas)
{
    const struct metric *p = state;
    struct dx_style dim = { .role = DX_ROLE_DIM };
    int rows = dx_canvas_rows(canvas), cols = dx_canvas_cols(canvas);

    for (size_t i = 0; i < p->count; i++) {
        const struct line *line = &p->lines[i];
        char query[NAME_MOST];

        if (strcmp(line->key, row_key) != 0)
            continue;
        (void)snprintf(query, sizeof(query), "%.*s", (int)strcspn(line->key, "{"), line->key);
        int used = dx_put_fit(canvas, (struct dx_box){ 0, 1, 1, cols - 2 }, DX_FIT_MIDDLE, NULL,
                              line->name);
        if (p->queries.count == 1 && used + 2 < cols - 2)
            dx_put_fit(canvas, (struct dx_box){ 0, used + 2, 1, cols - used - 3 }, DX_FIT_LEFT,
                       &dim, query);
        draw_graph(p, canvas, (struct dx_box){ 1, 1, rows - 1, cols - 2 }, line, 1);
        return;
    }
}

/* Value, trend against the window before, and the window as one row. */
static void draw_big(const struct metric *p, struct dx_canvas *canvas)
{
    const struct line *line = &p->lines[0];
    int rows = dx_canvas_rows(canvas), cols = dx_canvas_cols(canvas);
    enum dx_role role = role_of(p, line->now);
    struct dx_style style = { .role = role, .attr = DX_BOLD }, dim = { .role = DX_ROLE_DIM };
    char now[64], change[64], text[160];
    double by = line->now - line->before;
    const char *arrow = dx_glyph(canvas, by > 0. ? DX_GLYPH_UP : DX_GLYPH_DOWN);

    (void)dx_format(now, sizeof(now), p->used_unit, line->now);
    for (char *c = now; *c; c++) /* the large digits have no blank before the unit */
        if (*c == ' ')
            memmove(c, c + 1, strlen(c));
    dx_big(canvas, (struct dx_box){ 0, 0, rows > 4 ? rows - 2 : rows, cols }, &style,
           *line->text && isnan(line->now) ? line->text : now);
    if (rows <= 4)
        return;
    (void)snprintf(text, sizeof(text), "%s  %s %s", line->name, isnan(by) ? "" : arrow,
                   isnan(by) ? "" : dx_format(change, sizeof(change), p->used_unit, fabs(by)));
    dx_put_fit(canvas, (struct dx_box){ rows - 2, 1, 1, cols - 2 }, DX_FIT_LEFT, &dim, text);
    dx_spark(canvas, (struct dx_box){ rows - 1, 1, 1, cols - 2 },
             DX_SPARK(.value = line->points, .count = p->points, .max = p->max,
                      .goal = ceiling_of(p), .role = DX_ROLE_SERIES_1,
                      .past = isnan(p->bad) ? DX_ROLE_WARN : DX_ROLE_BAD));
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    const struct metric *p = state;
    struct dx_style dim = { .role = DX_ROLE_DIM };

    if (p->count == 0)
        dx_put(canvas, dx_canvas_rows(canvas) > 2 ? 1 : 0, 1, &dim, "No data for this query yet.");
    else if (p->show == SHOW_BIG)
        draw_big(p, canvas);
    else
        draw_graph(p, canvas,
                   (struct dx_box){ 0, 0, dx_canvas_rows(canvas), dx_canvas_cols(canvas) - 1 },
                   p->lines, p->count < GRAPH_MOST ? p->count : GRAPH_MOST);
}

static void close_panel(void *state)
{
    free(((struct metric *)state)->lines);
    free(((struct metric *)state)->values);
}

static const char *title(const void *state)
{
    const struct metric *p = state;

    return p->queries.count == 1 ? ((const char *const *)p->queries.item)[0] : "Metrics";
}

static const char *source(const void *state)
{
    return ((const struct metric *)state)->source;
}

static const struct dx_change *changes(const void *state)
{
    static const struct dx_change rises[] = {
        { "NOW rose: by the largest share of what it was first", NOW, 1, DX_MISSING_UNKNOWN,
          DX_CHANGE_SHARE },
        { .what = NULL },
    };
    static const struct dx_change falls[] = {
        { "NOW fell: by the largest share of what it was first", NOW, -1, DX_MISSING_UNKNOWN,
          DX_CHANGE_SHARE },
        { .what = NULL },
    };

    return ((const struct metric *)state)->worse == WORSE_BELOW ? falls : rises;
}

extern const struct dx_panel dx_panel_metric;
DX_EXPORT const struct dx_panel dx_panel_metric = {
    DX_PANEL_HEAD,
    .name = "metric",
    .summary = "queries of a Prometheus as table, graph, gauge, big number or heat",
    .help = "Each series of the queries is a row or a line. NOW is its newest value, and – when it "
            "went away (no sample for five minutes, or for two and a half of its usual "
            "distances). MIN and MAX are over the window, BEFORE is the mean of the window "
            "before. The worst ones come first; with `top` the rest is only counted. In a graph "
            "each column shows the worst value of its time; a gap is where no sample came.",
    .reads = 1u << DX_KIND_SAMPLE,
    .state_size = sizeof(struct metric),
    .options = options,
    .min_rows = 3,
    .min_cols = 24,
    .columns_of = columns_of,
    .close = close_panel,
    .update = update,
    .draw = draw,
    .title = title,
    .source = source,
    .under = draw_under,
    .changes = changes,
};
