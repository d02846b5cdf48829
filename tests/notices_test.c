/* How notices leave: a command with the facts in its environment, webhooks that a server of
 * the test takes, or does not. */
#include "config.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/notices.h"
#include "run.h"
#include "server.h"
#include "store/alerting.h"
#include "store/internal.h"
#include "store_kit.h"

static struct ev_loop *loop;
static struct http *http;
static struct server *server;
static struct config config;
static struct notices *notices;
static struct clock standing = { .simulated = true, .start_ms = T0 };
static char warned[1024], *dir;

static void on_warn(void *self, const struct dx_error *err)
{
    size_t n = strlen(warned);

    (void)self;
    snprintf(warned + n, sizeof(warned) - n, "%s\n", err->text);
}

static void begin_notices(void)
{
    const struct notices_needs needs = { .loop = loop,
                                         .http = http,
                                         .store = kit.store,
                                         .config = &config,
                                         .clock = &standing,
                                         .warn = on_warn };

    notices = notices_new(&needs);
}

static void start(void)
{
    static const struct config_kinds none = { 0 };
    struct buf complaints;
    char text[1024];

    kit_init();
    kit_collect();
    set_paths();
    dir = test_dir();
    loop = ev_loop_new(EVFLAG_AUTO);
    http = http_new(loop, "dxtop/test");
    server = server_new(loop);
    snprintf(
        text, sizeof(text),
        "notices:\n"
        "  page: {command: [sh, -c, 'env | grep ^DXTOP_ | sort >>%s/out; echo ran >>%s/out']}\n"
        "  fail: {command: ['false']}\n"
        "  slow: {command: [sleep, '9'], timeout: 100ms}\n"
        "  hook: {webhook: json, url: {env: DX_HOOK}}\n"
        "  lost: {webhook: slack, url: {env: DX_NO_HOOK}}\n",
        dir, dir);
    buf_init(&complaints, 1 << 16);
    cr_assert(config_load(&config, "t.yaml", text, &none, &none, &complaints), "%s",
              complaints.bytes);
    buf_done(&complaints);
    snprintf(text, sizeof(text), "%s/hook/s3cret-path", server_url(server));
    setenv("DX_HOOK", text, 1);
    warned[0] = '\0';
    standing.start_ms = T0;
    begin_notices();
}

static void stop(void)
{
    notices_free(notices);
    http_free(http);
    server_free(server);
    ev_loop_destroy(loop);
    config_done(&config);
    kit_done();
    free(dir);
}

TestSuite(notices, .init = start, .fini = stop, .timeout = 60);

static void put(const char *name, const char *facts)
{
    const struct stored_notice notice = {
        .at_ms = T0, .name = name, .title = "t", .text = "x", .facts = facts, .loud = true
    };
    struct dx_error err = { 0 };

    cr_assert(store_put_rules(
        kit.store, &(struct rules_write){ .notices = &notice, .notice_count = 1, .now_ms = T0 },
        &err));
}

static bool waits(void)
{
    struct arena arena = { 0 };
    struct stored_notice n;
    bool there = store_next_notice(kit.store, T0 + DAY, &arena, &n);

    arena_free(&arena);
    return there;
}

/* Of the only notice. */
static int64_t tries(void)
{
    struct arena arena = { 0 };
    struct stored_notice n = { .tries = -1 };

    cr_assert_eq(store_notices_after(kit.store, 0, &n, 1, &arena), 1);
    arena_free(&arena);
    return n.tries;
}

/* Runs the loop for so long. */
static void on_enough(struct ev_loop *l, ev_timer *timer, int revents)
{
    (void)timer;
    (void)revents;
    ev_break(l, EVBREAK_ALL);
}

static void go_on(double s)
{
    ev_timer enough;

    notices_look(notices);
    ev_now_update(loop);
    ev_timer_init(&enough, on_enough, s, 0.);
    ev_timer_start(loop, &enough);
    ev_run(loop, 0);
    ev_timer_stop(loop, &enough);
}

static void go_on_until(bool (*holds)(void))
{
    for (int i = 0; i < 1000 && !holds(); i++)
        go_on(.02);
}

static const char *written(void)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/out", dir);
    return read_file(path);
}

static bool has_run(void)
{
    return strstr(written(), "ran\n") != NULL;
}

