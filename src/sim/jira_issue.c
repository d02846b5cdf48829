/* atlas_issue: an issue as Jira has it, with the fields that were asked for. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/jira.h"
#include "sim/noise.h"

enum { FIRST_ID = 10000 };

/* Of the account's language; the second is called as no open status should be. */
const char *const atlas_statuses_cloud[TICKET_STATUSES] = { "待办",     "Done",   "处理中",
                                                            "等待客户", "已完成", "已关闭",
                                                            "已取消" };
const char *const atlas_statuses_server[TICKET_STATUSES] = {
    "Offen", "Done", "In Arbeit", "Wartet auf Kunden", "Erledigt", "Geschlossen", "Verworfen"
};
const char *const atlas_projects_cloud[] = { "DX", "PLAT", NULL };
const char *const atlas_projects_server[] = { "OPS", "TOOLS", NULL };

int64_t atlas_id(const struct ticket *t)
{
    return t->number + FIRST_ID;
}

/* ---- parts ---- */

json_t *atlas_user(const struct atlas_call *call, int person)
{
    const struct company_person *p = ticket_person(person);
    bool agent = ticket_is_agent(person), bot = ticket_person_is_bot(person);

    if (!call->cloud)
        return json_pack("{s:o, s:s, s:s, s:o, s:s, s:b, s:s}", "self",
                         json_sprintf("%s/user?username=%s", call->api, p->login), "name", p->login,
                         "key", p->login, "emailAddress", json_sprintf("%s@sim.example", p->login),
                         "displayName", p->name, "active", 1, "timeZone", "Europe/Berlin");
    return json_pack("{s:o, s:o, s:s, s:s, s:b, s:s}", "self",
                     json_sprintf("%s/user?accountId=%" PRId64, call->api, p->id), "accountId",
                     json_sprintf("%s%08" PRIx64 "-%" PRId64, agent || bot ? "712020:" : "qm:",
                                  noise_hash(7, 1, p->id) & 0xFFFFFFFF, p->id),
                     "accountType",
                     bot     ? "app"
                     : agent ? "atlassian"
                             : "customer",
                     "displayName", p->name, "active", 1, "timeZone", "Asia/Shanghai");
}

json_t *atlas_status(const struct atlas_call *call, enum ticket_status status)
{
    const char *key = jql_category_key(status);
    bool fresh = strcmp(key, "new") == 0, done = strcmp(key, "done") == 0;
    int id = fresh ? 2 : done ? 3 : 4;
    const char *name = call->cloud ? (fresh  ? "待办"
                                      : done ? "完成"
                                             : "正在进行")
                                   : (fresh  ? "Zu erledigen"
                                      : done ? "Fertig"
                                             : "In Arbeit");

    return json_pack("{s:o, s:s, s:s, s:o, s:{s:o, s:i, s:s, s:s, s:s}}", "self",
                     json_sprintf("%s/status/%d", call->api, FIRST_ID + (int)status), "description",
                     "", "name", call->account.statuses[status], "id",
                     json_sprintf("%d", FIRST_ID + (int)status), "statusCategory", "self",
                     json_sprintf("%s/statuscategory/%d", call->api, id), "id", id, "key", key,
                     "colorName",
                     fresh  ? "blue-gray"
                     : done ? "green"
                            : "yellow",
                     "name", name);
}

static json_t *type_json(const struct atlas_call *call, const struct ticket *t)
{
    int id = FIRST_ID + 1 + (int)t->type;

    return json_pack("{s:o, s:o, s:s, s:s, s:b, s:i}", "self",
                     json_sprintf("%s/issuetype/%d", call->api, id), "id", json_sprintf("%d", id),
                     "description", "", "name", ticket_type_names[t->type], "subtask", 0,
                     "hierarchyLevel", 0);
}

