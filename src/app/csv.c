/* csv: JSON objects as lines of CSV. */
#include "config.h"

#include "app/csv.h"

#include <stdlib.h>
#include <string.h>

/* A text that a spreadsheet would take for a formula gets an apostrophe before it. */
static void put_text(FILE *out, const char *text)
{
    (void)fputc('"', out);
    if (*text && strchr("=+-@\t\r", *text))
        (void)fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            (void)fputc('"', out);
        (void)fputc(*text, out);
    }
    (void)fputc('"', out);
}

static void put_cell(FILE *out, const json_t *value, int digits)
{
    if (json_is_string(value)) {
        put_text(out, json_string_value(value));
    } else if (json_is_integer(value)) {
        (void)fprintf(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        (void)fprintf(out, "%.*g", digits, json_real_value(value));
    } else if (json_is_boolean(value)) {
        (void)fputs(json_is_true(value) ? "true" : "false", out);
    } else if (json_is_object(value) || json_is_array(value)) {
        char *text = json_dumps(value, JSON_COMPACT);

        put_text(out, text ? text : "");
        free(text);
    }
}

void csv_names(FILE *out, enum record_type type)
{
    const struct record_field *fields = record_kinds[type].fields;

    for (const struct record_field *f = fields; f->name; f++)
        (void)fprintf(out, "%s%s", f == fields ? "" : ",", f->name);
    (void)fputs("\r\n", out);
}

void csv_record(FILE *out, json_t *record)
{
    const int digits = record_digits(record);
    const char *key, *comma = "";
    json_t *value;

    json_object_foreach (record, key, value) {
        (void)fputs(comma, out);
        put_cell(out, value, digits);
        comma = ",";
    }
    (void)fputs("\r\n", out);
}
