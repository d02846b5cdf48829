/* alerts: which of the company's rules fire. A pure function of seed and time,
 * worked out through the rules' own queries once a minute. */
#ifndef SIM_ALERTS_H
#define SIM_ALERTS_H

#include "sim/promql.h"
#include "sim/rules.h"

enum { ALERTS_MOST = 64, ALERT_LABELS = LABELS_MOST + 3, FINGERPRINT_TEXT = 17, UUID_TEXT = 37 };

struct alert {
    const struct rule *rule;
    struct label labels[ALERT_LABELS]; /* sorted by name */
    size_t label_count;
    char summary[160];
    double value;
    int64_t active_ms, firing_ms; /* since when; firing 0: pending */
    char fingerprint[FINGERPRINT_TEXT];
    char silenced_by[UUID_TEXT], inhibited_by[FINGERPRINT_TEXT]; /* "" */
};

struct silence {
    char id[UUID_TEXT];
    int64_t from_ms, to_ms;
};
/* The silence of the week n before the one that at_ms lies in. */
struct silence silence_of(const struct world *world, int64_t at_ms, int n);

/* The board of one instant; { 0 } is empty. */
struct board {
    bool filled;
    uint64_t seed;
    int64_t minute;
    struct alert alerts[ALERTS_MOST]; /* in the order of the rules */
    size_t count;
};
void board_fill(struct board *board, const struct world *world, int64_t at_ms);

const char *alert_label(const struct alert *alert, const char *name); /* "" none */
int64_t rule_evaluated_ms(const struct rule *rule, int64_t at_ms);    /* last, up to at_ms */

#endif
