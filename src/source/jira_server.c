/* jira: what the server is, and who we are to it. Both are asked once an hour: Cloud takes
 * a wrong token for nobody's and answers a search with nothing found; only the question
 * who we are is refused. */
#include "config.h"

#include "source/jira.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"
#include "source/recall.h"

enum { TOLD_MOST = 200, ASK_EVERY_MS = 60 * 60 * 1000 };

int64_t jira_recall(const struct jira_poll *p, const char *name)
{
    return recall(p->plan, p->batch, name);
}

enum jira_kind jira_kind(const struct jira_poll *p)
{
    return (enum jira_kind)jira_recall(p, "kind");
}

const char *jira_api(const struct jira_poll *p)
{
    return jira_kind(p) == JIRA_CLOUD ? "/rest/api/3" : "/rest/api/2";
}

/* ---- what it said of itself: the text is in the cursor's name ---- */

static void remember_text(const struct jira_poll *p, const char *what, const char *text)
{
    char name[TOLD_MOST + 16];

    if (!*text || strlen(text) > TOLD_MOST)
        return;
    (void)snprintf(name, sizeof(name), "%s%s", what, text);
    batch_cursor(p->batch, name, p->plan->now_ms);
}

const char *jira_told(const struct jira_poll *p, const char *what)
{
    size_t len = strlen(what);
    const char *last = "";
    int64_t last_ms = 0;

    for (size_t i = p->batch ? p->batch->cursor_count : 0; i-- > 0;)
        if (strncmp(p->batch->cursors[i].name, what, len) == 0)
            return p->batch->cursors[i].name + len;
    for (const char *next = recall_after(p->plan, what, ""); next;
         next = recall_after(p->plan, what, next)) {
        int64_t ms;

        next = arena_text(&p->plan->arena, next);
        ms = recall(p->plan, NULL, arena_print(&p->plan->arena, "%s%s", what, next));
        if (ms > last_ms) {
            last_ms = ms;
            last = next;
        }
    }
    return last;
}

/* ---- asking ---- */

static void ask(const struct jira_poll *p, enum jira_step step, const char *path, int64_t detail)
{
    struct plan_request *r = plan_get(p->plan, step, path, NULL);

    r->detail = detail;
    if (p->batch)
        plan_at_once(p->plan, r);
}

void jira_server_begin(const struct jira_poll *p, bool first)
{
    int64_t asking = first ? JIRA_FIRST : JIRA_AGAIN;

    ask(p, JIRA_SERVER, "/rest/api/2/serverInfo", asking);
    p->plan->last->flags |= PLAN_ANSWER;
}

bool jira_server_is_due(const struct jira_poll *p)
{
    int64_t since = p->plan->now_ms - jira_recall(p, "told");

    return since < 0 || since >= ASK_EVERY_MS;
}

static enum jira_kind kind_of(struct batch *batch, const json_t *json)
{
    const char *type = field_text(batch, json, "deploymentType");

    return strcmp(type, "Cloud") == 0 ? JIRA_CLOUD : JIRA_DATA_CENTER;
}

static const char *version_of(const struct jira_poll *p, enum jira_kind kind)
{
    const char *version = field_text(p->batch, p->reply->json, "version");

    if (!*version)
        return "";
    return arena_print(&p->batch->arena, "%s %s", kind == JIRA_CLOUD ? "Cloud" : "Data Center",
                       version);
}

/* Where the API of version 2 is not known, that of version 3 may be. */
static bool no_server(const struct jira_poll *p, struct dx_error *err)
{
    const struct reply *reply = p->reply;

    if (reply->status == 404 && !(reply->detail & JIRA_OTHER_API)) {
        ask(p, JIRA_SERVER, "/rest/api/3/serverInfo", reply->detail | JIRA_OTHER_API);
        p->plan->first->flags |= PLAN_ANSWER;
        return true;
    }
    if (reply->status == 403)
        (void)dx_fail(err, DX_FAULT_AUTH, "refused (403): who asks has to be known");
    else
        (void)dx_fail(err, DX_FAULT_REPLY,
                      "answered %d: there is no Jira at this address; check `url`", reply->status);
    jira_refused(p->config, reply, err);
    return false;
}

bool jira_decode_server(const struct jira_poll *p, struct dx_error *err)
{
    const json_t *json = p->reply->json;
    int64_t server_ms = field_time(json, "serverTime");
    enum jira_kind kind;

    if (!jira_is_answer(p->reply))
        return no_server(p, err);
    if (!json_is_string(json_object_get(json, "version")))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jira (no version)");
    kind = kind_of(p->batch, json);
    batch_cursor(p->batch, "kind", kind);
    remember_text(p, "base=", field_text(p->batch, json, "baseUrl"));
    p->batch->version = version_of(p, kind);
    ask(p, JIRA_MYSELF, arena_print(&p->plan->arena, "%s/myself", jira_api(p)), p->reply->detail);
    /* By its clock, from when on changes are news. */
    p->plan->first->detail_text =
        arena_print(&p->plan->arena, "%" PRId64, server_ms > 0 ? server_ms : p->plan->now_ms);
    return true;
}

bool jira_decode_myself(const struct jira_poll *p, struct dx_error *err)
{
    const json_t *json = p->reply->json;

    if (!json_is_object(json) || !*jira_user(p->batch, json)) /* the page of a proxy, as JSON */
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jira (no account)");
    remember_text(p, "zone=", field_text(p->batch, json, "timeZone"));
    batch_cursor(p->batch, "told", p->plan->now_ms);
    jira_walks_start(p, strtoll(p->reply->detail_text, NULL, 10));
    jira_ask_statuses(p);
    if (p->reply->detail & JIRA_FIRST)
        jira_go_on(p);
    return true;
}

/* ---- a Jira that moved ---- */

bool jira_turned(const struct jira_poll *p, struct dx_error *err)
{
    bool cloud = jira_kind(p) == JIRA_CLOUD;

    if (jira_recall(p, "turned") == p->plan->now_ms)
        return dx_fail(err, DX_FAULT_REPLY,
                       "neither the search of Jira Cloud nor that of Data Center is there (%d)",
                       p->reply->status);
    batch_note(p->batch, DX_LOG_INFO, "it was a Jira %s, and is no more: it is asked what it is",
               cloud ? "Cloud" : "Data Center");
    batch_cursor(p->batch, "turned", p->plan->now_ms);
    batch_cursor(p->batch, "kind", cloud ? JIRA_DATA_CENTER : JIRA_CLOUD);
    jira_walks_begin(p);
    return true;
}
