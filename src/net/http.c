/* http: libcurl on libev. libcurl names the sockets and the one timeout that it
 * waits for, libev watches them, and act() hands every event back. */
#include "config.h"

#include "net/call.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum { CONNECTIONS = 16, CONNECTIONS_A_HOST = 4, LIFETIME_S = 300 };

struct watch { /* one per socket; libcurl keeps it for us by curl_multi_assign() */
    ev_io io;
};

static void tell_ended(struct http *http)
{
    CURLMsg *msg;
    int queued;

    while ((msg = curl_multi_info_read(http->multi, &queued)) != NULL) {
        struct http_call *call = NULL;
        CURLcode code = msg->data.result; /* msg dies with the next lines */

        (void)curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &call);
        (void)curl_multi_remove_handle(http->multi, msg->easy_handle);
        call_ended(call, code);
    }
}

/* Without memory it loses calls, which would never end. */
static void move_on(struct http *http, curl_socket_t fd, int events)
{
    int running;

    if (curl_multi_socket_action(http->multi, fd, events, &running) == CURLM_OUT_OF_MEMORY)
        mem_die();
}

static void act(struct http *http, curl_socket_t fd, int events)
{
    move_on(http, fd, events);
    tell_ended(http);
}

static void on_socket(struct ev_loop *loop, ev_io *io, int revents)
{
    int in = (revents & EV_READ) ? CURL_CSELECT_IN : 0;
    int out = (revents & EV_WRITE) ? CURL_CSELECT_OUT : 0;

    (void)loop;
    act(io->data, io->fd, in | out);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

void http_push(struct http *http)
{
    move_on(http, CURL_SOCKET_TIMEOUT, 0);
    ev_feed_event(http->loop, &http->timer, EV_TIMER); /* to tell what ended by it */
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *self, void *assigned)
{
    struct http *http = self;
    struct watch *watch = assigned;

    (void)easy;
    if (watch)
        ev_io_stop(http->loop, &watch->io);
    if (what == CURL_POLL_REMOVE) {
        free(watch);
        return 0;
    }
    if (!watch) {
        watch = mem_new(1, sizeof(*watch));
        (void)curl_multi_assign(http->multi, fd, watch);
    }
    ev_io_init(&watch->io, on_socket, fd,
               ((what & CURL_POLL_IN) ? EV_READ : 0) | ((what & CURL_POLL_OUT) ? EV_WRITE : 0));
    watch->io.data = http;
    ev_io_start(http->loop, &watch->io);
    return 0;
}

/* Only arms the timer: libcurl must not be called from here. */
static int watch_timeout(CURLM *multi, long timeout_ms, void *self)
{
    struct http *http = self;

    (void)multi;
    ev_timer_stop(http->loop, &http->timer);
    if (timeout_ms >= 0) {
        ev_now_update(http->loop); /* or it fires at once after long work */
        ev_timer_set(&http->timer, (double)timeout_ms / 1e3, 0.);
        ev_timer_start(http->loop, &http->timer);
    }
    return 0;
}

struct http *http_new(struct ev_loop *loop, const char *user_agent)
{
    struct http *http = mem_new(1, sizeof(*http));

    (void)curl_global_init(CURL_GLOBAL_DEFAULT); /* counted: each http has its own */
    http->loop = loop;
    http->user_agent = mem_text(user_agent);
    http->lifetime_s = LIFETIME_S;
    http->multi = curl_multi_init();
    if (!http->multi)
        mem_die();
    ev_timer_init(&http->timer, on_timer, 0., 0.);
    http->timer.data = http;
    (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, watch_timeout);
    (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    (void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS);
    (void)curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)CONNECTIONS_A_HOST);
    return http;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    while (http->calls)
        http_cancel(http->calls);
    (void)curl_multi_cleanup(http->multi);
    ev_timer_stop(http->loop, &http->timer);
    free(http->user_agent);
    free(http);
    curl_global_cleanup();
}
