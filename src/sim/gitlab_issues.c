/* gitlab_issues: issues of GitLab, and what was said about them. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/gitlab.h"

enum { FIRST_ID = 300000, ME = 0 };

/* ---- lists ---- */

static bool is_behind(const struct exchange *x, const char *name, int64_t ms)
{
    const char *text = exchange_parameter(x, name);
    int64_t after_ms = text ? time_parse(text, strlen(text)) : 0;

    return !after_ms || ms >= after_ms;
}

static bool is_before(const struct exchange *x, const char *name, int64_t ms)
{
    const char *text = exchange_parameter(x, name);
    int64_t before_ms = text ? time_parse(text, strlen(text)) : 0;

    return !before_ms || ms <= before_ms;
}

bool gitlab_wants(const struct gitlab_call *call, const char *state, int64_t created_ms,
                  int64_t updated_ms)
{
    const char *wanted = exchange_parameter(call->x, "state");

    return (!wanted || !*wanted || strcmp(wanted, "all") == 0 || strcmp(wanted, state) == 0) &&
           is_behind(call->x, "updated_after", updated_ms) &&
           is_before(call->x, "updated_before", updated_ms) &&
           is_behind(call->x, "created_after", created_ms) &&
           is_before(call->x, "created_before", created_ms);
}

static const char *sort_field; /* qsort() takes no argument for it */

/* Times in ISO 8601 compare as texts do. */
static int by_field(const void *a, const void *b)
{
    const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
    int order = strcmp(json_string_value(json_object_get(one, sort_field)),
                       json_string_value(json_object_get(other, sort_field)));
    json_int_t id = json_integer_value(json_object_get(one, "id")),
               another = json_integer_value(json_object_get(other, "id"));

    return order != 0 ? order : (id > another) - (id < another);
}

void gitlab_put_sorted(struct gitlab_call *call, json_t *list, const char *path)
{
    const char *order = exchange_parameter(call->x, "order_by");
    const char *sort = exchange_parameter(call->x, "sort");
    size_t count = json_array_size(list);
    json_t **rows = arena_alloc(&call->x->arena, (count + 1) * sizeof(json_t *));
    json_t *sorted = json_array();
    bool ascending = sort && strcmp(sort, "asc") == 0;

    for (size_t i = 0; i < count; i++)
        rows[i] = json_array_get(list, i);
    sort_field = order && strcmp(order, "updated_at") == 0 ? "updated_at" : "created_at";
    qsort(rows, count, sizeof(json_t *), by_field);
    for (size_t i = 0; i < count; i++)
        (void)json_array_append(sorted, rows[ascending ? i : count - 1 - i]);
    json_decref(list);
    gitlab_put_page(call, sorted, path);
}

/* ---- an issue ---- */

static int64_t id_of(const struct ticket *t)
{
    return FIRST_ID + t->number;
}

static json_t *issue_json(const struct gitlab_call *call, const struct ticket *t)
{
    const struct company_repo *repo = &call->company->repos[t->repo];
    struct ticket_state s = ticket_at(t, call->x->now_ms);
    bool over = ticket_is_over(s.status);
    json_t *assignees = json_array(), *json;
    int notes = 0;

    if (s.assignee >= 0)
        (void)json_array_append_new(assignees, gitlab_user(call, s.assignee));
    notes = s.comments;
    json = json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:b, s:i}", "id",
                     (json_int_t)id_of(t), "iid", (json_int_t)t->number, "project_id",
                     (json_int_t)repo->id, "title", t->title, "description", t->description,
                     "state", over ? "closed" : "opened", "created_at", gitlab_time(t->created_ms),
                     "updated_at", gitlab_time(s.updated_ms), "closed_at",
                     gitlab_time(s.resolved_ms), "author", gitlab_user(call, t->reporter), "type",
                     t->type == TICKET_INCIDENT ? "INCIDENT" : "ISSUE", "issue_type",
                     t->type == TICKET_INCIDENT ? "incident" : "issue", "confidential", 0,
                     "user_notes_count", notes);
    (void)json_object_update_new(
        json,
        json_pack("{s:[s,s,o], s:o, s:o, s:{s:o, s:o, s:o}, s:n, s:n}", "labels",
                  ticket_categories[t->category], t->label,
                  json_sprintf("priority::%d", t->priority), "assignees", assignees, "web_url",
                  json_sprintf("%s/%s/%s/-/issues/%" PRId64, call->web, repo->owner, repo->name,
                               t->number),
                  "references", "short", json_sprintf("#%" PRId64, t->number), "relative",
                  json_sprintf("#%" PRId64, t->number), "full",
                  json_sprintf("%s/%s#%" PRId64, repo->owner, repo->name, t->number), "milestone",
                  "weight"));
    return json;
}

