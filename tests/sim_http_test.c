/* The real program over real sockets. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "run.h"

static const char NOW[] = "2026-11-24T14:32:07Z";

static struct sim sim;

/* ---- a tiny client ---- */

static struct reply {
    int status, error; /* of recv(): ECONNRESET, EAGAIN when it took too long */
    char *bytes, *body;
    size_t len, body_len;
    int64_t took_ms;
} got;

static int dial(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)sim.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

static int send_request(const char *text)
{
    int fd = dial();

    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    return fd;
}

static void receive(int fd, int wait_ms)
{
    int64_t start = time_boot_ms(), left_ms;
    size_t cap = 1 << 20;
    ssize_t n = 1;

    free(got.bytes);
    memset(&got, 0, sizeof(got));
    got.bytes = malloc(cap + 1);
    while (n > 0 && (left_ms = start + wait_ms - time_boot_ms()) > 0) {
        struct timeval limit = { .tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000 };

        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        n = recv(fd, got.bytes + got.len, cap - got.len, 0);
        got.len += n > 0 ? (size_t)n : 0;
    }
    got.error = n == 0 ? 0 : n < 0 ? errno : EAGAIN;
    got.took_ms = time_boot_ms() - start;
    got.bytes[got.len] = '\0';
    close(fd);
    got.body = strstr(got.bytes, "\r\n\r\n");
    got.body = got.body ? got.body + 4 : got.bytes + got.len;
    got.body_len = got.len - (size_t)(got.body - got.bytes);
    if (got.len > 12)
        got.status = atoi(got.bytes + 9);
}

/* headers: whole lines with CRLF, or "". */
static void request(const char *method, const char *path, const char *headers, const char *body)
{
    char text[4096];

    snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s", method,
             path, headers);
    if (*body)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                 strlen(body));
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "\r\n%s", body);
    receive(send_request(text), 5000);
}

static void get(const char *path)
{
    request("GET", path, "", "");
}

/* The value of a header of what was got; "" when it has none. */
static const char *header(const char *name)
{
    static char value[256];
    char line[64];
    const char *at;

    snprintf(line, sizeof(line), "\r\n%s: ", name);
    at = strcasestr(got.bytes, line);
    value[0] = '\0';
    if (at && at < got.body)
        sscanf(at + strlen(line), "%255[^\r]", value);
    return value;
}

static json_t *json(void)
{
    json_t *value = json_loadb(got.body, got.body_len, JSON_DECODE_ANY, NULL);

    cr_assert(value, "%s", got.body);
    return value;
}

/* ---- the program ---- */

static void begin(void)
{
    sim = sim_start("--now", NOW);
}

static void end(void)
{
    free(got.bytes);
    got.bytes = NULL;
    program_end(&sim.program, 0);
}

TestSuite(sim, .init = begin, .fini = end, .timeout = 30);
TestSuite(sim_program, .timeout = 30);

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
        request(answers[i].method, answers[i].path, "", "");
        cr_expect_eq(got.status, answers[i].status, "%s: %d", answers[i].path, got.status);
        cr_expect_str_eq(header("Content-Type"), answers[i].type, "%s: %s", answers[i].path,
                         header("Content-Type"));
        cr_expect(strstr(got.body, answers[i].words), "%s: %.600s", answers[i].path, got.body);
        cr_expect_str_eq(header("Date"), "Tue, 24 Nov 2026 14:32:07 GMT", "%s: %s", answers[i].path,
                         got.bytes);
    }
}

Test(sim, takes_a_form_too_and_what_it_says_counts_first)
{
    request("POST", "/api/v1/query?query=2", "", "query=1%2B2&time=7");
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
    receive(send_request(text), 5000);
    cr_expect_eq(got.status, 200);
    list = json();
    cr_expect_eq(json_array_size(json_object_get(list, "issues")), 2);
    json_decref(list);
}

