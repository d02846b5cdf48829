/* metric: inside of the metric panel: its options, and the series as it reads them. */
#ifndef PANELS_METRIC_H
#define PANELS_METRIC_H

#include <dxtop/panel.h>

enum show { SHOW_TABLE, SHOW_GRAPH, SHOW_GAUGE, SHOW_BIG, SHOW_HEAT };
enum worse { WORSE_ABOVE, WORSE_BELOW };
enum { SERIES_MOST = 200, POINTS_MOST = 800, STRIP_MOST = 48, GRAPH_MOST = 6, NAME_MOST = 120 };

struct line { /* one series */
    char key[512], name[NAME_MOST], text[128];
    enum dx_unit unit;
    double now, min, max, before; /* before: mean of the window before */
    double *points;               /* of the panel's values */
    double *ghost;                /* the same a week before; NULL: not asked for */
    double sum_before;
    size_t n_before;
};

struct metric {
    /* options */
    const char *source;
    struct dx_items queries; /* of const char * */
    int show, unit, worse;
    int64_t window_ms, top;
    struct dx_items by; /* of const char * */
    double warn, bad, min, max;

    /* view-model */
    struct line *lines;
    size_t count, cap, left_out;
    double *values;
    size_t points; /* values of each line */
    int64_t from_ms, to_ms;
    bool week; /* against the week before */
    enum dx_unit used_unit;
};

/* Fill the view-model: the top n of the series, named by the labels in which they differ,
 * with their values over the window. */
void metric_read(struct metric *p, const struct dx_view *view);

#endif
