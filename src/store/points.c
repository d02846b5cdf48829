/* points: the samples of the series that a query found, by series, then time: as
 * they are, or one row a step. */
#include "config.h"

#include "store/rows.h"

#include <math.h>

static const int64_t STEP_MOST_MS = (int64_t)10000 * 86400 * 1000; /* adds without overflow */

static const char sample_sql[] = "SELECT at_ms, value FROM sample WHERE series = ?1 AND at_ms > ?2"
                                 " AND at_ms <= ?3 ORDER BY at_ms";

void points_open(struct rows *rows, const struct dx_filter *filter, int64_t to_ms)
{
    struct points *p = &rows->points;

    p->from_ms = filter->from_ms;
    p->to_ms = to_ms;
    p->step_ms = filter->step_ms > STEP_MOST_MS ? STEP_MOST_MS : filter->step_ms;
    p->left = filter->limit > 0 ? filter->limit : -1;
    p->sample = store_borrow(rows->store, sample_sql, &rows->store->read_error);
}

/* Step to the next sample of any series; false: there is none. */
static bool next_sample(struct rows *rows)
{
    struct points *p = &rows->points;
    struct dx_error *err = &rows->store->read_error;
    bool row = false;

    for (;;) {
        if (p->in_series && (!store_row(rows->store, p->sample, &row, err) || row))
            return row;
        p->in_series = false;
        if (!store_row(rows->store, rows->stmt, &row, err) || !row)
            return false;
        (void)sqlite3_reset(p->sample);
        (void)sqlite3_bind_int64(p->sample, 1, column_int(rows->stmt, SERIES_ID));
        (void)sqlite3_bind_int64(p->sample, 2, p->from_ms);
        (void)sqlite3_bind_int64(p->sample, 3, p->to_ms);
        p->in_series = true;
    }
}

static double value_of(sqlite3_stmt *sample)
{
    return sqlite3_column_type(sample, 1) == SQLITE_NULL ? (double)NAN
                                                         : sqlite3_column_double(sample, 1);
}

/* (at - step, at] */
static int64_t step_end(const struct points *p, int64_t at_ms)
{
    return p->step_ms > 0 ? (at_ms + p->step_ms - 1) / p->step_ms * p->step_ms : at_ms;
}

static void begin_row(struct points *p)
{
    p->at_ms = step_end(p, column_int(p->sample, 0));
    p->last = p->min = p->max = value_of(p->sample);
    p->n = 1;
}

static void add_to_row(struct points *p)
{
    double value = value_of(p->sample);

    p->n++;
    p->last = value;
    p->min = fmin(p->min, value); /* fmin, fmax: a NaN gives way to a number */
    p->max = fmax(p->max, value);
}

bool points_next(struct rows *rows)
{
    struct points *p = &rows->points;
    bool row;

    if (p->left == 0 || (!p->ahead && !next_sample(rows)))
        return false;
    p->ahead = false;
    begin_row(p);
    if (p->left > 0)
        p->left--;
    /* Only within one series: the next one begins a row of its own. */
    while (p->step_ms > 0) {
        if (!store_row(rows->store, p->sample, &row, &rows->store->read_error))
            return false;
        if (!row) {
            p->in_series = false;
            break;
        }
        if (step_end(p, column_int(p->sample, 0)) != p->at_ms) {
            p->ahead = true;
            break;
        }
        add_to_row(p);
    }
    return true;
}

bool points_field(enum dx_field field)
{
    return field == DX_FIELD_AT || field == DX_FIELD_VALUE || field == DX_FIELD_MIN ||
           field == DX_FIELD_MAX || field == DX_FIELD_N;
}

int64_t points_integer(const struct points *points, enum dx_field field)
{
    if (field == DX_FIELD_AT)
        return points->at_ms;
    return field == DX_FIELD_N ? points->n : 0;
}

double points_number(const struct points *points, enum dx_field field)
{
    if (field == DX_FIELD_VALUE)
        return points->last;
    if (field == DX_FIELD_MIN)
        return points->min;
    if (field == DX_FIELD_MAX)
        return points->max;
    return field == DX_FIELD_AT || field == DX_FIELD_N ? (double)points_integer(points, field)
                                                       : (double)NAN;
}
