/* overview_wall: key numbers that are read from three metres: large digits, a heavy frame
 * around what is bad. */
#include "overview.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TILE_COLS = 20, /* the least, and ... */
    TILE_ROWS = 7,  /* ... with gaps and three rows of digits */
    ACROSS = 3,
    DOWN = 2,
    LARGE_COLS = 39, /* from here on five rows of digits */
    LARGE_ROWS = 13,
    GRAPH_LEAST = 2,
    GRAPH_MOST = 4,
    EDGE = 3, /* columns left of what is in a tile; the frame stands in the first */
};

static const struct dx_style text = { .role = DX_ROLE_TEXT };
static const struct dx_style dim = { .role = DX_ROLE_DIM };

/* How the tiles lie, and how large their digits are: all alike. */
struct plan {
    int across, down, rows, cols, digits;
};

static int bounded(int n, int most)
{
    if (n < 1)
        return 1;
    return n < most ? n : most;
}

static struct plan plan_of(int rows, int cols)
{
    struct plan plan = { .across = bounded(cols / TILE_COLS, ACROSS),
                         .down = bounded(rows / TILE_ROWS, DOWN) };

    plan.rows = rows / plan.down;
    plan.cols = cols / plan.across;
    plan.digits = plan.cols >= LARGE_COLS && plan.rows >= LARGE_ROWS ? 5 : 3;
    return plan;
}

static size_t on_page(struct plan plan)
{
    return (size_t)plan.across * (size_t)plan.down;
}

/* ---- which ones ---- */

static bool is_wanted(const struct tile *tile, bool with_goal)
{
    if (tile->state == DX_KPI_NOTHING && !tile->stale)
        return false;
    return with_goal != isnan(tile->target);
}

/* Those that are asked for; else those with a goal, and so many others that the last page is
 * full: without any goal all that there are. */
static void choose(struct overview *p, size_t of_page)
{
    const char *const *ids = p->kpis.item;
    size_t goals;

    p->wall_count = 0;
    for (size_t i = 0; i < p->kpis.count && p->wall_count < TILES_MOST; i++) {
        const struct tile *tile = overview_find(p, ids[i]);

        if (tile)
            p->wall[p->wall_count++] = (size_t)(tile - p->tiles);
    }
    for (size_t i = 0; i < p->count && p->kpis.count == 0; i++)
        if (is_wanted(&p->tiles[i], true))
            p->wall[p->wall_count++] = i;
    goals = p->wall_count;
    for (size_t i = 0; i < p->count && p->kpis.count == 0; i++)
        if ((goals == 0 || p->wall_count % of_page != 0) && is_wanted(&p->tiles[i], false))
            p->wall[p->wall_count++] = i;
}

size_t overview_wall_pages(struct overview *p)
{
    size_t of_page = on_page(plan_of(p->rows, p->cols));

    choose(p, of_page);
    return (p->wall_count + of_page - 1) / of_page;
}

const char *overview_wall_names(const struct overview *p, size_t page, char *out, size_t cap)
{
    size_t of_page = on_page(plan_of(p->rows, p->cols)), n = 0;

    out[0] = '\0';
    for (size_t i = page * of_page; i < (page + 1) * of_page && i < p->wall_count && n < cap; i++)
        n += (size_t)snprintf(out + n, cap - n, "%s%s", n > 0 ? ", " : "",
                              p->tiles[p->wall[i]].name);
    return out;
}

/* What is stale is nothing now. */
static int state_now(const struct tile *tile)
{
    return tile->stale ? DX_KPI_NOTHING : (int)tile->state;
}

const struct tile *overview_wall_worst(struct overview *p, size_t page)
{
    size_t of_page = on_page(plan_of(p->rows, p->cols));
    const struct tile *worst = NULL;

    choose(p, of_page);
    for (size_t i = page * of_page; i < (page + 1) * of_page && i < p->wall_count; i++) {
        const struct tile *tile = &p->tiles[p->wall[i]];
        int state = state_now(tile);

        if (!worst || (state >= DX_KPI_WARN && state > state_now(worst)))
            worst = tile;
    }
    return worst;
}

/* ---- one tile ---- */

/* The first unit of a span that has two; NULL: it has not, as "600ms". */
static char *first_unit(char *number)
{
    char *unit = strpbrk(number, "dhm");

    return unit && unit[1] >= '0' && unit[1] <= '9' ? unit : NULL;
}

/* The number for large digits: without blanks, and without its second unit: 7m12. A range
 * is said below. */
static char *number_of(char *out, const struct tile *tile)
{
    bool whole = tile->unit == DX_UNIT_RATIO && tile->value >= 1.;
    char number[TILE_TEXT];
    size_t n = 0;

    (void)dx_format(number, sizeof(number), tile->unit, tile->value);
    for (const char *c = whole ? "100%" : number; *c && n + 1 < TILE_TEXT; c++)
        if (!strchr(" <>", *c))
            out[n++] = *c;
    out[n] = '\0';
    if (tile->unit == DX_UNIT_SECONDS && first_unit(out))
        out[n - 1] = '\0';
    return out;
}

