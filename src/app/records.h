/* records: rows of the store as JSON objects, the same for `once` and `export`.
 * A kind of record is a table of its fields, in the order in which they are
 * printed; dxtop(1) prints the same tables. */
#ifndef APP_RECORDS_H
#define APP_RECORDS_H

#include <jansson.h>

#include "core/buf.h"
#include "model/rows.h"

enum record_type {
    RECORD_SOURCE,
    RECORD_SERIES,
    RECORD_SAMPLE,
    RECORD_ALERT,
    RECORD_RUN,
    RECORD_JOB,
    RECORD_POOL,
    RECORD_PIPELINE,
    RECORD_TOTAL,
    RECORD_FLAKY,
    RECORD_FAILURE,
    RECORD_TICKET,
    RECORD_KPI,
    RECORD_RULE,
    RECORD_TYPES
};

/* How a field's value is written. Where it is unknown: texts "", all else null. */
enum record_shape {
    SHAPE_TEXT,
    SHAPE_TIME,    /* RFC 3339 UTC */
    SHAPE_AGE,     /* of a time: seconds from it to now */
    SHAPE_WHOLE,   /* a whole number */
    SHAPE_NUMBER,  /* infinities as texts, as Prometheus does: JSON has none */
    SHAPE_SECONDS, /* of a span in ms */
    SHAPE_SPAN,    /* likewise, as configurations have it: "7d"; of 0 ms "now" */
    SHAPE_MINUTES,
    SHAPE_RATE,  /* 0 to 1 */
    SHAPE_RATES, /* a list of them, or null, from numbers per mille */
    SHAPE_FLAG,  /* true or false */
    SHAPE_LABELS,
    SHAPE_SOURCE_STATE,
    SHAPE_FAULT,
    SHAPE_SEVERITY,
    SHAPE_ALERT_STATE,
    SHAPE_PHASE,
    SHAPE_RESULT,
    SHAPE_CAUSE,
    SHAPE_FLAKY,
    SHAPE_TREND,
    SHAPE_TICKET_STATE,
    SHAPE_SLAS,         /* a list of objects: name, state, breach_at, remaining_s */
    SHAPE_LIST,         /* of texts, from JSON */
    SHAPE_STAYS,        /* an object: new, in_progress, waiting, in whole minutes */
    SHAPE_FULL_MINUTES, /* of a span in ms: whole ones, rounded down */
    SHAPE_UNIT,         /* of a number: seconds, share ... */
    SHAPE_KPI_STATE,
    SHAPE_RULE_STATE,
    SHAPE_FLOOR,  /* which side of the target is good: at least, at most */
    SHAPE_WINDOW, /* of no field: the window that was asked for, in seconds */
};

struct record_field {
    const char *name;
    enum dx_field field;
    enum record_shape shape;
    const char *help; /* the definition, for the manual */
};

struct record_kind { /* record_kinds.c */
    const char *name;
    enum dx_query query;
    const struct record_field *fields; /* ends at name == NULL */
};
extern const struct record_kind record_kinds[RECORD_TYPES];

struct record_row { /* what a record is made of */
    const struct rows_ops *ops;
    const void *rows;
    int64_t now_ms, window_ms;
};

/* The current row as a new object, its keys in the order of the table. */
json_t *record_json(enum record_type type, const struct record_row *row);
/* {a="b", c="d"} as an object. */
json_t *record_labels(const char *labels);
/* The digits (15 to 17) that its numbers need to read back as the same: 0.1 is
 * not to be 0.10000000000000001. */
int record_digits(json_t *record);
/* The tables as the manual has them. */
void record_print_mdoc(struct buf *out);

#endif
