/* overview: the key numbers of the platform as tiles, each with its goal, its trend and
 * its definition. */
#include "inside.h"
#include "overview.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATE, NAME, VALUE, TREND, GOAL, N, WINDOW, LAST, WHY, COUNT };

static const struct dx_column columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✓ within its goal, ! past it, ✗ far past it, ? too few to say, · no goal, "
                "– no data" },
    [NAME] = { "KPI", DX_CELL_TEXT, DX_UNIT_NONE, 0, 12, 20, DX_FIT_LEFT, "the key number" },
    [VALUE] = { "VALUE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 14, DX_FIT_RIGHT,
                "over its window; a range where causes of failures are unknown" },
    [TREND] = { "TREND", DX_CELL_TEXT, DX_UNIT_NONE, 1, 8, 10, DX_FIT_RIGHT,
                "against the window before; bright where that is worse" },
    [GOAL] = { "GOAL", DX_CELL_TEXT, DX_UNIT_NONE, 2, 6, 8, DX_FIT_RIGHT,
               "targets of the configuration" },
    [N] = { "N", DX_CELL_NUMBER, DX_UNIT_COUNT, 3, 5, 7, DX_FIT_RIGHT, "what it is made of" },
    [WINDOW] = { "WINDOW", DX_CELL_TEXT, DX_UNIT_NONE, 4, 6, 6, DX_FIT_RIGHT,
                 "up to now; empty: as it is now" },
    [LAST] = { "LATELY", DX_CELL_SPARK, DX_UNIT_NONE, 5, 10, 30, DX_FIT_LEFT,
               "by the hour of 24 h, or by the day of 30 d" },
    [WHY] = { "", DX_CELL_TEXT, DX_UNIT_NONE, 6, 10, 0, DX_FIT_LEFT,
              "why there is no value, or what is beside it" },
    [COUNT] = { 0 },
};

static const char *const shows[] = { "tiles", "wall", "review", NULL };
static const struct dx_option options[] = {
    { .name = "show",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct overview, show),
      .fallback = "tiles",
      .choices = shows,
      .help = "tiles side by side, pages of large digits, or frames with the last seven days over "
              "those before them" },
    { .name = "kpis",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct overview, kpis),
      .fallback = "",
      .help = "ids of the key numbers of a wall, in their order; without it those with a goal, "
              "and others to fill the last page" },
    { 0 },
};

static const struct dx_level levels[] = {
    { NULL, inside_columns },
    { NULL, inside_columns },
    { NULL, inside_columns },
    { NULL, NULL },
};

const struct tile *overview_find(const struct overview *p, const char *id)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->tiles[i].id, id) == 0)
            return &p->tiles[i];
    return NULL;
}

static struct tile *find(struct overview *p, const char *id)
{
    const struct tile *tile = overview_find(p, id);

    return tile ? &p->tiles[tile - p->tiles] : NULL;
}

/* ---- reading ---- */

/* "Median … of … The last 7 d, against the 7 d before. n 41, before 38. Goal: ≤ 2h." */
static void explain(struct tile *tile, const char *definition)
{
    char window[TILE_TEXT], before[TILE_TEXT], goal[TILE_TEXT], bad[TILE_TEXT] = "", of[160];

    (void)tile_window(window, tile->window_ms);
    (void)tile_window(before, tile->before_ms);
    if (*window)
        (void)snprintf(of, sizeof(of),
                       isnan(tile->before)
                           ? "The last %s; of the %s before there is nothing to compare with."
                           : "The last %s, against the %s before.",
                       window, before);
    else
        (void)snprintf(of, sizeof(of),
                       isnan(tile->before)
                           ? "As it is now; of %s ago there is nothing to compare with."
                           : "As it is now, against %s ago.",
                       before);
    (void)tile_goal(goal, tile, true);
    if (!isnan(tile->bad))
        (void)tile_number(bad, tile->unit, tile->bad);
    (void)snprintf(tile->about, sizeof(tile->about), "%s\n%s n: %lld.%s%s%s%s%s", definition, of,
                   (long long)tile->n, *goal ? " Goal: " : "", goal, *bad ? ", bad past " : "", bad,
                   *goal ? "." : "");
}

