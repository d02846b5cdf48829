/* github: approvals. A job that somebody has to approve is made when it comes to its
 * environment, and nothing in the API says when it was approved: what it waited for a
 * runner behind that nobody can tell, and it must not look like a long queue.
 * https://docs.github.com/en/rest/actions/workflow-runs (review history) */
#include "config.h"

#include "source/github.h"

#include <inttypes.h>

#include "core/time.h"
#include "source/field.h"

/* Only who waited so long is asked for. */
static const int64_t WAIT_LEAST = 10 * MINUTE_MS;
static const char unknown[] = "unknown: it waited for an approval too";

void github_reviews_ask(struct github_poll *p, size_t run, const char *repo, const char *id)
{
    struct plan_request *r;
    bool waited = false;

    for (size_t i = 0; i < p->batch->job_count && !waited; i++)
        waited = p->batch->jobs[i].run == run && p->batch->jobs[i].timing.queued_ms >= WAIT_LEAST;
    if (!waited)
        return;
    r = plan_get(p->plan, STEP_REVIEWS, "", NULL);
    r->path = arena_print(&p->plan->arena, "/repos/%s/actions/runs/%s/approvals", repo, id);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    r->detail_text =
        arena_print(&p->plan->arena, "%s %s %" PRId64 " -", repo, id, p->batch->runs[run].attempt);
    batch_owe(p->batch, run);
}

static bool is_approved(const json_t *list)
{
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        if (value_is(json_object_get(item, "state"), "approved"))
            return true;
    }
    return false;
}

static void forget_waits(struct batch *batch, size_t at)
{
    struct run *run = &batch->runs[at];
    int64_t started_ms = run->timing.started_ms;

    for (size_t i = 0; i < batch->job_count; i++) {
        struct timing *t = &batch->jobs[i].timing;

        if (batch->jobs[i].run == at && t->queued_ms >= WAIT_LEAST) {
            t->queued_ms = -1;
            t->queued_basis = unknown;
        }
    }
    if (run->bare)
        return;
    run->timing.started_ms = 0;
    run->timing.queued_ms = -1;
    run->timing.queued_basis = unknown;
    github_run_timing(batch, at); /* of those that are left */
    if (run->timing.started_ms == 0)
        run->timing.started_ms = started_ms;
}

bool github_reviews_decode(struct github_poll *p, struct dx_error *err)
{
    const char *text = p->reply->detail_text;
    char repo[GITHUB_NAME], id[GITHUB_NAME];
    size_t run = batch_find_run(p->batch, github_word(text, 0, repo), github_word(text, 1, id),
                                github_number(text, 2));

    if (!json_is_array(p->reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no approvals)");
    if (run == SIZE_MAX) /* committed before: it stays open, and is asked for again */
        return true;
    if (is_approved(p->reply->json))
        forget_waits(p->batch, run);
    github_evidence_end(p);
    return true;
}
