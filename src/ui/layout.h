/* layout: boxes for rows of panels with weights, priorities and sizes. Pure. */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include <dxtop/panel.h>

struct layout_panel {         /* frames included */
    bool strip;               /* of a row or two: beside it the last one makes do with less */
    bool out;                 /* it is not wanted on a screen like this */
    int weight;               /* share of its row's width; 0 counts as 1 */
    int priority;             /* 0 is dropped last */
    int min_rows, min_cols;   /* below it the panel is dropped */
    int want_rows, want_cols; /* 0: as much as there is */
    struct dx_box box;        /* result; rows 0: dropped */
};

struct layout_row {
    int height, weight; /* fixed height in rows, or a weight */
    struct layout_panel *panels;
    int count;
};

/* Place the rows in box. When they do not fit side by side they are stacked,
 * when they do not fit at all the highest priority numbers are dropped; at
 * least one panel always stays, even where all are out. `zoomed` (index over all panels, -1: none)
 * gets the whole box. */
void layout_place(struct layout_row *rows, int row_count, struct dx_box box, int zoomed);

#endif
