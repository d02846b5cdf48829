/* derive_kpi_tickets: key numbers of tickets, of all together. There may be so many that they
 * are read, and counted, in steps. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/time.h"
#include "derive/derive_kpi.h"
#include "derive/derive_ticket_groups.h"
#include "core/mem.h"
#include "insight/reach.h"

#define MONTH_MS (KPI_DAYS * DAY_MS)
/* The window, the one before it, and as long again for what came back in that one. */
#define READ_MS  (3 * MONTH_MS)

/* ROWS: of a step. One of a list is read in 2 us, one of a group looked at in 0.1. */
enum { ROWS = 4000, A_READ = 20, REREADS = 5 };

struct ticket_pass {
    struct kpi_tickets all;
    struct ids moved; /* since they were read */
    bool whole;       /* all are read, as they were at one moment: what moves now is for the next */
    size_t step;      /* of those behind that */
    struct ticket_groups *groups;
};

/* What a step is for. */
struct step {
    struct store *store;
    const struct kpi_settings *settings;
    struct ticket_pass *pass;
    int64_t at_ms;
    size_t rows;
    bool again; /* the step is not through */
};

/* ---- times ---- */

static struct kpi_events answered(const struct kpi_entries *list)
{
    struct kpi_events e = { .event = mem_new(list->count + 1, sizeof(*e.event)) };

    for (size_t i = 0; i < list->count; i++)
        if (list->entry[i].business_ms >= 0)
            e.event[e.count++] = (struct kpi_event){ list->entry[i].at_ms,
                                                     (double)list->entry[i].business_ms / 1000. };
    return e;
}

/* Business time; of incidents all of it. */
static struct kpi_events resolved(const struct kpi_entries *list, bool incidents)
{
    struct kpi_events e = { .event = mem_new(list->count + 1, sizeof(*e.event)) };

    for (size_t i = 0; i < list->count; i++) {
        const struct kpi_entry *one = &list->entry[i];
        int64_t ms = incidents ? one->at_ms - one->created_ms : one->business_ms;

        if (one->solved && ms >= 0 && (!incidents || one->incident))
            e.event[e.count++] = (struct kpi_event){ one->at_ms, (double)ms / 1000. };
    }
    return e;
}

static bool put_answers(struct step *s, struct dx_error *err)
{
    struct kpi_events e = answered(&s->pass->all.list[KPI_ANSWERED]);
    bool ok;

    e.first_ms = store_first_done(s->store);
    ok = derive_put_quantile(s->store, s->settings, KPI_FIRST_RESPONSE, &e, s->at_ms, err) &&
         derive_put_quantile(s->store, s->settings, KPI_FIRST_RESPONSE_P90, &e, s->at_ms, err);

    free(e.event);
    return ok;
}

static bool put_resolved(struct step *s, enum kpi kpi, struct dx_error *err)
{
    struct kpi_events e = resolved(&s->pass->all.list[KPI_ENDED], kpi == KPI_MTTR);
    bool ok;

    e.first_ms = store_first_done(s->store);
    ok = derive_put_quantile(s->store, s->settings, kpi, &e, s->at_ms, err);

    free(e.event);
    return ok;
}

static bool put_resolution(struct step *s, struct dx_error *err)
{
    return put_resolved(s, KPI_RESOLUTION, err);
}

static bool put_restoring(struct step *s, struct dx_error *err)
{
    return put_resolved(s, KPI_MTTR, err);
}

/* ---- how many there are ---- */

static struct kpi_span *spans(const struct kpi_tickets *t, size_t *count)
{
    static const enum kpi_list there[] = { KPI_OPEN, KPI_ENDED, KPI_GONE };
    struct kpi_span *list =
        mem_new(t->list[KPI_OPEN].count + t->list[KPI_ENDED].count + t->list[KPI_GONE].count + 1,
                sizeof(*list));

    *count = 0;
    for (size_t k = 0; k < sizeof(there) / sizeof(there[0]); k++)
        for (size_t i = 0; i < t->list[there[k]].count; i++) {
            const struct kpi_entry *e = &t->list[there[k]].entry[i];

            list[(*count)++] =
                (struct kpi_span){ e->created_ms, there[k] == KPI_OPEN ? 0 : e->at_ms };
        }
    return list;
}

/* What is gone was neither opened nor closed, but it was there. */
static void count_gone(const struct kpi_tickets *t, int64_t first, struct ticket_day *days)
{
    for (size_t i = 0; i < t->list[KPI_GONE].count; i++) {
        int64_t from = t->list[KPI_GONE].entry[i].created_ms / DAY_MS - first;
        int64_t to = t->list[KPI_GONE].entry[i].at_ms / DAY_MS - first;

        for (int64_t d = from > 0 ? from : 0; d < to && d < KPI_DAYS; d++)
            days[d].backlog++;
    }
}

