/* recall: the numbers that a source keeps from poll to poll, its cursors, by name. What
 * this poll's replies brought is newer than what the store has. */
#ifndef SOURCE_RECALL_H
#define SOURCE_RECALL_H

#include "source/plan.h"
#include "source/source.h"

/* batch NULL: as the store has it. 0: not known. Of at most 53 bits, as all numbers of a store,
 * into which others may write: there is something to be added to it. */
int64_t recall(const struct plan *plan, const struct batch *batch, const char *name);
/* The same of a hash: whole, and only to be compared. */
int64_t recall_mark(const struct plan *plan, const struct batch *batch, const char *name);
/* What is behind the prefix in the name of the next cursor after prefix + rest ("" begins),
 * so that a source can keep a list under a prefix. NULL: the last. Lives until the next
 * call of it. */
const char *recall_after(const struct plan *plan, const char *prefix, const char *rest);
/* A list that began with what changed since then was begun when the history was shorter: it
 * is to begin anew. 0: where it began is not known, and it is not. */
bool recall_is_short(const struct plan *plan, int64_t began_ms);
/* A list that is asked for from its latest change on: a change that is later than the server's
 * clock was written so by who may, or while that clock was wrong; what changes next comes before
 * it. */
bool recall_is_ahead(const struct reply *reply, int64_t changed_ms);
/* Where such a list goes on: at_ms; where that is ahead, a day before the server's time. */
int64_t recall_news(const struct reply *reply, int64_t at_ms);

#endif
