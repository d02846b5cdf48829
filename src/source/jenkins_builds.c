/* jenkins: lists of builds: the newest of a job, its history, and those that are
 * open. Lists are asked for by range, newest first, so a build that is added meanwhile
 * pushes others into the next page, where they are known already; one that is deleted
 * pulls some out of it, hence pages overlap. */
#include "config.h"

#include "source/jenkins.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "source/field.h"

enum {
    PAGE = 100,     /* of builds, which Jenkins has at hand */
    FILL_PAGE = 25, /* of history: each build is read from its disk */
    OVERLAP = 3,
    FILL_ROOM = 400, /* requests of a poll: past it the rest comes with the next one */
    OPEN_MOST = 80,  /* builds that are asked for again in one poll */
};

/* ---- asking ---- */

struct page {
    struct jenkins_job job;
    int64_t from, count;       /* asked for */
    int64_t newest, newest_ms; /* of the first page of several */
    int64_t returned, news;    /* news: not known before */
    int64_t lowest, oldest_ms; /* of those on it */
    int64_t within;            /* of those: how many are not too old to be wanted */
    struct plan_request *last; /* stages that are asked for */
};

static struct plan_request *ask(struct plan *plan, enum jenkins_step step, const struct page *page)
{
    struct plan_request *r = jenkins_ask(plan, step, page->job.full, "/api/json?tree=");
    const char *list = step == JENKINS_FILL || page->from > 0 ? "allBuilds" : "builds";
    const char *text = arena_print(&plan->arena, "labelExpression,%s[%s]{%" PRId64 ",%" PRId64 "}",
                                   list, jenkins_build_tree, page->from, page->from + page->count);

    plan_append(plan, r, "{}", text, NULL);
    r->flags |= PLAN_OPTIONAL | PLAN_ANSWER | (step == JENKINS_FILL ? PLAN_FILL : 0);
    r->detail = page->from;
    r->detail_text =
        arena_print(&plan->arena, "%d %" PRId64 " %" PRId64 " %" PRId64 " %s", page->job.branch,
                    page->count, page->newest, page->newest_ms, page->job.full);
    return r;
}

static struct page page_of(const struct reply *reply)
{
    char *rest = NULL;
    bool branch = strtol(reply->detail_text, &rest, 10) != 0;
    int64_t count = strtoll(rest, &rest, 10), newest = strtoll(rest, &rest, 10);
    int64_t newest_ms = strtoll(rest, &rest, 10);

    return (struct page){ .job = jenkins_job_named(*rest ? rest + 1 : rest, branch),
                          .from = reply->detail,
                          .count = count,
                          .newest = newest,
                          .newest_ms = newest_ms };
}

void jenkins_builds_ask(struct plan *plan, const struct jenkins_job *job, int64_t count)
{
    struct page page = { .job = *job, .count = count + OVERLAP < PAGE ? count + OVERLAP : PAGE };

    (void)ask(plan, JENKINS_BUILDS, &page);
}

/* Before it nothing is wanted. */
static int64_t wanted(const struct plan *plan)
{
    return plan->history_ms < plan->now_ms ? plan->now_ms - plan->history_ms : 1;
}

/* ---- one page ---- */

static enum known_run known_run(const struct jenkins_poll *p, const char *project, const char *id)
{
    const struct known *known = p->plan->known;

    if (batch_find_run(p->batch, project, id, 1) != SIZE_MAX)
        return KNOWN_DONE; /* in this poll already */
    return known ? known->run(known->self, project, id, 1, 0) : KNOWN_NOT;
}

static void take(struct jenkins_poll *p, struct page *page, const json_t *item, const char *label)
{
    int64_t number = field_int(item, "number"), timestamp = field_ms(item, "timestamp");
    unsigned flags = p->reply->step == JENKINS_FILL ? PLAN_FILL : 0;
    const char *id = jenkins_run_id(p->batch, &page->job, number, timestamp);
    enum known_run known;
    struct jenkins_about about;

    if (number <= 0 || timestamp <= 0) {
        p->batch->unknown++;
        page->within++; /* nobody knows */
        return;
    }
    page->lowest = page->lowest == 0 || number < page->lowest ? number : page->lowest;
    page->oldest_ms =
        page->oldest_ms == 0 || timestamp < page->oldest_ms ? timestamp : page->oldest_ms;
    known = known_run(p, page->job.project, id);
    page->news += known == KNOWN_NOT;
    page->within += timestamp >= wanted(p->plan);
    if (known == KNOWN_DONE || timestamp < wanted(p->plan))
        return;
    if (jenkins_add_build(p, &page->job, item, label, &about))
        page->last = jenkins_stages_ask(p->plan, &about, flags);
}

static void read_page(struct jenkins_poll *p, struct page *page)
{
    const json_t *json = p->reply->json, *list = json_object_get(json, "builds"), *item;
    const char *label = field_text(p->batch, json, "labelExpression");
    size_t i;

    if (!list)
        list = json_object_get(json, "allBuilds");
    page->returned = (int64_t)json_array_size(list);
    json_array_foreach (list, i, item) {
        take(p, page, item, label);
    }
    item = json_array_get(list, 0);
    if (p->reply->step == JENKINS_BUILDS && page->from == 0) {
        page->newest = field_int(item, "number");
        page->newest_ms = field_ms(item, "timestamp");
    }
    jenkins_say_metrics(p, list);
}

