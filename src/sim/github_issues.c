/* github_issues: issues of GitHub, among which are the pull requests, and comments. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/github.h"
#include "sim/reviews.h"

enum { FIRST_NUMBER = 32000, FIRST_ID = 2000000, ME = 0, OWNER = 0 };

static int64_t number_of(const struct ticket *t)
{
    return t->number + FIRST_NUMBER;
}

const char *github_standing(int person)
{
    if (person == OWNER)
        return "OWNER";
    if (ticket_person_is_bot(person))
        return "NONE";
    return ticket_is_agent(person) ? "MEMBER" : "CONTRIBUTOR";
}

/* ---- an issue ---- */

static json_t *label_json(const char *name)
{
    int64_t id = 0;

    for (const char *at = name; *at; at++)
        id = (id * 31 + (unsigned char)*at) % 1000003;
    return json_pack("{s:I, s:s, s:s, s:b, s:n}", "id", (json_int_t)id, "name", name, "color",
                     "ededed", "default", 0, "description");
}

static json_t *labels_json(const struct ticket *t, const struct ticket_state *s)
{
    char priority[32];
    json_t *list;

    (void)snprintf(priority, sizeof(priority), "priority: %d", t->priority);
    list =
        json_pack("[o, o, o, o]", label_json(ticket_categories[t->category]), label_json(t->label),
                  label_json(priority), label_json(ticket_type_names[t->type]));
    if (s->status == TICKET_WAITING)
        (void)json_array_append_new(list, label_json("waiting for customer"));
    return list;
}

static const char *reason_of(const struct ticket_state *s)
{
    if (ticket_is_over(s->status))
        return s->status == TICKET_CANCELLED ? "not_planned" : "completed";
    return s->reopened > 0 ? "reopened" : NULL;
}

static json_t *issue_json(const struct github_call *call, const struct ticket *t)
{
    struct ticket_state s = ticket_at(t, call->x->now_ms);
    int64_t number = number_of(t), id = FIRST_ID + t->number;
    json_t *json, *assignees = json_array();

    if (s.assignee >= 0)
        (void)json_array_append_new(assignees, github_person(call->x, ticket_person(s.assignee)));
    json = json_pack(
        "{s:I, s:o, s:I, s:s, s:o, s:s, s:s?, s:o, s:o, s:I, s:b, s:s, s:s}", "id", (json_int_t)id,
        "node_id", json_sprintf("I_%" PRId64, t->number), "number", (json_int_t)number, "title",
        t->title, "user", github_person(call->x, ticket_person(t->reporter)), "state",
        ticket_is_over(s.status) ? "closed" : "open", "state_reason", reason_of(&s), "labels",
        labels_json(t, &s), "assignee",
        s.assignee >= 0 ? github_person(call->x, ticket_person(s.assignee)) : json_null(),
        "comments", (json_int_t)s.comments, "locked", 0, "author_association",
        github_standing(t->reporter), "body", t->description);
    (void)json_object_update_new(
        json, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "assignees", assignees,
                        "created_at", github_time(t->created_ms), "updated_at",
                        github_time(s.updated_ms), "closed_at", github_time(s.resolved_ms), "url",
                        json_sprintf("%s/issues/%" PRId64, call->api, number), "comments_url",
                        json_sprintf("%s/issues/%" PRId64 "/comments", call->api, number),
                        "html_url", json_sprintf("%s/issues/%" PRId64, call->html, number),
                        "repository_url", call->api));
    return json;
}

static bool is_here(const struct github_call *call, const struct ticket *t)
{
    return t->repo == call->repo->index && t->created_ms <= call->x->now_ms;
}

/* ---- lists ---- */

struct rows { /* to be sorted by what is asked for */
    struct row {
        int64_t sort_by;
        json_t *json;
    } * rows;
    size_t count, room;
    const char *sort;
    bool ascending;
    int64_t since_ms;
    const char *state, *labels;
    bool mine; /* only what is assigned to who asks */
};

static struct rows rows_of(const struct exchange *x)
{
    const char *since = exchange_parameter(x, "since"), *state = exchange_parameter(x, "state");
    const char *sort = exchange_parameter(x, "sort"), *to = exchange_parameter(x, "direction");

