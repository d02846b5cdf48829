/* tickets_life: what becomes of a ticket: who answers when, whom it waits for, and
 * when it is done, and perhaps not. */
#include "config.h"

#include <string.h>

#include "core/time.h"
#include "sim/company_plan.h"
#include "sim/hours.h"
#include "sim/noise.h"
#include "sim/tickets.h"

struct life {
    const struct company *company;
    struct ticket *ticket;
    struct dice *dice;
    int agent;
    int64_t at_ms; /* as far as it has been told */
};

/* In working hours for each priority, in hours of the clock for the first. */
static const struct {
    double response_h, resolution_h;
} goals[] = { { 0.5, 4. }, { 2., 8. }, { 4., 24. }, { 8., 40. }, { 16., 80. } };

void ticket_promise(struct ticket *t)
{
    t->around_clock = t->priority == 1;
    if (t->type == TICKET_TASK)
        return;
    t->goal_ms[GOAL_RESPONSE] = (int64_t)(goals[t->priority - 1].response_h * (double)HOUR_MS);
    t->goal_ms[GOAL_RESOLUTION] = (int64_t)(goals[t->priority - 1].resolution_h * (double)HOUR_MS);
}

bool ticket_add(struct ticket *t, const struct ticket_event *event)
{
    size_t i = t->event_count;

    if (t->event_count == TICKET_EVENTS_MOST)
        return false;
    for (; i > 0 && t->events[i - 1].at_ms > event->at_ms; i--)
        t->events[i] = t->events[i - 1];
    t->events[i] = *event;
    t->event_count++;
    for (i = 0; i < t->event_count; i++)
        t->events[i].id = t->number * 100 + (int64_t)i;
    return true;
}

/* ---- steps ---- */

static void say(const struct life *l, int64_t at_ms, int person, enum ticket_saying what)
{
    bool internal = what == SAY_NOTE;

    (void)ticket_add(l->ticket,
                     &(struct ticket_event){
                         .at_ms = at_ms,
                         .step = STEP_COMMENT,
                         .person = person,
                         .internal = internal,
                         .text = ticket_saying(what, dice_key(l->dice->key, 7, l->dice->n++)) });
}

static void move(const struct life *l, int64_t at_ms, int person, enum ticket_status status)
{
    (void)ticket_add(l->ticket,
                     &(struct ticket_event){
                         .at_ms = at_ms, .step = STEP_STATUS, .person = person, .status = status });
}

/* When an agent who works so long is done; by the clock of the office. */
static int64_t later(const struct life *l, int64_t from_ms, double work_ms)
{
    int64_t ahead_ms = l->company->world.ahead_ms;

    if (l->ticket->around_clock)
        return from_ms + (int64_t)work_ms;
    return hours_after(from_ms + ahead_ms, (int64_t)work_ms) - ahead_ms;
}

static double goal_of(const struct life *l, enum ticket_goal goal)
{
    double hours = goal == GOAL_RESPONSE ? goals[l->ticket->priority - 1].response_h
                                         : goals[l->ticket->priority - 1].resolution_h;

    return hours * (double)HOUR_MS;
}

/* ---- from the first to the last ---- */

/* Most keep what was promised, a few only just, and some do not; in a calm company hardly any. */
static double response_share(const struct life *l)
{
    struct dice *dice = l->dice;
    double chance = dice_roll(dice);

    if (chance < (l->company->world.calm ? 0.97 : 0.8))
        return dice_between(dice, 0.03, l->company->world.calm ? 0.6 : 0.9);
    return chance < (l->company->world.calm ? 0.985 : 0.86) ? dice_between(dice, 0.95, 0.999)
                                                            : dice_between(dice, 1.05, 3.);
}

static double work_share(const struct life *l)
{
    struct dice *dice = l->dice;
    double chance = dice_roll(dice);

    if (l->company->world.calm)
        return chance < 0.99 ? dice_between(dice, 0.05, 0.7) : dice_between(dice, 0.9, 1.2);
    if (chance < 0.66)
        return dice_between(dice, 0.05, 0.9);
    return chance < 0.92 ? dice_between(dice, 0.9, 2.2) : dice_between(dice, 2., 4.);
}

