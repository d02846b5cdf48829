/* rules: alert rules in the collector's loop. */
#include "config.h"

#include "collect/rules.h"

#include <stdlib.h>
#include <string.h>

#include "collect/alerting.h"
#include "store/alerting.h"

enum { WAIT_MS = 60000 };

struct rules {
    struct notices_needs needs;
    struct alerting_loop *alerting;
    struct notices *notices;
    int64_t began_ms; /* boot time */
};

struct rules *rules_new(const struct notices_needs *needs, const struct business *business)
{
    struct rules *rules = mem_new(1, sizeof(*rules));

    rules->needs = *needs;
    rules->began_ms = time_boot_ms();
    rules->alerting = alerting_new(needs->store, needs->config, business, needs->clock);
    rules->notices = notices_new(needs);
    return rules;
}

void rules_free(struct rules *rules)
{
    if (!rules)
        return;
    notices_free(rules->notices);
    alerting_free(rules->alerting);
    free(rules);
}

/* Not before each source was asked once, for what a store had long ago is no news; but a first
 * poll may fill back for hours, and others know something by then. */
void rules_look(struct rules *rules, bool asked)
{
    struct dx_error err = { 0 };

    if (!rules || (!asked && time_boot_ms() - rules->began_ms < WAIT_MS))
        return;
    if (!alerting_look(rules->alerting, &err))
        rules->needs.warn(rules->needs.self, &err);
    notices_look(rules->notices);
}
