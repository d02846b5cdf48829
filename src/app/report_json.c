/* report_json: the model as it is, a record a line. */
#include "config.h"

#include <stdlib.h>

#include "app/records.h"
#include "app/report.h"

/* Of a record and of the lists in it. */
static int digits_of(json_t *record)
{
    int digits = record_digits(record), most;
    const char *key;
    json_t *value, *item;
    size_t i;

    json_object_foreach (record, key, value) {
        json_array_foreach (value, i, item) {
            most = record_digits(item);
            if (most > digits)
                digits = most;
        }
    }
    return digits;
}

static void put(struct buf *out, json_t *value, int digits)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION((unsigned)digits));

    (void)buf_text(out, text);
    free(text);
}

static void put_list(struct buf *out, const json_t *list)
{
    json_t *item;
    size_t i;

    (void)buf_text(out, "[");
    json_array_foreach (list, i, item) {
        (void)buf_print(out, "%s\n    ", i > 0 ? "," : "");
        put(out, item, digits_of(item));
    }
    (void)buf_text(out, json_array_size(list) > 0 ? "\n  ]" : "]");
}

void report_json(struct buf *out, json_t *model)
{
    const char *key, *comma = "{";
    json_t *value;

    json_object_foreach (model, key, value) {
        (void)buf_print(out, "%s\n  \"%s\": ", comma, key);
        if (json_is_array(value))
            put_list(out, value);
        else
            put(out, value, 15);
        comma = ",";
    }
    (void)buf_text(out, "\n}\n");
}
