/* github: history. Of each repository all is known since its cursor `fill`; what
 * is older comes by ranges of `created`, newest first, a page at a time and with
 * its jobs, and only then the cursor moves: so a poll that is cut loses nothing.
 * What was read once is scanned again, a day of a repository in each poll, for a
 * rerun changes an old run in place. */
#include "config.h"

#include "source/github.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "source/field.h"

enum {
    SEARCH_MOST = 1000, /* runs that a search gives, however many there are */
    FEW = 300,          /* a range with less than this makes the next one longer */
    REPOS_AT_ONCE = 2,
    SCAN_DAYS = 7,
    SCAN_PART = 90 * 60000, /* ms: of a day of which a search gives a part only */
};

static const int64_t SPAN_FIRST = DAY_MS, SPAN_LEAST = MINUTE_MS, SPAN_MOST = 35 * DAY_MS;

static int64_t oldest_wanted(const struct plan *plan)
{
    return (plan->now_ms - plan->history_ms) / 1000 * 1000;
}

static struct plan_request *ask_range(struct plan *plan, enum github_step step, const char *repo,
                                      int64_t from_ms, int64_t to_ms)
{
    char from[TIME_TEXT], to[TIME_TEXT], range[2 * TIME_TEXT + 2];
    struct plan_request *r = plan_get(plan, step, "", NULL);

    (void)snprintf(range, sizeof(range), "%s..%s", time_format(from, from_ms),
                   time_format(to, to_ms));
    r->path = arena_print(&plan->arena, "/repos/%s/actions/runs?per_page=%d&created=", repo,
                          step == STEP_FILL ? 50 : 100);
    plan_append(plan, r, "{}", range, NULL);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL | (step == STEP_FILL ? PLAN_FILL : 0);
    r->detail_text = arena_print(&plan->arena, "%s %" PRId64 " %" PRId64, repo, from_ms, to_ms);
    return r;
}

static void ask_before(struct plan *plan, const char *repo, int64_t to_ms, int64_t span_ms)
{
    int64_t from = to_ms - span_ms, oldest = oldest_wanted(plan);

    if (to_ms > oldest)
        (void)ask_range(plan, STEP_FILL, repo, from > oldest ? from : oldest, to_ms);
}

void github_fill_begin(const struct github *config, struct plan *plan)
{
    struct github_walk walk = { 0 };
    const char *repo;
    int filling = 0;

    while ((repo = github_walk(config, plan, &walk)) != NULL) {
        int64_t fill = github_recall(plan, NULL, "fill", repo);
        int64_t gap = github_recall(plan, NULL, "gap", repo);

        if (github_recall(plan, NULL, "gone", repo) != 0)
            continue;
        if (gap != 0 && plan->count < GITHUB_POLL_MOST)
            (void)github_gap_ask(plan, repo, gap);
        if (fill > oldest_wanted(plan) && filling++ < REPOS_AT_ONCE)
            ask_before(plan, repo, fill, SPAN_FIRST);
    }
}

static bool is_of(const struct plan_request *r, const char *repo, int nth, const char *what)
{
    char word[GITHUB_NAME];

    return strcmp(github_word(r->detail_text, 0, word), repo) == 0 &&
           (!*what || strcmp(github_word(r->detail_text, nth, word), what) == 0);
}

/* A range of it is asked for, or the jobs that its cursor waits for. */
static bool is_filling(const struct plan *plan, const char *repo)
{
    for (const struct plan_request *r = plan->first; r; r = r->next)
        if ((r->step == STEP_FILL && is_of(r, repo, 0, "")) ||
            (r->step == STEP_JOBS && is_of(r, repo, 3, "fill")))
            return true;
    return false;
}

/* One is through: the next in its place. */
static void fill_another(struct github_poll *p)
{
    struct github_walk walk = { 0 };
    const char *repo;

    while ((repo = github_walk(p->config, p->plan, &walk)) != NULL) {
        int64_t fill = github_recall(p->plan, p->batch, "fill", repo);

        if (fill > oldest_wanted(p->plan) && !is_filling(p->plan, repo) &&
            github_recall(p->plan, p->batch, "gone", repo) == 0) {
            ask_before(p->plan, repo, fill, SPAN_FIRST);
            return;
        }
    }
}

/* How far all repositories are, in hours. */
static void progress(struct github_poll *p)
{
    struct github_walk walk = { 0 };
    int64_t oldest = oldest_wanted(p->plan), now = p->plan->now_ms;
    const char *repo;

    p->batch->done = p->batch->total = 0;
    while ((repo = github_walk(p->config, p->plan, &walk)) != NULL) {
        int64_t fill = github_recall(p->plan, p->batch, "fill", repo);

        if (fill == 0 || fill > now)
            fill = now;
        p->batch->total += (now - oldest) / HOUR_MS;
        p->batch->done += (now - (fill > oldest ? fill : oldest)) / HOUR_MS;
    }
    if (p->batch->done >= p->batch->total)
        p->batch->done = p->batch->total = 0;
}

static void filled_to(struct github_poll *p, const char *repo, int64_t ms)
{
    github_remember(p->batch, "fill", repo, ms);
    progress(p);
}

/* Move the cursor when the jobs of the page are there, else now. */
static void mark(struct github_poll *p, const char *repo, struct github_page page, int64_t ms)
{
    if (page.last)
        page.last->detail_text =
            arena_print(&p->plan->arena, "%s fill %" PRId64, page.last->detail_text, ms);
    else
        filled_to(p, repo, ms);
}

