/* servicenow: incidents, requests and other tasks of a ServiceNow, with their SLAs.
 * https://www.servicenow.com/docs/csh?topicname=c_TableAPI.html&version=latest */
#include "config.h"

#include "source/servicenow.h"

#include <string.h>

static const struct dx_option options[] = {
    { .name = "tables",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct servicenow, tables),
      .fallback = "",
      .help = "tables of tickets, any that is built on task; without it incident, sc_request" },
    { .name = "groups",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct servicenow, groups),
      .fallback = "",
      .help = "only tickets of these assignment groups, by name" },
    { .name = "category",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct servicenow, category),
      .fallback = "category",
      .help = "the field that says what a ticket is about: category, subcategory, cmdb_ci ..." },
    { .name = "states",
      .type = DX_OPTION_MAP,
      .offset = offsetof(struct servicenow, states),
      .fallback = "",
      .help = "what states of your own mean: new, in_progress, on_hold or done, by value, "
              "table.value or label" },
    { .name = "responses",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct servicenow, responses),
      .fallback = "yes",
      .help = "ask for comments, whence first responses" },
    { .name = "slas",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct servicenow, slas),
      .fallback = "yes",
      .help = "ask for SLAs" },
    { .name = "pauses",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct servicenow, pauses),
      .fallback = "yes",
      .help = "ask the audit how tickets stood, and when they were on hold" },
    { .name = "bots",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct servicenow, bots),
      .fallback = "",
      .help = "patterns of logins whose comments are no answer, beside system, guest, *-bot" },
    { 0 },
};

const struct dx_items *snow_tables(const struct servicenow *config)
{
    static const char *names[] = { "incident", "sc_request" };
    static const struct dx_items usual = { names, 2 };

    return config->tables.count > 0 ? &config->tables : &usual;
}

/* ^ would begin another part of the query, and a comma another group. */
enum { GROUPS_MOST = 5500 }; /* bytes, of some 8,000 of an address */

static bool check_groups(const struct dx_items *groups, struct dx_error *err)
{
    const char *const *group = groups->item;
    size_t len = 0;

    for (size_t i = 0; i < groups->count; i++) {
        if (!*group[i] || strpbrk(group[i], "^,"))
            return dx_fail(err, DX_FAULT_CONFIG,
                           "`groups`: \"%.80s\" is no name of a group that a query can hold",
                           group[i]);
        len += plan_escaped(group[i]) + strlen("%2C");
    }
    return len <= GROUPS_MOST ||
           dx_fail(err, DX_FAULT_CONFIG,
                   "`groups`: there are too many for an address; make sources of them, or leave "
                   "them out");
}

static bool is_column(const char *name)
{
    return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.")];
}

static bool check(const void *config, struct dx_error *err)
{
    const struct servicenow *s = config;
    const char *const *tables = s->tables.item;

    for (size_t i = 0; i < s->tables.count; i++)
        if (!is_column(tables[i]))
            return dx_fail(err, DX_FAULT_CONFIG, "`tables`: \"%.80s\" is no name of a table",
                           tables[i]);
    if (!is_column(s->category))
        return dx_fail(err, DX_FAULT_CONFIG, "`category`: \"%.80s\" is no name of a field",
                       s->category);
    return check_groups(&s->groups, err) && snow_check_states(s, err);
}

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    const struct snow_poll p = { .config = config, .plan = plan };

    (void)cursors; /* those of the plan */
    snow_walks_begin(&p);
    snow_parts_begin(&p);
    snow_there_begin(&p);
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    const struct snow_poll p = { config, plan, batch, reply };

    switch ((enum servicenow_step)reply->step) {
    case SNOW_NEWS:
    case SNOW_OPEN:
    case SNOW_FILL:
        return snow_decode_walk(&p, err);
    case SNOW_THERE:
        return snow_decode_there(&p, err);
    case SNOW_JOURNAL:
        return snow_decode_journal(&p, err);
    case SNOW_SLAS:
        return snow_decode_slas(&p, err);
    case SNOW_AUDIT:
        return snow_decode_audit(&p, err);
    case SNOW_WHO:
    case SNOW_ROLES:
    case SNOW_BUILD:
        snow_decode_probe(&p);
        break;
    case SNOW_STEPS:
        break;
    }
    return true;
}

static bool less(const void *config, const struct reply *reply, const struct dx_error *err,
                 struct plan *plan, struct batch *batch)
{
    const struct snow_poll p = { config, plan, batch, reply };

    (void)err;
    return reply->too_large && reply->step <= SNOW_FILL && snow_walk_less(&p);
}

const struct source source_servicenow = {
    .name = "servicenow",
    .summary = "incidents, requests and their SLAs of a ServiceNow",
    .yields = 1u << DX_KIND_TICKET,
    .version = 1,
    .config_size = sizeof(struct servicenow),
    .options = options,
    .every = "60s",
    .history = "90d",
    .auth = SOURCE_AUTH_BEARER,
    .check = check,
    .begin = begin,
    .decode = decode,
    .denied = snow_denied,
    .refused = snow_refused,
    .less = less,
    .probe = snow_probe,
    .scopes = snow_scopes,
};
