/* overview_tiles: the key numbers as tiles, as large as there is room for. */
#include "overview.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    ACROSS = 6,
    ACROSS_WIDE = 9,
    WIDE_COLS = 176, /* inside the frame */
    TILE_LEAST = 15, /* columns: with fewer, fewer stand side by side */
    WORDS = 3,       /* rows of a tile above its graph */
    GRAPH_MOST = 6,
    CELLS_COLS = 58, /* without a frame: from here on cells side by side */
    CELLS = 3,
    GOALS_FROM = 26, /* as wide a cell has room for its goal */
    BARE_ROWS = 2,
};

static const struct dx_style text = { .role = DX_ROLE_TEXT };
static const struct dx_style dim = { .role = DX_ROLE_DIM };

int overview_rows_on(int page_rows, int page_cols, bool *bare)
{
    *bare = page_rows < 25 || page_cols < 96;
    if (*bare)
        return page_rows >= 15 && page_cols >= CELLS_COLS ? BARE_ROWS : 1;
    if (page_rows >= 49 && page_cols >= 180)
        return WORDS + 3;
    return page_rows >= 37 && page_cols >= 120 ? WORDS + 2 : WORDS + 1;
}

/* ---- where they are ---- */

struct grid {
    int across, down, height;
    size_t most; /* that have room */
};

static int across_of(int cols)
{
    int room = (cols - 2) / TILE_LEAST;

    if (cols >= WIDE_COLS)
        return ACROSS_WIDE;
    return room < 1 ? 1 : room < ACROSS ? room : ACROSS;
}

static struct grid grid_of(int rows, int cols, size_t count)
{
    struct grid g = { .across = across_of(cols), .down = 1 };
    int need = count > 0 ? ((int)count + g.across - 1) / g.across : 1;

    g.height = rows;
    if (rows >= 2 * (WORDS + 2)) { /* a blank row between them */
        g.down = (rows + 1) / (WORDS + 2);
        g.down = g.down < need ? g.down : need;
        g.height = (rows + 1) / g.down - 1;
    }
    if (g.height > WORDS + GRAPH_MOST)
        g.height = WORDS + GRAPH_MOST;
    g.most = (size_t)g.across * (size_t)g.down;
    return g;
}

static struct dx_box box_of(const struct grid *g, int cols, size_t i)
{
    int row = (int)i / g->across, col = (int)i % g->across, room = cols - 2;
    int from = 1 + col * room / g->across, to = 1 + (col + 1) * room / g->across;

    return (struct dx_box){ row * (g->height + 1), from, g->height, to - from };
}

/* On little room one is a line: cells side by side, or below each other where that shows more of
 * them than tiles would. */
static int cells_across(const struct overview *p, int rows, int cols)
{
    struct grid g = grid_of(rows, cols, p->count);

    if (rows <= BARE_ROWS)
        return cols >= CELLS_COLS && rows == BARE_ROWS ? CELLS : 0;
    return cols < CELLS_COLS && g.most < p->count && (size_t)rows > g.most ? 1 : 0;
}

static bool is_bare(int rows)
{
    return rows <= BARE_ROWS;
}

static struct dx_box cell_of(int across, int cols, size_t i)
{
    int nth = (int)i % across;
    int from = 1 + nth * (cols - 1) / across, to = 1 + (nth + 1) * (cols - 1) / across;

    return (struct dx_box){ (int)i / across, from, 1, to - from };
}

size_t overview_painted(const void *state)
{
    const struct overview *p = state;
    int across = cells_across(p, p->rows, p->cols);
    size_t most = grid_of(p->rows, p->cols, p->count).most;

    if (p->show == SHOW_WALL) /* a page at a time */
        return TILES_MOST;
    if (p->show == SHOW_REVIEW && overview_review_most(p) > 0)
        most = overview_review_most(p);
    else if (across > 0)
        most = (size_t)across * (size_t)p->rows;
    else if (is_bare(p->rows))
        most = p->count; /* in words: no single one can be pointed at */
    return p->count < most ? p->count : most;
}