/* How many alerts an answer lists; -1: it is not a list. */
static int alerts_of(const char *path)
{
    json_t *list;
    int n;

    get(path);
    list = json();
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

    get("/api/v2/alerts");
    list = json();
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

    get("/api/v1/labels");
    cr_expect_eq(got.status, 200);
    cr_assert(*header("ETag"));
    snprintf(line, sizeof(line), "If-None-Match: %s\r\n", header("ETag"));
    request("GET", "/api/v1/labels", line, "");
    cr_expect_eq(got.status, 304);
    cr_expect_eq(got.body_len, 0);
    cr_expect(*header("ETag"));
    request("GET", "/api/v1/labels", "If-None-Match: \"other\"\r\n", "");
    cr_expect_eq(got.status, 200);
    get("/api/v1/query?query=up");
    cr_expect_str_eq(header("ETag"), "", "the real one gives none");
}

/* ---- faults ---- */

static void fault(const char *what)
{
    char path[256];

    snprintf(path, sizeof(path), "/-/ready?fault=%s", what);
    get(path);
}

static const char READY[] = "Prometheus Server is Ready.\n";

Test(sim, faults_change_the_answer)
{
    fault("status:502");
    cr_expect_eq(got.status, 502);
    cr_expect_str_eq(header("Content-Type"), "text/html");
    cr_expect(strstr(got.body, "<h1>502 Bad Gateway</h1>"));
    fault("html");
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(header("Content-Type"), "text/html");
    fault("type");
    cr_expect_str_eq(header("Content-Type"), "text/html");
    cr_expect_str_eq(got.body, READY);
    fault("type:application/xml");
    cr_expect_str_eq(header("Content-Type"), "application/xml");
    fault("limit:30");
    cr_expect_eq(got.status, 429);
    cr_expect_str_eq(header("Retry-After"), "30");
    fault("limit-date:30");
    cr_expect_eq(got.status, 429);
    cr_expect_str_eq(header("Retry-After"), "Tue, 24 Nov 2026 14:32:37 GMT");
    fault("secondary");
    cr_expect_eq(got.status, 403);
    cr_expect_str_eq(header("Retry-After"), "60");
    cr_expect(strstr(got.body, "secondary rate limit"));
    fault("secondary:0");
    cr_expect_str_eq(header("Retry-After"), "", "sometimes it does not say");
    fault("redirect:8080");
    cr_expect_eq(got.status, 302);
    cr_expect_str_eq(header("Location"), "http://127.0.0.1:8080/-/ready");
    fault("redirect:https://other.example/");
    cr_expect_str_eq(header("Location"), "https://other.example/");
    fault("big:100000");
    cr_expect_eq(got.body_len, 100000 + strlen(READY));
    fault("bad-utf8");
    cr_expect(strchr(got.body, '\xFF') && !strchr(got.body, 'e'));
    get("/api/v1/query?query=up&fault=bad-json");
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
    cr_expect_str_eq(header("Content-Length"), "28");
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
    int fd = send_request("GET /-/ready?fault=drip:1 HTTP/1.0\r\n\r\n");

    receive(fd, 1500);
    cr_expect_eq(got.error, EAGAIN);
    cr_expect_eq(got.status, 200);
    cr_expect_leq(got.body_len, 2);
}

Test(sim, who_hangs_holds_up_nobody)
{
    int hung[20];

    for (size_t i = 0; i < 20; i++)
        hung[i] = send_request("GET /-/ready?fault=hang HTTP/1.1\r\nHost: x\r\n\r\n");
    get("/-/ready");
    cr_expect_eq(got.status, 200);
    for (size_t i = 0; i < 10; i++)
        close(hung[i]);
    for (size_t i = 10; i < 20; i++) {
        receive(hung[i], 5);
        cr_expect_eq(got.error, EAGAIN);
        cr_expect_eq(got.len, 0);
    }
    get("/-/ready");
    cr_expect_eq(got.status, 200, "and who gave up is forgotten");
}

static int64_t counter(const char *name)
{
    json_t *all;
    int64_t n;

    get("/sim/counters");
    all = json();
    n = json_integer_value(json_object_get(all, name));
    json_decref(all);
    return n;
}