/* Of everything: only what who asks has written, unless scope=all says otherwise. */
static bool is_mine(const struct gitlab_call *call, const char *group, int author)
{
    const char *scope = exchange_parameter(call->x, "scope");

    if (scope && strcmp(scope, "all") == 0)
        return true;
    return author == ME || (!scope && group && *group) || (!scope && !group);
}

static bool has_labels(const struct exchange *x, const struct ticket *t)
{
    const char *labels = exchange_parameter(x, "labels");

    return !labels || !*labels || strcmp(labels, t->label) == 0 ||
           strcmp(labels, ticket_categories[t->category]) == 0;
}

void gitlab_put_issues(struct gitlab_call *call, const char *group, const char *path)
{
    const struct helpdesk *desk = sim_helpdesk(call->x->sim, call->x->now_ms);
    json_t *list = json_array();

    for (size_t i = 0; i < desk->count[TICKETS_GITLAB]; i++) {
        const struct ticket *t = desk->tickets[TICKETS_GITLAB][i];
        struct ticket_state s = ticket_at(t, call->x->now_ms);
        const struct company_repo *repo = &call->company->repos[t->repo];

        if (t->created_ms > call->x->now_ms || (!group && repo != call->repo) ||
            (group && *group && !gitlab_is_below(repo->owner, group, true)) ||
            !is_mine(call, group, t->reporter) || !has_labels(call->x, t) ||
            !gitlab_wants(call, ticket_is_over(s.status) ? "closed" : "opened", t->created_ms,
                          s.updated_ms))
            continue;
        (void)json_array_append_new(list, issue_json(call, t));
    }
    gitlab_put_sorted(call, list, path);
}

/* ---- notes ---- */

json_t *gitlab_note_json(const struct gitlab_call *call, const char *body, int person,
                         int64_t at_ms, bool system)
{
    return json_pack("{s:n, s:s, s:o, s:o, s:o, s:b, s:b, s:b, s:b}", "type", "body", body,
                     "author", gitlab_user(call, person), "created_at", gitlab_time(at_ms),
                     "updated_at", gitlab_time(at_ms), "system", system, "internal", 0,
                     "confidential", 0, "resolvable", 0);
}

/* The system writes notes of its own, in the name of who did it. */
static const char *system_text(const struct gitlab_call *call, const struct ticket *t,
                               const struct ticket_event *e, enum ticket_status before)
{
    switch (e->step) {
    case STEP_STATUS:
        if (ticket_is_over(before) != ticket_is_over(e->status))
            return ticket_is_over(e->status) ? "closed" : "reopened";
        break;
    case STEP_ASSIGN:
        return arena_print(&call->x->arena, "assigned to @%s", ticket_person(e->assignee)->login);
    case STEP_EDIT:
        return arena_print(&call->x->arena, "added ~\"%s\" label", t->label);
    case STEP_COMMENT:
        break;
    }
    return NULL;
}

static json_t *notes_of(const struct gitlab_call *call, const struct ticket *t)
{
    enum ticket_status status = TICKET_NEW;
    json_t *list = json_array();

    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= call->x->now_ms; i++) {
        const struct ticket_event *e = &t->events[i];
        const char *text = e->step == STEP_COMMENT ? e->text : system_text(call, t, e, status);
        json_t *note;

        if (e->step == STEP_STATUS)
            status = e->status;
        if (!text)
            continue;
        note = gitlab_note_json(call, text, e->person, e->at_ms, e->step != STEP_COMMENT);
        (void)json_object_update_new(note, json_pack("{s:I, s:b, s:b, s:s, s:I, s:I}", "id",
                                                     (json_int_t)e->id, "internal", e->internal,
                                                     "confidential", e->internal, "noteable_type",
                                                     "Issue", "noteable_id", (json_int_t)id_of(t),
                                                     "noteable_iid", (json_int_t)t->number));
        (void)json_array_append_new(list, note);
    }
    return list;
}

void gitlab_put_issue(struct gitlab_call *call, const char *rest)
{
    const struct helpdesk *desk = sim_helpdesk(call->x->sim, call->x->now_ms);
    char *more;
    int64_t number = strtoll(rest, &more, 10);

    for (size_t i = 0; i < desk->count[TICKETS_GITLAB]; i++) {
        const struct ticket *t = desk->tickets[TICKETS_GITLAB][i];

        if (t->number != number || t->created_ms > call->x->now_ms ||
            &call->company->repos[t->repo] != call->repo)
            continue;
        if (!*more)
            gitlab_put(call->x, issue_json(call, t));
        else if (strcmp(more, "/notes") == 0)
            gitlab_put_sorted(call, notes_of(call, t),
                              arena_print(&call->x->arena, "/projects/%" PRId64 "/issues/%s",
                                          call->repo->id, rest));
        else
            break;
        return;
    }
    gitlab_not_found(call->x, "Issue");
}
