/* github: the jobs of a run, all attempts of it in one list.
 * https://docs.github.com/en/rest/actions/workflow-jobs */
#include "config.h"

#include "source/github.h"

#include <inttypes.h>
#include <string.h>

#include "core/time.h"
#include "source/field.h"

enum { ATTEMPTS = 64 };

static const int64_t BEHIND_MOST_MS = 10 * MINUTE_MS; /* the jobs of a run, behind itself */

struct jobs { /* of one reply */
    char repo[GITHUB_NAME], run[GITHUB_NAME];
    bool open; /* one of them is not done */
};

struct plan_request *github_jobs_ask(struct plan *plan, const char *repo, const char *id,
                                     int64_t attempt, unsigned flags)
{
    const char *path = arena_print(
        &plan->arena, "/repos/%s/actions/runs/%s/jobs?filter=all&per_page=100", repo, id);
    struct plan_request *r;

    if (github_asked(plan, path))
        return NULL;
    r = plan_get(plan, STEP_JOBS, "", NULL);
    r->path = path;
    r->flags |= flags | PLAN_ANSWER | PLAN_OPTIONAL;
    r->detail_text = arena_print(&plan->arena, "%s %s %" PRId64, repo, id, attempt);
    return r;
}

static int64_t attempt_of(const json_t *item)
{
    int64_t attempt = field_int(item, "run_attempt");

    return attempt > 0 ? attempt : 1;
}

/* ---- jobs that a rerun of the failed ones took over ---- */

static bool same_text(const json_t *a, const json_t *b, const char *name)
{
    return json_is_string(json_object_get(a, name)) &&
           json_equal(json_object_get(a, name), json_object_get(b, name));
}

/* It is listed again under the later attempt, with the times of the earlier. */
static bool is_inherited(const json_t *list, const json_t *item, const struct run *run)
{
    int64_t attempt = attempt_of(item), finished = field_time(item, "completed_at");
    const json_t *other;
    size_t i;

    if (attempt < 2 || finished == 0)
        return false;
    if (!run->bare && run->timing.created_ms > 0)
        return finished < run->timing.created_ms;
    json_array_foreach (list, i, other) {
        if (attempt_of(other) < attempt && same_text(other, item, "name") &&
            same_text(other, item, "started_at") && same_text(other, item, "completed_at"))
            return true;
    }
    return false;
}

static bool is_of(const struct batch *batch, const struct job *job, const struct jobs *jobs)
{
    const struct run *run = &batch->runs[job->run];

    return strcmp(run->id, jobs->run) == 0 && strcmp(run->project, jobs->repo) == 0;
}

static bool was_there_before(const struct batch *batch, const struct job *job,
                             const struct jobs *jobs)
{
    if (job->attempt < 2 || job->timing.finished_ms == 0)
        return false;
    for (size_t i = 0; i < batch->job_count; i++) {
        const struct job *other = &batch->jobs[i];

        if (other->attempt < job->attempt && other->timing.finished_ms == job->timing.finished_ms &&
            strcmp(other->name, job->name) == 0 && is_of(batch, other, jobs))
            return true;
    }
    return false;
}

/* The last attempt that took it over, if any did. */
static int64_t heir_of(const json_t *list, const json_t *item)
{
    int64_t heir = 0;
    const json_t *other;
    size_t i;

    json_array_foreach (list, i, other) {
        if (attempt_of(other) > attempt_of(item) && attempt_of(other) > heir &&
            same_text(other, item, "name") && same_text(other, item, "started_at") &&
            same_text(other, item, "completed_at"))
            heir = attempt_of(other);
    }
    return heir;
}

/* ---- one job ---- */

static struct job *add_job(struct github_poll *p, const json_t *item, size_t run)
{
    struct batch *b = p->batch;
    const char *group = field_text(b, item, "runner_group_name");
    struct job *job = batch_job(b, run);

    job->name = field_text(b, item, "name");
    job->id = arena_print(&b->arena, "%" PRId64, field_int(item, "id"));
    job->attempt = attempt_of(item);
    job->pool = github_pool(b, json_object_get(item, "labels"), group);
    job->runner = field_text(b, item, "runner_name");
    job->url = field_text(b, item, "html_url");
    github_outcome(item, &job->outcome, b);
    github_job_timing(item, job, b);
    return job;
}

/* While others of the run still go on, only what failed just now is looked into;
 * all of it is when the run is done. */
static bool is_evident_now(const struct github_poll *p, const struct job *job)
{
    const struct run *run = &p->batch->runs[job->run];
    int64_t ago = p->reply->now_ms - job->timing.finished_ms;

    return run->bare || run->outcome.phase == DX_PHASE_DONE ||
           ago <= 3 * p->plan->every_ms + MINUTE_MS;
}

static void take_job(struct github_poll *p, const json_t *list, const json_t *item,
                     struct jobs *jobs)
{
    int64_t attempt = attempt_of(item);
    size_t run;
    struct job *job;
    bool cancelled;

    if (field_int(item, "id") <= 0) {
        p->batch->unknown++;
        return;
    }
    run = batch_known_run(p->batch, jobs->repo, jobs->run, attempt);
    if (is_inherited(list, item, &p->batch->runs[run]))
        return;
    job = add_job(p, item, run);
    if (was_there_before(p->batch, job, jobs)) { /* on an earlier page */
        p->batch->job_count--;
        return;
    }
    jobs->open = jobs->open || job->outcome.phase != DX_PHASE_DONE;
    cancelled = job->outcome.result == DX_RESULT_CANCELLED;
    if (is_evident_now(p, job))
        github_evidence_ask(
            p, job,
            &(struct github_evidence){ .repo = jobs->repo,
                                       .run = jobs->run,
                                       .attempt = attempt,
                                       .heir = cancelled ? heir_of(list, item) : 0 });
}