const char *overview_at(const void *state, int row, int col)
{
    const struct overview *p = state;
    struct grid g = grid_of(p->rows, p->cols, p->count);
    const char *framed = p->show == SHOW_REVIEW ? overview_review_at(p, row, col) : "";
    int across = cells_across(p, p->rows, p->cols);
    size_t most = across > 0 ? (size_t)across * (size_t)p->rows : g.most;

    if (*framed)
        return framed;
    for (size_t i = 0; i < p->count && i < most; i++) {
        struct dx_box box = across > 0 ? cell_of(across, p->cols, i) : box_of(&g, p->cols, i);

        if (row >= box.row && row < box.row + box.rows && col >= box.col &&
            col < box.col + box.cols)
            return p->tiles[i].id;
    }
    return "";
}

/* ---- one tile ---- */

int tile_put_digits(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
                    const char *number)
{
    int from = col;

    for (const char *p = number; *p;) {
        bool digit = strchr("0123456789.,-", *p) != NULL || strncmp(p, "–", 3) == 0;
        size_t n = (unsigned char)*p >= 0x80 ? 3 : 1;
        char one[4] = "";

        memcpy(one, p, n);
        col += dx_put(canvas, row, col, digit ? style : &dim, one);
        p += n;
    }
    return col - from;
}

/* "n 2.8k", "n 28k", "n 1.2M": by what is written, of which 9,960 is "10k". */
static const char *thousands(char *out, double k)
{
    if (k < 9.95)
        (void)snprintf(out, TILE_TEXT, "n %.1fk", k);
    else if (k < 999.5)
        (void)snprintf(out, TILE_TEXT, "n %.0fk", k);
    else
        (void)snprintf(out, TILE_TEXT, "n %.1fM", k / 1000.);
    return out;
}

/* "n 2,769", or where there is less room "n 2.8k"; "": neither fits. */
static const char *count_in(char *out, const struct tile *tile, int room)
{
    char n[TILE_TEXT];

    if (tile->week) { /* "was 4m 42s" */
        (void)snprintf(out, TILE_TEXT, "was %.40s", tile_number(n, tile->unit, tile->before));
        if (isnan(tile->before) || dx_width(out) > room)
            out[0] = '\0';
        return out;
    }

    (void)snprintf(out, TILE_TEXT, "n %.20s",
                   dx_format(n, sizeof(n), DX_UNIT_COUNT, (double)tile->n));
    if (dx_width(out) > room && tile->n >= 1000)
        (void)thousands(out, (double)tile->n / 1000.);
    if (dx_width(out) > room)
        out[0] = '\0';
    return out;
}

static int value_cols(const struct tile *tile)
{
    char value[TILE_TEXT];

    return dx_width(tile_value(value, tile)) + (tile->state == DX_KPI_BAD && !tile->stale ? 4 : 2);
}

int tile_put_number(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile)
{
    enum dx_role role = tile_role(tile);
    bool past = tile->state >= DX_KPI_WARN && !tile->stale;
    struct dx_style number = { .role = past          ? role
                                       : tile->stale ? DX_ROLE_DIM
                                                     : DX_ROLE_TEXT,
                               .attr = tile->stale ? 0 : DX_BOLD };
    struct dx_style glyph = { .role = role, .attr = past ? DX_BOLD : 0 };
    const char *mark = dx_glyph(canvas, tile_glyph(tile));
    char value[TILE_TEXT], words[2 * TILE_TEXT];
    int col = box->col;

    (void)tile_value(value, tile);
    if (tile->state == DX_KPI_NOTHING) {
        (void)dx_put(canvas, box->row, col, &dim, mark);
        (void)dx_put_fit(canvas, (struct dx_box){ box->row, col + 2, 1, box->cols - 2 },
                         DX_FIT_LEFT, &dim, tile->note);
        return box->cols;
    }
    if (tile->state == DX_KPI_BAD && !tile->stale) {
        struct dx_style chip = { .role = DX_ROLE_BAD, .attr = DX_CHIP | DX_BOLD };

        (void)snprintf(words, sizeof(words), " %s %s ", mark, value);
        col += dx_put(canvas, box->row, col, &chip, words);
    } else {
        (void)dx_put(canvas, box->row, col, &glyph, mark);
        col += 2 + tile_put_digits(canvas, box->row, col + 2, &number, value);
    }
    return col - box->col;
}

