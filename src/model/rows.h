/* rows: how the panel host reads a store that it may not know. The store
 * implements it, the app hands it to the host, tests may fake it. */
#ifndef MODEL_ROWS_H
#define MODEL_ROWS_H

#include <dxtop/panel.h>

/* One open query. next() steps; the getters are of the current row. has() is
 * false for fields that are unset or not of the query. */
struct rows_ops {
    bool (*next)(void *rows);
    bool (*has)(const void *rows, enum dx_field field);
    int64_t (*integer)(const void *rows, enum dx_field field);
    double (*number)(const void *rows, enum dx_field field);
    const char *(*text)(const void *rows, enum dx_field field);
    void (*close)(void *rows);
};

struct reader {
    const struct rows_ops *ops;
    /* Rows as of now_ms: what happened after has not happened. Never NULL;
     * after a read error the rows are empty and error() says why. */
    void *(*open)(void *self, enum dx_query query, const struct dx_filter *filter, int64_t now_ms);
    const struct dx_error *(*error)(void *self); /* NULL: none since the last call */
    void *self;
};

#endif
