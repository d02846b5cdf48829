/* derive_ticket_groups: the numbers of tickets, by category or priority. */
#include "config.h"

#include "derive/derive_ticket_groups.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "core/time.h"
#include "insight/quantile.h"

#define MONTH_MS (30 * DAY_MS)

enum { FIRST = 64 };

/* What there are many values of; those of a group lie together, in the order of time. */
enum of_group {
    OF_ANSWERED, /* within the week */
    OF_RESOLVED, /* within the month */
    OF_BEFORE,   /* resolved within the one before */
    OF_RESTORED, /* incidents, within the month */
    OF_CREATED,  /* when */
    OF_GROUP
};

struct group {
    int64_t id;
    int64_t open, due, over, opened, closed;
    size_t begin[OF_GROUP], count[OF_GROUP];
};

struct ticket_groups {
    const struct kpi_tickets *tickets;
    enum ticket_group_kind kind;
    struct group *group;
    size_t count, cap;
    size_t *slot; /* by hash of the id: number of the group, from 1; 0: free */
    size_t slots;
    int64_t *value; /* ms */
    size_t next;    /* the first group that is not counted */
    struct ticket_group *row;
    size_t row_count;
};

/* ---- which groups there are ---- */

static size_t slot_of(const struct ticket_groups *g, int64_t id)
{
    size_t at = (size_t)((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15) >> 32) % g->slots;

    while (g->slot[at] > 0 && g->group[g->slot[at] - 1].id != id)
        at = (at + 1) % g->slots;
    return at;
}

static void grow(struct ticket_groups *g)
{
    g->cap = g->cap ? 2 * g->cap : FIRST;
    g->group = mem_grow(g->group, g->cap, sizeof(*g->group));
    free(g->slot);
    g->slots = 2 * g->cap;
    g->slot = mem_new(g->slots, sizeof(*g->slot));
    for (size_t i = 0; i < g->count; i++)
        g->slot[slot_of(g, g->group[i].id)] = i + 1;
}

static struct group *group_of(struct ticket_groups *g, const struct kpi_entry *e)
{
    int64_t id = g->kind == GROUP_CATEGORY ? e->category : e->priority;
    size_t at;

    if (g->count == g->cap)
        grow(g);
    at = slot_of(g, id);
    if (g->slot[at] == 0) {
        g->group[g->count++] = (struct group){ .id = id };
        g->slot[at] = g->count;
    }
    return &g->group[g->slot[at] - 1];
}

/* ---- what there is of each ---- */

/* Twice: to count values, then to put them where they belong. */
static void note(struct ticket_groups *g, struct group *group, enum of_group which, int64_t ms)
{
    if (g->value)
        g->value[group->begin[which] + group->count[which]] = ms;
    group->count[which]++;
}

static void note_ended(struct ticket_groups *g)
{
    const struct kpi_entries *list = &g->tickets->list[KPI_ENDED];
    int64_t month_ms = g->tickets->at_ms - MONTH_MS;

    for (size_t i = 0; i < list->count; i++) {
        const struct kpi_entry *e = &list->entry[i];
        struct group *group = group_of(g, e);
        bool now = e->at_ms > month_ms;

        group->closed += now;
        if (e->business_ms >= 0 && e->at_ms > month_ms - MONTH_MS)
            note(g, group, now ? OF_RESOLVED : OF_BEFORE, e->business_ms);
        if (now && e->incident && e->solved && e->at_ms >= e->created_ms)
            note(g, group, OF_RESTORED, e->at_ms - e->created_ms);
    }
}

static void note_all(struct ticket_groups *g)
{
    const struct kpi_tickets *t = g->tickets;

    for (size_t i = 0; i < t->list[KPI_OPEN].count; i++) {
        struct group *group = group_of(g, &t->list[KPI_OPEN].entry[i]);

        group->open++;
        group->due += t->list[KPI_OPEN].entry[i].risk == DX_RISK_DUE;
        group->over += t->list[KPI_OPEN].entry[i].risk == DX_RISK_OVER;
    }
    for (size_t i = 0; i < t->list[KPI_CREATED].count; i++) {
        const struct kpi_entry *e = &t->list[KPI_CREATED].entry[i];
        struct group *group = group_of(g, e);

        group->opened += e->at_ms > t->at_ms - MONTH_MS;
        note(g, group, OF_CREATED, e->at_ms);
    }
    for (size_t i = 0; i < t->list[KPI_ANSWERED].count; i++) {
        const struct kpi_entry *e = &t->list[KPI_ANSWERED].entry[i];

        if (e->business_ms >= 0 && e->at_ms > t->at_ms - WEEK_MS)
            note(g, group_of(g, e), OF_ANSWERED, e->business_ms);
    }
    note_ended(g);
}

