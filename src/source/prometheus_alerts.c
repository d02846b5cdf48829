/* prometheus: its own alerts, and which alerting rules fail. */
#include "config.h"

#include "source/prometheus.h"

#include <inttypes.h>

#include "core/text.h"
#include "source/field.h"

/* A long list that changes with deployments only; failing rules can wait. */
enum { RULES_EVERY_MS = 5 * 60 * 1000 };

static const char rules_cursor[] = "rules";

/* With queries beside them they may be missing (Thanos and Mimir can be without
 * a ruler); alone they are all that the source is for. */
void alerts_begin(const struct prometheus *p, struct plan *plan)
{
    int64_t since = plan->now_ms - plan->cursors->get(plan->cursors->self, rules_cursor);

    if (p->alerts)
        plan_get(plan, STEP_ALERTS, "/api/v1/alerts", NULL)->flags |=
            p->queries.count > 0 ? PLAN_OPTIONAL : 0;
    if (p->rules && (since < 0 || since >= RULES_EVERY_MS))
        plan_get(plan, STEP_RULES, "/api/v1/rules?type=alert", NULL)->flags |= PLAN_OPTIONAL;
}

static enum dx_alert_state state_of(const json_t *state, struct batch *batch)
{
    if (value_is(state, "pending"))
        return DX_ALERT_PENDING;
    if (!value_is(state, "firing"))
        batch->unknown++;
    return DX_ALERT_FIRING;
}

/* Prometheus gives no fingerprint: the labels are the identity. */
static void add_alert(const json_t *item, struct batch *batch)
{
    json_t *labels = json_object_get(item, "labels");
    const char *text = value_labels(batch, labels, NULL);
    struct alert *alert = batch_alert(batch);

    alert->labels = text;
    alert->key = arena_print(&batch->arena, "%016" PRIx64, text_hash(text));
    alert->name = label_text(batch, labels, "alertname");
    alert->severity = field_severity(labels);
    alert->summary = field_summary(batch, json_object_get(item, "annotations"));
    alert->state = state_of(json_object_get(item, "state"), batch);
    alert->since_ms = field_time(item, "activeAt");
}

bool alerts_decode(const json_t *data, bool whole, struct batch *batch, struct dx_error *err)
{
    const json_t *alerts = json_object_get(data, "alerts"), *item;
    size_t i;

    if (!json_is_array(alerts) && !json_is_null(alerts))
        return dx_fail(err, DX_FAULT_REPLY, "the answer has no list of alerts");
    json_array_foreach (alerts, i, item) {
        if (!json_is_object(item)) {
            batch->unknown++;
            whole = false; /* it may have been one of those that are known */
        } else if (!value_is(json_object_get(item, "state"), "inactive")) {
            add_alert(item, batch);
        }
    }
    batch->alerts_whole = whole;
    return true;
}

bool rules_decode(const json_t *data, const struct reply *reply, struct batch *batch,
                  struct dx_error *err)
{
    const json_t *groups = json_object_get(data, "groups"), *group, *rule;
    size_t i, j;

    if (!json_is_array(groups) && !json_is_null(groups))
        return dx_fail(err, DX_FAULT_REPLY, "the answer has no groups of rules");
    json_array_foreach (groups, i, group) {
        json_array_foreach (json_object_get(group, "rules"), j, rule) {
            if (value_is(json_object_get(rule, "health"), "err"))
                batch_note(batch, DX_LOG_WARN, "alerting rule %s fails: %s",
                           field_text(batch, rule, "name"), field_text(batch, rule, "lastError"));
        }
    }
    batch_cursor(batch, rules_cursor, reply->now_ms);
    return true;
}
