/* inside: what a number is made of: the records themselves, in the same columns whatever they are.
 */
#ifndef PANELS_INSIDE_H
#define PANELS_INSIDE_H

#include "ci.h"

enum { RECORDS_MOST = 300, TICKETS_MOST = 1000 };

extern const struct dx_column inside_columns[];

/* A row of what is inside. */
struct line { /* filled by whoever knows it; NaN: unknown */
    struct ci_look look;
    enum dx_unit unit;
    double value, before, n;
    int64_t at_ms; /* 0: none */
    const char *key, *url, *name, *words, *into;
};
void inside_put(struct dx_list *list, const struct line *line, int64_t now_ms);

/* The next of the rows, of which one more than `most` was asked for; *count of them were taken.
 * That there is one more is said, and it is not taken. */
bool inside_next(struct dx_list *list, struct dx_rows *rows, int64_t *count, int64_t most);

/* In update(): rows for these columns, RECORDS_MOST of them. span: how long what of a job took. */
void inside_jobs(const struct dx_view *view, struct dx_list *list, const struct dx_filter *filter,
                 enum dx_field span);
void inside_runs(const struct dx_view *view, struct dx_list *list,
                 const char *key); /* a pipeline's */
/* The tries of a flaky job on a commit. */
void inside_tries(const struct dx_view *view, struct dx_list *list, const char *key,
                  const char *sha);
void inside_commits(const struct dx_view *view, struct dx_list *list,
                    const char *key); /* a flaky job's */

#endif
