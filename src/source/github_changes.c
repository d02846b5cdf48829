/* github: pull requests, and who looked at them first. Each repository has a list, the
 * latest change first, whose URL stays, so that it is answered with 304 until something
 * changes; that of issues is not there where issues are off. The timeline of a pull request
 * has its reviews, its comments and when a draft was ready, in the order of time.
 * https://docs.github.com/en/rest/pulls/pulls https://docs.github.com/en/rest/issues/timeline */
#include "config.h"

#include "source/github.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/field.h"
#include "source/recall.h"
#include "source/ticket_words.h"

static const int64_t LIST_MS = 10 * MINUTE_MS, REFUSED_MS = DAY_MS,
                     OVERLAP_MS = 2 * MINUTE_MS; /* a change is listed late */

enum {
    LISTS_MOST = 40, /* in one poll */
    FIRST_MOST = 3,  /* pull requests of a new list whose timelines need no room for history */
    LACKS_MOST = 20, /* pull requests whose timelines are asked for again, in one poll */
    PAGES_MOST = 5,  /* of a timeline in which nobody was found */
};

/* ---- asking ---- */

static bool is_refused(const struct plan *plan, const char *repo)
{
    int64_t at = github_recall(plan, NULL, "pnone", repo), since = plan->now_ms - at;

    return at != 0 && since >= 0 && since < REFUSED_MS;
}

static void ask_list(struct plan *plan, const char *repo)
{
    int64_t at = github_recall(plan, NULL, "pulls", repo);
    struct plan_request *r = plan_get(plan, STEP_PULLS, "", NULL);

    if (recall_is_short(plan, github_recall(plan, NULL, "pback", repo)))
        at = 0;
    r->path = arena_print(
        &plan->arena, "/repos/%s/pulls?state=all&sort=updated&direction=desc&per_page=100", repo);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL | (at != 0 ? PLAN_CONDITIONAL : 0);
    r->detail = at != 0 ? at - OVERLAP_MS : plan->now_ms - plan->history_ms;
    r->detail_text = arena_print(&plan->arena, "%s 0", repo);
}

/* The 0, of later pages 1: when it was opened for review is known; what comes later changes nothing
 * of it. */
static struct plan_request *ask_timeline(struct plan *plan, const char *repo, const char *number,
                                         const char *author)
{
    const char *path =
        arena_print(&plan->arena, "/repos/%s/issues/%s/timeline?per_page=100", repo, number);
    struct plan_request *r;

    if (github_asked(plan, path))
        return NULL;
    r = plan_get(plan, STEP_TIMELINE, "", NULL);
    r->path = path;
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    r->detail_text = arena_print(&plan->arena, "%s %s 0 %s", repo, number, author);
    return r;
}

void github_changes_found(const struct github *config, struct plan *plan, const char *repo)
{
    size_t lists = 0;

    if (!config->reviews || github_recall(plan, NULL, "pulls", repo) != 0 || is_refused(plan, repo))
        return;
    for (const struct plan_request *r = plan->first; r; r = r->next)
        lists += r->step == STEP_PULLS;
    if (lists < LISTS_MOST)
        ask_list(plan, repo);
}

static void ask_lacking(struct plan *plan)
{
    struct lacking found[LACKS_MOST];
    size_t n = plan_known_changes(plan, found, LACKS_MOST);

    for (size_t i = 0; i < n; i++) {
        struct plan_request *r =
            github_numbered(found[i].project, found[i].id)
                ? ask_timeline(plan, found[i].project, found[i].id, found[i].author)
                : NULL;

        if (r)
            r->flags |= PLAN_FILL;
    }
}

void github_changes_begin(const struct github *config, struct plan *plan)
{
    struct github_walk walk = { 0 };
    size_t before = plan->count;
    const char *repo;

    if (!config->reviews)
        return;
    while ((repo = github_walk(config, plan, &walk)) != NULL && plan->count - before < LISTS_MOST)
        if (github_recall(plan, NULL, "gone", repo) == 0 && !is_refused(plan, repo) &&
            (github_recall(plan, NULL, "pulls", repo) == 0 || github_turn(plan, repo, LIST_MS)))
            ask_list(plan, repo);
    ask_lacking(plan);
}

