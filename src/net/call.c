/* call: one request under way: its deadlines, its redirects, its end. */
#include "config.h"

#include "net/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/time.h"
#include "net/header.h"

enum { REDIRECTS_MOST = 5 };

static void unlink_call(struct http_call *call)
{
    ev_timer_stop(call->http->loop, &call->soon);
    ev_timer_stop(call->http->loop, &call->deadline);
    if (!call->link)
        return;
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
    call->link = NULL;
}

static void free_call(struct http_call *call)
{
    unlink_call(call);
    curl_easy_cleanup(call->easy);
    lines_free(call->lines);
    free(call->form);
    buf_done(&call->body);
    if (call->secret_url)
        explicit_bzero(call->url, sizeof(call->url));
    free(call);
}

void http_cancel(struct http_call *call)
{
    (void)curl_multi_remove_handle(call->http->multi, call->easy);
    free_call(call);
}

/* ---- one hop ---- */

static void fail_soon(struct http_call *call)
{
    ev_timer_set(&call->soon, 0., 0.);
    ev_timer_start(call->http->loop, &call->soon);
}

/* The reason why it does not go there is in call->error. */
static bool may_go(struct http_call *call, struct origin *there, int64_t left_ms)
{
    struct dx_error *err = &call->error;

    if (err->fault != DX_FAULT_NONE)
        return false;
    if (!origin_of(there, call->url))
        return dx_fail(err, DX_FAULT_CONFIG, "not an http or https address");
    if (call->secret && origin_same(there, &call->origin) && strcmp(there->scheme, "http") == 0 &&
        !origin_is_loopback(there) && !call->endpoint->insecure_http)
        return dx_fail(err, DX_FAULT_CONFIG,
                       "credentials are not sent to %s over plain http; use https, or set "
                       "insecure_http",
                       there->host);
    if (left_ms <= 0)
        return dx_fail(err, DX_FAULT_NETWORK, "%s led on and on until %g s were over", there->host,
                       (double)call->endpoint->timeout_ms / 1e3);
    return true;
}

/* Ask for call->url. */
static void go(struct http_call *call)
{
    int64_t left_ms = call->endpoint->timeout_ms - (time_boot_ms() - call->start_ms);
    struct origin there = { .port = 0 };

    if (!may_go(call, &there, left_ms)) {
        fail_soon(call);
        return;
    }
    buf_clear(&call->body);
    call->came = 0;
    handle_aim(call, &there);
    if (curl_multi_add_handle(call->http->multi, call->easy) != CURLM_OK)
        mem_die();
}

static bool is_redirect(const struct http_call *call, long status)
{
    return !call->secret_url &&
           (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) &&
           *call->head.location;
}

static void redirect(struct http_call *call, long status)
{
    struct dx_error *err = &call->error;
    struct origin from = { .port = 0 };
    char to[URL_MAX];

    (void)origin_of(&from, call->url);
    if (!origin_join(to, call->url, call->head.location))
        dx_fail(err, DX_FAULT_NETWORK, "%s redirects to what is no address", from.host);
    else if (strncmp(to, "http://", 7) != 0 && strncmp(to, "https://", 8) != 0)
        dx_fail(err, DX_FAULT_NETWORK, "%s redirects to another protocol than http and https",
                from.host);
    else if (++call->redirects > REDIRECTS_MOST)
        dx_fail(err, DX_FAULT_NETWORK, "%s redirects more than %d times", from.host,
                REDIRECTS_MOST);
    else
        (void)snprintf(call->url, sizeof(call->url), "%s", to);
    if (status <= 303) { /* as every client does: what follows a form is a GET */
        free(call->form);
        call->form = NULL;
    }
    go(call);
}

/* ---- the end ---- */

static const char *next_page(struct http_call *call, bool *astray)
{
    char raw[URL_MAX];
    struct origin there;

    *astray = false;
    (void)header_next(call->head.link, raw, sizeof(raw));
    if (!*raw)
        return "";
    *astray = true;
    if (!origin_join(call->next_url, call->url, raw) || !origin_of(&there, call->next_url) ||
        !origin_same(&there, &call->origin))
        return "";
    *astray = false;
    return call->next_url;
}

/* libcurl did not come so far as to begin the transfer. */
static bool was_unsent(const struct http_call *call)
{
    curl_off_t began_us = 0;

    (void)curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME_T, &began_us);
    return began_us == 0;
}

