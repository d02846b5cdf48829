/* jsm: the service desk of Jira Cloud: requests, what was promised for them, queues. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/jira.h"
#include "sim/noise.h"
#include "sim/page.h"

enum { PAGE = 50, PAGE_MOST = 100 };

/* ---- dates and durations, each in four ways ---- */

static json_t *date(const struct atlas_call *call, int64_t ms)
{
    return json_pack("{s:o, s:o, s:s, s:I}", "iso8601",
                     json_sprintf("%s+0800", atlas_time_text(call, ms, false)), "jira",
                     atlas_time(call, ms), "friendly", atlas_time_text(call, ms, true),
                     "epochMillis", (json_int_t)ms);
}

static json_t *duration(int64_t ms)
{
    int64_t minutes = (ms < 0 ? -ms : ms) / MINUTE_MS;
    json_t *friendly = minutes < 60 ? json_sprintf("%s%" PRId64 "m", ms < 0 ? "-" : "", minutes)
                                    : json_sprintf("%s%" PRId64 "h %" PRId64 "m", ms < 0 ? "-" : "",
                                                   minutes / 60, minutes % 60);

    return json_pack("{s:I, s:o}", "millis", (json_int_t)ms, "friendly", friendly);
}

static json_t *cycle(const struct atlas_call *call, const struct sla_cycle *c, int64_t goal_ms)
{
    json_t *json =
        json_pack("{s:o, s:b, s:o, s:o, s:o}", "startTime", date(call, c->start_ms), "breached",
                  c->breached, "goalDuration", duration(goal_ms), "elapsedTime",
                  duration(c->elapsed_ms), "remainingTime", duration(goal_ms - c->elapsed_ms));

    if (c->breach_ms)
        (void)json_object_set_new(json, "breachTime", date(call, c->breach_ms));
    if (c->stop_ms) {
        (void)json_object_set_new(json, "stopTime", date(call, c->stop_ms));
        return json;
    }
    (void)json_object_set_new(json, "paused", json_boolean(c->paused));
    (void)json_object_set_new(json, "withinCalendarHours", json_boolean(c->within_hours));
    return json;
}

/* With neither kind of cycle where nothing was promised. */
json_t *atlas_sla(const struct atlas_call *call, const struct ticket *t, enum ticket_goal goal)
{
    struct sla_cycle cycles[SLA_CYCLES_MOST];
    size_t count = ticket_sla(t, goal, call->x->now_ms, cycles);
    json_t *completed = json_array(), *json;
    const char *id = goal == GOAL_RESPONSE ? "31" : "30";

    json = json_pack("{s:s, s:s, s:{s:o}, s:o}", "id", id, "name",
                     goal == GOAL_RESPONSE ? "Time to first response" : "Time to resolution",
                     "_links", "self",
                     json_sprintf("%s/rest/servicedeskapi/request/%" PRId64 "/sla/%s", call->base,
                                  atlas_id(t), id),
                     "completedCycles", completed);
    for (size_t i = 0; i < count; i++) {
        json_t *one = cycle(call, &cycles[i], t->goal_ms[goal]);

        if (cycles[i].stop_ms)
            (void)json_array_append_new(completed, one);
        else
            (void)json_object_set_new(json, "ongoingCycle", one);
    }
    return json;
}

/* ---- pages ---- */

struct part {
    size_t start, limit, size;
    bool last;
};

static struct part part_of(const struct atlas_call *call, size_t total)
{
    struct part part = { .start = (size_t)atlas_number(call->x, "start", 0, INT32_MAX),
                         .limit = (size_t)atlas_number(call->x, "limit", PAGE, PAGE_MOST) };

    if (part.limit == 0)
        part.limit = PAGE;
    if (part.start < total)
        part.size = total - part.start < part.limit ? total - part.start : part.limit;
    part.last = part.start + part.size >= total;
    return part;
}

static json_t *page(const struct atlas_call *call, const struct part *part, json_t *values)
{
    const char *self = arena_print(&call->x->arena, "%s%s", page_origin(call->x), call->x->path);
    json_t *links = json_pack("{s:s, s:s, s:s}", "self", self, "base", call->base, "context", "");
    char start[24];

    if (!part->last) {
        (void)snprintf(start, sizeof(start), "%zu", part->start + part->size);
        (void)json_object_set_new(links, "next",
                                  json_sprintf("%s?%s", self, page_query(call->x, "start", start)));
    }
    return json_pack("{s:[], s:I, s:I, s:I, s:b, s:o, s:o}", "_expands", "size",
                     (json_int_t)part->size, "start", (json_int_t)part->start, "limit",
                     (json_int_t)part->limit, "isLastPage", part->last, "_links", links, "values",
                     values);
}

