/* derive_ticket_groups: the numbers of tickets, by category or priority. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "collect/derive_kpi.h"
#include "core/mem.h"

#define WEEK_MS  (7 * KPI_DAY_MS)
#define MONTH_MS (30 * KPI_DAY_MS)

/* What happened to a ticket of a group; events of a group lie together. */
enum what { IS_OPEN, IS_DUE, IS_OVER, OPENED, CLOSED, ANSWERED, RESOLVED, RESTORED };

struct happened {
    int64_t group, at_ms;
    enum what what;
    double value; /* ms */
};
struct all {
    struct happened *one;
    size_t count;
};

static int by_group(const void *a, const void *b)
{
    const struct happened *x = a, *y = b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static void note(struct all *all, int64_t group, enum what what, int64_t at_ms, int64_t ms)
{
    all->one[all->count++] =
        (struct happened){ .group = group, .at_ms = at_ms, .what = what, .value = (double)ms };
}

static void note_open(struct all *all, const struct kpi_tickets *t, bool category, int64_t at_ms)
{
    for (size_t i = 0; i < t->open_count; i++) {
        const struct kpi_open *open = &t->open[i];
        int64_t group = category ? open->category : open->priority;

        note(all, group, IS_OPEN, at_ms, 0);
        if (open->risk == DX_RISK_OVER)
            note(all, group, IS_OVER, at_ms, 0);
        else if (open->risk == DX_RISK_DUE)
            note(all, group, IS_DUE, at_ms, 0);
    }
}

static void note_ended(struct all *all, const struct kpi_tickets *t, bool category)
{
    for (size_t i = 0; i < t->ended_count; i++) {
        const struct kpi_ended *one = &t->ended[i];
        int64_t group = category ? one->category : one->priority;

        note(all, group, CLOSED, one->at_ms, 0);
        if (one->business_ms >= 0)
            note(all, group, RESOLVED, one->at_ms, one->business_ms);
        if (one->incident && one->resolved_ms >= one->created_ms)
            note(all, group, RESTORED, one->at_ms, one->resolved_ms - one->created_ms);
    }
}

static struct all list_all(const struct kpi_tickets *t, enum ticket_group_kind kind, int64_t at_ms)
{
    bool category = kind == GROUP_CATEGORY;
    size_t most = 2 * t->open_count + 3 * t->ended_count + t->created_count + t->answered_count + 1;
    struct all all = { mem_new(most, sizeof(*all.one)), 0 };

    note_open(&all, t, category, at_ms);
    for (size_t i = 0; i < t->created_count; i++)
        note(&all, category ? t->created[i].category : t->created[i].priority, OPENED,
             t->created[i].at_ms, 0);
    for (size_t i = 0; i < t->answered_count; i++)
        if (t->answered[i].business_ms >= 0)
            note(&all, category ? t->answered[i].category : t->answered[i].priority, ANSWERED,
                 t->answered[i].at_ms, t->answered[i].business_ms);
    note_ended(&all, t, category);
    qsort(all.one, all.count, sizeof(*all.one), by_group);
    return all;
}

static struct kpi_value quantile_of(const struct all *of, enum what what,
                                    const struct kpi_range *range, double p)
{
    struct kpi_event *events = mem_new(of->count + 1, sizeof(*events));
    struct kpi_value value;
    size_t n = 0;

    for (size_t i = 0; i < of->count; i++)
        if (of->one[i].what == what)
            events[n++] = (struct kpi_event){ of->one[i].at_ms, of->one[i].value };
    value = kpi_quantile(events, n, range->from_ms, range->to_ms, p);
    free(events);
    return value;
}

static int64_t count_of(const struct all *of, enum what what, int64_t from_ms)
{
    int64_t n = 0;

    for (size_t i = 0; i < of->count; i++)
        n += of->one[i].what == what && of->one[i].at_ms > from_ms;
    return n;
}

static double repeats_of(const struct all *of, int64_t at_ms)
{
    struct kpi_ticket *tickets = mem_new(of->count + 1, sizeof(*tickets));
    struct kpi_value value;
    size_t n = 0;

    for (size_t i = 0; i < of->count; i++)
        if (of->one[i].what == OPENED)
            tickets[n++] = (struct kpi_ticket){ of->one[i].group, of->one[i].at_ms };
    value = kpi_repeats(tickets, n, at_ms - MONTH_MS, at_ms);
    free(tickets);
    return value.value;
}

static struct ticket_group group_of(const struct all *of, enum ticket_group_kind kind,
                                    int64_t at_ms)
{
    struct kpi_range week = { at_ms - WEEK_MS, at_ms }, month = { at_ms - MONTH_MS, at_ms };
    struct kpi_range before = { at_ms - 2 * MONTH_MS, at_ms - MONTH_MS };
    struct kpi_value first = quantile_of(of, ANSWERED, &week, 0.5);
    struct kpi_value resolution = quantile_of(of, RESOLVED, &month, 0.5);
    struct kpi_value restore = quantile_of(of, RESTORED, &month, 0.5);

    return (struct ticket_group){
        .id = of->one->group,
        .open = count_of(of, IS_OPEN, 0),
        .due = count_of(of, IS_DUE, 0),
        .breached = count_of(of, IS_OVER, 0),
        .opened = count_of(of, OPENED, month.from_ms),
        .closed = count_of(of, CLOSED, month.from_ms),
        .answered = first.n,
        .first_p50 = first.value,
        .first_p90 = quantile_of(of, ANSWERED, &week, 0.9).value,
        .resolved = resolution.n,
        .resolution_p50 = resolution.value,
        .before = quantile_of(of, RESOLVED, &before, 0.5).value,
        .restored = restore.n,
        .restore_p50 = restore.value,
        .repeats = kind == GROUP_CATEGORY ? repeats_of(of, at_ms) : (double)NAN,
    };
}

/* Nothing is open of it, and nothing happened within the window. */
static bool is_quiet(const struct ticket_group *g)
{
    return g->open + g->opened + g->closed + g->answered == 0;
}

bool derive_ticket_groups(struct store *store, const struct kpi_tickets *tickets,
                          enum ticket_group_kind kind, int64_t at_ms, struct dx_error *err)
{
    struct all all = list_all(tickets, kind, at_ms);
    struct ticket_group *groups = mem_new(all.count + 1, sizeof(*groups));
    size_t n = 0, end;
    bool ok;

    for (size_t i = 0; i < all.count; i = end) {
        struct all one = { all.one + i, 0 };

        for (end = i; end < all.count && all.one[end].group == all.one[i].group; end++)
            one.count++;
        groups[n] = group_of(&one, kind, at_ms);
        n += !is_quiet(&groups[n]);
    }
    ok = store_put_ticket_groups(store, kind, groups, n, err);
    free(groups);
    free(all.one);
    return ok;
}
