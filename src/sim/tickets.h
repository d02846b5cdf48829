/* tickets: what people ask the platform team for, in five systems: tickets about the
 * company's own outages and flaky jobs, access, onboarding, questions, changes. As with
 * runs, a ticket is made whole, its future too; how it looks at a moment follows from
 * its events, unless somebody changes one by hand (tickets_hand.c). */
#ifndef SIM_TICKETS_H
#define SIM_TICKETS_H

#include "core/mem.h"
#include "sim/company.h"

enum ticket_system {
    TICKETS_JIRA, /* Cloud, with its service desk */
    TICKETS_JIRADC,
    TICKETS_SERVICENOW,
    TICKETS_GITHUB,
    TICKETS_GITLAB,
    TICKETS_SYSTEMS
};
extern const char *const ticket_system_names[TICKETS_SYSTEMS]; /* "jira" "jiradc" ... */

enum ticket_type { TICKET_INCIDENT, TICKET_REQUEST, TICKET_BUG, TICKET_TASK, TICKET_TYPES };
extern const char *const ticket_type_names[TICKET_TYPES]; /* "Incident" "Service Request" ... */

enum ticket_status {
    TICKET_NEW,
    TICKET_SORTED, /* looked at, nobody works on it: it is called "Done", and is not */
    TICKET_WORK,
    TICKET_WAITING, /* for its reporter: the clock of the resolution stands */
    TICKET_DONE,
    TICKET_CLOSED, /* ServiceNow closes what has been resolved for some days */
    TICKET_CANCELLED,
    TICKET_STATUSES
};
bool ticket_is_over(enum ticket_status status);

/* What it is about: the component of Jira, the category of ServiceNow, a label. */
enum { TICKET_CATEGORIES = 14 };
extern const char *const ticket_categories[TICKET_CATEGORIES];

enum ticket_step { STEP_STATUS, STEP_ASSIGN, STEP_COMMENT, STEP_EDIT };
struct ticket_event {
    int64_t at_ms;
    int64_t id; /* within the system */
    enum ticket_step step;
    int person;                /* who did it: ticket_person() */
    enum ticket_status status; /* of STEP_STATUS: it is this now */
    int assignee;              /* of STEP_ASSIGN */
    bool internal;             /* of STEP_COMMENT: its reporter does not see it */
    const char *text;          /* of STEP_COMMENT */
};

enum ticket_goal { GOAL_RESPONSE, GOAL_RESOLUTION, TICKET_GOALS };

enum { TICKET_EVENTS_MOST = 32, TICKET_LABEL = 64 };
struct ticket {
    enum ticket_system system;
    int64_t number; /* within the system; grows with created_ms */
    int64_t created_ms;
    enum ticket_type type;
    int priority; /* 1 is the most urgent, 5 the least */
    int category;
    int reporter;
    int repo;      /* GitHub, GitLab: of company.repos, where it is; else -1 */
    bool software; /* Jira: it belongs to the team's own project, without a service desk */
    const char *title, *description;
    char label[TICKET_LABEL];        /* finer than the category: "pool-linux-xl" */
    const struct ticket *duplicates; /* an older one of the same outage; NULL */
    int64_t goal_ms[TICKET_GOALS];   /* 0: nobody promised anything */
    bool around_clock;               /* the goals count every hour, not those of business */
    int64_t ahead_ms;                /* of the office's clock, by which its people work */
    size_t event_count;
    struct ticket_event events[TICKET_EVENTS_MOST]; /* oldest first */
};

struct helpdesk {
    const struct company *company;
    struct arena arena;
    int64_t first_ms, next_day;               /* made up to the day before */
    struct ticket **tickets[TICKETS_SYSTEMS]; /* by creation */
    size_t count[TICKETS_SYSTEMS], room[TICKETS_SYSTEMS];
    int64_t next_number[TICKETS_SYSTEMS];
    int64_t next_by_hand; /* number of a ticket that is made by hand */
};

