/* servicenow_tasks: incidents and requests, and what was promised for them. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/time.h"
#include "sim/noise.h"
#include "sim/servicenow.h"

bool glide_is_incident(const struct ticket *t)
{
    return t->type == TICKET_INCIDENT || t->type == TICKET_BUG;
}

/* ---- people ---- */

static void add_person(const struct glide_call *call, struct glide_row *row, const char *name,
                       int person)
{
    const struct company_person *p = person >= 0 ? ticket_person(person) : NULL;
    struct arena *arena = &call->x->arena;

    glide_reference(row, name, "sys_user", p ? glide_id(call, "sys_user", p->id) : "",
                    p ? p->name : "");
    glide_cell(row, arena_print(arena, "%s.name", name), p ? p->name : "", p ? p->name : "");
    glide_cell(row, arena_print(arena, "%s.user_name", name), p ? p->login : "", p ? p->login : "");
}

/* Journal fields are empty, but where they are shown as people see them. */
static void add_journal(const struct glide_call *call, struct glide_row *row,
                        const struct ticket *t, bool internal)
{
    const char *text = "";

    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= call->x->now_ms; i++) {
        const struct ticket_event *e = &t->events[i];
        struct glide_row said = { 0 };

        if (e->step != STEP_COMMENT || e->internal != internal)
            continue;
        glide_time(call, &said, "", e->at_ms);
        text = arena_print(&call->x->arena, "%s - %s (%s)\n%s\n\n%s", said.cells[0].display,
                           ticket_person(e->person)->name,
                           internal ? "Work notes" : "Additional comments", e->text, text);
    }
    glide_cell(row, internal ? "work_notes" : "comments", "", text);
}

/* ---- tasks ---- */

struct choice {
    const char *value, *display;
};

static const struct choice incident_states[TICKET_STATUSES] = {
    [TICKET_NEW] = { "1", "New" },
    [TICKET_SORTED] = { "1", "New" },
    [TICKET_WORK] = { "2", "In Progress" },
    [TICKET_WAITING] = { "3", "On Hold" },
    [TICKET_DONE] = { "6", "Resolved" },
    [TICKET_CLOSED] = { "7", "Closed" },
    [TICKET_CANCELLED] = { "8", "Canceled" },
};
static const struct choice task_states[TICKET_STATUSES] = {
    [TICKET_NEW] = { "1", "Open" },
    [TICKET_SORTED] = { "1", "Open" },
    [TICKET_WORK] = { "2", "Work in Progress" },
    [TICKET_WAITING] = { "-5", "Pending" },
    [TICKET_DONE] = { "3", "Closed Complete" },
    [TICKET_CLOSED] = { "3", "Closed Complete" },
    [TICKET_CANCELLED] = { "4", "Closed Incomplete" },
};
static const struct choice request_states[TICKET_STATUSES] = {
    [TICKET_NEW] = { "requested", "Pending Approval" },
    [TICKET_SORTED] = { "requested", "Pending Approval" },
    [TICKET_WORK] = { "in_process", "Approved" },
    [TICKET_WAITING] = { "in_process", "Approved" },
    [TICKET_DONE] = { "closed_complete", "Closed Complete" },
    [TICKET_CLOSED] = { "closed_complete", "Closed Complete" },
    [TICKET_CANCELLED] = { "closed_cancelled", "Closed Cancelled" },
};

const char *glide_state(const struct ticket *t, enum ticket_status status)
{
    return (glide_is_incident(t) ? incident_states : task_states)[status].value;
}

static const struct choice priorities[] = { { "1", "1 - Critical" },
                                            { "2", "2 - High" },
                                            { "3", "3 - Moderate" },
                                            { "4", "4 - Low" },
                                            { "5", "5 - Planning" } };

static void add_choice(struct glide_row *row, const char *name, struct choice label)
{
    glide_cell(row, name, label.value, label.display);
}

