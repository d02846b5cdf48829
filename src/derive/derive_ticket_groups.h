/* derive_ticket_groups: the numbers of tickets by category or priority, in steps. */
#ifndef DERIVE_DERIVE_TICKET_GROUPS_H
#define DERIVE_DERIVE_TICKET_GROUPS_H

#include "insight/kpi.h"
#include "store/kpi_tickets.h"

struct ticket_groups;

struct ticket_groups *ticket_groups_new(const struct kpi_tickets *tickets,
                                        enum ticket_group_kind kind);
void ticket_groups_free(struct ticket_groups *groups); /* NULL is fine */

/* Those that were created, by group, then time; yours to free(). */
struct kpi_ticket *ticket_groups_created(const struct ticket_groups *groups, size_t *count);
/* The numbers of some more groups, of about so many records; false: there are no more. compares:
 * the month before the last one is known. */
bool ticket_groups_count(struct ticket_groups *groups, size_t most, bool compares);
/* Write those that are counted. */
bool ticket_groups_put(const struct ticket_groups *groups, struct store *store,
                       struct dx_error *err);

#endif