/* ---- the newest ---- */

/* Whether older builds than those on the page are new too. A number that did not grow
 * is that of a job which was made again, or whose last build was deleted: there, what
 * is known ends it. */
static bool has_gap(const struct jenkins_poll *p, const struct page *page, int64_t seen)
{
    if (page->returned < page->count || page->oldest_ms < wanted(p->plan))
        return false;
    return page->newest > seen ? page->lowest > seen + 1 : page->news > 0;
}

/* Whether older builds of a job than those that are listed may be wanted. */
static bool has_history(const struct jenkins_poll *p, const struct plan *plan, const char *full)
{
    const struct batch *batch = p ? p->batch : NULL;
    int64_t since = jenkins_recall(plan, batch, "d", full);
    int64_t hidden_ms = plan->now_ms - jenkins_recall(plan, batch, "x", full);

    return (since == 0 || since > wanted(plan) + JENKINS_DAY) &&
           jenkins_recall(plan, batch, "f", full) > 0 &&
           (hidden_ms < 0 || hidden_ms >= 6 * JENKINS_HOUR);
}

/* The cursors move when all of it came. */
static void newest_page(struct jenkins_poll *p, struct page *page)
{
    const char *full = page->job.full;
    int64_t seen = jenkins_recall(p->plan, NULL, "n", full);
    struct page next = { .job = page->job,
                         .from = page->from + page->count - OVERLAP,
                         .count = PAGE,
                         .newest = page->newest,
                         .newest_ms = page->newest_ms };

    if (seen > 0 && has_gap(p, page, seen)) {
        (void)ask(p->plan, JENKINS_BUILDS, &next);
        return;
    }
    jenkins_remember(p->batch, "n", full, page->newest);
    jenkins_remember(p->batch, "t", full, page->newest_ms);
    if (page->newest == 0 || jenkins_recall(p->plan, p->batch, "f", full) > 0)
        return;
    /* Those that were too old are listed again where a longer history is asked for. */
    jenkins_remember(p->batch, "f", full, page->within > 0 ? page->within : 1);
    if (page->within < page->returned)
        jenkins_remember(p->batch, "d", full, wanted(p->plan));
    else if (page->returned < page->count)
        jenkins_remember(p->batch, "d", full, 1);
    /* Its history is the next poll's matter: so that poll is known to have one. */
    p->batch->total++;
    p->batch->done += !has_history(p, p->plan, full);
}

/* ---- history: one job after the other ---- */

/* The branch jobs of a multibranch project are not told apart by their names: one of
 * their cursors does it. */
static void ask_history(const struct jenkins_poll *p, struct plan *plan, const char *full)
{
    const struct batch *batch = p ? p->batch : NULL;
    int64_t listed = jenkins_recall(plan, batch, "f", full);
    struct page page = { .job = jenkins_job_named(full, jenkins_recall(plan, batch, "b", full) > 0),
                         .from = listed > OVERLAP ? listed - OVERLAP : 0,
                         .count = FILL_PAGE };

    (void)ask(plan, JENKINS_FILL, &page);
}

/* The next job behind this one that has history to fill. */
static const char *next_history(const struct jenkins_poll *p, const struct jenkins *config,
                                struct plan *plan, const char *full)
{
    const struct cursors *cursors = plan->cursors;
    const char *name = arena_print(&plan->arena, "n:%s", full);

    while (cursors->after && (name = cursors->after(cursors->self, name)) != NULL) {
        name = arena_text(&plan->arena, name);
        if (strncmp(name, "n:", 2) != 0)
            return NULL;
        if (jenkins_wanted(config, name + 2) && has_history(p, plan, name + 2))
            return name + 2;
    }
    return NULL;
}

void jenkins_fill_begin(const struct jenkins *config, struct plan *plan)
{
    const char *full = next_history(NULL, config, plan, "");

    if (full)
        ask_history(NULL, plan, full);
}

/* How many jobs are through. */
static void tell_progress(struct jenkins_poll *p)
{
    const struct cursors *cursors = p->plan->cursors;
    const char *name = "n:";

    p->batch->done = p->batch->total = 0;
    while (cursors->after && (name = cursors->after(cursors->self, name)) != NULL &&
           strncmp(name, "n:", 2) == 0) {
        char full[JENKINS_NAME];

        (void)snprintf(full, sizeof(full), "%s", name);
        p->batch->total++;
        p->batch->done += !has_history(p, p->plan, full + 2);
        name = arena_text(&p->batch->arena, full);
    }
}

