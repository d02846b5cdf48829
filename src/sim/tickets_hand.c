/* tickets_hand: tickets that are made and changed by hand, for tests that want to see
 * something happen now. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sim/company_plan.h"
#include "sim/noise.h"
#include "sim/tickets.h"

enum { PLACE = 9050, HAND_REPORTER = 3, HAND_AGENT = 0 };

int ticket_category(const char *name)
{
    for (int i = 0; i < TICKET_CATEGORIES; i++)
        if (strcmp(ticket_categories[i], name) == 0)
            return i;
    return -1;
}

struct ticket *helpdesk_create(struct helpdesk *desk, enum ticket_system system,
                               const struct ticket_wish *wish, int64_t at_ms)
{
    enum company_system host = system == TICKETS_GITHUB ? COMPANY_GITHUB : COMPANY_GITLAB;
    struct ticket *t = arena_alloc(&desk->arena, sizeof(*t));
    struct dice dice = { .key = dice_key(desk->company->world.seed, PLACE, desk->next_by_hand) };

    t->system = system;
    t->repo = -1;
    for (size_t i = desk->company->repo_count; i-- > 0;)
        if ((system == TICKETS_GITHUB || system == TICKETS_GITLAB) &&
            desk->company->repos[i].system == host)
            t->repo = (int)i;
    t->created_ms = at_ms;
    t->ahead_ms = desk->company->world.ahead_ms;
    ticket_write(desk->company, &desk->arena, t, &dice);
    t->created_ms = at_ms; /* whatever outage it is about */
    t->number = desk->next_by_hand++;
    t->type = TICKET_INCIDENT;
    t->software = false;
    t->reporter = HAND_REPORTER;
    t->category = wish->category ? ticket_category(wish->category) : 0;
    t->priority = wish->priority > 0 ? wish->priority : 3;
    if (wish->title && *wish->title)
        t->title = arena_text(&desk->arena, wish->title);
    ticket_promise(t);
    if (wish->goal_ms > 0) {
        t->goal_ms[GOAL_RESPONSE] = t->goal_ms[GOAL_RESOLUTION] = wish->goal_ms;
        t->around_clock = true;
    }
    helpdesk_keep(desk, t);
    return t;
}

static const struct deed {
    const char *name;
    bool over; /* what it is done to: a ticket that is over, or one that is open */
    bool by_reporter, internal;
    enum ticket_saying says;
    int moves_to; /* a status; -1: none */
} deeds[] = {
    { "answer", false, false, false, SAY_LOOKING, -1 },
    { "note", false, false, true, SAY_NOTE, -1 },
    { "ask", false, false, false, SAY_QUESTION, TICKET_WAITING },
    { "reply", false, true, false, SAY_ANSWER, TICKET_WORK },
    { "resolve", false, false, false, SAY_SOLVED, TICKET_DONE },
    { "reopen", true, true, false, SAY_AGAIN, TICKET_WORK },
};

bool helpdesk_change(struct ticket *t, const char *name, int64_t at_ms)
{
    bool over = ticket_is_over(ticket_at(t, at_ms).status);
    const struct deed *deed = NULL;
    int person;

    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
        if (strcmp(deeds[i].name, name) == 0)
            deed = &deeds[i];
    if (!deed || deed->over != over)
        return false;
    while (t->event_count > 0 && t->events[t->event_count - 1].at_ms > at_ms)
        t->event_count--;
    person = deed->by_reporter ? t->reporter : HAND_AGENT;
    if (person == t->reporter && !deed->by_reporter)
        person = ticket_agent(1);
    if (!ticket_add(t, &(struct ticket_event){ .at_ms = at_ms,
                                               .step = STEP_COMMENT,
                                               .person = person,
                                               .internal = deed->internal,
                                               .text = ticket_saying(deed->says, 0) }))
        return false;
    return deed->moves_to < 0 ||
           ticket_add(t, &(struct ticket_event){ .at_ms = at_ms,
                                                 .step = STEP_STATUS,
                                                 .person = person,
                                                 .status = (enum ticket_status)deed->moves_to });
}
