/* metric: inside of the metric panel: its options, and the series as it reads them. */
#ifndef PANELS_METRIC_H
#define PANELS_METRIC_H

#include <dxtop/panel.h>

#include "origins.h"

enum show { SHOW_TABLE, SHOW_GRAPH, SHOW_GAUGE, SHOW_BIG, SHOW_HEAT };
enum worse { WORSE_ABOVE, WORSE_BELOW };
enum {
    SERIES_MOST = 200,
    POINTS_MOST = 800,
    STRIP_MOST = 48,
    GRAPH_MOST = 6,
    NAME_MOST = 120,
    KEY_MOST = 256,    /* of a row: what is opened is known by no more */
    LABEL_MOST = 2048, /* bytes of a label; all of a series together have less */
    URL_MOST = 2000
};

struct line {    /* one series */
    char *whole; /* "query{labels}" */
    /* key: the same, and " source" behind it where one before has such a series too; of what is
     * too long for one, its beginning and a hash */
    char key[KEY_MOST], name[NAME_MOST], text[128], source[80];
    char expr[1000]; /* what its query asks; "": not known */
    bool expr_cut;   /* it is longer */
    int64_t at_ms;   /* of its newest sample */
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
    char only[KEY_MOST]; /* the key of the series that was opened; "": none */
    char none[240];      /* what stands in place of what is empty */
    struct origins origins;
    struct line *lines;
    size_t count, cap, left_out;
    char common[LABEL_MOST]; /* the labels that all of them have, each between line feeds */
    double *values;
    size_t points; /* values of each line */
    int64_t from_ms, to_ms;
    bool week; /* against the week before */
    enum dx_unit used_unit;
};

/* Fill the view-model: the top n of the series, named by the labels in which they differ,
 * with their values over the window. */
void metric_read(struct metric *p, const struct dx_view *view);
void metric_free(struct metric *p);

/* On which side of the limits a value is; what the limit of graphs is, and that of strips. */
enum dx_role metric_role(const struct metric *p, double value);
double metric_goal(const struct metric *p);
double metric_ceiling(const struct metric *p);
enum dx_unit metric_unit(const struct metric *p, const struct line *line);

/* The lines from `first` on as a graph in this part of the canvas. */
void metric_graph(const struct metric *p, struct dx_canvas *canvas, struct dx_box box,
                  const struct line *first, size_t n);
void metric_draw(const struct metric *p, struct dx_canvas *canvas);
void metric_draw_under(const void *state, const char *row_key, struct dx_canvas *canvas);

/* The series that was opened, whole. */
void metric_draw_inside(const struct metric *p, struct dx_canvas *canvas);
/* Where its query can be looked at: at its server. Returns out. */
const char *metric_url(const struct metric *p, const struct line *line, char *out, size_t cap);
/* The next `name="value"` of a LABELS text; false: no more. */
bool metric_label(const char **at, char name[LABEL_MOST], char value[LABEL_MOST]);
/* Of "query{labels}"; "" where it has none. */
const char *metric_labels(const struct line *line);

#endif
