/* world_kit: what people wish, alert rules, and their notices. */
#include "config.h"

#include "world_deeds.h"

#include <stdio.h>

#include "store/alerting.h"
#include "store/internal.h"
#include "store_kit.h"

bool world_accept(struct world *w, struct dx_error *err)
{
    return store_wish(w->store, "triage", "t1 accept runners", err);
}

bool world_take_back(struct world *w, struct dx_error *err)
{
    return store_wish(w->store, "triage", "t1 undo", err);
}

bool world_grant(struct world *w, struct dx_error *err)
{
    struct dx_error refused = { 0 };
    struct wish wish = { 0 };
    bool ok = store_next_wish(w->store, &wish, err) &&
              store_grant_wish(w->store, &wish, T0, &refused, err);

    if (refused.fault != DX_FAULT_NONE)
        *err = refused;
    return ok && refused.fault == DX_FAULT_NONE;
}

static struct stored_rule rule_of(const char *name)
{
    return (struct stored_rule){ .rule = name,
                                 .subject = "linux-xl",
                                 .severity = DX_SEVERITY_CRITICAL,
                                 .state = DX_RULE_FIRING,
                                 .since_ms = T0,
                                 .began_ms = T0,
                                 .fired_ms = T0,
                                 .at_ms = T0,
                                 .above = true,
                                 .limit = 600,
                                 .value = 720,
                                 .unit = DX_UNIT_SECONDS };
}

/* As they stand, with the numbers of their alerts. */
static struct stored_rule rule[3];

bool world_rules(struct world *w, struct dx_error *err)
{
    const struct rule_change change[] = {
        { &rule[0], RULE_BEGINS, "{pool=\"linux-xl\"}", "12m, above 10m", false },
        { &rule[1], RULE_BEGINS, "{pool=\"linux-xl\"}", "12m, above 10m", false },
        { &rule[2], RULE_STANDS, "", "", false },
    };
    const struct stored_notice notice = { .at_ms = T0,
                                          .name = "chat",
                                          .ways = 1,
                                          .loud = true,
                                          .title = "slow",
                                          .text = "slow: 12m",
                                          .facts = "{}" };
    const struct rules_write write = { change, 3, &notice, 1, T0, 0 };

    rule[0] = rule_of("slow");
    rule[1] = rule_of("slower");
    rule[2] = rule_of("fine");
    return store_put_rules(w->store, &write, err);
}

bool world_rules_end(struct world *w, struct dx_error *err)
{
    struct stored_rule one = rule[1], other = rule[2];
    const struct rule_change change[] = { { &one, RULE_ENDS, "", "", false },
                                          { &other, RULE_LAPSES, "", "", true } };
    const struct rules_write write = { change, 2, NULL, 0, T0 + MINUTE, 0 };

    one.state = other.state = DX_RULE_FINE;
    return store_put_rules(w->store, &write, err);
}

bool world_notice_begins(struct world *w, struct dx_error *err)
{
    return store_notice_is(w->store, 1, NOTICE_UNDER_WAY, 0, err);
}

bool world_notices_are_lost(struct world *w, struct dx_error *err)
{
    return store_lost_notices(w->store, err) > 0 || err->fault == DX_FAULT_NONE;
}

bool world_snooze(struct world *w, struct dx_error *err)
{
    return store_wish(w->store, "snooze",
                      "dxtop/rule:slow/linux-xl/1790000000000\t1790003600000\tm.ito\tlater", err);
}
