/* What leaves the program as data: JSON objects, lines of CSV, pictures. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/export.h"
#include "app/once_text.h"
#include "app/picture.h"
#include "app/records.h"
#include "app_kit.h"
#include "reader.h"

TestSuite(records, .timeout = 20);
TestSuite(export, .init = app_start, .fini = app_stop, .timeout = 20);
TestSuite(picture, .init = app_start, .fini = app_stop, .timeout = 20);

/* ---- JSON ---- */

static const struct {
    const char *labels, *json;
} labels[] = {
    { "{}", "{}" },
    { "", "{}" },
    { "{a=\"1\"}", "{\"a\":\"1\"}" },
    { "{a=\"1\", b=\"2\"}", "{\"a\":\"1\",\"b\":\"2\"}" },
    { "{a=\"say \\\"hi\\\", c=\\\"d\\\"\"}", "{\"a\":\"say \\\"hi\\\", c=\\\"d\\\"\"}" },
    { "{a=\"c:\\\\x\"}", "{\"a\":\"c:\\\\x\"}" },
    { "{a=\"}\", b=\"{\"}", "{\"a\":\"}\",\"b\":\"{\"}" },
    { "{a=\"\u00e9\"}", "{\"a\":\"\u00e9\"}" },
    { "{a=\"1\", b", "{\"a\":\"1\"}" },
    { "{a=\"1", "{\"a\":\"1\"}" },
    { "{a=1}", "{}" },
    { "nonsense", "{}" },
};

Test(records, labels_become_an_object)
{
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        json_t *object = record_labels(labels[i].labels);
        char *text = json_dumps(object, JSON_COMPACT);

        cr_expect_str_eq(text, labels[i].json, "%s", labels[i].labels);
        free(text);
        json_decref(object);
    }
}

static const char *json(enum record_type type, enum dx_query query)
{
    static char text[4096];
    struct reader reader = fake_reader();
    void *rows = reader.open(NULL, query, NULL, 0);

    cr_assert(reader.ops->next(rows));
    struct record_row row = { reader.ops, rows, 0, 0 };
    json_t *record = record_json(type, &row);
    char *dump = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(6));
    snprintf(text, sizeof(text), "%s", dump);
    free(dump);
    json_decref(record);
    reader.ops->close(rows);
    return text;
}

Test(records, an_alert)
{
    struct fake_row *row = fake_add(DX_QUERY_ALERTS);

    fake_text(row, DX_FIELD_SOURCE, "am");
    fake_text(row, DX_FIELD_KEY, "k");
    fake_text(row, DX_FIELD_NAME, "Disk");
    fake_set(row, DX_FIELD_SEVERITY, DX_SEVERITY_CRITICAL);
    fake_set(row, DX_FIELD_STATE, DX_ALERT_SILENCED);
    fake_set(row, DX_FIELD_SINCE, (double)T0);
    fake_text(row, DX_FIELD_LABELS, "{a=\"b\"}");
    fake_text(row, DX_FIELD_MUTED_BY, "s1");
    cr_expect_str_eq(json(RECORD_ALERT, DX_QUERY_ALERTS),
                     "{\"source\":\"am\",\"key\":\"k\",\"name\":\"Disk\",\"severity\":\"critical\","
                     "\"state\":\"silenced\",\"since\":\"2026-09-21T14:13:20Z\",\"ended\":null,"
                     "\"labels\":{\"a\":\"b\"},\"summary\":\"\",\"muted_by\":\"s1\",\"url\":\"\","
                     "\"snoozed_until\":null,\"claimed_by\":\"\",\"note\":\"\","
                     "\"fired_7d\":null}");
    fake_set(row, DX_FIELD_STATE, 77); /* of a newer store */
    fake_set(row, DX_FIELD_SEVERITY, -1);
    cr_expect(strstr(json(RECORD_ALERT, DX_QUERY_ALERTS),
                     "\"severity\":\"unknown\",\"state\":\"unknown\""));
}

static const struct {
    double value;
    bool set;
    const char *json;
} numbers[] = {
    { 0.5, true, "0.5" },
    { 3., true, "3.0" },
    { NAN, true, "null" },
    { INFINITY, true, "\"+Inf\"" },
    { -INFINITY, true, "\"-Inf\"" },
    { 0., false, "null" },
};

