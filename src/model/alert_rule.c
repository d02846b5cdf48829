/* alert_rule: what a rule can be about, and its limits. */
#include "config.h"

#include "model/alert_rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"

const struct rule_value_about rule_values[RULE_VALUES] = {
    [RULE_ITSELF] = { "", "", RULE_KPI, DX_UNIT_NONE },
    [RULE_WAITING] = { "waiting", "jobs that wait", RULE_POOL, DX_UNIT_COUNT },
    [RULE_OLDEST] = { "oldest", "wait of the oldest", RULE_POOL, DX_UNIT_SECONDS },
    [RULE_P95] = { "p95", "queue p95", RULE_POOL, DX_UNIT_SECONDS },
    [RULE_RUNNERS] = { "runners", "runners online", RULE_POOL, DX_UNIT_COUNT },
    [RULE_SUCCESS] = { "success", "success", RULE_PIPELINE, DX_UNIT_RATIO },
    [RULE_P90] = { "p90", "duration p90", RULE_PIPELINE, DX_UNIT_SECONDS },
};

const char *const notice_ways[] = { "bell", "osc9", "osc777", "title", NULL };
const char *const rule_severities[] = { "info", "warning", "critical", NULL };

bool alert_rule_is_share(const struct alert_rule *rule)
{
    return strchr(rule->is_above ? rule->above : rule->below, '%') != NULL;
}

enum dx_unit alert_rule_unit(const struct alert_rule *rule)
{
    if (rule->on == RULE_QUERY && alert_rule_is_share(rule))
        return DX_UNIT_RATIO; /* else its series say so */
    return rule->on == RULE_KPI ? kpis[rule->which].unit : rule_values[rule->value].unit;
}

static bool parse_number(const char *text, bool percent, double *out)
{
    char *end;

    *out = strtod(text, &end);
    if (end == text || !isfinite(*out))
        return false;
    end += strspn(end, " ");
    if (percent && *end == '%') {
        *out /= 100.;
        end++;
    }
    return !*end;
}

static bool parse_span(const char *text, double *out)
{
    int64_t ms;

    if (!duration_parse(&ms, text))
        return false;
    *out = (double)ms / 1e3;
    return true;
}

bool alert_rule_limit(const struct alert_rule *rule, const char *text, int64_t day_ms, double *out)
{
    if (rule->on == RULE_KPI)
        return kpi_parse_goal(&kpis[rule->which], text, day_ms, out);
    if (rule->on == RULE_QUERY)
        return parse_number(text, true, out) || parse_span(text, out);
    if (alert_rule_unit(rule) == DX_UNIT_SECONDS)
        return parse_span(text, out);
    if (!parse_number(text, alert_rule_unit(rule) == DX_UNIT_RATIO, out) || *out < 0.)
        return false;
    return alert_rule_unit(rule) != DX_UNIT_RATIO || *out <= 1.;
}
