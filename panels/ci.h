/* ci: what the panels of CI have in common: names, words, times, and the list of
 * jobs. Compiled into each of them, for a panel knows <dxtop/...> and libc only. */
#ifndef PANELS_CI_H
#define PANELS_CI_H

#include <dxtop/panel.h>

#define CI_MINUTE_MS INT64_C(60000)
#define CI_HOUR_MS   INT64_C(3600000)
#define CI_DAY_MS    INT64_C(86400000)

/* ---- names ---- */

/* "acme/" where all projects begin with it: said in every row it says nothing. */
struct ci_prefix {
    char text[128];
};
struct ci_prefix ci_prefix(const struct dx_view *view, const char *source);
/* "api/test" of PROJECT and PIPELINE. Returns out. */
const char *ci_pipeline(char *out, size_t cap, const struct dx_rows *rows,
                        const struct ci_prefix *prefix);
/* "#4812". Returns out. */
const char *ci_number(char *out, size_t cap, const struct dx_rows *rows);

/* As much of the text as there is room for, and no broken character. Returns out. */
const char *ci_copy(char *out, size_t cap, const char *text);
/* A copy to be freed; NULL: no memory. Apart, since gcc's analyzer takes for lost what it sees an
 * element of an array being given. */
char *ci_keep(const char *text);
/* "all", "protected", "other": which branches; NAME of DX_QUERY_PIPELINES. */
enum ci_part { CI_PART_ALL, CI_PART_PROTECTED, CI_PART_OTHER };
extern const char *const ci_parts[];

/* ---- shares ---- */

/* "93.8–95.1 %". Returns out. */
const char *ci_share_range(char *out, size_t cap, double low, double high);
/* "18 %", and "<1 %" of what is more than nothing, ">99 %" of what is less than all. */
const char *ci_share_brief(char *out, size_t cap, double share);

/* ---- times and spans ---- */

double ci_seconds(const struct dx_rows *rows, enum dx_field field); /* of ms, whole; NaN: unset */
double ci_time(const struct dx_rows *rows, enum dx_field field);    /* ms; NaN: it has not been */
/* In a sentence: "11m 40s". Returns out. */
const char *ci_span(char *out, size_t cap, double seconds);
/* Of the last or next 20 hours "14:21", within six days "Fri 16:31", else "02 Nov". Returns out. */
const char *ci_when(char *out, size_t cap, int64_t at_ms, int64_t now_ms);
/* The same in a list: where that is narrow without the time of what is not of today. */
const char *ci_moment(char *out, size_t cap, int64_t at_ms, const struct dx_view *view);
/* 1h, 24h, 7d or 30d: those that numbers are kept over. */
bool ci_check_window(int64_t window_ms, struct dx_error *err);
const char *ci_window(char *out, size_t cap, int64_t window_ms); /* "24 h", "7 d" */

/* Week against week: whether records go back to where a window of the week before began, so
 * that what was not there then was not there at all. key: one of the pipeline's (its own, a
 * flaky job's); "": of all of the source. */
bool ci_reaches(const struct dx_view *view, const char *source, const char *key, int64_t window_ms);

/* Since when runs and jobs are kept, where a window up to now began before; 0: all of it is
 * there. */
int64_t ci_kept(const struct dx_view *view, int64_t window_ms);
/* That where it is so, and what stands behind: it may be cut. Returns out. */
const char *ci_kept_note(char *out, size_t cap, const char *behind, int64_t kept_ms);
/* In place of an empty list: that, or that nobody has answered, or that there is none. */
void ci_empty(const struct dx_view *view, struct dx_list *list, const char *source,
              int64_t window_ms, const char *none);

/* ---- how things stand ---- */

struct ci_look {
    enum dx_glyph glyph;
    enum dx_role role; /* of the glyph and of the word */
    unsigned attr;     /* of the name */
    const char *word;  /* "" for a success */
};
struct ci_look ci_look(const struct dx_rows *rows); /* of a run or a job */
const char *ci_cause(int64_t cause);                /* "platform" */
/* "runner: The text (rule 2)" without its category and rule; points into out. */
const char *ci_evidence(char *out, size_t cap, const char *evidence);

/* ---- the list of jobs ---- */

enum { CI_JOBS_MOST = 500 }; /* that are listed */
extern const struct dx_column ci_job_columns[];
struct ci_jobs {
    const char *key;          /* of DX_QUERY_JOBS, or "" with the others */
    const char *source;       /* NULL: all */
    const char *name;         /* category of failures */
    bool bare;                /* only failures without a category */
    int64_t window_ms;        /* of failures, and of the tries of a flaky job */
    int cause;                /* enum dx_cause */
    const char *sha;          /* of a flaky job's; NULL: all */
    bool with_pipeline;       /* they are of several runs */
    struct ci_prefix *prefix; /* for the pipelines' names */
};
/* Yields rows for ci_job_columns; how many. Where there are more the list says so. */
int64_t ci_list_jobs(const struct dx_view *view, struct dx_list *list, const struct ci_jobs *of);

/* changes() of a panel where nothing of it depends on the options. */
#define CI_CHANGES(...)                                                                            \
    static const struct dx_change *changes(const void *state)                                      \
    {                                                                                              \
        static const struct dx_change table[] = { __VA_ARGS__, { .what = NULL } };                 \
                                                                                                   \
        (void)state;                                                                               \
        return table;                                                                              \
    }

#endif
