/* github: runs: the newest of each repository, and those that are not done.
 * https://docs.github.com/en/rest/actions/workflow-runs */
#include "config.h"

#include "source/github.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/denied.h"
#include "source/field.h"

enum { OPEN_MOST = 40, OPEN_LEAST = 2, NUMBER = 24, SEARCH_MOST = 1000, FIRST_MOST = 3 };

/* What half of GitHub's 5,000 requests an hour leaves, and what the lists of the
 * repositories take of it: each changes some times an hour. */
static const double HOUR_REQUESTS = 2500., PER_REPO = 7.5, PER_POLL = 2., PER_OPEN = 1.2;

static const struct known *knows(const struct plan *plan)
{
    return plan->known && plan->known->run ? plan->known : NULL; /* `check` has no store */
}

/* By the store; or by this poll, for lists overlap. */
static enum known_run known_run(const struct github_poll *p, const char *repo, const char *id,
                                int64_t attempt, int64_t updated_ms)
{
    const struct known *known = knows(p->plan);
    size_t at = batch_find_run(p->batch, repo, id, attempt);
    const struct run *run = at == SIZE_MAX ? NULL : &p->batch->runs[at];

    if (run && !run->bare && run->jobs_whole && run->updated_ms >= updated_ms)
        return KNOWN_DONE;
    return known ? known->run(known->self, repo, id, attempt, updated_ms) : KNOWN_NOT;
}

/* ---- one run ---- */

static const char *id_of(struct batch *batch, const json_t *item)
{
    return arena_print(&batch->arena, "%" PRId64, field_int(item, "id"));
}

static int64_t attempt_of(const json_t *item)
{
    int64_t attempt = field_int(item, "run_attempt");

    return attempt > 0 ? attempt : 1; /* GHES before 3.5 has none */
}

