/* pipelines: how often runs succeed, whose fault it is where they do not, and how
 * long they take; then the runs of one, its jobs, and one job whole. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipelines.h"
#include "run.h"

static const char *const shows[] = { "list", "graph", NULL };

#define OPTION(field) offsetof(struct pipelines, field)

static const struct dx_option options[] = {
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(source),
      .fallback = "",
      .help = "only pipelines of this source" },
    { .name = "window",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(window_ms),
      .fallback = "24h",
      .help = "what the numbers are over: 1h, 24h, 7d or 30d" },
    { .name = "warn",
      .type = DX_OPTION_PERCENT,
      .offset = OPTION(warn),
      .fallback = "98%",
      .help = "below this platform success a pipeline is a warning" },
    { .name = "bad",
      .type = DX_OPTION_PERCENT,
      .offset = OPTION(bad),
      .fallback = "95%",
      .help = "below this it is bad" },
    { .name = "protected",
      .type = DX_OPTION_CHOICE,
      .offset = OPTION(part),
      .fallback = "all",
      .choices = ci_parts,
      .help = "runs of protected branches only, or those of other branches and pull requests" },
    { .name = "show",
      .type = DX_OPTION_CHOICE,
      .offset = OPTION(show),
      .fallback = "list",
      .choices = shows,
      .help = "graph: how long the runs of one pipeline took, day by day" },
    { 0 },
};

/* ---- columns ---- */

enum { STATE, PIPELINE, RUNS, PLATFORM, ALL, ERROR, FIRST, P50, DELTA, P90, LAST, TICKETS, COUNT };

static const struct dx_column columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✗ and ! platform success is below its goal; ? it may be: causes are unknown" },
    [PIPELINE] = { "PIPELINE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 0, DX_FIT_MIDDLE,
                   "project and pipeline" },
    [RUNS] = { "RUNS", DX_CELL_NUMBER, DX_UNIT_COUNT, 0, 4, 6, DX_FIT_RIGHT,
               "runs that count: the rates are of these; a run once, by its last attempt" },
    [PLATFORM] = { "PLATFORM", DX_CELL_NUMBER, DX_UNIT_RATIO, 0, 8, 14, DX_FIT_RIGHT,
                   "1 - failures by the platform / runs; from - to where causes are unknown: at "
                   "worst all of them were the platform's" },
    [ALL] = { "ALL", DX_CELL_NUMBER, DX_UNIT_RATIO, 1, 5, 7, DX_FIT_RIGHT,
              "successes / runs, whosever fault; bright where it is worse than over the window "
              "before, by Fisher's exact test" },
    [ERROR] = { "±", DX_CELL_TEXT, DX_UNIT_NONE, 7, 4, 4, DX_FIT_RIGHT,
                "points that ALL may be off by (Wilson, 95 %), where that is more than 5" },
    [FIRST] = { "FIRST", DX_CELL_NUMBER, DX_UNIT_RATIO, 8, 7, 7, DX_FIT_RIGHT,
                "successes / runs, first attempts only: retries do not help it" },
    [P50] = { "P50", DX_CELL_NUMBER, DX_UNIT_SECONDS, 4, 6, 7, DX_FIT_RIGHT,
              "half of the successful runs took this long at most" },
    [DELTA] = { "Δ", DX_CELL_TEXT, DX_UNIT_NONE, 5, 7, 8, DX_FIT_RIGHT,
                "P50 against the window before, where all of that is known; bright where a rank "
                "test says slower" },
    [P90] = { "P90", DX_CELL_NUMBER, DX_UNIT_SECONDS, 9, 6, 7, DX_FIT_RIGHT, "90 % of them" },
    [LAST] = { "LAST", DX_CELL_STRIP, DX_UNIT_NONE, 2, 8, STRIP_MOST, DX_FIT_RIGHT,
               "the last results, newest right: ▁ passed, ▄ failed, █ by the platform, ▆ nobody "
               "knows by whom, · cancelled or skipped" },
    [TICKETS] = TIE_COLUMN(3),
    [COUNT] = { 0 },
};

static const struct dx_level levels[] = {
    { .name = NULL, .columns = run_columns },
    { .name = NULL, .columns = ci_job_columns },
    { .name = NULL, .columns = NULL },
};

static const struct dx_column *columns_of(const void *state)
{
    const struct pipelines *p = state;

    return p->show == SHOW_GRAPH ? NULL : p->columns;
}

