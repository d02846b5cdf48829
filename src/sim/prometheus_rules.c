/* prometheus_rules: the alerting rules, and the alerts that they make. */
#include "config.h"

#include <string.h>

#include "sim/number.h"
#include "sim/prometheus.h"

static json_t *alert_json(const struct alert *a)
{
    char at[INSTANT_TEXT], value[NUMBER_TEXT];
    json_t *labels = json_object();

    for (size_t i = 0; i < a->label_count; i++)
        (void)json_object_set_new(labels, a->labels[i].name, json_string(a->labels[i].value));
    return json_pack("{s:o, s:{s:s}, s:s, s:s, s:s}", "labels", labels, "annotations", "summary",
                     a->summary, "state", a->firing_ms > 0 ? "firing" : "pending", "activeAt",
                     number_instant(at, a->active_ms), "value", number_exponent(value, a->value));
}

/* Of one rule, or (NULL) of all. */
static json_t *alerts_of(struct exchange *x, const struct rule *rule)
{
    struct board *board = &x->sim->board;
    json_t *list = json_array();

    board_fill(board, &x->sim->world, x->now_ms);
    for (size_t i = 0; i < board->count; i++)
        if (!rule || board->alerts[i].rule == rule)
            (void)json_array_append_new(list, alert_json(&board->alerts[i]));
    return list;
}

void prometheus_alerts(struct exchange *x)
{
    prometheus_data(x, json_pack("{s:o}", "alerts", alerts_of(x, NULL)));
}

static json_t *rule_json(struct exchange *x, const struct rule *rule)
{
    json_t *alerts = alerts_of(x, rule), *alert;
    const char *state = json_array_size(alerts) > 0 ? "pending" : "inactive";
    json_t *labels = json_pack("{s:s}", "severity", rule->severity);
    char last[INSTANT_TEXT];
    size_t i;

    json_array_foreach (alerts, i, alert) {
        if (strcmp(json_string_value(json_object_get(alert, "state")), "firing") == 0)
            state = "firing";
    }
    if (rule->team)
        (void)json_object_set_new(labels, "team", json_string(rule->team));
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:o, s:{s:s}, s:o, s:s, s:f, s:s, s:s}", "state",
                     state, "name", rule->name, "query", rule->query, "duration", rule->for_s,
                     "keepFiringFor", 0, "labels", labels, "annotations", "summary", rule->summary,
                     "alerts", alerts, "health", "ok", "evaluationTime", 0.0004, "lastEvaluation",
                     number_instant(last, rule_evaluated_ms(rule, x->now_ms)), "type", "alerting");
}

/* The group that rule begins; *next: the first rule of the next one. */
static json_t *group_json(struct exchange *x, const struct rule *rule, const struct rule **next)
{
    json_t *list = json_array();
    const struct rule *r = rule;
    char last[INSTANT_TEXT];

    for (; r->name && strcmp(r->group, rule->group) == 0; r++)
        (void)json_array_append_new(list, rule_json(x, r));
    *next = r;
    return json_pack("{s:s, s:s, s:o, s:i, s:i, s:f, s:s}", "name", rule->group, "file",
                     "/etc/prometheus/rules/ci.yml", "rules", list, "interval", rule->interval_s,
                     "limit", 0, "evaluationTime", 0.002, "lastEvaluation",
                     number_instant(last, rule_evaluated_ms(rule, x->now_ms)));
}

void prometheus_rules(struct exchange *x)
{
    const char *type = exchange_parameter(x, "type");
    const struct rule *rule = rules;
    json_t *groups;

    if (type && *type && strcmp(type, "alert") != 0 && strcmp(type, "record") != 0) {
        prometheus_error(x, 400, "bad_data",
                         "invalid parameter \"type\": not supported value \"%.60s\"", type);
        return;
    }
    groups = json_array();
    while (rule->name && !(type && strcmp(type, "record") == 0)) /* there are no such */
        (void)json_array_append_new(groups, group_json(x, rule, &rule));
    prometheus_data(x, json_pack("{s:o}", "groups", groups));
}
