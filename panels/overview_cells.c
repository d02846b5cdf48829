/* overview_cells: the key numbers in a line each, or in words, where tiles have no room. */
#include "overview.h"

#include <stdio.h>
#include <string.h>

static const struct dx_style text = { .role = DX_ROLE_TEXT };
static const struct dx_style dim = { .role = DX_ROLE_DIM };
static const struct dx_style strong = { .role = DX_ROLE_TEXT, .attr = DX_BOLD };

void tile_cell(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile,
               bool selected, bool goals)
{
    enum { GOAL = 8 };
    bool past = tile->state >= DX_KPI_WARN && !tile->stale;
    struct dx_style glyph = { .role = tile_role(tile), .attr = past ? DX_BOLD : 0 };
    struct dx_style name = { .role = tile->stale ? DX_ROLE_STALE : DX_ROLE_DIM,
                             .attr = selected ? DX_BOLD | DX_ON_SELECTED : 0 };
    struct dx_style number = { .role = past ? tile_role(tile) : DX_ROLE_TEXT, .attr = DX_BOLD };
    char value[TILE_TEXT], goal[TILE_TEXT];
    int right = box->col + box->cols - (goals ? GOAL : 1), width;

    (void)tile_value_brief(value, tile);
    width = dx_width(value);
    if (selected)
        name.role = DX_ROLE_TEXT;
    (void)dx_put(canvas, box->row, box->col, &glyph, dx_glyph(canvas, tile_glyph(tile)));
    (void)dx_put_fit(canvas,
                     (struct dx_box){ box->row, box->col + 2, 1, right - width - box->col - 3 },
                     DX_FIT_LEFT, &name, tile->brief);
    (void)tile_put_digits(canvas, box->row, right - width, tile->stale ? &dim : &number, value);
    if (!goals)
        return;
    if (dx_width(tile_goal(goal, tile, true)) > GOAL - 1)
        (void)tile_goal(goal, tile, false);
    (void)dx_put_fit(canvas, (struct dx_box){ box->row, right + 1, 1, GOAL - 1 }, DX_FIT_LEFT, &dim,
                     goal);
}

/* The worst one as a chip, then how many are well. */
static void put_worst(struct dx_canvas *canvas, const struct overview *p, const struct tile *tile)
{
    struct dx_style chip = { .role = DX_ROLE_BAD, .attr = DX_CHIP | DX_BOLD };
    struct dx_style number = { .role = DX_ROLE_BAD, .attr = DX_BOLD };
    char value[TILE_TEXT], goal[TILE_TEXT], words[2 * TILE_TEXT];
    int cols = dx_canvas_cols(canvas), col = 1;
    size_t well = 0, judged = 0;

    for (size_t i = 0; i < p->count; i++) {
        judged += p->tiles[i].state >= DX_KPI_GOOD && !p->tiles[i].stale;
        well += p->tiles[i].state == DX_KPI_GOOD && !p->tiles[i].stale;
    }
    (void)snprintf(words, sizeof(words), " %s ", dx_glyph(canvas, DX_GLYPH_BAD));
    col += dx_put(canvas, 0, col, &chip, words) + 1;
    col += dx_put(canvas, 0, col, &strong, tile->brief) + 1;
    col += tile_put_digits(canvas, 0, col, &number, tile_value_brief(value, tile));
    col += 2 + dx_put(canvas, 0, col + 2, &dim, tile_goal(goal, tile, true));
    (void)snprintf(words, sizeof(words), "%zu of %zu ok", well, judged);
    if (col + 2 + dx_width(words) <= cols)
        (void)dx_put_fit(canvas, (struct dx_box){ 0, col, 1, cols - col - 1 }, DX_FIT_RIGHT, &dim,
                         words);
}

/* "! flaky 14  ! open 37": the warned ones first, then others, as many as fit. */
static void put_others(struct dx_canvas *canvas, const struct overview *p)
{
    static const enum dx_kpi_state order[] = { DX_KPI_BAD, DX_KPI_WARN, DX_KPI_FEW, DX_KPI_GOOD,
                                               DX_KPI_PLAIN };
    int cols = dx_canvas_cols(canvas), col = 1;

    for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++) {
        for (size_t i = 0; i < p->count; i++) {
            const struct tile *tile = &p->tiles[i];
            bool past = tile->state >= DX_KPI_WARN && !tile->stale;
            struct dx_style style = { .role = tile_role(tile), .attr = past ? DX_BOLD : 0 };
            char value[TILE_TEXT];

            (void)tile_value_brief(value, tile);
            if (tile->state != order[o] ||
                col + 2 + dx_width(tile->brief) + 1 + dx_width(value) > cols - 1)
                continue;
            (void)dx_put(canvas, 0, col, &style, dx_glyph(canvas, tile_glyph(tile)));
            col += 2 + dx_put(canvas, 0, col + 2, tile->stale ? &dim : &text, tile->brief) + 1;
            col += tile_put_digits(canvas, 0, col,
                                   past          ? &style
                                   : tile->stale ? &dim
                                                 : &text,
                                   value) +
                   2;
        }
    }
}

void tiles_in_words(const struct overview *p, struct dx_canvas *canvas)
{
    const struct tile *worst = NULL;

    for (size_t i = 0; i < p->count && !worst; i++)
        if (p->tiles[i].state == DX_KPI_BAD && !p->tiles[i].stale)
            worst = &p->tiles[i];
    if (worst)
        put_worst(canvas, p, worst);
    else
        put_others(canvas, p);
}
