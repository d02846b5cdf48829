/* prometheus: the Prometheus face: the same paths, envelopes, limits and words as
 * Prometheus 2.42. https://prometheus.io/docs/prometheus/latest/querying/api/ */
#include "config.h"

#include "sim/prometheus.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/number.h"

enum { POINTS_MOST = 11000, SCRAPE_MS = 15000 };

/* ---- envelopes and parameters ---- */

void prometheus_limited(struct exchange *x, json_t *data, bool cut)
{
    json_t *envelope = json_pack("{s:s, s:o}", "status", "success", "data", data);

    /* Prometheus 2.42 knows no limit for queries; the words are those of 3.x. */
    if (cut)
        (void)json_object_set_new(envelope, "warnings",
                                  json_pack("[s]", "results truncated due to limit"));
    exchange_json(x, 200, envelope);
}

void prometheus_data(struct exchange *x, json_t *data)
{
    prometheus_limited(x, data, false);
}

void prometheus_error(struct exchange *x, int status, const char *type, const char *fmt, ...)
{
    char words[800];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    /* What the client sent may be no UTF-8, and jansson takes nothing else. */
    for (char *c = words; *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    exchange_json(
        x, status,
        json_pack("{s:s, s:s, s:s}", "status", "error", "errorType", type, "error", words));
}

/* Seconds with a fraction, or RFC 3339. */
static bool parse_time(const char *text, int64_t *ms)
{
    char *end;
    double s = strtod(text, &end);

    if (end != text && !*end) {
        *ms = fabs(s) < 1e11 ? llround(s * 1e3) : 0;
        return fabs(s) < 1e11;
    }
    *ms = time_parse(text, strlen(text));
    return *ms != 0;
}

/* fallback 0: the parameter must be there. false: the answer is an error. */
static bool read_time(struct exchange *x, const char *name, int64_t fallback, int64_t *ms)
{
    const char *text = exchange_parameter(x, name);

    *ms = fallback;
    if (fallback > 0 && (!text || !*text))
        return true;
    if (text && *text && parse_time(text, ms))
        return true;
    if (fallback > 0)
        prometheus_error(x, 400, "bad_data",
                         "invalid parameter \"%s\": Invalid time value for '%s': cannot parse "
                         "\"%.100s\" to a valid timestamp",
                         name, name, text);
    else
        prometheus_error(x, 400, "bad_data",
                         "invalid parameter \"%s\": cannot parse \"%.100s\" to a valid timestamp",
                         name, text ? text : "");
    return false;
}

static bool parse_duration(const char *text, int64_t *ms)
{
    char *end;
    double s = strtod(text, &end);

    if (end == text || *end)
        return duration_parse(ms, text);
    *ms = fabs(s) < 1e11 ? llround(s * 1e3) : 0;
    return fabs(s) < 1e11;
}

static bool duration_parameter(struct exchange *x, const char *name, int64_t *ms)
{
    const char *text = exchange_parameter(x, name);

    if (text && *text && parse_duration(text, ms))
        return true;
    prometheus_error(x, 400, "bad_data",
                     "invalid parameter \"%s\": cannot parse \"%.100s\" to a valid duration", name,
                     text ? text : "");
    return false;
}

bool prometheus_limit(struct exchange *x, size_t *limit)
{
    const char *text = exchange_parameter(x, "limit");
    char *end;

    *limit = SIZE_MAX;
    if (!text || !*text)
        return true;
    long value = strtol(text, &end, 10);
    if (value > 0)
        *limit = (size_t)value;
    if (!*end && value >= 0)
        return true;
    prometheus_error(x, 400, "bad_data", "invalid parameter \"limit\": %s",
                     *end ? "limit must be a number" : "limit must be non-negative");
    return false;
}

/* The parsed query; NULL: the answer is an error. prefix: query and query_range
 * differ in their words. */
static struct promql *query_parameter(struct exchange *x, const char *prefix)
{
    const char *text = exchange_parameter(x, "query");
    struct promql_error error;
    struct promql *query;
    int64_t timeout_ms;

    if (exchange_parameter(x, "timeout") && !duration_parameter(x, "timeout", &timeout_ms))
        return NULL;
    query = promql_new(text ? text : "", &error);
    if (!query)
        prometheus_error(x, 400, "bad_data", "%s%s", prefix, error.text);
    return query;
}

static void evaluation_error(struct exchange *x, const struct promql_error *error)
{
    prometheus_error(x, error->execution ? 422 : 400, error->execution ? "execution" : "bad_data",
                     "%s", error->text);
}

json_t *prometheus_labels(const struct element *e)
{
    json_t *labels = json_object();

    for (size_t i = 0; i < e->label_count; i++)
        (void)json_object_set_new(labels, e->labels[i].name, json_string(e->labels[i].value));
    return labels;
}

/* ---- values ---- */

static void add_pair(struct buf *out, int64_t at_ms, double value)
{
    char text[NUMBER_TEXT];

    if (at_ms % 1000 != 0)
        (void)buf_print(out, "[%.3f,\"%s\"]", (double)at_ms / 1e3, number_plain(text, value));
    else
        (void)buf_print(out, "[%" PRId64 ",\"%s\"]", at_ms / 1000, number_plain(text, value));
}

static json_t *pair(int64_t at_ms, double value)
{
    char text[NUMBER_TEXT];

    return json_pack("[o, s]",
                     at_ms % 1000 ? json_real((double)at_ms / 1e3) : json_integer(at_ms / 1000),
                     number_plain(text, value));
}

/* A matrix grows step by step: the values of a series are text from the start,
 * for there may be hundreds of thousands. */
struct series {
    struct element labels;
    struct buf values;
};

struct matrix {
    struct series *series;
    size_t count;
};

static void matrix_add(struct matrix *matrix, const struct element *e, size_t place, int64_t at_ms)
{
    size_t i = place < matrix->count && element_same(&matrix->series[place].labels, e) ? place : 0;

    while (i < matrix->count && !element_same(&matrix->series[i].labels, e))
        i++;
    if (i == matrix->count) {
        matrix->series = mem_grow(matrix->series, ++matrix->count, sizeof(*matrix->series));
        matrix->series[i].labels = *e;
        buf_init(&matrix->series[i].values, BODY_MOST);
    }
    if (matrix->series[i].values.len > 0)
        (void)buf_text(&matrix->series[i].values, ",");
    add_pair(&matrix->series[i].values, at_ms, e->value);
}

static void matrix_add_result(struct matrix *matrix, const struct promql_result *result,
                              int64_t at_ms)
{
    struct element scalar = { .value = result->scalar };

    if (result->type == PROMQL_SCALAR)
        matrix_add(matrix, &scalar, 0, at_ms);
    for (size_t i = 0; result->type != PROMQL_SCALAR && i < result->count; i++)
        matrix_add(matrix, &result->elements[i], i, at_ms);
}

static int by_labels(const void *a, const void *b)
{
    return element_compare(&((const struct series *)a)->labels,
                           &((const struct series *)b)->labels);
}

static void put_matrix(struct exchange *x, struct matrix *matrix, size_t limit)
{
    bool cut = matrix->count > limit;

    if (matrix->count > 0)
        qsort(matrix->series, matrix->count, sizeof(*matrix->series), by_labels);
    x->status = 200;
    x->content_type = "application/json";
    (void)buf_text(&x->body,
                   "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
    for (size_t i = 0; i < matrix->count && i < limit; i++) {
        json_t *labels = prometheus_labels(&matrix->series[i].labels);
        char *text = json_dumps(labels, JSON_COMPACT);

        (void)buf_print(&x->body, "%s{\"metric\":%s,\"values\":[", i ? "," : "", text);
        (void)buf_add(&x->body, matrix->series[i].values.bytes, matrix->series[i].values.len);
        (void)buf_text(&x->body, "]}");
        free(text);
        json_decref(labels);
    }
    (void)buf_print(&x->body, "]}%s}",
                    cut ? ",\"warnings\":[\"results truncated due to limit\"]" : "");
}

static void matrix_done(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->count; i++)
        buf_done(&matrix->series[i].values);
    free(matrix->series);
}

/* From from_ms to to_ms inclusive; false: the answer is an error. */
static bool fill_matrix(struct exchange *x, struct matrix *matrix, const struct promql *query,
                        const int64_t span_ms[2], int64_t step_ms)
{
    for (int64_t at_ms = span_ms[0]; at_ms <= span_ms[1]; at_ms += step_ms) {
        struct arena arena = { 0 };
        struct promql_result result;
        struct promql_error error;
        bool ok = promql_eval(query, &x->sim->world, at_ms, &arena, &result, &error);

        if (ok)
            matrix_add_result(matrix, &result, at_ms);
        else
            evaluation_error(x, &error);
        arena_free(&arena);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- queries ---- */

static json_t *vector(const struct promql_result *result, int64_t at_ms, size_t limit)
{
    json_t *list = json_array();

    for (size_t i = 0; i < result->count && i < limit; i++)
        (void)json_array_append_new(
            list, json_pack("{s:o, s:o}", "metric", prometheus_labels(&result->elements[i]),
                            "value", pair(at_ms, result->elements[i].value)));
    return list;
}

static json_t *string(const char *text, int64_t at_ms)
{
    json_t *value = json_string(text);

    return json_pack("[f, o]", (double)at_ms / 1e3, value ? value : json_string(""));
}

static void put_instant(struct exchange *x, const struct promql *query, int64_t at_ms, size_t limit)
{
    struct promql_result result;
    struct promql_error error;

    if (!promql_eval(query, &x->sim->world, at_ms, &x->arena, &result, &error))
        evaluation_error(x, &error);
    else if (result.type == PROMQL_VECTOR)
        prometheus_limited(x,
                           json_pack("{s:s, s:o}", "resultType", "vector", "result",
                                     vector(&result, at_ms, limit)),
                           result.count > limit);
    else if (result.type == PROMQL_SCALAR)
        prometheus_data(x, json_pack("{s:s, s:o}", "resultType", "scalar", "result",
                                     pair(at_ms, result.scalar)));
    else
        prometheus_data(x, json_pack("{s:s, s:o}", "resultType", "string", "result",
                                     string(result.text, at_ms)));
}

static void answer_query(struct exchange *x)
{
    struct promql *query;
    size_t limit;
    int64_t at_ms;

    if (!read_time(x, "time", x->now_ms, &at_ms) || !prometheus_limit(x, &limit))
        return;
    query = query_parameter(x, "invalid parameter \"query\": ");
    if (!query)
        return;
    if (promql_type_of(query) == PROMQL_RANGE) { /* what was scraped in the window */
        int64_t first = at_ms - promql_window_ms(query);
        const int64_t span[2] = { first - first % SCRAPE_MS + SCRAPE_MS, at_ms };
        struct matrix matrix = { 0 };

        if (fill_matrix(x, &matrix, query, span, SCRAPE_MS))
            put_matrix(x, &matrix, limit);
        matrix_done(&matrix);
    } else {
        put_instant(x, query, at_ms, limit);
    }
    promql_free(query);
}

static bool range_parameters(struct exchange *x, int64_t span_ms[2], int64_t *step_ms)
{
    if (!read_time(x, "start", 0, &span_ms[0]) || !read_time(x, "end", 0, &span_ms[1]))
        return false;
    if (span_ms[1] < span_ms[0]) {
        prometheus_error(x, 400, "bad_data",
                         "invalid parameter \"end\": end timestamp must not be before start time");
        return false;
    }
    if (!duration_parameter(x, "step", step_ms))
        return false;
    if (*step_ms <= 0) {
        prometheus_error(x, 400, "bad_data",
                         "invalid parameter \"step\": zero or negative query resolution step "
                         "widths are not accepted. Try a positive integer");
        return false;
    }
    if ((span_ms[1] - span_ms[0]) / *step_ms > POINTS_MOST) {
        prometheus_error(x, 400, "bad_data",
                         "exceeded maximum resolution of 11,000 points per timeseries. Try "
                         "decreasing the query resolution (?step=XX)");
        return false;
    }
    return true;
}

static void answer_query_range(struct exchange *x)
{
    struct matrix matrix = { 0 };
    int64_t span_ms[2], step_ms;
    struct promql *query;
    size_t limit;

    if (!range_parameters(x, span_ms, &step_ms) || !prometheus_limit(x, &limit))
        return;
    query = query_parameter(x, "");
    if (!query)
        return;
    if (promql_type_of(query) == PROMQL_STRING || promql_type_of(query) == PROMQL_RANGE)
        prometheus_error(x, 400, "bad_data",
                         "invalid expression type \"%s\" for range query, must be Scalar or "
                         "instant Vector",
                         promql_type_name(promql_type_of(query)));
    else if (fill_matrix(x, &matrix, query, span_ms, step_ms))
        put_matrix(x, &matrix, limit);
    matrix_done(&matrix);
    promql_free(query);
}

/* ---- the face ---- */

static void answer_build(struct exchange *x)
{
    prometheus_data(x, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "version", "2.42.0", "revision",
                                 "dxtop-sim " PACKAGE_VERSION, "branch", "", "buildUser", "",
                                 "buildDate", "", "goVersion", ""));
}

static void answer_ready(struct exchange *x)
{
    exchange_text(x, 200, "Prometheus Server is Ready.\n");
}

static void answer_healthy(struct exchange *x)
{
    exchange_text(x, 200, "Prometheus Server is Healthy.\n");
}

static void no_path(struct exchange *x)
{
    exchange_header(x, "X-Content-Type-Options", "nosniff");
    exchange_text(x, 404, "404 page not found\n");
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s",
                    strstr(methods, "POST") ? "GET, OPTIONS, POST" : "GET, OPTIONS");
    exchange_header(x, "X-Content-Type-Options", "nosniff");
    exchange_text(x, 405, "Method Not Allowed\n");
}

static const struct route routes[] = {
    { "/api/v1/query", "GET POST", answer_query },
    { "/api/v1/query_range", "GET POST", answer_query_range },
    { "/api/v1/series", "GET POST", prometheus_series },
    { "/api/v1/labels", "GET POST", prometheus_label_names },
    { "/api/v1/label/", "GET", prometheus_label_values },
    { "/api/v1/metadata", "GET", prometheus_metadata },
    { "/api/v1/alerts", "GET", prometheus_alerts },
    { "/api/v1/rules", "GET", prometheus_rules },
    { "/api/v1/status/buildinfo", "GET", answer_build },
    { "/-/ready", "GET HEAD", answer_ready },
    { "/-/healthy", "GET HEAD", answer_healthy },
    { 0 },
};

const struct face face_prometheus = {
    .name = "prometheus",
    .routes = routes,
    .prefix = "/api/v1/",
    .no_path = no_path,
    .no_method = no_method,
};
