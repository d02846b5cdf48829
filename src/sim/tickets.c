/* tickets: the days of the desk, and how its tickets look at a moment. */
#include "config.h"

#include "sim/tickets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/company_plan.h"
#include "sim/noise.h"

/* Places of noise, apart from those of company_plan.c. */
enum { DAYS = 9000, TICKETS = 9010, DAY_MOST = 40, PEOPLE = 16 };
enum { FOUNDED_DAY = 19358, GITHUB_FIRST = 32000, SERVICENOW_FIRST = 10000, BY_HAND = 900001 };

/* The desk remembers more than the CI systems do, so that there is something to
 * compare a month with. */
#define MEMORY_MS (90 * DAY_MS)

/* Tickets of a workday; six a day of Jira, over a week. */
static const double volume[TICKETS_SYSTEMS] = { 8.2, 2.5, 4., 3., 3. };

/* ---- days ---- */

static int count_of(const struct world *world, enum ticket_system system, int64_t day)
{
    int64_t noon_ms = day * DAY_MS + DAY_MS / 2 + world->ahead_ms;
    int weekday = (int)((noon_ms / DAY_MS + 4) % 7);
    double mean = volume[system] * (weekday == 0 || weekday == 6 ? 0.1 : 1.);

    return (int)(mean * (0.4 + 1.2 * noise_chance(world->seed, DAYS + (uint64_t)system, day)) +
                 noise_chance(world->seed, DAYS + TICKETS_SYSTEMS + (uint64_t)system, day));
}

struct helpdesk *helpdesk_new(const struct company *company)
{
    struct helpdesk *desk = mem_new(1, sizeof(*desk));
    int64_t since_ms = company->options.start_ms - MEMORY_MS, day;

    desk->company = company;
    desk->first_ms = since_ms < company->first_ms ? since_ms : company->first_ms;
    if (desk->first_ms < 0)
        desk->first_ms = 0;
    desk->next_day = desk->first_ms / DAY_MS;
    desk->next_by_hand = BY_HAND;
    for (int s = 0; s < TICKETS_SYSTEMS; s++) {
        desk->next_number[s] = 1;
        for (day = desk->next_day < FOUNDED_DAY ? 0 : FOUNDED_DAY; day < desk->next_day; day++)
            desk->next_number[s] += count_of(&company->world, (enum ticket_system)s, day);
    }
    return desk;
}

void helpdesk_free(struct helpdesk *desk)
{
    if (!desk)
        return;
    for (int s = 0; s < TICKETS_SYSTEMS; s++)
        free(desk->tickets[s]);
    arena_free(&desk->arena);
    free(desk);
}

/* Most are written between eight and six by the office's clock. */
static int64_t moment(const struct world *world, int64_t day, struct dice *dice)
{
    double hour = dice_roll(dice) < 0.9 ? dice_between(dice, 7., 17.) : dice_between(dice, 0., 24.);
    int64_t ms = (int64_t)(hour * (double)HOUR_MS) - world->ahead_ms % DAY_MS;

    return day * DAY_MS + (ms + DAY_MS) % DAY_MS;
}

static int repo_for(const struct company *company, enum ticket_system system, struct dice *dice)
{
    enum company_system host = system == TICKETS_GITHUB ? COMPANY_GITHUB : COMPANY_GITLAB;
    int few[3], count = 0;

    if (system != TICKETS_GITHUB && system != TICKETS_GITLAB)
        return -1;
    /* People write to the same three places. */
    for (size_t i = 0; i < company->repo_count && count < 3; i++)
        if (company->repos[i].system == host)
            few[count++] = (int)i;
    return count > 0 ? few[(int)(dice_roll(dice) * count)] : -2;
}

static int reporter(struct dice *dice)
{
    int person;

    do
        person = (int)(dice_roll(dice) * PEOPLE);
    while (ticket_person_is_bot(person));
    return person;
}

