/* jira: the first response. A comment is an answer when its reporter can see it, and when
 * it is neither his own nor a machine's nor another customer's. */
#include "config.h"

#include "source/jira.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "source/field.h"
#include "source/pattern.h"

enum { START_MOST = 10000 };

static bool is_machine(const struct jira_poll *p, const json_t *author)
{
    return value_is(json_object_get(author, "accountType"), "app") ||
           pattern_fits(&p->config->bots, field_text(p->batch, author, "displayName"),
                        PATTERN_ANY_CASE) ||
           pattern_fits(&p->config->bots, field_text(p->batch, author, "name"), PATTERN_ANY_CASE);
}

static bool is_internal(const json_t *comment)
{
    const json_t *property;
    size_t i;

    json_array_foreach (json_object_get(comment, "properties"), i, property) {
        const json_t *internal = json_object_get(json_object_get(property, "value"), "internal");

        if (value_is(json_object_get(property, "key"), "sd.public.comment"))
            return json_is_true(internal) || value_is(internal, "true");
    }
    return false;
}

/* Service desks only know who sees a comment; the cloud says it as jsdPublic, Data Center as
 * a property. visibility names a role or group. */
static bool is_public(const json_t *comment)
{
    return !json_is_false(json_object_get(comment, "jsdPublic")) && !is_internal(comment) &&
           !json_is_object(json_object_get(comment, "visibility"));
}

bool jira_says_public(const json_t *comments)
{
    const json_t *comment;
    size_t i;

    json_array_foreach (comments, i, comment) {
        if (!json_is_boolean(json_object_get(comment, "jsdPublic")) &&
            !json_is_array(json_object_get(comment, "properties")))
            return false;
    }
    return true;
}

static bool is_answer(const struct jira_poll *p, const json_t *comment, const char *reporter)
{
    const json_t *author = json_object_get(comment, "author");
    const char *id = jira_user(p->batch, author);

    return is_public(comment) && (!*id || strcmp(id, reporter) != 0) && !is_machine(p, author) &&
           !value_is(json_object_get(author, "accountType"), "customer");
}

int64_t jira_response(const struct jira_poll *p, const json_t *comments, const char *reporter)
{
    const json_t *comment;
    int64_t first = 0;
    size_t i;

    json_array_foreach (comments, i, comment) {
        int64_t ms = field_time(comment, "created");

        if (ms > 0 && (first == 0 || ms < first) && is_answer(p, comment, reporter))
            first = ms;
    }
    return first;
}

/* ---- those of one ticket, the oldest first ---- */

void jira_ask_comments(const struct jira_poll *p, const char *key, const char *reporter,
                       int64_t start)
{
    char from[24];
    struct plan_request *r;

    (void)snprintf(from, sizeof(from), "%" PRId64, start);
    r = plan_get(p->plan, JIRA_COMMENTS, jira_api(p), NULL);
    plan_append(p->plan, r, "/issue/{}/comment?orderBy=created&maxResults=100&startAt={}", key,
                from, NULL);
    if (jira_kind(p) == JIRA_DATA_CENTER) /* what is internal, it says nowhere else */
        plan_append(p->plan, r, "&expand=properties", NULL);
    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    r->detail = start;
    r->detail_text = arena_print(&p->plan->arena, "%s %s", key, reporter);
}

bool jira_decode_comments(const struct jira_poll *p, struct dx_error *err)
{
    const char *rest = p->reply->detail_text, *key = jira_word(p->plan, &rest);
    const json_t *comments = json_object_get(p->reply->json, "comments");
    int64_t count = (int64_t)json_array_size(comments), first, behind;
    struct ticket *t;

    if (!jira_is_answer(p->reply)) {
        jira_give_up(p->batch, key, TICKET_RESPONSE);
        return true;
    }
    if (!json_is_array(comments))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jira (no comments)");
    first = jira_response(p, comments, rest);
    behind = p->reply->detail + count;
    if (first == 0 && count > 0 && behind < field_int(p->reply->json, "total") &&
        behind < START_MOST) {
        jira_ask_comments(p, key, rest, behind);
        return true;
    }
    t = batch_ticket(p->batch);
    t->key = arena_text(&p->batch->arena, key);
    t->parts = TICKET_RESPONSE;
    t->first_response_ms = first;
    t->response_basis = first > 0 ? JIRA_RESPONSE_BASIS : "";
    return true;
}
