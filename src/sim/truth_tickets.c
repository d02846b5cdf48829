/* truth_tickets: what really happened to each ticket; a line each. Business time is
 * reckoned here, Monday to Friday 09:00 to 17:00 in Berlin, whatever was promised. */
#include "config.h"

#include <string.h>

#include "core/time.h"
#include "sim/hours.h"
#include "sim/servicenow.h"
#include "sim/truth.h"

static const char *const states[TICKET_STATUSES] = { "new",  "new",    "work",     "waiting",
                                                     "done", "closed", "cancelled" };

static json_t *time_json(const struct ticket *t, int64_t ms)
{
    char text[TIME_TEXT];

    return ms > 0 ? json_string(time_format(text, ticket_shown_ms(t->system, ms))) : json_null();
}

/* Business hours between two moments as they are shown; null when one is not there. */
static json_t *business_json(const struct ticket *t, int64_t from_ms, int64_t to_ms)
{
    if (to_ms <= 0)
        return json_null();
    return json_real((double)hours_between(ticket_shown_ms(t->system, from_ms),
                                           ticket_shown_ms(t->system, to_ms)) /
                     1e3);
}

/* How long it stood so until now, in seconds, as the system shows its times. Issues of GitHub
 * and GitLab are open or closed, and that is all. */
static json_t *stays_json(const struct ticket *t, int64_t now_ms)
{
    static const enum {
        NEW,
        WORK,
        WAITING,
        OVER
    } of[TICKET_STATUSES] = { NEW, NEW, WORK, WAITING, OVER, OVER, OVER };
    int64_t spent_ms[OVER + 1] = { 0 }, from_ms = ticket_shown_ms(t->system, t->created_ms);
    enum ticket_status status = TICKET_NEW;

    if (t->system == TICKETS_GITHUB || t->system == TICKETS_GITLAB)
        return json_null();
    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= now_ms; i++) {
        int64_t at_ms = ticket_shown_ms(t->system, t->events[i].at_ms);

        if (t->events[i].step != STEP_STATUS)
            continue;
        spent_ms[of[status]] += at_ms - from_ms;
        status = t->events[i].status;
        from_ms = at_ms;
    }
    spent_ms[of[status]] += now_ms - from_ms;
    return json_pack("{s:f, s:f, s:f}", "new", (double)spent_ms[NEW] / 1e3, "in_progress",
                     (double)spent_ms[WORK] / 1e3, "waiting", (double)spent_ms[WAITING] / 1e3);
}

static json_t *sla_json(const struct ticket *t, enum ticket_goal goal, int64_t now_ms)
{
    struct sla_cycle cycles[SLA_CYCLES_MOST];
    size_t count = ticket_sla(t, goal, now_ms, cycles);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct sla_cycle *c = &cycles[i];

        (void)json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:f, s:f, s:b, s:b}", "start",
                            time_json(t, c->start_ms), "stop", time_json(t, c->stop_ms), "breach",
                            time_json(t, c->breach_ms), "elapsed_s", (double)c->elapsed_ms / 1e3,
                            "goal_s", (double)t->goal_ms[goal] / 1e3, "breached", c->breached,
                            "paused", c->paused));
    }
    return list;
}

static json_t *ticket_json(const struct helpdesk *desk, const struct ticket *t, int64_t now_ms)
{
    struct ticket_state s = ticket_at(t, now_ms);
    char key[TICKET_KEY], original[TICKET_KEY];
    json_t *json;

    json = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s?, s:s?, s:s, s:b}", "kind", "ticket",
        "system", ticket_system_names[t->system], "key", ticket_key(key, desk->company, t), "type",
        ticket_type_names[t->type], "category", ticket_categories[t->category], "label", t->label,
        "priority", t->priority, "title", t->title, "reporter", ticket_person(t->reporter)->name,
        "assignee", s.assignee < 0 ? NULL : ticket_person(s.assignee)->name, "duplicates",
        t->duplicates ? ticket_key(original, desk->company, t->duplicates) : NULL, "state",
        states[s.status], "open", !ticket_is_over(s.status));
    (void)json_object_update_new(
        json,
        json_pack(
            "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:i, s:i, s:b, s:b, s:b, s:b, s:o, s:o}",
            "stays", stays_json(t, now_ms), "created", time_json(t, t->created_ms), "updated",
            time_json(t, s.updated_ms), "first_response", time_json(t, s.response_ms), "resolved",
            time_json(t, s.resolved_ms), "response_business_s",
            business_json(t, t->created_ms, s.response_ms), "resolution_business_s",
            business_json(t, t->created_ms, s.resolved_ms), "response_paused_business_s",
            (double)ticket_paused_ms(t, t->created_ms, s.response_ms) / 1e3, "paused_business_s",
            (double)ticket_paused_ms(t, t->created_ms, s.resolved_ms ? s.resolved_ms : now_ms) /
                1e3,
            "comments", s.comments, "reopened", s.reopened, "repeat",
            ticket_is_repeat(desk, t, false), "repeat_label", ticket_is_repeat(desk, t, true),
            "around_clock", t->around_clock, "hidden",
            t->system == TICKETS_SERVICENOW && glide_is_hidden(t), "response_sla",
            sla_json(t, GOAL_RESPONSE, now_ms), "resolution_sla",
            sla_json(t, GOAL_RESOLUTION, now_ms)));
    return json;
}

void truth_tickets(struct exchange *x, int64_t from_ms, int64_t to_ms)
{
    const struct helpdesk *desk = sim_helpdesk(x->sim, x->now_ms);

    for (int s = 0; s < TICKETS_SYSTEMS; s++)
        for (size_t i = 0; i < desk->count[s]; i++) {
            const struct ticket *t = desk->tickets[s][i];

            if (t->created_ms >= from_ms && t->created_ms <= to_ms && t->created_ms <= x->now_ms)
                truth_line(x, ticket_json(desk, t, x->now_ms));
        }
}