static void deliver(struct http_call *call, int status)
{
    const struct head *head = &call->head;
    const struct clock machine = { .simulated = false };
    bool failed = call->error.fault != DX_FAULT_NONE, astray;
    int64_t now_ms = head->date_ms > 0 ? head->date_ms : clock_now(&machine);
    struct http_reply reply = {
        .error = failed ? &call->error : NULL,
        .too_large = failed && call->body.full,
        .unsent = failed && was_unsent(call),
        .status = status,
        .body = call->body.bytes && !failed ? call->body.bytes : "", /* half of one is none */
        .len = failed ? 0 : call->body.len,
        .cut = !failed && call->tail > 0 && call->came > (int64_t)call->body.len,
        .content_type = head->content_type,
        .head = head->all,
        .etag = head->etag,
        .next = next_page(call, &astray),
        .retry_after_s = -1,
        .delay_ms = head->limits.delay_ms,
        .date_ms = head->date_ms,
        .limit = head->limits.limit,
        .remaining = head->limits.remaining,
        .reset_ms = limits_reset_ms(&head->limits, now_ms),
        .bytes = call->bytes,
        .latency_ms = time_boot_ms() - call->start_ms,
        .url = call->url,
    };

    if (*head->retry_after)
        reply.retry_after_s = header_retry_after(head->retry_after, now_ms);
    reply.astray = astray;
    unlink_call(call);
    call->done(call->self, &reply);
    free_call(call);
}

static void on_soon(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    deliver(timer->data, 0);
}

void call_ended(struct http_call *call, CURLcode code)
{
    curl_off_t size = 0;
    long head = 0, status = 0;

    (void)curl_easy_getinfo(call->easy, CURLINFO_SIZE_DOWNLOAD_T, &size);
    (void)curl_easy_getinfo(call->easy, CURLINFO_HEADER_SIZE, &head);
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->bytes += (int64_t)size + head;
    if (code != CURLE_OK) {
        call_failed(call, code);
        deliver(call, 0);
    } else if (is_redirect(call, status)) {
        redirect(call, status);
    } else {
        deliver(call, (int)status);
    }
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct http_call *call = timer->data;

    (void)loop;
    (void)revents;
    (void)curl_multi_remove_handle(call->http->multi, call->easy);
    call_ended(call, CURLE_OPERATION_TIMEDOUT);
}

/* ---- the beginning ---- */

/* The deadline is ours, and behind all that the loop has to do otherwise: libcurl looks at its own
 * before it reads, and an answer that came while we computed would be there in vain. */
static void set_deadline(struct http_call *call)
{
    ev_timer_init(&call->deadline, on_deadline, (double)call->endpoint->timeout_ms / 1e3, 0.);
    ev_set_priority(&call->deadline, EV_MINPRI);
    call->deadline.data = call;
    ev_now_update(call->http->loop);
    ev_timer_start(call->http->loop, &call->deadline);
}

static void link_call(struct http *http, struct http_call *call)
{
    call->http = http;
    call->next = http->calls;
    call->link = &http->calls;
    if (call->next)
        call->next->link = &call->next;
    http->calls = call;
}

static void set_url(struct http_call *call, const char *path)
{
    bool whole = strncmp(path, "http://", 7) == 0 || strncmp(path, "https://", 8) == 0;
    int n = snprintf(call->url, sizeof(call->url), "%s%s", whole ? "" : call->endpoint->url, path);

    if (n < 0 || (size_t)n >= sizeof(call->url))
        dx_fail(&call->error, DX_FAULT_CONFIG, "an address of more than %d bytes; ask for less",
                URL_MAX - 1);
}

static bool has_secret(const struct http_request *request)
{
    bool secret = request->authorization && *request->authorization;

    for (size_t i = 0; i < request->header_count; i++)
        secret = secret || request->headers[i].secret;
    return secret;
}

struct http_call *http_start(struct http *http, const struct http_request *request,
                             http_done_fn *done, void *self)
{
    struct http_call *call = mem_new(1, sizeof(*call));

    link_call(http, call);
    call->done = done;
    call->self = self;
    call->endpoint = request->endpoint;
    call->form = request->form ? mem_text(request->form) : NULL;
    call->lines = lines_new(request);
    call->secret = request->secret_url || has_secret(request);
    call->secret_url = request->secret_url;
    call->fresh = request->fresh;
    call->start_ms = time_boot_ms();
    call->tail = request->tail;
    buf_init(&call->body, call->tail > 0 ? 2 * call->tail + CURL_MAX_WRITE_SIZE
                                         : (size_t)request->endpoint->max_body);
    limits_clear(&call->head.limits);
    ev_timer_init(&call->soon, on_soon, 0., 0.);
    call->soon.data = call;
    call->easy = curl_easy_init();
    if (!call->easy)
        mem_die();
    (void)origin_of(&call->origin, request->endpoint->url);
    set_url(call, request->path);
    handle_set(call);
    set_deadline(call);
    go(call);
    return call;
}