void helpdesk_free(struct helpdesk *desk); /* NULL is fine */
/* All tickets until at_ms are there afterwards. */
void helpdesk_extend(struct helpdesk *desk, int64_t at_ms);
/* Keep a ticket in its place, by creation. */
void helpdesk_keep(struct helpdesk *desk, struct ticket *ticket);
struct helpdesk *helpdesk_new(const struct company *company);

/* "DX-812", "INC0010812", "acme/web#32107"; and back: NULL: there is none, or not yet. */
enum { TICKET_KEY = 120 };
const char *ticket_key(char out[TICKET_KEY], const struct company *company,
                       const struct ticket *ticket);
struct ticket *ticket_by_key(const struct helpdesk *desk, enum ticket_system system,
                             const char *key, int64_t at_ms);

/* ---- at a moment ---- */

struct ticket_state {
    enum ticket_status status;
    int64_t status_ms, updated_ms;
    int64_t response_ms; /* the first public reply of somebody else who is no machine; 0: none */
    int64_t resolved_ms; /* 0: it is open */
    int assignee;        /* -1: nobody */
    int comments, reopened;
};
struct ticket_state ticket_at(const struct ticket *ticket, int64_t at_ms);
/* Whether one of the same system and category (label) was created within 30 days before. */
bool ticket_is_repeat(const struct helpdesk *desk, const struct ticket *ticket, bool by_label);

/* ---- tickets_sla.c: what was promised ---- */

struct sla_cycle {
    int64_t start_ms, stop_ms; /* stop 0: it goes on */
    int64_t breach_ms;         /* when it was, or will be, broken; 0: it never will, as it is */
    int64_t elapsed_ms;        /* of the time that counts */
    bool breached, paused, within_hours;
};
enum { SLA_CYCLES_MOST = 4 };
/* Oldest first; none when nothing was promised. */
size_t ticket_sla(const struct ticket *ticket, enum ticket_goal goal, int64_t at_ms,
                  struct sla_cycle cycles[SLA_CYCLES_MOST]);
/* GitHub and ServiceNow know whole seconds. */
int64_t ticket_shown_ms(enum ticket_system system, int64_t ms);
/* How long it has waited for its reporter between two moments, in business hours, all of
 * them as the system shows them. */
int64_t ticket_paused_ms(const struct ticket *ticket, int64_t from_ms, int64_t to_ms);

/* ---- tickets_text.c: who, and what they write ---- */

enum { TICKET_BOT = 1000 }; /* the machine that answers first */
const struct company_person *ticket_person(int index);
bool ticket_person_is_bot(int index);
int ticket_agent(uint64_t chance); /* one of the platform team */
bool ticket_is_agent(int index);
struct dice;
/* Type, category, label, title and description; may move created_ms into the outage
 * that it is about. */
void ticket_write(const struct company *company, struct arena *arena, struct ticket *ticket,
                  struct dice *dice);
enum ticket_saying {
    SAY_RECEIVED,
    SAY_LOOKING,
    SAY_NOTE,
    SAY_QUESTION,
    SAY_ANSWER,
    SAY_MORE,
    SAY_SOLVED,
    SAY_AGAIN
};
const char *ticket_saying(enum ticket_saying what, uint64_t chance);

/* ---- tickets_life.c: what becomes of it ---- */

void ticket_live(const struct company *company, struct ticket *ticket, struct dice *dice);
void ticket_promise(struct ticket *ticket); /* goals by type and priority */
/* false: it has had too many events already. */
bool ticket_add(struct ticket *ticket, const struct ticket_event *event);

/* ---- tickets_hand.c ---- */

int ticket_category(const char *name); /* -1: there is none */

struct ticket_wish {
    const char *title;    /* NULL: any */
    const char *category; /* one of those that there are; NULL: any */
    int priority;         /* 0: any */
    int64_t goal_ms;      /* for both goals; 0: by its priority */
};
struct ticket *helpdesk_create(struct helpdesk *desk, enum ticket_system system,
                               const struct ticket_wish *wish, int64_t at_ms);
/* "answer" "note" "ask" "reply" "resolve" "reopen"; what was to come is not to come any more.
 * false: not known, or there is nothing to do. */
bool helpdesk_change(struct ticket *ticket, const char *deed, int64_t at_ms);

#endif
