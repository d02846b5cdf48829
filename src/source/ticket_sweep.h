/* ticket_sweep: which open tickets nobody wants any more. Lists tell what changed; of a project
 * that is asked for no longer they tell nothing, and what was open there would be so for ever. So
 * once the configuration wants others than before, all lists of open tickets are gone through
 * from their beginning; what is open and was in none of them is gone.
 *
 * Not by names: a list may be that of a number, of a group or of a project's old name.
 *
 * What is wanted is a number, see ticket_labels_mark(); a source without tickets wants none. */
#ifndef SOURCE_TICKET_SWEEP_H
#define SOURCE_TICKET_SWEEP_H

#include "source/plan.h"
#include "source/source.h"

enum { TICKET_SWEEP_NONE = 1 /* instead of a mark: no tickets are wanted */ };

/* The numbers of a configuration in one: what is listed, and what of it is wanted. */
int64_t ticket_sweep_mark(int64_t mark, const struct dx_items *names, const char *name);
/* Is one to begin? Then a list of open tickets that is asked for begins with the first. */
bool ticket_sweep_is_due(const struct plan *plan, const struct batch *batch, int64_t mark);
/* Is one under way, as the store has it? */
bool ticket_sweep_is_on(const struct plan *plan);
/* Is one to begin or under way? Then no ticket is looked at by itself: one that is in no list would
 * be there again. */
bool ticket_sweep_waits(const struct plan *plan, int64_t mark);
/* In begin(): where one is, the first request of the poll gets an answer even if that is not a
 * new one. */
void ticket_sweep_ask(struct plan *plan, int64_t mark);
/* With each reply; true: it begins now, so all lists of open tickets are to be listed anew. */
bool ticket_sweep_begin(const struct plan *plan, struct batch *batch, int64_t mark);
/* A list has this ticket, as it is known already. */
void ticket_sweep_see(const struct plan *plan, struct batch *batch, const char *key);
/* All lists came to their end, and that is committed. Of a project that is to be kept nothing
 * could be listed; kept may be NULL. */
void ticket_sweep_end(struct plan *plan, struct batch *batch,
                      bool (*kept)(void *self, const char *project), void *self);

#endif
