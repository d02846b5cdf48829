/* prometheus: named PromQL queries and the alerts of a Prometheus, or of what
 * speaks its API (VictoriaMetrics, Thanos, Mimir).
 * https://prometheus.io/docs/prometheus/latest/querying/api/ */
#include "config.h"

#include "source/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "source/field.h"
#include "source/plan.h"

enum step { STEP_RANGE, STEP_INSTANT, STEP_ALERTS, STEP_RULES, STEP_BUILD };

enum {
    /* The server refuses more than 11,000 points a series; fewer keep a reply
     * with many series under a megabyte. */
    CHUNK_POINTS = 2000,
    SERIES_MAX = 1000,
    URL_MAX = 1500, /* longer queries go as a form */
    /* What may still change or come late: VictoriaMetrics holds back 30 s. */
    OVERLAP_MS = 60000,
    STEP_MIN_MS = 1000
};

struct query {
    const char *name, *query;
    bool instant;
    int64_t step_ms, history_ms;
    int unit;
};

struct prometheus {
    struct dx_items queries; /* of struct query */
    bool alerts, rules;
};

static const char *const units[] = { "none",  "count", "seconds",     "ratio", "percent",
                                     "bytes", "per_s", "bytes_per_s", NULL };

static const struct dx_option query_options[] = {
    { .name = "name",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct query, name),
      .fallback = "",
      .help = "what panels call it" },
    { .name = "query",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct query, query),
      .help = "the PromQL expression" },
    { .name = "instant",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct query, instant),
      .fallback = "no",
      .help = "ask for the current value only, no history" },
    { .name = "step",
      .type = DX_OPTION_DURATION,
      .offset = offsetof(struct query, step_ms),
      .fallback = "0s",
      .help = "time between two points; 0s: the interval of the source" },
    { .name = "history",
      .type = DX_OPTION_DURATION,
      .offset = offsetof(struct query, history_ms),
      .fallback = "0s",
      .help = "how far to fill back at the first start; 0s: that of the source" },
    { .name = "unit",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct query, unit),
      .fallback = "none",
      .choices = units,
      .help = "how its numbers are written" },
    { 0 },
};

static const struct dx_option options[] = {
    { .name = "queries",
      .type = DX_OPTION_TABLES,
      .offset = offsetof(struct prometheus, queries),
      .fallback = "",
      .fields = query_options,
      .item_size = sizeof(struct query),
      .shorthand = "query",
      .help = "queries by name: a PromQL expression, or a mapping with more" },
    { .name = "alerts",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct prometheus, alerts),
      .fallback = "yes",
      .help = "take over the alerts that are pending or firing" },
    { .name = "rules",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct prometheus, rules),
      .fallback = "yes",
      .help = "say in the log which alerting rules fail" },
    { 0 },
};

static const struct query *query_at(const struct prometheus *p, int64_t index)
{
    const struct query *queries = p->queries.item;

    return index >= 0 && (size_t)index < p->queries.count ? &queries[index] : NULL;
}

static bool check(const void *config, struct dx_error *err)
{
    const struct prometheus *p = config;

    for (size_t i = 0; i < p->queries.count; i++) {
        const struct query *q = query_at(p, (int64_t)i);

        if (q->step_ms > 0 && q->step_ms < STEP_MIN_MS)
            return dx_fail(err, DX_FAULT_CONFIG, "query \"%s\": a step is at least 1s", q->name);
    }
    return true;
}

/* ---- asking ---- */

static int64_t step_of(const struct query *q, const struct plan *plan)
{
    int64_t step = q->step_ms > 0 ? q->step_ms : plan->every_ms;

    return step < STEP_MIN_MS ? STEP_MIN_MS : step / 1000 * 1000;
}

/* Another expression or step under the same name starts anew. */
static void cursor_name(char out[96], char which, const struct query *q, int64_t step_ms)
{
    uint64_t h = 14695981039346656037u;

    for (const char *c = q->query; *c; c++)
        h = (h ^ (unsigned char)*c) * 1099511628211u;
    (void)snprintf(out, 96, "%c:%.40s:%" PRId64 ":%016" PRIx64, which, q->name, step_ms, h);
}

/* Both ends are multiples of the step, so that repeated polls give the same
 * times on every server (VictoriaMetrics snaps them anyway). */
