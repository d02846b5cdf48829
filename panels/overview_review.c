/* overview_review: the key numbers for the weekly meeting: a frame each, with what it was a week
 * before, and its last seven days over the seven before them. */
#include "overview.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    TILE_COLS = 33, /* more tiles, not wider ones */
    TILE_ROWS = 8,
    TILE_ROWS_MOST = 18,
    WORDS = 2, /* rows of a frame without its graph: the numbers and the days */
    PARTS = 8, /* of a day: the line goes from one to the next */
    LINE = WEEK_DAYS * PARTS,
    LEAST = 6,      /* rows of a frame with a graph worth the name */
    FRAME_ROOM = 6, /* columns of a frame that its title has not */
    TITLE_ROOM = 20 /* where there is a goal too */
};

static const struct dx_style dim = { .role = DX_ROLE_DIM };

/* ---- reading ---- */

void overview_review_read(struct overview *p, const struct dx_view *view)
{
    int64_t from = dx_now(view) / CI_DAY_MS + 1 - REVIEW_DAYS;
    struct dx_rows *rows = dx_rows(view, DX_QUERY_KPI_POINTS,
                                   DX_FILTER(.from_ms = from * CI_DAY_MS, .step_ms = CI_DAY_MS));

    for (size_t i = 0; i < p->count; i++)
        for (int day = 0; day < REVIEW_DAYS; day++)
            p->tiles[i].days[day] = (double)NAN;
    while (dx_next(rows)) {
        const struct tile *tile = overview_find(p, dx_text(rows, DX_FIELD_KEY));
        int64_t nth = dx_int(rows, DX_FIELD_AT) / CI_DAY_MS - 1 - from;

        if (tile && nth >= 0 && nth < REVIEW_DAYS)
            p->tiles[tile - p->tiles].days[nth] = dx_number(rows, DX_FIELD_VALUE);
    }
}

/* ---- where they are ---- */

struct grid {
    int across, down, rows; /* rows: of all of them */
};

static bool grid_of(struct grid *g, int rows, int cols, size_t count)
{
    int need;

    if (count == 0 || rows < LEAST || cols < 2 * TILE_COLS)
        return false;
    g->across = cols / TILE_COLS;
    g->across = g->across < (int)count ? g->across : (int)count;
    need = ((int)count + g->across - 1) / g->across;
    g->down = rows / TILE_ROWS > 1 ? rows / TILE_ROWS : 1;
    g->down = g->down < need ? g->down : need;
    g->across = ((int)count + g->down - 1) / g->down; /* no row is nearly empty */
    g->across = g->across < cols / TILE_COLS ? g->across : cols / TILE_COLS;
    g->rows = rows < TILE_ROWS_MOST * g->down ? rows : TILE_ROWS_MOST * g->down;
    return true;
}

static struct dx_box box_of(const struct grid *g, int cols, size_t i)
{
    int row = (int)i / g->across, col = (int)i % g->across;
    int from = col * cols / g->across, to = (col + 1) * cols / g->across;
    int top = row * g->rows / g->down, bottom = (row + 1) * g->rows / g->down;

    return (struct dx_box){ top, from, bottom - top, to - from };
}

size_t overview_review_most(const struct overview *p)
{
    struct grid g;

    return grid_of(&g, p->rows, p->cols, p->count) ? (size_t)g.across * (size_t)g.down : 0;
}

const char *overview_review_at(const struct overview *p, int row, int col)
{
    struct grid g;

    if (!grid_of(&g, p->rows, p->cols, p->count) || row >= g.rows)
        return "";
    for (size_t i = 0; i < p->count && i < (size_t)g.across * (size_t)g.down; i++) {
        struct dx_box b = box_of(&g, p->cols, i);

        if (row >= b.row && row < b.row + b.rows && col >= b.col && col < b.col + b.cols)
            return p->tiles[i].id;
    }
    return "";
}

/* ---- one of them ---- */

/* Seven days as a line: from the middle of each straight to that of the next one. */
static void line_of(double *out, const double *days)
{
    for (int i = 0; i < LINE; i++) {
        double at = ((double)i + .5) / PARTS - .5, share;
        int day = (int)floor(at);
        double from = day >= 0 ? days[day] : days[0];
        double to = day + 1 < WEEK_DAYS ? days[day + 1] : days[WEEK_DAYS - 1];

        share = at - day;
        if (isnan(from) || isnan(to)) /* as far as its own day goes */
            out[i] = share < .5 ? from : to;
        else
            out[i] = from + share * (to - from);
    }
}

static bool has_any(const double *values, int count)
{
    for (int i = 0; i < count; i++)
        if (!isnan(values[i]))
            return true;
    return false;
}

/* Shares near the whole would all look alike on a scale from 0. */
static double bottom_of(const struct tile *tile)
{
    double least = tile->target, most = least;

    for (int i = 0; tile->floor && i < REVIEW_DAYS; i++) {
        least = fmin(least, tile->days[i]);
        most = fmax(most, tile->days[i]);
    }
    return tile->floor ? fmax(0., least - (most - least) / 3.) : 0.;
}

