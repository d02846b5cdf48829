/* call: one request under way, from start to callback; inside net only. */
#ifndef NET_CALL_H
#define NET_CALL_H

#include <curl/curl.h>

#include "net/http.h"
#include "net/limits.h"
#include "net/origin.h"

struct http {
    struct ev_loop *loop;
    CURLM *multi;
    ev_timer timer;
    char *user_agent;
    long lifetime_s;         /* of a connection: a name may lead elsewhere meanwhile */
    struct http_call *calls; /* all that are under way */
};

enum { HEAD_KEPT = 8 << 10 };

/* What the last answer's head said; made empty at every status line. */
struct head {
    size_t size; /* in bytes, of all heads of the call */
    bool too_large;
    char content_type[128], etag[256], retry_after[64];
    char location[URL_MAX], link[URL_MAX];
    char all[HEAD_KEPT]; /* see http_reply.head */
    size_t all_len;
    struct limits limits;
    int64_t date_ms;
};

struct http_call {
    struct http *http;
    struct http_call *next, **link; /* in http->calls; link NULL: not there any more */
    http_done_fn *done;
    void *self;

    const struct endpoint *endpoint;
    struct origin origin; /* of the endpoint */
    char *form;
    struct lines *lines; /* the headers to send */
    bool secret;         /* there is one among them, or the address is */
    bool secret_url;
    bool fresh;

    CURL *easy;
    char url[URL_MAX];
    int redirects;
    int64_t start_ms; /* boot time */
    ev_timer soon;    /* for what fails before it began */
    ev_timer deadline;
    struct dx_error error;

    struct head head;
    struct buf body;
    size_t tail;  /* see http_request.tail */
    int64_t came; /* of the body, after decompression, so far */
    char next_url[URL_MAX];
    int64_t bytes;
    char why[CURL_ERROR_SIZE];
};

/* libcurl is through with it (its handle is no longer in the multi). */
void call_ended(struct http_call *call, CURLcode code);

/* The sentence for a transfer that brought no answer. */
void call_failed(struct http_call *call, CURLcode code);

/* ---- handle.c: what libcurl is told ---- */

/* The header lines of a request, in memory that is wiped; without copies. */
struct lines *lines_new(const struct http_request *request);
void lines_free(struct lines *lines);

/* What stays the same for the whole call. */
void handle_set(struct http_call *call);
/* What belongs to one hop: call->url at origin `there`. The credentials and
 * whatever else is the endpoint's own go to its origin only. */
void handle_aim(struct http_call *call, const struct origin *there);

/* ---- head.c: what the server sends before the body ---- */

/* CURLOPT_HEADERFUNCTION with struct head *: one line. */
size_t head_line(char *bytes, size_t size, size_t n, void *self);

#endif
