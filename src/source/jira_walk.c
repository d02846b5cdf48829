/* jira: the walks through the tickets.
 *
 * A ticket that changes moves to another place in the order, so that those behind it move
 * up a place, and the next page by number would begin one too late. So each page is a
 * query of its own, which begins at the change that the one before came to. A query knows
 * minutes only: where a page is all of one minute (somebody changed many at once), the
 * next one is asked for by number, and begins with the last row of the one before; where
 * that is another one now, the minute begins anew. The cloud has tokens for numbers, and
 * no way back: there such a minute is gone through until nothing new is found in it. */
#include "config.h"

#include "source/jira.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"
#include "source/field.h"
#include "source/recall.h"
#include "source/ticket_open.h"

enum {
    PAGE = 50,
    OVERLAP_MS = 5 * MINUTE_MS, /* the index lags behind the tickets, by seconds mostly */
    ROUNDS_MOST = 4,            /* through a minute of the cloud */
};

/* ---- cursors ---- */

static const char *name_of_query(const struct jira_poll *p, const char *which)
{
    const struct jira *config = p->config;
    const char *const *projects = config->projects.item;
    uint64_t hash = text_hash(config->jql);

    for (size_t i = 0; i < config->projects.count; i++)
        hash = hash * 31 + text_hash(projects[i]);
    return arena_print(&p->plan->arena, "%s:%016" PRIx64, which, hash);
}

static const char *name_of(const struct jira_poll *p, enum jira_step walk)
{
    return name_of_query(p, walk == JIRA_NEWS ? "n" : walk == JIRA_OPEN ? "o" : "f");
}

static int64_t reached(const struct jira_poll *p, enum jira_step walk)
{
    int64_t at = recall(p->plan, p->batch, name_of(p, walk));

    return walk == JIRA_OPEN ? ticket_open_at(at) : at;
}

static void reach(const struct jira_poll *p, enum jira_step walk, int64_t ms)
{
    batch_cursor(p->batch, name_of(p, walk), ms);
}

/* ---- those that are too large ---- */

static const char *name_of_large(const struct jira_poll *p, const char *key)
{
    return arena_print(&p->plan->arena, "large=%s", key);
}

/* It took a page of its own, and less of it, to get on. */
static void remember_large(const struct jira_poll *p, int64_t updated_ms)
{
    const char *name = name_of_query(p, "b");

    if (updated_ms > recall(p->plan, p->batch, name))
        batch_cursor(p->batch, name, updated_ms);
}

/* Is one among what would be asked for? */
static bool meets_large(const struct jira_poll *p, int64_t from_ms)
{
    return recall(p->plan, p->batch, name_of_query(p, "b")) >= from_ms;
}

static int64_t wanted(const struct plan *plan)
{
    return plan->now_ms - plan->history_ms;
}

static bool lacks_open(const struct jira_poll *p)
{
    return ticket_open_due(p->plan, recall(p->plan, p->batch, name_of(p, JIRA_OPEN)));
}

static bool lacks_history(const struct jira_poll *p)
{
    int64_t at = reached(p, JIRA_FILL);

    return at == 0 || at > wanted(p->plan);
}

/* ---- requests ---- */

struct about { /* a request's detail_text: "2 50 0 0 0 0 10412" */
    enum jira_kind kind;
    int64_t size, start;
    enum jira_depth depth;
    int64_t round, fresh; /* through a minute; tickets that this one found */
    const char *behind;   /* where it begins: id of the first row; in the cloud a token; "": any */
};

static struct about about_of(const struct reply *reply)
{
    char *rest = NULL;
    long kind = strtol(reply->detail_text, &rest, 10);
    int64_t size = strtoll(rest, &rest, 10), start = strtoll(rest, &rest, 10);
    long depth = strtol(rest, &rest, 10);
    int64_t round = strtoll(rest, &rest, 10), fresh = strtoll(rest, &rest, 10);

    return (struct about){ .kind = (enum jira_kind)kind,
                           .size = size > 0 ? size : PAGE,
                           .start = start,
                           .depth = (enum jira_depth)depth,
                           .round = round,
                           .fresh = fresh,
                           .behind = *rest == ' ' ? rest + 1 : rest };
}

