#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "net/auth.h"
#include "net/http.h"
#include "run.h"

static struct ev_loop *loop;
static struct http *http;
static struct endpoint endpoint;
static struct {
    bool done;
    struct dx_error error;
    int status;
    size_t len;
    char body[256], url[256];
    int64_t retry_after_s, latency_ms;
} got;

static void on_done(void *self, const struct http_reply *reply)
{
    (void)self;
    got.done = true;
    got.error = reply->error ? *reply->error : (struct dx_error){ 0 };
    got.status = reply->status;
    got.len = reply->len;
    got.retry_after_s = reply->retry_after_s;
    got.latency_ms = reply->latency_ms;
    snprintf(got.body, sizeof(got.body), "%s", reply->body);
    snprintf(got.url, sizeof(got.url), "%s", reply->url);
    ev_break(loop, EVBREAK_ALL);
}

static void start(const char *url)
{
    loop = ev_loop_new(EVFLAG_AUTO);
    http = http_new(loop, "dxtop/test");
    endpoint = (struct endpoint){ .url = url,
                                  .user = "",
                                  .ca = "",
                                  .cert = "",
                                  .key = "",
                                  .proxy = "",
                                  .timeout_ms = 1500,
                                  .connect_timeout_ms = 1000,
                                  .max_body = 1 << 20 };
}

static void get_with(const char *path, const char *authorization)
{
    struct http_request request = { .endpoint = &endpoint,
                                    .path = path,
                                    .authorization = authorization };

    memset(&got, 0, sizeof(got));
    http_start(http, &request, on_done, NULL);
    ev_run(loop, 0);
    cr_assert(got.done);
}

static void get(const char *path)
{
    get_with(path, "");
}

static void stop(void)
{
    http_free(http);
    ev_loop_destroy(loop);
}

Test(http, brings_a_reply)
{
    struct sim sim = sim_start(NULL, NULL);

    start(sim.url);
    get("/-/ready");
    cr_expect_eq(got.error.fault, DX_FAULT_NONE, "%s", got.error.text);
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(got.body, "Prometheus Server is Ready.\n");
    stop();
    program_end(&sim.program, 0);
}

static const struct {
    const char *fault;
    enum dx_fault kind;
    const char *words;
} faults[] = {
    { "reset", DX_FAULT_NETWORK, "127.0.0.1 closed the connection without an answer" },
    { "hang", DX_FAULT_NETWORK, "127.0.0.1 did not finish its answer within 1.5 s" },
    { "drip:1", DX_FAULT_NETWORK, "127.0.0.1 did not finish its answer within 1.5 s" },
    { "truncate:5", DX_FAULT_NETWORK, "the answer of 127.0.0.1 was cut short" },
    { "big:4000000", DX_FAULT_REPLY, "the answer is larger than max_body (1048576 bytes)" },
};

Test(http, every_failure_is_a_sentence)
{
    struct sim sim = sim_start(NULL, NULL);

    start(sim.url);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        char path[128];

        snprintf(path, sizeof(path), "/-/ready?fault=%s", faults[i].fault);
        get(path);
        cr_expect_eq(got.error.fault, faults[i].kind, "%s", faults[i].fault);
        cr_expect_str_eq(got.error.text, faults[i].words, "%s: %s", faults[i].fault,
                         got.error.text);
    }
    stop();
    program_end(&sim.program, 0);
}

Test(http, nobody_listens_and_nobody_is_called_so)
{
    char url[64];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d", free_port());
    start(url);
    get("/");
    cr_expect(strstr(got.error.text, "refused the connection"), "%s", got.error.text);
    endpoint.url = "http://name.invalid";
    get("/");
    cr_expect(strstr(got.error.text, "no address for the name name.invalid"), "%s", got.error.text);
    stop();
}

Test(http, a_limit_says_how_long)
{
    struct sim sim = sim_start(NULL, NULL);
    struct dx_error err = { 0 };
    struct http_reply reply;

    start(sim.url);
    get("/-/ready?fault=limit:30");
    cr_expect_eq(got.status, 429);
    cr_expect_eq(got.retry_after_s, 30);
    reply = (struct http_reply){ .status = 429, .retry_after_s = 30, .remaining = -1 };
    http_refused(&reply, &err);
    cr_expect_eq(err.fault, DX_FAULT_LIMITED);
    cr_expect_eq(err.retry_after_s, 30);
    get("/-/ready?fault=limit-date:30");
    cr_expect(got.retry_after_s >= 28 && got.retry_after_s <= 31);
    reply = (struct http_reply){ .status = 403, .retry_after_s = -1, .remaining = 0 };
    http_refused(&reply, &err);
    cr_expect_eq(err.fault, DX_FAULT_LIMITED, "a spent limit is no refusal");
    reply.remaining = -1;
    http_refused(&reply, &err);
    cr_expect_eq(err.fault, DX_FAULT_AUTH);
    stop();
    program_end(&sim.program, 0);
}

