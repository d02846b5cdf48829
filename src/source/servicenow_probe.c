/* servicenow: what `check` tells: the release, who we are, and by which roles, all three
 * readable by some users only; and which roles would do. */
#include "config.h"

#include "source/servicenow.h"

#include <ctype.h>
#include <string.h>

#include "source/field.h"

enum { ROLES_SHOWN = 6 };

void snow_probe(const void *config, struct plan *plan)
{
    static const struct {
        enum servicenow_step step;
        const char *path;
    } requests[] = {
        { SNOW_BUILD, "/api/now/table/sys_properties?sysparm_query=name%3Dglide.buildtag.last"
                      "&sysparm_fields=value&sysparm_limit=2" },
        { SNOW_WHO, "/api/now/table/sys_user?sysparm_query=user_name"
                    "%3Djavascript%3Ags.getUserName()&sysparm_fields=user_name&sysparm_limit=2" },
        { SNOW_ROLES, "/api/now/table/sys_user_has_role?sysparm_query=user.user_name"
                      "%3Djavascript%3Ags.getUserName()%5EORDERBYrole&sysparm_fields=role.name"
                      "&sysparm_limit=200" },
    };

    (void)config;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        plan_get(plan, requests[i].step, requests[i].path, NULL)->flags =
            PLAN_OPTIONAL | PLAN_ANSWER;
}

/* "glide-xanadu-07-02-2024__patch4-..." is Xanadu. */
static const char *release_of(struct batch *batch, const char *tag)
{
    size_t len;
    char *name;

    if (strncmp(tag, "glide-", 6) != 0)
        return tag;
    len = strcspn(tag + 6, "-");
    name = arena_print(&batch->arena, "%.*s", (int)len, tag + 6);
    name[0] = (char)toupper((unsigned char)name[0]);
    return name;
}

static const char *roles_of(struct batch *batch, const json_t *rows)
{
    const char *roles = "";
    const json_t *row;
    size_t i;

    json_array_foreach (rows, i, row)
        if (i < ROLES_SHOWN)
            roles = arena_print(&batch->arena, "%s%s%s", roles, i == 0 ? "" : ", ",
                                snow_value(batch, row, "role.name"));
    return roles;
}

/* A part of a query that the server passes over gives rows of others too. */
static bool is_one(const json_t *rows)
{
    return json_array_size(rows) == 1;
}

void snow_decode_probe(const struct snow_poll *p)
{
    struct batch *batch = p->batch;
    const json_t *rows = json_object_get(p->reply->json, "result"), *row = json_array_get(rows, 0);
    const char *before = batch->version ? batch->version : "", *more = "";

    if (!snow_is_answer(p->reply))
        return;
    if (p->reply->step == SNOW_BUILD && is_one(rows))
        more = release_of(batch, snow_value(batch, row, "value"));
    else if (p->reply->step == SNOW_WHO && is_one(rows))
        more = arena_print(&batch->arena, "as %s", snow_value(batch, row, "user_name"));
    else if (p->reply->step == SNOW_ROLES && json_array_size(rows) > 0)
        more = arena_print(&batch->arena, "with %s", roles_of(batch, rows));
    if (*more)
        batch->version = arena_print(&batch->arena, "%s%s%s", before, *before ? ", " : "", more);
}

/* ---- which roles would do ---- */

static bool is_one_of(const char *table, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table, names[i]) == 0)
            return true;
    return false;
}

/* The tables that itil does not open, with ", " before each. */
static const char *own_tables(const struct dx_items *tables, struct arena *arena)
{
    static const char *const known[] = { "incident", "sc_request", "sc_req_item",
                                         "sc_task",  "problem",    "change_request" };
    const char *const *names = tables->item;
    const char *out = "";

    for (size_t i = 0; i < tables->count; i++)
        if (!is_one_of(names[i], known, sizeof(known) / sizeof(known[0])))
            out = arena_print(arena, "%s, %.80s", out, names[i]);
    return out;
}

const char *snow_scopes(const void *config, struct arena *arena)
{
    static const char *const incident[] = { "incident" };
    const struct servicenow *s = config;
    const struct dx_items *tables = snow_tables(s);
    const char *const *names = tables->item;
    bool alone = tables->count == 1 && is_one_of(names[0], incident, 1) && !s->slas;
    const char *more = arena_print(arena, "%s%s%s", own_tables(tables, arena),
                                   s->responses ? ", sys_journal_field (responses)" : "",
                                   s->pauses ? ", sys_audit (pauses)" : "");

    return arena_print(arena, "%s%s%s", alone ? "sn_incident_read" : "itil",
                       *more ? ", and read access to " : "", *more ? more + 2 : "");
}
