/* jira_history: what happened to an issue: its changelog and its comments. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "sim/jira.h"

/* ---- texts ---- */

static json_t *paragraph(const char *text, size_t len)
{
    if (len == 0)
        return json_pack("{s:s, s:[]}", "type", "paragraph", "content");
    return json_pack("{s:s, s:[{s:s, s:s%}]}", "type", "paragraph", "content", "type", "text",
                     "text", text, len);
}

/* The cloud keeps no text but a document of paragraphs. */
json_t *atlas_body(const struct atlas_call *call, const char *text)
{
    json_t *content;

    if (!call->cloud)
        return json_string(text);
    content = json_array();
    while (*text) {
        size_t len = strcspn(text, "\n");

        (void)json_array_append_new(content, paragraph(text, len));
        text += len;
        text += *text == '\n';
    }
    return json_pack("{s:s, s:i, s:o}", "type", "doc", "version", 1, "content", content);
}

/* Who sees it: only a service desk knows internal comments. */
static void put_public(const struct atlas_call *call, const struct ticket *t, bool internal,
                       bool with_properties, json_t *json)
{
    if (call->cloud && !t->software)
        (void)json_object_set_new(json, "jsdPublic", json_boolean(!internal));
    else if (!t->software && with_properties)
        (void)json_object_set_new(json, "properties",
                                  json_pack("[{s:s, s:{s:b}}]", "key", "sd.public.comment", "value",
                                            "internal", internal));
    else if (t->software && internal)
        (void)json_object_set_new(
            json, "visibility", json_pack("{s:s, s:s}", "type", "role", "value", "Administrators"));
}

json_t *atlas_comments(const struct atlas_call *call, const struct ticket *t, bool with_properties)
{
    json_t *list = json_array();

    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= call->x->now_ms; i++) {
        const struct ticket_event *e = &t->events[i];
        json_t *json;

        if (e->step != STEP_COMMENT)
            continue;
        json = json_pack(
            "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "self",
            json_sprintf("%s/issue/%" PRId64 "/comment/%" PRId64, call->api, atlas_id(t), e->id),
            "id", json_sprintf("%" PRId64, e->id), "author", atlas_user(call, e->person), "body",
            atlas_body(call, e->text), "updateAuthor", atlas_user(call, e->person), "created",
            atlas_time(call, e->at_ms), "updated", atlas_time(call, e->at_ms));
        put_public(call, t, e->internal, with_properties, json);
        (void)json_array_append_new(list, json);
    }
    return list;
}

/* ---- changes ---- */

static json_t *status_item(const struct atlas_call *call, enum ticket_status from,
                           enum ticket_status to)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:s}", "field", "status", "fieldtype", "jira",
                     "fieldId", "status", "from", json_sprintf("%d", 10000 + (int)from),
                     "fromString", call->account.statuses[from], "to",
                     json_sprintf("%d", 10000 + (int)to), "toString", call->account.statuses[to]);
}

static json_t *resolution_item(bool set)
{
    return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?}", "field", "resolution", "fieldtype",
                     "jira", "fieldId", "resolution", "from", set ? NULL : "10000", "fromString",
                     set ? NULL : "Done", "to", set ? "10000" : NULL, "toString",
                     set ? "Done" : NULL);
}

static json_t *assignee_item(int person)
{
    return json_pack("{s:s, s:s, s:s, s:n, s:n, s:s, s:s}", "field", "assignee", "fieldtype",
                     "jira", "fieldId", "assignee", "from", "fromString", "to",
                     ticket_person(person)->login, "toString", ticket_person(person)->name);
}

static json_t *labels_item(const struct ticket *t)
{
    return json_pack("{s:s, s:s, s:s, s:n, s:s, s:n, s:s}", "field", "labels", "fieldtype", "jira",
                     "fieldId", "labels", "from", "fromString", "", "to", "toString", t->label);
}

static json_t *items(const struct atlas_call *call, const struct ticket *t,
                     const struct ticket_event *e, enum ticket_status before)
{
    json_t *list = json_array();

    switch (e->step) {
    case STEP_STATUS:
        (void)json_array_append_new(list, status_item(call, before, e->status));
        if (ticket_is_over(before) != ticket_is_over(e->status))
            (void)json_array_append_new(list, resolution_item(ticket_is_over(e->status)));
        break;
    case STEP_ASSIGN:
        (void)json_array_append_new(list, assignee_item(e->assignee));
        break;
    case STEP_EDIT:
        (void)json_array_append_new(list, labels_item(t));
        break;
    case STEP_COMMENT:
        break;
    }
    return list;
}

json_t *atlas_changes(const struct atlas_call *call, const struct ticket *t)
{
    enum ticket_status status = TICKET_NEW;
    json_t *list = json_array();

    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= call->x->now_ms; i++) {
        const struct ticket_event *e = &t->events[i];

        if (e->step == STEP_COMMENT)
            continue;
        (void)json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o}", "id", json_sprintf("%" PRId64, e->id), "author",
                            atlas_user(call, e->person), "created", atlas_time(call, e->at_ms),
                            "items", items(call, t, e, status)));
        if (e->step == STEP_STATUS)
            status = e->status;
    }
    return list;
}
