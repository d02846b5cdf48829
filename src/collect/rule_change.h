/* rule_change: what a pass over the alert rules changes: how they stand, alerts, notices. */
#ifndef COLLECT_RULE_CHANGE_H
#define COLLECT_RULE_CHANGE_H

#include "collect/notice_text.h"
#include "collect/rule_values.h"
#include "insight/alerting.h"
#include "store/alerting.h"

struct changes { /* texts belong to the arena */
    struct arena *arena;
    const struct config *config;
    int64_t now_ms, good_ms; /* see struct rules_write */
    struct rule_change *change;
    struct stored_notice *notice;
    size_t change_count, change_cap, notice_count, notice_cap;
    struct notice_facts *event; /* of this pass, by rule: what begins and what ends */
    size_t event_count, event_cap;
    struct summed { /* what quiet hours held back */
        const struct alert_rule *rule;
        const char *subject;
        int fires, ends;
        bool still;
        int64_t since_ms;
    } * summed;
    size_t summed_count, summed_cap;
};

struct rule_step {
    struct stored_rule *stored; /* moves on */
    const struct rule_value_of *value;
    const struct alerting_rule *rule;
    int64_t place;
    struct alerting_look look;
};

void changes_step(struct changes *changes, const struct rule_step *step);
/* The rule, or what it looked at, is gone: nobody is told. */
void changes_forget(struct changes *changes, struct stored_rule *stored);
/* Notices: one for all of a rule that began to fire in this pass, one for all that ended,
 * and one for all that quiet hours held back. */
void changes_tell(struct changes *changes);
bool changes_write(const struct changes *changes, struct store *store, struct dx_error *err);
void changes_done(struct changes *changes);

#endif
