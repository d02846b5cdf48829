/* github: what the server's words mean: status, conclusion, refusals. */
#include "config.h"

#include "source/github.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "source/denied.h"
#include "source/field.h"

static const struct {
    const char *word;
    enum dx_phase phase;
} phases[] = {
    { "queued", DX_PHASE_QUEUED },       { "requested", DX_PHASE_QUEUED },
    { "in_progress", DX_PHASE_RUNNING }, { "completed", DX_PHASE_DONE },
    { "waiting", DX_PHASE_GATE },        { "pending", DX_PHASE_GATE }, /* a concurrency group */
};

static const struct {
    const char *word;
    enum dx_result result;
} results[] = {
    { "success", DX_RESULT_SUCCESS },         { "failure", DX_RESULT_FAILURE },
    { "timed_out", DX_RESULT_FAILURE },       { "startup_failure", DX_RESULT_FAILURE },
    { "cancelled", DX_RESULT_CANCELLED },     { "skipped", DX_RESULT_SKIPPED },
    { "neutral", DX_RESULT_NEUTRAL },         { "stale", DX_RESULT_NEUTRAL },
    { "action_required", DX_RESULT_NEUTRAL },
};

/* DX_RESULT_UNKNOWN: no word of GitHub's. GraphQL writes them in upper case. */
static enum dx_result result_of(const char *word)
{
    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
        if (strcasecmp(results[i].word, word) == 0)
            return results[i].result;
    return DX_RESULT_UNKNOWN;
}

static enum dx_phase github_phase(const char *status, struct batch *batch)
{
    for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
        if (strcasecmp(phases[i].word, status) == 0)
            return phases[i].phase;
    batch->unknown += *status != '\0';
    return DX_PHASE_UNKNOWN;
}

void github_outcome(const json_t *object, struct outcome *out, struct batch *batch)
{
    const char *conclusion;

    out->raw_status = field_text(batch, object, "status");
    out->raw_result = conclusion = field_text(batch, object, "conclusion");
    /* Some write the conclusion into the status. */
    if (!*conclusion && result_of(out->raw_status) != DX_RESULT_UNKNOWN)
        conclusion = out->raw_status;
    if (!*conclusion) {
        out->phase = github_phase(out->raw_status, batch);
        out->result = out->phase == DX_PHASE_DONE ? DX_RESULT_UNKNOWN : DX_RESULT_NONE;
        return;
    }
    /* What has a conclusion is done, even where its status is late. */
    out->phase = DX_PHASE_DONE;
    out->result = result_of(conclusion);
    batch->unknown += out->result == DX_RESULT_UNKNOWN;
    if (strcasecmp(conclusion, "startup_failure") == 0) {
        out->cause = DX_CAUSE_CONFIG;
        out->evidence = "config: conclusion startup_failure: the workflow could not start";
    }
}

/* ---- refusals ---- */

