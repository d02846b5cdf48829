/* overview: inside of the overview panel: the key numbers as it reads them, how they are
 * laid out, and what is inside of each. */
#ifndef PANELS_OVERVIEW_H
#define PANELS_OVERVIEW_H

#include "job.h"
#include "ticket.h"

enum { TILES_MOST = 32, POINTS = 30, TILE_TEXT = 64, WEEK_DAYS = 7, REVIEW_DAYS = 14 };

struct tile { /* one key number */
    double value, low, high, before, target, bad;
    int64_t n, window_ms, before_ms;
    int64_t stale_ms;                     /* how old it is; 0: it never came */
    double points[POINTS], ghost[POINTS]; /* ghost: a week before */
    size_t count, ghost_count;
    double days[REVIEW_DAYS]; /* of two weeks, the last one is today */
    enum dx_unit unit;
    enum dx_kpi_state state;
    uint32_t reads;
    bool floor; /* the more the better */
    bool hours; /* the points are hours, not days */
    bool stale;
    bool week; /* `before` is the value of a week before */
    bool part; /* of which only a part is known */
    char id[32], name[40], brief[24], note[160], about[1200];
};

enum overview_show { SHOW_TILES, SHOW_WALL, SHOW_REVIEW };

struct overview {
    int show; /* options: enum overview_show; of const char *: ids, in their order */
    struct dx_items kpis;

    struct tile tiles[TILES_MOST]; /* view-model */
    size_t count;
    int rows, cols;                      /* inside the frame */
    size_t wall[TILES_MOST], wall_count; /* indices of tiles */
    int64_t now_ms;
    struct job_detail job;
    struct ticket_detail ticket; /* that was opened; key "": none */
};

/* ---- overview_text.c: in words ---- */

/* "7m 12s", "98.9 %", "97.9–98.9 %". Each returns out (TILE_TEXT). */
const char *tile_value(char *out, const struct tile *tile);
/* "97–99 %", where there is no room for more: the same, its range in whole percents. */
const char *tile_value_brief(char *out, const struct tile *tile);
bool tile_is_range(const struct tile *tile); /* causes of failures are unknown */
const char *tile_number(char *out, enum dx_unit unit, double value);
/* Its name, or the short one where there are fewer columns. */
const char *tile_name(char *out, const struct tile *tile, int cols);
/* "stale 6m", where it is; else "". */
const char *tile_stale(char *out, const struct tile *tile);
const char *tile_goal(char *out, const struct tile *tile, bool spaced); /* "≤ 5m", "" */
/* "▲ 2m 30s", "=", "" where nothing is known of before. */
const char *tile_trend(char *out, const struct tile *tile);
bool tile_is_worse(const struct tile *tile);
enum dx_role tile_role(const struct tile *tile); /* of its glyph and, past the goal, its number */
enum dx_glyph tile_glyph(const struct tile *tile);
/* "7 d", "24 h", "" for what is as it is now. */
const char *tile_window(char *out, int64_t window_ms);

/* ---- overview_tiles.c: painting ---- */

int overview_rows_on(int page_rows, int page_cols, bool *bare);
/* What was in it lately, with its goal, in the box. */
void tile_graph(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile);
/* Its glyph and number, a chip where it is bad, at the left of the box. The columns used. */
int tile_put_number(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile);
void overview_paint(const void *state, const char *selected, struct dx_canvas *canvas);
const char *overview_at(const void *state, int row, int col);
size_t overview_painted(const void *state); /* how many of them are seen */

/* Digits in the role of the number, its units dim. Returns the columns used. */
int tile_put_digits(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
                    const char *number);

/* ---- overview_cells.c: with little room ---- */

/* "✗ queue p95 7m12s  ≤ 5m" */
void tile_cell(struct dx_canvas *canvas, const struct dx_box *box, const struct tile *tile,
               bool selected, bool goals);
/* The worst one as a chip, then how many are well; or those that fit. */
void tiles_in_words(const struct overview *p, struct dx_canvas *canvas);

/* ---- overview_wall.c: so large that they are read from afar ---- */

/* How many pages of tiles there are; what is on one, in words. */
size_t overview_wall_pages(struct overview *p);
const char *overview_wall_names(const struct overview *p, size_t page, char *out, size_t cap);
/* What stands out on a page: the first bad one, else the first past its goal, else the first.
 * NULL: there is no such page. Enter opens it. */
const struct tile *overview_wall_worst(struct overview *p, size_t page);
/* The page that is selected. */
void overview_wall(const struct overview *p, const char *selected, struct dx_canvas *canvas);

/* ---- overview_review.c: week against week, framed ---- */

void overview_review_read(struct overview *p, const struct dx_view *view);
/* false: there is no room for frames. */
bool overview_review(const struct overview *p, const char *selected, struct dx_canvas *canvas);
size_t overview_review_most(const struct overview *p); /* that have room; 0: not one */
const char *overview_review_at(const struct overview *p, int row, int col); /* "": no tile */

/* ---- overview_inside.c: what a number is made of ---- */

/* Rows for level 1 to 3 of what was opened; level 4 is a job or a ticket, painted. */
void overview_inside(struct overview *p, const struct dx_view *view, struct dx_list *list);

/* Against the goal of the whole: who breaks it is seen at once. */
struct ci_look overview_look(const struct tile *tile, double value);

/* ---- overview_tickets.c ---- */

bool overview_of_tickets(const struct tile *tile);
void overview_list_groups(const struct overview *p, const struct tile *tile,
                          const struct dx_view *view, struct dx_list *list);
void overview_list_tickets(const struct overview *p, const struct tile *tile,
                           const struct dx_view *view, struct dx_list *list, const char *key);
void overview_list_ticket(struct overview *p, const struct dx_view *view, struct dx_list *list,
                          const char *key);

const struct tile *overview_find(const struct overview *p, const char *id); /* NULL: none */

#endif
