/* jira: what it meant by a status that is no success. */
#include "config.h"

#include "source/jira.h"

#include <string.h>

#include "core/buf.h"
#include "source/field.h"

enum { WORDS_MOST = 400 };

bool jira_is_answer(const struct reply *reply)
{
    return reply->status >= 200 && reply->status <= 299;
}

static void put_words(struct buf *out, const json_t *words)
{
    if (out->len > 0)
        (void)buf_text(out, "; ");
    value_append(out, words);
}

/* {"errorMessages": ["..."], "errors": {"jql": "..."}}, {"message": "..."},
 * {"errorMessage": "...", "i18nErrorMessage": {...}} of service desks */
/* errorMessages and errors, in one line; "": it says nothing. */
static const char *words_of(struct batch *batch, const json_t *json)
{
    const char *text, *name;
    json_t *words;
    struct buf out;
    size_t i;

    buf_init(&out, WORDS_MOST);
    json_array_foreach (json_object_get(json, "errorMessages"), i, words) {
        put_words(&out, words);
    }
    json_object_foreach (json_object_get(json, "errors"), name, words) {
        put_words(&out, words);
    }
    if (out.len == 0)
        put_words(&out, json_object_get(json, "errorMessage"));
    if (out.len == 0)
        put_words(&out, json_object_get(json, "message"));
    text = batch_text(batch, out.bytes ? out.bytes : "", out.len);
    buf_done(&out);
    return text;
}

/* After some wrong passwords it asks for a captcha, which only a browser can show. */
static bool wants_captcha(const struct reply *reply, struct batch *scratch)
{
    return strstr(reply_header(scratch, reply, "x-authentication-denied-reason"), "CAPTCHA") ||
           strcmp(reply_header(scratch, reply, "x-seraph-loginreason"), "AUTHENTICATION_DENIED") ==
               0;
}

static void refused_token(const struct reply *reply, const char *words, struct dx_error *err)
{
    if (reply->status == 401)
        (void)dx_fail(err, DX_FAULT_AUTH,
                      "refused (401): the token is wrong, revoked or expired; in the cloud it goes "
                      "with `user`, the e-mail address of its account, in Data Center without");
    else
        (void)dx_fail(err, DX_FAULT_AUTH,
                      "refused (403)%s%s; the account has to browse the projects, a token with "
                      "scopes needs read:jira-work and read:jira-user, for SLAs "
                      "read:servicedesk-request",
                      *words ? ": " : "", words);
}

static void limited(const struct reply *reply, struct batch *scratch, struct dx_error *err)
{
    const char *reason = reply_header(scratch, reply, "ratelimit-reason");
    struct dx_error said = *err;

    if (!*reason)
        reason = reply_header(scratch, reply, "x-beta-ratelimit-reason");
    if (*reason)
        (void)dx_fail(err, DX_FAULT_LIMITED, "%s (%.60s)", said.text, reason);
}

/* A wrong query stays wrong until somebody mends it. */
static void wrong_query(const struct reply *reply, const char *words, struct dx_error *err)
{
    bool walk = reply->step == JIRA_NEWS || reply->step == JIRA_OPEN || reply->step == JIRA_FILL ||
                reply->step == JIRA_TRY;

    if (walk && *words)
        (void)dx_fail(err, DX_FAULT_CONFIG,
                      "it refused the query (400): %s; check `jql` and "
                      "`projects`",
                      words);
    else if (*words)
        (void)dx_fail(err, err->fault, "answered 400: %s", words);
}

void jira_refused(const void *config, const struct reply *reply, struct dx_error *err)
{
    struct batch scratch = { 0 };
    const char *words = words_of(&scratch, reply->json);

    (void)config;
    if (err->fault == DX_FAULT_LIMITED)
        limited(reply, &scratch, err);
    else if ((reply->status == 401 || reply->status == 403) && wants_captcha(reply, &scratch))
        (void)dx_fail(err, DX_FAULT_AUTH,
                      "refused (%d): it wants a captcha; log in as this user in a browser once",
                      reply->status);
    else if (reply->status == 401 || reply->status == 403)
        refused_token(reply, words, err);
    else if (reply->status == 410)
        (void)dx_fail(err, DX_FAULT_REPLY, "answered 410: %s",
                      *words ? words : "this search is gone");
    else if (reply->status == 400)
        wrong_query(reply, words, err);
    else if (*words)
        (void)dx_fail(err, err->fault, "answered %d: %s", reply->status, words);
    batch_done(&scratch);
}