static void take(struct tile *tile, const struct dx_rows *rows)
{
    *tile = (struct tile){ .unit = (enum dx_unit)dx_int(rows, DX_FIELD_UNIT),
                           .state = (enum dx_kpi_state)dx_int(rows, DX_FIELD_STATE),
                           .value = dx_number(rows, DX_FIELD_VALUE),
                           .low = dx_number(rows, DX_FIELD_LOW),
                           .high = dx_number(rows, DX_FIELD_HIGH),
                           .before = dx_number(rows, DX_FIELD_BEFORE),
                           .target = dx_number(rows, DX_FIELD_TARGET),
                           .bad = dx_number(rows, DX_FIELD_TARGET_BAD),
                           .floor = dx_int(rows, DX_FIELD_BETTER) > 0,
                           .n = dx_int(rows, DX_FIELD_N),
                           .window_ms = dx_int(rows, DX_FIELD_WINDOW),
                           .before_ms = dx_int(rows, DX_FIELD_BEFORE_WINDOW),
                           .reads = (uint32_t)dx_int(rows, DX_FIELD_READS) };
    (void)ci_copy(tile->id, sizeof(tile->id), dx_text(rows, DX_FIELD_KEY));
    (void)ci_copy(tile->name, sizeof(tile->name), dx_text(rows, DX_FIELD_NAME));
    (void)ci_copy(tile->brief, sizeof(tile->brief), dx_text(rows, DX_FIELD_BRIEF));
    (void)ci_copy(tile->note, sizeof(tile->note), dx_text(rows, DX_FIELD_TEXT));
    tile->hours = tile->window_ms == CI_DAY_MS;
    explain(tile, dx_text(rows, DX_FIELD_DEFINITION));
}

static void take_point(double *points, size_t *count, int64_t nth, int64_t size, double value)
{
    for (; *count < (size_t)size; (*count)++)
        points[*count] = (double)NAN;
    points[nth] = value;
}

static void read_points(struct overview *p, const struct dx_view *view, bool hours, bool ghost)
{
    int64_t step_ms = hours ? CI_HOUR_MS : CI_DAY_MS, size = hours ? 25 : POINTS;
    int64_t from_ms = (dx_now(view) / step_ms + 1 - size) * step_ms;
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_KPI_POINTS, DX_FILTER(.from_ms = from_ms, .step_ms = step_ms));

    while (dx_next(rows)) {
        struct tile *tile = find(p, dx_text(rows, DX_FIELD_KEY));
        int64_t nth = (dx_int(rows, DX_FIELD_AT) - from_ms) / step_ms - 1;

        if (!tile || tile->hours != hours || nth < 0 || nth >= size)
            continue;
        if (ghost)
            take_point(tile->ghost, &tile->ghost_count, nth, size, dx_number(rows, DX_FIELD_VALUE));
        else
            take_point(tile->points, &tile->count, nth, size, dx_number(rows, DX_FIELD_VALUE));
    }
}

/* What never was there is no more than said, behind all others. */
static void sort(struct overview *p)
{
    static struct tile last[TILES_MOST]; /* too large for a stack */
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < p->count; i++) {
        const struct tile *tile = &p->tiles[i];

        if (tile->state == DX_KPI_NOTHING && tile->count == 0 && isnan(tile->before))
            last[n++] = *tile;
        else
            p->tiles[kept++] = *tile;
    }
    memcpy(p->tiles + kept, last, n * sizeof(last[0]));
}

/* A source whose answer is stale makes all stale that it tells of. */
static void read_ages(struct overview *p, const struct dx_view *view, double *filled)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, NULL);
    double done = 0., total = 0.; /* of a damaged store they are anything */

    while (dx_next(rows)) {
        enum dx_source_state state = (enum dx_source_state)dx_int(rows, DX_FIELD_STATE);
        int64_t ok_ms = dx_int(rows, DX_FIELD_LAST_OK);
        uint32_t yields = (uint32_t)dx_int(rows, DX_FIELD_YIELDS);
        bool stale = p->now_ms > dx_stale_from(state, ok_ms, dx_int(rows, DX_FIELD_EVERY));

        done += (double)dx_int(rows, DX_FIELD_DONE);
        total += (double)dx_int(rows, DX_FIELD_TOTAL);
        for (size_t i = 0; stale && i < p->count; i++) {
            int64_t age_ms = ok_ms > 0 ? p->now_ms - ok_ms : 0;

            if (!(p->tiles[i].reads & yields))
                continue;
            p->tiles[i].stale = true;
            if (age_ms > p->tiles[i].stale_ms)
                p->tiles[i].stale_ms = age_ms;
        }
    }
    *filled = total > 0. ? fmin(fmax(done / total, 0.), 1.) : (double)NAN;
}

/* How much worse it is than a week before, as a share of what it was; NaN: nobody knows. */
static double worse_by(const struct tile *tile)
{
    double by = (tile->value - tile->before) / fmax(fabs(tile->before), 1e-9);

    return tile->floor ? -by : by;
}

/* What is past its goal and got worse is looked at first, then what is far past it all the
 * same. */
