/* words: what went wrong with a request, as a sentence that a user can act on. */
#include "config.h"

#include "net/call.h"

#include <string.h>

static const char *host_of(const struct http_call *call, struct origin *origin)
{
    return origin_of(origin, call->url) ? origin->host : "the server";
}

static void tls_failed(struct http_call *call, const char *host)
{
    if (strcasestr(call->why, "expired"))
        dx_fail(&call->error, DX_FAULT_NETWORK, "the certificate of %s has expired", host);
    else if (strcasestr(call->why, "subject name") || strcasestr(call->why, "does not match"))
        dx_fail(&call->error, DX_FAULT_NETWORK, "the certificate of %s is for another host", host);
    else
        dx_fail(&call->error, DX_FAULT_NETWORK,
                "the certificate of %s is not trusted; name its authority's file as `ca`", host);
}

void call_failed(struct http_call *call, CURLcode code)
{
    struct origin origin;
    const char *host = host_of(call, &origin);
    double connect_s = (double)call->endpoint->connect_timeout_ms / 1e3;
    double total_s = (double)call->endpoint->timeout_ms / 1e3;
    double connected = 0;

    (void)curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME, &connected);
    if (call->body.full) {
        dx_fail(&call->error, DX_FAULT_REPLY, "the answer is larger than max_body (%lld bytes)",
                (long long)call->endpoint->max_body);
        return;
    }
    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        dx_fail(&call->error, DX_FAULT_NETWORK, "no address for the name %s", host);
        break;
    case CURLE_COULDNT_RESOLVE_PROXY:
        dx_fail(&call->error, DX_FAULT_NETWORK, "no address for the proxy's name");
        break;
    case CURLE_COULDNT_CONNECT:
        dx_fail(&call->error, DX_FAULT_NETWORK, "%s port %d refused the connection", host,
                origin.port);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        if (connected > 0.)
            dx_fail(&call->error, DX_FAULT_NETWORK, "%s did not finish its answer within %g s",
                    host, total_s);
        else
            dx_fail(&call->error, DX_FAULT_NETWORK, "no connection to %s within %g s", host,
                    connect_s < total_s ? connect_s : total_s);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        tls_failed(call, host);
        break;
    case CURLE_SSL_CACERT_BADFILE:
        dx_fail(&call->error, DX_FAULT_CONFIG, "the file %s given as `ca` cannot be read",
                call->endpoint->ca);
        break;
    case CURLE_SSL_CERTPROBLEM:
        dx_fail(&call->error, DX_FAULT_CONFIG, "the client certificate (`cert`, `key`): %s",
                call->why);
        break;
    case CURLE_GOT_NOTHING:
        dx_fail(&call->error, DX_FAULT_NETWORK, "%s closed the connection without an answer", host);
        break;
    case CURLE_PARTIAL_FILE:
        dx_fail(&call->error, DX_FAULT_NETWORK, "the answer of %s was cut short", host);
        break;
    default:
        dx_fail(&call->error, DX_FAULT_NETWORK, "%s: %s", host,
                *call->why ? call->why : curl_easy_strerror(code));
    }
}

bool http_refused(const struct http_reply *reply, struct dx_error *err)
{
    bool spent = reply->remaining == 0 || reply->retry_after_s > 0;
    int after = reply->retry_after_s > 0
                    ? (int)(reply->retry_after_s < 86400 ? reply->retry_after_s : 86400)
                    : 0;

    if (reply->status == 429 || (reply->status == 403 && spent)) {
        if (after > 0)
            dx_fail(err, DX_FAULT_LIMITED, "limited by the server for %d s", after);
        else
            dx_fail(err, DX_FAULT_LIMITED, "limited by the server");
    } else if (reply->status == 401) {
        dx_fail(err, DX_FAULT_AUTH,
                "refused (401): the credentials are missing, wrong or expired; renew them");
    } else if (reply->status == 403) {
        dx_fail(err, DX_FAULT_AUTH,
                "refused (403): the credentials may not see this; widen their scope");
    } else if (reply->status == 404) {
        dx_fail(err, DX_FAULT_REPLY, "answered 404: there is nothing at this address; check `url`");
    } else if (reply->status == 407) {
        dx_fail(err, DX_FAULT_AUTH, "the proxy wants credentials (407)");
    } else if (reply->status >= 500) {
        dx_fail(err, DX_FAULT_NETWORK, "answered %d", reply->status);
    } else {
        dx_fail(err, DX_FAULT_REPLY, "answered %d", reply->status);
    }
    err->retry_after_s = after;
    return false;
}
