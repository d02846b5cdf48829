#include "config.h"

#include <math.h>
#include <string.h>

#include "core/buf.h"
#include "source/prometheus.h"
#include "source_kit.h"

static const int64_t NOW = 1795518007000; /* 7 s behind the newest point of the recordings */

static struct query queries[] = { { .name = "q", .query = "up" }, { .name = "r", .query = "r" } };
static struct prometheus config = { { queries, 1 }, true, true };
static struct kit kit;

static bool decode(unsigned step, const char *name)
{
    kit_poll(&kit, NOW);
    return kit_decode_file(&kit, &source_prometheus, &config,
                           (struct reply){ .step = step,
                                           .status = 200,
                                           .detail_text = "1795517700000 1795518000000 0 0" },
                           name);
}

static struct plan_request *begin(void)
{
    source_prometheus.begin(&config, &kit.cursors, &kit.plan);
    return plan_take(&kit.plan);
}

/* ---- asking ---- */

Test(prometheus, asks_for_times_that_are_multiples_of_the_step)
{
    queries[0].query = "sum by (pool) (a{b=\"c&d\"})";
    kit_poll(&kit, NOW);
    cr_expect_str_eq(
        begin()->path,
        "/api/v1/query_range?query=sum%20by%20%28pool%29%20%28a%7Bb%3D%22c%26d%22%7D%29"
        "&start=1795516200&end=1795518000&step=15");
    cr_expect_str_eq(plan_take(&kit.plan)->path, "/api/v1/alerts");
    cr_expect_str_eq(plan_take(&kit.plan)->path, "/api/v1/rules?type=alert");
    cr_expect_null(plan_take(&kit.plan));
    kit_poll(&kit, NOW);
    queries[0].step_ms = 60000;
    cr_expect(strstr(begin()->path, "start=1795514400&end=1795518000&step=60"));
    kit_done(&kit);
}

Test(prometheus, asks_an_instant_query_for_now)
{
    queries[0].instant = true;
    kit_poll(&kit, NOW);
    cr_expect_str_eq(begin()->path, "/api/v1/query?query=up&time=1795518007.000");
    kit_done(&kit);
}

