/* records: rows of the store as JSON objects, the same for `once` and `export`;
 * dxtop(1) documents the fields. Times are RFC 3339 UTC, unknown numbers null. */
#ifndef APP_RECORDS_H
#define APP_RECORDS_H

#include <jansson.h>

#include "model/rows.h"

enum record_type { RECORD_SOURCE, RECORD_SERIES, RECORD_SAMPLE, RECORD_ALERT };

/* The current row as a new object, its keys in the order of the manual. */
json_t *record_json(enum record_type type, const struct rows_ops *ops, const void *rows);
/* {a="b", c="d"} as an object. */
json_t *record_labels(const char *labels);

#endif