static int rank_of(const struct tile *tile)
{
    bool bad = tile->state == DX_KPI_BAD;

    if (tile->stale || tile->state < DX_KPI_WARN)
        return 3;
    if (worse_by(tile) > 0.)
        return bad ? 0 : 1;
    return bad ? 2 : 3;
}

static int by_worse(const void *a, const void *b)
{
    double x = worse_by(a), y = worse_by(b);
    int first = rank_of(a) - rank_of(b);

    if (first != 0)
        return first;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x < y) - (x > y);
}

/* A number of flaky jobs is of 14 days, and what it is compared with is a week before, now as ever:
 * where the records do not go back so far there is none, and a count of the days that there are
 * would be a smaller one that says nothing. A mean of part of a window is still one. */
static bool is_part(const struct tile *tile)
{
    return strncmp(tile->id, "flaky", 5) == 0 && isnan(tile->before);
}

/* The same numbers as of a week before, in place of the window before each. */
static void read_week(struct overview *p, const struct dx_view *before)
{
    struct dx_rows *rows = dx_rows(before, DX_QUERY_KPIS, DX_FILTER(.limit = TILES_MOST));

    for (size_t i = 0; i < p->count; i++) {
        p->tiles[i].week = true;
        p->tiles[i].part = is_part(&p->tiles[i]);
        p->tiles[i].before = (double)NAN;
    }
    while (dx_next(rows)) {
        struct tile *tile = find(p, dx_text(rows, DX_FIELD_KEY));

        if (tile && !tile->part)
            tile->before = dx_number(rows, DX_FIELD_VALUE);
    }
    read_points(p, before, true, true);
    read_points(p, before, false, true);
    qsort(p->tiles, p->count, sizeof(p->tiles[0]), by_worse);
}

static double read_all(struct overview *p, const struct dx_view *view)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_KPIS, DX_FILTER(.limit = TILES_MOST));
    double filled;

    p->count = 0;
    while (p->count < TILES_MOST && dx_next(rows))
        take(&p->tiles[p->count++], rows);
    read_points(p, view, true, false);
    read_points(p, view, false, false);
    read_ages(p, view, &filled);
    if (dx_before(view))
        read_week(p, dx_before(view));
    if (p->show == SHOW_REVIEW)
        overview_review_read(p, view);
    sort(p);
    return filled;
}

/* ---- rows ---- */

static void add(struct dx_list *list, const struct tile *tile)
{
    char value[TILE_TEXT], trend[TILE_TEXT], goal[TILE_TEXT], window[TILE_TEXT];
    bool past = tile->state >= DX_KPI_WARN && !tile->stale;
    enum dx_role role = past ? tile_role(tile) : tile->stale ? DX_ROLE_DIM : DX_ROLE_TEXT;
    struct dx_cell cells[COUNT] = {
        [STATE] = { .value = (double)tile_glyph(tile), .role = tile_role(tile) },
        [NAME] = { .text = tile->name,
                   .role = tile->stale ? DX_ROLE_DIM : DX_ROLE_TEXT,
                   .attr = tile->state == DX_KPI_BAD ? DX_BOLD : 0 },
        [VALUE] = { .text = tile_value(value, tile),
                    .value = tile->value,
                    .role = role,
                    .attr = tile->state == DX_KPI_BAD ? DX_BOLD : 0 },
        [TREND] = { .text = tile_trend(trend, tile),
                    .value = tile->value - tile->before,
                    .role = tile_is_worse(tile) ? DX_ROLE_TEXT : DX_ROLE_DIM },
        [GOAL] = { .text = tile_goal(goal, tile, true), .role = DX_ROLE_DIM },
        [N] = { .value = (double)tile->n, .role = DX_ROLE_DIM },
        [WINDOW] = { .text = tile_window(window, tile->window_ms), .role = DX_ROLE_DIM },
        [LAST] = { .values = tile->points,
                   .count = tile->count,
                   .goal = tile->target,
                   .role = past ? role : DX_ROLE_SERIES_1,
                   .attr = tile->floor ? DX_FLOOR : 0 },
        [WHY] = { .text = tile->note, .role = DX_ROLE_DIM },
    };

    dx_add(list, DX_ROW(.key = tile->id, .url = "", .cells = cells, .into = tile->name));
}

/* A page of a wall is a row. */
static void add_pages(struct dx_list *list, struct overview *p)
{
    size_t pages = overview_wall_pages(p);
    char key[32], names[400];

    for (size_t i = 0; i < pages; i++) {
        struct dx_cell cells[COUNT] = { { .value = DX_GLYPH_DOT, .role = DX_ROLE_DIM } };

        for (int c = NAME; c < COUNT; c++)
            cells[c] = (struct dx_cell){ .text = "" };
        cells[NAME].text = overview_wall_names(p, i, names, sizeof(names));
        (void)snprintf(key, sizeof(key), "%zu", i);
        dx_add(list, DX_ROW(.key = key, .url = "", .cells = cells,
                            .into = overview_wall_worst(p, i)->name));
    }
}

