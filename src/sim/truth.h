/* truth: what really happened at the company, for tests to compare with. */
#ifndef SIM_TRUTH_H
#define SIM_TRUTH_H

#include "sim/exchange.h"
#include "sim/sim.h"

/* How a moment looks in the system's API: GitHub knows whole seconds. 0 for what
 * lies behind now_ms. */
int64_t truth_shown_ms(enum company_system system, int64_t ms, int64_t now_ms);
const char *truth_project(const struct company_repo *repo, char out[COMPANY_TEXT]);

/* Add a line to the body; takes json. */
void truth_line(struct exchange *x, json_t *json);

/* truth_flaky.c: a line for each job of which one commit saw both outcomes, or that
 * is broken, within the two weeks before now. */
void truth_flaky(struct exchange *x, const struct company *company);

/* truth_tickets.c: a line for each ticket that was created in that time. */
void truth_tickets(struct exchange *x, int64_t from_ms, int64_t to_ms);
/* truth_reviews.c: the same for pull and merge requests. */
void truth_reviews(struct exchange *x, int64_t from_ms, int64_t to_ms);

#endif
