#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "source/plan.h"
#include "source/repair.h"
#include "source/source.h"

/* What the option tables fill; as in the sources themselves. */
struct query {
    const char *name, *query;
    bool instant;
    int64_t step_ms, history_ms;
    int unit;
};
static struct query queries[] = { { .name = "q", .query = "up", .step_ms = 60000 } };
static struct {
    struct dx_items queries;
    bool alerts, rules;
} prometheus = { { queries, 1 }, true, true };
static const struct {
    struct dx_items filter;
    const char *receiver;
} alertmanager = { { NULL, 0 }, "" };

static struct batch batch;
static struct plan plan;
static struct dx_error err;
static int64_t newest, oldest;

static int64_t cursor(void *self, const char *name)
{
    (void)self;
    return name[0] == 'n' ? newest : oldest;
}

static const struct cursors cursors = { .get = cursor };

static char *fixture(const char *name, size_t *len)
{
    char path[512];
    char *text = calloc(1, 1 << 20);

    snprintf(path, sizeof(path), "%s/tests/fixtures/%s", getenv("DX_SRC"), name);
    FILE *file = fopen(path, "r");
    cr_assert(file && text, "%s", path);
    *len = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return text;
}

enum { RANGE, INSTANT, ALERTS, RULES, BUILD };

static bool decode(const struct source *source, const void *config, unsigned step, const char *name)
{
    size_t len;
    char *body = fixture(name, &len);
    struct reply reply = { .step = step,
                           .detail_text = "1795500000000 1795516380000",
                           .status = 200,
                           .content_type = "application/json",
                           .now_ms = 1795516399000,
                           .body = body,
                           .len = len,
                           .next = "" };
    bool ok;

    batch_done(&batch);
    plan_done(&plan);
    err = (struct dx_error){ 0 };
    plan = (struct plan){
        .now_ms = reply.now_ms, .every_ms = 15000, .history_ms = 3600000, .cursors = &cursors
    };
    ok = source_decode(source, config, &reply, &plan, &batch, &err);
    free(body);
    return ok;
}

static bool of_prometheus(unsigned step, const char *name)
{
    return decode(&source_prometheus, &prometheus, step, name);
}

Test(prometheus, asks_for_aligned_ranges_and_escapes_the_query)
{
    queries[0].query = "sum by (pool) (a{b=\"c&d\"})";
    plan = (struct plan){
        .now_ms = 1795516399000, .every_ms = 15000, .history_ms = 3600000, .cursors = &cursors
    };
    source_prometheus.begin(&prometheus, &cursors, &plan);
    cr_assert_eq(plan.count, 3);
    struct plan_request *r = plan_take(&plan);
    cr_expect_str_eq(
        r->path, "/api/v1/query_range?query=sum%20by%20%28pool%29%20%28a%7Bb%3D%22c%26d%22%7D%29"
                 "&start=1795512780&end=1795516380&step=60");
    cr_expect_str_eq(plan_take(&plan)->path, "/api/v1/alerts");
    cr_expect_str_eq(plan_take(&plan)->path, "/api/v1/rules?type=alert");
    cr_expect_null(plan_take(&plan));
}

Test(prometheus, goes_on_a_little_before_where_it_ended)
{
    newest = 1795516320000;
    plan = (struct plan){
        .now_ms = 1795516399000, .every_ms = 15000, .history_ms = 3600000, .cursors = &cursors
    };
    source_prometheus.begin(&prometheus, &cursors, &plan);
    cr_expect(strstr(plan_take(&plan)->path, "start=1795516260&end=1795516380"));
}

Test(prometheus, a_long_query_goes_as_a_form)
{
    char long_query[2000];

    memset(long_query, 'x', sizeof(long_query) - 1);
    long_query[sizeof(long_query) - 1] = '\0';
    queries[0].query = long_query;
    plan = (struct plan){
        .now_ms = 1795516399000, .every_ms = 15000, .history_ms = 3600000, .cursors = &cursors
    };
    source_prometheus.begin(&prometheus, &cursors, &plan);
    struct plan_request *r = plan_take(&plan);
    cr_expect_str_eq(r->path, "/api/v1/query_range");
    cr_expect(strncmp(r->form, "query=xxx", 9) == 0);
}

