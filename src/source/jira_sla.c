/* jira: the SLAs of requests, as the server gives them: its calendars and pauses are in
 * them, so nothing is computed anew. Who asks has to be an agent of the service desk. */
#include "config.h"

#include "source/jira.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "source/field.h"

enum {
    LIST_EVERY_MS = 5 * 60 * 1000,
    TRY_EVERY_MS = 24 * 60 * 60 * 1000, /* where there is no service desk */
    AWAY_MS = 10 * 60 * 1000,           /* where there was one */
    REQUESTS_MOST = 100 * 1000,         /* open ones */
};

/* ---- one SLA ---- */

static int64_t millis(const json_t *cycle, const char *name)
{
    const json_t *value = json_object_get(cycle, name);

    return json_is_number(json_object_get(value, "millis")) ? field_ms(value, "millis")
                                                            : SLA_UNSAID;
}

static int64_t instant(const json_t *cycle, const char *name)
{
    return field_ms(json_object_get(cycle, name), "epochMillis");
}

static void take_cycle(struct ticket_sla *sla, const json_t *cycle)
{
    int64_t goal = millis(cycle, "goalDuration");

    sla->breach_ms = instant(cycle, "breachTime");
    sla->remaining_ms = millis(cycle, "remainingTime");
    sla->goal_ms = goal >= 0 ? goal : -1;
}

static bool is_true(const json_t *cycle, const char *name)
{
    return json_is_true(json_object_get(cycle, name));
}

static enum dx_sla_state state_of(const json_t *cycle, enum dx_sla_state otherwise)
{
    return is_true(cycle, "breached") ? DX_SLA_BREACHED : otherwise;
}

/* A reopened request has cycles behind it: the last one counts, and one that runs counts
 * more. */
static const json_t *last_cycle(const json_t *completed)
{
    const json_t *last = NULL, *cycle;
    size_t i;

    json_array_foreach (completed, i, cycle) {
        if (!last || instant(cycle, "stopTime") >= instant(last, "stopTime"))
            last = cycle;
    }
    return last;
}

static void read_sla(struct batch *batch, const json_t *json, struct ticket_sla *sla)
{
    const json_t *cycle = json_object_get(json, "ongoingCycle");
    const json_t *last = last_cycle(json_object_get(json, "completedCycles"));

    *sla = (struct ticket_sla){ .name = field_text(batch, json, "name"),
                                .state = DX_SLA_UNKNOWN,
                                .remaining_ms = SLA_UNSAID,
                                .goal_ms = -1 };
    if (json_is_object(cycle)) {
        take_cycle(sla, cycle);
        sla->state = state_of(cycle, is_true(cycle, "paused") ? DX_SLA_PAUSED : DX_SLA_RUNNING);
    } else if (json_is_object(last)) {
        take_cycle(sla, last);
        sla->state = state_of(last, DX_SLA_MET);
        sla->stopped_ms = instant(last, "stopTime");
    }
}

static void put_slas(struct batch *batch, const char *key, const json_t *values)
{
    size_t count = json_array_size(values);
    struct ticket *t = batch_ticket(batch);

    t->key = key;
    t->parts = TICKET_SLAS;
    t->slas = arena_alloc(&batch->arena, (count + 1) * sizeof(*t->slas));
    t->sla_count = count;
    for (size_t i = 0; i < count; i++)
        read_sla(batch, json_array_get(values, i), &t->slas[i]);
}

/* ---- is there one? ---- */

bool jira_had_desk(const struct jira_poll *p)
{
    return jira_recall(p, "slas") != 0;
}

static bool is_since(const struct jira_poll *p, int64_t at_ms, int64_t every_ms)
{
    int64_t since = p->plan->now_ms - at_ms;

    return at_ms == 0 || since < 0 || since >= every_ms;
}

bool jira_has_desk(const struct jira_poll *p)
{
    return p->config->service_desk != JIRA_DESK_NO &&
           is_since(p, jira_recall(p, "desk"), jira_had_desk(p) ? AWAY_MS : TRY_EVERY_MS);
}

bool jira_desk_answers(const struct jira_poll *p)
{
    return jira_has_desk(p) && jira_recall(p, "slas") >= jira_recall(p, "desk");
}

/* Said once a day, and only to who wants it. */
static void no_desk(const struct jira_poll *p)
{
    bool wanted = p->config->service_desk == JIRA_DESK_YES;
    bool said = !is_since(p, jira_recall(p, "desk"), TRY_EVERY_MS);
    int status = p->reply->status;

    batch_cursor(p->batch, "desk", p->plan->now_ms);
    if (said)
        return;
    if (status == 404)
        batch_note(p->batch, wanted ? DX_LOG_WARN : DX_LOG_INFO,
                   "it has no Jira Service Management, hence no SLAs (404)");
    else
        batch_note(p->batch, DX_LOG_WARN,
                   "its service desks are refused (%d), hence no SLAs: the account has to be an "
                   "agent of theirs, its token needs read:servicedesk-request",
                   status);
}

