/* kpi_file: a key number by the day, from a file that somebody keeps. */
#ifndef SOURCE_KPI_FILE_H
#define SOURCE_KPI_FILE_H

#include <dxtop/record.h>

#include "core/buf.h"

struct kpi_file_row {
    int64_t at_ms; /* 00:00 UTC where only a date was given */
    double value;
    int64_t n; /* 1 where none was given */
};

/* CSV (date,value or date,value,n; a first line that does not begin
 * with a digit is a heading) or JSON lines
 * ({"date": ..., "value": ..., "n": ...}), in any order. *rows is yours to free. false: *err
 * says which line, and nothing of the file counts. */
bool kpi_file_read(const char *text, size_t len, struct kpi_file_row **rows, size_t *count,
                   bool *with_n, struct dx_error *err);

/* The same of a file; scores: each value has to be one from 1 to 5. */
bool kpi_file_load(const char *path, bool scores, struct kpi_file_row **rows, size_t *count,
                   bool *with_n, struct dx_error *err);

#endif