/* Those of all that are on the page; takes all. */
static json_t *page_of_all(const struct atlas_call *call, json_t *all)
{
    struct part part = part_of(call, json_array_size(all));
    json_t *list = json_array();

    for (size_t i = 0; i < part.size; i++)
        (void)json_array_append(list, json_array_get(all, part.start + i));
    json_decref(all);
    return page(call, &part, list);
}

/* ---- requests ---- */

static bool expands(const struct exchange *x, const char *what)
{
    const char *expand;
    size_t len = strlen(what);

    for (size_t i = 0; (expand = exchange_nth(x, "expand", i)) != NULL; i++)
        for (const char *at = strstr(expand, what); at; at = strstr(at + 1, what))
            if ((at == expand || at[-1] == ',') && (at[len] == ',' || !at[len]))
                return true;
    return false;
}

static json_t *field_value(const char *id, const char *label, json_t *value)
{
    return json_pack("{s:s, s:s, s:o}", "fieldId", id, "label", label, "value", value);
}

static json_t *status_now(const struct atlas_call *call, const struct ticket_state *s)
{
    const char *key = jql_category_key(s->status);

    return json_pack("{s:s, s:s, s:o}", "status", call->account.statuses[s->status],
                     "statusCategory",
                     strcmp(key, "new") == 0    ? "NEW"
                     : strcmp(key, "done") == 0 ? "DONE"
                                                : "INDETERMINATE",
                     "statusDate", date(call, s->status_ms));
}

static json_t *slas(const struct atlas_call *call, const struct ticket *t)
{
    return json_pack("[o, o]", atlas_sla(call, t, GOAL_RESOLUTION),
                     atlas_sla(call, t, GOAL_RESPONSE));
}

static json_t *request_json(const struct atlas_call *call, const struct ticket *t)
{
    struct ticket_state s = ticket_at(t, call->x->now_ms);
    const char *self = arena_print(&call->x->arena, "%s/rest/servicedeskapi/request/%" PRId64,
                                   call->base, atlas_id(t));
    char key[TICKET_KEY];
    json_t *json;

    (void)ticket_key(key, call->desk->company, t);
    json = json_pack(
        "{s:[s,s,s,s], s:o, s:s, s:o, s:s, s:o, s:o, s:[o,o], s:o, s:{s:o, s:o, s:s, s:o}}",
        "_expands", "participant", "status", "sla", "requestType", "issueId",
        json_sprintf("%" PRId64, atlas_id(t)), "issueKey", key, "requestTypeId",
        json_sprintf("%d", 20 + (int)t->type), "serviceDeskId", "1", "createdDate",
        date(call, t->created_ms), "reporter", atlas_user(call, t->reporter), "requestFieldValues",
        field_value("summary", "Summary", json_string(t->title)),
        field_value("description", "Description", json_string(t->description)), "currentStatus",
        status_now(call, &s), "_links", "jiraRest",
        json_sprintf("%s/rest/api/2/issue/%" PRId64, call->base, atlas_id(t)), "web",
        json_sprintf("%s/jira/servicedesk/customer/portal/%d/%s", call->x->sim->public_url,
                     ATLAS_DESK, key),
        "self", self, "agent", json_sprintf("%s/jira/browse/%s", call->x->sim->public_url, key));
    if (expands(call->x, "sla")) {
        struct part all = { .limit = PAGE, .size = 2, .last = true };

        (void)json_object_set_new(json, "sla", page(call, &all, slas(call, t)));
    }
    return json;
}

static bool is_wanted(const struct exchange *x, const struct ticket *t)
{
    const char *status = exchange_parameter(x, "requestStatus");
    const char *ownership = exchange_parameter(x, "requestOwnership");
    const char *desk = exchange_parameter(x, "serviceDeskId");
    bool over = ticket_is_over(ticket_at(t, x->now_ms).status);

    if (t->software || t->created_ms > x->now_ms || (desk && strtol(desk, NULL, 10) != ATLAS_DESK))
        return false;
    if (ownership && strcmp(ownership, "OWNED_REQUESTS") == 0 && t->reporter != 0)
        return false;
    if (status && strcmp(status, "OPEN_REQUESTS") == 0)
        return !over;
    return !(status && strcmp(status, "CLOSED_REQUESTS") == 0) || over;
}

