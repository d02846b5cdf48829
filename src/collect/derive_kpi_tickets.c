/* derive_kpi_tickets: key numbers of tickets, of all together. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "collect/derive_kpi.h"
#include "core/mem.h"

#define WEEK_MS  (7 * KPI_DAY_MS)
#define MONTH_MS (KPI_DAYS * KPI_DAY_MS)
/* The window, the one before it, and as long again for what came back in that one. */
#define READ_MS  (3 * MONTH_MS)

static struct kpi_events answered(const struct kpi_tickets *t)
{
    struct kpi_events e = { mem_new(t->answered_count + 1, sizeof(*e.event)), 0 };

    for (size_t i = 0; i < t->answered_count; i++)
        if (t->answered[i].business_ms >= 0)
            e.event[e.count++] = (struct kpi_event){ t->answered[i].at_ms,
                                                     (double)t->answered[i].business_ms / 1000. };
    derive_sort_events(&e);
    return e;
}

/* Business time; of incidents all of it. */
static struct kpi_events resolved(const struct kpi_tickets *t, bool incidents)
{
    struct kpi_events e = { mem_new(t->ended_count + 1, sizeof(*e.event)), 0 };

    for (size_t i = 0; i < t->ended_count; i++) {
        const struct kpi_ended *one = &t->ended[i];
        int64_t ms = incidents ? one->resolved_ms - one->created_ms : one->business_ms;

        if (one->resolved_ms > 0 && ms >= 0 && (!incidents || one->incident))
            e.event[e.count++] = (struct kpi_event){ one->at_ms, (double)ms / 1000. };
    }
    derive_sort_events(&e);
    return e;
}

static bool put_times(struct store *store, const struct kpi_settings *settings,
                      const struct kpi_tickets *t, int64_t at_ms, struct dx_error *err)
{
    struct kpi_events first = answered(t), all = resolved(t, false), incidents = resolved(t, true);
    bool ok = derive_put_quantile(store, settings, KPI_FIRST_RESPONSE, &first, at_ms, err) &&
              derive_put_quantile(store, settings, KPI_FIRST_RESPONSE_P90, &first, at_ms, err) &&
              derive_put_quantile(store, settings, KPI_RESOLUTION, &all, at_ms, err) &&
              derive_put_quantile(store, settings, KPI_MTTR, &incidents, at_ms, err);

    free(first.event);
    free(all.event);
    free(incidents.event);
    return ok;
}

static bool put_repeats(struct store *store, const struct kpi_settings *settings,
                        const struct kpi_tickets *t, int64_t at_ms, struct dx_error *err)
{
    struct kpi_ticket *tickets = mem_new(t->created_count + 1, sizeof(*tickets));
    size_t count = t->created_count;
    struct kpi_point points[KPI_DAYS];
    struct kpi_result result = { .note = NULL };
    bool ok;

    for (size_t i = 0; i < count; i++)
        tickets[i] = (struct kpi_ticket){ t->created[i].category, t->created[i].at_ms };
    result.now = kpi_repeats(tickets, count, at_ms - MONTH_MS, at_ms);
    result.before = kpi_repeats(tickets, count, at_ms - 2 * MONTH_MS, at_ms - MONTH_MS);
    for (int i = 0; i < KPI_DAYS; i++) {
        int64_t day = at_ms / KPI_DAY_MS - KPI_DAYS + 1 + i;
        struct kpi_value v =
            kpi_repeats(tickets, count, day * KPI_DAY_MS - 1, (day + 1) * KPI_DAY_MS - 1);

        points[i] = (struct kpi_point){ .nth = day, .n = v.n, .value = v.value };
    }
    ok = derive_put_kpi(store, settings, KPI_REPEAT_TICKETS, &result, err) &&
         derive_put_points(store, settings,
                           &(struct kpi_points){ .id = kpis[KPI_REPEAT_TICKETS].id,
                                                 .step_ms = KPI_DAY_MS,
                                                 .point = points,
                                                 .count = KPI_DAYS },
                           err);
    free(tickets);
    return ok;
}

/* ---- how many there are ---- */

static struct kpi_span *spans(const struct kpi_tickets *t, size_t *count)
{
    struct kpi_span *list =
        mem_new(t->open_count + t->ended_count + t->gone_count + 1, sizeof(*list));