Test(records, numbers_that_json_does_not_know)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct fake_row *row;
        char want[64];

        fake.count = 0;
        row = fake_add(DX_QUERY_SERIES);
        if (numbers[i].set)
            fake_set(row, DX_FIELD_VALUE, numbers[i].value);
        snprintf(want, sizeof(want), "\"at\":null,\"value\":%s,\"text\":\"\"}", numbers[i].json);
        cr_expect(strstr(json(RECORD_SERIES, DX_QUERY_SERIES), want), "%s: %s", want,
                  json(RECORD_SERIES, DX_QUERY_SERIES));
    }
}

Test(records, a_source_says_what_it_does_not_know)
{
    struct fake_row *row = fake_add(DX_QUERY_SOURCES);

    fake_text(row, DX_FIELD_SOURCE, "p");
    fake_set(row, DX_FIELD_STATE, DX_SOURCE_STOPPED);
    fake_set(row, DX_FIELD_FAULT, DX_FAULT_AUTH);
    fake_set(row, DX_FIELD_LATENCY, 0);
    cr_expect_str_eq(
        json(RECORD_SOURCE, DX_QUERY_SOURCES),
        "{\"source\":\"p\",\"type\":\"\",\"url\":\"\",\"state\":\"stopped\",\"version\":\"\","
        "\"last_try_at\":null,\"last_ok_at\":null,\"next_at\":null,\"every_ms\":null,"
        "\"latency_ms\":0,\"fault\":\"authentication\",\"error\":\"\",\"limit\":null,\"remaining\":"
        "null,"
        "\"reset_at\":null,\"requests_per_hour\":null,\"bytes\":null,\"skew_ms\":null}");
}

/* ---- export and once ---- */

static void fill(void)
{
    struct batch batch = { 0 };

    kit_sample(&batch, "=1+1", "{job=\"say \\\"hi\\\"\"}", T0, 0.1);
    kit_sample(&batch, "q,r", "{}", T0, -2.);
    kit_poll(0, T0, &batch);
    kit_alert(&batch, "@SUM(A1)", DX_ALERT_FIRING, T0);
    kit_poll(1, T0, &batch);
}

static const char *exported(int kind, int format)
{
    a.app.arguments.kind = kind;
    a.app.arguments.format = format;
    capture();
    cr_expect_eq(export_run(&a.app), EXIT_OK);
    return captured();
}

Test(export, csv_is_quoted_and_no_formula)
{
    fill();
    cr_expect_str_eq(exported(0, 1),
                     "source,query,labels,at,value\r\n"
                     "\"prom\",\"'=1+1\",\"{\"\"job\"\":\"\"say \\\"\"hi\\\"\"\"\"}\","
                     "\"2026-09-21T14:13:20Z\",0.1\r\n"
                     "\"prom\",\"q,r\",\"{}\",\"2026-09-21T14:13:20Z\",-2\r\n");
    cr_expect_str_eq(exported(1, 1),
                     "source,key,name,severity,state,since,ended,labels,summary,muted_by,url,"
                     "snoozed_until,claimed_by,note,fired_7d\r\n"
                     "\"am\",\"am/@SUM(A1)/1790000000000\",\"'@SUM(A1)\",\"warning\",\"firing\","
                     "\"2026-09-21T14:13:20Z\",,\"{}\",\"\",\"\",\"\",,\"\",\"\",1\r\n");
}

Test(export, jsonl_is_an_object_a_line)
{
    fill();
    cr_expect_str_eq(
        exported(0, 0),
        "{\"source\":\"prom\",\"query\":\"=1+1\",\"labels\":{\"job\":\"say \\\"hi\\\"\"},"
        "\"at\":\"2026-09-21T14:13:20Z\",\"value\":0.1}\n"
        "{\"source\":\"prom\",\"query\":\"q,r\",\"labels\":{},"
        "\"at\":\"2026-09-21T14:13:20Z\",\"value\":-2.0}\n");
}

Test(export, goes_back_as_far_as_asked)
{
    fill();
    a.app.arguments.since_ms = 30 * SECOND; /* it is a minute ago */
    cr_expect_str_eq(exported(0, 0), "");
}