static void ask_range(struct plan *plan, const struct query *q, int64_t index, int64_t from_ms,
                      int64_t to_ms)
{
    int64_t step = step_of(q, plan);
    char from[32], to[32], step_s[32];
    struct plan_request *r;

    (void)snprintf(from, sizeof(from), "%" PRId64, from_ms / 1000);
    (void)snprintf(to, sizeof(to), "%" PRId64, to_ms / 1000);
    (void)snprintf(step_s, sizeof(step_s), "%" PRId64, step / 1000);
    if (strlen(q->query) > URL_MAX)
        r = plan_form(plan, STEP_RANGE, "/api/v1/query_range", "query={}&start={}&end={}&step={}",
                      q->query, from, to, step_s, NULL);
    else
        r = plan_get(plan, STEP_RANGE, "/api/v1/query_range?query={}&start={}&end={}&step={}",
                     q->query, from, to, step_s, NULL);
    r->flags |= PLAN_OPTIONAL;
    r->detail = index;
    r->detail_text = arena_print(&plan->arena, "%" PRId64 " %" PRId64, from_ms, to_ms);
}

static void ask_instant(struct plan *plan, const struct query *q, int64_t index)
{
    char at[32];
    struct plan_request *r;

    (void)snprintf(at, sizeof(at), "%" PRId64 ".%03d", plan->now_ms / 1000,
                   (int)(plan->now_ms % 1000));
    if (strlen(q->query) > URL_MAX)
        r = plan_form(plan, STEP_INSTANT, "/api/v1/query", "query={}&time={}", q->query, at, NULL);
    else
        r = plan_get(plan, STEP_INSTANT, "/api/v1/query?query={}&time={}", q->query, at, NULL);
    r->flags |= PLAN_OPTIONAL;
    r->detail = index;
}

static int64_t history_of(const struct query *q, const struct plan *plan)
{
    return q->history_ms > 0 ? q->history_ms : plan->history_ms;
}

/* The newest points: from where the last poll ended (a little before), at most
 * one chunk; what lies before is the back-fill's. */
static void begin_range(struct plan *plan, const struct query *q, int64_t index,
                        const struct cursors *cursors)
{
    int64_t step = step_of(q, plan), end = plan->now_ms / step * step, from, known;
    char name[96];

    cursor_name(name, 'n', q, step);
    known = cursors->get(cursors->self, name);
    from = end - history_of(q, plan);
    if (known > from)
        from = known - OVERLAP_MS;
    if (from < end - CHUNK_POINTS * step)
        from = end - CHUNK_POINTS * step;
    if (from > end - step)
        from = end - step;
    ask_range(plan, q, index, from / step * step, end);
}

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    const struct prometheus *p = config;

    for (size_t i = 0; i < p->queries.count; i++) {
        const struct query *q = query_at(p, (int64_t)i);

        if (q->instant)
            ask_instant(plan, q, (int64_t)i);
        else
            begin_range(plan, q, (int64_t)i, cursors);
    }
    if (p->alerts)
        plan_get(plan, STEP_ALERTS, "/api/v1/alerts", NULL)->flags |=
            p->queries.count > 0 ? PLAN_OPTIONAL : 0;
    if (p->rules)
        plan_get(plan, STEP_RULES, "/api/v1/rules?type=alert", NULL)->flags |= PLAN_OPTIONAL;
}

static void probe(const void *config, struct plan *plan)
{
    (void)config;
    plan_get(plan, STEP_BUILD, "/api/v1/status/buildinfo", NULL)->flags |= PLAN_OPTIONAL;
}

/* ---- reading ---- */

/* Do the series of a result come from metrics of several names? Only then the
 * name says something. */
static bool names_differ(const json_t *result)
{
    const json_t *series, *first = NULL;
    size_t i;

    json_array_foreach (result, i, series) {
        const json_t *name = json_object_get(json_object_get(series, "metric"), "__name__");

        if (!name)
            continue;
        if (first && !json_equal(first, name))
            return true;
        first = name;
    }
    return false;
}

static void add_pair(struct batch *batch, size_t series, const json_t *pair)
{
    double value;
    int64_t at = value_seconds(json_array_get(pair, 0));

    if (at > 0 && value_number(json_array_get(pair, 1), &value))
        batch_sample(batch, series, at, value);
}

