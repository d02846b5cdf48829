/* http: libcurl's multi interface on libev. libcurl names the sockets and the
 * one timeout that it waits for, libev watches them. No thread, no polling.
 * A request is started and its callback is called once, from the loop, with a
 * reply that lives until the callback returns. Callbacks may start and cancel
 * requests, but not free the http that calls them. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <ev.h>

#include "core/buf.h"
#include "model/endpoint.h"

struct http; /* the multi handle, its watchers and the connections */

struct http *http_new(struct ev_loop *loop, const char *user_agent);
void http_free(struct http *http); /* drops what is under way without callbacks */

struct http_request {
    const struct endpoint *endpoint;
    const char *path;   /* appended to the endpoint's url, or a whole URL of the same origin */
    const char *form;   /* POST body; NULL: GET */
    const char *accept; /* "application/json" */
    /* Who knows the address may come in: it does not go over plain http, is wiped, a redirect
     * is an answer as any other, and the request is sent once, on a connection of its own. */
    bool secret_url;
    bool fresh;       /* the one before failed: not on its connection, which may be dead */
    const char *etag; /* If-None-Match; "" or NULL: none */
    /* Only the last bytes of a long body are wanted, about so many: then max_body
     * does not count, but HTTP_TAIL_OF does. 0: all of it. */
    size_t tail;
    const char
        *authorization; /* whole header value from auth, "" none; dropped on another origin */
    const struct http_header { /* resolved; dropped on another origin */
        const char *name, *value;
        bool secret; /* does not go over plain http; authorization never does */
    } * headers;
    size_t header_count;
};

enum { HTTP_TAIL_OF = 256 << 20 }; /* what a tail may be the end of */

struct http_reply {
    const struct dx_error *error; /* NULL: the server answered (any status) */
    bool too_large;               /* the error is that the body passed max_body */
    bool unsent;                  /* the error came before the server could see the request */
    int status;
    const char *body; /* NUL-terminated */
    size_t len;
    bool cut; /* body is a tail: more came before it */
    const char *content_type, *etag;
    /* All headers but cookies, "name: value\n" each, names in lower case, 8 KiB at
     * most (what does not fit is not there). */
    const char *head;
    const char *next;         /* Link rel="next" when of the same origin, else "" */
    bool astray;              /* there is one, and it leads to another origin, or nowhere */
    int64_t retry_after_s;    /* -1: not said; a date is turned into seconds by the Date header,
                                 or by our own clock where there is none */
    int64_t delay_ms;         /* so long the server held the answer back (X-RateLimit-Delay) */
    int64_t date_ms;          /* the server's clock; 0 not said */
    int64_t limit, remaining; /* -1: not said */
    int64_t reset_ms;         /* Unix ms by the server's clock, 0 not said */
    int64_t bytes;            /* received, on the wire */
    int64_t latency_ms;       /* start to last byte */
    const char *url;          /* where it ended, without credentials */
};

typedef void http_done_fn(void *self, const struct http_reply *reply);

struct http_call; /* one request under way */
/* Never fails: what is wrong comes through the callback, from the loop. The
 * request is copied. */
struct http_call *http_start(struct http *http, const struct http_request *request,
                             http_done_fn *done, void *self);
/* Before the loop goes on: send what was started, as far as that goes without waiting. For a
 * callback that has long work to do; what ends meanwhile is told after it. */
void http_push(struct http *http);
void http_cancel(struct http_call *call); /* no callback after it; call is gone */

/* The sentence for a status that is no success: fault, retry_after_s and text
 * ("refused (401): the credentials are missing, wrong or expired; renew them").
 * 429, and 403 with nothing left, with Retry-After or with words of a limit (GitHub's
 * secondary one has no headers), are DX_FAULT_LIMITED: where the server did not
 * say how long, until its limit's reset. */
bool http_refused(const struct http_reply *reply, struct dx_error *err);

#endif