Test(notices, a_command_runs_once_with_the_facts_and_nothing_else)
{
    put("page", "DXTOP_RULE=slow $(id)\nDXTOP_VALUE=12\n");
    go_on_until(has_run);
    go_on(.1);
    cr_expect_str_eq(written(), "DXTOP_RULE=slow $(id)\nDXTOP_VALUE=12\nran\n");
    cr_expect_not(waits());
    cr_expect_str_eq(warned, "");
}

static void exec(const char *sql)
{
    struct dx_error err = { 0 };

    cr_assert(store_exec(kit.store, sql, &err), "%s", err.text);
}

/* Else it would run again after a crash, and with each look. */
Test(notices, nothing_is_given_before_the_store_knows_that_it_is)
{
    put("page", "DXTOP_RULE=slow\n");
    exec("CREATE TRIGGER held BEFORE UPDATE ON notice BEGIN SELECT RAISE(ABORT, 'not now'); END");
    for (int i = 0; i < 3; i++)
        go_on(.02);
    cr_expect_str_eq(written(), "");
    cr_expect(strstr(warned, "not now"), "%s", warned);
    cr_expect(waits());
    exec("DROP TRIGGER held");
    go_on_until(has_run);
    go_on(.1);
    cr_expect_str_eq(written(), "DXTOP_RULE=slow\nran\n");
    cr_expect_not(waits());
}

static bool has_warned_of_both(void)
{
    return strstr(warned, "notice fail") && strstr(warned, "notice slow");
}

Test(notices, a_command_that_fails_is_told_and_not_run_again)
{
    put("fail", "");
    put("slow", "");
    go_on_until(has_warned_of_both);
    cr_expect(strstr(warned, "notice fail was not given: the command false failed"), "%s", warned);
    cr_expect(strstr(warned, "notice slow was not given: the command sleep did not end within "
                             "0.1 s"),
              "%s", warned);
    cr_expect_not(waits());
}

Test(notices, a_webhook_is_posted_as_json)
{
    server_ok(server, "", "ok");
    put("hook", "{\"text\":\"x\"}");
    go_on(.3);
    cr_assert_eq(server_requests(server), 1);
    cr_expect_eq(strncmp(server_request(server, 0), "POST /hook/s3cret-path HTTP/1.1\r\n", 33), 0,
                 "%s", server_request(server, 0));
    cr_expect(strcasestr(server_request(server, 0), "\r\ncontent-type: application/json\r\n"));
    cr_expect(strstr(server_request(server, 0), "\r\n\r\n{\"text\":\"x\"}"));
    cr_expect_not(waits());
    cr_expect_str_eq(warned, "");
}

static void answer(const char *status)
{
    server_say(server, 0,
               "HTTP/1.1 %s\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", status);
}

Test(notices, what_a_webhook_surely_did_not_take_is_tried_again_later)
{
    answer("503 Unavailable");
    answer("429 Too Many");
    answer("202 Accepted");
    put("hook", "{}");
    go_on(.3);
    cr_expect_eq(server_requests(server), 1);
    cr_expect(waits());
    standing.start_ms += 10 * MINUTE;
    go_on(.3);
    standing.start_ms += 10 * MINUTE;
    go_on(.3);
    cr_expect_eq(server_requests(server), 3);
    cr_expect_not(waits());
    cr_expect_str_eq(warned, "");
}

Test(notices, what_it_may_have_taken_is_not)
{
    static const char *const statuses[] = { "500 Oops", "502 Bad Gateway", "404 Gone",
                                            "307 There" };

    for (size_t i = 0; i < 4; i++) {
        answer(statuses[i]);
        put("hook", "{}");
    }
    server_say(server, SERVE_RESET, "%s", "HTTP/1.1 2");
    put("hook", "{}");
    go_on(.3); /* four at once */
    go_on(.3);
    cr_expect_not(waits());
    cr_expect_eq(server_requests(server), 5, "%zu", server_requests(server));
    cr_expect(strstr(warned, "answered 307, a redirect, which is not followed"), "%s", warned);
    cr_expect(!strstr(warned, "s3cret"), "%s", warned);
}

/* Somebody's shell has the store when the answer comes: that it was given is kept until that can be
 * written, or the next collector would have to say that it does not know. */
