/* meeting: the page for the weekly meeting: week against week it stands in the place of a view
 * that has the key numbers, with their last two weeks in frames and what got worse and better. */
#ifndef APP_MEETING_H
#define APP_MEETING_H

#include "app/page.h"
#include "config/config.h"

struct viewer;

struct meeting {
    struct config config;
    struct page page;
    bool open, failed;
    bool due; /* the week before was read: until then the view stays */
};

/* What is shown is going to be read, and the week before where that is asked for. */
void meeting_due(struct viewer *v);
/* NULL: the view itself is shown. */
struct page *meeting_page(struct viewer *v);
/* How many got worse and better by the lists of the page. */
void meeting_count(const struct page *page, size_t *worse, size_t *better);
void meeting_done(struct meeting *meeting);

#endif
