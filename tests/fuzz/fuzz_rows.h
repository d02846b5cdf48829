/* fuzz_rows: a store that is none: rows that the input makes up, any value in any field, for what
 * reads them through `struct reader`. */
#ifndef FUZZ_ROWS_H
#define FUZZ_ROWS_H

#include "fuzz_input.h"
#include "model/rows.h"

static const int64_t FUZZ_NOW = 1795518007000;

struct fuzz_rows {
    struct fuzz_input *in;
    size_t left; /* rows that may still come, of all queries */
    int open;    /* queries that were not closed yet */
};

/* Texts are clean and numbers are of at most 53 bits, as the store gives them. */
struct reader fuzz_reader(struct fuzz_rows *rows);

#endif
