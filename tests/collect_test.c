/* The collector around its pollers: one round and its end, `--check`, the
 * command line. It runs in a process of its own, as it does for dxtop; the
 * servers that it asks are here. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "collect/arguments.h"
#include "collect/collect.h"
#include "collect/kinds.h"
#include "server.h"
#include "store_kit.h"

static struct {
    struct ev_loop *loop;
    struct server *server[2];
    struct clock clock;
    struct config config;
    char out[128]; /* path of what the child prints */
    int in;        /* its stdin */
    pid_t pid;
    int status;
} t;

static void start(void)
{
    char patterns[512];

    snprintf(patterns, sizeof(patterns), "%s/data/failure_patterns.tsv", getenv("DX_SRC"));
    setenv("DXTOP_PATTERNS", patterns, 1);
    kit_init();
    t.loop = ev_loop_new(EVFLAG_AUTO);
    for (int i = 0; i < 2; i++)
        t.server[i] = server_new(t.loop);
    t.clock = (struct clock){ .simulated = true, .start_ms = T0, .boot_ms = time_boot_ms() };
    snprintf(t.out, sizeof(t.out), "%s/out", kit.dir);
    t.in = -1;
}

static void stop(void)
{
    config_done(&t.config);
    for (int i = 0; i < 2; i++)
        server_free(t.server[i]);
    if (t.in >= 0)
        close(t.in);
    ev_loop_destroy(t.loop);
    kit_done();
}

TestSuite(collect, .init = start, .fini = stop, .timeout = 60);
TestSuite(check, .init = start, .fini = stop, .timeout = 60);

static void load(const char *text)
{
    struct config_kinds kinds = kinds_of_sources(), none = { 0 };
    struct buf complaints;

    buf_init(&complaints, 4096);
    config_load(&t.config, "t.yaml", text, &kinds, &none, &complaints);
    cr_assert_eq(complaints.len, 0, "%s", complaints.bytes);
    buf_done(&complaints);
}

/* Alertmanagers "a" and, where there shall be two, "b", every second. */
static void load_sources(int count, const char *more)
{
    char text[1024], *at = text;

    at += sprintf(at, "sources:\n");
    for (int i = 0; i < count; i++)
        at += sprintf(at, "  - {type: alertmanager, name: %c, url: '%s', every: 10s%s}\n", 'a' + i,
                      server_url(t.server[i]), more);
    load(text);
}

/* ---- the child ---- */

