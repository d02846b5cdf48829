/* alertmanager: the alerts of an Alertmanager, API v2, silenced and inhibited
 * ones too. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
#include "config.h"

#include "source/source.h"

#include <string.h>

#include "source/field.h"
#include "source/plan.h"

enum step { STEP_ALERTS, STEP_STATUS };

struct alertmanager {
    struct dx_items filter; /* of const char *: matchers */
    const char *receiver;
};

static const struct dx_option options[] = {
    { .name = "filter",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct alertmanager, filter),
      .fallback = "",
      .help = "matchers that an alert has to fit, like team=\"ci\"" },
    { .name = "receiver",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct alertmanager, receiver),
      .fallback = "",
      .help = "only alerts for receivers that this expression fits" },
    { 0 },
};

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    const struct alertmanager *a = config;
    const char *const *filter = a->filter.item;
    struct plan_request *r;

    (void)cursors;
    r = plan_get(plan, STEP_ALERTS,
                 "/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true", NULL);
    for (size_t i = 0; i < a->filter.count; i++)
        plan_append(plan, r, "&filter={}", filter[i], NULL);
    if (*a->receiver)
        plan_append(plan, r, "&receiver={}", a->receiver, NULL);
}

static void probe(const void *config, struct plan *plan)
{
    (void)config;
    plan_get(plan, STEP_STATUS, "/api/v2/status", NULL)->flags |= PLAN_OPTIONAL;
}

static enum dx_alert_state state_of(const json_t *status, struct batch *batch)
{
    const json_t *state = json_object_get(status, "state");

    if (value_is(state, "suppressed")) {
        if (json_array_size(json_object_get(status, "silencedBy")) > 0 ||
            json_array_size(json_object_get(status, "mutedBy")) > 0)
            return DX_ALERT_SILENCED;
        return DX_ALERT_INHIBITED;
    }
    if (!value_is(state, "active") && !value_is(state, "unprocessed"))
        batch->unknown++;
    return DX_ALERT_FIRING;
}

/* Which silence or alert mutes it; the first will do. */
static const char *muted_by(const json_t *status, struct batch *batch)
{
    static const char *const lists[] = { "silencedBy", "inhibitedBy", "mutedBy" };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const json_t *list = json_object_get(status, lists[i]);

        if (json_array_size(list) > 0)
            return value_text(batch, json_array_get(list, 0));
    }
    return "";
}

static const char *web_url(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ? url : "";
}

/* An active alert's endsAt is a future expiry, not an end: resolution is seen
 * as disappearance only, so the list is whole; unless there is something in it that
 * cannot be read, which may be any of them. */
static void decode_alerts(const json_t *list, struct batch *batch)
{
    const json_t *item;
    bool whole = true;
    size_t i;

    json_array_foreach (list, i, item) {
        json_t *labels = json_object_get(item, "labels");
        const json_t *status = json_object_get(item, "status");
        struct alert *alert;

        if (!json_is_object(item)) {
            batch->unknown++;
            whole = false;
            continue;
        }
        alert = batch_alert(batch);
        alert->labels = value_labels(batch, labels, NULL);
        alert->key = field_text(batch, item, "fingerprint");
        if (!*alert->key)
            alert->key = alert->labels;
        alert->name = label_text(batch, labels, "alertname");
        alert->severity = field_severity(labels);
        alert->summary = field_summary(batch, json_object_get(item, "annotations"));
        alert->state = state_of(status, batch);
        alert->muted_by = muted_by(status, batch);
        alert->url = web_url(field_text(batch, item, "generatorURL"));
        alert->since_ms = field_time(item, "startsAt");
    }
    batch->alerts_whole = whole;
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    (void)config;
    (void)plan;
    switch ((enum step)reply->step) {
    case STEP_ALERTS:
        if (!json_is_array(reply->json))
            return dx_fail(err, DX_FAULT_REPLY,
                           "this is not the API of an Alertmanager (no list of alerts)");
        decode_alerts(reply->json, batch);
        if (batch->alert_count == 0 && !batch->alerts_whole)
            return dx_fail(err, DX_FAULT_REPLY,
                           "this is not the API of an Alertmanager (nothing in the list is an "
                           "alert)");
        break;
    case STEP_STATUS:
        batch->version = field_text(batch, json_object_get(reply->json, "versionInfo"), "version");
        break;
    }
    return true;
}

/* An error is a JSON text; 0.2x and a wrong path give {"code", "message"}. */
static void refused(const void *config, const struct reply *reply, struct dx_error *err)
{
    struct batch batch = { 0 };
    const char *why = value_text(&batch, reply->json);

    (void)config;
    if (!*why)
        why = field_text(&batch, reply->json, "message");
    if (*why && err->fault != DX_FAULT_AUTH && err->fault != DX_FAULT_LIMITED)
        dx_fail(err, reply->status == 400 ? DX_FAULT_CONFIG : err->fault, "answered %d: %s",
                reply->status, why);
    batch_done(&batch);
}

const struct source source_alertmanager = {
    .name = "alertmanager",
    .summary = "alerts of an Alertmanager, silenced and inhibited ones too",
    .yields = 1u << DX_KIND_ALERT,
    .version = 1,
    .config_size = sizeof(struct alertmanager),
    .options = options,
    .every = "15s",
    .begin = begin,
    .decode = decode,
    .refused = refused,
    .probe = probe,
};
