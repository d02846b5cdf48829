/* github_pulls: pull requests of GitHub, and their reviews. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/github.h"
#include "sim/reviews.h"

enum { FIRST_ID = 5000000, AS_ISSUE = 50000000 };

static int64_t id_of(const struct pull *p)
{
    return FIRST_ID + p->repo->index * INT64_C(100000) + p->number;
}

/* The times and texts that a pull request has as such, and as an issue. */
static json_t *base_json(const struct github_call *call, const struct pull *p)
{
    int64_t now_ms = call->x->now_ms;
    bool closed = pull_is_closed(p, now_ms);
    char title[COMPANY_TEXT];

    return json_pack("{s:I, s:s, s:o, s:s, s:b, s:n, s:s, s:[], s:[], s:o, s:o, s:o, s:b}",
                     "number", (json_int_t)p->number, "title", company_title(title, p->run), "user",
                     github_person(call->x, ticket_person(p->author)), "state",
                     closed ? "closed" : "open", "locked", 0, "body", "author_association",
                     github_standing(p->author), "labels", "assignees", "created_at",
                     github_time(p->created_ms), "updated_at",
                     github_time(pull_updated_ms(p, now_ms)), "closed_at",
                     github_time(closed ? p->closed_ms : 0), "draft", 0);
}

static json_t *merged_at(const struct github_call *call, const struct pull *p)
{
    return github_time(p->merged && pull_is_closed(p, call->x->now_ms) ? p->closed_ms : 0);
}

json_t *github_pull_issue(const struct github_call *call, const struct pull *p)
{
    int64_t id = id_of(p) + AS_ISSUE;
    json_t *json = base_json(call, p);

    (void)json_object_update_new(
        json, json_pack("{s:I, s:I, s:o, s:o, s:s, s:n, s:n, s:{s:o, s:o, s:o}}", "id",
                        (json_int_t)id, "comments", (json_int_t)0, "url",
                        json_sprintf("%s/issues/%" PRId64, call->api, p->number), "html_url",
                        json_sprintf("%s/pull/%" PRId64, call->html, p->number), "repository_url",
                        call->api, "assignee", "state_reason", "pull_request", "url",
                        json_sprintf("%s/pulls/%" PRId64, call->api, p->number), "html_url",
                        json_sprintf("%s/pull/%" PRId64, call->html, p->number), "merged_at",
                        merged_at(call, p)));
    return json;
}

static json_t *pull_json(const struct github_call *call, const struct pull *p)
{
    char branch[COMPANY_NAME], sha[COMPANY_SHA];
    json_t *json = base_json(call, p);

    (void)json_object_update_new(
        json,
        json_pack("{s:I, s:o, s:o, s:o, s:{s:s, s:s}, s:{s:s}, s:[]}", "id", (json_int_t)id_of(p),
                  "url", json_sprintf("%s/pulls/%" PRId64, call->api, p->number), "html_url",
                  json_sprintf("%s/pull/%" PRId64, call->html, p->number), "merged_at",
                  merged_at(call, p), "head", "ref", company_branch(branch, p->run), "sha",
                  company_sha(sha, p->run->commit), "base", "ref", p->repo->default_branch,
                  "requested_reviewers"));
    return json;
}

/* Sorted by the moment of the last change; the pulls know no now. */
struct entry {
    int64_t updated_ms;
    const struct pull *pull;
};

static int by_entry(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;

    return (other->updated_ms > one->updated_ms) - (other->updated_ms < one->updated_ms);
}