static json_t *priority_json(const struct atlas_call *call, const struct ticket *t)
{
    static const char *const names[] = { "Highest", "High", "Medium", "Low", "Lowest" };

    return json_pack("{s:o, s:s, s:o}", "self",
                     json_sprintf("%s/priority/%d", call->api, t->priority), "name",
                     names[t->priority - 1], "id", json_sprintf("%d", t->priority));
}

static json_t *project_json(const struct atlas_call *call, const struct ticket *t)
{
    const char *key = call->account.projects[t->software ? 1 : 0];

    return json_pack("{s:o, s:s, s:s, s:s, s:s}", "self",
                     json_sprintf("%s/project/%s", call->api, key), "id",
                     t->software ? "10002" : "10001", "key", key, "name",
                     t->software ? "Platform" : "Developer Experience", "projectTypeKey",
                     t->software ? "software" : "service_desk");
}

static json_t *resolution_json(const struct atlas_call *call, const struct ticket_state *s)
{
    bool cancelled = s->status == TICKET_CANCELLED;

    if (!s->resolved_ms)
        return json_null();
    return json_pack("{s:o, s:s, s:s, s:s}", "self",
                     json_sprintf("%s/resolution/%d", call->api, cancelled ? 10001 : 10000), "id",
                     cancelled ? "10001" : "10000", "description", "", "name",
                     cancelled ? "Won't Do" : "Done");
}

/* Seen from the one side or the other: which = "outwardIssue" is what it duplicates. */
static json_t *link_json(const struct atlas_call *call, const struct ticket *t,
                         const struct ticket *other, const char *which)
{
    int64_t id = strcmp(which, "outwardIssue") == 0 ? atlas_id(t) : atlas_id(other);
    char key[TICKET_KEY];

    (void)ticket_key(key, call->desk->company, other);
    return json_pack("{s:o, s:{s:s, s:s, s:s, s:s}, s:{s:o, s:s, s:o, s:{s:s, s:o}}}", "id",
                     json_sprintf("%" PRId64, id * 10), "type", "id", "10002", "name", "Duplicate",
                     "inward", "is duplicated by", "outward", "duplicates", which, "id",
                     json_sprintf("%" PRId64, atlas_id(other)), "key", key, "self",
                     json_sprintf("%s/issue/%" PRId64, call->api, atlas_id(other)), "fields",
                     "summary", other->title, "status",
                     atlas_status(call, ticket_at(other, call->x->now_ms).status));
}

static json_t *links_json(const struct atlas_call *call, const struct ticket *t)
{
    enum ticket_system system = call->account.system;
    json_t *list = json_array();

    if (t->duplicates)
        (void)json_array_append_new(list, link_json(call, t, t->duplicates, "outwardIssue"));
    for (size_t i = 0; i < call->desk->count[system]; i++) {
        const struct ticket *other = call->desk->tickets[system][i];

        if (other->duplicates == t && other->created_ms <= call->x->now_ms)
            (void)json_array_append_new(list, link_json(call, t, other, "inwardIssue"));
    }
    return list;
}

static json_t *component_json(const struct atlas_call *call, const struct ticket *t)
{
    int id = FIRST_ID + t->category;

    return json_pack("[{s:o, s:o, s:s}]", "self", json_sprintf("%s/component/%d", call->api, id),
                     "id", json_sprintf("%d", id), "name", ticket_categories[t->category]);
}

static json_t *comment_field(const struct atlas_call *call, const struct ticket *t)
{
    json_t *list = atlas_comments(call, t, false);
    int total = (int)json_array_size(list);

    return json_pack("{s:o, s:o, s:i, s:i, s:i}", "comments", list, "self",
                     json_sprintf("%s/issue/%" PRId64 "/comment", call->api, atlas_id(t)),
                     "maxResults", total, "total", total, "startAt", 0);
}

/* ---- fields ---- */

struct wish {
    const char *fields; /* "summary,-comment"; "" the default of the place */
    json_t *json;
};

static bool listed(const char *fields, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = fields; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, len) == 0 && (at[len] == ',' || !at[len]))
            return true;
    return false;
}