static int by_creation(const void *a, const void *b)
{
    const struct ticket *one = *(const struct ticket *const *)a,
                        *other = *(const struct ticket *const *)b;

    return (one->created_ms > other->created_ms) - (one->created_ms < other->created_ms);
}

/* What it is about, but for its number and its life. NULL: the company has no place
 * for it. */
static struct ticket *begin_ticket(struct helpdesk *desk, enum ticket_system system,
                                   struct dice *dice)
{
    static const double steps[] = { 0.05, 0.2, 0.64, 0.9, 2. };
    const struct company *company = desk->company;
    struct ticket *t = arena_alloc(&desk->arena, sizeof(*t));
    double urgent;

    t->system = system;
    t->ahead_ms = company->world.ahead_ms;
    t->created_ms = moment(&company->world, desk->next_day, dice);
    t->repo = repo_for(company, system, dice);
    if (t->repo == -2)
        return NULL;
    ticket_write(company, &desk->arena, t, dice);
    t->reporter = reporter(dice);
    urgent = dice_roll(dice) + (t->type == TICKET_INCIDENT ? -0.15 : 0.05);
    t->priority = 1;
    while (urgent > steps[t->priority - 1])
        t->priority++;
    return t;
}

/* The first ticket about the same pool, some hours ago. */
static const struct ticket *original(const struct helpdesk *desk, const struct ticket *t)
{
    const struct ticket *found = NULL;

    if (t->type != TICKET_INCIDENT || strncmp(t->label, "pool-", 5) != 0)
        return NULL;
    for (size_t i = desk->count[t->system]; i-- > 0;) {
        const struct ticket *other = desk->tickets[t->system][i];

        if (other->created_ms < t->created_ms - 6 * HOUR_MS)
            break;
        if (strcmp(other->label, t->label) == 0)
            found = other;
    }
    return found;
}

/* One that is made by hand finds the rest of its day there already. */
void helpdesk_keep(struct helpdesk *desk, struct ticket *t)
{
    size_t *count = &desk->count[t->system], *room = &desk->room[t->system], i;

    if (*count == *room) {
        *room = *room ? *room * 2 : 256;
        desk->tickets[t->system] =
            mem_grow(desk->tickets[t->system], *room, sizeof(struct ticket *));
    }
    for (i = (*count)++; i > 0 && desk->tickets[t->system][i - 1]->created_ms > t->created_ms; i--)
        desk->tickets[t->system][i] = desk->tickets[t->system][i - 1];
    desk->tickets[t->system][i] = t;
}

static void make_day(struct helpdesk *desk, enum ticket_system system)
{
    const struct world *world = &desk->company->world;
    struct ticket *made[DAY_MOST] = { NULL };
    struct dice dices[DAY_MOST];
    int count = count_of(world, system, desk->next_day), n = 0;

    for (int i = 0; i < count && n < DAY_MOST; i++) {
        dices[n].key =
            dice_key(world->seed, TICKETS + (uint64_t)system, desk->next_day * DAY_MOST + i);
        dices[n].n = 0;
        made[n] = begin_ticket(desk, system, &dices[n]);
        n += made[n] != NULL;
    }
    qsort(made, (size_t)n, sizeof(struct ticket *), by_creation);
    for (int i = 0; i < n; i++) {
        struct dice dice = { .key = dice_key(world->seed, TICKETS + 5 + (uint64_t)system,
                                             desk->next_day * DAY_MOST + i) };

        made[i]->number = desk->next_number[system] + i;
        made[i]->duplicates = original(desk, made[i]);
        ticket_promise(made[i]);
        ticket_live(desk->company, made[i], &dice);
        helpdesk_keep(desk, made[i]);
    }
    desk->next_number[system] += count;
}

void helpdesk_extend(struct helpdesk *desk, int64_t at_ms)
{
    for (; desk->next_day <= at_ms / DAY_MS; desk->next_day++)
        for (int s = 0; s < TICKETS_SYSTEMS; s++)
            make_day(desk, (enum ticket_system)s);
}

/* ---- keys ---- */

