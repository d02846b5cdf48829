/* client: what tests of net share: a loop, an http, an endpoint that can be
 * bent, and requests that are waited for. */
#ifndef TESTS_CLIENT_H
#define TESTS_CLIENT_H

#include <criterion/criterion.h>

#include "net/http.h"
#include "server.h"

struct got { /* a reply, copied */
    bool done;
    struct dx_error error;
    int status;
    size_t len;
    char *body;
    bool cut, unsent;
    bool astray;
    char content_type[128], etag[256], next[512], url[512], head[9000];
    int64_t retry_after_s, delay_ms, date_ms, limit, remaining, reset_ms, bytes, latency_ms;
};

struct client {
    struct ev_loop *loop;
    struct http *http;
    struct server *server;    /* of client_serve() */
    struct endpoint endpoint; /* 2 s for an answer, 1 s for a connection, 1 MiB */
    struct http_request request;
};
extern struct client client;

void client_start(void); /* for .init */
void client_serve(void); /* the same, with a server */
void client_stop(void);  /* for .fini */

/* Starts client.request with this path; got is filled when it is done. */
struct http_call *client_begin(struct got *got, const char *url, const char *path);
void client_wait(const struct got *got); /* runs the loop until it is done, at most 10 s */
void client_done(struct got *got);       /* frees */
/* Both; the reply lives until the next one. */
const struct got *client_get(const char *url, const char *path);

#endif