static void child_start(int (*run)(void *self), void *self)
{
    int ends[2];

    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    fflush(NULL);
    t.pid = fork();
    cr_assert_geq(t.pid, 0);
    if (t.pid == 0) {
        int out = open(t.out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        dup2(ends[0], STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        close(ends[1]);
        _exit(run(self));
    }
    close(ends[0]);
    t.in = ends[1];
}

static void on_look(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)timer;
    (void)revents;
    ev_break(loop, EVBREAK_ALL);
}

/* Serve until the child ended, or for so many seconds. */
static bool child_ended(double seconds)
{
    ev_tstamp end = ev_time() + seconds;
    ev_timer look;
    pid_t pid = 0;

    ev_timer_init(&look, on_look, 0.01, 0.01);
    ev_timer_start(t.loop, &look);
    while ((pid = waitpid(t.pid, &t.status, WNOHANG)) == 0 && ev_time() < end)
        ev_run(t.loop, 0);
    ev_timer_stop(t.loop, &look);
    return pid == t.pid;
}

/* Its exit code. */
static int child_code(void)
{
    bool ended = child_ended(30.);

    if (!ended)
        kill(t.pid, SIGKILL);
    cr_assert(ended, "it did not end");
    cr_assert(WIFEXITED(t.status), "signal %d", WTERMSIG(t.status));
    return WEXITSTATUS(t.status);
}

static const char *printed(void)
{
    static char text[16 << 10];
    FILE *file = fopen(t.out, "r");

    cr_assert(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* ---- a round ---- */

static int collect(void *options)
{
    struct dx_error err = { 0 };
    int status = collect_run(options, &err);

    printf("%s", err.text);
    fflush(stdout);
    return status;
}

static struct collect_options once(void)
{
    return (struct collect_options){
        .config = &t.config, .store = kit.path, .clock = t.clock, .once = true, .wait_ms = 20000
    };
}

/* What a viewer sees. */
static const char *sources(void)
{
    struct dx_error err = { 0 };

    store_close(kit.store);
    kit.store = store_open(kit.path, STORE_VIEW, &err);
    cr_assert(kit.store, "%s", err.text);
    return ROWS(kit.store, DX_QUERY_SOURCES, NULL, T0 + HOUR, DX_FIELD_SOURCE, DX_FIELD_STATE);
}

Test(collect, once_ends_when_every_source_was_polled)
{
    struct collect_options options;

    load_sources(2, "");
    options = once();
    server_ok(t.server[0], "", "[]");
    server_ok(t.server[1], "", "[]");
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_OK, "%s", printed());
    cr_expect_str_eq(sources(), "a|1\nb|1\n", "%s", sources());
}

/* The first would come round many times before the second has answered once. */
Test(collect, once_asks_each_source_once_and_waits_for_a_slow_one)
{
    struct collect_options options;

    load_sources(2, "");
    t.clock.speed = 100.;
    options = once();
    server_ok(t.server[0], "", "[]");
    server_say(t.server[1], SERVE_DRIP, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_OK, "%s", printed());
    cr_expect_leq(server_requests(t.server[0]), 2, "its page and its probe");
    cr_expect_str_eq(sources(), "a|1\nb|1\n", "%s", sources());
}

Test(collect, once_says_that_a_source_failed)
{
    struct collect_options options;

    load_sources(2, "");
    options = once();
    server_ok(t.server[0], "", "[]");
    server_ok(t.server[1], "", "{}");
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
    cr_expect_str_eq(sources(), "a|1\nb|4\n", "%s", sources());
}

Test(collect, once_gives_up_when_the_time_is_over)
{
    struct collect_options options;

    load_sources(1, "");
    options = once();
    options.wait_ms = 200;
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
    cr_expect_str_eq(printed(), "not all sources answered in time");
    cr_expect_str_eq(sources(), "a|0\n", "%s", sources());
}

Test(collect, once_without_sources_ends_at_once)
{
    struct collect_options options;

    load("sources: []\n");
    options = once();
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_OK);
    cr_expect_str_eq(sources(), "");
}

Test(collect, once_does_not_wait_for_ever_for_somebody_who_collects)
{
    struct collect_options options;

    kit_collect(); /* that is us */
    load_sources(1, "");
    options = once();
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_LOCKED);
    cr_expect_eq(server_requests(t.server[0]), 0);
}

Test(collect, ends_with_its_viewer_or_with_a_signal)
{
    struct collect_options options = {
        .config = &t.config, .store = kit.path, .clock = t.clock, .until_stdin = true
    };

    load_sources(1, "");
    server_ok(t.server[0], "", "[]");
    child_start(collect, &options);
    cr_expect_not(child_ended(0.5), "%s", printed());
    close(t.in);
    cr_expect_eq(child_code(), COLLECT_OK);
    child_start(collect, &options);
    cr_expect_not(child_ended(0.5), "%s", printed());
    kill(t.pid, SIGTERM);
    cr_expect_eq(child_code(), COLLECT_OK);
    cr_expect_str_eq(sources(), "a|1\n");
}

/* ---- check ---- */

static int check_text(void *self)
{
    (void)self;
    return collect_check(&t.config, &t.clock, false);
}

static int check_json(void *self)
{
    (void)self;
    return collect_check(&t.config, &t.clock, true);
}

