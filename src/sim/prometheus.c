/* prometheus: the Prometheus face: the same paths, envelopes, limits and words as
 * the real one. https://prometheus.io/docs/prometheus/latest/querying/api/ */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sim/metrics.h"
#include "sim/promql.h"
#include "sim/sim.h"

enum { POINTS_MOST = 11000, SERIES_MOST = 512 };

static void put_json(struct exchange *x, int status, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    x->status = status;
    x->content_type = "application/json";
    (void)buf_text(&x->body, text ? text : "{}");
    free(text);
    json_decref(json);
}

static void put_data(struct exchange *x, json_t *data)
{
    put_json(x, 200, json_pack("{s:s, s:o}", "status", "success", "data", data));
}

static void put_error(struct exchange *x, int status, const char *type, const char *words)
{
    put_json(x, status,
             json_pack("{s:s, s:s, s:s}", "status", "error", "errorType", type, "error", words));
}

/* Seconds with a fraction, or RFC 3339 -> ms. false: the answer is an error. */
static bool time_parameter(struct exchange *x, const char *name, int64_t fallback, int64_t *ms)
{
    const char *text = x->parameter(x->self, name);
    char *end, words[200];
    double s;

    *ms = fallback;
    if (!text && fallback > 0)
        return true;
    s = text ? strtod(text, &end) : 0.;
    if (text && end != text && !*end && isfinite(s)) {
        *ms = llround(s * 1e3);
        return true;
    }
    *ms = text ? time_parse(text, strlen(text)) : 0;
    if (*ms != 0)
        return true;
    (void)snprintf(words, sizeof(words),
                   "invalid parameter \"%s\": cannot parse \"%s\" to a valid timestamp", name,
                   text ? text : "");
    put_error(x, 400, "bad_data", words);
    return false;
}

static bool step_parameter(struct exchange *x, int64_t *ms)
{
    const char *text = x->parameter(x->self, "step");
    char *end, words[200];
    double s = text ? strtod(text, &end) : 0.;

    if (text && end != text && !*end)
        *ms = llround(s * 1e3);
    else if (!text || !duration_parse(ms, text)) {
        (void)snprintf(words, sizeof(words),
                       "invalid parameter \"step\": cannot parse \"%s\" to a valid duration",
                       text ? text : "");
        put_error(x, 400, "bad_data", words);
        return false;
    }
    if (*ms > 0)
        return true;
    put_error(x, 400, "bad_data",
              "invalid parameter \"step\": zero or negative query resolution step widths are not "
              "accepted. Try a positive integer");
    return false;
}

static json_t *pair(int64_t at_ms, double value)
{
    char text[40];

    if (isnan(value))
        (void)snprintf(text, sizeof(text), "NaN");
    else if (isinf(value))
        (void)snprintf(text, sizeof(text), value > 0 ? "+Inf" : "-Inf");
    else
        (void)snprintf(text, sizeof(text), "%.10g", value);
    return json_pack(
        "[o, s]", at_ms % 1000 ? json_real((double)at_ms / 1e3) : json_integer(at_ms / 1000), text);
}

static json_t *labels_of(const struct element *e)
{
    json_t *metric = json_object();

    for (size_t i = 0; i < e->label_count; i++)
        (void)json_object_set_new(metric, e->labels[i].name, json_string(e->labels[i].value));
    return metric;
}

static void instant(struct exchange *x)
{
    const char *query = x->parameter(x->self, "query");
    struct arena arena = { 0 };
    struct result result;
    json_t *value = json_array();
    const char *type = "vector";
    char error[256];
    int64_t at;

    if (!time_parameter(x, "time", clock_now(&x->sim->clock), &at)) {
        json_decref(value);
        return;
    }
    if (!promql_eval(&result, &x->sim->world, query ? query : "", at, &arena, error)) {
        put_error(x, 400, "bad_data", error);
        json_decref(value);
        arena_free(&arena);
        return;
    }
    if (result.type != RESULT_VECTOR) {
        type = result.type == RESULT_SCALAR ? "scalar" : "string";
        json_decref(value);
        value = result.type == RESULT_SCALAR ? pair(at, result.scalar)
                                             : json_pack("[f, s]", (double)at / 1e3, result.text);
    }
    for (size_t i = 0; result.type == RESULT_VECTOR && i < result.count; i++)
        (void)json_array_append_new(value, json_pack("{s:o, s:o}", "metric",
                                                     labels_of(&result.elements[i]), "value",
                                                     pair(at, result.elements[i].value)));
    put_data(x, json_pack("{s:s, s:o}", "resultType", type, "result", value));
    arena_free(&arena);
}

