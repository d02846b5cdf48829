/* gitlab: which runs there are: the newest page of a project's pipelines, and the
 * history behind it.
 *
 * The newest page has a constant URL, by when a pipeline changed last, so that an
 * idle project answers 304. History is walked by time and not by page number, since
 * a pipeline that changes meanwhile would shift all others by one. */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "source/denied.h"
#include "source/field.h"

enum {
    /* At the first start only so many that are done come at once from the newest page,
     * the rest is history: of a hundred projects all shall show something soon. */
    FIRST_MOST = 10,
    FILLS_MOST = 2, /* projects that are filled back in one poll */
    OWED_MOST = 30, /* as long as so many runs wait for their jobs, no more are added */
};

static const int64_t OPEN_MOST_MS = 35 * DAY_MS; /* see store_open_runs() */

/* ---- older ones ---- */

static bool has_room(const struct plan *plan)
{
    size_t fills = 0;

    for (const struct plan_request *r = plan->first; r; r = r->next)
        fills += r->step == GITLAB_FILL;
    return fills < FILLS_MOST && (!plan->known || plan->known->owed(plan->known->self) < OWED_MOST);
}

/* Before it nothing is wanted. */
static int64_t wanted(const struct plan *plan)
{
    return plan->history_ms < plan->now_ms ? plan->now_ms - plan->history_ms : 1;
}

/* A hole that an outage left is newer than the history, so it comes first. */
bool gitlab_go_on(struct plan *plan, const struct batch *batch, const char *project)
{
    int64_t hole = gitlab_cursor(plan, batch, GITLAB_HOLE_TO, project);
    int64_t oldest = gitlab_cursor(plan, batch, GITLAB_OLDEST, project);
    struct gitlab_about about = { .project = project, .fill = true, .hole = hole > 0 };

    about.seen = hole > 0 ? gitlab_cursor(plan, batch, GITLAB_HOLE_FROM, project) : wanted(plan);
    if (hole == 0 && oldest <= about.seen)
        return false;
    (void)gitlab_ask(plan, GITLAB_FILL, hole > 0 ? hole : oldest, &about);
    return true;
}

void gitlab_visit(struct plan *plan, const struct batch *batch, const char *project, bool may_fill)
{
    (void)gitlab_ask(plan, GITLAB_PIPELINES, 0, &(struct gitlab_about){ .project = project });
    if (may_fill && has_room(plan))
        (void)gitlab_go_on(plan, batch, project);
}

/* ---- one page ---- */

struct page {
    const char *project;
    int64_t newest_ms, oldest_ms; /* of those on it; 0: it is empty */
    size_t asked;
    bool more;
    struct plan_request *last; /* that was asked for */
};

static struct page page_of(const struct reply *reply, const struct gitlab_about *about)
{
    struct page page = { .project = about->project, .more = gitlab_has_next(reply) };
    const json_t *item;
    size_t i;

    json_array_foreach (reply->json, i, item) {
        int64_t ms = field_time(item, "updated_at");

        if (ms > page.newest_ms)
            page.newest_ms = ms;
        if (ms > 0 && (page.oldest_ms == 0 || ms < page.oldest_ms))
            page.oldest_ms = ms;
    }
    return page;
}

/* One that is open is asked for by its number, unless it is so old that it was given up: then it
 * moved again, for it is listed by that. */
static bool is_given_up(const struct plan *plan, const json_t *item)
{
    int64_t created_ms = field_time(item, "created_at");

    return created_ms > 0 && created_ms < plan->now_ms - OPEN_MOST_MS;
}

static bool is_news(const struct plan *plan, struct batch *batch, const char *project,
                    const json_t *item)
{
    char id[32];
    enum known_run known = KNOWN_NOT;

    (void)snprintf(id, sizeof(id), "%" PRId64, field_int(item, "id"));
    if (batch_find_run(batch, project, id, 1) != SIZE_MAX)
        return false; /* in this poll already */
    if (plan->known)
        known = plan->known->run(plan->known->self, project, id, 1, field_time(item, "updated_at"));
    return known == KNOWN_NOT || known == KNOWN_MOVED ||
           (known == KNOWN_OPEN && is_given_up(plan, item));
}

/* The run as the list has it, which is open as long as its jobs are missing, and the
 * requests for the rest of it. */
static void take(const struct gitlab *g, struct plan *plan, struct batch *batch, const json_t *item,
                 struct page *page, bool fill)
{
    int64_t changed = field_time(item, "updated_at");
    struct gitlab_about about = { .project = page->project, .fill = fill };

    if (field_int(item, "id") <= 0) {
        batch->unknown++;
        return;
    }
    if ((changed > 0 && changed < wanted(plan)) || !is_news(plan, batch, page->project, item))
        return;
    (void)gitlab_add_run(g, plan, batch, page->project, item);
    page->last = gitlab_ask(plan, GITLAB_PIPELINE, field_int(item, "id"), &about);
    page->asked++;
}