Test(prometheus, a_query_that_is_long_once_escaped_goes_as_a_form)
{
    char text[600];

    memset(text, '"', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    queries[0].query = text;
    for (int instant = 0; instant < 2; instant++) {
        queries[0].instant = instant;
        kit_poll(&kit, NOW);
        struct plan_request *r = begin();

        cr_expect_str_eq(r->path, instant ? "/api/v1/query" : "/api/v1/query_range");
        cr_expect(strncmp(r->form, "query=%22%22", 12) == 0);
        cr_expect(strstr(r->form, instant ? "&time=1795518007.000" : "&start=1795516200&end="));
    }
    kit_done(&kit);
}

Test(prometheus, only_what_a_poll_can_do_without_is_optional)
{
    kit_poll(&kit, NOW);
    for (struct plan_request *r = begin(); r; r = plan_take(&kit.plan))
        cr_expect(r->flags & PLAN_OPTIONAL, "%s", r->path);
    config.queries.count = 0;
    cr_expect_not(begin()->flags & PLAN_OPTIONAL);
    kit_done(&kit);
}

Test(prometheus, asks_for_the_rules_every_five_minutes)
{
    cr_assert(decode(STEP_RULES, "prometheus/victoria_rules.json"));
    kit_commit(&kit);
    for (int minute = 0; minute < 6; minute++) {
        bool asked = false;

        kit_poll(&kit, NOW + minute * 60000);
        for (struct plan_request *r = begin(); r; r = plan_take(&kit.plan))
            asked = asked || r->step == STEP_RULES;
        cr_expect_eq(asked, minute >= 5);
    }
    kit_done(&kit);
}

Test(prometheus, a_step_is_whole_seconds)
{
    struct dx_error err = { 0 };

    cr_expect(source_prometheus.check(&config, &err));
    queries[0].step_ms = 1500;
    cr_expect_not(source_prometheus.check(&config, &err));
    cr_expect_str_eq(err.text, "query \"q\": a step is a number of whole seconds");
}

/* A series is of a source, of the query's name and of its labels: of one name they would mix. */
Test(prometheus, queries_have_names_of_their_own)
{
    static struct query shorthand[] = { { .name = "", .query = "up" },
                                        { .name = "", .query = "sum(rate(x[5m]))" } };
    static struct query twice[] = { { .name = "a", .query = "up" },
                                    { .name = "b", .query = "up" },
                                    { .name = "a", .query = "x" } };
    const struct prometheus list = { { shorthand, 2 }, true, true };
    const struct prometheus mapping = { { twice, 3 }, true, true };
    struct dx_error err = { 0 };

    cr_expect_not(source_prometheus.check(&list, &err));
    cr_expect_str_eq(err.text, "query \"up\" has no name; write queries like {NAME: up}");
    cr_expect_not(source_prometheus.check(&mapping, &err));
    cr_expect_str_eq(err.text, "a second query is called \"a\"");
}

/* ---- reading ---- */

Test(prometheus, decodes_a_recorded_range)
{
    cr_assert(decode(STEP_RANGE, "prometheus/range.json"), "%s", kit.err.text);
    cr_expect_eq(kit.batch.series_count, 4);
    cr_expect_eq(kit.batch.samples[0].at_ms, 1795517925000);
    cr_expect_str_eq(kit.batch.series[0].labels,
                     "{host=\"a\", instance=\"127.0.0.1:9090\", job=\"prometheus\"}");
    cr_expect_str_eq(kit.batch.series[0].query, "q");
    cr_assert(decode(STEP_RANGE, "prometheus/victoria_range.json"), "%s", kit.err.text);
    cr_expect_eq(kit.batch.series_count, 2);
    for (size_t i = 0; i < kit.batch.sample_count; i++)
        cr_expect_eq(kit.batch.samples[i].at_ms % 15000, 0);
    kit_done(&kit);
}

Test(prometheus, a_gap_stays_a_gap)
{
    cr_assert(decode(STEP_RANGE, "prometheus/range_with_gaps.json"));
    cr_expect_eq(kit.batch.sample_count, 9);
    cr_expect_eq(kit.batch.samples[4].at_ms - kit.batch.samples[3].at_ms, 75000);
    kit_done(&kit);
}

static const struct {
    const char *name;
    size_t series, samples;
    double first;
    const char *labels;
} results[] = {
    { "prometheus/instant.json", 4, 4, 1,
      "{host=\"a\", instance=\"127.0.0.1:9090\", job=\"prometheus\"}" },
    { "prometheus/instant_of_a_matrix.json", 4, 120, 1,
      "{host=\"a\", instance=\"127.0.0.1:9090\", job=\"prometheus\"}" },
    { "prometheus/scalar.json", 1, 1, 1, "{}" },
    { "prometheus/string.json", 1, 1, NAN, "{}" },
    { "prometheus/infinity.json", 1, 1, INFINITY, "{}" },
    { "prometheus/minus_infinity.json", 1, 1, -INFINITY, "{}" },
    { "prometheus/nan_and_odd_label.json", 1, 1, NAN,
      "{job=\"ci\", text=\"a \\\"quoted\\\" back\\\\slash, tab here\"}" },
    { "prometheus/one_bad_byte.json", 1, 1, 1,
      "{pool=\"a\xEF\xBF\xBD\xEF\xBF\xBD"
      "b\"}" },
    { "prometheus/error_with_data.json", 1, 1, 3, "{pool=\"linux\"}" },
    { "prometheus/victoria_partial.json", 1, 1, 3, "{pool=\"linux\"}" },
};

Test(prometheus, decodes_every_type_of_result)
{
    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        cr_assert(decode(STEP_INSTANT, results[i].name), "%s: %s", results[i].name, kit.err.text);
        cr_assert_eq(kit.batch.series_count, results[i].series, "%s", results[i].name);
        cr_assert_eq(kit.batch.sample_count, results[i].samples, "%s: %zu", results[i].name,
                     kit.batch.sample_count);
        double value = kit.batch.samples[0].value;

        cr_expect(isnan(results[i].first) ? isnan(value) : value == results[i].first, "%s: %g",
                  results[i].name, value);
        cr_expect_str_eq(kit.batch.series[0].labels, results[i].labels, "%s",
                         kit.batch.series[0].labels);
    }
    cr_assert(decode(STEP_INSTANT, "prometheus/string.json"));
    cr_expect_str_eq(kit.batch.series[0].text, "hello");
    kit_done(&kit);
}