static size_t add_series(struct batch *batch, const struct query *q, const char *labels)
{
    return batch_series(
        batch,
        (struct series){ .query = q->name, .labels = labels, .unit = (enum dx_unit)q->unit });
}

static void decode_vector(const struct query *q, const json_t *result, struct batch *batch)
{
    const char *without = names_differ(result) ? NULL : "__name__";
    size_t i, j, histograms = 0;
    const json_t *item, *pair;

    json_array_foreach (result, i, item) {
        const json_t *value = json_object_get(item, "value");
        const json_t *values = json_object_get(item, "values");

        if (i >= SERIES_MAX)
            break;
        if (!value && !values) {
            histograms++;
            continue;
        }
        size_t series =
            add_series(batch, q, value_labels(batch, json_object_get(item, "metric"), without));
        if (value)
            add_pair(batch, series, value);
        json_array_foreach (values, j, pair)
            add_pair(batch, series, pair);
    }
    if (json_array_size(result) > SERIES_MAX)
        batch_note(batch, DX_LOG_WARN,
                   "query \"%s\": %zu series, only the first %d are kept; sum them up", q->name,
                   json_array_size(result), SERIES_MAX);
    if (histograms > 0)
        batch_note(batch, DX_LOG_WARN,
                   "query \"%s\": native histograms cannot be shown; ask for histogram_quantile()",
                   q->name);
}

static bool decode_result(const struct query *q, const json_t *data, struct batch *batch,
                          struct dx_error *err)
{
    const json_t *type = json_object_get(data, "resultType");
    const json_t *result = json_object_get(data, "result");

    if (!json_is_array(result))
        return dx_fail(err, DX_FAULT_REPLY, "query \"%s\": the answer has no \"result\"", q->name);
    if (value_is(type, "scalar")) {
        add_pair(batch, add_series(batch, q, "{}"), result);
    } else if (value_is(type, "string")) {
        size_t series = add_series(batch, q, "{}");

        batch->series[series].text = value_text(batch, json_array_get(result, 1));
        batch_sample(batch, series, value_seconds(json_array_get(result, 0)), (double)NAN);
    } else if (value_is(type, "vector") || value_is(type, "matrix")) {
        decode_vector(q, result, batch);
    } else {
        batch->unknown++;
        batch_note(batch, DX_LOG_WARN, "query \"%s\": a result of unknown type", q->name);
    }
    return true;
}

/* What is known of a query is one block of time, from the cursor `oldest` to
 * the cursor `newest`. The newest chunk extends it when the two touch, and
 * begins a new block when there was a longer gap; then chunk by chunk is asked
 * for before it, until the history is whole. A restart goes on there. */
static void go_back(const struct query *q, const struct reply *reply, struct plan *plan,
                    struct batch *batch)
{
    int64_t step = step_of(q, plan), end = reply->now_ms / step * step, from, to, wanted;
    char newest[96], oldest[96];
    char *rest = NULL;

    from = strtoll(reply->detail_text, &rest, 10);
    to = strtoll(rest, NULL, 10);
    wanted = (reply->now_ms - history_of(q, plan)) / step * step;
    cursor_name(newest, 'n', q, step);
    cursor_name(oldest, 'o', q, step);
    if (to == end) {
        int64_t known_to = plan->cursors->get(plan->cursors->self, newest);
        int64_t known_from = plan->cursors->get(plan->cursors->self, oldest);

        if (known_from > 0 && known_from < from && known_to >= from)
            from = known_from;
        batch_cursor(batch, newest, end);
    }
    batch_cursor(batch, oldest, from);
    if (from <= wanted)
        return;
    batch->done = (end - from) / step;
    batch->total = (end - wanted) / step;
    int64_t before = from - CHUNK_POINTS * step;
    ask_range(plan, q, reply->detail, before > wanted ? before : wanted, from);
}

static void decode_notes(const struct query *q, const json_t *root, struct batch *batch)
{
    static const char *const kinds[] = { "warnings", "infos" };
    const json_t *text;
    size_t i;

    for (size_t k = 0; k < 2; k++)
        json_array_foreach (json_object_get(root, kinds[k]), i, text)
            batch_note(batch, k == 0 ? DX_LOG_WARN : DX_LOG_INFO, "query \"%s\": %s", q->name,
                       value_text(batch, text));
}

