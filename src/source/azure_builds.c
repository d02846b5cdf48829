/* azure: which builds there are: the open ones and the newest page of each project, and
 * the history behind it.
 *
 * Pages are walked by time and not by the server's token, which counts from a list that
 * may have moved, and of which some servers hand out one that leads to the first page
 * again. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "source/denied.h"
#include "source/field.h"

enum {
    /* At the first start only so many come at once from the newest page, the rest is
     * history: of many projects all shall show something soon. */
    FIRST_MOST = 20,
    ASKED_MOST = 2000, /* requests of a poll, then history waits for the next */
};

/* ---- older ones ---- */

/* Before it nothing is wanted. */
static int64_t wanted(const struct plan *plan)
{
    return plan->history_ms < plan->now_ms ? plan->now_ms - plan->history_ms : 1;
}

static bool has_room(const struct plan *plan)
{
    size_t fills = 0;

    for (const struct plan_request *r = plan->first; r; r = r->next)
        fills += r->step == AZURE_FILL;
    return fills < AZURE_FILLS && plan->count < ASKED_MOST;
}

/* A hole that an outage left is newer than the history, so it comes first. */
static void go_on(const struct azure *az, struct plan *plan, const struct batch *batch,
                  const char *project)
{
    int64_t hole = azure_cursor(plan, batch, AZURE_HOLE_TO, project);
    int64_t to = hole > 0 ? hole : azure_cursor(plan, batch, AZURE_OLDEST, project);
    struct azure_about about = { .project = project, .fill = true, .hole = hole > 0 };

    about.from_ms = hole > 0 ? azure_cursor(plan, batch, AZURE_HOLE_FROM, project) : wanted(plan);
    if (to > about.from_ms && has_room(plan))
        (void)azure_ask(az, plan, AZURE_FILL, to, &about);
}

int64_t azure_unlisted_from(const struct plan *plan, const struct batch *batch, const char *project)
{
    int64_t oldest = azure_cursor(plan, batch, AZURE_OLDEST, project);

    if (azure_cursor(plan, batch, AZURE_HOLE_TO, project) > 0)
        return INT64_MAX;
    return oldest > wanted(plan) ? oldest : 0;
}

void azure_fill(const struct azure *az, struct plan *plan, const char *project)
{
    go_on(az, plan, NULL, project);
}

void azure_visit(const struct azure *az, struct plan *plan, const char *project)
{
    struct azure_about about = { .project = project };

    (void)azure_ask(az, plan, AZURE_OPEN, 0, &about);
    (void)azure_ask(az, plan, AZURE_NEWEST, 0, &about);
}

/* ---- one build of a list ---- */

static enum known_run known_of(const struct plan *plan, struct batch *batch, const char *project,
                               const json_t *item)
{
    char id[32];

    (void)snprintf(id, sizeof(id), "%" PRId64, field_int(item, "id"));
    if (batch_find_run(batch, project, id, 1) != SIZE_MAX)
        return KNOWN_DONE; /* in this poll already */
    return plan->known ? plan->known->run(plan->known->self, project, id, 1,
                                          field_time(item, "lastChangedDate"))
                       : KNOWN_NOT;
}

/* The run as the list has it, which is open as long as its jobs are missing, and the
 * request for them, before all others: so what is asked at a poll's end comes when all
 * jobs of the poll are there. A build that has not started may have jobs already, that
 * wait for an agent; one that is postponed has none. */
static void take(const struct azure *az, struct plan *plan, struct batch *batch,
                 const char *project, const json_t *item, bool fill)
{
    struct azure_about about;
    size_t run;

    if (field_int(item, "id") <= 0) {
        batch->unknown++;
        return;
    }
    if (!azure_is_wanted(az, batch, project, item))
        return;
    run = azure_add_run(az, batch, project, item);
    about = azure_about_run(batch, project, item, run);
    about.fill = fill;
    if (batch->runs[run].outcome.phase == DX_PHASE_GATE)
        return;
    (void)azure_ask(az, plan, AZURE_TIMELINE, field_int(item, "id"), &about);
    plan_at_once(plan, plan->last);
}

static bool is_news(const struct plan *plan, struct batch *batch, const char *project,
                    const json_t *item)
{
    int64_t finished = field_time(item, "finishTime");

    return (finished == 0 || finished >= wanted(plan)) &&
           known_of(plan, batch, azure_run_project(batch, project, item), item) != KNOWN_DONE;
}

/* ---- open builds ---- */

bool azure_decode_open(const struct azure *az, const struct reply *reply, struct plan *plan,
                       struct batch *batch, struct dx_error *err)
{
    struct azure_about about = azure_about(reply, batch);
    const json_t *list;
    int64_t oldest = 0;

    if (!azure_is_answer(reply))
        return true; /* the list of completed ones says it */
    list = azure_list(reply, "builds", err);
    if (!list)
        return false;
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *item = json_array_get(list, i);
        int64_t queued = field_time(item, "queueTime");
        const char *project = azure_run_project(batch, about.project, item);
        char id[32];

        (void)snprintf(id, sizeof(id), "%" PRId64, field_int(item, "id"));
        if (queued > 0 && (oldest == 0 || queued < oldest))
            oldest = queued;
        if (batch_find_run(batch, project, id, 1) == SIZE_MAX)
            take(az, plan, batch, about.project, item, false);
    }
    if (!azure_has_more(reply, AZURE_PAGE))
        return true;
    if (oldest > 0 && (reply->detail == 0 || oldest + 1 < reply->detail))
        (void)azure_ask(az, plan, AZURE_OPEN, oldest + 1, &about);
    else
        (void)azure_ask_next(az, plan, reply, &about);
    return true;
}

