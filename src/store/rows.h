/* rows: an open query; inside store only. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "store/internal.h"

enum { SERIES_ID = 5 }; /* the column of the query for samples that points.c reads */

struct rows {
    struct store *store;
    struct rows *next, **self;          /* in the store's list of open rows */
    sqlite3_stmt *stmt;                 /* borrowed; NULL: no more rows */
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

/* points.c */
void points_open(struct rows *rows, const struct dx_filter *filter, int64_t to_ms);
bool points_next(struct rows *rows);
/* Is the field one of the point? false: one of its series. */
bool points_field(enum dx_field field);
int64_t points_integer(const struct points *points, enum dx_field field);
double points_number(const struct points *points, enum dx_field field);

#endif