/* What it prints, with the milliseconds and the port out of it. */
static const char *checked(int code)
{
    static char text[8192];
    const char *url = server_url(t.server[0]);
    size_t n = 0;

    child_start(check_text, NULL);
    cr_expect_eq(child_code(), code, "%s", printed());
    for (const char *p = printed(); *p && n + 8 < sizeof(text);) {
        if (strncmp(p, url, strlen(url)) == 0) {
            n += (size_t)sprintf(text + n, "URL");
            p += strlen(url);
        } else if (strncmp(p, " in ", 4) == 0) {
            n += (size_t)sprintf(text + n, " in N");
            p += 4 + strspn(p + 4, "0123456789");
        } else {
            text[n++] = *p++;
        }
    }
    text[n] = '\0';
    return text;
}

#define AT_T0 "Date: Mon, 21 Sep 2026 14:13:20 GMT\r\n"

Test(check, a_source_that_is_well)
{
    load_sources(1, "");
    server_ok(t.server[0], AT_T0, "[]");
    server_ok(t.server[0], AT_T0, "{\"versionInfo\": {\"version\": \"0.28.1\"}}");
    cr_expect_str_eq(checked(COLLECT_OK), "✓ a (alertmanager, URL)\n"
                                          "  ✓ reachable      in N ms\n"
                                          "  ✓ authenticated  yes\n"
                                          "  ✓ version        0.28.1\n"
                                          "  ✓ clock skew     0.5 s\n"
                                          "  ✓ requests       360 an hour\n");
    cr_expect_not(kit_exists(""), "it made a store");
}

Test(check, one_that_refuses_and_whose_clock_is_wrong)
{
    load_sources(1, ", token: {env: DX_TEST_TOKEN}");
    setenv("DX_TEST_TOKEN", "s3cret", 1);
    server_say(t.server[0], 0,
               "HTTP/1.1 401 No\r\nDate: Mon, 21 Sep 2026 14:14:20 GMT\r\n"
               "Content-Length: 0\r\n\r\n");
    const char *text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "✗ a (alertmanager, URL)\n  ✓ reachable"), "%s", text);
    cr_expect(strstr(text, "✗ authenticated  refused (401)"), "%s", text);
    cr_expect(strstr(text, "✗ clock skew     60.5 s; set one of the clocks right"), "%s", text);
    cr_expect_null(strstr(text, "s3cret"));
    cr_expect_eq(server_requests(t.server[0]), 1, "a refused source was asked on");
}

Test(check, one_that_is_something_else)
{
    load_sources(1, "");
    server_ok(t.server[0], "Content-Type: text/html\r\n", "<title>Welcome</title>");
    const char *text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "✓ authenticated  yes\n  ✗ answers        answered with a web page"),
              "%s", text);
    cr_expect(strstr(text, "version        not said"), "%s", text);
    cr_expect(strstr(text, "clock skew     not said"), "%s", text);
}

static const char no_runs[] = "{\"total_count\": 0, \"workflow_runs\": []}";

/* A poll begins with one request; what it takes depends on how many repositories there
 * are, on all pages of their list. */
Test(check, an_organisation_takes_what_its_repositories_take)
{
    char text[300], link[200];
    const char *said;

    snprintf(text, sizeof(text),
             "sources:\n  - {type: github, name: a, url: '%s', org: acme, runners: no,"
             " every: 30s}\n",
             server_url(t.server[0]));
    load(text);
    snprintf(link, sizeof(link), "Link: <%s/orgs/acme/repos?page=2>; rel=\"next\"\r\n",
             server_url(t.server[0]));
    server_ok(t.server[0], link,
              "[{\"full_name\": \"acme/a\"}, {\"full_name\": \"acme/b\"},"
              " {\"full_name\": \"acme/c\"}]");
    server_ok(t.server[0], "", "{}");
    for (int i = 0; i < 3; i++)
        server_ok(t.server[0], "", no_runs);
    server_ok(t.server[0], "", "[{\"full_name\": \"acme/d\"}, {\"full_name\": \"acme/e\"}]");
    server_ok(t.server[0], "", no_runs);
    said = checked(COLLECT_OK);
    cr_expect(strstr(said, "requests       about 180 an hour that count: 120 polls of 1, and lists"
                           " led to 5 more\n"),
              "%s", said);
    cr_expect_eq(server_requests(t.server[0]), 8, "both pages, the probe, and may each be read");
}

