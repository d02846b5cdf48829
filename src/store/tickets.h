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

/* Of a source that the configuration names, and whose tickets it wants: what became of others since
 * nobody asked. 16: of DX_KIND_TICKET. */
#define TICKETS_WANTED(source) source "place IS NOT NULL AND " source "yields & 16"

/* When a ticket was done; some servers do not say. One that is gone was open until then. */
#define TICKETS_DONE_MS "coalesce(gone_ms, resolved_ms, updated_ms, created_ms)"

/* How an open ticket t stands to its SLA, enum dx_risk: by its own calendar, as the server
 * said, or by the clock, whichever is less. least: of what is left. */
#define TICKETS_RISK(now, least)                                                                   \
    "CASE WHEN t.sla_state = 4 OR (t.sla_state = 1 AND t.breach_ms <= " now ") THEN 2"             \
    " WHEN t.sla_state = 1 AND min(coalesce(t.remaining_ms, t.breach_ms - " now "),"               \
    " coalesce(t.breach_ms - " now ", t.remaining_ms)) < max(" least                               \
    ", coalesce(t.goal_ms / 5.0, 0)) THEN 1 ELSE 0 END"
/* The same of a moment that has passed: of one that changed since, nobody knows (0); what is
 * breached by now may not have been, and what the server said was left of it later says
 * nothing. */
#define TICKETS_SAME(now)                                                                          \
    "coalesce(t.updated_ms, t.created_ms) <= " now " AND (t.gone_ms > " now ") IS NOT 1"
#define TICKETS_RISK_THEN(same, now, least)                                                        \
    "CASE WHEN NOT (" same ") THEN 0 WHEN (t.sla_state = 4 AND (t.breach_ms > " now                \
    ") IS NOT 1) OR (t.sla_state = 1 AND t.breach_ms <= " now ") THEN 2"                           \
    " WHEN t.sla_state IN (1, 4) AND min(coalesce(" TICKETS_LEFT(                                  \
        now) ", t.breach_ms - " now "),"                                                           \
             " coalesce(t.breach_ms - " now                                                        \
             ", " TICKETS_LEFT(now) ")) < max(" least                                              \
                                    ", coalesce(t.goal_ms / 5.0, 0)) THEN 1 ELSE 0 END"
#define TICKETS_LEFT(now) "CASE WHEN t.said_ms > " now " THEN NULL ELSE t.remaining_ms END"
/* Half an hour, as the panel's option has it where it is not set. */
#define TICKETS_AT_RISK   "1800000"

/* Behind the word of its type: it was an incident. */
#define TICKETS_INCIDENT " LIKE '%incident%'"

/* Of the same ticket as it was, nothing changes. */
bool tickets_put(struct store *store, const struct poll *poll, const struct batch *batch,
                 struct dx_error *err);

#endif