Test(sim, faults_can_be_switched_while_it_runs)
{
    int failed = 0;

    request("POST", "/sim/fault?fault=status:500:50%25@/api/v2", "", "");
    cr_expect_eq(got.status, 200);
    for (int i = 0; i < 10; i++) {
        get("/api/v2/status");
        failed += got.status == 500;
    }
    cr_expect_eq(failed, 5);
    get("/-/ready");
    cr_expect_eq(got.status, 200);
    request("POST", "/sim/fault?fault=nonsense", "", "");
    cr_expect_eq(got.status, 400);
    request("POST", "/sim/fault", "", "");
    get("/api/v2/status");
    cr_expect_eq(got.status, 200);
    cr_expect_eq(counter("requests"), 12);
    cr_expect_eq(counter("faulted"), 5);
}

/* ---- starting and ending ---- */

Test(sim_program, wants_its_token)
{
    char line[512] = "", *token;
    const char *argv[] = { "dxtop-sim", "--until-stdin", "--auth", NULL };
    size_t len = 0;

    sim.program = program_start(argv);
    while (len + 1 < sizeof(line) && !strchr(line, '\n') &&
           read(sim.program.out, line + len, 1) == 1)
        line[++len] = '\0';
    json_t *said = json_loads(line, 0, NULL);
    cr_assert(said, "%s", line);
    sim.port = (int)json_integer_value(json_object_get(said, "port"));
    token = strdup(json_string_value(json_object_get(said, "token")));
    json_decref(said);
    cr_expect_eq(strlen(token), 32);
    get("/-/ready");
    cr_expect_eq(got.status, 401);
    cr_expect_str_eq(header("WWW-Authenticate"), "Bearer");
    request("GET", "/-/ready", "Authorization: Bearer wrong\r\n", "");
    cr_expect_eq(got.status, 401);
    snprintf(line, sizeof(line), "Authorization: Bearer %s\r\n", token);
    request("GET", "/-/ready", line, "");
    cr_expect_eq(got.status, 200);
    snprintf(line, sizeof(line), "PRIVATE-TOKEN: %s\r\n", token);
    request("GET", "/gitlab/api/v4/version", line, "");
    cr_expect_eq(got.status, 200, "GitLab's way");
    snprintf(line, sizeof(line), "User-Agent: x\r\nAuthorization: token %s\r\n", token);
    request("GET", "/api/v3/orgs/acme/repos", line, "");
    cr_expect_eq(got.status, 200, "GitHub's old way");
    request("GET", "/api/v3/orgs/acme/repos", "User-Agent: x\r\n", "");
    cr_expect_eq(got.status, 401);
    cr_expect(strstr(got.body, "Requires authentication"));
    free(token);
    cr_expect_eq(program_end(&sim.program, 0), 0);
}

/* As Jenkins and Azure DevOps have it; anybody's name will do. */
Test(sim_program, takes_the_token_for_a_password)
{
    sim = sim_start("--token", "secret");
    request("GET", "/-/ready", "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n", ""); /* user:secret */
    cr_expect_eq(got.status, 200);
    request("GET", "/-/ready", "Authorization: Basic OnNlY3JldA==\r\n", ""); /* :secret */
    cr_expect_eq(got.status, 200);
    request("GET", "/-/ready", "Authorization: Basic dXNlcjpzZWNyZXg=\r\n", ""); /* user:secrex */
    cr_expect_eq(got.status, 401);
    request("GET", "/-/ready", "Authorization: Basic c2VjcmV0\r\n", ""); /* secret */
    cr_expect_eq(got.status, 401);
    program_end(&sim.program, 0);
}

Test(sim_program, ends_with_stdin_and_by_signal_even_while_somebody_hangs)
{
    for (int number = 0; number <= SIGTERM; number += SIGTERM) {
        sim = sim_start("--fault", "hang");
        int fd = send_request("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n");

        request("GET", "/sim/counters", "", ""); /* it has seen the other */
        int status = program_end(&sim.program, number);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", status);
        close(fd);
    }
}

