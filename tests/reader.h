/* reader: a store that is none: rows that the test wrote down, for what reads
 * them through `struct reader`. */
#ifndef TESTS_READER_H
#define TESTS_READER_H

#include "model/rows.h"

enum { FAKE_ROWS = 512 };

struct fake_row {
    enum dx_query query;
    const char *text[DX_FIELD_COUNT]; /* NULL: unset */
    double number[DX_FIELD_COUNT];    /* integers and times too */
    bool has[DX_FIELD_COUNT];
};

struct fake {
    struct fake_row row[FAKE_ROWS];
    size_t count;
    int opened, open;        /* queries so far; not closed yet */
    struct dx_filter filter; /* of the last query */
    bool filtered;           /* it had one */
    int64_t now_ms;          /* of the last query */
    struct dx_error error;   /* what error() says once; DX_FAULT_NONE: nothing */
    int nap_ms;              /* that each row takes */
};
extern struct fake fake;

struct fake_row *fake_add(enum dx_query query);
void fake_text(struct fake_row *row, enum dx_field field, const char *text);
void fake_set(struct fake_row *row, enum dx_field field, double number);
struct reader fake_reader(void);

#endif
