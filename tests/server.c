/* server: a scripted HTTP server for tests. */
#include "config.h"

#include "server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <criterion/criterion.h>

enum { REQUEST_MAX = 64 << 10, MOST = 64 };

static const double DRIP_S = 0.02;

struct reply {
    unsigned how;
    char *bytes;
    size_t len;
};

struct connection {
    struct server *server;
    struct connection *next;
    int fd;
    ev_io in, out;
    ev_timer drip;
    char request[REQUEST_MAX];
    size_t len;
    const struct reply *reply; /* under way */
    size_t sent;
};

struct server {
    struct ev_loop *loop;
    int fd, port;
    char url[64];
    ev_io accepting;
    struct connection *connections;
    struct reply replies[MOST];
    size_t reply_count, connection_count, request_count;
    char *requests[MOST];
};

static void drop(struct connection *c)
{
    struct connection **link = &c->server->connections;

    while (*link != c)
        link = &(*link)->next;
    *link = c->next;
    ev_io_stop(c->server->loop, &c->in);
    ev_io_stop(c->server->loop, &c->out);
    ev_timer_stop(c->server->loop, &c->drip);
    close(c->fd);
    free(c);
}

/* The reply is through. */
static void sent(struct connection *c)
{
    unsigned how = c->reply->how;

    c->reply = NULL;
    ev_io_stop(c->server->loop, &c->out);
    ev_timer_stop(c->server->loop, &c->drip);
    if (how & SERVE_RESET)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 },
                   sizeof(struct linger));
    if (how & (SERVE_RESET | SERVE_CLOSE))
        drop(c);
}

static void send_some(struct connection *c, size_t most)
{
    size_t left = c->reply->len - c->sent;
    ssize_t n = send(c->fd, c->reply->bytes + c->sent, left < most ? left : most, MSG_NOSIGNAL);

    if (n < 0 && errno != EAGAIN) {
        drop(c);
        return;
    }
    c->sent += n > 0 ? (size_t)n : 0;
    if (c->sent == c->reply->len)
        sent(c);
}

static void on_out(struct ev_loop *loop, ev_io *io, int revents)
{
    (void)loop;
    (void)revents;
    send_some(io->data, SIZE_MAX);
}

static void on_drip(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    send_some(timer->data, 1);
}

/* The reply to the request that comes now; NULL: say nothing. */
static const struct reply *reply_now(const struct server *s)
{
    size_t n = s->request_count;

    if (s->reply_count == 0)
        return NULL;
    return &s->replies[n < s->reply_count ? n : s->reply_count - 1];
}

static void answer(struct connection *c)
{
    struct server *s = c->server;
    size_t n = s->request_count;

    c->reply = reply_now(s);
    if (n < MOST) {
        s->requests[n] = strdup(c->request);
        s->request_count++;
    }
    c->len = 0;
    c->sent = 0;
    if (!c->reply)
        return;
    if (c->reply->len == 0)
        sent(c);
    else if (c->reply->how & SERVE_DRIP)
        ev_timer_again(s->loop, &c->drip);
    else
        ev_io_start(s->loop, &c->out);
}

static bool is_whole(const struct connection *c)
{
    const char *end = strstr(c->request, "\r\n\r\n"),
               *length = strcasestr(c->request, "\nContent-Length:");
    size_t body = length && length < end ? strtoul(length + 16, NULL, 10) : 0;
    const struct reply *reply = reply_now(c->server);

    if (reply && (reply->how & SERVE_AT_ONCE))
        return true;
    return end && c->len >= (size_t)(end + 4 - c->request) + body;
}

static void on_in(struct ev_loop *loop, ev_io *io, int revents)
{
    struct connection *c = io->data;
    ssize_t n = recv(c->fd, c->request + c->len, REQUEST_MAX - 1 - c->len, 0);

    (void)loop;
    (void)revents;
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        drop(c);
        return;
    }
    c->len += (size_t)n;
    c->request[c->len] = '\0';
    if (is_whole(c))
        answer(c);
}

static void on_accept(struct ev_loop *loop, ev_io *io, int revents)
{
    struct server *s = io->data;
    int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)revents;
    if (fd < 0)
        return;
    struct connection *c = calloc(1, sizeof(*c));
    c->server = s;
    c->fd = fd;
    c->next = s->connections;
    s->connections = c;
    s->connection_count++;
    ev_io_init(&c->in, on_in, fd, EV_READ);
    ev_io_init(&c->out, on_out, fd, EV_WRITE);
    ev_timer_init(&c->drip, on_drip, 0., DRIP_S);
    c->in.data = c->out.data = c->drip.data = c;
    ev_io_start(loop, &c->in);
}

struct server *server_new(struct ev_loop *loop)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(a);
    struct server *s = calloc(1, sizeof(*s));

    s->loop = loop;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    cr_assert(bind(s->fd, (struct sockaddr *)&a, len) == 0 && listen(s->fd, 64) == 0 &&
              getsockname(s->fd, (struct sockaddr *)&a, &len) == 0);
    s->port = ntohs(a.sin_port);
    snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d", s->port);
    ev_io_init(&s->accepting, on_accept, s->fd, EV_READ);
    s->accepting.data = s;
    ev_io_start(loop, &s->accepting);
    return s;
}

void server_free(struct server *s)
{
    if (!s)
        return;
    while (s->connections)
        drop(s->connections);
    ev_io_stop(s->loop, &s->accepting);
    close(s->fd);
    for (size_t i = 0; i < s->reply_count; i++)
        free(s->replies[i].bytes);
    for (size_t i = 0; i < s->request_count; i++)
        free(s->requests[i]);
    free(s);
}

int server_port(const struct server *s)
{
    return s->port;
}

const char *server_url(const struct server *s)
{
    return s->url;
}

void server_bytes(struct server *s, unsigned how, const void *bytes, size_t len)
{
    cr_assert_lt(s->reply_count, MOST);
    s->replies[s->reply_count] = (struct reply){ .how = how, .bytes = malloc(len + 1), .len = len };
    memcpy(s->replies[s->reply_count++].bytes, bytes, len);
}

void server_say(struct server *s, unsigned how, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    cr_assert_geq(n, 0);
    server_bytes(s, how, text, (size_t)n);
    free(text);
}

void server_ok(struct server *s, const char *headers, const char *body)
{
    server_say(s, 0, "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n%s", headers, strlen(body),
               body);
}

const char *server_request(const struct server *s, size_t n)
{
    return n < s->request_count ? s->requests[n] : "";
}

size_t server_requests(const struct server *s)
{
    return s->request_count;
}

size_t server_connections(const struct server *s)
{
    return s->connection_count;
}