Test(http, a_403_is_a_limit_or_a_want_of_rights)
{
    const struct {
        const char *name, *body;
        int64_t remaining, retry_after_s;
        enum dx_fault fault;
        int after_s;
    } cases[] = {
        { "secondary limit, no headers",
          "{\"message\": \"You have exceeded a secondary rate limit. Please wait a few minutes "
          "before you try again.\"}",
          4000, -1, DX_FAULT_LIMITED, 0 },
        { "its old words", "{\"message\": \"You have triggered an abuse detection mechanism.\"}",
          -1, -1, DX_FAULT_LIMITED, 0 },
        { "secondary limit that says how long", "{}", 4000, 90, DX_FAULT_LIMITED, 90 },
        { "primary limit", "{\"message\": \"API rate limit exceeded for user ID 1.\"}", 0, -1,
          DX_FAULT_LIMITED, 0 },
        { "may not see it", "{\"message\": \"Resource not accessible by personal access token\"}",
          4000, -1, DX_FAULT_AUTH, 0 },
        { "empty", "", -1, -1, DX_FAULT_AUTH, 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_reply reply = { .status = 403,
                                    .body = cases[i].body,
                                    .len = strlen(cases[i].body),
                                    .limit = cases[i].remaining < 0 ? -1 : 5000,
                                    .remaining = cases[i].remaining,
                                    .retry_after_s = cases[i].retry_after_s };
        struct dx_error err = { 0 };

        http_refused(&reply, &err);
        cr_expect_eq(err.fault, cases[i].fault, "%s: %s", cases[i].name, err.text);
        cr_expect_eq(err.retry_after_s, cases[i].after_s, "%s", cases[i].name);
    }
}

Test(http, credentials_do_not_follow_to_another_origin)
{
    struct sim there = sim_start("--auth", NULL), here = sim_start(NULL, NULL);
    char path[64];

    /* The other one answers 401 to whoever brings no token: our own would be no use
     * to it, but it must not even see one. */
    start(here.url);
    snprintf(path, sizeof(path), "/-/ready?fault=redirect:%d", there.port);
    get_with(path, "Bearer secret");
    cr_expect_eq(got.status, 401);
    cr_expect(strncmp(got.url, there.url, strlen(there.url)) == 0, "%s", got.url);
    snprintf(path, sizeof(path), "/-/ready?fault=redirect:%d", here.port);
    get(path);
    cr_expect_eq(got.status, 200, "redirects are followed");
    stop();
    program_end(&there.program, 0);
    program_end(&here.program, 0);
}

Test(http, credentials_do_not_go_over_plain_http_to_another_machine)
{
    start("http://192.0.2.1");
    get_with("/", "Bearer secret");
    cr_expect_eq(got.error.fault, DX_FAULT_CONFIG);
    cr_expect(strstr(got.error.text, "insecure_http"), "%s", got.error.text);
    stop();
}

Test(http, a_request_can_be_cancelled_and_all_can_be_dropped)
{
    struct sim sim = sim_start("--fault", "hang");
    struct http_request request = { .endpoint = &endpoint, .path = "/-/ready" };
    int64_t begin;

    start(sim.url);
    endpoint.timeout_ms = 6000;
    memset(&got, 0, sizeof(got));
    struct http_call *call = http_start(http, &request, on_done, NULL);
    http_start(http, &request, on_done, NULL);
    for (int i = 0; i < 5; i++)
        ev_run(loop, EVRUN_NOWAIT);
    http_cancel(call);
    begin = time_boot_ms();
    stop();
    cr_expect_lt(time_boot_ms() - begin, 4500); /* the deadline would be later */
    cr_expect_not(got.done);
    program_end(&sim.program, 0);
}

static void on_computed(void *self, const struct http_reply *reply)
{
    cr_expect_null(reply->error);
    (void)usleep(700 * 1000);
    if (self)
        http_push(self);
    ev_break(loop, EVBREAK_ALL);
}

/* What came is there, however late it is looked at. */
Test(http, an_answer_that_waits_while_we_compute_is_taken)
{
    struct sim sim = sim_start(NULL, NULL);
    struct http_request one = { .endpoint = &endpoint, .path = "/-/ready" },
                        two = { .endpoint = &endpoint, .path = "/-/ready?fault=latency:200" };

    start(sim.url);
    endpoint.timeout_ms = 500;
    for (int push = 0; push < 2; push++) {
        memset(&got, 0, sizeof(got));
        http_start(http, &two, on_done, NULL);
        http_start(http, &one, on_computed, push ? http : NULL);
        ev_run(loop, 0);
        cr_assert_not(got.done);
        ev_run(loop, 0);
        cr_assert(got.done);
        cr_expect_eq(got.error.fault, DX_FAULT_NONE, "%d: %s", push, got.error.text);
        cr_expect_eq(got.status, 200);
    }
    stop();
    program_end(&sim.program, 0);
}

/* ---- secrets ---- */

static struct dx_error auth_error;
static bool auth_good;

static void on_ready(void *self, const struct dx_error *err)
{
    (void)self;
    auth_good = err == NULL;
    auth_error = err ? *err : (struct dx_error){ 0 };
    ev_break(loop, EVBREAK_ALL);
}

static struct auth *read_secrets(void)
{
    struct auth *auth = auth_new(loop, &endpoint);

    auth_ready(auth, on_ready, NULL);
    ev_run(loop, 0);
    return auth;
}

Test(auth, secrets_come_from_variables_files_and_commands)
{
    char *dir = test_dir(), path[256];
    const char *argv[] = { "echo", "from-a-command", NULL };
    struct http_request request = { 0 };
    struct auth *auth;

    start("https://h");
    setenv("DX_TEST_SECRET", "from-a-variable", 1);
    endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_TEST_SECRET" };
    auth = read_secrets();
    auth_fill(auth, &request);
    cr_expect_str_eq(request.authorization, "Bearer from-a-variable");
    auth_free(auth);
    endpoint.token = (struct secret){ .kind = SECRET_COMMAND, .name = "echo", .argv = argv };
    auth = read_secrets();
    auth_fill(auth, &request);
    cr_expect_str_eq(request.authorization, "Bearer from-a-command");
    auth_free(auth);
    snprintf(path, sizeof(path), "%s/secret", dir);
    write_file(path, "from-a-file\n");
    endpoint.token = (struct secret){ 0 };
    endpoint.user = "me";
    endpoint.password = (struct secret){ .kind = SECRET_FILE, .name = path };
    chmod(path, 0644);
    auth = read_secrets();
    cr_expect_not(auth_good);
    cr_expect(strstr(auth_error.text, "chmod 600"), "%s", auth_error.text);
    cr_expect_not(auth_check(&endpoint, &auth_error));
    auth_free(auth);
    chmod(path, 0600);
    auth = read_secrets();
    auth_fill(auth, &request);
    cr_expect_str_eq(request.authorization, "Basic bWU6ZnJvbS1hLWZpbGU=");
    auth_free(auth);
    stop();
    free(dir);
}

static const struct {
    const char *argv[4];
    const char *words;
} commands[] = {
    { { "false", NULL }, "the command false failed (exit code 1)" },
    { { "/nowhere/at-all", NULL },
      "cannot start the command /nowhere/at-all: No such file or directory" },
    { { "true", NULL }, "the secret for token is empty" },
    { { "printf", "a\\033b", NULL }, "the secret for token has control characters in it" },
};

Test(auth, what_goes_wrong_with_a_command_is_said)
{
    start("https://h");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        endpoint.token =
            (struct secret){ .kind = SECRET_COMMAND, .name = "x", .argv = commands[i].argv };
        struct auth *auth = read_secrets();

        cr_expect_not(auth_good);
        cr_expect_str_eq(auth_error.text, commands[i].words, "%s", auth_error.text);
        auth_free(auth);
    }
    unsetenv("DX_TEST_NOTHING");
    endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_TEST_NOTHING" };
    struct auth *auth = read_secrets();
    cr_expect(strstr(auth_error.text, "DX_TEST_NOTHING"), "%s", auth_error.text);
    auth_free(auth);
    stop();
}
