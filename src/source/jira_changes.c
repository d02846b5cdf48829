/* jira: when a ticket waited for somebody outside, by its changes of status. The server
 * gives at most a hundred of them with a ticket; the rest comes in pages. What a page has
 * found so far goes on in the next request. */
#include "config.h"

#include "source/jira.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "source/field.h"
#include "source/pattern.h"

enum { CHANGES_MOST = 2000, START_MOST = 10000 };

bool jira_is_pause(const struct jira *config, const char *name, const char *id)
{
    static const char *const usual[] = { "waiting for customer", "pending" };

    if (config->pauses.count == 0)
        return strcasecmp(name, usual[0]) == 0 || strcasecmp(name, usual[1]) == 0;
    return pattern_fits(&config->pauses, name, PATTERN_ANY_CASE) ||
           (*id && pattern_fits(&config->pauses, id, PATTERN_EXACT));
}

/* ---- changes ---- */

struct field_change {
    int64_t at_ms;
    size_t nth; /* of the same moment: as they came */
    bool from_pause, to_pause;
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

static bool pause_in(const struct jira_poll *p, const json_t *item, const char *name,
                     const char *id)
{
    return jira_is_pause(p->config, field_text(p->batch, item, name),
                         field_text(p->batch, item, id));
}

static size_t read_changes(const struct jira_poll *p, const json_t *list, struct field_change *out)
{
    const json_t *change, *item;
    size_t i, k, n = 0;

    json_array_foreach (list, i, change) {
        json_array_foreach (json_object_get(change, "items"), k, item) {
            int64_t at_ms = field_time(change, "created");

            if (at_ms > 0 && is_status(item) && n < CHANGES_MOST) {
                out[n] =
                    (struct field_change){ .at_ms = at_ms,
                                           .nth = n,
                                           .from_pause = pause_in(p, item, "fromString", "from"),
                                           .to_pause = pause_in(p, item, "toString", "to") };
                n++;
            }
        }
    }
    qsort(out, n, sizeof(*out), by_time);
    return n;
}

static void close_pause(struct jira_trail *trail, int64_t at_ms)
{
    if (trail->from_ms > 0 && at_ms > trail->from_ms && trail->count < JIRA_PAUSES_MOST)
        trail->pauses[trail->count++] = (struct ticket_pause){ trail->from_ms, at_ms };
    trail->from_ms = 0;
}

void jira_follow(const struct jira_poll *p, struct jira_trail *trail, const json_t *changes)
{
    struct field_change *list = mem_new(CHANGES_MOST, sizeof(*list));
    size_t n = read_changes(p, changes, list);

    for (size_t i = 0; i < n; i++) {
        if (!trail->begun && list[i].from_pause)
            trail->from_ms = trail->created_ms; /* it was made so */
        trail->begun = true;
        if (!list[i].to_pause)
            close_pause(trail, list[i].at_ms);
        else if (trail->from_ms == 0)
            trail->from_ms = list[i].at_ms;
    }
    free(list);
}

void jira_put_pauses(struct batch *batch, struct ticket *ticket, struct jira_trail *trail)
{
    if (!trail->begun && trail->now)
        trail->from_ms = trail->created_ms;
    if (trail->from_ms > 0 && trail->now && trail->count < JIRA_PAUSES_MOST)
        trail->pauses[trail->count++] = (struct ticket_pause){ trail->from_ms, 0 };
    ticket->parts |= TICKET_PAUSES;
    ticket->pause_count = trail->count;
    if (trail->count == 0)
        return;
    ticket->pauses = arena_alloc(&batch->arena, trail->count * sizeof(*ticket->pauses));
    memcpy(ticket->pauses, trail->pauses, trail->count * sizeof(*ticket->pauses));
}

/* ---- pages ---- */

/* "DX-7 1795000000000 1 0 0 1795000000000-1795000060000,..." */
static const char *trail_text(struct plan *plan, const struct jira_trail *trail)
{
    const char *text = arena_print(&plan->arena, "%s %" PRId64 " %d %d %" PRId64 " ", trail->key,
                                   trail->created_ms, trail->now, trail->begun, trail->from_ms);
    struct buf out;

    buf_init(&out, 64 + JIRA_PAUSES_MOST * 42);
    for (size_t i = 0; i < trail->count; i++)
        (void)buf_print(&out, "%" PRId64 "-%" PRId64 ",", trail->pauses[i].from_ms,
                        trail->pauses[i].to_ms);
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
    trail.now = strtoll(at, &at, 10) != 0;
    trail.begun = strtoll(at, &at, 10) != 0;
    trail.from_ms = strtoll(at, &at, 10);
    while (*at == ' ' || *at == ',')
        at++;
    while (*at && trail.count < JIRA_PAUSES_MOST) {
        struct ticket_pause *pause = &trail.pauses[trail.count];

        pause->from_ms = strtoll(at, &at, 10);
        if (*at != '-')
            break;
        pause->to_ms = strtoll(at + 1, &at, 10);
        trail.count++;
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
    if (json_is_false(json_object_get(json, "isLast")) && behind > p->reply->detail &&
        behind < START_MOST) {
        jira_ask_changes(p, &trail, behind);
        return true;
    }
    t = batch_ticket(p->batch);
    t->key = arena_text(&p->batch->arena, trail.key);
    jira_put_pauses(p->batch, t, &trail);
    return true;
}