/* ---- a list ---- */

static bool is_bot(const struct github_poll *p, const json_t *user)
{
    return value_is(json_object_get(user, "type"), "Bot") ||
           ticket_is_bot(&p->config->issues.bots, field_text(p->batch, user, "login"));
}

static bool is_url(const char *text)
{
    return strncasecmp(text, "https://", 8) == 0 || strncasecmp(text, "http://", 7) == 0;
}

/* Whatever happens to it, a review too, moves the time of its last change. */
static bool is_untouched(const json_t *item)
{
    int64_t created_ms = field_time(item, "created_at");

    return created_ms > 0 && field_time(item, "updated_at") == created_ms;
}

/* Of one that is known the time of its creation stays: it was a draft, perhaps. What a
 * machine wrote keeps nobody waiting. Returns the request for its timeline, NULL: none. */
static struct plan_request *take(struct github_poll *p, const char *repo, const json_t *item)
{
    const struct known *known = p->plan->known;
    const json_t *user = json_object_get(item, "user");
    const char *url = field_text(p->batch, item, "html_url");
    int64_t number = field_int(item, "number");
    enum known_change as;
    struct change *c;

    if (number <= 0) {
        p->batch->unknown++;
        return NULL;
    }
    if (is_bot(p, user))
        return NULL;
    c = batch_change(p->batch);
    c->project = arena_text(&p->batch->arena, repo);
    c->id = arena_print(&p->batch->arena, "%" PRId64, number);
    c->title = field_text(p->batch, item, "title");
    c->author = field_text(p->batch, user, "login");
    c->url = is_url(url) ? url : "";
    c->merged_ms = field_time(item, "merged_at");
    c->closed_ms = field_time(item, "closed_at");
    as = known && known->change ? known->change(known->self, repo, c->id) : KNOWN_CHANGE_NOT;
    if (as == KNOWN_CHANGE_NOT)
        c->created_ms = field_time(item, "created_at");
    c->reviews_known = is_untouched(item);
    if (as == KNOWN_CHANGE_REVIEWED || c->reviews_known)
        return NULL;
    return ask_timeline(p->plan, repo, c->id, c->author);
}

/* Or of one that was longer than before. */
static bool is_history(const struct github_poll *p, const char *repo)
{
    return github_recall(p->plan, p->batch, "pulls", repo) == 0 ||
           p->reply->detail < github_recall(p->plan, p->batch, "pback", repo);
}

static void arrive(struct github_poll *p, const char *repo, int64_t newest_ms)
{
    int64_t known_ms = github_recall(p->plan, p->batch, "pulls", repo);

    if (is_history(p, repo))
        github_remember(p->batch, "pback", repo, p->reply->detail);
    if (newest_ms == 0) /* what is now by our clock may be later than the next one by theirs */
        newest_ms = p->reply->detail > 0 ? p->reply->detail : 1;
    if (known_ms == 0 || newest_ms > known_ms)
        github_remember(p->batch, "pulls", repo, newest_ms);
}