static void put_value(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile)
{
    int used = tile_put_number(canvas, box, tile), room = box->cols - used;
    char n[TILE_TEXT];

    if (tile->state != DX_KPI_NOTHING)
        (void)dx_put_fit(canvas, (struct dx_box){ box->row, box->col + used, 1, room },
                         DX_FIT_RIGHT, &dim, count_in(n, tile, room - 1));
}

/* "▼ 1.2" as "▼1.2". */
static void tighten(char *words)
{
    char *blank = strchr(words, ' ');

    if (blank)
        memmove(blank, blank + 1, strlen(blank));
}

struct beside { /* below the value */
    char trend[TILE_TEXT], n[TILE_TEXT], goal[TILE_TEXT];
};

static bool fits(const struct beside *b, int cols)
{
    return dx_width(b->trend) + (*b->n ? 1 + dx_width(b->n) : 0) + 1 + dx_width(b->goal) <= cols;
}

/* How many there are, where that does not stand above: no number is without it for a blank. */
static bool count_beside(struct beside *b, const struct tile *tile, int cols)
{
    char n[TILE_TEXT];

    if (!*count_in(b->n, tile, cols) || fits(b, cols))
        return true;
    (void)tile_goal(b->goal, tile, false);
    if (!fits(b, cols) && *count_in(n, tile, dx_width(b->n) - 1))
        memcpy(b->n, n, sizeof(n));
    if (!fits(b, cols) && !tile->stale)
        tighten(b->trend);
    if (!fits(b, cols) && !tile->week)
        tighten(b->n);
    if (!fits(b, cols))
        tighten(b->goal);
    return fits(b, cols);
}

static void write_beside(struct beside *b, const struct tile *tile, int cols)
{
    struct beside with;
    char above[TILE_TEXT];

    (void)(tile->stale ? tile_stale(b->trend, tile) : tile_trend(b->trend, tile));
    (void)tile_goal(b->goal, tile, true);
    b->n[0] = '\0';
    with = *b;
    if (!*count_in(above, tile, cols - value_cols(tile) - 1) && count_beside(&with, tile, cols))
        *b = with;
    else if (!fits(b, cols))
        (void)tile_goal(b->goal, tile, false);
}

static void put_trend(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile)
{
    const struct dx_style stale = { .role = DX_ROLE_STALE }, *style = &dim;
    struct beside b;
    int used, room;

    write_beside(&b, tile, box->cols);
    if (tile->stale)
        style = &stale;
    else if (tile_is_worse(tile))
        style = &text;
    used = dx_put(canvas, box->row, box->col, style, b.trend);
    room = box->cols - used;
    if (dx_width(b.goal) + 1 > room)
        return;
    (void)dx_put_fit(canvas, (struct dx_box){ box->row, box->col + used, 1, room }, DX_FIT_RIGHT,
                     &dim, b.goal);
    if (*b.n)
        (void)dx_put(canvas, box->row, box->col + used + (used > 0), &dim, b.n);
    used += *b.n ? dx_width(b.n) + 1 : 0;
    room = box->cols - used - dx_width(b.goal) - 2;
    if (*tile->note && tile->state != DX_KPI_NOTHING && dx_width(tile->note) + 2 <= room)
        (void)dx_put(canvas, box->row, box->col + used + 2, &text, tile->note);
}

/* Shares near the whole would all look alike on a scale from 0. */
static double bottom_of(const struct tile *tile)
{
    double least = tile->target, most = least;

    if (!tile->floor)
        return 0.;
    for (size_t i = 0; i < tile->count; i++) {
        least = fmin(least, tile->points[i]);
        most = fmax(most, tile->points[i]);
    }
    return fmax(0., least - (most - least) / 3.);
}

