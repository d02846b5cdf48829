/* What the real program answers over real sockets, and its faults. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim_talk.h"

static const char NOW[] = "2026-11-24T14:32:07Z";

/* ---- the program ---- */

static void begin(void)
{
    sim = sim_start("--now", NOW);
}

static void end(void)
{
    talk_end();
    program_end(&sim.program, 0);
}

TestSuite(sim, .init = begin, .fini = end, .timeout = 30);

static const struct {
    const char *method, *path;
    int status;
    const char *type, *words;
} answers[] = {
    { "GET", "/-/ready", 200, "text/plain; charset=utf-8", "Prometheus Server is Ready.\n" },
    { "GET", "/api/v1/query?query=1", 200, "application/json",
      "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1795530727,\"1\"]}"
      "}" },
    { "GET", "/api/v1/query?query=1&time=1.5", 200, "application/json", "\"result\":[1.5,\"1\"]" },
    { "GET", "/api/v1/query?query=%22a%22", 200, "application/json", "\"resultType\":\"string\"" },
    { "GET", "/api/v1/query?query=1/0", 200, "application/json", "\"+Inf\"" },
    { "GET", "/api/v1/query?query=vector(0)/0", 200, "application/json", "\"NaN\"" },
    { "GET", "/api/v1/query?query=up%5B1m%5D", 200, "application/json",
      "\"resultType\":\"matrix\"" },
    { "GET", "/api/v1/query_range?query=1&start=0&end=2&step=1", 200, "application/json",
      "[{\"metric\":{},\"values\":[[0,\"1\"],[1,\"1\"],[2,\"1\"]]}]" },
    { "GET", "/api/v1/query_range?query=up&start=0&end=11000&step=1", 200, "application/json",
      "\"matrix\"" },
    { "GET", "/api/v1/labels", 200, "application/json", "[\"__name__\",\"instance\",\"job\"" },
    { "GET", "/api/v1/label/team/values", 200, "application/json",
      "[\"build\",\"desktop\",\"ml\",\"mobile\",\"release\"]" },
    { "GET", "/api/v1/series?match%5B%5D=up", 200, "application/json",
      "{\"__name__\":\"up\",\"instance\":" },
    { "GET", "/api/v1/metadata?metric=up", 200, "application/json",
      "{\"up\":[{\"type\":\"gauge\"" },
    { "GET", "/api/v1/status/buildinfo", 200, "application/json", "\"version\":\"2.42.0\"" },
    { "GET", "/api/v1/alerts", 200, "application/json", "\"state\":\"firing\"" },
    { "GET", "/api/v1/rules?type=alert", 200, "application/json", "\"state\":\"inactive\"" },
    { "GET", "/api/v2/alerts", 200, "application/json", "\"state\":\"suppressed\"" },
    { "GET", "/api/v2/silences", 200, "application/json", "\"status\":{\"state\":\"expired\"}" },
    { "GET", "/api/v2/status", 200, "application/json", "\"versionInfo\":{" },
    { "GET", "/api/v2/receivers", 200, "application/json", "[{\"name\":\"devex\"}]" },
    /* errors, in the words of Prometheus 2.42 and Alertmanager 0.25 */
    { "GET", "/api/v1/query", 400, "application/json",
      "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter "
      "\\\"query\\\": "
      "1:1: parse error: no expression found in input\"}" },
    { "GET", "/api/v1/query?query=up&time=abc", 400, "application/json",
      "invalid parameter \\\"time\\\": Invalid time value for 'time': cannot parse \\\"abc\\\" to "
      "a "
      "valid timestamp" },
    { "GET", "/api/v1/query?query=-%7B__name__=~%22ci_runner_.*%22%7D", 422, "application/json",
      "\"errorType\":\"execution\"" },
    { "GET", "/api/v1/query?query=up&limit=x", 400, "application/json", "limit must be a number" },
    { "GET", "/api/v1/query_range", 400, "application/json",
      "invalid parameter \\\"start\\\": cannot parse \\\"\\\" to a valid timestamp" },
    { "GET", "/api/v1/query_range?query=up&start=5&end=1&step=1", 400, "application/json",
      "invalid parameter \\\"end\\\": end timestamp must not be before start time" },
    { "GET", "/api/v1/query_range?query=up&start=5&end=10&step=0", 400, "application/json",
      "invalid parameter \\\"step\\\": zero or negative query resolution step widths are not "
      "accepted. Try a positive integer" },
    { "GET", "/api/v1/query_range?query=up&start=5&end=10", 400, "application/json",
      "invalid parameter \\\"step\\\": cannot parse \\\"\\\" to a valid duration" },
    { "GET", "/api/v1/query_range?query=up&start=0&end=11001&step=1", 400, "application/json",
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
      "resolution (?step=XX)" },
    { "GET", "/api/v1/query_range?query=%22a%22&start=0&end=9&step=1", 400, "application/json",
      "invalid expression type \\\"string\\\" for range query, must be Scalar or instant Vector" },
    { "GET", "/api/v1/series", 400, "application/json", "no match[] parameter provided" },
    { "GET", "/api/v1/label/a-b/values", 400, "application/json",
      "invalid label name: \\\"a-b\\\"" },
    { "GET", "/api/v1/rules?type=x", 400, "application/json",
      "invalid parameter \\\"type\\\": not supported value \\\"x\\\"" },
    { "GET", "/api/v1/nope", 404, "text/plain; charset=utf-8", "404 page not found\n" },
    { "GET", "/nope", 404, "text/plain; charset=utf-8", "404 page not found\n" },
    { "DELETE", "/api/v1/query", 405, "text/plain; charset=utf-8", "Method Not Allowed\n" },
    { "GET", "/api/v2/alerts?filter=x", 400, "application/json", "\"bad matcher format: x\"\n" },
    { "GET", "/api/v2/alerts?receiver=(", 400, "application/json",
      "\"failed to parse receiver param: error parsing regexp: missing closing ): `^(?:()$`\"\n" },
    { "GET", "/api/v2/nope", 404, "application/json",
      "{\"code\":404,\"message\":\"path /api/v2/nope was not found\"}" },
    { "DELETE", "/api/v2/status", 405, "application/json",
      "{\"code\":405,\"message\":\"method DELETE is not allowed, but [GET] are\"}" },
    { "GET", "/-/ready?fault=nonsense", 400, "text/plain; charset=utf-8", "unknown fault" },
    { "GET", "/sim/fault", 405, "text/plain; charset=utf-8", "Method Not Allowed" },
    { "GET", "/api/v1/query?query=%FF", 400, "application/json", "unexpected character" },
};