Test(prometheus, keeps_the_name_of_the_metric_only_where_it_differs)
{
    cr_assert(decode(STEP_INSTANT, "prometheus/names_differ.json"));
    cr_expect(strncmp(kit.batch.series[0].labels, "{__name__=\"go_goroutines\", ", 26) == 0, "%s",
              kit.batch.series[0].labels);
    cr_assert(decode(STEP_INSTANT, "prometheus/instant.json"));
    cr_expect_null(strstr(kit.batch.series[0].labels, "__name__"));
    kit_done(&kit);
}

/* Where one of two exporters is gone, what the other one says is still the same series. */
Test(prometheus, keeps_the_name_of_the_metric_once_it_differed)
{
    cr_assert(decode(STEP_INSTANT, "prometheus/names_differ.json"));
    kit_commit(&kit);
    for (int poll = 0; poll < 2; poll++) {
        cr_assert(decode(STEP_INSTANT, "prometheus/instant.json"));
        cr_expect(strstr(kit.batch.series[0].labels, "__name__=\"up\""), "%s",
                  kit.batch.series[0].labels);
        cr_expect_eq(kit.batch.cursor_count, 0, "that is known");
        kit_commit(&kit);
    }
    queries[0].query = "up{job=\"node\"}";
    cr_assert(decode(STEP_INSTANT, "prometheus/instant.json"));
    cr_expect_null(strstr(kit.batch.series[0].labels, "__name__"), "another query");
    kit_done(&kit);
}

Test(prometheus, odd_entries_and_native_histograms_lose_nothing_else)
{
    cr_assert(decode(STEP_RANGE, "prometheus/odd_entries_and_a_native_histogram.json"));
    cr_expect_eq(kit.batch.series_count, 2, "h and b");
    cr_assert_eq(kit.batch.sample_count, 3, "those outside of the times asked for are dropped");
    cr_expect(isinf(kit.batch.samples[1].value));
    cr_expect_eq(kit.batch.samples[2].at_ms, 1795517985000);
    cr_expect_eq(kit.batch.unknown, 4, "null, a series without values, values null and {}");
    cr_assert_eq(kit.batch.note_count, 2);
    cr_expect_str_eq(kit.batch.notes[0].text, "query \"q\": partial data");
    cr_expect(strstr(kit.batch.notes[1].text, "native histograms cannot be shown"));
    kit_done(&kit);
}

static const struct {
    const char *name, *note;
} parts[] = {
    { "prometheus/error_with_data.json",
      "query \"q\": only a part of the data: expanding series: storage is gone" },
    { "prometheus/victoria_partial.json",
      "query \"q\": a part of the data is missing (isPartial)" },
};

Test(prometheus, says_that_a_part_is_missing)
{
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        cr_assert(decode(STEP_INSTANT, parts[i].name));
        cr_assert_eq(kit.batch.note_count, 1);
        cr_expect_str_eq(kit.batch.notes[0].text, parts[i].note);
    }
    kit_done(&kit);
}

Test(prometheus, keeps_a_thousand_series_and_says_how_many_there_were)
{
    struct buf body;

    buf_init(&body, 1 << 20);
    buf_text(&body, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[");
    for (int i = 0; i < 1234; i++)
        buf_print(&body, "%s{\"metric\":{\"n\":\"%d\"},\"value\":[1795518000,\"1\"]}", i ? "," : "",
                  i);
    buf_text(&body, "]}}");
    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_prometheus, &config,
                         (struct reply){ .step = STEP_INSTANT, .body = body.bytes }));
    cr_expect_eq(kit.batch.series_count, 1000);
    cr_assert_eq(kit.batch.note_count, 1);
    cr_expect_str_eq(kit.batch.notes[0].text,
                     "query \"q\": 1234 series, only the first 1000 are kept; sum them up");
    buf_done(&body);
    kit_done(&kit);
}