/* ---- all that are open ---- */

/* before: what the page before began with; "" */
static struct plan_request *ask_requests(const struct jira_poll *p, int64_t start,
                                         const char *before)
{
    char from[24];
    struct plan_request *r;

    (void)snprintf(from, sizeof(from), "%" PRId64, start);
    r = plan_get(p->plan, JIRA_REQUESTS,
                 "/rest/servicedeskapi/request?requestStatus=OPEN_REQUESTS"
                 "&requestOwnership=ALL_REQUESTS&expand=sla&limit=50&start={}",
                 from, NULL);
    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    r->detail = start;
    r->detail_text = arena_text(&p->plan->arena, before);
    return r;
}

void jira_requests_begin(const struct jira_poll *p)
{
    int64_t since = p->plan->now_ms - jira_recall(p, "slas");

    if (jira_has_desk(p) && (since < 0 || since >= LIST_EVERY_MS))
        (void)ask_requests(p, 0, "");
}

static void take_request(const struct jira_poll *p, const json_t *request)
{
    const char *key = field_text(p->batch, request, "issueKey");
    const json_t *slas = json_object_get(request, "sla");

    if (!*key || !json_is_array(json_object_get(slas, "values")))
        return;
    if (json_is_false(json_object_get(slas, "isLastPage")))
        jira_ask_sla(p, key);
    else
        put_slas(p->batch, key, json_object_get(slas, "values"));
}

/* Behind this page; false: that was the last one, or it comes again and again. */
static bool ask_more(const struct jira_poll *p, const json_t *values)
{
    int64_t behind = p->reply->detail + (int64_t)json_array_size(values);
    const char *first = field_text(p->batch, json_array_get(values, 0), "issueKey");

    if (!json_is_false(json_object_get(p->reply->json, "isLastPage")) ||
        json_array_size(values) == 0 || behind >= REQUESTS_MOST ||
        (*first && strcmp(first, p->reply->detail_text) == 0))
        return false;
    plan_at_once(p->plan, ask_requests(p, behind, first));
    return true;
}

bool jira_decode_requests(const struct jira_poll *p, struct dx_error *err)
{
    const json_t *values = json_object_get(p->reply->json, "values"), *request;
    size_t i;

    if (!jira_is_answer(p->reply)) {
        no_desk(p);
        return true;
    }
    if (!json_is_array(values))
        return dx_fail(err, DX_FAULT_REPLY, "its service desks answered without a list");
    json_array_foreach (values, i, request) {
        take_request(p, request);
    }
    if (!ask_more(p, values))
        batch_cursor(p->batch, "slas", p->plan->now_ms);
    return true;
}

/* ---- those of one ---- */

void jira_ask_sla(const struct jira_poll *p, const char *key)
{
    struct plan_request *r =
        plan_get(p->plan, JIRA_SLA, "/rest/servicedeskapi/request/{}/sla?limit=50", key, NULL);

    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    r->detail_text = arena_text(&p->plan->arena, key);
}

/* One that is no request, says its desk, has none; of one that we may not see, or of a desk where
 * we are no agent, nobody knows. Where the desk itself is not there, it is asked again later. */
static void no_slas(const struct jira_poll *p)
{
    const char *key = arena_text(&p->batch->arena, p->reply->detail_text);

    if (p->reply->status != 404)
        jira_give_up(p->batch, key, TICKET_SLAS);
    else if (*field_text(p->batch, p->reply->json, "errorMessage"))
        put_slas(p->batch, key, NULL);
    else if (jira_has_desk(p))
        no_desk(p);
}

bool jira_decode_sla(const struct jira_poll *p, struct dx_error *err)
{
    const json_t *values = json_object_get(p->reply->json, "values");

    if (!jira_is_answer(p->reply)) {
        no_slas(p);
        return true;
    }
    if (!json_is_array(values))
        return dx_fail(err, DX_FAULT_REPLY, "its service desks answered without a list of SLAs");
    put_slas(p->batch, arena_text(&p->batch->arena, p->reply->detail_text), values);
    if (json_is_false(json_object_get(p->reply->json, "isLastPage")))
        batch_note(p->batch, DX_LOG_WARN, "%s has more SLAs than the %zu that are read",
                   p->reply->detail_text, json_array_size(values));
    return true;
}