/* The back-fill goes on when the last run of the page is there, or at once. */
static void go_on_behind(struct plan *plan, const struct batch *batch, const struct page *page,
                         bool fill)
{
    if (page->last)
        gitlab_set_about(
            plan, page->last,
            &(struct gitlab_about){ .project = page->project, .fill = fill, .go_on = true });
    else
        (void)gitlab_go_on(plan, batch, page->project);
}

/* ---- the newest page ---- */

static bool is_done(const json_t *item)
{
    struct batch scratch = { 0 };
    bool done = gitlab_state(&scratch, field_text(&scratch, item, "status")).run == DX_PHASE_DONE;

    batch_done(&scratch);
    return done;
}

static void first_page(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                       struct batch *batch, struct page *page)
{
    int64_t oldest = page->more ? page->oldest_ms + 1 : wanted(plan);
    bool skipped = false;
    size_t i, done = 0;
    const json_t *item;

    json_array_foreach (reply->json, i, item) {
        if (!is_done(item) || done++ < FIRST_MOST) {
            take(g, plan, batch, item, page, false);
        } else if (!skipped) {
            skipped = true;
            oldest = field_time(item, "updated_at") + 1;
        }
    }
    gitlab_remember(batch, GITLAB_OLDEST, page->project, oldest);
    gitlab_remember(batch, GITLAB_NEWEST, page->project, page->newest_ms > 0 ? page->newest_ms : 1);
    go_on_behind(plan, batch, page, false);
}

/* Where even its oldest is newer than what was known, there are more behind it that
 * nobody has seen: a hole, which grows where there is one already. */
static void newest_page(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                        struct batch *batch, struct page *page)
{
    int64_t newest = gitlab_cursor(plan, batch, GITLAB_NEWEST, page->project);
    bool had_hole = gitlab_cursor(plan, batch, GITLAB_HOLE_TO, page->project) > 0;
    const json_t *item;
    size_t i;

    json_array_foreach (reply->json, i, item) {
        take(g, plan, batch, item, page, false);
    }
    if (page->newest_ms > newest)
        gitlab_remember(batch, GITLAB_NEWEST, page->project, page->newest_ms);
    if (!page->more || page->oldest_ms <= newest)
        return;
    gitlab_remember(batch, GITLAB_HOLE_TO, page->project, page->oldest_ms + 1);
    if (had_hole)
        return;
    gitlab_remember(batch, GITLAB_HOLE_FROM, page->project, newest);
    go_on_behind(plan, batch, page, false);
}

/* ---- a page of history ---- */

/* Up to here it is listed now: 0 where the page moved nothing, since more pipelines
 * than it holds changed in the same millisecond. The millisecond of the oldest is
 * asked for again, for there may be more of it. */
static int64_t reached(const struct page *page, const struct reply *reply, int64_t from_ms)
{
    if (!page->more || page->oldest_ms == 0)
        return from_ms;
    return page->oldest_ms + 1 < reply->detail ? page->oldest_ms + 1 : 0;
}

static void tell_progress(const struct plan *plan, struct batch *batch, int64_t oldest_ms)
{
    batch->total = plan->history_ms / MINUTE_MS;
    batch->done = (plan->now_ms - oldest_ms) / MINUTE_MS;
}

static void fill_page(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                      struct batch *batch, struct page *page)
{
    struct gitlab_about about = gitlab_about(reply);
    int64_t to = reached(page, reply, about.seen);
    const json_t *item;
    size_t i;

    json_array_foreach (reply->json, i, item) {
        take(g, plan, batch, item, page, true);
    }
    if (to == 0) {
        (void)gitlab_ask_next(plan, reply, &about);
        return;
    }
    if (about.hole) { /* it may have grown at its top meanwhile: that is asked for anew */
        if (gitlab_cursor(plan, batch, GITLAB_HOLE_TO, page->project) == reply->detail)
            gitlab_remember(batch, GITLAB_HOLE_TO, page->project, to > about.seen ? to : 0);
    } else {
        gitlab_remember(batch, GITLAB_OLDEST, page->project, to);
        tell_progress(plan, batch, to);
    }
    go_on_behind(plan, batch, page, true);
}

bool gitlab_decode_pipelines(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                             struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    struct page page;

    if (!gitlab_is_answer(reply))
        return gitlab_no_project(g, reply, plan, batch, err);
    if (!json_is_array(reply->json))
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the API of a GitLab (no list of pipelines)");
    if (gitlab_cursor(plan, batch, GITLAB_REFUSED, about.project) != 0) {
        gitlab_remember(batch, GITLAB_REFUSED, about.project, 0);
        denied_over(plan, batch);
    }
    page = page_of(reply, &about);
    if (reply->step == GITLAB_FILL)
        fill_page(g, reply, plan, batch, &page);
    else if (gitlab_cursor(plan, batch, GITLAB_NEWEST, page.project) == 0)
        first_page(g, reply, plan, batch, &page);
    else
        newest_page(g, reply, plan, batch, &page);
    return true;
}
