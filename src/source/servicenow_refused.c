/* servicenow: what it meant by a status that is no success. */
#include "config.h"

#include "source/servicenow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"

bool snow_is_answer(const struct reply *reply)
{
    return reply->status >= 200 && reply->status <= 299;
}

int64_t snow_total(const struct snow_poll *p)
{
    const char *total = reply_header(p->batch, p->reply, "x-total-count");
    char *end;
    long long n = strtoll(total, &end, 10);

    return end == total || n < 0 ? -1 : (int64_t)n;
}

/* The least that lets a user read a table, as instances come. */
static const char *role_for(const char *table)
{
    static const struct {
        const char *table, *role;
    } roles[] = { { "incident", "sn_incident_read or itil" },
                  { "problem", "sn_problem_read or itil" },
                  { "change_request", "sn_change_read or itil" } };

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(roles[i].table, table) == 0)
            return roles[i].role;
    return "itil";
}

static void refused_user(const char *why, struct dx_error *err)
{
    dx_fail(
        err, DX_FAULT_AUTH,
        "refused (401)%s%s; user, password or token are wrong or expired, or the user is locked "
        "out",
        *why ? ": " : "", why);
}

static void refused_table(const struct reply *reply, const char *why, struct dx_error *err)
{
    const char *text = reply->step <= SNOW_FILL ? reply->detail_text : "";
    char table[64];

    (void)snprintf(table, sizeof(table), "%.*s", (int)strcspn(text, " "), text);
    if (reply->status == 403)
        dx_fail(err, DX_FAULT_AUTH, "%s%srefused (403)%s%s; the role %s lets its user read it",
                table, *table ? ": " : "", *why ? ": " : "", why, role_for(table));
    else if (*why && strstr(why, "Invalid table"))
        dx_fail(err, DX_FAULT_CONFIG, "there is no table \"%s\" (%d); see `tables`", table,
                reply->status);
    else if (*why)
        dx_fail(err, err->fault, "%s%sanswered %d: %s", table, *table ? ": " : "", reply->status,
                why);
}

/* {"error": {"message": "...", "detail": "..."}, "status": "failure"}. Of a limit only the
 * time matters, and net's words are about that. */
void snow_refused(const void *config, const struct reply *reply, struct dx_error *err)
{
    struct batch scratch = { 0 };
    const json_t *error = json_object_get(reply->json, "error");
    const char *why = field_text(&scratch, error, "message");

    (void)config;
    if (err->fault == DX_FAULT_LIMITED) {
        batch_done(&scratch);
        return;
    }
    if (reply->status == 401)
        refused_user(why, err);
    else
        refused_table(reply, why, err);
    batch_done(&scratch);
}