/* ".github/workflows/ci.yml@refs/..." where a workflow has no name. */
static const char *pipeline_of(struct batch *batch, const json_t *item)
{
    const char *name = field_text(batch, item, "name"), *slash;
    char *path;

    if (*name)
        return name;
    path = arena_text(&batch->arena, field_text(batch, item, "path"));
    path[strcspn(path, "@")] = '\0';
    slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *actor_of(struct batch *batch, const json_t *item)
{
    const char *who = field_text(batch, json_object_get(item, "triggering_actor"), "login");

    return *who ? who : field_text(batch, json_object_get(item, "actor"), "login");
}

/* Only of a second attempt on is run_started_at another time than created_at: the
 * hours between the two are somebody's, not a queue's. */
static void times_of(const json_t *item, struct run *run)
{
    struct timing *t = &run->timing;
    int64_t started = field_time(item, "run_started_at");

    t->created_ms = field_time(item, "created_at");
    if (run->attempt > 1 && started > 0)
        t->created_ms = started;
    if (run->outcome.phase == DX_PHASE_RUNNING || run->outcome.phase == DX_PHASE_DONE)
        t->started_ms = started > 0 ? started : t->created_ms;
    run->updated_ms = field_time(item, "updated_at");
    if (run->outcome.phase != DX_PHASE_DONE || run->updated_ms == 0)
        return;
    t->finished_ms = run->updated_ms;
    if (started == 0)
        return;
    t->duration_ms = run->updated_ms - started;
    t->duration_basis = "updated_at - run_started_at";
    if (t->duration_ms < 0) {
        t->duration_ms = 0;
        t->skewed = true;
    }
}

/* The place of the run in the batch. */
static struct run *slot_of(struct batch *batch, const char *repo, const char *id, int64_t attempt)
{
    size_t at = batch_find_run(batch, repo, id, attempt);
    struct run *run;

    if (at == SIZE_MAX) {
        run = batch_run(batch);
        run->project = batch_text(batch, repo, strlen(repo));
        run->id = id;
        run->attempt = attempt;
        return run;
    }
    run = &batch->runs[at];
    *run = (struct run){ .project = run->project,
                         .id = run->id,
                         .attempt = attempt,
                         .stand_in = "",
                         .jobs_whole = run->jobs_whole,
                         .jobs_ms = run->jobs_ms,
                         .owed = run->owed };
    run->outcome.evidence = run->timing.queued_basis = run->timing.duration_basis = "";
    run->timing.queued_ms = run->timing.duration_ms = run->gate_ms = -1;
    return run;
}

/* A run that waits for an approval that nobody gives is done; until then it
 * waits. */
static void take_gate(const struct github_poll *p, struct run *run)
{
    static const int64_t approval_ms = 3 * DAY_MS;

    if (strcasecmp(run->outcome.raw_result, "action_required") == 0 &&
        p->reply->now_ms - run->updated_ms < approval_ms) {
        run->outcome.phase = DX_PHASE_GATE;
        run->outcome.result = DX_RESULT_NONE;
    }
}

/* The jobs that came before it are those that it ended with: nothing of it changed since.
 * Else there may be more, for one that needs others is made when they are done. */
static bool has_jobs(const struct run *run, bool were_there)
{
    return were_there && run->outcome.phase == DX_PHASE_DONE && run->updated_ms < run->jobs_ms;
}

static struct run *add_run(struct github_poll *p, const char *repo, const json_t *item)
{
    struct batch *b = p->batch;
    char number[NUMBER];
    struct run *run = slot_of(b, repo, id_of(b, item), attempt_of(item));

    run->pipeline = pipeline_of(b, item);
    (void)snprintf(number, sizeof(number), "%" PRId64, field_int(item, "run_number"));
    run->number = arena_text(&b->arena, number);
    run->title = field_text(b, item, "display_title");
    run->sha = field_text(b, item, "head_sha");
    run->branch = field_text(b, item, "head_branch");
    run->event = field_text(b, item, "event");
    run->actor = actor_of(b, item);
    run->url = field_text(b, item, "html_url");
    run->protected_branch = github_protected(p, repo, run->branch, run->event);
    github_outcome(item, &run->outcome, b);
    times_of(item, run);
    take_gate(p, run);
    run->jobs_whole = has_jobs(run, run->jobs_whole);
    github_run_timeout(b, (size_t)(run - b->runs));
    return run;
}

/* Attempts are runs of their own; what the list shows is the last, which owes them: only with
 * that one are they asked for again. */
static void ask_attempts(struct github_poll *p, const char *repo, const struct run *run,
                         unsigned flags)
{
    const int64_t last = run->attempt;
    const char *id = run->id;

    for (int64_t attempt = 1; attempt < last && attempt <= 50; attempt++) {
        char number[NUMBER];
        struct plan_request *r;

        if (known_run(p, repo, id, attempt, 0) == KNOWN_DONE)
            continue;
        (void)snprintf(number, sizeof(number), "%" PRId64, attempt);
        r = plan_get(p->plan, STEP_RUN, "", NULL);
        r->path =
            arena_print(&p->plan->arena, "/repos/%s/actions/runs/%s/attempts/%s", repo, id, number);
        r->flags |= flags | PLAN_ANSWER | PLAN_OPTIONAL;
        r->detail_text = arena_print(&p->plan->arena, "%s %s %" PRId64 " attempt %" PRId64, repo,
                                     id, attempt, last);
        batch_owe(p->batch, (size_t)(run - p->batch->runs));
    }
}

/* ---- a list of runs ---- */

/* Whether its jobs are to be asked for now. One that is open and known is asked
 * by its id, in its turn. */
static bool is_news(enum known_run known, const struct run *run)
{
    return known == KNOWN_NOT || known == KNOWN_MOVED ||
           (known == KNOWN_OPEN && run->outcome.phase == DX_PHASE_DONE);
}

/* What goes on is no history, nor are the newest of a repository: all of an
 * organisation show something before the budget is through. What was known before
 * but lacks its jobs waits for room, if it did not end just now. */
static unsigned how(const struct github_poll *p, enum known_run known, const struct run *run,
                    size_t asked, unsigned flags)
{
    int64_t ago = p->reply->now_ms - run->updated_ms;
    bool fresh = ago <= 3 * p->plan->every_ms + MINUTE_MS;
    bool newest = p->reply->step == STEP_RUNS && known == KNOWN_NOT && asked < FIRST_MOST;

    if (run->outcome.phase != DX_PHASE_DONE || newest || (known == KNOWN_OPEN && fresh))
        return flags & ~(unsigned)PLAN_FILL;
    return known == KNOWN_OPEN ? flags | PLAN_FILL : flags;
}

struct github_page github_page_decode(struct github_poll *p, const char *repo, unsigned flags)
{
    const json_t *list = json_object_get(p->reply->json, "workflow_runs"), *item;
    struct github_page page = { 0 };
    size_t i;

    json_array_foreach (list, i, item) {
        const char *id = id_of(p->batch, item);
        int64_t created = field_time(item, "created_at"), attempt = attempt_of(item);
        enum known_run known;
        const struct run *run;
        struct plan_request *jobs;
        unsigned with;

        if (field_int(item, "id") <= 0) {
            p->batch->unknown++;
            continue;
        }
        page.runs++;
        if (created > 0 && (page.oldest_ms == 0 || created < page.oldest_ms))
            page.oldest_ms = created;
        if (created > page.newest_ms)
            page.newest_ms = created;
        known = known_run(p, repo, id, attempt, field_time(item, "updated_at"));
        if (known == KNOWN_DONE)
            continue;
        page.news += known == KNOWN_NOT;
        run = add_run(p, repo, item);
        if (run->jobs_whole) /* they came in this poll, before the run itself */
            github_run_timing(p->batch, (size_t)(run - p->batch->runs));
        if (run->jobs_whole || !is_news(known, run))
            continue;
        with = how(p, known, run, page.asked, flags);
        ask_attempts(p, repo, run, with);
        jobs = github_jobs_ask(p->plan, repo, id, attempt, with);
        page.last = jobs ? jobs : page.last;
        page.asked += jobs != NULL;
    }
    return page;
}

void github_runs_ask(struct plan *plan, const char *repo)
{
    const char *path = arena_print(&plan->arena, "/repos/%s/actions/runs?per_page=100", repo);
    struct plan_request *r;

    if (github_asked(plan, path))
        return;
    r = plan_get(plan, STEP_RUNS, "", NULL);
    r->path = path;
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    /* Until its first page was taken in whole, "nothing new" is no answer. */
    if (github_recall(plan, NULL, "fill", repo) != 0)
        r->flags |= PLAN_CONDITIONAL;
    r->detail_text = arena_text(&plan->arena, repo);
}

struct plan_request *github_gap_ask(struct plan *plan, const char *repo, int64_t to_ms)
{
    char from[TIME_TEXT], to[TIME_TEXT], range[2 * TIME_TEXT + 2];
    struct plan_request *r;

    (void)snprintf(range, sizeof(range), "%s..%s",
                   time_format(from, (plan->now_ms - plan->history_ms) / 1000 * 1000),
                   time_format(to, to_ms));
    r = plan_get(plan, STEP_GAP, "", NULL);
    r->path = arena_print(&plan->arena, "/repos/%s/actions/runs?per_page=100&created=", repo);
    plan_append(plan, r, "{}", range, NULL);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    r->detail_text = arena_text(&plan->arena, repo);
    return r;
}

static bool is_list(const struct github_poll *p, struct dx_error *err)
{
    return json_is_array(json_object_get(p->reply->json, "workflow_runs")) ||
           dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no \"workflow_runs\")");
}

