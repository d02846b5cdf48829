/* gitlab: which issues there are. Of a group one list has those of all its projects; it
 * begins at the latest change that is known. https://docs.gitlab.com/api/issues/ */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"
#include "source/field.h"
#include "source/recall.h"
#include "source/ticket_open.h"
#include "source/ticket_sweep.h"

enum {
    PAGE = 100,
    LISTS_MOST = 40, /* of single projects, in one poll */
    LACKS_MOST = 20, /* issues whose notes are asked for again, in one poll */
    OPEN_MOST = 500, /* one of which is looked at, whether it is still there */
    GROUP_MS = 5 * MINUTE_MS,
    PROJECT_MS = 10 * MINUTE_MS,
    OVERLAP_MS = 2 * MINUTE_MS, /* a change is listed late, where another one is already */
    REFUSED_MS = DAY_MS,
};

/* ---- asking ---- */

static enum gitlab_cursor cursor_of(bool open)
{
    return open ? GITLAB_ISSUES_OPEN : GITLAB_ISSUES_NEWS;
}

static int64_t mark_of(const struct gitlab *g)
{
    return ticket_labels_mark(&g->issues, &g->include, &g->exclude);
}

static int64_t sweep_mark_of(const struct gitlab *g)
{
    return g->issues.on ? ticket_sweep_mark(mark_of(g), &g->projects, g->group) : TICKET_SWEEP_NONE;
}

/* It was listed for what was wanted by another configuration. */
static bool is_for_others(const struct gitlab *g, const struct plan *plan,
                          const struct batch *batch, const char *of)
{
    int64_t mark = gitlab_cursor(plan, batch, GITLAB_ISSUES_FOR, of);

    return mark != 0 && mark != mark_of(g);
}

static void ask_list(const struct gitlab *g, struct plan *plan, const struct batch *batch,
                     const char *of, bool group, bool open)
{
    bool listed = gitlab_cursor(plan, batch, GITLAB_ISSUES_LISTED, of) != 0;
    int64_t at = gitlab_cursor(plan, batch, cursor_of(open), of);
    struct gitlab_about about = { .project = of, .group = group, .go_on = open };
    struct plan_request *r;

    if (!open && recall_is_short(plan, gitlab_cursor(plan, batch, GITLAB_ISSUES_BACK, of)))
        at = 0, listed = false;
    if (is_for_others(g, plan, batch, of))
        at = 0, listed = false;
    if (open)
        at = ticket_sweep_is_due(plan, batch, sweep_mark_of(g)) ? 0 : ticket_open_at(at);
    about.fill = open || !listed;
    if (at == 0 && !open)
        at = plan->now_ms - plan->history_ms;
    r = gitlab_ask(plan, GITLAB_ISSUES, at, &about);
    if (about.fill)
        r->flags &= ~(unsigned)PLAN_CONDITIONAL;
}

/* How long it is not asked for again; longer than any wait: a clock was set back. */
static int64_t wait_of(const struct plan *plan, const char *of)
{
    int64_t wait_ms = gitlab_cursor(plan, NULL, GITLAB_ISSUES_NEXT, of) - plan->now_ms;

    return wait_ms < 0 || wait_ms > REFUSED_MS ? 0 : wait_ms;
}

/* Only who is refused waits longer than the lists do from time to time. */
static bool is_refused(const struct plan *plan, const char *of)
{
    return wait_of(plan, of) > PROJECT_MS;
}

static void ask_lists(const struct gitlab *g, struct plan *plan, const char *of, bool group)
{
    bool anew = is_for_others(g, plan, NULL, of), due = anew || wait_of(plan, of) == 0;

    if (is_refused(plan, of))
        return;
    if (due)
        ask_list(g, plan, NULL, of, group, false);
    if ((due || ticket_sweep_is_on(plan)) &&
        (anew || ticket_open_due(plan, gitlab_cursor(plan, NULL, GITLAB_ISSUES_OPEN, of))))
        ask_list(g, plan, NULL, of, group, true);
}

/* ---- what is wanted no more ---- */

