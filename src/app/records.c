/* records: rows of the store as JSON objects. */
#include "config.h"

#include "app/records.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/time.h"

static const char *const source_states[] = {
    "new", "live", "filling", "limited", "lost", "stopped"
};
static const char *const alert_states[] = { "pending",   "firing",   "silenced",
                                            "inhibited", "resolved", "stale" };
static const char *const severities[] = { "unknown", "info", "warning", "critical" };
static const char *const phases[] = { "unknown", "waiting_gate", "queued", "running", "done" };
static const char *const results[] = { NULL,      "success", "failure", "cancelled",
                                       "skipped", "neutral", "unknown" };
static const char *const causes[DX_CAUSE_COUNT] = {
    [DX_CAUSE_UNKNOWN] = "unknown", [DX_CAUSE_PLATFORM] = "platform",
    [DX_CAUSE_CODE] = "code",       [DX_CAUSE_TEST] = "test",
    [DX_CAUSE_LINT] = "lint",       [DX_CAUSE_DEPENDENCY] = "dependency",
    [DX_CAUSE_CONFIG] = "config",   [DX_CAUSE_USER] = "user",
};
static const char *const flaky_states[] = { "suspect", "flaky", "broken" };
static const char *const ticket_states[] = { "unknown", "new", "in_progress", "done", "open" };
static const char *const sla_states[] = { "unknown", "running",  "paused",
                                          "met",     "breached", "cancelled" };
static const char *const units[] = {
    [DX_UNIT_NONE] = "number",      [DX_UNIT_COUNT] = "count",     [DX_UNIT_SECONDS] = "seconds",
    [DX_UNIT_RATIO] = "share",      [DX_UNIT_PERCENT] = "percent", [DX_UNIT_BYTES] = "bytes",
    [DX_UNIT_PER_S] = "per second",
};
static const char *const kpi_states[] = { "nothing", "plain", "few", "good", "warn", "bad" };
static const char *const rule_states[] = { "fine",       "pending", "firing",
                                           "recovering", "no_data", "stale" };
static const char *const sides[] = { "at most", NULL, "at least" };
static const char *const trends[] = { "faster", NULL, "slower" };

/* A store of a newer version may hold words that we do not know. */
#define WORD(names, i) word(names, sizeof(names) / sizeof((names)[0]), i)

static json_t *word(const char *const *names, size_t count, int64_t i)
{
    if (i < 0 || (size_t)i >= count)
        return json_string("unknown");
    return names[i] ? json_string(names[i]) : json_null();
}

static json_t *number(double value)
{
    if (isnan(value))
        return json_null();
    if (isinf(value))
        return json_string(value > 0 ? "+Inf" : "-Inf");
    return json_real(value);
}

static json_t *result_json(const struct record_row *row)
{
    int64_t result = row->ops->integer(row->rows, DX_FIELD_RESULT);

    if (result == DX_RESULT_NONE && row->ops->integer(row->rows, DX_FIELD_PHASE) == DX_PHASE_DONE)
        result = DX_RESULT_UNKNOWN;
    return WORD(results, result);
}

/* What failed has a cause, if only one that nobody knows. */
static json_t *cause_json(const struct record_row *row)
{
    int64_t cause = row->ops->integer(row->rows, DX_FIELD_CAUSE);

    if (cause == DX_CAUSE_NONE &&
        row->ops->integer(row->rows, DX_FIELD_RESULT) == DX_RESULT_FAILURE)
        cause = DX_CAUSE_UNKNOWN;
    return WORD(causes, cause);
}

static json_t *word_json(const struct record_field *f, const struct record_row *row)
{
    int64_t value = row->ops->integer(row->rows, f->field);

    switch ((int)f->shape) {
    case SHAPE_SOURCE_STATE:
        return WORD(source_states, value);
    case SHAPE_FAULT:
        return json_string(fault_name((enum dx_fault)value));
    case SHAPE_SEVERITY:
        return WORD(severities, value);
    case SHAPE_ALERT_STATE:
        return WORD(alert_states, value);
    case SHAPE_PHASE:
        return WORD(phases, value);
    case SHAPE_RESULT:
        return result_json(row);
    case SHAPE_CAUSE:
        return cause_json(row);
    case SHAPE_FLAKY:
        return WORD(flaky_states, value);
    case SHAPE_TICKET_STATE:
        return WORD(ticket_states, value);
    case SHAPE_UNIT:
        return WORD(units, value);
    case SHAPE_KPI_STATE:
        return WORD(kpi_states, value);
    case SHAPE_RULE_STATE:
        return WORD(rule_states, value);
    case SHAPE_FLOOR:
        return WORD(sides, value + 1);
    default: /* SHAPE_TREND */
        return WORD(trends, value + 1);
    }
}

static json_t *time_json(int64_t ms)
{
    char text[TIME_TEXT];

    return ms > 0 ? json_string(time_format(text, ms)) : json_null();
}

static json_t *span_json(int64_t ms)
{
    char text[TIME_TEXT];

    return json_string(ms > 0 ? duration_write(text, ms) : "now");
}

static json_t *list_json(const char *text)
{
    json_t *list = json_loads(text, 0, NULL);

    return list ? list : json_array();
}

/* The store's list, in the words and units of records. */
static json_t *slas_json(const char *text)
{
    json_t *list = list_json(text), *out = json_array(), *sla;
    size_t i;

    json_array_foreach (list, i, sla) {
        const json_t *left = json_object_get(sla, "remaining_ms");
        json_t *one = json_object();

        (void)json_object_set(one, "name", json_object_get(sla, "name"));
        (void)json_object_set_new(
            one, "state", WORD(sla_states, json_integer_value(json_object_get(sla, "state"))));
        (void)json_object_set_new(one, "breach_at",
                                  time_json(json_integer_value(json_object_get(sla, "breach_ms"))));
        (void)json_object_set_new(one, "remaining_s",
                                  json_is_integer(left)
                                      ? json_real((double)json_integer_value(left) / 1e3)
                                      : json_null());
        (void)json_array_append_new(out, one);
    }
    json_decref(list);
    return out;
}