static void tell(struct dx_list *list, const struct tile *tile)
{
    char value[TILE_TEXT], goal[TILE_TEXT], sentence[2 * TILE_TEXT + 20];

    if (tile->state < DX_KPI_WARN || tile->stale)
        return;
    (void)snprintf(sentence, sizeof(sentence), "%s, the goal is %s", tile_value(value, tile),
                   tile_goal(goal, tile, true));
    dx_finding(list, tile->state == DX_KPI_BAD ? DX_ROLE_BAD : DX_ROLE_WARN, tile->name, sentence);
}

/* What the numbers of a day stand against. */
static const char *against(const struct overview *p, bool week)
{
    if (week)
        return "against the same a week before";
    for (size_t i = 0; i < p->count; i++)
        if (p->tiles[i].hours && !isnan(p->tiles[i].before))
            return "24 h against the 7 days before";
    return p->count > 0 ? "24 h · nothing before them is known" : "";
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct overview *p = state;
    double filled;
    char note[80];
    const char *compared;

    (void)err;
    p->now_ms = dx_now(view);
    p->ticket.key[0] = '\0';
    p->rows = dx_view_rows(view);
    p->cols = dx_view_cols(view);
    filled = read_all(p, view);
    for (size_t i = 0; i < p->count; i++)
        tell(list, &p->tiles[i]);
    if (dx_depth(view) > 0) {
        overview_inside(p, view, list);
        return true;
    }
    compared = against(p, dx_before(view) != NULL);
    (void)snprintf(note, sizeof(note), "%s", compared);
    if (!isnan(filled))
        (void)snprintf(note, sizeof(note), "filling %d %% · %s", (int)(100. * filled), compared);
    dx_note(list, note);
    dx_empty(list, "No source tells of anything that key numbers are made of yet.");
    if (p->show == SHOW_WALL) {
        add_pages(list, p);
        return true;
    }
    for (size_t i = 0; i < p->count; i++)
        add(list, &p->tiles[i]);
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    const struct overview *p = state;

    if (*p->ticket.key)
        ticket_draw(&p->ticket, canvas);
    else
        job_draw(&p->job, canvas);
}

/* Of what is suggested for the ticket that is read. */
static enum dx_reply event(void *state, const struct dx_event *event, struct dx_host *host)
{
    const struct ticket_detail *t = &((const struct overview *)state)->ticket;

    return suggest_event(&t->suggestions, event, host, t->key);
}

static const char *about(const void *state, const char *row_key)
{
    const struct tile *tile = overview_find(state, row_key);

    return tile ? tile->about : "";
}

static const char *title(const void *state)
{
    (void)state;
    return "Health";
}

extern const struct dx_panel dx_panel_overview;
DX_EXPORT const struct dx_panel dx_panel_overview = {
    DX_PANEL_HEAD,
    .name = "overview",
    .summary = "the key numbers, each with its goal, its trend and its definition",
    .help = "A number is over the window that stands beside its name; where none stands there, "
            "over the last 24 hours, and its trend is against the 7 days before them, or nothing "
            "where records do not go back to where these began. The arrow "
            "says whether it rose or fell; it is bright where that is worse. n is how many it is "
            "made of: of too few nothing is said (?). Past its goal a number is a warning (!), "
            "past it by half, or past the `bad` of its target, it is bad (✗). One whose source "
            "does not answer is stale: it keeps its place and loses its colour.\n"
            "Enter on a tile shows what it is made of: pools, pipelines, jobs or categories, and "
            "behind them the records themselves; one that is made of neither shows its days, each "
            "with those before it and where it came from. Enter on a page of large digits opens "
            "what is worst on it. Sorted or filtered, the numbers are a list.\n"
            "Week against week each is beside what it was seven days before, and the tiles "
            "begin with what is past its goal and got worse, or far past it all the same; then "
            "what got worse by the largest share of what it was: away from its goal, or from "
            "where more or less of it is better.",
    .state_size = sizeof(struct overview),
    .options = options,
    .min_rows = 2,
    .min_cols = 20,
    .columns = columns,
    .update = update,
    .draw = draw,
    .event = event,
    .title = title,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
    .paint = overview_paint,
    .at = overview_at,
    .rows_on = overview_rows_on,
    .about = about,
    .painted = overview_painted,
};
