/* changes: inside of the changes panel: pools, pipelines and flaky jobs with what their numbers
 * are, and were a week before. */
#ifndef PANELS_CHANGES_H
#define PANELS_CHANGES_H

#include "job.h"

enum { CHANGES_NAME = 160 };

enum change_show { SHOW_WORSE, SHOW_BETTER };
enum change_of { OF_QUEUE, OF_PLATFORM, OF_MEDIAN, OF_FLAKY, OF_COUNT };

struct changed {
    char key[34]; /* which of them, then the key of the pool, pipeline or job */
    char name[CHANGES_NAME], url[300];
    enum change_of of;
    double now, then, times; /* times: how many times as long, or as many failures */
    int64_t n, n_then;
    struct ci_look look;
};

struct changes {
    int show; /* options */
    int64_t window_ms;
    double flaky;

    struct changed *rows; /* view-model */
    size_t count, cap;
    double goal[OF_COUNT], bad[OF_COUNT]; /* NaN: none */
    struct job_detail job;
};

extern const char *const changes_what[OF_COUNT]; /* "queue p95" */
/* In update(): all that can be compared with the week before and changed by more than chance
 * alone is good for; then, what is past its goal first, by how many times it changed. */
void changes_read(struct changes *p, const struct dx_view *view);
bool changes_is_worse(const struct changed *row);
enum dx_unit changes_unit(enum change_of of);

#endif