static void respond(struct life *l)
{
    struct ticket *t = l->ticket;
    double work_ms = response_share(l) * goal_of(l, GOAL_RESPONSE);
    int64_t at_ms = later(l, t->created_ms, work_ms);

    if (dice_roll(l->dice) < 0.55)
        say(l, t->created_ms + (int64_t)dice_between(l->dice, 4e3, 2e4), TICKET_BOT, SAY_RECEIVED);
    if (dice_roll(l->dice) < 0.25 && t->system != TICKETS_GITHUB) /* which hides nothing */
        say(l, later(l, t->created_ms, work_ms * 0.5), l->agent, SAY_NOTE);
    if (dice_roll(l->dice) < 0.15)
        say(l, t->created_ms + (at_ms - t->created_ms) * 2 / 3, t->reporter, SAY_MORE);
    if (dice_roll(l->dice) < 0.12)
        move(l, later(l, t->created_ms, work_ms * 0.3), l->agent, TICKET_SORTED);
    (void)ticket_add(t, &(struct ticket_event){ .at_ms = at_ms - 20 * SECOND_MS,
                                                .step = STEP_ASSIGN,
                                                .person = l->agent,
                                                .assignee = l->agent });
    if (dice_roll(l->dice) >= 0.05) /* some are solved without a word */
        say(l, at_ms, l->agent, SAY_LOOKING);
    move(l, at_ms + 3 * SECOND_MS, l->agent, TICKET_WORK);
    l->at_ms = at_ms + 3 * SECOND_MS;
}

/* Its reporter is asked something, and answers in an hour, or in three weeks. */
static void wait(struct life *l, double work_ms)
{
    int64_t at_ms = later(l, l->at_ms, work_ms), answer_ms;
    double days =
        dice_roll(l->dice) < 0.2 ? dice_between(l->dice, 5., 21.) : dice_between(l->dice, 0.05, 4.);

    answer_ms = at_ms + (int64_t)(days * (double)DAY_MS);
    say(l, at_ms, l->agent, SAY_QUESTION);
    move(l, at_ms + SECOND_MS, l->agent, TICKET_WAITING);
    say(l, answer_ms, l->ticket->reporter, SAY_ANSWER);
    move(l, answer_ms + SECOND_MS, l->ticket->reporter, TICKET_WORK);
    l->at_ms = answer_ms + SECOND_MS;
}

static void solve(struct life *l, double work_ms)
{
    bool cancelled = dice_roll(l->dice) < 0.08;
    int64_t at_ms = later(l, l->at_ms, work_ms);

    if (dice_roll(l->dice) < 0.8)
        say(l, at_ms - SECOND_MS, l->agent, SAY_SOLVED);
    move(l, at_ms, l->agent, cancelled ? TICKET_CANCELLED : TICKET_DONE);
    l->at_ms = at_ms;
}

static void open_again(struct life *l, double work_ms)
{
    int64_t at_ms = l->at_ms + (int64_t)(dice_between(l->dice, 1., 30.) * (double)HOUR_MS);

    say(l, at_ms, l->ticket->reporter, SAY_AGAIN);
    move(l, at_ms + SECOND_MS, l->ticket->reporter, TICKET_WORK);
    l->at_ms = at_ms + SECOND_MS;
    solve(l, work_ms);
}

void ticket_live(const struct company *company, struct ticket *t, struct dice *dice)
{
    struct life l = { .company = company, .ticket = t, .dice = dice };
    double chance, work_ms;
    int waits;

    do
        l.agent = ticket_agent(dice_key(dice->key, 5, dice->n++));
    while (l.agent == t->reporter);
    respond(&l);
    work_ms = work_share(&l) * goal_of(&l, GOAL_RESOLUTION);
    chance = dice_roll(dice);
    waits = chance < 0.08 ? 2 : chance < 0.38 ? 1 : 0;
    for (int i = 0; i < waits; i++)
        wait(&l, work_ms / (waits + 1));
    solve(&l, work_ms / (waits + 1));
    if (dice_roll(dice) < 0.07)
        open_again(&l, work_ms * 0.3);
    if (dice_roll(dice) < 0.1)
        (void)ticket_add(t, &(struct ticket_event){
                                .at_ms = l.at_ms + HOUR_MS, .step = STEP_EDIT, .person = l.agent });
    if (t->system == TICKETS_SERVICENOW)
        move(&l, l.at_ms + 5 * DAY_MS, TICKET_BOT,
             t->events[t->event_count - 1].status == TICKET_CANCELLED ? TICKET_CANCELLED
                                                                      : TICKET_CLOSED);
}
