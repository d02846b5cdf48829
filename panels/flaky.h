/* flaky: inside of the flaky panel: its jobs as it reads them, and one of them in words. */
#ifndef PANELS_FLAKY_H
#define PANELS_FLAKY_H

#include "job.h"
#include "tie.h"

enum { NAME_MOST = 220, KINDS_MOST = 24, TREND_DAYS = 14, FLAKY_DAYS = 14 };

enum show { SHOW_LIST, SHOW_DETAIL };

struct flaky_job {
    char key[48], name[NAME_MOST];
    int64_t state, n, failed, pairs, lost_ms, first_ms, last_ms;
    double rate, low, high, before;
    double trend[TREND_DAYS]; /* the rate at the end of each day, and now; NaN: not known */
    bool has_past;            /* see ci_reaches() */
};

struct kind { /* what it failed with first, on how many commits */
    char text[200];
    int count;
};

struct flaky {
    const char *source; /* options */
    double warn;
    int64_t least;
    int show;

    struct dx_column columns[16]; /* view-model */
    char scale_title[24];
    double top; /* of the rates of days */
    struct flaky_job *jobs;
    size_t count, cap;
    struct kind kinds[KINDS_MOST]; /* the most frequent first */
    size_t kind_count;
    int other_kinds; /* commits that failed with what had no room there */
    int64_t now_ms;
    int level;
    struct job_detail job;
    struct tie_marks *ties; /* in update() */
};

/* In update(): the commits that say so of the job with this key, as rows of these columns. */
extern const struct dx_column flaky_commit_columns[];
void flaky_list_commits(struct flaky *p, const struct dx_view *view, struct dx_list *list,
                        const char *key);

bool flaky_is_loud(const struct flaky *p, const struct flaky_job *job);
void flaky_draw_detail(const struct flaky *p, struct dx_canvas *canvas); /* of the first job */

#endif
