/* azure: what it meant by a status that is no success. */
#include "config.h"

#include "source/azure.h"

#include <string.h>

#include "core/time.h"
#include "source/denied.h"
#include "source/field.h"

enum { NUMBER = 16 };

bool azure_is_answer(const struct reply *reply)
{
    return reply->status >= 200 && reply->status <= 299;
}

/* ---- pools ---- */

static bool is_of_pools(unsigned step)
{
    return step == AZURE_POOLS || step == AZURE_AGENTS || step == AZURE_REQUESTS;
}

void azure_no_pools(const struct reply *reply, struct batch *batch)
{
    bool requests = reply->step == AZURE_REQUESTS;

    batch_note(batch, DX_LOG_INFO, "the token may not see %s (%d): it lacks Agent Pools (read); %s",
               requests ? "job requests of pools" : "agent pools", reply->status,
               requests ? "waits are taken from the timeline" : "`pools: no` stops asking");
    azure_remember(batch, requests ? AZURE_REQUESTS_NEXT : AZURE_POOLS_NEXT, "",
                   reply->now_ms + DAY_MS);
    if (reply->step == AZURE_POOLS) /* what was counted before is not known any more */
        batch->pools_whole = batch->pools_hidden = true;
}

/* A token without the scope gets a 401 there, as if it were wrong altogether. */
bool azure_less(const void *config, const struct reply *reply, const struct dx_error *err,
                struct plan *plan, struct batch *batch)
{
    (void)config;
    (void)err;
    (void)plan;
    if (reply->status != 401 || !is_of_pools(reply->step))
        return false;
    azure_no_pools(reply, batch);
    return true;
}

/* ---- projects ---- */

/* One project of many that the token may not read is no reason to stop with all the
 * others. */
bool azure_no_project(const struct azure *az, const struct reply *reply, const struct plan *plan,
                      struct batch *batch, struct dx_error *err)
{
    const char *project = azure_about(reply, batch).project;

    if (reply->status == 403)
        (void)dx_fail(err, DX_FAULT_AUTH,
                      "%s: the token may not read its builds (403); it needs Build (read)",
                      project);
    else if (reply->status == 404)
        (void)dx_fail(err, DX_FAULT_CONFIG,
                      "there is no project %s, or the token may not see it (404)", project);
    else
        azure_refused(az, reply, err);
    if (err->fault == DX_FAULT_NONE)
        (void)dx_fail(err, DX_FAULT_REPLY, "%s: answered %d", project, reply->status);
    if (az->projects.count == 1 || (reply->status != 403 && reply->status != 404))
        return false;
    if (!denied_said(plan, batch, azure_cursor(plan, batch, AZURE_REFUSED, project)))
        batch_note(batch, DX_LOG_WARN, "%s", err->text);
    *err = (struct dx_error){ 0 };
    azure_remember(batch, AZURE_REFUSED, project, reply->now_ms);
    return true;
}

/* ---- words ---- */

/* "... of 7.1 is out of range for this server. The latest REST API version this server
 * supports is 6.0." */
static bool is_version(const char *words, char out[NUMBER])
{
    static const char mark[] = "server supports is ";
    const char *at = strstr(words, mark);
    size_t len = at ? strspn(at + sizeof(mark) - 1, "0123456789.") : 0;

    if (!at || len == 0 || len >= NUMBER)
        return false;
    memcpy(out, at + sizeof(mark) - 1, len);
    out[len] = '\0';
    if (out[len - 1] == '.')
        out[len - 1] = '\0';
    return true;
}

/* Of a limit only the time matters, and net's words are about that. */
void azure_refused(const void *config, const struct reply *reply, struct dx_error *err)
{
    struct batch scratch = { 0 };
    const char *words = field_text(&scratch, reply->json, "message");
    char version[NUMBER];

    (void)config;
    if (err->fault == DX_FAULT_LIMITED)
        return;
    if (reply->status == 401 && is_of_pools(reply->step))
        dx_fail(err, DX_FAULT_REPLY, "the token may not see agent pools (401)");
    else if (reply->status == 401)
        dx_fail(err, DX_FAULT_AUTH,
                "refused (401): the token is missing, wrong or expired, or lacks Build (read)");
    else if (is_version(words, version))
        dx_fail(err, DX_FAULT_CONFIG,
                "this server knows the API up to version %s only; set `api_version: %s`", version,
                version);
    else if (reply->status == 404 && (reply->step == AZURE_PROJECTS || reply->step == AZURE_PROBE))
        dx_fail(err, DX_FAULT_CONFIG,
                "there is no organisation or collection at `url` (404): give it like "
                "https://dev.azure.com/acme or https://tfs.example/DefaultCollection");
    else if (*words)
        dx_fail(err, err->fault == DX_FAULT_NONE ? DX_FAULT_REPLY : err->fault, "answered %d: %s",
                reply->status, words);
    batch_done(&scratch);
}
