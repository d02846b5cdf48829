/* servicenow: a row of a table as a ticket. */
#include "config.h"

#include "source/servicenow.h"

#include <string.h>
#include <strings.h>

#include "source/field.h"
#include "source/ticket_words.h"

static const char fields[] =
    "sys_id,number,sys_class_name,short_description,description,state,active,priority,"
    "sys_created_on,sys_updated_on,sys_created_by,opened_at,resolved_at,closed_at,"
    "caller_id,caller_id.user_name,requested_for,requested_for.user_name,opened_by,"
    "opened_by.user_name,assigned_to,assignment_group,parent_incident,problem_id";

const char *snow_fields(const struct snow_poll *p)
{
    return arena_print(&p->plan->arena, "%s,%s", fields, p->config->category);
}

/* The first of these fields that says something. */
static const char *first_label(struct batch *batch, const json_t *row, const char *const *names,
                               size_t count)
{
    const char *label = "";

    for (size_t i = 0; i < count && !*label; i++)
        label = snow_label(batch, row, names[i]);
    return label;
}

/* Who it is for, whatever that is called in the table. */
static const char *const callers[] = { "caller_id", "requested_for", "opened_by" };
/* His login, as journals have it; where it may not be read, that of who made the row. */
static const char *const logins[] = { "caller_id.user_name", "requested_for.user_name",
                                      "opened_by.user_name", "sys_created_by" };

#define FIRST(batch, row, names) first_label(batch, row, names, sizeof(names) / sizeof((names)[0]))

/* A reference tells where it leads: "https://.../api/now/table/sys_user/5137...". */
static const char *base_of(struct batch *batch, const json_t *row)
{
    static const char *const names[] = { "opened_by", "caller_id", "requested_for", "assigned_to",
                                         "assignment_group" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *link = field_text(batch, json_object_get(row, names[i]), "link");
        const char *api = strstr(link, "/api/now/");

        if (api && (strncasecmp(link, "https://", 8) == 0 || strncasecmp(link, "http://", 7) == 0))
            return batch_text(batch, link, (size_t)(api - link));
    }
    return "";
}

static const char *url_of(struct batch *batch, const char *table, const char *id, const json_t *row)
{
    const char *base = base_of(batch, row);

    return *base ? arena_print(&batch->arena, "%s/nav_to.do?uri=%s.do?sys_id=%s", base, table, id)
                 : "";
}

static void put_links(struct batch *batch, struct ticket *t, const json_t *row)
{
    static const struct {
        const char *field, *words;
    } kinds[] = { { "parent_incident", "child of" }, { "problem_id", "caused by" } };
    const char **links =
        arena_alloc(&batch->arena, sizeof(kinds) / sizeof(kinds[0]) * sizeof(const char *));

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const char *to = snow_label(batch, row, kinds[i].field);

        if (*to)
            links[t->link_count++] = arena_print(&batch->arena, "%s %s", kinds[i].words, to);
    }
    t->links = links;
}

/* The one, or else the other; *basis: which. */
static int64_t first_time(const json_t *row, const char *one, const char *other, const char **basis)
{
    int64_t ms = snow_time(row, one);

    *basis = one;
    if (ms == 0) {
        ms = snow_time(row, other);
        *basis = ms > 0 ? other : "";
    }
    return ms;
}

/* What is not active is over, whatever its state is called here. */
static void put_state(const struct snow_poll *p, struct ticket *t, const json_t *row)
{
    const char *value = snow_value(p->batch, row, "state");
    struct snow_state state;

    t->raw_status = snow_label(p->batch, row, "state");
    state = snow_state(p->config, t->project, value, t->raw_status);
    p->batch->unknown += !state.known && *value;
    t->state = !state.known && snow_is(row, "active", "false") ? DX_TICKET_DONE : state.state;
    /* A ticket that was opened again keeps the time at which it had been resolved. */
    if (t->state == DX_TICKET_DONE)
        t->resolved_ms = first_time(row, "resolved_at", "closed_at", &t->resolved_basis);
}

static void put_texts(const struct snow_poll *p, struct ticket *t, const json_t *row)
{
    struct batch *batch = p->batch;

    t->title = snow_value(batch, row, "short_description");
    t->text = snow_value(batch, row, "description");
    t->type = snow_label(batch, row, "sys_class_name");
    t->category = snow_label(batch, row, p->config->category);
    t->labels = snow_label(batch, row, "assignment_group");
    t->raw_priority = snow_label(batch, row, "priority");
    t->priority = ticket_priority(NULL, snow_value(batch, row, "priority"));
    t->reporter = FIRST(batch, row, callers);
    t->assignee = snow_label(batch, row, "assigned_to");
}

bool snow_take(const struct snow_poll *p, const char *table, const json_t *row,
               struct snow_item *item)
{
    struct batch *batch = p->batch;
    const char *key = snow_value(batch, row, "number"), *id = snow_value(batch, row, "sys_id");
    struct ticket *t;

    if (!*key || !*id || strchr(key, ' ') || strchr(id, ' ')) {
        batch->unknown++;
        return false;
    }
    *item = (struct snow_item){ .key = key, .id = id, .user = FIRST(batch, row, logins) };
    t = batch_ticket(batch);
    t->parts = TICKET_FIELDS | TICKET_LINKS;
    t->project = table;
    t->key = key;
    /* Requests need both later: his comments are no answer. */
    t->id = arena_print(&batch->arena, "%s %s", id, item->user);
    put_texts(p, t, row);
    put_state(p, t, row);
    put_links(batch, t, row);
    t->url = url_of(batch, table, id, row);
    t->created_ms = first_time(row, "opened_at", "sys_created_on", &t->created_basis);
    t->updated_ms = snow_time(row, "sys_updated_on");
    return true;
}