/* Room for the values of each, one group after the other. */
static void place(struct ticket_groups *g)
{
    size_t n = 0;

    for (int which = 0; which < OF_GROUP; which++)
        for (size_t i = 0; i < g->count; i++) {
            g->group[i].begin[which] = n;
            n += g->group[i].count[which];
        }
    for (size_t i = 0; i < g->count; i++) {
        struct group *group = &g->group[i];

        group->open = group->due = group->over = group->opened = group->closed = 0;
        for (int which = 0; which < OF_GROUP; which++)
            group->count[which] = 0;
    }
    g->value = mem_new(n + 1, sizeof(*g->value));
}

struct ticket_groups *ticket_groups_new(const struct kpi_tickets *tickets,
                                        enum ticket_group_kind kind)
{
    struct ticket_groups *g = mem_new(1, sizeof(*g));

    g->tickets = tickets;
    g->kind = kind;
    note_all(g);
    place(g);
    note_all(g);
    g->row = mem_new(g->count + 1, sizeof(*g->row));
    return g;
}

void ticket_groups_free(struct ticket_groups *g)
{
    if (!g)
        return;
    free(g->group);
    free(g->slot);
    free(g->value);
    free(g->row);
    free(g);
}

static struct kpi_ticket *created_of(const struct ticket_groups *g, const struct group *group,
                                     struct kpi_ticket *out)
{
    for (size_t i = 0; i < group->count[OF_CREATED]; i++)
        *out++ = (struct kpi_ticket){ group->id, g->value[group->begin[OF_CREATED] + i] };
    return out;
}

struct kpi_ticket *ticket_groups_created(const struct ticket_groups *g, size_t *count)
{
    struct kpi_ticket *list, *end;

    *count = 0;
    for (size_t i = 0; i < g->count; i++)
        *count += g->group[i].count[OF_CREATED];
    list = end = mem_new(*count + 1, sizeof(*list));
    for (size_t i = 0; i < g->count; i++)
        end = created_of(g, &g->group[i], end);
    return list;
}

/* ---- the numbers ---- */

static double quantile_in(const struct ticket_groups *g, const struct group *group,
                          enum of_group which, double p)
{
    size_t n = group->count[which];
    double *values = mem_new(n + 1, sizeof(*values)), out;

    for (size_t i = 0; i < n; i++)
        values[i] = (double)g->value[group->begin[which] + i];
    out = quantile_of(values, n, p);
    free(values);
    return out;
}

static double repeats_of(const struct ticket_groups *g, const struct group *group)
{
    int64_t at_ms = g->tickets->at_ms;
    struct kpi_ticket *list = mem_new(group->count[OF_CREATED] + 1, sizeof(*list));
    struct kpi_value value;

    (void)created_of(g, group, list);
    value = kpi_repeats(list, group->count[OF_CREATED], at_ms - MONTH_MS, at_ms);
    free(list);
    return value.value;
}

static struct ticket_group row_of(const struct ticket_groups *g, const struct group *group,
                                  bool compares)
{
    return (struct ticket_group){
        .id = group->id,
        .open = group->open,
        .due = group->due,
        .breached = group->over,
        .opened = group->opened,
        .closed = group->closed,
        .answered = (int64_t)group->count[OF_ANSWERED],
        .first_p50 = quantile_in(g, group, OF_ANSWERED, 0.5),
        .first_p90 = quantile_in(g, group, OF_ANSWERED, 0.9),
        .resolved = (int64_t)group->count[OF_RESOLVED],
        .resolution_p50 = quantile_in(g, group, OF_RESOLVED, 0.5),
        .before = compares ? quantile_in(g, group, OF_BEFORE, 0.5) : (double)NAN,
        .restored = (int64_t)group->count[OF_RESTORED],
        .restore_p50 = quantile_in(g, group, OF_RESTORED, 0.5),
        .repeats = g->kind == GROUP_CATEGORY ? repeats_of(g, group) : (double)NAN,
    };
}

/* Nothing is open of it, and nothing happened within the window. */
static bool is_quiet(const struct ticket_group *row)
{
    return row->open + row->opened + row->closed + row->answered == 0;
}

bool ticket_groups_count(struct ticket_groups *g, size_t most, bool compares)
{
    for (size_t done = 0; g->next < g->count && done < most; g->next++) {
        const struct group *group = &g->group[g->next];

        g->row[g->row_count] = row_of(g, group, compares);
        g->row_count += !is_quiet(&g->row[g->row_count]);
        for (int which = 0; which < OF_GROUP; which++)
            done += group->count[which];
        done++;
    }
    return g->next < g->count;
}

bool ticket_groups_put(const struct ticket_groups *g, struct store *store, struct dx_error *err)
{
    return store_put_ticket_groups(store, g->kind, g->row, g->row_count, err);
}