static int by_activity(const void *a, const void *b)
{
    const struct row {
        const struct ticket *ticket;
        int64_t updated_ms;
    } *one = a, *other = b;

    return (other->updated_ms > one->updated_ms) - (other->updated_ms < one->updated_ms);
}

/* By latest activity, the newest first. */
static void put_requests(struct atlas_call *call)
{
    struct exchange *x = call->x;
    size_t all = call->desk->count[TICKETS_JIRA], count = 0;
    struct {
        const struct ticket *ticket;
        int64_t updated_ms;
    } *rows = arena_alloc(&x->arena, (all + 1) * sizeof(*rows));
    json_t *list = json_array();
    struct part part;

    for (size_t i = 0; i < all; i++) {
        const struct ticket *t = call->desk->tickets[TICKETS_JIRA][i];

        if (!is_wanted(x, t))
            continue;
        rows[count].ticket = t;
        rows[count++].updated_ms = ticket_at(t, x->now_ms).updated_ms;
    }
    qsort(rows, count, sizeof(*rows), by_activity);
    part = part_of(call, count);
    for (size_t i = 0; i < part.size; i++)
        (void)json_array_append_new(list, request_json(call, rows[part.start + i].ticket));
    atlas_put(call, page(call, &part, list));
}

static json_t *comments(const struct atlas_call *call, const struct ticket *t)
{
    const char *public = exchange_parameter(call->x, "public"),
               *internal = exchange_parameter(call->x, "internal");
    json_t *list = json_array();

    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= call->x->now_ms; i++) {
        const struct ticket_event *e = &t->events[i];
        const char *asked = e->internal ? internal : public;

        if (e->step != STEP_COMMENT || (asked && strcmp(asked, "false") == 0))
            continue;
        (void)json_array_append_new(
            list,
            json_pack("{s:o, s:s, s:b, s:o, s:o, s:{s:o}}", "id", json_sprintf("%" PRId64, e->id),
                      "body", e->text, "public", !e->internal, "author",
                      atlas_user(call, e->person), "created", date(call, e->at_ms), "_links",
                      "self",
                      json_sprintf("%s/rest/servicedeskapi/request/%" PRId64 "/comment/%" PRId64,
                                   call->base, atlas_id(t), e->id)));
    }
    return list;
}

static void not_found(struct exchange *x, const char *message)
{
    exchange_json(x, 404,
                  json_pack("{s:s, s:{s:s, s:[]}}", "errorMessage", message, "i18nErrorMessage",
                            "i18nKey", "sd.request.not.found", "parameters"));
}

static struct ticket *find(const struct atlas_call *call, const char *text)
{
    struct helpdesk const *desk = call->desk;

    for (size_t i = 0; i < desk->count[TICKETS_JIRA]; i++) {
        struct ticket *t = desk->tickets[TICKETS_JIRA][i];
        char id[24], key[TICKET_KEY];

        (void)snprintf(id, sizeof(id), "%" PRId64, atlas_id(t));
        if (!t->software && t->created_ms <= call->x->now_ms &&
            (strcmp(id, text) == 0 || strcmp(ticket_key(key, desk->company, t), text) == 0))
            return t;
    }
    return NULL;
}

static void answer_request(struct atlas_call *call, const char *rest)
{
    char *key = arena_text(&call->x->arena, rest), *more = strchr(key, '/');
    struct ticket *t;

    if (more)
        *more++ = '\0';
    t = find(call, key);
    if (!t)
        not_found(call->x, "The request does not exist, or you may not see it.");
    else if (!more)
        atlas_put(call, request_json(call, t));
    else if (strcmp(more, "sla") == 0)
        atlas_put(call, page_of_all(call, slas(call, t)));
    else if (strcmp(more, "comment") == 0)
        atlas_put(call, page_of_all(call, comments(call, t)));
    else
        not_found(call->x, "There is no such resource.");
}

/* ---- desks and queues ---- */

static json_t *desk_json(const struct atlas_call *call)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:o}}", "id", "1", "projectId", "10001",
                     "projectName", "Developer Experience", "projectKey", "DX", "_links", "self",
                     json_sprintf("%s/rest/servicedeskapi/servicedesk/1", call->base));
}

