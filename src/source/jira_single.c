/* jira: tickets that are asked for by themselves: those that lack a part, and the open
 * ones that nobody saw for long, for a ticket that is deleted is in no list, nor is one that went
 * to others, which the query finds no more. */
#include "config.h"

#include "source/jira.h"

#include <string.h>

#include "source/field.h"

enum {
    LACKS_MOST = 20,  /* of each part, in one poll */
    UNSEEN_MOST = 10, /* open ones that are looked at again */
    UNSEEN_MS = 24 * 60 * 60 * 1000,
};

/* A request's detail: how much of the ticket, whether nobody saw it, and which parts it lacks. */
enum { UNSEEN = 1 << 3, MISSING = 4 };
static const unsigned ASKED_FOR = TICKET_RESPONSE | TICKET_PAUSES | TICKET_SLAS;

static void ask(const struct jira_poll *p, const char *key, enum jira_depth depth, unsigned missing,
                unsigned flags)
{
    struct plan_request *r = plan_get(p->plan, JIRA_ISSUE, jira_api(p), NULL);

    plan_append(p->plan, r, "/issue/{}?fields={}", key, jira_fields(p, depth), NULL);
    if (depth != JIRA_SLIM)
        plan_append(p->plan, r, "&expand=changelog", NULL);
    r->flags = PLAN_OPTIONAL | PLAN_ANSWER | flags;
    r->detail = (int64_t)((unsigned)depth | missing << MISSING);
    r->detail_text = arena_text(&p->plan->arena, key);
}

static bool is_asked(const struct jira_poll *p, enum jira_step step, const char *key)
{
    for (const struct plan_request *r = p->plan->first; r; r = r->next)
        if (r->step == step && strcmp(r->detail_text, key) == 0)
            return true;
    return false;
}

static void ask_lacking(const struct jira_poll *p, unsigned part)
{
    struct known_ticket found[LACKS_MOST];
    size_t n = plan_known_tickets(p->plan, part, found, LACKS_MOST);

    for (size_t i = 0; i < n; i++)
        if (!is_asked(p, JIRA_ISSUE, found[i].key))
            ask(p, found[i].key, JIRA_WHOLE, ASKED_FOR & ~found[i].parts,
                found[i].done ? PLAN_FILL : 0);
}

static void ask_slas(const struct jira_poll *p)
{
    struct known_ticket found[LACKS_MOST];
    size_t n =
        jira_desk_answers(p) ? plan_known_tickets(p->plan, TICKET_SLAS, found, LACKS_MOST) : 0;

    for (size_t i = 0; i < n; i++) {
        if (is_asked(p, JIRA_ISSUE, found[i].key) || is_asked(p, JIRA_SLA, found[i].key))
            continue;
        jira_ask_sla(p, found[i].key);
        p->plan->last->flags |= found[i].done ? PLAN_FILL : 0;
    }
}

static void ask_unseen(const struct jira_poll *p)
{
    struct known_ticket found[UNSEEN_MOST];
    size_t n = plan_known_tickets(p->plan, 0, found, UNSEEN_MOST);

    for (size_t i = 0; i < n; i++)
        if (found[i].seen_ms < p->plan->now_ms - UNSEEN_MS &&
            !is_asked(p, JIRA_ISSUE, found[i].key)) {
            ask(p, found[i].key, JIRA_WHOLE, ASKED_FOR & ~found[i].parts, 0);
            p->plan->last->detail |= UNSEEN;
        }
}

void jira_singles_begin(const struct jira_poll *p)
{
    ask_lacking(p, TICKET_RESPONSE);
    ask_lacking(p, TICKET_PAUSES);
    ask_slas(p);
    ask_unseen(p);
}

/* ---- the answer ---- */

/* What cannot be had nobody knows. Without any part, too: so it is not looked after again before
 * one that was seen. */
static void put_nothing(struct batch *batch, const char *key, unsigned parts)
{
    struct ticket *t = batch_ticket(batch);

    t->key = arena_text(&batch->arena, key);
    t->parts = parts;
    t->refused = parts;
}

