/* client: what tests of net share. */
#include "config.h"

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct client client;

static struct got last;

void client_start(void)
{
    client.loop = ev_loop_new(EVFLAG_AUTO);
    client.http = http_new(client.loop, "dxtop/test");
    client.endpoint = (struct endpoint){ .url = "",
                                         .user = "",
                                         .ca = "",
                                         .cert = "",
                                         .key = "",
                                         .proxy = "",
                                         .timeout_ms = 2000,
                                         .connect_timeout_ms = 1000,
                                         .max_body = 1 << 20 };
    client.request = (struct http_request){ .endpoint = &client.endpoint };
    /* Nothing of the machine's own may bend the tests. */
    const char *const names[] = { "http_proxy",  "https_proxy", "all_proxy", "no_proxy",
                                  "HTTPS_PROXY", "ALL_PROXY",   "NO_PROXY" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unsetenv(names[i]);
}

void client_serve(void)
{
    client_start();
    client.server = server_new(client.loop);
}

void client_stop(void)
{
    http_free(client.http);
    server_free(client.server);
    ev_loop_destroy(client.loop);
    client_done(&last);
}

static void on_done(void *self, const struct http_reply *r)
{
    struct got *got = self;

    *got = (struct got){ .done = true,
                         .status = r->status,
                         .len = r->len,
                         .body = malloc(r->len + 1),
                         .cut = r->cut,
                         .retry_after_s = r->retry_after_s,
                         .delay_ms = r->delay_ms,
                         .date_ms = r->date_ms,
                         .limit = r->limit,
                         .remaining = r->remaining,
                         .reset_ms = r->reset_ms,
                         .bytes = r->bytes,
                         .unsent = r->unsent,
                         .latency_ms = r->latency_ms };
    if (r->error)
        got->error = *r->error;
    memcpy(got->body, r->body, r->len + 1);
    snprintf(got->content_type, sizeof(got->content_type), "%s", r->content_type);
    snprintf(got->etag, sizeof(got->etag), "%s", r->etag);
    got->astray = r->astray;
    snprintf(got->next, sizeof(got->next), "%s", r->next);
    snprintf(got->head, sizeof(got->head), "%s", r->head);
    snprintf(got->url, sizeof(got->url), "%s", r->url);
    ev_break(client.loop, EVBREAK_ALL);
}

struct http_call *client_begin(struct got *got, const char *url, const char *path)
{
    *got = (struct got){ .done = false };
    client.endpoint.url = url;
    client.request.path = path;
    return http_start(client.http, &client.request, on_done, got);
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)revents;
    timer->data = timer;
    ev_break(loop, EVBREAK_ALL);
}

void client_wait(const struct got *got)
{
    ev_timer late;

    ev_timer_init(&late, on_late, 10., 0.);
    late.data = NULL;
    ev_now_update(client.loop);
    ev_timer_start(client.loop, &late);
    while (!got->done && !late.data)
        ev_run(client.loop, 0);
    ev_timer_stop(client.loop, &late);
    cr_assert(got->done, "no callback came within 10 s");
}

void client_done(struct got *got)
{
    free(got->body);
    *got = (struct got){ .done = false };
}

const struct got *client_get(const char *url, const char *path)
{
    client_done(&last);
    client_begin(&last, url, path);
    client_wait(&last);
    return &last;
}
