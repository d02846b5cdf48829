/* words: what went wrong with a request, as a sentence that a user can act on. */
#include "config.h"

#include "net/call.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAIT_MOST_S = 86400, /* a server that says more is not believed */
    BODY_READ = 4096     /* a longer one is a page for people */
};

static const char *host_of(const struct http_call *call, struct origin *origin)
{
    return origin_of(origin, call->url) ? origin->host : "the server";
}

static bool says(const struct http_call *call, const char *words)
{
    return strcasestr(call->why, words) != NULL;
}

static void certificate_failed(struct http_call *call, const char *host)
{
    struct dx_error *err = &call->error;

    if (says(call, "expired"))
        dx_fail(err, DX_FAULT_NETWORK, "the certificate of %s has expired", host);
    else if (says(call, "not yet valid"))
        dx_fail(err, DX_FAULT_NETWORK,
                "the certificate of %s is not valid yet; is a clock wrong, its or ours?", host);
    else if (says(call, "subject name") || says(call, "does not match"))
        dx_fail(err, DX_FAULT_NETWORK, "the certificate of %s is for another host", host);
    else
        dx_fail(err, DX_FAULT_NETWORK,
                "the certificate of %s is not trusted; name its authority's file as `ca`", host);
}

/* The other side broke off: at the handshake mostly for a reason that it tells. */
static void broke_off(struct http_call *call, const struct origin *there)
{
    struct dx_error *err = &call->error;

    if (says(call, "response 407"))
        dx_fail(err, DX_FAULT_AUTH, "the proxy wants credentials (407)");
    else if (says(call, "CONNECT tunnel failed"))
        dx_fail(err, DX_FAULT_NETWORK, "the proxy did not connect to %s: %.*s", there->host,
                (int)strcspn(call->why, "\r\n"), call->why);
    else if (says(call, "certificate required") || says(call, "bad certificate") ||
             says(call, "unknown ca") || says(call, "handshake failure"))
        dx_fail(err, DX_FAULT_AUTH,
                "%s refused our client certificate, or the want of one; see `cert` and `key`",
                there->host);
    else if (says(call, "wrong version number") || says(call, "packet length too long"))
        dx_fail(err, DX_FAULT_CONFIG, "%s port %d does not speak https; is it http?", there->host,
                there->port);
    else
        dx_fail(err, DX_FAULT_NETWORK, "%s broke off the connection", there->host);
}

/* "Failed to connect to proxy.acme.example port 3128 after 0 ms: ..." */
static bool named_by_libcurl(const char *why, char host[256], int *port)
{
    static const char begin[] = "Failed to connect to ", middle[] = " port ";
    const char *at = why + sizeof(begin) - 1, *end;
    char *rest;
    long number;

    if (strncmp(why, begin, sizeof(begin) - 1) != 0)
        return false;
    end = strstr(at, middle);
    if (!end)
        return false;
    (void)snprintf(host, 256, "%.*s", (int)(end - at), at);
    number = strtol(end + sizeof(middle) - 1, &rest, 10);
    *port = (int)number;
    return rest > end + sizeof(middle) - 1 && number > 0 && number <= UINT16_MAX;
}

/* Nobody took the connection: the server's machine, or the proxy's, which then
 * is the one that libcurl names. */
static void not_connected(struct http_call *call, const struct origin *there)
{
    char host[256] = "";
    int port = 0;
    long number = 0;
    bool proxy = named_by_libcurl(call->why, host, &port) && port != there->port;

    (void)curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &number);
    if (!proxy) {
        (void)snprintf(host, sizeof(host), "%s", there->host);
        port = there->port;
    }
    if (number == 0 || number == ECONNREFUSED)
        dx_fail(&call->error, DX_FAULT_NETWORK, "%s%s port %d refused the connection",
                proxy ? "the proxy " : "", host, port);
    else
        dx_fail(&call->error, DX_FAULT_NETWORK, "%s%s cannot be reached: %s",
                proxy ? "the proxy " : "", host, strerror((int)number));
}

static void timed_out(struct http_call *call, const char *host)
{
    double connect_s = (double)call->endpoint->connect_timeout_ms / 1e3;
    double total_s = (double)call->endpoint->timeout_ms / 1e3, ready = 0;

    (void)curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME, &ready);
    if (ready > 0.)
        dx_fail(&call->error, DX_FAULT_NETWORK, "%s did not finish its answer within %g s", host,
                total_s);
    else
        dx_fail(&call->error, DX_FAULT_NETWORK, "no connection to %s within %g s", host,
                connect_s < total_s ? connect_s : total_s);
}

/* What is our limit, not libcurl's trouble. */
static bool too_large(struct http_call *call, const char *host)
{
    bool long_tail = call->tail > 0 && call->came > HTTP_TAIL_OF;

    if (long_tail)
        dx_fail(&call->error, DX_FAULT_REPLY, "the answer is larger than %d bytes", HTTP_TAIL_OF);
    else if (call->body.full)
        dx_fail(&call->error, DX_FAULT_REPLY, "the answer is larger than max_body (%lld bytes)",
                (long long)call->endpoint->max_body);
    else if (call->head.too_large)
        dx_fail(&call->error, DX_FAULT_REPLY, "the head of %s's answer does not end", host);
    return long_tail || call->body.full || call->head.too_large;
}

