/* github: which issues there are. Of an organisation one list has those of all its
 * repositories, the pull requests among them; where the token may not see it (that of an
 * installation belongs to nobody), each repository has one. A list begins at the latest
 * change that is known, so that its URL stays the same, and is answered with 304, which
 * costs nothing, until something changes. https://docs.github.com/en/rest/issues/issues */
#include "config.h"

#include "source/github.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/field.h"
#include "source/recall.h"
#include "source/ticket_open.h"
#include "source/ticket_sweep.h"

static const int64_t ORG_MS = 5 * MINUTE_MS, REPO_MS = 10 * MINUTE_MS, REFUSED_MS = DAY_MS,
                     SECOND = 1000, OVERLAP_MS = 2 * MINUTE_MS; /* a change is listed late */

enum {
    PAGE = 100,
    LISTS_MOST = 40, /* of single repositories, in one poll */
    LACKS_MOST = 20, /* issues whose comments are asked for again, in one poll */
    OPEN_MOST = 500, /* one of which is looked at, whether it is still there */
};

/* Walks: all that changed, and all that are open; the second has an end. */
enum walk { WALK_NEWS, WALK_OPEN };

static const char *cursor_of(enum walk walk)
{
    return walk == WALK_OPEN ? "iopen" : "issues";
}

/* ---- asking for lists ---- */

static int64_t mark_of(const struct github *config)
{
    return ticket_labels_mark(&config->issues, &config->include, &config->exclude);
}

static int64_t sweep_mark_of(const struct github *config)
{
    return config->issues.on ? ticket_sweep_mark(mark_of(config), &config->repos, config->org)
                             : TICKET_SWEEP_NONE;
}

/* It was listed for what was wanted by another configuration. */
static bool is_for_others(const struct github *config, const struct plan *plan, const char *scope)
{
    int64_t mark = github_recall(plan, NULL, "ifor", scope);

    return mark != 0 && mark != mark_of(config);
}

/* anew: from the beginning. */
static void ask_list(const struct plan *from, struct plan *plan, const struct batch *batch,
                     const char *scope, enum walk walk, bool anew)
{
    int64_t at = anew ? 0 : github_recall(from, batch, cursor_of(walk), scope);
    bool caught_up =
        walk == WALK_NEWS && !anew && github_recall(from, batch, "ilisted", scope) != 0;
    struct plan_request *r = plan_get(plan, STEP_ISSUES, "", NULL);
    char since[TIME_TEXT];

    if (walk == WALK_NEWS && recall_is_short(from, github_recall(from, batch, "iback", scope)))
        at = 0, caught_up = false;
    if (walk == WALK_OPEN)
        at = ticket_open_at(at);
    else if (at == 0)
        at = (plan->now_ms - plan->history_ms) / SECOND * SECOND;
    r->path = arena_print(&plan->arena,
                          strchr(scope, '/') ? "/repos/%s/issues?state=%s"
                                             : "/orgs/%s/issues?filter=all&state=%s",
                          scope, walk == WALK_OPEN ? "open" : "all");
    plan_append(plan, r, "&sort=updated&direction=asc&per_page=100", NULL);
    if (at > 0)
        plan_append(plan, r, "&since={}", time_format(since, at), NULL);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL | (caught_up ? PLAN_CONDITIONAL : PLAN_FILL);
    r->detail = at;
    r->detail_text = arena_print(&plan->arena, "%s %d", scope, (int)walk);
}

static bool is_refused(const struct plan *plan, const char *scope)
{
    int64_t at = github_recall(plan, NULL, "inone", scope), since = plan->now_ms - at;

    return at != 0 && since >= 0 && since < REFUSED_MS;
}

static void ask_lists(const struct github *config, struct plan *plan, const char *scope,
                      int64_t every_ms)
{
    bool anew = is_for_others(config, plan, scope);

    if (is_refused(plan, scope))
        return;
    if (anew || github_recall(plan, NULL, "ilisted", scope) == 0 ||
        github_turn(plan, scope, every_ms))
        ask_list(plan, plan, NULL, scope, WALK_NEWS, anew);
    if (anew || ticket_open_due(plan, github_recall(plan, NULL, "iopen", scope)))
        ask_list(plan, plan, NULL, scope, WALK_OPEN,
                 anew || ticket_sweep_is_due(plan, NULL, sweep_mark_of(config)));
}

static bool is_of(const char *org, const char *repo)
{
    size_t len = strlen(org);

    return len > 0 && strncasecmp(repo, org, len) == 0 && repo[len] == '/';
}

