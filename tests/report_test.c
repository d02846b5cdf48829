#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "app/report.h"
#include "app/report_markup.h"
#include "core/time.h"

/* ---- markup ---- */

static struct buf out;

static void setup(void)
{
    buf_init(&out, 1 << 20);
}

static void teardown(void)
{
    buf_done(&out);
}

TestSuite(report_unit, .init = setup, .fini = teardown);

#define IS(text)   cr_expect_str_eq(out.bytes, text)
#define HAS(text)  cr_expect(strstr(out.bytes, text), "no \"%s\" in:\n%s", text, out.bytes)
#define LACKS(txt) cr_expect_null(strstr(out.bytes, txt), "\"%s\" in:\n%s", txt, out.bytes)

Test(report_unit, text_is_escaped_where_it_enters)
{
    markup(&out, "<b title=\"$\">$</b>", "a\"b'c", "<i>&amp;</i> 日本");
    IS("<b title=\"a&#34;b&#39;c\">&#60;i&#62;&#38;amp;&#60;/i&#62; 日本</b>");
}

Test(report_unit, units_are_small)
{
    markup_value(&out, "7m 12s");
    IS("7<small>m </small>12<small>s</small>");
    buf_clear(&out);
    markup_value(&out, "97.9–98.1 %");
    IS("97.9–98.1<small> %</small>");
    buf_clear(&out);
    markup_value(&out, "–");
    IS("–");
}

/* ---- words ---- */

Test(report_unit, values_are_written_in_their_unit)
{
    static const struct {
        const char *unit, *text;
        double value;
    } cases[] = {
        { "seconds", "7m 12s", 432. },    { "seconds", "5m", 300. },
        { "seconds", "2d 16h", 230400. }, { "share", "93.8 %", 0.938 },
        { "count", "1,204", 1204. },      { "number", "4.20", 4.2 },
        { "seconds", "–", NAN },
    };
    char text[REPORT_TEXT];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_str_eq(report_value(text, cases[i].unit, cases[i].value), cases[i].text, "%s",
                         text);
}

Test(report_unit, a_key_number_says_its_trend_and_whether_it_is_worse)
{
    json_t *kpi = json_pack("{s:f, s:f, s:s, s:s, s:f}", "value", 0.95, "previous", 0.97, "unit",
                            "share", "target_is", "at least", "target", 0.98);
    char text[REPORT_TEXT];

    cr_expect_str_eq(report_trend(text, kpi), "▼ 2.0 pts");
    cr_expect_str_eq(report_goal(text, kpi), "≥ 98 %");
    cr_expect(report_is_worse(kpi));
    json_object_set_new(kpi, "previous", json_real(0.9502));
    cr_expect_str_eq(report_trend(text, kpi), "=");
    json_object_set_new(kpi, "previous", json_null());
    cr_expect_str_eq(report_trend(text, kpi), "");
    cr_expect_not(report_is_worse(kpi));
    json_decref(kpi);
}

Test(report_unit, that_there_is_nothing_to_compare_with_is_said)
{
    static const struct {
        const char *model, *against;
    } cases[] = {
        { "{\"window_s\": 604800, \"kpis\": [{\"previous\": null}, {\"previous\": 0.5}]}",
          ", against the 7 d before" },
        { "{\"window_s\": 86400, \"totals\": [{\"success_before\": 0.9}]}",
          ", against the 24 h before" },
        { "{\"window_s\": 604800, \"pools\": [{\"p95_before_s\": 60}], \"kpis\": []}",
          ", against the 7 d before" },
        { "{\"window_s\": 604800, \"kpis\": [{\"previous\": null}], \"totals\": "
          "[{\"success_before\": null}], \"pools\": [{\"p95_before_s\": null}]}",
          "; of the 7 d before there is nothing to compare with" },
    };
    char text[REPORT_TEXT];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *model = json_loads(cases[i].model, 0, NULL);

        cr_assert_not_null(model, "%zu", i);
        cr_expect_str_eq(report_against(text, model), cases[i].against, "%zu: %s", i, text);
        json_decref(model);
    }
}

