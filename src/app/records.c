/* records: rows of the store as JSON objects. */
#include "config.h"

#include "app/records.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/time.h"

static const char *const source_states[] = {
    "new", "live", "filling", "limited", "lost", "stopped"
};
static const char *const alert_states[] = { "pending", "firing", "silenced", "inhibited",
                                            "resolved" };
static const char *const severities[] = { "unknown", "info", "warning", "critical" };

#define NAME_OF(names, i)                                                                          \
    ((size_t)(i) < sizeof(names) / sizeof((names)[0]) ? (names)[i] : "unknown")

struct row {
    const struct rows_ops *ops;
    const void *rows;
    json_t *object;
};

static void put(struct row *row, const char *key, json_t *value)
{
    (void)json_object_set_new(row->object, key, value ? value : json_null());
}

static void put_text(struct row *row, const char *key, enum dx_field field)
{
    put(row, key, json_string(row->ops->text(row->rows, field)));
}

static void put_time(struct row *row, const char *key, enum dx_field field)
{
    char text[TIME_TEXT];
    int64_t ms = row->ops->integer(row->rows, field);

    put(row, key, ms > 0 ? json_string(time_format(text, ms)) : json_null());
}

static void put_int(struct row *row, const char *key, enum dx_field field)
{
    put(row, key,
        row->ops->has(row->rows, field) ? json_integer(row->ops->integer(row->rows, field))
                                        : json_null());
}

/* JSON has no infinity: it is written as a text, as Prometheus does. */
static void put_number(struct row *row, const char *key, enum dx_field field)
{
    double value = row->ops->number(row->rows, field);

    if (!row->ops->has(row->rows, field) || isnan(value))
        put(row, key, json_null());
    else if (isinf(value))
        put(row, key, json_string(value > 0 ? "+Inf" : "-Inf"));
    else
        put(row, key, json_real(value));
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
                c = c == 'n' ? '\n' : c;
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

static void put_source(struct row *row)
{
    const struct rows_ops *ops = row->ops;

    put_text(row, "source", DX_FIELD_SOURCE);
    put_text(row, "type", DX_FIELD_TYPE);
    put_text(row, "url", DX_FIELD_URL);
    put(row, "state", json_string(NAME_OF(source_states, ops->integer(row->rows, DX_FIELD_STATE))));
    put_text(row, "version", DX_FIELD_VERSION);
    put_time(row, "last_try_at", DX_FIELD_LAST_TRY);
    put_time(row, "last_ok_at", DX_FIELD_LAST_OK);
    put_time(row, "next_at", DX_FIELD_NEXT);
    put_int(row, "every_ms", DX_FIELD_EVERY);
    put_int(row, "latency_ms", DX_FIELD_LATENCY);
    put(row, "fault",
        json_string(fault_name((enum dx_fault)ops->integer(row->rows, DX_FIELD_FAULT))));
    put_text(row, "error", DX_FIELD_TEXT);
    put_int(row, "limit", DX_FIELD_LIMIT);
    put_int(row, "remaining", DX_FIELD_REMAINING);
    put_time(row, "reset_at", DX_FIELD_RESET);
    put_number(row, "requests_per_hour", DX_FIELD_PER_HOUR);
    put_int(row, "bytes", DX_FIELD_BYTES);
    put_int(row, "skew_ms", DX_FIELD_SKEW);
}

static void put_alert(struct row *row)
{
    const struct rows_ops *ops = row->ops;

    put_text(row, "source", DX_FIELD_SOURCE);
    put_text(row, "key", DX_FIELD_KEY);
    put_text(row, "name", DX_FIELD_NAME);
    put(row, "severity",
        json_string(NAME_OF(severities, ops->integer(row->rows, DX_FIELD_SEVERITY))));
    put(row, "state", json_string(NAME_OF(alert_states, ops->integer(row->rows, DX_FIELD_STATE))));
    put_time(row, "since", DX_FIELD_SINCE);
    put_time(row, "ended", DX_FIELD_ENDED);
    put(row, "labels", record_labels(ops->text(row->rows, DX_FIELD_LABELS)));
    put_text(row, "summary", DX_FIELD_SUMMARY);
    put_text(row, "muted_by", DX_FIELD_MUTED_BY);
    put_text(row, "url", DX_FIELD_URL);
}

json_t *record_json(enum record_type type, const struct rows_ops *ops, const void *rows)
{
    struct row row = { .ops = ops, .rows = rows, .object = json_object() };

    switch (type) {
    case RECORD_SOURCE:
        put_source(&row);
        break;
    case RECORD_SERIES:
    case RECORD_SAMPLE:
        put_text(&row, "source", DX_FIELD_SOURCE);
        put_text(&row, "query", DX_FIELD_NAME);
        put(&row, "labels",
            record_labels(ops->text(rows, type == RECORD_SAMPLE ? DX_FIELD_KEY : DX_FIELD_LABELS)));
        put_time(&row, "at", DX_FIELD_AT);
        put_number(&row, "value", DX_FIELD_VALUE);
        if (type == RECORD_SERIES)
            put_text(&row, "text", DX_FIELD_TEXT);
        break;
    case RECORD_ALERT:
        put_alert(&row);
        break;
    }
    return row.object;
}