static struct plan_request *ask(const struct jira_poll *p, enum jira_step walk, int64_t at_ms,
                                const struct about *about)
{
    bool cloud = jira_kind(p) == JIRA_CLOUD;
    struct plan_request *r;
    char size[24], start[24];

    (void)snprintf(size, sizeof(size), "%" PRId64, about->size);
    (void)snprintf(start, sizeof(start), "%" PRId64, about->start);
    r = plan_get(p->plan, walk, cloud ? "/rest/api/3/search/jql" : "/rest/api/2/search", NULL);
    plan_append(p->plan, r, "?jql={}&maxResults={}&fields={}", jira_query(p, walk, at_ms), size,
                jira_fields(p, about->depth), NULL);
    if (about->depth == JIRA_ROW)
        plan_append(p->plan, r, "&expand=changelog", NULL);
    if (!cloud)
        plan_append(p->plan, r, "&startAt={}", start, NULL);
    else if (*about->behind)
        plan_append(p->plan, r, "&nextPageToken={}", about->behind, NULL);
    /* The minute that is under way would begin anew in another poll. */
    r->flags = PLAN_ANSWER | (walk == JIRA_FILL && about->start == 0 ? PLAN_FILL : 0);
    r->detail = at_ms;
    r->detail_text =
        arena_print(&p->plan->arena, "%d %s %s %d %" PRId64 " %" PRId64 " %s", (int)jira_kind(p),
                    size, start, (int)about->depth, about->round, about->fresh, about->behind);
    return r;
}

static void ask_first(const struct jira_poll *p, enum jira_step walk, int64_t size)
{
    int64_t at_ms = reached(p, walk) - (walk == JIRA_NEWS ? OVERLAP_MS : 0);
    struct about about = { .size = size, .behind = "" };

    if (walk == JIRA_NEWS && meets_large(p, at_ms))
        about.depth = JIRA_PEEK;
    (void)ask(p, walk, at_ms, &about);
}

bool jira_walks_started(const struct jira_poll *p)
{
    return reached(p, JIRA_NEWS) > 0;
}

void jira_walks_start(const struct jira_poll *p, int64_t server_ms)
{
    if (!jira_walks_started(p))
        reach(p, JIRA_NEWS, server_ms);
}

/* The history comes when all open ones are there. */
void jira_walks_begin(const struct jira_poll *p)
{
    ask_first(p, JIRA_NEWS, PAGE);
    if (lacks_open(p))
        ask_first(p, JIRA_OPEN, PAGE);
    else if (lacks_history(p))
        ask_first(p, JIRA_FILL, PAGE);
}

/* ---- a page ---- */

struct page {
    const struct jira_poll *p;
    enum jira_step walk;
    struct about about;
    const json_t *issues;
    int64_t count, edge_ms; /* edge: the change of its last row */
    int64_t news_ms;        /* the last change that is not ahead of the server's clock */
    const char *token;      /* of the next page; "" */
    bool more, moved;
};

static const char *id_at(const struct page *page, int64_t i)
{
    return i < page->count
               ? field_text(page->p->batch, json_array_get(page->issues, (size_t)i), "id")
               : "";
}

static struct page page_of(const struct jira_poll *p)
{
    const json_t *json = p->reply->json;
    struct page page = { .p = p,
                         .walk = (enum jira_step)p->reply->step,
                         .about = about_of(p->reply),
                         .issues = json_object_get(json, "issues") };

    page.count = (int64_t)json_array_size(page.issues);
    page.token = field_text(p->batch, json, "nextPageToken");
    if (page.about.kind == JIRA_CLOUD)
        page.more = *page.token && !json_is_true(json_object_get(json, "isLast"));
    else if (json_is_number(json_object_get(json, "total")))
        page.more = page.about.start + page.count < field_int(json, "total");
    else
        page.more = page.count > 0 && page.count >= page.about.size;
    page.moved = page.about.kind != JIRA_CLOUD && *page.about.behind &&
                 strcmp(id_at(&page, 0), page.about.behind) != 0;
    return page;
}

/* One that cannot be had holds up no other. */
static int64_t leave_out(const struct jira_poll *p, const json_t *issue)
{
    int64_t updated_ms = field_time(json_object_get(issue, "fields"), "updated");
    const char *key = field_text(p->batch, issue, "key");

    batch_note(p->batch, DX_LOG_WARN,
               "%s: even without comments and changes it is larger than max_body; it is left out",
               key);
    batch_cursor(p->batch, name_of_large(p, key), updated_ms);
    return updated_ms;
}