/* A search by `created` ends after 1,000 runs, without a word. */
static struct plan_request *go_on(struct github_poll *p, const char *repo, int64_t oldest_ms)
{
    if (*p->reply->next)
        return github_next(p);
    if (p->reply->step == STEP_GAP && field_int(p->reply->json, "total_count") > SEARCH_MOST)
        return github_gap_ask(p->plan, repo, oldest_ms);
    return NULL;
}

/* Pages are read until one brings nothing new. How far that went is remembered:
 * where it is cut off, the gap is closed by the next poll. While an older gap is
 * open, that one keeps its place; what is missed then is found by the scan. */
bool github_runs_decode(struct github_poll *p, struct dx_error *err)
{
    const char *repo = p->reply->detail_text;
    int64_t gap = github_recall(p->plan, p->batch, "gap", repo);
    bool first = github_recall(p->plan, p->batch, "fill", repo) == 0;
    bool older = p->reply->step == STEP_RUNS && p->reply->detail == 0 && gap != 0;
    struct github_page page;
    struct plan_request *next = NULL;

    if (!is_list(p, err))
        return false;
    page = github_page_decode(p, repo, first ? PLAN_FILL : 0);
    if (github_recall(p->plan, p->batch, "gone", repo) != 0) {
        github_remember(p->batch, "gone", repo, 0);
        github_issues_anew(p->plan, p->batch, repo);
        denied_over(p->plan, p->batch);
    }
    if (page.newest_ms > github_recall(p->plan, p->batch, "seen", repo) + HOUR_MS)
        github_remember(p->batch, "seen", repo, page.newest_ms);
    if (first) {
        github_fill_first(p, repo, page);
        return true;
    }
    if (page.news > 0 && page.oldest_ms > p->plan->now_ms - p->plan->history_ms)
        next = go_on(p, repo, page.oldest_ms);
    if (!next) {
        if (gap != 0 && !older)
            github_remember(p->batch, "gap", repo, 0);
        return true;
    }
    if (!older)
        github_remember(p->batch, "gap", repo, page.oldest_ms);
    next->detail = older ? 0 : 1;
    next->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    return true;
}

