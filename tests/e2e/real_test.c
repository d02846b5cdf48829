/* The real programs against real servers, started on loopback: Prometheus with
 * node exporter, Pushgateway and Alertmanager, and VictoriaMetrics. */
#include "config.h"

#include <arpa/inet.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include "../run.h"
#include "pty.h"

enum { NODE, PUSH, ALERTS, PROMETHEUS, VICTORIA, SERVERS };
static struct program servers[SERVERS];
static int ports[SERVERS];
static char *dir;

/* One request, HTTP/1.0 so that the body comes whole. The body, yours to free;
 * NULL when nobody answered. */
static char *ask(int port, const char *method, const char *path, const char *body, int *status)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    enum { ROOM = 1 << 20 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *text = calloc(1, ROOM);
    size_t len = 0;
    ssize_t n;

    *status = 0;
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0) {
        dprintf(fd, "%s %s HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n%s", method,
                path, strlen(body), body);
        while ((n = read(fd, text + len, ROOM - 1 - len)) > 0)
            len += (size_t)n;
    }
    close(fd);
    sscanf(text, "HTTP/%*s %d", status);
    char *begin = strstr(text, "\r\n\r\n");
    memmove(text, begin ? begin + 4 : "", begin ? strlen(begin + 4) + 1 : 1);
    return text;
}

struct door {
    int port;
    const char *path;
};

static bool is_ready(void *self)
{
    struct door *door = self;
    int status;

    free(ask(door->port, "GET", door->path, "", &status));
    return status == 200 || status == 400 || status == 401; /* TLS: plain text is a 400 */
}

/* Start a server; its words go into a file of the test's directory. */
static void serve(int which, const char *ready, const char *fmt, ...)
{
    char command[2048] = "exec ", log[32];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(command + 5, sizeof(command) - 64, fmt, ap);
    va_end(ap);
    snprintf(log, sizeof(log), " >>%.12s%d 2>&1", "server", which);
    strcat(command, log);
    const char *argv[] = { "sh", "-c", command, NULL };
    cr_assert(chdir(dir) == 0);
    servers[which] = program_start(argv);
    cr_assert(wait_for(is_ready, &(struct door){ ports[which], ready }, 20000), "%s", command);
}

static void setup(void)
{
    set_paths();
    dir = test_dir();
    for (int i = 0; i < SERVERS; i++)
        ports[i] = free_port();
}

static void teardown(void)
{
    for (int i = 0; i < SERVERS; i++)
        program_end(&servers[i], SIGKILL);
    cr_assert(chdir("/") == 0);
}

/* What the platform says of itself, by way of the Pushgateway. */
static void push(int waiting)
{
    char body[128];
    int status;

    snprintf(body, sizeof(body), "ci_jobs_waiting{pool=\"linux-xl\"} %d\n", waiting);
    free(ask(ports[PUSH], "POST", "/metrics/job/ci", body, &status));
    cr_assert_eq(status, 200);
}

static void serve_prometheus(const char *option)
{
    serve(PROMETHEUS, "/-/ready",
          "prometheus --config.file=%s/prometheus.yml --storage.tsdb.path=%s/tsdb "
          "--web.listen-address=127.0.0.1:%d %s",
          dir, dir, ports[PROMETHEUS], option);
}

