/* prometheus: named PromQL queries and the alerts of a Prometheus, or of what
 * speaks its API (VictoriaMetrics, Thanos, Mimir).
 * https://prometheus.io/docs/prometheus/latest/querying/api/ */
#include "config.h"

#include "source/prometheus.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "source/field.h"

enum {
    SERIES_MOST = 1000, /* of a query */
    URL_MOST = 1500,    /* longer queries go as a form */
    STEP_UNIT_MS = 1000
};

static const char *const units[] = { "none",  "count", "seconds",     "ratio", "percent",
                                     "bytes", "per_s", "bytes_per_s", NULL };

static const struct dx_option query_options[] = {
    { .name = "name",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct query, name),
      .fallback = "",
      .help = "where queries is a list, its name: what panels call it; no two have the same" },
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

const struct query *prometheus_query(const struct prometheus *p, int64_t index)
{
    const struct query *queries = p->queries.item;

    return index >= 0 && (size_t)index < p->queries.count ? &queries[index] : NULL;
}

/* Their series are told apart by it. */
static bool check_name(const struct query *all, const struct query *q, struct dx_error *err)
{
    if (!*q->name)
        return dx_fail(err, DX_FAULT_CONFIG,
                       "query \"%.40s\" has no name; write queries like {NAME: %.40s}", q->query,
                       q->query);
    for (; all < q; all++)
        if (strcmp(all->name, q->name) == 0)
            return dx_fail(err, DX_FAULT_CONFIG, "a second query is called \"%.80s\"", q->name);
    return true;
}

static bool check(const void *config, struct dx_error *err)
{
    const struct prometheus *p = config;
    const struct query *q = p->queries.item;

    for (size_t i = 0; i < p->queries.count; i++, q++) {
        if (!check_name(p->queries.item, q, err))
            return false;
        if (q->step_ms % STEP_UNIT_MS != 0)
            return dx_fail(err, DX_FAULT_CONFIG,
                           "query \"%s\": a step is a number of whole seconds", q->name);
    }
    return true;
}

static int64_t reach(const void *config, int64_t history_ms)
{
    const struct prometheus *p = config;
    const struct query *q = p->queries.item;

    for (size_t i = 0; i < p->queries.count; i++, q++)
        if (!q->instant && q->history_ms > history_ms)
            history_ms = q->history_ms;
    return history_ms;
}

/* ---- asking ---- */

static void ask_instant(struct plan *plan, const struct query *q, int64_t index)
{
    char at[32];
    struct plan_request *r;

    (void)snprintf(at, sizeof(at), "%" PRId64 ".%03d", plan->now_ms / 1000,
                   (int)(plan->now_ms % 1000));
    if (plan_escaped(q->query) > URL_MOST)
        r = plan_form(plan, STEP_INSTANT, "/api/v1/query", "query={}&time={}", q->query, at, NULL);
    else
        r = plan_get(plan, STEP_INSTANT, "/api/v1/query?query={}&time={}", q->query, at, NULL);
    r->flags |= PLAN_OPTIONAL;
    r->detail = index;
}

/* Every query is optional: one that is wrong is named in the log and loses no
 * other. When all that was asked for fails, the poll does. */
static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    const struct prometheus *p = config;
    const struct query *q = p->queries.item;

    (void)cursors; /* those of the plan */
    for (size_t i = 0; i < p->queries.count; i++, q++)
        if (q->instant)
            ask_instant(plan, q, (int64_t)i);
        else
            range_begin(plan, q, (int64_t)i);
    alerts_begin(p, plan);
}

/* Whether we may read is seen by what begin() asks for; this is the version. */
static void probe(const void *config, struct plan *plan)
{
    (void)config;
    plan_get(plan, STEP_BUILD, "/api/v1/status/buildinfo", NULL)->flags |= PLAN_OPTIONAL;
}

/* ---- reading a result ---- */

/* Do the series of a result come from metrics of several names? Only then the
 * name says something. */
static bool names_differ(const json_t *result)
{
    const json_t *series, *first = NULL;
    size_t i;

    json_array_foreach (result, i, series) {
        const json_t *name = json_object_get(json_object_get(series, "metric"), "__name__");

        if (i > 0 && name != first && !json_equal(first, name))
            return true;
        first = name;
    }
    return false;
}

/* Once they differed, they stay: else a series would be another one while those of the other
 * names are gone. */
static bool keeps_names(const struct query *q, const json_t *result, const struct plan *plan,
                        struct batch *batch)
{
    bool known;
    char name[32];