static void add_times(const struct glide_call *call, struct glide_row *row, const struct ticket *t,
                      const struct ticket_state *s)
{
    int64_t closed_ms =
        s->status == TICKET_CLOSED || s->status == TICKET_CANCELLED ? s->status_ms : 0;

    glide_time(call, row, "opened_at", t->created_ms);
    glide_time(call, row, "sys_created_on", t->created_ms);
    glide_time(call, row, "sys_updated_on", s->updated_ms);
    if (glide_is_incident(t))
        glide_time(call, row, "resolved_at", s->resolved_ms);
    else if (s->resolved_ms)
        closed_ms = s->resolved_ms; /* a request is closed once, when it is done */
    glide_time(call, row, "closed_at", closed_ms);
}

static void add_incident(const struct glide_call *call, struct glide_row *row,
                         const struct ticket *t, const struct ticket_state *s)
{
    const struct ticket *original = t->duplicates;
    char key[TICKET_KEY] = "";

    add_choice(row, "state", incident_states[s->status]);
    add_choice(row, "incident_state", incident_states[s->status]);
    add_person(call, row, "caller_id", t->reporter);
    glide_cell(row, "reopen_count", glide_print(call, s->reopened), glide_print(call, s->reopened));
    if (original && glide_is_incident(original))
        (void)ticket_key(key, call->desk->company, original);
    glide_reference(row, "parent_incident", "incident",
                    *key ? glide_id(call, "incident", original->number) : "",
                    arena_text(&call->x->arena, key));
}

static void add_request(const struct glide_call *call, struct glide_row *row,
                        const struct ticket *t, const struct ticket_state *s)
{
    add_choice(row, "state", task_states[s->status]);
    add_choice(row, "request_state", request_states[s->status]);
    add_person(call, row, "requested_for", t->reporter);
}

void glide_add_task(const struct glide_call *call, struct glide_rows *rows, const struct ticket *t)
{
    struct ticket_state s = ticket_at(t, call->x->now_ms);
    struct glide_row *row = glide_add_row(call, rows);
    const char *table = glide_is_incident(t) ? "incident" : "sc_request", *active, *id;
    char key[TICKET_KEY];

    row->hidden = glide_is_hidden(t);
    id = glide_id(call, table, t->number);
    glide_cell(row, "sys_id", id, id);
    (void)ticket_key(key, call->desk->company, t);
    glide_cell(row, "number", arena_text(&call->x->arena, key), "");
    row->cells[row->count - 1].display = row->cells[row->count - 1].value;
    glide_cell(row, "short_description", t->title, t->title);
    glide_cell(row, "description", t->description, t->description);
    if (glide_is_incident(t))
        add_incident(call, row, t, &s);
    else
        add_request(call, row, t, &s);
    add_choice(row, "priority", priorities[t->priority - 1]);
    glide_cell(row, "category", glide_print(call, t->category), ticket_categories[t->category]);
    glide_cell(row, "subcategory", t->label, t->label);
    add_times(call, row, t, &s);
    /* What is resolved stays active until it is closed. */
    active = s.status == TICKET_CLOSED || s.status == TICKET_CANCELLED ||
                     (ticket_is_over(s.status) && !glide_is_incident(t))
                 ? "false"
                 : "true";
    glide_cell(row, "active", active, active);
    add_person(call, row, "opened_by", t->reporter);
    add_person(call, row, "assigned_to", s.assignee);
    glide_cell(row, "sys_class_name", table, glide_is_incident(t) ? "Incident" : "Request");
    glide_cell(row, "sys_created_by", ticket_person(t->reporter)->login,
               ticket_person(t->reporter)->login);
    glide_cell(row, "made_sla", "true", "true"); /* nobody looks after it any more */
    glide_cell(row, "sla_due", "", "UNKNOWN");
    add_journal(call, row, t, false);
    add_journal(call, row, t, true);
}

/* ---- what was promised ---- */