static bool open_panel(void *state, struct dx_error *err)
{
    static const char *const of[] = { "", " · protected", " · other branches" };
    struct pipelines *p = state;
    char window[32];

    memcpy(p->columns, columns, sizeof(columns));
    (void)ci_window(window, sizeof(window), p->window_ms);
    (void)snprintf(p->title, sizeof(p->title), "Pipelines · %s%s", window, of[p->part]);
    (void)snprintf(p->delta_title, sizeof(p->delta_title), "Δ %lld%s",
                   (long long)(p->window_ms / (p->window_ms > CI_DAY_MS ? CI_DAY_MS : CI_HOUR_MS)),
                   p->window_ms > CI_DAY_MS ? "D" : "H");
    p->columns[DELTA].title = p->delta_title;
    if (p->bad > p->warn)
        return dx_fail(err, DX_FAULT_CONFIG, "bad: it has to be lower than warn");
    return ci_check_window(p->window_ms, err);
}

/* ---- rows ---- */

/* "93.8 %", "93.8–95.1 %". */
static const char *rate_range(char *out, size_t cap, const struct pipeline *row)
{
    if (row->unknown > 0 && row->platform > row->platform_low)
        (void)ci_share_range(out, cap, row->platform_low, row->platform);
    else
        (void)dx_format(out, cap, DX_UNIT_RATIO, row->platform);
    return out;
}

static void tell(struct dx_list *list, const struct pipeline *row)
{
    char sentence[160];
    long long failed = llround((1. - row->platform) * (double)row->n);

    (void)snprintf(sentence, sizeof(sentence), "%lld of %lld runs failed by the platform", failed,
                   (long long)row->n);
    dx_finding(list, row->role, row->name, sentence);
}

/* The arrow says where to, its colour whether that is worse. */
static struct dx_cell delta(const struct pipeline *row, char *text, size_t cap)
{
    double by = row->p50 - row->before;
    char number[64];

    if (isnan(by))
        (void)snprintf(text, cap, "–");
    else if (fabs(by) < 1.)
        (void)snprintf(text, cap, "=");
    else
        (void)snprintf(text, cap, "%s %s", by > 0. ? "▲" : "▼",
                       dx_format(number, sizeof(number), DX_UNIT_SECONDS, round(fabs(by))));
    return (struct dx_cell){ .text = text,
                             .value = by,
                             .role = row->slower > 0 ? DX_ROLE_TEXT : DX_ROLE_DIM };
}

static void add(struct dx_list *list, const struct pipelines *p, struct pipeline *row)
{
    static const struct dx_cell looks[] = {
        { .value = DX_GLYPH_BAD, .role = DX_ROLE_BAD },
        { .value = DX_GLYPH_WARN, .role = DX_ROLE_WARN },
        { .value = DX_GLYPH_FEW, .role = DX_ROLE_DIM },
        { .value = DX_GLYPH_GOOD, .role = DX_ROLE_GOOD },
    };
    double off = 50. * (row->high - row->low);
    char rate[40], error[32] = "", change[80];
    struct dx_cell cells[COUNT];

    if (off > 5.)
        (void)snprintf(error, sizeof(error), "±%.0f", off);
    cells[STATE] = row->n > 0 ? looks[row->rank]
                              : (struct dx_cell){ .value = DX_GLYPH_NONE, .role = DX_ROLE_DIM };
    cells[PIPELINE] = (struct dx_cell){ .text = row->name,
                                        .role = DX_ROLE_TEXT,
                                        .attr = row->rank == 0 ? DX_BOLD : 0 };
    cells[RUNS] =
        (struct dx_cell){ .value = row->known ? (double)row->n : (double)NAN, .role = DX_ROLE_DIM };
    cells[PLATFORM] = (struct dx_cell){ .text = rate_range(rate, sizeof(rate), row),
                                        .value = row->platform,
                                        .role = row->role,
                                        .attr = row->rank == 0 ? DX_BOLD : 0 };
    cells[ALL] = (struct dx_cell){ .value = row->success,
                                   .role = row->worse > 0 ? DX_ROLE_TEXT : DX_ROLE_DIM };
    cells[ERROR] = (struct dx_cell){ .text = error, .value = off, .role = DX_ROLE_DIM };
    cells[FIRST] = (struct dx_cell){ .value = row->first, .role = DX_ROLE_DIM };
    cells[P50] = (struct dx_cell){ .value = row->p50, .role = DX_ROLE_TEXT };
    cells[DELTA] = delta(row, change, sizeof(change));
    cells[P90] = (struct dx_cell){ .value = row->p90, .role = DX_ROLE_DIM };
    cells[LAST] = (struct dx_cell){ .text = row->strip };
    cells[TICKETS] = tie_cell(p->ties, row->key);
    dx_add(list, DX_ROW(.key = row->key, .url = row->url, .cells = cells, .into = row->name));
    free(row->url);
    row->url = NULL;
    if (row->rank < 2)
        tell(list, row);
}

