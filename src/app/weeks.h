/* weeks: week against week on the screen: where the week before is read, and the page for the
 * weekly meeting, which stands in the place of a view that has the key numbers, with their last
 * two weeks in frames and what got worse and better. */
#ifndef APP_WEEKS_H
#define APP_WEEKS_H

#include "app/page.h"
#include "config/config.h"

struct viewer;

struct weeks {
    struct config config;
    struct page page;
    bool open, failed;
    bool read; /* the week before was: until then the view stays */
};

/* Before what is shown is read, and the week before where that is asked for. */
void weeks_settle(struct viewer *v);
/* In the place of the view; NULL: the view itself is shown. */
struct page *weeks_page(struct viewer *v);
void weeks_done(struct weeks *weeks);

/* Around what updates a page, within store_begin(): where the week before is read. */
void weeks_begin(struct viewer *v);
void weeks_end(struct viewer *v);
/* Line 2: what is compared with what, in place of what is wrong now. */
void weeks_headline(struct viewer *v, struct dx_canvas *line, int64_t now_ms);

#endif