/* Does the organisation list the issues of it? */
static bool is_of_whole(const struct github *config, const struct plan *plan, const char *repo)
{
    return *config->org && !is_refused(plan, config->org) && is_of(config->org, repo);
}

static void ask_all_lists(const struct github *config, struct plan *plan)
{
    struct github_walk walk = { 0 };
    size_t before = plan->count;
    const char *repo;

    if (*config->org && !is_refused(plan, config->org))
        ask_lists(config, plan, config->org, ORG_MS);
    while ((repo = github_walk(config, plan, &walk)) != NULL)
        if (!is_of_whole(config, plan, repo) && plan->count - before < LISTS_MOST &&
            github_recall(plan, NULL, "gone", repo) == 0)
            ask_lists(config, plan, repo, REPO_MS);
}

/* ---- what is wanted no more ---- */

/* The issues of a repository by itself whose runs are not there are not asked for. */
static bool is_left_out(const struct github *config, const struct plan *plan, const char *repo)
{
    return !is_of_whole(config, plan, repo) &&
           (github_recall(plan, NULL, "gone", repo) != 0 || is_refused(plan, repo));
}

static bool is_listed(const struct plan *plan, const char *scope)
{
    return ticket_open_listed(github_recall(plan, NULL, "iopen", scope));
}

static bool is_swept(const struct github *config, const struct plan *plan)
{
    bool whole = *config->org && !is_refused(plan, config->org);
    struct github_walk walk = { 0 };
    const char *repo;

    if (!config->issues.on)
        return true;
    if (whole && !is_listed(plan, config->org))
        return false;
    while ((repo = github_walk(config, plan, &walk)) != NULL)
        if (!is_of_whole(config, plan, repo) && !is_left_out(config, plan, repo) &&
            !is_listed(plan, repo))
            return false;
    return true;
}

/* Of a list that is refused nobody knows what is open. */
static bool is_kept(void *self, const char *project)
{
    const struct github_poll *p = self;

    return p->config->issues.on && is_left_out(p->config, p->plan, project) &&
           github_walked(p, project);
}

void github_issues_anew(const struct plan *plan, struct batch *batch, const char *scope)
{
    if (github_recall(plan, batch, "iopen", scope) != 0)
        github_remember(batch, "iopen", scope, 0);
}

void github_issues_sweep(struct github_poll *p)
{
    struct github_walk walk = { 0 };
    const char *repo;

    if (ticket_sweep_begin(p->plan, p->batch, sweep_mark_of(p->config))) {
        github_issues_anew(p->plan, p->batch, p->config->org);
        while ((repo = github_walk(p->config, p->plan, &walk)) != NULL)
            github_issues_anew(p->plan, p->batch, repo);
    } else if (ticket_sweep_is_on(p->plan) && is_swept(p->config, p->plan)) {
        ticket_sweep_end(p->plan, p->batch, is_kept, p);
    }
}

/* ---- asking for single ones ---- */

/* "acme/web#12": the repository, and behind it the number. */
static const char *number_of(const char *key, char repo[GITHUB_NAME])
{
    const char *hash = strchr(key, '#');

    (void)snprintf(repo, GITHUB_NAME, "%.*s", (int)strcspn(key, "#"), key);
    return hash && github_named(repo) && hash[1] && !hash[1 + strspn(hash + 1, "0123456789")]
               ? hash + 1
               : NULL;
}

void github_comments_ask(struct plan *plan, const char *key, const char *author, unsigned flags)
{
    char repo[GITHUB_NAME];
    const char *number = number_of(key, repo);
    struct plan_request *r;

    if (!number)
        return;
    r = plan_get(plan, STEP_COMMENTS, "", NULL);
    r->path = arena_print(&plan->arena, "/repos/%s/issues/%s/comments?per_page=100", repo, number);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL | flags;
    r->detail_text = arena_print(&plan->arena, "%s %s", key, author);
}

static void ask_lacking(struct plan *plan)
{
    struct known_ticket found[LACKS_MOST];
    size_t n = plan_known_tickets(plan, TICKET_RESPONSE, found, LACKS_MOST);

    for (size_t i = 0; i < n; i++)
        github_comments_ask(plan, found[i].key, found[i].id, PLAN_FILL);
}

/* One that was deleted is in no list: they are looked at, one at a time. Whose repository may not
 * be seen is not found for that. */
static void ask_open(const struct github *config, struct plan *plan)
{
    struct known_ticket *found = arena_alloc(&plan->arena, OPEN_MOST * sizeof(*found));
    size_t n = plan_known_tickets(plan, 0, found, OPEN_MOST);
    const char *key = n > 0 ? found[plan_turn(plan, ORG_MS) % n].key : "", *number;
    char repo[GITHUB_NAME];
    struct plan_request *r;

    number = number_of(key, repo);
    if (!number || is_left_out(config, plan, repo))
        return;
    r = plan_get(plan, STEP_ISSUE, "", NULL);
    r->path = arena_print(&plan->arena, "/repos/%s/issues/%s", repo, number);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    r->detail_text = arena_text(&plan->arena, key);
}