static bool wants(const struct wish *w, const char *name, bool navigable)
{
    char minus[80];

    (void)snprintf(minus, sizeof(minus), "-%s", name);
    if (listed(w->fields, minus))
        return false;
    return listed(w->fields, name) || listed(w->fields, "*all") ||
           (navigable && listed(w->fields, "*navigable"));
}

static void add(const struct wish *w, const char *name, json_t *value)
{
    if (wants(w, name, true))
        (void)json_object_set_new(w->json, name, value);
    else
        json_decref(value);
}

static void add_fields(const struct atlas_call *call, const struct ticket *t, const struct wish *w)
{
    struct ticket_state s = ticket_at(t, call->x->now_ms);

    add(w, "summary", json_string(t->title));
    add(w, "status", atlas_status(call, s.status));
    add(w, "issuetype", type_json(call, t));
    add(w, "priority", priority_json(call, t));
    add(w, "project", project_json(call, t));
    add(w, "components", component_json(call, t));
    add(w, "labels", json_pack("[s]", t->label));
    add(w, "reporter", atlas_user(call, t->reporter));
    add(w, "creator", atlas_user(call, t->reporter));
    add(w, "assignee", s.assignee < 0 ? json_null() : atlas_user(call, s.assignee));
    add(w, "created", atlas_time(call, t->created_ms));
    add(w, "updated", atlas_time(call, s.updated_ms));
    add(w, "resolutiondate", atlas_time(call, s.resolved_ms));
    add(w, "resolution", resolution_json(call, &s));
    add(w, "issuelinks", links_json(call, t));
    add(w, "description", atlas_body(call, t->description));
    if (call->cloud)
        add(w, "statuscategorychangedate", atlas_time(call, s.status_ms));
    if (call->cloud && !t->software) {
        add(w, "customfield_10030", atlas_sla(call, t, GOAL_RESOLUTION));
        add(w, "customfield_10031", atlas_sla(call, t, GOAL_RESPONSE));
    }
    if (wants(w, "comment", false))
        (void)json_object_set_new(w->json, "comment", comment_field(call, t));
}

/* The newest hundred at most; in the cloud the newest comes first. */
static json_t *embedded(const struct atlas_call *call, const struct ticket *t)
{
    json_t *all = atlas_changes(call, t), *list = json_array(), *value;
    size_t total = json_array_size(all), i;

    json_array_foreach (all, i, value)
        if (i + 100 >= total && call->cloud)
            (void)json_array_insert(list, 0, value);
        else if (i + 100 >= total)
            (void)json_array_append(list, value);
    json_decref(all);
    return json_pack("{s:i, s:i, s:i, s:o}", "startAt", 0, "maxResults", (int)json_array_size(list),
                     "total", (int)total, "histories", list);
}

json_t *atlas_issue(const struct atlas_call *call, const struct ticket *t, const char *fields,
                    bool with_changes)
{
    struct wish w = { .fields = fields && *fields ? fields : "*navigable", .json = json_object() };
    char key[TICKET_KEY];
    json_t *json;

    if (call->cloud && !(fields && *fields) && !with_changes) {
        json_decref(w.json);
        return json_pack("{s:o}", "id", json_sprintf("%" PRId64, atlas_id(t)));
    }
    if (!call->cloud || (fields && *fields))
        add_fields(call, t, &w);
    json = json_pack("{s:s, s:o, s:o, s:s, s:o}", "expand",
                     "operations,versionedRepresentations,editmeta,changelog,renderedFields", "id",
                     json_sprintf("%" PRId64, atlas_id(t)), "self",
                     json_sprintf("%s/issue/%" PRId64, call->api, atlas_id(t)), "key",
                     ticket_key(key, call->desk->company, t), "fields", w.json);
    if (with_changes)
        (void)json_object_set_new(json, "changelog", embedded(call, t));
    return json;
}
