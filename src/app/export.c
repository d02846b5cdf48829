/* export: records of the store, one a line, as JSON or CSV. */
#include "config.h"

#include "app/export.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/records.h"

const char *const export_kinds[] = { "samples", "alerts", NULL };
const char *const export_formats[] = { "jsonl", "csv", NULL };

/* One cell as RFC 4180 has it. A text that a spreadsheet would take for a
 * formula gets an apostrophe before it. */
static void csv_text(FILE *out, const char *text)
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

/* The shortest text that reads back as the same number. */
static void csv_number(FILE *out, double value)
{
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        double again = strtod(text, NULL);

        if (!(again < value) && !(again > value))
            break;
    }
    (void)fputs(text, out);
}

static void csv_cell(FILE *out, const json_t *value)
{
    if (json_is_string(value)) {
        csv_text(out, json_string_value(value));
    } else if (json_is_integer(value)) {
        (void)fprintf(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        csv_number(out, json_real_value(value));
    } else if (json_is_object(value)) {
        char *text = json_dumps(value, JSON_COMPACT);

        csv_text(out, text ? text : "");
        free(text);
    }
}

static void csv_line(FILE *out, const json_t *record, bool names)
{
    const char *key, *comma = "";
    json_t *value;

    json_object_foreach ((json_t *)(uintptr_t)record, key, value) {
        (void)fputs(comma, out);
        if (names)
            (void)fputs(key, out);
        else
            csv_cell(out, value);
        comma = ",";
    }
    (void)fputs("\r\n", out);
}

static void print_rows(FILE *out, const struct reader *reader, int64_t now_ms, int64_t since_ms,
                       enum record_type type, bool csv)
{
    enum dx_query query = type == RECORD_ALERT ? DX_QUERY_ALERTS : DX_QUERY_SAMPLES;
    const struct rows_ops *ops = reader->ops;
    bool first = true;
    void *rows = reader->open(reader->self, query,
                              DX_FILTER(.from_ms = now_ms - since_ms, .to_ms = now_ms), now_ms);

    while (ops->next(rows)) {
        json_t *record = record_json(type, ops, rows);

        if (csv && first)
            csv_line(out, record, true);
        first = false;
        if (csv) {
            csv_line(out, record, false);
        } else {
            (void)json_dumpf(record, out, JSON_COMPACT | JSON_REAL_PRECISION(17));
            (void)fputc('\n', out);
        }
        json_decref(record);
    }
    ops->close(rows);
}

/* All of it is written aside first: a pager that waits must not keep the store's
 * reader open, and with it everything that the collector writes meanwhile. */
static bool copy_out(FILE *from)
{
    char bytes[1 << 16];
    size_t n;

    rewind(from);
    while ((n = fread(bytes, 1, sizeof(bytes), from)) > 0)
        if (fwrite(bytes, 1, n, stdout) != n)
            return false;
    return !ferror(from) && fflush(stdout) == 0;
}

int export_run(struct app *app)
{
    const struct arguments *args = &app->arguments;
    struct dx_error err = { 0 };
    int status = EXIT_OK;
    FILE *aside;

    if (args->poll)
        status = app_collect_once(app, args->wait);
    if (status == EXIT_USAGE)
        return status;
    if (!app_open(app, &err) || !store_begin(app->store, &err)) {
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
        return EXIT_FAILED;
    }
    aside = tmpfile();
    if (!aside) {
        (void)fprintf(stderr, "dxtop: no temporary file: %s\n", strerror(errno));
        return EXIT_FAILED;
    }
    struct reader reader = store_reader(app->store);
    print_rows(aside, &reader, clock_now(&app->clock), args->since_ms,
               args->kind == 0 ? RECORD_SAMPLE : RECORD_ALERT, args->format == 1);
    if (app_missed(&reader))
        status = EXIT_FAILED;
    store_end(app->store);
    if (ferror(aside)) {
        (void)fprintf(stderr, "dxtop: the temporary file cannot be written\n");
        status = EXIT_FAILED;
    } else if (!copy_out(aside)) {
        status = EXIT_FAILED;
    }
    (void)fclose(aside);
    return status;
}
