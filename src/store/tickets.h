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

/* When a ticket was done; some servers do not say. One that is gone was open until then. */
#define TICKETS_DONE_MS "coalesce(gone_ms, resolved_ms, updated_ms, created_ms)"

/* How an open ticket t stands to its SLA, enum dx_risk: by its own calendar, as the server
 * said, or by the clock, whichever is less. least: of what is left. */
#define TICKETS_RISK(now, least)                                                                   \
    "CASE WHEN t.sla_state = 4 OR (t.sla_state = 1 AND t.breach_ms <= " now ") THEN 2"             \
    " WHEN t.sla_state = 1 AND min(coalesce(t.remaining_ms, t.breach_ms - " now "),"               \
    " coalesce(t.breach_ms - " now ", t.remaining_ms)) < max(" least                               \
    ", coalesce(t.goal_ms / 5.0, 0)) THEN 1 ELSE 0 END"
/* Half an hour, as the panel's option has it where it is not set. */
#define TICKETS_AT_RISK "1800000"

/* Behind the word of its type: it was an incident. */
#define TICKETS_INCIDENT " LIKE '%incident%'"

/* Of the same ticket as it was, nothing changes. */
bool tickets_put(struct store *store, const struct poll *poll, const struct batch *batch,
                 struct dx_error *err);

#endif
