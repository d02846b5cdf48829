/* server: a scripted HTTP server on the test's own loop, at a port of the
 * kernel's. Every request gets the next reply, and then the last one again. What
 * was asked is kept. */
#ifndef TESTS_SERVER_H
#define TESTS_SERVER_H

#include <stddef.h>

#include <ev.h>

enum serve {
    SERVE_CLOSE = 1,   /* close behind the reply */
    SERVE_DRIP = 2,    /* a byte every 20 ms */
    SERVE_RESET = 4,   /* end with a RST behind the reply */
    SERVE_AT_ONCE = 8, /* to any bytes, not to a whole request */
};

struct server;

struct server *server_new(struct ev_loop *loop);
void server_free(struct server *server); /* NULL is fine */
int server_port(const struct server *server);
const char *server_url(const struct server *server); /* "http://127.0.0.1:PORT" */

/* Add a reply, as it goes over the wire; without any the server says nothing. */
void server_bytes(struct server *server, unsigned how, const void *bytes, size_t len);
void server_say(struct server *server, unsigned how, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "HTTP/1.1 200 OK", the headers (each with its \r\n), Content-Length, the body. */
void server_ok(struct server *server, const char *headers, const char *body);

/* Head and body of the n-th request, from 0; "" when there was none. */
const char *server_request(const struct server *server, size_t n);
size_t server_requests(const struct server *server);
size_t server_connections(const struct server *server); /* accepted so far */

#endif