    *count = 0;
    for (size_t i = 0; i < t->open_count; i++)
        list[(*count)++] = (struct kpi_span){ t->open[i].created_ms, 0 };
    for (size_t i = 0; i < t->ended_count; i++)
        list[(*count)++] = (struct kpi_span){ t->ended[i].created_ms, t->ended[i].at_ms };
    for (size_t i = 0; i < t->gone_count; i++)
        list[(*count)++] = (struct kpi_span){ t->gone[i].created_ms, t->gone[i].gone_ms };
    return list;
}

/* What is gone was neither opened nor closed, but it was there. */
static void count_gone(const struct kpi_tickets *t, int64_t first, struct ticket_day *days)
{
    for (size_t i = 0; i < t->gone_count; i++) {
        int64_t from = t->gone[i].created_ms / KPI_DAY_MS - first;
        int64_t to = t->gone[i].gone_ms / KPI_DAY_MS - first;

        for (int64_t d = from > 0 ? from : 0; d < to && d < KPI_DAYS; d++)
            days[d].backlog++;
    }
}

/* In one pass: what was open at the end of a day is what is open now, less what came since,
 * and what went since. */
static void count_days(const struct kpi_tickets *t, int64_t first, struct ticket_day *days)
{
    int64_t backlog = (int64_t)t->open_count;

    for (int i = 0; i < KPI_DAYS; i++)
        days[i] = (struct ticket_day){ .day = first + i };
    for (size_t i = 0; i < t->created_count; i++) {
        int64_t nth = t->created[i].at_ms / KPI_DAY_MS - first;

        if (nth >= 0 && nth < KPI_DAYS)
            days[nth].opened++;
    }
    for (size_t i = 0; i < t->ended_count; i++) {
        int64_t nth = t->ended[i].at_ms / KPI_DAY_MS - first;

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

    for (size_t i = 0; i < t->open_count; i++) {
        over += t->open[i].risk == DX_RISK_OVER;
        due += t->open[i].risk == DX_RISK_DUE;
    }
    out[0] = '\0';
    if (over > 0 && due > 0)
        (void)snprintf(out, cap, "%zu due, %zu over", due, over);
    else if (over + due > 0)
        (void)snprintf(out, cap, "%zu %s", over + due, over > 0 ? "over" : "due");
    return out;
}

static bool put_open(struct store *store, const struct kpi_settings *settings,
                     const struct kpi_tickets *t, int64_t at_ms, struct dx_error *err)
{
    struct kpi_result result = { .now = KPI_NOTHING, .before = KPI_NOTHING };
    struct ticket_day days[KPI_DAYS];
    struct kpi_point points[KPI_DAYS];
    char note[80];
    size_t count;
    struct kpi_span *list = spans(t, &count);

    if (t->any) {
        result.now.n = (int64_t)t->open_count;
        result.now.value = (double)t->open_count;
        result.before.n = kpi_open_at(list, count, at_ms - WEEK_MS);
        result.before.value = (double)result.before.n;
        result.note = say_due(t, note, sizeof(note));
    }
    count_days(t, at_ms / KPI_DAY_MS - KPI_DAYS + 1, days);
    for (int i = 0; i < KPI_DAYS; i++)
        points[i] = (struct kpi_point){ days[i].day, t->any, (double)days[i].backlog };
    free(list);
    return derive_put_kpi(store, settings, KPI_OPEN_TICKETS, &result, err) &&
           derive_put_points(store, settings,
                             &(struct kpi_points){ .id = kpis[KPI_OPEN_TICKETS].id,
                                                   .step_ms = KPI_DAY_MS,
                                                   .point = points,
                                                   .count = KPI_DAYS },
                             err) &&
           store_put_ticket_days(store, days, KPI_DAYS, err);
}

bool derive_kpi_tickets(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                        struct dx_error *err)
{
    struct kpi_range range = { at_ms - READ_MS, at_ms };
    struct kpi_tickets tickets;
    bool ok = store_kpi_tickets(store, &range, &tickets, err) &&
              put_times(store, settings, &tickets, at_ms, err) &&
              put_repeats(store, settings, &tickets, at_ms, err) &&
              put_open(store, settings, &tickets, at_ms, err) &&
              derive_ticket_groups(store, &tickets, GROUP_CATEGORY, at_ms, err) &&
              derive_ticket_groups(store, &tickets, GROUP_PRIORITY, at_ms, err);

    kpi_tickets_done(&tickets);
    return ok;
}