void jira_give_up(struct batch *batch, const char *key, unsigned parts)
{
    if (parts != 0)
        put_nothing(batch, key, parts);
}

static enum jira_depth depth_of(const struct reply *reply)
{
    return (enum jira_depth)(reply->detail & (UNSEEN - 1));
}

static unsigned missing_of(const struct reply *reply)
{
    return (unsigned)(reply->detail >> MISSING) & ASKED_FOR;
}

/* One that was done already stays as it was, and is not asked for again; but one that moved
 * to another project is there by its new key, and would be counted twice. */
static void put_gone(const struct jira_poll *p, const char *key, bool moved)
{
    struct ticket *t = batch_ticket(p->batch);

    t->key = arena_text(&p->batch->arena, key);
    t->gone = true;
    t->moved = moved;
    jira_give_up(p->batch, key, missing_of(p->reply));
}

static void ask_fits(const struct jira_poll *p, const char *key)
{
    const char *query = jira_query_of(p, key);
    struct plan_request *r;

    if (!query)
        return;
    r = plan_get(p->plan, JIRA_FITS,
                 jira_kind(p) == JIRA_CLOUD
                     ? "/rest/api/3/search/jql?jql={}&maxResults=1&fields=updated"
                     : "/rest/api/2/search?jql={}&maxResults=1&fields=updated",
                 query, NULL);
    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    r->detail_text = arena_text(&p->plan->arena, key);
}

/* What becomes of one that is not wanted any more is nobody's matter here. */
bool jira_decode_fits(const struct jira_poll *p)
{
    const json_t *issues = json_object_get(p->reply->json, "issues");
    struct ticket *t;

    if (!jira_is_answer(p->reply) || !json_is_array(issues) || json_array_size(issues) > 0)
        return true;
    t = batch_ticket(p->batch);
    t->key = arena_text(&p->batch->arena, p->reply->detail_text);
    t->gone = true;
    return true;
}

bool jira_decode_issue(const struct jira_poll *p, struct dx_error *err)
{
    const char *key = p->reply->detail_text, *is;
    enum jira_depth depth = depth_of(p->reply);

    if (p->reply->status == 404) {
        put_gone(p, key, false);
        return true;
    }
    if (!jira_is_answer(p->reply)) {
        put_nothing(p->batch, key, missing_of(p->reply));
        return true;
    }
    is = field_text(p->batch, p->reply->json, "key");
    if (!*is)
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jira (an issue without key)");
    if (strcmp(is, key) != 0)
        put_gone(p, key, true);
    (void)jira_take(p, p->reply->json, depth == JIRA_SLIM ? JIRA_SLIM : JIRA_WHOLE);
    if (depth == JIRA_SLIM)
        jira_give_up(p->batch, is, missing_of(p->reply) & ~(unsigned)TICKET_SLAS);
    if (p->reply->detail & UNSEEN)
        ask_fits(p, is);
    return true;
}

/* One that is too large is taken without its comments and changes, or not at all. */
bool jira_single_less(const struct jira_poll *p)
{
    const char *rest = p->reply->detail_text, *key = jira_word(p->plan, &rest);
    const char *what = "its comments or changes are";

    if (p->reply->step == JIRA_ISSUE && depth_of(p->reply) != JIRA_SLIM) {
        ask(p, key, JIRA_SLIM, missing_of(p->reply), 0);
        return true;
    }
    if (p->reply->step == JIRA_ISSUE) {
        put_nothing(p->batch, key, missing_of(p->reply));
        what = "even without comments and changes it is";
    } else if (p->reply->step == JIRA_COMMENTS) {
        jira_give_up(p->batch, key, TICKET_RESPONSE);
    } else if (p->reply->step == JIRA_CHANGES) {
        jira_give_up(p->batch, key, TICKET_PAUSES);
    } else {
        return false;
    }
    batch_note(p->batch, DX_LOG_WARN, "%s: %s larger than max_body", key, what);
    return true;
}