static bool decode_query(const struct prometheus *p, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err)
{
    const struct query *q = query_at(p, reply->detail);

    if (!q)
        return dx_fail(err, DX_FAULT_REPLY, "an answer to no query");
    decode_notes(q, reply->json, batch);
    if (!decode_result(q, json_object_get(reply->json, "data"), batch, err))
        return false;
    if (reply->step == STEP_RANGE)
        go_back(q, reply, plan, batch);
    return true;
}

/* ---- alerts ---- */

/* Prometheus gives no fingerprint: the labels are the identity. */
static const char *key_of(struct batch *batch, const char *labels)
{
    uint64_t h = 14695981039346656037u;

    for (const char *c = labels; *c; c++)
        h = (h ^ (unsigned char)*c) * 1099511628211u;
    return arena_print(&batch->arena, "%016" PRIx64, h);
}

static void decode_alerts(const json_t *alerts, struct batch *batch)
{
    const json_t *item;
    size_t i;

    json_array_foreach (alerts, i, item) {
        const json_t *labels = json_object_get(item, "labels");
        const json_t *state = json_object_get(item, "state");
        const char *text = value_labels(batch, labels, NULL);
        struct alert *alert;

        if (value_is(state, "inactive"))
            continue;
        alert = batch_alert(batch);
        alert->labels = text;
        alert->key = key_of(batch, text);
        alert->name = label_text(batch, labels, "alertname");
        alert->severity = field_severity(labels);
        alert->summary = field_summary(batch, json_object_get(item, "annotations"));
        alert->state = value_is(state, "pending") ? DX_ALERT_PENDING : DX_ALERT_FIRING;
        alert->since_ms = field_time(item, "activeAt");
        if (!value_is(state, "pending") && !value_is(state, "firing"))
            batch->unknown++;
    }
    batch->alerts_whole = true;
}

static void decode_rules(const json_t *groups, struct batch *batch)
{
    const json_t *group, *rule;
    size_t i, j;

    json_array_foreach (groups, i, group)
        json_array_foreach (json_object_get(group, "rules"), j, rule)
            if (value_is(json_object_get(rule, "health"), "err"))
                batch_note(batch, DX_LOG_WARN, "alerting rule %s fails: %s",
                           field_text(batch, rule, "name"), field_text(batch, rule, "lastError"));
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    const json_t *data = json_object_get(reply->json, "data");

    if (!value_is(json_object_get(reply->json, "status"), "success"))
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the API of a Prometheus (no \"status\": \"success\")");
    switch ((enum step)reply->step) {
    case STEP_RANGE:
    case STEP_INSTANT:
        return decode_query(config, reply, plan, batch, err);
    case STEP_ALERTS:
        decode_alerts(json_object_get(data, "alerts"), batch);
        break;
    case STEP_RULES:
        decode_rules(json_object_get(data, "groups"), batch);
        break;
    case STEP_BUILD:
        batch->version = field_text(batch, data, "version");
        break;
    }
    return true;
}

/* {"status": "error", "errorType": "bad_data", "error": "..."}; VictoriaMetrics
 * writes the status as errorType. */
static void refused(const void *config, const struct reply *reply, struct dx_error *err)
{
    const struct query *q = query_at(config, reply->detail);
    bool of_query = reply->step == STEP_RANGE || reply->step == STEP_INSTANT;
    struct batch batch = { 0 };
    const char *why = field_text(&batch, reply->json, "error");

    if (of_query && q && *why && (reply->status == 400 || reply->status == 422))
        dx_fail(err, reply->status == 400 ? DX_FAULT_CONFIG : DX_FAULT_REPLY, "query \"%s\" %s: %s",
                q->name, reply->status == 400 ? "is wrong" : "cannot be answered", why);
    else if (*why)
        dx_fail(err, err->fault, "answered %d: %s", reply->status, why);
    batch_done(&batch);
}

const struct source source_prometheus = {
    .name = "prometheus",
    .summary = "PromQL queries and alerts of a Prometheus, VictoriaMetrics, Thanos or Mimir",
    .yields = 1u << DX_KIND_SAMPLE | 1u << DX_KIND_ALERT,
    .version = 1,
    .config_size = sizeof(struct prometheus),
    .options = options,
    .every = "15s",
    .check = check,
    .begin = begin,
    .decode = decode,
    .refused = refused,
    .probe = probe,
};
