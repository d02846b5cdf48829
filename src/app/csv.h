/* csv: JSON objects as lines of CSV, as RFC 4180 has it. */
#ifndef APP_CSV_H
#define APP_CSV_H

#include <jansson.h>
#include <stdio.h>

#include "app/records.h"

void csv_names(FILE *out, enum record_type type); /* the first line */
void csv_record(FILE *out, json_t *record);       /* unknown values: empty cells */

#endif
