/* tickets_sla: what was promised for a ticket, and how it stands with that. */
#include "config.h"

#include "sim/hours.h"
#include "sim/tickets.h"

static int64_t span(const struct ticket *t, int64_t from_ms, int64_t to_ms)
{
    if (!t->around_clock)
        return hours_between(from_ms + t->ahead_ms, to_ms + t->ahead_ms);
    return to_ms > from_ms ? to_ms - from_ms : 0;
}

static int64_t behind(const struct ticket *t, int64_t from_ms, int64_t length_ms)
{
    if (t->around_clock)
        return from_ms + length_ms;
    return hours_after(from_ms + t->ahead_ms, length_ms) - t->ahead_ms;
}

struct reckoning {
    const struct ticket *ticket;
    int64_t goal_ms;
    struct sla_cycle *cycles;
    size_t count;
    bool on, running;
    int64_t since_ms; /* it runs since then */
};

static void begin(struct reckoning *r, int64_t at_ms)
{
    if (r->on || r->count == SLA_CYCLES_MOST)
        return;
    r->cycles[r->count++] = (struct sla_cycle){ .start_ms = at_ms };
    r->on = r->running = true;
    r->since_ms = at_ms;
}

/* Count what has gone by until at_ms. */
static void count(struct reckoning *r, int64_t at_ms)
{
    struct sla_cycle *c = &r->cycles[r->count - 1];
    int64_t more_ms;

    if (!r->on || !r->running)
        return;
    more_ms = span(r->ticket, r->since_ms, at_ms);
    if (!c->breached && c->elapsed_ms + more_ms > r->goal_ms) {
        c->breached = true;
        c->breach_ms = behind(r->ticket, r->since_ms, r->goal_ms - c->elapsed_ms);
    }
    c->elapsed_ms += more_ms;
    r->since_ms = at_ms;
}

static void halt(struct reckoning *r, int64_t at_ms)
{
    count(r, at_ms);
    r->running = false;
}

static void resume(struct reckoning *r, int64_t at_ms)
{
    if (r->on && !r->running)
        r->since_ms = at_ms;
    r->running = r->on;
}

/* What would have been its end is told of a cycle that has kept its promise too. */
static void finish(struct reckoning *r, int64_t at_ms)
{
    struct sla_cycle *c = &r->cycles[r->count > 0 ? r->count - 1 : 0];

    if (!r->on)
        return;
    count(r, at_ms);
    c->stop_ms = at_ms;
    if (!c->breached)
        c->breach_ms = behind(r->ticket, at_ms, r->goal_ms - c->elapsed_ms);
    r->on = r->running = false;
}

static void note(struct reckoning *r, const struct ticket_event *e, enum ticket_goal goal)
{
    const struct ticket *t = r->ticket;

    if (e->step == STEP_COMMENT && goal == GOAL_RESPONSE && !e->internal &&
        e->person != t->reporter && !ticket_person_is_bot(e->person))
        finish(r, e->at_ms);
    if (e->step != STEP_STATUS)
        return;
    if (ticket_is_over(e->status))
        finish(r, e->at_ms);
    else if (goal == GOAL_RESPONSE)
        return; /* it is promised once */
    else if (e->status == TICKET_WAITING)
        halt(r, e->at_ms);
    else if (r->on)
        resume(r, e->at_ms);
    else
        begin(r, e->at_ms);
}

size_t ticket_sla(const struct ticket *t, enum ticket_goal goal, int64_t at_ms,
                  struct sla_cycle cycles[SLA_CYCLES_MOST])
{
    struct reckoning r = { .ticket = t, .goal_ms = t->goal_ms[goal], .cycles = cycles };

    if (r.goal_ms <= 0)
        return 0;
    begin(&r, t->created_ms);
    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= at_ms; i++)
        note(&r, &t->events[i], goal);
    if (r.on) {
        struct sla_cycle *c = &cycles[r.count - 1];

        count(&r, at_ms);
        c->paused = !r.running;
        c->within_hours = t->around_clock || hours_open(at_ms + t->ahead_ms);
        if (!c->breached && r.running)
            c->breach_ms = behind(t, at_ms, r.goal_ms - c->elapsed_ms);
    }
    return r.count;
}

int64_t ticket_shown_ms(enum ticket_system system, int64_t ms)
{
    bool whole = system == TICKETS_GITHUB || system == TICKETS_SERVICENOW;

    return whole ? ms - ms % 1000 : ms;
}

int64_t ticket_paused_ms(const struct ticket *t, int64_t from_ms, int64_t to_ms)
{
    int64_t sum_ms = 0, since_ms = 0;

    from_ms = ticket_shown_ms(t->system, from_ms);
    to_ms = ticket_shown_ms(t->system, to_ms);
    for (size_t i = 0; i < t->event_count; i++) {
        const struct ticket_event *e = &t->events[i];
        int64_t at_ms = ticket_shown_ms(t->system, e->at_ms);

        if (at_ms > to_ms)
            break;
        if (e->step != STEP_STATUS)
            continue;
        if (since_ms)
            sum_ms += hours_between(since_ms > from_ms ? since_ms : from_ms, at_ms);
        since_ms = e->status == TICKET_WAITING ? at_ms : 0;
    }
    return since_ms ? sum_ms + hours_between(since_ms > from_ms ? since_ms : from_ms, to_ms)
                    : sum_ms;
}
