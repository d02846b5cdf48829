/* tickets: their part of a commit; inside store only. */
#ifndef STORE_TICKETS_H
#define STORE_TICKETS_H

#include "store/internal.h"

/* ticket.parts: what there is of a ticket, and above it, which of that was refused. */
enum { TICKETS_ALL = 31, TICKETS_REFUSED_SHIFT = 8 };
static inline unsigned tickets_refused(unsigned parts)
{
    return parts << TICKETS_REFUSED_SHIFT;
}

/* Behind the word of its type: it was an incident. */
#define TICKETS_INCIDENT " LIKE '%incident%'"

/* Of the same ticket as it was, nothing changes. */
bool tickets_put(struct store *store, const struct poll *poll, const struct batch *batch,
                 struct dx_error *err);

#endif