void github_filled(struct github_poll *p)
{
    char repo[GITHUB_NAME], word[GITHUB_NAME];

    if (strcmp(github_word(p->reply->detail_text, 3, word), "fill") != 0)
        return;
    filled_to(p, github_word(p->reply->detail_text, 0, repo),
              github_number(p->reply->detail_text, 4));
}

/* The first page says how dense its runs are: the range before it is made to
 * hold some hundred. Its runs are known from now on, so those that there is no room
 * for are asked for by their ids, in their turn. */
void github_fill_first(struct github_poll *p, const char *repo, struct github_page page)
{
    int64_t oldest = oldest_wanted(p->plan), span = 3 * (p->plan->now_ms - page.oldest_ms);

    if (!*p->reply->next || page.oldest_ms <= oldest) {
        filled_to(p, repo, oldest);
        return;
    }
    filled_to(p, repo, page.oldest_ms);
    if (span < HOUR_MS)
        span = HOUR_MS;
    if (github_room(p))
        ask_before(p->plan, repo, page.oldest_ms, span < SPAN_MOST ? span : SPAN_MOST);
}

/* Too many for one search: the later half of the range first. */
static bool split(struct github_poll *p, const char *repo, int64_t from, int64_t to)
{
    if (field_int(p->reply->json, "total_count") <= SEARCH_MOST)
        return false;
    if (to - from <= SPAN_LEAST) {
        batch_note(p->batch, DX_LOG_WARN,
                   "%s: more than 1,000 runs in a minute; GitHub does not give the rest", repo);
        return false;
    }
    (void)ask_range(p->plan, STEP_FILL, repo, from + (to - from) / 2000 * 1000, to);
    return true;
}

bool github_fill_decode(struct github_poll *p, struct dx_error *err)
{
    const char *text = p->reply->detail_text;
    char repo[GITHUB_NAME];
    int64_t from = github_number(text, 1), to = github_number(text, 2), span = to - from;
    struct github_page page;

    github_word(text, 0, repo);
    if (!json_is_array(json_object_get(p->reply->json, "workflow_runs")))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no \"workflow_runs\")");
    if (p->reply->detail == 0 && split(p, repo, from, to))
        return true;
    page = github_page_decode(p, repo, PLAN_FILL);
    if (*p->reply->next) {
        struct plan_request *next;

        if (page.oldest_ms > 0)
            mark(p, repo, page, page.oldest_ms);
        if (!github_room(p))
            return true;
        next = github_next(p);
        next->flags |= PLAN_ANSWER | PLAN_OPTIONAL | PLAN_FILL;
        next->detail = 1;
        return true;
    }
    mark(p, repo, page, from);
    if (field_int(p->reply->json, "total_count") < FEW)
        span = 2 * span < SPAN_MOST ? 2 * span : SPAN_MOST;
    if (!github_room(p))
        return true;
    if (from > oldest_wanted(p->plan))
        ask_before(p->plan, repo, from, span);
    else
        fill_another(p);
    return true;
}

/* ---- the scan ---- */

/* One day of one repository in each poll, by a cursor that counts. Its reply is
 * never a 304, so it is also what remembers when the last poll was. */
void github_scan_begin(const struct github *config, struct plan *plan, size_t repos)
{
    int64_t turn = github_recall(plan, NULL, "scan", ""), day;
    struct github_walk walk = { 0 };
    const char *repo = NULL;
    struct plan_request *r;

    if (repos == 0)
        return;
    for (size_t i = 0; i <= (size_t)turn % repos; i++)
        repo = github_walk(config, plan, &walk);
    if (!repo)
        return;
    day = turn / (int64_t)repos % SCAN_DAYS;
    r = ask_range(plan, STEP_SCAN, repo, (plan->now_ms - (day + 1) * DAY_MS) / 1000 * 1000,
                  (plan->now_ms - day * DAY_MS) / 1000 * 1000);
    r->detail = turn;
}

void github_scan_skip(struct github_poll *p)
{
    github_remember(p->batch, "scan", "", p->reply->detail + 1);
    github_remember(p->batch, "poll", "", p->reply->now_ms);
}

/* A search gives the newest thousand, and another page where there is one at all. Of a day that has
 * more a part is scanned in each turn, by chance, so that all of it comes in time. */
static bool scan_part(struct github_poll *p, const char *repo)
{
    int64_t from = github_number(p->reply->detail_text, 1);
    uint64_t part = ((uint64_t)p->reply->detail * 0x9e3779b97f4a7c15u) >> 60; /* of sixteen */

    if (!*p->reply->next || field_int(p->reply->json, "total_count") <= SEARCH_MOST ||
        github_number(p->reply->detail_text, 2) - from < DAY_MS)
        return false;
    from += (int64_t)part * SCAN_PART;
    ask_range(p->plan, STEP_SCAN, repo, from, from + SCAN_PART)->detail = p->reply->detail;
    return true;
}

bool github_scan_decode(struct github_poll *p, struct dx_error *err)
{
    char repo[GITHUB_NAME];

    github_word(p->reply->detail_text, 0, repo);
    if (!json_is_array(json_object_get(p->reply->json, "workflow_runs")))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no \"workflow_runs\")");
    github_scan_skip(p);
    (void)github_page_decode(p, repo, 0);
    if (!scan_part(p, repo) && *p->reply->next)
        github_next(p)->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    return true;
}