/* What it says of the token is what the collector would find. */
static const char *check_of_two(const char *first, int code)
{
    char text[300];

    snprintf(text, sizeof(text),
             "sources:\n  - {type: github, name: a, url: '%s', org: acme, runners: no,"
             " every: 30s}\n",
             server_url(t.server[0]));
    load(text);
    server_ok(t.server[0], "", "[{\"full_name\": \"acme/a\"}, {\"full_name\": \"acme/b\"}]");
    server_ok(t.server[0], "", "{}");
    if (first)
        server_ok(t.server[0], "", first);
    server_say(t.server[0], 0, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
    return checked(code);
}

Test(check, a_token_that_may_list_repositories_and_read_none)
{
    const char *said = check_of_two(NULL, COLLECT_SOURCE_FAILED);

    cr_expect(strstr(said, "  ✗ answers        the token may list 2 repositories and read the runs "
                           "of none: it needs Actions (read)"),
              "%s", said);
}

Test(check, a_token_that_may_read_some)
{
    const char *said = check_of_two(no_runs, COLLECT_OK);

    cr_expect(strstr(said, "  ✗ may read       1 of 2 repositories are refused or not there"), "%s",
              said);
}

Test(check, one_that_is_not_there)
{
    load("sources:\n  - {type: alertmanager, name: a, url: 'http://127.0.0.1:1'}\n");
    const char *text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "  ✗ reachable      "), "%s", text);
    cr_expect_null(strstr(text, "authenticated"), "%s", text);
}

/* What would do, whether the source is reached or not. */
Test(check, says_which_scopes_suffice)
{
    static const char want[] = "Browse Projects; of a token with scopes: read:jira-work, "
                               "read:jira-user";
    json_t *list;
    const char *text;

    load("sources:\n  - {type: jira, name: a, url: 'http://127.0.0.1:1', service_desk: no}\n");
    text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "\n  · scopes         Browse Projects; of a token with scopes: "
                           "read:jira-work, read:jira-user\n"),
              "%s", text);
    child_start(check_json, NULL);
    cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
    list = json_loads(printed(), 0, NULL);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "scopes")), want,
                     "%s", printed());
    json_decref(list);
}

Test(check, one_whose_secret_is_missing)
{
    load_sources(1, ", token: {env: DX_TEST_NONE}");
    unsetenv("DX_TEST_NONE");
    const char *text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "  ✗ secrets        the variable DX_TEST_NONE is not set\n"), "%s",
              text);
    cr_expect_eq(server_requests(t.server[0]), 0);
}

Test(check, none)
{
    load("sources: []\n");
    cr_expect_str_eq(checked(COLLECT_OK), "the configuration names no sources\n");
}