Test(prometheus, decodes_a_recorded_range)
{
    cr_assert(of_prometheus(RANGE, "prometheus/range.json"), "%s", err.text);
    cr_expect_eq(batch.series_count, 3);
    cr_expect_gt(batch.sample_count, 10);
    cr_expect_eq(batch.samples[0].at_ms % 15000, 0);
    cr_expect_str_eq(batch.series[0].labels, "{instance=\"127.0.0.1:9090\", job=\"prometheus\"}",
                     "%s", batch.series[0].labels);
    cr_expect_geq(batch.cursor_count, 2);
}

Test(prometheus, fills_back_chunk_by_chunk_newest_first)
{
    size_t len;
    char *body = fixture("prometheus/range.json", &len);
    struct reply reply = { .step = RANGE,
                           .detail_text = "1795516080000 1795516380000",
                           .status = 200,
                           .content_type = "",
                           .now_ms = 1795516399000,
                           .body = body,
                           .len = len,
                           .next = "" };

    plan = (struct plan){
        .now_ms = reply.now_ms, .every_ms = 15000, .history_ms = 3600000, .cursors = &cursors
    };
    cr_assert(source_decode(&source_prometheus, &prometheus, &reply, &plan, &batch, &err));
    struct plan_request *r = plan_take(&plan);
    cr_assert(r);
    cr_expect(strstr(r->path, "start=1795512780&end=1795516080"), "%s", r->path);
    cr_expect_eq(batch.done, 5);
    cr_expect_eq(batch.total, 60);
    free(body);
}

Test(prometheus, decodes_every_type_of_result)
{
    cr_assert(of_prometheus(INSTANT, "prometheus/instant.json"));
    cr_expect_eq(batch.sample_count, 3);
    cr_assert(of_prometheus(INSTANT, "prometheus/scalar.json"));
    cr_expect_float_eq(batch.samples[0].value, 1., 1e-9);
    cr_assert(of_prometheus(INSTANT, "prometheus/string.json"));
    cr_expect_str_eq(batch.series[0].text, "hello");
    cr_assert(of_prometheus(INSTANT, "prometheus/nan.json"));
    cr_expect(isnan(batch.samples[0].value));
    cr_assert(of_prometheus(INSTANT, "prometheus/infinity.json"));
    cr_expect(isinf(batch.samples[0].value));
}

Test(prometheus, decodes_recorded_alerts_rules_and_version)
{
    cr_assert(of_prometheus(ALERTS, "prometheus/alerts_firing.json"));
    cr_assert_eq(batch.alert_count, 1);
    cr_expect_str_eq(batch.alerts[0].name, "TargetDown");
    cr_expect_eq(batch.alerts[0].severity, DX_SEVERITY_CRITICAL);
    cr_expect_eq(batch.alerts[0].state, DX_ALERT_FIRING);
    cr_expect_str_eq(batch.alerts[0].summary, "target gone is down");
    cr_expect_eq(batch.alerts[0].since_ms, 1795514107632);
    cr_expect(batch.alerts_whole);
    cr_assert(of_prometheus(RULES, "prometheus/rules.json"));
    cr_expect_eq(batch.note_count, 0);
    cr_assert(of_prometheus(BUILD, "prometheus/buildinfo.json"));
    cr_expect_str_eq(batch.version, "2.42.0+ds");
}

Test(prometheus, a_native_histogram_and_a_warning_are_said_and_lose_nothing)
{
    cr_assert(of_prometheus(INSTANT, "prometheus/native_histogram_and_warning.json"));
    cr_expect_eq(batch.note_count, 2);
    cr_expect(strstr(batch.notes[0].text, "partial data"));
    cr_expect(strstr(batch.notes[1].text, "histogram"));
}

Test(prometheus, one_bad_byte_does_not_lose_the_reply)
{
    cr_assert(of_prometheus(INSTANT, "prometheus/one_bad_byte.json"), "%s", err.text);
    cr_expect_eq(batch.repaired, 3);
    cr_expect_eq(batch.sample_count, 1);
}

static const struct {
    const char *fixture, *words;
} wrong[] = {
    { "prometheus/html_from_a_proxy.html",
      "answered with a web page \"503 Service Unavailable\" (a proxy, a login?)" },
    { "prometheus/truncated.json", "the answer was cut short after 119 bytes" },
    { "alertmanager/active.json",
      "this is not the API of a Prometheus (no \"status\": \"success\")" },
};

Test(prometheus, says_what_is_wrong_with_a_reply)
{
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_not(of_prometheus(INSTANT, wrong[i].fixture));
        cr_expect_eq(err.fault, DX_FAULT_REPLY);
        cr_expect_str_eq(err.text, wrong[i].words, "%s", err.text);
    }
}