    (void)snprintf(name, sizeof(name), "m:%016" PRIx64, text_hash(q->query));
    known = batch_find_cursor(batch, name) || plan->cursors->get(plan->cursors->self, name) != 0;
    if (!known && names_differ(result)) {
        batch_cursor(batch, name, 1);
        known = true;
    }
    return known;
}

static bool is_wanted(int64_t at, struct span within)
{
    return at > 0 && (within.to_ms == 0 || (at >= within.from_ms && at <= within.to_ms));
}

static void add_pair(struct batch *batch, size_t series, const json_t *pair, struct span within)
{
    double value;
    int64_t at = value_seconds(json_array_get(pair, 0));

    if (!is_wanted(at, within))
        return;
    if (value_number(json_array_get(pair, 1), &value))
        batch_sample(batch, series, at, value);
    else
        batch->unknown++;
}

static void add_points(struct batch *batch, size_t series, struct points points, struct span within)
{
    struct point point;
    double value;

    while (range_next_point(&points, &point)) {
        if (!is_wanted(point.at_ms, within))
            continue;
        if (text_number(point.value, point.len, &value))
            batch_sample(batch, series, point.at_ms, value);
        else
            batch->unknown++;
    }
}

static size_t add_series(struct batch *batch, const struct query *q, const char *labels)
{
    return batch_series(batch, (struct series){ .query = q->name,
                                                .labels = labels,
                                                .unit = (enum dx_unit)q->unit,
                                                .expr = q->query });
}

struct result { /* of a query */
    const struct query *query;
    const struct reply *reply;
    const char *without; /* a label that says nothing; NULL: none */
    struct span within;  /* what was asked for */
};

static void add_values(struct batch *batch, size_t series, const json_t *values,
                       const struct result *of)
{
    const json_t *pair;
    size_t i;

    if (of->reply->shortened) {
        add_points(batch, series, range_points(of->reply, values), of->within);
        return;
    }
    json_array_foreach (values, i, pair) {
        add_pair(batch, series, pair, of->within);
    }
}

/* Returns whether it held a native histogram. */
static bool decode_series(const struct result *of, const json_t *item, struct batch *batch)
{
    const json_t *value = json_object_get(item, "value");
    const json_t *values = json_object_get(item, "values");
    size_t series;

    if (value || values) {
        series = add_series(batch, of->query,
                            value_labels(batch, json_object_get(item, "metric"), of->without));
        if (value)
            add_pair(batch, series, value, of->within);
        add_values(batch, series, values, of);
    }
    if (json_object_get(item, "histogram") || json_object_get(item, "histograms"))
        return true;
    if (!value && !values)
        batch->unknown++;
    return false;
}

static void decode_vector(struct result *of, const json_t *result, const struct plan *plan,
                          struct batch *batch)
{
    const struct query *q = of->query;
    size_t i, histograms = 0;
    const json_t *item;

    of->without = keeps_names(q, result, plan, batch) ? NULL : "__name__";
    json_array_foreach (result, i, item) {
        if (i == SERIES_MOST)
            break;
        histograms += decode_series(of, item, batch);
    }
    if (json_array_size(result) > SERIES_MOST)
        batch_note(batch, DX_LOG_WARN,
                   "query \"%s\": %zu series, only the first %d are kept; sum them up", q->name,
                   json_array_size(result), SERIES_MOST);
    if (histograms > 0)
        batch_note(batch, DX_LOG_WARN,
                   "query \"%s\": native histograms cannot be shown; ask for histogram_quantile()",
                   q->name);
}

static bool decode_result(const struct query *q, const struct reply *reply, const struct plan *plan,
                          struct batch *batch, struct dx_error *err)
{
    const json_t *data = json_object_get(reply->json, "data");
    const json_t *type = json_object_get(data, "resultType");
    const json_t *result = json_object_get(data, "result");
    struct result of = { .query = q, .reply = reply };

    if (reply->step == STEP_RANGE)
        of.within = range_asked(reply);
    if (value_is(type, "scalar")) {
        add_pair(batch, add_series(batch, q, "{}"), result, of.within);
    } else if (value_is(type, "string")) {
        size_t series = add_series(batch, q, "{}");

        batch->series[series].text = value_text(batch, json_array_get(result, 1));
        batch_sample(batch, series, value_seconds(json_array_get(result, 0)), (double)NAN);
    } else if (value_is(type, "vector") || value_is(type, "matrix")) {
        if (!json_is_array(result) && !json_is_null(result))
            return dx_fail(err, DX_FAULT_REPLY, "query \"%s\": the answer has no \"result\"",
                           q->name);
        decode_vector(&of, result, plan, batch);
    } else if (json_is_string(type)) {
        batch->unknown++;
        batch_note(batch, DX_LOG_WARN, "query \"%s\": a result of unknown type \"%s\"", q->name,
                   value_text(batch, type));
    } else {
        return dx_fail(err, DX_FAULT_REPLY, "query \"%s\": the answer has no \"resultType\"",
                       q->name);
    }
    return true;
}