Test(export, a_collector_that_fails_is_not_hidden)
{
    fill();
    a.app.arguments.poll = true;
    a.app.paths.collector = (char *)"/bin/false";
    a.app.arguments.format = 1;
    capture();
    cr_expect_eq(export_run(&a.app), EXIT_FAILED);
    cr_expect(strstr(captured(), "q,r"), "what there is is printed all the same");
}

/* Its pages in the middle are no pages any more; its first ones are. */
static void damage(void)
{
    static char nothing[512 << 10];
    struct batch batch = { 0 };
    static char set[200][16]; /* a batch keeps what it is given */
    struct dx_error err = { 0 };

    for (int i = 0; i < 20000; i++) {
        snprintf(set[i % 200], sizeof(set[0]), "{n=\"%d\"}", i % 200);
        kit_sample(&batch, "q", set[i % 200], T0 - i / 200 * SECOND, i);
    }
    kit_poll(0, T0, &batch);
    store_close(a.app.store);
    cr_assert(store_upkeep(kit.store, T0, &err), "%s", err.text);
    store_close(kit.store);
    kit.store = NULL;
    memset(nothing, 0xAA, sizeof(nothing));
    kit_overwrite("", 320 << 10, nothing, sizeof(nothing));
    a.app.store = store_open(kit.path, STORE_VIEW, &err);
    cr_assert(a.app.store, "%s", err.text);
}

Test(export, a_store_that_cannot_be_read_to_its_end_is_said)
{
    damage();
    capture();
    cr_expect_eq(export_run(&a.app), EXIT_FAILED);
    cr_expect_eq(once_run(&a.app), EXIT_FAILED);
}

Test(export, once_prints_all_of_it_as_text)
{
    fill();
    kit_fail(2, T0, DX_SOURCE_LOST, "no route");
    a.app.arguments.format = 1;
    capture();
    cr_expect_eq(once_run(&a.app), EXIT_OK);
    cr_expect_str_eq(
        captured(),
        "source prom: live\nsource am: live\nsource slow: lost: no route\n"
        "alert @SUM(A1): warning, firing since 2026-09-21T14:13:20Z: \n"
        "=1+1 {job=say \"hi\"} 0.1 at 2026-09-21T14:13:20Z\nq,r {} -2 at 2026-09-21T14:13:20Z\n");
}

/* Not the best that it may be alone. */
Test(records, a_key_number_that_is_a_range_is_one_in_words)
{
    json_t *record = json_pack("{s:s, s:f, s:s, s:f, s:f, s:i, s:f, s:f, s:s, s:s, s:s}", "id",
                               "platform_success", "value", 0.944, "unit", "share", "low", 0.904,
                               "high", 0.944, "n", 467, "previous", 0.976, "target", 0.98,
                               "target_is", "at least", "state", "bad", "note", "");
    struct once_text text = { .out = NULL };
    char *said = NULL;
    size_t len = 0;

    text.out = open_memstream(&said, &len);
    once_text_record(&text, RECORD_KPI, record);
    (void)fclose(text.out);
    cr_expect_str_eq(said, "kpi platform_success: 90.4% to 94.4% bad, n 467, before 97.6%, at "
                           "least 98.0%\n");
    free(said);
    json_decref(record);
}

Test(export, once_prints_all_of_it_as_json)
{
    json_t *all;

    fill();
    capture();
    cr_expect_eq(once_run(&a.app), EXIT_OK);
    all = json_loads(captured(), 0, NULL);
    cr_assert(all, "%s", captured());
    cr_expect_str_eq(json_string_value(json_object_get(all, "generated_at")),
                     "2026-09-21T14:14:20Z");
    cr_expect_eq(json_array_size(json_object_get(all, "sources")), 3);
    cr_expect_eq(json_array_size(json_object_get(all, "alerts")), 1);
    cr_expect_eq(json_array_size(json_object_get(all, "series")), 2);
    json_decref(all);
}

/* ---- sentences ---- */

static const char *sentence_of(enum record_type type, json_t *record)
{
    static char *text;
    struct once_text to = { 0 };
    size_t len;

    free(text);
    to.out = open_memstream(&text, &len);
    cr_assert(record && to.out);
    once_text_record(&to, type, record);
    fclose(to.out);
    json_decref(record);
    return text;
}

static const char *sentence(json_t *record)
{
    return sentence_of(RECORD_KPI, record);
}