static void files_failed(struct http_call *call, CURLcode code)
{
    const struct endpoint *e = call->endpoint;

    if (code == CURLE_SSL_CACERT_BADFILE)
        dx_fail(&call->error, DX_FAULT_CONFIG,
                "the file %s given as `ca` cannot be read, or holds no certificates", e->ca);
    else
        dx_fail(&call->error, DX_FAULT_CONFIG,
                "the client certificate cannot be used: `cert` %s, `key` %s",
                *e->cert ? e->cert : "is not given",
                *e->key ? e->key : "is not given (or is in the same file)");
}

void call_failed(struct http_call *call, CURLcode code)
{
    struct origin there = { .port = 0 };
    const char *host = host_of(call, &there);
    struct dx_error *err = &call->error;

    if (too_large(call, host))
        return;
    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        dx_fail(err, DX_FAULT_NETWORK, "no address for the name %s", host);
        break;
    case CURLE_COULDNT_RESOLVE_PROXY:
        dx_fail(err, DX_FAULT_NETWORK, "no address for the proxy's name");
        break;
    case CURLE_COULDNT_CONNECT:
        not_connected(call, &there);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        timed_out(call, host);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        certificate_failed(call, host);
        break;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
        files_failed(call, code);
        break;
    case CURLE_GOT_NOTHING:
        dx_fail(err, DX_FAULT_NETWORK, "%s closed the connection without an answer", host);
        break;
    case CURLE_PARTIAL_FILE:
        dx_fail(err, DX_FAULT_NETWORK, "the answer of %s was cut short", host);
        break;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        broke_off(call, &there);
        break;
    case CURLE_BAD_CONTENT_ENCODING:
        dx_fail(err, DX_FAULT_REPLY, "the answer of %s cannot be decompressed", host);
        break;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        dx_fail(err, DX_FAULT_REPLY, "%s port %d does not speak HTTP", host, there.port);
        break;
    default: /* the words for it hold no secrets: hosts, ports and what OpenSSL says */
        dx_fail(err, DX_FAULT_NETWORK, "%s: %s", host,
                *call->why ? call->why : curl_easy_strerror(code));
    }
}

/* ---- an answer that is no success ---- */

/* How long the server said, or when its limit is whole again; 0: neither. */
static int seconds_to_wait(const struct http_reply *reply, bool limited)
{
    int64_t s = reply->retry_after_s > 0 ? reply->retry_after_s : 0;

    if (s == 0 && limited && reply->date_ms > 0 && reply->reset_ms > reply->date_ms)
        s = (reply->reset_ms - reply->date_ms + 999) / 1000;
    return (int)(s < WAIT_MOST_S ? s : WAIT_MOST_S);
}

static const char *name_of(int status)
{
    static const struct {
        int status;
        const char *name;
    } names[] = { { 400, " (bad request)" },     { 405, " (method not allowed)" },
                  { 408, " (request timeout)" }, { 500, " (internal error)" },
                  { 502, " (bad gateway)" },     { 503, " (unavailable)" },
                  { 504, " (gateway timeout)" } };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].status == status)
            return names[i].name;
    return "";
}

/* "You have exceeded a secondary rate limit", "API rate limit exceeded", "You have
 * triggered an abuse detection mechanism": GitHub's 403s that are no want of rights. */
static bool says_limit(const struct http_reply *reply)
{
    return reply->status == 403 && reply->body && reply->len <= BODY_READ &&
           (strcasestr(reply->body, "rate limit") || strcasestr(reply->body, "abuse detection"));
}

bool http_refused(const struct http_reply *reply, struct dx_error *err)
{
    bool spent = reply->remaining == 0 || reply->retry_after_s > 0 || says_limit(reply);
    bool limited = reply->status == 429 || (reply->status == 403 && spent);
    bool later = reply->status >= 500 || reply->status == 408 || reply->status == 425;
    int after = seconds_to_wait(reply, limited);

    if (limited && after > 0)
        dx_fail(err, DX_FAULT_LIMITED, "limited by the server for %d s", after);
    else if (limited)
        dx_fail(err, DX_FAULT_LIMITED, "limited by the server");
    else if (reply->status == 401)
        dx_fail(err, DX_FAULT_AUTH,
                "refused (401): the credentials are missing, wrong or expired; renew them");
    else if (reply->status == 403)
        dx_fail(err, DX_FAULT_AUTH,
                "refused (403): the credentials may not see this; widen their scope");
    else if (reply->status == 407)
        dx_fail(err, DX_FAULT_AUTH, "the proxy wants credentials (407)");
    else if (reply->status == 404 || reply->status == 410)
        dx_fail(err, DX_FAULT_REPLY, "answered %d: there is nothing at this address%s; check `url`",
                reply->status, reply->status == 410 ? " any more" : "");
    else if (reply->status == 304)
        dx_fail(err, DX_FAULT_REPLY, "answered 304, that nothing is new, though all was asked for");
    else if (reply->status >= 300 && reply->status < 400)
        dx_fail(err, DX_FAULT_REPLY, "answered %d, a redirect without an address", reply->status);
    else
        dx_fail(err, later ? DX_FAULT_NETWORK : DX_FAULT_REPLY, "answered %d%s", reply->status,
                name_of(reply->status));
    err->retry_after_s = after;
    return false;
}
