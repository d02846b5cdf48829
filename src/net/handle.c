/* handle: what libcurl is told about one request. */
#include "config.h"

#include "net/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "net/vault.h"

/* ---- header lines ---- */

/* Accept and Expect go everywhere; all behind them only to the endpoint's origin.
 * libcurl takes the list as it is, so no secret is ever copied out of the vault
 * by us. */
enum { ACCEPT, EXPECT, OWN };

struct lines {
    struct curl_slist *line;
    size_t count;
};

static void add(struct lines *lines, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;
    char *line = vault_new(size);

    (void)snprintf(line, size, "%s: %s", name, value);
    lines->line[lines->count++].data = line;
}

struct lines *lines_new(const struct http_request *request)
{
    struct lines *lines = mem_new(1, sizeof(*lines));

    lines->line = mem_new(OWN + 2 + request->header_count, sizeof(*lines->line));
    add(lines, "Accept", request->accept ? request->accept : "application/json");
    add(lines, "Expect", ""); /* none: or a long form waits a second for "100 Continue" */
    if (request->etag && *request->etag)
        add(lines, "If-None-Match", request->etag);
    if (request->authorization && *request->authorization)
        add(lines, "Authorization", request->authorization);
    for (size_t i = 0; i < request->header_count; i++)
        add(lines, request->headers[i].name, request->headers[i].value);
    for (size_t i = 0; i + 1 < lines->count; i++)
        lines->line[i].next = &lines->line[i + 1];
    return lines;
}

void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        vault_free(lines->line[i].data);
    free(lines->line);
    free(lines);
}

/* ---- options ---- */

/* Of a body whose end is wanted, what came before it makes room. */
static bool keep_tail(struct http_call *call, const char *bytes, size_t len)
{
    struct buf *body = &call->body;

    if (body->len + len > 2 * call->tail && body->len > call->tail) {
        memmove(body->bytes, body->bytes + body->len - call->tail, call->tail + 1);
        body->len = call->tail;
    }
    return buf_add(body, bytes, len) && call->came <= HTTP_TAIL_OF;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *self)
{
    struct http_call *call = self;
    size_t len = size * n;

    call->came += (int64_t)len;
    return (call->tail > 0 ? keep_tail(call, bytes, len) : buf_add(&call->body, bytes, len)) ? len
                                                                                             : 0;
}

/* One that is left out for want of memory would lead another way, or trust others. */
static void set_text(CURL *easy, CURLoption option, const char *text)
{
    if (curl_easy_setopt(easy, option, text) == CURLE_OUT_OF_MEMORY)
        mem_die();
}

void handle_set(struct http_call *call)
{
    CURL *easy = call->easy;

    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* or a dead resolver blocks for 9 s */
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    set_text(easy, CURLOPT_ACCEPT_ENCODING, "");
    set_text(easy, CURLOPT_USERAGENT, call->http->user_agent);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* the proxy's */
    if (*call->endpoint->ca)
        set_text(easy, CURLOPT_CAINFO, call->endpoint->ca);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                           (long)call->endpoint->connect_timeout_ms);
    /* On a connection that died meanwhile libcurl would send the request again by itself. */
    (void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, call->secret_url ? 1L : 0L);
    (void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, call->secret_url ? 1L : 0L);
    /* One of HTTP/2 stays after a request that timed out, and nothing tells that it is dead. */
    (void)curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN,
                           call->fresh ? 1L : call->http->lifetime_s);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->why);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, head_line);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, &call->head);
}

/* The endpoint's proxy wins over the environment, with no exceptions but
 * loopback; without one both http_proxy and no_proxy of the environment hold. */
static void set_proxy(CURL *easy, const char *proxy, bool loopback)
{
    const char *never = *proxy ? "" : NULL;

    set_text(easy, CURLOPT_PROXY, *proxy ? proxy : NULL);
    set_text(easy, CURLOPT_NOPROXY, loopback ? "*" : never);
}

static void set_certificate(CURL *easy, const struct endpoint *e, bool home)
{
    set_text(easy, CURLOPT_SSLCERT, home && *e->cert ? e->cert : NULL);
    set_text(easy, CURLOPT_SSLKEY, home && *e->key ? e->key : NULL);
}

void handle_aim(struct http_call *call, const struct origin *there)
{
    struct curl_slist *line = call->lines->line;
    bool home = origin_same(there, &call->origin);

    line[EXPECT].next = home && call->lines->count > OWN ? &line[OWN] : NULL;
    (void)curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, line);
    set_proxy(call->easy, call->endpoint->proxy, origin_is_loopback(there));
    set_certificate(call->easy, call->endpoint, home);
    set_text(call->easy, CURLOPT_URL, call->url);
    if (call->form)
        (void)curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->form);
    else
        (void)curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
}
