/* field: tolerant readers of a reply's JSON. */
#include "config.h"

#include "source/field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/time.h"

enum { LABELS_MAX = 4096, LABEL_COUNT = 64 };

const char *value_text(struct batch *batch, const json_t *value)
{
    return json_is_string(value)
               ? batch_text(batch, json_string_value(value), json_string_length(value))
               : "";
}

const char *field_text(struct batch *batch, const json_t *object, const char *name)
{
    return value_text(batch, json_object_get(object, name));
}

const char *label_text(struct batch *batch, const json_t *object, const char *name)
{
    return field_text(batch, object, name);
}

bool value_is(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

int64_t field_time(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value) ? time_parse(json_string_value(value), json_string_length(value))
                                 : 0;
}

int64_t field_int(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (json_is_integer(value))
        return (int64_t)json_integer_value(value);
    return json_is_real(value) && fabs(json_real_value(value)) < 9e18
               ? (int64_t)json_real_value(value)
               : 0;
}

bool value_number(const json_t *value, double *number)
{
    const char *text;
    char *end;

    if (json_is_number(value)) {
        *number = json_number_value(value);
        return true;
    }
    if (!json_is_string(value))
        return false;
    text = json_string_value(value);
    *number = strtod(text, &end); /* LC_NUMERIC stays "C": only LC_CTYPE is ever set */
    return end != text && *end == '\0';
}

int64_t value_seconds(const json_t *value)
{
    double s = 0;

    return value_number(value, &s) && fabs(s) < 1e15 ? (int64_t)llround(s * 1e3) : 0;
}

/* ---- labels ---- */

struct label {
    const char *name;
    const json_t *value;
};

static int by_name(const void *a, const void *b)
{
    const struct label *one = a, *other = b;

    return strcmp(one->name, other->name);
}

/* PromQL's escapes: \ " and newline. Everything else is cleaned at the door. */
static void put_value(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\' || text[i] == '"')
            (void)buf_add(out, "\\", 1);
        (void)buf_add(out, &text[i], 1);
    }
}

const char *value_labels(struct batch *batch, const json_t *object, const char *without)
{
    struct label labels[LABEL_COUNT];
    size_t n = 0;
    struct buf out;
    const char *name, *text;
    json_t *value;

    json_object_foreach ((json_t *)(uintptr_t)object, name, value)
        if (n < LABEL_COUNT && json_is_string(value) && !(without && strcmp(name, without) == 0))
            labels[n++] = (struct label){ name, value };
    qsort(labels, n, sizeof(labels[0]), by_name);
    buf_init(&out, LABELS_MAX);
    (void)buf_text(&out, "{");
    for (size_t i = 0; i < n; i++) {
        (void)buf_print(&out, "%s%s=\"", i ? ", " : "", labels[i].name);
        put_value(&out, json_string_value(labels[i].value), json_string_length(labels[i].value));
        (void)buf_text(&out, "\"");
    }
    (void)buf_text(&out, "}");
    text = batch_text(batch, out.bytes, out.len);
    buf_done(&out);
    return text;
}

/* ---- what alerts have in common ---- */

enum dx_severity field_severity(const json_t *labels)
{
    static const struct {
        const char *word;
        enum dx_severity severity;
    } words[] = {
        { "critical", DX_SEVERITY_CRITICAL }, { "page", DX_SEVERITY_CRITICAL },
        { "error", DX_SEVERITY_CRITICAL },    { "high", DX_SEVERITY_CRITICAL },
        { "warning", DX_SEVERITY_WARNING },   { "warn", DX_SEVERITY_WARNING },
        { "medium", DX_SEVERITY_WARNING },    { "info", DX_SEVERITY_INFO },
        { "low", DX_SEVERITY_INFO },          { "none", DX_SEVERITY_INFO },
    };
    const json_t *value = json_object_get(labels, "severity");

    for (size_t i = 0; json_is_string(value) && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(json_string_value(value), words[i].word) == 0)
            return words[i].severity;
    return DX_SEVERITY_UNKNOWN;
}

const char *field_summary(struct batch *batch, const json_t *annotations)
{
    static const char *const names[] = { "summary", "description", "message" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *text = field_text(batch, annotations, names[i]);

        if (*text)
            return text;
    }
    return "";
}
