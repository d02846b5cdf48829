/* field: tolerant readers of a reply's JSON. */
#include "config.h"

#include "source/field.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/text.h"
#include "core/time.h"
#include "source/source.h"

static const int64_t MS_MOST = INT64_C(253402300800000); /* the end of the year 9999 */

enum { LABELS_MAX = 1900, LABELS_ROOM = 64, LABEL_COUNT = 64 };

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

void value_append(struct buf *out, const json_t *value)
{
    size_t room = out->ceiling - out->len, len = json_string_length(value);

    if (json_is_string(value))
        (void)buf_add(out, json_string_value(value), len < room ? len : room);
}

bool value_is(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

bool value_is_word(const json_t *value, const char *word)
{
    return json_is_string(value) && strcasecmp(json_string_value(value), word) == 0;
}

bool value_has(const json_t *value, const char *part)
{
    return json_is_string(value) && strstr(json_string_value(value), part);
}

int64_t field_time(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value) ? time_parse(json_string_value(value), json_string_length(value))
                                 : 0;
}

int64_t value_time_utc(const json_t *value)
{
    char text[sizeof("2026-11-24 14:08:00Z")];

    if (!json_is_string(value) || json_string_length(value) != sizeof(text) - 2)
        return 0;
    memcpy(text, json_string_value(value), sizeof(text) - 2);
    memcpy(text + sizeof(text) - 2, "Z", 2);
    return time_parse(text, sizeof(text) - 1);
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

int64_t field_ms(const json_t *object, const char *name)
{
    int64_t ms = field_int(object, name);

    return ms < MS_MOST && ms > -MS_MOST ? ms : 0;
}

/* Most numbers are so plain that strtod() would be most of the work of a decoder:
 * up to 15 digits are exact in a double, and so is a power of ten that divides
 * them, hence so is the result. */
static bool plain_number(const char *text, const char *end, double *number)
{
    static const double tens[] = { 1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    bool minus = *text == '-';
    int64_t digits = 0;
    size_t count = 0, behind = 0;
    bool dot = false;

    for (text += minus; text < end; text++) {
        if (*text == '.' && !dot && count > 0) {
            dot = true;
            continue;
        }
        if (*text < '0' || *text > '9' || ++count > 15)
            return false;
        digits = 10 * digits + (*text - '0');
        behind += dot;
    }
    if (count == 0)
        return false;
    *number = (double)digits / tens[behind];
    if (minus)
        *number = -*number;
    return true;
}

bool text_number(const char *text, size_t len, double *number)
{
    char *end;

    if (plain_number(text, text + len, number))
        return true;
    *number = strtod(text, &end); /* LC_NUMERIC stays "C": only LC_CTYPE is ever set */
    return end != text && end == text + len;
}

bool value_number(const json_t *value, double *number)
{
    const char *text = json_string_value(value);

    if (json_is_number(value)) {
        *number = json_number_value(value);
        return true;
    }
    return text && text_number(text, strlen(text), number);
}

int64_t ms_of_seconds(double s)
{
    return fabs(s) * 1e3 < (double)MS_MOST ? (int64_t)llround(s * 1e3) : 0;
}

int64_t value_seconds(const json_t *value)
{
    double s = 0;

    return value_number(value, &s) ? ms_of_seconds(s) : 0;
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

/* Both are cleaned here already, so that the size is known. A name of Prometheus
 * 3 may hold anything; what would end it or its value becomes "_". */
static void put_name(struct buf *out, const char *name)
{
    char clean[LABELS_MAX + 1];

    (void)text_clean(clean, sizeof(clean), name, strlen(name));
    for (char *c = clean; *c; c++)
        if (strchr(" \\\",={}", *c))
            *c = '_';
    (void)buf_text(out, clean);
}

/* With PromQL's escapes. */
static void put_value(struct buf *out, const json_t *value)
{
    char clean[LABELS_MAX + 1];
    const char *from = clean;

    (void)text_clean(clean, sizeof(clean), json_string_value(value), json_string_length(value));
    for (const char *c = clean; *c; c++) {
        if (*c != '\\' && *c != '"')
            continue;
        (void)buf_add(out, from, (size_t)(c - from));
        (void)buf_text(out, "\\");
        from = c;
    }
    (void)buf_text(out, from);
}

static uint64_t hash_all(const struct label *labels, size_t n)
{
    uint64_t hash = text_hash("");

    for (size_t i = 0; i < n; i++) {
        hash = text_hash_on(text_hash_on(hash, labels[i].name), "\xFF"); /* in no UTF-8 */
        hash = text_hash_on(text_hash_on(hash, json_string_value(labels[i].value)), "\xFF");
    }
    return hash;
}

static void put_labels(struct buf *out, const struct label *labels, size_t n)
{
    (void)buf_text(out, "{");
    for (size_t i = 0; i < n; i++) {
        size_t before = out->len;
        const char *comma = i > 0 ? ", " : "";

        (void)buf_text(out, comma);
        put_name(out, labels[i].name);
        (void)buf_text(out, "=\"");
        put_value(out, labels[i].value);
        (void)buf_text(out, "\"");
        if (out->full) {
            out->len = before;
            out->ceiling += LABELS_ROOM;
            (void)buf_print(out, "%scut=\"%016" PRIx64 "\"", comma, hash_all(labels, n));
            break;
        }
    }
    (void)buf_text(out, "}");
}

const char *value_labels(struct batch *batch, json_t *object, const char *without)
{
    struct label few[LABEL_COUNT], *labels = few;
    size_t n = 0;
    struct buf out;
    const char *name, *text;
    json_t *value;

    if (json_object_size(object) > LABEL_COUNT)
        labels = mem_new(json_object_size(object), sizeof(*labels));
    json_object_foreach (object, name, value)
        if (json_is_string(value) && !(without && strcmp(name, without) == 0))
            labels[n++] = (struct label){ name, value };
    qsort(labels, n, sizeof(labels[0]), by_name);
    buf_init(&out, LABELS_MAX);
    put_labels(&out, labels, n);
    text = batch_text(batch, out.bytes, out.len);
    buf_done(&out);
    if (labels != few)
        free(labels);
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

const char *reply_header(struct batch *batch, const struct reply *reply, const char *name)
{
    size_t name_len = strlen(name);

    for (const char *line = reply->head ? reply->head : ""; *line;) {
        size_t len = strcspn(line, "\n");

        if (len > name_len + 1 && strncmp(line, name, name_len) == 0 && line[name_len] == ':') {
            size_t skip = name_len + 1 + strspn(line + name_len + 1, " ");

            return skip < len ? batch_text(batch, line + skip, len - skip) : "";
        }
        line += line[len] ? len + 1 : len;
    }
    return "";
}

void reply_tell_astray(struct batch *batch)
{
    static const char words[] = "its lists go on at another address than `url`, where no "
                                "credentials are sent: what is on their next pages is not seen";

    for (size_t i = 0; i < batch->note_count; i++)
        if (strcmp(batch->notes[i].text, words) == 0)
            return;
    batch_note(batch, DX_LOG_WARN, "%s", words);
}