Test(notices, what_became_of_it_waits_for_a_store_that_is_held_up)
{
    sqlite3 *shell;

    kit.store->busy_ms = 20;
    held_patience(kit.store);
    cr_assert_eq(sqlite3_open(kit.path, &shell), SQLITE_OK);
    server_ok(server, "", "ok");
    put("hook", "{}");
    notices_look(notices);
    cr_assert_eq(sqlite3_exec(shell, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    go_on(.3);
    go_on(.05);
    cr_expect_eq(server_requests(server), 1);
    cr_expect(strstr(warned, "locked"), "%s", warned);
    cr_assert_eq(sqlite3_exec(shell, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    warned[0] = '\0';
    go_on(.05);
    notices_free(notices);
    begin_notices(); /* the next collector */
    cr_expect_not(waits());
    cr_expect_eq(server_requests(server), 1);
    cr_expect_str_eq(warned, "");
    (void)sqlite3_close(shell);
}

/* libcurl sends a request again where a connection that it kept turns out to be dead. */
Test(notices, none_comes_twice_because_a_connection_died)
{
    server_ok(server, "", "ok");
    server_bytes(server, SERVE_CLOSE, "", 0);
    put("hook", "{}");
    go_on(.3);
    put("hook", "{}");
    go_on(.3);
    cr_expect_eq(server_requests(server), 2, "%zu", server_requests(server));
    cr_expect_not(waits());
}

Test(notices, nobody_listens_and_it_is_tried_again_and_at_last_given_up)
{
    char url[96];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/s3cret-path", free_port());
    setenv("DX_HOOK", url, 1);
    put("hook", "{}");
    for (int i = 0; i < 6; i++) {
        cr_expect(waits(), "%d", i);
        go_on(.2);
        standing.start_ms += HOUR;
    }
    cr_expect_not(waits());
    cr_expect(strstr(warned, "refused the connection"), "%s", warned);
    cr_expect(!strstr(warned, "s3cret"), "%s", warned);
}

Test(notices, a_clock_that_is_set_back_puts_none_off_nor_hurries_it)
{
    char url[96];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", free_port());
    setenv("DX_HOOK", url, 1);
    put("hook", "{}");
    standing.start_ms =
        T0 - 30 * MINUTE; /* never tried, and of a time to come: at once, and once */
    go_on(.2);
    go_on(.2);
    cr_expect_eq(tries(), 1, "%" PRId64, tries());
    standing.start_ms += 5 * MINUTE;
    go_on(.2);
    cr_expect_eq(tries(), 2, "%" PRId64, tries());
    standing.start_ms -= DAY; /* the next try is a day away now */
    go_on(.2);
    go_on(.2);
    cr_expect_eq(tries(), 3, "%" PRId64, tries());
    standing.start_ms += 10 * MINUTE;
    go_on(.2);
    cr_expect_eq(tries(), 4, "%" PRId64, tries());
}

Test(notices, a_secret_that_is_missing_is_named)
{
    unsetenv("DX_NO_HOOK");
    put("lost", "{}");
    go_on(.2);
    cr_expect(strstr(warned, "notice lost was not given: the variable DX_NO_HOOK"), "%s", warned);
    cr_expect_not(waits());
}

Test(notices, an_address_that_is_a_secret_goes_not_over_plain_http)
{
    setenv("DX_HOOK", "http://hooks.invalid/s3cret-path", 1);
    put("hook", "{}");
    go_on(.2);
    cr_expect_not(waits());
    cr_expect(strstr(warned, "plain http"), "%s", warned);
}

Test(notices, what_another_collector_had_begun_is_not_begun_again)
{
    put("slow", "");
    go_on(.02); /* it is under way */
    notices_free(notices);
    begin_notices();
    cr_expect(strstr(warned, "1 notice may not have been given"), "%s", warned);
    go_on(.1);
    cr_expect_not(waits());
}

Test(notices, one_that_waited_for_more_than_an_hour_is_old)
{
    put("page", "DXTOP_RULE=x\n");
    standing.start_ms = T0 + 61 * MINUTE;
    go_on(.2);
    cr_expect_str_eq(written(), "");
    cr_expect(strstr(warned, "more than an hour old"), "%s", warned);
    put("gone", "");
    go_on(.1);
    cr_expect(strstr(warned, "notice gone was not given: the configuration has it no more"), "%s",
              warned);
}