/* The series with these labels in the matrix, made where it is new. */
static json_t *series_of(json_t *matrix, json_t *metric)
{
    json_t *series;
    size_t i;

    json_array_foreach (matrix, i, series) {
        if (json_equal(json_object_get(series, "metric"), metric)) {
            json_decref(metric);
            return json_object_get(series, "values");
        }
    }
    series = json_pack("{s:o, s:[]}", "metric", metric, "values");
    (void)json_array_append_new(matrix, series);
    return json_object_get(series, "values");
}

static bool add_step(struct exchange *x, json_t *matrix, const char *query, int64_t at,
                     char error[256])
{
    struct arena arena = { 0 };
    struct result result;
    bool ok = promql_eval(&result, &x->sim->world, query, at, &arena, error);

    if (ok && result.type == RESULT_STRING) {
        (void)snprintf(error, 256,
                       "invalid parameter \"query\": invalid expression type \"string\" "
                       "for range query, must be Scalar or instant Vector");
        ok = false;
    }
    if (ok && result.type == RESULT_SCALAR)
        (void)json_array_append_new(series_of(matrix, json_object()), pair(at, result.scalar));
    for (size_t i = 0; ok && result.type == RESULT_VECTOR && i < result.count; i++)
        (void)json_array_append_new(series_of(matrix, labels_of(&result.elements[i])),
                                    pair(at, result.elements[i].value));
    arena_free(&arena);
    return ok;
}

static void range(struct exchange *x)
{
    const char *query = x->parameter(x->self, "query");
    int64_t from, to, step;
    char error[256] = "";
    json_t *matrix;
    bool ok = true;

    if (!time_parameter(x, "start", 0, &from) || !time_parameter(x, "end", 0, &to))
        return;
    if (to < from) {
        put_error(x, 400, "bad_data",
                  "invalid parameter \"end\": end timestamp must not be before start time");
        return;
    }
    if (!step_parameter(x, &step))
        return;
    if ((to - from) / step > POINTS_MOST) {
        put_error(x, 400, "bad_data",
                  "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the "
                  "query resolution (?step=XX)");
        return;
    }
    matrix = json_array();
    for (int64_t at = from; ok && at <= to; at += step)
        ok = add_step(x, matrix, query ? query : "", at, error);
    if (ok) {
        put_data(x, json_pack("{s:s, s:o}", "resultType", "matrix", "result", matrix));
    } else {
        put_error(x, 400, "bad_data", error);
        json_decref(matrix);
    }
}

/* ---- alerts and the rest ---- */

static json_t *alert_json(const struct sim_alert *a)
{
    char at[TIME_TEXT];
    json_t *labels = json_pack("{s:s, s:s, s:s}", "alertname", a->name, "severity", a->severity,
                               "team", a->team);

    if (*a->pool)
        (void)json_object_set_new(labels, "pool", json_string(a->pool));
    return json_pack("{s:o, s:{s:s}, s:s, s:s, s:s}", "labels", labels, "annotations", "summary",
                     a->summary, "state", a->firing_ms > 0 ? "firing" : "pending", "activeAt",
                     time_format(at, a->since_ms), "value", "1e+00");
}

static void alerts(struct exchange *x)
{
    struct sim_alert all[ALERTS_MOST];
    size_t n = sim_alerts(all, &x->sim->world, clock_now(&x->sim->clock));
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, alert_json(&all[i]));
    put_data(x, json_pack("{s:o}", "alerts", list));
}

static void names(struct exchange *x)
{
    json_t *list = json_array();

    for (size_t i = 0; metric_names[i]; i++)
        (void)json_array_append_new(list, json_string(metric_names[i]));
    put_data(x, list);
}

bool prometheus_answer(struct exchange *x)
{
    if (strcmp(x->path, "/api/v1/query") == 0)
        instant(x);
    else if (strcmp(x->path, "/api/v1/query_range") == 0)
        range(x);
    else if (strcmp(x->path, "/api/v1/alerts") == 0)
        alerts(x);
    else if (strcmp(x->path, "/api/v1/rules") == 0)
        put_data(x, json_pack("{s:[]}", "groups"));
    else if (strcmp(x->path, "/api/v1/label/__name__/values") == 0)
        names(x);
    else if (strcmp(x->path, "/api/v1/status/buildinfo") == 0)
        put_data(x, json_pack("{s:s, s:s}", "version", "2.42.0-sim", "revision", ""));
    else if (strcmp(x->path, "/-/ready") == 0) {
        x->status = 200;
        x->content_type = "text/plain; charset=utf-8";
        (void)buf_text(&x->body, "Prometheus Server is Ready.\n");
    } else {
        return false;
    }
    return true;
}