static json_t *full_minutes(int64_t ms)
{
    return json_integer(ms > 0 ? ms / 60000 : 0);
}

/* Each lasts until the next one; what is done spends no more time. */
static json_t *stays_json(const char *text, int64_t now_ms)
{
    static const char *const names[] = {
        [DX_STAY_NEW] = "new", [DX_STAY_IN_PROGRESS] = "in_progress", [DX_STAY_WAITING] = "waiting"
    };
    int64_t spent_ms[DX_STAY_WAITING + 1] = { 0 };
    json_t *list = list_json(text), *out = json_object();
    size_t count = json_array_size(list);

    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i), *next = json_array_get(list, i + 1);
        int64_t stay = json_integer_value(json_array_get(one, 0));
        int64_t to_ms = next ? json_integer_value(json_array_get(next, 1)) : now_ms;

        if (stay >= 0 && stay <= DX_STAY_WAITING)
            spent_ms[stay] += to_ms - json_integer_value(json_array_get(one, 1));
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i])
            (void)json_object_set_new(out, names[i], full_minutes(spent_ms[i]));
    json_decref(list);
    if (count > 0)
        return out;
    json_decref(out);
    return json_null();
}

/* "20 35 - 180" */
static json_t *rates_json(const char *text)
{
    json_t *out = json_array();

    while (*text) {
        char *end;
        double rate = strtod(text, &end) / 1000.;
        bool known = end != text;

        text = known ? end : text + strcspn(text, " ");
        (void)json_array_append_new(out, known ? json_real(rate) : json_null());
        text += strspn(text, " ");
    }
    return out;
}

static json_t *value_json(const struct record_field *f, const struct record_row *row)
{
    const struct rows_ops *ops = row->ops;
    const bool has = ops->has(row->rows, f->field);

    switch (f->shape) {
    case SHAPE_TEXT:
        return json_string(ops->text(row->rows, f->field));
    case SHAPE_TIME:
        return time_json(ops->integer(row->rows, f->field));
    case SHAPE_AGE: /* a server's clock may be ahead of ours */
        return has ? json_real(fmax((double)(row->now_ms - ops->integer(row->rows, f->field)), 0) /
                               1e3)
                   : json_null();
    case SHAPE_WHOLE:
        return has ? json_integer(ops->integer(row->rows, f->field)) : json_null();
    case SHAPE_NUMBER:
    case SHAPE_RATE:
        return has ? number(ops->number(row->rows, f->field)) : json_null();
    case SHAPE_SECONDS:
        return has ? number(ops->number(row->rows, f->field) / 1e3) : json_null();
    case SHAPE_SPAN:
        return has ? span_json(ops->integer(row->rows, f->field)) : json_null();
    case SHAPE_MINUTES:
        return has ? number(ops->number(row->rows, f->field) / 60e3) : json_null();
    case SHAPE_FULL_MINUTES:
        return has ? full_minutes(ops->integer(row->rows, f->field)) : json_null();
    case SHAPE_SLAS:
        return slas_json(ops->text(row->rows, f->field));
    case SHAPE_STAYS:
        return stays_json(ops->text(row->rows, f->field), row->now_ms);
    case SHAPE_RATES:
        return rates_json(ops->text(row->rows, f->field));
    case SHAPE_LIST:
        return list_json(ops->text(row->rows, f->field));
    case SHAPE_FLAG:
        return has ? json_boolean(ops->integer(row->rows, f->field) != 0) : json_null();
    case SHAPE_LABELS:
        return record_labels(ops->text(row->rows, f->field));
    case SHAPE_WINDOW:
        return json_integer(row->window_ms / 1000);
    default:
        return word_json(f, row);
    }
}

json_t *record_json(enum record_type type, const struct record_row *row)
{
    json_t *object = json_object();

    for (const struct record_field *f = record_kinds[type].fields; f->name; f++) {
        json_t *value = value_json(f, row);

        (void)json_object_set_new(object, f->name, value ? value : json_null());
    }
    return object;
}

json_t *record_labels(const char *labels)
{
    json_t *object = json_object();
    char value[2048];

    for (const char *p = strpbrk(labels, "{"); p && *p; p++) {
        const char *name = p + 1 + strspn(p + 1, ", ");
        size_t name_len = strcspn(name, "=}"), n = 0;

        p = name + name_len;
        if (p[0] != '=' || p[1] != '"')
            break;
        for (p += 2; *p && *p != '"'; p++) {
            char c = *p;

            if (c == '\\' && p[1]) {
                c = *++p;
                if (c == 'n')
                    c = '\n';
            }
            if (n + 1 < sizeof(value))
                value[n++] = c;
        }
        (void)json_object_setn_new(object, name, name_len, json_stringn(value, n));
        if (!*p)
            break;
    }
    return object;
}

int record_digits(json_t *record)
{
    int digits = 15;
    const char *key;
    json_t *value;

    json_object_foreach (record, key, value) {
        double number = json_real_value(value), again;
        char text[40];

        if (!json_is_real(value))
            continue;
        for (; digits < 17; digits++) {
            (void)snprintf(text, sizeof(text), "%.*g", digits, number);
            again = strtod(text, NULL);
            if (!(again < number) && !(again > number))
                break;
        }
    }
    return digits;
}
