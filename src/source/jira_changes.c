/* jira: how a ticket stood, and when it waited for somebody outside, by its changes of
 * status, and what it was called before it moved to another project. The server gives at most a
 * hundred of them with a ticket; the rest comes in pages. What a page has found so far goes on in
 * the next request. */
#include "config.h"

#include "source/jira.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "source/field.h"

enum { CHANGES_MOST = 2000, START_MOST = 10000 };

/* ---- changes ---- */

struct field_change {
    int64_t at_ms;
    size_t nth; /* of the same moment: as they came */
    enum dx_stay from, to;
};

static int by_time(const void *a, const void *b)
{
    const struct field_change *one = a, *other = b;

    if (one->at_ms != other->at_ms)
        return one->at_ms < other->at_ms ? -1 : 1;
    return one->nth < other->nth ? -1 : one->nth > other->nth;
}

static bool is_status(const json_t *item)
{
    return value_is(json_object_get(item, "fieldId"), "status") ||
           (!json_object_get(item, "fieldId") &&
            value_is(json_object_get(item, "field"), "status"));
}

static enum dx_stay stay_in(const struct jira_poll *p, const json_t *item, const char *name,
                            const char *id)
{
    return jira_stay(p, field_text(p->batch, item, name), field_text(p->batch, item, id));
}

static size_t read_changes(const struct jira_poll *p, const json_t *list, struct field_change *out)
{
    const json_t *change, *item;
    size_t i, k, n = 0;

    json_array_foreach (list, i, change) {
        json_array_foreach (json_object_get(change, "items"), k, item) {
            int64_t at_ms = field_time(change, "created");

            if (at_ms > 0 && is_status(item) && n < CHANGES_MOST) {
                out[n] = (struct field_change){ .at_ms = at_ms,
                                                .nth = n,
                                                .from = stay_in(p, item, "fromString", "from"),
                                                .to = stay_in(p, item, "toString", "to") };
                n++;
            }
        }
    }
    qsort(out, n, sizeof(*out), by_time);
    return n;
}

void jira_follow(const struct jira_poll *p, struct jira_trail *trail, const json_t *changes)
{
    struct field_change *list = mem_new(CHANGES_MOST, sizeof(*list));
    size_t n = read_changes(p, changes, list);

    for (size_t i = 0; i < n; i++) {
        if (trail->stays.count == 0) /* it was made so */
            ticket_stand(&trail->stays, list[i].from, trail->created_ms);
        ticket_stand(&trail->stays, list[i].to, list[i].at_ms);
    }
    free(list);
}

/* One that waits by its changes only does not, nobody knows since when. */
void jira_put_stays(struct batch *batch, struct ticket *ticket, struct jira_trail *trail)
{
    struct ticket_trail *stays = &trail->stays;

    if (stays->count == 0)
        ticket_stand(stays, trail->now, trail->created_ms);
    if (stays->stays[stays->count - 1].stay == DX_STAY_WAITING && trail->now != DX_STAY_WAITING)
        stays->count--;
    ticket_put_stays(batch, ticket, stays);
}

/* ---- keys ---- */

/* A field that somebody made and called so is of another type. */
static bool is_key(const json_t *item)
{
    return value_is(json_object_get(item, "field"), "Key") &&
           value_is(json_object_get(item, "fieldtype"), "jira");
}

void jira_leave_keys(const struct jira_poll *p, const char *key, const json_t *changes)
{
    const json_t *change, *item;
    size_t i, k;

    json_array_foreach (changes, i, change) {
        json_array_foreach (json_object_get(change, "items"), k, item) {
            const char *old = is_key(item) ? field_text(p->batch, item, "fromString") : "";
            struct ticket *t;

            if (!*old || strcmp(old, key) == 0)
                continue;
            t = batch_ticket(p->batch);
            t->key = old;
            t->gone = t->moved = true;
        }
    }
}

/* ---- pages ---- */

/* "DX-7 1795000000000 2 1-1795000000000,4-1795000060000," */
static const char *trail_text(struct plan *plan, const struct jira_trail *trail)
{
    const char *text = arena_print(&plan->arena, "%s %" PRId64 " %d ", trail->key,
                                   trail->created_ms, (int)trail->now);
    struct buf out;

    buf_init(&out, 64 + TICKET_STAYS_MOST * 24);
    for (size_t i = 0; i < trail->stays.count; i++)
        (void)buf_print(&out, "%d-%" PRId64 ",", (int)trail->stays.stays[i].stay,
                        trail->stays.stays[i].from_ms);
    text = arena_print(&plan->arena, "%s%s", text, out.bytes ? out.bytes : "");
    buf_done(&out);
    return text;
}

static struct jira_trail trail_of(const struct jira_poll *p)
{
    const char *rest = p->reply->detail_text;
    struct jira_trail trail = { .key = jira_word(p->plan, &rest) };
    char *at = NULL;

    trail.created_ms = strtoll(rest, &at, 10);
    trail.now = (enum dx_stay)strtoll(at, &at, 10);
    at += *at == ' ';
    while (*at) {
        enum dx_stay stay = (enum dx_stay)strtoll(at, &at, 10);

        if (*at != '-')
            break;
        ticket_stand(&trail.stays, stay, strtoll(at + 1, &at, 10));
        at += *at == ',';
    }
    return trail;
}

void jira_ask_changes(const struct jira_poll *p, const struct jira_trail *trail, int64_t start)
{
    char from[24];
    struct plan_request *r;

    (void)snprintf(from, sizeof(from), "%" PRId64, start);
    r = plan_get(p->plan, JIRA_CHANGES, jira_api(p), NULL);
    plan_append(p->plan, r, "/issue/{}/changelog?maxResults=100&startAt={}", trail->key, from,
                NULL);
    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    r->detail = start;
    r->detail_text = trail_text(p->plan, trail);
}

/* Data Center gives all of them with the ticket, and has no pages: there it is 404. */
bool jira_decode_changes(const struct jira_poll *p, struct dx_error *err)
{
    const json_t *json = p->reply->json, *changes = json_object_get(json, "values");
    struct jira_trail trail = trail_of(p);
    int64_t behind = p->reply->detail + (int64_t)json_array_size(changes);
    struct ticket *t;

    if (!jira_is_answer(p->reply)) {
        jira_give_up(p->batch, trail.key, TICKET_PAUSES);
        return true;
    }
    if (!json_is_array(changes))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a Jira (no changes)");
    jira_follow(p, &trail, changes);
    jira_leave_keys(p, trail.key, changes);
    if (json_is_false(json_object_get(json, "isLast")) && behind > p->reply->detail &&
        behind < START_MOST) {
        jira_ask_changes(p, &trail, behind);
        return true;
    }
    t = batch_ticket(p->batch);
    t->key = arena_text(&p->batch->arena, trail.key);
    jira_put_stays(p->batch, t, &trail);
    return true;
}