/* Warnings say nothing of it: what annotates a query is one of them. */
static bool is_whole(const struct reply *reply)
{
    return value_is(json_object_get(reply->json, "status"), "success") &&
           !json_is_true(json_object_get(reply->json, "isPartial"));
}

static bool decode_query(const struct prometheus *p, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err)
{
    const struct query *q = prometheus_query(p, reply->detail);

    if (!q)
        return dx_fail(err, DX_FAULT_REPLY, "an answer to no query");
    if (!decode_result(q, reply, plan, batch, err))
        return false;
    if (reply->step == STEP_RANGE)
        range_go_on(q, reply, is_whole(reply), plan, batch);
    range_progress(p, plan, batch);
    return true;
}

/* ---- the envelope ---- */

/* "query "busy": " before what is said of one query, else "". */
static const char *subject(const struct prometheus *p, const struct reply *reply,
                           struct batch *batch)
{
    const struct query *q = prometheus_query(p, reply->detail);
    bool of_query = reply->step == STEP_RANGE || reply->step == STEP_INSTANT;

    return q && of_query ? arena_print(&batch->arena, "query \"%s\": ", q->name) : "";
}

/* What the server says beside the data. Returns whether the data is whole. */
static bool notes(const struct prometheus *p, const struct reply *reply, struct batch *batch)
{
    static const char *const kinds[] = { "warnings", "infos" };
    const char *of = subject(p, reply, batch);
    const json_t *text;
    bool whole = json_array_size(json_object_get(reply->json, "warnings")) == 0;
    size_t i;

    for (size_t k = 0; k < 2; k++) {
        json_array_foreach (json_object_get(reply->json, kinds[k]), i, text) {
            batch_note(batch, k == 0 ? DX_LOG_WARN : DX_LOG_INFO, "%s%s", of,
                       value_text(batch, text));
        }
    }
    if (!json_is_true(json_object_get(reply->json, "isPartial"))) /* VictoriaMetrics' cluster */
        return whole;
    batch_note(batch, DX_LOG_WARN, "%sa part of the data is missing (isPartial)", of);
    return false;
}

/* An error can come with what was found until then. false: it did not. */
static bool partial(const struct prometheus *p, const struct reply *reply, struct batch *batch,
                    struct dx_error *err)
{
    const char *why = field_text(batch, reply->json, "error");

    if (!value_is(json_object_get(reply->json, "status"), "error"))
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the API of a Prometheus (no \"status\": \"success\")");
    if (!json_is_object(json_object_get(reply->json, "data")))
        return dx_fail(err, DX_FAULT_REPLY, "%s%s", subject(p, reply, batch),
                       *why ? why : "an error without words");
    batch_note(batch, DX_LOG_WARN, "%sonly a part of the data: %s", subject(p, reply, batch), why);
    return true;
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    const json_t *data = json_object_get(reply->json, "data");
    bool whole = value_is(json_object_get(reply->json, "status"), "success");

    if (!whole && !partial(config, reply, batch, err))
        return false;
    whole = notes(config, reply, batch) && whole;
    switch ((enum prometheus_step)reply->step) {
    case STEP_RANGE:
    case STEP_INSTANT:
        return decode_query(config, reply, plan, batch, err);
    case STEP_ALERTS:
        return alerts_decode(data, whole, batch, err);
    case STEP_RULES:
        return rules_decode(data, reply, batch, err);
    case STEP_BUILD:
        batch->version = field_text(batch, data, "version"); /* VictoriaMetrics: none */
        break;
    }
    return true;
}

/* A panel of alerts is not to wait for, nor to be dated by, who reports none. */
static uint32_t yields_of(const void *config)
{
    const struct prometheus *p = config;

    return 1u << DX_KIND_SAMPLE | (p->alerts ? 1u << DX_KIND_ALERT : 0);
}

const struct source source_prometheus = {
    .name = "prometheus",
    .summary = "PromQL queries and alerts of a Prometheus, VictoriaMetrics, Thanos or Mimir",
    .yields = 1u << DX_KIND_SAMPLE | 1u << DX_KIND_ALERT,
    .version = 1,
    .config_size = sizeof(struct prometheus),
    .options = options,
    .every = "15s",
    .yields_of = yields_of,
    .check = check,
    .reach = reach,
    .begin = begin,
    .decode = decode,
    .refused = prometheus_refused,
    .less = prometheus_less,
    .shorten = range_shorten,
    .probe = probe,
};