    return (struct rows){ .sort = sort ? sort : "created",
                          .ascending = to && strcmp(to, "asc") == 0,
                          .since_ms = since ? time_parse(since, strlen(since)) : 0,
                          .state = state ? state : "open",
                          .labels = exchange_parameter(x, "labels") };
}

static bool has_labels(const json_t *issue, const char *wanted)
{
    size_t len, i;
    json_t *label;

    for (; wanted && *wanted; wanted += len + (wanted[len] == ',')) {
        bool found = false;

        len = strcspn(wanted, ",");
        json_array_foreach (json_object_get(issue, "labels"), i, label) {
            const char *name = json_string_value(json_object_get(label, "name"));

            found = found || (name && strlen(name) == len && strncmp(name, wanted, len) == 0);
        }
        if (!found)
            return false;
    }
    return true;
}

/* Times compare in whole seconds, as they are shown. Takes json. */
static void add_row(struct rows *r, json_t *json, int64_t created_ms, int64_t updated_ms)
{
    const char *state = json_string_value(json_object_get(json, "state"));
    int64_t by = strcmp(r->sort, "updated") == 0 ? updated_ms : created_ms;

    if (updated_ms - updated_ms % 1000 < r->since_ms || !has_labels(json, r->labels) ||
        (strcmp(r->state, "all") != 0 && strcmp(r->state, state) != 0)) {
        json_decref(json);
        return;
    }
    if (strcmp(r->sort, "comments") == 0)
        by = json_integer_value(json_object_get(json, "comments"));
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 256;
        r->rows = mem_grow(r->rows, r->room, sizeof(*r->rows));
    }
    r->rows[r->count++] = (struct row){ r->ascending ? by : -by, json };
}

static int by_sort(const void *a, const void *b)
{
    const struct row *one = a, *other = b;

    return (one->sort_by > other->sort_by) - (one->sort_by < other->sort_by);
}

static void put_rows(struct exchange *x, struct rows *r, const struct page *page)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->count; i++) {
        if (i >= page->from && i < page->to)
            (void)json_array_append(list, r->rows[i].json);
        json_decref(r->rows[i].json);
    }
    free(r->rows);
    github_put(x, list);
}

static void sort_rows(struct rows *r)
{
    if (r->count > 0)
        qsort(r->rows, r->count, sizeof(*r->rows), by_sort);
}

static void add_repo(struct rows *r, const struct github_call *call, bool with_pulls)
{
    const struct helpdesk *desk = sim_helpdesk(call->x->sim, call->x->now_ms);
    struct pull *pulls;
    size_t count;

    for (size_t i = 0; i < desk->count[TICKETS_GITHUB]; i++) {
        const struct ticket *t = desk->tickets[TICKETS_GITHUB][i];
        struct ticket_state s = ticket_at(t, call->x->now_ms);

        if (is_here(call, t) && (!r->mine || s.assignee == ME))
            add_row(r, issue_json(call, t), t->created_ms, s.updated_ms);
    }
    if (!with_pulls)
        return;
    count = pulls_of(call->company, call->repo, call->x->now_ms, &call->x->arena, &pulls);
    for (size_t i = 0; i < count; i++)
        add_row(r, github_pull_issue(call, &pulls[i]), pulls[i].created_ms,
                pull_updated_ms(&pulls[i], call->x->now_ms));
}

void github_put_issues(struct github_call *call)
{
    struct rows rows = rows_of(call->x);
    struct page page;

    add_repo(&rows, call, true);
    sort_rows(&rows);
    page = github_page(call, rows.count, rows.count);
    put_rows(call->x, &rows, &page);
}

