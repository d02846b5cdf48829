/* once_text: `once --format text`: a summary for people. */
#ifndef APP_ONCE_TEXT_H
#define APP_ONCE_TEXT_H

#include <stdio.h>

#include "app/records.h"

struct once_text {
    FILE *out;
    /* of the runs or jobs so far, which are counted and not listed */
    int64_t waiting, running, succeeded, failed, others;
};

void once_text_record(struct once_text *text, enum record_type type, const json_t *record);
/* That were all records of the type. */
void once_text_end(struct once_text *text, enum record_type type);

#endif