bool github_pulls_decode(struct github_poll *p, struct dx_error *err)
{
    const json_t *item;
    char repo[GITHUB_NAME];
    int64_t newest_ms = github_number(p->reply->detail_text, 1);
    bool over = false, history;
    bool page = newest_ms != 0; /* another one than the first */
    size_t i, first = 0;

    github_word(p->reply->detail_text, 0, repo);
    history = is_history(p, repo);
    if (!json_is_array(p->reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no pull requests)");
    /* Of history, the first of each repository come at once: an organisation shows how long
     * its reviews take before its jobs of weeks are there. */
    json_array_foreach (p->reply->json, i, item) {
        int64_t ms = field_time(item, "updated_at");
        struct plan_request *r;

        newest_ms = ms > newest_ms ? ms : newest_ms;
        over = over || ms < p->reply->detail;
        r = ms >= p->reply->detail ? take(p, repo, item) : NULL;
        if (r && history && (page || first++ >= FIRST_MOST))
            r->flags |= PLAN_FILL;
    }
    if (*p->reply->next && !over) {
        struct plan_request *r = github_next(p);

        r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
        r->detail_text = arena_print(&p->plan->arena, "%s %" PRId64, repo, newest_ms);
    } else {
        arrive(p, repo, newest_ms);
    }
    return true;
}

void github_pulls_refused(struct github_poll *p)
{
    char repo[GITHUB_NAME];

    github_word(p->reply->detail_text, 0, repo);
    github_remember(p->batch, "pnone", repo, p->reply->now_ms);
    if (github_recall(p->plan, p->batch, "pnone", "") == p->reply->now_ms)
        return; /* said of another one in this poll */
    github_remember(p->batch, "pnone", "", p->reply->now_ms);
    batch_note(p->batch, DX_LOG_INFO, "the token may not read the pull requests of %s (%d)", repo,
               p->reply->status);
}

/* ---- a timeline ---- */

static bool is_event(const json_t *event, const char *name)
{
    return value_is(json_object_get(event, "event"), name);
}

/* When somebody else looked at it, in this event; 0: nobody did. */
static int64_t look_of(const struct github_poll *p, const json_t *event, const char *author)
{
    bool review = is_event(event, "reviewed");
    const json_t *user = json_object_get(event, "user");
    const char *login = field_text(p->batch, user, "login");

    if (!review && !is_event(event, "commented"))
        return 0;
    if (review && value_is_word(json_object_get(event, "state"), "pending"))
        return 0; /* one's own, not sent yet */
    if (strcasecmp(login, author) == 0 || is_bot(p, user))
        return 0;
    return field_time(event, review ? "submitted_at" : "created_at");
}

static void put_reviews(struct github_poll *p, bool known, int64_t ready_ms, int64_t first_ms)
{
    struct change *c = batch_change(p->batch);
    char word[GITHUB_NAME];

    c->project = arena_text(&p->batch->arena, github_word(p->reply->detail_text, 0, word));
    c->id = arena_text(&p->batch->arena, github_word(p->reply->detail_text, 1, word));
    c->created_ms = ready_ms;
    c->reviews_known = known;
    c->first_review_ms = first_ms;
}

/* The first event of a draft that was opened as one makes it ready; of one that became a
 * draft later, it does not. A draft that was reviewed before it was ready was open for it. */
bool github_timeline_decode(struct github_poll *p, struct dx_error *err)
{
    const char *text = p->reply->detail_text;
    const json_t *event;
    char repo[GITHUB_NAME], number[GITHUB_NAME], author[GITHUB_NAME];
    bool settled = github_number(text, 2) != 0;
    int64_t ready_ms = 0, first_ms = 0;
    size_t i;

    if (!json_is_array(p->reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no timeline)");
    github_word(text, 3, author);
    json_array_foreach (p->reply->json, i, event) {
        bool ready = is_event(event, "ready_for_review");

        if (ready && !settled)
            ready_ms = field_time(event, "created_at");
        settled = settled || ready || is_event(event, "convert_to_draft");
        first_ms = look_of(p, event, author);
        if (first_ms > 0)
            break;
    }
    if (first_ms == 0 && *p->reply->next && p->reply->detail + 1 < PAGES_MOST) {
        struct plan_request *r = github_next(p);

        r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
        r->detail++;
        r->detail_text = arena_print(&p->plan->arena, "%s %s %d %s", github_word(text, 0, repo),
                                     github_word(text, 1, number), (int)settled, author);
        if (ready_ms > 0)
            put_reviews(p, false, ready_ms, 0);
        return true;
    }
    put_reviews(p, true, ready_ms, first_ms);
    return true;
}

/* Nothing can be had of it: it is not asked for again and again. */
void github_timeline_refused(struct github_poll *p)
{
    put_reviews(p, true, 0, 0);
}