/* Each list of the configuration; false: this was the last one. */
static bool next_list(const struct gitlab *g, size_t *nth, const char **of)
{
    const char *const *projects = g->projects.item;
    size_t i = (*nth)++;

    if (*g->group && i-- == 0)
        *of = g->group;
    else if (i < g->projects.count)
        *of = projects[i];
    else
        return false;
    return true;
}

static bool is_swept(const struct gitlab *g, const struct plan *plan)
{
    const char *of;

    for (size_t i = 0; g->issues.on && next_list(g, &i, &of);)
        if (!ticket_open_listed(gitlab_cursor(plan, NULL, GITLAB_ISSUES_OPEN, of)) &&
            !is_refused(plan, of))
            return false;
    return true;
}

struct sweep {
    const struct gitlab *g;
    const struct plan *plan;
};

/* Of a list that is refused nobody knows what is open. */
static bool is_kept(void *self, const char *project)
{
    const struct sweep *sweep = self;
    const char *of;

    for (size_t i = 0; sweep->g->issues.on && next_list(sweep->g, &i, &of);) {
        size_t len = strlen(of);

        if (strncmp(project, of, len) == 0 && (project[len] == '\0' || project[len] == '/') &&
            is_refused(sweep->plan, of))
            return true;
    }
    return false;
}

void gitlab_issues_sweep(const struct gitlab *g, struct plan *plan, struct batch *batch)
{
    struct sweep sweep = { g, plan };
    const char *of;

    if (ticket_sweep_begin(plan, batch, sweep_mark_of(g))) {
        for (size_t i = 0; next_list(g, &i, &of);)
            gitlab_remember(batch, GITLAB_ISSUES_OPEN, of, 0);
    } else if (ticket_sweep_is_on(plan) && is_swept(g, plan)) {
        ticket_sweep_end(plan, batch, is_kept, &sweep);
    }
}

/* ---- asking for single ones ---- */

/* "acme/web#12" */
static bool read_key(struct plan *plan, const char *key, const char **project, int64_t *number)
{
    const char *hash = strrchr(key, '#');

    if (!hash)
        return false;
    *project = arena_print(&plan->arena, "%.*s", (int)(hash - key), key);
    *number = strtoll(hash + 1, NULL, 10);
    return *number > 0;
}

void gitlab_notes_ask(struct plan *plan, const char *key, const char *author, bool fill)
{
    struct gitlab_about about = { .fill = fill, .seen = (int64_t)text_hash(author) };
    int64_t number;

    if (read_key(plan, key, &about.project, &number))
        (void)gitlab_ask(plan, GITLAB_NOTES, number, &about);
}

static void ask_lacking(struct plan *plan)
{
    struct known_ticket found[LACKS_MOST];
    size_t n = plan_known_tickets(plan, TICKET_RESPONSE, found, LACKS_MOST);

    for (size_t i = 0; i < n; i++)
        gitlab_notes_ask(plan, found[i].key, found[i].id, true);
}

/* One that was deleted is in no list: they are looked at, one at a time. Whose list is refused is
 * not found for that. */
static void ask_open(const struct gitlab *g, struct plan *plan)
{
    struct sweep sweep = { g, plan };
    struct known_ticket *found = arena_alloc(&plan->arena, OPEN_MOST * sizeof(*found));
    size_t n = wait_of(plan, "") == 0 ? plan_known_tickets(plan, 0, found, OPEN_MOST) : 0;
    struct gitlab_about about = { 0 };
    int64_t number;

    if (n > 0 &&
        read_key(plan, found[plan_turn(plan, GROUP_MS) % n].key, &about.project, &number) &&
        !is_kept(&sweep, about.project))
        (void)gitlab_ask(plan, GITLAB_ISSUE, number, &about);
}

void gitlab_issues_begin(const struct gitlab *g, struct plan *plan)
{
    const char *const *projects = g->projects.item;
    size_t before = plan->count;

    ticket_sweep_ask(plan, sweep_mark_of(g));
    if (!g->issues.on)
        return;
    if (*g->group)
        ask_lists(g, plan, g->group, true);
    for (size_t i = 0; i < g->projects.count && plan->count - before < LISTS_MOST; i++)
        ask_lists(g, plan, projects[i], false);
    ask_lacking(plan);
    if (!ticket_sweep_waits(plan, sweep_mark_of(g)))
        ask_open(g, plan);
}