/* Are its jobs as they will stay? While it goes on more may come; of one of which only
 * the id is known, they are when all of them are done. The list may be behind the run, but some
 * jobs of a run that was cancelled are queued for ever:
 * https://github.com/actions/runner/issues/4411
 */
static bool is_final(const struct batch *batch, size_t at, int64_t now_ms)
{
    const struct run *run = &batch->runs[at];
    bool late = !run->bare && now_ms - run->updated_ms > BEHIND_MOST_MS;

    for (size_t i = 0; i < batch->job_count && !late; i++)
        if (batch->jobs[i].run == at && batch->jobs[i].outcome.phase != DX_PHASE_DONE)
            return false;
    return run->bare || run->outcome.phase == DX_PHASE_DONE;
}

/* The jobs of an earlier attempt may be on a later page than those of the rerun that inherits them:
 * which these are, is known when all pages came. */
static void drop_inherited(struct batch *batch, const struct jobs *jobs)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->job_count; i++) {
        const struct job *job = &batch->jobs[i];

        if (!is_of(batch, job, jobs) || !was_there_before(batch, job, jobs))
            batch->jobs[n++] = *job;
    }
    batch->job_count = n;
}

static void end_attempts(struct github_poll *p, const struct jobs *jobs, int64_t last)
{
    int64_t now_ms = p->reply->date_ms > 0 ? p->reply->date_ms : p->reply->now_ms;

    for (int64_t attempt = 1; attempt <= last && attempt < ATTEMPTS; attempt++) {
        size_t run = batch_find_run(p->batch, jobs->repo, jobs->run, attempt);

        if (run == SIZE_MAX)
            continue;
        github_run_timing(p->batch, run);
        github_reviews_ask(p, run, jobs->repo, jobs->run);
        if (!is_final(p->batch, run, now_ms))
            continue;
        batch_jobs_whole(p->batch, run);
        p->batch->runs[run].jobs_ms = now_ms;
    }
}

/* Its jobs were asked for because the run was open, and all of them are done, or
 * there is a new attempt, or it was done without them: the run has to say so itself. */
static bool is_unsure(const struct github_poll *p, const struct jobs *jobs, int64_t last)
{
    size_t at = batch_find_run(p->batch, jobs->repo, jobs->run, last);

    if (at == SIZE_MAX || !p->batch->runs[at].bare)
        return false;
    return !jobs->open || p->reply->detail != 0 || last > github_number(p->reply->detail_text, 2);
}

/* ---- whether it is there ---- */

/* A run can be deleted, and a repository can be out of sight for a while: only the second time on
 * end it counts as gone; where it may not be read any more, after a day. */
static bool is_gone(struct github_poll *p, bool there)
{
    const char *text = p->reply->detail_text;
    char repo[GITHUB_NAME], id[GITHUB_NAME];
    const char *name = arena_print(&p->batch->arena, "%s#%s#%" PRId64, github_word(text, 0, repo),
                                   github_word(text, 1, id), github_number(text, 2));
    int64_t missed_ms = github_recall(p->plan, NULL, "miss", name);
    bool early = p->reply->status == 403 && p->reply->now_ms - missed_ms < DAY_MS;
    bool gone = missed_ms != 0 && !there && !early;

    if ((missed_ms != 0) == (there || gone))
        github_remember(p->batch, "miss", name, missed_ms != 0 ? 0 : p->reply->now_ms);
    return gone;
}

void github_there(struct github_poll *p)
{
    (void)is_gone(p, true);
}

/* Nobody can say how it ended, or which jobs it had: it is done, and asked for no more, unless it
 * was done and may be read again one day. An attempt before the last one is asked for with that one
 * only. */
void github_missed(struct github_poll *p)
{
    const char *text = p->reply->detail_text;
    char repo[GITHUB_NAME], id[GITHUB_NAME], kind[GITHUB_NAME];
    bool refused = p->reply->status == 403;
    bool earlier = strcmp(github_word(text, 3, kind), "attempt") == 0;
    size_t at;

    if (!refused)
        github_filled(p);
    if (earlier || !is_gone(p, false))
        return;
    at = batch_known_run(p->batch, github_word(text, 0, repo), github_word(text, 1, id),
                         github_number(text, 2));
    p->batch->runs[at].gone = p->batch->runs[at].bare;
    if (!refused)
        batch_jobs_whole(p->batch, at);
}

/* ---- all of them ---- */

bool github_jobs_decode(struct github_poll *p, struct dx_error *err)
{
    const char *text = p->reply->detail_text;
    const json_t *list = json_object_get(p->reply->json, "jobs"), *item;
    struct jobs jobs = { .repo = "" };
    int64_t attempt = github_number(text, 2);
    size_t i;

    if (!json_is_array(list))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no \"jobs\")");
    github_there(p);
    github_word(text, 0, jobs.repo);
    github_word(text, 1, jobs.run);
    (void)batch_known_run(p->batch, jobs.repo, jobs.run, attempt);
    json_array_foreach (list, i, item) {
        take_job(p, list, item, &jobs);
        if (attempt_of(item) > attempt)
            attempt = attempt_of(item);
    }
    if (*p->reply->next) {
        github_next(p)->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
        return true;
    }
    drop_inherited(p->batch, &jobs);
    end_attempts(p, &jobs, attempt);
    if (is_unsure(p, &jobs, attempt))
        github_run_ask(p, jobs.repo, jobs.run, github_number(text, 2));
    github_filled(p);
    return true;
}
