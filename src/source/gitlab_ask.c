/* gitlab: its requests: where they go, and what they are about. */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/time.h"
#include "source/field.h"

enum { FILL = 1, GO_ON = 2, DONE = 4, GROUP = 8, HOLE = 16, HIDDEN = 32 };

/* {} are the project (or group) and a number, in this order. Only the newest page of
 * pipelines is conditional: the rest is asked for when something changed, and what
 * follows from a reply has to follow each time.
 * A history page is small, for each run on it takes three requests more. */
static const struct {
    const char *path;
    unsigned flags;
} requests[GITLAB_STEPS] = {
    [GITLAB_GROUP] = { "/groups/{}/projects?include_subgroups=true&archived=false"
                       "&with_shared=false&simple=true&order_by=id&sort=asc&per_page=100",
                       0 },
    [GITLAB_PROJECT] = { "/projects/{}", PLAN_OPTIONAL | PLAN_ANSWER },
    [GITLAB_PIPELINES] = { "/projects/{}/pipelines?order_by=updated_at&sort=desc&per_page=100",
                           PLAN_OPTIONAL | PLAN_CONDITIONAL | PLAN_ANSWER },
    [GITLAB_FILL] = { "/projects/{}/pipelines?order_by=updated_at&sort=desc&per_page=50",
                      PLAN_OPTIONAL | PLAN_FILL | PLAN_ANSWER },
    [GITLAB_PIPELINE] = { "/projects/{}/pipelines/{}", PLAN_OPTIONAL | PLAN_ANSWER },
    [GITLAB_BRIDGES] = { "/projects/{}/pipelines/{}/bridges?per_page=100",
                         PLAN_OPTIONAL | PLAN_ANSWER },
    [GITLAB_JOBS] = { "/projects/{}/pipelines/{}/jobs?include_retried=true&per_page=100",
                      PLAN_OPTIONAL | PLAN_ANSWER },
    [GITLAB_TRACE] = { "/projects/{}/jobs/{}/trace", PLAN_OPTIONAL | PLAN_ANSWER | PLAN_TEXT },
    [GITLAB_RUNNERS] = { "/projects/{}/runners?per_page=100", PLAN_OPTIONAL | PLAN_ANSWER },
    [GITLAB_RUNNER] = { "/runners/", PLAN_OPTIONAL | PLAN_ANSWER },
    [GITLAB_ISSUES] = { "/projects/{}/issues?", PLAN_OPTIONAL | PLAN_CONDITIONAL | PLAN_ANSWER },
    [GITLAB_ISSUE] = { "/projects/{}/issues/{}", PLAN_OPTIONAL | PLAN_ANSWER },
    [GITLAB_NOTES] = { "/projects/{}/issues/{}/notes?order_by=created_at&sort=asc&per_page=100",
                       PLAN_OPTIONAL | PLAN_ANSWER },
    [GITLAB_MERGES] = { "/projects/{}/merge_requests?",
                        PLAN_OPTIONAL | PLAN_CONDITIONAL | PLAN_ANSWER },
    [GITLAB_MERGE_NOTES] = { "/projects/{}/merge_requests/{}/notes?order_by=created_at&sort=asc"
                             "&per_page=100",
                             PLAN_OPTIONAL | PLAN_ANSWER },
    [GITLAB_VERSION] = { "/version", PLAN_OPTIONAL },
};

static const char *about_text(struct plan *plan, const struct gitlab_about *about)
{
    int flags = (about->fill ? FILL : 0) | (about->go_on ? GO_ON : 0) | (about->done ? DONE : 0) |
                (about->group ? GROUP : 0) | (about->hole ? HOLE : 0) |
                (about->hidden ? HIDDEN : 0);

    return arena_print(&plan->arena, "%d %" PRId64 " %" PRId64 " %s", flags, about->seen,
                       about->attempt, about->project);
}