static void serve_all(const char *option)
{
    char path[256];

    serve(NODE, "/", "prometheus-node-exporter --web.listen-address=127.0.0.1:%d", ports[NODE]);
    serve(PUSH, "/-/ready",
          "prometheus-pushgateway --web.listen-address=127.0.0.1:%d --persistence.file=%s/push",
          ports[PUSH], dir);
    snprintf(path, sizeof(path), "%s/alertmanager.yml", dir);
    write_file(path, "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
    serve(ALERTS, "/-/ready",
          "prometheus-alertmanager --config.file=%s --storage.path=%s/am "
          "--web.listen-address=127.0.0.1:%d --cluster.listen-address=",
          path, dir, ports[ALERTS]);
    snprintf(path, sizeof(path), "%s/rules.yml", dir);
    write_file(path, "groups:\n- name: ci\n  interval: 1s\n  rules:\n  - alert: QueueTooLong\n"
                     "    expr: ci_jobs_waiting > 10\n    labels: {severity: critical}\n"
                     "    annotations: {summary: many jobs wait}\n");
    snprintf(path, sizeof(path), "%s/prometheus.yml", dir);
    write_file(path,
               "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
               "rule_files: [rules.yml]\n"
               "alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:%d']}]}]}\n"
               "scrape_configs:\n"
               "- {job_name: node, static_configs: [{targets: ['127.0.0.1:%d']}]}\n"
               "- {job_name: push, honor_labels: true, static_configs: [{targets: "
               "['127.0.0.1:%d']}]}\n",
               ports[ALERTS], ports[NODE], ports[PUSH]);
    push(1);
    serve_prometheus(option);
}

static const char *configure(const char *name, int port, const char *scheme, const char *more)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s.yaml", dir, name);
    write_file(path,
               "title: real\nsources:\n  - type: prometheus\n    name: prom\n"
               "    url: %s://127.0.0.1:%d\n    every: 1s\n    history: 1m\n%s"
               "    queries:\n"
               "      waiting: {query: ci_jobs_waiting, step: 1s, unit: count}\n"
               "      load: node_load1\n      up: {query: sum(up), instant: yes}\n"
               "      word: {query: '\"hello\"', instant: yes}\n"
               "views:\n  - name: One\n    rows:\n"
               "      - panels: [{panel: metric, title: Waiting, query: waiting, show: graph}]\n"
               "      - panels: [alerts, sources]\n",
               scheme, port, more);
    return path;
}

/* Run dxtop over a fresh store; its output, yours to free. */
static char *once(const char *config, const char *state, int *code)
{
    char store[256];

    snprintf(store, sizeof(store), "%s/%s", dir, state);
    mkdir(store, 0700);
    const char *argv[] = { "dxtop",    "once", "-c",     config, "--state", store,
                           "--format", "json", "--wait", "30s",  NULL };
    return program_run(argv, code);
}

static char *export_samples(const char *config, const char *state)
{
    char store[256];
    int code;

    snprintf(store, sizeof(store), "%s/%s", dir, state);
    const char *argv[] = { "dxtop",   "export", "samples",  "-c",    config,
                           "--state", store,    "--format", "jsonl", NULL };
    char *text = program_run(argv, &code);
    cr_assert_eq(code, 0, "%s", text);
    return text;
}

/* The server's own answer for one instant, "": now; NaN: none. */
static double answer(int port, const char *query, const char *at)
{
    char path[512];
    int status;
    double value = NAN;

    snprintf(path, sizeof(path), "/api/v1/query?query=%s%s%s", query, *at ? "&time=" : "", at);
    char *text = ask(port, "GET", path, "", &status);
    json_t *reply = json_loads(text, 0, NULL), *result = NULL, *pair = NULL;
    const char *number = NULL;
    cr_assert(reply, "%d %s", status, text);
    result = json_object_get(json_object_get(reply, "data"), "result");
    pair = json_object_get(json_array_get(result, 0), "value");
    number = json_string_value(json_array_get(pair, 1));
    if (number)
        value = strtod(number, NULL);
    json_decref(reply);
    free(text);
    return value;
}

/* So many samples, however long that takes; none is no number. */
struct samples {
    int port, count;
};

static bool has_samples(void *self)
{
    const struct samples *s = self;

    return answer(s->port, "count_over_time(ci_jobs_waiting[2m])", "") >= s->count;
}

