/* pipelines: inside of the pipelines panel: its rows, as pipelines_read.c reads them. */
#ifndef PANELS_PIPELINES_H
#define PANELS_PIPELINES_H

#include "job.h"
#include "tie.h"

enum { DAYS = 14, NAME_MOST = 160, STRIP_MOST = 24, FEW = 3 };

enum show { SHOW_LIST, SHOW_GRAPH };

struct pipeline {
    char key[32], name[NAME_MOST], strip[32];
    char *url; /* until the row is listed */
    int64_t n, failed, unknown, left_out, running, slower, worse;
    double success, first, platform, platform_low, low, high, p50, p90, before;
    bool known;        /* how many runs there were; else some of them are forgotten */
    enum dx_role role; /* of the platform's rate */
    int rank;
    size_t nth;
};

struct days {
    double p50[DAYS], p90[DAYS], ghost[DAYS]; /* ghost: p50 a week before */
};

struct pipelines {
    const char *source; /* options */
    int64_t window_ms;
    double warn, bad;
    int part, show;

    struct dx_column columns[16]; /* view-model */
    char delta_title[32], title[80];
    struct pipeline *rows;
    size_t count, cap;
    struct days *days; /* of each row, by its nth; NULL: no graph has room */
    int64_t now_ms;
    int level;
    struct job_detail job;
    struct tie_marks *ties; /* in update() */
    bool week;              /* against the week before */
};

/* All, or the one with the key; with the days where a graph has room. */
void pipelines_read(struct pipelines *p, const struct dx_view *view, const char *key);
void pipelines_drop(struct pipelines *p); /* what was read last */
const struct pipeline *pipelines_find(const struct pipelines *p, const char *key); /* NULL: none */

#endif
