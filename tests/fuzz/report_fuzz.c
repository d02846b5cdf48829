/* Whatever the rows are, what is written of them is what it should be: the report is markup with
 * nothing in it that was not meant, its Markdown has tables whose rows are one cell each column,
 * records are JSON and CSV without formulas, and the summary is lines of text. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/csv.h"
#include "app/once_text.h"
#include "app/records.h"
#include "app/report.h"
#include "core/time.h"
#include "fuzz_rows.h"
#include "fuzz_tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS_MOST = 200, ROOM = 64 << 20 };

/* ---- Markdown ---- */

/* Behind the code, or the backticks where nothing ends it. */
static const char *code(const char *at, const char *end)
{
    size_t fence = strspn(at, "`");
    const char *to = at + fence;

    while (to < end) {
        size_t run = strspn(to, "`");

        if (run == fence)
            return to + run;
        to += run > 0 ? run : 1;
    }
    abort();
}

/* A line in which nothing but what we write ourselves means something. Returns its bars. */
static size_t line(const char *at, const char *end)
{
    size_t bars = 0;

    for (const char *c = at; c < end; c++)
        bars += *c == '|' && (c == at || c[-1] != '\\');
    while (at < end) {
        if (*at == '`') {
            at = code(at, end);
        } else if (*at == '\\') {
            at += 2;
        } else {
            if (strchr("<>[]&@_~$", *at))
                abort();
            at++;
        }
    }
    return bars;
}

static void check_md(const char *text)
{
    size_t before = 0, bars;

    fuzz_check_plain(text);
    for (const char *end; *text; text = end + 1) {
        end = strchr(text, '\n');
        if (!end)
            abort();
        bars = line(text, end);
        if (*text == '|' && before > 0 && bars != before)
            abort();
        before = *text == '|' ? bars : 0;
    }
}

static void check_report(struct fuzz_input *in)
{
    static const int64_t windows[] = { DAY_MS, 7 * DAY_MS, 30 * DAY_MS };
    static const struct report_themes themes = { .light = { .name = "light", .kind = "light" },
                                                 .dark = { .name = "dark", .kind = "dark" } };
    struct fuzz_rows rows = { .in = in, .left = ROWS_MOST };
    struct reader reader = fuzz_reader(&rows);
    struct report_reading reading = { .reader = &reader, .now_ms = FUZZ_NOW };
    json_t *model, *again;
    struct buf out;

    reading.window_ms = windows[fuzz_byte(in) % 3];
    model = report_model(&reading, "acme");
    if (!model || rows.open != 0)
        abort();
    buf_init(&out, ROOM);
    report_html(&out, model, &themes);
    fuzz_check_tags(out.bytes);
    buf_clear(&out);
    report_md(&out, model);
    check_md(out.bytes);
    buf_clear(&out);
    report_json(&out, model);
    again = json_loadb(out.bytes, out.len, 0, NULL);
    if (!json_is_object(again) || json_object_size(again) != json_object_size(model))
        abort();
    json_decref(again);
    json_decref(model);
    buf_done(&out);
}

/* ---- records ---- */

static bool is_number(const char *at, size_t len)
{
    char text[64], *end;

    if (len == 0 || (len == 4 && memcmp(at, "true", len) == 0) ||
        (len == 5 && memcmp(at, "false", len) == 0))
        return true;
    if (len >= sizeof(text))
        return false;
    memcpy(text, at, len);
    text[len] = '\0';
    (void)strtod(text, &end);
    return *end == '\0';
}

/* Behind the cell. */
static const char *cell(const char *at)
{
    size_t len;

    if (*at != '"') {
        len = strcspn(at, ",\r\n\"");
        if (!is_number(at, len))
            abort();
        return at + len;
    }
    if (at[1] && strchr("=+-@\t\r", at[1]))
        abort();
    for (at++;; at += 2) {
        at = strchr(at, '"');
        if (!at)
            abort();
        if (at[1] != '"')
            return at + 1;
    }
}

static size_t cells(const char *at)
{
    size_t n = 1;

    for (at = cell(at); *at == ','; n++)
        at = cell(at + 1);
    if (strcmp(at, "\r\n") != 0)
        abort();
    return n;
}

static void check_csv(json_t *record)
{
    char *bytes = NULL;
    size_t len;
    FILE *out = open_memstream(&bytes, &len);

    if (!out)
        abort();
    csv_record(out, record);
    (void)fclose(out);
    if (strlen(bytes) != len || cells(bytes) != json_object_size(record))
        abort();
    free(bytes);
}

/* Numbers within lists are rates, and read back as near as it matters. */
static void check_json(json_t *record)
{
    char *text =
        json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION((unsigned)record_digits(record)));
    json_t *again = text ? json_loads(text, 0, NULL) : NULL, *value;
    const char *key;

    if (json_object_size(record) != json_object_size(again))
        abort();
    json_object_foreach (record, key, value) {
        const json_t *read = json_object_get(again, key);

        if (json_is_array(value) ? json_array_size(value) != json_array_size(read)
                                 : !json_equal(value, read)) {
            (void)fprintf(stderr, "%s is not read back: %s\n", key, text);
            abort();
        }
    }
    json_decref(again);
    free(text);
}

static void check_records(struct fuzz_input *in)
{
    const enum record_type type = (enum record_type)(fuzz_byte(in) % RECORD_TYPES);
    struct fuzz_rows rows = { .in = in, .left = ROWS_MOST };
    struct reader reader = fuzz_reader(&rows);
    void *open = reader.open(reader.self, record_kinds[type].query, NULL, FUZZ_NOW);
    const struct record_row row = { reader.ops, open, FUZZ_NOW, DAY_MS };
    struct once_text text = { .out = NULL };
    char *bytes = NULL;
    size_t len;

    text.out = open_memstream(&bytes, &len);
    if (!text.out)
        abort();
    while (reader.ops->next(open)) {
        json_t *record = record_json(type, &row);

        check_csv(record);
        check_json(record);
        once_text_record(&text, type, record);
        json_decref(record);
    }
    reader.ops->close(open);
    once_text_end(&text, type);
    (void)fclose(text.out);
    if (strlen(bytes) != len)
        abort();
    fuzz_check_plain(bytes);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = { data, size };

    if (fuzz_byte(&in) % 2)
        check_report(&in);
    else
        check_records(&in);
    return 0;
}
