/* jira: a ticket from an issue. */
#include "config.h"

#include "source/jira.h"

#include <string.h>

#include "source/field.h"
#include "source/ticket_words.h"

static const char *const row[] = {
    "summary",  "status",  "issuetype", "priority", "project",        "components",
    "labels",   "created", "updated",   "reporter", "resolutiondate", "statuscategorychangedate",
    "assignee", NULL,
};

const char *jira_fields(const struct jira_poll *p, enum jira_depth depth)
{
    struct arena *arena = &p->plan->arena;
    const char *fields = "issuelinks", *category = p->config->category;

    if (depth == JIRA_BARE || depth == JIRA_PEEK)
        return "updated";
    for (size_t i = 0; row[i]; i++)
        fields = arena_print(arena, "%s,%s", fields, row[i]);
    if (depth != JIRA_SLIM)
        fields = arena_print(arena, "%s,description,comment", fields);
    if (strncmp(category, "customfield_", strlen("customfield_")) == 0)
        fields = arena_print(arena, "%s,%s", fields, category);
    return fields;
}

static const char *name_in(struct batch *batch, const json_t *fields, const char *name)
{
    return field_text(batch, json_object_get(fields, name), "name");
}

static const char *person_in(struct batch *batch, const json_t *fields, const char *name)
{
    const json_t *user = json_object_get(fields, name);
    const char *words = field_text(batch, user, "displayName");

    return *words ? words : field_text(batch, user, "name");
}

/* Where people see it, which is not where the API is behind the gateway of the cloud. */
static const char *url_of(const struct jira_poll *p, const json_t *issue, const char *key)
{
    static const char rest[] = "/rest/api/";
    const char *base = jira_told(p, "base="), *self;
    size_t len = strlen(base);

    if (len == 0) {
        base = field_text(p->batch, issue, "self");
        self = strstr(base, rest);
        len = self ? (size_t)(self - base) : 0;
    }
    while (len > 0 && base[len - 1] == '/')
        len--;
    if (len == 0 || (strncmp(base, "https://", 8) != 0 && strncmp(base, "http://", 7) != 0))
        return "";
    return arena_print(&p->batch->arena, "%.*s/browse/%s", (int)len, base, key);
}

/* Of a status that is done but has no resolution, team-managed projects know when the
 * category changed. What is open is not resolved, whatever was left in the field. */
static void put_resolved(struct ticket *t, const json_t *fields)
{
    static const char *const from[] = { "resolutiondate", "statuscategorychangedate" };

    for (size_t i = 0; i < 2 && t->state == DX_TICKET_DONE && t->resolved_ms == 0; i++) {
        t->resolved_ms = field_time(fields, from[i]);
        t->resolved_basis = t->resolved_ms > 0 ? from[i] : "";
    }
}

static void put_fields(const struct jira_poll *p, struct ticket *t, const json_t *fields)
{
    struct batch *batch = p->batch;
    const json_t *status = json_object_get(fields, "status");

    t->parts = TICKET_FIELDS | TICKET_LINKS;
    t->project = field_text(batch, json_object_get(fields, "project"), "key");
    t->title = field_text(batch, fields, "summary");
    t->type = name_in(batch, fields, "issuetype");
    t->category = jira_category(p, fields);
    t->raw_priority = name_in(batch, fields, "priority");
    t->priority = ticket_priority(&p->config->priority, t->raw_priority);
    t->raw_status = field_text(batch, status, "name");
    t->state = jira_state(batch, status);
    t->reporter = person_in(batch, fields, "reporter");
    t->assignee = person_in(batch, fields, "assignee");
    t->labels = jira_labels(batch, json_object_get(fields, "labels"));
    t->text = jira_text(batch, json_object_get(fields, "description"));
    t->created_ms = field_time(fields, "created");
    t->updated_ms = field_time(fields, "updated");
    t->created_basis = "created";
    put_resolved(t, fields);
    t->links = jira_links(batch, json_object_get(fields, "issuelinks"), &t->link_count);
}

/* ---- what a row may not have, or not all of ---- */

static int64_t total_of(const json_t *list, const json_t *rows)
{
    return json_is_number(json_object_get(list, "total")) ? field_int(list, "total")
                                                          : (int64_t)json_array_size(rows);
}

/* May it be a request? Some comments of those are internal, whether its SLAs are wanted or
 * not. An old server does not say; there it may be where there are any. */