Test(report_unit, that_a_part_of_the_window_is_not_known_is_said)
{
    static const struct {
        const char *runs_from, *said;
    } cases[] = {
        { "null", NULL },
        { "\"2026-11-10T00:00:00Z\"", NULL },
        { "\"2026-11-18T00:00:00Z\"", NULL }, /* nights are quiet */
        { "\"2026-11-21T08:30:00Z\"",
          "Runs and jobs are known since 21 Nov 08:30 only, not of all 7 d" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[300];
        json_t *model, *summary;

        snprintf(text, sizeof(text),
                 "{\"from\": \"2026-11-17T14:32:07Z\", \"window_s\": 604800, \"runs_from\": %s}",
                 cases[i].runs_from);
        model = json_loads(text, 0, NULL);
        cr_assert_not_null(model, "%s", text);
        summary = report_summary(model);
        cr_expect_eq(json_array_size(summary), cases[i].said ? 1 : 0, "%zu", i);
        if (cases[i].said)
            cr_expect_str_eq(report_text(json_array_get(summary, 0), "text"), cases[i].said);
        json_decref(summary);
        json_decref(model);
    }
}

/* ---- charts ---- */

static double now[3] = { 100., NAN, 400. }, before[3] = { 50., 60., NAN };

Test(report_unit, only_what_is_past_the_goal_is_loud)
{
    struct report_chart chart = { .id = 7,
                                  .title = "a <b>",
                                  .course = "c & d",
                                  .now = now,
                                  .before = before,
                                  .count = 3,
                                  .goal = 200.,
                                  .bad = 300. };
    double top;

    report_chart(&out, &chart);
    HAS("aria-labelledby=\"t7 d7\"><title id=\"t7\">a &#60;b&#62;</title><desc id=\"d7\">c &#38; "
        "d");
    /* Of 400 the part up to 200 is quiet, and what is above it is bad; no value is no bar. */
    HAS("<path class=\"quiet\" d=\"M0 0M1.5 76.42h7V100h-7zM21.5 52.83h7V100h-7z\"/>");
    HAS("<path class=\"warn\" d=\"M0 0\"/>");
    HAS("<path class=\"bad\" d=\"M0 0M21.5 5.66h7V52.83h-7z\"/>");
    HAS("<path class=\"ghost\" d=\"M0 0M5 88.21L15 85.85\"/>");
    cr_expect_float_eq(report_chart_goal(&chart, &top), 0.5283, 1e-4);
    cr_expect_float_eq(top, 424., 1e-9);
}

Test(report_unit, what_lacks_to_a_floor_is_loud)
{
    double rate[2] = { 0.99, 0.90 }, none[2] = { NAN, NAN };

    report_chart(&out, &(struct report_chart){ .title = "",
                                               .course = "",
                                               .now = rate,
                                               .before = none,
                                               .count = 2,
                                               .goal = 0.98,
                                               .bad = 0.97,
                                               .floor = true,
                                               .share = true });
    LACKS("class=\"warn\" d=\"M0 0M");
    HAS("<path class=\"bad\" d=\"M0 0M11.5 ");
    HAS("<path class=\"ghost\" d=\"M0 0\"/>");
}

/* ---- Markdown ---- */

Test(report_unit, a_name_is_no_markdown)
{
    json_t *model = json_pack("{s:s, s:s, s:s, s:i, s:[{s:s, s:s}], s:[{s:s, s:s, s:s, s:i, s:i}]}",
                              "title", "a *b* @c", "generated_at", "2026-11-24T14:32:07Z", "from",
                              "2026-11-17T14:32:07Z", "window_s", 604800, "summary", "state", "bad",
                              "text", "#1 [x](http://y) <i>", "failures", "category", "a`b|c``",
                              "cause", "code", "evidence", "", "n", 3, "projects", 1);

    report_md(&out, model);
    HAS("# a \\*b\\* \\@\xE2\x81\xA0"
        "c\n");
    HAS("- ✗ \\#\xE2\x81\xA0"
        "1 \\[x\\]\\(http\\://y\\) \\<i\\>\n");
    HAS("| ``` a`b\\|c`` ``` | code | 3 | 1 | – |\n");
    HAS("## Tickets\n\n–\n");
    json_decref(model);
}

/* A source answered, and then nothing for so long. */
static json_t *model_of(const char *last_ok, const char *ended)
{
    json_t *model = json_pack("{s:s, s:s, s:s, s:i, s:[{s:s, s:s, s:s?}], s:[{s:s, s:f, s:s?}]}",
                              "title", "acme", "generated_at", "2026-11-29T14:32:07Z", "from",
                              "2026-11-22T14:32:07Z", "window_s", 604800, "sources", "source",
                              "gh_1", "state", "down", "last_ok_at", last_ok, "incidents", "since",
                              "2026-11-24T14:00:00Z", "duration_s", 1800., "ended", ended);

    cr_assert_not_null(model);
    (void)json_object_set_new(model, "summary", report_summary(model));
    return model;
}

Test(report_unit, old_data_is_said_to_be_old)
{
    static const struct {
        const char *last_ok, *said, *state;
    } cases[] = {
        { "2026-11-24T14:30:00Z", " · **data as of 24 Nov 14\\:30**\n",
          "| open at the last answer |" },
        { "2026-11-29T14:30:00Z", "nothing to compare with\n\n", "| goes on |" },
        { NULL, " · no source has answered yet\n", "| goes on |" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *model = model_of(cases[i].last_ok, NULL);

        buf_done(&out);
        buf_init(&out, 1 << 20);
        report_md(&out, model);
        HAS(cases[i].said);
        HAS(cases[i].state);
        HAS("\n## Sources\n\n- `gh_1` down, last answer ");
        json_decref(model);
    }
}

Test(report_unit, incidents_that_go_on_are_counted)
{
    static const struct {
        const char *last_ok, *ended;
        bool two;
        const char *said;
    } cases[] = {
        { "2026-11-29T14:30:00Z", NULL, false, "1 incident of the platform, 30m; it goes on" },
        { "2026-11-29T14:30:00Z", NULL, true,
          "2 incidents of the platform, 1h in all, the longest 30m; 2 go on" },
        { "2026-11-29T14:30:00Z", "2026-11-24T14:30:00Z", false,
          "1 incident of the platform, 30m" },
        { "2026-11-24T14:30:00Z", NULL, false,
          "1 incident of the platform, 30m; it was open at the last answer" },
        { "2026-11-24T14:30:00Z", NULL, true,
          "2 incidents of the platform, 1h in all, the longest 30m; 2 were open at the last "
          "answer" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *model = model_of(cases[i].last_ok, cases[i].ended), *summary;
        json_t *list = json_object_get(model, "incidents");

        if (cases[i].two)
            (void)json_array_append(list, json_array_get(list, 0));
        summary = report_summary(model);
        cr_expect_str_eq(report_text(json_array_get(summary, 0), "text"), cases[i].said);
        json_decref(summary);
        json_decref(model);
    }
}

/* The list has them, too. */
Test(report_unit, only_flaky_jobs_are_said_to_be_flaky)
{
    static const char flaky[] =
        "{\"flaky\": [{\"state\": \"broken\", \"job\": \"lint\", \"lost_min\": 600},"
        " {\"state\": \"flaky\", \"job\": \"e2e\", \"lost_min\": 60},"
        " {\"state\": \"suspect\", \"job\": \"unit\", \"lost_min\": 30}]}";
    json_t *model = json_loads(flaky, 0, NULL), *summary;

    cr_assert_not_null(model);
    summary = report_summary(model);
    cr_assert_eq(json_array_size(summary), 2);
    cr_expect_str_eq(report_text(json_array_get(summary, 0), "text"),
                     "1 flaky job cost 1h in 14 days, e2e alone 1h");
    cr_expect_str_eq(report_text(json_array_get(summary, 1), "text"), "1 job fails every time");
    json_decref(summary);
    json_decref(model);
}

/* ---- what got worse ---- */

static const struct job_row {
    const char *name;
    enum dx_result result;
    int64_t finished_ms, duration_ms; /* duration -1: unknown */
} * jobs;
static size_t job_count;

struct fake_rows {
    size_t next;
};

static bool fake_next(void *self)
{
    return ((struct fake_rows *)self)->next++ < job_count;
}

static const struct job_row *row_of(const void *self)
{
    return &jobs[((const struct fake_rows *)self)->next - 1];
}

static bool fake_has(const void *self, enum dx_field field)
{
    return field != DX_FIELD_DURATION || row_of(self)->duration_ms >= 0;
}

static int64_t fake_integer(const void *self, enum dx_field field)
{
    return field == DX_FIELD_RESULT     ? (int64_t)row_of(self)->result
           : field == DX_FIELD_FINISHED ? row_of(self)->finished_ms
                                        : 0;
}

static double fake_number(const void *self, enum dx_field field)
{
    (void)field;
    return (double)row_of(self)->duration_ms;
}

static const char *fake_text(const void *self, enum dx_field field)
{
    return field == DX_FIELD_NAME      ? row_of(self)->name
           : field == DX_FIELD_PROJECT ? "acme/api"
                                       : "ci";
}

static const struct rows_ops fake_ops = { fake_next,   fake_has,  fake_integer,
                                          fake_number, fake_text, free };

static void *fake_open(void *self, enum dx_query query, const struct dx_filter *filter,
                       int64_t now_ms)
{
    (void)self;
    cr_expect_eq(query, DX_QUERY_JOBS);
    cr_expect_eq(filter->from_ms, now_ms - 14 * DAY_MS);
    return calloc(1, sizeof(struct fake_rows));
}

static int64_t known_ms = 80 * DAY_MS; /* since then */

static json_t *worse_of(const struct job_row *rows, size_t count)
{
    const struct reader reader = { .ops = &fake_ops, .open = fake_open };
    const struct report_reading reading = { &reader, 100 * DAY_MS, 7 * DAY_MS, known_ms };
    json_t *none = json_array(), *worse;

    jobs = rows;
    job_count = count;
    worse = report_worse(&reading, none, none);
    json_decref(none);
    return worse;
}

Test(report_unit, a_job_got_slower_where_its_ranks_say_so)
{
    struct job_row rows[80];
    json_t *worse, *first;

    for (int i = 0; i < 80; i++)
        rows[i] = (struct job_row){ .name = i % 2 ? "steady" : "slower",
                                    .result = DX_RESULT_SUCCESS,
                                    .finished_ms = (i < 40 ? 88 : 97) * DAY_MS + i,
                                    .duration_ms = 60000 + 100 * (i % 7) +
                                                   (i >= 40 && i % 2 == 0 ? 30000 : 0) };
    rows[0].duration_ms = -1;              /* is not known */
    rows[2].result = DX_RESULT_FAILURE;    /* says nothing of how long it takes */
    rows[40].result = DX_RESULT_CANCELLED; /* likewise */
    worse = worse_of(rows, 80);
    cr_assert_eq(json_array_size(worse), 1);
    first = json_array_get(worse, 0);
    cr_expect_str_eq(report_text(first, "what"), "job_duration");
    cr_expect_str_eq(report_text(first, "job"), "slower");
    cr_expect_eq(report_count(first, "n"), 19);
    cr_expect_eq(report_count(first, "n_before"), 18);
    cr_expect_float_eq(report_number(first, "value") - report_number(first, "before"), 30., 0.3);
    json_decref(worse);
}

/* Of the same window the page says that there is nothing to compare with. */
Test(report_unit, jobs_are_not_compared_with_a_window_that_is_not_known)
{
    static const struct {
        int day;
        size_t worse;
    } cases[] = { { 80, 1 }, { 86, 1 }, { 91, 0 }, { 0, 0 } };
    struct job_row rows[40];

    for (int i = 0; i < 40; i++)
        rows[i] = (struct job_row){ .name = "j",
                                    .result = DX_RESULT_SUCCESS,
                                    .finished_ms = (i < 20 ? 92 : 97) * DAY_MS + i,
                                    .duration_ms = i < 20 ? 60000 : 90000 };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *worse;

        known_ms = cases[i].day * DAY_MS;
        worse = worse_of(rows, 40);
        cr_expect_eq(json_array_size(worse), cases[i].worse, "since day %d", cases[i].day);
        json_decref(worse);
    }
}

Test(report_unit, one_job_that_hung_is_nothing_worse)
{
    struct job_row rows[40];
    json_t *worse;

    for (int i = 0; i < 40; i++)
        rows[i] = (struct job_row){ .name = "j",
                                    .result = DX_RESULT_SUCCESS,
                                    .finished_ms = (i < 20 ? 88 : 97) * DAY_MS + i,
                                    .duration_ms = i == 30 ? 7200000 : 60000 + 100 * (i % 7) };
    worse = worse_of(rows, 40);
    cr_expect_eq(json_array_size(worse), 0);
    json_decref(worse);
}

/* Who prints a part of them says so; and how many they are is a number of the report. */
Test(report_unit, all_that_got_worse_is_there)
{
    enum { JOBS = 130, EACH = 20 };
    static struct job_row rows[JOBS * EACH];
    static char names[JOBS][16];
    json_t *worse;

    for (int i = 0; i < JOBS * EACH; i++) {
        const int nth = i / EACH, run = i % EACH;

        snprintf(names[nth], sizeof(names[nth]), "job %d", nth);
        rows[i] =
            (struct job_row){ .name = names[nth],
                              .result = DX_RESULT_SUCCESS,
                              .finished_ms = (run < EACH / 2 ? 88 : 97) * DAY_MS + i,
                              .duration_ms = (run < EACH / 2 ? 60000 : 90000) + 100 * (run % 7) };
    }
    worse = worse_of(rows, JOBS * EACH);
    cr_expect_eq(json_array_size(worse), JOBS);
    json_decref(worse);
}
