/* rules: the company's alerting rules, and what its Alertmanager does with alerts. */
#ifndef SIM_RULES_H
#define SIM_RULES_H

#include <stddef.h>

#include <dxtop/record.h>

enum { MATCHES_MOST = 2 };

struct rule {
    const char *group;
    const char *name, *query;
    int interval_s; /* of the group: how often it is evaluated */
    int for_s;
    const char *severity;
    const char *team;    /* NULL: the series' own */
    const char *summary; /* template: {{ $labels.pool }}, {{ $value | humanizeDuration }} */
};
extern const struct rule rules[]; /* by group; ends with a name NULL */

/* While the source fires, the target of the same pool is nobody's business. */
struct inhibition {
    const char *source, *target;
};
extern const struct inhibition inhibitions[]; /* ends with a source NULL */

extern const char silenced_alert[]; /* the alert that somebody has muted for the week */
extern const char receiver_name[];
extern const char alertmanager_config[]; /* as /api/v2/status shows it */

#endif