void github_put_pulls(struct github_call *call)
{
    struct exchange *x = call->x;
    const char *state = exchange_parameter(x, "state"), *sort = exchange_parameter(x, "sort");
    const char *to = exchange_parameter(x, "direction");
    bool updated = sort && strcmp(sort, "updated") == 0;
    /* Who names a way to sort gets it upwards, unless asked otherwise. */
    bool ascending = to ? strcmp(to, "asc") == 0 : sort && strcmp(sort, "created") != 0;
    struct pull *pulls;
    size_t all = pulls_of(call->company, call->repo, x->now_ms, &x->arena, &pulls), count = 0;
    struct entry *entries = arena_alloc(&x->arena, (all + 1) * sizeof(*entries));
    json_t *list = json_array();
    struct page page;

    for (size_t i = 0; i < all; i++) {
        bool closed = pull_is_closed(&pulls[i], x->now_ms);

        if ((state && strcmp(state, "all") == 0) ||
            closed == (state && strcmp(state, "closed") == 0))
            entries[count++] = (struct entry){ updated ? pull_updated_ms(&pulls[i], x->now_ms)
                                                       : pulls[i].created_ms,
                                               &pulls[i] };
    }
    qsort(entries, count, sizeof(*entries), by_entry);
    page = github_page(call, count, count);
    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append_new(list,
                                    pull_json(call, entries[ascending ? count - 1 - i : i].pull));
    github_put(x, list);
}

static json_t *reviews_of(const struct github_call *call, const struct pull *p)
{
    char sha[COMPANY_SHA];
    json_t *all = json_array();

    for (size_t i = 0; i < p->review_count && p->reviews[i].at_ms <= call->x->now_ms; i++) {
        const struct review *r = &p->reviews[i];
        int64_t id = id_of(p) * 10 + (int64_t)i;

        (void)json_array_append_new(
            all, json_pack("{s:I, s:o, s:s, s:s, s:o, s:s, s:s, s:o}", "id", (json_int_t)id, "user",
                           github_person(call->x, ticket_person(r->person)), "body", "", "state",
                           review_state_names[r->state], "submitted_at", github_time(r->at_ms),
                           "commit_id", company_sha(sha, p->run->commit), "author_association",
                           github_standing(r->person), "html_url",
                           json_sprintf("%s/pull/%" PRId64 "#pullrequestreview-%" PRId64,
                                        call->html, p->number, id)));
    }
    return all;
}

static void put_all(const struct github_call *call, json_t *all)
{
    struct page page = github_page(call, json_array_size(all), json_array_size(all));
    json_t *list = json_array();

    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append(list, json_array_get(all, i));
    json_decref(all);
    github_put(call->x, list);
}

/* Reviews among what else happened, and in small letters. */
static json_t *timeline_of(const struct github_call *call, const struct pull *p)
{
    static const char *const states[] = { "commented", "changes_requested", "approved" };
    json_t *all = reviews_of(call, p), *event;
    char sha[COMPANY_SHA];
    size_t i;

    json_array_foreach (all, i, event)
        (void)json_object_update_new(event, json_pack("{s:s, s:s}", "event", "reviewed", "state",
                                                      states[p->reviews[i].state]));
    (void)json_array_insert_new(all, 0,
                                json_pack("{s:s, s:s, s:{s:s, s:o}}", "event", "committed", "sha",
                                          company_sha(sha, p->run->commit), "author", "name",
                                          ticket_person(p->author)->name, "date",
                                          github_time(p->created_ms)));
    if (pull_is_closed(p, call->x->now_ms))
        (void)json_array_append_new(all, json_pack("{s:s, s:o, s:o}", "event",
                                                   p->merged ? "merged" : "closed", "actor",
                                                   github_person(call->x, ticket_person(p->author)),
                                                   "created_at", github_time(p->closed_ms)));
    return all;
}

static const struct pull *find(const struct github_call *call, int64_t number)
{
    struct pull *pulls;
    size_t count = pulls_of(call->company, call->repo, call->x->now_ms, &call->x->arena, &pulls);

    for (size_t i = 0; i < count; i++)
        if (pulls[i].number == number)
            return &pulls[i];
    return NULL;
}

void github_put_pull(struct github_call *call, const char *rest)
{
    const char *more;
    const struct pull *p = find(call, github_take_number(rest, &more));

    if (p && !*more)
        github_put(call->x, pull_json(call, p));
    else if (p && strcmp(more, "reviews") == 0)
        put_all(call, reviews_of(call, p));
    else
        github_not_found(call->x);
}

bool github_put_timeline(const struct github_call *call, int64_t number)
{
    const struct pull *p = find(call, number);

    if (p)
        put_all(call, timeline_of(call, p));
    return p != NULL;
}