/* The rule in force: the same runs give 78 %, 75 % or 51 % by another. */
static const char *policy(const struct dx_view *view, int64_t window_ms)
{
    static const char *const words[][2] = {
        { "exclude-cancelled", "cancelled left out" },
        { "strict", "cancelled count as failed" },
        { "all", "all that ended count" },
    };
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TOTALS, DX_FILTER(.window_ms = window_ms));
    const char *name = "";

    while (dx_next(rows)) /* to the end, so that the next ones need not be prepared beside them */
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (strcmp(dx_text(rows, DX_FIELD_POLICY), words[i][0]) == 0)
                name = words[i][1];
    return name;
}

static void list_all(struct pipelines *p, const struct dx_view *view, struct dx_list *list)
{
    char note[80];

    pipelines_read(p, view, "");
    p->ties = tie_marks_read(view);
    dx_note(list, ci_kept_note(note, sizeof(note), policy(view, p->window_ms),
                               ci_kept(view, p->window_ms)));
    ci_empty(view, list, p->source, p->window_ms, "No run has ended within the window.");
    for (size_t i = 0; i < p->count; i++)
        add(list, p, &p->rows[i]);
    tie_marks_free(p->ties);
    p->ties = NULL;
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct pipelines *p = state;
    struct ci_jobs jobs = { .key = dx_key(view, 2) };
    struct run_list runs = { .key = dx_key(view, 1), .part = (enum ci_part)p->part };

    (void)err;
    p->now_ms = dx_now(view);
    p->level = p->show == SHOW_GRAPH ? 0 : dx_depth(view);
    if (p->show == SHOW_GRAPH) {
        pipelines_read(p, view, dx_key(view, 1));
        dx_note(list, "duration, 14 d");
    } else if (p->level == 0) {
        list_all(p, view, list);
    } else if (p->level == 1) {
        (void)run_list(view, list, &runs);
        ci_empty(view, list, p->source, 0, "No run is known yet.");
    } else if (p->level == 2) {
        dx_empty(list, "The jobs of this run are not known yet.");
        (void)ci_list_jobs(view, list, &jobs);
    } else {
        job_read(&p->job, view, list, dx_key(view, 3));
    }
    return true;
}

/* ---- painting ---- */

/* A line needs no zero: from a round time below all of it, so that it is seen to rise and fall. */
static double floor_of(const struct days *days)
{
    double least = (double)NAN, step;

    for (int day = 0; day < DAYS; day++)
        least = fmin(least, fmin(days->p50[day], fmin(days->p90[day], days->ghost[day])));
    if (isnan(least))
        return 0.;
    least *= 0.8;
    step = least < 60. ? 10. : least < 600. ? 60. : 300.;
    return floor(least / step) * step;
}

static void draw_days(const struct pipelines *p, const struct pipeline *row,
                      struct dx_canvas *canvas, struct dx_box box, bool legend)
{
    const struct days *days = &p->days[row->nth];
    struct dx_series series[] = {
        { .name = "p50", .role = DX_ROLE_SERIES_1, .value = days->p50, .count = DAYS },
        { .name = "p90", .role = DX_ROLE_DIM, .value = days->p90, .count = DAYS },
    };

    dx_graph(canvas, box,
             DX_GRAPH(.series = series, .count = 2, .min = floor_of(days), .max = (double)NAN,
                      .goal = (double)NAN, .legend = legend, .unit = DX_UNIT_SECONDS,
                      .from_ms = p->now_ms - DAYS * CI_DAY_MS, .to_ms = p->now_ms,
                      .ghost = p->week ? days->ghost : NULL, .ghost_count = DAYS));
}

/* Where a line ends: a day begins without a run. */
static double last_of(const double day[DAYS])
{
    int i = DAYS - 1;

    while (i > 0 && isnan(day[i]))
        i--;
    return day[i];
}

