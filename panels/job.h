/* job: the detail of one job, painted: its cause and the evidence, every time with
 * the field that it came from, attempts, steps, runner, commit. */
#ifndef PANELS_JOB_H
#define PANELS_JOB_H

#include "ci.h"
#include "suggest.h"
#include "tie.h"

enum { JOB_STEPS = 40, JOB_ATTEMPTS = 8 };

struct job_time {
    const char *label;
    int64_t at_ms;
    double seconds;  /* of what ended then; NaN: not known */
    char basis[120]; /* the two fields; "" */
};

struct job_step {
    char name[120];
    struct ci_look look;
    double seconds;
};

struct job_attempt {
    int64_t nth;
    struct ci_look look;
    bool shown; /* this is the one */
};

struct job_detail {
    bool found;
    struct ci_look look;
    int64_t now_ms;
    char category[64], rule[32], evidence[700];
    bool ambiguous;
    char why[300], words[200], runner[120], pool[120], commit[300], url[600];
    struct job_time times[3];
    struct job_step steps[JOB_STEPS];
    size_t step_count;
    struct job_attempt attempts[JOB_ATTEMPTS];
    size_t attempt_count;
    char tickets[100];              /* that name it, or its pipeline */
    struct suggestions suggestions; /* runbooks that fit its cause */
};

/* In update(): read the job with this key, and say which attempt it is. */
void job_read(struct job_detail *job, const struct dx_view *view, struct dx_list *list,
              const char *key);
void job_draw(const struct job_detail *job, struct dx_canvas *canvas); /* in draw() */

#endif