Test(sim_program, does_nothing_while_there_is_nothing_to_do)
{
    char path[64], line[512] = "";
    long before[2], after[2];

    sim = sim_start("--fault", "hang");
    int fd = send_request("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n");

    request("GET", "/sim/counters", "", "");
    snprintf(path, sizeof(path), "/proc/%d/status", (int)sim.program.pid);
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(path, "r");
        long *n = i == 0 ? before : after;

        cr_assert(file);
        while (fgets(line, sizeof(line), file))
            (void)(sscanf(line, "voluntary_ctxt_switches: %ld", &n[0]) +
                   sscanf(line, "nonvoluntary_ctxt_switches: %ld", &n[1]));
        fclose(file);
        if (i == 0)
            receive(fd, 400);
    }
    cr_expect_leq(after[0] + after[1] - before[0] - before[1], 3);
    program_end(&sim.program, 0);
}

static const char *const wrong[][4] = {
    { "--port", "x" },
    { "--port=70000" },
    { "--seed", "-1" },
    { "--clock", "tomorrow" },
    { "--now", "2026-11-24T14:32:07Z@2" },
    { "--fault", "nope" },
    { "--public-url", "sim.example" },
    { "--token", "a b" },
    { "--auth", "--token", "a" },
    { "--prot" },
    { "--port" },
    { "operand" },
    { "--repos", "0" },
    { "--repos", "many" },
    { "--history", "10s" },
    { "--rate-limit", "-1" },
    { "--gitlab-limit", "many" },
    { "--clock=now", "--now=2026-11-24T14:32:07Z" },
};

Test(sim_program, says_what_is_wrong_with_its_arguments)
{
    int code;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *argv[] = { "dxtop-sim", wrong[i][0], wrong[i][1], wrong[i][2], NULL };

        free(program_run(argv, &code));
        cr_expect_eq(code, 2, "%s: %d", wrong[i][0], code);
    }
}

Test(sim_program, helps)
{
    const char *help[] = { "dxtop-sim", "--help", NULL }, *version[] = { "dxtop-sim", "-V", NULL };
    int code;
    char *text = program_run(help, &code);

    cr_expect_eq(code, 0);
    cr_expect(strstr(text, "--public-url URL") && strstr(text, "limit-date:N"), "%s", text);
    free(text);
    text = program_run(version, &code);
    cr_expect_eq(code, 0);
    cr_expect_str_eq(text, "dxtop-sim " PACKAGE_VERSION "\n");
    free(text);
}

Test(sim_program, a_port_that_is_taken_is_no_port)
{
    char option[32];
    int code;

    sim = sim_start(NULL, NULL);
    snprintf(option, sizeof(option), "--port=%d", sim.port);
    const char *argv[] = { "dxtop-sim", option, NULL };
    free(program_run(argv, &code));
    cr_expect_eq(code, 1);
    program_end(&sim.program, 0);
}

Test(sim_program, a_port_can_be_had_again_at_once)
{
    char option[32];
    int port;

    sim = sim_start(NULL, NULL);
    port = sim.port;
    int fd = send_request("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n"); /* stays open */

    get("/-/ready");
    program_end(&sim.program, SIGKILL);
    snprintf(option, sizeof(option), "--port=%d", port);
    sim = sim_start(option, NULL);
    cr_expect_eq(sim.port, port);
    get("/-/ready");
    cr_expect_eq(got.status, 200);
    close(fd);
    program_end(&sim.program, 0);
}

Test(sim_program, is_the_same_for_the_same_seed_and_time)
{
    char *first = NULL;

    for (int i = 0; i < 2; i++) {
        sim = sim_start("--now", NOW);
        get("/api/v1/query_range?query=ci_jobs_total&start=1795444327&end=1795530727&step=600");
        cr_expect_eq(got.status, 200);
        if (i == 0)
            first = strdup(got.body);
        else
            cr_expect_str_eq(first, got.body);
        program_end(&sim.program, 0);
    }
    free(first);
}
