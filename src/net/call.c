/* call: one request under way: its handle, its deadlines, its redirects. */
#include "config.h"

#include "net/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/mem.h"
#include "core/text.h"
#include "core/time.h"
#include "net/vault.h"

enum { REDIRECTS_MOST = 5 };

static void free_call(struct http_call *call)
{
    ev_timer_stop(call->http->loop, &call->soon);
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    for (size_t i = 0; i < call->credential_count; i++)
        vault_free(call->credentials[i]);
    free(call->credentials);
    free(call->form);
    free(call->etag);
    free(call->accept);
    buf_done(&call->body);
    free(call);
}

void http_cancel(struct http_call *call)
{
    if (call->easy)
        (void)curl_multi_remove_handle(call->http->multi, call->easy);
    free_call(call);
}

/* ---- what the server sends ---- */

static size_t on_body(char *bytes, size_t size, size_t n, void *self)
{
    struct http_call *call = self;

    return buf_add(&call->body, bytes, size * n) ? size * n : 0;
}

static void keep(char *out, size_t cap, const char *value)
{
    (void)text_clean(out, cap, value, strlen(value));
}

static size_t on_header(char *bytes, size_t size, size_t n, void *self)
{
    struct http_call *call = self;
    char line[URL_MAX], *value;

    (void)snprintf(line, sizeof(line), "%.*s",
                   (int)(size * n < sizeof(line) ? size * n : sizeof(line) - 1), bytes);
    value = strchr(line, ':');
    if (!value)
        return size * n;
    *value++ = '\0';
    value += strspn(value, " \t");
    value[strcspn(value, "\r\n")] = '\0';
    if (strcasecmp(line, "content-type") == 0)
        keep(call->content_type, sizeof(call->content_type), value);
    else if (strcasecmp(line, "etag") == 0)
        keep(call->reply_etag, sizeof(call->reply_etag), value);
    else if (strcasecmp(line, "location") == 0)
        keep(call->location, sizeof(call->location), value);
    else if (strcasecmp(line, "link") == 0)
        keep(call->link_header, sizeof(call->link_header), value);
    else if (strcasecmp(line, "retry-after") == 0)
        keep(call->retry_after, sizeof(call->retry_after), value);
    else if (strcasecmp(line, "date") == 0)
        call->date_ms = header_date(value);
    else
        header_limit(&call->limits, line, value, call->date_ms);
    return size * n;
}

/* ---- the request ---- */

static void add_header(struct http_call *call, const char *line)
{
    struct curl_slist *list = curl_slist_append(call->headers, line);

    if (!list)
        abort();
    call->headers = list;
}

/* Headers are made anew for each origin: curl would carry ours to another one. */
static void set_headers(struct http_call *call, bool with_credentials)
{
    char line[512];

    curl_slist_free_all(call->headers);
    call->headers = NULL;
    (void)snprintf(line, sizeof(line), "Accept: %s", call->accept);
    add_header(call, line);
    add_header(call, "Expect:");
    if (call->etag && with_credentials) {
        (void)snprintf(line, sizeof(line), "If-None-Match: %s", call->etag);
        add_header(call, line);
    }
    for (size_t i = 0; with_credentials && i < call->credential_count; i++)
        add_header(call, call->credentials[i]);
    (void)curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

static void set_once(struct http_call *call)
{
    const struct endpoint *e = call->endpoint;
    CURL *easy = call->easy;

    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* or a dead resolver blocks for 9 s */
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    (void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, call->http->user_agent);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    if (*e->proxy)
        (void)curl_easy_setopt(easy, CURLOPT_PROXY, e->proxy);
    if (*e->ca)
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, e->ca);
    if (*e->cert)
        (void)curl_easy_setopt(easy, CURLOPT_SSLCERT, e->cert);
    if (*e->key)
        (void)curl_easy_setopt(easy, CURLOPT_SSLKEY, e->key);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)e->connect_timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->why);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
}

static void fail_soon(struct http_call *call)
{
    ev_timer_set(&call->soon, 0., 0.);
    ev_timer_start(call->http->loop, &call->soon);
}

/* Send it to call->url; the deadline is that of the whole call. */
static void send_to(struct http_call *call)
{
    struct origin there = { .port = 0 };
    int64_t left = call->endpoint->timeout_ms - (time_boot_ms() - call->start_ms);
    bool known = origin_of(&there, call->url);
    bool home = known && origin_same(&there, &call->origin);

    if (!known)
        dx_fail(&call->error, DX_FAULT_CONFIG, "not an http or https address");
    else if (home && call->credential_count > 0 && strcmp(there.scheme, "http") == 0 &&
             !origin_is_loopback(&there) && !call->endpoint->insecure_http)
        dx_fail(&call->error, DX_FAULT_CONFIG,
                "credentials are not sent to %s over plain http; use https, or set insecure_http",
                there.host);
    else if (left <= 0)
        dx_fail(&call->error, DX_FAULT_NETWORK, "timed out while following redirects");
    if (call->error.fault != DX_FAULT_NONE) {
        fail_soon(call);
        return;
    }
    buf_clear(&call->body);
    call->content_type[0] = call->reply_etag[0] = call->location[0] = '\0';
    call->link_header[0] = call->retry_after[0] = '\0';
    call->limits = (struct limits){ .limit = -1, .remaining = -1 };
    set_headers(call, home);
    (void)curl_easy_setopt(call->easy, CURLOPT_URL, call->url);
    (void)curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long)left);
    if (call->form)
        (void)curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->form);
    else
        (void)curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
    (void)curl_multi_add_handle(call->http->multi, call->easy);
}

