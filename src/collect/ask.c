/* ask: from what a source asks for to what net sends, and back. */
#include "config.h"

#include "collect/ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "source/field.h"

enum { TEXT_TAIL = 64 << 10, KEY_PATH = 800 };

struct auth *ask_auth(struct ev_loop *loop, const struct source_settings *settings)
{
    const struct source *source = settings->kind;
    struct auth *auth = auth_new(loop, &settings->endpoint);
    enum auth_token token = AUTH_BEARER;

    switch (source->auth) {
    case SOURCE_AUTH_BEARER:
        token = AUTH_BEARER;
        break;
    case SOURCE_AUTH_PRIVATE_TOKEN:
        token = AUTH_PRIVATE_TOKEN;
        break;
    case SOURCE_AUTH_BASIC:
        token = AUTH_BASIC;
        break;
    case SOURCE_AUTH_USER:
        token = *settings->endpoint.user ? AUTH_BASIC : AUTH_BEARER;
        break;
    }
    auth_as(auth, token, source->headers);
    return auth;
}

static const char *accept_of(const struct source *source, const struct plan_request *request)
{
    const char *accept = request->accept ? request->accept : source->accept;

    return accept ? accept : "application/json";
}

struct http_request ask_request(const struct source_settings *settings,
                                const struct plan_request *request, const struct auth *auth)
{
    struct http_request out = {
        .endpoint = &settings->endpoint,
        .path = request->path,
        .form = request->form,
        .accept = accept_of(settings->kind, request),
        .tail = request->flags & PLAN_TEXT ? TEXT_TAIL : 0,
    };

    auth_fill(auth, &out);
    return out;
}

struct reply ask_reply(const struct plan_request *request, const struct http_reply *from,
                       int64_t now_ms)
{
    return (struct reply){
        .step = request->step,
        .detail = request->detail,
        .detail_text = request->detail_text,
        .status = from->status,
        .too_large = from->too_large,
        .text = (request->flags & PLAN_TEXT) != 0,
        .cut = from->cut,
        .content_type = from->content_type,
        .now_ms = now_ms,
        .date_ms = from->date_ms,
        .body = from->body,
        .len = from->len,
        .next = from->next,
        .astray = from->astray,
        .head = from->head,
    };
}

/* What stands before a server signs in, too, with 200: that is no log. */
static bool is_page_for_text(const struct plan_request *request, const struct http_reply *from,
                             struct dx_error *err)
{
    static const char html[] = "text/html";

    if (!(request->flags & PLAN_TEXT) || !from->content_type ||
        strncasecmp(from->content_type, html, strlen(html)) != 0)
        return false;
    dx_fail(err, DX_FAULT_REPLY, "a web page instead of plain text");
    return true;
}

bool ask_taken(const struct source_settings *settings, const struct plan_request *request,
               const struct http_reply *from, const struct reply *reply, struct dx_error *err)
{
    struct dx_error words = { 0 };

    if (from->status >= 200 && from->status < 300)
        return !is_page_for_text(request, from, err);
    (void)http_refused(from, &words);
    if ((request->flags & PLAN_ANSWER) && from->status != 401 && from->status < 500 &&
        words.fault != DX_FAULT_LIMITED)
        return true;
    *err = words;
    source_refused(settings->kind, settings->settings, reply, err);
    return false;
}

const char *ask_etag_key(char out[ASK_KEY], int64_t source, const struct source_settings *settings,
                         const struct plan_request *request)
{
    const struct source *kind = settings->kind;
    unsigned accept = (unsigned)text_hash(accept_of(kind, request)) & 0xFFFFu;
    size_t len = strlen(request->path);

    /* Half a path would be another one's. */
    if (len < KEY_PATH)
        (void)snprintf(out, ASK_KEY, "%" PRId64 ":%u:%04x:%s", source, kind->version, accept,
                       request->path);
    else
        (void)snprintf(out, ASK_KEY, "%" PRId64 ":%u:%04x:#%016" PRIx64 ":%.*s", source,
                       kind->version, accept, text_hash(request->path), KEY_PATH, request->path);
    return out;
}

const char *ask_etag_keep(char out[ASK_ETAG], const char *etag, const struct auth *auth)
{
    (void)snprintf(out, ASK_ETAG, "%04x %s", auth_mark(auth), etag);
    return *etag ? out : "";
}

const char *ask_etag_kept(const char *kept, const struct auth *auth)
{
    char mark[8];
    size_t len = (size_t)snprintf(mark, sizeof(mark), "%04x ", auth_mark(auth));

    return strncmp(kept, mark, len) == 0 ? kept + len : "";
}