/* Compare what dxtop took in with the server's answers; how many points had the value. */
static int compare(char *lines, int port, double wanted, int *compared)
{
    int found = 0;

    for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
        json_t *row = json_loads(line, 0, NULL);
        cr_assert(row, "%s", line);
        if (strcmp(json_string_value(json_object_get(row, "query")), "waiting") == 0) {
            double value = json_number_value(json_object_get(row, "value"));
            const char *at = json_string_value(json_object_get(row, "at"));
            double theirs = answer(port, "ci_jobs_waiting", at);
            cr_expect_eq(value, theirs, "at %s: %g, the server says %g", at, value, theirs);
            ++*compared;
            found += value == wanted;
        }
        json_decref(row);
    }
    return found;
}

TestSuite(real, .init = setup, .fini = teardown, .timeout = 300);

Test(real, graphs_agree_with_the_servers_own_answer)
{
    int code, compared = 0;

    serve_all("");
    cr_assert(wait_for(has_samples, &(struct samples){ ports[PROMETHEUS], 4 }, 30000));
    push(7);
    cr_assert(wait_for(has_samples, &(struct samples){ ports[PROMETHEUS], 11 }, 60000));
    const char *config = configure("t", ports[PROMETHEUS], "http", "");
    char *out = once(config, "state", &code);
    cr_assert_eq(code, 0, "%s", out);
    char *lines = export_samples(config, "state");
    cr_expect(strstr(lines, "hello") == NULL || strstr(lines, "word"), "a string is no number");
    char *copy = strdup(lines);
    cr_expect_geq(compare(lines, ports[PROMETHEUS], 7, &compared), 4, "%s", copy);
    cr_expect_geq(compared, 7, "%s", copy);
    cr_expect(strstr(copy, "\"load\""));
    cr_expect(strstr(copy, "\"up\""));
    free(copy);
    free(lines);
    free(out);
}

Test(real, the_same_configuration_on_victoriametrics)
{
    char body[4096] = "";
    int status, code, compared = 0;
    long now = (long)time(NULL);

    serve(VICTORIA, "/health",
          "victoria-metrics -httpListenAddr=127.0.0.1:%d -storageDataPath=%s/vm "
          "-retentionPeriod=1y -search.latencyOffset=0s",
          ports[VICTORIA], dir);
    for (int i = 0; i < 50; i++)
        snprintf(body + strlen(body), 80, "ci_jobs_waiting{pool=\"linux-xl\"} %d %ld000\n",
                 i < 25 ? 1 : 7, now - 60 + i);
    free(ask(ports[VICTORIA], "POST", "/api/v1/import/prometheus", body, &status));
    cr_assert_eq(status, 204);
    cr_assert(wait_for(has_samples, &(struct samples){ ports[VICTORIA], 50 }, 20000));
    const char *config = configure("t", ports[VICTORIA], "http", "");
    char *out = once(config, "state", &code);
    cr_assert_eq(code, 0, "%s", out);
    char *lines = export_samples(config, "state"), *copy = strdup(lines);
    cr_expect_geq(compare(lines, ports[VICTORIA], 7, &compared), 10, "%s", copy);
    free(copy);
    free(lines);
    free(out);
}