/* ---- reading ---- */

static void arrive(const struct reply *reply, struct plan *plan, struct batch *batch,
                   int64_t last_ms)
{
    struct gitlab_about about = gitlab_about(reply);
    int64_t wait = about.group ? GROUP_MS : PROJECT_MS;

    if (about.go_on) {
        gitlab_remember(batch, GITLAB_ISSUES_OPEN, about.project, ticket_open_end(plan));
        return;
    }
    gitlab_remember(batch, GITLAB_ISSUES_NEWS, about.project,
                    recall_news(reply, last_ms > 0 ? last_ms - OVERLAP_MS : reply->detail));
    if (gitlab_cursor(plan, batch, GITLAB_ISSUES_LISTED, about.project) == 0)
        gitlab_remember(batch, GITLAB_ISSUES_LISTED, about.project, plan->now_ms);
    gitlab_remember(batch, GITLAB_ISSUES_NEXT, about.project, plan->now_ms + wait);
    gitlab_remember(batch, GITLAB_ISSUES_NEXT, "", plan->now_ms + GROUP_MS);
}

/* It begins with history, or anew with one that is longer than before, or for others. */
static void note_begin(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                       struct batch *batch)
{
    const char *of = gitlab_about(reply).project;
    bool first = gitlab_cursor(plan, batch, GITLAB_ISSUES_NEWS, of) == 0;
    bool anew = is_for_others(g, plan, batch, of);

    if (gitlab_cursor(plan, batch, GITLAB_ISSUES_FOR, of) != mark_of(g))
        gitlab_remember(batch, GITLAB_ISSUES_FOR, of, mark_of(g));
    if (anew)
        gitlab_remember(batch, GITLAB_ISSUES_OPEN, of, 0);
    if (!first && !anew && reply->detail >= gitlab_cursor(plan, batch, GITLAB_ISSUES_BACK, of))
        return;
    gitlab_remember(batch, GITLAB_ISSUES_BACK, of, reply->detail);
    if (!first)
        gitlab_remember(batch, GITLAB_ISSUES_LISTED, of, 0);
}

static void no_issues(const struct reply *reply, struct batch *batch)
{
    struct gitlab_about about = gitlab_about(reply);
    int64_t again = reply->now_ms + REFUSED_MS;

    if (!about.go_on)
        batch_note(batch, DX_LOG_INFO,
                   "the issues of %s are off, or the token may not see them (%d)", about.project,
                   reply->status);
    gitlab_remember(batch, GITLAB_ISSUES_NEXT, about.project, again);
    gitlab_remember(batch, GITLAB_ISSUES_NEXT, "", reply->now_ms + GROUP_MS);
}

/* A page that ends with a later change than it begins with is followed by one that begins
 * there: issues that change meanwhile go to the end, and would shift others off a page. */
bool gitlab_decode_issues(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                          struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    const json_t *item;
    int64_t last_ms = 0;
    size_t i;

    if (!gitlab_is_answer(reply)) {
        no_issues(reply, batch);
        return true;
    }
    if (!json_is_array(reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a GitLab (no list of issues)");
    json_array_foreach (reply->json, i, item) {
        int64_t ms = field_time(item, "updated_at");

        if (ms > last_ms && !recall_is_ahead(reply, ms))
            last_ms = ms;
        gitlab_take_issue(g, reply, plan, batch, item);
    }
    if (!about.go_on)
        note_begin(g, reply, plan, batch);
    plan->new_is_behind = gitlab_has_next(reply) || json_array_size(reply->json) >= PAGE;
    if (!gitlab_has_next(reply)) {
        arrive(reply, plan, batch, last_ms);
    } else if (last_ms > reply->detail) {
        gitlab_remember(batch, cursor_of(about.go_on), about.project, last_ms);
        ask_list(g, plan, batch, about.project, about.group, about.go_on);
    } else {
        (void)gitlab_ask_next(plan, reply, &about);
    }
    return true;
}
