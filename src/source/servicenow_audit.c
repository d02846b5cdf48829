/* servicenow: how a ticket stood, and when it was on hold, from the audit of its state. The SLAs
 * know only how long they stood in all (pause_duration), and not when: without the audit nobody
 * knows. */
#include "config.h"

#include "source/servicenow.h"

#include "source/ticket_stays.h"

static enum dx_stay stay_of(const struct snow_poll *p, const json_t *row, const char *name)
{
    struct batch *batch = p->batch;
    struct snow_state state = snow_state(p->config, snow_value(batch, row, "tablename"),
                                         snow_value(batch, row, name), "");

    return state.hold ? DX_STAY_WAITING : (enum dx_stay)state.state;
}

/* It was made so; but for one on hold, which is another change that the audit has no more. */
static enum dx_stay before(const struct snow_poll *p, const json_t *row)
{
    enum dx_stay stay = stay_of(p, row, "oldvalue");

    return stay == DX_STAY_WAITING ? DX_STAY_UNKNOWN : stay;
}

static void put_stays(const struct snow_poll *p, const struct snow_item *item, const json_t *rows)
{
    struct ticket_trail trail = { .count = 0 };
    size_t i;
    const json_t *row;

    json_array_foreach (rows, i, row) {
        int64_t ms = snow_time(row, "sys_created_on");

        if (ms == 0 || !snow_is(row, "documentkey", item->id) ||
            !snow_is(row, "fieldname", "state"))
            continue;
        if (trail.count == 0)
            ticket_stand(&trail, before(p, row), 0);
        ticket_stand(&trail, stay_of(p, row, "newvalue"), ms);
    }
    ticket_put_stays(p->batch, snow_part(p->batch, item, TICKET_PAUSES), &trail);
}

bool snow_decode_audit(const struct snow_poll *p, struct dx_error *err)
{
    const json_t *rows = snow_part_rows(p, err);
    struct snow_item items[SNOW_ITEMS];
    size_t n;

    if (!rows)
        return err->fault == DX_FAULT_NONE;
    n = snow_items(p, items);
    for (size_t i = 0; i < n; i++)
        put_stays(p, &items[i], rows);
    return true;
}