Test(real, an_alert_fires_and_resolves)
{
    char more[128], store[256];

    serve_all("");
    const char *config = configure("t", ports[PROMETHEUS], "http", "    alerts: no\n");
    snprintf(more, sizeof(more),
             "  - {type: alertmanager, url: 'http://127.0.0.1:%d', every: 1s}\n", ports[ALERTS]);
    const char *text = read_file(config), *views = strstr(text, "views:");
    write_file(config, "%.*s%s%s", (int)(views - text), text, more, views);
    snprintf(store, sizeof(store), "%s/state", dir);
    mkdir(store, 0700);
    const char *argv[] = { "dxtop", "-c", config, "--state", store, NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");
    cr_assert(pty_shows(p, "2 of 2 live", PTY_PATIENCE_MS), "%s", pty_text(p));
    cr_expect(!pty_shows(p, "QueueTooLong", 100));
    push(50);
    cr_expect(pty_shows(p, "QueueTooLong", PTY_PATIENCE_MS), "%s", pty_text(p));
    cr_expect(pty_shows(p, "critical", PTY_PATIENCE_MS), "%s", pty_text(p));
    push(2);
    cr_expect(pty_shows(p, "Nothing fires.", 30000), "%s", pty_text(p));
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    pty_free(p);
}

Test(real, stopped_and_started_again)
{
    char store[256];

    serve_all("");
    const char *config = configure("t", ports[PROMETHEUS], "http", "");
    snprintf(store, sizeof(store), "%s/state", dir);
    mkdir(store, 0700);
    const char *argv[] = { "dxtop", "-c", config, "--state", store, NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");
    cr_assert(pty_shows(p, "1 of 1 live", PTY_PATIENCE_MS), "%s", pty_text(p));
    program_end(&servers[PROMETHEUS], SIGTERM);
    cr_expect(pty_shows(p, "stale", 30000), "%s", pty_text(p));
    cr_expect(pty_shows(p, "refused", PTY_PATIENCE_MS), "%s", pty_text(p));
    serve_prometheus("");
    cr_expect(pty_lacks(p, "stale", 60000), "%s", pty_text(p));
    cr_expect(pty_shows(p, "1 of 1 live", PTY_PATIENCE_MS), "%s", pty_text(p));
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    pty_free(p);
}

/* Whom it would have to trust to say it to. */
static bool says_it_is_ready(void *self)
{
    char path[300];

    (void)self;
    snprintf(path, sizeof(path), "%s/server%d", dir, PROMETHEUS);
    return strstr(read_file(path), "Server is ready to receive web requests") != NULL;
}

static void make_certificate(void)
{
    static const char *const argv[] = {
        "sh", "-c",
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 "
        "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null && "
        "printf 'tls_server_config: {cert_file: cert.pem, key_file: key.pem}\\n"
        "basic_auth_users:\\n  %s\\n' \"$(htpasswd -nbBC 4 anna geheim | sed 's/:/: /')\" >web.yml",
        NULL
    };
    int code;

    cr_assert(chdir(dir) == 0);
    free(program_run(argv, &code));
    cr_assert_eq(code, 0);
}

Test(real, tls_and_basic_authentication)
{
    char option[300], more[600], path[300];
    int code;

    make_certificate();
    snprintf(option, sizeof(option), "--web.config.file=%s/web.yml", dir);
    serve_all(option);
    cr_assert(wait_for(says_it_is_ready, NULL, 20000));
    snprintf(path, sizeof(path), "%s/password", dir);
    write_file(path, "geheim\n");
    chmod(path, 0600);
    snprintf(more, sizeof(more),
             "    ca: %s/cert.pem\n    user: anna\n    password: {file: %s/password}\n", dir, dir);
    char *out = once(configure("good", ports[PROMETHEUS], "https", more), "good", &code);
    cr_expect_eq(code, 0, "%s", out);
    free(out);

    snprintf(more, sizeof(more), "    user: anna\n    password: {file: %s/password}\n", dir);
    out = once(configure("no-ca", ports[PROMETHEUS], "https", more), "noca", &code);
    cr_expect_eq(code, 1, "%s", out);
    cr_expect(strstr(out, "certificate"), "%s", out);
    free(out);

    snprintf(more, sizeof(more), "    ca: %s/cert.pem\n", dir);
    out = once(configure("anonymous", ports[PROMETHEUS], "https", more), "anon", &code);
    cr_expect_eq(code, 1, "%s", out);
    cr_expect(strstr(out, "401"), "%s", out);
    free(out);

    write_file(path, "falsch\n");
    snprintf(more, sizeof(more),
             "    ca: %s/cert.pem\n    user: anna\n    password: {file: %s/password}\n", dir, dir);
    out = once(configure("wrong", ports[PROMETHEUS], "https", more), "wrong", &code);
    cr_expect_eq(code, 1, "%s", out);
    cr_expect(strstr(out, "401") && !strstr(out, "falsch"), "%s", out);
    free(out);
}