void github_issues_begin(const struct github *config, struct plan *plan)
{
    ticket_sweep_ask(plan, sweep_mark_of(config));
    if (!config->issues.on)
        return;
    ask_all_lists(config, plan);
    if (!plan->known)
        return;
    ask_lacking(plan);
    if (github_turn(plan, "open issues", ORG_MS) &&
        !ticket_sweep_waits(plan, sweep_mark_of(config)))
        ask_open(config, plan);
}

/* ---- reading ---- */

/* It begins with history, or anew with one that is longer than before, or for others. */
static void note_begin(struct github_poll *p, const char *scope)
{
    int64_t began_ms = github_recall(p->plan, p->batch, "iback", scope);
    bool first = github_recall(p->plan, p->batch, "issues", scope) == 0;
    bool anew = is_for_others(p->config, p->plan, scope) &&
                github_recall(p->plan, p->batch, "ifor", scope) != mark_of(p->config);

    if (github_recall(p->plan, p->batch, "ifor", scope) != mark_of(p->config))
        github_remember(p->batch, "ifor", scope, mark_of(p->config));
    if (anew)
        github_remember(p->batch, "iopen", scope, 0);
    if (!first && !anew && p->reply->detail >= began_ms)
        return;
    github_remember(p->batch, "iback", scope, p->reply->detail);
    if (!first)
        github_remember(p->batch, "ilisted", scope, 0);
}

/* The page may hold less than all of the second that it ends in. */
static void go_on(struct github_poll *p, const char *scope, enum walk walk, int64_t last_ms)
{
    struct plan_request *r;

    if (last_ms - SECOND > p->reply->detail) {
        github_remember(p->batch, cursor_of(walk), scope, last_ms - SECOND);
        ask_list(p->plan, p->plan, p->batch, scope, walk, false);
    } else {
        r = github_next(p);
        r->flags |= PLAN_ANSWER | PLAN_OPTIONAL | PLAN_FILL;
    }
}

static void arrive(struct github_poll *p, const char *scope, enum walk walk, int64_t last_ms)
{
    int64_t at;

    if (walk == WALK_OPEN) {
        github_remember(p->batch, "iopen", scope, ticket_open_end(p->plan));
        return;
    }
    at = recall_news(p->reply, last_ms > 0 ? last_ms - OVERLAP_MS : p->reply->detail);
    if (github_recall(p->plan, p->batch, "issues", scope) != at)
        github_remember(p->batch, "issues", scope, at);
    if (github_recall(p->plan, p->batch, "ilisted", scope) == 0)
        github_remember(p->batch, "ilisted", scope, p->reply->now_ms);
}

bool github_issues_decode(struct github_poll *p, struct dx_error *err)
{
    const json_t *list = p->reply->json, *item;
    enum walk walk = github_number(p->reply->detail_text, 1) == WALK_OPEN ? WALK_OPEN : WALK_NEWS;
    char scope[GITHUB_NAME];
    int64_t last_ms = 0;
    size_t i;

    github_word(p->reply->detail_text, 0, scope);
    if (!json_is_array(list))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no list of issues)");
    if (walk == WALK_NEWS)
        note_begin(p, scope);
    json_array_foreach (list, i, item) {
        int64_t ms = field_time(item, "updated_at");

        if (ms > last_ms && !recall_is_ahead(p->reply, ms))
            last_ms = ms;
        github_issue_take(p, item);
    }
    p->plan->new_is_behind = *p->reply->next || json_array_size(list) >= PAGE;
    if (*p->reply->next)
        go_on(p, scope, walk, last_ms);
    else
        arrive(p, scope, walk, last_ms);
    return true;
}

/* Issues that are off in a repository are gone (410); the list of an organisation is made up
 * for by those of its repositories. */
void github_issues_refused(struct github_poll *p)
{
    char scope[GITHUB_NAME];

    github_word(p->reply->detail_text, 0, scope);
    if (github_recall(p->plan, p->batch, "inone", scope) == p->reply->now_ms)
        return;
    github_remember(p->batch, "inone", scope, p->reply->now_ms);
    if (!strchr(scope, '/'))
        batch_note(p->batch, DX_LOG_INFO,
                   "the token may not list the issues of %s (%d); its repositories are asked one "
                   "by one",
                   scope, p->reply->status);
}
