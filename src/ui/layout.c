/* layout: boxes for rows of panels. */
#include "config.h"

#include "ui/layout.h"

#include <stdlib.h>

#include "core/mem.h"

enum { LEAST_ROWS = 5 }; /* a frame, a head and two rows */

struct work { /* a row that is really placed: one of the user's, or a stacked panel */
    struct layout_panel **panels;
    int count, height, weight, min_rows, want_rows, rows;
};

static int at_least(int a, int b)
{
    return a > b ? a : b;
}

static int weight_of(int weight)
{
    return weight > 0 ? weight : 1;
}

static int panel_count(const struct layout_row *rows, int row_count)
{
    int n = 0;

    for (int r = 0; r < row_count; r++)
        n += rows[r].count;
    return n;
}

/* ---- one row, side by side ---- */

static int min_cols(const struct work *w)
{
    int cols = 0;

    for (int i = 0; i < w->count; i++)
        cols += w->panels[i]->min_cols;
    return cols;
}

/* Share out `room` by weight; nobody gets less than its minimum. */
static void share_cols(struct work *w, int row, int col, int room)
{
    int left = room, weights = 0;

    for (int i = 0; i < w->count; i++) {
        weights += weight_of(w->panels[i]->weight);
        w->panels[i]->box = (struct dx_box){ row, 0, w->rows, w->panels[i]->min_cols };
        left -= w->panels[i]->min_cols;
    }
    /* By weight of the whole, as far as the minima allow. */
    for (int i = 0; i < w->count; i++) {
        struct layout_panel *p = w->panels[i];
        int wanted = room * weight_of(p->weight) / weights - p->min_cols;
        int more = wanted < 0 ? 0 : wanted < left ? wanted : left;

        if (p->want_cols > 0 && p->box.cols + more > p->want_cols && w->count > 1)
            more = at_least(p->want_cols - p->box.cols, 0);
        p->box.cols += more;
        left -= more;
    }
    for (int i = 0; i < w->count; i++) { /* what is left over goes to who can use it */
        struct layout_panel *p = w->panels[i];

        if (left > 0 && (p->want_cols == 0 || i == w->count - 1)) {
            p->box.cols += left;
            left = 0;
        }
        p->box.col = col;
        col += p->box.cols;
    }
}

/* ---- rows above each other ---- */

static int needed(const struct work *w)
{
    return w->height > 0 ? at_least(w->height, w->min_rows) : w->min_rows;
}

static int total_needed(const struct work *work, int count)
{
    int rows = 0;

    for (int i = 0; i < count; i++)
        rows += work[i].count > 0 ? needed(&work[i]) : 0;
    return rows;
}

/* It has its height, whatever is left. */
static bool is_fixed(const struct work *w)
{
    return w->height > 0 || (w->want_rows > 0 && needed(w) >= w->want_rows);
}

/* By weight of all that is not fixed, as far as the minima allow. */
static void share_rows(struct work *work, int count, int room)
{
    int left = room - total_needed(work, count), weights = 0, all = left;

    for (int i = 0; i < count; i++) {
        work[i].rows = work[i].count > 0 ? needed(&work[i]) : 0;
        if (work[i].count == 0 || is_fixed(&work[i]))
            continue;
        weights += weight_of(work[i].weight);
        all += work[i].rows;
    }
    for (int i = 0; i < count && weights > 0; i++) {
        int wanted = all * weight_of(work[i].weight) / weights - work[i].rows;
        int more = wanted < 0 ? 0 : wanted < left ? wanted : left;

        if (work[i].count == 0 || is_fixed(&work[i]))
            continue;
        if (work[i].want_rows > 0 && work[i].rows + more > work[i].want_rows)
            more = at_least(work[i].want_rows - work[i].rows, 0);
        work[i].rows += more;
        left -= more;
    }
    /* The rest: to a row that wants all it can get, else to the last one. */
    for (int pass = 0; pass < 2 && left > 0; pass++) {
        for (int i = count - 1; i >= 0 && left > 0; i--) {
            if (work[i].count > 0 && (pass == 1 || work[i].want_rows == 0)) {
                work[i].rows += left;
                left = 0;
            }
        }
    }
}

static void measure(struct work *w)
{
    bool all = false;

    w->min_rows = w->want_rows = 0;
    for (int i = 0; i < w->count; i++) {
        w->min_rows = at_least(w->min_rows, at_least(w->panels[i]->min_rows, 1));
        w->want_rows = at_least(w->want_rows, w->panels[i]->want_rows);
        all = all || w->panels[i]->want_rows == 0;
    }
    if (all)
        w->want_rows = 0;
}

/* The panels that are still there as rows; those that do not fit side by side
 * are stacked. Returns how many rows there are. */