/* ---- the end ---- */

static const char *next_page(struct http_call *call)
{
    char raw[URL_MAX];
    struct origin there;

    (void)header_next(call->link_header, raw, sizeof(raw));
    if (!*raw || !origin_join(call->next_url, call->url, raw) ||
        !origin_of(&there, call->next_url) || !origin_same(&there, &call->origin))
        return "";
    return call->next_url;
}

static void deliver(struct http_call *call, int status)
{
    struct http_reply reply = {
        .error = call->error.fault != DX_FAULT_NONE ? &call->error : NULL,
        .status = status,
        .body = call->body.bytes ? call->body.bytes : "",
        .len = call->body.len,
        .content_type = call->content_type,
        .etag = call->reply_etag,
        .next = next_page(call),
        .retry_after_s = -1,
        .date_ms = call->date_ms,
        .limit = call->limits.limit,
        .remaining = call->limits.remaining,
        .reset_ms = call->limits.reset_ms,
        .bytes = call->bytes,
        .latency_ms = time_boot_ms() - call->start_ms,
        .url = call->url,
    };

    if (*call->retry_after)
        reply.retry_after_s = header_retry_after(call->retry_after, call->date_ms);
    call->done(call->self, &reply);
    free_call(call);
}

static void on_soon(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    deliver(timer->data, 0);
}

/* true: another request is under way, or failed in words. */
static bool redirected(struct http_call *call, long status)
{
    char to[URL_MAX];

    if (status < 301 || status > 308 || status == 304 || status == 305 || status == 306 ||
        !*call->location)
        return false;
    if (!origin_join(to, call->url, call->location))
        dx_fail(&call->error, DX_FAULT_NETWORK, "redirects to what is no address");
    else if (strncmp(to, "http://", 7) != 0 && strncmp(to, "https://", 8) != 0)
        dx_fail(&call->error, DX_FAULT_NETWORK,
                "redirects to another protocol than http and https");
    else if (++call->redirects > REDIRECTS_MOST)
        dx_fail(&call->error, DX_FAULT_NETWORK, "redirects more than %d times", REDIRECTS_MOST);
    if (call->error.fault != DX_FAULT_NONE) {
        fail_soon(call);
        return true;
    }
    if (status <= 303) { /* as every client does: what follows a form is a GET */
        free(call->form);
        call->form = NULL;
    }
    (void)snprintf(call->url, sizeof(call->url), "%s", to);
    send_to(call);
    return true;
}

void call_ended(struct http_call *call, CURLcode code)
{
    curl_off_t size = 0;
    long head = 0, status = 0;

    (void)curl_easy_getinfo(call->easy, CURLINFO_SIZE_DOWNLOAD_T, &size);
    (void)curl_easy_getinfo(call->easy, CURLINFO_HEADER_SIZE, &head);
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->bytes += (int64_t)size + head;
    if (code != CURLE_OK)
        call_failed(call, code);
    else if (redirected(call, status))
        return;
    deliver(call, code == CURLE_OK ? (int)status : 0);
}

/* ---- the beginning ---- */

static void keep_credential(struct http_call *call, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;

    call->credentials =
        mem_grow(call->credentials, call->credential_count + 1, sizeof(*call->credentials));
    call->credentials[call->credential_count] = vault_new(size);
    (void)snprintf(call->credentials[call->credential_count++], size, "%s: %s", name, value);
}

struct http_call *http_start(struct http *http, const struct http_request *request,
                             http_done_fn *done, void *self)
{
    struct http_call *call = mem_new(1, sizeof(*call));
    const struct endpoint *e = request->endpoint;
    bool whole = strncmp(request->path, "http", 4) == 0;

    call->http = http;
    call->done = done;
    call->self = self;
    call->endpoint = e;
    call->next = http->calls;
    call->link = &http->calls;
    if (call->next)
        call->next->link = &call->next;
    http->calls = call;
    call->form = request->form ? mem_text(request->form) : NULL;
    call->etag = request->etag && *request->etag ? mem_text(request->etag) : NULL;
    call->accept = mem_text(request->accept ? request->accept : "application/json");
    if (request->authorization && *request->authorization)
        keep_credential(call, "Authorization", request->authorization);
    for (size_t i = 0; i < request->header_count; i++)
        keep_credential(call, request->headers[i].name, request->headers[i].value);
    (void)snprintf(call->url, sizeof(call->url), "%s%s", whole ? "" : e->url, request->path);
    buf_init(&call->body, (size_t)e->max_body);
    ev_timer_init(&call->soon, on_soon, 0., 0.);
    call->soon.data = call;
    call->start_ms = time_boot_ms();
    call->easy = curl_easy_init();
    if (!call->easy)
        abort();
    (void)origin_of(&call->origin, e->url);
    set_once(call);
    send_to(call);
    return call;
}