Test(records, what_is_not_known_of_a_pool_is_not_nothing)
{
    cr_expect_str_eq(
        sentence_of(RECORD_POOL, json_pack("{s:s, s:s, s:n, s:n, s:i}", "pool", "k8s", "source",
                                           "ci", "waiting", "n", "online", 2)),
        "pool k8s (ci): – wait; – waits: p50 – p90 – p95 – p99 –; 2 runners online\n");
    cr_expect_str_eq(
        sentence_of(RECORD_PIPELINE, json_pack("{s:s, s:s, s:s, s:n}", "project", "acme",
                                               "pipeline", "ci", "part", "all", "n")),
        "pipeline acme ci: – of – runs succeeded, – at the first attempt, platform – to –\n");
}

/* The best of what may be is not what is. */
Test(records, a_range_is_one_in_a_sentence_too)
{
    json_t *record =
        json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:i}", "id", "platform_success", "unit", "share",
                  "state", "few", "value", 1., "low", .971, "high", 1., "n", 138);

    json_incref(record);
    cr_expect_str_eq(sentence(record),
                     "kpi platform_success: 97.1% to 100.0% few, n 138, before –\n");
    (void)json_object_set_new(record, "low", json_real(1.));
    cr_expect_str_eq(sentence(record), "kpi platform_success: 100.0% few, n 138, before –\n");
}

Test(records, a_large_number_has_all_its_digits_in_a_sentence)
{
    cr_expect_str_eq(
        sentence(json_pack("{s:s, s:s, s:s, s:i, s:i, s:f}", "id", "open_tickets", "unit", "count",
                           "state", "plain", "value", 12345, "n", 12345, "previous", 9876.5)),
        "kpi open_tickets: 12345 plain, n 12345, before 9876\n");
    cr_expect_str_eq(sentence(json_pack("{s:s, s:s, s:s, s:f, s:i}", "id", "csat", "unit", "number",
                                        "state", "good", "value", 4.1234, "n", 7)),
                     "kpi csat: 4.123 good, n 7, before –\n");
}

/* ---- pictures ---- */

static const char *picture(enum picture_format format, const char *text, unsigned attr)
{
    static struct buf out;
    struct dx_style style = { .role = DX_ROLE_BAD, .attr = attr };
    struct grid grid;
    struct dx_canvas canvas;

    grid_init(&grid, 2, 12, &glyph_sets[GLYPHS_BRAILLE]);
    canvas = canvas_of(&grid);
    canvas_put(&canvas, 0, 1, &style, text);
    buf_done(&out);
    buf_init(&out, 1 << 20);
    cr_expect(picture_write(&out, &grid, &a.app.theme, format));
    grid_done(&grid);
    return out.bytes;
}

/* U+0605 and U+0D4E belong to the character behind them, which shares their cell. */
Test(picture, markup_that_hides_behind_another_character_is_escaped)
{
    static const enum picture_format formats[] = { PICTURE_SVG, PICTURE_HTML };

    for (int i = 0; i < 2; i++) {
        const char *out = picture(formats[i], "\u0605<\u0d4e<", 0);

        cr_expect(strstr(out, "\u0605&#60;"), "%s", out);
        cr_expect(strstr(out, "\u0d4e&#60;"), "%s", out);
    }
}

Test(picture, markup_is_escaped)
{
    static const enum picture_format formats[] = { PICTURE_SVG, PICTURE_HTML };

    for (int i = 0; i < 2; i++) {
        const char *out = picture(formats[i], "<i>&\"'x", 0);

        cr_expect(strstr(out, "&#60;i&#62;&#38;&#34;&#39;x"), "%s", out);
        cr_expect_null(strstr(out, "<i>"), "%s", out);
        /* Letters that only look like them in their last byte stay. */
        out = picture(formats[i], "\u013c\u2026", 0);
        cr_expect(strstr(out, "\u013c\u2026"), "%s", out);
    }
}

Test(picture, text_is_text)
{
    cr_expect_str_eq(picture(PICTURE_TEXT, "<i> \u4f5c.", 0), " <i> \u4f5c.\n\n");
    cr_expect_str_eq(picture(PICTURE_TEXT, "", 0), "\n\n");
}

Test(picture, roles_are_a_letter_a_cell)
{
    cr_expect_str_eq(picture(PICTURE_ROLES, "\u4f5c!", DX_BOLD), " \u4f5c!        \n            \n"
                                                                 "ajjjaaaaaaaa\naaaaaaaaaaaa\n"
                                                                 ".111........\n............\n");
}

