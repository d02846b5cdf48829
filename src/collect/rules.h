/* rules: alert rules in the collector's loop: when they are looked at, what is given of them. */
#ifndef COLLECT_RULES_H
#define COLLECT_RULES_H

#include "collect/notices.h"
#include "insight/business.h"

struct rules;

/* business: of the calendar. */
struct rules *rules_new(const struct notices_needs *needs, const struct business *business);
void rules_free(struct rules *rules); /* NULL is fine */
/* Often. asked: each source was asked once. NULL: nothing, as in a single round, whose end
 * would be theirs. */
void rules_look(struct rules *rules, bool asked);

#endif
