/* servicenow: when a ticket was on hold, from the audit of its state. The SLAs know only
 * how long they stood in all (pause_duration), and not when: without the audit nobody
 * knows. */
#include "config.h"

#include "source/servicenow.h"

#include "source/field.h"

enum { PAUSES_MOST = 100 };

static bool is_hold(const struct snow_poll *p, const json_t *row, const char *name)
{
    struct batch *batch = p->batch;

    return snow_state(p->config, snow_value(batch, row, "tablename"), snow_value(batch, row, name),
                      "")
        .hold;
}

static void put_pauses(const struct snow_poll *p, const struct snow_item *item, const json_t *rows)
{
    struct ticket *t = snow_part(p->batch, item, TICKET_PAUSES);
    struct ticket_pause *pauses = arena_alloc(&p->batch->arena, PAUSES_MOST * sizeof(*pauses));
    size_t n = 0, i;
    const json_t *row;
    bool held = false;

    json_array_foreach (rows, i, row) {
        int64_t ms = snow_time(row, "sys_created_on");
        bool hold;

        if (ms == 0 || !snow_is(row, "documentkey", item->id) ||
            !snow_is(row, "fieldname", "state"))
            continue;
        hold = is_hold(p, row, "newvalue");
        if (hold && !held && n < PAUSES_MOST)
            pauses[n++].from_ms = ms;
        else if (!hold && held && n > 0)
            pauses[n - 1].to_ms = ms;
        held = hold && n > 0;
    }
    t->pauses = pauses;
    t->pause_count = n;
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
        put_pauses(p, &items[i], rows);
    return true;
}
