/* jira: what statuses stand for. A change names two of them by their ids; which category
 * they are of says only their list, which is asked for once an hour.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflow-statuses/ */
#include "config.h"

#include "source/jira.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "source/field.h"
#include "source/pattern.h"

enum { STATUSES_MOST = 2000, ID_MOST = 32 };

static const char *cursor_of(char name[ID_MOST + 8], const char *id)
{
    (void)snprintf(name, ID_MOST + 8, "status=%.*s", ID_MOST, id);
    return name;
}

void jira_ask_statuses(const struct jira_poll *p)
{
    struct plan_request *r = plan_get(p->plan, JIRA_STATUSES, jira_api(p), NULL);

    plan_append(p->plan, r, "/status", NULL);
    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    plan_at_once(p->plan, r);
}

/* Without the list it is not known how tickets stood; when they waited is. */
bool jira_decode_statuses(const struct jira_poll *p, struct dx_error *err)
{
    const json_t *status;
    size_t i;

    if (!jira_is_answer(p->reply))
        return true;
    if (!json_is_array(p->reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jira (no list of statuses)");
    json_array_foreach (p->reply->json, i, status) {
        const char *id = field_text(p->batch, status, "id");
        int64_t state = jira_state(p->batch, status);
        char name[ID_MOST + 8];

        if (i < STATUSES_MOST && *id && jira_recall(p, cursor_of(name, id)) != state)
            batch_cursor(p->batch, name, state);
    }
    return true;
}

bool jira_is_pause(const struct jira *config, const char *name, const char *id)
{
    static const char *const usual[] = { "waiting for customer", "pending" };

    if (config->pauses.count == 0)
        return strcasecmp(name, usual[0]) == 0 || strcasecmp(name, usual[1]) == 0;
    return pattern_fits(&config->pauses, name, PATTERN_ANY_CASE) ||
           (*id && pattern_fits(&config->pauses, id, PATTERN_EXACT));
}

enum dx_stay jira_stay(const struct jira_poll *p, const char *name, const char *id)
{
    char cursor[ID_MOST + 8];

    if (jira_is_pause(p->config, name, id))
        return DX_STAY_WAITING;
    return *id ? (enum dx_stay)jira_recall(p, cursor_of(cursor, id)) : DX_STAY_UNKNOWN;
}