/* "━ p50 11m04s" at col. Returns the columns used, also where it is only measured. */
static int put_last(struct dx_canvas *canvas, int col, const char *name, enum dx_role role,
                    double last)
{
    char number[64], words[80];

    (void)snprintf(words, sizeof(words), " %s %s", name,
                   dx_format(number, sizeof(number), DX_UNIT_SECONDS, last));
    if (canvas) {
        (void)dx_put(canvas, 0, col, &(struct dx_style){ .role = role }, "━");
        (void)dx_put(canvas, 0, col + 1, &(struct dx_style){ .role = DX_ROLE_DIM }, words);
    }
    return 1 + dx_width(words);
}

/* Which line is which, and its end, in the line of the name: rows are few. */
static void draw_under(const void *state, const char *row_key, struct dx_canvas *canvas)
{
    const struct pipelines *p = state;
    const struct pipeline *row = p->days ? pipelines_find(p, row_key) : NULL;
    int cols = dx_canvas_cols(canvas), used, legend;
    double p50, p90;

    if (!row)
        return;
    p50 = last_of(p->days[row->nth].p50);
    p90 = last_of(p->days[row->nth].p90);
    legend = put_last(NULL, 0, "p50", DX_ROLE_SERIES_1, p50) + 2 +
             put_last(NULL, 0, "p90", DX_ROLE_DIM, p90);
    used = 1 +
           dx_put_fit(canvas, (struct dx_box){ 0, 1, 1, cols - 2 }, DX_FIT_MIDDLE, NULL, row->name);
    if (used + 16 < cols)
        used += 1 + dx_put(canvas, 0, used + 1, &(struct dx_style){ .role = DX_ROLE_DIM },
                           "by day, 14 d");
    if (used + 2 + legend < cols) {
        int col = cols - 1 - legend;

        col += 2 + put_last(canvas, col, "p50", DX_ROLE_SERIES_1, p50);
        (void)put_last(canvas, col, "p90", DX_ROLE_DIM, p90);
    }
    draw_days(p, row, canvas, (struct dx_box){ 1, 1, dx_canvas_rows(canvas) - 1, cols - 2 }, false);
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    const struct pipelines *p = state;
    struct dx_box all = { 0, 1, dx_canvas_rows(canvas), dx_canvas_cols(canvas) - 2 };

    if (p->show != SHOW_GRAPH)
        job_draw(&p->job, canvas);
    else if (p->count > 0 && p->days)
        draw_days(p, &p->rows[0], canvas, all, true);
}

static const char *title(const void *state)
{
    const struct pipelines *p = state;

    return p->show == SHOW_GRAPH ? "Pipeline" : p->title;
}

static const char *source(const void *state)
{
    return ((const struct pipelines *)state)->source;
}

static void close_panel(void *state)
{
    struct pipelines *p = state;

    pipelines_drop(p);
    free(p->rows);
}

CI_CHANGES({ "PLATFORM (at best) fell: the most points first", PLATFORM, -1, DX_MISSING_UNKNOWN,
             DX_CHANGE_POINTS },
           { "ALL fell", ALL, -1, DX_MISSING_UNKNOWN, DX_CHANGE_POINTS },
           { "P50 rose", P50, 1, DX_MISSING_UNKNOWN, DX_CHANGE_UNIT },
           { "", RUNS, 1, DX_MISSING_UNKNOWN, DX_CHANGE_UNIT })

extern const struct dx_panel dx_panel_pipelines;
DX_EXPORT const struct dx_panel dx_panel_pipelines = {
    DX_PANEL_HEAD,
    .name = "pipelines",
    .summary = "how often runs succeed, whose fault it is where they do not, how long they take",
    .help = "PLATFORM is 1 - P / N: P failures by the platform (runner, network, registry, disk, "
            "secrets, the CI service), N runs that count. Failures whose cause is unknown make it "
            "a range: at best none of them is the platform's, at worst all. ALL is successes / N. "
            "What N leaves out stands in the frame (cancelled and skipped runs, unless the "
            "success policy says otherwise). A run counts once, by its last attempt that ended. "
            "P50 and P90 are of successful runs only: one that failed early is not fast.\n"
            "Slower or faster is said by a rank test on all durations, not by comparing two "
            "numbers. A pipeline is bad only from three failures by the platform on.",
    .reads = 1u << DX_KIND_RUN,
    .state_size = sizeof(struct pipelines),
    .options = options,
    .min_rows = 6,
    .min_cols = 42,
    .columns = columns,
    .open = open_panel,
    .close = close_panel,
    .update = update,
    .draw = draw,
    .columns_of = columns_of,
    .title = title,
    .source = source,
    .under = draw_under,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
    .changes = changes,
};