const char *ticket_key(char out[TICKET_KEY], const struct company *company, const struct ticket *t)
{
    const struct company_repo *repo = t->repo >= 0 ? &company->repos[t->repo] : NULL;

    switch (t->system) {
    case TICKETS_JIRA:
        (void)snprintf(out, TICKET_KEY, "%s-%" PRId64, t->software ? "PLAT" : "DX", t->number);
        break;
    case TICKETS_JIRADC:
        (void)snprintf(out, TICKET_KEY, "%s-%" PRId64, t->software ? "TOOLS" : "OPS", t->number);
        break;
    case TICKETS_SERVICENOW:
        (void)snprintf(out, TICKET_KEY, "%s%07" PRId64,
                       t->type == TICKET_REQUEST || t->type == TICKET_TASK ? "REQ" : "INC",
                       t->number + SERVICENOW_FIRST);
        break;
    case TICKETS_GITHUB: /* issues and pull requests share their numbers */
        (void)snprintf(out, TICKET_KEY, "%s/%s#%" PRId64, repo ? repo->owner : "",
                       repo ? repo->name : "", t->number + GITHUB_FIRST);
        break;
    case TICKETS_GITLAB:
    case TICKETS_SYSTEMS:
        (void)snprintf(out, TICKET_KEY, "%s/%s#%" PRId64, repo ? repo->owner : "",
                       repo ? repo->name : "", t->number);
        break;
    }
    return out;
}

struct ticket *ticket_by_key(const struct helpdesk *desk, enum ticket_system system,
                             const char *key, int64_t at_ms)
{
    char text[TICKET_KEY];

    for (size_t i = desk->count[system]; i-- > 0;) {
        struct ticket *t = desk->tickets[system][i];

        if (t->created_ms <= at_ms && strcmp(ticket_key(text, desk->company, t), key) == 0)
            return t;
    }
    return NULL;
}

/* ---- at a moment ---- */

bool ticket_is_over(enum ticket_status status)
{
    return status == TICKET_DONE || status == TICKET_CLOSED || status == TICKET_CANCELLED;
}

static void note_status(struct ticket_state *s, const struct ticket_event *e)
{
    bool was_over = ticket_is_over(s->status), is_over = ticket_is_over(e->status);

    s->status = e->status;
    s->status_ms = e->at_ms;
    if (is_over && !was_over)
        s->resolved_ms = e->at_ms;
    if (!is_over) {
        s->resolved_ms = 0;
        s->reopened += was_over;
    }
}

static void note_comment(struct ticket_state *s, const struct ticket *t,
                         const struct ticket_event *e)
{
    s->comments++;
    if (!s->response_ms && !e->internal && e->person != t->reporter &&
        !ticket_person_is_bot(e->person))
        s->response_ms = e->at_ms;
}

struct ticket_state ticket_at(const struct ticket *t, int64_t at_ms)
{
    struct ticket_state s = { .status = TICKET_NEW,
                              .status_ms = t->created_ms,
                              .updated_ms = t->created_ms,
                              .assignee = -1 };

    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= at_ms; i++) {
        const struct ticket_event *e = &t->events[i];

        s.updated_ms = e->at_ms;
        switch (e->step) {
        case STEP_STATUS:
            note_status(&s, e);
            break;
        case STEP_ASSIGN:
            s.assignee = e->assignee;
            break;
        case STEP_COMMENT:
            note_comment(&s, t, e);
            break;
        case STEP_EDIT:
            break;
        }
    }
    return s;
}

bool ticket_is_repeat(const struct helpdesk *desk, const struct ticket *t, bool by_label)
{
    for (size_t i = 0; i < desk->count[t->system]; i++) {
        const struct ticket *other = desk->tickets[t->system][i];

        if (other == t || other->created_ms >= t->created_ms ||
            other->created_ms < t->created_ms - 30 * DAY_MS)
            continue;
        if (by_label ? strcmp(other->label, t->label) == 0 : other->category == t->category)
            return true;
    }
    return false;
}