static void put_days(struct dx_canvas *canvas, const struct dx_box *box, int64_t now_ms)
{
    for (int i = 0; i < WEEK_DAYS; i++) {
        time_t at = (time_t)((now_ms / CI_DAY_MS + 1 - WEEK_DAYS + i) * 86400);
        int from = i * box->cols / WEEK_DAYS, to = (i + 1) * box->cols / WEEK_DAYS;
        char name[8] = "";
        struct tm tm;

        if (gmtime_r(&at, &tm))
            (void)strftime(name, sizeof(name), "%a", &tm);
        (void)dx_put(canvas, box->row, box->col + from + (to - from - 3) / 2, &dim, name);
    }
}

static void put_graph(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile)
{
    double now[LINE], then[LINE];
    enum dx_role past = tile_role(tile);
    struct dx_series series = { .name = tile->name,
                                .role = tile->stale ? DX_ROLE_DIM : DX_ROLE_SERIES_1,
                                .value = now,
                                .count = LINE };

    if (past == DX_ROLE_GOOD || past == DX_ROLE_DIM) /* it was past it, and is not now */
        past = series.role;
    line_of(then, tile->days);
    line_of(now, tile->days + WEEK_DAYS);
    if (has_any(tile->days, REVIEW_DAYS))
        dx_graph(canvas, *box,
                 DX_GRAPH(.series = &series, .count = 1, .min = bottom_of(tile), .max = (double)NAN,
                          .goal = tile->target, .goal_is_floor = tile->floor, .past = past,
                          .unit = tile->unit, .bare = true, .ghost = then, .ghost_count = LINE));
}

/* "was 4m 42s  ▲ 2m 30s", at the right. */
static void put_change(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile)
{
    char was[TILE_TEXT], trend[TILE_TEXT];
    struct dx_style style = { .role = tile_is_worse(tile) ? DX_ROLE_TEXT : DX_ROLE_DIM };
    int room = box->cols, width;

    if (tile->stale)
        (void)tile_stale(trend, tile);
    else
        (void)tile_trend(trend, tile);
    if (tile->stale)
        style.role = DX_ROLE_STALE;
    width = dx_width(trend);
    if (width > room)
        return;
    (void)dx_put(canvas, box->row, box->col + room - width, &style, trend);
    room -= width + 2;
    (void)tile_number(was, tile->unit, tile->before);
    if (isnan(tile->before) || dx_width(was) + 4 > room)
        return;
    (void)dx_put(canvas, box->row, box->col + room - dx_width(was) - 4, &dim, "was");
    (void)dx_put(canvas, box->row, box->col + room - dx_width(was), &dim, was);
}

static void put_tile(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile,
                     bool selected, int64_t now_ms)
{
    struct dx_box line = { box->row + 1, box->col + 2, 1, box->cols - 4 };
    char goal[TILE_TEXT], note[2 * TILE_TEXT] = "", name[TILE_TEXT];
    int used;

    (void)tile_goal(goal, tile, true);
    if (*goal)
        (void)snprintf(note, sizeof(note), "goal %s", goal);
    dx_frame(canvas, *box, tile_name(name, tile, box->cols - (*note ? TITLE_ROOM : FRAME_ROOM)),
             note, selected);
    used = tile_put_number(canvas, &line, tile);
    if (tile->state != DX_KPI_NOTHING) {
        line.col += used + 1;
        line.cols -= used + 1;
        put_change(canvas, &line, tile);
    }
    line = (struct dx_box){ box->row + box->rows - 2, box->col + 2, 1, box->cols - 4 };
    put_days(canvas, &line, now_ms);
    line.rows = box->rows - 2 - WORDS;
    line.row -= line.rows;
    put_graph(canvas, &line, tile);
}

/* In the last frame, below, where lists say it. */
static void put_shown(struct dx_canvas *canvas, const struct dx_box *box, size_t shown, size_t all)
{
    char words[64];

    (void)snprintf(words, sizeof(words), " %zu of %zu ", shown, all);
    (void)dx_put(canvas, box->row + box->rows - 1, box->col + box->cols - dx_width(words) - 2, &dim,
                 words);
}

bool overview_review(const struct overview *p, const char *selected, struct dx_canvas *canvas)
{
    int cols = dx_canvas_cols(canvas);
    struct dx_box box = { 0 };
    size_t shown;
    struct grid g;

    if (!grid_of(&g, dx_canvas_rows(canvas), cols, p->count))
        return false;
    shown = (size_t)g.across * (size_t)g.down;
    for (size_t i = 0; i < p->count && i < shown; i++) {
        box = box_of(&g, cols, i);
        put_tile(canvas, &box, &p->tiles[i], strcmp(p->tiles[i].id, selected) == 0, p->now_ms);
    }
    if (shown < p->count)
        put_shown(canvas, &box, shown, p->count);
    return true;
}
