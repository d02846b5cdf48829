/* gitlab: what it meant by a status that is no success. */
#include "config.h"

#include "source/gitlab.h"

#include <string.h>

#include "source/denied.h"
#include "source/field.h"

/* {"message": "404 Project Not Found"}, {"message": {"base": ["..."]}},
 * {"error": "invalid_token", "error_description": "Token is expired. ..."} */
static const char *words_of(const struct reply *reply, struct batch *scratch)
{
    static const char *const names[] = { "error_description", "message", "error" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *words = field_text(scratch, reply->json, names[i]);

        if (*words)
            return words;
    }
    return value_text(
        scratch,
        json_array_get(json_object_get(json_object_get(reply->json, "message"), "base"), 0));
}

/* "401 Unauthorized" says no more than the number. */
static bool says_more(const char *words)
{
    return *words && strncmp(words, "401 ", 4) != 0 && strncmp(words, "403 ", 4) != 0;
}

static void refused_token(const struct reply *reply, const char *words, struct dx_error *err)
{
    if (value_is(json_object_get(reply->json, "error"), "insufficient_scope"))
        dx_fail(err, DX_FAULT_AUTH, "refused (%d): the token lacks the scope read_api",
                reply->status);
    else if (reply->status == 401 && says_more(words))
        dx_fail(err, DX_FAULT_AUTH, "refused (401): %s; renew the token", words);
    else if (reply->status == 401)
        dx_fail(err, DX_FAULT_AUTH, "refused (401): the token is missing, wrong or expired");
}

bool gitlab_is_answer(const struct reply *reply)
{
    return reply->status >= 200 && reply->status <= 299;
}

bool gitlab_lacks_scope(const struct reply *reply)
{
    return value_is(json_object_get(reply->json, "error"), "insufficient_scope");
}

/* One project of many that the token may not read, or whose CI is off, is no reason to
 * stop with all the others. */
bool gitlab_no_project(const struct gitlab *g, const struct reply *reply, const struct plan *plan,
                       struct batch *batch, struct dx_error *err)
{
    const char *project = gitlab_about(reply).project;
    bool of_many = *g->group || g->projects.count > 1;

    if (gitlab_lacks_scope(reply)) {
        refused_token(reply, "", err);
        return false;
    }
    if (reply->status == 403)
        (void)dx_fail(err, DX_FAULT_AUTH,
                      "%s: CI is off, or the token may not read its pipelines (403)", project);
    else if (reply->status == 404)
        (void)dx_fail(err, DX_FAULT_CONFIG,
                      "there is no project %s, or the token may not see it (404)", project);
    else
        return dx_fail(err, DX_FAULT_REPLY, "%s: answered %d", project, reply->status);
    if (!of_many)
        return false;
    if (!denied_said(plan, batch, gitlab_cursor(plan, batch, GITLAB_REFUSED, project)))
        batch_note(batch, DX_LOG_WARN, "%s", err->text);
    *err = (struct dx_error){ 0 };
    gitlab_remember(batch, GITLAB_REFUSED, project, reply->now_ms);
    return true;
}

/* Of a limit only the time matters, and net's words are about that. */
void gitlab_refused(const void *config, const struct reply *reply, struct dx_error *err)
{
    struct batch scratch = { 0 };
    const char *words;

    (void)config;
    if (err->fault == DX_FAULT_LIMITED)
        return;
    words = words_of(reply, &scratch);
    if (reply->status == 401 || gitlab_lacks_scope(reply))
        refused_token(reply, words, err);
    else if (reply->status == 404 && reply->step == GITLAB_GROUP)
        dx_fail(err, DX_FAULT_CONFIG, "there is no group %s, or the token may not see it (404)",
                gitlab_about(reply).project);
    else if (reply->status != 403 && says_more(words))
        dx_fail(err, err->fault, "answered %d: %s", reply->status, words);
    batch_done(&scratch);
}