void tile_graph(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile)
{
    struct dx_series series = { .name = tile->name,
                                .role = tile->stale ? DX_ROLE_DIM : DX_ROLE_SERIES_1,
                                .value = tile->points,
                                .count = tile->count };
    enum dx_role past = tile->stale ? DX_ROLE_DIM : tile_role(tile);
    double bottom = bottom_of(tile), values[POINTS];

    if (past == DX_ROLE_GOOD || past == DX_ROLE_DIM) /* it was past it, and is not now */
        past = tile->stale ? DX_ROLE_DIM : DX_ROLE_SERIES_1;
    if (tile->count == 0)
        return;
    if (box->rows > 1) {
        dx_graph(canvas, *box,
                 DX_GRAPH(.series = &series, .count = 1, .min = bottom, .max = (double)NAN,
                          .goal = tile->target, .goal_is_floor = tile->floor, .past = past,
                          .unit = tile->unit, .bare = true,
                          .ghost = tile->ghost_count > 0 ? tile->ghost : NULL,
                          .ghost_count = tile->ghost_count));
        return;
    }
    for (size_t i = 0; i < tile->count; i++)
        values[i] = tile->points[i] - bottom;
    dx_spark(canvas, *box,
             DX_SPARK(.value = values, .count = tile->count, .max = (double)NAN,
                      .goal = tile->target - bottom, .goal_is_floor = tile->floor,
                      .role = series.role, .past = past));
}

static void put_edge(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile,
                     bool selected)
{
    bool past = tile->state >= DX_KPI_WARN || tile->stale;
    enum dx_role role = tile->stale ? DX_ROLE_STALE : past ? tile_role(tile) : DX_ROLE_BORDER;
    struct dx_style style = { .role = selected && !past ? DX_ROLE_BORDER_FOCUS : role };
    const char *edge = dx_glyph(canvas, past || selected ? DX_GLYPH_EDGE_LOUD : DX_GLYPH_EDGE);

    for (int row = 0; row < box->rows; row++)
        (void)dx_put(canvas, box->row + row, box->col, &style, edge);
}

/* The name, and over which time where that is not the frame's. */
static void put_name(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile,
                     bool selected)
{
    struct dx_style style = { .role = selected      ? DX_ROLE_TEXT
                                      : tile->stale ? DX_ROLE_DIM
                                                    : DX_ROLE_TITLE,
                              .attr = selected ? DX_BOLD | DX_ON_SELECTED : 0 };
    char window[TILE_TEXT] = "", brief[TILE_TEXT];
    int used = dx_width(tile->name);

    (void)dx_put_fit(canvas, *box, DX_FIT_LEFT, &style, tile_name(brief, tile, box->cols));
    if (tile->window_ms != CI_DAY_MS)
        (void)tile_window(window, tile->window_ms);
    if (*window && used + 1 + dx_width(window) <= box->cols)
        (void)dx_put(canvas, box->row, box->col + used + 1, &dim, window);
}

static void put_tile(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile,
                     bool selected)
{
    struct dx_box line = { box->row, box->col + 2, 1, box->cols - 3 };

    put_edge(canvas, box, tile, selected);
    put_name(canvas, &line, tile, selected);
    line.row++;
    put_value(canvas, &line, tile);
    line.row++;
    put_trend(canvas, &line, tile);
    line.row++;
    line.rows = box->rows - WORDS;
    if (line.rows > 0)
        tile_graph(canvas, &line, tile);
}

/* ---- all of them ---- */

void overview_paint(const void *state, const char *selected, struct dx_canvas *canvas)
{
    const struct overview *p = state;
    int rows = dx_canvas_rows(canvas), cols = dx_canvas_cols(canvas);
    int across = cells_across(p, rows, cols);
    struct grid g = grid_of(rows, cols, p->count);
    size_t most = across > 0 ? (size_t)across * (size_t)rows : g.most;

    if (p->show == SHOW_WALL) {
        overview_wall(p, selected, canvas);
        return;
    }
    if (p->show == SHOW_REVIEW && overview_review(p, selected, canvas))
        return;
    if (across == 0 && is_bare(rows)) {
        tiles_in_words(p, canvas);
        return;
    }
    for (size_t i = 0; i < p->count && i < most; i++) {
        const struct tile *tile = &p->tiles[i];
        bool is_selected = strcmp(tile->id, selected) == 0;
        struct dx_box box = across > 0 ? cell_of(across, cols, i) : box_of(&g, cols, i);

        if (across > 0)
            tile_cell(canvas, &box, tile, is_selected, (cols - 1) / across >= GOALS_FROM);
        else
            put_tile(canvas, &box, tile, is_selected);
    }
}
