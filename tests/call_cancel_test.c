/* Calls that are given up, by whoever waits for them and by callbacks. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

TestSuite(cancelled_call, .init = client_serve, .fini = client_stop, .timeout = 30);

/* ---- many, and none ---- */

static void count(void *self, const struct http_reply *reply)
{
    (void)reply;
    ++*(int *)self;
}

Test(cancelled_call, what_is_cancelled_never_calls_back)
{
    struct got got;
    int others = 0;

    server_ok(client.server, "", "{}");
    client.request.path = "/";
    client.endpoint.url = server_url(client.server);
    struct http_call *first = http_start(client.http, &client.request, count, &others);
    client_begin(&got, server_url(client.server), "/");
    struct http_call *last = http_start(client.http, &client.request, count, &others);
    http_cancel(first);
    http_cancel(last);
    client_wait(&got);
    for (int i = 0; i < 20; i++)
        ev_run(client.loop, EVRUN_NOWAIT);
    cr_expect_eq(got.status, 200);
    cr_expect_eq(others, 0);
    client_done(&got);
}

Test(cancelled_call, what_failed_before_it_began_can_be_cancelled_as_well)
{
    int calls = 0;

    client.request.path = "/";
    client.request.authorization = "Bearer s3cret";
    client.endpoint.url = "http://192.0.2.1";
    http_cancel(http_start(client.http, &client.request, count, &calls));
    for (int i = 0; i < 5; i++)
        ev_run(client.loop, EVRUN_NOWAIT);
    cr_expect_eq(calls, 0);
}

static struct http_call *victim;
static struct got after;

static void start_and_cancel(void *self, const struct http_reply *reply)
{
    (void)self;
    cr_expect_eq(reply->status, 200);
    http_cancel(victim);
    client_begin(&after, server_url(client.server), "/after");
}

Test(cancelled_call, a_callback_may_start_and_cancel)
{
    struct server *silent = server_new(client.loop);
    int calls = 0;

    server_ok(client.server, "", "{}");
    client.request.path = "/";
    client.endpoint.url = server_url(client.server);
    http_start(client.http, &client.request, start_and_cancel, NULL);
    client.endpoint.url = server_url(silent); /* so it still waits when it is cancelled */
    victim = http_start(client.http, &client.request, count, &calls);
    client_wait(&after);
    cr_expect_eq(after.status, 200);
    cr_expect_eq(calls, 0);
    client_done(&after);
    server_free(silent);
}

Test(cancelled_call, all_can_be_dropped_while_they_run)
{
    int calls = 0;

    client.request.path = "/";
    client.endpoint.url = server_url(client.server);
    for (int i = 0; i < 6; i++)
        http_start(client.http, &client.request, count, &calls);
    for (int i = 0; i < 10; i++)
        ev_run(client.loop, EVRUN_NOWAIT);
    http_free(client.http);
    client.http = NULL;
    for (int i = 0; i < 10; i++)
        ev_run(client.loop, EVRUN_NOWAIT);
    cr_expect_eq(calls, 0);
}
