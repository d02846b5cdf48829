/* ticket_open: where a walk through all open tickets stands, in one cursor: the change that it came
 * to; at its end, when that was, as a negative number (1: once, by an earlier version); 0: it
 * begins.
 *
 * Once a day it is made again: a ticket that could not be seen for a while was gone for that, and
 * no list of changes has it when it can be seen again. Of what is known it takes no more than the
 * requests of its pages. */
#ifndef SOURCE_TICKET_OPEN_H
#define SOURCE_TICKET_OPEN_H

#include "core/time.h"
#include "source/plan.h"

static inline bool ticket_open_listed(int64_t cursor)
{
    return cursor < 0 || cursor == 1;
}

/* Is there any of it to be asked for? */
static inline bool ticket_open_due(const struct plan *plan, int64_t cursor)
{
    int64_t since = plan->now_ms + cursor;

    return !ticket_open_listed(cursor) || since < 0 || since >= DAY_MS;
}

/* The change to go on at; 0: from the beginning. */
static inline int64_t ticket_open_at(int64_t cursor)
{
    return ticket_open_listed(cursor) ? 0 : cursor;
}

/* It came to its end. */
static inline int64_t ticket_open_end(const struct plan *plan)
{
    return -plan->now_ms;
}

#endif