Test(check, as_json)
{
    static const char *const keys[] = {
        "source",        "type",    "url",        "ok",      "reachable",
        "authenticated", "version", "latency_ms", "skew_ms", "requests_per_hour",
        "scopes",        "error"
    };
    json_t *list, *a, *b;
    const char *key;
    json_t *value;
    size_t n = 0;

    load_sources(2, "");
    server_ok(t.server[0], "", "[]");
    server_ok(t.server[0], "", "{\"versionInfo\": {\"version\": \"0.28.1\"}}");
    server_say(t.server[1], 0, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
    child_start(check_json, NULL);
    cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
    list = json_loads(printed(), 0, NULL);
    cr_assert_eq(json_array_size(list), 2, "%s", printed());
    a = json_array_get(list, 0);
    b = json_array_get(list, 1);
    json_object_foreach (a, key, value) {
        cr_assert_lt(n, sizeof(keys) / sizeof(keys[0]));
        cr_expect_str_eq(key, keys[n++]);
    }
    cr_expect_eq(n, sizeof(keys) / sizeof(keys[0]));
    cr_expect(json_is_true(json_object_get(a, "ok")));
    cr_expect_str_eq(json_string_value(json_object_get(a, "version")), "0.28.1");
    cr_expect(json_is_null(json_object_get(a, "skew_ms")), "no Date was sent");
    cr_expect(json_is_null(json_object_get(a, "scopes")), "an Alertmanager has none");
    cr_expect_str_eq(json_string_value(json_object_get(a, "error")), "");
    cr_expect(json_is_false(json_object_get(b, "ok")));
    cr_expect(json_is_true(json_object_get(b, "reachable")));
    cr_expect(strstr(json_string_value(json_object_get(b, "error")), "503"));
    json_decref(list);
}

/* ---- the command line ---- */

static const struct {
    const char *argv[4], *error; /* NULL: fine */
} lines[] = {
    { { "--once", "--wait", "30s" }, NULL },
    { { "--check", "--json" }, NULL },
    { { "--until-stdin" }, NULL },
    { { "-h" }, NULL },
    { { "--wait", "soon" }, "--wait: \"soon\" is not a duration like 30s" },
    { { "--wait", "" }, NULL }, /* as if not given */
    { { "now" }, "now: there are no operands" },
    { { "--once", "x", "--json" }, "x: there are no operands" },
    { { "--onec" }, "unknown option --onec; did you mean --once?" },
};

Test(arguments, are_judged)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char *argv[6] = { (char *)"dxtop-collect" };
        struct collect_arguments args;
        struct dx_error err = { 0 };
        int argc = 1;

        for (; argc < 5 && lines[i].argv[argc - 1]; argc++)
            argv[argc] = (char *)lines[i].argv[argc - 1];
        bool ok = collect_arguments_parse(&args, argc, argv, &err);
        cr_expect_eq(ok, !lines[i].error, "%s", lines[i].argv[0]);
        cr_expect_str_eq(err.text, lines[i].error ? lines[i].error : "");
        if (!ok)
            continue;
        cr_expect_eq(args.once, i == 0);
        cr_expect_eq(args.check && args.json, i == 1);
        cr_expect_eq(args.until_stdin, i == 2);
        cr_expect_eq(args.help, i == 3);
        cr_expect_eq(args.wait_ms, i == 0 ? 30000 : 300000);
    }
}

Test(arguments, help_and_manual_name_every_option)
{
    struct buf help, mdoc;

    buf_init(&help, 1 << 20);
    buf_init(&mdoc, 1 << 20);
    collect_arguments_help(&help);
    collect_arguments_mdoc(&mdoc);
    cr_expect(strstr(help.bytes, "--until-stdin") && strstr(help.bytes, "--config"));
    cr_expect(strstr(mdoc.bytes, ".\\\" prometheus\n"));
    cr_expect(strstr(mdoc.bytes, ".\\\" alertmanager\n"));
    cr_expect(strstr(mdoc.bytes, "instant")); /* of a query */
    buf_done(&help);
    buf_done(&mdoc);
}

Test(kinds, are_the_sources)
{
    struct config_kinds kinds = kinds_of_sources();
    struct config_kind kind;
    struct dx_error err = { 0 };
    size_t n = 0;

    for (; kinds.names[n]; n++) {
        cr_expect(kinds.find(kinds.self, kinds.names[n], &kind, &err), "%s", kinds.names[n]);
        cr_expect_str_eq(kind.name, kinds.names[n]);
        cr_expect_gt(kind.size, 0);
        cr_expect(kind.every && kind.options && kind.kind);
    }
    cr_expect_geq(n, 2);
    cr_expect_not(kinds.find(kinds.self, "gopher", &kind, &err));
    cr_expect_eq(err.fault, DX_FAULT_CONFIG);
}
