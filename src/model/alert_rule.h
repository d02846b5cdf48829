/* alert_rule: an alert rule of dxtop's own, and how people are told of it. Filled from the
 * configuration, driven by collect. */
#ifndef MODEL_ALERT_RULE_H
#define MODEL_ALERT_RULE_H

#include "model/calendar.h"
#include "model/endpoint.h"
#include "model/kpi.h"

enum rule_on { RULE_KPI, RULE_POOL, RULE_PIPELINE, RULE_QUERY };
enum rule_value {
    RULE_ITSELF, /* of a KPI and a query */
    RULE_WAITING,
    RULE_OLDEST,
    RULE_P95,
    RULE_RUNNERS,
    RULE_SUCCESS,
    RULE_P90,
    RULE_VALUES
};
/* Its name in the configuration, how people call it, and what it is of. */
struct rule_value_about {
    const char *name, *words;
    enum rule_on on;
    enum dx_unit unit; /* spans are in seconds, shares 0 to 1 */
};
extern const struct rule_value_about rule_values[RULE_VALUES];

/* Ways to tell that viewers have; the rest is of `notices`. */
enum { NOTICE_BELL = 1, NOTICE_OSC9 = 2, NOTICE_OSC777 = 4, NOTICE_TITLE = 8 };
extern const char *const notice_ways[]; /* by bit, ends at NULL */

enum webhook { WEBHOOK_NONE, WEBHOOK_SLACK, WEBHOOK_TEAMS, WEBHOOK_JSON };

struct notice_settings {
    const char *name;
    struct dx_items command;  /* of const char *: a program and its arguments */
    int webhook;              /* enum webhook */
    struct secret url;        /* who knows it can post */
    struct endpoint endpoint; /* of the webhook; its url is not known yet */
    bool ends;                /* tell the end too */
};

struct alert_rule {
    const char *name, *kpi, *pool, *pipeline, *query; /* one of the four; "" else */
    int value;                                        /* enum rule_value */
    const char *above, *below, *recover;              /* as written; "" else */
    int64_t hold_ms, recover_ms, cool_ms, least;
    struct dx_items quiet; /* as written; see hours */
    const char *zone;
    bool quiet_off_hours;
    int severity;           /* index of rule_severities */
    int no_data;            /* 1: fires */
    struct dx_items notify; /* of const char * */

    /* what was made of it: */
    enum rule_on on;
    const char *pattern; /* of names; of a query its name */
    const char *source;  /* of a query: "" any */
    enum kpi which;      /* of a KPI */
    bool is_above, has_quiet;
    struct calendar hours;               /* open: quiet */
    unsigned ways;                       /* NOTICE_... */
    const struct notice_settings **tell; /* ends at NULL */
};
extern const char *const rule_severities[]; /* info, warning, critical; ends at NULL */

/* A limit as people write it, in the unit of what is looked at; a day of business time is
 * day_ms. A query takes a number, a share (*share: 0 to 1) or a span (seconds). false: not
 * one. */
bool alert_rule_limit(const struct alert_rule *rule, const char *text, int64_t day_ms, double *out);
bool alert_rule_is_share(const struct alert_rule *rule); /* its limit was written with % */
enum dx_unit alert_rule_unit(const struct alert_rule *rule);

#endif