/* ---- open runs ---- */

/* By their jobs, the oldest polls first, as many as an hour's requests allow. */
void github_open_begin(struct plan *plan, size_t repos)
{
    const struct known *known = knows(plan);
    struct open_run open[OPEN_MOST];
    double hours = (double)plan->every_ms / (double)HOUR_MS;
    double room = (HOUR_REQUESTS - PER_REPO * (double)repos) * hours - PER_POLL;
    size_t most = OPEN_LEAST, n;

    if (!known)
        return;
    if (room / PER_OPEN > OPEN_LEAST)
        most = room / PER_OPEN < OPEN_MOST ? (size_t)(room / PER_OPEN) : OPEN_MOST;
    n = known->open(known->self, "", open, most);
    for (size_t i = 0; i < n; i++) {
        struct plan_request *jobs = NULL;

        if (github_numbered(open[i].project, open[i].id))
            jobs = github_jobs_ask(plan, open[i].project, open[i].id, open[i].attempt, 0);
        if (!jobs)
            continue;
        jobs->detail = open[i].done;
        plan_of_run(plan, jobs, &open[i]);
    }
}

/* The jobs of a run are all done: is it? */
void github_run_ask(struct github_poll *p, const char *repo, const char *id, int64_t attempt)
{
    struct plan_request *r = plan_get(p->plan, STEP_RUN, "", NULL);

    r->path = arena_print(&p->plan->arena, "/repos/%s/actions/runs/%s", repo, id);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    r->detail_text = arena_print(&p->plan->arena, "%s %s %" PRId64, repo, id, attempt);
    batch_owe(p->batch, batch_known_run(p->batch, repo, id, attempt));
}

void github_run_end(struct github_poll *p)
{
    const char *text = p->reply->detail_text;
    char repo[GITHUB_NAME], id[GITHUB_NAME], kind[GITHUB_NAME];
    bool earlier = *github_word(text, 3, kind) != '\0';

    batch_paid(p->batch, github_word(text, 0, repo), github_word(text, 1, id),
               github_number(text, earlier ? 4 : 2));
}

bool github_run_decode(struct github_poll *p, struct dx_error *err)
{
    const char *text = p->reply->detail_text;
    const json_t *item = p->reply->json;
    char repo[GITHUB_NAME], id[GITHUB_NAME], kind[GITHUB_NAME];
    bool earlier = *github_word(text, 3, kind) != '\0', there;
    struct run *run;
    size_t at;

    if (field_int(item, "id") <= 0)
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no run)");
    github_there(p);
    github_word(text, 0, repo);
    github_word(text, 1, id);
    at = batch_find_run(p->batch, repo, id, attempt_of(item));
    there = at != SIZE_MAX && p->batch->runs[at].jobs_whole;
    run = add_run(p, repo, item);
    run->jobs_whole = run->jobs_whole || (there && earlier);
    github_run_timing(p->batch, (size_t)(run - p->batch->runs));
    github_run_end(p);
    if (!earlier)
        ask_attempts(p, repo, run, 0);
    if (run->outcome.phase == DX_PHASE_DONE && !run->jobs_whole)
        (void)github_jobs_ask(p->plan, repo, id, earlier ? github_number(text, 4) : run->attempt,
                              0);
    return true;
}
