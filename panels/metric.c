/* metric: queries of a Prometheus as table, graph, gauge, big number or heat. */
#include "metric.h"
#include "nosource.h"

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
      .help = "past it a number is a warning" },
    { .name = "bad",
      .type = DX_OPTION_NUMBER,
      .offset = OPTION(bad),
      .fallback = "none",
      .help = "past it it is bad; the goal that graphs show" },
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

enum dx_role metric_role(const struct metric *p, double value)
{
    if (past(p, value, p->bad))
        return DX_ROLE_BAD;
    return past(p, value, p->warn) ? DX_ROLE_WARN : DX_ROLE_TEXT;
}

double metric_goal(const struct metric *p)
{
    return isnan(p->bad) ? p->warn : p->bad;
}

/* The goal of a heat strip, which knows an upper one only. */
double metric_ceiling(const struct metric *p)
{
    return p->worse == WORSE_ABOVE ? metric_goal(p) : (double)NAN;
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
                    "the window, up to twice the goal; with none, or a floor, to its maximum" },   \
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

enum dx_unit metric_unit(const struct metric *p, const struct line *line)
{
    return p->unit > 0 ? (enum dx_unit)(p->unit - 1) : line->unit;
}

static double share_of(const struct metric *p, const struct line *line)
{
    double min = isnan(p->min) ? 0. : p->min;
    double max = !isnan(p->max)                            ? p->max
                 : metric_unit(p, line) == DX_UNIT_RATIO   ? 1.
                 : metric_unit(p, line) == DX_UNIT_PERCENT ? 100.
                                                           : line->max;

    return max > min ? (line->now - min) / (max - min) : (double)NAN;
}

/* Number cells are formatted here, for each series may have its own unit. */
static void list_line(struct metric *p, struct dx_list *list, struct line *line)
{
    enum dx_role role = metric_role(p, line->now);
    bool judged = !isnan(p->warn) || !isnan(p->bad), wrong = role != DX_ROLE_TEXT;
    double values[] = { line->now, line->min, line->max, line->before };
    char text[4][64], url[URL_MOST];
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
                    .goal = p->show == SHOW_HEAT ? metric_ceiling(p) : metric_goal(p),
                    .role = isnan(p->bad) ? DX_ROLE_WARN : DX_ROLE_BAD,
                    .attr = p->worse == WORSE_BELOW ? DX_FLOOR : 0 },
    };

    for (int i = 0; i < 4; i++) {
        cells[NOW + i].value = values[i];
        cells[NOW + i].text = dx_format(text[i], sizeof(text[i]), metric_unit(p, line), values[i]);
    }
    if (isnan(line->now) && *line->text)
        cells[NOW].text = line->text;
    if (p->show == SHOW_GAUGE) {
        cells[STRIP].value = share_of(p, line);
        cells[STRIP].goal = (double)NAN;
        cells[STRIP].role = role;
    }
    dx_add(list, DX_ROW(.key = line->key, .url = metric_url(p, line, url, sizeof(url)),
                        .cells = cells, .into = line->name));
}

/* A graph or a large number is no list: what is in it is opened as one. */
static void list_whole(struct metric *p, struct dx_list *list)
{
    const struct line *line = &p->lines[0];
    char url[URL_MOST];

    dx_add(list, DX_ROW(.key = line->key, .url = metric_url(p, line, url, sizeof(url)),
                        .into = line->name));
}

/* ---- update and draw ---- */

static void find(struct metric *p, struct dx_list *list)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct line *line = &p->lines[i];
        enum dx_role role = metric_role(p, line->now);
        double limit = role == DX_ROLE_BAD ? p->bad : p->warn;
        char now[64], goal[64], subject[2 * NAME_MOST], sentence[200];

        if (role == DX_ROLE_TEXT)
            continue;
        (void)snprintf(subject, sizeof(subject), "%s", line->name);
        (void)snprintf(sentence, sizeof(sentence), "%.*s %s, past %s",
                       (int)(metric_labels(line) - line->whole), line->whole,
                       dx_format(now, sizeof(now), metric_unit(p, line), line->now),
                       dx_format(goal, sizeof(goal), metric_unit(p, line), limit));
        dx_finding(list, role, subject, sentence);
    }
}

static void say_note(const struct metric *p, struct dx_list *list)
{
    char note[96];
    long long hours = (long long)p->window_ms / 3600000;
    size_t seen = p->show == SHOW_BIG ? 1 : p->show == SHOW_GRAPH ? GRAPH_MOST : p->count;
    size_t more = p->left_out + (p->count > seen ? p->count - seen : 0);

    if (p->window_ms % 3600000 == 0)
        (void)snprintf(note, sizeof(note), "%lld h", hours);
    else
        (void)snprintf(note, sizeof(note), "%lld min", (long long)p->window_ms / 60000);
    if (more > 0)
        (void)snprintf(note + strlen(note), sizeof(note) - strlen(note), " · +%zu more", more);
    dx_note(list, note);
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct metric *p = state;

    (void)err;
    (void)snprintf(p->only, sizeof(p->only), "%s", dx_key(view, 1));
    if (!no_source(p->none, sizeof(p->none), view, p->source))
        (void)snprintf(p->none, sizeof(p->none), "No data for this query yet.");
    origins_read(&p->origins, view);
    metric_read(p, view);
    p->used_unit = p->count > 0 ? metric_unit(p, &p->lines[0]) : DX_UNIT_NONE;
    if (*p->only)
        return true;
    for (size_t i = 0; i < p->count && columns_of(p); i++)
        list_line(p, list, &p->lines[i]);
    if (p->count > 0 && !columns_of(p))
        list_whole(p, list);
    find(p, list);
    say_note(p, list);
    dx_empty(list, p->none);
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    const struct metric *p = state;

    if (*p->only)
        metric_draw_inside(p, canvas);
    else
        metric_draw(p, canvas);
}

static void close_panel(void *state)
{
    struct metric *p = state;

    metric_free(p);
    origins_free(&p->origins);
}

static const struct dx_level levels[] = { { NULL, NULL } };

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
            "each column shows the worst value of its time; a gap is where no sample came.\n"
            "Enter shows a series whole: its labels, its values and the query; of a graph that of "
            "the worst one. o opens the query at the server.",
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
    .under = metric_draw_under,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
    .changes = changes,
};