/* What is assigned to who asks, unless filter=all says otherwise. */
void github_put_org_issues(struct exchange *x)
{
    const char *filter = exchange_parameter(x, "filter");
    struct rows rows = rows_of(x);
    struct github_call call = { .x = x,
                                .company = sim_company(x->sim, x->now_ms),
                                .origin = page_origin(x) };
    struct page page;

    rows.mine = !filter || (strcmp(filter, "all") != 0 && strcmp(filter, "repos") != 0);
    for (size_t i = 0; i < call.company->repo_count; i++) {
        size_t before = rows.count;

        call.repo = &call.company->repos[i];
        if (call.repo->system != COMPANY_GITHUB || strcmp(call.repo->owner, "acme") != 0)
            continue;
        call.api = arena_print(&x->arena, "%s" GITHUB_BASE "/repos/%s/%s", call.origin,
                               call.repo->owner, call.repo->name);
        call.html = arena_print(&x->arena, "%s/%s/%s", x->sim->public_url, call.repo->owner,
                                call.repo->name);
        add_repo(&rows, &call, !rows.mine);
        for (; before < rows.count; before++)
            (void)json_object_set_new(rows.rows[before].json, "repository",
                                      github_repository(x, call.repo));
    }
    sort_rows(&rows);
    page = page_of(x, rows.count, 30, 100);
    page_link(x, &page, GITHUB_BASE "/organizations/900/issues", true);
    put_rows(x, &rows, &page);
}

/* ---- comments ---- */

static json_t *comment_json(const struct github_call *call, const struct ticket *t,
                            const struct ticket_event *e)
{
    return json_pack("{s:I, s:o, s:s, s:o, s:o, s:s, s:o, s:o, s:o}", "id", (json_int_t)e->id,
                     "user", github_person(call->x, ticket_person(e->person)), "body", e->text,
                     "created_at", github_time(e->at_ms), "updated_at", github_time(e->at_ms),
                     "author_association", github_standing(e->person), "issue_url",
                     json_sprintf("%s/issues/%" PRId64, call->api, number_of(t)), "url",
                     json_sprintf("%s/issues/comments/%" PRId64, call->api, e->id), "html_url",
                     json_sprintf("%s/issues/%" PRId64 "#issuecomment-%" PRId64, call->html,
                                  number_of(t), e->id));
}

static void add_comments(struct rows *r, const struct github_call *call, const struct ticket *t)
{
    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= call->x->now_ms; i++)
        if (t->events[i].step == STEP_COMMENT)
            add_row(r, comment_json(call, t, &t->events[i]), t->events[i].at_ms,
                    t->events[i].at_ms);
}

/* number -1: of all the repository's issues. The oldest comes first. */
static void put_comments(const struct github_call *call, int64_t number)
{
    const struct helpdesk *desk = sim_helpdesk(call->x->sim, call->x->now_ms);
    const char *to = exchange_parameter(call->x, "direction");
    struct rows rows = rows_of(call->x);
    struct page page;

    rows.state = "all";
    rows.ascending = number >= 0 || !to || strcmp(to, "desc") != 0;
    for (size_t i = 0; i < desk->count[TICKETS_GITHUB]; i++) {
        const struct ticket *t = desk->tickets[TICKETS_GITHUB][i];

        if (is_here(call, t) && (number < 0 || number_of(t) == number))
            add_comments(&rows, call, t);
    }
    sort_rows(&rows);
    page = github_page(call, rows.count, rows.count);
    put_rows(call->x, &rows, &page);
}

/* ---- one of them ---- */

static json_t *find(const struct github_call *call, int64_t number)
{
    const struct helpdesk *desk = sim_helpdesk(call->x->sim, call->x->now_ms);
    struct pull *pulls;
    size_t count;

    for (size_t i = 0; i < desk->count[TICKETS_GITHUB]; i++) {
        const struct ticket *t = desk->tickets[TICKETS_GITHUB][i];

        if (is_here(call, t) && number_of(t) == number)
            return issue_json(call, t);
    }
    count = pulls_of(call->company, call->repo, call->x->now_ms, &call->x->arena, &pulls);
    for (size_t i = 0; i < count; i++)
        if (pulls[i].number == number)
            return github_pull_issue(call, &pulls[i]);
    return NULL;
}

void github_put_issue(struct github_call *call, const char *rest)
{
    const char *more = rest;
    int64_t number = github_take_number(rest, &more);
    json_t *json;

    if (strcmp(rest, "comments") == 0) {
        put_comments(call, -1);
        return;
    }
    json = number > 0 ? find(call, number) : NULL;
    if (json && !*more) {
        github_put(call->x, json);
        return;
    }
    if (json && strcmp(more, "comments") == 0)
        put_comments(call, number);
    else if (!json || strcmp(more, "timeline") != 0 || !github_put_timeline(call, number))
        github_not_found(call->x);
    json_decref(json);
}