void gitlab_set_about(struct plan *plan, struct plan_request *request,
                      const struct gitlab_about *about)
{
    request->detail_text = about_text(plan, about);
    request->flags |= about->fill ? PLAN_FILL : 0;
}

struct gitlab_about gitlab_about(const struct reply *reply)
{
    char *rest = NULL;
    long flags = strtol(reply->detail_text, &rest, 10);
    int64_t seen = strtoll(rest, &rest, 10), attempt = strtoll(rest, &rest, 10);

    return (struct gitlab_about){ .project = *rest == ' ' ? rest + 1 : rest,
                                  .fill = flags & FILL,
                                  .go_on = flags & GO_ON,
                                  .done = flags & DONE,
                                  .group = flags & GROUP,
                                  .hole = flags & HOLE,
                                  .hidden = flags & HIDDEN,
                                  .seen = seen,
                                  .attempt = attempt };
}

/* What they have behind their path. */
static void append(struct plan *plan, struct plan_request *r, enum gitlab_step step, int64_t detail,
                   const struct gitlab_about *about)
{
    char from[TIME_TEXT], to[TIME_TEXT];

    if (step == GITLAB_FILL)
        plan_append(plan, r, "&updated_after={}&updated_before={}", time_format(from, about->seen),
                    time_format(to, detail), NULL);
    if (step != GITLAB_ISSUES && step != GITLAB_MERGES)
        return;
    plan_append(plan, r, "scope=all&state={}&order_by=updated_at&sort=asc&per_page=100",
                about->go_on ? "opened" : "all", NULL);
    if (detail > 0)
        plan_append(plan, r, "&updated_after={}", time_format(from, detail), NULL);
}

struct plan_request *gitlab_ask(struct plan *plan, enum gitlab_step step, int64_t detail,
                                const struct gitlab_about *about)
{
    const char *path = requests[step].path;
    char number[32];
    struct plan_request *r = plan_get(plan, step, "/api/v4", NULL);

    (void)snprintf(number, sizeof(number), "%" PRId64, step == GITLAB_TRACE ? about->seen : detail);
    if (step == GITLAB_RUNNERS && about->group)
        path = "/groups/{}/runners?per_page=100";
    if (step == GITLAB_ISSUES && about->group)
        path = "/groups/{}/issues?";
    if (step == GITLAB_MERGES && about->group)
        path = "/groups/{}/merge_requests?";
    plan_append(plan, r, path, about->project, number, NULL);
    if (step == GITLAB_RUNNER)
        plan_append(plan, r, "{}", number, NULL);
    append(plan, r, step, detail, about);
    r->flags = requests[step].flags;
    r->detail = detail;
    gitlab_set_about(plan, r, about);
    return r;
}

/* ---- pages ---- */

/* By number where the server gives one, else by Link. The number comes first, for
 * behind a proxy links often lead to the wrong scheme or host; with keyset paging
 * there are links only. */
static int64_t next_number(const struct reply *reply)
{
    struct batch scratch = { 0 };
    int64_t number = strtoll(reply_header(&scratch, reply, "x-next-page"), NULL, 10);

    batch_done(&scratch);
    return number;
}

bool gitlab_has_next(const struct reply *reply)
{
    return next_number(reply) > 0 || *reply->next;
}

bool gitlab_ask_next(struct plan *plan, const struct reply *reply, const struct gitlab_about *about)
{
    int64_t number = next_number(reply);
    struct plan_request *r;
    char text[32];

    if (number <= 0 && !*reply->next)
        return false;
    r = gitlab_ask(plan, (enum gitlab_step)reply->step, reply->detail, about);
    r->flags &= ~(unsigned)PLAN_CONDITIONAL;
    if (number > 0) {
        (void)snprintf(text, sizeof(text), "%" PRId64, number);
        plan_append(plan, r, "&page={}", text, NULL);
    } else {
        r->path = arena_text(&plan->arena, reply->next);
    }
    plan_at_once(plan, r);
    return true;
}