Test(sim, answers_as_the_real_servers_do)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        talk_request(answers[i].method, answers[i].path, "", "");
        cr_expect_eq(got.status, answers[i].status, "%s: %d", answers[i].path, got.status);
        cr_expect_str_eq(talk_header("Content-Type"), answers[i].type, "%s: %s", answers[i].path,
                         talk_header("Content-Type"));
        cr_expect(strstr(got.body, answers[i].words), "%s: %.600s", answers[i].path, got.body);
        cr_expect_str_eq(talk_header("Date"), "Tue, 24 Nov 2026 14:32:07 GMT", "%s: %s",
                         answers[i].path, got.bytes);
    }
}

Test(sim, takes_a_form_too_and_what_it_says_counts_first)
{
    talk_request("POST", "/api/v1/query?query=2", "", "query=1%2B2&time=7");
    cr_expect_eq(got.status, 200);
    cr_expect(strstr(got.body, "[7,\"3\"]"), "%s", got.body);
}

Test(sim, takes_json_where_a_face_does)
{
    static const char content[] = "{\"jql\":\"project = DX\",\"maxResults\":2}";
    char text[400];
    json_t *list;

    snprintf(text, sizeof(text),
             "POST /jira/rest/api/3/search/jql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(content), content);
    talk_receive(talk_send(text), 5000);
    cr_expect_eq(got.status, 200);
    list = talk_json();
    cr_expect_eq(json_array_size(json_object_get(list, "issues")), 2);
    json_decref(list);
}

/* How many alerts an answer lists; -1: it is not a list. */
static int alerts_of(const char *path)
{
    json_t *list;
    int n;

    talk_get(path);
    list = talk_json();
    n = json_is_array(list) ? (int)json_array_size(list) : -1;
    json_decref(list);
    return n;
}

Test(sim, alerts_can_be_filtered)
{
    int all = alerts_of("/api/v2/alerts"), active, silenced, inhibited;

    active = alerts_of("/api/v2/alerts?silenced=false&inhibited=false");
    silenced = alerts_of("/api/v2/alerts?active=false&inhibited=false");
    inhibited = alerts_of("/api/v2/alerts?active=false&silenced=no");
    cr_expect_gt(active, 0);
    cr_expect_geq(silenced, 1);
    cr_expect_geq(inhibited, 1);
    cr_expect_eq(all, active + silenced + inhibited);
    cr_expect_eq(alerts_of("/api/v2/alerts?receiver=nobody"), 0);
    cr_expect_eq(alerts_of("/api/v2/alerts?receiver=dev"), 0, "receivers match whole");
    cr_expect_eq(alerts_of("/api/v2/alerts?receiver=dev.*&active=true&unprocessed=false"), all);
    cr_expect_eq(alerts_of("/api/v2/alerts?filter=alertname=%22NoRunners%22&filter=pool=gpu"), 1);
    cr_expect_eq(alerts_of("/api/v2/alerts?filter=alertname=NoRunners&filter=pool=linux"), 0);
    cr_expect_eq(alerts_of("/api/v2/alerts?filter=severity=~%22crit.*%22") +
                     alerts_of("/api/v2/alerts?filter=severity!~%22crit.*%22"),
                 all);
}

Test(sim, alerts_are_sorted_and_name_the_public_url)
{
    char last[32] = "";
    json_t *list, *alert;
    size_t i;

    talk_get("/api/v2/alerts");
    list = talk_json();
    json_array_foreach (list, i, alert) {
        const char *print = json_string_value(json_object_get(alert, "fingerprint"));

        cr_expect_lt(strcmp(last, print), 0);
        snprintf(last, sizeof(last), "%s", print);
        cr_expect(strncmp(json_string_value(json_object_get(alert, "generatorURL")),
                          "https://sim.example/graph?g0.expr=ci_", 37) == 0);
        cr_expect_gt(strcmp(json_string_value(json_object_get(alert, "endsAt")), NOW), 0,
                     "the end lies ahead while it fires");
        cr_expect_lt(strcmp(json_string_value(json_object_get(alert, "startsAt")), NOW), 0);
    }
    json_decref(list);
}

Test(sim, what_stays_the_same_is_not_sent_twice)
{
    char line[300];

    talk_get("/api/v1/labels");
    cr_expect_eq(got.status, 200);
    cr_assert(*talk_header("ETag"));
    snprintf(line, sizeof(line), "If-None-Match: %s\r\n", talk_header("ETag"));
    talk_request("GET", "/api/v1/labels", line, "");
    cr_expect_eq(got.status, 304);
    cr_expect_eq(got.body_len, 0);
    cr_expect(*talk_header("ETag"));
    talk_request("GET", "/api/v1/labels", "If-None-Match: \"other\"\r\n", "");
    cr_expect_eq(got.status, 200);
    talk_get("/api/v1/query?query=up");
    cr_expect_str_eq(talk_header("ETag"), "", "the real one gives none");
}

/* ---- faults ---- */

static void fault(const char *what)
{
    char path[256];

    snprintf(path, sizeof(path), "/-/ready?fault=%s", what);
    talk_get(path);
}

static const char READY[] = "Prometheus Server is Ready.\n";

Test(sim, faults_change_the_answer)
{
    fault("status:502");
    cr_expect_eq(got.status, 502);
    cr_expect_str_eq(talk_header("Content-Type"), "text/html");
    cr_expect(strstr(got.body, "<h1>502 Bad Gateway</h1>"));
    fault("html");
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(talk_header("Content-Type"), "text/html");
    fault("type");
    cr_expect_str_eq(talk_header("Content-Type"), "text/html");
    cr_expect_str_eq(got.body, READY);
    fault("type:application/xml");
    cr_expect_str_eq(talk_header("Content-Type"), "application/xml");
    fault("limit:30");
    cr_expect_eq(got.status, 429);
    cr_expect_str_eq(talk_header("Retry-After"), "30");
    fault("limit-date:30");
    cr_expect_eq(got.status, 429);
    cr_expect_str_eq(talk_header("Retry-After"), "Tue, 24 Nov 2026 14:32:37 GMT");
    fault("secondary");
    cr_expect_eq(got.status, 403);
    cr_expect_str_eq(talk_header("Retry-After"), "60");
    cr_expect(strstr(got.body, "secondary rate limit"));
    fault("secondary:0");
    cr_expect_str_eq(talk_header("Retry-After"), "", "sometimes it does not say");
    fault("redirect:8080");
    cr_expect_eq(got.status, 302);
    cr_expect_str_eq(talk_header("Location"), "http://127.0.0.1:8080/-/ready");
    fault("redirect:https://other.example/");
    cr_expect_str_eq(talk_header("Location"), "https://other.example/");
    fault("big:100000");
    cr_expect_eq(got.body_len, 100000 + strlen(READY));
    fault("bad-utf8");
    cr_expect(strchr(got.body, '\xFF') && !strchr(got.body, 'e'));
    talk_get("/api/v1/query?query=up&fault=bad-json");
    cr_expect_eq(got.status, 200);
    cr_expect_null(json_loadb(got.body, got.body_len, 0, NULL));
}

Test(sim, faults_break_the_connection)
{
    fault("reset");
    cr_expect_eq(got.len, 0);
    cr_expect_eq(got.error, 0);
    fault("rst");
    cr_expect_eq(got.len, 0);
    cr_expect_eq(got.error, ECONNRESET);
    fault("truncate:5");
    cr_expect_eq(got.status, 200);
    cr_expect_eq(got.body_len, 5);
    cr_expect_str_eq(talk_header("Content-Length"), "28");
}

Test(sim, faults_take_their_time)
{
    fault("latency:300");
    cr_expect_eq(got.status, 200);
    cr_expect(got.took_ms >= 290 && got.took_ms < 3000, "%lld ms", (long long)got.took_ms);
    fault("drip:40"); /* 28 bytes */
    cr_expect_str_eq(got.body, READY);
    cr_expect(got.took_ms >= 650 && got.took_ms < 4000, "%lld ms", (long long)got.took_ms);
}

Test(sim, one_byte_a_second_is_just_that)
{
    int fd = talk_send("GET /-/ready?fault=drip:1 HTTP/1.0\r\n\r\n");

    talk_receive(fd, 1500);
    cr_expect_eq(got.error, EAGAIN);
    cr_expect_eq(got.status, 200);
    cr_expect_leq(got.body_len, 2);
}

Test(sim, who_hangs_holds_up_nobody)
{
    int hung[20];

    for (size_t i = 0; i < 20; i++)
        hung[i] = talk_send("GET /-/ready?fault=hang HTTP/1.1\r\nHost: x\r\n\r\n");
    talk_get("/-/ready");
    cr_expect_eq(got.status, 200);
    for (size_t i = 0; i < 10; i++)
        close(hung[i]);
    for (size_t i = 10; i < 20; i++) {
        talk_receive(hung[i], 5);
        cr_expect_eq(got.error, EAGAIN);
        cr_expect_eq(got.len, 0);
    }
    talk_get("/-/ready");
    cr_expect_eq(got.status, 200, "and who gave up is forgotten");
}

static int64_t counter(const char *name)
{
    json_t *all;
    int64_t n;

    talk_get("/sim/counters");
    all = talk_json();
    n = json_integer_value(json_object_get(all, name));
    json_decref(all);
    return n;
}

Test(sim, faults_can_be_switched_while_it_runs)
{
    int failed = 0;

    talk_request("POST", "/sim/fault?fault=status:500:50%25@/api/v2", "", "");
    cr_expect_eq(got.status, 200);
    for (int i = 0; i < 10; i++) {
        talk_get("/api/v2/status");
        failed += got.status == 500;
    }
    cr_expect_eq(failed, 5);
    talk_get("/-/ready");
    cr_expect_eq(got.status, 200);
    talk_request("POST", "/sim/fault?fault=nonsense", "", "");
    cr_expect_eq(got.status, 400);
    talk_request("POST", "/sim/fault", "", "");
    talk_get("/api/v2/status");
    cr_expect_eq(got.status, 200);
    cr_expect_eq(counter("requests"), 12);
    cr_expect_eq(counter("faulted"), 5);
}
