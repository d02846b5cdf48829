/* rule_values: the numbers that alert rules look at, as viewers read them. */
#ifndef COLLECT_RULE_VALUES_H
#define COLLECT_RULE_VALUES_H

#include "config/config.h"
#include "model/rows.h"

struct rule_value_of { /* what one rule looks at */
    const struct alert_rule *rule;
    /* "linux-xl (github)"; of a rule that finds nothing its pattern; a name that is too long ends
     * with its hash */
    const char *subject;
    const char *labels; /* {pool="linux-xl", source="github"} */
    double value;       /* spans in seconds; NaN: no data, or that of a source which is lost */
    int64_t n;          /* of so many jobs, runs or tickets; -1: it counts by itself */
    enum dx_unit unit;
};

struct rule_list { /* { 0 } is empty; texts belong to the arena */
    struct arena arena;
    struct rule_value_of *item;
    size_t count, cap;
};

/* All that the rules look at, as of now. Each rule has one at least. */
void rule_values_read(struct rule_list *list, const struct config *config,
                      const struct reader *reader, int64_t now_ms);
void rule_values_done(struct rule_list *list);

#endif