Test(picture, ansi_has_the_themes_colours)
{
    a.app.theme.role[DX_ROLE_BAD] = (struct theme_colour){ .rgb = 0x010203 };
    const char *out = picture(PICTURE_ANSI, "x", DX_BOLD);
    cr_expect(strstr(out, "\033[0;1;38;2;1;2;3mx\033["), "%s", out);
    out = picture(PICTURE_ANSI, "x", DX_CHIP);
    cr_expect(strstr(out, ";48;2;1;2;3mx"), "%s", out);
}

Test(picture, what_is_underlined_stays_so)
{
    a.app.theme.role[DX_ROLE_BAD] = (struct theme_colour){ .rgb = 0x010203, .underline = true };
    cr_expect(strstr(picture(PICTURE_ANSI, "x", 0), "\033[0;4;"));
    cr_expect(strstr(picture(PICTURE_SVG, "x", 0), "text-decoration=\"underline\">x<"), "%s",
              picture(PICTURE_SVG, "x", 0));
    cr_expect(strstr(picture(PICTURE_HTML, "x", 0), "text-decoration:underline\">x<"), "%s",
              picture(PICTURE_HTML, "x", 0));
}

Test(picture, svg_has_a_place_for_each_character)
{
    const char *out = picture(PICTURE_SVG, "\u4f5cab", 0);

    cr_expect(strstr(out, "viewBox=\"0 0 108 38\""), "%s", out);
    cr_expect(strstr(out, "<text y=\"14\" x=\"9 27 36\""), "%s", out);
    out = picture(PICTURE_SVG, "abc", 0);
    cr_expect(strstr(out, "<text y=\"14\" x=\"9\" textLength=\"27\""), "%s", out);
    cr_expect(strstr(out, "</svg>\n"));
    /* Blanks at the ends, and two together, are not kept by every program. */
    out = picture(PICTURE_SVG, "  a b   c ", 0);
    cr_expect(strstr(out, "<text y=\"14\" x=\"27\" textLength=\"27\"") && strstr(out, ">a b<"),
              "%s", out);
    cr_expect(strstr(out, "<text y=\"14\" x=\"81\" textLength=\"9\"") && strstr(out, ">c<"), "%s",
              out);
}

Test(picture, one_that_is_too_large_is_said)
{
    struct grid grid;
    struct buf out;

    grid_init(&grid, 50, 50, &glyph_sets[GLYPHS_ASCII]);
    buf_init(&out, 100);
    cr_expect_not(picture_write(&out, &grid, &a.app.theme, PICTURE_SVG));
    buf_done(&out);
    grid_done(&grid);
}

Test(picture, one_that_is_saved_overwrites_nothing)
{
    char path[256], again[256];
    struct dx_error err = { 0 };
    struct stat st;

    cr_assert_eq(chdir(kit.dir), 0);
    cr_assert_eq(symlink("victim", "dxtop-2026-09-21-141420.svg"), 0);
    terminal_open(4, 20);
    cr_expect(picture_save(&a.v, PICTURE_SVG, "", path, sizeof(path), &err), "%s", err.text);
    cr_expect_str_eq(path, "dxtop-2026-09-21-141420-1.svg");
    cr_expect_neq(stat("victim", &st), 0, "it followed a link");
    cr_expect(picture_save(&a.v, PICTURE_SVG, "", again, sizeof(again), &err), "%s", err.text);
    cr_expect_str_eq(again, "dxtop-2026-09-21-141420-2.svg");
    cr_expect(picture_save(&a.v, PICTURE_TEXT, "mine.txt", path, sizeof(path), &err));
    cr_expect_str_eq(path, "mine.txt");
    cr_expect_not(picture_save(&a.v, PICTURE_HTML, "mine.txt", path, sizeof(path), &err));
    cr_expect_str_eq(err.text, "cannot save mine.txt: File exists");
    cr_assert_eq(chdir("/proc/self"), 0); /* where nothing can be made */
    cr_expect_not(picture_save(&a.v, PICTURE_SVG, "", path, sizeof(path), &err));
    cr_expect(strstr(err.text, "cannot save dxtop-"), "%s", err.text);
    terminal_close();
}