static int arrange(struct work *work, struct layout_panel **slots, struct layout_row *rows,
                   int row_count, const bool *dropped, int cols)
{
    int n = 0, index = 0, slot = 0;

    for (int r = 0; r < row_count; r++) {
        struct work w = { .panels = slots + slot,
                          .height = rows[r].height,
                          .weight = rows[r].weight };

        for (int i = 0; i < rows[r].count; i++, index++)
            if (!dropped[index])
                w.panels[w.count++] = &rows[r].panels[i];
        slot += w.count;
        if (w.count == 0)
            continue;
        if (w.count == 1 || min_cols(&w) <= cols) {
            measure(&w);
            work[n++] = w;
            continue;
        }
        for (int i = 0; i < w.count; i++) {
            work[n] = (struct work){ .panels = w.panels + i, .count = 1, .weight = w.weight };
            measure(&work[n++]);
        }
    }
    return n;
}

/* The panel with the highest priority number goes; of equals the last one. The last one of
 * those that are no mere strip stays. */
static bool drop_one(struct layout_row *rows, int row_count, bool *dropped)
{
    int index = 0, worst = -1, left = 0, priority = -1, whole = 0;

    for (int r = 0; r < row_count; r++)
        for (int i = 0; i < rows[r].count; i++, index++)
            whole += !dropped[index] && !rows[r].panels[i].strip;
    index = 0;

    for (int r = 0; r < row_count; r++) {
        for (int i = 0; i < rows[r].count; i++, index++) {
            if (dropped[index])
                continue;
            left++;
            if (whole == 1 && !rows[r].panels[i].strip)
                continue;
            if (rows[r].panels[i].priority >= priority) {
                priority = rows[r].panels[i].priority;
                worst = index;
            }
        }
    }
    if (left <= 1 || worst < 0)
        return false;
    dropped[worst] = true;
    return true;
}

/* Those that are not wanted here, but for the first one where none is. */
static void leave_out(const struct layout_row *rows, int row_count, bool *dropped)
{
    int index = 0, left = 0;

    for (int r = 0; r < row_count; r++) {
        for (int i = 0; i < rows[r].count; i++, index++) {
            dropped[index] = rows[r].panels[i].out;
            left += !dropped[index];
        }
    }
    if (left == 0 && index > 0)
        dropped[0] = false;
}

/* Beside strips the last panel makes do with what they leave. */
static void squeeze(struct work *work, int count, int rows)
{
    int left = rows, last = -1;

    for (int i = 0; i < count; i++) {
        if (work[i].count == 1 && work[i].panels[0]->strip)
            left -= needed(&work[i]);
        else if (last >= 0 || work[i].count != 1)
            return;
        else
            last = i;
    }
    if (last >= 0 && left >= LEAST_ROWS && needed(&work[last]) > left) {
        work[last].height = 0;
        work[last].min_rows = left;
    }
}

static void zoom(struct layout_row *rows, int row_count, struct dx_box box, int zoomed)
{
    int index = 0;

    for (int r = 0; r < row_count; r++)
        for (int i = 0; i < rows[r].count; i++, index++)
            if (index == zoomed)
                rows[r].panels[i].box = box;
}

void layout_place(struct layout_row *rows, int row_count, struct dx_box box, int zoomed)
{
    int total = panel_count(rows, row_count), count;
    struct work *work = mem_new((size_t)total, sizeof(*work));
    struct layout_panel **slots = mem_new((size_t)total, sizeof(struct layout_panel *));
    bool *dropped = mem_new((size_t)total, sizeof(*dropped));
    int row = box.row;

    for (int r = 0; r < row_count; r++)
        for (int i = 0; i < rows[r].count; i++)
            rows[r].panels[i].box = (struct dx_box){ 0, 0, 0, 0 };
    if (zoomed >= 0) {
        zoom(rows, row_count, box, zoomed);
    } else {
        leave_out(rows, row_count, dropped);
        do {
            count = arrange(work, slots, rows, row_count, dropped, box.cols);
            squeeze(work, count, box.rows);
        } while (total_needed(work, count) > box.rows && drop_one(rows, row_count, dropped));
        if (count == 1 && work[0].count == 1)
            work[0].min_rows = work[0].height = 0; /* the last one takes what there is */
        share_rows(work, count, box.rows);
        for (int i = 0; i < count; i++) {
            if (min_cols(&work[i]) > box.cols && work[i].count == 1)
                work[i].panels[0]->min_cols = box.cols;
            share_cols(&work[i], row, box.col, box.cols);
            row += work[i].rows;
        }
    }
    free(work);
    free(slots);
    free(dropped);
}