static void take_rows(struct page *page)
{
    enum jira_depth depth = page->about.depth;
    size_t before = page->p->batch->ticket_count, i;
    const json_t *issue;

    json_array_foreach (page->issues, i, issue) {
        int64_t ms =
            depth == JIRA_BARE ? leave_out(page->p, issue) : jira_take(page->p, issue, depth);

        if (depth != JIRA_ROW && page->walk == JIRA_NEWS)
            remember_large(page->p, ms);
        if (ms > 0)
            page->edge_ms = ms;
        if (ms > page->news_ms && !recall_is_ahead(page->p->reply, ms))
            page->news_ms = ms;
    }
    page->about.fresh += (int64_t)(page->p->batch->ticket_count - before);
}

/* Does a query that begins at the end of this page leave any of it behind? */
static bool gets_on(const struct page *page)
{
    int64_t from_ms = page->p->reply->detail, to_ms = page->edge_ms;
    enum jira_bound bound = page->walk == JIRA_NEWS ? JIRA_SINCE : JIRA_UNTIL;

    if (to_ms == 0 || (page->walk != JIRA_NEWS && from_ms == 0))
        return to_ms > 0;
    return (page->walk == JIRA_NEWS ? to_ms > from_ms : to_ms < from_ms) &&
           strcmp(jira_time(page->p, bound, from_ms), jira_time(page->p, bound, to_ms)) != 0;
}

/* Behind the page, in the same minute. */
static void ask_on(const struct page *page, struct about about)
{
    bool cloud = page->about.kind == JIRA_CLOUD;
    int64_t back = !cloud && page->count > 1 ? 1 : 0;

    about.start = page->about.start + page->count - back;
    about.behind = cloud ? page->token : back > 0 ? id_at(page, page->count - 1) : "";
    about.round = page->about.round;
    about.fresh = page->about.fresh;
    plan_at_once(page->p->plan, ask(page->p, page->walk, page->p->reply->detail, &about));
}

static void ask_next(const struct page *page)
{
    int64_t size = page->about.size * 2; /* it may have been halved */
    struct about about = { .size = size < PAGE ? size : PAGE, .behind = "" };

    if (gets_on(page))
        plan_at_once(page->p->plan, ask(page->p, page->walk, page->edge_ms, &about));
    else
        ask_on(page, about);
}

static void ask_same(const struct jira_poll *p, const struct about *about)
{
    plan_at_once(p->plan, ask(p, (enum jira_step)p->reply->step, p->reply->detail, about));
}

/* The same query from its first row on. */
static void ask_again(const struct page *page)
{
    struct about about = { .size = page->about.size, .depth = page->about.depth, .behind = "" };

    ask_same(page->p, &about);
}

/* The pages of a minute came by token, and found something: a row may have gone away
 * before it and have pulled another one over the edge of a page. */
static bool is_in_doubt(const struct page *page)
{
    return page->about.kind == JIRA_CLOUD && page->about.start > 0 && page->about.fresh > 0 &&
           page->about.round < ROUNDS_MOST && (!page->more || gets_on(page));
}

static void ask_round(const struct page *page)
{
    struct about about = { .size = page->about.size,
                           .depth = page->about.depth,
                           .round = page->about.round + 1,
                           .behind = "" };

    ask_same(page->p, &about);
}

/* ---- where it stands ---- */

static void tell_progress(const struct page *page, int64_t oldest_ms)
{
    const struct plan *plan = page->p->plan;

    page->p->batch->total = plan->history_ms / MINUTE_MS;
    page->p->batch->done = (plan->now_ms - oldest_ms) / MINUTE_MS;
}

/* The walk is at its end. */
static void arrive(const struct page *page)
{
    const struct jira_poll *p = page->p;

    if (page->walk == JIRA_NEWS) {
        if (recall_is_ahead(p->reply, reached(p, JIRA_NEWS)))
            reach(p, JIRA_NEWS, recall_news(p->reply, reached(p, JIRA_NEWS)));
    } else if (page->walk == JIRA_OPEN) {
        reach(p, JIRA_OPEN, ticket_open_end(p->plan));
        if (lacks_history(p)) {
            tell_progress(page, p->plan->now_ms);
            ask_first(p, JIRA_FILL, page->about.size);
        }
    } else if (page->walk == JIRA_FILL) {
        reach(p, JIRA_FILL, wanted(p->plan));
        tell_progress(page, wanted(p->plan));
    }
}

