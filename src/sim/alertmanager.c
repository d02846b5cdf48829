/* alertmanager: the Alertmanager face, API v2.
 * https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sim/sim.h"

enum { HOUR_MS = 3600000 };

static void put_json(struct exchange *x, int status, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

    x->status = status;
    x->content_type = "application/json";
    (void)buf_text(&x->body, text ? text : "[]");
    free(text);
    json_decref(json);
}

static bool flag(struct exchange *x, const char *name)
{
    const char *value = x->parameter(x->self, name);

    return !value || strcmp(value, "false") != 0;
}

static const char *label_of(const struct sim_alert *a, const char *name, size_t len)
{
    const struct {
        const char *name, *value;
    } labels[] = { { "alertname", a->name },
                   { "severity", a->severity },
                   { "team", a->team },
                   { "pool", a->pool } };

    for (size_t i = 0; i < 4; i++)
        if (strlen(labels[i].name) == len && strncmp(labels[i].name, name, len) == 0)
            return labels[i].value;
    return "";
}

/* name="value" or name!="value"; *bad: neither. */
static bool fits(const struct sim_alert *a, const char *matcher, bool *bad)
{
    size_t name = strcspn(matcher, "=!");
    bool negative = matcher[name] == '!';
    const char *value = matcher + name + negative;
    size_t len;

    *bad = name == 0 || *value != '=';
    if (*bad)
        return false;
    value++;
    len = strlen(value);
    if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
        value++;
        len -= 2;
    }
    const char *have = label_of(a, matcher, name);
    return (strlen(have) == len && strncmp(have, value, len) == 0) != negative;
}

static bool wanted(struct exchange *x, const struct sim_alert *a, bool *bad)
{
    const char *matcher;

    *bad = false;
    if ((*a->silenced_by && !flag(x, "silenced")) || (*a->inhibited_by && !flag(x, "inhibited")) ||
        (!*a->silenced_by && !*a->inhibited_by && !flag(x, "active")))
        return false;
    for (size_t i = 0; (matcher = x->repeated(x->self, "filter", i)) != NULL; i++)
        if (!fits(a, matcher, bad))
            return false;
    return true;
}

static json_t *one_or_none(const char *text)
{
    return *text ? json_pack("[s]", text) : json_array();
}

static json_t *alert_json(const struct exchange *x, const struct sim_alert *a, int64_t now_ms)
{
    bool muted = *a->silenced_by || *a->inhibited_by;
    char starts[TIME_TEXT], ends[TIME_TEXT], updated[TIME_TEXT], print[20], url[300];
    uint64_t hash = 14695981039346656037u;
    json_t *labels = json_pack("{s:s, s:s, s:s}", "alertname", a->name, "severity", a->severity,
                               "team", a->team);

    for (const char *c = a->name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    for (const char *c = a->pool; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    (void)snprintf(print, sizeof(print), "%016" PRIx64, hash);
    (void)snprintf(url, sizeof(url), "%s/graph?alert=%s", x->sim->public_url, a->name);
    if (*a->pool)
        (void)json_object_set_new(labels, "pool", json_string(a->pool));
    return json_pack(
        "{s:o, s:{s:s}, s:s, s:s, s:s, s:s, s:s, s:[{s:s}], s:{s:s, s:o, s:o}}", "labels", labels,
        "annotations", "summary", a->summary, "startsAt", time_format(starts, a->firing_ms),
        "endsAt", time_format(ends, now_ms + 4 * 60000), "updatedAt", time_format(updated, now_ms),
        "fingerprint", print, "generatorURL", url, "receivers", "name", "devex", "status", "state",
        muted ? "suppressed" : "active", "silencedBy", one_or_none(a->silenced_by), "inhibitedBy",
        one_or_none(a->inhibited_by));
}

static void alerts(struct exchange *x)
{
    int64_t now_ms = clock_now(&x->sim->clock);
    struct sim_alert all[ALERTS_MOST];
    size_t n = sim_alerts(all, &x->sim->world, now_ms);
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        bool bad;

        if (wanted(x, &all[i], &bad) && all[i].firing_ms > 0)
            (void)json_array_append_new(list, alert_json(x, &all[i], now_ms));
        if (bad) {
            json_decref(list);
            put_json(x, 400, json_string("bad matcher format: a matcher is name=\"value\""));
            return;
        }
    }
    put_json(x, 200, list);
}

bool alertmanager_answer(struct exchange *x)
{
    char now[TIME_TEXT];

    if (strcmp(x->path, "/api/v2/alerts") == 0) {
        alerts(x);
    } else if (strcmp(x->path, "/api/v2/status") == 0) {
        (void)time_format(now, clock_now(&x->sim->clock) / HOUR_MS * HOUR_MS);
        put_json(x, 200,
                 json_pack("{s:{s:s}, s:{s:s}, s:s}", "cluster", "status", "disabled",
                           "versionInfo", "version", "0.25.0-sim", "uptime", now));
    } else {
        return false;
    }
    return true;
}