/* ---- alerts, rules, version ---- */

Test(prometheus, decodes_recorded_alerts)
{
    cr_assert(decode(STEP_ALERTS, "prometheus/alerts_firing.json"));
    cr_assert_eq(kit.batch.alert_count, 4);
    const struct alert *a = kit.batch.alerts;

    cr_expect_str_eq(a[0].name, "TargetDown");
    cr_expect_eq(a[0].severity, DX_SEVERITY_CRITICAL);
    cr_expect_eq(a[0].state, DX_ALERT_FIRING);
    cr_expect_str_eq(a[0].summary, "target gone is down");
    cr_expect_eq(a[0].since_ms, 1795517596898);
    cr_expect_eq(a[1].state, DX_ALERT_PENDING);
    cr_expect_str_eq(a[1].summary, "7 jobs wait");
    cr_expect_eq(strlen(a[0].key), 16);
    cr_expect_str_neq(a[0].key, a[2].key);
    cr_expect(kit.batch.alerts_whole);
    kit_done(&kit);
}

static const struct {
    const char *body;
    bool ok;
} lists[] = {
    { "{\"status\":\"success\",\"data\":{\"alerts\":[]}}", true },
    { "{\"status\":\"success\",\"data\":{\"alerts\":null}}", true },
    { "{\"status\":\"success\",\"data\":{}}", false },
    { "{\"status\":\"success\",\"data\":null}", false },
    { "{\"status\":\"success\"}", false },
};

Test(prometheus, alerts_end_only_when_the_list_is_whole)
{
    cr_assert(decode(STEP_ALERTS, "prometheus/alerts_with_a_warning.json"));
    cr_expect_eq(kit.batch.alert_count, 1);
    cr_expect_eq(kit.batch.alerts[0].since_ms, 1795513996900);
    cr_expect_not(kit.batch.alerts_whole);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        kit_poll(&kit, NOW);
        bool ok = kit_decode(&kit, &source_prometheus, &config,
                             (struct reply){ .step = STEP_ALERTS, .body = lists[i].body });

        cr_expect_eq(ok, lists[i].ok, "%s", lists[i].body);
        cr_expect_eq(kit.batch.alerts_whole, lists[i].ok);
    }
    kit_done(&kit);
}

Test(prometheus, what_is_no_alert_ends_none_and_what_nobody_knows_is_counted)
{
    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_prometheus, &config,
                         (struct reply){ .step = STEP_ALERTS,
                                         .body = "{\"status\":\"success\",\"data\":{\"alerts\":[7,"
                                                 "{\"state\":\"melting\",\"labels\":{}}]}}" }));
    cr_expect_eq(kit.batch.alert_count, 1);
    cr_expect_eq(kit.batch.unknown, 2);
    cr_expect_not(kit.batch.alerts_whole);
    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_prometheus, &config,
                         (struct reply){ .step = STEP_INSTANT,
                                         .body = "{\"status\":\"success\",\"data\":{"
                                                 "\"resultType\":\"hologram\",\"result\":[]}}" }));
    cr_expect_eq(kit.batch.unknown, 1);
    cr_assert_eq(kit.batch.note_count, 1);
    cr_expect_str_eq(kit.batch.notes[0].text, "query \"q\": a result of unknown type \"hologram\"");
    kit_done(&kit);
}

Test(prometheus, names_the_rules_that_fail)
{
    cr_assert(decode(STEP_RULES, "prometheus/rules_one_fails.json"));
    cr_assert_eq(kit.batch.note_count, 1);
    cr_expect(strncmp(kit.batch.notes[0].text,
                      "alerting rule CannotBeEvaluated fails: found duplicate series", 61) == 0);
    kit_done(&kit);
}

Test(prometheus, reads_the_version_where_there_is_one)
{
    cr_assert(decode(STEP_BUILD, "prometheus/buildinfo.json"));
    cr_expect_str_eq(kit.batch.version, "2.42.0+ds");
    cr_assert(decode(STEP_BUILD, "prometheus/victoria_buildinfo.json"));
    cr_expect_str_eq(kit.batch.version, "");
    kit_done(&kit);
}

