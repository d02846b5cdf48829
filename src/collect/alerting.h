/* alerting: drives the alert rules: reads what they look at, steps them (insight/alerting.h)
 * and keeps how they stand in the store, with what people are to be told. Whoever collects
 * goes on from there, so that a restart tells nobody twice. */
#ifndef COLLECT_ALERTING_H
#define COLLECT_ALERTING_H

#include "config/config.h"
#include "core/time.h"
#include "insight/business.h"
#include "store/store.h"

struct alerting_loop;

/* business: of the calendar. What the store has of rules that are gone ends. */
struct alerting_loop *alerting_new(struct store *store, const struct config *config,
                                   const struct business *business, const struct clock *clock);
void alerting_free(struct alerting_loop *loop); /* NULL is fine */

/* Often; does something every two seconds. false: *err is for the log. */
bool alerting_look(struct alerting_loop *loop, struct dx_error *err);
/* Now, whatever was when. */
bool alerting_pass(struct alerting_loop *loop, int64_t now_ms, struct dx_error *err);

#endif