/* ---- completed builds ---- */

struct page {
    const char *project;
    const json_t *list;
    int64_t newest_ms, oldest_ms; /* of those on it; 0: it is empty */
    bool more;
};

static struct page page_of(const struct reply *reply, const char *project, const json_t *list)
{
    struct page page = { .project = project, .list = list };
    const json_t *item;
    size_t i;

    page.more = azure_has_more(reply, reply->step == AZURE_FILL ? AZURE_FILL_PAGE : AZURE_PAGE);
    json_array_foreach (list, i, item) {
        int64_t ms = field_time(item, "finishTime");

        if (ms > page.newest_ms)
            page.newest_ms = ms;
        if (ms > 0 && (page.oldest_ms == 0 || ms < page.oldest_ms))
            page.oldest_ms = ms;
    }
    return page;
}

/* The oldest first, for each timeline is asked before those that wait. */
static void take_page(const struct azure *az, struct plan *plan, struct batch *batch,
                      const struct page *page, size_t most, bool fill)
{
    size_t n = json_array_size(page->list);

    for (size_t i = n < most ? n : most; i-- > 0;) {
        const json_t *item = json_array_get(page->list, i);

        if (is_news(plan, batch, page->project, item))
            take(az, plan, batch, page->project, item, fill);
    }
}

static void first_page(const struct azure *az, struct plan *plan, struct batch *batch,
                       const struct page *page)
{
    int64_t oldest = page->more ? page->oldest_ms + 1 : wanted(plan);

    take_page(az, plan, batch, page, FIRST_MOST, false);
    if (json_array_size(page->list) > FIRST_MOST)
        oldest = field_time(json_array_get(page->list, FIRST_MOST), "finishTime") + 1;
    azure_remember(batch, AZURE_OLDEST, page->project, oldest);
    azure_remember(batch, AZURE_LATEST, page->project, page->newest_ms > 0 ? page->newest_ms : 1);
    go_on(az, plan, batch, page->project);
}

/* Where even its oldest is newer than what was known, there are more behind it that
 * nobody has seen: a hole, which grows where there is one already. */
static void newest_page(const struct azure *az, struct plan *plan, struct batch *batch,
                        const struct page *page)
{
    int64_t latest = azure_cursor(plan, batch, AZURE_LATEST, page->project);
    bool had_hole = azure_cursor(plan, batch, AZURE_HOLE_TO, page->project) > 0;

    take_page(az, plan, batch, page, SIZE_MAX, false);
    if (page->newest_ms > latest)
        azure_remember(batch, AZURE_LATEST, page->project, page->newest_ms);
    if (!page->more || page->oldest_ms <= latest)
        return;
    azure_remember(batch, AZURE_HOLE_TO, page->project, page->oldest_ms + 1);
    if (had_hole)
        return;
    azure_remember(batch, AZURE_HOLE_FROM, page->project, latest);
    go_on(az, plan, batch, page->project);
}

/* Up to here it is listed now: 0 where the page moved nothing, since more builds than it
 * holds finished in the same millisecond. The millisecond of the oldest is asked for
 * again, for there may be more of it. */
static int64_t reached(const struct page *page, const struct reply *reply, int64_t from_ms)
{
    if (!page->more || page->oldest_ms == 0)
        return from_ms;
    return page->oldest_ms + 1 < reply->detail ? page->oldest_ms + 1 : 0;
}

static void fill_page(const struct azure *az, const struct reply *reply, struct plan *plan,
                      struct batch *batch, const struct page *page)
{
    struct azure_about about = azure_about(reply, batch);
    int64_t to = reached(page, reply, about.from_ms);

    take_page(az, plan, batch, page, SIZE_MAX, true);
    if (to == 0) {
        if (azure_ask_next(az, plan, reply, &about))
            return;
        to = reply->detail - 1; /* the server gives no way to the rest of that millisecond */
    }
    if (!about.hole) {
        azure_remember(batch, AZURE_OLDEST, page->project, to);
        azure_tell_progress(az, plan, batch);
    } else if (azure_cursor(plan, batch, AZURE_HOLE_TO, page->project) == reply->detail) {
        /* It did not grow at its top meanwhile. */
        azure_remember(batch, AZURE_HOLE_TO, page->project, to > about.from_ms ? to : 0);
    }
    go_on(az, plan, batch, page->project);
}

bool azure_decode_builds(const struct azure *az, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err)
{
    struct azure_about about = azure_about(reply, batch);
    const json_t *list;
    struct page page;

    if (!azure_is_answer(reply))
        return azure_no_project(az, reply, plan, batch, err);
    list = azure_list(reply, "builds", err);
    if (!list)
        return false;
    if (azure_cursor(plan, batch, AZURE_REFUSED, about.project) != 0) {
        azure_remember(batch, AZURE_REFUSED, about.project, 0);
        denied_over(plan, batch);
    }
    page = page_of(reply, about.project, list);
    if (reply->step == AZURE_FILL)
        fill_page(az, reply, plan, batch, &page);
    else if (azure_cursor(plan, batch, AZURE_LATEST, page.project) == 0)
        first_page(az, plan, batch, &page);
    else
        newest_page(az, plan, batch, &page);
    return true;
}