static void refuse(const char *name, int status)
{
    size_t len;
    char *body = fixture(name, &len);
    struct reply reply = { .step = INSTANT,
                           .detail_text = "",
                           .status = status,
                           .content_type = "",
                           .body = body,
                           .len = len,
                           .next = "" };

    dx_fail(&err, DX_FAULT_REPLY, "answered %d", status);
    source_refused(&source_prometheus, &prometheus, &reply, &err);
    free(body);
}

Test(prometheus, tells_a_wrong_query_from_one_that_cannot_be_answered)
{
    refuse("prometheus/bad_query_400.json", 400);
    cr_expect_eq(err.fault, DX_FAULT_CONFIG);
    cr_expect(strncmp(err.text, "query \"q\" is wrong: ", 20) == 0, "%s", err.text);
    refuse("prometheus/execution_422.json", 422);
    cr_expect_eq(err.fault, DX_FAULT_REPLY);
    cr_expect(strncmp(err.text, "query \"q\" cannot be answered: found duplicate series", 52) == 0,
              "%s", err.text);
    refuse("prometheus/html_from_a_proxy.html", 503);
    cr_expect_str_eq(err.text, "answered 503");
}

Test(alertmanager, decodes_a_recorded_list)
{
    cr_assert(decode(&source_alertmanager, &alertmanager, 0, "alertmanager/active.json"), "%s",
              err.text);
    cr_assert_eq(batch.alert_count, 1);
    cr_expect_str_eq(batch.alerts[0].key, "8b8a90d616c278ae");
    cr_expect_eq(batch.alerts[0].state, DX_ALERT_FIRING);
    cr_expect(strncmp(batch.alerts[0].url, "http://", 7) == 0);
    cr_expect(batch.alerts_whole);
    cr_assert(decode(&source_alertmanager, &alertmanager, 1, "alertmanager/status.json"));
    cr_expect_str_eq(batch.version, "0.25.0");
}

Test(alertmanager, silenced_and_inhibited_are_told_apart_and_links_are_web_links)
{
    cr_assert(decode(&source_alertmanager, &alertmanager, 0, "alertmanager/suppressed.json"));
    cr_assert_eq(batch.alert_count, 2);
    cr_expect_eq(batch.alerts[0].state, DX_ALERT_SILENCED);
    cr_expect_str_eq(batch.alerts[0].muted_by, "5f2c");
    cr_expect_str_eq(batch.alerts[0].url, "");
    cr_expect_str_eq(batch.alerts[0].summary, "muted");
    cr_expect_eq(batch.alerts[1].state, DX_ALERT_INHIBITED);
    cr_expect_eq(batch.alerts[1].severity, DX_SEVERITY_CRITICAL);
}

Test(alertmanager, filters_and_receiver_are_escaped)
{
    static const char *matchers[] = { "team=\"ci\"" };
    struct {
        struct dx_items filter;
        const char *receiver;
    } config = { { matchers, 1 }, "a b" };

    plan = (struct plan){ .cursors = &cursors };
    source_alertmanager.begin(&config, &cursors, &plan);
    cr_expect_str_eq(plan_take(&plan)->path,
                     "/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true"
                     "&filter=team%3D%22ci%22&receiver=a%20b");
}

static const struct {
    const char *in, *out; /* NULL: fine as it is */
} repairs[] = {
    { "{\"a\":\"b\"}", NULL },
    { "\"\\uD83D\\uDE00\"", NULL },
    { "\"\\\\uD83D\"", NULL },
    { "\"\\uD83D\"", "\"\xEF\xBF\xBD\"" },
    { "\"\\uDE00x\"", "\"\xEF\xBF\xBDx\"" },
    { "\"\xff\"", "\"\xEF\xBF\xBD\"" },
    { "\xEF\xBB\xBF{}", "{}" },
    { "\"a\xC3\"", "\"a\xEF\xBF\xBD\"" },
};

Test(repair, mends_only_what_has_to_be_mended)
{
    for (size_t i = 0; i < sizeof(repairs) / sizeof(repairs[0]); i++) {
        struct buf out;

        buf_init(&out, 1000);
        size_t n = repair(&out, repairs[i].in, strlen(repairs[i].in));
        cr_expect_eq(n > 0, repairs[i].out != NULL, "%s", repairs[i].in);
        if (repairs[i].out)
            cr_expect_str_eq(out.bytes, repairs[i].out);
        buf_done(&out);
    }
}