/* In one pass: what was open at the end of a day is what is open now, less what came since,
 * and what went since. */
static void count_days(const struct kpi_tickets *t, int64_t first, struct ticket_day *days)
{
    int64_t backlog = (int64_t)t->list[KPI_OPEN].count;

    for (int i = 0; i < KPI_DAYS; i++)
        days[i] = (struct ticket_day){ .day = first + i };
    for (size_t i = 0; i < t->list[KPI_CREATED].count; i++) {
        int64_t nth = t->list[KPI_CREATED].entry[i].at_ms / DAY_MS - first;

        if (nth >= 0 && nth < KPI_DAYS)
            days[nth].opened++;
    }
    for (size_t i = 0; i < t->list[KPI_ENDED].count; i++) {
        int64_t nth = t->list[KPI_ENDED].entry[i].at_ms / DAY_MS - first;

        if (nth >= 0 && nth < KPI_DAYS)
            days[nth].closed++;
    }
    for (int i = KPI_DAYS; i-- > 0;) {
        days[i].backlog = backlog;
        backlog += days[i].closed - days[i].opened;
    }
    count_gone(t, first, days);
}

static const char *say_due(const struct kpi_tickets *t, char *out, size_t cap)
{
    size_t due = 0, over = 0;

    for (size_t i = 0; i < t->list[KPI_OPEN].count; i++) {
        over += t->list[KPI_OPEN].entry[i].risk == DX_RISK_OVER;
        due += t->list[KPI_OPEN].entry[i].risk == DX_RISK_DUE;
    }
    out[0] = '\0';
    if (over > 0 && due > 0)
        (void)snprintf(out, cap, "%zu due, %zu over", due, over);
    else if (over + due > 0)
        (void)snprintf(out, cap, "%zu %s", over + due, over > 0 ? "over" : "due");
    return out;
}

/* Of how many of the days from `first` on nobody knows what was open unless somebody looked then:
 * of what was done by then nothing is known. Of the last one all is. */
static size_t unknown_days(int64_t first_ms, int64_t first)
{
    int64_t unknown = first_ms > 0 ? first_ms / DAY_MS - first : KPI_DAYS - 1;

    if (unknown < 0)
        return 0;
    return unknown < KPI_DAYS ? (size_t)unknown : KPI_DAYS - 1;
}

static bool put_open(struct step *s, struct dx_error *err)
{
    const struct kpi_tickets *t = &s->pass->all;
    int64_t first = s->at_ms / DAY_MS - KPI_DAYS + 1, first_ms = store_first_done(s->store);
    size_t unknown = unknown_days(first_ms, first);
    struct kpi_result result = { .now = KPI_NOTHING, .before = KPI_NOTHING };
    struct ticket_day days[KPI_DAYS];
    struct kpi_point points[KPI_DAYS];
    char note[80];
    size_t count;
    struct kpi_span *list = spans(t, &count);

    if (t->any) {
        result.now.n = (int64_t)t->list[KPI_OPEN].count;
        result.now.value = (double)result.now.n;
        result.note = say_due(t, note, sizeof(note));
    }
    if (t->any && reaches(first_ms, s->at_ms - WEEK_MS, WEEK_MS)) {
        result.before.n = kpi_open_at(list, count, s->at_ms - WEEK_MS);
        result.before.value = (double)result.before.n;
    }
    count_days(t, first, days);
    for (int i = 0; i < KPI_DAYS; i++)
        points[i] = (struct kpi_point){ days[i].day, t->any, (double)days[i].backlog };
    free(list);
    return derive_put_kpi(s->store, s->settings, KPI_OPEN_TICKETS, &result, err) &&
           derive_put_points(s->store, s->settings,
                             &(struct kpi_points){ .id = kpis[KPI_OPEN_TICKETS].id,
                                                   .step_ms = DAY_MS,
                                                   .point = points,
                                                   .count = KPI_DAYS,
                                                   .unknown = unknown },
                             err) &&
           store_put_ticket_days(s->store, days, KPI_DAYS, unknown, err);
}

/* ---- groups ---- */

static bool knows_month_before(const struct step *s)
{
    return reaches(store_first_done(s->store), s->at_ms - 2 * MONTH_MS, MONTH_MS);
}

static bool list_categories(struct step *s, struct dx_error *err)
{
    (void)err;
    s->pass->groups = ticket_groups_new(&s->pass->all, GROUP_CATEGORY);
    return true;
}