/* A length of time is a date, so long after 1970 began. */
static void add_duration(const struct glide_call *call, struct glide_row *row, const char *name,
                         int64_t ms)
{
    time_t s = (time_t)(ms > 0 ? ms / 1000 : 0);
    char text[32];
    struct tm tm;

    (void)gmtime_r(&s, &tm);
    (void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
    glide_cell(
        row, name, arena_text(&call->x->arena, text),
        arena_print(&call->x->arena, "%d Hours %d Minutes", (int)(s / 3600), (int)(s / 60 % 60)));
}

static const char *share(const struct glide_call *call, int64_t part_ms, int64_t whole_ms)
{
    return arena_print(&call->x->arena, "%.2f", (double)part_ms * 100. / (double)whole_ms);
}

static struct choice stage_of(const struct ticket *t, const struct sla_cycle *c,
                              const struct ticket_state *s)
{
    (void)t;
    if (c->stop_ms)
        return s->status == TICKET_CANCELLED ? (struct choice){ "cancelled", "Cancelled" }
                                             : (struct choice){ "completed", "Completed" };
    return c->paused ? (struct choice){ "paused", "Paused" }
                     : (struct choice){ "in_progress", "In progress" };
}

static void add_cycle(const struct glide_call *call, struct glide_row *row, const struct ticket *t,
                      enum ticket_goal goal, const struct sla_cycle *c)
{
    int64_t goal_ms = t->goal_ms[goal], until_ms = c->stop_ms ? c->stop_ms : call->x->now_ms;
    const char *breached = c->breached ? "true" : "false", *active = c->stop_ms ? "false" : "true";

    glide_cell(row, "has_breached", breached, breached);
    glide_cell(row, "active", active, active);
    glide_time(call, row, "start_time", c->start_ms);
    glide_time(call, row, "end_time", c->stop_ms);
    glide_time(call, row, "planned_end_time", c->breach_ms);
    glide_cell(row, "business_percentage", share(call, c->elapsed_ms, goal_ms),
               share(call, c->elapsed_ms, goal_ms));
    add_duration(call, row, "business_duration", c->elapsed_ms);
    add_duration(call, row, "business_time_left", goal_ms - c->elapsed_ms);
    glide_cell(row, "percentage", share(call, until_ms - c->start_ms, goal_ms),
               share(call, until_ms - c->start_ms, goal_ms));
    add_duration(call, row, "duration", until_ms - c->start_ms);
}

/* The figures are those of the minute: a job refreshes them. */
static void add_goal(const struct glide_call *call, struct glide_rows *rows, const struct ticket *t,
                     enum ticket_goal goal)
{
    struct ticket_state s = ticket_at(t, call->x->now_ms);
    int64_t minute_ms = call->x->now_ms - call->x->now_ms % MINUTE_MS;
    int64_t at_ms = minute_ms > s.updated_ms ? minute_ms : s.updated_ms;
    const char *table = glide_is_incident(t) ? "incident" : "sc_request", *id, *number;
    struct sla_cycle cycles[SLA_CYCLES_MOST];
    size_t count = ticket_sla(t, goal, at_ms, cycles);
    char key[TICKET_KEY];

    number = arena_text(&call->x->arena, ticket_key(key, call->desk->company, t));
    for (size_t i = 0; i < count; i++) {
        struct glide_row *row = glide_add_row(call, rows);
        struct choice stage = stage_of(t, &cycles[i], &s);

        row->hidden = glide_is_hidden(t);
        id = glide_id(call, "task_sla", t->number * 16 + (int64_t)goal * 8 + (int64_t)i);
        glide_cell(row, "sys_id", id, id);
        glide_reference(row, "task", table, glide_id(call, table, t->number), number);
        glide_cell(row, "task.number", number, number);
        glide_cell(row, "task.sys_class_name", table, table);
        glide_reference(row, "sla", "contract_sla",
                        glide_id(call, "contract_sla", (int64_t)goal * 8 + t->priority),
                        arena_print(&call->x->arena, "Priority %d %s", t->priority,
                                    goal == GOAL_RESPONSE ? "response" : "resolution"));
        glide_cell(row, "sla.target", goal == GOAL_RESPONSE ? "response" : "resolution",
                   goal == GOAL_RESPONSE ? "Response" : "Resolution");
        add_choice(row, "stage", stage);
        add_cycle(call, row, t, goal, &cycles[i]);
        glide_time(call, row, "sys_created_on", cycles[i].start_ms);
        glide_time(call, row, "sys_updated_on",
                   cycles[i].stop_ms       ? cycles[i].stop_ms
                   : at_ms > t->created_ms ? at_ms
                                           : t->created_ms);
    }
}

void glide_add_slas(const struct glide_call *call, struct glide_rows *rows, const struct ticket *t)
{
    add_goal(call, rows, t, GOAL_RESPONSE);
    add_goal(call, rows, t, GOAL_RESOLUTION);
}