void jenkins_filled(struct jenkins_poll *p, const char *full, int64_t listed)
{
    const char *next = full;

    if (listed == JENKINS_FILLED_ALL)
        jenkins_remember(p->batch, "d", full, 1);
    else if (listed == JENKINS_FILLED_ENOUGH)
        jenkins_remember(p->batch, "d", full, wanted(p->plan));
    else
        jenkins_remember(p->batch, "f", full, listed);
    tell_progress(p);
    if (listed < 0)
        next = next_history(p, p->config, p->plan, full);
    if (next && p->plan->count < FILL_ROOM)
        ask_history(p, p->plan, next);
}

static void fill_page(struct jenkins_poll *p, struct page *page)
{
    int64_t listed = page->from + page->returned;

    if (page->within < page->returned)
        listed = JENKINS_FILLED_ENOUGH;
    else if (page->returned < page->count)
        listed = JENKINS_FILLED_ALL;
    if (page->last)
        jenkins_mark_fill(p->plan, page->last, listed);
    else
        jenkins_filled(p, page->job.full, listed);
}

bool jenkins_builds_decode(struct jenkins_poll *p, struct dx_error *err)
{
    struct page page = page_of(p->reply);

    if (!jenkins_is_answer(p->reply))
        return jenkins_hidden(p, page.job.full, err);
    if (!json_is_object(p->reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "%s: no list of builds", page.job.full);
    if (page.job.branch && jenkins_recall(p->plan, p->batch, "b", page.job.full) == 0)
        jenkins_remember(p->batch, "b", page.job.full, 1);
    read_page(p, &page);
    if (p->reply->step == JENKINS_FILL)
        fill_page(p, &page);
    else
        newest_page(p, &page);
    return true;
}

/* A page that is too large: the newer half of it. */
bool jenkins_builds_less(struct jenkins_poll *p)
{
    struct page page = page_of(p->reply);

    if (page.count <= (int64_t)2 * OVERLAP)
        return false;
    page.count /= 2;
    (void)ask(p->plan, (enum jenkins_step)p->reply->step, &page);
    return true;
}

/* ---- those that are open ---- */

void jenkins_open_begin(struct plan *plan)
{
    struct open_run open[OPEN_MOST];
    size_t n = plan_open_runs(plan, open, OPEN_MOST);
    struct jenkins_build build;

    for (size_t i = 0; i < n; i++) {
        struct jenkins_about about = { .project = open[i].project, .id = open[i].id, .job = "" };
        struct plan_request *r;
        char number[32];

        if (!jenkins_build_of(open[i].project, open[i].id, &build))
            continue;
        (void)snprintf(number, sizeof(number), "%" PRId64, build.number);
        r = jenkins_ask(plan, JENKINS_BUILD, build.job.full, "");
        plan_append(plan, r, "/{}/api/json?tree={}", number, jenkins_build_tree, NULL);
        r->flags |= PLAN_OPTIONAL | PLAN_ANSWER;
        jenkins_set_about(plan, r, &about);
        plan_of_run(plan, r, &open[i]);
    }
}

/* Deleted, or out of sight for a while: only the second time on end it counts as gone; where it may
 * not be read any more, after a day. */
static void is_there(struct jenkins_poll *p, const struct jenkins_about *about, bool there)
{
    char name[32];
    int64_t missed_ms;
    bool gone;
    size_t run;

    (void)snprintf(name, sizeof(name), "%016" PRIx64,
                   text_hash(arena_print(&p->batch->arena, "%s\n%s", about->project, about->id)));
    missed_ms = jenkins_recall(p->plan, NULL, "g", name);
    gone = missed_ms != 0 && !there &&
           (p->reply->status != 403 || p->plan->now_ms - missed_ms >= JENKINS_DAY);
    if ((missed_ms != 0) == (there || gone))
        jenkins_remember(p->batch, "g", name, missed_ms != 0 ? 0 : p->plan->now_ms);
    if (!gone)
        return;
    run = batch_known_run(p->batch, about->project, about->id, 1);
    p->batch->runs[run].gone = true;
    if (p->reply->status != 403) /* which may be read again one day */
        batch_jobs_whole(p->batch, run);
}

bool jenkins_build_decode(struct jenkins_poll *p, struct dx_error *err)
{
    struct jenkins_about about = jenkins_about(p->batch, p->reply), stages;
    const json_t *item = p->reply->json;
    struct jenkins_build build;

    if (!jenkins_build_of(about.project, about.id, &build))
        return true;
    if (p->reply->status == 404 || p->reply->status == 410) {
        is_there(p, &about, false);
        return true;
    }
    if (p->reply->status == 403)
        is_there(p, &about, false);
    if (!jenkins_is_answer(p->reply))
        return jenkins_hidden(p, build.job.full, err);
    if (field_int(item, "number") != build.number)
        return dx_fail(err, DX_FAULT_REPLY, "%s: this is not build %" PRId64, build.job.full,
                       build.number);
    if (field_ms(item, "timestamp") != build.timestamp) {
        is_there(p, &about, false); /* of the job that was there before */
        return true;
    }
    is_there(p, &about, true);
    if (jenkins_add_build(p, &build.job, item, "", &stages))
        (void)jenkins_stages_ask(p->plan, &stages, 0);
    return true;
}
