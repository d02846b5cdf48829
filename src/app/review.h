/* review: what the screen has for a meeting: hidden names, weeks. */
#ifndef APP_REVIEW_H
#define APP_REVIEW_H

#include "app/viewer.h"

/* Where the store is read, within store_begin(): with aliases where names are hidden. */
struct reader review_reader(struct viewer *v);
/* Hide names from now on, or show them again. */
void review_redact(struct viewer *v, bool on);
/* Around what updates a page, within store_begin(): where the week before is read. */
void review_begin(struct viewer *v);
void review_end(struct viewer *v);
/* Line 2, week against week: what is compared with what, in place of what is wrong now. */
void review_weeks(struct viewer *v, struct dx_canvas *line, int64_t now_ms);

#endif