static bool has(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

/* The repository that a request was about. */
static const char *about(const struct reply *reply, char out[GITHUB_NAME])
{
    out[0] = '\0';
    return reply->step == STEP_REPOS || reply->step == STEP_META
               ? ""
               : github_word(reply->detail_text, 0, out);
}

/* Single sign-on: `required; url=https://...` when the token is not authorised
 * for the organisation. */
static void no_sign_on(const char *sso, struct dx_error *err)
{
    const char *url = strstr(sso, "url=");

    dx_fail(err, DX_FAULT_AUTH,
            "refused (403): the token is not authorised for the single sign-on of the "
            "organisation; authorise it%s%.120s",
            url ? " at " : "", url ? url + 4 : "");
}

static void refused_403(const char *why, const char *sso, const struct reply *reply,
                        struct dx_error *err)
{
    char repo[GITHUB_NAME];

    about(reply, repo);
    if (has(why, "secondary rate limit") || has(why, "abuse detection"))
        dx_fail(err, DX_FAULT_LIMITED,
                "GitHub's secondary limit: too many requests in a short time");
    else if (has(why, "rate limit exceeded"))
        dx_fail(err, DX_FAULT_LIMITED, "the hour's requests of this token are used up");
    else if (*sso && !has(sso, "partial-results"))
        no_sign_on(sso, err);
    else if (err->fault != DX_FAULT_LIMITED)
        dx_fail(err, DX_FAULT_AUTH, "refused (403)%s%s: %s", *repo ? " for " : "", repo,
                *why ? why : "the token may not see this; widen its scope");
}

static void refused_404(const char *why, const struct github *config, const struct reply *reply,
                        struct dx_error *err)
{
    char repo[GITHUB_NAME];

    about(reply, repo);
    if (reply->step == STEP_REPOS)
        dx_fail(err, DX_FAULT_CONFIG,
                "no organisation \"%.60s\" (404), or the token may not see it", config->org);
    else if (reply->status == 410)
        dx_fail(err, DX_FAULT_REPLY, "%s: gone (410)%s%s", *repo ? repo : "answered",
                *why ? ": " : "", why);
    else if (*repo)
        dx_fail(err, DX_FAULT_REPLY,
                "%s: not found (404); is the name right, and may the token see it?", repo);
    else
        dx_fail(err, DX_FAULT_REPLY, "answered 404: %s; check `url` (a GHES ends in /api/v3)",
                *why ? why : "there is nothing at this address");
}

static bool is_gone(const struct reply *reply)
{
    return reply->status == 404 || reply->status == 410;
}

/* {"message": "...", "documentation_url": "..."} */
void github_refused(const void *config, const struct reply *reply, struct dx_error *err)
{
    struct batch batch = { 0 };
    const char *why = field_text(&batch, reply->json, "message");
    const char *sso = reply_header(&batch, reply, "x-github-sso");
    bool version = has(why, "not a supported version") || has(why, "api version");

    if (reply->status == 401)
        dx_fail(err, DX_FAULT_AUTH, "refused (401): %s; the token is wrong, expired or revoked",
                *why ? why : "no good credentials");
    else if (version && (reply->status == 400 || reply->status == 410))
        dx_fail(err, DX_FAULT_CONFIG, "it does not speak version 2022-11-28 of the API (%d: %s)",
                reply->status, why);
    else if (reply->status == 403 || reply->status == 429)
        refused_403(why, sso, reply, err);
    else if (is_gone(reply) && json_is_object(reply->json))
        refused_404(why, config, reply, err);
    else if (*why)
        dx_fail(err, err->fault, "answered %d: %s", reply->status, why);
    batch_done(&batch);
}

/* A repository that cannot be read loses no other. */
static bool without_repo(struct github_poll *p, const char *repo, const struct dx_error *err)
{
    if (p->config->repos.count == 1 && !*p->config->org)
        return false;
    if (!denied_said(p->plan, p->batch, github_recall(p->plan, p->batch, "gone", repo)))
        batch_note(p->batch, DX_LOG_WARN, "%s", err->text);
    github_remember(p->batch, "gone", repo, p->reply->now_ms);
    return true;
}

/* What was asked for is left out, and the poll goes on; err is why. false: it cannot. */
static bool go_without(struct github_poll *p, const struct dx_error *err)
{
    char repo[GITHUB_NAME];

    about(p->reply, repo);
    switch ((enum github_step)p->reply->step) {
    case STEP_RUNS:
    case STEP_REPO:
        return without_repo(p, repo, err);
    case STEP_GAP:
        github_remember(p->batch, "gap", repo, 0);
        break;
    case STEP_SCAN:
        github_scan_skip(p);
        break;
    case STEP_RUN:
    case STEP_JOBS:
        if (p->reply->step == STEP_RUN)
            github_run_end(p);
        if (is_gone(p->reply) || p->reply->status == 403)
            github_missed(p);
        break;
    case STEP_ANNOTATIONS:
    case STEP_LOG:
    case STEP_REVIEWS:
        github_evidence_refused(p);
        break;
    case STEP_RUNNERS:
        github_runners_denied(p);
        break;
    case STEP_ISSUES:
        github_issues_refused(p);
        break;
    case STEP_ISSUE:
        github_issue_gone(p);
        break;
    case STEP_COMMENTS:
        github_comments_refused(p);
        break;
    case STEP_PULLS:
        github_pulls_refused(p);
        break;
    case STEP_TIMELINE:
        github_timeline_refused(p);
        break;
    case STEP_FILL: /* the newest runs of it fail too, and that is said */
    case STEP_META:
        break;
    case STEP_REPOS:
    case STEP_COUNT:
        return false;
    }
    return true;
}

bool github_answered(struct github_poll *p, struct dx_error *err)
{
    (void)dx_fail(err, DX_FAULT_REPLY, "answered %d", p->reply->status);
    github_refused(p->config, p->reply, err);
    if (err->fault == DX_FAULT_LIMITED ||
        (err->fault == DX_FAULT_CONFIG && p->reply->step != STEP_REPOS))
        return false;
    if (!go_without(p, err))
        return false;
    *err = (struct dx_error){ 0 };
    return true;
}