static bool list_priorities(struct step *s, struct dx_error *err)
{
    (void)err;
    s->pass->groups = ticket_groups_new(&s->pass->all, GROUP_PRIORITY);
    return true;
}

static bool count_groups(struct step *s, struct dx_error *err)
{
    (void)err;
    s->again = ticket_groups_count(s->pass->groups, s->rows * A_READ, knows_month_before(s));
    return true;
}

static bool put_groups(struct step *s, struct dx_error *err)
{
    bool ok = ticket_groups_put(s->pass->groups, s->store, err);

    ticket_groups_free(s->pass->groups);
    s->pass->groups = NULL;
    return ok;
}

static bool put_repeats(struct step *s, struct dx_error *err)
{
    size_t count;
    struct kpi_ticket *tickets = ticket_groups_created(s->pass->groups, &count);
    struct kpi_point points[KPI_DAYS];
    struct kpi_result result = { .note = NULL };
    int64_t at_ms = s->at_ms;

    result.now = kpi_repeats(tickets, count, at_ms - MONTH_MS, at_ms);
    result.before = knows_month_before(s)
                        ? kpi_repeats(tickets, count, at_ms - 2 * MONTH_MS, at_ms - MONTH_MS)
                        : KPI_NOTHING;
    for (int i = 0; i < KPI_DAYS; i++) {
        int64_t day = at_ms / DAY_MS - KPI_DAYS + 1 + i;
        struct kpi_value v = kpi_repeats(tickets, count, day * DAY_MS - 1, (day + 1) * DAY_MS - 1);

        points[i] = (struct kpi_point){ .nth = day, .n = v.n, .value = v.value };
    }
    free(tickets);
    return derive_put_kpi(s->store, s->settings, KPI_REPEAT_TICKETS, &result, err) &&
           derive_put_points(s->store, s->settings,
                             &(struct kpi_points){ .id = kpis[KPI_REPEAT_TICKETS].id,
                                                   .step_ms = DAY_MS,
                                                   .point = points,
                                                   .count = KPI_DAYS },
                             err);
}

/* ---- in steps ---- */

static bool (*const steps[])(struct step *s, struct dx_error *err) = {
    put_answers,  put_resolution, put_restoring,   put_open,     list_categories, put_repeats,
    count_groups, put_groups,     list_priorities, count_groups, put_groups,
};

/* What commits changed in between is read again, until nothing is left that they did. */
static bool read_more(struct step *s, struct dx_error *err)
{
    struct ticket_pass *p = s->pass;
    struct ids now = { 0 }, rest = { 0 };
    size_t n = 0;
    bool ok;

    if (p->all.reading < KPI_LISTS) {
        ok = store_read_kpi_tickets(s->store, &p->all, s->rows, err);
    } else {
        for (int64_t id = 0; (id = ids_next(&p->moved, id)) > 0; n++)
            ids_add(n * REREADS < s->rows ? &now : &rest, id);
        ids_done(&p->moved);
        p->moved = rest;
        ok = store_reread_kpi_tickets(s->store, &p->all, &now, err);
        ids_done(&now);
    }
    p->whole = p->all.reading == KPI_LISTS && ids_next(&p->moved, 0) == 0;
    return ok;
}

bool derive_kpi_tickets(struct store *store, const struct kpi_settings *settings,
                        struct kpi_pass *pass, bool *more, struct dx_error *err)
{
    struct step s = { .store = store,
                      .settings = settings,
                      .at_ms = pass->at_ms,
                      .rows = pass->rows ? pass->rows : ROWS };
    bool ok;

    if (!pass->tickets) {
        pass->tickets = mem_new(1, sizeof(*pass->tickets));
        kpi_tickets_begin(&pass->tickets->all, pass->at_ms, READ_MS);
    }
    s.pass = pass->tickets;
    if (s.pass->whole) {
        ok = steps[s.pass->step](&s, err);
        s.pass->step += !s.again;
    } else {
        ok = read_more(&s, err);
    }
    *more = s.pass->step < sizeof(steps) / sizeof(steps[0]);
    if (!*more) {
        ticket_pass_free(pass->tickets);
        pass->tickets = NULL;
    }
    return ok;
}

void kpi_pass_moved(struct kpi_pass *pass, int64_t ticket)
{
    if (pass->tickets && !pass->tickets->whole)
        ids_add(&pass->tickets->moved, ticket);
}

void ticket_pass_free(struct ticket_pass *p)
{
    if (!p)
        return;
    kpi_tickets_done(&p->all);
    ids_done(&p->moved);
    ticket_groups_free(p->groups);
    free(p);
}
