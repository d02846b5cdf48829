/* call: one request under way, from start to callback; inside net only. */
#ifndef NET_CALL_H
#define NET_CALL_H

#include <curl/curl.h>

#include "net/header.h"
#include "net/http.h"
#include "net/origin.h"

struct http {
    struct ev_loop *loop;
    CURLM *multi;
    ev_timer timer;
    char *user_agent;
    struct http_call *calls; /* all that are under way */
};

struct http_call {
    struct http *http;
    struct http_call *next, **link; /* in http->calls */
    http_done_fn *done;
    void *self;

    const struct endpoint *endpoint;
    CURL *easy;
    struct curl_slist *headers;
    char *form, *etag, *accept;
    char **credentials; /* "Name: value" of the first origin; in the vault */
    size_t credential_count;
    struct origin origin; /* of the endpoint */
    char url[URL_MAX];
    int redirects;
    int64_t start_ms; /* boot time */
    ev_timer soon;    /* for what fails before it began */
    struct dx_error error;

    struct buf body;
    char content_type[128], reply_etag[256], location[URL_MAX], link_header[URL_MAX],
        next_url[URL_MAX];
    char retry_after[64];
    struct limits limits;
    int64_t date_ms;
    int64_t bytes;
    char why[CURL_ERROR_SIZE];
};

/* libcurl is through with it (its handle is no longer in the multi). */
void call_ended(struct http_call *call, CURLcode code);

/* The sentence for a transfer that brought no answer. */
void call_failed(struct http_call *call, CURLcode code);

#endif