static void put_label(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile)
{
    bool past = tile->state >= DX_KPI_WARN && !tile->stale;
    bool bad = tile->state == DX_KPI_BAD && !tile->stale;
    struct dx_style glyph = { .role = tile_role(tile), .attr = past ? DX_BOLD : 0 };
    struct dx_style name = { .role = bad           ? DX_ROLE_TEXT
                                     : tile->stale ? DX_ROLE_DIM
                                                   : DX_ROLE_TITLE,
                             .attr = bad ? DX_BOLD : 0 };
    char brief[TILE_TEXT];

    (void)dx_put(canvas, box->row, box->col, &glyph, dx_glyph(canvas, tile_glyph(tile)));
    (void)dx_put_fit(canvas, (struct dx_box){ box->row, box->col + 2, 1, box->cols - 2 },
                     DX_FIT_LEFT, &name, tile_name(brief, tile, box->cols - 2));
}

/* Columns of the number in large digits; where it is too long, of its first unit alone,
 * or without what is behind the point.
 * 0: it cannot be drawn so. */
static int fitting(const struct dx_canvas *canvas, int rows, int room, char *number)
{
    int cols = dx_big_cols(canvas, rows, number);
    char *unit = first_unit(number), *point = strchr(number, '.');

    if (cols > room && unit)
        unit[1] = '\0';
    else if (cols > room && point && strchr(point, '%') && *number != '0')
        (void)memcpy(point, "%", 2);
    if (cols > room)
        cols = dx_big_cols(canvas, rows, number);
    return cols <= room && cols > 0 ? cols : 0;
}

/* box: of the whole tile, rows: of the digits. What is too wide for its place begins
 * further left. */
static void put_digits(struct dx_canvas *canvas, struct dx_box box, const struct tile *tile)
{
    bool past = tile->state >= DX_KPI_WARN && !tile->stale;
    struct dx_style style = { .role = past          ? tile_role(tile)
                                      : tile->stale ? DX_ROLE_DIM
                                                    : DX_ROLE_TEXT,
                              .attr = DX_BOLD };
    char number[TILE_TEXT];
    int cols = fitting(canvas, box.rows, box.cols - 2, number_of(number, tile));
    int at = box.cols - 1 - cols < EDGE ? box.cols - 1 - cols : EDGE;

    if (cols > 0)
        dx_big(canvas, (struct dx_box){ box.row, box.col + at, box.rows, cols }, &style, number);
    else
        (void)dx_put_fit(
            canvas,
            (struct dx_box){ box.row + box.rows / 2, box.col + EDGE, 1, box.cols - EDGE - 1 },
            DX_FIT_LEFT, &style, number);
}

/* The range that the digits are the best of; "": they are the whole. */
static const char *range_of(char *out, const struct tile *tile)
{
    out[0] = '\0';
    if (tile_is_range(tile))
        (void)tile_value(out, tile);
    return out;
}

/* "▲ 2m 30s  ≤ 5m  97.9–98.1 %": where there is no room for all, the goal is left out first,
 * and what the digits are a part of last. */
static void put_trend(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile)
{
    char words[TILE_TEXT], range[TILE_TEXT];
    int col = box->col, end = box->col + box->cols;
    int room = end - (*range_of(range, tile) ? dx_width(range) + 2 : 0);

    if (tile->stale)
        col += dx_put(canvas, box->row, col, &(struct dx_style){ .role = DX_ROLE_STALE },
                      tile_stale(words, tile));
    else if (col + dx_width(tile_trend(words, tile)) <= room)
        col += dx_put(canvas, box->row, col, tile_is_worse(tile) ? &text : &dim, words);
    col += col > box->col ? 2 : 0;
    if (*tile_goal(words, tile, true) && col + dx_width(words) <= room)
        col += 2 + dx_put(canvas, box->row, col, &dim, words);
    if (col + dx_width(range) <= end)
        (void)dx_put(canvas, box->row, col, &dim, range);
}

static void put_tile(struct dx_canvas *canvas, const struct plan *plan, struct dx_box box,
                     const struct tile *tile)
{
    int inside = plan->rows - 2, gap, graph, group, spare;
    struct dx_box part = { 0, box.col + EDGE, 1, box.cols - EDGE - 1 };

    gap = inside >= plan->digits + 4;
    group = plan->digits + 2 + 2 * gap;
    graph = bounded(inside - group - 1, GRAPH_MOST);
    graph = inside - group - 1 >= GRAPH_LEAST ? graph : 0;
    spare = plan->rows - group - (graph > 0 ? graph + 1 : 0);
    if (tile->state == DX_KPI_BAD && !tile->stale && plan->rows >= group + 2)
        dx_loud_frame(canvas, box, DX_ROLE_BAD);
    part.row = box.row + (spare > 0 ? spare / 2 : 0);
    put_label(canvas, &part, tile);
    part.row += 1 + gap;
    put_digits(canvas, (struct dx_box){ part.row, box.col, plan->digits, box.cols }, tile);
    part.row += plan->digits + gap;
    part.rows = 1;
    put_trend(canvas, &part, tile);
    part.row += 2;
    part.rows = graph;
    part.cols = box.cols - 2 * EDGE;
    if (graph > 0)
        tile_graph(canvas, &part, tile);
}

void overview_wall(const struct overview *p, const char *selected, struct dx_canvas *canvas)
{
    struct plan plan = plan_of(dx_canvas_rows(canvas), dx_canvas_cols(canvas));
    size_t of_page = on_page(plan);
    size_t first = (size_t)strtoul(selected, NULL, 10) * of_page;

    for (size_t i = 0; i < of_page && first + i < p->wall_count; i++) {
        int row = (int)i / plan.across * plan.rows, col = (int)i % plan.across * plan.cols;

        put_tile(canvas, &plan, (struct dx_box){ row, col, plan.rows, plan.cols },
                 &p->tiles[p->wall[first + i]]);
    }
}
