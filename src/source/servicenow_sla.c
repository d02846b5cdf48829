/* servicenow: SLAs, as the server gives them: its schedules and pauses are in them, so
 * nothing is computed anew. */
#include "config.h"

#include "source/servicenow.h"

#include "source/field.h"

/* Whether it is breached is never told by the stage: that a stage of this name exists is
 * a matter of the instance's age. */
static enum dx_sla_state state_of(const struct snow_poll *p, const json_t *row)
{
    static const struct {
        const char *stage;
        enum dx_sla_state state;
    } stages[] = { { "in_progress", DX_SLA_RUNNING }, { "paused", DX_SLA_PAUSED },
                   { "completed", DX_SLA_MET },       { "achieved", DX_SLA_MET },
                   { "breached", DX_SLA_RUNNING },    { "cancelled", DX_SLA_CANCELLED } };
    bool breached = snow_is(row, "has_breached", "true");

    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
        if (!snow_is(row, "stage", stages[i].stage))
            continue;
        return breached && stages[i].state != DX_SLA_CANCELLED ? DX_SLA_BREACHED : stages[i].state;
    }
    p->batch->unknown++;
    return breached ? DX_SLA_BREACHED : DX_SLA_UNKNOWN;
}

/* What is left never falls below nothing there: how much it is over is not said. */
static void put_figures(struct ticket_sla *sla, const json_t *row)
{
    int64_t left = snow_span(row, "business_time_left");
    int64_t gone = snow_span(row, "business_duration");

    if (left > 0 || (left == 0 && sla->state != DX_SLA_BREACHED))
        sla->remaining_ms = left;
    if (left > 0 && gone >= 0)
        sla->goal_ms = left + gone;
}

static void read_sla(const struct snow_poll *p, const json_t *row, struct ticket_sla *sla)
{
    *sla = (struct ticket_sla){ .name = snow_label(p->batch, row, "sla"),
                                .state = state_of(p, row),
                                .breach_ms = snow_time(row, "planned_end_time"),
                                .remaining_ms = SLA_UNSAID,
                                .goal_ms = -1,
                                .stopped_ms = snow_time(row, "end_time") };
    put_figures(sla, row);
}

static size_t count_of(const struct snow_item *item, const json_t *rows)
{
    const json_t *row;
    size_t n = 0, i;

    json_array_foreach (rows, i, row)
        n += snow_is(row, "task", item->id);
    return n;
}

/* All of one ticket: there are several, and those that were started anew. */
static void put_slas(const struct snow_poll *p, const struct snow_item *item, const json_t *rows)
{
    struct ticket *t = snow_part(p->batch, item, TICKET_SLAS);
    size_t i;
    const json_t *row;

    t->slas = arena_alloc(&p->batch->arena, (count_of(item, rows) + 1) * sizeof(*t->slas));
    json_array_foreach (rows, i, row)
        if (snow_is(row, "task", item->id))
            read_sla(p, row, &t->slas[t->sla_count++]);
}

bool snow_decode_slas(const struct snow_poll *p, struct dx_error *err)
{
    const json_t *rows = snow_part_rows(p, err);
    struct snow_item items[SNOW_ITEMS];
    size_t n;

    if (!rows)
        return err->fault == DX_FAULT_NONE;
    n = snow_items(p, items);
    for (size_t i = 0; i < n; i++)
        put_slas(p, &items[i], rows);
    return true;
}
