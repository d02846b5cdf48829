/* rows: an open query; inside store only. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "store/internal.h"

enum { SERIES_ID = 5 }; /* the column of the query for samples that points.c reads */

/* ?1 the moment, ?2 from, ?3 source, ?4 name, ?5 limit; of CI also ?6 the number
 * in filter.key, ?7 a second one in it, ?8 window, ?9 only open ones, ?10 cause, ?11
 * parts too; of tickets also ?12 project, ?13 category, ?14 label, ?15 assignee, ?16
 * priority, ?17 at risk, ?18 text, ?19 order, ?20 reverse; of key numbers ?21
 * filter.key as it is, ?22 step; of tickets ?23 and ?24 the letter and the number in
 * filter.group, ?25 filter.done */
struct query {
    const char *sql;
    enum dx_field fields[44]; /* of the columns; ends at DX_FIELD_COUNT */
};
/* ci_query.c: which one it is depends on what filter.key is the key of. */
const struct query *ci_raw_query(enum dx_query which, const char *key);
/* past: the tables of past.h are there */
const struct query *ci_jobs_query(const char *key, const struct dx_filter *filter, bool past);
const struct query *ci_derived_query(enum dx_query which, bool past); /* ci_derived_query.c */

/* search_query.c: those with ?12 want a struct search */
const struct query *search_query(enum dx_query which, const struct dx_filter *filter);
/* ticket_query.c */
const struct query *ticket_query(enum dx_query which, const struct dx_filter *filter, bool past);
const struct query *ticket_ref_query(const char *key, bool past); /* ticket_ref_query.c */
/* ticket_narrow.c: the function holds(filter, column, text, column, text ...) */
bool ticket_narrow_begin(struct store *store, struct dx_error *err);

const struct query *kpi_query(enum dx_query which);    /* kpi_query.c */
const struct query *alerts_query(enum dx_query which); /* alerts_query.c */

struct rows {
    struct store *store;
    struct rows *next, **self;          /* in the store's list of open rows */
    sqlite3_stmt *stmt;                 /* borrowed; NULL: no more rows, or played ones */
    const struct tape *tape;            /* what is played, ... */
    size_t played;                      /* ... and which row is next; NULL: stmt */
    signed char column[DX_FIELD_COUNT]; /* of each field in stmt; -1: not of this query */
    /* Samples: stmt gives the series, `sample` the points of each. */
    struct points {
        sqlite3_stmt *sample; /* NULL: the query is not about samples */
        int64_t from_ms, to_ms, step_ms;
        int64_t left;     /* rows that may still be given; -1: any number */
        bool in_series;   /* `sample` runs for the current series */
        bool ahead;       /* `sample` stands on a row that was not used yet */
        int64_t at_ms, n; /* the current row */
        double last, min, max;
    } points;
};

/* row.c: the values of the current row. Integers are of at most 53 bits, and texts fit to be
 * shown, whatever is in the file. */
bool row_has(const void *self, enum dx_field field);
int64_t row_integer(const void *self, enum dx_field field);
double row_number(const void *self, enum dx_field field);
const char *row_text(const void *self, enum dx_field field); /* until the next row */

/* tape.c: what is asked for again in one read transaction. */
bool tape_wanted(enum dx_query which, const struct dx_filter *filter);
const struct tape *tape_find(const struct store *store, const struct query *query,
                             const struct dx_filter *filter, int64_t to_ms); /* NULL: none yet */
/* All rows of the statement, whose parameters are bound; NULL: store->read_error. */
const struct tape *tape_record(struct store *store, const struct query *query,
                               const struct dx_filter *filter, int64_t to_ms, sqlite3_stmt *stmt);
size_t tape_rows(const struct tape *tape);
sqlite3_value *tape_value(const struct tape *tape, size_t row, int column); /* NULL: no such row */
void tapes_forget(struct store *store);

/* points.c */
void points_open(struct rows *rows, const struct dx_filter *filter, int64_t to_ms);
bool points_next(struct rows *rows);
/* Is the field one of the point? false: one of its series. */
bool points_field(enum dx_field field);
int64_t points_integer(const struct points *points, enum dx_field field);
double points_number(const struct points *points, enum dx_field field);

#endif