static const struct queue {
    const char *id, *name, *jql;
} queues[] = {
    { "10", "All open", "project = DX AND resolution = Unresolved ORDER BY created ASC" },
    { "11", "Incidents",
      "project = DX AND issuetype = Incident AND statusCategory != Done ORDER BY created ASC" },
    { "12", "Untouched", "project = DX AND statusCategory = new ORDER BY created ASC" },
};
enum { QUEUES = sizeof(queues) / sizeof(queues[0]) };

static size_t run_queue(struct atlas_call *call, const struct queue *queue, struct ticket ***found)
{
    struct jql query;

    if (!jql_parse(&query, &call->x->arena, &call->account, queue->jql))
        return 0;
    return jql_run(&query, found);
}

static json_t *queue_json(struct atlas_call *call, const struct queue *queue)
{
    const char *counted = exchange_parameter(call->x, "includeCount");
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:[s,s,s], s:{s:o}}", "id", queue->id, "name", queue->name, "jql",
        queue->jql, "fields", "issuetype", "summary", "status", "_links", "self",
        json_sprintf("%s/rest/servicedeskapi/servicedesk/1/queue/%s", call->base, queue->id));
    struct ticket **found;

    if (counted && strcmp(counted, "true") == 0)
        (void)json_object_set_new(json, "issueCount",
                                  json_integer((json_int_t)run_queue(call, queue, &found)));
    return json;
}

static void put_queue_issues(struct atlas_call *call, const struct queue *queue)
{
    struct ticket **found = NULL;
    size_t count = run_queue(call, queue, &found);
    struct part part = part_of(call, count);
    json_t *list = json_array();

    for (size_t i = 0; i < part.size; i++)
        (void)json_array_append_new(
            list,
            atlas_issue(call, found[part.start + i],
                        "issuetype,summary,status,created,reporter,priority,assignee", false));
    atlas_put(call, page(call, &part, list));
}

static void answer_queues(struct atlas_call *call, const char *rest)
{
    json_t *all = json_array();

    for (size_t i = 0; i < QUEUES; i++) {
        size_t len = strlen(queues[i].id);

        if (!*rest)
            (void)json_array_append_new(all, queue_json(call, &queues[i]));
        else if (strncmp(rest + 1, queues[i].id, len) == 0 &&
                 (!rest[len + 1] || strcmp(rest + 1 + len, "/issue") == 0)) {
            json_decref(all);
            if (rest[len + 1])
                put_queue_issues(call, &queues[i]);
            else
                atlas_put(call, queue_json(call, &queues[i]));
            return;
        }
    }
    if (!*rest) {
        atlas_put(call, page_of_all(call, all));
        return;
    }
    json_decref(all);
    not_found(call->x, "The queue does not exist.");
}

/* ---- the way in ---- */

static void put_info(struct atlas_call *call)
{
    atlas_put(call, json_pack("{s:s, s:s, s:o, s:s, s:b, s:{s:o}}", "version", "1001.0.0-SNAPSHOT",
                              "platformVersion", "1001.0.0-SNAPSHOT", "buildDate",
                              date(call, INT64_C(1790000000000)), "buildChangeSet", "sim",
                              "isLicensedForUse", 1, "_links", "self",
                              json_sprintf("%s/rest/servicedeskapi/info", call->base)));
}

void atlas_answer_desk(struct exchange *x)
{
    struct atlas_call call;
    const char *rest = x->path + strlen("/jira/rest/servicedeskapi/");

    if (!atlas_begin(&call, x, true))
        return;
    if (strcmp(rest, "info") == 0)
        put_info(&call);
    else if (strcmp(rest, "servicedesk") == 0)
        atlas_put(&call, page_of_all(&call, json_pack("[o]", desk_json(&call))));
    else if (strcmp(rest, "servicedesk/1") == 0 || strcmp(rest, "servicedesk/DX") == 0)
        atlas_put(&call, desk_json(&call));
    else if (strncmp(rest, "servicedesk/1/queue", 19) == 0 && (!rest[19] || rest[19] == '/'))
        answer_queues(&call, rest + 19);
    else if (strcmp(rest, "request") == 0)
        put_requests(&call);
    else if (strncmp(rest, "request/", 8) == 0)
        answer_request(&call, rest + 8);
    else
        not_found(x, "There is no such resource.");
}
