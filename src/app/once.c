/* once: poll every source once, print what the store then holds, and end. */
#include "config.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/export.h"
#include "app/records.h"

const char *const once_formats[] = { "json", "text", NULL };

static json_t *all(const struct reader *reader, enum dx_query query, enum record_type type,
                   int64_t now_ms)
{
    void *rows = reader->open(reader->self, query, NULL, now_ms);
    json_t *list = json_array();

    while (reader->ops->next(rows))
        (void)json_array_append_new(list, record_json(type, reader->ops, rows));
    reader->ops->close(rows);
    return list;
}

static const char *text_of(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));

    return text ? text : "";
}

static void print_labels(const json_t *labels)
{
    const char *name, *comma = "";
    json_t *value;

    (void)putchar('{');
    json_object_foreach ((json_t *)(uintptr_t)labels, name, value) {
        (void)printf("%s%s=%s", comma, name, json_string_value(value));
        comma = ", ";
    }
    (void)putchar('}');
}

static void print_text(const json_t *all_of_it)
{
    const json_t *record;
    size_t i;

    json_array_foreach (json_object_get(all_of_it, "sources"), i, record) {
        (void)printf("source %s: %s", text_of(record, "source"), text_of(record, "state"));
        if (*text_of(record, "error"))
            (void)printf(": %s", text_of(record, "error"));
        (void)putchar('\n');
    }
    json_array_foreach (json_object_get(all_of_it, "alerts"), i, record)
        (void)printf("alert %s: %s, %s since %s: %s\n", text_of(record, "name"),
                     text_of(record, "severity"), text_of(record, "state"),
                     text_of(record, "since"), text_of(record, "summary"));
    json_array_foreach (json_object_get(all_of_it, "series"), i, record) {
        const json_t *value = json_object_get(record, "value");

        (void)printf("%s ", text_of(record, "query"));
        print_labels(json_object_get(record, "labels"));
        if (json_is_number(value))
            (void)printf(" %.12g", json_number_value(value));
        else
            (void)printf(" %s", *text_of(record, "value")  ? text_of(record, "value")
                                : *text_of(record, "text") ? text_of(record, "text")
                                                           : "–");
        (void)printf(" at %s\n", text_of(record, "at"));
    }
}

int once_run(struct app *app)
{
    struct dx_error err = { 0 };
    int status = app_collect_once(app, app->arguments.wait);
    char now[TIME_TEXT];
    int64_t now_ms;
    json_t *result;

    if (status == EXIT_USAGE)
        return status;
    if (!app_open(app, &err) || !store_begin(app->store, &err)) {
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
        return EXIT_FAILED;
    }
    struct reader reader = store_reader(app->store);
    now_ms = clock_now(&app->clock);
    result = json_object();
    (void)json_object_set_new(result, "generated_at", json_string(time_format(now, now_ms)));
    (void)json_object_set_new(result, "sources",
                              all(&reader, DX_QUERY_SOURCES, RECORD_SOURCE, now_ms));
    (void)json_object_set_new(result, "alerts",
                              all(&reader, DX_QUERY_ALERTS, RECORD_ALERT, now_ms));
    (void)json_object_set_new(result, "series",
                              all(&reader, DX_QUERY_SERIES, RECORD_SERIES, now_ms));
    if (app_missed(&reader))
        status = EXIT_FAILED;
    store_end(app->store);
    if (app->arguments.format == 0) {
        (void)json_dumpf(result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
        (void)putchar('\n');
    } else {
        print_text(result);
    }
    json_decref(result);
    return fflush(stdout) == 0 ? status : EXIT_FAILED;
}