/* ---- errors ---- */

static const struct {
    const char *name, *words;
    enum dx_fault fault;
} wrong[] = {
    { "prometheus/html_from_a_proxy.html",
      "answered with a web page \"503 Service Unavailable\" (a proxy, a login?)", DX_FAULT_REPLY },
    { "prometheus/login_page.html",
      "answered with the login page \"Sign in \xE2\x80\xBA Acme SSO\"; credentials are missing, "
      "or `url` leads to a gateway",
      DX_FAULT_AUTH },
    { "prometheus/truncated.json", "the answer was cut short after 119 bytes", DX_FAULT_REPLY },
    { "prometheus/timeout_503.json", "query \"q\": query timed out in expression evaluation",
      DX_FAULT_REPLY },
    { "prometheus/buildinfo.json", "query \"q\": the answer has no \"resultType\"",
      DX_FAULT_REPLY },
    { "alertmanager/alerts.json",
      "this is not the API of a Prometheus (no \"status\": \"success\")", DX_FAULT_REPLY },
};

Test(prometheus, says_what_is_wrong_with_a_reply)
{
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_not(decode(STEP_INSTANT, wrong[i].name));
        cr_expect_eq(kit.err.fault, wrong[i].fault);
        cr_expect_str_eq(kit.err.text, wrong[i].words, "%s", kit.err.text);
    }
    kit_done(&kit);
}

static const struct {
    const char *name;
    unsigned step;
    int status;
    enum dx_fault fault;
    const char *words; /* how they begin */
} refusals[] = {
    { "prometheus/bad_query_400.json", STEP_INSTANT, 400, DX_FAULT_CONFIG,
      "query \"q\" is wrong: invalid parameter \"query\": 1:7: parse error: unclosed left paren" },
    { "prometheus/too_many_points_400.json", STEP_RANGE, 400, DX_FAULT_CONFIG,
      "query \"q\" is wrong: exceeded maximum resolution of 11,000 points per timeseries." },
    { "prometheus/execution_422.json", STEP_RANGE, 422, DX_FAULT_REPLY,
      "query \"q\" cannot be answered: found duplicate series for the match group" },
    { "prometheus/victoria_bad_query_422.json", STEP_RANGE, 422, DX_FAULT_REPLY,
      "query \"q\" cannot be answered: error when executing query=\"sum(up\"" },
    { "prometheus/timeout_503.json", STEP_RANGE, 503, DX_FAULT_NETWORK,
      "query \"q\" answered 503: query timed out in expression evaluation" },
    { "prometheus/not_ready_503.txt", STEP_ALERTS, 503, DX_FAULT_NETWORK,
      "answered 503: Service Unavailable" },
    { "prometheus/html_from_a_proxy.html", STEP_ALERTS, 503, DX_FAULT_NETWORK,
      "answered 503 with a web page \"503 Service Unavailable\"" },
    { "prometheus/not_ready_503.txt", STEP_ALERTS, 404, DX_FAULT_REPLY,
      "it has no alerts (404); set `alerts: no`, or check `url`" },
    { "prometheus/not_ready_503.txt", STEP_RULES, 404, DX_FAULT_REPLY,
      "it has no alerting rules (404); set `rules: no`" },
    { "prometheus/not_ready_503.txt", STEP_BUILD, 404, DX_FAULT_REPLY,
      "it does not say its version (404)" },
    { "prometheus/bad_query_400.json", STEP_INSTANT, 401, DX_FAULT_AUTH, "answered 401" },
};

Test(prometheus, tells_refusals_apart)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        kit_poll(&kit, NOW);
        kit_refuse(&kit, &source_prometheus, &config,
                   (struct reply){ .step = refusals[i].step, .status = refusals[i].status },
                   refusals[i].name);
        cr_expect_eq(kit.err.fault, refusals[i].fault, "%s", refusals[i].name);
        cr_expect(strncmp(kit.err.text, refusals[i].words, strlen(refusals[i].words)) == 0, "%s",
                  kit.err.text);
        cr_expect_eq(kit.err.retry_after_s, 7, "what net knows of the time is kept");
    }
    kit_done(&kit);
}