static void step_on(const struct page *page)
{
    int64_t before = reached(page->p, page->walk);

    if (page->edge_ms == 0)
        return;
    if (page->walk == JIRA_NEWS && page->news_ms > before)
        reach(page->p, page->walk, page->news_ms);
    if (page->walk != JIRA_NEWS && (before == 0 || page->edge_ms < before))
        reach(page->p, page->walk, page->edge_ms);
    if (page->walk == JIRA_FILL)
        tell_progress(page, page->edge_ms);
    else if (page->walk == JIRA_OPEN && lacks_history(page->p))
        tell_progress(page, page->p->plan->now_ms);
}

/* Of a page that has nothing but changes in it: is there one that is not here, nor left out? */
static bool has_news(const struct page *page)
{
    const struct jira_poll *p = page->p;
    const json_t *issue;
    size_t i;

    json_array_foreach (page->issues, i, issue) {
        int64_t updated_ms = field_time(json_object_get(issue, "fields"), "updated");
        const char *key = field_text(p->batch, issue, "key");

        if (!jira_is_known(p, key, updated_ms) &&
            recall(p->plan, p->batch, name_of_large(p, key)) != updated_ms)
            return true;
    }
    return page->moved;
}

/* What is too large is asked for again, in ever smaller pages, only with what has changed. */
static void look(const struct page *page)
{
    struct about about = { .size = page->about.size, .behind = "" };

    if (has_news(page)) {
        ask_same(page->p, &about);
    } else if (page->more) {
        about.depth = JIRA_PEEK;
        ask_on(page, about);
    }
}

static bool no_page(const struct jira_poll *p, struct dx_error *err)
{
    int status = p->reply->status;
    enum jira_kind asked = about_of(p->reply).kind;

    if (status == 410 || status == 404)
        return asked != jira_kind(p) || jira_turned(p, err);
    (void)dx_fail(err, status == 403 ? DX_FAULT_AUTH : DX_FAULT_REPLY, "answered %d", status);
    jira_refused(p->config, p->reply, err);
    return false;
}

bool jira_decode_walk(const struct jira_poll *p, struct dx_error *err)
{
    struct page page;

    if (!jira_is_answer(p->reply))
        return no_page(p, err);
    page = page_of(p);
    if (!json_is_array(page.issues))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jira (no list of issues)");
    if (page.about.depth == JIRA_PEEK) {
        look(&page);
        return true;
    }
    take_rows(&page);
    if (page.moved) {
        ask_again(&page);
        return true;
    }
    step_on(&page);
    if (is_in_doubt(&page))
        ask_round(&page);
    else if (page.more)
        ask_next(&page);
    else
        arrive(&page);
    return true;
}

bool jira_walk_less(const struct jira_poll *p)
{
    struct about about = about_of(p->reply);

    if (about.depth == JIRA_BARE)
        return false;
    if (about.depth == JIRA_PEEK)
        about.depth = JIRA_ROW;
    else if (about.size == 1)
        about.depth = about.depth == JIRA_ROW ? JIRA_SLIM : JIRA_BARE;
    else
        about.size /= 2;
    ask_same(p, &about);
    return true;
}

/* ---- is the query good? ---- */

static void try(const struct jira_poll *p, enum jira_kind kind)
{
    struct plan_request *r =
        plan_get(p->plan, JIRA_TRY,
                 kind == JIRA_CLOUD ? "/rest/api/3/search/jql?jql={}&maxResults=1&fields=key"
                                    : "/rest/api/2/search?jql={}&maxResults=1&fields=key",
                 jira_query_to_try(p), NULL);

    r->flags = PLAN_ANSWER | PLAN_OPTIONAL;
    r->detail = kind;
}

/* Nobody said yet what it is: what belongs to the other one is not there. */
void jira_try_begin(const struct jira_poll *p)
{
    static const char *const accounts[] = { "/rest/api/2/myself", "/rest/api/3/myself" };

    for (size_t i = 0; i < 2; i++)
        plan_get(p->plan, JIRA_TRY, accounts[i], NULL)->flags = PLAN_ANSWER | PLAN_OPTIONAL;
    try(p, JIRA_CLOUD);
    try(p, JIRA_DATA_CENTER);
}

bool jira_decode_try(const struct jira_poll *p, struct dx_error *err)
{
    int status = p->reply->status;

    if (jira_is_answer(p->reply) || status == 404 || status == 410)
        return true;
    (void)dx_fail(err, status == 403 ? DX_FAULT_AUTH : DX_FAULT_REPLY, "answered %d", status);
    jira_refused(p->config, p->reply, err);
    return false;
}