static bool may_be_request(const struct jira_poll *p, const json_t *fields)
{
    const json_t *type = json_object_get(json_object_get(fields, "project"), "projectTypeKey");

    return json_is_string(type) ? value_is(type, "service_desk")
                                : jira_has_desk(p) || jira_had_desk(p);
}

static void put_response(const struct jira_poll *p, struct ticket *t, const json_t *fields,
                         enum jira_depth depth)
{
    const json_t *list = json_object_get(fields, "comment");
    const json_t *comments = json_object_get(list, "comments");
    const char *reporter = jira_user(p->batch, json_object_get(fields, "reporter"));
    bool whole = total_of(list, comments) <= (int64_t)json_array_size(comments);
    int64_t first_ms = jira_response(p, comments, reporter);

    /* What might be an answer may be internal. */
    if (whole && first_ms > 0 && jira_kind(p) == JIRA_DATA_CENTER && may_be_request(p, fields))
        whole = jira_says_public(comments);
    if (json_is_array(comments) && whole) {
        t->parts |= TICKET_RESPONSE;
        t->first_response_ms = first_ms;
        t->response_basis = first_ms > 0 ? JIRA_RESPONSE_BASIS : "";
    } else if (json_is_array(comments) || depth == JIRA_WHOLE) {
        jira_ask_comments(p, t->key, reporter, 0);
    }
}

static void put_stays(const struct jira_poll *p, struct ticket *t, const json_t *issue,
                      enum jira_depth depth)
{
    const json_t *list = json_object_get(issue, "changelog");
    const json_t *changes = json_object_get(list, "histories");
    const json_t *status = json_object_get(json_object_get(issue, "fields"), "status");
    struct jira_trail trail = { .key = t->key, .created_ms = t->created_ms };

    trail.now = (enum dx_stay)t->state;
    if (t->state != DX_TICKET_DONE &&
        jira_is_pause(p->config, t->raw_status, field_text(p->batch, status, "id")))
        trail.now = DX_STAY_WAITING;
    if (json_is_array(changes) && total_of(list, changes) <= (int64_t)json_array_size(changes)) {
        jira_follow(p, &trail, changes);
        jira_put_stays(p->batch, t, &trail);
    } else if (json_is_array(changes) || depth == JIRA_WHOLE) {
        jira_ask_changes(p, &trail, 0);
    }
}

/* Only requests of service desks have SLAs; those of a change are asked for at once. Of a desk that
 * does not answer now, those that are here stay, and the ticket lacks them. */
static void put_slas(const struct jira_poll *p, struct ticket *t, const json_t *fields,
                     bool is_news)
{
    if (p->config->service_desk == JIRA_DESK_NO || !may_be_request(p, fields))
        t->parts |= TICKET_SLAS;
    else if (is_news && jira_desk_answers(p))
        jira_ask_sla(p, t->key);
}

/* In this poll: pages overlap. */
static bool is_taken(const struct batch *batch, const char *key, int64_t updated_ms)
{
    for (size_t i = batch->ticket_count; i-- > 0;)
        if (batch->tickets[i].updated_ms == updated_ms && strcmp(batch->tickets[i].key, key) == 0)
            return true;
    return false;
}

bool jira_is_known(const struct jira_poll *p, const char *key, int64_t updated_ms)
{
    const struct known *known = p->plan->known;
    enum known_run as =
        known && known->ticket ? known->ticket(known->self, key, updated_ms) : KNOWN_NOT;

    return as == KNOWN_OPEN || as == KNOWN_DONE || is_taken(p->batch, key, updated_ms);
}

int64_t jira_take(const struct jira_poll *p, const json_t *issue, enum jira_depth depth)
{
    const json_t *fields = json_object_get(issue, "fields");
    const char *key = field_text(p->batch, issue, "key");
    int64_t updated_ms = field_time(fields, "updated");
    struct ticket *t;

    if (!*key || !json_is_object(fields))
        return 0;
    if (depth != JIRA_WHOLE && updated_ms > 0 && jira_is_known(p, key, updated_ms))
        return updated_ms;
    t = batch_ticket(p->batch);
    t->key = key;
    t->id = field_text(p->batch, issue, "id");
    t->unique = true;
    put_fields(p, t, fields);
    t->url = url_of(p, issue, key);
    put_response(p, t, fields, depth);
    put_stays(p, t, issue, depth);
    put_slas(p, t, fields, depth == JIRA_WHOLE || p->reply->step == JIRA_NEWS);
    jira_leave_keys(p, key, json_object_get(json_object_get(issue, "changelog"), "histories"));
    return updated_ms;
}
